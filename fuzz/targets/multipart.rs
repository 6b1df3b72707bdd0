//! Any bytes as the body of a submission. The first byte is the size of the pieces in which it arrives. Whatever the
//! answer, nothing is left on the disk once the submission is dropped.
#![no_main]

use axum::body::{Body, Bytes};
use axum::http::{Request, header};
use desk::{Desk, Options};
use futures_util::stream;
use libfuzzer_sys::fuzz_target;
use std::convert::Infallible;
use std::path::Path;
use std::sync::LazyLock;
use store::{Store, StoreOptions};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use web::odk::multipart;

struct Room {
    folder: TempDir,
    desk: Desk,
    runtime: Runtime,
}

static ROOM: LazyLock<Room> = LazyLock::new(|| {
    let folder = TempDir::new().expect("a folder for the data");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let options = StoreOptions { data: folder.path().join("data"), database: None, now, server: 1 };
    let store = Store::open(options).expect("a store");
    let options = Options { password_cost: seal::Cost::WEAK_FOR_TESTS, ..Options::default() };
    let desk = runtime.block_on(Desk::open(store, Vec::new(), options, now, seed)).expect("a desk");
    Room { folder, desk, runtime }
});

fn now() -> i64 {
    1_795_392_000_000
}

fn seed() -> [u8; 32] {
    [7; 32]
}

fuzz_target!(|bytes: &[u8]| {
    let Some((&size, body)) = bytes.split_first() else { return };
    let room = &*ROOM;
    let before = files(room.folder.path());
    let pieces: Vec<_> = body
        .chunks(1 + usize::from(size) * 17)
        .map(|piece| Ok::<_, Infallible>(Bytes::copy_from_slice(piece)))
        .collect();
    let request = Request::post("/submission")
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=x")
        .body(Body::from_stream(stream::iter(pieces)))
        .expect("a request");
    let posted = room.runtime.block_on(multipart::read(&room.desk, request));
    drop(posted);
    assert_eq!(files(room.folder.path()), before, "something stayed on the disk");
});

/// How many files lie in a folder, those of the database aside.
fn files(folder: &Path) -> usize {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| match entry.path() {
            path if path.is_dir() => files(&path),
            path if path.to_string_lossy().contains("database") => 0,
            _ => 1,
        })
        .sum()
}
