//! Forms: labels above, hints below the label, errors at the field and in a summary at the top; nothing is lost.

use askama::Template;
use axum::http::StatusCode;
use jiff::civil::Date;

use crate::address::Address;
use crate::answer::Refusal;
use crate::locale::Locale;
use crate::patterns::Markup;

/// One of several answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    value: String,
    label: String,
    hint: Option<String>,
}

impl Choice {
    /// A choice: what is sent, and what is read.
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Choice {
        Choice { value: value.into(), label: label.into(), hint: None }
    }

    /// A line under the choice that says what it means.
    pub fn hint(mut self, hint: impl Into<String>) -> Choice {
        self.hint = Some(hint.into());
        self
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Line { input: &'static str, width: u8 },
    Text { rows: u8 },
    Select,
    Radios,
    Checkboxes,
    File,
    Date,
    Hidden,
    Account,
}

/// One question of a form.
// No `Debug`: the value may be a password.
#[derive(Clone)]
pub struct Field {
    name: String,
    label: String,
    hint: Option<String>,
    error: Option<String>,
    optional: bool,
    kind: Kind,
    values: Vec<String>,
    choices: Vec<Choice>,
    autocomplete: Option<&'static str>,
    keyboard: Option<&'static str>,
    accept: Option<&'static str>,
    longest: Option<u32>,
    seals: Option<String>,
}

impl std::fmt::Debug for Field {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Field").field("name", &self.name).field("kind", &self.kind).finish_non_exhaustive()
    }
}

impl Field {
    fn new(kind: Kind, name: &str, label: impl Into<String>) -> Field {
        Field {
            name: name.to_owned(),
            label: label.into(),
            hint: None,
            error: None,
            optional: false,
            kind,
            values: Vec::new(),
            choices: Vec::new(),
            autocomplete: None,
            keyboard: None,
            accept: None,
            longest: None,
            seals: None,
        }
    }

    /// One line of text.
    pub fn line(name: &str, label: impl Into<String>) -> Field {
        Field::new(Kind::Line { input: "text", width: 40 }, name, label)
    }

    /// An e-mail address.
    pub fn email(name: &str, label: impl Into<String>) -> Field {
        Field {
            autocomplete: Some("username"),
            ..Field::new(Kind::Line { input: "email", width: 40 }, name, label)
        }
    }

    /// A password that is known already; its value is never written back into the page.
    pub fn password(name: &str, label: impl Into<String>) -> Field {
        Field {
            autocomplete: Some("current-password"),
            ..Field::new(Kind::Line { input: "password", width: 40 }, name, label)
        }
    }

    /// A whole number or a code of figures: a short line with the keyboard for figures.
    pub fn figures(name: &str, label: impl Into<String>, width: u8) -> Field {
        Field { keyboard: Some("numeric"), ..Field::new(Kind::Line { input: "text", width }, name, label) }
    }

    /// Several lines of text.
    pub fn text(name: &str, label: impl Into<String>, rows: u8) -> Field {
        Field::new(Kind::Text { rows }, name, label)
    }

    /// One of many choices.
    pub fn select(name: &str, label: impl Into<String>, choices: Vec<Choice>) -> Field {
        Field { choices, ..Field::new(Kind::Select, name, label) }
    }

    /// One of a few choices, all in view.
    pub fn radios(name: &str, label: impl Into<String>, choices: Vec<Choice>) -> Field {
        Field { choices, ..Field::new(Kind::Radios, name, label) }
    }

    /// Any of a few choices.
    pub fn checkboxes(name: &str, label: impl Into<String>, choices: Vec<Choice>) -> Field {
        Field { choices, optional: true, ..Field::new(Kind::Checkboxes, name, label) }
    }

    /// A file; `accept` as HTML's attribute (".xlsx,.md").
    pub fn file(name: &str, label: impl Into<String>, accept: &'static str) -> Field {
        Field { accept: Some(accept), ..Field::new(Kind::File, name, label) }
    }

    /// A date as three fields `name-year`, `name-month`, `name-day`, in the order of the language. See [`read_date`].
    pub fn date(name: &str, label: impl Into<String>) -> Field {
        Field::new(Kind::Date, name, label)
    }

    /// A day in one field with the browser's own calendar, for filters; sent as 2026-11-23. Where a date is typed from
    /// a document or from memory, use [`Field::date`].
    pub fn day(name: &str, label: impl Into<String>) -> Field {
        Field::new(Kind::Line { input: "date", width: 8 }, name, label)
    }

