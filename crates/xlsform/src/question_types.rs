//! What each question type means: its control in the form's body and its binding in the model.

use crate::value::{Map, map_of};

/// The rules of one question type.
pub(crate) struct Rules {
    /// The control's element; none for what is not shown.
    pub(crate) control: Option<&'static str>,
    /// The kind of file that an upload takes.
    pub(crate) media: Option<&'static str>,
    pub(crate) bind: Option<Map>,
    pub(crate) hint: Option<&'static str>,
}

fn rules(control: Option<&'static str>, bind: Option<Map>) -> Rules {
    Rules { control, media: None, bind, hint: None }
}

fn input(data_type: &str) -> Rules {
    rules(Some("input"), Some(map_of([("type", data_type)])))
}

fn typed(control: &'static str, data_type: &str) -> Rules {
    rules(Some(control), Some(map_of([("type", data_type)])))
}

fn hidden(data_type: &str) -> Rules {
    rules(None, Some(map_of([("type", data_type)])))
}

fn upload(media: &'static str) -> Rules {
    Rules { media: Some(media), ..typed("upload", "binary") }
}

/// Filled in by the phone.
fn preloaded(preload: &str, data_type: &str, parameter: &str) -> Rules {
    let bind = map_of([("jr:preload", preload), ("type", data_type), ("jr:preloadParams", parameter)]);
    rules(None, Some(bind))
}

/// A whole number with a constraint and a hint that says so.
fn bounded(data_type: &str, constraint: &str, hint: Option<&'static str>) -> Rules {
    let bind = map_of([("type", data_type), ("constraint", constraint)]);
    Rules { hint, ..rules(Some("input"), Some(bind)) }
}

/// The rules of a type by its name in the survey sheet, aliases resolved.
pub(crate) fn question_type(name: &str) -> Option<Rules> {
    Some(match name {
        "q picture" | "photo" | "q image" | "add image prompt" | "image" => upload("image/*"),
        "add date time prompt"
        | "q date time"
        | "datetime"
        | "dateTime"
        | "add dateTime prompt"
        | "q dateTime"
        | "date time" => input("dateTime"),
        "add audio prompt" | "q audio" | "audio" => upload("audio/*"),
        "phonenumber" | "get phone number" => preloaded("property", "string", "phonenumber"),
        "get start time" | "start" | "start time" => preloaded("timestamp", "dateTime", "start"),
        "add select multiple prompt using"
        | "select all that apply from"
        | "select all that apply"
        | "select multiple from"
        | "q select"
        | "select multiple using" => typed("select", "string"),
        "add note prompt" | "q note" | "note" => {
            rules(Some("input"), Some(map_of([("readonly", "true()"), ("type", "string")])))
        }
        "calculate" | "q calculate" | "add calculate prompt" | "hidden" => hidden("string"),
        "acknowledge" | "q acknowledge" | "add acknowledge prompt" => typed("trigger", "string"),
        "location" | "q geopoint" | "q location" | "geopoint" | "gps" | "add location prompt" => {
            input("geopoint")
        }
        "text" | "string" | "q string" | "select one external" | "add text prompt" => input("string"),
        "simserial" | "get sim id" | "sim id" => preloaded("property", "string", "simserial"),
        "imei" | "device id" | "deviceid" | "get device id" => preloaded("property", "string", "deviceid"),
        "integer" | "q int" | "int" | "add integer prompt" => input("int"),
        "subscriber id" | "subscriberid" | "get subscriber id" => {
            preloaded("property", "string", "subscriberid")
        }
        "decimal" | "add decimal prompt" | "q decimal" => input("decimal"),
        "q geoshape" | "geoshape" => input("geoshape"),
        "q geotrace" | "geotrace" => input("geotrace"),
        "get today" | "today" => preloaded("date", "date", "today"),
        "video" | "add video prompt" | "q video" => upload("video/*"),
        "number of days in last month" => bounded("int", r"0 <= . and . <= 31", Some("Enter a number 0-31.")),
        "select one" | "select one using" | "q select1" | "add select one prompt using" => {
            typed("select1", "string")
        }
        "get end time" | "end time" | "end" => preloaded("timestamp", "dateTime", "end"),
        "barcode" | "q barcode" | "add barcode prompt" => input("barcode"),
        "rank" => typed("odk:rank", "odk:rank"),
        "add date prompt" | "q date" | "date" => input("date"),
        "trigger" => rules(Some("trigger"), None),
        "percentage" => bounded("int", r"0 <= . and . <= 100", None),
        "number of days in last six months" => {
            bounded("int", r"0 <= . and . <= 183", Some("Enter a number 0-183."))
        }
        "phone number" => bounded("string", r"regex(., '^\d*$')", Some("Enter numbers only.")),
        "number of days in last year" => {
            bounded("int", r"0 <= . and . <= 365", Some("Enter a number 0-365."))
        }
        "time" => input("time"),
        "uri:subscriberid" => preloaded("property", "string", "uri:subscriberid"),
        "uri:phonenumber" => preloaded("property", "string", "uri:phonenumber"),
        "uri:simserial" => preloaded("property", "string", "uri:simserial"),
        "uri:deviceid" => preloaded("property", "string", "uri:deviceid"),
        "username" => preloaded("property", "string", "username"),
        "uri:username" => preloaded("property", "string", "uri:username"),
        "email" => preloaded("property", "string", "email"),
        "uri:email" => preloaded("property", "string", "uri:email"),
        "osm" => upload("osm/*"),
        "file" | "add file prompt" => upload("application/*"),
        "range" => typed("range", "int"),
        "audit" => hidden("binary"),
        "xml-external" | "csv-external" => rules(None, None),
        "start-geopoint" => typed("action", "geopoint"),
        "background-audio" => typed("action", "binary"),
        "background-geopoint" => typed("trigger", "geopoint"),
        _ => return None,
    })
}
