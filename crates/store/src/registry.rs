//! Registries and their entries: every version is kept, every conflict stays until a person resolves it.

pub use crate::held::{HeldUpdate, drop_held, held_count, held_since, hold, take_held};

use crate::{Fault, Row, Tx, params};

/// A list of sites, workers, households …; an ODK entity list.
#[derive(Clone)]
pub struct Registry {
    /// Number.
    pub id: i64,
    /// The mandate.
    pub mandate: i64,
    /// Its name in forms.
    pub name: String,
    /// Titles by language, a JSON object.
    pub titles: String,
    /// Class of the entries' labels.
    pub label_class: String,
    /// Whether phones get the labels.
    pub label_on_device: bool,
    /// Compartment that identity properties are sealed to.
    pub identity_compartment: i64,
    /// Compartment that sensitive properties are sealed to.
    pub sensitive_compartment: i64,
    /// How many entries are there, removed ones not counted.
    pub entries: i64,
    /// Counts every change.
    pub changes: i64,
    /// Whether a submission makes an entry only once it is approved.
    pub approval_required: bool,
    /// Whether a phone gets only the entries that it made.
    pub owner_only: bool,
    /// When it was made (ms).
    pub created_at: i64,
    /// When it or one of its entries last changed (ms).
    pub changed_at: i64,
    /// When it was removed from sight (ms).
    pub removed_at: Option<i64>,
}

pub(crate) const COLUMNS: &str = "id, mandate, name, titles, label_class, label_on_device, identity_compartment, \
                       sensitive_compartment, entries, changes, approval_required, owner_only, created_at, \
                       changed_at, removed_at";

pub(crate) fn read(row: &Row) -> Result<Registry, Fault> {
    Ok(Registry {
        id: row.get(0)?,
        mandate: row.get(1)?,
        name: row.get(2)?,
        titles: row.get(3)?,
        label_class: row.get(4)?,
        label_on_device: row.get::<i64>(5)? != 0,
        identity_compartment: row.get(6)?,
        sensitive_compartment: row.get(7)?,
        entries: row.get(8)?,
        changes: row.get(9)?,
        approval_required: row.get::<i64>(10)? != 0,
        owner_only: row.get::<i64>(11)? != 0,
        created_at: row.get(12)?,
        changed_at: row.get(13)?,
        removed_at: row.get(14)?,
    })
}

/// Adds a registry. A name already used in the mandate is a [`Fault::Conflict`].
pub fn add(tx: &mut Tx, registry: &Registry) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO registry (id, mandate, name, titles, label_class, label_on_device, identity_compartment, \
         sensitive_compartment, entries, changes, approval_required, owner_only, created_at, changed_at, removed) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, 0, $9, $10, $11, $11, 0)",
        params![
            registry.id,
            registry.mandate,
            &registry.name,
            &registry.titles,
            &registry.label_class,
            i64::from(registry.label_on_device),
            registry.identity_compartment,
            registry.sensitive_compartment,
            i64::from(registry.approval_required),
            i64::from(registry.owner_only),
            registry.created_at
        ],
    )?;
    Ok(())
}

/// The registries of a mandate.
pub fn all(tx: &mut Tx, mandate: i64) -> Result<Vec<Registry>, Fault> {
    tx.rows(
        &format!("SELECT {COLUMNS} FROM registry WHERE mandate = $1 AND removed = 0 ORDER BY id"),
        params![mandate],
        read,
    )
}

/// One registry by name.
pub fn by_name(tx: &mut Tx, mandate: i64, name: &str) -> Result<Option<Registry>, Fault> {
    tx.maybe(
        &format!("SELECT {COLUMNS} FROM registry WHERE mandate = $1 AND name = $2 AND removed = 0"),
        params![mandate, name],
        read,
    )
}

/// One registry by number.
pub fn by_id(tx: &mut Tx, id: i64) -> Result<Option<Registry>, Fault> {
    tx.maybe(&format!("SELECT {COLUMNS} FROM registry WHERE id = $1"), params![id], read)
}

/// Keeps changes to a registry in order: other servers wait until this transaction ends.
pub fn take(tx: &mut Tx, registry: i64) -> Result<(), Fault> {
    tx.execute("UPDATE registry SET changes = changes WHERE id = $1", params![registry])?;
    Ok(())
}

