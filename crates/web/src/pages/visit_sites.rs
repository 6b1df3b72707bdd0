//! The first of two stages on its pages: the registry as it is frozen, and the places that were drawn, each of which becomes
//! a visit in one press.

use axum::Router;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::{get, post};
use desk::protocol::Frame as Declared;
use desk::{DrawNumber, FrameState, Read, Site};

use crate::address::{Address, part};
use crate::answer::Answer;
use crate::frame::Link;
use crate::moment::moment;
use crate::pages::case::Looking;
use crate::pages::case_words::case_address;
use crate::pages::visit_draw::{Ceremony, Place};
use crate::patterns::{Cell, Column, Facts, Notice, Prose, Section, SmallButton, Table, Tone};
use crate::room::{Seated, Web};
use crate::sheet::{Sheet, see};

/// Routes of this group.
pub fn router() -> Router<Web> {
    let at = |rest: &str| format!("/m/{{mandate}}/cases/{{workflow}}/{{code}}/draw/{{seq}}/sites{rest}");
    Router::new().route(&at(""), get(page)).route(&at("/{unit}/visit"), post(visit))
}

/// The page of a frame that is drawn from a registry.
pub fn frame_sheet(looking: &Looking<'_>, declared: &Declared, state: &FrameState) -> Answer<Sheet> {
    let l = looking.l();
    let id = if state.frozen.is_some() { "site-frame-title-frozen" } else { "site-frame-title" };
    let sheet = Sheet::new(looking.frame(&l.text(id))?.under(&state.case.code, looking.address()));
    let registry = format!("/m/{}/registries/{}", looking.seated.mandate(), part(&declared.registry));
    let registry = Link::new(l.text("site-registry"), registry);
    Ok(match &state.frozen {
        Some(frozen) => {
            let facts = Facts::new()
                .fact(l.text("site-frame-units"), l.number(frozen.people))
                .fact(l.text("visit-frame-frozen-at"), moment(l, frozen.at))
                .fact("SHA-256", frozen.hash.as_str())
                .fact(l.text("visit-frame-root"), frozen.root.as_str());
            let draw = Link::new(l.text("visit-draw-title"), format!("{}/draw", looking.address()));
            let section = Section::new(l.text("site-frame-frozen")).say(l.text("site-frame-frozen-says"));
            sheet.part(section.part(facts).links([draw, registry]))
        }
        None => {
            let freeze =
                Link::new(l.text("visit-frame-freeze"), format!("{}/freeze", looking.frame_address()));
            let section = Section::new(l.text("visit-frame-acts")).say(l.text("site-frame-says"));
            sheet.part(section.links([registry, freeze]))
        }
    })
}

async fn page(seated: Seated, Path((_, workflow, code, seq)): Place) -> Answer<Sheet> {
    let looking = Looking::at(&seated, &workflow, &code).await?;
    let ceremony = Ceremony::at(&looking, seq).await?;
    let l = looking.l();
    let sheet = Sheet::new(ceremony.below("site-drawn")?);
    let may = seated.seat.may::<Read>()?;
    let sites = match seated.desk().sites(&may, &workflow, &code, seq).await {
        Ok(sites) => sites,
        Err(desk::Error::Refused(refusal)) if refusal.kind == desk::Kind::Locked => {
            let unlock = Address::new("/unlock").with("next", &ceremony.act("sites"));
            let notice = Notice::new(Tone::Plain, l.text("site-locked"));
            return Ok(sheet.part(notice.link(l.text("frame-unlock"), unlock)));
        }
        Err(desk::Error::Refused(refusal)) if refusal.kind == desk::Kind::NotAllowed => {
            return Ok(sheet.part(Notice::new(Tone::Plain, l.text("site-closed"))));
        }
        Err(error) => return Err(error.into()),
    };
    let sheet = sheet.part(Prose::new(l.text("site-drawn-says")));
    let (reserve, drawn): (Vec<Site>, Vec<Site>) = sites.into_iter().partition(|site| site.reserve);
    let sheet = sheet.part(table(&ceremony, "site-drawn", drawn)?);
    Ok(if reserve.is_empty() { sheet } else { sheet.part(table(&ceremony, "site-reserve", reserve)?) })
}

fn table(ceremony: &Ceremony<'_>, caption: &str, sites: Vec<Site>) -> Answer<Table> {
    let l = ceremony.l();
    let looking = ceremony.looking;
    let seat = &looking.seated.seat;
    let declared = seat.frame(&looking.detail.case.workflow)?;
    let opens = declared.opens.as_ref();
    let begins = opens
        .and_then(|opens| seat.protocol().workflow(&opens.workflow))
        .is_some_and(|workflow| seat.begins(workflow));
    let mut table = Table::new(l, &looking.seated.visitor.reader.here, l.text(caption), l.text("site-none"))
        .count(sites.len() as u64)
        .column(Column::new(l.text("visit-calls-place")).numeric())
        .column(Column::new(l.text("site-unit")))
        .column(Column::new(l.text("site-name")))
        .column(Column::new(l.text("site-size")).numeric())
        .column(Column::new(l.text("site-chance")).numeric())
        .column(Column::new(l.text("site-became")));
    for site in sites {
        let became: Cell = match (&site.case, &site.ended, opens) {
            (Some(code), _, Some(opens)) => {
                Cell::code(code, case_address(looking.seated.mandate(), &opens.workflow, code))
            }
            (_, Some(ended), _) => {
                let known = declared.dispositions.iter().find(|row| row.code == *ended);
                known.map_or(ended.as_str(), |row| row.title.get(l.code())).into()
            }
            _ if site.open && begins && !ceremony.draw.is_void() => {
                let act = ceremony.act(&format!("sites/{}/visit", part(&site.unit)));
                Cell::new(SmallButton::new(l.text("site-begin"), &site.unit, act))
            }
            _ if site.open => l.text("site-waits-lead").into(),
            _ => l.text("site-waits-turn").into(),
        };
        table = table.row([
            l.number(site.place).into(),
            site.unit.as_str().into(),
            site.name.as_str().into(),
            l.number(site.size).into(),
            chance(&site.probability).into(),
            became,
        ]);
    }
    Ok(table)
}

/// A probability as a percentage with two digits, and exactly.
fn chance(fraction: &str) -> String {
    let (part, of) = fraction.split_once('/').unwrap_or((fraction, "1"));
    match (part.parse::<f64>(), of.parse::<f64>()) {
        (Ok(part), Ok(of)) if of > 0.0 && part < of => format!("{:.2} % ({fraction})", 100.0 * part / of),
        _ => "100 %".to_owned(),
    }
}

async fn visit(
    seated: Seated,
    Path((_, workflow, code, seq, unit)): Path<(i64, String, String, DrawNumber, String)>,
) -> Answer<Response> {
    let looking = Looking::at(&seated, &workflow, &code).await?;
    let opens = seated.seat.frame(&workflow)?.opens.as_ref().ok_or_else(desk::Refusal::not_found)?;
    let may = seated.seat.may::<Read>()?;
    let begun = seated.desk().visit_site(&may, &workflow, &code, seq, &unit).await;
    let begun = begun.map_err(|error| crate::pages::visit_frame::in_words(&looking, error))?;
    Ok(see(case_address(seated.mandate(), &opens.workflow, &begun), "done-site-visit"))
}
