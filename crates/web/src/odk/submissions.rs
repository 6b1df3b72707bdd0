//! Submissions as ODK Central's REST API has them: sent, listed, fetched, edited, reviewed, removed, restored.

use axum::Router;
use axum::body::Body;
use axum::extract::{FromRequestParts, OriginalUri, Path, RawQuery, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use desk::store::form::Form;
use desk::xforms::{Limits, Submission};
use desk::{Actor, Collect, Comment, Read, Review, Seat, Sender, SubmissionHead, VersionHead};
use futures_util::stream;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::asker::{Asker, Which};
use super::caller::key_of;
use super::input::{self, answer, success, time};
use super::openrosa::{origin, parameter};
use super::place::{Place, extended, reason};
use super::trouble::{Answer, Code, Problem};
use super::xml::segment;
use crate::room::Web;

/// Submissions read at a time.
const PAGE: i64 = 250;

pub(super) fn routes() -> Router<Web> {
    let both = |form: &str| {
        Router::new()
            .route(&format!("{form}/submissions/keys"), get(keys))
            .route(&format!("{form}/submissions/submitters"), get(submitters))
            .route(&format!("{form}/submissions/{{instance}}/versions"), get(versions))
            .route(&format!("{form}/submissions/{{instance}}/versions/{{version}}"), get(version))
            .route(&format!("{form}/submissions/{{instance}}/diffs"), get(diffs))
            .route(&format!("{form}/submissions/{{instance}}/comments"), get(comments).post(comment))
            .route(&format!("{form}/submissions/{{instance}}/edit"), get(edit_page))
    };
    let form = "/projects/{project}/forms/{form}";
    both(form)
        .merge(both(&format!("{form}/draft")))
        .route(&format!("{form}/submissions/{{instance}}"), get(one).put(edit).patch(review).delete(remove))
        .route(&format!("{form}/submissions"), get(list).post(send_from_anybody))
        .route(&format!("{form}/draft/submissions"), get(list).post(send_to_draft))
        .route(&format!("{form}/draft/submission"), get(draft_ready).post(post_to_draft))
        .route(&format!("{form}/draft/submissions/{{instance}}"), get(one))
        .route(&format!("{form}/submissions/{{instance}}/restore"), axum::routing::post(restore))
}

/// Path parameters behind the form.
#[derive(Deserialize)]
pub(super) struct Named {
    pub(super) instance: String,
    #[serde(default)]
    pub(super) version: String,
    #[serde(default)]
    pub(super) name: String,
}

pub(super) fn told_actor(actor: &Actor) -> Value {
    json!({
        "id": actor.id,
        "type": if actor.device { "field_key" } else { "user" },
        "displayName": actor.name,
        "createdAt": time(Some(actor.created_at)),
        "updatedAt": null,
        "deletedAt": null,
    })
}

type Actors = std::collections::BTreeMap<i64, Actor>;

fn told_version(head: &VersionHead, current: bool, actors: Option<&Actors>) -> Value {
    let version = &head.version;
    let submitter = version.device.or(version.member);
    let mut told = json!({
        "instanceId": version.instance_id,
        "instanceName": head.instance_name,
        "submitterId": submitter,
        "deviceId": head.origin.device_id,
        "userAgent": head.origin.user_agent,
        "createdAt": time(Some(version.received_at)),
        "current": current,
    });
    if let (Some(actors), Value::Object(told)) = (actors, &mut told) {
        let submitter = submitter.and_then(|id| actors.get(&id)).map(told_actor);
        told.insert("submitter".to_owned(), submitter.unwrap_or(Value::Null));
        told.insert("formVersion".to_owned(), head.form_version.clone().into());
    }
    told
}

/// A submission as Central tells it.
fn told(head: &SubmissionHead, actors: Option<&Actors>) -> Value {
    let submission = &head.submission;
    let reviewed = Some(submission.review_state.as_str()).filter(|state| *state != "received");
    let submitter = submission.device.or(submission.member);
    let mut told = json!({
        "instanceId": submission.instance_id,
        "submitterId": submitter,
        "deviceId": head.origin.device_id,
        "userAgent": head.origin.user_agent,
        "reviewState": reviewed,
        "createdAt": time(Some(submission.created_at)),
        "updatedAt": time(Some(submission.updated_at).filter(|at| *at != submission.created_at)),
        "deletedAt": time(submission.removed_at),
        "currentVersion": told_version(&head.current, true, actors),
    });
    if let (Some(actors), Value::Object(told)) = (actors, &mut told) {
        let submitter = submitter.and_then(|id| actors.get(&id)).map(told_actor);
        told.insert("submitter".to_owned(), submitter.unwrap_or(Value::Null));
    }
    told
}

fn senders<'h>(heads: impl IntoIterator<Item = &'h SubmissionHead>) -> Vec<i64> {
    let of = |head: &SubmissionHead| {
        let (submission, version) = (&head.submission, &head.current.version);
        [submission.device.or(submission.member), version.device.or(version.member)]
    };
    heads.into_iter().flat_map(of).flatten().collect()
}

