//! The draw of a visit as a ceremony: which steps are done, what is next and who must act, every message as it came, and
//! what is public and what is not. One page works, another is for a screen that everybody in the room can see.

use std::io::{Cursor, Write};

use axum::Router;
use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use desk::draw::design::Scheme as DrawScheme;
use desk::draw::roster::ALL;
use desk::draw::transcript::{
    ANNOUNCE, AUDIT, BEACON, CALL_LIST, CLOSE, DESIGN, KEY, KEY_RELEASE, ROSTER, SEALED, VOID, commit_file,
    reveal_file,
};
use desk::draw::{Design, End, Role, Source};
use desk::protocol::Disposition;
use desk::{DrawDetail, DrawNumber, MONITOR, Read, Units, draw_files};

use crate::address::part;
use crate::answer::{Answer, Fault, Refusal};
use crate::frame::{Frame, Link};
use crate::locale::Locale;
use crate::moment::moment;
use crate::pages::case::Looking;
use crate::pages::visit_files;
use crate::patterns::{
    Advice, Cell, Column, Facts, Markup, Notice, Prose, Screen, Section, Step, StepState, Steps, Table, Tone,
};
use crate::room::{Seated, Web};
use crate::sheet::Sheet;

/// Routes of this group.
pub fn router() -> Router<Web> {
    let at = |rest: &str| format!("/m/{{mandate}}/cases/{{workflow}}/{{code}}/draw{rest}");
    Router::new()
        .route(&at(""), get(all))
        .route(&at("/{seq}"), get(page))
        .route(&at("/{seq}/screen"), get(screen))
        .route(&at("/{seq}/folder.zip"), get(folder))
        .route(&at("/{seq}/files/{file}"), get(file))
}

/// A draw before this reader.
pub struct Ceremony<'l> {
    /// The case that it belongs to.
    pub looking: &'l Looking<'l>,
    /// The draw.
    pub draw: DrawDetail,
}

/// Where a page of one draw lies.
pub type Place = Path<(i64, String, String, DrawNumber)>;

