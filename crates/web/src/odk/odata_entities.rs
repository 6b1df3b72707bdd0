//! Entities as an OData feed (OData 4.0, as far as Central has it).

use std::cmp::Ordering;
use std::collections::VecDeque;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, RawQuery};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use desk::store::registry_life::{Head, Newest};
use desk::{Dataset, Desk, Entity, EntityPage, May, Read};
use futures_util::stream;
use serde_json::{Map, Value, json};

use super::caller::Caller;
use super::entity_filter::{Expression, Field};
use super::input::{answer, time};
use super::rest_datasets::odata_name;
use super::rest_entities::{dataset, updated_at};
use super::trouble::{Answer, Code, Problem};
use super::xml::{escaped, segment};
use crate::room::Web;

/// Entities read at a time.
const PAGE: i64 = 500;

pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route("/projects/{project}/datasets/{name}/$metadata", get(metadata))
        .route("/projects/{project}/datasets/{name}/%24metadata", get(metadata))
        .route("/projects/{project}/datasets/{name}/Entities", get(feed))
}

/// What a client asks of a feed.
#[derive(Default)]
pub(super) struct Asked {
    top: Option<i64>,
    skip: i64,
    count: bool,
    filter: Option<Expression>,
    search: Option<Vec<String>>,
    order: Vec<(Field, bool)>,
    select: Option<Vec<String>>,
    /// The entity after which the page begins.
    after: Option<String>,
}

pub(super) fn pairs(query: &Option<String>) -> Vec<(String, String)> {
    form_urlencoded::parse(query.as_deref().unwrap_or_default().as_bytes()).into_owned().collect()
}

impl Asked {
    pub(super) fn read(query: &Option<String>) -> Answer<Asked> {
        let mut asked = Asked::default();
        for (name, value) in pairs(query) {
            match name.as_str() {
                "$top" => asked.top = Some(number(&value)),
                "$skip" => asked.skip = number(&value),
                "$count" => asked.count = value.eq_ignore_ascii_case("true"),
                "$filter" if !value.is_empty() => asked.filter = Some(Expression::read(&value)?),
                "$search" if !value.trim().is_empty() => asked.search = Some(words(&value)),
                "$orderby" if !value.is_empty() => asked.order = order(&value)?,
                "$select" if !value.is_empty() && value != "*" => {
                    asked.select = Some(value.split(',').map(|name| name.trim().to_owned()).collect());
                }
                "$skiptoken" if !value.is_empty() => asked.after = Some(read_token(&value)?),
                _ => {}
            }
        }
        if asked.after.is_some() && !asked.order.is_empty() {
            let feature = "using $orderby and $skiptoken together";
            let message = format!("The requested feature {feature} is not supported by this server.");
            return Err(Problem::new(Code::NOT_IMPLEMENTED, message).with(json!({ "feature": feature })));
        }
        Ok(asked)
    }

    /// Whether every entity has to be looked at.
    pub(super) fn picks(&self) -> bool {
        self.filter.is_some() || self.search.is_some() || !self.order.is_empty()
    }
}

fn number(text: &str) -> i64 {
    text.trim().parse::<i64>().unwrap_or(0).max(0)
}

