//! A form's draft: what it would change, what it still needs, trying it out, publishing it.

use axum::Router;
use axum::extract::{DefaultBodyLimit, Multipart, Path};
use axum::response::Response;
use axum::routing::{get, post};
use desk::store::form::Form;
use desk::xforms::Class;
use desk::{FormModel, ListedFile};

use crate::address::Address;
use crate::answer::{Answer, Refusal};
use crate::frame::Action;
use crate::locale::Locale;
use crate::pages::answers::Wording;
use crate::pages::form::{asked, fields_table, version_name};
use crate::pages::forms::{LARGEST_UPLOAD, files, form_address};
use crate::patterns::{
    Cell, Column, Comparison, Confirmation, Facts, Field, Form as Questions, Notice, Problem, Section, Table,
    Tag, Tone,
};
use crate::room::{Room, Seated, Web};
use crate::sheet::{Sheet, see};

/// The routes of this group.
pub fn router() -> Router<Web> {
    let draft = "/m/{mandate}/forms/{form}/draft";
    Router::new()
        .route(draft, get(look))
        .route(&format!("{draft}/publish"), post(publish))
        .route(&format!("{draft}/drop"), get(ask_to_drop).post(drop_it))
        .route(&format!("{draft}/files"), post(put_files))
        .layer(DefaultBodyLimit::max(LARGEST_UPLOAD + (64 << 10)))
}

async fn draft_of(seated: &Seated, form_id: &str) -> Answer<(Form, std::sync::Arc<FormModel>)> {
    seated.seat.may::<desk::Forms>()?;
    let form = seated.desk().form(seated.mandate(), form_id).await?;
    let draft = seated.desk().draft(&form).await?.ok_or_else(Refusal::not_found)?;
    Ok((form, draft))
}

async fn look(seated: Seated, Path((_, form_id)): Path<(i64, String)>) -> Answer<Sheet> {
    let l = seated.visitor.reader.locale;
    let desk = seated.desk();
    let (form, draft) = draft_of(&seated, &form_id).await?;
    let published = match form.current_version {
        Some(_) => Some(desk.published(&form).await?),
        None => None,
    };
    let listed = desk.form_files(&draft).await?;
    let compartments = desk.compartments(&seated.seat).await?;
    let address = form_address(seated.mandate(), &form_id);

    let frame = seated
        .frame(Room::Forms, &draft.form.title)
        .under(&draft.form.title, &address)
        .state(l.text("form-draft"))
        .action(Action::change(l.text("draft-publish"), format!("{address}/draft/publish")));
    let mut sheet = Sheet::new(frame);
    let warnings: Vec<String> = serde_json::from_str(&draft.version.warnings).unwrap_or_default();
    let missing = listed.iter().filter(|file| file.md5.is_none()).count();
    let facts = Facts::new()
        .fact(l.text("form-version"), version_name(&draft.version))
        .fact(l.text("form-id"), form.form_id.as_str())
        .fact(l.text("form-questions"), l.number(asked(&draft).count()));
    sheet = sheet.part(facts);
    if missing > 0 {
        sheet = sheet.part(Notice::new(Tone::Warning, l.count("draft-files-missing", missing)));
    }
    if !warnings.is_empty() {
        let heading = Section::new(l.count("draft-warnings", warnings.len()));
        let list =
            warnings.into_iter().fold(heading, |section, warning| section.part(Problem::new(l, warning)));
        sheet = sheet.part(list);
    }
    if let Some(published) = &published {
        sheet = changes(sheet, l, published, &draft);
    }
    if !listed.is_empty() {
        sheet = files_section(sheet, l, &seated.visitor.reader.here, &address, &listed);
    }
    let preview = crate::frame::Link::new(l.text("draft-preview"), format!("{address}/draft/preview"));
    let try_out = Section::new(l.text("draft-try")).say(l.text("draft-try-what")).links([preview]);
    sheet = sheet.part(try_out).part(fields_table(&seated, &draft, &compartments));
    let drop = crate::frame::Link::new(l.text("draft-drop"), format!("{address}/draft/drop"));
    Ok(sheet.part(Section::new(l.text("draft-drop-heading")).say(l.text("draft-drop-what")).links([drop])))
}

/// What a field is, in a line: its kind and its class.
fn said(wording: &Wording<'_>, field: &desk::xforms::Field) -> String {
    format!("{} · {}", wording.kind(field), wording.class(field.class_or(Class::Sensitive)))
}

