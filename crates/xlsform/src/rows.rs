//! Reads the survey sheet row by row into a tree of drafts.

mod audit;
mod container;
mod geo;
mod media;
mod range;
mod select;

pub(crate) use select::is_choice_file;

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use crate::aliases;
use crate::choices::Lists;
use crate::draft::{Action, Draft, FIRST_LOAD, NEW_REPEAT};
use crate::entities::Entities;
use crate::entity_places::{Way, form_way};
use crate::expression::default_is_dynamic;
use crate::names::is_xml_tag;
use crate::parameters::{self, Parameters};
use crate::problem::{Failure, Problem, row_prefix};
use crate::python;
use crate::reference::{self, ListFault};
use crate::settings::Settings;
use crate::value::{self, Map, Value};
use crate::workbook::Workbook;

/// After this many problems reading stops: more would not be read by anyone.
const MAX_PROBLEMS: usize = 50;

/// What reading the survey sheet needs, and what it finds out on the way.
pub(crate) struct Rows<'a> {
    pub(crate) workbook: &'a Workbook,
    pub(crate) settings: &'a mut Settings,
    pub(crate) root_name: &'a str,
    pub(crate) lists: &'a mut Lists,
    pub(crate) external_lists: &'a Lists,
    pub(crate) osm: HashMap<String, Rc<Vec<Map>>>,
    pub(crate) entities: &'a mut Entities,
    pub(crate) warnings: &'a mut Vec<String>,
    pub(crate) found: Found,
    /// The open containers, the form first.
    stack: Vec<Container>,
    table_list: TableList,
    /// Lists known to be fit for multiple selects, and to have a choice "other"; they may be long.
    multiple_lists: HashSet<String>,
    other_lists: HashSet<String>,
    repeat_names: HashSet<String>,
}

/// What later checks need to know about the survey.
#[derive(Default)]
pub(crate) struct Found {
    /// How often each name was given.
    pub(crate) names: HashMap<String, usize>,
    /// Rows that belong into the meta group.
    pub(crate) meta: Vec<Draft>,
    pub(crate) or_other: bool,
    questions: HashSet<String>,
    triggers: Vec<(String, u32)>,
    geometries: Vec<(String, u32)>,
    instances: HashSet<String>,
}

struct Container {
    draft: Draft,
    row: u32,
    names: HashSet<String>,
    lower_names: HashSet<String>,
    way: Way,
}

/// Whether the selects to come form a table.
enum TableList {
    No,
    Waiting,
    Of(String),
}

impl<'a> Rows<'a> {
    #[allow(clippy::too_many_arguments)] // They are what a form consists of.
    pub(crate) fn new(
        workbook: &'a Workbook,
        settings: &'a mut Settings,
        root_name: &'a str,
        lists: &'a mut Lists,
        external_lists: &'a Lists,
        osm: Option<Lists>,
        entities: &'a mut Entities,
        warnings: &'a mut Vec<String>,
    ) -> Self {
        let form = Container {
            draft: Draft::new("survey", root_name),
            row: 1,
            names: HashSet::new(),
            lower_names: HashSet::new(),
            way: form_way(),
        };
        Rows {
            workbook,
            settings,
            root_name,
            lists,
            external_lists,
            osm: osm.into_iter().flatten().map(|(list, tags)| (list, Rc::new(tags))).collect(),
            entities,
            warnings,
            found: Found::default(),
            stack: vec![form],
            table_list: TableList::No,
            multiple_lists: HashSet::new(),
            other_lists: HashSet::new(),
            repeat_names: HashSet::new(),
        }
    }

