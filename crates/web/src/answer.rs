//! What a handler answers: a page, a refusal (the person can do something about it) or a fault (ours).
//!
//! A handler returns `Answer<Page<T>>` and uses `?`. A refusal or fault travels in the response's extensions until
//! the layer of its branch gives it a body: [`as_pages`] makes an HTML page; the phone's door makes OpenRosa XML or
//! ODK JSON from the same [`Trouble`] with [`Trouble::in_response`].

use std::collections::hash_map::RandomState;
use std::error::Error;
use std::fmt;
use std::hash::{BuildHasher, Hasher};

use askama::Template;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Redirect, Response};

use crate::address::Address;
use crate::frame::{Frame, Reader};
use crate::locale::{Argument, Locale};
use crate::patterns::Problem;

/// What a handler returns.
pub type Answer<T> = Result<T, Trouble>;

/// The person's side: the request cannot be done as it is, and a sentence says why and what to do.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    /// The HTTP status, 4xx (or 503 where the same request may work later).
    pub status: StatusCode,
    /// The Fluent id of the sentence that says what is wrong. Its attribute `.next` says what to do next.
    pub id: &'static str,
    /// Values for both sentences. Never the plaintext of a sealed value.
    pub values: Vec<(&'static str, Argument)>,
    /// What is wrong where, when several things are: field, row or file, and what to do.
    pub places: Vec<(String, String)>,
}

impl Refusal {
    /// A refusal with this sentence.
    pub fn new(status: StatusCode, id: &'static str) -> Refusal {
        Refusal { status, id, values: Vec::new(), places: Vec::new() }
    }

    /// Adds a value for `{ $name }`.
    pub fn with(mut self, name: &'static str, value: impl Into<Argument>) -> Refusal {
        self.values.push((name, value.into()));
        self
    }

    /// A value of the sentence, as text.
    pub fn argument(&self, name: &str) -> Option<String> {
        let (_, value) = self.values.iter().find(|(known, _)| *known == name)?;
        Some(match value {
            crate::locale::Argument::Text(text) => text.clone(),
            crate::locale::Argument::Number(number) => number.to_string(),
        })
    }

    /// There is nothing at this address, or nothing that this member may know of.
    pub fn not_found() -> Refusal {
        Refusal::new(StatusCode::NOT_FOUND, "refusal-not-found")
    }

    /// What is wrong, in the reader's language.
    pub fn what(&self, locale: Locale) -> String {
        locale.text_with(self.id, &self.values)
    }

    /// What to do next, in the reader's language.
    pub fn next(&self, locale: Locale) -> Option<String> {
        locale.find(&format!("{}.next", self.id), &self.values)
    }
}

/// Our side: something broke. The reader sees an id, and the log has the cause under the same id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    id: String,
    status: StatusCode,
}

impl Fault {
    /// Logs the cause with all its sources under a fresh id, and keeps only the id.
    pub fn new(cause: &dyn Error) -> Fault {
        Fault::with_status(StatusCode::INTERNAL_SERVER_ERROR, cause)
    }

    /// A fault that should pass by itself (a full disk, a lost database): 503.
    pub fn passing(cause: &dyn Error) -> Fault {
        Fault::with_status(StatusCode::SERVICE_UNAVAILABLE, cause)
    }

    fn with_status(status: StatusCode, cause: &dyn Error) -> Fault {
        let id = fresh_id();
        let mut chain = cause.to_string();
        let mut source = cause.source();
        while let Some(cause) = source {
            chain.push_str(": ");
            chain.push_str(&cause.to_string());
            source = cause.source();
        }
        tracing::error!(fault = %id, "{chain}");
        Fault { id, status }
    }

    /// The id that the page shows and the log has.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// 500, or 503 where it should pass by itself.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The Fluent id of the sentence that tells the reader.
    fn sentence(&self) -> &'static str {
        if self.status == StatusCode::SERVICE_UNAVAILABLE { "fault-passing" } else { "fault-ours" }
    }
}

/// Eight letters and digits that cannot be mistaken for one another when read out over the telephone.
fn fresh_id() -> String {
    const LETTERS: [char; 32] = [
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'J', 'K',
        'M', 'N', 'P', 'Q', 'R', 'S', 'T', 'V', 'W', 'X', 'Y', 'Z',
    ];
    // The id only tells faults apart; the standard library's per-process random keys are enough for that.
    let bits = RandomState::new().build_hasher().finish();
    let mut id: String =
        (0..8).filter_map(|place| LETTERS.get((bits >> (place * 5) & 31) as usize)).collect();
    id.insert(4, '-');
    id
}

/// Why there is no page: a refusal or a fault.
#[derive(Debug, Clone, PartialEq)]
pub enum Trouble {
    /// The person's side.
    Refusal(Refusal),
    /// Our side.
    Fault(Fault),
}

