//! Beginning a mandate: which protocol, what for, who works in it; then a look at who will hold which key.

use std::sync::Arc;

use axum::Router;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use desk::protocol::Protocol;
use desk::store::member::Member;
use desk::{Administrator, Holdings, NewMandate};

use super::compartments::{holds, title};
use crate::address::InPath;
use crate::answer::Answer;
use crate::frame::Frame;
use crate::locale::Locale;
use crate::patterns::{Choice, Column, Facts, Field, Form, Markup, Prose, Table, Tag, Tone};
use crate::room::{Visitor, Web};
use crate::sent::Sent;
use crate::sheet::{Sheet, come_back, see};

/// Routes of this group.
pub fn router() -> Router<Web> {
    Router::new()
        .route("/mandates/new", get(protocols_page).post(choose_protocol))
        .route("/mandates/new/{protocol}", get(new_page).post(begin))
}

fn protocols_form(visitor: &Visitor) -> Form {
    let l = visitor.reader.locale;
    let choices = visitor.desk().protocols().map(|protocol| {
        Choice::new(&protocol.name, protocol.title.get(l.code())).hint(protocol.description.get(l.code()))
    });
    Form::new(l, "/mandates/new", l.text("mandate-next"))
        .field(
            Field::radios("protocol", l.text("mandate-protocol"), choices.collect())
                .hint(l.text("mandate-protocol-hint")),
        )
        .back(l.text("go-back"), "/")
}

async fn protocols_page(visitor: Visitor) -> Answer<Sheet> {
    visitor.desk().administrator(&visitor.session)?;
    let frame = visitor.frame(visitor.reader.locale.text("mandate-new-title"));
    Ok(Sheet::new(frame).form(&protocols_form(&visitor)))
}

async fn choose_protocol(visitor: Visitor, sent: Sent) -> Answer<Response> {
    visitor.desk().administrator(&visitor.session)?;
    let l = visitor.reader.locale;
    if let Ok(protocol) = visitor.desk().protocol(sent.get("protocol")) {
        return Ok(Redirect::to(&format!("/mandates/new/{}", protocol.name)).into_response());
    }
    let mut form = protocols_form(&visitor);
    form.set_error("protocol", l.text("mandate-protocol-missing"));
    Ok(Sheet::new(visitor.frame(l.text("mandate-new-title"))).form(&form).into_response())
}

/// What is needed to ask for a mandate of one protocol.
struct Asking {
    visitor: Visitor,
    administrator: Administrator,
    protocol: Arc<Protocol>,
    members: Vec<Member>,
}

impl Asking {
    async fn read(visitor: Visitor, protocol: &str) -> Answer<Asking> {
        let administrator = visitor.desk().administrator(&visitor.session)?;
        let protocol = visitor.desk().protocol(protocol)?;
        let (mut members, _) = visitor.desk().members(&administrator).await?;
        members.retain(|member| member.left_at.is_none());
        Ok(Asking { visitor, administrator, protocol, members })
    }

    fn locale(&self) -> Locale {
        self.visitor.reader.locale
    }

    fn address(&self) -> String {
        format!("/mandates/new/{}", self.protocol.name)
    }

    fn frame(&self, title: &str) -> Frame {
        let l = self.locale();
        self.visitor.frame(l.text(title)).under(l.text("mandate-new-title"), "/mandates/new")
    }

    fn form(&self) -> Form {
        let l = self.locale();
        let mut roles = vec![Choice::new("", l.text("mandate-no-role"))];
        roles.extend(self.protocol.roles.iter().map(|role| Choice::new(&role.id, role.title.get(l.code()))));
        let mut form = Form::new(l, self.address(), l.text("mandate-check"))
            .field(Field::line("name", l.text("mandate-name")).hint(l.text("mandate-name-hint")).longest(200))
            .field(Field::text("description", l.text("mandate-description"), 3).optional());
        for member in &self.members {
            let label = l.text_with_one("mandate-role-of", "name", &member.name);
            form =
                form.field(Field::select(&role_field(member.id), label, roles.clone()).hint(&member.email));
        }
        form.back(l.text("go-back"), "/mandates/new")
    }

    /// Members with the role that was chosen for each.
    fn people(&self, sent: &Sent) -> Vec<(i64, String)> {
        let chosen =
            self.members.iter().map(|member| (member.id, sent.get(&role_field(member.id)).to_owned()));
        chosen.filter(|(_, role)| !role.is_empty()).collect()
    }

    fn name_of(&self, id: i64) -> &str {
        self.members.iter().find(|member| member.id == id).map_or("", |member| member.name.as_str())
    }

