//! Who calls: a phone or public link by its token in the address, or a member by session token, password or cookie; or
//! nobody, who is told what Central tells them.

use axum::extract::{FromRef, FromRequestParts, RawPathParams, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use desk::{Collect, Desk, Login, Seat, Sender, Session};

use super::openrosa::parameter;
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
        if key_of(parts).is_some() || parts.extensions.get::<DraftInPath>().is_some() {
            return Err(Problem::no_rights());
        }
        match log_in(&web.desk, &approach, parts).await? {
            Some(session) => Ok(Caller { web, approach, session }),
            None => Err(nobody(&web.desk, parts, state).await?),
        }
    }
}

impl Caller {
    /// The desk.
    pub fn desk(&self) -> &Desk {
        &self.web.desk
    }

    /// The member's seat in a project. Whoever has none is told whether the project is there, as Central tells them: its
    /// number says nothing.
    pub async fn seat(&self, project: &str) -> Result<Seat, Problem> {
        let project = project_number(project)?;
        match self.web.desk.seat(&self.session, project).await {
            Ok(seat) => Ok(seat),
            Err(desk::Error::Refused(refusal)) if refusal.kind == desk::Kind::NotFound => {
                match self.web.desk.has_mandate(project).await? {
                    true => Err(Problem::no_rights()),
                    false => Err(Problem::not_found()),
                }
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// The number of a project, or Central's answer where it is none.
pub(super) fn project_number(text: &str) -> Result<i64, Problem> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Problem::wrong_type(&text.into(), "integer"));
    }
    match text.parse::<i32>() {
        Ok(number) => Ok(number.into()),
        Err(_) => {
            let message = format!("Invalid input data type: {text} is out of the range of an integer.");
            Err(Problem::new(Code::OUT_OF_RANGE, message).with(serde_json::json!({ "value": text })))
        }
    }
}

/// What somebody is told who has not logged in: that there is no such project or form, or that they have no rights.
pub(super) async fn nobody<S: Send + Sync>(
    desk: &Desk,
    parts: &mut Parts,
    state: &S,
) -> Result<Problem, Problem> {
    let params = RawPathParams::from_request_parts(parts, state).await.map_err(|_| Problem::not_found())?;
    let param = |wanted: &str| params.iter().find(|(name, _)| *name == wanted).map(|(_, value)| value);
    let Some(project) = param("project") else { return Ok(Problem::no_rights()) };
    let project = project_number(project)?;
    if !desk.has_mandate(project).await? {
        return Ok(Problem::not_found());
    }
    match param("form") {
        Some(form) if !form.contains('.') && !desk.has_form(project, form).await? => Ok(Problem::not_found()),
        _ => Ok(Problem::no_rights()),
    }
}

/// A member who calls, or nobody: for what everybody may ask. A cookie that has ended counts as none.
pub struct Anybody {
    /// The desk and how we are reached.
    pub web: Web,
    /// Where the request came from.
    pub approach: Approach,
    /// The login, if there is one.
    pub session: Option<Session>,
}

impl<S> FromRequestParts<S> for Anybody
where
    S: Send + Sync,
    Web: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Anybody, Problem> {
        let web = Web::from_ref(state);
        let Ok(approach) = Approach::from_request_parts(parts, state).await;
        let session = match key_of(parts) {
            Some(_) => None,
            None => log_in(&web.desk, &approach, parts).await?,
        };
        Ok(Anybody { web, approach, session })
    }
}

impl Anybody {
    /// The member, or the problem that nobody is logged in.
    pub fn member(self) -> Result<Caller, Problem> {
        let session = self.session.ok_or_else(Problem::not_authenticated)?;
        Ok(Caller { web: self.web, approach: self.approach, session })
    }
}

/// The token of a draft that stood in the path.
#[derive(Clone)]
pub(super) struct DraftInPath(pub String);

/// The token of a phone or public link that stood in the path.
#[derive(Clone)]
pub(super) struct KeyInPath(pub String);

/// Takes `/v1/key/{token}` or `/v1/test/{token}` out of an address and keeps the token beside the request, so that phones and links reach
/// everything at the same addresses as members.
pub fn key_aside(mut request: Request) -> Request {
    let uri = request.uri();
    let split = |prefix| uri.path().strip_prefix(prefix).and_then(|rest: &str| rest.split_once('/'));
    let (key, test) = (split("/v1/key/"), split("/v1/test/"));
    let Some((token, rest)) = key.or(test) else { return request };
    let is_test = key.is_none();
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    let Ok(address) = format!("/v1/{rest}{query}").parse() else { return request };
    let token = percent_encoding::percent_decode_str(token).decode_utf8_lossy().into_owned();
    *request.uri_mut() = address;
    if is_test {
        request.extensions_mut().insert(DraftInPath(token));
    } else {
        request.extensions_mut().insert(KeyInPath(token));
    }
    request
}

/// The token of a phone or public link, from the path or from `?st=`.
pub(super) fn key_of(parts: &Parts) -> Option<String> {
    let in_path = parts.extensions.get::<KeyInPath>().map(|key| key.0.clone());
    in_path.or_else(|| parameter(&parts.uri.query().map(str::to_owned), "st"))
}

/// Credentials in the order in which Central takes them; the first that is there counts.
pub(super) async fn log_in(
    desk: &Desk,
    approach: &Approach,
    parts: &Parts,
) -> Result<Option<Session>, Problem> {
    let credentials = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    match credentials.and_then(|text| text.split_once(' ')) {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("Bearer") => {
            Ok(Some(desk.session(token.trim()).await?))
        }
        Some((scheme, encoded)) if scheme.eq_ignore_ascii_case("Basic") => {
            let (email, password) = basic(encoded.trim()).ok_or_else(Problem::not_authenticated)?;
            let address = &approach.client;
            let login = Login { email: &email, password: &password, code: None, address, unlock: true };
            Ok(Some(desk.log_in_each_time(login).await?))
        }
        Some(_) => Err(Problem::not_authenticated()),
        None => {
            let Some(token) = cookies::read(&parts.headers, SESSION_COOKIE) else { return Ok(None) };
            if !parts.method.is_safe() && !from_our_pages(&parts.headers) {
                let message = "This was sent from another site, so nothing was done.";
                return Err(Problem::new(Code::INSUFFICIENT_RIGHTS, message));
            }
            match desk.session(token).await {
                Ok(session) => Ok(Some(session)),
                Err(desk::Error::Refused(_)) => Ok(None),
                Err(error) => Err(error.into()),
            }
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
pub(super) fn from_our_pages(headers: &HeaderMap) -> bool {
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
        if let Some(token) = key_of(parts) {
            let web = Web::from_ref(state);
            let Ok(approach) = Approach::from_request_parts(parts, state).await;
            let phone = web.desk.phone(&token).await?;
            if phone.mandate.id.to_string() != project {
                return Err(Problem::no_rights());
            }
            if let Some(form) = param("form") {
                let form = web.desk.form(phone.mandate.id, form.trim_end_matches(".xml")).await?;
                if !phone.fills(form.id) || form.state == "closed" {
                    return Err(Problem::no_rights());
                }
            }
            let base = format!("{}/v1/key/{token}/projects/{project}", approach.server);
            return Ok(Collector { web, sender: Sender::Phone(phone), base });
        }
        // Clients for phones ask for a password where they are told that one is missing.
        let caller = Anybody::from_request_parts(parts, state).await?.member()?;
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
