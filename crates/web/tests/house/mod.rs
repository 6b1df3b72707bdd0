//! A whole house for story tests: a desk on a SQLite store in a temporary folder, its pages, and browsers that keep
//! cookies and send forms. Nothing of it needs a network.
#![allow(dead_code, reason = "each test file uses its own part")]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU16, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use desk::protocol::Protocol;
use desk::store::{Store, StoreOptions};
use desk::{Desk, NewMandate, NewMember, Options};
use http_body_util::BodyExt;
use tower::ServiceExt;
use web::room::{Web, WebOptions};

/// The password of every member of the house.
pub const PASSWORD: &str = "correct horse battery";

static AHEAD: AtomicI64 = AtomicI64::new(0);
static SERVERS: AtomicU16 = AtomicU16::new(0);

/// Sets the clock of every house in this process so many minutes ahead.
pub fn wait_minutes(minutes: i64) {
    AHEAD.fetch_add(minutes * 60_000, Ordering::SeqCst);
}

/// The clock of the house.
pub fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    since.as_millis() as i64 + AHEAD.load(Ordering::SeqCst)
}

fn seed() -> [u8; 32] {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).unwrap();
    seed
}

/// A desk with its pages; the folder is removed when the house is dropped.
pub struct House {
    pub desk: Arc<Desk>,
    pub web: Web,
    pub folder: tempfile::TempDir,
}

impl House {
    /// An empty house that knows the shipped protocols and those given.
    pub async fn with_protocols(more: Vec<Protocol>) -> House {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(StoreOptions {
            data: folder.path().to_owned(),
            database: None,
            now,
            server: SERVERS.fetch_add(1, Ordering::SeqCst),
        })
        .unwrap();
        let mut protocols: Vec<Protocol> =
            desk::protocol::shipped().iter().filter_map(|(_, files)| Protocol::read(files).ok()).collect();
        protocols.extend(more);
        let options = Options { password_cost: seal::Cost::WEAK_FOR_TESTS, ..Options::default() };
        let desk = Arc::new(Desk::open(store, protocols, options, now, seed).await.unwrap());
        let web = Web { desk: desk.clone(), options: Arc::new(WebOptions::default()) };
        House { desk, web, folder }
    }

    /// An empty house that knows the shipped protocols.
    pub async fn new() -> House {
        House::with_protocols(Vec::new()).await
    }

    /// Adds a member `name@example.org` with [`PASSWORD`].
    pub async fn member(&self, name: &str, administrator: bool) -> i64 {
        let email = format!("{}@example.org", name.to_lowercase());
        let new = NewMember { email: &email, name, password: PASSWORD, administrator, language: "" };
        self.desk.add_member(new).await.unwrap()
    }

    /// Begins a mandate in the name of an administrator who was added before.
    pub async fn mandate(&self, administrator: &str, protocol: &str, people: &[(i64, &str)]) -> i64 {
        let session = self.session(administrator, false).await;
        let new = NewMandate {
            name: "Mandate of the house".to_owned(),
            description: String::new(),
            protocol: protocol.to_owned(),
            people: people.iter().map(|(member, role)| (*member, (*role).to_owned())).collect(),
        };
        self.desk.begin_mandate(&self.desk.administrator(&session).unwrap(), new).await.unwrap()
    }

    /// A session of a member at the desk, without a browser.
    pub async fn session(&self, name: &str, unlock: bool) -> desk::Session {
        let email = format!("{}@example.org", name.to_lowercase());
        let login = desk::Login { email: &email, password: PASSWORD, code: None, address: "test", unlock };
        self.desk.log_in(login).await.unwrap().1
    }

    /// A browser that nobody has used yet.
    pub fn browser(&self) -> Browser {
        Browser { app: web::router(self.web.clone()), cookies: BTreeMap::new() }
    }

    /// A browser in which a member has logged in.
    pub async fn logged_in(&self, name: &str) -> Browser {
        let mut browser = self.browser();
        let email = format!("{}@example.org", name.to_lowercase());
        let seen = browser.post("/login", &[("email", &email), ("password", PASSWORD)]).await;
        assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.text());
        browser
    }

    /// A browser in which a member has logged in and unlocked their keys.
    pub async fn unlocked(&self, name: &str) -> Browser {
        let mut browser = self.logged_in(name).await;
        let seen = browser.post("/unlock", &[("password", PASSWORD)]).await;
        assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.text());
        browser
    }
}

/// Somebody's browser, without the screen.
#[derive(Clone)]
pub struct Browser {
    app: Router,
    /// Cookies by name.
    pub cookies: BTreeMap<String, String>,
}

/// What a browser was answered.
pub struct Seen {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
    /// The body as it came.
    pub bytes: Vec<u8>,
}

impl Browser {
    /// Opens a page.
    pub async fn get(&mut self, path: &str) -> Seen {
        let request = Request::get(path).body(Body::empty()).unwrap();
        self.ask(request).await
    }

    /// Sends a form.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Seen {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ORIGIN, "http://deungdae.example")
            .body(Body::from(body))
            .unwrap();
        self.ask(request).await
    }

    /// Sends a form and opens the page it leads to.
    pub async fn send(&mut self, path: &str, fields: &[(&str, &str)]) -> Seen {
        let seen = self.post(path, fields).await;
        match seen.leads_to() {
            Some(next) => self.get(&next).await,
            None => seen,
        }
    }

    /// Sends any request with this browser's cookies.
    pub async fn ask(&mut self, mut request: Request<Body>) -> Seen {
        let headers = request.headers_mut();
        headers.insert(header::HOST, "deungdae.example".parse().unwrap());
        let pairs: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !pairs.is_empty() {
            headers.insert(header::COOKIE, pairs.join("; ").parse().unwrap());
        }
        let response = self.app.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        for cookie in parts.headers.get_all(header::SET_COOKIE) {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            match value.is_empty() {
                true => self.cookies.remove(name),
                false => self.cookies.insert(name.to_owned(), value.to_owned()),
            };
        }
        let bytes = body.collect().await.unwrap().to_bytes().to_vec();
        let body = String::from_utf8_lossy(&bytes).into_owned();
        Seen { status: parts.status, headers: parts.headers, body, bytes }
    }
}

impl Seen {
    /// Where the answer leads, if it does.
    pub fn leads_to(&self) -> Option<String> {
        self.headers.get(header::LOCATION).map(|value| value.to_str().unwrap().to_owned())
    }

    /// The words of the page, without its tags.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for part in self.body.split('<').skip(1) {
            let (tag, words) = part.split_once('>').unwrap_or(("", ""));
            let inline = ["a", "/a", "b", "/b", "span", "/span", "em", "/em"];
            if !inline.contains(&tag.split(' ').next().unwrap_or_default()) {
                text.push(' ');
            }
            text.push_str(words);
        }
        let text = text.replace("&#38;", "&").replace("&#60;", "<").replace("&#62;", ">");
        let text = text.replace("&#34;", "\"").replace("&#39;", "'");
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Whether the page says this.
    pub fn says(&self, words: &str) -> bool {
        self.text().contains(words)
    }

    /// The one code that the page shows to be copied, after this many others.
    pub fn code(&self, number: usize) -> String {
        let after = self.body.split("class=\"take\"").nth(number + 1).expect("the page shows a code");
        let (_, code) = after.split_once('>').unwrap();
        code.split('<').next().unwrap().to_owned()
    }
}
