//! When a password or all keys of a compartment are lost: the printed recovery code, and shares on paper.
//!
//! There is no key that opens everything. A member's code opens that member's key. A compartment's shares open that
//! compartment, and only when enough of the people who keep them come together.

use seal::{RecoveryCode, SecretKey, Share};
use serde_json::Value;
use store::mandate::{self, Holder, ShareSet};
use store::member;

use crate::answer::{Answer, Error, Kind, Refusal};
use crate::keyring::Keyring;
use crate::may::{May, Members};
use crate::record::{self, Done};
use crate::session::Session;
use crate::{Desk, mandates};

impl Desk {
    /// Makes a member's recovery code, replacing an earlier one. It is shown once; the server keeps only the key that
    /// it locks.
    pub async fn make_recovery_code(&self, session: &Session) -> Answer<String> {
        let own = self.own_key_or_refuse(session)?;
        let mut dice = self.dice();
        let code = RecoveryCode::fresh(&mut dice);
        let lock = seal::lock_with_code(&own, &code, &mut dice);
        let text = code.to_string();
        self.change_self(session.member().id, self.now(), "user.recovery.make", move |member| {
            member.recovery_lock = Some(lock);
        })
        .await?;
        Ok(text)
    }

    /// Sets a new password with the recovery code. Every login of the member ends, second factors are dropped, passkeys
    /// too, and the code is used up.
    pub async fn recover(&self, email: &str, code: &str, password: &str, address: &str) -> Answer<()> {
        let email = email.trim().to_lowercase();
        let now = self.now();
        self.not_too_many(&email, address)?;
        crate::members::check_password(password)?;
        let found = {
            let email = email.clone();
            self.store
                .read(move |tx| member::by_email(tx, &email))
                .await?
                .filter(|member| member.left_at.is_none())
        };
        let opened = found.and_then(|member| {
            let code: RecoveryCode = code.parse().ok()?;
            let secret = seal::unlock_with_code(member.recovery_lock.as_ref()?, &code).ok()?;
            Some((member, secret))
        });
        let Some((member, secret)) = opened else {
            self.attempts.failed(&email, address, now);
            return Err(Refusal::new(Kind::NotLoggedIn, "refusal-recovery-wrong").problem("code", "").into());
        };
        let (_, lock) = self.lock_with_password(secret, password).await?;
        let id = member.id;
        self.store
            .write(move |tx| {
                let mut member = member::by_id(tx, id)?.ok_or_else(Refusal::not_found)?;
                member.password_lock = lock;
                member.recovery_lock = None;
                member.sealed_totp = None;
                member::update(tx, &member)?;
                member::remove_passkeys_of(tx, id)?;
                member::end_sessions_of(tx, id)?;
                record::note(tx, now, Some(id), None, "user.recover")?;
                Ok::<_, Error>(())
            })
            .await?;
        self.lock_member(id);
        Ok(())
    }

    /// Makes shares of a compartment for the people named, of whom `threshold` together can recover it. The shares are
    /// shown once, to be printed and handed over; the server keeps none.
    pub async fn make_shares(
        &self,
        may: &May<'_, Members>,
        compartment: i64,
        keepers: Vec<String>,
        threshold: u8,
    ) -> Answer<Vec<(String, String)>> {
        let own = self.own_key_or_refuse(may.session())?;
        let keepers: Vec<String> =
            keepers.into_iter().map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect();
        let count = u8::try_from(keepers.len()).unwrap_or(0);
        if threshold < 2 || count < threshold || count > 20 {
            return Err(Refusal::invalid("refusal-shares").problem("threshold", "").into());
        }
        let mut dice = self.dice();
        let together = SecretKey::fresh(&mut dice);
        let shares = seal::split(&together, threshold, count, &mut dice)
            .map_err(|error| Refusal::invalid("refusal-shares").problem("threshold", error.to_string()))?;
        let (mandate, now, by, salt) = (may.mandate().id, self.now(), may.session().member().id, self.salt());
        let public_key = together.public().to_bytes().to_vec();
        let names = Value::from(keepers.clone()).to_string();
        let id = self.store.new_id();
        self.store
            .write(move |tx| {
                let row = mandate::compartment(tx, compartment)?
                    .filter(|row| row.mandate == mandate)
                    .ok_or_else(Refusal::not_found)?;
                let set = ShareSet {
                    id,
                    compartment,
                    public_key,
                    threshold: i64::from(threshold),
                    keepers: names,
                    created_by: by,
                    created_at: now,
                };
                mandate::add_share_set(tx, &set)?;
                let mut keyring = Keyring::new(Holder::Member(by), own);
                for epoch in mandate::epochs(tx, compartment)? {
                    let secret = keyring.epoch(tx, epoch.id)?.ok_or_else(|| {
                        Refusal::conflict("refusal-key-not-held").with("compartment", &row.name)
                    })?;
                    let holder = Holder::Shares(id);
                    mandates::give(tx, epoch.id, secret, holder, &set.public_key, Some(by), now, &mut dice)?;
                }
                let done = Done::new(now, Some(by), "key.shares").in_mandate(mandate);
                let done =
                    done.with("compartment", row.name.as_str()).with("threshold", i64::from(threshold));
                record::audit_with_leaf(tx, ledger::leaf::kind::KEY, &salt, done)?;
                Ok::<_, Error>(())
            })
            .await?;
        Ok(keepers.into_iter().zip(shares.iter().map(ToString::to_string)).collect())
    }

