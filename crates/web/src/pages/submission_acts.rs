//! What is done with one submission: look, open identity, review, erase, open a file.

use std::io::{Cursor, Write};

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use desk::Opening;
use desk::store::form::Form;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::address::part;
use crate::answer::{Answer, Fault, Refusal};
use crate::pages::submission::{Asked, page};
use crate::pages::submissions::{list_address, submission_address};
use crate::patterns::{Confirmation, ErrorSummary, Field};
use crate::room::{Room, Seated, Web};
use crate::sent::Sent;
use crate::sheet::{Sheet, see};

/// The routes of this group.
pub fn router() -> Router<Web> {
    let one = "/m/{mandate}/submissions/{form}/{instance}";
    Router::new()
        .route(one, get(look))
        .route(&format!("{one}/identity"), get(back).post(open_identity))
        .route(&format!("{one}/key"), get(back).post(open_with_key))
        .route(&format!("{one}/review"), get(back).post(review))
        .route(&format!("{one}/erase"), get(ask_to_erase).post(erase))
        .route("/m/{mandate}/submissions/{form}/{instance}/files/{file}", get(file).post(identity_file))
}

type Place = Path<(i64, String, String)>;

async fn look(seated: Seated, Path((_, form, instance)): Place) -> Answer<Sheet> {
    let form = form_of(&seated, &form).await?;
    page(&seated, &form, &instance, Asked::default()).await
}

async fn form_of(seated: &Seated, form_id: &str) -> Answer<Form> {
    Ok(seated.desk().form(seated.mandate(), form_id).await?)
}

/// Acts have no page of their own: who comes back to one (after unlocking, say) is led to the submission.
async fn back(seated: Seated, Path((_, form, instance)): Place) -> Redirect {
    Redirect::to(&submission_address(seated.mandate(), &form, &instance))
}

async fn open_identity(seated: Seated, Path((_, form, instance)): Place, sent: Sent) -> Answer<Sheet> {
    let form = form_of(&seated, &form).await?;
    let asked = Asked { reason: Some(sent.get("reason")), ..Asked::default() };
    page(&seated, &form, &instance, asked).await
}

async fn open_with_key(seated: Seated, Path((_, form, instance)): Place, sent: Sent) -> Answer<Response> {
    let form = form_of(&seated, &form).await?;
    let may = seated.seat.may::<desk::Read>()?;
    let reason = Some(sent.get("reason")).filter(|reason| !reason.is_empty());
    let right = reason.map(|_| seated.seat.may::<desk::OpenIdentity>()).transpose()?;
    let identity = right.as_ref().zip(reason);
    let by_key = match seated.desk().open_with_key(&may, &form, &instance, sent.get("key"), identity).await {
        Ok(opened) if sent.ticked("files") => return zipped(&instance, opened),
        Ok(opened) => Ok(opened),
        Err(desk::Error::Refused(refusal)) if refusal.kind == desk::Kind::Invalid => {
            Err(Refusal::from(refusal))
        }
        Err(error) => return Err(error.into()),
    };
    let asked = Asked { reason, by_key: Some(by_key), review: None };
    Ok(page(&seated, &form, &instance, asked).await?.into_response())
}

/// Everything that a key opened in one file to be saved: the answers as JSON, and the other files as they are.
fn zipped(instance: &str, opened: desk::OpenedByKey) -> Answer<Response> {
    let answers = serde_json::to_vec_pretty(&opened.values).map_err(|error| Fault::new(&error))?;
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let as_is = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    // A name comes from a phone: what looks like a folder in it is none.
    let files = opened.files.iter().map(|(name, bytes)| {
        (format!("files/{}", name.rsplit(['/', '\\']).next().unwrap_or(name)), bytes.as_slice())
    });
    for (name, bytes) in [("answers.json".to_owned(), answers.as_slice())].into_iter().chain(files) {
        zip.start_file(name, as_is).map_err(|error| Fault::new(&error))?;
        zip.write_all(bytes).map_err(|error| Fault::new(&error))?;
    }
    let bytes = zip.finish().map_err(|error| Fault::new(&error))?.into_inner();
    Ok(handed_over(&format!("{}.zip", instance.trim_start_matches("uuid:")), bytes))
}

async fn review(seated: Seated, Path((_, form, instance)): Place, sent: Sent) -> Answer<Response> {
    let may = seated.seat.may::<desk::Review>()?;
    let form = form_of(&seated, &form).await?;
    let state = Some(sent.get("state")).filter(|state| !state.is_empty());
    match seated.desk().review(&may, &form, &instance, state, sent.get("text")).await {
        Ok(()) => Ok(see(submission_address(seated.mandate(), &form.form_id, &instance), "done-reviewed")),
        Err(desk::Error::Refused(refusal)) if refusal.kind == desk::Kind::Invalid => {
            let asked = Asked { review: Some((&sent, Refusal::from(refusal))), ..Asked::default() };
            Ok(page(&seated, &form, &instance, asked).await?.into_response())
        }
        Err(error) => Err(error.into()),
    }
}

async fn ask_to_erase(seated: Seated, Path((_, form, instance)): Place) -> Answer<Sheet> {
    confirm(&seated, &form, &instance, None).await
}

async fn erase(seated: Seated, Path((_, form_id, instance)): Place, sent: Sent) -> Answer<Response> {
    let may = seated.seat.may::<desk::Manage>()?;
    let form = form_of(&seated, &form_id).await?;
    match seated.desk().erase_submission(&may, &form, &instance, sent.get("reason")).await {
        Ok(()) => Ok(see(list_address(seated.mandate(), &form_id), "done-erased")),
        Err(desk::Error::Refused(refusal)) if refusal.kind == desk::Kind::Invalid => {
            Ok(confirm(&seated, &form_id, &instance, Some(refusal.into())).await?.into_response())
        }
        Err(error) => Err(error.into()),
    }
}

