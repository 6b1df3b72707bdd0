//! Accounts, and what clients keep for their owners.

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, RawQuery};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use axum::routing::{get, post, put};
use desk::store::member::Member;
use desk::{Desk, Session};
use serde_json::{Map, Value, json};

use super::actors::{ROLES, Role, extended, user};
use super::caller::{self, Anybody, Caller};
use super::input::{self, answer, success};
use super::openrosa::parameter;
use super::trouble::{Answer, Code, Problem};
use crate::room::{Approach, Web};

/// The longest password that clients of Central may choose, in bytes: Central's own bound.
const LONGEST_PASSWORD: usize = 72;

pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route("/users", get(list).post(make))
        .route("/users/", get(list))
        .route("/users/current", get(current))
        .route("/users/reset/initiate", post(initiate))
        .route("/users/reset/verify", post(verify))
        .route("/users/{user}", get(one).patch(change).delete(remove))
        .route("/users/{user}/password", put(password))
        .route("/user-preferences/site/{name}", put(put_site).delete(forget_site))
        .route("/user-preferences/project/{project}/{name}", put(put_project).delete(forget_project))
}

fn number(text: &str) -> Answer<i64> {
    text.parse().map_err(|_| Problem::wrong_type(&text.into(), "integer"))
}

/// Everybody, for administrators; for others whoever has exactly the login name that they look for.
async fn list(anybody: Anybody, RawQuery(query): RawQuery) -> Answer<Response> {
    let caller = anybody.member()?;
    let desk = caller.desk();
    let wanted = parameter(&query, "q").filter(|wanted| !wanted.is_empty());
    let Ok(administrator) = desk.administrator(&caller.session) else {
        let found = match &wanted {
            Some(email) => desk.account_named(&caller.session, email).await?,
            None => None,
        };
        return Ok(answer(&found.iter().map(user).collect()));
    };
    let all = desk.accounts(&administrator).await?;
    let Some(wanted) = wanted else { return Ok(answer(&all.iter().map(user).collect())) };
    let mut found: Vec<(f64, &Member)> =
        all.iter().filter_map(|member| Some((likeness(member, &wanted)?, member))).collect();
    found.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    Ok(answer(&found.into_iter().map(|(_, member)| user(member)).collect()))
}

/// How alike a member's names are to what is looked for, word by word; none where no word is in them or like them.
fn likeness(member: &Member, wanted: &str) -> Option<f64> {
    let (name, email) = (member.name.to_lowercase(), member.email.to_lowercase());
    let mut sum = 0.0;
    let mut found = false;
    for word in wanted.to_lowercase().split_whitespace() {
        let like = similarity(word, &name).max(similarity(word, &email));
        found |= like >= 0.25 || name.contains(word) || email.contains(word);
        sum += like;
    }
    found.then_some(sum)
}

/// The share of three-letter pieces that two texts have in common, as PostgreSQL's pg_trgm counts it.
fn similarity(one: &str, other: &str) -> f64 {
    let pieces = |text: &str| -> std::collections::BTreeSet<Vec<char>> {
        let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        words
            .flat_map(|word| {
                let padded: Vec<char> = "  ".chars().chain(word.chars()).chain([' ']).collect();
                padded.windows(3).map(<[char]>::to_vec).collect::<Vec<_>>()
            })
            .collect()
    };
    let (one, other) = (pieces(one), pieces(other));
    let common = one.intersection(&other).count();
    let all = one.len() + other.len() - common;
    if all == 0 { 0.0 } else { common as f64 / all as f64 }
}

/// A password as it was sent; none where it is blank.
fn sent_password<'v>(sent: &'v Value, field: &str) -> Answer<Option<&'v str>> {
    match sent.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.is_empty() => Ok(None),
        Some(Value::String(text)) if text.len() > LONGEST_PASSWORD => {
            let message = "The password or passphrase provided exceeds the maximum length.";
            Err(Problem::new(Code::PASSWORD_TOO_LONG, message))
        }
        Some(Value::String(text)) => Ok(Some(text)),
        Some(other) => Err(Problem::wrong_type(other, "string")),
    }
}

