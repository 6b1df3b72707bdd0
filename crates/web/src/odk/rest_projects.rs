//! Projects: what Central calls a mandate.

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, RawQuery};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::get;
use desk::protocol::Right;
use desk::store::mandate::Mandate;
use desk::{Devices, Forms, Manage, Members, NewMandate, Seat};
use serde_json::{Value, json};

use super::actors::{Role, extended, verbs};
use super::caller::{Anybody, Caller};
use super::input::{self, answer, success, time};
use super::openrosa::parameter;
use super::rest_forms;
use super::trouble::{Answer, Code, Problem};
use crate::room::Web;

/// The protocol of a project that is begun through the API: it brings its own forms.
const PROTOCOL: &str = "general";
/// The role of who begins it: holds every key, so that the project can be used at once.
const ROLE: &str = "lead";

pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route("/projects", get(list).post(begin))
        .route("/projects/{project}", get(one).patch(change).put(replace).delete(remove))
}

fn project(mandate: &Mandate) -> Value {
    json!({
        "id": mandate.id,
        "name": mandate.name,
        "description": Some(&mandate.description).filter(|text| !text.is_empty()),
        "archived": mandate.archived_at.map(|_| true),
        "keyId": null,
        "createdAt": time(Some(mandate.created_at)),
        "updatedAt": time(mandate.updated_at),
        "deletedAt": null,
    })
}

/// Adds what Central calls extended metadata.
async fn add_counts(caller: &Caller, seat: &Seat, told: &mut Value) -> Answer<()> {
    let counts = caller.desk().mandate_counts(seat).await?;
    told["forms"] = counts.forms.into();
    told["appUsers"] = counts.phones.into();
    told["datasets"] = counts.registries.into();
    told["lastSubmission"] = time(counts.last_submission);
    told["lastEntity"] = time(counts.last_entry);
    Ok(())
}

async fn list(anybody: Anybody, RawQuery(query): RawQuery, headers: HeaderMap) -> Answer<Response> {
    let Ok(caller) = anybody.member() else { return Ok(answer(&json!([]))) };
    let mut mandates = caller.desk().mandates(&caller.session).await?;
    let order = |mandate: &Mandate| (mandate.archived_at.is_some(), mandate.name.to_lowercase(), mandate.id);
    mandates.sort_by_key(|(mandate, _)| order(mandate));
    let asked = |name: &str| parameter(&query, name).is_some_and(|value| value == "true");
    let (forms, datasets) = (asked("forms"), asked("datasets"));
    let mut told = Vec::new();
    for (mandate, _) in &mandates {
        let mut one = project(mandate);
        if forms || datasets || extended(&headers) {
            let seat = caller.seat(&mandate.id.to_string()).await?;
            if extended(&headers) {
                add_counts(&caller, &seat, &mut one).await?;
            }
            if forms || datasets {
                one["verbs"] = verbs(&seat).into();
            }
            if forms {
                one["formList"] = rest_forms::extended_list(&caller, &seat).await?.into();
            }
            if datasets {
                let list = datasets_of(&caller, &seat).await?;
                // Who only fills forms is told of no entity list, nor of the project on this account.
                match list {
                    Some(list) => one["datasetList"] = list.into(),
                    None => one["datasetList"] = json!([]),
                }
            }
        }
        told.push(one);
    }
    Ok(answer(&told.into()))
}

async fn datasets_of(caller: &Caller, seat: &Seat) -> Answer<Option<Vec<Value>>> {
    if !seat.has(Right::Read) {
        return Ok(None);
    }
    let mut told = Vec::new();
    for counts in caller.desk().registry_counts(seat).await? {
        told.push(json!({
            "name": counts.registry.name,
            "createdAt": time(Some(counts.registry.created_at)),
            "projectId": seat.mandate().id,
            "approvalRequired": false,
            "ownerOnly": false,
            "lastEntity": time(counts.last_entry),
            "entities": counts.registry.entries,
            "conflicts": counts.conflicts,
        }));
    }
    Ok(Some(told))
}

