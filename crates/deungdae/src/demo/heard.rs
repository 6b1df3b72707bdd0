//! The interviews of the demo's published visit: an invented workforce whose true figures are known, a sample of it heard
//! in private, and how many of the published intervals cover the truth.

use desk::disclosure::{Estimate, Quantity, TOTAL};
use desk::{Desk, Dice, Seat, Sender};
use rand_core::SeedableRng;
use xforms::Kind;

use super::Trouble;
use super::answers::{Said, below, fill, uuid};

/// Strata: name, sex, persons in the frame, persons heard.
pub(crate) const STRATA: [(&str, &str, u32, usize); 3] = [
    ("women_operator", "female", 180, 62),
    ("women_auxiliary", "female", 52, 18),
    ("men_operator", "male", 48, 34),
];

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
    let one = |(stratum, sex, ..): &(&'static str, &'static str, u32, usize), dice: &mut Dice| {
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

/// Draws a sample of every stratum, and sends what its people said.
pub(crate) async fn hold(desk: &Desk, seat: &Seat, visit: &str) -> Result<(), Trouble> {
    let mandate = seat.mandate().id;
    let conditions = super::form(desk, mandate, "interview_conditions").await?;
    let interview = super::form(desk, mandate, "worker_interview").await?;
    let mut dice = Dice::seed_from_u64(20_260_718);
    let sender = Sender::member(&seat.may()?);
    let mut number = 0;
    for (mut people, (.., wanted)) in workforce().into_iter().zip(STRATA) {
        for heard in 0..wanted {
            let left = people.len() as u64;
            let person = people.swap_remove(below(&mut dice, left) as usize);
            number += 1;
            let slip = format!("W{:07}", 97 * number + 1);
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
                _ => answer(&field.name, visit, &slip, heard, &person),
            });
            desk.receive(&sender, xml.into_bytes(), Vec::new()).await?;
        }
    }
    Ok(())
}

fn answer(field: &str, visit: &str, slip: &str, heard: usize, person: &Person) -> Said {
    let yes_no = |yes: bool, one: &str, other: &str| if yes { one.to_owned() } else { other.to_owned() };
    Said::Value(match field {
        "visit_code" => visit.to_owned(),
        "interview_code" => slip.to_owned(),
        "stratum" => person.stratum.to_owned(),
        "how_chosen" => yes_no(heard % 11 == 10, "reserve", "drawn"),
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
