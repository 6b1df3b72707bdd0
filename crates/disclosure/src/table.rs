//! Tables: what they cross, whom they cover, and the cells that follow.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::space::{Grid, Group, PlanError, Sample, Space, TOTAL, unique};

/// What the cells of a table say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// How many respondents.
    #[default]
    Counts,
    /// Whole percentages of the row (along the last axis), each beside its n; counts in bands where n is small.
    Percentages,
}

/// One side of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Axis {
    /// The dimension.
    pub dimension: String,
    /// Its groups; none means one for each category that the table covers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<Group>,
}

/// A table as it is planned: every cell and every margin is published unless it is suppressed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// Its name, and that of its file.
    pub name: String,
    /// What it crosses. In a table of percentages the last axis holds the answers.
    pub axes: Vec<Axis>,
    /// Whom it covers: for each named dimension, only these categories. Empty means everybody.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub population: BTreeMap<String, Vec<String>>,
    /// Whether the stricter threshold holds.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub strict: bool,
    /// What its cells say.
    #[serde(default)]
    pub measure: Measure,
}

impl Table {
    /// A table of counts over these dimensions, for everybody.
    pub fn of<'a>(name: &str, dimensions: impl IntoIterator<Item = &'a str>) -> Self {
        let axis = |dimension: &str| Axis { dimension: dimension.to_owned(), groups: Vec::new() };
        Table {
            name: name.to_owned(),
            axes: dimensions.into_iter().map(axis).collect(),
            population: BTreeMap::new(),
            strict: false,
            measure: Measure::Counts,
        }
    }

    /// The same table for those respondents only who have one of these categories.
    #[must_use]
    pub fn only<'a>(mut self, dimension: &str, categories: impl IntoIterator<Item = &'a str>) -> Self {
        self.population.insert(dimension.to_owned(), categories.into_iter().map(str::to_owned).collect());
        self
    }

    /// The labels of an axis, without its total.
    pub(crate) fn labels(&self, space: &Space, axis: usize) -> Vec<String> {
        let axis = &self.axes[axis];
        if !axis.groups.is_empty() {
            return axis.groups.iter().map(|group| group.label.clone()).collect();
        }
        let all = space.dimensions.iter().find(|dimension| dimension.name == axis.dimension);
        let all = all.map(|dimension| dimension.categories.clone()).unwrap_or_default();
        match self.population.get(&axis.dimension) {
            None => all,
            Some(covered) => all.into_iter().filter(|category| covered.contains(category)).collect(),
        }
    }
}

/// A cell or margin of a table.
#[derive(Clone, Debug)]
pub(crate) struct Cell {
    /// For each axis the group's place; the number of groups stands for the total.
    pub place: Vec<usize>,
    /// The base cells in it, ascending.
    pub base: Vec<usize>,
    /// Over how many axes it is summed.
    pub totals: usize,
}

/// A table by its number, and one of its cells by its own.
pub(crate) type CellOf = (usize, usize);

/// A table laid out over base cells.
#[derive(Debug)]
pub(crate) struct Layout {
    /// The labels of each axis, without totals.
    pub labels: Vec<Vec<String>>,
    /// Every cell that somebody can be in, in the order of places.
    pub cells: Vec<Cell>,
    /// The axis with sensitive answers and, for each of its groups, whether it is sensitive.
    pub sensitive: Vec<(usize, Vec<bool>)>,
    index: BTreeMap<Vec<usize>, usize>,
}

impl Layout {
    pub(crate) fn at(&self, place: &[usize]) -> Option<usize> {
        self.index.get(place).copied()
    }

    /// The words for a place.
    pub(crate) fn position(&self, place: &[usize]) -> Vec<String> {
        let word =
            |(labels, at): (&Vec<String>, &usize)| labels.get(*at).map_or(TOTAL, String::as_str).to_owned();
        self.labels.iter().zip(place).map(word).collect()
    }

    /// The place for words, if there is one.
    pub(crate) fn place(&self, position: &[String]) -> Option<Vec<usize>> {
        if position.len() != self.labels.len() {
            return None;
        }
        let find = |(labels, word): (&Vec<String>, &String)| {
            if word == TOTAL { Some(labels.len()) } else { labels.iter().position(|label| label == word) }
        };
        self.labels.iter().zip(position).map(find).collect()
    }

    /// The line through a place along an axis: the cells beside each other, and their total.
    pub(crate) fn line(&self, place: &[usize], axis: usize) -> (Vec<usize>, Option<usize>) {
        let mut place = place.to_vec();
        let mut along = |at: usize| {
            place[axis] = at;
            self.at(&place)
        };
        let groups = self.labels[axis].len();
        ((0..groups).filter_map(&mut along).collect(), along(groups))
    }
}

