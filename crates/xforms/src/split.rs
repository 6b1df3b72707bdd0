use crate::shape::ROOT;
use crate::{Class, Element, Form, Kind, Submission};
use serde_json::Value;
use std::collections::HashMap;

/// Values by path. A field outside repeats is a string; a repeat is an array with one object for each
/// repetition, whose keys are again full paths.
pub type Values = serde_json::Map<String, Value>;

/// A submission taken apart by class.
///
/// Classes that a repeat has fields of all hold it with the same number of repetitions, so that the parts can
/// be joined again; a class that it has no fields of does not hold it, because even a count of repetitions
/// (people in a household) may tell something.
#[derive(Clone, Default, PartialEq)]
pub struct Split {
    /// Values that may lie open.
    pub open: Values,
    /// Values to be sealed to the working compartment.
    pub sensitive: Values,
    /// Values to be sealed to the identity compartment.
    pub identity: Values,
    /// Files that the submission names; their names are among the values as well.
    pub binaries: Vec<BinaryReference>,
    /// Paths that the form does not know, sorted. Their values are kept, as sensitive or higher.
    pub unknown: Vec<String>,
}

impl Split {
    /// The values of one class.
    pub fn of(&self, class: Class) -> &Values {
        match class {
            Class::Open => &self.open,
            Class::Sensitive => &self.sensitive,
            Class::Identity => &self.identity,
        }
    }
}

impl std::fmt::Debug for Split {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = formatter.debug_struct("Split");
        shown.field("open", &self.open.len()).field("sensitive", &self.sensitive.len());
        shown.field("identity", &self.identity.len()).field("binaries", &self.binaries.len()).finish()
    }
}

/// A file that a submission names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BinaryReference {
    /// The field.
    pub path: String,
    /// The name under which the phone sends it.
    pub file_name: String,
    /// The field's class, which is the file's.
    pub class: Class,
}

impl Form {
    /// Takes a submission apart. Fields without a class get `default`; elements that the form does not know are
    /// kept at [`Class::Sensitive`] or higher.
    ///
    /// Nothing is lost: [`merge`] of the three parts gives back every text of the submission. An element that
    /// stands twice where the form has it once is kept as `path[2]` and named in [`Split::unknown`].
    pub fn split(&self, submission: &Submission, default: Class) -> Split {
        let mut splitter = Splitter { form: self, default, binaries: Vec::new(), unknown: Vec::new() };
        let mut container = Container::default();
        splitter.walk(&submission.root, ROOT, &mut container);
        let [open, sensitive, identity] = splitter.finish(container);
        let Splitter { binaries, mut unknown, .. } = splitter;
        unknown.sort_unstable();
        unknown.dedup();
        Split { open, sensitive, identity, binaries, unknown }
    }
}

/// Values by class, in the order of [`Class`].
type Parts = [Values; 3];

/// What lies outside repeats, or inside one repetition.
#[derive(Default)]
struct Container {
    parts: Parts,
    repetitions: Vec<(usize, Vec<Parts>)>,
    /// How often a path was met beyond the first time.
    again: HashMap<String, usize>,
}

struct Splitter<'form> {
    form: &'form Form,
    default: Class,
    binaries: Vec<BinaryReference>,
    unknown: Vec<String>,
}

