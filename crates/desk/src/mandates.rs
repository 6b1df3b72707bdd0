//! Mandates: beginning one with its compartments, who works in it, and who holds which key.

use protocol::Protocol;
use seal::SecretKey;
use store::mandate::{self, Compartment, Epoch, HeldKey, Holder, Mandate, Place, ShareSet};
use store::member::{self, Member};
use store::{Fault, Tx, setting};

use crate::answer::{Answer, Error, Refusal};
use crate::holdings::{Holding, Holdings};
use crate::keyring::{Keyring, held_key_place, public_key};
use crate::may::{Administrator, Manage, May, Members, Seat};
use crate::record::{self, Done};
use crate::session::Session;
use crate::{Desk, Dice};

/// Name and kind of the compartment that phones hold a key of.
pub const DEVICES: &str = "devices";

/// A mandate to be begun.
pub struct NewMandate {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Name of the protocol.
    pub protocol: String,
    /// Who works in it from the beginning: member and role. Every compartment needs one whose role holds it.
    pub people: Vec<(i64, String)>,
}

/// A compartment and who holds its key.
pub struct CompartmentState {
    /// The compartment.
    pub compartment: Compartment,
    /// Generation of its key: 1, 2, 3 …
    pub epoch: i64,
    /// Members who hold the key.
    pub members: Vec<i64>,
    /// How many phones hold it.
    pub devices: usize,
    /// Shares on paper that can recover it.
    pub share_sets: Vec<ShareSet>,
}

/// A fresh key pair for a compartment's next epoch.
struct Generation {
    epoch: Epoch,
    secret: SecretKey,
}

impl Generation {
    fn fresh(id: i64, compartment: i64, number: i64, now: i64, dice: &mut Dice) -> Self {
        let secret = SecretKey::fresh(dice);
        let public_key = secret.public().to_bytes().to_vec();
        Generation { epoch: Epoch { id, compartment, number, public_key, created_at: now }, secret }
    }

    fn give(
        &self,
        tx: &mut Tx,
        holder: Holder,
        public: &[u8],
        by: Option<i64>,
        dice: &mut Dice,
    ) -> Result<(), Fault> {
        give(tx, self.epoch.id, &self.secret, holder, public, by, self.epoch.created_at, dice)
    }
}

#[expect(clippy::too_many_arguments, reason = "the columns of one row")]
pub(crate) fn give(
    tx: &mut Tx,
    epoch: i64,
    secret: &SecretKey,
    holder: Holder,
    public: &[u8],
    by: Option<i64>,
    now: i64,
    dice: &mut Dice,
) -> Result<(), Fault> {
    let name = epoch.to_string();
    let sealed_key = secret.sealed_to(&public_key(public)?, &held_key_place(&name), dice);
    mandate::give_key(tx, &HeldKey { epoch, holder, sealed_key, given_by: by, given_at: now })
}

