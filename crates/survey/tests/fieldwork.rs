//! What a field team asks before and after: how many to draw, who answered, what a few answers tell.

use survey::sample_size::{self, MarginRequest};
use survey::{
    Codes, Contrast, Degrees, Design, DesignError, Domains, LonelyUnit, Plan, ShareInterval, StagePlan,
    Statistic, coverage,
    hidden::{self, RandomisedResponse},
    response::{self, Dispositions},
};

#[test]
fn the_table_of_the_workplace_protocol_is_computed() {
    // Workforce; square-root rule; ±10 points; ±5 points; one case if 10 % are affected; if 5 % are.
    let table = [
        (50, 8, 34, 45, 22, 39),
        (100, 10, 50, 80, 25, 45),
        (200, 15, 66, 132, 27, 51),
        (500, 23, 81, 218, 28, 56),
        (1_000, 32, 88, 278, 29, 57),
        (2_000, 45, 92, 323, 29, 58),
        (40_000, 200, 96, 381, 29, 59),
    ];
    for (population, root, ten, five, tenth, twentieth) in table {
        let margin = |margin| {
            let request = MarginRequest { margin, population: Some(population), ..MarginRequest::default() };
            sample_size::for_margin(&request).unwrap()
        };
        let detect = |share| sample_size::for_detection(share, 0.95, Some(population)).unwrap();
        let computed = (
            population,
            sample_size::square_root_rule(population),
            margin(0.1),
            margin(0.05),
            detect(0.1),
            detect(0.05),
        );
        assert_eq!(computed, (population, root, ten, five, tenth, twentieth));
    }
    // The food-aid protocol: 385, and with a design effect of 1.5 and 2.
    for (design_effect, n) in [(1.0, 385), (1.5, 577), (2.0, 769)] {
        let request = MarginRequest { margin: 0.05, design_effect, ..MarginRequest::default() };
        assert_eq!(sample_size::for_margin(&request).unwrap(), n);
    }
}

#[test]
fn lot_rules_are_those_of_the_food_aid_protocol_but_for_one() {
    let known = [
        (19, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]),
        (12, [1, 1, 2, 2, 3, 4, 5, 5, 6, 7, 7, 8, 8, 9, 10, 11]),
    ];
    let mut different = Vec::new();
    for (n, rules) in known {
        for (step, least) in rules.into_iter().enumerate() {
            let target = (20 + 5 * step) as f64 / 100.0;
            let rule = sample_size::lot_rule(n, target, (target - 0.3).max(0.0), 0.1, None).unwrap();
            if rule.least != least {
                different.push((n, 20 + 5 * step, rule.least));
            }
        }
    }
    assert_eq!(different, [(19, 20, 2)]);
    let rule = sample_size::lot_rule(19, 0.8, 0.5, 0.1, None).unwrap();
    assert_eq!(
        (rule.least, format!("{:.3} {:.3}", rule.false_alarm, rule.false_pass)),
        (13, "0.068 0.084".into())
    );
    // Of a county of 40 the same 19 leave less to chance, and fewer are needed.
    let small = sample_size::lot_errors(19, 13, 0.8, 0.5, Some(40)).unwrap();
    assert!(small.false_alarm < 0.068 && small.false_pass < 0.084);
    let (many, few) = (
        sample_size::lot_sample(0.8, 0.5, 0.1, None).unwrap(),
        sample_size::lot_sample(0.8, 0.5, 0.1, Some(40)).unwrap(),
    );
    assert!(many.n == 19 && few.n < many.n, "{many:?} {few:?}");
}

#[test]
fn reserves_fill_the_number_but_not_the_gap() {
    let originals = Dispositions { complete: 60, refused: 25, not_reached: 15, ..Dispositions::default() };
    let reserves = Dispositions { complete: 40, refused: 10, ..Dispositions::default() };
    let rates = response::response_rates(&originals, &reserves);
    assert_eq!((rates.originally_drawn, rates.reserve_filled), (0.6, 1.0));
    assert!((rates.all_approached - 100.0 / 150.0).abs() < 1e-15);
    assert_eq!(response::bounds_over_refusals(30.0, 60.0, 40.0).unwrap(), (0.3, 0.7));

    let classes = Codes::of_texts(&["f", "f", "f", "m", "m"]);
    let weights =
        response::weighting_classes(&[10.0; 5], &classes, &[true, true, false, true, false], &[30.0, 20.0])
            .unwrap();
    assert_eq!(weights, [15.0, 15.0, 0.0, 20.0, 0.0]);
    let nobody =
        response::weighting_classes(&[10.0; 5], &classes, &[true, true, true, false, false], &[30.0, 20.0]);
    assert!(matches!(nobody, Err(DesignError::EmptyGroup { group: 1, .. })));
}

