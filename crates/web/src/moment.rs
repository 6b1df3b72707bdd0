//! Moments as the pages show them. The server keeps milliseconds since 1970; pages show UTC and say so.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::locale::Locale;
use crate::patterns::Cell;

/// A moment in the reader's words: "23 Nov 2026 09:05 UTC".
pub fn moment(locale: Locale, milliseconds: i64) -> String {
    let at = Timestamp::from_millisecond(milliseconds).unwrap_or_default();
    format!("{} UTC", locale.moment(TimeZone::UTC.to_datetime(at)))
}

/// A day in the reader's words: "23 Nov 2026".
pub fn day(locale: Locale, milliseconds: i64) -> String {
    let at = Timestamp::from_millisecond(milliseconds).unwrap_or_default();
    locale.short_date(TimeZone::UTC.to_datetime(at).date())
}

/// A moment in a table, with the exact one for machines.
pub fn moment_cell(locale: Locale, milliseconds: i64) -> Cell {
    Cell::time(moment(locale, milliseconds), Timestamp::from_millisecond(milliseconds).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_says_which_clock_it_means() {
        assert_eq!(moment(Locale::English, 1_795_424_700_000), "23 Nov 2026 09:05 UTC");
        assert_eq!(day(Locale::Korean, 1_795_424_700_000), "2026. 11. 23.");
    }
}
