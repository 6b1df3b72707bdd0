//! The verbs of a draw, for every party, on files.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Subcommand)]
pub(crate) enum DrawCommand {
    /// Every party, once: make a signing key and print the line for the design
    #[command(after_help = "Example: deungdae draw key --party authority-a --secrets ~/draw-secrets")]
    Key(Key),
    /// Monitor: write and sign the design (step 1)
    #[command(
        after_help = "Examples:\n  deungdae draw design --example > design.toml\n  deungdae draw design draw/ --draw site-0007/2026-w48/1 --from design.toml --secrets ~/draw-secrets"
    )]
    Design(Design),
    /// Monitor: freeze the employer's roster and make the drawing key (steps 2, 3). Employer: countersign it
    #[command(
        after_help = "Examples:\n  deungdae draw roster draw/ --csv roster.csv --secrets ~/draw-secrets\n  deungdae draw roster draw/ --countersign --csv roster.csv --secrets ~/employer-secrets"
    )]
    Roster(Roster),
    /// Authorities and monitor: commit to fresh randomness (step 4)
    #[command(after_help = "Example: deungdae draw commit draw/ --secrets ~/draw-secrets")]
    Commit(Party),
    /// Monitor: announce everything and the future round (step 5). Authorities: cosign, after checking it
    #[command(
        after_help = "Examples:\n  deungdae draw announce draw/ --secrets ~/draw-secrets\n  deungdae draw announce draw/ --dice --secrets ~/draw-secrets\n  deungdae draw announce draw/ --cosign --secrets ~/authority-secrets"
    )]
    Announce(Announce),
    /// Monitor first, then authorities: open the commitment before the deadline (step 6)
    #[command(after_help = "Example: deungdae draw reveal draw/ --secrets ~/draw-secrets")]
    Reveal(Party),
    /// Monitor: bring the public randomness and fix the seed (step 7). With dice, everybody cosigns
    #[command(
        after_help = "Examples:\n  curl -s https://api.drand.sh/52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971/public/ROUND > round.json\n  deungdae draw beacon draw/ --file round.json --secrets ~/draw-secrets\n  deungdae draw beacon draw/ --dice 93046158220417735996 --secrets ~/draw-secrets\n  deungdae draw beacon draw/ --cosign --secrets ~/authority-secrets"
    )]
    Beacon(Beacon),
    /// Monitor: select, seal the result and commit to the call list (steps 8 to 10)
    #[command(after_help = "Example: deungdae draw select draw/ --secrets ~/draw-secrets --others cover.csv")]
    Select(Select),
    /// Monitor: log an attempt to reach somebody (step 11)
    #[command(
        after_help = "Example: deungdae draw field draw/ --secrets ~/draw-secrets --number W00122 --code interviewed"
    )]
    Field(Field),
    /// Auditor: check everything that the monitor opens, and sign (step 12)
    #[command(
        after_help = "Example: deungdae draw audit draw/ --opened /media/monitor/opened --secrets ~/auditor-secrets"
    )]
    Audit(Audit),
    /// Monitor: end the draw with the counts that the auditor saw (step 13)
    #[command(after_help = "Example: deungdae draw close draw/ --secrets ~/draw-secrets")]
    Close(Party),
    /// Monitor: break the draw off; it stays public and keeps its place in the sequence
    #[command(
        after_help = "Example: deungdae draw void draw/ --reason 'access was withdrawn' --secrets ~/draw-secrets"
    )]
    Void(Void),
    /// Everybody: check a draw step by step and name the first lie
    #[command(
        after_help = "Examples:\n  deungdae draw verify draw/ --key authority-a=64HEX --earlier draw-1/\n  deungdae draw verify data/draw/site-0007.json --json"
    )]
    Verify(Verify),
    /// Monitor: print a worker's slip, the proof of being listed. Worker or anybody: check one
    #[command(
        after_help = "Examples:\n  deungdae draw my-line draw/ --number W00122 --secrets ~/draw-secrets --qr\n  deungdae draw my-line draw/ --check slip.txt"
    )]
    MyLine(MyLine),
    /// Put all messages of a draw into one file, as a release carries them
    #[command(after_help = "Example: deungdae draw bundle draw/ -o site-0007.json")]
    Bundle {
        /// The public folder
        folder: PathBuf,
        /// The file to write
        #[arg(short, long)]
        output: PathBuf,
    },
}

/// What every party gives.
#[derive(Args)]
pub(crate) struct Party {
    /// The public folder of the draw
    pub(crate) folder: PathBuf,
    /// The party's own folder with its signing key; never inside the public one
    #[arg(long)]
    pub(crate) secrets: PathBuf,
    /// The time to state, where this computer's clock is wrong: Unix seconds or 2026-11-23T12:00:00Z
    #[arg(long)]
    pub(crate) at: Option<String>,
}

#[derive(Args)]
pub(crate) struct Key {
    /// The party's name in the design: a-z, 0-9 and -
    #[arg(long)]
    pub(crate) party: String,
    /// The party's own folder; made if it is not there
    #[arg(long)]
    pub(crate) secrets: PathBuf,
}

