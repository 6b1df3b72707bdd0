//! The files that a form needs: media, and lists that are uploaded or filled by a registry.

use md5::{Digest, Md5};
use store::form::{self, Form, FormFile};
use store::{Fault, Tx};

use crate::Desk;
use crate::answer::{Answer, Error, Refusal};
use crate::desk::hex;
use crate::forms::{FormModel, ListedFile};
use crate::may::{Forms, May};
use crate::record::{self, Done};

impl Desk {
    /// The files that a form version names.
    pub async fn form_files(&self, model: &FormModel) -> Answer<Vec<ListedFile>> {
        let version = model.version.id;
        Ok(self
            .store
            .read(move |tx| {
                let mut listed = Vec::new();
                for file in form::files(tx, version)? {
                    let registry = match file.registry {
                        Some(id) => store::registry::by_id(tx, id)?,
                        None => None,
                    };
                    let md5 = match &registry {
                        // Phones fetch a list again when its hash changes, so the count of changes is enough.
                        Some(registry) => {
                            Some(hex(&Md5::digest(format!("registry {} {}", registry.id, registry.changes))))
                        }
                        None => file.md5,
                    };
                    let (name, media_type) = (file.name, file.media_type);
                    listed.push(ListedFile {
                        name,
                        uploaded: registry.is_none() && md5.is_some(),
                        changed_at: file.changed_at,
                        md5,
                        media_type,
                        registry: registry.map(|registry| registry.name),
                    });
                }
                Ok::<_, Fault>(listed)
            })
            .await?)
    }

    /// The content of a file of a form version, with its media type; none until it is uploaded. Lists that a registry
    /// fills are made by [`Desk::registry_csv`].
    pub async fn form_file(&self, model: &FormModel, name: &str) -> Answer<Option<(String, Vec<u8>)>> {
        let (version, name) = (model.version.id, name.to_owned());
        Ok(self
            .store
            .read(move |tx| {
                let files = form::files(tx, version)?;
                let Some(file) = files.into_iter().find(|file| file.name == name) else { return Ok(None) };
                let content = form::file_content(tx, version, &name)?;
                Ok::<_, Fault>(content.map(|content| (file.media_type, content)))
            })
            .await?)
    }

    /// Uploads a file that a draft names.
    pub async fn put_form_file(
        &self,
        may: &May<'_, Forms>,
        form: &Form,
        name: &str,
        media_type: &str,
        content: Vec<u8>,
    ) -> Answer<()> {
        let draft = form.draft_version.ok_or_else(|| Refusal::conflict("refusal-no-draft"))?;
        let (id, now, by, mandate) = (form.id, self.now(), may.session().member().id, may.mandate().id);
        let (name, media_type) = (name.to_owned(), media_type.to_owned());
        self.store
            .write(move |tx| {
                if !form::files(tx, draft)?.iter().any(|file| file.name == name) {
                    return Err(Refusal::not_found().into());
                }
                let file = FormFile {
                    form_version: draft,
                    name,
                    media_type,
                    md5: Some(hex(&Md5::digest(&content))),
                    registry: None,
                    changed_at: Some(now),
                };
                form::put_file(tx, &file, Some(&content))?;
                let done =
                    Done::new(now, Some(by), "form.attachment.update").in_mandate(mandate).about("form", id);
                record::audit(tx, done.with("name", file.name.as_str()))?;
                Ok::<_, Error>(())
            })
            .await
    }
}

/// Registers a file that a new version names, with the content that the version before had.
pub(crate) fn carry_file(tx: &mut Tx, version: i64, name: &str, earlier: Option<i64>) -> Result<(), Fault> {
    let before = match earlier {
        Some(earlier) => form::files(tx, earlier)?.into_iter().find(|file| file.name == name),
        None => None,
    };
    let content = match &before {
        Some(file) => form::file_content(tx, file.form_version, name)?,
        None => None,
    };
    let file = match before {
        Some(file) => FormFile { form_version: version, ..file },
        None => FormFile {
            form_version: version,
            name: name.to_owned(),
            media_type: media_type(name).to_owned(),
            md5: None,
            registry: None,
            changed_at: None,
        },
    };
    form::put_file(tx, &file, content.as_deref())
}

/// A file without content whose name is that of a registry is filled by the registry.
pub(crate) fn link_registry(tx: &mut Tx, mandate: i64, file: FormFile) -> Result<(), Fault> {
    let Some(name) = file.name.strip_suffix(".csv") else { return Ok(()) };
    if file.md5.is_some() || file.registry.is_some() {
        return Ok(());
    }
    if let Some(registry) = store::registry::by_name(tx, mandate, name)? {
        let media_type = "text/csv".to_owned();
        form::put_file(tx, &FormFile { registry: Some(registry.id), media_type, ..file }, None)?;
    }
    Ok(())
}

/// The media type that a file name suggests.
pub(crate) fn media_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).as_deref() {
        Some("csv") => "text/csv",
        Some("xml") => "application/xml",
        Some("geojson") => "application/geo+json",
        Some("png") => "image/png",
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("gif") => "image/gif",
        Some("svg") => "image/svg+xml",
        Some("mp3") => "audio/mpeg",
        Some("m4a" | "mp4a") => "audio/mp4",
        Some("wav") => "audio/wav",
        Some("amr") => "audio/amr",
        Some("mp4") => "video/mp4",
        Some("3gp") => "video/3gpp",
        Some("pdf") => "application/pdf",
        _ => "application/octet-stream",
    }
}
