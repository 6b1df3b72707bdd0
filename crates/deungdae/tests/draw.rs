//! A draw between parties who have nothing in common but files: each with its own folder, one folder for all to see.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Round 123 of quicknet was published then; the parties state times around it, as one may where a clock is wrong.
const ROUND_TIME: u64 = 1_692_803_367 + 122 * 3;
const SIGNATURE: &str =
    "b75c69d0b72a5d906e854e808ba7e2accb1542ac355ae486d591aa9d43765482e26cd02df835d3546d23c4b13e0dfc92";

/// The parties around one table, in a folder that goes when the story ends.
struct Table {
    root: tempfile::TempDir,
    at: u64,
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

impl Table {
    fn new() -> Self {
        Self { root: tempfile::tempdir().unwrap(), at: ROUND_TIME - 100_000 }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    fn run(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_deungdae"))
            .arg("draw")
            .args(arguments)
            .current_dir(self.root.path())
            .output()
            .unwrap()
    }

    /// A verb on the public folder by one party, at the table's time.
    fn by(&self, party: &str, verb: &str, more: &[&str]) -> Output {
        let at = self.at.to_string();
        let mut arguments = vec![verb, "public", "--secrets", party, "--at", &at];
        arguments.extend(more);
        self.run(&arguments)
    }

    fn done(&self, party: &str, verb: &str, more: &[&str]) -> String {
        let output = self.by(party, verb, more);
        assert!(output.status.success(), "{party} {verb} {more:?}: {}", text(&output));
        text(&output)
    }

    fn refused(&self, party: &str, verb: &str, more: &[&str], words: &str) {
        let output = self.by(party, verb, more);
        assert_eq!(output.status.code(), Some(2), "{party} {verb}: {}", text(&output));
        assert!(text(&output).contains(words), "{}", text(&output));
    }

    fn verify(&self, more: &[&str]) -> Output {
        let at = self.at.to_string();
        let mut arguments = vec!["verify", "public", "--at", &at];
        arguments.extend(more);
        self.run(&arguments)
    }

    /// Keys of five parties, and the design that names them.
    fn sit_down(&self, change: impl Fn(String) -> String) -> Vec<String> {
        let example = self.run(&["design", "--example"]);
        assert!(example.status.success());
        let (head, _) = String::from_utf8(example.stdout)
            .unwrap()
            .split_once("[parties]")
            .map(|(a, b)| (a.to_owned(), b.to_owned()))
            .unwrap();
        let mut design = head + "[parties]\n";
        let mut keys = Vec::new();
        for party in ["authority-a", "authority-b", "monitor", "employer", "auditor"] {
            let made = self.run(&["key", "--party", party, "--secrets", party]);
            assert!(made.status.success(), "{}", text(&made));
            let role = party.split('-').next().unwrap();
            let said = String::from_utf8(made.stdout).unwrap();
            let line = said.lines().find(|line| line.contains("role")).unwrap();
            design.push_str(&line.replace('…', role));
            design.push('\n');
            keys.push(format!("{party}={}", line.split('"').nth(3).unwrap()));
        }
        let design = design
            .replace("2026-11-23T12:00:00Z", "DEADLINE")
            .replace("\"DEADLINE\"", &(ROUND_TIME - 3600).to_string());
        fs::write(self.path("design.toml"), change(design)).unwrap();
        fs::write(self.path("roster.csv"), roster()).unwrap();
        keys
    }

    fn freeze(&self) {
        self.done("monitor", "design", &["--draw", "site-0007/2026-w48/1", "--from", "design.toml"]);
        self.done("monitor", "roster", &["--csv", "roster.csv"]);
        self.done("employer", "roster", &["--countersign", "--csv", "roster.csv"]);
        for party in ["authority-a", "authority-b", "monitor"] {
            self.done(party, "commit", &[]);
        }
    }
}

/// As a spreadsheet in Seoul might write it: byte order mark, semicolons, CRLF.
fn roster() -> String {
    let mut lines = String::from("\u{feff}no;name;sex;job\r\n");
    for n in (1..=60).rev() {
        let sex = if n % 4 == 0 { "M" } else { "F" };
        lines.push_str(&format!("W{n:05};\"김 {n}\";{sex};operator\r\n"));
    }
    lines
}

fn all_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { all_files(&path, found) } else { found.push(path) }
    }
}

