//! What ODK Collect does, from the QR to an edited submission.

use crate::forms::{founded, sites, visit, visited};
use crate::wire::{Project, multipart};

async fn with_visit() -> Project {
    let project = Project::begin().await;
    assert_eq!(project.upload(&visit("visit", "1"), "?publish=true").await.status, 200);
    project
}

fn between<'t>(text: &'t str, start: &str, end: &str) -> &'t str {
    let (_, rest) = text.split_once(start).unwrap_or_else(|| panic!("no {start} in {text}"));
    rest.split(end).next().unwrap()
}

fn path_of(url: &str) -> &str {
    url.strip_prefix("http://door.example").unwrap_or_else(|| panic!("{url} leads elsewhere"))
}

#[tokio::test]
async fn a_phone_lists_and_downloads_forms() {
    let project = with_visit().await;
    assert_eq!(project.upload(&visit("visit 2/ä", ""), "?publish=true").await.status, 200);
    assert_eq!(project.upload(&visit("unfinished", "1"), "").await.status, 200);

    let list = project.server.get(&project.phone("formList")).await;
    assert_eq!((list.status, list.header("content-type")), (200, Some("text/xml; charset=utf-8")));
    list.has_openrosa_headers();
    let text = list.text();
    assert!(text.contains("<xforms xmlns=\"http://openrosa.org/xforms/xformsList\">"), "{text}");
    assert_eq!(text.matches("<xform>").count(), 2, "drafts are not for phones: {text}");
    assert!(text.contains("<name>Visit &amp; 방문</name>"), "{text}");
    assert!(text.contains("<formID>visit 2/ä</formID>"), "{text}");
    assert!(!text.contains("manifestUrl"), "the form has no files: {text}");

    let one = project.server.get(&project.phone("formList?formID=visit")).await.text();
    assert_eq!(one.matches("<xform>").count(), 1);
    let hash = between(&one, "<hash>md5:", "</hash>").to_owned();
    let address = between(&one, "<downloadUrl>", "</downloadUrl>").to_owned();
    let form = project.server.get(path_of(&address)).await;
    assert_eq!(form.status, 200);
    form.has_openrosa_headers();
    assert_eq!(form.text(), visit("visit", "1"));
    use md5::Digest;
    assert_eq!(hash, hex::encode(md5::Md5::digest(&form.body)), "the hash is the file's");

    let strange = between(&text, "/forms/visit%202%2F%C3%A4", "</downloadUrl>");
    assert_eq!(strange, ".xml");
    let form = project.server.get(&project.phone("forms/visit%202%2F%C3%A4.xml")).await;
    assert_eq!(form.status, 200);

    project.server.get(&project.phone("forms/unfinished.xml")).await.refused(404);
    // Central tells its clients of a form at this address, phones too.
    assert_eq!(project.server.get(&project.phone("forms/visit")).await.value()["xmlFormId"], "visit");
}

#[tokio::test]
async fn a_phone_sends_the_same_submission_until_it_is_whole() {
    let project = with_visit().await;
    let head = project
        .server
        .send("HEAD", &project.phone("submission"), &[("X-OpenRosa-Version", "1.0")], b"")
        .await;
    assert_eq!(head.status, 204);
    head.has_openrosa_headers();
    assert_eq!(path_of(head.header("location").unwrap()), project.phone("submission"));

    let xml = visited("visit", "1", "uuid:1", "", "사진 1.jpg");
    let parts: [(&str, &[u8]); 2] = [("xml_submission_file", xml.as_bytes()), ("*isIncomplete*", b"yes")];
    let first = project.submit(&parts).await;
    assert_eq!(first.status, 201, "{}", first.text());
    first.has_openrosa_headers();
    assert!(first.text().contains("<OpenRosaResponse xmlns=\"http://openrosa.org/http/response\""));
    assert!(first.text().contains("full submission upload was successful!"));
    assert_eq!(project.server.files().0.len(), 0);

    // The file comes later, and before the XML.
    let photo = vec![7_u8; 300_000];
    let parts: [(&str, &[u8]); 2] = [("사진 1.jpg", &photo), ("xml_submission_file", xml.as_bytes())];
    let second = project.submit(&parts).await;
    assert_eq!((second.status, second.text()), (201, first.text()));
    let third = project.submit(&parts).await;
    assert_eq!(third.status, 201);
    assert_eq!(project.server.files().0.len(), 1, "one photo, once");
    assert_eq!(project.server.files().1.len(), 0);
    assert_eq!(project.server.rows("submission").await, 1);

    let different = xml.replace("weighed", "not weighed");
    let message = project.submit(&[("xml_submission_file", different.as_bytes())]).await.refused(409);
    assert!(message.contains("different XML"), "{message}");
    assert_eq!(project.server.rows("submission_version").await, 1);
}