pub(super) fn words(text: &str) -> Vec<String> {
    let split = text.split(|c: char| !c.is_alphanumeric());
    split.filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

fn order(text: &str) -> Answer<Vec<(Field, bool)>> {
    let clause = |clause: &str| {
        let mut parts = clause.split_whitespace();
        let name = parts.next().unwrap_or_default();
        let descending = parts.next().is_some_and(|way| way.eq_ignore_ascii_case("desc"));
        let field = Field::named(name).ok_or_else(|| {
            let message = format!(
                "The given OData filter expression references fields not supported by this server: {name}"
            );
            Problem::new(Code::ODATA_FIELD, message).with(json!({ "text": name }))
        })?;
        Ok((field, descending))
    };
    text.split(',').map(clause).collect()
}

/// Central's token: its version, then base64 of JSON that names the last entity of the page before.
fn token(uuid: &str) -> String {
    format!("01{}", STANDARD.encode(json!({ "uuid": uuid }).to_string()))
}

fn read_token(text: &str) -> Answer<String> {
    let read = || {
        let bytes = STANDARD.decode(text.strip_prefix("01")?).ok()?;
        let value: Value = serde_json::from_slice(&bytes).ok()?;
        Some(value.get("uuid")?.as_str()?.to_owned())
    };
    read().ok_or_else(|| Problem::new(Code::INVALID_SKIPTOKEN, "Invalid $skiptoken"))
}

/// Reads the entities that were asked for, page by page.
pub(super) struct Walk {
    registry: i64,
    way: Way,
    /// How many more may come.
    left: i64,
}

enum Way {
    /// All of them, newest first.
    All { before: Option<i64>, skip: i64, ended: bool },
    /// These.
    Picked(VecDeque<i64>),
}

/// What a walk found out before it began.
pub(super) struct Total {
    /// How many entities match, wherever the page begins.
    all: i64,
    /// How many of them are left from where the page begins.
    left: i64,
}

impl Walk {
    pub(super) async fn new(
        desk: &Desk,
        may: &May<'_, Read>,
        dataset: &Dataset,
        asked: &Asked,
    ) -> Answer<(Walk, Total)> {
        let registry = dataset.registry.id;
        let after = match &asked.after {
            Some(uuid) => {
                Some(desk.entity_number(may, registry, uuid).await?.ok_or_else(Problem::not_found)?)
            }
            None => None,
        };
        let limit = asked.top.unwrap_or(i64::MAX);
        if !asked.picks() {
            let all = dataset.registry.entries;
            let left = match after {
                Some(before) => {
                    let rest = Newest { before: Some(before), removed: Some(false), ..Newest::default() };
                    desk.count_entities(may, registry, rest).await?
                }
                None => (all - asked.skip).max(0),
            };
            let skip = if after.is_some() { 0 } else { asked.skip };
            let way = Way::All { before: after, skip, ended: false };
            return Ok((Walk { registry, way, left: limit }, Total { all, left }));
        }
        let mut heads = pick(desk, may, registry, asked).await?;
        let all = heads.len() as i64;
        if !asked.order.is_empty() {
            heads.sort_by(|a, b| compare(&asked.order, a, b));
        }
        let from = match after {
            Some(before) => heads.iter().position(|head| head.id < before).unwrap_or(heads.len()),
            None => usize::try_from(asked.skip).unwrap_or(usize::MAX).min(heads.len()),
        };
        let picked: VecDeque<i64> = heads.iter().skip(from).map(|head| head.id).collect();
        let left = picked.len() as i64;
        Ok((Walk { registry, way: Way::Picked(picked), left: limit }, Total { all, left }))
    }

    /// The next entities; none at the end.
    pub(super) async fn next(
        &mut self,
        desk: &Desk,
        may: &May<'_, Read>,
    ) -> Result<Option<EntityPage>, desk::Error> {
        let limit = self.left.min(PAGE);
        if limit <= 0 {
            return Ok(None);
        }
        let page = match &mut self.way {
            Way::All { ended: true, .. } => return Ok(None),
            Way::All { before, skip, ended } => {
                let list = Newest { before: *before, removed: Some(false), skip: *skip, limit };
                let page = desk.entities_of(may, self.registry, list).await?;
                *ended = (page.entities.len() as i64) < limit;
                *before = page.entities.last().map(|last| last.entry.id).or(*before);
                *skip = 0;
                page
            }
            Way::Picked(numbers) => {
                let count = numbers.len().min(usize::try_from(limit).unwrap_or(usize::MAX));
                let chunk: Vec<i64> = numbers.drain(..count).collect();
                if chunk.is_empty() {
                    return Ok(None);
                }
                desk.some_entities(may, self.registry, chunk).await?
            }
        };
        self.left -= page.entities.len() as i64;
        Ok((!page.entities.is_empty()).then_some(page))
    }
}

async fn pick(desk: &Desk, may: &May<'_, Read>, registry: i64, asked: &Asked) -> Answer<Vec<Head>> {
    let mentions = |field: Field| {
        asked.filter.as_ref().is_some_and(|filter| filter.mentions(field))
            || asked.order.iter().any(|(known, _)| *known == field)
    };
    let removed = if asked.filter.as_ref().is_some_and(|filter| filter.mentions(Field::DeletedAt)) {
        None
    } else {
        Some(false)
    };
    let now = desk.now();
    let mut picked = Vec::new();
    let mut list = Newest { removed, limit: PAGE, ..Newest::default() };
    loop {
        let mut heads = desk.entity_heads(may, registry, list).await?;
        let Some(last) = heads.last() else { return Ok(picked) };
        list.before = Some(last.id);
        // How bad a conflict is can be told for sure only by who can compare the values.
        if mentions(Field::Conflict) {
            let open: Vec<i64> =
                heads.iter().filter(|head| head.conflict.is_some()).map(|head| head.id).collect();
            for entity in desk.some_entities(may, registry, open).await?.entities {
                if let Some(head) = heads.iter_mut().find(|head| head.id == entity.entry.id) {
                    head.conflict = entity.conflict;
                }
            }
        }
        if let Some(filter) = &asked.filter {
            heads.retain(|head| filter.holds(head, now));
        }
        if let Some(search) = &asked.search {
            let numbers = heads.iter().map(|head| head.id).collect();
            let page = desk.some_entities(may, registry, numbers).await?;
            let found: Vec<i64> = page
                .entities
                .iter()
                .filter(|entity| says(entity, search))
                .map(|entity| entity.entry.id)
                .collect();
            heads.retain(|head| found.contains(&head.id));
        }
        picked.extend(heads);
    }
}

/// Whether every word stands in the label or in a value.
pub(super) fn says(entity: &Entity, search: &[String]) -> bool {
    let Some(current) = entity.current() else { return false };
    let values = current.data.values().filter_map(Value::as_str);
    let said: Vec<String> = current.label.iter().map(String::as_str).chain(values).flat_map(words).collect();
    search.iter().all(|word| said.contains(word))
}

fn compare(order: &[(Field, bool)], a: &Head, b: &Head) -> Ordering {
    for (field, descending) in order {
        let found = field.of(a).compare(&field.of(b));
        let found = if *descending { found.reverse() } else { found };
        if found != Ordering::Equal {
            return found;
        }
    }
    let descending = order.last().is_some_and(|(_, descending)| *descending);
    if descending { b.id.cmp(&a.id) } else { a.id.cmp(&b.id) }
}

/// The name of a list in the address of its feed: `people.svc`.
fn list_name(name: &str) -> Answer<&str> {
    name.strip_suffix(".svc").ok_or_else(Problem::not_found)
}

fn root(caller: &Caller, project: &str, name: &str) -> String {
    format!("{}/v1/projects/{project}/datasets/{}.svc", caller.approach.server, segment(name))
}

/// The service document.
pub(super) async fn service(caller: Caller, project: &str, name: &str) -> Answer<Response> {
    let seat = caller.seat(project).await?;
    dataset(&caller, &seat, name).await?;
    seat.may::<Read>()?;
    Ok(odata(answer(&json!({
        "@odata.context": format!("{}/$metadata", root(&caller, project, name)),
        "value": [{ "name": "Entities", "kind": "EntitySet", "url": "Entities" }],
    }))))
}

fn odata(mut response: Response) -> Response {
    let version = axum::http::HeaderValue::from_static("4.0");
    response.headers_mut().insert("odata-version", version);
    response
}

async fn metadata(caller: Caller, Path((project, name)): Path<(String, String)>) -> Answer<Response> {
    let name = list_name(&name)?;
    let seat = caller.seat(&project).await?;
    let dataset = dataset(&caller, &seat, name).await?;
    seat.may::<Read>()?;
    let headers = [(header::CONTENT_TYPE, "application/xml; charset=utf-8")];
    Ok(odata((headers, edmx(&dataset)).into_response()))
}

async fn feed(
    caller: Caller,
    Path((project, name)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Answer<Response> {
    let name = list_name(&name)?;
    let seat = caller.seat(&project).await?;
    let dataset = dataset(&caller, &seat, name).await?;
    let may = seat.may::<Read>()?;
    let asked = Asked::read(&query)?;
    for chosen in asked.select.iter().flatten() {
        let known = matches!(chosen.as_str(), "__id" | "__system" | "label")
            || Field::named(chosen).is_some()
            || matches!(chosen.as_str(), "__system/creatorName" | "__system/updates" | "__system/version")
            || dataset.properties.iter().any(|known| known.property.name == *chosen);
        if !known {
            let message = format!("Could not find a property named '{chosen}'");
            let problem = Problem::new(Code::PROPERTY_NOT_FOUND, message);
            return Err(problem.with(json!({ "property": chosen })));
        }
    }
    let (walk, total) = Walk::new(caller.desk(), &may, &dataset, &asked).await?;
    let root = root(&caller, &project, name);
    let more = asked.top.is_some_and(|top| top > 0 && total.left > top);
    let mut tail = format!("],\"@odata.context\":{}", json!(format!("{root}/$metadata#Entities")));
    if asked.count {
        tail.push_str(&format!(",\"@odata.count\":{}", total.all));
    }
    let next = more.then(|| {
        let kept = pairs(&query).into_iter().filter(|(name, _)| name != "$skip" && name != "$skiptoken");
        let mut next = form_urlencoded::Serializer::new(String::new());
        next.extend_pairs(kept);
        format!("{root}/Entities?{}&%24skiptoken=", next.finish())
    });
    let (web, shared) = (caller.web.clone(), Arc::new((seat, dataset, asked.select)));
    let first = Some((walk, String::from("{\"value\":["), true, None::<String>));
    let tail = Arc::new((tail, next));
    let pieces = stream::try_unfold(first, move |state| {
        let (web, shared, tail) = (web.clone(), shared.clone(), tail.clone());
        async move {
            let Some((mut walk, mut text, mut empty, mut last)) = state else {
                return Ok::<_, desk::Error>(None);
            };
            let (seat, dataset, select) = &*shared;
            let Some(page) = walk.next(&web.desk, &seat.may::<Read>()?).await? else {
                text.push_str(&tail.0);
                if let (Some(next), Some(last)) = (&tail.1, last) {
                    let link = format!("{next}{}", segment(&token(&last)));
                    text.push_str(&format!(",\"@odata.nextLink\":{}", json!(link)));
                }
                text.push('}');
                return Ok(Some((text, None)));
            };
            for entity in &page.entities {
                if !std::mem::take(&mut empty) {
                    text.push(',');
                }
                text.push_str(&row(entity, dataset, &page, select.as_deref()).to_string());
                last = Some(entity.entry.uuid.clone());
            }
            Ok(Some((text, Some((walk, String::new(), empty, last)))))
        }
    });
    let kind = "application/json; charset=utf-8";
    Ok(odata(([(header::CONTENT_TYPE, kind)], Body::from_stream(pieces)).into_response()))
}

fn row(entity: &Entity, dataset: &Dataset, page: &EntityPage, select: Option<&[String]>) -> Value {
    let chosen = |name: &str| select.is_none_or(|select| select.iter().any(|one| one == name));
    let mut row = Map::new();
    let Some(current) = entity.current() else { return Value::Object(row) };
    if chosen("__id") {
        row.insert("__id".to_owned(), json!(entity.entry.uuid));
    }
    if chosen("label") {
        row.insert("label".to_owned(), json!(current.label));
    }
    let creator = entity.creator();
    let system = json!({
        "createdAt": time(Some(entity.entry.created_at)),
        "creatorId": creator.map(|id| id.to_string()),
        "creatorName": creator.and_then(|id| page.actors.get(&id)).map(|actor| &actor.name),
        "updates": entity.entry.version - 1,
        "updatedAt": time(updated_at(entity)),
        "deletedAt": time(entity.entry.removed_at),
        "version": entity.entry.version,
        "conflict": entity.conflict,
    });
    if chosen("__system") {
        row.insert("__system".to_owned(), system);
    } else if let Some(select) = select {
        let part = |name: &String| {
            let name = name.strip_prefix("__system/")?;
            Some((name.to_owned(), system.get(name)?.clone()))
        };
        let parts: Map<String, Value> = select.iter().filter_map(part).collect();
        if !parts.is_empty() {
            row.insert("__system".to_owned(), Value::Object(parts));
        }
    }
    for known in &dataset.properties {
        let name = &known.property.name;
        if chosen(name) {
            let value = current.data.get(name).cloned().unwrap_or_else(|| json!(""));
            row.insert(odata_name(name), value);
        }
    }
    Value::Object(row)
}

/// What kinds of things the feed has, in the words and the layout of Central: clients compare it byte by byte to know
/// whether they have to ask again.
fn edmx(dataset: &Dataset) -> String {
    let (name, capability) = (odata_name(&dataset.registry.name), "Org.OData.Capabilities.V1");
    let mut out = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <edmx:Edmx xmlns:edmx=\"http://docs.oasis-open.org/odata/ns/edmx\" Version=\"4.0\">\n",
    );
    let mut line = |indent: usize, text: &str| {
        out.push_str(&format!("{:indent$}{text}\n", ""));
    };
    let property = |name: &str, kind: &str| format!("<Property Name=\"{}\" Type=\"{kind}\"/>", escaped(name));
    let namespace = "http://docs.oasis-open.org/odata/ns/edm";
    line(2, "<edmx:DataServices>");
    line(4, &format!("<Schema xmlns=\"{namespace}\" Namespace=\"org.opendatakit.entity\">"));
    line(6, "<ComplexType Name=\"metadata\">");
    for (name, kind) in [
        ("createdAt", "Edm.DateTimeOffset"),
        ("creatorId", "Edm.String"),
        ("creatorName", "Edm.String"),
        ("updates", "Edm.Int64"),
        ("updatedAt", "Edm.DateTimeOffset"),
        ("deletedAt", "Edm.DateTimeOffset"),
        ("version", "Edm.Int64"),
        ("conflict", "Edm.String"),
    ] {
        let blank = if name == "creatorName" { "        " } else { "" };
        line(8, &format!("{}{blank}", property(name, kind)));
    }
    line(6, "</ComplexType>");
    line(4, "</Schema>");
    line(4, &format!("<Schema xmlns=\"{namespace}\" Namespace=\"org.opendatakit.user.{name}\">    "));
    line(6, "<EntityType Name=\"Entities\">");
    line(8, "<Key><PropertyRef Name=\"__id\"/></Key>");
    line(8, &property("__id", "Edm.String"));
    line(8, &property("__system", "org.opendatakit.entity.metadata"));
    line(8, &property("label", "Edm.String"));
    for known in &dataset.properties {
        line(8, &property(&odata_name(&known.property.name), "Edm.String"));
    }
    line(6, "</EntityType>    ");
    line(6, &format!("<EntityContainer Name=\"{name}\">      "));
    line(
        8,
        &format!(
            "<EntitySet Name=\"Entities\" EntityType=\"org.opendatakit.user.{name}.Entities\">          "
        ),
    );
    line(
        10,
        &format!(
            "<Annotation Term=\"{capability}.ConformanceLevel\" \
             EnumMember=\"{capability}.ConformanceLevelType/Minimal\"/>"
        ),
    );
    line(10, &format!("<Annotation Term=\"{capability}.BatchSupported\" Bool=\"false\"/>"));
    let flag = |name: &str, value: bool| {
        format!("<Record><PropertyValue Property=\"{name}\" Bool=\"{value}\"/></Record>")
    };
    line(10, &format!("<Annotation Term=\"{capability}.CountRestrictions\">"));
    line(12, &flag("Countable", true));
    line(10, "</Annotation>");
    line(10, &format!("<Annotation Term=\"{capability}.FilterFunctions\">"));
    line(12, "<Record>");
    line(14, "<PropertyValue Property=\"NonCountableProperties\">");
    line(16, "<Collection>");
    line(18, "<String>eq</String>");
    line(16, "</Collection>");
    line(14, "</PropertyValue>");
    line(12, "</Record>");
    line(10, "</Annotation>");
    line(10, &format!("<Annotation Term=\"{capability}.FilterFunctions\">"));
    line(12, "<Record>");
    line(14, "<PropertyValue Property=\"Filterable\" Bool=\"true\"/>");
    line(14, "<PropertyValue Property=\"RequiresFilter\" Bool=\"false\"/>");
    line(14, "<PropertyValue Property=\"NonFilterableProperties\">");
    line(16, "<Collection>");
    for known in &dataset.properties {
        line(18, &format!("<PropertyPath>{}</PropertyPath>", escaped(&odata_name(&known.property.name))));
    }
    line(16, "</Collection>");
    line(14, "</PropertyValue>");
    line(12, "</Record>");
    line(10, "</Annotation>");
    for (term, name) in [("SortRestrictions", "Sortable"), ("ExpandRestrictions", "Expandable")] {
        line(10, &format!("<Annotation Term=\"{capability}.{term}\">"));
        line(12, &flag(name, false));
        line(10, "</Annotation>");
    }
    line(10, &format!("<Annotation Term=\"{capability}.SearchRestrictions\">"));
    line(12, "<Record>");
    line(14, "<PropertyValue Property=\"Searchable\" Bool=\"true\" />");
    line(14, "<PropertyValue Property=\"UnsupportedExpressions\">");
    line(14, "<Collection>");
    for expression in ["And", "Not", "Group"] {
        line(16, &format!("<EnumMember>{capability}.SearchExpressions/{expression}</EnumMember>"));
    }
    line(14, "</Collection>");
    line(12, "</PropertyValue>");
    line(12, "</Record>");
    line(10, "</Annotation>");
    line(8, "</EntitySet>");
    line(6, "</EntityContainer>");
    line(4, "</Schema>");
    line(2, "</edmx:DataServices>");
    out.push_str("</edmx:Edmx>");
    out
}