async fn begin(caller: Caller, body: Body) -> Answer<Response> {
    let desk = caller.desk();
    let administrator = desk.administrator(&caller.session)?;
    let sent: Value = input::from_json(body).await?;
    let name = input::text(&sent, "name")?.filter(|name| !name.trim().is_empty());
    let name = name.ok_or_else(|| Problem::missing("name"))?.to_owned();
    let archived = input::flag(&sent, "archived")?.unwrap_or(false);
    let new = NewMandate {
        name: name.clone(),
        description: input::text(&sent, "description")?.unwrap_or_default().to_owned(),
        protocol: PROTOCOL.to_owned(),
        people: vec![(caller.session.member().id, ROLE.to_owned())],
    };
    let id = desk.begin_mandate(&administrator, new).await?;
    let seat = desk.seat(&caller.session, id).await?;
    if archived {
        let description = seat.mandate().description.clone();
        desk.change_mandate(&seat.may::<Manage>()?, &name, &description, true).await?;
    }
    Ok(answer(&project(desk.seat(&caller.session, id).await?.mandate())))
}

/// Changes what the body names and leaves the rest.
async fn change(caller: Caller, Path(id): Path<String>, body: Body) -> Answer<Response> {
    let seat = caller.seat(&id).await?;
    let may = seat.may::<Manage>()?;
    let sent: Value = input::from_json(body).await?;
    let before = seat.mandate();
    let name = input::text(&sent, "name")?.unwrap_or(&before.name);
    let description = input::text(&sent, "description")?.unwrap_or(&before.description);
    let archived = input::flag(&sent, "archived")?.unwrap_or(before.archived_at.is_some());
    caller.desk().change_mandate(&may, name, description, archived).await?;
    Ok(answer(&project(caller.seat(&id).await?.mandate())))
}

/// Sets the project to what the body says: what it leaves out is emptied; with `forms`, states and assignments of every
/// form too.
async fn replace(caller: Caller, Path(id): Path<String>, body: Body) -> Answer<Response> {
    let seat = caller.seat(&id).await?;
    let may = seat.may::<Manage>()?;
    let sent: Value = input::from_json(body).await?;
    let name = input::text(&sent, "name")?.filter(|name| !name.trim().is_empty());
    let name = name.ok_or_else(|| Problem::missing("name"))?;
    let description = input::text(&sent, "description")?.unwrap_or_default();
    let archived = input::flag(&sent, "archived")?.unwrap_or(false);
    let plan = match sent.get("forms") {
        None | Some(Value::Null) => Vec::new(),
        Some(forms) => plan(&caller, &seat, forms).await?,
    };
    caller.desk().change_mandate(&may, name, description, archived).await?;
    for change in plan {
        change.make(&caller, &seat).await?;
    }
    Ok(answer(&project(caller.seat(&id).await?.mandate())))
}

