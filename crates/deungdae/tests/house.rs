//! The plan of the house, checked: which room may import which, who alone may use what, and what no room holds.
//!
//! Each test names the culprit and says what to do. Whoever changes the plan changes ARCHITECTURE.md and the tables
//! here in one commit.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Every room, its floor, and the rooms it may import. Engines (floor 0) import each other only where shown.
const ROOMS: &[(&str, u8, &[&str])] = &[
    ("xlsform", 0, &[]),
    ("xforms", 0, &[]),
    ("seal", 0, &[]),
    ("ledger", 0, &[]),
    ("passkey", 0, &[]),
    ("draw", 0, &["ledger"]),
    ("frame", 0, &[]),
    ("formats", 0, &[]),
    ("survey", 0, &[]),
    ("disclosure", 0, &["survey"]),
    ("bag", 0, &["ledger", "draw", "disclosure"]),
    ("names", 0, &[]),
    ("linkage", 0, &["names"]),
    ("casework", 0, &[]),
    ("odata", 0, &[]),
    ("aid", 0, &[]),
    // A protocol declares workflows and a disclosure policy, and only `casework` and `disclosure` know what these may say.
    ("protocol", 1, &["xlsform", "xforms", "casework", "disclosure"]),
    ("store", 1, &[]),
    ("desk", 2, EVERYTHING_BELOW),
    ("web", 3, &["desk"]),
    ("report", 4, EVERYTHING_BELOW),
    ("deungdae-verify", 4, &["draw", "survey", "ledger", "disclosure", "bag"]),
    // Its verb `verify` is the outsiders' program, so that both say the same.
    ("deungdae", 4, &["*", "deungdae-verify"]),
];

/// Stands for all rooms on lower floors.
const EVERYTHING_BELOW: &[&str] = &["*"];

/// What only one room may depend on: the room, the libraries, and where others find it. The roof opens the port and
/// its demo calls like a phone, so it may use `axum` and `tower` beside `web`.
const ALONE: &[(&[&str], &[&str], &str)] = &[
    (
        &["store"],
        &["rusqlite", "libsqlite3-sys", "postgres", "tokio-postgres", "sqlx", "diesel"],
        "ask the store by one of its nouns",
    ),
    (
        &["seal"],
        &["argon2", "hpke", "chacha20poly1305", "x25519-dalek", "aead-stream", "vsss-rs", "age"],
        "only seal touches secret keys; use what it offers",
    ),
    (&["web", "deungdae"], &["axum", "tower"], "only web knows HTTP"),
    (&["web"], &["tower-http", "hyper", "askama"], "only web knows HTTP and pages"),
    (&["deungdae"], &["getrandom"], "take clock and randomness as arguments; the roof passes them in"),
];

/// Whatever stands below the outsiders' verifier is Rust, and waits for nobody.
const NOT_FOR_OUTSIDERS: &[&str] =
    &["cc", "cmake", "pkg-config", "bindgen", "tokio", "futures-executor", "mio", "openssl"];

/// What an engine's source may not say, because it takes data and gives data.
const NOT_IN_ENGINES: &[&str] = &[
    "SystemTime",
    "Instant::now",
    "Timestamp::now",
    "Zoned::now",
    "std::fs",
    "std::net",
    "std::env",
    "std::process",
    "tokio::",
    "SysRng",
    "thread_rng",
];

/// Names that say nothing about what is inside.
const EMPTY_NAMES: &[&str] =
    &["util", "utils", "helper", "helpers", "manager", "managers", "service", "services"];

const LONGEST_FILE: usize = 700;

/// One of our crates, as `cargo metadata` tells it.
struct Room {
    name: String,
    folder: PathBuf,
    /// Name and kind (`normal`, `build`, `dev`) of what it depends on.
    dependencies: BTreeSet<(String, String)>,
}

