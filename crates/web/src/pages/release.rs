//! A case's release: what will be published and what will not, before anything is public; the two signatures; the
//! witnesses; and taking it back.

use std::collections::BTreeMap;

use axum::Router;
use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use desk::protocol::ReleasePlan;
use desk::store::release::Release;
use desk::{FormModel, NotPublished, OpenedDraft, Read, ReleaseRequest, Tally};

use crate::address::{Address, part};
use crate::answer::{Answer, Refusal};
use crate::frame::{Frame, Link};
use crate::locale::Locale;
use crate::moment::moment;
use crate::pages::case::Looking;
use crate::pages::case_words::member_of;
use crate::pages::public::release_address;
use crate::patterns::{Choice, Confirmation, Facts, Field, Form, Markup, Notice, Section, Tone};
use crate::release_report::{Report, reports};
use crate::room::{Seated, Web};
use crate::sent::Sent;
use crate::sheet::{Sheet, come_back, see};

/// Routes of this group.
pub fn router() -> Router<Web> {
    let at = |rest: &str| format!("/m/{{mandate}}/cases/{{workflow}}/{{code}}/release{rest}");
    Router::new()
        .route(&at(""), get(page))
        .route(&at("/new"), get(new_page).post(draft))
        .route(&at("/{name}/first"), post(sign_first))
        .route(&at("/{name}/second"), post(sign_second))
        .route(&at("/{name}/cosign"), post(cosign))
        .route(&at("/{name}/renew"), post(renew))
        .route(&at("/{name}/head"), get(head))
        .route(&at("/{name}/retract"), get(retract_page).post(ask_retraction))
        .route(&at("/{name}/retracted"), post(retract))
}

type CasePath = Path<(i64, String, String)>;
type ReleasePath = Path<(i64, String, String, String)>;

/// Address of the releases of a case.
fn address(looking: &Looking<'_>) -> String {
    format!("{}/release", looking.address())
}

fn frame(looking: &Looking<'_>, title: &str) -> Answer<Frame> {
    Ok(looking.frame(title)?.under(&looking.detail.case.code, looking.address()))
}

fn plan<'l>(looking: &'l Looking<'_>) -> Answer<&'l ReleasePlan> {
    Ok(looking.seated.seat.release_plan(&looking.detail.case.workflow)?)
}

/// Whether this reader's role puts facts of a kind on record.
fn is_mine(looking: &Looking<'_>, kind: &str) -> bool {
    looking.may_amend(kind)
}

/// How this reader comes to see a draft that is closed.
fn closed(looking: &Looking<'_>) -> Notice {
    let (l, seated) = (looking.l(), looking.seated);
    match seated.desk().minutes_unlocked(&seated.visitor.session) {
        Some(_) => Notice::new(Tone::Plain, l.text("release-closed")),
        None => {
            let unlock = Address::new("/unlock").with("next", &address(looking));
            Notice::new(Tone::Plain, l.text("release-locked")).link(l.text("frame-unlock"), unlock)
        }
    }
}

async fn page(seated: Seated, Path((_, workflow, code)): CasePath) -> Answer<Sheet> {
    let looking = Looking::at(&seated, &workflow, &code).await?;
    sheet(&looking, None).await
}

/// The page of a case's releases; a form that came back with errors takes the place of its fresh one.
async fn sheet(looking: &Looking<'_>, cosigning: Option<Form>) -> Answer<Sheet> {
    let (l, seated) = (looking.l(), looking.seated);
    let plan = plan(looking)?;
    let case = &looking.detail.case;
    let may = seated.seat.may::<Read>()?;
    let releases = seated.desk().releases(&may, &case.workflow, &case.code).await?;
    let frame = frame(looking, &l.text_with_one("release-title", "case", case.code.as_str()))?;
    let mut sheet = Sheet::new(frame);
    let open = releases.first().filter(|release| release.signed.is_none());
    if is_mine(looking, &plan.prepared) {
        let may_draft = seated.desk().may_release(&seated.seat, plan, &looking.detail).is_ok();
        if may_draft && releases.first().is_none_or(|one| one.signed.is_none() || one.retracted.is_some()) {
            let label = l.text(if open.is_some() { "release-draft-again" } else { "release-draft" });
            let link = Link::new(label, format!("{}/new", address(looking)));
            sheet = sheet.part(
                Section::new(l.text("release-draft-heading")).say(l.text("release-draft-says")).links([link]),
            );
        }
    }
    if releases.is_empty() {
        return Ok(sheet.part(Notice::new(Tone::Plain, l.text("release-none"))));
    }
    let mut cosigning = cosigning;
    for release in &releases {
        sheet = match (release.signed, release.published_at) {
            (None, _) => draft_parts(looking, plan, release, sheet).await?,
            (Some(_), None) => {
                let form = cosigning.take().unwrap_or_else(|| cosign_form(looking, release));
                waiting(looking, release, sheet, &form).await?
            }
            (Some(_), Some(_)) => published(looking, plan, release, sheet),
        };
    }
    Ok(sheet)
}

