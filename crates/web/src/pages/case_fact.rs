//! Putting a fact on record, correcting one, and withdrawing one. The questions are those of the workflow.

use std::collections::BTreeMap;

use axum::Router;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use desk::casework::{FactKind, FieldKind};
use desk::xforms::Class;
use desk::{Amending, NewFact, ToldFact};
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;

use crate::address::Address;
use crate::answer::{Answer, Refusal};
use crate::frame::Frame;
use crate::moment::{at_in, zone_name};
use crate::pages::case::Looking;
use crate::patterns::{Choice, Field, Form, Notice, Section, Tone, read_date};
use crate::room::{Seated, Web};
use crate::sent::Sent;
use crate::sheet::{Sheet, come_back, see};

/// Routes of this group.
pub fn router() -> Router<Web> {
    Router::new()
        .route("/m/{mandate}/cases/{workflow}/{code}/record/{kind}", get(record_page).post(record))
        .route("/m/{mandate}/cases/{workflow}/{code}/fact/{fact}", get(amend_page))
        .route("/m/{mandate}/cases/{workflow}/{code}/fact/{fact}/correct", post(correct))
        .route("/m/{mandate}/cases/{workflow}/{code}/fact/{fact}/withdraw", post(withdraw))
}

/// More choices than this are a list to choose from, not a row of buttons.
const MOST_RADIOS: usize = 8;

/// The field of a value. Values may have any name, so the form's names are told apart by a mark.
fn field_name(value: &str) -> String {
    format!("v.{value}")
}

fn kind_of<'l>(looking: &'l Looking<'_>, kind: &str) -> Answer<&'l FactKind> {
    Ok(looking.declared()?.workflow.fact(kind).ok_or_else(Refusal::not_found)?)
}

/// Who can open what is sealed here, in a sentence.
fn seals(looking: &Looking<'_>) -> Answer<String> {
    let l = looking.l();
    let compartment = &looking.declared()?.sensitive;
    let title = looking.seated.seat.protocol().compartment(compartment);
    let title = title.map_or(compartment.as_str(), |known| known.title.get(l.code()));
    Ok(l.text_with_one("case-seals", "compartment", title))
}

/// The questions of a kind of fact; those of an earlier fact are answered as it was.
fn questions(
    looking: &Looking<'_>,
    kind: &FactKind,
    mut form: Form,
    earlier: Option<&ToldFact>,
) -> Answer<Form> {
    let l = looking.l();
    let zone = &looking.seated.seat.protocol().zone;
    let moment = looking.seated.desk().now();
    let now = at_in(moment, zone);
    let at = earlier.map(|fact| at_in(fact.stored.at, zone));
    form = form.field(Field::date("at", l.text("case-fact-at")).value(at.unwrap_or(now).date().to_string()));
    let mut time =
        Field::figures("time", l.text_with_one("case-fact-time", "zone", zone_name(moment, zone)), 6)
            .hint(l.text("case-fact-time-hint"));
    if let Some(at) = at {
        time = time.value(format!("{:02}:{:02}", at.hour(), at.minute()));
    }
    form = form.field(time.optional().autocomplete("off").longest(5));
    for field in &kind.fields {
        let (name, title) = (field_name(&field.name), field.title.get(l.code()));
        let mut question = match &field.kind {
            FieldKind::Choice(choices) => {
                let many = choices.len() > MOST_RADIOS;
                let none = many.then(|| Choice::new("", l.text("case-fact-choose")));
                let choices = choices.iter();
                let choices = choices.map(|(name, words)| Choice::new(name, words.get(l.code())));
                let choices = none.into_iter().chain(choices).collect();
                if many { Field::select(&name, title, choices) } else { Field::radios(&name, title, choices) }
            }
            FieldKind::Number => Field::line(&name, title).longest(20).autocomplete("off"),
            FieldKind::Date => Field::date(&name, title),
            FieldKind::Passage => Field::text(&name, title, 6).longest(4_000),
            FieldKind::Text => Field::line(&name, title).longest(200).autocomplete("off"),
        };
        if field.optional {
            question = question.optional();
        }
        if looking.declared()?.class(&kind.id, &field.name) != Some(Class::Open) {
            question = question.seals(seals(looking)?);
        }
        if let Some(value) = earlier.and_then(|fact| fact.values.get(&field.name)) {
            question = question.value(value);
        }
        form = form.field(question);
    }
    if kind.reason || earlier.is_some() {
        form = form.field(reason_field(looking, earlier.is_some())?);
    }
    Ok(form)
}

