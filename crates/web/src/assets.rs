//! Files that pages need, compiled in and served under an address that holds their hash: a browser keeps them for
//! ever, and a new build has new addresses.

use std::io::Write as _;
use std::sync::OnceLock;

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use sha2::{Digest, Sha256};

/// One file.
#[derive(Debug)]
pub struct Asset {
    name: &'static str,
    media_type: &'static str,
    bytes: &'static [u8],
    url: OnceLock<String>,
    compressed: OnceLock<Vec<u8>>,
}

macro_rules! asset {
    ($file:literal, $media_type:literal) => {
        Asset::new($file, $media_type, include_bytes!(concat!("../assets/", $file)))
    };
}

/// The one stylesheet.
pub static STYLESHEET: Asset = asset!("deungdae.css", "text/css; charset=utf-8");
/// The lighthouse, for the browser's tab.
pub static MARK: Asset = asset!("lighthouse.svg", "image/svg+xml");
/// Asks the browser for a passkey.
pub static PASSKEY_SCRIPT: Asset = asset!("passkey.js", "text/javascript; charset=utf-8");
/// ODK Web Forms and our page script around it, built by `webforms/build.sh`.
pub static WEBFORMS_SCRIPT: Asset = asset!("webforms/webforms.js", "text/javascript; charset=utf-8");
/// The style of our page script.
pub static WEBFORMS_STYLE: Asset = asset!("webforms/webforms.css", "text/css; charset=utf-8");

static ALL: &[&Asset] = &[&STYLESHEET, &MARK, &PASSKEY_SCRIPT, &WEBFORMS_SCRIPT, &WEBFORMS_STYLE];

impl Asset {
    const fn new(name: &'static str, media_type: &'static str, bytes: &'static [u8]) -> Asset {
        Asset { name, media_type, bytes, url: OnceLock::new(), compressed: OnceLock::new() }
    }

    /// Its address on this server.
    pub fn url(&'static self) -> &'static str {
        self.url.get_or_init(|| {
            let name = self.name.rsplit('/').next().unwrap_or(self.name);
            let hash = hex::encode(Sha256::digest(self.bytes));
            format!("/assets/{}/{}", hash.get(..16).unwrap_or_default(), name)
        })
    }

    /// Its content.
    pub fn bytes(&self) -> &'static [u8] {
        self.bytes
    }

    fn answer(&'static self, headers: &HeaderMap) -> Response {
        let wishes =
            headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let accepts_gzip = wishes.split(',').any(|wish| {
            let mut parts = wish.split(';').map(str::trim);
            parts.next() == Some("gzip") && !parts.any(|weight| matches!(weight, "q=0" | "q=0.0" | "q=0.00"))
        });
        let mut response = if accepts_gzip {
            let compressed = self.compressed.get_or_init(|| gzip(self.bytes)).as_slice();
            ([(header::CONTENT_ENCODING, "gzip")], compressed).into_response()
        } else {
            self.bytes.into_response()
        };
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.media_type));
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        headers
            .insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
        response
    }
}

/// `GET /assets/HASH/NAME`.
pub fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/assets/{*path}", get(serve))
}

async fn serve(Path(path): Path<String>, headers: HeaderMap) -> Response {
    let found = ALL.iter().find(|asset| asset.url().strip_prefix("/assets/") == Some(path.as_str()));
    match found {
        Some(asset) => asset.answer(&headers),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    // Writing into memory does not fail.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}
