//! What the monitor does: design, roster, announcement, beacon, selection, field log, end.

use std::fs;
use std::io::{BufReader, BufWriter, IsTerminal, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};

use ::draw::field::{Attempt, CallList, Why};
use ::draw::select::{Work, draw_all, start_ticket};
use ::draw::transcript::{DESIGN, FIELD, VOID};
use ::draw::{CHAINS, Design, Known, Record, Refusal, Roster, Selection, Source, acts, opening};
use ledger::json::parse_canonical;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::data;
use crate::draw::command;
use crate::draw::folders::{
    Public, Secrets, apart, hex_of, moment, read_json, replace_secret, trouble, write_public, write_secret,
};
use crate::draw::table::Table;
use crate::{Outcome, Trouble};

const EXAMPLE: &str = include_str!("example_design.toml");

/// Writes and signs the design.
pub(crate) fn design(given: &command::Design) -> Outcome {
    let (Some(folder), Some(draw), Some(from), Some(secrets)) =
        (&given.folder, &given.draw, &given.from, &given.secrets)
    else {
        print!("{EXAMPLE}");
        return Ok(ExitCode::SUCCESS);
    };
    let now = moment(given.at.as_deref())?;
    let text = fs::read_to_string(from).map_err(|error| trouble(from, error))?;
    let mut body: Map<String, Value> = if from.extension().is_some_and(|extension| extension == "json") {
        serde_json::from_str(&text).map_err(|error| trouble(from, error))?
    } else {
        toml::from_str(&text).map_err(|error| trouble(from, error))?
    };
    // Times may be written as people write them.
    for name in ["reveal_deadline", "embargo"] {
        if let Some(text) = body.get(name).and_then(Value::as_str) {
            let seconds = moment(Some(text))?;
            body.insert(name.into(), seconds.into());
        }
    }
    let secrets_of = Secrets::open(secrets)?;
    fs::create_dir_all(folder).map_err(|error| trouble(folder, error))?;
    apart(secrets, folder)?;
    if folder.join(DESIGN).exists() {
        return Err(trouble(
            folder,
            "there is a design already: a draw has one; take another folder, or void the draw",
        ));
    }
    let (name, mut message) = acts::design(draw, body, now)?;
    secrets_of.must_be(&message.party)?;
    message.sign(&secrets_of.party, &secrets_of.key)?;
    write_public(folder, &name, &message)?;
    let public = Public::open(folder, now)?;
    if let Err(other) = Secrets::for_draw(secrets, &public) {
        fs::remove_file(folder.join(&name))?;
        return Err(other);
    }
    public.say_next(now)?;
    Ok(ExitCode::SUCCESS)
}

fn open_as_monitor(party: &command::Party) -> Result<(Public, Secrets, u64), Trouble> {
    let now = moment(party.at.as_deref())?;
    let public = Public::open(&party.folder, now)?;
    let secrets = Secrets::for_draw(&party.secrets, &public)?;
    secrets.must_be(the_design(&public.report.known)?.monitor())?;
    Ok((public, secrets, now))
}

fn the_design(known: &Known) -> Result<&Design, Trouble> {
    known.design.as_ref().ok_or_else(|| Trouble::new("there is no design yet: deungdae draw design"))
}

