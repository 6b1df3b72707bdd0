//! What should not be sent: each gets the answer that an ODK client understands and leaves nothing behind.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::forms::{visit, visited};
use crate::wire::{Project, Server, multipart};

async fn begin() -> Project {
    let project = Project::begin().await;
    assert_eq!(project.upload(&visit("visit", "1"), "?publish=true").await.status, 200);
    project
}

/// Nothing was kept, and the next submission is taken.
async fn assert_untouched(project: &Project) {
    assert_eq!(project.server.rows("submission").await, 0);
    assert_eq!(project.server.rows("submission_version").await, 0);
    assert_eq!(project.server.rows("attachment").await, 0);
    // A file whose connection broke is removed by the task that notices it.
    for _ in 0..200 {
        if project.server.files().1.is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(project.server.files(), (Vec::new(), Vec::new()));
}

async fn refused(project: &Project, parts: &[(&str, &[u8])], status: u16) -> String {
    let message = project.submit(parts).await.refused(status);
    assert_untouched(project).await;
    message
}

#[tokio::test]
async fn xml_that_is_no_submission() {
    let project = begin().await;
    let good = visited("visit", "1", "uuid:1", "", "");
    let deep = format!("<data id=\"visit\">{}{}</data>", "<a>".repeat(5000), "</a>".repeat(5000));
    let wide = format!("<data id=\"visit\">{}</data>", "<a/>".repeat(120_000));
    let bomb = format!(
        "<!DOCTYPE d [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]>{}",
        good.replace("<?xml version='1.0' ?>", "").replace("평양", "&b;")
    );
    let file =
        good.replace("<?xml version='1.0' ?>", "<!DOCTYPE d [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>");
    let utf16: Vec<u8> = good.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let euc_kr = [good.split_once("평양").unwrap().0.as_bytes(), b"\xc6\xf2\xbe\xe7</site></data>"].concat();
    let cases: [(&str, &[u8], u16); 10] = [
        ("empty", b"", 400),
        ("not XML", b"site=1", 400),
        ("cut short", &good.as_bytes()[..200], 400),
        ("no form id", b"<data><a/></data>", 400),
        ("deep", deep.as_bytes(), 413),
        ("wide", wide.as_bytes(), 413),
        ("entities", bomb.as_bytes(), 400),
        ("outside file", file.as_bytes(), 400),
        ("UTF-16", &utf16, 400),
        ("EUC-KR", &euc_kr, 400),
    ];
    for (name, xml, status) in cases {
        let reply = project.submit(&[("xml_submission_file", xml)]).await;
        assert_eq!(reply.status, status, "{name}: {}", reply.text());
        reply.refused(status);
        assert_untouched(&project).await;
    }
    let message = refused(&project, &[("xml_submission_file", &vec![b' '; 5 << 20])], 413).await;
    assert!(message.contains("4 MiB"), "{message}");
}

#[tokio::test]
async fn the_wrong_form() {
    let project = begin().await;
    for (form, version) in [("other", "1"), ("visit", "0"), ("visit", "2")] {
        let xml = visited(form, version, "uuid:1", "", "");
        refused(&project, &[("xml_submission_file", xml.as_bytes())], 404).await;
    }
    let bearer = format!("Bearer {}", project.session);
    let session = project.server.desk.session(&project.session).await.unwrap();
    let seat = project.server.desk.seat(&session, project.id).await.unwrap();
    let form = project.server.desk.form(project.id, "visit").await.unwrap();
    project.server.desk.set_form_state(&seat.may().unwrap(), &form, "closed").await.unwrap();
    let xml = visited("visit", "1", "uuid:1", "", "");
    refused(&project, &[("xml_submission_file", xml.as_bytes())], 409).await;
    let _ = bearer;
}

#[tokio::test]
async fn multipart_that_is_none() {
    let project = begin().await;
    let xml = visited("visit", "1", "uuid:1", "", "a.jpg");
    let (kind, body) = multipart(&[("xml_submission_file", xml.as_bytes())]);
    let server = &project.server;
    let post = async |kind: &str, body: &[u8]| {
        server.send("POST", &project.phone("submission"), &[("Content-Type", kind)], body).await
    };
    post("text/xml", xml.as_bytes()).await.refused(400);
    post("application/x-www-form-urlencoded", b"a=b").await.refused(400);
    server.send("POST", &project.phone("submission"), &[], &body).await.refused(400);
    post("multipart/form-data", &body).await.refused(400);
    post("multipart/form-data; boundary=other", &body).await.refused(400);
    post(&kind, b"").await.refused(400);
    post(&kind, &body[..body.len() - 20]).await.refused(400);
    post(&kind, b"--frontier\r\nContent-Type: text/xml\r\n\r\n<data/>\r\n--frontier--\r\n")
        .await
        .refused(400);
    post(&kind, b"--frontier\r\n\xff\xfe: ?\r\n\r\nx\r\n--frontier--\r\n").await.refused(400);
    assert_untouched(&project).await;

    let photo: &[u8] = &[1; 1000];
    refused(&project, &[("photo.jpg", photo)], 400).await;
    let twice: [(&str, &[u8]); 3] =
        [("a.jpg", photo), ("xml_submission_file", xml.as_bytes()), ("xml_submission_file", xml.as_bytes())];
    let message = refused(&project, &twice, 400).await;
    assert!(message.contains("two parts"), "{message}");
}

#[tokio::test]
async fn too_much() {
    let project = begin().await;
    let xml = visited("visit", "1", "uuid:1", "", "a.jpg");
    let (kind, body) = multipart(&[("xml_submission_file", xml.as_bytes())]);

    // Told beforehand: refused before anything is read.
    let length = (1_u64 << 40).to_string();
    let headers = [("Content-Type", kind.as_str()), ("Content-Length", length.as_str())];
    project.server.send("POST", &project.phone("submission"), &headers, &body).await.refused(413);
    assert_untouched(&project).await;

    // Not told: a part's headers that never end.
    let headers = [("Content-Type", kind.as_str()), ("Transfer-Encoding", "chunked")];
    let piece = vec![b'a'; 64 << 10];
    let mut endless = b"f\r\n--frontier\r\nA: \r\n".to_vec();
    for _ in 0..64 {
        endless.extend_from_slice(format!("{:x}\r\n", piece.len()).as_bytes());
        endless.extend_from_slice(&piece);
        endless.extend_from_slice(b"\r\n");
    }
    endless.extend_from_slice(b"0\r\n\r\n");
    project.server.send("POST", &project.phone("submission"), &headers, &endless).await.refused(413);
    assert_untouched(&project).await;

    let names: Vec<String> = (0..1000).map(|number| format!("{number}.jpg")).collect();
    let mut parts: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), b"x".as_slice())).collect();
    parts.push(("xml_submission_file", xml.as_bytes()));
    let message = refused(&project, &parts, 413).await;
    assert!(message.contains("500 files"), "{message}");
}

