//! A finding as it will be printed: what was found and by what it is measured, what it rests on, how common it is, and
//! the reply of who is found against beside it, word for word.

use desk::casework::{Fact, Standing, Value};
use desk::protocol::Yardsticks;
use desk::{CaseDetail, FindingSays};

use crate::locale::Locale;
use crate::pages::case_words::{Words, most_urgent};
use crate::pages::findings::{counts_tag, grade_title, right_title};
use crate::patterns::{Cell, Column, Estimate, Estimates, Facts, Markup, Section, Table};
use crate::room::Seated;

/// The parts of the page of a case that is a finding; nothing for other cases.
pub fn printed(
    seated: &Seated,
    words: Words<'_>,
    detail: &CaseDetail,
    says: Option<&FindingSays>,
    standing: &Standing<'_>,
) -> Option<Markup> {
    let yardsticks = seated.seat.protocol().yardsticks.as_ref()?;
    let says = says?;
    if detail.case.workflow != yardsticks.finding.workflow || says.grade.is_none() {
        return None;
    }
    let l = words.l;
    let section = Section::new(l.text("finding-printed"))
        .part(beside(seated, words, yardsticks, says, standing))
        .part(evidence(seated, words, yardsticks, standing));
    Some(match prevalence(l, words, yardsticks, standing) {
        Some(estimate) => section.part(estimate).into(),
        None => section.into(),
    })
}

/// The finding and the reply, side by side.
fn beside(
    seated: &Seated,
    words: Words<'_>,
    yardsticks: &Yardsticks,
    says: &FindingSays,
    standing: &Standing<'_>,
) -> Markup {
    let l = words.l;
    let mut facts = Facts::new();
    if let Some(grade) = says.grade.as_deref() {
        facts = facts.fact(
            l.text("findings-grade"),
            grade_title(words, yardsticks, grade).unwrap_or(grade).to_owned(),
        );
    }
    if let Some(yardstick) = says.yardstick.as_deref().and_then(|id| yardsticks.yardstick(id)) {
        let mut measured = Markup::from(format!("{} – {}", yardstick.cited(), yardstick.title.get(l.code())));
        if let Some(tag) = counts_tag(l, says.counts) {
            measured = measured.and(tag);
        }
        if let Some(note) = &yardstick.note {
            measured = measured.and(" ").and(note.get(l.code()).to_owned());
        }
        facts = facts
            .fact(l.text("findings-right"), right_title(l, yardsticks, &yardstick.right).to_owned())
            .fact(l.text("findings-yardstick"), measured);
    }
    if let Some(standard) = says.standard.as_deref().and_then(|id| yardsticks.standard(id)) {
        facts = facts.fact(l.text("finding-standard"), standard.title.get(l.code()).to_owned());
    }
    if let Some(place) = &says.place {
        facts = facts.fact(l.text("findings-place"), place.as_str());
    }
    // Whatever else is said in whole sentences: statement, cause, recommendations, actions.
    for fact in &standing.facts {
        let Some(kind) = words.declared.workflow.fact(&fact.kind) else { continue };
        let passages = kind.fields.iter().filter(|field| field.kind == desk::casework::FieldKind::Passage);
        for field in passages.filter(|_| fact.kind != yardsticks.finding.reply.0) {
            if let Some(Value::Text(text)) = fact.values.get(&field.name) {
                facts = facts.fact(field.title.get(l.code()), text.as_str());
            }
        }
    }
    if let Some(due) = most_urgent(standing) {
        facts = facts.fact(words.clock_title(due), words.running(due, standing));
    }
    let reply = match &says.reply {
        Some(reply) => Markup::text(reply),
        None => l.text("finding-no-reply").into(),
    };
    Table::new(l, &seated.visitor.reader.here, l.text("finding-beside"), "")
        .column(Column::new(words.title()))
        .column(Column::new(words.fact(&yardsticks.finding.reply.0)))
        .row([Cell::new(facts), Cell::new(reply)])
        .uncounted()
        .into()
}

/// A value as it is read: the title of a choice.
fn shown(words: Words<'_>, fact: &Fact, name: &str) -> String {
    let field = words.declared.workflow.fact(&fact.kind).and_then(|kind| kind.field(name));
    match (fact.values.get(name), field) {
        (Some(Value::Choice(choice)), Some(field)) => {
            words.choice(field, choice).unwrap_or(choice).to_owned()
        }
        (Some(Value::Number(number)), _) => words.l.number(number),
        (Some(Value::Text(text)), _) => text.clone(),
        (Some(Value::Date(date)), _) => words.l.short_date(*date),
        _ => "–".to_owned(),
    }
}

/// What the finding rests on: a row for each piece.
fn evidence(seated: &Seated, words: Words<'_>, yardsticks: &Yardsticks, standing: &Standing<'_>) -> Markup {
    let l = words.l;
    let rule = &yardsticks.finding.evidence;
    let kind = words.declared.workflow.fact(&rule.fact);
    let fields = kind.map(|kind| kind.fields.as_slice()).unwrap_or_default();
    let title = |name: &str| {
        let field = fields.iter().find(|field| field.name == name);
        field.map(|field| field.title.get(l.code())).unwrap_or_default().to_owned()
    };
    let others = fields.iter().filter(|field| field.name != rule.source && field.name != rule.count);
    let (texts, choices): (Vec<_>, Vec<_>) =
        others.partition(|field| field.kind == desk::casework::FieldKind::Text);
    let here = &seated.visitor.reader.here;
    let mut table = Table::new(l, here, l.text("finding-evidence"), l.text("finding-no-evidence"))
        .column(Column::new(title(&rule.source)))
        .column(Column::new(l.text("finding-evidence-group")))
        .column(Column::new(title(&rule.count)).numeric())
        .column(Column::new(l.text("finding-evidence-grade")));
    for fact in standing.facts.iter().filter(|fact| fact.kind == rule.fact) {
        let texts: Vec<String> = texts.iter().map(|field| shown(words, fact, &field.name)).collect();
        let graded = choices
            .iter()
            .map(|field| format!("{}: {}", field.title.get(l.code()), shown(words, fact, &field.name)));
        let graded: Vec<String> = graded.collect();
        table = table.row([
            shown(words, fact, &rule.source).into(),
            texts.join(" · ").into(),
            shown(words, fact, &rule.count).into(),
            graded.join(" · ").into(),
        ]);
    }
    table.into()
}

/// How common it is: dot and interval, with the number of answers.
fn prevalence(
    l: Locale,
    words: Words<'_>,
    yardsticks: &Yardsticks,
    standing: &Standing<'_>,
) -> Option<Estimates> {
    let rule = &yardsticks.finding.prevalence;
    let told = standing.facts.iter().rev().find(|fact| fact.kind == rule.fact)?;
    let number = |name: &str| match told.values.get(name) {
        Some(Value::Number(number)) => Some(*number),
        _ => None,
    };
    let n = number(&rule.n).filter(|n| *n >= 0.0)?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a count, checked when it was put on record"
    )]
    let n = n as u64;
    let estimate = Estimate {
        label: words.fact(&rule.fact).to_owned(),
        value: number(&rule.value)?,
        low: number(&rule.low)?,
        high: number(&rule.high)?,
        n,
        representative: true,
    };
    let basis = words
        .declared
        .workflow
        .fact(&rule.fact)?
        .fields
        .iter()
        .find(|field| matches!(field.kind, desk::casework::FieldKind::Choice(_)));
    let source = basis.map(|field| shown(words, told, &field.name)).unwrap_or_default();
    Some(Estimates::new(l, l.text("finding-prevalence"), source, " %", (0.0, 100.0)).row(estimate))
}
