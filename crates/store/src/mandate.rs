//! Mandates, who works in them, and the keys of their compartments.

use crate::{Fault, Row, Tx, params};

/// A protocol put to work by an organisation; an ODK project.
#[derive(Clone)]
pub struct Mandate {
    /// Small number, the ODK project id.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Name of the protocol that it follows.
    pub protocol: String,
    /// When it began (ms).
    pub created_at: i64,
    /// When it was archived (ms).
    pub archived_at: Option<i64>,
    /// When its name, description or archive last changed (ms).
    pub updated_at: Option<i64>,
}

fn read_mandate(row: &Row) -> Result<Mandate, Fault> {
    Ok(Mandate {
        id: row.get(0)?,
        name: row.get(1)?,
        description: row.get(2)?,
        protocol: row.get(3)?,
        created_at: row.get(4)?,
        archived_at: row.get(5)?,
        updated_at: row.get(6)?,
    })
}

const COLUMNS: &str = "id, name, description, protocol, created_at, archived_at, updated_at";

/// Adds a mandate.
pub fn add(tx: &mut Tx, mandate: &Mandate) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO mandate (id, name, description, protocol, created_at, archived_at) \
         VALUES ($1, $2, $3, $4, $5, $6)",
        params![
            mandate.id,
            &mandate.name,
            &mandate.description,
            &mandate.protocol,
            mandate.created_at,
            mandate.archived_at
        ],
    )?;
    Ok(())
}

/// Changes name, description and whether it is archived.
pub fn update(tx: &mut Tx, mandate: &Mandate) -> Result<(), Fault> {
    tx.execute(
        "UPDATE mandate SET name = $1, description = $2, archived_at = $3, updated_at = $4 WHERE id = $5",
        params![&mandate.name, &mandate.description, mandate.archived_at, mandate.updated_at, mandate.id],
    )?;
    Ok(())
}

/// Takes a mandate out of sight (ms); what it holds stays sealed as it is.
pub fn remove(tx: &mut Tx, id: i64, at: i64) -> Result<(), Fault> {
    tx.execute("UPDATE mandate SET removed_at = $1 WHERE id = $2", params![at, id])?;
    Ok(())
}

/// All mandates, oldest first.
pub fn all(tx: &mut Tx) -> Result<Vec<Mandate>, Fault> {
    tx.rows(
        &format!("SELECT {COLUMNS} FROM mandate WHERE removed_at IS NULL ORDER BY id"),
        params![],
        read_mandate,
    )
}

/// One mandate.
pub fn by_id(tx: &mut Tx, id: i64) -> Result<Option<Mandate>, Fault> {
    tx.maybe(
        &format!("SELECT {COLUMNS} FROM mandate WHERE id = $1 AND removed_at IS NULL"),
        params![id],
        read_mandate,
    )
}

/// A member's place in a mandate.
#[derive(Clone)]
pub struct Place {
    /// The mandate.
    pub mandate: i64,
    /// The member.
    pub member: i64,
    /// A role that the mandate's protocol defines.
    pub role: String,
    /// Since when (ms).
    pub since: i64,
}

fn read_place(row: &Row) -> Result<Place, Fault> {
    Ok(Place { mandate: row.get(0)?, member: row.get(1)?, role: row.get(2)?, since: row.get(3)? })
}

/// Gives a member this role in a mandate, and no other.
pub fn give_role(tx: &mut Tx, place: &Place) -> Result<(), Fault> {
    take_role(tx, place.mandate, place.member)?;
    add_role(tx, place)
}

/// Gives a member this role in a mandate, beside those that they have.
pub fn add_role(tx: &mut Tx, place: &Place) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO mandate_member (mandate, member, role, since) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (mandate, member, role) DO UPDATE SET since = excluded.since",
        params![place.mandate, place.member, &place.role, place.since],
    )?;
    Ok(())
}

/// Takes one of a member's roles in a mandate; tells whether they had it.
pub fn take_one_role(tx: &mut Tx, mandate: i64, member: i64, role: &str) -> Result<bool, Fault> {
    Ok(tx.execute(
        "DELETE FROM mandate_member WHERE mandate = $1 AND member = $2 AND role = $3",
        params![mandate, member, role],
    )? > 0)
}

