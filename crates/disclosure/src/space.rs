//! What can be told apart: dimensions, their categories, and the finest cross of all that were ever released.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// How the margin of an axis is called in a table; no category may have this name.
pub const TOTAL: &str = "total";

/// The largest finest cross that is worked with.
const MOST_BASE_CELLS: usize = 50_000;

/// Why a plan of dimensions and tables cannot be worked with.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// Two dimensions, categories or tables of one name, or a reserved name.
    #[error(
        "{what} {name:?} appears twice, is empty, or is the reserved word \"total\": give it another name"
    )]
    Name {
        /// `dimension`, `category of …`, `table`.
        what: String,
        /// The name.
        name: String,
    },
    /// Something named that nobody declared.
    #[error("{place} names {name:?}, which is not there: declare it, or correct the name")]
    Unknown {
        /// Where.
        place: String,
        /// What.
        name: String,
    },
    /// The groups of an axis leave out a category or hold one twice.
    #[error(
        "table {table:?}: the groups of {dimension:?} must hold every category once, and {category:?} is missing or \
         double: put it into one group"
    )]
    Groups {
        /// The table.
        table: String,
        /// The dimension of the axis.
        dimension: String,
        /// The category.
        category: String,
    },
    /// A table without axes, or one that crosses too many.
    #[error(
        "table {table:?} crosses {variables} variables, and the policy allows 1 to {most}: leave some out, or make two \
         tables"
    )]
    Variables {
        /// The table.
        table: String,
        /// How many it crosses.
        variables: usize,
        /// The most.
        most: u32,
    },
    /// The finest cross is too large.
    #[error(
        "the finest cross of all dimensions released so far has more than {MOST_BASE_CELLS} cells: release coarser \
         categories, or fewer dimensions of the same respondents"
    )]
    TooLarge,
    /// A respondent whose answers are no categories, or impossible together.
    #[error("respondent {line}: {why}")]
    Respondent {
        /// Counted from 1.
        line: usize,
        /// What is wrong and what to do.
        why: String,
    },
}

/// Categories that a table shows as one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// As the table calls it.
    pub label: String,
    /// The categories in it.
    pub of: Vec<String>,
}

/// A variable, with its finest categories.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dimension {
    /// Its name, the same in every table and release.
    pub name: String,
    /// The finest categories.
    pub categories: Vec<String>,
    /// Which of them are sensitive answers: nobody may learn that a person, or all of a small group, gave them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sensitive: Vec<String>,
    /// Whether it is a place: all tables of a release then use one level of it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub geographic: bool,
    /// Coarser groupings that the protocol offers, each coarser than the one before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub coarser: Vec<Vec<Group>>,
}

impl Dimension {
    /// A dimension with these categories, none sensitive.
    pub fn new<'a>(name: &str, categories: impl IntoIterator<Item = &'a str>) -> Self {
        let categories = categories.into_iter().map(str::to_owned).collect();
        Dimension { name: name.to_owned(), categories, ..Dimension::default() }
    }

    /// The same dimension, with these of its categories sensitive.
    #[must_use]
    pub fn sensitive<'a>(mut self, answers: impl IntoIterator<Item = &'a str>) -> Self {
        self.sensitive = answers.into_iter().map(str::to_owned).collect();
        self
    }

    pub(crate) fn index(&self, category: &str) -> Option<usize> {
        self.categories.iter().position(|name| name == category)
    }
}

/// All dimensions ever released about the same respondents. Waves, corrections and withdrawals are dimensions too
/// (`wave`: first, second; `edition`: stayed, withdrew, came), so that what differs between releases is a group like
/// any other.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Space {
    /// The dimensions.
    pub dimensions: Vec<Dimension>,
    /// Structural zeros: combinations that cannot occur, as everybody knows. Each entry names, for some dimensions,
    /// categories; whoever has one of them in every named dimension does not exist.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub impossible: Vec<BTreeMap<String, Vec<String>>>,
}

impl Space {
    /// Finds faults in names; tables are checked where they are used.
    pub(crate) fn check(&self) -> Result<(), PlanError> {
        unique("dimension", self.dimensions.iter().map(|dimension| dimension.name.as_str()))?;
        for dimension in &self.dimensions {
            let what = format!("category of {:?}", dimension.name);
            unique(&what, dimension.categories.iter().map(String::as_str))?;
            let place = format!("dimension {:?}", dimension.name);
            self.indices(&place, &dimension.name, &dimension.sensitive)?;
        }
        for combination in &self.impossible {
            for (name, categories) in combination {
                self.indices("a structural zero", name, categories)?;
            }
        }
        Ok(())
    }

    pub(crate) fn dimension(&self, place: &str, name: &str) -> Result<usize, PlanError> {
        self.dimensions
            .iter()
            .position(|dimension| dimension.name == name)
            .ok_or_else(|| PlanError::Unknown { place: place.to_owned(), name: name.to_owned() })
    }

    pub(crate) fn indices(
        &self,
        place: &str,
        dimension: &str,
        categories: &[String],
    ) -> Result<Vec<usize>, PlanError> {
        let dimension = &self.dimensions[self.dimension(place, dimension)?];
        let find = |category: &String| {
            dimension
                .index(category)
                .ok_or_else(|| PlanError::Unknown { place: place.to_owned(), name: category.clone() })
        };
        categories.iter().map(find).collect()
    }
}

