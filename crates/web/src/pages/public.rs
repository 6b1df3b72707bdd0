//! Releases for everybody: no login, no script, no cookie. The report in the reader's language, the files, how to verify
//! them, and a retraction where there was one.

use std::io::Write as _;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use desk::PublicRelease;
use sha2::{Digest, Sha256};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::address::{Address, part};
use crate::answer::{Answer, Fault};
use crate::frame::{Frame, Link, Reader};
use crate::locale::Locale;
use crate::moment::{day, moment};
use crate::patterns::{Cell, CodeBlock, Column, Facts, Markup, Notice, Section, Table, Tone};
use crate::release_report::{inner, style};
use crate::room::Web;
use crate::sheet::Sheet;

/// Where they are.
const RELEASES: &str = "/releases";

/// Routes of this group.
pub fn router() -> Router<Web> {
    Router::new()
        .route(RELEASES, get(list))
        .route("/releases/{name}", get(page))
        .route("/releases/{name}/bag.zip", get(bag))
        .route("/releases/{name}/files/{*path}", get(file))
}

/// Whether a page is public, and so sets no cookie.
pub fn is_public(path: &str) -> bool {
    path == RELEASES || path.starts_with("/releases/")
}

/// Address of a public release.
pub fn release_address(name: &str) -> String {
    format!("{RELEASES}/{}", part(name))
}

/// Address of a file of a public release.
fn file_address(name: &str, path: &str) -> String {
    let path: Vec<String> = path.split('/').map(part).collect();
    format!("{}/files/{}", release_address(name), path.join("/"))
}

/// An address that keeps the language: no cookie does.
fn in_language(l: Locale, path: impl Into<String>) -> Address {
    Address::new(path).with("lang", l.code())
}

/// A page that caches may keep for some minutes: it is the same for everybody who reads its language.
fn cached(sheet: Sheet) -> Response {
    let mut response = sheet.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
    headers.insert(header::VARY, HeaderValue::from_static("accept-language, cookie"));
    response
}

async fn list(State(web): State<Web>, reader: Reader) -> Answer<Response> {
    let l = reader.locale;
    let mut table = Table::new(l, &reader.here, l.text("releases-caption"), l.text("releases-none"))
        .column(Column::new(l.text("releases-title")))
        .column(Column::new(l.text("release-publisher")))
        .column(Column::new(l.text("releases-published")))
        .column(Column::new(l.text("releases-state")));
    for (release, publisher) in web.desk.public_releases().await? {
        let state = match release.retracted {
            Some(_) => l.text("release-retracted"),
            None => l.text("release-in-force"),
        };
        table = table.row([
            Cell::link(&release.title, in_language(l, release_address(&release.name))),
            publisher.into(),
            day(l, release.published_at.unwrap_or_default()).into(),
            state.into(),
        ]);
    }
    let frame = Frame::new(&reader, l.text("releases-heading"));
    Ok(cached(Sheet::new(frame).part(table.uncounted())))
}

async fn page(State(web): State<Web>, reader: Reader, Path(name): Path<String>) -> Answer<Response> {
    let l = reader.locale;
    let found = web.desk.public_release(&name).await?;
    let release = &found.release;
    let mut frame =
        Frame::new(&reader, &release.title).under(l.text("releases-heading"), in_language(l, RELEASES));
    if release.retracted.is_some() {
        frame = frame.state(l.text("release-retracted"));
    }
    let mut sheet = Sheet::new(frame);
    if let (Some((_, at)), Some((_, reason))) = (release.retracted, &release.retraction) {
        let says = l.text_with(
            "release-retracted-says",
            &[("moment", moment(l, at).into()), ("reason", reason.into())],
        );
        sheet = sheet.part(Notice::new(Tone::Warning, says));
    }
    let links = [
        Link::new(l.text("release-zip"), format!("{}/bag.zip", release_address(&name))),
        Link::new(l.text("release-alone"), file_address(&name, &report_path(&found, l))),
    ];
    sheet = sheet.part(Section::new(l.text("release-take")).links(links));
    let report = web.desk.public_file(&name, &report_path(&found, l)).await?;
    let report = String::from_utf8_lossy(&report).into_owned();
    if let Some(inner) = inner(&report) {
        sheet = sheet.part(Markup::finished(inner));
    }
    Ok(cached(sheet.part(verify(l, &found)).part(files(l, &reader, &found))))
}

