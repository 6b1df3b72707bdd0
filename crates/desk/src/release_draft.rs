//! Drafting a release: figures that passed the audit, texts, and the bag that two people are to sign. Until then it is
//! sealed to the compartments of those who sign.

use std::collections::BTreeMap;
use std::sync::Arc;

use bag::{Description, Files, Format, Unsealed};
use casework::ClockState;
use disclosure::read::described;
use disclosure::{DisclosureFile, PublishedTable, Released, read_table};
use draw::Transcript;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use protocol::{CountedBy, FinestDate, Protocol, ReleasePlan};
use seal::Place;
use store::{Fault, mandate, release, setting};

use crate::Desk;
use crate::answer::{Answer, Error, Kind, Refusal};
use crate::draws::Units;
use crate::forms::FormModel;
use crate::may::{May, Read, Seat};
use crate::record::{self, Done};
use crate::release_content::{AccessLine, Hidden, NotPublished, PrintedFinding, ReleaseContent, Response};
use crate::release_draws::within_frames;
use crate::release_figures::{By, Site, Wanted, figures};
use crate::release_findings::printable;
use crate::release_method::method;
use crate::release_sample::{Heard, Tally};

/// Longest text of a release (characters).
const LONGEST_TEXT: usize = 20_000;
/// Longest title (characters).
const LONGEST_TITLE: usize = 200;
/// Where the draft keeps what is not for publication, beside the files of the bag.
const NOT_PUBLISHED: &str = "not-published.json";

/// What the person who drafts a release writes.
#[derive(Debug, Clone, Default)]
pub struct ReleaseRequest {
    /// Its title, one line.
    pub title: String,
    /// Where: no finer than the protocol allows in print.
    pub place: String,
    /// Persons in the frozen frame, by stratum.
    pub sizes: BTreeMap<String, u32>,
    /// Ids of indicators that are not published.
    pub left_out: Vec<String>,
    /// What the figures cannot tell, and what was withheld and why.
    pub limits: String,
    /// For findings, by code: the finding and the reply, as they are printed.
    pub findings: BTreeMap<String, (String, String)>,
}

/// Figures and texts, computed and not yet kept: pages put them into words, and hand both to [`Desk::draft_release`].
pub struct ComputedRelease {
    /// What it says.
    pub content: ReleaseContent,
    /// What became of the interviews that came in.
    pub tally: Tally,
    workflow: String,
    case: i64,
    released: Released,
    draws: Vec<Transcript>,
}

/// A draft as those who sign see it.
pub struct OpenedDraft {
    /// What it holds beside its bag.
    pub not_published: NotPublished,
    /// Its bag, still without the proof.
    pub files: Files,
}

pub(crate) fn draft_place(release: &str) -> Place<'_> {
    Place::new("case_release", release, "draft")
}

impl Seat {
    /// What is published of cases of a workflow, or nothing of that kind.
    pub fn release_plan(&self, workflow: &str) -> Result<&ReleasePlan, Refusal> {
        self.protocol().release_of(workflow).ok_or_else(Refusal::not_found)
    }
}

/// Refuses who does not have a role that puts facts of a kind on record.
pub(crate) fn role_says(
    protocol: &Protocol,
    workflow: &str,
    kind: &str,
    role: Option<&str>,
) -> Result<(), Refusal> {
    let known = protocol.workflow(workflow).and_then(|known| known.workflow.fact(kind));
    let known = known.ok_or_else(Refusal::not_found)?;
    if role.is_some_and(|role| known.by.iter().any(|by| by == role)) {
        return Ok(());
    }
    Err(Refusal::new(Kind::NotAllowed, "refusal-fact-role")
        .with("kind", kind)
        .with("roles", known.by.join(", ")))
}

/// Under which name a finding is counted; none if it tells nothing of it.
fn counted_as(standing: &casework::Standing<'_>, by: &CountedBy) -> Option<String> {
    match by {
        CountedBy::Choice(fact, field) => {
            let told = standing.facts.iter().rev().find(|one| one.kind == *fact)?;
            match told.values.get(field)? {
                casework::Value::Choice(name) => Some(name.clone()),
                _ => None,
            }
        }
        CountedBy::Clock(clock) => {
            let name = match standing.clock(clock, None)?.state {
                ClockState::Kept { .. } => IN_TIME,
                ClockState::Missed { .. } | ClockState::Late => LATE,
                ClockState::Running | ClockState::Paused { .. } => RUNNING,
                ClockState::Over { .. } => return None,
            };
            Some(name.to_owned())
        }
    }
}