    /// A value that travels along.
    pub fn hidden(name: &str, value: impl Into<String>) -> Field {
        Field { values: vec![value.into()], ..Field::new(Kind::Hidden, name, "") }
    }

    /// Whose password is asked for, where the page knows it: not shown, but password managers need it.
    pub fn account(email: impl Into<String>) -> Field {
        Field { values: vec![email.into()], ..Field::new(Kind::Account, "account", "") }
    }

    /// A line under the label that says what is wanted.
    pub fn hint(mut self, hint: impl Into<String>) -> Field {
        self.hint = Some(hint.into());
        self
    }

    /// Says that the answer is sealed and who can open it; the field has the sealed colour.
    pub fn seals(mut self, says: impl Into<String>) -> Field {
        self.seals = Some(says.into());
        self
    }

    /// What is wrong with the answer, and how to put it right.
    pub fn error(mut self, error: impl Into<String>) -> Field {
        self.error = Some(error.into());
        self
    }

    /// Says that it may be left empty.
    pub fn optional(mut self) -> Field {
        self.optional = true;
        self
    }

    /// Sets the answer. For checkboxes it can be called several times; a date is written as 2026-11-23.
    pub fn value(mut self, value: impl Into<String>) -> Field {
        let value = value.into();
        match self.kind {
            Kind::Checkboxes => self.values.push(value),
            Kind::Date => self.values = value.split('-').map(str::to_owned).collect(),
            _ => self.values = vec![value],
        }
        self
    }

    /// The browser's word for what is asked: `one-time-code`, `new-password`, `off`.
    pub fn autocomplete(mut self, word: &'static str) -> Field {
        self.autocomplete = Some(word);
        self
    }

    /// The most characters the browser lets through. The server checks again.
    pub fn longest(mut self, characters: u32) -> Field {
        self.longest = Some(characters);
        self
    }

    /// The field's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The field's label.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// The parameters under which it is sent: its name, or the three parts of a date.
    pub(crate) fn parameters(&self) -> Vec<String> {
        match self.kind {
            Kind::Date => {
                ["year", "month", "day"].iter().map(|part| format!("{}-{part}", self.name)).collect()
            }
            _ => vec![self.name.clone()],
        }
    }

    /// The answers it holds in the words a reader knows them by, each with the address that no longer has it.
    pub(crate) fn answers(&self, here: &Address) -> Vec<(String, Address)> {
        let filled = || self.values.iter().filter(|value| !value.is_empty());
        if self.kind == Kind::Date {
            let words = filled().cloned().collect::<Vec<_>>().join("-");
            let without = self.parameters().iter().fold(here.clone(), |address, name| address.without(name));
            return if words.is_empty() { Vec::new() } else { vec![(words, without)] };
        }
        let words = |value: &String| {
            let choice = self.choices.iter().find(|choice| choice.value == *value);
            choice.map_or(value, |choice| &choice.label).clone()
        };
        filled().map(|value| (words(value), here.without_value(&self.name, value))).collect()
    }

    /// Puts back what was sent, so that nothing is lost on an error. Passwords and files are not put back.
    pub fn fill(&mut self, sent: &[(String, String)]) {
        let find = |name: &str| sent.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
        match self.kind {
            Kind::Line { input: "password", .. } | Kind::File | Kind::Account => {}
            Kind::Date => {
                let part = |part| find(&format!("{}-{part}", self.name)).unwrap_or_default();
                self.values = vec![part("year"), part("month"), part("day")];
            }
            Kind::Checkboxes => {
                self.values = sent
                    .iter()
                    .filter(|(key, _)| *key == self.name)
                    .map(|(_, value)| value.clone())
                    .collect();
            }
            _ => {
                if let Some(value) = find(&self.name) {
                    self.values = vec![value];
                }
            }
        }
    }

    /// The field as HTML.
    pub fn markup(&self, locale: Locale) -> Markup {
        Markup::of(&FieldView { locale, field: self })
    }

    fn shown(&self) -> &str {
        match self.kind {
            Kind::Line { input: "password", .. } => "",
            _ => self.values.first().map_or("", String::as_str),
        }
    }

    fn holds(&self, choice: &Choice) -> bool {
        self.values.contains(&choice.value)
    }

    fn id(&self) -> String {
        format!("field-{}", self.name)
    }

    /// The id of what the error summary leads to: the first thing that can hold the focus.
    fn first_id(&self, locale: Locale) -> String {
        match self.kind {
            Kind::Radios | Kind::Checkboxes => format!("field-{}-1", self.name),
            Kind::Date => format!("field-{}-{}", self.name, date_parts(locale)[0]),
            _ => self.id(),
        }
    }

