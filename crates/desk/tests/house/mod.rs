//! A whole installation for a story: a store on SQLite or PostgreSQL, a desk, members, a phone, and submissions as
//! phones write them.
#![allow(dead_code)] // Each story uses a part of it.

use std::sync::atomic::{AtomicI64, AtomicU16, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use desk::protocol::Protocol;
use desk::store::{Store, StoreOptions};
use desk::{Desk, Login, NewMandate, NewMember, Options, Phone, Seat, Sender, Session};
use postgres::{Client, NoTls};
use tempfile::TempDir;

pub const PASSWORD: &str = "correct horse battery";
pub const FORM: &str = include_str!("person.xml");

static NUMBER: AtomicU16 = AtomicU16::new(0);

static AHEAD: AtomicI64 = AtomicI64::new(0);

/// Sets the clock of every installation in this process so many minutes ahead.
pub fn wait_minutes(minutes: i64) {
    AHEAD.fetch_add(minutes * 60_000, Ordering::Relaxed);
}

/// The moment at which the clock stands still (ms), if it does.
pub static STANDS: AtomicI64 = AtomicI64::new(0);

pub fn now() -> i64 {
    let stands = STANDS.load(Ordering::Relaxed);
    if stands != 0 {
        return stands;
    }
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    since.as_millis() as i64 + AHEAD.load(Ordering::Relaxed)
}

pub fn seed() -> [u8; 32] {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).unwrap();
    seed
}

/// Where one installation lives; removed afterwards.
pub struct Home {
    pub folder: TempDir,
    database: Option<String>,
    /// Superuser's URL and name of the database on PostgreSQL.
    made: Option<(String, String)>,
}

impl Home {
    pub fn sqlite() -> Home {
        Home { folder: tempfile::tempdir().unwrap(), database: None, made: None }
    }

    /// In a folder on the disk of `path`, not where temporary files are.
    pub fn sqlite_in(path: &str) -> Home {
        Home { folder: TempDir::new_in(path).unwrap(), database: None, made: None }
    }

    /// A new database on the cluster of `DEUNGDAE_TEST_POSTGRES`.
    pub fn postgres() -> Option<Home> {
        let url = std::env::var("DEUNGDAE_TEST_POSTGRES").unwrap_or_default();
        if url.is_empty() {
            eprintln!("skipped: PostgreSQL, because DEUNGDAE_TEST_POSTGRES is not set");
            return None;
        }
        let name = format!("desk_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let mut client = Client::connect(&url, NoTls).expect("DEUNGDAE_TEST_POSTGRES");
        client.batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
        let database = Some(url.replace("/postgres?", &format!("/{name}?")));
        Some(Home { folder: tempfile::tempdir().unwrap(), database, made: Some((url, name)) })
    }

    /// The folder in which the PostgreSQL cluster keeps everything, logs included.
    pub fn cluster(&self) -> Option<std::path::PathBuf> {
        let (url, _) = self.made.clone()?;
        // The client cannot block on a thread of the runtime that tells the story.
        let asked = std::thread::spawn(move || {
            let mut client = Client::connect(&url, NoTls).unwrap();
            client.batch_execute("CHECKPOINT").unwrap();
            client.query_one("SHOW data_directory", &[]).unwrap().get::<_, String>(0)
        });
        Some(asked.join().unwrap().into())
    }

    pub fn data(&self) -> std::path::PathBuf {
        self.folder.path().join("data")
    }

    pub fn store(&self) -> Store {
        Store::open(StoreOptions {
            data: self.data(),
            database: self.database.clone(),
            now,
            server: NUMBER.fetch_add(1, Ordering::Relaxed),
        })
        .unwrap()
    }

    pub async fn desk(&self) -> Desk {
        let shipped = desk::protocol::shipped().into_iter().filter(|(name, _)| *name == "general");
        self.desk_with(shipped.map(|(_, files)| Protocol::read(&files).unwrap()).collect()).await
    }

    pub async fn desk_with(&self, protocols: Vec<Protocol>) -> Desk {
        let options = Options { password_cost: seal::Cost::WEAK_FOR_TESTS, ..Options::default() };
        Desk::open(self.store(), protocols, options, now, seed).await.unwrap()
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        if let Some((url, name)) = self.made.clone() {
            // A story may end on a thread of a runtime, on which this client cannot block.
            let drop_it = std::thread::spawn(move || {
                if let Ok(mut client) = Client::connect(&url, NoTls) {
                    let _ = client.batch_execute(&format!("DROP DATABASE {name} WITH (FORCE)"));
                }
            });
            let _ = drop_it.join();
        }
    }
}

/// Tells a story on SQLite, then on PostgreSQL where there is one.
pub fn on_both<F: Future<Output = ()>>(story: impl Fn(std::rc::Rc<Home>) -> F) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(story(std::rc::Rc::new(Home::sqlite())));
    if let Some(home) = Home::postgres() {
        runtime.block_on(story(std::rc::Rc::new(home)));
    }
}

