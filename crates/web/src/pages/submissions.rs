//! The room of submissions: the forms with what came in, and the list of one form's submissions.

use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use desk::protocol::Right;
use desk::store::form::Form;
use desk::xforms::{Class, Kind};
use desk::{FormModel, Names, SubmissionRow};

use crate::address::{Address, part};
use crate::answer::Answer;
use crate::frame::{Action, Frame};
use crate::locale::Locale;
use crate::moment::moment_cell;
use crate::pages::answers::{Wording, class_word, shortened, texts_at};
use crate::pages::submission_list::{
    Condition, ConditionFault, REVIEW_STATES, ROWS, TESTS, Wanted, filterable, showable, write_key,
};
use crate::pages::submission_map;
use crate::patterns::{
    Cell, Choice, Column, Field, Form as Questions, Notice, SealedValue, Table, Tag, Tone,
};
use crate::room::{Room, Seated, Web};
use crate::sheet::Sheet;

/// The routes of this group.
pub fn router() -> Router<Web> {
    Router::new()
        .route("/m/{mandate}/submissions", get(all))
        .route("/m/{mandate}/submissions/{form}", get(of_form))
        .route("/m/{mandate}/exports/{form}", get(export))
}

/// The list of a form's submissions.
pub fn list_address(mandate: i64, form_id: &str) -> String {
    format!("/m/{mandate}/submissions/{}", part(form_id))
}

/// One submission.
pub fn submission_address(mandate: i64, form_id: &str, instance_id: &str) -> String {
    format!("{}/{}", list_address(mandate, form_id), part(instance_id))
}

/// A review state as a tag.
pub fn review_tag(locale: Locale, state: &str) -> Tag {
    let tone = match state {
        "approved" => Tone::Done,
        "hasIssues" | "rejected" => Tone::Warning,
        _ => Tone::Plain,
    };
    Tag::new(tone, review_word(locale, state))
}

/// A review state in words.
pub fn review_word(locale: Locale, state: &str) -> String {
    let known = REVIEW_STATES.iter().find(|(known, _)| *known == state);
    known.map_or_else(|| state.to_owned(), |(_, id)| locale.text(id))
}

/// Who sent a submission: a phone or a member.
pub fn sender(locale: Locale, names: &Names, device: Option<i64>, member: Option<i64>) -> String {
    match (device, member) {
        (Some(device), _) => match names.device(device) {
            Some(name) => name.to_owned(),
            None => locale.text_with_one("sender-phone", "number", device.to_string()),
        },
        (None, Some(member)) => names.member(member).unwrap_or("–").to_owned(),
        (None, None) => "–".to_owned(),
    }
}

async fn all(seated: Seated) -> Answer<Sheet> {
    let l = seated.visitor.reader.locale;
    let desk = seated.desk();
    let may = seated.seat.may::<desk::Read>()?;
    let mut table = Table::new(
        l,
        &seated.visitor.reader.here,
        l.text("submissions-by-form"),
        l.text("submissions-no-form"),
    )
    .column(Column::new(l.text("submissions-form")))
    .column(Column::new(l.text("submissions-count")).numeric())
    .column(Column::new(l.text("submissions-to-review")).numeric())
    .column(Column::new(l.text("submissions-last")))
    .empty_link(l.text("submissions-to-forms"), Room::Forms.address(seated.mandate()));
    for listed in desk.forms(&may).await? {
        let form = &listed.form;
        if form.current_version.is_none() {
            continue;
        }
        let href = list_address(seated.mandate(), &form.form_id);
        let counts = desk.review_counts(&may, form).await?;
        let waiting: i64 = counts.iter().filter(|(state, _)| is_waiting(state)).map(|(_, count)| count).sum();
        let newest = desk.submissions(&may, form, newest()).await?.0;
        table = table.row([
            Cell::link(&listed.model.form.title, &href),
            l.number(form.submissions).into(),
            match waiting {
                0 => Cell::new("–"),
                _ => Cell::link(l.number(waiting), Address::new(&href).with("state", "received")),
            },
            newest.first().map_or(Cell::new("–"), |row| moment_cell(l, row.listed.submission.created_at)),
        ]);
    }
    Ok(Sheet::new(seated.frame(Room::Submissions, l.text("room-submissions"))).part(table))
}