/// Who signed, and when.
fn signatures(looking: &Looking<'_>, release: &Release) -> Facts {
    let l = looking.l();
    let by = |signed: Option<(i64, i64)>| match signed {
        Some((by, at)) => format!("{}, {}", member_of(looking.names(), by), moment(l, at)),
        None => l.text("release-unsigned"),
    };
    Facts::new()
        .fact(l.text("release-name"), release.name.as_str())
        .fact(l.text("release-package"), release.package.as_str())
        .fact(l.text("release-drafted"), by(Some((release.drafted_by, release.drafted_at))))
        .fact(l.text("release-first"), by(release.prepared))
        .fact(l.text("release-second"), by(release.signed))
}

async fn draft_parts(
    looking: &Looking<'_>,
    plan: &ReleasePlan,
    release: &Release,
    mut sheet: Sheet,
) -> Answer<Sheet> {
    let (l, seated) = (looking.l(), looking.seated);
    let may = seated.seat.may::<Read>()?;
    sheet = sheet.part(signatures(looking, release));
    let Some(draft) = seated.desk().open_draft(&may, release).await? else {
        return Ok(sheet.part(closed(looking)));
    };
    let model = seated.desk().sample_form(&seated.seat, &looking.detail.case.workflow).await?;
    let NotPublished { content, hidden, tally } = &draft.not_published;
    if !content.only_access {
        sheet = sheet.part(what_came_in(l, tally));
    }
    let report =
        Report { l, content, protocol: seated.seat.protocol(), form: &model.form, hidden: Some(hidden) };
    sheet = sheet.part(report.not_public_yet());
    sheet = sheet.part(Section::new(&content.title).part(report.body()));
    sheet = sheet.part(bag_files(looking, &draft));
    let me = seated.visitor.session.member().id;
    let (kind, rest, verb) = match release.prepared {
        None => (&plan.prepared, "first", l.text("release-sign-first")),
        Some((first, _)) if first == me => {
            return Ok(sheet.part(Notice::new(Tone::Plain, l.text("release-other-signs"))));
        }
        Some(_) => match &plan.only_access {
            Some((_, published)) if release.only_access => {
                (published, "second", l.text("release-sign-second"))
            }
            _ => (&plan.signed, "second", l.text("release-sign-second")),
        },
    };
    if !is_mine(looking, kind) {
        let who = looking.declared()?.workflow.fact(kind).map(|kind| kind.by.clone()).unwrap_or_default();
        let who: Vec<&str> = who.iter().map(String::as_str).collect();
        let says = l.text_with_one("release-signs", "roles", looking.words()?.roles(&who));
        return Ok(sheet.part(Notice::new(Tone::Plain, says)));
    }
    let action = format!("{}/{}/{rest}", address(looking), part(&release.name));
    let mut confirmation =
        Confirmation::new(l, l.text("release-sign-question"), verb, action, looking.address())
            .consequence(l.text("release-sign-bytes"))
            .field(Field::hidden("package", release.package.as_str()));
    confirmation = match rest {
        "first" => confirmation.consequence(l.text("release-sign-first-says")),
        _ => confirmation.consequence(l.text("release-sign-second-says")),
    };
    Ok(sheet.part(confirmation))
}

/// What became of the interviews that came in: for those who sign, not for the public.
fn what_came_in(l: Locale, tally: &Tally) -> Section {
    let lines = [
        ("release-came-counted", tally.counted),
        ("release-came-refused", tally.refused),
        ("release-came-apart", tally.apart),
        ("release-came-no-conditions", tally.no_conditions),
        ("release-came-not-private", tally.not_private),
        ("release-came-not-drawn", tally.not_drawn),
        ("release-came-twice", tally.twice),
        ("release-came-not-asked", tally.not_asked),
        ("release-came-rejected", tally.rejected),
    ];
    let mut facts = Facts::new();
    for (id, count) in lines {
        if count > 0 || id == "release-came-counted" {
            facts = facts.fact(l.text(id), l.number(count));
        }
    }
    Section::new(l.text("release-came-in")).say(l.text("release-came-in-says")).part(facts)
}

