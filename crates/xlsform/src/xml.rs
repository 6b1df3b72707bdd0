//! A small tree of XML and its text.

use std::borrow::Cow;

use crate::names::is_xml_tag;
use crate::problem::{Failure, Problem};

/// Largest document.
const MAX_BYTES: usize = 256 << 20;

/// An element with its attributes and children in order.
#[derive(Debug, Clone)]
pub(crate) struct Xml<'a> {
    tag: Cow<'a, str>,
    attributes: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    children: Vec<Node<'a>>,
}

#[derive(Debug, Clone)]
pub(crate) enum Node<'a> {
    Element(Xml<'a>),
    Text(Cow<'a, str>),
}

impl<'a> Xml<'a> {
    pub(crate) fn new(tag: impl Into<Cow<'a, str>>) -> Self {
        Xml { tag: tag.into(), attributes: Vec::new(), children: Vec::new() }
    }

    pub(crate) fn with(mut self, name: impl Into<Cow<'a, str>>, value: impl Into<Cow<'a, str>>) -> Self {
        self.set(name, value);
        self
    }

    pub(crate) fn with_text(mut self, text: impl Into<Cow<'a, str>>) -> Self {
        self.children.push(Node::Text(text.into()));
        self
    }

    pub(crate) fn with_child(mut self, child: Xml<'a>) -> Self {
        self.add(child);
        self
    }

    pub(crate) fn with_content(mut self, content: Vec<Node<'a>>) -> Self {
        if self.children.is_empty() {
            self.children = content;
        } else {
            self.children.extend(content);
        }
        self
    }

    /// Sets an attribute; one that is there keeps its place.
    pub(crate) fn set(&mut self, name: impl Into<Cow<'a, str>>, value: impl Into<Cow<'a, str>>) {
        let name = name.into();
        match self.attributes.iter_mut().find(|(n, _)| *n == name) {
            Some((_, old)) => *old = value.into(),
            None => self.attributes.push((name, value.into())),
        }
    }

    /// Adds one of many attributes with distinct names; only the element's first attribute may have this name already.
    pub(crate) fn add_attribute(&mut self, name: impl Into<Cow<'a, str>>, value: impl Into<Cow<'a, str>>) {
        let name = name.into();
        match self.attributes.first_mut() {
            Some((first, old)) if *first == name => *old = value.into(),
            _ => self.attributes.push((name, value.into())),
        }
    }

    pub(crate) fn add(&mut self, child: Xml<'a>) {
        self.children.push(Node::Element(child));
    }

    /// Adds a child before the one added last.
    pub(crate) fn add_before_last(&mut self, child: Xml<'a>) {
        let at = self.children.len().saturating_sub(1);
        self.children.insert(at, Node::Element(child));
    }

    /// The document's text. Refuses what XML cannot say.
    pub(crate) fn document(&self) -> Result<String, Failure> {
        let mut out = String::with_capacity(256 << 10);
        out.push_str("<?xml version=\"1.0\"?>");
        self.write(&mut out)?;
        Ok(out)
    }

    fn write(&self, out: &mut String) -> Result<(), Failure> {
        if out.len() > MAX_BYTES {
            return Err(Problem::new("The form becomes larger than 256 MiB. Make it smaller.").into());
        }
        check_name(&self.tag)?;
        out.push('<');
        out.push_str(&self.tag);
        for (name, value) in &self.attributes {
            check_name(name)?;
            out.push(' ');
            out.push_str(name);
            out.push_str("=\"");
            escape(value, true, out)?;
            out.push('"');
        }
        if self.children.is_empty() {
            out.push_str("/>");
            return Ok(());
        }
        out.push('>');
        // pyxform sets off text that is mixed with elements by a space at either end.
        let mixed = self.children.len() > 1 && self.children.iter().any(|c| matches!(c, Node::Text(_)));
        if mixed && matches!(self.children.first(), Some(Node::Text(_))) {
            out.push(' ');
        }
        for child in &self.children {
            match child {
                Node::Element(element) => element.write(out)?,
                Node::Text(text) => escape(text, false, out)?,
            }
        }
        if mixed {
            out.push(' ');
        }
        out.push_str("</");
        out.push_str(&self.tag);
        out.push('>');
        Ok(())
    }
}

fn check_name(name: &str) -> Result<(), Failure> {
    // Some Latin capitals with accents are names in XML, though not in XLSForm.
    let plain = |c: char| matches!(c, '\u{c0}'..='\u{d6}');
    if is_xml_tag(name) || (name.contains(plain) && is_xml_tag(&name.replace(plain, "A"))) {
        return Ok(());
    }
    Err(Problem::new(format!(
        "The column header or name '{name}' cannot become a name in the form. Names must begin with a letter or \
         underscore. After the first character, names may contain letters, digits, underscores, hyphens, or periods."
    ))
    .into())
}

/// Text with what XML reserves replaced; pyxform leaves quotes alone outside of attributes.
pub(crate) fn escape(text: &str, attribute: bool, out: &mut String) -> Result<(), Failure> {
    let mut clean = 0;
    for (i, c) in text.char_indices() {
        let entity = match c {
            '&' => "&amp;",
            '<' => "&lt;",
            '>' => "&gt;",
            '"' if attribute => "&quot;",
            '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'.. => continue,
            _ => {
                return Err(Problem::new(format!(
                    "A text holds the control character U+{:04X}, which a form cannot hold: '{}'. Remove it.",
                    u32::from(c),
                    text.chars().filter(|c| !c.is_control()).take(60).collect::<String>()
                ))
                .into());
            }
        };
        out.push_str(&text[clean..i]);
        out.push_str(entity);
        clean = i + c.len_utf8();
    }
    out.push_str(&text[clean..]);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mixed_text_is_set_off() {
        let label = Xml::new("label")
            .with_text("Hi \"<you>\" ")
            .with_child(Xml::new("output").with("value", "a\"b"))
            .with_text("!");
        let expected =
            "<?xml version=\"1.0\"?><label> Hi \"&lt;you&gt;\" <output value=\"a&quot;b\"/>! </label>";
        assert_eq!(label.document().unwrap(), expected);
        assert!(Xml::new("a").with_text("\u{1}").document().is_err());
        assert!(Xml::new("a b").document().is_err());
    }
}
