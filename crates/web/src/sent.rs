//! What a form sent: names and values, in the order of the page.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;

use crate::answer::{Refusal, Trouble};

/// The answers of a form. No `Debug`: there may be passwords among them.
#[derive(Default)]
pub struct Sent(Vec<(String, String)>);

impl Sent {
    /// The first answer under this name, without spaces around it; empty if there is none.
    pub fn get(&self, name: &str) -> &str {
        self.exactly(name).trim()
    }

    /// The first answer under this name, with spaces around it, as a password is meant.
    pub fn exactly(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str())
    }

    /// Every answer under this name that is not empty.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0
            .iter()
            .filter(move |(key, value)| key == name && !value.trim().is_empty())
            .map(|(_, value)| value.trim())
    }

    /// Whether there is an answer under this name, even an empty one.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(key, _)| key == name)
    }

    /// Whether a box was ticked.
    pub fn ticked(&self, name: &str) -> bool {
        !self.get(name).is_empty()
    }

    /// All of it, for [`Form::fill`](crate::patterns::Form::fill).
    pub fn pairs(&self) -> &[(String, String)] {
        &self.0
    }
}

impl<S: Send + Sync> FromRequest<S> for Sent {
    type Rejection = Trouble;

    async fn from_request(request: Request, state: &S) -> Result<Sent, Trouble> {
        let too_large = |_| Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "refusal-form-too-large");
        let body = Bytes::from_request(request, state).await.map_err(too_large)?;
        Ok(Sent(form_urlencoded::parse(&body).into_owned().collect()))
    }
}
