//! Clients that send their password with every request (HTTP Basic).
//!
//! A password check costs a large part of a second, on purpose. So that such clients can work at all, their password
//! leads to a session: its token is not given out but computed anew with each request, by a quick Argon2id under a salt.
//! The salt is drawn for each login, lives in memory only, and is forgotten when the client has been idle as long as
//! unlocked keys may be. The database learns the token's hash, as of any session; without the salt nobody can test a
//! guess against it, and who takes a running server with its memory finds only the salts of clients at work, each guess
//! costing 8 MiB.

use std::collections::HashMap;
use std::sync::Mutex;

use seal::{Cost, Token};
use zeroize::Zeroizing;

use crate::Desk;
use crate::answer::{Answer, Error};
use crate::session::{Login, Session};

/// Tokens computed at the same time; each takes as much memory as its cost says.
pub(crate) const TURNS: usize = 4;

struct Salt {
    bytes: Zeroizing<[u8; 32]>,
    last_used: i64,
}

/// The salts of clients at work, by account.
#[derive(Default)]
pub(crate) struct EachTime {
    salts: Mutex<HashMap<String, Salt>>,
}

impl EachTime {
    fn with<T>(&self, act: impl FnOnce(&mut HashMap<String, Salt>) -> T) -> T {
        act(&mut self.salts.lock().unwrap_or_else(|poisoned| poisoned.into_inner()))
    }

    /// Forgets the salts that were last used before (ms).
    pub(crate) fn forget_idle(&self, before: i64) {
        self.with(|salts| salts.retain(|_, salt| salt.last_used > before));
    }
}

impl Desk {
    /// The session that belongs to this name and password; logs in where there is none yet.
    pub async fn log_in_each_time(&self, login: Login<'_>) -> Answer<Session> {
        let account = login.email.trim().to_lowercase();
        let now = self.now();
        self.each_time.forget_idle(now - self.options.idle_minutes * 60_000);
        let known = self.each_time.with(|salts| salts.get(&account).map(|salt| salt.bytes.clone()));
        if let Some(salt) = known {
            let token = self.token_of(login.password, salt).await?;
            match self.session(token.expose()).await {
                Ok(session) => {
                    self.each_time.with(|salts| salts.get_mut(&account).map(|salt| salt.last_used = now));
                    if login.unlock && self.minutes_unlocked(&session).is_none() {
                        self.unlock(&session, login.password, login.address).await?;
                    }
                    return Ok(session);
                }
                // Another password, or a login that ended.
                Err(Error::Refused(_)) => {}
                Err(error) => return Err(error),
            }
        }
        self.not_too_many(&account, login.address)?;
        let salt = Zeroizing::new(self.salt());
        let token = self.token_of(login.password, salt.clone()).await?;
        let (_, session) = self.log_in_as(login, token).await?;
        self.each_time.with(|salts| salts.insert(account, Salt { bytes: salt, last_used: now }));
        Ok(session)
    }

    /// Computes a token off the async threads and at most a few at a time, because each takes some memory.
    async fn token_of(&self, password: &str, salt: Zeroizing<[u8; 32]>) -> Answer<Token> {
        let password = Zeroizing::new(password.to_owned());
        let _turn = self.each_time_turns.acquire().await;
        let computed =
            tokio::task::spawn_blocking(move || Token::of_password(&password, &salt, Cost::EACH_TIME)).await;
        match computed {
            Ok(Ok(token)) => Ok(token),
            Ok(Err(error)) => Err(store::Fault::internal(error.to_string()).into()),
            Err(_) => Err(store::Fault::internal("computing a token was interrupted").into()),
        }
    }
}
