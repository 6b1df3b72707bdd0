//! Moving in from a running Central: everything comes, nothing twice, also when the source dies in the middle.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use desk::protocol::Protocol;
use desk::store::submission::List;
use desk::store::{Store, StoreOptions};
use desk::{Desk, Login, NewMandate, NewMember, Options, Seat};
use serde_json::{Value, json};

const PASSWORD: &str = "correct horse battery";
const ENTITY: &str = "12345678-1234-4123-8234-123456789abc";
const GONE: &str = "12345678-1234-4123-8234-123456789abd";

fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    i64::try_from(since.as_millis()).unwrap()
}

fn seed() -> [u8; 32] {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).unwrap();
    seed
}

fn form(version: &str) -> String {
    format!(
        r#"<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"
          xmlns:jr="http://openrosa.org/javarosa" xmlns:entities="http://www.opendatakit.org/xforms/entities">
          <h:head><h:title>Visit</h:title><model entities:entities-version="2024.1.0"><instance>
          <data id="visit" version="{version}"><site/><photo/><meta><instanceID/><deprecatedID/>
          <entity dataset="sites" id="" create=""><label/></entity></meta></data></instance>
          <bind nodeset="/data/site" type="string" entities:saveto="county"/>
          <bind nodeset="/data/photo" type="binary"/></model></h:head>
          <h:body><input ref="/data/site"><label>Site</label></input>
          <upload ref="/data/photo" mediatype="image/*"><label>Photo</label></upload></h:body></h:html>"#
    )
}

fn filled(instance: &str, before: &str, site: &str) -> String {
    let before =
        if before.is_empty() { String::new() } else { format!("<deprecatedID>{before}</deprecatedID>") };
    format!(
        "<data id=\"visit\" version=\"2\"><site>{site}</site><photo>a b.jpg</photo><meta>\
         <instanceID>{instance}</instanceID>{before}<entity dataset=\"sites\" id=\"uuid:{ENTITY}\" create=\"1\">\
         <label>Nampo</label></entity></meta></data>"
    )
}

