//! The samples of California schools and American counties that R's `survey` ships, and designs on them.

use std::collections::BTreeMap;

use survey::{
    Codes, Design, Distance, Formula, GivenReplicates, Joint, LonelyUnit, Plan, RakeLimits, Selection,
    StagePlan,
};

/// A CSV file without quotes.
pub struct Table {
    pub names: Vec<String>,
    pub lines: Vec<Vec<String>>,
}

impl Table {
    pub fn read(name: &str) -> Self {
        let path = format!("{}/tests/r/{name}", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        let mut lines = text
            .lines()
            .map(|line| line.split(',').map(|field| field.trim_matches('"').to_owned()).collect());
        Table { names: lines.next().unwrap(), lines: lines.collect() }
    }

    pub fn texts(&self, name: &str) -> Vec<&str> {
        let at = self.names.iter().position(|own| own == name).unwrap_or_else(|| panic!("no column {name}"));
        self.lines.iter().map(|line| line[at].as_str()).collect()
    }

    pub fn numbers(&self, name: &str) -> Vec<f64> {
        let number = |text: &str| if text == "NA" { f64::NAN } else { text.parse().unwrap() };
        self.texts(name).into_iter().map(number).collect()
    }

    pub fn codes(&self, name: &str) -> Codes {
        Codes::of_texts(&self.texts(name))
    }

    /// The number of a name in a column's codes.
    pub fn code_of(&self, column: &str, codes: &Codes, name: &str) -> usize {
        let texts = self.texts(column);
        codes.first_row().iter().position(|&row| texts[row as usize] == name).unwrap()
    }

    /// Sizes in the order of a column's codes.
    pub fn sizes(&self, column: &str, sizes: &[(&str, f64)]) -> (Codes, Vec<f64>) {
        let codes = self.codes(column);
        let mut ordered = vec![0.0; codes.count()];
        for (name, size) in sizes {
            ordered[self.code_of(column, &codes, name)] = *size;
        }
        (codes, ordered)
    }
}

/// The rows of a named domain.
pub fn inside(table: &Table, domain: &str) -> Vec<bool> {
    let is = |column: &str, value: &str| table.texts(column).into_iter().map(|own| own == value).collect();
    match domain {
        "E" | "H" => is("stype", domain),
        "notH" => table.texts("stype").into_iter().map(|own| own != "H").collect(),
        "small" | "large" => is("size", domain),
        "wideno" => is("sch.wide", "No"),
        "big" => is("big", "yes"),
        _ => vec![true; table.lines.len()],
    }
}

const TYPES: [(&str, f64); 3] = [("E", 4421.0), ("H", 755.0), ("M", 1018.0)];
const WIDE: [(&str, f64); 2] = [("No", 1072.0), ("Yes", 5122.0)];

fn stage(units: Option<Codes>, strata: Option<Codes>, population: Option<Vec<f64>>) -> StagePlan {
    StagePlan { units, strata, population }
}

fn plan(table: &Table, stages: Vec<StagePlan>, weights: Option<&str>) -> Plan {
    Plan {
        rows: table.lines.len(),
        stages,
        weights: weights.map(|name| table.numbers(name)),
        ..Plan::default()
    }
}

fn post_stratified(table: &Table, design: Design) -> Design {
    let (codes, sizes) = table.sizes("stype", &TYPES);
    design.post_stratified(&codes, &sizes).unwrap()
}

fn raked(table: &Table, design: Design) -> Design {
    design
        .raked(&[table.sizes("stype", &TYPES), table.sizes("sch.wide", &WIDE)], RakeLimits::default())
        .unwrap()
}

fn calibrated(table: &Table, design: Design, distance: Distance) -> Design {
    let is = |name: &str| {
        table.texts("stype").into_iter().map(|own| f64::from(u8::from(own == name))).collect::<Vec<_>>()
    };
    let columns = [vec![1.0; table.lines.len()], is("H"), is("M"), table.numbers("api99")];
    design.calibrated(&columns, &[6194.0, 755.0, 1018.0, 3_914_069.0], distance).unwrap()
}

fn bootstrapped(table: &Table, combined: bool, from_estimate: bool) -> Design {
    let names: Vec<&String> = table.names.iter().filter(|name| name.starts_with("rep")).collect();
    let columns: Vec<Vec<f64>> = names.iter().map(|name| table.numbers(name)).collect();
    let scale = 1.0 / (columns.len() as f64 - 1.0);
    let given = GivenReplicates { columns, combined, scale, scales: None, from_estimate };
    Design::with_replicates(table.numbers("pw"), given).unwrap()
}

/// All designs of cases.R by name, with their data.
pub fn designs() -> BTreeMap<&'static str, (Table, Design)> {
    let mut designs = BTreeMap::new();
    let mut add = |name, file: &str, make: &dyn Fn(&Table) -> Design| {
        let table = Table::read(file);
        let design = make(&table);
        designs.insert(name, (table, design));
    };
    let new = |plan: Plan| Design::new(plan).unwrap();
    let srs = |t: &Table| new(plan(t, vec![stage(None, None, Some(t.numbers("fpc")))], None));
    let strat =
        |t: &Table| new(plan(t, vec![stage(None, Some(t.codes("stype")), Some(t.numbers("fpc")))], None));
    let clus1 =
        |t: &Table| new(plan(t, vec![stage(Some(t.codes("dnum")), None, Some(t.numbers("fpc")))], None));
    let clus1_weights = |t: &Table| new(plan(t, vec![stage(Some(t.codes("dnum")), None, None)], Some("pw")));
    let two_stages = |t: &Table, names: Option<[&str; 2]>| {
        let population = |at: usize| names.map(|names| t.numbers(names[at]));
        let stages = vec![
            stage(Some(t.codes("dnum")), None, population(0)),
            stage(Some(t.codes("snum")), None, population(1)),
        ];
        new(plan(t, stages, if names.is_none() { Some("pw") } else { None }))
    };
    let clus2 = |t: &Table| two_stages(t, Some(["fpc1", "fpc2"]));

