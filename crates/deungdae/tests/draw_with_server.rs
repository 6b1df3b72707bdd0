//! A draw between a monitor with the server and authorities who have only the command line: what goes between them are
//! files.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use desk::protocol::Protocol;
use desk::store::{Store, StoreOptions};
use desk::{
    Brought, Desk, Login, NewCase, NewDraw, NewFact, NewMandate, NewMember, NewParty, Options, Randomness,
    Read, Seat, SentList,
};
use sha2::{Digest, Sha256};

fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    i64::try_from(since.as_millis()).unwrap()
}

fn seed() -> [u8; 32] {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).unwrap();
    seed
}

struct Story {
    root: tempfile::TempDir,
    desk: Desk,
    officer: Seat,
    code: String,
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

impl Story {
    async fn begin() -> Story {
        let root = tempfile::tempdir().unwrap();
        let options = StoreOptions { data: root.path().join("data"), database: None, now, server: 1 };
        let shipped = desk::protocol::shipped().into_iter().find(|(name, _)| *name == "workplace").unwrap();
        let protocol = Protocol::read(&shipped.1).unwrap();
        let weak = Options { password_cost: seal::Cost::WEAK_FOR_TESTS, ..Options::default() };
        let desk = Desk::open(Store::open(options).unwrap(), vec![protocol], weak, now, seed).await.unwrap();
        let mut people = Vec::new();
        for (name, role) in [
            ("admin", ""),
            ("lead", "visit_lead"),
            ("draw", "draw_officer"),
            ("records", "record_reviewer"),
            ("reconciler", "reconciler"),
        ] {
            let email = format!("{name}@example.org");
            let administrator = role.is_empty();
            let new = NewMember {
                email: &email,
                name,
                password: "correct horse battery",
                administrator,
                language: "en",
            };
            let id = desk.add_member(new).await.unwrap();
            if !administrator {
                people.push((id, role.to_owned()));
            }
        }
        let session = async |email| {
            let login = Login {
                email,
                password: "correct horse battery",
                code: None,
                address: "192.0.2.1",
                unlock: true,
            };
            desk.log_in(login).await.unwrap().1
        };
        let admin = session("admin@example.org").await;
        let new = NewMandate {
            name: "Zone".to_owned(),
            description: String::new(),
            protocol: "workplace".to_owned(),
            people,
        };
        let mandate = desk.begin_mandate(&desk.administrator(&admin).unwrap(), new).await.unwrap();
        let lead = desk.seat(&session("lead@example.org").await, mandate).await.unwrap();
        let officer = desk.seat(&session("draw@example.org").await, mandate).await.unwrap();
        let new = NewCase { workflow: "visit", title: "Haneul Garment", parent: None };
        let code = desk.begin_case(&lead.may::<Read>().unwrap(), new).await.unwrap();
        let facts = [
            ("access_requested", "", ""),
            ("mandate_signed", "authority", "first"),
            ("mandate_signed", "authority", "second"),
        ];
        for (kind, field, value) in facts {
            let mut fact = NewFact { kind: kind.to_owned(), at: now(), ..NewFact::default() };
            if !field.is_empty() {
                fact.values.insert(field.to_owned(), value.to_owned());
            }
            desk.put_fact(&lead, "visit", &code, fact).await.unwrap();
        }
        Story { root, desk, officer, code }
    }

    /// A party's folder beside the public one.
    fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_deungdae"));
        command.arg("draw").args(arguments).current_dir(self.root.path()).output().unwrap()
    }

    fn done(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", text(&output));
        text(&output)
    }

    fn key(&self, party: &str) -> String {
        let said = self.done(&["key", "--party", party, "--secrets", party]);
        let line = said.lines().find(|line| line.contains("role")).unwrap();
        line.split('"').nth(3).unwrap().to_owned()
    }

