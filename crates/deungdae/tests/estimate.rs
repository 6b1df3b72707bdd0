//! `estimate` and `sample-size` as an analyst meets them. The schools are those of R's `survey`, and so are the figures.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

fn deungdae(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_deungdae")).args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn schools(name: &str) -> String {
    let path: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../survey/tests/r").join(name);
    path.to_str().unwrap().to_owned()
}

/// Runs `estimate` with a design and reads its JSON.
fn estimate(design: &str, data: &str, options: &[&str]) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("design.toml");
    std::fs::write(&file, design).unwrap();
    let mut arguments = vec!["estimate", "--json", "--design", file.to_str().unwrap(), data];
    arguments.extend(options);
    let output = deungdae(&arguments);
    assert!(output.status.success(), "{}", text(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// What `estimate` refuses, as it says it.
fn refusal(design: &str, data: &str, options: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let (file, table) = (folder.path().join("design.toml"), folder.path().join("data.csv"));
    std::fs::write(&file, design).unwrap();
    std::fs::write(&table, data).unwrap();
    let mut arguments = vec!["estimate", "--design", file.to_str().unwrap(), table.to_str().unwrap()];
    arguments.extend(options);
    let output = deungdae(&arguments);
    assert_eq!(output.status.code(), Some(2), "{}", text(&output.stdout));
    text(&output.stderr)
}

fn close(value: &Value, expected: f64) {
    let value = value.as_f64().unwrap_or(f64::NAN);
    assert!((value - expected).abs() <= 1e-8 * expected.abs(), "{value} is not {expected}");
}

/// R's answer to a question, from the committed output.
fn r(design: &str, statistic: &str, variable: &str, domain: &str, quantity: &str) -> f64 {
    let cases = std::fs::read_to_string(schools("cases.csv")).unwrap();
    let key = format!("{design},{statistic},{variable},{domain},{quantity},");
    let line = cases.lines().find_map(|line| line.strip_prefix(&key)).unwrap_or_else(|| panic!("{key}"));
    line.parse().unwrap()
}

const TWO_STAGES: &str = "clusters = [\"dnum\", \"snum\"]\nfpc = [\"fpc1\", \"fpc2\"]\n";

#[test]
fn a_two_stage_sample_of_schools_gives_the_figures_of_r() {
    let options = [
        "--mean",
        "api00",
        "--total",
        "enroll",
        "--ratio",
        "api.stu/enroll",
        "--quantile",
        "0.5",
        "--of",
        "api00",
    ];
    let answer = estimate(TWO_STAGES, &schools("clus2.csv"), &options);
    let lines = answer["estimates"].as_array().unwrap();
    let questions = [
        ("mean", "api00"),
        ("total", "enroll"),
        ("ratio", "api.stu/enroll"),
        ("quantile 0.5 math mean", "api00"),
    ];
    for (line, (statistic, variable)) in lines.iter().zip(questions) {
        close(&line["estimate"], r("clus2", statistic, variable, "all", "value"));
        close(&line["standard_error"], r("clus2", statistic, variable, "all", "se"));
    }
    close(&lines[0]["interval"][0], r("clus2", "mean", "api00", "all", "low_t"));
    close(&lines[0]["design_effect"], r("clus2", "mean", "api00", "all", "deff"));
    assert_eq!(
        (lines[0]["n"].as_u64(), lines[0]["psus"].as_u64(), lines[0]["df"].as_f64()),
        (Some(126), Some(40), Some(39.0))
    );
    assert_eq!(lines[0]["interval_method"], "t with 39 df", "a t interval says so");

    let normal = estimate(TWO_STAGES, &schools("clus2.csv"), &["--mean", "api00", "--df", "normal"]);
    close(&normal["estimates"][0]["interval"][0], r("clus2", "mean", "api00", "all", "low"));
}

#[test]
fn domains_and_shares_keep_the_design_and_few_answers_get_an_exact_interval() {
    let stratified = "strata = \"stype\"\nfpc = \"fpc\"\n";
    let answer = estimate(
        stratified,
        &schools("strat.csv"),
        &["--mean", "api00", "--proportion", "impr", "--by", "stype"],
    );
    let lines = answer["estimates"].as_array().unwrap();
    assert_eq!(lines.len(), 6);
    assert_eq!(lines[0]["by"]["stype"], "E");
    close(&lines[0]["standard_error"], r("strat", "mean", "api00", "E", "se"));
    close(&lines[3]["interval"][0], r("strat", "logit", "impr", "E", "low"));

    let small =
        estimate(stratified, &schools("strat.csv"), &["--proportion", "impr", "--where", "size=small"]);
    let method = small["estimates"][0]["interval_method"].as_str().unwrap();
    assert!(small["estimates"][0]["n"].as_u64().unwrap() < 60);
    assert_eq!(method.starts_with("korn-graubard"), small["estimates"][0]["n"].as_u64().unwrap() < 30);

    let few = estimate(stratified, &schools("strat.csv"), &["--proportion", "impr", "--where", "api00<420"]);
    assert!(few["estimates"][0]["n"].as_u64().unwrap() < 30);
    assert!(few["estimates"][0]["interval_method"].as_str().unwrap().starts_with("korn-graubard"));

    let categories = estimate(stratified, &schools("strat.csv"), &["--proportion", "stype"]);
    let sum: f64 = categories["estimates"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line["estimate"].as_f64().unwrap())
        .sum();
    assert!((sum - 1.0).abs() < 1e-12);
}

#[test]
fn weights_adjusted_to_known_populations_and_replicates_are_read_from_the_file() {
    let post = "clusters = \"dnum\"\nfpc = \"fpc\"\nframe_coverage = 0.97\nprivacy_conditions_held = true\n\
        [[post_strata]]\ncolumn = \"stype\"\nsizes = { E = 4421, H = 755, M = 1018 }\n";
    let answer = estimate(post, &schools("clus1.csv"), &["--total", "enroll"]);
    close(&answer["estimates"][0]["standard_error"], r("clus1_post", "total", "enroll", "all", "se"));
    assert_eq!(answer["estimates"][0]["frame_coverage"], 0.97);
    assert_eq!(answer["estimates"][0]["privacy_conditions_held"], true);

    let raked = "clusters = \"dnum\"\nfpc = \"fpc\"\n[[rake]]\ncolumn = \"stype\"\nsizes = { E = 4421, H = 755, M = 1018 }\n\
        [[rake]]\ncolumn = \"sch.wide\"\nsizes = { No = 1072, Yes = 5122 }\n";
    let answer = estimate(raked, &schools("clus1.csv"), &["--mean", "api00"]);
    close(&answer["estimates"][0]["standard_error"], r("clus1_rake", "mean", "api00", "all", "se"));

    let boot =
        "weights = \"pw\"\nreplicates = { kind = \"bootstrap\", columns = \"rep*\", combined = false }\n";
    let answer = estimate(boot, &schools("clus1.csv"), &["--mean", "api00"]);
    close(&answer["estimates"][0]["standard_error"], r("clus1_boot", "mean", "api00", "all", "se"));

    let jackknife = "clusters = \"dnum\"\nfpc = \"fpc\"\nreplicates = { kind = \"jk1\" }\n";
    let answer = estimate(jackknife, &schools("clus1.csv"), &["--mean", "api00"]);
    close(&answer["estimates"][0]["standard_error"], r("clus1_jk1", "mean", "api00", "all", "se"));

    let counties = "fpc = \"p\"\npps = \"brewer\"\n";
    let answer = estimate(counties, &schools("election.csv"), &["--total", "Bush"]);
    close(&answer["estimates"][0]["standard_error"], r("brewer", "total", "Bush", "all", "se"));
}

#[test]
fn the_table_is_for_people() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("design.toml");
    std::fs::write(&file, TWO_STAGES).unwrap();
    let output = deungdae(&[
        "estimate",
        "--design",
        file.to_str().unwrap(),
        &schools("clus2.csv"),
        "--mean",
        "acs.46",
        "--by",
        "stype",
    ]);
    let said = text(&output.stdout);
    assert!(output.status.success(), "{}", text(&output.stderr));
    for word in ["estimate", "std. error", "95 % from", "PSUs", "deff", "mean acs.46 | stype=E", "t with"] {
        assert!(said.contains(word), "{word} is not in\n{said}");
    }
    assert!(said.contains("Frame coverage is not stated."), "{said}");
}

#[test]
fn what_is_wrong_is_said_with_file_row_column_and_a_way_out() {
    let data = "id,stratum,size,hours\n1,a,10,48\n2,a,10,x\n3,b,20,52\n4,b,20,50\n";
    let design = "strata = \"stratum\"\nfpc = \"size\"\n";
    for (design, data, options, words) in [
        (
            design,
            data,
            vec!["--mean", "hours"],
            vec!["data.csv", "row 3", "\"hours\"", "\"x\"", "correct it"],
        ),
        (
            design,
            data,
            vec!["--mean", "pay"],
            vec!["data.csv", "no column \"pay\"", "id, stratum, size, hours"],
        ),
        (design, data, vec![], vec!["nothing is asked", "--mean"]),
        (
            "strata = \"stratum\"\nfpc = \"id\"\n",
            data,
            vec!["--mean", "id"],
            vec!["data.csv: row", "population"],
        ),
        (
            design,
            "id,stratum,size\n1,a,10\n2,a,10\n3,b,20\n",
            vec!["--mean", "id"],
            vec!["row 4", "only one unit", "adjust"],
        ),
        (design, "id,stratum,size\n1,a,10\n2,a\n", vec!["--mean", "id"], vec!["row 3", "2 fields", "3"]),
        (
            design,
            "id,stratum,size\n1,,10\n2,a,10\n",
            vec!["--mean", "id"],
            vec!["row 2", "\"stratum\" is empty"],
        ),
        (design, "id,stratum,size\n1,\"a,10\n", vec!["--mean", "id"], vec!["row 2", "quote"]),
        ("stratum = \"a\"\n", data, vec!["--mean", "id"], vec!["design.toml", "stratum", "strata"]),
        ("lonely_psu = \"ignore\"\n", data, vec!["--mean", "id"], vec!["design.toml", "ignore", "certainty"]),
        (design, data, vec!["--mean", "id", "--where", "stratum=c"], vec!["no row is left"]),
        (
            "weights = \"size\"\n[[post_strata]]\ncolumn = \"stratum\"\nsizes = { a = 3 }\n",
            data,
            vec!["--mean", "id"],
            vec!["stratum \"b\"", "row 4", "add it"],
        ),
    ] {
        let said = refusal(design, data, &options);
        for word in words {
            assert!(said.contains(word), "{word} is not in: {said}");
        }
    }
}

#[test]
fn sizes_are_computed() {
    let output = deungdae(&["sample-size", "--population", "500", "--json"]);
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["draw"], 81);
    assert_eq!((&answer["detection"][0]["draw"], &answer["detection"][1]["draw"]), (&28.into(), &56.into()));
    assert_eq!(answer["square_root_rule"], 23);

    let lot = text(&deungdae(&["sample-size", "--lot", "19"]).stdout);
    assert!(lot.contains("at least 13") && lot.contains("0.068") && lot.contains("0.084"), "{lot}");
    assert_eq!(deungdae(&["sample-size", "--margin", "2"]).status.code(), Some(2));
}
