//! A folder with faults is told all of them, each where it was written.

use protocol::{Problem, Protocol};
use std::collections::BTreeMap;

type Folder = BTreeMap<String, Vec<u8>>;

fn workplace() -> Folder {
    protocol::shipped_files("workplace").expect("it is shipped")
}

/// The general protocol with one small form, `forms/visit.md`, and one registry, `people`.
fn small() -> Folder {
    let mut folder = protocol::shipped_files("general").expect("it is shipped");
    let text = |en: &str| format!("{{ en = \"{en}\", ko = \"{en}\", ja = \"{en}\" }}");
    let more = format!(
        "[[form]]\nfile = \"forms/visit.md\"\nsubject = \"place\"\nidentity = \"identity\"\nsensitive = \"working\"\n\
         title = {visit}\nwhen = {visit}\n\n\
         [[registry]]\nname = \"people\"\ntitle = {people}\nlabel_class = \"open\"\nsensitive = \"working\"\n\n\
         [[registry.property]]\nname = \"code\"\ntitle = {people}\ntype = \"text\"\nclass = \"open\"\n\n\
         [[registry.property]]\nname = \"health\"\ntitle = {people}\ntype = \"text\"\nclass = \"sensitive\"\n",
        visit = text("Visit"),
        people = text("People"),
    );
    let toml = folder.get_mut("protocol.toml").expect("it has one");
    toml.push(b'\n');
    toml.extend_from_slice(more.as_bytes());
    let form = "\
| survey | | | | | | | | | | |
| | type | name | label::English (en) | label::한국어 (ko) | label::日本語 (ja) | relevant | calculation | choice_filter | save_to | bind::dg:class |
| | select_one_from_file people.csv | who | Who | 누구 | 誰 | | | | | open |
| | text | code | Code | 코드 | コード | | | | code | open |
| | select_one yn | ill | Ill | 앓는가 | 病気 | | | | | sensitive |
| | text | name | Name | 이름 | 氏名 | | | | | identity |
| | begin_group | more | More | 더 | ほか | true() | | | | |
| | select_one yn | seen | Seen | 보았는가 | 見た | | | true() | | open |
| | end_group | | | | | | | | | |
| | calculate | looked_up | | | | | instance('people')/root/item[name = ${who}]/code | | | open |
| choices | | | | | |
| | list_name | name | label::English (en) | label::한국어 (ko) | label::日本語 (ja) |
| | yn | yes | Yes | 예 | はい |
| | yn | no | No | 아니오 | いいえ |
| entities | | |
| | list_name | label |
| | people | ${code} |
| settings | | | | |
| | form_title | form_id | version | instance_name |
| | Visit | visit | 2026112301 | ${code} |
";
    folder.insert("forms/visit.md".to_owned(), form.as_bytes().to_vec());
    folder
}

/// Replaces a text that must be there, once.
fn plant(folder: &mut Folder, file: &str, right: &str, wrong: &str) {
    let bytes = folder.get_mut(file).expect("the file is there");
    let text = String::from_utf8(bytes.clone()).expect("text");
    assert!(text.contains(right), "{file} no longer contains {right:?}");
    *bytes = text.replacen(right, wrong, 1).into_bytes();
}

/// Gives another class to the field in the row of a form that begins so.
fn plant_class(folder: &mut Folder, file: &str, row_begins: &str, class: &str) {
    let bytes = folder.get_mut(file).expect("the file is there");
    let text = String::from_utf8(bytes.clone()).expect("text");
    let row = text.lines().find(|line| line.starts_with(row_begins)).expect("the row is there");
    let (before, _) = row.trim_end_matches(" |").rsplit_once("| ").expect("the last column is the class");
    *bytes = text.replace(row, &format!("{before}| {class} |")).into_bytes();
}

fn told(problems: &[Problem]) -> String {
    problems.iter().map(|problem| format!("{problem}\n")).collect()
}

