//! Submissions as the rows of an OData feed: JSON as ODK Central writes it.

use std::collections::BTreeSet;
use std::io::Write;
use std::ops::ControlFlow;
use std::sync::Arc;

use serde_json::{Value as Json, json};
use sha1::{Digest, Sha1};
use store::{Fault, Tx};

use crate::desk::hex;
use crate::export::time;
use crate::feed::{Feed, FeedRow, Piece, RowWriter, unsent};
use crate::rows::{Column, Layout, Node, Record};

/// A name as OData has it: letters, digits and underscores, no digit first.
pub fn sanitized(name: &str) -> String {
    let mut plain = String::with_capacity(name.len() + 1);
    if !name.starts_with(|c: char| c.is_alphabetic() || c == '_') {
        plain.push('_');
    }
    let mut strange = false;
    for c in name.chars() {
        let kept = c.is_alphanumeric() || c == '_';
        if kept || !strange {
            plain.push(if kept { c } else { '_' });
        }
        strange = !kept;
    }
    plain
}

/// What `__system` has.
const SYSTEM: [&str; 12] = [
    "submissionDate",
    "updatedAt",
    "submitterId",
    "submitterName",
    "attachmentsPresent",
    "attachmentsExpected",
    "status",
    "reviewState",
    "deviceId",
    "edits",
    "formVersion",
    "deletedAt",
];

/// Which fields come out: `$select`.
#[derive(Clone, Debug, Default)]
pub struct Select {
    /// Paths of the fields, groups and repeats; none: all of them.
    paths: Option<BTreeSet<String>>,
    /// `__id`, `__system/status` … as they were named.
    meta: BTreeSet<String>,
}

/// Why a selection was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SelectError {
    /// There is no such field.
    #[error("there is no field {0}")]
    Unknown(String),
    /// It lies in a repeat, which is a table of its own.
    #[error("{0} lies in a repeat")]
    InRepeat(String),
}

impl Select {
    /// Reads a selection of a table's fields.
    ///
    /// # Errors
    /// A field that is not there, or lies in a repeat within the table.
    pub fn read(text: &str, layout: &Layout, table: usize) -> Result<Select, SelectError> {
        if text.trim() == "*" {
            return Ok(Select::default());
        }
        let mut select = Select { paths: Some(BTreeSet::new()), meta: BTreeSet::new() };
        let parent = parent_id(layout, table);
        for name in text.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            let system = name == "__system"
                || name.strip_prefix("__system/").is_some_and(|name| SYSTEM.contains(&name));
            if name == "__id" || parent.as_deref() == Some(name) || (table == 0 && system) {
                select.meta.insert(name.to_owned());
                continue;
            }
            let nodes = layout.tables.get(table).map_or(&[][..], |table| &table.nodes);
            let steps: Vec<&str> = name.split('/').collect();
            let paths = select.paths.get_or_insert_default();
            choose(layout, nodes, &steps, paths, name)?;
        }
        Ok(select)
    }

    fn has(&self, path: &str) -> bool {
        self.paths.as_ref().is_none_or(|paths| paths.contains(path))
    }

    /// Whether a value that belongs to no field comes out.
    fn has_meta(&self, name: &str) -> bool {
        self.paths.is_none() || self.meta.contains(name)
    }

    fn has_system(&self, name: &str) -> bool {
        self.has_meta("__system") || self.meta.contains(&format!("__system/{name}"))
    }
}

fn choose(
    layout: &Layout,
    nodes: &[Node],
    steps: &[&str],
    paths: &mut BTreeSet<String>,
    whole: &str,
) -> Result<(), SelectError> {
    let unknown = || SelectError::Unknown(whole.to_owned());
    let (first, rest) = steps.split_first().ok_or_else(unknown)?;
    let found = nodes.iter().find(|node| sanitized(node.name()) == *first).ok_or_else(unknown)?;
    if let (Node::Repeat { table, .. }, false) = (found, rest.is_empty()) {
        let inside = layout.tables.get(*table).map_or(&[][..], |table| &table.nodes);
        choose(layout, inside, rest, &mut BTreeSet::new(), whole)?;
        return Err(SelectError::InRepeat(whole.to_owned()));
    }
    match found {
        Node::Group { path, nodes, .. } => {
            paths.insert(path.clone());
            if rest.is_empty() { all(nodes, paths) } else { choose(layout, nodes, rest, paths, whole)? }
        }
        _ if rest.is_empty() => drop(paths.insert(found.path().to_owned())),
        _ => return Err(unknown()),
    }
    Ok(())
}

