use serde::{Deserialize, Serialize};

/// How closely a value must be kept. Ordered: [`Class::Identity`] is the highest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// Stored as it is; may be published after sign-off.
    Open,
    /// Sealed at arrival; published only as an aggregate that passes the disclosure rules.
    Sensitive,
    /// Sealed at capture; every opening has a reason; never published.
    Identity,
}

impl Class {
    /// Every class, lowest first.
    pub const ALL: [Class; 3] = [Class::Open, Class::Sensitive, Class::Identity];

    /// The word used in forms (`bind::dg:class`), in JSON and in commands.
    pub fn as_str(self) -> &'static str {
        match self {
            Class::Open => "open",
            Class::Sensitive => "sensitive",
            Class::Identity => "identity",
        }
    }
}

impl std::fmt::Display for Class {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// A word that is not a class.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” is not a class of field; write identity, sensitive or open")]
pub struct UnknownClass(pub String);

impl std::str::FromStr for Class {
    type Err = UnknownClass;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        match word.trim() {
            "open" => Ok(Class::Open),
            "sensitive" => Ok(Class::Sensitive),
            "identity" => Ok(Class::Identity),
            other => Err(UnknownClass(other.to_owned())),
        }
    }
}