/// Counts a change, and how many entries it added (or removed, below zero). Returns its number: whoever has it holds the
/// registry's row, so that numbers become visible in their order.
pub(crate) fn count_change(tx: &mut Tx, registry: i64, added: i64) -> Result<i64, Fault> {
    let now = tx.now();
    tx.one(
        "UPDATE registry SET changes = changes + 1, entries = entries + $1, changed_at = $2 WHERE id = $3 \
         RETURNING changes",
        params![added, now, registry],
        |row| row.get(0),
    )
}

/// A property of a registry's entries.
#[derive(Clone)]
pub struct Property {
    /// The registry.
    pub registry: i64,
    /// Its name in forms.
    pub name: String,
    /// Place in the list.
    pub position: i64,
    /// Labels by language, a JSON object.
    pub labels: String,
    /// Kind of value, as XForms names it.
    pub kind: String,
    /// `identity`, `sensitive` or `open`.
    pub class: String,
    /// Whether phones get it.
    pub on_device: bool,
    /// When it was declared (ms).
    pub created_at: i64,
}

/// Adds a property; one that is there already stays as it is. Tells whether it was added.
pub fn add_property(tx: &mut Tx, property: &Property) -> Result<bool, Fault> {
    Ok(tx.execute(
        "INSERT INTO registry_property (registry, name, position, labels, kind, class, on_device, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (registry, name) DO NOTHING",
        params![
            property.registry,
            &property.name,
            property.position,
            &property.labels,
            &property.kind,
            &property.class,
            i64::from(property.on_device),
            property.created_at
        ],
    )? > 0)
}

/// The properties of a registry, in order.
pub fn properties(tx: &mut Tx, registry: i64) -> Result<Vec<Property>, Fault> {
    tx.rows(
        "SELECT registry, name, position, labels, kind, class, on_device, created_at FROM registry_property \
         WHERE registry = $1 ORDER BY position, name",
        params![registry],
        |row| {
            Ok(Property {
                registry: row.get(0)?,
                name: row.get(1)?,
                position: row.get(2)?,
                labels: row.get(3)?,
                kind: row.get(4)?,
                class: row.get(5)?,
                on_device: row.get::<i64>(6)? != 0,
                created_at: row.get(7)?,
            })
        },
    )
}

/// One site, worker, household …
#[derive(Clone)]
pub struct Entry {
    /// Number; grows with time.
    pub id: i64,
    /// The registry.
    pub registry: i64,
    /// ODK entity id.
    pub uuid: String,
    /// Number of the newest version.
    pub version: i64,
    /// `soft` or `hard` until a person has resolved it.
    pub conflict: Option<String>,
    /// Open properties after the newest version, JSON.
    pub open_values: String,
    /// When it was made (ms).
    pub created_at: i64,
    /// When it last changed (ms).
    pub updated_at: i64,
    /// When it was removed from sight (ms).
    pub removed_at: Option<i64>,
    /// When its values were destroyed (ms).
    pub erased_at: Option<i64>,
    /// Conflicts of versions up to this number have been looked at.
    pub resolved: i64,
}

pub(crate) const ENTRY_COLUMNS: &str = "id, registry, uuid, version, conflict, open_values, created_at, updated_at, removed_at, erased_at, resolved";

pub(crate) fn read_entry(row: &Row) -> Result<Entry, Fault> {
    Ok(Entry {
        id: row.get(0)?,
        registry: row.get(1)?,
        uuid: row.get(2)?,
        version: row.get(3)?,
        conflict: row.get(4)?,
        open_values: row.get(5)?,
        created_at: row.get(6)?,
        updated_at: row.get(7)?,
        removed_at: row.get(8)?,
        erased_at: row.get(9)?,
        resolved: row.get(10)?,
    })
}

