//! The registries of a mandate: the list, adding one, its properties.

use axum::Router;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use desk::protocol::Right;
use desk::store::registry::{Property, Registry};
use desk::xforms::Class;
use desk::{Manage, Read};

use crate::answer::Answer;
use crate::frame::Action;
use crate::pages::answers::class_word;
use crate::pages::wording::{property_label, registry_address, registry_title};
use crate::patterns::{Cell, Choice, Column, Field, Form, Markup, Section, Table, Tag, Tone};
use crate::room::{Room, Seated, Web};
use crate::sent::Sent;
use crate::sheet::{Sheet, come_back, see};

/// Routes of this group.
pub fn router() -> Router<Web> {
    Router::new()
        .route("/m/{mandate}/registries", get(all))
        .route("/m/{mandate}/new-registry", get(new_page).post(add))
        .route("/m/{mandate}/registries/{registry}/properties", get(properties_page).post(add_property))
}

/// Address of the page that adds a registry; no registry can take it.
fn new_address(mandate: i64) -> String {
    format!("/m/{mandate}/new-registry")
}

async fn all(seated: Seated) -> Answer<Sheet> {
    let l = seated.visitor.reader.locale;
    let may = seated.seat.may::<Read>()?;
    let registries = seated.desk().registries(&may).await?;
    let mut table =
        Table::new(l, &seated.visitor.reader.here, l.text("room-registries"), l.text("registries-empty"))
            .column(Column::new(l.text("registries-registry")))
            .column(Column::new(l.text("registries-entries")).numeric())
            .column(Column::new(l.text("registries-conflicts")))
            .column(Column::new(l.text("registries-forms")));
    for (registry, conflicts) in &registries {
        let forms = seated.desk().forms_of_registry(&may, &registry.name).await?;
        let titles: Vec<String> = forms.iter().map(|form| form.form_id.clone()).collect();
        let href = registry_address(seated.mandate(), &registry.name);
        let waiting: Markup = match conflicts {
            0 => "–".into(),
            _ => Tag::new(Tone::Warning, l.count("registries-waiting", *conflicts)).into(),
        };
        let feeds = if titles.is_empty() { "–".to_owned() } else { titles.join(", ") };
        table = table.row([
            Cell::link(registry_title(registry, l), href),
            l.number(registry.entries).into(),
            waiting.into(),
            feeds.into(),
        ]);
    }
    let mut frame = seated.frame(Room::Registries, l.text("room-registries"));
    if seated.seat.has(Right::Manage) {
        frame = frame.action(Action::open(l.text("registries-add"), new_address(seated.mandate())));
        table = table.empty_link(l.text("registries-add"), new_address(seated.mandate()));
    }
    Ok(Sheet::new(frame).part(table))
}

fn new_form(seated: &Seated) -> Form {
    let l = seated.visitor.reader.locale;
    Form::new(l, new_address(seated.mandate()), l.text("registries-add"))
        .field(
            Field::line("name", l.text("registries-name"))
                .hint(l.text("registries-name-hint"))
                .autocomplete("off")
                .longest(100),
        )
        .field(
            Field::line("title", l.text("registries-title"))
                .hint(l.text("registries-title-hint"))
                .autocomplete("off")
                .longest(200)
                .optional(),
        )
        .back(l.text("registry-back"), Room::Registries.address(seated.mandate()))
}

fn new_sheet(seated: &Seated, form: &Form) -> Sheet {
    let l = seated.visitor.reader.locale;
    Sheet::new(seated.frame(Room::Registries, l.text("registries-add"))).form(form)
}

async fn new_page(seated: Seated) -> Answer<Sheet> {
    seated.seat.may::<Manage>()?;
    Ok(new_sheet(&seated, &new_form(&seated)))
}

async fn add(seated: Seated, sent: Sent) -> Answer<Response> {
    let may = seated.seat.may::<Manage>()?;
    let name = sent.get("name");
    match seated.desk().add_registry(&may, name, sent.get("title")).await {
        Ok(()) => {
            let properties = format!("{}/properties", registry_address(seated.mandate(), name));
            Ok(see(properties, "done-registry-added"))
        }
        Err(error) => {
            Ok(new_sheet(&seated, &come_back(new_form(&seated), &sent, error, "name")?).into_response())
        }
    }
}

