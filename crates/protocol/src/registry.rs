use crate::compartment::{Compartment, Sealing};
use crate::problem::Problem;
use crate::texts::Texts;
use crate::toml_section::{At, Section};
use crate::words::PropertyType;
use xforms::Class;

/// A list of entries: an ODK entity list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registry {
    /// Its name, `establishments`; forms ask for `establishments.csv`.
    pub name: String,
    /// Its title.
    pub title: Texts,
    /// The class of an entry's label.
    pub label_class: Class,
    /// Which compartments take its sealed values.
    pub sealing: Sealing,
    /// Its properties, in the order shown.
    pub properties: Vec<Property>,
}

/// One value of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Property {
    /// Its name, `est_code`.
    pub name: String,
    /// Its title.
    pub title: Texts,
    /// What it holds.
    pub kind: PropertyType,
    /// Its class.
    pub class: Class,
    /// Whether phones receive it.
    pub on_device: bool,
    /// For [`PropertyType::Entries`]: the registry whose entries it names.
    pub of: Option<String>,
    /// For selects: the choices, from the protocol or from the question that is saved to it.
    pub choices: Vec<Choice>,
}

/// A value that a select property may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What is stored.
    pub name: String,
    /// What is shown.
    pub title: Texts,
}

impl Registry {
    /// The property with this name.
    pub fn property(&self, name: &str) -> Option<&Property> {
        self.properties.iter().find(|property| property.name == name)
    }

    /// Whether phones receive the registry at all: its label goes with it, so the label must be open.
    pub fn on_device(&self) -> bool {
        self.label_class == Class::Open
    }

    /// The properties that phones receive, none when the registry stays here.
    pub fn device_properties(&self) -> impl Iterator<Item = &Property> {
        let sent = self.on_device();
        self.properties.iter().filter(move |property| sent && property.on_device)
    }
}

pub(crate) fn read(
    root: &Section,
    compartments: &[Compartment],
    problems: &mut Vec<Problem>,
) -> Vec<Registry> {
    let mut registries: Vec<Registry> = Vec::new();
    let mut targets: Vec<(Section, String)> = Vec::new();
    for section in root.sections("registry", problems) {
        let name = section.text("name", problems).value;
        let section = section.named(format!("registry {name}"));
        if registries.iter().any(|known| known.name == name) {
            problems.push(section.problem("name", "two registries have this name", "Give one another name"));
        }
        let registry = Registry {
            title: section.translated("title", problems),
            label_class: section.word("label_class", problems).unwrap_or(Class::Identity),
            sealing: Sealing::read(&section, compartments, problems),
            properties: read_properties(&section, &name, &mut targets, problems),
            name,
        };
        section.finish(problems);
        check_sealing(&section, &registry, problems);
        check_devices(&section, &registry, problems);
        registries.push(registry);
    }
    for (section, target) in targets {
        if registries.iter().all(|registry| registry.name != target) {
            let known =
                registries.iter().map(|registry| registry.name.as_str()).collect::<Vec<_>>().join(", ");
            problems.push(section.problem(
                "of",
                format!("there is no registry “{target}”"),
                format!("Name one of the registries: {known}"),
            ));
        }
    }
    registries
}

fn read_properties<'t>(
    section: &Section<'t>,
    registry: &str,
    targets: &mut Vec<(Section<'t>, String)>,
    problems: &mut Vec<Problem>,
) -> Vec<Property> {
    let mut properties: Vec<Property> = Vec::new();
    for section in section.sections("property", problems) {
        let name = section.text("name", problems).value;
        let section = section.named(format!("{registry}/{name}"));
        if properties.iter().any(|known| known.name == name) {
            problems.push(section.problem("name", "two properties have this name", "Remove one"));
        }
        let class = section.word("class", problems).unwrap_or(Class::Identity);
        let flag = section.optional_flag("on_device", problems);
        let reason = section.optional_text("on_device_reason", problems);
        let flag = flag.map(|flag| flag && may_leave(&section, class, flag, reason.as_ref(), problems));
        let kind = section.word("type", problems).unwrap_or(PropertyType::Text);
        let of = section.optional_text("of", problems).map(|of| of.value);
        if of.is_some() != (kind == PropertyType::Entries) {
            problems.push(section.problem(
                "of",
                "`of` and the type “entries” belong together",
                "Name the registry with `of` where the type is “entries”, and only there",
            ));
        }
        let choices = read_choices(&section, problems);
        if !choices.is_empty() && !matches!(kind, PropertyType::Select | PropertyType::SelectMany) {
            problems.push(section.problem(
                "choices",
                "only a select has choices",
                "Write type = \"select\" or \"select_many\", or remove the choices",
            ));
        }
        properties.push(Property {
            title: section.translated("title", problems),
            kind,
            class,
            on_device: flag.unwrap_or(class == Class::Open),
            of: of.clone(),
            choices,
            name,
        });
        section.finish(problems);
        if let Some(target) = of {
            targets.push((section, target));
        }
    }
    properties
}

pub(crate) fn read_choices(section: &Section, problems: &mut Vec<Problem>) -> Vec<Choice> {
    let mut choices = Vec::new();
    for choice in section.sections("choices", problems) {
        let name = choice.text("name", problems).value;
        let choice = choice.named(format!("choice {name}"));
        choices.push(Choice { title: choice.languages(problems), name });
        choice.finish(problems);
    }
    choices
}

/// Whether a property may go to phones: an identity only where the protocol says why, in so many words.
fn may_leave(
    section: &Section,
    class: Class,
    flag: bool,
    reason: Option<&At<String>>,
    problems: &mut Vec<Problem>,
) -> bool {
    let reason = reason.is_some_and(|reason| !reason.value.trim().is_empty());
    let may = !flag || class != Class::Identity || reason;
    if !may {
        problems.push(section.problem(
            "on_device",
            "an identity would be sent to every phone of the mandate",
            "Remove on_device, or say why it cannot be done otherwise with on_device_reason = \"…\"",
        ));
    }
    may
}

fn check_sealing(section: &Section, registry: &Registry, problems: &mut Vec<Problem>) {
    for (class, key) in [(Class::Identity, "identity"), (Class::Sensitive, "sensitive")] {
        let holds = registry.label_class == class
            || registry.properties.iter().any(|property| property.class == class);
        if holds && registry.sealing.compartment(class).is_none() {
            problems.push(section.problem(
                key,
                format!("the registry has {class} values and no compartment that takes them"),
                format!("Add {key} = \"…\" with the id of a compartment of kind {class}"),
            ));
        }
    }
}

fn check_devices(section: &Section, registry: &Registry, problems: &mut Vec<Problem>) {
    let sealed_on_device = registry.properties.iter().any(|p| p.on_device && p.class != Class::Open);
    if sealed_on_device && !registry.on_device() {
        problems.push(section.problem(
            "label_class",
            format!("its entries' label is {}, so the registry never goes to phones, yet a property is marked on_device", registry.label_class),
            "Remove on_device, or give the registry an open label",
        ));
    }
}