/// A time limit that was kept.
pub const IN_TIME: &str = "in_time";
/// A time limit that was missed, or has run out.
pub const LATE: &str = "late";
/// A time limit that still runs.
pub const RUNNING: &str = "running";

/// Whether nothing but the access record will be published of a case: it was stopped, or has ended before the rest.
pub(crate) fn ends_with_access(
    plan: &ReleasePlan,
    standing: &casework::Standing<'_>,
    why: &casework::Refusal,
) -> bool {
    let stopped = matches!(why, casework::Refusal::StoppedFromPublishing { .. }) || standing.ended.is_some();
    stopped && plan.only_access.as_ref().is_some_and(|(product, _)| standing.may_publish(product).is_ok())
}

fn is_line(text: &str) -> bool {
    !text.is_empty() && text.chars().count() <= LONGEST_TITLE && !text.chars().any(char::is_control)
}

fn whole_percent(rate: f64) -> Option<u32> {
    (rate.is_finite() && rate >= 0.0).then(|| (100.0 * rate).round() as u32)
}

impl Desk {
    /// The disclosure policy that every release of a mandate keeps to: its hash, which the design of a draw states in
    /// its note `disclosure_policy`, and the text that was hashed.
    pub fn disclosure_policy(&self, seat: &Seat) -> (String, String) {
        let policy = &seat.protocol().disclosure.policy;
        (policy.hash(), policy.canonical())
    }

    /// The form whose answers are published, with the words of its questions and answers.
    pub async fn sample_form(&self, seat: &Seat, workflow: &str) -> Answer<Arc<FormModel>> {
        let form = self.form(seat.mandate().id, &seat.release_plan(workflow)?.sample.form).await?;
        self.published(&form).await
    }