    /// Reads all rows; the answer is the children of the form.
    pub(crate) fn read(mut self, rows: Vec<Map>) -> Result<(Vec<Draft>, Found), Failure> {
        let mut problems = Vec::new();
        for (number, row) in (2..).zip(rows) {
            let kind = row.get("type").and_then(Value::text).unwrap_or_default();
            let is_container = container::begin(kind).is_some() || container::end(kind).is_some();
            if let Err(failure) = self.row(number, row) {
                problems.extend(failure.problems);
                // Without a begin or an end the nesting of all rows that follow is unclear.
                if is_container || problems.len() >= MAX_PROBLEMS {
                    return Err(Failure { problems });
                }
            }
        }
        if !problems.is_empty() {
            return Err(Failure { problems });
        }
        self.check_references()?;
        if self.stack.len() > 1
            && let Some(open) = self.stack.last()
        {
            let kind = &open.draft.kind;
            return Err(Problem::in_row(
                open.row,
                &format!(
                    "Unmatched 'begin_{kind}'. No matching 'end_{kind}' was found for the name '{}'.",
                    open.draft.name
                ),
            )
            .into());
        }
        let children = self.stack.pop().map(|form| form.draft.children).unwrap_or_default();
        Ok((children, self.found))
    }

    /// References that can only be checked when all rows are known.
    fn check_references(&self) -> Result<(), Failure> {
        for (target, row) in &self.found.triggers {
            if !self.found.questions.contains(target) {
                return Err(Problem::in_row(
                    *row,
                    &format!(
                        "On the 'survey' sheet, the 'trigger' value is invalid. Reference variables must contain a \
                         name from the 'survey' sheet. Could not find the name '{target}'."
                    ),
                )
                .column("trigger")
                .into());
            }
        }
        geo::check_geometries(self)
    }

    fn row(&mut self, number: u32, mut row: Map) -> Result<(), Failure> {
        if let Some(disabled) = row.shift_remove("disabled") {
            self.warn(
                number,
                "The 'disabled' column header is not part of the current spec. We recommend using relevant instead.",
            );
            let answer = disabled.text().ok_or_else(|| Problem::wrong_shape(number, "disabled"))?;
            if aliases::yes_no(answer) == Some(true) {
                return Ok(());
            }
        }
        if row.is_empty() {
            return Ok(());
        }
        check_shapes(&row, number)?;
        let Some(Value::Text(kind)) = row.get_mut("type").filter(|t| !t.is_empty()) else {
            if !row.contains_key("name") && !row.contains_key("label") {
                self.warn(
                    number,
                    &format!("Row without name, text, or label is being skipped:\n{}", value::printed(&row)),
                );
                return Ok(());
            }
            return Err(Problem::in_row(
                number,
                &format!("Question with no type.\n{}", value::printed(&row)),
            )
            .column("type")
            .into());
        };
        if let Some(alias) = aliases::question_type(kind) {
            alias.clone_into(kind);
        }
        let kind = kind.clone();
        let mut draft = Draft { kind: kind.clone(), row: number, ..Draft::default() };
        self.read_trigger(number, &row, &mut draft)?;
        if let Some(default) = row.get("default").and_then(Value::text)
            && default_is_dynamic(default, &kind)
        {
            draft.dynamic_default = true;
            draft.actions.push(Action::new("setvalue", FIRST_LOAD));
            if self.stack.iter().any(|c| c.draft.kind == "repeat") {
                draft.actions.push(Action::new("setvalue", NEW_REPEAT));
            }
        }
        let raw = row.get("parameters").and_then(Value::text).unwrap_or_default();
        let parameters = parameters::parse(raw, number)?;

        if kind == "audit" {
            let audit = audit::read(number, row, draft, &parameters)?;
            self.found.meta.push(audit);
            return Ok(());
        }
        if kind == "calculate"
            && !draft.dynamic_default
            && row
                .get("bind")
                .and_then(Value::map)
                .and_then(|b| b.get("calculate"))
                .is_none_or(Value::is_empty)
        {
            return Err(Problem::in_row(number, "Missing calculation.").column("calculation").into());
        }
        if matches!(kind.as_str(), "subscriberid" | "simserial") {
            self.warn(
                number,
                &format!(
                    "{kind} is no longer supported on most devices. \
                     Only old versions of Collect on Android versions older than 11 still support it."
                ),
            );
        }
        if let Some([setting]) = aliases::settings_header(&kind) {
            let name = row.get("name").map_or("None".into(), Value::to_text);
            self.settings.set(setting, &name);
            return Ok(());
        }
        let begin = container::begin(&kind);
        let end = container::end(&kind);
        let name = if end.is_none() { Some(self.read_name(number, &kind, &mut row)?) } else { None };
        let way = self.stack.last().map_or_else(form_way, |c| c.way.clone());
        let is_container = begin.is_some() || end.is_some();
        self.entities.note(&mut row, number, name.as_deref(), is_container, &way)?;
        if let Some(end) = end {
            return self.close(number, end, &row);
        }
        draft.name = name.unwrap_or_default();
        draft.fields = row;
        match begin {
            Some(begin) => self.open(number, begin, draft),
            None => self.question(number, draft, parameters),
        }
    }

