//! One case as one page: where it stands, what is next and who must act, what presses, what may be published, what
//! belongs to it, and everything that was put on record.

use axum::Router;
use axum::extract::Path;
use axum::routing::get;
use desk::casework::{Refusal as Why, StageStanding, StageState, Standing};
use desk::protocol::ProtocolWorkflow;
use desk::store::case::Case;
use desk::{CaseDetail, FindingSays, Names, Read, ToldFact, Visits};

use crate::address::{Address, part};
use crate::answer::{Answer, Refusal};
use crate::frame::{Frame, Link};
use crate::locale::Locale;
use crate::moment::{day_in, moment_in};
use crate::pages::case_words::{Words, case_address, due_at, is_ticking, member_of, stage_note, urgency};
use crate::pages::cases::{next_cell, urgent_cell, words};
use crate::pages::finding::printed;
use crate::patterns::{
    Advice, Cell, Column, Facts, History, LinkText, Markup, Notice, Opening, SealedValue, Section, Step,
    StepState, Steps, Table, Tag, Tasks, Tone,
};
use crate::room::{Seated, Web, cases_address};
use crate::sheet::Sheet;

/// Routes of this group.
pub fn router() -> Router<Web> {
    Router::new().route("/m/{mandate}/cases/{workflow}/{code}", get(page))
}

/// A case before this reader.
pub struct Looking<'a> {
    /// Who looks.
    pub seated: &'a Seated,
    /// The case.
    pub detail: CaseDetail,
    around: Option<Case>,
    says: Option<FindingSays>,
    names: Names,
}

impl<'a> Looking<'a> {
    /// Finds a case by its code.
    pub async fn at(seated: &'a Seated, workflow: &str, code: &str) -> Answer<Looking<'a>> {
        let may = seated.seat.may::<Visits>()?;
        let detail = seated.desk().case(&may, workflow, code).await?;
        let around = seated.desk().case_around(&may, &detail).await?;
        let names = seated.desk().names(&seated.seat).await?;
        let says = match seated.seat.may::<Read>() {
            Ok(may) => seated.desk().finding_says(&may, &detail).await?,
            Err(_) => None,
        };
        Ok(Looking { seated, detail, around, says, names })
    }

    /// The reader's language.
    pub fn l(&self) -> Locale {
        self.seated.visitor.reader.locale
    }

    /// A day by the calendar of the mandate.
    fn day(&self, milliseconds: i64) -> String {
        day_in(self.l(), milliseconds, &self.seated.seat.protocol().zone)
    }

    fn moment(&self, milliseconds: i64) -> String {
        moment_in(self.l(), milliseconds, &self.seated.seat.protocol().zone)
    }

    /// How cases of its kind go.
    pub fn declared(&self) -> Answer<&ProtocolWorkflow> {
        Ok(self.seated.seat.workflow(&self.detail.case.workflow)?)
    }

    /// What is said about it.
    pub fn words(&self) -> Answer<Words<'_>> {
        Ok(words(self.seated, self.declared()?))
    }

