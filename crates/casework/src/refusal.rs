use crate::need::Need;
use crate::span::Deadline;

/// Why a fact cannot be put on record, or something cannot be published, and what to do. Ids are those of the
/// workflow; pages say them by their titles.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// The workflow has no such kind.
    #[error("“{kind}” is no kind of fact in this workflow: use one of those that it declares")]
    UnknownKind {
        /// What was written.
        kind: String,
    },
    /// Another fact has the id.
    #[error("a fact with the id “{id}” is on record already: give the new one an id of its own")]
    IdTaken {
        /// The id.
        id: String,
    },
    /// None of the member's roles may say this.
    #[error("“{kind}” is put on record by {}: ask one of them", roles.join(" or "))]
    NotYourRole {
        /// The kind of fact.
        kind: String,
        /// The roles that may.
        roles: Vec<String>,
    },
    /// The same person did the other part.
    #[error(
        "“{by}” put “{other}” on record, and somebody else must look at that with their own eyes: ask another member for “{kind}”"
    )]
    SamePerson {
        /// The kind of fact.
        kind: String,
        /// The kind that must come from somebody else.
        other: String,
        /// The person.
        by: String,
    },
    /// A reason is missing.
    #[error("“{kind}” needs a reason: write in a sentence why")]
    ReasonMissing {
        /// The kind of fact.
        kind: String,
    },
    /// A value is missing.
    #[error("“{kind}” lacks “{field}”: give it")]
    FieldMissing {
        /// The kind of fact.
        kind: String,
        /// The field.
        field: String,
    },
    /// A value is not what the field holds.
    #[error("“{field}” of “{kind}” cannot be that: {wanted}")]
    FieldWrong {
        /// The kind of fact.
        kind: String,
        /// The field.
        field: String,
        /// What it can be.
        wanted: String,
    },
    /// A value that the kind does not have.
    #[error("“{kind}” has no “{field}”: leave it out")]
    FieldUnknown {
        /// The kind of fact.
        kind: String,
        /// The field.
        field: String,
    },
    /// It did not happen yet.
    #[error("“{kind}” lies in the future: put it on record when it has happened")]
    Future {
        /// The kind of fact.
        kind: String,
    },
    /// What is to be corrected or withdrawn is not there.
    #[error(
        "there is no fact “{earlier}” of the kind “{kind}” to correct or withdraw: look it up in the history"
    )]
    NothingToAmend {
        /// The kind of fact.
        kind: String,
        /// The id that was named.
        earlier: String,
    },
    /// Its stage is not open yet.
    #[error(
        "“{kind}” belongs to the stage “{stage}”, which waits for {}: finish that first", waits_for.join(", ")
    )]
    NotYet {
        /// The kind of fact.
        kind: String,
        /// Its stage, or the end it would bring.
        stage: String,
        /// The stages that are to be done before.
        waits_for: Vec<String>,
    },
    /// Its stage is left out in this case.
    #[error(
        "“{kind}” belongs to the stage “{stage}”, which this case does without, because it is only for {only_when}"
    )]
    Skipped {
        /// The kind of fact.
        kind: String,
        /// Its stage.
        stage: String,
        /// What would open the stage.
        only_when: Need,
    },
    /// Something else comes first.
    #[error("“{kind}” comes after {first}: put that on record first")]
    Before {
        /// The kind of fact.
        kind: String,
        /// What comes first.
        first: Need,
    },
    /// It is on record, and its stage is done.
    #[error("the stage “{stage}” is done: correct or withdraw what is on record, with a reason")]
    Done {
        /// The kind of fact.
        kind: String,
        /// Its stage.
        stage: String,
    },
    /// It would send the case back to a stage that was not done.
    #[error(
        "“{kind}” sends the case back to the stage “{stage}”, which is not done: go on from where the case stands"
    )]
    NothingToRedo {
        /// The kind of fact.
        kind: String,
        /// The stage.
        stage: String,
    },
    /// A clock has not run out.
    #[error("“{kind}” can be said only when the time of “{clock}” is over: wait for that day")]
    TooEarly {
        /// The kind of fact.
        kind: String,
        /// The clock.
        clock: String,
        /// When it runs out; nothing while it has not begun.
        due: Option<Deadline>,
    },
    /// A stop rule is in force.
    #[error("the case is stopped by the rule “{stop}”: {}", left(allows, "put on record"))]
    Stopped {
        /// The stop rule.
        stop: String,
        /// The kinds of fact, or the products, that it leaves.
        allows: Vec<String>,
    },
    /// The case has ended.
    #[error("the case has ended as “{end}”: {}", left(allows, "put on record"))]
    Ended {
        /// The end.
        end: String,
        /// The kinds of fact that may still be put on record.
        allows: Vec<String>,
    },
    /// The workflow publishes no such thing.
    #[error("“{product}” is nothing that this workflow publishes: use one of those that it declares")]
    UnknownProduct {
        /// What was written.
        product: String,
    },
    /// Not before these stages are done.
    #[error("“{product}” may be published after {}: finish that first", waits_for.join(", "))]
    NotPublishable {
        /// The product.
        product: String,
        /// The stages that are to be done before.
        waits_for: Vec<String>,
    },
    /// A stop rule forbids to publish it.
    #[error("the case is stopped by the rule “{stop}”: {}", left(publishes, "published"))]
    StoppedFromPublishing {
        /// The stop rule.
        stop: String,
        /// What may still be published.
        publishes: Vec<String>,
    },
}

fn left(what: &[String], done: &str) -> String {
    match what {
        [] => format!("nothing more can be {done}"),
        some => format!("only {} may still be {done}", some.join(", ")),
    }
}
