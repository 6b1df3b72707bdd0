//! Members: adding, inviting, changing their own account, leaving.

use seal::{SecretKey, Token};
use store::member::{self, Invitation, Member};
use store::{Fault, mandate, setting};

use crate::answer::{Answer, Kind, Refusal};
use crate::desk::hex;
use crate::may::Administrator;
use crate::record::{self, Done};
use crate::session::Session;
use crate::{Desk, totp};

/// Shortest password taken. NIST SP 800-63B asks for at least 8, and 15 where it stands alone.
const SHORTEST_PASSWORD: usize = 10;
/// How long an invitation works (ms).
const INVITATION_LIFETIME: i64 = 7 * 24 * 3_600_000;

/// An account to be made.
pub struct NewMember<'a> {
    /// Login name.
    pub email: &'a str,
    /// Display name.
    pub name: &'a str,
    /// Password.
    pub password: &'a str,
    /// Whether it is an administrator's.
    pub administrator: bool,
    /// Language of pages, or empty.
    pub language: &'a str,
}

pub(crate) fn check_email(email: &str) -> Result<String, Refusal> {
    let email = email.trim().to_lowercase();
    let (name, host) = email.split_once('@').unwrap_or_default();
    let plain = !email.contains(|c: char| c.is_whitespace() || c.is_control()) && email.len() <= 320;
    if name.is_empty() || host.is_empty() || !plain {
        return Err(Refusal::invalid("refusal-email").problem("email", "name@example.org"));
    }
    Ok(email)
}

pub(crate) fn check_password(password: &str) -> Result<(), Refusal> {
    if password.chars().count() < SHORTEST_PASSWORD {
        return Err(Refusal::invalid("refusal-password-short")
            .with("least", SHORTEST_PASSWORD)
            .problem("password", ""));
    }
    Ok(())
}

impl Desk {
    /// Adds a member with a password they chose themselves. The roof calls it for `init` and `member add`.
    pub async fn add_member(&self, new: NewMember<'_>) -> Answer<i64> {
        self.make_member(new, None, None).await
    }

    /// Adds a member with a password that somebody else chose for them.
    pub(crate) async fn make_member_by(&self, new: NewMember<'_>, by: i64) -> Answer<i64> {
        self.make_member(new, None, Some(by)).await
    }

    async fn make_member(
        &self,
        new: NewMember<'_>,
        invitation: Option<Invitation>,
        by: Option<i64>,
    ) -> Answer<i64> {
        let email = check_email(new.email)?;
        check_password(new.password)?;
        let secret = SecretKey::fresh(&mut self.dice());
        let public_key = secret.public().to_bytes().to_vec();
        let (_, password_lock) = self.lock_with_password(secret, new.password).await?;
        let now = self.now();
        let name = match new.name.trim() {
            "" => email.clone(),
            name => name.to_owned(),
        };
        let (administrator, language) = (new.administrator, new.language.to_owned());
        let (taken, salt) = (email.clone(), self.salt());
        self.store
            .write(move |tx| {
                let member = Member {
                    id: setting::next_number(tx, "actor")?,
                    email,
                    name,
                    administrator,
                    language,
                    public_key,
                    password_lock,
                    recovery_lock: None,
                    sealed_totp: None,
                    created_at: now,
                    left_at: None,
                    updated_at: None,
                    last_login_at: None,
                };
                if member::by_email(tx, &member.email)?.is_some_and(|other| other.left_at.is_none()) {
                    return Err(Refusal::conflict("refusal-email-taken").with("email", taken).into());
                }
                member::add(tx, &member)?;
                let by = invitation.as_ref().map(|invitation| invitation.created_by).or(by);
                let done = Done::new(now, by, "user.create").about("member", member.id);
                let done = done.with("key", hex(&member.public_key));
                record::audit_with_leaf(tx, ledger::leaf::kind::MEMBER, &salt, done)?;
                if let Some(invitation) = invitation {
                    member::end_invitation(tx, invitation.id)?;
                    if let (Some(mandate), Some(role)) = (invitation.mandate, invitation.role) {
                        mandate::give_role(
                            tx,
                            &mandate::Place { mandate, member: member.id, role, since: now },
                        )?;
                    }
                }
                Ok(member.id)
            })
            .await
    }

