//! A member's passkeys: adding, listing, removing.

use std::collections::{BTreeSet, HashMap};
use std::sync::Mutex;

use passkey::{Challenge, Owner, Site};
use sha2::{Digest, Sha256};
use store::Fault;
use store::member::{self, Member, Passkey};

use crate::Desk;
use crate::answer::{Answer, Error, Kind, Refusal};
use crate::may::Administrator;
use crate::record::{self, Done};
use crate::session::Session;

/// How long a browser may take to answer (ms); the specification recommends five minutes.
pub(crate) const PATIENCE: i64 = 5 * 60_000;

/// The longest name of a passkey (characters).
const LONGEST_NAME: usize = 100;

/// Passkeys that are being made: the last challenge of each session, and when it was drawn.
#[derive(Default)]
pub(crate) struct BegunPasskeys {
    challenges: Mutex<HashMap<[u8; 32], (Challenge, i64)>>,
}

impl BegunPasskeys {
    fn with<T>(&self, act: impl FnOnce(&mut HashMap<[u8; 32], (Challenge, i64)>) -> T) -> T {
        act(&mut self.challenges.lock().unwrap_or_else(|poisoned| poisoned.into_inner()))
    }

    pub(crate) fn forget_old(&self, now: i64) {
        self.with(|challenges| challenges.retain(|_, (_, at)| *at + PATIENCE > now));
    }
}

/// Bytes by which an authenticator knows a member; they say nothing about the person to whoever finds it.
pub(crate) fn handle(member: &Member) -> [u8; 32] {
    Sha256::new().chain_update(b"deungdae passkey owner 1").chain_update(&member.public_key).finalize().into()
}

fn refused(error: &passkey::AnswerError) -> Refusal {
    Refusal::invalid("refusal-passkey-not-added").problem("name", error.to_string())
}

impl Desk {
    /// A member's passkeys, oldest first.
    pub async fn passkeys(&self, session: &Session) -> Answer<Vec<Passkey>> {
        let id = session.member().id;
        Ok(self.store.read(move |tx| member::passkeys(tx, id)).await?)
    }

    /// The members who have a passkey.
    pub async fn with_passkeys(&self, _: &Administrator) -> Answer<BTreeSet<i64>> {
        Ok(self.store.read(member::with_passkeys).await?)
    }

    /// Begins to add a passkey: the options for the browser's `navigator.credentials.create`. Needs the keys unlocked,
    /// so that nobody can do it at a screen that was left alone.
    pub async fn begin_passkey(&self, session: &Session, site: &Site) -> Answer<String> {
        self.own_key_or_refuse(session)?;
        let there = self.passkeys(session).await?;
        let there: Vec<Vec<u8>> = there
            .into_iter()
            .filter(|passkey| passkey.host == site.host())
            .map(|passkey| passkey.credential)
            .collect();
        let challenge = Challenge::fresh(&mut self.dice());
        let (handle, name) = (handle(session.member()), session.member().email.as_str());
        let options = passkey::creation(site, &challenge, &Owner { handle: &handle, name }, &there);
        let now = self.now();
        self.begun_passkeys.forget_old(now);
        self.begun_passkeys.with(|challenges| challenges.insert(session.token().hash(), (challenge, now)));
        Ok(options)
    }

    /// Adds the passkey that the browser made. Every other login of the member ends, so that none is left that began
    /// with the password alone.
    pub async fn add_passkey(&self, session: &Session, site: &Site, name: &str, answer: &str) -> Answer<()> {
        self.own_key_or_refuse(session)?;
        let name = name.trim().to_owned();
        if name.is_empty() || name.chars().count() > LONGEST_NAME {
            return Err(Refusal::invalid("refusal-passkey-name")
                .with("most", LONGEST_NAME)
                .problem("name", "")
                .into());
        }
        if answer.is_empty() {
            return Err(Refusal::invalid("refusal-passkey-none").problem("name", "").into());
        }
        let now = self.now();
        let begun = self.begun_passkeys.with(|challenges| challenges.remove(&session.token().hash()));
        let (challenge, _) = begun
            .filter(|(_, at)| *at + PATIENCE > now)
            .ok_or_else(|| Refusal::conflict("refusal-passkey-late").problem("name", ""))?;
        let added = passkey::add(site, &challenge, answer).map_err(|error| refused(&error))?;
        let passkey = Passkey {
            id: self.store.new_id(),
            member: session.member().id,
            name,
            host: site.host().to_owned(),
            credential: added.id,
            public_key: added.public_key,
            counter: i64::from(added.counter),
            flags: i64::from(added.flags),
            created_at: now,
        };
        let keep = session.token().hash();
        let done = self
            .store
            .write(move |tx| {
                let (member, id) = (passkey.member, passkey.id);
                member::add_passkey(tx, &passkey)?;
                member::end_other_sessions_of(tx, member, &keep)?;
                let done = Done::new(now, Some(member), "user.passkey.add").about("passkey", id);
                record::audit(tx, done.with("name", passkey.name.as_str()))
            })
            .await;
        match done {
            Err(Fault::Conflict { .. }) => {
                Err(Refusal::conflict("refusal-passkey-there").problem("name", "").into())
            }
            done => Ok(done?),
        }
    }

    /// Removes a passkey; needs the keys unlocked.
    pub async fn drop_passkey(&self, session: &Session, passkey: i64) -> Answer<()> {
        self.own_key_or_refuse(session)?;
        let (id, now) = (session.member().id, self.now());
        self.store
            .write(move |tx| {
                let known = member::passkeys(tx, id)?.into_iter().find(|known| known.id == passkey);
                let name = known.ok_or_else(Refusal::not_found)?.name;
                member::remove_passkey(tx, id, passkey)?;
                let done = Done::new(now, Some(id), "user.passkey.drop").about("passkey", passkey);
                record::audit(tx, done.with("name", name))?;
                Ok::<_, Error>(())
            })
            .await
    }
}

/// The refusal of a login by password alone where an account has passkeys: only a page can ask for one.
pub(crate) fn needed() -> Refusal {
    Refusal::new(Kind::NotLoggedIn, "refusal-passkey-needed")
}
