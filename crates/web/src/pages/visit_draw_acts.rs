//! What the monitor does in a draw, a page for each act, and where the messages of the other parties come in.

use axum::Router;
use axum::extract::{DefaultBodyLimit, Multipart, Path};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use desk::draw::field::Why;
use desk::protocol::Scheme;
use desk::{Brought, Called, NewDraw, NewParty, OpenIdentity, Randomness, Read, Units};

use crate::answer::{Answer, Refusal};
use crate::pages::case::Looking;
use crate::pages::visit_draw::{Ceremony, Place, handed_over, zipped};
use crate::pages::visit_frame::{in_words, part_of, parts, reason_form};
use crate::patterns::{Cell, Choice, Column, Confirmation, Field, Form, Prose, Section, Table};
use crate::room::{Seated, Web};
use crate::sent::Sent;
use crate::sheet::{Sheet, come_back, see};

/// Bytes of the largest message taken; an announcement has a few thousand.
const LARGEST_MESSAGE: usize = 4 << 20;
/// Authorities that a design asks for.
const AUTHORITIES: usize = 3;

/// Routes of this group.
pub fn router() -> Router<Web> {
    let at = |rest: &str| format!("/m/{{mandate}}/cases/{{workflow}}/{{code}}/draw/{rest}");
    Router::new()
        .route(&at("new"), get(new_page).post(begin))
        .route(&at("{seq}/message"), get(message_page).post(message))
        .route(&at("{seq}/announce"), get(announce_page).post(announce))
        .route(&at("{seq}/reveal"), get(reveal_page).post(reveal))
        .route(&at("{seq}/beacon"), get(beacon_page).post(beacon))
        .route(&at("{seq}/select"), get(select_page).post(select))
        .route(&at("{seq}/calls"), get(calls_page).post(calls))
        .route(&at("{seq}/attempt"), get(attempt_page).post(attempt))
        .route(&at("{seq}/opened"), get(opened_page).post(opened))
        .route(&at("{seq}/close"), get(close_page).post(close))
        .route(&at("{seq}/key"), get(key_page).post(key))
        .route(&at("{seq}/void"), get(void_page).post(void))
        .layer(DefaultBodyLimit::max(LARGEST_MESSAGE))
}

