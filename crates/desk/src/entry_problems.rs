//! Why the change of an entry that a submission asks for cannot be made, and how the record tells it.

use serde_json::{Value, json};

/// Why a change cannot be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum EntryRefusal {
    #[error("entity not found")]
    NotFound,
    #[error("entity was deleted")]
    Deleted,
    #[error("entity already exists")]
    Exists,
    #[error("base version does not exist")]
    NoVersion(i64),
    #[error("the version that its branch began on does not exist")]
    NoTrunk(i64),
}

impl EntryRefusal {
    /// The problem as ODK Central notes it in its record: code, sentence and details.
    pub(crate) fn noted(self, uuid: &str, dataset: &str) -> EntityProblem {
        let (code, message, details) = match self {
            EntryRefusal::NotFound => (
                404.8,
                format!(
                    "The entity with UUID ({uuid}) specified in the submission does not exist in the dataset ({dataset})."
                ),
                json!({ "entityUuid": uuid, "datasetName": dataset }),
            ),
            EntryRefusal::Deleted => (
                404.11,
                format!("The entity with UUID ({uuid}) has been deleted."),
                json!({ "entityUuid": uuid }),
            ),
            EntryRefusal::Exists => (
                409.3,
                format!("A resource already exists with uuid value(s) of {uuid}."),
                json!({ "fields": ["uuid"], "values": [uuid] }),
            ),
            EntryRefusal::NoVersion(base) => (
                404.9,
                format!(
                    "Base version ({base}) does not exist for entity UUID ({uuid}) in dataset ({dataset})."
                ),
                json!({ "baseVersion": base, "entityUuid": uuid, "datasetName": dataset }),
            ),
            EntryRefusal::NoTrunk(trunk) => (
                404.9,
                format!(
                    "Base version (trunkVersion={trunk}) does not exist for entity UUID ({uuid}) in dataset ({dataset})."
                ),
                json!({ "baseVersion": format!("trunkVersion={trunk}"), "entityUuid": uuid, "datasetName": dataset }),
            ),
        };
        EntityProblem { code, message, details }
    }
}

/// A problem with entities in a submission, as it stands in the record.
#[derive(Debug, Clone)]
pub(crate) struct EntityProblem {
    pub(crate) code: f64,
    pub(crate) message: String,
    pub(crate) details: Value,
}
