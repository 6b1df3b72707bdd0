//! What people see of the ledger, and the log as files for outsiders.

use ledger::tile::{Content, Tile};
use ledger::{Hash, VerifierKey};
use store::ledger::LedgerLeaf;
use store::{Fault, Tx};

use crate::Desk;
use crate::answer::{Answer, Refusal};

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

/// Leaves on a page.
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

    /// One file of the log at its C2SP path (`checkpoint`, `tile/0/x001/067`, `tile/entries/000.p/8`); none where the log
    /// has no such file yet. The flag tells whether it can never change.
    pub async fn ledger_file(&self, path: &str) -> Answer<Option<(Vec<u8>, bool)>> {
        if path == ledger::tile::CHECKPOINT_PATH {
            let head = self.store.read(store::ledger::head).await?;
            let checkpoint = head.map(|head| head.checkpoint).filter(|checkpoint| !checkpoint.is_empty());
            return Ok(checkpoint.map(|checkpoint| (checkpoint.into_bytes(), false)));
        }
        let Some(tile) = Tile::parse(path) else { return Ok(None) };
        let Some((from, width)) = i64::try_from(tile.items().start).ok().zip(i64::try_from(tile.width).ok())
        else {
            return Ok(None);
        };
        Ok(self
            .store
            .read(move |tx| {
                let size = size(tx)?;
                let bytes = match tile.content {
                    Content::Entries if from + width > size => None,
                    Content::Entries => {
                        let leaves = store::ledger::leaves(tx, from, width)?;
                        let leaves: Vec<&str> = leaves.iter().map(|leaf| leaf.leaf.as_str()).collect();
                        ledger::tile::write_bundle(&leaves)
                    }
                    Content::Hashes(level) => {
                        let level = i64::from(level) * i64::from(ledger::tile::TILE_HEIGHT);
                        let whole = size.checked_shr(u32::try_from(level).unwrap_or(u32::MAX)).unwrap_or(0);
                        let hashes = if from + width > whole {
                            Vec::new()
                        } else {
                            store::ledger::nodes(tx, level, from, width)?
                        };
                        (hashes.len() as i64 == width).then(|| hashes.concat())
                    }
                };
                Ok::<_, Fault>(bytes.map(|bytes| (bytes, true)))
            })
            .await?)
    }

    /// A proof in one file (C2SP tlog-proof) that a leaf is in the log as its newest checkpoint signs it.
    pub async fn ledger_proof(&self, seq: i64) -> Answer<String> {
        let found = self
            .store
            .read(move |tx| {
                let Some(head) = store::ledger::head(tx)? else { return Ok(None) };
                let size = u64::try_from(size(tx)?).unwrap_or(0);
                let Some(index) = u64::try_from(seq).ok().filter(|index| *index < size) else {
                    return Ok(None);
                };
                let damaged = |what: String| Fault::Damaged { what };
                let node = |level: u8, position: u64| {
                    let position = i64::try_from(position).ok()?;
                    let hash = store::ledger::node(tx, i64::from(level), position).ok()??;
                    Hash::from_bytes(&hash)
                };
                let path =
                    ledger::inclusion_proof(index, size, node).map_err(|error| damaged(error.to_string()))?;
                let checkpoint = ledger::SignedNote::parse(head.checkpoint.as_bytes())
                    .map_err(|error| damaged(error.to_string()))?;
                let proof = ledger::TlogProof { extra: None, index, path, checkpoint };
                Ok::<_, Fault>(Some(proof.to_string()))
            })
            .await?;
        Ok(found.ok_or_else(Refusal::not_found)?)
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
        let from = i64::try_from(range.start).ok()?;
        let count = i64::try_from(range.end - range.start).ok()?;
        let hashes = store::ledger::nodes(&mut tx.borrow_mut(), i64::from(level), from, count).ok()?;
        hashes.iter().map(|hash| Hash::from_bytes(hash)).collect()
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