/// The form that begins a draw. How many files are drawn follows from the draw of people, and nobody else is called.
pub fn new_form(looking: &Looking<'_>, units: Units) -> Form {
    let l = looking.l();
    let of_people = units == Units::People;
    let (page, verb) =
        if of_people { ("new", "visit-draw-begin") } else { ("new-files", "visit-files-begin") };
    let mut form = Form::new(l, format!("{}/draw/{page}", looking.address()), l.text(verb));
    let declared = looking.seated.seat.frame(&looking.detail.case.workflow).ok();
    let allowed = declared.map(|declared| declared.schemes.as_slice()).unwrap_or_default();
    let kth = of_people && allowed.contains(&Scheme::EveryKth);
    let take_all = declared.map_or(0, |declared| declared.take_all);
    let usual = allowed.first().map(|scheme| scheme.word()).unwrap_or_default();
    let ways = allowed.iter().filter(|scheme| of_people || **scheme != Scheme::EveryKth).map(|scheme| {
        let (title, says) = match scheme {
            Scheme::Simple => ("visit-new-simple", "visit-new-simple-hint"),
            Scheme::Stratified => ("visit-new-stratified", "visit-new-stratified-hint"),
            Scheme::Proportional => ("visit-new-proportional", "visit-new-proportional-hint"),
            Scheme::EveryKth => ("visit-new-kth", "visit-new-kth-hint"),
        };
        Choice::new(scheme.word(), l.text(title)).hint(l.text(says))
    });
    let how = if of_people { "visit-new-scheme" } else { "visit-files-scheme" };
    form = form.field(Field::radios("scheme", l.text(how), ways.collect()).value(usual));
    if of_people {
        let mut n = Field::figures("n", looking.of("visit-new-n", "site-new-n"), 6).longest(6);
        n = n.hint(match (take_all, kth) {
            (0, false) => l.text("visit-new-n-hint"),
            (0, true) => l.text("visit-new-n-hint-kth"),
            (most, _) => l.text_with_one("site-new-n-hint", "most", most),
        });
        form = form.field(if kth || take_all > 0 { n.optional() } else { n });
        if kth {
            form = form.field(
                Field::figures("every", l.text("visit-new-every"), 6)
                    .hint(l.text("visit-new-every-hint"))
                    .optional()
                    .longest(6),
            );
        }
        form = form.field(
            Field::figures("reserve", l.text("visit-new-reserve"), 6)
                .hint(l.text("visit-new-reserve-hint"))
                .optional()
                .longest(6),
        );
    }
    if of_people && !looking.draws_places() {
        form = form.field(
            Field::figures("others", l.text("visit-new-others"), 6)
                .hint(l.text("visit-new-others-hint"))
                .value("0")
                .longest(6),
        );
    }
    form = form.field(
        Field::figures("hours", l.text("visit-new-hours"), 4)
            .hint(l.text("visit-new-hours-hint"))
            .value("2")
            .longest(3),
    );
    let suites = vec![
        Choice::new("ecvrf", l.text("visit-new-ecvrf")),
        Choice::new("hmac", l.text("visit-new-hmac")).hint(l.text("visit-new-hmac-hint")),
    ];
    form = form.field(Field::radios("suite", l.text("visit-new-suite"), suites).value("ecvrf")).field(
        Field::figures("embargo", l.text("visit-new-embargo"), 5)
            .hint(l.text("visit-new-embargo-hint"))
            .optional()
            .longest(5),
    );
    let party = |form: Form, name: &str, title: &'static str, usual: &str, needed: bool| {
        let (mut who, mut key) = (
            Field::line(&format!("{name}.name"), l.text(title))
                .hint(l.text("visit-new-party-hint"))
                .longest(40),
            Field::line(&format!("{name}.key"), l.text("visit-new-key"))
                .hint(l.text("visit-new-key-hint"))
                .longest(64),
        );
        if needed {
            who = who.value(usual);
        } else {
            (who, key) = (who.optional(), key.optional());
        }
        form.field(who.autocomplete("off")).field(key.autocomplete("off"))
    };
    for (at, usual) in ["authority-a", "authority-b", ""].into_iter().enumerate().take(AUTHORITIES) {
        form = party(form, &format!("authority.{at}"), "visit-new-authority", usual, at < 2);
    }
    form = party(form, "auditor", "visit-new-auditor", "auditor", true);
    form = party(form, "employer", "visit-new-employer", "", false);
    form.back(l.text("go-back"), format!("{}/draw", looking.address()))
}

async fn new_sheet(looking: &Looking<'_>, form: &Form) -> Answer<Sheet> {
    let l = looking.l();
    let case = &looking.detail.case;
    let may = looking.seated.seat.may::<Read>()?;
    let frozen = looking.seated.desk().frame_state(&may, &case.workflow, &case.code).await?.frozen;
    let people = frozen.and_then(|frozen| u64::try_from(frozen.people).ok()).unwrap_or_default();
    let frame =
        looking.frame(&l.text("visit-draw-begin"))?.under(&looking.detail.case.code, looking.address());
    let frame = frame.under(l.text("visit-draw-title"), format!("{}/draw", looking.address()));
    let sheet = Sheet::new(frame).part(Prose::new(l.text("visit-new-says"))).form(form);
    Ok(if people > 0 && !looking.draws_places() { sheet.part(sizes(looking, people)) } else { sheet })
}

/// How many to draw, by practice and by statistics.
fn sizes(looking: &Looking<'_>, people: u64) -> Table {
    let l = looking.l();
    let sizes = desk::sample_sizes(people);
    let caption = l.text_with_one("visit-sizes", "people", people);
    let mut table = Table::new(l, &looking.seated.visitor.reader.here, caption, "")
        .uncounted()
        .column(Column::new(l.text("visit-sizes-rule")))
        .column(Column::new(l.text("visit-sizes-n")).numeric());
    let audits = l.text_with_one("visit-sizes-audits", "all", sizes.audits.1);
    for (rule, n) in [
        (audits, sizes.audits.0),
        (l.text("visit-sizes-root"), sizes.square_root),
        (l.text("visit-sizes-ten"), sizes.ten_points),
        (l.text("visit-sizes-five"), sizes.five_points),
        (l.text("visit-sizes-detect-ten"), sizes.one_in_ten),
        (l.text("visit-sizes-detect-twenty"), sizes.one_in_twenty),
    ] {
        table = table.row([rule.into(), l.number(n).into()]);
    }
    table
}

