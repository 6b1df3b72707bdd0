//! Which submissions an address is about: those of a form, or those that try out its draft.

use axum::extract::{FromRef, FromRequestParts, MatchedPath, RawPathParams};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use desk::store::form::Form;
use desk::{Desk, OpenIdentity, Seat};

use super::caller::Caller;
use super::trouble::{Answer, Problem};
use crate::room::Web;

/// A member who calls, in a project, at the submissions of a form.
pub(super) struct Place {
    pub(super) caller: Caller,
    pub(super) seat: Seat,
    /// The form itself.
    pub(super) form: Form,
    /// Whether it is about submissions that try out its draft.
    pub(super) draft: bool,
}

impl<S> FromRequestParts<S> for Place
where
    S: Send + Sync,
    Web: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Place, Problem> {
        let caller = Caller::from_request_parts(parts, state).await?;
        let params = RawPathParams::from_request_parts(parts, state).await;
        // A name that is not UTF-8.
        let params = params.map_err(|_| Problem::unparseable("an address", "a name in it is not UTF-8"))?;
        let param = |wanted: &str| params.iter().find(|(name, _)| *name == wanted).map(|(_, value)| value);
        let matched = parts.extensions.get::<MatchedPath>().map(MatchedPath::as_str).unwrap_or_default();
        let draft = matched.contains("/forms/{form}/draft/");
        let (project, form) = (param("project").unwrap_or_default(), param("form").unwrap_or_default());
        Place::find(caller, project, form, draft).await
    }
}

impl Place {
    /// The place of these names.
    pub(super) async fn find(caller: Caller, project: &str, form: &str, draft: bool) -> Answer<Place> {
        let seat = caller.seat(project).await?;
        let form = caller.desk().form(seat.mandate().id, form).await?;
        Ok(Place { caller, seat, form, draft })
    }

    pub(super) fn desk(&self) -> &Desk {
        self.caller.desk()
    }

    /// The form that the submissions are kept with. A form that was never published has none.
    pub(super) async fn kept(&self) -> Answer<Form> {
        if self.draft {
            return Ok(self.desk().rehearsal(&self.form).await?);
        }
        if self.form.current_version.is_none() {
            return Err(Problem::not_found());
        }
        Ok(self.form.clone())
    }
}

/// Whether a client asked for the people behind numbers.
pub(super) fn extended(headers: &HeaderMap) -> bool {
    headers.get("x-extended-metadata").is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"true"))
}

/// The reason that a client gives for what it does. Identity is opened only for one.
pub(super) fn reason(headers: &HeaderMap) -> Option<String> {
    let given = headers.get("x-action-notes")?.to_str().ok()?;
    let given = percent_encoding::percent_decode_str(given).decode_utf8_lossy().trim().to_owned();
    (!given.is_empty()).then_some(given)
}

/// The right to open identity with a reason, where there are both.
pub(super) fn identity<'s>(
    seat: &'s Seat,
    reason: &'s Option<String>,
) -> Option<(desk::May<'s, OpenIdentity>, &'s str)> {
    Some((seat.may::<OpenIdentity>().ok()?, reason.as_deref()?))
}
