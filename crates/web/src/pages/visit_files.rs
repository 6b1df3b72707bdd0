//! The draw of files: as many as people are heard, by a draw of its own. Its ceremony has the same pages as that of people;
//! here are how it is begun, the list for who reads the files, and how far they got.

use axum::Router;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use desk::{DrawDetail, DrawnFile, OpenIdentity, Read, Units};

use crate::answer::Answer;
use crate::frame::Link;
use crate::pages::case::Looking;
use crate::pages::visit_draw::{Ceremony, Place, dispositions, newest};
use crate::pages::visit_draw_acts::{new_draw, new_form, one_form, opening_form, stratum_title};
use crate::pages::visit_frame::in_words;
use crate::patterns::{Cell, Column, Facts, Form, Prose, Section, Table};
use crate::room::{Seated, Web};
use crate::sent::Sent;
use crate::sheet::{Sheet, come_back, see};

/// Routes of this group.
pub fn router() -> Router<Web> {
    let at = |rest: &str| format!("/m/{{mandate}}/cases/{{workflow}}/{{code}}/draw/{rest}");
    Router::new()
        .route(&at("new-files"), get(new_page).post(begin))
        .route(&at("{seq}/files"), get(files_page).post(files))
}

/// The draws of files among all draws of a case; none where the protocol draws no files.
pub async fn of_case(looking: &Looking<'_>, draws: Vec<DrawDetail>) -> Answer<Option<Section>> {
    let (l, seated) = (looking.l(), looking.seated);
    if seated.seat.protocol().reconciliation.is_none() {
        return Ok(None);
    }
    let here = &seated.visitor.reader.here;
    let mut table = Table::new(l, here, l.text("visit-files-all"), l.text("visit-files-none"))
        .column(Column::new(l.text("visit-draw-number")))
        .column(Column::new(l.text("visit-draw-n")).numeric())
        .column(Column::new(l.text("cases-state")));
    let going_on = draws.iter().any(|draw| !draw.ended());
    for draw in draws {
        let ceremony = Ceremony { looking, draw };
        table = table.row([
            Cell::code(&ceremony.draw.row.draw, ceremony.address()),
            l.number(ceremony.design()?.n).into(),
            ceremony.standing().1.into(),
        ]);
    }
    let mut section = Section::new(l.text("visit-files-title")).say(l.text("visit-files-says")).part(table);
    if !going_on {
        let begin = format!("{}/draw/new-files", looking.address());
        section = section.links([Link::new(l.text("visit-files-begin"), begin)]);
    }
    Ok(Some(section))
}

/// How many files were drawn, presented, refused: on the page of the visit.
pub fn progress(looking: &Looking<'_>, draws: &[DrawDetail]) -> Answer<Option<Facts>> {
    let l = looking.l();
    let Some(draw) = newest(draws, Units::Files) else { return Ok(None) };
    let Some((_, places)) = &draw.report.known.sealed else { return Ok(None) };
    let drawn: u64 = places.values().map(|(n, _)| n).sum();
    let rows = looking.seated.seat.dispositions(&looking.detail.case.workflow, Units::Files)?;
    let facts = Facts::new().fact(l.text("visit-files-drawn"), l.number(drawn));
    Ok(Some(dispositions(l, facts, rows, draw)))
}

async fn new_sheet(looking: &Looking<'_>, form: &Form) -> Answer<Sheet> {
    let l = looking.l();
    let case = &looking.detail.case;
    let may = looking.seated.seat.may::<Read>()?;
    let counted = looking.seated.desk().files_to_draw(&may, &case.workflow, &case.code).await?;
    let frame = looking.frame(&l.text("visit-files-begin"))?.under(&case.code, looking.address());
    let frame = frame.under(l.text("visit-draw-title"), format!("{}/draw", looking.address()));
    let sheet = Sheet::new(frame).part(Prose::new(l.text("visit-files-says")));
    let Some((n, draw)) = counted else {
        return Ok(sheet.part(Prose::new(l.text("visit-files-not-yet"))));
    };
    let values = [("n", l.number(n).into()), ("draw", draw.into())];
    Ok(sheet.part(Prose::new(l.text_with("visit-files-as-many", &values))).form(form))
}