/// What one version of an entry changed.
#[derive(Clone)]
pub struct EntryVersion {
    /// Number of the row.
    pub id: i64,
    /// The entry.
    pub entry: i64,
    /// 1, 2, 3 …
    pub number: i64,
    /// The version that its author had before them.
    pub base_number: Option<i64>,
    /// Offline work: the server's version when the branch began.
    pub trunk_version: Option<i64>,
    /// Offline work: the branch.
    pub branch_id: Option<String>,
    /// Offline work: the base version as the phone counted it.
    pub branch_base: Option<i64>,
    /// `soft` (others changed other properties) or `hard` (the same ones).
    pub conflict: Option<String>,
    /// Names of the properties set, a JSON array; `label` included.
    pub changed: String,
    /// Open properties set, JSON.
    pub open_values: String,
    /// Sensitive properties set, sealed.
    pub sealed_sensitive: Option<Vec<u8>>,
    /// Identity properties set, sealed.
    pub sealed_identity: Option<Vec<u8>>,
    /// Properties that phones get although they are not open, sealed to the devices' compartment.
    pub sealed_device: Option<Vec<u8>>,
    /// The submission version it came with.
    pub submission_version: Option<i64>,
    /// The list it came with, if it came with others.
    pub source: Option<i64>,
    /// The program that sent it, where it did not come with a submission.
    pub user_agent: Option<String>,
    /// The phone that sent it.
    pub device: Option<i64>,
    /// Or the member.
    pub member: Option<i64>,
    /// When it came (ms).
    pub received_at: i64,
    /// Its leaf in the ledger.
    pub leaf: i64,
}

pub(crate) const VERSION_COLUMNS: &str = "id, entry, number, base_number, trunk_version, branch_id, branch_base, conflict, changed, \
     open_values, sealed_sensitive, sealed_identity, sealed_device, submission_version, source, user_agent, device, member, received_at, leaf";

pub(crate) fn read_version(row: &Row) -> Result<EntryVersion, Fault> {
    Ok(EntryVersion {
        id: row.get(0)?,
        entry: row.get(1)?,
        number: row.get(2)?,
        base_number: row.get(3)?,
        trunk_version: row.get(4)?,
        branch_id: row.get(5)?,
        branch_base: row.get(6)?,
        conflict: row.get(7)?,
        changed: row.get(8)?,
        open_values: row.get(9)?,
        sealed_sensitive: row.get(10)?,
        sealed_identity: row.get(11)?,
        sealed_device: row.get(12)?,
        submission_version: row.get(13)?,
        source: row.get(14)?,
        user_agent: row.get(15)?,
        device: row.get(16)?,
        member: row.get(17)?,
        received_at: row.get(18)?,
        leaf: row.get(19)?,
    })
}

/// Adds an entry with its first version. A uuid already used in the registry is a [`Fault::Conflict`].
pub fn add_entry(tx: &mut Tx, entry: &Entry, version: &EntryVersion) -> Result<(), Fault> {
    let change = count_change(tx, entry.registry, 1)?;
    tx.execute(
        "INSERT INTO entry (id, registry, uuid, version, conflict, open_values, created_at, updated_at, change, \
         resolved) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0)",
        params![
            entry.id,
            entry.registry,
            &entry.uuid,
            entry.version,
            entry.conflict.as_deref(),
            &entry.open_values,
            entry.created_at,
            entry.updated_at,
            change
        ],
    )?;
    insert_version(tx, version)
}

/// Adds a later version of an entry; `entry` carries its new state.
pub fn add_entry_version(tx: &mut Tx, entry: &Entry, version: &EntryVersion) -> Result<(), Fault> {
    insert_version(tx, version)?;
    let change = count_change(tx, entry.registry, 0)?;
    tx.execute(
        "UPDATE entry SET version = $1, conflict = $2, open_values = $3, updated_at = $4, change = $5 WHERE id = $6",
        params![
            entry.version,
            entry.conflict.as_deref(),
            &entry.open_values,
            entry.updated_at,
            change,
            entry.id
        ],
    )?;
    Ok(())
}

fn insert_version(tx: &mut Tx, version: &EntryVersion) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO entry_version (id, entry, number, base_number, trunk_version, branch_id, branch_base, conflict, \
         changed, open_values, sealed_sensitive, sealed_identity, sealed_device, submission_version, source, \
         user_agent, device, member, received_at, leaf) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)",
        params![
            version.id,
            version.entry,
            version.number,
            version.base_number,
            version.trunk_version,
            version.branch_id.as_deref(),
            version.branch_base,
            version.conflict.as_deref(),
            &version.changed,
            &version.open_values,
            version.sealed_sensitive.as_deref(),
            version.sealed_identity.as_deref(),
            version.sealed_device.as_deref(),
            version.submission_version,
            version.source,
            version.user_agent.as_deref(),
            version.device,
            version.member,
            version.received_at,
            version.leaf
        ],
    )?;
    Ok(())
}

