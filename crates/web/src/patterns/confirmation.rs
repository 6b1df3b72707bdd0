//! The question before something that cannot be undone.

use askama::Template;

use crate::locale::Locale;
use crate::patterns::{Field, Markup};

/// Says what will happen to whom; the button repeats the verb. Only for what cannot be undone.
#[derive(Debug, Clone, Template)]
#[template(path = "patterns/confirmation.html")]
pub struct Confirmation {
    locale: Locale,
    question: String,
    consequences: Vec<String>,
    fields: Vec<Field>,
    action: String,
    verb: String,
    back: String,
}
finished_html!(Confirmation);

impl Confirmation {
    /// A question ("Erase interview I-0231?"), the verb on its button ("Erase interview I-0231"), the address that
    /// does it (POST) and the page to go back to.
    pub fn new(
        locale: Locale,
        question: impl Into<String>,
        verb: impl Into<String>,
        action: impl ToString,
        back: impl ToString,
    ) -> Confirmation {
        Confirmation {
            locale,
            question: question.into(),
            consequences: Vec::new(),
            fields: Vec::new(),
            action: action.to_string(),
            verb: verb.into(),
            back: back.to_string(),
        }
    }

    /// Adds one thing that will happen, and to whom.
    pub fn consequence(mut self, sentence: impl Into<String>) -> Confirmation {
        self.consequences.push(sentence.into());
        self
    }

    /// Asks for something on the way, such as the reason.
    pub fn field(mut self, field: Field) -> Confirmation {
        self.fields.push(field);
        self
    }

    fn field_markup(&self, field: &Field) -> Markup {
        field.markup(self.locale)
    }
}
