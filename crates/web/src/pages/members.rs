//! Accounts of the whole server: for administrators.

use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use desk::store::member::Invitation;

use crate::address::InPath;
use crate::answer::{Answer, Refusal};
use crate::frame::{Action, Frame};
use crate::locale::Locale;
use crate::moment::{day, moment};
use crate::patterns::{
    Cell, Choice, CodeBlock, Column, Confirmation, Field, Form, Markup, Notice, Prose, Section, SmallButton,
    Table, Tag, Tone,
};
use crate::room::{Approach, Visitor, Web};
use crate::sent::Sent;
use crate::sheet::{Sheet, come_back, see};

/// Routes of this group.
pub fn router() -> Router<Web> {
    Router::new()
        .route("/members", get(members))
        .route("/members/invite", get(invite_page).post(invite))
        .route("/members/invitations/{invitation}/withdraw", post(withdraw))
        .route("/members/{member}/close", get(close_page).post(close))
}

fn frame(visitor: &Visitor, title: impl Into<String>) -> Frame {
    visitor.frame(title).under(visitor.reader.locale.text("room-accounts"), "/members")
}

async fn members(visitor: Visitor) -> Answer<Sheet> {
    let l = visitor.reader.locale;
    let administrator = visitor.desk().administrator(&visitor.session)?;
    let (members, invitations) = visitor.desk().members(&administrator).await?;
    let with_passkeys = visitor.desk().with_passkeys(&administrator).await?;
    let own = visitor.session.member().id;
    let here = &visitor.reader.here;
    let mut table = Table::new(l, here, l.text("members-accounts"), l.text("members-empty"))
        .column(Column::new(l.text("profile-name")))
        .column(Column::new(l.text("login-email")))
        .column(Column::new(l.text("members-rights")))
        .column(Column::new(l.text("account-second-factor")))
        .column(Column::new(l.text("members-since")))
        .column(Column::new(l.text("members-action")));
    for member in &members {
        let rights: Markup = match (member.left_at, member.administrator) {
            (Some(at), _) => {
                Tag::new(Tone::Plain, l.text_with_one("members-closed", "day", day(l, at))).into()
            }
            (None, true) => Tag::new(Tone::Warning, l.text("members-administrator")).into(),
            (None, false) => l.text("members-member").into(),
        };
        let has_second = member.sealed_totp.is_some() || with_passkeys.contains(&member.id);
        let second = if has_second { "account-on" } else { "account-off" };
        let action = match (member.left_at, member.id == own) {
            (None, false) => Cell::link(l.text("members-close"), format!("/members/{}/close", member.id)),
            (None, true) => Cell::link(l.text("room-account"), "/account"),
            (Some(_), _) => "".into(),
        };
        table = table.row([
            member.name.as_str().into(),
            member.email.as_str().into(),
            rights.into(),
            l.text(second).into(),
            day(l, member.created_at).into(),
            action,
        ]);
    }
    let frame = visitor.frame(l.text("room-accounts"));
    let sheet =
        Sheet::new(frame.action(Action::open(l.text("members-invite"), "/members/invite"))).part(table);
    Ok(match invitations.is_empty() {
        true => sheet,
        false => sheet.part(waiting(&visitor, &invitations)),
    })
}

fn waiting(visitor: &Visitor, invitations: &[Invitation]) -> Table {
    let l = visitor.reader.locale;
    let here = &visitor.reader.here;
    let table = Table::new(l, here, l.text("invitations-waiting"), l.text("invitations-empty"))
        .column(Column::new(l.text("login-email")))
        .column(Column::new(l.text("profile-name")))
        .column(Column::new(l.text("invitations-until")))
        .column(Column::new(l.text("members-action")));
    invitations.iter().fold(table, |table, invitation| {
        let address = format!("/members/invitations/{}/withdraw", invitation.id);
        table.row([
            invitation.email.as_str().into(),
            invitation.name.as_str().into(),
            moment(l, invitation.expires_at).into(),
            SmallButton::new(l.text("invitations-withdraw"), &invitation.email, address).into(),
        ])
    })
}

/// Every role of every mandate that goes on, as one choice.
async fn places(visitor: &Visitor) -> Answer<Vec<Choice>> {
    let l = visitor.reader.locale;
    let mut choices = vec![Choice::new("", l.text("invite-no-place"))];
    for (mandate, _) in visitor.desk().mandates(&visitor.session).await? {
        let Ok(protocol) = visitor.desk().protocol(&mandate.protocol) else { continue };
        if mandate.archived_at.is_some() {
            continue;
        }
        choices.extend(protocol.roles.iter().map(|role| {
            let label = format!("{} · {}", mandate.name, role.title.get(l.code()));
            Choice::new(format!("{}:{}", mandate.id, role.id), label)
        }));
    }
    Ok(choices)
}

