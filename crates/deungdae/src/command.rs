//! The command line: every verb, its options, an example.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Deungdae (등대): a server for independent human-rights monitoring and protection.
#[derive(Parser)]
#[command(name = "deungdae", version, max_term_width = 100)]
pub(crate) struct Line {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Make a full example installation and serve it
    #[command(after_help = "Example: deungdae demo --listen 127.0.0.1:8383")]
    Demo(Demo),
    /// Make a data directory with its first administrator
    #[command(
        after_help = "Example: echo 'a long sentence' | deungdae init --data /srv/deungdae --email ann@example.org --password-stdin"
    )]
    Init(Init),
    /// Add people on the command line
    #[command(subcommand)]
    Member(DeviceOrMember),
    /// Serve an installation
    #[command(after_help = "Example: deungdae serve --data /srv/deungdae --listen 127.0.0.1:8383")]
    Serve(Serve),
    /// Convert forms
    #[command(subcommand)]
    Form(FormCommand),
    /// Check and install protocols
    #[command(subcommand)]
    Protocol(ProtocolCommand),
    /// Take part in a verifiable draw, on files; every party can, without an account
    #[command(subcommand)]
    Draw(crate::draw::command::DrawCommand),
    /// Keep people from being found in published tables
    #[command(subcommand)]
    Disclosure(DisclosureCommand),
    /// Estimate from a sample: totals, means, shares, ratios and quantiles with their uncertainty
    #[command(
        after_help = "design.toml says how the data were drawn, for example:\n\n  strata = \"sex\"            # or a list, one for each stage\n  clusters = [\"factory\"]     # units of each stage; without them each row was drawn by itself\n  fpc = \"workers\"           # size of the row's stratum, or the fraction drawn\n  weights = \"w\"             # or probabilities = \"p\"; without them they follow from fpc\n  lonely_psu = \"adjust\"     # fail, remove, certainty, adjust, average\n  pps = \"brewer\"            # or overton, hartley-rao, joint with joint_probabilities\n  replicates = { kind = \"bootstrap\", columns = \"rep*\" }\n  frame_coverage = 0.96\n  privacy_conditions_held = true\n  [[post_strata]]            # or [[rake]], once for each margin\n  column = \"sex\"\n  sizes = { f = 310, m = 90 }\n  [estimate]\n  interval = \"logit\"        # likelihood, asin, mean, xlogit, beta, korn-graubard, wilson, clopper-pearson, hypergeometric\n\nExamples:\n  deungdae estimate --design design.toml data.csv --mean hours --proportion paid_late --by sex\n  deungdae estimate --design design.toml data.csv --quantile 0.5 --of pay --ratio paid/recorded --where 'tenure>=6' --json"
    )]
    Estimate(Estimate),
    /// How many to draw, or what a small sample decides
    #[command(
        name = "sample-size",
        after_help = "Examples:\n  deungdae sample-size --population 500\n  deungdae sample-size --population 500 --margin 0.05 --response 0.8 --in-each 10\n  deungdae sample-size --lot 19 --target 0.8 --low 0.5"
    )]
    SampleSize(SampleSize),
    /// Verify a release or a ledger, offline
    #[command(
        after_help = "Exit code: 0 it holds, 1 it does not, 2 undecided (a release without --trust) or not carried out\n\nExamples:\n  deungdae verify zone-2026-w48 --trust policy.txt --ledger ledger-files\n  deungdae verify --ledger ledger-files --key 'deungdae…+1a2b3c4d+AZ…'"
    )]
    Verify(Verify),
    /// Witness a ledger: sign its newest head if it continues what was signed before
    #[command(subcommand)]
    Witness(WitnessCommand),
    /// Write the ledger as static files that anyone can verify
    #[command(after_help = "Example: deungdae export-ledger --data /srv/deungdae --to ledger-files")]
    ExportLedger {
        /// The data directory
        #[arg(long)]
        data: PathBuf,
        /// A PostgreSQL database instead of the file in the data directory
        #[arg(long)]
        database: Option<String>,
        /// A folder to write to
        #[arg(long)]
        to: PathBuf,
    },
    /// Write a public release as a folder that anyone can verify
    #[command(
        after_help = "Example: deungdae export-release v-2026-002-1 --data /srv/deungdae --to zone-release"
    )]
    ExportRelease {
        /// Its name, as it stands in its address /releases/NAME
        name: String,
        /// The data directory
        #[arg(long)]
        data: PathBuf,
        /// A PostgreSQL database instead of the file in the data directory
        #[arg(long)]
        database: Option<String>,
        /// A new folder to write to
        #[arg(long)]
        to: PathBuf,
    },
    /// Move in from another server
    Import {
        /// From where
        #[command(subcommand)]
        from: ImportCommand,
    },
    /// Copy an installation into an empty folder while it runs; a copy serves as it is
    #[command(after_help = "Example: deungdae backup --data /srv/deungdae --to /mnt/usb/2026-11-23")]
    Backup {
        /// The data directory
        #[arg(long)]
        data: PathBuf,
        /// The PostgreSQL database that it uses, if it does
        #[arg(long)]
        database: Option<String>,
        /// An empty folder to copy to
        #[arg(long)]
        to: PathBuf,
    },
    /// Make a data directory from a backup, after checking it
    #[command(after_help = "Example: deungdae restore --from /mnt/usb/2026-11-23 --data /srv/deungdae")]
    Restore {
        /// The backup
        #[arg(long)]
        from: PathBuf,
        /// An empty or absent folder
        #[arg(long)]
        data: PathBuf,
    },
}