/// What the small folder is told when one text of it is replaced.
fn small_with(file: &str, right: &str, wrong: &str) -> String {
    let mut folder = small();
    plant(&mut folder, file, right, wrong);
    told(&Protocol::read(&folder).expect_err("the folder has faults"))
}

const VISIT: &str = "forms/visit.md";
const TOML: &str = "protocol.toml";

#[test]
fn twelve_faults_are_twelve_problems() {
    let mut folder = workplace();
    let interview = "forms/worker_interview.md";
    // A question without a class, and one with a class that does not exist.
    plant_class(&mut folder, interview, "|  | select_one tenure ", "");
    plant_class(&mut folder, interview, "|  | select_one fear ", "secret");
    // An answer given openly by what is computed from it.
    plant_class(&mut folder, interview, "|  | calculate | rights_count ", "open");
    // A hint that was never translated.
    plant(&mut folder, interview, "満年齢で。", "");
    // A consent text that is silent about the risks.
    plant(&mut folder, TOML, "risks = \"consent_risks\", ", "");
    // Saved to no property, to a registry that would keep it openly, and to one that does not exist.
    plant(&mut folder, TOML, "name = \"est_under18\"\ntitle", "name = \"est_under_18\"\ntitle");
    plant_class(&mut folder, "forms/establishment.md", "|  | integer | est_first_year ", "sensitive");
    plant(&mut folder, "forms/corrective_action.md", "|  | actions | if", "|  | measures | if");
    // A right and a compartment that do not exist.
    plant(&mut folder, TOML, "rights = [\"collect\", \"visits\"]", "rights = [\"collect\", \"look\"]");
    plant(
        &mut folder,
        TOML,
        "compartments = [\"roster\", \"planning\"]",
        "compartments = [\"roster\", \"attic\"]",
    );
    // A badge number on every phone, and a limit laxer than the house allows.
    plant(&mut folder, TOML, "name = \"badge\"\n", "name = \"badge\"\non_device = true\n");
    plant(&mut folder, TOML, "k = 5 ", "k = 3 ");

    let problems = Protocol::read(&folder).expect_err("the folder has faults");
    insta::assert_snapshot!(told(&problems));
    assert_eq!(problems.len(), 12);
}

#[test]
fn the_small_folder_is_free_of_faults() {
    let problems = Protocol::read(&small()).err().unwrap_or_default();
    assert_eq!(told(&problems), "");
}

#[test]
fn a_field_may_not_tell_what_a_higher_one_says() {
    let shown = small_with(VISIT, "| true() | | | | |\n", "| ${ill} = 'yes' | | | | |\n");
    let filtered = small_with(VISIT, "| | | true() | | open |", "| | | ${ill} = name | | open |");
    let calculated =
        small_with(VISIT, "[name = ${who}]/code | | | open |", "[name = ${name}]/code | | | open |");
    let entry_label = small_with(VISIT, "| people | ${code} |", "| people | ${ill} |");
    let saved_form = small_with(VISIT, "2026112301 | ${code} |", "2026112301 | ${name} |");
    let kept_by_form = small_with(VISIT, "| code | open |", "| health | open |");
    insta::assert_snapshot!([shown, filtered, calculated, entry_label, saved_form, kept_by_form].concat());
}

#[test]
fn phones_are_not_asked_for_what_they_do_not_have() {
    let lookup = small_with(VISIT, "]/code |", "]/health |");
    let unknown = small_with(VISIT, "]/code |", "]/colour |");
    let file = small_with(VISIT, "people.csv", "towns.csv");
    let closed = small_with(TOML, "label_class = \"open\"", "label_class = \"sensitive\"");
    insta::assert_snapshot!([lookup, unknown, file, closed].concat());
}

