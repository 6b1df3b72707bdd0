//! A form's submissions as an OData 4 feed, as Excel, Power BI, Tableau and R read it from ODK Central.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::body::Body;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use desk::store::Fault;
use desk::store::form::Form;
use desk::{
    FeedQuery, Footer, Layout, MayExport, ODataRows, Read, Select, SelectError, TableQuery, sanitized, unsent,
};
use futures_util::stream;
use percent_encoding::percent_decode_str;
use serde_json::json;

use super::caller::Caller;
use super::edmx::{edmx, set_name};
use super::odata_query::{check, filter, from_token, is_true, next_query, number, order, token};
use super::openrosa::parameter;
use super::place::{Place, identity, reason};
use super::trouble::{Answer, Code, Problem};
use super::xml::escaped;
use crate::room::Web;

/// Up to so many rows are answered whole; more are streamed.
const WHOLE: i64 = 1000;

/// What an address under `….svc` says.
struct Service {
    project: String,
    form: String,
    draft: bool,
    /// The address up to `.svc`.
    root: String,
    /// The steps behind it.
    steps: Vec<String>,
}

impl Service {
    fn of(path: &str) -> Option<Service> {
        let inside = path.split_once("/projects/")?.1;
        let mut steps = Vec::new();
        for step in inside.split('/') {
            steps.push(percent_decode_str(step).decode_utf8().ok()?.into_owned());
        }
        if steps.last().is_some_and(String::is_empty) {
            steps.pop();
        }
        let mut steps = steps.into_iter();
        let project = steps.next()?;
        if steps.next()? != "forms" {
            return None;
        }
        let name = steps.next()?;
        let (form, draft, count) = match name.strip_suffix(".svc") {
            Some(form) => (form.to_owned(), false, 4),
            None if steps.next()? == "draft.svc" => (name, true, 5),
            None => return None,
        };
        let begin = path.len() - inside.len();
        let root: Vec<&str> = inside.split('/').take(count - 1).collect();
        let root = format!("{}{}", path.get(..begin)?, root.join("/"));
        Some(Service { project, form, draft, root, steps: steps.collect() })
    }
}

/// Whatever no other route takes: the feeds, whose addresses no route can spell.
pub(super) async fn fallback(State(web): State<Web>, request: Request) -> Response {
    let (mut parts, _) = request.into_parts();
    serve(&web, &mut parts).await
}

/// Answers an address under `….svc`.
pub(super) async fn serve(web: &Web, parts: &mut Parts) -> Response {
    let uri = parts.extensions.get::<axum::extract::OriginalUri>().map_or(&parts.uri, |uri| &uri.0);
    let path = uri.path().to_owned();
    let query = uri.query().map(str::to_owned);
    let service = Service::of(&path).filter(|_| matches!(parts.method, Method::GET | Method::HEAD));
    let Some(service) = service else { return Problem::not_found().into_response() };
    let metadata = service.steps.first().is_some_and(|step| step == "$metadata");
    let answered = async {
        let caller = Caller::from_request_parts(parts, web).await?;
        let server = caller.approach.server.clone();
        let place = Place::find(caller, &service.project, &service.form, service.draft).await?;
        let feed = Asked { place, service, server, path, query, reason: reason(&parts.headers) };
        feed.answer().await
    };
    match answered.await {
        Ok(mut response) => {
            response.headers_mut().insert("odata-version", header::HeaderValue::from_static("4.0"));
            response
        }
        Err(problem) if metadata => in_xml(&problem),
        Err(problem) => problem.into_response(),
    }
}

/// A problem as Central tells it where an answer is XML.
fn in_xml(problem: &Problem) -> Response {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<error code=\"{}\">\n  <message>{}</message>\n  \
         <details></details>\n</error>",
        problem.number(),
        escaped(&problem.in_english())
    );
    (problem.code().status(), [(header::CONTENT_TYPE, "text/xml; charset=utf-8")], body).into_response()
}

const JSON: &str = "application/json; charset=utf-8; odata.metadata=minimal";

struct Asked {
    place: Place,
    service: Service,
    server: String,
    path: String,
    query: Option<String>,
    reason: Option<String>,
}

/// The one submission, or the repetition within it, that an address names.
struct One {
    instance_id: String,
    /// A repetition that the rows lie in: its table and id.
    within: Option<(usize, String)>,
}

