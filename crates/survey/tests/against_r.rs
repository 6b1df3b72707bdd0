//! Every estimate is held against R's `survey`: `tests/r/cases.R` asked it, `tests/r/cases.csv` is what it answered.

#![allow(clippy::print_stdout, reason = "it says how close the two are")]

mod sample;

use std::collections::BTreeMap;

use sample::{Table, designs, inside};
use survey::{
    Codes, Degrees, Design, Domains, Estimate, QuantileInterval, QuantileRequest, QuantileRule,
    ShareInterval, Statistic, distribution, share,
};

/// The answers to one question.
struct Case {
    design: String,
    statistic: String,
    variable: String,
    domain: String,
    answers: BTreeMap<String, f64>,
}

fn cases() -> Vec<Case> {
    let table = Table::read("cases.csv");
    let mut cases: Vec<Case> = Vec::new();
    for line in &table.lines {
        let [design, statistic, variable, domain, quantity, value] = line.as_slice() else {
            panic!("a line of cases.csv has {} fields", line.len())
        };
        let same = cases.last().is_some_and(|case| {
            case.design == *design
                && case.statistic == *statistic
                && case.variable == *variable
                && case.domain == *domain
                && !case.answers.contains_key(quantity)
        });
        if !same {
            cases.push(Case {
                design: design.clone(),
                statistic: statistic.clone(),
                variable: variable.clone(),
                domain: domain.clone(),
                answers: BTreeMap::new(),
            });
        }
        let value = if value == "NA" { f64::NAN } else { value.parse().unwrap() };
        cases.last_mut().unwrap().answers.insert(quantity.clone(), value);
    }
    cases
}

/// Holds ours against R's, to 1e-8 of R's value. What R has as a trace of rounding is zero for us.
struct Comparison {
    compared: usize,
    worst: f64,
    worst_at: String,
    differences: Vec<String>,
}

impl Comparison {
    fn compare(&mut self, case: &Case, ours: &[(&str, f64)]) {
        for (quantity, theirs) in &case.answers {
            let Some((_, ours)) = ours.iter().find(|(name, _)| name == quantity) else {
                self.differences.push(format!("{}: {quantity} is not answered", case.name()));
                continue;
            };
            self.compared += 1;
            let difference = (ours - theirs).abs();
            // Where all answers are the same, R divides one trace of rounding by another.
            if quantity.starts_with("deff") && matches!(&*case.variable, "every" | "none") && ours.is_nan() {
                continue;
            }
            let agree = (ours.is_nan() && theirs.is_nan())
                || ours == theirs
                || difference <= 1e-8 * theirs.abs()
                || difference <= 1e-12 * case.answers.get("value").copied().unwrap_or(0.0).abs()
                || (theirs.abs() < 1e-11 && difference < 1e-11)
                || (case.statistic.starts_with("joint") && difference < 1e-9)
                || (theirs.abs() < 1e-9 && *ours == 0.0);
            let relative = difference / theirs.abs();
            if theirs.abs() > 1e-9 && relative.is_finite() && relative > self.worst {
                self.worst = relative;
                self.worst_at = format!("{}: {quantity}, ours {ours:?}, R {theirs:?}", case.name());
            }
            if !agree {
                self.differences.push(format!("{}: {quantity} is {ours:?}, R has {theirs:?}", case.name()));
            }
        }
    }

    fn finish(self, at_least: usize) {
        println!(
            "{} values compared, largest relative difference {:.1e}, {}",
            self.compared, self.worst, self.worst_at
        );
        assert!(
            self.differences.is_empty(),
            "{} of {} differ:\n{}",
            self.differences.len(),
            self.compared,
            self.differences.iter().take(60).cloned().collect::<Vec<_>>().join("\n")
        );
        assert!(self.compared >= at_least, "only {} values were compared", self.compared);
    }
}

impl Case {
    fn name(&self) -> String {
        format!("{} | {} | {} | {}", self.design, self.statistic, self.variable, self.domain)
    }
}

fn comparison() -> Comparison {
    Comparison { compared: 0, worst: 0.0, worst_at: String::new(), differences: Vec::new() }
}

