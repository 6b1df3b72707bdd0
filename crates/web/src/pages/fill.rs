//! Filling a form in the browser, and trying out a draft without sending.

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use desk::Sender;
use desk::store::form::Form;

use crate::answer::{Answer, Refusal};
use crate::fill::FillPage;
use crate::pages::form::version_named;
use crate::pages::forms::form_address;
use crate::pages::submissions::list_address;
use crate::room::{Room, Seated, Web};
use crate::sheet::noticed;

/// The routes of this group.
pub fn router() -> Router<Web> {
    let one = "/m/{mandate}/forms/{form}";
    Router::new()
        .route(&format!("{one}/fill"), get(fill))
        .route(&format!("{one}/draft/preview"), get(preview))
        .route("/m/{mandate}/forms/{form}/versions/{version}/files/{name}", get(file))
}

async fn fill(seated: Seated, Path((_, form_id)): Path<(i64, String)>) -> Answer<FillPage> {
    let l = seated.visitor.reader.locale;
    seated.seat.may::<desk::Collect>()?;
    let form = seated.desk().form(seated.mandate(), &form_id).await?;
    if form.state == "closed" {
        let refusal = Refusal::new(StatusCode::FORBIDDEN, "refusal-form-closed");
        return Err(refusal.with("form", form.form_id).into());
    }
    if seated.seat.mandate().archived_at.is_some() {
        return Err(Refusal::new(StatusCode::FORBIDDEN, "refusal-mandate-archived").into());
    }
    let model = seated.desk().published(&form).await?;
    let address = form_address(seated.mandate(), &form_id);
    let may_read = seated.seat.has(desk::protocol::Right::Read);
    let done = if may_read { list_address(seated.mandate(), &form_id) } else { address.clone() };
    let frame = seated
        .frame(Room::Forms, &model.form.title)
        .under(&model.form.title, &address)
        .state(l.text("fill-state"));
    Ok(FillPage {
        frame,
        form: format!("{address}/versions/published/xform"),
        media: format!("{address}/versions/published/files/"),
        // The phone's door takes what a browser sends as well: one way in, one set of rules.
        submit: Some(format!("/v1/projects/{}/submission", seated.mandate())),
        done: Some(noticed(done, "done-sent")),
        device: None,
        username: None,
    })
}

async fn preview(seated: Seated, Path((_, form_id)): Path<(i64, String)>) -> Answer<FillPage> {
    let l = seated.visitor.reader.locale;
    let form = seated.desk().form(seated.mandate(), &form_id).await?;
    let model = version_named(&seated, &form, "draft").await?;
    let address = form_address(seated.mandate(), &form_id);
    let frame = seated
        .frame(Room::Forms, &model.form.title)
        .under(&model.form.title, format!("{address}/draft"))
        .state(l.text("fill-preview"));
    Ok(FillPage {
        frame,
        form: format!("{address}/versions/draft/xform"),
        media: format!("{address}/versions/draft/files/"),
        submit: None,
        done: Some(noticed(format!("{address}/draft"), "done-previewed")),
        device: None,
        username: None,
    })
}

/// A file that the form shows or chooses from; lists that a registry fills are made now.
async fn file(
    seated: Seated,
    Path((_, form_id, version, name)): Path<(i64, String, String, String)>,
) -> Answer<Response> {
    let desk = seated.desk();
    let form: Form = desk.form(seated.mandate(), &form_id).await?;
    let model = version_named(&seated, &form, &version).await?;
    let listed = desk.form_files(&model).await?;
    let listed = listed.into_iter().find(|file| file.name == name).ok_or_else(Refusal::not_found)?;
    let (media_type, bytes) = match &listed.registry {
        Some(registry) => {
            let sender = Sender::member(&seated.seat.may::<desk::Collect>()?);
            ("text/csv".to_owned(), desk.registry_csv(&sender, registry).await?)
        }
        None => desk.form_file(&model, &name).await?.ok_or_else(Refusal::not_found)?,
    };
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    // What somebody uploaded runs nothing here, whatever it is.
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox"));
    if let Ok(media_type) = HeaderValue::from_str(&media_type) {
        headers.insert(header::CONTENT_TYPE, media_type);
    }
    Ok(response)
}
