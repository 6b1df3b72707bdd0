//! The frame of a visit: the lists that people are drawn from come in, are compared, counted against heads, and frozen.

use std::collections::BTreeSet;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Multipart, Path};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use desk::frame::{Fault, Heads, Kind as Wrong, MOST_FAULTS, MOST_LINES, Outcome};
use desk::protocol::Frame as Declared;
use desk::{FrameState, ListRead, OpenIdentity, Read, SentList, Together};

use crate::answer::{Answer, Refusal};
use crate::frame::Link;
use crate::locale::Locale;
use crate::moment::moment;
use crate::pages::case::Looking;
use crate::pages::forms::LARGEST_UPLOAD;
use crate::pages::visit_sites;
use crate::patterns::{
    Cell, Choice, Column, Confirmation, Facts, Field, Form, Notice, Prose, Section, Table, Tone,
};
use crate::room::{Seated, Web};
use crate::sent::Sent;
use crate::sheet::{Sheet, come_back, see};

/// Bytes that are read of a list that is too large, before the connection is cut.
const LONGEST_READ: usize = 1 << 30;

/// Routes of this group.
pub fn router() -> Router<Web> {
    let at = |rest: &str| format!("/m/{{mandate}}/cases/{{workflow}}/{{code}}/frame{rest}");
    Router::new()
        .route(&at(""), get(page))
        .route(&at("/list"), get(list_page).post(import))
        .route(&at("/odd"), get(odd_page).post(odd))
        .route(&at("/heads"), get(heads_page).post(count))
        .route(&at("/freeze"), get(freeze_page).post(freeze))
        .route(&at("/walk"), get(walk_page).post(walk))
        .layer(DefaultBodyLimit::max(LONGEST_READ))
}

/// Where a page of this group lies.
pub type Place = Path<(i64, String, String)>;

/// The frame of the case that is looked at, as the protocol declares it.
pub fn declared<'l>(looking: &'l Looking<'_>) -> Answer<&'l Declared> {
    Ok(looking.seated.seat.frame(&looking.detail.case.workflow)?)
}

/// Whether whoever looks holds the key of the roster, and has it unlocked: the lists put together, or why not.
async fn opened(looking: &Looking<'_>) -> Answer<Result<Together, Notice>> {
    let l = looking.l();
    let case = &looking.detail.case;
    let may = looking.seated.seat.may::<Read>()?;
    match looking.seated.desk().together(&may, &case.workflow, &case.code).await {
        Ok(together) => Ok(Ok(together)),
        Err(desk::Error::Refused(refusal)) if refusal.kind == desk::Kind::Locked => {
            let unlock = crate::address::Address::new("/unlock").with("next", &looking.frame_address());
            let notice = Notice::new(Tone::Plain, l.text("visit-frame-locked"));
            Ok(Err(notice.link(l.text("frame-unlock"), unlock)))
        }
        Err(desk::Error::Refused(refusal)) if refusal.kind == desk::Kind::NotAllowed => {
            Ok(Err(Notice::new(Tone::Plain, l.text("visit-frame-closed"))))
        }
        Err(error) => Err(error.into()),
    }
}

impl Looking<'_> {
    /// The page of the frame.
    pub fn frame_address(&self) -> String {
        format!("{}/frame", self.address())
    }
}

fn source_title(declared: &Declared, kind: &str, l: Locale) -> String {
    declared.source(kind).map_or(kind, |source| source.title.get(l.code())).to_owned()
}

async fn state(looking: &Looking<'_>) -> Answer<FrameState> {
    let case = &looking.detail.case;
    let may = looking.seated.seat.may::<Read>()?;
    Ok(looking.seated.desk().frame_state(&may, &case.workflow, &case.code).await?)
}

