//! Entities: what the house calls an entry of a registry.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, RawQuery};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use desk::store::registry_life::Newest;
use desk::{
    Actor, AddedEntities, Dataset, Entity, EntityList, EntityPatch, EntitySource, EntityVersion, NewEntity,
    Patched, Read, Review, Seat,
};
use futures_util::stream;
use serde_json::{Map, Value, json};

use super::caller::Caller;
use super::entities_csv;
use super::input::{self, answer, success, time};
use super::openrosa::{not_modified, parameter};
use super::rest_datasets::{extended, taken, unexpected, wrong_type};
use super::trouble::{Answer, Code, Problem};
use crate::room::Web;

/// Entities read at a time.
const PAGE: i64 = 500;
/// The most bytes of a list of entities.
const MOST_LIST: usize = 256 << 20;

pub(super) type Actors = BTreeMap<i64, Actor>;

pub(super) fn routes() -> Router<Web> {
    let entities = "/projects/{project}/datasets/{name}/entities";
    Router::new()
        .route(entities, get(list).post(create))
        .route(&format!("{entities}.csv"), get(entities_csv::table))
        .route(&format!("{entities}/creators"), get(creators))
        .route(&format!("{entities}/bulk-delete"), post(remove_many))
        .route(&format!("{entities}/{{uuid}}"), get(one).patch(change).delete(remove))
        .route(&format!("{entities}/{{uuid}}/versions"), get(versions))
        .route(&format!("{entities}/{{uuid}}/diffs"), get(diffs))
        .route(&format!("{entities}/{{uuid}}/audits"), get(audits))
        .route(&format!("{entities}/{{uuid}}/restore"), post(restore))
}

pub(super) fn actor(actor: &Actor) -> Value {
    json!({
        "id": actor.id,
        "type": if actor.device { "field_key" } else { "user" },
        "displayName": actor.name,
        "createdAt": time(Some(actor.created_at)),
        "updatedAt": null,
        "deletedAt": null,
    })
}

/// A version as lists tell it: without its values.
fn version(told: &EntityVersion, current: bool, actors: Option<&Actors>) -> Map<String, Value> {
    let stored = &told.version;
    let value = json!({
        "label": told.label,
        "current": current,
        "createdAt": time(Some(stored.received_at)),
        "creatorId": told.creator(),
        "userAgent": stored.user_agent,
        "version": stored.number,
        "baseVersion": stored.base_number,
        "conflictingProperties": told.conflicting,
        "branchId": stored.branch_id,
        "trunkVersion": stored.trunk_version,
        "branchBaseVersion": stored.branch_base,
    });
    let Value::Object(mut map) = value else { return Map::new() };
    if let Some(actors) = actors {
        let creator = told.creator().and_then(|id| actors.get(&id)).map(actor);
        map.insert("creator".to_owned(), creator.unwrap_or(Value::Null));
    }
    map
}

fn full_version(told: &EntityVersion, current: bool, actors: Option<&Actors>) -> Map<String, Value> {
    let mut map = version(told, current, actors);
    map.insert("data".to_owned(), Value::Object(told.data.clone()));
    map.insert("dataReceived".to_owned(), Value::Object(told.received.clone()));
    map
}

fn told(entity: &Entity, full: bool, actors: Option<&Actors>) -> Value {
    let entry = &entity.entry;
    let mut value = json!({
        "uuid": entry.uuid,
        "creatorId": entity.creator(),
        "conflict": entity.conflict,
        "createdAt": time(Some(entry.created_at)),
        "updatedAt": time(updated_at(entity)),
        "deletedAt": time(entry.removed_at),
    });
    if let (Some(map), Some(current)) = (value.as_object_mut(), entity.current()) {
        let current = if full { full_version(current, true, actors) } else { version(current, true, actors) };
        map.insert("currentVersion".to_owned(), Value::Object(current));
        if let Some(actors) = actors {
            let creator = entity.creator().and_then(|id| actors.get(&id)).map(actor);
            map.insert("creator".to_owned(), creator.unwrap_or(Value::Null));
        }
    }
    value
}

/// When an entity last changed; none if it never did.
pub(super) fn updated_at(entity: &Entity) -> Option<i64> {
    let entry = &entity.entry;
    let changed = entry.version > 1 || entry.resolved > 0 || entry.updated_at != entry.created_at;
    changed.then_some(entry.updated_at)
}