impl Room {
    /// The Rust files in one of its folders.
    fn files(&self, folder: &str) -> Vec<PathBuf> {
        let mut found = Vec::new();
        collect(&self.folder.join(folder), &mut found);
        found.sort();
        found
    }
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.expect("the folder can be read").path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

fn rooms() -> Vec<Room> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo metadata answers JSON");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let packages = metadata["packages"].as_array().expect("it lists packages").iter();
    let rooms: Vec<Room> = packages
        .map(|package| Room {
            name: text(&package["name"]),
            folder: PathBuf::from(text(&package["manifest_path"])).with_file_name(""),
            dependencies: package["dependencies"]
                .as_array()
                .expect("it lists dependencies")
                .iter()
                .map(|dependency| {
                    (text(&dependency["name"]), dependency["kind"].as_str().unwrap_or("normal").to_owned())
                })
                .collect(),
        })
        .collect();
    assert!(rooms.iter().any(|room| room.name == "deungdae"), "the roof itself is not listed");
    rooms
}

fn fail_if_any(faults: Vec<String>) {
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn a_room_imports_only_what_stands_below() {
    let plan: BTreeMap<&str, (u8, &[&str])> =
        ROOMS.iter().map(|(name, floor, allowed)| (*name, (*floor, *allowed))).collect();
    let mut faults = Vec::new();
    for room in rooms() {
        let name = &room.name;
        let Some(&(floor, allowed)) = plan.get(&**name) else {
            faults.push(format!(
                "crate {name} is not in the plan: give it a floor in ARCHITECTURE.md and in ROOMS (house.rs), or make it a module of a room"
            ));
            continue;
        };
        for (other, kind) in &room.dependencies {
            let Some(&(other_floor, _)) = plan.get(&**other) else { continue };
            // Tests may use the rooms beside theirs, to hold one against the other.
            let right = if kind == "dev" {
                other_floor <= floor
            } else {
                let below = allowed.contains(&"*") && other_floor < floor;
                below || allowed.contains(&&**other)
            };
            if !right {
                let may = if allowed.is_empty() { "no other room".to_owned() } else { allowed.join(", ") };
                faults.push(format!(
                    "{name} imports {other} ({kind} dependency), but may import {may}: move what it needs to the room \
                     that owns it, pass it in as plain data, or re-export it from a room that {name} may import"
                ));
            }
        }
    }
    fail_if_any(faults);
}

#[test]
fn some_libraries_are_used_by_one_room_only() {
    let mut faults = Vec::new();
    for room in rooms() {
        for (owners, libraries, instead) in ALONE {
            for (library, kind) in &room.dependencies {
                if !owners.contains(&&*room.name) && kind != "dev" && libraries.contains(&&**library) {
                    let name = &room.name;
                    faults.push(format!(
                        "{name} depends on {library}, which only {} may: {instead}",
                        owners.join(" and ")
                    ));
                }
            }
        }
    }
    fail_if_any(faults);
}

#[test]
fn what_outsiders_build_has_no_c_and_no_async() {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--offline", "--package", "deungdae-verify", "--edges", "normal,build"])
        .args(["--prefix", "none", "--format", "{p}"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    let tree = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "cargo tree: {}", String::from_utf8_lossy(&output.stderr));
    let names: BTreeSet<&str> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
    assert!(names.contains("draw") && names.contains("disclosure"), "{names:?}");
    let wrong = |name: &&&str| name.ends_with("-sys") || NOT_FOR_OUTSIDERS.contains(*name);
    let faults = names.iter().filter(wrong).map(|name| {
        format!("deungdae-verify depends on {name}: outsiders must be able to build and read all of it; find who brings it with cargo tree -i {name}")
    });
    fail_if_any(faults.collect());
}

#[test]
fn engines_read_no_clock_file_network_or_dice() {
    let engines: Vec<&str> = ROOMS.iter().filter(|room| room.1 == 0).map(|room| room.0).collect();
    let mut faults = Vec::new();
    for room in rooms().iter().filter(|room| engines.contains(&&*room.name)) {
        for file in room.files("src") {
            for (number, line) in numbered(&file) {
                if let Some(word) = NOT_IN_ENGINES.iter().find(|word| line.contains(**word)) {
                    let place = file.display();
                    faults.push(format!(
                        "{place}:{number} says {word}: an engine takes data, time and dice as arguments"
                    ));
                }
            }
        }
    }
    fail_if_any(faults);
}

#[test]
fn no_file_is_too_long_to_read() {
    let mut faults = Vec::new();
    for file in rooms().iter().flat_map(|room| room.files("src")) {
        let lines = numbered(&file).len();
        if lines > LONGEST_FILE {
            let place = file.display();
            faults.push(format!(
                "{place} has {lines} lines, more than {LONGEST_FILE}: give its second idea a file of its own"
            ));
        }
    }
    fail_if_any(faults);
}

#[test]
fn nothing_is_left_for_later() {
    let mut faults = Vec::new();
    for file in rooms().iter().flat_map(|room| room.files("src")) {
        for (number, line) in numbered(&file) {
            for word in ["todo!", "unimplemented!", "FIXME"] {
                if line.contains(word) {
                    faults
                        .push(format!("{}:{number} says {word}: finish it, or take it out", file.display()));
                }
            }
        }
    }
    fail_if_any(faults);
}

#[test]
fn every_name_says_what_is_inside() {
    let says_nothing = |name: &str| name.split(['_', '-']).any(|word| EMPTY_NAMES.contains(&word));
    let mut faults = Vec::new();
    for room in rooms() {
        let here = ["src", "tests", "benches"].iter().flat_map(|folder| room.files(folder));
        for file in here {
            let inside = file.strip_prefix(&room.folder).unwrap_or(&file).with_extension("");
            for part in inside.iter().filter_map(|part| part.to_str()).filter(|part| says_nothing(part)) {
                faults.push(format!("{}: name {part} after what it is about", file.display()));
            }
            for (number, line) in numbered(&file) {
                let line = line.trim_start().trim_start_matches("pub(crate) ").trim_start_matches("pub ");
                let module = line.strip_prefix("mod ").map(|rest| rest.trim_end_matches(['{', ';', ' ']));
                if let Some(module) = module.filter(|module| says_nothing(module)) {
                    faults.push(format!(
                        "{}:{number}: name module {module} after what it is about",
                        file.display()
                    ));
                }
            }
        }
        if says_nothing(&room.name) {
            faults.push(format!("name crate {} after what it is about", room.name));
        }
    }
    fail_if_any(faults);
}

#[test]
fn cargo_run_starts_the_server() {
    // There is a second binary for outsiders; README's `cargo run --release -- demo` must not ask which one is meant.
    let told = std::process::Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    let told: serde_json::Value = serde_json::from_slice(&told.stdout).expect("cargo says it in JSON");
    let packages = told["packages"].as_array().expect("there are packages");
    let run: Vec<_> = packages.iter().filter_map(|package| package["default_run"].as_str()).collect();
    assert_eq!(run, ["deungdae"]);
}

#[test]
fn every_room_introduces_itself() {
    let mut faults = Vec::new();
    // A room of a line or two is only marked out on the ground.
    let begun = |room: &Room| room.files("src").iter().map(|file| numbered(file).len()).sum::<usize>() > 10;
    for room in rooms().into_iter().filter(begun) {
        let path = room.folder.join("README.md");
        match fs::read_to_string(&path) {
            Err(_) => faults.push(format!(
                "crate {} has no README.md: write what it is, its \"Architecture invariant: …\" and a short example",
                room.name
            )),
            Ok(text) if !text.contains("Architecture invariant:") => {
                faults.push(format!("{}: say in a sentence \"Architecture invariant: …\" what must stay true", path.display()));
            }
            Ok(_) => {}
        }
    }
    fail_if_any(faults);
}

/// The lines of a file with their numbers, from 1.
fn numbered(file: &Path) -> Vec<(usize, String)> {
    let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    text.lines().map(str::to_owned).enumerate().map(|(index, line)| (index + 1, line)).collect()
}
