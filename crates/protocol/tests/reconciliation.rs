//! Answers and records meet in groups only: a folder that could join an interview with the record of the same person is
//! refused.

use protocol::{Problem, Protocol};
use std::collections::BTreeMap;

type Folder = BTreeMap<String, Vec<u8>>;

fn workplace() -> Folder {
    protocol::shipped_files("workplace").expect("it is shipped")
}

fn plant(folder: &mut Folder, file: &str, right: &str, wrong: &str) {
    let bytes = folder.get_mut(file).expect("the file is there");
    let text = String::from_utf8(bytes.clone()).expect("text");
    assert!(text.contains(right), "{file} no longer contains {right:?}");
    *bytes = text.replace(right, wrong).into_bytes();
}

fn told(folder: &Folder) -> String {
    let problems = Protocol::read(folder).err().unwrap_or_default();
    problems.iter().map(Problem::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_shipped_tests_are_those_of_the_method() {
    let workplace = Protocol::read(&workplace()).unwrap();
    let reconciliation = workplace.reconciliation.expect("it is declared");
    let ids: Vec<&str> = reconciliation.tests.iter().map(|test| test.id.as_str()).collect();
    assert_eq!(ids, ["r1_official", "r1_market", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9"]);
    assert_eq!(reconciliation.records_draw.periods, ["peak", "low", "latest"]);
    assert!(reconciliation.interviews.group.ends_with("est_code"));
}

#[test]
fn a_key_of_a_person_on_both_sides_is_refused() {
    // The record form asks for the code of the interview.
    let mut folder = workplace();
    plant(&mut folder, "forms/record_review.md", "| file_code |", "| interview_code |");
    let problems = told(&folder);
    assert!(problems.contains("forms/record_review.md, survey, row"), "{problems}");
    assert!(problems.contains("“interview_code” is in worker_interview as well"), "{problems}");

    // A badge number in both, of whatever class.
    let mut folder = workplace();
    for (file, at) in
        [("forms/record_review.md", "| file_code |"), ("forms/worker_interview.md", "| interviewer_code |")]
    {
        plant(&mut folder, file, at, "| badge |");
    }
    let problems = told(&folder);
    assert!(problems.contains("“badge” is in worker_interview as well"), "{problems}");
}

#[test]
fn a_group_is_a_place_and_the_files_are_drawn_apart() {
    let mut folder = workplace();
    plant(
        &mut folder,
        "reconciliation.toml",
        "form = \"worker_interview\"\ngroup = \"est_code\"",
        "form = \"worker_interview\"\ngroup = \"interview_code\"",
    );
    let problems = told(&folder);
    assert!(problems.contains("the group is not a place: it could be one person"), "{problems}");

    let mut folder = workplace();
    plant(&mut folder, "reconciliation.toml", "id = \"records\"", "id = \"interviews\"");
    let problems = told(&folder);
    assert!(problems.contains("which tells who spoke"), "{problems}");

    let mut folder = workplace();
    plant(&mut folder, "reconciliation.toml", "days_week >= 7", "days_off >= 7");
    plant(&mut folder, "reconciliation.toml", "{ amber = \"3\", red = \"8\" }", "{ amber = \"three\" }");
    let problems = told(&folder);
    assert!(problems.contains("worker_interview has no field “days_off” outside repeats"), "{problems}");
    assert!(problems.contains("this is no threshold"), "{problems}");
}
