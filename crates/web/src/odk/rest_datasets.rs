//! Entity lists: what Central calls a dataset, the house a registry.

use std::collections::BTreeMap;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, RawQuery};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::{delete, get};
use desk::store::registry::Registry;
use desk::store::registry_life::Newest;
use desk::{AddedDataset, AddedProperty, Dataset, FormName, Manage, Read, Rules, RulesSet};
use serde_json::{Map, Value, json};

use super::caller::Caller;
use super::input::{self, answer, success, time};
use super::openrosa::parameter;
use super::trouble::{Answer, Code, Problem};
use crate::locale::Argument;
use crate::room::Web;

pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route("/projects/{project}/datasets", get(list).post(create))
        .route("/projects/{project}/datasets/{name}", get(one).patch(change).delete(remove))
        .route("/projects/{project}/datasets/{name}/properties", axum::routing::post(add_property))
        .route("/projects/{project}/datasets/{name}/properties/{property}", delete(remove_property))
        .route("/projects/{project}/forms/{form}/dataset-diff", get(published_diff))
        .route("/projects/{project}/forms/{form}/draft/dataset-diff", get(draft_diff))
}

/// Whether a client asks for Central's extended metadata.
pub(super) fn extended(headers: &HeaderMap) -> bool {
    headers.get("x-extended-metadata").is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"true"))
}

fn told(registry: &Registry) -> Map<String, Value> {
    let told = json!({
        "name": registry.name,
        "createdAt": time(Some(registry.created_at)),
        "projectId": registry.mandate,
        "approvalRequired": registry.approval_required,
        "ownerOnly": registry.owner_only,
    });
    match told {
        Value::Object(told) => told,
        _ => Map::new(),
    }
}

fn forms(forms: &[FormName]) -> Value {
    forms.iter().map(|form| json!({ "xmlFormId": form.form_id, "name": form.name })).collect()
}

/// A name as OData allows it: what may not stand in an identifier becomes `_`.
pub(super) fn odata_name(name: &str) -> String {
    let mut out: String =
        name.chars().map(|c| if c.is_alphanumeric() || c == '_' { c } else { '_' }).collect();
    if out.starts_with(|c: char| c.is_numeric()) {
        out.insert(0, '_');
    }
    out
}

pub(super) fn whole(dataset: &Dataset) -> Map<String, Value> {
    let mut whole = told(&dataset.registry);
    let properties: Value = dataset
        .properties
        .iter()
        .map(|known| {
            json!({
                "name": known.property.name,
                "odataName": odata_name(&known.property.name),
                "publishedAt": time(Some(known.property.created_at)),
                "forms": forms(&known.forms),
            })
        })
        .collect();
    whole.insert("lastUpdate".to_owned(), time(Some(dataset.registry.changed_at)));
    whole.insert("linkedForms".to_owned(), forms(&dataset.linked));
    whole.insert("sourceForms".to_owned(), forms(&dataset.sources));
    whole.insert("draftLinkedForms".to_owned(), forms(&dataset.draft_linked));
    whole.insert("draftSourceForms".to_owned(), forms(&dataset.draft_sources));
    whole.insert("properties".to_owned(), properties);
    whole
}

fn extend(told: &mut Map<String, Value>, entities: i64, newest_at: Option<i64>, conflicts: i64) {
    told.insert("entities".to_owned(), json!(entities));
    told.insert("lastEntity".to_owned(), time(newest_at));
    told.insert("conflicts".to_owned(), json!(conflicts));
}

