//! The form between the survey sheet and the XForm: a tree of rows.

use std::rc::Rc;

use crate::parameters::Parameters;
use crate::value::{Map, Value};

/// Deepest nesting of groups and repeats. Phones give up long before.
pub(crate) const MAX_DEPTH: usize = 100;

/// One question, group, repeat or generated element.
#[derive(Debug, Clone, Default)]
pub(crate) struct Draft {
    /// The type after its aliases are resolved, such as `select one`.
    pub(crate) kind: String,
    pub(crate) name: String,
    /// The row of the survey sheet; 0 for what is generated.
    pub(crate) row: u32,
    /// The columns of the row, with `bind`, `control` and the like as maps.
    pub(crate) fields: Map,
    pub(crate) children: Vec<Draft>,
    pub(crate) actions: Vec<Action>,
    /// The questions whose change computes this one.
    pub(crate) triggers: Vec<String>,
    pub(crate) parameters: Option<Parameters>,
    /// The list, file or reference that the choices come from.
    pub(crate) itemset: Option<String>,
    /// The list whose choices the question carries along.
    pub(crate) choices: Option<String>,
    /// The list that a loop runs over.
    pub(crate) columns: Option<String>,
    /// Rows of the osm sheet.
    pub(crate) tags: Rc<Vec<Map>>,
    pub(crate) dynamic_default: bool,
    /// A group of the data that is not shown, such as `meta`.
    pub(crate) bodyless: bool,
    /// The fixed value of an attribute of an entity.
    pub(crate) value: String,
}

/// Something that happens without the person who fills in the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Action {
    pub(crate) element: &'static str,
    pub(crate) event: &'static str,
    pub(crate) value: Option<String>,
    pub(crate) quality: Option<String>,
}

pub(crate) const FIRST_LOAD: &str = "odk-instance-first-load";
pub(crate) const LOAD: &str = "odk-instance-load";
pub(crate) const NEW_REPEAT: &str = "odk-new-repeat";
pub(crate) const VALUE_CHANGED: &str = "xforms-value-changed";

impl Action {
    pub(crate) fn new(element: &'static str, event: &'static str) -> Self {
        Action { element, event, value: None, quality: None }
    }
}

impl Draft {
    pub(crate) fn new(kind: &str, name: &str) -> Self {
        Draft { kind: kind.to_owned(), name: name.to_owned(), ..Draft::default() }
    }

    pub(crate) fn with(mut self, field: &str, value: impl Into<Value>) -> Self {
        self.fields.insert(field.to_owned(), value.into());
        self
    }

    pub(crate) fn with_map(mut self, field: &str, map: Map) -> Self {
        self.fields.insert(field.to_owned(), Value::Map(map));
        self
    }

    /// Sets a part of a grouped column, such as `bind::readonly`.
    pub(crate) fn set(&mut self, group: &str, part: &str, value: impl Into<Value>) {
        let slot = self.fields.entry(group.to_owned()).or_insert_with(|| Value::Map(Map::new()));
        if let Value::Map(map) = slot {
            map.insert(part.to_owned(), value.into());
        }
    }

    /// A part of a grouped column.
    pub(crate) fn part(&self, group: &str, part: &str) -> Option<&Value> {
        self.fields.get(group).and_then(Value::map)?.get(part)
    }
}

/// The group of the data for what describes the record itself.
pub(crate) fn meta_group(children: Vec<Draft>) -> Draft {
    Draft { bodyless: true, children, ..Draft::new("group", "meta") }
}