    fn described_by(&self) -> Option<String> {
        let hint = self.hint.as_ref().map(|_| format!("{}-hint", self.id()));
        let error = self.error.as_ref().map(|_| format!("{}-error", self.id()));
        let seals = self.seals.as_ref().map(|_| format!("{}-seal", self.id()));
        let ids: Vec<String> = [hint, seals, error].into_iter().flatten().collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }

    fn is_group(&self) -> bool {
        matches!(self.kind, Kind::Radios | Kind::Checkboxes | Kind::Date)
    }
}

/// The order in which a language writes a date.
fn date_parts(locale: Locale) -> [&'static str; 3] {
    match locale {
        Locale::English => ["day", "month", "year"],
        Locale::Korean | Locale::Japanese => ["year", "month", "day"],
    }
}

#[derive(Template)]
#[template(path = "patterns/field.html")]
struct FieldView<'a> {
    locale: Locale,
    field: &'a Field,
}

impl FieldView<'_> {
    /// `(part, its label, what is in it, its width in figures)`
    fn parts(&self) -> impl Iterator<Item = (&'static str, String, &str, u8)> {
        date_parts(self.locale).into_iter().map(|part| {
            let (place, label, width) = match part {
                "year" => (0, "form-year", 4),
                "month" => (1, "form-month", 2),
                _ => (2, "form-day", 2),
            };
            (part, self.locale.text(label), self.field.values.get(place).map_or("", String::as_str), width)
        })
    }
}

/// Why three fields are not a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DateFault {
    /// One or two of the three are empty.
    #[error("a part of the date is missing; fill in year, month and day")]
    Incomplete,
    /// There is no such day.
    #[error("there is no such day; check year, month and day")]
    NoSuchDay,
}

impl DateFault {
    /// The Fluent id of the sentence for the field.
    pub fn id(self) -> &'static str {
        match self {
            DateFault::Incomplete => "form-date-incomplete",
            DateFault::NoSuchDay => "form-date-no-such-day",
        }
    }
}

/// Reads the three fields of [`Field::date`]; `None` if all are empty.
pub fn read_date(sent: &[(String, String)], name: &str) -> Result<Option<Date>, DateFault> {
    let part = |part: &str| {
        let key = format!("{name}-{part}");
        sent.iter().find(|(sent, _)| *sent == key).map(|(_, value)| value.trim()).unwrap_or_default()
    };
    let (year, month, day) = (part("year"), part("month"), part("day"));
    if year.is_empty() && month.is_empty() && day.is_empty() {
        return Ok(None);
    }
    if year.is_empty() || month.is_empty() || day.is_empty() {
        return Err(DateFault::Incomplete);
    }
    // Two figures are no year: 84 could be 1984 or the year 84.
    let year = year.parse().ok().filter(|year| (1000..=9999).contains(year)).ok_or(DateFault::NoSuchDay)?;
    let number = |text: &str| text.parse().map_err(|_| DateFault::NoSuchDay);
    Date::new(year, number(month)?, number(day)?).map(Some).map_err(|_| DateFault::NoSuchDay)
}

/// A whole form.
#[derive(Debug, Clone, Template)]
#[template(path = "patterns/form.html")]
pub struct Form {
    locale: Locale,
    action: String,
    fields: Vec<Field>,
    submit: String,
    back: Option<crate::frame::Link>,
    asks: bool,
    status: StatusCode,
    quiet: bool,
}
finished_html!(Form, ErrorSummary);

impl Form {
    /// A form that is sent (POST) to this address by a button with this verb.
    pub fn new(locale: Locale, action: impl ToString, submit: impl Into<String>) -> Form {
        Form {
            locale,
            action: action.to_string(),
            fields: Vec::new(),
            submit: submit.into(),
            back: None,
            asks: false,
            status: StatusCode::OK,
            quiet: false,
        }
    }

    /// A form that only asks for a page (GET): what is chosen stands in the page's address.
    pub fn find(locale: Locale, path: impl ToString, submit: impl Into<String>) -> Form {
        Form { asks: true, ..Form::new(locale, path, submit) }
    }

    /// Adds a question.
    pub fn field(mut self, field: Field) -> Form {
        self.fields.push(field);
        self
    }

    /// Makes it the second choice beside another form: its button does not stand out.
    pub fn quiet(mut self) -> Form {
        self.quiet = true;
        self
    }