#[test]
fn three_parties_complete_a_draw_and_a_fourth_verifies() {
    let mut table = Table::new();
    let keys = table.sit_down(|design| design);
    table.freeze();
    table.refused("authority-a", "announce", &[], "this is for monitor to do");
    assert!(
        table.done("monitor", "announce", &[]).contains("waiting for authority-a, authority-b to cosign")
    );
    table.refused("authority-a", "reveal", &[], "announce.json is missing");
    table.done("authority-a", "announce", &["--cosign"]);
    assert!(table.done("authority-b", "announce", &["--cosign"]).contains("waiting for"));
    table.refused("authority-b", "reveal", &[], "the monitor reveals first");
    for party in ["monitor", "authority-a", "authority-b"] {
        table.done(party, "reveal", &[]);
    }
    fs::write(table.path("round.json"), format!("{{\"round\":123,\"signature\":\"{SIGNATURE}\"}}")).unwrap();
    table.refused("monitor", "beacon", &["--file", "round.json"], "not published yet by this clock");
    table.at = ROUND_TIME + 60;
    fs::write(table.path("other.json"), format!("{{\"round\":124,\"signature\":\"{SIGNATURE}\"}}")).unwrap();
    table.refused("monitor", "beacon", &["--file", "other.json"], "round 123 was announced");
    fs::write(table.path("forged.json"), format!("{{\"round\":123,\"signature\":\"a{}\"}}", &SIGNATURE[1..]))
        .unwrap();
    table.refused("monitor", "beacon", &["--file", "forged.json"], "not that of round 123");
    table.done("monitor", "beacon", &["--file", "round.json"]);

    fs::write(table.path("cover.csv"), "number,why\nV-1,cover\nV-2,referred\n").unwrap();
    table.done("monitor", "select", &["--others", "cover.csv"]);
    table.refused("monitor", "select", &[], "sealed already");
    let selection = fs::read_to_string(table.path("monitor/site-0007_2026-w48_1/selection.csv")).unwrap();
    let number = |place: usize| selection.lines().nth(place).unwrap().split('"').nth(3).unwrap().to_owned();
    let n: usize =
        selection.lines().filter(|line| line.starts_with("\"F\"") && line.contains(",drawn,")).count();
    let (first, second, reserve) = (number(1), number(2), number(1 + n));
    table.refused(
        "monitor",
        "field",
        &["--number", &reserve, "--code", "interviewed"],
        "was opened while only 0",
    );
    table.done("monitor", "field", &["--number", &first, "--code", "refused"]);
    table.refused(
        "monitor",
        "field",
        &["--number", &first, "--code", "interviewed"],
        "ended as “refused” already",
    );
    table.refused(
        "monitor",
        "field",
        &["--number", &second, "--code", "asleep"],
        "“asleep” is not in the design",
    );
    table.refused(
        "monitor",
        "field",
        &["--number", "W99999", "--code", "absent"],
        "neither drawn nor in reserve",
    );
    table.done("monitor", "field", &["--number", &reserve, "--code", "interviewed"]);
    table.done("monitor", "field", &["--number", "V-1", "--code", "interviewed"]);

    let opened = "monitor/site-0007_2026-w48_1/opened";
    let audit = table.done("auditor", "audit", &["--opened", opened]);
    assert!(audit.contains("60 proofs hold") && audit.contains("interviewed 1, refused 1"), "{audit}");
    table.done("monitor", "close", &[]);

    // The fourth has the public folder only, and keys from elsewhere.
    let trusted: Vec<&str> = keys.iter().flat_map(|key| ["--key", key.as_str()]).collect();
    let verified = table.verify(&trusted);
    assert!(verified.status.success(), "{}", text(&verified));
    assert!(text(&verified).contains("done; interviewed 1, refused 1"), "{}", text(&verified));
    let json = table.verify(&["--json"]);
    let answer: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!((answer["passed"].as_bool(), answer["first_lie"].is_null()), (Some(true), true));
    let bundle = table.run(&["bundle", "public", "-o", "draw.json"]);
    assert!(bundle.status.success(), "{}", text(&bundle));
    assert!(table.run(&["verify", "draw.json"]).status.success());

    // A worker's slip, on any phone; and somebody who was left off.
    let slip = table.run(&["my-line", "public", "--number", "W00033", "--secrets", "monitor"]);
    assert!(slip.status.success(), "{}", text(&slip));
    fs::write(table.path("slip.txt"), &slip.stdout).unwrap();
    let mine = table.run(&["my-line", "draw.json", "--check", "slip.txt"]);
    assert!(mine.status.success() && text(&mine).contains("you are listed"), "{}", text(&mine));
    fs::write(table.path("slip.txt"), text(&slip).replace("W00033", "W00034")).unwrap();
    let other = table.run(&["my-line", "public", "--check", "slip.txt"]);
    assert_eq!(other.status.code(), Some(1));
    assert!(text(&other).contains("not in the roster that was frozen"));
    let missing = table.run(&["my-line", "public", "--number", "W00061", "--secrets", "monitor", "--qr"]);
    assert_eq!(missing.status.code(), Some(1));
    let drawn = table.run(&["my-line", "public", "--number", &first, "--secrets", "monitor", "--qr"]);
    assert!(text(&drawn).contains('█'), "the QR code is printed");

    // Nothing secret is public; whatever is a party's own can be read by its owner only.
    let (mut secret, mut public) = (Vec::new(), Vec::new());
    for party in ["monitor", "authority-a", "authority-b", "employer", "auditor"] {
        all_files(&table.path(party), &mut secret);
    }
    for file in &secret {
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o077, 0, "{}", file.display());
    }
    all_files(&table.path("public"), &mut public);
    assert_eq!(public.len(), 16, "{public:?}");
    for file in &public {
        let content = fs::read_to_string(file).unwrap();
        assert!(
            !content.contains("W000") && !content.contains("V-1") && !content.contains('김'),
            "{}",
            file.display()
        );
    }
    let keys = fs::read_to_string(table.path("monitor/site-0007_2026-w48_1/keys.json")).unwrap();
    assert!(!keys.contains("drawing_key"), "the drawing key is destroyed at the end");

    // One byte of any message, and the file is named.
    for file in &public {
        let honest = fs::read(file).unwrap();
        let mut bent = honest.clone();
        let middle = bent.len() / 2;
        bent[middle] ^= 1;
        fs::write(file, &bent).unwrap();
        let lie = table.verify(&[]);
        let name = file.file_name().unwrap().to_str().unwrap();
        assert_eq!(lie.status.code(), Some(1), "{name}");
        assert!(text(&lie).contains("The first lie: ") && text(&lie).contains(name), "{}", text(&lie));
        fs::write(file, honest).unwrap();
    }
    assert!(table.verify(&[]).status.success());
}

