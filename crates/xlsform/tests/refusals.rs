//! Faulty forms are refused in pyxform's words, and the problem knows its place.

use xlsform::{Failure, Workbook, convert};

fn refuse(form: &str) -> Failure {
    match Workbook::from_markdown(form).and_then(|workbook| convert(&workbook, "data")) {
        Ok(converted) => panic!("accepted:\n{form}\n{}", converted.xform),
        Err(failure) => failure,
    }
}

/// A survey with the columns type, name, label, one more, and the rows given.
fn survey(column: &str, rows: &[&str]) -> String {
    let mut form = format!("| survey | | | | |\n| | type | name | label | {column} |\n");
    for row in rows {
        form.push_str(&format!("| | {row} |\n"));
    }
    form
}

const LIST: &str = "| choices | | | |\n| | list_name | name | label |\n| | l | x | X |\n| | l | y | Y |\n";

#[test]
fn a_problem_has_words_a_row_and_a_column() {
    // What it is, the form, how the message starts, its row and its column.
    type Case = (&'static str, String, &'static str, Option<u32>, Option<&'static str>);
    let cases: &[Case] = &[
        (
            "no name",
            survey("hint", &["text | a | A | ", "text | | B | "]),
            "[row : 3] Question or group with no name.",
            Some(3),
            Some("name"),
        ),
        (
            "a name of two words",
            survey("hint", &["text | my name | A | "]),
            "[row : 2] On the 'survey' sheet, the 'name' value is invalid. Names must begin with",
            Some(2),
            Some("name"),
        ),
        (
            "a name twice",
            survey("hint", &["text | a | A | ", "text | a | B | "]),
            "[row : 3] On the 'survey' sheet, the 'name' value 'a' is invalid. Questions, groups, and repeats must",
            Some(3),
            Some("name"),
        ),
        (
            "no type",
            survey("hint", &[" | a | A | "]),
            "[row : 2] Question with no type.\n{'name': 'a', 'label': 'A'}",
            Some(2),
            Some("type"),
        ),
        (
            "an unknown type",
            survey("hint", &["texxt | a | A | "]),
            "Unknown question type 'texxt'.",
            Some(2),
            Some("type"),
        ),
        (
            "no label",
            survey("hint", &["text | a | | "]),
            "The survey element named 'a' has no label or hint.",
            Some(2),
            Some("label"),
        ),
        (
            "a group without end",
            survey("hint", &["begin_group | g | G | ", "text | a | A | "]),
            "[row : 2] Unmatched 'begin_group'. No matching 'end_group' was found for the name 'g'.",
            Some(2),
            None,
        ),
        (
            "an end without group",
            survey("hint", &["text | a | A | ", "end_repeat | | | "]),
            "[row : 3] Unmatched 'end_repeat'. No matching 'begin_repeat' was found for the name 'unknown'.",
            Some(3),
            Some("type"),
        ),
        (
            "a reference to nothing",
            survey("relevant", &["text | a | A | ${b} = 1"]),
            "[row : 2] On the 'survey' sheet, the 'relevant' value is invalid. Reference variables must contain a name \
             from the 'survey' sheet. Could not find the name 'b'.",
            Some(2),
            Some("relevant"),
        ),
        (
            "a broken reference",
            survey("relevant", &["text | a | A | ${a = 1"]),
            "[row : 2] On the 'survey' sheet, the 'relevant' value is invalid. Reference variables must start with",
            Some(2),
            Some("relevant"),
        ),
        (
            "an unknown parameter",
            survey("parameters", &["text | a | A | lines=3"]),
            "[row : 2] On the 'survey' sheet, the 'parameters' value is invalid. The accepted parameter keys for this \
             question type are 'rows'. The following are invalid parameter key(s): 'lines'.",
            Some(2),
            Some("parameters"),
        ),
        (
            "a list that is not there",
            survey("hint", &["select_one m | a | A | "]) + LIST,
            "[row : 2] List name not in choices sheet: m",
            Some(2),
            Some("type"),
        ),
        (
            "no list at all",
            survey("hint", &["select_one m | a | A | "]) + "| choice | | |\n| | list_name | name |\n",
            "There should be a choices sheet in this xlsform. When looking for a sheet named 'choices', the following \
             sheets with similar names were found: 'choice'. Please ensure that",
            Some(2),
            Some("type"),
        ),
        (
            "a range of impossible steps",
            survey("parameters", &["range | a | A | start=1 end=5 step=9"]),
            "[row : 2] On the 'survey' sheet, the 'parameters' value is invalid. For the 'range' question type, the \
             parameter 'step' must not be larger than the range",
            Some(2),
            Some("parameters"),
        ),
        (
            "a property without entity",
            survey("save_to", &["text | a | A | name_of"]),
            "[row : 2] On the 'survey' sheet, the 'save_to' value is invalid. To save entity properties",
            Some(2),
            Some("save_to"),
        ),
        (
            "a hidden question as a trigger",
            survey("trigger", &["start | s | | ", "text | a | A | ${b}"]),
            "[row : 3] On the 'survey' sheet, the 'trigger' value is invalid. Reference variables must contain a name",
            Some(3),
            Some("trigger"),
        ),
    ];
    for (what, form, message, row, column) in cases {
        let failure = refuse(form);
        let problem = &failure.problems[0];
        assert!(problem.message.starts_with(message), "{what}: {}", problem.message);
        assert_eq!(problem.sheet.as_deref(), Some("survey"), "{what}");
        assert_eq!(problem.row, *row, "{what}");
        assert_eq!(problem.column.as_deref(), *column, "{what}");
    }
}

#[test]
fn all_faulty_rows_are_named_and_the_first_is_what_pyxform_says() {
    let failure = refuse(&survey(
        "parameters",
        &["text | a b | A | ", "range | r | R | step=0", "text | ok | Fine | ", "text | ok | Again | "],
    ));
    let rows: Vec<_> = failure.problems.iter().map(|p| p.row).collect();
    assert_eq!(rows, [Some(2), Some(3), Some(5)]);
    assert!(
        failure.first_message().starts_with("[row : 2]") && !failure.first_message().contains("[row : 3]")
    );
}

#[test]
fn duplicate_choices_are_one_message_of_several_problems() {
    let failure =
        refuse(&(survey("hint", &["select_one l | a | A | "]) + LIST + "| | l | x | X |\n| | l | y | Y |\n"));
    assert_eq!(failure.problems.len(), 2);
    assert_eq!(failure.first_message(), failure.to_string());
    assert_eq!(failure.problems[1].row, Some(5));
    assert_eq!(failure.problems[1].sheet.as_deref(), Some("choices"));
}

#[test]
fn two_entities_in_one_repeat_find_no_place() {
    let form = survey(
        "save_to",
        &["begin_repeat | r | R | ", "text | a | A | x#p", "text | b | B | y#q", "end_repeat | | | "],
    ) + "| entities | | |\n| | list_name | label |\n| | x | ${a} |\n| | y | ${b} |\n";
    let failure = refuse(&form);
    assert!(
        failure
            .to_string()
            .starts_with("[row : 3] On the 'entities' sheet, the entity declaration is invalid.")
    );
    assert_eq!(failure.problems[0].sheet.as_deref(), Some("entities"));
}