/// What is in the bag.
fn bag_files(looking: &Looking<'_>, draft: &OpenedDraft) -> Markup {
    let l = looking.l();
    let mut facts = Facts::new();
    for (path, bytes) in draft.files.readable() {
        facts = facts.fact(path, l.count("release-bytes", bytes.len()));
    }
    Section::new(l.text("release-files")).part(facts).into()
}

fn cosign_form(looking: &Looking<'_>, release: &Release) -> Form {
    let l = looking.l();
    let action = format!("{}/{}/cosign", address(looking), part(&release.name));
    let line = Field::text("line", l.text("release-cosign-line"), 3).hint(l.text("release-cosign-hint"));
    Form::new(l, action, l.text("release-cosign")).field(line.longest(20_000))
}

/// A signed release that waits for its witnesses.
async fn waiting(looking: &Looking<'_>, release: &Release, sheet: Sheet, form: &Form) -> Answer<Sheet> {
    let l = looking.l();
    let head = Address::new(format!("{}/{}/head", address(looking), part(&release.name)));
    let section = Section::new(l.text("release-waits"))
        .say(l.text("release-waits-says"))
        .part(signatures(looking, release))
        .links([Link::new(l.text("release-head"), head)]);
    let renew = format!("{}/{}/renew", address(looking), part(&release.name));
    let renewing = Form::new(l, renew, l.text("release-renew")).quiet();
    let about = Section::new(l.text("release-renew-heading")).say(l.text("release-renew-says"));
    Ok(sheet.form_in(section, form).form_in(about, &renewing))
}

fn published(looking: &Looking<'_>, plan: &ReleasePlan, release: &Release, sheet: Sheet) -> Sheet {
    let l = looking.l();
    let title = if release.title.is_empty() { &release.name } else { &release.title };
    let mut links = vec![Link::new(l.text("release-public-page"), release_address(&release.name))];
    let mut section = Section::new(title).part(signatures(looking, release));
    let base = format!("{}/{}", address(looking), part(&release.name));
    let mine = is_mine(looking, &plan.retracted);
    match (&release.retraction, release.retracted) {
        (Some((_, reason)), Some((_, at))) => {
            let says = l.text_with(
                "release-retracted-says",
                &[("moment", moment(l, at).into()), ("reason", reason.into())],
            );
            section = section.part(Notice::new(Tone::Warning, says));
        }
        (None, None) if mine => {
            links.push(Link::new(l.text("release-retract"), format!("{base}/retract")));
        }
        (Some((asked_by, reason)), None) => {
            let who = member_of(looking.names(), *asked_by);
            let says =
                l.text_with("release-retraction-asked", &[("who", who.into()), ("reason", reason.into())]);
            section = section.part(Notice::new(Tone::Warning, says));
            if mine && *asked_by != looking.seated.visitor.session.member().id {
                let confirmation = Confirmation::new(
                    l,
                    l.text("release-retract-question"),
                    l.text("release-retract-verb"),
                    format!("{base}/retracted"),
                    looking.address(),
                );
                let confirmation = confirmation.consequence(l.text("release-retract-for-ever"));
                return sheet
                    .part(section.links(links))
                    .part(confirmation.consequence(l.text("release-retract-again")));
            }
        }
        _ => {}
    }
    sheet.part(section.links(links))
}

/// What a release may be made of, as questions.
struct Asking<'a> {
    looking: &'a Looking<'a>,
    plan: &'a ReleasePlan,
    model: std::sync::Arc<FormModel>,
    findings: Vec<(String, String)>,
    /// More than the access record may not be published.
    only_access: bool,
}

