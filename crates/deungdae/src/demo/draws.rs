//! The demo's draws: one that waits for the second authority, and one in the middle of its interviews. The authorities
//! take part as they would from elsewhere, with keys of their own and the public messages.

use std::collections::VecDeque;

use desk::draw::audit::OpenedField;
use desk::draw::{Attempt, CallList, Known, Message, Opening, PartyKey, Trust, Work, acts, audit, verify};
use desk::frame::Heads;
use desk::protocol::Scheme;
use desk::{
    Brought, Desk, Dice, DrawNumber, DrawnFile, ListRead, May, NewCase, NewDraw, NewFact, NewParty,
    OpenIdentity, Randomness, Read, Seat, SentList, Site,
};

use super::answers::below;
use super::visits::{REFUSED, Team, agreed};
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
    workflow: &'static str,
    code: String,
    number: DrawNumber,
    parties: [Party; 3],
}

impl Table<'_> {
    fn seconds() -> u64 {
        u64::try_from(past() / 1000).unwrap_or_default()
    }

    async fn known(&self) -> Result<(desk::draw::Transcript, Known), Trouble> {
        let files = self.desk.draw(&self.may, self.workflow, &self.code, self.number).await?.transcript;
        let known = verify(&files, Trust::default()).known;
        Ok((files, known))
    }

    async fn send(&self, party: &Party, mut message: Message) -> Result<(), Trouble> {
        message.sign(party.name, &party.key)?;
        let text = message.to_text()?;
        self.desk
            .receive_draw_message(&self.may, self.workflow, &self.code, self.number, text.as_bytes())
            .await?;
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
    seat: &'d Seat,
    code: &str,
    lists: &[(&str, &str)],
    n: u64,
) -> Result<Table<'d>, Trouble> {
    let may = seat.may::<Read>()?;
    for (kind, list) in lists {
        let sent = SentList { kind, bytes: list.as_bytes() };
        if !matches!(desk.import_list(&may, "visit", code, sent).await?, ListRead::Taken { .. }) {
            return Err(Trouble::new("a list of the demo has faults"));
        }
    }
    let together = desk.together(&may, "visit", code).await?;
    let counted = together.workshops.into_iter().enumerate().map(|(place, (workshop, roster))| Heads {
        workshop,
        counted: roster.saturating_sub(u64::from(place == 0)),
        roster,
    });
    desk.count_heads(&may, "visit", code, &counted.collect::<Vec<_>>()).await?;
    desk.freeze_frame(&may, "visit", code).await?;
    let table = sat(desk, seat, code, n, false).await?;
    table.announced().await?;
    Ok(table)
}

/// A draw of people, or of as many files, with parties whose keys and numbers are new.
async fn sat<'d>(
    desk: &'d Desk,
    seat: &'d Seat,
    code: &str,
    n: u64,
    files: bool,
) -> Result<Table<'d>, Trouble> {
    let frozen = desk.frame_state(&seat.may()?, "visit", code).await?.frozen;
    let people = frozen.and_then(|frozen| u64::try_from(frozen.people).ok()).unwrap_or_default();
    // No more than are left beside those drawn and in reserve.
    let others = (2 * n).min(people.saturating_sub(n + n.div_ceil(5)));
    let new = NewDraw { scheme: Scheme::Stratified, n, others, ..NewDraw::default() };
    sat_down(desk, seat, ("visit", code), new, files).await
}

/// The same, of whatever the design says.
async fn sat_down<'d>(
    desk: &'d Desk,
    seat: &'d Seat,
    (workflow, code): (&'static str, &str),
    new: NewDraw,
    files: bool,
) -> Result<Table<'d>, Trouble> {
    let may = seat.may::<Read>()?;
    let party = |name| Party { name, key: PartyKey::from_seed(&data::seed()), random: data::seed() };
    let parties = [party("authority-north"), party("authority-south"), party("auditor")];
    let named = parties.iter().map(|party| NewParty {
        name: party.name.to_owned(),
        role: if party.name == "auditor" { "auditor" } else { "authority" },
        key: party.key.public(),
    });
    let new = NewDraw { parties: named.collect(), reveal_deadline: past() + 3 * DAY, ..new };
    let number = match files {
        true => desk.begin_records_draw(&may, workflow, code, NewDraw { hash_only: true, ..new }).await?,
        false => desk.begin_draw(&may, workflow, code, new).await?.into(),
    };
    Ok(Table { desk, may, workflow, code: code.to_owned(), number, parties })
}