#[tokio::test]
async fn an_edit_replaces_what_it_names() {
    let project = with_visit().await;
    let send = async |xml: String| project.submit(&[("xml_submission_file", xml.as_bytes())]).await;
    let edit = |new: &str, old: &str| {
        let old = format!("<orx:deprecatedID>{old}</orx:deprecatedID>");
        visited("visit", "1", new, &old, "")
    };
    assert_eq!(send(visited("visit", "1", "uuid:a", "", "")).await.status, 201);
    assert_eq!(send(edit("uuid:b", "uuid:a")).await.status, 201);
    assert_eq!(send(edit("uuid:b", "uuid:a")).await.status, 201, "the same edit again");
    send(edit("uuid:c", "uuid:a")).await.refused(409);
    send(edit("uuid:d", "uuid:nobody")).await.refused(404);
    assert_eq!(project.server.rows("submission").await, 1);
    assert_eq!(project.server.rows("submission_version").await, 2);
}

#[tokio::test]
async fn registries_go_out_as_entity_lists() {
    let project = Project::begin().await;
    assert_eq!(project.upload(&sites("1"), "").await.status, 200);
    let bearer = format!("Bearer {}", project.session);
    let headers = [("Content-Type", "image/png"), ("Authorization", bearer.as_str())];
    let picture = format!("/v1/projects/{}/forms/sites/draft/attachments/map.png", project.id);
    assert_eq!(project.server.send("POST", &picture, &headers, b"picture").await.status, 200);
    assert_eq!(project.json("POST", "forms/sites/draft/publish", ().into()).await.status, 200);

    let list = project.server.get(&project.phone("formList")).await.text();
    let manifest = between(&list, "<manifestUrl>", "</manifestUrl>").to_owned();
    let before = project.server.get(path_of(&manifest)).await;
    before.has_openrosa_headers();
    let text = before.text();
    assert!(text.contains("<manifest xmlns=\"http://openrosa.org/xforms/xformsManifest\">"), "{text}");
    assert_eq!(text.matches("<mediaFile").count(), 2, "{text}");
    let entities = between(&text, "<mediaFile type=\"entityList\">", "</mediaFile>");
    assert_eq!(between(entities, "<filename>", "<"), "sites.csv");
    let hash = between(entities, "<hash>md5:", "<").to_owned();

    let address = path_of(between(entities, "<downloadUrl>", "<")).to_owned();
    let csv = project.server.get(&address).await;
    assert_eq!(csv.header("etag"), Some(format!("\"{hash}\"").as_str()));
    assert!(csv.text().starts_with("name,label,__version"), "{}", csv.text());
    let etag = format!("\"{hash}\"");
    let again = project.server.send("GET", &address, &[("If-None-Match", &etag)], b"").await;
    assert_eq!((again.status, again.body.len()), (304, 0));

    let xml = founded("1", 1, "Nampo, \"west\"");
    assert_eq!(project.submit(&[("xml_submission_file", xml.as_bytes())]).await.status, 201);
    let csv = project.server.get(&address).await;
    assert_ne!(csv.header("etag"), Some(etag.as_str()), "the hash changes with the registry");
    assert!(csv.text().contains("00000000-0000-4000-8000-000000000001"), "{}", csv.text());
    assert!(csv.text().contains("\"Nampo, \"\"west\"\"\""), "{}", csv.text());

    let integrity = path_of(between(entities, "<integrityUrl>", "<")).to_owned();
    let asked = format!("{integrity}?id=00000000-0000-4000-8000-000000000001");
    let known = project.server.get(&asked).await;
    known.has_openrosa_headers();
    assert_eq!(between(&known.text(), "<entity id=\"", "\""), "00000000-0000-4000-8000-000000000001");
    assert_eq!(between(&known.text(), "<deleted>", "<"), "false");

    let picture = project.server.get(&project.phone("forms/sites/attachments/map.png")).await;
    assert_eq!((picture.header("content-type"), picture.text().as_str()), (Some("image/png"), "picture"));
    project.server.get(&project.phone("forms/sites/attachments/other.png")).await.refused(404);
}

#[tokio::test]
async fn members_use_the_same_door() {
    let project = with_visit().await;
    let path = |path: &str| format!("/v1/projects/{}/{path}", project.id);
    let xml = visited("visit", "1", "uuid:m", "", "");
    let (kind, body) = multipart(&[("xml_submission_file", xml.as_bytes())]);
    let post = async |headers: &[(&str, &str)]| {
        let mut all = vec![("Content-Type", kind.as_str())];
        all.extend_from_slice(headers);
        project.server.send("POST", &path("submission"), &all, &body).await
    };
    let bearer = format!("Bearer {}", project.session);
    assert_eq!(post(&[("Authorization", &bearer)]).await.status, 201);
    // lead@example.org:correct horse battery
    let basic = "Basic bGVhZEBleGFtcGxlLm9yZzpjb3JyZWN0IGhvcnNlIGJhdHRlcnk=";
    let sessions = project.server.rows("session").await;
    for _ in 0..3 {
        assert_eq!(post(&[("Authorization", basic)]).await.status, 201);
    }
    assert_eq!(project.server.rows("session").await, sessions + 1, "one login for many requests");
    let wrong = post(&[("Authorization", "Basic bGVhZEBleGFtcGxlLm9yZzp3cm9uZw==")]).await;
    assert_eq!(wrong.status, 401);

    let cookie = format!("session={}", project.session);
    let own = ("Sec-Fetch-Site", "same-origin");
    assert_eq!(post(&[("Cookie", &cookie), own]).await.status, 201);
    post(&[("Cookie", &cookie), ("Sec-Fetch-Site", "cross-site")]).await.refused(403);
    post(&[("Cookie", &cookie), ("Origin", "https://evil.example")]).await.refused(403);
    post(&[]).await.refused(401);
    let listed = project.server.send("GET", &path("formList"), &[("Cookie", &cookie)], b"").await;
    assert!(listed.text().contains(&path("forms/visit.xml")), "{}", listed.text());
    assert_eq!(project.server.rows("submission").await, 1);
}

