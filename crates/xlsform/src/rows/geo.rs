//! Places, lines and areas.

use super::Rows;
use crate::aliases;
use crate::draft::Draft;
use crate::parameters::{self, Parameters};
use crate::problem::{Failure, Problem};
use crate::python;
use crate::reference;

fn fault(number: u32, message: &str) -> Problem {
    Problem::in_row(number, &format!("On the 'survey' sheet, the 'parameters' value is invalid. {message}"))
        .column("parameters")
}

pub(super) fn read(
    number: u32,
    mut draft: Draft,
    parameters: &Parameters,
    geometries: &mut Vec<(String, u32)>,
) -> Result<Draft, Problem> {
    if draft.kind == "geopoint" {
        parameters::check(
            parameters,
            &["allow-mock-accuracy", "capture-accuracy", "reference-geometry", "warning-accuracy"],
            number,
        )?;
        for (name, attribute) in
            [("capture-accuracy", "accuracyThreshold"), ("warning-accuracy", "unacceptableAccuracyThreshold")]
        {
            let Some(value) = parameters.get(name) else { continue };
            if !python::is_float(value) {
                return Err(fault(number, &format!("The '{name}' parameter must have a numeric value.")));
            }
            draft.set("control", attribute, value.as_str());
        }
    } else {
        parameters::check(parameters, &["allow-mock-accuracy", "incremental", "reference-geometry"], number)?;
        if let Some(incremental) = parameters.get("incremental") {
            if aliases::yes_no(incremental) != Some(true) {
                return Err(fault(
                    number,
                    "For geoshape and geotrace questions, the 'incremental' parameter may either be 'true' or not \
                     included.",
                ));
            }
            draft.set("control", "incremental", "true");
        }
    }
    if let Some(allow) = parameters.get("allow-mock-accuracy") {
        if !matches!(allow.as_str(), "true" | "false") {
            return Err(fault(
                number,
                "The 'allow-mock-accuracy' parameter must be either 'true' or 'false'.",
            ));
        }
        draft.set("bind", "odk:allow-mock-accuracy", allow.as_str());
    }
    if let Some(geometry) = parameters.get("reference-geometry") {
        geometries.push((geometry.clone(), number));
        draft.itemset = Some(geometry.clone());
    }
    Ok(draft)
}

/// A `background-geopoint` is taken when another question changes, and computes nothing.
pub(super) fn check_background(number: u32, draft: &Draft) -> Result<(), Problem> {
    if draft.triggers.is_empty() {
        return Err(Problem::in_row(
            number,
            "For 'background-geopoint' questions, the 'trigger' column must not be empty.",
        )
        .column("trigger"));
    }
    if draft.part("bind", "calculate").is_some() {
        return Err(Problem::in_row(
            number,
            "For 'background-geopoint' questions, the 'calculation' column must be empty.",
        )
        .column("calculation"));
    }
    Ok(())
}

/// A reference geometry is a list of choices or entities, a file, or a repeat.
pub(super) fn check_geometries(rows: &Rows<'_>) -> Result<(), Failure> {
    for (target, number) in &rows.found.geometries {
        let known = rows.found.instances.contains(target)
            || rows.lists.contains_key(target)
            || rows.entities.declarations.contains_key(target)
            || reference::whole(target).is_some_and(|r| rows.repeat_names.contains(r.name));
        if !known {
            return Err(fault(
                *number,
                "The 'reference-geometry' parameter must either match a secondary instance name (a choices list_name, \
                 an entities list_name, or the base name of an attached file), or be a reference variable containing \
                 the name of a repeat.",
            )
            .into());
        }
    }
    Ok(())
}
