//! `demo`: an example installation, filled through the door that phones use.

pub mod answers;
mod draws;
mod establishments;
mod heard;
mod people;
mod visits;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use desk::{Administrator, Desk, Dice, EntryChange, Login, NewMandate, NewMember, Session};
use rand_core::SeedableRng;
use tower::ServiceExt;
use web::room::{Web, WebOptions};
use xforms::{Class, Field, Form};

use self::answers::{Said, below, fill, one_of, uuid};
use self::establishments::Establishment;
use crate::command::Demo;
use crate::data::{self, Configuration};
use crate::{Outcome, Trouble, serve};

/// The people of the demo: login name, display name, role, password, language.
const PEOPLE: [(&str, &str, Option<&str>, &str, &str); 5] = [
    ("admin@example.org", "Administrator", None, "demo admin holds no key", ""),
    ("lead@example.org", "한서윤 Han Seoyun", Some("visit_lead"), "demo lead sees the site", ""),
    ("draw@example.org", "Aiko Mori", Some("draw_officer"), "demo draw holds the roster", ""),
    ("count@example.org", "Daniel Park", Some("reconciler"), "demo count hears no names", ""),
    ("records@example.org", "Marta Lindqvist", Some("record_reviewer"), "demo records sees the files", ""),
];

/// The places of those who sign a release, of who draws and of who reads the files.
const LEAD: usize = 1;
const DRAW: usize = 2;
const COUNT: usize = 3;
const RECORDS: usize = 4;

/// Establishments drawn in the demo's round, each of which becomes a visit.
const VISITS: u64 = 10;
/// How many of them have a roster kept as a registry, and send interviews.
const VISITED: usize = 2;

const INTERVIEWS: u64 = 400;
const SEED: u64 = 20_261_123;
const DAY: i64 = 24 * 3_600_000;
/// Days ago on which the round was planned.
const ROUND_BEGAN: i64 = 238;
/// Days ago on which the phones began to send.
const PHONES_BEGAN: i64 = 21;

/// The visit that the phones send from.
const VISIT_NOW: &str = "V-2026-004";

/// How far the demo's clock is behind the real one while it makes its past (ms).
static BEHIND: AtomicI64 = AtomicI64::new(0);

fn past() -> i64 {
    data::now() - BEHIND.load(Ordering::Relaxed)
}

/// Makes the demo where it is not there yet, says how to log in, and serves it.
pub(crate) fn demo(demo: &Demo) -> Outcome {
    let folder = demo.data.clone().unwrap_or_else(|| std::env::temp_dir().join("deungdae-demo"));
    let runtime = data::runtime()?;
    runtime.block_on(async {
        let ready = folder.join("demo-is-complete");
        if !ready.is_file() {
            make(&folder).await?;
            std::fs::write(&ready, "made by `deungdae demo`\n")?;
        }
        say(&folder, demo);
        if demo.no_serve {
            return Ok(ExitCode::SUCCESS);
        }
        let configuration = Configuration::read(&folder)?;
        let desk = data::open_desk(&folder, None, configuration.options()).await?;
        serve::listen_on(demo.listen, Arc::new(desk), &configuration, &folder).await
    })
}

fn say(folder: &Path, demo: &Demo) {
    println!("\nDeungdae demo in {}\n", folder.display());
    println!("  Open   http://{}/\n", demo.listen);
    for (email, name, role, password, _) in PEOPLE {
        println!(
            "  {email:<19} {password:<28} {name}, {}",
            role.unwrap_or("administrator, in no compartment")
        );
    }
    println!("\nEverything in it is invented. Stop it with Ctrl-C; delete the folder to begin anew.\n");
}

