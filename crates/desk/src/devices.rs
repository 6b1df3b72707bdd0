//! Phones: adding one, the settings that its QR carries, revoking it.

use seal::Token;
use serde_json::json;
use store::mandate::{self, Device, Holder, Mandate};
use store::{Fault, setting};

use crate::answer::{Answer, Error, Kind, Refusal};
use crate::keyring::Keyring;
use crate::may::{Devices, May};
use crate::record::{self, Done};
use crate::{Desk, mandates};

/// A phone that was just added; the token is told once and can be shown again only by who holds the devices' key.
pub struct NewDevice {
    /// The device.
    pub id: i64,
    /// Its token.
    pub token: String,
}

/// A phone that calls.
#[derive(Clone)]
pub struct Phone {
    pub(crate) device: Device,
    pub(crate) token: std::sync::Arc<Token>,
    /// The mandate it works for.
    pub mandate: Mandate,
}

impl Phone {
    /// The device.
    pub fn device(&self) -> &Device {
        &self.device
    }
}

/// Notes a device as seen at most this often (ms).
const SEEN_EVERY: i64 = 60_000;

fn token_place(device: &str) -> seal::Place<'_> {
    seal::Place::new("device", device, "token")
}

impl Desk {
    /// Adds a phone. Who adds it must hold the devices' key, unlocked, to hand it on.
    pub async fn add_device(&self, may: &May<'_, Devices>, name: &str) -> Answer<NewDevice> {
        let name = name.trim().to_owned();
        if name.is_empty() {
            return Err(Refusal::invalid("refusal-name-empty").problem("name", "").into());
        }
        let own = self.own_key_or_refuse(may.session())?;
        let mut dice = self.dice();
        let token = Token::fresh(&mut dice);
        let text = token.expose().to_owned();
        let (mandate, now, by, salt) = (may.mandate().id, self.now(), may.session().member().id, self.salt());
        let compartment = self.devices_compartment(mandate).await?;
        let number = self.store.write(|tx| setting::next_number(tx, "actor")).await?;
        let place = number.to_string();
        let fresh = self.fresh_key(compartment, &token_place(&place)).await?;
        let sealed_token = fresh.seal(&token_place(&place), token.expose().as_bytes(), &mut dice);
        self.store
            .write(move |tx| {
                mandate::add_data_key(tx, &fresh.data_key)?;
                let device = Device {
                    id: number,
                    mandate,
                    name,
                    token_hash: Some(token.hash().to_vec()),
                    public_key: token.secret_key().public().to_bytes().to_vec(),
                    sealed_token: Some(sealed_token),
                    created_by: by,
                    created_at: now,
                    last_seen_at: None,
                    revoked_at: None,
                };
                mandate::add_device(tx, &device)?;
                let mut keyring = Keyring::new(Holder::Member(by), own);
                for epoch in mandate::epochs(tx, compartment)? {
                    let secret = keyring.epoch(tx, epoch.id)?.ok_or_else(|| {
                        Refusal::conflict("refusal-key-not-held").with("compartment", mandates::DEVICES)
                    })?;
                    let holder = Holder::Device(number);
                    mandates::give(
                        tx,
                        epoch.id,
                        secret,
                        holder,
                        &device.public_key,
                        Some(by),
                        now,
                        &mut dice,
                    )?;
                }
                let done =
                    Done::new(now, Some(by), "field_key.create").in_mandate(mandate).about("device", number);
                record::audit_with_leaf(tx, ledger::leaf::kind::DEVICE, &salt, done)?;
                Ok::<_, Error>(())
            })
            .await?;
        Ok(NewDevice { id: number, token: text })
    }

    async fn devices_compartment(&self, mandate: i64) -> Answer<i64> {
        let all = self.store.read(move |tx| mandate::compartments(tx, mandate)).await?;
        let found = all.iter().find(|compartment| compartment.kind == mandates::DEVICES);
        Ok(found
            .map(|compartment| compartment.id)
            .ok_or_else(|| Fault::internal("no devices' compartment"))?)
    }

