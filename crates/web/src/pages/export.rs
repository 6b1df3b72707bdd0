//! Taking a form's submissions out in the formats of statistics programs: what the file will hold, what to choose, and
//! how far exports are that are under way.

use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use desk::formats::{Format, Words};
use desk::store::form::Form;
use desk::xforms::Kind;
use desk::{ExportUnderWay, FormModel, SystemHeads, TableExport, TableRequest};

use crate::address::part;
use crate::answer::Answer;
use crate::locale::Locale;
use crate::pages::answers::Wording;
use crate::pages::submission_list::{REVIEW_STATES, Wanted};
use crate::pages::submissions::list_address;
use crate::patterns::{Choice, Facts, Field, Form as Questions, Notice, Progress, Tone};
use crate::room::{Room, Seated, Web};
use crate::sheet::Sheet;

/// The routes of this group.
pub fn router() -> Router<Web> {
    Router::new()
        .route("/m/{mandate}/exports/{form}/choose", get(choose))
        .route("/m/{mandate}/exports/{form}/file", get(file))
}

/// Where a form's export is chosen.
pub fn address(mandate: i64, form_id: &str) -> String {
    format!("/m/{mandate}/exports/{}/choose", part(form_id))
}

/// What the list's address says of its look, and what this page adds: no filters.
const NOT_FILTERS: [&str; 9] =
    ["show", "col", "sort", "after", "before", "format", "rows", "language", "place"];

async fn choose(seated: Seated, Path((mandate, form_id)): Path<(i64, String)>) -> Answer<Sheet> {
    let reader = &seated.visitor.reader;
    let (l, here) = (reader.locale, &reader.here);
    let may = seated.seat.may::<desk::MayExport>()?;
    let read = seated.seat.may::<desk::Read>()?;
    let desk = seated.desk();
    let form = desk.form(seated.mandate(), &form_id).await?;
    let model = desk.published(&form).await?;
    let wanted = Wanted::read(here, &model);
    let one = desk::store::submission::List { limit: 1, ..wanted.list };
    let (_, count) = desk.submissions(&read, &form, one).await?;
    let under_way = desk.exports_under_way(may.session(), mandate);

    let mut frame = seated.frame(Room::Submissions, l.text_with_one("export-of", "form", &model.form.title));
    frame = frame.under(model.form.title.clone(), list_address(mandate, &form_id));
    frame.refresh_seconds = (!under_way.is_empty()).then_some(5);
    let unlocked = desk.minutes_unlocked(&seated.visitor.session).is_some();
    let holds = if unlocked { "export-holds-unlocked" } else { "export-holds-open" };
    let facts = Facts::new()
        .fact(l.text("submissions-count"), l.number(count))
        .fact(l.text("export-holds"), l.text(holds))
        .fact(l.text("export-leaves-out"), l.text("export-identity"));
    let mut sheet = Sheet::new(frame).part(facts);
    if !unlocked {
        let notice = Notice::new(Tone::Plain, l.text("export-locked"));
        sheet = sheet.part(notice.link(l.text("sealed-unlock"), seated.visitor.frame("").unlock_address()));
    }
    for export in &under_way {
        sheet = sheet.part(progress(l, desk.now(), export));
    }
    let questions = questions(&seated, &form, &model);
    Ok(sheet.part(questions.back(l.text("columns-back"), list_address(mandate, &form_id))))
}

fn progress(l: Locale, now: i64, export: &ExportUnderWay) -> Progress {
    let (done, total) = export.rows();
    let file = format!("{}.{}", export.form_id, export.format.extension());
    let progress = Progress::new(l, l.text_with_one("export-under-way", "file", file), done, total);
    let seconds = u64::try_from((now - export.begun_at) / 1_000).unwrap_or(0);
    match seconds.saturating_mul(total.saturating_sub(done)).checked_div(done) {
        Some(left) => progress.seconds_left(left),
        None => progress,
    }
}

