//! A phone that nobody has heard from. In a file of its own, because it moves the clock of its whole process.

mod house;
mod persons;

use persons::filled;

#[tokio::test]
async fn a_phone_that_was_silent_for_a_week_is_told_of() {
    let scene = filled().await;
    let today = format!("/m/{}", scene.mandate);
    let mut lena = scene.house.logged_in("Lena").await;
    assert!(!lena.get(&today).await.says("Not heard from"));
    house::wait_minutes(8 * 24 * 60);
    let mut lena = scene.house.logged_in("Lena").await;
    let seen = lena.get(&today).await;
    assert!(seen.says("Not heard from: Interviewer 3last seen"), "{}", seen.text());
}
