//! Forms: uploading, publishing, listing, fetching.

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, RawQuery};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use axum::routing::{get, post};
use desk::protocol::Right;
use desk::store::form::Form;
use desk::store::form::FormVersion;
use desk::xforms::Limits;
use desk::{Forms, Seat, Upload};
use serde_json::{Value, json};

use super::caller::Caller;
use super::input::{self, answer, success, time};
use super::openrosa::{definition, parameter};
use super::trouble::{Answer, Code, Problem};
use crate::room::Web;

/// The most bytes of a file that belongs to a form.
const MOST_FILE: usize = 100 << 20;

pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route("/projects/{project}/forms", get(list).post(create))
        .route("/projects/{project}/forms/{form}", get(one))
        .route("/projects/{project}/forms/{form}/draft", get(draft).post(redraft).delete(drop_draft))
        .route("/projects/{project}/forms/{form}/draft/publish", post(publish))
        .route("/projects/{project}/forms/{form}/draft/attachments/{name}", post(put_file))
}

/// A form as Central tells it, in one of its versions.
fn told(form: &Form, version: &FormVersion) -> Value {
    json!({
        "projectId": form.mandate,
        "xmlFormId": form.form_id,
        "name": if version.title.is_empty() { Value::Null } else { json!(version.title) },
        "version": version.version,
        "state": form.state,
        "hash": version.md5,
        "sha": null,
        "sha256": version.sha256,
        "keyId": null,
        "enketoId": null,
        "enketoOnceId": null,
        "draftToken": null,
        "createdAt": time(Some(form.created_at)),
        "updatedAt": null,
        "publishedAt": time(version.published_at),
        "submissions": form.submissions,
    })
}

/// The forms that a seat sees, with what Central calls extended metadata.
pub(super) async fn extended_list(caller: &Caller, seat: &Seat) -> Answer<Vec<Value>> {
    let forms = caller.desk().forms_seen_from(seat).await?;
    Ok(forms.iter().map(|listed| told(&listed.form, &listed.model.version)).collect())
}

/// Forms can be seen by who reads, prepares or fills them.
fn may_see(seat: &Seat) -> Answer<()> {
    let sees = [Right::Read, Right::Forms, Right::Collect].into_iter().any(|right| seat.has(right));
    let message = "The authentication you provided does not have rights to perform that action.";
    sees.then_some(()).ok_or_else(|| Problem::new(Code::INSUFFICIENT_RIGHTS, message))
}

async fn list(caller: Caller, Path(project): Path<String>) -> Answer<Response> {
    let seat = caller.seat(&project).await?;
    may_see(&seat)?;
    let forms = caller.desk().forms_seen_from(&seat).await?;
    Ok(answer(&forms.iter().map(|listed| told(&listed.form, &listed.model.version)).collect()))
}

/// A form, or with `.xml` at the end its definition.
async fn one(caller: Caller, Path((project, name)): Path<(String, String)>) -> Answer<Response> {
    let seat = caller.seat(&project).await?;
    may_see(&seat)?;
    let desk = caller.desk();
    if let Some(form_id) = name.strip_suffix(".xml") {
        let form = desk.form(seat.mandate().id, form_id).await?;
        let model = desk.published(&form).await?;
        return Ok(definition(&model));
    }
    let form = desk.form(seat.mandate().id, &name).await?;
    let model = match desk.published(&form).await {
        Ok(model) => model,
        Err(problem) => desk.draft(&form).await?.ok_or(problem)?,
    };
    Ok(answer(&told(&form, &model.version)))
}

/// What was uploaded and how to read it.
struct Sent {
    bytes: axum::body::Bytes,
    file_name: String,
    fallback: Option<String>,
    table: bool,
}

impl Sent {
    async fn read(headers: &HeaderMap, body: Body) -> Answer<Sent> {
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let kind = header(header::CONTENT_TYPE.as_str());
        let kind = kind.split(';').next().unwrap_or_default().trim();
        let ending = match kind {
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" => "xlsx",
            "application/vnd.ms-excel" => "xls",
            "text/markdown" => "md",
            _ => "xml",
        };
        // Clients percent-encode what a header cannot hold.
        let fallback = header("x-xlsform-formid-fallback");
        let fallback = form_urlencoded::parse(fallback.replace('+', "%2B").as_bytes())
            .next()
            .map(|(name, _)| name.into_owned())
            .filter(|name| !name.is_empty());
        let file_name = format!("{}.{ending}", fallback.as_deref().unwrap_or("form"));
        let bytes = input::bytes(body, Limits::FORM.bytes).await?;
        Ok(Sent { bytes, file_name, fallback, table: ending != "xml" })
    }

    fn upload(&self) -> Upload<'_> {
        Upload { bytes: &self.bytes, file_name: &self.file_name, fallback_id: self.fallback.as_deref() }
    }

    /// Tells what is wrong with a form as Central's converter does.
    fn explain(&self, error: desk::Error) -> Problem {
        let problem = Problem::from(error);
        let Some(refusal) = problem.refusal().filter(|refusal| refusal.id == "refusal-form") else {
            return problem;
        };
        let said: Vec<String> = refusal
            .places
            .iter()
            .map(|(place, what)| if place.is_empty() { what.clone() } else { format!("{place}: {what}") })
            .collect();
        if self.table {
            let details = json!({ "error": said.join("\n"), "warnings": null });
            problem.coded(Code::XLSFORM_NOT_VALID).with(details)
        } else {
            problem.coded(Code::UNPARSEABLE).with(json!({ "format": "xml", "reason": said.join("\n") }))
        }
    }
}

