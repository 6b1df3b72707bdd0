//! The `range` question: a slider with steps and ticks.

use crate::choices::Lists;
use crate::decimal::Decimal;
use crate::draft::Draft;
use crate::parameters::{self, Parameters};
use crate::problem::Problem;
use crate::value::Value;

/// Most ticks that can have labels.
const MAX_TICKS: usize = 1000;

pub(super) fn read(
    number: u32,
    mut draft: Draft,
    mut parameters: Parameters,
    lists: &Lists,
) -> Result<Draft, Problem> {
    let fault = |message: String| {
        Problem::in_row(
            number,
            &format!("On the 'survey' sheet, the 'parameters' value is invalid. {message}"),
        )
        .column("parameters")
    };
    parameters::check(
        &parameters,
        &["end", "placeholder", "start", "step", "tick_interval", "tick_labelset"],
        number,
    )?;
    let appearance = draft.part("control", "appearance").and_then(Value::text).unwrap_or_default().to_owned();
    let no_ticks = appearance.contains("no-ticks");
    if !appearance.is_empty()
        && !appearance.contains("vertical")
        && !no_ticks
        && ["tick_interval", "placeholder", "tick_labelset"].iter().any(|k| parameters.contains_key(*k))
    {
        return Err(fault(
            "For the 'range' question type, the parameters 'tick_interval', 'placeholder', and 'tick_labelset' are \
             only supported for the appearances 'vertical', 'no-ticks', 'vertical no-ticks', and the default (empty) \
             horizontal."
                .to_owned(),
        ));
    }
    for (name, value) in [("start", "1"), ("end", "10"), ("step", "1")] {
        parameters.entry(name.to_owned()).or_insert_with(|| value.to_owned());
    }
    let about = |name: &str, rest: &str| {
        fault(format!("For the 'range' question type, the parameter '{name}' must {rest}"))
    };
    let read = |name: &str| match parameters.get(name) {
        None => Ok(None),
        Some(text) => Decimal::parse(text).map(Some).ok_or_else(|| about(name, "be a number.")),
    };
    let (Some(start), Some(end), Some(step)) = (read("start")?, read("end")?, read("step")?) else {
        return Err(about("start", "be a number."));
    };
    let tick = read("tick_interval")?;
    let placeholder = read("placeholder")?;
    let width = end.minus(start).abs();
    let (low, high) = if start <= end { (start, end) } else { (end, start) };
    for (name, size) in [("step", Some(step)), ("tick_interval", tick)] {
        let Some(size) = size else { continue };
        if size.is_zero() {
            return Err(about(name, "not be '0' (zero)."));
        }
        if size > width {
            return Err(about(
                name,
                "not be larger than the range (the difference between 'start' and 'end').",
            ));
        }
        if name == "tick_interval" && !size.is_multiple_of(step) {
            return Err(about(name, "be a multiple of 'step'."));
        }
    }
    if let Some(value) = placeholder {
        if !value.minus(start).is_multiple_of(step) {
            return Err(about("placeholder", "be a multiple of 'step'."));
        }
        if value < low || value > high {
            return Err(about("placeholder", "be between the 'start' and 'end' values, inclusive)."));
        }
    }
    // In the form the names have hyphens and a namespace.
    for (name, attribute) in [("tick_interval", "odk:tick-interval"), ("placeholder", "odk:placeholder")] {
        if let Some(value) = parameters.shift_remove(name) {
            parameters.insert(attribute.to_owned(), value);
        }
    }
    if let Some(list) = parameters.shift_remove("tick_labelset") {
        let Some(choices) = lists.get(&list) else {
            return Err(about(
                "tick_labelset",
                "be a choice list name from the 'list_name' column on the choices sheet.",
            ));
        };
        if choices.len() > MAX_TICKS {
            return Err(fault(format!("A range can have {MAX_TICKS} labelled ticks at most.")));
        }
        let mut labelled: Vec<Decimal> = Vec::new();
        for choice in choices {
            let name = choice.get("name").and_then(Value::text).unwrap_or_default();
            let Some(value) = Decimal::parse(name) else {
                // The name of the parameter is not filled in by pyxform.
                return Err(fault(
                    "For the 'range' question type, the parameter 'unknown' choice values must all be numbers."
                        .to_owned(),
                ));
            };
            if value < low || value > high {
                return Err(fault(
                    "For the 'range' question type, the parameter 'tick_labelset' choices must be between the 'start' \
                     and 'end' values, inclusive."
                        .to_owned(),
                ));
            }
            let (name, size) = match tick {
                Some(tick) if !value.minus(start).is_multiple_of(tick) => ("tick_interval", tick),
                _ => ("step", step),
            };
            if !value.minus(start).is_multiple_of(size) {
                return Err(fault(format!(
                    "For the 'range' question type, the parameter 'tick_labelset' choices' values must be equal to \
                     the start of the range plus a multiple of '{name}'."
                )));
            }
            if no_ticks && labelled.len() <= 2 && !labelled.contains(&value) {
                labelled.push(value);
            }
        }
        if no_ticks {
            if labelled.len() > 2 {
                return Err(fault(
                    "For the 'range' question type, the parameter 'tick_labelset' choice list must have only 2 items \
                     when the 'appearance' is 'no-ticks'."
                        .to_owned(),
                ));
            }
            let ends = labelled.contains(&start) && labelled.contains(&end);
            if !ends || labelled.iter().any(|v| *v != start && *v != end) {
                return Err(fault(
                    "For the 'range' question type, the parameter 'tick_labelset' choice list values may onlymatch \
                     the range 'start' and 'end' values when the 'appearance' is 'no-ticks'."
                        .to_owned(),
                ));
            }
        }
        draft.itemset = Some(list);
    }
    if [Some(start), Some(end), Some(step), tick, placeholder].into_iter().flatten().any(|v| !v.is_whole()) {
        draft.set("bind", "type", "decimal");
    }
    for (name, value) in &parameters {
        draft.set("control", name, value.as_str());
    }
    draft.parameters = Some(parameters);
    Ok(draft)
}
