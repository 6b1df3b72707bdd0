//! `estimate`: a table of data and a file that says how it was drawn, to estimates with their uncertainty.

mod design;
pub mod sample_size;
mod table;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

use serde_json::{Value, json};
use survey::{Codes, Degrees, Design, Domains, Estimate as Estimated, QuantileRequest, Statistic};

use self::design::{DesignFile, Notes};
use self::table::Table;
use crate::command::Estimate;
use crate::{Outcome, Trouble};

/// The columns of --by with the value that a domain has in each.
type Group = Vec<(String, String)>;

/// One line of the answer.
struct Line {
    statistic: String,
    groups: Group,
    value: f64,
    standard_error: f64,
    low: f64,
    high: f64,
    interval: String,
    n: usize,
    missing: usize,
    units: usize,
    strata: usize,
    df: f64,
    design_effect: Option<f64>,
}

/// What is asked, after the options were read.
struct Question<'a> {
    table: &'a Table,
    design: &'a Design,
    file: &'a DesignFile,
    domains: Domains,
    /// For each domain its names by column.
    groups: Vec<Group>,
    level: f64,
    degrees: Degrees,
}

/// Reads, estimates and prints.
pub(crate) fn estimate(options: &Estimate) -> Outcome {
    let file = DesignFile::read(&options.design)?;
    let table = Table::read(&options.data)?;
    let (design, notes) = file.design(&options.design, &table)?;
    let level = options.level.unwrap_or(file.estimate.level);
    if !(level > 0.0 && level < 1.0) {
        return Err(Trouble::new(format!(
            "--level {level} is no confidence: give a number between 0 and 1, such as 0.95"
        )));
    }
    let degrees = degrees(options, &file)?;
    let (domains, groups) = domains(options, &table)?;
    let question = Question { table: &table, design: &design, file: &file, domains, groups, level, degrees };
    let mut lines = Vec::new();
    for name in &options.mean {
        let column = table.numbers(name)?;
        question.linear(&format!("mean {name}"), Statistic::Mean(&column), &mut lines)?;
    }
    for name in &options.total {
        let column = table.numbers(name)?;
        question.linear(&format!("total {name}"), Statistic::Total(&column), &mut lines)?;
    }
    for name in &options.proportion {
        question.shares(name, &mut lines)?;
    }
    for name in &options.ratio {
        let Some((over, under)) = name.split_once('/') else {
            return Err(Trouble::new(format!(
                "--ratio {name} needs two columns with / between: --ratio paid/recorded"
            )));
        };
        let (first, second) = (table.numbers(over)?, table.numbers(under)?);
        question.linear(&format!("ratio {name}"), Statistic::Ratio(&first, &second), &mut lines)?;
    }
    if options.quantile.is_empty() != options.of.is_empty() {
        return Err(Trouble::new(
            "--quantile goes with --of, the column it is about: --quantile 0.5 --of hours",
        ));
    }
    for name in &options.of {
        for &share in &options.quantile {
            question.quantile(name, share, &mut lines)?;
        }
    }
    if lines.is_empty() {
        return Err(Trouble::new(
            "nothing is asked: add --mean, --total, --proportion, --ratio or --quantile with --of; --help has examples",
        ));
    }
    if options.json {
        println!("{}", in_json(&question, &notes, &lines));
    } else {
        print!("{}", in_words(&question, &notes, &lines));
    }
    Ok(ExitCode::SUCCESS)
}

fn degrees(options: &Estimate, file: &DesignFile) -> Result<Degrees, Trouble> {
    match options.df.as_deref().or(file.estimate.df.as_deref()) {
        None | Some("design") => Ok(Degrees::OfDesign),
        Some("normal" | "inf" | "infinite") => Ok(Degrees::Normal),
        Some(number) => match number.parse::<f64>() {
            Ok(df) if df > 0.0 => Ok(Degrees::Fixed(df)),
            _ => Err(Trouble::new(format!(
                "--df {number} is neither \"design\", \"normal\" nor a number above 0"
            ))),
        },
    }
}

