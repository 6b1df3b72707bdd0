//! The record of who did what; it never holds a sealed value.

use crate::{Fault, Row, Tx, Value, params};

/// One thing that somebody did.
#[derive(Clone)]
pub struct AuditEntry {
    /// Number; grows with time.
    pub id: i64,
    /// When (ms).
    pub at: i64,
    /// The member who did it.
    pub member: Option<i64>,
    /// Or the phone.
    pub device: Option<i64>,
    /// The mandate it belongs to.
    pub mandate: Option<i64>,
    /// What, in ODK Central's words where it has one, e.g. `submission.create`.
    pub action: String,
    /// What it was done to: `submission`, `form`, `entry` …
    pub about_kind: Option<String>,
    /// Number of that.
    pub about: Option<i64>,
    /// More, JSON; no personal data.
    pub detail: String,
    /// Its leaf in the ledger, if it has one.
    pub leaf: Option<i64>,
}

const COLUMNS: &str = "id, at, member, device, mandate, action, about_kind, about, detail, leaf";

fn read(row: &Row) -> Result<AuditEntry, Fault> {
    Ok(AuditEntry {
        id: row.get(0)?,
        at: row.get(1)?,
        member: row.get(2)?,
        device: row.get(3)?,
        mandate: row.get(4)?,
        action: row.get(5)?,
        about_kind: row.get(6)?,
        about: row.get(7)?,
        detail: row.get(8)?,
        leaf: row.get(9)?,
    })
}

/// Adds an entry.
pub fn add(tx: &mut Tx, entry: &AuditEntry) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO audit (id, at, member, device, mandate, action, about_kind, about, detail, leaf) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        params![
            entry.id,
            entry.at,
            entry.member,
            entry.device,
            entry.mandate,
            &entry.action,
            entry.about_kind.as_deref(),
            entry.about,
            &entry.detail,
            entry.leaf
        ],
    )?;
    Ok(())
}

/// Newest first, below `before`; of one mandate or of the whole server, of one action or of all.
pub fn list(
    tx: &mut Tx,
    mandate: Option<i64>,
    action: Option<&str>,
    before: i64,
    limit: i64,
) -> Result<Vec<AuditEntry>, Fault> {
    let Some(action) = action else {
        return newest(tx, mandate, before, limit);
    };
    // The index has one action's entries by mandate, so those of the whole server are its mandates' newest.
    let mandates = match mandate {
        Some(mandate) => vec![Some(mandate)],
        None => {
            let all = tx.rows("SELECT id FROM mandate", &[], |row| row.get::<i64>(0))?;
            std::iter::once(None).chain(all.into_iter().map(Some)).collect()
        }
    };
    let mut found = Vec::new();
    for mandate in mandates {
        let mut values = vec![Value::from(before), Value::from(action), Value::from(limit)];
        let of = match mandate {
            Some(mandate) => {
                values.push(mandate.into());
                "= $4"
            }
            None => "IS NULL",
        };
        found.extend(tx.rows(
            &format!(
                "SELECT {COLUMNS} FROM audit WHERE id < $1 AND action = $2 AND mandate {of} ORDER BY id DESC LIMIT $3"
            ),
            &values,
            read,
        )?);
    }
    found.sort_by_key(|entry| std::cmp::Reverse(entry.id));
    found.truncate(usize::try_from(limit).unwrap_or(0));
    Ok(found)
}

fn newest(tx: &mut Tx, mandate: Option<i64>, before: i64, limit: i64) -> Result<Vec<AuditEntry>, Fault> {
    let mut values = vec![Value::from(before), Value::from(limit)];
    let of = match mandate {
        Some(mandate) => {
            values.push(mandate.into());
            " AND mandate = $3"
        }
        None => "",
    };
    tx.rows(
        &format!("SELECT {COLUMNS} FROM audit WHERE id < $1{of} ORDER BY id DESC LIMIT $2"),
        &values,
        read,
    )
}

/// What was done to one thing, oldest first.
pub fn about(tx: &mut Tx, kind: &str, id: i64) -> Result<Vec<AuditEntry>, Fault> {
    tx.rows(
        &format!("SELECT {COLUMNS} FROM audit WHERE about_kind = $1 AND about = $2 ORDER BY id"),
        params![kind, id],
        read,
    )
}

/// Which entries of the whole server are wanted.
pub struct Page<'p> {
    /// Of these actions.
    pub actions: &'p [&'p str],
    /// From then on (ms).
    pub from: i64,
    /// Until then (ms), it included.
    pub until: i64,
    /// Pass over so many.
    pub offset: i64,
    /// At most so many.
    pub limit: i64,
}

/// Entries of the whole server, newest first.
pub fn page(tx: &mut Tx, page: &Page<'_>) -> Result<Vec<AuditEntry>, Fault> {
    if page.actions.is_empty() {
        return Ok(Vec::new());
    }
    let mut values = vec![
        Value::from(page.from),
        Value::from(page.until),
        Value::from(page.limit),
        Value::from(page.offset),
    ];
    values.extend(page.actions.iter().map(|action| Value::from(*action)));
    let places = (5..values.len() + 1).map(|place| format!("${place}")).collect::<Vec<_>>().join(", ");
    // The values are numbered as they are first used, and so the limits are named before the actions.
    tx.rows(
        &format!(
            "WITH wanted (first, last, most, passed) AS (VALUES (CAST($1 AS BIGINT), CAST($2 AS BIGINT), \
             CAST($3 AS BIGINT), CAST($4 AS BIGINT))) SELECT {COLUMNS} FROM audit WHERE action IN ({places}) \
             AND at >= (SELECT first FROM wanted) AND at <= (SELECT last FROM wanted) ORDER BY id DESC \
             LIMIT (SELECT most FROM wanted) OFFSET (SELECT passed FROM wanted)"
        ),
        &values,
        read,
    )
}