    /// Gives a member the key of a compartment out of enough shares.
    pub async fn recover_compartment(
        &self,
        may: &May<'_, Members>,
        set: i64,
        codes: &[String],
        person: i64,
    ) -> Answer<()> {
        let mut shares = Vec::new();
        for code in codes.iter().filter(|code| !code.trim().is_empty()) {
            let share: Share = code.parse().map_err(|error: seal::CodeError| {
                Refusal::invalid("refusal-share").problem("share", error.to_string())
            })?;
            shares.push(share);
        }
        let (mandate, now, by, salt) = (may.mandate().id, self.now(), may.session().member().id, self.salt());
        let mut dice = self.dice();
        let protocol = may.protocol().clone();
        self.store
            .write(move |tx| {
                let mut found = None;
                for compartment in mandate::compartments(tx, mandate)? {
                    for known in mandate::share_sets(tx, compartment.id)? {
                        if known.id == set {
                            found = Some((compartment.clone(), known));
                        }
                    }
                }
                let (compartment, set) = found.ok_or_else(Refusal::not_found)?;
                let public = crate::keyring::public_key(&set.public_key)?;
                let together = seal::combine(&shares, &public)
                    .map_err(|error| Refusal::invalid("refusal-share").problem("share", error.to_string()))?;
                mandate::place(tx, mandate, person)?
                    .ok_or_else(|| Refusal::conflict("refusal-key-needs-role"))?;
                let member = member::by_id(tx, person)?.ok_or_else(Refusal::not_found)?;
                if !member.has_key() {
                    return Err(Refusal::conflict("refusal-member-without-key")
                        .with("name", &member.name)
                        .into());
                }
                mandates::refuse_apart(tx, &protocol, &compartment, person)?;
                let mut keyring = Keyring::new(Holder::Shares(set.id), together);
                for epoch in mandate::epochs(tx, compartment.id)? {
                    if let Some(secret) = keyring.epoch(tx, epoch.id)? {
                        let holder = Holder::Member(person);
                        mandates::give(
                            tx,
                            epoch.id,
                            secret,
                            holder,
                            &member.public_key,
                            Some(by),
                            now,
                            &mut dice,
                        )?;
                    }
                }
                let done =
                    Done::new(now, Some(by), "key.recover").in_mandate(mandate).about("member", person);
                let done = done.with("compartment", compartment.name.as_str());
                record::audit_with_leaf(tx, ledger::leaf::kind::KEY, &salt, done)?;
                Ok::<_, Error>(())
            })
            .await
    }

    /// Makes a set of shares worthless on this server.
    pub async fn drop_shares(&self, may: &May<'_, Members>, set: i64) -> Answer<()> {
        let (mandate, now, by, salt) = (may.mandate().id, self.now(), may.session().member().id, self.salt());
        self.store
            .write(move |tx| {
                let mut known = false;
                for compartment in mandate::compartments(tx, mandate)? {
                    known |= mandate::share_sets(tx, compartment.id)?.iter().any(|known| known.id == set);
                }
                if !known || !mandate::remove_share_set(tx, set)? {
                    return Err(Refusal::not_found().into());
                }
                let done = Done::new(now, Some(by), "key.shares.drop").in_mandate(mandate);
                record::audit_with_leaf(tx, ledger::leaf::kind::KEY, &salt, done)?;
                Ok::<_, Error>(())
            })
            .await
    }
}