/// Takes a member out of a mandate; tells whether they were in it.
pub fn take_role(tx: &mut Tx, mandate: i64, member: i64) -> Result<bool, Fault> {
    Ok(tx
        .execute("DELETE FROM mandate_member WHERE mandate = $1 AND member = $2", params![mandate, member])?
        > 0)
}

/// Who works in a mandate.
pub fn places(tx: &mut Tx, mandate: i64) -> Result<Vec<Place>, Fault> {
    tx.rows(
        "SELECT mandate, member, role, since FROM mandate_member WHERE mandate = $1 ORDER BY member, since, role",
        params![mandate],
        read_place,
    )
}

/// Where a member works.
pub fn places_of(tx: &mut Tx, member: i64) -> Result<Vec<Place>, Fault> {
    tx.rows(
        "SELECT mandate, member, role, since FROM mandate_member WHERE member = $1 ORDER BY mandate, since, role",
        params![member],
        read_place,
    )
}

/// One member's place in one mandate; of several roles the first that they were given.
pub fn place(tx: &mut Tx, mandate: i64, member: i64) -> Result<Option<Place>, Fault> {
    tx.maybe(
        "SELECT mandate, member, role, since FROM mandate_member WHERE mandate = $1 AND member = $2 \
         ORDER BY since, role LIMIT 1",
        params![mandate, member],
        read_place,
    )
}

/// A group of members who hold one key.
#[derive(Clone)]
pub struct Compartment {
    /// Number.
    pub id: i64,
    /// The mandate it belongs to.
    pub mandate: i64,
    /// Its name in the protocol.
    pub name: String,
    /// `identity`, `sensitive` or `devices`.
    pub kind: String,
    /// The epoch that new values are sealed to.
    pub current_epoch: i64,
}

fn read_compartment(row: &Row) -> Result<Compartment, Fault> {
    Ok(Compartment {
        id: row.get(0)?,
        mandate: row.get(1)?,
        name: row.get(2)?,
        kind: row.get(3)?,
        current_epoch: row.get(4)?,
    })
}

/// Adds a compartment.
pub fn add_compartment(tx: &mut Tx, compartment: &Compartment) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO compartment (id, mandate, name, kind, current_epoch) VALUES ($1, $2, $3, $4, $5)",
        params![
            compartment.id,
            compartment.mandate,
            &compartment.name,
            &compartment.kind,
            compartment.current_epoch
        ],
    )?;
    Ok(())
}

/// The compartments of a mandate.
pub fn compartments(tx: &mut Tx, mandate: i64) -> Result<Vec<Compartment>, Fault> {
    tx.rows(
        "SELECT id, mandate, name, kind, current_epoch FROM compartment WHERE mandate = $1 ORDER BY id",
        params![mandate],
        read_compartment,
    )
}

/// One compartment.
pub fn compartment(tx: &mut Tx, id: i64) -> Result<Option<Compartment>, Fault> {
    tx.maybe(
        "SELECT id, mandate, name, kind, current_epoch FROM compartment WHERE id = $1",
        params![id],
        read_compartment,
    )
}

/// One generation of a compartment's key pair.
#[derive(Clone)]
pub struct Epoch {
    /// Number of the row; sealed values name it through their data key.
    pub id: i64,
    /// The compartment.
    pub compartment: i64,
    /// 1, 2, 3 …
    pub number: i64,
    /// X25519 public key.
    pub public_key: Vec<u8>,
    /// When it began (ms).
    pub created_at: i64,
}

fn read_epoch(row: &Row) -> Result<Epoch, Fault> {
    Ok(Epoch {
        id: row.get(0)?,
        compartment: row.get(1)?,
        number: row.get(2)?,
        public_key: row.get(3)?,
        created_at: row.get(4)?,
    })
}

/// Begins an epoch and makes it the compartment's current one.
pub fn add_epoch(tx: &mut Tx, epoch: &Epoch) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO epoch (id, compartment, number, public_key, created_at) VALUES ($1, $2, $3, $4, $5)",
        params![epoch.id, epoch.compartment, epoch.number, &epoch.public_key, epoch.created_at],
    )?;
    tx.execute(
        "UPDATE compartment SET current_epoch = $1 WHERE id = $2",
        params![epoch.id, epoch.compartment],
    )?;
    Ok(())
}

