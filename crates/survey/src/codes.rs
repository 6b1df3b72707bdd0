//! Names of units, strata and groups as small numbers.

use rustc_hash::FxHashMap;

/// A column of names, each row with the number of its name; numbers run from 0 in the order of first appearance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Codes {
    of_row: Vec<u32>,
    first_row: Vec<u32>,
}

impl Codes {
    /// Numbers for whole or other numbers; all NaN count as one name.
    pub fn of_numbers(values: &[f64]) -> Self {
        // Most columns of units and strata are whole numbers from a short range: a table is quicker than hashing.
        let (low, high) = values.iter().fold((f64::MAX, f64::MIN), |(low, high), &value| {
            if value.fract() == 0.0 { (low.min(value), high.max(value)) } else { (f64::MIN, f64::MAX) }
        });
        let width = high - low + 1.0;
        if width >= 1.0 && width <= 4.0 * values.len() as f64 + 1024.0 {
            let mut known = vec![u32::MAX; width as usize];
            let mut first_row = Vec::new();
            let of_row = values
                .iter()
                .zip(0_u32..)
                .map(|(value, row)| {
                    let code = &mut known[(value - low) as usize];
                    if *code == u32::MAX {
                        *code = first_row.len() as u32;
                        first_row.push(row);
                    }
                    *code
                })
                .collect();
            return Codes { of_row, first_row };
        }
        let canonical =
            |value: &f64| if value.is_nan() { f64::NAN.to_bits() } else { (value + 0.0).to_bits() };
        Self::of(values.iter().map(canonical))
    }

    /// Numbers for texts.
    pub fn of_texts<T: AsRef<str>>(values: &[T]) -> Self {
        Self::of(values.iter().map(AsRef::as_ref))
    }

    /// Each row has a name of its own.
    pub fn distinct(rows: usize) -> Self {
        let of_row: Vec<u32> = (0..rows as u32).collect();
        Codes { first_row: of_row.clone(), of_row }
    }

    /// All rows have the same name.
    pub fn same(rows: usize) -> Self {
        Codes { of_row: vec![0; rows], first_row: if rows == 0 { Vec::new() } else { vec![0] } }
    }

    /// Numbers for the pairs of two columns: `county 3 in province 1` is another than `county 3 in province 2`.
    pub fn crossed(&self, other: &Codes) -> Self {
        let width = other.count() as u64;
        let pairs = self.of_row.iter().zip(&other.of_row);
        let keys = pairs.map(|(&mine, &theirs)| u64::from(mine) * width + u64::from(theirs));
        if self.count() as u64 * width <= 4 * self.rows() as u64 + 1024 {
            return Self::of_numbers(&keys.map(|key| key as f64).collect::<Vec<_>>());
        }
        Self::of(keys)
    }

    fn of<K: std::hash::Hash + Eq>(keys: impl Iterator<Item = K>) -> Self {
        let mut known: FxHashMap<K, u32> = FxHashMap::default();
        let (mut of_row, mut first_row) = (Vec::new(), Vec::new());
        for (key, row) in keys.zip(0_u32..) {
            let next = first_row.len() as u32;
            of_row.push(*known.entry(key).or_insert_with(|| {
                first_row.push(row);
                next
            }));
        }
        Codes { of_row, first_row }
    }

    /// The number of each row's name.
    pub fn of_row(&self) -> &[u32] {
        &self.of_row
    }

    /// The row where each name first appears.
    pub fn first_row(&self) -> &[u32] {
        &self.first_row
    }

    /// How many names there are.
    pub fn count(&self) -> usize {
        self.first_row.len()
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.of_row.len()
    }
}

/// Which rows an estimate is about: a partition of some of the rows. Rows outside stay in the design.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Domains {
    of_row: Vec<u32>,
    count: usize,
}

/// The number of a row that is in no domain.
pub(crate) const OUTSIDE: u32 = u32::MAX;

impl Domains {
    /// All rows are one domain.
    pub fn whole(rows: usize) -> Self {
        Domains { of_row: vec![0; rows], count: 1 }
    }

    /// The rows for which `inside` holds are one domain.
    pub fn subset(inside: &[bool]) -> Self {
        let of_row = inside.iter().map(|&inside| if inside { 0 } else { OUTSIDE }).collect();
        Domains { of_row, count: 1 }
    }

    /// One domain for each name.
    pub fn by(groups: &Codes) -> Self {
        Domains { of_row: groups.of_row.clone(), count: groups.count() }
    }

    /// Domains by their numbers, from 0 to `count` − 1; other rows are in none.
    pub fn in_order(numbers: &[f64], count: usize) -> Self {
        let known = |number: &f64| number.fract() == 0.0 && (0.0..count as f64).contains(number);
        let of_row =
            numbers.iter().map(|number| if known(number) { *number as u32 } else { OUTSIDE }).collect();
        Domains { of_row, count }
    }

    /// The same domains without the rows for which `inside` does not hold.
    #[must_use]
    pub fn within(mut self, inside: &[bool]) -> Self {
        for (domain, &inside) in self.of_row.iter_mut().zip(inside) {
            if !inside {
                *domain = OUTSIDE;
            }
        }
        self
    }

    /// How many domains there are.
    pub fn count(&self) -> usize {
        self.count
    }

    /// How many rows there are, inside or outside.
    pub fn rows(&self) -> usize {
        self.of_row.len()
    }

    /// The number of each row's domain; `u32::MAX` outside.
    pub fn of_row(&self) -> &[u32] {
        &self.of_row
    }
}
