//! Taking in what had its place on another server: submissions and entities with their times, without doing again what
//! was done there.

use store::registry::{self, Entry};
use store::registry_life::{self as life, Newest};
use store::submission;
use store::{Fault, form};
use xforms::Class;

use crate::Desk;
use crate::answer::{Answer, Error};
use crate::entries::{self, Author, EntryChange, LABEL, Stood};
use crate::may::{Manage, May};
use crate::receive::{Origin, Received, Sender, SentFile};
use crate::record::{self, Done};

/// One version of an entity on the other server.
#[derive(Clone)]
pub struct MovedVersion {
    /// 1, 2, 3 …
    pub number: i64,
    /// The version that its author saw.
    pub base: Option<i64>,
    /// Offline work: the server's version when the branch began.
    pub trunk: Option<i64>,
    /// Offline work: the branch.
    pub branch: Option<String>,
    /// Offline work: the base as the phone counted it.
    pub branch_base: Option<i64>,
    /// When it was made (ms).
    pub at: i64,
    /// What it set; the label is the property `label`.
    pub values: Vec<(String, String)>,
}

/// An entity on the other server.
#[derive(Clone)]
pub struct MovedEntity {
    /// Its uuid.
    pub uuid: String,
    /// Every version, oldest first.
    pub versions: Vec<MovedVersion>,
    /// Whether somebody has to look at a conflict.
    pub conflict: bool,
    /// When it was removed (ms).
    pub removed_at: Option<i64>,
}

/// What is here already of a submission that is copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MovedSubmission {
    /// Its instance id.
    pub instance_id: String,
    /// Instance id of its newest version.
    pub current: String,
    /// How many versions it has.
    pub versions: i64,
    /// Its review state.
    pub review_state: String,
    /// How many notes with text it has.
    pub notes: i64,
    /// How many of its newest version's files are here.
    pub files: i64,
}

impl Desk {
    /// Takes in a submission that had arrived elsewhere at `at` (ms). Its entities are copied by themselves.
    pub async fn receive_moved(
        &self,
        _: &May<'_, Manage>,
        sender: &Sender,
        origin: &Origin,
        xml: Vec<u8>,
        files: Vec<SentFile>,
        at: i64,
    ) -> Answer<Received> {
        self.receive_at(sender, origin, xml, files, Some(at)).await
    }

    /// What is here already of a form's submissions.
    pub async fn moved_submissions(
        &self,
        may: &May<'_, Manage>,
        form_id: &str,
    ) -> Answer<Vec<MovedSubmission>> {
        let (mandate, form_id) = (may.mandate().id, form_id.to_owned());
        Ok(self
            .store
            .read(move |tx| {
                let Some(form) = form::by_form_id(tx, mandate, &form_id)? else { return Ok(Vec::new()) };
                Ok::<_, Fault>(
                    submission::moved(tx, form.id)?
                        .into_iter()
                        .map(|(instance_id, current, versions, review_state, notes, files)| MovedSubmission {
                            instance_id,
                            current,
                            versions,
                            review_state,
                            notes,
                            files,
                        })
                        .collect(),
                )
            })
            .await?)
    }

    /// Takes in an entity with its history; versions that are here already stay. Tells how many were added.
    pub async fn move_entity(
        &self,
        may: &May<'_, Manage>,
        registry_name: &str,
        entity: MovedEntity,
    ) -> Answer<usize> {
        let model = self.registry_model(may.mandate().id, registry_name).await?;
        let member = may.session().member().id;
        let MovedEntity { uuid, versions, conflict, removed_at } = entity;
        let mut changes = Vec::with_capacity(versions.len());
        for version in versions {
            let stood =
                Stood { number: version.number, base: version.base, branch_base: version.branch_base };
            let change = EntryChange {
                uuid: uuid.clone(),
                create: version.number == 1,
                update: version.number > 1,
                base: version.base,
                trunk: version.trunk,
                branch: version.branch,
                values: version.values.into_iter().map(|(name, value)| (name, value, Class::Open)).collect(),
            };
            let author = Author { member: Some(member), at: version.at, ..Author::default() };
            changes.push((self.seal_change(&model, change, author).await?, stood));
        }
        let registry = model.registry.id;
        self.store
            .write(move |tx| {
                let mut added = 0;
                for (change, stood) in changes {
                    added += usize::from(entries::replay(tx, change, stood)?);
                }
                if let Some(entry) = registry::entry(tx, registry, &uuid)? {
                    if !conflict && entry.conflict.is_some() {
                        registry::resolve(tx, registry, entry.id, entry.updated_at)?;
                    }
                    if let (Some(at), None) = (removed_at, entry.removed_at) {
                        registry::remove_entry(tx, registry, entry.id, at)?;
                    }
                }
                Ok::<_, Error>(added)
            })
            .await
    }

    /// Entities of a registry as they are here, removed ones too: uuid, version, whether removed.
    pub async fn moved_entities(
        &self,
        may: &May<'_, Manage>,
        registry_name: &str,
    ) -> Answer<Vec<(String, i64, bool)>> {
        let model = self.registry_model(may.mandate().id, registry_name).await?;
        let registry = model.registry.id;
        Ok(self
            .store
            .read(move |tx| {
                let list = Newest { limit: i64::MAX, ..Newest::default() };
                let told = |entry: Entry| (entry.uuid, entry.version, entry.removed_at.is_some());
                Ok::<_, Fault>(life::newest(tx, registry, list)?.into_iter().map(told).collect())
            })
            .await?)
    }

    /// Writes into the record that a project was copied, from where and how much.
    pub async fn note_move(
        &self,
        may: &May<'_, Manage>,
        from: &str,
        counts: serde_json::Value,
    ) -> Answer<()> {
        let (now, by, mandate) = (self.now(), may.session().member().id, may.mandate().id);
        let (from, salt) = (from.to_owned(), self.salt());
        self.store
            .write(move |tx| {
                let done = Done::new(now, Some(by), "mandate.move_in").in_mandate(mandate);
                let done = done.about("mandate", mandate).with("from", from).with("counts", counts);
                record::audit_with_leaf(tx, ledger::leaf::kind::ENTRY, &salt, done).map(drop)
            })
            .await?;
        Ok(())
    }
}

/// The name under which an entity's label stands among its values.
pub const ENTITY_LABEL: &str = LABEL;
