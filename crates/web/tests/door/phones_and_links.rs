//! Phones that are assigned forms one by one, and public links.

use serde_json::{Value, json};

use crate::accounts::person;
use crate::forms::{visit, visited};
use crate::wire::{Project, multipart};

const NOTHING: Value = Value::Null;

#[tokio::test]
async fn a_phone_fills_what_it_was_assigned() {
    let project = Project::begin().await;
    for form in ["one", "two"] {
        assert_eq!(project.upload(&visit(form, "1"), "?publish=true").await.status, 200);
    }
    let phone = project.json("POST", "app-users", json!({ "displayName": "Phone 2" })).await.value();
    let token = phone["token"].as_str().unwrap();
    let at = |path: &str| format!("/v1/key/{token}/projects/{}/{path}", project.id);
    let list = project.server.get(&at("formList")).await.text();
    assert!(!list.contains("<xform>"), "{list}");
    assert_eq!(project.server.get(&at("forms/one.xml")).await.status, 403);
    let assignment = format!("forms/one/assignments/app-user/{}", phone["id"]);
    assert_eq!(project.json("POST", &assignment, NOTHING).await.status, 200);
    let (chelsea, _) = person(&project, "chelsea").await;
    let of_member = format!("forms/one/assignments/app-user/{chelsea}");
    assert_eq!(project.json("POST", &of_member, NOTHING).await.code(), "501.1");
    let told = project.json("GET", "forms/one/assignments", NOTHING).await.value();
    assert_eq!(told, json!([{ "actorId": phone["id"], "roleId": 2 }]));
    let list = project.server.get(&at("formList")).await.text();
    assert!(list.contains("<formID>one</formID>") && !list.contains("<formID>two</formID>"), "{list}");
    assert!(list.contains(&format!("/v1/key/{token}/projects/{}/forms/one.xml", project.id)), "{list}");
    assert_eq!(project.server.get(&at("forms/one.xml")).await.text(), visit("one", "1"));
    assert_eq!(project.server.get(&at("forms/two.xml")).await.status, 403);
    for (form, status) in [("one", 201), ("two", 403)] {
        let xml = visited(form, "1", &format!("uuid:{form}"), "", "");
        let (kind, body) = multipart(&[("xml_submission_file", xml.as_bytes())]);
        let headers = [("X-OpenRosa-Version", "1.0"), ("Content-Type", kind.as_str())];
        assert_eq!(project.server.send("POST", &at("submission"), &headers, &body).await.status, status);
    }
    let whole = visited("one", "1", "uuid:whole", "", "");
    let headers = [("Content-Type", "application/xml")];
    let sent = project.server.send("POST", &at("forms/one/submissions"), &headers, whole.as_bytes()).await;
    let sent = sent.value();
    assert_eq!((sent["instanceId"].as_str(), &sent["submitterId"]), (Some("uuid:whole"), &phone["id"]));
    // A phone reads nothing.
    for path in ["forms", "app-users", "forms/one/submissions"] {
        assert_eq!(project.server.get(&at(path)).await.code(), "403.1", "{path}");
    }
    let own = format!("/v1/key/{token}/users/current");
    assert_eq!(project.server.get(&own).await.code(), "404.1");
    let restored = project.server.get(&format!("/v1/key/{token}/sessions/restore")).await.value();
    assert_eq!(restored["expiresAt"], "9999-12-31T23:59:59.000Z");
    assert_eq!(project.json("DELETE", &assignment, NOTHING).await.status, 200);
    assert_eq!(project.json("DELETE", &assignment, NOTHING).await.code(), "404.1");
    assert_eq!(project.server.get(&at("forms/one.xml")).await.status, 403);
}

