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
            "passage" => Some(casework::FieldKind::Passage),
            _ => None,
        }
    }
    fn words() -> String {
        "select, number, date, text, passage".to_owned()
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
        /// See visits and other cases that stand by themselves: where they stand, what may be published, why they were
        /// stopped. Whoever may read sees this too.
        Visits = "visits",
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
    /// A role of ODK Central that a role may stand for, by Central's own name.
    OdkRole {
        /// Project Manager.
        Manager = "manager",
        /// Project Viewer.
        Viewer = "viewer",
        /// Data Collector.
        Formfill = "formfill",
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
    /// What a yardstick is to the work.
    YardstickKind {
        /// One of the fundamental instruments, or the main instrument of this kind of work.
        Fundamental = "fundamental",
        /// An instrument that explains or completes a fundamental one.
        Supporting = "supporting",
        /// The law of the place.
        Local = "local",
    }
}

words! {
    /// What holds for a yardstick on a day on which it does not count.
    Outside {
        /// No finding may name it.
        Refused = "refused",
        /// A finding may name it, and it is printed as additional.
        Additional = "additional",
    }
}

words! {
    /// How sure it is that a law says so.
    Certainty {
        /// Read in the law itself, or in several good sources.
        High = "high",
        /// In one good source.
        Medium = "medium",
        /// Only heard of.
        Low = "low",
    }
}

words! {
    /// How a reconciliation test makes its figure.
    Formula {
        /// 1 less the median of the interviews over that of the records, in percent.
        MedianGap = "median_gap",
        /// Mean of the interviews less mean of the records.
        MeanGap = "mean_gap",
        /// Share of the interviews less share of the records, in percentage points.
        ShareGap = "share_gap",
        /// Share of the interviews, in percent.
        ShareOfInterviews = "share_of_interviews",
        /// Share of the records, in percent.
        ShareOfRecords = "share_of_records",
        /// Sum over the records; one is enough.
        CountOfRecords = "count_of_records",
        /// Share of the interviews, carried to everybody who works there, over the largest number in the records.
        RatioToRegister = "ratio_to_register",
    }
}

impl Formula {
    /// Whether it needs interviews, and whether it needs records.
    pub fn needs(self) -> (bool, bool) {
        match self {
            Formula::MedianGap | Formula::MeanGap | Formula::ShareGap | Formula::RatioToRegister => {
                (true, true)
            }
            Formula::ShareOfInterviews => (true, false),
            Formula::ShareOfRecords | Formula::CountOfRecords => (false, true),
        }
    }
}

words! {
    /// What a figure beyond a threshold is called.
    Colour {
        /// To be looked at.
        Amber = "amber",
        /// To be explained.
        Red = "red",
        /// Against the rule.
        NonCompliant = "non_compliant",
    }
}

words! {
    /// On which side of a threshold it is worse.
    Direction {
        /// Above it.
        More = "more",
        /// Below it.
        Less = "less",
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
