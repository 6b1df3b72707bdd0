//! Seventh and eighth check: what the tables say, and what they give away.

use disclosure::read::described;
use disclosure::{Audit, DisclosureFile, Policy, PublishedTable, Shown, audit, read_table};

use crate::draws::{Draws, in_words};
use crate::files::Files;
use crate::info::text_of;
use crate::place::Place;
use crate::report::Lie;

pub(crate) const DISCLOSURE: &str = "data/disclosure.json";
pub(crate) const MICRODATA: &str = "data/microdata.csv";
/// Most suppressed cells whose intervals are recomputed: two linear programs each.
const MOST_SUPPRESSED: usize = 5_000;
/// Most steps that a release may ask its reader to take for one interval.
const MOST_NODES: u64 = 200_000;

/// What an estimator is handed: the microdata, and the published tables with their estimates.
#[derive(Debug, Clone)]
pub struct Estimated<'a> {
    /// `data/microdata.csv`
    pub microdata: &'a [u8],
    /// Name and content of each table.
    pub tables: Vec<(&'a str, &'a [u8])>,
    /// `data/method.md`, with the design of the estimates.
    pub method: &'a [u8],
}

/// Recomputes estimates: what was found, in a sentence, or the first that differs. The roof hands one in where an
/// engine for estimates is at hand.
pub type Recompute<'a> = &'a dyn Fn(&Estimated<'_>) -> Result<String, Lie>;

pub(crate) fn tables(files: &Files) -> Vec<(&str, &[u8])> {
    let table = |(path, bytes)| match Place::of(path) {
        Some(Place::Table(name)) => Some((name, bytes)),
        _ => None,
    };
    files.readable().filter_map(table).collect()
}

fn lie(file: &str, what: impl Into<String>, next: &str) -> Lie {
    Lie {
        file: file.to_owned(),
        what: what.into(),
        affected:
            "the people who were interviewed: somebody may be found in the tables; and whoever quotes them"
                .into(),
        next: next.to_owned(),
    }
}

const ASK: &str = "do not spread these tables; ask the publisher to retract and correct the release";

/// Eighth check.
pub(crate) fn check(files: &Files, draws: Option<&Draws>) -> Result<String, Lie> {
    let stated = stated(files)?;
    fixed_before(&stated, draws)?;
    let published = published(files, &stated)?;
    let hidden =
        published.iter().flat_map(|table| &table.cells).filter(|cell| cell.shown == Shown::Suppressed);
    let hidden = hidden.count();
    if hidden > MOST_SUPPRESSED || stated.policy.integer_nodes > MOST_NODES {
        let what = format!(
            "asks for more than can be recomputed: at most {MOST_SUPPRESSED} suppressed cells and {MOST_NODES} steps each"
        );
        return Err(lie(DISCLOSURE, what, "publish fewer tables, or coarser ones"));
    }
    let found = audit(&stated.space, &published, &stated.policy)
        .map_err(|error| lie(DISCLOSURE, in_words(DISCLOSURE, &error.to_string()), ASK))?;
    given_away(&found)?;
    as_stated(&stated, &found)?;
    let Policy { k, k_strict, .. } = stated.policy;
    let before = match draws.filter(|draws| !draws.policies.is_empty()) {
        Some(draws) if draws.policies.iter().all(|(_, hash)| hash.is_some()) => {
            "fixed by the design of the draw before the data"
        }
        Some(_) => "not fixed by every design of a draw",
        None => "not fixed by a draw",
    };
    Ok(format!(
        "{} tables, {} suppressed cells: their intervals, recomputed from the published tables alone, are those that are stated, and no cell is found out (k = {k}, strict {k_strict}; policy {before})",
        stated.tables.len(),
        found.intervals.len()
    ))
}

fn stated(files: &Files) -> Result<DisclosureFile, Lie> {
    let broken = |what: String| lie(DISCLOSURE, what, "ask the publisher for the file as it was written");
    let bytes = files.bytes(DISCLOSURE).ok_or_else(|| broken("is missing".into()))?;
    let text = text_of(bytes).map_err(broken)?;
    serde_json::from_str(text).map_err(|error| broken(format!("cannot be read ({error})")))
}

/// The policy is the one that was fixed before the data were known.
fn fixed_before(stated: &DisclosureFile, draws: Option<&Draws>) -> Result<(), Lie> {
    let hash = stated.policy.hash();
    if stated.policy_hash != hash {
        return Err(lie(DISCLOSURE, "states another hash than that of its policy", ASK));
    }
    let other = draws
        .iter()
        .flat_map(|draws| &draws.policies)
        .find(|(_, fixed)| fixed.as_ref().is_some_and(|fixed| *fixed != hash));
    match other {
        None => Ok(()),
        Some((path, _)) => Err(lie(
            DISCLOSURE,
            format!("follows another policy than the design of {path} fixed before the data were known"),
            ASK,
        )),
    }
}

fn published(files: &Files, stated: &DisclosureFile) -> Result<Vec<PublishedTable>, Lie> {
    let mut all = Vec::new();
    let read = tables(files);
    for table in &stated.tables {
        let path = format!("data/tables/{}.csv", table.name);
        let Some((_, bytes)) = read.iter().find(|(name, _)| *name == table.name) else {
            return Err(lie(&path, "is missing, and data/disclosure.json describes it", ASK));
        };
        let refused =
            |error: disclosure::ReadError| lie(&path, in_words(&table.name, &error.to_string()), ASK);
        all.push(described(table, read_table(&table.name, bytes).map_err(refused)?).map_err(refused)?);
    }
    if let Some((name, _)) =
        read.iter().find(|(name, _)| stated.tables.iter().all(|table| table.name != *name))
    {
        let path = format!("data/tables/{name}.csv");
        return Err(lie(
            &path,
            "is a table that data/disclosure.json does not describe, so nobody has audited it",
            ASK,
        ));
    }
    if let Some(earlier) = stated.earlier.iter().find(|table| table.release.is_none()) {
        let what = format!("lists the earlier table “{}” without its release", earlier.table.name);
        return Err(lie(DISCLOSURE, what, ASK));
    }
    all.extend(stated.earlier.iter().cloned());
    Ok(all)
}

fn path_of(table: &str) -> String {
    // Tables of earlier releases are named `release/table`; what they show stands in disclosure.json.
    if table.contains('/') { DISCLOSURE.into() } else { format!("data/tables/{table}.csv") }
}

fn given_away(found: &Audit) -> Result<(), Lie> {
    if let Some(cell) = found.intervals.iter().find(|cell| cell.recovered() || cell.known_small()) {
        let place = cell.position.join(", ");
        let what = if cell.recovered() {
            format!("gives away the suppressed cell {place}: everybody can work out its very number")
        } else {
            format!("gives away that few are in the suppressed cell {place}")
        };
        return Err(lie(&path_of(&cell.table), what, ASK));
    }
    match found.exposed.first() {
        None => Ok(()),
        Some(pair) => {
            let (table, _) = pair.outer.split_once(": ").unwrap_or((&pair.outer, ""));
            let what = match &*pair.inner {
                "" => format!("shows a small group: {} holds {}", pair.outer, pair.difference),
                inner => format!("shows a small group: {} less {inner} is {}", pair.outer, pair.difference),
            };
            Err(lie(&path_of(table), what, ASK))
        }
    }
}

/// Widths as the release states them, cell by cell.
fn as_stated(stated: &DisclosureFile, found: &Audit) -> Result<(), Lie> {
    for cell in &found.intervals {
        let place = format!("{}: {}", cell.table, cell.position.join(", "));
        let said = stated
            .suppressed
            .iter()
            .filter(|said| said.table == cell.table && said.position == cell.position);
        let widths: Vec<_> = said.map(|said| said.width).collect();
        match widths[..] {
            [width] if width == cell.width() => {}
            [_] => {
                return Err(lie(
                    DISCLOSURE,
                    format!("states another width of the interval of {place} than follows from the tables"),
                    ASK,
                ));
            }
            _ => return Err(lie(DISCLOSURE, format!("does not list the suppressed cell {place} once"), ASK)),
        }
    }
    if stated.suppressed.len() != found.intervals.len() {
        return Err(lie(DISCLOSURE, "lists cells that are not suppressed", ASK));
    }
    Ok(())
}
