//! Rights as types: an act takes a [`May`] that only [`Seat::may`] builds, so that a forgotten check does not compile.

use std::marker::PhantomData;
use std::sync::Arc;

use protocol::{Protocol, Right};
use store::mandate::Mandate;

use crate::Desk;
use crate::answer::{Answer, Kind, Refusal};
use crate::session::Session;

/// A member at work in one mandate.
pub struct Seat {
    session: Session,
    mandate: Mandate,
    protocol: Arc<Protocol>,
    roles: Vec<String>,
    rights: Vec<Right>,
}

impl Seat {
    /// The login it belongs to.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// The mandate.
    pub fn mandate(&self) -> &Mandate {
        &self.mandate
    }

    /// The protocol that the mandate follows.
    pub fn protocol(&self) -> &Arc<Protocol> {
        &self.protocol
    }

    /// The member's role here, of several the first that they were given; administrators may have none.
    pub fn role(&self) -> Option<&str> {
        self.roles.first().map(String::as_str)
    }

    /// Every role of the member here.
    pub fn roles(&self) -> &[String] {
        &self.roles
    }

    /// Whether the role gives this right; for deciding what a page shows.
    pub fn has(&self, right: Right) -> bool {
        self.rights.contains(&right)
    }

    /// The right to do something here, or a refusal that says that it is missing.
    pub fn may<R: RightTo>(&self) -> Result<May<'_, R>, Refusal> {
        if self.has(R::RIGHT) {
            Ok(May { seat: self, right: PhantomData })
        } else {
            Err(Refusal::new(Kind::NotAllowed, "refusal-not-allowed").with("mandate", &self.mandate.name))
        }
    }
}

/// Proof that the member of a seat has a right.
pub struct May<'s, R> {
    seat: &'s Seat,
    right: PhantomData<R>,
}

impl<R> std::ops::Deref for May<'_, R> {
    type Target = Seat;

    fn deref(&self) -> &Seat {
        self.seat
    }
}

/// A right, as a type.
pub trait RightTo {
    /// The protocol's name for it.
    const RIGHT: Right;
}

/// A right with which cases are seen: all of them, or where visits stand.
pub trait SeesCases: RightTo {}

impl SeesCases for Read {}
impl SeesCases for Visits {}

macro_rules! rights {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        pub struct $name;
        impl RightTo for $name {
            const RIGHT: Right = Right::$name;
        }
    )*};
}

rights! {
    /// Change the mandate itself: name, registries, compartments.
    Manage,
    /// Say who works in the mandate and who holds which key.
    Members,
    /// Add and revoke phones.
    Devices,
    /// Upload and publish forms.
    Forms,
    /// Fill forms in the browser.
    Collect,
    /// See where visits stand, and no submission.
    Visits,
    /// See submissions and registries.
    Read,
    /// Review submissions, resolve conflicts.
    Review,
    /// Take data out of the server.
    Export,
    /// Open identity values, with a reason.
    OpenIdentity,
    /// See the record of what was done.
    Ledger,
}

/// Proof that a session is an administrator's.
pub struct Administrator {
    session: Session,
}

impl Administrator {
    /// The login it belongs to.
    pub fn session(&self) -> &Session {
        &self.session
    }
}

impl Desk {
    /// Seats a member in a mandate. A mandate in which they have no role does not exist for them; administrators sit
    /// everywhere, with every right but no key.
    pub async fn seat(&self, session: &Session, mandate: i64) -> Answer<Seat> {
        let member = session.member().id;
        let found = self
            .store
            .read(move |tx| {
                Ok::<_, store::Fault>((
                    store::mandate::by_id(tx, mandate)?,
                    store::mandate::places_of(tx, member)?,
                ))
            })
            .await?;
        let (Some(mandate), places) = found else { return Err(Refusal::not_found().into()) };
        let administrator = session.member().administrator;
        let roles: Vec<String> =
            places.into_iter().filter(|place| place.mandate == mandate.id).map(|place| place.role).collect();
        if roles.is_empty() && !administrator {
            return Err(Refusal::not_found().into());
        }
        let protocol = self.protocol(&mandate.protocol)?;
        let mut rights = if administrator {
            Right::ALL.to_vec()
        } else {
            let known = roles.iter().filter_map(|role| protocol.role(role));
            known.flat_map(|role| role.rights.iter().copied()).collect()
        };
        if rights.contains(&Right::Read) && !rights.contains(&Right::Visits) {
            rights.push(Right::Visits);
        }
        Ok(Seat { session: session.clone(), mandate, protocol, roles, rights })
    }

    /// Takes a session for an administrator's, or refuses.
    pub fn administrator(&self, session: &Session) -> Answer<Administrator> {
        if session.member().administrator {
            Ok(Administrator { session: session.clone() })
        } else {
            Err(Refusal::new(Kind::NotAllowed, "refusal-not-administrator").into())
        }
    }
}
