//! The report of the bag, `data/report.LANGUAGE.html`, as blocks that can be set anew.
//!
//! The house writes it from few patterns: lists of facts, figures of estimates, tables, paragraphs. What is none of them
//! is passed through as paragraphs, so that nothing of the report is left out.

use roxmltree::{Document, Node};
use serde_json::{Value, json};

/// Deepest block in a report.
const DEEPEST: usize = 16;

/// A report in words.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// Its title.
    pub title: String,
    /// What stands before the first section: who publishes what, as a list of facts.
    pub about: Vec<Value>,
    /// The sections, each a block of kind `section`.
    pub sections: Vec<Value>,
}

/// Reads a report, or says what is wrong with it.
pub fn read(html: &str) -> Result<Page, String> {
    let from = html.find("<main").ok_or("has no <main>, so it was not written by Deungdae")?;
    let to = html.rfind("</main>").map(|at| at + "</main>".len()).filter(|to| *to > from);
    let main = to.and_then(|to| html.get(from..to)).ok_or("does not end its <main>")?;
    let document = Document::parse(main)
        .map_err(|error| format!("is written in another way than Deungdae writes it ({error})"))?;
    let title = find(document.root_element(), "h1").map(text).unwrap_or_default();
    if title.is_empty() {
        return Err("has no title".into());
    }
    let (mut about, mut sections) = (Vec::new(), Vec::new());
    for block in blocks(document.root_element(), 0) {
        if block["kind"] == "section" {
            sections.push(block);
        } else {
            about.push(block);
        }
    }
    Ok(Page { title, about, sections })
}

fn is(node: Node<'_, '_>, name: &str) -> bool {
    node.has_tag_name(name)
}

fn has_class(node: Node<'_, '_>, class: &str) -> bool {
    node.attribute("class").is_some_and(|all| all.split_ascii_whitespace().any(|one| one == class))
}

fn find<'a, 'i>(node: Node<'a, 'i>, name: &str) -> Option<Node<'a, 'i>> {
    node.descendants().find(|node| is(*node, name))
}