    /// The compartments, what each protects, which roles are given its key, and who would hold it.
    fn compartments(&self, holdings: Option<&Holdings>) -> Table {
        let l = self.locale();
        let here = crate::address::Address::new(self.address());
        let mut table = Table::new(l, &here, l.text("compartments"), "")
            .column(Column::new(l.text("compartment")))
            .column(Column::new(l.text("compartment-protects")))
            .column(Column::new(l.text("compartment-roles")));
        if holdings.is_some() {
            table = table.column(Column::new(l.text("compartment-held-by")));
        }
        let names = self.protocol.compartments.iter().map(|row| row.id.as_str()).chain([desk::DEVICES]);
        for name in names {
            let roles = self.protocol.roles.iter().filter(|role| {
                let phones = name == desk::DEVICES && role.may(desk::protocol::Right::Devices);
                phones || role.compartments.iter().any(|held| held == name)
            });
            let roles: Vec<&str> = roles.map(|role| role.title.get(l.code())).collect();
            let mut row = vec![
                title(&self.protocol, l, name).into(),
                holds(&self.protocol, l, name).into(),
                roles.join(", ").into(),
            ];
            if let Some(holdings) = holdings {
                let found = holdings.compartments.iter().find(|holding| holding.name == name);
                let people = found.map(|holding| holding.members.as_slice()).unwrap_or_default();
                let people: Vec<&str> = people.iter().map(|id| self.name_of(*id)).collect();
                let held: Markup = match people.is_empty() {
                    true => Tag::new(Tone::Warning, l.text("compartment-nobody")).into(),
                    false => people.join(", ").into(),
                };
                row.push(held.into());
            }
            table = table.row(row);
        }
        table
    }

    fn sheet(&self, form: &Form, holdings: Option<&Holdings>) -> Sheet {
        let l = self.locale();
        let what = Facts::new()
            .fact(l.text("mandate-protocol"), self.protocol.title.get(l.code()))
            .fact(l.text("mandate-protocol-what"), self.protocol.description.get(l.code()));
        Sheet::new(self.frame("mandate-new-title"))
            .part(what)
            .part(self.compartments(holdings))
            .part(Prose::new(l.text("mandate-people-what")))
            .form(form)
    }

    /// Everything that will be made, to be looked at once more.
    fn check_sheet(&self, sent: &Sent, holdings: &Holdings) -> Sheet {
        let l = self.locale();
        let carry = |form: Form| {
            sent.pairs()
                .iter()
                .filter(|(name, value)| !value.is_empty() && name != "change" && name != "sure")
                .fold(form, |form, (name, value)| form.field(Field::hidden(name, value)))
        };
        let mut facts = Facts::new().fact(l.text("mandate-name"), sent.get("name"));
        if !sent.get("description").is_empty() {
            facts = facts.fact(l.text("mandate-description"), sent.get("description"));
        }
        facts = facts.fact(l.text("mandate-protocol"), self.protocol.title.get(l.code()));
        let begin = carry(Form::new(l, self.address(), l.text("mandate-begin")));
        let change = carry(Form::new(l, self.address(), l.text("mandate-change")).quiet());
        Sheet::new(self.frame("mandate-check-title"))
            .part(facts)
            .part(self.compartments(Some(holdings)))
            .part(Prose::new(l.text("mandate-check-what")))
            .form(&begin.field(Field::hidden("sure", "yes")))
            .form(&change.field(Field::hidden("change", "yes")))
    }
}

fn role_field(member: i64) -> String {
    format!("role-{member}")
}

async fn new_page(visitor: Visitor, InPath(protocol): InPath<String>) -> Answer<Sheet> {
    let asking = Asking::read(visitor, &protocol).await?;
    Ok(asking.sheet(&asking.form(), None))
}

/// First answers with what would be made; begins the mandate when that was seen.
async fn begin(visitor: Visitor, InPath(protocol): InPath<String>, sent: Sent) -> Answer<Response> {
    let asking = Asking::read(visitor, &protocol).await?;
    let l = asking.locale();
    let people = asking.people(&sent);
    let holdings = Holdings::of(&asking.protocol, &people)?;
    let mut form = asking.form().fill(sent.pairs());
    if sent.ticked("change") {
        return Ok(asking.sheet(&form, Some(&holdings)).into_response());
    }
    if sent.get("name").is_empty() {
        form.set_error("name", l.text("mandate-name-missing"));
    }
    let unheld: Vec<String> = holdings.unheld().map(|name| title(&asking.protocol, l, name)).collect();
    if let (false, Some(first)) = (unheld.is_empty(), asking.members.first()) {
        let list = unheld.join(", ");
        form.set_error(&role_field(first.id), l.text_with_one("mandate-unheld", "compartments", list));
    }
    if form.has_errors() {
        return Ok(asking.sheet(&form, Some(&holdings)).into_response());
    }
    if !sent.ticked("sure") {
        return Ok(asking.check_sheet(&sent, &holdings).into_response());
    }
    let new = NewMandate {
        name: sent.get("name").to_owned(),
        description: sent.get("description").to_owned(),
        protocol,
        people,
    };
    match asking.visitor.desk().begin_mandate(&asking.administrator, new).await {
        Ok(mandate) => Ok(see(format!("/m/{mandate}/people"), "done-mandate-begun")),
        Err(error) => {
            let error = super::compartments::in_words(error, &asking.protocol, l);
            let form = come_back(form, &sent, error, "name")?;
            Ok(asking.sheet(&form, Some(&holdings)).into_response())
        }
    }
}
