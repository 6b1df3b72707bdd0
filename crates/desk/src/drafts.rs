//! Drafts of forms: finding one by its token, its files; and forms that were removed.

use std::sync::Arc;

use store::form::{self, Form, FormFile};
use store::mandate::Mandate;
use store::registry;

use crate::Desk;
use crate::answer::{Answer, Error, Refusal};
use crate::forms::FormModel;
use crate::may::{Forms, May, Seat};
use crate::record::{self, Done};

impl Desk {
    /// The form whose draft has this token.
    pub async fn form_of_draft_token(&self, mandate: i64, form_id: &str, token: &str) -> Answer<Form> {
        let token = token.to_owned();
        let found = self.store.read(move |tx| form::by_draft_token(tx, mandate, &token)).await?;
        let found = found.filter(|form| form.form_id == form_id);
        Ok(found.ok_or_else(|| Refusal::new(crate::Kind::NotFound, "refusal-draft-gone"))?)
    }

    /// A mandate by its number, for whoever has the token of one of its drafts.
    pub async fn mandate_of_draft(&self, form: &Form) -> Answer<Mandate> {
        let id = form.mandate;
        let found = self.store.read(move |tx| store::mandate::by_id(tx, id)).await?;
        Ok(found.ok_or_else(Refusal::not_found)?)
    }

    /// The published version of a form with this name.
    pub async fn version_named(&self, form: &Form, version: &str) -> Answer<Arc<FormModel>> {
        let (id, version) = (form.id, version.to_owned());
        let found = self.store.read(move |tx| form::published_version_id(tx, id, &version)).await?;
        self.model(found.ok_or_else(Refusal::not_found)?).await
    }

    /// Whether a version was ever published under a form id of the mandate, of forms that were removed too.
    pub async fn was_published(&self, seat: &Seat, form_id: &str, version: &str) -> Answer<bool> {
        let (mandate, form_id, version) = (seat.mandate().id, form_id.to_owned(), version.to_owned());
        Ok(self.store.read(move |tx| form::was_published(tx, mandate, &form_id, &version)).await?)
    }

    /// The published versions of a form as read, newest first.
    pub async fn published_models(&self, form: &Form) -> Answer<Vec<Arc<FormModel>>> {
        let id = form.id;
        let versions = self.store.read(move |tx| form::published_versions(tx, id)).await?;
        let mut models = Vec::with_capacity(versions.len());
        for version in versions {
            models.push(self.model(version.id).await?);
        }
        Ok(models)
    }

    /// The forms of a mandate that were removed, each with when (ms).
    pub async fn removed_forms(&self, may: &May<'_, Forms>) -> Answer<Vec<(Form, i64)>> {
        let mandate = may.mandate().id;
        Ok(self.store.read(move |tx| form::removed(tx, mandate)).await?)
    }

    /// Takes a form out of sight, with its draft. Its submissions stay as they are.
    pub async fn remove_form(&self, may: &May<'_, Forms>, form: &Form) -> Answer<()> {
        let (mandate, now, by, salt) = (may.mandate().id, self.now(), may.session().member().id, self.salt());
        let form = form.clone();
        self.store
            .write(move |tx| {
                form::remove(tx, form.id, now)?;
                let done = Done::new(now, Some(by), "form.delete").in_mandate(mandate).about("form", form.id);
                record::audit_with_leaf(tx, ledger::leaf::kind::FORM, &salt, done)?;
                Ok::<_, Error>(())
            })
            .await
    }

    /// Brings a removed form back, by its number.
    pub async fn restore_form(&self, may: &May<'_, Forms>, id: i64) -> Answer<Form> {
        let (mandate, now, by, salt) = (may.mandate().id, self.now(), may.session().member().id, self.salt());
        self.store
            .write(move |tx| {
                let found = form::removed(tx, mandate)?.into_iter().find(|(form, _)| form.id == id);
                let (form, _) = found.ok_or_else(Refusal::not_found)?;
                if form::by_form_id(tx, mandate, &form.form_id)?.is_some() {
                    return Err(Refusal::conflict("refusal-form-id-used").with("form", &form.form_id).into());
                }
                form::restore(tx, id)?;
                let done = Done::new(now, Some(by), "form.restore").in_mandate(mandate).about("form", id);
                record::audit_with_leaf(tx, ledger::leaf::kind::FORM, &salt, done)?;
                Ok::<_, Error>(form)
            })
            .await
    }

    /// Tells clients to fill a form with web forms, or not to.
    pub async fn set_web_forms(&self, may: &May<'_, Forms>, form: &Form, on: bool) -> Answer<()> {
        let (id, mandate, now, by) = (form.id, may.mandate().id, self.now(), may.session().member().id);
        self.store
            .write(move |tx| {
                let mut form = form::by_id(tx, id)?.ok_or_else(Refusal::not_found)?;
                form.web_forms = on;
                form.updated_at = Some(now);
                form::update(tx, &form)?;
                let done = Done::new(now, Some(by), "form.update").in_mandate(mandate).about("form", id);
                record::audit(tx, done.with("data", serde_json::json!({ "webformsEnabled": on })))?;
                Ok::<_, Error>(())
            })
            .await
    }

    /// Takes away the content of a file that a draft names.
    pub async fn clear_form_file(&self, may: &May<'_, Forms>, form: &Form, name: &str) -> Answer<()> {
        self.change_form_file(may, form, name, None).await
    }

    /// Lets the registry that a file of a draft is named after fill it, or no longer.
    pub async fn link_form_file(
        &self,
        may: &May<'_, Forms>,
        form: &Form,
        name: &str,
        linked: bool,
    ) -> Answer<()> {
        self.change_form_file(may, form, name, Some(linked)).await
    }

    async fn change_form_file(
        &self,
        may: &May<'_, Forms>,
        form: &Form,
        name: &str,
        linked: Option<bool>,
    ) -> Answer<()> {
        let draft = form.draft_version.ok_or_else(Refusal::not_found)?;
        let (id, now, by, mandate) = (form.id, self.now(), may.session().member().id, may.mandate().id);
        let name = name.to_owned();
        self.store
            .write(move |tx| {
                let found = form::files(tx, draft)?.into_iter().find(|file| file.name == name);
                let file = found.ok_or_else(Refusal::not_found)?;
                let registry = match linked {
                    Some(true) => {
                        let list = file.name.strip_suffix(".csv").ok_or_else(Refusal::not_found)?;
                        Some(registry::by_name(tx, mandate, list)?.ok_or_else(Refusal::not_found)?.id)
                    }
                    Some(false) => None,
                    None if file.md5.is_none() && file.registry.is_none() => {
                        return Err(Refusal::not_found().into());
                    }
                    None => None,
                };
                let (md5, content) = match linked {
                    // What was uploaded stays where only a link is taken away.
                    Some(false) => (file.md5.clone(), form::file_content(tx, draft, &file.name)?),
                    _ => (None, None),
                };
                let old = file.registry;
                let file = FormFile { registry, md5, changed_at: Some(now), ..file };
                form::put_file(tx, &file, content.as_deref())?;
                let done = Done::new(now, Some(by), "form.attachment.update").in_mandate(mandate);
                let done = done.about("form", id).with("name", file.name.as_str());
                let done = done.with("formDefId", draft).with("oldDatasetId", old);
                record::audit(tx, done.with("newDatasetId", registry))?;
                Ok::<_, Error>(())
            })
            .await
    }
}
