//! Sheets whose names look like a slip of the pen.

const SHEETS: [&str; 6] = ["survey", "choices", "settings", "external_choices", "osm", "entities"];

/// Whether a sheet with this (lower case) name is part of XLSForm.
pub(crate) fn is_known_sheet(name: &str) -> bool {
    SHEETS.contains(&name)
}

/// Says which sheets may have been meant as `wanted`; names that start with `_` are left alone.
pub(crate) fn similar_sheets<'a>(wanted: &str, names: impl Iterator<Item = &'a str>) -> Option<String> {
    let candidates: Vec<String> = names
        .filter(|name| !name.starts_with('_') && !is_known_sheet(name))
        // Names of very different length are far apart; do not measure them.
        .filter(|name| name.len() < 4 * wanted.len() + 16 && distance(&name.to_lowercase(), wanted) <= 2)
        .map(|name| format!("'{name}'"))
        .collect();
    (!candidates.is_empty()).then(|| {
        format!(
            "When looking for a sheet named '{wanted}', the following sheets with similar names were found: {}.",
            candidates.join(", ")
        )
    })
}

/// Levenshtein's distance: how many letters to add, drop or change.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, letter) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, other) in b.iter().enumerate() {
            let change = diagonal + usize::from(letter != *other);
            diagonal = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_noticed() {
        assert_eq!(distance("kitten", "sitting"), 3);
        let found = similar_sheets("settings", ["Setings", "_setting", "survey", "notes"].into_iter());
        assert!(found.is_some_and(|m| m.ends_with("were found: 'Setings'.")));
    }
}
