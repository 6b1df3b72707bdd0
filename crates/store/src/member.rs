//! Members: people who log in, their locked keys, passkeys and sessions.

use std::collections::BTreeSet;

use crate::{Fault, Row, Tx, params};

/// A person who logs in.
#[derive(Clone)]
pub struct Member {
    /// Small number, also the ODK actor id.
    pub id: i64,
    /// Login name, lower case.
    pub email: String,
    /// Display name as the person writes it.
    pub name: String,
    /// May manage members and mandates; holds no compartment by that.
    pub administrator: bool,
    /// Preferred language of pages, or empty.
    pub language: String,
    /// X25519 public key.
    pub public_key: Vec<u8>,
    /// The secret key under the password.
    pub password_lock: Vec<u8>,
    /// The secret key under the printed recovery code.
    pub recovery_lock: Option<Vec<u8>>,
    /// TOTP secret, sealed to the member's own key.
    pub sealed_totp: Option<Vec<u8>>,
    /// When the account was made (ms).
    pub created_at: i64,
    /// When it was closed (ms).
    pub left_at: Option<i64>,
    /// When name, login name or password last changed (ms).
    pub updated_at: Option<i64>,
    /// When the person last logged in (ms).
    pub last_login_at: Option<i64>,
}

impl Member {
    /// Whether the person has chosen a password; before that they have no key, and none can be given to them.
    pub fn has_key(&self) -> bool {
        !self.public_key.is_empty()
    }
}

const COLUMNS: &str = "id, email, name, administrator, language, public_key, password_lock, recovery_lock, \
                       sealed_totp, created_at, left_at, updated_at, last_login_at";

fn read(row: &Row) -> Result<Member, Fault> {
    Ok(Member {
        id: row.get(0)?,
        email: row.get(1)?,
        name: row.get(2)?,
        administrator: row.get::<i64>(3)? != 0,
        language: row.get(4)?,
        public_key: row.get(5)?,
        password_lock: row.get(6)?,
        recovery_lock: row.get(7)?,
        sealed_totp: row.get(8)?,
        created_at: row.get(9)?,
        left_at: row.get(10)?,
        updated_at: row.get(11)?,
        last_login_at: row.get(12)?,
    })
}

/// Adds a member as given. A taken email is a [`Fault::Conflict`].
pub fn add(tx: &mut Tx, member: &Member) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO member (id, email, name, administrator, language, public_key, password_lock, recovery_lock, \
         sealed_totp, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        params![
            member.id,
            &member.email,
            &member.name,
            i64::from(member.administrator),
            &member.language,
            &member.public_key,
            &member.password_lock,
            member.recovery_lock.as_deref(),
            member.sealed_totp.as_deref(),
            member.created_at
        ],
    )?;
    Ok(())
}

/// All members, in order of joining.
pub fn all(tx: &mut Tx) -> Result<Vec<Member>, Fault> {
    tx.rows(&format!("SELECT {COLUMNS} FROM member ORDER BY id"), params![], read)
}

/// One member by number.
pub fn by_id(tx: &mut Tx, id: i64) -> Result<Option<Member>, Fault> {
    tx.maybe(&format!("SELECT {COLUMNS} FROM member WHERE id = $1"), params![id], read)
}

/// One member by login name (already lower case); of a name that was used again, whoever has it now.
pub fn by_email(tx: &mut Tx, email: &str) -> Result<Option<Member>, Fault> {
    tx.maybe(
        &format!(
            "SELECT {COLUMNS} FROM member WHERE email = $1 ORDER BY left_at IS NOT NULL, id DESC LIMIT 1"
        ),
        params![email],
        read,
    )
}

/// Replaces what can change of a member: names, language, key, locks, second factor.
pub fn update(tx: &mut Tx, member: &Member) -> Result<(), Fault> {
    tx.execute(
        "UPDATE member SET name = $1, language = $2, password_lock = $3, recovery_lock = $4, sealed_totp = $5, \
         administrator = $6, left_at = $7, email = $8, public_key = $9, updated_at = $10 WHERE id = $11",
        params![
            &member.name,
            &member.language,
            &member.password_lock,
            member.recovery_lock.as_deref(),
            member.sealed_totp.as_deref(),
            i64::from(member.administrator),
            member.left_at,
            &member.email,
            &member.public_key,
            member.updated_at,
            member.id
        ],
    )?;
    Ok(())
}

/// Notes when a member logged in (ms).
pub fn logged_in(tx: &mut Tx, id: i64, at: i64) -> Result<(), Fault> {
    tx.execute("UPDATE member SET last_login_at = $1 WHERE id = $2", params![at, id])?;
    Ok(())
}