/// Rows chosen by --where, split by --by; rows that do not say their group are in none.
fn domains(options: &Estimate, table: &Table) -> Result<(Domains, Vec<Group>), Trouble> {
    let mut inside = vec![true; table.rows()];
    for condition in &options.only {
        table.only(condition, &mut inside)?;
    }
    let mut codes = Codes::same(table.rows());
    for name in &options.by {
        let texts = table.texts(name)?;
        codes = codes.crossed(&Codes::of_texts(&texts));
        for (inside, text) in inside.iter_mut().zip(&texts) {
            *inside &= !table.is_missing(text);
        }
    }
    // Groups in the order of their names, without those that no chosen row has.
    let mut named: BTreeMap<Vec<String>, Vec<u32>> = BTreeMap::new();
    for (code, &row) in (0_u32..).zip(codes.first_row()) {
        let names: Result<Vec<String>, Trouble> = options
            .by
            .iter()
            .map(|name| {
                Ok(table.texts(name)?.get(row as usize).map(|text| (*text).to_owned()).unwrap_or_default())
            })
            .collect();
        named.entry(names?).or_default().push(code);
    }
    let used: Vec<bool> = {
        let mut used = vec![false; codes.count()];
        for (&code, _) in codes.of_row().iter().zip(&inside).filter(|(_, inside)| **inside) {
            if let Some(used) = used.get_mut(code as usize) {
                *used = true;
            }
        }
        used
    };
    let is_used =
        |codes: &[u32]| codes.iter().any(|&code| used.get(code as usize).copied().unwrap_or_default());
    let kept: Vec<(Vec<String>, Vec<u32>)> = named.into_iter().filter(|(_, codes)| is_used(codes)).collect();
    if kept.is_empty() {
        return Err(Trouble::new("no row is left: no line of the data fulfils --where and names its --by"));
    }
    let mut place = vec![0.0; codes.count()];
    for (number, (_, codes)) in kept.iter().enumerate() {
        for &code in codes {
            if let Some(place) = place.get_mut(code as usize) {
                *place = number as f64;
            }
        }
    }
    let groups = kept
        .iter()
        .map(|(names, _)| options.by.iter().cloned().zip(names.iter().cloned()).collect())
        .collect();
    let numbers: Vec<f64> =
        codes.of_row().iter().map(|&code| place.get(code as usize).copied().unwrap_or_default()).collect();
    Ok((Domains::in_order(&numbers, kept.len()).within(&inside), groups))
}

impl Question<'_> {
    fn linear(&self, name: &str, statistic: Statistic, lines: &mut Vec<Line>) -> Result<(), Trouble> {
        let found =
            self.design.estimate(&[statistic], &self.domains).map_err(|error| self.trouble(name, &error))?;
        for (estimate, groups) in found.estimates.iter().zip(&self.groups) {
            let (low, high) = estimate.interval(self.level, self.degrees);
            lines.push(self.line(name, groups, estimate, (low, high), self.kind(estimate.df)));
        }
        Ok(())
    }

    /// Shares of yes where the column holds 0 and 1, else the share of each answer.
    fn shares(&self, name: &str, lines: &mut Vec<Line>) -> Result<(), Trouble> {
        let texts = self.table.texts(name)?;
        let mut answers: Vec<&str> =
            texts.iter().copied().filter(|text| !self.table.is_missing(text)).collect();
        answers.sort_unstable();
        answers.dedup();
        let zero_one = answers.iter().all(|answer| matches!(*answer, "0" | "1"));
        let wanted: Vec<&str> = if zero_one { vec!["1"] } else { answers };
        if wanted.len() > 50 {
            return Err(Trouble::new(format!(
                "--proportion {name}: {} different answers are no categories; did you mean --mean {name}?",
                wanted.len()
            )));
        }
        for answer in wanted {
            let column: Vec<f64> = texts
                .iter()
                .map(|text| {
                    if self.table.is_missing(text) { f64::NAN } else { f64::from(u8::from(*text == answer)) }
                })
                .collect();
            let title =
                if zero_one { format!("proportion {name}") } else { format!("proportion {name}={answer}") };
            let shares = self
                .design
                .share_to_show(&column, &self.domains, self.file.interval(), self.level, self.degrees)
                .map_err(|error| self.trouble(&title, &error))?;
            for (share, groups) in shares.iter().zip(&self.groups) {
                let kind =
                    format!("{}, {}", DesignFile::name_of(share.interval), self.kind(share.estimate.df));
                lines.push(self.line(&title, groups, &share.estimate, (share.lower, share.upper), kind));
            }
        }
        Ok(())
    }

    fn quantile(&self, name: &str, share: f64, lines: &mut Vec<Line>) -> Result<(), Trouble> {
        let column = self.table.numbers(name)?;
        let request = QuantileRequest {
            share,
            rule: self.file.quantile_rule(),
            level: self.level,
            degrees: self.degrees,
            ..QuantileRequest::default()
        };
        let title = format!("quantile {share} {name}");
        let found = self
            .design
            .quantile(&column, &self.domains, request)
            .map_err(|error| self.trouble(&title, &error))?;
        for (quantile, groups) in found.iter().zip(&self.groups) {
            lines.push(Line {
                statistic: title.clone(),
                groups: groups.clone(),
                value: quantile.value,
                standard_error: quantile.standard_error,
                low: quantile.lower,
                high: quantile.upper,
                interval: format!("woodruff, {}", self.kind(quantile.df)),
                n: quantile.n,
                missing: quantile.missing,
                units: quantile.units,
                strata: quantile.strata,
                df: quantile.df,
                design_effect: None,
            });
        }
        Ok(())
    }

    fn line(
        &self,
        name: &str,
        groups: &[(String, String)],
        estimate: &Estimated,
        (low, high): (f64, f64),
        interval: String,
    ) -> Line {
        Line {
            statistic: name.to_owned(),
            groups: groups.to_vec(),
            value: estimate.value,
            standard_error: estimate.standard_error(),
            low,
            high,
            interval,
            n: estimate.n,
            missing: estimate.missing,
            units: estimate.units,
            strata: estimate.strata,
            df: estimate.df,
            design_effect: Some(estimate.design_effect),
        }
    }

    /// Which distribution an interval rests on.
    fn kind(&self, own: f64) -> String {
        match self.degrees {
            Degrees::Normal => "normal".to_owned(),
            degrees => format!("t with {} df", degrees.of(own)),
        }
    }

    fn trouble(&self, what: &str, error: &survey::EstimateError) -> Trouble {
        Trouble::new(format!("{}: {what}: {error}", self.table.name()))
    }
}