    fn read_trigger(&mut self, number: u32, row: &Map, draft: &mut Draft) -> Result<(), Problem> {
        let Some(trigger) = row.get("trigger").and_then(Value::text).filter(|t| !t.is_empty()) else {
            return Ok(());
        };
        let fault = |message: &str| {
            Problem::in_row(
                number,
                &format!("On the 'survey' sheet, the 'trigger' value is invalid. {message}"),
            )
            .column("trigger")
        };
        let malformed =
            || fault("Reference variables must start with '${', then a question name, and end with '}'.");
        if !reference::is_candidate(trigger) {
            return Err(malformed());
        }
        let names = reference::listed(trigger).map_err(|e| match e {
            ListFault::Malformed => malformed(),
            ListFault::TooMany => fault("Reference variable lists must have a comma between each variable."),
        })?;
        draft.triggers = names.iter().map(|n| (*n).to_owned()).collect();
        self.found.triggers.extend(draft.triggers.iter().map(|t| (t.clone(), number)));
        Ok(())
    }

    fn read_name(&mut self, number: u32, kind: &str, row: &mut Map) -> Result<String, Problem> {
        let name = match row.get("name") {
            Some(name) => name.to_text().into_owned(),
            None if kind == "note" => {
                let name = format!("generated_note_name_{number}");
                row.insert("name".to_owned(), name.clone().into());
                name
            }
            None => {
                return Err(Problem::in_row(number, "Question or group with no name.").column("name"));
            }
        };
        let at = |message: &str| Problem::in_row(number, message).column("name");
        if !is_xml_tag(&name) {
            return Err(at(
                "On the 'survey' sheet, the 'name' value is invalid. Names must begin with a letter or underscore. \
                 After the first character, names may contain letters, digits, underscores, hyphens, or periods.",
            ));
        }
        *self.found.names.entry(name.clone()).or_default() += 1;
        let Some(container) = self.stack.last_mut() else { return Ok(name) };
        if name == "meta" {
            return Err(at("On the 'survey' sheet, the 'name' value 'meta' is invalid. \
                           The name 'meta' is reserved for form metadata."));
        }
        if !container.names.insert(name.clone()) {
            return Err(at(&duplicate_name(&name)));
        }
        if !container.lower_names.insert(name.to_lowercase()) {
            self.warn(
                number,
                &format!(
                    "On the 'survey' sheet, the 'name' value '{name}' is problematic. The name is a case-insensitive \
                     match to another name. Questions, groups, and repeats should be unique within the nearest parent \
                     group or repeat, or the survey if not inside a group or repeat. Some data processing tools are \
                     not case-sensitive, so the current names may make analysis difficult."
                ),
            );
        }
        Ok(name)
    }

