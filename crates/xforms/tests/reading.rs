//! A form is read, and a submission to it taken apart.

use serde_json::json;
use xforms::{Class, FileKind, Form, FormError, Kind, Limits, Submission, merge};

const FORM: &str = include_str!("forms/household.xml");

fn form() -> Form {
    Form::read(FORM, &Limits::FORM).expect("the form is right")
}

fn submission(inside: &str) -> Submission {
    let xml = format!(r#"<data id="household" version="3">{inside}</data>"#);
    Submission::read(xml.as_bytes(), &Limits::SUBMISSION).expect("the submission is right")
}

#[test]
fn the_form_says_what_it_is() {
    let form = form();
    assert_eq!((form.form_id.as_str(), form.version.as_deref()), ("household", Some("3")));
    assert_eq!(form.title, "Household visit");
    assert_eq!((form.root.as_str(), form.namespace.as_deref()), ("data", None));
    assert_eq!(form.languages, ["English (en)", "한국어 (ko)"]);
    assert_eq!(form.default_language.as_deref(), Some("English (en)"));
    assert_eq!(form.encryption, None);
    let files: Vec<_> = form.files.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(files, ["towns.csv", "site.png", "plots.csv"]);
}

fn listed(form: &Form) -> String {
    let lines = form.fields.iter().map(|field| {
        let class = field.class.map_or("-", Class::as_str);
        let repeat = field.repeat.as_deref().unwrap_or("-");
        let multiple = if field.multiple { "+" } else { "" };
        format!("{} {:?}{multiple} {} {class} {repeat}", field.path, field.kind, field.odk_type)
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn fields_stand_in_document_order_with_their_kinds_and_classes() {
    insta::assert_snapshot!(listed(&form()));
}

/// `kinds.xml` is what pyxform 4.5.0 makes of `kinds.md`.
#[test]
fn every_kind_of_question_that_pyxform_writes_is_known() {
    let form = Form::read(include_str!("forms/kinds.xml"), &Limits::FORM).expect("the form is right");
    insta::assert_snapshot!(listed(&form));
    let unclassed: Vec<_> = form.unclassed().into_iter().map(|field| &*field.path).collect();
    assert_eq!(unclassed, ["first_other"], "or_other makes a question of its own");
    let files: Vec<_> = form.files.iter().map(|file| (&*file.name, file.kind)).collect();
    assert_eq!(files, [("towns.csv", FileKind::File), ("rice.png", FileKind::Image)]);
    let field = |path| form.field(path).expect("it is there");
    assert_eq!(field("started").preload.as_deref(), Some("timestamp/start"));
    assert_eq!(field("photo").media_type.as_deref(), Some("image/*"));
    assert_eq!(field("answer").appearance.as_deref(), Some("multiline"));
    assert_eq!(field("people/more/towns").choices_file.as_deref(), Some("towns.csv"));
    assert_eq!(form.text(&field("first").choices[0].label, "en"), Some("Rice"));
}

#[test]
fn labels_and_choices_come_in_every_language() {
    let form = form();
    let food = form.field("foods").expect("it is there");
    assert!(food.multiple && food.kind == Kind::Select);
    assert_eq!(form.text(&food.label, "ko"), Some("${site}의 식량"));
    assert_eq!(form.text(&food.label, "ja"), Some("Foods at ${site}"));
    let shown: Vec<_> =
        food.choices.iter().map(|choice| (&*choice.value, form.text(&choice.label, "ko"))).collect();
    assert_eq!(shown, [("rice", Some("쌀")), ("maize", Some("Maize"))]);
    assert_eq!(form.field("town").and_then(|town| town.choices_file.as_deref()), Some("towns.csv"));
    let inline = form.field("people/sex").expect("it is there");
    assert_eq!(inline.choices.iter().map(|choice| &*choice.value).collect::<Vec<_>>(), ["f", "m"]);
    assert_eq!(form.text(&form.field("people").expect("it is there").label, "en"), Some("Members"));
}

#[test]
fn only_fields_that_hold_values_need_a_class() {
    let form = form();
    let unclassed: Vec<_> = form.unclassed().into_iter().map(|field| &*field.path).collect();
    assert_eq!(unclassed, ["photo"], "notes, groups, instanceName and entity labels need none");
    assert_eq!(form.field("photo").map(|photo| photo.class_or(Class::Sensitive)), Some(Class::Sensitive));

    let refused = Form::read(&FORM.replace("dg:class=\"open\"", "dg:class=\"secret\""), &Limits::FORM);
    let Err(FormError::Class { path, source }) = refused else { panic!("it must be refused") };
    assert_eq!(path, "site");
    assert!(source.to_string().contains("“secret”"));
}

#[test]
fn a_submission_is_split_by_class_and_joined_again() {
    let submission = submission(
        r#"<site>Nampo</site><note/><town>t1</town><foods>rice maize</foods><photo>p.jpg</photo>
        <people><name> Kim </name><sex>f</sex><plots><size>2</size></plots><plots><size/></plots></people>
        <people><name/><sex>m</sex><surprise deep="1"><inner>x</inner></surprise></people>
        <meta><instanceID>uuid:a</instanceID><instanceName>Nampo Kim</instanceName></meta>"#,
    );
    assert_eq!(submission.instance_id.as_deref(), Some("uuid:a"));
    let split = form().split(&submission, Class::Sensitive);
    assert_eq!(json!(split.open), json!({"site": "Nampo", "meta/instanceID": "uuid:a"}));
    assert_eq!(
        json!(split.sensitive),
        json!({"town": "t1", "foods": "rice maize", "photo": "p.jpg", "people": [
            {"people/sex": "f", "people/plots": [{"people/plots/size": "2"}, {}]},
            {"people/sex": "m", "people/surprise/inner": "x"}]})
    );
    assert_eq!(
        json!(split.identity),
        json!({"people": [{"people/name": " Kim "}, {}], "meta/instanceName": "Nampo Kim"})
    );
    assert_eq!(split.unknown, ["people/surprise"]);
    assert_eq!(split.binaries.len(), 1);
    assert_eq!((&*split.binaries[0].path, &*split.binaries[0].file_name), ("photo", "p.jpg"));

    let merged = merge(&[&split.open, &split.sensitive, &split.identity]);
    assert_eq!(merged["people"][0]["people/name"], " Kim ");
    assert_eq!(merged["people"][0]["people/sex"], "f");
    assert_eq!(merged["people"][1], json!({"people/sex": "m", "people/surprise/inner": "x"}));
}

#[test]
fn an_element_sent_twice_is_kept_twice() {
    let split = form().split(&submission("<site>A</site><site>B</site><site>C</site>"), Class::Sensitive);
    assert_eq!(json!(split.open), json!({"site": "A", "site[2]": "B", "site[3]": "C"}));
    assert_eq!(split.unknown, ["site"]);
}

#[test]
fn debug_output_shows_no_value() {
    let submission = submission("<people><name>Kim</name></people>");
    let split = form().split(&submission, Class::Sensitive);
    let shown = format!("{submission:?} {split:?}");
    assert!(!shown.contains("Kim"), "{shown}");
}

#[test]
fn foreign_xml_is_no_form() {
    for (xml, missing) in [
        ("<data/>", "html"),
        ("<html/>", "head"),
        ("<html><head/></html>", "model"),
        ("<html><head><model/></head></html>", "instance"),
        ("<html><head><model><instance> </instance></model></head></html>", "primary instance"),
    ] {
        assert_eq!(Form::read(xml, &Limits::FORM).err(), Some(FormError::NotXForm { missing }));
    }
    let nameless = "<html><head><model><instance><data/></instance></model></head></html>";
    assert_eq!(Form::read(nameless, &Limits::FORM).err(), Some(FormError::NoFormId));
}
