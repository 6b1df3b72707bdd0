//! A data directory: its configuration, its store, its desk.

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use desk::{Desk, Options};
use protocol::Protocol;
use serde::Deserialize;
use store::{Store, StoreOptions};

use crate::Trouble;

/// `server.toml` in the data directory. Every line may be left out.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Configuration {
    /// Address and port to listen on.
    pub(crate) listen: Option<std::net::SocketAddr>,
    /// Address as people and phones type it, `https://monitor.example.org`.
    pub(crate) address: Option<String>,
    /// Whether a proxy in front says where requests come from.
    #[serde(default)]
    pub(crate) behind_proxy: bool,
    /// `postgres://…` instead of the file in the data directory.
    pub(crate) database: Option<String>,
    /// Minutes without use after which a session's keys are forgotten.
    pub(crate) idle_minutes: Option<i64>,
    /// Hours after which a login ends by itself.
    pub(crate) session_hours: Option<i64>,
    /// Largest attachment taken, MiB.
    pub(crate) largest_file_mib: Option<u64>,
}

impl Configuration {
    /// Reads `server.toml`, if there is one.
    pub(crate) fn read(data: &Path) -> Result<Self, Trouble> {
        let path = data.join("server.toml");
        match std::fs::read_to_string(&path) {
            Ok(text) => {
                toml::from_str(&text).map_err(|error| Trouble::new(format!("{}: {error}", path.display())))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Configuration::default()),
            Err(error) => Err(Trouble::new(format!("{}: {error}", path.display()))),
        }
    }

    pub(crate) fn options(&self) -> Options {
        let usual = Options::default();
        Options {
            idle_minutes: self.idle_minutes.unwrap_or(usual.idle_minutes),
            session_hours: self.session_hours.unwrap_or(usual.session_hours),
            largest_file: self.largest_file_mib.map_or(usual.largest_file, |mib| mib << 20),
            ..usual
        }
    }
}

/// Milliseconds since 1970.
pub(crate) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// Randomness of the system.
pub(crate) fn seed() -> [u8; 32] {
    let mut bytes = [0; 32];
    if let Err(error) = getrandom::fill(&mut bytes) {
        // Without randomness no key is safe, and nothing that follows could be done.
        eprintln!("deungdae: the system gives no randomness: {error}");
        std::process::abort();
    }
    bytes
}

/// Opens the store of a data directory.
pub(crate) fn open_store(data: &Path, database: Option<String>) -> Result<Store, Trouble> {
    Ok(Store::open(store_options(data, database, now))?)
}

/// Opens a store in a data directory whose past is being made up.
pub(crate) fn open_store_with_clock(data: &Path, clock: fn() -> i64) -> Result<Store, Trouble> {
    Ok(Store::open(store_options(data, None, clock))?)
}

fn store_options(data: &Path, database: Option<String>, now: fn() -> i64) -> StoreOptions {
    let [one, two, ..] = seed();
    StoreOptions { data: data.to_owned(), database, now, server: u16::from_be_bytes([one, two]) }
}

/// Opens the desk of a data directory that `init` or `demo` has made.
pub(crate) async fn open_desk(
    data: &Path,
    database: Option<String>,
    options: Options,
) -> Result<Desk, Trouble> {
    let store = open_store(data, database)?;
    Ok(Desk::open(store, protocols(data)?, options, now, seed).await?)
}

/// Makes a data directory that only its owner can enter.
pub(crate) fn make_folder(data: &Path) -> Result<(), Trouble> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(data)
        .map_err(|error| Trouble::new(format!("{} cannot be made: {error}", data.display())))
}

/// Where installed protocols lie.
pub(crate) fn protocols_folder(data: &Path) -> PathBuf {
    data.join("protocols")
}

/// The shipped protocols and those installed in the data directory; an installed one wins over a shipped one.
pub(crate) fn protocols(data: &Path) -> Result<Vec<Protocol>, Trouble> {
    let mut protocols = Vec::new();
    let failed = |name: &str, problems: Vec<protocol::Problem>| {
        let first = problems.first().map(ToString::to_string).unwrap_or_default();
        Trouble::new(format!(
            "protocol {name} has {} problems, the first is: {first}. `deungdae protocol check` shows all",
            problems.len()
        ))
    };
    for (name, files) in protocol::shipped() {
        protocols.push(Protocol::read(&files).map_err(|problems| failed(name, problems))?);
    }
    let folder = protocols_folder(data);
    if folder.is_dir() {
        for entry in std::fs::read_dir(&folder)? {
            let path = entry?.path();
            let name = path.display().to_string();
            let read = Protocol::read_folder(&path).map_err(|problems| failed(&name, problems))?;
            protocols.retain(|known| known.name != read.name);
            protocols.push(read);
        }
    }
    Ok(protocols)
}

/// The runtime of a verb that talks to the desk.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, Trouble> {
    Ok(tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?)
}