/// A new account. Without a password, the answer holds the address at which the person chooses one; Central would send
/// it by mail.
async fn make(caller: Caller, body: Body) -> Answer<Response> {
    let administrator = caller.desk().administrator(&caller.session)?;
    let sent: Value = input::from_json(body).await?;
    let email = input::text(&sent, "email")?.ok_or_else(|| Problem::missing("email"))?;
    let name = input::text(&sent, "displayName")?.unwrap_or(email);
    let password = sent_password(&sent, "password")?;
    let made = caller.desk().make_account(&administrator, email, name, password).await;
    let (member, link) = made.map_err(|error| email_taken(error, email))?;
    let mut told = user(&member);
    if let Some(token) = link {
        told["invitation"] = format!("{}/invitation/{token}", caller.approach.server).into();
    }
    Ok(answer(&told))
}

fn email_taken(error: desk::Error, email: &str) -> Problem {
    match error {
        desk::Error::Refused(refusal) if refusal.message == "refusal-email-taken" => {
            Problem::exists(&["email"], &[email])
        }
        error => error.into(),
    }
}

async fn current(anybody: Anybody, parts: Parts) -> Answer<Response> {
    if let Some(key) = caller::key_of(&parts) {
        anybody.web.desk.phone(&key).await?;
        return Err(Problem::not_found());
    }
    let caller = anybody.member()?;
    let mut told = user(caller.session.member());
    if extended(&parts.headers) {
        let session = &caller.session;
        told["session"] = json!({
            "createdAt": desk::time(session.created_at()),
            "expiresAt": desk::time(session.expires_at()),
        });
        told["verbs"] = site_verbs(session).into();
        told["preferences"] = preferences(caller.desk(), session).await?;
    }
    Ok(answer(&told))
}

fn site_verbs(session: &Session) -> Vec<&'static str> {
    match session.member().administrator {
        true => ROLES.first().map(|role: &Role| role.verbs.to_vec()).unwrap_or_default(),
        false => Vec::new(),
    }
}

async fn preferences(desk: &Desk, session: &Session) -> Answer<Value> {
    let (mut site, mut projects) = (Map::new(), Map::new());
    for (mandate, name, value) in desk.preferences(session).await? {
        let value = serde_json::from_str(&value).unwrap_or_default();
        if mandate == 0 {
            site.insert(name, value);
            continue;
        }
        let entry = projects.entry(mandate.to_string()).or_insert_with(|| json!({}));
        if let Value::Object(entry) = entry {
            entry.insert(name, value);
        }
    }
    Ok(json!({ "site": site, "projects": projects }))
}

async fn one(caller: Caller, Path(id): Path<String>) -> Answer<Response> {
    Ok(answer(&user(&caller.desk().account(&caller.session, number(&id)?).await?)))
}

async fn change(caller: Caller, Path(id): Path<String>, body: Body) -> Answer<Response> {
    let id = number(&id)?;
    caller.desk().account(&caller.session, id).await?;
    let sent: Value = input::from_json(body).await?;
    let (name, email) = (input::text(&sent, "displayName")?, input::text(&sent, "email")?);
    let changed = caller.desk().change_account(&caller.session, id, name, email).await;
    Ok(answer(&user(&changed.map_err(|error| email_taken(error, email.unwrap_or_default()))?)))
}

async fn password(caller: Caller, Path(id): Path<String>, body: Body) -> Answer<Response> {
    let id = number(&id)?;
    caller.desk().account(&caller.session, id).await?;
    let sent: Value = input::from_json(body).await?;
    let old = sent_password(&sent, "old")?.ok_or_else(Problem::not_authenticated)?;
    let new = sent_password(&sent, "new")?.ok_or_else(|| Problem::missing("new"))?;
    caller.desk().change_password_of(&caller.session, id, old, new, &caller.approach.client).await?;
    Ok(success())
}

