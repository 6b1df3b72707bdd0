#![doc = include_str!("../README.md")]

mod answer;
mod assignments;
mod attempts;
mod audit_pages;
mod begin_case;
mod cases;
mod confirm;
mod counts;
mod datasets;
mod desk;
mod devices;
mod drafts;
mod draw_acts;
mod draw_select;
mod draws;
mod each_time;
mod encrypted;
mod entities;
mod entity_acts;
mod entries;
mod entry_reading;
mod export;
mod export_table;
mod fact_refusals;
mod feed;
mod feed_csv;
mod feed_files;
mod feed_odata;
mod files;
mod findings;
mod forms;
mod frames;
mod holdings;
mod intake;
mod keyring;
mod ledger_pages;
mod mandates;
mod may;
mod members;
mod names;
mod passkeys;
mod put_fact;
mod receive;
mod reconcile;
mod record;
mod records_draw;
mod recovery;
mod registries;
mod rehearsal;
mod release_content;
mod release_draft;
mod release_draws;
mod release_figures;
mod release_findings;
mod release_method;
mod release_public;
mod release_sample;
mod release_signatures;
mod resend;
mod rows;
mod sample_sizes;
mod search;
mod session;
mod submission_files;
mod submission_heads;
mod submission_life;
mod submission_xml;
mod submissions;
mod today;
mod totp;
mod users;
mod valid_interviews;

pub use answer::{Answer, Cell, Error, Kind, Problem, Refusal};
pub use assignments::{FormAssignment, RoleHolder};
pub use audit_pages::{About, AuditLine, AuditPage};
pub use begin_case::NewCase;
pub use cases::{CaseDetail, ToldFact};
pub use confirm::{Confirmations, LoginStep};
pub use counts::{FormCounts, MandateCounts, RegistryCounts};
pub use datasets::{
    AddedDataset, AddedProperty, Dataset, DatasetDiff, DatasetProperty, FormName, ListedDataset,
    PropertyDiff, Rules, RulesSet,
};
pub use desk::{Desk, Dice, Options};
pub use devices::{NewDevice, Phone, collect_settings};
pub use draw_acts::{Brought, MONITOR, NewDraw, NewParty, Randomness};
pub use draw_select::{Called, Calls};
pub use draws::{DrawDetail, DrawNumber, Units, draw_files};
pub use encrypted::OpenedByKey;
pub use entities::{Actor, Entity, EntityPage, EntitySource, EntityVersion};
pub use entity_acts::{AddedEntities, EntityList, EntityPatch, NewEntity, Patched};
pub use entries::EntryChange;
pub use entry_reading::{EntryDetail, EntryRow, EntryVersionDetail};
pub use export::{Export, time};
pub use export_table::{ExportUnderWay, SystemHeads, TableExport, TableRequest};
pub use feed::{Feed, FeedQuery, FeedRow, Piece, RowWriter, SystemField, unsent};
pub use feed_csv::{CsvOptions, CsvTables};
pub use feed_odata::{Footer, ODataRows, Select, SelectError, TableQuery, sanitized};
pub use files::IncomingFile;
pub use findings::{Finding, FindingSays, Findings, RatedPlace};
pub use forms::{Examined, FormModel, ListedFile, ListedForm, Upload, Uploaded, md5_of};
pub use frames::{Coverage, FrameState, ListRead, OddLine, SentList, Together};
pub use holdings::{Holding, Holdings};
pub use ledger_pages::LedgerPage;
pub use mandates::{CompartmentState, DEVICES, NewMandate};
pub use may::{
    Administrator, Collect, Devices, Export as MayExport, Forms, Ledger, Manage, May, Members, OpenIdentity,
    Read, Review, RightTo, Seat, SeesCases, Visits,
};
pub use members::NewMember;
pub use names::Names;
pub use put_fact::{Amending, NewFact};
pub use receive::{Origin, Received, Sender, SentFile};
pub use reconcile::{Comparison as Reconciliation, Reconciled, colour as reconciliation_colour};
pub use records_draw::DrawnFile;
pub use registries::{label_class, property_class};
pub use release_content::{AccessLine, Hidden, NotPublished, PrintedFinding, ReleaseContent, Response};
pub use release_draft::{ComputedRelease, IN_TIME, LATE, OpenedDraft, RUNNING, ReleaseRequest};
pub use release_draws::DrawFile;
pub use release_figures::{NO_ANSWER, WITHOUT_DOUBTFUL};
pub use release_public::PublicRelease;
pub use release_sample::Tally;
pub use rows::{Column, Layout, Node, Record, Table, columns};
pub use sample_sizes::{SampleSizes, sample_sizes};
pub use search::{Found, Search};
pub use session::{Login, Session};
pub use submission_files::{FileContent, NamedFile};
pub use submission_heads::{Comment, Difference, SubmissionHead, VersionHead};
pub use submissions::{FileDetail, Opening, SubmissionDetail, SubmissionRow, VersionDetail};
pub use today::{OwnAccount, Today};
pub use totp::{address as totp_address, code as totp_code, from_text as totp_secret, text as totp_text};

/// The rooms below, for the types that acts take and give.
pub use {
    bag, casework, disclosure, draw, formats, frame, ledger, odata, passkey, protocol, store, survey, xforms,
};
