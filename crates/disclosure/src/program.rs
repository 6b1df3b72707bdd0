//! Linear programs, solved by `microlp`: sums of variables between bounds.

use microlp::{ComparisonOp, OptimizationDirection, Problem, SolutionStatus, SolveOptions, SolveOutcome};

/// A sum with weights, and what it lies between.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub terms: Vec<(usize, f64)>,
    pub low: f64,
    pub high: f64,
}

/// Which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Toward {
    Least,
    Most,
}

/// What came of a program.
#[derive(Clone, Debug)]
pub(crate) enum Optimum {
    /// The optimum, and a point that has it.
    Proved(f64, Vec<f64>),
    /// A point, and its value; the budget ended before it was known whether a better one exists.
    Found(f64, Vec<f64>),
    /// No point satisfies the rows.
    Infeasible,
    /// There is no end to it.
    Unbounded,
    /// The budget ended, or the arithmetic failed, before a point was found.
    Unsolved,
}

/// Variables from 0 up to their bound.
#[derive(Clone, Debug, Default)]
pub(crate) struct Program {
    /// The objective's weight and the upper bound of each variable.
    pub variables: Vec<(f64, f64)>,
    /// How many of the variables, from the first, are whole numbers.
    pub whole: usize,
    pub rows: Vec<Row>,
}

impl Program {
    pub(crate) fn solve(&self, toward: Toward, nodes: u64) -> Optimum {
        let direction = match toward {
            Toward::Least => OptimizationDirection::Minimize,
            Toward::Most => OptimizationDirection::Maximize,
        };
        let mut problem = Problem::new(direction);
        let variables: Vec<_> = self
            .variables
            .iter()
            .enumerate()
            .map(|(at, (cost, upper))| {
                if at < self.whole {
                    // Bounds of counts; larger ones stand for none.
                    problem.add_integer_var(*cost, (0, upper.clamp(0.0, f64::from(i32::MAX)) as i32))
                } else {
                    problem.add_var(*cost, (0.0, *upper))
                }
            })
            .collect();
        for row in &self.rows {
            let terms: Vec<_> = row.terms.iter().map(|(at, weight)| (variables[*at], *weight)).collect();
            if row.low == row.high {
                problem.add_constraint(&terms, ComparisonOp::Eq, row.low);
                continue;
            }
            if row.low > f64::NEG_INFINITY {
                problem.add_constraint(&terms, ComparisonOp::Ge, row.low);
            }
            if row.high < f64::INFINITY {
                problem.add_constraint(&terms, ComparisonOp::Le, row.high);
            }
        }
        let mut options = SolveOptions::default();
        options.presolve = self.whole > 0;
        options.node_limit = (self.whole > 0).then_some(nodes);
        match problem.solve_with(options) {
            Ok(SolveOutcome::Solution(solution)) => {
                let point = variables.iter().map(|variable| solution.var_value(*variable)).collect();
                if solution.status() == SolutionStatus::Optimal {
                    Optimum::Proved(solution.objective(), point)
                } else {
                    Optimum::Found(solution.objective(), point)
                }
            }
            Ok(_) => Optimum::Unsolved,
            Err(microlp::Error::Infeasible) => Optimum::Infeasible,
            Err(microlp::Error::Unbounded) => Optimum::Unbounded,
            Err(_) => Optimum::Unsolved,
        }
    }
}
