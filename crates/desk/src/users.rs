//! Accounts as clients of ODK Central keep them: listed, made, changed, barred.

use seal::{SecretKey, Token};
use store::member::{self, Invitation, Member};
use store::{mandate, setting};

use crate::Desk;
use crate::answer::{Answer, Error, Kind, Refusal};
use crate::desk::hex;
use crate::may::Administrator;
use crate::members::{NewMember, check_email, check_password};
use crate::record::{self, Done};
use crate::session::Session;

/// How long a link with which somebody chooses a password works (ms).
const LINK_LIFETIME: i64 = 7 * 24 * 3_600_000;

impl Desk {
    /// Everybody with an account, in the order of their login names.
    pub async fn accounts(&self, _: &Administrator) -> Answer<Vec<Member>> {
        let mut all = self.store.read(member::all).await?;
        all.retain(|member| member.left_at.is_none());
        all.sort_by(|one, other| one.email.cmp(&other.email));
        Ok(all)
    }

    /// The account with exactly this login name: whoever is logged in and knows it may ask, so that people can be given
    /// roles by who leads a mandate.
    pub async fn account_named(&self, _: &Session, email: &str) -> Answer<Option<Member>> {
        let email = email.trim().to_lowercase();
        let found = self.store.read(move |tx| member::by_email(tx, &email)).await?;
        Ok(found.filter(|member| member.left_at.is_none()))
    }

    /// An account by its number: one's own, or any for an administrator.
    pub async fn account(&self, session: &Session, id: i64) -> Answer<Member> {
        let found = self.store.read(move |tx| member::by_id(tx, id)).await?;
        let found = found.filter(|member| member.left_at.is_none()).ok_or_else(Refusal::not_found)?;
        if found.id != session.member().id {
            self.administrator(session)?;
        }
        Ok(found)
    }

    /// Makes an account: with a password that was chosen for the person, or without one. Then the token of a link comes
    /// back with which they choose it themselves; until then there is no key, and nothing can be opened for them.
    pub async fn make_account(
        &self,
        administrator: &Administrator,
        email: &str,
        name: &str,
        password: Option<&str>,
    ) -> Answer<(Member, Option<String>)> {
        let by = administrator.session().member().id;
        if let Some(password) = password {
            let new = NewMember { email, name, password, administrator: false, language: "" };
            let id = self.make_member_by(new, by).await?;
            return Ok((self.account(administrator.session(), id).await?, None));
        }
        let email = check_email(email)?;
        let name = if name.trim().is_empty() { email.clone() } else { name.trim().to_owned() };
        let (now, salt, token, id) =
            (self.now(), self.salt(), Token::fresh(&mut self.dice()), self.store.new_id());
        let invitation = link(id, &token, &email, &name, by, now);
        let member = self
            .store
            .write(move |tx| {
                if member::by_email(tx, &email)?.is_some_and(|other| other.left_at.is_none()) {
                    return Err(Refusal::conflict("refusal-email-taken").with("email", email).into());
                }
                let member = Member {
                    id: setting::next_number(tx, "actor")?,
                    email,
                    name,
                    administrator: false,
                    language: String::new(),
                    public_key: Vec::new(),
                    password_lock: Vec::new(),
                    recovery_lock: None,
                    sealed_totp: None,
                    created_at: now,
                    left_at: None,
                    updated_at: None,
                    last_login_at: None,
                };
                member::add(tx, &member)?;
                member::invite(tx, &invitation)?;
                let done = Done::new(now, Some(by), "user.create").about("member", member.id);
                record::audit_with_leaf(tx, ledger::leaf::kind::MEMBER, &salt, done)?;
                Ok::<_, Error>(member)
            })
            .await?;
        Ok((member, Some(token.expose().to_owned())))
    }

    /// Changes an account's display name and login name, where they are given.
    pub async fn change_account(
        &self,
        session: &Session,
        id: i64,
        name: Option<&str>,
        email: Option<&str>,
    ) -> Answer<Member> {
        self.account(session, id).await?;
        let email = email.map(check_email).transpose()?;
        let name = name.map(|name| name.trim().to_owned());
        if name.as_ref().is_some_and(String::is_empty) {
            return Err(Refusal::invalid("refusal-name-empty").problem("name", "").into());
        }
        let (now, by) = (self.now(), session.member().id);
        self.store
            .write(move |tx| {
                let mut member = member::by_id(tx, id)?.ok_or_else(Refusal::not_found)?;
                let mut data = serde_json::Map::new();
                if let Some(name) = name {
                    data.insert("displayName".to_owned(), name.as_str().into());
                    member.name = name;
                }
                if let Some(email) = email {
                    let taken = member::by_email(tx, &email)?;
                    if taken.is_some_and(|other| other.id != id && other.left_at.is_none()) {
                        return Err(Refusal::conflict("refusal-email-taken").with("email", email).into());
                    }
                    data.insert("email".to_owned(), email.as_str().into());
                    member.email = email;
                }
                member.updated_at = Some(now);
                member::update(tx, &member)?;
                let done = Done::new(now, Some(by), "user.update").about("member", id);
                record::audit(tx, done.with("data", data))?;
                Ok::<_, Error>(member)
            })
            .await
    }

