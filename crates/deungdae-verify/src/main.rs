//! `deungdae-verify BAG --trust policy.txt`: is this release what was published, and does it hold?

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use deungdae_verify::{Arguments, run};

const HELP: &str = "Verify a released bag, offline.

Usage: deungdae-verify BAG [--trust POLICY] [--ledger FOLDER] [--party NAME=KEY]... [--json]

  BAG              The folder of the release, the one that holds bagit.txt
  --trust POLICY   Ledger and witnesses you trust (c2sp.org/tlog-policy), from a source other than the bag
  --ledger FOLDER  A newer copy of the ledger: was the release retracted, is a draw hidden?
  --party NAME=KEY A party of the draw whose public key you know, such as authority-a=5b46...
  --json           Answer as JSON
  --help, --version

Exit code: 0 the release holds, 1 it does not, 2 undecided (no policy) or the command could not be carried out.

Example: deungdae-verify zone-2026-w48 --trust policy.txt --ledger ledger-files
";

fn main() -> ExitCode {
    let told = match read(std::env::args_os().skip(1)) {
        Ok(Asked::Text(text)) => Ok((text, 0)),
        Ok(Asked::Verify(arguments)) => run(&arguments),
        Err(wrong) => Err(wrong),
    };
    match told {
        Ok((text, code)) => {
            // Whoever reads only the first lines still gets the right exit code.
            let _ = std::io::stdout().write_all(text.as_bytes());
            ExitCode::from(code)
        }
        Err(trouble) => {
            eprintln!("deungdae-verify: {trouble}");
            ExitCode::from(2)
        }
    }
}

enum Asked {
    Text(String),
    Verify(Arguments),
}

fn read(mut words: impl Iterator<Item = std::ffi::OsString>) -> Result<Asked, String> {
    let mut arguments = Arguments::default();
    let mut bag: Option<PathBuf> = None;
    while let Some(word) = words.next() {
        let text = word.to_str().unwrap_or_default();
        let mut value =
            || words.next().ok_or_else(|| format!("{text} needs a value; --help shows an example"));
        match text {
            "--help" | "-h" => return Ok(Asked::Text(HELP.to_owned())),
            "--version" | "-V" => {
                return Ok(Asked::Text(format!("deungdae-verify {}\n", env!("CARGO_PKG_VERSION"))));
            }
            "--trust" => arguments.trust = Some(value()?.into()),
            "--ledger" => arguments.ledger = Some(value()?.into()),
            "--party" => arguments.parties.push(value()?.to_string_lossy().into_owned()),
            "--json" => arguments.json = true,
            option if option.starts_with("--") => {
                return Err(format!("{option} is unknown; --help shows what there is"));
            }
            _ if bag.is_some() => return Err("more than one bag: verify them one after the other".into()),
            _ => bag = Some(word.into()),
        }
    }
    arguments.bag = bag.ok_or("give the folder of a release; --help shows an example")?;
    Ok(Asked::Verify(arguments))
}
