//! All entities of a list as a table.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, RawQuery};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use desk::{Dataset, Entity, Read, Seat};
use futures_util::stream;
use serde_json::Value;

use super::caller::Caller;
use super::manifest::attachment;
use super::odata_entities::{Asked, Walk};
use super::openrosa::not_modified;
use super::rest_entities::{Actors, dataset, updated_at};
use super::trouble::Answer;
use crate::room::Web;

fn cell(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => csv_cell(text),
        None | Some(Value::Null) => String::new(),
        Some(other) => csv_cell(&other.to_string()),
    }
}

fn csv_cell(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

/// All entities of a list as a table, newest first; written while it is read.
pub(super) async fn table(
    caller: Caller,
    Path((project, name)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Answer<Response> {
    let seat = caller.seat(&project).await?;
    let dataset = dataset(&caller, &seat, &name).await?;
    let may = seat.may::<Read>()?;
    let asked = Asked::read(&query)?;
    let etag = etag(&caller, &dataset);
    if !asked.picks()
        && let Some(response) = not_modified(&headers, &etag)
    {
        return Ok(response);
    }
    let file_name = attachment(&format!("{}.csv", dataset.registry.name));
    let (walk, _) = Walk::new(caller.desk(), &may, &dataset, &asked).await?;
    let chunks = csv(caller.web.clone(), seat, dataset, walk);
    let headers = [(header::CONTENT_TYPE, "text/csv".to_owned()), (header::CONTENT_DISPOSITION, file_name)];
    let mut response = (headers, Body::from_stream(chunks)).into_response();
    // A part of the list has no mark: it may change without the list.
    if !asked.picks()
        && let Ok(etag) = etag.parse()
    {
        response.headers_mut().insert(header::ETAG, etag);
    }
    Ok(response)
}

/// A mark that changes whenever the list, its entities or what this session may see of them does.
fn etag(caller: &Caller, dataset: &Dataset) -> String {
    let registry = &dataset.registry;
    let open = caller.desk().minutes_unlocked(&caller.session).is_some();
    let member = caller.session.member().id;
    format!("\"{}-{}-{member}-{}\"", registry.id, registry.changes, u8::from(open))
}

fn csv(
    web: Web,
    seat: Seat,
    dataset: Dataset,
    walk: Walk,
) -> impl futures_util::Stream<Item = Result<String, desk::Error>> + Send {
    let mut head = String::from("__id,label");
    for known in &dataset.properties {
        head.push(',');
        head.push_str(&csv_cell(&known.property.name));
    }
    head.push_str(",__createdAt,__creatorId,__creatorName,__updates,__updatedAt,__version\n");
    let shared = Arc::new((web, seat, dataset));
    stream::try_unfold(Some((walk, head)), move |state| {
        let shared = shared.clone();
        async move {
            let Some((mut walk, mut text)) = state else { return Ok::<_, desk::Error>(None) };
            let (web, seat, dataset) = &*shared;
            let page = walk.next(&web.desk, &seat.may::<Read>()?).await?;
            for entity in page.iter().flat_map(|page| &page.entities) {
                row(&mut text, entity, dataset, page.as_ref().map(|page| &page.actors));
            }
            Ok(Some((text, page.map(|_| (walk, String::new())))))
        }
    })
}

fn row(text: &mut String, entity: &Entity, dataset: &Dataset, actors: Option<&Actors>) {
    let Some(current) = entity.current() else { return };
    text.push_str(&csv_cell(&entity.entry.uuid));
    text.push(',');
    text.push_str(&csv_cell(current.label.as_deref().unwrap_or_default()));
    for known in &dataset.properties {
        text.push(',');
        text.push_str(&cell(current.data.get(&known.property.name)));
    }
    let creator = entity.creator().and_then(|id| actors?.get(&id));
    let at = |at: Option<i64>| at.map(desk::time).unwrap_or_default();
    text.push_str(&format!(
        ",{},{},{},{},{},{}\n",
        at(Some(entity.entry.created_at)),
        creator.map(|creator| creator.id.to_string()).unwrap_or_default(),
        csv_cell(creator.map(|creator| creator.name.as_str()).unwrap_or_default()),
        entity.entry.version - 1,
        at(updated_at(entity)),
        entity.entry.version,
    ));
}