fn all(nodes: &[Node], paths: &mut BTreeSet<String>) {
    for node in nodes {
        paths.insert(node.path().to_owned());
        if let Node::Group { nodes, .. } = node {
            all(nodes, paths);
        }
    }
}

/// The name of the column in which a repetition names what it lies in: `__Submissions-children-child-id`.
fn parent_id(layout: &Layout, table: usize) -> Option<String> {
    let around = layout.tables.get(layout.tables.get(table)?.parent?)?;
    let steps = around.path.split('/').filter(|step| !step.is_empty()).map(sanitized);
    let steps: Vec<String> = std::iter::once("Submissions".to_owned()).chain(steps).collect();
    Some(format!("__{}-id", steps.join("-")))
}

/// A thing in a row, with what is always written of it.
enum Part {
    Value { key: String, column: Column },
    Group { key: String, parts: Vec<Part> },
    Repeat { key: String, link: String, inside: String, table: usize },
}

/// Writes the rows of one table.
pub struct ODataRows {
    layout: Arc<Layout>,
    /// For each table, its parts.
    parts: Vec<Vec<Part>>,
    /// The tables from that of submissions down to the one that is written.
    way: Vec<usize>,
    parent: Option<String>,
    select: Select,
    expand: bool,
    wkt: bool,
    /// Keep the id of each row, for the link to the next page.
    with_ids: bool,
    /// Only what lies within this repetition: its table and its id.
    within: Option<(usize, String)>,
}

impl ODataRows {
    /// A writer of a table's rows. `expand` writes repetitions into their rows, `wkt` places as well-known text.
    pub fn new(layout: Arc<Layout>, table: usize, select: Select, expand: bool, wkt: bool) -> ODataRows {
        let mut way = vec![table];
        while let Some(parent) = way.last().and_then(|table| layout.tables.get(*table)?.parent) {
            way.push(parent);
        }
        way.reverse();
        // Of the tables within, everything: a selection is of one table.
        let parts = layout.tables.iter().enumerate().map(|(number, of)| {
            let wanted = |path: &str| number != table || select.has(path);
            parts(&of.nodes, &layout, number, &wanted)
        });
        let parts = parts.collect();
        let parent = parent_id(&layout, table);
        ODataRows { layout, parts, way, parent, select, expand, wkt, with_ids: table != 0, within: None }
    }

    /// Only what lies within one repetition of a table around it.
    #[must_use]
    pub fn within(self, table: usize, id: String) -> ODataRows {
        ODataRows { within: Some((table, id)), ..self }
    }
}

fn key(name: &str, end: &str) -> String {
    format!("{}:", Json::String(format!("{}{end}", sanitized(name))))
}

fn parts(nodes: &[Node], layout: &Layout, table: usize, wanted: &dyn Fn(&str) -> bool) -> Vec<Part> {
    let around = layout.tables.get(table).map_or(0, |table| table.path.len());
    let of = |node: &Node| match node {
        node if !wanted(node.path()) => None,
        Node::Value(column) => Some(Part::Value { key: key(&column.name, ""), column: column.clone() }),
        Node::Group { name, nodes, .. } => {
            Some(Part::Group { key: key(name, ""), parts: parts(nodes, layout, table, wanted) })
        }
        Node::Repeat { name, path, table } => Some(Part::Repeat {
            key: key(name, ""),
            link: key(name, "@odata.navigationLink"),
            inside: path.get(around..).unwrap_or_default().trim_start_matches('/').to_owned(),
            table: *table,
        }),
    };
    nodes.iter().filter_map(of).collect()
}

