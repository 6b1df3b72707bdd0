//! Things that are carried off the page: a QR code for a phone, a code to copy or write down.

use askama::Template;
use fast_qr::{ECL, QRBuilder};

use crate::locale::Locale;

/// A QR code with a label that says what it holds, and the same content as text where a camera cannot help. It has no
/// `Debug`: a phone's token is a secret.
#[derive(Clone, Template)]
#[template(path = "patterns/qr.html")]
pub struct QrBlock {
    locale: Locale,
    label: String,
    text: Option<String>,
    path: String,
    size: usize,
}
finished_html!(QrBlock, CodeBlock);

/// A QR code holds at most 2,331 bytes at medium error correction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the text is too long for a QR code: 2,331 bytes is the most; shorten it")]
pub struct QrTooLong;

impl QrBlock {
    /// A QR code of these bytes, with medium error correction and a quiet zone of four modules.
    pub fn new(
        locale: Locale,
        label: impl Into<String>,
        content: impl AsRef<[u8]>,
    ) -> Result<QrBlock, QrTooLong> {
        let code = QRBuilder::new(content.as_ref()).ecl(ECL::M).build().map_err(|_| QrTooLong)?;
        let mut path = String::new();
        for row in 0..code.size {
            let dark = |column: usize| column < code.size && code[row][column].value();
            let mut column = 0;
            while column < code.size {
                let start = column;
                while dark(column) {
                    column += 1;
                }
                if column > start {
                    path.push_str(&format!("M{} {}h{}v1H{}z", start + 4, row + 4, column - start, start + 4));
                }
                column += 1;
            }
        }
        Ok(QrBlock { locale, label: label.into(), text: None, path, size: code.size + 8 })
    }

    /// Also shows the content as text.
    pub fn with_text(mut self, text: impl Into<String>) -> QrBlock {
        self.text = Some(text.into());
        self
    }
}

/// A code that one click selects: a recovery code, a token, an address. No `Debug`, for the same reason.
#[derive(Clone, Template)]
#[template(path = "patterns/code.html")]
pub struct CodeBlock {
    label: String,
    code: String,
    note: Option<String>,
}

impl CodeBlock {
    /// A code under its label.
    pub fn new(label: impl Into<String>, code: impl Into<String>) -> CodeBlock {
        CodeBlock { label: label.into(), code: code.into(), note: None }
    }

    /// Says what to do with it.
    pub fn note(mut self, note: impl Into<String>) -> CodeBlock {
        self.note = Some(note.into());
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_qr_code_is_one_path_of_whole_modules() {
        let block = QrBlock::new(Locale::English, "Settings", "등대").ok().unwrap();
        assert_eq!(block.size, 21 + 8);
        // The corner of the finder pattern: seven dark modules after the quiet zone.
        assert!(block.path.starts_with("M4 4h7v1H4z"), "{}", block.path);
        assert_eq!(QrBlock::new(Locale::English, "x", vec![0; 3000]).err(), Some(QrTooLong));
    }
}
