//! The answers of one submission, laid out as its form is: groups, repeats, questions in their order.

use askama::Template;
use desk::xforms::{Class, Field, Kind, Values};
use desk::{FileDetail, VersionDetail};
use serde_json::Value;

use crate::locale::Locale;
use crate::pages::answers::Wording;
use crate::pages::submission_list::is_machinery;
use crate::patterns::{Facts, Markup, Opening, SealedValue};

/// One version of a submission, to be laid out.
pub struct Answers<'a> {
    /// How questions and answers are said.
    pub wording: Wording<'a>,
    /// The version.
    pub version: &'a VersionDetail,
    /// Address of the submission, under which its files are.
    pub address: &'a str,
    /// The reason with which identity was opened, if it is open now.
    pub reason: Option<&'a str>,
}

/// What came of laying answers out.
pub struct LaidOut {
    /// The answers.
    pub content: Markup,
    /// Questions that nobody answered; they are not shown.
    pub unanswered: usize,
}

#[derive(Template)]
#[template(path = "submission/group.html")]
struct GroupView {
    title: String,
    depth: usize,
    parts: Vec<Markup>,
}

#[derive(Template)]
#[template(path = "submission/repeat.html")]
struct RepeatView {
    locale: Locale,
    title: String,
    none: Markup,
    rounds: Vec<Markup>,
}

enum FileState {
    Image(String),
    Download(String),
    AgainWithReason(String, String),
    NotArrived,
    Closed,
}

#[derive(Template)]
#[template(path = "submission/file.html")]
struct FileView {
    locale: Locale,
    name: String,
    size: String,
    state: FileState,
}

/// Parts of a group as they are gathered: answers in a row become one list of facts.
#[derive(Default)]
struct Parts {
    done: Vec<Markup>,
    facts: Option<Facts>,
}

impl Parts {
    fn fact(&mut self, name: String, value: Markup) {
        self.facts = Some(self.facts.take().unwrap_or_default().fact(name, value));
    }

    fn part(&mut self, part: Markup) {
        self.end();
        self.done.push(part);
    }

    fn end(&mut self) {
        if let Some(facts) = self.facts.take() {
            self.done.push(facts.into());
        }
    }
}

impl<'a> Answers<'a> {
    /// Lays everything out.
    pub fn lay_out(&self) -> LaidOut {
        let mut unanswered = 0;
        let mut parts = self.inside("", &self.version.values, 0, &mut unanswered);
        let mut machinery = Parts::default();
        let fields = self.wording.form.fields.iter().filter(|field| field.repeat.is_none());
        for field in fields.filter(|field| is_machinery(field) && field.kind.has_value() && is_shown(field)) {
            if let Some(value) = self.answer(field, &self.version.values) {
                machinery.fact(self.wording.question(field), value);
            }
        }
        machinery.end();
        if !machinery.done.is_empty() {
            let title = self.wording.locale.text("answers-by-phone");
            parts.part(Markup::of(&GroupView { title, depth: 0, parts: machinery.done }));
        }
        let mut unknown = Parts::default();
        self.unknown(&self.version.values, &mut unknown);
        unknown.end();
        if !unknown.done.is_empty() {
            let title = self.wording.locale.text("answers-unknown");
            parts.part(Markup::of(&GroupView { title, depth: 0, parts: unknown.done }));
        }
        parts.end();
        let content = Markup::of(&GroupView { title: String::new(), depth: 0, parts: parts.done });
        LaidOut { content, unanswered }
    }

    /// Files that no answer names: all of them in a submission that the phone encrypted.
    pub fn other_files(&self) -> Vec<Markup> {
        let named: Vec<&str> = self.file_names();
        let files = self.version.files.iter();
        let others = files.filter(|file| match &file.name {
            Some(name) => !named.contains(&name.as_str()),
            None => self.version.version.encrypted,
        });
        others.map(|file| self.file(file)).collect()
    }

    fn file_names(&self) -> Vec<&str> {
        let binaries = self.wording.form.fields.iter().filter(|field| field.kind == Kind::Binary);
        binaries
            .flat_map(|field| crate::pages::answers::texts_at(&self.version.values, &field.path))
            .map(str::trim)
            .collect()
    }