#[derive(Args)]
pub(crate) struct Demo {
    /// Where to make it; what is there already is served as it is [default: a new folder among the temporary files]
    #[arg(long)]
    pub(crate) data: Option<PathBuf>,
    /// Address and port
    #[arg(long, default_value = "127.0.0.1:8383")]
    pub(crate) listen: SocketAddr,
    /// Only make it, do not serve
    #[arg(long)]
    pub(crate) no_serve: bool,
}

#[derive(Args)]
pub(crate) struct Init {
    /// The data directory to make
    #[arg(long)]
    pub(crate) data: PathBuf,
    /// Login name of the first administrator
    #[arg(long)]
    pub(crate) email: String,
    /// Display name [default: the login name]
    #[arg(long, default_value = "")]
    pub(crate) name: String,
    /// Read the password from the first line of standard input
    #[arg(long)]
    pub(crate) password_stdin: bool,
    /// A PostgreSQL database instead of a file in the data directory
    #[arg(long)]
    pub(crate) database: Option<String>,
}

#[derive(Subcommand)]
pub(crate) enum DeviceOrMember {
    /// Add a member
    #[command(
        after_help = "Example: echo 'a long sentence' | deungdae member add --data /srv/deungdae --email bo@example.org --name Bo --password-stdin"
    )]
    Add(MemberAdd),
}

#[derive(Args)]
pub(crate) struct MemberAdd {
    /// The data directory
    #[arg(long)]
    pub(crate) data: PathBuf,
    /// Login name
    #[arg(long)]
    pub(crate) email: String,
    /// Display name
    #[arg(long)]
    pub(crate) name: String,
    /// Make the member an administrator
    #[arg(long)]
    pub(crate) admin: bool,
    /// Read the password from the first line of standard input
    #[arg(long)]
    pub(crate) password_stdin: bool,
    /// A PostgreSQL database instead of the file in the data directory
    #[arg(long)]
    pub(crate) database: Option<String>,
}

#[derive(Args)]
pub(crate) struct Serve {
    /// The data directory
    #[arg(long)]
    pub(crate) data: PathBuf,
    /// Address and port [default: server.toml, else 127.0.0.1:8383]
    #[arg(long)]
    pub(crate) listen: Option<SocketAddr>,
    /// A PostgreSQL database instead of the file in the data directory
    #[arg(long)]
    pub(crate) database: Option<String>,
}

#[derive(Subcommand)]
pub(crate) enum FormCommand {
    /// Convert an XLSForm (.xlsx, or a table in Markdown) to an ODK XForm
    #[command(
        after_help = "Examples:\n  deungdae form convert visit.xlsx -o visit.xml\n  deungdae form convert --jsonl < forms.jsonl > xforms.jsonl"
    )]
    Convert(Convert),
}

#[derive(Args)]
pub(crate) struct Convert {
    /// The XLSForm
    #[arg(required_unless_present = "jsonl")]
    pub(crate) file: Option<PathBuf>,
    /// Where to write the XForm [default: standard output]
    #[arg(short, long)]
    pub(crate) output: Option<PathBuf>,
    /// Answer as JSON: xform, warnings, errors with sheet, row and column
    #[arg(long)]
    pub(crate) json: bool,
    /// Read forms as JSON lines from standard input and answer each with a line
    #[arg(long, conflicts_with_all = ["file", "output", "json"])]
    pub(crate) jsonl: bool,
}

#[derive(Subcommand)]
pub(crate) enum ProtocolCommand {
    /// Check a protocol folder and say everything that is wrong with it
    #[command(after_help = "Example: deungdae protocol check protocols/workplace")]
    Check {
        /// The folder
        folder: PathBuf,
        /// Answer as JSON
        #[arg(long)]
        json: bool,
    },
    /// Check a protocol folder and put it into a data directory, where mandates can follow it
    #[command(after_help = "Example: deungdae protocol install my-protocol --data /srv/deungdae")]
    Install {
        /// The folder
        folder: PathBuf,
        /// The data directory
        #[arg(long)]
        data: PathBuf,
    },
}