impl Desk {
    /// Begins a mandate: makes its compartments' keys, seals each to the people whose role holds it, and publishes the
    /// protocol's registries and forms. The administrator gets no key unless named among the people.
    pub async fn begin_mandate(&self, administrator: &Administrator, new: NewMandate) -> Answer<i64> {
        let protocol = self.protocol(&new.protocol)?;
        if new.name.trim().is_empty() {
            return Err(Refusal::invalid("refusal-name-empty").problem("name", "").into());
        }
        let holdings = Holdings::of(&protocol, &new.people)?;
        let unheld: Vec<_> = holdings.unheld().collect();
        if !unheld.is_empty() {
            let mut refusal = Refusal::invalid("refusal-compartment-unheld");
            for name in unheld {
                refusal = refusal.problem("people", name);
            }
            return Err(refusal.into());
        }
        if let Some((one, other)) = holdings.apart(&protocol) {
            return Err(apart(one, other).into());
        }

        let (now, by, salt) = (self.now(), administrator.session().member().id, self.salt());
        let mut dice = self.dice();
        let (name, description) = (new.name.trim().to_owned(), new.description.trim().to_owned());
        let people = new.people;
        let protocol_name = new.protocol;
        let id = self
            .store
            .write(move |tx| {
                let id = setting::next_number(tx, "mandate")?;
                mandate::add(
                    tx,
                    &Mandate {
                        id,
                        name,
                        description,
                        protocol: protocol_name,
                        created_at: now,
                        archived_at: None,
                        updated_at: None,
                    },
                )?;
                for (person, role) in people {
                    mandate::give_role(tx, &Place { mandate: id, member: person, role, since: now })?;
                }
                for Holding { name, kind, members: holders } in holdings.compartments {
                    let compartment = setting::next_number(tx, "compartment")?;
                    let generation = Generation::fresh(tx.new_id(), compartment, 1, now, &mut dice);
                    mandate::add_compartment(
                        tx,
                        &Compartment {
                            id: compartment,
                            mandate: id,
                            name,
                            kind,
                            current_epoch: generation.epoch.id,
                        },
                    )?;
                    mandate::add_epoch(tx, &generation.epoch)?;
                    for person in holders {
                        let member = member::by_id(tx, person)?.ok_or_else(Refusal::not_found)?;
                        let holder = Holder::Member(person);
                        generation.give(tx, holder, &member.public_key, Some(by), &mut dice)?;
                    }
                }
                let done = Done::new(now, Some(by), "project.create").in_mandate(id).about("mandate", id);
                record::audit_with_leaf(tx, ledger::leaf::kind::KEY, &salt, done)?;
                Ok::<_, Error>(id)
            })
            .await?;
        self.install_protocol(administrator.session(), id, &protocol).await?;
        Ok(id)
    }

    /// The mandates that a session may see, with the member's role in each.
    pub async fn mandates(&self, session: &Session) -> Answer<Vec<(Mandate, Option<String>)>> {
        let (member, administrator) = (session.member().id, session.member().administrator);
        Ok(self
            .store
            .read(move |tx| {
                let places = mandate::places_of(tx, member)?;
                let role =
                    |id: i64| places.iter().find(|place| place.mandate == id).map(|place| place.role.clone());
                let all = mandate::all(tx)?.into_iter().map(|mandate| {
                    let role = role(mandate.id);
                    (mandate, role)
                });
                Ok::<_, Fault>(all.filter(|(_, role)| administrator || role.is_some()).collect())
            })
            .await?)
    }

    /// Changes a mandate's name and description, or archives it.
    pub async fn change_mandate(
        &self,
        may: &May<'_, Manage>,
        name: &str,
        description: &str,
        archived: bool,
    ) -> Answer<()> {
        if name.trim().is_empty() {
            return Err(Refusal::invalid("refusal-name-empty").problem("name", "").into());
        }
        let (now, by) = (self.now(), may.session().member().id);
        let mut changed = may.mandate().clone();
        changed.name = name.trim().to_owned();
        changed.description = description.trim().to_owned();
        changed.archived_at = archived.then(|| changed.archived_at.unwrap_or(now));
        changed.updated_at = Some(now);
        self.store
            .write(move |tx| {
                mandate::update(tx, &changed)?;
                let done = Done::new(now, Some(by), "project.update").in_mandate(changed.id);
                record::audit(tx, done.about("mandate", changed.id))
            })
            .await?;
        Ok(())
    }

    /// Who works in a mandate: member and role.
    pub async fn people(&self, seat: &Seat) -> Answer<Vec<(Member, String)>> {
        let id = seat.mandate().id;
        Ok(self
            .store
            .read(move |tx| {
                let mut people = Vec::new();
                for place in mandate::places(tx, id)? {
                    if let Some(member) = member::by_id(tx, place.member)? {
                        people.push((member, place.role));
                    }
                }
                Ok::<_, Fault>(people)
            })
            .await?)
    }

    /// Accounts that could be given a role in the mandate.
    pub async fn candidates(&self, may: &May<'_, Members>) -> Answer<Vec<Member>> {
        let id = may.mandate().id;
        Ok(self
            .store
            .read(move |tx| {
                let places = mandate::places(tx, id)?;
                let mut all = member::all(tx)?;
                all.retain(|member| {
                    member.left_at.is_none() && places.iter().all(|place| place.member != member.id)
                });
                Ok::<_, Fault>(all)
            })
            .await?)
    }