impl Node {
    fn name(&self) -> &str {
        match self {
            Node::Value(column) => &column.name,
            Node::Group { name, .. } | Node::Repeat { name, .. } => name,
        }
    }

    fn path(&self) -> &str {
        match self {
            Node::Value(column) => &column.path,
            Node::Group { path, .. } | Node::Repeat { path, .. } => path,
        }
    }
}

/// Where a row stands: what its id is made of, and the address of it.
struct Standing {
    /// `Submissions#uuid…%%children#%%child#0`
    chain: String,
    /// `Submissions('uuid…')/children/child('…')`
    link: String,
    id: String,
}

impl Standing {
    fn root(instance_id: &str) -> Standing {
        let link = format!("Submissions('{}')", encoded(instance_id));
        Standing { chain: format!("Submissions#{instance_id}"), link, id: instance_id.to_owned() }
    }

    /// A repetition within it; `inside` are the groups between and the repeat.
    fn within(&self, inside: &str, number: usize) -> Standing {
        let mut chain = self.chain.clone();
        let mut steps = inside.split('/').peekable();
        while let Some(step) = steps.next() {
            chain.push_str("%%");
            chain.push_str(step);
            chain.push('#');
            if steps.peek().is_none() {
                chain.push_str(&number.to_string());
            }
        }
        let id = hex(&Sha1::digest(chain.as_bytes()));
        let link = format!("{}('{id}')", self.to(inside));
        Standing { chain, link, id }
    }

    fn to(&self, inside: &str) -> String {
        let steps: Vec<String> = inside.split('/').map(sanitized).collect();
        format!("{}/{}", self.link, steps.join("/"))
    }
}

/// As JavaScript's `encodeURIComponent`.
fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

impl RowWriter for ODataRows {
    fn write(&self, row: &FeedRow<'_>, piece: &mut Piece) {
        let root = Standing::root(&row.stored.submission.instance_id);
        if self.way.len() > 1 {
            if let Some(record) = row.record {
                self.below(record, 1, &root, piece);
            }
            return;
        }
        let out = &mut piece.text;
        out.push(b'{');
        let mut comma = Comma::default();
        if self.select.has_meta("__id") {
            comma.before(out);
            out.extend_from_slice(b"\"__id\":");
            push_text(out, &root.id);
        }
        self.system(row, out, &mut comma);
        if let Some(record) = row.record {
            self.fields(self.parts.first(), record, &root, out, &mut comma);
        }
        out.push(b'}');
        piece.end();
    }
}

#[derive(Default)]
struct Comma(bool);

impl Comma {
    fn before(&mut self, out: &mut Vec<u8>) {
        if std::mem::replace(&mut self.0, true) {
            out.push(b',');
        }
    }
}

impl ODataRows {
    fn below(&self, record: &Record<'_>, step: usize, around: &Standing, piece: &mut Piece) {
        let Some((table, found)) =
            self.way.get(step).and_then(|table| Some((*table, self.layout.tables.get(*table)?)))
        else {
            return;
        };
        let outside = found.parent.and_then(|parent| self.layout.tables.get(parent));
        let inside = found.path.get(outside.map_or(0, |outside| outside.path.len())..).unwrap_or_default();
        let inside = inside.trim_start_matches('/');
        for (number, repetition) in record.repeats.get(found.slot).into_iter().flatten().enumerate() {
            let own = around.within(inside, number);
            if self.within.as_ref().is_some_and(|(of, id)| *of == table && *id != own.id) {
                continue;
            }
            if step + 1 < self.way.len() {
                self.below(repetition, step + 1, &own, piece);
                continue;
            }
            let out = &mut piece.text;
            out.push(b'{');
            let mut comma = Comma::default();
            if self.select.has_meta("__id") {
                comma.before(out);
                out.extend_from_slice(b"\"__id\":");
                push_text(out, &own.id);
            }
            if let Some(parent) = self.parent.as_ref().filter(|parent| self.select.has_meta(parent)) {
                comma.before(out);
                push_text(out, parent);
                out.push(b':');
                push_text(out, &around.id);
            }
            self.fields(self.parts.get(table), repetition, &own, out, &mut comma);
            out.push(b'}');
            piece.end();
            if self.with_ids {
                piece.ids.push(own.id);
            }
        }
    }

