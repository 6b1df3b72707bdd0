//! A server that is killed under load, again and again: whatever was acknowledged is there, whole, and nothing is half
//! there.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const KILLS: usize = 50;
const PHONES: usize = 8;
const FORM: &str = r#"<?xml version="1.0"?><h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:orx="http://openrosa.org/xforms"><h:head><h:title>Kill</h:title><model><instance><data id="kill" version="1"><site/><photo/><meta><instanceID/></meta></data></instance><bind nodeset="/data/site" type="string"/><bind nodeset="/data/photo" type="binary"/><bind nodeset="/data/meta/instanceID" type="string"/></model></h:head><h:body><input ref="/data/site"><label>Site</label></input><upload ref="/data/photo" mediatype="image/*"><label>Photo</label></upload></h:body></h:html>"#;

struct Server {
    child: Child,
    address: SocketAddr,
}

fn start(data: &Path, address: SocketAddr) -> Server {
    let child = Command::new(env!("CARGO_BIN_EXE_deungdae"))
        .args(["serve", "--data", data.to_str().unwrap(), "--listen", &address.to_string()])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let begun = Instant::now();
    while TcpStream::connect(address).is_err() {
        assert!(begun.elapsed() < Duration::from_secs(60), "the server did not come back");
        std::thread::sleep(Duration::from_millis(10));
    }
    Server { child, address }
}

/// One request on a connection of its own; none if the server went away in the middle.
fn ask(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Option<(u16, Vec<u8>)> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(30))).ok()?;
    let mut head = format!(
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: {}\r\n",
        body.len()
    );
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    stream.write_all(format!("{head}\r\n").as_bytes()).ok()?;
    stream.write_all(body).ok()?;
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let status = line.split(' ').nth(1)?.parse().ok()?;
    let (mut length, mut chunked) = (None, false);
    loop {
        line.clear();
        reader.read_line(&mut line).ok()?;
        let header = line.trim_end();
        if header.is_empty() {
            break;
        }
        match header.to_ascii_lowercase().split_once(": ") {
            Some(("content-length", value)) => length = value.parse::<usize>().ok(),
            Some(("transfer-encoding", "chunked")) => chunked = true,
            _ => {}
        }
    }
    let mut answer = Vec::new();
    if chunked {
        loop {
            line.clear();
            reader.read_line(&mut line).ok()?;
            let size = usize::from_str_radix(line.trim(), 16).ok()?;
            let mut chunk = vec![0; size + 2];
            reader.read_exact(&mut chunk).ok()?;
            if size == 0 {
                return Some((status, answer));
            }
            answer.extend_from_slice(chunk.get(..size)?);
        }
    }
    match length {
        Some(length) => {
            answer.resize(length, 0);
            reader.read_exact(&mut answer).ok()?;
        }
        None => {
            reader.read_to_end(&mut answer).ok()?;
        }
    }
    Some((status, answer))
}

fn json(answer: Option<(u16, Vec<u8>)>) -> serde_json::Value {
    let (status, body) = answer.expect("an answer");
    assert!((200..300).contains(&status), "{status}: {}", String::from_utf8_lossy(&body));
    serde_json::from_slice(&body).unwrap()
}

fn log_in(address: SocketAddr) -> String {
    let login = br#"{"email":"a@example.org","password":"a long sentence"}"#;
    let session = json(ask(address, "POST", "/v1/sessions", &[("Content-Type", "application/json")], login));
    format!("Bearer {}", session["token"].as_str().unwrap())
}

fn submission(instance: &str, photo: &str) -> Vec<u8> {
    let xml = format!(
        r#"<data id="kill" version="1"><site>평양 {instance}</site><photo>{photo}</photo><meta><instanceID>{instance}</instanceID></meta></data>"#
    );
    let mut body = format!(
        "--b\r\nContent-Disposition: form-data; name=\"xml_submission_file\"; filename=\"s.xml\"\r\nContent-Type: text/xml\r\n\r\n{xml}\r\n--b\r\nContent-Disposition: form-data; name=\"{photo}\"; filename=\"{photo}\"\r\nContent-Type: image/jpeg\r\n\r\n"
    )
    .into_bytes();
    body.extend_from_slice(&instance.as_bytes().repeat(500));
    body.extend_from_slice(b"\r\n--b--\r\n");
    body
}