    /// Gives a member a role. Keys are given apart from it, by those who hold them.
    pub async fn give_role(&self, may: &May<'_, Members>, person: i64, role: &str) -> Answer<()> {
        if may.protocol().role(role).is_none() {
            return Err(Refusal::invalid("refusal-role-unknown")
                .with("role", role)
                .problem("role", role)
                .into());
        }
        let (id, now, by, salt) = (may.mandate().id, self.now(), may.session().member().id, self.salt());
        let role = role.to_owned();
        self.store
            .write(move |tx| {
                member::by_id(tx, person)?
                    .filter(|member| member.left_at.is_none())
                    .ok_or_else(Refusal::not_found)?;
                let done =
                    Done::new(now, Some(by), "assignment.create").in_mandate(id).about("member", person);
                let done = done.with("role", role.as_str());
                mandate::give_role(tx, &Place { mandate: id, member: person, role, since: now })?;
                record::audit_with_leaf(tx, ledger::leaf::kind::MEMBER, &salt, done)?;
                Ok::<_, Error>(())
            })
            .await
    }

    /// Takes a member out of a mandate, with every key; each compartment they held begins a new epoch.
    pub async fn take_role(&self, may: &May<'_, Members>, person: i64) -> Answer<()> {
        let id = may.mandate().id;
        let held = self
            .store
            .read(move |tx| {
                let own = mandate::compartments_of(tx, person)?;
                let mut all = mandate::compartments(tx, id)?;
                all.retain(|compartment| own.contains(&compartment.id));
                Ok::<_, Fault>(all)
            })
            .await?;
        for compartment in held {
            self.take_key(may, compartment.id, person).await?;
        }
        let (now, by, salt) = (self.now(), may.session().member().id, self.salt());
        self.store
            .write(move |tx| {
                if !mandate::take_role(tx, id, person)? {
                    return Err(Refusal::not_found().into());
                }
                let done =
                    Done::new(now, Some(by), "assignment.delete").in_mandate(id).about("member", person);
                record::audit_with_leaf(tx, ledger::leaf::kind::MEMBER, &salt, done)?;
                Ok::<_, Error>(())
            })
            .await
    }

    /// The mandate's compartments and who holds their keys.
    pub async fn compartments(&self, seat: &Seat) -> Answer<Vec<CompartmentState>> {
        let id = seat.mandate().id;
        Ok(self
            .store
            .read(move |tx| {
                let mut states = Vec::new();
                for compartment in mandate::compartments(tx, id)? {
                    let holders = mandate::holders(tx, compartment.id)?;
                    let members = holders.iter().filter_map(|holder| match holder {
                        Holder::Member(id) => Some(*id),
                        Holder::Device(_) | Holder::Shares(_) => None,
                    });
                    let members: Vec<i64> = members.collect();
                    let devices = holders.iter().filter(|holder| matches!(holder, Holder::Device(_))).count();
                    states.push(CompartmentState {
                        epoch: mandate::epochs(tx, compartment.id)?.len() as i64,
                        share_sets: mandate::share_sets(tx, compartment.id)?,
                        devices,
                        compartment,
                        members,
                    });
                }
                Ok::<_, Fault>(states)
            })
            .await?)
    }

