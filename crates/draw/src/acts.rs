//! What each party writes when its turn comes: the message and its file, not yet signed.
//!
//! Every act begins from what the public messages establish ([`Known`]), so that nobody builds on a lie, and is refused
//! out of its turn. The randomness and the time are the caller's.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::ceremony::{Announcement, Beacon, Source, beacon_body, commitment, sealed_body};
use crate::design::{Design, Role};
use crate::field::{Attempt, CallList, field_body};
use crate::message::{Message, object};
use crate::report::Known;
use crate::select::Selection;
use crate::suite::Suite;
use crate::transcript as file;
use crate::{Hash, Refusal};

/// A message and the file that it goes into.
pub type Act = Result<(String, Message), Refusal>;

fn the_design(known: &Known) -> Result<&Design, Refusal> {
    known
        .design
        .as_ref()
        .ok_or_else(|| Refusal::missing(file::DESIGN, "the monitor writes it first (deungdae draw design)"))
}

fn by_monitor(known: &Known, name: &str, kind: &str, at: u64, body: Map<String, Value>) -> Act {
    let monitor = the_design(known)?.monitor();
    Ok((name.to_owned(), Message::new(kind, &known.draw, monitor, at, body)))
}

/// Step 1: the design, as the monitor and the authorities agreed on it.
pub fn design(draw: &str, design: Map<String, Value>, at: u64) -> Act {
    let read = Design::read(draw, &Value::Object(design.clone()))?;
    if read.reveal_deadline <= at {
        return Err(Refusal::Design(
            "reveal_deadline has passed already: set one that leaves everybody time".into(),
        ));
    }
    Ok((file::DESIGN.into(), Message::new("design", draw, read.monitor(), at, design)))
}

/// Step 2: root and size of the roster. `file_sha256` is of the file as the employer handed it over.
pub fn roster(known: &Known, root: &Hash, size: u64, file_sha256: &[u8; 32], at: u64) -> Act {
    let body = object([
        ("file_sha256", hex::encode(file_sha256).into()),
        ("root", root.hex().into()),
        ("size", size.into()),
    ]);
    by_monitor(known, file::ROSTER, "roster", at, body)
}

/// Step 3: the public key of a fresh drawing key, or the commitment to it.
pub fn key(known: &Known, secret: &[u8; 32], at: u64) -> Act {
    let suite: Suite = the_design(known)?.suite();
    let public = suite.secret(&known.draw, secret)?.public();
    let body = object([("key", hex::encode(public).into()), ("suite", suite.name().into())]);
    by_monitor(known, file::KEY, "key", at, body)
}

fn contributes(known: &Known, party: &str) -> Result<(), Refusal> {
    let design = the_design(known)?;
    if design.contributors().any(|name| name == party) {
        return Ok(());
    }
    let all = design.contributors().collect::<Vec<_>>().join(", ");
    Err(Refusal::party(party, format!("only {all} contribute randomness: use the name in the design")))
}

/// Step 4: a party commits to 32 fresh random bytes.
pub fn commit(known: &Known, party: &str, random: &[u8; 32], at: u64) -> Act {
    contributes(known, party)?;
    let body = object([("commitment", hex::encode(commitment(&known.draw, party, random)).into())]);
    Ok((file::commit_file(party), Message::new("commit", &known.draw, party, at, body)))
}

/// Step 5: everything so far, frozen. The monitor signs first, then the authorities.
pub fn announce(known: &Known, source: Source, at: u64) -> Act {
    let design = the_design(known)?;
    let (Some((root, size)), Some((suite, key))) = (known.roster, known.key) else {
        return Err(Refusal::missing(file::ROSTER, "roster and key come before the announcement"));
    };
    if let Some(party) = design.contributors().find(|party| !known.commitments.contains_key(*party)) {
        return Err(Refusal::missing(
            &file::commit_file(party),
            format!("{party} commits first (deungdae draw commit)"),
        ));
    }
    if at >= design.reveal_deadline {
        return Err(Refusal::Design(
            "the reveal deadline has passed: void the draw and begin another".into(),
        ));
    }
    let announcement = Announcement {
        design: known.design_hash,
        root: root.0,
        size,
        suite,
        key,
        commitments: known.commitments.clone(),
        source,
    };
    announcement.check_source(design)?;
    by_monitor(known, file::ANNOUNCE, "announce", at, announcement.body(&known.draw)?)
}

/// Step 6: a party opens what it committed to; the monitor first.
pub fn reveal(known: &Known, party: &str, random: &[u8; 32], at: u64) -> Act {
    contributes(known, party)?;
    let design = the_design(known)?;
    let Some((announcement, an)) = &known.announcement else {
        return Err(Refusal::missing(
            file::ANNOUNCE,
            "nothing is frozen until all have cosigned it: reveal nothing yet",
        ));
    };
    if announcement.commitments.get(party) != Some(&commitment(&known.draw, party, random)) {
        return Err(Refusal::party(
            party,
            "the value kept here is not the one that was committed to: look for the folder in which the commitment was made",
        ));
    }
    if at > design.reveal_deadline {
        return Err(Refusal::party(
            party,
            "the reveal deadline has passed: the default rule counts the empty string, and the record names this party",
        ));
    }
    let mut body = object([("announce", hex::encode(an).into()), ("random", hex::encode(random).into())]);
    if party != design.monitor() {
        let Some(after) = known.monitor_reveal else {
            return Err(Refusal::missing(
                &file::reveal_file(design.monitor()),
                "the monitor reveals first; wait for it. If it never does, the draw is void",
            ));
        };
        body.insert("after".into(), hex::encode(after).into());
    }
    Ok((file::reveal_file(party), Message::new("reveal", &known.draw, party, at, body)))
}

