//! Other names for the same columns, types and answers.

/// Where a column goes: its own name, or a group and a part of it.
pub(crate) type Target = &'static [&'static str];

/// A survey column under another name.
pub(crate) fn survey_header(header: &str) -> Option<Target> {
    Some(match header {
        "sms_field" => &["sms_field"],
        "sms_option" => &["sms_option"],
        "sms_separator" => &["sms_separator"],
        "sms_allow_media" => &["sms_allow_media"],
        "sms_date_format" => &["sms_date_format"],
        "sms_datetime_format" => &["sms_datetime_format"],
        "sms_response" => &["sms_response"],
        "compact_tag" => &["instance", "odk:tag"],
        "read_only" | "readonly" => &["bind", "readonly"],
        "relevant" | "relevance" => &["bind", "relevant"],
        "caption" => &["label"],
        "appearance" => &["control", "appearance"],
        "required" => &["bind", "required"],
        "constraint" => &["bind", "constraint"],
        "constraining_message" | "constraint_message" => &["bind", "jr:constraintMsg"],
        "calculation" | "calculate" => &["bind", "calculate"],
        "command" => &["type"],
        "tag" | "value" => &["name"],
        "image" => &["media", "image"],
        "big-image" => &["media", "big-image"],
        "audio" => &["media", "audio"],
        "video" => &["media", "video"],
        "count" | "repeat_count" | "jr:count" => &["control", "jr:count"],
        "autoplay" => &["control", "autoplay"],
        "rows" => &["control", "rows"],
        "noapperrorstring" | "no_app_error_string" => &["bind", "jr:noAppErrorString"],
        "requiredmsg" | "required_message" => &["bind", "jr:requiredMsg"],
        "body" => &["control"],
        "save_to" => &["bind", "entities:saveto"],
        _ => return None,
    })
}

/// A column of the choices, external_choices and osm sheets under another name.
pub(crate) fn list_header(header: &str) -> Option<Target> {
    Some(match header {
        "caption" => &["label"],
        "list_name" => &["list name"],
        "value" => &["name"],
        "image" => &["media", "image"],
        "big-image" => &["media", "big-image"],
        "audio" => &["media", "audio"],
        "video" => &["media", "video"],
        _ => return None,
    })
}

/// A settings column under another name.
pub(crate) fn settings_header(header: &str) -> Option<Target> {
    Some(match header {
        "form_title" | "set_form_title" => &["title"],
        "form_id" | "set_form_id" => &["id_string"],
        "prefix" => &["prefix"],
        _ => return None,
    })
}

/// An entities column under another name.
pub(crate) fn entities_header(header: &str) -> Option<Target> {
    (header == "list_name").then_some(&["dataset"])
}

/// The columns that the survey sheet has by their own names.
pub(crate) fn is_survey_column(header: &str) -> bool {
    matches!(
        header,
        "name"
            | "label"
            | "parent"
            | "extra_data"
            | "_dynamic_default"
            | "_qtd_defaults"
            | "_qtd_kwargs"
            | "actions"
            | "default"
            | "guidance_hint"
            | "instance"
            | "query"
            | "sms_field"
            | "trigger"
            | "bind"
            | "choice_filter"
            | "control"
            | "hint"
            | "media"
            | "parameters"
            | "type"
            | "_itemset_has_ref"
            | "choices"
            | "itemset"
            | "list_name"
    )
}

/// The columns that the choices sheet has by their own names.
pub(crate) fn is_choice_column(header: &str) -> bool {
    matches!(
        header,
        "name" | "label" | "parent" | "extra_data" | "_choice_itext_ref" | "media" | "sms_option"
    )
}