async fn told_one(place: &Place, form: &Form, instance: &str, extended: bool) -> Answer<Value> {
    let head = place.desk().submission_head(&place.seat, form, instance).await?;
    let actors =
        if extended { Some(place.desk().actors(&place.seat, senders([&head])).await?) } else { None };
    Ok(told(&head, actors.as_ref()))
}

/// Reads a submission's XML; what Central says where it is none.
pub(super) fn read_xml(xml: &[u8]) -> Answer<Submission> {
    use desk::xforms::SubmissionError;
    Submission::read(xml, &Limits::SUBMISSION).map_err(|error| {
        let missing = |field: &str| {
            Problem::new(Code::MISSING_PARAMETER, format!("Required parameter {field} missing."))
                .with(json!({ "field": field }))
        };
        match error {
            SubmissionError::NoFormId => missing("form ID xml attribute"),
            SubmissionError::Xml(desk::xforms::XmlError::TooLong { .. }) => {
                Problem::too_large(error.to_string())
            }
            // Central reads as far as it can, and then misses what it looks for.
            SubmissionError::Xml(_) => missing("form ID xml attribute"),
            error => Problem::unparseable("xml", error),
        }
    })
}

fn taken(instance: &str) -> Problem {
    let message = format!("A resource already exists with instanceID value(s) of {instance}.");
    Problem::new(Code::UNIQUENESS_VIOLATION, message)
        .with(json!({ "fields": ["instanceID"], "values": [instance] }))
}

/// Takes in a submission that is the whole body. Its files are sent one by one.
/// Takes in a submission of a member, or of a phone or link that fills the form.
async fn send_from_anybody(
    State(web): State<Web>,
    Path((_, form_id)): Path<(String, String)>,
    request: Request,
) -> Answer<Response> {
    let (mut parts, body) = request.into_parts();
    let (query, headers) = (RawQuery(parts.uri.query().map(str::to_owned)), parts.headers.clone());
    if key_of(&parts).is_none() {
        let place = Place::from_request_parts(&mut parts, &web).await?;
        return send(place, query, headers, body).await;
    }
    let asker = Asker::from_request_parts(&mut parts, &web).await?;
    let (form, _) = asker.form(&form_id, Which::Published).await?;
    let sender = asker.sender(&form).await?;
    let xml = input::bytes(body, Limits::SUBMISSION.bytes).await?;
    let read = read_xml(&xml)?;
    same_form(&read, &form)?;
    let origin = origin(&headers, query.0.as_deref());
    let received = asker.desk().receive_from(&sender, &origin, xml.to_vec(), Vec::new()).await;
    let instance = new_only(received, &read)?;
    // Who only sends is told what it sent itself, and nothing of what is kept.
    let now = time(Some(asker.desk().now()));
    let submitter = match &sender {
        Sender::Phone(phone) => Some(phone.device().id),
        _ => None,
    };
    let version = json!({
        "instanceId": instance,
        "submitterId": submitter,
        "deviceId": origin.device_id,
        "userAgent": origin.user_agent,
        "createdAt": now,
        "current": true,
    });
    let mut told = version.clone();
    if let Value::Object(told) = &mut told {
        told.remove("current");
        told.insert("reviewState".to_owned(), Value::Null);
        told.insert("updatedAt".to_owned(), Value::Null);
        told.insert("currentVersion".to_owned(), version);
    }
    Ok(answer(&told))
}

async fn send(place: Place, RawQuery(query): RawQuery, headers: HeaderMap, body: Body) -> Answer<Response> {
    let xml = input::bytes(body, Limits::SUBMISSION.bytes).await?;
    let read = read_xml(&xml)?;
    let form = place.kept().await?;
    let sender = Sender::member(&place.seat.may::<Collect>()?);
    if form.state == "closed" {
        let refusal = desk::Refusal::new(desk::Kind::NotAllowed, "refusal-form-closed");
        return Err(refusal.with("form", &form.form_id).into());
    }
    same_form(&read, &form)?;
    let origin = origin(&headers, query.as_deref());
    let received = place.desk().receive_from(&sender, &origin, xml.to_vec(), Vec::new()).await;
    let instance = new_only(received, &read)?;
    Ok(answer(&told_one(&place, &form, &instance, extended(&headers)).await?))
}