/// A mandate with these people, by name and role: `NAME@example.org` logs in. An administrator begins it and is no part of it.
pub async fn begin_mandate(desk: &Desk, name: &str, protocol: &str, people: &[(&str, &str)]) -> i64 {
    let member = async |name: &str, administrator| {
        let email = format!("{name}@example.org");
        let new = NewMember { email: &email, name, password: PASSWORD, administrator, language: "en" };
        desk.add_member(new).await.unwrap()
    };
    member("admin", true).await;
    let mut with_roles = Vec::new();
    for (name, role) in people {
        with_roles.push((member(name, false).await, (*role).to_owned()));
    }
    let new = NewMandate {
        name: name.to_owned(),
        description: String::new(),
        protocol: protocol.to_owned(),
        people: with_roles,
    };
    let admin = log_in(desk, "admin@example.org").await;
    desk.begin_mandate(&desk.administrator(&admin).unwrap(), new).await.unwrap()
}

/// A mandate with a lead, who holds every key, a reviewer without the identity key, a published form and a phone.
pub struct House {
    pub desk: Desk,
    pub mandate: i64,
    pub phone: Phone,
}

impl House {
    pub async fn build(home: &Home) -> House {
        let desk = home.desk().await;
        let member = async |email, name, administrator| {
            let new = NewMember { email, name, password: PASSWORD, administrator, language: "en" };
            desk.add_member(new).await.unwrap()
        };
        member("admin@example.org", "Ahn Admin", true).await;
        let lead = member("lead@example.org", "Lee Lead", false).await;
        let reviewer = member("reviewer@example.org", "Ryu Reviewer", false).await;
        let admin = log_in(&desk, "admin@example.org").await;
        let mandate = desk
            .begin_mandate(
                &desk.administrator(&admin).unwrap(),
                NewMandate {
                    name: "Testimony".to_owned(),
                    description: String::new(),
                    protocol: "general".to_owned(),
                    people: vec![(lead, "lead".to_owned()), (reviewer, "reviewer".to_owned())],
                },
            )
            .await
            .unwrap();
        let lead = log_in(&desk, "lead@example.org").await;
        let seat = desk.seat(&lead, mandate).await.unwrap();
        publish(&desk, &seat, FORM).await;
        let device = desk.add_device(&seat.may().unwrap(), "Phone 1").await.unwrap();
        let phone = desk.phone(&device.token).await.unwrap();
        House { desk, mandate, phone }
    }

    pub fn sender(&self) -> Sender {
        Sender::Phone(self.phone.clone())
    }

    pub async fn seat(&self, email: &str) -> Seat {
        let session = log_in(&self.desk, email).await;
        self.desk.seat(&session, self.mandate).await.unwrap()
    }

    /// Sends a submission, with a photo where it names one.
    pub async fn send(&self, sent: &Sent) -> Result<desk::Received, desk::Error> {
        let mut files = Vec::new();
        if let Some((name, content)) = &sent.photo {
            let mut file = self.desk.incoming_file(name).unwrap();
            file.push(content).unwrap();
            files.push(file);
        }
        self.desk.receive(&self.sender(), sent.xml().into_bytes(), files).await
    }
}

pub async fn publish(desk: &Desk, seat: &Seat, xform: &str) -> desk::store::form::Form {
    let upload = desk::Upload { bytes: xform.as_bytes(), file_name: "person.xml", fallback_id: None };
    let uploaded = desk.upload_form(&seat.may().unwrap(), upload, None).await.unwrap();
    desk.publish_form(&seat.may().unwrap(), &uploaded.form).await.unwrap()
}

pub async fn log_in(desk: &Desk, email: &str) -> Session {
    let login = Login { email, password: PASSWORD, code: None, address: "192.0.2.1", unlock: true };
    desk.log_in(login).await.unwrap().1
}

/// A submission of the form, as a phone writes it.
#[derive(Clone, Default)]
pub struct Sent {
    pub instance: String,
    pub replaces: Option<String>,
    pub site: Option<String>,
    pub name: Option<String>,
    pub story: Option<String>,
    pub photo: Option<(String, Vec<u8>)>,
    /// The attributes of the entity, as they stand in the XML.
    pub entity: String,
}

impl Sent {
    pub fn xml(&self) -> String {
        let field = |name: &str, value: &Option<String>| {
            value.as_ref().map(|value| format!("<{name}>{value}</{name}>")).unwrap_or_default()
        };
        let photo = self.photo.as_ref().map(|(name, _)| name.clone());
        let label = self.name.as_ref().map(|name| format!("<label>{name}</label>")).unwrap_or_default();
        let entity = if self.entity.is_empty() {
            String::new()
        } else {
            format!("<entity dataset=\"persons\" {}>{label}</entity>", self.entity)
        };
        format!(
            "<data id=\"person\" version=\"1\">{}{}{}{}<meta><instanceID>{}</instanceID>{}{entity}</meta></data>",
            field("site", &self.site),
            field("name", &self.name),
            field("story", &self.story),
            field("photo", &photo),
            self.instance,
            field("deprecatedID", &self.replaces),
        )
    }
}

/// A uuid of version 4 with this number in it.
pub fn uuid(number: u64) -> String {
    format!("{number:08x}-0000-4000-8000-{number:012x}")
}
