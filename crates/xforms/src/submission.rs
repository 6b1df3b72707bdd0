use crate::{Envelope, Limits, XmlError};
use roxmltree::Node;

/// The longest id or version read, in bytes.
const IDENTIFIER_BYTES: usize = 256;

/// One element of a submission. Prefixes and namespaces are left out, as ODK does.
#[derive(Clone, PartialEq, Eq)]
pub struct Element {
    /// Local name.
    pub name: String,
    /// Attributes by local name; namespace declarations are left out.
    pub attributes: Vec<(String, String)>,
    /// The text directly inside, exactly as written.
    pub text: String,
    /// The elements inside, in order.
    pub children: Vec<Element>,
}

impl Element {
    /// The first child of this name.
    pub fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The attribute of this name.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    fn of(node: Node) -> Element {
        let mut element = Element {
            name: node.tag_name().name().to_owned(),
            attributes: Vec::new(),
            text: String::new(),
            children: Vec::new(),
        };
        // Attributes without a namespace come first, so that they win over others of the same local name.
        for plain in [true, false] {
            let found = node.attributes().filter(|found| found.namespace().is_none() == plain);
            element.attributes.extend(found.map(|found| (found.name().to_owned(), found.value().to_owned())));
        }
        for child in node.children() {
            if child.is_element() {
                element.children.push(Element::of(child));
            } else if child.is_text() {
                element.text.push_str(child.text().unwrap_or_default());
            }
        }
        element
    }
}

/// A submission as it was sent, read and checked, not yet split into classes.
///
/// It holds plaintext of every class, so it has no [`Debug`] beyond its ids.
#[derive(Clone, PartialEq, Eq)]
pub struct Submission {
    /// The form it answers.
    pub form_id: String,
    /// The version of the form; an empty one is none.
    pub version: Option<String>,
    /// `uuid:…` given by the phone. An absent one has to be given by the receiver.
    pub instance_id: Option<String>,
    /// The submission that this one replaces.
    pub deprecated_id: Option<String>,
    /// The name computed by the form; may hold identity.
    pub instance_name: Option<String>,
    /// `submissionDate` as older servers wrote it when they passed a submission on.
    pub submission_date: Option<String>,
    /// What is needed to open it, when it was encrypted on the phone.
    pub encrypted: Option<Envelope>,
    /// The whole content.
    pub root: Element,
}

impl std::fmt::Debug for Submission {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = formatter.debug_struct("Submission");
        shown.field("form_id", &self.form_id).field("version", &self.version);
        shown.field("instance_id", &self.instance_id).finish_non_exhaustive()
    }
}

/// Why a submission was refused. Never repeats what it holds.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SubmissionError {
    /// Not readable as XML within the limits.
    #[error("the submission cannot be read: {0}")]
    Xml(#[from] XmlError),
    /// The root element names no form.
    #[error("the submission does not say which form it answers: its root element has no id attribute")]
    NoFormId,
    /// An id or version too long or with control characters.
    #[error("the submission's {what} is longer than {IDENTIFIER_BYTES} bytes or holds control characters")]
    Identifier {
        /// Which one.
        what: &'static str,
    },
    /// It says that it is encrypted, and a part of the envelope is missing.
    #[error("the submission says that it is encrypted, but has no {missing}; send it again from the phone")]
    Envelope {
        /// The element that is missing.
        missing: &'static str,
    },
}

impl Submission {
    /// Reads the XML part of a submission. `limits` is usually [`Limits::SUBMISSION`].
    pub fn read(bytes: &[u8], limits: &Limits) -> Result<Submission, SubmissionError> {
        let text = crate::xml::decode(bytes, limits)?;
        // Scripts send what phones never do: prefixes that nothing declares.
        let declared;
        let document = match crate::xml::parse(text, limits) {
            Err(XmlError::Malformed { line, column, reason }) => {
                declared = crate::mend::with_prefixes(text);
                let strict = XmlError::Malformed { line, column, reason };
                crate::xml::parse(declared.as_deref().unwrap_or(text), limits).map_err(|_| strict)?
            }
            parsed => parsed?,
        };
        let node = document.root_element();
        let root = Element::of(node);

        let form_id = root.attribute("id").and_then(filled);
        let form_id = form_id.or_else(|| node.tag_name().namespace().and_then(filled));
        let form_id = form_id.ok_or(SubmissionError::NoFormId)?;
        let version = root.attribute("version").filter(|version| !version.is_empty()).map(str::to_owned);
        let meta = |name: &str| root.child("meta")?.child(name).and_then(|found| filled(&found.text));
        let instance_id = meta("instanceID").or_else(|| root.attribute("instanceID").and_then(filled));
        let deprecated_id = meta("deprecatedID");
        let identifiers = [
            ("form id", Some(&form_id)),
            ("version", version.as_ref()),
            ("instanceID", instance_id.as_ref()),
            ("deprecatedID", deprecated_id.as_ref()),
        ];
        for (what, value) in identifiers {
            if value.is_some_and(|value| value.len() > IDENTIFIER_BYTES || value.contains(char::is_control)) {
                return Err(SubmissionError::Identifier { what });
            }
        }
        // Some clients leave the attribute out; nobody else has these two.
        let sealed = root.child("base64EncryptedKey").is_some() && root.child("encryptedXmlFile").is_some();
        let encrypted = match root.attribute("encrypted") {
            Some("yes") => Some(Envelope::read(&root, &form_id, version.as_deref(), instance_id.as_deref())?),
            _ if sealed => Some(Envelope::read(&root, &form_id, version.as_deref(), instance_id.as_deref())?),
            _ => None,
        };
        Ok(Submission {
            instance_name: meta("instanceName"),
            submission_date: root.attribute("submissionDate").and_then(filled),
            form_id,
            version,
            instance_id,
            deprecated_id,
            encrypted,
            root,
        })
    }
}

fn filled(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}
