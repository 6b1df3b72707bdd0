//! A submission's values in the shape of its form, read from the JSON of each class without making a map of them.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use store::Fault;
use xforms::{Field, Form, Kind};

use crate::receive::DEVICE_ID;

/// The tables that a form makes: one of its submissions, one of each repeat. The first is that of the submissions; a
/// repeat comes after the one around it.
pub struct Layout {
    /// The tables.
    pub tables: Vec<Table>,
    places: HashMap<String, Place>,
}

/// One table.
pub struct Table {
    /// Path of the repeat; empty for submissions.
    pub path: String,
    /// The table around it.
    pub parent: Option<usize>,
    /// What it holds, in the form's order.
    pub nodes: Vec<Node>,
    /// How many values a row has.
    pub slots: usize,
    /// How many repeats are directly in it.
    pub repeats: usize,
    /// Its own place among the repeats of the table around it.
    pub slot: usize,
}

/// Something in a table.
pub enum Node {
    /// A value.
    Value(Column),
    /// Values in a group.
    Group {
        /// Its name.
        name: String,
        /// Its path.
        path: String,
        /// What it holds.
        nodes: Vec<Node>,
    },
    /// A repeat: a table of its own.
    Repeat {
        /// Its name.
        name: String,
        /// Its path.
        path: String,
        /// Its table.
        table: usize,
    },
}

/// A value of a table.
#[derive(Clone, Debug)]
pub struct Column {
    /// The field's path.
    pub path: String,
    /// Its name.
    pub name: String,
    /// Its type, as ODK names it.
    pub odk_type: String,
    /// Whether it holds several choices.
    pub multiple: bool,
    /// Its place in a row.
    pub slot: usize,
}

#[derive(Clone, Copy)]
enum Place {
    Value { table: usize, slot: usize },
    Repeat { around: usize, table: usize, slot: usize },
}

impl Layout {
    /// The layout of a form.
    pub fn of(form: &Form) -> Layout {
        Layout::of_fields(&form.fields.iter().collect::<Vec<_>>())
    }

    /// The layout of a form with the fields that earlier versions had and it has not, each behind the one that it
    /// followed. `earlier` are the other versions, newest first.
    pub fn with_deleted<'f>(form: &'f Form, earlier: impl IntoIterator<Item = &'f Form>) -> Layout {
        let mut fields: Vec<&Field> = form.fields.iter().collect();
        let mut known: BTreeSet<&str> = fields.iter().map(|field| field.path.as_str()).collect();
        for version in earlier {
            let mut before: Option<&str> = None;
            for field in &version.fields {
                if known.insert(&field.path) {
                    let behind = before.and_then(|before| {
                        let inside = format!("{before}/");
                        let own = fields.iter().position(|known| known.path == before)?;
                        let last = fields.iter().rposition(|known| known.path.starts_with(&inside));
                        let parent = field.path.starts_with(&inside);
                        Some(if parent { own } else { last.unwrap_or(own) } + 1)
                    });
                    fields.insert(behind.unwrap_or(0), field);
                }
                before = Some(&field.path);
            }
        }
        Layout::of_fields(&fields)
    }

    fn of_fields(fields: &[&Field]) -> Layout {
        let root =
            Table { path: String::new(), parent: None, nodes: Vec::new(), slots: 0, repeats: 0, slot: 0 };
        let mut layout = Layout { tables: vec![root], places: HashMap::new() };
        let mut tables: HashMap<&str, usize> = HashMap::from([("", 0)]);
        for field in fields {
            let around = field.repeat.as_deref().and_then(|path| tables.get(path).copied()).unwrap_or(0);
            let new = layout.tables.len();
            let (name, path) = (field.name.clone(), field.path.clone());
            let Some(table) = layout.tables.get_mut(around) else { continue };
            let node = match field.kind {
                Kind::Group => Node::Group { name, path, nodes: Vec::new() },
                Kind::Repeat => {
                    let slot = table.repeats;
                    table.repeats += 1;
                    tables.insert(&field.path, new);
                    layout.places.insert(field.path.clone(), Place::Repeat { around, table: new, slot });
                    Node::Repeat { name, path, table: new }
                }
                _ => {
                    let slot = table.slots;
                    table.slots += 1;
                    layout.places.insert(field.path.clone(), Place::Value { table: around, slot });
                    let odk_type = field.odk_type.clone();
                    Node::Value(Column { path, name, odk_type, multiple: field.multiple, slot })
                }
            };
            let inside = field.path.strip_prefix(&table.path).unwrap_or(&field.path).trim_start_matches('/');
            insert(&mut table.nodes, inside, node);
            if field.kind == Kind::Repeat {
                let slot = table.repeats - 1;
                let path = field.path.clone();
                let nodes = Vec::new();
                layout.tables.push(Table { path, parent: Some(around), nodes, slots: 0, repeats: 0, slot });
            }
        }
        layout
    }

    /// A table by the path of its repeat.
    pub fn table(&self, path: &str) -> Option<usize> {
        self.tables.iter().position(|table| table.path == path)
    }

    /// A row of a table, empty.
    pub fn empty(&self, table: usize) -> Record<'static> {
        let (slots, repeats) = self.tables.get(table).map_or((0, 0), |table| (table.slots, table.repeats));
        Record { values: vec![None; slots], repeats: vec![Vec::new(); repeats], device_id: None }
    }

    /// Reads the values of one class into a row of submissions. What is there already is kept.
    pub fn read<'j>(&self, json: &'j str, record: &mut Record<'j>) -> Result<(), Fault> {
        let mut reader = serde_json::Deserializer::from_str(json);
        let seed = Rows { layout: self, table: 0, record };
        seed.deserialize(&mut reader)
            .map_err(|error| Fault::Damaged { what: format!("values of a submission: {error}") })
    }
}

