//! ODK Central's words for our refusals, for clients that read English and compare them.

use serde_json::{Value, json};

use crate::answer::Refusal;

/// What Central says where we refuse, and its `details`; none where it has no such case.
pub(super) fn words(refusal: &Refusal) -> Option<(String, Value)> {
    let argument = |name: &str| refusal.argument(name).unwrap_or_default();
    Some(match refusal.id {
        "refusal-not-found" => {
            ("Could not find the resource you were looking for.".to_owned(), Value::Null)
        }
        "refusal-not-allowed" | "refusal-not-administrator" => (
            "The authentication you provided does not have rights to perform that action.".to_owned(),
            Value::Null,
        ),
        "refusal-form-unknown" => {
            let version = argument("version");
            let version = if version == "–" { String::new() } else { version };
            (
                format!("The form version specified in this submission '{version}' does not exist."),
                json!({ "formVersion": version }),
            )
        }
        "refusal-form-closed" => (
            "This form is not currently accepting submissions. Please talk to your program staff if this is \
             unexpected."
                .to_owned(),
            Value::Null,
        ),
        "refusal-different-submission" => (
            "A submission already exists with this ID, but with different XML. Resubmissions to attach additional \
             multimedia must resubmit an identical xml_submission_file."
                .to_owned(),
            Value::Null,
        ),
        "refusal-instance-taken" => {
            let id = argument("instance");
            (
                format!("A resource already exists with instanceID value(s) of {id}."),
                json!({ "fields": ["instanceID"], "values": [id] }),
            )
        }
        "refusal-deprecated-unknown" => {
            let id = argument("instance");
            (
                format!("You tried to update an existing submission, but we can't find that submission to update ({id})"),
                json!({ "deprecatedId": id }),
            )
        }
        "refusal-deprecated-old" => {
            let id = argument("instance");
            (
                format!(
                    "You tried to update a submission, but the copy you were editing ({id}) is now out of date. Please \
                     get the new version that has been submitted, and make your edits again."
                ),
                json!({ "deprecatedId": id }),
            )
        }
        "refusal-removed-submission" => {
            ("This submission has been deleted. You may not resubmit it.".to_owned(), Value::Null)
        }
        _ => return None,
    })
}
