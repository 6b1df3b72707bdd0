//! A submission that comes again: whether it is the same, and which of its files are still missing.

use sha2::{Digest, Sha256};
use store::submission::{self, SubmissionVersion};
use store::{Fault, Tx};

use crate::answer::Refusal;
use crate::files::name_hash;

/// Salt ‖ SHA-256(salt ‖ version's instance id ‖ digest of the XML). It tells whether the same XML came again; a thief
/// who guesses the whole XML, times to the millisecond included, could confirm the guess (SECURITY.md).
pub(crate) fn resend_check(salt: &[u8], instance_id: &str, digest: &[u8; 32]) -> Vec<u8> {
    let mut hash = Sha256::new();
    hash.update(b"deungdae resend 1");
    hash.update(salt);
    hash.update((instance_id.len() as u64).to_be_bytes());
    hash.update(instance_id);
    hash.update(digest);
    [salt, hash.finalize().as_slice()].concat()
}

/// What is here already of a submission that comes again.
pub(crate) struct Before {
    pub(crate) version: SubmissionVersion,
    /// Whether it was removed from sight.
    pub(crate) removed: bool,
    /// Hashed names of the files that have not come yet.
    waiting: Vec<Vec<u8>>,
}

impl Before {
    pub(crate) fn find(tx: &mut Tx, form: i64, instance_id: &str) -> Result<Option<Before>, Fault> {
        let Some(version) = submission::version_by_instance_id(tx, form, instance_id)? else {
            return Ok(None);
        };
        let slots = submission::attachments(tx, version.id)?;
        let waiting = slots.into_iter().filter(|slot| slot.content.is_none()).map(|slot| slot.name_hash);
        let found = submission::by_id(tx, version.submission)?;
        let removed = found.is_some_and(|found| found.removed_at.is_some() && found.erased_at.is_none());
        Ok(Some(Before { removed, waiting: waiting.collect(), version }))
    }

    pub(crate) fn check(&self, xml: &[u8]) -> Result<(), Refusal> {
        check_same(&self.version, &Sha256::digest(xml).into())
    }

    pub(crate) fn waits_for(&self, name: &str) -> bool {
        self.waiting.contains(&name_hash(self.version.id, name))
    }
}

pub(crate) fn check_same(before: &SubmissionVersion, digest: &[u8; 32]) -> Result<(), Refusal> {
    if is_same(before.digest.as_deref(), &before.instance_id, digest) {
        return Ok(());
    }
    Err(Refusal::conflict("refusal-different-submission").with("instance", &before.instance_id))
}

fn is_same(kept: Option<&[u8]>, instance_id: &str, digest: &[u8; 32]) -> bool {
    let salt = kept.and_then(|kept| kept.get(..32)).unwrap_or_default();
    kept.is_some_and(|kept| kept == resend_check(salt, instance_id, digest))
}
