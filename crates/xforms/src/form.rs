use crate::body::{Body, Control, ControlKind};
use crate::entities::declarations;
use crate::itext::Itext;
use crate::model::{Bind, Binds, Place, XFORMS, attribute, is_named, places, set_by_actions};
use crate::shape::Shape;
use crate::{Class, EntityDeclaration, Field, FormFile, Kind, Labels, Limits, UnknownClass, XmlError};
use roxmltree::Node;
use std::sync::Arc;

/// A form as its XForm states it.
#[derive(Clone, Debug)]
pub struct Form {
    /// The `id` of the primary instance (its namespace in old forms).
    pub form_id: String,
    /// The `version` of the primary instance; an empty one is none.
    pub version: Option<String>,
    /// The title; the id where there is none.
    pub title: String,
    /// Name of the instance's root element, usually `data`.
    pub root: String,
    /// Namespace of the root element, when it has one of its own.
    pub namespace: Option<String>,
    /// Languages as the form names them, in order.
    pub languages: Vec<String>,
    /// The language shown first.
    pub default_language: Option<String>,
    /// Every place in the instance, in document order, `meta` included.
    pub fields: Vec<Field>,
    /// Entities that submissions create or update.
    pub entities: Vec<EntityDeclaration>,
    /// Files expected beside the form.
    pub files: Vec<FormFile>,
    /// The RSA public key (base64 of its DER) for which phones encrypt submissions.
    pub encryption: Option<String>,
    pub(crate) shape: Shape,
}

/// Why a form was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormError {
    /// Not readable as XML within the limits.
    #[error("the form cannot be read: {0}")]
    Xml(#[from] XmlError),
    /// XML, but no XForm.
    #[error("this is not an XForm: it has no {missing}; convert the XLSForm again or send the XForm itself")]
    NotXForm {
        /// The element that is missing.
        missing: &'static str,
    },
    /// Neither an `id` nor a namespace.
    #[error("the form has no id; give its instance an id attribute (form_id in the settings sheet)")]
    NoFormId,
    /// A class that does not exist.
    #[error("field {path}: {source}")]
    Class {
        /// The field.
        path: String,
        /// The word found.
        source: UnknownClass,
    },
    /// A wrong entity declaration, in ODK Central's words.
    #[error("The entity definition within the form is invalid. {reason}")]
    Entity {
        /// What is wrong.
        reason: String,
    },
}

impl Form {
    /// Reads an XForm. `limits` is usually [`Limits::FORM`]. A form in which an end tag or the declaration of a well-known
    /// prefix is missing is read as ODK Central reads it.
    pub fn read(xml: &str, limits: &Limits) -> Result<Form, FormError> {
        match Form::read_strictly(xml, limits) {
            Err(FormError::Xml(XmlError::Malformed { line, column, reason })) => {
                let strict = FormError::Xml(XmlError::Malformed { line, column, reason });
                let mended = crate::mend::mended(xml).ok_or_else(|| strict.clone())?;
                Form::read_strictly(&mended, limits).map_err(|_| strict)
            }
            read => read,
        }
    }

    fn read_strictly(xml: &str, limits: &Limits) -> Result<Form, FormError> {
        let document = crate::xml::parse(xml, limits)?;
        let html = document.root_element();
        let child = |node: Node<'_, '_>, name: &'static str| {
            let found = node.children().find(|child| is_named(*child, name)).map(|child| child.id());
            found.and_then(|id| document.get_node(id)).ok_or(FormError::NotXForm { missing: name })
        };
        if !is_named(html, "html") {
            return Err(FormError::NotXForm { missing: "html" });
        }
        let head = child(html, "head")?;
        let model = child(head, "model")?;
        let instance = child(model, "instance")?;
        let primary =
            instance.first_element_child().ok_or(FormError::NotXForm { missing: "primary instance" })?;

        let namespace = primary.tag_name().namespace().filter(|found| *found != XFORMS).map(str::to_owned);
        let filled = |value: &&str| !value.trim().is_empty();
        let form_id = attribute(primary, "id").filter(filled).map(|id| id.trim().to_owned());
        let form_id = form_id.or_else(|| namespace.clone()).ok_or(FormError::NoFormId)?;
        let title = child(head, "title").ok().and_then(|title| title.text()).filter(filled);

