use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span as CivilSpan, Timestamp, ZonedDateTime};
use std::fmt;
use std::str::FromStr;

/// A length of time as rules give it. Months are calendar months: one month after 31 January is the last day of
/// February.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    /// Hours, to the second.
    Hours(u32),
    /// Civil days; the limit holds to the end of the last one.
    Days(u32),
    /// Calendar months; the limit holds to the end of the last day.
    Months(u32),
}

/// Not a length of time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "“{0}” is not a length of time: write a number above zero and its unit, such as 24 hours, 14 days or 6 months"
)]
pub struct NotASpan(pub String);

impl FromStr for Span {
    type Err = NotASpan;
    fn from_str(text: &str) -> Result<Span, NotASpan> {
        let wrong = || NotASpan(text.to_owned());
        let (number, unit) = text.trim().split_once(' ').ok_or_else(wrong)?;
        // A hundred years in hours; more is a slip of the pen.
        let number = number.parse().ok().filter(|number| (1..=876_600).contains(number)).ok_or_else(wrong)?;
        match unit.trim() {
            "hour" | "hours" => Ok(Span::Hours(number)),
            "day" | "days" if number <= 36_525 => Ok(Span::Days(number)),
            "month" | "months" if number <= 1_200 => Ok(Span::Months(number)),
            _ => Err(wrong()),
        }
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (number, unit) = match self {
            Span::Hours(number) => (number, "hour"),
            Span::Days(number) => (number, "day"),
            Span::Months(number) => (number, "month"),
        };
        write!(f, "{number} {unit}{}", if *number == 1 { "" } else { "s" })
    }
}

/// The last moment at which something is in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deadline {
    /// To the second.
    Moment(Timestamp),
    /// To the end of this civil day, in the zone of the case.
    Day(Date),
}

impl Deadline {
    /// Whether a moment is still in time.
    pub fn holds(self, at: Timestamp, zone: &TimeZone) -> bool {
        match self {
            Deadline::Moment(moment) => at <= moment,
            Deadline::Day(date) => day_of(at, zone) <= date,
        }
    }
}

/// The civil day of a moment.
pub(crate) fn day_of(at: Timestamp, zone: &TimeZone) -> Date {
    zone.to_datetime(at).date()
}

/// From when to when a clock stood still.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pause {
    pub from: Timestamp,
    pub until: Timestamp,
}

impl Span {
    /// The deadline of a limit that began at `start` and stood still in `pauses`, which do not overlap. Limits in
    /// hours get back what passed to the second, others the civil days.
    pub(crate) fn deadline(self, start: Timestamp, pauses: &[Pause], zone: &TimeZone) -> Option<Deadline> {
        let civil = |span: Result<CivilSpan, jiff::Error>| {
            let date = day_of(start, zone).checked_add(span.ok()?).ok()?;
            let stood: i64 = pauses
                .iter()
                .map(|pause| i64::from((day_of(pause.until, zone) - day_of(pause.from, zone)).get_days()))
                .sum();
            Some(Deadline::Day(date.checked_add(CivilSpan::new().try_days(stood).ok()?).ok()?))
        };
        match self {
            Span::Hours(hours) => {
                let stood: SignedDuration =
                    pauses.iter().map(|pause| pause.until.duration_since(pause.from)).sum();
                let whole = SignedDuration::from_hours(hours.into()).checked_add(stood)?;
                Some(Deadline::Moment(start.checked_add(whole).ok()?))
            }
            Span::Days(days) => civil(CivilSpan::new().try_days(days)),
            Span::Months(months) => civil(CivilSpan::new().try_months(months)),
        }
    }
}

/// What the clock on the wall says, and where it hangs.
pub(crate) fn moment(now: &ZonedDateTime) -> (Timestamp, &TimeZone) {
    (now.timestamp(), now.time_zone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn seoul() -> TimeZone {
        TimeZone::posix("KST-9").expect("a zone")
    }

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a moment")
    }

    fn due(span: &str, start: &str, pauses: &[(&str, &str)]) -> Deadline {
        let pauses: Vec<Pause> =
            pauses.iter().map(|(from, until)| Pause { from: at(from), until: at(until) }).collect();
        let span: Span = span.parse().expect("a span");
        span.deadline(at(start), &pauses, &seoul()).expect("a deadline")
    }

    #[test]
    fn days_are_those_of_the_zone_and_end_at_midnight() {
        // Half past midnight on 2 March in Seoul, still 1 March in UTC.
        let deadline = due("14 days", "2026-03-01T15:30:00Z", &[]);
        assert_eq!(deadline, Deadline::Day(date(2026, 3, 16)));
        assert!(deadline.holds(at("2026-03-16T14:59:59Z"), &seoul()));
        assert!(!deadline.holds(at("2026-03-16T15:00:00Z"), &seoul()));
    }

    #[test]
    fn months_are_calendar_months() {
        assert_eq!(due("6 months", "2026-08-31T03:00:00Z", &[]), Deadline::Day(date(2027, 2, 28)));
        assert_eq!(due("1 month", "2028-01-31T03:00:00Z", &[]), Deadline::Day(date(2028, 2, 29)));
    }

    #[test]
    fn hours_are_counted_to_the_second_and_given_back_after_a_pause() {
        let pause = [("2026-03-01T10:00:00Z", "2026-03-01T12:30:00Z")];
        let deadline = due("24 hours", "2026-03-01T09:00:00Z", &pause);
        assert_eq!(deadline, Deadline::Moment(at("2026-03-02T11:30:00Z")));
        assert!(deadline.holds(at("2026-03-02T11:30:00Z"), &seoul()));
        assert_eq!(due("3 days", "2026-03-01T09:00:00Z", &pause), Deadline::Day(date(2026, 3, 4)));
    }

    #[test]
    fn what_is_no_length_of_time_is_refused() {
        for wrong in ["", "14", "days", "0 days", "-1 days", "2 weeks", "1.5 hours", "99999 days", "14days"] {
            assert!(wrong.parse::<Span>().is_err(), "{wrong}");
        }
        for right in ["1 hour", "24 hours", "1 day", "14 days", "1 month", "6 months"] {
            assert_eq!(right.parse::<Span>().expect("a span").to_string(), right);
        }
    }
}