/// Freezes the roster, and makes salt key and drawing key.
pub(crate) fn roster(given: &command::Roster) -> Outcome {
    let (public, secrets, now) = open_as_monitor(&given.party)?;
    let known = &public.report.known;
    let csv = given.csv.as_ref().ok_or_else(|| Trouble::new("give the roster with --csv"))?;
    let file = fs::File::open(csv).map_err(|error| trouble(csv, error))?;
    let table = Table::open(BufReader::new(file))?;
    let roster = Roster::freeze(the_design(known)?, table)?;
    let mut hash = Sha256::new();
    let mut file = fs::File::open(csv)?;
    std::io::copy(&mut file, &mut HashWriter(&mut hash))?;
    let file_hash: [u8; 32] = hash.finalize().into();

    let kept = secrets.of_draw(&known.draw)?;
    let (salt_key, drawing_key) = (Zeroizing::new(data::seed()), Zeroizing::new(data::seed()));
    let leaves = roster.commit(&known.draw, &salt_key);
    let (roster_name, mut roster_message) =
        acts::roster(known, &leaves.root(), roster.len(), &file_hash, now)?;
    let (key_name, mut key_message) = acts::key(known, &drawing_key, now)?;
    if public.files.files.contains_key(&roster_name) || public.files.files.contains_key(&key_name) {
        return Err(Trouble::new(
            "the roster is frozen already; another list needs another draw (deungdae draw void)",
        ));
    }
    let keys = json!({"drawing_key": hex::encode(*drawing_key), "salt_key": hex::encode(*salt_key)});
    write_secret(&kept.join("keys.json"), keys.to_string().as_bytes())?;
    write_secret(&kept.join("roster.jsonl"), &lines(&roster))?;
    roster_message.sign(&secrets.party, &secrets.key)?;
    key_message.sign(&secrets.party, &secrets.key)?;
    public.add(&roster_name, &roster_message)?;
    public.add(&key_name, &key_message)?;
    println!(
        "{} lines in {} strata. Salts and drawing key are in {}; keep a copy apart.",
        roster.len(),
        roster.strata.len(),
        kept.display()
    );
    public.say_next(now)?;
    Ok(ExitCode::SUCCESS)
}

struct HashWriter<'a>(&'a mut Sha256);

impl Write for HashWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn lines(roster: &Roster) -> Vec<u8> {
    let mut lines = Vec::new();
    for unit in &roster.units {
        lines.extend_from_slice(unit.record.as_bytes());
        lines.push(b'\n');
    }
    lines
}

/// The roster as it was frozen, with its salt key and drawing key; the root must be the public one.
pub(crate) struct Kept {
    pub(crate) folder: PathBuf,
    pub(crate) roster: Roster,
    pub(crate) leaves: draw::Leaves,
    pub(crate) salt_key: Zeroizing<[u8; 32]>,
}

impl Kept {
    pub(crate) fn open(secrets: &Secrets, known: &Known) -> Result<Self, Trouble> {
        let folder = secrets.of_draw(&known.draw)?;
        let path = folder.join("keys.json");
        let keys = read_json(&path, "it was made by `deungdae draw roster`: restore it from a copy")?;
        let salt_key = Zeroizing::new(hex_of(&path, &keys, "salt_key")?);
        let path = folder.join("roster.jsonl");
        let bytes = fs::read(&path).map_err(|error| trouble(&path, error))?;
        let damaged = |row| Refusal::Roster {
            row,
            problem: "the kept roster is damaged: restore it from a copy".into(),
        };
        let records = (1..).zip(bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty())).map(
            |(row, line)| match parse_canonical(line) {
                Ok(Value::Object(record)) => Ok::<(u64, Record), Refusal>((row, record)),
                _ => Err(damaged(row)),
            },
        );
        let roster = Roster::freeze(the_design(known)?, records)?;
        let leaves = roster.commit(&known.draw, &salt_key);
        if known.roster != Some((leaves.root(), leaves.size())) {
            return Err(trouble(
                &path,
                "roster and salts do not lead to the root that was frozen: restore both from a copy",
            ));
        }
        Ok(Self { folder, roster, leaves, salt_key })
    }
}

/// Announces everything and the source of randomness.
pub(crate) fn announce(given: &command::Announce) -> Outcome {
    let (public, secrets, now) = open_as_monitor(&given.party)?;
    let known = &public.report.known;
    let source = if given.dice {
        Source::Dice
    } else {
        let chain = CHAINS.iter().find(|chain| chain.name == given.chain);
        let chain = chain.ok_or_else(|| {
            Trouble::new(format!(
                "--chain {}: choose {}",
                given.chain,
                CHAINS.map(|chain| chain.name).join(" or ")
            ))
        })?;
        let earliest = the_design(known)?.reveal_deadline.saturating_add(draw::beacon::AFTER_REVEALS);
        Source::Round(chain, given.round.unwrap_or_else(|| chain.round_from(earliest)))
    };
    let (name, mut message) = acts::announce(known, source, now)?;
    message.sign(&secrets.party, &secrets.key)?;
    public.add(&name, &message)?;
    public.say_next(now)?;
    Ok(ExitCode::SUCCESS)
}

