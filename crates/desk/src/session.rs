//! Logging in and out, unlocking and locking.
//!
//! A session's token lives in the client alone (a cookie or a bearer header). The database knows its hash, so that a
//! login survives a restart; the member's secret key is kept in memory only, sealed under a key that comes from the
//! token, and is forgotten when idle, on "lock now", and at restart.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use seal::{PasswordError, SecretKey, SessionBox, Token};
use sha2::{Digest, Sha256};
use store::member::{self, Member};

use crate::answer::{Answer, Kind, Refusal};
use crate::desk::hex;
use crate::{Desk, passkeys, search, totp};

/// A login that has not ended.
#[derive(Clone)]
pub struct Session {
    member: Arc<Member>,
    token: Arc<Token>,
    created_at: i64,
    expires_at: i64,
}

impl Session {
    /// Who is logged in.
    pub fn member(&self) -> &Member {
        &self.member
    }

    /// When the login began (ms).
    pub fn created_at(&self) -> i64 {
        self.created_at
    }

    /// Whether both are the same login.
    pub fn same_as(&self, other: &Session) -> bool {
        self.token.hash() == other.token.hash()
    }

    /// What a page of ODK Central sends along to show that it can read our cookies. It follows from the token and does
    /// not lead back to it.
    pub fn csrf(&self) -> String {
        let hash = Sha256::new().chain_update(b"deungdae csrf 1").chain_update(self.token.expose());
        hex(&hash.finalize())
    }

    /// When the login ends by itself (ms).
    pub fn expires_at(&self) -> i64 {
        self.expires_at
    }

    pub(crate) fn token(&self) -> &Token {
        &self.token
    }

    fn key(&self) -> [u8; 32] {
        self.token.hash()
    }
}

/// The number under which a session's box holds the member's own key.
pub(crate) const OWN_KEY: i64 = 0;

struct Unlocked {
    member: i64,
    keys: SessionBox,
    last_used: i64,
    index: Arc<Mutex<search::Index>>,
}

/// Which sessions hold opened keys.
#[derive(Default)]
pub(crate) struct UnlockedSessions {
    sessions: Mutex<HashMap<[u8; 32], Unlocked>>,
}

impl UnlockedSessions {
    fn with<T>(&self, act: impl FnOnce(&mut HashMap<[u8; 32], Unlocked>) -> T) -> T {
        act(&mut self.sessions.lock().unwrap_or_else(|poisoned| poisoned.into_inner()))
    }
}

/// What logging in needs.
pub struct Login<'a> {
    /// Login name.
    pub email: &'a str,
    /// Password.
    pub password: &'a str,
    /// Second factor, if the account has one.
    pub code: Option<&'a str>,
    /// Where the attempt comes from, for counting failures.
    pub address: &'a str,
    /// Whether to unlock at once, as clients do that send the password anyway.
    pub unlock: bool,
}

impl Login<'_> {
    pub(crate) fn has_code(&self) -> bool {
        self.code.is_some_and(|code| !code.is_empty())
    }
}

impl Desk {
    /// Logs in at once, as programs do. The token goes to the client; the server keeps its hash. An account that only
    /// passkeys confirm cannot log in like this.
    pub async fn log_in(&self, login: Login<'_>) -> Answer<(String, Session)> {
        self.log_in_as(login, Token::fresh(&mut self.dice())).await
    }

    /// Logs in and begins the session under this token.
    pub(crate) async fn log_in_as(&self, login: Login<'_>, token: Token) -> Answer<(String, Session)> {
        let (member, secret) = self.right_password(&login).await?;
        if member.sealed_totp.is_none() {
            let id = member.id;
            if !self.store.read(move |tx| member::passkeys(tx, id)).await?.is_empty() {
                return Err(passkeys::needed().into());
            }
        }
        self.right_code(&member, &secret, &login)?;
        let session = self.enter(member, secret, token, login.unlock).await?;
        Ok((session.token.expose().to_owned(), session))
    }

    /// Refuses while an account or an address has failed too often.
    pub(crate) fn not_too_many(&self, email: &str, address: &str) -> Result<(), Refusal> {
        match self.attempts.wait(email, address, self.now()) {
            Some(minutes) => {
                Err(Refusal::new(Kind::TooMany, "refusal-too-many-attempts").with("minutes", minutes))
            }
            None => Ok(()),
        }
    }