/// A draw of files from its beginning to its end; answers the files that were presented.
pub(crate) async fn whole_of_files(
    desk: &Desk,
    seat: &Seat,
    reviewer: &Seat,
    code: &str,
    dice: &mut Dice,
) -> Result<Vec<DrawnFile>, Trouble> {
    let (table, files) = files_drawn(desk, seat, reviewer, code, usize::MAX, dice).await?;
    table.closed(&seat.may::<OpenIdentity>()?).await?;
    Ok(files)
}

/// Draws as many files as people, and says of so many what became of them; answers those that were presented.
async fn files_drawn<'d>(
    desk: &'d Desk,
    seat: &'d Seat,
    reviewer: &Seat,
    code: &str,
    asked: usize,
    dice: &mut Dice,
) -> Result<(Table<'d>, Vec<DrawnFile>), Trouble> {
    let table = sat(desk, seat, code, 0, true).await?;
    table.announced().await?;
    table.drawn(dice, 0).await?;
    let reading = reviewer.may::<OpenIdentity>()?;
    let files = desk.drawn_files(&reading, "visit", code, table.number, "asking for the files").await?;
    let mut presented = Vec::new();
    for (place, file) in files.into_iter().enumerate().take(asked) {
        let (stratum, rank) = &file.place;
        let ended = if place % 23 == 7 { "refused" } else { "presented" };
        desk.attempt(&table.may, "visit", code, table.number, (stratum, *rank, ended)).await?;
        if ended == "presented" {
            presented.push(file);
        }
    }
    Ok((table, presented))
}

impl Table<'_> {
    /// Commitments, and the announcement that one of the authorities has cosigned.
    async fn announced(&self) -> Result<(), Trouble> {
        let [north, south, _] = &self.parties;
        for party in [north, south] {
            self.commit(party).await?;
        }
        let desk = self.desk;
        desk.announce_draw(&self.may, self.workflow, &self.code, self.number, Randomness::Dice).await?;
        self.cosign(north, "announce.json").await
    }

    /// From the second cosignature to the sealed selection, with so many others on the call list.
    async fn drawn(&self, dice: &mut Dice, others: u64) -> Result<(), Trouble> {
        let (desk, code, number) = (self.desk, self.code.as_str(), self.number);
        let [north, south, _] = &self.parties;
        self.cosign(south, "announce.json").await?;
        desk.reveal_draw(&self.may, self.workflow, code, number).await?;
        for party in [north, south] {
            self.reveal(party).await?;
        }
        let thrown: String =
            (0..24).map(|_| char::from(b'0' + u8::try_from(below(dice, 10)).unwrap_or_default())).collect();
        desk.bring_randomness(&self.may, self.workflow, code, number, Brought::Dice(&thrown)).await?;
        for party in [north, south] {
            self.cosign(party, "beacon.json").await?;
        }
        desk.select_draw(&self.may, self.workflow, code, number, others).await?;
        Ok(())
    }

    /// The audit in a room, and the end.
    async fn closed(&self, opening: &May<'_, OpenIdentity>) -> Result<(), Trouble> {
        let (desk, code, number) = (self.desk, self.code.as_str(), self.number);
        let opened =
            desk.opened_for_auditor(opening, self.workflow, code, number, "the audit, in a room").await?;
        let file = |name: &str| {
            let found = opened.iter().find(|(known, _)| *known == name);
            found
                .map(|(_, bytes)| bytes.as_slice())
                .ok_or_else(|| Trouble::new(format!("{name} was not opened")))
        };
        let json = |name: &str| -> Result<serde_json::Value, Trouble> {
            serde_json::from_slice(file(name)?).map_err(|error| Trouble::new(error.to_string()))
        };
        let lines = file("opening.jsonl")?.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let told = Opening::read(lines)?;
        let attempts = json("attempts.json")?;
        let attempts = attempts.get("attempts").and_then(serde_json::Value::as_array).into_iter().flatten();
        let field = OpenedField {
            call_list: CallList::from_value(&json("call-list.json")?)?,
            attempts: attempts.map(Attempt::from_value).collect::<Result<_, _>>()?,
        };
        let (files, _) = self.known().await?;
        let (report, _) = audit(&files, Trust::default(), &told, &field, Work::quiet(2));
        let covers = field.call_list.called.len() as u64;
        let [.., auditor] = &self.parties;
        self.send(auditor, acts::audit(&report.known, &field.attempts, covers, Self::seconds())?.1).await?;
        desk.close_draw(&self.may, self.workflow, code, number).await?;
        Ok(())
    }
}