/// Whether somebody has to look at a submission in this state.
fn is_waiting(state: &str) -> bool {
    matches!(state, "received" | "edited")
}

/// A list of the newest submission alone.
pub fn newest() -> desk::store::submission::List {
    desk::store::submission::List { limit: 1, ..Default::default() }
}

async fn of_form(seated: Seated, Path((_, form_id)): Path<(i64, String)>) -> Answer<Response> {
    let l = seated.visitor.reader.locale;
    let here = seated.visitor.reader.here.clone();
    let desk = seated.desk();
    let may = seated.seat.may::<desk::Read>()?;
    let form = desk.form(seated.mandate(), &form_id).await?;
    let model = desk.published(&form).await?;
    let added = match add_condition(&here, &model) {
        Ok(None) => Ok(()),
        Ok(Some(address)) => return Ok(Redirect::to(&address.to_string()).into_response()),
        Err(fault) => Err(fault),
    };
    let wording = Wording::new(l, &model.form);
    let mut frame = seated.frame(Room::Submissions, model.form.title.clone());
    if here.get("show") == Some("columns") {
        let page = frame.under(model.form.title.clone(), here.without("show"));
        return Ok(choose_columns(page, &wording, &here, &model).into_response());
    }
    if seated.seat.has(Right::Collect) && form.state != "closed" {
        let fill = format!("{}/fill", crate::pages::forms::form_address(seated.mandate(), &form_id));
        frame = frame.action(Action::open(l.text("form-fill"), fill));
    }
    let wanted = Wanted::read(&here, &model);
    if here.get("show") == Some("map") {
        let page = frame.under(model.form.title.clone(), here.without("show").without("place"));
        return Ok(submission_map::page(&seated, page, &form, &model, wanted.list).await?.into_response());
    }
    let names = desk.names(&seated.seat).await?;
    let (rows, count) = desk.submissions(&may, &form, wanted.list.clone()).await?;
    let list = Listing { seated: &seated, form: &form, model: &model, wording, names: &names };
    let closed = rows.iter().any(|row| row.closed);
    let table = list.table(&here, &wanted, rows, count, &added);
    let status = if added.is_err() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    let mut sheet = Sheet::new(frame);
    if let Some(notice) = list.notice(&wanted, closed) {
        sheet = sheet.part(notice);
    }
    Ok((status, sheet.part(table)).into_response())
}

/// The address with the condition that the filter form asks for; none if it asks for none.
fn add_condition(here: &Address, model: &FormModel) -> Result<Option<Address>, ConditionFault> {
    let names = ["field", "test", "value"];
    if !here.query().iter().any(|(name, _)| names.contains(&name.as_str())) {
        return Ok(None);
    }
    let bare = names.iter().fold(here.without("after").without("before"), |left, name| left.without(name));
    let (Some(path), Some(typed)) = (here.get("field"), here.get("value")) else { return Ok(Some(bare)) };
    let test = here.get("test").unwrap_or("is");
    let field = model.form.field(path).ok_or(ConditionFault::Field)?;
    let value = Wording::new(Locale::English, &model.form).meant(field, typed);
    let word = Condition::new(model, path, test, &value)?.word();
    Ok(Some(bare.without_value("where", &word).also("where", &word)))
}

/// What the list of one form needs to be drawn.
struct Listing<'a> {
    seated: &'a Seated,
    form: &'a Form,
    model: &'a FormModel,
    wording: Wording<'a>,
    names: &'a Names,
}

