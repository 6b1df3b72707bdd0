//! One mandate's today: what waits, what came last, how to begin; and the method of its protocol.

use axum::Router;
use axum::routing::get;
use desk::casework::ClockState;
use desk::protocol::Right;
use desk::{Seat, Today};

use crate::answer::{Answer, Refusal};
use crate::frame::{Action, Link};
use crate::locale::Locale;
use crate::moment::{day, moment};
use crate::pages::case_words::{Words, case_address, is_ticking, urgency};
use crate::pages::forms::form_address;
use crate::pages::submissions::{list_address, review_tag, submission_address};
use crate::pages::wording::{registry_address, registry_title};
use crate::patterns::{Advice, Cell, Column, Method, Prose, Section, Step, StepState, Steps, Table, Tasks};
use crate::room::{Room, Seated, Web};
use crate::sheet::Sheet;

/// Routes of this group.
pub fn router() -> Router<Web> {
    Router::new().route("/m/{mandate}", get(today)).route("/m/{mandate}/method", get(method))
}

/// What waits in a mandate, each leading to where it is dealt with.
pub fn tasks(l: Locale, seat: &Seat, today: &Today) -> Tasks {
    let id = seat.mandate().id;
    let mut tasks = Tasks::new(l.text("today-nothing-waits"));
    tasks = tasks_of_cases(l, seat, today, tasks);
    for (form, model, waiting) in &today.unreviewed {
        let what = l.text_with_one("today-review", "form", &model.form.title);
        let href = list_address(id, &form.form_id);
        tasks = tasks.task(what, href, l.count("today-review-count", *waiting));
    }
    for (registry, waiting) in &today.conflicts {
        let what = l.text_with_one("today-conflicts", "registry", registry_title(registry, l));
        let href = format!("{}?conflict=yes", registry_address(id, &registry.name));
        tasks = tasks.task(what, href, l.count("today-conflicts-count", *waiting));
    }
    for (form, model) in &today.drafts {
        let what = l.text_with_one("today-draft", "form", &model.form.title);
        tasks = tasks.task(what, form_address(id, &form.form_id), l.text("today-draft-waits"));
    }
    for device in &today.silent {
        let what = l.text_with_one("today-silent", "phone", &device.name);
        let seen = match device.last_seen_at {
            Some(at) => l.text_with_one("today-last-seen", "day", day(l, at)),
            None => l.text("today-never-seen"),
        };
        tasks = tasks.task(what, Room::Devices.address(id), seen);
    }
    tasks
}

/// What cases wait for: the limits that press first, then what is next for the member's role.
fn tasks_of_cases(l: Locale, seat: &Seat, today: &Today, mut tasks: Tasks) -> Tasks {
    let (mut pressing, mut next) = (Vec::new(), Vec::new());
    for detail in &today.cases {
        let (Some(declared), Some(standing), Some(role)) =
            (detail.workflow(), detail.standing(), seat.role())
        else {
            continue;
        };
        let words = Words { l, protocol: seat.protocol(), declared };
        let case = &detail.case;
        let called = format!("{} {}", case.code, case.title);
        let says = |what: String| {
            l.text_with("today-case", &[("case", called.as_str().into()), ("what", what.into())])
        };
        let href = case_address(seat.mandate().id, &case.workflow, &case.code);
        let ticking = standing.clocks.iter().filter(|count| is_ticking(count.state));
        let mut mine: Vec<_> = ticking.filter(|count| count.roles.contains(&role)).collect();
        mine.sort_by_key(|count| urgency(count, standing.now.time_zone()));
        // All that is late, and what comes first; the rest of a year would bury it.
        let late = mine.iter().filter(|count| count.state == ClockState::Late).count();
        for count in mine.into_iter().take(late.max(1)) {
            let amount = words.running(count, &standing).words().to_owned();
            pressing.push((
                urgency(count, standing.now.time_zone()),
                says(words.clock_title(count)),
                href.clone(),
                amount,
            ));
        }
        for act in standing.next.iter().filter(|next| next.roles.contains(&role)) {
            next.push((says(act.words.get(l.code()).to_owned()), href.clone()));
        }
    }
    pressing.sort();
    for (_, what, href, amount) in pressing {
        tasks = tasks.task(what, href, amount);
    }
    for (what, href) in next {
        tasks = tasks.task(what, href, l.text("today-case-acts"));
    }
    tasks
}