async fn make(folder: &PathBuf) -> Result<(), Trouble> {
    data::make_folder(folder)?;
    if std::fs::read_dir(folder)?.next().is_some() {
        return Err(Trouble::new(format!(
            "{} is not empty and holds no complete demo; give another folder with --data, or delete it",
            folder.display()
        )));
    }
    set_days_ago(ROUND_BEGAN);
    let store = data::open_store_with_clock(folder, past)?;
    let desk = Arc::new(
        Desk::open(store, data::protocols(folder)?, desk::Options::default(), past, data::seed).await?,
    );
    let mut dice = Dice::seed_from_u64(SEED);

    let mut numbers = Vec::new();
    for (email, name, _, password, language) in PEOPLE {
        let administrator = email.starts_with("admin");
        numbers.push(desk.add_member(NewMember { email, name, password, administrator, language }).await?);
    }
    let admin = log_in(&desk, 0).await?;
    let administrator: Administrator = desk.administrator(&admin)?;
    let people = PEOPLE
        .iter()
        .zip(&numbers)
        .filter_map(|((_, _, role, _, _), number)| role.map(|role| (*number, role.to_owned())))
        .collect();
    let mandate = desk
        .begin_mandate(
            &administrator,
            NewMandate {
                name: "Zone visits".to_owned(),
                description: "Example mandate: invented establishments of an outward-processing zone, and visits to them."
                    .to_owned(),
                protocol: "workplace".to_owned(),
                people,
            },
        )
        .await?;
    let sits = async |person: usize| -> Result<desk::Seat, Trouble> {
        Ok(desk.seat(&log_in(&desk, person).await?, mandate).await?)
    };
    let together = futures_util::future::try_join4(sits(1), sits(2), sits(3), sits(4));
    let (lead, draw, count, records) = together.await?;
    let team = visits::Team { lead, draw, count, records };
    let tablet = desk.add_device(&team.lead.may::<desk::Devices>()?, "Tablet, records").await?.token;
    let app = web::router(Web { desk: desk.clone(), options: Arc::new(WebOptions::default()) });
    let mut door = Door { app, mandate, tokens: vec![tablet], visited: Vec::new() };
    let zone = establishments::all(&mut dice);
    establishments::register(&desk, &door, &zone, &mut dice).await?;
    let (round, drawn) = draws::round(&desk, &team, VISITS, &mut dice).await?;
    let (covered, all) = visits::visits(&desk, &team, &drawn).await?;
    set_days_ago(PHONES_BEGAN);
    // Half a year has passed, and keys were locked.
    let seat = sits(1).await?;
    for phone in ["Phone 1 (women's team)", "Phone 2 (men's team)"] {
        let token = desk.add_device(&seat.may::<desk::Devices>()?, phone).await?.token;
        door.tokens.insert(door.tokens.len() - 1, token);
    }
    let mut small: Vec<_> = drawn.iter().map(|(_, site)| (site.size, site.unit.as_str())).collect();
    small.sort_unstable();
    let units: Vec<&str> = small.into_iter().take(VISITED).map(|(_, unit)| unit).collect();
    door.visited = units.iter().map(|unit| (*unit).to_owned()).collect();
    let visited: Vec<_> = zone.into_iter().filter(|one| units.contains(&one.code.as_str())).collect();
    rosters(&desk, &seat, &visited, &mut dice).await?;
    forward(3 * DAY);
    other_forms(&desk, &door, mandate, &mut dice).await?;
    interviews(&desk, &door, mandate, &mut dice).await?;
    set_days_ago(0);
    review_some(&desk, &team.count).await?;
    let (lead, draw, records) = futures_util::future::try_join3(sits(1), sits(2), sits(4)).await?;
    let team = visits::Team { lead, draw, records, ..team };
    if let [.., (first, _), (second, _)] = drawn.as_slice() {
        draws::draws(&desk, &team, [first, second], &mut dice).await?;
    }
    draws::became(&desk, &team, &round).await?;
    println!(
        "Of {all} intervals published of the second visit, {covered} cover the truth, which the demo knows \
         (95 % is what they promise, over many draws: the intervals of one draw share its luck)."
    );
    Ok(())
}

fn set_days_ago(days: i64) {
    BEHIND.store(days * DAY, Ordering::Relaxed);
}

fn forward(by: i64) {
    BEHIND.fetch_sub(by, Ordering::Relaxed);
}

async fn log_in(desk: &Desk, person: usize) -> Result<Session, Trouble> {
    let (email, _, _, password, _) =
        PEOPLE.get(person).ok_or_else(|| Trouble::new("no such person in the demo"))?;
    let login = Login { email, password, code: None, address: "demo", unlock: true };
    Ok(desk.log_in(login).await?.1)
}

/// The phones' door of the server that is being made.
struct Door {
    app: Router,
    mandate: i64,
    tokens: Vec<String>,
    /// Codes of establishments that interviews are sent from.
    visited: Vec<String>,
}

impl Door {
    async fn send(&self, phone: usize, xml: &str) -> Result<(), Trouble> {
        const BOUNDARY: &str = "----deungdae-demo";
        let token = self.tokens.get(phone % self.tokens.len().max(1)).map(String::as_str).unwrap_or_default();
        let body = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"xml_submission_file\"; filename=\"submission.xml\"\r\n\
             Content-Type: text/xml\r\n\r\n{xml}\r\n--{BOUNDARY}--\r\n"
        );
        let request = Request::post(format!("/v1/key/{token}/projects/{}/submission", self.mandate))
            .header(header::CONTENT_TYPE, format!("multipart/form-data; boundary={BOUNDARY}"))
            .header("x-openrosa-version", "1.0")
            .body(Body::from(body))
            .map_err(|error| Trouble::new(error.to_string()))?;
        let Ok(response) = self.app.clone().oneshot(request).await;
        if response.status() == StatusCode::CREATED {
            return Ok(());
        }
        let status = response.status();
        let body = axum::body::to_bytes(response.into_body(), 1 << 16).await.unwrap_or_default();
        Err(Trouble::new(format!("the door answered {status}: {}", String::from_utf8_lossy(&body))))
    }

    /// Sends many at once, as phones do when they come back into the network.
    async fn send_all(self: &Door, submissions: Vec<(usize, String)>) -> Result<(), Trouble> {
        for some in submissions.chunks(32) {
            let mut sending = tokio::task::JoinSet::new();
            for (phone, xml) in some.iter().cloned() {
                let door = Door {
                    app: self.app.clone(),
                    mandate: self.mandate,
                    tokens: self.tokens.clone(),
                    visited: Vec::new(),
                };
                sending.spawn(async move { door.send(phone, &xml).await });
            }
            while let Some(sent) = sending.join_next().await {
                sent.map_err(|error| Trouble::new(error.to_string()))??;
            }
        }
        Ok(())
    }
}