async fn remove(caller: Caller, Path(id): Path<String>) -> Answer<Response> {
    let id = number(&id)?;
    caller.desk().account(&caller.session, id).await?;
    let administrator = caller.desk().administrator(&caller.session)?;
    caller.desk().close_account(&administrator, id).await?;
    Ok(success())
}

/// Central mails a link here. This server sends no mail: nobody learns whether there is such an account, and people come
/// back with their printed code or with a link that an administrator hands over. With `?invalidate=true` an
/// administrator ends the password.
async fn initiate(anybody: Anybody, RawQuery(query): RawQuery, body: Body) -> Answer<Response> {
    let sent: Value = input::from_json(body).await?;
    let email = input::text(&sent, "email")?.filter(|email| !email.is_empty());
    let email = email.ok_or_else(|| Problem::missing("email"))?.to_owned();
    if parameter(&query, "invalidate").is_some_and(|value| value == "true") {
        let caller = anybody.member()?;
        let administrator = caller.desk().administrator(&caller.session)?;
        caller.desk().bar_account(&administrator, &email).await?;
    }
    Ok(success())
}

/// Chooses a password with the token of a link.
async fn verify(anybody: AnyToken, body: Body) -> Answer<Response> {
    let sent: Value = input::from_json(body).await?;
    let new = sent_password(&sent, "new")?.ok_or_else(|| Problem::missing("new"))?;
    anybody.web.desk.choose_password(&anybody.token, new).await.map_err(|error| match error {
        desk::Error::Refused(refusal) if refusal.kind == desk::Kind::NotFound => Problem::not_authenticated(),
        error => error.into(),
    })?;
    Ok(success())
}

/// A bearer token that is not a session's.
struct AnyToken {
    web: Web,
    token: String,
}

impl axum::extract::FromRequestParts<Web> for AnyToken {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<AnyToken, Problem> {
        let token = bearer(&parts.headers).ok_or_else(Problem::no_rights)?.to_owned();
        // Whoever is logged in has a password, and changes it with the old one.
        if web.desk.session(&token).await.is_ok() {
            return Err(Problem::no_rights());
        }
        let Ok(_) = Approach::from_request_parts(parts, web).await;
        Ok(AnyToken { web: web.clone(), token })
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("Bearer").then_some(token.trim())
}

async fn put_preference(caller: &Caller, mandate: i64, name: &str, body: Body) -> Answer<Response> {
    let sent: Value = input::from_json(body).await?;
    let value = sent.get("propertyValue").ok_or_else(|| Problem::missing("propertyValue"))?;
    caller.desk().put_preference(&caller.session, mandate, name, Some(value.to_string())).await?;
    Ok(success())
}

async fn forget_preference(caller: &Caller, mandate: i64, name: &str) -> Answer<Response> {
    match caller.desk().put_preference(&caller.session, mandate, name, None).await? {
        true => Ok(success()),
        false => Err(Problem::not_found()),
    }
}

async fn put_site(caller: Caller, Path(name): Path<String>, body: Body) -> Answer<Response> {
    put_preference(&caller, 0, &name, body).await
}

async fn forget_site(caller: Caller, Path(name): Path<String>) -> Answer<Response> {
    forget_preference(&caller, 0, &name).await
}

async fn put_project(
    caller: Caller,
    Path((project, name)): Path<(String, String)>,
    body: Body,
) -> Answer<Response> {
    let project = caller::project_number(&project)?;
    put_preference(&caller, project, &name, body).await
}

async fn forget_project(caller: Caller, Path((project, name)): Path<(String, String)>) -> Answer<Response> {
    let project = caller::project_number(&project)?;
    forget_preference(&caller, project, &name).await
}
