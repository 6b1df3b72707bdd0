//! Accounts, roles and sessions, as scripts written for ODK Central keep them.

use serde_json::{Value, json};

use crate::wire::{EMAIL, PASSWORD, Project, Server};

const NOTHING: Value = Value::Null;

/// Logs in and returns the token.
pub async fn log_in(server: &Server, email: &str) -> String {
    let login = json!({ "email": email, "password": PASSWORD });
    let session = server.json("POST", "/v1/sessions", "", login).await.value();
    session["token"].as_str().unwrap().to_owned()
}

/// Makes an account and logs in: number and token.
pub async fn person(project: &Project, name: &str) -> (i64, String) {
    let email = format!("{name}@example.org");
    let new = json!({ "email": email, "displayName": name, "password": PASSWORD });
    let made = project.server.json("POST", "/v1/users", &project.session, new).await.value();
    (made["id"].as_i64().unwrap(), log_in(&project.server, &email).await)
}

#[tokio::test]
async fn what_is_missing_from_a_login_is_told_in_centrals_words() {
    let server = Server::start().await;
    let answer = server.json("POST", "/v1/sessions", "", json!({ "email": "a@b", "password": "" })).await;
    let told: Value = serde_json::from_slice(&answer.body).unwrap();
    let message =
        "Required parameters missing. Expected (email, password), got (email: 'a@b', password: '').";
    assert_eq!((told["message"].as_str(), told["code"].as_f64()), (Some(message), Some(400.3)));
    let answer = server.json("POST", "/v1/sessions", "", json!({ "email": 7, "password": "x" })).await;
    assert_eq!(answer.code(), "400.11");
    let answer = server.json("POST", "/v1/sessions", "", json!({ "email": EMAIL, "password": 7 })).await;
    assert_eq!((answer.status, answer.code().as_str()), (401, "401.2"));

    let login = json!({ "email": EMAIL.to_uppercase(), "password": PASSWORD });
    let answer = server.json("POST", "/v1/sessions", "", login).await;
    let session = answer.value();
    let cookies: Vec<&str> = answer
        .headers
        .iter()
        .filter(|(name, _)| name == "set-cookie")
        .map(|(_, value)| value.as_str())
        .collect();
    assert!(
        cookies[0].starts_with(&format!("session={}; Path=/; Expires=", session["token"].as_str().unwrap()))
    );
    assert!(cookies[0].ends_with(" GMT; HttpOnly; SameSite=Strict"), "{cookies:?}");
    assert!(cookies[1].starts_with(&format!("__csrf={}; Path=/", session["csrf"].as_str().unwrap())));
    assert_eq!(session["csrf"].as_str().unwrap().len(), 64);

    // The cookie is as good as the token; one that is nobody's is none.
    let cookie = format!("session={}", session["token"].as_str().unwrap());
    let restored = server.send("GET", "/v1/sessions/restore", &[("Cookie", &cookie)], b"").await.value();
    assert_eq!(restored["expiresAt"], session["expiresAt"]);
    assert!(restored["token"].is_null());
    let answer = server.send("GET", "/v1/sessions/restore", &[("Cookie", "session=x")], b"").await;
    assert_eq!(answer.code(), "404.1");
    // A foreign page cannot log somebody in as somebody else.
    let headers = [("Content-Type", "application/json"), ("Sec-Fetch-Site", "cross-site")];
    let body = json!({ "email": EMAIL, "password": PASSWORD }).to_string();
    let answer = server.send("POST", "/v1/sessions", &headers, body.as_bytes()).await;
    assert!(answer.header("set-cookie").is_none());
}

#[tokio::test]
async fn who_ends_whose_session() {
    let project = Project::begin().await;
    let server = &project.server;
    let (_, chelsea) = person(&project, "chelsea").await;
    let path = |token: &str| format!("/v1/sessions/{token}");
    assert_eq!(server.json("DELETE", &path(&"a".repeat(64)), &chelsea, NOTHING).await.code(), "403.1");
    assert_eq!(server.json("DELETE", &path(&project.session), &chelsea, NOTHING).await.code(), "403.1");
    let other = log_in(server, "chelsea@example.org").await;
    let ended = server.json("DELETE", &path(&other), &project.session, NOTHING).await;
    assert_eq!((ended.status, ended.header("set-cookie")), (200, None));
    let ended = server.json("DELETE", &path(&chelsea), &chelsea, NOTHING).await;
    assert!(ended.header("set-cookie").is_some_and(|cookie| cookie.starts_with("session=null;")));
    for token in [&chelsea, &other] {
        assert_eq!(server.json("GET", "/v1/users/current", token, NOTHING).await.code(), "401.2");
    }
    // Who manages phones ends a phone's.
    let ended = server.json("DELETE", &path(&project.token), &project.session, NOTHING).await;
    assert_eq!(ended.status, 200);
    assert_eq!(server.get(&project.phone("formList")).await.status, 403);
}

