//! Forms: uploading, preparing a draft, publishing, and what phones are told of them.

use std::sync::Arc;

use md5::Md5;
use protocol::Protocol;
use seal::Token;
use sha2::{Digest, Sha256};
use store::form::{self, Form, FormVersion};
use store::mandate::{self, Compartment};
use store::{Fault, Tx, setting};
use xforms::{Class, Limits};

use crate::answer::{Answer, Cell, Error, Refusal};
use crate::desk::hex;
use crate::form_files::{carry_file, link_registry};
use crate::may::{Forms, May, Read, Seat};
use crate::receive::Sender;
use crate::record::{self, Done};
use crate::session::Session;
use crate::{Desk, datasets, registries};

/// A version of a form, with what its XForm says.
pub struct FormModel {
    /// As stored.
    pub version: FormVersion,
    /// As read.
    pub form: xforms::Form,
}

impl FormModel {
    /// The class of a field; a field without one is sensitive.
    pub fn class_of(&self, path: &str) -> Class {
        self.form.field(path).map_or(Class::Sensitive, |field| field.class_or(Class::Sensitive))
    }

    /// The compartment that values of a class are sealed to; none for open ones.
    pub(crate) fn compartment(&self, class: Class) -> Option<i64> {
        match class {
            Class::Open => None,
            Class::Sensitive => Some(self.version.sensitive_compartment),
            Class::Identity => Some(self.version.identity_compartment),
        }
    }

    /// The highest class that any field has; the XML as a whole is sealed as that.
    pub(crate) fn highest_class(&self) -> Class {
        let fields = self.form.fields.iter().filter(|field| field.kind.has_value());
        fields
            .map(|field| field.class_or(Class::Sensitive))
            .max()
            .unwrap_or(Class::Sensitive)
            .max(Class::Sensitive)
    }
}

/// A form in a list.
pub struct ListedForm {
    /// The form.
    pub form: Form,
    /// Its published version, or else its draft.
    pub model: Arc<FormModel>,
}

/// A file of a form version, as phones are told of it.
pub struct ListedFile {
    /// File name.
    pub name: String,
    /// Hash that changes when the content does; none until there is content.
    pub md5: Option<String>,
    /// The registry behind it.
    pub registry: Option<String>,
    /// Whether content was uploaded.
    pub uploaded: bool,
    /// When content or registry last changed (ms).
    pub changed_at: Option<i64>,
    /// Media type.
    pub media_type: String,
}

/// What is uploaded: an XLSForm (.xlsx, or a table in Markdown) or an XForm.
#[derive(Clone, Copy)]
pub struct Upload<'a> {
    /// The bytes.
    pub bytes: &'a [u8],
    /// The name of the file that was chosen; used as the form's id where it gives none.
    pub file_name: &'a str,
    /// The form id to use instead of the form's own fallback, as ODK's `X-XlsForm-FormId-Fallback` does.
    pub fallback_id: Option<&'a str>,
}

/// An upload that became a draft.
pub struct Uploaded {
    /// The form.
    pub form: Form,
    /// The draft.
    pub version: FormVersion,
    /// The converter's warnings.
    pub warnings: Vec<String>,
}

/// What an upload is, before anything is kept of it.
pub struct Examined {
    /// The form's id.
    pub form_id: String,
    /// The form's version; empty where it has none.
    pub version: String,
    /// The converter's warnings.
    pub warnings: Vec<String>,
    /// Whether the instance has a group `meta`, without which a phone cannot name a submission.
    pub has_meta: bool,
    /// Names of fields that the published version has and this one has not.
    pub removed: Vec<String>,
    /// A field that a published version has with another type: its path and that type.
    pub other_type: Option<(String, String)>,
    /// Whether a form with this id was here and was removed.
    pub was_removed: bool,
}

/// A form's text, converted and read.
struct Prepared {
    xform: String,
    form: xforms::Form,
    xlsform: Option<(String, Vec<u8>)>,
    warnings: Vec<String>,
}

