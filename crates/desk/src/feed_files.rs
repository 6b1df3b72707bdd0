//! The files of many submissions on their way out, and the logs that phones kept of how forms were filled.

use std::io::{BufReader, Write};

use store::submission::{self, Attachment};
use store::{Fault, FileName, Tx, feed};

use crate::feed::{Feed, unsent};
use crate::files::content_place;
use crate::intake::Sealed;
use crate::receive::version_place;
use crate::rows::Layout;
use crate::submissions::open_name;

/// Where a form keeps the name of the log.
const AUDIT: &str = "meta/audit";

/// The columns of a log, behind the instance id.
const AUDIT_COLUMNS: [&str; 11] = [
    "event",
    "node",
    "start",
    "end",
    "latitude",
    "longitude",
    "accuracy",
    "old-value",
    "new-value",
    "user",
    "change-reason",
];

/// What a file is written with.
pub type Copy<'c> = dyn FnMut(&mut dyn Write) -> Result<(), Fault> + 'c;

impl Feed {
    /// Hands every file that has come and can be opened to `take`, with its name and what writes it. Logs are left out:
    /// they are one table.
    pub fn each_file(
        &mut self,
        tx: &mut Tx<'_>,
        take: &mut dyn FnMut(&str, &mut Copy<'_>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        for id in self.ids(tx)? {
            let Some(row) = feed::some(tx, &[id], false)?.pop().filter(|row| row.files_present > 0) else {
                continue;
            };
            let log = self.log_name(tx, &row)?;
            for file in submission::attachments(tx, row.submission.current_version)? {
                let Some(name) = self.file_name(tx, &file)? else { continue };
                if log.as_ref() != Some(&name) {
                    self.copy(tx, &file, &name, take)?;
                }
            }
        }
        Ok(())
    }

    /// Whether the form keeps logs.
    pub fn has_logs(&self) -> bool {
        self.layout()
            .tables
            .first()
            .is_some_and(|table| crate::rows::columns(&table.nodes).iter().any(|column| column.path == AUDIT))
    }

    /// Writes all logs as one table, oldest submission first.
    pub fn write_logs(&mut self, tx: &mut Tx<'_>, out: &mut dyn Write) -> Result<(), Fault> {
        let header = format!("instance ID,{}\n", AUDIT_COLUMNS.join(","));
        out.write_all(header.as_bytes()).map_err(unsent)?;
        for id in self.ids(tx)?.into_iter().rev() {
            let Some(row) = feed::some(tx, &[id], false)?.pop().filter(|row| row.files_present > 0) else {
                continue;
            };
            let Some(log) = self.log_name(tx, &row)? else { continue };
            for file in submission::attachments(tx, row.submission.current_version)? {
                if self.file_name(tx, &file)?.as_ref() != Some(&log) {
                    continue;
                }
                let mut text = zeroize::Zeroizing::new(Vec::new());
                self.copy(tx, &file, &log, &mut |_, copy| copy(&mut *text))?;
                write_log(&row.submission.instance_id, &text, out)?;
            }
        }
        Ok(())
    }

    /// The name of the log that a submission names.
    fn log_name(&mut self, tx: &mut Tx<'_>, row: &feed::FeedRow) -> Result<Option<String>, Fault> {
        if !self.has_logs() || row.encrypted {
            return Ok(None);
        }
        let layout = self.shared_layout();
        let mut record = layout.empty(0);
        layout.read(&row.open_values, &mut record)?;
        let place = row.submission.current_version.to_string();
        let opened = match (self.keyring.as_mut(), &row.sealed_sensitive) {
            (Some(keyring), Some(sealed)) => keyring.open(tx, sealed, &version_place(&place, "sensitive"))?,
            _ => None,
        };
        if let Some(text) = opened.as_ref().and_then(|opened| opened.expose_text()) {
            layout.read(text, &mut record)?;
        }
        Ok(log_of(&layout, &record))
    }

    fn file_name(&mut self, tx: &mut Tx<'_>, file: &Attachment) -> Result<Option<String>, Fault> {
        let may_open = file.content.is_some() && (self.identity || file.class == "sensitive");
        match self.keyring.as_mut().filter(|_| may_open) {
            Some(keyring) => open_name(tx, keyring, file),
            None => Ok(None),
        }
    }

    fn copy(
        &mut self,
        tx: &mut Tx<'_>,
        file: &Attachment,
        name: &str,
        take: &mut dyn FnMut(&str, &mut Copy<'_>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let (Some(keyring), Some(content), Some(sealed)) =
            (self.keyring.as_mut(), &file.content, &file.sealed_key)
        else {
            return Ok(());
        };
        let place = file.place.to_string();
        let key = keyring.record_key(tx, &Sealed::read(sealed)?, &content_place(&place))?;
        let (Some(key), Ok(content)) = (key, content.parse::<FileName>()) else { return Ok(()) };
        let source = self.store.files().open_file(&content)?;
        take(name, &mut |mut out: &mut dyn Write| {
            let mut source = BufReader::new(&source);
            seal::open_stream(&key, &content_place(&place), &mut source, &mut out)
                .map_err(|error| Fault::Damaged { what: error.to_string() })?;
            Ok(())
        })
    }
}

fn log_of(layout: &Layout, record: &crate::rows::Record<'_>) -> Option<String> {
    let columns = crate::rows::columns(&layout.tables.first()?.nodes);
    let column = columns.into_iter().find(|column| column.path == AUDIT)?;
    record.value(column).map(|name| name.trim().to_owned())
}

/// Appends a log's lines, its columns in our order.
fn write_log(instance_id: &str, text: &[u8], out: &mut dyn Write) -> Result<(), Fault> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text);
    let names = reader.headers().cloned().unwrap_or_default();
    let places = AUDIT_COLUMNS.map(|column| names.iter().position(|name| name.trim() == column));
    let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
    for line in reader.records() {
        // A line that is no text tells nothing; the others do.
        let Ok(line) = line else { continue };
        let cells = places.iter().map(|place| place.and_then(|place| line.get(place)).unwrap_or_default());
        let written = writer.write_record(std::iter::once(instance_id).chain(cells));
        written.map_err(|error| Fault::internal(format!("writing a log: {error}")))?;
    }
    let written = writer.into_inner().map_err(|error| Fault::internal(format!("writing a log: {error}")))?;
    out.write_all(&written).map_err(unsent)
}
