//! What a report says: everything in it is in the bag, and nothing else.

use bag::{Files, Format, MANIFEST, PROOF, Place, package_hash};
use disclosure::DisclosureFile;
use draw::design::{Ends, Role};
use draw::{End, Source, Transcript};
use ledger::{Checkpoint, Leaf, TlogProof};
use serde_json::{Map, Value, json};

use crate::{Trouble, html, method};

/// The languages in which a bag has a report, in the order of their codes.
pub fn languages(bag: &Files) -> Vec<String> {
    let report = |(path, _)| match Place::of(path) {
        Some(Place::Report(language, Format::Html)) => Some(language.to_owned()),
        _ => None,
    };
    bag.readable().filter_map(report).collect()
}

/// Reads from a verified bag what its report in a language says.
pub fn content(bag: &Files, language: &str) -> Result<Value, Trouble> {
    let path = format!("data/report.{language}.html");
    let wrong = |file: &str, what: String| Trouble::File { file: file.to_owned(), what };
    let text = |path: &str| {
        let bytes = bag.bytes(path).ok_or_else(|| wrong(path, "is missing".into()))?;
        str::from_utf8(bytes).map_err(|_| wrong(path, "is not UTF-8".into()))
    };
    if bag.bytes(&path).is_none() {
        return Err(Trouble::Language { wanted: language.to_owned(), there: languages(bag).join(", ") });
    }
    let page = html::read(text(&path)?).map_err(|what| wrong(&path, what))?;
    let package: Value = serde_json::from_str(text("data/datapackage.json")?)
        .map_err(|error| wrong("data/datapackage.json", format!("is not JSON ({error})")))?;
    let disclosure: DisclosureFile = serde_json::from_str(text("data/disclosure.json")?)
        .map_err(|error| wrong("data/disclosure.json", format!("cannot be read ({error})")))?;
    Ok(json!({
        "language": language,
        "title": page.title,
        "name": package["name"],
        "publisher": package["contributors"][0]["title"],
        "created": package["created"],
        "licence": package["licenses"][0]["name"],
        "about": page.about,
        "sections": page.sections,
        "draws": draws(bag)?,
        "withheld": withheld(&disclosure),
        "method": method::blocks(text("data/method.md")?, language),
        "proof": proof(bag)?,
        "files": files(bag),
    }))
}

fn withheld(disclosure: &DisclosureFile) -> Value {
    let of = |name: &str| {
        let widths: Vec<_> = disclosure.suppressed.iter().filter(|cell| cell.table == name).collect();
        let least = widths.iter().map(|cell| cell.width).min();
        json!({ "table": name, "cells": widths.len(), "width": least })
    };
    let tables = disclosure.tables.iter().map(|table| of(&table.name));
    let tables: Vec<Value> = tables.filter(|of| of["cells"] != 0).collect();
    json!({ "policy": disclosure.policy_hash, "tables": tables })
}

fn draws(bag: &Files) -> Result<Vec<Value>, Trouble> {
    let mut all = Vec::new();
    for (path, bytes) in bag.readable() {
        let Some(Place::Draw(id)) = Place::of(path) else { continue };
        let transcript = Transcript::from_bundle(path, bytes)
            .map_err(|error| Trouble::File { file: path.to_owned(), what: error.to_string() })?;
        all.push(one_draw(id, &transcript));
    }
    Ok(all)
}