async fn list(
    caller: Caller,
    Path(project): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Answer<Response> {
    let seat = caller.seat(&project).await?;
    let may = seat.may::<Read>()?;
    if parameter(&query, "deleted").is_some_and(|value| value.eq_ignore_ascii_case("true")) {
        let removed = caller.desk().removed_datasets(&may).await?;
        let told = removed.iter().map(|registry| {
            let mut told = told(registry);
            told.insert("id".to_owned(), json!(registry.id));
            told.insert("deletedAt".to_owned(), time(registry.removed_at));
            Value::Object(told)
        });
        return Ok(answer(&told.collect()));
    }
    let extended = extended(&headers);
    let listed = caller.desk().datasets(&may).await?;
    let told = listed.iter().map(|listed| {
        let mut told = told(&listed.registry);
        if extended {
            extend(&mut told, listed.registry.entries, listed.newest_at, listed.conflicts);
        }
        Value::Object(told)
    });
    Ok(answer(&told.collect()))
}

async fn one(
    caller: Caller,
    Path((project, name)): Path<(String, String)>,
    headers: HeaderMap,
) -> Answer<Response> {
    if let Some(list) = name.strip_suffix(".svc") {
        return super::odata_entities::service(caller, &project, list).await;
    }
    let seat = caller.seat(&project).await?;
    let may = seat.may::<Read>();
    let dataset = caller.desk().dataset_seen_from(&seat, &name).await?;
    let may = may?;
    let mut told = whole(&dataset);
    if extended(&headers) {
        let listed = caller.desk().datasets(&may).await?;
        let found = listed.into_iter().find(|listed| listed.registry.id == dataset.registry.id);
        if let Some(found) = found {
            extend(&mut told, found.registry.entries, found.newest_at, found.conflicts);
        }
    }
    Ok(answer(&Value::Object(told)))
}

/// Central's sentence for a value that cannot be.
pub(super) fn unexpected(field: &str, value: &Value, reason: &str) -> Problem {
    let shown = match value {
        Value::String(text) => text.clone(),
        Value::Null => "undefined".to_owned(),
        other => other.to_string(),
    };
    let mut details = json!({ "field": field, "value": value, "reason": reason });
    if let (Value::Null, Some(details)) = (value, details.as_object_mut()) {
        details.remove("value");
    }
    Problem::new(Code::UNEXPECTED_VALUE, format!("Unexpected {field} value {shown}; {reason}")).with(details)
}

/// Central's sentence for something of the wrong kind.
pub(super) fn wrong_type(field: &str, expected: &str) -> Problem {
    let message = format!("Invalid input data type: expected ({field}) to be ({expected})");
    Problem::new(Code::WRONG_TYPE, message).with(json!({ "field": field, "expected": expected }))
}

/// A resource with these values is there already.
pub(super) fn taken(table: Option<&str>, fields: &[&str], values: Vec<Value>) -> Problem {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let shown = values.iter().map(text).collect::<Vec<_>>().join(",");
    let message = format!("A resource already exists with {} value(s) of {shown}.", fields.join(","));
    let mut details = json!({ "fields": fields, "values": values });
    if let (Some(table), Some(details)) = (table, details.as_object_mut()) {
        details.insert("table".to_owned(), json!(table));
    }
    Problem::new(Code::UNIQUENESS_VIOLATION, message).with(details)
}

/// What is wrong with the lists that a form declares, in Central's words.
pub(super) fn declared(refusal: &crate::answer::Refusal) -> Option<Problem> {
    let value = |wanted: &str| {
        let found = refusal.values.iter().find(|(name, _)| *name == wanted);
        match found {
            Some((_, Argument::Text(text))) => text.clone(),
            _ => String::new(),
        }
    };
    match refusal.id {
        "refusal-registry-similar" => Some(similar(&value("current"), &value("provided"))),
        "refusal-property-similar" => {
            let pair =
                |(current, provided): &(String, String)| json!({ "current": current, "provided": provided });
            let pairs: Value = refusal.places.iter().map(pair).collect();
            let message = "This form attempts to create new Entity properties that match with existing ones except \
                           for capitalization.";
            let details = json!({ "duplicateProperties": pairs });
            Some(Problem::new(Code::PROPERTY_NAME_CONFLICT, message).with(details))
        }
        "refusal-property-twice" => {
            let reason = "Multiple Form Fields cannot be saved to a single property.";
            let message = format!("The entity definition within the form is invalid. {reason}");
            Some(Problem::new(Code::INVALID_ENTITY_FORM, message).with(json!({ "reason": reason })))
        }
        _ => None,
    }
}

fn similar(current: &str, provided: &str) -> Problem {
    let message = format!(
        "A dataset named '{current}' exists and you provided '{provided}' with the same name but different capitalization."
    );
    let details = json!({ "current": current, "provided": provided });
    Problem::new(Code::DATASET_NAME_CONFLICT, message).with(details)
}

fn rules(sent: &Map<String, Value>) -> Answer<Rules> {
    let flag = |name: &str| match sent.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Bool(flag)) => Ok(Some(*flag)),
        Some(other) => Err(unexpected(name, other, "It must be true or false.")),
    };
    Ok(Rules { approval_required: flag("approvalRequired")?, owner_only: flag("ownerOnly")?, convert: None })
}