/// The words of a node on one line, without what only a narrow screen shows.
fn text(node: Node<'_, '_>) -> String {
    let hidden = |node: &Node<'_, '_>| {
        node.ancestors().any(|one| one.attribute("aria-hidden") == Some("true") || has_class(one, "unseen"))
    };
    let words = node.descendants().filter(|node| node.is_text() && !hidden(node));
    let words: String = words.filter_map(|node| node.text()).collect();
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The blocks inside a node, so deep in others; what is deeper than any report of ours is told as one paragraph.
fn blocks(parent: Node<'_, '_>, depth: usize) -> Vec<Value> {
    if depth > DEEPEST {
        return prose(parent).into_iter().collect();
    }
    let mut found = Vec::new();
    for node in parent.children() {
        if node.is_text() {
            found.extend(prose(node));
        } else if is(node, "h1") || is(node, "h2") || is(node, "svg") || is(node, "style") {
            // Title and headings belong to what they stand in; a chart is drawn from its figure.
        } else if is(node, "dl") {
            found.push(facts(node));
        } else if is(node, "figure") {
            found.push(estimates(node));
        } else if is(node, "section") && has_class(node, "table") {
            found.push(table(node));
        } else if is(node, "section") {
            let heading = node.children().find(|node| is(*node, "h2")).map(text).unwrap_or_default();
            found.push(json!({ "kind": "section", "heading": heading, "blocks": blocks(node, depth + 1) }));
        } else if is(node, "table") {
            found.push(table(node));
        } else if is(node, "ol") || is(node, "ul") {
            let items: Vec<String> = node.children().filter(|node| is(*node, "li")).map(text).collect();
            found.push(json!({ "kind": "list", "ordered": is(node, "ol"), "items": items }));
        } else if is(node, "pre") {
            let code: String = node.descendants().filter_map(|node| node.text()).collect();
            found.push(json!({ "kind": "code", "text": code.trim_end() }));
        } else if is(node, "p") && has_class(node, "notice") {
            found.push(json!({ "kind": "notice", "text": text(node) }));
        } else if is(node, "div") {
            found.extend(blocks(node, depth + 1));
        } else {
            found.extend(prose(node));
        }
    }
    found
}

fn prose(node: Node<'_, '_>) -> Option<Value> {
    let words = text(node);
    (!words.is_empty()).then(|| json!({ "kind": "prose", "text": words }))
}

fn facts(list: Node<'_, '_>) -> Value {
    let names = list.descendants().filter(|node| is(*node, "dt")).map(text);
    let values = list.descendants().filter(|node| is(*node, "dd")).map(text);
    let facts: Vec<[String; 2]> = names.zip(values).map(|(name, value)| [name, value]).collect();
    json!({ "kind": "facts", "facts": facts })
}

fn columns(table: Node<'_, '_>) -> Vec<Value> {
    let heads = table.descendants().filter(|node| is(*node, "th"));
    heads.map(|head| json!({ "label": text(head), "figure": has_class(head, "figure") })).collect()
}

fn rows(table: Node<'_, '_>) -> Vec<Vec<String>> {
    let lines = table.descendants().filter(|node| is(*node, "tr"));
    let cells = |line: Node<'_, '_>| line.children().filter(|node| is(*node, "td")).map(text).collect();
    lines.map(cells).filter(|cells: &Vec<String>| !cells.is_empty()).collect()
}

fn table(section: Node<'_, '_>) -> Value {
    let title = find(section, "h2").map(text).unwrap_or_default();
    let empty = section.descendants().find(|node| has_class(*node, "empty")).map(text).unwrap_or_default();
    json!({ "kind": "table", "title": title, "columns": columns(section), "rows": rows(section), "empty": empty })
}

/// Estimates with their intervals. Words come from the table; where dots and lines lie comes from the chart, as a share
/// of the axis, so that nothing is rounded or computed again.
fn estimates(figure: Node<'_, '_>) -> Value {
    let title = find(figure, "figcaption").map(text).unwrap_or_default();
    let source = figure.children().filter(|node| is(*node, "p")).map(text).collect::<Vec<_>>().join(" ");
    let ticks: Vec<String> = figure
        .descendants()
        .filter(|node| is(*node, "text") && !has_class(*node, "label"))
        .map(text)
        .collect();
    let number =
        |node: Node<'_, '_>, name: &str| node.attribute(name).and_then(|text| text.parse::<f64>().ok());
    let tick_ends: Vec<f64> = figure
        .descendants()
        .filter(|node| is(*node, "line") && has_class(*node, "tick"))
        .filter_map(|node| number(node, "x1"))
        .collect();
    let (from, to) = match tick_ends[..] {
        [first, .., last] if last > first => (first, last),
        _ => (0.0, 1.0),
    };
    let share = |x: f64| ((x - from) / (to - from)).clamp(0.0, 1.0);
    let spans = figure.descendants().filter_map(|node| {
        if is(node, "line") && has_class(node, "interval") {
            Some((number(node, "x1")?, number(node, "x2")?))
        } else if is(node, "rect") && has_class(node, "hatched") {
            let x = number(node, "x")?;
            Some((x, x + number(node, "width")?))
        } else {
            None
        }
    });
    let dots = figure.descendants().filter(|node| is(*node, "circle"));
    let marks: Vec<Value> = spans
        .zip(dots)
        .filter_map(|((low, high), dot)| {
            let at = number(dot, "cx")?;
            Some(json!({
                "low": share(low), "at": share(at), "high": share(high), "hollow": has_class(dot, "hollow"),
            }))
        })
        .collect();
    json!({
        "kind": "estimates", "title": title, "source": source, "ticks": ticks,
        "columns": columns(figure), "rows": rows(figure), "marks": marks,
    })
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn a_report_deeper_than_any_of_ours_is_told_without_its_form() {
        let deep = |depth: usize| {
            let (open, close) = ("<div>".repeat(depth), "</div>".repeat(depth));
            read(&format!(
                "<html><main><h1>Title</h1><section><h2>One</h2>{open}<p>Words</p>{close}</section></main>"
            ))
        };
        for depth in [0, 10, 1_000] {
            let page = deep(depth).unwrap();
            assert_eq!(page.sections[0]["blocks"][0]["text"], "Words", "{depth}");
        }
        assert!(read("<main><h1>Title</main>").unwrap_err().contains("another way"));
    }
}