async fn page(seated: Seated, Path((_, workflow, code)): Place) -> Answer<Sheet> {
    let looking = Looking::at(&seated, &workflow, &code).await?;
    let l = looking.l();
    let declared = declared(&looking)?;
    let state = state(&looking).await?;
    if declared.from_registry() {
        return visit_sites::frame_sheet(&looking, declared, &state);
    }
    let opened = opened(&looking).await?;
    let title = l.text(if state.frozen.is_some() { "visit-frame-title-frozen" } else { "visit-frame-title" });
    let mut sheet = Sheet::new(looking.frame(&title)?.under(&code, looking.address()));
    let own = looking.frame_address();
    if let Some(frozen) = &state.frozen {
        let facts = Facts::new()
            .fact(l.text("visit-frame-people"), l.number(frozen.people))
            .fact(l.text("visit-frame-frozen-at"), moment(l, frozen.at))
            .fact("SHA-256", frozen.hash.as_str())
            .fact(l.text("visit-frame-root"), frozen.root.as_str());
        let section =
            Section::new(l.text("visit-frame-frozen")).say(l.text("visit-frame-frozen-says")).part(facts);
        sheet = sheet.part(
            section.links([Link::new(l.text("visit-draw-title"), format!("{}/draw", looking.address()))]),
        );
        sheet = sheet.part(strata(&looking, declared, &frozen.strata));
    }
    let mut lists =
        Table::new(l, &seated.visitor.reader.here, l.text("visit-frame-lists"), l.text("visit-frame-none"))
            .column(Column::new(l.text("visit-frame-list")))
            .column(Column::new(l.text("visit-frame-people")).numeric())
            .column(Column::new(l.text("visit-frame-came")))
            .column(Column::new(l.text("visit-frame-file")));
    for list in &state.lists {
        lists = lists.row([
            source_title(declared, &list.kind, l).into(),
            l.number(list.people).into(),
            moment(l, list.at).into(),
            list.file_hash.chars().take(16).collect::<String>().into(),
        ]);
    }
    sheet = sheet.part(lists);
    match &opened {
        Err(notice) => {
            sheet = sheet.part(notice.clone());
            // Whoever leads the visit counts heads too.
            if state.frozen.is_none() && !state.lists.is_empty() {
                let heads = Link::new(l.text("visit-frame-heads"), format!("{own}/heads"));
                sheet = sheet.part(Section::new(l.text("visit-frame-acts")).links([heads]));
            }
        }
        Ok(together) => {
            if state.frozen.is_none() {
                sheet = sheet.part(Section::new(l.text("visit-frame-acts")).links(acts(l, &own, &state)));
            }
            if !together.kinds.is_empty() {
                sheet = sheet.part(compared(&looking, declared, together));
            }
        }
    }
    walks(sheet, &looking, &state, opened.is_ok()).await
}

fn acts(l: Locale, own: &str, state: &FrameState) -> Vec<Link> {
    let mut links = vec![Link::new(l.text("visit-frame-import"), format!("{own}/list"))];
    if !state.lists.is_empty() {
        links.push(Link::new(l.text("visit-frame-heads"), format!("{own}/heads")));
        links.push(Link::new(l.text("visit-frame-freeze"), format!("{own}/freeze")));
    }
    links
}

fn strata(looking: &Looking<'_>, declared: &Declared, counts: &str) -> Table {
    let l = looking.l();
    let counts: std::collections::BTreeMap<String, u64> = serde_json::from_str(counts).unwrap_or_default();
    let column = declared.stratum_column();
    let mut table = Table::new(l, &looking.seated.visitor.reader.here, l.text("visit-frame-strata"), "")
        .column(Column::new(l.text("visit-frame-stratum")))
        .column(Column::new(l.text("visit-frame-people")).numeric());
    for (stratum, people) in counts {
        let choice = column.and_then(|column| column.choices.iter().find(|choice| choice.name == stratum));
        let title = choice.map_or(stratum.as_str(), |choice| choice.title.get(l.code())).to_owned();
        table = table.row([title.into(), l.number(people).into()]);
    }
    table
}

