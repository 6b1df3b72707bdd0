//! What people see of the ledger and the audit, and the log as files for outsiders.

use ledger::{Hash, VerifierKey};
use store::audit::AuditEntry;
use store::ledger::LedgerLeaf;
use store::{Fault, Tx};

use crate::Desk;
use crate::answer::Answer;
use crate::may::{Administrator, Ledger, May};

/// The head of the log and a page of its leaves, newest first.
pub struct LedgerPage {
    /// Number of leaves.
    pub size: i64,
    /// The newest signed checkpoint.
    pub checkpoint: String,
    /// The key that signs it, as C2SP writes verifier keys.
    pub key: String,
    /// Leaves of this page, newest first.
    pub leaves: Vec<LedgerLeaf>,
}

/// A page of the audit, newest first.
pub struct AuditPage {
    /// Its entries.
    pub entries: Vec<AuditEntry>,
    /// Where the next page begins; none on the last one.
    pub before: Option<i64>,
}

/// Leaves or entries on a page.
const PAGE: i64 = 50;

impl Desk {
    /// The log below leaf `before` (none: from its head). The log holds no personal data, so every member may see it.
    pub async fn ledger(&self, before: Option<i64>) -> Answer<LedgerPage> {
        let key = self.signer.verifier_key().to_string();
        Ok(self
            .store
            .read(move |tx| {
                let head = store::ledger::head(tx)?;
                let size = size(tx)?;
                let end = before.unwrap_or(size).clamp(0, size);
                let from = (end - PAGE).max(0);
                let mut leaves = store::ledger::leaves(tx, from, end - from)?;
                leaves.reverse();
                let checkpoint = head.map(|head| head.checkpoint).unwrap_or_default();
                Ok::<_, Fault>(LedgerPage { size, checkpoint, key, leaves })
            })
            .await?)
    }

    /// The key that signs the log.
    pub fn ledger_key(&self) -> VerifierKey {
        self.signer.verifier_key().clone()
    }

    /// The name of the log.
    pub fn ledger_origin(&self) -> &str {
        self.signer.name()
    }

    /// The log as static files (C2SP tiles, entry bundles and the checkpoint), handed over one by one.
    pub async fn export_ledger(
        &self,
        mut write: impl FnMut(&str, &[u8]) -> std::io::Result<()> + Send + 'static,
    ) -> Answer<i64> {
        Ok(self
            .store
            .read(move |tx| {
                let Some(head) = store::ledger::head(tx)? else { return Ok(0) };
                let size = size(tx)?;
                let end = u64::try_from(size).unwrap_or(0);
                let files = export(tx, end)?;
                let failed =
                    |error: std::io::Error| Fault::Unavailable { what: format!("writing the log: {error}") };
                for (path, bytes) in files {
                    write(&path, &bytes).map_err(failed)?;
                }
                write("checkpoint", head.checkpoint.as_bytes()).map_err(failed)?;
                Ok::<_, Fault>(size)
            })
            .await?)
    }

    /// The audit of a mandate, newest first, below entry `before`.
    pub async fn audit(&self, may: &May<'_, Ledger>, before: Option<i64>) -> Answer<AuditPage> {
        self.audit_page(Some(may.mandate().id), before).await
    }

    /// The audit of the whole server.
    pub async fn server_audit(&self, _: &Administrator, before: Option<i64>) -> Answer<AuditPage> {
        self.audit_page(None, before).await
    }

    async fn audit_page(&self, mandate: Option<i64>, before: Option<i64>) -> Answer<AuditPage> {
        let mut entries = self
            .store
            .read(move |tx| store::audit::list(tx, mandate, before.unwrap_or(i64::MAX), PAGE + 1))
            .await?;
        let more = entries.len() as i64 > PAGE;
        entries.truncate(PAGE as usize);
        let before = if more { entries.last().map(|entry| entry.id) } else { None };
        Ok(AuditPage { entries, before })
    }
}

fn size(tx: &mut Tx) -> Result<i64, Fault> {
    let Some(head) = store::ledger::head(tx)? else { return Ok(0) };
    let tree =
        ledger::Tree::from_bytes(&head.tree).map_err(|error| Fault::Damaged { what: error.to_string() })?;
    i64::try_from(tree.size()).map_err(|_| Fault::internal("the ledger is full"))
}

fn export(tx: &mut Tx, size: u64) -> Result<Vec<(String, Vec<u8>)>, Fault> {
    let mut fault = None;
    let tx = std::cell::RefCell::new(tx);
    let entries = |range: std::ops::Range<u64>| -> Option<Vec<Vec<u8>>> {
        let from = i64::try_from(range.start).ok()?;
        let count = i64::try_from(range.end - range.start).ok()?;
        let leaves = store::ledger::leaves(&mut tx.borrow_mut(), from, count).ok()?;
        Some(leaves.into_iter().map(|leaf| leaf.leaf.into_bytes()).collect())
    };
    let nodes = |level: u8, range: std::ops::Range<u64>| -> Option<Vec<Hash>> {
        let mut hashes = Vec::new();
        for position in range {
            let position = i64::try_from(position).ok()?;
            let hash = store::ledger::node(&mut tx.borrow_mut(), i64::from(level), position).ok()??;
            hashes.push(Hash::from_bytes(&hash)?);
        }
        Some(hashes)
    };
    let mut files = Vec::new();
    for file in ledger::tile::export(0, size, entries, nodes) {
        match file {
            Ok(file) => files.push(file),
            Err(error) => fault = Some(Fault::Damaged { what: error.to_string() }),
        }
    }
    fault.map_or(Ok(files), Err)
}