/// What the draft changes in questions, kinds and classes.
fn changes(sheet: Sheet, l: Locale, published: &FormModel, draft: &FormModel) -> Sheet {
    let (before, after) = (Wording::new(l, &published.form), Wording::new(l, &draft.form));
    let note = |model: &FormModel| version_name(&model.version);
    let mut comparison = Comparison::new(l, l.text("draft-changes"))
        .side(l.text("form-published"), note(published))
        .side(l.text("form-draft"), note(draft));
    let (mut changed, mut same, mut weaker) = (0, 0, 0);
    for field in asked(draft) {
        let now = format!("{}\n{}", after.question(field), said(&after, field));
        let old = published.form.field(&field.path);
        let then = old.map(|old| format!("{}\n{}", before.question(old), said(&before, old)));
        if then.as_deref() == Some(now.as_str()) {
            same += 1;
            continue;
        }
        changed += 1;
        weaker += usize::from(
            old.is_some_and(|old| field.class_or(Class::Sensitive) < old.class_or(Class::Sensitive)),
        );
        comparison = comparison.row(&field.path, &[then.as_deref(), Some(&now)]);
    }
    for field in asked(published) {
        if draft.form.field(&field.path).is_none() {
            changed += 1;
            let then = format!("{}\n{}", before.question(field), said(&before, field));
            comparison = comparison.row(&field.path, &[Some(&then), None]);
        }
    }
    let mut sheet = sheet;
    if weaker > 0 {
        sheet = sheet.part(Notice::new(Tone::Warning, l.count("draft-weaker", weaker)));
    }
    if published.version.version == draft.version.version {
        let text = l.text_with_one("draft-same-version", "version", version_name(&draft.version));
        sheet = sheet.part(Notice::new(Tone::Warning, text));
    }
    let values = [("changed", changed.into()), ("same", same.into())];
    let section = Section::new(l.text("draft-against")).say(l.text_with("draft-counts", &values));
    sheet.part(if changed > 0 { section.part(comparison) } else { section })
}

fn files_section(sheet: Sheet, l: Locale, here: &Address, address: &str, listed: &[ListedFile]) -> Sheet {
    let here = Address::new(here.path());
    let mut table = Table::new(l, &here, l.text("draft-files"), "")
        .column(Column::new(l.text("draft-file")))
        .column(Column::new(l.text("draft-file-state")));
    let mut form = Questions::new(l, format!("{address}/draft/files"), l.text("draft-files-upload"));
    for file in listed {
        let state = match (&file.registry, &file.md5) {
            (Some(registry), _) => {
                Tag::new(Tone::Done, l.text_with_one("draft-file-registry", "registry", registry))
            }
            (None, Some(_)) => Tag::new(Tone::Done, l.text("draft-file-there")),
            (None, None) => Tag::new(Tone::Warning, l.text("draft-file-missing")),
        };
        table = table.row([Cell::new(file.name.as_str()), Cell::new(state)]);
        if file.registry.is_none() {
            form = form.field(Field::file(&file.name, file.name.clone(), "").optional());
        }
    }
    let sheet = sheet.part(table);
    match listed.iter().all(|file| file.registry.is_some()) {
        true => sheet,
        false => {
            sheet.form_in(Section::new(l.text("draft-files-send")).say(l.text("draft-files-hint")), &form)
        }
    }
}

async fn put_files(
    seated: Seated,
    Path((_, form_id)): Path<(i64, String)>,
    body: Multipart,
) -> Answer<Response> {
    let may = seated.seat.may::<desk::Forms>()?;
    let (form, _) = draft_of(&seated, &form_id).await?;
    for file in files(body).await? {
        seated.desk().put_form_file(&may, &form, &file.field, &file.media_type, file.bytes).await?;
    }
    Ok(see(format!("{}/draft", form_address(seated.mandate(), &form_id)), "done-files-kept"))
}

async fn publish(seated: Seated, Path((_, form_id)): Path<(i64, String)>) -> Answer<Response> {
    let may = seated.seat.may::<desk::Forms>()?;
    let (form, _) = draft_of(&seated, &form_id).await?;
    seated.desk().publish_form(&may, &form).await?;
    Ok(see(form_address(seated.mandate(), &form_id), "done-published"))
}

async fn ask_to_drop(seated: Seated, Path((_, form_id)): Path<(i64, String)>) -> Answer<Sheet> {
    let l = seated.visitor.reader.locale;
    let (_, draft) = draft_of(&seated, &form_id).await?;
    let address = format!("{}/draft", form_address(seated.mandate(), &form_id));
    let question = l.text_with_one("draft-drop-question", "form", &draft.form.title);
    let confirmation =
        Confirmation::new(l, question, l.text("draft-drop"), format!("{address}/drop"), &address)
            .consequence(l.text("draft-drop-what"));
    let frame = seated.frame(Room::Forms, l.text("draft-drop")).under(&draft.form.title, &address);
    Ok(Sheet::new(frame).part(confirmation))
}

async fn drop_it(seated: Seated, Path((_, form_id)): Path<(i64, String)>) -> Answer<Response> {
    let may = seated.seat.may::<desk::Forms>()?;
    let (form, _) = draft_of(&seated, &form_id).await?;
    seated.desk().drop_draft(&may, &form).await?;
    let to = match form.current_version {
        Some(_) => form_address(seated.mandate(), &form_id),
        None => Room::Forms.address(seated.mandate()),
    };
    Ok(see(to, "done-draft-dropped"))
}