    /// Where it stands.
    pub fn standing(&self) -> Answer<Standing<'_>> {
        Ok(self.detail.standing().ok_or_else(Refusal::not_found)?)
    }

    /// Its page.
    pub fn address(&self) -> String {
        let case = &self.detail.case;
        case_address(self.seated.mandate(), &case.workflow, &case.code)
    }

    /// Who is who.
    pub fn names(&self) -> &Names {
        &self.names
    }

    /// The page on which facts of a kind are put on record; those of a release have a page of their own.
    pub fn record_address(&self, kind: &str) -> String {
        if let Ok(plan) = self.seated.seat.release_plan(&self.detail.case.workflow)
            && [&plan.prepared, &plan.signed, &plan.retracted].iter().any(|known| *known == kind)
        {
            return format!("{}/release", self.address());
        }
        format!("{}/record/{}", self.address(), part(kind))
    }

    /// Where a fact of this kind comes about: facts that follow from the frame and the draw have pages of their own.
    fn way_address(&self, kind: &str) -> String {
        let declared = self.seated.seat.frame(&self.detail.case.workflow).ok();
        let page = declared.and_then(|declared| {
            let facts = &declared.facts;
            let of_lists = facts.received.iter().chain(facts.tested.iter().map(|(tested, _)| tested));
            let of_frame = of_lists.chain([&facts.frozen]).any(|known| known == kind);
            let of_draw = [&facts.committed, &facts.drawn].into_iter().any(|known| known == kind);
            if of_frame { Some("frame") } else { of_draw.then_some("draw") }
        });
        page.map_or_else(|| self.record_address(kind), |page| format!("{}/{page}", self.address()))
    }

    /// Whether places to visit are drawn here, and not people.
    pub fn draws_places(&self) -> bool {
        let declared = self.seated.seat.frame(&self.detail.case.workflow);
        declared.is_ok_and(|declared| declared.opens.is_some())
    }

    /// The sentence for people, or the one for places.
    pub fn of(&self, people: &str, places: &str) -> String {
        self.l().text(if self.draws_places() { places } else { people })
    }

    /// A frame for a page of the case, or one below it.
    pub fn frame(&self, title: &str) -> Answer<Frame> {
        let mut frame = self.seated.frame_of_cases(self.declared()?, title);
        if let Some(around) = &self.around {
            frame = frame
                .under(&around.code, case_address(self.seated.mandate(), &around.workflow, &around.code));
        }
        Ok(frame)
    }

    fn is_mine(&self, roles: &[&str]) -> bool {
        self.seated.seat.role().is_some_and(|role| roles.contains(&role))
    }

    /// The way to put these kinds of fact on record, for whose role does that.
    fn ways(&self, words: Words<'_>, standing: &Standing<'_>, kinds: &[&str]) -> Vec<Link> {
        let permitted = standing.permitted();
        let mine = permitted.iter().filter(|kind| {
            let by: Vec<&str> = kind.by.iter().map(String::as_str).collect();
            kinds.contains(&kind.id.as_str()) && self.is_mine(&by)
        });
        mine.map(|kind| Link::new(words.fact(&kind.id), self.way_address(&kind.id))).collect()
    }

    /// How this reader comes to see what is closed.
    fn opening(&self) -> Opening {
        match self.seated.desk().minutes_unlocked(&self.seated.visitor.session) {
            Some(_) => Opening::NotYours,
            None => {
                let unlock = Address::new("/unlock").with("next", &self.address());
                Opening::AfterUnlock(unlock.to_string())
            }
        }
    }

    /// A sealed value of a fact: open, or bars.
    pub fn sealed(&self, label: &str, value: Option<&str>) -> Markup {
        match value {
            Some(value) => SealedValue::opened(self.l(), label, value).short().into(),
            None => SealedValue::closed(self.l(), label, self.opening()).short().into(),
        }
    }

    fn steps(&self, words: Words<'_>, standing: &Standing<'_>) -> Steps {
        let steps = standing.stages.iter().map(|stage| self.step(words, standing, stage));
        Steps::new(self.l(), steps.collect())
    }

    fn step(&self, words: Words<'_>, standing: &Standing<'_>, stage: &StageStanding<'_>) -> Step {
        let l = self.l();
        let title = stage.stage.title.get(l.code());
        let before = stage
            .earlier
            .last()
            .map(|fact| l.text_with_one("case-stage-before", "day", self.day(fact.at.as_millisecond())));
        match &stage.state {
            StageState::Done(fact) => {
                let who = fact.by.parse().map_or_else(|_| "–".to_owned(), |by| member_of(&self.names, by));
                Step::new(StepState::Done, title).by(format!("{who}, {}", self.day(fact.at.as_millisecond())))
            }
            StageState::Open { .. } => {
                let mut step = Step::new(StepState::Current, title);
                if let Some(before) = before {
                    step = step.by(before);
                }
                let next = words.next(standing.next.iter().filter(|next| next.stage == Some(stage.stage)));
                let advice = next
                    .into_iter()
                    .map(|(says, kinds)| Markup::from(Advice::new(says, self.ways(words, standing, &kinds))));
                let advice: Vec<Markup> = advice.collect();
                if advice.is_empty() { step } else { step.body(Markup::joined(advice)) }
            }
            StageState::Waiting { .. } => {
                let step = Step::new(StepState::Later, title);
                match before {
                    Some(before) => step.by(before),
                    None => step,
                }
            }
            left => {
                let step = Step::new(StepState::Skipped, title);
                match stage_note(l, left) {
                    Some(note) => step.by(note),
                    None => step,
                }
            }
        }
    }

    /// The stop rules in force: what happened, what is still allowed, and what is to be done.
    fn stops(&self, mut sheet: Sheet, words: Words<'_>, standing: &Standing<'_>) -> Sheet {
        let l = self.l();
        for in_force in &standing.stops {
            let mut says = l.text_with(
                "case-stopped",
                &[
                    ("state", in_force.stop.state.get(l.code()).into()),
                    ("fact", words.fact(&in_force.fact.kind).into()),
                    ("day", self.day(in_force.fact.at.as_millisecond()).into()),
                ],
            );
            if !in_force.stop.allows.is_empty() {
                let allowed = words.facts(&in_force.stop.allows);
                says = format!("{says} {}", l.text_with_one("case-stopped-allows", "kinds", allowed));
            }
            sheet = sheet.part(Notice::new(Tone::Risk, says));
        }
        let asked = words.next(standing.next.iter().filter(|next| next.stage.is_none()));
        let advice: Vec<Markup> = asked
            .into_iter()
            .map(|(says, kinds)| Advice::new(says, self.ways(words, standing, &kinds)).into())
            .collect();
        if advice.is_empty() {
            return sheet;
        }
        sheet.part(Section::new(l.text("case-now")).part(Markup::joined(advice)))
    }

    fn clocks(&self, words: Words<'_>, standing: &Standing<'_>) -> Option<Markup> {
        let l = self.l();
        let mut counts: Vec<_> = standing.clocks.iter().collect();
        if counts.is_empty() {
            return None;
        }
        counts.sort_by_key(|count| (!is_ticking(count.state), urgency(count, standing.now.time_zone())));
        let mut table = Table::new(l, &self.seated.visitor.reader.here, l.text("case-clocks"), "")
            .column(Column::new(l.text("case-clock")))
            .column(Column::new(l.text("case-clock-due")))
            .column(Column::new(l.text("case-clock-stands")))
            .column(Column::new(l.text("case-clock-by")));
        for count in counts {
            table = table.row([
                words.clock_title(count).into(),
                l.short_date(due_at(count.due, standing.now.time_zone()).date()).into(),
                Cell::new(words.clock(count, standing)),
                words.roles(&count.roles).into(),
            ]);
        }
        Some(table.into())
    }

    /// What is not asked for now but can be put on record at any time by this reader.
    fn at_any_time(&self, words: Words<'_>, standing: &Standing<'_>) -> Option<Markup> {
        let l = self.l();
        let asked: Vec<&str> = standing.next.iter().flat_map(|next| next.kinds.iter().copied()).collect();
        let mut tasks = Tasks::new("");
        for kind in standing.permitted() {
            let by: Vec<&str> = kind.by.iter().map(String::as_str).collect();
            let by_release = self.record_address(&kind.id).ends_with("/release");
            let opens = self.seated.seat.protocol().opens(&self.detail.case.workflow);
            if opens.is_some_and(|opens| opens.fact == kind.id) {
                continue;
            }
            if !asked.contains(&kind.id.as_str()) && !by_release && self.is_mine(&by) {
                let note = if kind.reason { l.text("case-with-reason") } else { String::new() };
                tasks = tasks.task(words.fact(&kind.id), self.way_address(&kind.id), note);
            }
        }
        if tasks.is_empty() {
            return None;
        }
        Some(Section::new(l.text("case-record-more")).part(tasks).into())
    }

    fn products(&self, words: Words<'_>, standing: &Standing<'_>) -> Option<Section> {
        let l = self.l();
        let products = &self.declared().ok()?.workflow.products;
        if products.is_empty() {
            return None;
        }
        let mut facts = Facts::new();
        for product in products {
            let says: Markup = match standing.may_publish(&product.id) {
                Ok(()) => Tag::new(Tone::Done, l.text("case-publish-now")).into(),
                Err(Why::NotPublishable { waits_for, .. }) => {
                    l.text_with_one("case-publish-after", "stages", words.stages(&waits_for)).into()
                }
                Err(_) => Tag::new(Tone::Risk, l.text("case-publish-stopped")).into(),
            };
            facts = facts.fact(product.title.get(l.code()), says);
        }
        let mut section = Section::new(l.text("case-publish")).part(facts);
        if self.seated.seat.release_plan(&self.detail.case.workflow).is_ok() {
            section =
                section.links([Link::new(l.text("release-word"), format!("{}/release", self.address()))]);
        }
        Some(section)
    }

    fn history(&self, words: Words<'_>, standing: &Standing<'_>) -> History {
        let l = self.l();
        let mut facts: Vec<&ToldFact> = self.detail.facts.iter().collect();
        facts.sort_by_key(|fact| std::cmp::Reverse((fact.stored.at, fact.stored.id)));
        let mut history = History::new(l.text("case-history"));
        for fact in facts {
            let who = member_of(&self.names, fact.stored.member);
            history = history.entry(self.moment(fact.stored.at), who, self.line(words, standing, fact));
        }
        let begun = &self.detail.case;
        let who = member_of(&self.names, begun.begun_by);
        history.entry(self.moment(begun.begun_at), who, l.text("case-begun"))
    }

    /// One fact: what it says, whether it counts, and the way to put it right.
    fn line(&self, words: Words<'_>, standing: &Standing<'_>, fact: &ToldFact) -> Markup {
        let l = self.l();
        let id = fact.stored.id.to_string();
        let counts = standing.facts.iter().any(|known| known.id == id);
        let broken = standing.not_counted.iter().any(|known| known.fact.id == id);
        let amended = self.detail.facts.iter().any(|other| other.stored.amends == Some(fact.stored.id));
        let mut line = Markup::from(words.fact(&fact.stored.kind));
        for part in self.values(words, fact) {
            line = line.and(" · ").and(part);
        }
        if fact.stored.sealed_reason.is_some() {
            let label = l.text("case-reason");
            line = line.and(" · ").and(self.sealed(&label, fact.reason.as_deref()));
        }
        let tag = |tone, id| Tag::new(tone, l.text(id));
        line = match (fact.stored.withdraws, amended, broken) {
            (true, ..) => line.and(tag(Tone::Warning, "case-fact-withdrawal")),
            (_, _, true) => line.and(tag(Tone::Warning, "case-fact-broken")),
            (_, true, _) => line.and(tag(Tone::Plain, "case-fact-replaced")),
            _ if fact.stored.amends.is_some() => line.and(tag(Tone::Plain, "case-fact-correction")),
            _ => line,
        };
        if fact.stored.recorded - fact.stored.at > 24 * 3_600_000 {
            line = line.and(l.text_with_one("case-fact-recorded", "day", self.day(fact.stored.recorded)));
        }
        let by_release = self.record_address(&fact.stored.kind).ends_with("/release");
        if counts && !by_release && self.may_amend(&fact.stored.kind) {
            line = line.and(LinkText::new(l.text("case-amend"), format!("{}/fact/{id}", self.address())));
        }
        line
    }

    /// Whether this reader's role puts such facts on record, and so may correct them.
    pub fn may_amend(&self, kind: &str) -> bool {
        let kind = self.declared().ok().and_then(|declared| declared.workflow.fact(kind));
        kind.is_some_and(|kind| self.is_mine(&kind.by.iter().map(String::as_str).collect::<Vec<_>>()))
    }

    fn values(&self, words: Words<'_>, fact: &ToldFact) -> Vec<Markup> {
        let l = self.l();
        let Some(kind) = self.declared().ok().and_then(|declared| declared.workflow.fact(&fact.stored.kind))
        else {
            return Vec::new();
        };
        let mut values = Vec::new();
        for field in &kind.fields {
            let title = field.title.get(l.code());
            let open = self.declared().ok().and_then(|declared| declared.class(&kind.id, &field.name))
                == Some(desk::xforms::Class::Open);
            let value = fact.values.get(&field.name);
            let shown = value.map(|value| words.choice(field, value).unwrap_or(value));
            match (shown, open) {
                (Some(shown), true) => values.push(format!("{title}: {shown}").into()),
                (None, true) => {}
                (None, false) if !fact.values_closed => {}
                (shown, false) => {
                    values.push(Markup::from(format!("{title}:")).and(self.sealed(title, shown)));
                }
            }
        }
        values
    }
}

