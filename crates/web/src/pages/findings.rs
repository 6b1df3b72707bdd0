//! The findings of all visits on one board, those that press most first; the places that they rate; and a law beside the
//! yardsticks.

use axum::Router;
use axum::routing::get;
use desk::casework::{ClockState, FieldKind};
use desk::protocol::{Certainty, Counts, GapTable, ProtocolWorkflow, Right, Yardsticks};
use desk::{Finding, Findings, RatedPlace, Read};
use jiff::civil::DateTime;

use crate::address::Address;
use crate::answer::{Answer, Refusal};
use crate::frame::{Action, Link};
use crate::locale::Locale;
use crate::pages::case_words::{Words, case_address, most_urgent, sort_of, urgency};
use crate::pages::cases::{urgent_cell, words};
use crate::pages::reconciliation::reconciliation_address;
use crate::patterns::{Advice, Cell, Choice, Column, Field, Markup, Section, Table, Tag, Tone};
use crate::room::{Seated, Web, findings_address};
use crate::sheet::Sheet;

/// Findings on one page.
const PAGE: usize = 50;

/// Routes of this group.
pub fn router() -> Router<Web> {
    Router::new().route("/m/{mandate}/findings", get(board)).route("/m/{mandate}/gaps", get(gaps))
}

/// The title of a right by its id.
pub fn right_title<'a>(l: Locale, yardsticks: &'a Yardsticks, id: &'a str) -> &'a str {
    yardsticks.right(id).map_or(id, |right| right.title.get(l.code()))
}

/// Whether a yardstick counted on the day of the visit, where that must be said.
pub fn counts_tag(l: Locale, counts: Option<Counts>) -> Option<Markup> {
    match counts {
        Some(Counts::Additional) => Some(Tag::new(Tone::Warning, l.text("finding-additional")).into()),
        Some(Counts::Not) => Some(Tag::new(Tone::Warning, l.text("finding-not-in-force")).into()),
        _ => None,
    }
}

/// The choices of a field of the fact that grades findings.
fn choices_of(declared: &ProtocolWorkflow, yardsticks: &Yardsticks, l: Locale) -> Vec<Choice> {
    let fields = &yardsticks.finding;
    let field = declared.workflow.fact(&fields.fact).and_then(|kind| kind.field(&fields.grade));
    let mut choices = vec![Choice::new("", l.text("cases-all"))];
    if let Some(FieldKind::Choice(known)) = field.map(|field| &field.kind) {
        choices.extend(known.iter().map(|(name, title)| Choice::new(name, title.get(l.code()))));
    }
    choices
}

/// The title of a grade.
pub fn grade_title<'a>(words: Words<'a>, yardsticks: &Yardsticks, grade: &str) -> Option<&'a str> {
    let fields = &yardsticks.finding;
    let field = words.declared.workflow.fact(&fields.fact)?.field(&fields.grade)?;
    words.choice(field, grade)
}

/// Late ones first, those that put people at risk before others; then by when they are due; then those without a limit.
fn pressing(finding: &Finding) -> (bool, Option<(bool, bool, DateTime)>, String) {
    let urgent = finding
        .detail
        .standing()
        .and_then(|standing| most_urgent(&standing).map(|count| urgency(count, standing.now.time_zone())));
    (urgent.is_none(), urgent, finding.detail.case.code.clone())
}

fn is_late(finding: &Finding) -> bool {
    let standing = finding.detail.standing();
    standing.is_some_and(|standing| standing.clocks.iter().any(|count| count.state == ClockState::Late))
}

/// What a reader asked to see.
struct Wanted<'a> {
    grade: &'a str,
    right: &'a str,
    place: &'a str,
    status: &'a str,
}

impl Wanted<'_> {
    fn holds(&self, yardsticks: &Yardsticks, finding: &Finding) -> bool {
        let right = finding.says.yardstick.as_deref().and_then(|id| yardsticks.yardstick(id));
        let same = |wanted: &str, has: Option<&str>| wanted.is_empty() || has == Some(wanted);
        let status = match self.status {
            "" => true,
            "late" => is_late(finding),
            wanted => finding.detail.standing().is_some_and(|standing| sort_of(&standing) == wanted),
        };
        status
            && same(self.grade, finding.says.grade.as_deref())
            && same(self.right, right.map(|yardstick| yardstick.right.as_str()))
            && same(self.place, finding.says.place.as_deref())
    }
}

