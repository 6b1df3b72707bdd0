//! The settings sheet.

use crate::aliases;
use crate::headers;
use crate::names::is_xml_tag;
use crate::problem::{Failure, Problem};
use crate::spelling;
use crate::value::{Map, Value};
use crate::workbook::Workbook;

/// The settings by name; `attribute`, `instance` and the like are maps.
#[derive(Debug, Clone, Default)]
pub(crate) struct Settings {
    pub(crate) values: Map,
}

/// Appended to warnings about the names of optional sheets.
pub(crate) const SUPPRESS_SPELLING: &str = " If you do not mean to include a sheet, to suppress this message, \
    prefix the sheet name with an underscore. For example 'setting' becomes '_setting'.";

/// Settings that would replace the structure of the form itself.
const STRUCTURE: [&str; 6] =
    ["children", "type", "choices", "parent", "setvalues_by_triggering_ref", "setgeopoint_by_triggering_ref"];

impl Settings {
    pub(crate) fn read(workbook: &Workbook, warnings: &mut Vec<String>) -> Result<Settings, Failure> {
        let Some(sheet) = workbook.sheet("settings").filter(|s| !s.rows.is_empty()) else {
            if let Some(similar) = spelling::similar_sheets("settings", workbook.names()) {
                warnings.push(similar + SUPPRESS_SPELLING);
            }
            return Ok(Settings::default());
        };
        let mut sheet = sheet.clone();
        let position = |name: &str| sheet.header.iter().position(|h| h == name);
        if let (Some(old), Some(_)) = (position("id_string"), position("form_id")) {
            // The later name wins; in pyxform a second row still has the older column, now without a header.
            if sheet.rows.iter().skip(1).any(|row| row.iter().any(|(column, _)| *column == old)) {
                return Err(headers::missing_header("settings", "id_string"));
            }
            sheet.header.remove(old);
            for row in &mut sheet.rows {
                row.retain(|(column, _)| *column != old);
                for (column, _) in row.iter_mut().filter(|(c, _)| *c > old) {
                    *column -= 1;
                }
            }
            warnings.push(
                "The form_id and id_string column headers are both specified in the settings sheet provided. \
                 This may cause errors during conversion. In future, its best to avoid specifying both column headers \
                 in the settings sheet."
                    .to_owned(),
            );
        }
        let kind = headers::Kind {
            name: "settings",
            alias: aliases::settings_header,
            is_column: aliases::is_settings_column,
            required: None,
            collapse_spaces: false,
        };
        let grouped = headers::group(&sheet, &kind, "default")?;
        let settings = Settings { values: grouped.rows.into_iter().next().unwrap_or_default() };
        settings.check()?;
        Ok(settings)
    }

    fn check(&self) -> Result<(), Failure> {
        let at =
            |message: String, column: &str| Problem::new(message).sheet("settings").row(2).column(column);
        for name in STRUCTURE {
            if self.values.contains_key(name) {
                return Err(at(
                    format!(
                        "[row : 1] On the 'settings' sheet, the column '{name}' is not a setting. Remove the column."
                    ),
                    name,
                )
                .into());
            }
        }
        for (name, value) in &self.values {
            let grouped = matches!(name.as_str(), "attribute" | "instance" | "bind" | "media" | "control");
            let free = matches!(name.as_str(), "label" | "hint") || !aliases::is_settings_column(name);
            if !free && grouped != value.is_map() {
                return Err(at(
                    format!(
                        "[row : 1] On the 'settings' sheet, the '{name}' value is invalid. {}",
                        if grouped {
                            "Write the header as 'group::name'."
                        } else {
                            "A setting cannot have parts."
                        }
                    ),
                    name,
                )
                .into());
            }
        }
        if let Some(name) = self.text("name")
            && !is_xml_tag(name)
        {
            return Err(at(
                "[row : 1] On the 'settings' sheet, the 'name' value is invalid. \
                 Names must begin with a letter or underscore. After the first character, names may contain letters, \
                 digits, underscores, hyphens, or periods."
                    .to_owned(),
                "name",
            )
            .into());
        }
        Ok(())
    }

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.values.get(name).and_then(Value::text)
    }

    /// A yes or a no, or neither.
    pub(crate) fn yes_no(&self, name: &str) -> Option<bool> {
        self.text(name).and_then(aliases::yes_no)
    }

    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.values.insert(name.to_owned(), value.into());
    }
}