impl Splitter<'_> {
    fn walk(&mut self, element: &Element, node: usize, container: &mut Container) {
        let form = self.form;
        for child in &element.children {
            let Some(inner) = form.shape.child(node, &child.name) else {
                let parent = if node == ROOT { "" } else { &form.fields[form.shape.field(node)].path };
                let path = crate::model::join(parent, &child.name);
                self.unknown.push(path.clone());
                self.keep_unknown(child, path, self.default.max(Class::Sensitive), container);
                continue;
            };
            let field = &form.fields[form.shape.field(inner)];
            match field.kind {
                Kind::Group => {
                    self.keep_stray_text(child, &field.path, container);
                    self.walk(child, inner, container);
                }
                Kind::Repeat => {
                    let mut repetition = Container::default();
                    self.keep_stray_text(child, &field.path, &mut repetition);
                    self.walk(child, inner, &mut repetition);
                    let parts = self.finish(repetition);
                    match container.repetitions.iter_mut().find(|(repeat, _)| *repeat == inner) {
                        Some((_, repetitions)) => repetitions.push(parts),
                        None => container.repetitions.push((inner, vec![parts])),
                    }
                }
                _ => {
                    let class = field.class_or(self.default);
                    if field.kind == Kind::Binary && !child.text.trim().is_empty() {
                        let file_name = child.text.trim().to_owned();
                        self.binaries.push(BinaryReference { path: field.path.clone(), file_name, class });
                    }
                    self.keep(class, &field.path, &child.text, container);
                    for below in &child.children {
                        let path = crate::model::join(&field.path, &below.name);
                        self.unknown.push(path.clone());
                        self.keep_unknown(below, path, class.max(Class::Sensitive), container);
                    }
                }
            }
        }
    }

    fn keep(&mut self, class: Class, path: &str, text: &str, container: &mut Container) {
        if text.is_empty() {
            return;
        }
        let part = &mut container.parts[class as usize];
        if !part.contains_key(path) {
            part.insert(path.to_owned(), Value::String(text.to_owned()));
            return;
        }
        let times = container.again.entry(path.to_owned()).or_insert(1);
        *times += 1;
        part.insert(format!("{path}[{times}]"), Value::String(text.to_owned()));
        self.unknown.push(path.to_owned());
    }

    /// Text directly inside a group is nobody's value, and still not thrown away.
    fn keep_stray_text(&mut self, element: &Element, path: &str, container: &mut Container) {
        if !element.text.trim().is_empty() {
            self.unknown.push(path.to_owned());
            self.keep(self.default.max(Class::Sensitive), path, &element.text, container);
        }
    }

    fn keep_unknown(&mut self, element: &Element, path: String, class: Class, container: &mut Container) {
        if element.children.is_empty() || !element.text.trim().is_empty() {
            self.keep(class, &path, &element.text, container);
        }
        for child in &element.children {
            self.keep_unknown(child, crate::model::join(&path, &child.name), class, container);
        }
    }

    fn finish(&self, container: Container) -> Parts {
        let Container { mut parts, repetitions, .. } = container;
        for (repeat, repetitions) in repetitions {
            let shape = &self.form.shape;
            let path = &self.form.fields[shape.field(repeat)].path;
            let mut held = Class::ALL.map(|class| {
                let met = || repetitions.iter().any(|parts| !parts[class as usize].is_empty());
                shape.holds(repeat, class, self.default) || met()
            });
            if held == [false; 3] {
                held[self.default as usize] = true;
            }
            let mut arrays = held.map(|held| Vec::with_capacity(if held { repetitions.len() } else { 0 }));
            for repetition in repetitions {
                for ((array, held), values) in arrays.iter_mut().zip(held).zip(repetition) {
                    if held {
                        array.push(Value::Object(values));
                    }
                }
            }
            for ((part, held), array) in parts.iter_mut().zip(held).zip(arrays) {
                if held {
                    part.insert(path.clone(), Value::Array(array));
                }
            }
        }
        parts
    }
}

/// Joins the parts of a submission that could be opened; the reverse of [`Form::split`]. Where two parts hold
/// the same text, the first is kept.
pub fn merge(parts: &[&Values]) -> Values {
    let mut merged = Values::new();
    for part in parts {
        merge_into(&mut merged, part);
    }
    merged
}

fn merge_into(merged: &mut Values, part: &Values) {
    for (path, value) in part {
        match (merged.get_mut(path), value) {
            (None, _) => {
                merged.insert(path.clone(), value.clone());
            }
            (Some(Value::Array(known)), Value::Array(added)) => {
                for (index, repetition) in added.iter().enumerate() {
                    match (known.get_mut(index), repetition) {
                        (Some(Value::Object(known)), Value::Object(added)) => merge_into(known, added),
                        (None, _) => known.push(repetition.clone()),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
}
