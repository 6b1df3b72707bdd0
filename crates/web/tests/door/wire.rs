//! A server on a socket of its own, and a client that can say anything.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::Extension;
use desk::protocol::Protocol;
use desk::store::{Store, StoreOptions};
use desk::{Desk, NewMember, Options};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use web::odk::multipart::Patience;
use web::room::{Web, WebOptions};

pub const EMAIL: &str = "lead@example.org";
pub const PASSWORD: &str = "correct horse battery";

static SERVERS: AtomicU16 = AtomicU16::new(0);

fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as i64
}

fn seed() -> [u8; 32] {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).unwrap();
    seed
}

/// A server with one administrator.
pub struct Server {
    pub address: SocketAddr,
    pub folder: tempfile::TempDir,
    pub store: Store,
    pub desk: Arc<Desk>,
}

impl Server {
    pub async fn start() -> Server {
        Server::start_patient(Patience::default().0).await
    }

    /// A server that waits so long for a silent client.
    pub async fn start_patient(patience: Duration) -> Server {
        let folder = tempfile::tempdir().unwrap();
        let server = SERVERS.fetch_add(1, Ordering::SeqCst);
        let options = StoreOptions { data: folder.path().to_owned(), database: None, now, server };
        let store = Store::open(options).unwrap();
        let protocols = desk::protocol::shipped();
        let protocols = protocols.iter().filter_map(|(_, files)| Protocol::read(files).ok()).collect();
        let options = Options { password_cost: seal::Cost::WEAK_FOR_TESTS, ..Options::default() };
        let desk = Desk::open(store.clone(), protocols, options, now, seed).await.unwrap();
        let lead =
            NewMember { email: EMAIL, name: "Lead", password: PASSWORD, administrator: true, language: "" };
        desk.add_member(lead).await.unwrap();
        let web = Web { desk: Arc::new(desk), options: Arc::new(WebOptions::default()) };
        let desk = web.desk.clone();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = web::router(web)
            .layer(Extension(Patience(patience)))
            .into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { axum::serve(listener, router).await });
        Server { address, folder, store, desk }
    }

    /// A request of which every byte is given; what comes back until the server closes.
    pub async fn say(&self, request: &[u8]) -> Reply {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        let (mut from, mut to) = stream.split();
        let sending = async {
            let _ = to.write_all(request).await;
        };
        let mut reply = Vec::new();
        let (_, read) = tokio::join!(sending, from.read_to_end(&mut reply));
        let _ = read;
        Reply::read(&reply)
    }

    pub async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
        let mut request = format!("{method} {path} HTTP/1.1\r\nHost: door.example\r\nConnection: close\r\n");
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        let given = headers.iter().any(|(name, _)| {
            name.eq_ignore_ascii_case("content-length") || name.eq_ignore_ascii_case("transfer-encoding")
        });
        if !given && (!body.is_empty() || method == "POST") {
            request.push_str(&format!("Content-Length: {}\r\n", body.len()));
        }
        request.push_str("\r\n");
        self.say(&[request.as_bytes(), body].concat()).await
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send("GET", path, &[("X-OpenRosa-Version", "1.0")], b"").await
    }

    pub async fn json(&self, method: &str, path: &str, token: &str, body: Value) -> Reply {
        let bearer = format!("Bearer {token}");
        let headers = [("Content-Type", "application/json"), ("Authorization", bearer.as_str())];
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.send(method, path, &headers, body.as_bytes()).await
    }

    /// Files that are kept, and files that are half received.
    pub fn files(&self) -> (Vec<PathBuf>, Vec<PathBuf>) {
        let (mut kept, mut incoming) = (Vec::new(), Vec::new());
        let files = self.folder.path().join("files");
        for folder in std::fs::read_dir(files).unwrap().flatten() {
            let list = if folder.file_name() == "incoming" { &mut incoming } else { &mut kept };
            if let Ok(entries) = std::fs::read_dir(folder.path()) {
                list.extend(entries.flatten().map(|entry| entry.path()));
            }
        }
        (kept, incoming)
    }

    /// How many rows a table has.
    pub async fn rows(&self, table: &str) -> i64 {
        let statement = format!("SELECT count(*) FROM {table}");
        self.store.read(move |tx| tx.one(&statement, &[], |row| row.get(0))).await.unwrap()
    }
}

/// A project with a form and a phone, set up through the API as a script would.
pub struct Project {
    pub server: Server,
    pub session: String,
    pub id: i64,
    pub token: String,
}

impl Project {
    pub async fn begin() -> Project {
        Project::begin_on(Server::start().await).await
    }