impl<'l> Ceremony<'l> {
    /// Finds a draw by its number.
    pub async fn at(looking: &'l Looking<'l>, seq: DrawNumber) -> Answer<Ceremony<'l>> {
        let case = &looking.detail.case;
        let may = looking.seated.seat.may::<Read>()?;
        let draw = looking.seated.desk().draw(&may, &case.workflow, &case.code, seq).await?;
        Ok(Ceremony { looking, draw })
    }

    /// The reader's language.
    pub fn l(&self) -> Locale {
        self.looking.l()
    }

    /// Whether places to visit are drawn, and not people.
    pub fn places(&self) -> bool {
        self.looking.draws_places()
    }

    /// The sentence for people, or the one for places.
    pub fn of(&self, people: &str, places: &str) -> String {
        self.looking.of(people, places)
    }

    /// Its page.
    pub fn address(&self) -> String {
        format!("{}/draw/{}", self.looking.address(), self.draw.number())
    }

    /// The page of something done in it.
    pub fn act(&self, act: &str) -> String {
        format!("{}/{act}", self.address())
    }

    /// A frame for a page below it.
    pub fn below(&self, title: &str) -> Answer<Frame> {
        let frame = self.looking.frame(&self.l().text(title))?;
        let frame = frame.under(&self.looking.detail.case.code, self.looking.address());
        Ok(frame.under(self.title(), self.address()))
    }

    /// What it chooses.
    pub fn units(&self) -> Units {
        self.draw.number().units
    }

    fn title(&self) -> String {
        let title = match self.units() {
            Units::People => "visit-draw-one",
            Units::Files => "visit-files-one",
        };
        self.l().text_with_one(title, "number", self.draw.row.seq)
    }

    /// Its design.
    pub fn design(&self) -> Answer<&Design> {
        Ok(self.draw.design()?)
    }

    fn has(&self, file: &str) -> bool {
        self.draw.transcript.files.contains_key(file)
    }

    /// When a file came, and from whom.
    fn came(&self, file: &str) -> Option<String> {
        let message = self.draw.transcript.message(file).ok().flatten()?;
        let at = self.draw.messages.iter().rev().find(|row| row.file == file)?.at;
        let signed: Vec<&str> = message.signatures.keys().map(String::as_str).collect();
        Some(format!("{}, {}", signed.join(", "), moment(self.l(), at)))
    }

    fn advice(&self, says: String, links: Vec<Link>) -> Markup {
        Advice::new(says, links).into()
    }

    fn send_link(&self) -> Link {
        Link::new(self.l().text("visit-draw-send"), self.act("message"))
    }

    /// The steps with their states; `acting` adds the ways to act.
    fn steps(&self, acting: bool) -> Answer<Steps> {
        let l = self.l();
        let design = self.design()?;
        let known = &self.draw.report.known;
        let contributors: Vec<&str> = design.contributors().collect();
        let waiting_commit: Vec<&str> =
            contributors.iter().copied().filter(|party| !self.has(&commit_file(party))).collect();
        let waiting_cosign = self.draw.unsigned(ANNOUNCE, design.contributors());
        let waiting_reveal: Vec<&str> =
            contributors.iter().copied().filter(|party| !self.has(&reveal_file(party))).collect();
        let dice = matches!(known.announcement.as_ref().map(|(a, _)| a.source), Some(Source::Dice));
        let waiting_dice = if dice && self.has(BEACON) {
            self.draw.unsigned(BEACON, design.contributors())
        } else {
            Vec::new()
        };
        let employer = design.who(Role::Employer);
        let waiting_roster = self.draw.unsigned(ROSTER, employer.into_iter());
        let names = |parties: &[&str]| parties.join(", ");
        let way = |links: Vec<Link>| if acting { links } else { Vec::new() };

        // (title, done, who and when, what is next, links)
        let late = self.looking.seated.desk().now() / 1000
            > i64::try_from(design.reveal_deadline).unwrap_or(i64::MAX);
        let reveals_over = waiting_reveal.is_empty() || (late && !waiting_reveal.contains(&MONITOR));
        let (field, next_field, list) = match self.units() {
            Units::People if self.places() => (
                "site-draw-step-field",
                "site-draw-next-field",
                Link::new(l.text("site-drawn"), self.act("sites")),
            ),
            Units::People => (
                "visit-draw-step-field",
                "visit-draw-next-field",
                Link::new(l.text("visit-draw-calls"), self.act("calls")),
            ),
            Units::Files => (
                "visit-files-step-field",
                "visit-files-next-field",
                Link::new(l.text("visit-files-list"), self.act("files")),
            ),
        };
        let all = vec![
            ("visit-draw-step-design", self.has(DESIGN), self.came(DESIGN), String::new(), vec![]),
            (
                "visit-draw-step-roster",
                self.has(ROSTER) && self.has(KEY) && waiting_roster.is_empty(),
                self.came(ROSTER),
                l.text_with_one("visit-draw-next-roster", "parties", names(&waiting_roster)),
                vec![self.send_link()],
            ),
            (
                "visit-draw-step-commit",
                waiting_commit.is_empty(),
                self.last_of(&contributors, commit_file),
                l.text_with_one("visit-draw-next-commit", "parties", names(&waiting_commit)),
                vec![self.send_link()],
            ),
            (
                "visit-draw-step-announce",
                self.has(ANNOUNCE) && waiting_cosign.is_empty(),
                self.came(ANNOUNCE),
                if self.has(ANNOUNCE) {
                    l.text_with_one("visit-draw-next-cosign", "parties", names(&waiting_cosign))
                } else {
                    l.text("visit-draw-next-announce")
                },
                if self.has(ANNOUNCE) {
                    vec![self.send_link()]
                } else {
                    vec![Link::new(l.text("visit-draw-announce"), self.act("announce"))]
                },
            ),
            (
                "visit-draw-step-reveal",
                reveals_over,
                self.last_of(&contributors, reveal_file),
                if waiting_reveal.contains(&MONITOR) {
                    l.text("visit-draw-next-reveal-first")
                } else {
                    let until = i64::try_from(design.reveal_deadline).unwrap_or(i64::MAX / 1000) * 1000;
                    let values =
                        [("parties", names(&waiting_reveal).into()), ("until", moment(l, until).into())];
                    l.text_with("visit-draw-next-reveal", &values)
                },
                if waiting_reveal.contains(&MONITOR) {
                    vec![Link::new(l.text("visit-draw-reveal"), self.act("reveal"))]
                } else {
                    vec![self.send_link()]
                },
            ),
            (
                "visit-draw-step-beacon",
                self.has(BEACON) && waiting_dice.is_empty(),
                self.came(BEACON),
                if !waiting_dice.is_empty() {
                    l.text_with_one("visit-draw-next-dice-signed", "parties", names(&waiting_dice))
                } else {
                    self.next_beacon(dice)
                },
                if waiting_dice.is_empty() {
                    vec![Link::new(l.text("visit-draw-beacon"), self.act("beacon"))]
                } else {
                    vec![self.send_link()]
                },
            ),
            (
                "visit-draw-step-select",
                self.has(SEALED) && self.has(CALL_LIST),
                self.came(SEALED),
                l.text("visit-draw-next-select"),
                vec![Link::new(l.text("visit-draw-select"), self.act("select"))],
            ),
            (
                field,
                self.has(AUDIT),
                None,
                l.text(next_field),
                vec![list, Link::new(self.of("visit-draw-attempt", "site-attempt"), self.act("attempt"))],
            ),
            (
                "visit-draw-step-audit",
                self.has(AUDIT),
                self.came(AUDIT),
                l.text("visit-draw-next-audit"),
                vec![Link::new(l.text("visit-draw-opened"), self.act("opened")), self.send_link()],
            ),
            (
                if design.embargo > 0 { "visit-draw-step-close-kept" } else { "visit-draw-step-close" },
                self.has(CLOSE),
                self.came(CLOSE),
                l.text("visit-draw-next-close"),
                vec![Link::new(l.text("visit-draw-close"), self.act("close"))],
            ),
        ];
        let void = self.has(VOID);
        let mut open = !void;
        let mut steps = Vec::new();
        for (title, done, by, says, links) in all {
            let state = match (done, open) {
                (true, _) => StepState::Done,
                (false, true) => StepState::Current,
                (false, false) if void => StepState::Skipped,
                (false, false) => StepState::Later,
            };
            let mut step = Step::new(state, l.text(title));
            if let Some(by) = by {
                step = step.by(by);
            }
            if state == StepState::Current {
                step = step.body(self.advice(says, way(links)));
                // Interviews and the audit go on side by side.
                open = title == field && !done;
            }
            steps.push(step);
        }
        Ok(Steps::new(l, steps))
    }

    fn next_beacon(&self, dice: bool) -> String {
        let l = self.l();
        match self.draw.report.known.announcement.as_ref().map(|(a, _)| a.source) {
            Some(Source::Round(chain, round)) if !dice => {
                let at = chain.time(round).and_then(|at| i64::try_from(at).ok()).unwrap_or_default() * 1000;
                let values = [
                    ("round", round.to_string().into()),
                    ("chain", chain.name.into()),
                    ("at", moment(l, at).into()),
                ];
                l.text_with("visit-draw-next-round", &values)
            }
            _ => l.text("visit-draw-next-dice"),
        }
    }

    fn last_of(&self, parties: &[&str], file: fn(&str) -> String) -> Option<String> {
        let there: Vec<&str> = parties.iter().copied().filter(|party| self.has(&file(party))).collect();
        let last = there.iter().filter_map(|party| {
            let name = file(party);
            self.draw.messages.iter().find(|row| row.file == name).map(|row| row.at)
        });
        let last = last.max()?;
        Some(format!("{}, {}", there.join(", "), moment(self.l(), last)))
    }

    /// What everybody may know, and what nobody outside may.
    fn public(&self) -> Answer<Section> {
        let l = self.l();
        let known = &self.draw.report.known;
        let design = self.design()?;
        let mut facts = Facts::new().fact(l.text("visit-draw-id"), self.draw.row.draw.as_str());
        facts = facts.fact(l.text("site-scheme"), l.text(scheme_title(design.scheme)));
        if design.every > 0 {
            facts = facts.fact(l.text("visit-new-every"), l.number(design.every));
        } else {
            facts = facts.fact(self.of("visit-draw-n", "site-draw-n"), l.number(design.n));
        }
        if let Some(first) = &design.first_stage {
            let values =
                [("draw", first.draw.as_str().into()), ("chance", first.probability.as_str().into())];
            facts = facts.fact(l.text("site-first-stage"), l.text_with("site-first-stage-says", &values));
        }
        facts = facts.fact(l.text("visit-draw-reserve"), l.number(design.reserve));
        if let Some((root, size)) = &known.roster {
            let root_title = self.of("visit-draw-root", "site-draw-root");
            facts = facts.fact(root_title, format!("{} ({})", root.hex(), l.number(*size)));
        }
        if let Some((_, hash)) = &known.announcement {
            facts = facts.fact(l.text("visit-draw-announced"), hex::encode(hash));
        }
        if let Some(seed) = &known.seed {
            facts = facts.fact(l.text("visit-draw-seed"), hex::encode(seed));
        }
        if let Some((root, places)) = &known.sealed {
            facts = facts.fact(l.text("visit-draw-sealed"), hex::encode(root));
            let column = self.looking.seated.seat.frame(&self.looking.detail.case.workflow)?.stratum_column();
            for (stratum, (n, reserve)) in places {
                let choice =
                    column.and_then(|column| column.choices.iter().find(|known| known.name == *stratum));
                let title = choice.map_or(stratum.as_str(), |choice| choice.title.get(l.code())).to_owned();
                let title = if stratum == ALL { l.text("site-all") } else { title };
                let values = [("n", (*n).into()), ("reserve", (*reserve).into())];
                let id = if self.places() { "site-draw-of" } else { "visit-draw-of-stratum" };
                facts = facts.fact(title, l.text_with(id, &values));
            }
        }
        let section = Section::new(l.text("visit-draw-public")).part(facts);
        Ok(section.say(if known.sealed.is_some() {
            match self.units() {
                Units::People => self.of("visit-draw-secret", "site-draw-secret"),
                Units::Files => l.text("visit-files-secret"),
            }
        } else {
            self.of("visit-draw-secret-before", "site-draw-secret-before")
        }))
    }

    /// Every message with its hash and where to get it.
    fn messages(&self, links: bool) -> Answer<Table> {
        let l = self.l();
        let here = &self.looking.seated.visitor.reader.here;
        let mut table = Table::new(l, here, l.text("visit-draw-messages"), "")
            .column(Column::new(l.text("visit-draw-file")))
            .column(Column::new(l.text("visit-draw-signed")))
            .column(Column::new(l.text("visit-draw-came")))
            .column(Column::new(l.text("visit-draw-hash")));
        for file in draw_files(self.design()?).into_iter().filter(|file| self.has(file)) {
            let Some(message) = self.draw.transcript.message(&file).ok().flatten() else { continue };
            let at = self.draw.messages.iter().rev().find(|row| row.file == file).map_or(0, |row| row.at);
            let signed: Vec<&str> = message.signatures.keys().map(String::as_str).collect();
            let hash = message.hash().map(hex::encode).unwrap_or_default();
            let name = if links {
                Cell::code(&file, self.act(&format!("files/{}", part(&file))))
            } else {
                file.as_str().into()
            };
            table = table.row([name, signed.join(", ").into(), moment(l, at).into(), grouped(&hash).into()]);
        }
        Ok(table)
    }

    /// Where it stands, in a sentence.
    pub fn standing(&self) -> (Tone, String) {
        let l = self.l();
        if let Some(lie) = self.draw.report.first_lie() {
            let says = format!("{}: {}", lie.what, lie.detail);
            return (Tone::Risk, l.text_with_one("visit-draw-lie", "says", says));
        }
        match &self.draw.report.known.end {
            Some((End::Done, _)) => (Tone::Done, l.text("visit-draw-done")),
            Some((End::Void(reason), _)) => {
                (Tone::Warning, l.text_with_one("visit-draw-voided", "reason", reason.as_str()))
            }
            None => (Tone::Plain, l.text("visit-draw-holds")),
        }
    }
}

