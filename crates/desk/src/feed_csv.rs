//! Submissions as CSV, as ODK Central writes it: one table for the submissions, one for each repeat.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::ops::ControlFlow;
use std::sync::Mutex;

use store::{Fault, Tx};

use crate::export::time;
use crate::feed::{Feed, FeedRow, Piece, RowWriter, unsent};
use crate::rows::{Column, Layout, Node, Record, columns};

/// How tables are written.
#[derive(Clone, Copy, Debug)]
pub struct CsvOptions {
    /// Columns are named by their paths, not by their last names.
    pub group_paths: bool,
    /// A column for each choice of a question with several.
    pub split_multiples: bool,
}

impl Default for CsvOptions {
    fn default() -> Self {
        CsvOptions { group_paths: true, split_multiples: false }
    }
}

/// The most choices that one question is split into.
const MOST_CHOICES: usize = 1000;

/// The tables of a form, ready to be written.
pub struct CsvTables {
    options: CsvOptions,
    /// For each table, the path of each column of several choices with the choices that were met.
    choices: BTreeMap<String, BTreeSet<String>>,
}

impl CsvTables {
    /// Prepares the tables; choices are gathered from all of the feed's submissions.
    pub fn prepare(feed: &mut Feed, tx: &mut Tx<'_>, options: CsvOptions) -> Result<CsvTables, Fault> {
        let mut choices = BTreeMap::new();
        if options.split_multiples {
            let gatherer = Choices { layout: feed.shared_layout(), met: Mutex::default() };
            let query = feed.replace_filter(None);
            let gathered = feed.each(tx, &gatherer, &mut |_| Ok(ControlFlow::Continue(())));
            feed.replace_filter(query);
            gathered?;
            choices = gatherer.met.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner());
        }
        Ok(CsvTables { options, choices })
    }

    /// Writes the table of submissions. `with_repeats` names the fields of repeats as well, as empty columns.
    pub fn write_root(
        &self,
        feed: &mut Feed,
        tx: &mut Tx<'_>,
        with_repeats: bool,
        out: &mut dyn Write,
    ) -> Result<(), Fault> {
        let layout = feed.shared_layout();
        let mut cells = Vec::new();
        self.cells(
            &layout,
            0,
            layout.tables.first().map_or(&[][..], |table| &table.nodes),
            with_repeats,
            &mut cells,
        );
        let mut header = String::from("SubmissionDate");
        self.head(&cells, 0, &mut header);
        header.push_str(
            ",KEY,SubmitterID,SubmitterName,AttachmentsPresent,AttachmentsExpected,Status,ReviewState,DeviceID,Edits,\
             FormVersion\n",
        );
        out.write_all(header.as_bytes()).map_err(unsent)?;
        let writer = RootRows { cells };
        copy(feed, tx, &writer, out)
    }

    /// Writes the table of a repeat.
    pub fn write_repeat(
        &self,
        feed: &mut Feed,
        tx: &mut Tx<'_>,
        table: usize,
        out: &mut dyn Write,
    ) -> Result<(), Fault> {
        let layout = feed.shared_layout();
        let Some(found) = layout.tables.get(table) else { return Ok(()) };
        let mut cells = Vec::new();
        self.cells(&layout, table, &found.nodes, false, &mut cells);
        let mut header = String::new();
        self.head(&cells, found.path.len() + 1, &mut header);
        let mut header = header.trim_start_matches(',').to_owned();
        header.push_str(if header.is_empty() { "PARENT_KEY,KEY\n" } else { ",PARENT_KEY,KEY\n" });
        out.write_all(header.as_bytes()).map_err(unsent)?;
        let writer = RepeatRows { cells, way: way(&layout, table), layout: layout.clone() };
        copy(feed, tx, &writer, out)
    }

    /// Names of the repeats' tables, `visit-child`, by their tables; repeats of the same name are numbered.
    pub fn names(layout: &Layout, form_id: &str) -> Vec<(usize, String)> {
        let name = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
        let repeats = || layout.tables.iter().enumerate().skip(1);
        let mut met: BTreeMap<String, usize> = BTreeMap::new();
        repeats()
            .map(|(table, found)| {
                let name = name(&found.path);
                let same =
                    repeats().filter(|(_, other)| other.path.rsplit('/').next() == Some(&name)).count();
                let number = met.entry(name.clone()).or_default();
                *number += 1;
                let number = if same > 1 { format!("~{number}") } else { String::new() };
                (table, format!("{form_id}-{name}{number}"))
            })
            .collect()
    }

    fn cells(
        &self,
        layout: &Layout,
        table: usize,
        nodes: &[Node],
        with_repeats: bool,
        cells: &mut Vec<Cell>,
    ) {
        for node in nodes {
            match node {
                Node::Value(column) => {
                    let choices = self.choices.get(&column.path).filter(|_| column.multiple);
                    let choices =
                        choices.map(|choices| choices.iter().cloned().collect()).unwrap_or_default();
                    cells.push(Cell { column: column.clone(), here: table == 0 || !with_repeats, choices });
                }
                Node::Group { nodes, .. } => self.cells(layout, table, nodes, with_repeats, cells),
                Node::Repeat { table, .. } if with_repeats => {
                    let nodes = layout.tables.get(*table).map_or(&[][..], |table| &table.nodes);
                    self.cells(layout, *table, nodes, true, cells);
                }
                Node::Repeat { .. } => {}
            }
        }
    }

    /// Appends the columns' names, each behind a comma; of their paths, from this byte on.
    fn head(&self, cells: &[Cell], from: usize, header: &mut String) {
        for Cell { column, choices, .. } in cells {
            let name = if self.options.group_paths {
                column.path.get(from..).unwrap_or_default().replace('/', "-")
            } else {
                column.name.clone()
            };
            let mut add = |name: &str| {
                header.push(',');
                push_text(header, name);
            };
            if column.odk_type == "geopoint" {
                for part in ["Latitude", "Longitude", "Altitude", "Accuracy"] {
                    add(&format!("{name}-{part}"));
                }
                continue;
            }
            add(&name);
            for choice in choices {
                add(&format!("{name}/{choice}"));
            }
        }
    }
}