#[derive(Args)]
pub(crate) struct Verify {
    /// The folder of a release, the one that holds bagit.txt
    #[arg(required_unless_present = "ledger")]
    pub(crate) bag: Option<PathBuf>,
    /// Ledger and witnesses you trust (c2sp.org/tlog-policy), from a source other than the bag
    #[arg(long, requires = "bag")]
    pub(crate) trust: Option<PathBuf>,
    /// A party of a draw whose public key you know: NAME=KEY
    #[arg(long, requires = "bag")]
    pub(crate) party: Vec<String>,
    /// A folder of ledger files (checkpoint, tile/…); beside a release, a newer copy in which a retraction would stand
    #[arg(long)]
    pub(crate) ledger: Option<PathBuf>,
    /// The log's verifier key, from a source you trust; without it the key inside the checkpoint is only named
    #[arg(long, conflicts_with = "bag")]
    pub(crate) key: Vec<String>,
    /// An older checkpoint file that this log must continue
    #[arg(long, conflicts_with = "bag")]
    pub(crate) earlier: Option<PathBuf>,
    /// Answer as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Subcommand)]
pub(crate) enum WitnessCommand {
    /// Make a witness: a folder with its key and, later, its memory
    #[command(
        after_help = "Example: deungdae witness init my-witness --name authority-a.example.org --log 'deungdae…+1a2b3c4d+AZ…'"
    )]
    Init {
        /// A new folder, readable by you only
        folder: PathBuf,
        /// The witness's name, for ever the same: something like a domain of yours
        #[arg(long)]
        name: String,
        /// The ledger's verifier key, from a source you trust
        #[arg(long)]
        log: String,
    },
    /// Sign the ledger's newest head, if it continues the last one signed; print the signature
    #[command(
        after_help = "Exit code: 0 signed, 1 refused (a fork is kept as evidence), 2 not carried out\n\nExample: deungdae witness cosign my-witness ledger-files > cosignature.txt"
    )]
    Cosign {
        /// The witness's folder
        folder: PathBuf,
        /// An exported ledger's folder; or a file with “old SIZE”, proof and checkpoint (c2sp.org/tlog-witness); or, the
        /// first time, a checkpoint
        shown: PathBuf,
        /// Also write the checkpoint with the signature to this file
        #[arg(short, long)]
        output: Option<PathBuf>,
        /// Answer as JSON
        #[arg(long)]
        json: bool,
    },
    /// Show the witness's public key, what it signed last, and evidence of forks
    #[command(after_help = "Example: deungdae witness show my-witness")]
    Show {
        /// The witness's folder
        folder: PathBuf,
        /// Answer as JSON
        #[arg(long)]
        json: bool,
    },
}

#[derive(Subcommand)]
pub(crate) enum DisclosureCommand {
    /// Recompute from published tables what readers can find out about every suppressed cell
    #[command(
        after_help = "Examples:\n  deungdae disclosure audit bag\n  deungdae disclosure audit answers.csv units.csv --json\n\n\
                      A table is a CSV file with one line for each cell: a column for each variable, then `count`. Margins \
                      have the word `total`, suppressed cells an `x`, bands are written 5-9. In files without a \
                      disclosure.json, columns of one name are one variable, and all tables cover the same respondents."
    )]
    Audit(DisclosureAudit),
    /// Make tables of respondents that may be published
    #[command(
        after_help = "Example: deungdae disclosure protect respondents.csv --table unit,answer --table unit,sex --sensitive answer=yes --to release"
    )]
    Protect(DisclosureProtect),
}

#[derive(Args)]
pub(crate) struct DisclosureAudit {
    /// A released bag (or a folder with disclosure.json and tables/), or CSV files
    #[arg(required = true)]
    pub(crate) tables: Vec<PathBuf>,
    /// Policy numbers as TOML, where they differ from the defaults and no disclosure.json gives them
    #[arg(long)]
    pub(crate) policy: Option<PathBuf>,
    /// Answer as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct DisclosureProtect {
    /// Respondents as CSV: one line for each, a column for each variable
    pub(crate) respondents: PathBuf,
    /// Variables to cross, with commas between; once for each table
    #[arg(long, required = true)]
    pub(crate) table: Vec<String>,
    /// A sensitive answer, as VARIABLE=ANSWER
    #[arg(long)]
    pub(crate) sensitive: Vec<String>,
    /// Hold the tables to the stricter threshold
    #[arg(long)]
    pub(crate) strict: bool,
    /// Policy numbers as TOML, where they differ from the defaults
    #[arg(long)]
    pub(crate) policy: Option<PathBuf>,
    /// A release of the same respondents that was published before
    #[arg(long)]
    pub(crate) earlier: Vec<PathBuf>,
    /// A new folder to write to
    #[arg(long)]
    pub(crate) to: PathBuf,
}