/// The title of a way to draw.
pub fn scheme_title(scheme: DrawScheme) -> &'static str {
    match scheme {
        DrawScheme::Srs => "visit-new-simple",
        DrawScheme::StratifiedSrs => "visit-new-stratified",
        DrawScheme::PpsSystematic => "visit-new-proportional",
        DrawScheme::Systematic => "visit-new-kth",
    }
}

/// A hash in groups, so that people can compare it aloud and it breaks over lines.
fn grouped(hash: &str) -> String {
    let mut shown = String::new();
    for (at, character) in hash.chars().enumerate() {
        if at > 0 && at % 8 == 0 {
            shown.push(' ');
        }
        shown.push(character);
    }
    shown
}

/// How many were drawn, heard, refused, and how much of the reserve was used: on the page of the visit.
pub async fn progress(looking: &Looking<'_>) -> Answer<Option<Section>> {
    let (l, seated) = (looking.l(), looking.seated);
    let case = &looking.detail.case;
    let Ok(declared) = seated.seat.frame(&case.workflow) else { return Ok(None) };
    let Ok(may) = seated.seat.may::<Read>() else { return Ok(None) };
    let draws = seated.desk().draws(&may, &case.workflow, &case.code).await?;
    let mut section = Section::new(looking.of("visit-draw-section", "site-draw-section"));
    let current = newest(&draws, Units::People);
    if let Some(facts) = of_people(l, &declared.dispositions, &draws) {
        section = section.part(facts);
    }
    if let Some(facts) = visit_files::progress(looking, &draws)? {
        section = section.part(facts);
    }
    let own = looking.address();
    let links = [
        Link::new(looking.of("visit-frame-title", "site-frame-title"), format!("{own}/frame")),
        Link::new(l.text("visit-draw-title"), format!("{own}/draw")),
    ];
    let mut links = Vec::from(links);
    if let Some(draw) = current.filter(|_| looking.draws_places()) {
        links.push(Link::new(l.text("site-drawn"), format!("{own}/draw/{}/sites", draw.row.seq)));
    }
    Ok(Some(section.links(links)))
}

