//! The seventh check: estimates of the tables, recomputed from microdata where a release has any.
//!
//! `data/microdata.csv` has a line for each respondent: a column for each dimension of the tables, `stratum`, and
//! `population`, the persons of that stratum in the frame. Means and rates follow from answers that are no categories,
//! and are not recomputed.

use std::collections::BTreeMap;

use bag::{Estimated, Lie};
use survey::{Codes, Degrees, Design, Domains, LonelyUnit, Plan, ShareInterval, StagePlan};

const MICRODATA: &str = "data/microdata.csv";
/// How a margin of a table and a missing answer are called.
const TOTAL: &str = "total";
const NO_ANSWER: &str = "no_answer";
/// Figures are published as whole percentages: what lies within half of one is the same.
const HALF: f64 = 0.5 + 1e-6;
/// More respondents than a survey of the house has.
const MOST_ROWS: usize = 200_000;

fn lie(file: &str, what: impl Into<String>) -> Lie {
    Lie {
        file: file.to_owned(),
        what: what.into(),
        affected: "whoever quotes a figure of this release".into(),
        next: "do not quote it; ask the publisher how it was computed".into(),
    }
}

/// A file of lines under a header.
struct Lines {
    columns: BTreeMap<String, usize>,
    header: Vec<String>,
    rows: Vec<csv::StringRecord>,
}

impl Lines {
    fn read(file: &str, bytes: &[u8]) -> Result<Self, Lie> {
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(bytes);
        let broken = |error: csv::Error| lie(file, format!("is no table of lines and columns ({error})"));
        let header: Vec<String> = reader.headers().map_err(broken)?.iter().map(str::to_owned).collect();
        let columns = header.iter().cloned().enumerate().map(|(at, name)| (name, at)).collect();
        let mut rows = Vec::new();
        for row in reader.records() {
            if rows.len() == MOST_ROWS {
                return Err(lie(file, format!("has more than {MOST_ROWS} lines, more than are recomputed")));
            }
            rows.push(row.map_err(broken)?);
        }
        Ok(Lines { columns, header, rows })
    }

    fn column(&self, name: &str) -> Option<impl Iterator<Item = &str>> {
        let at = *self.columns.get(name)?;
        Some(self.rows.iter().map(move |row| row.get(at).unwrap_or_default()))
    }
}

/// Recomputes every share that a table states with its interval. Answers what was found, or the first that differs.
pub fn recompute(of: &Estimated<'_>) -> Result<String, Lie> {
    let microdata = Lines::read(MICRODATA, of.microdata)?;
    let design = design(&microdata)?;
    let (mut shares, mut others) = (0, 0);
    for (name, bytes) in &of.tables {
        let file = format!("data/tables/{name}.csv");
        let table = Lines::read(&file, bytes)?;
        if !table.columns.contains_key("quantity") {
            continue;
        }
        let figures = ["count", "percent", "n", "note", "quantity", "estimate", "low", "high"];
        let axes: Vec<&String> =
            table.header.iter().filter(|name| !figures.contains(&name.as_str())).collect();
        for row in &table.rows {
            let cell = |name: &str| table.columns.get(name).and_then(|at| row.get(*at)).unwrap_or_default();
            match cell("quantity") {
                "" => {}
                "percent" => {
                    let position: Vec<&str> = axes.iter().map(|axis| cell(axis)).collect();
                    let stated = [cell("estimate"), cell("low"), cell("high")];
                    share(&microdata, &design, &file, &axes, &position, stated)?;
                    shares += 1;
                }
                _ => others += 1,
            }
        }
    }
    Ok(format!(
        "{shares} shares with their intervals recomputed from {} respondents, as stated; {others} means, rates and totals are not recomputable from categories",
        microdata.rows.len()
    ))
}

