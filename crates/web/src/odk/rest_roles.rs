//! Roles, and who has them: of the whole site, of a project, of a form.

use axum::Router;
use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::{get, post};
use desk::{Administrator, Devices, Members, RoleHolder};
use serde_json::{Value, json};

use super::actors::{ROLES, Role, actor, extended, may_assign};
use super::caller::{Anybody, Caller};
use super::input::{answer, success, time};
use super::trouble::{Answer, Code, Problem};
use crate::room::Web;

pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route("/roles", get(roles))
        .route("/config/public", get(public_settings))
        .route("/roles/{role}", get(role))
        .route("/assignments", get(administrators))
        .route("/assignments/{role}", get(administrators_by_role))
        .route("/assignments/{role}/{actor}", post(make_administrator).delete(end_administrator))
        .route("/projects/{project}/assignments", get(list))
        .route("/projects/{project}/assignments/forms", get(all_forms))
        .route("/projects/{project}/assignments/forms/{role}", get(all_forms_by_role))
        .route("/projects/{project}/assignments/{role}", get(by_role))
        .route("/projects/{project}/assignments/{role}/{actor}", post(assign).delete(unassign))
        .route("/projects/{project}/forms/{form}/assignments", get(of_form))
        .route("/projects/{project}/forms/{form}/assignments/{role}", get(of_form_by_role))
        .route(
            "/projects/{project}/forms/{form}/assignments/{role}/{actor}",
            post(assign_form).delete(unassign_form),
        )
}

fn told(role: &Role) -> Value {
    json!({
        "id": role.id,
        "name": role.name,
        "system": role.system,
        "verbs": role.verbs,
        "createdAt": "2018-01-01T00:00:00.000Z",
        "updatedAt": null,
    })
}

fn find(wanted: &str) -> Answer<&'static Role> {
    Role::find(wanted).ok_or_else(Problem::not_found)
}

fn number(text: &str) -> Answer<i64> {
    text.parse().map_err(|_| Problem::wrong_type(&text.into(), "integer"))
}

async fn roles(_: Anybody) -> Response {
    answer(&ROLES.iter().map(told).collect())
}

/// Settings that everybody may see. This server has none of Central's.
async fn public_settings(_: Anybody) -> Response {
    answer(&json!([]))
}

async fn role(_: Anybody, Path(wanted): Path<String>) -> Answer<Response> {
    Ok(answer(&told(find(&wanted)?)))
}

async fn those_who_administer(caller: &Caller) -> Answer<(Administrator, Vec<desk::store::member::Member>)> {
    let administrator = caller.desk().administrator(&caller.session)?;
    let mut all = caller.desk().accounts(&administrator).await?;
    all.retain(|member| member.administrator);
    all.sort_by_key(|member| member.id);
    Ok((administrator, all))
}

async fn administrators(caller: Caller, headers: HeaderMap) -> Answer<Response> {
    let (_, all) = those_who_administer(&caller).await?;
    let extended = extended(&headers);
    let told = |member| match extended {
        true => json!({ "actor": actor(member), "roleId": 1 }),
        false => json!({ "actorId": member.id, "roleId": 1 }),
    };
    Ok(answer(&all.iter().map(told).collect()))
}

async fn administrators_by_role(caller: Caller, Path(wanted): Path<String>) -> Answer<Response> {
    let role = find(&wanted)?;
    let (_, all) = those_who_administer(&caller).await?;
    let told = if role.system == "admin" { all.iter().map(actor).collect() } else { json!([]) };
    Ok(answer(&told))
}

/// The administrator who asks, and the member who is meant; the role and the member are looked for before rights are.
async fn site_change(anybody: Anybody, role: &str, id: &str) -> Answer<(Caller, Administrator, i64)> {
    let role = find(role)?;
    let id = number(id)?;
    if !anybody.web.desk.has_account(id).await? {
        return Err(Problem::not_found());
    }
    let caller = anybody.member().map_err(|_| Problem::no_rights())?;
    let administrator = caller.desk().administrator(&caller.session)?;
    // Only administrators have a role that counts for the whole site.
    if role.system != "admin" {
        return Err(Problem::not_found());
    }
    Ok((caller, administrator, id))
}

