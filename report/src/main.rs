//! `deungdae-report BAG`: the report of a release as a PDF, from its bag alone.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use deungdae_report::{Trouble, languages, read, report};

const HELP: &str = "Set the report of a release as a PDF, offline, from its bag alone.

Usage: deungdae-report BAG [--language CODE] [-o FILE] [--font FILE]...

  BAG              The folder of the release, the one that holds bagit.txt, or its ZIP
  --language CODE  en, ko or ja; without it, en if there is one
  -o, --output     Where to write the PDF; without it, NAME-OF-BAG.CODE.pdf here
  --font FILE      A further font, for letters that the program has none for
  --help, --version

A bag that is other than it was published is refused, and the file is named. The same bag and language give the same
bytes. Exit code: 0 written, 1 the bag does not hold, 2 the command could not be carried out.

Example: deungdae-report zone-2026-w48 --language ko -o zone.pdf
";

struct Arguments {
    bag: PathBuf,
    language: Option<String>,
    output: Option<PathBuf>,
    fonts: Vec<PathBuf>,
}

fn main() -> ExitCode {
    let done = match arguments(std::env::args_os().skip(1)) {
        Ok(Ok(arguments)) => carry_out(&arguments),
        Ok(Err(text)) => Ok(text),
        Err(wrong) => Err(Trouble::Unreadable(wrong)),
    };
    match done {
        Ok(said) => {
            use std::io::Write as _;
            let _ = std::io::stdout().write_all(said.as_bytes());
            ExitCode::SUCCESS
        }
        Err(trouble) => {
            eprintln!("deungdae-report: {trouble}");
            ExitCode::from(if matches!(trouble, Trouble::Altered { .. }) { 1 } else { 2 })
        }
    }
}

/// What is asked for, or the text that answers it.
fn arguments(mut words: impl Iterator<Item = OsString>) -> Result<Result<Arguments, String>, String> {
    let mut bag: Option<PathBuf> = None;
    let (mut language, mut output, mut fonts) = (None, None, Vec::new());
    while let Some(word) = words.next() {
        let text = word.to_str().unwrap_or_default();
        let mut value =
            || words.next().ok_or_else(|| format!("{text} needs a value; --help shows an example"));
        match text {
            "--help" | "-h" => return Ok(Err(HELP.to_owned())),
            "--version" | "-V" => return Ok(Err(format!("deungdae-report {}\n", env!("CARGO_PKG_VERSION")))),
            "--language" => language = Some(value()?.to_string_lossy().into_owned()),
            "-o" | "--output" => output = Some(value()?.into()),
            "--font" => fonts.push(value()?.into()),
            option if option.starts_with('-') => {
                return Err(format!("{option} is unknown; --help shows what there is"));
            }
            _ if bag.is_some() => {
                return Err("more than one bag: set their reports one after the other".into());
            }
            _ => bag = Some(word.into()),
        }
    }
    let bag = bag.ok_or("give the folder of a release, or its ZIP; --help shows an example")?;
    Ok(Ok(Arguments { bag, language, output, fonts }))
}

fn carry_out(arguments: &Arguments) -> Result<String, Trouble> {
    let unreadable =
        |path: &PathBuf, error: std::io::Error| Trouble::Unreadable(format!("{}: {error}", path.display()));
    let bag = read(&arguments.bag)?;
    let language = arguments.language.clone().unwrap_or_else(|| {
        let there = languages(&bag);
        let en = there.iter().find(|code| *code == "en");
        en.or(there.first()).cloned().unwrap_or_else(|| "en".to_owned())
    });
    let font = |path: &PathBuf| {
        let bytes = std::fs::read(path).map_err(|error| unreadable(path, error))?;
        Ok((path.display().to_string(), bytes))
    };
    let fonts = arguments.fonts.iter().map(font).collect::<Result<Vec<_>, Trouble>>()?;
    let printed = report(&bag, &language, fonts)?;
    let output = arguments.output.clone().unwrap_or_else(|| {
        let name = arguments.bag.file_stem().unwrap_or("report".as_ref()).to_string_lossy().into_owned();
        format!("{name}.{language}.pdf").into()
    });
    std::fs::write(&output, &printed.pdf).map_err(|error| unreadable(&output, error))?;
    let mut said = format!("{} pages were written to {}.\n", printed.pages, output.display());
    if !printed.unknown.is_empty() {
        let letters: Vec<String> = printed.unknown.iter().map(char::to_string).collect();
        said += &format!(
            "No font here has these letters; they are spelled by their numbers: {}. Give a font that has them with --font.\n",
            letters.join(" ")
        );
    }
    Ok(said)
}