#[tokio::test]
async fn accounts_are_made_found_changed_and_closed() {
    let project = Project::begin().await;
    let server = &project.server;
    let admin = project.session.as_str();
    let (bob, bobs) = person(&project, "bob").await;
    assert_eq!(server.json("GET", "/v1/users", "", NOTHING).await.status, 401);
    assert_eq!(server.json("GET", "/v1/users", &bobs, NOTHING).await.value(), json!([]));
    let found = server.json("GET", &format!("/v1/users/?q={EMAIL}"), &bobs, NOTHING).await.value();
    assert_eq!(found[0]["email"], EMAIL);
    let all = server.json("GET", "/v1/users", admin, NOTHING).await.value();
    let emails: Vec<&str> =
        all.as_array().unwrap().iter().map(|one| one["email"].as_str().unwrap()).collect();
    assert_eq!(emails, ["bob@example.org", EMAIL]);
    let found = server.json("GET", "/v1/users?q=BO", admin, NOTHING).await.value();
    assert_eq!(found.as_array().unwrap().len(), 1);
    assert_eq!(server.json("GET", "/v1/users?q=%25", admin, NOTHING).await.value(), json!([]));

    for (body, code) in [
        (json!({}), "400.2"),
        (json!({ "email": "new@example.org", "password": "short" }), "400.21"),
        (json!({ "email": "new@example.org", "password": "l".repeat(73) }), "400.38"),
        (json!({ "email": "new@example.org", "password": {} }), "400.11"),
        (json!({ "email": "bob@example.org" }), "409.3"),
    ] {
        assert_eq!(server.json("POST", "/v1/users", admin, body.clone()).await.code(), code, "{body}");
    }
    assert_eq!(server.json("POST", "/v1/users", &bobs, json!({ "email": "x@y" })).await.code(), "403.1");

    let own = format!("/v1/users/{bob}");
    let changed =
        server.json("PATCH", &own, &bobs, json!({ "displayName": "Robert", "id": 1 })).await.value();
    assert_eq!((changed["displayName"].as_str(), changed["id"].as_i64()), (Some("Robert"), Some(bob)));
    assert!(changed["updatedAt"].is_string());
    let admins = server.json("GET", "/v1/users/current", admin, NOTHING).await.value();
    let admins = format!("/v1/users/{}", admins["id"]);
    assert_eq!(server.json("GET", &admins, &bobs, NOTHING).await.code(), "403.1");
    assert_eq!(server.json("GET", "/v1/users/99999", admin, NOTHING).await.code(), "404.1");

    let other = log_in(server, "bob@example.org").await;
    let change = json!({ "old": "wrong", "new": "another long one" });
    assert_eq!(server.json("PUT", &format!("{own}/password"), &bobs, change).await.code(), "401.2");
    let change = json!({ "old": PASSWORD, "new": "another long one" });
    assert_eq!(server.json("PUT", &format!("{own}/password"), &bobs, change).await.status, 200);
    assert_eq!(server.json("GET", "/v1/users/current", &other, NOTHING).await.status, 401);
    assert_eq!(server.json("GET", "/v1/users/current", &bobs, NOTHING).await.status, 200);

    assert_eq!(server.json("DELETE", &own, &bobs, NOTHING).await.code(), "403.1");
    assert_eq!(server.json("DELETE", &own, admin, NOTHING).await.status, 200);
    assert_eq!(server.json("GET", &own, admin, NOTHING).await.code(), "404.1");
    let login = json!({ "email": "bob@example.org", "password": "another long one" });
    assert_eq!(server.json("POST", "/v1/sessions", "", login).await.status, 401);
    // The login name is free again.
    let again = server.json("POST", "/v1/users", admin, json!({ "email": "bob@example.org" })).await.value();
    assert_ne!(again["id"], bob);
}

#[tokio::test]
async fn who_was_given_no_password_chooses_one_with_the_link() {
    let project = Project::begin().await;
    let server = &project.server;
    let new = json!({ "email": "dora@example.org" });
    let made = server.json("POST", "/v1/users", &project.session, new).await.value();
    assert_eq!((made["displayName"].as_str(), &made["lastLoginAt"]), (Some("dora@example.org"), &NOTHING));
    let id = made["id"].as_i64().unwrap();
    // Before that there is no key that another could be sealed to, and no login.
    let role = format!("assignments/manager/{id}");
    assert_eq!(project.json("POST", &role, NOTHING).await.status, 200);
    let login = json!({ "email": "dora@example.org", "password": PASSWORD });
    assert_eq!(server.json("POST", "/v1/sessions", "", login).await.status, 401);
    let link = made["invitation"].as_str().unwrap();
    let token = link.rsplit('/').next().unwrap();
    let short = json!({ "new": "short" });
    assert_eq!(server.json("POST", "/v1/users/reset/verify", token, short).await.code(), "400.21");
    let chosen = json!({ "new": PASSWORD });
    assert_eq!(
        server.json("POST", "/v1/users/reset/verify", &project.session, chosen.clone()).await.status,
        403
    );
    assert_eq!(server.json("POST", "/v1/users/reset/verify", token, chosen.clone()).await.status, 200);
    assert_eq!(server.json("POST", "/v1/users/reset/verify", token, chosen).await.status, 401);
    let dora = log_in(server, "dora@example.org").await;
    let path = format!("/v1/projects/{}", project.id);
    assert_eq!(server.json("GET", &path, &dora, NOTHING).await.status, 200);
}