#[tokio::test]
async fn names_that_look_like_paths_stay_names() {
    let project = begin().await;
    let names = ["../../../tmp/evil.jpg", "/etc/passwd", "C:\\evil.exe", "a/../b", "."];
    let xml = visited("visit", "1", "uuid:1", "", names[0]);
    let mut parts: Vec<(&str, &[u8])> = names.iter().map(|name| (*name, b"content".as_slice())).collect();
    parts.push(("xml_submission_file", xml.as_bytes()));
    let reply = project.submit(&parts).await;
    assert_eq!(reply.status, 201, "{}", reply.text());
    let (kept, incoming) = project.server.files();
    assert_eq!((kept.len(), incoming.len()), (1, 0), "only what the submission names is kept");
    let inside = kept[0].strip_prefix(project.server.folder.path().join("files")).unwrap();
    assert_eq!(inside.components().count(), 2);
    assert!(inside.to_string_lossy().chars().all(|c| c.is_ascii_hexdigit() || c == '/'), "{inside:?}");
}

#[tokio::test]
async fn a_connection_that_breaks_leaves_nothing() {
    let project = begin().await;
    let xml = visited("visit", "1", "uuid:1", "", "a.jpg");
    let (kind, body) = multipart(&[("a.jpg", &[7; 200_000]), ("xml_submission_file", xml.as_bytes())]);
    let head = format!(
        "POST {} HTTP/1.1\r\nHost: door.example\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n",
        project.phone("submission"),
        body.len()
    );
    for end in [50, 5_000, 150_000, body.len() - 30] {
        let mut stream = TcpStream::connect(project.server.address).await.unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(&body[..end]).await.unwrap();
        stream.flush().await.unwrap();
        tokio::time::sleep(Duration::from_millis(20)).await;
        drop(stream);
        assert_untouched(&project).await;
    }
    // Broken as seen by a client that still listens.
    let mut stream = TcpStream::connect(project.server.address).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&body[..100_000]).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut reply = String::new();
    let _ = stream.read_to_string(&mut reply).await;
    assert!(reply.is_empty() || reply.starts_with("HTTP/1.1 400"), "{reply}");
    assert_untouched(&project).await;
    assert_eq!(project.submit(&[("xml_submission_file", xml.as_bytes())]).await.status, 201);
}