/// The newest draw of its kind that has a result.
pub fn newest(draws: &[DrawDetail], units: Units) -> Option<&DrawDetail> {
    let counts = |draw: &&DrawDetail| draw.number().units == units && draw.report.known.sealed.is_some();
    draws.iter().rev().find(counts)
}

/// How often each thing became of an attempt.
pub fn dispositions(l: Locale, mut facts: Facts, rows: &[Disposition], draw: &DrawDetail) -> Facts {
    for row in rows {
        let of = |(code, _): &(String, bool)| *code == row.code;
        let count: u64 = draw.attempts.iter().filter(|(key, _)| of(key)).map(|(_, count)| count).sum();
        facts = facts.fact(row.title.get(l.code()), l.number(count));
    }
    facts
}

fn of_people(l: Locale, rows: &[Disposition], draws: &[DrawDetail]) -> Option<Facts> {
    let draw = newest(draws, Units::People)?;
    let (_, places) = draw.report.known.sealed.as_ref()?;
    let drawn: u64 = places.values().map(|(n, _)| n).sum();
    let reserve: u64 = places.values().map(|(_, reserve)| reserve).sum();
    let used: u64 =
        draw.attempts.iter().filter(|((_, of_reserve), _)| *of_reserve).map(|(_, count)| count).sum();
    let facts = Facts::new()
        .fact(l.text("visit-draw-drawn"), l.number(drawn))
        .fact(l.text("visit-draw-reserve-used"), format!("{} / {}", l.number(used), l.number(reserve)));
    Some(dispositions(l, facts, rows, draw))
}