impl<'a> Asking<'a> {
    async fn of(looking: &'a Looking<'a>) -> Answer<Asking<'a>> {
        let plan = plan(looking)?;
        let seated = looking.seated;
        let model = seated.desk().sample_form(&seated.seat, &looking.detail.case.workflow).await?;
        let within = seated.desk().cases_within(&seated.seat.may::<Read>()?, &looking.detail).await?;
        let findings = within.into_iter().filter(|one| Some(&one.case.workflow) == plan.findings.as_ref());
        let findings = findings.map(|one| (one.case.code, one.case.title)).collect();
        // Whoever may not draft at all is told so when they try.
        let only_access =
            seated.desk().may_release(&seated.seat, plan, &looking.detail).is_ok_and(|only| only);
        Ok(Asking { looking, plan, model, findings, only_access })
    }

    /// The strata that are counted, with what they are called.
    fn strata(&self) -> Vec<(String, String)> {
        let l = self.looking.l();
        let choices = self.model.form.field(&self.plan.sample.strata).map(|field| field.choices.clone());
        let choices = choices.iter().flat_map(|choices| choices.iter());
        let counted = choices.filter(|choice| !self.plan.sample.apart.contains(&choice.value));
        counted
            .map(|choice| {
                let label = self.model.form.text(&choice.label, l.code()).unwrap_or(&choice.value);
                (choice.value.clone(), label.to_owned())
            })
            .collect()
    }

    fn form(&self) -> Form {
        let l = self.looking.l();
        let action = format!("{}/new", address(self.looking));
        let mut form = Form::new(l, action, l.text("release-compute"))
            .field(
                Field::line("title", l.text("release-own-title"))
                    .hint(l.text("release-own-title-hint"))
                    .longest(200),
            )
            .field(
                Field::line("place", l.text("release-place"))
                    .hint(l.text("release-place-hint"))
                    .longest(200)
                    .optional(),
            );
        if self.only_access {
            return form.back(l.text("case-back"), address(self.looking));
        }
        for (name, label) in self.strata() {
            let label = l.text_with_one("release-size", "stratum", label);
            form = form.field(Field::figures(&format!("size.{name}"), label, 8).longest(9).optional());
        }
        let code = l.code();
        let choices = self.plan.indicators.iter();
        let choices = choices
            .map(|one| Choice::new(&one.id, format!("{} {}", one.number, one.title.get(code))))
            .collect();
        form = form.field(
            Field::checkboxes("left_out", l.text("release-leave-out"), choices)
                .hint(l.text("release-leave-out-hint"))
                .optional(),
        );
        for (code, title) in &self.findings {
            let label = l.text_with("release-finding-of", &[("code", code.into()), ("title", title.into())]);
            let statement =
                Field::text(&format!("finding.{code}"), label, 4).hint(l.text("release-finding-hint"));
            let label = l.text_with_one("release-reply-of", "code", code);
            let reply = Field::text(&format!("reply.{code}"), label, 3).optional();
            form = form.field(statement.optional()).field(reply);
        }
        form.field(
            Field::text("limits", l.text("release-limits"), 5).hint(l.text("release-limits-hint")).optional(),
        )
        .back(l.text("case-back"), address(self.looking))
    }

    /// The form as an earlier draft answered it.
    async fn filled(&self) -> Answer<Form> {
        let seated = self.looking.seated;
        let case = &self.looking.detail.case;
        let may = seated.seat.may::<Read>()?;
        let releases = seated.desk().releases(&may, &case.workflow, &case.code).await?;
        let Some(draft) = releases.first().filter(|one| one.signed.is_none()) else { return Ok(self.form()) };
        let Some(draft) = seated.desk().open_draft(&may, draft).await? else { return Ok(self.form()) };
        let content = draft.not_published.content;
        let mut pairs = vec![
            ("title".to_owned(), content.title),
            ("place".to_owned(), content.place),
            ("limits".to_owned(), content.limits),
        ];
        pairs
            .extend(content.sizes.into_iter().map(|(name, size)| (format!("size.{name}"), size.to_string())));
        pairs.extend(content.left_out.into_iter().map(|id| ("left_out".to_owned(), id)));
        for finding in content.findings {
            pairs.push((format!("finding.{}", finding.code), finding.statement));
            pairs.push((format!("reply.{}", finding.code), finding.reply));
        }
        Ok(self.form().fill(&pairs))
    }

    /// What was sent, or the form with what is wrong at its field.
    fn read(&self, sent: &Sent) -> Result<ReleaseRequest, Box<Form>> {
        let l = self.looking.l();
        let mut form = self.form().fill(sent.pairs());
        let mut sizes = BTreeMap::new();
        for (name, _) in self.strata() {
            let field = format!("size.{name}");
            let text = sent.get(&field).replace([',', ' '], "");
            match text.parse::<u32>() {
                Ok(size) => {
                    sizes.insert(name, size);
                }
                Err(_) if text.is_empty() => {}
                Err(_) => form.set_error(&field, l.text("release-size-wrong")),
            }
        }
        if form.has_errors() {
            return Err(Box::new(form));
        }
        let findings = self.findings.iter().map(|(code, _)| {
            let text = |what: &str| sent.get(&format!("{what}.{code}")).replace("\r\n", "\n");
            (code.clone(), (text("finding"), text("reply")))
        });
        Ok(ReleaseRequest {
            title: sent.get("title").to_owned(),
            place: sent.get("place").to_owned(),
            sizes,
            left_out: sent.all("left_out").map(str::to_owned).collect(),
            limits: sent.get("limits").replace("\r\n", "\n"),
            findings: findings.collect(),
        })
    }

    fn sheet(&self, form: &Form) -> Answer<Sheet> {
        let l = self.looking.l();
        let frame = frame(self.looking, &l.text("release-draft-heading"))?;
        let frame = frame.under(l.text("release-word"), address(self.looking));
        let mut sheet = Sheet::new(frame).part(Notice::new(Tone::Plain, l.text("release-draft-asks")));
        if self.only_access {
            sheet = sheet.part(Notice::new(Tone::Warning, l.text("release-only-access")));
        }
        Ok(sheet.form(form))
    }
}