/// All epochs of a compartment, oldest first.
pub fn epochs(tx: &mut Tx, compartment: i64) -> Result<Vec<Epoch>, Fault> {
    tx.rows(
        "SELECT id, compartment, number, public_key, created_at FROM epoch WHERE compartment = $1 ORDER BY number",
        params![compartment],
        read_epoch,
    )
}

/// One epoch.
pub fn epoch(tx: &mut Tx, id: i64) -> Result<Option<Epoch>, Fault> {
    tx.maybe(
        "SELECT id, compartment, number, public_key, created_at FROM epoch WHERE id = $1",
        params![id],
        read_epoch,
    )
}

/// Who can hold a compartment's key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Holder {
    /// A member, by number.
    Member(i64),
    /// A phone, by number; only the devices' compartment is ever given to phones.
    Device(i64),
    /// A set of shares on paper, by number.
    Shares(i64),
}

impl Holder {
    fn columns(self) -> (&'static str, i64) {
        match self {
            Holder::Member(id) => ("member", id),
            Holder::Device(id) => ("device", id),
            Holder::Shares(id) => ("shares", id),
        }
    }
}

/// An epoch's secret key, sealed to one holder.
#[derive(Clone)]
pub struct HeldKey {
    /// The epoch.
    pub epoch: i64,
    /// The holder.
    pub holder: Holder,
    /// The secret key, sealed to the holder's public key.
    pub sealed_key: Vec<u8>,
    /// The member who gave it.
    pub given_by: Option<i64>,
    /// When (ms).
    pub given_at: i64,
}

/// Gives a holder an epoch's key (again: replaced).
pub fn give_key(tx: &mut Tx, key: &HeldKey) -> Result<(), Fault> {
    let (kind, holder) = key.holder.columns();
    tx.execute(
        "INSERT INTO held_key (epoch, holder_kind, holder, sealed_key, given_by, given_at) \
         VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT (epoch, holder_kind, holder) DO UPDATE SET sealed_key = excluded.sealed_key",
        params![key.epoch, kind, holder, &key.sealed_key, key.given_by, key.given_at],
    )?;
    Ok(())
}

/// An epoch's key as sealed for this holder.
pub fn held_key(tx: &mut Tx, epoch: i64, holder: Holder) -> Result<Option<Vec<u8>>, Fault> {
    let (kind, holder) = holder.columns();
    tx.maybe(
        "SELECT sealed_key FROM held_key WHERE epoch = $1 AND holder_kind = $2 AND holder = $3",
        params![epoch, kind, holder],
        |row| row.get(0),
    )
}

/// Takes every key of a compartment from a holder; tells how many there were.
pub fn take_keys(tx: &mut Tx, compartment: i64, holder: Holder) -> Result<u64, Fault> {
    let (kind, holder) = holder.columns();
    tx.execute(
        "DELETE FROM held_key WHERE holder_kind = $1 AND holder = $2 \
         AND epoch IN (SELECT id FROM epoch WHERE compartment = $3)",
        params![kind, holder, compartment],
    )
}

/// Takes every key of every compartment from a holder.
pub fn take_all_keys(tx: &mut Tx, holder: Holder) -> Result<(), Fault> {
    let (kind, holder) = holder.columns();
    tx.execute("DELETE FROM held_key WHERE holder_kind = $1 AND holder = $2", params![kind, holder])?;
    Ok(())
}

/// Who holds the current key of a compartment.
pub fn holders(tx: &mut Tx, compartment: i64) -> Result<Vec<Holder>, Fault> {
    tx.rows(
        "SELECT held_key.holder_kind, held_key.holder FROM held_key \
         JOIN compartment ON compartment.current_epoch = held_key.epoch WHERE compartment.id = $1 \
         ORDER BY held_key.holder_kind, held_key.holder",
        params![compartment],
        |row| {
            let holder = row.get(1)?;
            match row.get::<&str>(0)? {
                "member" => Ok(Holder::Member(holder)),
                "device" => Ok(Holder::Device(holder)),
                "shares" => Ok(Holder::Shares(holder)),
                other => Err(Fault::internal(format!("unknown kind of key holder {other}"))),
            }
        },
    )
}

