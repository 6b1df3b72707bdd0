//! A form whose answer comes from a passkey: the one pattern that needs a script.

use askama::Template;

use crate::locale::Locale;
use crate::patterns::{Field, Form};

/// A form that asks the browser for a passkey when it is sent. Its page is a [`Sheet`](crate::sheet::Sheet) with
/// [`passkeys`](crate::sheet::Sheet::passkeys); without a script it says so, and the server refuses it.
#[derive(Debug, Clone, Template)]
#[template(path = "patterns/passkey.html")]
pub struct PasskeyForm {
    locale: Locale,
    act: &'static str,
    options: String,
    form: Form,
}
finished_html!(PasskeyForm);

impl PasskeyForm {
    /// Makes a passkey; the options are those of `navigator.credentials.create`.
    pub fn make(locale: Locale, options: impl Into<String>, form: Form) -> PasskeyForm {
        PasskeyForm::new(locale, "make", options.into(), form)
    }

    /// Uses a passkey; the options are those of `navigator.credentials.get`.
    pub fn using(locale: Locale, options: impl Into<String>, form: Form) -> PasskeyForm {
        PasskeyForm::new(locale, "use", options.into(), form)
    }

    fn new(locale: Locale, act: &'static str, options: String, form: Form) -> PasskeyForm {
        PasskeyForm { locale, act, options, form: form.field(Field::hidden("answer", "")) }
    }

    fn refused(&self) -> String {
        self.locale.text(if self.act == "make" { "passkey-not-made" } else { "passkey-not-used" })
    }
}
