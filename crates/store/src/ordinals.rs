//! Sets of ordinals: in memory a bit for each submission of a form, in the database runs of differences.

/// How long a run may become (bytes): short enough that adding to it rewrites little, long enough that a set of a
/// million is some thousand rows.
const RUN: usize = 512;

/// Part of a set as the database keeps it: the smallest ordinal that it may hold, and those that it holds.
pub(crate) type Run = (i64, Vec<u8>);

/// A set of ordinals in memory.
#[derive(Clone, Default)]
pub(crate) struct Ordinals {
    words: Vec<u64>,
}

fn place(ordinal: i64) -> Option<(usize, u32)> {
    let ordinal = u64::try_from(ordinal).ok()?;
    Some((usize::try_from(ordinal / 64).ok()?, (ordinal % 64) as u32))
}

impl Ordinals {
    pub(crate) fn insert(&mut self, ordinal: i64) {
        let Some((word, bit)) = place(ordinal) else { return };
        if word >= self.words.len() {
            self.words.resize(word + 1, 0);
        }
        if let Some(word) = self.words.get_mut(word) {
            *word |= 1 << bit;
        }
    }

    pub(crate) fn remove(&mut self, ordinal: i64) {
        if let Some((word, bit)) = place(ordinal)
            && let Some(word) = self.words.get_mut(word)
        {
            *word &= !(1 << bit);
        }
    }

    pub(crate) fn contains(&self, ordinal: i64) -> bool {
        let word = place(ordinal).and_then(|(word, bit)| Some(self.words.get(word)? >> bit));
        word.is_some_and(|word| word & 1 == 1)
    }

    /// Keeps only what the other set has as well.
    pub(crate) fn intersect(&mut self, other: &Ordinals) {
        self.words.truncate(other.words.len());
        for (mine, theirs) in self.words.iter_mut().zip(&other.words) {
            *mine &= theirs;
        }
    }

    pub(crate) fn count(&self) -> i64 {
        self.words.iter().map(|word| i64::from(word.count_ones())).sum()
    }

    /// The next one beyond `after`, or the first one from that end.
    pub(crate) fn next(&self, after: Option<i64>, ascending: bool) -> Option<i64> {
        if ascending {
            let from = after.map_or(0, |after| after.saturating_add(1).max(0));
            let (first, bit) = place(from)?;
            let words = self.words.iter().enumerate().skip(first);
            let mut masked =
                words.map(|(at, word)| (at, if at == first { word & (u64::MAX << bit) } else { *word }));
            let (at, word) = masked.find(|(_, word)| *word != 0)?;
            return i64::try_from(at * 64 + word.trailing_zeros() as usize).ok();
        }
        let (last, bit) = match after {
            Some(after) => place(after)?,
            None => (self.words.len(), 0),
        };
        let words = self.words.iter().enumerate().take(last.saturating_add(1)).rev();
        let mut masked =
            words.map(|(at, word)| (at, if at == last { word & !(u64::MAX << bit) } else { *word }));
        let (at, word) = masked.find(|(_, word)| *word != 0)?;
        i64::try_from(at * 64 + 63 - word.leading_zeros() as usize).ok()
    }
}

/// The ordinals of a run, smallest first: the first as it is, the others as differences, 7 bits a byte.
pub(crate) fn decode(run: &[u8], mut each: impl FnMut(i64)) {
    let (mut last, mut difference, mut shift) = (0_i64, 0_i64, 0_u32);
    for byte in run {
        difference |= i64::from(byte & 0x7f).checked_shl(shift).unwrap_or(0);
        if byte & 0x80 != 0 {
            shift += 7;
            continue;
        }
        last = last.wrapping_add(difference);
        each(last);
        (difference, shift) = (0, 0);
    }
}

/// How many ordinals a run has.
pub(crate) fn count(run: &[u8]) -> i64 {
    run.iter().map(|byte| i64::from(byte & 0x80 == 0)).sum()
}

fn push(run: &mut Vec<u8>, difference: i64) {
    let mut left = difference.unsigned_abs();
    while left >= 0x80 {
        run.push((left & 0x7f) as u8 | 0x80);
        left >>= 7;
    }
    run.push(left as u8);
}

fn encode(ordinals: &[i64]) -> Vec<u8> {
    let (mut run, mut last) = (Vec::with_capacity(ordinals.len() + 4), 0);
    for ordinal in ordinals {
        push(&mut run, ordinal - last);
        last = *ordinal;
    }
    run
}

/// A run, and where it becomes too long those that follow it, with more ordinals, smallest first and all of them greater
/// than any in it.
pub(crate) fn extended(first: i64, run: &[u8], more: &[i64]) -> Vec<Run> {
    let mut last = 0;
    decode(run, |held| last = held);
    let mut runs = vec![(first, run.to_vec())];
    for ordinal in more {
        match runs.last_mut().filter(|(_, run)| run.len() < RUN) {
            Some((_, run)) => push(run, if run.is_empty() { *ordinal } else { ordinal - last }),
            None => runs.push((*ordinal, encode(&[*ordinal]))),
        }
        last = *ordinal;
    }
    runs
}

