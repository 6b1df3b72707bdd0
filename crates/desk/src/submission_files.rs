//! The files of a submission by their names, as ODK's clients ask for them: listed, fetched, sent one by one.

use std::io::BufReader;

use serde_json::Value;
use store::form::Form;
use store::submission::{self, Attachment, SubmissionVersion};
use store::{Chunks, Fault, FileName, Tx};

use crate::Desk;
use crate::answer::{Answer, Error, Kind, Refusal};
use crate::desk::hex;
use crate::files::{IncomingFile, content_place, name_hash, name_place};
use crate::intake::Sealed;
use crate::keyring::Keyring;
use crate::may::{May, OpenIdentity, Read, Review};
use crate::receive::ATTACHMENT_UPDATE;
use crate::record::{self, Done};
use crate::submissions::open_name;

/// A file that a submission names.
pub struct NamedFile {
    /// Its name, if that can be opened.
    pub name: Option<String>,
    /// Whether it has come.
    pub exists: bool,
}

/// A file's content on its way out.
pub struct FileContent {
    /// Its media type.
    pub media_type: String,
    /// MD5 of the content, lower-case hex; none of a file that came before these were kept.
    pub md5: Option<String>,
    /// The content, in pieces.
    pub chunks: Chunks,
}

/// Opens what is known of a file's content: media type and MD5.
fn details(tx: &mut Tx, keyring: &mut Keyring, file: &Attachment) -> Result<Option<Value>, Fault> {
    let Some(sealed) = &file.sealed_key else { return Ok(None) };
    let place = file.place.to_string();
    let opened = keyring.open(tx, sealed, &content_place(&place))?;
    Ok(opened.map(|opened| {
        opened.expose_text().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    }))
}

impl Desk {
    async fn sent_version(
        &self,
        mandate: i64,
        form: &Form,
        instance_id: &str,
        version: Option<&str>,
    ) -> Answer<SubmissionVersion> {
        let found = self.find(mandate, form, instance_id).await?;
        let (form, version) = (form.id, version.map(str::to_owned));
        let found = self
            .store
            .read(move |tx| {
                let row = match version {
                    Some(version) => submission::version_by_instance_id(tx, form, &version)?,
                    None => submission::version(tx, found.current_version)?,
                };
                Ok::<_, Fault>(row.filter(|row| row.submission == found.id))
            })
            .await?;
        Ok(found.ok_or_else(Refusal::not_found)?)
    }

    /// The files that a version of a submission names, by name; of its newest one where none is given. Names of
    /// identity fields' files stay closed.
    pub async fn named_files(
        &self,
        may: &May<'_, Read>,
        form: &Form,
        instance_id: &str,
        version: Option<&str>,
    ) -> Answer<Vec<NamedFile>> {
        let version = self.sent_version(may.mandate().id, form, instance_id, version).await?;
        let keyring = self.keyring(may.session());
        Ok(self
            .store
            .read(move |tx| {
                let mut keyring = keyring;
                let mut files = Vec::new();
                for file in submission::attachments(tx, version.id)? {
                    let name = match keyring.as_mut().filter(|_| file.class == "sensitive") {
                        Some(keyring) => open_name(tx, keyring, &file)?,
                        None => None,
                    };
                    files.push(NamedFile { name, exists: file.content.is_some() });
                }
                files.sort_by(|one, other| one.name.cmp(&other.name));
                Ok::<_, Fault>(files)
            })
            .await?)
    }

