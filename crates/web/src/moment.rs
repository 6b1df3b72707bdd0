//! Moments as the pages show them. The server keeps milliseconds since 1970; pages show UTC and say so.

use jiff::Timestamp;
use jiff::civil::DateTime;
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

/// A day where the zone is that of a mandate.
pub fn day_in(locale: Locale, milliseconds: i64, zone: &TimeZone) -> String {
    locale.short_date(at_in(milliseconds, zone).date())
}

/// A moment where the zone is that of a mandate: "23 Nov 2026 18:05 (UTC+9)".
pub fn moment_in(locale: Locale, milliseconds: i64, zone: &TimeZone) -> String {
    let at = locale.moment(at_in(milliseconds, zone));
    match zone_name(milliseconds, zone).as_str() {
        "UTC" => format!("{at} UTC"),
        name => format!("{at} ({name})"),
    }
}

/// What the calendar and the clock on the wall say.
pub fn at_in(milliseconds: i64, zone: &TimeZone) -> DateTime {
    zone.to_datetime(Timestamp::from_millisecond(milliseconds).unwrap_or_default())
}

/// How far a zone is from UTC at a moment: "UTC", "UTC+9", "UTC-3:30".
pub fn zone_name(milliseconds: i64, zone: &TimeZone) -> String {
    let at = Timestamp::from_millisecond(milliseconds).unwrap_or_default();
    let minutes = zone.to_offset(at).seconds() / 60;
    let sign = if minutes < 0 { '-' } else { '+' };
    match (minutes.abs() / 60, minutes.abs() % 60) {
        (0, 0) => "UTC".to_owned(),
        (hours, 0) => format!("UTC{sign}{hours}"),
        (hours, minutes) => format!("UTC{sign}{hours}:{minutes:02}"),
    }
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
        let seoul = TimeZone::posix("KST-9").unwrap();
        let evening = 1_795_424_700_000 + 7 * 3_600_000;
        assert_eq!(moment_in(Locale::English, evening, &seoul), "24 Nov 2026 01:05 (UTC+9)");
        assert_eq!(day_in(Locale::English, evening, &seoul), "24 Nov 2026");
        assert_eq!(zone_name(evening, &TimeZone::posix("NST3:30").unwrap()), "UTC-3:30");
        assert_eq!(moment_in(Locale::English, 1_795_424_700_000, &TimeZone::UTC), "23 Nov 2026 09:05 UTC");
    }
}
