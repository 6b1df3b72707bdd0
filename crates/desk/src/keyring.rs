//! Opening what is sealed: from a holder's own key to compartments, data keys and records.
//!
//! A keyring lives for one act. It opens only what its holder was given; everything else it answers with "closed".

use std::collections::HashMap;

use seal::{DataKey, Opened, Place, PublicKey, RecordKey, SecretKey};
use store::mandate::{self, Holder};
use store::{Fault, Tx};

use crate::intake::Sealed;

/// A holder's keys, opened as they are needed.
pub(crate) struct Keyring {
    holder: Holder,
    own: SecretKey,
    epochs: HashMap<i64, Option<SecretKey>>,
    chains: HashMap<i64, Option<Chain>>,
}

/// A data key as far as it has been advanced.
struct Chain {
    sealed: Vec<u8>,
    epoch: i64,
    number: u32,
    key: DataKey,
}

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
                Some(secret) => Some(first_key(secret, id, row.epoch, row.sealed_key)?),
            };
            self.chains.insert(id, chain);
        }
        let Some(Some(chain)) = self.chains.get_mut(&id) else { return Ok(None) };
        if sealed.number < chain.number {
            // Records come mostly in the order they were sealed; one from before starts the chain again.
            let (epoch, start) = (chain.epoch, std::mem::take(&mut chain.sealed));
            let secret = self.epochs.get(&epoch).and_then(Option::as_ref);
            let secret = secret.ok_or_else(|| Fault::internal("an epoch was lost from a keyring"))?;
            let first = first_key(secret, id, epoch, start)?;
            self.chains.insert(id, Some(first));
        }
        let Some(Some(chain)) = self.chains.get_mut(&id) else { return Ok(None) };
        while chain.number < sealed.number {
            chain.key.advance();
            chain.number += 1;
        }
        RecordKey::unwrap(&chain.key, place, sealed.wrapped).map(Some).map_err(|error| damaged(&error))
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

fn first_key(secret: &SecretKey, id: i64, epoch: i64, sealed: Vec<u8>) -> Result<Chain, Fault> {
    let name = id.to_string();
    let key = DataKey::open(secret, &data_key_place(&name), &sealed).map_err(|error| damaged(&error))?;
    Ok(Chain { sealed, epoch, number: 0, key })
}

/// A stored public key, checked.
pub(crate) fn public_key(bytes: &[u8]) -> Result<PublicKey, Fault> {
    PublicKey::from_slice(bytes).map_err(|error| damaged(&error))
}
