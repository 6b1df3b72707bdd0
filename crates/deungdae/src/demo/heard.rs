//! The interviews of the demo's published visit: an invented workforce whose true figures are known, a sample of it heard
//! in private, and how many of the published intervals cover the truth.

use std::collections::BTreeMap;

use desk::disclosure::{Estimate, Quantity, TOTAL};
use desk::store::registry::EntryList;
use desk::{Desk, Dice, Seat, Sender};
use rand_core::SeedableRng;
use xforms::Kind;

use super::Trouble;
use super::answers::{Said, below, fill, uuid};

/// Strata: name, sex, persons in the frame.
const STRATA: [(&str, &str, u32); 3] =
    [("women_operator", "female", 180), ("women_auxiliary", "female", 52), ("men_operator", "male", 48)];
/// The establishment that was visited.
const ESTABLISHMENT: &str = "E-0001";
/// How many of them are drawn.
const DRAWN: u64 = 180;

/// What somebody would answer.
struct Person {
    stratum: &'static str,
    sex: &'static str,
    directly: bool,
    hours_day: u32,
    rest: u32,
    rights: u32,
    harassed: bool,
    no_choice: bool,
    injured: bool,
}

/// Everybody in the frame, by stratum.
fn workforce() -> Vec<Vec<Person>> {
    let mut dice = Dice::seed_from_u64(20_260_628);
    let one = |(stratum, sex, _): &(&'static str, &'static str, u32), dice: &mut Dice| {
        let mut chance = |percent: u64| below(dice, 100) < percent;
        let woman = *sex == "female";
        Person {
            stratum,
            sex,
            directly: chance(if woman { 24 } else { 42 }),
            hours_day: if chance(30) {
                11
            } else if chance(45) {
                9
            } else {
                8
            },
            rest: if chance(55) { 4 } else { 2 },
            rights: if chance(28) { 6 } else { 2 },
            harassed: chance(if woman { 27 } else { 30 }),
            no_choice: chance(61),
            injured: chance(22),
        }
    };
    STRATA.iter().map(|stratum| (0..stratum.2).map(|_| one(stratum, &mut dice)).collect()).collect()
}

/// Draws a sample of every stratum with both authorities and the auditor, and sends what its people said: those who
/// refused, too.
/// The strata of the codes open to who holds the key of the interviews.
pub(crate) async fn hold(
    desk: &Desk,
    draws: &Seat,
    sends: &Seat,
    opens: &Seat,
    visit: &str,
) -> Result<(), Trouble> {
    let mandate = sends.mandate().id;
    let conditions = super::form(desk, mandate, "interview_conditions").await?;
    let interview = super::form(desk, mandate, "worker_interview").await?;
    let sender = Sender::member(&sends.may()?);
    let mut roster = String::from("badge,name,stratum,workshop\n");
    let mut people = BTreeMap::new();
    let mut dice = Dice::seed_from_u64(20_260_718);
    for person in workforce().into_iter().flatten() {
        let badge = format!("H{:04}", people.len() + 1);
        let name = super::people::name(person.sex == "female", &mut dice);
        let workshop = 1 + people.len() % 4;
        roster.push_str(&format!("{badge},{name},{},{workshop}\n", person.stratum));
        people.insert(badge, person);
    }
    let mut of_draw = Dice::seed_from_u64(20_260_719);
    let mut bags: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let hear = async |badge: &str, from_reserve: bool| {
        let Some(person) = people.get(badge) else { return Err(Trouble::new("who was drawn is not listed")) };
        if bags.is_empty() {
            bags = codes(desk, opens, visit).await?;
        }
        let slip = bags.get_mut(person.stratum).and_then(Vec::pop);
        let slip = slip.ok_or_else(|| Trouble::new("there are fewer codes than people to be heard"))?;
        let consents = below(&mut dice, 100) < 92;
        let instance = format!("uuid:{}", uuid(&mut dice));
        let xml = fill(&conditions.form, &instance, None, &mut dice, &mut |field, _| {
            Said::Value(match field.name.as_str() {
                _ if field.kind == Kind::Group => return Said::ByDice,
                "visit_code" => visit.to_owned(),
                "interview_code" => slip.clone(),
                "validity" => "private".to_owned(),
                _ => return Said::Nothing,
            })
        });
        desk.receive(&sender, xml.into_bytes(), Vec::new()).await?;
        let instance = format!("uuid:{}", uuid(&mut dice));
        let xml = fill(&interview.form, &instance, None, &mut dice, &mut |field, _| match field.kind {
            Kind::Group => Said::ByDice,
            _ => match (field.name.as_str(), consents) {
                ("how_chosen", _) => Said::Value(if from_reserve { "reserve" } else { "drawn" }.to_owned()),
                ("consent", false) => Said::Value("no".to_owned()),
                ("visit_code" | "interview_code" | "stratum" | "consent", _) | (_, true) => {
                    answer(&field.name, visit, &slip, person)
                }
                _ => Said::Nothing,
            },
        });
        desk.receive(&sender, xml.into_bytes(), Vec::new()).await?;
        Ok(consents)
    };
    super::draws::whole(desk, draws, visit, &roster, DRAWN, &mut of_draw, hear).await
}

