//! A zone's first release: a log with witnesses, two draws, one table, and everybody's keys.
#![allow(dead_code, reason = "each story needs other parts of it")]

#[path = "../../../draw/tests/story/played.rs"]
pub mod played;

use std::collections::{BTreeMap, HashMap};

use bag::{Description, Files, Format, MANIFEST, PROOF, Release, Report, Unsealed, package_leaf};
use disclosure::{Dimension, Draft, Estimate, Policy, Quantity, Released, Sample, Space, Table, protect};
use draw::{Transcript, acts};
use ledger::leaf::kind;
use ledger::{
    Checkpoint, Hash, Leaf, SignedNote, Signer, TlogProof, Tree, commitment, inclusion_proof, leaf_hash, tile,
};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use played::{Played, START};

pub const ORIGIN: &str = "deungdae.example.org/zone";
pub const AT: u64 = 1_795_600_000;

pub fn log_key() -> Signer {
    Signer::from_seed(ORIGIN, &[1; 32]).unwrap()
}

pub fn witness(name: &str) -> Signer {
    let seed = name.bytes().fold([9; 32], |mut seed: [u8; 32], byte| {
        seed.rotate_left(1);
        seed[0] ^= byte;
        seed
    });
    Signer::from_seed(&format!("{name}.example.org"), &seed).unwrap()
}

/// The policy that everybody got on paper: two of three witnesses.
pub fn policy_text() -> String {
    let of = |name: &str| format!("witness {name} {}\n", witness(name).cosigner_key());
    format!(
        "log {}\n{}{}{}group enough 2 authority-a authority-b ngo\nquorum enough\n",
        log_key().verifier_key(),
        of("authority-a"),
        of("authority-b"),
        of("ngo")
    )
}

pub fn trust() -> ledger::Policy {
    ledger::Policy::parse(policy_text().as_bytes()).unwrap()
}

/// A ledger in memory.
#[derive(Clone, Default)]
pub struct Log {
    pub tree: Tree,
    nodes: HashMap<(u8, u64), Hash>,
    entries: Vec<Vec<u8>>,
}

impl Log {
    /// With so many interviews in it.
    pub fn of(interviews: u64) -> Self {
        let mut log = Self::default();
        for number in 0..interviews {
            let of = commitment(&[3; 32], &[&number.to_be_bytes()]);
            log.add(&Leaf::new(kind::SUBMISSION, AT - 1000 + number, of));
        }
        log
    }

    pub fn add(&mut self, leaf: &Leaf) -> u64 {
        let entry = leaf.to_bytes().unwrap();
        for node in self.tree.append(leaf_hash(&entry)) {
            self.nodes.insert((node.level, node.index), node.hash);
        }
        self.entries.push(entry);
        self.tree.size() - 1
    }

    pub fn node(&self, level: u8, index: u64) -> Option<Hash> {
        self.nodes.get(&(level, index)).copied()
    }

    pub fn signed(&self, witnesses: &[&str]) -> SignedNote {
        let mut note = Checkpoint::of(ORIGIN, &self.tree).sign(&log_key()).unwrap();
        for name in witnesses {
            note.cosign(&witness(name), AT + 60).unwrap();
        }
        note
    }

    pub fn proof(&self, index: u64, witnesses: &[&str]) -> TlogProof {
        let path = inclusion_proof(index, self.tree.size(), |level, index| self.node(level, index)).unwrap();
        TlogProof { extra: None, index, path, checkpoint: self.signed(witnesses) }
    }

    pub fn exported(&self) -> BTreeMap<String, Vec<u8>> {
        let entries = |range: std::ops::Range<u64>| {
            self.entries.get(range.start as usize..range.end as usize).map(<[Vec<u8>]>::to_vec)
        };
        let nodes = |level, range: std::ops::Range<u64>| range.map(|index| self.node(level, index)).collect();
        let mut files: BTreeMap<String, Vec<u8>> =
            tile::export(0, self.tree.size(), entries, nodes).collect::<Result<_, _>>().unwrap();
        files.insert("checkpoint".into(), self.signed(&[]).to_string().into());
        files
    }
}

/// A void draw and the one that took its place.
pub fn draws() -> Vec<Transcript> {
    let design = |mut design: Value| {
        design["notes"] = json!({"disclosure_policy": Policy::default().hash()});
        design
    };
    let first = "site-0007/2026-w48/1";
    let mut void = Played::begin(1, first, design(played::design(1)), played::roster(40)).unwrap();
    void.act(acts::void(&void.known(), "the gate stayed closed", START + 50), &["monitor"]).unwrap();
    let (_, end) = void.known().end.unwrap();
    let mut second = design(played::design(1));
    second["earlier"] = json!([{"seq": 1, "state": "void", "message": hex::encode(end)}]);
    let done = Played::whole(1, "site-0007/2026-w48/2", second, played::roster(40));
    vec![void.files, done.files]
}

pub fn party_key(party: &str) -> String {
    played::key(1, party).public()
}

pub fn draw_leaf(id: &str) -> Leaf {
    let mut message = Map::new();
    message.insert("draw".into(), id.into());
    Leaf { message: Some(message), ..Leaf::new(kind::DRAW, AT - 500, commitment(&[4; 32], &[id.as_bytes()])) }
}

