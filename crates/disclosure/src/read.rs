//! Tables as files: one line for each cell, in CSV.
//!
//! A column for each axis, then `count`; a table of percentages has `percent` and `n` too. Margins have the word
//! `total`, suppressed cells an `x`, bands `5-9`. Other columns that a release may have (`estimate`, `low`, `high`,
//! `note`) say nothing about counts and are passed over.

use std::collections::{BTreeMap, BTreeSet};

use crate::published::{PublishedCell, PublishedTable};
use crate::release::{Estimate, Quantity};
use crate::space::{Dimension, Space, TOTAL};
use crate::table::{Measure, Shown, Table};

/// More cells than a reader is asked to look at.
const MOST_CELLS: usize = 50_000;
const MOST_AXES: usize = 8;

/// Columns that are no axes.
const FIGURES: [&str; 8] = ["count", "percent", "n", "quantity", "estimate", "low", "high", "note"];

/// Why a file is no table.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{table}{}: {why}", line.map(|line| format!(", line {line}")).unwrap_or_default())]
pub struct ReadError {
    /// The table.
    pub table: String,
    /// The line of the file, from 1.
    pub line: Option<u64>,
    /// What is wrong and what to do.
    pub why: String,
}

/// A table as its file tells it, without a description: every axis is a dimension of its own name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadTable {
    /// Its name.
    pub name: String,
    /// The dimensions of its axes.
    pub axes: Vec<String>,
    /// Its cells.
    pub cells: Vec<PublishedCell>,
}

/// Reads a table.
pub fn read_table(name: &str, bytes: &[u8]) -> Result<ReadTable, ReadError> {
    let refuse = |line: Option<u64>, why: String| ReadError { table: name.to_owned(), line, why };
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(bytes);
    let broken = |error: &csv::Error| {
        let line = error.position().map(csv::Position::line);
        refuse(
            line,
            format!("{error}: write it as CSV in UTF-8 with the same number of columns in every line"),
        )
    };
    let header = reader.headers().map_err(|error| broken(&error))?.clone();
    let mut axes: Vec<(usize, String)> = Vec::new();
    let mut figures: BTreeMap<&str, usize> = BTreeMap::new();
    for (at, column) in header.iter().enumerate() {
        let twice = if FIGURES.contains(&column) {
            figures.insert(column, at).is_some()
        } else {
            let twice = column.is_empty() || axes.iter().any(|(_, name)| name == column);
            axes.push((at, column.to_owned()));
            twice
        };
        if twice {
            return Err(refuse(
                Some(1),
                format!("the column {column:?} appears twice or has no name: name it"),
            ));
        }
    }
    let Some(count) = figures.get("count").copied() else {
        return Err(refuse(
            Some(1),
            "there is no column \"count\": add it, with x in suppressed cells".to_owned(),
        ));
    };
    if axes.is_empty() || axes.len() > MOST_AXES {
        return Err(refuse(Some(1), format!("it has {} axes: give it 1 to {MOST_AXES}", axes.len())));
    }
    let mut cells = Vec::new();
    let mut seen = BTreeSet::new();
    for record in reader.records() {
        let record = record.map_err(|error| broken(&error))?;
        let line = record.position().map(csv::Position::line);
        let field = |name: &str| figures.get(name).and_then(|at| record.get(*at)).unwrap_or_default();
        let position: Vec<String> =
            axes.iter().map(|(at, _)| record.get(*at).unwrap_or_default().to_owned()).collect();
        if position.iter().any(String::is_empty) {
            return Err(refuse(
                line,
                "a category is empty: fill it in, or write \"total\" for a margin".to_owned(),
            ));
        }
        let said = record.get(count).unwrap_or_default();
        let text = if said.is_empty() && !field("percent").is_empty() {
            format!("{}% of {}", field("percent"), field("n"))
        } else {
            said.to_owned()
        };
        let shown = text.parse::<Shown>().map_err(|error| refuse(line, error.to_string()))?;
        if !seen.insert(position.clone()) {
            return Err(refuse(line, format!("the cell {} was there before: keep one", position.join(", "))));
        }
        cells.push(PublishedCell { position, shown });
        if cells.len() > MOST_CELLS {
            return Err(refuse(
                line,
                format!("it has more than {MOST_CELLS} cells: make several tables of it"),
            ));
        }
    }
    Ok(ReadTable { name: name.to_owned(), axes: axes.into_iter().map(|(_, name)| name).collect(), cells })
}

