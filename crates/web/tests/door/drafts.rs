//! Forms from their first draft to their removal, as Central's own users keep them.

use serde_json::{Value, json};

use crate::accounts::person;
use crate::forms::visit;
use crate::wire::{Project, Reply};

const NOTHING: Value = Value::Null;

/// A form as small as they come, whose fields can be exchanged.
fn small(version: &str, fields: &str, binds: &str) -> String {
    let version = if version.is_empty() { String::new() } else { format!(" version=\"{version}\"") };
    format!(
        "<h:html xmlns=\"http://www.w3.org/2002/xforms\" xmlns:h=\"http://www.w3.org/1999/xhtml\"><h:head>\
         <h:title>Small one</h:title><model><instance><data id=\"small\"{version}><meta><instanceID/></meta>{fields}</data>\
         </instance><bind nodeset=\"/data/meta/instanceID\" type=\"string\"/>{binds}</model></h:head></h:html>"
    )
}

fn age(version: &str) -> String {
    small(version, "<age/>", "<bind nodeset=\"/data/age\" type=\"int\"/>")
}

async fn post(project: &Project, path: &str, body: &str) -> Reply {
    let bearer = format!("Bearer {}", project.session);
    let headers = [("Content-Type", "application/xml"), ("Authorization", bearer.as_str())];
    project
        .server
        .send("POST", &format!("/v1/projects/{}/{path}", project.id), &headers, body.as_bytes())
        .await
}

fn details(reply: &Reply) -> Value {
    serde_json::from_slice::<Value>(&reply.body).unwrap()["details"].clone()
}

#[tokio::test]
async fn a_form_that_cannot_be_taken_is_told_as_central_tells_it() {
    let project = Project::begin().await;
    for (body, code) in [
        ("<hello", "400.2"),
        ("<test/>", "400.2"),
        (&*age("").replace("\"small\"", "\"small.xml\""), "400.8"),
        (&*age("").replace("\"small\"", "\"small.xlsx\""), "400.8"),
        (&*age("").replace("\"small\"", &format!("\"{}\"", "s".repeat(65))), "400.13"),
    ] {
        assert_eq!(post(&project, "forms", body).await.code(), code, "{body}");
    }
    assert_eq!(details(&post(&project, "forms", "<test/>").await), json!({ "field": "formId" }));
    assert_eq!(post(&project, "forms", &age("")).await.status, 200);
    let again = post(&project, "forms", &age("")).await;
    let expected =
        json!({ "fields": ["projectId", "xmlFormId"], "values": [project.id.to_string(), "small"] });
    assert_eq!((again.code().as_str(), details(&again)), ("409.3", expected));
    // A missing end tag is read as Central reads it, and the text stays as it came.
    let body = "<h:body><input ref=\"/data/age\"><label>How old/label></input></h:body></h:html>";
    let torn = age("").replace("\"small\"", "\"torn\"").replace("</h:html>", body);
    let told = post(&project, "forms?publish=true", &torn).await.value();
    assert_eq!(told["xmlFormId"], "torn");
    assert_eq!(project.json("GET", "forms/torn.xml", NOTHING).await.text(), torn);
}

