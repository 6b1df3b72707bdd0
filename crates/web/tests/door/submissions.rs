//! Submissions through the REST API: sent, edited, reviewed, commented on, removed, restored, with their files.

use serde_json::{Value, json};

use crate::wire::{Project, Reply, multipart};

const NOTHING: Value = Value::Null;

const HEAD: &str = r#"<?xml version="1.0"?><h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:jr="http://openrosa.org/javarosa" xmlns:orx="http://openrosa.org/xforms">"#;

/// A form whose fields are named by the caller: XML of the instance, binds, body.
pub fn form(id: &str, version: &str, instance: &str, binds: &str, body: &str) -> String {
    let version = if version.is_empty() { String::new() } else { format!(" version=\"{version}\"") };
    format!(
        r#"{HEAD}<h:head><h:title>{id}</h:title><model><instance><data id="{id}"{version}><orx:meta><orx:instanceID/></orx:meta>{instance}</data></instance><bind nodeset="/data/orx:meta/orx:instanceID" type="string" jr:preload="uid"/>{binds}</model></h:head><h:body>{body}</h:body></h:html>"#
    )
}

/// A person: name and age.
pub fn person() -> String {
    let binds = r#"<bind nodeset="/data/name" type="string"/><bind nodeset="/data/age" type="int"/>"#;
    let body = r#"<input ref="/data/name"><label>Name</label></input><input ref="/data/age"><label>Age</label></input>"#;
    form("person", "", "<name/><age/>", binds, body)
}

pub fn told(id: &str, extra: &str, name: &str, age: u32) -> String {
    format!(
        r#"<data id="person"><orx:meta xmlns:orx="http://openrosa.org/xforms"><orx:instanceID>{id}</orx:instanceID>{extra}</orx:meta><name>{name}</name><age>{age}</age></data>"#
    )
}

fn edited(id: &str, before: &str, name: &str) -> String {
    told(id, &format!("<orx:deprecatedID>{before}</orx:deprecatedID>"), name, 30)
}

/// Two files.
fn pictures() -> String {
    let binds = r#"<bind nodeset="/data/one" type="binary"/><bind nodeset="/data/two" type="binary"/>"#;
    let body = r#"<upload ref="/data/one" mediatype="video/*"><label>1</label></upload><upload ref="/data/two" mediatype="image/*"><label>2</label></upload>"#;
    form("pictures", "", "<one/><two/>", binds, body)
}

fn pictured(id: &str, extra: &str) -> String {
    format!(
        r#"<data id="pictures"><meta><instanceID>{id}</instanceID>{extra}</meta><one>my file.mp4</one><two>here.jpg</two></data>"#
    )
}

