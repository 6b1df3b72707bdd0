//! Questions with choices.

use indexmap::IndexSet;

use super::{Rows, TableList};
use crate::aliases::SELECTS;
use crate::draft::Draft;
use crate::parameters::{self, Parameters};
use crate::problem::{Failure, Problem, row_prefix};
use crate::python::{self, is_space};
use crate::reference;
use crate::spelling;
use crate::value::{Map, Value, map_of};

pub(super) struct Select {
    /// As written: `select_one_from_file`.
    command: &'static str,
    /// What it means: `select one`.
    kind: &'static str,
    list: String,
    or_other: bool,
}

/// Reads `select_one list`, `select_multiple list or_other` and the like.
pub(super) fn parse(text: &str) -> Option<Select> {
    SELECTS.iter().find_map(|(command, kind)| {
        let rest = text.strip_prefix(command)?.strip_prefix(' ')?;
        let end = rest.find(is_space).unwrap_or(rest.len());
        let (list, other) = rest.split_at(end);
        let or_other = matches!(other, " or specify other" | " or_other" | " or other");
        (!list.is_empty() && (other.is_empty() || or_other)).then(|| Select {
            command,
            kind,
            list: list.to_owned(),
            or_other,
        })
    })
}

/// Whether a file of this extension (with its dot) can hold choices.
pub(crate) fn is_choice_file(extension: &str) -> bool {
    matches!(extension, ".xml" | ".csv" | ".geojson")
}

