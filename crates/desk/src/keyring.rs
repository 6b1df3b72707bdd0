//! Opening what is sealed: from a holder's own key to compartments, data keys and records.
//!
//! A keyring lives for one act. It opens only what its holder was given; everything else it answers with "closed".

use std::collections::HashMap;

use seal::{DataKey, Opened, Place, PublicKey, RecordKey, SecretKey};
use store::mandate::{self, Holder};
use store::{Fault, Tx};

use crate::intake::{RECORDS_PER_KEY, Sealed};

/// A holder's keys, opened as they are needed.
pub(crate) struct Keyring {
    holder: Holder,
    own: SecretKey,
    epochs: HashMap<i64, Option<SecretKey>>,
    chains: HashMap<i64, Option<Chain>>,
}

/// A data key and those that follow from it, as far as they were needed. Records are not read in the order in which
/// they were sealed, so every key on the way is kept.
struct Chain(Vec<DataKey>);

/// Chains kept in memory; when there are more, they are opened again as they are needed.
const CHAINS_KEPT: usize = 512;

/// Where an epoch's secret key is sealed for a holder.
pub(crate) fn held_key_place(epoch: &str) -> Place<'_> {
    Place::new("epoch", epoch, "secret key")
}

/// Where a data key is sealed.
pub(crate) fn data_key_place(id: &str) -> Place<'_> {
    Place::new("data_key", id, "key")
}

fn damaged(error: &impl ToString) -> Fault {
    Fault::Damaged { what: error.to_string() }
}

impl Keyring {
    pub(crate) fn new(holder: Holder, own: SecretKey) -> Self {
        Keyring { holder, own, epochs: HashMap::new(), chains: HashMap::new() }
    }

    /// The secret key of an epoch, if the holder was given it.
    pub(crate) fn epoch(&mut self, tx: &mut Tx, epoch: i64) -> Result<Option<&SecretKey>, Fault> {
        if !self.epochs.contains_key(&epoch) {
            let opened = match mandate::held_key(tx, epoch, self.holder)? {
                None => None,
                Some(sealed) => {
                    let name = epoch.to_string();
                    let secret = SecretKey::open(&self.own, &held_key_place(&name), &sealed)
                        .map_err(|error| damaged(&error))?;
                    let row = mandate::epoch(tx, epoch)?
                        .ok_or_else(|| Fault::internal(format!("there is no epoch {epoch}")))?;
                    if secret.public().to_bytes().as_slice() != row.public_key {
                        return Err(Fault::Damaged {
                            what: format!("the key of epoch {epoch} was exchanged"),
                        });
                    }
                    Some(secret)
                }
            };
            self.epochs.insert(epoch, opened);
        }
        Ok(self.epochs.get(&epoch).and_then(Option::as_ref))
    }

    /// The key of a sealed record, if the holder can open it.
    pub(crate) fn record_key(
        &mut self,
        tx: &mut Tx,
        sealed: &Sealed<'_>,
        place: &Place<'_>,
    ) -> Result<Option<RecordKey>, Fault> {
        let id = sealed.data_key;
        if !self.chains.contains_key(&id) {
            let row = mandate::data_key(tx, id)?
                .ok_or_else(|| Fault::Damaged { what: format!("data key {id} is missing") })?;
            let chain = match self.epoch(tx, row.epoch)? {
                None => None,
                Some(secret) => Some(Chain(vec![first_key(secret, id, &row.sealed_key)?])),
            };
            if self.chains.len() >= CHAINS_KEPT {
                self.chains.clear();
            }
            self.chains.insert(id, chain);
        }
        let Some(Some(Chain(keys))) = self.chains.get_mut(&id) else { return Ok(None) };
        let number = usize::try_from(sealed.number).unwrap_or(usize::MAX);
        if number > RECORDS_PER_KEY as usize {
            return Err(Fault::Damaged {
                what: format!("a sealed value is number {number} of data key {id}"),
            });
        }
        while let Some(last) = keys.last().filter(|_| keys.len() <= number) {
            let next = last.next();
            keys.push(next);
        }
        let Some(key) = keys.get(number) else { return Ok(None) };
        RecordKey::unwrap(key, place, sealed.wrapped).map(Some).map_err(|error| damaged(&error))
    }

    /// Opens a sealed value; none if the holder was not given its compartment.
    pub(crate) fn open(
        &mut self,
        tx: &mut Tx,
        sealed: &[u8],
        place: &Place<'_>,
    ) -> Result<Option<Opened<Vec<u8>>>, Fault> {
        let sealed = Sealed::read(sealed)?;
        let Some(key) = self.record_key(tx, &sealed, place)? else { return Ok(None) };
        seal::open_value(&key, place, sealed.value).map(Some).map_err(|error| damaged(&error))
    }
}

fn first_key(secret: &SecretKey, id: i64, sealed: &[u8]) -> Result<DataKey, Fault> {
    let name = id.to_string();
    DataKey::open(secret, &data_key_place(&name), sealed).map_err(|error| damaged(&error))
}

/// A stored public key, checked.
pub(crate) fn public_key(bytes: &[u8]) -> Result<PublicKey, Fault> {
    PublicKey::from_slice(bytes).map_err(|error| damaged(&error))
}
