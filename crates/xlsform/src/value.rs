//! A cell or a group of cells: `label` is a text, `label::French` makes `label` a map of languages.

use indexmap::IndexMap;

use crate::python;

/// Parts by name, in the order of the columns.
pub(crate) type Map = IndexMap<String, Value>;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    Text(String),
    Map(Map),
}

impl Value {
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            Value::Map(_) => None,
        }
    }

    pub(crate) fn map(&self) -> Option<&Map> {
        match self {
            Value::Text(_) => None,
            Value::Map(map) => Some(map),
        }
    }

    pub(crate) fn is_map(&self) -> bool {
        matches!(self, Value::Map(_))
    }

    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Value::Text(text) => text.is_empty(),
            Value::Map(map) => map.is_empty(),
        }
    }

    /// The value as one text; a map as Python prints a dictionary.
    pub(crate) fn to_text(&self) -> std::borrow::Cow<'_, str> {
        match self {
            Value::Text(text) => text.as_str().into(),
            Value::Map(map) => printed(map).into(),
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::Text(text)
    }
}

/// A map as Python prints a dictionary.
pub(crate) fn printed(map: &Map) -> String {
    let parts: Vec<String> = map
        .iter()
        .map(|(key, value)| {
            let value = match value {
                Value::Text(text) => python::quoted(text),
                Value::Map(map) => printed(map),
            };
            format!("{}: {value}", python::quoted(key))
        })
        .collect();
    format!("{{{}}}", parts.join(", "))
}

/// A map from pairs of texts.
pub(crate) fn map_of<const N: usize>(pairs: [(&str, &str); N]) -> Map {
    pairs.into_iter().map(|(k, v)| (k.to_owned(), v.into())).collect()
}
