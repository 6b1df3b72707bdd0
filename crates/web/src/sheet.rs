//! A page made of patterns, one below the other: most pages are no more than that.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};

use crate::address::Address;
use crate::answer::{Page, Refusal, Trouble};
use crate::frame::Frame;
use crate::patterns::{Form, Markup, Section};
use crate::sent::Sent;

/// A page made of patterns.
#[derive(Template)]
#[template(
    source = r#"{% extends "layout.html" %}{% block content %}{{ errors }}{% for part in parts %}{{ part }}{% endfor %}{% endblock %}"#,
    ext = "html"
)]
pub struct Sheet {
    frame: Frame,
    errors: Markup,
    parts: Vec<Markup>,
    status: StatusCode,
}

impl Sheet {
    /// A page without content.
    pub fn new(frame: Frame) -> Sheet {
        Sheet { frame, errors: Markup::default(), parts: Vec::new(), status: StatusCode::OK }
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

    /// Adds a form at the end of a part with its own heading.
    pub fn form_in(mut self, section: Section, form: &Form) -> Sheet {
        if form.has_errors() {
            self.errors = form.errors().into();
            self.status = form.status();
        }
        self.part(section.part(form.clone()))
    }

    /// Adds a form. Where it comes back with errors, their summary stands above everything.
    pub fn form(mut self, form: &Form) -> Sheet {
        if form.has_errors() {
            self.errors = form.errors().into();
            self.status = form.status();
        }
        self.part(form.clone())
    }
}

impl IntoResponse for Sheet {
    fn into_response(self) -> Response {
        (self.status, Page(self)).into_response()
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
