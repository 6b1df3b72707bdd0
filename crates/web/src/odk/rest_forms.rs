//! Forms: uploading, listing, fetching, changing, removing, versions.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{FromRequestParts, MatchedPath, Path, RawPathParams, RawQuery, Request, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use desk::protocol::Right;
use desk::store::form::Form;
use desk::xforms::{Field, Kind, Limits};
use desk::{Desk, Examined, FormModel, Forms, ListedForm, Seat, Upload};
use serde_json::{Value, json};
use sha1::{Digest, Sha1};

use super::actors::{extended, maker};
use super::asker::{Asker, Which, Who};
use super::caller::Caller;
use super::input::{self, answer, success, time};
use super::manifest::{attachment, named, which};
use super::openrosa::{definition, not_modified, parameter};
use super::trouble::{Answer, Code, Problem};
use crate::room::Web;

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const XLS: &str = "application/vnd.ms-excel";
/// The longest form id that Central takes (characters).
const LONGEST_ID: usize = 64;

pub(super) fn routes() -> Router<Web> {
    let form = "/projects/{project}/forms/{form}";
    Router::new()
        .route("/projects/{project}/forms", get(list).post(create))
        .route("/projects/{project}/forms/", get(list).post(create))
        .route(form, get(one_or_feed).patch(change).delete(remove))
        .route(&format!("{form}/restore"), post(restore))
        .route(&format!("{form}/fields"), get(fields))
        .route(&format!("{form}/draft/fields"), get(fields))
        .route(&format!("{form}/versions"), get(versions))
        .route(&format!("{form}/versions/{{version}}"), get(version))
        .route(&format!("{form}/versions/{{version}}/fields"), get(fields))
}

/// A form as Central tells it, in one of its versions.
pub(super) fn told(form: &Form, model: &FormModel) -> Value {
    let version = &model.version;
    // A draft that stands for a form that was never published is told with its token.
    let is_draft = form.draft_version == Some(version.id);
    json!({
        "projectId": form.mandate,
        "xmlFormId": form.form_id,
        "name": Some(&version.title).filter(|title| !title.is_empty() && **title != form.form_id),
        "version": version.version,
        "state": form.state,
        "hash": version.md5,
        "sha": hex::encode(Sha1::digest(version.xform.as_bytes())),
        "sha256": version.sha256,
        "keyId": null,
        "enketoId": null,
        "enketoOnceId": null,
        "draftToken": form.draft_token.as_ref().filter(|_| is_draft),
        "webformsEnabled": form.web_forms,
        "createdAt": time(Some(form.created_at)),
        "updatedAt": time(form.updated_at),
        "publishedAt": time(version.published_at),
    })
}

/// The kind of workbook that a version was made from.
fn excel(model: &FormModel) -> Option<&'static str> {
    let name = model.version.xlsform_name.as_deref()?;
    match name.rsplit_once('.')?.1 {
        "xls" => Some(XLS),
        "xlsx" => Some(XLSX),
        _ => None,
    }
}

/// The same with what Central calls extended metadata.
pub(super) async fn told_in_full(desk: &Desk, seat: &Seat, form: &Form, model: &FormModel) -> Answer<Value> {
    let mut told = told(form, model);
    let is_draft = form.draft_version == Some(model.version.id);
    let counts = desk.form_counts(seat, form, is_draft).await?;
    told["submissions"] = counts.submissions.into();
    told["reviewStates"] = json!({
        "received": counts.received,
        "hasIssues": counts.has_issues,
        "edited": counts.edited,
    });
    told["lastSubmission"] = time(counts.last_submission);
    told["excelContentType"] = excel(model).into();
    told["entityRelated"] = (!model.form.entities.is_empty()).into();
    told["publicLinks"] = counts.links.into();
    told["createdBy"] = match form.created_by {
        Some(id) => maker(desk, seat, id).await,
        None => Value::Null,
    };
    Ok(told)
}

