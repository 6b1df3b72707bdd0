//! A page made of patterns, one below the other: most pages are no more than that.

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};

use crate::address::Address;
use crate::answer::{Page, Refusal, Trouble};
use crate::assets::{self, Asset};
use crate::frame::Frame;
use crate::headers::PASSKEY_POLICY;
use crate::patterns::{Form, Markup, Section};
use crate::sent::Sent;

/// A page made of patterns.
#[derive(Template)]
#[template(
    source = r#"{% extends "layout.html" %}{% block head %}{% if let Some(script) = script %}<script type="module" src="{{ script.url() }}"></script>{% endif %}{% endblock %}{% block content %}{{ errors }}{% for part in parts %}{{ part }}{% endfor %}{% endblock %}"#,
    ext = "html"
)]
pub struct Sheet {
    frame: Frame,
    errors: Markup,
    parts: Vec<Markup>,
    status: StatusCode,
    script: Option<&'static Asset>,
}

impl Sheet {
    /// A page without content.
    pub fn new(frame: Frame) -> Sheet {
        Sheet { frame, errors: Markup::default(), parts: Vec::new(), status: StatusCode::OK, script: None }
    }

    /// Adds a pattern below what is there.
    pub fn part(mut self, part: impl Into<Markup>) -> Sheet {
        self.parts.push(part.into());
        self
    }

    /// Answers with another status than 200, where the page says why.
    pub fn status(mut self, status: StatusCode) -> Sheet {
        self.status = status;
        self
    }

    /// Lets the page ask the browser for a passkey: the only sheets with a script.
    pub fn passkeys(mut self) -> Sheet {
        self.script = Some(&assets::PASSKEY_SCRIPT);
        self
    }

    /// Puts the errors of a form that stands within another pattern above everything.
    pub fn errors_of(mut self, form: &Form) -> Sheet {
        if form.has_errors() {
            self.errors = form.errors().into();
            self.status = form.status();
        }
        self
    }

    /// Adds a form at the end of a part with its own heading.
    pub fn form_in(self, section: Section, form: &Form) -> Sheet {
        self.errors_of(form).part(section.part(form.clone()))
    }

    /// Adds a form. Where it comes back with errors, their summary stands above everything.
    pub fn form(self, form: &Form) -> Sheet {
        self.errors_of(form).part(form.clone())
    }
}

impl IntoResponse for Sheet {
    fn into_response(self) -> Response {
        let (status, script) = (self.status, self.script);
        let mut response = (status, Page(self)).into_response();
        if script.is_some() {
            let policy = HeaderValue::from_static(PASSKEY_POLICY);
            response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        response
    }
}

/// Leads to the page that shows a change, with a notice: `see("/members", "done-invited")`.
pub fn see(href: impl ToString, done: &'static str) -> Response {
    Redirect::to(&noticed(href, done)).into_response()
}

/// The address of a page with a notice on it, for what leads there later.
pub fn noticed(href: impl ToString, done: &'static str) -> String {
    let word = done.strip_prefix("done-").unwrap_or(done);
    let address = Address::local(&href.to_string()).unwrap_or_else(|| Address::new("/"));
    address.with("done", word).to_string()
}

/// What an act answered to a form that can be sent again: the form comes back filled in, the refusal at the fields
/// it names or at this one. Refusals that no other answer would change have a page of their own.
pub fn come_back(form: Form, sent: &Sent, error: desk::Error, otherwise: &str) -> Result<Form, Trouble> {
    let desk::Error::Refused(refusal) = error else { return Err(error.into()) };
    match refusal.kind {
        desk::Kind::Invalid | desk::Kind::Conflict | desk::Kind::TooMany | desk::Kind::NotLoggedIn => {
            let mut form = form.fill(sent.pairs());
            form.refuse(&Refusal::from(refusal), otherwise);
            Ok(form)
        }
        _ => Err(refusal.into()),
    }
}