impl Trouble {
    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        match self {
            Trouble::Refusal(refusal) => refusal.status,
            Trouble::Fault(fault) => fault.status,
        }
    }

    /// What happened, in the reader's language.
    pub fn what(&self, locale: Locale) -> String {
        match self {
            Trouble::Refusal(refusal) => refusal.what(locale),
            Trouble::Fault(fault) => locale.text(fault.sentence()),
        }
    }

    /// What to do next, in the reader's language.
    pub fn next(&self, locale: Locale) -> Option<String> {
        match self {
            Trouble::Refusal(refusal) => refusal.next(locale),
            Trouble::Fault(fault) => locale.find(&format!("{}.next", fault.sentence()), &[]),
        }
    }

    /// The trouble that a handler put into this response, for the layer of a branch that gives it a body.
    pub fn in_response(response: &Response) -> Option<&Trouble> {
        response.extensions().get()
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what(Locale::English))
    }
}

impl From<Refusal> for Trouble {
    fn from(refusal: Refusal) -> Trouble {
        Trouble::Refusal(refusal)
    }
}

impl From<Fault> for Trouble {
    fn from(fault: Fault) -> Trouble {
        Trouble::Fault(fault)
    }
}

/// The status of each sort of refusal on the pages; other branches choose their own.
fn status(kind: desk::Kind) -> StatusCode {
    match kind {
        desk::Kind::NotLoggedIn => StatusCode::UNAUTHORIZED,
        desk::Kind::NotAllowed | desk::Kind::Locked => StatusCode::FORBIDDEN,
        desk::Kind::NotFound => StatusCode::NOT_FOUND,
        desk::Kind::Invalid => StatusCode::BAD_REQUEST,
        desk::Kind::Conflict => StatusCode::CONFLICT,
        desk::Kind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        desk::Kind::TooMany => StatusCode::TOO_MANY_REQUESTS,
    }
}

impl From<desk::Refusal> for Refusal {
    fn from(refusal: desk::Refusal) -> Refusal {
        let values =
            refusal.arguments.into_iter().map(|(name, value)| (name, Argument::from(value))).collect();
        let places = refusal.problems.into_iter().map(|problem| (problem.place, problem.message)).collect();
        Refusal { status: status(refusal.kind), id: refusal.message, values, places }
    }
}

impl From<desk::Refusal> for Trouble {
    fn from(refusal: desk::Refusal) -> Trouble {
        Trouble::Refusal(refusal.into())
    }
}

impl From<desk::Error> for Trouble {
    fn from(error: desk::Error) -> Trouble {
        match error {
            desk::Error::Refused(refusal) => refusal.into(),
            desk::Error::Fault(fault) => match &fault {
                desk::store::Fault::Unavailable { .. } => Trouble::Fault(Fault::passing(&fault)),
                _ => Trouble::Fault(Fault::new(&fault)),
            },
        }
    }
}

impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        Trouble::from(self).into_response()
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        Trouble::from(self).into_response()
    }
}

/// A page: a template that holds a [`Frame`].
#[derive(Debug)]
pub struct Page<T>(pub T);

impl<T: Template> IntoResponse for Page<T> {
    fn into_response(self) -> Response {
        match self.0.render() {
            Ok(html) => Html(html).into_response(),
            Err(cause) => Fault::new(&cause).into_response(),
        }
    }
}

#[derive(Template)]
#[template(path = "trouble.html")]
struct TroublePage {
    frame: Frame,
    problem: Problem,
}

/// The page that tells a person about a trouble.
pub fn trouble_page(reader: &Reader, trouble: &Trouble) -> Response {
    let locale = reader.locale;
    let title = match trouble {
        Trouble::Refusal(refusal) if refusal.status == StatusCode::NOT_FOUND => "trouble-title-not-found",
        Trouble::Refusal(_) => "trouble-title-refusal",
        Trouble::Fault(_) => "trouble-title-fault",
    };
    let mut problem = Problem::new(locale, trouble.what(locale));
    if let Some(next) = trouble.next(locale) {
        problem = problem.next(next);
    }
    if let Trouble::Fault(fault) = trouble {
        problem = problem.fault(fault.id());
    }
    if let Trouble::Refusal(refusal) = trouble {
        let unlock = Address::new("/unlock").with("next", &reader.here.to_string());
        match refusal.id {
            "refusal-not-logged-in" => {
                return Redirect::to(
                    &Address::new("/login").with("next", &reader.here.to_string()).to_string(),
                )
                .into_response();
            }
            "refusal-locked" => return Redirect::to(&unlock.to_string()).into_response(),
            _ => {}
        }
    }
    (trouble.status(), Page(TroublePage { frame: Frame::new(reader, locale.text(title)), problem }))
        .into_response()
}

/// The layer of the pages: gives every trouble that reaches it an HTML body in the reader's language.
pub async fn as_pages(reader: Reader, request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    match Trouble::in_response(&response) {
        Some(trouble) => trouble_page(&reader, trouble),
        None => response,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_says_what_and_what_next_in_every_language() {
        for locale in Locale::ALL {
            let refusal = Refusal::not_found();
            assert!(!refusal.what(locale).contains('⟦'));
            assert!(refusal.next(locale).is_some());
        }
    }

    #[test]
    fn a_fault_shows_an_id_and_hides_its_cause() {
        let fault = Fault::new(&std::io::Error::other("disk of 김영희 is full"));
        assert_eq!(fault.id().len(), 9);
        let trouble = Trouble::from(fault);
        assert!(!trouble.to_string().contains("김영희"));
        assert!(!format!("{trouble:?}").contains("김영희"));
        assert_eq!(trouble.status(), StatusCode::INTERNAL_SERVER_ERROR);
    }
}