#[test]
fn dice_need_no_network_and_who_never_answers_is_named() {
    let mut table = Table::new();
    table.sit_down(|design| design.replace("\"ecvrf\"", "\"hmac-commit\"").replace("n = 24", "n = 10"));
    table.freeze();
    table.done("monitor", "announce", &["--dice"]);
    table.done("authority-a", "announce", &["--cosign"]);
    table.done("authority-b", "announce", &["--cosign"]);
    table.done("monitor", "reveal", &[]);
    table.done("authority-a", "reveal", &[]);
    table.refused("monitor", "beacon", &["--dice", "93046158220417735996"], "authority-b: has not revealed");
    table.at = ROUND_TIME;
    table.refused("authority-b", "reveal", &[], "the default rule counts the empty string");
    table.refused("monitor", "beacon", &["--dice", "930461582204"], "at least 20 digits");
    let said = table.done("monitor", "beacon", &["--dice", "93046 15822 04177 35996"]);
    assert!(said.contains("waiting for authority-a to sign the dice"), "{said}");
    table.refused("monitor", "select", &[], "no seed yet");
    table.done("authority-a", "beacon", &["--cosign"]);
    table.done("monitor", "select", &[]);
    table.done("monitor", "field", &[]);
    table.done("auditor", "audit", &["--opened", "monitor/site-0007_2026-w48_1/opened"]);
    table.done("monitor", "close", &[]);
    let verified = table.verify(&[]);
    assert!(
        verified.status.success() && text(&verified).contains("authority-b did not reveal in time"),
        "{}",
        text(&verified)
    );
    let beacon = fs::read_to_string(table.path("public/beacon.json")).unwrap();
    assert!(beacon.contains("\"defaults\": [\n      \"authority-b\"\n    ]"), "{beacon}");
}