fn invite_form(l: Locale, places: Vec<Choice>) -> Form {
    Form::new(l, "/members/invite", l.text("invite-submit"))
        .field(
            Field::email("email", l.text("login-email"))
                .hint(l.text("invite-email-hint"))
                .autocomplete("off"),
        )
        .field(
            Field::line("name", l.text("profile-name"))
                .hint(l.text("invite-name-hint"))
                .optional()
                .longest(200),
        )
        .field(Field::select("place", l.text("invite-place"), places).hint(l.text("invite-place-hint")))
        .field(Field::checkboxes(
            "administrator",
            l.text("invite-rights"),
            vec![
                Choice::new("yes", l.text("invite-administrator")).hint(l.text("invite-administrator-hint")),
            ],
        ))
        .back(l.text("go-back"), "/members")
}

async fn invite_page(visitor: Visitor) -> Answer<Sheet> {
    visitor.desk().administrator(&visitor.session)?;
    let l = visitor.reader.locale;
    let form = invite_form(l, places(&visitor).await?);
    Ok(Sheet::new(frame(&visitor, l.text("invite-title"))).form(&form))
}

async fn invite(visitor: Visitor, approach: Approach, sent: Sent) -> Answer<Sheet> {
    let l = visitor.reader.locale;
    let administrator = visitor.desk().administrator(&visitor.session)?;
    let place = sent.get("place").split_once(':');
    let place = place.and_then(|(mandate, role)| Some((mandate.parse().ok()?, role.to_owned())));
    let as_administrator = sent.ticked("administrator");
    let made =
        visitor.desk().invite(&administrator, sent.get("email"), sent.get("name"), as_administrator, place);
    match made.await {
        Ok(token) => {
            let link = format!("{}/invitation/{token}", approach.server);
            let block = CodeBlock::new(l.text_with_one("invited-link", "email", sent.get("email")), link)
                .note(l.text("invited-note"));
            let next = Section::new(l.text("invited-next"))
                .numbered(
                    ["invited-next-hand", "invited-next-choose", "invited-next-keys"].map(|id| l.text(id)),
                )
                .links([crate::frame::Link::new(l.text("invited-back"), "/members")]);
            Ok(Sheet::new(frame(&visitor, l.text("invited-title"))).part(block).part(next))
        }
        Err(error) => {
            let form = come_back(invite_form(l, places(&visitor).await?), &sent, error, "email")?;
            Ok(Sheet::new(frame(&visitor, l.text("invite-title"))).form(&form))
        }
    }
}

async fn withdraw(visitor: Visitor, InPath(invitation): InPath<i64>) -> Answer<Response> {
    let administrator = visitor.desk().administrator(&visitor.session)?;
    visitor.desk().withdraw_invitation(&administrator, invitation).await?;
    Ok(see("/members", "done-invitation-withdrawn"))
}

/// Says who goes, and which keys stay behind that others must take.
async fn close_page(visitor: Visitor, InPath(member): InPath<i64>) -> Answer<Sheet> {
    let l = visitor.reader.locale;
    let administrator = visitor.desk().administrator(&visitor.session)?;
    let (members, _) = visitor.desk().members(&administrator).await?;
    let member = members
        .into_iter()
        .find(|known| known.id == member && known.left_at.is_none())
        .ok_or_else(Refusal::not_found)?;
    let work = visitor.desk().work_of(&administrator, member.id).await?;
    let mut question = Confirmation::new(
        l,
        l.text_with_one("close-question", "name", &member.name),
        l.text("members-close"),
        format!("/members/{}/close", member.id),
        "/members",
    )
    .consequence(l.text("close-logins"))
    .consequence(l.text("close-record"));
    if work.iter().any(|(_, compartments)| *compartments > 0) {
        question = question.consequence(l.text("close-keys"));
    }
    let title = l.text_with_one("close-title", "name", &member.name);
    let mut sheet = Sheet::new(frame(&visitor, title)).part(question);
    if work.is_empty() {
        return Ok(sheet.part(Prose::new(l.text("close-no-mandate"))));
    }
    for (mandate, compartments) in work {
        let values = [("mandate", mandate.name.as_str().into()), ("count", compartments.into())];
        let notice = Notice::new(Tone::Plain, l.text_with("close-in-mandate", &values));
        let address = format!("/m/{}/people/{}", mandate.id, member.id);
        sheet = sheet.part(notice.link(l.text("close-take-first"), address));
    }
    Ok(sheet)
}

async fn close(visitor: Visitor, InPath(member): InPath<i64>) -> Answer<Response> {
    let administrator = visitor.desk().administrator(&visitor.session)?;
    visitor.desk().close_account(&administrator, member).await?;
    Ok(see("/members", "done-account-closed").into_response())
}
