//! What a script does through the REST API.

use serde_json::{Value, json};

use crate::forms::{visit, visited};
use crate::wire::{EMAIL, PASSWORD, Project, Server};

const NOTHING: Value = Value::Null;

#[tokio::test]
async fn logging_in_and_out() {
    let server = Server::start().await;
    let wrong = json!({ "email": EMAIL, "password": "wrong" });
    let answer = server.json("POST", "/v1/sessions", "", wrong).await;
    assert_eq!((answer.status, answer.code().as_str()), (401, "401.2"));
    let answer = server.json("POST", "/v1/sessions", "", json!({ "email": EMAIL })).await;
    assert_eq!(answer.code(), "400.3");
    let answer = server.send("POST", "/v1/sessions", &[], b"{").await;
    assert_eq!(answer.code(), "400.1");
    let answer = server.json("GET", "/v1/users/current", "x", NOTHING).await;
    assert_eq!((answer.status, answer.code().as_str()), (401, "401.2"));

    let session =
        server.json("POST", "/v1/sessions", "", json!({ "email": EMAIL, "password": PASSWORD })).await;
    let session = session.value();
    let token = session["token"].as_str().unwrap();
    assert!(session["expiresAt"].as_str().unwrap().ends_with('Z'));
    let user = server.json("GET", "/v1/users/current", token, NOTHING).await.value();
    assert_eq!(user["email"], EMAIL);
    assert_eq!(user["type"], "user");
    assert_eq!(server.json("DELETE", "/v1/sessions/current", token, NOTHING).await.value()["success"], true);
    assert_eq!(server.json("GET", "/v1/users/current", token, NOTHING).await.status, 401);

    for path in ["/v1/nothing", "/v1/projects/1", "/v1/projects/x/forms"] {
        let answer = server.get(path).await;
        assert!(matches!(answer.code().as_str(), "404.1" | "400.11"), "{path}");
    }
    assert_eq!(server.get("/v1/nothing").await.code(), "404.1");
    let answer = server.send("PUT", "/v1/projects", &[], b"").await;
    assert_eq!((answer.status, answer.code().as_str()), (405, "405.1"));
}

