//! The attacker of the policy: knows the roster, every table ever published, and perhaps the one answer that is their
//! own. Its equations are put together here from the published files and the respondents' categories, line by line of
//! CSV and category by category, and share nothing with the engine's.

use disclosure::{
    Dimension, Draft, Policy, PublishedTable, Refused, Sample, Space, Table, protect, write_table,
};
use microlp::{ComparisonOp, OptimizationDirection, Problem};

use crate::randomness::Chance;

/// Everybody of one kind: their category in each dimension.
type Kind = Vec<String>;

struct World {
    dimensions: Vec<(String, Vec<String>)>,
    respondents: Vec<Kind>,
}

impl World {
    fn kinds(&self) -> Vec<Kind> {
        let mut kinds = vec![Vec::new()];
        for (_, categories) in &self.dimensions {
            kinds = kinds
                .iter()
                .flat_map(|kind: &Kind| {
                    categories
                        .iter()
                        .map(|category| [kind.as_slice(), std::slice::from_ref(category)].concat())
                })
                .collect();
        }
        kinds
    }

    fn column(&self, name: &str) -> usize {
        self.dimensions.iter().position(|(dimension, _)| dimension == name).unwrap()
    }

    /// Whether somebody of a kind is counted in a cell: by the words of its line, and by whom the table is about.
    fn counted(&self, kind: &Kind, table: &Table, axes: &[String], words: &[String]) -> bool {
        let covered = table.population.iter().all(|(name, among)| among.contains(&kind[self.column(name)]));
        covered
            && axes.iter().zip(words).all(|(axis, word)| word == "total" || *word == kind[self.column(axis)])
    }
}

/// A line of a published file: who is counted, and the number, if one is printed.
struct Line {
    counted: Vec<bool>,
    number: Option<f64>,
    truth: usize,
    strict: bool,
}

fn lines(world: &World, kinds: &[Kind], tables: &[PublishedTable]) -> Vec<Line> {
    let mut lines = Vec::new();
    for published in tables {
        let text = String::from_utf8(write_table(published, &[], 50)).unwrap();
        let mut rows = text.lines().map(|row| row.split(',').map(str::to_owned).collect::<Vec<_>>());
        let mut axes = rows.next().unwrap();
        assert_eq!(axes.pop().as_deref(), Some("count"));
        for mut words in rows {
            let number = words.pop().unwrap();
            let counted: Vec<bool> =
                kinds.iter().map(|kind| world.counted(kind, &published.table, &axes, &words)).collect();
            let here = |respondent: &&Kind| world.counted(respondent, &published.table, &axes, &words);
            lines.push(Line {
                counted,
                number: number.parse().ok(),
                truth: world.respondents.iter().filter(here).count(),
                strict: published.table.strict,
            });
        }
    }
    lines
}

/// The least and the most of a sum over kinds that all printed numbers allow.
fn interval(kinds: usize, lines: &[Line], of: &[bool], known: Option<&Line>, whole: bool) -> (f64, f64) {
    let end = |direction| {
        let mut problem = Problem::new(direction);
        let people: Vec<_> = (0..kinds)
            .map(|kind| {
                let weight = f64::from(u8::from(of[kind]));
                if whole {
                    problem.add_integer_var(weight, (0, 1000))
                } else {
                    problem.add_var(weight, (0.0, 1000.0))
                }
            })
            .collect();
        let mut state = |line: &Line, number: f64| {
            let terms: Vec<_> = people
                .iter()
                .zip(&line.counted)
                .filter(|(_, counted)| **counted)
                .map(|(of, _)| (*of, 1.0))
                .collect();
            problem.add_constraint(&terms, ComparisonOp::Eq, number);
        };
        for line in lines {
            if let Some(number) = line.number {
                state(line, number);
            }
        }
        if let Some(own) = known {
            state(own, 1.0);
        }
        problem.solve().expect("the published numbers agree").into_solution().unwrap().objective()
    };
    (end(OptimizationDirection::Minimize), end(OptimizationDirection::Maximize))
}

fn world(chance: &mut Chance, respondents: usize) -> (World, Space) {
    let sizes = [3 + chance.below(4), 2 + chance.below(3), 2 + chance.below(2)];
    let names = ["unit", "answer", "sex"];
    let mut dimensions: Vec<(String, Vec<String>)> = names
        .iter()
        .zip(sizes)
        .map(|(name, size)| ((*name).to_owned(), (0..size).map(|at| format!("{name}{at}")).collect()))
        .collect();
    dimensions
        .push(("edition".to_owned(), vec!["stayed".to_owned(), "withdrew".to_owned(), "came".to_owned()]));
    let respondents = (0..respondents)
        .map(|_| {
            let mut kind: Kind = dimensions[..3]
                .iter()
                .map(|(_, categories)| categories[chance.skewed(categories.len())].clone())
                .collect();
            kind.push(
                ["stayed", "stayed", "stayed", "stayed", "withdrew", "came"][chance.below(6)].to_owned(),
            );
            kind
        })
        .collect();
    let space = Space {
        dimensions: dimensions
            .iter()
            .map(|(name, categories)| {
                let dimension = Dimension::new(name, categories.iter().map(String::as_str));
                if name == "answer" { dimension.sensitive(["answer1"]) } else { dimension }
            })
            .collect(),
        impossible: Vec::new(),
    };
    (World { dimensions, respondents }, space)
}