    fn children(&self, parent: &str) -> impl Iterator<Item = &'a Field> {
        let parent = parent.to_owned();
        self.wording
            .form
            .fields
            .iter()
            .filter(move |field| field.path.rsplit_once('/').map_or("", |(around, _)| around) == parent)
    }

    fn inside(&self, parent: &str, values: &Values, depth: usize, unanswered: &mut usize) -> Parts {
        let mut parts = Parts::default();
        for field in self.children(parent) {
            if is_machinery(field) {
                continue;
            }
            match field.kind {
                Kind::Note => {}
                Kind::Group => {
                    let mut inner = self.inside(&field.path, values, depth + 1, unanswered);
                    inner.end();
                    let title = match field.label.is_empty() {
                        true => String::new(),
                        false => self.wording.question(field),
                    };
                    if !inner.done.is_empty() {
                        parts.part(Markup::of(&GroupView { title, depth, parts: inner.done }));
                    }
                }
                Kind::Repeat => parts.part(self.repeat(field, values, depth, unanswered)),
                _ => match self.answer(field, values) {
                    Some(value) => parts.fact(self.wording.question(field), value),
                    None => *unanswered += 1,
                },
            }
        }
        parts
    }

    fn repeat(&self, field: &Field, values: &Values, depth: usize, unanswered: &mut usize) -> Markup {
        let l = self.wording.locale;
        let rounds = match values.get(&field.path) {
            Some(Value::Array(rounds)) => rounds.iter().filter_map(Value::as_object).collect(),
            _ => Vec::new(),
        };
        let rounds: Vec<Markup> = rounds
            .into_iter()
            .map(|round| {
                let mut inner = self.inside(&field.path, round, depth + 1, unanswered);
                self.unknown(round, &mut inner);
                inner.end();
                Markup::of(&GroupView { title: String::new(), depth, parts: inner.done })
            })
            .collect();
        let inside = format!("{}/", field.path);
        let may_be_closed = self.wording.form.fields.iter().any(|field| {
            field.path.starts_with(&inside) && field.kind.has_value() && self.is_closed(class_of(field))
        });
        let title = self.wording.question(field);
        let none = match may_be_closed {
            true => SealedValue::closed(l, &title, Opening::NotYours).short().into(),
            false => Markup::text(&l.text("answers-none")),
        };
        Markup::of(&RepeatView { locale: l, title, none, rounds })
    }

    fn is_closed(&self, class: Class) -> bool {
        match class {
            Class::Open => false,
            Class::Sensitive => self.version.sensitive_closed,
            Class::Identity => self.version.identity_closed,
        }
    }

    /// An answer, open or closed; none where nothing was answered.
    fn answer(&self, field: &Field, values: &Values) -> Option<Markup> {
        let l = self.wording.locale;
        let class = class_of(field);
        let Some(text) = values.get(&field.path).and_then(Value::as_str) else {
            let closed = || SealedValue::closed(l, self.wording.question(field), Opening::NotYours).short();
            return self.is_closed(class).then(|| closed().into());
        };
        let content = match field.kind {
            Kind::Binary => {
                let file = self.version.files.iter().find(|file| file.name.as_deref() == Some(text.trim()));
                file.map_or_else(|| Markup::text(text), |file| self.file(file))
            }
            _ => Markup::text(&self.wording.answer(field, text)),
        };
        Some(match class {
            Class::Open => content,
            Class::Sensitive => SealedValue::opened(l, "", content).short().into(),
            Class::Identity => SealedValue::opened(l, "", content).into(),
        })
    }

    fn file(&self, file: &FileDetail) -> Markup {
        let l = self.wording.locale;
        let href = format!("{}/files/{}", self.address, file.id);
        let name = file.name.clone().unwrap_or_else(|| l.text("file-unnamed"));
        let looks_like_image = name.rsplit_once('.').is_some_and(|(_, ending)| {
            matches!(ending.to_ascii_lowercase().as_str(), "jpg" | "jpeg" | "png" | "gif" | "webp")
        });
        let state = match (file.size, file.class, self.reason) {
            (None, ..) => FileState::NotArrived,
            (Some(_), Class::Identity, Some(reason)) => FileState::AgainWithReason(href, reason.to_owned()),
            (Some(_), Class::Identity, None) => FileState::Closed,
            (Some(_), ..) if file.name.is_none() => FileState::Closed,
            (Some(_), ..) if looks_like_image => FileState::Image(href),
            (Some(_), ..) => FileState::Download(href),
        };
        let size = file.size.map(|bytes| size_in_words(l, bytes)).unwrap_or_default();
        Markup::of(&FileView { locale: l, name, size, state })
    }

    /// Values that the form has no question for; they came all the same and are kept.
    fn unknown(&self, values: &Values, parts: &mut Parts) {
        for (path, value) in values {
            if is_id(path) {
                continue;
            }
            if let (None, Value::String(text)) = (self.wording.form.field(path), value) {
                let value = SealedValue::opened(self.wording.locale, "", text.as_str()).short();
                parts.fact(path.clone(), value.into());
            }
        }
    }
}

fn class_of(field: &Field) -> Class {
    field.class_or(Class::Sensitive)
}

/// The instance's ids stand elsewhere on the page, and entities have pages of their own.
fn is_shown(field: &Field) -> bool {
    field.preload.as_deref().is_none_or(|preload| preload != "uid") && !is_id(&field.path)
}

fn is_id(path: &str) -> bool {
    matches!(path, "meta/instanceID" | "meta/deprecatedID")
}

/// A file's size as people say it.
fn size_in_words(locale: Locale, bytes: i64) -> String {
    match bytes {
        ..1000 => format!("{} B", locale.number(bytes)),
        1000..1_000_000 => format!("{} kB", locale.decimal(bytes as f64 / 1e3, 0)),
        _ => format!("{} MB", locale.decimal(bytes as f64 / 1e6, 1)),
    }
}