async fn new_page(seated: Seated, Path((_, workflow, code)): CasePath) -> Answer<Sheet> {
    let looking = Looking::at(&seated, &workflow, &code).await?;
    let asking = Asking::of(&looking).await?;
    asking.sheet(&asking.filled().await?)
}

async fn draft(seated: Seated, Path((_, workflow, code)): CasePath, sent: Sent) -> Answer<Response> {
    let looking = Looking::at(&seated, &workflow, &code).await?;
    let asking = Asking::of(&looking).await?;
    let request = match asking.read(&sent) {
        Ok(request) => request,
        Err(form) => return Ok(asking.sheet(&form)?.into_response()),
    };
    let (desk, may) = (seated.desk(), seated.seat.may::<Read>()?);
    let drafted = async {
        let computed = desk.compute_release(&may, &workflow, &code, request).await?;
        let reports = reports(&computed.content, seated.seat.protocol(), &asking.model.form);
        desk.draft_release(&seated.seat, computed, reports).await
    };
    match drafted.await {
        Ok(()) => Ok(see(address(&looking), "done-release-drafted")),
        Err(error) => {
            let error = looking.words()?.titled(error, &asking.plan.prepared);
            let form = come_back(asking.form(), &sent, at_a_stratum(error, &asking), "title")?;
            Ok(asking.sheet(&form)?.into_response())
        }
    }
}

/// A refusal about a stratum stands at its field, with its name in words.
fn at_a_stratum(error: desk::Error, asking: &Asking<'_>) -> desk::Error {
    let desk::Error::Refused(mut refusal) = error else { return error };
    let mut field = None;
    for (name, value) in &mut refusal.arguments {
        if *name == "stratum" {
            field = Some(format!("size.{value}"));
            if let Some((_, label)) = asking.strata().into_iter().find(|(known, _)| known == value) {
                *value = label;
            }
        }
    }
    if let (Some(field), Some(problem)) = (field, refusal.problems.first_mut()) {
        problem.place = field;
    }
    desk::Error::Refused(refusal)
}

async fn sign_first(
    seated: Seated,
    Path((_, workflow, code, name)): ReleasePath,
    sent: Sent,
) -> Answer<Response> {
    let looking = Looking::at(&seated, &workflow, &code).await?;
    let (package, now) = (sent.get("package"), seated.desk().now());
    let signed = seated.desk().prepare_release(&seated.seat, &name, package, now).await;
    signed.map_err(|error| titled(&looking, error))?;
    Ok(see(address(&looking), "done-release-first"))
}

async fn sign_second(
    seated: Seated,
    Path((_, workflow, code, name)): ReleasePath,
    sent: Sent,
) -> Answer<Response> {
    let looking = Looking::at(&seated, &workflow, &code).await?;
    let may = seated.seat.may::<Read>()?;
    let signed = seated.desk().sign_release(&may, &name, sent.get("package"), seated.desk().now()).await;
    signed.map_err(|error| titled(&looking, error))?;
    Ok(see(address(&looking), "done-release-second"))
}

