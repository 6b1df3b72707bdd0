//! Estimates: dot and interval on one axis, the numbers in a table beside.

use askama::Template;

use crate::locale::Locale;

/// One estimate.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimate {
    /// Of whom: "Women", "Site A".
    pub label: String,
    /// The estimate, in the unit of the axis.
    pub value: f64,
    /// The lower end of its interval.
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// How many answered.
    pub n: u64,
    /// Whether it stands for more than those who answered.
    pub representative: bool,
}

/// Estimates on a common axis.
#[derive(Debug, Clone, Template)]
#[template(path = "patterns/estimates.html")]
pub struct Estimates {
    locale: Locale,
    conclusion: String,
    source: String,
    unit: String,
    places: usize,
    axis: (f64, f64),
    rows: Vec<Estimate>,
}
finished_html!(Estimates);

/// The part of the drawing that is the axis, in its own units.
const AXIS: f64 = 560.0;

impl Estimates {
    /// A chart whose title says the conclusion. `source` says by which method and from what; `unit` follows each
    /// figure (" %"); `axis` is its ends in that unit.
    pub fn new(
        locale: Locale,
        conclusion: impl Into<String>,
        source: impl Into<String>,
        unit: impl Into<String>,
        axis: (f64, f64),
    ) -> Estimates {
        Estimates {
            locale,
            conclusion: conclusion.into(),
            source: source.into(),
            unit: unit.into(),
            places: 1,
            axis,
            rows: Vec::new(),
        }
    }

    /// Shows figures with so many decimal places instead of one.
    pub fn places(mut self, places: usize) -> Estimates {
        self.places = places;
        self
    }

    /// Adds an estimate.
    pub fn row(mut self, estimate: Estimate) -> Estimates {
        self.rows.push(estimate);
        self
    }

    fn x(&self, value: &f64) -> String {
        let (from, to) = self.axis;
        let share = if to > from { ((value - from) / (to - from)).clamp(0.0, 1.0) } else { 0.0 };
        format!("{:.1}", 20.0 + share * AXIS)
    }

    fn width(&self, row: &Estimate) -> String {
        let (from, to) = self.axis;
        let share =
            if to > from { (row.high.min(to) - row.low.max(from)).max(0.0) / (to - from) } else { 0.0 };
        format!("{:.1}", share * AXIS)
    }

    fn figure(&self, value: &f64) -> String {
        self.locale.decimal(*value, self.places)
    }

    fn height(&self) -> usize {
        self.rows.len() * 44 + 32
    }

    fn y(&self, row: &usize) -> usize {
        row * 44 + 32
    }

    fn ticks(&self) -> impl Iterator<Item = f64> {
        let (from, to) = self.axis;
        (0..=4).map(move |tick| from + (to - from) * f64::from(tick) / 4.0)
    }
}
