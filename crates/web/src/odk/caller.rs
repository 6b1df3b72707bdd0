//! Who calls: a phone by its token in the path, or a member by session token, password or cookie.

use axum::extract::{FromRef, FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use desk::{Collect, Desk, Login, Seat, Sender, Session};

use super::trouble::{Code, Problem};
use crate::cookies;
use crate::room::{Approach, SESSION_COOKIE, Web};

/// A member who calls the API.
pub struct Caller {
    /// The desk and how we are reached.
    pub web: Web,
    /// Where the request came from.
    pub approach: Approach,
    /// The login.
    pub session: Session,
}

impl<S> FromRequestParts<S> for Caller
where
    S: Send + Sync,
    Web: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Caller, Problem> {
        let web = Web::from_ref(state);
        let Ok(approach) = Approach::from_request_parts(parts, state).await;
        let session = log_in(&web.desk, &approach, parts).await?;
        Ok(Caller { web, approach, session })
    }
}

impl Caller {
    /// The desk.
    pub fn desk(&self) -> &Desk {
        &self.web.desk
    }

    /// The member's seat in a project.
    pub async fn seat(&self, project: &str) -> Result<Seat, Problem> {
        let project = project.parse().map_err(|_| Problem::not_found())?;
        Ok(self.web.desk.seat(&self.session, project).await?)
    }
}

/// Credentials in the order in which Central takes them; the first that is there counts.
async fn log_in(desk: &Desk, approach: &Approach, parts: &Parts) -> Result<Session, Problem> {
    let credentials = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    match credentials.and_then(|text| text.split_once(' ')) {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("Bearer") => {
            Ok(desk.session(token.trim()).await?)
        }
        Some((scheme, encoded)) if scheme.eq_ignore_ascii_case("Basic") => {
            let (email, password) = basic(encoded.trim()).ok_or_else(Problem::not_authenticated)?;
            let address = &approach.client;
            let login = Login { email: &email, password: &password, code: None, address, unlock: true };
            Ok(desk.log_in_each_time(login).await?)
        }
        Some(_) => Err(Problem::not_authenticated()),
        None => {
            let token =
                cookies::read(&parts.headers, SESSION_COOKIE).ok_or_else(Problem::not_authenticated)?;
            if !parts.method.is_safe() && !from_our_pages(&parts.headers) {
                let message = "This was sent from another site, so nothing was done.";
                return Err(Problem::new(Code::INSUFFICIENT_RIGHTS, message));
            }
            Ok(desk.session(token).await?)
        }
    }
}

/// RFC 7617: base64 of `name:password`, UTF-8.
fn basic(encoded: &str) -> Option<(String, String)> {
    let plain = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
    let (email, password) = plain.split_once(':')?;
    Some((email.to_owned(), password.to_owned()))
}

/// Whether a browser says that a request comes from a page of ours; a client that is no browser says nothing. The same
/// rules as the layer of the pages: `Sec-Fetch-Site`, and where a browser is too old for it, `Origin` against `Host`.
fn from_our_pages(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    match (text(header::HeaderName::from_static("sec-fetch-site")), text(header::ORIGIN)) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, None) => true,
        (None, Some(origin)) => {
            let host = origin.split_once("://").map(|(_, host)| host);
            host.is_some() && host == text(header::HOST)
        }
    }
}

/// Somebody who may fetch and fill the forms of one project: a phone, or a member who collects.
pub struct Collector {
    /// The desk and how we are reached.
    pub web: Web,
    /// Who sends.
    pub sender: Sender,
    /// Address of the project as this caller reaches it, without a slash at its end.
    pub base: String,
}

impl<S> FromRequestParts<S> for Collector
where
    S: Send + Sync,
    Web: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Collector, Problem> {
        let asked = parts.headers.get("x-openrosa-version").map(|value| value.as_bytes());
        if asked.is_some_and(|version| version != b"1.0") {
            let message = "An expected header field (X-OpenRosa-Version) did not match the expected format: \
                           this server speaks 1.0.";
            return Err(Problem::new(Code::INVALID_HEADER, message));
        }
        let params =
            RawPathParams::from_request_parts(parts, state).await.map_err(|_| Problem::not_found())?;
        let param = |wanted: &str| params.iter().find(|(name, _)| *name == wanted).map(|(_, value)| value);
        let project = param("project").unwrap_or_default().to_owned();
        if let Some(token) = param("token") {
            let web = Web::from_ref(state);
            let Ok(approach) = Approach::from_request_parts(parts, state).await;
            let phone = web.desk.phone(token).await?;
            if phone.mandate.id.to_string() != project {
                let message = "The authentication you provided does not have rights to perform that action.";
                return Err(Problem::new(Code::INSUFFICIENT_RIGHTS, message));
            }
            let base = format!("{}/v1/key/{token}/projects/{project}", approach.server);
            return Ok(Collector { web, sender: Sender::Phone(phone), base });
        }
        let caller = Caller::from_request_parts(parts, state).await?;
        let seat = caller.seat(&project).await?;
        let sender = Sender::member(&seat.may::<Collect>()?);
        let base = format!("{}/v1/projects/{}", caller.approach.server, seat.mandate().id);
        Ok(Collector { web: caller.web, sender, base })
    }
}

impl Collector {
    /// The desk.
    pub fn desk(&self) -> &Desk {
        &self.web.desk
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn sent(headers: &[(&'static str, &'static str)]) -> bool {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, HeaderValue::from_static(value));
        }
        from_our_pages(&map)
    }

    #[test]
    fn a_cookie_counts_only_from_our_own_pages() {
        assert!(sent(&[]), "a script with a cookie jar");
        assert!(sent(&[("sec-fetch-site", "same-origin"), ("origin", "https://a.example")]));
        assert!(sent(&[("origin", "https://a.example"), ("host", "a.example")]));
        assert!(!sent(&[("sec-fetch-site", "same-site")]));
        assert!(!sent(&[
            ("sec-fetch-site", "cross-site"),
            ("origin", "https://a.example"),
            ("host", "a.example")
        ]));
        assert!(!sent(&[("origin", "https://b.example"), ("host", "a.example")]));
        assert!(!sent(&[("origin", "null"), ("host", "a.example")]));
    }

    #[test]
    fn a_password_may_hold_colons() {
        assert_eq!(basic("YUBiOmM6ZA=="), Some(("a@b".to_owned(), "c:d".to_owned())));
        assert_eq!(basic("????"), None);
    }
}
