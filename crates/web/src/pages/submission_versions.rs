//! What changed between two versions of a submission.

use std::collections::BTreeMap;

use desk::VersionDetail;
use desk::xforms::{Class, Values};
use serde_json::Value;

use crate::locale::Locale;
use crate::pages::answers::Wording;
use crate::patterns::Comparison;

/// Where an answer stands: the field's place in the form, the path, and the rounds of the repeats around it.
type Place = (usize, String, Vec<usize>);

/// A comparison of two versions, and how many answers are the same in both.
pub struct Changes {
    /// The answers that differ.
    pub comparison: Comparison,
    /// How many differ.
    pub differing: usize,
    /// How many are the same.
    pub same: usize,
    /// Whether any of those that differ is sealed.
    pub sealed: bool,
}

/// Compares a version with the one before it; `notes` say who sent each and when.
pub fn changes(locale: Locale, before: &VersionDetail, after: &VersionDetail, notes: [String; 2]) -> Changes {
    let wording = Wording::new(locale, &after.model.form);
    let old = flat(&wording, &before.values);
    let new = flat(&wording, &after.values);
    let title = |number: i64| locale.text_with_one("version-number", "number", number.to_string());
    let [old_note, new_note] = notes;
    let mut comparison = Comparison::new(locale, locale.text("versions-changes"))
        .side(title(before.version.number), old_note)
        .side(title(after.version.number), new_note);
    let places: std::collections::BTreeSet<&Place> = old.keys().chain(new.keys()).collect();
    let (mut same, mut differing, mut sealed) = (0, 0, false);
    for place in places {
        let (one, other) = (old.get(place), new.get(place));
        if one == other {
            same += 1;
            continue;
        }
        let (_, path, rounds) = place;
        differing += 1;
        sealed |= after.model.class_of(path) != Class::Open;
        let field = wording.form.field(path);
        let mut label = field.map_or_else(|| path.clone(), |field| wording.heading(field));
        for round in rounds {
            label.push_str(&format!(" · {}", round + 1));
        }
        let say = |text: Option<&&str>| {
            text.map(|text| field.map_or_else(|| (*text).to_owned(), |field| wording.answer(field, text)))
        };
        let (one, other) = (say(one), say(other));
        comparison = comparison.row(label, &[one.as_deref(), other.as_deref()]);
    }
    Changes { comparison, differing, same, sealed }
}

fn flat<'v>(wording: &Wording<'_>, values: &'v Values) -> BTreeMap<Place, &'v str> {
    let order: BTreeMap<&str, usize> =
        wording.form.fields.iter().enumerate().map(|(place, field)| (field.path.as_str(), place)).collect();
    let mut found = BTreeMap::new();
    gather(&order, values, &[], &mut found);
    found
}

fn gather<'v>(
    order: &BTreeMap<&str, usize>,
    values: &'v Values,
    rounds: &[usize],
    found: &mut BTreeMap<Place, &'v str>,
) {
    for (path, value) in values {
        // Every version has another instance id.
        if path.starts_with("meta/") {
            continue;
        }
        match value {
            Value::String(text) => {
                let place = order.get(path.as_str()).copied().unwrap_or(usize::MAX);
                found.insert((place, path.clone(), rounds.to_vec()), text);
            }
            Value::Array(repetitions) => {
                for (round, inside) in repetitions.iter().filter_map(Value::as_object).enumerate() {
                    gather(order, inside, &[rounds, &[round]].concat(), found);
                }
            }
            _ => {}
        }
    }
}
