//! Stories of what waits, of registries and their entries, of the ledger and the record, over HTTP.

mod house;
mod persons;

use axum::http::{StatusCode, header};
use persons::{empty, filled, uuid};

#[tokio::test]
async fn an_empty_mandate_says_how_to_begin_and_a_full_one_what_waits() {
    let scene = empty().await;
    let mut lena = scene.house.logged_in("Lena").await;
    let seen = lena.get("/").await;
    assert!(seen.says("Mandate of the house") && seen.says("no submission yet"), "{}", seen.text());
    assert!(seen.says("You have no recovery code") && seen.says("Your keys are locked"), "{}", seen.text());
    let today = format!("/m/{}", scene.mandate);
    let seen = lena.get(&today).await;
    assert!(seen.says("How to begin") && seen.says("Send the first submission"), "{}", seen.text());

    let scene = filled().await;
    let mut lena = scene.house.unlocked("Lena").await;
    for path in ["/", &today] {
        let seen = lena.get(path).await;
        assert!(seen.says("Review: Person8 submissions"), "{}", seen.text());
        assert!(seen.says("Conflicts: personsone entry"), "{}", seen.text());
        assert!(!seen.says("김철수"), "a name stands on no first page");
    }
    assert!(lena.get(&today).await.says("Interviewer 3"));
    let seen = lena.get(&format!("{today}?lang=ko")).await;
    assert!(seen.says("검토: Person제출물 8건"), "{}", seen.text());
    scene.house.member("Stranger", false).await;
    let mut stranger = scene.house.logged_in("Stranger").await;
    assert_eq!(stranger.get(&today).await.status, StatusCode::NOT_FOUND);
    assert!(stranger.get("/").await.says("You do not work in any mandate yet."));
}

#[tokio::test]
async fn a_registry_shows_to_each_what_they_hold_the_key_of() {
    let scene = filled().await;
    let mut lena = scene.house.unlocked("Lena").await;
    let seen = lena.get(&format!("/m/{}/registries", scene.mandate)).await;
    assert!(seen.says("Entries6 Conflictsone waits"), "{}", seen.text());
    let seen = lena.get(&scene.at("")).await;
    assert!(seen.says("6 rows") && seen.says("하루 14시간"), "{}", seen.text());
    assert!(!seen.body.contains("김철수"), "identity stays closed in a list");
    let seen = lena.get(&scene.at("?conflict=yes")).await;
    assert!(seen.says("1 row") && seen.says("same property"), "{}", seen.text());

    let mut ada = scene.house.unlocked("Ada").await;
    let seen = ada.get(&scene.at("")).await;
    assert!(seen.says("Sawmill 2") && !seen.body.contains("하루"), "an administrator holds no key");

    let mut locked = scene.house.logged_in("Lena").await;
    let seen = locked.get(&scene.at("")).await;
    assert!(seen.says("your keys are locked") && !seen.body.contains("하루"), "{}", seen.text());
    let seen = locked.post(&scene.at("/search"), &[("text", "철수")]).await;
    assert!(seen.leads_to().unwrap().starts_with("/unlock?next="));
}

