//! One submission: what it says, what happened to it, and what can be done with it.

use askama::Template;
use axum::http::StatusCode;
use desk::protocol::Right;
use desk::store::form::Form;
use desk::xforms::SignatureCheck;
use desk::{FormModel, Names, OpenedByKey, Opening as DeskOpening, SubmissionDetail, VersionDetail};

use crate::address::Address;
use crate::answer::{Answer, Refusal};
use crate::frame::Frame;
use crate::locale::Locale;
use crate::moment::{moment, moment_cell};
use crate::pages::answers::Wording;
use crate::pages::submission_answers::Answers;
use crate::pages::submission_versions::changes;
use crate::pages::submissions::{list_address, review_tag, review_word, sender, submission_address};
use crate::patterns::{
    Cell, Choice, Column, Facts, Field, Form as Questions, Markup, Notice, Opened, Opening, Problem,
    SealedValue, Section, Table, Tone,
};
use crate::room::{Room, Seated};
use crate::sent::Sent;
use crate::sheet::Sheet;

/// What a page of a submission is asked for.
#[derive(Default)]
pub struct Asked<'a> {
    /// The reason for opening identity.
    pub reason: Option<&'a str>,
    /// A review that came back with a mistake.
    pub review: Option<(&'a Sent, Refusal)>,
    /// What the private key of a form whose phones encrypt has opened, or why it did not.
    pub by_key: Option<Result<OpenedByKey, Refusal>>,
}

/// The page.
pub async fn page(seated: &Seated, form: &Form, instance: &str, asked: Asked<'_>) -> Answer<Sheet> {
    let l = seated.visitor.reader.locale;
    let desk = seated.desk();
    let may = seated.seat.may::<desk::Read>()?;
    let right = seated.seat.may::<desk::OpenIdentity>();
    let mut refused = None;
    let opening = match (asked.reason, &asked.by_key, &right) {
        (Some(reason), None, Ok(right)) => DeskOpening::Identity(right, reason),
        (Some(_), None, Err(refusal)) => return Err(refusal.clone().into()),
        _ => DeskOpening::Sensitive,
    };
    let mut detail = match desk.submission(&may, form, instance, opening).await {
        // A reason that is too short is asked for again, on the page.
        Err(desk::Error::Refused(refusal)) if refusal.kind == desk::Kind::Invalid => {
            refused = Some(Refusal::from(refusal));
            desk.submission(&may, form, instance, DeskOpening::Sensitive).await?
        }
        found => found?,
    };
    let by_key = match asked.by_key {
        Some(Ok(opened)) => Some(show_opened(&mut detail, opened)),
        Some(Err(refusal)) => {
            refused = Some(refusal);
            None
        }
        None => None,
    };
    let reason = asked.reason.filter(|_| refused.is_none());
    let names = desk.names(&seated.seat).await?;
    let compartments = desk.compartments(&seated.seat).await?;
    let history = desk.submission_history(&may, &detail.submission).await?;
    let Some(newest) = detail.versions.last() else { return Err(Refusal::not_found().into()) };
    let holds = |id: i64| {
        let member = seated.visitor.session.member().id;
        compartments.iter().any(|state| state.compartment.id == id && state.members.contains(&member))
    };
    let view = View {
        seated,
        l,
        form,
        address: submission_address(seated.mandate(), &form.form_id, &detail.submission.instance_id),
        detail: &detail,
        newest,
        names: &names,
        reason,
        by_key,
        may_open: right.is_ok() && holds(newest.model.version.identity_compartment),
        title_of: &|id| compartment_title(seated, &compartments, id),
    };
    let mut sheet = Sheet::new(view.frame());
    if let Some(refusal) = refused {
        let said = refusal.places.iter().map(|(_, said)| said.as_str()).filter(|said| !said.is_empty());
        let what = [refusal.what(l)].into_iter().chain(said.map(str::to_owned)).collect::<Vec<_>>().join(" ");
        let problem = Problem::new(l, what).next(refusal.next(l).unwrap_or_default());
        sheet = sheet.status(StatusCode::BAD_REQUEST).part(problem);
    }
    for part in view.seals() {
        sheet = sheet.part(part);
    }
    sheet = sheet.part(view.facts()).part(view.answers());
    if view.is_encrypted() {
        sheet = sheet.part(view.key_form());
    }
    if let Some((table, changes)) = view.versions() {
        sheet = sheet.part(table).part(changes);
    }
    sheet = view.review(sheet, asked.review);
    sheet = sheet.part(view.history(&history));
    if seated.seat.has(Right::Manage) {
        let erase = crate::frame::Link::new(l.text("erase-this"), format!("{}/erase", view.address));
        sheet = sheet.part(Section::new(l.text("erase-heading")).say(l.text("erase-what")).links([erase]));
    }
    Ok(sheet)
}