async fn new_page(seated: Seated, Path((_, workflow, code)): Path<(i64, String, String)>) -> Answer<Sheet> {
    let looking = Looking::at(&seated, &workflow, &code).await?;
    new_sheet(&looking, &new_form(&looking, Units::People)).await
}

async fn begin(
    seated: Seated,
    Path((_, workflow, code)): Path<(i64, String, String)>,
    sent: Sent,
) -> Answer<Response> {
    let looking = Looking::at(&seated, &workflow, &code).await?;
    let new = match new_draw(&looking, &sent, Units::People) {
        Ok(new) => new,
        Err(form) => return Ok(new_sheet(&looking, &form).await?.into_response()),
    };
    let may = seated.seat.may::<Read>()?;
    match seated.desk().begin_draw(&may, &workflow, &code, new).await {
        Ok(seq) => Ok(see(format!("{}/draw/{seq}", looking.address()), "done-draw-begun")),
        Err(error) => {
            let form = new_form(&looking, Units::People);
            let form = come_back(form, &sent, in_words(&looking, error), "n")?;
            Ok(new_sheet(&looking, &form).await?.into_response())
        }
    }
}

/// What the form says, or the form with what is wrong in it.
pub fn new_draw(looking: &Looking<'_>, sent: &Sent, units: Units) -> Result<NewDraw, Box<Form>> {
    let l = looking.l();
    let mut form = new_form(looking, units).fill(sent.pairs());
    let number = |name: &str| sent.get(name).parse::<u64>().ok();
    let mut parties = Vec::new();
    let authorities = (0..AUTHORITIES).map(|at| (format!("authority.{at}"), "authority"));
    let others = [("auditor".to_owned(), "auditor"), ("employer".to_owned(), "employer")];
    for (field, role) in authorities.chain(others) {
        let (name, key) =
            (sent.get(&format!("{field}.name")).to_owned(), sent.get(&format!("{field}.key")).to_owned());
        if !name.is_empty() || !key.is_empty() {
            parties.push(NewParty { name, role, key });
        }
    }
    let scheme = Scheme::parse(sent.get("scheme")).unwrap_or(Scheme::Simple);
    let places = looking.draws_places();
    let may_lack = |name: &str| match name {
        "n" => scheme == Scheme::EveryKth || places,
        "every" => scheme != Scheme::EveryKth,
        "others" => places,
        name => name != "hours",
    };
    let figures = [("n", 1_000_000), ("every", 1_000_000), ("others", 1_000_000), ("hours", 999)];
    for (name, most) in figures.into_iter().chain([("reserve", 1_000_000), ("embargo", 36_500)]) {
        if units == Units::Files && name != "hours" {
            continue;
        }
        let lacks = sent.get(name).is_empty() && may_lack(name);
        if !lacks && number(name).is_none_or(|number| number > most) {
            form.set_error(name, l.text("visit-new-number"));
        }
    }
    if form.has_errors() {
        return Err(Box::new(form));
    }
    let hours = i64::try_from(number("hours").unwrap_or_default()).unwrap_or_default();
    Ok(NewDraw {
        parties,
        scheme,
        every: number("every").unwrap_or_default(),
        hash_only: sent.get("suite") == "hmac",
        n: number("n").unwrap_or_default(),
        reserve: number("reserve"),
        others: number("others").unwrap_or_default(),
        reveal_deadline: looking.seated.desk().now() + hours * 3_600_000,
        embargo: number("embargo")
            .and_then(|days| i64::try_from(days).ok())
            .filter(|days| *days > 0)
            .map(|days| looking.seated.desk().now() + hours * 3_600_000 + days * 24 * 3_600_000),
    })
}

/// A page with one form, below the draw.
pub fn one_form(ceremony: &Ceremony<'_>, title: &str, says: &str, form: &Form) -> Answer<Sheet> {
    let l = ceremony.l();
    Ok(Sheet::new(ceremony.below(title)?).part(Prose::new(l.text(says))).form(form))
}

fn message_form(ceremony: &Ceremony<'_>) -> Form {
    let l = ceremony.l();
    Form::new(l, ceremony.act("message"), l.text("visit-draw-send"))
        .field(
            Field::file("file", l.text("visit-message-file"), ".json")
                .hint(l.text("visit-message-file-hint"))
                .optional(),
        )
        .field(Field::text("text", l.text("visit-message-text"), 10).optional())
        .back(l.text("go-back"), ceremony.address())
}

