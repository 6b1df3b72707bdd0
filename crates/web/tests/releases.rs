//! Stories of releases over HTTP: what will be published is seen before it is, two people sign, everybody reads and
//! verifies it without a login, and it can be taken back.

mod house;
mod zone;

use axum::http::StatusCode;
use zone::zone;

fn hidden<'b>(body: &'b str, name: &str) -> &'b str {
    let (_, rest) = body.split_once(&format!("name=\"{name}\" value=\"")).expect("the form has it");
    rest.split('"').next().unwrap()
}

#[tokio::test]
async fn a_release_is_previewed_signed_by_two_read_by_everybody_and_taken_back() {
    let zone = zone().await;
    let code = zone.reviewed(64).await;
    let at = format!("/m/{}/cases/visit/{code}", zone.mandate);
    let finding = "F-";
    let mut rita = zone.house.unlocked("Rita").await;
    let seen = rita.get(&at).await;
    assert!(seen.body.contains(&format!("{at}/release\"")), "who prepares is led to the release");
    let seen = rita.get(&format!("{at}/record/release_prepared")).await;
    assert_eq!(seen.status, StatusCode::OK);
    let day = [("at-day", "1"), ("at-month", "11"), ("at-year", "2026")];
    let seen = rita.post(&format!("{at}/record/release_prepared"), &day).await;
    assert!(seen.says("This is put on record by signing or retracting a release."), "{}", seen.text());

    let new = format!("{at}/release/new");
    let seen = rita.get(&new).await;
    let asked = seen.body.split("name=\"").filter_map(|part| part.split('"').next());
    let finding =
        asked.clone().find(|name| name.starts_with(&format!("finding.{finding}"))).unwrap().to_owned();
    let mut sent = vec![("title", "Working conditions in one workplace"), ("place", "Kaesong")];
    sent.extend([
        ("size.women_operator", "12"),
        ("size.men_operator", "210"),
        (finding.as_str(), "Pay sheets are signed unread."),
    ]);
    let wrong = rita.post(&new, &sent).await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    assert!(wrong.says("In the stratum “Women, operators” 38 people were heard"), "{}", wrong.text());
    assert!(wrong.body.contains("Working conditions in one workplace"), "nothing is lost");
    sent[2] = ("size.women_operator", "400");
    let seen = rita.send(&new, &sent).await;
    for says in [
        "The draft is kept.",
        "Preview. Nothing of this is public.",
        "At least one rest day in seven:",
        "not shown:",
        "Pay sheets are signed unread.",
        "Grade of the finding",
        "Findings by grade Major 1",
        "Granted with conditions",
    ] {
        assert!(seen.says(says), "{says}: {}", seen.text());
    }
    let package = hidden(&seen.body, "package").to_owned();
    let name = format!("{}-1", code.to_lowercase());
    let mut nobody = zone.house.browser();
    assert_eq!(nobody.get(&format!("/releases/{name}")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(
        nobody.get(&format!("/releases/{name}/files/data/method.md")).await.status,
        StatusCode::NOT_FOUND
    );
    let seen = rita.send(&format!("{at}/release/{name}/first"), &[("package", &package)]).await;
    assert!(seen.says("Signed. Another person signs next."), "{}", seen.text());
    let mut dora = zone.house.unlocked("Dora").await;
    let seen = dora.get(&format!("{at}/release")).await;
    assert!(seen.says("You hold no key to this draft.") && !seen.says("rest day"), "{}", seen.text());
    let mut lena = zone.house.logged_in("Lena").await;
    let seen = lena.get(&format!("{at}/release")).await;
    assert!(seen.says("The draft is sealed. Unlock to see it."), "{}", seen.text());
    let mut lena = zone.house.unlocked("Lena").await;
    let seen = lena.get(&format!("{at}/release")).await;
    assert!(seen.says("Sign and publish") && seen.says("not shown: few people"), "{}", seen.text());
    let seen = lena.send(&format!("{at}/release/{name}/second"), &[("package", &package)]).await;
    assert!(seen.says("Signed and entered in the ledger."), "{}", seen.text());

    // Everybody, without a login and without a cookie.
    let page = format!("/releases/{name}");
    let seen = nobody.get("/releases").await;
    assert!(seen.says("Working conditions in one workplace") && seen.says("in force"), "{}", seen.text());
    for (language, says) in
        [("en", "At least one rest day"), ("ko", "이레에 적어도 하루"), ("ja", "7日に少なくとも")]
    {
        let seen = nobody.get(&format!("{page}?lang={language}")).await;
        assert_eq!(seen.status, StatusCode::OK);
        assert!(seen.says(says) && seen.says(&package), "{language}: {}", seen.text());
        assert!(!seen.body.contains("<script") && !seen.says("few people"), "reasons are not for everybody");
        assert!(seen.headers.get("set-cookie").is_none(), "{:?}", seen.headers);
        assert!(seen.headers["cache-control"].to_str().unwrap().starts_with("public"));
    }
    let report = nobody.get(&format!("{page}/files/data/report.ko.html")).await;
    let policy = report.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("style-src 'sha256-") && policy.contains("script-src 'none'"), "{policy}");
    let zip = nobody.get(&format!("{page}/bag.zip")).await;
    assert_eq!(zip.headers["content-type"], "application/zip");
    let outside = nobody.get(&format!("{page}/files/../../login")).await;
    assert_ne!(outside.status, StatusCode::OK);

    // Taken back.
    let release = format!("{at}/release/{name}");
    let seen = lena.post(&format!("{release}/retract"), &[("reason", "")]).await;
    assert!(seen.says("A reason is missing or too long."), "{}", seen.text());
    let why = "The stratum of women was counted twice.";
    let seen = lena.send(&format!("{release}/retract"), &[("reason", why)]).await;
    assert!(seen.says("Lena asks for the retraction"), "{}", seen.text());
    assert!(!seen.says("Retract this release?"), "the second half is for another person");
    let seen = rita.send(&format!("{release}/retracted"), &[]).await;
    assert!(seen.says("The release is retracted."), "{}", seen.text());
    let seen = nobody.get(&page).await;
    assert!(seen.says(why) && seen.says("retracted"), "{}", seen.text());
}

#[tokio::test]
async fn an_administrator_names_the_witnesses_that_releases_wait_for() {
    let zone = zone().await;
    let mut lena = zone.house.logged_in("Lena").await;
    assert_eq!(lena.get("/ledger/witnesses").await.status, StatusCode::FORBIDDEN);
    let mut ada = zone.house.logged_in("Ada").await;
    assert!(ada.get("/ledger").await.body.contains("/ledger/witnesses"));
    let seen = ada.post("/ledger/witnesses", &[("witnesses", "witness a nothing\nquorum a")]).await;
    assert!(
        seen.says("These witnesses cannot be used:") && seen.says("witness a nothing"),
        "{}",
        seen.text()
    );
    let seen = ada.send("/ledger/witnesses", &[("witnesses", "quorum none")]).await;
    assert!(seen.says("The witnesses are kept."), "{}", seen.text());
}