#[test]
fn a_person_is_asked_for_consent() {
    let none = small_with(TOML, "subject = \"place\"", "subject = \"person\"");
    let empty = small_with(
        TOML,
        "[[registry]]\nname",
        "[form.consent]\nquestion = \"ill\"\nagreed = \"maybe\"\nlevels = [2]\nlevel_field = \"level\"\n\
         points = { who = \"name\", purpose = \"nothing\" }\n\n[[registry]]\nname",
    );
    insta::assert_snapshot!([none, empty].concat());
}

#[test]
fn keys_are_held_by_somebody_and_kept_apart() {
    let together = small_with(TOML, "id = \"working\"", "id = \"working\"\napart_from = [\"identity\"]");
    let unheld = small_with(
        TOML,
        "[other_forms]",
        "[[compartment]]\nid = \"archive\"\nkind = \"identity\"\ntitle = { en = \"A\", ko = \"A\", ja = \"A\" }\n\
         holds = { en = \"A\", ko = \"A\", ja = \"A\" }\nkeep = { days = 1, then = \"archive_aggregate\" }\n\n[other_forms]",
    );
    let wrong_kind =
        small_with(TOML, "sensitive = \"working\"\n\n[[role]]", "sensitive = \"identity\"\n\n[[role]]");
    let nowhere = small_with(TOML, "subject = \"place\"\nidentity = \"identity\"\n", "subject = \"place\"\n");
    let leaderless = small_with(TOML, "\"manage\", \"members\", ", "");
    insta::assert_snapshot!([together, unheld, wrong_kind, nowhere, leaderless].concat());
}

#[test]
fn what_is_written_wrongly_is_shown_where_it_stands() {
    let torn = small_with(TOML, "kind = \"identity\"", "kind = identity\nkeep = ");
    let misspelt = small_with(TOML, "label_class = \"open\"", "label_class = \"open\"\ncolour = \"blue\"");
    let mistyped = small_with(TOML, "k = 5", "k = \"five\"");
    let no_file = small_with(TOML, "file = \"forms/visit.md\"", "file = \"forms/tour.md\"");
    let no_language = small_with(VISIT, "label::日本語 (ja) | relevant", "label::中文 (zh) | relevant");
    let no_form = small_with(VISIT, "| end_group |", "| text |");
    insta::assert_snapshot!([torn, misspelt, mistyped, no_file, no_language, no_form].concat());
}

#[test]
fn a_folder_without_protocol_says_so() {
    let problems = Protocol::read(&Folder::new()).expect_err("nothing is there");
    assert_eq!(
        told(&problems),
        "protocol.toml: the file is missing. A protocol is a folder with a file protocol.toml; choose that folder.\n"
    );
}

#[test]
fn a_workflow_is_told_all_its_faults() {
    const VISIT: &str = "workflow/visit.toml";
    const FINDING: &str = "workflow/finding.toml";
    let mut folder = workplace();
    // A role, a stage, a fact, a field and a choice that do not exist.
    plant(&mut folder, VISIT, "by = [\"visit_lead\"]", "by = [\"boss\"]");
    plant(&mut folder, VISIT, "after = [\"tour\"]", "after = [\"journey\"]");
    plant(&mut folder, VISIT, "starts = \"findings_sent\"", "starts = \"findings_posted\"");
    plant(&mut folder, VISIT, "or frame_tested: difference_percent > 10", "or frame_tested: difference > 10");
    plant(&mut folder, VISIT, "answer = refused, no_answer", "answer = refused, silence");
    // A stage that waits for a fact of a later one.
    plant(
        &mut folder,
        VISIT,
        "done_by = [\"frame_received\"]",
        "done_by = [\"frame_received\", \"draw_revealed\"]",
    );
    // A length of time and a fact that cannot be read, and a clock that nothing stops.
    plant(&mut folder, VISIT, "due = \"6 months\"", "due = \"half a year\"");
    plant(&mut folder, VISIT, "done_by = [\"tour_done\"]", "done_by = [\"the tour is done\"]");
    plant(&mut folder, VISIT, "stops = \"verification_made\"\n", "");
    // A product that does not exist, a value that could be a name, and no translation.
    plant(&mut folder, VISIT, "publishes = [\"access_record\"]", "publishes = [\"access\"]");
    plant(&mut folder, VISIT, "type = \"text\"\nclass = \"open\"", "type = \"text\"\nclass = \"identity\"");
    plant(&mut folder, VISIT, ", ja = \"立入拒否\" }", " }");
    // A stopped case that could never end.
    plant(&mut folder, VISIT, "\"visit_abandoned\", \"visit_closed\"]", "\"visit_closed\"]");
    // A compartment of the wrong kind, a point that nobody knows, a key that means nothing.
    plant(&mut folder, FINDING, "sensitive = \"records\"", "sensitive = \"roster\"");
    plant(&mut folder, FINDING, "second = \"24 hours\"", "third = \"24 hours\"");
    plant(&mut folder, FINDING, "always = true", "forever = true");
    // And a file that is no TOML.
    folder.insert("workflow/torn.toml".to_owned(), b"[[stage]\n".to_vec());

    let problems = Protocol::read(&folder).expect_err("the folder has faults");
    insta::assert_snapshot!(told(&problems));
}