/// Copies what the writer makes.
fn copy(feed: &mut Feed, tx: &mut Tx<'_>, writer: &dyn RowWriter, out: &mut dyn Write) -> Result<(), Fault> {
    feed.each(tx, writer, &mut |piece| {
        out.write_all(&piece.text).map_err(unsent)?;
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(())
}

/// A column of a table, with the choices that it is split into.
struct Cell {
    column: Column,
    /// Whether the table has its values; not where a repeat's column is only named.
    here: bool,
    choices: Vec<String>,
}

fn needs_quotes(text: &str) -> bool {
    text.bytes().any(|byte| matches!(byte, b',' | b'"' | b'\n' | b'\r'))
}

fn push_text(out: &mut String, text: &str) {
    if needs_quotes(text) {
        out.push('"');
        out.push_str(&text.replace('"', "\"\""));
        out.push('"');
    } else {
        out.push_str(text);
    }
}

fn push(out: &mut Vec<u8>, text: &str) {
    if needs_quotes(text) {
        out.push(b'"');
        out.extend_from_slice(text.replace('"', "\"\"").as_bytes());
        out.push(b'"');
    } else {
        out.extend_from_slice(text.as_bytes());
    }
}

fn push_cell(out: &mut Vec<u8>, cell: &Cell, record: Option<&Record<'_>>) {
    let value = record.filter(|_| cell.here).and_then(|record| record.value(&cell.column));
    if cell.column.odk_type == "geopoint" {
        let mut parts = value.unwrap_or_default().split_whitespace();
        for _ in 0..4 {
            push(out, parts.next().unwrap_or_default());
            out.push(b',');
        }
        return;
    }
    push(out, value.unwrap_or_default());
    out.push(b',');
    for choice in &cell.choices {
        if let Some(value) = value {
            let chosen = value.split_whitespace().any(|one| one == choice);
            out.push(if chosen { b'1' } else { b'0' });
        }
        out.push(b',');
    }
}

struct RootRows {
    cells: Vec<Cell>,
}

impl RowWriter for RootRows {
    fn write(&self, row: &FeedRow<'_>, piece: &mut Piece) {
        let out = &mut piece.text;
        let submission = &row.stored.submission;
        out.extend_from_slice(time(submission.created_at).as_bytes());
        out.push(b',');
        for cell in &self.cells {
            push_cell(out, cell, row.record);
        }
        push(out, &submission.instance_id);
        out.push(b',');
        if let Some(id) = row.submitter_id() {
            out.extend_from_slice(id.to_string().as_bytes());
        }
        out.push(b',');
        push(out, row.submitter.unwrap_or_default());
        let (present, expected) = (row.stored.files_present, row.stored.files);
        out.extend_from_slice(format!(",{present},{expected},").as_bytes());
        out.extend_from_slice(match (row.record, row.missing_data) {
            (Some(_), _) => b"",
            (None, true) => b"missing encrypted form data",
            (None, false) => b"not decrypted",
        });
        out.push(b',');
        push(out, row.review_state().unwrap_or_default());
        out.push(b',');
        push(out, row.device_id.unwrap_or_default());
        out.extend_from_slice(format!(",{},", submission.versions - 1).as_bytes());
        push(out, row.form_version);
        out.push(b'\n');
        piece.end();
    }
}

/// The tables from that of submissions down to this one, it included.
fn way(layout: &Layout, table: usize) -> Vec<usize> {
    let mut way = vec![table];
    while let Some(parent) = way.last().and_then(|table| layout.tables.get(*table)?.parent) {
        way.push(parent);
    }
    way.reverse();
    way
}

struct RepeatRows {
    cells: Vec<Cell>,
    way: Vec<usize>,
    layout: std::sync::Arc<Layout>,
}

impl RepeatRows {
    fn below(&self, record: &Record<'_>, step: usize, key: &str, out: &mut Piece) {
        let Some(found) = self.way.get(step).and_then(|table| self.layout.tables.get(*table)) else {
            return;
        };
        let around = found.parent.and_then(|parent| self.layout.tables.get(parent));
        let inside = found.path.get(around.map_or(0, |around| around.path.len())..).unwrap_or_default();
        let inside = inside.trim_start_matches('/');
        for (number, repetition) in record.repeats.get(found.slot).into_iter().flatten().enumerate() {
            let own = format!("{key}/{inside}[{}]", number + 1);
            if step + 1 < self.way.len() {
                self.below(repetition, step + 1, &own, out);
                continue;
            }
            for cell in &self.cells {
                push_cell(&mut out.text, cell, Some(repetition));
            }
            push(&mut out.text, key);
            out.text.push(b',');
            push(&mut out.text, &own);
            out.text.push(b'\n');
            out.end();
        }
    }
}

impl RowWriter for RepeatRows {
    fn write(&self, row: &FeedRow<'_>, piece: &mut Piece) {
        if let Some(record) = row.record {
            self.below(record, 1, &row.stored.submission.instance_id, piece);
        }
    }
}

/// Gathers the choices that were met, and writes nothing.
struct Choices {
    layout: std::sync::Arc<Layout>,
    met: Mutex<BTreeMap<String, BTreeSet<String>>>,
}

impl Choices {
    fn gather(&self, record: &Record<'_>, table: usize, met: &mut BTreeMap<String, BTreeSet<String>>) {
        let Some(found) = self.layout.tables.get(table) else { return };
        for column in columns(&found.nodes).into_iter().filter(|column| column.multiple) {
            let choices = met.entry(column.path.clone()).or_default();
            for choice in record.value(column).unwrap_or_default().split_whitespace() {
                if choices.len() < MOST_CHOICES && !choices.contains(choice) {
                    choices.insert(choice.to_owned());
                }
            }
        }
        for (inner, child) in self.layout.tables.iter().enumerate() {
            if child.parent == Some(table) {
                for repetition in record.repeats.get(child.slot).into_iter().flatten() {
                    self.gather(repetition, inner, met);
                }
            }
        }
    }
}

impl RowWriter for Choices {
    fn write(&self, row: &FeedRow<'_>, _: &mut Piece) {
        if let Some(record) = row.record {
            let mut met = self.met.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            self.gather(record, 0, &mut met);
        }
    }
}
