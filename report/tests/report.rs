//! What a reader prints, and what is refused. The release is the demo's (`scripts/test_report.sh` exports it and says
//! where), and one made here in memory whose every number is known. The PDF is read by a program that is not ours.

#[path = "../../crates/bag/tests/story/example.rs"]
mod example;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use bag::Files;
use deungdae_report::{content, languages, read, report};

fn demo() -> PathBuf {
    let folder = std::env::var_os("DEUNGDAE_TEST_RELEASE");
    folder.expect("DEUNGDAE_TEST_RELEASE names the folder of a release: run `make test-report`").into()
}

/// An empty folder of a test's own.
fn place(test: &str) -> PathBuf {
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
    let _ = fs::remove_dir_all(&place);
    fs::create_dir_all(&place).unwrap();
    place
}

fn run(arguments: &[&str], folder: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_deungdae-report")).args(arguments).current_dir(folder).output().unwrap()
}

/// Answers what was said, for a run that ended so.
fn said(arguments: &[&str], folder: &Path, code: i32) -> String {
    let output = run(arguments, folder);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{arguments:?}\n{out}{err}");
    if out.is_empty() { err } else { out }
}

/// What poppler reads in a PDF.
fn poppler(program: &str, arguments: &[&str], pdf: &Path) -> String {
    let output = Command::new(program).args(arguments).arg(pdf).arg("-").output();
    let output = output.unwrap_or_else(|error| panic!("{program} of poppler-utils: {error}"));
    String::from_utf8(output.stdout).unwrap()
}

/// The words as they lie on the page, rows as lines.
fn words_of(pdf: &Path) -> String {
    poppler("pdftotext", &["-layout"], pdf)
}

fn without_spaces(text: &str) -> String {
    text.split_whitespace().collect()
}

/// The bookmarks, each indented by its depth.
fn outline(pdf: &Path) -> Vec<String> {
    let output = Command::new("pdftohtml").args(["-xml", "-i", "-stdout"]).arg(pdf).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let (_, outline) = text.split_once("<outline>").expect("there are bookmarks");
    let (mut depth, mut items) = (0_usize, Vec::new());
    for line in outline.lines() {
        if line.starts_with("<outline>") {
            depth += 1;
        } else if line.starts_with("</outline>") {
            depth = depth.saturating_sub(1);
        } else if line.starts_with("<item")
            && let Some((_, item)) = line.split_once('>')
        {
            items.push(format!("{}{}", "  ".repeat(depth), item.replace("</item>", "")));
        }
    }
    items
}

