//! Photos and sound.

use crate::draft::{Action, Draft, LOAD};
use crate::parameters::{self, Parameters};
use crate::problem::{Problem, row_prefix};
use crate::python;
use crate::value::Value;

pub(super) fn photo(
    number: u32,
    mut draft: Draft,
    parameters: &Parameters,
    warnings: &mut Vec<String>,
) -> Result<Draft, Problem> {
    let fault = |message: String| Problem::new(message).sheet("survey").row(number).column("parameters");
    if let Some(default) = draft.fields.get_mut("default") {
        let Value::Text(text) = default else { return Err(Problem::wrong_shape(number, "default")) };
        if !text.is_empty() && !text.contains("jr://images/") {
            *text = format!("jr://images/{text}");
        }
    }
    parameters::check(parameters, &["app", "max-pixels"], number)?;
    match parameters.get("max-pixels") {
        Some(pixels) => {
            if python::integer(pixels).is_none() {
                return Err(fault("Parameter max-pixels must have an integer value.".to_owned()));
            }
            draft.set("bind", "orx:max-pixels", pixels.as_str());
        }
        None => warnings.push(format!(
            "{} Use the max-pixels parameter to speed up submission sending and save storage space. \
             Learn more: https://xlsform.org/#image",
            row_prefix(number)
        )),
    }
    let plain = match draft.part("control", "appearance") {
        None => true,
        Some(appearance) => appearance.text() == Some("annotate"),
    };
    if let Some(app) = parameters.get("app").filter(|_| plain) {
        if let Some(reason) = package_fault(app) {
            return Err(fault(format!(
                "{} Parameter 'app' has an invalid Android package name - {reason}",
                row_prefix(number)
            )));
        }
        draft.set("control", "intent", app.as_str());
    }
    Ok(draft)
}

/// Why a name cannot be that of an Android package.
fn package_fault(name: &str) -> Option<&'static str> {
    let segments = || name.split('.');
    Some(if python::strip(name).is_empty() {
        "package name is missing."
    } else if !name.contains('.') {
        "the package name must have at least one '.' separator."
    } else if name.ends_with('.') {
        "the package name cannot end in a '.' separator."
    } else if segments().any(str::is_empty) {
        "package segments must be of non-zero length."
    } else if segments().any(|s| s.starts_with('_')) {
        "the character '_' cannot be the first character in a package name segment."
    } else if segments().any(|s| s.starts_with(char::is_numeric)) {
        "a digit cannot be the first character in a package name segment."
    } else if !segments().all(|s| s.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')) {
        "the package name can only include letters (a-z, A-Z), numbers (0-9), dots (.), and underscores (_)."
    } else {
        return None;
    })
}

/// The quality parameter, if it is one of those accepted.
fn quality(number: u32, parameters: &Parameters, accepted: &[&str]) -> Result<Option<String>, Problem> {
    parameters::check(parameters, &["quality"], number)?;
    match parameters.get("quality") {
        Some(quality) if !accepted.contains(&quality.as_str()) => {
            Err(Problem::new("Invalid value for quality.").sheet("survey").row(number).column("parameters"))
        }
        quality => Ok(quality.cloned()),
    }
}

pub(super) fn audio(number: u32, mut draft: Draft, parameters: &Parameters) -> Result<Draft, Problem> {
    if let Some(quality) = quality(number, parameters, &["voice-only", "low", "normal", "external"])? {
        draft.set("bind", "odk:quality", quality);
    }
    Ok(draft)
}

pub(super) fn background_audio(
    number: u32,
    mut draft: Draft,
    parameters: &Parameters,
) -> Result<Draft, Problem> {
    let quality = quality(number, parameters, &["voice-only", "low", "normal"])?;
    draft.actions.push(Action { quality, ..Action::new("odk:recordaudio", LOAD) });
    Ok(draft)
}
