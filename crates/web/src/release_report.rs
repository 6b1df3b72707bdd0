//! A release in words: the report that stands alone in its bag, and the same on our pages.

use askama::Template;
use desk::disclosure::{Change, PublishedTable, Quantity, Shown, TOTAL};
use desk::protocol::{Answers, CountedBy, Indicator, Protocol, ReleasePlan};
use desk::xforms::Form;
use desk::{Hidden, IN_TIME, LATE, NO_ANSWER, PrintedFinding, ReleaseContent, WITHOUT_DOUBTFUL};

use crate::address::Address;
use crate::assets;
use crate::locale::Locale;
use crate::pages::gap_table;
use crate::patterns::{
    Cell, Column, Estimate, Estimates, Facts, Markup, Notice, Prose, Section, Table, Tag, Tone,
};

/// Speaks about one release.
#[derive(Clone, Copy)]
pub struct Report<'a> {
    /// The reader's language.
    pub l: Locale,
    /// What it says.
    pub content: &'a ReleaseContent,
    /// The protocol that names indicators and facts.
    pub protocol: &'a Protocol,
    /// The form that names answers.
    pub form: &'a Form,
    /// Why cells are not shown: only for those who sign it.
    pub hidden: Option<&'a [Hidden]>,
}

#[derive(Template)]
#[template(
    source = r#"<!doctype html>
<html lang="{{ l.code() }}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{{ title }}</title>
<style>{{ style|safe }}</style>
</head>
<body class="no-rail">
<main>
<div class="title"><h1>{{ title }}</h1></div>
{{ body }}
</main>
</body>
</html>
"#,
    ext = "html"
)]
struct Alone<'a> {
    l: Locale,
    title: &'a str,
    style: &'a str,
    body: Markup,
}

/// The reports of a release in every language, each a page that needs no server and no script.
pub fn reports(content: &ReleaseContent, protocol: &Protocol, form: &Form) -> Vec<(String, String)> {
    let write = |l: Locale| {
        let report = Report { l, content, protocol, form, hidden: None };
        (l.code().to_owned(), report.alone())
    };
    Locale::ALL.map(write).into()
}

/// The part of a report that a page of ours can hold: what stands in its `main` below the title.
pub fn inner(html: &str) -> Option<&str> {
    let (_, rest) = html.split_once("</h1></div>\n")?;
    rest.rsplit_once("\n</main>").map(|(inner, _)| inner)
}

/// The style that a report brings along.
pub fn style(html: &str) -> Option<&str> {
    let (_, rest) = html.split_once("<style>")?;
    rest.split_once("</style>").map(|(style, _)| style)
}

impl<'a> Report<'a> {
    fn alone(self) -> String {
        let style = String::from_utf8_lossy(assets::STYLESHEET.bytes());
        let page = Alone { l: self.l, title: &self.content.title, style: &style, body: self.body() };
        page.render().unwrap_or_default()
    }

    /// Everything that the release says, from the access record to how it can be verified.
    pub fn body(self) -> Markup {
        let l = self.l;
        let mut parts: Vec<Markup> = vec![self.about().into(), self.access().into()];
        if self.content.only_access {
            parts.push(Section::new(l.text("release-withheld")).say(l.text("release-only-access")).into());
            let checks = Section::new(l.text("release-verify")).say(l.text("release-verify-says"));
            parts.push(checks.into());
            return Markup::joined(parts);
        }
        parts.push(self.chosen().into());
        let plan = self.protocol.release.as_ref();
        let indicators = plan.into_iter().flat_map(|plan| &plan.indicators);
        let results: Vec<Markup> = indicators.map(|one| self.indicator(one)).collect();
        let mut section = Section::new(l.text("release-results"));
        if self.content.tables.is_empty() {
            let fewest = self.content.policy.minimum_population;
            section = section.say(l.text_with_one("release-too-few", "fewest", fewest));
        } else {
            section = section.say(l.text("release-results-says"));
        }
        for result in results {
            section = section.part(result);
        }
        parts.push(section.into());
        parts.push(self.findings());
        parts.extend(self.gaps());
        parts.push(self.limits().into());
        parts.push(self.withheld().into());
        let checks = Section::new(l.text("release-verify")).say(l.text("release-verify-says"));
        parts.push(checks.into());
        Markup::joined(parts)
    }