#[tokio::test]
async fn an_administrator_ends_a_password() {
    let project = Project::begin().await;
    let server = &project.server;
    let (_, bob) = person(&project, "bob").await;
    let path = "/v1/users/reset/initiate?invalidate=true";
    let wanted = json!({ "email": "bob@example.org" });
    assert_eq!(
        server.json("POST", "/v1/users/reset/initiate", &bob, json!({ "email": "" })).await.code(),
        "400.2"
    );
    assert_eq!(server.json("POST", path, &bob, wanted.clone()).await.code(), "403.1");
    assert_eq!(server.json("POST", path, &project.session, wanted).await.status, 200);
    assert_eq!(server.json("GET", "/v1/users/current", &bob, NOTHING).await.status, 401);
    let login = json!({ "email": "bob@example.org", "password": PASSWORD });
    assert_eq!(server.json("POST", "/v1/sessions", "", login).await.status, 401);
    let nobody = json!({ "email": "nobody@example.org" });
    assert_eq!(server.json("POST", path, &project.session, nobody).await.status, 200);
}

#[tokio::test]
async fn central_roles_are_given_and_taken_with_their_keys() {
    let project = Project::begin().await;
    let server = &project.server;
    let (bob, bobs) = person(&project, "bob").await;
    let (chelsea, chelseas) = person(&project, "chelsea").await;
    let here = format!("/v1/projects/{}", project.id);
    assert_eq!(project.json("GET", "assignments", NOTHING).await.value(), json!([]));
    for (path, code) in [
        (format!("{here}/assignments/manager/{bob}"), "403.1"),
        (format!("/v1/projects/99/assignments/manager/{bob}"), "404.1"),
        (format!("{here}/assignments/99/{bob}"), "404.1"),
        (format!("{here}/assignments/manager/9999"), "404.1"),
    ] {
        assert_eq!(server.json("POST", &path, &chelseas, NOTHING).await.code(), code, "{path}");
    }
    assert_eq!(project.json("POST", &format!("assignments/manager/{bob}"), NOTHING).await.status, 200);
    let roles = server.json("GET", "/v1/roles/manager", &bobs, NOTHING).await.value();
    let list = server.json("GET", &format!("{here}/assignments"), &bobs, NOTHING).await.value();
    assert_eq!(list, json!([{ "actorId": bob, "roleId": roles["id"] }]));
    let holders = server.json("GET", &format!("{here}/assignments/manager"), &bobs, NOTHING).await.value();
    assert_eq!(holders[0]["displayName"], "bob");

    // He holds the phones' key now, so that he can hand it on and show a phone's token again.
    let phone = json!({ "displayName": "Bob's" });
    let phone = server.json("POST", &format!("{here}/app-users"), &bobs, phone).await.value();
    let phones = server.json("GET", &format!("{here}/app-users"), &bobs, NOTHING).await.value();
    assert_eq!(phones[0]["token"], phone["token"]);
    assert!(phone["token"].is_string());

    // Two roles count together, and each is taken alone.
    for role in ["viewer", "formfill"] {
        let path = format!("{here}/assignments/{role}/{chelsea}");
        assert_eq!(server.json("POST", &path, &bobs, NOTHING).await.status, 200);
    }
    let headers = [("Authorization", &*format!("Bearer {chelseas}")), ("X-Extended-Metadata", "true")];
    let told = server.send("GET", &here, &headers, b"").await.value();
    let verbs: Vec<&str> =
        told["verbs"].as_array().unwrap().iter().map(|verb| verb.as_str().unwrap()).collect();
    assert!(verbs.contains(&"submission.create") && verbs.contains(&"submission.list"), "{verbs:?}");
    assert_eq!(verbs.len(), 12);
    let viewer = format!("{here}/assignments/viewer/{chelsea}");
    assert_eq!(server.json("DELETE", &viewer, &bobs, NOTHING).await.status, 200);
    assert_eq!(server.json("DELETE", &viewer, &bobs, NOTHING).await.code(), "404.1");
    assert_eq!(server.json("GET", &here, &chelseas, NOTHING).await.status, 200);
    let fill = format!("{here}/assignments/formfill/{chelsea}");
    assert_eq!(server.json("DELETE", &fill, &bobs, NOTHING).await.status, 200);
    assert_eq!(server.json("GET", &here, &chelseas, NOTHING).await.code(), "403.1");
}