fn same_form(read: &Submission, form: &Form) -> Answer<()> {
    if read.form_id == form.form_id {
        return Ok(());
    }
    Err(unexpected("form ID", &read.form_id, "did not match the form ID in the URL"))
}

/// Here the same submission twice is a mistake of the client.
fn new_only(received: desk::Answer<desk::Received>, read: &Submission) -> Answer<String> {
    match received {
        Err(desk::Error::Refused(refusal)) if refusal.message == "refusal-different-submission" => {
            Err(taken(read.instance_id.as_deref().unwrap_or_default()))
        }
        Err(error) => Err(error.into()),
        Ok(received) if received.again => Err(taken(&received.instance_id)),
        Ok(received) => Ok(received.instance_id),
    }
}

/// The draft of a form, and who may send submissions to it.
async fn draft_of(asker: &Asker, form_id: &str) -> Answer<(Form, Sender)> {
    let form = match asker.seat() {
        Some(seat) => asker.desk().form(seat.mandate().id, form_id).await?,
        None => asker.visible(form_id, true).await?,
    };
    if form.draft_version.is_none() {
        return Err(Problem::not_found());
    }
    if let Some(seat) = asker.seat() {
        seat.may::<Collect>()?;
    }
    let sender = asker.sender(&form).await?;
    Ok((form, sender))
}

