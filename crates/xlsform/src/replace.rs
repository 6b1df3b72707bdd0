//! `${name}` becomes a path, in expressions and in texts that people read.

use std::borrow::Cow;
use std::cell::OnceCell;

use crate::expression::{instance_expressions, reference_length};
use crate::problem::Failure;
use crate::python::strip;
use crate::reference;
use crate::survey::{Id, Survey};
use crate::value::{Value, printed};
use crate::xml::{Node, Xml, escape};

/// Where an expression stands.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Context {
    /// The element whose expression it is; none makes all paths absolute.
    pub(crate) element: Option<Id>,
    /// Whether relative paths start at `current()`, because the expression filters other data.
    pub(crate) use_current: bool,
    /// Whether paths start above the common repeat, because a filter is to be added to them.
    pub(crate) reference_parent: bool,
}

impl Context {
    pub(crate) fn of(element: Id) -> Self {
        Context { element: Some(element), ..Context::default() }
    }
}

impl Survey {
    /// The expression with paths for references.
    pub(crate) fn paths<'t>(&self, expression: &'t str, context: Context) -> Result<Cow<'t, str>, Failure> {
        if !reference::is_candidate(expression) {
            return Ok(expression.into());
        }
        self.substituted(expression, context, |path| path).map(Cow::from)
    }

    /// The same for a value that may have parts.
    pub(crate) fn value_paths<'t>(
        &self,
        value: &'t Value,
        context: Context,
    ) -> Result<Cow<'t, str>, Failure> {
        match value {
            Value::Text(text) => self.paths(text, context),
            Value::Map(map) => self.paths(&printed(map), context).map(|p| p.into_owned().into()),
        }
    }

    /// A text for people: references and `instance()` expressions become outputs. `prefix` goes before it.
    pub(crate) fn outputs<'t>(
        &self,
        prefix: &str,
        text: &'t str,
        element: Option<Id>,
    ) -> Result<Vec<Node<'t>>, Failure> {
        let plain = || {
            let text = if prefix.is_empty() { Cow::from(text) } else { format!("{prefix}{text}").into() };
            vec![Node::Text(text)]
        };
        let has_instance = text.len() > 9 && text.contains("instance(");
        if text == "-" || !(has_instance || reference::is_candidate(text)) {
            return Ok(plain());
        }
        let context = Context { element, ..Context::default() };
        let mut escaped = String::with_capacity(text.len());
        escape(text, false, &mut escaped)?;
        let mut marked = escaped.clone();
        if has_instance {
            marked.clear();
            let mut end_before = 0;
            for (start, end) in instance_expressions(&escaped) {
                let Some(between) = escaped.get(end_before..start) else { continue };
                marked.push_str(between);
                let expression = self.substituted(&escaped[start..end], context, |path| path)?;
                marked.push_str(OUTPUT);
                escape(&expression, true, &mut marked)?;
                marked.push_str(OUTPUT_END);
                end_before = end;
            }
            marked.push_str(&escaped[end_before..]);
        }
        if reference::is_candidate(&marked) {
            marked = self.substituted(&marked, context, |path| format!("{OUTPUT}{path}{OUTPUT_END}"))?;
        }
        if marked == escaped {
            return Ok(plain());
        }
        Ok(parsed(&format!("{prefix}{marked}")))
    }

    /// Puts the path of each reference through `write`.
    fn substituted(
        &self,
        text: &str,
        context: Context,
        write: impl Fn(String) -> String,
    ) -> Result<String, Failure> {
        let facts = Facts::new(text);
        let mut out = String::with_capacity(text.len());
        let mut end_before = 0;
        while let Some(start) = text[end_before..].find("${").map(|i| end_before + i) {
            out.push_str(&text[end_before..start]);
            let Some(length) = reference_length(&text[start..]) else {
                out.push_str("${");
                end_before = start + 2;
                continue;
            };
            let end = start + length;
            let path = write(self.path_for(&facts, start, end, context)?);
            self.spend(path.len())?;
            out.push_str(&path);
            end_before = end;
        }
        out.push_str(&text[end_before..]);
        Ok(out)
    }

    fn path_for(
        &self,
        facts: &Facts<'_>,
        start: usize,
        end: usize,
        context: Context,
    ) -> Result<String, Failure> {
        let written = &facts.text[start..end];
        let inner = written.trim_start_matches("${").trim_end_matches('}');
        let (saved, name) = match inner.strip_prefix("last-saved#") {
            Some(name) => (true, name),
            None => (false, inner),
        };
        let target = self.named(
            name,
            &format!(
                "There has been a problem trying to replace {written} with the XPath to the survey element named \
                 '{name}'."
            ),
        )?;
        if let Some(element) = context.element
            && !saved
            && facts.may_be_relative(name, start, end)
        {
            let use_current = context.use_current || facts.in_instance_predicate(start, end);
            if let Some(path) = self.relative(element, target, name, use_current, context.reference_parent) {
                return Ok(path);
            }
        }
        let saved = if saved { "instance('__last-saved')" } else { "" };
        Ok(format!(" {saved}{} ", self.elements[target].xpath))
    }

    /// The way from one element to another within the repeat that they share.
    fn relative(
        &self,
        from: Id,
        to: Id,
        name: &str,
        use_current: bool,
        reference_parent: bool,
    ) -> Option<String> {
        let (repeat, steps) = self.common_ancestor(from, to, true)?;
        let (steps, path) = self.way(from, to, repeat, steps, reference_parent)?;
        let path = if path.ends_with(name) { path } else { format!("/{name}") };
        let start = if use_current { "current()/" } else { "" };
        let up = vec![".."; steps].join("/");
        Some(format!(" {start}{up}{path} "))
    }

    fn way(
        &self,
        from: Id,
        to: Id,
        repeat: Id,
        steps: usize,
        reference_parent: bool,
    ) -> Option<(usize, String)> {
        if reference_parent {
            // The parent is meant only where the target is not in a repeat inside of the common one, and either the
            // common one is in no repeat, or the source is in a repeat inside of it.
            let outermost = self.repeat_around(repeat).is_none();
            if self.repeat_around(to) == Some(repeat)
                && (outermost || self.repeat_around(from) != Some(repeat))
            {
                return Some((steps + 1, self.path(to, self.elements[repeat].parent)));
            }
        }
        let (nearest, steps) = self.common_ancestor(from, to, false)?;
        Some((steps, self.path(to, Some(nearest))))
    }
}