/// A run with one more ordinal; and where it would become too long, the run that follows it.
pub(crate) fn with(run: &[u8], ordinal: i64) -> (Vec<u8>, Option<Run>) {
    let mut all = Vec::with_capacity(RUN);
    decode(run, |held| all.push(held));
    match all.last() {
        Some(last) if *last < ordinal => {
            if run.len() >= RUN {
                return (run.to_vec(), Some((ordinal, encode(&[ordinal]))));
            }
            let mut longer = run.to_vec();
            push(&mut longer, ordinal - last);
            (longer, None)
        }
        _ => {
            if let Err(place) = all.binary_search(&ordinal) {
                all.insert(place, ordinal);
            }
            let whole = encode(&all);
            if whole.len() <= RUN {
                return (whole, None);
            }
            let half = all.split_off(all.len() / 2);
            let follows = half.first().map(|first| (*first, encode(&half)));
            (encode(&all), follows)
        }
    }
}

/// A run without an ordinal.
pub(crate) fn without(run: &[u8], ordinal: i64) -> Vec<u8> {
    let mut all = Vec::with_capacity(RUN);
    decode(run, |held| {
        if held != ordinal {
            all.push(held);
        }
    });
    encode(&all)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn decoded(run: &[u8]) -> Vec<i64> {
        let mut all = Vec::new();
        decode(run, |ordinal| all.push(ordinal));
        all
    }

    proptest! {
        #[test]
        fn a_set_is_walked_from_both_ends(all: BTreeSet<u16>, other: BTreeSet<u16>, from: u16) {
            let set = |all: &BTreeSet<u16>| {
                let mut set = Ordinals::default();
                all.iter().for_each(|ordinal| set.insert(i64::from(*ordinal)));
                set
            };
            let mut ordinals = set(&all);
            for start in [None, Some(i64::from(from))] {
                for ascending in [true, false] {
                    let (mut walked, mut at) = (Vec::new(), start);
                    while let Some(next) = ordinals.next(at, ascending) {
                        walked.push(next);
                        at = Some(next);
                    }
                    let beyond = |ordinal: &i64| {
                        start.is_none_or(|start| if ascending { *ordinal > start } else { *ordinal < start })
                    };
                    let mut wanted: Vec<i64> =
                        all.iter().map(|ordinal| i64::from(*ordinal)).filter(beyond).collect();
                    if !ascending {
                        wanted.reverse();
                    }
                    prop_assert_eq!(walked, wanted);
                }
            }
            ordinals.intersect(&set(&other));
            prop_assert_eq!(ordinals.count(), all.intersection(&other).count() as i64);
            prop_assert!(all.iter().all(|o| ordinals.contains(i64::from(*o)) == other.contains(o)));
        }

        #[test]
        fn runs_hold_what_was_put_in(acts in proptest::collection::vec((any::<bool>(), 1..60_000_i64), 1..3000)) {
            let mut runs: std::collections::BTreeMap<i64, Vec<u8>> = std::collections::BTreeMap::new();
            let mut model = BTreeSet::new();
            for (put, ordinal) in acts {
                let held = runs.range(..=ordinal).next_back().map(|(first, run)| (*first, run.clone()));
                match (put, held) {
                    (true, None) => {
                        runs.insert(0, encode(&[ordinal]));
                    }
                    (true, Some((first, run))) => {
                        let (run, follows) = with(&run, ordinal);
                        runs.insert(first, run);
                        runs.extend(follows);
                    }
                    (false, None) => {}
                    (false, Some((first, run))) => {
                        let left = without(&run, ordinal);
                        if left.is_empty() { runs.remove(&first); } else { runs.insert(first, left); }
                    }
                }
                if put { model.insert(ordinal); } else { model.remove(&ordinal); }
            }
            let held: Vec<i64> = runs.values().flat_map(|run| decoded(run)).collect();
            prop_assert_eq!(&held, &model.iter().copied().collect::<Vec<_>>());
            prop_assert_eq!(runs.values().map(|run| count(run)).sum::<i64>(), model.len() as i64);
            prop_assert!(runs.values().all(|run| run.len() <= RUN + 10));
            for split in [0, held.len() / 3] {
                let (before, more) = held.split_at(split);
                let made = extended(0, &encode(before), more);
                prop_assert!(made.iter().skip(1).all(|(first, run)| decoded(run).first() == Some(first)));
                prop_assert_eq!(made.iter().flat_map(|(_, run)| decoded(run)).collect::<Vec<_>>(), held.clone());
            }
        }
    }
}