/// Names as Central takes them for lists (and, without `name` and `label`, for properties): an XML name without a colon.
fn is_name(name: &str) -> bool {
    let first = |c: char| c.is_alphabetic() || c == '_';
    name.starts_with(first) && name.chars().all(|c| first(c) || c.is_numeric() || matches!(c, '-' | '.'))
}

fn is_dataset_name(name: &str) -> bool {
    let plain = name.chars().all(|c| c != '.');
    is_name(&name.replace(':', "_")) && plain && !name.starts_with("__")
}

fn is_property_name(name: &str) -> bool {
    let reserved = name.eq_ignore_ascii_case("name") || name.eq_ignore_ascii_case("label");
    is_name(name) && !reserved && !name.starts_with("__")
}

async fn create(caller: Caller, Path(project): Path<String>, body: Body) -> Answer<Response> {
    let seat = caller.seat(&project).await?;
    let may = seat.may::<Manage>()?;
    let sent: Map<String, Value> = input::from_json(body).await?;
    let name = sent.get("name").cloned().unwrap_or(Value::Null);
    let Some(text) = name.as_str().filter(|text| is_dataset_name(text)) else {
        return Err(unexpected("name", &name, "This is not a valid dataset name."));
    };
    match caller.desk().add_dataset(&may, text, rules(&sent)?).await? {
        AddedDataset::Added(_) => {}
        AddedDataset::Taken => {
            let values = vec![json!(text), json!(seat.mandate().id)];
            return Err(taken(Some("datasets"), &["name", "projectId"], values));
        }
        AddedDataset::Similar(current) => return Err(similar(&current, text)),
    }
    let dataset = caller.desk().dataset_seen_from(&seat, text).await?;
    Ok(answer(&Value::Object(whole(&dataset))))
}

