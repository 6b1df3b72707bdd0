//! Roles as clients of ODK Central give and take them: with the keys of the role, and beside other roles. Forms that
//! phones are assigned.

use protocol::{OdkRole, Right};
use store::form::{self, Form};
use store::mandate::{self, Holder, Place};
use store::member::{self, Member};
use store::{Fault, Tx};

use crate::answer::{Answer, Error, Refusal};
use crate::keyring::Keyring;
use crate::mandates::{DEVICES, give, refuse_apart};
use crate::may::{Administrator, Devices, Manage, May, Members, Seat};
use crate::record::{self, Done};
use crate::{Desk, Dice};

/// A member who has a role of ODK Central in a mandate.
pub struct RoleHolder {
    /// The member.
    pub member: Member,
    /// The role.
    pub role: OdkRole,
}

/// A phone that was assigned a form, or a link that is for it.
pub struct FormAssignment {
    /// The form.
    pub form: i64,
    /// The phone or link.
    pub actor: i64,
    /// `field_key` or `public_link`.
    pub kind: &'static str,
    /// Their name.
    pub name: String,
    /// When they were added (ms).
    pub created_at: i64,
    /// One of ODK Central's roles, by its name.
    pub role: String,
}

/// Whose key is handed on, and with which randomness.
struct Giver {
    by: i64,
    keyring: Option<Keyring>,
    now: i64,
    dice: Dice,
}

impl Desk {
    /// Who has which of ODK Central's roles. An administrator who has held a role since the mandate began has it to hold
    /// the keys; Central knows no such assignment, so it is not among these.
    pub async fn role_holders(&self, may: &May<'_, Members>) -> Answer<Vec<RoleHolder>> {
        let (id, began, protocol) = (may.mandate().id, may.mandate().created_at, may.protocol().clone());
        Ok(self
            .store
            .read(move |tx| {
                let mut holders = Vec::new();
                for place in mandate::places(tx, id)? {
                    let Some(role) = protocol.role(&place.role).and_then(|role| role.odk) else { continue };
                    let member = member::by_id(tx, place.member)?.filter(|member| member.left_at.is_none());
                    let Some(member) = member else { continue };
                    if !(member.administrator && place.since == began) {
                        holders.push(RoleHolder { member, role });
                    }
                }
                Ok::<_, Fault>(holders)
            })
            .await?)
    }

    /// Gives a member the protocol's role that stands for one of ODK Central's, beside those that they have, with its keys
    /// as far as the session holds them unlocked. The others are given later, on the page of the person.
    pub async fn assign_role(&self, may: &May<'_, Members>, person: i64, role: OdkRole) -> Answer<()> {
        let protocol = may.protocol().clone();
        let found = protocol.roles.iter().find(|known| known.odk == Some(role));
        let role = found.cloned().ok_or_else(Refusal::not_found)?;
        let mandate = may.mandate().id;
        let (key_salt, salt) = (self.salt(), self.salt());
        let mut giver = Giver {
            by: may.session().member().id,
            keyring: self.own_key(may.session()).map(|own| {
                let holder = Holder::Member(may.session().member().id);
                Keyring::new(holder, own)
            }),
            now: self.now(),
            dice: self.dice(),
        };
        self.store
            .write(move |tx| {
                let member = member::by_id(tx, person)?.filter(|member| member.left_at.is_none());
                let member = member.ok_or_else(Refusal::not_found)?;
                let places = mandate::places_of(tx, person)?;
                let others = places.iter().filter(|place| place.mandate == mandate && place.role != role.id);
                for other in others {
                    let apart = protocol.role(&other.role).is_some_and(|one| one.not_with.contains(&role.id));
                    if apart || role.not_with.contains(&other.role) {
                        let refusal = Refusal::conflict("refusal-roles-apart");
                        return Err(refusal.with("one", &other.role).with("two", &role.id).into());
                    }
                }
                let (now, by) = (giver.now, giver.by);
                // A moment later than the mandate's own, so that it is told as an assignment.
                let since = now.max(1 + mandate::by_id(tx, mandate)?.map_or(0, |mandate| mandate.created_at));
                mandate::add_role(tx, &Place { mandate, member: person, role: role.id.clone(), since })?;
                let done = Done::new(now, Some(by), "user.assignment.create").in_mandate(mandate);
                let done = done.about("member", person).with("role", role.id.as_str());
                record::audit_with_leaf(tx, ledger::leaf::kind::MEMBER, &salt, done)?;
                let mut given = Vec::new();
                for compartment in mandate::compartments(tx, mandate)? {
                    let phones = compartment.name == DEVICES && role.rights.contains(&Right::Devices);
                    let meant = phones || role.compartments.contains(&compartment.name);
                    let free = refuse_apart(tx, &protocol, &compartment, person).is_ok();
                    if meant && free && hand_on(tx, &mut giver, compartment.id, &member)? {
                        given.push(compartment.name);
                    }
                }
                if !given.is_empty() {
                    let done =
                        Done::new(now, Some(by), "key.give").in_mandate(mandate).about("member", person);
                    let done = done.with("compartment", given.join(", "));
                    record::audit_with_leaf(tx, ledger::leaf::kind::KEY, &key_salt, done)?;
                }
                Ok::<_, Error>(())
            })
            .await
    }

