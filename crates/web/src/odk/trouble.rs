//! What the door answers when it does not do what was asked: OpenRosa XML to phones, Central's JSON to scripts.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::openrosa;
use super::xml::escaped;
use crate::answer::{Refusal, Trouble};
use crate::locale::Locale;

/// What handlers of the door return.
pub type Answer<T> = Result<T, Problem>;

/// A code of ODK Central: an HTTP status, and a number that tells the cases of one status apart (`409.1`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code(pub u16, pub u8);

#[allow(missing_docs, reason = "named as Central's documentation names them")]
impl Code {
    pub const UNPARSEABLE: Code = Code(400, 1);
    pub const MISSING_PARAMETER: Code = Code(400, 2);
    pub const INVALID_HEADER: Code = Code(400, 6);
    pub const MISSING_MULTIPART_FIELD: Code = Code(400, 7);
    pub const UNEXPECTED_VALUE: Code = Code(400, 8);
    pub const WRONG_TYPE: Code = Code(400, 11);
    pub const ODATA_UNPARSEABLE: Code = Code(400, 18);
    pub const PROPERTY_NOT_FOUND: Code = Code(400, 23);
    pub const INVALID_ENTITY_FORM: Code = Code(400, 25);
    pub const INVALID_ENTITY: Code = Code(400, 28);
    pub const PENDING_SUBMISSIONS: Code = Code(400, 29);
    pub const UNEXPECTED_ATTRIBUTES: Code = Code(400, 31);
    pub const NO_CONFLICT: Code = Code(400, 32);
    pub const INVALID_SKIPTOKEN: Code = Code(400, 35);
    pub const MULTIPART: Code = Code(400, 39);
    pub const XLSFORM_NOT_VALID: Code = Code(400, 15);
    pub const FORM_WARNINGS: Code = Code(400, 16);
    pub const REFERENCE_NOT_FOUND: Code = Code(400, 14);
    pub const TOO_LONG: Code = Code(400, 13);
    pub const FIELD_TYPE: Code = Code(400, 17);
    pub const ENTITY_DEFINITION: Code = Code(400, 25);
    pub const NO_PUBLISHED_VERSION: Code = Code(409, 7);
    pub const DATASET_LINK: Code = Code(400, 26);
    pub const MISSING_PARAMETERS: Code = Code(400, 3);
    pub const PASSWORD_TOO_LONG: Code = Code(400, 38);
    pub const PASSWORD_TOO_SHORT: Code = Code(400, 21);
    pub const OUT_OF_RANGE: Code = Code(400, 22);
    pub const AUTHENTICATION_FAILED: Code = Code(401, 2);
    pub const INSUFFICIENT_RIGHTS: Code = Code(403, 1);
    pub const NOT_FOUND: Code = Code(404, 1);
    pub const DEPRECATED_ID_NOT_FOUND: Code = Code(404, 5);
    pub const FORM_VERSION_NOT_FOUND: Code = Code(404, 6);
    pub const METHOD: Code = Code(405, 1);
    pub const TOO_SLOW: Code = Code(408, 1);
    pub const XML_CONFLICT: Code = Code(409, 1);
    pub const NOT_ACCEPTING_SUBMISSIONS: Code = Code(409, 2);
    pub const UNIQUENESS_VIOLATION: Code = Code(409, 3);
    pub const VERSION_UNIQUENESS_VIOLATION: Code = Code(409, 6);
    pub const DEPRECATING_OLD_SUBMISSION: Code = Code(409, 9);
    pub const ENTITY_VERSION_CONFLICT: Code = Code(409, 15);
    pub const DATASET_NAME_CONFLICT: Code = Code(409, 16);
    pub const PROPERTY_NAME_CONFLICT: Code = Code(409, 17);
    pub const UUID_OF_DELETED: Code = Code(409, 19);
    pub const PROPERTY_IN_USE: Code = Code(409, 21);
    pub const DATASET_IN_USE: Code = Code(409, 22);
    pub const ODATA_UNSUPPORTED: Code = Code(501, 4);
    pub const ODATA_FIELD: Code = Code(501, 5);
    pub const TOO_LARGE: Code = Code(413, 1);
    pub const MEDIA_TYPE: Code = Code(415, 1);
    pub const NOT_IMPLEMENTED: Code = Code(501, 1);

