//! Making an entry, changing it on top of the version that was seen, removing and erasing it.

use axum::Router;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use desk::store::registry::{Property, Registry};
use desk::xforms::Class;
use desk::{EntryChange, Manage, Review};

use crate::answer::{Answer, Refusal};
use crate::pages::answers::class_word;
use crate::pages::entry::Shown;
use crate::pages::registry::name_of;
use crate::pages::wording::{entry_address, registry_address, registry_title};
use crate::patterns::{Confirmation, Field, Form, Notice, Tone};
use crate::room::{Room, Seated, Web};
use crate::sent::Sent;
use crate::sheet::{Sheet, come_back, see};

/// Routes of this group.
pub fn router() -> Router<Web> {
    Router::new()
        .route("/m/{mandate}/registries/{registry}/new", get(new_page).post(add))
        .route("/m/{mandate}/registries/{registry}/entries/{entry}/edit", get(edit_page).post(edit))
        .route("/m/{mandate}/registries/{registry}/entries/{entry}/remove", get(remove_page).post(remove))
        .route("/m/{mandate}/registries/{registry}/entries/{entry}/erase", get(erase_page).post(erase))
}

/// The field of a property. Properties may have any name, so the form's names are told apart by a mark.
fn field_name(property: &str) -> String {
    format!("p.{property}")
}

/// A question for a property, with its class in the hint.
fn question(seated: &Seated, properties: &[Property], property: &str, class: Class) -> Field {
    let l = seated.visitor.reader.locale;
    let hint = match class {
        Class::Open => l.text("entry-field-open"),
        other => l.text_with_one("entry-field-sealed", "class", class_word(l, other)),
    };
    let field = Field::line(&field_name(property), name_of(l, properties, property)).hint(hint);
    let field = field.autocomplete("off").longest(10_000);
    if property == "label" { field } else { field.optional() }
}

fn new_form(seated: &Seated, registry: &Registry, properties: &[Property]) -> Form {
    let l = seated.visitor.reader.locale;
    let address = registry_address(seated.mandate(), &registry.name);
    let mut form = Form::new(l, format!("{address}/new"), l.text("entry-add"));
    form = form.field(question(seated, properties, "label", desk::label_class(registry)));
    for property in properties {
        form = form.field(question(seated, properties, &property.name, desk::property_class(property)));
    }
    form.back(l.text("registry-back"), address)
}

fn new_sheet(seated: &Seated, registry: &Registry, form: &Form) -> Sheet {
    let l = seated.visitor.reader.locale;
    let frame = seated.frame(Room::Registries, l.text("entry-add"));
    let address = registry_address(seated.mandate(), &registry.name);
    Sheet::new(frame.under(registry_title(registry, l), address)).form(form)
}

async fn new_page(seated: Seated, Path((_, name)): Path<(i64, String)>) -> Answer<Sheet> {
    seated.seat.may::<Review>()?;
    let (registry, properties) = seated.desk().registry(seated.mandate(), &name).await?;
    Ok(new_sheet(&seated, &registry, &new_form(&seated, &registry, &properties)))
}

async fn add(seated: Seated, Path((_, name)): Path<(i64, String)>, sent: Sent) -> Answer<Response> {
    let may = seated.seat.may::<Review>()?;
    let (registry, properties) = seated.desk().registry(seated.mandate(), &name).await?;
    let uuid = seated.desk().fresh_uuid();
    let mut values = vec![("label".to_owned(), sent.get("p.label").to_owned(), desk::label_class(&registry))];
    for property in &properties {
        let value = sent.get(&field_name(&property.name));
        if !value.is_empty() {
            values.push((property.name.clone(), value.to_owned(), desk::property_class(property)));
        }
    }
    let change = EntryChange {
        uuid: uuid.clone(),
        create: true,
        update: false,
        base: None,
        trunk: None,
        branch: None,
        values,
    };
    match seated.desk().change_entry(&may, &name, change).await {
        Ok(()) => Ok(see(entry_address(seated.mandate(), &name, &uuid), "done-entry-added")),
        Err(error) => {
            let form = new_form(&seated, &registry, &properties);
            let form = come_back(form, &sent, error, "p.label")?;
            Ok(new_sheet(&seated, &registry, &form).into_response())
        }
    }
}

fn edit_form(shown: &Shown<'_>) -> Form {
    let l = shown.l();
    let mut form = Form::new(l, format!("{}/edit", shown.address()), l.text("entry-save"))
        .field(Field::hidden("base", shown.detail.entry.version.to_string()));
    for property in shown.properties() {
        let class = shown.detail.class_of(property);
        let mut field = question(shown.seated, &shown.detail.properties, property, class);
        if shown.is_closed(property) {
            field = field.hint(l.text("entry-field-closed")).optional();
        } else if let Some(value) = shown.value(property) {
            field = field.value(value);
        }
        form = form.field(field);
    }
    form.back(l.text("entry-back"), shown.address())
}