/// What a client keeps for a member: name and JSON value, for the whole site (mandate 0) and for mandates.
pub fn preferences(tx: &mut Tx, member: i64) -> Result<Vec<(i64, String, String)>, Fault> {
    tx.rows(
        "SELECT mandate, name, value FROM preference WHERE member = $1 ORDER BY mandate, name",
        params![member],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )
}

/// Keeps a preference, or with no value forgets it; tells whether there was one.
pub fn put_preference(
    tx: &mut Tx,
    member: i64,
    mandate: i64,
    name: &str,
    value: Option<&str>,
) -> Result<bool, Fault> {
    let changed = tx.execute(
        "DELETE FROM preference WHERE member = $1 AND mandate = $2 AND name = $3",
        params![member, mandate, name],
    )?;
    if let Some(value) = value {
        tx.execute(
            "INSERT INTO preference (member, mandate, name, value) VALUES ($1, $2, $3, $4)",
            params![member, mandate, name, value],
        )?;
    }
    Ok(changed > 0)
}

/// A passkey registered by a member.
#[derive(Clone)]
pub struct Passkey {
    /// Row number.
    pub id: i64,
    /// Whose it is.
    pub member: i64,
    /// What the member calls it.
    pub name: String,
    /// It answers under this host only.
    pub host: String,
    /// By what the authenticator knows it.
    pub credential: Vec<u8>,
    /// Its public key (COSE_Key).
    pub public_key: Vec<u8>,
    /// Signatures made when it was last used; 0 where it does not count.
    pub counter: i64,
    /// The flags of the authenticator data when it was added (Web Authentication §6.1).
    pub flags: i64,
    /// When it was registered (ms).
    pub created_at: i64,
}

/// Adds a passkey. One that is there already, of whomever, is a [`Fault::Conflict`].
pub fn add_passkey(tx: &mut Tx, passkey: &Passkey) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO passkey (id, member, name, host, credential, public_key, counter, flags, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        params![
            passkey.id,
            passkey.member,
            &passkey.name,
            &passkey.host,
            &passkey.credential,
            &passkey.public_key,
            passkey.counter,
            passkey.flags,
            passkey.created_at
        ],
    )?;
    Ok(())
}

/// The passkeys of a member.
pub fn passkeys(tx: &mut Tx, member: i64) -> Result<Vec<Passkey>, Fault> {
    tx.rows(
        "SELECT id, member, name, host, credential, public_key, counter, flags, created_at FROM passkey \
         WHERE member = $1 ORDER BY id",
        params![member],
        |row| {
            Ok(Passkey {
                id: row.get(0)?,
                member: row.get(1)?,
                name: row.get(2)?,
                host: row.get(3)?,
                credential: row.get(4)?,
                public_key: row.get(5)?,
                counter: row.get(6)?,
                flags: row.get(7)?,
                created_at: row.get(8)?,
            })
        },
    )
}

/// The members who have a passkey.
pub fn with_passkeys(tx: &mut Tx) -> Result<BTreeSet<i64>, Fault> {
    let members = tx.rows("SELECT DISTINCT member FROM passkey", params![], |row| row.get::<i64>(0))?;
    Ok(members.into_iter().collect())
}

/// Keeps the counter of a passkey that was used. False where it did not grow, or where the passkey is gone; 0 stays 0.
pub fn use_passkey(tx: &mut Tx, id: i64, counter: i64) -> Result<bool, Fault> {
    let changed = tx.execute(
        "UPDATE passkey SET counter = $1 WHERE id = $2 AND (counter < $1 OR (counter = 0 AND $1 = 0))",
        params![counter, id],
    )?;
    Ok(changed > 0)
}

/// Removes a passkey of a member; tells whether it was there.
pub fn remove_passkey(tx: &mut Tx, member: i64, id: i64) -> Result<bool, Fault> {
    Ok(tx.execute("DELETE FROM passkey WHERE member = $1 AND id = $2", params![member, id])? > 0)
}

/// Removes every passkey of a member (recovery).
pub fn remove_passkeys_of(tx: &mut Tx, member: i64) -> Result<(), Fault> {
    tx.execute("DELETE FROM passkey WHERE member = $1", params![member])?;
    Ok(())
}

/// A login that has not ended. The token itself is known to the client alone.
#[derive(Clone)]
pub struct Session {
    /// Hash of the session token.
    pub token_hash: Vec<u8>,
    /// Who logged in.
    pub member: i64,
    /// When (ms).
    pub created_at: i64,
    /// When it ends by itself (ms).
    pub expires_at: i64,
}

/// Starts a session.
pub fn add_session(tx: &mut Tx, session: &Session) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO session (token_hash, member, created_at, expires_at) VALUES ($1, $2, $3, $4)",
        params![&session.token_hash, session.member, session.created_at, session.expires_at],
    )?;
    Ok(())
}

