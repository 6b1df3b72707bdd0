use crate::apart::check_no_person_key;
use crate::compartment::{self, Compartment, Sealing, are_apart};
use crate::disclosure::{self, Disclosure, FieldOfForm, NamedField};
use crate::fingerprint::fingerprint;
use crate::form::{self, ProtocolForm, ReadForm};
use crate::frame::{self, Frame, Opens};
use crate::gaps::{self, GapTable};
use crate::problem::Problem;
use crate::reconciliation::{self, Reconciliation};
use crate::registry::{self, Registry};
use crate::release::{self, ReleasePlan};
use crate::role::{self, Role};
use crate::texts::Texts;
use crate::toml_section::{PROTOCOL_TOML, Section};
use crate::words::Right;
use crate::workflow::{self, ProtocolWorkflow};
use crate::yardstick::{self, Yardsticks};
use crate::{entries, toml_section};
use jiff::tz::TimeZone;
use std::collections::BTreeMap;
use xforms::Class;

/// A kind of work, read from its folder and checked: everything a server needs to put it to work.
#[derive(Clone, Debug)]
pub struct Protocol {
    /// Its name, `workplace`.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its title.
    pub title: Texts,
    /// What it is for, in one sentence.
    pub description: Texts,
    /// The page that tells how the work is done, in Markdown.
    pub method: Option<String>,
    /// Whose days count for time limits.
    pub zone: TimeZone,
    /// Who holds which key.
    pub compartments: Vec<Compartment>,
    /// Where the values of forms go that the protocol does not bring. Both compartments are given.
    pub other_forms: Sealing,
    /// What members do.
    pub roles: Vec<Role>,
    /// Its forms, in the order of the work.
    pub forms: Vec<ProtocolForm>,
    /// Its registries.
    pub registries: Vec<Registry>,
    /// How its kinds of case go, by name.
    pub workflows: Vec<ProtocolWorkflow>,
    /// The lists that people are drawn from, and how; none where nobody is drawn.
    pub frame: Option<Frame>,
    /// What the places to be visited are drawn from, and how; none where they are not drawn.
    pub first_stage: Option<Frame>,
    /// What its findings are measured by, if it has any.
    pub yardsticks: Option<Yardsticks>,
    /// A law beside the yardsticks, if it has such a table.
    pub gaps: Option<GapTable>,
    /// How answers and records are held against each other, if that is done.
    pub reconciliation: Option<Reconciliation>,
    /// What its published tables keep to.
    pub disclosure: Disclosure,
    /// What is published of its cases; none if it publishes nothing.
    pub release: Option<ReleasePlan>,
    /// What is published of several of these together, drawn as the first of two stages; none if that is not done.
    pub round_release: Option<ReleasePlan>,
    /// SHA-256 of its folder, see [`fingerprint`].
    pub fingerprint: [u8; 32],
}

impl Protocol {
    /// Reads the files of a protocol folder by path (`protocol.toml`, `forms/visit.md`, …).
    ///
    /// # Errors
    /// Every problem of the folder, in the order of its files and rows, never only the first.
    pub fn read(files: &BTreeMap<String, Vec<u8>>) -> Result<Protocol, Vec<Problem>> {
        let mut problems = Vec::new();
        let protocol = read(files, &mut problems);
        problems.sort();
        problems.dedup();
        match protocol {
            Some(protocol) if problems.is_empty() => Ok(protocol),
            _ => Err(problems),
        }
    }

    /// Reads a protocol folder on disk.
    ///
    /// # Errors
    /// As [`Protocol::read`], or the file that cannot be read.
    pub fn read_folder(folder: &std::path::Path) -> Result<Protocol, Vec<Problem>> {
        Protocol::read(&crate::folder_files(folder)?)
    }

    /// The compartment with this id.
    pub fn compartment(&self, id: &str) -> Option<&Compartment> {
        self.compartments.iter().find(|compartment| compartment.id == id)
    }

    /// The role with this id.
    pub fn role(&self, id: &str) -> Option<&Role> {
        self.roles.iter().find(|role| role.id == id)
    }

    /// The form with this id.
    pub fn form(&self, id: &str) -> Option<&ProtocolForm> {
        self.forms.iter().find(|form| form.id == id)
    }

    /// The registry with this name.
    pub fn registry(&self, name: &str) -> Option<&Registry> {
        self.registries.iter().find(|registry| registry.name == name)
    }

