//! Finding entries by part of what they say, sealed values included.
//!
//! The index lives in the memory of an unlocked session and nowhere else; locking drops it. It holds one folded line a
//! searchable entry, so a search is one pass over memory. When the registry has changed, only the entries that did are
//! read again.

use std::collections::HashMap;

use memchr::memmem::Finder;
use store::registry::{self, Entry, EntryVersion};
use store::{Fault, Tx};
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use crate::Desk;
use crate::answer::{Answer, Kind, Refusal};
use crate::entries::{RegistryModel, object};
use crate::entry_reading::{EntryRow, Part, open_parts, open_rows};
use crate::keyring::Keyring;
use crate::may::{May, OpenIdentity, Read};

/// What a session has made searchable: by registry, and whether identity is in it.
#[derive(Default)]
pub(crate) struct Index {
    registries: HashMap<(i64, bool), Lines>,
    /// Why identity is searched, by registry: said once, as long as the session stays unlocked.
    reasons: HashMap<i64, String>,
}

#[derive(Default)]
struct Lines {
    /// The registry's count of changes when this was made; none before.
    changes: Option<i64>,
    /// In the order of the entries' numbers.
    lines: Vec<Line>,
}

struct Line {
    entry: i64,
    text: Zeroizing<String>,
}

/// What is looked for in a registry.
pub struct Search<'a> {
    /// Part of a value, in any case, width or composition.
    pub text: &'a str,
    /// Whether identity is searched too, and why. The reason may be empty when [`Desk::reason_given`] says so.
    pub identity: Option<(&'a May<'a, OpenIdentity>, &'a str)>,
    /// Only entries after the one with this number.
    pub after: i64,
    /// At most so many.
    pub limit: usize,
}

/// What a search has found.
pub struct Found {
    /// A page of entries, oldest first, opened as far as they were searched.
    pub rows: Vec<EntryRow>,
    /// How many there are in all.
    pub count: usize,
    /// Where the next page begins: the number to search after.
    pub next: Option<i64>,
}

/// Case, width and composition folded away: `김` is also found by its jamo, full-width letters by ASCII.
fn fold(text: &str, line: &mut String) {
    let letters = text.nfkd().filter(|c| !c.is_whitespace() && *c != '-');
    letters.for_each(|letter| line.extend(letter.to_lowercase()));
}

impl Desk {
    /// Whether this session has said why it searches the identities of a registry.
    pub fn reason_given(&self, may: &May<'_, Read>, registry: &registry::Registry) -> bool {
        let Some(index) = self.index(may.session()) else { return false };
        let index = index.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        index.reasons.contains_key(&registry.id)
    }

