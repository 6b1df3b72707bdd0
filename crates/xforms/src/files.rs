//! The files a form expects beside it: what the manifest lists.

use crate::model::{attribute, is_named};
use roxmltree::Node;

/// What a form uses a file for; the words are those of ODK's attachment lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FileKind {
    /// `jr://images/…`
    Image,
    /// `jr://audio/…`
    Audio,
    /// `jr://video/…`
    Video,
    /// `jr://file/…`, `jr://file-csv/…` and lists looked up by `search()`.
    File,
}

/// A file a form expects beside it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct FormFile {
    /// The name the phone asks for: `towns.csv`.
    pub name: String,
    /// What it is used for.
    #[serde(rename = "type")]
    pub kind: FileKind,
}

pub(crate) fn expected(html: Node, model: Node, primary: Node) -> Vec<FormFile> {
    let mut files: Vec<FormFile> = Vec::new();
    let mut add = |found: Option<FormFile>| {
        if let Some(file) = found.filter(|file| files.iter().all(|known| known.name != file.name)) {
            files.push(file);
        }
    };
    for instance in model.children().filter(|node| is_named(*node, "instance")) {
        add(attribute(instance, "src").and_then(from_address));
    }
    for itext in model.children().filter(|node| is_named(*node, "itext")) {
        let values = itext.descendants().filter(|node| is_named(*node, "value"));
        for value in values.filter(|node| attribute(*node, "form").is_some()) {
            add(value.text().and_then(from_address));
        }
    }
    for node in primary.descendants().filter(Node::is_element) {
        add(node.text().and_then(from_address));
    }
    let body = html.children().filter(|node| is_named(*node, "body"));
    for node in body.flat_map(|body| body.descendants()).filter(Node::is_element) {
        if is_named(node, "input") && attribute(node, "query").is_some() {
            add(Some(FormFile { name: "itemsets.csv".to_owned(), kind: FileKind::File }));
        }
        add(attribute(node, "appearance").and_then(from_search));
    }
    files
}

/// `jr://images/flag.png`; `jr://instance/last-saved` is no file.
fn from_address(address: &str) -> Option<FormFile> {
    let (folder, name) = address.trim().strip_prefix("jr://")?.split_once('/')?;
    let kind = match folder {
        "images" => FileKind::Image,
        "audio" => FileKind::Audio,
        "video" => FileKind::Video,
        "file" | "file-csv" => FileKind::File,
        _ => return None,
    };
    let plain = !name.is_empty() && !name.contains(['/', '\\', '\0']) && name != "." && name != "..";
    plain.then(|| FormFile { name: name.to_owned(), kind })
}

/// `minimal search('towns', 'matches', …)` names `towns.csv`.
fn from_search(appearance: &str) -> Option<FormFile> {
    let argument = appearance.split_once("search")?.1.trim_start().strip_prefix('(')?.trim_start();
    let quote = argument.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    let name = argument.get(1..)?.split(quote).next()?;
    if name.is_empty() || name.trim() != name || name.contains(['/', '\\', '\0']) {
        return None;
    }
    let name = if name.ends_with(".csv") { name.to_owned() } else { format!("{name}.csv") };
    Some(FormFile { name, kind: FileKind::File })
}