/// Takes tables that nobody described for what they say: columns of one name are one dimension, words are its
/// categories, and every table covers the same respondents.
pub fn infer(tables: Vec<ReadTable>) -> (Space, Vec<PublishedTable>) {
    let mut dimensions: Vec<Dimension> = Vec::new();
    for table in &tables {
        for (axis, name) in table.axes.iter().enumerate() {
            let at = dimensions.iter().position(|dimension| dimension.name == *name).unwrap_or_else(|| {
                dimensions.push(Dimension { name: name.clone(), ..Dimension::default() });
                dimensions.len() - 1
            });
            let mut known: BTreeSet<String> = dimensions[at].categories.iter().cloned().collect();
            for cell in &table.cells {
                let word = &cell.position[axis];
                if word != TOTAL && known.insert(word.clone()) {
                    dimensions[at].categories.push(word.clone());
                }
            }
        }
    }
    let published = tables.into_iter().map(|table| {
        let percentages = table.cells.iter().any(|cell| matches!(cell.shown, Shown::Percent(..)));
        let measure = if percentages { Measure::Percentages } else { Measure::Counts };
        let described = Table { measure, ..Table::of(&table.name, table.axes.iter().map(String::as_str)) };
        PublishedTable { release: None, table: described, cells: table.cells }
    });
    let published = published.collect();
    (Space { dimensions, impossible: Vec::new() }, published)
}

/// Puts a table that was read beside its description.
pub fn described(table: &Table, read: ReadTable) -> Result<PublishedTable, ReadError> {
    let axes: Vec<&String> = table.axes.iter().map(|axis| &axis.dimension).collect();
    if axes != read.axes.iter().collect::<Vec<_>>() {
        let why = format!(
            "its columns are {:?}, and disclosure.json describes {axes:?}: publish both from one release",
            read.axes
        );
        return Err(ReadError { table: read.name, line: Some(1), why });
    }
    Ok(PublishedTable { release: None, table: table.clone(), cells: read.cells })
}

/// Writes a table as `data/tables/NAME.csv` of a bag, with the estimates that belong to it.
pub fn write_table(published: &PublishedTable, estimates: &[Estimate], percent_flag: u32) -> Vec<u8> {
    let percentages = published.table.measure == Measure::Percentages;
    let of_table: Vec<&Estimate> =
        estimates.iter().filter(|estimate| estimate.table == published.table.name).collect();
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut header: Vec<&str> = published.table.axes.iter().map(|axis| axis.dimension.as_str()).collect();
    header.push("count");
    if percentages {
        header.extend(["percent", "n", "note"]);
    }
    if !of_table.is_empty() {
        header.extend(["quantity", "estimate", "low", "high"]);
    }
    let mut lines = vec![header.into_iter().map(str::to_owned).collect::<Vec<_>>()];
    for cell in &published.cells {
        let mut line = cell.position.clone();
        match cell.shown {
            Shown::Percent(percent, n) => {
                let note = if n < percent_flag {
                    format!("fewer than {percent_flag} respondents")
                } else {
                    String::new()
                };
                line.extend([String::new(), percent.to_string(), n.to_string(), note]);
            }
            _ => {
                line.push(cell.shown.to_string());
                if percentages {
                    line.extend([String::new(), String::new(), String::new()]);
                }
            }
        }
        if !of_table.is_empty() {
            match of_table.iter().find(|estimate| estimate.position == cell.position) {
                None => line.extend([String::new(), String::new(), String::new(), String::new()]),
                Some(estimate) => {
                    let quantity = match estimate.quantity {
                        Quantity::Total => "total",
                        Quantity::Percent => "percent",
                        Quantity::Mean => "mean",
                    };
                    line.push(quantity.to_owned());
                    line.extend(
                        [estimate.value, estimate.low, estimate.high].map(|number| number.to_string()),
                    );
                }
            }
        }
        lines.push(line);
    }
    for line in lines {
        // Writing to memory, with lines of one length, cannot fail.
        let _ = writer.write_record(line);
    }
    writer.into_inner().unwrap_or_default()
}

/// Reads respondents: names of variables, and a line of answers for each respondent.
pub fn read_respondents(bytes: &[u8]) -> Result<(Vec<String>, Vec<Vec<String>>), ReadError> {
    let refuse = |error: &csv::Error| ReadError {
        table: "respondents".to_owned(),
        line: error.position().map(csv::Position::line),
        why: format!("{error}: write them as CSV in UTF-8, with an answer in every column"),
    };
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(bytes);
    let words = |record: &csv::StringRecord| record.iter().map(str::to_owned).collect::<Vec<_>>();
    let header = words(reader.headers().map_err(|error| refuse(&error))?);
    let rows = reader.records().map(|record| record.map(|record| words(&record)));
    let rows = rows.collect::<Result<Vec<_>, _>>().map_err(|error| refuse(&error))?;
    Ok((header, rows))
}