    /// Invites a person; the returned token goes into the link that the administrator hands over.
    pub async fn invite(
        &self,
        administrator: &Administrator,
        email: &str,
        name: &str,
        as_administrator: bool,
        place: Option<(i64, String)>,
    ) -> Answer<String> {
        let email = check_email(email)?;
        let token = Token::fresh(&mut self.dice());
        let now = self.now();
        let invitation = Invitation {
            id: self.store.new_id(),
            token_hash: token.hash().to_vec(),
            email,
            name: name.trim().to_owned(),
            administrator: as_administrator,
            mandate: place.as_ref().map(|(mandate, _)| *mandate),
            role: place.map(|(_, role)| role),
            created_by: administrator.session().member().id,
            created_at: now,
            expires_at: now + INVITATION_LIFETIME,
        };
        self.store
            .write(move |tx| {
                if member::by_email(tx, &invitation.email)?.is_some_and(|other| other.left_at.is_none()) {
                    return Err(Refusal::conflict("refusal-email-taken")
                        .with("email", &invitation.email)
                        .into());
                }
                member::invite(tx, &invitation)?;
                record::note(tx, now, Some(invitation.created_by), invitation.mandate, "member.invite")?;
                Ok::<_, crate::Error>(())
            })
            .await?;
        Ok(token.expose().to_owned())
    }

    /// The invitation behind a link, if it still works.
    pub async fn invitation(&self, token: &str) -> Answer<Invitation> {
        let gone = || Refusal::new(Kind::NotFound, "refusal-invitation-gone");
        let hash = Token::parse(token).map_err(|_| gone())?.hash();
        let now = self.now();
        Ok(self.store.read(move |tx| member::invitation(tx, &hash, now)).await?.ok_or_else(gone)?)
    }

    /// Makes the account that an invitation promised; the person chooses name and password.
    pub async fn accept_invitation(
        &self,
        token: &str,
        name: &str,
        password: &str,
        language: &str,
    ) -> Answer<i64> {
        let invitation = self.invitation(token).await?;
        let email = invitation.email.clone();
        let known = email.clone();
        let known = self.store.read(move |tx| member::by_email(tx, &known)).await?;
        if let Some(known) = known.filter(|known| known.left_at.is_none() && known.password_lock.is_empty()) {
            self.choose_password(token, password).await?;
            return Ok(known.id);
        }
        let administrator = invitation.administrator;
        let new = NewMember { email: &email, name, password, administrator, language };
        self.make_member(new, Some(invitation), None).await
    }

    /// Whether anybody has an account yet.
    pub async fn has_members(&self) -> Answer<bool> {
        Ok(self.store.read(|tx| member::all(tx).map(|all| !all.is_empty())).await?)
    }

    /// Everybody with an account, and the invitations that wait.
    pub async fn members(&self, _: &Administrator) -> Answer<(Vec<Member>, Vec<Invitation>)> {
        let now = self.now();
        Ok(self
            .store
            .read(move |tx| Ok::<_, Fault>((member::all(tx)?, member::invitations(tx, now)?)))
            .await?)
    }

    /// Withdraws an invitation.
    pub async fn withdraw_invitation(&self, administrator: &Administrator, id: i64) -> Answer<()> {
        let (now, by) = (self.now(), administrator.session().member().id);
        self.store
            .write(move |tx| {
                if member::end_invitation(tx, id)? {
                    record::note(tx, now, Some(by), None, "member.invite.withdraw")?;
                }
                Ok::<_, Fault>(())
            })
            .await?;
        Ok(())
    }

    /// The mandates in which a member works or holds keys, with the number of compartments they hold there.
    pub async fn work_of(&self, _: &Administrator, id: i64) -> Answer<Vec<(mandate::Mandate, i64)>> {
        Ok(self
            .store
            .read(move |tx| {
                let held = mandate::compartments_of(tx, id)?;
                let mut work = Vec::new();
                for mandate in mandate::all(tx)? {
                    let place = mandate::place(tx, mandate.id, id)?;
                    let compartments = mandate::compartments(tx, mandate.id)?;
                    let count = compartments.iter().filter(|row| held.contains(&row.id)).count() as i64;
                    if place.is_some() || count > 0 {
                        work.push((mandate, count));
                    }
                }
                Ok::<_, Fault>(work)
            })
            .await?)
    }