#[tokio::test]
async fn a_phone_that_is_not_known_learns_nothing() {
    let project = with_visit().await;
    let other = project.token.replace(|c: char| c.is_ascii_alphabetic(), "A");
    for token in [other.as_str(), "short", "%00", "..%2F.."] {
        let path = format!("/v1/key/{token}/projects/{}/formList", project.id);
        project.server.get(&path).await.refused(403);
    }
    let elsewhere = format!("/v1/key/{}/projects/999/formList", project.token);
    project.server.get(&elsewhere).await.refused(403);
    assert_eq!(project.server.get(&project.phone("app-users")).await.code(), "403.1");
    project.server.send("PUT", &project.phone("submission"), &[], b"").await.refused(405);
    let version = [("X-OpenRosa-Version", "2.0")];
    project.server.send("GET", &project.phone("formList"), &version, b"").await.refused(400);

    let korean = [("Accept-Language", "ko-KR")];
    let path = format!("/v1/key/short/projects/{}/formList", project.id);
    let message = project.server.send("GET", &path, &korean, b"").await.refused(403);
    assert!(message.contains("휴대전화"), "{message}");

    let phones = project.json("GET", "app-users", ().into()).await.value();
    let id = phones[0]["id"].as_i64().unwrap();
    assert_eq!(phones[0]["token"].as_str(), Some(project.token.as_str()));
    assert_eq!(project.json("DELETE", &format!("app-users/{id}"), ().into()).await.status, 200);
    project.server.get(&project.phone("formList")).await.refused(403);
    let head = project.server.send("HEAD", &project.phone("submission"), &[], b"").await;
    assert_eq!((head.status, head.body.len()), (403, 0));
    head.has_openrosa_headers();
}

#[tokio::test]
async fn what_was_encrypted_on_the_phone_is_kept_as_it_is() {
    let project = Project::begin().await;
    let key = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA";
    let submission = format!("<submission base64RsaPublicKey=\"{key}\"/></model>");
    let form = visit("visit", "1").replace("</model>", &submission);
    assert_eq!(project.upload(&form, "?publish=true").await.status, 200);
    let envelope = r#"<data xmlns="http://opendatakit.org/submissions" encrypted="yes" id="visit" version="1"><base64EncryptedKey>a2V5</base64EncryptedKey><orx:meta xmlns:orx="http://openrosa.org/xforms"><orx:instanceID>uuid:sealed</orx:instanceID></orx:meta><media><file>a.jpg.enc</file></media><encryptedXmlFile>submission.xml.enc</encryptedXmlFile><base64EncryptedElementSignature>c2ln</base64EncryptedElementSignature></data>"#;
    let first = project
        .submit(&[("xml_submission_file", envelope.as_bytes()), ("submission.xml.enc", b"ciphertext")])
        .await;
    assert_eq!(first.status, 201, "{}", first.text());
    let second =
        project.submit(&[("a.jpg.enc", b"picture"), ("xml_submission_file", envelope.as_bytes())]).await;
    assert_eq!(second.status, 201, "{}", second.text());
    assert_eq!(project.server.rows("submission").await, 1);
    assert_eq!(project.server.files().0.len(), 2);
}

#[tokio::test]
async fn an_archived_project_begins_nothing_and_takes_what_phones_still_hold() {
    let project = with_visit().await;
    let path = format!("/v1/projects/{}", project.id);
    let change = serde_json::json!({ "archived": true });
    let changed = project.server.json("PATCH", &path, &project.session, change).await.value();
    assert_eq!((&changed["archived"], &changed["name"]), (&true.into(), &"시험".into()));
    let list = project.server.get(&project.phone("formList")).await;
    assert!(list.status == 200 && !list.text().contains("<xform>"), "{}", list.text());
    let late = visited("visit", "1", "uuid:late", "", "");
    assert_eq!(project.submit(&[("xml_submission_file", late.as_bytes())]).await.status, 201);
    let change = serde_json::json!({ "archived": false, "description": "again" });
    project.server.json("PATCH", &path, &project.session, change).await.value();
    assert!(project.server.get(&project.phone("formList")).await.text().contains("<xform>"));
}
