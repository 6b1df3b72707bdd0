//! Trying out a form's draft: submissions that are kept apart and last as long as the draft.

use store::Fault;
use store::form::{self, Form};

use crate::Desk;
use crate::answer::{Answer, Refusal};

impl Desk {
    /// The submissions to a form's draft, as a form whose published version is the draft. Refused where there is no
    /// draft.
    pub async fn rehearsal(&self, form: &Form) -> Answer<Form> {
        let draft = form.draft_version.ok_or_else(Refusal::not_found)?;
        let of = form.clone();
        let found = self.store.read(move |tx| form::rehearsal(tx, &of, draft)).await?;
        // Nobody has tried it out: nothing is found in it.
        Ok(found.unwrap_or_else(|| Form {
            id: -draft,
            current_version: Some(draft),
            draft_version: None,
            submissions: 0,
            ..form.clone()
        }))
    }

    /// The same, made where it is not there.
    pub(crate) async fn begin_rehearsal(&self, form: &Form) -> Answer<Form> {
        let found = self.rehearsal(form).await?;
        if found.id > 0 {
            return Ok(found);
        }
        let draft = form.draft_version.ok_or_else(Refusal::not_found)?;
        let (of, now) = (form.clone(), self.now());
        let made = self
            .store
            .write(move |tx| {
                let id = store::setting::next_number(tx, "form")?;
                form::add_rehearsal(tx, id, &of, draft, now)?;
                form::rehearsal(tx, &of, draft)?.ok_or_else(|| Fault::internal("a rehearsal was not kept"))
            })
            .await?;
        Ok(made)
    }
}