/// Puts what a key opened in the place of what came sealed by the phone.
fn show_opened(detail: &mut SubmissionDetail, opened: OpenedByKey) -> SignatureCheck {
    if let Some(newest) = detail.versions.last_mut() {
        newest.values = opened.values;
        newest.sensitive_closed = false;
        newest.identity_closed = opened.identity_closed;
    }
    opened.signature
}

fn compartment_title(seated: &Seated, compartments: &[desk::CompartmentState], id: i64) -> String {
    let found = compartments.iter().find(|state| state.compartment.id == id);
    let name = found.map_or("", |state| state.compartment.name.as_str());
    let locale = seated.visitor.reader.locale;
    seated
        .seat
        .protocol()
        .compartment(name)
        .map_or_else(|| name.to_owned(), |compartment| compartment.title.get(locale.code()).to_owned())
}

#[derive(Template)]
#[template(source = r#"<code class="take">{{ code }}</code>"#, ext = "html")]
struct Code<'a> {
    code: &'a str,
}

#[derive(Template)]
#[template(source = r#"<a href="/ledger/leaf/{{ leaf }}">{{ text }}</a>"#, ext = "html")]
struct LeafLink {
    leaf: i64,
    text: String,
}

pub(super) struct View<'a> {
    pub(super) seated: &'a Seated,
    pub(super) l: Locale,
    pub(super) form: &'a Form,
    pub(super) address: String,
    pub(super) detail: &'a SubmissionDetail,
    pub(super) newest: &'a VersionDetail,
    pub(super) names: &'a Names,
    pub(super) reason: Option<&'a str>,
    pub(super) may_open: bool,
    /// What the phone's signature says, where a key has opened the submission.
    pub(super) by_key: Option<SignatureCheck>,
    pub(super) title_of: &'a dyn Fn(i64) -> String,
}