/// A draw from its list to its end, within one visit. Whoever is called is handed to `hear` by number and as drawn or in
/// reserve; it answers whether they spoke.
pub(crate) async fn whole(
    desk: &Desk,
    seat: &Seat,
    code: &str,
    roster: &str,
    n: u64,
    dice: &mut Dice,
    mut hear: impl AsyncFnMut(&str, bool) -> Result<bool, Trouble>,
) -> Result<(), Trouble> {
    let table = begun(desk, seat, code, &[("roster", roster)], n).await?;
    let number = table.number;
    table.drawn(dice, 0).await?;
    let opening = seat.may::<OpenIdentity>()?;
    let calls = desk.calls(&opening, "visit", code, number, "calling people in the interview week").await?;
    let mut reserve = calls.reserve;
    let mut waiting: VecDeque<_> = calls.called.into_iter().map(|called| (called, false)).collect();
    while let Some((called, from_reserve)) = waiting.pop_front() {
        let (Some((stratum, rank)), Some(number)) = (called.place, called.line.get("badge")) else {
            continue;
        };
        let spoke = hear(number, from_reserve).await?;
        let ended = if spoke { "interviewed" } else { "refused" };
        desk.attempt(&table.may, "visit", code, table.number, (&stratum, rank, ended)).await?;
        let next = reserve.iter().position(|one| one.place.as_ref().is_some_and(|(of, _)| *of == stratum));
        if let (false, Some(next)) = (spoke, next) {
            waiting.push_back((reserve.remove(next), true));
        }
    }
    table.closed(&opening).await
}

/// The first stage: a round in which so many establishments are drawn by their workers, each of which becomes a visit.
/// Answers the round's code, and codes of visits with their places in the order of the draw.
pub(crate) async fn round(
    desk: &Desk,
    team: &Team,
    visits: u64,
    dice: &mut Dice,
) -> Result<(String, Vec<(String, Site)>), Trouble> {
    let lead = team.lead.may::<Read>()?;
    let new = NewCase { workflow: "round", title: "Spring and autumn 봄과 가을", parent: None };
    let code = desk.begin_case(&lead, new).await?;
    let planned = NewFact { kind: "round_planned".to_owned(), at: past(), ..NewFact::default() };
    desk.put_fact(&team.lead, "round", &code, planned).await?;
    desk.freeze_frame(&team.draw.may::<Read>()?, "round", &code).await?;
    let new = NewDraw { scheme: Scheme::Proportional, n: visits, ..NewDraw::default() };
    let table = sat_down(desk, &team.draw, ("round", &code), new, false).await?;
    table.announced().await?;
    table.drawn(dice, 0).await?;
    let mut begun = Vec::new();
    for site in desk.sites(&lead, "round", &code, 1).await? {
        if !site.reserve {
            let visit = desk.visit_site(&lead, "round", &code, 1, &site.unit).await?;
            begun.push((visit, site));
        }
    }
    Ok((code, begun))
}

/// What became of the establishments that were drawn: some were visited, one let nobody in.
pub(crate) async fn became(desk: &Desk, team: &Team, code: &str) -> Result<(), Trouble> {
    for rank in 0..6 {
        let ended = if rank == REFUSED { "refused" } else { "visited" };
        desk.attempt(&team.draw.may::<Read>()?, "round", code, 1, ("all", rank, ended)).await?;
    }
    Ok(())
}

/// Puts both on record, of these visits.
pub(crate) async fn draws(
    desk: &Desk,
    team: &Team,
    [first, code]: [&str; 2],
    dice: &mut Dice,
) -> Result<(), Trouble> {
    agreed(desk, team, first).await?;
    let (roster, gate) = lists(320, dice);
    begun(desk, &team.draw, first, &[("roster", &roster), ("gate", &gate)], 30).await?;

    agreed(desk, team, code).await?;
    let (roster, gate) = lists(180, dice);
    let table = begun(desk, &team.draw, code, &[("roster", &roster), ("gate", &gate)], 24).await?;
    let number = table.number;
    table.drawn(dice, 48).await?;
    desk.walk_draw(&table.may, "visit", code, "3직장", (8, 24)).await?;
    let calls = desk
        .calls(&team.draw.may::<OpenIdentity>()?, "visit", code, number, "calling people on the first day")
        .await?;
    let drawn = calls.called.into_iter().filter_map(|called| called.place).take(9);
    for (place, (stratum, rank)) in drawn.enumerate() {
        let ended = if place == 4 { "refused" } else { "interviewed" };
        desk.attempt(&table.may, "visit", code, number, (&stratum, rank, ended)).await?;
    }
    files_drawn(desk, &team.draw, &team.records, code, 7, dice).await?;
    Ok(())
}
