//! Taking a submission out of sight, and bringing it back.

use store::form::Form;
use store::submission;

use crate::Desk;
use crate::answer::{Answer, Error, Refusal};
use crate::may::{May, Review};
use crate::record::{self, Done};

impl Desk {
    /// Takes a submission out of sight. It stays as it is, sealed, until it is restored or erased.
    pub async fn remove_submission(
        &self,
        may: &May<'_, Review>,
        form: &Form,
        instance_id: &str,
    ) -> Answer<()> {
        let found = self.find(may.mandate().id, form, instance_id).await?;
        let (now, by, mandate) = (self.now(), may.session().member().id, may.mandate().id);
        self.store
            .write(move |tx| {
                if !submission::remove(tx, found.id, now)? {
                    return Err(Error::from(Refusal::not_found()));
                }
                let done = Done::new(now, Some(by), "submission.delete").in_mandate(mandate);
                Ok(record::audit(tx, done.about("submission", found.id))?)
            })
            .await
    }

    /// Brings a submission back into sight.
    pub async fn restore_submission(
        &self,
        may: &May<'_, Review>,
        form: &Form,
        instance_id: &str,
    ) -> Answer<()> {
        if form.mandate != may.mandate().id {
            return Err(Refusal::not_found().into());
        }
        let (now, by, mandate) = (self.now(), may.session().member().id, may.mandate().id);
        let (id, instance) = (form.id, instance_id.to_owned());
        self.store
            .write(move |tx| {
                let found = submission::by_instance_id(tx, id, &instance)?;
                let found = found.filter(|found| found.removed_at.is_some() && found.erased_at.is_none());
                let found = found.ok_or_else(Refusal::not_found)?;
                submission::restore(tx, found.id)?;
                let done = Done::new(now, Some(by), "submission.restore").in_mandate(mandate);
                record::audit(tx, done.about("submission", found.id))?;
                Ok::<_, Error>(())
            })
            .await
    }
}