    /// Computes what is to be published of a case. Nothing is kept.
    pub async fn compute_release(
        &self,
        may: &May<'_, Read>,
        workflow: &str,
        code: &str,
        request: ReleaseRequest,
    ) -> Answer<ComputedRelease> {
        let plan = may.release_plan(workflow)?;
        let detail = self.case(may, workflow, code).await?;
        let only_access = self.may_release(may, plan, &detail)?;
        check_texts(&request)?;
        let visits = match &plan.across {
            Some(workflow) => Some(self.visits_of_round(may, workflow, &detail.case).await?),
            None => None,
        };
        self.not_published_twice(may, &detail, visits.as_deref()).await?;
        let mut heard = Heard::default();
        let mut sites = Vec::new();
        match &visits {
            Some(visits) => {
                for visit in visits {
                    heard.add(sites.len(), self.heard(may, &plan.sample, &visit.code).await?);
                    let sizes = self.frame_of_case(visit.case.id).await?.unwrap_or_default();
                    sites.push(Site { sizes, chance: Some(visit.chance()?) });
                }
            }
            None if only_access => {}
            None => heard = self.heard(may, &plan.sample, code).await?,
        }
        let policy = &may.protocol().disclosure.policy;
        let case = detail.case.id;
        let mut transcripts = if only_access { Vec::new() } else { self.draws_of_case(&detail.case).await? };
        let of_people = transcripts.iter().filter(|(units, _)| *units == Units::People).count();
        if !only_access && let Some(round) = self.first_draws(may, &detail).await? {
            transcripts.extend(self.draws_of_case(&round).await?);
        }
        for visit in visits.iter().flatten() {
            transcripts.extend(self.draws_of_case(&visit.case).await?);
        }
        let transcripts = transcripts.iter().map(|(_, (path, bytes))| Transcript::from_bundle(path, bytes));
        let draws: Vec<Transcript> = transcripts
            .collect::<Result<_, _>>()
            .map_err(|error| Refusal::invalid("refusal-release-bag").with("what", error))?;
        let mut request = request;
        if visits.is_some() {
            request.sizes = BTreeMap::new();
        } else {
            if let Some(sizes) = self.frame_of_case(case).await? {
                request.sizes = sizes;
            }
            // Files are drawn from the same frame once more, which adds nobody to it.
            within_frames(draws.get(..of_people).unwrap_or_default(), &request.sizes)?;
            sites.push(Site { sizes: request.sizes.clone(), chance: None });
        }
        let by = self.by(may, plan).await?;
        let (protocol, workflow_name, left_out) =
            (may.protocol().clone(), workflow.to_owned(), request.left_out.clone());
        let earlier = self.earlier_tables(detail.case.id).await?;
        // Finding what to suppress takes seconds of a processor.
        let computing = tokio::task::spawn_blocking(move || {
            let plan = protocol.release_of(&workflow_name).ok_or_else(Refusal::not_found)?;
            let policy = &protocol.disclosure.policy;
            let wanted = Wanted { plan, policy, by, sites: &sites, left_out: &left_out, earlier: &earlier };
            let released = figures(&heard, &wanted)?;
            Ok::<_, Error>((heard, released))
        });
        let stopped = |error: tokio::task::JoinError| Fault::internal(error.to_string());
        let (heard, released) = computing.await.map_err(stopped)??;
        let threshold = policy.k as usize;
        let counted = heard.respondents.len();
        let doubtful = heard.respondents.iter().filter(|one| one.doubtful).count();
        let rates = heard.rates();
        let interviews = heard.first.complete + heard.reserves.complete;
        let told = counted >= policy.minimum_population as usize;
        let enough =
            |rate: f64, of: u64| whole_percent(rate).filter(|_| told && of >= u64::from(policy.percent_base));
        let all = heard.first.all() + heard.reserves.all();
        let in_private = counted as f64
            / (counted as f64 + f64::from(heard.tally.not_private + heard.tally.no_conditions));
        let response = Response {
            interviews: told.then_some(counted as u64),
            first_percent: enough(rates.originally_drawn, heard.first.all()),
            all_percent: enough(rates.all_approached, all),
            filled_percent: enough(rates.reserve_filled, heard.first.all()),
            private_percent: enough(in_private, interviews),
            doubtful: told && doubtful >= threshold,
            with_and_without: released
                .tables()
                .iter()
                .any(|table| table.table.name.ends_with(crate::release_figures::WITHOUT_DOUBTFUL)),
        };
        let ReleaseRequest { title, place, sizes, left_out, limits, findings } = request;
        let content = ReleaseContent {
            name: self.release_name(case, code).await?,
            title: title.trim().to_owned(),
            publisher: may.mandate().name.clone(),
            day: day(self.now()),
            case: code.to_owned(),
            place: place.trim().to_owned(),
            only_access,
            access: access(may, plan, &detail),
            response,
            sizes: if only_access { BTreeMap::new() } else { sizes },
            left_out: if only_access { Vec::new() } else { left_out },
            tables: released.tables().to_vec(),
            estimates: released.estimates().to_vec(),
            changed: released.file().changed.clone(),
            policy: policy.clone(),
            draws: draws.iter().map(|one| draw::verify(one, draw::Trust::default()).known.draw).collect(),
            counted: match only_access {
                true => Vec::new(),
                false => self.counted(may, plan, &detail).await?,
            },
            findings: match only_access {
                true => Vec::new(),
                false => self.printed(may, plan, &detail, &findings).await?,
            },
            limits: limits.trim().to_owned(),
        };
        let tally = heard.tally;
        Ok(ComputedRelease { content, tally, workflow: workflow.to_owned(), case, released, draws })
    }

    /// Whether this seat may draft a release of a case now, and if only of the access record.
    pub fn may_release(
        &self,
        seat: &Seat,
        plan: &ReleasePlan,
        detail: &crate::CaseDetail,
    ) -> Result<bool, Refusal> {
        let standing = detail.standing().ok_or_else(Refusal::not_found)?;
        role_says(seat.protocol(), &plan.workflow, &plan.prepared, seat.role())?;
        match standing.may_publish(&plan.product) {
            Ok(()) => Ok(false),
            Err(why) if ends_with_access(plan, &standing, &why) => Ok(true),
            Err(casework::Refusal::NotPublishable { waits_for, .. }) => {
                Err(Refusal::conflict("refusal-release-not-yet").with("stages", waits_for.join(", ")))
            }
            Err(_) => Err(Refusal::conflict("refusal-release-stopped")),
        }
    }

