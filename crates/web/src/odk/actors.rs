//! Whom Central calls actors, as its answers tell them, and its roles.

use axum::http::HeaderMap;
use desk::protocol::{OdkRole, Right};
use desk::store::mandate::Device;
use desk::store::member::Member;
use desk::{Desk, Members, Seat};
use serde_json::{Value, json};

use super::input::time;

/// Whether the caller asked for more than the plain answer.
pub(super) fn extended(headers: &HeaderMap) -> bool {
    headers.get("x-extended-metadata").is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"true"))
}

/// A member, as somebody who did something.
pub(super) fn actor(member: &Member) -> Value {
    json!({
        "id": member.id,
        "type": "user",
        "displayName": member.name,
        "createdAt": time(Some(member.created_at)),
        "updatedAt": time(member.updated_at),
        "deletedAt": time(member.left_at),
    })
}

/// A member, as an account.
pub(super) fn user(member: &Member) -> Value {
    let mut told = actor(member);
    told["email"] = member.email.as_str().into();
    told["lastLoginAt"] = time(member.last_login_at);
    told
}

/// A phone or a public link.
pub(super) fn device_actor(device: &Device) -> Value {
    json!({
        "id": device.id,
        "type": if device.link_form.is_some() { "public_link" } else { "field_key" },
        "displayName": device.name,
        "createdAt": time(Some(device.created_at)),
        "updatedAt": null,
        "deletedAt": time(device.removed_at),
    })
}

/// Who made something, by number.
pub(super) async fn maker(desk: &Desk, seat: &Seat, id: i64) -> Value {
    let Ok(names) = desk.member_by_number(seat, id).await else { return Value::Null };
    names.as_ref().map_or(Value::Null, actor)
}

/// A role as Central has it.
pub(super) struct Role {
    /// Central's number for it.
    pub id: i64,
    /// Central's name for programs.
    pub system: &'static str,
    /// Central's name for people.
    pub name: &'static str,
    /// What it allows, in Central's words.
    pub verbs: &'static [&'static str],
}

const MANAGER: &[&str] = &[
    "project.read",
    "project.update",
    "project.delete",
    "form.create",
    "form.delete",
    "form.list",
    "form.read",
    "form.update",
    "form.restore",
    "submission.create",
    "submission.read",
    "submission.list",
    "submission.update",
    "submission.delete",
    "submission.restore",
    "field_key.create",
    "field_key.delete",
    "field_key.list",
    "public_link.create",
    "public_link.delete",
    "public_link.list",
    "session.end",
    "assignment.list",
    "assignment.create",
    "assignment.delete",
    "dataset.list",
    "dataset.read",
    "dataset.create",
    "dataset.update",
    "dataset.delete",
    "entity.list",
    "entity.read",
    "entity.create",
    "entity.update",
    "entity.delete",
    "entity.restore",
    "open_form.list",
    "open_form.read",
];

const ADMIN: &[&str] = &[
    "config.read",
    "config.set",
    "user.list",
    "user.create",
    "user.read",
    "user.update",
    "user.delete",
    "user.password.invalidate",
    "user.password.reset",
    "role.create",
    "role.update",
    "role.delete",
    "audit.read",
    "analytics.read",
    "project.create",
    "project.list",
    "project.read",
    "project.update",
    "project.delete",
    "form.create",
    "form.delete",
    "form.list",
    "form.read",
    "form.update",
    "form.restore",
    "submission.create",
    "submission.read",
    "submission.list",
    "submission.update",
    "submission.delete",
    "submission.restore",
    "field_key.create",
    "field_key.delete",
    "field_key.list",
    "public_link.create",
    "public_link.delete",
    "public_link.list",
    "session.end",
    "assignment.list",
    "assignment.create",
    "assignment.delete",
    "dataset.list",
    "dataset.read",
    "dataset.create",
    "dataset.update",
    "dataset.delete",
    "entity.list",
    "entity.read",
    "entity.create",
    "entity.update",
    "entity.delete",
    "entity.restore",
    "open_form.list",
    "open_form.read",
];

const VIEWER: &[&str] = &[
    "project.read",
    "form.list",
    "form.read",
    "submission.read",
    "submission.list",
    "dataset.list",
    "dataset.read",
    "entity.list",
    "entity.read",
];

/// Central's roles, with its numbers.
pub(super) const ROLES: &[Role] = &[
    Role { id: 1, system: "admin", name: "Administrator", verbs: ADMIN },
    Role { id: 2, system: "app-user", name: "App User", verbs: &["form.read", "submission.create"] },
    Role { id: 3, system: "initz", name: "Initialization", verbs: &[] },
    Role { id: 4, system: "pwreset", name: "Password Reset Token", verbs: &["user.password.reset"] },
    Role { id: 5, system: "manager", name: "Project Manager", verbs: MANAGER },
    Role { id: 6, system: "formview", name: "Form Viewer (system internal)", verbs: &["form.read"] },
    Role { id: 7, system: "pub-link", name: "Public Link", verbs: &["form.read", "submission.create"] },
    Role { id: 8, system: "viewer", name: "Project Viewer", verbs: VIEWER },
    Role {
        id: 9,
        system: "formfill",
        name: "Data Collector",
        verbs: &["project.read", "open_form.list", "open_form.read", "submission.create"],
    },
];

impl Role {
    /// The role with this number or name.
    pub fn find(wanted: &str) -> Option<&'static Role> {
        ROLES.iter().find(|role| role.system == wanted || role.id.to_string() == wanted)
    }

    /// The role that the protocol's role stands for.
    pub fn of(role: OdkRole) -> Option<&'static Role> {
        Role::find(role.as_str())
    }

    /// The protocol's word for the role, if a member of a mandate can have it.
    pub fn word(&self) -> Option<OdkRole> {
        self.system.parse().ok()
    }
}

/// Central's names for what the caller may do in a project, for clients that look before they act.
pub(super) fn verbs(seat: &Seat) -> Vec<&'static str> {
    if seat.session().member().administrator {
        return ADMIN.to_vec();
    }
    let mut verbs: Vec<&'static str> = Vec::new();
    for name in seat.roles() {
        let Some(role) = seat.protocol().role(name) else { continue };
        let known: Vec<&'static str> = match role.odk.and_then(Role::of) {
            Some(role) => role.verbs.to_vec(),
            None => role.rights.iter().flat_map(|right| of_right(*right)).copied().collect(),
        };
        verbs.extend(known);
    }
    let mut once = Vec::new();
    for verb in verbs {
        if !once.contains(&verb) {
            once.push(verb);
        }
    }
    once
}

fn of_right(right: Right) -> &'static [&'static str] {
    match right {
        Right::Manage => &["project.read", "project.update", "dataset.create", "dataset.update"],
        Right::Members => &["assignment.list", "assignment.create", "assignment.delete"],
        Right::Devices => &["field_key.list", "field_key.create", "field_key.delete"],
        Right::Forms => &["form.create", "form.update"],
        Right::Collect => &["project.read", "open_form.list", "open_form.read", "submission.create"],
        Right::Read => VIEWER,
        Right::Review => &["submission.update", "entity.create", "entity.update"],
        Right::Export | Right::OpenIdentity | Right::Visits => &[],
        Right::Ledger => &["audit.read"],
    }
}

/// Whether the caller may say who works in the project.
pub(super) fn may_assign(seat: &Seat) -> Result<desk::May<'_, Members>, desk::Refusal> {
    seat.may::<Members>()
}