/// What is to be done with one form.
struct FormChange {
    form: desk::store::form::Form,
    state: Option<String>,
    given: Vec<(i64, &'static str)>,
    taken: Vec<(i64, &'static str)>,
}

/// Reads what is to be done with the forms, and refuses it as a whole where a part cannot be done.
async fn plan(caller: &Caller, seat: &Seat, forms: &Value) -> Answer<Vec<FormChange>> {
    let no_such = || {
        let message =
            "The requested feature updating only some of a project's forms is not supported by this server.";
        Problem::new(Code::NOT_IMPLEMENTED, message).with(json!({ "feature": "partial form update" }))
    };
    let wanted = forms.as_array().ok_or_else(|| Problem::wrong_type(forms, "array"))?;
    let known = caller.desk().forms_seen_from(seat).await?;
    let assignments = caller.desk().form_assignments(&seat.may::<Members>()?).await?;
    let mut plan: Vec<FormChange> = Vec::new();
    for one in wanted {
        let form_id = input::text(one, "xmlFormId")?.ok_or_else(|| Problem::missing("xmlFormId"))?;
        if plan.iter().any(|change| change.form.form_id == form_id) {
            let reason = "the same form was given twice.";
            return Err(Problem::unexpected("xmlFormId", &form_id.into(), reason));
        }
        let form = known.iter().map(|listed| &listed.form).find(|form| form.form_id == form_id);
        let form = form.ok_or_else(no_such)?.clone();
        let state = input::text(one, "state")?.map(str::to_owned);
        if let Some(state) = &state
            && !["open", "closing", "closed"].contains(&state.as_str())
        {
            return Err(Problem::unexpected(
                "state",
                &state.as_str().into(),
                "it must be open, closing or closed.",
            ));
        }
        let (mut given, mut taken) = (Vec::new(), Vec::new());
        if let Some(list) = one.get("assignments").and_then(Value::as_array) {
            let before: Vec<(i64, &'static str)> = assignments
                .iter()
                .filter(|old| old.form == form.id && old.kind != "public_link")
                .filter_map(|old| Some((old.actor, Role::find(&old.role)?.system)))
                .collect();
            let mut after = Vec::new();
            for assignment in list {
                after.push(assignment_of(caller, seat, assignment).await?);
            }
            given = after.iter().filter(|new| !before.contains(new)).copied().collect();
            taken = before.into_iter().filter(|old| !after.contains(old)).collect();
        }
        plan.push(FormChange { form, state, given, taken });
    }
    match plan.len() == known.len() {
        true => Ok(plan),
        false => Err(no_such()),
    }
}

async fn assignment_of(caller: &Caller, seat: &Seat, sent: &Value) -> Answer<(i64, &'static str)> {
    let field =
        |name: &str| sent.get(name).filter(|value| !value.is_null()).ok_or_else(|| Problem::missing(name));
    let (role, actor) = (field("roleId")?, field("actorId")?);
    let unknown = |name: &str, value: &Value| {
        let message = format!("The given {name} {value} does not exist.");
        Problem::new(Code::REFERENCE_NOT_FOUND, message).with(json!({ "field": name, "value": value }))
    };
    let role = Role::find(&role.to_string()).ok_or_else(|| unknown("roleId", role))?;
    let number = actor.as_i64().ok_or_else(|| Problem::wrong_type(actor, "integer"))?;
    let desk = caller.desk();
    if !desk.has_device(seat.mandate().id, number).await? && !desk.has_account(number).await? {
        return Err(unknown("actorId", actor));
    }
    if role.system == "admin" && !caller.session.member().administrator {
        return Err(Problem::no_rights());
    }
    Ok((number, role.system))
}

impl FormChange {
    async fn make(&self, caller: &Caller, seat: &Seat) -> Answer<()> {
        let desk = caller.desk();
        if let Some(state) = self.state.as_deref().filter(|state| *state != self.form.state) {
            desk.set_form_state(&seat.may::<Forms>()?, &self.form, state).await?;
        }
        let may = seat.may::<Devices>()?;
        for (actor, role) in &self.given {
            desk.assign_form(&may, &self.form, *actor, role).await?;
        }
        for (actor, role) in &self.taken {
            desk.unassign_form(&may, &self.form, *actor, role).await?;
        }
        Ok(())
    }
}

async fn remove(caller: Caller, Path(id): Path<String>) -> Answer<Response> {
    let seat = caller.seat(&id).await?;
    caller.desk().remove_mandate(&seat.may::<Manage>()?).await?;
    Ok(success())
}

async fn one(caller: Caller, Path(id): Path<String>, headers: HeaderMap) -> Answer<Response> {
    let seat = caller.seat(&id).await?;
    let mut told = project(seat.mandate());
    if extended(&headers) {
        add_counts(&caller, &seat, &mut told).await?;
        told["verbs"] = verbs(&seat).into();
    }
    Ok(answer(&told))
}
