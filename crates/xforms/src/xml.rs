//! The only door for XML: looked over in one pass without recursion, and only then parsed.

use crate::Limits;
use roxmltree::{Document, ParsingOptions};

const ATTRIBUTES_PER_ELEMENT: usize = 64;
const NAMESPACE_DECLARATIONS: usize = 256;

/// Why a document was refused. Never repeats a part of the document: a torn tag may hold a name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum XmlError {
    /// Longer than [`Limits::bytes`].
    #[error("the document has {bytes} bytes, more than the {limit} allowed")]
    TooLong {
        /// Its length.
        bytes: usize,
        /// The most allowed.
        limit: usize,
    },
    /// Bytes that are not UTF-8.
    #[error("the document is not UTF-8 (byte {at}); save or send it as UTF-8")]
    NotUtf8 {
        /// Offset of the first wrong byte.
        at: usize,
    },
    /// UTF-16, or a declaration that names another encoding.
    #[error("the document is encoded as {name}; only UTF-8 is read, so send it as UTF-8")]
    Encoding {
        /// The encoding found, one of a few known names or “another encoding”.
        name: &'static str,
    },
    /// A document type declaration, which no form or submission needs.
    #[error("the document has a DOCTYPE, which is refused because it can define entities; remove it")]
    Doctype,
    /// More levels than [`Limits::depth`].
    #[error("line {line}: elements are nested more than {limit} deep")]
    TooDeep {
        /// Line, from 1.
        line: usize,
        /// The most allowed.
        limit: usize,
    },
    /// More elements, attributes or namespace declarations than are read.
    #[error("line {line}: the document has more than {limit} {what}")]
    TooMany {
        /// What there is too much of.
        what: &'static str,
        /// Line, from 1.
        line: usize,
        /// The most allowed.
        limit: usize,
    },
    /// Not well-formed.
    #[error("line {line}, column {column}: not well-formed XML: {reason}")]
    Malformed {
        /// Line, from 1.
        line: usize,
        /// Column, from 1, in characters.
        column: usize,
        /// What the parser met.
        reason: &'static str,
    },
}

/// Checks that bytes are UTF-8 text and takes the byte order mark away.
pub(crate) fn decode<'a>(bytes: &'a [u8], limits: &Limits) -> Result<&'a str, XmlError> {
    if bytes.len() > limits.bytes {
        return Err(XmlError::TooLong { bytes: bytes.len(), limit: limits.bytes });
    }
    if matches!(bytes, [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] | [0, b'<', ..] | [b'<', 0, ..]) {
        return Err(XmlError::Encoding { name: "UTF-16" });
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text),
        Err(error) => match declared_encoding(&bytes[..error.valid_up_to()]) {
            Some(name) => Err(XmlError::Encoding { name }),
            None => Err(XmlError::NotUtf8 { at: error.valid_up_to() }),
        },
    }
}

/// Looks the text over within the limits and parses it.
pub(crate) fn parse<'a>(text: &'a str, limits: &Limits) -> Result<Document<'a>, XmlError> {
    if text.len() > limits.bytes {
        return Err(XmlError::TooLong { bytes: text.len(), limit: limits.bytes });
    }
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    if let Some(name) = declared_encoding(text.as_bytes()) {
        return Err(XmlError::Encoding { name });
    }
    look_over(text, limits)?;
    // Every element or comment may have text on both sides. The parser stops there whatever the look found.
    let nodes_limit = u32::try_from(limits.elements.saturating_mul(3)).unwrap_or(u32::MAX);
    let options = ParsingOptions { allow_dtd: false, nodes_limit, ..ParsingOptions::default() };
    Document::parse_with_options(text, options).map_err(|error| describe(&error, limits))
}

/// The encoding that the XML declaration names, unless it is one that is UTF-8 anyway.
fn declared_encoding(bytes: &[u8]) -> Option<&'static str> {
    let declaration = bytes.strip_prefix(b"<?xml")?;
    let end = declaration.windows(2).position(|pair| pair == b"?>")?;
    let declaration = std::str::from_utf8(declaration.get(..end)?).ok()?;
    let (_, value) = declaration.split_once("encoding")?;
    let value = value.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    let name = value.get(1..)?.split(quote).next()?;
    match name.to_ascii_lowercase().as_str() {
        "utf-8" | "utf8" | "us-ascii" | "ascii" => None,
        other if other.starts_with("utf-16") => Some("UTF-16"),
        other if other.starts_with("iso-8859") => Some("ISO 8859"),
        other if other.starts_with("windows-125") => Some("a Windows code page"),
        "euc-kr" | "ks_c_5601-1987" | "cp949" | "uhc" => Some("EUC-KR"),
        "shift_jis" | "euc-jp" | "iso-2022-jp" => Some("a Japanese encoding"),
        "gbk" | "gb2312" | "gb18030" | "big5" => Some("a Chinese encoding"),
        _ => Some("another encoding"),
    }
}

