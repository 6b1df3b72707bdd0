//! One form: its state, what it asks and under whose key, its versions.

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use desk::protocol::Right;
use desk::store::form::{Form, FormVersion};
use desk::xforms::Class;
use desk::{CompartmentState, FormModel};

use crate::address::{Address, part};
use crate::answer::{Answer, Refusal};
use crate::frame::{Action, Link};
use crate::locale::Locale;
use crate::moment::{moment, moment_cell};
use crate::pages::answers::Wording;
use crate::pages::forms::{form_address, state_tag};
use crate::pages::submissions::list_address;
use crate::patterns::{
    Cell, Choice, Column, Facts, Field, Form as Questions, Markup, Notice, Section, Table, Tag, Tone,
};
use crate::room::{Room, Seated, Web};
use crate::sent::Sent;
use crate::sheet::{Sheet, see};

/// The routes of this group.
pub fn router() -> Router<Web> {
    let one = "/m/{mandate}/forms/{form}";
    Router::new()
        .route(one, get(look))
        .route(&format!("{one}/state"), post(set_state))
        .route(&format!("{one}/versions/{{version}}/xform"), get(xform))
        .route(&format!("{one}/versions/{{version}}/xlsform"), get(xlsform))
}

async fn look(seated: Seated, Path((_, form_id)): Path<(i64, String)>) -> Answer<Sheet> {
    let l = seated.visitor.reader.locale;
    let desk = seated.desk();
    let form = desk.form(seated.mandate(), &form_id).await?;
    let address = form_address(seated.mandate(), &form_id);
    let draft = desk.draft(&form).await?;
    let Ok(model) = desk.published(&form).await else {
        let title = draft.as_ref().map_or(form_id.as_str(), |model| model.form.title.as_str());
        let frame = seated.frame(Room::Forms, title).state(l.text("form-only-draft"));
        return Ok(Sheet::new(frame).part(draft_notice(l, &address, true)));
    };
    let compartments = desk.compartments(&seated.seat).await?;
    let versions = desk.form_versions(&seated.seat, &form).await?;
    let names = desk.names(&seated.seat).await?;
    let who = |id: Option<i64>| id.and_then(|id| names.member(id)).unwrap_or("–").to_owned();
    let may_fill = seated.seat.has(Right::Collect) && form.state != "closed";

    let mut frame = seated.frame(Room::Forms, &model.form.title);
    if may_fill {
        frame = frame.action(Action::open(l.text("form-fill"), format!("{address}/fill")));
    }
    let mut sheet = Sheet::new(frame);
    if draft.is_some() && seated.seat.has(Right::Forms) {
        sheet = sheet.part(draft_notice(l, &address, false));
    }
    if model.form.encryption.is_some() {
        sheet = sheet.part(Notice::new(Tone::Plain, l.text("form-encrypts")));
    }
    let published = l.text_with(
        "form-published-by",
        &[
            ("at", moment(l, model.version.published_at.unwrap_or_default()).into()),
            ("who", who(model.version.created_by).into()),
        ],
    );
    let mut facts = Facts::new()
        .fact(l.text("form-state"), state_tag(l, &form))
        .fact(l.text("form-version"), version_name(&model.version))
        .fact(l.text("form-published"), published)
        .fact(l.text("form-id"), form.form_id.as_str());
    if seated.seat.has(Right::Read) {
        let href = list_address(seated.mandate(), &form_id);
        facts = facts.changeable(
            l.text("room-submissions"),
            l.number(form.submissions),
            l.text("form-to-submissions"),
            href,
        );
    }
    if seated.seat.has(Right::Devices) {
        let phones = Room::Devices.address(seated.mandate());
        facts =
            facts.changeable(l.text("room-devices"), l.text("form-phones"), l.text("form-to-phones"), phones);
    }
    sheet = sheet.part(facts);
    sheet = sheet.part(fields_table(&seated, &model, &compartments));
    sheet = sheet.part(versions_table(&seated, &address, &versions, &who));
    if seated.seat.has(Right::Forms) {
        let upload = Link::new(l.text("form-upload-version"), format!("/m/{}/new-form", seated.mandate()));
        let section = Section::new(l.text("form-change")).say(l.text("form-change-how")).links([upload]);
        sheet = sheet.part(section).part(state_section(l, &address, &form));
    }
    Ok(sheet)
}

fn draft_notice(locale: Locale, address: &str, only: bool) -> Notice {
    let id = if only { "form-draft-only" } else { "form-draft-waits" };
    Notice::new(Tone::Plain, locale.text(id)).link(locale.text("form-to-draft"), format!("{address}/draft"))
}

/// A version's name; one without a name is a dash.
pub fn version_name(version: &FormVersion) -> String {
    if version.version.is_empty() { "–".to_owned() } else { version.version.clone() }
}

/// The fields that hold answers; the ids that every submission has are none.
pub fn asked(model: &FormModel) -> impl Iterator<Item = &desk::xforms::Field> {
    let fields = model.form.fields.iter();
    fields.filter(|field| {
        field.kind.has_value() && !matches!(field.path.as_str(), "meta/instanceID" | "meta/deprecatedID")
    })
}