async fn today(seated: Seated) -> Answer<Sheet> {
    let l = seated.visitor.reader.locale;
    let mandate = seated.seat.mandate();
    let today = seated.desk().today(&seated.seat).await?;
    let mut frame = seated.frame(Room::Today, &mandate.name);
    if mandate.archived_at.is_some() {
        frame = frame.state(l.text("home-archived"));
    }
    if today.submissions > 0 && seated.seat.has(Right::Collect) {
        frame = frame.action(Action::open(l.text("today-fill"), Room::Forms.address(mandate.id)));
    }
    let mut sheet = Sheet::new(frame);
    if !mandate.description.is_empty() {
        sheet = sheet.part(Prose::new(&mandate.description));
    }
    if today.submissions == 0 {
        sheet = sheet.part(Section::new(l.text("today-begin")).part(begin(l, &seated.seat, &today)));
    }
    let waiting = tasks(l, &seated.seat, &today);
    if today.submissions > 0 || !waiting.is_empty() {
        sheet = sheet.part(Section::new(l.text("today-waits")).part(waiting));
    }
    if seated.seat.has(Right::Read) && today.submissions > 0 {
        sheet = sheet.part(latest(&seated, &today));
    }
    let protocol = seated.seat.protocol();
    let mut about = Section::new(protocol.title.get(l.code())).say(protocol.description.get(l.code()));
    if protocol.method.is_some() {
        let link = Link::new(l.text("today-method"), format!("/m/{}/method", mandate.id));
        about = about.links([link]);
    }
    Ok(sheet.part(about))
}

/// The three steps from an empty mandate to its first submission.
fn begin(l: Locale, seat: &Seat, today: &Today) -> Steps {
    let id = seat.mandate().id;
    let done = [today.open_forms > 0, today.phones > 0, today.submissions > 0];
    let current = done.iter().position(|done| !done);
    let steps = [
        ("begin-form", "begin-form-how", Room::Forms, Right::Forms),
        ("begin-phone", "begin-phone-how", Room::Devices, Right::Devices),
        ("begin-send", "begin-send-how", Room::Forms, Right::Collect),
    ];
    let steps = steps.into_iter().enumerate().map(|(place, (title, how, room, right))| {
        let is_done = done.get(place).copied().unwrap_or_default();
        let state = match (is_done, current == Some(place)) {
            (true, _) => StepState::Done,
            (false, true) => StepState::Current,
            (false, false) => StepState::Later,
        };
        let step = Step::new(state, l.text(title));
        if is_done {
            return step;
        }
        let link = seat.has(right).then(|| Link::new(l.text(room.name()), room.address(id)));
        step.body(Advice::new(l.text(how), link))
    });
    Steps::new(l, steps.collect())
}

fn latest(seated: &Seated, today: &Today) -> Table {
    let l = seated.visitor.reader.locale;
    let mut table = Table::new(l, &seated.visitor.reader.here, l.text("today-latest"), "")
        .column(Column::new(l.text("today-received")))
        .column(Column::new(l.text("today-form")))
        .column(Column::new(l.text("today-from")))
        .column(Column::new(l.text("today-state")))
        .count(u64::try_from(today.submissions).unwrap_or(0));
    for (form, model, submission, who) in &today.latest {
        let href = submission_address(seated.mandate(), &form.form_id, &submission.instance_id);
        let received = Cell::link(moment(l, submission.created_at), href);
        let from = who.clone().unwrap_or_else(|| "–".to_owned());
        let state = review_tag(l, &submission.review_state);
        table = table.row([received, model.form.title.as_str().into(), from.into(), Cell::new(state)]);
    }
    table
}

async fn method(seated: Seated) -> Answer<Sheet> {
    let l = seated.visitor.reader.locale;
    let protocol = seated.seat.protocol();
    let text = protocol.method.as_deref().ok_or_else(Refusal::not_found)?;
    let (title, text) = in_one_language(text, l);
    let title = title.unwrap_or_else(|| protocol.title.get(l.code()).to_owned());
    let frame = seated
        .frame(Room::Today, title)
        .under(&seated.seat.mandate().name, Room::Today.address(seated.mandate()));
    Ok(Sheet::new(frame).part(Method::new(text)))
}

/// The part of a method text in the reader's language, and its title. A text in several languages has them in the order
/// English, Korean, Japanese, each under a title of its own (`# …`), with a rule (`---`) between; who reads a language
/// that it lacks is shown the first. Any other text is shown as it is.
fn in_one_language(text: &str, locale: Locale) -> (Option<String>, &str) {
    let parts: Vec<&str> = text.split("\n---\n").map(str::trim).collect();
    let place = Locale::ALL.iter().position(|known| *known == locale).unwrap_or_default();
    let titled = parts.iter().all(|part| part.starts_with("# "));
    let part = match parts.as_slice() {
        [first, _, ..] if titled => parts.get(place).copied().unwrap_or(first),
        _ => text.trim(),
    };
    let (first, rest) = part.split_once('\n').unwrap_or((part, ""));
    match first.strip_prefix("# ") {
        Some(title) => (Some(title.trim().to_owned()), rest),
        None => (None, part),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_in_three_languages_shows_one() {
        let text = "# How\n\nFirst.\n\n---\n\n# 진행\n\n먼저.\n\n---\n\n# 進め方\n\nまず。\n";
        assert_eq!(in_one_language(text, Locale::Korean), (Some("진행".to_owned()), "\n먼저."));
        let two = "# How\n\nFirst.\n\n---\n\n# 진행\n\n먼저.\n";
        assert_eq!(in_one_language(two, Locale::Korean).0.as_deref(), Some("진행"));
        assert_eq!(in_one_language(two, Locale::Japanese).0.as_deref(), Some("How"));
        let foreign = "Only one.\n\n---\n\nWith a rule.";
        assert_eq!(in_one_language(foreign, Locale::Korean), (None, foreign));
    }
}