#[test]
fn bad_rosters_and_misplaced_secrets_change_nothing() {
    let table = Table::new();
    table.sit_down(|design| design);
    table.done("monitor", "design", &["--draw", "site-0007/2026-w48/1", "--from", "design.toml"]);
    let cases: [(&str, Vec<u8>, &str); 6] = [
        ("twice", b"no,sex\nW1,F\nW2,M\nW1,F\n".to_vec(), "row 4: number “W1” stands in row 2 already"),
        ("no number", b"no,sex\nW1,F\n,M\n".to_vec(), "row 3: “no” is empty"),
        ("no column", b"number,sex\nW1,F\n".to_vec(), "row 2: there is no “no”"),
        (
            "EUC-KR",
            b"no,sex,name\nW1,F,\xb1\xe8\n".to_vec(),
            "row 2: after “W1,F,” come bytes that are not UTF-8",
        ),
        ("cut", b"no,sex\nW1\n".to_vec(), "row 2: 1 cells"),
        ("empty", Vec::new(), "the file is empty"),
    ];
    for (name, content, words) in cases {
        fs::write(table.path("bad.csv"), content).unwrap();
        table.refused("monitor", "roster", &["--csv", "bad.csv"], words);
        assert!(!table.path("public/roster-commitment.json").exists(), "{name}");
        let kept: Vec<_> = fs::read_dir(table.path("monitor"))
            .unwrap()
            .flatten()
            .filter(|entry| entry.path().join("keys.json").exists())
            .collect();
        assert!(kept.is_empty(), "{name} left keys");
    }
    // The employer signs only the file that it handed over.
    table.done("monitor", "roster", &["--csv", "roster.csv"]);
    fs::write(table.path("other.csv"), roster().replace("W00060", "W00061")).unwrap();
    table.refused(
        "employer",
        "roster",
        &["--countersign", "--csv", "other.csv"],
        "not the file that the monitor froze",
    );
    // Secrets inside the public folder; a key that the design does not name; a second commitment.
    let inside = table.run(&["key", "--party", "authority-a", "--secrets", "public/mine"]);
    assert!(inside.status.success());
    table.done("employer", "roster", &["--countersign"]);
    table.refused("public/mine", "commit", &[], "lie in each other");
    fs::rename(table.path("public/mine"), table.path("mine")).unwrap();
    table.refused("mine", "commit", &[], "the design does not name the key of authority-a");
    table.done("authority-a", "commit", &[]);
    table.refused("authority-a", "commit", &[], "is there already");
    table.refused("employer", "commit", &[], "only authority-a, authority-b, monitor contribute");
    // Broken off: its place stays taken.
    let void = table.done("monitor", "void", &["--reason", "access was withdrawn"]);
    assert!(void.contains("the next design lists it under earlier"), "{void}");
    table.refused("authority-b", "commit", &[], "is void (access was withdrawn)");
    assert!(text(&table.verify(&[])).contains("access was withdrawn"));
    fs::create_dir(table.path("next")).unwrap();
    let gap = table.run(&[
        "design",
        "next",
        "--draw",
        "site-0007/2026-w48/2",
        "--from",
        "design.toml",
        "--secrets",
        "monitor",
        "--at",
        "1",
    ]);
    assert_eq!(gap.status.code(), Some(2));
    assert!(text(&gap).contains("must list draws 1 to 1"), "{}", text(&gap));
}

#[test]
fn every_verb_shows_an_example() {
    let table = Table::new();
    for verb in [
        "key", "design", "roster", "commit", "announce", "reveal", "beacon", "select", "field", "audit",
        "close", "void", "verify", "my-line", "bundle",
    ] {
        let help = table.run(&[verb, "--help"]);
        assert!(help.status.success() && text(&help).contains("Example"), "{verb}");
    }
}