#[tokio::test]
async fn a_draft_is_replaced_published_under_another_version_and_compared() {
    let project = Project::begin().await;
    let made = post(&project, "forms", &age("")).await.value();
    assert_eq!((made["name"].as_str(), &made["publishedAt"]), (Some("Small one"), &NOTHING));
    let token = made["draftToken"].as_str().unwrap();
    assert_eq!(token.len(), 64);
    assert_eq!(project.json("GET", "forms/small", NOTHING).await.value()["draftToken"], token);
    assert_eq!(post(&project, "forms/small/draft", "").await.code(), "400.2");
    assert_eq!(project.json("DELETE", "forms/small/draft", NOTHING).await.code(), "409.7");
    assert_eq!(post(&project, "forms/small/draft", &age("b")).await.status, 200);
    let draft = project.json("GET", "forms/small/draft", NOTHING).await.value();
    assert_eq!((draft["version"].as_str(), draft["draftToken"].as_str()), (Some("b"), Some(token)));
    assert_eq!(project.json("GET", "forms/small/versions", NOTHING).await.value(), json!([]));
    assert_eq!(post(&project, "forms/small/draft/publish", "").await.status, 200);
    assert_eq!(project.json("GET", "forms/small/draft", NOTHING).await.code(), "404.1");
    let told = project.json("GET", "forms/small", NOTHING).await.value();
    assert_eq!((told["version"].as_str(), &told["draftToken"]), (Some("b"), &NOTHING));

    // The same again under a name of its own: the text differs in that alone.
    assert_eq!(post(&project, "forms/small/draft", "").await.status, 200);
    let new = project.json("GET", "forms/small/draft", NOTHING).await.value();
    assert_ne!(new["draftToken"].as_str().unwrap(), token);
    let taken = post(&project, "forms/small/draft/publish", "").await;
    assert_eq!(
        (taken.code().as_str(), details(&taken)),
        ("409.6", json!({ "xmlFormId": "small", "version": "b" }))
    );
    let bearer = format!("Bearer {}", project.session);
    let headers = [("Authorization", bearer.as_str()), ("X-Action-Notes", "because%20of%20age")];
    let path = format!("/v1/projects/{}/forms/small/draft/publish?version=c", project.id);
    assert_eq!(project.server.send("POST", &path, &headers, b"").await.status, 200);
    assert_eq!(project.json("GET", "forms/small.xml", NOTHING).await.text(), age("c"));
    assert_eq!(project.json("GET", "forms/small/versions/b.xml", NOTHING).await.text(), age("b"));
    assert_eq!(project.json("GET", "forms/small/versions/d", NOTHING).await.code(), "404.1");
    let headers = [("Authorization", bearer.as_str()), ("X-Extended-Metadata", "true")];
    let path = format!("/v1/projects/{}/forms/small/versions", project.id);
    let versions = project.server.send("GET", &path, &headers, b"").await.value();
    assert_eq!((versions[0]["version"].as_str(), versions[1]["version"].as_str()), (Some("c"), Some("b")));
    assert_eq!(versions[0]["publishNotes"], "because of age");
    assert_eq!(versions[0]["publishedBy"]["displayName"], "Lead");

    // What was a number stays one or becomes text; a field that goes away is told before.
    let date = small("e", "<age/>", "<bind nodeset=\"/data/age\" type=\"date\"/>");
    let refused = post(&project, "forms/small/draft", &date).await;
    assert_eq!(
        (refused.code().as_str(), details(&refused)),
        ("400.17", json!({ "path": "/age", "type": "int" }))
    );
    let text = small("e", "<age/>", "<bind nodeset=\"/data/age\" type=\"string\"/>");
    assert_eq!(post(&project, "forms/small/draft", &text).await.status, 200);
    let gone = small("e", "<name/>", "<bind nodeset=\"/data/name\" type=\"string\"/>");
    let warned = post(&project, "forms/small/draft", &gone).await;
    assert_eq!(warned.code(), "400.16");
    let expected = json!([{ "type": "structureChanged", "details": ["age"] }]);
    assert_eq!(details(&warned)["warnings"]["workflowWarnings"], expected);
    assert_eq!(post(&project, "forms/small/draft?ignoreWarnings=true", &gone).await.status, 200);
    let other = gone.replace("\"small\"", "\"other\"");
    assert_eq!(post(&project, "forms/small/draft", &other).await.code(), "400.8");
    assert_eq!(project.json("DELETE", "forms/small/draft", NOTHING).await.status, 200);
    assert_eq!(project.json("DELETE", "forms/small/draft", NOTHING).await.code(), "404.1");
}