#[test]
fn a_sealed_value_decides_nothing_and_a_finding_is_of_a_known_visit() {
    const VISIT: &str = "workflow/visit.toml";
    let mut folder = workplace();
    // How the count differed decides whether the frame is frozen and whether the visit is stopped.
    plant(
        &mut folder,
        VISIT,
        "type = \"number\"\nclass = \"open\"\n\n",
        "type = \"number\"\nclass = \"sensitive\"\n\n",
    );
    plant(&mut folder, "workflow/finding.toml", "within = \"visit\"", "within = \"inspection\"");
    let problems = Protocol::read(&folder).expect_err("the folder has faults");
    let told = told(&problems);
    assert_eq!(told.matches("it depends on a sealed value").count(), 2, "{told}");
    assert!(told.contains("“inspection” is no other workflow of this protocol"), "{told}");
    assert_eq!(problems.len(), 3, "{told}");
}

#[test]
fn a_release_is_told_all_its_faults_and_no_policy_is_laxer_than_the_house() {
    const RELEASE: &str = "release.toml";
    let mut folder = workplace();
    plant(&mut folder, RELEASE, "product = \"report\"", "product = \"poster\"");
    plant(&mut folder, RELEASE, "signed = \"release_signed\"", "signed = \"release_sealed\"");
    plant(&mut folder, RELEASE, "\"interviews\", \"liaison\"]", "\"interviews\", \"lawyers\"]");
    plant(&mut folder, RELEASE, "strata = \"stratum\"", "strata = \"layer\"");
    plant(&mut folder, RELEASE, "harass = seen", "harassed = seen");
    plant(&mut folder, RELEASE, "pay_who = employer", "pay_who = boss");
    plant(&mut folder, RELEASE, "sensitive = [\"no\"]", "sensitive = [\"perhaps\"]");
    plant(&mut folder, RELEASE, "bands = [48, 60]", "bands = [60, 48]");
    plant(&mut folder, RELEASE, "clock = \"corrective_action\"", "clock = \"corrected\"");
    plant(&mut folder, RELEASE, "number = \"I9\"", "nummer = \"I9\"");
    // common.md would allow percentages from 20 on, RELEASE.md from 30: the stricter holds.
    plant(&mut folder, "protocol.toml", "percent_base = 30", "percent_base = 20");
    plant(&mut folder, "protocol.toml", "k_strict = 10", "k_strict = 9");
    plant(
        &mut folder,
        "protocol.toml",
        "dominance_percent = 70",
        "minimum_population = 5\ndominance_percent = 71",
    );
    let problems = Protocol::read(&folder).expect_err("the folder has faults");
    insta::assert_snapshot!(told(&problems));

    let shipped = Protocol::read(&workplace()).expect("it is shipped");
    assert_eq!(shipped.disclosure.policy.hash(), disclosure::Policy::default().hash());
}