#[tokio::test]
async fn a_full_disk_is_told_and_forgotten() {
    let project = begin().await;
    let xml = visited("visit", "1", "uuid:1", "", "a.jpg");
    let parts: [(&str, &[u8]); 2] = [("a.jpg", b"photo"), ("xml_submission_file", xml.as_bytes())];

    // No room for files.
    let incoming = project.server.folder.path().join("files/incoming");
    std::fs::remove_dir(&incoming).unwrap();
    project.submit(&parts).await.refused(503);
    std::fs::create_dir(&incoming).unwrap();
    assert_untouched(&project).await;

    // No room in the database.
    let limit = |pages: i64| {
        let statement = format!("PRAGMA max_page_count = {pages}");
        let set = project.server.store.write(move |tx| tx.one(&statement, &[], |row| row.get::<i64>(0)));
        async { set.await.map(drop) }
    };
    limit(1).await.unwrap();
    let mut full = None;
    for number in 0..200 {
        let long = "x".repeat(20_000);
        let xml = visited("visit", "1", &format!("uuid:full-{number}"), "", "").replace("Seen", &long);
        let reply = project.submit(&[("xml_submission_file", xml.as_bytes())]).await;
        if reply.status != 201 {
            reply.refused(503);
            full = Some(number);
            break;
        }
    }
    let acknowledged = full.expect("the database became full");
    assert_eq!(project.server.rows("submission").await, acknowledged);
    limit(1_000_000).await.unwrap();
    assert_eq!(project.submit(&parts).await.status, 201, "it recovers by itself");
    assert_eq!(project.server.rows("submission").await, acknowledged + 1);
}

#[tokio::test]
async fn a_client_that_falls_silent_is_told_so() {
    let server = Server::start_patient(Duration::from_millis(200)).await;
    let project = Project::begin_on(server).await;
    assert_eq!(project.upload(&visit("visit", "1"), "?publish=true").await.status, 200);
    let xml = visited("visit", "1", "uuid:1", "", "a.jpg");
    let (kind, body) = multipart(&[("a.jpg", &[7; 10_000]), ("xml_submission_file", xml.as_bytes())]);
    let head = format!(
        "POST {} HTTP/1.1\r\nHost: door.example\r\nConnection: close\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n",
        project.phone("submission"),
        body.len()
    );
    for end in [30, 5_000, body.len() - 10] {
        let mut stream = TcpStream::connect(project.server.address).await.unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(&body[..end]).await.unwrap();
        let mut reply = Vec::new();
        stream.read_to_end(&mut reply).await.unwrap();
        let reply = String::from_utf8_lossy(&reply);
        assert!(reply.starts_with("HTTP/1.1 408"), "{reply}");
        assert!(reply.contains("x-openrosa-version: 1.0"), "{reply}");
        assert_untouched(&project).await;
    }
}

#[tokio::test]
async fn small_bodies_of_scripts_are_bounded_too() {
    let project = begin().await;
    let bearer = format!("Bearer {}", project.session);
    let post = async |path: &str, kind: &str, body: &[u8]| {
        let headers = [("Authorization", bearer.as_str()), ("Content-Type", kind)];
        project.server.send("POST", &format!("/v1/projects/{}/{path}", project.id), &headers, body).await
    };
    let long = vec![b' '; 5 << 20];
    assert_eq!(post("app-users", "application/json", &long).await.code(), "413.1");
    assert_eq!(post("forms/visit/submissions", "text/xml", &long).await.code(), "413.1");
    assert_eq!(post("app-users", "application/json", b"{\"displayName\": 7}").await.code(), "400.11");
    assert_eq!(post("app-users", "application/json", b"{\"displayName\": \"\xff\"}").await.code(), "400.1");
    assert_eq!(post("app-users", "application/json", "[".repeat(100_000).as_bytes()).await.code(), "400.1");
    assert_eq!(post("app-users", "application/json", b"").await.code(), "400.2");
    assert_eq!(post("forms/%ff/submissions", "text/xml", b"<a/>").await.status, 400);
    assert_untouched(&project).await;
}
