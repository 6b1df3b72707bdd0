//! Where in the form each entity belongs: in the repeat, group or form that all of its questions share.
//!
//! The rules are those of pyxform 4.5, which follow ODK's entities specification 2025.1.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use indexmap::{IndexMap, IndexSet};

use crate::draft::{Action, Draft, NEW_REPEAT, meta_group};
use crate::entities::Entities;
use crate::problem::{Failure, Problem};

/// A container on the way from the form to a question.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Step {
    pub(crate) name: String,
    /// `survey`, `group`, `repeat` or `loop`.
    pub(crate) kind: &'static str,
}

/// The containers from the form down to one of them.
pub(crate) type Way = Rc<[Step]>;

/// The way to the form itself.
pub(crate) fn form_way() -> Way {
    Rc::from([Step { name: "survey".to_owned(), kind: "survey" }])
}

/// How an entity and the survey refer to each other.
pub(crate) struct References {
    /// The row of the entities sheet.
    row: u32,
    pub(crate) sources: Vec<Source>,
    /// The saved properties and their rows.
    pub(crate) properties: HashMap<String, u32>,
}

/// One question that an entity needs.
pub(crate) struct Source {
    pub(crate) way: Way,
    pub(crate) row: u32,
    /// The question's name when the entity mentions it; none when the question saves to the entity.
    pub(crate) question: Option<String>,
}

impl References {
    pub(crate) fn new(row: u32) -> Self {
        References { row, sources: Vec::new(), properties: HashMap::new() }
    }
}

fn is_boundary(step: &Step) -> bool {
    matches!(step.kind, "repeat" | "survey")
}

/// The way to the nearest repeat, or to the form.
fn scope(way: &[Step]) -> &[Step] {
    let end = way.iter().rposition(is_boundary).map_or(1, |i| i + 1);
    &way[..end.min(way.len())]
}

/// Repeats on the way.
fn repeats(way: &[Step]) -> usize {
    way.iter().skip(1).filter(|s| s.kind == "repeat").count()
}

/// Containers below the nearest repeat.
fn below_scope(way: &[Step]) -> usize {
    way.iter().rev().take_while(|s| !is_boundary(s)).count()
}

fn printed(way: &[Step]) -> String {
    way.iter().map(|s| format!("/{}", s.name)).collect()
}

/// Where an entity may go.
struct Request<'a> {
    list: &'a str,
    row: u32,
    scope: &'a [Step],
    wanted: &'a [Step],
    /// The distinct ways of the questions that save to the entity.
    saves: IndexSet<&'a [Step]>,
}

fn request<'a>(list: &'a str, references: &'a References) -> Result<Request<'a>, Failure> {
    let mut deepest: Option<&Source> = None;
    let mut deepest_container: Option<&Source> = None;
    let mut deepest_save: Option<&Source> = None;
    let mut saves: IndexSet<&[Step]> = IndexSet::new();
    for source in &references.sources {
        let is_save = source.question.is_none();
        let here = scope(&source.way);
        let depth = below_scope(&source.way);
        if deepest.is_none_or(|d| repeats(here) > repeats(scope(&d.way))) {
            if deepest.is_none_or(|d| scope(&d.way) != here) {
                deepest_container = Some(source);
                if is_save {
                    deepest_save = Some(source);
                }
            }
            deepest = Some(source);
        }
        let in_deepest = deepest.is_some_and(|d| scope(&d.way) == here);
        let deeper = |than: Option<&Source>| than.is_none_or(|t| in_deepest && depth > below_scope(&t.way));
        if deeper(deepest_container) {
            deepest_container = Some(source);
        }
        if is_save {
            saves.insert(&source.way);
            if deeper(deepest_save) {
                deepest_save = Some(source);
            }
        }
    }
    let (Some(deepest), Some(container)) = (deepest, deepest_container) else {
        return Err(Problem::new(format!("The entity list '{list}' has no question."))
            .sheet("entities")
            .into());
    };
    let mut wanted: &[Step] = deepest_save.map_or(&container.way, |s| &s.way);
    if let (Some(save), Some(any)) = (deepest_save, saves.first()) {
        let shortest = saves.iter().map(|w| w.len()).min().unwrap_or(0);
        // As in pyxform, the last step in which the ways differ counts, not the first.
        let common = (0..shortest).rev().find(|i| saves.iter().any(|w| w[*i] != any[*i])).unwrap_or(shortest);
        let common = &any[..common];
        wanted = common;
        if saves.len() > 1 {
            let nearest = scope(&save.way);
            let rank = |way: &[Step]| (repeats(way), below_scope(way));
            wanted = if rank(common) > rank(nearest) { common } else { nearest };
        }
    }
    check(list, references, deepest, wanted)?;
    Ok(Request { list, row: references.row, scope: scope(&deepest.way), wanted, saves })
}

