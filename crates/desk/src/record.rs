//! The record of what was done: audit entries, and leaves of the ledger beside the changes they stand for.

use ledger::{Checkpoint, Leaf, Signer, Tree};
use serde_json::{Map, Value, json};
use store::audit::{self, AuditEntry};
use store::ledger::{Head, LedgerLeaf};
use store::{Fault, Tx};

/// Appends a leaf to the log, within the transaction of the change it stands for. Returns its place.
pub(crate) fn append(tx: &mut Tx, leaf: &Leaf) -> Result<i64, Fault> {
    let head = store::ledger::take_head(tx)?.unwrap_or(Head { tree: Vec::new(), checkpoint: String::new() });
    let mut tree = if head.tree.is_empty() {
        Tree::new()
    } else {
        Tree::from_bytes(&head.tree).map_err(|error| Fault::Damaged { what: error.to_string() })?
    };
    let text = leaf.to_bytes().map_err(|error| Fault::internal(error.to_string()))?;
    let text = String::from_utf8(text).map_err(|_| Fault::internal("a leaf is not text"))?;
    let hash = ledger::leaf_hash(text.as_bytes());
    let seq = i64::try_from(tree.size()).map_err(|_| Fault::internal("the ledger is full"))?;
    store::ledger::add_leaf(tx, &LedgerLeaf { seq, leaf: text, hash: hash.0.to_vec() })?;
    for node in tree.append(hash) {
        if node.level > 0 {
            let position = i64::try_from(node.index).map_err(|_| Fault::internal("the ledger is full"))?;
            store::ledger::add_node(tx, i64::from(node.level), position, &node.hash.0)?;
        }
    }
    store::ledger::put_head(tx, &Head { tree: tree.to_bytes(), checkpoint: head.checkpoint })?;
    Ok(seq)
}

/// Signs the head of the log. The store calls it once for each batch of changes, before they are committed.
pub(crate) fn sign_head(tx: &mut Tx, signer: &Signer) -> Result<(), Fault> {
    let Some(head) = store::ledger::head(tx)? else { return Ok(()) };
    let tree = Tree::from_bytes(&head.tree).map_err(|error| Fault::Damaged { what: error.to_string() })?;
    let checkpoint = Checkpoint::of(signer.name(), &tree);
    let signed_already = head.checkpoint.starts_with(&checkpoint.to_string());
    if signed_already {
        return Ok(());
    }
    let note = checkpoint.sign(signer).map_err(|error| Fault::internal(error.to_string()))?;
    store::ledger::put_head(tx, &Head { tree: head.tree, checkpoint: note.to_string() })
}

/// One thing that was done, for the audit.
pub(crate) struct Done<'a> {
    pub(crate) at: i64,
    pub(crate) member: Option<i64>,
    pub(crate) device: Option<i64>,
    pub(crate) mandate: Option<i64>,
    pub(crate) action: &'a str,
    pub(crate) about: Option<(&'a str, i64)>,
    pub(crate) detail: Map<String, Value>,
    /// The leaf that the change already has.
    pub(crate) leaf: Option<i64>,
}

impl<'a> Done<'a> {
    pub(crate) fn new(at: i64, member: Option<i64>, action: &'a str) -> Self {
        Done { at, member, device: None, mandate: None, action, about: None, detail: Map::new(), leaf: None }
    }

    pub(crate) fn in_mandate(mut self, mandate: i64) -> Self {
        self.mandate = Some(mandate);
        self
    }

    pub(crate) fn about(mut self, kind: &'a str, id: i64) -> Self {
        self.about = Some((kind, id));
        self
    }

    pub(crate) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.detail.insert(name.to_owned(), value.into());
        self
    }
}

/// Writes an audit entry beside the change it tells of.
pub(crate) fn audit(tx: &mut Tx, done: Done<'_>) -> Result<(), Fault> {
    let id = tx.new_id();
    audit::add(
        tx,
        &AuditEntry {
            id,
            at: done.at,
            member: done.member,
            device: done.device,
            mandate: done.mandate,
            action: done.action.to_owned(),
            about_kind: done.about.map(|(kind, _)| kind.to_owned()),
            about: done.about.map(|(_, id)| id),
            detail: Value::Object(done.detail).to_string(),
            leaf: done.leaf,
        },
    )
}

/// Writes an audit entry and a leaf that commits to it. The salt is kept in the entry: whoever is shown the entry can
/// check the leaf, whoever has the ledger alone learns nothing. Returns the leaf's place.
pub(crate) fn audit_with_leaf(
    tx: &mut Tx,
    kind: &str,
    salt: &[u8; 32],
    mut done: Done<'_>,
) -> Result<i64, Fault> {
    let content = json!([
        done.at,
        done.member,
        done.device,
        done.mandate,
        done.action,
        done.about.map(|(kind, _)| kind),
        done.about.map(|(_, id)| id),
        done.detail,
    ]);
    let commitment = ledger::commitment(salt, &[content.to_string().as_bytes()]);
    let leaf = append(tx, &Leaf::new(kind, seconds(done.at), commitment))?;
    done.leaf = Some(leaf);
    audit(tx, done.with("salt", crate::desk::hex(salt)))?;
    Ok(leaf)
}

/// A short audit entry: who did what, and no more.
pub(crate) fn note(
    tx: &mut Tx,
    at: i64,
    member: Option<i64>,
    mandate: Option<i64>,
    action: &str,
) -> Result<(), Fault> {
    audit(tx, Done { mandate, ..Done::new(at, member, action) })
}

/// Milliseconds to the whole seconds of the ledger.
pub(crate) fn seconds(at: i64) -> u64 {
    u64::try_from(at / 1000).unwrap_or(0)
}
