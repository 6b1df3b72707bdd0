//! The page on which answers and records are compared, over HTTP.

mod house;
mod zone;

use axum::http::StatusCode;
use zone::zone;

#[tokio::test]
async fn only_unlocked_keys_compare_and_the_page_says_what_the_figures_mean() {
    let zone = zone().await;
    let address = format!("/m/{}/reconciliation", zone.mandate);
    let mut rita = zone.house.logged_in("Rita").await;
    let seen = rita.get(&format!("/m/{}/findings", zone.mandate)).await;
    assert!(seen.body.contains(&address), "{}", seen.text());
    let seen = rita.get(&address).await;
    assert!(seen.says("Both sides are sealed") && seen.says("for 3 pay periods each"), "{}", seen.text());
    let mut marta = zone.house.logged_in("Marta").await;
    assert_eq!(marta.get(&address).await.status, StatusCode::FORBIDDEN, "who reads records does not compare");
    let mut rita = zone.house.unlocked("Rita").await;
    assert!(rita.get(&address).await.says("Open both sides and compare"));
    let seen = rita.post(&address, &[]).await;
    for says in [
        "R1 Pay gap, official rate",
        "R1 Pay gap, market rate",
        "No rate of exchange is on record",
        "R9 Minimum wage",
        "Counted: 0 interviews, 0 record reviews of 0 files",
        "too few to be shown",
    ] {
        assert!(seen.says(says), "{says}: {}", seen.text());
    }
    let seen = rita.get(&format!("{address}?lang=ja")).await;
    assert!(seen.says("結び付けることは決してありません"), "{}", seen.text());
}