#[derive(Args)]
pub(crate) struct Design {
    /// The public folder to make
    #[arg(required_unless_present = "example")]
    pub(crate) folder: Option<PathBuf>,
    /// The id: site/period/number
    #[arg(long, required_unless_present = "example")]
    pub(crate) draw: Option<String>,
    /// The design as TOML or JSON
    #[arg(long, required_unless_present = "example")]
    pub(crate) from: Option<PathBuf>,
    /// The monitor's own folder with its signing key
    #[arg(long, required_unless_present = "example")]
    pub(crate) secrets: Option<PathBuf>,
    /// The time to state: Unix seconds or 2026-11-23T12:00:00Z [default: this computer's clock]
    #[arg(long)]
    pub(crate) at: Option<String>,
    /// Print a whole design as TOML, to be filled in
    #[arg(long)]
    pub(crate) example: bool,
}

#[derive(Args)]
pub(crate) struct Roster {
    #[command(flatten)]
    pub(crate) party: Party,
    /// The roster as the employer handed it over: CSV in UTF-8, first row headings
    #[arg(long, required_unless_present = "countersign")]
    pub(crate) csv: Option<PathBuf>,
    /// As the employer: sign root and size; with --csv, check first that it is the same file
    #[arg(long)]
    pub(crate) countersign: bool,
}

#[derive(Args)]
pub(crate) struct Announce {
    #[command(flatten)]
    pub(crate) party: Party,
    /// As an authority: check what the monitor announced, and sign it too
    #[arg(long, conflicts_with_all = ["round", "chain", "dice"])]
    pub(crate) cosign: bool,
    /// The round of drand [default: the first one an hour after the reveal deadline]
    #[arg(long)]
    pub(crate) round: Option<u64>,
    /// The chain of drand: quicknet or default
    #[arg(long, default_value = "quicknet")]
    pub(crate) chain: String,
    /// Dice instead of drand, thrown in public after the reveals
    #[arg(long, conflicts_with = "round")]
    pub(crate) dice: bool,
}

#[derive(Args)]
pub(crate) struct Beacon {
    #[command(flatten)]
    pub(crate) party: Party,
    /// The answer of drand for the round, as a JSON file
    #[arg(long)]
    pub(crate) file: Option<PathBuf>,
    /// The digits of at least twenty throws of a ten-sided die
    #[arg(long, conflicts_with = "file")]
    pub(crate) dice: Option<String>,
    /// Sign the dice that were minuted
    #[arg(long, conflicts_with_all = ["file", "dice"])]
    pub(crate) cosign: bool,
}

#[derive(Args)]
pub(crate) struct Select {
    #[command(flatten)]
    pub(crate) party: Party,
    /// CSV of cover and referred persons: number, why (cover or referred)
    #[arg(long)]
    pub(crate) others: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct Field {
    #[command(flatten)]
    pub(crate) party: Party,
    /// Whom: the number on the roster or call list; without it the log is written as it is
    #[arg(long, requires = "code")]
    pub(crate) number: Option<String>,
    /// What came of it: a code of the design
    #[arg(long, requires = "number")]
    pub(crate) code: Option<String>,
}

#[derive(Args)]
pub(crate) struct Audit {
    /// The public folder of the draw
    pub(crate) folder: PathBuf,
    /// The folder `opened` that the monitor shows
    #[arg(long)]
    pub(crate) opened: PathBuf,
    /// The auditor's own folder with its signing key; without it nothing is signed
    #[arg(long)]
    pub(crate) secrets: Option<PathBuf>,
    /// The time to state: Unix seconds or 2026-11-23T12:00:00Z [default: this computer's clock]
    #[arg(long)]
    pub(crate) at: Option<String>,
    /// Answer as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct Void {
    #[command(flatten)]
    pub(crate) party: Party,
    /// Why; it is public
    #[arg(long)]
    pub(crate) reason: String,
}

#[derive(Args)]
pub(crate) struct Verify {
    /// The public folder of a draw, or its file from a release
    pub(crate) draw: PathBuf,
    /// A party's key that you know from elsewhere: name=64 hexadecimal digits
    #[arg(long)]
    pub(crate) key: Vec<String>,
    /// Folders or files of earlier draws of the sequence, and of the first stage
    #[arg(long)]
    pub(crate) earlier: Vec<PathBuf>,
    /// The present, where this computer's clock is wrong: Unix seconds or 2026-11-23T12:00:00Z
    #[arg(long)]
    pub(crate) at: Option<String>,
    /// Answer as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct MyLine {
    /// The public folder of the draw, or its file from a release
    pub(crate) draw: PathBuf,
    /// As the monitor: the worker's number
    #[arg(long, requires = "secrets", required_unless_present = "check")]
    pub(crate) number: Option<String>,
    /// The monitor's own folder
    #[arg(long)]
    pub(crate) secrets: Option<PathBuf>,
    /// Print the slip as a QR code too
    #[arg(long)]
    pub(crate) qr: bool,
    /// A file with the text of a slip, or - for standard input
    #[arg(long, conflicts_with = "number")]
    pub(crate) check: Option<PathBuf>,
}
