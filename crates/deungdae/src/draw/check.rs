//! What anybody checks: the public folder, what is opened to the auditor, one's own line.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::ExitCode;

use ::draw::audit::OpenedField;
use ::draw::select::Work;
use ::draw::{CallList, Opening, Outcome as Ended, Report, Role, Slip, Trust, acts};
use serde_json::json;

use crate::draw::command;
use crate::draw::folders::{Public, Secrets, apart, moment, read_json, read_public, trouble};
use crate::draw::monitor::{Kept, Progress, read_attempts, workers};
use crate::{Outcome, Trouble};

fn print(report: &Report, as_json: bool) {
    if !as_json {
        print!("{report}");
        match report.first_lie() {
            None if report.known.end.is_none() => {
                println!("Nothing in it is untrue so far; it is not finished.")
            }
            None => println!("Nothing in it is untrue."),
            Some(lie) => println!("The first lie: {} ({})", lie.what, lie.file),
        }
        return;
    }
    let steps: Vec<_> = report
        .steps
        .iter()
        .map(|step| {
            let outcome = match step.outcome {
                Ended::Ok => "ok",
                Ended::Failed => "failed",
                Ended::Unchecked => "unchecked",
            };
            json!({"check": step.what, "outcome": outcome, "file": step.file, "detail": step.detail})
        })
        .collect();
    let lie = report.first_lie().map(|step| step.file.clone());
    println!(
        "{}",
        json!({"draw": report.known.draw, "passed": report.passed(), "first_lie": lie, "steps": steps})
    );
}

fn code(report: &Report) -> ExitCode {
    if report.passed() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Checks the public messages.
pub(crate) fn verify(given: &command::Verify) -> Outcome {
    let now = moment(given.at.as_deref())?;
    let files = read_public(&given.draw)?;
    let mut keys = Vec::new();
    for key in &given.key {
        let (party, hex) = key
            .split_once('=')
            .ok_or_else(|| Trouble::new(format!("--key {key}: write name=64 hexadecimal digits")))?;
        keys.push((party.to_owned(), hex.to_owned()));
    }
    let others = given.earlier.iter().map(|path| read_public(path)).collect::<Result<Vec<_>, _>>()?;
    let report = draw::verify(&files, Trust { keys: &keys, others: &others, now: Some(now) });
    if keys.is_empty() && !given.json {
        eprintln!(
            "note: no --key was given, so the parties' keys in design.json are believed; compare them with copies you trust"
        );
    }
    print(&report, given.json);
    Ok(code(&report))
}

/// Checks everything opened, and signs.
pub(crate) fn audit(given: &command::Audit) -> Outcome {
    let now = moment(given.at.as_deref())?;
    apart(&given.opened, &given.folder)?;
    let public = Public::open(&given.folder, now)?;
    let path = given.opened.join("opening.jsonl");
    let bytes = fs::read(&path).map_err(|error| trouble(&path, error))?;
    let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let opening = Opening::read(lines)?;
    let call_list = read_json(&given.opened.join("call-list.json"), "ask the monitor for it")?;
    let field = OpenedField {
        call_list: CallList::from_value(&call_list)?,
        attempts: read_attempts(&given.opened.join("attempts.json"))?,
    };
    let progress = Progress::of("Checking proofs", opening.units.len() as u64);
    let work = Work { workers: workers(), tick: &|| progress.tick() };
    let trust = Trust { now: Some(now), ..Trust::default() };
    let (report, _) = draw::audit(&public.files, trust, &opening, &field, work);
    print(&report, given.json);
    let Some(folder) = given.secrets.as_ref().filter(|_| report.passed()) else { return Ok(code(&report)) };
    let secrets = Secrets::for_draw(folder, &public)?;
    let design = report.known.design.as_ref();
    secrets.must_be(design.and_then(|design| design.who(Role::Auditor)).unwrap_or_default())?;
    let covers = field.call_list.called.len() as u64;
    let (name, mut message) = acts::audit(&report.known, &field.attempts, covers, now)?;
    message.sign(&secrets.party, &secrets.key)?;
    public.add(&name, &message)?;
    Ok(ExitCode::SUCCESS)
}

/// Makes or checks a slip.
pub(crate) fn my_line(given: &command::MyLine) -> Outcome {
    let files = read_public(&given.draw)?;
    let report = draw::verify(&files, Trust::default());
    let known = &report.known;
    let (root, size) = known.roster.ok_or_else(|| match report.first_lie() {
        Some(lie) => Trouble::new(format!("the draw does not hold. {}: {}", lie.what, lie.detail)),
        None => Trouble::new("the roster is not frozen and signed yet"),
    })?;
    if let Some(path) = &given.check {
        let mut text = String::new();
        if path == Path::new("-") {
            std::io::stdin().read_to_string(&mut text)?;
        } else {
            text = fs::read_to_string(path).map_err(|error| trouble(path, error))?;
        }
        return Ok(
            match Slip::parse(&text).and_then(|slip| slip.check(&known.draw, &root, size).map(|()| slip)) {
                Ok(slip) => {
                    println!("This line is in the roster of {} ({size} lines): {}", known.draw, slip.record);
                    println!("It shows that you are listed. It says nothing about who was drawn.");
                    ExitCode::SUCCESS
                }
                Err(refusal) => {
                    println!("{refusal}");
                    ExitCode::FAILURE
                }
            },
        );
    }
    let (Some(number), Some(secrets)) = (&given.number, &given.secrets) else {
        return Err(Trouble::new("give --number with --secrets, or --check"));
    };
    let secrets = Secrets::open(secrets)?;
    let kept = Kept::open(&secrets, known)?;
    let Some((i, unit)) = (0_u64..).zip(&kept.roster.units).find(|(_, unit)| &unit.number == number) else {
        println!("{number} is not in the roster. Note who asked and when: an omission is a finding.");
        return Ok(ExitCode::FAILURE);
    };
    let slip = Slip {
        draw: known.draw.clone(),
        i,
        salt: draw::roster::salt(&kept.salt_key, &known.draw, number),
        path: kept.leaves.path(i).map_err(|error| Trouble::new(error.to_string()))?,
        record: unit.record.clone(),
    };
    let text = slip.to_text();
    println!("{text}");
    if given.qr {
        let code = fast_qr::QRBuilder::new(text.as_bytes()).build();
        let code = code.map_err(|_| Trouble::new("the slip is too long for a QR code: print its text"))?;
        println!("{}", code.to_str());
    }
    Ok(ExitCode::SUCCESS)
}

/// Writes all messages into one file.
pub(crate) fn bundle(folder: &Path, output: &Path) -> Outcome {
    let files = read_public(folder)?;
    let report = draw::verify(&files, Trust::default());
    if let Some(lie) = report.first_lie() {
        return Err(Trouble::new(format!(
            "the draw does not hold, nothing was written. {}: {}",
            lie.what, lie.detail
        )));
    }
    fs::write(output, files.bundle()?).map_err(|error| trouble(output, error))?;
    println!("Wrote {}", output.display());
    Ok(ExitCode::SUCCESS)
}