        let itext = Itext::read(model);
        let binds = Binds::read(model)?;
        let body = Body::read(child(html, "body").ok(), model, &binds, &itext);
        let set = set_by_actions(html, &binds);
        let mut fields: Vec<Field> = Vec::new();
        for place in places(primary) {
            let repeat = enclosing(&place.path, &body);
            let set = set.contains(&place.path);
            fields.push(field(place, repeat, set, &binds, &body));
        }
        let mut entities = declarations(model, primary, &binds, &fields)?;
        settle_classes(&mut fields, &mut entities, &set);

        let key = model.children().find(|node| is_named(*node, "submission"));
        let key = key.and_then(|submission| attribute(submission, "base64RsaPublicKey")).filter(filled);
        Ok(Form {
            version: version(primary).filter(|version| !version.is_empty()).map(str::to_owned),
            title: title.map_or_else(|| form_id.clone(), |title| title.trim().to_owned()),
            form_id,
            root: primary.tag_name().name().to_owned(),
            namespace,
            languages: itext.languages,
            default_language: itext.default_language,
            entities,
            files: crate::files::expected(html, model, primary),
            encryption: key.map(|key| key.trim().to_owned()),
            shape: Shape::of(&fields),
            fields,
        })
    }

    /// The field at a path.
    pub fn field(&self, path: &str) -> Option<&Field> {
        let mut node = crate::shape::ROOT;
        for name in path.split('/') {
            node = self.shape.child(node, name)?;
        }
        self.fields.get(self.shape.field(node))
    }

    /// Fields that can hold a value and have no class. A shipped protocol with any is refused.
    ///
    /// Notes hold no value; `meta/instanceName` and entity labels take their class from other fields.
    pub fn unclassed(&self) -> Vec<&Field> {
        let takes_class = |field: &Field| {
            field.path == INSTANCE_NAME || self.entities.iter().any(|entity| is_label(&field.path, entity))
        };
        let fields = self.fields.iter();
        fields
            .filter(|field| field.kind.has_value() && field.class.is_none() && !takes_class(field))
            .collect()
    }

    /// Text in the language wanted (`ko`, or a name the form uses), else in the form's first, else any.
    pub fn text<'a>(&self, labels: &'a Labels, language: &str) -> Option<&'a str> {
        let coded = format!("({language})");
        let wanted = labels.get(language);
        let wanted =
            wanted.or_else(|| labels.iter().find(|(name, _)| name.ends_with(&coded)).map(|(_, text)| text));
        let default = || labels.get(self.default_language.as_deref().unwrap_or_default());
        wanted.or_else(default).or_else(|| labels.values().next()).map(String::as_str)
    }
}

/// The version of a form, whether its attribute has OpenRosa's prefix or none.
fn version<'a>(primary: Node<'a, '_>) -> Option<&'a str> {
    let prefixed = || primary.attributes().find(|found| found.name() == "version").map(|found| found.value());
    attribute(primary, "version").or_else(prefixed)
}

const INSTANCE_NAME: &str = "meta/instanceName";

fn is_label(path: &str, entity: &EntityDeclaration) -> bool {
    path.strip_prefix(entity.path.as_str()) == Some("/label")
}

/// Gives `meta` and entity labels the classes that follow from the rest of the form.
fn settle_classes(
    fields: &mut [Field],
    entities: &mut [EntityDeclaration],
    set: &std::collections::HashSet<String>,
) {
    for field in
        fields.iter_mut().filter(|field| matches!(&*field.path, "meta/instanceID" | "meta/deprecatedID"))
    {
        field.class = Some(Class::Open);
    }
    let given = |field: &&Field| !matches!(&*field.path, "meta/instanceID" | "meta/deprecatedID");
    let highest = fields.iter().filter(given).filter_map(|field| field.class).max();
    for entity in entities {
        let path = format!("{}/label", entity.path);
        let computed = entity.label.as_deref().filter(|_| !set.contains(&path));
        let computed = computed.and_then(|expression| crate::derive::class_of(expression, &path, fields));
        let label = fields.iter_mut().find(|field| field.path == path);
        entity.label_class = label.as_ref().and_then(|label| label.class).or(computed).or(highest);
        if let Some(label) = label {
            label.class = entity.label_class;
        }
    }
    if let Some(name) = fields.iter_mut().find(|field| field.path == INSTANCE_NAME) {
        name.class = name.class.or(highest);
    }
}