    fn about(self) -> Facts {
        let (l, content) = (self.l, self.content);
        let mut facts = Facts::new()
            .fact(l.text("release-publisher"), content.publisher.as_str())
            .fact(l.text("release-about"), content.case.as_str());
        if !content.place.is_empty() {
            facts = facts.fact(l.text("release-place"), content.place.as_str());
        }
        let date = content.day.parse().map_or_else(|_| content.day.clone(), |day| l.date(day));
        facts
            .fact(l.text("release-day"), date)
            .fact(l.text("release-name"), content.name.as_str())
            .fact(l.text("release-licence"), "CC BY 4.0")
    }

    /// A month or a year as the language writes it.
    fn when(self, when: &str) -> String {
        match when.split_once('-').and_then(|(year, month)| Some((year, month.parse::<i32>().ok()?))) {
            Some((year, month)) => {
                self.l.text_with("release-month", &[("year", year.into()), ("month", month.into())])
            }
            None => when.to_owned(),
        }
    }

    fn fact_words(self, workflow: &str, kind: &str, values: &[(String, String)]) -> (String, String) {
        let declared = self.protocol.workflow(workflow).and_then(|known| known.workflow.fact(kind));
        let Some(declared) = declared else { return (kind.to_owned(), String::new()) };
        let code = self.l.code();
        let said = values.iter().filter_map(|(name, value)| {
            let field = declared.field(name)?;
            let value = match &field.kind {
                desk::casework::FieldKind::Choice(choices) => {
                    choices.iter().find(|(known, _)| known == value).map(|(_, words)| words.get(code))?
                }
                _ => value.as_str(),
            };
            Some(format!("{}: {value}", field.title.get(code)))
        });
        (declared.title.get(code).to_owned(), said.collect::<Vec<_>>().join(" · "))
    }

    fn table(self, caption: String) -> Table {
        Table::new(self.l, &Address::default(), caption, "").uncounted().wide()
    }

    fn access(self) -> Section {
        let workflow = self.protocol.release.as_ref().map_or("", |plan| plan.workflow.as_str());
        let mut facts = Facts::new();
        for line in &self.content.access {
            let (what, values) = self.fact_words(workflow, &line.kind, &line.values);
            let said = if values.is_empty() { what } else { format!("{what} — {values}") };
            facts = facts.fact(self.when(&line.when), said);
        }
        Section::new(self.l.text("release-access")).part(facts)
    }

    /// How people were chosen, and who answered.
    fn chosen(self) -> Section {
        let (l, response) = (self.l, &self.content.response);
        let mut section = Section::new(l.text("release-chosen"));
        section = match self.content.draws.as_slice() {
            [] => section.say(l.text("release-no-draw")),
            draws => section.say(l.text_with_one("release-draws", "draws", draws.join(", "))),
        };
        let mut facts = Facts::new();
        let count = response.interviews.map(|count| l.number(count));
        let few = || l.text_with_one("release-fewer", "fewest", self.content.policy.minimum_population);
        facts = facts.fact(l.text("release-interviews"), count.unwrap_or_else(few));
        let rates = [
            ("release-response-first", response.first_percent),
            ("release-response-all", response.all_percent),
            ("release-response-filled", response.filled_percent),
            ("release-private", response.private_percent),
        ];
        for (id, percent) in rates {
            if let Some(percent) = percent {
                facts = facts.fact(l.text(id), format!("{percent} %"));
            }
        }
        section = section.part(facts).say(l.text("release-response-says"));
        let doubtful = match (response.doubtful, response.with_and_without) {
            (_, true) => "release-doubtful-both",
            (true, false) => "release-doubtful",
            (false, false) => return section,
        };
        section.say(l.text(doubtful))
    }

