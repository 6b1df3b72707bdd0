//! The texts of each open field of a form, end to end, in the order of the submissions that gave them: what a part of a
//! text is looked for in.
//!
//! A set for each value answers "is" and "ordered by" at once, but where nearly every submission says something else
//! there are as many sets as submissions, and to fetch each from the database takes longer than to look into it. Here
//! a few hundred texts are one row: a million are some thousand rows, read in the order of their key and searched
//! where they lie.

use memchr::memchr_iter;
use memchr::memmem::Finder;

use crate::ordinals::Ordinals;
use crate::{Fault, Tx, ValueRef, params, sets};

/// How long the texts of one row may become (bytes), unless one alone is longer: they are written anew when some are
/// added, and on PostgreSQL they lie in one page with all else of the row.
const LENGTH: usize = 8000;

/// Between two texts. No text has it: neither XML nor PostgreSQL knows it.
const END: u8 = 0;

/// The texts of some submissions with consecutive ordinals; empty where there is none.
struct Stretch {
    first: i64,
    texts: Vec<Vec<u8>>,
    length: usize,
}

impl Stretch {
    fn begin(first: i64, joined: &[u8]) -> Stretch {
        let texts = joined.split(|byte| *byte == END).map(<[u8]>::to_vec).collect();
        Stretch { first, texts, length: joined.len() }
    }

    /// Puts a text in its place; tells whether there is room.
    fn put(&mut self, ordinal: i64, text: &[u8]) -> bool {
        let Some(place) = ordinal.checked_sub(self.first).and_then(|place| usize::try_from(place).ok())
        else {
            return false;
        };
        if let Some(there) = self.texts.get_mut(place) {
            self.length = self.length + text.len() - there.len();
            *there = text.to_vec();
            return true;
        }
        // What lies between is empty: each is one byte.
        let longer = self.length.saturating_add(place - self.texts.len() + 1).saturating_add(text.len());
        if longer > LENGTH {
            return false;
        }
        self.texts.resize(place, Vec::new());
        self.texts.push(text.to_vec());
        self.length = longer;
        true
    }

    /// Nothing of a text that is no more may stay: without any, the row goes too.
    fn write(self, tx: &mut Tx, field: i64) -> Result<(), Fault> {
        let mut joined = self.texts.join(&END);
        joined.truncate(joined.iter().rposition(|byte| *byte != END).map_or(0, |last| last + 1));
        if joined.is_empty() {
            tx.execute(
                "DELETE FROM submission_text WHERE field = $1 AND first = $2",
                params![field, self.first],
            )?;
        } else {
            tx.execute(
                "INSERT INTO submission_text (field, first, texts) VALUES ($1, $2, $3) \
                 ON CONFLICT (field, first) DO UPDATE SET texts = excluded.texts",
                params![field, self.first, joined],
            )?;
        }
        Ok(())
    }
}

/// Puts texts of a field in the place of those that these submissions had: of one submission, or of several in the order
/// of their ordinals that are newer than any that is there.
pub(crate) fn put<'t>(
    tx: &mut Tx,
    field: i64,
    texts: impl IntoIterator<Item = (i64, &'t str)>,
) -> Result<(), Fault> {
    let mut texts = texts.into_iter().peekable();
    let Some((first, _)) = texts.peek() else { return Ok(()) };
    let mut stretch = tx.maybe(
        "SELECT first, texts FROM submission_text WHERE field = $1 AND first <= $2 ORDER BY first DESC LIMIT 1",
        params![field, *first],
        |row| Ok(Stretch::begin(row.get(0)?, row.get(1)?)),
    )?;
    for (ordinal, text) in texts {
        let fits = stretch.as_mut().is_some_and(|stretch| stretch.put(ordinal, text.as_bytes()));
        if !fits && !text.is_empty() {
            let full = stretch.replace(Stretch::begin(ordinal, text.as_bytes()));
            full.map_or(Ok(()), |full| full.write(tx, field))?;
        }
    }
    stretch.map_or(Ok(()), |stretch| stretch.write(tx, field))
}

/// Calls `each` with the first ordinal and the texts of every stretch of a field.
fn each(tx: &mut Tx, field: i64, mut each: impl FnMut(i64, &[u8])) -> Result<(), Fault> {
    tx.each("SELECT first, texts FROM submission_text WHERE field = $1", params![field], |row| {
        if let ValueRef::Blob(texts) = row.value(1)? {
            each(row.get(0)?, texts);
        }
        Ok::<_, Fault>(())
    })
}