async fn page(seated: Seated, Path((_, workflow, code)): Path<(i64, String, String)>) -> Answer<Sheet> {
    let looking = Looking::at(&seated, &workflow, &code).await?;
    let l = looking.l();
    let (words, standing) = (looking.words()?, looking.standing()?);
    let case = &looking.detail.case;
    let frame = looking.frame(&case.code)?.state(words.state(&standing));
    let mut sheet = Sheet::new(frame);
    sheet = looking.stops(sheet, words, &standing);
    sheet = sheet.part(Facts::new().fact(l.text("cases-title"), case.title.as_str()));
    let steps = looking.steps(words, &standing);
    sheet = sheet.part(Section::new(l.text("case-steps")).part(steps));
    if let Some(printed) = printed(&seated, words, &looking.detail, looking.says.as_ref(), &standing) {
        sheet = sheet.part(printed);
    }
    let parts = [looking.clocks(words, &standing), looking.at_any_time(words, &standing)];
    for part in parts.into_iter().flatten() {
        sheet = sheet.part(part);
    }
    if let Some(progress) = crate::pages::visit_draw::progress(&looking).await? {
        sheet = sheet.part(progress);
    }
    for board in boards(&looking).await? {
        sheet = sheet.part(board);
    }
    if let Some(products) = looking.products(words, &standing) {
        sheet = sheet.part(products);
    }
    Ok(sheet.part(looking.history(words, &standing)))
}

