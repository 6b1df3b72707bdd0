//! Reconciliation for whoever holds both keys: what people said beside what was recorded, by groups only.

use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use desk::protocol::{Colour, Formula, ReconciliationTest};
use desk::survey::reconcile::Told;
use desk::{Reconciled, Review};

use crate::address::Address;
use crate::answer::{Answer, Refusal};
use crate::frame::Frame;
use crate::locale::Locale;
use crate::patterns::{Cell, Column, Form, Markup, Notice, Prose, Section, Table, Tag, Tone};
use crate::room::{Seated, Web, findings_address};
use crate::sent::Sent;
use crate::sheet::{Sheet, come_back};

/// Routes of this group.
pub fn router() -> Router<Web> {
    Router::new().route("/m/{mandate}/reconciliation", get(page).post(compare))
}

/// Address of the page.
pub fn reconciliation_address(mandate: i64) -> String {
    format!("/m/{mandate}/reconciliation")
}

fn frame(seated: &Seated) -> Frame {
    let l = seated.visitor.reader.locale;
    let frame = seated.frame_of_findings(l.text("reconciliation"));
    frame.under(l.text("room-findings"), findings_address(seated.mandate()))
}

fn form(seated: &Seated) -> Form {
    let l = seated.visitor.reader.locale;
    Form::new(l, reconciliation_address(seated.mandate()), l.text("reconciliation-compare"))
}

/// What will be done, and the button; or the way to unlock.
fn asking(seated: &Seated, form: &Form) -> Answer<Sheet> {
    let l = seated.visitor.reader.locale;
    seated.seat.may::<Review>()?;
    let declared = seated.seat.protocol().reconciliation.as_ref().ok_or_else(Refusal::not_found)?;
    let draw =
        l.text_with_one("reconciliation-draw", "periods", l.number(declared.records_draw.periods.len()));
    let sheet =
        Sheet::new(frame(seated)).part(Prose::new(l.text("reconciliation-what"))).part(Prose::new(draw));
    if seated.desk().minutes_unlocked(&seated.visitor.session).is_none() {
        let unlock = Address::new("/unlock").with("next", &reconciliation_address(seated.mandate()));
        let notice = Notice::new(Tone::Plain, l.text("reconciliation-locked"));
        return Ok(sheet.part(notice.link(l.text("frame-unlock"), unlock)));
    }
    Ok(sheet.form(form))
}

async fn page(seated: Seated) -> Answer<Sheet> {
    asking(&seated, &form(&seated))
}

async fn compare(seated: Seated, sent: Sent) -> Answer<Response> {
    let l = seated.visitor.reader.locale;
    let may = seated.seat.may::<Review>()?;
    let compared = match seated.desk().reconcile(&may).await {
        Ok(compared) => compared,
        Err(error) => {
            let form = come_back(form(&seated), &sent, error, "")?;
            return Ok(asking(&seated, &form)?.into_response());
        }
    };
    let declared = seated.seat.protocol().reconciliation.as_ref().ok_or_else(Refusal::not_found)?;
    let counted = l.text_with(
        "reconciliation-counted",
        &[
            ("interviews", l.number(compared.interviews).into()),
            ("records", l.number(compared.records).into()),
            ("files", l.number(compared.files).into()),
        ],
    );
    let mut sheet = Sheet::new(frame(&seated)).part(Prose::new(counted));
    if compared.not_private > 0 {
        let left = l.text_with_one("reconciliation-not-private", "count", compared.not_private);
        sheet = sheet.part(Prose::new(left));
    }
    if compared.doubtful {
        sheet = sheet.part(Prose::new(l.text("reconciliation-doubtful")));
    }
    if !compared.rates {
        sheet = sheet.part(Notice::new(Tone::Warning, l.text("reconciliation-no-rates")));
    }
    sheet = sheet.part(Prose::new(l.text_with_one(
        "reconciliation-reading",
        "k",
        l.number(seated.seat.protocol().disclosure.policy.k),
    )));
    for done in &compared.tests {
        let Some(test) = declared.tests.iter().find(|test| test.id == done.test) else { continue };
        sheet = sheet.part(told(&seated, test, done));
    }
    Ok(sheet.into_response())
}