/// The report in a language, or else in one that there is.
fn report_path(found: &PublicRelease, l: Locale) -> String {
    let wanted = format!("data/report.{}.html", l.code());
    let is_report = |path: &str| path.starts_with("data/report.") && path.ends_with(".html");
    let mut paths = found.files.iter().map(|(path, _)| path.as_str()).filter(|path| is_report(path));
    if paths.clone().any(|path| path == wanted) {
        return wanted;
    }
    paths.next().map_or(wanted, str::to_owned)
}

/// How a reader finds out for themselves whether this is what was published.
fn verify(l: Locale, found: &PublicRelease) -> Section {
    let release = &found.release;
    let name = &release.name;
    let commands = format!("unzip {name}.zip\ndeungdae-verify {name} --trust policy.txt");
    let mut facts = Facts::new().fact(l.text("release-package"), release.package.as_str());
    if let Some(leaf) = release.leaf {
        facts = facts.fact(l.text("release-leaf"), l.number(leaf));
    }
    Section::new(l.text("release-verify-yourself"))
        .numbered([
            l.text("release-verify-take"),
            l.text("release-verify-program"),
            l.text("release-verify-policy"),
            l.text("release-verify-run"),
            l.text("release-verify-compare"),
        ])
        .part(CodeBlock::new(l.text("release-verify-commands"), commands))
        .part(facts)
        .links([Link::new(l.text("release-policy"), file_address(name, "trust/policy.txt"))])
}

fn files(l: Locale, reader: &Reader, found: &PublicRelease) -> Table {
    let mut table = Table::new(l, &reader.here, l.text("release-files"), "")
        .uncounted()
        .column(Column::new(l.text("release-file")))
        .column(Column::new(l.text("release-size-of")).numeric());
    for (path, bytes) in &found.files {
        let href = file_address(&found.release.name, path);
        table = table.row([Cell::link(path, href), l.count("release-bytes", *bytes).into()]);
    }
    table
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "csv" => "text/csv; charset=utf-8",
        "json" => "application/json",
        "html" => "text/html; charset=utf-8",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        _ => "text/plain; charset=utf-8",
    }
}

/// What a report may load: the style that it brings along, and nothing else.
fn report_policy(html: &[u8]) -> HeaderValue {
    let html = String::from_utf8_lossy(html);
    let hash = STANDARD.encode(Sha256::digest(style(&html).unwrap_or_default()));
    let policy = format!(
        "default-src 'none'; script-src 'none'; style-src 'sha256-{hash}'; img-src data:; form-action 'none'; \
         frame-ancestors 'none'; base-uri 'none'"
    );
    HeaderValue::try_from(policy).unwrap_or(HeaderValue::from_static("default-src 'none'"))
}

/// Files of a release never change.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

async fn file(State(web): State<Web>, Path((name, path)): Path<(String, String)>) -> Answer<Response> {
    let bytes = web.desk.public_file(&name, &path).await?;
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type(&path)));
    headers.insert(header::CACHE_CONTROL, FOR_EVER);
    if path.ends_with(".html") {
        headers.insert(header::CONTENT_SECURITY_POLICY, report_policy(&bytes));
    }
    Ok((headers, bytes).into_response())
}

/// The whole bag in one file, in a folder of its name.
async fn bag(State(web): State<Web>, Path(name): Path<String>) -> Answer<Response> {
    let found = web.desk.public_release(&name).await?;
    let files = web.desk.public_bag(&name).await?;
    let zipped = zipped(&name, &files).map_err(|error| Fault::new(&error))?;
    let disposition = format!("attachment; filename=\"{}.zip\"", found.release.name);
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/zip"));
    headers.insert(header::CACHE_CONTROL, FOR_EVER);
    if let Ok(disposition) = HeaderValue::try_from(disposition) {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    Ok((headers, zipped).into_response())
}

fn zipped(name: &str, files: &[(String, Vec<u8>)]) -> Result<Vec<u8>, zip::result::ZipError> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (path, content) in files {
        writer.start_file(format!("{name}/{path}"), zip::write::SimpleFileOptions::default())?;
        writer.write_all(content)?;
    }
    Ok(writer.finish()?.into_inner())
}