    /// The HTTP status.
    pub fn status(self) -> StatusCode {
        StatusCode::from_u16(self.0).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn number(self) -> Value {
        format!("{}.{}", self.0, self.1).parse::<f64>().map_or(Value::Null, Value::from)
    }

    /// The code of a refusal or fault: what Central answers in the same case.
    fn of(trouble: &Trouble) -> Code {
        match trouble {
            Trouble::Fault(fault) => Code(fault.status().as_u16(), 1),
            Trouble::Refusal(refusal) => match refusal.id {
                "refusal-password-short" => Code::PASSWORD_TOO_SHORT,
                "refusal-form-unknown" => Code::FORM_VERSION_NOT_FOUND,
                "refusal-form-closed" => Code::NOT_ACCEPTING_SUBMISSIONS,
                "refusal-different-submission" => Code::XML_CONFLICT,
                "refusal-deprecated-unknown" => Code::DEPRECATED_ID_NOT_FOUND,
                "refusal-deprecated-old" => Code::DEPRECATING_OLD_SUBMISSION,
                "refusal-instance-taken" => Code::UNIQUENESS_VIOLATION,
                "refusal-removed-submission" => Code(409, 16),
                "refusal-version-published" => Code::VERSION_UNIQUENESS_VIOLATION,
                "refusal-submission" if refusal.status == StatusCode::BAD_REQUEST => Code::UNPARSEABLE,
                _ => match refusal.status.as_u16() {
                    400 => Code::UNEXPECTED_VALUE,
                    401 => Code::AUTHENTICATION_FAILED,
                    409 => Code::UNIQUENESS_VIOLATION,
                    status => Code(status, 1),
                },
            },
        }
    }
}

/// Why the door did not do it.
#[derive(Debug, Clone)]
pub struct Problem {
    code: Code,
    said: Said,
    details: Value,
}

#[derive(Debug, Clone)]
enum Said {
    /// By the door itself, about the protocol: for people who write clients.
    English(String),
    /// By the desk, for the person who sent it.
    Sentence(Box<Trouble>),
    /// It is found at this address.
    Moved(String),
}

impl Problem {
    /// A problem with a sentence for people who write clients.
    pub fn new(code: Code, message: impl Into<String>) -> Problem {
        Problem { code, said: Said::English(message.into()), details: Value::Null }
    }

    /// The same with Central's `details`.
    pub fn with(mut self, details: Value) -> Problem {
        self.details = details;
        self
    }

    /// The same under another code.
    pub fn coded(mut self, code: Code) -> Problem {
        self.code = code;
        self
    }

    /// It is found at another address.
    pub fn moved(address: String) -> Problem {
        Problem { code: Code(301, 0), said: Said::Moved(address), details: Value::Null }
    }

    /// Central's number of it.
    pub fn number(&self) -> String {
        self.code.number().to_string()
    }

    /// What it says to who reads English.
    pub fn in_english(&self) -> String {
        self.message(Locale::English)
    }

    /// There is nothing here, or nothing that this caller may know of.
    pub fn not_found() -> Problem {
        Problem::new(Code::NOT_FOUND, "Could not find the resource you were looking for.")
    }

    /// Nobody is logged in, or the login is wrong.
    pub fn not_authenticated() -> Problem {
        Problem::new(Code::AUTHENTICATION_FAILED, "Could not authenticate with the provided credentials.")
    }

    /// The caller may not do this.
    pub fn no_rights() -> Problem {
        let message = "The authentication you provided does not have rights to perform that action.";
        Problem::new(Code::INSUFFICIENT_RIGHTS, message)
    }

    /// A parameter that must be there.
    pub fn missing(field: &str) -> Problem {
        let message = format!("Required parameter {field} missing.");
        Problem::new(Code::MISSING_PARAMETER, message).with(json!({ "field": field }))
    }

    /// A value of the wrong type.
    pub fn wrong_type(value: &Value, expected: &str) -> Problem {
        let told = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let message = format!("Invalid input data type: expected ({told}) to be ({expected})");
        Problem::new(Code::WRONG_TYPE, message).with(json!({ "value": value, "expected": expected }))
    }