/// The columns that the settings sheet has by their own names.
pub(crate) fn is_settings_column(header: &str) -> bool {
    matches!(
        header,
        "name"
            | "label"
            | "parent"
            | "extra_data"
            | "bind"
            | "children"
            | "control"
            | "hint"
            | "media"
            | "type"
            | "instance"
            | "flat"
            | "sms_field"
            | "_created"
            | "_translations"
            | "_xpath"
            | "add_none_option"
            | "clean_text_values"
            | "attribute"
            | "auto_delete"
            | "auto_send"
            | "choices"
            | "default_language"
            | "file_name"
            | "id_string"
            | "instance_name"
            | "instance_xmlns"
            | "namespaces"
            | "omit_instanceID"
            | "public_key"
            | "setgeopoint_by_triggering_ref"
            | "setvalues_by_triggering_ref"
            | "sms_allow_media"
            | "sms_date_format"
            | "sms_datetime_format"
            | "sms_keyword"
            | "sms_response"
            | "sms_separator"
            | "style"
            | "submission_url"
            | "title"
            | "version"
            | "allow_choice_duplicates"
            | "client_editable"
            | "delimiter"
            | "prefix"
            | "entity_version"
    )
}

/// The columns that the entities sheet has by their own names.
pub(crate) fn is_entities_column(header: &str) -> bool {
    matches!(header, "dataset" | "entity_id" | "create_if" | "update_if" | "repeat" | "label")
}

/// A question type under another name.
pub(crate) fn question_type(name: &str) -> Option<&'static str> {
    Some(match name {
        "imei" => "deviceid",
        "image" | "add image prompt" | "add photo prompt" => "photo",
        "add audio prompt" => "audio",
        "add video prompt" => "video",
        "add file prompt" => "file",
        _ => return None,
    })
}

/// The ways to begin a select, in the order in which they are tried, and the type that each means.
pub(crate) const SELECTS: [(&str, &str); 15] = [
    ("add select one prompt using", "select one"),
    ("add select multiple prompt using", "select all that apply"),
    ("select all that apply from", "select all that apply"),
    ("select one from", "select one"),
    ("select1", "select one"),
    ("select_one", "select one"),
    ("select one", "select one"),
    ("select_multiple", "select all that apply"),
    ("select all that apply", "select all that apply"),
    ("select_one_external", "select one external"),
    ("select_one_from_file", "select one"),
    ("select_multiple_from_file", "select all that apply"),
    ("select one from file", "select one"),
    ("select multiple from file", "select all that apply"),
    ("rank", "rank"),
];

/// The kinds of container and the type that each means.
pub(crate) const CONTAINERS: [(&str, &str); 5] = [
    ("group", "group"),
    ("lgroup", "repeat"),
    ("repeat", "repeat"),
    ("loop", "loop"),
    ("looped group", "repeat"),
];

/// A yes or a no.
pub(crate) fn yes_no(answer: &str) -> Option<bool> {
    Some(match answer {
        "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "true()" => true,
        "no" | "No" | "NO" | "false" | "False" | "FALSE" | "false()" => false,
        _ => return None,
    })
}

/// A yes or a no in a column of expressions, as an expression.
pub(crate) fn yes_no_expression(answer: &str) -> Option<&'static str> {
    match answer {
        "true()" | "false()" => None,
        answer => yes_no(answer).map(|yes| if yes { "true()" } else { "false()" }),
    }
}

/// The translatable column that a survey header stands for, by the name used in warnings.
pub(crate) fn translatable_survey_column(header: &str) -> Option<&'static str> {
    Some(match header {
        "label" => "label",
        "hint" => "hint",
        "guidance_hint" => "guidance_hint",
        "jr:constraintMsg" => "constraint_message",
        "jr:requiredMsg" => "required_message",
        other => return translatable_choices_column(other).filter(|c| *c != "label"),
    })
}

/// The translatable column that a choices header stands for, by the name used in warnings.
pub(crate) fn translatable_choices_column(header: &str) -> Option<&'static str> {
    Some(match header {
        "label" => "label",
        "image" => "image",
        "big-image" => "big-image",
        "audio" => "audio",
        "video" => "video",
        _ => return None,
    })
}