async fn board(seated: Seated) -> Answer<Sheet> {
    let l = seated.visitor.reader.locale;
    let may = seated.seat.may::<Read>()?;
    let yardsticks = seated.seat.protocol().yardsticks.as_ref().ok_or_else(Refusal::not_found)?;
    let declared = seated.seat.workflow(&yardsticks.finding.workflow)?;
    let words = words(&seated, declared);
    let Findings { mut all, places } = seated.desk().findings(&may).await?;
    let here = &seated.visitor.reader.here;
    let asked = |name: &str| here.get(name).unwrap_or_default();
    let wanted = Wanted {
        grade: asked("grade"),
        right: asked("right"),
        place: asked("place"),
        status: asked("status"),
    };
    all.retain(|finding| wanted.holds(yardsticks, finding));
    all.sort_by_cached_key(pressing);
    let status =
        [("", "cases-all"), ("late", "findings-late"), ("open", "cases-open"), ("ended", "cases-ended")];
    let status = status.into_iter().map(|(value, id)| Choice::new(value, l.text(id))).collect();
    let mut rights = vec![Choice::new("", l.text("cases-all"))];
    rights.extend(yardsticks.rights.iter().map(|right| Choice::new(&right.id, right.title.get(l.code()))));
    let mut named = vec![Choice::new("", l.text("cases-all"))];
    named.extend(places.iter().map(|rated| Choice::new(&rated.place, &rated.place)));
    let mut table = Table::new(l, here, l.text("findings-caption"), l.text("findings-empty"))
        .column(Column::new(l.text("cases-code")))
        .column(Column::new(l.text("findings-visit")))
        .column(Column::new(l.text("findings-place")))
        .column(Column::new(l.text("findings-grade")))
        .column(Column::new(l.text("findings-yardstick")))
        .column(Column::new(l.text("cases-title")))
        .column(Column::new(l.text("cases-state")))
        .column(Column::new(l.text("cases-clock")))
        .filter(Field::select("grade", l.text("findings-grade"), choices_of(declared, yardsticks, l)))
        .filter(Field::select("right", l.text("findings-right"), rights))
        .filter(Field::select("place", l.text("findings-place"), named))
        .filter(Field::select("status", l.text("cases-state"), status))
        .count(u64::try_from(all.len()).unwrap_or(0));
    let (shown, before, after) = turned(&all, here.get("after"), here.get("before"));
    for finding in shown {
        table = table.row(cells(&seated, words, yardsticks, finding));
    }
    table = table.turn(before, after);
    let mut frame = seated.frame_of_findings(l.text("room-findings"));
    if seated.seat.protocol().gaps.is_some() {
        frame = frame.action(Action::open(l.text("gaps-open"), gaps_address(seated.mandate())));
    }
    let mut sheet = Sheet::new(frame).part(table);
    if !places.is_empty() {
        sheet = sheet.part(ratings(l, &seated, yardsticks, words, &places));
    }
    if seated.seat.protocol().reconciliation.is_some() && seated.seat.has(Right::Review) {
        let link = Link::new(l.text("reconciliation"), reconciliation_address(seated.mandate()));
        sheet = sheet
            .part(Section::new(l.text("reconciliation")).say(l.text("reconciliation-what")).links([link]));
    }
    Ok(sheet)
}

/// One page of a list that is turned by the codes of its first and last row.
fn turned<'f>(
    all: &'f [Finding],
    after: Option<&str>,
    before: Option<&str>,
) -> (&'f [Finding], Option<&'f str>, Option<&'f str>) {
    let place = |code: &str| all.iter().position(|finding| finding.detail.case.code == code);
    let begin = match (after.and_then(place), before.and_then(place)) {
        (Some(last), _) => last + 1,
        (None, Some(first)) => first.saturating_sub(PAGE),
        (None, None) => 0,
    };
    let end = all.len().min(begin + PAGE);
    let shown = all.get(begin..end).unwrap_or_default();
    let code = |finding: Option<&'f Finding>| finding.map(|finding| finding.detail.case.code.as_str());
    let before = if begin > 0 { code(shown.first()) } else { None };
    let after = if end < all.len() { code(shown.last()) } else { None };
    (shown, before, after)
}