fn reason_field(looking: &Looking<'_>, amends: bool) -> Answer<Field> {
    let l = looking.l();
    let hint = if amends { "case-amend-reason-hint" } else { "case-reason-hint" };
    let field = Field::text("reason", l.text("case-reason"), 4).hint(l.text(hint));
    Ok(field.seals(seals(looking)?).longest(2000))
}

/// What was sent, or the form with what is wrong at its field.
fn read(
    looking: &Looking<'_>,
    kind: &FactKind,
    sent: &Sent,
    mut form: Form,
) -> Answer<Result<NewFact, Form>> {
    let l = looking.l();
    form = form.fill(sent.pairs());
    let mut new =
        NewFact { kind: kind.id.clone(), reason: sent.get("reason").to_owned(), ..NewFact::default() };
    let now = looking.seated.desk().now();
    match (read_date(sent.pairs(), "at"), read_time(sent.get("time"))) {
        (Err(fault), _) => form.set_error("at", l.text(fault.id())),
        (Ok(None), _) => form.set_error("at", l.text("form-date-incomplete")),
        (_, Err(())) => form.set_error("time", l.text("case-fact-time-wrong")),
        (Ok(Some(date)), Ok(time)) => {
            new.at = moment_of(date, time, now, &looking.seated.seat.protocol().zone);
        }
    }
    let mut values = BTreeMap::new();
    for field in &kind.fields {
        let name = field_name(&field.name);
        let value = match &field.kind {
            FieldKind::Date => match read_date(sent.pairs(), &name) {
                Ok(date) => date.map(|date| date.to_string()).unwrap_or_default(),
                Err(fault) => {
                    form.set_error(&name, l.text(fault.id()));
                    continue;
                }
            },
            _ => sent.get(&name).to_owned(),
        };
        values.insert(field.name.clone(), value);
    }
    new.values = values;
    Ok(if form.has_errors() { Err(form) } else { Ok(new) })
}

/// A time of day as `9:05`, `09:05` or, where the keyboard has figures only, `0905`; none where nothing was written.
fn read_time(text: &str) -> Result<Option<Time>, ()> {
    if text.is_empty() {
        return Ok(None);
    }
    let figures = || text.split_at_checked(2).filter(|_| text.len() == 4);
    let (hour, minute) = text.split_once(':').or_else(figures).ok_or(())?;
    let number = |text: &str| text.trim().parse::<i8>().map_err(|_| ());
    Time::new(number(hour)?, number(minute)?, 0, 0).map(Some).map_err(|_| ())
}

/// The moment of a day. Where no time is given, today means now, and an earlier day its end: what was done on one day is
/// then after what was done on the day before.
fn moment_of(date: Date, time: Option<Time>, now: i64, zone: &TimeZone) -> i64 {
    let today = at_in(now, zone).date();
    let at = match time {
        Some(time) => date.to_datetime(time),
        None if date == today => return now,
        None => date.at(23, 59, 59, 0),
    };
    // A day at the edge of the calendar lies in the future, which is refused.
    zone.to_timestamp(at).map_or(i64::MAX / 2, |at| at.as_millisecond())
}

fn below(looking: &Looking<'_>, title: String) -> Answer<Frame> {
    Ok(looking.frame(&title)?.under(&looking.detail.case.code, looking.address()))
}

fn record_form(looking: &Looking<'_>, kind: &FactKind) -> Answer<Form> {
    let l = looking.l();
    let form = Form::new(l, looking.record_address(&kind.id), l.text("case-record"));
    Ok(questions(looking, kind, form, None)?.back(l.text("case-back"), looking.address()))
}

