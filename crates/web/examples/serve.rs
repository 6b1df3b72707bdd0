//! `cargo run --release -p web --example serve -- DIRECTORY [ADDRESS]`: the phone's door alone on a data directory, with
//! one administrator (`admin@example.org`, `benchmark-pass-1`). For trying clients and for measuring.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use axum::serve::ListenerExt;
use desk::protocol::Protocol;
use desk::store::{Store, StoreOptions};
use desk::{Desk, NewMember, Options};
use web::room::{Web, WebOptions};

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

fn seed() -> [u8; 32] {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).expect("the system has randomness");
    seed
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut words = std::env::args().skip(1);
    let data = PathBuf::from(words.next().ok_or("say where the data are to be kept")?);
    let address = words.next().unwrap_or_else(|| "127.0.0.1:8383".to_owned());
    let database = words.next();
    let store = Store::open(StoreOptions { data, database, now, server: 1 })?;
    let protocols = desk::protocol::shipped();
    let protocols = protocols.iter().filter_map(|(_, files)| Protocol::read(files).ok()).collect();
    let desk = Desk::open(store, protocols, Options::default(), now, seed).await?;
    let (email, password) = ("admin@example.org", "benchmark-pass-1");
    let admin = NewMember { email, name: "Admin", password, administrator: true, language: "" };
    match desk.add_member(admin).await {
        Ok(_) | Err(desk::Error::Refused(_)) => {}
        Err(error) => return Err(error.into()),
    }
    let web = Web { desk: Arc::new(desk), options: Arc::new(WebOptions::default()) };
    let listener = tokio::net::TcpListener::bind(address).await?.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    let router = web::odk::router().with_state(web).into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, router).await?;
    Ok(())
}