    fn question(&mut self, number: u32, mut draft: Draft, parameters: Parameters) -> Result<(), Failure> {
        self.found.questions.insert(draft.name.clone());
        if matches!(draft.kind.as_str(), "csv-external" | "xml-external") {
            self.found.instances.insert(python::split_extension(&draft.name).0.to_owned());
        }
        if let Some(select) = select::parse(&draft.kind) {
            return self.select(number, draft, select, parameters);
        }
        if let Some(list) = osm_list(&draft.kind) {
            let list = list.to_owned();
            "osm".clone_into(&mut draft.kind);
            if !self.osm.is_empty() {
                let Some(tags) = self.osm.get(&list) else {
                    return Err(Problem::in_row(
                        number,
                        &format!(
                            "List name not in osm sheet: {list}. Check the list_name column of the osm sheet."
                        ),
                    )
                    .column("type")
                    .into());
                };
                draft.tags = Rc::clone(tags);
            }
            self.add(draft);
            return Ok(());
        }
        let draft = match draft.kind.as_str() {
            "range" => range::read(number, draft, parameters, self.lists)?,
            "text" => text(number, draft, &parameters)?,
            "photo" => media::photo(number, draft, &parameters, self.warnings)?,
            "audio" => media::audio(number, draft, &parameters)?,
            "background-audio" => media::background_audio(number, draft, &parameters)?,
            "geopoint" | "geoshape" | "geotrace" => {
                geo::read(number, draft, &parameters, &mut self.found.geometries)?
            }
            "start-geopoint" => {
                draft.actions.push(Action::new("odk:setgeopoint", FIRST_LOAD));
                draft
            }
            "background-geopoint" => {
                geo::check_background(number, &draft)?;
                draft
            }
            _ => draft,
        };
        self.add(draft);
        Ok(())
    }

    fn add(&mut self, draft: Draft) {
        if let Some(container) = self.stack.last_mut() {
            container.draft.children.push(draft);
        }
    }

    fn warn(&mut self, row: u32, message: &str) {
        self.warnings.push(format!("{} {message}", row_prefix(row)));
    }
}

/// pyxform's words for a name given twice in one container.
pub(crate) fn duplicate_name(name: &str) -> String {
    format!(
        "On the 'survey' sheet, the 'name' value '{name}' is invalid. Questions, groups, and repeats must be unique \
         within their nearest parent group or repeat, or the survey if not inside a group or repeat."
    )
}

/// Columns with parts must have parts, and columns without must not.
fn check_shapes(row: &Map, number: u32) -> Result<(), Problem> {
    for (column, value) in row {
        let right = match column.as_str() {
            "bind" | "control" | "instance" => value.is_map(),
            "type" | "trigger" | "parameters" | "choice_filter" | "query" | "flat" | "intent" => {
                !value.is_map()
            }
            "actions" => false,
            _ => true,
        };
        if !right {
            return Err(Problem::wrong_shape(number, column));
        }
    }
    let appearance = row.get("control").and_then(Value::map).and_then(|c| c.get("jr:count"));
    if appearance.is_some_and(Value::is_map) {
        return Err(Problem::wrong_shape(number, "repeat_count"));
    }
    Ok(())
}

fn text(number: u32, mut draft: Draft, parameters: &Parameters) -> Result<Draft, Problem> {
    parameters::check(parameters, &["rows"], number)?;
    if let Some(rows) = parameters.get("rows") {
        if python::integer(rows).is_none() {
            return Err(
                Problem::in_row(number, "Parameter rows must have an integer value.").column("parameters")
            );
        }
        draft.set("control", "rows", rows.as_str());
    }
    Ok(draft)
}

/// The list of tags of a type such as `osm building`.
fn osm_list(kind: &str) -> Option<&str> {
    let mut from = 0;
    while let Some(at) = kind[from..].find("osm ").map(|i| from + i) {
        let list = kind[at + 4..].split(python::is_space).next().unwrap_or_default();
        if !list.is_empty() {
            return Some(list);
        }
        from = at + 4;
    }
    None
}