/// The compartments of which a member holds the current key.
pub fn compartments_of(tx: &mut Tx, member: i64) -> Result<Vec<i64>, Fault> {
    tx.rows(
        "SELECT compartment.id FROM held_key JOIN compartment ON compartment.current_epoch = held_key.epoch \
         WHERE held_key.holder_kind = 'member' AND held_key.holder = $1 ORDER BY compartment.id",
        params![member],
        |row| row.get(0),
    )
}

/// A short-lived intake key, sealed to its epoch.
#[derive(Clone)]
pub struct DataKey {
    /// Number that sealed values carry.
    pub id: i64,
    /// The epoch whose secret key opens it.
    pub epoch: i64,
    /// The key, sealed.
    pub sealed_key: Vec<u8>,
    /// When it was made (ms).
    pub created_at: i64,
}

/// Keeps a data key.
pub fn add_data_key(tx: &mut Tx, key: &DataKey) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO data_key (id, epoch, sealed_key, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING",
        params![key.id, key.epoch, &key.sealed_key, key.created_at],
    )?;
    Ok(())
}

/// A data key by number.
pub fn data_key(tx: &mut Tx, id: i64) -> Result<Option<DataKey>, Fault> {
    tx.maybe("SELECT id, epoch, sealed_key, created_at FROM data_key WHERE id = $1", params![id], |row| {
        Ok(DataKey { id: row.get(0)?, epoch: row.get(1)?, sealed_key: row.get(2)?, created_at: row.get(3)? })
    })
}

/// A phone that may send but never read.
#[derive(Clone)]
pub struct Device {
    /// Small number, also the ODK app user's id.
    pub id: i64,
    /// The mandate it works for.
    pub mandate: i64,
    /// What people call it.
    pub name: String,
    /// Hash of its token; none once revoked.
    pub token_hash: Option<Vec<u8>>,
    /// Public key derived from its token.
    pub public_key: Vec<u8>,
    /// The token, sealed to the devices' compartment.
    pub sealed_token: Option<Vec<u8>>,
    /// Who added it.
    pub created_by: i64,
    /// When (ms).
    pub created_at: i64,
    /// When it last sent or fetched something (ms).
    pub last_seen_at: Option<i64>,
    /// When it was revoked (ms).
    pub revoked_at: Option<i64>,
    /// Whether it fills every form of the mandate, or only those that it was assigned.
    pub every_form: bool,
    /// A public link: the form that it opens for anybody who has it.
    pub link_form: Option<i64>,
    /// Whether the link's page can be filled once only in a browser.
    pub once: bool,
    /// When clients were last told of it (ms).
    pub removed_at: Option<i64>,
}

const DEVICE_COLUMNS: &str = "id, mandate, name, token_hash, public_key, sealed_token, created_by, created_at, \
                              last_seen_at, revoked_at, every_form, link_form, once, removed_at";

fn read_device(row: &Row) -> Result<Device, Fault> {
    Ok(Device {
        id: row.get(0)?,
        mandate: row.get(1)?,
        name: row.get(2)?,
        token_hash: row.get(3)?,
        public_key: row.get(4)?,
        sealed_token: row.get(5)?,
        created_by: row.get(6)?,
        created_at: row.get(7)?,
        last_seen_at: row.get(8)?,
        revoked_at: row.get(9)?,
        every_form: row.get::<i64>(10)? != 0,
        link_form: row.get(11)?,
        once: row.get::<i64>(12)? != 0,
        removed_at: row.get(13)?,
    })
}

/// Adds a device.
pub fn add_device(tx: &mut Tx, device: &Device) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO device (id, mandate, name, token_hash, public_key, sealed_token, created_by, created_at, every_form, \
         link_form, once) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        params![
            device.id,
            device.mandate,
            &device.name,
            device.token_hash.as_deref(),
            &device.public_key,
            device.sealed_token.as_deref(),
            device.created_by,
            device.created_at,
            i64::from(device.every_form),
            device.link_form,
            i64::from(device.once)
        ],
    )?;
    Ok(())
}

/// The devices of a mandate, newest last.
pub fn devices(tx: &mut Tx, mandate: i64) -> Result<Vec<Device>, Fault> {
    tx.rows(
        &format!("SELECT {DEVICE_COLUMNS} FROM device WHERE mandate = $1 ORDER BY id"),
        params![mandate],
        read_device,
    )
}