fn questions(seated: &Seated, form: &Form, model: &FormModel) -> Questions {
    let here = &seated.visitor.reader.here;
    let l = seated.visitor.reader.locale;
    let path = format!("/m/{}/exports/{}/file", seated.mandate(), part(&form.form_id));
    let mut questions = Questions::find(l, path, l.text("export-take"));
    let formats = Format::ALL.map(|format| {
        let (name, hint) = match format {
            Format::Workbook => ("export-workbook", "export-workbook-hint"),
            Format::Parquet => ("export-parquet", "export-parquet-hint"),
            Format::Stata => ("export-stata", "export-stata-hint"),
            Format::Spss => ("export-spss", "export-spss-hint"),
        };
        Choice::new(format.extension(), l.text(name)).hint(l.text(hint))
    });
    let format = here.get("format").unwrap_or(Format::Workbook.extension());
    questions =
        questions.field(Field::radios("format", l.text("export-format"), formats.to_vec()).value(format));
    let repeats: Vec<_> = model.form.fields.iter().filter(|field| field.kind == Kind::Repeat).collect();
    if !repeats.is_empty() {
        let wording = Wording::new(l, &model.form);
        let of_repeat = |field: &&desk::xforms::Field| {
            Choice::new(&field.path, l.text_with_one("export-rows-repeat", "repeat", wording.heading(field)))
        };
        let rows = [Choice::new("", l.text("export-rows-submissions"))];
        let rows = rows.into_iter().chain(repeats.iter().map(of_repeat)).collect();
        questions = questions.field(Field::select("rows", l.text("export-rows"), rows));
    }
    if model.form.languages.len() > 1 {
        let languages = model.form.languages.iter().map(|name| Choice::new(name, name)).collect();
        let chosen = language(l, model);
        questions =
            questions.field(Field::select("language", l.text("export-language"), languages).value(chosen));
    }
    for (name, value) in here.query().iter().filter(|(name, _)| !NOT_FILTERS.contains(&name.as_str())) {
        questions = questions.field(Field::hidden(name, value));
    }
    questions
}

/// The form's language that is the reader's, else its first.
fn language(l: Locale, model: &FormModel) -> String {
    let languages = &model.form.languages;
    let mine = |name: &&String| *name == l.code() || name.ends_with(&format!("({})", l.code()));
    languages.iter().find(mine).or(languages.first()).cloned().unwrap_or_default()
}

async fn file(seated: Seated, Path((_, form_id)): Path<(i64, String)>) -> Answer<Response> {
    let reader = &seated.visitor.reader;
    let (l, here) = (reader.locale, &reader.here);
    let may = seated.seat.may::<desk::MayExport>()?;
    let desk = seated.desk();
    let form = desk.form(seated.mandate(), &form_id).await?;
    let model = desk.published(&form).await?;
    let request = TableRequest {
        format: here.get("format").and_then(Format::of).unwrap_or(Format::Workbook),
        repeat: here.get("rows").filter(|path| !path.is_empty()).map(str::to_owned),
        language: here.get("language").map_or_else(|| language(l, &model), str::to_owned),
        list: Wanted::read(here, &model).list,
        heads: SystemHeads {
            received: l.text("submissions-received"),
            key: l.text("submission-instance"),
            parent: l.text("export-parent"),
            review: (
                l.text("submissions-state"),
                REVIEW_STATES.map(|(code, id)| (code, l.text(id))).to_vec(),
            ),
            edits: l.text("export-edits"),
            device: l.text("filter-device"),
            member: l.text("submissions-sender"),
        },
        words: Words {
            rows: l.text("room-submissions"),
            codebook: l.text("export-codebook"),
            heads: ["export-field", "export-label", "export-code", "export-choice", "export-cut"]
                .map(|id| l.text(id)),
        },
    };
    let format = request.format;
    let names = desk.names(&seated.seat).await?;
    let TableExport { file_name, first, chunks } = desk.export_table(&may, &form, names, request).await?;
    let mut first = Some(first);
    let mut chunks = chunks;
    let pieces = futures_util::stream::poll_fn(move |context| match first.take() {
        Some(first) => std::task::Poll::Ready(Some(Ok(first))),
        None => chunks.poll_recv(context),
    });
    let mut response = Body::from_stream(pieces).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(format.media_type()));
    let disposition = format!("attachment; filename*=UTF-8''{}", part(&file_name));
    if let Ok(disposition) = HeaderValue::from_str(&disposition) {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    Ok(response)
}
