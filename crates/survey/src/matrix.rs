//! Small symmetric matrices and the few steps of linear algebra that calibration needs.

/// A symmetric matrix of covariances.
#[derive(Debug, Clone, PartialEq)]
pub struct Covariance {
    size: usize,
    values: Vec<f64>,
}

impl Covariance {
    pub(crate) fn zero(size: usize) -> Self {
        Covariance { size, values: vec![0.0; size * size] }
    }

    /// Rows and columns.
    pub fn size(&self) -> usize {
        self.size
    }

    /// The covariance of two estimates by their numbers; NaN where there is no such estimate.
    pub fn between(&self, one: usize, other: usize) -> f64 {
        if one >= self.size || other >= self.size {
            return f64::NAN;
        }
        self.values[one * self.size + other]
    }

    /// The variance of an estimate.
    pub fn variance(&self, one: usize) -> f64 {
        self.between(one, one)
    }

    /// The variance of a weighted sum of the estimates. Missing weights count as zero.
    pub fn of_sum(&self, weights: &[f64]) -> f64 {
        let mut sum = 0.0;
        for (one, a) in weights.iter().enumerate().filter(|(_, a)| **a != 0.0) {
            for (other, b) in weights.iter().enumerate().filter(|(_, b)| **b != 0.0) {
                sum += a * b * self.between(one, other);
            }
        }
        sum
    }

    pub(crate) fn set(&mut self, one: usize, other: usize, value: f64) {
        self.values[one * self.size + other] = value;
        self.values[other * self.size + one] = value;
    }

    /// Adds `scale` times the vector's product with itself; only the upper half is kept until [`Self::mirror`].
    pub(crate) fn add_product(&mut self, vector: &[f64], scale: f64) {
        for (one, &a) in vector.iter().enumerate() {
            if a == 0.0 {
                continue;
            }
            let line = &mut self.values[one * self.size..(one + 1) * self.size];
            for (sum, &b) in line[one..].iter_mut().zip(&vector[one..]) {
                *sum += scale * a * b;
            }
        }
    }

    pub(crate) fn mirror(&mut self) {
        for one in 0..self.size {
            for other in one + 1..self.size {
                self.values[other * self.size + one] = self.values[one * self.size + other];
            }
        }
    }
}

/// Solves A x = b by elimination with pivots; `None` where A is singular. A is k × k by rows and is used up.
pub(crate) fn solve(mut a: Vec<f64>, mut b: Vec<f64>) -> Option<Vec<f64>> {
    let k = b.len();
    for column in 0..k {
        let pivot =
            (column..k).max_by(|&i, &j| a[i * k + column].abs().total_cmp(&a[j * k + column].abs()))?;
        let largest = a[column * k..].iter().fold(0.0_f64, |most, value| most.max(value.abs()));
        if a[pivot * k + column].is_nan() || a[pivot * k + column].abs() <= largest * 1e-15 {
            return None;
        }
        if pivot != column {
            for other in 0..k {
                a.swap(pivot * k + other, column * k + other);
            }
            b.swap(pivot, column);
        }
        for row in column + 1..k {
            let factor = a[row * k + column] / a[column * k + column];
            for other in column..k {
                a[row * k + other] -= factor * a[column * k + other];
            }
            b[row] -= factor * b[column];
        }
    }
    for row in (0..k).rev() {
        for other in row + 1..k {
            b[row] -= a[row * k + other] * b[other];
        }
        b[row] /= a[row * k + row];
    }
    Some(b)
}

/// An orthonormal basis of the columns, by modified Gram-Schmidt done twice; a column that the others span is left out.
pub(crate) fn orthonormal(columns: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let mut basis: Vec<Vec<f64>> = Vec::new();
    for column in columns {
        let before = dot(column, column).sqrt();
        let mut rest = column.clone();
        for _ in 0..2 {
            project_out(&mut rest, &basis);
        }
        let after = dot(&rest, &rest).sqrt();
        if after > before * 1e-7 {
            rest.iter_mut().for_each(|value| *value /= after);
            basis.push(rest);
        }
    }
    basis
}

/// Takes the part that the orthonormal basis spans out of a vector.
pub(crate) fn project_out(vector: &mut [f64], basis: &[Vec<f64>]) {
    for direction in basis {
        let share = dot(vector, direction);
        for (value, along) in vector.iter_mut().zip(direction) {
            *value -= share * along;
        }
    }
}

fn dot(one: &[f64], other: &[f64]) -> f64 {
    one.iter().zip(other).map(|(a, b)| a * b).sum()
}

/// The rank of a matrix of `rows` × `columns` by rows, as R's `qr` finds it: columns are taken from the left, and one
/// whose length falls below `tolerance` of its first length counts as spanned by those before.
pub(crate) fn rank(
    rows: usize,
    columns: usize,
    value: impl Fn(usize, usize) -> f64,
    tolerance: f64,
) -> usize {
    let mut basis: Vec<Vec<f64>> = Vec::new();
    for column in 0..columns {
        if basis.len() == rows {
            break;
        }
        let mut rest: Vec<f64> = (0..rows).map(|row| value(row, column)).collect();
        let before = dot(&rest, &rest).sqrt();
        for _ in 0..2 {
            project_out(&mut rest, &basis);
        }
        let after = dot(&rest, &rest).sqrt();
        if after > before * tolerance {
            rest.iter_mut().for_each(|value| *value /= after);
            basis.push(rest);
        }
    }
    basis.len()
}