fn written(files: &Files, to: &Path) {
    for (path, bytes) in files.readable() {
        let path = to.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

/// Each piece of the report of the bag: cells, facts, paragraphs, headings, in its own words.
fn pieces(html: &str) -> Vec<String> {
    let main = &html[html.find("<main").unwrap()..html.find("</main>").unwrap()];
    let mut pieces = Vec::new();
    let mut rest = main;
    while let Some(at) = rest.find('<') {
        let words = rest[..at].replace("&amp;", "&").replace("&#39;", "'").replace("&#60;", "<");
        if !words.trim().is_empty() {
            pieces.push(words.trim().to_owned());
        }
        let end = rest[at..].find('>').unwrap() + at;
        let tag = &rest[at..=end];
        // Charts are drawn, and narrow screens repeat the heads of their columns.
        let skip = if tag.starts_with("<svg") { Some("</svg>") } else { None };
        let skip = skip.or(tag.contains("aria-hidden").then_some("</span>"));
        rest = match skip {
            Some(close) => &rest[end + rest[end..].find(close).unwrap()..],
            None => &rest[end + 1..],
        };
    }
    pieces
}

#[test]
fn everything_that_the_release_says_is_on_paper_in_every_language() {
    let here = &place("languages");
    let release = demo();
    let bag = read(&release).unwrap();
    assert_eq!(languages(&bag), ["en", "ja", "ko"]);
    let titles = [("en", "Proof of the draw"), ("ko", "추첨의 증명"), ("ja", "抽選の証明")];
    for (language, proof) in titles {
        let name = format!("{language}.pdf");
        let told = said(&[release.to_str().unwrap(), "--language", language, "-o", &name], here, 0);
        assert!(told.contains("pages were written to") && !told.contains("No font"), "{told}");
        let pdf = here.join(&name);
        let words = without_spaces(&poppler("pdftotext", &["-raw"], &pdf));
        let html =
            String::from_utf8(bag.bytes(&format!("data/report.{language}.html")).unwrap().into()).unwrap();
        let pieces = pieces(&html);
        assert!(pieces.len() > 200, "{}", pieces.len());
        for piece in pieces {
            // A paragraph may go on overleaf; its words may not.
            let is_short = piece.chars().count() < 60;
            let parts = if is_short { vec![piece.as_str()] } else { piece.split_whitespace().collect() };
            for part in parts {
                let found = words.contains(&without_spaces(part));
                assert!(found, "{language}: “{part}” of “{piece}” is not in the PDF");
            }
        }
        assert!(words.contains(&without_spaces(proof)), "{language}: no proof of the draw");
        for (path, bytes) in bag.readable().filter(|(path, _)| path.starts_with("data/draw/")) {
            let id = path.trim_start_matches("data/draw/").trim_end_matches(".json");
            assert!(words.contains(id), "{language}: {id}");
            let draw: serde_json::Value = serde_json::from_slice(bytes).unwrap();
            let messages = &draw["messages"];
            for hash in
                [&messages["beacon.json"]["body"]["seed"], &messages["announce.json"]["body"]["roster_root"]]
            {
                assert!(words.contains(hash.as_str().unwrap()), "{language}: {hash}");
            }
        }
        for line in String::from_utf8_lossy(bag.bytes("manifest-sha256.txt").unwrap()).lines() {
            let hash = line.split(' ').next().unwrap();
            assert!(words.contains(hash), "{language}: {line}");
        }
    }
}

#[test]
fn a_pdf_can_be_made_again_byte_for_byte_and_be_read_aloud() {
    let here = &place("again");
    let release = example::published().bag;
    let release = with_report(release, "");
    let folder = here.join("zone-2026-w48");
    written(&release, &folder);
    said(&["zone-2026-w48", "-o", "one.pdf"], here, 0);
    said(&["zone-2026-w48", "--language", "en", "-o", "two.pdf"], here, 0);
    let bytes = fs::read(here.join("one.pdf")).unwrap();
    assert_eq!(bytes, fs::read(here.join("two.pdf")).unwrap());

    // The ZIP that a server hands out is the same release.
    let mut zip = zip::ZipWriter::new(fs::File::create(here.join("zone-2026-w48.zip")).unwrap());
    for (path, bytes) in release.readable() {
        use std::io::Write as _;
        zip.start_file(format!("zone-2026-w48/{path}"), zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap();
    said(&["zone-2026-w48.zip"], here, 0);
    assert_eq!(bytes, fs::read(here.join("zone-2026-w48.en.pdf")).unwrap());

    let about = Command::new("pdfinfo").arg(here.join("one.pdf")).output().unwrap();
    let about = String::from_utf8_lossy(&about.stdout).into_owned();
    for line in [
        "Title:           Identity cards kept by the employer",
        "Author:          Monitors of the zone",
        "CreationDate:    Wed Nov 25 00:00:00 2026",
        "Tagged:          yes",
        "Page size:       595.276 x 841.89 pts (A4)",
    ] {
        assert!(about.contains(line), "{line}: {about}");
    }
    let claims = Command::new("pdfinfo").arg("-meta").arg(here.join("one.pdf")).output().unwrap();
    let claims = String::from_utf8_lossy(&claims.stdout).into_owned();
    for claim in ["<pdfuaid:part>1<", "<pdfaid:part>2<", "<pdfaid:conformance>A<"] {
        assert!(claims.contains(claim), "{claim}: {claims}");
    }
    let structure = Command::new("pdfinfo").arg("-struct-text").arg(here.join("one.pdf")).output().unwrap();
    let structure = String::from_utf8_lossy(&structure.stdout).into_owned();
    assert!(
        structure.contains("Table") && structure.contains("TH") && structure.contains("H1"),
        "{structure}"
    );
}

/// The example's release with reports as the house writes them, its one table from the published CSV.
fn with_report(release: Files, more: &str) -> Files {
    let csv = example::text(&release, "data/tables/card_kept.csv");
    let mut counts = std::collections::BTreeMap::<&str, Vec<(&str, &str)>>::new();
    for line in csv.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        counts.entry(cells[0]).or_default().push((cells[1], cells[2]));
    }
    let first = counts.values().next().unwrap();
    let heads: String =
        first.iter().map(|(answer, _)| format!("<th class=\"figure\">{answer}</th>")).collect();
    let not_shown = |count: &str| if count == "x" { "not shown".to_owned() } else { count.to_owned() };
    let rows: String = counts
        .iter()
        .map(|(unit, cells)| {
            let cells = cells
                .iter()
                .map(|(_, count)| format!("<td class=\"figure\"><span>{}</span></td>", not_shown(count)));
            format!("<tr><td><span>{unit}</span></td>{}</tr>", cells.collect::<String>())
        })
        .collect();
    let html = format!(
        "<!doctype html>\n<html lang=\"en\"><head><title>x</title></head><body><main>\n<div class=\"title\"><h1>Identity cards kept by the employer</h1></div>\n<dl class=\"facts\"><div><dt>Published by</dt><dd>Monitors of the zone</dd></div></dl> <section class=\"part\"><h2>Results</h2><p class=\"reading\">Lines are intervals.{more}</p><section class=\"table wide\"><div class=\"above\"><h2>Cards kept: counts</h2></div><div class=\"rows\"><table><thead><tr><th>Unit</th>{heads}</tr></thead><tbody>{rows}</tbody></table></div></section></section> <section class=\"part\"><h2>Findings and replies</h2><section class=\"part\"><h2>F-1</h2><dl class=\"facts\"><div><dt>Finding</dt><dd>Cards are kept.</dd></div><div><dt>Reply</dt><dd>They are given back.</dd></div></dl></section></section>\n</main></body></html>\n"
    );
    let mut release = release;
    release.put("data/report.en.html", html);
    release.0.remove("data/report.ko.html");
    release.0.remove("data/report.ko.pdf");
    example::entered_again(release)
}

#[test]
fn a_cell_that_is_not_shown_is_not_on_paper_and_the_bookmarks_lead_through() {
    let here = &place("hidden");
    let release = with_report(example::published().bag, "");
    written(&release, &here.join("zone"));
    said(&["zone", "-o", "zone.pdf"], here, 0);
    let words = words_of(&here.join("zone.pdf"));
    let row = |unit: &str| -> Vec<String> {
        let line = words
            .lines()
            .find(|line| line.trim_start().starts_with(unit))
            .unwrap_or_else(|| panic!("{words}"));
        line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).map(str::to_owned).collect()
    };
    // 3 of the cutting shop said yes, which nobody may learn.
    let cutting = row("cutting");
    assert!(cutting.contains(&"not shown".to_owned()), "{cutting:?}");
    assert!(!cutting.contains(&"3".to_owned()), "{cutting:?}");
    let said_by_bag = content(&release, "en").unwrap();
    let hidden = &said_by_bag["withheld"]["tables"][0];
    assert!(hidden["cells"].as_u64().unwrap() >= 2 && hidden["width"].as_u64().unwrap() >= 5, "{hidden}");

    assert_eq!(
        outline(&here.join("zone.pdf")),
        [
            "Results",
            "Findings and replies",
            "  F-1",
            "Proof of the draw",
            "  Draw site-0007/2026-w48/1",
            "  Draw site-0007/2026-w48/2",
            "Cells not shown, by table",
            "Method",
            "  How this was done",
            "Files of the release",
            "Verify it yourself",
        ]
    );
    let words = without_spaces(&words);
    for piece in [
        "the gate stayed closed",
        "carried out",
        "drand quicknet, round 123",
        "Cards are kept.",
        "They are given back.",
    ] {
        assert!(words.contains(&without_spaces(piece)), "{piece}: {words}");
    }
}

#[test]
fn a_bag_that_was_changed_is_refused_and_the_file_is_named() {
    let here = &place("changed");
    let honest = with_report(example::published().bag, "");
    let changes: [(&str, &dyn Fn(&mut Files)); 4] = [
        ("data/tables/card_kept.csv", &|bag| {
            let csv = example::text(bag, "data/tables/card_kept.csv");
            bag.put("data/tables/card_kept.csv", csv.replacen("20", "10", 1));
        }),
        ("data/report.en.html", &|bag| {
            let html = example::text(bag, "data/report.en.html");
            bag.put("data/report.en.html", html.replace("Cards are kept", "No card is kept"));
        }),
        ("data/draw/site-0007/2026-w48/1.json", &|bag| {
            bag.0.remove("data/draw/site-0007/2026-w48/1.json");
        }),
        ("data/more.txt", &|bag| bag.put("data/more.txt", "more")),
    ];
    for (number, (file, change)) in changes.into_iter().enumerate() {
        let mut bag = honest.clone();
        change(&mut bag);
        let folder = format!("bag-{number}");
        written(&bag, &here.join(&folder));
        let told = said(&[&folder, "-o", "never.pdf"], here, 1);
        assert!(told.contains("does not hold") && told.contains(file), "{file}: {told}");
        assert!(!here.join("never.pdf").exists());
    }
    assert!(said(&["nothing-here"], here, 2).contains("there is nothing here"));
    written(&honest, &here.join("zone"));
    let told = said(&["zone", "--language", "ko"], here, 2);
    assert!(told.contains("no report in “ko”; there are: en"), "{told}");
    fs::write(here.join("zone.zip"), "no zip").unwrap();
    assert!(said(&["zone.zip"], here, 2).contains("no ZIP"));
}

#[test]
fn a_letter_that_no_font_has_is_spelled() {
    let bag = with_report(example::published().bag, " ก 등대 灯台 燈");
    let printed = report(&bag, "en", Vec::new()).unwrap();
    assert_eq!(printed.unknown.iter().collect::<String>(), "ก");
    let pdf = place("letter").join("one.pdf");
    fs::write(&pdf, &printed.pdf).unwrap();
    let words = words_of(&pdf);
    assert!(words.contains("[U+0E01]") && words.contains("등대") && words.contains("灯台"), "{words}");
}

#[test]
fn a_report_that_another_program_wrote_is_refused() {
    let bag = example::published().bag;
    let refused = report(&bag, "en", Vec::new()).unwrap_err().to_string();
    assert!(refused.contains("data/report.en.html has no <main>"), "{refused}");
}
