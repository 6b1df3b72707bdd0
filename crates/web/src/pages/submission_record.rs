//! What people decided and wrote about a submission, and what happened to it.

use askama::Template;
use desk::protocol::Right;
use desk::store::audit::AuditEntry;

use crate::answer::Refusal;
use crate::moment::moment;
use crate::pages::submission::View;
use crate::pages::submission_list::REVIEW_STATES;
use crate::pages::submissions::{review_tag, review_word, sender};
use crate::patterns::{Choice, Field, Form as Questions, History, Markup, Opening, SealedValue, Section};
use crate::sent::Sent;
use crate::sheet::Sheet;

/// Two things that stand beside each other, where they are there.
#[derive(Template)]
#[template(
    source = r#"{% if let Some(first) = first %}{{ first }} {% endif %}{% if let Some(second) = second %}{{ second }}{% endif %}"#,
    ext = "html"
)]
struct Pair {
    first: Option<Markup>,
    second: Option<Markup>,
}

impl View<'_> {
    /// Notes and decisions, and the form for the next one.
    pub(super) fn review(&self, sheet: Sheet, again: Option<(&Sent, Refusal)>) -> Sheet {
        let l = self.l;
        let mut notes = History::new(l.text("review-notes"));
        for (note, text) in self.detail.notes.iter().rev() {
            let who = self.names.member(note.member).unwrap_or("–");
            let state = note.review_state.as_deref().map(|state| review_tag(l, state).into());
            let words: Option<Markup> = match (text, &note.sealed_body) {
                (Some(text), _) => Some(SealedValue::opened(l, "", text.as_str()).short().into()),
                (None, Some(_)) => {
                    Some(SealedValue::closed(l, l.text("review-note"), Opening::NotYours).short().into())
                }
                (None, None) => None,
            };
            notes = notes.entry(moment(l, note.at), who, Markup::of(&Pair { first: state, second: words }));
        }
        let sheet = if self.detail.notes.is_empty() { sheet } else { sheet.part(notes) };
        if !self.seated.seat.has(Right::Review) {
            return sheet;
        }
        let offered = REVIEW_STATES.iter().filter(|(state, _)| *state != "edited");
        let keep = Choice::new("", l.text("review-keep"));
        let states = offered.map(|(state, id)| Choice::new(*state, l.text(id)));
        let mut form = Questions::new(l, format!("{}/review", self.address), l.text("review-save"))
            .field(
                Field::radios("state", l.text("review-decision"), [keep].into_iter().chain(states).collect())
                    .value(""),
            )
            .field(Field::text("text", l.text("review-note"), 3).hint(l.text("review-note-hint")).optional());
        if let Some((sent, refusal)) = &again {
            form = form.fill(sent.pairs());
            form.refuse(refusal, "text");
        }
        sheet.form_in(Section::new(l.text("review-heading")), &form)
    }

    pub(super) fn history(&self, entries: &[AuditEntry]) -> History {
        let l = self.l;
        entries.iter().rev().fold(History::new(l.text("history-heading")), |history, entry| {
            let who = sender(l, self.names, entry.device, entry.member);
            let what = Markup::text(&self.happened(entry));
            let leaf = entry.leaf.map(|leaf| self.leaf(leaf));
            history.entry(moment(l, entry.at), who, Markup::of(&Pair { first: Some(what), second: leaf }))
        })
    }

    fn happened(&self, entry: &AuditEntry) -> String {
        let l = self.l;
        let detail: serde_json::Value = serde_json::from_str(&entry.detail).unwrap_or_default();
        let text =
            |name: &str| detail.get(name).and_then(|value| value.as_str()).unwrap_or_default().to_owned();
        match entry.action.as_str() {
            "submission.create" => l.text("history-received"),
            "submission.update.version" => l.text("history-edited"),
            "submission.update" => {
                l.text_with_one("history-reviewed", "state", review_word(l, &text("reviewState")))
            }
            "comment.create" => l.text("history-noted"),
            "identity.open" => l.text_with_one("history-opened", "reason", text("reason")),
            "entity.error" => l.text_with_one("history-entity-error", "problem", text("problem")),
            other => other.to_owned(),
        }
    }
}
