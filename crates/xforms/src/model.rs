//! The model of a form: the primary instance as a list of places, and what binds say of them.

use crate::{Class, FormError};
use roxmltree::Node;
use std::collections::{HashMap, HashSet};

/// The namespace of this project's own attributes in forms (`bind::dg:class`).
const DEUNGDAE: &str = "https://deungdae.org/xforms";
const ENTITIES: &str = "http://www.opendatakit.org/xforms/entities";
const JAVAROSA: &str = "http://openrosa.org/javarosa";
pub(crate) const XFORMS: &str = "http://www.w3.org/2002/xforms";

pub(crate) fn is_named(node: Node, name: &str) -> bool {
    node.is_element() && node.tag_name().name() == name
}

/// An attribute without a namespace.
pub(crate) fn attribute<'a>(node: Node<'a, '_>, name: &str) -> Option<&'a str> {
    node.attributes()
        .find(|found| found.namespace().is_none() && found.name() == name)
        .map(|found| found.value())
}

pub(crate) fn attribute_in<'a>(node: Node<'a, '_>, namespace: &str, name: &str) -> Option<&'a str> {
    node.attribute((namespace, name))
}

/// `/data/orx:meta/orx:instanceID` → `meta/instanceID`.
pub(crate) fn normalise(nodeset: &str) -> String {
    let nodeset = nodeset.trim();
    let (absolute, rest) = match nodeset.strip_prefix('/') {
        Some(rest) => (1, rest),
        None => (0, nodeset),
    };
    let mut path = String::with_capacity(rest.len());
    for segment in rest.split('/').skip(absolute) {
        if !path.is_empty() {
            path.push('/');
        }
        path.push_str(segment.rsplit(':').next().unwrap_or(segment).trim());
    }
    path
}

pub(crate) fn join(parent: &str, name: &str) -> String {
    if parent.is_empty() { name.to_owned() } else { format!("{parent}/{name}") }
}

/// One place in the primary instance, in document order.
pub(crate) struct Place {
    pub path: String,
    pub name: String,
    /// Whether the instance has elements inside it.
    pub holds_elements: bool,
    /// Text it starts with.
    pub default: String,
}

/// Walks the primary instance. A repeat may stand there twice (its template and its first repetition); each
/// path is listed once.
pub(crate) fn places(root: Node) -> Vec<Place> {
    fn walk(parent: Node, parent_path: &str, seen: &mut HashSet<String>, places: &mut Vec<Place>) {
        for node in parent.children().filter(Node::is_element) {
            let name = node.tag_name().name();
            let path = join(parent_path, name);
            if seen.insert(path.clone()) {
                places.push(Place {
                    path: path.clone(),
                    name: name.to_owned(),
                    holds_elements: node.children().any(|child| child.is_element()),
                    default: node.text().unwrap_or_default().trim().to_owned(),
                });
            }
            walk(node, &path, seen, places);
        }
    }
    let mut places = Vec::new();
    walk(root, "", &mut HashSet::new(), &mut places);
    places
}

/// What the binds say of one path.
#[derive(Clone, Default)]
pub(crate) struct Bind {
    pub odk_type: Option<String>,
    pub class: Option<Class>,
    pub save_to: Option<String>,
    pub required: bool,
    pub readonly: bool,
    pub calculate: Option<String>,
    pub preload: Option<String>,
}

pub(crate) struct Binds {
    by_path: HashMap<String, Bind>,
    paths_by_id: HashMap<String, String>,
}

impl Binds {
    pub fn read(model: Node) -> Result<Binds, FormError> {
        let mut binds = Binds { by_path: HashMap::new(), paths_by_id: HashMap::new() };
        for node in model.children().filter(|node| is_named(*node, "bind")) {
            let Some(nodeset) = attribute(node, "nodeset").or_else(|| attribute(node, "ref")) else {
                continue;
            };
            let path = normalise(nodeset);
            if let Some(id) = attribute(node, "id") {
                binds.paths_by_id.insert(id.to_owned(), path.clone());
            }
            let found = read_bind(node, &path)?;
            let bind = binds.by_path.entry(path).or_default();
            // A second bind for the same place adds to the first; of two classes the higher holds.
            bind.odk_type = bind.odk_type.take().or(found.odk_type);
            bind.class = bind.class.max(found.class);
            bind.save_to = bind.save_to.take().or(found.save_to);
            bind.calculate = bind.calculate.take().or(found.calculate);
            bind.preload = bind.preload.take().or(found.preload);
            bind.required |= found.required;
            bind.readonly |= found.readonly;
        }
        Ok(binds)
    }

    pub fn at(&self, path: &str) -> Option<&Bind> {
        self.by_path.get(path)
    }

    /// The path that a control points to.
    pub fn path_of(&self, control: Node) -> Option<String> {
        if let Some(id) = attribute(control, "bind") {
            return self.paths_by_id.get(id).cloned();
        }
        attribute(control, "ref").or_else(|| attribute(control, "nodeset")).map(normalise)
    }
}

fn read_bind(node: Node, path: &str) -> Result<Bind, FormError> {
    let filled = |value: &str| Some(value.trim().to_owned()).filter(|value| !value.is_empty());
    let class = match attribute_in(node, DEUNGDAE, "class").map(str::trim).filter(|word| !word.is_empty()) {
        None => None,
        Some(word) => match word.parse() {
            Ok(class) => Some(class),
            Err(source) => return Err(FormError::Class { path: path.to_owned(), source }),
        },
    };
    let preload = attribute_in(node, JAVAROSA, "preload").map(|preload| {
        match attribute_in(node, JAVAROSA, "preloadParams") {
            Some(parameters) if !parameters.is_empty() => format!("{preload}/{parameters}"),
            _ => preload.to_owned(),
        }
    });
    Ok(Bind {
        odk_type: attribute(node, "type").and_then(filled),
        class,
        save_to: attribute_in(node, ENTITIES, "saveto").and_then(filled),
        required: attribute(node, "required")
            .is_some_and(|value| !matches!(value.trim(), "" | "false()" | "false")),
        readonly: attribute(node, "readonly").is_some_and(|value| matches!(value.trim(), "true()" | "true")),
        calculate: attribute(node, "calculate").and_then(filled),
        preload,
    })
}

/// The version of the entities specification that the model follows.
pub(crate) fn entities_version<'a>(model: Node<'a, '_>) -> Option<&'a str> {
    attribute_in(model, ENTITIES, "entities-version").map(str::trim)
}

/// Paths that a `setvalue` action writes to.
pub(crate) fn set_by_actions(root: Node, binds: &Binds) -> HashSet<String> {
    let actions =
        root.descendants().filter(|node| is_named(*node, "setvalue") || is_named(*node, "setgeopoint"));
    actions.filter_map(|action| binds.path_of(action)).collect()
}