#[tokio::test]
async fn a_draft_is_tried_out_with_its_token() {
    let project = Project::begin().await;
    let with_list = small(
        "1",
        "<age/>",
        "<instance id=\"towns\" src=\"jr://file/towns.csv\"/><bind nodeset=\"/data/age\" type=\"int\"/>",
    );
    let made = post(&project, "forms", &with_list).await.value();
    let token = made["draftToken"].as_str().unwrap();
    let test = |path: &str| format!("/v1/test/{token}/projects/{}/forms/small/{path}", project.id);
    let list = project.server.get(&test("draft/formList")).await;
    assert_eq!((list.status, list.header("content-type")), (200, Some("text/xml; charset=utf-8")));
    let list = list.text();
    assert!(list.contains(&test("draft.xml")) && list.contains(&test("draft/manifest")), "{list}");
    assert_eq!(project.server.get(&test("draft.xml")).await.text(), with_list);

    let files = project.json("GET", "forms/small/draft/attachments", NOTHING).await.value();
    let nothing = json!([{ "name": "towns.csv", "type": "file", "exists": false, "blobExists": false,
        "datasetExists": false, "hash": null }]);
    assert_eq!(files, nothing);
    let bearer = format!("Bearer {}", project.session);
    let headers = [("Content-Type", "text/csv"), ("Authorization", bearer.as_str())];
    let path = format!("/v1/projects/{}/forms/small/draft/attachments/towns.csv", project.id);
    assert_eq!(project.server.send("POST", &path, &headers, b"name\nNampo").await.status, 200);
    let manifest = project.server.get(&test("draft/manifest")).await.text();
    assert!(manifest.contains(&test("draft/attachments/towns.csv")), "{manifest}");
    let file = project.server.get(&test("draft/attachments/towns.csv")).await;
    assert_eq!(
        (file.text().as_str(), file.header("content-type")),
        ("name\nNampo", Some("text/csv; charset=utf-8"))
    );
    let etag = file.header("etag").unwrap().to_owned();
    let headers = [("Authorization", bearer.as_str()), ("If-None-Match", etag.as_str())];
    assert_eq!(project.server.send("GET", &path, &headers, b"").await.status, 304);
    assert_eq!(project.json("DELETE", "forms/small/draft/attachments/towns.csv", NOTHING).await.status, 200);
    assert_eq!(
        project.json("DELETE", "forms/small/draft/attachments/towns.csv", NOTHING).await.code(),
        "404.1"
    );
    assert_eq!(
        project.json("POST", "forms/small/draft/attachments/other.csv", NOTHING).await.code(),
        "404.1"
    );

    // What tries it out is counted apart.
    let tried =
        "<data id=\"small\" version=\"1\"><meta><instanceID>uuid:1</instanceID></meta><age>7</age></data>";
    assert_eq!(post(&project, "forms/small/draft/submissions", tried).await.status, 200);
    let headers = [("Authorization", bearer.as_str()), ("X-Extended-Metadata", "true")];
    let path = format!("/v1/projects/{}/forms/small/draft", project.id);
    let draft = project.server.send("GET", &path, &headers, b"").await.value();
    assert_eq!((draft["submissions"].as_i64(), draft["lastSubmission"].is_string()), (Some(1), true));

    // The token opens nothing else, and nothing once the draft is out.
    assert_eq!(project.server.get(&test("versions")).await.status, 403);
    assert_eq!(post(&project, "forms/small/draft/publish", "").await.status, 200);
    let gone = project.server.get(&test("draft/formList")).await.refused(404);
    assert!(gone.contains("draft testing endpoint"), "{gone}");
}