/// One pass over the markup that only counts. What it does not understand it leaves to the parser.
fn look_over(text: &str, limits: &Limits) -> Result<(), XmlError> {
    let bytes = text.as_bytes();
    let line = |at: usize| 1 + bytes[..at].iter().filter(|byte| **byte == b'\n').count();
    let too_many = |what, at, limit| XmlError::TooMany { what, line: line(at), limit };
    let (mut depth, mut nodes, mut declarations) = (0_usize, 0_usize, 0_usize);
    let mut at = 0;
    while let Some(rest) = bytes.get(at..) {
        let Some(skip) = rest.iter().position(|byte| *byte == b'<' || *byte == 0) else { break };
        at += skip;
        let rest = &bytes[at..];
        nodes += usize::from(!rest.starts_with(b"</"));
        if nodes > limits.elements {
            return Err(too_many("elements and comments", at, limits.elements));
        }
        if rest.starts_with(b"\0") {
            return Err(malformed(text, at, "a nul byte"));
        } else if rest.starts_with(b"<!--") {
            at = after(rest, b"-->", 4).map_or(bytes.len(), |length| at + length);
        } else if rest.starts_with(b"<![CDATA[") {
            at = after(rest, b"]]>", 9).map_or(bytes.len(), |length| at + length);
        } else if rest.starts_with(b"<?") {
            at = after(rest, b"?>", 2).map_or(bytes.len(), |length| at + length);
        } else if rest.starts_with(b"<!") {
            return Err(XmlError::Doctype);
        } else if rest.starts_with(b"</") {
            depth = depth.saturating_sub(1);
            at += 2;
        } else {
            let tag = look_over_tag(rest);
            declarations += tag.declarations;
            if tag.attributes > ATTRIBUTES_PER_ELEMENT {
                return Err(too_many("attributes on one element", at, ATTRIBUTES_PER_ELEMENT));
            }
            if declarations > NAMESPACE_DECLARATIONS {
                return Err(too_many("namespace declarations", at, NAMESPACE_DECLARATIONS));
            }
            if depth >= limits.depth {
                return Err(XmlError::TooDeep { line: line(at), limit: limits.depth });
            }
            depth += usize::from(!tag.closed);
            at += tag.length;
        }
    }
    Ok(())
}

fn after(rest: &[u8], end: &[u8], from: usize) -> Option<usize> {
    let found = rest.get(from..)?.windows(end.len()).position(|window| window == end)?;
    Some(from + found + end.len())
}

struct Tag {
    length: usize,
    attributes: usize,
    declarations: usize,
    closed: bool,
}

fn look_over_tag(rest: &[u8]) -> Tag {
    let mut tag = Tag { length: rest.len(), attributes: 0, declarations: 0, closed: false };
    let (mut quote, mut before) = (None, b'<');
    for (index, byte) in rest.iter().copied().enumerate() {
        match (quote, byte) {
            (Some(open), _) if open == byte => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b'=') => tag.attributes += 1,
            (None, b'>') => {
                tag.length = index + 1;
                tag.closed = before == b'/';
                break;
            }
            (None, b'x') if rest[index..].starts_with(b"xmlns") => tag.declarations += 1,
            (None, _) => {}
        }
        before = byte;
    }
    tag
}

fn malformed(text: &str, at: usize, reason: &'static str) -> XmlError {
    let before = text.get(..at).unwrap_or(text);
    let line = 1 + before.matches('\n').count();
    let column = 1 + before.rsplit('\n').next().unwrap_or("").chars().count();
    XmlError::Malformed { line, column, reason }
}

/// Says where and what, and leaves out every name and character that the parser quotes.
fn describe(error: &roxmltree::Error, limits: &Limits) -> XmlError {
    use roxmltree::Error::*;
    let reason = match error {
        DtdDetected => return XmlError::Doctype,
        NodesLimitReached => {
            return XmlError::TooMany { what: "elements and comments", line: 1, limit: limits.elements };
        }
        AttributesLimitReached | NamespacesLimitReached => {
            return XmlError::TooMany { what: "attributes", line: 1, limit: limits.elements };
        }
        UnknownNamespace(..) | InvalidElementNamePrefix(_) => "a prefix that no xmlns attribute declares",
        InvalidXmlPrefixUri(_) | UnexpectedXmlUri(_) | UnexpectedXmlnsUri(_) | DuplicatedNamespace(..) => {
            "a wrong namespace declaration"
        }
        UnexpectedCloseTag(..) | UnexpectedEntityCloseTag(_) => "an end tag that closes another element",
        UnknownEntityReference(..) => "an entity that XML does not define",
        MalformedEntityReference(_) | EntityReferenceLoop(_) => "“&” that begins no character or entity",
        InvalidAttributeValue(_) => "“<” inside an attribute",
        DuplicatedAttribute(..) => "an attribute given twice",
        NoRootNode => "no element",
        UnclosedRootNode => "an element that is never closed",
        NonXmlChar(..) => "a control character that XML does not allow",
        InvalidName(_) => "a wrong name",
        _ => "something that XML does not allow here",
    };
    let position = error.pos();
    let (line, column) = (position.row as usize, position.col as usize);
    XmlError::Malformed { line, column, reason }
}
