//! The demo's draws: one that waits for the second authority, and one in the middle of its interviews. The authorities
//! take part as they would from elsewhere, with keys of their own and the public messages.

use desk::draw::{Known, Message, PartyKey, Trust, acts, verify};
use desk::frame::Heads;
use desk::{Brought, Desk, Dice, ListRead, NewDraw, NewParty, OpenIdentity, Randomness, Read, SentList};

use super::answers::below;
use super::visits::{Team, agreed};
use super::{DAY, Trouble, past};
use crate::data;

const FAMILY: [&str; 12] = ["김", "리", "박", "최", "정", "강", "조", "윤", "장", "림", "한", "오"];
const GIVEN: [&str; 12] =
    ["영희", "철수", "순희", "금철", "은심", "명국", "향미", "성남", "옥별", "광혁", "춘실", "진주"];

/// A party that is not the monitor.
struct Party {
    name: &'static str,
    key: PartyKey,
    random: [u8; 32],
}

/// A draw of a visit, for whoever acts in it.
struct Table<'d> {
    desk: &'d Desk,
    may: desk::May<'d, Read>,
    code: String,
    parties: [Party; 3],
}

impl Table<'_> {
    fn seconds() -> u64 {
        u64::try_from(past() / 1000).unwrap_or_default()
    }

    async fn known(&self) -> Result<(desk::draw::Transcript, Known), Trouble> {
        let files = self.desk.draw(&self.may, "visit", &self.code, 1).await?.transcript;
        let known = verify(&files, Trust::default()).known;
        Ok((files, known))
    }

    async fn send(&self, party: &Party, mut message: Message) -> Result<(), Trouble> {
        message.sign(party.name, &party.key)?;
        let text = message.to_text()?;
        self.desk.receive_draw_message(&self.may, "visit", &self.code, 1, text.as_bytes()).await?;
        Ok(())
    }

    async fn commit(&self, party: &Party) -> Result<(), Trouble> {
        let (_, known) = self.known().await?;
        self.send(party, acts::commit(&known, party.name, &party.random, Self::seconds())?.1).await
    }

    async fn reveal(&self, party: &Party) -> Result<(), Trouble> {
        let (_, known) = self.known().await?;
        self.send(party, acts::reveal(&known, party.name, &party.random, Self::seconds())?.1).await
    }

    async fn cosign(&self, party: &Party, file: &str) -> Result<(), Trouble> {
        let (files, _) = self.known().await?;
        match files.message(file)? {
            Some(message) => self.send(party, message).await,
            None => Ok(()),
        }
    }
}

/// A roster and a gate list of so many people; a few stand on one of them only.
fn lists(people: u64, dice: &mut Dice) -> (String, String) {
    let (mut roster, mut gate) = (String::from("번호표,성명,층,직장\n"), String::from("badge,name\n"));
    for number in 1..=people {
        let stratum = match below(dice, 100) {
            0..55 => "women_operator",
            55..70 => "women_auxiliary",
            70..85 => "men_operator",
            85..92 => "men_auxiliary",
            92..96 => "women_office",
            _ => "leader",
        };
        let one = |names: &'static [&str], dice: &mut Dice| {
            let place = usize::try_from(below(dice, names.len() as u64)).unwrap_or_default();
            names.get(place).copied().unwrap_or_default()
        };
        let name = format!("{}{}", one(&FAMILY, dice), one(&GIVEN, dice));
        let workshop = 1 + below(dice, 5);
        if below(dice, 100) < 97 {
            roster.push_str(&format!("K{number:04},{name},{stratum},{workshop}직장\n"));
        }
        if below(dice, 100) < 93 {
            gate.push_str(&format!("K{number:04},{name}\n"));
        }
    }
    (roster, gate)
}

async fn begun<'d>(
    desk: &'d Desk,
    team: &'d Team,
    dice: &mut Dice,
    title: &str,
    (people, n): (u64, u64),
) -> Result<Table<'d>, Trouble> {
    let code = agreed(desk, team, title).await?;
    let may = team.draw.may::<Read>()?;
    let (roster, gate) = lists(people, dice);
    for (kind, list) in [("roster", roster), ("gate", gate)] {
        let sent = SentList { kind, bytes: list.as_bytes() };
        if !matches!(desk.import_list(&may, "visit", &code, sent).await?, ListRead::Taken { .. }) {
            return Err(Trouble::new("a list of the demo has faults"));
        }
    }
    let together = desk.together(&may, "visit", &code).await?;
    let counted = together.workshops.into_iter().enumerate().map(|(place, (workshop, roster))| Heads {
        workshop,
        counted: roster.saturating_sub(u64::from(place == 0)),
        roster,
    });
    desk.count_heads(&may, "visit", &code, &counted.collect::<Vec<_>>()).await?;
    desk.freeze_frame(&may, "visit", &code).await?;
    let party = |name| Party { name, key: PartyKey::from_seed(&data::seed()), random: data::seed() };
    let parties = [party("authority-north"), party("authority-south"), party("auditor")];
    let named = parties.iter().map(|party| NewParty {
        name: party.name.to_owned(),
        role: if party.name == "auditor" { "auditor" } else { "authority" },
        key: party.key.public(),
    });
    let new = NewDraw {
        parties: named.collect(),
        stratified: true,
        n,
        others: 2 * n,
        reveal_deadline: past() + 3 * DAY,
        ..NewDraw::default()
    };
    desk.begin_draw(&may, "visit", &code, new).await?;
    Ok(Table { desk, may, code, parties })
}

/// Puts both on record.
pub(crate) async fn draws(desk: &Desk, team: &Team, dice: &mut Dice) -> Result<(), Trouble> {
    let table = begun(desk, team, dice, "Daedong Umbrella 대동우산", (320, 30)).await?;
    let [north, south, _] = &table.parties;
    for party in [north, south] {
        table.commit(party).await?;
    }
    desk.announce_draw(&table.may, "visit", &table.code, 1, Randomness::Dice).await?;
    table.cosign(north, "announce.json").await?;

    let table = begun(desk, team, dice, "Pyeonghwa Bags 평화가방", (180, 24)).await?;
    let [north, south, _] = &table.parties;
    let code = table.code.as_str();
    for party in [north, south] {
        table.commit(party).await?;
    }
    desk.announce_draw(&table.may, "visit", code, 1, Randomness::Dice).await?;
    for party in [north, south] {
        table.cosign(party, "announce.json").await?;
    }
    desk.reveal_draw(&table.may, "visit", code, 1).await?;
    for party in [north, south] {
        table.reveal(party).await?;
    }
    let thrown: String =
        (0..24).map(|_| char::from(b'0' + u8::try_from(below(dice, 10)).unwrap_or_default())).collect();
    desk.bring_randomness(&table.may, "visit", code, 1, Brought::Dice(&thrown)).await?;
    for party in [north, south] {
        table.cosign(party, "beacon.json").await?;
    }
    desk.select_draw(&table.may, "visit", code, 1, 48).await?;
    desk.walk_draw(&table.may, "visit", code, "3직장", (8, 24)).await?;
    let calls = desk
        .calls(&team.draw.may::<OpenIdentity>()?, "visit", code, 1, "calling people on the first day")
        .await?;
    let drawn = calls.called.into_iter().filter_map(|called| called.place).take(9);
    for (place, (stratum, rank)) in drawn.enumerate() {
        let ended = if place == 4 { "refused" } else { "interviewed" };
        desk.attempt(&table.may, "visit", code, 1, (&stratum, rank, ended)).await?;
    }
    Ok(())
}
