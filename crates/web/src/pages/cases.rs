//! The cases of a workflow in a list, and beginning one.

use axum::Router;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use desk::casework::Standing;
use desk::protocol::{ProtocolWorkflow, Right};
use desk::{CaseDetail, NewCase, Read, Visits};

use crate::answer::{Answer, Refusal};
use crate::frame::Action;
use crate::pages::case_words::{Words, case_address, most_urgent, sort_of};
use crate::patterns::{Cell, Choice, Column, Field, Form, Table};
use crate::room::{Seated, Web, cases_address};
use crate::sent::Sent;
use crate::sheet::{Sheet, come_back, see};

/// Cases on one page.
const PAGE: usize = 50;

/// Routes of this group.
pub fn router() -> Router<Web> {
    Router::new()
        .route("/m/{mandate}/cases/{workflow}", get(list))
        .route("/m/{mandate}/cases/{workflow}/new", get(new_page).post(begin))
}

/// What is said about the cases of a workflow to whoever sits here.
pub fn words<'a>(seated: &'a Seated, declared: &'a ProtocolWorkflow) -> Words<'a> {
    Words { l: seated.visitor.reader.locale, protocol: seated.seat.protocol(), declared }
}

/// What is next in a case, each on a line of its own, or nothing.
pub fn next_cell(words: Words<'_>, standing: &Standing<'_>) -> Cell {
    let next: Vec<String> = words.next(&standing.next).into_iter().map(|(says, _)| says).collect();
    if next.is_empty() { "–".into() } else { next.join(" · ").into() }
}

/// The limit that presses most, with its name.
pub fn urgent_cell(words: Words<'_>, standing: &Standing<'_>) -> Cell {
    match most_urgent(standing) {
        None => "–".into(),
        Some(count) => Cell::new(words.clock_title(count)).and(Cell::new(words.running(count, standing))),
    }
}

async fn list(seated: Seated, Path((_, workflow)): Path<(i64, String)>) -> Answer<Sheet> {
    let l = seated.visitor.reader.locale;
    let may = seated.seat.may::<Visits>()?;
    let declared = seated.seat.workflow(&workflow)?;
    let words = words(&seated, declared);
    let here = &seated.visitor.reader.here;
    let states = ["open", "stopped", "ended"];
    let wanted = here.get("state").filter(|state| states.contains(state)).unwrap_or_default().to_owned();
    let state = wanted.clone();
    let keep = move |detail: &CaseDetail| {
        state.is_empty() || detail.standing().is_some_and(|standing| sort_of(&standing) == state)
    };
    let desk = seated.desk();
    let (cases, more) = desk.cases_after(&may, &workflow, here.get("after"), PAGE, keep).await?;
    let all = desk.count_cases(&may, &workflow).await?;
    let choices =
        [("", "cases-all"), ("open", "cases-open"), ("stopped", "cases-stopped"), ("ended", "cases-ended")];
    let choices = choices.into_iter().map(|(value, id)| Choice::new(value, l.text(id))).collect();
    let mut table =
        Table::new(l, &seated.visitor.reader.here, l.text("cases-caption"), l.text("cases-empty"))
            .column(Column::new(l.text("cases-code")))
            .column(Column::new(l.text("cases-title")))
            .column(Column::new(l.text("cases-state")))
            .column(Column::new(l.text("cases-next")))
            .column(Column::new(l.text("cases-clock")));
    if all > 0 {
        table = table.filter(Field::select("state", l.text("cases-state"), choices));
    }
    for detail in &cases {
        let Some(standing) = detail.standing() else { continue };
        table = table.row(cells(&seated, words, detail, &standing));
    }
    let whole = !more && here.get("after").is_none();
    table = match (wanted.is_empty(), whole) {
        (true, _) => table.count(u64::try_from(all).unwrap_or(0)),
        (false, true) => table,
        (false, false) => table.uncounted(),
    };
    let last = cases.last().filter(|_| more).map(|detail| detail.case.code.as_str());
    table = table.turn(None, last);
    let mut frame = seated.frame_of_cases(declared, words.title());
    let begins = seated.seat.begins(declared) && declared.within.is_none() && seated.seat.has(Right::Read);
    if begins {
        let new = format!("{}/new", cases_address(seated.mandate(), &workflow));
        frame = frame.action(Action::open(l.text_with_one("cases-begin", "kind", words.title()), &new));
        if wanted.is_empty() {
            table = table.empty_link(l.text_with_one("cases-begin", "kind", words.title()), new);
        }
    }
    Ok(Sheet::new(frame).part(table))
}