    /// Gives a member the key of a compartment, every epoch of it. Only who holds it, unlocked, can do so.
    pub async fn give_key(&self, may: &May<'_, Members>, compartment: i64, person: i64) -> Answer<()> {
        let own = self.own_key_or_refuse(may.session())?;
        let (id, now, by, salt) = (may.mandate().id, self.now(), may.session().member().id, self.salt());
        let mut dice = self.dice();
        let protocol = may.protocol().clone();
        self.store
            .write(move |tx| {
                let row = mandate::compartment(tx, compartment)?
                    .filter(|row| row.mandate == id)
                    .ok_or_else(Refusal::not_found)?;
                mandate::place(tx, id, person)?.ok_or_else(|| Refusal::conflict("refusal-key-needs-role"))?;
                let member = member::by_id(tx, person)?.ok_or_else(Refusal::not_found)?;
                if !member.has_key() {
                    return Err(Refusal::conflict("refusal-member-without-key")
                        .with("name", &member.name)
                        .into());
                }
                refuse_apart(tx, &protocol, &row, person)?;
                let mut keyring = Keyring::new(Holder::Member(by), own);
                for epoch in mandate::epochs(tx, compartment)? {
                    let secret = keyring.epoch(tx, epoch.id)?.ok_or_else(|| {
                        Refusal::conflict("refusal-key-not-held").with("compartment", &row.name)
                    })?;
                    give(
                        tx,
                        epoch.id,
                        secret,
                        Holder::Member(person),
                        &member.public_key,
                        Some(by),
                        now,
                        &mut dice,
                    )?;
                }
                let done = Done::new(now, Some(by), "key.give").in_mandate(id).about("member", person);
                let done = done.with("compartment", row.name.as_str());
                record::audit_with_leaf(tx, ledger::leaf::kind::KEY, &salt, done)?;
                Ok::<_, Error>(())
            })
            .await
    }

    /// Takes a compartment's key from a member and begins a new epoch for those who remain. What was sealed before can
    /// still be opened by whoever kept a copy of the old key; nothing sealed from now on can.
    pub async fn take_key(&self, may: &May<'_, Members>, compartment: i64, person: i64) -> Answer<()> {
        let (id, now, by, salt) = (may.mandate().id, self.now(), may.session().member().id, self.salt());
        let mut dice = self.dice();
        self.store
            .write(move |tx| {
                let row = mandate::compartment(tx, compartment)?
                    .filter(|row| row.mandate == id)
                    .ok_or_else(Refusal::not_found)?;
                let mut holders = mandate::holders(tx, compartment)?;
                if !holders.contains(&Holder::Member(person)) {
                    return Err(Refusal::not_found().into());
                }
                holders.retain(|holder| *holder != Holder::Member(person));
                if !holders.iter().any(|holder| matches!(holder, Holder::Member(_))) {
                    return Err(Refusal::conflict("refusal-last-holder")
                        .with("compartment", &row.name)
                        .into());
                }
                mandate::take_keys(tx, compartment, Holder::Member(person))?;
                let number = mandate::epochs(tx, compartment)?.len() as i64 + 1;
                let generation = Generation::fresh(tx.new_id(), compartment, number, now, &mut dice);
                mandate::add_epoch(tx, &generation.epoch)?;
                for holder in holders {
                    let public = match holder {
                        Holder::Member(member) => member::by_id(tx, member)?.map(|member| member.public_key),
                        Holder::Device(device) => {
                            mandate::device(tx, id, device)?.map(|device| device.public_key)
                        }
                        Holder::Shares(set) => {
                            let sets = mandate::share_sets(tx, compartment)?;
                            sets.into_iter().find(|known| known.id == set).map(|set| set.public_key)
                        }
                    };
                    if let Some(public) = public {
                        generation.give(tx, holder, &public, Some(by), &mut dice)?;
                    }
                }
                let done = Done::new(now, Some(by), "key.take").in_mandate(id).about("member", person);
                let done = done.with("compartment", row.name.as_str()).with("epoch", number);
                record::audit_with_leaf(tx, ledger::leaf::kind::KEY, &salt, done)?;
                Ok::<_, Error>(())
            })
            .await?;
        self.intake.forget(compartment);
        Ok(())
    }
}

/// Refuses a compartment to a person who holds another one that the protocol keeps apart from it.
pub(crate) fn refuse_apart(
    tx: &mut Tx,
    protocol: &Protocol,
    compartment: &Compartment,
    person: i64,
) -> Answer<()> {
    let held = mandate::compartments_of(tx, person)?;
    for other in mandate::compartments(tx, compartment.mandate)? {
        if held.contains(&other.id) && protocol.compartments_apart(&compartment.name, &other.name) {
            return Err(apart(&compartment.name, &other.name).into());
        }
    }
    Ok(())
}

fn apart(one: &str, two: &str) -> Refusal {
    Refusal::conflict("refusal-compartments-apart").with("one", one).with("two", two)
}