async fn form(desk: &Desk, mandate: i64, id: &str) -> Result<Arc<desk::FormModel>, Trouble> {
    let form = desk.form(mandate, id).await?;
    Ok(desk.published(&form).await?)
}

/// The rosters of the visited establishments, sealed line by line; the one who enters them cannot open them again.
async fn rosters(
    desk: &Desk,
    seat: &desk::Seat,
    visited: &[Establishment],
    dice: &mut Dice,
) -> Result<(), Trouble> {
    let may = seat.may::<desk::Review>()?;
    let mut changes = Vec::new();
    for Establishment { code, men, women, .. } in visited {
        for line in 0..men + women {
            let woman = line >= *men;
            let name = people::name(woman, dice);
            let group = match below(dice, 100) {
                0..=4 => "leader".to_owned(),
                5..=12 => format!("{}_office", if woman { "women" } else { "men" }),
                13..=30 => format!("{}_auxiliary", if woman { "women" } else { "men" }),
                _ => format!("{}_operator", if woman { "women" } else { "men" }),
            };
            let value = |name: &str, value: String, class: Class| (name.to_owned(), value, class);
            let change = EntryChange {
                uuid: uuid(dice),
                create: true,
                update: false,
                base: None,
                trunk: None,
                branch: None,
                values: vec![
                    value("label", name.clone(), Class::Identity),
                    value("name", name, Class::Identity),
                    value(
                        "badge",
                        format!("{}-{:04}", code.trim_start_matches("E-"), line + 1),
                        Class::Identity,
                    ),
                    value("est_code", code.to_owned(), Class::Open),
                    value("stratum", group, Class::Sensitive),
                ],
            };
            changes.push(change);
        }
    }
    while !changes.is_empty() {
        let some = changes.split_off(changes.len().saturating_sub(64));
        let entering = some.into_iter().map(|change| desk.change_entry(&may, "workers", change));
        futures_util::future::try_join_all(entering).await?;
    }
    Ok(())
}

/// Some of everything else that a visit writes down.
async fn other_forms(desk: &Desk, door: &Door, mandate: i64, dice: &mut Dice) -> Result<(), Trouble> {
    let mut submissions = Vec::new();
    for (id, count) in
        [("access", 2), ("facility_checklist", 12), ("interview_conditions", 60), ("record_review", 80)]
    {
        let Ok(model) = form(desk, mandate, id).await else { continue };
        for _ in 0..count {
            let instance = format!("uuid:{}", uuid(dice));
            let common = &mut |field: &Field, dice: &mut Dice| common(field, &door.visited, dice);
            let xml = fill(&model.form, &instance, None, dice, common);
            submissions.push((2, xml));
        }
    }
    door.send_all(submissions).await
}

/// Codes that every form of the visit shares.
fn common(field: &Field, visited: &[String], dice: &mut Dice) -> Said {
    let value = match field.name.as_str() {
        "visit" | "establishment" | "visit_act" => return Said::Nothing,
        "visit_code" | "visit_code_written" => VISIT_NOW.to_owned(),
        "est_code" | "est_code_written" => match one_of(dice, visited) {
            Some(code) => code.clone(),
            None => return Said::Nothing,
        },
        _ => return Said::ByDice,
    };
    Said::Value(value)
}

async fn interviews(desk: &Desk, door: &Door, mandate: i64, dice: &mut Dice) -> Result<(), Trouble> {
    let model = form(desk, mandate, "worker_interview").await?;
    let mut sent = 0;
    for day in 0..10 {
        let today: Vec<(usize, String)> = (sent..INTERVIEWS * (day + 1) / 10)
            .map(|number| (usize::from(number % 3 == 0), interview(&model.form, &door.visited, dice)))
            .collect();
        sent += today.len() as u64;
        door.send_all(today).await?;
        forward(DAY);
    }
    Ok(())
}