/// The submissions whose text contains a part, whatever the case (ASCII).
pub(crate) fn containing(tx: &mut Tx, field: i64, part: &str) -> Result<Ordinals, Fault> {
    let mut found = Ordinals::default();
    if part.bytes().any(|byte| byte == END) {
        return Ok(found);
    }
    let part = part.to_ascii_lowercase();
    // A part without letters is found in the texts as they are.
    let folds = part.bytes().any(|byte| byte.is_ascii_alphabetic());
    let finder = Finder::new(part.as_bytes());
    let mut folded = Vec::new();
    each(tx, field, |first, texts| {
        let texts = if folds {
            folded.clear();
            folded.extend_from_slice(texts);
            folded.make_ascii_lowercase();
            &folded
        } else {
            texts
        };
        places(texts, &finder, |place| found.insert(first.saturating_add(place)));
    })?;
    Ok(found)
}

/// Calls `each` with the place of every text in which something is found. Nothing at all is found in each that is not
/// empty.
fn places(mut texts: &[u8], finder: &Finder, mut each: impl FnMut(i64)) {
    if finder.needle().is_empty() {
        let places = (0..).zip(texts.split(|byte| *byte == END));
        places.filter(|(_, text)| !text.is_empty()).for_each(|(place, _)| each(place));
        return;
    }
    let mut place = 0;
    while let Some((before, rest)) = finder.find(texts).and_then(|at| texts.split_at_checked(at)) {
        place += memchr_iter(END, before).count() as i64;
        each(place);
        // On behind the end of this text.
        let next = memchr::memchr(END, rest).and_then(|end| rest.get(end + 1..));
        let Some(next) = next else { return };
        (texts, place) = (next, place + 1);
    }
}

/// The submissions whose text is a number from `least` to `greatest`.
pub(crate) fn numbers(tx: &mut Tx, field: i64, least: f64, greatest: f64) -> Result<Ordinals, Fault> {
    let mut found = Ordinals::default();
    each(tx, field, |first, texts| {
        places_of_numbers(texts, least, greatest, |place| found.insert(first.saturating_add(place)));
    })?;
    Ok(found)
}

fn places_of_numbers(texts: &[u8], least: f64, greatest: f64, mut each: impl FnMut(i64)) {
    let texts = std::str::from_utf8(texts).unwrap_or_default();
    for (place, text) in (0..).zip(texts.split(char::from(END))) {
        let number = sets::number_of(text);
        if number >= least && number <= greatest {
            each(place);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn some_texts() -> impl Strategy<Value = Vec<String>> {
        let letter = prop::sample::select(vec!['가', '나', '강', 'a', 'b', '1', '2', '-', '.']);
        let text = prop::collection::vec(letter, 0..6).prop_map(String::from_iter);
        prop::collection::vec(text, 1..60)
    }

    proptest! {
        #[test]
        fn what_is_found_end_to_end_is_what_each_text_has(
            texts in some_texts(),
            part in prop_oneof!["", "a", "1", "ab", "가", "나강", "가나"],
        ) {
            let joined = texts.join("\0").into_bytes();
            let with = |holds: &dyn Fn(&str) -> bool| -> Vec<i64> {
                (0..).zip(&texts).filter(|(_, text)| holds(text)).map(|(place, _)| place).collect()
            };
            let mut found = Vec::new();
            places(&joined, &Finder::new(&part), |place| found.push(place));
            prop_assert_eq!(found, with(&|text| !text.is_empty() && text.contains(&part)));
            for (least, greatest) in [(f64::MIN, f64::MAX), (1.0, 2.0), (-2.0, 12.0), (12.0, 12.0)] {
                let mut found = Vec::new();
                places_of_numbers(&joined, least, greatest, |place| found.push(place));
                let is = |text: &str| text.parse().is_ok_and(|number: f64| number >= least && number <= greatest);
                prop_assert_eq!(found, with(&is));
            }
        }

        #[test]
        fn a_stretch_holds_what_was_put_last(puts in prop::collection::vec((0..9000_i64, ".{0,40}"), 1..60)) {
            let mut stretch = Stretch::begin(0, b"");
            let mut model: Vec<Vec<u8>> = vec![Vec::new()];
            for (ordinal, text) in puts {
                let text = text.replace('\0', " ").into_bytes();
                let place = ordinal as usize;
                let there = place < model.len();
                if stretch.put(ordinal, &text) {
                    model.resize(model.len().max(place + 1), Vec::new());
                    model[place] = text;
                    prop_assert_eq!(stretch.length, model.join(&END).len());
                    prop_assert!(there || stretch.length <= LENGTH);
                } else {
                    prop_assert!(!there);
                }
                prop_assert_eq!(&stretch.texts, &model);
            }
        }
    }
}