#[test]
fn fifty_kills_under_load_lose_nothing_that_was_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("house");
    let mut init = Command::new(env!("CARGO_BIN_EXE_deungdae"))
        .args(["init", "--data", data.to_str().unwrap(), "--email", "a@example.org", "--password-stdin"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    init.stdin.take().unwrap().write_all(b"a long sentence\n").unwrap();
    assert!(init.wait().unwrap().success());
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();

    let mut server = start(&data, address);
    let bearer = log_in(server.address);
    let allowed = [("Authorization", bearer.as_str()), ("Content-Type", "application/json")];
    let project = json(ask(address, "POST", "/v1/projects", &allowed, br#"{"name":"Kill"}"#))["id"].clone();
    let form = [("Authorization", bearer.as_str()), ("Content-Type", "application/xml")];
    json(ask(address, "POST", &format!("/v1/projects/{project}/forms?publish=true"), &form, FORM.as_bytes()));
    let phone = json(ask(
        address,
        "POST",
        &format!("/v1/projects/{project}/app-users"),
        &allowed,
        br#"{"displayName":"p"}"#,
    ));
    // As in ODK Central, a phone that a script adds may fill what it is assigned to.
    let assignment = format!("/v1/projects/{project}/forms/kill/assignments/app-user/{}", phone["id"]);
    json(ask(address, "POST", &assignment, &allowed, b""));
    let door = format!("/v1/key/{}/projects/{project}/submission", phone["token"].as_str().unwrap());

    let acknowledged = Arc::new(Mutex::new(BTreeSet::new()));
    let ended = Arc::new(AtomicBool::new(false));
    let next = Arc::new(AtomicU64::new(0));
    let phones: Vec<_> = (0..PHONES)
        .map(|_| {
            let (acknowledged, ended, next, door) =
                (acknowledged.clone(), ended.clone(), next.clone(), door.clone());
            std::thread::spawn(move || {
                while !ended.load(Ordering::Relaxed) {
                    let instance =
                        format!("uuid:00000000-0000-4000-a000-{:012x}", next.fetch_add(1, Ordering::Relaxed));
                    let body = submission(&instance, "1.jpg");
                    let headers =
                        [("Content-Type", "multipart/form-data; boundary=b"), ("X-OpenRosa-Version", "1.0")];
                    // A phone that gets no answer sends the same again.
                    while !ended.load(Ordering::Relaxed) {
                        match ask(address, "POST", &door, &headers, &body) {
                            Some((201, _)) => {
                                acknowledged.lock().unwrap().insert(instance.clone());
                                break;
                            }
                            Some((status, body)) => {
                                assert!(status >= 500, "{status}: {}", String::from_utf8_lossy(&body))
                            }
                            None => std::thread::sleep(Duration::from_millis(5)),
                        }
                    }
                }
            })
        })
        .collect();

    for kill in 0..KILLS {
        let before = acknowledged.lock().unwrap().len();
        let begun = Instant::now();
        // Some kills come at once, some in the middle of much work.
        let wanted = kill % 7 * 3;
        while acknowledged.lock().unwrap().len() < before + wanted {
            assert!(begun.elapsed() < Duration::from_secs(60), "nothing is acknowledged any more");
            std::thread::sleep(Duration::from_millis(1));
        }
        server.child.kill().unwrap();
        server.child.wait().unwrap();
        server = start(&data, address);
    }
    std::thread::sleep(Duration::from_millis(200));
    ended.store(true, Ordering::Relaxed);
    for phone in phones {
        phone.join().unwrap();
    }

    let bearer = log_in(address);
    let allowed = [("Authorization", bearer.as_str())];
    let listed =
        json(ask(address, "GET", &format!("/v1/projects/{project}/forms/kill/submissions"), &allowed, b""));
    let listed: BTreeSet<String> =
        listed.as_array().unwrap().iter().map(|row| row["instanceId"].as_str().unwrap().to_owned()).collect();
    let acknowledged = acknowledged.lock().unwrap();
    let lost: Vec<_> = acknowledged.difference(&listed).collect();
    assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
    assert!(acknowledged.len() > KILLS, "{} were acknowledged", acknowledged.len());
    for instance in listed.iter().step_by(listed.len() / 40 + 1) {
        let at = format!("/v1/projects/{project}/forms/kill/submissions/{instance}.xml");
        let (status, xml) = ask(address, "GET", &at, &allowed, b"").unwrap();
        let xml = String::from_utf8_lossy(&xml).into_owned();
        assert!(
            status == 200 && xml.contains(&format!("평양 {instance}")),
            "{instance} is half there: {status} {xml}"
        );
    }
    server.child.kill().unwrap();
    server.child.wait().unwrap();

    let files = folder.path().join("ledger");
    for arguments in [
        ["export-ledger", "--data", data.to_str().unwrap(), "--to", files.to_str().unwrap()].as_slice(),
        ["verify", "--ledger", files.to_str().unwrap()].as_slice(),
    ] {
        let done = Command::new(env!("CARGO_BIN_EXE_deungdae")).args(arguments).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stdout));
    }
    eprintln!("{} acknowledged, {} there, {KILLS} kills", acknowledged.len(), listed.len());
}