#[tokio::test]
async fn a_form_is_removed_and_brought_back() {
    let project = Project::begin().await;
    assert_eq!(post(&project, "forms?publish=true", &age("1")).await.status, 200);
    let (_, chelsea) = person(&project, "chelsea").await;
    let path = format!("/v1/projects/{}/forms/small", project.id);
    assert_eq!(project.server.json("DELETE", &path, &chelsea, NOTHING).await.code(), "403.1");
    assert_eq!(project.json("DELETE", "forms/small", NOTHING).await.status, 200);
    assert_eq!(project.json("GET", "forms/small", NOTHING).await.code(), "404.1");
    let removed = project.json("GET", "forms?deleted=true", NOTHING).await.value();
    let id = removed[0]["id"].as_i64().unwrap();
    assert!(removed[0]["deletedAt"].is_string());
    assert!(project.json("GET", "forms", NOTHING).await.value().as_array().unwrap().is_empty());

    // What was published under a name once is never published again, and the removed form is told.
    let warned = post(&project, "forms", &age("1")).await;
    let expected = json!([{ "type": "deletedFormExists", "details": { "xmlFormId": "small" } }]);
    assert_eq!(details(&warned)["warnings"]["workflowWarnings"], expected);
    let taken = post(&project, "forms?publish=true&ignoreWarnings=true", &age("1")).await;
    assert_eq!(
        (taken.code().as_str(), details(&taken)),
        ("409.6", json!({ "xmlFormId": "small", "version": "1" }))
    );
    assert_eq!(project.json("POST", "forms/small/restore", NOTHING).await.code(), "400.11");
    assert_eq!(project.json("POST", "forms/99/restore", NOTHING).await.code(), "404.1");
    assert_eq!(post(&project, "forms?publish=true&ignoreWarnings=true", &age("2")).await.status, 200);
    assert_eq!(project.json("POST", &format!("forms/{id}/restore"), NOTHING).await.code(), "409.3");
    assert_eq!(project.json("DELETE", "forms/small", NOTHING).await.status, 200);
    assert_eq!(project.json("POST", &format!("forms/{id}/restore"), NOTHING).await.status, 200);
    assert_eq!(project.json("GET", "forms/small", NOTHING).await.value()["version"], "1");
}

#[tokio::test]
async fn who_fills_forms_sees_the_open_ones_and_who_reads_the_published() {
    let project = Project::begin().await;
    let (chelsea, session) = person(&project, "chelsea").await;
    for form in ["a", "b"] {
        assert_eq!(project.upload(&visit(form, "1"), "?publish=true").await.status, 200);
    }
    assert_eq!(project.upload(&visit("c", "1"), "").await.status, 200);
    let patch =
        project.json("PATCH", "forms/b", json!({ "state": "closed", "webformsEnabled": true })).await.value();
    assert_eq!((patch["state"].as_str(), patch["webformsEnabled"].as_bool()), (Some("closed"), Some(true)));
    assert_eq!(project.json("PATCH", "forms/b", json!({ "state": "coolest" })).await.code(), "400.8");
    let ids = async |session: &str| {
        let path = format!("/v1/projects/{}/forms", project.id);
        let list = project.server.json("GET", &path, session, NOTHING).await.value();
        let ids = list.as_array().unwrap().iter().map(|form| form["xmlFormId"].as_str().unwrap().to_owned());
        ids.collect::<Vec<String>>()
    };
    assert_eq!(ids(&project.session).await, ["a", "b", "c"]);
    assert_eq!(project.json("POST", &format!("assignments/formfill/{chelsea}"), NOTHING).await.status, 200);
    assert_eq!(ids(&session).await, ["a"]);
    let path = format!("/v1/projects/{}/forms/b.xml", project.id);
    assert_eq!(project.server.json("GET", &path, &session, NOTHING).await.status, 403);
    assert_eq!(project.json("POST", &format!("assignments/viewer/{chelsea}"), NOTHING).await.status, 200);
    assert_eq!(ids(&session).await, ["a", "b"]);
    let headers = [("Authorization", &*format!("Bearer {session}")), ("X-Extended-Metadata", "true")];
    let path = format!("/v1/projects/{}/forms/a", project.id);
    let told = project.server.send("GET", &path, &headers, b"").await.value();
    assert_eq!(told["reviewStates"], json!({ "received": 0, "hasIssues": 0, "edited": 0 }));
    assert_eq!(told["createdBy"]["displayName"], "Lead");
    let fields = project.json("GET", "forms/a/fields", NOTHING).await.value();
    assert!(
        fields.as_array().unwrap().contains(&json!({ "name": "instanceID", "path": "/meta/instanceID",
        "type": "string", "binary": null, "selectMultiple": null })),
        "{fields}"
    );
}