/// Tries out a draft with a submission that is the whole body.
async fn send_to_draft(
    asker: Asker,
    Path((_, form_id)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Answer<Response> {
    let xml = input::bytes(body, Limits::SUBMISSION.bytes).await?;
    let read = read_xml(&xml)?;
    let (form, sender) = draft_of(&asker, &form_id).await?;
    same_form(&read, &form)?;
    let origin = origin(&headers, query.as_deref());
    let desk = asker.desk();
    let received = desk.receive_draft(Some(&sender), &form, &origin, xml.to_vec(), Vec::new()).await;
    let instance = new_only(received, &read)?;
    let Some(seat) = asker.seat() else {
        // Whoever has only the draft's address sees nothing of what is kept.
        let now = time(Some(desk.now()));
        return Ok(answer(&json!({
            "instanceId": instance,
            "submitterId": null,
            "deviceId": origin.device_id,
            "userAgent": origin.user_agent,
            "reviewState": null,
            "createdAt": now,
            "updatedAt": null,
            "deletedAt": null,
        })));
    };
    let kept = desk.rehearsal(&form).await?;
    let head = desk.submission_head(seat, &kept, &instance).await?;
    Ok(answer(&told(&head, None)))
}

async fn draft_ready(asker: Asker, Path((_, form_id)): Path<(String, String)>) -> Answer<Response> {
    let location = format!("{}/submission", asker.address(&form_id, true));
    Ok((StatusCode::NO_CONTENT, [(header::LOCATION, location)]).into_response())
}

/// Tries out a draft as a phone does.
async fn post_to_draft(
    asker: Asker,
    Path((_, form_id)): Path<(String, String)>,
    request: Request,
) -> Answer<Response> {
    let (form, sender) = draft_of(&asker, &form_id).await?;
    let origin = origin(request.headers(), request.uri().query());
    let posted = super::multipart::read(asker.desk(), request).await?;
    same_form(&read_xml(&posted.xml)?, &form)?;
    asker.desk().receive_draft(Some(&sender), &form, &origin, posted.xml, posted.files).await?;
    Ok(super::openrosa::message(StatusCode::CREATED, "", "full submission upload was successful!"))
}

pub(super) fn unexpected(field: &str, value: &str, reason: &str) -> Problem {
    Problem::new(Code::UNEXPECTED_VALUE, format!("Unexpected {field} value {value}; {reason}"))
        .with(json!({ "field": field, "value": value, "reason": reason }))
}

/// Where a walk through the list stands.
#[derive(Clone, Copy)]
struct Step {
    before: i64,
    skip: i64,
    left: i64,
    begun: bool,
}

/// All submissions of a form, newest first. The list is written while it is read, so that its length costs no memory.
async fn list(place: Place, RawQuery(query): RawQuery, headers: HeaderMap) -> Answer<Response> {
    place.seat.may::<Read>()?;
    let form = place.kept().await?;
    let number = |name: &str| parameter(&query, name).and_then(|text| text.parse::<i64>().ok());
    let left = number("limit").unwrap_or(i64::MAX).max(0);
    let first = Step { before: i64::MAX, skip: number("offset").unwrap_or(0).max(0), left, begun: false };
    let place = std::sync::Arc::new(place);
    let extended = extended(&headers);
    let pieces = stream::try_unfold(Some(first), move |step| {
        let (place, form) = (place.clone(), form.clone());
        async move {
            let Some(step) = step else { return Ok::<_, desk::Error>(None) };
            let (text, next) = listed(&place, &form, step, extended).await?;
            Ok(Some((text, next)))
        }
    });
    Ok(([(header::CONTENT_TYPE, "application/json; charset=utf-8")], Body::from_stream(pieces))
        .into_response())
}

async fn listed(
    place: &Place,
    form: &Form,
    step: Step,
    extended: bool,
) -> Result<(String, Option<Step>), desk::Error> {
    let may = place.seat.may::<Read>()?;
    let limit = step.left.min(PAGE);
    let heads = place.desk().submission_heads(&may, form, step.before, step.skip, limit).await?;
    let actors = if extended {
        Some(place.desk().actors(&place.seat, senders(heads.iter().map(|(_, head)| head))).await?)
    } else {
        None
    };
    let mut text = String::from(if step.begun { "" } else { "[" });
    let mut begun = step.begun && step.before != i64::MAX;
    for (_, head) in &heads {
        if std::mem::replace(&mut begun, true) {
            text.push(',');
        }
        text.push_str(&told(head, actors.as_ref()).to_string());
    }
    let count = heads.len() as i64;
    let next = heads.last().filter(|_| count == limit && step.left > count).map(|(ordinal, _)| Step {
        before: *ordinal,
        skip: 0,
        left: step.left - count,
        begun: true,
    });
    if next.is_none() {
        text.push(']');
    }
    Ok((text, next))
}

/// Answers with an address where the submission is found under the id that was asked for.
pub(super) async fn moved(
    place: &Place,
    form: &Form,
    uri: &OriginalUri,
    instance: &str,
    problem: Problem,
) -> Problem {
    let found = place.desk().root_of_version(&place.seat, form, instance).await;
    let Ok(Some(root)) = found else { return problem };
    let path = uri.path();
    let Some((before, after)) = path.split_once("/submissions/") else { return problem };
    let rest = after.split_once('/').map(|(_, rest)| format!("/{rest}")).unwrap_or_default();
    let first = after.split('/').next().unwrap_or_default();
    let ending = if rest.is_empty() && first.ends_with(".xml") { ".xml" } else { "" };
    let (root, version) = (encoded(&root), encoded(instance));
    Problem::moved(format!("{before}/submissions/{root}/versions/{version}{ending}{rest}"))
}

/// A segment of an address, but for the colon, which Central leaves.
fn encoded(text: &str) -> String {
    segment(text).to_string()
}

/// A submission; with `.xml` at the end what was sent, as far as the caller's keys open it; with `.geojson` its places.
async fn one(
    place: Place,
    uri: OriginalUri,
    Path(named): Path<Named>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Answer<Response> {
    let may = place.seat.may::<Read>()?;
    let form = place.kept().await?;
    if let Some(instance) = named.instance.strip_suffix(".geojson") {
        return super::geodata::of_submission(&place, &form, instance, None, &query).await;
    }
    if let Some(instance) = named.instance.strip_suffix(".xml") {
        return match place.desk().submission_xml(&may, &form, instance).await {
            Ok(xml) => Ok(xml_answer(xml)),
            Err(error) => Err(moved(&place, &form, &uri, instance, error.into()).await),
        };
    }
    match told_one(&place, &form, &named.instance, extended(&headers)).await {
        Ok(told) => Ok(answer(&told)),
        Err(problem) => Err(moved(&place, &form, &uri, &named.instance, problem).await),
    }
}

pub(super) fn xml_answer(xml: String) -> Response {
    ([(header::CONTENT_TYPE, "application/xml; charset=utf-8")], xml).into_response()
}

async fn versions(place: Place, Path(named): Path<Named>, headers: HeaderMap) -> Answer<Response> {
    let may = place.seat.may::<Read>()?;
    let form = place.kept().await?;
    let heads = place.desk().version_heads(&may, &form, &named.instance).await?;
    let actors = version_actors(&place.seat, &place, &heads, extended(&headers)).await?;
    let told = heads.iter().enumerate().map(|(place, head)| told_version(head, place == 0, actors.as_ref()));
    Ok(answer(&told.collect()))
}

async fn version_actors(
    seat: &Seat,
    place: &Place,
    heads: &[VersionHead],
    extended: bool,
) -> Answer<Option<Actors>> {
    if !extended {
        return Ok(None);
    }
    let ids = heads.iter().filter_map(|head| head.version.device.or(head.version.member));
    Ok(Some(place.desk().actors(seat, ids).await?))
}

/// One version, or with `.xml` at the end what was sent.
async fn version(
    place: Place,
    Path(named): Path<Named>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Answer<Response> {
    let may = place.seat.may::<Read>()?;
    let form = place.kept().await?;
    if let Some(version) = named.version.strip_suffix(".geojson") {
        return super::geodata::of_submission(&place, &form, &named.instance, Some(version), &query).await;
    }
    if let Some(version) = named.version.strip_suffix(".xml") {
        let xml = place.desk().version_xml(&may, &form, &named.instance, version).await?;
        return Ok(xml_answer(xml));
    }
    let heads = place.desk().version_heads(&may, &form, &named.instance).await?;
    let actors = version_actors(&place.seat, &place, &heads, extended(&headers)).await?;
    let mut all = heads.iter().enumerate();
    let (number, head) =
        all.find(|(_, head)| head.version.instance_id == named.version).ok_or_else(Problem::not_found)?;
    Ok(answer(&told_version(head, number == 0, actors.as_ref())))
}

async fn diffs(place: Place, Path(named): Path<Named>) -> Answer<Response> {
    let may = place.seat.may::<Read>()?;
    let form = place.kept().await?;
    let mut told = Map::new();
    for (version, differences) in place.desk().differences(&may, &form, &named.instance).await? {
        let of = |difference: desk::Difference| {
            let mut told = Map::new();
            told.extend(difference.new.map(|value| ("new".to_owned(), value)));
            told.extend(difference.old.map(|value| ("old".to_owned(), value)));
            told.insert("path".to_owned(), Value::Array(difference.path));
            Value::Object(told)
        };
        told.insert(version, differences.into_iter().map(of).collect());
    }
    Ok(answer(&Value::Object(told)))
}

/// A new version of a submission: the body is its XML, which names the version that it was made from.
async fn edit(
    place: Place,
    Path(named): Path<Named>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Answer<Response> {
    let form = place.kept().await?;
    place.seat.may::<Review>()?;
    let may = place.seat.may::<Collect>()?;
    let sender = Sender::member(&may);
    let xml = input::bytes(body, Limits::SUBMISSION.bytes).await?;
    let read = read_xml(&xml)?;
    if read.form_id != form.form_id {
        return Err(unexpected("form ID", &read.form_id, "did not match the form ID in the URL"));
    }
    let before = place.desk().submission_head(&place.seat, &form, &named.instance).await?;
    let Some(deprecated) = &read.deprecated_id else {
        let message = "This PUT endpoint expects a deprecatedID metadata tag pointing at the current version instanceID. I \
                       cannot find that tag in your request.";
        return Err(Problem::new(Code(400, 19), message));
    };
    if *deprecated != before.current.version.instance_id {
        let refusal = desk::Refusal::conflict("refusal-deprecated-old").with("instance", deprecated);
        return Err(refusal.into());
    }
    let origin = origin(&headers, query.as_deref());
    place.desk().receive_from(&sender, &origin, xml.to_vec(), Vec::new()).await?;
    Ok(answer(&told_one(&place, &form, &named.instance, extended(&headers)).await?))
}

#[derive(Deserialize)]
struct Reviewed {
    #[serde(rename = "reviewState")]
    review_state: Option<Value>,
}

async fn review(place: Place, Path(named): Path<Named>, headers: HeaderMap, body: Body) -> Answer<Response> {
    let form = place.kept().await?;
    let may = place.seat.may::<Review>()?;
    let sent: Reviewed = input::from_json(body).await?;
    let state = match &sent.review_state {
        None | Some(Value::Null) => "received",
        Some(Value::String(state))
            if ["hasIssues", "edited", "rejected", "approved"].contains(&state.as_str()) =>
        {
            state
        }
        Some(other) => {
            let other = other.as_str().map_or_else(|| other.to_string(), str::to_owned);
            return Err(unexpected("reviewState", &other, "this is not a valid review state"));
        }
    };
    let note = reason(&headers).unwrap_or_default();
    place.desk().review(&may, &form, &named.instance, Some(state), &note).await?;
    Ok(answer(&told_one(&place, &form, &named.instance, extended(&headers)).await?))
}

async fn remove(place: Place, Path(named): Path<Named>) -> Answer<Response> {
    let form = place.kept().await?;
    let may = place.seat.may::<Review>()?;
    place.desk().remove_submission(&may, &form, &named.instance).await?;
    Ok(success())
}

async fn restore(place: Place, Path(named): Path<Named>) -> Answer<Response> {
    let form = place.kept().await?;
    let may = place.seat.may::<Review>()?;
    place.desk().restore_submission(&may, &form, &named.instance).await?;
    Ok(success())
}

async fn submitters(place: Place) -> Answer<Response> {
    let may = place.seat.may::<Read>()?;
    let form = place.kept().await?;
    let found = place.desk().submitters(&may, &form).await?;
    Ok(answer(&found.iter().map(told_actor).collect()))
}

/// The keys for which phones encrypted submissions. A key's number is that of the form version that named it.
async fn keys(place: Place) -> Answer<Response> {
    let may = place.seat.may::<Read>()?;
    let form = place.kept().await?;
    let found = place.desk().encryption_keys(&may, &form).await?;
    let told = |(id, key): &(i64, String)| json!({ "id": id, "public": key, "managed": false, "hint": null, "createdAt": null });
    Ok(answer(&found.iter().map(told).collect()))
}

async fn comments(place: Place, Path(named): Path<Named>, headers: HeaderMap) -> Answer<Response> {
    let may = place.seat.may::<Read>()?;
    let form = place.kept().await?;
    let found = place.desk().comments(&may, &form, &named.instance).await?;
    let actors = if extended(&headers) {
        place.desk().actors(&place.seat, found.iter().map(|comment| comment.member)).await?
    } else {
        Actors::new()
    };
    let told = |comment: &Comment| {
        let mut told = json!({
            "body": comment.body,
            "actorId": comment.member,
            "createdAt": time(Some(comment.at)),
        });
        if let (Some(actor), Value::Object(told)) = (actors.get(&comment.member), &mut told) {
            told.insert("actor".to_owned(), told_actor(actor));
        }
        told
    };
    Ok(answer(&found.iter().map(told).collect()))
}

#[derive(Deserialize)]
struct Said {
    body: Option<String>,
}

async fn comment(place: Place, Path(named): Path<Named>, body: Body) -> Answer<Response> {
    let form = place.kept().await?;
    let read = place.seat.may::<Read>()?;
    place.desk().submission_head(&place.seat, &form, &named.instance).await?;
    let may = place.seat.may::<Review>()?;
    let sent: Said = input::from_json(body).await?;
    let text = sent.body.filter(|text| !text.trim().is_empty()).ok_or_else(|| {
        Problem::new(Code::MISSING_PARAMETER, "Required parameter body missing.")
            .with(json!({ "field": "body" }))
    })?;
    place.desk().review(&may, &form, &named.instance, None, &text).await?;
    let newest = place.desk().comments(&read, &form, &named.instance).await?.into_iter().next();
    let (at, member) = newest.map_or((None, None), |comment| (Some(comment.at), Some(comment.member)));
    Ok(answer(&json!({ "body": text, "actorId": member, "createdAt": time(at) })))
}

/// Where the submission is filled in again in a browser.
async fn edit_page(place: Place, Path(named): Path<Named>) -> Answer<Response> {
    let form = place.kept().await?;
    place.seat.may::<Review>()?;
    place.desk().submission_head(&place.seat, &form, &named.instance).await?;
    if form.state != "open" {
        let message = "You are trying to edit a submission of a Form that is in Closing or Closed state. In this version of \
                       Central, you can only edit the submissions of Open Forms. We will fix this in a future version for \
                       Central.";
        return Err(Problem::new(Code(409, 12), message));
    }
    let message =
        "The form you tried to access is not ready for web use yet. Please wait some time and try again.";
    Err(Problem::new(Code(409, 11), message))
}

/// An answer that says where something is found.
pub(super) fn redirect(status: StatusCode, address: &str) -> Response {
    let headers = [
        (header::LOCATION, address.to_owned()),
        (header::CONTENT_TYPE, "text/plain; charset=utf-8".to_owned()),
    ];
    let what = if status == StatusCode::MOVED_PERMANENTLY { "Moved Permanently" } else { "Found" };
    (status, headers, format!("{what}. Redirecting to {address}")).into_response()
}
