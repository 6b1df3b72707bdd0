//! What a client asks of an OData feed, read from the address.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use desk::SystemField;
use desk::odata::{Filter, FilterError, Order};
use serde_json::{Value, json};

use super::openrosa::parameter;
use super::trouble::{Answer, Code, Problem};

pub(super) fn is_true(query: &Option<String>, name: &str) -> bool {
    parameter(query, name).is_some_and(|value| value.eq_ignore_ascii_case("true"))
}

/// The fields that submissions can be filtered by. From a table of repetitions they are named from the root.
fn field(name: &str, of_repeat: bool) -> Option<SystemField> {
    let system = match name.strip_prefix("$root/Submissions/") {
        Some(rest) => rest,
        None if of_repeat => return None,
        None => name,
    };
    Some(match system.strip_prefix("__system/")? {
        "submissionDate" => SystemField::Created,
        "updatedAt" => SystemField::Updated,
        "submitterId" => SystemField::Submitter,
        "reviewState" => SystemField::Review,
        "deletedAt" => SystemField::Removed,
        _ => return None,
    })
}

fn refused(error: FilterError) -> Problem {
    match error {
        FilterError::Unreadable { reason } => {
            let message = format!("The OData filter expression you provided could not be parsed: {reason}");
            Problem::new(Code(400, 18), message).with(json!({ "reason": reason }))
        }
        FilterError::Unsupported { what, at, text } => {
            let message = format!(
                "The given OData filter expression uses features not supported by this server: {what} at {at} (\"{text}\")"
            );
            Problem::new(Code(501, 4), message).with(json!({ "at": at, "type": what, "text": text }))
        }
        FilterError::Field { at, text } => {
            let message = format!(
                "The given OData filter expression references fields not supported by this server: {text} at {at}"
            );
            Problem::new(Code(501, 5), message).with(json!({ "at": at, "text": text }))
        }
    }
}

pub(super) fn filter(text: Option<&str>, now: i64, of_repeat: bool) -> Answer<Option<Filter<SystemField>>> {
    let Some(text) = text.filter(|text| !text.trim().is_empty()) else { return Ok(None) };
    Filter::read(text, now, |name| field(name, of_repeat)).map(Some).map_err(refused)
}

pub(super) fn order(text: Option<&str>, of_repeat: bool) -> Answer<Vec<Order<SystemField>>> {
    let Some(text) = text.filter(|text| !text.trim().is_empty()) else { return Ok(Vec::new()) };
    Order::read(text, |name| field(name, of_repeat)).map_err(refused)
}

/// The whole number that a parameter begins with, as JavaScript reads it; none where there is none. What is too large
/// for a number is the largest.
pub(super) fn number(query: &Option<String>, name: &str) -> Option<i64> {
    let text = parameter(query, name)?;
    let text = text.trim();
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    let digits = digits.get(..end).filter(|digits| !digits.is_empty())?;
    let number = digits.parse::<i64>().unwrap_or(i64::MAX);
    Some(if negative { 0 } else { number })
}

/// Parameters that begin with a dollar and mean something here.
const KNOWN: [&str; 10] =
    ["$format", "$count", "$skip", "$top", "$filter", "$wkt", "$expand", "$select", "$skiptoken", "$orderby"];

/// Refuses what an OData client may ask for and is not done here.
pub(super) fn check(query: &Option<String>) -> Answer<()> {
    let not_implemented = |feature: String| {
        let message = format!("The requested feature {feature} is not supported by this server.");
        Err(Problem::new(Code::NOT_IMPLEMENTED, message).with(json!({ "feature": feature })))
    };
    let text = query.as_deref().unwrap_or_default();
    for (name, _) in form_urlencoded::parse(text.as_bytes()) {
        if name.starts_with('$') && !KNOWN.contains(&name.as_ref()) {
            return not_implemented(format!("the query parameter {name}"));
        }
    }
    if let Some(expand) = parameter(query, "$expand").filter(|expand| *expand != "*") {
        let message = format!(
            "The given OData expand expression is not supported by this server: \"{expand}\". Currently, only \
             \"$expand=*\" is supported."
        );
        return Err(Problem::new(Code(501, 6), message).with(json!({ "text": expand })));
    }
    if parameter(query, "$expand").is_some() && parameter(query, "$select").is_some() {
        let message = "This server doesn't support $select query parameter with $expand.";
        return Err(Problem::new(Code(501, 11), message));
    }
    if parameter(query, "$orderby").is_some() && parameter(query, "$skiptoken").is_some() {
        return not_implemented("using $orderby and $skiptoken together".to_owned());
    }
    if let Some(format) = parameter(query, "$format")
        && !format.to_ascii_lowercase().contains("json")
    {
        let message = "Requested format not acceptable; this resource allows: json.";
        return Err(Problem::new(Code(406, 1), message).with(json!({ "allowed": ["json"] })));
    }
    Ok(())
}

/// Where the next page begins: what Central puts into its `$skiptoken`.
pub(super) fn token(name: &str, id: &str) -> String {
    let mut content = serde_json::Map::new();
    content.insert(name.to_owned(), id.into());
    format!("01{}", STANDARD.encode(Value::Object(content).to_string()))
}

/// The id in a token.
pub(super) fn from_token(query: &Option<String>, name: &str) -> Answer<Option<String>> {
    let Some(token) = parameter(query, "$skiptoken") else { return Ok(None) };
    let unreadable =
        || Problem::new(Code(400, 33), "Invalid $skiptoken.".to_owned()).with(json!({ "skiptoken": token }));
    let content = token.strip_prefix("01").and_then(|content| STANDARD.decode(content).ok());
    let content: Value =
        content.and_then(|content| serde_json::from_slice(&content).ok()).ok_or_else(unreadable)?;
    let id = content.get(name).and_then(Value::as_str).ok_or_else(unreadable)?;
    Ok(Some(id.to_owned()))
}

/// The parameters of the next page, as JavaScript's `URLSearchParams` writes them.
pub(super) fn next_query(query: &Option<String>, token: &str) -> String {
    let text = query.as_deref().unwrap_or_default();
    let mut next = form_urlencoded::Serializer::new(String::new());
    let mut begun = false;
    for (name, value) in form_urlencoded::parse(text.as_bytes()) {
        match name.as_ref() {
            "$skip" => {}
            "$skiptoken" if std::mem::replace(&mut begun, true) => {}
            "$skiptoken" => drop(next.append_pair("$skiptoken", token)),
            _ => drop(next.append_pair(&name, &value)),
        }
    }
    if !begun {
        next.append_pair("$skiptoken", token);
    }
    next.finish()
}
