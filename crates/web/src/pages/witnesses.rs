//! Who cosigns the ledger before a release is public, as an administrator names them.

use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::answer::Answer;
use crate::patterns::{CodeBlock, Field, Form, Prose};
use crate::room::{Visitor, Web};
use crate::sent::Sent;
use crate::sheet::{Sheet, come_back, see};

/// Where it is.
pub const WITNESSES: &str = "/ledger/witnesses";

/// Routes of this group.
pub fn router() -> Router<Web> {
    Router::new().route(WITNESSES, get(page).post(change))
}

async fn form(visitor: &Visitor) -> Answer<Form> {
    let l = visitor.reader.locale;
    let policy = visitor.desk().release_policy().await?;
    // The log's own line is added by itself.
    let own = policy.split_once('\n').map_or("", |(_, rest)| rest);
    let lines = Field::text("witnesses", l.text("witnesses-lines"), 8).hint(l.text("witnesses-hint"));
    Ok(Form::new(l, WITNESSES, l.text("witnesses-submit")).field(lines.value(own).longest(20_000)))
}

async fn sheet(visitor: &Visitor, form: &Form) -> Answer<Sheet> {
    let l = visitor.reader.locale;
    let policy = visitor.desk().release_policy().await?;
    let frame = visitor.frame(l.text("witnesses-title")).under(l.text("room-ledger"), "/ledger");
    let shown = CodeBlock::new(l.text("witnesses-policy"), policy.trim_end());
    Ok(Sheet::new(frame)
        .part(Prose::new(l.text("witnesses-says")))
        .part(shown.note(l.text("witnesses-policy-note")))
        .form(form))
}

async fn page(visitor: Visitor) -> Answer<Sheet> {
    visitor.desk().administrator(&visitor.session)?;
    sheet(&visitor, &form(&visitor).await?).await
}

async fn change(visitor: Visitor, sent: Sent) -> Answer<Response> {
    let administrator = visitor.desk().administrator(&visitor.session)?;
    match visitor.desk().set_witnesses(&administrator, sent.get("witnesses")).await {
        Ok(()) => Ok(see(WITNESSES, "done-witnesses")),
        Err(error) => {
            let form = come_back(form(&visitor).await?, &sent, error, "witnesses")?;
            Ok(sheet(&visitor, &form).await?.into_response())
        }
    }
}