/// The codes that the draw gave out, in a bag for each stratum.
async fn codes(desk: &Desk, opens: &Seat, visit: &str) -> Result<BTreeMap<String, Vec<String>>, Trouble> {
    let list = EntryList { limit: 10_000, ..EntryList::default() };
    let mut bags: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in desk.entries(&opens.may()?, "draw_codes", list).await? {
        let value = |name: &str| row.values.get(name).and_then(|value| value.as_str()).unwrap_or_default();
        if value("visit_code") == visit {
            bags.entry(value("stratum").to_owned()).or_default().push(value("label").to_owned());
        }
    }
    Ok(bags)
}

/// Draws as many files as people and sends what three pay periods of each say: fewer hours than people tell of, and one
/// hand that signed for many.
pub(crate) async fn read_files(
    desk: &Desk,
    draws: &Seat,
    reviewer: &Seat,
    visit: &str,
) -> Result<(), Trouble> {
    let mut dice = Dice::seed_from_u64(20_260_721);
    let files = super::draws::whole_of_files(desk, draws, reviewer, visit, &mut dice).await?;
    let review = super::form(desk, reviewer.mandate().id, "record_review").await?;
    let sender = Sender::member(&reviewer.may()?);
    for file in files {
        let (one_hand, gross) = (below(&mut dice, 100) < 12, 66 + below(&mut dice, 12));
        for (period, month) in [("peak", "2026-03-01"), ("low", "2026-01-01"), ("latest", "2026-06-01")] {
            let instance = format!("uuid:{}", uuid(&mut dice));
            let hours = if period == "peak" { 216 } else { 208 } + below(&mut dice, 4);
            let xml = fill(&review.form, &instance, None, &mut dice, &mut |field, _| {
                Said::Value(match field.name.as_str() {
                    _ if field.kind == Kind::Group => return Said::ByDice,
                    "visit_code" => visit.to_owned(),
                    "est_code" => ESTABLISHMENT.to_owned(),
                    "file_code" => file.code.clone(),
                    "stratum" => file.place.0.clone(),
                    "period" => period.to_owned(),
                    "period_month" => month.to_owned(),
                    "currency" => "usd".to_owned(),
                    "base_recorded" => "67.01".to_owned(),
                    "gross_recorded" => gross.to_string(),
                    "recorded_regular_h" => hours.to_string(),
                    "recorded_ot_h" => "0".to_owned(),
                    "recorded_rest_days" => "4".to_owned(),
                    "output_days_without_hours" => "0".to_owned(),
                    "register_lost_days" => "3".to_owned(),
                    "signature_type" => if one_hand { "one_hand" } else { "worker" }.to_owned(),
                    _ => return Said::Nothing,
                })
            });
            desk.receive(&sender, xml.into_bytes(), Vec::new()).await?;
        }
    }
    Ok(())
}

