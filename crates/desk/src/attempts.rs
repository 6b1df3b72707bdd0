//! Counts failed logins per account and per address, in memory.

use std::collections::HashMap;
use std::sync::Mutex;

/// How long a failure counts (ms).
const WINDOW: i64 = 15 * 60 * 1000;
/// Failures after which an account must wait.
const PER_ACCOUNT: usize = 10;
/// Failures after which an address must wait; higher, because offices share one.
const PER_ADDRESS: usize = 50;
/// Forget the oldest beyond so many names, so that a flood of invented ones cannot fill the memory.
const MOST_NAMES: usize = 100_000;

/// Failed logins of the last quarter of an hour.
#[derive(Default)]
pub struct Attempts {
    failures: Mutex<HashMap<String, Vec<i64>>>,
}

impl Attempts {
    /// Minutes to wait before this account may be tried from this address again; none if it may be now.
    pub fn wait(&self, account: &str, address: &str, now: i64) -> Option<i64> {
        let failures = self.failures.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let wait = |name: &str, limit: usize| {
            let recent: Vec<i64> =
                failures.get(name)?.iter().copied().filter(|at| now - at < WINDOW).collect();
            let first = recent.len().checked_sub(limit)?;
            Some((recent.get(first)? + WINDOW - now + 59_999) / 60_000)
        };
        wait(&account_name(account), PER_ACCOUNT).max(wait(&address_name(address), PER_ADDRESS))
    }

    /// Counts a failure.
    pub fn failed(&self, account: &str, address: &str, now: i64) {
        let mut failures = self.failures.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if failures.len() >= MOST_NAMES {
            failures.retain(|_, times| times.last().is_some_and(|at| now - at < WINDOW));
            if failures.len() >= MOST_NAMES {
                failures.clear();
            }
        }
        for name in [account_name(account), address_name(address)] {
            let times = failures.entry(name).or_default();
            times.retain(|at| now - at < WINDOW);
            if times.len() < PER_ADDRESS {
                times.push(now);
            }
        }
    }

    /// Forgets an account's failures after a right login.
    pub fn succeeded(&self, account: &str) {
        let mut failures = self.failures.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        failures.remove(&account_name(account));
    }
}

fn account_name(account: &str) -> String {
    format!("account {account}")
}

fn address_name(address: &str) -> String {
    format!("address {address}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_waits_after_ten_failures_and_is_free_a_quarter_of_an_hour_later() {
        let attempts = Attempts::default();
        for second in 0..10 {
            assert_eq!(attempts.wait("a@b", "1.2.3.4", second * 1000), None);
            attempts.failed("a@b", "1.2.3.4", second * 1000);
        }
        assert_eq!(attempts.wait("a@b", "1.2.3.4", 10_000), Some(15));
        assert_eq!(attempts.wait("a@b", "9.9.9.9", 10_000), Some(15), "from anywhere");
        assert_eq!(attempts.wait("c@d", "1.2.3.4", 10_000), None, "others in the office may go on");
        assert_eq!(attempts.wait("a@b", "1.2.3.4", WINDOW + 1), None);
    }

    #[test]
    fn an_address_waits_after_fifty_failures_on_whatever_account() {
        let attempts = Attempts::default();
        for number in 0..50 {
            attempts.failed(&format!("{number}@b"), "1.2.3.4", 0);
        }
        assert!(attempts.wait("new@b", "1.2.3.4", 1).is_some());
        assert!(attempts.wait("new@b", "1.2.3.5", 1).is_none());
    }

    #[test]
    fn a_right_login_forgets_the_failures() {
        let attempts = Attempts::default();
        (0..10).for_each(|_| attempts.failed("a@b", "1.2.3.4", 0));
        attempts.succeeded("a@b");
        assert_eq!(attempts.wait("a@b", "1.2.3.4", 1), None);
    }
}
