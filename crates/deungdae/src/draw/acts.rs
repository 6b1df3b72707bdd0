//! What every party does alike: key, commitment, reveal, and the signatures under others' messages.

use std::fs;
use std::process::ExitCode;

use ::draw::acts;
use ::draw::transcript::{ANNOUNCE, BEACON, ROSTER};
use serde_json::json;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::data;
use crate::draw::command::{Key, Party, Roster};
use crate::draw::folders::{Public, Secrets, hex_of, moment, read_json, trouble, write_secret};
use crate::{Outcome, Trouble};

/// Makes a signing key and says what to give to the monitor.
pub(crate) fn key(key: &Key) -> Outcome {
    let secrets = Secrets::make(&key.secrets, &key.party)?;
    println!("The signing key of {} is in {}; keep it to yourself.", key.party, key.secrets.display());
    println!(
        "Give the monitor this line for the design, and read it out to the others so that they can compare:"
    );
    println!("{} = {{ role = \"…\", key = \"{}\" }}", key.party, secrets.key.public());
    Ok(ExitCode::SUCCESS)
}

/// Commits to 32 fresh random bytes, kept until the reveal.
pub(crate) fn commit(party: &Party) -> Outcome {
    let now = moment(party.at.as_deref())?;
    let public = Public::open(&party.folder, now)?;
    let secrets = Secrets::for_draw(&party.secrets, &public)?;
    let known = &public.report.known;
    let random = Zeroizing::new(data::seed());
    let (name, mut message) = acts::commit(known, &secrets.party, &random, now)?;
    if public.files.files.contains_key(&name) {
        return Err(Trouble::new(format!("{name} is there already: {} has committed", secrets.party)));
    }
    let kept = secrets.of_draw(&known.draw)?.join("random.json");
    write_secret(&kept, json!({"random": hex::encode(*random)}).to_string().as_bytes())?;
    message.sign(&secrets.party, &secrets.key)?;
    public.add(&name, &message)?;
    println!("Keep {} until you reveal.", kept.display());
    public.say_next(now)?;
    Ok(ExitCode::SUCCESS)
}

/// Opens the commitment.
pub(crate) fn reveal(party: &Party) -> Outcome {
    let now = moment(party.at.as_deref())?;
    let public = Public::open(&party.folder, now)?;
    let secrets = Secrets::for_draw(&party.secrets, &public)?;
    let known = &public.report.known;
    let kept = secrets.of_draw(&known.draw)?.join("random.json");
    let value =
        read_json(&kept, "it was made by `deungdae draw commit`: look in the folder that you used then")?;
    let random = Zeroizing::new(hex_of(&kept, &value, "random")?);
    let (name, mut message) = acts::reveal(known, &secrets.party, &random, now)?;
    message.sign(&secrets.party, &secrets.key)?;
    public.add(&name, &message)?;
    public.say_next(now)?;
    Ok(ExitCode::SUCCESS)
}

/// The employer signs for root and size.
pub(crate) fn countersign(roster: &Roster) -> Outcome {
    let now = moment(roster.party.at.as_deref())?;
    let public = Public::open(&roster.party.folder, now)?;
    let secrets = Secrets::for_draw(&roster.party.secrets, &public)?;
    let design = public.report.known.design.as_ref();
    let employer = design.and_then(|design| design.who(draw::Role::Employer));
    secrets.must_be(employer.ok_or_else(|| Trouble::new("the design names no employer"))?)?;
    let message = public.files.message(ROSTER)?;
    let mut message = message.ok_or_else(|| Trouble::new("the monitor has not frozen the roster yet"))?;
    if let Some(csv) = &roster.csv {
        let hash = hex::encode(Sha256::digest(fs::read(csv).map_err(|error| trouble(csv, error))?));
        if message.text(ROSTER, "file_sha256")? != hash {
            return Err(trouble(
                csv,
                "this is not the file that the monitor froze: compare the two before you sign",
            ));
        }
    }
    message.sign(&secrets.party, &secrets.key)?;
    public.replace(ROSTER, &message)?;
    println!("{} signs for {} lines.", secrets.party, message.number(ROSTER, "size")?);
    public.say_next(now)?;
    Ok(ExitCode::SUCCESS)
}

/// An authority checks the announcement and signs it; its own commitment must be in it.
pub(crate) fn cosign_announcement(party: &Party) -> Outcome {
    let now = moment(party.at.as_deref())?;
    let public = Public::open(&party.folder, now)?;
    let secrets = Secrets::for_draw(&party.secrets, &public)?;
    let known = &public.report.known;
    let message = public.files.message(ANNOUNCE)?;
    let mut message = message.ok_or_else(|| Trouble::new("the monitor has not announced yet"))?;
    let design = known.design.as_ref().ok_or_else(|| Trouble::new("there is no design"))?;
    if now >= design.reveal_deadline {
        return Err(Trouble::new(
            "the reveal deadline has passed: ask the monitor to void the draw and begin another",
        ));
    }
    let kept = secrets.of_draw(&known.draw)?.join("random.json");
    let value = read_json(&kept, "you have not committed with this folder")?;
    let random = Zeroizing::new(hex_of(&kept, &value, "random")?);
    if known.commitments.get(&secrets.party) != Some(&draw::commitment(&known.draw, &secrets.party, &random))
    {
        return Err(Trouble::new(
            "your commitment is not the one in the folder: somebody put another in its place; do not sign",
        ));
    }
    message.sign(&secrets.party, &secrets.key)?;
    public.replace(ANNOUNCE, &message)?;
    public.say_next(now)?;
    Ok(ExitCode::SUCCESS)
}

/// A party that saw the dice signs the minute of them.
pub(crate) fn cosign_dice(party: &Party) -> Outcome {
    let now = moment(party.at.as_deref())?;
    let public = Public::open(&party.folder, now)?;
    let message = public.files.message(BEACON)?;
    let mut message = message.ok_or_else(|| Trouble::new("the monitor has not written down the dice yet"))?;
    let secrets = Secrets::for_draw(&party.secrets, &public)?;
    let dice = message.text(BEACON, "dice")?.to_owned();
    if dice.is_empty() {
        return Err(Trouble::new("this draw uses drand, which needs no second signature"));
    }
    message.sign(&secrets.party, &secrets.key)?;
    public.replace(BEACON, &message)?;
    println!("{} signs that these were thrown: {dice}", secrets.party);
    public.say_next(now)?;
    Ok(ExitCode::SUCCESS)
}