fn edit_sheet(shown: &Shown<'_>, form: &Form) -> Sheet {
    let l = shown.l();
    let mut sheet = Sheet::new(shown.frame(Some(l.text("entry-edit"))));
    if !shown.detail.closed.is_empty() {
        sheet = sheet.part(Notice::new(Tone::Plain, l.text("entry-edit-closed")));
    }
    sheet.form(form)
}

async fn edit_page(seated: Seated, Path((_, registry, entry)): Path<(i64, String, String)>) -> Answer<Sheet> {
    seated.seat.may::<Review>()?;
    let shown = Shown::find(&seated, &registry, &entry, None).await?;
    if !shown.may_change() {
        return Err(Refusal::not_found().into());
    }
    Ok(edit_sheet(&shown, &edit_form(&shown)))
}

/// What an edit sets: values that differ from those shown, and closed ones that were written anew.
fn changed(shown: &Shown<'_>, sent: &Sent) -> Vec<(String, String, Class)> {
    let mut values = Vec::new();
    for property in shown.properties() {
        let new = sent.get(&field_name(property));
        let differs = if shown.is_closed(property) {
            !new.is_empty()
        } else {
            new != shown.value(property).unwrap_or_default()
        };
        if differs {
            values.push((property.to_owned(), new.to_owned(), shown.detail.class_of(property)));
        }
    }
    values
}

async fn edit(
    seated: Seated,
    Path((_, registry, entry)): Path<(i64, String, String)>,
    sent: Sent,
) -> Answer<Response> {
    let may = seated.seat.may::<Review>()?;
    let l = seated.visitor.reader.locale;
    let shown = Shown::find(&seated, &registry, &entry, None).await?;
    let values = changed(&shown, &sent);
    let empties_label = values.iter().any(|(name, value, _)| name == "label" && value.is_empty());
    if empties_label {
        let mut form = edit_form(&shown).fill(sent.pairs());
        form.set_error("p.label", l.text("entry-label-empty"));
        return Ok(edit_sheet(&shown, &form).into_response());
    }
    if values.is_empty() {
        return Ok(see(shown.address(), "done-entry-same"));
    }
    let base = sent.get("base").parse().ok();
    let base = base.filter(|base| (1..=shown.detail.entry.version).contains(base));
    let change = EntryChange {
        uuid: entry.clone(),
        create: false,
        update: true,
        base: Some(base.unwrap_or(shown.detail.entry.version)),
        trunk: None,
        branch: None,
        values,
    };
    match seated.desk().change_entry(&may, &registry, change).await {
        Ok(()) => Ok(see(shown.address(), "done-entry-changed")),
        Err(error) => {
            let form = come_back(edit_form(&shown), &sent, error, "p.label")?;
            Ok(edit_sheet(&shown, &form).into_response())
        }
    }
}

async fn remove_page(
    seated: Seated,
    Path((_, registry, entry)): Path<(i64, String, String)>,
) -> Answer<Sheet> {
    seated.seat.may::<Review>()?;
    let l = seated.visitor.reader.locale;
    let shown = Shown::find(&seated, &registry, &entry, None).await?;
    let confirmation = Confirmation::new(
        l,
        l.text("entry-remove-question"),
        l.text("entry-remove"),
        format!("{}/remove", shown.address()),
        shown.address(),
    )
    .consequence(l.text("entry-remove-phones"))
    .consequence(l.text("entry-remove-kept"));
    Ok(Sheet::new(shown.frame(Some(l.text("entry-remove")))).part(confirmation))
}

async fn remove(seated: Seated, Path((_, registry, entry)): Path<(i64, String, String)>) -> Answer<Response> {
    let may = seated.seat.may::<Review>()?;
    seated.desk().remove_entry(&may, &registry, &entry).await?;
    Ok(see(registry_address(seated.mandate(), &registry), "done-entry-removed"))
}

async fn erase_page(
    seated: Seated,
    Path((_, registry, entry)): Path<(i64, String, String)>,
) -> Answer<Sheet> {
    seated.seat.may::<Manage>()?;
    let l = seated.visitor.reader.locale;
    let shown = Shown::find(&seated, &registry, &entry, None).await?;
    let versions = shown.detail.versions.len();
    let mut confirmation = Confirmation::new(
        l,
        l.text("entry-erase-question"),
        l.text("entry-erase"),
        format!("{}/erase", shown.address()),
        shown.address(),
    )
    .consequence(l.count("entry-erase-versions", versions))
    .consequence(l.text("entry-erase-phones"))
    .consequence(l.text("entry-erase-ledger"))
    .consequence(l.text("entry-erase-backups"));
    if shown.detail.versions.iter().any(|version| version.source.is_some()) {
        confirmation = confirmation.consequence(l.text("entry-erase-submissions"));
    }
    Ok(Sheet::new(shown.frame(Some(l.text("entry-erase")))).part(confirmation))
}

async fn erase(seated: Seated, Path((_, registry, entry)): Path<(i64, String, String)>) -> Answer<Response> {
    let may = seated.seat.may::<Manage>()?;
    seated.desk().erase_entry(&may, &registry, &entry).await?;
    Ok(see(registry_address(seated.mandate(), &registry), "done-entry-erased"))
}
