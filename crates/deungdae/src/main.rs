//! The roof: command line, configuration, wiring.
#![allow(clippy::print_stdout, reason = "a command line prints")]

mod backup;
mod command;
mod data;
mod demo;
mod disclosure;
mod draw;
mod estimate;
mod form;
mod import;
mod ledger_check;
mod member;
mod protocol_folder;
mod release_folder;
mod serve;
mod witness;

use std::process::ExitCode;

use clap::Parser;

use crate::command::{
    Command, DeviceOrMember, DisclosureCommand, FormCommand, ImportCommand, Line, ProtocolCommand,
};

/// What a verb answers: 0 done, 1 done and found wrong (a form refused, a ledger that lies).
pub(crate) type Outcome = Result<ExitCode, Trouble>;

/// Why a verb could not be done: one line that says what is wrong, where, and what to do. Exit code 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Trouble(String);

impl Trouble {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Trouble(text.into())
    }
}

impl From<::draw::Refusal> for Trouble {
    fn from(refusal: ::draw::Refusal) -> Self {
        Trouble(refusal.to_string())
    }
}

impl From<store::Fault> for Trouble {
    fn from(fault: store::Fault) -> Self {
        Trouble(fault.to_string())
    }
}

impl From<desk::Error> for Trouble {
    fn from(error: desk::Error) -> Self {
        match error {
            desk::Error::Refused(refusal) => refusal.into(),
            desk::Error::Fault(fault) => Trouble(fault.to_string()),
        }
    }
}

impl From<desk::Refusal> for Trouble {
    fn from(refusal: desk::Refusal) -> Self {
        Trouble(in_words(refusal.into()))
    }
}

/// A refusal of the desk as one English line.
fn in_words(refusal: web::answer::Refusal) -> String {
    let english = web::locale::Locale::English;
    let mut line = refusal.what(english);
    for (place, problem) in &refusal.places {
        line.push_str(&format!(" ({})", [place.as_str(), problem.as_str()].join(" ").trim()));
    }
    match refusal.next(english) {
        Some(next) => format!("{line} {next}"),
        None => line,
    }
}

impl From<std::io::Error> for Trouble {
    fn from(error: std::io::Error) -> Self {
        Trouble(error.to_string())
    }
}

fn main() -> ExitCode {
    let line = Line::parse();
    tracing_subscriber::fmt().with_ansi(false).with_target(false).with_writer(std::io::stderr).init();
    match run(line.command) {
        Ok(code) => code,
        Err(trouble) => {
            eprintln!("deungdae: {trouble}");
            ExitCode::from(2)
        }
    }
}

fn run(command: Command) -> Outcome {
    match command {
        Command::Init(init) => member::init(&init),
        Command::Member(DeviceOrMember::Add(add)) => member::add(&add),
        Command::Serve(serve) => serve::serve(&serve),
        Command::Demo(demo) => demo::demo(&demo),
        Command::Form(FormCommand::Convert(convert)) => form::convert(&convert),
        Command::Protocol(ProtocolCommand::Check { folder, json }) => protocol_folder::check(&folder, json),
        Command::Protocol(ProtocolCommand::Install { folder, data }) => {
            protocol_folder::install(&folder, &data)
        }
        Command::Draw(command) => draw::draw(command),
        Command::Disclosure(DisclosureCommand::Audit(audit)) => disclosure::audit(&audit),
        Command::Disclosure(DisclosureCommand::Protect(protect)) => disclosure::protect(&protect),
        Command::Estimate(options) => estimate::estimate(&options),
        Command::SampleSize(options) => estimate::sample_size::sample_size(&options),
        Command::Verify(verify) => ledger_check::verify(&verify),
        Command::Witness(command) => witness::witness(command),
        Command::ExportRelease { name, data, database, to } => {
            release_folder::export(&name, data, database, &to)
        }
        Command::ExportLedger { data, database, to } => ledger_check::export(data, database, &to),
        Command::Import { from: ImportCommand::Central(from) } => import::central(&from),
        Command::Backup { data, database, to } => backup::backup(data, database, &to),
        Command::Restore { from, data } => backup::restore(&from, &data),
    }
}