/// Brings the public randomness and fixes the seed.
pub(crate) fn beacon(given: &command::Beacon) -> Outcome {
    let (public, secrets, now) = open_as_monitor(&given.party)?;
    let known = &public.report.known;
    let beacon = match (&given.dice, &given.file) {
        (Some(dice), _) => {
            let digits = dice.chars().filter(|character| !character.is_whitespace()).collect();
            draw::Beacon { dice: digits, ..draw::Beacon::default() }
        }
        (None, Some(file)) => {
            let answer = read_json(file, "fetch the round from drand")?;
            let announced = known.announcement.as_ref().map(|(announced, _)| announced.source);
            if let (Some(Source::Round(_, round)), Some(given)) = (announced, answer["round"].as_u64())
                && round != given
            {
                return Err(trouble(
                    file,
                    format!("this is round {given}, and round {round} was announced: fetch that one"),
                ));
            }
            let bytes = |name: &str| {
                hex::decode(answer[name].as_str().unwrap_or_default())
                    .map_err(|_| trouble(file, format!("“{name}” is not hexadecimal")))
            };
            draw::Beacon {
                signature: bytes("signature")?,
                previous: bytes("previous_signature")?,
                dice: String::new(),
            }
        }
        (None, None) => {
            return Err(Trouble::new(
                "give the answer of drand with --file, or the digits thrown with --dice",
            ));
        }
    };
    let (name, mut message) = acts::beacon(known, &beacon, now)?;
    message.sign(&secrets.party, &secrets.key)?;
    public.add(&name, &message)?;
    public.say_next(now)?;
    Ok(ExitCode::SUCCESS)
}

/// Counts long work on standard error, where somebody watches.
pub(crate) struct Progress {
    what: &'static str,
    all: u64,
    done: AtomicU64,
    shown: bool,
}

impl Progress {
    pub(crate) fn of(what: &'static str, all: u64) -> Self {
        Self { what, all, done: AtomicU64::new(0), shown: std::io::stderr().is_terminal() && all > 1_000 }
    }

    pub(crate) fn tick(&self) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        let step = (self.all / 100).max(1);
        if self.shown && (done.is_multiple_of(step) || done == self.all) {
            eprint!("\r{} {} %", self.what, done * 100 / self.all.max(1));
            if done == self.all {
                eprintln!();
            }
        }
    }
}