#[tokio::test]
async fn a_project_from_nothing_to_its_table() {
    let project = Project::begin().await;
    let told =
        project.server.json("GET", &format!("/v1/projects/{}", project.id), &project.session, NOTHING).await;
    assert_eq!(told.value()["name"], "시험");
    let all = project.server.json("GET", "/v1/projects", &project.session, NOTHING).await.value();
    assert_eq!(all.as_array().unwrap().len(), 1);

    let form = project.upload(&visit("visit", "1"), "?publish=true").await.value();
    assert_eq!(form["xmlFormId"], "visit");
    assert_eq!(form["version"], "1");
    assert!(form["publishedAt"].is_string());
    assert_eq!(project.upload(&visit("visit", "1"), "?publish=true").await.code(), "409.3");
    assert_eq!(project.upload("<html/>", "").await.code(), "400.2");
    assert_eq!(project.upload("nonsense", "").await.status, 400);
    let phones = project.json("GET", "app-users", NOTHING).await.value();
    let assignment = format!("forms/visit/assignments/app-user/{}", phones[0]["id"]);
    assert_eq!(project.json("POST", &assignment, NOTHING).await.value()["success"], true);
    assert_eq!(project.json("POST", "forms/visit/assignments/app-user/99999", NOTHING).await.code(), "404.1");

    // A new version by way of a draft.
    let bearer = format!("Bearer {}", project.session);
    let headers = [("Content-Type", "application/xml"), ("Authorization", bearer.as_str())];
    let draft = format!("/v1/projects/{}/forms/visit/draft", project.id);
    let sent = project.server.send("POST", &draft, &headers, visit("visit", "2").as_bytes()).await;
    assert_eq!(sent.value()["success"], true);
    assert_eq!(project.json("POST", "forms/visit/draft/publish", NOTHING).await.value()["success"], true);
    assert_eq!(project.json("GET", "forms/visit", NOTHING).await.value()["version"], "2");
    let definition = project.json("GET", "forms/visit.xml", NOTHING).await;
    assert_eq!(definition.text(), visit("visit", "2"));

    // Submissions.
    let submissions = format!("/v1/projects/{}/forms/visit/submissions", project.id);
    let post = async |xml: &str| project.server.send("POST", &submissions, &headers, xml.as_bytes()).await;
    let sent = post(&visited("visit", "2", "uuid:1", "", "")).await.value();
    assert_eq!(sent["instanceId"], "uuid:1");
    assert_eq!(sent["currentVersion"]["instanceId"], "uuid:1");
    assert_eq!(post(&visited("visit", "2", "uuid:1", "", "")).await.code(), "409.3");
    assert_eq!(post(&visited("other", "2", "uuid:2", "", "")).await.code(), "400.8");
    assert_eq!(post("<data").await.code(), "400.2");
    assert_eq!(post(&visited("visit", "2", "uuid:3", "", "")).await.status, 200);

    let list = project.json("GET", "forms/visit/submissions", NOTHING).await.value();
    assert_eq!(list.as_array().unwrap().len(), 2);
    let list = project.json("GET", "forms/visit/submissions?limit=1&offset=1", NOTHING).await.value();
    assert_eq!(list[0]["instanceId"], "uuid:1");
    let one = project.json("GET", "forms/visit/submissions/uuid%3A1", NOTHING).await.value();
    assert_eq!(one["reviewState"], NOTHING);

    // Identity stays sealed here; the rest opens for who holds the key and has unlocked.
    let xml = project.json("GET", "forms/visit/submissions/uuid:1.xml", NOTHING).await;
    assert_eq!((xml.status, xml.header("content-type")), (200, Some("application/xml; charset=utf-8")));
    let xml = xml.text();
    assert!(xml.contains("<site>평양 어린이집</site><remark>Seen &amp; weighed</remark><name/>"), "{xml}");
    assert!(xml.contains("<person><age>7</age></person><person><age>9</age></person>"), "{xml}");
    let csv = project.json("GET", "forms/visit/submissions.csv", NOTHING).await;
    assert_eq!(csv.status, 200);
    let csv = csv.text();
    assert_eq!(csv.lines().count(), 3, "{csv}");
    assert!(csv.contains("Seen & weighed") && !csv.contains("김영희"), "{csv}");
    let empty = project.upload(&visit("empty", "1"), "?publish=true").await;
    assert_eq!(empty.status, 200);
    assert_eq!(project.json("GET", "forms/empty/submissions", NOTHING).await.text(), "[]");
}

#[tokio::test]
async fn what_was_sent_comes_back_to_the_byte_where_no_identity_is_in_it() {
    let project = Project::begin().await;
    let plain = visit("plain", "1").replace("dg:class=\"identity\"", "dg:class=\"sensitive\"");
    assert_eq!(project.upload(&plain, "?publish=true").await.status, 200);
    let xml = visited("plain", "1", "uuid:1", "", "");
    assert_eq!(project.submit(&[("xml_submission_file", xml.as_bytes())]).await.status, 201);
    assert_eq!(project.json("GET", "forms/plain/submissions/uuid:1.xml", NOTHING).await.text(), xml);
}

#[tokio::test]
async fn a_member_without_a_role_learns_no_more_of_a_project_than_that_it_is_there() {
    let project = Project::begin().await;
    let new = desk::NewMember {
        email: "other@example.org",
        name: "Other",
        password: PASSWORD,
        administrator: false,
        language: "",
    };
    project.server.desk.add_member(new).await.unwrap();
    let login = json!({ "email": "other@example.org", "password": PASSWORD });
    let session = project.server.json("POST", "/v1/sessions", "", login).await.value();
    let token = session["token"].as_str().unwrap();
    let server = &project.server;
    assert_eq!(server.json("GET", "/v1/projects", token, NOTHING).await.value(), json!([]));
    let path = format!("/v1/projects/{}", project.id);
    assert_eq!(server.json("GET", &path, token, NOTHING).await.code(), "403.1");
    assert_eq!(server.json("GET", "/v1/projects/99", token, NOTHING).await.code(), "404.1");
    assert_eq!(server.json("POST", "/v1/projects", token, json!({ "name": "x" })).await.code(), "403.1");
}
