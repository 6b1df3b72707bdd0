//! The desk itself: the store, the clock, the dice, and what is kept in memory between acts.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

use ledger::Signer;
use protocol::Protocol;
use rand_core::SeedableRng;
use store::{Fault, Store};
use tokio::sync::Semaphore;

use crate::answer::{Answer, Refusal};
use crate::attempts::Attempts;
use crate::confirm::WaitingLogins;
use crate::each_time::{self, EachTime};
use crate::export_table::UnderWay;
use crate::forms::FormModel;
use crate::intake::Intake;
use crate::passkeys::BegunPasskeys;
use crate::session::UnlockedSessions;
use crate::totp::UsedCodes;

/// A source of randomness for one act, seeded by the roof.
pub type Dice = rand_chacha::ChaCha20Rng;

/// How an installation differs from another one.
#[derive(Clone)]
pub struct Options {
    /// Cost of a password check.
    pub password_cost: seal::Cost,
    /// Minutes without use after which a session's keys are forgotten.
    pub idle_minutes: i64,
    /// Hours after which a login ends by itself.
    pub session_hours: i64,
    /// Largest attachment taken, bytes.
    pub largest_file: u64,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            password_cost: seal::Cost::DEFAULT,
            idle_minutes: 15,
            session_hours: 24,
            largest_file: 256 << 20,
        }
    }
}

/// Everything that acts need.
pub struct Desk {
    pub(crate) store: Store,
    pub(crate) options: Options,
    pub(crate) attempts: Attempts,
    pub(crate) used_codes: UsedCodes,
    pub(crate) unlocked: UnlockedSessions,
    pub(crate) waiting_logins: WaitingLogins,
    pub(crate) begun_passkeys: BegunPasskeys,
    pub(crate) intake: Intake,
    pub(crate) password_turns: Semaphore,
    pub(crate) decoy_lock: Vec<u8>,
    pub(crate) forms: Mutex<HashMap<i64, Arc<FormModel>>>,
    pub(crate) seen: Mutex<HashMap<i64, i64>>,
    pub(crate) signer: Arc<Signer>,
    pub(crate) each_time: EachTime,
    pub(crate) exports: UnderWay,
    pub(crate) each_time_turns: Semaphore,
    protocols: BTreeMap<String, Arc<Protocol>>,
    clock: fn() -> i64,
    seed: fn() -> [u8; 32],
}

/// Password checks at the same time; each takes as much memory as its cost says.
const PASSWORD_TURNS: usize = 2;

impl Desk {
    /// Sits down: reads or makes the log's key, and has the log's head signed with every batch of changes.
    ///
    /// `clock` gives milliseconds since 1970, `seed` fresh randomness of the system.
    pub async fn open(
        store: Store,
        protocols: Vec<Protocol>,
        options: Options,
        clock: fn() -> i64,
        seed: fn() -> [u8; 32],
    ) -> Answer<Desk> {
        let fresh = seed();
        let origin = format!("deungdae-{}", hex(seed().get(..8).unwrap_or_default()));
        let (key, origin) = store
            .write(move |tx| {
                let key = store::setting::get_or_put(tx, "ledger_seed", &fresh)?;
                let origin = store::setting::get_or_put(tx, "ledger_origin", origin.as_bytes())?;
                Ok::<_, Fault>((key, origin))
            })
            .await?;
        let key: [u8; 32] =
            key.try_into().map_err(|_| Fault::Damaged { what: "the log's signing key".to_owned() })?;
        let origin = String::from_utf8_lossy(&origin).into_owned();
        let signer = Arc::new(
            Signer::from_seed(&origin, &key).map_err(|error| Fault::Damaged { what: error.to_string() })?,
        );
        let for_batches = signer.clone();
        store.after_batch(move |tx| crate::record::sign_head(tx, &for_batches));
        let decoy_lock = decoy_lock(&store, options.password_cost, seed).await?;
        Ok(Desk {
            store,
            options,
            attempts: Attempts::default(),
            used_codes: UsedCodes::default(),
            unlocked: UnlockedSessions::default(),
            waiting_logins: WaitingLogins::default(),
            begun_passkeys: BegunPasskeys::default(),
            intake: Intake::default(),
            password_turns: Semaphore::new(PASSWORD_TURNS),
            decoy_lock,
            forms: Mutex::default(),
            seen: Mutex::default(),
            signer,
            each_time: EachTime::default(),
            exports: UnderWay::default(),
            each_time_turns: Semaphore::new(each_time::TURNS),
            protocols: protocols
                .into_iter()
                .map(|protocol| (protocol.name.clone(), Arc::new(protocol)))
                .collect(),
            clock,
            seed,
        })
    }

    /// Milliseconds since 1970.
    pub fn now(&self) -> i64 {
        (self.clock)()
    }

    /// Randomness for one act.
    pub(crate) fn dice(&self) -> Dice {
        Dice::from_seed((self.seed)())
    }

    /// A salt for one commitment.
    pub(crate) fn salt(&self) -> [u8; 32] {
        (self.seed)()
    }

    /// A fresh ODK entity id (UUID version 4), for an entry that a member makes.
    pub fn fresh_uuid(&self) -> String {
        let digits = hex(&(self.seed)()[..15]);
        let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
        format!("{}-{}-4{}-a{}-{}", part(0, 8), part(8, 12), part(12, 15), part(15, 18), part(18, 30))
    }

    /// The protocols that a mandate can follow.
    pub fn protocols(&self) -> impl Iterator<Item = &Arc<Protocol>> {
        self.protocols.values()
    }

    /// A protocol by name.
    pub fn protocol(&self, name: &str) -> Answer<Arc<Protocol>> {
        self.protocols
            .get(name)
            .cloned()
            .ok_or_else(|| Refusal::invalid("refusal-protocol-unknown").with("protocol", name).into())
    }

    /// Whether the database answers; for health checks.
    pub async fn is_well(&self) -> bool {
        self.store.read(|tx| store::setting::get(tx, "ledger_origin")).await.is_ok()
    }
}

/// What unknown names are checked against, so that they take as long as known ones. Made once: it costs as much as a
/// password, and a server should start at once.
async fn decoy_lock(store: &Store, cost: seal::Cost, seed: fn() -> [u8; 32]) -> Answer<Vec<u8>> {
    if let Some(lock) = store.read(|tx| store::setting::get(tx, "decoy_lock")).await? {
        return Ok(lock);
    }
    let mut dice = Dice::from_seed(seed());
    let nobody = seal::SecretKey::fresh(&mut dice);
    let lock = seal::lock_with_password(&nobody, &hex(&seed()), cost, &mut dice)
        .map_err(|error| Fault::internal(error.to_string()))?;
    Ok(store.write(move |tx| store::setting::get_or_put(tx, "decoy_lock", &lock)).await?)
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
