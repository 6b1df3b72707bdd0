//! Input made to do harm is refused with a reason that a person understands, and quickly.

use xforms::{Form, FormError, Limits, Submission, SubmissionError, XmlError};

fn refused(bytes: &[u8]) -> XmlError {
    match Submission::read(bytes, &Limits::SUBMISSION) {
        Err(SubmissionError::Xml(error)) => error,
        other => panic!("{other:?}"),
    }
}

fn reason(bytes: &[u8]) -> &'static str {
    match refused(bytes) {
        XmlError::Malformed { reason, .. } => reason,
        other => panic!("{other:?}"),
    }
}

#[test]
fn encodings_other_than_utf_8_are_named() {
    let xml = "<data id='a'/>";
    let utf_16: Vec<u8> = xml.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(refused(&utf_16), XmlError::Encoding { name: "UTF-16" });
    assert_eq!(refused(&[b"\xFF\xFE".as_slice(), &utf_16].concat()), XmlError::Encoding { name: "UTF-16" });
    let korean = b"<?xml version='1.0' encoding='EUC-KR'?><data id='a'>\xB1\xE8</data>";
    assert_eq!(refused(korean), XmlError::Encoding { name: "EUC-KR" });
    assert_eq!(
        refused(b"<?xml version='1.0' encoding='latin-7'?><a/>"),
        XmlError::Encoding { name: "another encoding" }
    );
    assert_eq!(refused(b"<data id='a'>\xB1\xE8</data>"), XmlError::NotUtf8 { at: 13 });

    let with_mark = Submission::read(
        b"\xEF\xBB\xBF<?xml version='1.0' encoding=\"utf-8\"?><data id='a'/>",
        &Limits::SUBMISSION,
    );
    assert!(with_mark.is_ok());
    assert!(
        Form::read("\u{FEFF}<data/>", &Limits::FORM)
            .is_err_and(|error| matches!(error, FormError::NotXForm { .. }))
    );
}

#[test]
fn entities_are_never_expanded() {
    let laughs = br#"<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;">]><data id="a">&lol2;</data>"#;
    assert_eq!(refused(laughs), XmlError::Doctype);
    let external = br#"<!DOCTYPE data SYSTEM "file:///etc/passwd"><data id="a"/>"#;
    assert_eq!(refused(external), XmlError::Doctype);
    assert_eq!(refused(b"<!DOCTYPE data><data id='a'/>"), XmlError::Doctype);
    assert_eq!(reason(b"<data id='a'>&passwd;</data>"), "an entity that XML does not define");
}

#[test]
fn size_depth_and_numbers_are_bounded() {
    let long = format!("<data id='{}'/>", "a".repeat(10_000_000));
    assert!(matches!(refused(long.as_bytes()), XmlError::TooLong { bytes: 10_000_013, .. }));

    let deep =
        |levels: usize| format!("<data id='a'>{}{}</data>", "<g>".repeat(levels), "</g>".repeat(levels));
    assert!(Submission::read(deep(63).as_bytes(), &Limits::SUBMISSION).is_ok());
    assert_eq!(refused(deep(64).as_bytes()), XmlError::TooDeep { line: 1, limit: 64 });
    assert_eq!(refused("<g>".repeat(1_000_000).as_bytes()), XmlError::TooDeep { line: 1, limit: 64 });

    let many = format!("<data id='a'>{}</data>", "<g/>".repeat(100_000));
    assert_eq!(
        refused(many.as_bytes()),
        XmlError::TooMany { what: "elements and comments", line: 1, limit: 100_000 }
    );

    let comments = format!("<data id='a'>{}</data>", "<!---->".repeat(100_000));
    assert_eq!(
        refused(comments.as_bytes()),
        XmlError::TooMany { what: "elements and comments", line: 1, limit: 100_000 }
    );

    let attributes: String = (0..100_000).map(|number| format!(" a{number}=''")).collect();
    let wide = format!("<data id='a'{attributes}/>");
    assert_eq!(
        refused(wide.as_bytes()),
        XmlError::TooMany { what: "attributes on one element", line: 1, limit: 64 }
    );

    let spaces: String = (0..300).map(|number| format!("<g xmlns:a{number}='b{number}'/>")).collect();
    let spaces = format!("<data id='a'>\n{spaces}</data>");
    assert_eq!(
        refused(spaces.as_bytes()),
        XmlError::TooMany { what: "namespace declarations", line: 2, limit: 256 }
    );
}

#[test]
fn an_id_cannot_be_a_burden() {
    let long = format!("<data id='a'><meta><instanceID>{}</instanceID></meta></data>", "x".repeat(257));
    let error = Submission::read(long.as_bytes(), &Limits::SUBMISSION).err();
    assert_eq!(error, Some(SubmissionError::Identifier { what: "instanceID" }));
    let control = "<data id='a'><meta><deprecatedID>a&#9;b</deprecatedID></meta></data>";
    let error = Submission::read(control.as_bytes(), &Limits::SUBMISSION).err();
    assert_eq!(error, Some(SubmissionError::Identifier { what: "deprecatedID" }));
    assert_eq!(Submission::read(b"<data/>", &Limits::SUBMISSION).err(), Some(SubmissionError::NoFormId));
}

#[test]
fn broken_xml_is_placed_and_never_quoted() {
    assert_eq!(reason(b"<data id='a'>\0</data>"), "a nul byte");
    assert_eq!(reason(b"<data id='a'>\x07</data>"), "a control character that XML does not allow");
    assert_eq!(reason(b"<data id='a'><x:site/></data>"), "a prefix that no xmlns attribute declares");
    assert_eq!(reason(b"<data id='a' id='b'/>"), "an attribute given twice");
    assert_eq!(reason(b"<data id='a'><site></data>"), "an end tag that closes another element");
    for bytes in [
        b"".as_slice(),
        b" ",
        b"no markup",
        b"<",
        b"<data id='a'>",
        b"<data id='a'/><more/>",
        b"<data id='<'/>",
    ] {
        reason(bytes);
    }
    let torn = b"<data id='a'>\n<name>Kim <Chol-su</name></data>";
    let error = refused(torn);
    assert!(matches!(error, XmlError::Malformed { line: 2, .. }), "{error:?}");
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains("Kim") && !shown.contains("Chol"), "{shown}");
}

#[test]
fn prefixes_do_not_hide_anything() {
    let xml = br#"<x:data xmlns:x="urn:x" xmlns:orx="http://openrosa.org/xforms" x:id="wrong" id="right">
        <orx:meta><orx:instanceID> uuid:1 </orx:instanceID></orx:meta></x:data>"#;
    let submission = Submission::read(xml, &Limits::SUBMISSION).expect("it is right");
    assert_eq!(submission.form_id, "right");
    assert_eq!(submission.instance_id.as_deref(), Some("uuid:1"));

    let old =
        br#"<data xmlns="http://example.org/old-form" instanceID="uuid:2" submissionDate="2012-01-01"/>"#;
    let submission = Submission::read(old, &Limits::SUBMISSION).expect("it is right");
    assert_eq!((&*submission.form_id, submission.version), ("http://example.org/old-form", None));
    assert_eq!(submission.instance_id.as_deref(), Some("uuid:2"));
    assert_eq!(submission.submission_date.as_deref(), Some("2012-01-01"));
}