    /// Takes one of ODK Central's roles from a member, with the keys that none of their other roles holds.
    pub async fn unassign_role(&self, may: &May<'_, Members>, person: i64, role: OdkRole) -> Answer<()> {
        let protocol = may.protocol().clone();
        let found = protocol.roles.iter().find(|known| known.odk == Some(role));
        let role = found.cloned().ok_or_else(Refusal::not_found)?;
        let mandate = may.mandate().id;
        let places = self.store.read(move |tx| mandate::places_of(tx, person)).await?;
        let places: Vec<Place> = places.into_iter().filter(|place| place.mandate == mandate).collect();
        if !places.iter().any(|place| place.role == role.id) {
            return Err(Refusal::not_found().into());
        }
        let others: Vec<&protocol::Role> = places
            .iter()
            .filter(|place| place.role != role.id)
            .filter_map(|place| protocol.role(&place.role))
            .collect();
        if others.is_empty() {
            return self.take_role(may, person).await;
        }
        for state in self.compartments(may).await? {
            let name = &state.compartment.name;
            let holds = |role: &protocol::Role| {
                role.compartments.contains(name) || (name == DEVICES && role.rights.contains(&Right::Devices))
            };
            let lost = holds(&role) && !others.iter().any(|other| holds(other));
            if lost && state.members.contains(&person) {
                self.take_key(may, state.compartment.id, person).await?;
            }
        }
        let (now, by, salt) = (self.now(), may.session().member().id, self.salt());
        self.store
            .write(move |tx| {
                mandate::take_one_role(tx, mandate, person, &role.id)?;
                let done = Done::new(now, Some(by), "user.assignment.delete").in_mandate(mandate);
                let done = done.about("member", person).with("role", role.id.as_str());
                record::audit_with_leaf(tx, ledger::leaf::kind::MEMBER, &salt, done)?;
                Ok::<_, Error>(())
            })
            .await
    }

    /// Makes a member an administrator, or no longer one. Keys are not touched.
    pub async fn set_administrator(
        &self,
        by: &Administrator,
        person: i64,
        administrator: bool,
    ) -> Answer<()> {
        let (by, now, salt) = (by.session().member().id, self.now(), self.salt());
        self.store
            .write(move |tx| {
                let found = member::by_id(tx, person)?.filter(|member| member.left_at.is_none());
                let mut member = found.ok_or_else(Refusal::not_found)?;
                if !administrator && !member.administrator {
                    return Err(Refusal::not_found().into());
                }
                member.administrator = administrator;
                member::update(tx, &member)?;
                let action = if administrator { "user.assignment.create" } else { "user.assignment.delete" };
                let done = Done::new(now, Some(by), action).about("member", person).with("role", "admin");
                record::audit_with_leaf(tx, ledger::leaf::kind::MEMBER, &salt, done)?;
                Ok::<_, Error>(())
            })
            .await
    }

    /// Who was assigned which form of the mandate. Public links are told with the role `pub-link`.
    pub async fn form_assignments(&self, may: &May<'_, Members>) -> Answer<Vec<FormAssignment>> {
        let id = may.mandate().id;
        Ok(self
            .store
            .read(move |tx| {
                let devices = mandate::devices(tx, id)?;
                let mut told = Vec::new();
                for form::Assignment { form, actor, role } in form::assignments(tx, id)? {
                    let Some(phone) = devices.iter().find(|device| device.id == actor) else { continue };
                    let (kind, name, created_at) = ("field_key", phone.name.clone(), phone.created_at);
                    told.push(FormAssignment { form, actor, kind, name, created_at, role });
                }
                for link in devices.into_iter().filter(|link| link.removed_at.is_none()) {
                    if let Some(form) = link.link_form {
                        told.push(FormAssignment {
                            form,
                            actor: link.id,
                            kind: "public_link",
                            name: link.name,
                            created_at: link.created_at,
                            role: "pub-link".to_owned(),
                        });
                    }
                }
                Ok::<_, Fault>(told)
            })
            .await?)
    }

    /// Lets a phone fill a form. The role is one of ODK Central's; whichever it is, a phone only sends.
    pub async fn assign_form(
        &self,
        may: &May<'_, Devices>,
        form: &Form,
        actor: i64,
        role: &str,
    ) -> Answer<()> {
        self.change_form_assignment(may, form, actor, role, true).await
    }