#[tokio::test]
async fn phones_are_told_newest_first_and_what_was_revoked_last() {
    let project = Project::begin().await;
    let mut tokens = Vec::new();
    for name in ["a", "b", "c"] {
        let phone = project.json("POST", "app-users", json!({ "displayName": name })).await.value();
        tokens.push((phone["id"].as_i64().unwrap(), phone["token"].as_str().unwrap().to_owned()));
    }
    let ended = format!("/v1/sessions/{}", tokens[1].1);
    assert_eq!(project.server.json("DELETE", &ended, &project.session, NOTHING).await.status, 200);
    let told = project.json("GET", "app-users", NOTHING).await.value();
    let names: Vec<&str> =
        told.as_array().unwrap().iter().map(|one| one["displayName"].as_str().unwrap()).collect();
    assert_eq!(names, ["c", "a", "Phone 1", "b"]);
    assert_eq!((&told[3]["token"], told[0]["token"].as_str()), (&NOTHING, Some(tokens[2].1.as_str())));
    let headers =
        [("Authorization", &*format!("Bearer {}", project.session)), ("X-Extended-Metadata", "true")];
    let path = format!("/v1/projects/{}/app-users", project.id);
    let told = project.server.send("GET", &path, &headers, b"").await.value();
    assert_eq!(told[0]["createdBy"]["displayName"], "Lead");
    let path = format!("app-users/{}", tokens[0].0);
    assert_eq!(project.json("DELETE", &path, NOTHING).await.status, 200);
    assert_eq!(project.json("DELETE", &path, NOTHING).await.code(), "404.1");
    assert_eq!(project.json("GET", "app-users", NOTHING).await.value().as_array().unwrap().len(), 3);
    let nobody = format!("/v1/projects/{}/app-users", project.id);
    assert_eq!(project.server.send("GET", &nobody, &[], b"").await.code(), "403.1");
}

#[tokio::test]
async fn a_public_link_opens_one_form_until_it_is_ended() {
    let project = Project::begin().await;
    for form in ["one", "two"] {
        assert_eq!(project.upload(&visit(form, "1"), "?publish=true").await.status, 200);
    }
    let (_, chelsea) = person(&project, "chelsea").await;
    let path = format!("/v1/projects/{}/forms/one/public-links", project.id);
    let wanted = json!({ "displayName": "Open day", "once": true });
    assert_eq!(project.server.json("POST", &path, &chelsea, wanted.clone()).await.code(), "403.1");
    let link = project.json("POST", "forms/one/public-links", wanted).await.value();
    assert_eq!((link["type"].as_str(), link["once"].as_bool()), (Some("public_link"), Some(true)));
    let token = link["token"].as_str().unwrap();
    let at = |path: &str| format!("/v1/projects/{}/{path}?st={token}", project.id);
    assert_eq!(project.server.get(&at("forms/one.xml")).await.text(), visit("one", "1"));
    assert_eq!(project.server.get(&at("forms/two.xml")).await.status, 403);
    let xml = visited("one", "1", "uuid:1", "", "");
    let (kind, body) = multipart(&[("xml_submission_file", xml.as_bytes())]);
    let headers = [("X-OpenRosa-Version", "1.0"), ("Content-Type", kind.as_str())];
    assert_eq!(project.server.send("POST", &at("submission"), &headers, &body).await.status, 201);
    // It is no phone.
    let phones = project.json("GET", "app-users", NOTHING).await.value();
    assert_eq!(phones.as_array().unwrap().len(), 1);
    let told = project.json("GET", "forms/one/public-links", NOTHING).await.value();
    assert_eq!(told[0]["token"], link["token"]);
    assert_eq!(project.json("GET", "forms/two/public-links", NOTHING).await.value(), json!([]));
    let of_other = format!("forms/two/public-links/{}", link["id"]);
    assert_eq!(project.json("DELETE", &of_other, NOTHING).await.code(), "404.1");
    let own = format!("forms/one/public-links/{}", link["id"]);
    assert_eq!(project.json("DELETE", &own, NOTHING).await.status, 200);
    assert_eq!(project.json("GET", "forms/one/public-links", NOTHING).await.value(), json!([]));
    assert_eq!(project.server.get(&at("forms/one.xml")).await.status, 403);
}