async fn all(seated: Seated, Path((_, workflow, code)): Path<(i64, String, String)>) -> Answer<Sheet> {
    let looking = Looking::at(&seated, &workflow, &code).await?;
    let l = looking.l();
    let may = seated.seat.may::<Read>()?;
    let draws = seated.desk().draws(&may, &workflow, &code).await?;
    let mut table = Table::new(
        l,
        &seated.visitor.reader.here,
        looking.of("visit-draw-all", "site-draw-all"),
        l.text("visit-draw-none"),
    )
    .column(Column::new(l.text("visit-draw-number")))
    .column(Column::new(l.text("visit-draw-begun")))
    .column(Column::new(l.text("visit-draw-n")).numeric())
    .column(Column::new(l.text("cases-state")));
    let own = format!("{}/draw", looking.address());
    let (people, files): (Vec<_>, Vec<_>) =
        draws.into_iter().partition(|draw| draw.number().units == Units::People);
    let going_on = people.iter().any(|draw| !draw.ended());
    for draw in people {
        let ceremony = Ceremony { looking: &looking, draw };
        let row = &ceremony.draw.row;
        table = table.row([
            Cell::code(&row.draw, ceremony.address()),
            moment(l, row.at).into(),
            l.number(ceremony.design()?.n).into(),
            ceremony.standing().1.into(),
        ]);
    }
    let frame = looking.frame(&l.text("visit-draw-title"))?.under(&code, looking.address());
    let mut sheet = Sheet::new(frame).part(Prose::new(l.text("visit-draw-says")));
    if looking.draws_places() {
        sheet = sheet.part(Prose::new(l.text("site-draw-says")));
    }
    sheet = sheet.part(table);
    if !going_on {
        let links = [Link::new(l.text("visit-draw-begin"), format!("{own}/new"))];
        sheet = sheet
            .part(Section::new(l.text("visit-draw-next")).say(l.text("visit-draw-begin-says")).links(links));
    }
    if looking.draws_places() {
        return Ok(sheet);
    }
    match visit_files::of_case(&looking, files).await? {
        Some(section) => Ok(sheet.part(section)),
        None => Ok(sheet),
    }
}