    pub async fn begin_on(server: Server) -> Project {
        let credentials = json!({ "email": EMAIL, "password": PASSWORD });
        let session = server.json("POST", "/v1/sessions", "", credentials).await.value();
        let session = session["token"].as_str().unwrap().to_owned();
        let id = server.json("POST", "/v1/projects", &session, json!({ "name": "시험" })).await.value();
        let id = id["id"].as_i64().unwrap();
        let project = Project { server, session, id, token: String::new() };
        let phone = project.json("POST", "app-users", json!({ "displayName": "Phone 1" })).await.value();
        let every_form = format!("assignments/app-user/{}", phone["id"]);
        assert_eq!(project.json("POST", &every_form, Value::Null).await.status, 200);
        Project { token: phone["token"].as_str().unwrap().to_owned(), ..project }
    }

    /// The address of something in the project, for the phone.
    pub fn phone(&self, path: &str) -> String {
        format!("/v1/key/{}/projects/{}/{path}", self.token, self.id)
    }

    pub async fn json(&self, method: &str, path: &str, body: Value) -> Reply {
        self.server.json(method, &format!("/v1/projects/{}/{path}", self.id), &self.session, body).await
    }

    pub async fn upload(&self, xform: &str, query: &str) -> Reply {
        let bearer = format!("Bearer {}", self.session);
        let headers = [("Content-Type", "application/xml"), ("Authorization", bearer.as_str())];
        let path = format!("/v1/projects/{}/forms{query}", self.id);
        self.server.send("POST", &path, &headers, xform.as_bytes()).await
    }

    /// Sends the parts of a submission as the phone does.
    pub async fn submit(&self, parts: &[(&str, &[u8])]) -> Reply {
        let (kind, body) = multipart(parts);
        let headers = [("X-OpenRosa-Version", "1.0"), ("Content-Type", kind.as_str())];
        self.server.send("POST", &self.phone("submission"), &headers, &body).await
    }
}

/// The body of a multipart request and its content type. Each part's file name is its name.
pub fn multipart(parts: &[(&str, &[u8])]) -> (String, Vec<u8>) {
    let mut body = Vec::new();
    for (name, content) in parts {
        let head = format!(
            "--frontier\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{name}\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--frontier--\r\n");
    ("multipart/form-data; boundary=frontier".to_owned(), body)
}

/// What the server answered.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Reply {
    fn read(bytes: &[u8]) -> Reply {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or(bytes.len());
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let mut lines = head.lines();
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|code| code.parse().ok());
        let headers: Vec<(String, String)> = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        let body = bytes.get(end + 4..).unwrap_or_default();
        let chunked = headers.iter().any(|(name, value)| name == "transfer-encoding" && value == "chunked");
        let body = if chunked { unchunk(body) } else { body.to_vec() };
        Reply { status: status.unwrap_or(0), headers, body }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn value(&self) -> Value {
        assert!(self.status < 400, "{} {}", self.status, self.text());
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// Central's code of a JSON error.
    pub fn code(&self) -> String {
        let value: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        assert!(value["message"].as_str().is_some_and(|text| !text.contains('⟦')), "{}", self.text());
        value["code"].to_string()
    }

    /// Asserts that this is an OpenRosa error with its headers, and returns its message.
    #[track_caller]
    pub fn refused(&self, status: u16) -> String {
        let text = self.text();
        assert_eq!(self.status, status, "{text}");
        self.has_openrosa_headers();
        let start = "<OpenRosaResponse xmlns=\"http://openrosa.org/http/response\" items=\"0\">";
        assert!(text.starts_with(start), "{text}");
        let (_, message) = text.split_once("<message nature=\"error\">").unwrap_or_else(|| panic!("{text}"));
        let message = message.split("</message>").next().unwrap().to_owned();
        assert!(!message.is_empty() && !message.contains('⟦'), "{message}");
        message
    }

    #[track_caller]
    pub fn has_openrosa_headers(&self) {
        assert_eq!(self.header("x-openrosa-version"), Some("1.0"), "{self:?}");
        assert!(self.header("date").is_some(), "{self:?}");
        let length = self.header("x-openrosa-accept-content-length").map(|text| text.parse::<u64>());
        assert!(matches!(length, Some(Ok(1..))), "{self:?}");
    }
}

fn unchunk(mut rest: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(end) = rest.windows(2).position(|two| two == b"\r\n") {
        let length = usize::from_str_radix(&String::from_utf8_lossy(&rest[..end]), 16).unwrap();
        let start = end + 2;
        body.extend_from_slice(&rest[start..start + length]);
        rest = &rest[start + length + 2..];
        if length == 0 {
            break;
        }
    }
    body
}