    fn fields(
        &self,
        parts: Option<&Vec<Part>>,
        record: &Record<'_>,
        standing: &Standing,
        out: &mut Vec<u8>,
        comma: &mut Comma,
    ) {
        for part in parts.into_iter().flatten() {
            match part {
                Part::Value { key, column } => {
                    comma.before(out);
                    out.extend_from_slice(key.as_bytes());
                    push_value(out, column, record.value(column), self.wkt);
                }
                Part::Group { key, parts } => {
                    comma.before(out);
                    out.extend_from_slice(key.as_bytes());
                    out.push(b'{');
                    self.fields(Some(parts), record, standing, out, &mut Comma::default());
                    out.push(b'}');
                }
                Part::Repeat { key, link, inside, table } => {
                    let slot = self.layout.tables.get(*table).map_or(usize::MAX, |table| table.slot);
                    let rows = record.repeats.get(slot).map_or(&[][..], Vec::as_slice);
                    if rows.is_empty() {
                        continue;
                    }
                    comma.before(out);
                    out.extend_from_slice(link.as_bytes());
                    push_text(out, &standing.to(inside));
                    if !self.expand {
                        continue;
                    }
                    out.push(b',');
                    out.extend_from_slice(key.as_bytes());
                    out.push(b'[');
                    let mut between = Comma::default();
                    for (number, row) in rows.iter().enumerate() {
                        between.before(out);
                        let own = standing.within(inside, number);
                        out.extend_from_slice(b"{\"__id\":");
                        push_text(out, &own.id);
                        self.fields(self.parts.get(*table), row, &own, out, &mut Comma(true));
                        out.push(b'}');
                    }
                    out.push(b']');
                }
            }
        }
    }

    fn system(&self, row: &FeedRow<'_>, out: &mut Vec<u8>, comma: &mut Comma) {
        if !SYSTEM.iter().any(|name| self.select.has_system(name)) {
            return;
        }
        comma.before(out);
        out.extend_from_slice(b"\"__system\":{");
        let submission = &row.stored.submission;
        let mut inside = Comma::default();
        let at = |at: Option<i64>| at.map(time);
        for name in SYSTEM.into_iter().filter(|name| self.select.has_system(name)) {
            inside.before(out);
            push_text(out, name);
            out.push(b':');
            let text = match name {
                "submissionDate" => at(Some(submission.created_at)),
                "updatedAt" => at(row.updated_at()),
                "submitterId" => row.submitter_id().map(|id| id.to_string()),
                "submitterName" => row.submitter.map(str::to_owned),
                "status" if row.record.is_some() => None,
                "status" => Some(
                    if row.missing_data { "missingEncryptedFormData" } else { "notDecrypted" }.to_owned(),
                ),
                "reviewState" => row.review_state().map(str::to_owned),
                "deviceId" => row.device_id.map(str::to_owned),
                "formVersion" => Some(row.form_version.to_owned()),
                "deletedAt" => at(submission.removed_at),
                _ => {
                    let number = match name {
                        "attachmentsPresent" => row.stored.files_present,
                        "attachmentsExpected" => row.stored.files,
                        _ => submission.versions - 1,
                    };
                    out.extend_from_slice(number.to_string().as_bytes());
                    continue;
                }
            };
            match text {
                Some(text) => push_text(out, &text),
                None => out.extend_from_slice(b"null"),
            }
        }
        out.push(b'}');
    }
}

/// A text as JSON.
fn push_text(out: &mut Vec<u8>, text: &str) {
    // Writing to memory does not fail.
    let _ = serde_json::to_writer(out, text);
}