/// The cases that belong to this one, by kind: the findings of a visit, the gravest first.
async fn boards(looking: &Looking<'_>) -> Answer<Vec<Markup>> {
    let (l, seated) = (looking.l(), looking.seated);
    let case = &looking.detail.case;
    let kinds = seated.seat.protocol().workflows.iter();
    let kinds: Vec<_> = kinds.filter(|kind| kind.within.as_deref() == Some(&case.workflow)).collect();
    let Ok(may) = seated.seat.may::<Read>() else { return Ok(Vec::new()) };
    if kinds.is_empty() {
        return Ok(Vec::new());
    }
    let within = seated.desk().cases_within(&may, &looking.detail).await?;
    let mut boards = Vec::new();
    for declared in kinds {
        let words = words(seated, declared);
        let grade = grade_field(declared);
        let mut table = Table::new(l, &seated.visitor.reader.here, words.title(), l.text("case-none-within"))
            .column(Column::new(l.text("cases-code")));
        if let Some((_, field)) = grade {
            table = table.column(Column::new(field.title.get(l.code())));
        }
        table = table
            .column(Column::new(l.text("cases-title")))
            .column(Column::new(l.text("cases-state")))
            .column(Column::new(l.text("cases-next")))
            .column(Column::new(l.text("cases-clock")));
        let mut rows = Vec::new();
        for detail in within.iter().filter(|detail| detail.case.workflow == declared.workflow.id) {
            let Some(standing) = detail.standing() else { continue };
            let href = case_address(seated.mandate(), &detail.case.workflow, &detail.case.code);
            let mut cells = vec![Cell::code(&detail.case.code, href)];
            let mut rank = usize::MAX;
            if let Some((kind, field)) = grade {
                let graded = standing.facts.iter().rev().find(|fact| fact.kind == kind);
                let name = match graded.and_then(|fact| fact.values.get(&field.name)) {
                    Some(desk::casework::Value::Choice(name)) => Some(name),
                    _ => None,
                };
                if let (Some(name), desk::casework::FieldKind::Choice(choices)) = (name, &field.kind) {
                    rank = choices.iter().position(|(known, _)| known == name).unwrap_or(usize::MAX);
                }
                cells.push(name.and_then(|name| words.choice(field, name)).unwrap_or("–").into());
            }
            cells.push(detail.case.title.as_str().into());
            cells.push(Cell::new(words.state_shown(&standing)));
            cells.push(next_cell(words, &standing));
            cells.push(urgent_cell(words, &standing));
            rows.push((rank, cells));
        }
        rows.sort_by_key(|(rank, _)| *rank);
        for (_, cells) in rows {
            table = table.row(cells);
        }
        boards.push(table.into());
        if seated.seat.begins(declared) {
            let new = Address::new(format!("{}/new", cases_address(seated.mandate(), &declared.workflow.id)));
            let label = l.text_with_one("cases-begin", "kind", words.title());
            let link = Link::new(label, new.with("parent", &case.code));
            boards.push(Advice::new(l.text("case-within-says"), [link]).into());
        }
    }
    Ok(boards)
}

/// What the cases of a workflow are ordered by: the first choice that the facts of its first stage tell.
fn grade_field(declared: &ProtocolWorkflow) -> Option<(&str, &desk::casework::Field)> {
    let workflow = &declared.workflow;
    let first = workflow.stages.first().map(|stage| stage.id.as_str());
    let kinds = workflow.facts.iter().filter(|kind| kind.stage.as_deref() == first);
    let mut fields = kinds.flat_map(|kind| kind.fields.iter().map(|field| (kind.id.as_str(), field)));
    fields.find(|(_, field)| matches!(field.kind, desk::casework::FieldKind::Choice(_)))
}