/// Step 7: the public randomness, and the seed that follows.
pub fn beacon(known: &Known, beacon: &Beacon, at: u64) -> Act {
    let design = the_design(known)?;
    let Some((announcement, an)) = &known.announcement else {
        return Err(Refusal::missing(file::ANNOUNCE, "the announcement comes before the beacon"));
    };
    beacon.check(announcement.source)?;
    let reveals: BTreeMap<String, Option<[u8; 32]>> =
        design.contributors().map(|party| (party.to_owned(), known.reveals.get(party).copied())).collect();
    let open = reveals.iter().find(|(_, random)| random.is_none());
    if let Some((party, _)) = open.filter(|_| at <= design.reveal_deadline) {
        return Err(Refusal::party(
            party,
            "has not revealed, and its deadline has not passed: wait for the reveal or the deadline",
        ));
    }
    if let Source::Round(chain, round) = announcement.source
        && chain.time(round).is_none_or(|time| at < time)
    {
        return Err(Refusal::Beacon(format!(
            "round {round} is not published yet by this clock: check the clock"
        )));
    }
    by_monitor(known, file::BEACON, "beacon", at, beacon_body(an, &reveals, beacon))
}

/// Step 10: the sealed result, before anybody is called.
pub fn seal(known: &Known, selection: &Selection, at: u64) -> Act {
    let (design, Some((_, an)), Some(seed)) = (the_design(known)?, &known.announcement, &known.seed) else {
        return Err(Refusal::missing(
            file::BEACON,
            "the seed comes before the selection (deungdae draw beacon)",
        ));
    };
    by_monitor(known, file::SEALED, "sealed", at, sealed_body(an, seed, design, selection)?)
}

/// Step 10: the commitment to the call list.
pub fn call_list(known: &Known, list: &CallList, at: u64) -> Act {
    let Some((root, _)) = &known.sealed else {
        return Err(Refusal::missing(file::SEALED, "the result is sealed before anybody is called"));
    };
    let body = object([
        ("commitment", hex::encode(list.commitment(&known.draw)?).into()),
        ("sealed_root", hex::encode(root).into()),
    ]);
    by_monitor(known, file::CALL_LIST, "call-list", at, body)
}

/// Step 11: the log of attempts so far; written anew with each.
pub fn field(known: &Known, attempts: &[Attempt], at: u64) -> Act {
    let Some(call_list) = &known.call_list else {
        return Err(Refusal::missing(file::CALL_LIST, "the call list is committed before anybody is called"));
    };
    let commitments = (1..)
        .zip(attempts)
        .map(|(seq, attempt)| attempt.commitment(&known.draw, seq))
        .collect::<Result<Vec<_>, _>>()?;
    by_monitor(known, file::FIELD, "field", at, field_body(call_list, &commitments))
}

/// Step 12: what the auditor found; sign it only after [`crate::audit`] passed.
pub fn audit(known: &Known, attempts: &[Attempt], covers: u64, at: u64) -> Act {
    let auditor = the_design(known)?.who(Role::Auditor).unwrap_or_default();
    let body = crate::audit::audit_body(known, attempts, covers)?;
    Ok((file::AUDIT.into(), Message::new("audit", &known.draw, auditor, at, body)))
}

/// Step 13: the end, with the counts that the auditor saw.
pub fn close(known: &Known, at: u64) -> Act {
    let (design, Some(counts)) = (the_design(known)?, &known.audited) else {
        return Err(Refusal::missing(
            file::AUDIT,
            "the auditor verifies before the draw is closed (deungdae draw audit)",
        ));
    };
    let responses: Map<String, Value> =
        counts.iter().map(|(code, count)| (code.clone(), (*count).into())).collect();
    let kept = design.suite() == Suite::HmacCommit && design.embargo > 0;
    let key = if kept { "kept-until-embargo" } else { "destroyed" };
    by_monitor(
        known,
        file::CLOSE,
        "close",
        at,
        object([("key", key.into()), ("responses", responses.into())]),
    )
}

/// After the end: the key of an `hmac-commit` draw, once its embargo is over.
pub fn key_release(known: &Known, secret: &[u8; 32], at: u64) -> Act {
    let design = the_design(known)?;
    if design.suite() != Suite::HmacCommit || design.embargo == 0 || at < design.embargo {
        return Err(Refusal::message(
            file::KEY_RELEASE,
            "the design does not allow the key to be published, or not yet",
        ));
    }
    by_monitor(known, file::KEY_RELEASE, "key-release", at, object([("key", hex::encode(secret).into())]))
}

/// A draw that is broken off: public, counted, and its place in the sequence stays taken.
pub fn void(known: &Known, reason: &str, at: u64) -> Act {
    if known.end.is_some() {
        return Err(Refusal::message(file::CLOSE, "the draw has ended already"));
    }
    if reason.trim().is_empty() {
        return Err(Refusal::message(file::VOID, "say why: the reason is public"));
    }
    by_monitor(known, file::VOID, "void", at, object([("reason", reason.into())]))
}