const OUTPUT: &str = "<output value=\"";
const OUTPUT_END: &str = "\"/>";

/// Reads text with outputs as an XML parser would; the outputs are the only tags in it.
fn parsed(marked: &str) -> Vec<Node<'static>> {
    let mut nodes = Vec::new();
    let mut rest = marked;
    while let Some(at) = rest.find(OUTPUT) {
        if at > 0 {
            nodes.push(Node::Text(unescaped(&rest[..at], false).into()));
        }
        rest = &rest[at + OUTPUT.len()..];
        let (value, after) = rest.split_once(OUTPUT_END).unwrap_or((rest, ""));
        nodes.push(Node::Element(Xml::new("output").with("value", unescaped(value, true))));
        rest = after;
    }
    if !rest.is_empty() {
        nodes.push(Node::Text(unescaped(rest, false).into()));
    }
    nodes
}

fn unescaped(text: &str, attribute: bool) -> String {
    let mut text = text.replace("\r\n", "\n").replace('\r', "\n");
    if attribute {
        text = text.replace(['\n', '\t'], " ");
    }
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

/// What has to be known of the whole text for each reference in it.
struct Facts<'a> {
    text: &'a str,
    /// The predicates, if the text reads from an instance.
    predicates: OnceCell<Vec<(usize, usize)>>,
    /// The calls of `indexed-repeat()`, if there are any.
    indexed: OnceCell<Vec<(usize, usize)>>,
}

impl<'a> Facts<'a> {
    fn new(text: &'a str) -> Self {
        Facts { text, predicates: OnceCell::new(), indexed: OnceCell::new() }
    }

    fn in_instance_predicate(&self, start: usize, end: usize) -> bool {
        let predicates = self
            .predicates
            .get_or_init(|| if reads_instance(self.text) { spans(self.text, "[", ']') } else { Vec::new() });
        let after = predicates.partition_point(|(open, _)| *open <= start);
        after.checked_sub(1).and_then(|i| predicates.get(i)).is_some_and(|(_, close)| end <= *close)
    }

    /// Whether the path may be relative: in `indexed-repeat()` only some of the arguments may.
    fn may_be_relative(&self, name: &str, start: usize, end: usize) -> bool {
        if !self.text.contains("indexed-repeat(") {
            return true;
        }
        let calls = self.indexed.get_or_init(|| spans(self.text, "indexed-repeat(", ')'));
        // pyxform looks at every second call.
        let Some((open, close)) = calls.iter().step_by(2).find(|(_, close)| end <= *close) else {
            // Past the last call looked at; whether one was left out decides.
            return calls.len() % 2 == 1;
        };
        if end < *open || start > *close {
            return true;
        }
        let call = &self.text[*open..*close];
        let arguments =
            call.strip_prefix("indexed-repeat(").and_then(|c| c.strip_suffix(')')).unwrap_or(call);
        let wanted = format!("${{{name}}}");
        let position = arguments.split(',').enumerate().filter(|(_, a)| strip(a).contains(&wanted)).last();
        position.is_some_and(|(p, _)| !matches!(p, 0 | 1 | 3 | 5))
    }
}

/// Whether the text has `instance(` with something in and after the bracket.
fn reads_instance(text: &str) -> bool {
    text.match_indices("instance(").any(|(at, call)| {
        let mut chars = text[at + call.len()..].chars();
        if chars.next().is_none_or(|c| c == ')') {
            return false;
        }
        for c in chars {
            if c != '\n' {
                return true;
            }
        }
        false
    })
}

/// The stretches from `open` to the next `close`, with at least one character between.
fn spans(text: &str, open: &str, close: char) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(start) = text[from..].find(open).map(|i| from + i) {
        let inside = start + open.len();
        match text[inside..].find(close) {
            Some(0) => from = inside,
            Some(length) => {
                let end = inside + length + close.len_utf8();
                found.push((start, end));
                from = end;
            }
            None => break,
        }
    }
    found
}