impl Asked {
    async fn answer(self) -> Answer<Response> {
        self.place.seat.may::<Read>()?;
        let form = self.place.kept().await?;
        let model = self.place.desk().published(&form).await?;
        let layout = Arc::new(Layout::of(&model.form));
        let Some((first, rest)) = self.service.steps.split_first() else {
            return Ok(self.document(&layout));
        };
        if first == "$metadata" && rest.is_empty() {
            let text = edmx(&form.form_id, &layout);
            return Ok(super::submissions::xml_answer(text));
        }
        check(&self.query)?;
        if let Some((name, instance_id)) = keyed(first) {
            if name != "Submissions" {
                return Err(Problem::not_found());
            }
            let (table, within) = steps(&layout, rest).ok_or_else(Problem::not_found)?;
            // It is there, and in sight.
            self.place.desk().listed_submission(&self.place.seat, &form, instance_id).await?;
            let one = One { instance_id: instance_id.to_owned(), within };
            return self.rows(form, layout, table, Some(one)).await;
        }
        let table = layout.tables.iter().position(|table| set_name(table) == *first);
        match table.filter(|_| rest.is_empty()) {
            Some(table) => self.rows(form, layout, table, None).await,
            None => Err(Problem::not_found()),
        }
    }

    /// The service document: which tables there are.
    fn document(&self, layout: &Layout) -> Response {
        let sets = layout.tables.iter().map(|table| {
            let name = set_name(table);
            json!({ "name": name, "kind": "EntitySet", "url": name })
        });
        let context = format!("{}{}/$metadata", self.server, self.service.root);
        let body = json!({ "@odata.context": context, "value": sets.collect::<Vec<_>>() });
        ([(header::CONTENT_TYPE, JSON)], body.to_string()).into_response()
    }

    fn select(&self, layout: &Layout, table: usize) -> Answer<Select> {
        let Some(text) = parameter(&self.query, "$select") else { return Ok(Select::default()) };
        Select::read(&text, layout, table).map_err(|error| match error {
            SelectError::Unknown(property) => {
                Problem::new(Code(400, 23), format!("Could not find a property named '{property}'"))
                    .with(json!({ "property": property }))
            }
            SelectError::InRepeat(property) => {
                let message = format!(
                    "The given OData select property '{property}' uses features not supported by this server."
                );
                Problem::new(Code(400, 24), message).with(json!({ "property": property }))
            }
        })
    }

    /// What stands behind the rows.
    fn footer(&self, layout: &Layout, table: usize) -> impl Fn(&Footer) -> String + Send + use<> {
        let set = layout.tables.get(table).map(set_name).unwrap_or_default();
        let context = json!(format!("{}{}/$metadata#{set}", self.server, self.service.root)).to_string();
        let address = format!("{}{}", self.server, self.path.replace('\'', "%27"));
        let id = if table == 0 { "instanceId" } else { "repeatId" };
        let query = self.query.clone();
        move |footer: &Footer| {
            let mut text = format!("],\"@odata.context\":{context}");
            if let Some(next) = &footer.next {
                let link = format!("{address}?{}", next_query(&query, &token(id, next)));
                text.push_str(&format!(",\"@odata.nextLink\":{}", json!(link)));
            }
            if let Some(count) = footer.count {
                text.push_str(&format!(",\"@odata.count\":{count}"));
            }
            text.push('}');
            text
        }
    }