/// JSON has no NaN: what cannot be said is null.
fn number(value: f64) -> Value {
    if value.is_finite() { json!(value) } else { Value::Null }
}

fn in_json(question: &Question, notes: &Notes, lines: &[Line]) -> Value {
    let estimates: Vec<Value> = lines
        .iter()
        .map(|line| {
            let groups: serde_json::Map<String, Value> =
                line.groups.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
            json!({
                "statistic": line.statistic,
                "by": groups,
                "estimate": number(line.value),
                "standard_error": number(line.standard_error),
                "interval": [number(line.low), number(line.high)],
                "interval_method": line.interval,
                "n": line.n,
                "missing": line.missing,
                "psus": line.units,
                "strata": line.strata,
                "df": number(line.df),
                "design_effect": line.design_effect.map_or(Value::Null, number),
                "frame_coverage": notes.frame_coverage,
                "privacy_conditions_held": notes.privacy_conditions_held,
            })
        })
        .collect();
    json!({
        "level": question.level,
        "rows": question.table.rows(),
        "psus": question.design.units(),
        "strata": question.design.strata(),
        "notes": notes.sentences,
        "estimates": estimates,
    })
}

fn in_words(question: &Question, notes: &Notes, lines: &[Line]) -> String {
    let percent = (question.level * 1000.0).round() / 10.0;
    let mut rows = vec![
        [
            "",
            "estimate",
            "std. error",
            &format!("{percent} % from"),
            "to",
            "n",
            "PSUs",
            "df",
            "deff",
            "interval",
        ]
        .map(str::to_owned),
    ];
    for line in lines {
        let mut title = line.statistic.clone();
        for (name, value) in &line.groups {
            title.push_str(&format!(" | {name}={value}"));
        }
        rows.push([
            title,
            short(line.value),
            short(line.standard_error),
            short(line.low),
            short(line.high),
            line.n.to_string(),
            line.units.to_string(),
            short(line.df),
            line.design_effect.map(short).unwrap_or_default(),
            line.interval.clone(),
        ]);
    }
    let width = |column: usize| {
        rows.iter()
            .filter_map(|row| row.get(column))
            .map(|cell| cell.chars().count())
            .max()
            .unwrap_or_default()
    };
    let widths: Vec<usize> = (0..10).map(width).collect();
    let mut text = String::new();
    for row in &rows {
        let cells = row.iter().zip(&widths).enumerate().map(|(column, (cell, &width))| {
            if column == 0 || column == 9 { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
        });
        text.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        text.push('\n');
    }
    let missing = lines.iter().map(|line| line.missing).max().unwrap_or_default();
    text.push_str(&format!(
        "\n{} rows, {} PSUs, {} strata{}\n",
        question.table.rows(),
        question.design.units(),
        question.design.strata(),
        if missing > 0 {
            format!("; up to {missing} rows without an answer stay in the design")
        } else {
            String::new()
        }
    ));
    for sentence in &notes.sentences {
        text.push_str(sentence);
        text.push('\n');
    }
    text
}

/// Six significant digits; a dash where nothing can be said.
fn short(value: f64) -> String {
    if !value.is_finite() {
        return "–".to_owned();
    }
    if value == 0.0 {
        return "0".to_owned();
    }
    let before = value.abs().log10().floor() as i32;
    let places = usize::try_from(5 - before).unwrap_or(0).min(12);
    let text = format!("{value:.places$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// Where a fault of the design lies, in the words of the file.
pub(crate) fn place(table: &Table, row: Option<usize>) -> String {
    match row {
        Some(row) => format!("{}: row {}", table.name(), table.line_of(row)),
        None => table.name().to_owned(),
    }
}

/// The name of a file for messages.
pub(crate) fn name_of(path: &Path) -> String {
    path.display().to_string()
}