fn message_sheet(ceremony: &Ceremony<'_>, form: &Form) -> Answer<Sheet> {
    let l = ceremony.l();
    let folder = ceremony.draw.row.draw.replace('/', "_");
    let lines = ["commit", "announce --cosign", "reveal", "beacon --cosign"];
    let lines = lines.map(|act| {
        let (verb, more) = act.split_once(' ').unwrap_or((act, ""));
        format!("deungdae draw {verb} {folder} --secrets my-secrets {more}").trim_end().to_owned()
    });
    let how = Section::new(l.text("visit-message-how")).say(l.text("visit-message-how-says")).numbered(lines);
    Ok(one_form(ceremony, "visit-draw-send", "visit-message-says", form)?.part(how))
}

async fn message_page(seated: Seated, Path((_, workflow, code, seq)): Place) -> Answer<Sheet> {
    let looking = Looking::at(&seated, &workflow, &code).await?;
    let ceremony = Ceremony::at(&looking, seq).await?;
    message_sheet(&ceremony, &message_form(&ceremony))
}

fn too_large() -> Refusal {
    Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "refusal-form-too-large")
}

async fn message(seated: Seated, Path((_, workflow, code, seq)): Place, body: Multipart) -> Answer<Response> {
    let looking = Looking::at(&seated, &workflow, &code).await?;
    let ceremony = Ceremony::at(&looking, seq).await?;
    let parts = parts(body, too_large).await?;
    let pasted = part_of(&parts, "text").map(|bytes| {
        // A browser sends lines with CR LF, and a field may have lost its last line end: the file has neither.
        let text = String::from_utf8_lossy(bytes).replace("\r\n", "\n");
        format!("{}\n", text.trim()).into_bytes()
    });
    let file = part_of(&parts, "file").map(<[u8]>::to_vec);
    let mut form = message_form(&ceremony);
    let Some(bytes) = file.or(pasted.clone()) else {
        form.set_error("file", ceremony.l().text("visit-message-missing"));
        return Ok(message_sheet(&ceremony, &form)?.into_response());
    };
    let may = seated.seat.may::<Read>()?;
    match seated.desk().receive_draw_message(&may, &workflow, &code, seq, &bytes).await {
        Ok(_) => Ok(see(ceremony.address(), "done-draw-message")),
        Err(error) => {
            let at = if pasted.is_some() { "text" } else { "file" };
            let form = come_back(form, &Sent::default(), in_words(&looking, error), at)?;
            Ok(message_sheet(&ceremony, &form)?.into_response())
        }
    }
}

fn announce_form(ceremony: &Ceremony<'_>) -> Form {
    let l = ceremony.l();
    let sources = vec![
        Choice::new("dice", l.text("visit-source-dice")).hint(l.text("visit-source-dice-hint")),
        Choice::new("quicknet", l.text("visit-source-drand")).hint(l.text("visit-source-drand-hint")),
    ];
    Form::new(l, ceremony.act("announce"), l.text("visit-draw-announce"))
        .field(Field::radios("source", l.text("visit-source"), sources))
        .back(l.text("go-back"), ceremony.address())
}

async fn announce_page(seated: Seated, Path((_, workflow, code, seq)): Place) -> Answer<Sheet> {
    let looking = Looking::at(&seated, &workflow, &code).await?;
    let ceremony = Ceremony::at(&looking, seq).await?;
    one_form(&ceremony, "visit-draw-announce", "visit-announce-says", &announce_form(&ceremony))
}

async fn announce(seated: Seated, Path((_, workflow, code, seq)): Place, sent: Sent) -> Answer<Response> {
    let looking = Looking::at(&seated, &workflow, &code).await?;
    let ceremony = Ceremony::at(&looking, seq).await?;
    let may = seated.seat.may::<Read>()?;
    let from = match sent.get("source") {
        "dice" => Randomness::Dice,
        "quicknet" => Randomness::Drand("quicknet"),
        _ => {
            let mut form = announce_form(&ceremony);
            form.set_error("source", ceremony.l().text("visit-source-missing"));
            return Ok(
                one_form(&ceremony, "visit-draw-announce", "visit-announce-says", &form)?.into_response()
            );
        }
    };
    match seated.desk().announce_draw(&may, &workflow, &code, seq, from).await {
        Ok(()) => Ok(see(ceremony.address(), "done-draw-announced")),
        Err(error) => {
            let form = come_back(announce_form(&ceremony), &sent, in_words(&looking, error), "source")?;
            Ok(one_form(&ceremony, "visit-draw-announce", "visit-announce-says", &form)?.into_response())
        }
    }
}

