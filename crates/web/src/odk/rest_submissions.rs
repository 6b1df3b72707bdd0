//! Submissions: sending one as plain XML, listing, fetching, and the table of them.

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, RawQuery};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use desk::store::form::Form;
use desk::store::submission::{List, Listed};
use desk::xforms::{Limits, Submission};
use desk::{Collect, MayExport, Read, Seat, Sender};
use futures_util::stream;
use serde_json::{Value, json};

use super::caller::Caller;
use super::input::{self, answer, time};
use super::manifest::attachment;
use super::trouble::{Answer, Code, Problem};
use crate::room::Web;

/// Submissions read at a time.
const PAGE: i64 = 250;

pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route("/projects/{project}/forms/{form}/submissions", get(list).post(send))
        .route("/projects/{project}/forms/{form}/submissions.csv", get(table))
        .route("/projects/{project}/forms/{form}/submissions/{instance}", get(one))
}

/// A submission as Central tells it.
fn told(listed: &Listed) -> Value {
    let Listed { submission, version, .. } = listed;
    let reviewed = Some(submission.review_state.as_str()).filter(|state| *state != "received");
    json!({
        "instanceId": submission.instance_id,
        "submitterId": submission.device.or(submission.member),
        "deviceId": null,
        "userAgent": null,
        "reviewState": reviewed,
        "createdAt": time(Some(submission.created_at)),
        "updatedAt": time(Some(submission.updated_at).filter(|at| *at != submission.created_at)),
        "deletedAt": null,
        "currentVersion": {
            "instanceId": version.instance_id,
            "instanceName": null,
            "submitterId": version.device.or(version.member),
            "deviceId": null,
            "userAgent": null,
            "createdAt": time(Some(version.received_at)),
            "current": true,
        },
    })
}

async fn form(caller: &Caller, seat: &Seat, form_id: &str) -> Answer<Form> {
    Ok(caller.desk().form(seat.mandate().id, form_id).await?)
}

/// Takes in a submission that is the whole body. Its files are sent through the phone's door.
async fn send(
    caller: Caller,
    Path((project, form_id)): Path<(String, String)>,
    body: Body,
) -> Answer<Response> {
    let seat = caller.seat(&project).await?;
    let sender = Sender::member(&seat.may::<Collect>()?);
    let form = form(&caller, &seat, &form_id).await?;
    let xml = input::bytes(body, Limits::SUBMISSION.bytes).await?;
    let read =
        Submission::read(&xml, &Limits::SUBMISSION).map_err(|error| Problem::unparseable("xml", error))?;
    if read.form_id != form_id {
        let message =
            format!("Unexpected form id value {}; did not match the form ID in the URL", read.form_id);
        return Err(Problem::new(Code::UNEXPECTED_VALUE, message));
    }
    let received = caller.desk().receive(&sender, xml.to_vec(), Vec::new()).await?;
    if received.again {
        let message =
            format!("A resource already exists with instanceId value(s) of {}.", received.instance_id);
        return Err(Problem::new(Code::UNIQUENESS_VIOLATION, message));
    }
    let listed = caller.desk().listed_submission(&seat, &form, &received.instance_id).await?;
    Ok(answer(&told(&listed)))
}

/// All submissions of a form, newest first. The list is written while it is read, so that its length costs no memory.
async fn list(
    caller: Caller,
    Path((project, form_id)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Answer<Response> {
    let seat = caller.seat(&project).await?;
    seat.may::<Read>()?;
    let form = form(&caller, &seat, &form_id).await?;
    let number =
        |name: &str| super::openrosa::parameter(&query, name).and_then(|text| text.parse::<i64>().ok());
    let limit = number("limit").unwrap_or(i64::MAX);
    let skip = number("offset").unwrap_or(0).max(0);
    let first = List { limit: PAGE, ..List::default() };
    let state = Some((first, skip, limit.max(0), false));
    let web = caller.web.clone();
    let seat = std::sync::Arc::new(seat);
    let pieces = stream::try_unfold(state, move |state| {
        let (web, seat, form) = (web.clone(), seat.clone(), form.clone());
        async move {
            let Some((list, skip, left, begun)) = state else { return Ok::<_, desk::Error>(None) };
            let may = seat.may::<Read>()?;
            let page = web.desk.listed_submissions(&may, &form, list.clone()).await?;
            let mut text = String::new();
            let taken = page.iter().skip(usize::try_from(skip).unwrap_or(usize::MAX));
            let mut count = 0;
            for listed in taken.take(usize::try_from(left).unwrap_or(usize::MAX)) {
                text.push(if begun || count > 0 { ',' } else { '[' });
                text.push_str(&told(listed).to_string());
                count += 1;
            }
            let begun = begun || count > 0;
            let last = page.last().map(|last| last.key.clone());
            let left = left - count;
            let ended = (page.len() as i64) < PAGE || left <= 0;
            match (ended, last) {
                (false, Some(last)) => {
                    let next = List { after: Some(last), ..list };
                    let skip = (skip - PAGE).max(0);
                    Ok(Some((text, Some((next, skip, left, begun)))))
                }
                _ => {
                    text.push_str(if begun { "]" } else { "[]" });
                    Ok(Some((text, None)))
                }
            }
        }
    });
    Ok(([(header::CONTENT_TYPE, "application/json; charset=utf-8")], Body::from_stream(pieces))
        .into_response())
}

/// A submission, or with `.xml` at the end what was sent, as far as the caller's keys open it.
async fn one(
    caller: Caller,
    Path((project, form_id, instance)): Path<(String, String, String)>,
) -> Answer<Response> {
    let seat = caller.seat(&project).await?;
    let may = seat.may::<Read>()?;
    let form = form(&caller, &seat, &form_id).await?;
    if let Some(instance) = instance.strip_suffix(".xml") {
        let xml = caller.desk().submission_xml(&may, &form, instance).await?;
        return Ok(([(header::CONTENT_TYPE, "application/xml; charset=utf-8")], xml).into_response());
    }
    Ok(answer(&told(&caller.desk().listed_submission(&seat, &form, &instance).await?)))
}

async fn table(caller: Caller, Path((project, form_id)): Path<(String, String)>) -> Answer<Response> {
    let seat = caller.seat(&project).await?;
    let may = seat.may::<MayExport>()?;
    let form = form(&caller, &seat, &form_id).await?;
    let list = List { ascending: false, ..List::default() };
    let mut export = caller.desk().export_csv(&may, &form, list).await?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, attachment(&export.file_name)),
    ];
    let chunks = stream::poll_fn(move |context| export.chunks.poll_recv(context));
    Ok((headers, Body::from_stream(chunks)).into_response())
}