/// What a Central with one project says.
fn central(path: &str, query: &str) -> Option<Response> {
    let version = |instance: &str, hour: u32| json!({ "instanceId": instance, "createdAt": format!("2024-05-01T0{hour}:00:00.000Z") });
    let list = |value: Value| Some(axum::Json(value).into_response());
    let path = path.strip_prefix("/v1/projects/7")?;
    let submissions = "/forms/visit/submissions";
    match path {
        "" => list(json!({ "id": 7, "name": "Old" })),
        "/datasets" => list(json!([{ "name": "sites" }])),
        "/datasets/sites" => list(json!({ "name": "sites", "approvalRequired": false, "properties": [
            { "name": "county" }, { "name": "size" } ] })),
        "/forms" => list(json!([{ "xmlFormId": "visit", "version": "2", "state": "closed" }])),
        "/forms/visit/versions" => list(json!([
            { "version": "2", "publishedAt": "2024-04-02T00:00:00.000Z" },
            { "version": "1", "publishedAt": "2024-04-01T00:00:00.000Z" },
        ])),
        "/forms/visit/versions/1.xml" => Some(form("1").into_response()),
        "/forms/visit/versions/2.xml" => Some(form("2").into_response()),
        "/forms/visit/submissions" if query.contains("offset=0") => list(json!([
            { "instanceId": "uuid:two", "reviewState": null, "currentVersion": { "instanceId": "uuid:two" } },
            { "instanceId": "uuid:one", "reviewState": "approved", "currentVersion": { "instanceId": "uuid:one-b" } },
        ])),
        "/forms/visit/submissions" => list(json!([])),
        _ if path.starts_with(submissions) => match path.strip_prefix(submissions)? {
            "/uuid%3Aone/versions" => list(json!([version("uuid:one-b", 3), version("uuid:one", 1)])),
            "/uuid%3Atwo/versions" => list(json!([version("uuid:two", 2)])),
            "/uuid%3Aone/versions/uuid%3Aone.xml" => Some(filled("uuid:one", "", "Nampo").into_response()),
            "/uuid%3Aone/versions/uuid%3Aone-b.xml" => {
                Some(filled("uuid:one-b", "uuid:one", "Nampo-si").into_response())
            }
            "/uuid%3Atwo/versions/uuid%3Atwo.xml" => Some(filled("uuid:two", "", "Kaesong").into_response()),
            "/uuid%3Aone/versions/uuid%3Aone/attachments" => {
                list(json!([{ "name": "a b.jpg", "exists": true }]))
            }
            "/uuid%3Aone/versions/uuid%3Aone-b/attachments" => {
                list(json!([{ "name": "a b.jpg", "exists": true }]))
            }
            "/uuid%3Atwo/versions/uuid%3Atwo/attachments" => {
                list(json!([{ "name": "a b.jpg", "exists": false }]))
            }
            path if path.ends_with("/attachments/a%20b.jpg") => Some(vec![7_u8; 200_000].into_response()),
            "/uuid%3Aone/comments" => list(json!([
                { "body": "second", "actor": { "displayName": "Ann" }, "createdAt": "2024-05-02T00:00:00.000Z" },
                { "body": "first", "actor": { "displayName": "Ann" }, "createdAt": "2024-05-01T00:00:00.000Z" },
            ])),
            "/uuid%3Atwo/comments" => list(json!([])),
            _ => None,
        },
        "/datasets/sites/entities" if query.contains("deleted=true") => list(json!([
            { "uuid": GONE, "deletedAt": "2024-06-01T00:00:00.000Z", "currentVersion": { "version": 3 } } ])),
        "/datasets/sites/entities" => list(json!([
            { "uuid": ENTITY, "conflict": null, "currentVersion": { "version": 2 } } ])),
        _ if path == format!("/datasets/sites/entities/{ENTITY}/versions") => list(json!([
            { "version": 1, "createdAt": "2024-05-01T01:00:00.000Z", "baseVersion": null,
              "dataReceived": { "label": "Nampo", "county": "Nampo" } },
            { "version": 2, "createdAt": "2024-05-03T00:00:00.000Z", "baseVersion": 1,
              "dataReceived": { "size": "12" } },
        ])),
        _ if path == format!("/datasets/sites/entities/{GONE}") => {
            list(json!({ "uuid": GONE, "currentVersion": {
            "version": 3, "label": "Gone", "data": { "county": "x" }, "createdAt": "2024-05-01T01:00:00.000Z" } }))
        }
        _ => None,
    }
}

/// Answers as Central does until so many requests have come; then it is dead.
async fn answer(State(left): State<Arc<AtomicI64>>, request: Request) -> Response {
    if left.fetch_sub(1, Ordering::SeqCst) <= 0 {
        return StatusCode::BAD_GATEWAY.into_response();
    }
    if request.uri().path() == "/v1/sessions" {
        return axum::Json(json!({ "token": "t" })).into_response();
    }
    let query = request.uri().query().unwrap_or_default();
    central(request.uri().path(), query).unwrap_or_else(|| StatusCode::NOT_FOUND.into_response())
}

async fn open(data: &Path) -> Desk {
    let options = StoreOptions { data: data.to_owned(), database: None, now, server: 1 };
    let shipped = desk::protocol::shipped().into_iter().find(|(name, _)| *name == "general").unwrap();
    let protocol = Protocol::read(&shipped.1).unwrap();
    let weak = Options { password_cost: seal::Cost::WEAK_FOR_TESTS, ..Options::default() };
    Desk::open(Store::open(options).unwrap(), vec![protocol], weak, now, seed).await.unwrap()
}

async fn seat(desk: &Desk, mandate: i64) -> Seat {
    let login = Login {
        email: "lead@example.org",
        password: PASSWORD,
        code: None,
        address: "192.0.2.1",
        unlock: true,
    };
    desk.seat(&desk.log_in(login).await.unwrap().1, mandate).await.unwrap()
}