/// A page that asks before something that cannot be undone.
fn asked(ceremony: &Ceremony<'_>, act: &str, title: &str, says: &[&str]) -> Answer<Sheet> {
    let l = ceremony.l();
    let mut confirmation = Confirmation::new(
        l,
        l.text_with_one("visit-draw-question", "verb", l.text(title)),
        l.text(title),
        ceremony.act(act),
        ceremony.address(),
    );
    for id in says {
        confirmation = confirmation.consequence(l.text(id));
    }
    Ok(Sheet::new(ceremony.below(title)?).part(confirmation))
}

async fn reveal_page(seated: Seated, Path((_, workflow, code, seq)): Place) -> Answer<Sheet> {
    let looking = Looking::at(&seated, &workflow, &code).await?;
    asked(&Ceremony::at(&looking, seq).await?, "reveal", "visit-draw-reveal", &["visit-reveal-says"])
}

async fn reveal(seated: Seated, Path((_, workflow, code, seq)): Place) -> Answer<Response> {
    let looking = Looking::at(&seated, &workflow, &code).await?;
    let ceremony = Ceremony::at(&looking, seq).await?;
    seated.desk().reveal_draw(&seated.seat.may()?, &workflow, &code, seq).await?;
    Ok(see(ceremony.address(), "done-draw-revealed"))
}

fn beacon_form(ceremony: &Ceremony<'_>) -> Form {
    let l = ceremony.l();
    let source = ceremony.draw.report.known.announcement.as_ref().map(|(announced, _)| announced.source);
    let form = Form::new(l, ceremony.act("beacon"), l.text("visit-draw-beacon"));
    let form = match source {
        Some(desk::draw::Source::Round(..)) => form.field(
            Field::text("drand", l.text("visit-beacon-drand"), 8).hint(l.text("visit-beacon-drand-hint")),
        ),
        _ => form.field(
            Field::line("dice", l.text("visit-beacon-dice"))
                .hint(l.text("visit-beacon-dice-hint"))
                .autocomplete("off"),
        ),
    };
    form.back(l.text("go-back"), ceremony.address())
}

async fn beacon_page(seated: Seated, Path((_, workflow, code, seq)): Place) -> Answer<Sheet> {
    let looking = Looking::at(&seated, &workflow, &code).await?;
    let ceremony = Ceremony::at(&looking, seq).await?;
    one_form(&ceremony, "visit-draw-beacon", "visit-beacon-says", &beacon_form(&ceremony))
}

async fn beacon(seated: Seated, Path((_, workflow, code, seq)): Place, sent: Sent) -> Answer<Response> {
    let looking = Looking::at(&seated, &workflow, &code).await?;
    let ceremony = Ceremony::at(&looking, seq).await?;
    let may = seated.seat.may::<Read>()?;
    let drand = sent.has("drand");
    let brought = if drand { Brought::Drand(sent.get("drand")) } else { Brought::Dice(sent.get("dice")) };
    match seated.desk().bring_randomness(&may, &workflow, &code, seq, brought).await {
        Ok(()) => Ok(see(ceremony.address(), "done-draw-beacon")),
        Err(error) => {
            let at = if drand { "drand" } else { "dice" };
            let form = come_back(beacon_form(&ceremony), &sent, error, at)?;
            Ok(one_form(&ceremony, "visit-draw-beacon", "visit-beacon-says", &form)?.into_response())
        }
    }
}

fn select_form(ceremony: &Ceremony<'_>) -> Answer<Form> {
    let l = ceremony.l();
    let most = ceremony.draw.design()?.k_max;
    let form = Form::new(l, ceremony.act("select"), l.text("visit-draw-select"));
    if ceremony.units() == Units::Files {
        return Ok(form.back(l.text("go-back"), ceremony.address()));
    }
    let others = Field::figures("others", l.text("visit-select-others"), 6)
        .hint(l.text_with_one("visit-select-others-hint", "most", most))
        .value(most.to_string())
        .longest(6);
    Ok(if ceremony.places() { form } else { form.field(others) }.back(l.text("go-back"), ceremony.address()))
}