#[test]
fn two_lists_a_die_and_a_list_of_statements() {
    // Sekar's textbook numbers: 200 and 180 on the lists, 150 on both.
    let found = coverage::two_lists(200, 180, 150).unwrap();
    assert!((found.population - (201.0 * 181.0 / 151.0 - 1.0)).abs() < 1e-9);
    let (low, high) = found.interval(0.95);
    assert!(low > 230.0 && low < found.population && found.population < high);
    assert!(coverage::two_lists(10, 8, 9).is_err());

    let share = RandomisedResponse::DIE.share_of_counts(40, 100).unwrap();
    assert!((share.value - 0.35).abs() < 1e-12);
    assert!((share.variance - 0.24 / (100.0 * (4.0_f64 / 6.0).powi(2))).abs() < 1e-12);
    let (low, high) = share.interval(0.95, Degrees::OfDesign);
    assert!(low < 0.21 && high > 0.49, "the normal distribution, as its df are infinite");

    let list = hidden::list_experiment(&[2.0, 3.0, 2.0, 4.0], &[2.0, 2.0, 1.0, 3.0]).unwrap();
    assert_eq!(list.value, 0.75);
}

#[test]
fn interviews_and_records_are_independent_samples() {
    let sample = |hours: &[f64]| {
        let design = Design::new(Plan { rows: hours.len(), ..Plan::default() }).unwrap();
        design.estimate(&[Statistic::Mean(hours)], &Domains::whole(hours.len())).unwrap().estimates[0]
    };
    let (stated, recorded) = (sample(&[60.0, 58.0, 64.0, 61.0]), sample(&[48.0, 48.0, 49.0, 48.0]));
    let gap = Contrast::of_independent(&stated, &recorded);
    let (low, _) = gap.interval(0.95, Degrees::OfDesign);
    assert!(low > 8.0, "the gap is red: its interval lies above eight hours");
    assert!((gap.variance - stated.variance - recorded.variance).abs() < 1e-12);
}

#[test]
fn a_lonely_stratum_is_refused_and_never_a_silent_zero() {
    let plan = |lonely| Plan {
        rows: 3,
        stages: vec![StagePlan { strata: Some(Codes::of_texts(&["a", "a", "b"])), ..StagePlan::default() }],
        lonely,
        ..Plan::default()
    };
    assert_eq!(
        Design::new(plan(LonelyUnit::Refuse)).unwrap_err(),
        DesignError::LonelyUnit { stage: 1, row: 2 }
    );
    let design = Design::new(plan(LonelyUnit::Remove)).unwrap();
    assert!(design.jackknife().is_err(), "a jackknife cannot leave out the only unit");
}

#[test]
fn exact_intervals_are_refused_where_people_were_not_drawn_one_by_one() {
    let clustered = Plan {
        rows: 4,
        stages: vec![StagePlan {
            units: Some(Codes::of_texts(&["a", "a", "b", "c"])),
            ..StagePlan::default()
        }],
        ..Plan::default()
    };
    let design = Design::new(clustered).unwrap();
    let late = [1.0, 0.0, 0.0, 1.0];
    let share = |interval| design.share(&late, &Domains::whole(4), interval, 0.95, Degrees::OfDesign);
    assert!(share(ShareInterval::ClopperPearson).unwrap_err().to_string().contains("korn-graubard"));
    assert!(share(ShareInterval::KornGraubard).is_ok());
}

#[test]
fn the_bootstrap_takes_its_dice_from_outside() {
    let hours: Vec<f64> = (0..200).map(|n| f64::from(n * 37 % 101)).collect();
    let design = Design::new(Plan { rows: 200, ..Plan::default() }).unwrap();
    let mut state = 1_u64;
    let dice = |n: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % n
    };
    let bootstrap = design.bootstrap(500, dice).unwrap();
    let error = |design: &Design| {
        design.estimate(&[Statistic::Mean(&hours)], &Domains::whole(200)).unwrap().estimates[0]
            .standard_error()
    };
    let ratio = error(&bootstrap) / error(&design);
    assert!((0.85..1.15).contains(&ratio), "{ratio}");
}

proptest::proptest! {
    #[test]
    fn domains_add_up(values in proptest::collection::vec(-100.0..100.0_f64, 12), groups in proptest::collection::vec(0_u8..3, 12)) {
        let units = Codes::of_texts(&["a", "a", "a", "b", "b", "b", "c", "c", "c", "d", "d", "d"]);
        let plan = Plan { rows: 12, stages: vec![StagePlan { units: Some(units), ..StagePlan::default() }], ..Plan::default() };
        let design = Design::new(plan).unwrap();
        let groups = Codes::of_numbers(&groups.iter().map(|group| f64::from(*group)).collect::<Vec<_>>());
        let parts = design.estimate(&[Statistic::Total(&values)], &Domains::by(&groups)).unwrap();
        let whole = design.estimate(&[Statistic::Total(&values)], &Domains::whole(12)).unwrap();
        let sum = parts.contrast(&vec![1.0; parts.estimates.len()]);
        proptest::prop_assert!((sum.value - whole.estimates[0].value).abs() < 1e-9);
        proptest::prop_assert!((sum.variance - whole.estimates[0].variance).abs() < 1e-6);
    }
}