    /// Closes an account: its logins end. Its keys must be taken by those who stay in each compartment, which begins
    /// new epochs.
    pub async fn close_account(&self, administrator: &Administrator, id: i64) -> Answer<()> {
        let (now, by) = (self.now(), administrator.session().member().id);
        let salt = self.salt();
        if id == by {
            return Err(Refusal::conflict("refusal-close-own-account").into());
        }
        self.store
            .write(move |tx| {
                let mut member = member::by_id(tx, id)?.ok_or_else(Refusal::not_found)?;
                member.left_at = Some(now);
                member::update(tx, &member)?;
                member::end_sessions_of(tx, id)?;
                store::form::unassign_all(tx, id)?;
                let done = Done::new(now, Some(by), "user.delete").about("member", id);
                record::audit_with_leaf(tx, ledger::leaf::kind::MEMBER, &salt, done)?;
                Ok::<_, crate::Error>(())
            })
            .await?;
        self.lock_member(id);
        Ok(())
    }

    /// Changes a member's own display name and language.
    pub async fn change_profile(&self, session: &Session, name: &str, language: &str) -> Answer<()> {
        let (id, now) = (session.member().id, self.now());
        let (name, language) = (name.trim().to_owned(), language.to_owned());
        if name.is_empty() {
            return Err(Refusal::invalid("refusal-name-empty").problem("name", "").into());
        }
        self.change_self(id, now, "user.update", move |member| {
            member.name = name;
            member.language = language;
            member.updated_at = Some(now);
        })
        .await
    }

    /// Changes a member's own password; every other login of theirs ends.
    pub async fn change_password(
        &self,
        session: &Session,
        old: &str,
        new: &str,
        address: &str,
    ) -> Answer<()> {
        check_password(new)?;
        let (id, now) = (session.member().id, self.now());
        let email = session.member().email.clone();
        self.not_too_many(&email, address)?;
        let Some(secret) = self.try_password(session.member().password_lock.clone(), old).await? else {
            self.attempts.failed(&email, address, now);
            return Err(Refusal::new(Kind::NotLoggedIn, "refusal-password-wrong").problem("old", "").into());
        };
        let (_, lock) = self.lock_with_password(secret, new).await?;
        let keep = session.token().hash();
        self.store
            .write(move |tx| {
                let mut member = member::by_id(tx, id)?.ok_or_else(Refusal::not_found)?;
                member.password_lock = lock;
                member::update(tx, &member)?;
                member::end_other_sessions_of(tx, id, &keep)?;
                record::note(tx, now, Some(id), None, "user.password")?;
                Ok::<_, crate::Error>(())
            })
            .await
    }

    /// Sets up a second factor: checks a code made with the secret that was shown, then keeps the secret sealed.
    /// Needs the keys unlocked, so that nobody can do it at a screen that was left alone. Every other login of the member
    /// ends, so that none is left that began with the password alone.
    pub async fn set_totp(&self, session: &Session, shared: &[u8], code: &str) -> Answer<()> {
        self.own_key_or_refuse(session)?;
        if totp::step_of(shared, code, self.now()).is_none() {
            return Err(Refusal::invalid("refusal-code-wrong").problem("code", "").into());
        }
        let (id, now) = (session.member().id, self.now());
        let public = crate::keyring::public_key(&session.member().public_key)?;
        let sealed = totp::sealed(&public, id, shared, &mut self.dice());
        let keep = session.token().hash();
        self.store
            .write(move |tx| {
                let mut member = member::by_id(tx, id)?.ok_or_else(Refusal::not_found)?;
                member.sealed_totp = Some(sealed);
                member::update(tx, &member)?;
                member::end_other_sessions_of(tx, id, &keep)?;
                record::note(tx, now, Some(id), None, "user.totp.set")?;
                Ok::<_, crate::Error>(())
            })
            .await
    }

    /// A new secret for a second factor, to be shown and confirmed.
    pub fn fresh_totp(&self) -> [u8; 20] {
        let mut shared = [0; 20];
        rand_core::Rng::fill_bytes(&mut self.dice(), &mut shared);
        shared
    }

    /// Removes a second factor; needs the keys unlocked.
    pub async fn drop_totp(&self, session: &Session) -> Answer<()> {
        self.own_key_or_refuse(session)?;
        self.change_self(session.member().id, self.now(), "user.totp.drop", |member| {
            member.sealed_totp = None
        })
        .await
    }

    pub(crate) async fn change_self(
        &self,
        id: i64,
        now: i64,
        action: &'static str,
        change: impl FnOnce(&mut Member) + Send + 'static,
    ) -> Answer<()> {
        self.store
            .write(move |tx| {
                let mut member = member::by_id(tx, id)?.ok_or_else(Refusal::not_found)?;
                change(&mut member);
                member::update(tx, &member)?;
                record::note(tx, now, Some(id), None, action)?;
                Ok::<_, crate::Error>(())
            })
            .await
    }
}
