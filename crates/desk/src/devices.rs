//! Phones: adding one, the settings that its QR carries, revoking it.

use seal::Token;
use serde_json::json;
use store::mandate::{self, Device, Holder, Mandate};
use store::{Fault, form, setting};

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
    /// The forms that it fills; none for every form of the mandate.
    forms: Option<Vec<i64>>,
}

impl Phone {
    /// The device.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// Whether it may fill a form, by the form's number.
    pub fn fills(&self, form: i64) -> bool {
        self.forms.as_ref().is_none_or(|forms| forms.contains(&form))
    }
}

/// What a new phone or link may fill.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fills {
    /// Every form of the mandate. It is given the devices' key, so that it can show registries.
    Everything,
    /// The forms that it will be assigned. It is given the devices' key if who adds it holds that.
    Assigned,
    /// One form, for anybody who has the link; no key.
    Link { form: i64, once: bool },
}

/// Notes a device as seen at most this often (ms).
const SEEN_EVERY: i64 = 60_000;

fn token_place(device: &str) -> seal::Place<'_> {
    seal::Place::new("device", device, "token")
}

impl Desk {
    /// Adds a phone that fills every form. Who adds it must hold the devices' key, unlocked, to hand it on.
    pub async fn add_device(&self, may: &May<'_, Devices>, name: &str) -> Answer<NewDevice> {
        self.make_device(may, name, Fills::Everything).await
    }

    /// Adds a phone as a client of ODK Central does: it fills no form before it is assigned one.
    pub async fn add_app_user(&self, may: &May<'_, Devices>, name: &str) -> Answer<NewDevice> {
        self.make_device(may, name, Fills::Assigned).await
    }

    /// Adds a public link: whoever has it may fill the form, once in each browser if `once` is set.
    pub async fn add_link(
        &self,
        may: &May<'_, Devices>,
        form: &form::Form,
        name: &str,
        once: bool,
    ) -> Answer<NewDevice> {
        self.make_device(may, name, Fills::Link { form: form.id, once }).await
    }

    async fn make_device(&self, may: &May<'_, Devices>, name: &str, fills: Fills) -> Answer<NewDevice> {
        let name = name.trim().to_owned();
        if name.is_empty() {
            return Err(Refusal::invalid("refusal-name-empty").problem("name", "").into());
        }
        let own = match fills {
            Fills::Everything => Some(self.own_key_or_refuse(may.session())?),
            Fills::Assigned => self.own_key(may.session()),
            Fills::Link { .. } => None,
        };
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
                    every_form: fills == Fills::Everything,
                    link_form: match fills {
                        Fills::Link { form, .. } => Some(form),
                        _ => None,
                    },
                    once: matches!(fills, Fills::Link { once: true, .. }),
                    removed_at: None,
                };
                mandate::add_device(tx, &device)?;
                if let Some(own) = own {
                    let mut keyring = Keyring::new(Holder::Member(by), own);
                    for epoch in mandate::epochs(tx, compartment)? {
                        let Some(secret) = keyring.epoch(tx, epoch.id)? else {
                            if fills == Fills::Everything {
                                let refusal = Refusal::conflict("refusal-key-not-held");
                                return Err(refusal.with("compartment", mandates::DEVICES).into());
                            }
                            continue;
                        };
                        let (holder, public) = (Holder::Device(number), &device.public_key);
                        mandates::give(tx, epoch.id, secret, holder, public, Some(by), now, &mut dice)?;
                    }
                }
                let action = match fills {
                    Fills::Link { .. } => "public_link.create",
                    _ => "field_key.create",
                };
                let done = Done::new(now, Some(by), action).in_mandate(mandate).about("device", number);
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
        let mut devices = self.phones_and_links(may).await?;
        devices.retain(|device| device.link_form.is_none());
        Ok(devices)
    }

    /// The public links of a form.
    pub async fn links(&self, may: &May<'_, Devices>, form: &form::Form) -> Answer<Vec<Device>> {
        let mut devices = self.phones_and_links(may).await?;
        devices.retain(|device| device.link_form == Some(form.id));
        Ok(devices)
    }

    async fn phones_and_links(&self, may: &May<'_, Devices>) -> Answer<Vec<Device>> {
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

    /// Revokes a phone or a link: what it holds opens nothing on this server any more.
    pub async fn revoke_device(&self, may: &May<'_, Devices>, id: i64) -> Answer<()> {
        self.end_device(may, id, false).await
    }

    /// Revokes a phone or a link, and no longer tells clients of it.
    pub async fn remove_device(&self, may: &May<'_, Devices>, id: i64) -> Answer<()> {
        self.end_device(may, id, true).await
    }

    async fn end_device(&self, may: &May<'_, Devices>, id: i64, remove: bool) -> Answer<()> {
        let (mandate, now, by, salt) = (may.mandate().id, self.now(), may.session().member().id, self.salt());
        self.store
            .write(move |tx| {
                let device = mandate::device(tx, mandate, id)?.ok_or_else(Refusal::not_found)?;
                if remove && device.removed_at.is_some() {
                    return Err(Refusal::not_found().into());
                }
                mandate::revoke_device(tx, id, device.revoked_at.unwrap_or(now))?;
                if remove {
                    mandate::remove_device(tx, id, now)?;
                }
                let action = match (device.link_form, remove) {
                    (None, false) => "field_key.session.end",
                    (None, true) => "field_key.delete",
                    (Some(_), false) => "public_link.session.end",
                    (Some(_), true) => "public_link.delete",
                };
                let done = Done::new(now, Some(by), action).in_mandate(mandate).about("device", id);
                record::audit_with_leaf(tx, ledger::leaf::kind::DEVICE, &salt, done)?;
                Ok::<_, Error>(())
            })
            .await
    }

    /// The mandate of the phone or link that a token stands for, and its number; for ending it by its token.
    pub async fn device_of_token(&self, token: &str) -> Answer<(i64, i64)> {
        let hash = Token::parse(token).map_err(|_| Refusal::not_found())?.hash();
        let found = self.store.read(move |tx| mandate::device_by_token(tx, &hash)).await?;
        Ok(found.map(|device| (device.mandate, device.id)).ok_or_else(Refusal::not_found)?)
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
                let forms = match (device.every_form, device.link_form) {
                    (true, _) => None,
                    (false, Some(form)) => Some(vec![form]),
                    (false, None) => Some(form::assigned_to(tx, device.id)?),
                };
                Ok::<_, Fault>(mandate.map(|mandate| (device, mandate, forms)))
            })
            .await?;
        let (device, mandate, forms) = found.ok_or_else(unknown)?;
        self.note_seen(device.id).await?;
        Ok(Phone { device, token: std::sync::Arc::new(token), mandate, forms })
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