    async fn rows(self, form: Form, layout: Arc<Layout>, table: usize, one: Option<One>) -> Answer<Response> {
        let (place, query) = (&self.place, &self.query);
        let desk = place.desk();
        let may = place.seat.may::<Read>()?;
        let select = self.select(&layout, table)?;
        let mut rows = ODataRows::new(
            layout.clone(),
            table,
            select,
            parameter(query, "$expand").is_some(),
            is_true(query, "$wkt"),
        );
        let (top, skip) = (number(query, "$top"), number(query, "$skip").unwrap_or(0));
        let count = is_true(query, "$count");
        let after = from_token(query, if table == 0 { "instanceId" } else { "repeatId" })?;
        let mut of = FeedQuery::default();
        match &one {
            Some(one) => {
                of.only = Some(one.instance_id.clone());
                if let Some((table, id)) = &one.within {
                    rows = rows.within(*table, id.clone());
                }
            }
            None => {
                place.seat.may::<MayExport>()?;
                of.filter = filter(parameter(query, "$filter").as_deref(), desk.now(), table != 0)?;
                of.order = order(parameter(query, "$orderby").as_deref(), table != 0)?;
                let action = if place.draft { "form.draft.odata" } else { "form.submission.odata" };
                if after.is_none() {
                    desk.log_feed(&may, &form, action).await?;
                }
            }
        }
        let opening = identity(&place.seat, &self.reason);
        let opening = || opening.as_ref().map(|(may, reason)| (may, *reason));
        let footer = self.footer(&layout, table);
        let short = one.is_some() || top.is_some_and(|top| top <= WHOLE);
        if table == 0 {
            (of.top, of.after) = (top, after);
            of.skip = if of.after.is_some() { 0 } else { skip };
            let feed = desk.feed(&may, &form, layout, of, opening()).await?;
            let work = move |feed: &mut desk::Feed, tx: &mut desk::store::Tx<'_>, out: &mut dyn Write| {
                out.write_all(b"{\"value\":[").map_err(unsent)?;
                let end = rows.write_submissions(feed, tx, count, out)?;
                out.write_all(footer(&end).as_bytes()).map_err(unsent)
            };
            if short {
                return Ok(whole(desk.whole_feed(feed, work).await?));
            }
            return Ok(streamed(desk.stream_feed(feed, work)?));
        }
        let lookup = TableQuery { after: after.clone(), top: Some(0), ..TableQuery::default() };
        let positive = |number: i64| u64::try_from(number).unwrap_or(0);
        let asked = TableQuery { after, skip: positive(skip), top: top.map(positive), count };
        let unknown =
            || Problem::new(Code(400, 34), "Record associated with the provided $skiptoken not found.");
        let found = Arc::new(AtomicBool::new(true));
        let rows = Arc::new(rows);
        let work = |query: TableQuery| {
            let (found, rows) = (found.clone(), rows.clone());
            move |feed: &mut desk::Feed, tx: &mut desk::store::Tx<'_>, out: &mut dyn Write| {
                let (end, there) = rows.write_repetitions(feed, tx, &query, out)?;
                found.store(there, Ordering::Release);
                Ok::<Footer, Fault>(end)
            }
        };
        if !short && lookup.after.is_some() {
            let feed = desk.feed(&may, &form, layout.clone(), of.clone(), None).await?;
            let look = work(lookup);
            desk.whole_feed(feed, move |feed, tx, _| look(feed, tx, &mut std::io::sink()).map(drop)).await?;
            if !found.load(Ordering::Acquire) {
                return Err(unknown());
            }
        }
        let feed = desk.feed(&may, &form, layout, of, opening()).await?;
        let write = work(asked);
        let work = move |feed: &mut desk::Feed, tx: &mut desk::store::Tx<'_>, out: &mut dyn Write| {
            out.write_all(b"{\"value\":[").map_err(unsent)?;
            let end = write(feed, tx, out)?;
            out.write_all(footer(&end).as_bytes()).map_err(unsent)
        };
        if short {
            let text = desk.whole_feed(feed, work).await?;
            return if found.load(Ordering::Acquire) { Ok(whole(text)) } else { Err(unknown()) };
        }
        Ok(streamed(desk.stream_feed(feed, work)?))
    }
}

fn whole(text: Vec<u8>) -> Response {
    (StatusCode::OK, [(header::CONTENT_TYPE, JSON)], text).into_response()
}

fn streamed(mut chunks: desk::store::Chunks) -> Response {
    let body = Body::from_stream(stream::poll_fn(move |context| chunks.poll_recv(context)));
    ([(header::CONTENT_TYPE, JSON)], body).into_response()
}

/// `Submissions('uuid:…')`: a name with a key.
fn keyed(step: &str) -> Option<(&str, &str)> {
    let (name, key) = step.split_once('(')?;
    Some((name, key.strip_suffix(')')?.strip_prefix('\'')?.strip_suffix('\'')?))
}

/// The table that steps within a submission lead to, and the innermost repetition that they name.
fn steps(layout: &Layout, steps: &[String]) -> Option<(usize, Option<(usize, String)>)> {
    let table = |path: &str| {
        let same = |of: &str| of.split('/').map(sanitized).eq(path.split('/').map(str::to_owned));
        layout.tables.iter().position(|table| !table.path.is_empty() && same(&table.path))
    };
    let (mut path, mut within) = (String::new(), None);
    for step in steps {
        let (name, key) = keyed(step).map_or((step.as_str(), None), |(name, key)| (name, Some(key)));
        if !path.is_empty() {
            path.push('/');
        }
        path.push_str(name);
        if let Some(key) = key {
            within = Some((table(&path)?, key.to_owned()));
        }
    }
    if path.is_empty() { Some((0, None)) } else { Some((table(&path)?, within)) }
}
