//! Finding entries by part of what they say, sealed values included.
//!
//! The index lives in the memory of an unlocked session and nowhere else; locking drops it. It holds one folded line a
//! searchable entry, so a search is one pass over memory.

use std::collections::HashMap;

use store::Fault;
use store::registry;
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use crate::Desk;
use crate::answer::{Answer, Kind, Refusal};
use crate::entries::object;
use crate::may::{May, OpenIdentity, Read};
use crate::registries::{Part, open_parts};

/// What a session has made searchable: by registry, and whether identity is in it.
#[derive(Default)]
pub(crate) struct Index {
    registries: HashMap<(i64, bool), Lines>,
}

struct Lines {
    /// The registry's count of changes when this was made.
    changes: i64,
    lines: Vec<(i64, Zeroizing<String>)>,
}

/// Case, width and composition folded away: `김` is also found by its jamo, full-width letters by ASCII.
fn fold(text: &str) -> String {
    text.nfkd().filter(|c| !c.is_whitespace() && *c != '-').flat_map(char::to_lowercase).collect()
}

impl Desk {
    /// Numbers of the entries of a registry that say something with `text` in it, oldest first, at most `limit`.
    /// Identity is searched only with a reason, logged once for as long as the session stays unlocked and the registry
    /// unchanged.
    pub async fn search_entries(
        &self,
        may: &May<'_, Read>,
        name: &str,
        text: &str,
        identity: Option<(&May<'_, OpenIdentity>, &str)>,
        limit: usize,
    ) -> Answer<Vec<i64>> {
        let locked = || Refusal::new(Kind::Locked, "refusal-locked");
        let model = self.registry_model(may.mandate().id, name).await?;
        let id = model.registry.id;
        let key = (id, identity.is_some());
        let changes = model.registry.changes;
        let index = self.index(may.session()).ok_or_else(locked)?;
        let ready = {
            let index = index.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            index.registries.get(&key).is_some_and(|lines| lines.changes == changes)
        };
        if !ready {
            if let Some((_, reason)) = identity {
                self.log_opening(may.session(), may.mandate().id, "registry", id, reason).await?;
            }
            let keyring = self.keyring(may.session()).ok_or_else(locked)?;
            let parts: &[Part] =
                if identity.is_some() { &[Part::Sensitive, Part::Identity] } else { &[Part::Sensitive] };
            let lines = self
                .store
                .read(move |tx| {
                    let mut keyring = keyring;
                    let mut lines = Vec::new();
                    let mut after = 0;
                    loop {
                        let mut page = Vec::new();
                        registry::each_with_versions(tx, id, after, PAGE, |entry, versions| {
                            page.push((entry, versions));
                            Ok(())
                        })?;
                        let Some((last, _)) = page.last() else { return Ok::<_, Fault>(lines) };
                        after = last.id;
                        for (entry, versions) in page {
                            let mut values = object(&entry.open_values);
                            for version in &versions {
                                values.extend(open_parts(tx, Some(&mut keyring), version, parts)?.values);
                            }
                            let mut line = Zeroizing::new(String::new());
                            for value in values.values().filter_map(|value| value.as_str()) {
                                line.push_str(&fold(value));
                                line.push('\n');
                            }
                            lines.push((entry.id, line));
                        }
                    }
                })
                .await?;
            let mut index = index.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            index.registries.insert(key, Lines { changes, lines });
        }
        let wanted = fold(text);
        let index = index.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let lines = index.registries.get(&key).map(|lines| lines.lines.as_slice()).unwrap_or_default();
        let found = lines.iter().filter(|(_, line)| line.contains(&wanted)).map(|(id, _)| *id);
        Ok(found.take(limit).collect())
    }
}

/// Entries read at a time.
const PAGE: i64 = 5000;

#[cfg(test)]
mod tests {
    use super::fold;

    #[test]
    fn part_of_a_korean_name_is_found_in_the_whole() {
        assert!(fold("김철수").contains(&fold("철수")));
        assert!(fold("Kim Chol-su").contains(&fold("cholsu")));
        assert!(fold("ＫＩＭ").contains(&fold("kim")));
        assert!(fold("김철수").contains(&fold("김ᄎ")), "the beginning of a syllable");
        assert!(!fold("김철수").contains(&fold("영희")));
    }
}
