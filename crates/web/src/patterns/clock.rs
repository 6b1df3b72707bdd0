//! A time limit: how long until it is due, or how late it is, and the rule it comes from.

use askama::Template;
use jiff::civil::Date;
use jiff::{Timestamp, civil::DateTime};

use crate::locale::Locale;

/// "due in 3 days", "late by 2 days"; the rule shows on focus.
#[derive(Debug, Clone, Template)]
#[template(path = "patterns/clock.html")]
pub struct Clock {
    text: String,
    late: bool,
    people: bool,
    /// The date or moment, for machines.
    machine: String,
    /// The date or moment, for people, and the rule.
    rule: String,
}
finished_html!(Clock);

impl Clock {
    /// A limit that counts days: it is late from the day after.
    pub fn by_day(locale: Locale, due: Date, today: Date, rule: &str) -> Clock {
        let days = i64::from(today.until(due).map_or(0, |span| span.get_days()));
        let text = match days {
            0 => locale.text("clock-due-today"),
            1.. => locale.count("clock-due-days", days),
            _ => locale.count("clock-late-days", -days),
        };
        Clock {
            text,
            late: days < 0,
            people: false,
            machine: due.to_string(),
            rule: rule_line(locale, locale.date(due), rule),
        }
    }

    /// A limit that counts minutes; `shown` is the due moment in the reader's time zone.
    pub fn by_minute(locale: Locale, due: Timestamp, now: Timestamp, shown: DateTime, rule: &str) -> Clock {
        let seconds = due.as_second() - now.as_second();
        let late = seconds < 0;
        let minutes = seconds.abs() / 60;
        let (hours, days) = (minutes / 60, minutes / (24 * 60));
        let text = match (late, minutes, hours) {
            (false, ..60, _) => locale.count("clock-due-minutes", minutes),
            (true, ..60, _) => locale.count("clock-late-minutes", minutes),
            (false, _, ..48) => locale.count("clock-due-hours", hours),
            (true, _, ..48) => locale.count("clock-late-hours", hours),
            (false, ..) => locale.count("clock-due-days", days),
            (true, ..) => locale.count("clock-late-days", days),
        };
        let rule = rule_line(locale, locale.moment(shown), rule);
        Clock { text, late, people: false, machine: due.to_string(), rule }
    }

    /// A person is at risk where it is late: it then has the colour that is kept for that.
    pub fn for_people(mut self) -> Clock {
        self.people = true;
        self
    }

    /// How long until it is due, or how late it is, in words.
    pub fn words(&self) -> &str {
        &self.text
    }
}

fn rule_line(locale: Locale, due: String, rule: &str) -> String {
    locale.text_with("clock-rule", &[("due", due.into()), ("rule", rule.into())])
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_limit_is_late_from_the_day_after() {
        let clock = |due| Clock::by_day(Locale::English, due, date(2026, 11, 23), "Art. 5");
        assert_eq!(clock(date(2026, 11, 26)).text, "due in 3 days");
        assert_eq!(clock(date(2026, 11, 23)).text, "due today");
        assert_eq!(clock(date(2026, 11, 22)).text, "late by 1 day");
        assert!(clock(date(2026, 11, 22)).late);
        assert_eq!(clock(date(2027, 11, 23)).text, "due in 365 days");
    }

    #[test]
    fn short_limits_count_hours_and_minutes() {
        let at = |seconds: i64| Timestamp::from_second(1_800_000_000 + seconds).unwrap();
        let clock =
            |due| Clock::by_minute(Locale::English, at(due), at(0), date(2026, 1, 1).at(0, 0, 0, 0), "72 h");
        assert_eq!(clock(45 * 60).text, "due in 45 minutes");
        assert_eq!(clock(47 * 3600).text, "due in 47 hours");
        assert_eq!(clock(72 * 3600).text, "due in 3 days");
        assert_eq!(clock(-3600).text, "late by 1 hour");
    }
}