fn property_form(seated: &Seated, registry: &Registry) -> Form {
    let l = seated.visitor.reader.locale;
    let class =
        |class: Class, hint: &str| Choice::new(class.as_str(), class_word(l, class)).hint(l.text(hint));
    let classes = vec![
        class(Class::Identity, "property-identity-hint"),
        class(Class::Sensitive, "property-sensitive-hint"),
        class(Class::Open, "property-open-hint"),
    ];
    let phones =
        vec![Choice::new("yes", l.text("property-on-phones")).hint(l.text("property-on-phones-hint"))];
    let address = format!("{}/properties", registry_address(seated.mandate(), &registry.name));
    Form::new(l, address, l.text("property-add"))
        .field(
            Field::line("name", l.text("property-name"))
                .hint(l.text("property-name-hint"))
                .autocomplete("off")
                .longest(100),
        )
        .field(Field::radios("class", l.text("property-class"), classes))
        .field(Field::checkboxes("phones", l.text("property-phones"), phones))
}

fn properties_sheet(
    seated: &Seated,
    registry: &Registry,
    properties: &[Property],
    form: Option<&Form>,
) -> Sheet {
    let l = seated.visitor.reader.locale;
    let mut table =
        Table::new(l, &seated.visitor.reader.here, l.text("properties"), l.text("properties-empty"))
            .column(Column::new(l.text("property-name")))
            .column(Column::new(l.text("property-label")))
            .column(Column::new(l.text("property-class")))
            .column(Column::new(l.text("property-phones")));
    let phones = |on: bool| l.text(if on { "property-phones-yes" } else { "property-phones-no" });
    let label_class = desk::label_class(registry);
    table = table.row([
        "label".into(),
        l.text("entry-label").into(),
        class_word(l, label_class).into(),
        phones(registry.label_on_device || label_class == Class::Open).into(),
    ]);
    for property in properties {
        let class = desk::property_class(property);
        table = table.row([
            property.name.as_str().into(),
            property_label(property, l).into(),
            class_word(l, class).into(),
            phones(property.on_device || class == Class::Open).into(),
        ]);
    }
    let frame = seated
        .frame(Room::Registries, l.text("properties"))
        .under(registry_title(registry, l), registry_address(seated.mandate(), &registry.name));
    let mut sheet = Sheet::new(frame);
    let has_errors = form.is_some_and(Form::has_errors);
    if !has_errors {
        sheet = sheet.part(table);
    }
    match form {
        Some(form) if has_errors => sheet.form(form),
        Some(form) => sheet.part(Section::new(l.text("property-add")).part(form.clone())),
        None => sheet,
    }
}

async fn properties_page(seated: Seated, Path((_, name)): Path<(i64, String)>) -> Answer<Sheet> {
    seated.seat.may::<Read>()?;
    let (registry, properties) = seated.desk().registry(seated.mandate(), &name).await?;
    let form = seated.seat.has(Right::Manage).then(|| property_form(&seated, &registry));
    Ok(properties_sheet(&seated, &registry, &properties, form.as_ref()))
}

async fn add_property(seated: Seated, Path((_, name)): Path<(i64, String)>, sent: Sent) -> Answer<Response> {
    let may = seated.seat.may::<Manage>()?;
    let l = seated.visitor.reader.locale;
    let (registry, properties) = seated.desk().registry(seated.mandate(), &name).await?;
    let form = property_form(&seated, &registry);
    let Ok(class) = sent.get("class").parse::<Class>() else {
        let mut form = form.fill(sent.pairs());
        form.set_error("class", l.text("property-class-missing"));
        return Ok(properties_sheet(&seated, &registry, &properties, Some(&form)).into_response());
    };
    let added = seated
        .desk()
        .add_property(&may, &registry.name, sent.get("name"), class, sent.ticked("phones"))
        .await;
    match added {
        Ok(()) => {
            let address = format!("{}/properties", registry_address(seated.mandate(), &registry.name));
            Ok(see(address, "done-property-added"))
        }
        Err(error) => {
            let form = come_back(form, &sent, error, "name")?;
            Ok(properties_sheet(&seated, &registry, &properties, Some(&form)).into_response())
        }
    }
}