    /// The tables of all earlier releases of a case, as they were published.
    async fn earlier_tables(&self, case: i64) -> Answer<Vec<PublishedTable>> {
        Ok(self
            .store
            .read(move |tx| {
                let mut tables = Vec::new();
                for earlier in release::of_case(tx, case)?.iter().filter(|one| one.signed.is_some()) {
                    let stated = release::file(tx, earlier.id, "data/disclosure.json")?.unwrap_or_default();
                    let stated: DisclosureFile = serde_json::from_slice(&stated).map_err(damaged)?;
                    for table in &stated.tables {
                        let path = format!("data/tables/{}.csv", table.name);
                        let bytes = release::file(tx, earlier.id, &path)?.unwrap_or_default();
                        let read = read_table(&table.name, &bytes).map_err(damaged)?;
                        let mut published = described(table, read).map_err(damaged)?;
                        published.release = Some(earlier.name.clone());
                        tables.push(published);
                    }
                }
                Ok::<_, Fault>(tables)
            })
            .await?)
    }

    async fn by(&self, seat: &Seat, plan: &ReleasePlan) -> Answer<Vec<By>> {
        let model = self.sample_form(seat, &plan.workflow).await?;
        let by = plan.sample.by.iter().filter_map(|path| {
            let field = model.form.field(path)?;
            let choices = field.choices.iter().map(|choice| choice.value.clone());
            let categories = choices.filter(|choice| !plan.sample.no_answer.contains(choice)).collect();
            Some(By { path: path.clone(), name: field.name.clone(), categories })
        });
        Ok(by.collect())
    }

    /// A name that no other release has. A draft that is drafted again keeps its own, so that no number is missing.
    async fn release_name(&self, case: i64, code: &str) -> Answer<String> {
        let code = code.to_ascii_lowercase();
        Ok(self
            .store
            .read(move |tx| {
                let drafts = release::of_case(tx, case)?;
                if let Some(draft) = drafts.into_iter().find(|release| release.signed.is_none()) {
                    return Ok(draft.name);
                }
                let mut number = 1;
                loop {
                    let name = format!("{code}-{number}");
                    if release::by_name(tx, &name)?.is_none() {
                        return Ok::<_, Fault>(name);
                    }
                    number += 1;
                }
            })
            .await?)
    }

    /// Counts the findings of a case, printed or not.
    async fn counted(
        &self,
        may: &May<'_, Read>,
        plan: &ReleasePlan,
        detail: &crate::CaseDetail,
    ) -> Answer<Vec<Vec<(String, u32)>>> {
        let Some(workflow) = &plan.findings else { return Ok(Vec::new()) };
        let within = self.cases_within(may, detail).await?;
        let findings: Vec<_> = within.iter().filter(|one| one.case.workflow == *workflow).collect();
        let mut all = Vec::new();
        for counted in &plan.counted {
            let mut counts: Vec<(String, u32)> = Vec::new();
            for standing in findings.iter().filter_map(|finding| finding.standing()) {
                let Some(name) = counted_as(&standing, &counted.by) else { continue };
                match counts.iter_mut().find(|(known, _)| *known == name) {
                    Some((_, count)) => *count += 1,
                    None => counts.push((name, 1)),
                }
            }
            all.push(counts);
        }
        Ok(all)
    }

    async fn printed(
        &self,
        may: &May<'_, Read>,
        plan: &ReleasePlan,
        detail: &crate::CaseDetail,
        texts: &BTreeMap<String, (String, String)>,
    ) -> Answer<Vec<PrintedFinding>> {
        let Some(workflow) = &plan.findings else { return Ok(Vec::new()) };
        let within = self.cases_within(may, detail).await?;
        let mut printed = Vec::new();
        for finding in within.iter().filter(|finding| finding.case.workflow == *workflow) {
            let Some((statement, reply)) = texts.get(&finding.case.code) else { continue };
            if statement.trim().is_empty() {
                continue;
            }
            let Some(standing) = finding.standing() else { continue };
            let counts = |id: i64| standing.facts.iter().any(|fact| fact.id == id.to_string());
            let facts = finding.facts.iter().map(|fact| &fact.stored).filter(|fact| counts(fact.id));
            let values = printable(may.protocol(), workflow, facts);
            printed.push(PrintedFinding {
                code: finding.case.code.clone(),
                values,
                statement: statement.trim().to_owned(),
                reply: reply.trim().to_owned(),
            });
        }
        Ok(printed)
    }

