//! Whom a reader trusts: the file that names logs, witnesses and how many of them are enough
//! (c2sp.org/tlog-policy).
//!
//! ```text
//! log deungdae.example.org/north+1a2b3c4d+AZ…
//! witness authority-a authority-a.example.org+…
//! witness ngo ngo.example.org+…
//! group two-of-them 2 authority-a ngo
//! quorum two-of-them
//! ```

use std::collections::BTreeMap;

use crate::key::{Algorithm, VerifierKey};
use crate::note::Verified;

/// Most bytes of a policy.
pub const MAX_POLICY_BYTES: usize = 64 << 10;

/// Logs and witnesses that a reader trusts, and the quorum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    logs: Vec<VerifierKey>,
    witnesses: Vec<(String, VerifierKey)>,
    groups: Vec<Group>,
    quorum: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Group {
    name: String,
    threshold: usize,
    members: Vec<String>,
}

/// A policy that cannot be used.
#[derive(Debug, Clone, thiserror::Error, PartialEq, Eq)]
pub enum PolicyError {
    /// Longer than a policy is, or not text.
    #[error("this is not a policy ({0}): give the text file with lines “log …”, “witness …” and “quorum …”")]
    Form(&'static str),
    /// A line that says nothing known.
    #[error("line {line} of the policy: {problem}")]
    Line {
        /// Counted from 1.
        line: usize,
        /// What is wrong and what to do.
        problem: String,
    },
    /// Something is missing at the end.
    #[error("the policy names no {0}: add the line")]
    Lacks(&'static str),
}

impl Policy {
    /// Reads a policy.
    pub fn parse(bytes: &[u8]) -> Result<Self, PolicyError> {
        if bytes.len() > MAX_POLICY_BYTES {
            return Err(PolicyError::Form("longer than 64 KiB"));
        }
        let text = str::from_utf8(bytes).map_err(|_| PolicyError::Form("not UTF-8"))?;
        let mut policy = Self { logs: Vec::new(), witnesses: Vec::new(), groups: Vec::new(), quorum: None };
        let mut has_quorum = false;
        for (at, line) in text.lines().enumerate() {
            let wrong = |problem: String| PolicyError::Line { line: at + 1, problem };
            let words: Vec<&str> = line.split_whitespace().collect();
            match &words[..] {
                [] => {}
                [comment, ..] if comment.starts_with('#') => {}
                ["log", key] | ["log", key, _] => {
                    let key = VerifierKey::parse(key).map_err(|error| wrong(error.to_string()))?;
                    if key.algorithm() != Algorithm::Ed25519 {
                        return Err(wrong(format!("the key of {} is a witness's, not a log's", key.name())));
                    }
                    if policy.logs.contains(&key) {
                        return Err(wrong("this log was named before: keep one line".into()));
                    }
                    policy.logs.push(key);
                }
                ["witness", name, key] | ["witness", name, key, _] => {
                    let key = VerifierKey::parse(key).map_err(|error| wrong(error.to_string()))?;
                    if key.algorithm() != Algorithm::Cosignature {
                        return Err(wrong(format!(
                            "the key of {} is a log's, not a witness's: ask for what `deungdae witness show` prints",
                            key.name()
                        )));
                    }
                    if policy.witnesses.iter().any(|(_, other)| *other == key) {
                        return Err(wrong("this witness was named before: keep one line".into()));
                    }
                    policy.is_new(name).map_err(wrong)?;
                    policy.witnesses.push(((*name).to_owned(), key));
                }
                ["group", name, threshold, members @ ..] if !members.is_empty() => {
                    policy.is_new(name).map_err(wrong)?;
                    for (at, member) in members.iter().enumerate() {
                        if !policy.is_named(member) || members.iter().take(at).any(|other| other == member) {
                            return Err(wrong(format!(
                                "“{member}” is not named above, or stands here twice"
                            )));
                        }
                    }
                    let threshold = match *threshold {
                        "any" => 1,
                        "all" => members.len(),
                        number => number
                            .parse()
                            .ok()
                            .filter(|k| (1..=members.len()).contains(k))
                            .ok_or_else(|| wrong(format!("“{number}” of {} members", members.len())))?,
                    };
                    let members = members.iter().map(|member| (*member).to_owned()).collect();
                    policy.groups.push(Group { name: (*name).to_owned(), threshold, members });
                }
                ["quorum", name] => {
                    if has_quorum {
                        return Err(wrong("a second quorum: keep one".into()));
                    }
                    has_quorum = true;
                    if *name != "none" {
                        if !policy.is_named(name) {
                            return Err(wrong(format!("“{name}” is not named above")));
                        }
                        policy.quorum = Some((*name).to_owned());
                    }
                }
                [first, ..] => {
                    return Err(wrong(format!(
                        "“{first}” is unknown or has too few words: write log, witness, group or quorum"
                    )));
                }
            }
        }
        if policy.logs.is_empty() {
            return Err(PolicyError::Lacks("log"));
        }
        if !has_quorum {
            return Err(PolicyError::Lacks("quorum"));
        }
        Ok(policy)
    }

    fn is_named(&self, name: &str) -> bool {
        self.witnesses.iter().any(|(other, _)| other == name)
            || self.groups.iter().any(|group| group.name == name)
    }

    fn is_new(&self, name: &str) -> Result<(), String> {
        if name == "none" || self.is_named(name) {
            return Err(format!("the name “{name}” is taken: use another"));
        }
        Ok(())
    }

    /// The logs.
    pub fn logs(&self) -> &[VerifierKey] {
        &self.logs
    }

    /// All keys, of logs and of witnesses.
    pub fn keys(&self) -> Vec<VerifierKey> {
        self.logs.iter().chain(self.witnesses.iter().map(|(_, key)| key)).cloned().collect()
    }

    /// Whether the quorum asks for any witness at all.
    pub fn asks_for_witnesses(&self) -> bool {
        self.quorum.is_some()
    }

    /// The names, as the policy gives them, of those witnesses who signed.
    pub fn cosigned(&self, verified: &[Verified<'_>]) -> Vec<&str> {
        let signed = |key: &VerifierKey| verified.iter().any(|one| one.key == key);
        self.witnesses.iter().filter(|(_, key)| signed(key)).map(|(name, _)| &**name).collect()
    }

    /// Whether those who signed are enough.
    pub fn is_satisfied(&self, verified: &[Verified<'_>]) -> bool {
        let Some(quorum) = &self.quorum else { return true };
        // A group names only what stands above it, so that one pass settles all of them.
        let mut holds: BTreeMap<&str, bool> =
            self.witnesses.iter().map(|(name, _)| (&**name, false)).collect();
        for name in self.cosigned(verified) {
            holds.insert(name, true);
        }
        for group in &self.groups {
            let count = group.members.iter().filter(|member| holds.get(&***member) == Some(&true)).count();
            holds.insert(&group.name, count >= group.threshold);
        }
        holds.get(&**quorum) == Some(&true)
    }

    /// The quorum in words: `2 of authority-a, ngo`.
    pub fn quorum_in_words(&self) -> String {
        let Some(quorum) = &self.quorum else { return "no witness".into() };
        match self.groups.iter().find(|group| group.name == *quorum) {
            Some(group) => format!("{} of {}", group.threshold, group.members.join(", ")),
            None => quorum.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::Signer;
    use crate::note::SignedNote;
    use crate::{Checkpoint, Tree};

    fn signer(name: &str, seed: u8) -> Signer {
        Signer::from_seed(name, &[seed; 32]).unwrap()
    }

    fn text(quorum: &str) -> String {
        let key = |seed| signer(&format!("w{seed}.example.org"), seed).cosigner_key().to_string();
        format!(
            "# who is believed\nlog {}\nwitness a {} https://a.example.org\nwitness b {}\nwitness c {}\ngroup two 2 a b\ngroup one any two c\nquorum {quorum}\n",
            signer("log.example.org/x", 1).verifier_key(),
            key(2),
            key(3),
            key(4)
        )
    }

    fn cosigned(by: &[u8]) -> SignedNote {
        let mut note =
            Checkpoint::of("log.example.org/x", &Tree::new()).sign(&signer("log.example.org/x", 1)).unwrap();
        for seed in by {
            note.cosign(&signer(&format!("w{seed}.example.org"), *seed), 7).unwrap();
        }
        note
    }

    #[test]
    fn enough_is_what_the_quorum_says() {
        let enough = |quorum: &str, by: &[u8]| {
            let policy = Policy::parse(text(quorum).as_bytes()).unwrap();
            let (keys, note) = (policy.keys(), cosigned(by));
            policy.is_satisfied(&note.verify(&keys).unwrap())
        };
        assert!(enough("none", &[]));
        assert!(!enough("two", &[2]) && !enough("two", &[2, 4]) && enough("two", &[2, 3]));
        assert!(enough("one", &[4]) && enough("one", &[3, 2]) && !enough("one", &[3]));
        assert!(enough("b", &[3]) && !enough("b", &[2]));
        assert_eq!(Policy::parse(text("two").as_bytes()).unwrap().quorum_in_words(), "2 of a, b");
    }

    #[test]
    fn what_is_no_policy_is_refused() {
        let good = text("two");
        let refused = [
            good.replace("quorum two\n", ""),
            good.replace("quorum two", "quorum three"),
            good.replace("group two 2", "group two 3"),
            good.replace("group two 2", "group two 0"),
            good.replace("group two 2 a b", "group two 2 a a"),
            good.replace("witness b", "witness a"),
            good.replace("log ", "logs "),
            good.replace("witness a", "log"),
            good.lines().filter(|line| !line.starts_with("log")).collect::<Vec<_>>().join("\n"),
            format!("{good}quorum two\n"),
            "x".repeat(MAX_POLICY_BYTES + 1),
        ];
        for text in refused {
            assert_ne!(text, good);
            assert!(Policy::parse(text.as_bytes()).is_err(), "{text}");
        }
        assert!(Policy::parse(b"\xff").is_err());
    }
}
