//! Stories of keys: who holds which, what happens when somebody leaves, shares on paper, phones.

mod house;

use axum::http::StatusCode;
use desk::{Collect, Forms, Opening, Read, Sender, Upload};
use house::{House, PASSWORD};

const FORM: &str = r#"<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml">
<h:head><h:title>Talk</h:title><model><instance><data id="talk" version="1"><said/><meta><instanceID/></meta></data></instance>
<bind nodeset="/data/said" type="string"/><bind nodeset="/data/meta/instanceID" type="string"/></model></h:head>
<h:body><input ref="/data/said"><label>What was said</label></input></h:body></h:html>"#;

/// A house with a mandate of the general protocol: Lead and Reviewer hold the working compartment.
async fn working_house() -> (House, i64, [i64; 3]) {
    let house = House::new().await;
    let ada = house.member("Ada", true).await;
    let lead = house.member("Lena", false).await;
    let reviewer = house.member("Rose", false).await;
    let mandate = house.mandate("Ada", "general", &[(lead, "lead"), (reviewer, "reviewer")]).await;
    let session = house.session("Lena", true).await;
    let seat = house.desk.seat(&session, mandate).await.unwrap();
    let upload = Upload { bytes: FORM.as_bytes(), file_name: "talk.xml", fallback_id: None };
    let may = seat.may::<Forms>().unwrap();
    let uploaded = house.desk.upload_form(&may, upload, None).await.unwrap();
    house.desk.publish_form(&may, &uploaded.form).await.unwrap();
    (house, mandate, [ada, lead, reviewer])
}

async fn say(house: &House, mandate: i64, id: &str, said: &str) {
    let session = house.session("Lena", false).await;
    let seat = house.desk.seat(&session, mandate).await.unwrap();
    let xml = format!(
        r#"<data id="talk" version="1"><said>{said}</said><meta><instanceID>{id}</instanceID></meta></data>"#
    );
    let sender = Sender::member(&seat.may::<Collect>().unwrap());
    house.desk.receive(&sender, xml.into_bytes(), Vec::new()).await.unwrap();
}

/// What a member reads in a submission with their keys unlocked; none where it stays closed.
async fn read(house: &House, mandate: i64, who: &str, id: &str) -> Option<String> {
    let session = house.session(who, true).await;
    let seat = house.desk.seat(&session, mandate).await.unwrap();
    let form = house.desk.form(mandate, "talk").await.unwrap();
    let may = seat.may::<Read>().unwrap();
    let detail = house.desk.submission(&may, &form, id, Opening::Sensitive).await.unwrap();
    let version = detail.versions.first().unwrap();
    let said = version.values.get("said").and_then(|value| value.as_str()).map(str::to_owned);
    assert_eq!(said.is_none(), version.sensitive_closed);
    said
}

/// Number of the compartment that a person's page links to, by the order of the protocol.
async fn compartment(house: &House, mandate: i64, name: &str) -> i64 {
    let session = house.session("Ada", false).await;
    let seat = house.desk.seat(&session, mandate).await.unwrap();
    let states = house.desk.compartments(&seat).await.unwrap();
    states.into_iter().find(|state| state.compartment.name == name).unwrap().compartment.id
}

#[tokio::test]
async fn a_mandate_begins_with_a_holder_for_every_compartment() {
    let house = House::new().await;
    house.member("Ada", true).await;
    let lead = house.member("Lena", false).await;
    let mut ada = house.logged_in("Ada").await;
    assert!(ada.get("/mandates/new").await.says("General monitoring with your own forms"));
    assert!(ada.post("/mandates/new", &[]).await.says("Choose the protocol"));
    let next = ada.post("/mandates/new", &[("protocol", "general")]).await.leads_to().unwrap();
    let page = ada.get(&next).await;
    assert!(page.says("Role of Lena") && page.says("Names and everything else that tells who a person is"));

    let role = format!("role-{lead}");
    let unheld = ada.post(&next, &[("name", "Sites 2026"), (&role, "reviewer")]).await;
    assert_eq!(unheld.status, StatusCode::BAD_REQUEST);
    assert!(unheld.says("Nobody would hold the key of: Identity, Phones."), "{}", unheld.text());
    assert!(unheld.says("nobody yet") && unheld.body.contains("value=\"Sites 2026\""));

    let fields = [("name", "Sites 2026"), ("description", "Dams"), (&role, "lead")];
    let check = ada.post(&next, &fields).await;
    assert!(
        check.status == StatusCode::OK && check.says("Check and begin") && check.says("Begin the mandate")
    );
    let mut sure = fields.to_vec();
    sure.push(("sure", "yes"));
    let begun = ada.send(&next, &sure).await;
    assert!(
        begun.says("The mandate has begun.") && begun.says("Lena RoleLead KeysIdentity, Working, Phones"),
        "{}",
        begun.text()
    );
    let mut lena = house.logged_in("Lena").await;
    assert_eq!(lena.get("/mandates/new").await.status, StatusCode::FORBIDDEN);

    let settings = ada.get("/m/1/settings").await;
    assert!(settings.says("Dams"));
    assert!(ada.post("/m/1/settings", &[("name", " ")]).await.says("The name is missing."));
    let fields = [("name", "Sites 2027"), ("archived", "yes")];
    assert!(ada.send("/m/1/settings", &fields).await.says("archived since"));
}