    /// Keeps a draft: its bag, sealed to those who sign it. An earlier draft of the case goes. `reports` are the language
    /// and the page of each.
    pub async fn draft_release(
        &self,
        seat: &Seat,
        computed: ComputedRelease,
        reports: Vec<(String, String)>,
    ) -> Answer<()> {
        let plan = seat.release_plan(&computed.workflow)?;
        let ComputedRelease { content, tally, case, released, draws, .. } = computed;
        let method = method(seat, plan, &content);
        let reports = reports.into_iter();
        let reports = reports.map(|(language, html)| (language, Format::Html, html.into_bytes()));
        let written = bag::write(bag::Release {
            description: Description {
                name: content.name.clone(),
                title: content.title.clone(),
                publisher: content.publisher.clone(),
                created: format!("{}T00:00:00Z", content.day),
                licence: "CC-BY-4.0".to_owned(),
            },
            tables: &released,
            reports: reports.collect(),
            method,
            questionnaire: seat.protocol().form(&plan.sample.form).map(|form| form.source.clone()),
            draws: &draws,
            policy: self.release_policy().await?,
        });
        let refuse = |error: bag::Refused| Refusal::invalid("refusal-release-bag").with("what", error);
        let unsealed = written.map_err(refuse)?;
        let hidden = released.explained().iter().map(|one| Hidden {
            table: one.table.clone(),
            position: one.position.clone(),
            reason: one.reason,
        });
        let (name, only_access) = (content.name.clone(), content.only_access);
        let not_published = NotPublished { hidden: hidden.collect(), tally, content };
        let (package, bytes) = (unsealed.package().hex(), framed(&not_published, &unsealed)?);
        let id = self.store.new_id();
        let place = id.to_string();
        let (mut copies, mut keys) = (Vec::new(), Vec::new());
        for compartment in &plan.sealed_to {
            let compartment = self.compartment_of(seat, compartment).await?;
            let fresh = self.fresh_key(compartment, &draft_place(&place)).await?;
            copies.push((compartment, fresh.seal(&draft_place(&place), &bytes, &mut self.dice())));
            keys.push(fresh.data_key);
        }
        let (mandate, by, now, salt) =
            (seat.mandate().id, seat.session().member().id, self.now(), self.salt());
        self.store
            .write(move |tx| {
                let drafts = release::of_case(tx, case)?;
                for draft in drafts.iter().filter(|draft| draft.signed.is_none()) {
                    if draft.name != name {
                        return Err(Refusal::conflict("refusal-release-again").into());
                    }
                    release::drop_draft(tx, draft.id)?;
                }
                if release::by_name(tx, &name)?.is_some() {
                    return Err(Refusal::conflict("refusal-release-again").into());
                }
                for key in &keys {
                    mandate::add_data_key(tx, key)?;
                }
                let done = Done::new(now, Some(by), "release.draft").in_mandate(mandate).about("case", case);
                let done = done.with("name", name.as_str()).with("package", package.as_str());
                record::audit_with_leaf(tx, ledger::leaf::kind::RELEASE, &salt, done)?;
                let draft = release::Release {
                    id,
                    mandate,
                    case,
                    name,
                    title: String::new(),
                    only_access,
                    package,
                    drafted_by: by,
                    drafted_at: now,
                    prepared: None,
                    signed: None,
                    leaf: None,
                    proof: None,
                    published_at: None,
                    retraction: None,
                    retracted: None,
                };
                release::add(tx, &draft, copies)?;
                Ok::<_, Error>(())
            })
            .await
    }

    /// The releases of a case, newest first.
    pub async fn releases(
        &self,
        may: &May<'_, Read>,
        workflow: &str,
        code: &str,
    ) -> Answer<Vec<release::Release>> {
        let case = self.case(may, workflow, code).await?.case.id;
        Ok(self.store.read(move |tx| release::of_case(tx, case)).await?)
    }

    /// A draft, if this session can open it.
    pub async fn open_draft(
        &self,
        may: &May<'_, Read>,
        release: &release::Release,
    ) -> Answer<Option<OpenedDraft>> {
        if release.mandate != may.mandate().id {
            return Err(Refusal::not_found().into());
        }
        let (id, keyring) = (release.id, self.keyring(may.session()));
        Ok(self
            .store
            .read(move |tx| {
                let Some(mut keyring) = keyring else { return Ok(None) };
                let place = id.to_string();
                for sealed in release::copies(tx, id)? {
                    if let Some(opened) = keyring.open(tx, &sealed, &draft_place(&place))? {
                        return unframed(opened.expose()).map(Some);
                    }
                }
                Ok::<_, Fault>(None)
            })
            .await?)
    }