/// One entry by uuid.
pub fn entry(tx: &mut Tx, registry: i64, uuid: &str) -> Result<Option<Entry>, Fault> {
    tx.maybe(
        &format!("SELECT {ENTRY_COLUMNS} FROM entry WHERE registry = $1 AND uuid = $2"),
        params![registry, uuid],
        read_entry,
    )
}

/// One entry by number.
pub fn entry_by_id(tx: &mut Tx, id: i64) -> Result<Option<Entry>, Fault> {
    tx.maybe(&format!("SELECT {ENTRY_COLUMNS} FROM entry WHERE id = $1"), params![id], read_entry)
}

/// Numbers of the entries that were added, changed or removed after so many of the registry's changes, oldest first.
pub fn changed_since(tx: &mut Tx, registry: i64, changes: i64) -> Result<Vec<i64>, Fault> {
    tx.rows(
        "SELECT id FROM entry WHERE registry = $1 AND change > $2 ORDER BY id",
        params![registry, changes],
        |row| row.get(0),
    )
}

/// Number of the entry in the middle of those in sight, with `entries` of them; none if there are fewer.
pub fn middle(tx: &mut Tx, registry: i64, entries: i64) -> Result<Option<i64>, Fault> {
    tx.maybe(
        "SELECT id FROM entry WHERE registry = $1 AND removed_at IS NULL ORDER BY id LIMIT 1 OFFSET $2",
        params![registry, entries / 2],
        |row| row.get(0),
    )
}

/// Which entries of a registry to list.
#[derive(Clone, Copy, Debug, Default)]
pub struct EntryList {
    /// Only those after the entry with this number.
    pub after: Option<i64>,
    /// Only those before the entry with this number, the nearest ones.
    pub before: Option<i64>,
    /// Only those that wait for a person to resolve a conflict.
    pub conflicts: bool,
    /// At most so many.
    pub limit: i64,
}

/// Numbers of the entries of a list, oldest first; those not in sight are left out.
pub fn list_numbers(tx: &mut Tx, registry: i64, list: &EntryList) -> Result<Vec<i64>, Fault> {
    let conflict = if list.conflicts { " AND conflict IS NOT NULL" } else { "" };
    let (beyond, direction, key) = match (list.before, list.after) {
        (Some(before), _) => ("<", "DESC", before),
        (None, after) => (">", "ASC", after.unwrap_or(0)),
    };
    let mut numbers = tx.rows(
        &format!(
            "SELECT id FROM entry WHERE registry = $1 AND removed_at IS NULL{conflict} AND id {beyond} $2 \
             ORDER BY id {direction} LIMIT $3"
        ),
        params![registry, key, list.limit],
        |row| row.get(0),
    )?;
    numbers.sort_unstable();
    Ok(numbers)
}

/// These entries of a registry with all their versions, in the order of the numbers; those not in sight are left out.
pub fn some_with_versions(
    tx: &mut Tx,
    registry: i64,
    ids: &[i64],
) -> Result<Vec<(Entry, Vec<EntryVersion>)>, Fault> {
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        let entry = entry_by_id(tx, *id)?;
        let entry = entry.filter(|entry| entry.registry == registry && entry.removed_at.is_none());
        if let Some(entry) = entry {
            found.push((entry, entry_versions(tx, *id)?));
        }
    }
    Ok(found)
}

/// All versions of an entry, oldest first.
pub fn entry_versions(tx: &mut Tx, entry: i64) -> Result<Vec<EntryVersion>, Fault> {
    tx.rows(
        &format!("SELECT {VERSION_COLUMNS} FROM entry_version WHERE entry = $1 ORDER BY number"),
        params![entry],
        read_version,
    )
}

/// The version that an offline branch made on this base, if it has arrived.
pub fn version_on_branch(
    tx: &mut Tx,
    entry: i64,
    branch_id: &str,
    branch_base: i64,
) -> Result<Option<EntryVersion>, Fault> {
    tx.maybe(
        &format!(
            "SELECT {VERSION_COLUMNS} FROM entry_version WHERE entry = $1 AND branch_id = $2 AND branch_base = $3 \
             ORDER BY number DESC LIMIT 1"
        ),
        params![entry, branch_id, branch_base],
        read_version,
    )
}

