//! Places in submissions as GeoJSON: a feature for each submission, of one field or of several.

use std::sync::Arc;

use serde_json::{Value as Json, json};
use store::Fault;
use store::form::Form;

use crate::Desk;
use crate::answer::{Answer, Refusal};
use crate::feed::{FeedRow, Piece, RowWriter};
use crate::may::{May, Read};
use crate::rows::{Column, Layout, Node, Record, columns};

/// A field that holds places.
struct GeoField {
    column: Column,
    /// The tables from that of submissions down to its own.
    way: Vec<usize>,
}

/// Writes a feature for each submission that has a place.
pub struct GeoRows {
    layout: Arc<Layout>,
    fields: Vec<GeoField>,
    /// Only submissions with these instance ids.
    only: Vec<String>,
}

impl GeoRows {
    /// Of these fields, by their paths (`/site/place`); of all, where `all` is among them; where none is given, of the
    /// first one outside repeats.
    pub fn new(layout: Arc<Layout>, paths: &[String], only: Vec<String>) -> GeoRows {
        let mut fields = Vec::new();
        for (number, table) in layout.tables.iter().enumerate() {
            let mut way = vec![number];
            while let Some(parent) = way.last().and_then(|table| layout.tables.get(*table)?.parent) {
                way.push(parent);
            }
            way.reverse();
            let places = ["geopoint", "geotrace", "geoshape"];
            let of =
                columns(&table.nodes).into_iter().filter(|column| places.contains(&column.odk_type.as_str()));
            fields.extend(of.map(|column| GeoField { column: column.clone(), way: way.clone() }));
        }
        if paths.is_empty() {
            let first = fields.into_iter().find(|field| field.way.len() == 1);
            fields = first.into_iter().collect();
        } else if !paths.iter().any(|path| path == "all") {
            fields.retain(|field| paths.iter().any(|path| path.trim_start_matches('/') == field.column.path));
        }
        GeoRows { layout, fields, only }
    }

    fn feature(&self, record: &Record<'_>, id: &str) -> Option<Json> {
        let mut geometries: Vec<Json> =
            self.fields.iter().filter_map(|field| self.geometry(field, record)).collect();
        let (geometry, properties) = match self.fields.as_slice() {
            [one] => (geometries.pop()?, json!({ "fieldpath": format!("/{}", one.column.path) })),
            _ if geometries.is_empty() => return None,
            _ => (json!({ "type": "GeometryCollection", "geometries": geometries }), Json::Null),
        };
        Some(json!({ "type": "Feature", "id": id, "geometry": geometry, "properties": properties }))
    }

    fn geometry(&self, field: &GeoField, record: &Record<'_>) -> Option<Json> {
        let mut found = Vec::new();
        self.gather(field, record, 1, &mut found);
        let kind = match field.column.odk_type.as_str() {
            "geopoint" => "Point",
            "geotrace" => "LineString",
            _ => "Polygon",
        };
        if field.way.len() == 1 {
            return Some(json!({ "type": kind, "coordinates": found.pop()? }));
        }
        (!found.is_empty()).then(|| json!({ "type": format!("Multi{kind}"), "coordinates": found }))
    }

    fn gather(&self, field: &GeoField, record: &Record<'_>, step: usize, found: &mut Vec<Json>) {
        let Some(table) = field.way.get(step) else {
            found.extend(
                record.value(&field.column).and_then(|text| coordinates(&field.column.odk_type, text)),
            );
            return;
        };
        let slot = self.layout.tables.get(*table).map_or(usize::MAX, |table| table.slot);
        for repetition in record.repeats.get(slot).into_iter().flatten() {
            self.gather(field, repetition, step + 1, found);
        }
    }
}

/// One point; none where a part of it is no number or lies outside the earth.
fn point(text: &str) -> Option<Vec<f64>> {
    let parts: Option<Vec<f64>> = text.split_whitespace().map(|part| part.parse().ok()).collect();
    let parts = parts?;
    let (latitude, longitude) = (*parts.first()?, *parts.get(1)?);
    let sound = parts.len() <= 4
        && parts.iter().all(|part| part.is_finite())
        && latitude.abs() <= 90.0
        && longitude.abs() <= 180.0
        && parts.get(3).is_none_or(|accuracy| *accuracy >= 0.0);
    sound.then(|| [longitude, latitude].into_iter().chain(parts.get(2).copied()).collect())
}

