//! The record of what was done, in a mandate or on the whole server: who, when, what, to which thing.

use axum::Router;
use axum::routing::get;
use desk::{About, AuditLine, AuditPage, Ledger};

use crate::answer::Answer;
use crate::locale::Locale;
use crate::moment::moment_cell;
use crate::pages::case_words::case_address;
use crate::pages::forms::form_address;
use crate::pages::record_words::{ACTIONS, action_in_words, details};
use crate::pages::submissions::submission_address;
use crate::pages::wording::{entry_address, registry_address};
use crate::patterns::{Cell, Choice, Column, Field, Markup, Prose, Table};
use crate::room::{Room, Seated, Visitor, Web};
use crate::sheet::Sheet;

/// Routes of this group.
pub fn router() -> Router<Web> {
    Router::new().route("/m/{mandate}/record", get(of_mandate)).route("/record", get(of_server))
}

async fn of_mandate(seated: Seated) -> Answer<Sheet> {
    let l = seated.visitor.reader.locale;
    let may = seated.seat.may::<Ledger>()?;
    let (action, before) = wanted(&seated.visitor);
    let page = seated.desk().audit(&may, action, before).await?;
    let table = table(&seated.visitor, &page, false);
    Ok(Sheet::new(seated.frame(Room::Record, l.text("room-record")))
        .part(Prose::new(l.text("record-says")))
        .part(table))
}

async fn of_server(visitor: Visitor) -> Answer<Sheet> {
    let l = visitor.reader.locale;
    let administrator = visitor.desk().administrator(&visitor.session)?;
    let (action, before) = wanted(&visitor);
    let page = visitor.desk().server_audit(&administrator, action, before).await?;
    let table = table(&visitor, &page, true);
    Ok(Sheet::new(visitor.frame(l.text("record-server"))).part(Prose::new(l.text("record-says"))).part(table))
}

/// The action to show alone, and where the page begins.
fn wanted(visitor: &Visitor) -> (Option<&str>, Option<i64>) {
    let here = &visitor.reader.here;
    (here.get("action"), here.get("after").and_then(|key| key.parse().ok()))
}

fn table(visitor: &Visitor, page: &AuditPage, whole_server: bool) -> Table {
    let l = visitor.reader.locale;
    let mut actions = vec![Choice::new("", l.text("record-every-action"))];
    actions.extend(ACTIONS.iter().map(|(action, id)| Choice::new(*action, l.text(id))));
    let mut table = Table::new(l, &visitor.reader.here, l.text("record-table"), l.text("record-empty"))
        .column(Column::new(l.text("record-when")))
        .column(Column::new(l.text("record-who")))
        .column(Column::new(l.text("record-what")))
        .column(Column::new(l.text("record-about")))
        .column(Column::new(l.text("record-more")))
        .column(Column::new(l.text("record-leaf")))
        .filter(Field::select("action", l.text("record-what"), actions))
        .uncounted()
        .turn(None, page.before.map(|before| before.to_string()).as_deref());
    for line in &page.lines {
        table = table.row(row(l, line, page, whole_server));
    }
    table
}

fn row(l: Locale, line: &AuditLine, page: &AuditPage, whole_server: bool) -> Vec<Cell> {
    let entry = &line.entry;
    let who = line.who.clone().unwrap_or_else(|| l.text("record-nobody"));
    let mut about = match (&line.about, entry.mandate) {
        (Some(about), mandate) => vec![about_markup(l, about, mandate)],
        (None, _) => Vec::new(),
    };
    let mandate = entry.mandate.and_then(|id| page.mandates.get(&id).map(|name| (id, name)));
    if let Some((id, name)) = mandate.filter(|_| whole_server)
        && !matches!(line.about, Some(About::Mandate { .. }))
    {
        about.push(crate::patterns::LinkText::new(name, Room::Today.address(id)).into());
    }
    if about.is_empty() {
        about.push("–".into());
    }
    let leaf = match entry.leaf {
        Some(leaf) => Cell::link(leaf.to_string(), format!("/ledger/leaf/{leaf}")),
        None => "–".into(),
    };
    vec![
        moment_cell(l, entry.at),
        who.into(),
        action_in_words(l, &entry.action).into(),
        Cell::new(Markup::joined(about)),
        details(l, &entry.detail).into(),
        leaf,
    ]
}

/// The thing that was acted on, as a link where it has a page.
fn about_markup(l: Locale, about: &About, mandate: Option<i64>) -> Markup {
    let link = |label: String, href: Option<String>| -> Markup {
        match href {
            Some(href) => crate::patterns::LinkText::new(label, href).into(),
            None => label.into(),
        }
    };
    match about {
        About::Mandate { name } => link(name.clone(), mandate.map(|id| Room::Today.address(id))),
        About::Form { form_id } => {
            link(l.text_with_one("record-form", "form", form_id), mandate.map(|id| form_address(id, form_id)))
        }
        About::Submission { form_id, instance_id } => link(
            l.text_with_one("record-submission", "form", form_id),
            mandate.map(|id| submission_address(id, form_id, instance_id)),
        ),
        About::Registry { name } => link(
            l.text_with_one("record-registry", "registry", name),
            mandate.map(|id| registry_address(id, name)),
        ),
        About::Entry { registry, uuid } => link(
            l.text_with_one("record-entry", "registry", registry),
            mandate.map(|id| entry_address(id, registry, uuid)),
        ),
        About::Case { workflow, code } => {
            link(code.clone(), mandate.map(|id| case_address(id, workflow, code)))
        }
        About::Actor { name } => name.clone().into(),
    }
}
