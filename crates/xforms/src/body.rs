//! The body of a form: the control of each place, its texts, and the answers it offers.

use crate::itext::{Itext, shown_text, untranslated};
use crate::model::{Binds, attribute, is_named};
use crate::{Choice, Labels};
use roxmltree::Node;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum ControlKind {
    Input,
    SelectOne,
    SelectMultiple,
    Rank,
    Upload,
    Trigger,
    Group,
}

pub(crate) struct Control {
    pub kind: ControlKind,
    pub label: Labels,
    pub hint: Labels,
    pub appearance: Option<String>,
    pub media_type: Option<String>,
    pub choices: Arc<[Choice]>,
    pub choices_file: Option<String>,
}

#[derive(Default)]
pub(crate) struct Body {
    pub controls: HashMap<String, Control>,
    pub repeats: HashSet<String>,
}

impl Body {
    pub fn read(body: Option<Node>, model: Node, binds: &Binds, itext: &Itext) -> Body {
        let mut read = Body::default();
        if let Some(body) = body {
            let mut lists = ChoiceLists { instances: instances(model), itext, shared: HashMap::new() };
            walk(body, binds, itext, &mut lists, &mut read);
        }
        read
    }
}

fn walk<'a>(
    parent: Node<'a, 'a>,
    binds: &Binds,
    itext: &Itext,
    lists: &mut ChoiceLists<'a>,
    read: &mut Body,
) {
    for node in parent.children().filter(Node::is_element) {
        let kind = match node.tag_name().name() {
            "input" | "secret" | "range" => ControlKind::Input,
            "select1" => ControlKind::SelectOne,
            "select" => ControlKind::SelectMultiple,
            "rank" => ControlKind::Rank,
            "upload" => ControlKind::Upload,
            "trigger" => ControlKind::Trigger,
            "repeat" => {
                read.repeats.extend(binds.path_of(node));
                walk(node, binds, itext, lists, read);
                continue;
            }
            "group" => ControlKind::Group,
            _ => continue,
        };
        // The label of a repeat stands on the group around it, which need not name the place itself.
        let repeat_inside = || {
            let repeat =
                node.children().find(|child| kind == ControlKind::Group && is_named(*child, "repeat"))?;
            binds.path_of(repeat)
        };
        if let Some(path) = binds.path_of(node).or_else(repeat_inside) {
            let mut control = Control {
                kind,
                label: itext.of_child(node, "label"),
                hint: itext.of_child(node, "hint"),
                appearance: attribute(node, "appearance").map(str::to_owned),
                media_type: attribute(node, "mediatype").map(str::to_owned),
                choices: Arc::default(),
                choices_file: None,
            };
            if matches!(kind, ControlKind::SelectOne | ControlKind::SelectMultiple | ControlKind::Rank) {
                lists.offer(node, &mut control);
            }
            read.controls.entry(path).or_insert(control);
        }
        if kind == ControlKind::Group {
            walk(node, binds, itext, lists, read);
        }
    }
}

enum Instance<'a> {
    Inside(Node<'a, 'a>),
    File(&'a str),
}

fn instances<'a>(model: Node<'a, 'a>) -> HashMap<&'a str, Instance<'a>> {
    let nodes = model.children().filter(|node| is_named(*node, "instance"));
    let read = nodes.filter_map(|node| {
        let id = attribute(node, "id")?;
        Some((id, attribute(node, "src").map_or(Instance::Inside(node), Instance::File)))
    });
    read.collect()
}

struct ChoiceLists<'a> {
    instances: HashMap<&'a str, Instance<'a>>,
    itext: &'a Itext,
    /// Lists already read, by instance, value and label reference: many questions offer the same list.
    shared: HashMap<(&'a str, &'a str, &'a str), Arc<[Choice]>>,
}

impl<'a> ChoiceLists<'a> {
    fn offer(&mut self, select: Node<'a, 'a>, control: &mut Control) {
        let Some(itemset) = select.children().find(|node| is_named(*node, "itemset")) else {
            control.choices = self.inline(select);
            return;
        };
        let reference = |tag| {
            let child = itemset.children().find(|node| is_named(*node, tag));
            child.and_then(|node| attribute(node, "ref")).unwrap_or(tag).trim()
        };
        let (value, label) = (reference("value"), reference("label"));
        let Some((id, source)) = attribute(itemset, "nodeset")
            .and_then(instance_id)
            .and_then(|id| self.instances.get_key_value(id))
        else {
            return;
        };
        match source {
            Instance::File(source) => control.choices_file = source.rsplit('/').next().map(str::to_owned),
            Instance::Inside(instance) => {
                let list = self.shared.entry((*id, value, label));
                control.choices = list.or_insert_with(|| items(*instance, value, label, self.itext)).clone();
            }
        }
    }

    fn inline(&self, select: Node) -> Arc<[Choice]> {
        let items = select.descendants().filter(|node| is_named(*node, "item"));
        let choices = items.filter_map(|item| {
            let value = item.children().find(|node| is_named(*node, "value"))?.text()?.trim().to_owned();
            Some(Choice { value, label: self.itext.of_child(item, "label") })
        });
        choices.collect()
    }
}

/// The items of an instance: `root/item`, each with a value and a text or a reference to one.
fn items(instance: Node, value: &str, label: &str, itext: &Itext) -> Arc<[Choice]> {
    let by_reference = label.strip_prefix("jr:itext(").and_then(|rest| rest.strip_suffix(')')).map(str::trim);
    let label = by_reference.unwrap_or(label);
    let items = instance
        .children()
        .filter(Node::is_element)
        .flat_map(|root| root.children())
        .filter(Node::is_element);
    let choices = items.filter_map(|item| {
        let child = |name: &str| item.children().find(|node| is_named(*node, name));
        let shown = child(label);
        let label = match (shown, by_reference) {
            (None, _) => Labels::new(),
            (Some(node), Some(_)) => itext.get(node.text().unwrap_or_default().trim()),
            (Some(node), None) => untranslated(shown_text(node)),
        };
        Some(Choice { value: child(value)?.text()?.to_owned(), label })
    });
    choices.collect()
}

/// The id in `instance('id')/root/item[…]`, also inside `randomize(…)`.
fn instance_id(nodeset: &str) -> Option<&str> {
    let rest = nodeset.split_once("instance(")?.1.trim_start();
    let quote = rest.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    rest.get(1..)?.split(quote).next()
}