/// How many threads long work takes.
pub(crate) fn workers() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Selects, seals, commits to the call list, and prepares what the auditor is shown.
pub(crate) fn select(given: &command::Select) -> Outcome {
    let (public, secrets, now) = open_as_monitor(&given.party)?;
    let known = &public.report.known;
    let design = the_design(known)?;
    let seed = known.seed.ok_or_else(|| Trouble::new("there is no seed yet: deungdae draw beacon"))?;
    let kept = Kept::open(&secrets, known)?;
    let others = match &given.others {
        Some(path) => others(path)?,
        None => Vec::new(),
    };
    let path = kept.folder.join("keys.json");
    let drawing_key = Zeroizing::new(hex_of(&path, &read_json(&path, "")?, "drawing_key")?);
    let drawer = design.suite().secret(&known.draw, &drawing_key)?;
    let progress = Progress::of("Proving", kept.roster.len());
    let work = Work { workers: workers(), tick: &|| progress.tick() };
    let drawn = draw_all(&kept.roster, &kept.leaves, &seed, &*drawer, work)?;
    let betas: Vec<_> = drawn.iter().map(|drawn| drawn.beta).collect();
    let (start, proof) = drawer.draw(&start_ticket(&seed, &design.stage))?;
    let selection = draw::select(design, &kept.roster, &seed, &betas, Some(&start))?;
    let list = CallList::new(design, &kept.roster, &selection, &others, data::seed())?;

    let (sealed_name, mut sealed) = acts::seal(known, &selection, now)?;
    if public.files.files.contains_key(&sealed_name) {
        return Err(Trouble::new("the result is sealed already; a second selection is a second draw"));
    }
    let opened = kept.folder.join("opened");
    data::make_folder(&opened)?;
    let key = (design.suite() == draw::Suite::HmacCommit).then_some(&*drawing_key);
    let path = opened.join("opening.jsonl");
    let file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
    let mut file = BufWriter::new(file.map_err(|error| {
        trouble(&path, format!("{error}; a first selection left it: move it away if nothing was sealed"))
    })?);
    file.write_all(opening::heading(&known.draw, key, Some(&proof), kept.roster.len())?.as_bytes())?;
    for line in opening::lines(&known.draw, &kept.salt_key, &kept.roster, &drawn) {
        file.write_all(line?.as_bytes())?;
    }
    file.flush()?;
    write_secret(&opened.join("call-list.json"), list.to_value().to_string().as_bytes())?;
    write_secret(&opened.join("attempts.json"), json!({"attempts": []}).to_string().as_bytes())?;
    let path = kept.folder.join("selection.csv");
    write_secret(&path, selection_table(design, &kept.roster, &selection)?.as_bytes())?;

    sealed.sign(&secrets.party, &secrets.key)?;
    public.add(&sealed_name, &sealed)?;
    let public = Public::open(&given.party.folder, now)?;
    let (name, mut message) = acts::call_list(&public.report.known, &list, now)?;
    message.sign(&secrets.party, &secrets.key)?;
    public.add(&name, &message)?;
    println!(
        "Who was drawn is in {}, whom to call in {}; show the auditor all of {}.",
        path.display(),
        opened.join("call-list.json").display(),
        opened.display()
    );
    public.say_next(now)?;
    Ok(ExitCode::SUCCESS)
}

fn others(path: &Path) -> Result<Vec<(String, Why)>, Trouble> {
    let file = fs::File::open(path).map_err(|error| trouble(path, error))?;
    let mut others = Vec::new();
    for line in Table::open(BufReader::new(file))? {
        let (row, record) = line?;
        let text = |name: &str| record.get(name).and_then(Value::as_str).unwrap_or_default();
        let why = Why::parse(text("why")).filter(|why| *why != Why::Drawn);
        let why =
            why.ok_or_else(|| trouble(path, format!("row {row}: write cover or referred under “why”")))?;
        if text("number").is_empty() {
            return Err(trouble(path, format!("row {row}: write the person's number under “number”")));
        }
        others.push((text("number").to_owned(), why));
    }
    Ok(others)
}

fn selection_table(design: &Design, roster: &Roster, selection: &Selection) -> Result<String, Trouble> {
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let mut table = String::from("stratum,rank,number,place,inclusion_numerator,inclusion_denominator\n");
    for stratum in &selection.strata {
        let listed = usize::try_from(stratum.n + stratum.reserve).unwrap_or(usize::MAX);
        for (rank, unit) in stratum.order.iter().enumerate().take(listed) {
            let number = usize::try_from(unit.i)
                .ok()
                .and_then(|i| roster.units.get(i))
                .map_or("", |unit| &unit.number);
            let place = if (rank as u64) < stratum.n { "drawn" } else { "reserve" };
            let here = stratum.probability(rank).unwrap_or(draw::Fraction::ONE);
            let whole = draw::ceremony::whole_inclusion(design, here)?;
            table.push_str(&format!(
                "{},{rank},{},{place},{},{}\n",
                quoted(&stratum.name),
                quoted(number),
                whole.numerator(),
                whole.denominator()
            ));
        }
    }
    Ok(table)
}