    /// The phones of a mandate.
    pub async fn devices(&self, may: &May<'_, Devices>) -> Answer<Vec<Device>> {
        let mandate = may.mandate().id;
        Ok(self.store.read(move |tx| mandate::devices(tx, mandate)).await?)
    }

    /// A phone's token, to show its QR again.
    pub async fn device_token(&self, may: &May<'_, Devices>, id: i64) -> Answer<String> {
        let own = self.own_key_or_refuse(may.session())?;
        let (mandate, member) = (may.mandate().id, may.session().member().id);
        let opened = self
            .store
            .read(move |tx| {
                let device = mandate::device(tx, mandate, id)?.ok_or_else(Refusal::not_found)?;
                let sealed =
                    device.sealed_token.ok_or_else(|| Refusal::conflict("refusal-device-revoked"))?;
                let mut keyring = Keyring::new(Holder::Member(member), own);
                Ok::<_, Error>(keyring.open(tx, &sealed, &token_place(&id.to_string()))?)
            })
            .await?;
        let opened = opened.ok_or_else(|| {
            Refusal::new(Kind::NotAllowed, "refusal-key-not-held").with("compartment", mandates::DEVICES)
        })?;
        Ok(opened.expose_text().unwrap_or_default().to_owned())
    }

    /// Revokes a phone: what it holds opens nothing on this server any more.
    pub async fn revoke_device(&self, may: &May<'_, Devices>, id: i64) -> Answer<()> {
        let (mandate, now, by, salt) = (may.mandate().id, self.now(), may.session().member().id, self.salt());
        self.store
            .write(move |tx| {
                mandate::device(tx, mandate, id)?.ok_or_else(Refusal::not_found)?;
                mandate::revoke_device(tx, id, now)?;
                let done =
                    Done::new(now, Some(by), "field_key.session.end").in_mandate(mandate).about("device", id);
                record::audit_with_leaf(tx, ledger::leaf::kind::DEVICE, &salt, done)?;
                Ok::<_, Error>(())
            })
            .await
    }

    /// The phone that a token stands for.
    pub async fn phone(&self, token: &str) -> Answer<Phone> {
        let unknown = || Refusal::new(Kind::NotAllowed, "refusal-device-unknown");
        let token = Token::parse(token).map_err(|_| unknown())?;
        let hash = token.hash();
        let found = self
            .store
            .read(move |tx| {
                let Some(device) = mandate::device_by_token(tx, &hash)? else { return Ok(None) };
                let mandate = mandate::by_id(tx, device.mandate)?;
                Ok::<_, Fault>(mandate.map(|mandate| (device, mandate)))
            })
            .await?;
        let (device, mandate) = found.ok_or_else(unknown)?;
        self.note_seen(device.id).await?;
        Ok(Phone { device, token: std::sync::Arc::new(token), mandate })
    }

    async fn note_seen(&self, device: i64) -> Answer<()> {
        let now = self.now();
        {
            let mut seen = self.seen.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            let last = seen.entry(device).or_insert(0);
            if now - *last < SEEN_EVERY {
                return Ok(());
            }
            *last = now;
        }
        Ok(self.store.write(move |tx| mandate::device_seen(tx, device, now)).await?)
    }
}

/// The settings that ODK Collect reads from a QR code: server address with the token in its path, and behaviour.
/// `server` is the address of this server as phones reach it, without a slash at its end.
pub fn collect_settings(server: &str, mandate: &Mandate, token: &str) -> String {
    json!({
        "general": {
            "server_url": format!("{server}/v1/key/{token}/projects/{}", mandate.id),
            "form_update_mode": "match_exactly",
            "autosend": "wifi_and_cellular",
        },
        "project": { "name": mandate.name, "icon": "등", "color": "#0b4f6c" },
        "admin": {},
    })
    .to_string()
}