fn enclosing(path: &str, body: &Body) -> Option<String> {
    let mut around = path;
    while let Some((parent, _)) = around.rsplit_once('/') {
        if body.repeats.contains(parent) {
            return Some(parent.to_owned());
        }
        around = parent;
    }
    None
}

fn field(place: Place, repeat: Option<String>, set: bool, binds: &Binds, body: &Body) -> Field {
    let nothing = Bind::default();
    let bind = binds.at(&place.path).unwrap_or(&nothing);
    let control = body.controls.get(&place.path);
    let is_repeat = body.repeats.contains(&place.path);
    let (kind, multiple) = kind(&place, is_repeat, set, bind, control);
    let odk_type = match kind {
        Kind::Group => "structure",
        Kind::Repeat => "repeat",
        _ => bind.odk_type.as_deref().map_or("unknown", |found| found.strip_prefix("xsd:").unwrap_or(found)),
    };
    Field {
        odk_type: odk_type.to_owned(),
        kind,
        multiple,
        class: bind.class.filter(|_| !matches!(kind, Kind::Group | Kind::Repeat)),
        label: control.map(|control| control.label.clone()).unwrap_or_default(),
        hint: control.map(|control| control.hint.clone()).unwrap_or_default(),
        choices: control.map_or_else(Arc::default, |control| control.choices.clone()),
        choices_file: control.and_then(|control| control.choices_file.clone()),
        repeat,
        save_to: bind.save_to.clone(),
        required: bind.required,
        readonly: bind.readonly,
        calculate: bind.calculate.clone(),
        preload: bind.preload.clone(),
        appearance: control.and_then(|control| control.appearance.clone()),
        media_type: control.and_then(|control| control.media_type.clone()),
        path: place.path,
        name: place.name,
    }
}

fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

fn kind(place: &Place, is_repeat: bool, set: bool, bind: &Bind, control: Option<&Control>) -> (Kind, bool) {
    if is_repeat {
        return (Kind::Repeat, false);
    }
    let entity = place.path == "meta/entity" || place.path.ends_with("/meta/entity");
    let group = control.is_some_and(|control| control.kind == ControlKind::Group);
    if place.holds_elements || group || entity || place.path == "meta" {
        return (Kind::Group, false);
    }
    let odk_type = bind.odk_type.as_deref().map(local).unwrap_or_default();
    let untouched = bind.calculate.is_none() && bind.preload.is_none() && place.default.is_empty() && !set;
    match control.map(|control| control.kind) {
        Some(ControlKind::SelectOne) => (Kind::Select, false),
        Some(ControlKind::SelectMultiple) => (Kind::Select, true),
        Some(ControlKind::Rank) => (Kind::Rank, true),
        Some(ControlKind::Upload) => (Kind::Binary, false),
        Some(ControlKind::Trigger) => (Kind::Acknowledge, false),
        Some(ControlKind::Input) if bind.readonly && untouched && matches!(odk_type, "" | "string") => {
            (Kind::Note, false)
        }
        _ => match odk_type {
            "int" | "integer" | "long" | "short" | "byte" => (Kind::Integer, false),
            "decimal" | "double" | "float" => (Kind::Decimal, false),
            "boolean" => (Kind::Boolean, false),
            "date" => (Kind::Date, false),
            "time" => (Kind::Time, false),
            "dateTime" => (Kind::DateTime, false),
            "geopoint" => (Kind::Geopoint, false),
            "geotrace" => (Kind::Geotrace, false),
            "geoshape" => (Kind::Geoshape, false),
            "binary" => (Kind::Binary, false),
            "barcode" => (Kind::Barcode, false),
            "select1" => (Kind::Select, false),
            "select" | "selectN" => (Kind::Select, true),
            "rank" => (Kind::Rank, true),
            _ => (Kind::Text, false),
        },
    }
}