#[derive(Args)]
pub(crate) struct Estimate {
    /// The data, CSV in UTF-8 whose first line names the columns; - reads standard input
    pub(crate) data: PathBuf,
    /// How the data were drawn
    #[arg(long)]
    pub(crate) design: PathBuf,
    /// Mean of a column
    #[arg(long, value_name = "COLUMN")]
    pub(crate) mean: Vec<String>,
    /// Total of a column over the population
    #[arg(long, value_name = "COLUMN")]
    pub(crate) total: Vec<String>,
    /// Share of 1 in a column of 0 and 1, or of each answer
    #[arg(long, value_name = "COLUMN")]
    pub(crate) proportion: Vec<String>,
    /// Ratio of two totals
    #[arg(long, value_name = "COLUMN/COLUMN")]
    pub(crate) ratio: Vec<String>,
    /// Quantile, 0.5 for the median, of each column of --of
    #[arg(long, value_name = "SHARE")]
    pub(crate) quantile: Vec<f64>,
    /// Column of --quantile
    #[arg(long, value_name = "COLUMN")]
    pub(crate) of: Vec<String>,
    /// Estimates for each value of these columns
    #[arg(long, value_name = "COLUMN", value_delimiter = ',')]
    pub(crate) by: Vec<String>,
    /// Only rows that fulfil this, such as sex=f or hours>48; the others stay in the design
    #[arg(long = "where", value_name = "CONDITION")]
    pub(crate) only: Vec<String>,
    /// Confidence [default: design.toml, else 0.95]
    #[arg(long)]
    pub(crate) level: Option<f64>,
    /// Degrees of freedom of intervals: design, normal, or a number [default: design]
    #[arg(long)]
    pub(crate) df: Option<String>,
    /// Answer as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct SampleSize {
    /// People in the frame; without it, very many
    #[arg(long)]
    pub(crate) population: Option<u64>,
    /// Half the length of the interval, 0.1 for ±10 points
    #[arg(long, default_value_t = 0.1)]
    pub(crate) margin: f64,
    /// The share expected, or the share affected that must not be missed
    #[arg(long)]
    pub(crate) share: Option<f64>,
    /// Confidence
    #[arg(long, default_value_t = 0.95)]
    pub(crate) level: f64,
    /// Interviews in each establishment, for the design effect
    #[arg(long)]
    pub(crate) in_each: Option<f64>,
    /// How alike people of one establishment are
    #[arg(long, default_value_t = 0.05)]
    pub(crate) alike: f64,
    /// Share of those drawn who will answer
    #[arg(long, default_value_t = 1.0)]
    pub(crate) response: f64,
    /// Lot quality: how many are asked in each area
    #[arg(long)]
    pub(crate) lot: Option<u64>,
    /// Lot quality: the share that meets the target
    #[arg(long, default_value_t = 0.8)]
    pub(crate) target: f64,
    /// Lot quality: the share that must not pass
    #[arg(long, default_value_t = 0.5)]
    pub(crate) low: f64,
    /// Answer as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Subcommand)]
pub(crate) enum ImportCommand {
    /// Copy a project from a running ODK Central (or another deungdae) through its API
    ///
    /// Forms with their versions and files, submissions with their edits, files, comments and review states, entity
    /// lists and entities with their history. It may be broken off and run again at any time: nothing comes twice. At
    /// the end both sides are counted and compared.
    #[command(
        after_help = "The passwords are read from standard input: the first line is the one there, the second the one here.\n\nExample: deungdae import central https://central.example.org --email ann@example.org --project 7 --mandate 3 --data /srv/deungdae < passwords"
    )]
    Central(ImportCentral),
}

#[derive(Args)]
pub(crate) struct ImportCentral {
    /// Address of the other server
    pub(crate) url: String,
    /// Login name there
    #[arg(long)]
    pub(crate) email: String,
    /// Number of the project there
    #[arg(long)]
    pub(crate) project: i64,
    /// Number of the mandate here; it must be there already
    #[arg(long)]
    pub(crate) mandate: i64,
    /// Login name here of a member who leads the mandate [default: the same as there]
    #[arg(long)]
    pub(crate) own_email: Option<String>,
    /// The data directory
    #[arg(long)]
    pub(crate) data: PathBuf,
    /// A PostgreSQL database instead of the file in the data directory
    #[arg(long)]
    pub(crate) database: Option<String>,
}