async fn confirm(seated: &Seated, form_id: &str, instance: &str, refusal: Option<Refusal>) -> Answer<Sheet> {
    let l = seated.visitor.reader.locale;
    let read = seated.seat.may::<desk::Read>()?;
    seated.seat.may::<desk::Manage>()?;
    let form = form_of(seated, form_id).await?;
    let detail = seated.desk().submission(&read, &form, instance, Opening::Sensitive).await?;
    let versions = detail.versions.len();
    let files: usize = detail.versions.last().map_or(0, |version| version.files.len());
    let title = detail.versions.last().map_or(form_id, |version| version.model.form.title.as_str());
    let address = submission_address(seated.mandate(), form_id, instance);
    let mut reason =
        Field::line("reason", l.text("erase-reason")).hint(l.text("erase-reason-hint")).longest(300);
    if let Some(refusal) = &refusal {
        reason = reason.error(refusal.what(l));
    }
    let errors = ErrorSummary::of(l, std::slice::from_ref(&reason));
    let received = crate::moment::moment(l, detail.submission.created_at);
    let values = [("form", title.into()), ("received", received.into())];
    let confirmation = Confirmation::new(
        l,
        l.text_with("erase-question", &values),
        l.text("erase-verb"),
        format!("{address}/erase"),
        &address,
    )
    .consequence(l.count("erase-versions", versions))
    .consequence(l.count("erase-files", files))
    .consequence(l.text("erase-entries"))
    .consequence(l.text("erase-ledger"))
    .consequence(l.text("erase-backups"))
    .field(reason);
    let frame = seated
        .frame(Room::Submissions, l.text("erase-heading"))
        .under(title, list_address(seated.mandate(), form_id))
        .under(received_crumb(seated, &detail), &address);
    let sheet = Sheet::new(frame);
    let sheet = match refusal {
        Some(refusal) => sheet.status(refusal.status).part(errors),
        None => sheet,
    };
    Ok(sheet.part(confirmation))
}

fn received_crumb(seated: &Seated, detail: &desk::SubmissionDetail) -> String {
    crate::moment::moment(seated.visitor.reader.locale, detail.submission.created_at)
}

async fn file(
    seated: Seated,
    Path((_, form, instance, file)): Path<(i64, String, String, i64)>,
) -> Answer<Response> {
    let may = seated.seat.may::<desk::Read>()?;
    let form = form_of(&seated, &form).await?;
    let found = seated.desk().attachment(&may, &form, &instance, file, Opening::Sensitive).await;
    // A reason cannot be asked for here; the submission's page asks.
    if let Err(desk::Error::Refused(refusal)) = &found
        && refusal.message == "refusal-reason-needed"
    {
        let address = submission_address(seated.mandate(), &form.form_id, &instance);
        return Ok(Redirect::to(&address).into_response());
    }
    let (name, bytes) = found?;
    Ok(handed_over(&name, bytes))
}

async fn identity_file(
    seated: Seated,
    Path((_, form, instance, file)): Path<(i64, String, String, i64)>,
    sent: Sent,
) -> Answer<Response> {
    let may = seated.seat.may::<desk::Read>()?;
    let right = seated.seat.may::<desk::OpenIdentity>()?;
    let form = form_of(&seated, &form).await?;
    let opening = Opening::Identity(&right, sent.get("reason"));
    let (name, bytes) = seated.desk().attachment(&may, &form, &instance, file, opening).await?;
    Ok(handed_over(&name, bytes))
}

/// A file from outside may be anything. A picture is shown as what its first bytes say that it is; everything else is
/// handed over to be saved. Neither can run anything here.
fn handed_over(name: &str, bytes: Vec<u8>) -> Response {
    let picture = picture_type(&bytes);
    let how = if picture.is_some() { "inline" } else { "attachment" };
    let disposition = format!("{how}; filename*=UTF-8''{}", part(name));
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    let media_type = picture.unwrap_or("application/octet-stream");
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    if let Ok(disposition) = HeaderValue::from_str(&disposition) {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(FILE_POLICY));
    headers.insert(HeaderName::from_static("x-frame-options"), HeaderValue::from_static("DENY"));
    response
}

const FILE_POLICY: &str = "default-src 'none'; frame-ancestors 'none'; sandbox";

/// The kind of picture that a file begins as; pictures that can hold scripts are none.
fn picture_type(bytes: &[u8]) -> Option<&'static str> {
    let begins = |magic: &[u8]| bytes.starts_with(magic);
    match () {
        () if begins(b"\x89PNG\r\n\x1a\n") => Some("image/png"),
        () if begins(b"\xff\xd8\xff") => Some("image/jpeg"),
        () if begins(b"GIF8") => Some("image/gif"),
        () if begins(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") => Some("image/webp"),
        () => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_begins_as_a_picture_is_shown() {
        let shown = |name, bytes: &[u8]| {
            let response = handed_over(name, bytes.to_vec());
            let header = |name| response.headers().get(name).unwrap().to_str().unwrap().to_owned();
            (header(header::CONTENT_TYPE), header(header::CONTENT_DISPOSITION))
        };
        assert_eq!(
            shown("사진.jpg", b"\xff\xd8\xff\xe0"),
            ("image/jpeg".into(), "inline; filename*=UTF-8''%EC%82%AC%EC%A7%84.jpg".into())
        );
        let (media_type, how) =
            shown("photo.jpg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>");
        assert_eq!(media_type, "application/octet-stream");
        assert!(how.starts_with("attachment"));
    }
}