    add("srs", "srs.csv", &srs);
    add("srs_weights", "srs.csv", &|t| new(plan(t, vec![], Some("pw"))));
    add("strat", "strat.csv", &strat);
    add("strat_weights", "strat.csv", &|t| {
        new(plan(t, vec![stage(None, Some(t.codes("stype")), None)], Some("pw")))
    });
    add("clus1", "clus1.csv", &clus1);
    add("clus1_weights", "clus1.csv", &clus1_weights);
    add("clus1_fpc_and_weights", "clus1.csv", &|t| {
        new(plan(t, vec![stage(Some(t.codes("dnum")), None, Some(t.numbers("fpc")))], Some("pw")))
    });
    add("clus2", "clus2.csv", &clus2);
    add("clus2_fractions", "clus2.csv", &|t| two_stages(t, Some(["f1", "f2"])));
    add("clus2_weights", "clus2.csv", &|t| two_stages(t, None));
    // A second stage without a size of its own is left to the first.
    add("clus2_ultimate", "clus2.csv", &|t| {
        let stages = vec![
            stage(Some(t.codes("dnum")), None, Some(t.numbers("fpc1"))),
            stage(Some(t.codes("snum")), None, None),
        ];
        new(plan(t, stages, Some("pw")))
    });
    add("srs_post", "srs.csv", &|t| post_stratified(t, srs(t)));
    add("clus1_post", "clus1.csv", &|t| post_stratified(t, clus1(t)));
    add("clus2_post", "clus2.csv", &|t| post_stratified(t, clus2(t)));
    add("clus1_rake", "clus1.csv", &|t| raked(t, clus1(t)));
    add("strat_rake", "strat.csv", &|t| raked(t, strat(t)));
    add("clus1_greg", "clus1.csv", &|t| calibrated(t, clus1(t), Distance::Linear));
    add("strat_greg", "strat.csv", &|t| calibrated(t, strat(t), Distance::Linear));
    add("clus1_calrake", "clus1.csv", &|t| calibrated(t, clus1(t), Distance::Raking));
    add("srs_jk1", "srs.csv", &|t| srs(t).jackknife().unwrap());
    add("clus1_jk1", "clus1.csv", &|t| clus1(t).jackknife().unwrap());
    add("strat_jkn", "strat.csv", &|t| strat(t).jackknife().unwrap());
    add("clus1_jk1_post", "clus1.csv", &|t| post_stratified(t, clus1_weights(t).jackknife().unwrap()));
    add("clus1_jk1_rake", "clus1.csv", &|t| raked(t, clus1_weights(t).jackknife().unwrap()));
    add("clus1_jk1_greg", "clus1.csv", &|t| {
        calibrated(t, clus1_weights(t).jackknife().unwrap(), Distance::Linear)
    });
    add("clus1_boot", "clus1.csv", &|t| bootstrapped(t, false, false));
    add("strat_boot", "strat.csv", &|t| bootstrapped(t, true, false));
    add("strat_boot_mse", "strat.csv", &|t| bootstrapped(t, true, true));

