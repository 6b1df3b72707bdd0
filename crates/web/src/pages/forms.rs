//! The room of forms: the list, and taking in a form that was written elsewhere.

use axum::Router;
use axum::extract::{DefaultBodyLimit, Multipart};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use desk::protocol::Right;
use desk::{ListedForm, Upload};

use crate::address::part;
use crate::answer::{Answer, Refusal};
use crate::frame::Action;
use crate::locale::Locale;
use crate::moment::moment_cell;
use crate::pages::submissions::{list_address, newest};
use crate::patterns::{
    Cell, Column, Field, Form as Questions, Markup, Place, Problem, Section, Table, Tag, Tone,
};
use crate::room::{Room, Seated, Web};
use crate::sheet::{Sheet, see};

/// Bytes of the largest form or form file taken.
pub const LARGEST_UPLOAD: usize = 32 << 20;

/// The routes of this group.
pub fn router() -> Router<Web> {
    Router::new()
        .route("/m/{mandate}/forms", get(all))
        .route("/m/{mandate}/new-form", get(ask).post(upload))
        .layer(DefaultBodyLimit::max(LARGEST_UPLOAD + (64 << 10)))
}

/// A form's own page.
pub fn form_address(mandate: i64, form_id: &str) -> String {
    format!("/m/{mandate}/forms/{}", part(form_id))
}

/// A form's state, as a tag.
pub fn state_tag(locale: Locale, form: &desk::store::form::Form) -> Tag {
    let (tone, id) = match (form.state.as_str(), form.current_version) {
        (_, None) => (Tone::Plain, "form-only-draft"),
        ("closing", _) => (Tone::Warning, "form-closing"),
        ("closed", _) => (Tone::Warning, "form-closed"),
        _ => (Tone::Done, "form-open"),
    };
    Tag::new(tone, locale.text(id))
}

#[derive(askama::Template)]
#[template(source = "{{ state }}{% if let Some(draft) = draft %} {{ draft }}{% endif %}", ext = "html")]
struct States {
    state: Tag,
    draft: Option<Tag>,
}

async fn all(seated: Seated) -> Answer<Sheet> {
    let l = seated.visitor.reader.locale;
    let desk = seated.desk();
    let read = seated.seat.may::<desk::Read>();
    let may_upload = seated.seat.has(Right::Forms);
    let upload = format!("/m/{}/new-form", seated.mandate());
    let empty = if may_upload { "forms-empty-upload" } else { "forms-empty" };
    let mut table = Table::new(l, &seated.visitor.reader.here, l.text("forms-all"), l.text(empty))
        .column(Column::new(l.text("form-title")))
        .column(Column::new(l.text("form-state")))
        .column(Column::new(l.text("form-version")))
        .column(Column::new(l.text("form-id")));
    if read.is_ok() {
        table = table
            .column(Column::new(l.text("room-submissions")).numeric())
            .column(Column::new(l.text("submissions-last")));
    }
    if may_upload {
        table = table.empty_link(l.text("form-upload"), &upload);
    }
    for ListedForm { form, model } in desk.forms_seen_from(&seated.seat).await? {
        let address = form_address(seated.mandate(), &form.form_id);
        let waiting = may_upload && form.draft_version.is_some() && form.current_version.is_some();
        let mut row = vec![
            Cell::link(&model.form.title, address),
            Cell::new(Markup::of(&States {
                state: state_tag(l, &form),
                draft: waiting.then(|| Tag::new(Tone::Warning, l.text("form-draft-tag"))),
            })),
            Cell::new(match model.version.version.as_str() {
                "" => "–",
                version => version,
            }),
            Cell::new(form.form_id.as_str()),
        ];
        if let Ok(may) = &read {
            let newest = desk.submissions(may, &form, newest()).await?.0;
            row.push(match form.submissions {
                0 => Cell::new(l.number(0)),
                count => Cell::link(l.number(count), list_address(seated.mandate(), &form.form_id)),
            });
            row.push(
                newest
                    .first()
                    .map_or(Cell::new("–"), |row| moment_cell(l, row.listed.submission.created_at)),
            );
        }
        table = table.row(row);
    }
    let mut frame = seated.frame(Room::Forms, l.text("room-forms"));
    if may_upload {
        frame = frame.action(Action::open(l.text("form-upload"), upload));
    }
    Ok(Sheet::new(frame).part(table))
}