async fn page(seated: Seated, Path((_, workflow, code, seq)): Place) -> Answer<Sheet> {
    let looking = Looking::at(&seated, &workflow, &code).await?;
    let ceremony = Ceremony::at(&looking, seq).await?;
    let l = ceremony.l();
    let frame = looking.frame(&ceremony.title())?.under(&code, looking.address());
    let frame = frame.under(l.text("visit-draw-title"), format!("{}/draw", looking.address()));
    let (tone, says) = ceremony.standing();
    let mut sheet = Sheet::new(frame).part(Notice::new(tone, says));
    sheet = sheet.part(Section::new(l.text("visit-draw-steps")).part(ceremony.steps(true)?));
    sheet = sheet.part(ceremony.public()?);
    sheet = sheet.part(ceremony.messages(true)?);
    let mut links = vec![
        Link::new(l.text("visit-draw-screen"), ceremony.act("screen")),
        Link::new(l.text("visit-draw-folder"), ceremony.act("folder.zip")),
    ];
    if !looking.draws_places() {
        links.push(Link::new(l.text("visit-draw-slip"), ceremony.act("slip")));
    }
    let drawn = ceremony.draw.report.known.sealed.is_some();
    if let Some(codes) = seated.seat.draw_codes(&workflow, ceremony.units())?.filter(|_| drawn) {
        let codes = format!("/m/{}/registries/{}", seated.mandate(), part(codes));
        let says = match ceremony.units() {
            Units::People => "visit-draw-codes",
            Units::Files => "visit-files-codes",
        };
        links.push(Link::new(l.text(says), codes));
    }
    let design = ceremony.design()?;
    let kept = design.suite == "hmac-commit" && design.embargo > 0 && !ceremony.has(KEY_RELEASE);
    if kept && ceremony.has(CLOSE) {
        links.push(Link::new(l.text("visit-draw-key"), ceremony.act("key")));
    }
    if !ceremony.draw.ended() {
        links.push(Link::new(l.text("visit-draw-void"), ceremony.act("void")));
    }
    Ok(sheet.part(Section::new(l.text("visit-draw-more")).say(l.text("visit-draw-more-says")).links(links)))
}

