//! Taking submissions out as CSV, streamed at constant memory, opened as far as the session can.

use std::io::Write;

use serde_json::Value;
use store::form::Form;
use store::submission::{self, List};
use store::{Chunks, Fault};
use xforms::{Kind, Values};

use crate::Desk;
use crate::answer::{Answer, Refusal};
use crate::may::{Export as MayExport, May};
use crate::record::{self, Done};
use crate::registries::csv_cell;
use crate::submissions::open_version;

/// A file on its way out.
pub struct Export {
    /// A name for it.
    pub file_name: String,
    /// Its bytes, in pieces.
    pub chunks: Chunks,
}

impl Desk {
    /// A form's submissions as CSV, in the order and with the filters of `list`: system columns, then every field that
    /// holds a value outside repeats. Closed values are empty. Identity is never exported here. The export is logged
    /// before its first byte.
    pub async fn export_csv(&self, may: &May<'_, MayExport>, form: &Form, list: List) -> Answer<Export> {
        self.export_columns_csv(may, form, list, None).await
    }

    /// The same with these fields only, in their order, as a page shows them.
    pub async fn export_columns_csv(
        &self,
        may: &May<'_, MayExport>,
        form: &Form,
        mut list: List,
        columns: Option<Vec<String>>,
    ) -> Answer<Export> {
        if form.mandate != may.mandate().id {
            return Err(Refusal::not_found().into());
        }
        let model = self.published(form).await?;
        list.form = form.id;
        list.limit = i64::MAX;
        list.after = None;
        let keyring = self.keyring(may.session());
        let (now, by, salt) = (self.now(), may.session().member().id, self.salt());
        let classes = if keyring.is_some() { "open, sensitive" } else { "open" };
        let (mandate, id) = (may.mandate().id, form.id);
        self.store
            .write(move |tx| {
                let done =
                    Done::new(now, Some(by), "form.submission.export").in_mandate(mandate).about("form", id);
                record::audit_with_leaf(tx, ledger::leaf::kind::EXPORT, &salt, done.with("classes", classes))
            })
            .await?;
        let outside = || model.form.fields.iter().filter(|field| field.repeat.is_none());
        let of = |paths: &mut dyn Iterator<Item = &xforms::Field>| -> Vec<String> {
            paths.map(|field| field.path.clone()).collect()
        };
        let all = of(&mut outside().filter(|field| field.kind.has_value()));
        let (paths, repeats) = match columns {
            None => (all, of(&mut outside().filter(|field| field.kind == Kind::Repeat))),
            Some(mut columns) => {
                columns.retain(|path| all.contains(path));
                (columns, Vec::new())
            }
        };
        let chunks = self.store.stream(move |tx, outlet| {
            let mut keyring = keyring;
            let failed =
                |error: std::io::Error| Fault::Unavailable { what: format!("sending an export: {error}") };
            let mut line = String::from("\u{feff}SubmissionDate");
            for path in &paths {
                line.push(',');
                line.push_str(&csv_cell(&path.replace('/', "-")));
            }
            for path in &repeats {
                line.push(',');
                line.push_str(&csv_cell(&format!("COUNT-{}", path.replace('/', "-"))));
            }
            line.push_str(",KEY,ReviewState,Edits,Device,Submitter\n");
            outlet.write_all(line.as_bytes()).map_err(failed)?;
            // Rows are read a page at a time, because opening one may need the transaction for its data key.
            let mut list = list;
            list.limit = PAGE;
            let found = submission::find(tx, &list)?;
            loop {
                let mut page = Vec::new();
                found.list(tx, &list, |listed| {
                    page.push(listed);
                    Ok(())
                })?;
                let Some(last) = page.last() else { return Ok(()) };
                list.after = Some(last.key.clone());
                for listed in page {
                    let opened = open_version(tx, keyring.as_mut(), &listed.version, false)?;
                    line.clear();
                    line.push_str(&time(listed.submission.created_at));
                    for path in &paths {
                        line.push(',');
                        line.push_str(&csv_cell(text(&opened.values, path)));
                    }
                    for path in &repeats {
                        let count = opened.values.get(path).and_then(Value::as_array).map(Vec::len);
                        line.push_str(&count.map_or_else(|| ",".to_owned(), |count| format!(",{count}")));
                    }
                    let submission = &listed.submission;
                    let number = |id: Option<i64>| id.map(|id| id.to_string()).unwrap_or_default();
                    line.push_str(&format!(
                        ",{},{},{},{},{}\n",
                        csv_cell(&submission.instance_id),
                        submission.review_state,
                        submission.versions - 1,
                        number(submission.device),
                        number(submission.member)
                    ));
                    outlet.write_all(line.as_bytes()).map_err(failed)?;
                }
            }
        })?;
        Ok(Export { file_name: format!("{}.csv", form.form_id), chunks })
    }
}

/// Submissions read at a time.
const PAGE: i64 = 500;

fn text<'v>(values: &'v Values, path: &str) -> &'v str {
    values.get(path).and_then(Value::as_str).unwrap_or_default()
}

/// A time as ODK writes it: `2026-11-23T18:13:00.000Z`.
pub fn time(at: i64) -> String {
    match jiff::Timestamp::from_millisecond(at) {
        Ok(at) => format!("{at:.3}"),
        Err(_) => String::new(),
    }
}