    /// Downloads the public folder for a party, as it is now.
    async fn download(&self, folder: &str) {
        let detail = self.desk.draw(&self.officer.may().unwrap(), "visit", &self.code, 1).await.unwrap();
        fs::create_dir_all(self.path(folder)).unwrap();
        for (name, bytes) in &detail.transcript.files {
            fs::write(self.path(folder).join(name), bytes).unwrap();
        }
    }

    async fn upload(&self, folder: &str, file: &str) -> Result<String, desk::Error> {
        let bytes = fs::read(self.path(folder).join(file)).unwrap();
        self.desk.receive_draw_message(&self.officer.may().unwrap(), "visit", &self.code, 1, &bytes).await
    }
}

/// Every leaf of the ledger, from its exported files.
async fn leaves(desk: &Desk) -> Vec<ledger::Leaf> {
    let files = std::sync::Arc::new(std::sync::Mutex::new(std::collections::BTreeMap::new()));
    let kept = files.clone();
    let write = move |path: &str, bytes: &[u8]| {
        kept.lock().unwrap().insert(path.to_owned(), bytes.to_vec());
        Ok(())
    };
    let size = u64::try_from(desk.export_ledger(write).await.unwrap()).unwrap();
    let files = files.lock().unwrap().clone();
    let mut leaves = Vec::new();
    for tile in ledger::tile::Tile::grown(0, size) {
        if tile.content == ledger::tile::Content::Entries {
            let bytes = &files[&tile.path()];
            let entries = ledger::tile::read_bundle(bytes, tile.width).unwrap();
            leaves.extend(entries.into_iter().map(|entry| ledger::Leaf::parse(entry).unwrap()));
        }
    }
    leaves
}