/// The lists against each other.
fn compared(looking: &Looking<'_>, declared: &Declared, together: &Together) -> Section {
    let l = looking.l();
    let union = &together.union;
    let differ = union.count(|person| person.differs);
    let facts = Facts::new()
        .fact(l.text("visit-frame-union"), l.number(union.people.len()))
        .fact(l.text("visit-frame-differ"), l.number(differ))
        .fact(l.text("visit-frame-same-name"), l.number(union.same_name.len()));
    let mut section =
        Section::new(l.text("visit-frame-compared")).say(l.text("visit-frame-compared-says")).part(facts);
    if together.kinds.len() > 1 {
        let mut table = Table::new(l, &looking.seated.visitor.reader.here, l.text("visit-frame-pairs"), "")
            .column(Column::new(l.text("visit-frame-pair")))
            .column(Column::new(l.text("visit-frame-both")).numeric())
            .column(Column::new(l.text("visit-frame-first-only")).numeric())
            .column(Column::new(l.text("visit-frame-second-only")).numeric())
            .column(Column::new(l.text("visit-frame-chapman")));
        for one in 0..together.kinds.len() {
            for other in one + 1..together.kinds.len() {
                let title = |at: usize| {
                    together.kinds.get(at).map(|kind| source_title(declared, kind, l)).unwrap_or_default()
                };
                let estimate = together.coverage(one, other).map_or_else(
                    || "–".to_owned(),
                    |found| {
                        let values = [
                            ("people", found.people.into()),
                            ("low", found.low.into()),
                            ("high", found.high.into()),
                            ("percent", found.percent.into()),
                        ];
                        l.text_with("visit-frame-coverage", &values)
                    },
                );
                table = table.row([
                    format!("{} · {}", title(one), title(other)).into(),
                    l.number(union.on_both(one, other)).into(),
                    l.number(union.only(one, other)).into(),
                    l.number(union.only(other, one)).into(),
                    estimate.into(),
                ]);
            }
        }
        section = section.part(table).say(l.text("visit-frame-chapman-says"));
    }
    section.links([Link::new(l.text("visit-frame-odd"), format!("{}/odd", looking.frame_address()))])
}

async fn walks(sheet: Sheet, looking: &Looking<'_>, state: &FrameState, open: bool) -> Answer<Sheet> {
    let l = looking.l();
    let case = &looking.detail.case;
    let drawn = if open && !state.walks.is_empty() {
        let may = looking.seated.seat.may::<Read>()?;
        looking.seated.desk().walks_opened(&may, &case.workflow, &case.code).await?
    } else {
        std::collections::BTreeMap::new()
    };
    let here = &looking.seated.visitor.reader.here;
    let mut table = Table::new(l, here, l.text("visit-walks"), l.text("visit-walks-none"))
        .column(Column::new(l.text("visit-walk-when")))
        .column(Column::new(l.text("visit-walk-workshop")))
        .column(Column::new(l.text("visit-walk-drawn")));
    for walk in &state.walks {
        let place = match drawn.get(&walk.id) {
            Some((row, seat)) => {
                let values = [("row", (*row).into()), ("seat", (*seat).into())];
                Cell::new(
                    looking.sealed(&l.text("visit-walk-place"), Some(&l.text_with("visit-walk-at", &values))),
                )
            }
            None => Cell::new(looking.sealed(&l.text("visit-walk-place"), None)),
        };
        table = table.row([moment(l, walk.at).into(), walk.workshop.as_str().into(), place]);
    }
    let mut section = Section::new(l.text("visit-walk-title")).say(l.text("visit-walk-says")).part(table);
    if open {
        section =
            section.links([Link::new(l.text("visit-walk"), format!("{}/walk", looking.frame_address()))]);
    }
    Ok(sheet.part(section))
}

fn below(looking: &Looking<'_>, title: &str) -> Answer<crate::frame::Frame> {
    let l = looking.l();
    let frame = looking.frame(&l.text(title))?.under(&looking.detail.case.code, looking.address());
    Ok(frame.under(l.text("visit-frame-title"), looking.frame_address()))
}

fn list_form(looking: &Looking<'_>) -> Answer<Form> {
    let l = looking.l();
    let kinds = declared(looking)?.sources.iter();
    let kinds = kinds.map(|source| Choice::new(&source.id, source.title.get(l.code()))).collect();
    Ok(Form::new(l, format!("{}/list", looking.frame_address()), l.text("visit-frame-import"))
        .field(Field::radios("kind", l.text("visit-frame-kind"), kinds))
        .field(
            Field::file("list", l.text("visit-frame-list-file"), ".csv,.xlsx")
                .hint(l.text("visit-frame-list-hint")),
        )
        .back(l.text("go-back"), looking.frame_address()))
}