fn record_sheet(looking: &Looking<'_>, kind: &FactKind, form: &Form) -> Answer<Sheet> {
    let title = looking.words()?.fact(&kind.id).to_owned();
    Ok(Sheet::new(below(looking, title)?).form(form))
}

async fn record_page(
    seated: Seated,
    Path((_, workflow, code, kind)): Path<(i64, String, String, String)>,
) -> Answer<Sheet> {
    let looking = Looking::at(&seated, &workflow, &code).await?;
    let kind = kind_of(&looking, &kind)?;
    record_sheet(&looking, kind, &record_form(&looking, kind)?)
}

async fn record(
    seated: Seated,
    Path((_, workflow, code, kind)): Path<(i64, String, String, String)>,
    sent: Sent,
) -> Answer<Response> {
    let looking = Looking::at(&seated, &workflow, &code).await?;
    let kind = kind_of(&looking, &kind)?;
    let new = match read(&looking, kind, &sent, record_form(&looking, kind)?)? {
        Ok(new) => new,
        Err(form) => return Ok(record_sheet(&looking, kind, &form)?.into_response()),
    };
    match seated.desk().put_fact(&seated.seat, &workflow, &code, new).await {
        Ok(()) => Ok(see(looking.address(), "done-case-fact")),
        Err(error) => {
            let error = looking.words()?.titled(error, &kind.id);
            let form = come_back(record_form(&looking, kind)?, &sent, error, "at")?;
            Ok(record_sheet(&looking, kind, &form)?.into_response())
        }
    }
}

/// A fact that the reader may correct or withdraw.
fn amendable<'l>(looking: &'l Looking<'_>, fact: &str) -> Answer<(&'l ToldFact, &'l FactKind)> {
    let fact = fact.parse().ok().and_then(|id| looking.detail.fact(id)).ok_or_else(Refusal::not_found)?;
    Ok((fact, kind_of(looking, &fact.stored.kind)?))
}

fn correct_form(looking: &Looking<'_>, fact: &ToldFact, kind: &FactKind) -> Answer<Form> {
    let l = looking.l();
    let action = format!("{}/fact/{}/correct", looking.address(), fact.stored.id);
    let form = questions(looking, kind, Form::new(l, action, l.text("case-correct")), Some(fact))?;
    Ok(form.back(l.text("case-back"), looking.address()))
}

fn withdraw_form(looking: &Looking<'_>, fact: &ToldFact) -> Answer<Form> {
    let l = looking.l();
    let action = format!("{}/fact/{}/withdraw", looking.address(), fact.stored.id);
    let why = Field::text("why", l.text("case-reason"), 3).hint(l.text("case-withdraw-hint"));
    Ok(Form::new(l, action, l.text("case-withdraw")).field(why.seals(seals(looking)?).longest(2000)).quiet())
}

fn amend_sheet(
    looking: &Looking<'_>,
    fact: &ToldFact,
    correct: Option<&Form>,
    withdraw: &Form,
) -> Answer<Sheet> {
    let l = looking.l();
    let title = l.text_with_one("case-amend-title", "fact", looking.words()?.fact(&fact.stored.kind));
    let mut sheet = Sheet::new(below(looking, title)?);
    sheet = match correct {
        Some(form) => sheet.form_in(Section::new(l.text("case-correct-heading")), form),
        None => {
            let unlock =
                Address::new("/unlock").with("next", &looking.seated.visitor.reader.here.to_string());
            let notice = Notice::new(Tone::Plain, l.text("case-correct-closed"));
            sheet.part(notice.link(l.text("frame-unlock"), unlock))
        }
    };
    let about = Section::new(l.text("case-withdraw-heading")).say(l.text("case-withdraw-says"));
    Ok(sheet.form_in(about, withdraw))
}