impl Listing<'_> {
    /// Says once, above the table, why values are closed or open.
    fn notice(&self, wanted: &Wanted, closed: bool) -> Option<Notice> {
        let l = self.wording.locale;
        let sealed = wanted.columns.iter().any(|field| field.class_or(Class::Sensitive) != Class::Open);
        if !closed || !sealed {
            return None;
        }
        let visitor = &self.seated.visitor;
        Some(match visitor.desk().minutes_unlocked(&visitor.session) {
            Some(_) => Notice::new(Tone::Plain, l.text("submissions-closed-to-you")),
            None => Notice::new(Tone::Plain, l.text("submissions-locked"))
                .link(l.text("sealed-unlock"), visitor.frame("").unlock_address()),
        })
    }

    fn table(
        &self,
        here: &Address,
        wanted: &Wanted,
        mut rows: Vec<SubmissionRow>,
        count: i64,
        added: &Result<(), ConditionFault>,
    ) -> Table {
        let l = self.wording.locale;
        let seat = &self.seated.seat;
        let mandate = self.seated.mandate();
        let more = rows.len() as i64 > ROWS;
        rows.truncate(ROWS as usize);
        if wanted.backwards {
            rows.reverse();
        }
        let key = |row: Option<&SubmissionRow>| row.map(|row| write_key(&row.listed.key));
        let turned = here.get("after").is_some() || wanted.backwards;
        let before = key(rows.first()).filter(|_| if wanted.backwards { more } else { turned });
        let after = key(rows.last()).filter(|_| wanted.backwards || more);

        let empty = if seat.has(Right::Collect) { "submissions-empty-collect" } else { "submissions-empty" };
        let mut table = Table::new(l, here, l.text("room-submissions"), l.text(empty))
            .column(Column::new(l.text("submissions-received")).sort("received"))
            .column(Column::new(l.text("submissions-state")))
            .column(Column::new(l.text("submissions-sender")))
            .count(u64::try_from(count).unwrap_or(0))
            .wide();
        if seat.has(Right::Collect) {
            let fill = format!("/m/{mandate}/forms/{}/fill", part(&self.form.form_id));
            table = table.empty_link(l.text("form-fill"), fill);
        }
        let is_filterable =
            |field: &desk::xforms::Field| filterable(self.model).any(|other| other.path == field.path);
        for field in &wanted.columns {
            let column = Column::new(self.wording.heading(field));
            let column = match field.kind {
                Kind::Integer | Kind::Decimal => column.numeric(),
                _ => column,
            };
            table = table.column(match is_filterable(field) {
                true => column.sort(format!("field.{}", field.path)),
                false => column,
            });
        }
        for row in &rows {
            table = table.row(self.row(mandate, wanted, row));
        }
        table = self.filters(table, wanted, added);
        let whole = here.without("after").without("before");
        if showable(self.model).next().is_some() {
            table = table.view(l.text("submissions-columns"), whole.with("show", "columns"));
        }
        if submission_map::places(self.model).next().is_some() {
            table = table.view(l.text("submissions-map"), whole.with("show", "map"));
        }
        if seat.has(Right::Export) && count > 0 {
            let path = format!("/m/{mandate}/exports/{}", part(&self.form.form_id));
            table = table.export("CSV", &path);
            let choose = whole.at(crate::pages::export::address(mandate, &self.form.form_id));
            table = table.view(l.text("submissions-export"), choose);
        }
        table.turn(before.as_deref(), after.as_deref())
    }

    fn row(&self, mandate: i64, wanted: &Wanted, row: &SubmissionRow) -> Vec<Cell> {
        let l = self.wording.locale;
        let submission = &row.listed.submission;
        let href = submission_address(mandate, &self.form.form_id, &submission.instance_id);
        let mut cells = vec![
            Cell::link(crate::moment::moment(l, submission.created_at), href),
            Cell::new(review_tag(l, &submission.review_state)),
            Cell::new(sender(l, self.names, submission.device, submission.member)),
        ];
        for field in &wanted.columns {
            let texts = texts_at(&row.values, &field.path);
            let answer = texts.first().map(|text| shortened(&self.wording.answer(field, text), LONGEST_CELL));
            let is_open = self.model.class_of(&field.path) == Class::Open;
            cells.push(match answer {
                Some(answer) if is_open => Cell::new(answer),
                Some(answer) => Cell::new(SealedValue::opened(l, "", answer).short()),
                None if !is_open && row.closed => Cell::new(
                    SealedValue::closed(l, self.wording.heading(field), crate::patterns::Opening::NotYours)
                        .short(),
                ),
                None => Cell::new(""),
            });
        }
        cells
    }

    fn filters(&self, table: Table, wanted: &Wanted, added: &Result<(), ConditionFault>) -> Table {
        let l = self.wording.locale;
        let any = || Choice::new("", l.text("filter-any"));
        let states = REVIEW_STATES.iter().map(|(state, id)| Choice::new(*state, l.text(id)));
        let mut table = table.filter(Field::select(
            "state",
            l.text("submissions-state"),
            [any()].into_iter().chain(states).collect(),
        ));
        let devices = self.names.devices();
        if !devices.is_empty() {
            let devices = devices.into_iter().map(|(id, name)| Choice::new(id.to_string(), name));
            let choices = [any()].into_iter().chain(devices).collect();
            table = table.filter(Field::select("device", l.text("filter-device"), choices));
        }
        table = table
            .filter(Field::day("from", l.text("filter-from")))
            .filter(Field::day("until", l.text("filter-until")));
        for condition in &wanted.conditions {
            let Some(field) = self.model.form.field(&condition.path) else { continue };
            let test = TESTS.iter().find(|(test, _)| *test == condition.test).map_or("", |(_, id)| *id);
            let words = format!("{} {}", l.text(test), self.wording.choice(field, &condition.value));
            table = table.held("where", condition.word(), self.wording.heading(field), words);
        }
        if filterable(self.model).next().is_none() {
            return table;
        }
        let fields =
            filterable(self.model).map(|field| Choice::new(&field.path, self.wording.heading(field)));
        let none = Choice::new("", l.text("filter-no-field"));
        let tests = TESTS.iter().map(|(test, id)| Choice::new(*test, l.text(id))).collect();
        let mut value = Field::line("value", l.text("filter-value"));
        if *added == Err(ConditionFault::Number) {
            value = value.error(l.text("filter-needs-number"));
        }
        table
            .filter(Field::select(
                "field",
                l.text("filter-field"),
                [none].into_iter().chain(fields).collect(),
            ))
            .filter(Field::select("test", l.text("filter-test"), tests))
            .filter(value)
    }
}

