//! The form as a tree of elements that know their place.

use std::cell::Cell;
use std::collections::HashMap;
use std::rc::Rc;

use indexmap::IndexMap;

use crate::draft::Action;
use crate::parameters::Parameters;
use crate::problem::{Failure, Problem};
use crate::reference;
use crate::settings::Settings;
use crate::value::{Map, Value};

/// Names an element of a [`Survey`].
pub(crate) type Id = usize;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Survey,
    Group,
    Repeat,
    Question(Class),
    /// A file that is only declared, such as `csv-external`.
    External,
    Entity,
    /// An attribute of an entity.
    Attribute,
    EntityLabel,
}

/// How a question appears in the form's body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    Hidden,
    Input,
    /// A control without anything of its own: uploads and acknowledgements.
    Plain,
    Osm,
    Select,
    Range,
    Geo,
}

#[derive(Debug, Clone)]
pub(crate) struct Element {
    pub(crate) kind: Kind,
    /// The type after its aliases are resolved, such as `select one`.
    pub(crate) type_name: String,
    pub(crate) name: String,
    /// The row of the survey sheet; 0 for what is generated.
    pub(crate) row: u32,
    pub(crate) parent: Option<Id>,
    pub(crate) children: Vec<Id>,
    /// The path from the root of the data.
    pub(crate) xpath: String,
    pub(crate) label: Option<Value>,
    pub(crate) hint: Option<Value>,
    pub(crate) guidance_hint: Option<Value>,
    pub(crate) media: Option<Value>,
    pub(crate) bind: Option<Map>,
    pub(crate) control: Option<Map>,
    pub(crate) instance: Option<Map>,
    pub(crate) default: Option<Value>,
    pub(crate) dynamic_default: bool,
    pub(crate) choice_filter: Option<String>,
    pub(crate) parameters: Option<Parameters>,
    pub(crate) query: Option<String>,
    pub(crate) is_triggered: bool,
    pub(crate) actions: Vec<Action>,
    pub(crate) itemset: Option<String>,
    /// The list whose choices a question with `search()` shows in the body.
    pub(crate) choices: Option<String>,
    /// The list as the question names it, for `search()`.
    pub(crate) list_name: Option<String>,
    pub(crate) tags: Rc<Vec<Map>>,
    /// A group that leaves no trace in the data.
    pub(crate) is_flat: bool,
    pub(crate) is_bodyless: bool,
    pub(crate) value: String,
}

impl Element {
    pub(crate) fn is_section(&self) -> bool {
        matches!(self.kind, Kind::Survey | Kind::Group | Kind::Repeat | Kind::Entity)
    }

    pub(crate) fn is_question(&self) -> bool {
        matches!(self.kind, Kind::Question(_))
    }

    pub(crate) fn is_repeat(&self) -> bool {
        self.kind == Kind::Repeat
    }

    /// Whether the label is kept with the translations.
    pub(crate) fn needs_itext(&self) -> bool {
        self.label.as_ref().is_some_and(Value::is_map)
            || self.media.as_ref().and_then(Value::map).is_some_and(|m| !m.is_empty())
    }

    pub(crate) fn bind_part(&self, part: &str) -> Option<&Value> {
        self.bind.as_ref()?.get(part)
    }

    /// A problem of this element, at its row if it has one.
    pub(crate) fn problem(&self, message: impl Into<String>) -> Problem {
        let problem = Problem::new(message).sheet("survey");
        if self.row > 0 { problem.row(self.row) } else { problem }
    }
}

/// A list of choices as the form needs it.
#[derive(Debug, Clone)]
pub(crate) struct ChoiceList {
    pub(crate) choices: Vec<Map>,
    /// Whether the labels are kept with the translations.
    pub(crate) requires_itext: bool,
    /// Whether the choices stand in the body, because a question searches among them.
    pub(crate) used_by_search: bool,
}

impl ChoiceList {
    pub(crate) fn new(choices: Vec<Map>) -> Self {
        let requires_itext = choices.iter().any(|choice| {
            choice.get("media").is_some_and(|m| !m.is_empty())
                || match choice.get("label") {
                    Some(Value::Map(_)) => true,
                    Some(Value::Text(text)) => reference::has_reference(text),
                    None => false,
                }
        });
        ChoiceList { choices, requires_itext, used_by_search: false }
    }
}