/// Logs an attempt.
pub(crate) fn field(given: &command::Field) -> Outcome {
    let (public, secrets, now) = open_as_monitor(&given.party)?;
    let known = &public.report.known;
    let design = the_design(known)?;
    let folder = secrets.of_draw(&known.draw)?;
    let path = folder.join("opened/attempts.json");
    let mut attempts = read_attempts(&path)?;
    if let (Some(number), Some(code)) = (&given.number, &given.code) {
        let list = read_json(
            &folder.join("opened/call-list.json"),
            "the call list is written by `deungdae draw select`",
        )?;
        let list = CallList::from_value(&list)?;
        let (stratum, rank) = place_of(&folder.join("selection.csv"), &list, number)?;
        attempts.push(Attempt { at: now, stratum, rank, code: code.clone(), salt: data::seed() });
    }
    let places = known.sealed.as_ref().map(|(_, places)| places.clone()).unwrap_or_default();
    let covers = read_json(&folder.join("opened/call-list.json"), "")?["list"].as_array().map_or(0, Vec::len);
    draw::field::check_attempts(design, &places, covers as u64, &attempts)?;
    let (name, mut message) = acts::field(known, &attempts, now)?;
    message.sign(&secrets.party, &secrets.key)?;
    let values: Vec<Value> = attempts.iter().map(Attempt::to_value).collect();
    replace_secret(&path, json!({ "attempts": values }).to_string().as_bytes())?;
    debug_assert_eq!(name, FIELD);
    public.replace(&name, &message)?;
    println!("{} attempts in the log.", attempts.len());
    Ok(ExitCode::SUCCESS)
}

/// Reads the attempts that are opened to the auditor.
pub(crate) fn read_attempts(path: &Path) -> Result<Vec<Attempt>, Trouble> {
    let value = read_json(path, "it is written by `deungdae draw select`")?;
    let list = value["attempts"].as_array().ok_or_else(|| trouble(path, "it has no attempts"))?;
    Ok(list.iter().map(Attempt::from_value).collect::<Result<_, _>>()?)
}

/// Stratum and rank of somebody drawn or in reserve; the place on the call list of somebody else.
fn place_of(selection: &Path, list: &CallList, number: &str) -> Result<(String, u64), Trouble> {
    let file = fs::File::open(selection).map_err(|error| trouble(selection, error))?;
    for line in Table::open(BufReader::new(file))? {
        let (_, record) = line?;
        let text = |name: &str| record.get(name).and_then(Value::as_str).unwrap_or_default();
        if text("number") == number {
            return Ok((text("stratum").to_owned(), text("rank").parse().unwrap_or_default()));
        }
    }
    let place = list.called.iter().position(|(called, why)| called == number && *why != Why::Drawn);
    let place = place.ok_or_else(|| {
        Trouble::new(format!(
            "{number} is neither drawn nor in reserve nor on the call list: look in {}",
            selection.display()
        ))
    })?;
    Ok((String::new(), place as u64))
}

/// Ends the draw.
pub(crate) fn close(party: &command::Party) -> Outcome {
    let (public, secrets, now) = open_as_monitor(party)?;
    let (name, mut message) = acts::close(&public.report.known, now)?;
    message.sign(&secrets.party, &secrets.key)?;
    public.add(&name, &message)?;
    let destroyed = message.body.get("key").and_then(Value::as_str) == Some("destroyed");
    let path = secrets.of_draw(&public.report.known.draw)?.join("keys.json");
    if destroyed {
        let mut keys = read_json(&path, "")?;
        if let Some(keys) = keys.as_object_mut() {
            keys.remove("drawing_key");
        }
        // The salts stay, so that slips can still be made.
        replace_secret(&path, keys.to_string().as_bytes())?;
        println!("The drawing key is destroyed here; destroy its copies too.");
    }
    public.say_next(now)?;
    Ok(ExitCode::SUCCESS)
}

/// Breaks the draw off.
pub(crate) fn void(given: &command::Void) -> Outcome {
    let (public, secrets, now) = open_as_monitor(&given.party)?;
    let (name, mut message) = acts::void(&public.report.known, &given.reason, now)?;
    debug_assert_eq!(name, VOID);
    message.sign(&secrets.party, &secrets.key)?;
    public.add(&name, &message)?;
    println!(
        "The draw is void; the next design lists it under earlier, with message = \"{}\".",
        hex::encode(message.hash()?)
    );
    Ok(ExitCode::SUCCESS)
}