/// One device of a mandate.
pub fn device(tx: &mut Tx, mandate: i64, id: i64) -> Result<Option<Device>, Fault> {
    tx.maybe(
        &format!("SELECT {DEVICE_COLUMNS} FROM device WHERE mandate = $1 AND id = $2"),
        params![mandate, id],
        read_device,
    )
}

/// The device whose token has this hash.
pub fn device_by_token(tx: &mut Tx, token_hash: &[u8]) -> Result<Option<Device>, Fault> {
    tx.maybe(
        &format!("SELECT {DEVICE_COLUMNS} FROM device WHERE token_hash = $1"),
        params![token_hash],
        read_device,
    )
}

/// Notes when a device was last seen (ms).
pub fn device_seen(tx: &mut Tx, id: i64, at: i64) -> Result<(), Fault> {
    tx.execute("UPDATE device SET last_seen_at = $1 WHERE id = $2", params![at, id])?;
    Ok(())
}

/// Revokes a device: its token and what was sealed to it are destroyed.
pub fn revoke_device(tx: &mut Tx, id: i64, at: i64) -> Result<(), Fault> {
    tx.execute(
        "UPDATE device SET token_hash = NULL, sealed_token = NULL, revoked_at = $1 WHERE id = $2",
        params![at, id],
    )?;
    tx.execute("DELETE FROM held_key WHERE holder_kind = 'device' AND holder = $1", params![id])?;
    Ok(())
}

/// Lets a device fill every form of its mandate.
pub fn let_fill_every_form(tx: &mut Tx, id: i64) -> Result<(), Fault> {
    tx.execute("UPDATE device SET every_form = 1 WHERE id = $1 AND link_form IS NULL", params![id])?;
    Ok(())
}

/// Takes a device out of what clients are told of (ms).
pub fn remove_device(tx: &mut Tx, id: i64, at: i64) -> Result<(), Fault> {
    tx.execute("UPDATE device SET removed_at = $1 WHERE id = $2", params![at, id])?;
    tx.execute("DELETE FROM form_assignment WHERE actor = $1", params![id])?;
    Ok(())
}

/// A compartment's key in m-of-n shares on paper.
#[derive(Clone)]
pub struct ShareSet {
    /// Number.
    pub id: i64,
    /// The compartment.
    pub compartment: i64,
    /// Public half of the key that the shares make together.
    pub public_key: Vec<u8>,
    /// How many shares are needed.
    pub threshold: i64,
    /// Who was given a share, a JSON array of names.
    pub keepers: String,
    /// Who made the set.
    pub created_by: i64,
    /// When (ms).
    pub created_at: i64,
}

const SHARE_COLUMNS: &str = "id, compartment, public_key, threshold, keepers, created_by, created_at";

fn read_share_set(row: &Row) -> Result<ShareSet, Fault> {
    Ok(ShareSet {
        id: row.get(0)?,
        compartment: row.get(1)?,
        public_key: row.get(2)?,
        threshold: row.get(3)?,
        keepers: row.get(4)?,
        created_by: row.get(5)?,
        created_at: row.get(6)?,
    })
}

/// Adds a set of shares.
pub fn add_share_set(tx: &mut Tx, set: &ShareSet) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO share_set (id, compartment, public_key, threshold, keepers, created_by, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        params![
            set.id,
            set.compartment,
            &set.public_key,
            set.threshold,
            &set.keepers,
            set.created_by,
            set.created_at
        ],
    )?;
    Ok(())
}

/// The sets of shares of a compartment.
pub fn share_sets(tx: &mut Tx, compartment: i64) -> Result<Vec<ShareSet>, Fault> {
    tx.rows(
        &format!("SELECT {SHARE_COLUMNS} FROM share_set WHERE compartment = $1 ORDER BY id"),
        params![compartment],
        read_share_set,
    )
}

/// Removes a set of shares and the keys sealed to it; tells whether it was there.
pub fn remove_share_set(tx: &mut Tx, id: i64) -> Result<bool, Fault> {
    tx.execute("DELETE FROM held_key WHERE holder_kind = 'shares' AND holder = $1", params![id])?;
    Ok(tx.execute("DELETE FROM share_set WHERE id = $1", params![id])? > 0)
}