    /// Adds a way back beside the button.
    pub fn back(mut self, label: impl Into<String>, href: impl ToString) -> Form {
        self.back = Some(crate::frame::Link::new(label, href));
        self
    }

    /// Puts back what was sent.
    pub fn fill(mut self, sent: &[(String, String)]) -> Form {
        self.fields.iter_mut().for_each(|field| field.fill(sent));
        self
    }

    /// Puts an error at a field.
    pub fn set_error(&mut self, name: &str, error: impl Into<String>) {
        if let Some(field) = self.fields.iter_mut().find(|field| field.name == name) {
            field.error = Some(error.into());
            self.status = StatusCode::BAD_REQUEST;
        }
    }

    /// Puts a refusal at the fields that it names, or at this one.
    pub fn refuse(&mut self, refusal: &Refusal, otherwise: &str) {
        let next = refusal.next(self.locale).unwrap_or_default();
        let sentence = format!("{} {next}", refusal.what(self.locale)).trim_end().to_owned();
        let names = |field: &Field| refusal.places.iter().any(|(place, _)| *place == field.name);
        let named: Vec<String> =
            self.fields.iter().filter(|field| names(field)).map(|field| field.name.clone()).collect();
        for name in &named {
            self.set_error(name, sentence.clone());
        }
        if named.is_empty() {
            self.set_error(otherwise, sentence);
        }
        if refusal.status == StatusCode::TOO_MANY_REQUESTS {
            self.status = refusal.status;
        }
    }

    /// The status of a page that shows this form: 400 where it comes back with errors.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Whether any field has an error.
    pub fn has_errors(&self) -> bool {
        self.fields.iter().any(|field| field.error.is_some())
    }

    /// The summary of the errors, for the top of the page.
    pub fn errors(&self) -> ErrorSummary {
        ErrorSummary::of(self.locale, &self.fields)
    }

    fn sends_files(&self) -> bool {
        self.fields.iter().any(|field| field.kind == Kind::File)
    }

    fn field_markup(&self, field: &Field) -> Markup {
        field.markup(self.locale)
    }
}

/// The errors of a form, each leading to its field. It takes the focus when the page opens.
#[derive(Debug, Clone, Template)]
#[template(path = "patterns/errors.html")]
pub struct ErrorSummary {
    locale: Locale,
    errors: Vec<(String, String)>,
}

impl ErrorSummary {
    /// The errors of these fields; nothing is printed where there are none.
    pub fn of(locale: Locale, fields: &[Field]) -> ErrorSummary {
        let errors = fields
            .iter()
            .filter_map(|field| field.error.as_ref().map(|error| (field.first_id(locale), error.clone())))
            .collect();
        ErrorSummary { locale, errors }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn nothing_is_lost_on_an_error_except_the_password() {
        let form = Form::new(Locale::English, "/save", "Save")
            .field(Field::line("name", "Name"))
            .field(Field::password("password", "Password"))
            .field(Field::date("since", "Since"))
            .fill(&sent(&[
                ("name", "<김>"),
                ("password", "hunter2"),
                ("since-day", "31"),
                ("since-month", "2"),
            ]));
        let html = form.to_string();
        assert!(html.contains("&#60;김&#62;") || html.contains("&lt;김&gt;"), "{html}");
        assert!(!html.contains("hunter2"));
        assert!(html.contains(r#"value="31""#));
        assert!(!format!("{form:?}").contains("김"));
    }

    #[test]
    fn three_fields_are_a_date_or_say_why_not() {
        let read =
            |year, month, day| read_date(&sent(&[("d-year", year), ("d-month", month), ("d-day", day)]), "d");
        assert_eq!(read("2024", "2", "29"), Ok(Some(jiff::civil::date(2024, 2, 29))));
        assert_eq!(read("2023", "2", "29"), Err(DateFault::NoSuchDay));
        assert_eq!(read("84", "2", "9"), Err(DateFault::NoSuchDay));
        assert_eq!(read("2023", "", "9"), Err(DateFault::Incomplete));
        assert_eq!(read("", " ", ""), Ok(None));
    }

    #[test]
    fn the_summary_leads_to_the_first_part_of_a_date() {
        let fields = [Field::date("since", "Since").error("Fill in the year")];
        assert!(ErrorSummary::of(Locale::Korean, &fields).to_string().contains("#field-since-year"));
        assert!(ErrorSummary::of(Locale::English, &fields).to_string().contains("#field-since-day"));
        assert_eq!(ErrorSummary::of(Locale::English, &[]).to_string().trim(), "");
    }
}
