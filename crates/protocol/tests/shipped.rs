//! The protocols that come with the program.

use protocol::{Protocol, Right, folder_files, shipped};
use std::path::Path;
use xforms::{Class, Kind};

fn read(name: &str) -> Protocol {
    let files = protocol::shipped_files(name).expect("it is shipped");
    Protocol::read(&files).unwrap_or_else(|problems| {
        let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
        panic!("{name} has faults:\n{}", told.join("\n"))
    })
}

#[test]
fn every_shipped_protocol_is_free_of_faults() {
    let names: Vec<_> = shipped().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["detention", "general", "workplace"]);
    for name in names {
        assert_eq!(read(name).name, name);
    }
}

#[test]
fn what_is_shipped_is_what_lies_in_the_folders() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../protocols");
    for (name, files) in shipped() {
        let found = folder_files(&folder.join(name)).expect("the folder is there");
        assert!(found == files, "protocols/{name} and the list in src/shipped.rs differ");
    }
}

/// A hostile employer reads everything open. None of it may tell who talked, or what one person said.
#[test]
fn the_interview_keeps_its_promise() {
    let workplace = read("workplace");
    let interview = &workplace.form("worker_interview").expect("the form is there").form;
    let of_class = |class| interview.fields.iter().filter(move |field| field.class == Some(class));
    assert_eq!(of_class(Class::Identity).count(), 0, "no name, badge or picture");
    let open: Vec<&str> = of_class(Class::Open).map(|field| field.name.as_str()).collect();
    let known = "visit visit_code_written visit_code establishment est_code_written est_code draw_code interview_code_written \
                 interview_code how_chosen outcome instanceID";
    assert_eq!(open.join(" "), known, "think before an answer is added to this list");
    let preloaded = interview.fields.iter().filter_map(|field| field.preload.as_deref());
    assert_eq!(preloaded.filter(|preload| *preload != "uid").count(), 0, "no clock and no device number");
    assert!(interview.fields.iter().all(|field| field.kind != Kind::Binary && !field.kind.is_place()));
}

#[test]
fn the_interview_asks_its_forty_five_questions() {
    let workplace = read("workplace");
    let interview = &workplace.form("worker_interview").expect("the form is there").form;
    for language in ["en", "ko", "ja"] {
        for number in 1..=45 {
            let begins = format!("{number}. ");
            let asked = interview.fields.iter().filter(|field| {
                interview.text(&field.label, language).is_some_and(|text| text.starts_with(&begins))
            });
            assert_eq!(asked.count(), 1, "question {number} in {language}");
        }
    }
    let forced: Vec<&str> = interview
        .fields
        .iter()
        .filter(|field| field.path.starts_with("interview/") && field.required)
        .map(|field| field.name.as_str())
        .collect();
    assert!(forced.is_empty(), "any question may be left unanswered, not so {forced:?}");
}

#[test]
fn nobody_at_work_holds_names_and_answers() {
    let workplace = read("workplace");
    for role in &workplace.roles {
        let holds = |id: &str| role.compartments.iter().any(|held| held == id);
        assert!(!(holds("roster") && holds("interviews")), "{}", role.id);
        assert!(!(holds("files") && holds("interviews")), "{}", role.id);
    }
    assert!(workplace.roles_apart("interviewer", "draw_officer"));
    assert!(workplace.roles_apart("draw_officer", "interviewer"));
    assert!(!workplace.role("authority_liaison").expect("the role is there").may(Right::Read));
}

#[test]
fn phones_receive_open_registries_only() {
    let workplace = read("workplace");
    let on_device = workplace.registries.iter().filter(|registry| registry.on_device());
    let names: Vec<&str> = on_device.map(|registry| registry.name.as_str()).collect();
    assert_eq!(
        names,
        ["establishments", "visits", "draw_codes", "file_codes", "actions"],
        "the roster never leaves the server"
    );
    let establishments = workplace.registry("establishments").expect("the registry is there");
    assert!(establishments.device_properties().all(|property| property.name != "est_under18"));
    let sector = establishments.property("est_sector");
    assert_eq!(sector.map(|property| property.choices.len()), Some(8), "choices come from the question");
}

/// A detention unit is small and known by all who guard it.
#[test]
fn detention_is_stricter_and_holds_no_name_beside_an_answer() {
    let detention = read("detention");
    assert_eq!((detention.disclosure.policy.k, detention.disclosure.policy.k_strict), (10, 20));
    let strict: Vec<&str> = detention.disclosure.strict.iter().map(|field| field.path.as_str()).collect();
    assert!(strict.contains(&"opening/unit"), "{strict:?}");
    for role in &detention.roles {
        let holds = |id: &str| role.compartments.iter().any(|held| held == id);
        assert!(!(holds("messages") && holds("interviews")), "{}", role.id);
    }
    let interview = &detention.form("private_interview").expect("the form is there").form;
    let open: Vec<&str> = interview
        .fields
        .iter()
        .filter(|field| field.class == Some(Class::Open))
        .map(|field| field.name.as_str())
        .collect();
    assert_eq!(open.join(" "), "visit_code facility facility_code_written facility_code instanceID");
    let checklist = &detention.form("checklist").expect("the form is there").form;
    let graded =
        checklist.fields.iter().filter(|field| field.kind == Kind::Select && field.choices.len() == 5);
    assert_eq!(graded.count(), 25, "each area of the Mandela and Bangkok Rules");
}

#[test]
fn shipped_forms_convert_without_a_warning() {
    for (name, _) in shipped() {
        for form in &read(name).forms {
            assert!(form.warnings.is_empty(), "{name}/{}: {:?}", form.id, form.warnings);
        }
    }
}
