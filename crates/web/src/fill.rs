//! The page that fills a form in the browser. It is the one page that runs a script: ODK Web Forms and our few lines
//! around it, built by `webforms/build.sh`, from this server alone.

use askama::Template;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

use crate::answer::Page;
use crate::assets;
use crate::frame::Frame;

/// What the form's page may load: scripts of ours, WebAssembly for XPath, styles that the library sets as it draws,
/// and pictures that the person has just taken. Nothing from elsewhere.
pub const FILL_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; \
     style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; media-src 'self' blob:; font-src 'self'; \
     connect-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// The page. The addresses are on this server.
#[derive(Debug, Clone, Template)]
#[template(path = "fill.html")]
pub struct FillPage {
    /// The frame; its title is the form's.
    pub frame: Frame,
    /// Where the form's XML is.
    pub form: String,
    /// Under which address its attachments are, ending in `/`.
    pub media: String,
    /// What takes the OpenRosa body: POST, multipart, answered 201 (or 4xx with an OpenRosa message). Without it the
    /// form is only tried out, and what was filled in leaves the browser nowhere.
    pub submit: Option<String>,
    /// Where to go when it was sent; without it, the page says so and shows an empty form.
    pub done: Option<String>,
    /// What the form's `deviceid` is filled with.
    pub device: Option<String>,
    /// What the form's `username` is filled with.
    pub username: Option<String>,
}

impl FillPage {
    fn script(&self) -> &'static str {
        assets::WEBFORMS_SCRIPT.url()
    }

    fn style(&self) -> &'static str {
        assets::WEBFORMS_STYLE.url()
    }
}

impl IntoResponse for FillPage {
    fn into_response(self) -> Response {
        let mut response = Page(self).into_response();
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(FILL_POLICY));
        response
    }
}