fn run(url: &str, data: &Path, mandate: i64) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_deungdae"))
        .args(["import", "central", url, "--email", "lead@example.org", "--project", "7"])
        .args(["--mandate", &mandate.to_string(), "--data"])
        .arg(data)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(format!("theirs\n{PASSWORD}\n").as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_project_moves_in_although_its_source_dies_three_times() {
    let root = tempfile::tempdir().unwrap();
    let data = root.path().join("data");
    std::fs::create_dir(&data).unwrap();
    let desk = open(&data).await;
    let lead = NewMember {
        email: "lead@example.org",
        name: "Lead",
        password: PASSWORD,
        administrator: true,
        language: "en",
    };
    let id = desk.add_member(lead).await.unwrap();
    let login =
        Login { email: "lead@example.org", password: PASSWORD, code: None, address: "a", unlock: true };
    let session = desk.log_in(login).await.unwrap().1;
    let new = NewMandate {
        name: "New".to_owned(),
        description: String::new(),
        protocol: "general".to_owned(),
        people: vec![(id, "lead".to_owned())],
    };
    let mandate = desk.begin_mandate(&desk.administrator(&session).unwrap(), new).await.unwrap();
    drop(desk);

    let left = Arc::new(AtomicI64::new(0));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().fallback(answer).with_state(left.clone());
    tokio::spawn(async move { axum::serve(listener, router).await });
    let import = async |requests: i64| {
        left.store(requests, Ordering::SeqCst);
        let (url, data) = (url.clone(), data.clone());
        tokio::task::spawn_blocking(move || run(&url, &data, mandate)).await.unwrap()
    };

    for requests in [6, 12, 15] {
        let output = import(requests).await;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{requests}: {said}");
        assert!(said.contains("run the same command again"), "{said}");
    }
    for _ in 0..2 {
        let output = import(1000).await;
        let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{said}");
        assert!(said.contains("Everything is here."), "{said}");
    }

    let desk = open(&data).await;
    let seat = seat(&desk, mandate).await;
    let form = desk.form(mandate, "visit").await.unwrap();
    assert_eq!(form.state, "closed");
    assert_eq!(desk.form_versions(&seat, &form).await.unwrap().len(), 2);
    let list = List { limit: 100, ..List::default() };
    let listed = desk.listed_submissions(&seat.may().unwrap(), &form, list).await.unwrap();
    let mut told: Vec<_> = listed
        .iter()
        .map(|one| {
            (
                one.submission.instance_id.as_str(),
                one.submission.versions,
                one.submission.review_state.as_str(),
            )
        })
        .collect();
    told.sort_unstable();
    assert_eq!(told, [("uuid:one", 2, "approved"), ("uuid:two", 1, "received")]);
    let one = listed.iter().find(|one| one.submission.instance_id == "uuid:one").unwrap();
    assert_eq!(desk::time(one.submission.created_at), "2024-05-01T01:00:00.000Z");
    let moved = desk.moved_submissions(&seat.may().unwrap(), "visit").await.unwrap();
    let one = moved.iter().find(|one| one.instance_id == "uuid:one").unwrap();
    assert_eq!((one.notes, one.files), (2, 1));
    let xml = desk.submission_xml(&seat.may().unwrap(), &form, "uuid:one").await.unwrap();
    assert_eq!(String::from_utf8_lossy(xml.as_ref()), filled("uuid:one-b", "uuid:one", "Nampo-si"));

    let (entity, _) = desk.entity(&seat.may().unwrap(), "sites", ENTITY, false).await.unwrap();
    assert_eq!(entity.versions.len(), 2);
    let current = entity.current().unwrap();
    assert_eq!(current.label.as_deref(), Some("Nampo"));
    assert_eq!(Value::Object(current.data.clone()), json!({ "county": "Nampo", "size": "12" }));
    assert_eq!(desk::time(entity.entry.created_at), "2024-05-01T01:00:00.000Z");
    let (gone, _) = desk.entity(&seat.may().unwrap(), "sites", GONE, true).await.unwrap();
    assert_eq!(gone.current().unwrap().label.as_deref(), Some("Gone"));
}
