//! What is written: columns, their kinds and labels.

/// A file format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// Apache Parquet, read by R (arrow), Python, DuckDB.
    Parquet,
    /// Stata 14 and later (format 118), read by R (haven) and Python too.
    Stata,
    /// SPSS system file, compressed, UTF-8.
    Spss,
    /// Excel workbook with labels instead of codes and a codebook.
    Workbook,
}

impl Format {
    /// All of them, in the order in which a page offers them.
    pub const ALL: [Format; 4] = [Format::Workbook, Format::Parquet, Format::Stata, Format::Spss];

    /// The end of a file's name: `dta`.
    pub fn extension(self) -> &'static str {
        match self {
            Format::Parquet => "parquet",
            Format::Stata => "dta",
            Format::Spss => "sav",
            Format::Workbook => "xlsx",
        }
    }

    /// The format whose files end like this.
    pub fn of(extension: &str) -> Option<Format> {
        Format::ALL.into_iter().find(|format| format.extension() == extension)
    }

    /// The media type of its files.
    pub fn media_type(self) -> &'static str {
        match self {
            Format::Parquet => "application/vnd.apache.parquet",
            Format::Stata => "application/x-stata-dta",
            Format::Spss => "application/x-spss-sav",
            Format::Workbook => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }
}

/// What a column's texts say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Any text.
    Text,
    /// A whole number.
    Integer,
    /// A number with a point.
    Decimal,
    /// `YYYY-MM-DD`.
    Date,
    /// A moment with its offset from UTC, as RFC 3339 writes it.
    Moment,
    /// One choice.
    Choice,
    /// Choices separated by spaces.
    Choices,
    /// Latitude and longitude in degrees, altitude and accuracy in metres, separated by spaces.
    Place,
}

/// One answer that a question offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What is sent.
    pub code: String,
    /// What people read, in the chosen language.
    pub label: String,
}

/// One column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Where it stands in the form: `people/n_children`.
    pub path: String,
    /// What people read, in the chosen language; the path where there is nothing.
    pub label: String,
    /// What it holds.
    pub kind: Kind,
    /// For [`Kind::Choice`] and [`Kind::Choices`].
    pub choices: Vec<Choice>,
}

/// Words on a workbook's sheets, in the chosen language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// Name of the sheet with the rows.
    pub rows: String,
    /// Name of the sheet that explains the columns.
    pub codebook: String,
    /// Heads of the codebook's columns: name of the field, its label, code of a choice, its label, and how many of the
    /// column's texts were cut because a cell holds 32,767 characters.
    pub heads: [String; 5],
}

/// A table without its rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// What it is called: a form's title.
    pub title: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// When it is written, in milliseconds since 1970; stands in the file where the format has a place for it.
    pub written_at: i64,
    /// For a workbook.
    pub words: Words,
}