#[tokio::test]
async fn who_leaves_keeps_nothing_that_comes_after() {
    let (house, mandate, [_, _, reviewer]) = working_house().await;
    say(&house, mandate, "uuid:before", "the gate was shut").await;
    assert_eq!(read(&house, mandate, "Rose", "uuid:before").await.as_deref(), Some("the gate was shut"));

    let mut lena = house.unlocked("Lena").await;
    let question = lena.get(&format!("/m/{mandate}/people/{reviewer}/leave")).await;
    assert!(question.says("Take Rose out of the mandate?") && question.says("“Working” gets a new key"));
    let done = lena.send(&format!("/m/{mandate}/people/{reviewer}/leave"), &[]).await;
    assert!(done.says("The person is out of the mandate.") && !done.says("Rose"));

    say(&house, mandate, "uuid:after", "the gate was open").await;
    assert_eq!(read(&house, mandate, "Lena", "uuid:before").await.as_deref(), Some("the gate was shut"));
    assert_eq!(read(&house, mandate, "Lena", "uuid:after").await.as_deref(), Some("the gate was open"));
    let mut rose = house.unlocked("Rose").await;
    assert_eq!(rose.get(&format!("/m/{mandate}/people")).await.status, StatusCode::NOT_FOUND);

    // With a role again, but without a key, everything is closed.
    let fields = [("member", reviewer.to_string()), ("role", "reviewer".to_owned())];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let given = lena.send(&format!("/m/{mandate}/people/add"), &fields).await;
    assert!(given.says("The role is given.") && given.says("not yet"), "{}", given.text());
    assert_eq!(read(&house, mandate, "Rose", "uuid:before").await, None);
    assert_eq!(read(&house, mandate, "Rose", "uuid:after").await, None);

    let working = compartment(&house, mandate, "working").await;
    let key = format!("/m/{mandate}/people/{reviewer}/keys/{working}");
    let question = lena.get(&key).await;
    assert!(question.says("Give Rose the key of “Working”?") && question.says("sealed before today"));
    assert!(lena.send(&format!("{key}/give"), &[]).await.says("The key is given."));
    assert_eq!(read(&house, mandate, "Rose", "uuid:after").await.as_deref(), Some("the gate was open"));
}

#[tokio::test]
async fn the_last_key_cannot_be_taken_and_a_key_needs_a_holder_to_give_it() {
    let (house, mandate, [_, lead, reviewer]) = working_house().await;
    let identity = compartment(&house, mandate, "identity").await;
    let mut lena = house.logged_in("Lena").await;
    let take = format!("/m/{mandate}/people/{lead}/keys/{identity}/take");
    let refused = lena.post(&take, &[]).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.says("Nobody else holds the key of “Identity”."), "{}", refused.text());

    // Giving needs the giver's own key, so a locked session is led to unlock first.
    let give = format!("/m/{mandate}/people/{reviewer}/keys/{identity}");
    assert!(lena.get(&give).await.leads_to().unwrap().starts_with("/unlock?next="));
    let mut ada = house.unlocked("Ada").await;
    assert!(ada.get(&give).await.says("you do not hold it"));
    assert_eq!(ada.post(&format!("{give}/give"), &[]).await.status, StatusCode::CONFLICT);
    let mut rose = house.unlocked("Rose").await;
    assert_eq!(rose.get(&give).await.status, StatusCode::FORBIDDEN, "a reviewer gives no keys");
}

#[tokio::test]
async fn an_administrator_without_keys_sees_that_something_is_sealed_and_no_more() {
    let (house, mandate, _) = working_house().await;
    say(&house, mandate, "uuid:secret", "the gate was shut").await;
    assert_eq!(read(&house, mandate, "Ada", "uuid:secret").await, None);
    let mut ada = house.unlocked("Ada").await;
    let one = format!("/m/{mandate}/submissions/talk/uuid%3Asecret");
    let closed = ada.get(&one).await;
    assert!(
        closed.status == StatusCode::OK
            && closed.says("What was said ▮▮▮▮")
            && closed.says("which you do not hold"),
        "{}",
        closed.text()
    );
    assert!(!closed.says("the gate was shut"));
    assert!(house.unlocked("Lena").await.get(&one).await.says("the gate was shut"));
    let people = ada.get(&format!("/m/{mandate}/people")).await;
    assert!(people.says("Lena") && people.says("Names and everything else that tells who a person is"));
    let working = compartment(&house, mandate, "working").await;
    let shares = ada.get(&format!("/m/{mandate}/people/shares/{working}")).await;
    assert!(shares.says("Only somebody who holds the key of “Working” can make shares."));
    let made = format!("/m/{mandate}/people/shares/{working}/make");
    let made = ada.post(&made, &[("keepers", "A\nB"), ("threshold", "2")]).await;
    assert!(made.status == StatusCode::BAD_REQUEST && made.says("You do not hold the key"));
}