#[tokio::test(flavor = "multi_thread")]
async fn authorities_take_part_with_files_alone() {
    let story = Story::begin().await;
    let (desk, code) = (&story.desk, story.code.as_str());
    let may = story.officer.may::<Read>().unwrap();
    let mut csv = String::from("badge,name,stratum\n");
    for number in 1..=60 {
        let stratum = if number % 3 == 0 { "men_operator" } else { "women_operator" };
        csv.push_str(&format!("B{number:03},Person {number},{stratum}\n"));
    }
    let sent = SentList { kind: "roster", bytes: csv.as_bytes() };
    desk.import_list(&may, "visit", code, sent).await.unwrap();
    let heads =
        |workshop: &str| desk::frame::Heads { workshop: workshop.to_owned(), roster: 20, counted: 20 };
    desk.count_heads(&may, "visit", code, &[heads("1"), heads("2"), heads("3")]).await.unwrap();
    desk.freeze_frame(&may, "visit", code).await.unwrap();

    let roles = [("authority-a", "authority"), ("authority-b", "authority"), ("auditor", "auditor")];
    let parties = roles.map(|(name, role)| NewParty { name: name.to_owned(), role, key: story.key(name) });
    let keys: Vec<String> = parties.iter().map(|party| format!("{}={}", party.name, party.key)).collect();
    let new = NewDraw {
        parties: parties.to_vec(),
        scheme: desk::protocol::Scheme::Stratified,
        n: 12,
        others: 10,
        reveal_deadline: now() + 3_600_000,
        ..NewDraw::default()
    };
    desk.begin_draw(&may, "visit", code, new).await.unwrap();

    // Each authority has a folder of its own and sees only what it downloads.
    let authorities = ["authority-a", "authority-b"];
    let folder = |party: &str| format!("public-of-{party}");
    for party in authorities {
        story.download(&folder(party)).await;
        story.done(&["commit", &folder(party), "--secrets", party]);
        story.upload(&folder(party), &format!("commit-{party}.json")).await.unwrap();
    }
    desk.announce_draw(&may, "visit", code, 1, Randomness::Dice).await.unwrap();
    for party in authorities {
        story.download(&folder(party)).await;
        story.done(&["announce", &folder(party), "--secrets", party, "--cosign"]);
        // One file is changed on its way, and the server says so.
        let file = story.path(&folder(party)).join("announce.json");
        let good = fs::read_to_string(&file).unwrap();
        fs::write(&file, good.replace("\"roster_size\": 60", "\"roster_size\": 61")).unwrap();
        assert!(story.upload(&folder(party), "announce.json").await.is_err(), "it was tampered with");
        fs::write(&file, good).unwrap();
        story.upload(&folder(party), "announce.json").await.unwrap();
    }
    desk.reveal_draw(&may, "visit", code, 1).await.unwrap();
    for party in authorities {
        story.download(&folder(party)).await;
        story.done(&["reveal", &folder(party), "--secrets", party]);
        story.upload(&folder(party), &format!("reveal-{party}.json")).await.unwrap();
    }
    desk.bring_randomness(&may, "visit", code, 1, Brought::Dice("40281 97365 11820 49957")).await.unwrap();
    for party in authorities {
        story.download(&folder(party)).await;
        story.done(&["beacon", &folder(party), "--secrets", party, "--cosign"]);
        story.upload(&folder(party), "beacon.json").await.unwrap();
    }
    desk.select_draw(&may, "visit", code, 1, 10).await.unwrap();
    for rank in 0..4 {
        desk.attempt(&may, "visit", code, 1, ("men_operator", rank, "interviewed")).await.unwrap();
    }

    // The auditor is handed a folder in the room, and signs with the command line.
    let reason = "the audit, in a room";
    let opened =
        desk.opened_for_auditor(&story.officer.may().unwrap(), "visit", code, 1, reason).await.unwrap();
    fs::create_dir_all(story.path("opened")).unwrap();
    for (name, bytes) in &opened {
        fs::write(story.path("opened").join(name), &**bytes).unwrap();
    }
    story.download("public-of-auditor").await;
    story.done(&["audit", "public-of-auditor", "--opened", "opened", "--secrets", "auditor"]);
    story.upload("public-of-auditor", "audit.json").await.unwrap();
    desk.close_draw(&may, "visit", code, 1).await.unwrap();

    // A fourth downloads the folder and verifies, with keys from elsewhere.
    story.download("download").await;
    let mut verify = vec!["verify", "download"];
    for key in &keys {
        verify.extend(["--key", key]);
    }
    let said = story.done(&verify);
    assert!(said.contains("Nothing in it is untrue."), "{said}");
    let slip = desk.slip(&story.officer.may().unwrap(), "visit", code, 1, "B007").await.unwrap();
    fs::write(story.path("slip.txt"), slip).unwrap();
    let said = story.done(&["my-line", "download", "--check", "slip.txt"]);
    assert!(said.contains("Person 7"), "{said}");
    let bundle = desk.draw_bundle(&may, "visit", code, 1).await.unwrap();
    fs::write(story.path("draw.json"), bundle).unwrap();
    story.done(&["verify", "draw.json"]);

    // Every message is in the ledger: a leaf that names draw and file, and commits to the file, so that a draw which a
    // release does not show is missed.
    let detail = desk.draw(&may, "visit", code, 1).await.unwrap();
    let leaves = leaves(desk).await;
    let said = |leaf: &ledger::Leaf, name: &str| {
        leaf.message.as_ref().and_then(|message| Some(message.get(name)?.as_str()?.to_owned()))
    };
    let of_draw: Vec<_> = leaves.iter().filter(|leaf| leaf.kind == ledger::leaf::kind::DRAW).collect();
    assert_eq!(of_draw.len(), detail.messages.len());
    for (leaf, message) in of_draw.iter().zip(&detail.messages) {
        assert_eq!(said(leaf, "draw"), Some(detail.row.draw.clone()));
        assert_eq!(said(leaf, "file"), Some(message.file.clone()));
        let hash: [u8; 32] = Sha256::digest(message.content.as_bytes()).into();
        assert_eq!(leaf.commitment, hash, "{}", message.file);
    }

    // Whoever takes a message away is found out.
    fs::remove_file(story.path("download").join("reveal-authority-b.json")).unwrap();
    let output = story.run(&["verify", "download"]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
}
