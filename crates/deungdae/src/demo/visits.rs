//! The demo's visits: one at each stage, put on record by the demo's members on the days on which things happened.

use desk::{Desk, NewCase, NewFact, Read, ReleaseRequest, Seat, Site};

use super::{COUNT, DRAW, LEAD, RECORDS, Trouble, heard, log_in, past, set_days_ago};

/// Who puts facts on record.
pub(crate) struct Team {
    pub(crate) lead: Seat,
    pub(crate) draw: Seat,
    pub(crate) count: Seat,
    pub(crate) records: Seat,
}

#[derive(Clone, Copy)]
enum Who {
    Lead,
    Draw,
    Count,
    Records,
}
use Who::{Count, Draw, Lead, Records};

/// A fact: the day after the case was begun, who says it, its kind, its value, its reason.
type Told = (i64, Who, &'static str, &'static [(&'static str, &'static str)], &'static str);

/// How a visit goes when nothing goes wrong.
const ON_THE_WAY: [Told; 22] = [
    (0, Lead, "access_requested", &[], ""),
    (5, Lead, "access_answered", &[("authority", "first"), ("answer", "granted")], ""),
    (6, Lead, "access_answered", &[("authority", "second"), ("answer", "granted_with_conditions")], ""),
    (8, Lead, "mandate_signed", &[("authority", "first")], ""),
    (9, Lead, "mandate_signed", &[("authority", "second")], ""),
    (12, Draw, "frame_received", &[], ""),
    (13, Draw, "frame_tested", &[("difference_percent", "3.2")], ""),
    (
        14,
        Draw,
        "frame_frozen",
        &[("frame_hash", "5d2c41f09ab7e6388f7d90c1a4b2e35570c6d19e84fa0b3322167cd8e9f0a1b4")],
        "",
    ),
    (15, Draw, "draw_committed", &[], ""),
    (16, Draw, "draw_revealed", &[], ""),
    (17, Lead, "tour_done", &[], ""),
    (19, Records, "records_reviewed", &[], ""),
    (20, Lead, "interviews_finished", &[], ""),
    (24, Count, "reconciled", &[], ""),
    (27, Count, "findings_graded", &[("actions_needed", "yes")], ""),
    (28, Lead, "findings_verified", &[], ""),
    (29, Lead, "findings_sent", &[], ""),
    (41, Lead, "reply_received", &[], ""),
    (44, Lead, "disclosure_reviewed", &[], ""),
    (46, Count, "release_prepared", &[], ""),
    (47, Lead, "release_signed", &[], ""),
    (60, Lead, "action_plan_agreed", &[], ""),
];

/// A case: what it is about, how many days ago it was begun, and what was said of it.
struct Script {
    workflow: &'static str,
    title: &'static str,
    begun_days_ago: i64,
    /// It has come as far on the way as this day.
    until: i64,
    more: &'static [Told],
    /// The place of the visit that it belongs to.
    of: Option<usize>,
}

/// A visit is begun from a place that was drawn, which gives it its title.
const fn visit(begun_days_ago: i64, until: i64, more: &'static [Told]) -> Script {
    Script { workflow: "visit", title: "", begun_days_ago, until, more, of: None }
}

/// Findings are begun 25 days after their visit and are on no common way.
const fn finding(title: &'static str, of: usize, begun_days_ago: i64, more: &'static [Told]) -> Script {
    Script { workflow: "finding", title, begun_days_ago, until: -1, more, of: Some(of) }
}

/// Visits before their findings. Everything is invented.
const CASES: [Script; 13] = [
    visit(
        235,
        60,
        &[
            (49, Lead, "reprisal_checked", &[("day", "30")], ""),
            (108, Draw, "reprisal_checked", &[("day", "90")], ""),
            (190, Lead, "verification_made", &[], ""),
            (198, Draw, "reprisal_checked", &[("day", "180")], ""),
            (203, Lead, "visit_closed", &[], ""),
        ],
    ),
    visit(
        150,
        60,
        &[
            (49, Lead, "reprisal_checked", &[("day", "30")], ""),
            (108, Draw, "reprisal_checked", &[("day", "90")], ""),
        ],
    ),
    visit(
        70,
        0,
        &[
            (9, Lead, "access_answered", &[("authority", "first"), ("answer", "refused")], ""),
            (12, Lead, "access_published", &[], ""),
        ],
    ),
    visit(58, 29, &[]),
    visit(
        40,
        17,
        &[(
            18,
            Lead,
            "supervisor_stayed",
            &[],
            "A section chief sat down in the interview room and did not leave when asked twice.",
        )],
    ),
    visit(21, 19, &[]),
    visit(16, 14, &[]),
    visit(10, 8, &[]),
    finding(
        "Emergency exit locked at night",
        1,
        125,
        &[
            (
                0,
                Count,
                "finding_graded",
                &[
                    ("grade", "critical"),
                    ("yardstick", "ilo_c155"),
                    ("standard", "reasonable_grounds"),
                    ("establishment", "E-0001"),
                    ("statement", "The emergency exit of workshop 2 was locked on both nights of the visit."),
                ],
                "",
            ),
            (
                0,
                Count,
                "evidence_added",
                &[
                    ("source", "interviews"),
                    ("group", "Workshop 2, all strata"),
                    ("count", "31"),
                    ("first_hand", "yes"),
                    ("reliability", "b"),
                    ("credibility", "1"),
                ],
                "",
            ),
            (
                0,
                Count,
                "evidence_added",
                &[
                    ("source", "observation"),
                    ("group", "Facility checklist, workshop 2"),
                    ("first_hand", "yes"),
                    ("reliability", "b"),
                    ("credibility", "1"),
                ],
                "",
            ),
            (
                0,
                Count,
                "prevalence_told",
                &[("percent", "61.5"), ("low", "48.2"), ("high", "73.3"), ("n", "58"), ("basis", "estimate")],
                "",
            ),
            (
                0,
                Count,
                "recommended",
                &[("addressee", "employer"), ("recommendation", "Fit panic bars to every exit.")],
                "",
            ),
            (1, Lead, "finding_verified", &[], ""),
            (
                14,
                Lead,
                "reply_recorded",
                &[(
                    "reply",
                    "The exit was locked by mistake. The key has hung beside it since. 열쇠는 비상문옆에 걸어두었다.",
                )],
                "",
            ),
            (20, Records, "action_reported", &[], ""),
            (26, Lead, "action_verified", &[], ""),
        ],
    ),
    finding(
        "Overtime above the legal limit in two workshops",
        1,
        125,
        &[
            (
                0,
                Count,
                "finding_graded",
                &[
                    ("grade", "major"),
                    ("yardstick", "zone_week"),
                    ("standard", "reasonable_grounds"),
                    ("establishment", "E-0001"),
                    (
                        "statement",
                        "In two workshops the working week was longer than 48 hours in the month before the visit.",
                    ),
                ],
                "",
            ),
            (
                0,
                Count,
                "evidence_added",
                &[
                    ("source", "interviews"),
                    ("group", "Workshops 1 and 3, operators"),
                    ("count", "44"),
                    ("first_hand", "yes"),
                    ("reliability", "b"),
                    ("credibility", "1"),
                ],
                "",
            ),
            (
                0,
                Count,
                "evidence_added",
                &[
                    ("source", "reconciliation"),
                    ("group", "R2, establishment"),
                    ("first_hand", "yes"),
                    ("reliability", "b"),
                    ("credibility", "1"),
                ],
                "",
            ),
            (
                0,
                Count,
                "prevalence_told",
                &[("percent", "72.0"), ("low", "60.1"), ("high", "81.9"), ("n", "64"), ("basis", "estimate")],
                "",
            ),
            (
                0,
                Count,
                "recommended",
                &[
                    ("addressee", "employer"),
                    ("recommendation", "Plan shifts that end after 48 hours, and record every hour."),
                ],
                "",
            ),
            (1, Lead, "finding_verified", &[], ""),
            (55, Records, "action_reported", &[], ""),
        ],
    ),
    finding(
        "Payslips do not show deductions",
        1,
        125,
        &[
            (
                0,
                Count,
                "finding_graded",
                &[
                    ("grade", "minor"),
                    ("yardstick", "ilo_c95_8"),
                    ("standard", "credible"),
                    ("establishment", "E-0001"),
                    ("statement", "Pay sheets show one sum without its deductions."),
                ],
                "",
            ),
            (
                0,
                Count,
                "evidence_added",
                &[
                    ("source", "records"),
                    ("group", "Payroll of the record draw, latest period"),
                    ("count", "40"),
                    ("first_hand", "yes"),
                    ("reliability", "b"),
                    ("credibility", "1"),
                ],
                "",
            ),
            (
                0,
                Count,
                "recommended",
                &[
                    ("addressee", "employer"),
                    ("recommendation", "Show gross, each deduction and net on the pay sheet."),
                ],
                "",
            ),
            (1, Lead, "finding_verified", &[], ""),
        ],
    ),
    finding(
        "Nursery open on every working day",
        1,
        125,
        &[
            (
                0,
                Count,
                "finding_graded",
                &[
                    ("grade", "good_practice"),
                    ("yardstick", "zone_nursing"),
                    ("standard", "credible"),
                    ("establishment", "E-0001"),
                    ("statement", "The nursery was open on every working day of the month."),
                ],
                "",
            ),
            (
                0,
                Count,
                "evidence_added",
                &[
                    ("source", "observation"),
                    ("group", "Facility checklist, nursery"),
                    ("first_hand", "yes"),
                    ("reliability", "b"),
                    ("credibility", "1"),
                ],
                "",
            ),
            (1, Lead, "finding_verified", &[], ""),
            (2, Lead, "closed_without_action", &[], "There is nothing to put right."),
        ],
    ),
    finding(
        "Identity papers kept by the agency",
        3,
        32,
        &[
            (
                0,
                Count,
                "finding_graded",
                &[
                    ("grade", "zero_tolerance"),
                    ("yardstick", "ilo_c29"),
                    ("standard", "reasonable_grounds"),
                    ("establishment", "E-0004"),
                    ("statement", "Identity papers of those heard are kept in a safe of the supply agency."),
                ],
                "",
            ),
            (
                0,
                Count,
                "evidence_added",
                &[
                    ("source", "interviews"),
                    ("group", "All strata"),
                    ("count", "37"),
                    ("first_hand", "yes"),
                    ("reliability", "b"),
                    ("credibility", "1"),
                ],
                "",
            ),
            (
                0,
                Count,
                "evidence_added",
                &[
                    ("source", "document"),
                    ("group", "Inventory of the safe"),
                    ("first_hand", "yes"),
                    ("reliability", "b"),
                    ("credibility", "1"),
                ],
                "",
            ),
            (
                0,
                Count,
                "prevalence_told",
                &[("percent", "88.0"), ("low", "78.4"), ("high", "94.3"), ("n", "52"), ("basis", "estimate")],
                "",
            ),
            (
                0,
                Count,
                "recommended",
                &[("addressee", "employer"), ("recommendation", "Hand the papers back to their owners.")],
                "",
            ),
            (0, Lead, "notice_given", &[("authority", "first")], ""),
            (2, Lead, "finding_verified", &[], ""),
        ],
    ),
];

/// The place of the visit whose interviews were held, and whose figures are published.
const HEARD: usize = 1;
/// What its frame and draw put on record themselves.
const FROM_DRAW: [&str; 5] =
    ["frame_received", "frame_tested", "frame_frozen", "draw_committed", "draw_revealed"];

/// The place of the visit that was refused.
pub(crate) const REFUSED: u64 = 2;

/// Both authorities sign the mandate of a visit.
pub(crate) async fn agreed(desk: &Desk, team: &Team, code: &str) -> Result<(), Trouble> {
    for (_, _, kind, values, _) in ON_THE_WAY.iter().take(5) {
        let values = values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let fact = NewFact { kind: (*kind).to_owned(), at: past(), values, ..NewFact::default() };
        desk.put_fact(&team.lead, "visit", code, fact).await?;
    }
    Ok(())
}

/// Puts all of it on record, day by day, and leaves the clock at the last of these days. Answers how many of the intervals
/// that were published cover the truth, and how many there are.
pub(crate) async fn visits(
    desk: &Desk,
    team: &Team,
    drawn: &[(String, Site)],
) -> Result<(usize, usize), Trouble> {
    let mut acts: Vec<(i64, usize, Option<&Told>)> = Vec::new();
    for (place, script) in CASES.iter().enumerate() {
        acts.push((script.begun_days_ago, place, None));
        let way = ON_THE_WAY.iter().filter(|told| told.0 <= script.until);
        for told in way.chain(script.more) {
            acts.push((script.begun_days_ago - told.0, place, Some(told)));
        }
    }
    // The oldest first; what happened on one day keeps its order.
    acts.sort_by_key(|(days_ago, ..)| -days_ago);
    let mut codes: Vec<String> = vec![String::new(); CASES.len()];
    let mut covered = (0, 0);
    for (days_ago, place, told) in acts {
        set_days_ago(days_ago);
        let Some(script) = CASES.get(place) else { continue };
        match told {
            Some((_, who, kind, values, reason)) => {
                let seat = match who {
                    Lead => &team.lead,
                    Draw => &team.draw,
                    Count => &team.count,
                    Records => &team.records,
                };
                // A finding names the establishment of its visit.
                let unit = drawn.get(script.of.unwrap_or(place)).map(|(_, site)| site.unit.as_str());
                let values = values.iter().map(|(name, value)| {
                    let value = if *name == "establishment" { unit.unwrap_or(value) } else { value };
                    ((*name).to_owned(), value.to_owned())
                });
                let fact = NewFact {
                    kind: (*kind).to_owned(),
                    at: past(),
                    values: values.collect(),
                    reason: (*reason).to_owned(),
                    amends: None,
                };
                let code = codes.get(place).map(String::as_str).unwrap_or_default();
                if *kind == "release_prepared" || *kind == "release_signed" {
                    let second = *kind == "release_signed";
                    let published =
                        release(desk, team.lead.mandate().id, code, place == HEARD, second).await?;
                    covered = published.unwrap_or(covered);
                    continue;
                }
                // What follows from lists and draw is put on record by them.
                if place == HEARD && FROM_DRAW.contains(kind) {
                    continue;
                }
                if place == HEARD && *kind == "tour_done" {
                    // Whoever draws has just logged in and unlocked.
                    let seat = desk.seat(&log_in(desk, DRAW).await?, team.lead.mandate().id).await?;
                    let reviewer = desk.seat(&log_in(desk, RECORDS).await?, team.lead.mandate().id).await?;
                    let opens = desk.seat(&log_in(desk, COUNT).await?, team.lead.mandate().id).await?;
                    heard::hold(desk, &seat, &team.lead, &opens, code).await?;
                    heard::read_files(desk, &seat, &reviewer, code).await?;
                    let rate = [("currency", "kpw"), ("official", "135"), ("market", "8400")];
                    let rate = NewFact {
                        kind: "rate_recorded".to_owned(),
                        at: past(),
                        values: rate.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
                        ..NewFact::default()
                    };
                    desk.put_fact(&team.lead, "visit", code, rate).await?;
                }
                desk.put_fact(seat, script.workflow, code, fact).await?;
            }
            None if script.of.is_none() => {
                if let (Some(place), Some((visit, _))) = (codes.get_mut(place), drawn.get(place)) {
                    place.clone_from(visit);
                }
            }
            None => {
                let seat = &team.count;
                let parent = script.of.and_then(|place| codes.get(place)).map(String::as_str);
                let new = NewCase { workflow: script.workflow, title: script.title, parent };
                let code = desk.begin_case(&seat.may::<Read>()?, new).await?;
                if let Some(place) = codes.get_mut(place) {
                    *place = code;
                }
            }
        }
    }
    Ok(covered)
}

/// Drafts a release and signs it first, or signs it second. Whoever does it has just logged in and unlocked. Answers how
/// many intervals of what was heard cover the truth, and how many there are.
async fn release(
    desk: &Desk,
    mandate: i64,
    code: &str,
    heard: bool,
    second: bool,
) -> Result<Option<(usize, usize)>, Trouble> {
    let person = if second { LEAD } else { COUNT };
    let seat = desk.seat(&log_in(desk, person).await?, mandate).await?;
    let may = seat.may::<Read>()?;
    let mut covered = None;
    if !second {
        let request = ReleaseRequest {
            title: format!("Working conditions in one establishment of the zone ({code})"),
            limits: "This is invented, like everything in the demo.".to_owned(),
            ..ReleaseRequest::default()
        };
        let computed = desk.compute_release(&may, "visit", code, request).await?;
        covered = heard.then(|| heard::covered(&computed.content.estimates));
        let form = desk.sample_form(&seat, "visit").await?;
        let reports = web::release_report::reports(&computed.content, seat.protocol(), &form.form);
        desk.draft_release(&seat, computed, reports).await?;
    }
    let releases = desk.releases(&may, "visit", code).await?;
    let Some(draft) = releases.first() else { return Ok(covered) };
    if second {
        desk.sign_release(&may, &draft.name, &draft.package, past()).await?;
    } else {
        desk.prepare_release(&seat, &draft.name, &draft.package, past()).await?;
    }
    Ok(covered)
}
