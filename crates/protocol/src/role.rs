use crate::compartment::{Compartment, are_apart, ids};
use crate::problem::Problem;
use crate::texts::Texts;
use crate::toml_section::{At, PROTOCOL_TOML, Section};
use crate::words::{OdkRole, Right};

/// What a kind of member does in a mandate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// Its id, `draw_officer`.
    pub id: String,
    /// Its name.
    pub title: Texts,
    /// What its members may do.
    pub rights: Vec<Right>,
    /// Ids of the compartments whose keys a new member of the role is given.
    pub compartments: Vec<String>,
    /// Ids of roles that the same person may not have as well.
    pub not_with: Vec<String>,
    /// The role of ODK Central that this one stands for where clients of Central ask.
    pub odk: Option<OdkRole>,
}

impl Role {
    /// Whether the role gives a right.
    pub fn may(&self, right: Right) -> bool {
        self.rights.contains(&right)
    }
}

pub(crate) fn read(root: &Section, compartments: &[Compartment], problems: &mut Vec<Problem>) -> Vec<Role> {
    let mut roles: Vec<Role> = Vec::new();
    let mut others: Vec<(Section, Vec<At<String>>)> = Vec::new();
    for section in root.sections("role", problems) {
        let id = section.text("id", problems).value;
        let section = section.named(format!("role {id}"));
        if roles.iter().any(|known| known.id == id) {
            problems.push(section.problem("id", "two roles have this id", "Give one another id"));
        }
        let not_with = section.texts_list("not_with", problems);
        let role = Role {
            title: section.translated("title", problems),
            rights: section.words_list("rights", problems),
            compartments: read_compartments(&section, compartments, problems),
            not_with: not_with.iter().map(|id| id.value.clone()).collect(),
            odk: section.optional_word("odk", problems),
            id,
        };
        section.finish(problems);
        if let Some(odk) = role.odk
            && let Some(other) = roles.iter().find(|other| other.odk == Some(odk))
        {
            let message = format!("role {} stands for “{}” already", other.id, odk.as_str());
            problems.push(section.problem("odk", message, "Remove it from one of them"));
        }
        check_separation(&section, &role, compartments, problems);
        roles.push(role);
        others.push((section, not_with));
    }
    let known = roles.iter().map(|role| role.id.as_str()).collect::<Vec<_>>().join(", ");
    for (section, others) in others {
        for other in others.iter().filter(|other| roles.iter().all(|role| role.id != other.value)) {
            let message = format!("there is no role “{}”", other.value);
            problems.push(
                section
                    .problem("not_with", message, format!("Name one of the roles: {known}"))
                    .row(other.row),
            );
        }
    }
    check_whole(&roles, compartments, problems);
    roles
}

fn read_compartments(section: &Section, known: &[Compartment], problems: &mut Vec<Problem>) -> Vec<String> {
    let listed = section.texts_list("compartments", problems);
    for id in listed.iter().filter(|id| known.iter().all(|compartment| compartment.id != id.value)) {
        problems.push(
            section
                .problem(
                    "compartments",
                    format!("there is no compartment “{}”", id.value),
                    format!("Name one of the compartments: {}", ids(known)),
                )
                .row(id.row),
        );
    }
    listed.into_iter().map(|id| id.value).collect()
}

fn check_separation(
    section: &Section,
    role: &Role,
    compartments: &[Compartment],
    problems: &mut Vec<Problem>,
) {
    for (index, one) in role.compartments.iter().enumerate() {
        for other in
            role.compartments.iter().skip(index + 1).filter(|other| are_apart(compartments, one, other))
        {
            problems.push(section.problem(
                "compartments",
                format!("the role holds “{one}” and “{other}”, which must be kept apart"),
                "Give one of the two to another role",
            ));
        }
    }
}

/// What must hold for the roles together.
fn check_whole(roles: &[Role], compartments: &[Compartment], problems: &mut Vec<Problem>) {
    for right in [Right::Manage, Right::Members] {
        if !roles.iter().any(|role| role.may(right)) {
            problems.push(Problem::new(
                PROTOCOL_TOML,
                format!("no role has the right “{}”", right.as_str()),
                "Give it to the role that leads the mandate",
            ));
        }
    }
    for compartment in compartments {
        let holds = |role: &&Role| role.compartments.contains(&compartment.id);
        if !roles.iter().any(|role| holds(&role)) {
            problems.push(
                Problem::new(
                    PROTOCOL_TOML,
                    "no role holds this compartment, so nobody could ever open what is sealed to it",
                    "Add it to the compartments of a role",
                )
                .field(&format!("compartment {}", compartment.id)),
            );
        }
    }
}