/// Letters of an answer in a table.
const LONGEST_CELL: usize = 80;

/// The page that chooses columns.
fn choose_columns(frame: Frame, wording: &Wording<'_>, here: &Address, model: &FormModel) -> Sheet {
    let l = wording.locale;
    let chosen = Wanted::read(here, model).columns;
    let choices = showable(model).map(|field| {
        let class = class_word(l, field.class_or(Class::Sensitive));
        Choice::new(&field.path, shortened(&wording.question(field), 120))
            .hint(format!("{class} · {}", field.path))
    });
    let mut columns = Field::checkboxes("col", l.text("columns-which"), choices.collect());
    for field in chosen {
        columns = columns.value(&field.path);
    }
    let back = here.without("show").without("col");
    let mut form = Questions::find(l, back.path(), l.text("columns-show")).field(columns);
    for (name, value) in back.query() {
        form = form.field(Field::hidden(name, value));
    }
    let frame = Frame { title: l.text("columns-title"), ..frame };
    Sheet::new(frame).part(form.back(l.text("columns-back"), here.without("show")))
}

async fn export(seated: Seated, Path((_, form_id)): Path<(i64, String)>) -> Answer<Response> {
    let may = seated.seat.may::<desk::MayExport>()?;
    let desk = seated.desk();
    let form = desk.form(seated.mandate(), &form_id).await?;
    let model = desk.published(&form).await?;
    let wanted = Wanted::read(&seated.visitor.reader.here, &model);
    let columns = wanted.columns.iter().map(|field| field.path.clone()).collect();
    let export = desk.export_columns_csv(&may, &form, wanted.list, Some(columns)).await?;
    let name = format!("attachment; filename*=UTF-8''{}", part(&export.file_name));
    let mut response = Body::from_stream(Pieces(export.chunks)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    if let Ok(name) = HeaderValue::from_str(&name) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(response)
}

/// An export on its way out, piece by piece. Where it breaks, the connection breaks, so that nobody takes a part for
/// the whole.
struct Pieces(desk::store::Chunks);

impl futures_core::Stream for Pieces {
    type Item = Result<Vec<u8>, desk::store::Fault>;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        self.0.poll_recv(context)
    }
}