async fn make_administrator(anybody: Anybody, Path((role, id)): Path<(String, String)>) -> Answer<Response> {
    let (caller, administrator, id) = site_change(anybody, &role, &id).await?;
    caller.desk().set_administrator(&administrator, id, true).await?;
    Ok(success())
}

async fn end_administrator(anybody: Anybody, Path((role, id)): Path<(String, String)>) -> Answer<Response> {
    let (caller, administrator, id) = site_change(anybody, &role, &id).await?;
    caller.desk().set_administrator(&administrator, id, false).await?;
    Ok(success())
}

fn holder(holder: &RoleHolder, extended: bool) -> Option<Value> {
    let role = Role::of(holder.role)?;
    Some(match extended {
        true => json!({ "actor": actor(&holder.member), "roleId": role.id }),
        false => json!({ "actorId": holder.member.id, "roleId": role.id }),
    })
}

async fn list(caller: Caller, Path(project): Path<String>, headers: HeaderMap) -> Answer<Response> {
    let seat = caller.seat(&project).await?;
    let holders = caller.desk().role_holders(&may_assign(&seat)?).await?;
    let extended = extended(&headers);
    Ok(answer(&holders.iter().filter_map(|one| holder(one, extended)).collect()))
}

async fn by_role(caller: Caller, Path((project, wanted)): Path<(String, String)>) -> Answer<Response> {
    let seat = caller.seat(&project).await?;
    let role = find(&wanted)?;
    let holders = caller.desk().role_holders(&may_assign(&seat)?).await?;
    let holders = holders.iter().filter(|holder| Some(holder.role) == role.word());
    Ok(answer(&holders.map(|holder| actor(&holder.member)).collect()))
}

/// Looks for the project, the role and the actor before it asks for rights, as Central does.
async fn known(anybody: &Anybody, project: &str, role: &str, id: &str) -> Answer<(&'static Role, i64)> {
    let project = super::caller::project_number(project)?;
    let desk = &anybody.web.desk;
    if !desk.has_mandate(project).await? {
        return Err(Problem::not_found());
    }
    let (role, id) = (find(role)?, number(id)?);
    if !desk.has_account(id).await? && !desk.has_device(project, id).await? {
        return Err(Problem::not_found());
    }
    Ok((role, id))
}

async fn assign(
    anybody: Anybody,
    Path((project, role, id)): Path<(String, String, String)>,
) -> Answer<Response> {
    let (role, id) = known(&anybody, &project, &role, &id).await?;
    let caller = anybody.member().map_err(|_| Problem::no_rights())?;
    let seat = caller.seat(&project).await?;
    let may = seat.may::<Members>()?;
    match role.word() {
        Some(role) => caller.desk().assign_role(&may, id, role).await?,
        // A phone may fill what it is assigned form by form; a role for the whole project adds nothing to that.
        None if role.system == "app-user" => {
            caller.desk().assign_every_form(&seat.may::<Devices>()?, id).await?
        }
        None => return Err(Problem::no_rights()),
    }
    Ok(success())
}

async fn unassign(
    anybody: Anybody,
    Path((project, role, id)): Path<(String, String, String)>,
) -> Answer<Response> {
    let (role, id) = known(&anybody, &project, &role, &id).await?;
    let caller = anybody.member().map_err(|_| Problem::no_rights())?;
    let seat = caller.seat(&project).await?;
    let may = seat.may::<Members>()?;
    let role = role.word().ok_or_else(Problem::not_found)?;
    caller.desk().unassign_role(&may, id, role).await?;
    Ok(success())
}

async fn all_forms(caller: Caller, Path(project): Path<String>, headers: HeaderMap) -> Answer<Response> {
    form_summary(&caller, &project, None, extended(&headers)).await
}

async fn all_forms_by_role(
    caller: Caller,
    Path((project, role)): Path<(String, String)>,
    headers: HeaderMap,
) -> Answer<Response> {
    form_summary(&caller, &project, Some(find(&role)?), extended(&headers)).await
}

