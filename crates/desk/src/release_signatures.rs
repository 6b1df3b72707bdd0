//! Two people sign a release: the very bytes that both saw. With the second signature it is entered in the ledger; with
//! the witnesses that its policy asks for it is public.

use bag::{Files, PROOF, TRUST, Unsealed};
use jiff::Timestamp;
use ledger::{Growth, Leaf, Signature, TlogProof};
use protocol::Protocol;
use serde_json::Map;
use store::release::{self, Release};
use store::{Fault, Tx, case, setting};

use crate::Desk;
use crate::answer::{Answer, Error, Kind, Refusal};
use crate::may::{Administrator, May, Read, Seat};
use crate::put_fact::{Said, put};
use crate::record::{self, Done};
use crate::release_draft::{WITNESSES, role_says};

/// A fact of a release: it has no values and no reason.
pub(crate) fn plain_fact(id: i64, kind: &str, at: i64, by: i64, salt: [u8; 32]) -> Said {
    Said {
        id,
        kind: kind.to_owned(),
        at: Timestamp::from_millisecond(at).unwrap_or_default(),
        by,
        values: std::collections::BTreeMap::new(),
        open: Map::new(),
        sealed_values: None,
        reason: None,
        sealed_reason: None,
        amends: None,
        keys: Vec::new(),
        salt,
    }
}

/// The release of a case by its name, as the transaction sees it, with the code of its case.
pub(crate) fn of_mandate(tx: &mut Tx, mandate: i64, name: &str) -> Result<(Release, case::Case), Error> {
    let found = release::by_name(tx, name)?.filter(|release| release.mandate == mandate);
    let found = found.ok_or_else(Refusal::not_found)?;
    let of = case::by_id(tx, found.case)?.ok_or_else(Refusal::not_found)?;
    Ok((found, of))
}

fn same(release: &Release, package: &str) -> Result<(), Refusal> {
    if release.package == package && release.signed.is_none() {
        return Ok(());
    }
    Err(Refusal::conflict("refusal-release-another"))
}

impl Desk {
    /// Puts the first signature under a draft, `package` being what the person saw. `at` is when that was.
    pub async fn prepare_release(&self, seat: &Seat, name: &str, package: &str, at: i64) -> Answer<()> {
        let (mandate, by, salts) =
            (seat.mandate().id, seat.session().member().id, [self.salt(), self.salt()]);
        let (protocol, name, package) = (seat.protocol().clone(), name.to_owned(), package.to_owned());
        let (fact, role) = (self.store.new_id(), seat.role().map(str::to_owned));
        self.store
            .write(move |tx| {
                let (found, of) = of_mandate(tx, mandate, &name)?;
                same(&found, &package)?;
                if found.prepared.is_some() {
                    return Err(Refusal::conflict("refusal-release-prepared").into());
                }
                let plan = plan(&protocol, &of)?;
                // Of an access record the second signature alone is a fact of the case.
                if found.only_access {
                    role_says(&protocol, &of.workflow, &plan.prepared, role.as_deref())?;
                } else {
                    let said = plain_fact(fact, &plan.prepared, at, by, salts[0]);
                    put(tx, &protocol, mandate, &of.workflow, of.id, said)?;
                }
                let now = tx.now();
                release::prepare(tx, found.id, by, now)?;
                let done = Done::new(now, Some(by), "release.prepare").in_mandate(mandate);
                let done = done.about("case", of.id).with("name", name.as_str()).with("package", package);
                record::audit_with_leaf(tx, ledger::leaf::kind::RELEASE, &salts[1], done)?;
                Ok::<_, Error>(())
            })
            .await
    }