fn list_sheet(looking: &Looking<'_>, form: &Form, faults: Option<Table>) -> Answer<Sheet> {
    let l = looking.l();
    let mut sheet = Sheet::new(below(looking, "visit-frame-import")?);
    if let Some(faults) = faults {
        sheet = sheet.errors_of(form).part(faults).part(form.clone());
    } else {
        sheet = sheet.form(form);
    }
    let columns = declared(looking)?.columns.iter();
    let columns = columns.map(|column| {
        let mut title = column.headings.join(" · ");
        if column.required {
            title.push_str(" *");
        }
        if column.choices.is_empty() {
            return title;
        }
        let words =
            column.choices.iter().map(|choice| format!("{} ({})", choice.title.get(l.code()), choice.name));
        l.text_with(
            "visit-frame-words",
            &[("column", title.into()), ("words", words.collect::<Vec<_>>().join("; ").into())],
        )
    });
    let about = Section::new(l.text("visit-frame-columns")).say(l.text("visit-frame-columns-says"));
    Ok(sheet.part(about.numbered(columns)))
}

async fn list_page(seated: Seated, Path((_, workflow, code)): Place) -> Answer<Sheet> {
    let looking = Looking::at(&seated, &workflow, &code).await?;
    list_sheet(&looking, &list_form(&looking)?, None)
}

/// A part of a form that sends files.
pub struct Part {
    /// Its field.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

fn list_too_large() -> Refusal {
    Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "refusal-list-too-large")
        .with("megabytes", LARGEST_UPLOAD >> 20)
        .with("lines", MOST_LINES)
}

/// The parts of a form that sends files. One that is too large is read to its end and thrown away: a browser that is
/// interrupted while it sends shows no sentence.
pub async fn parts(mut body: Multipart, too_large: fn() -> Refusal) -> Answer<Vec<Part>> {
    let refuse = |error: axum::extract::multipart::MultipartError| match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => too_large(),
        _ => Refusal::new(StatusCode::BAD_REQUEST, "refusal-upload-broken"),
    };
    let (mut parts, mut size) = (Vec::new(), 0);
    while let Some(mut part) = body.next_field().await.map_err(refuse)? {
        let name = part.name().unwrap_or_default().to_owned();
        let mut bytes = Vec::new();
        while let Some(chunk) = part.chunk().await.map_err(refuse)? {
            size += chunk.len();
            if size > LARGEST_UPLOAD {
                (parts, bytes) = (Vec::new(), Vec::new());
            } else {
                bytes.extend_from_slice(&chunk);
            }
        }
        parts.push(Part { name, bytes });
    }
    if size > LARGEST_UPLOAD {
        return Err(too_large().into());
    }
    Ok(parts)
}

/// A part by its name, if it is not empty.
pub fn part_of<'p>(parts: &'p [Part], name: &str) -> Option<&'p [u8]> {
    parts.iter().find(|part| part.name == name && !part.bytes.is_empty()).map(|part| part.bytes.as_slice())
}

async fn import(seated: Seated, Path((_, workflow, code)): Place, body: Multipart) -> Answer<Response> {
    let looking = Looking::at(&seated, &workflow, &code).await?;
    let l = looking.l();
    let parts = parts(body, list_too_large).await?;
    let kind = part_of(&parts, "kind").and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default();
    let mut form = list_form(&looking)?.fill(&[("kind".to_owned(), kind.to_owned())]);
    if kind.is_empty() {
        form.set_error("kind", l.text("visit-frame-kind-missing"));
    }
    let Some(bytes) = part_of(&parts, "list") else {
        form.set_error("list", l.text("visit-frame-file-missing"));
        return Ok(list_sheet(&looking, &form, None)?.into_response());
    };
    if form.has_errors() {
        return Ok(list_sheet(&looking, &form, None)?.into_response());
    }
    let may = seated.seat.may::<Read>()?;
    match seated.desk().import_list(&may, &workflow, &code, SentList { kind, bytes }).await? {
        ListRead::Taken { .. } => Ok(see(looking.frame_address(), "done-frame-list")),
        ListRead::Workbook(says) => {
            form.set_error("list", l.text_with_one("visit-frame-workbook", "says", says));
            Ok(list_sheet(&looking, &form, None)?.into_response())
        }
        ListRead::Faults(faults) => {
            form.set_error("list", l.count("visit-frame-faults", faults.len()));
            let table = fault_table(&looking, &faults);
            Ok(list_sheet(&looking, &form, Some(table))?.into_response())
        }
    }
}