/// All tables of a space, this release's and earlier ones, over one grid.
#[derive(Debug)]
pub(crate) struct Plan {
    pub grid: Grid,
    pub layouts: Vec<Layout>,
}

impl Plan {
    /// Lays out tables over the finest cross of all of them.
    pub(crate) fn new<'a>(
        space: &Space,
        tables: impl Iterator<Item = &'a Table> + Clone,
    ) -> Result<Self, PlanError> {
        space.check()?;
        let mut used = vec![false; space.dimensions.len()];
        for table in tables.clone() {
            let place = format!("table {:?}", table.name);
            for name in table.axes.iter().map(|axis| &axis.dimension).chain(table.population.keys()) {
                used[space.dimension(&place, name)?] = true;
            }
        }
        let used = used.iter().enumerate().filter(|(_, used)| **used).map(|(at, _)| at).collect();
        let grid = Grid::new(space, used)?;
        let layouts = tables.map(|table| lay_out(space, &grid, table)).collect::<Result<_, _>>()?;
        Ok(Plan { grid, layouts })
    }

    /// The respondents in each base cell.
    pub(crate) fn counts(&self, sample: &Sample) -> Result<Vec<u32>, PlanError> {
        let mut counts = vec![0u32; self.grid.possible.len()];
        for (at, (categories, count)) in sample.counts.iter().enumerate() {
            let cell = self.grid.cell(categories);
            if !self.grid.possible[cell] {
                let why =
                    "the answers are impossible together: correct them or the structural zeros".to_owned();
                return Err(PlanError::Respondent { line: at + 1, why });
            }
            counts[cell] = counts[cell].saturating_add(*count);
        }
        Ok(counts)
    }
}

fn lay_out(space: &Space, grid: &Grid, table: &Table) -> Result<Layout, PlanError> {
    let place = format!("table {:?}", table.name);
    if table.axes.is_empty() {
        return Err(PlanError::Variables { table: table.name.clone(), variables: 0, most: 3 });
    }
    unique(&format!("axis of {place}"), table.axes.iter().map(|axis| axis.dimension.as_str()))?;
    // For each dimension of the grid, which categories are covered.
    let mut covered: Vec<Vec<bool>> =
        grid.used.iter().map(|at| vec![true; space.dimensions[*at].categories.len()]).collect();
    for (name, categories) in &table.population {
        let dimension = space.dimension(&place, name)?;
        let categories = space.indices(&place, name, categories)?;
        if let Some(at) = grid.used.iter().position(|used| *used == dimension) {
            for (category, covered) in covered[at].iter_mut().enumerate() {
                *covered = categories.contains(&category);
            }
        }
    }
    // For each axis, which dimension of the grid it is, and the group of each category.
    let mut axes = Vec::new();
    let mut labels = Vec::new();
    let mut sensitive = Vec::new();
    for (number, axis) in table.axes.iter().enumerate() {
        let dimension = space.dimension(&place, &axis.dimension)?;
        let at = grid.used.iter().position(|used| *used == dimension).unwrap_or_default();
        let described = &space.dimensions[dimension];
        let names = table.labels(space, number);
        unique(&format!("group of {:?} in {place}", axis.dimension), names.iter().map(String::as_str))?;
        let mut group_of = vec![None; described.categories.len()];
        if axis.groups.is_empty() {
            for (group, name) in names.iter().enumerate() {
                if let Some(category) = described.index(name) {
                    group_of[category] = Some(group);
                }
            }
        }
        let wrong = |category: usize| PlanError::Groups {
            table: table.name.clone(),
            dimension: axis.dimension.clone(),
            category: described.categories[category].clone(),
        };
        for (group, described) in axis.groups.iter().enumerate() {
            for category in space.indices(&place, &axis.dimension, &described.of)? {
                if group_of[category].replace(group).is_some() {
                    return Err(wrong(category));
                }
            }
        }
        if let Some(category) = (0..group_of.len()).find(|at_| covered[at][*at_] != group_of[*at_].is_some())
        {
            return Err(wrong(category));
        }
        if !described.sensitive.is_empty() {
            // A group is as sensitive as the most sensitive answer in it, unless it holds every answer.
            let mut flags = vec![false; names.len()];
            for category in space.indices(&place, &axis.dimension, &described.sensitive)? {
                if let Some(group) = group_of[category] {
                    flags[group] = true;
                }
            }
            sensitive.push((number, flags));
        }
        axes.push((at, group_of));
        labels.push(names);
    }
    let mut found: BTreeMap<Vec<usize>, Vec<usize>> = BTreeMap::new();
    for cell in (0..grid.possible.len()).filter(|cell| grid.possible[*cell]) {
        let categories = grid.place(cell);
        if categories.iter().zip(&covered).any(|(category, covered)| !covered[*category]) {
            continue;
        }
        let inside: Vec<usize> =
            axes.iter().map(|(at, group_of)| group_of[categories[*at]].unwrap_or_default()).collect();
        for summed in 0..1u32 << axes.len() {
            let place = inside
                .iter()
                .enumerate()
                .map(|(axis, group)| if summed >> axis & 1 == 1 { labels[axis].len() } else { *group });
            found.entry(place.collect()).or_default().push(cell);
        }
    }
    let index = found.keys().enumerate().map(|(at, place)| (place.clone(), at)).collect();
    let totals =
        |place: &[usize]| place.iter().zip(&labels).filter(|(at, labels)| **at == labels.len()).count();
    let cells = found.into_iter().map(|(place, base)| Cell { totals: totals(&place), place, base }).collect();
    Ok(Layout { labels, cells, sensitive, index })
}

