//! The first page: the mandates that a member works in, and what waits for them.

use axum::Router;
use axum::routing::get;
use desk::OwnAccount;

use crate::answer::Answer;
use crate::frame::{Action, Link};
use crate::pages::today::tasks;
use crate::patterns::{Board, Notice, Prose, Section, Tone};
use crate::room::{Room, Visitor, Web};
use crate::sheet::Sheet;

/// Routes of this group.
pub fn router() -> Router<Web> {
    Router::new().route("/", get(home))
}

async fn home(visitor: Visitor) -> Answer<Sheet> {
    let l = visitor.reader.locale;
    let desk = visitor.desk();
    let mut frame = visitor.frame(l.text("room-today"));
    let administrator = visitor.session.member().administrator;
    if administrator {
        frame = frame.action(Action::open(l.text("home-new-mandate"), "/mandates/new"));
    }
    let mut sheet = own_account(&visitor, Sheet::new(frame), desk.own_account(&visitor.session).await?);
    let mandates = desk.mandates(&visitor.session).await?;
    if mandates.is_empty() {
        let text = if administrator { "home-no-mandate-administrator" } else { "home-no-mandate" };
        return Ok(sheet.part(Prose::new(l.text(text))));
    }
    let (archived, working): (Vec<_>, Vec<_>) =
        mandates.into_iter().partition(|(mandate, _)| mandate.archived_at.is_some());
    for (mandate, _) in working {
        let seat = desk.seat(&visitor.session, mandate.id).await?;
        let today = desk.today(&seat).await?;
        let role = seat.role().and_then(|role| seat.protocol().role(role));
        let role = role.map_or_else(|| l.text("home-no-role"), |role| role.title.get(l.code()).to_owned());
        let about = [("role", role.into()), ("count", today.submissions.into())];
        let place = Link::new(&mandate.name, Room::Today.address(mandate.id));
        sheet = sheet.part(Board::new(
            place,
            l.text_with("home-role-and-count", &about),
            tasks(l, &seat, &today),
        ));
    }
    if !archived.is_empty() {
        let links =
            archived.iter().map(|(mandate, _)| Link::new(&mandate.name, Room::Today.address(mandate.id)));
        sheet = sheet.part(Section::new(l.text("home-archived")).links(links));
    }
    Ok(sheet)
}

/// What the member's own account lacks, the most dangerous first.
fn own_account(visitor: &Visitor, mut sheet: Sheet, own: OwnAccount) -> Sheet {
    let l = visitor.reader.locale;
    if own.no_recovery_code {
        let notice = Notice::new(Tone::Warning, l.text("home-no-recovery-code"));
        sheet = sheet.part(notice.link(l.text("home-make-recovery-code"), "/account"));
    }
    if own.no_second_factor {
        let notice = Notice::new(Tone::Warning, l.text("home-no-second-factor"));
        sheet = sheet.part(notice.link(l.text("home-add-second-factor"), "/account"));
    }
    if own.locked {
        let notice = Notice::new(Tone::Plain, l.text("home-locked"));
        sheet = sheet.part(notice.link(l.text("frame-unlock"), "/unlock?next=%2F"));
    }
    sheet
}
