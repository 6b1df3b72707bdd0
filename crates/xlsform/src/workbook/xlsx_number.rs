//! Numbers, dates and durations of a spreadsheet as text, the way `openpyxl` and Python print them.

/// How a cell's number format makes its number look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    Number,
    Date,
    Duration,
}

/// What a built-in format is, by its number (ECMA-376 part 1, 18.8.30).
pub(super) fn built_in(id: u32) -> Look {
    match id {
        14..=22 | 45 | 47 => Look::Date,
        46 => Look::Duration,
        _ => Look::Number,
    }
}

/// What a format code is: dates have one of d, m, h, y, s outside of quotes and brackets.
pub(super) fn custom(code: &str) -> Look {
    let code = code.split(';').next().unwrap_or_default();
    let mut bare = String::new();
    let mut duration = false;
    let mut rest = code;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        if c == '"'
            && let Some(end) = rest.find('"')
        {
            rest = &rest[end + 1..];
        } else if c == '['
            && let Some(end) = rest.find(']')
        {
            let inside = &rest[..end];
            if matches!(inside.to_ascii_lowercase().as_str(), "h" | "hh" | "m" | "mm" | "s" | "ss") {
                duration = true;
                bare.push_str(inside);
            }
            rest = &rest[end + 1..];
        } else {
            bare.push(c);
        }
    }
    let mut before = ' ';
    let mut date = false;
    for c in bare.chars() {
        date |=
            matches!(c.to_ascii_lowercase(), 'd' | 'm' | 'h' | 'y' | 's') && !matches!(before, '_' | '\\');
        before = c;
    }
    match (date, duration) {
        (true, true) => Look::Duration,
        (true, false) => Look::Date,
        (false, _) => Look::Number,
    }
}

/// The number in a cell as text; `None` when it is no number.
pub(super) fn text(raw: &str, look: Look, since_1904: bool) -> Option<String> {
    let raw = crate::python::strip(raw);
    if look == Look::Number && !raw.contains(['.', 'e', 'E']) {
        let (sign, digits) = match raw.strip_prefix('-') {
            Some(digits) => ("-", digits),
            None => ("", raw.strip_prefix('+').unwrap_or(raw)),
        };
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let digits = digits.trim_start_matches('0');
        return Some(if digits.is_empty() { "0".to_owned() } else { format!("{sign}{digits}") });
    }
    let number: f64 = raw.parse().ok()?;
    if !number.is_finite() {
        return None;
    }
    Some(match look {
        Look::Number => float(number),
        Look::Date => date(number, since_1904).unwrap_or_else(|| "#VALUE!".to_owned()),
        Look::Duration => duration(number).unwrap_or_else(|| "#VALUE!".to_owned()),
    })
}

/// Python's `repr` of a float; whole numbers without a point.
fn float(number: f64) -> String {
    if number.fract() == 0.0 {
        let whole = format!("{number:.0}");
        return if whole == "-0" { "0".to_owned() } else { whole };
    }
    if number.abs() >= 1e-4 {
        return format!("{number}");
    }
    // Rust writes 1e-5 where Python writes 1e-05.
    let text = format!("{number:e}");
    match text.split_once("e-") {
        Some((digits, exponent)) if exponent.len() == 1 => format!("{digits}e-0{exponent}"),
        _ => text,
    }
}

/// Milliseconds in a day.
const DAY: i64 = 86_400_000;

fn date(number: f64, since_1904: bool) -> Option<String> {
    if number.abs() > 1e8 {
        return None;
    }
    let mut day = number.floor() as i64;
    let milliseconds = ((number - number.floor()) * DAY as f64).round_ties_even() as i64;
    if (0.0..1.0).contains(&number) && milliseconds < DAY {
        return Some(clock(milliseconds));
    }
    // Spreadsheets believe in a 29 February 1900.
    if number > 0.0 && number < 60.0 && !since_1904 {
        day += 1;
    }
    day += milliseconds / DAY;
    // Days from 1970-01-01 to 1899-12-30 and to 1904-01-01.
    let (year, month, day) = civil(day + if since_1904 { -24_107 } else { -25_569 });
    if !(1..=9999).contains(&year) {
        return None;
    }
    Some(format!("{year:04}-{month:02}-{day:02} {}", clock(milliseconds % DAY)))
}

fn clock(milliseconds: i64) -> String {
    let seconds = milliseconds / 1000;
    let mut text = format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    if milliseconds % 1000 != 0 {
        text.push_str(&format!(".{:03}000", milliseconds % 1000));
    }
    text
}

fn duration(days: f64) -> Option<String> {
    if days.abs() > 999_999_999.0 {
        return None;
    }
    let milliseconds = (days * DAY as f64).round_ties_even() as i64;
    let (whole, rest) = (milliseconds.div_euclid(DAY), milliseconds.rem_euclid(DAY));
    let clock = clock(rest);
    let clock = clock.strip_prefix('0').unwrap_or(&clock);
    Some(match whole {
        0 => clock.to_owned(),
        1 | -1 => format!("{whole} day, {clock}"),
        _ => format!("{whole} days, {clock}"),
    })
}

/// Year, month and day of a day counted from 1970-01-01 (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_print_as_in_python() {
        let number = |raw| text(raw, Look::Number, false).unwrap();
        assert_eq!(number("1"), "1");
        assert_eq!(number("007"), "7");
        assert_eq!(number("1.0"), "1");
        assert_eq!(number("1E3"), "1000");
        assert_eq!(number("0.1"), "0.1");
        assert_eq!(number("0.00001"), "1e-05");
        assert_eq!(number("41.31514161"), "41.31514161");
        assert_eq!(text("abc", Look::Number, false), None);
    }

    #[test]
    fn dates_print_as_in_python() {
        let date = |raw| text(raw, Look::Date, false).unwrap();
        assert_eq!(date("44197"), "2021-01-01 00:00:00");
        assert_eq!(date("44197.5"), "2021-01-01 12:00:00");
        assert_eq!(date("0.25"), "06:00:00");
        assert_eq!(date("1"), "1900-01-01 00:00:00");
        assert_eq!(date("99999999"), "#VALUE!");
        assert_eq!(text("1.5", Look::Duration, false).unwrap(), "1 day, 12:00:00");
    }

    #[test]
    fn formats() {
        assert_eq!(custom("yyyy-mm-dd"), Look::Date);
        assert_eq!(custom("[h]:mm"), Look::Duration);
        assert_eq!(custom("[$-409]#,##0"), Look::Number);
        assert_eq!(custom("0.00\" days\""), Look::Number);
        assert_eq!(custom("General"), Look::Number);
    }
}