    /// A value that is not one of those that can stand here.
    pub fn unexpected(field: &str, value: &Value, reason: &str) -> Problem {
        let told = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let message = format!("Unexpected {field} value {told}; {reason}");
        let details = json!({ "field": field, "value": value, "reason": reason });
        Problem::new(Code::UNEXPECTED_VALUE, message).with(details)
    }

    /// Something of the same name is here already.
    pub fn exists(fields: &[&str], values: &[&str]) -> Problem {
        let message =
            format!("A resource already exists with {} value(s) of {}.", fields.join(","), values.join(","));
        let details = json!({ "fields": fields, "values": values });
        Problem::new(Code::UNIQUENESS_VIOLATION, message).with(details)
    }

    /// What was sent is not what it says to be.
    pub fn unparseable(format: &str, why: impl std::fmt::Display) -> Problem {
        Problem::new(Code::UNPARSEABLE, format!("Could not parse the given data as {format}: {why}"))
            .with(json!({ "format": format }))
    }

    /// More was sent than is taken.
    pub fn too_large(what: impl Into<String>) -> Problem {
        Problem::new(Code::TOO_LARGE, what)
    }

    /// The code.
    pub fn code(&self) -> Code {
        self.code
    }

    /// The refusal's sentence id, if the desk refused.
    pub fn refusal(&self) -> Option<&Refusal> {
        match &self.said {
            Said::Sentence(trouble) => match &**trouble {
                Trouble::Refusal(refusal) => Some(refusal),
                Trouble::Fault(_) => None,
            },
            Said::English(_) | Said::Moved(_) => None,
        }
    }

    /// Central's words for it, if it has any.
    fn central(&self) -> Option<(String, Value)> {
        self.refusal().and_then(super::central::words)
    }

    fn message(&self, locale: Locale) -> String {
        let trouble = match &self.said {
            Said::English(message) => return message.clone(),
            Said::Moved(address) => return format!("It is found at {address}."),
            Said::Sentence(trouble) => &**trouble,
        };
        if locale == Locale::English
            && let Some((message, _)) = self.central()
        {
            return message;
        }
        let mut message = trouble.what(locale);
        if let Trouble::Refusal(refusal) = trouble {
            for (_, what) in refusal.places.iter().filter(|(_, what)| !what.is_empty()) {
                message.push_str(&format!(" ({what})"));
            }
        }
        if let Some(next) = trouble.next(locale) {
            message.push_str(&format!(" {next}"));
        }
        if let Trouble::Fault(fault) = trouble {
            message.push_str(&format!(" [{}]", fault.id()));
        }
        message
    }

    /// Central's own sentence, which scripts compare; people at a phone are told in their language.
    fn said_by_central(&self) -> Option<&'static str> {
        match self.refusal()?.id {
            "refusal-not-found" => Some("Could not find the resource you were looking for."),
            "refusal-not-logged-in" | "refusal-login-wrong" | "refusal-password-wrong" => {
                Some("Could not authenticate with the provided credentials.")
            }
            "refusal-not-allowed"
            | "refusal-not-administrator"
            | "refusal-device-unknown"
            | "refusal-form-not-assigned" => {
                Some("The authentication you provided does not have rights to perform that action.")
            }
            "refusal-password-short" => {
                Some("The password or passphrase provided does not meet the required length.")
            }
            _ => None,
        }
    }

    fn as_openrosa(&self, locale: Locale) -> Response {
        openrosa::message(self.code.status(), "error", &escaped(&self.message(locale)))
    }

    fn as_json(&self, locale: Locale) -> Response {
        let message = self.said_by_central().map_or_else(|| self.message(locale), str::to_owned);
        let mut body = json!({ "message": message, "code": self.code.number() });
        let mut details = self.details.clone();
        if let (Value::Null, Some((_, of_central))) = (&details, self.central()) {
            details = of_central;
        }
        if let (Value::Null, Some(refusal)) = (&details, self.refusal())
            && !refusal.places.is_empty()
        {
            let problem = |(place, message): &(String, String)| json!({ "place": place, "message": message });
            details = json!({ "problems": refusal.places.iter().map(problem).collect::<Vec<_>>() });
        }
        if let (Value::Object(body), false) = (&mut body, details.is_null()) {
            body.insert("details".to_owned(), details);
        }
        (self.code.status(), [(header::CONTENT_TYPE, "application/json; charset=utf-8")], body.to_string())
            .into_response()
    }
}