fn cells(seated: &Seated, words: Words<'_>, yardsticks: &Yardsticks, finding: &Finding) -> Vec<Cell> {
    let l = words.l;
    let (case, around, mandate) = (&finding.detail.case, &finding.around, seated.mandate());
    let yardstick = finding.says.yardstick.as_deref().and_then(|id| yardsticks.yardstick(id));
    let mut measured = match yardstick {
        None => Cell::new("–"),
        Some(yardstick) => {
            let right = right_title(l, yardsticks, &yardstick.right);
            Cell::new(format!("{} · {right}", yardstick.cited()))
        }
    };
    if let Some(tag) = counts_tag(l, finding.says.counts) {
        measured = measured.and(Cell::new(tag));
    }
    let grade = finding.says.grade.as_deref().and_then(|grade| grade_title(words, yardsticks, grade));
    let (state, urgent) = match finding.detail.standing() {
        Some(standing) => (Cell::new(words.state_shown(&standing)), urgent_cell(words, &standing)),
        None => ("–".into(), "–".into()),
    };
    vec![
        Cell::code(&case.code, case_address(mandate, &case.workflow, &case.code)),
        Cell::code(&around.code, case_address(mandate, &around.workflow, &around.code)),
        finding.says.place.as_deref().unwrap_or("–").into(),
        grade.unwrap_or("–").into(),
        measured,
        case.title.as_str().into(),
        state,
        urgent,
    ]
}

/// How each place is rated, the worst first.
fn ratings(
    l: Locale,
    seated: &Seated,
    yardsticks: &Yardsticks,
    words: Words<'_>,
    places: &[RatedPlace],
) -> Table {
    let here = crate::address::Address::new(findings_address(seated.mandate()));
    let mut table = Table::new(l, &here, l.text("ratings-caption"), "")
        .column(Column::new(l.text("findings-place")))
        .column(Column::new(l.text("ratings-rating")))
        .column(Column::new(l.text("ratings-why")))
        .column(Column::new(l.text("ratings-pressing")))
        .column(Column::new(l.text("ratings-findings")).numeric());
    for rated in places {
        let grades = rated.grades.iter().map(|(grade, count)| {
            let title = grade_title(words, yardsticks, grade).unwrap_or(grade);
            format!("{title} {}", l.number(count))
        });
        let grades: Vec<String> = grades.collect();
        table = table.row([
            Cell::code(&rated.place, here.with("place", &rated.place)),
            rated.rating.id.as_str().into(),
            rated.rating.title.get(l.code()).into(),
            if grades.is_empty() { "–".into() } else { grades.join(" · ").into() },
            l.number(rated.findings).into(),
        ]);
    }
    table
}

/// Address of the gap table.
pub fn gaps_address(mandate: i64) -> String {
    format!("/m/{mandate}/gaps")
}

async fn gaps(seated: Seated) -> Answer<Sheet> {
    let l = seated.visitor.reader.locale;
    seated.seat.may::<Read>()?;
    let protocol = seated.seat.protocol();
    let gaps = protocol.gaps.as_ref().ok_or_else(Refusal::not_found)?;
    let yardsticks = protocol.yardsticks.as_ref().ok_or_else(Refusal::not_found)?;
    let title = l.text_with_one("gaps-title", "law", gaps.title.get(l.code()));
    let findings = findings_address(seated.mandate());
    let frame = seated.frame_of_findings(title).under(l.text("room-findings"), &findings);
    let table = gap_table(l, &seated.visitor.reader.here, gaps, yardsticks);
    let about = Advice::new(gaps.note.get(l.code()), [Link::new(l.text("gaps-back"), findings)]);
    Ok(Sheet::new(frame).part(about).part(table))
}

/// What a law says beside what the yardsticks ask, a row for each right.
pub(crate) fn gap_table(l: Locale, here: &Address, gaps: &GapTable, yardsticks: &Yardsticks) -> Table {
    let mut table = Table::new(l, here, l.text("gaps-caption"), "")
        .column(Column::new(l.text("findings-right")))
        .column(Column::new(l.text("findings-yardstick")))
        .column(Column::new(l.text("gaps-asks")))
        .column(Column::new(l.text("gaps-says")))
        .column(Column::new(l.text("gaps-gap")))
        .column(Column::new(l.text("gaps-certainty")));
    for gap in &gaps.rows {
        let named: Vec<_> = gap.yardsticks.iter().filter_map(|id| yardsticks.yardstick(id)).collect();
        let right = named.first().map_or("–", |first| right_title(l, yardsticks, &first.right));
        let cited: Vec<String> = named.iter().map(|yardstick| yardstick.cited()).collect();
        table = table.row([
            right.into(),
            cited.join("; ").into(),
            gap.asks.get(l.code()).into(),
            gap.says.get(l.code()).into(),
            gap.gap.get(l.code()).into(),
            l.text(certainty(gap.certainty)).into(),
        ]);
    }
    table
}

fn certainty(certainty: Certainty) -> &'static str {
    match certainty {
        Certainty::High => "certainty-high",
        Certainty::Medium => "certainty-medium",
        Certainty::Low => "certainty-low",
    }
}
