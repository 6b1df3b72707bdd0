//! `data/method.md` as blocks: the part in the reader's language, and how the figures were made.

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use serde_json::{Value, json};

/// Korean, Japanese, or else written in Latin letters.
fn language_of(text: &str) -> &'static str {
    let count = |range: std::ops::RangeInclusive<char>| text.chars().filter(|c| range.contains(c)).count();
    let (hangul, kana) = (count('\u{ac00}'..='\u{d7a3}'), count('\u{3040}'..='\u{30ff}'));
    match () {
        () if kana > hangul => "ja",
        () if hangul > 0 => "ko",
        () => "en",
    }
}

/// The parts under each first-level heading. A protocol says how the work is done in several languages, one after
/// the other; what is there in the language that is asked for is taken, and everything else only where nothing is.
/// The last part tells of the figures of this release, and is there once.
fn parts<'a>(markdown: &'a str, language: &str) -> Vec<&'a str> {
    let mut starts: Vec<usize> = markdown.match_indices("\n# ").map(|(at, _)| at + 1).collect();
    if markdown.starts_with("# ") || starts.is_empty() {
        starts.insert(0, 0);
    }
    let ends = starts.iter().skip(1).copied().chain([markdown.len()]);
    let all: Vec<&str> = starts.iter().zip(ends).filter_map(|(from, to)| markdown.get(*from..to)).collect();
    let Some((figures, ways)) = all.split_last() else { return Vec::new() };
    let own: Vec<&str> = ways.iter().copied().filter(|part| language_of(part) == language).collect();
    let mut chosen = if own.is_empty() { ways.to_vec() } else { own };
    chosen.push(figures);
    chosen
}

/// The method for a reader of this language.
pub fn blocks(markdown: &str, language: &str) -> Vec<Value> {
    parts(markdown, language).into_iter().flat_map(one_part).collect()
}

/// Words with what is emphasised: a list of `[style, text]`.
#[derive(Default)]
struct Words {
    runs: Vec<(&'static str, String)>,
    styles: Vec<&'static str>,
}

impl Words {
    fn add(&mut self, text: &str) {
        let style = self.styles.last().copied().unwrap_or("");
        match self.runs.last_mut() {
            Some((last, run)) if *last == style => run.push_str(text),
            _ => self.runs.push((style, text.to_owned())),
        }
    }

    fn take(&mut self) -> Value {
        let runs = std::mem::take(&mut self.runs);
        runs.into_iter().map(|(style, text)| json!([style, text])).collect()
    }
}

fn one_part(markdown: &str) -> Vec<Value> {
    let mut blocks = Vec::new();
    let mut words = Words::default();
    // Lists in lists are set as one: methods are written flat.
    let (mut items, mut ordered, mut depth) = (Vec::new(), false, 0_usize);
    let (mut head, mut rows, mut row) = (Vec::new(), Vec::new(), Vec::new());
    let mut code: Option<String> = None;
    let mut last = 0;
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::Emphasis) => words.styles.push("emphasis"),
            Event::Start(Tag::Strong) => words.styles.push("strong"),
            Event::End(TagEnd::Emphasis | TagEnd::Strong) => drop(words.styles.pop()),
            Event::Start(Tag::List(start)) => {
                depth += 1;
                ordered = start.is_some();
            }
            Event::End(TagEnd::List(_)) => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    blocks.push(
                        json!({ "kind": "items", "ordered": ordered, "items": std::mem::take(&mut items) }),
                    );
                }
            }
            Event::End(TagEnd::Item) => items.push(words.take()),
            Event::End(TagEnd::Heading(level)) => {
                // No level is skipped, or nobody can find their way by ear.
                last = if level == HeadingLevel::H1 || last == 0 { 1 } else { 2 };
                blocks.push(json!({ "kind": "heading", "level": last, "words": words.take() }));
            }
            Event::End(TagEnd::Paragraph) if depth == 0 => {
                blocks.push(json!({ "kind": "words", "words": words.take() }));
            }
            Event::Start(Tag::CodeBlock(_)) => code = Some(String::new()),
            Event::End(TagEnd::CodeBlock) => {
                let text = code.take().unwrap_or_default();
                blocks.push(json!({ "kind": "code", "text": text.trim_end() }));
            }
            Event::End(TagEnd::TableCell) => row.push(words.take()),
            Event::End(TagEnd::TableHead) => head = std::mem::take(&mut row),
            Event::End(TagEnd::TableRow) => rows.push(std::mem::take(&mut row)),
            Event::End(TagEnd::Table) => blocks.push(json!({
                "kind": "grid", "head": std::mem::take(&mut head), "rows": std::mem::take(&mut rows),
            })),
            Event::Text(text) => match &mut code {
                Some(code) => code.push_str(&text),
                None => words.add(&text),
            },
            Event::Code(text) => {
                words.styles.push("code");
                words.add(&text);
                words.styles.pop();
            }
            Event::SoftBreak | Event::HardBreak => words.add(" "),
            _ => {}
        }
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    const METHOD: &str = "# How\nWe *draw*.\n\n---\n\n# 방법\n한사람씩 **이름없이**.\n\n---\n\n# 進め方\nくじで選ぶ。\n\n# Figures\n| a | b |\n|---|---|\n| 1 | `x` |\n";

    #[test]
    fn a_reader_gets_their_language_and_how_the_figures_were_made() {
        let titles = |language| -> Vec<Value> {
            let heads = blocks(METHOD, language).into_iter().filter(|block| block["kind"] == "heading");
            heads.map(|block| block["words"][0][1].clone()).collect()
        };
        assert_eq!(titles("en"), ["How", "Figures"]);
        assert_eq!(titles("ko"), ["방법", "Figures"]);
        assert_eq!(titles("ja"), ["進め方", "Figures"]);
        assert_eq!(titles("fr"), ["How", "방법", "進め方", "Figures"], "nothing in it: everything");
        let blocks = blocks(METHOD, "ko");
        assert_eq!(blocks[1]["words"], json!([["", "한사람씩 "], ["strong", "이름없이"], ["", "."]]));
        assert_eq!(blocks.last().unwrap()["rows"], json!([[[["", "1"]], [["code", "x"]]]]));
    }
}
