//! Clients that send their password with every request (HTTP Basic).
//!
//! A password check costs a large part of a second, on purpose. So that such clients can work at all, their password
//! leads to a session: its token is not given out but computed anew from name and password with each request, under a
//! salt that is drawn at start and lives in memory only. The database learns the token's hash, as of any session;
//! nobody who lacks the salt can test a guess against it faster than against the password lock itself.

use hmac::{Hmac, KeyInit, Mac};
use seal::Token;
use sha2::Sha512;

use crate::Desk;
use crate::answer::{Answer, Error};
use crate::session::{Login, Session};

impl Desk {
    /// The session that belongs to this name and password; logs in where there is none yet.
    pub async fn log_in_each_time(&self, login: Login<'_>) -> Answer<Session> {
        let token = token_of(&self.each_time_salt, &login)?;
        let text = zeroize::Zeroizing::new(token.expose().to_owned());
        match self.session(&text).await {
            Ok(session) => {
                if login.unlock && self.minutes_unlocked(&session).is_none() {
                    self.unlock(&session, login.password, login.address).await?;
                }
                Ok(session)
            }
            Err(Error::Refused(_)) => match self.log_in_as(login, token).await {
                Ok((_, session)) => Ok(session),
                // Another request with the same password was quicker.
                Err(Error::Fault(store::Fault::Conflict { .. })) => self.session(&text).await,
                Err(error) => Err(error),
            },
            Err(error) => Err(error),
        }
    }
}

fn token_of(salt: &[u8; 32], login: &Login<'_>) -> Result<Token, store::Fault> {
    let broken = || store::Fault::internal("a token could not be computed");
    let email = login.email.trim().to_lowercase();
    let mut mac = Hmac::<Sha512>::new_from_slice(salt).map_err(|_| broken())?;
    mac.update(b"deungdae each time 1");
    mac.update(&(email.len() as u64).to_be_bytes());
    mac.update(email.as_bytes());
    mac.update(login.password.as_bytes());
    let bytes = zeroize::Zeroizing::new(<[u8; 64]>::from(mac.finalize().into_bytes()));
    Token::from_slice(bytes.get(..48).unwrap_or_default()).map_err(|_| broken())
}
