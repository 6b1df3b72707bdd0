//! Runs one story on both databases.
#![allow(dead_code)] // Each test binary uses a part of it.

use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use postgres::{Client, NoTls};
use store::{Store, StoreOptions};
use tempfile::TempDir;

/// A place for one store that is removed afterwards.
pub struct Home {
    pub folder: TempDir,
    pub database: Option<String>,
    // Superuser's URL and name of the database on PostgreSQL.
    made: Option<(String, String)>,
}

static NUMBER: AtomicU16 = AtomicU16::new(0);

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
            println!(
                "skipped: PostgreSQL, because DEUNGDAE_TEST_POSTGRES is not set (scripts/postgres_cluster.sh start)"
            );
            return None;
        }
        let name = format!("store_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let mut client = Client::connect(&url, NoTls).expect("DEUNGDAE_TEST_POSTGRES");
        client.batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
        let database = Some(url.replace("/postgres?", &format!("/{name}?")));
        Some(Home { folder: tempfile::tempdir().unwrap(), database, made: Some((url, name)) })
    }

    pub fn options(&self) -> StoreOptions {
        StoreOptions {
            data: self.folder.path().join("data"),
            database: self.database.clone(),
            now,
            server: NUMBER.fetch_add(1, Ordering::Relaxed),
        }
    }

    pub fn open(&self) -> Store {
        Store::open(self.options()).unwrap()
    }

    /// Runs something as the superuser, outside the store; `NAME` stands for the database.
    pub fn superuser(&self, sql: &str) {
        let (url, name) = self.made.as_ref().unwrap();
        let mut client = Client::connect(url, NoTls).unwrap();
        client.batch_execute(&sql.replace("NAME", name)).unwrap();
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        if let Some((url, name)) = &self.made
            && let Ok(mut client) = Client::connect(url, NoTls)
        {
            let _ = client.batch_execute(&format!("DROP DATABASE {name} WITH (FORCE)"));
        }
    }
}

/// Tells the story on SQLite, then on PostgreSQL where there is one.
pub fn on_both(story: impl Fn(&Home)) {
    story(&Home::sqlite());
    if let Some(home) = Home::postgres() {
        story(&home);
    }
}

pub fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as i64
}

pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}