fn answers(estimate: &Estimate) -> Vec<(&'static str, f64)> {
    let (low, high) = estimate.interval(0.95, Degrees::Normal);
    let (low_t, high_t) = estimate.interval(0.95, Degrees::OfDesign);
    vec![
        ("value", estimate.value),
        ("se", estimate.standard_error()),
        ("low", low),
        ("high", high),
        ("low_t", low_t),
        ("high_t", high_t),
        ("df", estimate.df),
        ("deff", estimate.design_effect),
        ("deff_with", estimate.design_effect_with_replacement),
    ]
}

fn rule(name: &str) -> QuantileRule {
    match name {
        "math" => QuantileRule::Math,
        "school" => QuantileRule::School,
        "hf3" => QuantileRule::Hf3,
        "hf4" => QuantileRule::Hf4,
        "hf5" => QuantileRule::Hf5,
        "hf6" => QuantileRule::Hf6,
        "hf7" => QuantileRule::Hf7,
        "hf8" => QuantileRule::Hf8,
        "hf9" => QuantileRule::Hf9,
        other => panic!("{other}"),
    }
}

fn share_interval(name: &str) -> Option<ShareInterval> {
    Some(match name {
        "logit" => ShareInterval::Logit,
        "likelihood" => ShareInterval::Likelihood,
        "asin" => ShareInterval::Asin,
        "xlogit" => ShareInterval::Xlogit,
        "beta" => ShareInterval::Beta,
        "korn-graubard" => ShareInterval::KornGraubard,
        _ => return None,
    })
}

fn answer(design: &Design, table: &Table, case: &Case) -> Vec<(&'static str, f64)> {
    let domains = Domains::subset(&inside(table, &case.domain));
    let column = |name: &str| table.numbers(name);
    let words: Vec<&str> = case.statistic.split(' ').collect();
    let one = |statistic: Statistic| answers(&design.estimate(&[statistic], &domains).unwrap().estimates[0]);
    if let Some(interval) = share_interval(&case.statistic).or_else(|| {
        (case.statistic == "mean" && !case.answers.contains_key("value")).then_some(ShareInterval::Mean)
    }) {
        let shares =
            design.share(&column(&case.variable), &domains, interval, 0.95, Degrees::OfDesign).unwrap();
        return vec![("low", shares[0].lower), ("high", shares[0].upper)];
    }
    match words.as_slice() {
        ["mean"] => one(Statistic::Mean(&column(&case.variable))),
        ["total"] => one(Statistic::Total(&column(&case.variable))),
        ["lonely", "mean"] => one(Statistic::Mean(&column(&case.variable))),
        ["lonely", "total"] => one(Statistic::Total(&column(&case.variable))),
        ["ratio"] => {
            let (over, under) = case.variable.split_once('/').unwrap();
            one(Statistic::Ratio(&column(over), &column(under)))
        }
        ["quantile", p, qrule, interval] => {
            let request = QuantileRequest {
                share: p.parse().unwrap(),
                rule: rule(qrule),
                interval: match *interval {
                    "mean" => QuantileInterval::Mean,
                    "asin" => QuantileInterval::Asin,
                    "xlogit" => QuantileInterval::Xlogit,
                    "beta" => QuantileInterval::Beta,
                    _ => QuantileInterval::Replicates,
                },
                ..QuantileRequest::default()
            };
            let found = design.quantile(&column(&case.variable), &domains, request).unwrap();
            vec![
                ("value", found[0].value),
                ("low", found[0].lower),
                ("high", found[0].upper),
                ("se", found[0].standard_error),
            ]
        }
        ["by", "mean"] => {
            let groups = table.codes(&case.domain);
            let all =
                design.estimate(&[Statistic::Mean(&column(&case.variable))], &Domains::by(&groups)).unwrap();
            let number = |name: &str| table.code_of(&case.domain, &groups, name);
            let (e, h, m) = (number("E"), number("H"), number("M"));
            let between = |one: usize, other: usize| all.covariance.between(one, other);
            let difference = all.difference(e, m);
            vec![
                ("E", all.estimates[e].value),
                ("H", all.estimates[h].value),
                ("M", all.estimates[m].value),
                ("EE", between(e, e)),
                ("EH", between(e, h)),
                ("EM", between(e, m)),
                ("HH", between(h, h)),
                ("HM", between(h, m)),
                ("MM", between(m, m)),
                ("difference", difference.value),
                ("difference_se", difference.standard_error()),
            ]
        }
        ["joint", what] => {
            let columns: Vec<Vec<f64>> = case.variable.split(' ').map(column).collect();
            let statistics: Vec<Statistic> = columns
                .iter()
                .map(
                    |column| if *what == "mean" { Statistic::Mean(column) } else { Statistic::Total(column) },
                )
                .collect();
            let all = design.estimate(&statistics, &domains).unwrap();
            let between = |one: usize, other: usize| all.covariance.between(one, other);
            vec![("v01", between(0, 1)), ("v02", between(0, 2)), ("v12", between(1, 2))]
        }
        _ => panic!("{}", case.name()),
    }
}

