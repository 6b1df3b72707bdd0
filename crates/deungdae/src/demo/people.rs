//! Invented names for the demo's rosters: frequent surnames and given names by dice. Nobody is meant.

use desk::Dice;

use super::answers::one_of;

const SURNAMES: [&str; 16] =
    ["김", "김", "김", "리", "리", "박", "최", "정", "강", "조", "윤", "장", "림", "한", "오", "서"];
const WOMEN: [&str; 12] =
    ["은별", "영희", "순복", "금옥", "향미", "설경", "련희", "정심", "춘화", "미란", "은정", "혜란"];
const MEN: [&str; 12] =
    ["철수", "영호", "성일", "광철", "명국", "룡남", "학철", "창수", "기범", "동혁", "금철", "진혁"];

/// A name of a person who does not exist.
pub(crate) fn name(woman: bool, dice: &mut Dice) -> String {
    let given = if woman { one_of(dice, &WOMEN) } else { one_of(dice, &MEN) };
    let surname = one_of(dice, &SURNAMES);
    format!("{}{}", surname.unwrap_or(&"김"), given.unwrap_or(&"영희"))
}