fn fault_table(looking: &Looking<'_>, faults: &[Fault]) -> Table {
    let l = looking.l();
    let caption = l.text_with_one("visit-frame-fault-list", "most", MOST_FAULTS);
    let sheets = faults.iter().any(|fault| fault.sheet.is_some());
    let mut table = Table::new(l, &looking.seated.visitor.reader.here, caption, "").wide();
    if sheets {
        table = table.column(Column::new(l.text("visit-fault-sheet")));
    }
    table = table
        .column(Column::new(l.text("visit-fault-row")).numeric())
        .column(Column::new(l.text("visit-fault-column")))
        .column(Column::new(l.text("visit-fault-what")));
    // A column whose words are others is one fault, however many rows it has.
    let other_words = |fault: &Fault| matches!(fault.kind, Wrong::UnknownChoice);
    let mut told = BTreeSet::new();
    for fault in faults {
        let place = (fault.sheet.as_deref(), fault.column.as_deref());
        if other_words(fault) && !told.insert(place) {
            continue;
        }
        let mut cells: Vec<Cell> = Vec::new();
        if sheets {
            cells.push(fault.sheet.clone().unwrap_or_default().into());
        }
        cells.push(l.number(fault.row).into());
        cells.push(fault.column.clone().unwrap_or_default().into());
        let same =
            |other: &&Fault| other_words(other) && (other.sheet.as_deref(), other.column.as_deref()) == place;
        cells.push(match other_words(fault) {
            true => l.count("visit-fault-choice", faults.iter().filter(same).count()).into(),
            false => fault_says(l, &fault.kind).into(),
        });
        table = table.row(cells);
    }
    table
}

fn fault_says(l: Locale, wrong: &Wrong) -> String {
    match wrong {
        Wrong::Unreadable => l.text("visit-fault-unreadable"),
        Wrong::Utf16 => l.text("visit-fault-utf16"),
        Wrong::NotUtf8 => l.text("visit-fault-encoding"),
        Wrong::QuoteOpen => l.text("visit-fault-quote"),
        Wrong::RowTooLong => l.text("visit-fault-long-row"),
        Wrong::NoLines => l.text("visit-fault-no-lines"),
        Wrong::TooManyLines => l.text_with_one("visit-fault-too-many", "most", MOST_LINES),
        Wrong::ColumnMissing(property) => {
            l.text_with_one("visit-fault-no-column", "property", property.as_str())
        }
        Wrong::ColumnTwice(property) => {
            l.text_with_one("visit-fault-two-columns", "property", property.as_str())
        }
        Wrong::Empty => l.text("visit-fault-empty"),
        Wrong::Twice(row) => l.text_with_one("visit-fault-twice", "row", *row),
        Wrong::Differs(row) => l.text_with_one("visit-fault-differs", "row", *row),
        Wrong::UnknownChoice => l.count("visit-fault-choice", 1),
        Wrong::BadText => l.text("visit-fault-text"),
        Wrong::MoreCells => l.text("visit-fault-cells"),
    }
}

/// The question for a reason that stands before names are shown.
pub fn reason_form(looking: &Looking<'_>, action: String, verb: String, back: String) -> Form {
    let l = looking.l();
    let reason = Field::line("reason", l.text("visit-open-reason")).hint(l.text("visit-open-reason-hint"));
    Form::new(l, action, verb).field(reason.longest(300)).back(l.text("go-back"), back)
}

fn odd_form(looking: &Looking<'_>) -> Form {
    let own = looking.frame_address();
    reason_form(looking, format!("{own}/odd"), looking.l().text("visit-frame-odd"), own.clone())
}

async fn odd_page(seated: Seated, Path((_, workflow, code)): Place) -> Answer<Sheet> {
    let looking = Looking::at(&seated, &workflow, &code).await?;
    Ok(Sheet::new(below(&looking, "visit-frame-odd")?).form(&odd_form(&looking)))
}