const REMARKS: [&str; 6] = [
    "로임표에 수표만 하고 돈은 반장이 나누어줍니다.",
    "연장작업을 하지 않겠다고 말하기 어렵습니다.",
    "여름에 작업장이 몹시 덥습니다.",
    "비상문 하나가 잠겨있을 때가 있습니다.",
    "The nursery is good, but it closes before the late shift ends.",
    "물표로 받은것을 값으로 치면 얼마인지 모릅니다.",
];

/// One interview: answers by dice, weighed so that the tables of the demo say something.
fn interview(form: &Form, visited: &[String], dice: &mut Dice) -> String {
    let agrees = below(dice, 100) < 93;
    let metal = below(dice, 100) < 36;
    let code = visited.get(usize::from(metal)).map(String::as_str).unwrap_or_default();
    let woman = below(dice, 100) < if metal { 38 } else { 83 };
    let instance = format!("uuid:{}", uuid(dice));
    // As the form checks it: the seven digits leave 1 when divided by 97.
    let slip = format!("W{:07}", 1 + 97 * below(dice, 103_092));
    fill(form, &instance, None, dice, &mut |field, dice| {
        let weighed = |dice: &mut Dice, values: &[(&str, u64)]| {
            let mut point = below(dice, values.iter().map(|(_, weight)| weight).sum());
            for (value, weight) in values {
                if point < *weight {
                    return Said::Value((*value).to_owned());
                }
                point -= weight;
            }
            Said::Nothing
        };
        let value = match field.name.as_str() {
            "interview" if !agrees => return Said::Nothing,
            "explain_again" | "child_note" => return Said::Nothing,
            "visit_code" | "visit_code_written" => VISIT_NOW.to_owned(),
            "establishment" | "visit" | "draw_code" => return Said::Nothing,
            "est_code" | "est_code_written" => code.to_owned(),
            "interview_code" | "interview_code_written" => slip.clone(),
            "interviewer_code" => format!("I{}", 1 + below(dice, 4)),
            "how_chosen" => return weighed(dice, &[("drawn", 84), ("reserve", 11), ("walk", 5)]),
            "understood" => "yes".to_owned(),
            "consent" => if agrees { "yes" } else { "no" }.to_owned(),
            "consent_level" => if agrees { "2" } else { "0" }.to_owned(),
            "age_band" => {
                let ages = [
                    ("at_15", 1),
                    ("from_16", 3),
                    ("from_18", 31),
                    ("from_25", 34),
                    ("from_35", 20),
                    ("from_45", 11),
                ];
                return weighed(dice, &ages);
            }
            "sex" => if woman { "female" } else { "male" }.to_owned(),
            "pay_who" => {
                return weighed(dice, &[("employer", 22), ("agency", 41), ("leader", 30), ("account", 7)]);
            }
            "pay_last" => format!("{}", 38 + below(dice, 46)),
            "pay_coupon_value" => format!("{}", below(dice, 30)),
            "pay_currency" => "usd".to_owned(),
            "hours_day" => format!("{}.{}", 8 + below(dice, 4), 5 * below(dice, 2)),
            "days_week" => format!("{}", 5 + below(dice, 3)),
            "ot_week" => format!("{}", below(dice, 18)),
            "rest_day" => format!("{}", 2 + below(dice, 4)),
            "leave_days" => format!("{}", 4 + below(dice, 12)),
            "maternity_known" => if below(dice, 2) == 0 { "150" } else { "60" }.to_owned(),
            "remark" => match below(dice, 4) {
                0 => (*one_of(dice, &REMARKS).unwrap_or(&"")).to_owned(),
                _ => return Said::Nothing,
            },
            "minutes" => format!("{}", 30 + below(dice, 16)),
            "outcome" if agrees => return weighed(dice, &[("complete", 94), ("stopped_person", 6)]),
            _ => return Said::ByDice,
        };
        Said::Value(value)
    })
}

/// The counter has begun to review, so that the lists show every state.
async fn review_some(desk: &Desk, seat: &desk::Seat) -> Result<(), Trouble> {
    let form = desk.form(seat.mandate().id, "worker_interview").await?;
    let list = store::submission::List { limit: 12, ascending: true, ..Default::default() };
    let (rows, _) = desk.submissions(&seat.may::<desk::Read>()?, &form, list).await?;
    for (number, row) in rows.iter().enumerate() {
        let (state, text) = match number % 6 {
            4 => ("hasIssues", "Hours and days do not fit together: asked the interviewer."),
            5 => ("rejected", "Sent twice under two codes."),
            _ => ("approved", ""),
        };
        let instance = &row.listed.submission.instance_id;
        desk.review(&seat.may::<desk::Review>()?, &form, instance, Some(state), text).await?;
    }
    Ok(())
}