    /// A file of a submission, by its name. One of an identity field needs a reason, which is in the ledger first.
    /// `known` is the MD5 that the caller has already; where it is this, there is no content.
    pub async fn named_file(
        &self,
        may: &May<'_, Read>,
        form: &Form,
        (instance_id, version): (&str, Option<&str>),
        name: &str,
        identity: Option<(&May<'_, OpenIdentity>, &str)>,
    ) -> Answer<FileContent> {
        let version = self.sent_version(may.mandate().id, form, instance_id, version).await?;
        let hash = name_hash(version.id, name);
        let id = version.id;
        let files = self.store.read(move |tx| submission::attachments(tx, id)).await?;
        let file = files.into_iter().find(|file| file.name_hash == hash && file.content.is_some());
        let file = file.ok_or_else(Refusal::not_found)?;
        if file.class != "sensitive" {
            let Some((_, reason)) = identity else {
                return Err(Refusal::new(Kind::NotAllowed, "refusal-reason-needed").into());
            };
            let mandate = may.mandate().id;
            self.log_opening(may.session(), mandate, "submission", version.submission, reason).await?;
        }
        let own = self.own_key_or_refuse(may.session())?;
        let holder = store::mandate::Holder::Member(may.session().member().id);
        let source = self.store.files().open_file(&content_name(&file)?)?;
        let (key, told, file) = self
            .store
            .read(move |tx| {
                let mut keyring = Keyring::new(holder, own);
                let closed = || Error::from(Refusal::new(Kind::NotAllowed, "refusal-closed"));
                let told = details(tx, &mut keyring, &file)?.ok_or_else(closed)?;
                let place = file.place.to_string();
                let sealed = Sealed::read(file.sealed_key.as_deref().unwrap_or_default())?;
                let key = keyring.record_key(tx, &sealed, &content_place(&place))?.ok_or_else(closed)?;
                Ok::<_, Error>((key, told, file))
            })
            .await?;
        let text = |name: &str| told.get(name).and_then(Value::as_str).map(str::to_owned);
        let media_type = text("type").unwrap_or_else(|| crate::form_files::media_type(name).to_owned());
        let place = file.place.to_string();
        let chunks = self.store.stream(move |_, outlet| {
            seal::open_stream(&key, &content_place(&place), &mut BufReader::new(source), outlet)
                .map_err(|error| Fault::Damaged { what: error.to_string() })?;
            Ok(())
        })?;
        Ok(FileContent { media_type, md5: text("md5"), chunks })
    }

    /// Takes in a file that a submission's newest version names, in the place of one that may be there.
    pub async fn put_named_file(
        &self,
        may: &May<'_, Review>,
        form: &Form,
        instance_id: &str,
        file: IncomingFile,
    ) -> Answer<()> {
        let version = self.sent_version(may.mandate().id, form, instance_id, None).await?;
        let name = file.name().to_owned();
        let (id, hash) = (version.id, name_hash(version.id, &name));
        let files = self.store.read(move |tx| submission::attachments(tx, id)).await?;
        let before = files.into_iter().find(|slot| slot.name_hash == hash).ok_or_else(Refusal::not_found)?;
        let model = self.model(version.form_version).await?;
        let compartment = match before.class.as_str() {
            "identity" => model.version.identity_compartment,
            _ => model.version.sensitive_compartment,
        };
        let finished = tokio::task::spawn_blocking(move || file.finish()).await;
        let file = finished.map_err(|_| Fault::internal("finishing an attachment was interrupted"))??;
        let place = file.id.to_string();
        let wrapped = self.wrap(compartment, &content_place(&place), file.key).await?;
        let told = file.details.to_string();
        let sealed_key = wrapped.seal(&content_place(&place), told.as_bytes(), &mut self.dice());
        let fresh = self.fresh_key(compartment, &name_place(&place)).await?;
        let sealed_name = fresh.seal(&name_place(&place), name.as_bytes(), &mut self.dice());
        let (now, by, mandate) = (self.now(), may.session().member().id, may.mandate().id);
        let filled = Attachment {
            place: file.id,
            sealed_name: Some(sealed_name),
            sealed_key: Some(sealed_key),
            content: Some(file.pending.name().to_string()),
            size: i64::try_from(file.size).ok(),
            received_at: Some(now),
            ..before.clone()
        };
        let submission = version.submission;
        let old = self
            .store
            .write_with(vec![file.pending], move |tx| {
                store::mandate::add_data_key(tx, &wrapped.data_key)?;
                store::mandate::add_data_key(tx, &fresh.data_key)?;
                let old = submission::clear_attachment(tx, &before)?;
                submission::put_attachment(tx, &filled)?;
                let done = Done::new(now, Some(by), ATTACHMENT_UPDATE).in_mandate(mandate);
                let done = done.about("submission", submission).with("version", filled.submission_version);
                let done = match &old {
                    Some(_) => done.with("old", hex(&before.name_hash)),
                    None => done,
                };
                record::audit(tx, done.with("new", hex(&filled.name_hash)))?;
                unused(tx, old)
            })
            .await?;
        self.forget(old)
    }

    /// Takes the content of a file away from a submission's newest version; its name stays.
    pub async fn clear_named_file(
        &self,
        may: &May<'_, Review>,
        form: &Form,
        instance_id: &str,
        name: &str,
    ) -> Answer<()> {
        let version = self.sent_version(may.mandate().id, form, instance_id, None).await?;
        let hash = name_hash(version.id, name);
        let (now, by, mandate) = (self.now(), may.session().member().id, may.mandate().id);
        let old = self
            .store
            .write(move |tx| {
                let files = submission::attachments(tx, version.id)?;
                let file = files.into_iter().find(|file| file.name_hash == hash && file.content.is_some());
                let file = file.ok_or_else(|| Error::from(Refusal::not_found()))?;
                let old = submission::clear_attachment(tx, &file)?;
                let done = Done::new(now, Some(by), ATTACHMENT_UPDATE).in_mandate(mandate);
                let done = done.about("submission", version.submission).with("version", version.id);
                record::audit(tx, done.with("old", hex(&file.name_hash)))?;
                Ok::<_, Error>(unused(tx, old)?)
            })
            .await?;
        self.forget(old)
    }

    /// Deletes a sealed file that no record names any more.
    fn forget(&self, content: Option<String>) -> Answer<()> {
        if let Some(name) = content.and_then(|name| name.parse::<FileName>().ok()) {
            self.store.files().remove(&name)?;
        }
        Ok(())
    }
}

/// The file of this name, unless another record has it too (an edit keeps the files of the version before).
fn unused(tx: &mut Tx, content: Option<String>) -> Result<Option<String>, Fault> {
    Ok(match content {
        Some(content) if !submission::names_file(tx, &content)? => Some(content),
        _ => None,
    })
}

fn content_name(file: &Attachment) -> Answer<FileName> {
    let name = file.content.as_deref().unwrap_or_default();
    Ok(name.parse().map_err(|_| Refusal::not_found())?)
}