async fn odd(seated: Seated, Path((_, workflow, code)): Place, sent: Sent) -> Answer<Response> {
    let looking = Looking::at(&seated, &workflow, &code).await?;
    let l = looking.l();
    let declared = declared(&looking)?;
    let may = seated.seat.may::<OpenIdentity>()?;
    let odd = match seated.desk().odd_lines(&may, &workflow, &code, sent.get("reason")).await {
        Ok(odd) => odd,
        Err(error) => {
            let form = come_back(odd_form(&looking), &sent, error, "reason")?;
            return Ok(Sheet::new(below(&looking, "visit-frame-odd")?).form(&form).into_response());
        }
    };
    let kinds = seated.desk().together(&seated.seat.may()?, &workflow, &code).await?.kinds;
    let mut table =
        Table::new(l, &seated.visitor.reader.here, l.text("visit-frame-odd"), l.text("visit-frame-odd-none"))
            .count(odd.len() as u64)
            .column(Column::new(l.text("visit-frame-number")))
            .column(Column::new(l.text("visit-frame-name")));
    for kind in &kinds {
        table = table.column(Column::new(source_title(declared, kind, l)));
    }
    table = table.column(Column::new(l.text("visit-frame-note")));
    for line in odd {
        let mut cells = vec![
            Cell::new(looking.sealed(&l.text("visit-frame-number"), Some(&line.number))),
            Cell::new(looking.sealed(&l.text("visit-frame-name"), Some(&line.name))),
        ];
        for on in line.on {
            cells.push(l.text(if on { "visit-frame-on" } else { "visit-frame-off" }).into());
        }
        let note = match (line.differs, line.same_name) {
            (true, _) => l.text("visit-frame-odd-differs"),
            (false, true) => l.text("visit-frame-odd-same"),
            (false, false) => String::new(),
        };
        cells.push(note.into());
        table = table.row(cells);
    }
    Ok(Sheet::new(below(&looking, "visit-frame-odd")?).part(table).into_response())
}

fn heads_form(looking: &Looking<'_>, workshops: &[(String, u64)]) -> Answer<Form> {
    let l = looking.l();
    let mut form = Form::new(l, format!("{}/heads", looking.frame_address()), l.text("visit-heads-submit"));
    for place in 1..=declared(looking)?.workshops as usize {
        let known = workshops.get(place - 1);
        let number = |id| l.text_with_one(id, "number", place);
        let mut workshop =
            Field::line(&format!("workshop.{place}"), number("visit-heads-workshop")).longest(100);
        let mut roster = Field::figures(&format!("roster.{place}"), number("visit-heads-roster"), 6);
        if let Some((name, people)) = known {
            workshop = workshop.value(name);
            roster = roster.value(people.to_string());
        }
        form = form.field(workshop.autocomplete("off")).field(roster.longest(6));
        form = form
            .field(Field::figures(&format!("counted.{place}"), number("visit-heads-counted"), 6).longest(6));
    }
    Ok(form.back(l.text("go-back"), looking.frame_address()))
}

async fn heads_sheet(looking: &Looking<'_>, sent: Option<(&Sent, desk::Error)>) -> Answer<Sheet> {
    let l = looking.l();
    let case = &looking.detail.case;
    let may = looking.seated.seat.may::<Read>()?;
    let workshops = match looking.seated.desk().together(&may, &case.workflow, &case.code).await {
        Ok(together) => together.workshops,
        Err(desk::Error::Refused(refusal)) if refusal.kind == desk::Kind::NotAllowed => Vec::new(),
        Err(error) => return Err(error.into()),
    };
    let declared = declared(looking)?;
    let values = [("warn", declared.warn_percent.into()), ("fail", declared.fail_percent.into())];
    let mut sheet = Sheet::new(below(looking, "visit-frame-heads")?)
        .part(Prose::new(l.text_with("visit-heads-says", &values)));
    if !workshops.is_empty() {
        sheet = sheet.part(Prose::new(l.text("visit-heads-drawn")));
    }
    let mut form = heads_form(looking, &workshops)?;
    if let Some((sent, error)) = sent {
        form = come_back(form, sent, error, "counted.1")?;
    }
    Ok(sheet.form(&form))
}

async fn heads_page(seated: Seated, Path((_, workflow, code)): Place) -> Answer<Sheet> {
    let looking = Looking::at(&seated, &workflow, &code).await?;
    heads_sheet(&looking, None).await
}