    /// Puts the second signature under a draft: it enters the ledger, and is public as soon as its policy is met.
    pub async fn sign_release(&self, may: &May<'_, Read>, name: &str, package: &str, at: i64) -> Answer<()> {
        let (mandate, by) = (may.mandate().id, may.session().member().id);
        let wanted = name.to_owned();
        let (found, _) = self.store.read(move |tx| of_mandate(tx, mandate, &wanted)).await?;
        same(&found, package)?;
        let Some(draft) = self.open_draft(may, &found).await? else {
            return Err(Refusal::new(Kind::Locked, "refusal-release-closed").into());
        };
        let refuse = |error: bag::Refused| Refusal::invalid("refusal-release-bag").with("what", error);
        let unsealed = Unsealed::of(draft.files).map_err(refuse)?;
        if unsealed.package().hex() != package {
            return Err(Fault::Damaged { what: format!("the draft of {name} is another than it was") }.into());
        }
        let (protocol, own_name, package) = (may.protocol().clone(), name.to_owned(), package.to_owned());
        let (fact, salts) = (self.store.new_id(), [self.salt(), self.salt()]);
        let title = draft.not_published.content.title;
        self.store
            .write(move |tx| {
                let (mut found, of) = of_mandate(tx, mandate, &own_name)?;
                same(&found, &package)?;
                match found.prepared {
                    None => return Err(Refusal::conflict("refusal-release-not-prepared").into()),
                    Some((first, _)) if first == by => {
                        return Err(Refusal::conflict("refusal-release-four-eyes").into());
                    }
                    Some(_) => {}
                }
                let plan = plan(&protocol, &of)?;
                let kind = match &plan.only_access {
                    Some((_, published)) if found.only_access => published,
                    _ => &plan.signed,
                };
                let said = plain_fact(fact, kind, at, by, salts[0]);
                put(tx, &protocol, mandate, &of.workflow, of.id, said)?;
                let now = tx.now();
                let leaf = record::append(tx, &unsealed.leaf(record::seconds(now)))?;
                found.title = title;
                release::sign(tx, &found, (by, now, leaf), unsealed.files().readable())?;
                let done = Done::new(now, Some(by), "release.sign").in_mandate(mandate).about("case", of.id);
                let done = done.with("name", own_name.as_str()).with("package", package.as_str());
                let done = done.with("salt", crate::desk::hex(&salts[1]));
                record::audit(tx, Done { leaf: Some(leaf), ..done })?;
                Ok::<_, Error>(())
            })
            .await?;
        self.seal_release(name).await.map(drop)
    }

    /// Puts the proof into a signed release. Answers whether it is public now: else witnesses are still to cosign.
    pub async fn seal_release(&self, name: &str) -> Answer<bool> {
        let wanted = name.to_owned();
        let read = self.store.read(move |tx| {
            let found = release::by_name(tx, &wanted)?.ok_or_else(Refusal::not_found)?;
            let seq = found.leaf.ok_or_else(Refusal::not_found)?;
            let leaf = store::ledger::leaves(tx, seq, 1)?.pop().ok_or_else(Refusal::not_found)?;
            let files = release::files(tx, found.id)?;
            Ok::<_, Error>((found, seq, leaf, files))
        });
        let (found, seq, leaf, bytes) = read.await?;
        let damaged = |what: String| Fault::Damaged { what };
        let proof = match &found.proof {
            Some(proof) => proof.clone(),
            None => self.ledger_proof(seq).await?,
        };
        let parsed = TlogProof::parse(proof.as_bytes()).map_err(|error| damaged(error.to_string()))?;
        let leaf = Leaf::parse(leaf.leaf.as_bytes()).map_err(|error| damaged(error.to_string()))?;
        let mut files = Files::default();
        for (path, content) in bytes.into_iter().filter(|(path, _)| path != PROOF) {
            files.put(path, content);
        }
        let policy = policy_of(&files)?;
        let keys = policy.keys();
        let verified = parsed.checkpoint.verify(&keys).map_err(|error| damaged(error.to_string()))?;
        let enough = policy.is_satisfied(&verified);
        drop(verified);
        let sealed = if enough {
            let unsealed = Unsealed::of(files).map_err(|error| damaged(error.to_string()))?;
            let (files, _) = unsealed.seal(&leaf, parsed).map_err(|error| damaged(error.to_string()))?;
            Some(files.bytes(PROOF).unwrap_or_default().to_vec())
        } else {
            None
        };
        let public = sealed.is_some();
        self.store
            .write(move |tx| {
                let published = found.published_at.or_else(|| sealed.is_some().then(|| tx.now()));
                release::put_proof(tx, found.id, &proof, published)?;
                if let Some(sealed) = sealed {
                    release::put_file(tx, found.id, PROOF, &sealed)?;
                }
                Ok::<_, Fault>(())
            })
            .await?;
        Ok(public)
    }

    /// What a witness is shown: the head that the proof of a release ends in, with the proof that it continues the head
    /// of `old` entries that the witness signed before.
    pub async fn release_growth(&self, seat: &Seat, name: &str, old: u64) -> Answer<String> {
        let (mandate, name) = (seat.mandate().id, name.to_owned());
        self.store
            .read(move |tx| {
                let (found, _) = of_mandate(tx, mandate, &name)?;
                let proof = found.proof.ok_or_else(Refusal::not_found)?;
                let damaged = |what: String| Fault::Damaged { what };
                let proof = TlogProof::parse(proof.as_bytes()).map_err(|error| damaged(error.to_string()))?;
                let head = ledger::Checkpoint::parse(proof.checkpoint.text())
                    .map_err(|error| damaged(error.to_string()))?;
                if old > head.size {
                    return Err(Refusal::invalid("refusal-release-head-old").with("size", head.size).into());
                }
                let node = |level: u8, position: u64| {
                    let position = i64::try_from(position).ok()?;
                    let hash = store::ledger::node(tx, i64::from(level), position).ok()??;
                    ledger::Hash::from_bytes(&hash)
                };
                let path = ledger::consistency_proof(old, head.size, node)
                    .map_err(|error| damaged(error.to_string()))?;
                Ok(Growth { old, proof: path, checkpoint: proof.checkpoint }.to_string())
            })
            .await
    }