fn answer(field: &str, visit: &str, slip: &str, person: &Person) -> Said {
    let yes_no = |yes: bool, one: &str, other: &str| if yes { one.to_owned() } else { other.to_owned() };
    Said::Value(match field {
        "visit_code" => visit.to_owned(),
        "est_code" => ESTABLISHMENT.to_owned(),
        "outcome" => "complete".to_owned(),
        // At the official rate nearly the same, at the market rate next to nothing.
        "pay_last" => yes_no(person.directly, "60", "5940"),
        "pay_currency" => yes_no(person.directly, "usd", "kpw"),
        "interview_code" => slip.to_owned(),
        "stratum" => person.stratum.to_owned(),
        "consent" => "yes".to_owned(),
        "sex" => person.sex.to_owned(),
        "pay_who" => yes_no(person.directly, "employer", "agency"),
        "pay_form" => "local_cash".to_owned(),
        "pay_signed" => "read".to_owned(),
        "hours_day" => person.hours_day.to_string(),
        "days_week" => "6".to_owned(),
        "rest_day" => person.rest.to_string(),
        "rights_count" => person.rights.to_string(),
        "harass" => yes_no(person.harassed, "seen", "never"),
        "could_refuse" => yes_no(person.no_choice, "no", "yes"),
        "injury_self" => yes_no(person.injured, "lost_days", "none"),
        "low_validity" => "no".to_owned(),
        _ => return Said::Nothing,
    })
}

/// How many of these published intervals cover the truth, and how many there are. Figures are rounded, so that an end
/// that is rounded past the truth still covers it.
pub(crate) fn covered(estimates: &[Estimate]) -> (usize, usize) {
    let everybody: Vec<Person> = workforce().into_iter().flatten().collect();
    let covers = |one: &&Estimate| {
        let [group, answer] = one.position.as_slice() else { return false };
        let people: Vec<&Person> =
            everybody.iter().filter(|person| group == TOTAL || person.sex == group).collect();
        let share = |holds: &dyn Fn(&Person) -> bool| {
            100.0 * people.iter().filter(|person| holds(person)).count() as f64 / people.len() as f64
        };
        let hours = |person: &Person| f64::from(6 * person.hours_day);
        let all_hours: f64 = people.iter().map(|person| hours(person)).sum();
        let of = |holds: bool| holds == (answer == "yes");
        let truth = match (one.table.as_str(), one.quantity) {
            ("weekly_hours", Quantity::Mean) => all_hours / people.len() as f64,
            ("injuries", Quantity::Mean) => {
                let hurt = people.iter().filter(|person| person.injured).count() as f64;
                200_000.0 * hurt / (50.0 * all_hours)
            }
            ("direct_payment", _) => share(&|person| of(person.directly)),
            ("rest_day", _) => share(&|person| of(person.rest >= 4)),
            ("rights_known", _) => share(&|person| of(person.rights >= 5)),
            ("harassment", _) => share(&|person| of(person.harassed)),
            ("no_free_choice", _) => share(&|person| of(person.no_choice)),
            ("injuries", _) => share(&|person| of(person.injured)),
            ("weekly_hours", _) => share(&|person| match answer.as_str() {
                "to_48" => hours(person) <= 48.0,
                "over_48_to_60" => hours(person) > 48.0 && hours(person) <= 60.0,
                _ => hours(person) > 60.0,
            }),
            _ => return false,
        };
        let rounded = if one.quantity == Quantity::Percent { 0.5 } else { 0.05 };
        (one.low - rounded..=one.high + rounded).contains(&truth)
    };
    (estimates.iter().filter(covers).count(), estimates.len())
}