async fn change(
    caller: Caller,
    Path((project, name)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    body: Body,
) -> Answer<Response> {
    let seat = caller.seat(&project).await?;
    let desk = caller.desk();
    desk.dataset_seen_from(&seat, &name).await?;
    let may = seat.may::<Manage>()?;
    let sent: Map<String, Value> = input::from_json(body).await?;
    let convert = match parameter(&query, "convert").as_deref() {
        None => None,
        Some("true") => Some(true),
        Some("false") => Some(false),
        Some(other) => {
            let message = format!("Unexpected convert value {other}; undefined");
            let details = json!({ "field": "convert", "value": other });
            return Err(Problem::new(Code::UNEXPECTED_VALUE, message).with(details));
        }
    };
    let rules = Rules { convert, ..rules(&sent)? };
    match desk.set_dataset_rules(&may, &name, rules).await? {
        RulesSet::Done => {}
        RulesSet::Waiting(count) => {
            let message = format!("There are {count} pending submissions");
            return Err(Problem::new(Code::PENDING_SUBMISSIONS, message).with(json!({ "count": count })));
        }
    }
    Ok(answer(&Value::Object(whole(&desk.dataset_seen_from(&seat, &name).await?))))
}

async fn remove(caller: Caller, Path((project, name)): Path<(String, String)>) -> Answer<Response> {
    let seat = caller.seat(&project).await?;
    let dataset = caller.desk().dataset_seen_from(&seat, &name).await?;
    let may = seat.may::<Manage>()?;
    if dataset.in_use() {
        let details = json!({
            "sourceForms": forms(&dataset.sources),
            "linkedForms": forms(&dataset.linked),
            "draftSourceForms": forms(&dataset.draft_sources),
            "draftLinkedForms": forms(&dataset.draft_linked),
        });
        let message = "Entity List cannot be deleted because there are Forms related to it.";
        return Err(Problem::new(Code::DATASET_IN_USE, message).with(details));
    }
    caller.desk().remove_dataset(&may, &name).await?;
    Ok(success())
}

async fn add_property(
    caller: Caller,
    Path((project, name)): Path<(String, String)>,
    body: Body,
) -> Answer<Response> {
    let seat = caller.seat(&project).await?;
    let dataset = caller.desk().dataset_seen_from(&seat, &name).await?;
    let may = seat.may::<Manage>()?;
    let sent: Map<String, Value> = input::from_json(body).await?;
    let property = sent.get("name").cloned().unwrap_or(Value::Null);
    let Some(text) = property.as_str().filter(|text| is_property_name(text)) else {
        return Err(unexpected("name", &property, "This is not a valid property name."));
    };
    match caller.desk().add_dataset_property(&may, &name, text).await? {
        AddedProperty::Added => Ok(success()),
        AddedProperty::Taken(known) => {
            let values = vec![json!(known), json!(dataset.registry.id)];
            Err(taken(Some("ds_properties"), &["name", "datasetId"], values))
        }
    }
}

async fn remove_property(
    caller: Caller,
    Path((project, name, property)): Path<(String, String, String)>,
) -> Answer<Response> {
    let seat = caller.seat(&project).await?;
    let dataset = caller.desk().dataset_seen_from(&seat, &name).await?;
    let may = seat.may::<Manage>()?;
    let read = seat.may::<Read>()?;
    let known = dataset.properties.iter().find(|known| known.property.name == property);
    let known = known.ok_or_else(Problem::not_found)?;
    let mut needed = BTreeMap::new();
    if !known.forms.is_empty() {
        needed.insert(
            "dependentForms",
            json!({
                "message": "You can't delete this property because there are Form(s) writing to it",
                "details": { "forms": known.forms.iter().map(|form| json!({
                    "formName": form.name, "xmlFormId": form.form_id,
                })).collect::<Value>() },
            }),
        );
    }
    let (mut total, mut shown, mut before) = (0, Vec::new(), None);
    loop {
        let list = Newest { before, removed: Some(false), skip: 0, limit: 500 };
        let page = caller.desk().entities_of(&read, dataset.registry.id, list).await?;
        let Some(last) = page.entities.last() else { break };
        before = Some(last.entry.id);
        for entity in &page.entities {
            let Some(current) = entity.current() else { continue };
            let filled = match current.data.get(&property) {
                None => false,
                Some(Value::String(text)) => !text.trim().is_empty(),
                Some(_) => true,
            };
            if filled {
                total += 1;
                if shown.len() < 3 {
                    shown.push(
                        json!({ "uuid": entity.entry.uuid, "label": current.label, "totalCount": null }),
                    );
                }
            }
        }
    }
    if total > 0 {
        let message = format!(
            "You can't delete this property because there are Entity(ies) with the non-empty value for the '{property}'"
        );
        let details = json!({ "totalCount": total, "entities": shown });
        needed.insert("nonEmptyEntities", json!({ "message": message, "details": details }));
    }
    if !needed.is_empty() {
        let details = json!({ "propertyName": property, "prerequisites": needed });
        let message =
            format!("Cannot delete property '{property}' because one or more prerequisites are not met.");
        return Err(Problem::new(Code::PROPERTY_IN_USE, message).with(details));
    }
    caller.desk().remove_dataset_property(&may, &name, &property).await?;
    Ok(success())
}

/// What a form does to lists; of a draft also what publishing it will make.
async fn diff(caller: Caller, project: &str, form: &str, draft: bool) -> Answer<Response> {
    let seat = caller.seat(project).await?;
    let desk = caller.desk();
    let form = desk.form(seat.mandate().id, form).await?;
    let may = seat.may::<Read>()?;
    let model = match draft {
        true => desk.draft(&form).await?.ok_or_else(Problem::not_found)?,
        false => desk.published(&form).await?,
    };
    let diffs = desk.dataset_diff(&may, &model).await?;
    let told = diffs.iter().map(|diff| {
        let properties = diff.properties.iter().map(|property| {
            let mut told = Map::from_iter([
                ("name".to_owned(), json!(property.name)),
                ("inForm".to_owned(), json!(property.in_form)),
            ]);
            if draft {
                told.insert("isNew".to_owned(), json!(property.is_new));
            }
            Value::Object(told)
        });
        let mut told = Map::from_iter([
            ("name".to_owned(), json!(diff.name)),
            ("properties".to_owned(), properties.collect()),
        ]);
        if draft {
            told.insert("isNew".to_owned(), json!(diff.is_new));
        }
        Value::Object(told)
    });
    Ok(answer(&told.collect()))
}

async fn draft_diff(caller: Caller, Path((project, form)): Path<(String, String)>) -> Answer<Response> {
    diff(caller, &project, &form, true).await
}

async fn published_diff(caller: Caller, Path((project, form)): Path<(String, String)>) -> Answer<Response> {
    diff(caller, &project, &form, false).await
}