async fn amend_page(
    seated: Seated,
    Path((_, workflow, code, fact)): Path<(i64, String, String, String)>,
) -> Answer<Sheet> {
    let looking = Looking::at(&seated, &workflow, &code).await?;
    let (fact, kind) = amendable(&looking, &fact)?;
    let correct = if fact.values_closed { None } else { Some(correct_form(&looking, fact, kind)?) };
    amend_sheet(&looking, fact, correct.as_ref(), &withdraw_form(&looking, fact)?)
}

async fn correct(
    seated: Seated,
    Path((_, workflow, code, fact)): Path<(i64, String, String, String)>,
    sent: Sent,
) -> Answer<Response> {
    let looking = Looking::at(&seated, &workflow, &code).await?;
    let (fact, kind) = amendable(&looking, &fact)?;
    let withdraw = withdraw_form(&looking, fact)?;
    let form = correct_form(&looking, fact, kind)?;
    let new = match read(&looking, kind, &sent, form.clone())? {
        Ok(new) => NewFact {
            // The form shows minutes: one that was left as it was is the moment that is on record.
            at: if new.at / 60_000 == fact.stored.at / 60_000 { fact.stored.at } else { new.at },
            amends: Some(Amending::Corrects(fact.stored.id)),
            ..new
        },
        Err(form) => return Ok(amend_sheet(&looking, fact, Some(&form), &withdraw)?.into_response()),
    };
    match seated.desk().put_fact(&seated.seat, &workflow, &code, new).await {
        Ok(()) => Ok(see(looking.address(), "done-case-corrected")),
        Err(error) => {
            let error = looking.words()?.titled(error, &kind.id);
            let form = come_back(form, &sent, error, "at")?;
            Ok(amend_sheet(&looking, fact, Some(&form), &withdraw)?.into_response())
        }
    }
}

async fn withdraw(
    seated: Seated,
    Path((_, workflow, code, fact)): Path<(i64, String, String, String)>,
    sent: Sent,
) -> Answer<Response> {
    let looking = Looking::at(&seated, &workflow, &code).await?;
    let (fact, kind) = amendable(&looking, &fact)?;
    let new = NewFact {
        kind: kind.id.clone(),
        at: fact.stored.at,
        reason: sent.get("why").to_owned(),
        amends: Some(Amending::Withdraws(fact.stored.id)),
        ..NewFact::default()
    };
    match seated.desk().put_fact(&seated.seat, &workflow, &code, new).await {
        Ok(()) => Ok(see(looking.address(), "done-case-withdrawn")),
        Err(error) => {
            let error = looking.words()?.titled(error, &kind.id);
            let form = come_back(withdraw_form(&looking, fact)?, &sent, error, "why")?;
            let correct = if fact.values_closed { None } else { Some(correct_form(&looking, fact, kind)?) };
            Ok(amend_sheet(&looking, fact, correct.as_ref(), &form)?.into_response())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_day_without_a_time_is_now_or_the_end_of_that_day() {
        // 23 November 2026, 09:05 UTC.
        let now = 1_795_424_700_000;
        assert_eq!(moment_of(date(2026, 11, 23), None, now, &TimeZone::UTC), now);
        assert_eq!(moment_of(date(2026, 11, 22), None, now, &TimeZone::UTC), 1_795_391_999_000);
        for written in ["9:04", "09:04", "0904"] {
            let time = read_time(written).unwrap();
            assert_eq!(moment_of(date(2026, 11, 23), time, now, &TimeZone::UTC), now - 60_000, "{written}");
        }
        // In Seoul that moment is 18:05, and the day before ends nine hours earlier.
        let seoul = TimeZone::posix("KST-9").unwrap();
        assert_eq!(moment_of(date(2026, 11, 22), None, now, &seoul), 1_795_391_999_000 - 9 * 3_600_000);
        assert_eq!(moment_of(date(2026, 11, 23), read_time("1804").unwrap(), now, &seoul), now - 60_000);
        for wrong in ["9", "904", "25:00", "09:60", "a:b"] {
            assert!(read_time(wrong).is_err(), "{wrong}");
        }
    }
}