#[tokio::test]
async fn two_of_three_papers_bring_a_key_back() {
    let (house, mandate, [_, _, reviewer]) = working_house().await;
    let identity = compartment(&house, mandate, "identity").await;
    let own = format!("/m/{mandate}/people/shares/{identity}");
    let mut lena = house.unlocked("Lena").await;
    let few = lena.post(&format!("{own}/make"), &[("keepers", "Han"), ("threshold", "2")]).await;
    assert!(few.status == StatusCode::BAD_REQUEST && few.says("Name 2 to 20 keepers"));
    let fields = [("keepers", "Han\nIda\n\nJun"), ("threshold", "2")];
    let papers = lena.post(&format!("{own}/make"), &fields).await;
    assert!(papers.says("Share 1 of 3 · Han") && papers.says("2 of 3 shares together recover the key"));
    let codes = [papers.code(0), papers.code(1), papers.code(2)];
    let listed = lena.get(&own).await;
    assert!(listed.says("2 of 3") && listed.says("Han, Ida, Jun"));
    assert!(codes.iter().all(|code| !listed.body.contains(code.as_str())), "shown once");
    let set = listed.body.split(&format!("{own}/")).find(|part| part.contains("/recover\"")).unwrap();
    let set = set.split('/').next().unwrap().to_owned();

    let mut ada = house.logged_in("Ada").await;
    let recover = format!("{own}/{set}/recover");
    let person = reviewer.to_string();
    let one = [("share-1", codes[0].as_str()), ("share-2", codes[0].as_str()), ("member", &person)];
    let one = ada.post(&recover, &one).await;
    assert!(one.status == StatusCode::BAD_REQUEST && one.says("These shares do not open the key."));
    let two = [("share-1", codes[2].as_str()), ("share-2", codes[0].as_str()), ("member", &person)];
    let two = ada.send(&recover, &two).await;
    assert!(two.says("The key is recovered and given.") && two.says("Identity"), "{}", two.text());
    let people = ada.get(&format!("/m/{mandate}/people")).await;
    assert!(people.says("Rose RoleReviewer KeysIdentity, Working"), "{}", people.text());

    assert!(ada.get(&format!("{own}/{set}/drop")).await.says("Make these shares worthless?"));
    assert!(ada.send(&format!("{own}/{set}/drop"), &[]).await.says("The shares are worthless now."));
    assert_eq!(ada.get(&recover).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_phone_is_added_by_its_picture_and_refused_once_revoked() {
    let (house, mandate, _) = working_house().await;
    let mut lena = house.unlocked("Lena").await;
    let room = format!("/m/{mandate}/devices");
    assert!(lena.get(&room).await.says("No phone has been added."));
    assert!(lena.post(&format!("{room}/add"), &[("name", " ")]).await.says("The name is missing."));
    let page = lena.send(&format!("{room}/add"), &[("name", "Interviewer 3")]).await;
    assert!(page.says("The phone is added.") && page.body.contains("role=\"img\" aria-label=\"QR code"));
    let address = page.code(0);
    let token = address.split("/v1/key/").nth(1).unwrap().split('/').next().unwrap().to_owned();
    let list = format!("/v1/key/{token}/projects/{mandate}/formList");
    assert!(lena.get(&list).await.body.contains("<formID>talk</formID>"));
    let phone = house.desk.phone(&token).await.unwrap();
    let xml =
        br#"<data id="talk" version="1"><said>x</said><meta><instanceID>uuid:p</instanceID></meta></data>"#;
    house.desk.receive(&Sender::Phone(phone), xml.to_vec(), Vec::new()).await.unwrap();
    assert!(lena.get(&room).await.says("in use"));

    let device = lena.get(&room).await;
    let device = device.body.split(&format!("{room}/")).nth(2).unwrap().split('"').next().unwrap().to_owned();
    let own = format!("{room}/{device}");
    lena.post("/lock", &[]).await;
    let locked = lena.get(&own).await;
    assert!(locked.says("The code of this phone is sealed.") && !locked.body.contains(&token));
    lena.post("/unlock", &[("password", PASSWORD)]).await;
    assert!(lena.get(&own).await.body.contains(&token), "the picture can be shown again");

    assert!(lena.get(&format!("{own}/revoke")).await.says("Revoke Interviewer 3?"));
    assert!(lena.send(&format!("{own}/revoke"), &[]).await.says("The phone is revoked."));
    assert!(house.desk.phone(&token).await.is_err(), "the server refuses it");
    assert_eq!(lena.get(&list).await.status, StatusCode::FORBIDDEN, "and so does the phone's door");
    assert!(!lena.get(&own).await.body.contains(&token));
    let mut rose = house.logged_in("Rose").await;
    assert_eq!(rose.get(&room).await.status, StatusCode::FORBIDDEN);
}