    for (name, lonely) in [
        ("remove", LonelyUnit::Remove),
        ("certainty", LonelyUnit::Certainty),
        ("adjust", LonelyUnit::Adjust),
        ("average", LonelyUnit::Average),
    ] {
        add(name, "lone.csv", &|t| {
            let stages = vec![stage(None, Some(t.codes("stype")), None)];
            new(Plan { lonely, ..plan(t, stages, Some("pw")) })
        });
    }
    add("mu284", "mu284.csv", &|t| {
        let stages = vec![
            stage(Some(t.codes("id1")), None, Some(t.numbers("n1"))),
            stage(Some(t.codes("id2")), None, Some(t.numbers("n2"))),
        ];
        new(plan(t, stages, None))
    });
    let nested = |t: &Table, population: Option<Vec<f64>>| {
        let stages = vec![stage(Some(t.codes("psuid")), Some(t.codes("stratid")), population)];
        new(Plan { nested: true, ..plan(t, stages, Some("weight")) })
    };
    add("nested_fpc", "fpc.csv", &|t| nested(t, Some(t.numbers("Nh"))));
    add("nested_nofpc", "fpc.csv", &|t| nested(t, None));

    let joint: Vec<f64> =
        Table::read("jointprob.csv").lines.iter().flatten().map(|text| text.parse().unwrap()).collect();
    let joint = Joint { chances: joint, tolerance: 1e-4 };
    let pps = |t: &Table, selection: Selection, strata: Option<&str>| {
        let stages = vec![stage(None, strata.map(|name| t.codes(name)), Some(t.numbers("p")))];
        new(Plan { selection, ..plan(t, stages, None) })
    };
    let ht = Formula::HorvitzThompson;
    add("brewer", "election.csv", &|t| pps(t, Selection::Brewer, None));
    add("overton", "election.csv", &|t| pps(t, Selection::Overton(ht), None));
    add("hr", "election.csv", &|t| pps(t, Selection::HartleyRao(ht, None), None));
    add("hr_sum", "election.csv", &|t| {
        let sum = t.numbers("p").iter().map(|p| p * p).sum::<f64>() / 40.0;
        pps(t, Selection::HartleyRao(ht, Some(vec![sum])), None)
    });
    add("joint_ht", "election.csv", &|t| pps(t, Selection::Joint(ht, joint.clone()), None));
    add("joint_yg", "election.csv", &|t| pps(t, Selection::Joint(Formula::YatesGrundy, joint.clone()), None));
    add("replacement", "election.csv", &|t| new(plan(t, vec![], Some("wt"))));
    add("overton_yg", "election.csv", &|t| pps(t, Selection::Overton(Formula::YatesGrundy), None));
    add("brewer_strata", "election.csv", &|t| pps(t, Selection::Brewer, Some("half")));
    add("overton_strata", "election.csv", &|t| pps(t, Selection::Overton(ht), Some("half")));
    add("hr_strata", "election.csv", &|t| pps(t, Selection::HartleyRao(ht, None), Some("half")));
    designs
}