/// Who has a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Named {
    One(Id),
    Several,
}

/// Questions to compute when another one changes: their names and expressions.
pub(crate) type Triggered = HashMap<String, Vec<(String, String)>>;

pub(crate) struct Survey {
    /// In the order of the form; the survey itself is the first.
    pub(crate) elements: Vec<Element>,
    pub(crate) lists: IndexMap<String, ChoiceList>,
    pub(crate) settings: Settings,
    pub(crate) default_language: String,
    pub(crate) names: HashMap<String, Named>,
    pub(crate) set_values: Triggered,
    pub(crate) set_geopoints: Triggered,
    pub(crate) entity_version: Option<&'static str>,
    /// Bytes of paths that may still be written; a few names can make many long paths.
    pub(crate) budget: Cell<usize>,
}

impl Survey {
    /// Pays for text that was made of references.
    pub(crate) fn spend(&self, bytes: usize) -> Result<(), Failure> {
        match self.budget.get().checked_sub(bytes) {
            Some(left) => {
                self.budget.set(left);
                Ok(())
            }
            None => Err(Problem::new(
                "The form becomes too large: its references and paths fill more than 64 MiB. \
                 Shorten the names of groups and questions, or nest less.",
            )
            .into()),
        }
    }

    /// The elements around this one, the nearest first, each with its distance.
    pub(crate) fn ancestors(&self, id: Id) -> impl Iterator<Item = (Id, usize)> {
        let mut current = self.elements[id].parent;
        let mut distance = 0;
        std::iter::from_fn(move || {
            let found = current?;
            current = self.elements[found].parent;
            distance += 1;
            Some((found, distance))
        })
    }

    /// The nearest repeat around this element.
    pub(crate) fn repeat_around(&self, id: Id) -> Option<Id> {
        self.ancestors(id).map(|(a, _)| a).find(|a| self.elements[*a].is_repeat())
    }

    /// The nearest group or repeat (or only repeat) around both, and the steps up to it from the first.
    pub(crate) fn common_ancestor(&self, from: Id, to: Id, only_repeats: bool) -> Option<(Id, usize)> {
        let counts = |id: Id| {
            let kind = self.elements[id].type_name.as_str();
            kind == "repeat" || (kind == "group" && !only_repeats)
        };
        let around: Vec<Id> = self.ancestors(to).map(|(a, _)| a).collect();
        // The tree has one way up, so the nearest ancestor of one that is also one of the other is it.
        self.ancestors(from).find(|(a, _)| counts(*a) && around.contains(a))
    }

    /// The path of an element, from below `above` or from the root.
    pub(crate) fn path(&self, id: Id, above: Option<Id>) -> String {
        let mut names: Vec<&str> = Vec::new();
        for (ancestor, _) in self.ancestors(id) {
            if Some(ancestor) == above {
                break;
            }
            let element = &self.elements[ancestor];
            if element.kind == Kind::Survey || !element.is_flat {
                names.push(&element.name);
            }
        }
        let mut path = String::new();
        for name in names.iter().rev() {
            path.push('/');
            path.push_str(name);
        }
        let element = &self.elements[id];
        if element.kind == Kind::Survey || !element.is_flat {
            path.push('/');
            if element.kind == Kind::Attribute {
                path.push('@');
            }
            path.push_str(&element.name);
        }
        if path.is_empty() {
            path.push('/');
        }
        path
    }

    /// The element with a name. The message is pyxform's, after `context`.
    pub(crate) fn named(&self, name: &str, context: &str) -> Result<Id, Failure> {
        let reason = match self.names.get(name) {
            Some(Named::One(id)) => return Ok(*id),
            Some(Named::Several) => "There are multiple survey elements named",
            None => "There is no survey element named",
        };
        let space = if context.is_empty() { "" } else { " " };
        Err(Problem::new(format!("{context}{space}{reason} '{name}'.")).sheet("survey").into())
    }
}
