//! Rows that begin or end a group, a repeat or a loop.

use std::collections::HashSet;
use std::rc::Rc;

use super::{Container, Rows, TableList};
use crate::aliases::CONTAINERS;
use crate::draft::{Draft, MAX_DEPTH};
use crate::entity_places::Step;
use crate::problem::{Failure, Problem};
use crate::python::{self, is_space};
use crate::reference;
use crate::value::{Map, Value, map_of, printed};

pub(super) struct Begin<'a> {
    kind: &'static str,
    list: Option<&'a str>,
}

/// Reads `begin_group`, `begin repeat`, `begin loop over list` and the like.
pub(super) fn begin(text: &str) -> Option<Begin<'_>> {
    let rest = after_word(text, "begin")?;
    CONTAINERS.iter().find_map(|(word, kind)| {
        let rest = rest.strip_prefix(word)?;
        if rest.is_empty() {
            return Some(Begin { kind, list: None });
        }
        let rest = rest.strip_prefix(' ')?;
        let is_list = |list: &&str| !list.is_empty() && !list.contains(is_space);
        let list = rest.strip_prefix("over ").filter(is_list).or(Some(rest).filter(is_list))?;
        Some(Begin { kind, list: Some(list) })
    })
}

/// Reads `end_group` and the like.
pub(super) fn end(text: &str) -> Option<&'static str> {
    let rest = after_word(text, "end")?;
    CONTAINERS.iter().find(|(word, _)| rest == *word).map(|(_, kind)| *kind)
}

/// What follows the word and one underscore or space.
fn after_word<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let rest = text.strip_prefix(word)?;
    let mut chars = rest.chars();
    chars.next().filter(|c| *c == '_' || is_space(*c))?;
    Some(chars.as_str())
}

impl Rows<'_> {
    pub(super) fn open(&mut self, number: u32, begin: Begin<'_>, mut draft: Draft) -> Result<(), Failure> {
        let kind = begin.kind;
        kind.clone_into(&mut draft.kind);
        if kind == "repeat" {
            self.check_repeat_name(number, &draft.name)?;
            if !draft.fields.contains_key("label") && !draft.fields.contains_key("media") {
                let mut row = map_of([("name", &draft.name)]);
                if let Some(kind) = draft.fields.get("type") {
                    row.insert("type".to_owned(), kind.clone());
                }
                self.warn(number, &format!("Repeat has no label: {}", printed(&row)));
            }
        }
        if self.stack.len() > MAX_DEPTH {
            return Err(Problem::in_row(
                number,
                &format!(
                    "Groups and repeats can be nested {MAX_DEPTH} deep at most. Take some of them apart."
                ),
            )
            .into());
        }
        if kind == "loop" {
            let Some(list) = begin.list else {
                return Err(Problem::in_row(number, "Repeat loop without list name.").column("type").into());
            };
            if !self.lists.contains_key(list) {
                return Err(Problem::in_row(number, &format!("List name not in columns sheet: {list}"))
                    .column("type")
                    .into());
            }
            draft.columns = Some(list.to_owned());
        }
        self.generate_count(&mut draft);
        self.start_table_list(number, &mut draft)?;
        if let Some(Value::Text(intent)) = draft.fields.get("intent") {
            let intent = intent.clone();
            draft.set("control", "intent", intent);
        }
        let above = self.stack.last().map_or_else(crate::entity_places::form_way, |c| c.way.clone());
        let step = Step { name: draft.name.clone(), kind };
        let way: Rc<[Step]> = above.iter().cloned().chain([step]).collect();
        self.stack.push(Container {
            draft,
            row: number,
            names: HashSet::new(),
            lower_names: HashSet::new(),
            way,
        });
        Ok(())
    }

    fn check_repeat_name(&mut self, number: u32, name: &str) -> Result<(), Problem> {
        let reason = if name == self.root_name {
            "Repeat names must not be the same as the survey root (which defaults to 'data')."
        } else if !self.repeat_names.insert(name.to_owned()) {
            "Repeat names must unique anywhere in the survey, at all levels of group or repeat nesting."
        } else {
            return Ok(());
        };
        Err(Problem::in_row(
            number,
            &format!("On the 'survey' sheet, the 'name' value '{name}' is invalid. {reason}"),
        )
        .column("name"))
    }

    /// A computed number of repetitions gets a question of its own, which the repeat then refers to.
    fn generate_count(&mut self, draft: &mut Draft) {
        let Some(Value::Text(count)) = draft.part("control", "jr:count").filter(|c| !c.is_empty()) else {
            return;
        };
        if reference::whole(count).is_some() {
            return;
        }
        let name = format!("{}_count", draft.name);
        let bind = map_of([("readonly", "true()"), ("calculate", count)]);
        self.add(Draft::new("calculate", &name).with_map("bind", bind));
        draft.set("control", "jr:count", format!("${{{name}}}"));
    }

    /// A group with the appearance `table-list` shows its selects as a table.
    fn start_table_list(&mut self, number: u32, draft: &mut Draft) -> Result<(), Problem> {
        let appearance = match draft.part("control", "appearance") {
            None => return Ok(()),
            Some(Value::Map(_)) => return Err(Problem::wrong_shape(number, "appearance")),
            Some(Value::Text(appearance)) => appearance,
        };
        if !python::words(appearance).any(|w| w == "table-list") {
            return Ok(());
        }
        self.table_list = TableList::Waiting;
        let mut words = vec!["field-list"];
        words.extend(python::words(appearance).filter(|w| *w != "table-list"));
        let appearance = words.join(" ");
        draft.set("control", "appearance", appearance);
        let label = draft.fields.shift_remove("label");
        let hint = draft.fields.shift_remove("hint");
        if label.is_some() || hint.is_some() {
            let mut note = Draft::new("note", &format!("generated_table_list_label_{number}"));
            for (field, value) in [("label", label), ("hint", hint)] {
                if let Some(value) = value {
                    note.fields.insert(field.to_owned(), value);
                }
            }
            draft.children.push(note);
        }
        Ok(())
    }

    pub(super) fn close(&mut self, number: u32, kind: &str, row: &Map) -> Result<(), Failure> {
        let matches = self.stack.len() > 1 && self.stack.last().is_some_and(|c| c.draft.kind == kind);
        let closed = if matches { self.stack.pop() } else { None };
        let Some(closed) = closed else {
            let name = row.get("name").map_or("unknown".into(), Value::to_text);
            return Err(Problem::in_row(
                number,
                &format!(
                    "Unmatched 'end_{kind}'. No matching 'begin_{kind}' was found for the name '{name}'."
                ),
            )
            .column("type")
            .into());
        };
        self.add(closed.draft);
        self.table_list = TableList::No;
        Ok(())
    }
}
