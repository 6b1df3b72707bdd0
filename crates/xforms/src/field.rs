use crate::Class;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Text by language as the form names it (`English (en)`); the key `""` holds untranslated text.
pub type Labels = BTreeMap<String, String>;

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Holds other fields, once.
    Group,
    /// Holds other fields, any number of times.
    Repeat,
    /// Text that is only shown; it has no value of its own.
    Note,
    /// Any text.
    Text,
    /// A whole number.
    Integer,
    /// A number.
    Decimal,
    /// True or false.
    Boolean,
    /// `YYYY-MM-DD`.
    Date,
    /// `HH:MM:SS.sss±HH:MM`.
    Time,
    /// Date and time with offset.
    DateTime,
    /// Latitude, longitude in degrees, altitude and accuracy in metres, separated by spaces.
    Geopoint,
    /// Two or more points separated by semicolons.
    Geotrace,
    /// A closed line of points.
    Geoshape,
    /// The name of a file sent beside the submission.
    Binary,
    /// The text of a scanned code.
    Barcode,
    /// One choice, or several separated by spaces when [`Field::multiple`].
    Select,
    /// All choices in the order the person gave them, separated by spaces.
    Rank,
    /// `OK` when the person has acknowledged it.
    Acknowledge,
}

impl Kind {
    /// Whether a submission can hold a value here; groups, repeats and notes have none.
    pub fn has_value(self) -> bool {
        !matches!(self, Kind::Group | Kind::Repeat | Kind::Note)
    }

    /// Whether the value is a place on the map.
    pub fn is_place(self) -> bool {
        matches!(self, Kind::Geopoint | Kind::Geotrace | Kind::Geoshape)
    }
}

/// One answer offered by a select.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What is stored.
    pub value: String,
    /// What is shown.
    pub label: Labels,
}

/// A place in the form, with everything a table, a map or a detail page needs to know of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// `people/n_children`: no leading slash, no root name, no prefixes.
    pub path: String,
    /// The last part of the path.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
    /// The type as ODK's interfaces name it: `string`, `int`, `odk:rank`, `structure`, `repeat`, … `unknown` without
    /// a bind.
    pub odk_type: String,
    /// Whether a select takes several answers.
    pub multiple: bool,
    /// The class the form gives it. Groups, repeats and notes have none.
    pub class: Option<Class>,
    /// Question text. `${name}` stands where the form shows another field's value.
    pub label: Labels,
    /// Hint under the question.
    pub hint: Labels,
    /// Answers offered, unless they come from a file. Shared between fields with the same list.
    pub choices: Arc<[Choice]>,
    /// The file that the answers come from (`towns.csv`).
    pub choices_file: Option<String>,
    /// Path of the innermost repeat around it.
    pub repeat: Option<String>,
    /// The entity property that its value is saved to.
    pub save_to: Option<String>,
    /// Whether an answer is (or may be) required.
    pub required: bool,
    /// Whether the person can never change it.
    pub readonly: bool,
    /// The expression that computes it.
    pub calculate: Option<String>,
    /// What the phone fills in by itself: `timestamp/start`, `property/deviceid`, `uid`, …
    pub preload: Option<String>,
    /// The appearance given in the form.
    pub appearance: Option<String>,
    /// For [`Kind::Binary`]: what is uploaded, `image/*`, `audio/*`, …
    pub media_type: Option<String>,
}

impl Field {
    /// The field's class, or `default` when the form gives none. A foreign form's default is
    /// [`Class::Sensitive`].
    pub fn class_or(&self, default: Class) -> Class {
        self.class.unwrap_or(default)
    }
}
