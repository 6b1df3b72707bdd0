//! The closed lists of words that `protocol.toml` may use.

/// A closed list of words: an enum with the word of each of its values.
macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $value:ident = $word:literal),+ $(,)? }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$doc])* $value),+ }

        impl $name {
            /// Every value.
            pub const ALL: &[$name] = &[$($name::$value),+];

            /// The word used in `protocol.toml` and wherever it is stored.
            pub fn as_str(self) -> &'static str {
                match self { $($name::$value => $word),+ }
            }
        }

        impl Word for $name {
            fn of(word: &str) -> Option<Self> {
                match word { $($word => Some($name::$value),)+ _ => None }
            }
            fn words() -> String {
                [$($word),+].join(", ")
            }
        }

        impl std::str::FromStr for $name {
            type Err = UnknownWord;
            fn from_str(word: &str) -> Result<Self, UnknownWord> {
                <$name as Word>::of(word)
                    .ok_or_else(|| UnknownWord { found: word.to_owned(), known: <$name as Word>::words() })
            }
        }
    };
}

/// A word that is not on its list.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("“{found}” is not known here; the words are {known}")]
pub struct UnknownWord {
    /// What was written.
    pub found: String,
    /// The words of the list.
    pub known: String,
}

/// What the reader of `protocol.toml` needs of a closed list.
pub(crate) trait Word: Sized {
    fn of(word: &str) -> Option<Self>;
    fn words() -> String;
}

impl Word for xforms::Class {
    fn of(word: &str) -> Option<Self> {
        word.parse().ok()
    }
    fn words() -> String {
        xforms::Class::ALL.map(xforms::Class::as_str).join(", ")
    }
}

impl Word for casework::Severity {
    fn of(word: &str) -> Option<Self> {
        match word {
            "work" => Some(casework::Severity::Work),
            "people" => Some(casework::Severity::People),
            _ => None,
        }
    }
    fn words() -> String {
        "work, people".to_owned()
    }
}

impl Word for casework::FieldKind {
    fn of(word: &str) -> Option<Self> {
        match word {
            "select" => Some(casework::FieldKind::Choice(Vec::new())),
            "number" => Some(casework::FieldKind::Number),
            "date" => Some(casework::FieldKind::Date),
            "text" => Some(casework::FieldKind::Text),
            _ => None,
        }
    }
    fn words() -> String {
        "select, number, date, text".to_owned()
    }
}

words! {
    /// What a role lets a member do.
    Right {
        /// Change the mandate itself: its settings, its state, its protocol.
        Manage = "manage",
        /// Take in members, give them roles, let them go.
        Members = "members",
        /// Enrol and revoke phones.
        Devices = "devices",
        /// Publish and withdraw forms.
        Forms = "forms",
        /// Fill in forms and send them.
        Collect = "collect",
        /// See submissions and registries: open values, and those of the compartments held.
        Read = "read",
        /// Decide on a submission that somebody else sent: return, verify, approve.
        Review = "review",
        /// Take out tables.
        Export = "export",
        /// Open identity values, each time with a reason that is logged, given the compartment's key.
        OpenIdentity = "open_identity",
        /// See the ledger and the audit log.
        Ledger = "ledger",
    }
}

words! {
    /// What a form is about.
    Subject {
        /// A person who is heard or described; needs consent.
        Person = "person",
        /// A place or an organisation.
        Place = "place",
        /// Documents of others.
        Records = "records",
        /// The team's own way of working.
        Process = "process",
    }
}

words! {
    /// The event that ends the keeping of sealed values before the longest time is over.
    KeepUntil {
        /// The report of the visit is published.
        ReportPublished = "report_published",
        /// The case or request is closed.
        Closed = "closed",
    }
}

words! {
    /// What happens when the time of keeping is over.
    KeepThen {
        /// The key is destroyed, and with it every value sealed to it.
        DestroyKey = "destroy_key",
        /// Aggregates stay, the key is destroyed.
        ArchiveAggregate = "archive_aggregate",
        /// People decide again, on record.
        Review = "review",
    }
}

words! {
    /// What a consent text must tell, each in a note of its own.
    Point {
        /// Who we are and whom we are independent of.
        Who = "who",
        /// The purpose, what is asked and how long it takes.
        Purpose = "purpose",
        /// It is voluntary, any question may be skipped, one may stop.
        Voluntary = "voluntary",
        /// No payment, food, job, visa or status depends on it.
        NoReward = "no_reward",
        /// What is recorded, where, who can open it.
        Kept = "kept",
        /// What cannot be guaranteed.
        Limits = "limits",
        /// Risks for the person and relatives.
        Risks = "risks",
        /// How to withdraw, and until when that is effective.
        Withdraw = "withdraw",
        /// How to complain or reach us afterwards.
        Afterwards = "afterwards",
    }
}

words! {
    /// What a property of a registry entry holds.
    PropertyType {
        /// Any text.
        Text = "text",
        /// A whole number.
        Integer = "integer",
        /// A number.
        Decimal = "decimal",
        /// `YYYY-MM-DD`.
        Date = "date",
        /// Latitude, longitude, altitude, accuracy.
        Geopoint = "geopoint",
        /// One of the choices.
        Select = "select",
        /// Several of the choices, separated by spaces.
        SelectMany = "select_many",
        /// Ids of entries of another registry, separated by spaces.
        Entries = "entries",
    }
}

words! {
    /// The finest date of an event in print.
    FinestDate {
        /// Year and month.
        Month = "month",
        /// Year only.
        Year = "year",
    }
}

words! {
    /// The finest place in print.
    FinestPlace {
        /// The province.
        Province = "province",
        /// The country only.
        Country = "country",
    }
}