/// Every field with its class and the compartment that its values are sealed to.
pub fn fields_table(seated: &Seated, model: &FormModel, compartments: &[CompartmentState]) -> Table {
    let l = seated.visitor.reader.locale;
    let wording = Wording::new(l, &model.form);
    let here = Address::new(seated.visitor.reader.here.path());
    let mut table = Table::new(l, &here, l.text("form-fields"), l.text("form-no-fields"))
        .column(Column::new(l.text("form-question")))
        .column(Column::new(l.text("form-field")))
        .column(Column::new(l.text("form-kind")))
        .column(Column::new(l.text("form-class")))
        .column(Column::new(l.text("form-compartment")));
    for field in asked(model) {
        let class = field.class_or(Class::Sensitive);
        let compartment = match class {
            Class::Open => None,
            Class::Sensitive => Some(model.version.sensitive_compartment),
            Class::Identity => Some(model.version.identity_compartment),
        };
        table = table.row([
            Cell::new(wording.question(field)),
            Cell::new(field.path.as_str()),
            Cell::new(wording.kind(field)),
            Cell::new(class_tag(l, field.class)),
            Cell::new(
                compartment.map_or_else(|| "–".to_owned(), |id| compartment_title(seated, compartments, id)),
            ),
        ]);
    }
    table
}

/// A class as a tag; a field without one is sealed as sensitive, and the tag says so.
fn class_tag(locale: Locale, class: Option<Class>) -> Tag {
    match class {
        Some(class) => Tag::new(Tone::Plain, crate::pages::answers::class_word(locale, class)),
        None => Tag::new(Tone::Warning, locale.text("class-none")),
    }
}

/// The name that the protocol gives a compartment.
pub fn compartment_title(seated: &Seated, compartments: &[CompartmentState], id: i64) -> String {
    let found = compartments.iter().find(|state| state.compartment.id == id);
    let name = found.map_or("", |state| state.compartment.name.as_str());
    let compartment = seated.seat.protocol().compartment(name);
    let code = seated.visitor.reader.locale.code();
    compartment.map_or(name, |compartment| compartment.title.get(code)).to_owned()
}

fn versions_table(
    seated: &Seated,
    address: &str,
    versions: &[FormVersion],
    who: &dyn Fn(Option<i64>) -> String,
) -> Table {
    let l = seated.visitor.reader.locale;
    let here = Address::new(seated.visitor.reader.here.path());
    let mut table = Table::new(l, &here, l.text("form-versions"), "")
        .column(Column::new(l.text("form-version")))
        .column(Column::new(l.text("form-published")))
        .column(Column::new(l.text("form-by")))
        .column(Column::new(l.text("form-download")));
    for version in versions {
        let mut downloads = vec![Link::new("XForm", format!("{address}/versions/{}/xform", version.id))];
        if version.xlsform_name.is_some() {
            downloads.push(Link::new("XLSForm", format!("{address}/versions/{}/xlsform", version.id)));
        }
        table = table.row([
            Cell::new(version_name(version)),
            moment_cell(l, version.published_at.unwrap_or_default()),
            Cell::new(who(version.created_by)),
            Cell::new(Markup::of(&Links { links: downloads })),
        ]);
    }
    table
}

#[derive(askama::Template)]
#[template(
    source = r#"{% for link in links %}<a href="{{ link.href }}" download>{{ link.label }}</a> {% endfor %}"#,
    ext = "html"
)]
struct Links {
    links: Vec<Link>,
}

fn state_section(locale: Locale, address: &str, form: &Form) -> Markup {
    let states = ["open", "closing", "closed"].map(|state| {
        let (label, hint) = match state {
            "open" => ("form-open", "form-open-means"),
            "closing" => ("form-closing", "form-closing-means"),
            _ => ("form-closed", "form-closed-means"),
        };
        Choice::new(state, locale.text(label)).hint(locale.text(hint))
    });
    let question = Field::radios("state", locale.text("form-state-which"), states.into()).value(&form.state);
    let ask =
        Questions::new(locale, format!("{address}/state"), locale.text("form-state-save")).field(question);
    Section::new(locale.text("form-state")).part(ask).into()
}

async fn set_state(seated: Seated, Path((_, form_id)): Path<(i64, String)>, sent: Sent) -> Answer<Response> {
    let may = seated.seat.may::<desk::Forms>()?;
    let form = seated.desk().form(seated.mandate(), &form_id).await?;
    seated.desk().set_form_state(&may, &form, sent.get("state")).await?;
    Ok(see(form_address(seated.mandate(), &form_id), "done-form-state"))
}

/// The version that an address names: a number, `published` or `draft`.
pub async fn version_named(seated: &Seated, form: &Form, name: &str) -> Answer<std::sync::Arc<FormModel>> {
    let desk = seated.desk();
    Ok(match name {
        "published" => desk.published(form).await?,
        "draft" => {
            seated.seat.may::<desk::Forms>()?;
            desk.draft(form).await?.ok_or_else(Refusal::not_found)?
        }
        number => {
            let number = number.parse().map_err(|_| Refusal::not_found())?;
            desk.form_version(&seated.seat, form, number).await?
        }
    })
}

async fn xform(seated: Seated, Path((_, form_id, version)): Path<(i64, String, String)>) -> Answer<Response> {
    let form = seated.desk().form(seated.mandate(), &form_id).await?;
    let model = version_named(&seated, &form, &version).await?;
    let name = format!("{form_id}.xml");
    Ok(download(&name, "application/xml; charset=utf-8", model.version.xform.clone().into_bytes()))
}

async fn xlsform(
    seated: Seated,
    Path((_, form_id, version)): Path<(i64, String, String)>,
) -> Answer<Response> {
    let form = seated.desk().form(seated.mandate(), &form_id).await?;
    let model = version_named(&seated, &form, &version).await?;
    let (Some(name), Some(bytes)) = (&model.version.xlsform_name, &model.version.xlsform) else {
        return Err(Refusal::not_found().into());
    };
    Ok(download(name, "application/octet-stream", bytes.clone()))
}

/// A file to be saved under its name.
fn download(name: &str, media_type: &'static str, bytes: Vec<u8>) -> Response {
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    if let Ok(name) = HeaderValue::from_str(&format!("attachment; filename*=UTF-8''{}", part(name))) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    response
}