impl Rows<'_> {
    pub(super) fn select(
        &mut self,
        number: u32,
        mut draft: Draft,
        select: Select,
        parameters: Parameters,
    ) -> Result<(), Failure> {
        let list = select.list.as_str();
        let filter = draft.fields.get("choice_filter").and_then(Value::text).unwrap_or_default().to_owned();
        let has_filter = draft.fields.contains_key("choice_filter");
        let (instance, extension) = python::split_extension(list);
        let from_file = is_choice_file(extension);
        let is_external = select.kind == "select one external";
        if is_external {
            self.check_external(number, list, has_filter)?;
        } else {
            self.found.instances.insert(instance.to_owned());
        }
        check_file_name(number, &select)?;
        let is_reference = reference::has_reference(list);
        if !is_external && !from_file && !is_reference {
            self.check_list(number, list)?;
        }
        if select.kind == "select all that apply" && !from_file {
            self.check_multiple(number, list)?;
        }
        let other =
            if select.or_other { Some(self.add_other(number, list, &filter, &draft.name)?) } else { None };

        select.kind.clone_into(&mut draft.kind);
        check_parameters(number, &select, &parameters)?;
        let randomised = parameters.get("randomize").is_some_and(|v| v == "true");
        draft.parameters = Some(parameters);
        draft.itemset = Some(list.to_owned());
        if !filter.is_empty() {
            if is_external {
                draft.fields.insert("query".to_owned(), list.into());
            } else if self.lists.contains_key(list) {
                draft.choices = Some(list.to_owned());
            }
        } else if !randomised && !from_file && !is_reference {
            if !self.lists.contains_key(list) {
                return Err(Problem::in_row(
                    number,
                    &format!(
                        "The list '{list}' of an external select without choice_filter is not in the choices sheet. \
                         Add a choice_filter, or use select_one with a list of the choices sheet."
                    ),
                )
                .column("choice_filter")
                .into());
            }
            draft.choices = Some(list.to_owned());
        }
        self.place_in_table(number, list, select.kind, has_filter, &mut draft)?;
        self.add(draft);
        if let Some(other) = other {
            self.add(other);
        }
        Ok(())
    }

    fn check_external(&mut self, number: u32, list: &str, has_filter: bool) -> Result<(), Problem> {
        if !has_filter {
            self.warn(number, "select one external is only meant for filtered selects.");
        }
        if self.external_lists.is_empty() {
            let mut message = "There should be an external_choices sheet in this xlsform.".to_owned();
            if let Some(similar) = spelling::similar_sheets("external_choices", self.workbook.names()) {
                message = format!("{message} {similar}");
            }
            return Err(Problem::new(format!(
                "{message} Please ensure that the external_choices sheet has columns 'list name', and 'name'."
            ))
            .sheet("survey")
            .row(number)
            .column("type"));
        }
        if !self.external_lists.contains_key(list) {
            return Err(Problem::new(format!(
                "{}List name not in external choices sheet: {list}",
                row_prefix(number)
            ))
            .sheet("survey")
            .row(number)
            .column("type"));
        }
        Ok(())
    }

    fn check_list(&self, number: u32, list: &str) -> Result<(), Problem> {
        if self.lists.contains_key(list) {
            return Ok(());
        }
        let at = |message: String| Problem::new(message).sheet("survey").row(number).column("type");
        if self.lists.is_empty() {
            let mut message = "There should be a choices sheet in this xlsform.".to_owned();
            if let Some(similar) = spelling::similar_sheets("choices", self.workbook.names()) {
                message = format!("{message} {similar}");
            }
            return Err(at(format!(
                "{message} Please ensure that the choices sheet has the mandatory columns 'list_name', 'name', and \
                 'label'."
            )));
        }
        Err(at(format!("{} List name not in choices sheet: {list}", row_prefix(number))))
    }

    /// The answers of a multiple select are separated by spaces, so its names have none.
    fn check_multiple(&mut self, number: u32, list: &str) -> Result<(), Problem> {
        if self.multiple_lists.contains(list) {
            return Ok(());
        }
        let at = |message: String| Problem::new(message).sheet("survey").row(number).column("type");
        let Some(choices) = self.lists.get(list) else {
            return Err(at(format!(
                "{} A multiple select cannot take its choices from the reference {list}. Use select_one.",
                row_prefix(number)
            )));
        };
        let spaced =
            choices.iter().filter_map(|c| c.get("name")).filter_map(Value::text).find(|n| n.contains(' '));
        match spaced {
            None => {
                self.multiple_lists.insert(list.to_owned());
                Ok(())
            }
            Some(name) => Err(at(format!(
                "Choice names with spaces cannot be added to multiple choice selects. See [{name}] in [{list}]"
            ))),
        }
    }

    /// Adds the choice "Other" to the list; the answer is the question for what else.
    fn add_other(&mut self, number: u32, list: &str, filter: &str, name: &str) -> Result<Draft, Problem> {
        self.found.or_other = true;
        if !filter.is_empty() {
            return Err(
                Problem::in_row(number, "Choice filter not supported with or_other.").column("choice_filter")
            );
        }
        let Some(choices) = self.lists.get_mut(list).filter(|c| !c.is_empty()) else {
            return Err(Problem::in_row(number, "Please specify choices for this 'or other' question.")
                .column("type"));
        };
        if self.other_lists.insert(list.to_owned())
            && !choices.iter().any(|c| c.get("name").and_then(Value::text) == Some("other"))
        {
            let label = if choices.iter().any(|c| c.get("label").is_some_and(Value::is_map)) {
                if choices.iter().any(|c| !c.contains_key("label")) {
                    return Err(Problem::in_row(
                        number,
                        &format!("With or_other every choice of the list '{list}' must have a label."),
                    )
                    .column("type"));
                }
                let languages: IndexSet<&String> =
                    choices.iter().filter_map(|c| c.get("label")?.map()).flat_map(Map::keys).collect();
                Value::Map(languages.into_iter().map(|l| (l.clone(), "Other".into())).collect())
            } else {
                "Other".into()
            };
            let mut other = map_of([("name", "other")]);
            other.insert("label".to_owned(), label);
            choices.push(other);
        }
        let bind = map_of([("relevant", &format!("selected(../{name}, 'other')"))]);
        Ok(Draft::new("text", &format!("{name}_other"))
            .with("label", "Specify other.")
            .with_map("bind", bind))
    }

    /// In a group with the appearance `table-list` the first select brings a row of headings.
    fn place_in_table(
        &mut self,
        number: u32,
        list: &str,
        kind: &str,
        has_filter: bool,
        draft: &mut Draft,
    ) -> Result<(), Problem> {
        match &self.table_list {
            TableList::No => return Ok(()),
            TableList::Waiting => {
                self.table_list = TableList::Of(list.to_owned());
                if has_filter {
                    return Err(Problem::in_row(
                        number,
                        "Choice filter not supported for table-list appearance.",
                    )
                    .column("choice_filter"));
                }
                if !self.lists.contains_key(list) {
                    return Err(Problem::in_row(
                        number,
                        "A table-list needs a list of the choices sheet, not a file or a reference.",
                    )
                    .column("type"));
                }
                let heading = format!("reserved_name_for_field_list_labels_{number}");
                let mut heading =
                    Draft::new(kind, &heading).with_map("control", map_of([("appearance", "label")]));
                heading.itemset = Some(list.to_owned());
                heading.choices = Some(list.to_owned());
                self.add(heading);
            }
            TableList::Of(first) if first != list => {
                return Err(Problem::in_row(
                    number,
                    &format!("Badly formatted table list, list names don't match: {first} vs. {list}"),
                )
                .column("type"));
            }
            TableList::Of(_) => {}
        }
        draft.set("control", "appearance", "list-nolabel");
        Ok(())
    }
}

