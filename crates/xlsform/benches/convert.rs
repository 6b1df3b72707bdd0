//! How long a large form takes: 500 questions, 5,000 choices, two languages.
//!
//! With `PYXFORM_PYTHON` set to a Python that has pyxform, pyxform converts the same form on the same machine.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::process::Command;
use std::time::{Duration, Instant};

use xlsform::{Workbook, convert};

const QUESTIONS: usize = 500;
const LISTS: usize = 50;
const CHOICES: usize = 5_000;
const RUNS: usize = 21;

const PYTHON: &str = r#"
import statistics, sys, time
from pyxform.xls2xform import convert
form = open(sys.argv[1], encoding="utf-8").read()
times = []
for _ in range(5):
    start = time.perf_counter()
    convert(xlsform=form, file_type=".md", form_name="data")
    times.append(time.perf_counter() - start)
print(statistics.median(times))
"#;

fn main() -> io::Result<()> {
    let form = large_form();
    let mut out = io::stdout().lock();
    writeln!(out, "{QUESTIONS} questions, {CHOICES} choices, 2 languages")?;
    writeln!(out, "{}; load {}", processor(), load())?;
    let workbook = Workbook::from_markdown(&form).map_err(io::Error::other)?;
    let bytes = convert(&workbook, "data").map_err(io::Error::other)?.xform.len();
    writeln!(out, "the XForm has {} KiB", bytes / 1024)?;
    let read = median(|| Workbook::from_markdown(&form).is_ok());
    let converted = median(|| convert(&workbook, "data").is_ok());
    let both = median(|| Workbook::from_markdown(&form).and_then(|w| convert(&w, "data")).is_ok());
    writeln!(out, "{:<28}{:>12}{:>12}", "", "median", "fastest")?;
    for (what, (middle, fastest)) in
        [("read Markdown", read), ("convert", converted), ("read and convert", both)]
    {
        let [middle, fastest] = [middle, fastest].map(|time| time.as_secs_f64() * 1000.0);
        writeln!(out, "{what:<28}{middle:>9.1} ms{fastest:>9.1} ms")?;
    }
    match pyxform(&form)? {
        Some(seconds) => {
            writeln!(out, "{:<28}{:>9.1} ms", "pyxform, read and convert", seconds * 1000.0)?;
            writeln!(out, "{:<28}{:>9.0} times", "faster", seconds / both.0.as_secs_f64())
        }
        None => writeln!(out, "pyxform: not measured, set PYXFORM_PYTHON to a Python that has it"),
    }
}

/// The median and the fastest of the runs.
fn median(mut run: impl FnMut() -> bool) -> (Duration, Duration) {
    let mut times: Vec<Duration> = (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            assert!(run(), "the form must convert");
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    (times[RUNS / 2], times[0])
}

fn pyxform(form: &str) -> io::Result<Option<f64>> {
    let Ok(python) = std::env::var("PYXFORM_PYTHON") else { return Ok(None) };
    let file = std::env::temp_dir().join(format!("large-form-{}.md", std::process::id()));
    std::fs::write(&file, form)?;
    let output = Command::new(python).arg("-c").arg(PYTHON).arg(&file).output()?;
    std::fs::remove_file(&file)?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().parse().ok())
}

fn processor() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let count = std::thread::available_parallelism().map_or(1, usize::from);
    format!("{}, {count} cores", model.map_or("unknown processor", |(_, name)| name))
}

fn load() -> String {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    load.split(' ').next().unwrap_or("unknown").to_owned()
}

/// Selects, numbers, texts and calculations in groups of ten, with relevance and constraints.
fn large_form() -> String {
    let mut form = String::from(
        "| survey |\n| | type | name | label::English (en) | label::한국어 (ko) | relevant | constraint | calculation |\n",
    );
    for i in 0..QUESTIONS {
        if i % 10 == 0 {
            let _ = writeln!(form, "| | begin_group | g{i} | Part {i} | {i} 부분 | | | |");
        }
        let before = format!("${{q{}}}", i.saturating_sub(1));
        let _ = match i % 5 {
            0 => writeln!(form, "| | select_one list{} | q{i} | Which one? | 어느 것? | | | |", i % LISTS),
            1 => writeln!(
                form,
                "| | select_multiple list{} | q{i} | Which? | 어느 것들? | {before} != '' | | |",
                i % LISTS
            ),
            2 => writeln!(
                form,
                "| | integer | q{i} | How many at {before}? | {before} 몇 개? | | . >= 0 and . < 1000 | |"
            ),
            3 => writeln!(form, "| | calculate | q{i} | | | | | {before} * 2 |"),
            _ => writeln!(form, "| | text | q{i} | Remarks | 비고 | {before} > 5 | | |"),
        };
        if i % 10 == 9 {
            form.push_str("| | end_group | | | | | | |\n");
        }
    }
    form.push_str(
        "| choices |\n| | list_name | name | label::English (en) | label::한국어 (ko) | region |\n",
    );
    for i in 0..CHOICES {
        let _ = writeln!(form, "| | list{} | c{i} | Choice {i} | 선택 {i} | r{} |", i % LISTS, i % 7);
    }
    form.push_str(
        "| settings |\n| | form_id | version | default_language |\n| | large | 1 | English (en) |\n",
    );
    form
}