fn is_true(query: &Option<String>, name: &str) -> bool {
    parameter(query, name).is_some_and(|value| value.eq_ignore_ascii_case("true"))
}

fn check_warnings(warnings: &[String], query: &Option<String>) -> Answer<()> {
    if warnings.is_empty() || is_true(query, "ignoreWarnings") {
        return Ok(());
    }
    let message = "The Form is valid, but with warnings. Please check the warnings and if they are acceptable resubmit \
                   with ?ignoreWarnings=true";
    let details = json!({ "warnings": { "xlsFormWarnings": warnings, "workflowWarnings": [] } });
    Err(Problem::new(Code::FORM_WARNINGS, message).with(details))
}

/// A new form, published at once with `?publish=true`.
async fn create(
    caller: Caller,
    Path(project): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Answer<Response> {
    let seat = caller.seat(&project).await?;
    let may = seat.may::<Forms>()?;
    let desk = caller.desk();
    let sent = Sent::read(&headers, body).await?;
    let seen = desk.examine_form(&may, &sent.upload()).map_err(|error| sent.explain(error))?;
    check_warnings(&seen.warnings, &query)?;
    if desk.form(seat.mandate().id, &seen.form_id).await.is_ok() {
        let values = json!([seat.mandate().id, seen.form_id]);
        let message = format!(
            "A resource already exists with projectId,xmlFormId value(s) of {project},{}.",
            seen.form_id
        );
        let details = json!({ "fields": ["projectId", "xmlFormId"], "values": values });
        return Err(Problem::new(Code::UNIQUENESS_VIOLATION, message).with(details));
    }
    let uploaded = desk.upload_form(&may, sent.upload(), None).await.map_err(|error| sent.explain(error))?;
    if !is_true(&query, "publish") {
        return Ok(answer(&told(&uploaded.form, &uploaded.version)));
    }
    let form = desk.publish_form(&may, &uploaded.form).await?;
    Ok(answer(&told(&form, &desk.published(&form).await?.version)))
}

async fn draft(caller: Caller, Path((project, form)): Path<(String, String)>) -> Answer<Response> {
    let seat = caller.seat(&project).await?;
    seat.may::<Forms>()?;
    let form = caller.desk().form(seat.mandate().id, &form).await?;
    let model = caller.desk().draft(&form).await?.ok_or_else(Problem::not_found)?;
    Ok(answer(&told(&form, &model.version)))
}

/// A new draft: of what is sent, or with an empty body of what is published.
async fn redraft(
    caller: Caller,
    Path((project, form)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Answer<Response> {
    let seat = caller.seat(&project).await?;
    let may = seat.may::<Forms>()?;
    let desk = caller.desk();
    let form = desk.form(seat.mandate().id, &form).await?;
    let mut sent = Sent::read(&headers, body).await?;
    if sent.bytes.is_empty() {
        let model = desk.published(&form).await?;
        sent.bytes = model.version.xform.clone().into();
    }
    let seen = desk.examine_form(&may, &sent.upload()).map_err(|error| sent.explain(error))?;
    check_warnings(&seen.warnings, &query)?;
    desk.upload_form(&may, sent.upload(), Some(&form)).await.map_err(|error| sent.explain(error))?;
    Ok(success())
}

async fn drop_draft(caller: Caller, Path((project, form)): Path<(String, String)>) -> Answer<Response> {
    let seat = caller.seat(&project).await?;
    let form = caller.desk().form(seat.mandate().id, &form).await?;
    caller.desk().drop_draft(&seat.may::<Forms>()?, &form).await?;
    Ok(success())
}

async fn publish(
    caller: Caller,
    Path((project, form)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Answer<Response> {
    let seat = caller.seat(&project).await?;
    let may = seat.may::<Forms>()?;
    let desk = caller.desk();
    let form = desk.form(seat.mandate().id, &form).await?;
    let model = desk.draft(&form).await?.ok_or_else(Problem::not_found)?;
    if parameter(&query, "version").is_some_and(|version| version != model.version.version) {
        let message =
            "This server does not change a form's version; give the form another one and upload it again.";
        return Err(Problem::new(Code::NOT_IMPLEMENTED, message).with(json!({ "feature": "version" })));
    }
    desk.publish_form(&may, &form).await?;
    Ok(success())
}

/// A file that the draft names: a picture, a list.
async fn put_file(
    caller: Caller,
    Path((project, form, name)): Path<(String, String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Answer<Response> {
    let seat = caller.seat(&project).await?;
    let may = seat.may::<Forms>()?;
    let form = caller.desk().form(seat.mandate().id, &form).await?;
    let content = input::bytes(body, MOST_FILE).await?;
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let kind = kind.unwrap_or("application/octet-stream");
    caller.desk().put_form_file(&may, &form, &name, kind, content.to_vec()).await?;
    Ok(success())
}