    /// Entries of a registry that say something with the wanted text in it. Identity is searched only with a reason,
    /// asked for once as long as the session stays unlocked, and logged before anything is opened.
    pub async fn search_entries(&self, may: &May<'_, Read>, name: &str, search: Search<'_>) -> Answer<Found> {
        let locked = || Refusal::new(Kind::Locked, "refusal-locked");
        let model = self.registry_model(may.mandate().id, name).await?;
        let id = model.registry.id;
        let identity = search.identity.is_some();
        let key = (id, identity);
        let index = self.index(may.session()).ok_or_else(locked)?;
        if let Some((_, reason)) = search.identity
            && !self.reason_given(may, &model.registry)
        {
            self.log_opening(may.session(), may.mandate().id, "registry", id, reason).await?;
            let mut index = index.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            index.reasons.insert(id, reason.trim().to_owned());
        }
        let old = {
            let mut index = index.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            let ready = index.registries.get(&key).is_some_and(|l| l.changes == Some(model.registry.changes));
            if ready { None } else { Some(index.registries.remove(&key).unwrap_or_default()) }
        };
        if let Some(old) = old {
            let fresh = self.refreshed(may, &model, old, Part::shown(identity)).await?;
            index.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).registries.insert(key, fresh);
        }
        let mut wanted = Zeroizing::new(String::new());
        fold(search.text, &mut wanted);
        let (after, limit) = (search.after, search.limit);
        let searched = tokio::task::spawn_blocking(move || {
            let index = index.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            let lines = index.registries.get(&key).map(|lines| lines.lines.as_slice()).unwrap_or_default();
            let finder = Finder::new(wanted.as_bytes());
            let found = lines.iter().filter(|line| finder.find(line.text.as_bytes()).is_some());
            let found: Vec<i64> = found.map(|line| line.entry).collect();
            let page = found.iter().copied().filter(|id| *id > after).take(limit + 1).collect();
            (found.len(), page)
        });
        let (count, mut page): (usize, Vec<i64>) =
            searched.await.map_err(|_| Fault::internal("a search was interrupted"))?;
        let more = page.len() > limit;
        page.truncate(limit);
        let next = if more { page.last().copied() } else { None };
        let keyring = self.keyring(may.session()).ok_or_else(locked)?;
        let rows = self
            .store
            .read(move |tx| {
                let found = registry::some_with_versions(tx, id, &page)?;
                open_rows(tx, Some(keyring), found, Part::shown(identity))
            })
            .await?;
        Ok(Found { rows, count, next })
    }

    /// The lines of a registry as it is now: only entries that have changed are read again, unless they are many or there
    /// are no lines yet; then two threads share the work.
    async fn refreshed(
        &self,
        may: &May<'_, Read>,
        model: &RegistryModel,
        old: Lines,
        parts: &'static [Part],
    ) -> Answer<Lines> {
        let locked = || Refusal::new(Kind::Locked, "refusal-locked");
        let keyring = || self.keyring(may.session()).ok_or_else(locked);
        let id = model.registry.id;
        if let Some(changes) = old.changes {
            let mut keyring = keyring()?;
            let fresh = self.store.read(move |tx| {
                let now = registry::by_id(tx, id)?.map(|registry| registry.changes);
                let changed = registry::changed_since(tx, id, changes)?;
                if changed.len() > ONE_BY_ONE {
                    return Ok(None);
                }
                let found = registry::some_with_versions(tx, id, &changed)?;
                let fresh = found.into_iter().map(|found| line(tx, &mut keyring, found, parts));
                Ok::<_, Fault>(Some((now, changed, fresh.collect::<Result<Vec<Line>, Fault>>()?)))
            });
            if let Some((changes, changed, fresh)) = fresh.await? {
                let mut lines = old.lines;
                lines.retain(|line| changed.binary_search(&line.entry).is_err());
                lines.extend(fresh);
                lines.sort_by_key(|line| line.entry);
                return Ok(Lines { changes, lines });
            }
        }
        let (changes, middle) = self
            .store
            .read(move |tx| {
                let Some(now) = registry::by_id(tx, id)? else { return Ok((None, None)) };
                Ok::<_, Fault>((Some(now.changes), registry::middle(tx, id, now.entries)?))
            })
            .await?;
        let middle = middle.unwrap_or_default();
        let (one, two) = (keyring()?, keyring()?);
        let (mut lines, second) = tokio::try_join!(
            self.store.read(move |tx| lines_between(tx, one, id, (0, middle), parts)),
            self.store.read(move |tx| lines_between(tx, two, id, (middle, i64::MAX), parts)),
        )?;
        lines.extend(second);
        Ok(Lines { changes, lines })
    }
}

/// Entries read at a time.
const PAGE: i64 = 2000;
/// Up to so many changed entries are read one by one; beyond, the whole registry is read again.
const ONE_BY_ONE: usize = 1000;

fn lines_between(
    tx: &mut Tx,
    mut keyring: Keyring,
    registry: i64,
    (mut after, upto): (i64, i64),
    parts: &[Part],
) -> Result<Vec<Line>, Fault> {
    let mut lines = Vec::new();
    loop {
        let mut page = Vec::new();
        registry::each_with_versions(tx, registry, after, PAGE, |entry, versions| {
            page.push((entry, versions));
            Ok(())
        })?;
        let Some((last, _)) = page.last() else { return Ok(lines) };
        after = last.id;
        for found in page {
            if found.0.id > upto {
                return Ok(lines);
            }
            lines.push(line(tx, &mut keyring, found, parts)?);
        }
    }
}

fn line(
    tx: &mut Tx,
    keyring: &mut Keyring,
    (entry, versions): (Entry, Vec<EntryVersion>),
    parts: &[Part],
) -> Result<Line, Fault> {
    let mut values = object(&entry.open_values);
    for version in &versions {
        values.extend(open_parts(tx, Some(keyring), version, parts)?.values);
    }
    let mut text = Zeroizing::new(String::with_capacity(128));
    for value in values.values().filter_map(|value| value.as_str()) {
        fold(value, &mut text);
        text.push('\n');
    }
    Ok(Line { entry: entry.id, text })
}

#[cfg(test)]
mod tests {
    fn fold(text: &str) -> String {
        let mut line = String::new();
        super::fold(text, &mut line);
        line
    }

    #[test]
    fn part_of_a_korean_name_is_found_in_the_whole() {
        assert!(fold("김철수").contains(&fold("철수")));
        assert!(fold("Kim Chol-su").contains(&fold("cholsu")));
        assert!(fold("ＫＩＭ").contains(&fold("kim")));
        assert!(fold("김철수").contains(&fold("김ᄎ")), "the beginning of a syllable");
        assert!(!fold("김철수").contains(&fold("영희")));
    }
}