/// The session with this token hash and its member, if neither has ended at `now` (ms).
pub fn session(tx: &mut Tx, token_hash: &[u8], now: i64) -> Result<Option<(Session, Member)>, Fault> {
    let found = tx.maybe(
        "SELECT token_hash, member, created_at, expires_at FROM session WHERE token_hash = $1 AND expires_at > $2",
        params![token_hash, now],
        |row| {
            Ok(Session {
                token_hash: row.get(0)?,
                member: row.get(1)?,
                created_at: row.get(2)?,
                expires_at: row.get(3)?,
            })
        },
    )?;
    let Some(session) = found else { return Ok(None) };
    let member = by_id(tx, session.member)?.filter(|member| member.left_at.is_none());
    Ok(member.map(|member| (session, member)))
}

/// Ends one session; tells whether it was there.
pub fn end_session(tx: &mut Tx, token_hash: &[u8]) -> Result<bool, Fault> {
    Ok(tx.execute("DELETE FROM session WHERE token_hash = $1", params![token_hash])? > 0)
}

/// Ends every session of a member (password changed, account closed).
pub fn end_sessions_of(tx: &mut Tx, member: i64) -> Result<(), Fault> {
    tx.execute("DELETE FROM session WHERE member = $1", params![member])?;
    Ok(())
}

/// Ends every session of a member but one.
pub fn end_other_sessions_of(tx: &mut Tx, member: i64, keep: &[u8]) -> Result<(), Fault> {
    tx.execute("DELETE FROM session WHERE member = $1 AND token_hash <> $2", params![member, keep])?;
    Ok(())
}

/// Forgets sessions that ended before `now` (ms).
pub fn forget_ended_sessions(tx: &mut Tx, now: i64) -> Result<(), Fault> {
    tx.execute("DELETE FROM session WHERE expires_at <= $1", params![now])?;
    Ok(())
}

/// A link with which a person makes their own account, so that nobody else ever knows their password.
#[derive(Clone)]
pub struct Invitation {
    /// Number.
    pub id: i64,
    /// Hash of the token in the link.
    pub token_hash: Vec<u8>,
    /// Login name of the account to be made.
    pub email: String,
    /// Suggested display name.
    pub name: String,
    /// Whether the account will be an administrator's.
    pub administrator: bool,
    /// A mandate in which the person will have a role.
    pub mandate: Option<i64>,
    /// That role.
    pub role: Option<String>,
    /// Who invites.
    pub created_by: i64,
    /// When (ms).
    pub created_at: i64,
    /// Until when the link works (ms).
    pub expires_at: i64,
}

const INVITATION_COLUMNS: &str =
    "id, token_hash, email, name, administrator, mandate, role, created_by, created_at, expires_at";

fn read_invitation(row: &Row) -> Result<Invitation, Fault> {
    Ok(Invitation {
        id: row.get(0)?,
        token_hash: row.get(1)?,
        email: row.get(2)?,
        name: row.get(3)?,
        administrator: row.get::<i64>(4)? != 0,
        mandate: row.get(5)?,
        role: row.get(6)?,
        created_by: row.get(7)?,
        created_at: row.get(8)?,
        expires_at: row.get(9)?,
    })
}

/// Keeps an invitation.
pub fn invite(tx: &mut Tx, invitation: &Invitation) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO invitation (id, token_hash, email, name, administrator, mandate, role, created_by, created_at, \
         expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        params![
            invitation.id,
            &invitation.token_hash,
            &invitation.email,
            &invitation.name,
            i64::from(invitation.administrator),
            invitation.mandate,
            invitation.role.as_deref(),
            invitation.created_by,
            invitation.created_at,
            invitation.expires_at
        ],
    )?;
    Ok(())
}

/// The invitations that still work at `now` (ms).
pub fn invitations(tx: &mut Tx, now: i64) -> Result<Vec<Invitation>, Fault> {
    tx.rows(
        &format!("SELECT {INVITATION_COLUMNS} FROM invitation WHERE expires_at > $1 ORDER BY id"),
        params![now],
        read_invitation,
    )
}

/// The invitation whose token has this hash, if it still works at `now` (ms).
pub fn invitation(tx: &mut Tx, token_hash: &[u8], now: i64) -> Result<Option<Invitation>, Fault> {
    tx.maybe(
        &format!("SELECT {INVITATION_COLUMNS} FROM invitation WHERE token_hash = $1 AND expires_at > $2"),
        params![token_hash, now],
        read_invitation,
    )
}

/// Uses up or withdraws an invitation; tells whether it was there.
pub fn end_invitation(tx: &mut Tx, id: i64) -> Result<bool, Fault> {
    Ok(tx.execute("DELETE FROM invitation WHERE id = $1", params![id])? > 0)
}
