//! Logins whose password was right and that wait for a passkey, or for a code instead of it.
//!
//! The server remembers such a login for five minutes, under the hash of a token that only the browser's cookie holds.
//! The member's key is needed again only to unlock, or to open the secret of an authenticator app. Then it waits sealed
//! under that token, as the keys of a session do: memory alone opens nothing. Otherwise it is forgotten at once. To ask
//! for the password a second time would keep less, but would teach people to type it wherever a page asks.

use std::sync::Mutex;

use passkey::{AnswerError, Challenge, Known, Site};
use seal::{SecretKey, SessionBox, Token};
use store::member::{self, Member};

use crate::Desk;
use crate::answer::{Answer, Kind, Refusal};
use crate::passkeys::{PATIENCE, handle};
use crate::session::{Login, OWN_KEY, Session};

/// Logins of one member that may wait at the same time; the oldest is forgotten for one more.
const MOST_WAITING: usize = 3;

/// Where a right password leads.
pub enum LoginStep {
    /// Logged in: the client's token and the session.
    Done(String, Session),
    /// A passkey is asked for: the token that stands for this login until then.
    Confirm(String),
}

/// What a login that waits can be confirmed with.
pub struct Confirmations {
    /// Options for the browser's `navigator.credentials.get`; none where no passkey answers under this address.
    pub options: Option<String>,
    /// The hosts of the passkeys that answer elsewhere.
    pub elsewhere: Vec<String>,
    /// Whether a code of an authenticator app does it too.
    pub code: bool,
}

struct Waiting {
    /// Hash of the token in the browser's cookie.
    hash: [u8; 32],
    member: i64,
    /// A password that was changed meanwhile ends the wait.
    password_lock: Vec<u8>,
    keys: Option<SessionBox>,
    unlock: bool,
    challenge: Option<Challenge>,
    since: i64,
}

/// The logins that wait, oldest first.
#[derive(Default)]
pub(crate) struct WaitingLogins {
    waiting: Mutex<Vec<Waiting>>,
}

impl WaitingLogins {
    fn with<T>(&self, act: impl FnOnce(&mut Vec<Waiting>) -> T) -> T {
        act(&mut self.waiting.lock().unwrap_or_else(|poisoned| poisoned.into_inner()))
    }

    /// Does something with the login of this token, if it waits.
    fn with_one<T>(&self, token: &Token, act: impl FnOnce(&mut Waiting) -> Option<T>) -> Option<T> {
        let hash = token.hash();
        self.with(|waiting| waiting.iter_mut().find(|login| login.hash == hash).and_then(act))
    }

    pub(crate) fn forget_old(&self, now: i64) {
        self.with(|waiting| waiting.retain(|login| login.since + PATIENCE > now));
    }

    pub(crate) fn forget_member(&self, member: i64) {
        self.with(|waiting| waiting.retain(|login| login.member != member));
    }

    fn begin(&self, login: Waiting) {
        self.with(|waiting| {
            let there = waiting.iter().filter(|other| other.member == login.member).count();
            if there >= MOST_WAITING
                && let Some(oldest) = waiting.iter().position(|other| other.member == login.member)
            {
                waiting.remove(oldest);
            }
            waiting.push(login);
        });
    }

    /// Takes the login of this token out: whoever gets it, and nobody else, may begin its session.
    fn end(&self, token: &Token) -> Option<Waiting> {
        let hash = token.hash();
        self.with(|waiting| {
            let place = waiting.iter().position(|login| login.hash == hash)?;
            Some(waiting.remove(place))
        })
    }
}

fn late() -> Refusal {
    Refusal::new(Kind::NotLoggedIn, "refusal-confirm-late")
}

impl Desk {
    /// Logs in on a page, which can ask for a passkey when the password was right.
    pub async fn log_in_by_steps(&self, login: Login<'_>) -> Answer<LoginStep> {
        let (member, secret) = self.right_password(&login).await?;
        let id = member.id;
        let passkeys = self.store.read(move |tx| member::passkeys(tx, id)).await?;
        if passkeys.is_empty() || (member.sealed_totp.is_some() && login.has_code()) {
            self.right_code(&member, &secret, &login)?;
            let token = Token::fresh(&mut self.dice());
            let session = self.enter(member, secret, token, login.unlock).await?;
            return Ok(LoginStep::Done(session.token().expose().to_owned(), session));
        }
        let token = Token::fresh(&mut self.dice());
        let keys = (login.unlock || member.sealed_totp.is_some())
            .then(|| SessionBox::lock(&token, vec![(OWN_KEY, secret)], &mut self.dice()));
        let since = self.now();
        self.waiting_logins.forget_old(since);
        let (password_lock, unlock) = (member.password_lock, login.unlock);
        let hash = token.hash();
        self.waiting_logins.begin(Waiting {
            hash,
            member: id,
            password_lock,
            keys,
            unlock,
            challenge: None,
            since,
        });
        Ok(LoginStep::Confirm(token.expose().to_owned()))
    }