/// The design: people drawn by strata, each standing for the persons of the stratum over those heard in it.
fn design(microdata: &Lines) -> Result<Design, Lie> {
    let lacks = |name: &str| lie(MICRODATA, format!("has no column “{name}”, so nothing can be recomputed"));
    let strata: Vec<&str> = microdata.column("stratum").ok_or_else(|| lacks("stratum"))?.collect();
    let sizes = microdata.column("population").ok_or_else(|| lacks("population"))?;
    let sizes = sizes.map(str::parse::<f64>).collect::<Result<Vec<_>, _>>();
    let sizes =
        sizes.map_err(|error| lie(MICRODATA, format!("states a population that is no number ({error})")))?;
    let stage = StagePlan { units: None, strata: Some(Codes::of_texts(&strata)), population: Some(sizes) };
    let plan =
        Plan { rows: strata.len(), stages: vec![stage], lonely: LonelyUnit::Adjust, ..Plan::default() };
    Design::new(plan).map_err(|error| lie(MICRODATA, format!("describes no sample: {error}")))
}

fn share(
    microdata: &Lines,
    design: &Design,
    file: &str,
    axes: &[&String],
    position: &[&str],
    stated: [&str; 3],
) -> Result<(), Lie> {
    let place = position.join(", ");
    let mut inside = vec![true; microdata.rows.len()];
    let mut values = vec![f64::NAN; microdata.rows.len()];
    for (number, (axis, word)) in axes.iter().zip(position).enumerate() {
        let Some(column) = microdata.column(axis) else {
            return Err(lie(MICRODATA, format!("has no column “{axis}”, of which {file} states shares")));
        };
        let is_answer = number + 1 == axes.len();
        for (row, said) in column.enumerate() {
            if is_answer {
                values[row] = if said == NO_ANSWER { f64::NAN } else { f64::from(u8::from(said == *word)) };
            } else if *word != TOTAL {
                inside[row] &= said == *word;
            }
        }
    }
    let computed = design
        .share(&values, &Domains::subset(&inside), ShareInterval::KornGraubard, 0.95, Degrees::OfDesign)
        .map_err(|error| lie(file, format!("states a share that cannot be computed at {place}: {error}")))?;
    let Some(computed) = computed.first() else { return Ok(()) };
    let computed = [computed.estimate.value, computed.lower, computed.upper].map(|value| 100.0 * value);
    for (what, (stated, computed)) in
        ["a share", "a lower end", "an upper end"].iter().zip(stated.iter().zip(computed))
    {
        let number = stated.parse::<f64>();
        // What cannot be computed is no agreement.
        if !number.is_ok_and(|number| (number - computed).abs() <= HALF) {
            return Err(lie(
                file,
                format!("states {what} of {stated} % at {place}, and the microdata give {computed:.1} %"),
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn microdata() -> Vec<u8> {
        let mut text = String::from("sex,late,stratum,population\n");
        for number in 0..60 {
            let sex = if number % 3 == 0 { "male" } else { "female" };
            let late = ["yes", "no", "no", "no_answer"][number % 4];
            let (stratum, size) = if sex == "male" { ("men", 210) } else { ("women", 400) };
            text.push_str(&format!("{sex},{late},{stratum},{size}\n"));
        }
        text.into_bytes()
    }

    fn checked(line: &str) -> Result<String, Lie> {
        let table = format!(
            "sex,late,count,quantity,estimate,low,high\n{line}\ntotal,no,30,,,,\nmale,total,20,mean,1,1,1\n"
        );
        let microdata = microdata();
        recompute(&Estimated { microdata: &microdata, tables: vec![("late", table.as_bytes())], method: b"" })
    }

    #[test]
    fn a_share_that_differs_is_told() {
        // By R's survey, with Korn and Graubard's formula: 33.33 (20.50 to 48.27).
        let found = checked("total,yes,15,percent,33,21,48").unwrap();
        assert!(found.starts_with("1 shares") && found.contains("1 means"), "{found}");
        let lie = checked("total,yes,15,percent,35,21,48").unwrap_err();
        assert_eq!(lie.file, "data/tables/late.csv");
        assert!(
            lie.what.contains("a share of 35 % at total, yes, and the microdata give 33.3 %"),
            "{}",
            lie.what
        );
        assert!(checked("female,yes,10,percent,33,10,48").unwrap_err().what.contains("a lower end"));
        assert!(checked("total,yes,15,percent,,21,48").is_err(), "what is not stated does not agree");
    }
}