/// The forms that a seat sees: who prepares forms sees all, who reads sees the published, who fills sees the open.
async fn seen(desk: &Desk, seat: &Seat) -> Answer<Vec<ListedForm>> {
    let mut forms = desk.forms_seen_from(seat).await?;
    forms.retain(|listed| {
        let published = listed.form.current_version.is_some();
        let open = published && listed.form.state != "closed";
        seat.has(Right::Forms) || seat.has(Right::Read) && published || seat.has(Right::Collect) && open
    });
    let name = |listed: &ListedForm| listed.model.version.title.to_lowercase();
    forms.sort_by_key(|listed| (name(listed), listed.form.id));
    Ok(forms)
}

/// The forms that a seat sees, with extended metadata.
pub(super) async fn extended_list(caller: &Caller, seat: &Seat) -> Answer<Vec<Value>> {
    let mut list = Vec::new();
    for listed in seen(caller.desk(), seat).await? {
        list.push(told_in_full(caller.desk(), seat, &listed.form, &listed.model).await?);
    }
    Ok(list)
}

async fn list(
    caller: Caller,
    Path(project): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Answer<Response> {
    let seat = caller.seat(&project).await?;
    let desk = caller.desk();
    if is_true(&query, "deleted") {
        return removed(&caller, &seat, extended(&headers)).await;
    }
    let sees = [Right::Read, Right::Forms, Right::Collect].into_iter().any(|right| seat.has(right));
    if !sees {
        return Err(Problem::no_rights());
    }
    if extended(&headers) {
        return Ok(answer(&extended_list(&caller, &seat).await?.into()));
    }
    let forms = seen(desk, &seat).await?;
    Ok(answer(&forms.iter().map(|listed| told(&listed.form, &listed.model)).collect()))
}

/// The forms that were removed; their numbers are how they are brought back.
async fn removed(caller: &Caller, seat: &Seat, extended: bool) -> Answer<Response> {
    let desk = caller.desk();
    let may = seat.may::<Forms>()?;
    let mut list = Vec::new();
    for (form, at) in desk.removed_forms(&may).await? {
        let model = match desk.published(&form).await {
            Ok(model) => model,
            Err(_) => match desk.draft(&form).await? {
                Some(model) => model,
                None => continue,
            },
        };
        let mut told = match extended {
            true => told_in_full(desk, seat, &form, &model).await?,
            false => told(&form, &model),
        };
        told["id"] = form.id.into();
        told["deletedAt"] = time(Some(at));
        list.push(told);
    }
    Ok(answer(&list.into()))
}

/// A workbook that a version was made from, if it was made from one of this kind.
fn workbook(form: &Form, model: &FormModel, ending: &str, headers: &HeaderMap) -> Answer<Response> {
    let kind = excel(model).filter(|kind| *kind == if ending == "xls" { XLS } else { XLSX });
    let (Some(kind), Some(bytes)) = (kind, &model.version.xlsform) else { return Err(Problem::not_found()) };
    let etag = format!("\"{}\"", desk::md5_of(bytes));
    if let Some(response) = not_modified(headers, &etag) {
        return Ok(response);
    }
    let name = format!("{}.{ending}", form.form_id);
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::ETAG, etag),
        (header::CONTENT_DISPOSITION, attachment(&name)),
    ];
    Ok((headers, bytes.clone()).into_response())
}

/// The name of a form or version, and how its address ends.
fn ending(name: &str) -> (&str, &str) {
    match name.rsplit_once('.') {
        Some((stem, ending @ ("xml" | "xls" | "xlsx"))) => (stem, ending),
        _ => (name, ""),
    }
}

/// A version as JSON, or as its definition or workbook where the address ends so.
pub(super) async fn show(
    asker: &Asker,
    (form, model): (Form, Arc<FormModel>),
    ending: &str,
    headers: &HeaderMap,
) -> Answer<Response> {
    match ending {
        "xml" => Ok(definition(&model)),
        "" => match asker.seat().filter(|_| extended(headers)) {
            Some(seat) => Ok(answer(&told_in_full(asker.desk(), seat, &form, &model).await?)),
            None => Ok(answer(&told(&form, &model))),
        },
        ending => workbook(&form, &model, ending, headers),
    }
}