/// All questions of an entity must lie on one line of repeats.
fn check(list: &str, references: &References, deepest: &Source, wanted: &[Step]) -> Result<(), Failure> {
    let line = scope(&deepest.way);
    for source in &references.sources {
        let here = scope(&source.way);
        let on_line = line.starts_with(here);
        let conflict = |other: &[Step]| {
            match &source.question {
            None => Problem::in_row(
                source.row,
                &format!(
                    "On the 'survey' sheet, the 'save_to' value is invalid. The entity list name '{list}' has a \
                     reference in container scope '{}' which is not compatible with this 'save_to' reference in scope \
                     '{}'. Please either: check the spelling of the list name in the 'save_to', or copy either value \
                     into the desired container scope with a 'calculate' question then use that 'calculate' for the \
                     'save_to'.",
                    printed(other),
                    printed(&source.way)
                ),
            )
            .column("save_to"),
            Some(question) => Problem::new(format!(
                "[row : {}] On the 'entities' sheet, the entity declaration is invalid. The entity list name '{list}' \
                 has a reference in container scope '{}' which is not compatible with the variable reference to \
                 '{question}' in scope '{}'. Please either: check the spelling of the variable references, or copy \
                 either value into the desired container scope with a 'calculate' question then use that 'calculate' \
                 for the 'save_to'.",
                references.row,
                printed(other),
                printed(&source.way)
            ))
            .sheet("entities")
            .row(references.row),
        }
        };
        if !on_line {
            return Err(conflict(&deepest.way).into());
        }
        if source.question.is_none() && scope(wanted) != here {
            return Err(conflict(wanted).into());
        }
    }
    Ok(())
}

/// Gives every entity a container of its own.
fn places(entities: &Entities) -> Result<IndexMap<Vec<Step>, String>, Failure> {
    let form = form_way();
    let mut by_scope: IndexMap<&[Step], Vec<Request<'_>>> = IndexMap::new();
    for (list, references) in &entities.references {
        let request = request(list, references)?;
        by_scope.entry(request.scope).or_default().push(request);
    }
    for (list, declared) in &entities.declarations {
        if !entities.references.contains_key(list) {
            let request =
                Request { list, row: declared.row, scope: &form, wanted: &form, saves: IndexSet::new() };
            by_scope.entry(&form).or_default().push(request);
        }
    }
    // A single entity of the form goes to the form's own meta group, as in the 2024.1 specification.
    if by_scope.len() == 1
        && let Some((scope, requests)) = by_scope.first()
        && **scope == *form
        && let [only] = requests.as_slice()
    {
        return Ok(IndexMap::from_iter([(form.to_vec(), only.list.to_owned())]));
    }

    let mut placed: IndexMap<Vec<Step>, String> = IndexMap::new();
    let mut reserved: HashMap<&[Step], &str> = HashMap::new();
    for (scope, requests) in &mut by_scope {
        requests.sort_by_key(|r| r.row);
        for request in requests.iter() {
            let mut conflict: Option<&str> = None;
            for depth in (scope.len()..=request.wanted.len()).rev() {
                let way = &request.wanted[..depth];
                conflict = reserved.get(way).copied();
                if conflict.is_some() {
                    // A question that saves to this entity lies where another entity already is.
                    if let Some(other) = request.saves.iter().find_map(|s| reserved.get(*s)) {
                        conflict = Some(other);
                        break;
                    }
                    continue;
                }
                placed.insert(way.to_vec(), request.list.to_owned());
                reserved.insert(way, request.list);
                for save in &request.saves {
                    for end in way.len()..=save.len() {
                        reserved.insert(&save[..end], request.list);
                    }
                }
                break;
            }
            if let Some(other) = conflict {
                let other_row = entities.declarations.get(other).map_or(0, |d| d.row);
                return Err(Problem::new(format!(
                    "[row : {}] On the 'entities' sheet, the entity declaration is invalid. Each container (survey, \
                     group, repeat) may have only one entity declaration, but there are no valid containers available \
                     in the scope: '{}', which has been allocated to the entity on row '{other_row}'. Please either: \
                     check which entities are referred to from the 'survey' sheetin the 'save_to' column, or check \
                     which questions are being referred to from the 'entities' sheet with variable references (such \
                     as in the 'label').",
                    request.row,
                    printed(scope)
                ))
                .sheet("entities")
                .row(request.row)
                .into());
            }
        }
    }
    Ok(placed)
}

/// Puts every entity into its container; returns the version of the specification that this needs.
pub(crate) fn apply(entities: &mut Entities, form: &mut Vec<Draft>) -> Result<&'static str, Failure> {
    let mut places = places(entities)?;
    let several = entities.declarations.len() > 1 || places.keys().any(|way| repeats(way) > 0);
    let prefixes: HashSet<Vec<Step>> =
        places.keys().flat_map(|way| (1..=way.len()).map(|end| way[..end].to_vec())).collect();
    inject(form, &mut places, entities, &mut form_way().to_vec(), &prefixes, false);
    Ok(if several { "2025.1.0" } else { "2024.1.0" })
}

fn inject(
    children: &mut Vec<Draft>,
    places: &mut IndexMap<Vec<Step>, String>,
    entities: &mut Entities,
    way: &mut Vec<Step>,
    prefixes: &HashSet<Vec<Step>>,
    mut in_repeat: bool,
) {
    if let Some(list) = places.shift_remove(way)
        && let Some(declared) = entities.declarations.get_mut(&list)
    {
        let mut entity = std::mem::take(&mut declared.draft);
        if in_repeat
            && let Some(id) = entity.children.iter_mut().find(|c| c.name == "id")
            && let [first] = id.actions.as_slice()
        {
            let again = Action { value: first.value.clone(), ..Action::new("setvalue", NEW_REPEAT) };
            id.actions.push(again);
        }
        children.push(meta_group(vec![entity]));
    }
    for child in children {
        let kind = match child.kind.as_str() {
            "group" => "group",
            "repeat" => "repeat",
            _ => continue,
        };
        // Like pyxform, what follows a repeat in the same container counts as within a repeat.
        in_repeat |= kind == "repeat";
        way.push(Step { name: child.name.clone(), kind });
        if prefixes.contains(way) {
            inject(&mut child.children, places, entities, way, prefixes, in_repeat);
        }
        way.pop();
    }
}