/// The list that is asked for: what is not there is told before what is not allowed.
pub(super) async fn dataset(caller: &Caller, seat: &Seat, name: &str) -> Answer<Dataset> {
    Ok(caller.desk().dataset_seen_from(seat, name).await?)
}

fn is_true(query: &Option<String>, name: &str) -> bool {
    parameter(query, name).is_some_and(|value| value.eq_ignore_ascii_case("true"))
}

fn user_agent(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(header::USER_AGENT)?.to_str().ok()?.trim();
    (!text.is_empty()).then(|| text.chars().take(255).collect())
}

async fn list(
    caller: Caller,
    Path((project, name)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Answer<Response> {
    let seat = caller.seat(&project).await?;
    let dataset = dataset(&caller, &seat, &name).await?;
    seat.may::<Read>()?;
    let removed = Some(is_true(&query, "deleted"));
    let (extended, registry) = (extended(&headers), dataset.registry.id);
    let (web, seat) = (caller.web.clone(), Arc::new(seat));
    let first = Some((Newest { removed, limit: PAGE, ..Newest::default() }, false));
    let pieces = stream::try_unfold(first, move |state| {
        let (web, seat) = (web.clone(), seat.clone());
        async move {
            let Some((list, begun)) = state else { return Ok::<_, desk::Error>(None) };
            let page = web.desk.entities_of(&seat.may::<Read>()?, registry, list).await?;
            let actors = extended.then_some(&page.actors);
            let mut text = String::from(if begun { "" } else { "[" });
            for (index, entity) in page.entities.iter().enumerate() {
                if begun || index > 0 {
                    text.push(',');
                }
                text.push_str(&told(entity, false, actors).to_string());
            }
            let before = page.entities.last().map(|last| last.entry.id);
            if before.is_none() || (page.entities.len() as i64) < PAGE {
                text.push(']');
                return Ok(Some((text, None)));
            }
            Ok(Some((text, Some((Newest { before, ..list }, true)))))
        }
    });
    Ok(([(header::CONTENT_TYPE, "application/json; charset=utf-8")], Body::from_stream(pieces))
        .into_response())
}

async fn one(
    caller: Caller,
    Path((project, name, uuid)): Path<(String, String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Answer<Response> {
    let seat = caller.seat(&project).await?;
    dataset(&caller, &seat, &name).await?;
    let may = seat.may::<Read>()?;
    let (entity, actors) =
        caller.desk().entity(&may, &name, &plain_uuid(&uuid), is_true(&query, "deleted")).await?;
    let etag = format!("\"{}\"", entity.entry.version);
    if let Some(response) = not_modified(&headers, &etag) {
        return Ok(response);
    }
    let told = told(&entity, true, extended(&headers).then_some(&actors));
    let mut response = answer(&told);
    if let Ok(etag) = etag.parse() {
        response.headers_mut().insert(header::ETAG, etag);
    }
    Ok(response)
}

async fn creators(caller: Caller, Path((project, name)): Path<(String, String)>) -> Answer<Response> {
    let seat = caller.seat(&project).await?;
    dataset(&caller, &seat, &name).await?;
    let actors = caller.desk().entity_creators(&seat.may::<Read>()?, &name).await?;
    Ok(answer(&actors.iter().map(actor).collect()))
}

fn source(told: &EntityVersion, actors: &Actors) -> Value {
    match &told.source {
        EntitySource::Single => json!({}),
        EntitySource::List { name, size, count, user_agent } => {
            let mut value = json!({ "name": name, "count": count, "userAgent": user_agent });
            if let (Some(size), Some(map)) = (size, value.as_object_mut()) {
                map.insert("size".to_owned(), json!(size));
            }
            value
        }
        EntitySource::Submission { form_id: None, instance_id, .. } => {
            json!({ "submission": { "instanceId": instance_id } })
        }
        EntitySource::Submission {
            form_id: Some(form_id),
            instance_id,
            created_at,
            submitter,
            review_state,
        } => {
            let who = submitter.and_then(|id| actors.get(&id)).map(actor);
            let reviewed = Some(review_state).filter(|state| *state != "received");
            json!({
                "event": {
                    "action": "submission.create",
                    "actorId": submitter,
                    "actor": who,
                    "acteeId": null,
                    "loggedAt": time(Some(*created_at)),
                    "notes": null,
                    "details": { "instanceId": instance_id, "reviewState": reviewed },
                },
                "submission": {
                    "instanceId": instance_id,
                    "xmlFormId": form_id,
                    "submitterId": submitter,
                    "submitter": who,
                    "reviewState": reviewed,
                    "deviceId": null,
                    "userAgent": null,
                    "createdAt": time(Some(*created_at)),
                    "updatedAt": null,
                    "deletedAt": null,
                    "currentVersion": {
                        "instanceId": instance_id,
                        "instanceName": null,
                        "submitterId": submitter,
                        "submitter": who,
                        "deviceId": null,
                        "createdAt": time(Some(*created_at)),
                        "current": true,
                    },
                },
            })
        }
    }
}

/// What was done to an entity, newest first, in the words of Central's record.
async fn audits(
    caller: Caller,
    Path((project, name, uuid)): Path<(String, String, String)>,
) -> Answer<Response> {
    let seat = caller.seat(&project).await?;
    dataset(&caller, &seat, &name).await?;
    let may = seat.may::<Read>()?;
    let (entity, known) = caller.desk().entity(&may, &name, &plain_uuid(&uuid), false).await?;
    let (entries, actors) = caller.desk().entity_audits(&may, &entity).await?;
    let told = entries.iter().map(|entry| {
        let detail: Value = serde_json::from_str(&entry.detail).unwrap_or_default();
        let number = detail.get("version").and_then(Value::as_i64).unwrap_or(1);
        let version = entity.versions.iter().find(|version| version.version.number == number);
        let who = entry.device.or(entry.member);
        let mut details = json!({
            "entityId": entity.entry.id,
            "entityDefId": version.map(|version| version.version.id),
            "entity": { "uuid": entity.entry.uuid, "dataset": name },
        });
        let made = matches!(entry.action.as_str(), "entity.create" | "entity.update.version");
        if let (true, Some(version), Some(details)) = (made, version, details.as_object_mut()) {
            details.insert("source".to_owned(), source(version, &known));
        }
        json!({
            "actorId": who,
            "actor": who.and_then(|id| actors.get(&id)).map(actor),
            "action": entry.action,
            "acteeId": entity.entry.registry.to_string(),
            "details": details,
            "loggedAt": time(Some(entry.at)),
            "notes": null,
        })
    });
    Ok(answer(&told.collect()))
}

async fn versions(
    caller: Caller,
    Path((project, name, uuid)): Path<(String, String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Answer<Response> {
    let seat = caller.seat(&project).await?;
    dataset(&caller, &seat, &name).await?;
    let may = seat.may::<Read>()?;
    let (entity, actors) = caller.desk().entity(&may, &name, &plain_uuid(&uuid), false).await?;
    let shown = extended(&headers).then_some(&actors);
    let last = entity.entry.version;
    let only_relevant = is_true(&query, "relevantToConflict");
    let told = entity.versions.iter().filter(|told| !only_relevant || told.relevant).map(|told| {
        let mut map = full_version(told, told.version.number == last, shown);
        map.insert("source".to_owned(), source(told, &actors));
        map.insert("conflict".to_owned(), json!(told.conflict));
        map.insert("resolved".to_owned(), json!(told.resolved));
        map.insert("baseDiff".to_owned(), json!(told.base_diff));
        map.insert("serverDiff".to_owned(), json!(told.server_diff));
        map.insert("lastGoodVersion".to_owned(), json!(told.last_good));
        map.insert("relevantToConflict".to_owned(), json!(told.relevant));
        Value::Object(map)
    });
    Ok(answer(&told.collect()))
}

async fn diffs(
    caller: Caller,
    Path((project, name, uuid)): Path<(String, String, String)>,
) -> Answer<Response> {
    let seat = caller.seat(&project).await?;
    dataset(&caller, &seat, &name).await?;
    let may = seat.may::<Read>()?;
    let (entity, _) = caller.desk().entity(&may, &name, &plain_uuid(&uuid), false).await?;
    let with_label = |told: &EntityVersion| {
        let mut all = Map::from_iter([("label".to_owned(), json!(told.label))]);
        all.extend(told.data.clone());
        all
    };
    let diffs = entity.versions.windows(2).filter_map(|two| match two {
        [before, after] => {
            let (before, after) = (with_label(before), with_label(after));
            let changed = after.iter().filter(|(name, value)| before.get(*name) != Some(*value));
            let one = |(name, value): (&String, &Value)| {
                let mut diff = json!({ "propertyName": name, "new": value });
                if let (Some(old), Some(diff)) = (before.get(name), diff.as_object_mut()) {
                    diff.insert("old".to_owned(), old.clone());
                }
                diff
            };
            Some(changed.map(one).collect::<Value>())
        }
        _ => None,
    });
    Ok(answer(&diffs.collect()))
}

/// A uuid as it is kept: lower case, without `uuid:`. Anything else finds nothing.
fn plain_uuid(uuid: &str) -> String {
    let lower = uuid.trim().to_ascii_lowercase();
    lower.strip_prefix("uuid:").unwrap_or(&lower).to_owned()
}

fn new_uuid(uuid: &str) -> Answer<String> {
    let plain = plain_uuid(uuid);
    let right = plain.len() == 36
        && plain.bytes().enumerate().all(|(index, byte)| match index {
            8 | 13 | 18 | 23 => byte == b'-',
            14 => byte == b'4',
            19 => matches!(byte, b'8' | b'9' | b'a' | b'b'),
            _ => byte.is_ascii_hexdigit(),
        });
    if right { Ok(plain) } else { Err(wrong_type("uuid", "valid version 4 UUID")) }
}

/// What an entity says, as it was sent. What is wrong in it is told in the order in which Central looks.
struct Sent<'b> {
    label: Option<&'b str>,
    data: Vec<(String, String)>,
}

fn entity_body<'b>(body: &'b Map<String, Value>, dataset: &Dataset, new: bool) -> Answer<Sent<'b>> {
    let expected = ["label", "uuid", "data"];
    if body.keys().any(|key| !expected.contains(&key.as_str())) {
        let actual: Vec<&str> = body.keys().map(String::as_str).collect();
        return Err(unexpected_attributes(&expected, &actual));
    }
    let label = match body.get("label") {
        None | Some(Value::Null) if new => {
            return Err(missing("label"));
        }
        None | Some(Value::Null) => None,
        Some(Value::String(label)) if label.trim().is_empty() => {
            return Err(unexpected("label", &json!("(empty string)"), "Label cannot be blank."));
        }
        Some(Value::String(label)) => Some(label.as_str()),
        Some(_) => return Err(wrong_type("label", "string")),
    };
    let none = Map::new();
    let data = match body.get("data") {
        None | Some(Value::Null) if label.is_none() => {
            return Err(invalid_entity("No entity data or label provided."));
        }
        None | Some(Value::Null) => &none,
        Some(Value::Object(data)) => data,
        Some(_) => return Err(wrong_type("data", "object")),
    };
    let mut values = Vec::new();
    for (name, value) in data {
        let Some(text) = value.as_str() else { return Err(wrong_type(name, "string")) };
        if !dataset.properties.iter().any(|known| known.property.name == *name) {
            let reason = format!("You specified the dataset property [{name}] which does not exist.");
            return Err(invalid_entity(&reason));
        }
        values.push((name.clone(), text.to_owned()));
    }
    Ok(Sent { label, data: values })
}

pub(super) fn missing(field: &str) -> Problem {
    let message = format!("Required parameter {field} missing.");
    Problem::new(Code::MISSING_PARAMETER, message).with(json!({ "field": field }))
}

fn invalid_entity(reason: &str) -> Problem {
    let message = format!("The entity is invalid. {reason}");
    Problem::new(Code::INVALID_ENTITY, message).with(json!({ "reason": reason }))
}

fn unexpected_attributes(expected: &[&str], actual: &[&str]) -> Problem {
    let message = format!("Expected parameters: ({}). Got ({}).", expected.join(", "), actual.join(", "));
    Problem::new(Code::UNEXPECTED_ATTRIBUTES, message).with(json!({ "expected": expected, "actual": actual }))
}

fn new_entity(body: &Value, dataset: &Dataset) -> Answer<NewEntity> {
    let none = Map::new();
    let body = body.as_object().unwrap_or(&none);
    let expected = ["label", "uuid", "data"];
    if body.keys().any(|key| !expected.contains(&key.as_str())) {
        let actual: Vec<&str> = body.keys().map(String::as_str).collect();
        return Err(unexpected_attributes(&expected, &actual));
    }
    let uuid = match body.get("uuid") {
        None | Some(Value::Null) => None,
        Some(Value::String(uuid)) if uuid.is_empty() => None,
        Some(Value::String(uuid)) => Some(new_uuid(uuid)?),
        Some(_) => return Err(wrong_type("uuid", "string")),
    };
    let read = entity_body(body, dataset, true)?;
    Ok(NewEntity { uuid, label: read.label.unwrap_or_default().to_owned(), data: read.data })
}

fn added(result: AddedEntities) -> Answer<Vec<String>> {
    match result {
        AddedEntities::Added(uuids) => Ok(uuids),
        AddedEntities::Taken(uuids) => {
            Err(taken(None, &["uuid"], uuids.into_iter().map(Value::from).collect()))
        }
        AddedEntities::Removed(uuids) => {
            let message = format!(
                "The following UUID(s) cannot be used because they are associated with deleted Entities: ({}).",
                uuids.join(", ")
            );
            Err(Problem::new(Code::UUID_OF_DELETED, message).with(json!({ "entityUuids": uuids })))
        }
    }
}

/// Makes one entity, or with `entities` a list of them.
async fn create(
    caller: Caller,
    Path((project, name)): Path<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Answer<Response> {
    let seat = caller.seat(&project).await?;
    let dataset = dataset(&caller, &seat, &name).await?;
    let may = seat.may::<Review>()?;
    let bytes = input::bytes(body, MOST_LIST).await?;
    let bytes: &[u8] = if bytes.is_empty() { b"{}" } else { &bytes };
    let sent: Value = serde_json::from_slice(bytes).map_err(|error| Problem::unparseable("json", error))?;
    let agent = user_agent(&headers);
    let many = sent.get("entities").filter(|many| !matches!(many, Value::Null | Value::Bool(false)));
    let Some(many) = many else {
        let new = new_entity(&sent, &dataset)?;
        let uuids = added(caller.desk().add_entities(&may, &name, vec![new], None, agent).await?)?;
        let read = seat.may::<Read>()?;
        let uuid = uuids.first().map(String::as_str).unwrap_or_default();
        let (entity, _) = caller.desk().entity(&read, &name, uuid, false).await?;
        return Ok(answer(&told(&entity, true, None)));
    };
    let Some(many) = many.as_array() else {
        return Err(unexpected_attributes(&["entities: [...]"], &["not an array"]));
    };
    if many.is_empty() {
        return Err(unexpected_attributes(&["entities: [...]"], &["empty array"]));
    }
    let new = many.iter().map(|body| new_entity(body, &dataset)).collect::<Answer<Vec<_>>>()?;
    let list = list_source(sent.get("source"))?;
    added(caller.desk().add_entities(&may, &name, new, Some(list), agent).await?)?;
    Ok(success())
}

fn list_source(source: Option<&Value>) -> Answer<EntityList> {
    let source = source.filter(|source| !source.is_null()).ok_or_else(|| missing("source"))?;
    let kind = |value: &Value| match value {
        Value::String(_) => "string",
        Value::Number(_) => "number",
        Value::Bool(_) => "boolean",
        _ => "object",
    };
    let wrong = |field: &str, value: &Value, expected: &str| {
        wrong_type(field, expected)
            .with(json!({ "field": field, "value": kind(value), "expected": expected }))
    };
    let name = match source.get("name") {
        None | Some(Value::Null | Value::Bool(false)) => return Err(missing("source.name")),
        Some(Value::String(name)) if name.is_empty() => return Err(missing("source.name")),
        Some(Value::String(name)) => name.clone(),
        Some(other) => return Err(wrong("name", other, "string")),
    };
    let size = match source.get("size") {
        None | Some(Value::Null) => None,
        Some(Value::Number(size)) => size.as_i64().filter(|size| *size != 0),
        Some(other) => return Err(wrong("size", other, "number")),
    };
    Ok(EntityList { name, size })
}

async fn change(
    caller: Caller,
    Path((project, name, uuid)): Path<(String, String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Answer<Response> {
    let seat = caller.seat(&project).await?;
    let dataset = dataset(&caller, &seat, &name).await?;
    let may = seat.may::<Review>()?;
    let read = seat.may::<Read>()?;
    let desk = caller.desk();
    let uuid = plain_uuid(&uuid);
    let (before, _) = desk.entity(&read, &name, &uuid, false).await?;
    let sent: Map<String, Value> = input::from_json(body).await?;
    let (resolve, force) = (is_true(&query, "resolve"), is_true(&query, "force"));
    if resolve && before.entry.conflict.is_none() {
        return Err(no_conflict());
    }
    let base = parameter(&query, "baseVersion").or_else(|| if_match(&headers));
    let current = before.entry.version.to_string();
    if !force && base.as_deref() != Some(current.as_str()) {
        return Err(version_conflict(&current, base.as_deref()));
    }
    let values = if resolve && sent.is_empty() {
        Vec::new()
    } else {
        let read = entity_body(&sent, &dataset, false)?;
        let label = read.label.map(|label| ("label".to_owned(), label.to_owned()));
        label.into_iter().chain(read.data).collect()
    };
    let patch = EntityPatch { values, base: base.clone(), force, resolve, user_agent: user_agent(&headers) };
    match desk.patch_entity(&may, &name, &uuid, patch).await? {
        Patched::Done => {}
        Patched::NoConflict => return Err(no_conflict()),
        Patched::VersionConflict(current) => {
            return Err(version_conflict(&current.to_string(), base.as_deref()));
        }
    }
    let (entity, _) = desk.entity(&read, &name, &uuid, false).await?;
    Ok(answer(&told(&entity, true, None)))
}

/// The version that `If-Match` names, as our `ETag` writes it.
fn if_match(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(header::IF_MATCH)?.to_str().ok()?;
    Some(text.trim().trim_matches('"').to_owned())
}

fn no_conflict() -> Problem {
    Problem::new(Code::NO_CONFLICT, "The Entity doesn't have any conflict")
}

fn version_conflict(current: &str, provided: Option<&str>) -> Problem {
    let message = format!(
        "Current version of the Entity is '{current}' and you provided '{}'. Please correct the version number or \
         pass '?force=true' in the URL to forcefully update the Entity.",
        provided.unwrap_or("undefined")
    );
    let mut details = json!({ "current": current });
    if let (Some(provided), Some(details)) = (provided, details.as_object_mut()) {
        details.insert("provided".to_owned(), json!(provided));
    }
    Problem::new(Code::ENTITY_VERSION_CONFLICT, message).with(details)
}

async fn remove(
    caller: Caller,
    Path((project, name, uuid)): Path<(String, String, String)>,
) -> Answer<Response> {
    let seat = caller.seat(&project).await?;
    dataset(&caller, &seat, &name).await?;
    let may = seat.may::<Review>()?;
    let uuid = plain_uuid(&uuid);
    caller.desk().entity(&seat.may::<Read>()?, &name, &uuid, false).await?;
    caller.desk().remove_entry(&may, &name, &uuid).await?;
    Ok(success())
}

async fn restore(
    caller: Caller,
    Path((project, name, uuid)): Path<(String, String, String)>,
) -> Answer<Response> {
    let seat = caller.seat(&project).await?;
    dataset(&caller, &seat, &name).await?;
    let may = seat.may::<Review>()?;
    caller.desk().restore_entity(&may, &name, &plain_uuid(&uuid)).await?;
    Ok(success())
}

async fn remove_many(
    caller: Caller,
    Path((project, name)): Path<(String, String)>,
    body: Body,
) -> Answer<Response> {
    let seat = caller.seat(&project).await?;
    dataset(&caller, &seat, &name).await?;
    let may = seat.may::<Review>()?;
    let sent: Map<String, Value> = input::from_json(body).await?;
    let ids = match sent.get("ids") {
        Some(Value::Array(ids)) => ids,
        Some(_) => return Err(wrong_type("ids", "array")),
        None => return Err(missing("ids")),
    };
    let ids = ids.iter().filter_map(Value::as_str).map(plain_uuid).collect();
    caller.desk().remove_entities(&may, &name, ids).await?;
    Ok(success())
}