    fn of(self, table: &PublishedTable) -> Option<&'a Indicator> {
        let plan: &'a ReleasePlan = self.protocol.release.as_ref()?;
        let own = table.table.axes.last()?;
        plan.indicators.iter().find(|one| one.id == own.dimension)
    }

    /// What a category is called.
    fn category(self, dimension: &str, name: &str) -> String {
        let l = self.l;
        match name {
            TOTAL => return l.text("release-total"),
            NO_ANSWER => return l.text("release-no-answer"),
            _ => {}
        }
        let plan = self.protocol.release.as_ref();
        if let Some(indicator) = plan.and_then(|plan| plan.indicators.iter().find(|one| one.id == dimension))
        {
            return self.answer(indicator, name);
        }
        let field = plan.and_then(|plan| {
            plan.sample
                .by
                .iter()
                .filter_map(|path| self.form.field(path))
                .find(|field| field.name == dimension)
        });
        let choice = field.and_then(|field| field.choices.iter().find(|choice| choice.value == name));
        let label = choice.and_then(|choice| self.form.text(&choice.label, l.code()));
        label.unwrap_or(name).to_owned()
    }

    fn answer(self, indicator: &Indicator, name: &str) -> String {
        let l = self.l;
        let Answers::Bands(_, ends) = &indicator.answers else {
            return match name {
                "yes" => l.text("release-yes"),
                "no" => l.text("release-no"),
                other => other.to_owned(),
            };
        };
        let unit = indicator.unit.as_ref().map_or("", |unit| unit.get(l.code()));
        let at = indicator.answers.names().iter().position(|known| known == name).unwrap_or(0);
        let end = |at: usize| ends.get(at).map(u32::to_string).unwrap_or_default();
        let before = || end(at.saturating_sub(1));
        let values =
            |from: String, to: String| [("from", from.into()), ("to", to.into()), ("unit", unit.into())];
        if at == 0 {
            l.text_with("release-band-to", &values(String::new(), end(0)))
        } else if at == ends.len() {
            l.text_with("release-band-over", &values(before(), String::new()))
        } else {
            l.text_with("release-band-between", &values(before(), end(at)))
        }
    }

    fn dimension(self, name: &str) -> String {
        let plan = self.protocol.release.as_ref();
        let field = plan.and_then(|plan| {
            plan.sample.by.iter().filter_map(|path| self.form.field(path)).find(|field| field.name == name)
        });
        let label = field.and_then(|field| self.form.text(&field.label, self.l.code()));
        // Questions are numbered in the form.
        let label = label.unwrap_or(name);
        label.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.' || c == ' ').to_owned()
    }

    /// Charts and tables of one indicator.
    fn indicator(self, indicator: &Indicator) -> Markup {
        let mut parts = Vec::new();
        for table in &self.content.tables {
            if self.of(table).is_none_or(|one| one.id != indicator.id) {
                continue;
            }
            let undoubted = table.table.name.ends_with(WITHOUT_DOUBTFUL);
            parts.extend(self.chart(indicator, table, undoubted));
            parts.extend(self.figures(indicator, table, undoubted));
            parts.push(self.counts(indicator, table, undoubted));
        }
        Markup::joined(parts)
    }

    fn title(self, indicator: &Indicator, undoubted: bool) -> String {
        let title = indicator.title.get(self.l.code()).to_owned();
        if undoubted { self.l.text_with_one("release-undoubted", "title", title) } else { title }
    }

    fn source(self, n_under: bool) -> String {
        let source = self.l.text("release-source");
        if !n_under {
            return source;
        }
        let flag = self.l.text_with_one("release-few-answers", "flag", self.content.policy.percent_flag);
        format!("{source} {flag}")
    }

    /// Shares with their intervals on one axis.
    fn chart(self, indicator: &Indicator, table: &PublishedTable, undoubted: bool) -> Option<Markup> {
        let l = self.l;
        let names = indicator.answers.names();
        let shown = |name: &str| matches!(indicator.answers, Answers::Bands(..)) || name == "yes";
        let shares: Vec<_> = self
            .content
            .estimates
            .iter()
            .filter(|one| one.table == table.table.name && one.quantity == Quantity::Percent)
            .filter(|one| one.position.last().is_some_and(|name| names.contains(name) && shown(name)))
            .collect();
        let first = shares.first()?;
        let said = l.text_with(
            "release-conclusion",
            &[
                ("title", self.title(indicator, undoubted).into()),
                ("value", l.decimal(first.value, 0).into()),
                ("low", l.decimal(first.low, 0).into()),
                ("high", l.decimal(first.high, 0).into()),
            ],
        );
        let conclusion = if names.len() == 2 { said } else { self.title(indicator, undoubted) };
        let few = shares.iter().any(|one| one.n < self.content.policy.percent_flag);
        let mut chart = Estimates::new(l, conclusion, self.source(few), " %", (0.0, 100.0)).places(0);
        for one in &shares {
            chart = chart.row(Estimate {
                label: self.row_label(table, &one.position, names.len() > 2),
                value: one.value,
                low: one.low,
                high: one.high,
                n: u64::from(one.n),
                representative: true,
            });
        }
        Some(chart.into())
    }

    fn row_label(self, table: &PublishedTable, position: &[String], with_answer: bool) -> String {
        let mut words: Vec<String> = Vec::new();
        for (axis, name) in table.table.axes.iter().zip(position) {
            let is_answer = Some(axis) == table.table.axes.last();
            if !is_answer || with_answer {
                words.push(self.category(&axis.dimension, name));
            }
        }
        if words.is_empty() { self.l.text("release-total") } else { words.join(": ") }
    }

    /// Means and rates.
    fn figures(self, indicator: &Indicator, table: &PublishedTable, undoubted: bool) -> Option<Markup> {
        let l = self.l;
        let means: Vec<_> = self
            .content
            .estimates
            .iter()
            .filter(|one| one.table == table.table.name && one.quantity == Quantity::Mean)
            .collect();
        let most = means.iter().map(|one| one.high).fold(0.0, f64::max);
        let first = means.first()?;
        let unit = indicator.unit.as_ref().map_or("", |unit| unit.get(l.code()));
        let conclusion = l.text_with(
            "release-mean",
            &[
                ("title", self.title(indicator, undoubted).into()),
                ("value", l.decimal(first.value, 1).into()),
                ("unit", unit.into()),
            ],
        );
        // An axis that ends at a round number above everything.
        let step = 10f64.powf(most.max(1.0).log10().floor());
        let end = (most / step).ceil().max(1.0) * step;
        let mut chart = Estimates::new(l, conclusion, l.text("release-source-mean"), "", (0.0, end));
        for one in &means {
            chart = chart.row(Estimate {
                label: self.row_label(table, &one.position, false),
                value: one.value,
                low: one.low,
                high: one.high,
                n: u64::from(one.n),
                representative: true,
            });
        }
        Some(chart.into())
    }

    /// How many answered what. A cell that is not shown is marked; who signs sees why.
    fn counts(self, indicator: &Indicator, table: &PublishedTable, undoubted: bool) -> Markup {
        let l = self.l;
        let caption = l.text_with_one("release-counts", "title", self.title(indicator, undoubted));
        let mut shown = self.table(caption);
        let axes = &table.table.axes;
        let Some((answers, groups)) = axes.split_last() else { return Markup::default() };
        for axis in groups {
            shown = shown.column(Column::new(self.dimension(&axis.dimension)));
        }
        let mut columns: Vec<&str> = Vec::new();
        let mut rows: Vec<&[String]> = Vec::new();
        for cell in &table.cells {
            let Some((answer, group)) = cell.position.split_last() else { continue };
            if !columns.contains(&answer.as_str()) {
                columns.push(answer);
            }
            if !rows.contains(&group) {
                rows.push(group);
            }
        }
        for answer in &columns {
            shown = shown.column(Column::new(self.category(&answers.dimension, answer)).numeric());
        }
        let is_nobody = |group: &[String]| {
            let own = table
                .cells
                .iter()
                .filter(|cell| cell.position.split_last().is_some_and(|(_, rest)| rest == group));
            own.clone().all(|cell| cell.shown == Shown::Count(0))
        };
        for group in rows.into_iter().filter(|group| !is_nobody(group)) {
            let named = axes.iter().zip(group).map(|(axis, name)| self.category(&axis.dimension, name));
            let mut cells: Vec<Cell> = named.map(Cell::from).collect();
            for answer in &columns {
                let cell = table.cells.iter().find(|cell| {
                    cell.position.split_last().is_some_and(|(last, rest)| last == answer && rest == group)
                });
                cells.push(match cell {
                    None => "–".into(),
                    Some(cell) => self.cell(table, &cell.position, &cell.shown),
                });
            }
            shown = shown.row(cells);
        }
        shown.into()
    }

    fn cell(self, table: &PublishedTable, position: &[String], shown: &Shown) -> Cell {
        let l = self.l;
        match shown {
            Shown::Count(count) => l.number(*count).into(),
            Shown::Band(low, high) => format!("{low}–{high}").into(),
            Shown::Percent(percent, n) => format!("{percent} % ({n})").into(),
            Shown::Suppressed => {
                let hidden = self.hidden.and_then(|hidden| {
                    hidden.iter().find(|one| one.table == table.table.name && one.position == position)
                });
                match hidden {
                    None => Cell::new(l.text("release-not-shown")),
                    Some(hidden) => Cell::new(Tag::new(Tone::Warning, l.text(reason(hidden)))),
                }
            }
        }
    }

    /// What findings are counted as.
    fn counted_as(self, workflow: &str, by: &CountedBy, name: &str) -> String {
        match by {
            CountedBy::Choice(fact, field) => {
                let (_, said) = self.fact_words(workflow, fact, &[(field.clone(), name.to_owned())]);
                said.split_once(": ").map_or_else(|| name.to_owned(), |(_, word)| word.to_owned())
            }
            CountedBy::Clock(_) => self.l.text(match name {
                IN_TIME => "release-in-time",
                LATE => "release-late",
                _ => "release-running",
            }),
        }
    }

    fn findings(self) -> Markup {
        let l = self.l;
        let Some(workflow) = self.protocol.release.as_ref().and_then(|plan| plan.findings.as_deref()) else {
            return Markup::default();
        };
        let mut section = Section::new(l.text("release-findings"));
        let counted = self.protocol.release.iter().flat_map(|plan| &plan.counted);
        for (counted, counts) in counted.zip(&self.content.counted) {
            if counts.is_empty() {
                continue;
            }
            let mut facts = Facts::new();
            for (name, count) in counts {
                facts = facts.fact(self.counted_as(workflow, &counted.by, name), l.number(*count));
            }
            section = section.part(Section::new(counted.title.get(l.code())).part(facts));
        }
        if self.content.findings.is_empty() {
            section = section.say(l.text("release-no-findings"));
        }
        for finding in &self.content.findings {
            let reply = match finding.reply.as_str() {
                "" => l.text("release-no-reply"),
                reply => reply.to_owned(),
            };
            let said = Facts::new()
                .fact(l.text("release-finding"), finding.statement.as_str())
                .fact(l.text("release-reply"), reply);
            let mut of_finding = Section::new(&finding.code).part(said);
            for (title, facts) in self.facts_of(workflow, finding) {
                of_finding = of_finding.part(Section::new(title).part(facts));
            }
            section = section.part(of_finding);
        }
        section.into()
    }

    /// What a finding's facts say, each under its own name.
    fn facts_of(self, workflow: &str, finding: &PrintedFinding) -> Vec<(String, Facts)> {
        let mut groups: Vec<(String, Facts)> = Vec::new();
        let (mut of, mut told): (&str, Vec<&str>) = ("", Vec::new());
        for (kind, name, value) in &finding.values {
            let (title, said) = self.fact_words(workflow, kind, &[(name.clone(), value.clone())]);
            // A field that was told already belongs to the next fact of the same kind.
            if kind != of || told.contains(&name.as_str()) {
                groups.push((title, Facts::new()));
                told.clear();
            }
            of = kind;
            told.push(name);
            if let (Some((title, value)), Some((_, facts))) = (said.split_once(": "), groups.last_mut()) {
                *facts = std::mem::take(facts).fact(title, value);
            }
        }
        groups
    }

    /// What the law says beside what is measured by: text of the protocol, about nobody.
    fn gaps(self) -> Option<Markup> {
        let l = self.l;
        let (gaps, yardsticks) = (self.protocol.gaps.as_ref()?, self.protocol.yardsticks.as_ref()?);
        let title = l.text_with_one("gaps-title", "law", gaps.title.get(l.code()));
        let table = gap_table(l, &Address::default(), gaps, yardsticks).uncounted().wide();
        Some(Section::new(title).say(gaps.note.get(l.code())).part(table).into())
    }

    fn limits(self) -> Section {
        let l = self.l;
        let section = Section::new(l.text("release-limits"));
        let mut section = if self.content.limits.is_empty() {
            section
        } else {
            self.content.limits.lines().fold(section, |section, line| section.part(Prose::new(line)))
        };
        section = section.say(l.text("release-limits-says"));
        section
    }

    /// What was withheld and why.
    fn withheld(self) -> Section {
        let (l, content) = (self.l, self.content);
        let policy = &content.policy;
        let mut section = Section::new(l.text("release-withheld")).say(l.text_with(
            "release-withheld-says",
            &[
                ("fewest", policy.k.into()),
                ("strict", policy.k_strict.into()),
                ("percent", policy.percent_base.into()),
                ("table", policy.minimum_population.into()),
            ],
        ));
        let hidden = content.tables.iter().flat_map(|table| &table.cells);
        let hidden = hidden.filter(|cell| cell.shown == Shown::Suppressed).count();
        section = section.say(l.count("release-hidden", hidden));
        for change in &content.changed {
            let table = match change {
                Change::Collapsed { table, .. }
                | Change::OneGeography { table, .. }
                | Change::TooFew { table } => table,
            };
            let id = match change {
                Change::TooFew { .. } => "release-table-too-few",
                _ => "release-coarser",
            };
            section = section.say(l.text_with_one(id, "table", table));
        }
        for id in &content.left_out {
            let plan = self.protocol.release.as_ref();
            let one = plan.and_then(|plan| plan.indicators.iter().find(|one| one.id == *id));
            let title = one.map_or(id.as_str(), |one| one.title.get(l.code()));
            section = section.say(l.text_with_one("release-left-out", "title", title));
        }
        section.say(l.text("release-not-covered"))
    }

    /// A notice above a preview: nothing of this is public yet.
    pub fn not_public_yet(self) -> Notice {
        Notice::new(Tone::Warning, self.l.text("release-preview-says"))
    }
}

/// Why a cell is not shown, as a Fluent id.
fn reason(hidden: &Hidden) -> &'static str {
    use desk::disclosure::Reason;
    match hidden.reason {
        None => "release-hides-other",
        Some(Reason::Small) => "release-hides-small",
        Some(Reason::SensitiveZero) => "release-hides-zero",
        Some(Reason::Homogeneous) => "release-hides-alike",
        Some(Reason::Dominated) => "release-hides-dominated",
        Some(Reason::Difference) => "release-hides-difference",
        Some(Reason::RareCombination) => "release-hides-rare",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_gives_back_its_parts() {
        let l = Locale::English;
        let page = Alone { l, title: "A < B", style: "b{color:red}", body: Markup::text("Hours & pay") };
        let html = page.render().unwrap();
        assert_eq!(inner(&html), Some("Hours &amp; pay"));
        assert_eq!(style(&html), Some("b{color:red}"));
        assert!(html.contains("<title>A &#60; B</title>"), "{html}");
    }
}