fn push_value(out: &mut Vec<u8>, column: &Column, value: Option<&str>, wkt: bool) {
    let Some(text) = value else { return out.extend_from_slice(b"null") };
    let json = match column.odk_type.as_str() {
        "int" => leading(text, false).map(|number| match number.parse::<i64>() {
            Ok(number) => json!(number),
            Err(_) => number.parse::<f64>().map_or(Json::Null, Json::from),
        }),
        "decimal" => leading(text, true).and_then(|number| number.parse::<f64>().ok()).map(decimal),
        "geopoint" | "geotrace" | "geoshape" => place(&column.odk_type, text, wkt),
        _ => return push_text(out, text),
    };
    let _ = serde_json::to_writer(out, &json.unwrap_or(Json::Null));
}

/// A number as JavaScript writes it: whole ones without a point.
fn decimal(number: f64) -> Json {
    if number.fract() == 0.0 && number.abs() < 9e15 { json!(number as i64) } else { Json::from(number) }
}

/// The number that a text begins with.
fn leading(text: &str, point: bool) -> Option<&str> {
    let text = text.trim_start();
    let mut end = 0;
    let mut digits = false;
    let mut pointed = false;
    let bytes = text.as_bytes();
    while let Some(byte) = bytes.get(end) {
        match byte {
            b'+' | b'-' if end == 0 => {}
            b'0'..=b'9' => digits = true,
            b'.' if point && !pointed => pointed = true,
            b'e' | b'E' if point && digits => {
                let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
                let from = end + 1 + sign;
                let more = bytes.get(from..).unwrap_or_default();
                let count = more.iter().take_while(|byte| byte.is_ascii_digit()).count();
                if count > 0 {
                    end = from + count;
                }
                break;
            }
            _ => break,
        }
        end += 1;
    }
    text.get(..end).filter(|_| digits)
}

/// Latitude, longitude, altitude, accuracy; as far as they are there.
fn point(text: &str) -> Option<[Option<f64>; 4]> {
    let mut numbers =
        text.split_whitespace().map(|part| leading(part, true).and_then(|number| number.parse().ok()));
    let mut next = || numbers.next().flatten();
    let found = [next(), next(), next(), next()];
    (found[0].is_some() && found[1].is_some()).then_some(found)
}

fn coordinates(point: [Option<f64>; 4]) -> Vec<Json> {
    let [latitude, longitude, altitude, _] = point;
    [longitude, latitude, altitude].into_iter().flatten().map(decimal).collect()
}

fn place(kind: &str, text: &str, wkt: bool) -> Option<Json> {
    let as_text = |point| {
        let numbers = coordinates(point);
        numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    };
    if kind == "geopoint" {
        let found = point(text)?;
        if wkt {
            return Some(Json::String(format!("POINT ({})", as_text(found))));
        }
        let mut geometry = json!({ "type": "Point", "coordinates": coordinates(found) });
        if let (Some(accuracy), Json::Object(geometry)) = (found[3], &mut geometry) {
            geometry.insert("properties".to_owned(), json!({ "accuracy": decimal(accuracy) }));
        }
        return Some(geometry);
    }
    let points: Vec<[Option<f64>; 4]> = text.split(';').filter_map(point).collect();
    if points.is_empty() {
        return None;
    }
    let closed = kind == "geoshape";
    if wkt {
        let line = points.iter().map(|point| as_text(*point)).collect::<Vec<_>>().join(",");
        return Some(Json::String(if closed {
            format!("POLYGON (({line}))")
        } else {
            format!("LINESTRING ({line})")
        }));
    }
    let line: Vec<Vec<Json>> = points.iter().map(|point| coordinates(*point)).collect();
    let mut geometry = if closed {
        json!({ "type": "Polygon", "coordinates": [line] })
    } else {
        json!({ "type": "LineString", "coordinates": line })
    };
    let accuracies: Vec<Json> =
        points.iter().map(|point| point[3].filter(|one| *one != 0.0).map_or(Json::Null, decimal)).collect();
    if let (true, Json::Object(geometry)) = (accuracies.iter().any(|one| !one.is_null()), &mut geometry) {
        geometry.insert("properties".to_owned(), json!({ "accuracies": accuracies }));
    }
    Some(geometry)
}