    /// Takes what a witness answered: its line, or the whole checkpoint with it. Answers whether the release is public
    /// now.
    pub async fn cosign_release(&self, may: &May<'_, Read>, name: &str, text: &str) -> Answer<bool> {
        let (mandate, by, now) = (may.mandate().id, may.session().member().id, self.now());
        let wrong = |what: String| {
            Refusal::invalid("refusal-release-cosignature").with("what", what).problem("line", "")
        };
        let lines: Vec<Signature> =
            text.lines().filter_map(|line| Signature::parse(line.trim_end())).collect();
        if lines.is_empty() {
            return Err(wrong("there is no line that begins with “— ”".to_owned()).into());
        }
        let own_name = name.to_owned();
        self.store
            .write(move |tx| {
                let (found, of) = of_mandate(tx, mandate, &own_name)?;
                let proof = found.proof.as_deref().ok_or_else(Refusal::not_found)?;
                let damaged = |what: String| Fault::Damaged { what };
                let mut proof =
                    TlogProof::parse(proof.as_bytes()).map_err(|error| damaged(error.to_string()))?;
                let policy = release::file(tx, found.id, TRUST)?.unwrap_or_default();
                let policy = ledger::Policy::parse(&policy).map_err(|error| damaged(error.to_string()))?;
                let keys = policy.keys();
                for line in lines {
                    let Some(key) = keys.iter().find(|key| key.name() == line.name && key.id() == line.id)
                    else {
                        return Err(wrong(format!("“{}” is no witness of this release", line.name)).into());
                    };
                    let known = proof.checkpoint.signatures().iter();
                    if known.clone().any(|other| other.name == line.name && other.id == line.id) {
                        continue;
                    }
                    proof.checkpoint.add(line);
                    proof
                        .checkpoint
                        .verify(std::slice::from_ref(key))
                        .map_err(|error| wrong(error.to_string()))?;
                }
                release::put_proof(tx, found.id, &proof.to_string(), found.published_at)?;
                let done = Done::new(now, Some(by), "release.cosign").in_mandate(mandate);
                record::audit(tx, done.about("case", of.id).with("name", own_name.as_str()))?;
                Ok::<_, Error>(())
            })
            .await?;
        self.seal_release(name).await
    }

    /// Takes the newest head of the ledger for the proof of a release that waits for witnesses: they may have signed a
    /// newer one for another release. Their lines under the old one are given up.
    pub async fn renew_release_proof(&self, may: &May<'_, Read>, name: &str) -> Answer<()> {
        let (mandate, wanted) = (may.mandate().id, name.to_owned());
        self.store
            .write(move |tx| {
                let (found, _) = of_mandate(tx, mandate, &wanted)?;
                if found.signed.is_none() || found.published_at.is_some() {
                    return Err(Refusal::conflict("refusal-release-another").into());
                }
                release::drop_proof(tx, found.id)?;
                Ok::<_, Error>(())
            })
            .await?;
        self.seal_release(name).await.map(drop)
    }

    /// Names the witnesses of all releases to come: lines `witness`, `group` and `quorum` of a policy
    /// (c2sp.org/tlog-policy), without the log's own.
    pub async fn set_witnesses(&self, administrator: &Administrator, text: &str) -> Answer<()> {
        let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        let text = lines.join("\n") + "\n";
        let whole = format!("log {}\n{text}", self.ledger_key());
        let wrong =
            |what: String| Refusal::invalid("refusal-witnesses").with("what", what).problem("witnesses", "");
        let policy = ledger::Policy::parse(whole.as_bytes()).map_err(|error| wrong(error.to_string()))?;
        if policy.logs().len() > 1 {
            return Err(wrong("it names a log; that is added by itself".to_owned()).into());
        }
        let (by, now, salt) = (administrator.session().member().id, self.now(), self.salt());
        self.store
            .write(move |tx| {
                setting::put(tx, WITNESSES, text.as_bytes())?;
                let done = Done::new(now, Some(by), "release.witnesses").with("policy", text.as_str());
                record::audit_with_leaf(tx, ledger::leaf::kind::RELEASE, &salt, done)?;
                Ok::<_, Fault>(())
            })
            .await?;
        Ok(())
    }
}

fn plan<'p>(protocol: &'p Protocol, of: &case::Case) -> Result<&'p protocol::ReleasePlan, Refusal> {
    protocol.release_of(&of.workflow).ok_or_else(Refusal::not_found)
}

fn policy_of(files: &Files) -> Result<ledger::Policy, Fault> {
    let bytes = files.bytes(TRUST).unwrap_or_default();
    ledger::Policy::parse(bytes).map_err(|error| Fault::Damaged { what: error.to_string() })
}