/// For the screen in the room: the same steps, larger, with no way to act; it asks for itself again.
async fn screen(seated: Seated, Path((_, workflow, code, seq)): Place) -> Answer<Sheet> {
    let looking = Looking::at(&seated, &workflow, &code).await?;
    let ceremony = Ceremony::at(&looking, seq).await?;
    let l = ceremony.l();
    let title = l.text_with_one("visit-draw-screen-title", "draw", ceremony.draw.row.draw.as_str());
    let mut frame = Frame::new(&seated.visitor.reader, title);
    // Whoever needs a page that stands still has one: it follows only where that was asked for.
    let follows = seated.visitor.reader.here.get("follow").is_some();
    frame.refresh_seconds = follows.then_some(10);
    let (tone, says) = ceremony.standing();
    let big = Markup::from(Notice::new(tone, says))
        .and(ceremony.steps(false)?)
        .and(ceremony.public()?)
        .and(ceremony.messages(false)?);
    let (says, verb, address) = if follows {
        ("visit-draw-again", "visit-draw-follow-stop", ceremony.act("screen"))
    } else {
        ("visit-draw-again-not", "visit-draw-follow", format!("{}?follow=yes", ceremony.act("screen")))
    };
    let again = Section::new(l.text("visit-draw-again-title")).say(l.text(says)).links([
        Link::new(l.text(verb), address),
        Link::new(l.text("visit-draw-again-now"), seated.visitor.reader.here.to_string()),
        Link::new(l.text("go-back"), ceremony.address()),
    ]);
    Ok(Sheet::new(frame).part(Screen::new(big)).part(again))
}

/// Hands a file over.
pub fn handed_over(name: &str, media_type: &'static str, bytes: Vec<u8>) -> Response {
    let name = format!("attachment; filename*=UTF-8''{}", part(name));
    ([(header::CONTENT_TYPE, media_type.to_owned()), (header::CONTENT_DISPOSITION, name)], bytes)
        .into_response()
}

async fn file(
    seated: Seated,
    Path((_, workflow, code, seq, file)): Path<(i64, String, String, DrawNumber, String)>,
) -> Answer<Response> {
    let looking = Looking::at(&seated, &workflow, &code).await?;
    let ceremony = Ceremony::at(&looking, seq).await?;
    let bytes = ceremony.draw.transcript.files.get(&file).cloned().ok_or_else(Refusal::not_found)?;
    Ok(handed_over(&file, "application/json", bytes))
}

/// Files in one, as they are.
pub fn zipped<'f>(files: impl Iterator<Item = (String, &'f [u8])>) -> Answer<Vec<u8>> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        let options = zip::write::SimpleFileOptions::default();
        zip.start_file(name, options).map_err(|error| Fault::new(&error))?;
        zip.write_all(bytes).map_err(|error| Fault::new(&error))?;
    }
    Ok(zip.finish().map_err(|error| Fault::new(&error))?.into_inner())
}

async fn folder(seated: Seated, Path((_, workflow, code, seq)): Place) -> Answer<Response> {
    let looking = Looking::at(&seated, &workflow, &code).await?;
    let ceremony = Ceremony::at(&looking, seq).await?;
    let folder = ceremony.draw.row.draw.replace('/', "_");
    let files = ceremony.draw.transcript.files.iter();
    let bytes = zipped(files.map(|(name, bytes)| (format!("{folder}/{name}"), bytes.as_slice())))?;
    Ok(handed_over(&format!("{folder}.zip"), "application/zip", bytes))
}