fn plan(chance: &mut Chance, edition: &[&str]) -> Vec<Table> {
    let choices: [&[&str]; 5] =
        [&["unit", "answer"], &["unit", "sex"], &["sex", "answer"], &["unit"], &["answer"]];
    let first = chance.below(choices.len());
    let second = (first + 1 + chance.below(choices.len() - 1)) % choices.len();
    let table = |(at, choice): (usize, usize)| {
        let table = Table::of(["one", "two"][at], choices[choice].iter().copied());
        let mut table = table.only("edition", edition.iter().copied());
        // A population of its own: women only, or without one unit.
        if at == 1 && chance.below(4) == 0 && !choices[choice].contains(&"sex") {
            table = table.only("sex", ["sex0"]);
        }
        table
    };
    [first, second].into_iter().enumerate().map(table).collect()
}

#[test]
fn a_thousand_sets_of_linked_tables_give_nothing_away() {
    let (mut released, mut refused, mut attacked, mut insiders) = (0, 0, 0, 0);
    for seed in 0..1000 {
        // The search for the fewest cells takes most of the time; one set in ten is enough for it here.
        let exact_cells = if seed % 10 == 0 { 60 } else { 0 };
        let policy = Policy { exact_nodes: 200, exact_cells, ..Policy::default() };
        let chance = &mut Chance::seeded(seed);
        let size = 60 + chance.below(240);
        let (world, space) = world(chance, size);
        let sample =
            Sample::of(&space, world.respondents.iter().map(|kind| kind.iter().map(String::as_str))).unwrap();
        let mut earlier: Vec<PublishedTable> = Vec::new();
        if seed % 2 == 1 {
            let tables = plan(chance, &["stayed", "withdrew"]);
            let draft = Draft { space: &space, tables, sample: &sample, earlier: &[], estimates: Vec::new() };
            if let Ok(first) = protect(draft, &policy) {
                earlier = first.tables().to_vec();
                earlier.iter_mut().for_each(|table| table.release = Some("first".to_owned()));
            }
        }
        let tables = plan(chance, &["stayed", "came"]);
        let draft =
            Draft { space: &space, tables, sample: &sample, earlier: &earlier, estimates: Vec::new() };
        let second = match protect(draft, &policy) {
            Ok(second) => second,
            Err(Refused::GivenAway(_) | Refused::Leaks(_)) => {
                refused += 1;
                continue;
            }
            Err(other) => panic!("seed {seed}: {other}"),
        };
        released += 1;
        let all: Vec<PublishedTable> = second.tables().iter().chain(&earlier).cloned().collect();
        let kinds = world.kinds();
        let lines = lines(&world, &kinds, &all);
        let hidden = |line: &&Line| {
            line.number.is_none() && (1..if line.strict { 10 } else { 5 }).contains(&line.truth)
        };
        for line in lines.iter().filter(|line| line.number.is_some_and(|number| number > 0.0)) {
            assert!(line.truth >= 5, "seed {seed}: a small cell is printed");
        }
        let secrets: Vec<&Line> = lines.iter().filter(hidden).collect();
        let singletons: Vec<&Line> = secrets.iter().filter(|line| line.truth == 1).copied().collect();
        let knowing = std::iter::once(None).chain(singletons.into_iter().take(2).map(Some));
        for known in knowing {
            insiders += usize::from(known.is_some());
            for secret in &secrets {
                // Whoever is alone in a cell learns nothing new about it, or about themselves elsewhere.
                let overlaps =
                    |own: &Line| own.counted.iter().zip(&secret.counted).any(|(one, other)| *one && *other);
                if known.is_some_and(overlaps) {
                    continue;
                }
                let (mut low, mut high) = interval(kinds.len(), &lines, &secret.counted, known, false);
                if high - low < 10.0 - 1e-6 {
                    (low, high) = interval(kinds.len(), &lines, &secret.counted, known, true);
                }
                attacked += 1;
                let truth = secret.truth as f64;
                let told = format!("seed {seed}: {truth} lies in {low}..{high}");
                assert!(high - low >= 5.0 - 1e-6, "too narrow, {told}");
                assert!(low <= (truth - 1.0).max(0.0) + 1e-6, "known from below, {told}");
                assert!(high >= (truth + 1.0).max(5.0) - 1e-6, "known from above, {told}");
            }
        }
    }
    eprintln!(
        "{released} released, {refused} refused, {attacked} cells attacked, {insiders} times by an insider"
    );
    assert!(
        released >= 700,
        "an engine that refuses everything protects nobody: {released} of 1000 released"
    );
    assert!(attacked > 5000 && insiders > 200, "{attacked} cells attacked, {insiders} times by an insider");
}
