//! The `audit` question: what the phone notes about how a form is filled in.

use crate::draft::Draft;
use crate::parameters::{self, Parameters};
use crate::problem::Problem;
use crate::python;
use crate::value::{Map, Value};

const LOCATION: [&str; 3] = ["location-priority", "location-min-interval", "location-max-age"];

pub(super) fn read(
    number: u32,
    mut row: Map,
    mut draft: Draft,
    parameters: &Parameters,
) -> Result<Draft, Problem> {
    if row.get("name").is_some_and(|name| !matches!(name.text(), Some("" | "audit"))) {
        return Err(Problem::in_row(
            number,
            "Audits must always be named 'audit.' The name column should be left blank.",
        )
        .column("name"));
    }
    row.insert("name".to_owned(), Value::from("audit"));
    "audit".clone_into(&mut draft.name);
    draft.fields = row;
    parameters::check(
        parameters,
        &[
            "identify-user",
            "location-max-age",
            "location-min-interval",
            "location-priority",
            "track-changes",
            "track-changes-reasons",
        ],
        number,
    )?;
    let fault = |message: String| Problem::new(message).sheet("survey").row(number).column("parameters");
    let yes_no = |name: &str| match parameters.get(name).map(String::as_str) {
        None | Some("true" | "false") => Ok(()),
        Some(value) => {
            Err(fault(format!("{name} must be set to true or false: '{value}' is an invalid value.")))
        }
    };
    yes_no("track-changes")?;
    copy(&mut draft, parameters, "track-changes");
    if parameters.get("track-changes-reasons").is_some_and(|v| v != "on-form-edit") {
        return Err(fault("track-changes-reasons must be set to on-form-edit".to_owned()));
    }
    copy(&mut draft, parameters, "track-changes-reasons");
    yes_no("identify-user")?;
    copy(&mut draft, parameters, "identify-user");

    if LOCATION.iter().any(|name| parameters.contains_key(*name)) {
        let [Some(priority), Some(interval), Some(age)] = LOCATION.map(|name| parameters.get(name)) else {
            return Err(fault(
                "To include location information in the audit, 'location-priority', 'location-min-interval', and \
                 'location-max-age' are required parameters."
                    .to_owned(),
            ));
        };
        if !matches!(priority.as_str(), "no-power" | "low-power" | "balanced" | "high-accuracy") {
            return Err(fault(format!(
                "Parameter location-priority must be set to no-power, low-power, balanced, or high-accuracy:\
                 '{priority}' is an invalid value"
            )));
        }
        let whole = |name: &str, text: &str, at_least: &str| {
            let Some(value) = python::integer(text) else {
                return Err(fault(format!("Parameter {name} must have an integer value.")));
            };
            if value < 0 {
                return Err(fault(format!("Parameter {name} must be {at_least} or equal to zero.")));
            }
            Ok(value)
        };
        let interval = whole("location-min-interval", interval, "greater than")?;
        let age = whole("location-max-age", age, "greater  than")?;
        if age < interval {
            return Err(fault(
                "Parameter location-max-age must be greater than or equal to location-min-interval."
                    .to_owned(),
            ));
        }
        for name in ["location-max-age", "location-min-interval", "location-priority"] {
            copy(&mut draft, parameters, name);
        }
    }
    Ok(draft)
}

fn copy(draft: &mut Draft, parameters: &Parameters, name: &str) {
    if let Some(value) = parameters.get(name) {
        draft.set("bind", &format!("odk:{name}"), value.as_str());
    }
}