fn prepare(upload: &Upload<'_>) -> Result<Prepared, Refusal> {
    let start: &[u8] = upload.bytes.trim_ascii_start();
    let start = start.strip_prefix("\u{feff}".as_bytes()).unwrap_or(start);
    if start.starts_with(b"<") {
        let xform = std::str::from_utf8(upload.bytes)
            .map_err(|_| Refusal::invalid("refusal-form").problem(upload.file_name, "not UTF-8"))?
            .trim_start_matches('\u{feff}');
        let form = read_form(xform)?;
        return Ok(Prepared { xform: xform.to_owned(), form, xlsform: None, warnings: Vec::new() });
    }
    let stem = upload.file_name.rsplit_once('.').map_or(upload.file_name, |(stem, _)| stem);
    let fallback = upload.fallback_id.unwrap_or(stem);
    let converted = xlsform::Workbook::read(upload.file_name, upload.bytes)
        .and_then(|workbook| xlsform::convert(&workbook, fallback))
        .map_err(|failure| refuse_form(&failure))?;
    let form = read_form(&converted.xform)?;
    Ok(Prepared {
        xform: converted.xform,
        form,
        xlsform: Some((upload.file_name.to_owned(), upload.bytes.to_vec())),
        warnings: converted.warnings,
    })
}

fn refuse_form(failure: &xlsform::Failure) -> Refusal {
    failure.problems.iter().fold(Refusal::invalid("refusal-form"), |refusal, problem| {
        let named = |name: &Option<String>| name.clone().filter(|name| !name.is_empty());
        let cell = Cell { sheet: named(&problem.sheet), row: problem.row, column: named(&problem.column) };
        refusal.problem_in(cell, problem.message.clone())
    })
}

fn read_form(xform: &str) -> Result<xforms::Form, Refusal> {
    use xforms::FormError;
    xforms::Form::read(xform, &Limits::FORM).map_err(|error| {
        let fault = match &error {
            FormError::Xml(_) | FormError::NotXForm { .. } | FormError::NoFormId => "id",
            FormError::Entity { .. } => "entity",
            FormError::Class { .. } => "class",
        };
        Refusal::invalid("refusal-form").with("fault", fault).problem("", error.to_string())
    })
}

/// A field of a form published earlier whose type the new one changes. A text can hold what any field held before.
fn other_type(new: &xforms::Form, earlier: &[Arc<FormModel>]) -> Option<(String, String)> {
    for field in &new.fields {
        // The latest version that has the field says what its type is.
        let before = earlier.iter().find_map(|model| model.form.field(&field.path));
        let Some(before) = before.filter(|before| before.odk_type != field.odk_type) else { continue };
        let group = |field: &xforms::Field| matches!(field.odk_type.as_str(), "structure" | "repeat");
        if field.odk_type != "string" || group(before) {
            return Some((format!("/{}", field.path), before.odk_type.clone()));
        }
    }
    None
}

fn removed_fields(new: &xforms::Form, published: &xforms::Form) -> Vec<String> {
    let gone = published.fields.iter().filter(|field| new.field(&field.path).is_none());
    gone.map(|field| field.name.clone()).collect()
}