impl From<Trouble> for Problem {
    fn from(trouble: Trouble) -> Problem {
        if let Trouble::Refusal(refusal) = &trouble
            && let Some(problem) = super::rest_datasets::declared(refusal)
        {
            return problem;
        }
        Problem { code: Code::of(&trouble), said: Said::Sentence(Box::new(trouble)), details: Value::Null }
    }
}

impl From<desk::Error> for Problem {
    fn from(error: desk::Error) -> Problem {
        Trouble::from(error).into()
    }
}

impl From<desk::Refusal> for Problem {
    fn from(refusal: desk::Refusal) -> Problem {
        Trouble::from(refusal).into()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        if let Said::Moved(address) = &self.said {
            return super::submissions::redirect(StatusCode::MOVED_PERMANENTLY, address);
        }
        let mut response = self.code.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Whether an address (below `/v1`) speaks OpenRosa: then its errors are XML. Where both kinds of client fetch the same
/// file, OpenRosa's header tells.
fn speaks_openrosa(path: &str, marked: bool) -> bool {
    let last = path.rsplit('/').next().unwrap_or_default();
    let before = path.rsplit('/').nth(1).unwrap_or_default();
    let file = before == "attachments" && !path.contains("/submissions/");
    matches!(last, "formList" | "submission" | "manifest" | "integrity")
        || marked && (file || before == "forms" && last.ends_with(".xml"))
}

/// The language of messages: what the client asks for, else English.
fn locale(headers: &HeaderMap) -> Locale {
    let wishes = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    wishes.and_then(Locale::from_accept_language).unwrap_or_default()
}

/// The layer of the door: gives every trouble a body, and OpenRosa's headers to every answer to a phone.
pub async fn answer(request: Request, next: Next) -> Response {
    let marked = request.headers().contains_key("x-openrosa-version");
    let openrosa = speaks_openrosa(request.uri().path(), marked);
    let phone = request.extensions().get::<super::caller::KeyInPath>().is_some();
    let locale = locale(request.headers());
    let head = request.method() == axum::http::Method::HEAD;
    let mut response = next.run(request).await;
    let failed = response.status().is_client_error() || response.status().is_server_error();
    if failed
        && response
            .headers()
            .get(header::CONTENT_TYPE)
            .is_none_or(|kind| !kind.as_bytes().starts_with(b"text/xml"))
    {
        let status = response.status();
        let told = response.extensions().get::<Problem>().cloned();
        let told = told.or_else(|| Trouble::in_response(&response).cloned().map(Problem::from));
        let problem = told.unwrap_or_else(|| {
            // A part of axum refused: the path was not UTF-8, or the like.
            Problem::new(Code(status.as_u16(), 1), "This request cannot be understood.")
        });
        // Central answers members in JSON where it could not even take the form apart.
        let openrosa = openrosa && (phone || problem.code != Code::MULTIPART);
        response = if openrosa { problem.as_openrosa(locale) } else { problem.as_json(locale) };
        if head {
            *response.body_mut() = axum::body::Body::empty();
        }
    }
    let headers = response.headers_mut();
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("same-origin"));
    if openrosa {
        openrosa::mark(headers, locale);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phones_get_xml_and_scripts_get_json() {
        for path in [
            "/projects/1/formList",
            "/projects/1/submission",
            "/projects/1/forms/visit.xml",
            "/projects/1/forms/visit/manifest",
            "/projects/1/forms/visit/attachments/sites.csv",
            "/projects/1/datasets/sites/integrity",
        ] {
            assert!(speaks_openrosa(path, true), "{path}");
        }
        for path in [
            "/projects/1/forms",
            "/projects/1/forms/visit",
            "/projects/1/forms/visit/submissions/uuid:1.xml",
            "/sessions",
        ] {
            assert!(!speaks_openrosa(path, true), "{path}");
        }
    }

    #[test]
    fn a_code_is_the_number_that_central_writes() {
        assert_eq!(Code::XLSFORM_NOT_VALID.number().to_string(), "400.15");
        assert_eq!(Code::XML_CONFLICT.number().to_string(), "409.1");
    }
}
