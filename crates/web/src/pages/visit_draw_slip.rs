//! The slip of somebody who is listed: proof that they are, and nothing else.

use axum::Router;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use desk::OpenIdentity;

use crate::answer::Answer;
use crate::locale::Locale;
use crate::pages::case::Looking;
use crate::pages::visit_draw::{Ceremony, Place};
use crate::pages::visit_draw_acts::one_form;
use crate::patterns::{Field, Form, QrBlock, Section};
use crate::room::{Seated, Web};
use crate::sent::Sent;
use crate::sheet::{Sheet, come_back};

/// Routes of this group.
pub fn router() -> Router<Web> {
    let slip_of = "/m/{mandate}/cases/{workflow}/{code}/draw/{seq}/slip";
    Router::new().route(slip_of, get(slip_page).post(slip))
}

fn slip_form(ceremony: &Ceremony<'_>) -> Form {
    let l = ceremony.l();
    let number = Field::line("number", l.text("visit-frame-number")).longest(100).autocomplete("off");
    Form::new(l, ceremony.act("slip"), l.text("visit-slip-make"))
        .field(number)
        .back(l.text("go-back"), ceremony.address())
}

async fn slip_page(seated: Seated, Path((_, workflow, code, seq)): Place) -> Answer<Sheet> {
    let looking = Looking::at(&seated, &workflow, &code).await?;
    let ceremony = Ceremony::at(&looking, seq).await?;
    one_form(&ceremony, "visit-draw-slip", "visit-slip-says", &slip_form(&ceremony))
}

async fn slip(seated: Seated, Path((_, workflow, code, seq)): Place, sent: Sent) -> Answer<Response> {
    let looking = Looking::at(&seated, &workflow, &code).await?;
    let ceremony = Ceremony::at(&looking, seq).await?;
    let l: Locale = ceremony.l();
    let may = seated.seat.may::<OpenIdentity>()?;
    let text = match seated.desk().slip(&may, &workflow, &code, seq, sent.get("number")).await {
        Ok(text) => text,
        Err(error) => {
            let form = come_back(slip_form(&ceremony), &sent, error, "number")?;
            return Ok(one_form(&ceremony, "visit-draw-slip", "visit-slip-says", &form)?.into_response());
        }
    };
    let mut section = Section::new(l.text("visit-slip-title")).say(l.text("visit-slip-how"));
    section = match QrBlock::new(l, l.text("visit-slip-qr"), &text) {
        Ok(code) => section.part(code.with_text(text)),
        Err(_) => section.part(crate::patterns::CodeBlock::new(l.text("visit-slip-qr"), text)),
    };
    Ok(Sheet::new(ceremony.below("visit-draw-slip")?).part(section).into_response())
}