fn coordinates(odk_type: &str, text: &str) -> Option<Json> {
    if odk_type == "geopoint" {
        return point(text).map(plain);
    }
    let parts = text.split(';').map(str::trim);
    let mut parts: Vec<&str> = parts.collect();
    if parts.last().is_some_and(|last| last.is_empty()) {
        parts.pop();
    }
    let line: Option<Vec<Vec<f64>>> = parts.into_iter().map(point).collect();
    let line = line.filter(|line| line.len() >= 2)?;
    let closed = line.len() >= 4 && line.first() == line.last();
    let line: Json = line.into_iter().map(plain).collect();
    match odk_type {
        "geoshape" => closed.then(|| json!([line])),
        _ => Some(line),
    }
}

/// Numbers as JavaScript writes them: whole ones without a point.
fn plain(numbers: Vec<f64>) -> Json {
    let number = |number: f64| {
        if number.fract() == 0.0 && number.abs() < 9e15 { json!(number as i64) } else { Json::from(number) }
    };
    numbers.into_iter().map(number).collect()
}

impl RowWriter for GeoRows {
    fn write(&self, row: &FeedRow<'_>, piece: &mut Piece) {
        let root = &row.stored.submission.instance_id;
        let Some(record) = row.record.filter(|_| self.only.is_empty() || self.only.contains(root)) else {
            return;
        };
        let id = instance_id(&self.layout, record).unwrap_or(root);
        if let Some(feature) = self.feature(record, id) {
            // Writing to memory does not fail.
            let _ = serde_json::to_writer(&mut piece.text, &feature);
            piece.end();
        }
    }
}

/// The id of the version, as the submission says it itself.
fn instance_id<'r>(layout: &Layout, record: &'r Record<'_>) -> Option<&'r str> {
    let nodes = &layout.tables.first()?.nodes;
    let meta = nodes.iter().find_map(|node| match node {
        Node::Group { path, nodes, .. } if path == "meta" => Some(nodes),
        _ => None,
    })?;
    let column = columns(meta).into_iter().find(|column| column.path == "meta/instanceID")?;
    record.value(column)
}

impl Desk {
    /// The feature of one version of a submission; none where it has no place.
    pub async fn version_feature(
        &self,
        may: &May<'_, Read>,
        form: &Form,
        instance_id: &str,
        version: Option<&str>,
        paths: &[String],
    ) -> Answer<Option<Json>> {
        let head = self.submission_head(may, form, instance_id).await?;
        let row = match version {
            None => head.current.version,
            Some(version) => {
                let heads = self.version_heads(may, form, instance_id).await?;
                let found = heads.into_iter().find(|head| head.version.instance_id == version);
                found.ok_or_else(Refusal::not_found)?.version
            }
        };
        let model = self.model(row.form_version).await?;
        let rows = GeoRows::new(Arc::new(Layout::of(&model.form)), paths, Vec::new());
        let keyring = self.keyring(may.session());
        Ok(self
            .store
            .read(move |tx| {
                let mut keyring = keyring;
                let opened = crate::submissions::open_version(tx, keyring.as_mut(), &row, false)?;
                let text = zeroize::Zeroizing::new(Json::Object(opened.values).to_string());
                let mut record = rows.layout.empty(0);
                rows.layout.read(&text, &mut record)?;
                Ok::<_, Fault>(rows.feature(&record, &row.instance_id))
            })
            .await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_places_on_earth_are_places() {
        for (text, expected) in [
            ("90\t \t180", json!([180, 90])),
            ("1.23 4.56 7.89", json!([4.56, 1.23, 7.89])),
            ("-1.5 -4.5 -7.5 11", json!([-4.5, -1.5, -7.5])),
        ] {
            assert_eq!(coordinates("geopoint", text), Some(expected), "{text}");
        }
        for text in ["", "nope", "170 80", "90 190", "90 180 high", "1 2 3 -11", "1 2 3 4 5", "1", "NaN 1"] {
            assert_eq!(coordinates("geopoint", text), None, "{text}");
        }
        assert_eq!(
            coordinates("geotrace", "1 2 3 4; 5 6 7 8  ; 13 14"),
            Some(json!([[2, 1, 3], [6, 5, 7], [14, 13]]))
        );
        assert_eq!(coordinates("geotrace", "1 2 3 4;"), None);
        assert_eq!(
            coordinates("geoshape", "1 2; 3 4; 5 6; 1 2"),
            Some(json!([[[2, 1], [4, 3], [6, 5], [2, 1]]]))
        );
        assert_eq!(coordinates("geoshape", "1 2; 3 4; 5 6; 7 8"), None);
    }
}
