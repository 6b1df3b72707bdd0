//! Sealing what arrives, with public keys only.
//!
//! Each compartment has one intake key in memory at a time. It is made here, sealed at once to the compartment's
//! public key, used for at most [`RECORDS_PER_KEY`] records or [`KEY_LIFETIME`], and moved on after each record so that
//! what is in memory opens nothing that was sealed before.

use std::collections::HashMap;
use std::sync::Mutex;

use seal::{DataKey, Place, RecordKey};
use store::Fault;
use store::mandate;

use crate::answer::Answer;
use crate::keyring::{data_key_place, public_key};
use crate::{Desk, Dice};

/// Records sealed under one data key. Reading the last of them costs as many hash steps.
pub(crate) const RECORDS_PER_KEY: u32 = 256;
/// How long one data key is used (ms).
const KEY_LIFETIME: i64 = 10 * 60_000;

struct Live {
    row: mandate::DataKey,
    number: u32,
    key: DataKey,
}

/// The intake keys in memory, by compartment.
#[derive(Default)]
pub(crate) struct Intake {
    keys: Mutex<HashMap<i64, Live>>,
    /// Held while a key is made, so that many who find one used up do not make one each.
    making: tokio::sync::Mutex<()>,
}

impl Intake {
    /// Forgets a compartment's intake key, because a new epoch began.
    pub(crate) fn forget(&self, compartment: i64) {
        self.keys.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).remove(&compartment);
    }
}

/// A record key wrapped for one compartment, and the data key's row that must be stored with whatever it seals.
pub(crate) struct FreshKey {
    key: RecordKey,
    header: Vec<u8>,
    /// Store this before or together with the sealed value.
    pub(crate) data_key: mandate::DataKey,
}

impl FreshKey {
    /// Seals a value: header with the wrapped key, then the ciphertext.
    pub(crate) fn seal(&self, place: &Place<'_>, plaintext: &[u8], dice: &mut Dice) -> Vec<u8> {
        let mut sealed = self.header.clone();
        sealed.extend_from_slice(&seal::seal_value(&self.key, place, plaintext, dice));
        sealed
    }
}

const FORMAT: u8 = 1;
const HEADER: usize = 1 + 8 + 4 + 2;

/// A sealed value's parts: which data key, how far advanced, the wrapped record key, the ciphertext.
pub(crate) struct Sealed<'a> {
    pub(crate) data_key: i64,
    pub(crate) number: u32,
    pub(crate) wrapped: &'a [u8],
    pub(crate) value: &'a [u8],
}

impl<'a> Sealed<'a> {
    /// Reads the parts. Layout: format (1) ‖ data key (8, big endian) ‖ number (4) ‖ length of the wrapped key (2) ‖
    /// wrapped key ‖ ciphertext.
    pub(crate) fn read(bytes: &'a [u8]) -> Result<Self, Fault> {
        let damaged = || Fault::Damaged { what: "a sealed value is cut short".to_owned() };
        let (header, rest) = bytes.split_at_checked(HEADER).ok_or_else(damaged)?;
        let [FORMAT, k0, k1, k2, k3, k4, k5, k6, k7, n0, n1, n2, n3, l0, l1] = *header else {
            return Err(damaged());
        };
        let length = usize::from(u16::from_be_bytes([l0, l1]));
        let (wrapped, value) = rest.split_at_checked(length).ok_or_else(damaged)?;
        Ok(Sealed {
            data_key: i64::from_be_bytes([k0, k1, k2, k3, k4, k5, k6, k7]),
            number: u32::from_be_bytes([n0, n1, n2, n3]),
            wrapped,
            value,
        })
    }

    fn header(data_key: i64, number: u32, wrapped: &[u8]) -> Vec<u8> {
        let mut bytes = vec![FORMAT];
        bytes.extend_from_slice(&data_key.to_be_bytes());
        bytes.extend_from_slice(&number.to_be_bytes());
        bytes.extend_from_slice(&u16::try_from(wrapped.len()).unwrap_or(u16::MAX).to_be_bytes());
        bytes.extend_from_slice(wrapped);
        bytes
    }
}

impl Desk {
    /// A fresh record key for a compartment, wrapped for the place where it will be used.
    pub(crate) async fn fresh_key(&self, compartment: i64, place: &Place<'_>) -> Answer<FreshKey> {
        self.wrap(compartment, place, RecordKey::fresh(&mut self.dice())).await
    }

    /// Wraps a record key that has been used already (a file sealed while it streamed in).
    pub(crate) async fn wrap(&self, compartment: i64, place: &Place<'_>, key: RecordKey) -> Answer<FreshKey> {
        if let Some(fresh) = self.wrap_with_live(compartment, place, &key) {
            let (header, data_key) = fresh;
            return Ok(FreshKey { key, header, data_key });
        }
        let _making = self.intake.making.lock().await;
        if let Some((header, data_key)) = self.wrap_with_live(compartment, place, &key) {
            return Ok(FreshKey { key, header, data_key });
        }
        let (epoch, public) = self
            .store
            .read(move |tx| {
                let row = mandate::compartment(tx, compartment)?
                    .ok_or_else(|| Fault::internal(format!("there is no compartment {compartment}")))?;
                let epoch = mandate::epoch(tx, row.current_epoch)?
                    .ok_or_else(|| Fault::internal(format!("compartment {compartment} has no epoch")))?;
                Ok::<_, Fault>((epoch.id, public_key(&epoch.public_key)?))
            })
            .await?;
        let mut dice = self.dice();
        let id = self.store.new_id();
        let data_key = DataKey::fresh(&mut dice);
        let sealed_key = data_key.sealed_to(&public, &data_key_place(&id.to_string()), &mut dice);
        let row = mandate::DataKey { id, epoch, sealed_key, created_at: self.now() };
        self.intake
            .keys
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
            .insert(compartment, Live { row, number: 0, key: data_key });
        let (header, data_key) = self
            .wrap_with_live(compartment, place, &key)
            .ok_or_else(|| Fault::internal("a new intake key was used up at once"))?;
        Ok(FreshKey { key, header, data_key })
    }

    fn wrap_with_live(
        &self,
        compartment: i64,
        place: &Place<'_>,
        key: &RecordKey,
    ) -> Option<(Vec<u8>, mandate::DataKey)> {
        let oldest = self.now() - KEY_LIFETIME;
        let mut keys = self.intake.keys.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let live = keys.get_mut(&compartment)?;
        if live.number >= RECORDS_PER_KEY || live.row.created_at < oldest {
            keys.remove(&compartment);
            return None;
        }
        let wrapped = key.wrap(&live.key, place, &mut self.dice());
        let header = Sealed::header(live.row.id, live.number, &wrapped);
        live.key.advance();
        live.number += 1;
        Some((header, live.row.clone()))
    }
}
