//! A mandate with a registry of persons that a phone has filled, one of them in conflict.
#![allow(dead_code, reason = "each test file uses its own part")]

use desk::{Sender, Upload};

use crate::house::House;

/// A form that makes and changes persons: site (open), name and label (identity), story (sensitive).
pub const FORM: &str = include_str!("../../../desk/tests/house/person.xml");

/// Names of the persons, in the order in which they came.
pub const NAMES: [&str; 6] = ["김철수", "리영희", "박광일", "최혜경", "정철수", "강명숙"];

/// The house, its mandate and its phone.
pub struct Scene {
    pub house: House,
    pub mandate: i64,
    pub phone: Sender,
}

/// The ODK entity id of a person.
pub fn uuid(number: usize) -> String {
    format!("{number:08x}-0000-4000-8000-{number:012x}")
}

/// Ada administers, Lena leads, Rose reviews without the identity key; the form is published, nothing was sent.
pub async fn empty() -> Scene {
    let house = House::new().await;
    house.member("Ada", true).await;
    let lena = house.member("Lena", false).await;
    let rose = house.member("Rose", false).await;
    let mandate = house.mandate("Ada", "general", &[(lena, "lead"), (rose, "reviewer")]).await;
    let session = house.session("Lena", true).await;
    let seat = house.desk.seat(&session, mandate).await.unwrap();
    let upload = Upload { bytes: FORM.as_bytes(), file_name: "person.xml", fallback_id: None };
    let uploaded = house.desk.upload_form(&seat.may().unwrap(), upload, None).await.unwrap();
    house.desk.publish_form(&seat.may().unwrap(), &uploaded.form).await.unwrap();
    let device = house.desk.add_device(&seat.may().unwrap(), "Interviewer 3").await.unwrap();
    let phone = Sender::Phone(house.desk.phone(&device.token).await.unwrap());
    Scene { house, mandate, phone }
}

/// The same, with six persons, the second of which two phones have changed without knowing of one another.
pub async fn filled() -> Scene {
    let scene = empty().await;
    for (number, name) in (1..).zip(NAMES) {
        let entity = format!(r#"create="1" id="{}""#, uuid(number));
        let site = format!("Sawmill {}", number % 3 + 1);
        let story = format!("{number}번 작업장에서 하루 14시간 일했다");
        scene.send(number, &[("site", &site), ("name", name), ("story", &story)], &entity, name).await;
    }
    for (number, site) in [(21, "Harbour"), (22, "Quarry")] {
        let entity = format!(r#"update="1" baseVersion="1" id="{}""#, uuid(2));
        scene.send(number, &[("site", site)], &entity, "").await;
    }
    scene
}

impl Scene {
    /// Sends a submission from the phone.
    pub async fn send(&self, number: usize, values: &[(&str, &str)], entity: &str, label: &str) {
        let values: String = values.iter().map(|(name, value)| format!("<{name}>{value}</{name}>")).collect();
        let label = if label.is_empty() { String::new() } else { format!("<label>{label}</label>") };
        let instance = format!("<instanceID>uuid:{}</instanceID>", uuid(1000 + number));
        let entity = format!(r#"<entity dataset="persons" {entity}>{label}</entity>"#);
        let xml = format!(r#"<data id="person" version="1">{values}<meta>{instance}{entity}</meta></data>"#);
        self.house.desk.receive(&self.phone, xml.into_bytes(), Vec::new()).await.unwrap();
    }

    /// An address in the registry of persons.
    pub fn at(&self, path: &str) -> String {
        format!("/m/{}/registries/persons{path}", self.mandate)
    }

    /// An address of a person.
    pub fn person(&self, number: usize, path: &str) -> String {
        self.at(&format!("/entries/{}{path}", uuid(number)))
    }
}