/// A form, or with `.svc` at the end the service document of its feed.
async fn one_or_feed(State(web): State<Web>, request: Request) -> Answer<Response> {
    let (mut parts, _) = request.into_parts();
    if parts.uri.path().ends_with(".svc") {
        return Ok(super::odata::serve(&web, &mut parts).await);
    }
    let asker = Asker::from_request_parts(&mut parts, &web).await?;
    let path = Path::from_request_parts(&mut parts, &web).await.map_err(|_| Problem::not_found())?;
    one(asker, path, parts.headers).await
}

/// A form; or with `.xml`, `.xls`, `.xlsx` at the end its definition or workbook.
async fn one(asker: Asker, Path((_, name)): Path<(String, String)>, headers: HeaderMap) -> Answer<Response> {
    let (form_id, ending) = ending(&name);
    let form = asker.visible(form_id, false).await?;
    let found = match asker.form(form_id, Which::Published).await {
        Ok(found) => found,
        // A form that was never published is told as its draft, to who prepares it.
        Err(_) if form.current_version.is_none() && ending.is_empty() => {
            asker.form(form_id, Which::Draft).await?
        }
        Err(problem) => return Err(problem),
    };
    show(&asker, found, ending, &headers).await
}

async fn versions(
    asker: Asker,
    Path((_, form_id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Answer<Response> {
    let form = asker.visible(&form_id, false).await?;
    let desk = asker.desk();
    let mut list = Vec::new();
    for model in desk.published_models(&form).await? {
        let mut told = told(&form, &model);
        if let Some(seat) = asker.seat().filter(|_| extended(&headers)) {
            told["excelContentType"] = excel(&model).into();
            told["publishedBy"] = match model.version.published_by {
                Some(id) => maker(desk, seat, id).await,
                None => Value::Null,
            };
            if seat.has(Right::Forms) {
                told["publishNotes"] = model.version.publish_note.clone().into();
            }
        }
        list.push(told);
    }
    Ok(answer(&list.into()))
}

async fn version(
    asker: Asker,
    Path((_, form_id, name)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Answer<Response> {
    let (version, ending) = ending(&name);
    let found = asker.form(&form_id, Which::Named(version)).await?;
    show(&asker, found, ending, &headers).await
}

/// The fields as Central lists them; with `?odata=true` under the names that OData can hold.
async fn fields(
    asker: Asker,
    path: MatchedPath,
    params: RawPathParams,
    RawQuery(query): RawQuery,
) -> Answer<Response> {
    let (_, model) = asker.form(named(&params, "form")?, which(&path, &params)).await?;
    let odata = is_true(&query, "odata");
    let told = |field: &Field| {
        let part = |part: &str| if odata { sanitised(part) } else { part.to_owned() };
        let path: Vec<String> = field.path.split('/').map(part).collect();
        json!({
            "name": part(&field.name),
            "path": format!("/{}", path.join("/")),
            "type": field.odk_type,
            "binary": (field.odk_type == "binary" || field.kind == Kind::Binary).then_some(true),
            "selectMultiple": (field.multiple && field.kind == Kind::Select).then_some(true),
        })
    };
    Ok(answer(&model.form.fields.iter().map(told).collect()))
}

/// A name as OData can hold it.
fn sanitised(name: &str) -> String {
    let plain: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '_' }).collect();
    match plain.chars().next() {
        Some(first) if first.is_ascii_alphabetic() || first == '_' => plain,
        _ => format!("_{plain}"),
    }
}

/// What was uploaded and how to read it.
pub(super) struct Sent {
    pub(super) bytes: axum::body::Bytes,
    file_name: String,
    fallback: Option<String>,
    table: bool,
}

impl Sent {
    pub(super) async fn read(headers: &HeaderMap, body: Body) -> Answer<Sent> {
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let kind = header(header::CONTENT_TYPE.as_str());
        let kind = kind.split(';').next().unwrap_or_default().trim();
        let ending = match kind {
            XLSX => "xlsx",
            XLS => "xls",
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

    pub(super) fn upload(&self) -> Upload<'_> {
        Upload { bytes: &self.bytes, file_name: &self.file_name, fallback_id: self.fallback.as_deref() }
    }

    /// Tells what is wrong with a form as Central does.
    pub(super) fn explain(&self, error: desk::Error) -> Problem {
        let fault = match &error {
            desk::Error::Refused(refusal) if refusal.message == "refusal-form" => {
                refusal.arguments.iter().find(|(name, _)| *name == "fault").map(|(_, fault)| fault.clone())
            }
            _ => None,
        };
        let problem = Problem::from(error);
        let Some(refusal) = problem.refusal().filter(|refusal| refusal.id == "refusal-form") else {
            return problem;
        };
        let said: Vec<String> = refusal
            .places
            .iter()
            .map(|(place, what)| if place.is_empty() { what.clone() } else { format!("{place}: {what}") })
            .collect();
        let said = said.join("\n");
        if self.table {
            let message =
                "The given XLSForm file was not valid. Please see the error details for more information.";
            let details = json!({ "error": said, "warnings": null });
            return Problem::new(Code::XLSFORM_NOT_VALID, message).with(details);
        }
        match fault.as_deref() {
            Some("id") => Problem::missing("formId"),
            Some("entity") => {
                let reason = said.rsplit_once("is invalid. ").map_or(said.as_str(), |(_, reason)| reason);
                let details = json!({ "reason": reason });
                Problem::new(Code::ENTITY_DEFINITION, said.clone()).with(details)
            }
            _ => problem.coded(Code::UNPARSEABLE).with(json!({ "format": "xml", "reason": said })),
        }
    }

    /// Reads what was sent and refuses what Central refuses, warnings too unless they are to be ignored.
    pub(super) async fn examine(
        &self,
        desk: &Desk,
        may: &desk::May<'_, Forms>,
        of: Option<&Form>,
        query: &Option<String>,
    ) -> Answer<Examined> {
        let seen = desk.examine_form(may, &self.upload(), of).await;
        let seen = seen.map_err(|error| self.explain(error))?;
        let id = &seen.form_id;
        if let Some(form) = of
            && form.form_id != *id
        {
            let reason = "does not match the form you are updating";
            return Err(Problem::unexpected("xmlFormId", &id.as_str().into(), reason));
        }
        if [".xml", ".xls", ".xlsx"].iter().any(|ending| id.ends_with(ending)) {
            let reason = "extension is not allowed in the id of a form.";
            return Err(Problem::unexpected("form ID", &id.as_str().into(), reason));
        }
        if id.chars().count() > LONGEST_ID {
            let message = format!("The form ID is longer than {LONGEST_ID} characters.");
            let details = json!({ "field": "xmlFormId", "value": id, "maximum": LONGEST_ID });
            return Err(Problem::new(Code::TOO_LONG, message).with(details));
        }
        if let Some((path, before)) = &seen.other_type {
            let message = format!(
                "The form attempts to change the type of the field {path}, which was {before} in an earlier version."
            );
            return Err(Problem::new(Code::FIELD_TYPE, message).with(json!({ "path": path, "type": before })));
        }
        check_warnings(&seen, query)?;
        Ok(seen)
    }
}

pub(super) fn is_true(query: &Option<String>, name: &str) -> bool {
    parameter(query, name).is_some_and(|value| value.eq_ignore_ascii_case("true"))
}

fn check_warnings(seen: &Examined, query: &Option<String>) -> Answer<()> {
    let mut ours = Vec::new();
    if seen.was_removed {
        ours.push(json!({ "type": "deletedFormExists", "details": { "xmlFormId": seen.form_id } }));
    }
    if !seen.removed.is_empty() {
        ours.push(json!({ "type": "structureChanged", "details": seen.removed }));
    }
    if seen.warnings.is_empty() && ours.is_empty() || is_true(query, "ignoreWarnings") {
        return Ok(());
    }
    let message = "The Form is valid, but with warnings. Please check the warnings and if they are acceptable resubmit \
                   with ?ignoreWarnings=true";
    let theirs = Some(&seen.warnings).filter(|warnings| !warnings.is_empty());
    let details = json!({ "warnings": { "xlsFormWarnings": theirs, "workflowWarnings": ours } });
    Err(Problem::new(Code::FORM_WARNINGS, message).with(details))
}

pub(super) fn version_exists(form_id: &str, version: &str) -> Problem {
    let message = format!(
        "You tried to publish the form '{form_id}' with version '{version}', but a published form has already existed in \
         this project with those identifiers."
    );
    let details = json!({ "xmlFormId": form_id, "version": version });
    Problem::new(Code::VERSION_UNIQUENESS_VIOLATION, message).with(details)
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
    let publish = is_true(&query, "publish");
    let seen = sent.examine(desk, &may, None, &query).await?;
    if desk.form(seat.mandate().id, &seen.form_id).await.is_ok() {
        return Err(Problem::exists(
            &["projectId", "xmlFormId"],
            &[&seat.mandate().id.to_string(), &seen.form_id],
        ));
    }
    if publish && desk.was_published(&seat, &seen.form_id, &seen.version).await? {
        return Err(version_exists(&seen.form_id, &seen.version));
    }
    let uploaded = desk.upload_form(&may, sent.upload(), None).await.map_err(|error| sent.explain(error))?;
    let form = match publish {
        true => desk.publish_form_as(&may, &uploaded.form, None, notes(&headers).as_deref()).await?,
        false => uploaded.form,
    };
    let model = match desk.draft(&form).await? {
        Some(model) => model,
        None => desk.published(&form).await?,
    };
    Ok(answer(&told(&form, &model)))
}

/// What the caller says of what they do, percent-encoded as clients send it.
pub(super) fn notes(headers: &HeaderMap) -> Option<String> {
    let given = headers.get("x-action-notes")?.to_str().ok()?;
    let given = percent_encoding::percent_decode_str(given).decode_utf8_lossy().into_owned();
    (!given.is_empty()).then_some(given)
}

/// Opens, winds down or closes a form.
async fn change(
    caller: Caller,
    Path((project, form_id)): Path<(String, String)>,
    body: Body,
) -> Answer<Response> {
    let seat = caller.seat(&project).await?;
    let desk = caller.desk();
    let form = desk.form(seat.mandate().id, &form_id).await?;
    let may = seat.may::<Forms>()?;
    let sent: Value = input::from_json(body).await?;
    let state = input::text(&sent, "state")?;
    if let Some(state) = state
        && !["open", "closing", "closed"].contains(&state)
    {
        return Err(Problem::unexpected("state", &state.into(), "not one of the allowed values."));
    }
    let web_forms = input::flag(&sent, "webformsEnabled")?;
    if let Some(state) = state {
        desk.set_form_state(&may, &form, state).await?;
    }
    if let Some(on) = web_forms {
        desk.set_web_forms(&may, &form, on).await?;
    }
    let form = desk.form(seat.mandate().id, &form_id).await?;
    let model = match desk.published(&form).await {
        Ok(model) => model,
        Err(problem) => desk.draft(&form).await?.ok_or(problem)?,
    };
    Ok(answer(&told(&form, &model)))
}

async fn remove(caller: Caller, Path((project, form)): Path<(String, String)>) -> Answer<Response> {
    let seat = caller.seat(&project).await?;
    let form = caller.desk().form(seat.mandate().id, &form).await?;
    caller.desk().remove_form(&seat.may::<Forms>()?, &form).await?;
    Ok(success())
}

async fn restore(caller: Caller, Path((project, id)): Path<(String, String)>) -> Answer<Response> {
    let seat = caller.seat(&project).await?;
    let may = seat.may::<Forms>()?;
    let id = id.parse().map_err(|_| Problem::wrong_type(&id.as_str().into(), "integer"))?;
    let project = seat.mandate().id.to_string();
    caller.desk().restore_form(&may, id).await.map_err(|error| match error {
        desk::Error::Refused(refusal) if refusal.message == "refusal-form-id-used" => {
            let form = refusal.arguments.iter().find(|(name, _)| *name == "form");
            let form = form.map(|(_, value)| value.as_str()).unwrap_or_default();
            Problem::exists(&["projectId", "xmlFormId"], &[&project, form])
        }
        error => error.into(),
    })?;
    Ok(success())
}

/// Whether somebody came with the token of a draft; such addresses have no members.
pub(super) fn is_trial(asker: &Asker) -> bool {
    matches!(asker.who, Who::Trial(..))
}