    /// `trust/policy.txt`: this log, and the witnesses that the installation names.
    pub async fn release_policy(&self) -> Answer<String> {
        let witnesses = self.store.read(|tx| setting::get(tx, WITNESSES)).await?;
        let witnesses = witnesses.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        let witnesses = witnesses.unwrap_or_else(|| "quorum none\n".to_owned());
        Ok(format!("log {}\n{witnesses}", self.ledger_key()))
    }
}

/// The setting with the witnesses of releases: lines `witness`, `group` and `quorum` of a policy.
pub(crate) const WITNESSES: &str = "release_witnesses";

fn day(now: i64) -> String {
    let at = Timestamp::from_millisecond(now).unwrap_or_default();
    TimeZone::UTC.to_datetime(at).date().to_string()
}

fn check_texts(request: &ReleaseRequest) -> Result<(), Refusal> {
    if !is_line(request.title.trim()) {
        return Err(Refusal::invalid("refusal-release-title").problem("title", ""));
    }
    if !request.place.trim().is_empty() && !is_line(request.place.trim()) {
        return Err(Refusal::invalid("refusal-release-title").problem("place", ""));
    }
    let texts =
        request.findings.iter().flat_map(|(code, (statement, reply))| [(code, statement), (code, reply)]);
    let long = |text: &str| text.chars().count() > LONGEST_TEXT;
    if long(&request.limits) {
        return Err(Refusal::invalid("refusal-release-text").problem("limits", ""));
    }
    match texts.into_iter().find(|(_, text)| long(text)) {
        Some((code, _)) => {
            Err(Refusal::invalid("refusal-release-text").problem(format!("finding.{code}"), ""))
        }
        None => Ok(()),
    }
}

fn open_values(json: &str) -> Vec<(String, String)> {
    let values: BTreeMap<String, String> = serde_json::from_str(json).unwrap_or_default();
    values.into_iter().collect()
}

/// The access record, with dates as fine as the protocol prints them.
fn access(seat: &Seat, plan: &ReleasePlan, detail: &crate::CaseDetail) -> Vec<AccessLine> {
    let Some(standing) = detail.standing() else { return Vec::new() };
    let counts = |id: i64| standing.facts.iter().any(|fact| fact.id == id.to_string());
    let mut facts: Vec<_> = detail
        .facts
        .iter()
        .filter(|fact| plan.access.contains(&fact.stored.kind) && counts(fact.stored.id))
        .collect();
    facts.sort_by_key(|fact| (fact.stored.at, fact.stored.id));
    let length = match seat.protocol().disclosure.dates {
        FinestDate::Month => 7,
        FinestDate::Year => 4,
    };
    let line = |fact: &&crate::ToldFact| AccessLine {
        when: day(fact.stored.at).chars().take(length).collect(),
        kind: fact.stored.kind.clone(),
        values: open_values(&fact.stored.open_values),
    };
    facts.iter().map(line).collect()
}

fn damaged(what: impl ToString) -> Fault {
    Fault::Damaged { what: what.to_string() }
}

/// What is not for publication and the files of the bag, one after the other: name and content, each after its length.
fn framed(not_published: &NotPublished, unsealed: &Unsealed) -> Result<Vec<u8>, Fault> {
    let beside = serde_json::to_vec(not_published).map_err(|error| Fault::internal(error.to_string()))?;
    let mut bytes = Vec::new();
    let all = std::iter::once((NOT_PUBLISHED, beside.as_slice())).chain(unsealed.files().readable());
    for part in all.flat_map(|(path, content)| [path.as_bytes(), content]) {
        bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
        bytes.extend_from_slice(part);
    }
    Ok(bytes)
}

fn unframed(mut bytes: &[u8]) -> Result<OpenedDraft, Fault> {
    let mut part = || -> Option<&[u8]> {
        let (length, rest) = bytes.split_first_chunk::<8>()?;
        let (part, rest) = rest.split_at_checked(usize::try_from(u64::from_be_bytes(*length)).ok()?)?;
        bytes = rest;
        Some(part)
    };
    let (mut files, mut not_published) = (Files::default(), None);
    while let Some(path) = part() {
        let content = part().ok_or_else(|| damaged("a draft of a release ends early"))?;
        let path = std::str::from_utf8(path).map_err(damaged)?;
        if path == NOT_PUBLISHED {
            not_published = Some(serde_json::from_slice(content).map_err(damaged)?);
        } else {
            files.put(path, content);
        }
    }
    let not_published = not_published.ok_or_else(|| damaged("a draft of a release is empty"))?;
    Ok(OpenedDraft { not_published, files })
}
