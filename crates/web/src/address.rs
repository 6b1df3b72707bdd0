//! Addresses of our own pages: a path and its query, changed one parameter at a time.

use std::fmt;

use axum::extract::{FromRequestParts, Path};
use axum::http::Uri;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use crate::answer::Refusal;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What may stand in one part of a path as it is (RFC 3986 §2.3).
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A text as one part of a path: ids of forms and submissions may hold any character.
pub fn part(text: &str) -> String {
    utf8_percent_encode(text, UNRESERVED).to_string()
}

/// A path on this server with its query. Building links from it keeps filters when the order changes, and so on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Address {
    path: String,
    query: Vec<(String, String)>,
}

impl Address {
    /// An address without a query.
    pub fn new(path: impl Into<String>) -> Address {
        Address { path: path.into(), query: Vec::new() }
    }

    /// Path and query of a request.
    pub fn from_uri(uri: &Uri) -> Address {
        Address {
            path: uri.path().to_owned(),
            query: form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).into_owned().collect(),
        }
    }

    /// Reads an address that came from outside (`?next=`), only if it stays on this server.
    pub fn local(text: &str) -> Option<Address> {
        let stays =
            text.starts_with('/') && !text.starts_with("//") && !text.contains(['\\', '\r', '\n', '\t']);
        stays.then(|| text.parse::<Uri>().ok()).flatten().map(|uri| Address::from_uri(&uri))
    }

    /// The path alone.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The first value of a parameter, if it is there and not empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(key, value)| key == name && !value.is_empty())
            .map(|(_, value)| value.as_str())
    }

    /// Every value of a parameter that is not empty.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.query
            .iter()
            .filter(move |(key, value)| key == name && !value.is_empty())
            .map(|(_, value)| value.as_str())
    }

    /// The parameters in their order.
    pub fn query(&self) -> &[(String, String)] {
        &self.query
    }

    /// This address with one parameter set (its other values are dropped).
    pub fn with(&self, name: &str, value: &str) -> Address {
        let mut changed = self.without(name);
        changed.query.push((name.to_owned(), value.to_owned()));
        changed
    }

    /// This address with one more value of a parameter.
    pub fn also(&self, name: &str, value: &str) -> Address {
        let mut changed = self.clone();
        changed.query.push((name.to_owned(), value.to_owned()));
        changed
    }

    /// This address without a parameter.
    pub fn without(&self, name: &str) -> Address {
        let mut changed = self.clone();
        changed.query.retain(|(key, _)| key != name);
        changed
    }

    /// This address without one value of a parameter.
    pub fn without_value(&self, name: &str, value: &str) -> Address {
        let mut changed = self.clone();
        changed.query.retain(|(key, held)| !(key == name && held == value));
        changed
    }

    /// The same query at another path (an export of what a list shows).
    pub fn at(&self, path: impl Into<String>) -> Address {
        Address { path: path.into(), query: self.query.clone() }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)?;
        if self.query.is_empty() {
            return Ok(());
        }
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.query).finish();
        write!(f, "?{query}")
    }
}

/// The named parts of an address. As axum's `Path`, but letters where a number should stand are an address at which
/// there is nothing, told like any other refusal.
pub struct InPath<T>(pub T);

impl<S, T> FromRequestParts<S> for InPath<T>
where
    S: Send + Sync,
    T: DeserializeOwned + Send,
{
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<InPath<T>, Refusal> {
        let Path(found) = Path::from_request_parts(parts, state).await.map_err(|_| Refusal::not_found())?;
        Ok(InPath(found))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_keeps_what_it_does_not_change() {
        let here = Address::local("/submissions?form=visit&state=new&state=late&q=%EA%B9%80").unwrap();
        assert_eq!(here.get("q"), Some("김"));
        assert_eq!(
            here.without_value("state", "new").with("sort", "-date").to_string(),
            "/submissions?form=visit&state=late&q=%EA%B9%80&sort=-date"
        );
    }

    #[test]
    fn an_address_from_outside_stays_here() {
        for foreign in ["//evil.example/", "https://evil.example/", "/\\evil.example", "evil", "", "/a\nb"] {
            assert_eq!(Address::local(foreign), None, "{foreign:?}");
        }
        assert!(Address::local("/unlock?next=%2Fcases").is_some());
    }
}
