//! Days and moments as each format counts them.

use jiff::Timestamp;
use jiff::civil::Date;

/// Days since 1970-01-01.
pub(crate) fn days(text: &str) -> Option<i32> {
    let date: Date = text.get(..10).filter(|_| text.len() == 10)?.parse().ok()?;
    let span = date.since((jiff::Unit::Day, jiff::civil::date(1970, 1, 1))).ok()?;
    Some(span.get_days())
}

/// Milliseconds since 1970-01-01T00:00Z.
pub(crate) fn moment(text: &str) -> Option<i64> {
    Some(text.parse::<Timestamp>().ok()?.as_millisecond())
}

/// Days from 1960-01-01, where Stata begins, to 1970-01-01.
pub(crate) const STATA_DAYS: i32 = 3_653;

/// Seconds from 1582-10-14, where SPSS begins, to 1970-01-01.
pub(crate) const SPSS_SECONDS: f64 = 141_428.0 * 86_400.0;

/// Days from the day that Excel calls 0 to 1970-01-01, right from March 1900 on.
pub(crate) const EXCEL_DAYS: i32 = 25_569;

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Day, month's English short name, year, hour, minute, second of a moment in UTC.
pub(crate) fn parts(moment: i64) -> (i8, &'static str, i16, i8, i8, i8) {
    let at = Timestamp::from_millisecond(moment).unwrap_or(Timestamp::UNIX_EPOCH);
    let at = jiff::tz::Offset::UTC.to_datetime(at);
    let month = usize::try_from(at.month() - 1).ok().and_then(|month| MONTHS.get(month)).unwrap_or(&"Jan");
    (at.day(), month, at.year(), at.hour(), at.minute(), at.second())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_moments_are_counted_as_each_format_counts_them() {
        assert_eq!(days("1970-01-01"), Some(0));
        assert_eq!(days("1960-01-01").map(|days| days + STATA_DAYS), Some(0));
        assert_eq!(days("2026-11-26").map(|days| days + EXCEL_DAYS), Some(46_352));
        assert_eq!(days("1582-10-14").map(|days| f64::from(days) * 86_400.0 + SPSS_SECONDS), Some(0.0));
        assert_eq!(days("2026-13-01"), None);
        assert_eq!(days("2026-11-26T00:00"), None);
        assert_eq!(moment("2026-11-26T09:00:00.000+09:00"), moment("2026-11-26T00:00:00Z"));
        assert_eq!(moment("yesterday"), None);
        assert_eq!(parts(0), (1, "Jan", 1970, 0, 0, 0));
    }
}
