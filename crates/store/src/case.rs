//! Cases and the facts that people put on record about them. Nothing is ever overwritten.

use crate::{Fault, Row, Tx, params};

/// A case: a visit, a finding, whatever a workflow of the mandate's protocol describes.
#[derive(Clone)]
pub struct Case {
    /// Number.
    pub id: i64,
    /// The mandate.
    pub mandate: i64,
    /// Name of its workflow in the mandate's protocol.
    pub workflow: String,
    /// What people call it, `V-2026-001`; unique in its mandate and workflow.
    pub code: String,
    /// A place or a thing in a few words; open, so never a person.
    pub title: String,
    /// The case that it belongs to: a finding's visit.
    pub parent: Option<i64>,
    /// The member who began it.
    pub begun_by: i64,
    /// When (ms).
    pub begun_at: i64,
}

/// A fact as it was put on record.
#[derive(Clone)]
pub struct CaseFact {
    /// Number; grows with time.
    pub id: i64,
    /// The case.
    pub case: i64,
    /// Its kind in the workflow.
    pub kind: String,
    /// When it happened (ms).
    pub at: i64,
    /// When it was put on record (ms).
    pub recorded: i64,
    /// Who put it there.
    pub member: i64,
    /// The roles that the member had then, JSON.
    pub roles: String,
    /// Values of class open, JSON: name and value.
    pub open_values: String,
    /// Values of class sensitive, sealed JSON.
    pub sealed_values: Option<Vec<u8>>,
    /// Why, sealed.
    pub sealed_reason: Option<Vec<u8>>,
    /// The earlier fact that it corrects or withdraws.
    pub amends: Option<i64>,
    /// Whether it withdraws that one; it corrects it otherwise.
    pub withdraws: bool,
    /// Its leaf in the ledger.
    pub leaf: i64,
}

const COLUMNS: &str = "id, mandate, workflow, code, title, parent, begun_by, begun_at";
const FACT: &str = "case_fact.id, in_case, kind, at, recorded, member, roles, open_values, sealed_values, sealed_reason, \
                    amends, withdraws, leaf";

fn read(row: &Row) -> Result<Case, Fault> {
    Ok(Case {
        id: row.get(0)?,
        mandate: row.get(1)?,
        workflow: row.get(2)?,
        code: row.get(3)?,
        title: row.get(4)?,
        parent: row.get(5)?,
        begun_by: row.get(6)?,
        begun_at: row.get(7)?,
    })
}

fn read_fact(row: &Row) -> Result<CaseFact, Fault> {
    Ok(CaseFact {
        id: row.get(0)?,
        case: row.get(1)?,
        kind: row.get(2)?,
        at: row.get(3)?,
        recorded: row.get(4)?,
        member: row.get(5)?,
        roles: row.get(6)?,
        open_values: row.get(7)?,
        sealed_values: row.get(8)?,
        sealed_reason: row.get(9)?,
        amends: row.get(10)?,
        withdraws: row.get(11)?,
        leaf: row.get(12)?,
    })
}

/// Adds a case.
pub fn add(tx: &mut Tx, case: &Case) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO mandate_case (id, mandate, workflow, code, title, parent, begun_by, begun_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![
            case.id,
            case.mandate,
            &case.workflow,
            &case.code,
            &case.title,
            case.parent,
            case.begun_by,
            case.begun_at
        ],
    )?;
    Ok(())
}

/// The cases of a mandate, newest first; those of one workflow, or all.
pub fn all(tx: &mut Tx, mandate: i64, workflow: Option<&str>) -> Result<Vec<Case>, Fault> {
    match workflow {
        Some(workflow) => tx.rows(
            &format!(
                "SELECT {COLUMNS} FROM mandate_case WHERE mandate = $1 AND workflow = $2 ORDER BY id DESC"
            ),
            params![mandate, workflow],
            read,
        ),
        None => tx.rows(
            &format!("SELECT {COLUMNS} FROM mandate_case WHERE mandate = $1 ORDER BY id DESC"),
            params![mandate],
            read,
        ),
    }
}

/// A page of the cases of a workflow, newest first, those before a number.
pub fn page(
    tx: &mut Tx,
    mandate: i64,
    workflow: &str,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Case>, Fault> {
    tx.rows(
        &format!(
            "SELECT {COLUMNS} FROM mandate_case WHERE mandate = $1 AND workflow = $2 AND id < $3 \
             ORDER BY id DESC LIMIT $4"
        ),
        params![mandate, workflow, before.unwrap_or(i64::MAX), limit],
        read,
    )
}

/// How many cases of a workflow a mandate has.
pub fn count(tx: &mut Tx, mandate: i64, workflow: &str) -> Result<i64, Fault> {
    let counted = tx.maybe(
        "SELECT COUNT(*) FROM mandate_case WHERE mandate = $1 AND workflow = $2",
        params![mandate, workflow],
        |row| row.get(0),
    )?;
    Ok(counted.unwrap_or(0))
}

/// The cases that belong to a case, oldest first.
pub fn within(tx: &mut Tx, parent: i64) -> Result<Vec<Case>, Fault> {
    tx.rows(
        &format!("SELECT {COLUMNS} FROM mandate_case WHERE parent = $1 ORDER BY id"),
        params![parent],
        read,
    )
}

/// One case by what people call it.
pub fn by_code(tx: &mut Tx, mandate: i64, workflow: &str, code: &str) -> Result<Option<Case>, Fault> {
    tx.maybe(
        &format!("SELECT {COLUMNS} FROM mandate_case WHERE mandate = $1 AND workflow = $2 AND code = $3"),
        params![mandate, workflow, code],
        read,
    )
}

/// One case by its number.
pub fn by_id(tx: &mut Tx, id: i64) -> Result<Option<Case>, Fault> {
    tx.maybe(&format!("SELECT {COLUMNS} FROM mandate_case WHERE id = $1"), params![id], read)
}

/// Takes a case for putting a fact on record: whoever wants to do that too waits until this transaction ends.
pub fn take(tx: &mut Tx, id: i64) -> Result<Option<Case>, Fault> {
    let lock = tx.for_update();
    tx.maybe(&format!("SELECT {COLUMNS} FROM mandate_case WHERE id = $1{lock}"), params![id], read)
}

/// Puts a fact on record.
pub fn add_fact(tx: &mut Tx, fact: &CaseFact) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO case_fact (id, in_case, kind, at, recorded, member, roles, open_values, sealed_values, \
         sealed_reason, amends, withdraws, leaf) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        params![
            fact.id,
            fact.case,
            &fact.kind,
            fact.at,
            fact.recorded,
            fact.member,
            &fact.roles,
            &fact.open_values,
            fact.sealed_values.as_deref(),
            fact.sealed_reason.as_deref(),
            fact.amends,
            fact.withdraws,
            fact.leaf
        ],
    )?;
    Ok(())
}

/// The facts of a case, in the order in which they were put on record.
pub fn facts(tx: &mut Tx, case: i64) -> Result<Vec<CaseFact>, Fault> {
    tx.rows(
        &format!("SELECT {FACT} FROM case_fact WHERE in_case = $1 ORDER BY case_fact.id"),
        params![case],
        read_fact,
    )
}

/// The facts of all cases of a mandate, in the order in which they were put on record.
pub fn facts_of_mandate(tx: &mut Tx, mandate: i64) -> Result<Vec<CaseFact>, Fault> {
    tx.rows(
        &format!(
            "SELECT {FACT} FROM case_fact JOIN mandate_case ON mandate_case.id = in_case \
             WHERE mandate = $1 ORDER BY case_fact.id"
        ),
        params![mandate],
        read_fact,
    )
}
