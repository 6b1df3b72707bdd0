//! What everybody may see of releases, without a login; and taking one back, by two people and with a reason.

use bag::package_hash;
use store::release::{self, Release};
use store::{Fault, mandate};

use crate::Desk;
use crate::answer::{Answer, Error, Refusal};
use crate::may::Seat;
use crate::put_fact::put;
use crate::record::{self, Done};
use crate::release_draft::role_says;
use crate::release_signatures::{of_mandate, plain_fact};

/// Longest reason of a retraction (characters).
const LONGEST_REASON: usize = 2000;

/// A public release.
pub struct PublicRelease {
    /// As stored.
    pub release: Release,
    /// Who publishes it.
    pub publisher: String,
    /// Its files by path, with the number of their bytes.
    pub files: Vec<(String, i64)>,
}

impl Desk {
    /// Every public release, newest first, with who publishes it.
    pub async fn public_releases(&self) -> Answer<Vec<(Release, String)>> {
        Ok(self
            .store
            .read(|tx| {
                let mut all = Vec::new();
                for release in release::published(tx)? {
                    let publisher = mandate::by_id(tx, release.mandate)?.map(|mandate| mandate.name);
                    all.push((release, publisher.unwrap_or_default()));
                }
                Ok::<_, Fault>(all)
            })
            .await?)
    }

    /// One public release.
    pub async fn public_release(&self, name: &str) -> Answer<PublicRelease> {
        let name = name.to_owned();
        self.store
            .read(move |tx| {
                let found = release::by_name(tx, &name)?.filter(|found| found.published_at.is_some());
                let release = found.ok_or_else(Refusal::not_found)?;
                let publisher = mandate::by_id(tx, release.mandate)?.map(|mandate| mandate.name);
                let files = release::paths(tx, release.id)?;
                Ok::<_, Error>(PublicRelease { release, publisher: publisher.unwrap_or_default(), files })
            })
            .await
    }

    /// One file of a public release.
    pub async fn public_file(&self, name: &str, path: &str) -> Answer<Vec<u8>> {
        let (name, path) = (name.to_owned(), path.to_owned());
        self.store
            .read(move |tx| {
                let found = release::by_name(tx, &name)?.filter(|found| found.published_at.is_some());
                let found = found.ok_or_else(Refusal::not_found)?;
                Ok::<_, Error>(release::file(tx, found.id, &path)?.ok_or_else(Refusal::not_found)?)
            })
            .await
    }

    /// All files of a public release, by path.
    pub async fn public_bag(&self, name: &str) -> Answer<Vec<(String, Vec<u8>)>> {
        let name = name.to_owned();
        self.store
            .read(move |tx| {
                let found = release::by_name(tx, &name)?.filter(|found| found.published_at.is_some());
                let found = found.ok_or_else(Refusal::not_found)?;
                Ok::<_, Error>(release::files(tx, found.id)?)
            })
            .await
    }

    /// Asks for the retraction of a public release, with the reason that everybody will read.
    pub async fn ask_retraction(&self, seat: &Seat, name: &str, reason: &str) -> Answer<()> {
        let reason = reason.trim().to_owned();
        if reason.is_empty() || reason.chars().count() > LONGEST_REASON {
            return Err(Refusal::invalid("refusal-retraction-reason").problem("reason", "").into());
        }
        let (mandate, by, now, salt) =
            (seat.mandate().id, seat.session().member().id, self.now(), self.salt());
        let (protocol, role) = (seat.protocol().clone(), seat.role().map(str::to_owned));
        let name = name.to_owned();
        self.store
            .write(move |tx| {
                let (found, of) = of_mandate(tx, mandate, &name)?;
                if found.published_at.is_none() || found.retracted.is_some() {
                    return Err(Refusal::conflict("refusal-release-another").into());
                }
                let plan = protocol.release_of(&of.workflow).ok_or_else(Refusal::not_found)?;
                role_says(&protocol, &of.workflow, &plan.retracted, role.as_deref())?;
                release::ask_retraction(tx, found.id, by, &reason)?;
                let done = Done::new(now, Some(by), "release.ask_retraction").in_mandate(mandate);
                let done =
                    done.about("case", of.id).with("name", name.as_str()).with("reason", reason.as_str());
                record::audit_with_leaf(tx, ledger::leaf::kind::RELEASE, &salt, done)?;
                Ok::<_, Error>(())
            })
            .await
    }

    /// Agrees to a retraction that somebody else asked for: the ledger says so for ever, and the release says it on its
    /// page.
    pub async fn retract_release(&self, seat: &Seat, name: &str, at: i64) -> Answer<()> {
        let (mandate, by, salt) = (seat.mandate().id, seat.session().member().id, self.salt());
        let (protocol, name, fact) = (seat.protocol().clone(), name.to_owned(), self.store.new_id());
        let role = seat.role().map(str::to_owned);
        self.store
            .write(move |tx| {
                let (found, of) = of_mandate(tx, mandate, &name)?;
                let Some((asked_by, reason)) = found.retraction.clone() else {
                    return Err(Refusal::conflict("refusal-retraction-not-asked").into());
                };
                if found.retracted.is_some() {
                    return Err(Refusal::conflict("refusal-release-another").into());
                }
                if asked_by == by {
                    return Err(Refusal::conflict("refusal-release-four-eyes").into());
                }
                let plan = protocol.release_of(&of.workflow).ok_or_else(Refusal::not_found)?;
                // A case of which nothing but the access record was published has no stage to go back to.
                if found.only_access {
                    role_says(&protocol, &of.workflow, &plan.retracted, role.as_deref())?;
                } else {
                    let said = plain_fact(fact, &plan.retracted, at, by, salt);
                    put(tx, &protocol, mandate, &of.workflow, of.id, said)?;
                }
                let manifest = release::file(tx, found.id, bag::MANIFEST)?.unwrap_or_default();
                let now = tx.now();
                let leaf = bag::retraction(package_hash(&manifest), &reason, record::seconds(now));
                let leaf = record::append(tx, &leaf)?;
                release::retract(tx, found.id, by, now, leaf)?;
                let done =
                    Done::new(now, Some(by), "release.retract").in_mandate(mandate).about("case", of.id);
                let done = done.with("name", name.as_str()).with("reason", reason);
                record::audit(tx, Done { leaf: Some(leaf), ..done })?;
                Ok::<_, Error>(())
            })
            .await
    }
}