#[tokio::test]
async fn a_person_is_found_by_part_of_the_name_with_a_reason() {
    let scene = filled().await;
    let mut lena = scene.house.unlocked("Lena").await;
    let search = scene.at("/search");
    let seen = lena.post(&search, &[("text", "철수")]).await;
    assert!(seen.says("Nothing here says that."), "{}", seen.text());
    let seen = lena.post(&search, &[("text", "철수"), ("identity", "yes"), ("reason", "")]).await;
    assert_eq!(seen.status, StatusCode::BAD_REQUEST);
    assert!(seen.says("reason") && seen.body.contains(r#"value="철수""#), "{}", seen.text());
    let why = ("reason", "a family asks for a relative");
    let seen = lena.post(&search, &[("text", "철수"), ("identity", "yes"), why]).await;
    assert!(seen.says("2 rows") && seen.says("김철수") && seen.says("정철수"), "{}", seen.text());
    let seen = lena.post(&search, &[("text", "혜ㄱ"), ("identity", "yes")]).await;
    assert!(seen.says("1 row") && seen.says("최혜경"), "the reason is asked for once: {}", seen.text());
    assert!(!seen.body.contains("finder-reason"));

    let mut rose = scene.house.unlocked("Rose").await;
    let seen = rose.post(&search, &[("text", "철수"), ("identity", "yes"), why]).await;
    assert_eq!(seen.status, StatusCode::FORBIDDEN);

    let record = format!("/m/{}/record?action=identity.open", scene.mandate);
    let seen = lena.get(&record).await;
    assert!(seen.says("reason: a family asks for a relative"), "{}", seen.text());
    assert!(seen.says("WhoLena Whatopened identity To whatregistry persons"), "{}", seen.text());
}

#[tokio::test]
async fn an_entry_is_read_changed_removed_and_erased() {
    let scene = filled().await;
    let mut lena = scene.house.unlocked("Lena").await;
    let seen = lena.get(&scene.person(3, "")).await;
    assert!(seen.says("3번 작업장") && seen.says("Sawmill 1"), "{}", seen.text());
    assert!(!seen.body.contains("박광일") && seen.says("Why do you need to see this?"));
    assert!(seen.says("from person") && seen.says("line "), "{}", seen.text());
    let seen = lena.post(&scene.person(3, "/identity"), &[("reason", "no")]).await;
    assert_eq!(seen.status, StatusCode::BAD_REQUEST);
    let seen = lena.post(&scene.person(3, "/identity"), &[("reason", "to arrange a meeting")]).await;
    assert!(seen.says("박광일") && seen.says("Logged reason: to arrange a meeting"), "{}", seen.text());

    let seen = lena.get(&scene.person(3, "/edit")).await;
    assert!(seen.body.contains(r#"value="Sawmill 1""#) && !seen.body.contains("박광일"));
    let change = [
        ("base", "1"),
        ("p.label", ""),
        ("p.site", "Dock 4"),
        ("p.story", "3번 작업장에서 하루 14시간 일했다"),
    ];
    let seen = lena.send(&scene.person(3, "/edit"), &change).await;
    assert!(seen.says("Saved as a new version.") && seen.says("version 2"), "{}", seen.text());
    assert!(
        seen.says("Dock 4") && seen.says("Version 2 · Site"),
        "only what differs is set: {}",
        seen.text()
    );
    let seen = lena.send(&scene.person(3, "/edit"), &change).await;
    assert!(seen.says("Nothing was changed"), "{}", seen.text());
    let late = [("base", "1"), ("p.site", "Dock 5")];
    let seen = lena.send(&scene.person(3, "/edit"), &late).await;
    assert!(seen.says("Two people changed"), "an edit on an old version is a conflict: {}", seen.text());

    let seen = lena.send(&scene.person(4, "/remove"), &[]).await;
    assert!(seen.says("The entry is removed.") && seen.says("5 rows"), "{}", seen.text());
    let seen = lena.get(&scene.person(5, "/erase")).await;
    assert!(seen.says("This cannot be undone.") && seen.says("its one version says"), "{}", seen.text());
    let seen = lena.send(&scene.person(5, "/erase"), &[]).await;
    assert!(seen.says("The entry is erased."), "{}", seen.text());
    let seen = lena.get(&scene.person(5, "")).await;
    assert!(seen.says("erased") && !seen.says("작업장"), "{}", seen.text());

    let mut rose = scene.house.unlocked("Rose").await;
    assert_eq!(rose.get(&scene.person(1, "/erase")).await.status, StatusCode::FORBIDDEN);
    let seen = rose.post(&scene.person(1, "/identity"), &[("reason", "curious about it")]).await;
    assert_eq!(seen.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_member_adds_a_registry_with_properties_and_an_entry() {
    let scene = empty().await;
    let mut lena = scene.house.unlocked("Lena").await;
    let new = format!("/m/{}/new-registry", scene.mandate);
    let seen = lena.post(&new, &[("name", "2 houses"), ("title", "가구")]).await;
    assert_eq!(seen.status, StatusCode::BAD_REQUEST);
    assert!(seen.says("cannot have this name") && seen.body.contains(r#"value="가구""#), "{}", seen.text());
    let seen = lena.send(&new, &[("name", "houses"), ("title", "가구")]).await;
    assert!(seen.says("The registry is there."), "{}", seen.text());
    let properties = format!("/m/{}/registries/houses/properties", scene.mandate);
    let seen = lena.post(&properties, &[("name", "town")]).await;
    assert!(seen.status == StatusCode::BAD_REQUEST && seen.says("Say how closely"), "{}", seen.text());
    let seen = lena.send(&properties, &[("name", "town"), ("class", "sensitive")]).await;
    assert!(
        seen.says("The property is added.") && seen.says("Classsensitive On phonesno"),
        "{}",
        seen.text()
    );
    let seen = lena.post(&properties, &[("name", "town"), ("class", "open")]).await;
    assert!(seen.says("has a property with this name already"), "{}", seen.text());

    let add = format!("/m/{}/registries/houses/new", scene.mandate);
    let seen = lena.post(&add, &[("p.town", "남포")]).await;
    assert_eq!(seen.status, StatusCode::BAD_REQUEST);
    assert!(seen.says("An entry needs a label.") && seen.body.contains("남포"), "{}", seen.text());
    let seen = lena.send(&add, &[("p.label", "House 1"), ("p.town", "남포")]).await;
    assert!(seen.says("The entry is added.") && seen.says("남포"), "{}", seen.text());
    let seen = lena.get(&format!("/m/{}/registries/houses?lang=ko", scene.mandate)).await;
    assert!(seen.says("가구") && seen.says("House 1") && seen.says("1건"), "{}", seen.text());
}

#[tokio::test]
async fn a_conflict_is_looked_at_and_decided_by_property() {
    let scene = filled().await;
    let mut rose = scene.house.unlocked("Rose").await;
    let seen = rose.get(&scene.person(2, "")).await;
    assert!(seen.says("Two people changed the same property"), "{}", seen.text());
    let seen = rose.get(&scene.person(2, "/conflict")).await;
    for words in ["Sawmill 3", "Harbour", "Quarry", "Version 1: what both had seen", "differs"] {
        assert!(seen.says(words), "{words}: {}", seen.text());
    }
    let choose = scene.person(2, "/conflict/choose");
    let seen = rose.send(&choose, &[("version", "2"), ("p.site", "there")]).await;
    assert!(seen.says("has changed while you looked"), "{}", seen.text());
    let seen = rose.send(&choose, &[("version", "3"), ("p.site", "there")]).await;
    assert!(seen.says("The conflict is settled.") && seen.says("version 4"), "{}", seen.text());
    assert!(seen.says("Harbour") && !seen.says("Two people changed"), "{}", seen.text());
    assert_eq!(rose.get(&scene.person(2, "/conflict")).await.status, StatusCode::NOT_FOUND);

    let entity = format!(r#"update="1" baseVersion="1" id="{}""#, uuid(2));
    scene.send(40, &[("story", "다른 이야기")], &entity, "").await;
    let seen = rose.send(&scene.person(2, "/conflict/settle"), &[]).await;
    assert!(seen.says("The conflict is settled.") && seen.says("version 5"), "{}", seen.text());
}

#[tokio::test]
async fn the_ledger_is_shown_to_members_and_followed_by_anybody() {
    let scene = filled().await;
    let mut rose = scene.house.logged_in("Rose").await;
    let seen = rose.get("/ledger").await;
    assert!(
        seen.says("a submission was accepted") && seen.says("deungdae verify --ledger"),
        "{}",
        seen.text()
    );
    let size = scene.house.desk.ledger(None).await.unwrap().size;
    assert!(seen.says(&format!("{size} lines")), "{}", seen.text());
    let seen = rose.send("/ledger/leaf?number=0", &[]).await;
    assert_eq!(seen.status, StatusCode::METHOD_NOT_ALLOWED);
    let seen = rose.get("/ledger/leaf?number=3").await;
    let seen = rose.get(&seen.leads_to().unwrap()).await;
    assert!(seen.says("Line 3 of the ledger") && seen.says("commitment"), "{}", seen.text());
    let proof = rose.get("/ledger/leaf/3/proof").await;
    assert!(proof.body.starts_with("c2sp.org/tlog-proof@v1\nindex 3\n"), "{}", proof.body);
    assert_eq!(rose.get("/ledger/leaf/999999").await.status, StatusCode::NOT_FOUND);

    let mut anybody = scene.house.browser();
    let checkpoint = anybody.get("/ledger/checkpoint").await;
    assert!(checkpoint.body.starts_with(scene.house.desk.ledger_origin()), "{}", checkpoint.body);
    assert_eq!(checkpoint.headers[header::CACHE_CONTROL], "no-cache");
    let tile = anybody.get(&format!("/ledger/tile/0/000.p/{size}")).await;
    assert_eq!(tile.status, StatusCode::OK);
    assert!(tile.headers[header::CACHE_CONTROL].to_str().unwrap().contains("immutable"));
    assert_eq!(anybody.get("/ledger/tile/0/001").await.status, StatusCode::NOT_FOUND);
    assert!(anybody.get("/ledger").await.leads_to().unwrap().starts_with("/login"));
}

#[tokio::test]
async fn the_record_tells_who_did_what() {
    let scene = filled().await;
    let mut lena = scene.house.logged_in("Lena").await;
    let record = format!("/m/{}/record", scene.mandate);
    let seen = lena.get(&record).await;
    assert!(seen.says("WhoInterviewer 3 Whatsent a submission"), "{}", seen.text());
    assert!(seen.says("WhoAda Whatbegan the mandate"), "{}", seen.text());
    assert!(!seen.says("salt"), "{}", seen.text());
    let seen = lena.get(&format!("{record}?action=field_key.create&lang=ko")).await;
    assert!(seen.says("Lena 무엇을휴대전화 추가"), "{}", seen.text());
    assert_eq!(lena.get("/record").await.status, StatusCode::FORBIDDEN);
    let mut ada = scene.house.logged_in("Ada").await;
    let seen = ada.get("/record?lang=en").await;
    assert!(seen.says("logged in") && seen.says("an account was made"), "{}", seen.text());
}
