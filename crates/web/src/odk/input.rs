//! Reading small request bodies, and writing Central's JSON.

use axum::body::Body;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::trouble::{Answer, Problem};

/// The most bytes of a JSON body.
const MOST_JSON: usize = 1 << 20;

/// A whole body, at most so many bytes.
pub(super) async fn bytes(body: Body, most: usize) -> Answer<axum::body::Bytes> {
    axum::body::to_bytes(body, most).await.map_err(|error| {
        let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
        if cause.contains("length limit") {
            Problem::too_large(format!("The request is larger than {} KiB.", most >> 10))
        } else {
            Problem::unparseable("a request", "it ended in the middle")
        }
    })
}

/// A JSON body; an empty one counts as `{}`.
pub(super) async fn from_json<T: DeserializeOwned>(body: Body) -> Answer<T> {
    let bytes = bytes(body, MOST_JSON).await?;
    let bytes: &[u8] = if bytes.is_empty() { b"{}" } else { &bytes };
    serde_json::from_slice(bytes).map_err(|error| Problem::unparseable("json", error))
}

/// A text of a JSON body; none where it is absent or null.
pub(super) fn text<'v>(sent: &'v Value, field: &str) -> Answer<Option<&'v str>> {
    match sent.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(other) => Err(Problem::wrong_type(other, "string")),
    }
}

/// A yes or no of a JSON body; none where it is absent or null.
pub(super) fn flag(sent: &Value, field: &str) -> Answer<Option<bool>> {
    match sent.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Bool(flag)) => Ok(Some(*flag)),
        Some(other) => Err(Problem::wrong_type(other, "boolean")),
    }
}

/// JSON as an answer.
pub(super) fn answer(value: &Value) -> Response {
    ([(header::CONTENT_TYPE, "application/json; charset=utf-8")], value.to_string()).into_response()
}

/// Central's answer where there is nothing to tell.
pub(super) fn success() -> Response {
    answer(&json!({ "success": true }))
}

/// A time as Central writes it, or null.
pub(super) fn time(at: Option<i64>) -> Value {
    at.map_or(Value::Null, |at| Value::String(desk::time(at)))
}