    /// The member whose name and password these are, with their key. The second factor is still to be asked for.
    pub(crate) async fn right_password(&self, login: &Login<'_>) -> Answer<(Member, SecretKey)> {
        let email = login.email.trim().to_lowercase();
        self.not_too_many(&email, login.address)?;
        let found = {
            let email = email.clone();
            self.store
                .read(move |tx| member::by_email(tx, &email))
                .await?
                .filter(|member| member.left_at.is_none())
        };
        // An unknown name costs as much time as a known one, so that nobody can find out who has an account.
        let lock = found.as_ref().map(|member| member.password_lock.clone()).filter(|lock| !lock.is_empty());
        let lock = lock.unwrap_or_else(|| self.decoy_lock.clone());
        let secret = self.try_password(lock, login.password).await?;
        let (Some(member), Some(secret)) = (found, secret) else {
            self.attempts.failed(&email, login.address, self.now());
            return Err(Refusal::new(Kind::NotLoggedIn, "refusal-login-wrong").into());
        };
        Ok((member, secret))
    }

    /// Refuses unless the code is right, where the account asks for codes.
    pub(crate) fn right_code(&self, member: &Member, secret: &SecretKey, login: &Login<'_>) -> Answer<()> {
        let Some(sealed) = &member.sealed_totp else { return Ok(()) };
        let Some(code) = login.code.filter(|code| !code.is_empty()) else {
            return Err(Refusal::new(Kind::NotLoggedIn, "refusal-code-needed").into());
        };
        let (shared, now) = (totp::open(secret, member.id, sealed)?, self.now());
        let step = totp::step_of(shared.expose(), code, now);
        if step.is_some_and(|step| self.used_codes.use_up(member.id, step)) {
            return Ok(());
        }
        self.attempts.failed(&member.email, login.address, now);
        Err(Refusal::new(Kind::NotLoggedIn, "refusal-code-wrong").into())
    }

    /// Begins the session of a member who has proved everything that was asked.
    pub(crate) async fn enter(
        &self,
        member: Member,
        secret: SecretKey,
        token: Token,
        unlock: bool,
    ) -> Answer<Session> {
        self.attempts.succeeded(&member.email);
        let session = self.begin_session(member, token).await?;
        if unlock {
            self.keep_unlocked(&session, secret);
        }
        Ok(session)
    }

    /// Begins a session for a member who has proved who they are.
    pub(crate) async fn begin_session(&self, member: Member, token: Token) -> Answer<Session> {
        let now = self.now();
        let row = member::Session {
            token_hash: token.hash().to_vec(),
            member: member.id,
            created_at: now,
            expires_at: now + self.options.session_hours * 3_600_000,
        };
        let expires_at = row.expires_at;
        let id = member.id;
        self.store
            .write(move |tx| {
                member::forget_ended_sessions(tx, now)?;
                member::add_session(tx, &row)?;
                member::logged_in(tx, id, now)?;
                crate::record::note(tx, now, Some(id), None, "user.session.create")
            })
            .await?;
        Ok(Session { member: Arc::new(member), token: Arc::new(token), created_at: now, expires_at })
    }

    /// The session that a client's token stands for.
    pub async fn session(&self, token: &str) -> Answer<Session> {
        let not_logged_in = || Refusal::new(Kind::NotLoggedIn, "refusal-not-logged-in");
        let token = Token::parse(token).map_err(|_| not_logged_in())?;
        let now = self.now();
        let hash = token.hash();
        let (row, member) =
            self.store.read(move |tx| member::session(tx, &hash, now)).await?.ok_or_else(not_logged_in)?;
        let (created_at, expires_at) = (row.created_at, row.expires_at);
        Ok(Session { member: Arc::new(member), token: Arc::new(token), created_at, expires_at })
    }

    /// Ends a session and forgets its keys.
    pub async fn log_out(&self, session: &Session) -> Answer<()> {
        self.lock(session);
        let hash = session.key();
        self.store.write(move |tx| member::end_session(tx, &hash)).await?;
        Ok(())
    }

    /// Opens a member's key for this session.
    pub async fn unlock(&self, session: &Session, password: &str, address: &str) -> Answer<()> {
        let now = self.now();
        let email = &session.member.email;
        self.not_too_many(email, address)?;
        let Some(secret) = self.try_password(session.member.password_lock.clone(), password).await? else {
            self.attempts.failed(email, address, now);
            return Err(Refusal::new(Kind::NotLoggedIn, "refusal-password-wrong").into());
        };
        self.keep_unlocked(session, secret);
        let member = session.member.id;
        self.store.write(move |tx| crate::record::note(tx, now, Some(member), None, "member.unlock")).await?;
        Ok(())
    }