fn check_file_name(number: u32, select: &Select) -> Result<(), Problem> {
    if !matches!(
        select.command,
        "select_one_from_file"
            | "select_multiple_from_file"
            | "select one from file"
            | "select multiple from file"
    ) {
        return Ok(());
    }
    let name = select.list.rsplit('/').next().unwrap_or_default();
    let bare = name.trim_start_matches('.');
    let one_extension = !name.ends_with('.') && bare.matches('.').count() == 1;
    if one_extension && is_choice_file(&name[name.rfind('.').unwrap_or(0)..]) {
        return Ok(());
    }
    Err(Problem::in_row(
        number,
        &format!(
            "File name for '{} {}' should end with one of the supported file extensions: '.csv', '.geojson', '.xml'",
            select.command, select.list
        ),
    )
    .column("type"))
}

fn check_parameters(number: u32, select: &Select, parameters: &Parameters) -> Result<(), Problem> {
    let fault = |message: String| Problem::new(message).sheet("survey").row(number).column("parameters");
    if matches!(select.command, "select_one_from_file" | "select_multiple_from_file") {
        parameters::check(parameters, &["label", "randomize", "seed", "value"], number)?;
        for name in ["value", "label"] {
            if parameters.get(name).is_some_and(|value| !crate::names::is_xml_tag(value)) {
                return Err(Problem::in_row(
                    number,
                    &format!(
                        "On the 'survey' sheet, the 'parameters ({name})' value is invalid. Names must begin with a \
                         letter or underscore. After the first character, names may contain letters, digits, \
                         underscores, hyphens, or periods."
                    ),
                )
                .column("parameters"));
            }
        }
    } else {
        parameters::check(parameters, &["randomize", "seed"], number)?;
    }
    match (parameters.get("randomize"), parameters.get("seed")) {
        (Some(randomize), _) if !matches!(randomize.as_str(), "true" | "false") => {
            Err(fault(format!("randomize must be set to true or false: '{randomize}' is an invalid value")))
        }
        (Some(_), Some(seed)) if reference::whole(seed).is_none() && !python::is_float(seed) => {
            Err(fault("seed value must be a number or a reference to another field.".to_owned()))
        }
        (None, Some(_)) => Err(fault("Parameters must include randomize=true to use a seed.".to_owned())),
        _ => Ok(()),
    }
}