fn cells(seated: &Seated, words: Words<'_>, detail: &CaseDetail, standing: &Standing<'_>) -> Vec<Cell> {
    let href = case_address(seated.mandate(), &detail.case.workflow, &detail.case.code);
    vec![
        Cell::code(&detail.case.code, href),
        detail.case.title.as_str().into(),
        Cell::new(words.state_shown(standing)),
        next_cell(words, standing),
        urgent_cell(words, standing),
    ]
}

/// The code of the case that the new one is to belong to.
fn parent_of<'p>(declared: &ProtocolWorkflow, code: &'p str) -> Answer<Option<&'p str>> {
    match (&declared.within, code.is_empty()) {
        (None, _) => Ok(None),
        (Some(_), false) => Ok(Some(code)),
        (Some(_), true) => Err(Refusal::not_found().into()),
    }
}

fn new_form(seated: &Seated, declared: &ProtocolWorkflow, parent: Option<&str>) -> Form {
    let words = words(seated, declared);
    let l = words.l;
    let address = cases_address(seated.mandate(), &declared.workflow.id);
    let begin = l.text_with_one("cases-begin", "kind", words.title());
    let title = Field::line("title", l.text("cases-title")).hint(l.text("cases-title-hint"));
    let mut form =
        Form::new(l, format!("{address}/new"), begin).field(title.autocomplete("off").longest(120));
    let mut back = address;
    if let (Some(within), Some(code)) = (&declared.within, parent) {
        form = form.field(Field::hidden("parent", code));
        back = case_address(seated.mandate(), within, code);
    }
    form.back(l.text("case-back"), back)
}

fn new_sheet(seated: &Seated, declared: &ProtocolWorkflow, parent: Option<&str>, form: &Form) -> Sheet {
    let words = words(seated, declared);
    let title = words.l.text_with_one("cases-begin", "kind", words.title());
    let mut frame = seated.frame_of_cases(declared, title);
    if let (Some(within), Some(code)) = (&declared.within, parent) {
        frame = frame.under(code, case_address(seated.mandate(), within, code));
    }
    Sheet::new(frame).form(form)
}

async fn new_page(seated: Seated, Path((_, workflow)): Path<(i64, String)>) -> Answer<Sheet> {
    seated.seat.may::<Read>()?;
    let declared = seated.seat.workflow(&workflow)?;
    if !seated.seat.begins(declared) {
        return Err(Refusal::not_found().into());
    }
    let parent = seated.visitor.reader.here.get("parent").unwrap_or_default();
    let parent = parent_of(declared, parent)?;
    Ok(new_sheet(&seated, declared, parent, &new_form(&seated, declared, parent)))
}

async fn begin(seated: Seated, Path((_, workflow)): Path<(i64, String)>, sent: Sent) -> Answer<Response> {
    let may = seated.seat.may::<Read>()?;
    let declared = seated.seat.workflow(&workflow)?;
    let parent = parent_of(declared, sent.get("parent"))?;
    let new = NewCase { workflow: &workflow, title: sent.get("title"), parent };
    match seated.desk().begin_case(&may, new).await {
        Ok(code) => Ok(see(case_address(seated.mandate(), &workflow, &code), "done-case-begun")),
        Err(error) => {
            let error = words(&seated, declared).titled(error, "");
            let form = come_back(new_form(&seated, declared, parent), &sent, error, "title")?;
            Ok(new_sheet(&seated, declared, parent, &form).into_response())
        }
    }
}