fn titled(looking: &Looking<'_>, error: desk::Error) -> desk::Error {
    match looking.words() {
        Ok(words) => words.titled(error, ""),
        Err(_) => error,
    }
}

async fn find(looking: &Looking<'_>, name: &str) -> Answer<Release> {
    let case = &looking.detail.case;
    let may = looking.seated.seat.may::<Read>()?;
    let releases = looking.seated.desk().releases(&may, &case.workflow, &case.code).await?;
    Ok(releases.into_iter().find(|release| release.name == name).ok_or_else(Refusal::not_found)?)
}

async fn cosign(
    seated: Seated,
    Path((_, workflow, code, name)): ReleasePath,
    sent: Sent,
) -> Answer<Response> {
    let looking = Looking::at(&seated, &workflow, &code).await?;
    let release = find(&looking, &name).await?;
    let may = seated.seat.may::<Read>()?;
    match seated.desk().cosign_release(&may, &name, sent.get("line")).await {
        Ok(true) => Ok(see(address(&looking), "done-release-public")),
        Ok(false) => Ok(see(address(&looking), "done-release-cosigned")),
        Err(error) => {
            let form = come_back(cosign_form(&looking, &release), &sent, error, "line")?;
            Ok(sheet(&looking, Some(form)).await?.into_response())
        }
    }
}

async fn renew(seated: Seated, Path((_, workflow, code, name)): ReleasePath) -> Answer<Response> {
    let looking = Looking::at(&seated, &workflow, &code).await?;
    seated.desk().renew_release_proof(&seated.seat.may::<Read>()?, &name).await?;
    Ok(see(address(&looking), "done-release-renewed"))
}

/// What a witness signs, as a file.
async fn head(seated: Seated, Path((_, _, _, name)): ReleasePath) -> Answer<Response> {
    let old = seated.visitor.reader.here.get("old").and_then(|old| old.parse().ok()).unwrap_or(0);
    let growth = seated.desk().release_growth(&seated.seat, &name, old).await?;
    let disposition = format!("attachment; filename=\"{name}-head.txt\"");
    let headers = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    Ok((headers, growth).into_response())
}

fn retract_form(looking: &Looking<'_>, name: &str) -> Form {
    let l = looking.l();
    let action = format!("{}/{}/retract", address(looking), part(name));
    let reason = Field::text("reason", l.text("release-retract-reason"), 4);
    Form::new(l, action, l.text("release-retract-ask"))
        .field(reason.hint(l.text("release-retract-hint")).longest(2000))
        .back(l.text("case-back"), address(looking))
}

fn retract_sheet(looking: &Looking<'_>, form: &Form) -> Answer<Sheet> {
    let l = looking.l();
    let frame = frame(looking, &l.text("release-retract"))?;
    let frame = frame.under(l.text("release-word"), address(looking));
    Ok(Sheet::new(frame).part(Notice::new(Tone::Warning, l.text("release-retract-says"))).form(form))
}

async fn retract_page(seated: Seated, Path((_, workflow, code, name)): ReleasePath) -> Answer<Sheet> {
    let looking = Looking::at(&seated, &workflow, &code).await?;
    find(&looking, &name).await?;
    retract_sheet(&looking, &retract_form(&looking, &name))
}

async fn ask_retraction(
    seated: Seated,
    Path((_, workflow, code, name)): ReleasePath,
    sent: Sent,
) -> Answer<Response> {
    let looking = Looking::at(&seated, &workflow, &code).await?;
    match seated.desk().ask_retraction(&seated.seat, &name, sent.get("reason")).await {
        Ok(()) => Ok(see(address(&looking), "done-retraction-asked")),
        Err(error) => {
            let error = titled(&looking, error);
            let form = come_back(retract_form(&looking, &name), &sent, error, "reason")?;
            Ok(retract_sheet(&looking, &form)?.into_response())
        }
    }
}

async fn retract(seated: Seated, Path((_, workflow, code, name)): ReleasePath) -> Answer<Response> {
    let looking = Looking::at(&seated, &workflow, &code).await?;
    let retracted = seated.desk().retract_release(&seated.seat, &name, seated.desk().now()).await;
    retracted.map_err(|error| titled(&looking, error))?;
    Ok(see(address(&looking), "done-retracted"))
}