    /// What a login that waits can be confirmed with. Draws a new challenge; an answer to an earlier one is void.
    pub async fn confirmations(&self, token: &str, site: Option<&Site>) -> Answer<Confirmations> {
        let (token, member) = self.waiting_member(token).await?;
        let id = member.id;
        let passkeys = self.store.read(move |tx| member::passkeys(tx, id)).await?;
        let (here, elsewhere): (Vec<_>, Vec<_>) =
            passkeys.into_iter().partition(|passkey| site.is_some_and(|site| site.host() == passkey.host));
        let mut elsewhere: Vec<String> = elsewhere.into_iter().map(|passkey| passkey.host).collect();
        elsewhere.sort();
        elsewhere.dedup();
        let here: Vec<Vec<u8>> = here.into_iter().map(|passkey| passkey.credential).collect();
        let options = site.filter(|_| !here.is_empty()).map(|site| {
            let challenge = Challenge::fresh(&mut self.dice());
            let options = passkey::request(site, &challenge, &here);
            self.waiting_logins.with_one(&token, |login| login.challenge.replace(challenge));
            options
        });
        Ok(Confirmations { options, elsewhere, code: member.sealed_totp.is_some() })
    }

    /// Ends the wait with a passkey. A wrong answer counts as a failed login; each challenge takes one answer.
    pub async fn confirm_with_passkey(
        &self,
        token: &str,
        site: &Site,
        answer: &str,
        address: &str,
    ) -> Answer<(String, Session)> {
        let (token, member) = self.waiting_member(token).await?;
        self.not_too_many(&member.email, address)?;
        let wrong = |message| {
            self.attempts.failed(&member.email, address, self.now());
            Refusal::new(Kind::NotLoggedIn, message)
        };
        let challenge = self
            .waiting_logins
            .with_one(&token, |login| login.challenge.take())
            .ok_or_else(|| wrong("refusal-passkey-late"))?;
        let id = passkey::id_of(answer).map_err(|_| wrong("refusal-passkey-wrong"))?;
        let owner = member.id;
        let known = self.store.read(move |tx| member::passkeys(tx, owner)).await?.into_iter();
        let known = known
            .filter(|known| known.host == site.host())
            .find(|known| known.credential == id)
            .ok_or_else(|| wrong("refusal-passkey-wrong"))?;
        let damaged = || store::Fault::Damaged { what: format!("passkey {}", known.id) };
        let before = Known {
            id: &known.credential,
            public_key: &known.public_key,
            counter: u32::try_from(known.counter).map_err(|_| damaged())?,
            flags: u8::try_from(known.flags).map_err(|_| damaged())?,
        };
        let used = passkey::used(site, &challenge, &before, &handle(&member), answer);
        let used = used.map_err(|error| match error {
            AnswerError::CounterWentBack => wrong("refusal-passkey-copied"),
            AnswerError::NotVerified => wrong("refusal-passkey-unverified"),
            _ => wrong("refusal-passkey-wrong"),
        })?;
        let (id, counter) = (known.id, i64::from(used.counter));
        // Compared again where it is written, in case a copy was quicker.
        if !self.store.write(move |tx| member::use_passkey(tx, id, counter)).await? {
            return Err(wrong("refusal-passkey-copied").into());
        }
        self.end_wait(&token, member).await
    }

    /// Ends the wait with a code of an authenticator app.
    pub async fn confirm_with_code(
        &self,
        token: &str,
        code: &str,
        address: &str,
    ) -> Answer<(String, Session)> {
        let (token, member) = self.waiting_member(token).await?;
        self.not_too_many(&member.email, address)?;
        let secret =
            self.waiting_logins.with_one(&token, |login| login.keys.as_ref()?.open_one(&token, OWN_KEY).ok());
        let secret = secret.filter(|_| member.sealed_totp.is_some()).ok_or_else(late)?;
        let login = Login { email: &member.email, password: "", code: Some(code), address, unlock: false };
        self.right_code(&member, &secret, &login)?;
        self.end_wait(&token, member).await
    }

    async fn waiting_member(&self, token: &str) -> Answer<(Token, Member)> {
        let token = Token::parse(token).map_err(|_| late())?;
        self.waiting_logins.forget_old(self.now());
        let found =
            self.waiting_logins.with_one(&token, |login| Some((login.member, login.password_lock.clone())));
        let (id, password_lock) = found.ok_or_else(late)?;
        let member = self.store.read(move |tx| member::by_id(tx, id)).await?;
        let member =
            member.filter(|member| member.left_at.is_none() && member.password_lock == password_lock);
        Ok((token, member.ok_or_else(late)?))
    }

    async fn end_wait(&self, token: &Token, member: Member) -> Answer<(String, Session)> {
        let waiting = self.waiting_logins.end(token).ok_or_else(late)?;
        self.attempts.succeeded(&member.email);
        let session = self.begin_session(member, Token::fresh(&mut self.dice())).await?;
        let secret: Option<SecretKey> =
            waiting.keys.filter(|_| waiting.unlock).and_then(|keys| keys.open_one(token, OWN_KEY).ok());
        if let Some(secret) = secret {
            self.keep_unlocked(&session, secret);
        }
        Ok((session.token().expose().to_owned(), session))
    }
}