#[test]
fn every_design_and_statistic_agrees_with_r() {
    let designs = designs();
    let mut comparison = comparison();
    for case in cases() {
        let Some((table, design)) = designs.get(case.design.as_str()) else { continue };
        comparison.compare(&case, &answer(design, table, &case));
    }
    comparison.finish(20_000);
}

#[test]
fn distributions_agree_with_r() {
    let mut comparison = comparison();
    for case in cases() {
        let number = |text: &str| text.parse::<f64>().unwrap_or(f64::NAN);
        let words: Vec<&str> = case.statistic.split(' ').collect();
        let (x, y) = (number(&case.variable), number(&case.domain));
        let value = match (case.design.as_str(), words.as_slice()) {
            ("t", ["quantile"]) => distribution::t_quantile(x, y),
            ("t", ["cdf"]) => distribution::t_cdf(x, y),
            ("normal", ["quantile"]) => distribution::normal_quantile(x),
            ("normal", ["cdf"]) => distribution::normal_cdf(x),
            ("beta", ["quantile", p]) => distribution::beta_quantile(number(p), x, y),
            ("beta", ["cdf", p]) => distribution::beta_cdf(number(p), x, y),
            ("binomial", ["cdf", found]) => distribution::binomial_cdf(number(found) as u64, x as u64, y),
            ("hypergeometric", ["cdf", found, drawn]) => {
                let (found, drawn) = (number(found) as u64, number(drawn) as u64);
                let density = distribution::hypergeometric_probability(found, x as u64, y as u64, drawn);
                let value = distribution::hypergeometric_tails(found, x as u64, y as u64, drawn).0;
                comparison.compare(&case, &[("value", value), ("density", density)]);
                continue;
            }
            _ => continue,
        };
        comparison.compare(&case, &[("value", value)]);
    }
    let worst = comparison.worst;
    comparison.finish(400);
    assert!(worst < 1e-10, "distributions agree to {worst:.1e} only");
}

#[test]
fn exact_intervals_agree_with_r() {
    let mut comparison = comparison();
    for case in cases().iter().filter(|case| case.design == "interval") {
        let count = |text: &str| text.parse::<u64>().unwrap();
        let (ones, n) = (count(&case.variable), count(&case.domain));
        let words: Vec<&str> = case.statistic.split(' ').collect();
        let limits = match words.as_slice() {
            ["wilson"] => share::wilson(ones, n, 0.95),
            ["clopper-pearson"] => share::clopper_pearson(ones, n, 0.95),
            ["hypergeometric", population] => share::hypergeometric(ones, n, count(population), 0.95),
            _ => panic!("{}", case.name()),
        };
        let (low, high) = limits.unwrap();
        comparison.compare(case, &[("low", low), ("high", high)]);
    }
    comparison.finish(80);
}

#[test]
fn a_stratum_that_only_the_frame_knows_changes_nothing() {
    // The domain E leaves two strata empty; the same question with a score of zero outside gives the same variance.
    let designs = designs();
    let (table, design) = &designs["strat"];
    let inside = inside(table, "E");
    let enroll = table.numbers("enroll");
    let zero: Vec<f64> =
        enroll.iter().zip(&inside).map(|(value, inside)| if *inside { *value } else { 0.0 }).collect();
    let domain = design.estimate(&[Statistic::Total(&enroll)], &Domains::subset(&inside)).unwrap();
    let whole = design.estimate(&[Statistic::Total(&zero)], &Domains::whole(table.lines.len())).unwrap();
    assert_eq!(domain.estimates[0].value, whole.estimates[0].value);
    assert!((domain.estimates[0].variance / whole.estimates[0].variance - 1.0).abs() < 1e-12);
    assert_eq!((domain.estimates[0].strata, whole.estimates[0].strata), (1, 3));
    let _ = Codes::same(1);
}