    /// The workflow with this name.
    pub fn workflow(&self, name: &str) -> Option<&ProtocolWorkflow> {
        self.workflows.iter().find(|known| known.workflow.id == name)
    }

    /// What units are drawn from in cases of a workflow.
    pub fn frame_of(&self, workflow: &str) -> Option<&Frame> {
        self.frame.iter().chain(&self.first_stage).find(|frame| frame.workflow == workflow)
    }

    /// What cases of a workflow come from, where they are begun from units that were drawn.
    pub fn opens(&self, workflow: &str) -> Option<&Opens> {
        self.first_stage.as_ref()?.opens.as_ref().filter(|opens| opens.workflow == workflow)
    }

    /// What is published of cases of a workflow.
    pub fn release_of(&self, workflow: &str) -> Option<&ReleasePlan> {
        self.release.iter().chain(&self.round_release).find(|plan| plan.workflow == workflow)
    }

    /// Which compartments take the values of a form, of the protocol or not.
    pub fn sealing(&self, form_id: &str) -> &Sealing {
        self.form(form_id).map_or(&self.other_forms, |form| &form.sealing)
    }

    /// Whether one person may not hold both compartments.
    pub fn compartments_apart(&self, one: &str, other: &str) -> bool {
        are_apart(&self.compartments, one, other)
    }

    /// Whether one person may not have both roles. Saying it on one side is enough.
    pub fn roles_apart(&self, one: &str, other: &str) -> bool {
        let says = |id: &str, about: &str| {
            self.role(id).is_some_and(|role| role.not_with.iter().any(|other| other == about))
        };
        says(one, other) || says(other, one)
    }

    /// Ids of the roles that give a right.
    pub fn roles_with(&self, right: Right) -> impl Iterator<Item = &str> {
        self.roles.iter().filter(move |role| role.may(right)).map(|role| role.id.as_str())
    }
}

fn read(files: &BTreeMap<String, Vec<u8>>, problems: &mut Vec<Problem>) -> Option<Protocol> {
    let Some(bytes) = files.get(PROTOCOL_TOML) else {
        problems.push(Problem::new(
            PROTOCOL_TOML,
            "the file is missing",
            "A protocol is a folder with a file protocol.toml; choose that folder",
        ));
        return None;
    };
    let (source, table) = toml_section::parse(PROTOCOL_TOML, bytes, problems)?;
    let root = Section::root(PROTOCOL_TOML, source, &table, "the protocol");
    let compartments = compartment::read(&root, problems);
    let forms = form::read(&root, files, &compartments, problems);
    let mut registries = registry::read(&root, &compartments, problems);
    let (disclosure, named) = disclosure::read(&root, problems);
    let method = root.optional_text("method", problems);
    let form_files = form_files(&root);
    entries::check(&forms, forms.len() == form_files.len(), &mut registries, problems);
    form::check_unused(files, &form_files, method.as_ref().map_or("", |method| &method.value), problems);
    let roles = role::read(&root, &compartments, problems);
    check_no_person_key(&forms, &registries, problems);
    let yardsticks = yardstick::read(files, problems);
    let workflows = workflow::read(files, &compartments, &roles, yardsticks.as_ref(), problems);
    if let Some(yardsticks) = &yardsticks {
        yardstick::check(yardsticks, &workflows, problems);
        yardstick::check_places(yardsticks, &registries, problems);
    }
    let zone = read_zone(&root, problems);
    let known = (registries.as_slice(), workflows.as_slice(), compartments.as_slice());
    let frame = frame::read(&root, "frame", false, known, problems);
    let first_stage = frame::read(&root, "first_stage", true, known, problems);
    let drawn = reconciliation::Drawn {
        registries: &registries,
        compartments: &compartments,
        workflows: &workflows,
        frame: frame.as_ref(),
    };
    let reconciliation = reconciliation::read(files, &forms, drawn, problems);
    let mut protocol = Protocol {
        zone,
        name: root.text("name", problems).value,
        version: root.text("version", problems).value,
        title: root.translated("title", problems),
        description: root.translated("description", problems),
        method: method.and_then(|method| read_method(&root, &method.value, files, problems)),
        other_forms: other_forms(&root, &compartments, problems),
        frame,
        first_stage,
        workflows,
        reconciliation,
        gaps: gaps::read(files, yardsticks.as_ref(), problems),
        yardsticks,
        roles,
        compartments,
        forms: Vec::new(),
        registries,
        disclosure: disclosure?,
        release: None,
        round_release: None,
        fingerprint: fingerprint(files),
    };
    name_fields(&mut protocol.disclosure, named, &forms, problems);
    let strict = protocol.disclosure.strict.iter();
    let named = release::Named {
        workflows: &protocol.workflows,
        forms: &forms,
        compartments: &protocol.compartments,
        registries: protocol.registries.iter().map(|registry| registry.name.as_str()).collect(),
        strict: strict.map(|field| (field.form_id.as_str(), field.path.as_str())).collect(),
    };
    let (release, round) = release::read(files, &named, problems).unzip();
    (protocol.release, protocol.round_release) = (release, round.flatten());
    protocol.forms = forms.into_iter().map(|read| read.form).collect();
    root.finish(problems);
    Some(protocol)
}

