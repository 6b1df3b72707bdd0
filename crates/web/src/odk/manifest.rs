//! The files of a form: what there is, and fetching one. Registries go out as entity lists.

use axum::extract::{MatchedPath, RawPathParams, RawQuery};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use desk::store::form::Form;
use desk::{FormModel, ListedFile};
use serde_json::{Value, json};

use super::asker::{Asker, Which};
use super::caller::Collector;
use super::input::{answer, time};
use super::openrosa::{not_modified, parameter, xml};
use super::trouble::{Answer, Problem};
use super::xml::{element, escaped, segment};

/// A segment of the path by its name; the same handler serves addresses with and without a version.
pub(super) fn named<'p>(params: &'p RawPathParams, wanted: &str) -> Answer<&'p str> {
    params.iter().find(|(name, _)| *name == wanted).map(|(_, value)| value).ok_or_else(Problem::not_found)
}

/// The version of a form that an address is about.
pub(super) fn which<'p>(path: &MatchedPath, params: &'p RawPathParams) -> Which<'p> {
    match named(params, "version") {
        Ok(version) => Which::Named(version),
        Err(_) if path.as_str().contains("/forms/{form}/draft") => Which::Draft,
        Err(_) => Which::Published,
    }
}

async fn wanted(
    asker: &Asker,
    path: &MatchedPath,
    params: &RawPathParams,
) -> Answer<(Form, std::sync::Arc<FormModel>)> {
    asker.form(named(params, "form")?, which(path, params)).await
}

/// The OpenRosa manifest: every file that has content, with a hash that changes when it does. Entity lists are marked,
/// and tell where a phone asks which of its entities are gone (OpenRosa Form Manifest API 1.1). Spaces as Central's.
pub(super) async fn manifest(asker: Asker, path: MatchedPath, params: RawPathParams) -> Answer<Response> {
    let (form, model) = wanted(&asker, &path, &params).await?;
    let address = match which(&path, &params) {
        Which::Draft => asker.address(&form.form_id, true),
        Which::Published => asker.address(&form.form_id, false),
        Which::Named(version) => {
            format!("{}/versions/{}", asker.address(&form.form_id, false), segment(version))
        }
    };
    let mut document = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n  \
         <manifest xmlns=\"http://openrosa.org/xforms/xformsManifest\">\n",
    );
    for file in asker.desk().form_files(&model).await? {
        let Some(md5) = &file.md5 else { continue };
        let kind = if file.registry.is_some() { " type=\"entityList\"" } else { "" };
        document.push_str(&format!("    <mediaFile{kind}>\n"));
        element(&mut document, 6, "filename", &file.name);
        element(&mut document, 6, "hash", &format!("md5:{md5}"));
        element(&mut document, 6, "downloadUrl", &format!("{address}/attachments/{}", segment(&file.name)));
        if let Some(registry) = &file.registry {
            let integrity = format!("{}/datasets/{}/integrity", asker.base, segment(registry));
            element(&mut document, 6, "integrityUrl", &integrity);
        }
        document.push_str("    </mediaFile>\n");
    }
    document.push_str("  </manifest>");
    Ok(xml(StatusCode::OK, document))
}

/// What Central tells of each file that a form names.
pub(super) async fn list(asker: Asker, path: MatchedPath, params: RawPathParams) -> Answer<Response> {
    let (_, model) = wanted(&asker, &path, &params).await?;
    let files = asker.desk().form_files(&model).await?;
    let told = |file: &ListedFile| {
        let named = model.form.files.iter().find(|named| named.name == file.name);
        let mut told = json!({
            "name": file.name,
            "type": named.map_or(Value::Null, |named| json!(named.kind)),
            "exists": file.md5.is_some(),
            "blobExists": file.uploaded,
            "datasetExists": file.registry.is_some(),
            "hash": file.md5,
        });
        if let Some(at) = file.changed_at {
            told["updatedAt"] = time(Some(at));
        }
        told
    };
    Ok(answer(&files.iter().map(told).collect()))
}

/// One file. Its `ETag` is the manifest's hash.
pub(super) async fn file(
    asker: Asker,
    path: MatchedPath,
    params: RawPathParams,
    headers: HeaderMap,
) -> Answer<Response> {
    let (form, model) = wanted(&asker, &path, &params).await?;
    let name = named(&params, "name")?;
    let desk = asker.desk();
    let files = desk.form_files(&model).await?;
    let file = files.into_iter().find(|file| file.name == name).ok_or_else(Problem::not_found)?;
    let etag = format!("\"{}\"", file.md5.as_ref().ok_or_else(Problem::not_found)?);
    if let Some(response) = not_modified(&headers, &etag) {
        return Ok(response);
    }
    let (media_type, content) = match &file.registry {
        Some(registry) => {
            let sender = asker.sender(&form).await?;
            ("text/csv; charset=utf-8".to_owned(), desk.registry_csv(&sender, registry).await?)
        }
        None => desk.form_file(&model, name).await?.ok_or_else(Problem::not_found)?,
    };
    let media_type = match media_type.as_str() {
        "text/csv" | "text/xml" => format!("{media_type}; charset=utf-8"),
        _ => media_type,
    };
    let disposition = attachment(name);
    let headers = [
        (header::CONTENT_TYPE, media_type),
        (header::ETAG, etag),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CACHE_CONTROL, "private, no-cache".to_owned()),
    ];
    Ok((headers, content).into_response())
}

/// `Content-Disposition` with any name (RFC 6266, RFC 8187).
pub(super) fn attachment(name: &str) -> String {
    let plain: String =
        name.chars().map(|c| if c.is_ascii_graphic() && !"\"\\%".contains(c) { c } else { '_' }).collect();
    format!(
        "attachment; filename=\"{plain}\"; filename*=UTF-8''{}",
        segment(name).replace(['\'', '(', ')', '*'], "_")
    )
}

/// Which of the entities that a phone holds are gone: `?id=uuid,uuid,…`.
pub(super) async fn integrity(
    collector: Collector,
    params: RawPathParams,
    RawQuery(query): RawQuery,
) -> Answer<Response> {
    let ids = parameter(&query, "id").unwrap_or_default();
    let ids = ids.split(',').map(str::trim).filter(|id| !id.is_empty()).map(str::to_owned).collect();
    let known = collector.desk().removed_entries(&collector.sender, named(&params, "name")?, ids).await?;
    let mut document = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<data>\n  <entities>\n");
    for (id, gone) in known {
        document.push_str(&format!("    <entity id=\"{}\">\n", escaped(&id)));
        element(&mut document, 6, "deleted", if gone { "true" } else { "false" });
        document.push_str("    </entity>\n");
    }
    document.push_str("  </entities>\n</data>");
    Ok(xml(StatusCode::OK, document))
}