async fn count(seated: Seated, Path((_, workflow, code)): Place, sent: Sent) -> Answer<Response> {
    let looking = Looking::at(&seated, &workflow, &code).await?;
    let mut heads = Vec::new();
    for place in 1..=declared(&looking)?.workshops {
        let number = |name: &str| sent.get(&format!("{name}.{place}")).parse::<u64>().ok();
        let workshop = sent.get(&format!("workshop.{place}")).to_owned();
        if let (Some(roster), Some(counted)) = (number("roster"), number("counted")) {
            heads.push(Heads { workshop, roster, counted });
        }
    }
    let may = seated.seat.may::<Read>()?;
    match seated.desk().count_heads(&may, &workflow, &code, &heads).await {
        Ok((_, Outcome::Passes)) => Ok(see(looking.frame_address(), "done-heads-pass")),
        Ok((_, Outcome::Warns)) => Ok(see(looking.frame_address(), "done-heads-warn")),
        Ok((_, Outcome::Fails)) => Ok(see(looking.address(), "done-heads-fail")),
        Err(error) => Ok(heads_sheet(&looking, Some((&sent, error))).await?.into_response()),
    }
}

async fn freeze_page(seated: Seated, Path((_, workflow, code)): Place) -> Answer<Sheet> {
    let looking = Looking::at(&seated, &workflow, &code).await?;
    let l = looking.l();
    let may = seated.seat.may::<Read>()?;
    let own = looking.frame_address();
    let asks = |question| {
        Confirmation::new(l, question, l.text("visit-frame-freeze"), format!("{own}/freeze"), &own)
    };
    let confirmation = if declared(&looking)?.from_registry() {
        let (units, size) = seated.desk().units_to_draw(&may, &workflow).await?;
        let values = [("units", units.into()), ("size", size.into())];
        asks(l.text_with("site-freeze-question", &values))
            .consequence(l.text("site-freeze-none-in"))
            .consequence(l.text("site-freeze-published"))
    } else {
        let people = seated.desk().together(&may, &workflow, &code).await?.union.people.len();
        asks(l.count("visit-freeze-question", people))
            .consequence(l.text("visit-freeze-nobody-in"))
            .consequence(l.text("visit-freeze-published"))
    };
    Ok(Sheet::new(below(&looking, "visit-frame-freeze")?).part(confirmation))
}

async fn freeze(seated: Seated, Path((_, workflow, code)): Place) -> Answer<Response> {
    let looking = Looking::at(&seated, &workflow, &code).await?;
    let may = seated.seat.may::<Read>()?;
    let frozen = seated.desk().freeze_frame(&may, &workflow, &code).await;
    frozen.map_err(|error| in_words(&looking, error))?;
    Ok(see(looking.frame_address(), "done-frame-frozen"))
}

/// What a fact's refusal says, with the words of the workflow.
pub fn in_words(looking: &Looking<'_>, error: desk::Error) -> desk::Error {
    match looking.words() {
        Ok(words) => words.titled(error, ""),
        Err(_) => error,
    }
}

fn walk_form(looking: &Looking<'_>) -> Form {
    let l = looking.l();
    Form::new(l, format!("{}/walk", looking.frame_address()), l.text("visit-walk"))
        .field(Field::line("workshop", l.text("visit-walk-workshop")).longest(100).autocomplete("off"))
        .field(Field::figures("rows", l.text("visit-walk-rows"), 4).longest(4))
        .field(Field::figures("seats", l.text("visit-walk-seats"), 4).longest(4))
        .back(l.text("go-back"), looking.frame_address())
}

async fn walk_page(seated: Seated, Path((_, workflow, code)): Place) -> Answer<Sheet> {
    let looking = Looking::at(&seated, &workflow, &code).await?;
    let says = Prose::new(looking.l().text("visit-walk-says"));
    Ok(Sheet::new(below(&looking, "visit-walk-title")?).part(says).form(&walk_form(&looking)))
}

async fn walk(seated: Seated, Path((_, workflow, code)): Place, sent: Sent) -> Answer<Response> {
    let looking = Looking::at(&seated, &workflow, &code).await?;
    let may = seated.seat.may::<Read>()?;
    let number = |name| sent.get(name).parse().unwrap_or(0);
    let of = (number("rows"), number("seats"));
    match seated.desk().walk_draw(&may, &workflow, &code, sent.get("workshop"), of).await {
        Ok(()) => Ok(see(looking.frame_address(), "done-walk")),
        Err(error) => {
            let form = come_back(walk_form(&looking), &sent, error, "workshop")?;
            Ok(Sheet::new(below(&looking, "visit-walk-title")?).form(&form).into_response())
        }
    }
}