async fn form_summary(
    caller: &Caller,
    project: &str,
    role: Option<&Role>,
    extended: bool,
) -> Answer<Response> {
    let seat = caller.seat(project).await?;
    let may = seat.may::<Members>()?;
    let forms = caller.desk().forms_seen_from(&seat).await?;
    let mut told = Vec::new();
    for one in caller.desk().form_assignments(&may).await? {
        let form = forms.iter().find(|listed| listed.form.id == one.form);
        let (Some(form), Some(known)) = (form, Role::find(&one.role)) else { continue };
        if role.is_some_and(|role| role.id != known.id) {
            continue;
        }
        let mut line = match extended {
            true => json!({ "actor": form_actor(&one) }),
            false => json!({ "actorId": one.actor }),
        };
        line["roleId"] = known.id.into();
        line["xmlFormId"] = form.form.form_id.as_str().into();
        told.push(line);
    }
    Ok(answer(&told.into()))
}

fn form_actor(one: &desk::FormAssignment) -> Value {
    json!({
        "id": one.actor,
        "type": one.kind,
        "displayName": one.name,
        "createdAt": time(Some(one.created_at)),
        "updatedAt": null,
        "deletedAt": null,
    })
}

async fn of_form(
    caller: Caller,
    Path((project, form)): Path<(String, String)>,
    headers: HeaderMap,
) -> Answer<Response> {
    let seat = caller.seat(&project).await?;
    let form = caller.desk().form(seat.mandate().id, &form).await?;
    let all = caller.desk().form_assignments(&seat.may::<Members>()?).await?;
    let extended = extended(&headers);
    let told = all.iter().filter(|one| one.form == form.id).filter_map(|one| {
        let role = Role::find(&one.role)?.id;
        Some(match extended {
            true => json!({ "actor": form_actor(one), "roleId": role }),
            false => json!({ "actorId": one.actor, "roleId": role }),
        })
    });
    Ok(answer(&told.collect()))
}

async fn of_form_by_role(
    caller: Caller,
    Path((project, form, role)): Path<(String, String, String)>,
) -> Answer<Response> {
    let seat = caller.seat(&project).await?;
    let form = caller.desk().form(seat.mandate().id, &form).await?;
    let role = find(&role)?;
    let all = caller.desk().form_assignments(&seat.may::<Members>()?).await?;
    let those = all.iter().filter(|one| one.form == form.id && one.role == role.system);
    Ok(answer(&those.map(form_actor).collect()))
}

async fn assign_form(
    anybody: Anybody,
    Path((project, form, role, id)): Path<(String, String, String, String)>,
) -> Answer<Response> {
    change_form(anybody, &project, &form, &role, &id, true).await
}

async fn unassign_form(
    anybody: Anybody,
    Path((project, form, role, id)): Path<(String, String, String, String)>,
) -> Answer<Response> {
    change_form(anybody, &project, &form, &role, &id, false).await
}

async fn change_form(
    anybody: Anybody,
    project: &str,
    form: &str,
    role: &str,
    id: &str,
    given: bool,
) -> Answer<Response> {
    let number = super::caller::project_number(project)?;
    if !anybody.web.desk.has_form(number, form).await? {
        return Err(Problem::not_found());
    }
    let (role, id) = known(&anybody, project, role, id).await?;
    let caller = anybody.member().map_err(|_| Problem::no_rights())?;
    let seat = caller.seat(project).await?;
    let may = seat.may::<Devices>()?;
    if role.system == "admin" && !caller.session.member().administrator {
        return Err(Problem::no_rights());
    }
    if !caller.desk().has_device(number, id).await? {
        // A member's role counts for the whole mandate: keys are held for it, never for one form.
        let message = "The requested feature form assignment of a user is not supported by this server.";
        let details = json!({ "feature": "form assignment of a user" });
        return Err(Problem::new(Code::NOT_IMPLEMENTED, message).with(details));
    }
    let form = caller.desk().form(seat.mandate().id, form).await?;
    match given {
        true => caller.desk().assign_form(&may, &form, id, role.system).await?,
        false => caller.desk().unassign_form(&may, &form, id, role.system).await?,
    }
    Ok(success())
}