/// Who told what about their identity card, by workshop.
pub fn tables() -> Released {
    let space = Space {
        dimensions: vec![
            Dimension::new("unit", ["sewing", "cutting", "packing", "store"]),
            Dimension::new("answer", ["yes", "no", "silent"]),
        ],
        impossible: Vec::new(),
    };
    let counts = [[12, 20, 9], [3, 18, 11], [16, 25, 8], [7, 9, 14]];
    let mut people = Vec::new();
    for (unit, counts) in space.dimensions[0].categories.iter().zip(counts) {
        for (answer, count) in space.dimensions[1].categories.iter().zip(counts) {
            people.extend(std::iter::repeat_n([unit.as_str(), answer.as_str()], count));
        }
    }
    let sample = Sample::of(&space, people).unwrap();
    let tables = vec![Table::of("card_kept", ["unit", "answer"]), Table::of("answers", ["answer"])];
    let estimates = vec![Estimate {
        table: "answers".into(),
        position: vec!["yes".into()],
        quantity: Quantity::Total,
        value: 9_876.5,
        low: 8_123.4,
        high: 11_629.6,
        n: 38,
    }];
    let draft = Draft { space: &space, tables, sample: &sample, earlier: &[], estimates };
    protect(draft, &Policy::default()).unwrap()
}

pub fn release<'a>(tables: &'a Released, draws: &'a [Transcript]) -> Release<'a> {
    Release {
        description: Description {
            name: "zone-2026-w48".into(),
            title: "Identity cards kept by the employer, 48th week of 2026".into(),
            publisher: "Monitors of the zone".into(),
            created: "2026-11-25T09:00:00Z".into(),
            licence: "CC-BY-4.0".into(),
        },
        tables,
        reports: vec![
            ("en".into(), Format::Html, b"<!doctype html><title>Identity cards</title>".to_vec()),
            ("ko".into(), Format::Html, "<!doctype html><title>신분증 보관</title>".into()),
            ("ko".into(), Format::Pdf, b"%PDF-1.7\n\xe2\xe3".to_vec()),
        ],
        method: "# How this was done\n".into(),
        questionnaire: Some(b"PK\x03\x04".to_vec()),
        draws,
        policy: policy_text(),
    }
}

pub struct Published {
    pub bag: Files,
    pub report: Report,
    pub log: Log,
    pub package: Hash,
}

/// Enters it in the ledger, has it cosigned, seals it.
pub fn publish(unsealed: Unsealed, mut log: Log, witnesses: &[&str]) -> Result<Published, bag::Refused> {
    let leaf = unsealed.leaf(AT);
    let index = log.add(&leaf);
    let proof = log.proof(index, witnesses);
    let package = unsealed.package();
    let (bag, report) = unsealed.seal(&leaf, proof)?;
    Ok(Published { bag, report, log, package })
}

/// The log in which both draws and three hundred interviews are.
pub fn log() -> Log {
    let mut log = Log::of(300);
    log.add(&draw_leaf("site-0007/2026-w48/1"));
    log.add(&draw_leaf("site-0007/2026-w48/2"));
    log
}

pub fn published() -> Published {
    let (tables, draws) = (tables(), draws());
    let unsealed = bag::write(release(&tables, &draws)).unwrap();
    publish(unsealed, log(), &["authority-a", "ngo"]).unwrap()
}

/// The same without draws, which is quicker to verify.
pub fn census() -> Published {
    let tables = tables();
    let unsealed = bag::write(release(&tables, &[])).unwrap();
    publish(unsealed, log(), &["authority-a", "ngo"]).unwrap()
}

pub fn text(files: &Files, path: &str) -> String {
    String::from_utf8(files.bytes(path).unwrap_or_else(|| panic!("{path} is there")).to_vec()).unwrap()
}

fn hash(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// Makes everything around the content fit it again, by means of its own, and enters it in the ledger.
pub fn entered_again(mut files: Files) -> Files {
    let mut package: Value = serde_json::from_str(&text(&files, "data/datapackage.json")).unwrap();
    let resources = package["resources"].as_array_mut().unwrap();
    resources.retain(|one| files.0.contains_key(&format!("data/{}", one["path"].as_str().unwrap())));
    for one in resources {
        let bytes = files.bytes(&format!("data/{}", one["path"].as_str().unwrap())).unwrap();
        one["bytes"] = bytes.len().into();
        one["hash"] = format!("sha256:{}", hash(bytes)).into();
    }
    files.put("data/datapackage.json", serde_json::to_string_pretty(&package).unwrap() + "\n");
    let payload: Vec<_> = files.readable().filter(|(path, _)| path.starts_with("data/")).collect();
    let oxum = format!("{}.{}", payload.iter().map(|(_, bytes)| bytes.len()).sum::<usize>(), payload.len());
    let manifest: String = payload.iter().map(|(path, bytes)| format!("{}  {path}\n", hash(bytes))).collect();
    let info: String = text(&files, "bag-info.txt")
        .lines()
        .map(|line| match line.split_once(": ") {
            Some(("Payload-Oxum", _)) => format!("Payload-Oxum: {oxum}\n"),
            _ => format!("{line}\n"),
        })
        .collect();
    files.put("bag-info.txt", info);
    let mut log = log();
    let leaf = package_leaf(manifest.as_bytes(), AT);
    let index = log.add(&leaf);
    let mut proof = log.proof(index, &["authority-a", "ngo"]);
    proof.extra = Some(leaf.to_bytes().unwrap());
    files.put(MANIFEST, manifest);
    files.put(PROOF, proof.to_string());
    files
}