/// Puts a node into the groups that its path lies in.
fn insert(nodes: &mut Vec<Node>, inside: &str, node: Node) {
    if let Some((first, rest)) = inside.split_once('/') {
        let group = nodes.iter_mut().find_map(|node| match node {
            Node::Group { name, nodes, .. } if name == first => Some(nodes),
            _ => None,
        });
        if let Some(nodes) = group {
            return insert(nodes, rest, node);
        }
    }
    nodes.push(node);
}

/// The columns of nodes, groups opened, repeats left out.
pub fn columns(nodes: &[Node]) -> Vec<&Column> {
    let mut found = Vec::new();
    for node in nodes {
        match node {
            Node::Value(column) => found.push(column),
            Node::Group { nodes, .. } => found.extend(columns(nodes)),
            Node::Repeat { .. } => {}
        }
    }
    found
}

/// One row: a submission, or one repetition.
#[derive(Clone, Default)]
pub struct Record<'j> {
    /// Values by their slots.
    pub values: Vec<Option<Cow<'j, str>>>,
    /// Repetitions by the slots of their repeats.
    pub repeats: Vec<Vec<Record<'j>>>,
    /// The device's own id; of submissions.
    pub device_id: Option<Cow<'j, str>>,
}

impl Record<'_> {
    /// The value of a column.
    pub fn value(&self, column: &Column) -> Option<&str> {
        self.values.get(column.slot)?.as_deref()
    }
}

struct Rows<'a, 'j> {
    layout: &'a Layout,
    table: usize,
    record: &'a mut Record<'j>,
}

impl<'de: 'j, 'j> DeserializeSeed<'de> for Rows<'_, 'j> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de: 'j, 'j> Visitor<'de> for Rows<'_, 'j> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("values by path")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Rows { layout, table, record } = self;
        while let Some(path) = map.next_key_seed(Text)? {
            match layout.places.get(path.as_ref()) {
                Some(Place::Value { table: of, slot }) if *of == table => {
                    let value = map.next_value_seed(Text)?;
                    if let Some(free) = record.values.get_mut(*slot).filter(|value| value.is_none()) {
                        *free = Some(value);
                    }
                }
                Some(Place::Repeat { around, table: of, slot }) if *around == table => {
                    match record.repeats.get_mut(*slot) {
                        Some(rows) => map.next_value_seed(Repetitions { layout, table: *of, rows })?,
                        None => drop(map.next_value::<IgnoredAny>()?),
                    }
                }
                None if table == 0 && path == DEVICE_ID => {
                    record.device_id = Some(map.next_value_seed(Text)?);
                }
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

struct Repetitions<'a, 'j> {
    layout: &'a Layout,
    table: usize,
    rows: &'a mut Vec<Record<'j>>,
}

impl<'de: 'j, 'j> DeserializeSeed<'de> for Repetitions<'_, 'j> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de: 'j, 'j> Visitor<'de> for Repetitions<'_, 'j> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("repetitions")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let Repetitions { layout, table, rows } = self;
        let mut number = 0;
        loop {
            if number == rows.len() {
                let mut record = layout.empty(table);
                if list.next_element_seed(Rows { layout, table, record: &mut record })?.is_none() {
                    return Ok(());
                }
                rows.push(record);
            } else if let Some(record) = rows.get_mut(number)
                && list.next_element_seed(Rows { layout, table, record })?.is_none()
            {
                return Ok(());
            }
            number += 1;
        }
    }
}

/// A text, borrowed where the JSON has it as it is.
struct Text;

impl<'de> DeserializeSeed<'de> for Text {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Cow<'de, str>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Text {
    type Value = Cow<'de, str>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a text")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E>(self, text: &str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Owned(text.to_owned()))
    }
}