impl Desk {
    /// A form version as read; kept in memory, because versions never change.
    pub(crate) async fn model(&self, version: i64) -> Answer<Arc<FormModel>> {
        let known = self.forms.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).get(&version).cloned();
        if let Some(model) = known {
            return Ok(model);
        }
        let row = self
            .store
            .read(move |tx| form::version(tx, version))
            .await?
            .ok_or_else(|| Fault::internal(format!("there is no form version {version}")))?;
        let form = xforms::Form::read(&row.xform, &Limits::FORM)
            .map_err(|error| Fault::Damaged { what: format!("form version {version}: {error}") })?;
        let model = Arc::new(FormModel { version: row, form });
        let mut forms = self.forms.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if forms.len() >= MODELS_KEPT {
            forms.clear();
        }
        forms.insert(version, model.clone());
        Ok(model)
    }

    /// The forms of a mandate.
    pub async fn forms(&self, may: &May<'_, Read>) -> Answer<Vec<ListedForm>> {
        self.listed_forms(may.mandate().id).await
    }

    /// The forms of a mandate, for whoever sits in it: titles and versions tell nothing about people.
    pub async fn forms_seen_from(&self, seat: &Seat) -> Answer<Vec<ListedForm>> {
        self.listed_forms(seat.mandate().id).await
    }

    /// The forms that a sender can fill: published and open. An archived mandate has none to begin; what phones still
    /// hold is taken in all the same.
    pub async fn forms_to_fill(&self, sender: &Sender) -> Answer<Vec<ListedForm>> {
        if sender.mandate().archived_at.is_some() {
            return Ok(Vec::new());
        }
        let mut forms = self.listed_forms(sender.mandate().id).await?;
        forms.retain(|listed| listed.form.state == "open" && listed.form.current_version.is_some());
        forms.retain(|listed| sender.fills(listed.form.id));
        Ok(forms)
    }

    async fn listed_forms(&self, mandate: i64) -> Answer<Vec<ListedForm>> {
        let forms = self.store.read(move |tx| form::all(tx, mandate)).await?;
        let mut listed = Vec::with_capacity(forms.len());
        for form in forms {
            if let Some(version) = form.current_version.or(form.draft_version) {
                listed.push(ListedForm { model: self.model(version).await?, form });
            }
        }
        Ok(listed)
    }

    /// A form of a mandate by its ODK id.
    pub async fn form(&self, mandate: i64, form_id: &str) -> Answer<Form> {
        let form_id = form_id.to_owned();
        let found = self.store.read(move |tx| form::by_form_id(tx, mandate, &form_id)).await?;
        Ok(found.ok_or_else(Refusal::not_found)?)
    }

    /// The published version of a form.
    pub async fn published(&self, form: &Form) -> Answer<Arc<FormModel>> {
        match form.current_version {
            Some(version) => self.model(version).await,
            None => Err(Refusal::not_found().into()),
        }
    }

    /// A form's draft, if there is one.
    pub async fn draft(&self, form: &Form) -> Answer<Option<Arc<FormModel>>> {
        match form.draft_version {
            Some(version) => Ok(Some(self.model(version).await?)),
            None => Ok(None),
        }
    }

    /// One published version of a form, by number.
    pub async fn form_version(&self, _: &Seat, form: &Form, version: i64) -> Answer<Arc<FormModel>> {
        let id = form.id;
        let row = self.store.read(move |tx| form::version(tx, version)).await?;
        let found = row.filter(|row| row.form == id && row.published_at.is_some());
        self.model(found.ok_or_else(Refusal::not_found)?.id).await
    }

    /// The published versions of a form, newest first.
    pub async fn form_versions(&self, _: &Seat, form: &Form) -> Answer<Vec<FormVersion>> {
        let id = form.id;
        Ok(self.store.read(move |tx| form::published_versions(tx, id)).await?)
    }

    /// Converts and reads a form, compares it with what was published of the form that it is for, and keeps nothing.
    pub async fn examine_form(
        &self,
        may: &May<'_, Forms>,
        upload: &Upload<'_>,
        of: Option<&Form>,
    ) -> Answer<Examined> {
        let prepared = prepare(upload)?;
        let new = prepared.form;
        let (mandate, form_id) = (may.mandate().id, new.form_id.clone());
        let removed = self.store.read(move |tx| form::removed(tx, mandate)).await?;
        let mut earlier = Vec::new();
        if let Some(form) = of {
            for version in self.form_versions(may, form).await? {
                earlier.push(self.model(version.id).await?);
            }
        }
        Ok(Examined {
            version: new.version.clone().unwrap_or_default(),
            warnings: prepared.warnings,
            has_meta: new.fields.iter().any(|field| field.path.starts_with("meta/")),
            removed: earlier.first().map_or_else(Vec::new, |model| removed_fields(&new, &model.form)),
            other_type: other_type(&new, &earlier),
            was_removed: of.is_none() && removed.iter().any(|(form, _)| form.form_id == form_id),
            form_id,
        })
    }

    /// Takes an uploaded form and makes it a draft: of a new form, or of the one that has its id. When `of` is given,
    /// the upload must have that form's id.
    pub async fn upload_form(
        &self,
        may: &May<'_, Forms>,
        upload: Upload<'_>,
        of: Option<&Form>,
    ) -> Answer<Uploaded> {
        let prepared = prepare(&upload)?;
        if let Some(form) = of
            && form.form_id != prepared.form.form_id
        {
            return Err(Refusal::conflict("refusal-form-id-differs")
                .with("expected", &form.form_id)
                .with("found", &prepared.form.form_id)
                .into());
        }
        self.keep_draft(may.session(), may.mandate().id, may.protocol(), prepared).await
    }

    /// Takes up what is published as a draft again, with the workbook that it was made from.
    pub async fn draft_again(&self, may: &May<'_, Forms>, form: &Form) -> Answer<Uploaded> {
        let model = self.published(form).await?;
        let version = &model.version;
        let prepared = Prepared {
            xform: version.xform.clone(),
            form: model.form.clone(),
            xlsform: version.xlsform_name.clone().zip(version.xlsform.clone()),
            warnings: Vec::new(),
        };
        self.keep_draft(may.session(), may.mandate().id, may.protocol(), prepared).await
    }

    async fn keep_draft(
        &self,
        session: &Session,
        mandate: i64,
        protocol: &Arc<Protocol>,
        prepared: Prepared,
    ) -> Answer<Uploaded> {
        let (now, by) = (self.now(), session.member().id);
        let protocol = protocol.clone();
        let warnings = prepared.warnings.clone();
        let token = Token::fresh(&mut self.dice()).expose().to_owned();
        let (form, version) = self
            .store
            .write(move |tx| {
                let Prepared { xform, form: read, xlsform, warnings } = prepared;
                datasets::check_declared(tx, mandate, &read)?;
                let is_new = form::by_form_id(tx, mandate, &read.form_id)?.is_none();
                let existing = form::by_form_id(tx, mandate, &read.form_id)?;
                let mut form = match existing {
                    Some(form) => form,
                    None => {
                        let form = Form {
                            id: setting::next_number(tx, "form")?,
                            mandate,
                            form_id: read.form_id.clone(),
                            state: "open".to_owned(),
                            current_version: None,
                            draft_version: None,
                            submissions: 0,
                            created_at: now,
                            created_by: Some(by),
                            updated_at: None,
                            draft_token: None,
                            web_forms: false,
                        };
                        form::add(tx, &form)?;
                        form
                    }
                };
                let (identity, sensitive) = compartments_of(tx, mandate, &protocol, &read.form_id)?;
                let version = FormVersion {
                    id: setting::next_number(tx, "form_version")?,
                    form: form.id,
                    version: read.version.clone().unwrap_or_default(),
                    title: read.title.clone(),
                    md5: hex(&Md5::digest(xform.as_bytes())),
                    sha256: hex(&Sha256::digest(xform.as_bytes())),
                    xform,
                    xlsform_name: xlsform.as_ref().map(|(name, _)| name.clone()),
                    xlsform: xlsform.map(|(_, bytes)| bytes),
                    warnings: serde_json::Value::from(warnings).to_string(),
                    identity_compartment: identity,
                    sensitive_compartment: sensitive,
                    created_at: now,
                    created_by: Some(by),
                    published_at: None,
                    published_by: None,
                    publish_note: None,
                };
                form::add_version(tx, &version)?;
                let earlier = form.draft_version.or(form.current_version);
                for file in &read.files {
                    carry_file(tx, version.id, &file.name, earlier)?;
                }
                if let Some(draft) = form.draft_version.replace(version.id) {
                    form::drop_draft(tx, draft)?;
                }
                form.draft_token.get_or_insert(token);
                form::update(tx, &form)?;
                let action = if is_new { "form.create" } else { "form.update.draft.set" };
                let done = Done::new(now, Some(by), action).in_mandate(mandate).about("form", form.id);
                record::audit(tx, done.with("newDraftDefId", version.id))?;
                Ok::<_, Error>((form, version))
            })
            .await?;
        Ok(Uploaded { form, version, warnings })
    }

    /// Publishes a form's draft: from now on phones get it. Registries that it declares are made or widened.
    pub async fn publish_form(&self, may: &May<'_, Forms>, form: &Form) -> Answer<Form> {
        self.publish(may.session(), may.mandate().id, form, None, None).await
    }

    /// The same, under another version name, or with a note of what changed.
    pub async fn publish_form_as(
        &self,
        may: &May<'_, Forms>,
        form: &Form,
        version: Option<&str>,
        note: Option<&str>,
    ) -> Answer<Form> {
        self.publish(may.session(), may.mandate().id, form, version, note).await
    }

    async fn publish(
        &self,
        session: &Session,
        mandate: i64,
        form: &Form,
        version: Option<&str>,
        note: Option<&str>,
    ) -> Answer<Form> {
        let draft = form.draft_version.ok_or_else(|| Refusal::conflict("refusal-no-draft"))?;
        let mut model = self.model(draft).await?;
        if let Some(version) = version.filter(|version| *version != model.version.version) {
            let xform = xforms::with_version(&model.version.xform, version);
            let form = read_form(&xform)?;
            let mut row = model.version.clone();
            row.version = form.version.clone().unwrap_or_default();
            row.md5 = hex(&Md5::digest(xform.as_bytes()));
            row.sha256 = hex(&Sha256::digest(xform.as_bytes()));
            row.xform = xform;
            model = Arc::new(FormModel { version: row, form });
        }
        let note = note.map(str::to_owned);
        let (now, by, salt) = (self.now(), session.member().id, self.salt());
        let id = form.id;
        let published = self
            .store
            .write(move |tx| {
                let mut form = form::by_id(tx, id)?.ok_or_else(Refusal::not_found)?;
                if form.draft_version != Some(draft) {
                    return Err(Refusal::conflict("refusal-draft-changed").into());
                }
                if form::was_published(tx, mandate, &form.form_id, &model.version.version)? {
                    return Err(Refusal::conflict("refusal-version-published")
                        .with("version", &model.version.version)
                        .with("form", &form.form_id)
                        .into());
                }
                datasets::check_declared(tx, mandate, &model.form)?;
                registries::declare(tx, mandate, &model, now, by)?;
                for file in form::files(tx, draft)? {
                    link_registry(tx, mandate, file)?;
                }
                let row = FormVersion {
                    published_at: Some(now),
                    published_by: Some(by),
                    publish_note: note,
                    ..model.version.clone()
                };
                form::publish_version(tx, &row)?;
                let before = form.current_version.replace(draft);
                form.draft_version = None;
                form.draft_token = None;
                // A form that is published in the moment in which it was made has not changed since.
                form.updated_at = Some(now).filter(|now| *now != form.created_at);
                form::update(tx, &form)?;
                let done =
                    Done::new(now, Some(by), "form.update.publish").in_mandate(mandate).about("form", id);
                let done = done.with("version", model.version.version.as_str());
                let done = done.with("sha256", model.version.sha256.as_str());
                let done = done.with("newDefId", draft).with("oldDefId", before);
                record::audit_with_leaf(tx, ledger::leaf::kind::FORM, &salt, done)?;
                Ok::<_, Error>(form)
            })
            .await?;
        // It is kept in memory as it was before it was published.
        self.forms.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).remove(&draft);
        Ok(published)
    }

    /// Publishes a protocol's registries and forms in a mandate that has just begun.
    pub(crate) async fn install_protocol(
        &self,
        session: &Session,
        mandate: i64,
        protocol: &Arc<Protocol>,
    ) -> Answer<()> {
        let now = self.now();
        let source = protocol.clone();
        self.store.write(move |tx| registries::install(tx, mandate, &source, now)).await?;
        for shipped in &protocol.forms {
            let prepared = Prepared {
                xform: shipped.xform.clone(),
                form: shipped.form.clone(),
                xlsform: Some((shipped.file.clone(), shipped.source.clone())),
                warnings: Vec::new(),
            };
            let uploaded = self.keep_draft(session, mandate, protocol, prepared).await?;
            self.publish(session, mandate, &uploaded.form, None, None).await?;
        }
        Ok(())
    }

    /// Opens, winds down or closes a form: `open`, `closing`, `closed`.
    pub async fn set_form_state(&self, may: &May<'_, Forms>, form: &Form, state: &str) -> Answer<()> {
        if !["open", "closing", "closed"].contains(&state) {
            return Err(Refusal::invalid("refusal-form-state").with("state", state).into());
        }
        let (id, now, by, mandate) = (form.id, self.now(), may.session().member().id, may.mandate().id);
        let state = state.to_owned();
        self.store
            .write(move |tx| {
                let mut form = form::by_id(tx, id)?.ok_or_else(Refusal::not_found)?;
                let done = Done::new(now, Some(by), "form.update").in_mandate(mandate).about("form", id);
                let done = done.with("data", serde_json::json!({ "state": state }));
                form.state = state;
                form.updated_at = Some(now);
                form::update(tx, &form)?;
                record::audit(tx, done)?;
                Ok::<_, Error>(())
            })
            .await
    }

    /// Throws a draft away.
    pub async fn drop_draft(&self, may: &May<'_, Forms>, form: &Form) -> Answer<()> {
        let (id, now, by, mandate) = (form.id, self.now(), may.session().member().id, may.mandate().id);
        self.store
            .write(move |tx| {
                let mut form = form::by_id(tx, id)?.ok_or_else(Refusal::not_found)?;
                let draft = form.draft_version.take().ok_or_else(|| Refusal::conflict("refusal-no-draft"))?;
                form.draft_token = None;
                form::update(tx, &form)?;
                form::drop_draft(tx, draft)?;
                let done = Done::new(now, Some(by), "form.update.draft.delete").in_mandate(mandate);
                record::audit(tx, done.about("form", id).with("oldDraftDefId", draft))?;
                Ok::<_, Error>(())
            })
            .await
    }
}

/// The MD5 of a file, lower-case hex, as OpenRosa names contents.
pub fn md5_of(bytes: &[u8]) -> String {
    hex(&Md5::digest(bytes))
}

/// Form versions kept in memory as read.
const MODELS_KEPT: usize = 256;

/// The compartments that a form's identity and sensitive values are sealed to, as the protocol says. A class that the
/// form does not have goes where other forms' values go.
fn compartments_of(
    tx: &mut Tx,
    mandate: i64,
    protocol: &Protocol,
    form_id: &str,
) -> Result<(i64, i64), Fault> {
    let all = mandate::compartments(tx, mandate)?;
    let sealing = protocol.form(form_id).map(|form| &form.sealing);
    let find = |class: Class| -> Result<i64, Fault> {
        let own = sealing.and_then(|sealing| sealing.compartment(class));
        let name = own.or_else(|| protocol.other_forms.compartment(class)).unwrap_or_default();
        let found = all.iter().find(|compartment: &&Compartment| compartment.name == name);
        let found =
            found.ok_or_else(|| Fault::internal(format!("mandate {mandate} has no compartment “{name}”")))?;
        Ok(found.id)
    };
    Ok((find(Class::Identity)?, find(Class::Sensitive)?))
}