/// What a cell shows. Its mark says nothing about why it is suppressed: a mark of its own for small cells would say
/// that the count is small.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Shown {
    /// This many respondents.
    Count(u32),
    /// From the first to the last of these numbers.
    Band(u32, u32),
    /// A whole percentage of the row, whose n is the second number.
    Percent(u32, u32),
    /// Nothing.
    Suppressed,
}

/// The mark of a suppressed cell, as statistical offices print it.
pub const SUPPRESSED: &str = "x";

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Shown::Count(count) => write!(f, "{count}"),
            Shown::Band(low, high) => write!(f, "{low}-{high}"),
            Shown::Percent(percent, n) => write!(f, "{percent}% of {n}"),
            Shown::Suppressed => f.write_str(SUPPRESSED),
        }
    }
}

/// Not what a cell can show.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no count, band (5-9), percentage (40% of 50) or \"x\": correct the cell")]
pub struct NotShown(pub String);

impl FromStr for Shown {
    type Err = NotShown;

    fn from_str(text: &str) -> Result<Self, NotShown> {
        let wrong = || NotShown(text.chars().take(40).collect());
        let number = |part: &str| {
            let plain = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
            // Far above every survey, far below where sums or rounding could fail.
            part.parse::<u32>().ok().filter(|number| plain && *number <= MOST_RESPONDENTS)
        };
        if text == SUPPRESSED {
            return Ok(Shown::Suppressed);
        }
        if let Some((percent, n)) = text.split_once("% of ") {
            let percent = number(percent).filter(|percent| *percent <= 100).ok_or_else(wrong)?;
            return Ok(Shown::Percent(percent, number(n).filter(|n| *n > 0).ok_or_else(wrong)?));
        }
        if let Some((low, high)) = text.split_once('-') {
            let (low, high) = (number(low).ok_or_else(wrong)?, number(high).ok_or_else(wrong)?);
            return if low <= high { Ok(Shown::Band(low, high)) } else { Err(wrong()) };
        }
        number(text).map(Shown::Count).ok_or_else(wrong)
    }
}

impl TryFrom<String> for Shown {
    type Error = NotShown;

    fn try_from(text: String) -> Result<Self, NotShown> {
        text.parse()
    }
}

impl From<Shown> for String {
    fn from(shown: Shown) -> String {
        shown.to_string()
    }
}

/// The largest number that a cell may show.
const MOST_RESPONDENTS: u32 = 100_000_000;

impl Shown {
    /// The least and the most respondents that the cell can hold, to a reader who knows how it is made. Nothing where
    /// it is suppressed.
    pub fn range(&self) -> Option<(u32, u32)> {
        match *self {
            Shown::Count(count) => Some((count, count)),
            Shown::Band(low, high) => Some((low, high)),
            Shown::Percent(percent, n) => {
                // percent = floor((200 count + n) / 2 n), solved for the count.
                let (percent, n) = (i64::from(percent), i64::from(n));
                let low = (n * (2 * percent - 1)).div_euclid(200)
                    + i64::from((n * (2 * percent - 1)).rem_euclid(200) > 0);
                let high = (n * (2 * percent + 1)).div_euclid(200)
                    - i64::from((n * (2 * percent + 1)).rem_euclid(200) == 0);
                let within = |count: i64| u32::try_from(count.clamp(0, n)).unwrap_or_default();
                Some((within(low), within(high)))
            }
            Shown::Suppressed => None,
        }
    }

    /// A count as a percentage of n, half a percent rounded up.
    pub(crate) fn percent_of(count: u32, n: u32) -> Shown {
        let percent = (200 * u64::from(count) + u64::from(n)) / (2 * u64::from(n.max(1)));
        Shown::Percent(u32::try_from(percent).unwrap_or(100), n)
    }

    /// A count in its band: nobody, then steps of the threshold.
    pub(crate) fn band_of(count: u32, threshold: u32) -> Shown {
        if count == 0 {
            return Shown::Count(0);
        }
        let low = count / threshold * threshold;
        Shown::Band(low.max(1), low + threshold - 1)
    }
}