/// How many decimal places and which unit a figure has.
fn figure(l: Locale, formula: Formula, value: f64) -> String {
    if value.is_infinite() {
        return "∞".to_owned();
    }
    match formula {
        Formula::MedianGap | Formula::ShareOfInterviews | Formula::ShareOfRecords => {
            format!("{} %", l.decimal(value, 1))
        }
        Formula::CountOfRecords => l.decimal(value, 0),
        Formula::MeanGap | Formula::ShareGap | Formula::RatioToRegister => l.decimal(value, 1),
    }
}

/// One test: the sentence for all together, and a row for each group.
fn told(seated: &Seated, test: &ReconciliationTest, done: &Reconciled) -> Markup {
    let (l, figures) = (seated.visitor.reader.locale, &done.figures);
    let mut section = Section::new(test.title.get(l.code()));
    if let Some(Told::Value { value, .. }) = figures.first().map(|all| all.told)
        && !value.is_nan()
    {
        section =
            section.say(test.sentence.get(l.code()).replace("{value}", &figure(l, test.formula, value)));
    }
    let limits = test.thresholds.iter().map(|(colour, threshold)| {
        format!("{} {}", l.text(word(*colour)), figure(l, test.formula, *threshold))
    });
    let limits: Vec<String> = limits.collect();
    if !limits.is_empty() {
        section = section.say(l.text_with_one("reconciliation-thresholds", "limits", limits.join(" · ")));
    }
    let here = Address::new(reconciliation_address(seated.mandate()));
    let mut table = Table::new(l, &here, l.text("reconciliation-groups"), l.text("reconciliation-nothing"))
        .column(Column::new(l.text("findings-place")))
        .column(Column::new(l.text("reconciliation-figure")).numeric())
        .column(Column::new(l.text("reconciliation-interval")).numeric())
        .column(Column::new(l.text("reconciliation-n")).numeric())
        .column(Column::new(l.text("reconciliation-flag")))
        .uncounted();
    for one in figures {
        let group = one.group.clone().unwrap_or_else(|| l.text("reconciliation-all"));
        table = table.row(row(l, test, group, one.told));
        if let Some(without) = done.without.iter().find(|other| other.group == one.group) {
            table = table.row(row(l, test, l.text("reconciliation-without"), without.told));
        }
    }
    section.part(table).into()
}

fn row(l: Locale, test: &ReconciliationTest, group: String, told: Told) -> Vec<Cell> {
    let none = || Cell::from("–");
    let said = |id| vec![group.clone().into(), none(), none(), none(), l.text(id).into()];
    match told {
        Told::TooFew => said("reconciliation-too-few"),
        Told::NoWorkforce => said("reconciliation-no-workforce"),
        Told::Value { value, .. } if value.is_nan() => said("reconciliation-nothing"),
        Told::Value { value, interval, n, flag, indicative } => {
            let interval = match interval {
                Some((low, high)) => Cell::from(format!(
                    "{} – {}",
                    figure(l, test.formula, low),
                    figure(l, test.formula, high)
                )),
                None => none(),
            };
            let mut flagged = match desk::reconciliation_colour(test, flag) {
                Some(colour) => Cell::new(Tag::new(Tone::Warning, l.text(word(colour)))),
                None => Cell::from(l.text("reconciliation-no-flag")),
            };
            if indicative {
                flagged = flagged.and(Cell::from(l.text("reconciliation-indicative")));
            }
            let counts = match n {
                (0, records) => l.number(records),
                (said, 0) => l.number(said),
                (said, records) => format!("{} / {}", l.number(said), l.number(records)),
            };
            vec![group.into(), figure(l, test.formula, value).into(), interval, counts.into(), flagged]
        }
    }
}

fn word(colour: Colour) -> &'static str {
    match colour {
        Colour::Amber => "colour-amber",
        Colour::Red => "colour-red",
        Colour::NonCompliant => "colour-non-compliant",
    }
}