async fn ask(seated: Seated) -> Answer<Sheet> {
    seated.seat.may::<desk::Forms>()?;
    Ok(page(&seated, Vec::new(), None))
}

/// The upload page, with what is wrong in the form that was chosen.
fn page(seated: &Seated, problems: Vec<Problem>, error: Option<String>) -> Sheet {
    let l = seated.visitor.reader.locale;
    let mut form = Questions::new(l, format!("/m/{}/new-form", seated.mandate()), l.text("form-upload-verb"))
        .field(Field::file("form", l.text("form-file"), ".xlsx,.md,.xml").hint(l.text("form-file-hint")))
        .back(l.text("form-upload-back"), Room::Forms.address(seated.mandate()));
    if let Some(error) = error {
        form.set_error("form", error);
    }
    let mut sheet = Sheet::new(seated.frame(Room::Forms, l.text("form-upload")));
    if !problems.is_empty() {
        let heading = l.count("form-problems", problems.len());
        let list = Section::new(heading);
        sheet = sheet.part(problems.into_iter().fold(list, Section::part));
    }
    let sheet = sheet.form(&form);
    sheet.part(
        Section::new(l.text("form-upload-about"))
            .say(l.text("form-upload-classes"))
            .say(l.text("form-upload-draft")),
    )
}

/// What is wrong in a form, place by place.
pub fn problems(locale: Locale, refusal: &desk::Refusal) -> Vec<Problem> {
    let problems = refusal.problems.iter().map(|problem| {
        let said = Problem::new(locale, &problem.message);
        match &problem.cell {
            Some(cell) => said.at(Place {
                sheet: cell.sheet.clone(),
                row: cell.row,
                column: cell.column.clone(),
                field: None,
            }),
            None => said,
        }
    });
    problems.collect()
}

async fn upload(seated: Seated, body: Multipart) -> Answer<Response> {
    let l = seated.visitor.reader.locale;
    let may = seated.seat.may::<desk::Forms>()?;
    let files = files(body).await?;
    let Some(file) = files.first() else {
        return Ok(page(&seated, Vec::new(), Some(l.text("form-file-missing"))).into_response());
    };
    let upload = Upload { bytes: &file.bytes, file_name: &file.file_name, fallback_id: None };
    match seated.desk().upload_form(&may, upload, None).await {
        Ok(uploaded) => {
            let draft = format!("{}/draft", form_address(seated.mandate(), &uploaded.form.form_id));
            Ok(see(draft, "done-uploaded"))
        }
        Err(desk::Error::Refused(refusal)) if refusal.kind == desk::Kind::Invalid => {
            let said = Refusal::from(refusal.clone());
            let error = l.text_with_one("form-file-refused", "file", &file.file_name);
            let error = format!("{error} {}", said.next(l).unwrap_or_default());
            Ok(page(&seated, problems(l, &refusal), Some(error)).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

/// A file that came with a form.
pub struct UploadedFile {
    /// The name of its field.
    pub field: String,
    /// Its own name.
    pub file_name: String,
    /// Its media type, as the browser says.
    pub media_type: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// The files of a form that were chosen; empty fields send an empty file.
pub async fn files(mut body: Multipart) -> Answer<Vec<UploadedFile>> {
    let refuse = |error: axum::extract::multipart::MultipartError| match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => {
            Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "refusal-upload-too-large")
                .with("megabytes", LARGEST_UPLOAD >> 20)
        }
        _ => Refusal::new(StatusCode::BAD_REQUEST, "refusal-upload-broken"),
    };
    let mut files = Vec::new();
    while let Some(part) = body.next_field().await.map_err(refuse)? {
        let field = part.name().unwrap_or_default().to_owned();
        let file_name = part.file_name().unwrap_or_default().to_owned();
        let media_type = part.content_type().unwrap_or("application/octet-stream").to_owned();
        let bytes = part.bytes().await.map_err(refuse)?.to_vec();
        if !file_name.is_empty() && !bytes.is_empty() {
            files.push(UploadedFile { field, file_name, media_type, bytes });
        }
    }
    Ok(files)
}
