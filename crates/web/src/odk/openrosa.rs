//! The list of forms, their download, and submissions, as the OpenRosa standards have them and Collect uses them.

use axum::Router;
use axum::body::Body;
use axum::extract::{FromRequestParts, Path, RawQuery, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use desk::{FormModel, Origin};

use super::asker::{Asker, Which};
use super::caller::{Collector, key_of};
use super::manifest;
use super::multipart;
use super::trouble::{Answer, Code};
use super::xml::{element, segment};
use crate::locale::Locale;
use crate::room::Web;

/// What a phone is told to put into one POST at most; it spreads more files over several. The same as Central's. A
/// single file may be larger: [`multipart::MOST_BYTES`].
pub const ACCEPTED_LENGTH: &str = "100000000";

/// The addresses that phones and the browser form use.
pub fn routes() -> Router<Web> {
    Router::new()
        .route("/projects/{project}/formList", get(list))
        .route("/projects/{project}/submission", get(ready).post(receive))
        .route("/projects/{project}/forms/{form}/manifest", get(manifest::manifest))
        .route("/projects/{project}/forms/{form}/attachments", get(manifest::list))
        .route("/projects/{project}/forms/{form}/attachments/{name}", get(manifest::file))
        .route("/projects/{project}/forms/{form}/versions/{version}/manifest", get(manifest::manifest))
        .route("/projects/{project}/forms/{form}/versions/{version}/attachments", get(manifest::list))
        .route("/projects/{project}/forms/{form}/versions/{version}/attachments/{name}", get(manifest::file))
        .route("/projects/{project}/forms/{form}/draft/formList", get(list_draft))
        .route("/projects/{project}/forms/{form}/draft/manifest", get(manifest::manifest))
        .route("/projects/{project}/forms/{form}/draft/attachments", get(manifest::list))
        .route("/projects/{project}/datasets/{name}/integrity", get(manifest::integrity))
}

/// The headers that OpenRosa wants on every answer. `Date` is the server's.
pub(super) fn mark(headers: &mut HeaderMap, locale: Locale) {
    headers.insert("x-openrosa-version", HeaderValue::from_static("1.0"));
    headers.insert("x-openrosa-accept-content-length", HeaderValue::from_static(ACCEPTED_LENGTH));
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(locale.code()));
}

pub(super) fn xml(status: StatusCode, body: String) -> Response {
    (status, [(header::CONTENT_TYPE, "text/xml; charset=utf-8")], body).into_response()
}

/// An OpenRosa message; `text` is escaped already.
pub(super) fn message(status: StatusCode, nature: &str, text: &str) -> Response {
    xml(
        status,
        format!(
            "<OpenRosaResponse xmlns=\"http://openrosa.org/http/response\" items=\"0\">\n  \
             <message nature=\"{nature}\">{text}</message>\n</OpenRosaResponse>"
        ),
    )
}

/// The value of a query parameter.
pub(super) fn parameter(query: &Option<String>, wanted: &str) -> Option<String> {
    let query = query.as_deref().unwrap_or_default();
    form_urlencoded::parse(query.as_bytes())
        .find(|(name, _)| name == wanted)
        .map(|(_, value)| value.into_owned())
}

/// The forms that a caller can fill. Who may fill none gets an empty list; who has not logged in is asked to.
async fn list(State(web): State<Web>, RawQuery(query): RawQuery, request: Request) -> Answer<Response> {
    let (mut parts, _) = request.into_parts();
    let keyed = key_of(&parts).is_some();
    let collector = match Collector::from_request_parts(&mut parts, &web).await {
        Ok(collector) => Some(collector),
        Err(problem) if !keyed && problem.code() == Code::INSUFFICIENT_RIGHTS => None,
        Err(problem) => return Err(problem),
    };
    let wanted = parameter(&query, "formID");
    let mut document = String::from(LIST_HEAD);
    if let Some(collector) = collector {
        for listed in collector.desk().forms_to_fill(&collector.sender).await? {
            if wanted.as_ref().is_none_or(|wanted| *wanted == listed.form.form_id) {
                let address = format!("{}/forms/{}", collector.base, segment(&listed.form.form_id));
                list_form(&mut document, &listed.form.form_id, &listed.model, &address);
            }
        }
    }
    document.push_str("  </xforms>");
    Ok(xml(StatusCode::OK, document))
}

/// How a list of forms begins; spaces as Central's.
const LIST_HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n  \
                         <xforms xmlns=\"http://openrosa.org/xforms/xformsList\">\n";

fn list_form(document: &mut String, form_id: &str, model: &FormModel, address: &str) {
    let version = &model.version;
    let name = if version.title.is_empty() { form_id } else { &version.title };
    document.push_str("    <xform>\n");
    element(document, 6, "formID", form_id);
    element(document, 6, "name", name);
    element(document, 6, "version", &version.version);
    element(document, 6, "hash", &format!("md5:{}", version.md5));
    element(document, 6, "downloadUrl", &format!("{address}.xml"));
    if !model.form.files.is_empty() {
        element(document, 6, "manifestUrl", &format!("{address}/manifest"));
    }
    document.push_str("    </xform>\n");
}

/// The list that holds a draft alone, for trying it out.
async fn list_draft(asker: Asker, Path((_, form)): Path<(String, String)>) -> Answer<Response> {
    let (form, model) = asker.form(&form, Which::Draft).await?;
    let mut document = String::from(LIST_HEAD);
    list_form(&mut document, &form.form_id, &model, &asker.address(&form.form_id, true));
    document.push_str("  </xforms>");
    Ok(xml(StatusCode::OK, document))
}

/// A form's XML.
pub(super) fn definition(model: &FormModel) -> Response {
    let etag = format!("\"{}\"", model.version.md5);
    let headers = [(header::CONTENT_TYPE, "application/xml; charset=utf-8"), (header::ETAG, &etag)];
    (headers, model.version.xform.clone()).into_response()
}

/// HEAD (and, because HTTP wants the same of both, GET): where to send submissions.
async fn ready(collector: Collector) -> Response {
    let location = format!("{}/submission", collector.base);
    (StatusCode::NO_CONTENT, [(header::LOCATION, location)]).into_response()
}

async fn receive(collector: Collector, request: Request) -> Answer<Response> {
    let origin = origin(request.headers(), request.uri().query());
    let posted = multipart::read(collector.desk(), request).await?;
    collector.desk().receive_from(&collector.sender, &origin, posted.xml, posted.files).await?;
    let mut response = message(StatusCode::CREATED, "", "full submission upload was successful!");
    let location = HeaderValue::try_from(format!("{}/submission", collector.base));
    if let Ok(location) = location {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

/// What a client says of itself.
pub(super) fn origin(headers: &HeaderMap, query: Option<&str>) -> Origin {
    let query = query.map(str::to_owned);
    let device_id = parameter(&query, "deviceID").filter(|id| !id.is_empty());
    let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
    Origin { device_id, user_agent: agent.map(str::to_owned) }
}

/// Nothing but headers, for a client that has the content already.
pub(super) fn not_modified(headers: &HeaderMap, etag: &str) -> Option<Response> {
    let known = headers.get(header::IF_NONE_MATCH)?.to_str().ok()?;
    let same =
        known.split(',').any(|known| known.trim().trim_start_matches("W/") == etag || known.trim() == "*");
    same.then(|| (StatusCode::NOT_MODIFIED, [(header::ETAG, etag)], Body::empty()).into_response())
}