async fn new_page(seated: Seated, Path((_, workflow, code)): Path<(i64, String, String)>) -> Answer<Sheet> {
    let looking = Looking::at(&seated, &workflow, &code).await?;
    new_sheet(&looking, &new_form(&looking, Units::Files)).await
}

async fn begin(
    seated: Seated,
    Path((_, workflow, code)): Path<(i64, String, String)>,
    sent: Sent,
) -> Answer<Response> {
    let looking = Looking::at(&seated, &workflow, &code).await?;
    let new = match new_draw(&looking, &sent, Units::Files) {
        Ok(new) => new,
        Err(form) => return Ok(new_sheet(&looking, &form).await?.into_response()),
    };
    let may = seated.seat.may::<Read>()?;
    match seated.desk().begin_records_draw(&may, &workflow, &code, new).await {
        Ok(number) => Ok(see(format!("{}/draw/{number}", looking.address()), "done-draw-begun")),
        Err(error) => {
            let form = new_form(&looking, Units::Files);
            let form = come_back(form, &sent, in_words(&looking, error), "scheme")?;
            Ok(new_sheet(&looking, &form).await?.into_response())
        }
    }
}

fn asking(ceremony: &Ceremony<'_>, form: &Form) -> Answer<Sheet> {
    one_form(ceremony, "visit-files-list", "visit-files-list-says", form)
}

async fn files_page(seated: Seated, Path((_, workflow, code, seq)): Place) -> Answer<Sheet> {
    let looking = Looking::at(&seated, &workflow, &code).await?;
    let ceremony = Ceremony::at(&looking, seq).await?;
    asking(&ceremony, &opening_form(&ceremony, "files", "visit-files-list"))
}

fn table(ceremony: &Ceremony<'_>, files: Vec<DrawnFile>) -> Answer<Table> {
    let l = ceremony.l();
    let looking = ceremony.looking;
    let declared = looking.seated.seat.frame(&looking.detail.case.workflow)?;
    let here = &looking.seated.visitor.reader.here;
    let mut table = Table::new(l, here, l.text("visit-files-caption"), l.text("visit-files-nothing"))
        .count(files.len() as u64)
        .column(Column::new(l.text("visit-files-code")))
        .column(Column::new(l.text("visit-frame-number")))
        .column(Column::new(l.text("visit-frame-name")))
        .column(Column::new(l.text("visit-frame-stratum")))
        .column(Column::new(l.text("visit-calls-place")).numeric());
    for file in files {
        let sealed = |id: &str, property: &str| {
            Cell::new(looking.sealed(&l.text(id), file.line.get(property).map(String::as_str)))
        };
        let (stratum, rank) = &file.place;
        table = table.row([
            file.code.as_str().into(),
            sealed("visit-frame-number", &declared.number),
            sealed("visit-frame-name", &declared.check),
            stratum_title(ceremony, stratum).into(),
            l.number(rank + 1).into(),
        ]);
    }
    Ok(table)
}

async fn files(seated: Seated, Path((_, workflow, code, seq)): Place, sent: Sent) -> Answer<Response> {
    let looking = Looking::at(&seated, &workflow, &code).await?;
    let ceremony = Ceremony::at(&looking, seq).await?;
    let may = seated.seat.may::<OpenIdentity>()?;
    match seated.desk().drawn_files(&may, &workflow, &code, seq, sent.get("reason")).await {
        Ok(files) => {
            let periods = &seated.seat.protocol().reconciliation;
            let periods = periods.as_ref().map_or(0, |declared| declared.records_draw.periods.len());
            let l = ceremony.l();
            let shown = l.text_with_one("visit-files-shown", "periods", l.number(periods));
            let sheet = Sheet::new(ceremony.below("visit-files-list")?)
                .part(Prose::new(shown))
                .part(table(&ceremony, files)?);
            Ok(sheet.into_response())
        }
        Err(error) => {
            let form = opening_form(&ceremony, "files", "visit-files-list");
            Ok(asking(&ceremony, &come_back(form, &sent, error, "reason")?)?.into_response())
        }
    }
}