/// The files of all forms, those included that could not be read.
fn form_files(root: &Section) -> Vec<String> {
    let told_before = &mut Vec::new();
    let sections = root.sections("form", told_before);
    sections
        .iter()
        .filter_map(|form| form.optional_text("file", told_before))
        .map(|file| file.value)
        .collect()
}

/// The time zone, as POSIX writes it: no list of zones is needed to read it, and it stays what it was.
fn read_zone(root: &Section, problems: &mut Vec<Problem>) -> TimeZone {
    let Some(text) = root.optional_text("zone", problems) else { return TimeZone::UTC };
    TimeZone::posix(&text.value).unwrap_or_else(|_| {
        problems.push(root.problem(
            "zone",
            format!("“{}” is no time zone", text.value),
            "Write it as POSIX does, for example KST-9 or CET-1CEST,M3.5.0,M10.5.0/3",
        ));
        TimeZone::UTC
    })
}

fn read_method(
    root: &Section,
    path: &str,
    files: &BTreeMap<String, Vec<u8>>,
    problems: &mut Vec<Problem>,
) -> Option<String> {
    let text = files.get(path).and_then(|bytes| String::from_utf8(bytes.clone()).ok());
    if text.is_none() {
        problems.push(root.problem(
            "method",
            format!("there is no file “{path}” with UTF-8 text"),
            "Add it, or correct its path",
        ));
    }
    text
}

fn other_forms(root: &Section, compartments: &[Compartment], problems: &mut Vec<Problem>) -> Sealing {
    let Some(section) = root.section("other_forms", problems) else {
        problems.push(root.problem(
            "other_forms",
            "nothing says where the values of a mandate's own forms are sealed",
            "Add [other_forms] with identity = \"…\" and sensitive = \"…\"",
        ));
        return Sealing::default();
    };
    let section = section.named("other_forms".to_owned());
    let sealing = Sealing::read(&section, compartments, problems);
    section.finish(problems);
    for (class, key) in [(Class::Identity, "identity"), (Class::Sensitive, "sensitive")] {
        if sealing.compartment(class).is_none() {
            problems.push(section.problem(
                key,
                format!("no compartment takes the {class} values of a mandate's own forms"),
                format!("Add {key} = \"…\""),
            ));
        }
    }
    sealing
}

/// Looks up the fields that the disclosure rules name, now that the forms are read.
fn name_fields(
    disclosure: &mut Disclosure,
    named: Vec<NamedField>,
    forms: &[ReadForm],
    problems: &mut Vec<Problem>,
) {
    for NamedField { text, key, row } in named {
        let field = text.split_once('/').and_then(|(id, name)| {
            let read = forms.iter().find(|read| read.form.id == id)?;
            let field =
                read.form.form.fields.iter().find(|field| field.name == name || field.path == name)?;
            Some((id, field))
        });
        let at = |problem: Problem| problem.row(row).column(key).field("disclosure");
        let Some((form_id, field)) = field else {
            problems.push(at(Problem::new(
                toml_section::PROTOCOL_TOML,
                format!("there is no field “{text}”"),
                "Write form_id/field",
            )));
            continue;
        };
        if field.class == Some(Class::Open) {
            problems.push(at(Problem::new(
                toml_section::PROTOCOL_TOML,
                format!("“{text}” is open, though it could help to single a person out"),
                "Give the field the class sensitive in its form",
            )));
        }
        let found = FieldOfForm { form_id: form_id.to_owned(), path: field.path.clone() };
        match key {
            "strict" => disclosure.strict.push(found),
            _ => disclosure.quasi_identifiers.push(found),
        }
    }
}