/// A draw as its messages establish it; what a void one never came to is left out.
fn one_draw(id: &str, transcript: &Transcript) -> Value {
    let known = draw::verify(transcript, draw::Trust::default()).known;
    let mut say = Map::new();
    say.insert("id".into(), id.into());
    if let Some((end, _)) = &known.end {
        match end {
            End::Done => say.insert("state".into(), "done".into()),
            End::Void(reason) => {
                say.insert("reason".into(), reason.as_str().into());
                say.insert("state".into(), "void".into())
            }
        };
    }
    if let Some(design) = &known.design {
        let parties = design.parties.iter().map(|(name, party)| {
            let role = match party.role {
                Role::Monitor => "monitor",
                Role::Authority => "authority",
                Role::Employer => "employer",
                Role::Auditor => "auditor",
            };
            let hex = |hash: Option<&[u8; 32]>| hash.map(hex::encode);
            json!({
                "name": name, "role": role, "key": party.key,
                "commitment": hex(known.commitments.get(name)), "reveal": hex(known.reveals.get(name)),
            })
        });
        say.insert("parties".into(), parties.collect());
        say.insert("design".into(), hex::encode(known.design_hash).into());
        say.insert("frame".into(), design.frame.as_str().into());
        say.insert("stage".into(), design.stage.as_str().into());
        say.insert("replacement".into(), design.replacement.as_str().into());
        say.insert("strata".into(), design.strata.join(", ").into());
        say.insert("drawn".into(), design.n.into());
        say.insert("reserve".into(), design.reserve.into());
    }
    if let Some((root, size)) = &known.roster {
        say.insert("root".into(), hex::encode(root.0).into());
        say.insert("size".into(), (*size).into());
    }
    if let Some((suite, _)) = &known.key {
        say.insert("suite".into(), suite.name().into());
    }
    if let Some((announcement, hash)) = &known.announcement {
        let source = match announcement.source {
            Source::Dice => json!({ "kind": "dice" }),
            Source::Round(chain, round) => json!({ "kind": "round", "chain": chain.name, "round": round }),
        };
        say.insert("source".into(), source);
        say.insert("announcement".into(), hex::encode(hash).into());
    }
    if let Some(seed) = &known.seed {
        say.insert("seed".into(), hex::encode(seed).into());
    }
    if let Some((root, places)) = &known.sealed {
        say.insert("sealed".into(), hex::encode(root).into());
        let places = places.iter().map(|(stratum, (n, reserve))| json!([stratum, n, reserve]));
        say.insert("places".into(), places.collect());
    }
    if let Some(commitment) = &known.call_list {
        say.insert("call_list".into(), hex::encode(commitment).into());
    }
    if let Some(counts) = &known.audited {
        let dispositions = known.design.as_ref().map(|design| &design.dispositions);
        let counts = counts.iter().map(|(code, count)| {
            let ends = match dispositions.and_then(|all| all.get(code)) {
                Some(Ends::Replace) => "replace",
                Some(Ends::Done) => "done",
                Some(Ends::Again) => "again",
                None => "",
            };
            json!({ "code": code, "count": count, "ends": ends })
        });
        say.insert("codes".into(), counts.collect());
    }
    say.into()
}

/// Where the release stands in the ledger.
fn proof(bag: &Files) -> Result<Value, Trouble> {
    let wrong = |what: String| Trouble::File { file: PROOF.to_owned(), what };
    let manifest = bag.bytes(MANIFEST).unwrap_or_default();
    let proof =
        TlogProof::parse(bag.bytes(PROOF).unwrap_or_default()).map_err(|error| wrong(error.to_string()))?;
    let head = Checkpoint::parse(proof.checkpoint.text()).map_err(|error| wrong(error.to_string()))?;
    let signatures = proof.checkpoint.signatures().iter().map(|line| line.name.as_str());
    let leaf = proof.extra.as_deref().and_then(|bytes| Leaf::parse(bytes).ok());
    Ok(json!({
        "at": leaf.map(|leaf| leaf.at),
        "package": hex::encode(package_hash(manifest).0),
        "origin": head.origin,
        "size": head.size,
        "root": hex::encode(head.root.0),
        "index": proof.index,
        "witnesses": signatures.filter(|name| *name != head.origin).collect::<Vec<_>>(),
    }))
}

/// The files under `data/`, as the manifest lists them.
fn files(bag: &Files) -> Vec<Value> {
    let manifest = String::from_utf8_lossy(bag.bytes(MANIFEST).unwrap_or_default()).into_owned();
    let line = |line: &str| {
        let (hash, path) = line.split_once("  ")?;
        let size = bag.bytes(path).map_or(0, <[u8]>::len);
        Some(json!({ "path": path.strip_prefix("data/").unwrap_or(path), "bytes": size, "hash": hash }))
    };
    manifest.lines().filter_map(line).collect()
}
