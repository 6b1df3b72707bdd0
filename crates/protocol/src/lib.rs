#![doc = include_str!("../README.md")]

mod apart;
mod classes;
mod compartment;
mod condition;
mod consent;
mod disclosure;
mod entries;
mod expressions;
mod fingerprint;
mod folder;
mod form;
mod frame;
mod gaps;
mod leaks;
mod problem;
mod protocol;
mod reconciliation;
mod registry;
mod release;
mod role;
mod rows;
mod shipped;
mod slip_code;
mod texts;
mod toml_section;
mod translations;
mod words;
mod workflow;
mod yardstick;

pub use compartment::{Compartment, Keep, Sealing};
pub use condition::{Condition, product};
pub use consent::Consent;
pub use disclosure::{Disclosure, FieldOfForm};
pub use fingerprint::fingerprint;
pub use folder::folder_files;
pub use form::ProtocolForm;
pub use frame::{Disposition, Frame, FrameColumn, FrameFacts, FrameSource, Opens, Scheme};
pub use gaps::{Gap, GapTable};
pub use problem::Problem;
pub use protocol::Protocol;
pub use reconciliation::{
    Convert, Dated, Measure, Number, Rates, Reconciliation, ReconciliationTest, RecordsDraw, Source, Step,
    WorkforceSource,
};
pub use registry::{Choice, Property, Registry};
pub use release::{
    Answers, Counted, CountedBy, DrawnCodes, Figure, Indicator, Quantity, ReleasePlan, SamplePlan, Validity,
};
pub use role::Role;
pub use shipped::{shipped, shipped_files};
pub use slip_code::{is_slip_code, slip_code};
pub use texts::{LANGUAGES, Texts};
pub use words::{
    Certainty, Colour, Direction, FinestDate, FinestPlace, Formula, KeepThen, KeepUntil, OdkRole, Outside,
    Point, PropertyType, Right, Subject, UnknownWord, YardstickKind,
};
pub use workflow::ProtocolWorkflow;
pub use yardstick::{
    Counts, EvidenceRule, FindingFields, IntervalFields, Rating, RightCategory, Standard, Yardstick,
    Yardsticks,
};
