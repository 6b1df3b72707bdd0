//! Who asks for a form: a member, a phone or link that fills it, or somebody who tries out its draft.

use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use desk::protocol::Right;
use desk::store::form::Form;
use desk::{Desk, FormModel, Phone, Seat, Sender};

use super::caller::{Caller, DraftInPath, key_of, log_in, nobody, project_number};
use super::trouble::{Answer, Problem};
use super::xml::segment;
use crate::room::{Approach, Web};

/// Who asks for a form of a project.
pub(super) struct Asker {
    pub(super) web: Web,
    pub(super) who: Who,
    /// Address of the project as this one reaches it, without a slash at its end.
    pub(super) base: String,
}

/// How somebody came to a form.
pub(super) enum Who {
    /// By logging in.
    Member(Box<Seat>),
    /// By the token of a phone or link.
    Phone(Box<Phone>),
    /// By the token of a draft, and the project's number.
    Trial(String, i64),
}

/// A version of a form.
pub(super) enum Which<'a> {
    /// The one that phones get.
    Published,
    /// The draft.
    Draft,
    /// A published one by its name; `___` is the empty one, as Central writes it in addresses.
    Named(&'a str),
}

impl<S> FromRequestParts<S> for Asker
where
    S: Send + Sync,
    Web: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Asker, Problem> {
        let web = Web::from_ref(state);
        let Ok(approach) = Approach::from_request_parts(parts, state).await;
        let params = RawPathParams::from_request_parts(parts, state).await;
        let params = params.map_err(|_| Problem::not_found())?;
        let project = params.iter().find(|(name, _)| *name == "project").map(|(_, value)| value.to_owned());
        let project = project.unwrap_or_default();
        let server = &approach.server;
        if let Some(DraftInPath(token)) = parts.extensions.get() {
            let base = format!("{server}/v1/test/{token}/projects/{project}");
            return Ok(Asker { who: Who::Trial(token.clone(), project_number(&project)?), web, base });
        }
        if let Some(token) = key_of(parts) {
            let phone = web.desk.phone(&token).await?;
            if phone.mandate.id.to_string() != project {
                return Err(Problem::no_rights());
            }
            let base = format!("{server}/v1/key/{token}/projects/{project}");
            return Ok(Asker { web, who: Who::Phone(Box::new(phone)), base });
        }
        let base = format!("{server}/v1/projects/{project}");
        match log_in(&web.desk, &approach, parts).await? {
            Some(session) => {
                let caller = Caller { web, approach, session };
                let seat = caller.seat(&project).await?;
                Ok(Asker { web: caller.web, who: Who::Member(Box::new(seat)), base })
            }
            None => Err(nobody(&web.desk, parts, state).await?),
        }
    }
}

impl Asker {
    pub(super) fn desk(&self) -> &Desk {
        &self.web.desk
    }

    /// The member's seat; phones and those who try out a draft have none.
    pub(super) fn seat(&self) -> Option<&Seat> {
        match &self.who {
            Who::Member(seat) => Some(seat),
            Who::Phone(_) | Who::Trial(..) => None,
        }
    }

    /// A form in one of its versions, if this one may see it.
    pub(super) async fn form(&self, form_id: &str, which: Which<'_>) -> Answer<(Form, Arc<FormModel>)> {
        let form = self.visible(form_id, matches!(which, Which::Draft)).await?;
        let desk = self.desk();
        let model = match which {
            Which::Published => desk.published(&form).await?,
            Which::Draft => desk.draft(&form).await?.ok_or_else(Problem::not_found)?,
            Which::Named("___") => desk.version_named(&form, "").await?,
            Which::Named(version) => desk.version_named(&form, version).await?,
        };
        Ok((form, model))
    }

    /// A form, whatever its version, if this one may see it.
    pub(super) async fn visible(&self, form_id: &str, draft: bool) -> Answer<Form> {
        let desk = self.desk();
        match &self.who {
            Who::Trial(token, mandate) => match draft {
                true => Ok(desk.form_of_draft_token(*mandate, form_id, token).await?),
                false => Err(Problem::no_rights()),
            },
            Who::Phone(phone) => {
                let form = desk.form(phone.mandate.id, form_id).await?;
                let may = !draft && phone.fills(form.id) && form.state != "closed";
                may.then_some(form).ok_or_else(Problem::no_rights)
            }
            Who::Member(seat) => {
                let form = desk.form(seat.mandate().id, form_id).await?;
                let open = form.state != "closed" && form.current_version.is_some();
                let may = seat.has(Right::Forms)
                    || !draft && (seat.has(Right::Read) || seat.has(Right::Collect) && open);
                may.then_some(form).ok_or_else(Problem::no_rights)
            }
        }
    }

    /// This one, as the sender whose keys open what goes out with a form.
    pub(super) async fn sender(&self, form: &Form) -> Answer<Sender> {
        Ok(match &self.who {
            Who::Member(seat) => Sender::Member(seat.mandate().clone(), seat.session().clone()),
            Who::Phone(phone) => Sender::Phone(Phone::clone(phone)),
            Who::Trial(..) => Sender::Trial(self.desk().mandate_of_draft(form).await?),
        })
    }

    /// Address of a form, or of its draft.
    pub(super) fn address(&self, form_id: &str, draft: bool) -> String {
        format!("{}/forms/{}{}", self.base, segment(form_id), if draft { "/draft" } else { "" })
    }
}