#[tokio::test]
async fn administrators_are_made_and_unmade() {
    let project = Project::begin().await;
    let server = &project.server;
    let (chelsea, chelseas) = person(&project, "chelsea").await;
    let path = format!("/v1/assignments/admin/{chelsea}");
    assert_eq!(server.send("POST", &path, &[], b"").await.code(), "403.1");
    assert_eq!(server.json("POST", &path, &chelseas, NOTHING).await.code(), "403.1");
    assert_eq!(server.json("POST", &path, &project.session, NOTHING).await.status, 200);
    let all = server.json("GET", "/v1/assignments/1", &chelseas, NOTHING).await.value();
    assert_eq!(all.as_array().unwrap().len(), 2);
    let told = server.json("GET", "/v1/assignments", &chelseas, NOTHING).await.value();
    assert_eq!(told[1], json!({ "actorId": chelsea, "roleId": 1 }));
    assert_eq!(server.json("DELETE", &path, &chelseas, NOTHING).await.status, 200);
    assert_eq!(server.json("GET", "/v1/assignments", &chelseas, NOTHING).await.code(), "403.1");
    assert_eq!(server.send("GET", "/v1/assignments", &[], b"").await.code(), "403.1");
}

#[tokio::test]
async fn projects_are_ordered_counted_replaced_and_removed() {
    let project = Project::begin().await;
    let server = &project.server;
    let admin = project.session.as_str();
    assert_eq!(server.send("GET", "/v1/projects", &[], b"").await.value(), json!([]));
    for body in [json!({ "name": "가" , "archived": true }), json!({ "name": "Aardvark" })] {
        assert_eq!(server.json("POST", "/v1/projects", admin, body).await.status, 200);
    }
    let all = server.json("GET", "/v1/projects", admin, NOTHING).await.value();
    let names: Vec<&str> = all.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Aardvark", "시험", "가"]);
    for (id, code) in
        [("1a", "400.11"), ("10000000000", "400.22"), ("-10000000000", "400.22"), ("99", "404.1")]
    {
        assert_eq!(server.json("GET", &format!("/v1/projects/{id}"), admin, NOTHING).await.code(), code);
    }
    let path = format!("/v1/projects/{}", project.id);
    assert_eq!(server.json("PATCH", &path, admin, json!({ "archived": "aaa" })).await.code(), "400.11");
    assert_eq!(server.json("PUT", &path, admin, json!({ "archived": true })).await.code(), "400.2");
    let told = server.json("PUT", &path, admin, json!({ "name": "B", "archived": true })).await.value();
    assert_eq!((told["archived"].as_bool(), told["updatedAt"].is_string()), (Some(true), true));
    let told = server.json("PUT", &path, admin, json!({ "name": "C" })).await.value();
    assert_eq!(told["archived"], NOTHING);
    let headers = [("Authorization", &*format!("Bearer {admin}")), ("X-Extended-Metadata", "true")];
    let told = server.send("GET", &path, &headers, b"").await.value();
    assert_eq!((told["forms"].as_i64(), told["appUsers"].as_i64()), (Some(0), Some(1)));
    assert_eq!(server.json("DELETE", &path, admin, NOTHING).await.status, 200);
    assert_eq!(server.json("GET", &path, admin, NOTHING).await.code(), "404.1");
}

#[tokio::test]
async fn preferences_are_kept_for_their_owner() {
    let project = Project::begin().await;
    let server = &project.server;
    let admin = project.session.as_str();
    let site = "/v1/user-preferences/site/sorting";
    assert_eq!(server.json("PUT", site, admin, json!({})).await.code(), "400.2");
    assert_eq!(server.json("PUT", site, admin, json!({ "propertyValue": ["a", 1] })).await.status, 200);
    let own = format!("/v1/user-preferences/project/{}/shown", project.id);
    assert_eq!(server.json("PUT", &own, admin, json!({ "propertyValue": true })).await.status, 200);
    let headers = [("Authorization", &*format!("Bearer {admin}")), ("X-Extended-Metadata", "true")];
    let told = server.send("GET", "/v1/users/current", &headers, b"").await.value();
    let expected =
        json!({ "site": { "sorting": ["a", 1] }, "projects": { project.id.to_string(): { "shown": true } } });
    assert_eq!(told["preferences"], expected);
    assert_eq!(server.json("DELETE", site, admin, NOTHING).await.status, 200);
    assert_eq!(server.json("DELETE", site, admin, NOTHING).await.code(), "404.1");
}
