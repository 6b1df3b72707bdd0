//! `disclosure audit` and `disclosure protect`: what readers can find out, and tables that keep it from them.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use disclosure::read::described;
use disclosure::{
    Audit, CellInterval, Dimension, DisclosureFile, Draft, Policy, PublishedTable, Sample, Space, Table,
    infer, read_table, write_table,
};
use serde_json::json;

use crate::command::{DisclosureAudit, DisclosureProtect};
use crate::{Outcome, Trouble};

/// The largest file that is read as a table or its description.
const LARGEST: u64 = 64 << 20;

/// What is audited.
struct Release {
    space: Space,
    tables: Vec<PublishedTable>,
    policy: Policy,
    /// What the release says about itself; nothing for bare CSV files.
    stated: Option<DisclosureFile>,
}

/// Prints the interval of every suppressed cell, and whether anything is found out.
pub(crate) fn audit(arguments: &DisclosureAudit) -> Outcome {
    let release = match &arguments.tables[..] {
        [only] if only.is_dir() => described_release(only)?,
        files => bare_tables(files, arguments.policy.as_deref())?,
    };
    let found = disclosure::audit(&release.space, &release.tables, &release.policy)
        .map_err(|error| Trouble::new(error.to_string()))?;
    let lies = release.stated.as_ref().map(|stated| lies(stated, &found)).unwrap_or_default();
    // A release says itself which policy it keeps to and how wide its intervals are; of bare tables nobody says that
    // narrow cells are not small ones.
    let narrow = found.intervals.iter().filter(|cell| cell.narrow()).count();
    let passed = found.passed() && lies.is_empty() && (release.stated.is_some() || narrow == 0);
    if arguments.json {
        let told =
            json!({ "passed": passed, "intervals": found.intervals, "exposed": found.exposed, "lies": lies });
        println!("{told}");
    } else {
        for cell in &found.intervals {
            println!("{}", in_words(cell));
        }
        for pair in &found.exposed {
            match pair.inner.as_str() {
                "" => println!("{}: shows {}, a small number", pair.outer, pair.difference),
                inner => println!("{} less {inner}: {}, a small number", pair.outer, pair.difference),
            }
        }
        for lie in &lies {
            println!("{lie}");
        }
        let cells = found.intervals.len();
        match (passed, narrow) {
            (true, 0) => println!("{cells} suppressed cells, nothing is found out."),
            (true, _) => println!(
                "{cells} suppressed cells, nothing is found out. {narrow} are narrower than a small cell's may be: the \
                 publisher says that these protect others."
            ),
            (false, _) => {
                println!("{cells} suppressed cells. Readers find out too much: see the lines above.")
            }
        }
    }
    Ok(if passed { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn in_words(cell: &CellInterval) -> String {
    let place = format!("{}: {}", cell.table, cell.position.join(", "));
    let Some((high, width)) = cell.high.zip(cell.width()) else {
        return format!("{place}: {} or more", cell.low);
    };
    let verdict = if cell.recovered() {
        "  FOUND OUT"
    } else if cell.known_small() {
        "  KNOWN TO BE SMALL"
    } else if cell.narrow() {
        "  narrow"
    } else {
        ""
    };
    let least = if cell.proved { "" } else { "at least " };
    format!("{place}: {least}{} to {high}, width {width}{verdict}", cell.low)
}

/// Where a release says something else about itself than its tables do.
fn lies(stated: &DisclosureFile, found: &Audit) -> Vec<String> {
    let mut lies = Vec::new();
    if stated.policy_hash != stated.policy.hash() {
        lies.push("disclosure.json: the policy does not have the hash that is stated".to_owned());
    }
    for cell in &found.intervals {
        let said =
            stated.suppressed.iter().find(|said| said.table == cell.table && said.position == cell.position);
        let place = || format!("{}: {}", cell.table, cell.position.join(", "));
        match said {
            None => lies.push(format!("{}: suppressed, and disclosure.json does not say so", place())),
            Some(said) if said.width != cell.width() => {
                lies.push(format!("{}: disclosure.json states another width", place()));
            }
            Some(_) => {}
        }
    }
    if stated.suppressed.len() > found.intervals.len() {
        lies.push("disclosure.json: it lists cells that are not suppressed, or lists one twice".to_owned());
    }
    lies
}

fn read_file(path: &Path) -> Result<Vec<u8>, Trouble> {
    let place = |error: std::io::Error| Trouble::new(format!("{}: {error}", path.display()));
    let size = path.metadata().map_err(place)?.len();
    if size > LARGEST {
        return Err(Trouble::new(format!(
            "{}: {size} bytes are more than a table can have: give a smaller file",
            path.display()
        )));
    }
    std::fs::read(path).map_err(place)
}

/// A bag, or a folder that is laid out like its `data`.
fn described_release(folder: &Path) -> Result<Release, Trouble> {
    let inside = folder.join("data");
    let folder = if inside.join("disclosure.json").is_file() { &inside } else { folder };
    let path = folder.join("disclosure.json");
    if !path.is_file() {
        return Err(Trouble::new(format!(
            "{} has no disclosure.json: give a released bag, or the CSV files themselves",
            folder.display()
        )));
    }
    let stated: DisclosureFile = serde_json::from_slice(&read_file(&path)?)
        .map_err(|error| Trouble::new(format!("{}: {error}", path.display())))?;
    let mut tables = Vec::new();
    for table in &stated.tables {
        if table.name.contains(['/', '\\']) || table.name.starts_with('.') {
            return Err(Trouble::new(format!("{}: {:?} is no name of a table", path.display(), table.name)));
        }
        let file = folder.join("tables").join(format!("{}.csv", table.name));
        let read = read_table(&table.name, &read_file(&file)?);
        let table =
            read.and_then(|read| described(table, read)).map_err(|error| Trouble::new(error.to_string()))?;
        tables.push(table);
    }
    tables.extend(stated.earlier.iter().cloned());
    Ok(Release { space: stated.space.clone(), tables, policy: stated.policy.clone(), stated: Some(stated) })
}

fn bare_tables(files: &[PathBuf], policy: Option<&Path>) -> Result<Release, Trouble> {
    let mut read = Vec::new();
    for file in files {
        let name = file.file_stem().unwrap_or_default().to_string_lossy();
        read.push(read_table(&name, &read_file(file)?).map_err(|error| Trouble::new(error.to_string()))?);
    }
    let (space, tables) = infer(read);
    Ok(Release { space, tables, policy: read_policy(policy)?, stated: None })
}

fn read_policy(path: Option<&Path>) -> Result<Policy, Trouble> {
    let Some(path) = path else { return Ok(Policy::default()) };
    let text = String::from_utf8(read_file(path)?)
        .map_err(|_| Trouble::new(format!("{}: write it in UTF-8", path.display())))?;
    toml::from_str(&text).map_err(|error| Trouble::new(format!("{}: {error}", path.display())))
}

/// Makes tables of respondents and writes those that may be published.
pub(crate) fn protect(arguments: &DisclosureProtect) -> Outcome {
    if arguments.to.exists() {
        return Err(Trouble::new(format!("{} is there already: name a new folder", arguments.to.display())));
    }
    let (mut space, respondents) = read_respondents(&arguments.respondents)?;
    for answer in &arguments.sensitive {
        let found = answer.split_once('=').and_then(|(name, answer)| {
            let dimension = space.dimensions.iter_mut().find(|dimension| dimension.name == name)?;
            dimension
                .categories
                .iter()
                .any(|category| category == answer)
                .then(|| dimension.sensitive.push(answer.to_owned()))
        });
        if found.is_none() {
            return Err(Trouble::new(format!("--sensitive {answer}: write VARIABLE=ANSWER, as in the file")));
        }
    }
    let refuse = |error: disclosure::PlanError| Trouble::new(error.to_string());
    let rows = respondents.iter().map(|row| row.iter().map(String::as_str));
    let sample = Sample::of(&space, rows).map_err(refuse)?;
    let tables = arguments.table.iter().map(|crossed| Table {
        strict: arguments.strict,
        ..Table::of(&crossed.replace(',', "_by_"), crossed.split(',').map(str::trim))
    });
    let mut earlier = Vec::new();
    for (number, folder) in arguments.earlier.iter().enumerate() {
        let name = folder
            .file_name()
            .map_or_else(|| format!("earlier {}", number + 1), |name| name.to_string_lossy().into_owned());
        for mut table in described_release(folder)?.tables {
            table.release.get_or_insert_with(|| name.clone());
            earlier.push(table);
        }
    }
    let policy = read_policy(arguments.policy.as_deref())?;
    let draft = Draft {
        space: &space,
        tables: tables.collect(),
        sample: &sample,
        earlier: &earlier,
        estimates: Vec::new(),
    };
    let released = match disclosure::protect(draft, &policy) {
        Ok(released) => released,
        Err(disclosure::Refused::Plan(error)) => return Err(refuse(error)),
        Err(refused) => {
            eprintln!("{refused}");
            return Ok(ExitCode::FAILURE);
        }
    };
    std::fs::create_dir_all(arguments.to.join("tables"))?;
    for table in released.tables() {
        let file = arguments.to.join("tables").join(format!("{}.csv", table.table.name));
        std::fs::write(file, write_table(table, released.estimates(), policy.percent_flag))?;
    }
    let described =
        serde_json::to_vec_pretty(released.file()).map_err(|error| Trouble::new(error.to_string()))?;
    std::fs::write(arguments.to.join("disclosure.json"), described)?;
    println!(
        "{} tables were written to {}, {} cells suppressed. Check them: deungdae disclosure audit {}",
        released.tables().len(),
        arguments.to.display(),
        released.explained().len(),
        arguments.to.display()
    );
    Ok(ExitCode::SUCCESS)
}

/// Variables and answers, from a file with a line for each respondent.
fn read_respondents(path: &Path) -> Result<(Space, Vec<Vec<String>>), Trouble> {
    let bytes = read_file(path)?;
    let (header, rows) = disclosure::read::read_respondents(&bytes)
        .map_err(|error| Trouble::new(format!("{}: {}", path.display(), error)))?;
    let mut dimensions: Vec<Dimension> = header.iter().map(|name| Dimension::new(name, [])).collect();
    for row in &rows {
        for (dimension, answer) in dimensions.iter_mut().zip(row) {
            if !dimension.categories.contains(answer) {
                dimension.categories.push(answer.clone());
            }
        }
    }
    dimensions.iter_mut().for_each(|dimension| dimension.categories.sort());
    Ok((Space { dimensions, impossible: Vec::new() }, rows))
}
