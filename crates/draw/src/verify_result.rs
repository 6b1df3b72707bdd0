//! The public check, second half: what was sealed, called, logged, audited and closed.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::allocate::{allocate, largest_remainder};
use crate::ceremony::whole_inclusion;
use crate::design::{Role, Scheme};
use crate::field::{Places, next_head};
use crate::hash::{from_hex, h};
use crate::report::End;
use crate::suite::Suite;
use crate::transcript as file;
use crate::verify::{Check, Found, Verdict};
use crate::{Fraction, Refusal};

impl Check<'_> {
    pub(crate) fn sealed(&mut self) -> Verdict {
        let design = self.the_design()?;
        let name = file::SEALED;
        let (Some((announced, an)), Some(seed)) =
            (self.report.known.announcement.clone(), self.report.known.seed)
        else {
            return Ok(Found::Holds(String::new()));
        };
        let Some(message) = self.signed(name, "sealed", design.monitor())? else {
            return Ok(Found::NotYet(
                "waiting for the monitor to select and seal (deungdae draw select)".into(),
            ));
        };
        if message.bytes::<32>(name, "announce")? != an || message.bytes::<32>(name, "seed")? != seed {
            return Err(Refusal::message(
                name,
                "it was drawn from another announcement or seed: do not accept the draw",
            ));
        }
        let root = message.bytes(name, "sealed_root")?;
        let mut places = Places::new();
        let mut sizes = Vec::new();
        for (stratum, facts) in message.object(name, "strata")? {
            let number = |what: &str| {
                facts
                    .get(what)
                    .and_then(Value::as_u64)
                    .ok_or_else(|| Refusal::message(name, format!("stratum “{stratum}” lacks {what}")))
            };
            sizes.push((
                stratum.clone(),
                number("size")?,
                facts.get("inclusion").and_then(Value::as_str).map(str::to_owned),
            ));
            places.insert(stratum.clone(), (number("n")?, number("reserve")?));
        }
        sizes.sort();
        let all: u64 = sizes.iter().fold(0, |sum, (_, size, _)| sum.saturating_add(*size));
        if all != announced.size || message.number(name, "size")? != all {
            return Err(Refusal::message(
                name,
                format!(
                    "it seals {all} units, and the roster has {}: all of them must be sealed",
                    announced.size
                ),
            ));
        }
        let counts: Vec<u64> = sizes.iter().map(|(_, size, _)| *size).collect();
        let (shares, fractions): (Vec<u64>, Vec<Option<Fraction>>) = match design.scheme {
            Scheme::Srs | Scheme::StratifiedSrs => {
                let shares = allocate(design.n, &counts, design.min_per_stratum)?;
                let fraction = |(n, size): (&u64, &u64)| {
                    Fraction::new(u128::from(*n), u128::from((*size).max(1)))
                        .and_then(|f| whole_inclusion(&design, f))
                        .map(Some)
                };
                let fractions = shares.iter().zip(&counts).map(fraction).collect::<Result<_, _>>()?;
                (shares, fractions)
            }
            Scheme::PpsSystematic => (vec![design.n.min(all)], vec![None]),
            Scheme::Systematic => {
                let n = places.values().fold(0_u64, |sum, (n, _)| sum.saturating_add(*n));
                if n != all / design.every && n != all.div_ceil(design.every) {
                    return Err(Refusal::message(
                        name,
                        format!("{n} of {all} is not every {}-th", design.every),
                    ));
                }
                (vec![n], vec![Some(whole_inclusion(&design, Fraction::new(1, u128::from(design.every))?)?)])
            }
        };
        let wanted = largest_remainder(design.reserve.min(all), &counts);
        for (at, (stratum, size, inclusion)) in sizes.iter().enumerate() {
            let n = shares.get(at).copied().unwrap_or_default();
            let reserve = wanted.get(at).copied().unwrap_or_default().min(size.saturating_sub(n));
            if places.get(stratum) != Some(&(n, reserve)) {
                return Err(Refusal::message(
                    name,
                    format!(
                        "stratum “{stratum}” of {size} should have n {n} and reserve {reserve} by the design: do not accept the draw"
                    ),
                ));
            }
            let expected = fractions.get(at).copied().flatten().map(|fraction| fraction.to_string());
            if inclusion != &expected {
                return Err(Refusal::message(
                    name,
                    format!(
                        "the inclusion probability of stratum “{stratum}” should be {}",
                        expected.unwrap_or_else(|| "left out".into())
                    ),
                ));
            }
        }
        let selected: u64 = shares.iter().sum();
        self.known().sealed = Some((root, places));
        Ok(Found::Holds(format!(
            "{selected} of {all} in {} strata, sealed before fieldwork: {}",
            sizes.len(),
            hex::encode(root)
        )))
    }

    pub(crate) fn call_list(&mut self) -> Verdict {
        let design = self.the_design()?;
        let name = file::CALL_LIST;
        let Some((root, _)) = self.report.known.sealed.clone() else {
            return Ok(Found::Holds(String::new()));
        };
        let Some(message) = self.signed(name, "call-list", design.monitor())? else {
            return Ok(Found::NotYet(
                "waiting for the commitment to the call list (deungdae draw select writes it)".into(),
            ));
        };
        if message.bytes::<32>(name, "sealed_root")? != root {
            return Err(Refusal::message(name, "it belongs to another sealed result"));
        }
        let commitment = message.bytes(name, "commitment")?;
        self.known().call_list = Some(commitment);
        Ok(Found::Holds(format!("committed: {}", hex::encode(commitment))))
    }

    pub(crate) fn field(&mut self) -> Verdict {
        let design = self.the_design()?;
        let name = file::FIELD;
        let Some(call_list) = self.report.known.call_list else { return Ok(Found::Holds(String::new())) };
        let Some(message) = self.signed(name, "field", design.monitor())? else {
            return Ok(Found::NotYet("waiting for fieldwork (deungdae draw field)".into()));
        };
        if message.bytes::<32>(name, "call_list")? != call_list {
            return Err(Refusal::message(name, "it belongs to another call list"));
        }
        let entries = message.body.get("entries").and_then(Value::as_array);
        let entries = entries.ok_or_else(|| Refusal::message(name, "it has no entries"))?;
        let mut commitments = Vec::new();
        let mut head = call_list;
        for entry in entries {
            let commitment = entry
                .as_str()
                .and_then(from_hex)
                .ok_or_else(|| Refusal::message(name, "an entry is not 64 hexadecimal digits"))?;
            head = next_head(&head, &commitment);
            commitments.push(commitment);
        }
        if message.bytes::<32>(name, "head")? != head {
            return Err(Refusal::message(
                name,
                "its head does not follow from its entries: an entry was changed, dropped or slipped in",
            ));
        }
        let detail = format!("{} attempts committed, head {}", commitments.len(), hex::encode(head));
        self.known().field = Some((commitments, head));
        Ok(Found::Holds(detail))
    }

    pub(crate) fn audit(&mut self) -> Verdict {
        let design = self.the_design()?;
        let name = file::AUDIT;
        let Some(auditor) = design.who(Role::Auditor) else { return Ok(Found::Holds(String::new())) };
        let Some(message) = self.signed(name, "audit", auditor)? else {
            return Ok(Found::NotYet(format!(
                "waiting for {auditor} to be shown everything (deungdae draw audit)"
            )));
        };
        let known = &self.report.known;
        let (root, head) =
            (known.sealed.as_ref().map(|sealed| sealed.0), known.field.as_ref().map(|field| field.1));
        if Some(message.bytes::<32>(name, "sealed_root")?) != root {
            return Err(Refusal::message(
                name,
                format!(
                    "{auditor} verified another sealed result than this one: the result was exchanged after the audit"
                ),
            ));
        }
        if Some(message.bytes::<32>(name, "field_head")?) != head
            || message.text(name, "verdict")? != "verified"
        {
            return Err(Refusal::message(
                name,
                format!(
                    "{auditor} verified another field log than this one: the log was changed after the audit"
                ),
            ));
        }
        let mut counts = BTreeMap::new();
        for (code, count) in message.object(name, "responses")? {
            let count = count.as_u64().filter(|_| design.dispositions.contains_key(code));
            counts.insert(
                code.clone(),
                count.ok_or_else(|| {
                    Refusal::message(
                        name,
                        format!("code “{code}” is not in the design, or its count is no number"),
                    )
                })?,
            );
        }
        self.known().audited = Some(counts);
        Ok(Found::Holds(format!("{auditor} was shown everything and signs: verified")))
    }

    pub(crate) fn close(&mut self) -> Verdict {
        let design = self.the_design()?;
        let name = file::CLOSE;
        let Some(message) = self.signed(name, "close", design.monitor())? else {
            return Ok(Found::NotYet(
                "waiting for the monitor to close the draw (deungdae draw close)".into(),
            ));
        };
        let audited: BTreeMap<String, u64> = self.report.known.audited.clone().unwrap_or_default();
        let stated: BTreeMap<String, u64> = message
            .object(name, "responses")?
            .iter()
            .filter_map(|(code, count)| Some((code.clone(), count.as_u64()?)))
            .collect();
        if stated != audited || message.object(name, "responses")?.len() != audited.len() {
            return Err(Refusal::message(
                name,
                "its response counts are not those that the auditor saw: do not accept them",
            ));
        }
        if !matches!(message.text(name, "key")?, "destroyed" | "kept-until-embargo") {
            return Err(Refusal::message(name, "it does not say what became of the drawing key"));
        }
        self.known().end = Some((End::Done, message.hash()?));
        let counts: Vec<String> = audited.iter().map(|(code, count)| format!("{code} {count}")).collect();
        Ok(Found::Holds(format!(
            "done; {}",
            if counts.is_empty() { "no attempts".into() } else { counts.join(", ") }
        )))
    }

    pub(crate) fn key_release(&mut self) -> Verdict {
        let design = self.the_design()?;
        let name = file::KEY_RELEASE;
        let Some(message) = self.signed(name, "key-release", design.monitor())? else {
            return Ok(Found::Holds(String::new()));
        };
        if design.suite() != Suite::HmacCommit || design.embargo == 0 || message.at < design.embargo {
            return Err(Refusal::message(
                name,
                "the design does not allow the key to be published, or not yet",
            ));
        }
        let key = message.bytes::<32>(name, "key")?;
        let expected = self.report.known.key.map(|(_, key)| key);
        if Some(h("key-commit", &[self.report.known.draw.as_bytes(), &key])) != expected {
            return Err(Refusal::message(name, "it is not the key that was announced"));
        }
        Ok(Found::Holds("the key was published after its embargo, and is the announced one".into()))
    }
}