fn select_says(ceremony: &Ceremony<'_>) -> &'static str {
    if ceremony.places() { "site-select-says" } else { "visit-select-says" }
}

async fn select_page(seated: Seated, Path((_, workflow, code, seq)): Place) -> Answer<Sheet> {
    let looking = Looking::at(&seated, &workflow, &code).await?;
    let ceremony = Ceremony::at(&looking, seq).await?;
    one_form(&ceremony, "visit-draw-select", select_says(&ceremony), &select_form(&ceremony)?)
}

async fn select(seated: Seated, Path((_, workflow, code, seq)): Place, sent: Sent) -> Answer<Response> {
    let looking = Looking::at(&seated, &workflow, &code).await?;
    let ceremony = Ceremony::at(&looking, seq).await?;
    let may = seated.seat.may::<Read>()?;
    let others = match ceremony.units() {
        Units::People if ceremony.places() => 0,
        Units::People => sent.get("others").parse().unwrap_or(u64::MAX),
        Units::Files => 0,
    };
    match seated.desk().select_draw(&may, &workflow, &code, seq, others).await {
        Ok(()) => Ok(see(ceremony.address(), "done-draw-selected")),
        Err(error) => {
            let form = come_back(select_form(&ceremony)?, &sent, in_words(&looking, error), "others")?;
            Ok(one_form(&ceremony, "visit-draw-select", select_says(&ceremony), &form)?.into_response())
        }
    }
}

pub fn opening_form(ceremony: &Ceremony<'_>, act: &str, verb: &str) -> Form {
    reason_form(ceremony.looking, ceremony.act(act), ceremony.l().text(verb), ceremony.address())
}

async fn calls_page(seated: Seated, Path((_, workflow, code, seq)): Place) -> Answer<Sheet> {
    let looking = Looking::at(&seated, &workflow, &code).await?;
    let ceremony = Ceremony::at(&looking, seq).await?;
    one_form(
        &ceremony,
        "visit-draw-calls",
        "visit-calls-says",
        &opening_form(&ceremony, "calls", "visit-draw-calls"),
    )
}

fn called_table(ceremony: &Ceremony<'_>, caption: &str, called: Vec<Called>) -> Answer<Table> {
    let l = ceremony.l();
    let looking = ceremony.looking;
    let declared = looking.seated.seat.frame(&looking.detail.case.workflow)?;
    let mut table =
        Table::new(l, &looking.seated.visitor.reader.here, l.text(caption), l.text("visit-calls-none"))
            .count(called.len() as u64)
            .column(Column::new(l.text("visit-frame-number")))
            .column(Column::new(l.text("visit-frame-name")))
            .column(Column::new(l.text("visit-calls-why")))
            .column(Column::new(l.text("visit-frame-stratum")))
            .column(Column::new(l.text("visit-calls-place")).numeric());
    for person in called {
        let value = |property: &str| person.line.get(property).cloned().unwrap_or_default();
        let sealed = |id: &str, value: String| Cell::new(looking.sealed(&l.text(id), Some(&value)));
        let why = match person.why {
            Why::Drawn => "visit-why-drawn",
            Why::Cover => "visit-why-cover",
            Why::Referred => "visit-why-referred",
        };
        let (stratum, place) = match &person.place {
            Some((stratum, rank)) => (stratum_title(ceremony, stratum), l.number(rank + 1)),
            None => (String::new(), String::new()),
        };
        table = table.row([
            sealed("visit-frame-number", value(&declared.number)),
            sealed("visit-frame-name", value(&declared.check)),
            l.text(why).into(),
            stratum.into(),
            place.into(),
        ]);
    }
    Ok(table)
}

pub fn stratum_title(ceremony: &Ceremony<'_>, stratum: &str) -> String {
    let case = &ceremony.looking.detail.case;
    let declared = ceremony.looking.seated.seat.frame(&case.workflow).ok();
    let column = declared.and_then(|declared| declared.stratum_column());
    let choice = column.and_then(|column| column.choices.iter().find(|choice| choice.name == stratum));
    choice.map_or(stratum, |choice| choice.title.get(ceremony.l().code())).to_owned()
}

async fn calls(seated: Seated, Path((_, workflow, code, seq)): Place, sent: Sent) -> Answer<Response> {
    let looking = Looking::at(&seated, &workflow, &code).await?;
    let ceremony = Ceremony::at(&looking, seq).await?;
    let may = seated.seat.may::<OpenIdentity>()?;
    match seated.desk().calls(&may, &workflow, &code, seq, sent.get("reason")).await {
        Ok(calls) => {
            let sheet = Sheet::new(ceremony.below("visit-draw-calls")?)
                .part(Prose::new(ceremony.l().text("visit-calls-shown")))
                .part(called_table(&ceremony, "visit-calls-caption", calls.called)?)
                .part(called_table(&ceremony, "visit-calls-reserve", calls.reserve)?);
            Ok(sheet.into_response())
        }
        Err(error) => {
            let form =
                come_back(opening_form(&ceremony, "calls", "visit-draw-calls"), &sent, error, "reason")?;
            Ok(one_form(&ceremony, "visit-draw-calls", "visit-calls-says", &form)?.into_response())
        }
    }
}

fn attempt_form(ceremony: &Ceremony<'_>) -> Answer<Form> {
    let l = ceremony.l();
    let (seat, workflow) = (&ceremony.looking.seated.seat, &ceremony.looking.detail.case.workflow);
    let rows = seat.dispositions(workflow, ceremony.units())?;
    let places =
        ceremony.draw.report.known.sealed.as_ref().map(|(_, places)| places.clone()).unwrap_or_default();
    let strata = places.keys().map(|stratum| Choice::new(stratum, stratum_title(ceremony, stratum)));
    let strata = strata.collect();
    let codes = rows.iter().map(|row| Choice::new(&row.code, row.title.get(l.code()))).collect();
    let mut form = Form::new(l, ceremony.act("attempt"), l.text("visit-attempt-submit"));
    if places.len() > 1 {
        form = form.field(Field::radios("stratum", l.text("visit-frame-stratum"), strata));
    } else if let Some(only) = places.keys().next() {
        form = form.field(Field::hidden("stratum", only));
    }
    Ok(form
        .field(
            Field::figures("place", l.text("visit-calls-place"), 4)
                .hint(l.text("visit-attempt-place-hint"))
                .longest(4),
        )
        .field(Field::radios("code", ceremony.of("visit-attempt-code", "site-attempt-code"), codes))
        .back(l.text("go-back"), ceremony.address()))
}

fn attempt_says(ceremony: &Ceremony<'_>) -> &'static str {
    if ceremony.places() { "site-attempt-says" } else { "visit-attempt-says" }
}

async fn attempt_page(seated: Seated, Path((_, workflow, code, seq)): Place) -> Answer<Sheet> {
    let looking = Looking::at(&seated, &workflow, &code).await?;
    let ceremony = Ceremony::at(&looking, seq).await?;
    one_form(&ceremony, "visit-draw-attempt", attempt_says(&ceremony), &attempt_form(&ceremony)?)
}

async fn attempt(seated: Seated, Path((_, workflow, code, seq)): Place, sent: Sent) -> Answer<Response> {
    let looking = Looking::at(&seated, &workflow, &code).await?;
    let ceremony = Ceremony::at(&looking, seq).await?;
    let may = seated.seat.may::<Read>()?;
    let rank =
        sent.get("place").parse::<u64>().ok().and_then(|place| place.checked_sub(1)).unwrap_or(u64::MAX / 4);
    let whom = (sent.get("stratum"), rank, sent.get("code"));
    match seated.desk().attempt(&may, &workflow, &code, seq, whom).await {
        Ok(()) => Ok(see(ceremony.address(), "done-draw-attempt")),
        Err(error) => {
            let form = come_back(attempt_form(&ceremony)?, &sent, error, "place")?;
            Ok(one_form(&ceremony, "visit-draw-attempt", attempt_says(&ceremony), &form)?.into_response())
        }
    }
}

async fn opened_page(seated: Seated, Path((_, workflow, code, seq)): Place) -> Answer<Sheet> {
    let looking = Looking::at(&seated, &workflow, &code).await?;
    let ceremony = Ceremony::at(&looking, seq).await?;
    let form = opening_form(&ceremony, "opened", "visit-draw-opened");
    one_form(&ceremony, "visit-draw-opened", "visit-opened-says", &form)
}

async fn opened(seated: Seated, Path((_, workflow, code, seq)): Place, sent: Sent) -> Answer<Response> {
    let looking = Looking::at(&seated, &workflow, &code).await?;
    let ceremony = Ceremony::at(&looking, seq).await?;
    let may = seated.seat.may::<OpenIdentity>()?;
    match seated.desk().opened_for_auditor(&may, &workflow, &code, seq, sent.get("reason")).await {
        Ok(files) => {
            let bytes =
                zipped(files.iter().map(|(name, bytes)| (format!("opened/{name}"), bytes.as_slice())))?;
            Ok(handed_over("opened.zip", "application/zip", bytes))
        }
        Err(error) => {
            let form =
                come_back(opening_form(&ceremony, "opened", "visit-draw-opened"), &sent, error, "reason")?;
            Ok(one_form(&ceremony, "visit-draw-opened", "visit-opened-says", &form)?.into_response())
        }
    }
}

async fn close_page(seated: Seated, Path((_, workflow, code, seq)): Place) -> Answer<Sheet> {
    let looking = Looking::at(&seated, &workflow, &code).await?;
    let ceremony = Ceremony::at(&looking, seq).await?;
    let kept = ceremony.draw.design()?.embargo > 0;
    let says = if kept { "visit-close-kept-says" } else { "visit-close-says" };
    asked(&ceremony, "close", "visit-draw-close", &[says])
}

async fn close(seated: Seated, Path((_, workflow, code, seq)): Place) -> Answer<Response> {
    let looking = Looking::at(&seated, &workflow, &code).await?;
    let ceremony = Ceremony::at(&looking, seq).await?;
    seated.desk().close_draw(&seated.seat.may()?, &workflow, &code, seq).await?;
    Ok(see(ceremony.address(), "done-draw-closed"))
}

async fn key_page(seated: Seated, Path((_, workflow, code, seq)): Place) -> Answer<Sheet> {
    let looking = Looking::at(&seated, &workflow, &code).await?;
    let ceremony = Ceremony::at(&looking, seq).await?;
    let until = i64::try_from(ceremony.draw.design()?.embargo).unwrap_or(i64::MAX / 1000) * 1000;
    let l = ceremony.l();
    let says = l.text_with_one("visit-key-until", "until", crate::moment::moment(l, until));
    Ok(asked(&ceremony, "key", "visit-draw-key", &["visit-key-says"])?.part(Prose::new(says)))
}

async fn key(seated: Seated, Path((_, workflow, code, seq)): Place) -> Answer<Response> {
    let looking = Looking::at(&seated, &workflow, &code).await?;
    let ceremony = Ceremony::at(&looking, seq).await?;
    seated.desk().release_draw_key(&seated.seat.may()?, &workflow, &code, seq).await?;
    Ok(see(ceremony.address(), "done-draw-key"))
}

fn void_form(ceremony: &Ceremony<'_>) -> Form {
    let l = ceremony.l();
    let reason = Field::line("reason", l.text("visit-void-reason"))
        .hint(l.text("visit-void-reason-hint"))
        .longest(300);
    Form::new(l, ceremony.act("void"), l.text("visit-draw-void"))
        .field(reason)
        .back(l.text("go-back"), ceremony.address())
}

async fn void_page(seated: Seated, Path((_, workflow, code, seq)): Place) -> Answer<Sheet> {
    let looking = Looking::at(&seated, &workflow, &code).await?;
    let ceremony = Ceremony::at(&looking, seq).await?;
    one_form(&ceremony, "visit-draw-void", "visit-void-says", &void_form(&ceremony))
}

async fn void(seated: Seated, Path((_, workflow, code, seq)): Place, sent: Sent) -> Answer<Response> {
    let looking = Looking::at(&seated, &workflow, &code).await?;
    let ceremony = Ceremony::at(&looking, seq).await?;
    match seated.desk().void_draw(&seated.seat.may()?, &workflow, &code, seq, sent.get("reason")).await {
        Ok(()) => Ok(see(ceremony.address(), "done-draw-void")),
        Err(error) => {
            let form = come_back(void_form(&ceremony), &sent, error, "reason")?;
            Ok(one_form(&ceremony, "visit-draw-void", "visit-void-says", &form)?.into_response())
        }
    }
}
