//! Where entities are: their property `geometry` as GeoJSON (RFC 7946).

use axum::Router;
use axum::extract::{Path, RawQuery};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use desk::store::registry_life::Newest;
use desk::{Entity, Read};
use serde_json::{Value, json};

use super::caller::Caller;
use super::odata_entities::{pairs, says, words};
use super::rest_entities::dataset;
use super::trouble::Answer;
use crate::room::Web;

/// Entities read at a time.
const PAGE: i64 = 500;
/// The property that says where an entity is.
const GEOMETRY: &str = "geometry";

pub(super) fn routes() -> Router<Web> {
    Router::new().route("/projects/{project}/datasets/{name}/entities.geojson", get(map))
}

/// Which entities are asked for.
#[derive(Default)]
struct Asked {
    creators: Vec<String>,
    uuids: Vec<String>,
    conflicts: Vec<String>,
    search: Vec<String>,
    after: Option<(i64, bool)>,
    before: Option<(i64, bool)>,
    deleted: bool,
    limit: Option<usize>,
}

impl Asked {
    fn read(query: &Option<String>) -> Asked {
        let mut asked = Asked::default();
        let at = |text: &str| text.parse::<jiff::Timestamp>().map_or(0, jiff::Timestamp::as_millisecond);
        for (name, value) in pairs(query) {
            match name.as_str() {
                "creatorId" => asked.creators.push(value),
                "entityUUID" => asked.uuids.push(value.to_lowercase()),
                "conflict" => asked.conflicts.push(value),
                "$search" => asked.search.extend(words(&value)),
                "start__gt" => asked.after = Some((at(&value), false)),
                "start__gte" => asked.after = Some((at(&value), true)),
                "end__lt" => asked.before = Some((at(&value), false)),
                "end__lte" => asked.before = Some((at(&value), true)),
                "deleted" => asked.deleted = value.eq_ignore_ascii_case("true"),
                "limit" => asked.limit = value.parse().ok(),
                _ => {}
            }
        }
        asked
    }

    fn wants(&self, entity: &Entity) -> bool {
        let among = |wanted: &[String], value: Option<String>| {
            wanted.is_empty()
                || value.is_some_and(|value| {
                    wanted.iter().any(|one| *one == value || one == "null" && value.is_empty())
                })
        };
        let at = entity.entry.created_at;
        among(&self.creators, entity.creator().map(|id| id.to_string()))
            && among(&self.uuids, Some(entity.entry.uuid.clone()))
            && among(&self.conflicts, Some(entity.conflict.clone().unwrap_or_default()))
            && self.after.is_none_or(|(after, same)| at > after || same && at == after)
            && self.before.is_none_or(|(before, same)| at < before || same && at == before)
            && (self.search.is_empty() || says(entity, &self.search))
    }
}

async fn map(
    caller: Caller,
    Path((project, name)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Answer<Response> {
    let seat = caller.seat(&project).await?;
    let dataset = dataset(&caller, &seat, &name).await?;
    let may = seat.may::<Read>()?;
    let asked = Asked::read(&query);
    let most = asked.limit.unwrap_or(usize::MAX);
    let mut features = Vec::new();
    let mut list = Newest { removed: Some(asked.deleted), limit: PAGE, ..Newest::default() };
    while features.len() < most {
        let page = caller.desk().entities_of(&may, dataset.registry.id, list).await?;
        let Some(last) = page.entities.last() else { break };
        list.before = Some(last.entry.id);
        let found = page.entities.iter().filter(|entity| asked.wants(entity)).filter_map(|entity| {
            let text = entity.current()?.data.get(GEOMETRY)?.as_str()?;
            let geometry = geometry(text)?;
            let id = &entity.entry.uuid;
            Some(json!({ "type": "Feature", "id": id, "properties": null, "geometry": geometry }))
        });
        features.extend(found);
    }
    features.truncate(most);
    let body = json!({ "type": "FeatureCollection", "features": features });
    Ok(([(header::CONTENT_TYPE, "application/geo+json; charset=utf-8")], body.to_string()).into_response())
}

/// A point, a line or an area as ODK writes it: `latitude longitude altitude accuracy`, several with `;` between; an area
/// ends where it began. None if it is none.
fn geometry(text: &str) -> Option<Value> {
    let parts = text.split(';').map(str::trim).filter(|part| !part.is_empty());
    let points = parts.map(point).collect::<Option<Vec<_>>>()?;
    match points.as_slice() {
        [] => None,
        [point] => Some(json!({ "type": "Point", "coordinates": point })),
        [first, .., last] if points.len() > 3 && first == last => {
            Some(json!({ "type": "Polygon", "coordinates": [points] }))
        }
        _ => Some(json!({ "type": "LineString", "coordinates": points })),
    }
}

fn point(text: &str) -> Option<Vec<f64>> {
    let numbers = text.split_whitespace().map(str::parse::<f64>).collect::<Result<Vec<_>, _>>().ok()?;
    let (latitude, longitude) = (*numbers.first()?, *numbers.get(1)?);
    let right = latitude.abs() <= 90.0 && longitude.abs() <= 180.0 && numbers.len() <= 4;
    let altitude = numbers.get(2).copied();
    (right && numbers.iter().all(|number| number.is_finite()))
        .then(|| [longitude, latitude].into_iter().chain(altitude).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_lines_and_areas_are_told_apart() {
        let kind =
            |text: &str| geometry(text).map(|found| found["type"].as_str().unwrap_or_default().to_owned());
        assert_eq!(geometry("1 2 3 4"), Some(json!({ "type": "Point", "coordinates": [2.0, 1.0, 3.0] })));
        assert_eq!(kind("1 2; 1 2 3; 1 2 3 4").as_deref(), Some("LineString"));
        assert_eq!(kind("1 2; 3 4; 5 6; 1 2").as_deref(), Some("Polygon"));
        for wrong in ["", "x y", "1", "100 200", "NaN 1", "1 2; x"] {
            assert_eq!(geometry(wrong), None, "{wrong}");
        }
    }
}
