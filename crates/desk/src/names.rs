//! The names behind the numbers: who sent, wrote or decided something.

use std::collections::HashMap;

use store::{Fault, mandate, member};

use crate::Desk;
use crate::answer::Answer;
use crate::may::Seat;

/// Names of members and phones, by number. Members who have left and phones that were revoked keep theirs.
pub struct Names {
    members: HashMap<i64, String>,
    devices: HashMap<i64, String>,
}

impl Names {
    /// A member's name.
    pub fn member(&self, id: i64) -> Option<&str> {
        self.members.get(&id).map(String::as_str)
    }

    /// What people call a phone.
    pub fn device(&self, id: i64) -> Option<&str> {
        self.devices.get(&id).map(String::as_str)
    }

    /// The mandate's phones, by number.
    pub fn devices(&self) -> Vec<(i64, &str)> {
        let mut devices: Vec<(i64, &str)> =
            self.devices.iter().map(|(id, name)| (*id, name.as_str())).collect();
        devices.sort_unstable();
        devices
    }
}

impl Desk {
    /// The names that a mandate's lists and histories need, for whoever sits in it.
    pub async fn names(&self, seat: &Seat) -> Answer<Names> {
        let mandate = seat.mandate().id;
        Ok(self
            .store
            .read(move |tx| {
                let members = member::all(tx)?.into_iter().map(|member| (member.id, member.name)).collect();
                let devices = mandate::devices(tx, mandate)?;
                let devices = devices.into_iter().map(|device| (device.id, device.name)).collect();
                Ok::<_, Fault>(Names { members, devices })
            })
            .await?)
    }
}
