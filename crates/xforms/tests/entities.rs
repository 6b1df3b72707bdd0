//! What forms declare and submissions do to entities.

use xforms::{Class, EntityAct, EntityFault, Form, FormError, Limits, Submission};

const FORM: &str = include_str!("forms/household.xml");
const ID: &str = "8f1d2c3b-4a5e-4f60-8a7b-9c0d1e2f3a4b";

fn form() -> Form {
    Form::read(FORM, &Limits::FORM).expect("the form is right")
}

fn acts(inside: &str) -> Result<Vec<EntityAct>, xforms::EntityError> {
    let xml = format!(r#"<data id="household" version="3">{inside}</data>"#);
    let submission = Submission::read(xml.as_bytes(), &Limits::SUBMISSION).expect("the submission is right");
    form().entity_acts(&submission, Class::Sensitive)
}

fn visit(attributes: &str, label: &str) -> Result<Vec<EntityAct>, xforms::EntityError> {
    acts(&format!(
        r#"<site>Nampo</site><foods/><meta><entity dataset="visits" {attributes}>{label}</entity></meta>"#
    ))
}

fn fault(attributes: &str, label: &str) -> String {
    visit(attributes, label).expect_err("it must be refused").fault.to_string()
}

#[test]
fn declarations_say_list_actions_label_and_properties() {
    let form = form();
    let [people, visits] = form.entities.as_slice() else { panic!("two are declared") };
    assert_eq!((&*people.dataset, people.repeat.as_deref()), ("persons", Some("people")));
    assert_eq!((people.creates, people.updates), (true, false));
    assert_eq!(people.label_class, Some(Class::Identity), "it is computed from a name");
    let properties: Vec<_> =
        people.properties.iter().map(|(property, path)| (&**property, &**path)).collect();
    assert_eq!(properties, [("full_name", "people/name"), ("sex", "people/sex")]);

    assert_eq!((&*visits.dataset, visits.repeat.as_deref()), ("visits", None));
    assert_eq!((visits.creates, visits.updates), (true, true));
    assert_eq!(visits.create_if.as_deref(), Some("/data/site = 'x'"));
    assert_eq!(visits.label_class, Some(Class::Open));
    let properties: Vec<_> =
        visits.properties.iter().map(|(property, path)| (&**property, &**path)).collect();
    assert_eq!(properties, [("site", "site"), ("foods", "foods")]);
}

#[test]
fn a_label_whose_sources_cannot_be_told_takes_the_highest_class() {
    for expression in [
        "instance('persons')/root/item[name = /data/site]/label",
        "concat(/data/site, /data/photo)",
        "/data/people",
        "/data/*",
        "'unclosed",
        "/data/site\u{301}",
        "/data/site | /data/people/name",
        "../../nowhere",
    ] {
        let form = Form::read(
            &FORM.replace(" /data/site \" readonly", &format!("{expression}\" readonly")),
            &Limits::FORM,
        );
        let form = form.expect("the form is right");
        assert_eq!(form.entities[1].label_class, Some(Class::Identity), "{expression}");
        assert_eq!(form.field("meta/entity/label").and_then(|label| label.class), Some(Class::Identity));
    }
    for (expression, class) in [
        ("concat('Visit to ', /data/site, ' ', 12.5)", Class::Open),
        ("if(/data/town = 'x' and /data/site != '', ../../../site, /data/town)", Class::Sensitive),
        ("'a constant /data/people/name'", Class::Open),
    ] {
        let form = Form::read(
            &FORM.replace(" /data/site \" readonly", &format!("{expression}\" readonly")),
            &Limits::FORM,
        );
        assert_eq!(form.expect("the form is right").entities[1].label_class, Some(class), "{expression}");
    }
}

#[test]
fn a_submission_creates_or_updates() {
    let created = visit(&format!(r#"id="uuid:{}" create="1""#, ID.to_uppercase()), "<label>Nampo</label>")
        .expect("right");
    let [act] = created.as_slice() else { panic!("one act") };
    assert_eq!((&*act.dataset, &*act.id, act.label.as_deref()), ("visits", ID, Some("Nampo")));
    assert_eq!((act.create, act.update, act.base_version), (true, false, None));
    assert_eq!(
        act.values,
        [("site".into(), "Nampo".into(), Class::Open), ("foods".into(), String::new(), Class::Sensitive)],
        "an empty value clears; an absent one would not be listed"
    );
    assert!(!format!("{act:?}").contains("Nampo"), "no value in debug output");

    let offline =
        format!(r#"id="{ID}" update="true" baseVersion="3" trunkVersion="1" branchId="{ID}" create="""#);
    let updated = visit(&offline, "<label> </label>").expect("right");
    let [act] = updated.as_slice() else { panic!("one act") };
    assert_eq!(
        (act.create, act.update, act.base_version, act.trunk_version),
        (false, true, Some(3), Some(1))
    );
    assert_eq!((act.label.as_deref(), act.branch_id.as_deref()), (None, Some(ID)));

    assert_eq!(
        visit(r#"create="0" update="no" id="wrong""#, "").as_deref(),
        Ok(&[][..]),
        "nothing is wanted"
    );
    assert_eq!(acts("<site>x</site>").as_deref(), Ok(&[][..]));
}

#[test]
fn every_repetition_makes_its_own_entity() {
    let person = |number: u8, name: &str, create: &str| {
        let id = format!("8f1d2c3b-4a5e-4f60-8a7b-9c0d1e2f3a4{number}");
        format!(
            r#"<people><name>{name}</name><meta><entity dataset="persons" create="{create}" id="{id}"><label>{name}</label></entity></meta></people>"#
        )
    };
    let made = acts(&format!("{}{}{}", person(1, "Kim", "1"), person(2, "Lee", ""), person(3, "Pak", "1")))
        .expect("right");
    let names: Vec<_> = made.iter().map(|act| (act.label.as_deref(), act.values.len())).collect();
    assert_eq!(names, [(Some("Kim"), 1), (Some("Pak"), 1)], "sex was not asked");
    assert!(made.iter().all(|act| act.label_class == Class::Identity));

    let error = acts(&format!("{}{}", person(1, "Kim", "1"), person(2, "", "1"))).expect_err("no label");
    assert_eq!(error.place, "people[2]/meta/entity");
    assert_eq!(error.fault, EntityFault::Missing("label"));
}

#[test]
fn faults_are_worded_as_central_words_them() {
    assert_eq!(fault(&format!(r#"id="{ID}" create="1""#), ""), "Required parameter label missing.");
    assert_eq!(fault(r#"id="" create="1""#, "<label>x</label>"), "Required parameter uuid missing.");
    let no_uuid = "Invalid input data type: expected (uuid) to be (valid version 4 UUID)";
    assert_eq!(fault(r#"id="12" create="1""#, "<label>x</label>"), no_uuid);
    let version_one = ID.replace("-4f60", "-1f60");
    assert_eq!(fault(&format!(r#"id="{version_one}" create="1""#), "<label>x</label>"), no_uuid);
    assert_eq!(fault(&format!(r#"id="{ID}" update="1""#), ""), "Required parameter baseVersion missing.");
    let no_integer = "Invalid input data type: expected (baseVersion) to be (integer)";
    for wrong in ["1.5", "-1", "+1", "99999999999999999999"] {
        assert_eq!(fault(&format!(r#"id="{ID}" update="1" baseVersion="{wrong}""#), ""), no_integer);
    }
    let chain = format!(r#"id="{ID}" update="1" baseVersion="1" trunkVersion="1""#);
    assert_eq!(fault(&chain, ""), "Required parameter branchId missing.");

    let other = acts(&format!(
        r#"<meta><entity dataset="persons" id="{ID}" create="1"><label>x</label></entity></meta>"#
    ));
    assert_eq!(other.expect_err("another list").fault, EntityFault::OtherDataset("visits".into()));
}

#[test]
fn wrong_declarations_are_refused_in_centrals_words() {
    let refused = |from: &str, to: &str| match Form::read(&FORM.replace(from, to), &Limits::FORM) {
        Err(FormError::Entity { reason }) => reason,
        other => panic!("{from} → {to}: {other:?}"),
    };
    let version = "entities:entities-version=\"2025.1.0\"";
    assert_eq!(refused(version, ""), "Entities specification version is missing.");
    for (wrong, shown) in
        [("2026.1.0", "2026.1.0"), ("2021.9.0", "2021.9.0"), ("new", "new"), ("2025.1", "2025.1")]
    {
        let reason = refused(version, &format!("entities:entities-version=\"{wrong}\""));
        assert_eq!(reason, format!("Entities specification version [{shown}] is not supported."));
    }
    assert_eq!(
        refused(version, "entities:entities-version=\"2024.1.0\""),
        "Currently, entities cannot be populated from fields in repeat groups."
    );
    assert_eq!(refused("dataset=\"visits\"", ""), "Dataset name is missing.");
    for wrong in ["", "__x", "a.b", "1a", "a b"] {
        assert_eq!(refused("\"visits\"", &format!("\"{wrong}\"")), "Invalid dataset name.");
    }
    assert_eq!(
        refused("create=\"\" update=\"\"", ""),
        "The form must specify at least one entity action, for example, create or update."
    );
    for wrong in ["name", "Label", "__x", "1a", "a b"] {
        assert_eq!(
            refused("saveto=\"site\"", &format!("saveto=\"{wrong}\"")),
            "Invalid entity property name."
        );
    }
}