/// Which rows of a table of repetitions come out.
#[derive(Clone, Debug, Default)]
pub struct TableQuery {
    /// Begin after the row with this id.
    pub after: Option<String>,
    /// Pass over so many.
    pub skip: u64,
    /// At most so many.
    pub top: Option<u64>,
    /// How many there are is asked for.
    pub count: bool,
}

/// What is said behind the rows.
#[derive(Debug, Default)]
pub struct Footer {
    /// How many rows there are in all, if that was asked for.
    pub count: Option<i64>,
    /// The id of the last row, if there are more.
    pub next: Option<String>,
}

impl ODataRows {
    /// Writes the submissions of a feed, commas between them.
    ///
    /// # Errors
    /// What reading or sending ran into.
    pub fn write_submissions(
        &self,
        feed: &mut Feed,
        tx: &mut Tx<'_>,
        count: bool,
        out: &mut dyn Write,
    ) -> Result<Footer, Fault> {
        let mut comma = false;
        let mut last: Option<String> = None;
        let writer = WithIds { rows: self };
        let more = feed.each(tx, &writer, &mut |mut piece| {
            let mut from = 0;
            for end in &piece.ends {
                if std::mem::replace(&mut comma, true) {
                    out.write_all(b",").map_err(unsent)?;
                }
                out.write_all(piece.text.get(from..*end).unwrap_or_default()).map_err(unsent)?;
                from = *end;
            }
            last = piece.ids.pop().or(last.take());
            Ok(ControlFlow::Continue(()))
        })?;
        let count = if count { Some(feed.count(tx)?) } else { None };
        Ok(Footer { count, next: last.filter(|_| more) })
    }

    /// Writes the rows of a table of repetitions, commas between them. Tells in the answer also whether the row to begin
    /// after was found.
    ///
    /// # Errors
    /// What reading or sending ran into.
    pub fn write_repetitions(
        &self,
        feed: &mut Feed,
        tx: &mut Tx<'_>,
        query: &TableQuery,
        out: &mut dyn Write,
    ) -> Result<(Footer, bool), Fault> {
        let mut found = query.after.is_none();
        let skip = if query.after.is_some() { 0 } else { query.skip };
        let top = query.top.unwrap_or(u64::MAX);
        let (mut count, mut passed, mut written) = (0_i64, 0_u64, 0_u64);
        let mut last: Option<String> = None;
        let mut more = false;
        feed.each(tx, self, &mut |piece| {
            let mut from = 0;
            for (end, id) in piece.ends.iter().zip(piece.ids) {
                let row = piece.text.get(from..*end).unwrap_or_default();
                from = *end;
                count += 1;
                if !found {
                    found = query.after.as_deref() == Some(&id);
                    continue;
                }
                if passed < skip {
                    passed += 1;
                } else if written < top {
                    if written > 0 {
                        out.write_all(b",").map_err(unsent)?;
                    }
                    out.write_all(row).map_err(unsent)?;
                    written += 1;
                    last = Some(id);
                } else {
                    more = true;
                    if !query.count {
                        return Ok(ControlFlow::Break(()));
                    }
                }
            }
            Ok(ControlFlow::Continue(()))
        })?;
        let count = Some(count).filter(|_| query.count);
        Ok((Footer { count, next: last.filter(|_| more) }, found))
    }
}

/// Keeps the ids of submissions, for the link to the next page.
struct WithIds<'r> {
    rows: &'r ODataRows,
}

impl RowWriter for WithIds<'_> {
    fn write(&self, row: &FeedRow<'_>, piece: &mut Piece) {
        self.rows.write(row, piece);
        // Only the last one is asked for.
        piece.ids.clear();
        piece.ids.push(row.stored.submission.instance_id.clone());
    }
}