/// Calls `each` with every entry of a registry and all its versions, oldest entry first. Removed entries are left out.
pub fn each_with_versions(
    tx: &mut Tx,
    registry: i64,
    after: i64,
    limit: i64,
    mut each: impl FnMut(Entry, Vec<EntryVersion>) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let entries = tx.rows(
        &format!(
            "SELECT {ENTRY_COLUMNS} FROM entry WHERE registry = $1 AND removed_at IS NULL AND id > $2 \
             ORDER BY id LIMIT $3"
        ),
        params![registry, after, limit],
        read_entry,
    )?;
    let (Some(first), Some(last)) = (entries.first(), entries.last()) else { return Ok(()) };
    // The entries lead, so that only their own versions are visited.
    let columns = VERSION_COLUMNS.split(", ").map(|name| format!("entry_version.{name}"));
    let columns = columns.collect::<Vec<_>>().join(", ");
    let versions = tx.rows(
        &format!(
            "SELECT {columns} FROM entry CROSS JOIN entry_version \
             WHERE entry_version.entry = entry.id AND entry.registry = $1 AND entry.removed_at IS NULL \
             AND entry.id >= $2 AND entry.id <= $3 ORDER BY entry.id, entry_version.number"
        ),
        params![registry, first.id, last.id],
        read_version,
    )?;
    let mut versions = versions.into_iter().peekable();
    for entry in entries {
        let mut own = Vec::new();
        while let Some(version) = versions.next_if(|version| version.entry == entry.id) {
            own.push(version);
        }
        each(entry, own)?;
    }
    Ok(())
}

/// How many entries of a registry wait for a person to resolve a conflict.
pub fn conflicts(tx: &mut Tx, registry: i64) -> Result<i64, Fault> {
    tx.one(
        "SELECT count(*) FROM entry WHERE registry = $1 AND conflict IS NOT NULL AND removed_at IS NULL",
        params![registry],
        |row| row.get(0),
    )
}

/// Marks an entry's conflict as resolved.
pub fn resolve(tx: &mut Tx, registry: i64, entry: i64, at: i64) -> Result<(), Fault> {
    let change = count_change(tx, registry, 0)?;
    tx.execute(
        "UPDATE entry SET conflict = NULL, resolved = version, updated_at = $1, change = $2 WHERE id = $3",
        params![at, change, entry],
    )?;
    Ok(())
}

/// Removes an entry from sight; tells whether it was there.
pub fn remove_entry(tx: &mut Tx, registry: i64, entry: i64, at: i64) -> Result<bool, Fault> {
    let removed = tx.execute(
        "UPDATE entry SET removed_at = $1 WHERE id = $2 AND removed_at IS NULL",
        params![at, entry],
    )?;
    if removed > 0 {
        let change = count_change(tx, registry, -1)?;
        tx.execute("UPDATE entry SET change = $1 WHERE id = $2", params![change, entry])?;
    }
    Ok(removed > 0)
}

/// Destroys what an entry says in every version, and what is held back for it. The rows and their leaves stay.
pub fn erase_entry(tx: &mut Tx, registry: i64, entry: i64, at: i64) -> Result<(), Fault> {
    remove_entry(tx, registry, entry, at)?;
    tx.execute(
        "UPDATE entry_version SET open_values = '{}', sealed_sensitive = NULL, sealed_identity = NULL, \
         sealed_device = NULL WHERE entry = $1",
        params![entry],
    )?;
    tx.execute("UPDATE entry SET open_values = '{}', erased_at = $1 WHERE id = $2", params![at, entry])?;
    tx.execute(
        "DELETE FROM held_update WHERE registry = $1 AND uuid = (SELECT uuid FROM entry WHERE id = $2)",
        params![registry, entry],
    )?;
    Ok(())
}

/// Which of these uuids have been removed, as phones ask.
pub fn removed_among(tx: &mut Tx, registry: i64, uuids: &[String]) -> Result<Vec<(String, bool)>, Fault> {
    let mut answers = Vec::new();
    for uuid in uuids {
        if let Some(entry) = entry(tx, registry, uuid)? {
            answers.push((uuid.clone(), entry.removed_at.is_some()));
        }
    }
    Ok(answers)
}

/// When the newest entry of a registry was made (ms).
pub fn last_made(tx: &mut Tx, registry: i64) -> Result<Option<i64>, Fault> {
    tx.maybe(
        "SELECT created_at FROM entry WHERE registry = $1 AND removed_at IS NULL ORDER BY id DESC LIMIT 1",
        params![registry],
        |row| row.get(0),
    )
}