    pub(crate) fn keep_unlocked(&self, session: &Session, secret: SecretKey) {
        let keys = SessionBox::lock(session.token(), vec![(OWN_KEY, secret)], &mut self.dice());
        let unlocked =
            Unlocked { member: session.member.id, keys, last_used: self.now(), index: Arc::default() };
        self.unlocked.with(|sessions| sessions.insert(session.key(), unlocked));
    }

    /// Forgets a session's keys and everything that was opened with them.
    pub fn lock(&self, session: &Session) {
        self.unlocked.with(|sessions| sessions.remove(&session.key()));
    }

    /// Forgets the keys of every session of a member.
    pub(crate) fn lock_member(&self, member: i64) {
        self.waiting_logins.forget_member(member);
        self.unlocked.with(|sessions| sessions.retain(|_, unlocked| unlocked.member != member));
    }

    /// Minutes until a session locks by itself; none while it is locked.
    pub fn minutes_unlocked(&self, session: &Session) -> Option<i64> {
        let now = self.now();
        let idle = self.options.idle_minutes * 60_000;
        self.unlocked.with(|sessions| {
            let left = sessions.get(&session.key()).map(|unlocked| unlocked.last_used + idle - now)?;
            (left > 0).then_some((left + 59_999) / 60_000)
        })
    }

    /// Forgets the keys of sessions that have been idle for too long, and logins that have waited for too long. Called
    /// by the roof every minute.
    pub fn lock_idle(&self) {
        self.waiting_logins.forget_old(self.now());
        self.begun_passkeys.forget_old(self.now());
        let before = self.now() - self.options.idle_minutes * 60_000;
        self.each_time.forget_idle(before);
        self.unlocked.with(|sessions| sessions.retain(|_, unlocked| unlocked.last_used > before));
    }

    /// The member's own secret key, for one act; none while locked.
    pub(crate) fn own_key(&self, session: &Session) -> Option<SecretKey> {
        let now = self.now();
        let idle = self.options.idle_minutes * 60_000;
        self.unlocked.with(|sessions| {
            let unlocked = sessions.get_mut(&session.key())?;
            if unlocked.last_used + idle <= now {
                sessions.remove(&session.key());
                return None;
            }
            unlocked.last_used = now;
            unlocked.keys.open_one(session.token(), OWN_KEY).ok()
        })
    }

    /// The member's own secret key, or a refusal that asks to unlock.
    pub(crate) fn own_key_or_refuse(&self, session: &Session) -> Result<SecretKey, Refusal> {
        self.own_key(session).ok_or_else(|| Refusal::new(Kind::Locked, "refusal-locked"))
    }

    /// The session's search index; none while locked.
    pub(crate) fn index(&self, session: &Session) -> Option<Arc<Mutex<search::Index>>> {
        self.unlocked.with(|sessions| sessions.get(&session.key()).map(|unlocked| unlocked.index.clone()))
    }

    /// Tries a password on a lock, off the async threads and at most a few at a time, because each try costs much memory.
    pub(crate) async fn try_password(&self, lock: Vec<u8>, password: &str) -> Answer<Option<SecretKey>> {
        let password = zeroize::Zeroizing::new(password.to_owned());
        let _turn = self.password_turns.acquire().await;
        let tried = tokio::task::spawn_blocking(move || seal::unlock_with_password(&lock, &password)).await;
        match tried {
            Ok(Ok(secret)) => Ok(Some(secret)),
            Ok(Err(PasswordError::WrongPassword)) => Ok(None),
            Ok(Err(error)) => Err(store::Fault::internal(error.to_string()).into()),
            Err(_) => Err(store::Fault::internal("checking a password was interrupted").into()),
        }
    }

    /// Locks a key with a new password, off the async threads.
    pub(crate) async fn lock_with_password(
        &self,
        secret: SecretKey,
        password: &str,
    ) -> Answer<(SecretKey, Vec<u8>)> {
        let password = zeroize::Zeroizing::new(password.to_owned());
        let mut dice = self.dice();
        let cost = self.options.password_cost;
        let _turn = self.password_turns.acquire().await;
        let locked = tokio::task::spawn_blocking(move || {
            seal::lock_with_password(&secret, &password, cost, &mut dice).map(|lock| (secret, lock))
        })
        .await;
        match locked {
            Ok(Ok(locked)) => Ok(locked),
            Ok(Err(error)) => Err(store::Fault::internal(error.to_string()).into()),
            Err(_) => Err(store::Fault::internal("locking a key was interrupted").into()),
        }
    }
}