/// Sends a body with more headers than the project's own.
pub async fn send(
    project: &Project,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Reply {
    let bearer = format!("Bearer {}", project.session);
    let mut all = vec![("Authorization", bearer.as_str())];
    all.extend_from_slice(headers);
    let path = format!("/v1/projects/{}/{path}", project.id);
    project.server.send(method, &path, &all, body).await
}

pub async fn post(project: &Project, path: &str, xml: &str) -> Reply {
    send(project, "POST", path, &[("Content-Type", "text/xml")], xml.as_bytes()).await
}

async fn get(project: &Project, path: &str) -> Reply {
    project.json("GET", path, NOTHING).await
}

pub async fn begin() -> Project {
    let project = Project::begin().await;
    assert_eq!(project.upload(&person(), "?publish=true").await.status, 200);
    project
}

#[tokio::test]
async fn sending_says_what_is_wrong_in_centrals_words() {
    let project = begin().await;
    let at = "forms/person/submissions";
    assert_eq!(post(&project, "forms/nothing/submissions", &told("one", "", "A", 1)).await.code(), "404.1");
    let broken = post(&project, at, "<data").await;
    assert_eq!(broken.code(), "400.2");
    let details: Value = serde_json::from_slice(&broken.body).unwrap();
    assert_eq!(details["details"]["field"], "form ID xml attribute");
    let other = post(&project, at, &told("one", "", "A", 1).replace("id=\"person\"", "id=\"other\"")).await;
    let other: Value = serde_json::from_slice(&other.body).unwrap();
    assert_eq!(other["code"], 400.8);
    assert_eq!(other["details"]["reason"], "did not match the form ID in the URL");
    let version = told("one", "", "A", 1).replace("id=\"person\"", "id=\"person\" version=\"-1\"");
    let version = post(&project, at, &version).await;
    assert_eq!(version.code(), "404.6");
    assert!(version.text().contains("The form version specified in this submission '-1' does not exist."));

    let headers = [("Content-Type", "text/xml"), ("User-Agent", "test/1")];
    let xml = told("one", "", "Alice", 30);
    let sent =
        send(&project, "POST", &format!("{at}?deviceID=imei%3A1"), &headers, xml.as_bytes()).await.value();
    assert_eq!(sent["instanceId"], "one");
    assert_eq!(sent["deviceId"], "imei:1");
    assert_eq!(sent["userAgent"], "test/1");
    assert_eq!(sent["reviewState"], NOTHING);
    assert_eq!(sent["updatedAt"], NOTHING);
    assert_eq!(sent["currentVersion"]["instanceId"], "one");
    for again in [&xml, &told("one", "", "Bob", 1)] {
        let again = post(&project, at, again).await;
        assert_eq!(again.code(), "409.3");
        assert!(again.text().contains("A resource already exists with instanceID value(s) of one."));
    }
    let headers = [("Content-Type", "application/json")];
    let closed = send(&project, "PATCH", "forms/person", &headers, br#"{"state":"closed"}"#).await;
    assert_eq!(closed.status, 200);
    let refused = post(&project, at, &told("two", "", "B", 2)).await;
    assert_eq!(refused.code(), "409.2");
    assert!(refused.text().contains("not currently accepting submissions"));
}

#[tokio::test]
async fn an_edit_is_a_version_and_its_difference_is_told() {
    let project = begin().await;
    let at = "forms/person/submissions";
    let named = told("one", "<orx:instanceName>custom name</orx:instanceName>", "Alice", 30);
    assert_eq!(post(&project, at, &named).await.status, 200);
    let put = async |xml: &str, agent: &str| {
        let headers = [("Content-Type", "text/xml"), ("User-Agent", agent)];
        send(&project, "PUT", &format!("{at}/one?deviceID=second"), &headers, xml.as_bytes()).await
    };
    assert_eq!(put(&told("two", "", "A", 30), "x").await.code(), "400.19");
    assert_eq!(put(&edited("two", "nobody", "A"), "x").await.code(), "409.9");
    let changed = put(&edited("two", "one", "Angela"), "test/2").await.value();
    assert_eq!((&changed["instanceId"], &changed["reviewState"]), (&json!("one"), &json!("edited")));
    assert_eq!(changed["currentVersion"]["instanceId"], "two");
    assert_eq!(changed["currentVersion"]["deviceId"], "second");
    assert_eq!(changed["deviceId"], NOTHING);
    assert_eq!(put(&edited("three", "one", "A"), "x").await.code(), "409.9");

    let versions = get(&project, &format!("{at}/one/versions")).await.value();
    let told: Vec<_> = versions.as_array().unwrap().iter().map(|version| &version["instanceId"]).collect();
    assert_eq!(told, ["two", "one"]);
    assert_eq!((&versions[0]["current"], &versions[1]["current"]), (&json!(true), &json!(false)));
    assert_eq!(versions[0]["instanceName"], NOTHING);
    assert_eq!(versions[1]["instanceName"], "custom name");
    assert_eq!(versions[0]["userAgent"], "test/2");
    let headers = [("X-Extended-Metadata", "true")];
    let full = send(&project, "GET", &format!("{at}/one/versions/one"), &headers, b"").await.value();
    assert_eq!(full["formVersion"], "");
    assert_eq!(full["submitter"]["type"], "user");
    assert_eq!(get(&project, &format!("{at}/one/versions/three")).await.code(), "404.1");
    assert_eq!(get(&project, &format!("{at}/one.xml")).await.text(), edited("two", "one", "Angela"));
    assert_eq!(get(&project, &format!("{at}/one/versions/one.xml")).await.text(), named);

    let diffs = get(&project, &format!("{at}/one/diffs")).await.value();
    assert_eq!(
        diffs,
        json!({ "two": [
            { "new": "two", "old": "one", "path": ["meta", "instanceID"] },
            { "old": "custom name", "path": ["meta", "instanceName"] },
            { "new": "one", "path": ["meta", "deprecatedID"] },
            { "new": "Angela", "old": "Alice", "path": ["name"] },
        ] })
    );

    // The id of a later version leads to it.
    for (asked, found) in [
        ("two", "one/versions/two"),
        ("two.xml", "one/versions/two.xml"),
        ("two/attachments", "one/versions/two/attachments"),
        ("two/attachments/a.mp3", "one/versions/two/attachments/a.mp3"),
    ] {
        let moved = get(&project, &format!("{at}/{asked}")).await;
        let address = format!("/v1/projects/{}/{at}/{found}", project.id);
        assert_eq!((moved.status, moved.header("location")), (301, Some(address.as_str())), "{asked}");
        assert_eq!(moved.text(), format!("Moved Permanently. Redirecting to {address}"));
    }
}

#[tokio::test]
async fn lists_go_newest_first_and_name_who_sent_what() {
    let project = begin().await;
    let at = "forms/person/submissions";
    assert_eq!(get(&project, at).await.text(), "[]");
    for (number, id) in ["one", "two", "three"].into_iter().enumerate() {
        assert_eq!(post(&project, at, &told(id, "", id, number as u32)).await.status, 200);
    }
    let ids = async |query: &str| {
        let list = get(&project, &format!("{at}{query}")).await.value();
        let all = list.as_array().unwrap().clone();
        all.iter().map(|one| one["instanceId"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(ids("").await, ["three", "two", "one"]);
    assert_eq!(ids("?limit=1&offset=1").await, ["two"]);
    assert_eq!(ids("?offset=3").await, Vec::<String>::new());
    assert_eq!(ids("?limit=0").await, Vec::<String>::new());
    let headers = [("X-Extended-Metadata", "true")];
    let list = send(&project, "GET", at, &headers, b"").await.value();
    assert!(list[0]["submitter"]["displayName"].is_string());
    assert!(list[0]["currentVersion"]["submitter"]["displayName"].is_string());
    let submitters = get(&project, &format!("{at}/submitters")).await.value();
    assert_eq!(submitters.as_array().unwrap().len(), 1);
    assert_eq!(get(&project, &format!("{at}/keys")).await.text(), "[]");
    assert_eq!(get(&project, &format!("{at}/nobody")).await.code(), "404.1");
}

#[tokio::test]
async fn reviews_comments_removal_and_restoring_are_in_the_record() {
    let project = begin().await;
    let at = "forms/person/submissions";
    assert_eq!(post(&project, at, &told("one", "", "Alice", 30)).await.status, 200);
    let review = async |state: Value| {
        project.json("PATCH", &format!("{at}/one"), json!({ "reviewState": state })).await
    };
    assert_eq!(review(json!("nonsense")).await.code(), "400.8");
    assert_eq!(review(json!("rejected")).await.value()["reviewState"], "rejected");
    assert_eq!(
        project.json("PATCH", &format!("{at}/nobody"), json!({ "reviewState": "approved" })).await.code(),
        "404.1"
    );

    let comments = format!("{at}/one/comments");
    assert_eq!(project.json("POST", &comments, json!({})).await.code(), "400.2");
    for text in ["first", "second"] {
        assert_eq!(project.json("POST", &comments, json!({ "body": text })).await.value()["body"], text);
    }
    let headers = [("X-Extended-Metadata", "true")];
    let list = send(&project, "GET", &comments, &headers, b"").await.value();
    assert_eq!((&list[0]["body"], &list[1]["body"]), (&json!("second"), &json!("first")));
    assert_eq!(list[0]["actor"]["type"], "user");
    assert_eq!(get(&project, &format!("{at}/nobody/comments")).await.code(), "404.1");

    let put = edited("two", "one", "B");
    assert_eq!(send(&project, "PUT", &format!("{at}/one"), &[], put.as_bytes()).await.status, 200);
    assert_eq!(project.json("DELETE", &format!("{at}/one"), NOTHING).await.value()["success"], true);
    assert_eq!(get(&project, &format!("{at}/one")).await.code(), "404.1");
    assert_eq!(project.json("DELETE", &format!("{at}/one"), NOTHING).await.code(), "404.1");
    let again = post(&project, at, &told("one", "", "Alice", 30)).await;
    assert_eq!(again.status, 409);
    assert!(again.text().contains("This submission has been deleted. You may not resubmit it."));
    assert_eq!(project.json("POST", &format!("{at}/one/restore"), NOTHING).await.value()["success"], true);
    assert_eq!(project.json("POST", &format!("{at}/one/restore"), NOTHING).await.code(), "404.1");
    assert_eq!(get(&project, &format!("{at}/one")).await.value()["reviewState"], "edited");

    let record = get(&project, &format!("{at}/one/audits")).await.value();
    let record = record.as_array().unwrap();
    let actions: Vec<_> = record.iter().map(|entry| entry["action"].as_str().unwrap()).collect();
    let expected = [
        "submission.restore",
        "submission.delete",
        "submission.update.version",
        "submission.update",
        "submission.create",
    ];
    assert_eq!(actions, expected);
    assert_eq!(record[2]["details"]["instanceId"], "two");
    assert_eq!(record[3]["details"]["reviewState"], "rejected");
    assert_eq!(record[4]["details"]["instanceId"], "one");
    assert!(record[4]["details"]["submissionDefId"].is_number());

    let server = &project.server;
    let of_server =
        server.json("GET", "/v1/audits?offset=1&limit=1&action=submission", &project.session, NOTHING).await;
    let of_server = of_server.value();
    assert_eq!(of_server.as_array().unwrap().len(), 1);
    assert_eq!(of_server[0]["action"], "submission.delete");
    let none = server.json("GET", "/v1/audits?end=2000-01-03Z", &project.session, NOTHING).await.value();
    assert_eq!(none, json!([]));
    let strange = server.json("GET", "/v1/audits?start=tomorrow", &project.session, NOTHING).await;
    assert_eq!(strange.code(), "400.8");
}

#[tokio::test]
async fn files_come_one_by_one_and_edits_keep_them() {
    let project = Project::begin().await;
    assert_eq!(project.upload(&pictures(), "?publish=true").await.status, 200);
    let at = "forms/pictures/submissions";
    assert_eq!(post(&project, at, &pictured("both", "")).await.status, 200);
    let files = async |path: &str| get(&project, &format!("{at}/{path}/attachments")).await.value();
    let exist = |one: bool, two: bool| json!([{ "name": "here.jpg", "exists": two }, { "name": "my file.mp4", "exists": one }]);
    assert_eq!(files("both").await, exist(false, false));
    let film = format!("{at}/both/attachments/my%20file.mp4");
    assert_eq!(get(&project, &film).await.code(), "404.1");
    let put = async |path: &str, kind: &[(&str, &str)], content: &[u8]| {
        send(&project, "POST", path, kind, content).await
    };
    assert_eq!(put(&format!("{at}/both/attachments/other.mp3"), &[], b"x").await.code(), "404.1");
    assert_eq!(put(&film, &[], b"this is test file one").await.value()["success"], true);
    let fetched = get(&project, &film).await;
    assert_eq!(fetched.text(), "this is test file one");
    assert_eq!(fetched.header("content-type"), Some("video/mp4"));
    assert_eq!(fetched.header("etag"), Some("\"75f5701abfe7de8202cecaa0ca753f29\""));
    let known = [("If-None-Match", "\"75f5701abfe7de8202cecaa0ca753f29\"")];
    assert_eq!(send(&project, "GET", &film, &known, b"").await.status, 304);

    // An edit keeps what it still names; the versions keep theirs.
    let second = pictured("both2", "<deprecatedID>both</deprecatedID>");
    assert_eq!(send(&project, "PUT", &format!("{at}/both"), &[], second.as_bytes()).await.status, 200);
    assert_eq!(files("both").await, exist(true, false));
    let kind = [("Content-Type", "image/x-own")];
    assert_eq!(put(&format!("{at}/both/attachments/here.jpg"), &kind, b"two").await.status, 200);
    assert_eq!(files("both/versions/both").await, exist(true, false));
    assert_eq!(files("both/versions/both2").await, exist(true, true));
    let picture = get(&project, &format!("{at}/both/versions/both2/attachments/here.jpg")).await;
    assert_eq!((picture.text().as_str(), picture.header("content-type")), ("two", Some("image/x-own")));
    assert_eq!(put(&film, &[], b"another").await.status, 200, "in the place of the first");
    assert_eq!(get(&project, &film).await.text(), "another");
    let old = get(&project, &format!("{at}/both/versions/both/attachments/my%20file.mp4")).await;
    assert_eq!(old.text(), "this is test file one", "the version before keeps its own");

    assert_eq!(project.json("DELETE", &film, NOTHING).await.status, 200);
    assert_eq!(get(&project, &film).await.code(), "404.1");
    assert_eq!(files("both").await, exist(false, true));
    let record = project.server.json(
        "GET",
        "/v1/audits?action=submission.attachment.update",
        &project.session,
        NOTHING,
    );
    let record = record.await.value();
    assert_eq!(record.as_array().unwrap().len(), 4);
    assert_eq!(record[0]["details"]["name"], "my file.mp4");
    assert!(record[0]["details"]["oldBlobId"].is_number());
    assert_eq!(record[0]["details"]["newBlobId"], NOTHING);
}

#[tokio::test]
async fn what_is_no_form_is_told_so() {
    let project = begin().await;
    let post = async |kind: &str, body: &[u8]| {
        let headers = [("Content-Type", kind), ("X-OpenRosa-Version", "1.0")];
        send(&project, "POST", "submission", &headers, body).await
    };
    let none = post("text/xml", told("one", "", "A", 1).as_bytes()).await;
    assert!(none.text().contains("Required multipart POST field xml_submission_file missing."));
    let unbound = post("multipart/form-data", b"").await;
    assert_eq!(unbound.status, 400);
    let unbound: Value = serde_json::from_slice(&unbound.body).unwrap();
    let message = "Multipart form content failed to parse.";
    assert_eq!(
        unbound,
        json!({ "message": message, "code": 400.39, "details": "Multipart: Boundary not found" })
    );
    let (kind, body) = multipart(&[("xml_submission_file", b"<test")]);
    let strange = post(&kind, &body).await;
    assert!(strange.text().to_lowercase().contains("form id") || strange.status == 400, "{}", strange.text());
}

#[tokio::test]
async fn a_draft_is_tried_out_apart_from_the_form() {
    let project = begin().await;
    let at = "forms/person/draft/submissions";
    assert_eq!(post(&project, at, &told("one", "", "A", 1)).await.code(), "404.1");
    assert_eq!(project.json("POST", "forms/person/draft", NOTHING).await.status, 200);
    assert_eq!(get(&project, at).await.text(), "[]");
    assert_eq!(post(&project, at, &told("one", "", "A", 1)).await.value()["instanceId"], "one");
    let wrong = told("two", "", "B", 2).replace("id=\"person\"", "id=\"person\" version=\"-1\"");
    assert_eq!(post(&project, at, &wrong).await.status, 200, "whatever version it says");
    assert_eq!(post(&project, at, &told("one", "", "A", 1)).await.code(), "409.3");
    assert_eq!(get(&project, &format!("{at}/one.xml")).await.text(), told("one", "", "A", 1));
    assert_eq!(get(&project, "forms/person/submissions/one").await.code(), "404.1");
    assert_eq!(get(&project, "forms/person/submissions").await.text(), "[]");
    let rows = get(&project, "forms/person/draft.svc/Submissions").await.value();
    assert_eq!(rows["value"].as_array().unwrap().len(), 2);
    let csv = get(&project, "forms/person/draft/submissions.csv").await.text();
    assert_eq!(csv.lines().count(), 3);
    // The published form has a submission of the same id, and nothing gets in the way of the other.
    assert_eq!(post(&project, "forms/person/submissions", &told("one", "", "A", 1)).await.status, 200);
    assert_eq!(project.json("DELETE", "forms/person/submissions/one", NOTHING).await.status, 200);
    assert_eq!(project.json("POST", "forms/person/submissions/one/restore", NOTHING).await.status, 200);

    // By the draft's own address, without a login.
    let draft = get(&project, "forms/person/draft").await.value();
    let token = draft["draftToken"].as_str().unwrap();
    let address = format!("/v1/test/{token}/projects/{}/forms/person/draft/submission", project.id);
    let (kind, body) = multipart(&[("xml_submission_file", told("three", "", "C", 3).as_bytes())]);
    let headers = [("Content-Type", kind.as_str()), ("X-OpenRosa-Version", "1.0")];
    let sent = project.server.send("POST", &address, &headers, &body).await;
    assert_eq!(sent.status, 201, "{}", sent.text());
    assert_eq!(get(&project, &format!("{at}/three")).await.value()["submitterId"], NOTHING);
    let wrong = address.replace(token, "nonsense");
    assert_eq!(project.server.send("POST", &wrong, &headers, &body).await.status, 404);

    // Another draft begins with none.
    assert_eq!(project.json("POST", "forms/person/draft", NOTHING).await.status, 200);
    assert_eq!(get(&project, at).await.text(), "[]");
    assert_eq!(get(&project, &format!("{at}/one")).await.code(), "404.1");
}
