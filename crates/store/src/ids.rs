//! Numbers for new records, unique across the servers of one database and in order of time.

use std::sync::atomic::{AtomicU64, Ordering};

/// 2020-01-01T00:00:00Z in milliseconds since 1970: 41 bits of milliseconds from here last until 2089.
const EPOCH: i64 = 1_577_836_800_000;
const COUNTER_BITS: u32 = 8;
const SERVER_BITS: u32 = 14;

/// Makes ids of 63 bits: 41 of milliseconds, 14 that tell servers apart, 8 that count within the
/// millisecond. A full counter runs over into the next millisecond, a clock set back waits for itself.
pub(crate) struct Ids {
    now: fn() -> i64,
    server: u64,
    /// Milliseconds and counter of the last id.
    last: AtomicU64,
}

impl Ids {
    pub(crate) fn new(now: fn() -> i64, server: u16) -> Self {
        Ids { now, server: u64::from(server) % (1 << SERVER_BITS), last: AtomicU64::new(0) }
    }

    /// Milliseconds since 1970.
    pub(crate) fn now(&self) -> i64 {
        (self.now)()
    }

    pub(crate) fn next(&self) -> i64 {
        let millis = u64::try_from(self.now().saturating_sub(EPOCH)).unwrap_or(0);
        let floor = millis << COUNTER_BITS;
        let step = |last: u64| (last + 1).max(floor);
        let last = self.last.update(Ordering::Relaxed, Ordering::Relaxed, step);
        let ticket = step(last);
        let counter = ticket % (1 << COUNTER_BITS);
        let id = ((ticket >> COUNTER_BITS) << (SERVER_BITS + COUNTER_BITS))
            | (self.server << COUNTER_BITS)
            | counter;
        i64::try_from(id & (u64::MAX >> 1)).unwrap_or(i64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_rise_even_when_the_clock_stands_still() {
        let ids = Ids::new(|| EPOCH + 5, 0x3fff);
        let made: Vec<i64> = (0..1000).map(|_| ids.next()).collect();
        assert!(made.is_sorted_by(|earlier, later| earlier < later));
        assert!(made.iter().all(|id| *id > 0));
        assert_eq!(made[0] >> (SERVER_BITS + COUNTER_BITS), 5);
    }

    #[test]
    fn two_servers_never_make_the_same_id() {
        let (one, two) = (Ids::new(|| EPOCH + 5, 1), Ids::new(|| EPOCH + 5, 2));
        let ones: std::collections::HashSet<i64> = (0..5000).map(|_| one.next()).collect();
        assert!((0..5000).map(|_| two.next()).all(|id| !ones.contains(&id)));
    }
}