    /// Lets a phone fill every form of the mandate, those that will come too.
    pub async fn assign_every_form(&self, may: &May<'_, Devices>, actor: i64) -> Answer<()> {
        let (mandate, now, by, salt) = (may.mandate().id, self.now(), may.session().member().id, self.salt());
        self.store
            .write(move |tx| {
                mandate::device(tx, mandate, actor)?.ok_or_else(Refusal::not_found)?;
                mandate::let_fill_every_form(tx, actor)?;
                let done = Done::new(now, Some(by), "field_key.assignment.create").in_mandate(mandate);
                let done = done.about("device", actor).with("role", "app-user");
                record::audit_with_leaf(tx, ledger::leaf::kind::DEVICE, &salt, done)?;
                Ok::<_, Error>(())
            })
            .await
    }

    /// Takes a form from a phone.
    pub async fn unassign_form(
        &self,
        may: &May<'_, Devices>,
        form: &Form,
        actor: i64,
        role: &str,
    ) -> Answer<()> {
        self.change_form_assignment(may, form, actor, role, false).await
    }

    async fn change_form_assignment(
        &self,
        may: &May<'_, Devices>,
        form: &Form,
        actor: i64,
        role: &str,
        given: bool,
    ) -> Answer<()> {
        let (mandate, now, by, salt) = (may.mandate().id, self.now(), may.session().member().id, self.salt());
        let assignment = form::Assignment { form: form.id, actor, role: role.to_owned() };
        self.store
            .write(move |tx| {
                let phone = mandate::device(tx, mandate, actor)?.filter(|device| device.removed_at.is_none());
                phone.ok_or_else(Refusal::not_found)?;
                let changed = match given {
                    true => form::assign(tx, &assignment, now)?,
                    false => form::unassign(tx, &assignment)?,
                };
                if !changed {
                    return match given {
                        true => Ok(()),
                        false => Err(Refusal::not_found().into()),
                    };
                }
                let action = match given {
                    true => "field_key.assignment.create",
                    false => "field_key.assignment.delete",
                };
                let done = Done::new(now, Some(by), action).in_mandate(mandate).about("device", actor);
                let done = done.with("role", assignment.role.as_str()).with("form", assignment.form);
                record::audit_with_leaf(tx, ledger::leaf::kind::DEVICE, &salt, done)?;
                Ok::<_, Error>(())
            })
            .await
    }

    /// Whether an account is there, for clients that are told so before they are asked for their rights.
    pub async fn has_account(&self, id: i64) -> Answer<bool> {
        let found = self.store.read(move |tx| member::by_id(tx, id)).await?;
        Ok(found.is_some_and(|member| member.left_at.is_none()))
    }

    /// Whether a mandate has a phone or link, told in the same way.
    pub async fn has_device(&self, mandate: i64, id: i64) -> Answer<bool> {
        let found = self.store.read(move |tx| mandate::device(tx, mandate, id)).await?;
        Ok(found.is_some_and(|device| device.removed_at.is_none()))
    }

    /// A member whose work is told of in a mandate, by number.
    pub async fn member_by_number(&self, _: &Seat, id: i64) -> Answer<Option<Member>> {
        Ok(self.store.read(move |tx| member::by_id(tx, id)).await?)
    }

    /// Whether a mandate is there, for clients that are told so though they may see nothing of it.
    pub async fn has_mandate(&self, id: i64) -> Answer<bool> {
        Ok(self.store.read(move |tx| mandate::by_id(tx, id)).await?.is_some())
    }

    /// Whether a mandate has a form, for clients that are told so though they may see nothing of it.
    pub async fn has_form(&self, mandate: i64, form_id: &str) -> Answer<bool> {
        let form_id = form_id.to_owned();
        Ok(self.store.read(move |tx| form::by_form_id(tx, mandate, &form_id)).await?.is_some())
    }

    /// Takes a mandate out of sight. What it holds stays as it is, sealed.
    pub async fn remove_mandate(&self, may: &May<'_, Manage>) -> Answer<()> {
        let (id, now, by, salt) = (may.mandate().id, self.now(), may.session().member().id, self.salt());
        self.store
            .write(move |tx| {
                mandate::remove(tx, id, now)?;
                let done = Done::new(now, Some(by), "project.delete").in_mandate(id).about("mandate", id);
                record::audit_with_leaf(tx, ledger::leaf::kind::KEY, &salt, done)?;
                Ok::<_, Error>(())
            })
            .await
    }
}

/// Gives a member every epoch of a compartment that the giver holds; tells whether that was all of them.
fn hand_on(tx: &mut Tx, giver: &mut Giver, compartment: i64, member: &Member) -> Result<bool, Fault> {
    let Some(keyring) = &mut giver.keyring else { return Ok(false) };
    if !member.has_key() || member.id == giver.by {
        return Ok(false);
    }
    let mut all = true;
    for epoch in mandate::epochs(tx, compartment)? {
        match keyring.epoch(tx, epoch.id)? {
            Some(secret) => {
                let holder = Holder::Member(member.id);
                let (by, now, dice) = (Some(giver.by), giver.now, &mut giver.dice);
                give(tx, epoch.id, secret, holder, &member.public_key, by, now, dice)?;
            }
            None => all = false,
        }
    }
    Ok(all)
}
