//! Submissions as CSV: the table alone, or a ZIP with one table for each repeat, the files, and the phones' logs.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::RawQuery;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use desk::store::{Chunks, Fault, Tx};
use desk::{CsvOptions, CsvTables, Feed, FeedQuery, Layout, MayExport, Read};
use futures_util::stream;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::input;
use super::manifest::attachment;
use super::odata_query::{filter, is_true};
use super::openrosa::parameter;
use super::place::{Place, identity, reason};
use super::trouble::Answer;
use crate::room::Web;

/// The most bytes of a form with passphrases.
const MOST_FORM: usize = 1 << 20;

pub(super) fn routes() -> Router<Web> {
    let both = |form: &str| {
        Router::new()
            .route(&format!("{form}/submissions.csv"), get(table).post(table_with_keys))
            .route(&format!("{form}/submissions.csv.zip"), get(tables).post(tables_with_keys))
    };
    let form = "/projects/{project}/forms/{form}";
    both(form).merge(both(&format!("{form}/draft")))
}

fn is_false(query: &Option<String>, name: &str) -> bool {
    parameter(query, name).is_some_and(|value| value.eq_ignore_ascii_case("false"))
}

/// Prepares what comes out; the export is in the ledger before its first byte.
async fn feed(place: &Place, query: &Option<String>, headers: &HeaderMap) -> Answer<(Feed, CsvOptions)> {
    let may = place.seat.may::<Read>()?;
    place.seat.may::<MayExport>()?;
    let form = place.kept().await?;
    let model = place.desk().published(&form).await?;
    let layout = if is_true(query, "deletedFields") && !place.draft {
        let mut earlier = Vec::new();
        for version in place.desk().form_versions(&place.seat, &form).await? {
            earlier.push(place.desk().form_version(&place.seat, &form, version.id).await?);
        }
        Layout::with_deleted(&model.form, earlier.iter().map(|model| &model.form))
    } else {
        Layout::of(&model.form)
    };
    let filter = filter(parameter(query, "$filter").as_deref(), place.desk().now(), false)?;
    let query_of = FeedQuery { filter, ..FeedQuery::default() };
    let action = if place.draft { "form.draft.export" } else { "form.submission.export" };
    place.desk().log_feed(&may, &form, action).await?;
    let reason = reason(headers);
    let opening = identity(&place.seat, &reason);
    let opening = opening.as_ref().map(|(may, reason)| (may, *reason));
    let feed = place.desk().feed(&may, &form, Arc::new(layout), query_of, opening).await?;
    let options = CsvOptions {
        group_paths: !is_false(query, "groupPaths"),
        split_multiples: is_true(query, "splitSelectMultiples"),
    };
    Ok((feed, options))
}

fn sent(media_type: &str, name: &str, mut chunks: Chunks) -> Response {
    let headers =
        [(header::CONTENT_TYPE, media_type.to_owned()), (header::CONTENT_DISPOSITION, attachment(name))];
    (headers, Body::from_stream(stream::poll_fn(move |context| chunks.poll_recv(context)))).into_response()
}

async fn table(place: Place, RawQuery(query): RawQuery, headers: HeaderMap) -> Answer<Response> {
    let (feed, options) = feed(&place, &query, &headers).await?;
    let chunks = place.desk().stream_feed(feed, move |feed, tx, out| {
        let tables = CsvTables::prepare(feed, tx, options)?;
        tables.write_root(feed, tx, true, out)
    })?;
    Ok(sent("text/csv; charset=utf-8", &format!("{}.csv", file_name(&place.form.form_id)), chunks))
}

/// The same; the body holds passphrases by the numbers of keys. Submissions that phones encrypted stay as they are: their
/// private keys are not kept here.
async fn table_with_keys(place: Place, query: RawQuery, headers: HeaderMap, body: Body) -> Answer<Response> {
    input::bytes(body, MOST_FORM).await?;
    table(place, query, headers).await
}

async fn tables(place: Place, RawQuery(query): RawQuery, headers: HeaderMap) -> Answer<Response> {
    let (feed, options) = feed(&place, &query, &headers).await?;
    let with_files = !is_false(&query, "attachments");
    let form_id = file_name(&place.form.form_id);
    let name = if with_files { format!("{form_id}.zip") } else { format!("{form_id}.csv.zip") };
    let chunks = place
        .desk()
        .stream_feed(feed, move |feed, tx, out| packed(feed, tx, out, &form_id, options, with_files))?;
    Ok(sent("application/zip", &name, chunks))
}

async fn tables_with_keys(place: Place, query: RawQuery, headers: HeaderMap, body: Body) -> Answer<Response> {
    input::bytes(body, MOST_FORM).await?;
    tables(place, query, headers).await
}

/// A name that every system takes for a file.
fn file_name(name: &str) -> String {
    name.chars()
        .filter(|c| !matches!(c, '/' | '?' | '<' | '>' | '\\' | ':' | '*' | '|' | '"') && !c.is_control())
        .collect()
}

fn packed(
    feed: &mut Feed,
    tx: &mut Tx<'_>,
    out: &mut dyn Write,
    form_id: &str,
    options: CsvOptions,
    with_files: bool,
) -> Result<(), Fault> {
    let failed =
        |error: zip::result::ZipError| Fault::Unavailable { what: format!("sending an export: {error}") };
    let mut zip = ZipWriter::new_stream(out);
    // What is larger than 4 GiB needs longer numbers, which must be decided before it is written.
    let entry = SimpleFileOptions::default().large_file(true);
    let tables = CsvTables::prepare(feed, tx, options)?;
    zip.start_file(format!("{form_id}.csv"), entry).map_err(failed)?;
    tables.write_root(feed, tx, false, &mut zip)?;
    for (table, name) in CsvTables::names(feed.layout(), form_id) {
        zip.start_file(format!("{}.csv", file_name(&name)), entry).map_err(failed)?;
        tables.write_repeat(feed, tx, table, &mut zip)?;
    }
    if with_files {
        let mut met: BTreeMap<String, u64> = BTreeMap::new();
        // Pictures and recordings are packed already.
        let stored = entry.compression_method(zip::CompressionMethod::Stored);
        feed.each_file(tx, &mut |name, copy| {
            let name = file_name(name);
            let number = met.entry(name.clone()).or_default();
            *number += 1;
            let name = match (*number, name.rsplit_once('.')) {
                (1, _) => name,
                (number, Some((stem, ending))) => format!("{stem}~{number}.{ending}"),
                (number, None) => format!("{name}~{number}"),
            };
            zip.start_file(format!("media/{name}"), stored).map_err(failed)?;
            copy(&mut zip)
        })?;
        if feed.has_logs() {
            zip.start_file(format!("{form_id} - audit.csv"), entry).map_err(failed)?;
            feed.write_logs(tx, &mut zip)?;
        }
    }
    zip.finish().map_err(failed)?;
    Ok(())
}
