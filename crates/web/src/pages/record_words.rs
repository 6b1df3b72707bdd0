//! The words of the record: each action in a sentence, and what an entry says besides.

use serde_json::{Map, Value};

use crate::locale::Locale;

/// Every action that the desk writes, and the Fluent id of its words, in the order of a filter's list.
pub const ACTIONS: &[(&str, &str)] = &[
    ("identity.open", "record-identity-open"),
    ("submission.create", "record-submission-create"),
    ("submission.update.version", "record-submission-edit"),
    ("submission.update", "record-submission-review"),
    ("submission.erase", "record-submission-erase"),
    ("comment.create", "record-comment"),
    ("form.submission.export", "record-export"),
    ("entity.create", "record-entity-create"),
    ("entity.update.version", "record-entity-update"),
    ("entity.update.resolve", "record-entity-resolve"),
    ("entity.delete", "record-entity-delete"),
    ("entity.erase", "record-entity-erase"),
    ("entity.error", "record-entity-error"),
    ("entity.restore", "record-entity-restore"),
    ("entity.bulk.create", "record-entity-list"),
    ("entity.bulk.delete", "record-entity-list-delete"),
    ("submission.backlog.hold", "record-entity-hold"),
    ("submission.backlog.reprocess", "record-entity-release"),
    ("dataset.create", "record-registry-create"),
    ("dataset.update", "record-registry-update"),
    ("dataset.delete", "record-registry-delete"),
    ("mandate.move_in", "record-move-in"),
    ("case.begin", "record-case-begin"),
    ("mandate.reconcile", "record-mandate-reconcile"),
    ("case.fact", "record-case-fact"),
    ("case.fact.correct", "record-case-fact-correct"),
    ("case.fact.withdraw", "record-case-fact-withdraw"),
    ("frame.list", "record-frame-list"),
    ("frame.freeze", "record-frame-freeze"),
    ("walk.draw", "record-walk-draw"),
    ("draw.message", "record-draw-message"),
    ("form.update.draft.set", "record-form-draft"),
    ("form.update.draft.delete", "record-form-draft-delete"),
    ("form.update.publish", "record-form-publish"),
    ("form.update", "record-form-state"),
    ("form.attachment.update", "record-form-file"),
    ("field_key.create", "record-device-create"),
    ("field_key.session.end", "record-device-revoke"),
    ("assignment.create", "record-role-give"),
    ("assignment.delete", "record-role-take"),
    ("key.give", "record-key-give"),
    ("key.take", "record-key-take"),
    ("key.shares", "record-shares-make"),
    ("key.shares.drop", "record-shares-drop"),
    ("key.recover", "record-key-recover"),
    ("project.create", "record-mandate-create"),
    ("project.update", "record-mandate-update"),
    ("user.session.create", "record-log-in"),
    ("member.unlock", "record-unlock"),
    ("user.create", "record-account-create"),
    ("user.update", "record-account-update"),
    ("user.delete", "record-account-close"),
    ("user.password", "record-password"),
    ("user.recover", "record-recover"),
    ("user.recovery.make", "record-recovery-code"),
    ("user.totp.set", "record-totp-set"),
    ("user.totp.drop", "record-totp-drop"),
    ("user.passkey.add", "record-passkey-add"),
    ("user.passkey.drop", "record-passkey-drop"),
    ("member.invite", "record-invite"),
    ("member.invite.withdraw", "record-invite-withdraw"),
    ("form.create", "record-form-create"),
    ("form.delete", "record-form-delete"),
    ("form.restore", "record-form-restore"),
    ("field_key.delete", "record-device-delete"),
    ("field_key.assignment.create", "record-device-assign"),
    ("field_key.assignment.delete", "record-device-unassign"),
    ("public_link.create", "record-link-create"),
    ("public_link.delete", "record-link-delete"),
    ("public_link.session.end", "record-link-end"),
    ("public_link.assignment.create", "record-link-assign"),
    ("submission.attachment.update", "record-submission-file"),
    ("submission.delete", "record-submission-delete"),
    ("submission.restore", "record-submission-restore"),
    ("user.assignment.create", "record-account-role-give"),
    ("user.assignment.delete", "record-account-role-take"),
    ("project.delete", "record-mandate-delete"),
    ("release.draft", "record-release-draft"),
    ("release.prepare", "record-release-prepare"),
    ("release.sign", "record-release-sign"),
    ("release.cosign", "record-release-cosign"),
    ("release.witnesses", "record-release-witnesses"),
    ("release.ask_retraction", "record-release-ask-retraction"),
    ("release.retract", "record-release-retract"),
];

/// What the record says beside an action, by the name in its detail. What only machines need is left out.
const DETAILS: &[(&str, &str)] = &[
    ("reason", "record-detail-reason"),
    ("role", "record-detail-role"),
    ("compartment", "record-detail-compartment"),
    ("version", "record-detail-version"),
    ("state", "record-detail-state"),
    ("reviewState", "record-detail-state"),
    ("name", "record-detail-name"),
    ("classes", "record-detail-classes"),
    ("errorMessage", "record-detail-problem"),
    ("threshold", "record-detail-threshold"),
    ("epoch", "record-detail-epoch"),
];

/// An action in words; one that is not known here is shown as it is.
pub fn action_in_words(l: Locale, action: &str) -> String {
    let known = ACTIONS.iter().find(|(known, _)| *known == action);
    known.map_or_else(|| action.to_owned(), |(_, id)| l.text(id))
}

/// What an entry's detail says, for people.
pub fn details(l: Locale, detail: &str) -> String {
    let detail: Map<String, Value> = serde_json::from_str(detail).unwrap_or_default();
    let words = DETAILS.iter().filter_map(|(name, id)| {
        let value = match detail.get(*name)? {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        Some(l.text_with_one(id, "value", value))
    });
    let words: Vec<String> = words.collect();
    if words.is_empty() { "–".to_owned() } else { words.join(" · ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_detail_is_told_without_what_machines_need() {
        let detail = r#"{"reason":"a family asked","salt":"00ff","sealed":"aa"}"#;
        let told = details(Locale::English, detail);
        assert!(told.contains("a family asked") && !told.contains("00ff"));
        assert_eq!(details(Locale::English, "{}"), "–");
    }
}
