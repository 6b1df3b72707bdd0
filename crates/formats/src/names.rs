//! Names that statistics programs take.

use std::collections::BTreeSet;

/// Words that Stata and SPSS keep for themselves.
const RESERVED: &[&str] = &[
    "all", "and", "by", "eq", "ge", "gt", "le", "lt", "ne", "not", "or", "to", "with", "byte", "double",
    "float", "if", "in", "int", "long", "strl", "using", "_all", "_b", "_coef", "_cons", "_n", "_pi",
    "_pred", "_rc", "_skip",
];

/// One name for each path, of at most 32 characters that are letters, digits or underscores and begin with a letter; no
/// two are equal, whatever the case. The last part of a path is enough where no other path ends the same.
pub(crate) fn unique<'p>(paths: impl Iterator<Item = &'p str>) -> Vec<String> {
    let mut taken = BTreeSet::new();
    let mut names = Vec::new();
    for path in paths {
        let last = path.rsplit('/').next().unwrap_or(path);
        let candidates = [last, path].map(plain);
        let free = candidates.into_iter().find(|name| !taken.contains(&name.to_lowercase()));
        let name = free.unwrap_or_else(|| {
            let short: String = plain(path).chars().take(MOST - 7).collect();
            (2..)
                .map(|number| format!("{short}_{number}"))
                .find(|name| !taken.contains(&name.to_lowercase()))
                .unwrap_or(short)
        });
        taken.insert(name.to_lowercase());
        names.push(name);
    }
    names
}

/// Characters in a name: Stata's limit; SPSS takes 64 bytes.
const MOST: usize = 32;
/// Bytes in a name, SPSS's limit.
const MOST_BYTES: usize = 64;

fn plain(text: &str) -> String {
    let mut name = String::new();
    if !text.chars().next().is_some_and(char::is_alphabetic) {
        name.push_str("v_");
    }
    for letter in text.chars() {
        let letter = if letter.is_alphanumeric() || letter == '_' { letter } else { '_' };
        if name.chars().count() == MOST || name.len() + letter.len_utf8() > MOST_BYTES {
            break;
        }
        name.push(letter);
    }
    // SPSS keeps names that end in an underscore for itself.
    while name.ends_with('_') {
        name.pop();
    }
    let lower = name.to_lowercase();
    let string_type = lower.strip_prefix("str").is_some_and(|rest| rest.parse::<u32>().is_ok());
    if RESERVED.contains(&lower.as_str()) || string_type {
        name.push_str("_v");
    }
    name
}

/// The longest beginning of a text with at most so many bytes that ends between two characters.
pub(crate) fn beginning(text: &str, bytes: usize) -> &str {
    let mut end = text.len().min(bytes);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_becomes_a_name_that_programs_take() {
        let paths =
            ["people/age", "home/age", "2nd", "with", "임금/월급", "foods/rice-maize", "str12", "a__"];
        let names = unique(paths.into_iter());
        assert_eq!(names, ["age", "home_age", "v_2nd", "with_v", "월급", "rice_maize", "str12_v", "a"]);
    }

    #[test]
    fn long_paths_stay_apart() {
        let long = "a_question_with_a_very_long_name_that_nobody_can_type";
        let names = unique(
            [format!("{long}_1"), format!("{long}_2"), format!("{long}_3")].iter().map(String::as_str),
        );
        let different: BTreeSet<_> = names.iter().collect();
        assert_eq!(different.len(), 3);
        assert!(names.iter().all(|name| name.chars().count() <= MOST), "{names:?}");
    }

    #[test]
    fn a_text_is_cut_between_characters() {
        assert_eq!(beginning("가나다", 4), "가");
        assert_eq!(beginning("abc", 9), "abc");
    }
}