    /// Changes the password of an account: one's own, or any for an administrator who knows the old one. Every login of
    /// the account ends but the one that asks.
    pub async fn change_password_of(
        &self,
        session: &Session,
        id: i64,
        old: &str,
        new: &str,
        address: &str,
    ) -> Answer<()> {
        let member = self.account(session, id).await?;
        let now = self.now();
        self.not_too_many(&member.email, address)?;
        let secret = match member.password_lock.is_empty() {
            true => None,
            false => self.try_password(member.password_lock.clone(), old).await?,
        };
        let Some(secret) = secret else {
            self.attempts.failed(&member.email, address, now);
            return Err(Refusal::new(Kind::NotLoggedIn, "refusal-password-wrong").problem("old", "").into());
        };
        check_password(new)?;
        let (_, lock) = self.lock_with_password(secret, new).await?;
        let (by, keep) = (session.member().id, session.token().hash());
        self.store
            .write(move |tx| {
                let mut member = member::by_id(tx, id)?.ok_or_else(Refusal::not_found)?;
                member.password_lock = lock;
                member.updated_at = Some(now);
                member::update(tx, &member)?;
                member::end_other_sessions_of(tx, id, &keep)?;
                let done = Done::new(now, Some(by), "user.update").about("member", id);
                record::audit(tx, done.with("data", serde_json::json!({ "password": true })))?;
                Ok::<_, Error>(())
            })
            .await
    }

    /// Ends every login of an account and lets its password open nothing more. The person comes back with their printed
    /// recovery code, with all their keys; or with a link from an administrator, and without them.
    pub async fn bar_account(&self, administrator: &Administrator, email: &str) -> Answer<()> {
        let email = email.trim().to_lowercase();
        let (now, by, salt) = (self.now(), administrator.session().member().id, self.salt());
        let barred = self
            .store
            .write(move |tx| {
                let found = member::by_email(tx, &email)?.filter(|member| member.left_at.is_none());
                let Some(mut member) = found else { return Ok(None) };
                member.password_lock = Vec::new();
                member::update(tx, &member)?;
                member::end_sessions_of(tx, member.id)?;
                let done = Done::new(now, Some(by), "user.update").about("member", member.id);
                let done = done.with("data", serde_json::json!({ "password": null }));
                record::audit_with_leaf(tx, ledger::leaf::kind::MEMBER, &salt, done)?;
                Ok::<_, Error>(Some(member.id))
            })
            .await?;
        if let Some(id) = barred {
            self.lock_member(id);
        }
        Ok(())
    }

    /// Chooses the first password of an account, or a new one where the old one was barred: a new key begins, and keys
    /// that were given to the old one are gone.
    pub async fn choose_password(&self, token: &str, password: &str) -> Answer<()> {
        let invitation = self.invitation(token).await?;
        check_password(password)?;
        let secret = SecretKey::fresh(&mut self.dice());
        let public_key = secret.public().to_bytes().to_vec();
        let (_, lock) = self.lock_with_password(secret, password).await?;
        let (now, salt) = (self.now(), self.salt());
        let id = self
            .store
            .write(move |tx| {
                let found = member::by_email(tx, &invitation.email)?;
                let found =
                    found.filter(|member| member.left_at.is_none() && member.password_lock.is_empty());
                let mut member = found.ok_or_else(Refusal::not_found)?;
                mandate::take_all_keys(tx, mandate::Holder::Member(member.id))?;
                member.public_key = public_key;
                member.password_lock = lock;
                member.recovery_lock = None;
                member.sealed_totp = None;
                member.updated_at = Some(now);
                member::update(tx, &member)?;
                member::remove_passkeys_of(tx, member.id)?;
                member::end_sessions_of(tx, member.id)?;
                member::end_invitation(tx, invitation.id)?;
                let done = Done::new(now, Some(member.id), "user.update").about("member", member.id);
                let done = done.with("data", serde_json::json!({ "password": true }));
                let done = done.with("key", hex(&member.public_key));
                record::audit_with_leaf(tx, ledger::leaf::kind::MEMBER, &salt, done)?;
                Ok::<_, Error>(member.id)
            })
            .await?;
        self.lock_member(id);
        Ok(())
    }

    /// What a client keeps for the member: mandate (0 for the site), name, JSON value.
    pub async fn preferences(&self, session: &Session) -> Answer<Vec<(i64, String, String)>> {
        let id = session.member().id;
        Ok(self.store.read(move |tx| member::preferences(tx, id)).await?)
    }

    /// Keeps a JSON value for the member under a name, or forgets it; tells whether there was one.
    pub async fn put_preference(
        &self,
        session: &Session,
        mandate: i64,
        name: &str,
        value: Option<String>,
    ) -> Answer<bool> {
        let (id, name) = (session.member().id, name.to_owned());
        let put = move |tx: &mut store::Tx| member::put_preference(tx, id, mandate, &name, value.as_deref());
        Ok(self.store.write(put).await?)
    }
}

/// A link with which the owner of an account chooses a password.
fn link(id: i64, token: &Token, email: &str, name: &str, by: i64, now: i64) -> Invitation {
    Invitation {
        id,
        token_hash: token.hash().to_vec(),
        email: email.to_owned(),
        name: name.to_owned(),
        administrator: false,
        mandate: None,
        role: None,
        created_by: by,
        created_at: now,
        expires_at: now + LINK_LIFETIME,
    }
}