/// Names must be there, differ, and leave the word for totals free.
pub(crate) fn unique<'a>(what: &str, names: impl Iterator<Item = &'a str>) -> Result<(), PlanError> {
    let mut seen = std::collections::BTreeSet::new();
    for name in names {
        if name.is_empty() || name == TOTAL || !seen.insert(name) {
            return Err(PlanError::Name { what: what.to_owned(), name: name.to_owned() });
        }
    }
    Ok(())
}

/// The finest cross of those dimensions that some table uses.
#[derive(Debug)]
pub(crate) struct Grid {
    /// Which dimensions of the space, in its order.
    pub used: Vec<usize>,
    sizes: Vec<usize>,
    /// Whether a base cell can hold anybody.
    pub possible: Vec<bool>,
}

impl Grid {
    pub(crate) fn new(space: &Space, used: Vec<usize>) -> Result<Self, PlanError> {
        let sizes: Vec<usize> = used.iter().map(|at| space.dimensions[*at].categories.len()).collect();
        let cells = sizes.iter().try_fold(1usize, |product, size| product.checked_mul(*size));
        let cells = cells.filter(|cells| *cells <= MOST_BASE_CELLS).ok_or(PlanError::TooLarge)?;
        let mut grid = Grid { used, sizes, possible: vec![true; cells] };
        for combination in &space.impossible {
            // A structural zero over dimensions that no table uses says nothing about the base cells here.
            let mut named = Vec::new();
            for (name, categories) in combination {
                let dimension = space.dimension("a structural zero", name)?;
                let at = grid.used.iter().position(|used| *used == dimension);
                named.push((at, space.indices("a structural zero", name, categories)?));
            }
            if named.iter().any(|(at, _)| at.is_none()) {
                continue;
            }
            for cell in 0..cells {
                let place = grid.place(cell);
                let hit = |(at, categories): &(Option<usize>, Vec<usize>)| {
                    at.is_some_and(|at| categories.contains(&place[at]))
                };
                if named.iter().all(hit) {
                    grid.possible[cell] = false;
                }
            }
        }
        Ok(grid)
    }

    /// The categories of a base cell, one for each used dimension.
    pub(crate) fn place(&self, mut cell: usize) -> Vec<usize> {
        let mut place = vec![0; self.sizes.len()];
        for (at, size) in self.sizes.iter().enumerate().rev() {
            place[at] = cell % size;
            cell /= size;
        }
        place
    }

    /// The base cell of somebody with these categories, one for each dimension of the space.
    pub(crate) fn cell(&self, categories: &[usize]) -> usize {
        self.used
            .iter()
            .zip(&self.sizes)
            .fold(0, |cell, (dimension, size)| cell * size + categories[*dimension])
    }
}

/// Who was asked, as counts over the categories of every dimension of a space.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sample {
    /// Categories (one for each dimension, in the order of the space) and how many respondents have them.
    pub(crate) counts: BTreeMap<Vec<usize>, u32>,
    /// What employers contributed to a value: categories, employer, value.
    pub(crate) contributions: Vec<(Vec<usize>, String, f64)>,
}

impl Sample {
    /// Counts respondents, each given by a category for every dimension of the space, in its order.
    pub fn of<'a, R>(space: &Space, respondents: impl IntoIterator<Item = R>) -> Result<Self, PlanError>
    where
        R: IntoIterator<Item = &'a str>,
    {
        let mut sample = Sample::default();
        for (at, respondent) in respondents.into_iter().enumerate() {
            let categories = categories(space, at + 1, respondent)?;
            *sample.counts.entry(categories).or_default() += 1;
        }
        Ok(sample)
    }

    /// Adds what an employer contributed to the value behind the tables, for the dominance rule.
    pub fn contribute<'a>(
        &mut self,
        space: &Space,
        place: impl IntoIterator<Item = &'a str>,
        employer: &str,
        value: f64,
    ) -> Result<(), PlanError> {
        let categories = categories(space, self.contributions.len() + 1, place)?;
        self.contributions.push((categories, employer.to_owned(), value));
        Ok(())
    }

    /// How many were asked.
    pub fn respondents(&self) -> u64 {
        self.counts.values().map(|count| u64::from(*count)).sum()
    }
}

fn categories<'a>(
    space: &Space,
    line: usize,
    respondent: impl IntoIterator<Item = &'a str>,
) -> Result<Vec<usize>, PlanError> {
    let refuse = |why: String| PlanError::Respondent { line, why };
    let mut categories = Vec::with_capacity(space.dimensions.len());
    let mut answers = respondent.into_iter();
    for dimension in &space.dimensions {
        let answer = answers
            .next()
            .ok_or_else(|| refuse(format!("no answer for {:?}: fill it in", dimension.name)))?;
        let index = dimension.index(answer).ok_or_else(|| {
            refuse(format!("{answer:?} is no category of {:?}: add it or correct the answer", dimension.name))
        })?;
        categories.push(index);
    }
    Ok(categories)
}