impl View<'_> {
    fn model(&self) -> &FormModel {
        &self.newest.model
    }

    fn frame(&self) -> Frame {
        let l = self.l;
        let title = l.text_with(
            "submission-title",
            &[
                ("form", self.model().form.title.as_str().into()),
                ("received", moment(l, self.detail.submission.created_at).into()),
            ],
        );
        let mut frame = self
            .seated
            .frame(Room::Submissions, title)
            .under(&self.model().form.title, list_address(self.seated.mandate(), &self.form.form_id))
            .state(review_word(l, &self.detail.submission.review_state));
        // An opening is answered at its own address; what leads back here leads to the submission.
        frame.here = match self.seated.visitor.reader.here.path() == self.address {
            true => self.seated.visitor.reader.here.clone(),
            false => Address::new(&self.address),
        };
        frame
    }

    /// What is closed and how it opens, or what is open now.
    fn seals(&self) -> Vec<Markup> {
        let l = self.l;
        let mut parts = Vec::new();
        let visitor = &self.seated.visitor;
        let unlocked = visitor.desk().minutes_unlocked(&visitor.session).is_some();
        let version = &self.model().version;
        if let Some(signature) = self.by_key {
            let (tone, id) = match signature {
                SignatureCheck::Matches => (Tone::Done, "signature-matches"),
                SignatureCheck::Differs => (Tone::Warning, "signature-differs"),
                SignatureCheck::Absent => (Tone::Plain, "signature-absent"),
                SignatureCheck::FilesMissing => (Tone::Plain, "signature-files-missing"),
            };
            parts.push(Notice::new(tone, l.text(id)).into());
        } else if self.newest.version.encrypted {
            parts.push(Notice::new(Tone::Plain, l.text("submission-encrypted")).into());
        }
        if (self.newest.sensitive_closed || self.newest.identity_closed) && !unlocked {
            let notice = Notice::new(Tone::Plain, l.text("submission-locked"));
            parts.push(notice.link(l.text("sealed-unlock"), self.unlock()).into());
            return parts;
        }
        if self.newest.sensitive_closed {
            let title = (self.title_of)(version.sensitive_compartment);
            let text = l.text_with_one("submission-closed-to-you", "compartment", title);
            parts.push(Notice::new(Tone::Plain, text).into());
        }
        if let Some(reason) = self.reason {
            let text = l.text_with_one("submission-identity-open", "reason", reason);
            parts.push(Opened::new(text, Markup::default()).into());
        }
        parts
    }

    fn facts(&self) -> Facts {
        let l = self.l;
        let submission = &self.detail.submission;
        let sender = sender(l, self.names, submission.device, submission.member);
        let received = l.text_with(
            "submission-received-from",
            &[("received", moment(l, submission.created_at).into()), ("sender", sender.into())],
        );
        let version = match self.model().version.version.as_str() {
            "" => "–".to_owned(),
            version => version.to_owned(),
        };
        let facts = Facts::new()
            .fact(l.text("submissions-received"), received)
            .fact(l.text("submissions-state"), review_tag(l, &submission.review_state))
            .fact(l.text("form-version"), version)
            .fact(l.text("submission-instance"), Markup::of(&Code { code: &submission.instance_id }))
            .fact(l.text("submission-leaf"), self.leaf(self.newest.version.leaf));
        if !self.newest.identity_closed {
            return facts;
        }
        let visitor = &self.seated.visitor;
        let opening = match (visitor.desk().minutes_unlocked(&visitor.session), self.may_open) {
            (None, _) => Opening::AfterUnlock(self.unlock().to_string()),
            (Some(_), true) => Opening::WithReason(format!("{}/identity", self.address)),
            (Some(_), false) => Opening::NotYours,
        };
        let label = l.text("submission-identity");
        facts.fact(&label, SealedValue::closed(l, &label, opening))
    }

    fn unlock(&self) -> Address {
        Address::new("/unlock").with("next", &self.address)
    }

    /// Whether the answers are under the phone's own lock.
    fn is_encrypted(&self) -> bool {
        self.newest.version.encrypted && self.by_key.is_none()
    }

    fn key_form(&self) -> Section {
        let l = self.l;
        let ask = Questions::new(l, format!("{}/key", self.address), l.text("key-open"))
            .field(
                Field::text("key", l.text("key-private"), 6)
                    .hint(l.text("key-private-hint"))
                    .autocomplete("off"),
            )
            .field(Field::line("reason", l.text("sealed-reason")).hint(l.text("key-reason-hint")).optional())
            .field(Field::checkboxes(
                "files",
                l.text("key-files"),
                vec![Choice::new("yes", l.text("key-files-save")).hint(l.text("key-files-hint"))],
            ));
        Section::new(l.text("key-heading")).part(ask)
    }

    pub(super) fn leaf(&self, leaf: i64) -> Markup {
        Markup::of(&LeafLink { leaf, text: self.l.text_with_one("leaf-number", "number", leaf.to_string()) })
    }

    fn answers(&self) -> Section {
        let l = self.l;
        let answers = Answers {
            wording: Wording::new(l, &self.model().form),
            version: self.newest,
            address: &self.address,
            reason: self.reason,
        };
        let mut section = Section::new(l.text("submission-answers"));
        if !self.is_encrypted() {
            let laid_out = answers.lay_out();
            section = section.part(laid_out.content);
            if laid_out.unanswered > 0 {
                section = section.say(l.count("answers-unanswered", laid_out.unanswered));
            }
        }
        let files = answers.other_files();
        if !files.is_empty() {
            let list =
                files.into_iter().fold(Facts::new(), |facts, file| facts.fact(l.text("kind-file"), file));
            section = section.part(list);
        }
        section
    }

    /// Every version, and what the chosen one changed.
    fn versions(&self) -> Option<(Table, Section)> {
        let l = self.l;
        let versions = &self.detail.versions;
        if versions.len() < 2 {
            return None;
        }
        let here = Address::new(&self.address);
        let mut table = Table::new(l, &here, l.text("submission-versions"), "")
            .column(Column::new(l.text("form-version")))
            .column(Column::new(l.text("submissions-received")))
            .column(Column::new(l.text("submissions-sender")))
            .column(Column::new(l.text("submission-leaf")));
        for version in versions.iter().rev() {
            let row = &version.version;
            let number = l.text_with_one("version-number", "number", row.number.to_string());
            table = table.row([
                match row.number {
                    1 => Cell::new(number),
                    _ => Cell::link(number, format!("{}?compare={}", self.address, row.number)),
                },
                moment_cell(l, row.received_at),
                Cell::new(sender(l, self.names, row.device, row.member)),
                Cell::new(self.leaf(row.leaf)),
            ]);
        }
        let wanted =
            self.seated.visitor.reader.here.get("compare").and_then(|text| text.parse::<usize>().ok());
        let after = wanted.filter(|number| (2..=versions.len()).contains(number)).unwrap_or(versions.len());
        let (before, after) = (versions.get(after - 2)?, versions.get(after - 1)?);
        let note = |version: &VersionDetail| {
            let row = &version.version;
            format!("{} · {}", sender(l, self.names, row.device, row.member), moment(l, row.received_at))
        };
        let found = changes(l, before, after, [note(before), note(after)]);
        let values = [("differing", found.differing.into()), ("same", found.same.into())];
        let mut section =
            Section::new(l.text_with_one("versions-in", "number", after.version.number.to_string()))
                .say(l.text_with("versions-count", &values));
        if after.sensitive_closed || after.identity_closed {
            section = section.say(l.text("versions-closed"));
        }
        if found.differing > 0 {
            section = match found.sealed {
                true => section.part(Opened::new(l.text("versions-sealed"), found.comparison)),
                false => section.part(found.comparison),
            };
        }
        Some((table, section))
    }
}
