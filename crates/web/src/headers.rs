//! Headers that every answer of the pages carries, and the layers that set them.

use std::any::Any;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::csrf::{CsrfLayer, ProtectionError};

use crate::address::Address;
use crate::answer::{Fault, Refusal, as_pages};
use crate::cookies;
use crate::locale::Locale;

/// What a page may load: our stylesheet and pictures, no script at all, and nothing from elsewhere.
pub const PAGE_POLICY: &str = "default-src 'none'; script-src 'none'; style-src 'self'; img-src 'self' data:; \
     form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// What a page may load that asks for a passkey: our own script besides.
pub const PASSKEY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
     form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// Referrers stay on this server, so that no address of ours reaches another. `no-referrer` would do that too, but
/// would make browsers send `Origin: null` with forms, which cannot be told from a foreign site's.
const ALWAYS: [(HeaderName, &str); 5] = [
    (header::REFERRER_POLICY, "same-origin"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-embedder-policy"), "require-corp"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// Unless the handler has set its own.
const UNLESS_SET: [(HeaderName, &str); 2] =
    [(header::CONTENT_SECURITY_POLICY, PAGE_POLICY), (header::CACHE_CONTROL, "no-store")];

/// Puts the layers of the pages around their routes: strict headers, a page for every trouble (a panic too), the
/// language cookie, and the refusal of forms that another site sends.
pub fn with_page_layers<S: Clone + Send + Sync + 'static>(routes: Router<S>) -> Router<S> {
    routes
        .fallback(|| async { Refusal::not_found() })
        .method_not_allowed_fallback(|| async {
            Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "refusal-method")
        })
        .layer(CatchPanicLayer::custom(panicked))
        .layer(CsrfLayer::new().with_rejection_response(foreign_form))
        .layer(middleware::from_fn(as_pages))
        .layer(middleware::from_fn(remember_language))
        .layer(middleware::from_fn(strict_headers))
}

fn foreign_form(_: ProtectionError) -> Response<Body> {
    Refusal::new(StatusCode::FORBIDDEN, "refusal-foreign-form").into_response()
}

/// A panic is a fault like any other to the reader; its message, which may hold anything, stays out of the log.
pub(crate) fn panicked(_: Box<dyn Any + Send>) -> Response<Body> {
    Fault::new(&std::io::Error::other("a handler panicked; the place is on standard error")).into_response()
}

/// Sets the headers on every answer.
pub async fn strict_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    for (name, value) in UNLESS_SET {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

/// Keeps the language that `?lang=` asked for; not on public pages, which set no cookie at all.
async fn remember_language(uri: Uri, request: Request, next: Next) -> Response {
    let chosen = Address::from_uri(&uri).get("lang").and_then(Locale::from_code);
    let chosen = chosen.filter(|_| !crate::pages::is_public(uri.path()));
    let mut response = next.run(request).await;
    if let Some(cookie) = chosen.and_then(|locale| cookies::language(locale.code())) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}
