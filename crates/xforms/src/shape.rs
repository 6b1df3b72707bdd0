//! The fields of a form as a tree, so that a submission is walked with one look-up an element.

use crate::{Class, Field};
use std::collections::HashMap;

/// The root of the instance; it is no field.
pub(crate) const ROOT: usize = 0;

#[derive(Clone, Debug, Default)]
struct Node {
    field: usize,
    children: HashMap<String, usize>,
    /// Classes of the fields inside, for repeats.
    holds: [bool; 3],
    holds_unclassed: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Shape {
    nodes: Vec<Node>,
}

impl Shape {
    pub fn of(fields: &[Field]) -> Shape {
        let mut nodes = vec![Node::default()];
        let mut by_path: HashMap<&str, usize> = HashMap::from([("", ROOT)]);
        for (index, field) in fields.iter().enumerate() {
            let parent_path = field.path.rsplit_once('/').map_or("", |(parent, _)| parent);
            let parent = by_path.get(parent_path).copied().unwrap_or(ROOT);
            let node = nodes.len();
            nodes.push(Node { field: index, ..Node::default() });
            nodes[parent].children.insert(field.name.clone(), node);
            by_path.insert(&field.path, node);
            // Tell every repeat around it which class it holds.
            let mut repeat = field.repeat.as_deref().filter(|_| field.kind.has_value());
            while let Some(around) = repeat.and_then(|path| by_path.get(path)).copied() {
                match field.class {
                    Some(class) => nodes[around].holds[class as usize] = true,
                    None => nodes[around].holds_unclassed = true,
                }
                repeat = fields[nodes[around].field].repeat.as_deref();
            }
        }
        Shape { nodes }
    }

    pub fn child(&self, node: usize, name: &str) -> Option<usize> {
        self.nodes[node].children.get(name).copied()
    }

    /// Position of the field in the form's list; not for [`ROOT`].
    pub fn field(&self, node: usize) -> usize {
        self.nodes[node].field
    }

    /// Whether the repeat has fields of this class.
    pub fn holds(&self, node: usize, class: Class, default: Class) -> bool {
        self.nodes[node].holds[class as usize] || (self.nodes[node].holds_unclassed && class == default)
    }
}
