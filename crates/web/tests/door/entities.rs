//! Entity lists and entities through the API, as scripts use them, and entities that come with submissions.

use serde_json::{Value, json};

use crate::wire::{Project, Reply};

const NOTHING: Value = Value::Null;
const FIRST: &str = "12345678-1234-4123-8234-123456789abc";
const SECOND: &str = "12345678-1234-4123-8234-123456789abd";

/// A form that makes, changes, or makes or changes (`create`, `update`) entities of `people`.
fn form(id: &str, actions: &str) -> String {
    format!(
        r#"<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"
          xmlns:jr="http://openrosa.org/javarosa" xmlns:entities="http://www.opendatakit.org/xforms/entities">
          <h:head><h:title>{id}</h:title><model entities:entities-version="2024.1.0"><instance>
          <data id="{id}" version="1"><name/><age/><meta><instanceID/>
          <entity dataset="people" id="" {actions}><label/></entity></meta></data></instance>
          <bind nodeset="/data/name" type="string" entities:saveto="first_name"/>
          <bind nodeset="/data/age" type="int" entities:saveto="age"/></model></h:head>
          <h:body><input ref="/data/name"><label>Name</label></input><input ref="/data/age"><label>Age</label></input>
          </h:body></h:html>"#
    )
}

/// A filled form; `entity` has the entity's attributes.
fn filled(form: &str, instance: &str, entity: &str, label: &str, name: &str, age: &str) -> String {
    format!(
        "<data xmlns:entities=\"http://www.opendatakit.org/xforms/entities\" id=\"{form}\" version=\"1\"><name>{name}</name>\
         <age>{age}</age><meta><instanceID>{instance}</instanceID><entity dataset=\"people\" {entity}>\
         <label>{label}</label></entity></meta></data>"
    )
}

struct List {
    project: Project,
}

impl List {
    /// A project with a list `people` that two forms write: `make` and `change`.
    async fn begin() -> List {
        let project = Project::begin().await;
        for xml in [form("make", "create=\"\""), form("change", "update=\"\" create=\"\" baseVersion=\"\"")] {
            let reply = project.upload(&xml, "?publish=true").await;
            assert_eq!(reply.status, 200, "{}", reply.text());
        }
        List { project }
    }

    async fn get(&self, path: &str) -> Value {
        self.project.json("GET", &format!("datasets/people{path}"), NOTHING).await.value()
    }

    async fn ask(&self, method: &str, path: &str, body: Value) -> Reply {
        self.project.json(method, &format!("datasets/people{path}"), body).await
    }

    async fn add(&self, uuid: &str, label: &str, age: &str) -> Value {
        let body = json!({ "uuid": uuid, "label": label, "data": { "first_name": label, "age": age } });
        self.ask("POST", "/entities", body).await.value()
    }

    async fn send(&self, xml: &str) {
        let reply = self.project.submit(&[("xml_submission_file", xml.as_bytes())]).await;
        assert_eq!(reply.status, 201, "{}", reply.text());
    }

    /// Makes an entity by a submission, changes it by the API, and changes it by a submission that has not seen that.
    async fn conflict(&self) {
        self.send(&filled(
            "make",
            "uuid:m1",
            &format!("id=\"{FIRST}\" create=\"1\""),
            "Alice (88)",
            "Alice",
            "88",
        ))
        .await;
        let path = format!("/entities/{FIRST}?baseVersion=1");
        self.ask("PATCH", &path, json!({ "data": { "age": "12" } })).await.value();
        let entity = format!("id=\"{FIRST}\" update=\"1\" baseVersion=\"1\"");
        self.send(&filled("change", "uuid:c1", &entity, "Alicia (85)", "Alicia", "85")).await;
    }
}

#[tokio::test]
async fn a_list_is_made_described_and_kept_apart_from_similar_ones() {
    let project = Project::begin().await;
    let made =
        project.json("POST", "datasets", json!({ "name": "trees", "approvalRequired": true })).await.value();
    assert_eq!(made["name"], "trees");
    assert_eq!(made["approvalRequired"], true);
    assert_eq!(made["ownerOnly"], false);
    assert_eq!(made["properties"], json!([]));
    assert_eq!(made["linkedForms"], json!([]));
    for wrong in [
        json!({}),
        json!({ "name": "1x" }),
        json!({ "name": "__x" }),
        json!({ "name": "a.b" }),
        json!({ "name": 5 }),
    ] {
        let reply = project.json("POST", "datasets", wrong).await;
        assert_eq!((reply.status, reply.code().as_str()), (400, "400.8"), "{}", reply.text());
    }
    let reply = project.json("POST", "datasets", json!({ "name": "trees" })).await;
    assert_eq!(reply.code(), "409.3");
    assert!(reply.text().contains(&format!(
        "A resource already exists with name,projectId value(s) of trees,{}.",
        project.id
    )));
    let reply = project.json("POST", "datasets", json!({ "name": "Trees" })).await;
    assert_eq!(reply.code(), "409.16");

    let add =
        async |name: Value| project.json("POST", "datasets/trees/properties", json!({ "name": name })).await;
    assert_eq!(add(json!("height")).await.value()["success"], true);
    assert_eq!(add(json!("Height")).await.code(), "409.3");
    for wrong in [json!("label"), json!("Name"), json!("__x"), json!("bad name"), NOTHING] {
        assert_eq!(add(wrong).await.code(), "400.8");
    }
    assert_eq!(add(json!("the.name")).await.status, 200);
    let told = project.json("GET", "datasets/trees", NOTHING).await.value();
    assert_eq!(told["properties"][1]["odataName"], "the_name");

    let listed = project.json("GET", "datasets", NOTHING).await.value();
    assert_eq!(listed[0]["name"], "trees");
    assert!(listed[0].get("entities").is_none());
    assert_eq!(project.json("GET", "datasets/nothing", NOTHING).await.code(), "404.1");

    assert_eq!(
        project.json("PATCH", "datasets/trees", json!({ "approvalRequired": false })).await.value()["approvalRequired"],
        false
    );
    assert_eq!(project.json("PATCH", "datasets/trees?convert=maybe", json!({})).await.code(), "400.8");
    assert_eq!(
        project.json("DELETE", "datasets/trees/properties/height", NOTHING).await.value()["success"],
        true
    );
    assert_eq!(project.json("DELETE", "datasets/trees/properties/height", NOTHING).await.code(), "404.1");
    assert_eq!(project.json("DELETE", "datasets/trees", NOTHING).await.value()["success"], true);
    assert_eq!(project.json("GET", "datasets/trees", NOTHING).await.code(), "404.1");
    let gone = project.json("GET", "datasets?deleted=true", NOTHING).await.value();
    assert_eq!(gone[0]["name"], "trees");
    assert!(gone[0]["deletedAt"].is_string());
    assert_eq!(project.json("POST", "datasets", json!({ "name": "trees" })).await.status, 200);
}

#[tokio::test]
async fn forms_make_lists_and_are_told_with_them() {
    let list = List::begin().await;
    let told = list.get("").await;
    let forms: Vec<&str> = told["sourceForms"]
        .as_array()
        .unwrap()
        .iter()
        .map(|form| form["xmlFormId"].as_str().unwrap())
        .collect();
    assert_eq!(forms, ["make", "change"]);
    assert_eq!(told["properties"][0]["name"], "first_name");
    assert_eq!(told["properties"][0]["forms"].as_array().unwrap().len(), 2);
    assert_eq!(list.ask("DELETE", "", NOTHING).await.status, 409);
    assert_eq!(list.ask("DELETE", "/properties/age", NOTHING).await.status, 409);

    let diff = list.project.json("GET", "forms/make/dataset-diff", NOTHING).await.value();
    assert_eq!(
        diff,
        json!([{ "name": "people", "properties": [
        { "name": "first_name", "inForm": true }, { "name": "age", "inForm": true } ] }])
    );
    assert_eq!(list.project.json("GET", "forms/make/draft/dataset-diff", NOTHING).await.code(), "404.1");
    let trees = form("plant", "create=\"\"").replace("people", "trees").replace("\"age\"", "\"height\"");
    assert_eq!(list.project.upload(&trees, "").await.status, 200);
    let diff = list.project.json("GET", "forms/plant/draft/dataset-diff", NOTHING).await.value();
    assert_eq!(diff[0]["isNew"], true);
    assert_eq!(diff[0]["properties"][1], json!({ "name": "height", "isNew": true, "inForm": true }));
    assert_eq!(list.project.json("GET", "datasets/trees", NOTHING).await.code(), "404.1");

    let other = form("other", "create=\"\"").replace("people", "People");
    assert_eq!(list.project.upload(&other, "").await.code(), "409.16");
    let other = form("other", "create=\"\"").replace("saveto=\"age\"", "saveto=\"AGE\"");
    assert_eq!(list.project.upload(&other, "").await.code(), "409.17");
    let other = form("other", "create=\"\"").replace("saveto=\"age\"", "saveto=\"First_Name\"");
    assert_eq!(list.project.upload(&other, "").await.code(), "400.25");
}

#[tokio::test]
async fn an_entity_is_made_changed_removed_and_brought_back() {
    let list = List::begin().await;
    let made = list.add(&format!("uuid:{}", FIRST.to_uppercase()), "Johnny Doe", "22").await;
    assert_eq!(made["uuid"], FIRST);
    assert_eq!(made["conflict"], NOTHING);
    assert_eq!(made["updatedAt"], NOTHING);
    assert!(made["creatorId"].is_number());
    let current = &made["currentVersion"];
    assert_eq!(
        (&current["version"], &current["baseVersion"], &current["current"]),
        (&json!(1), &NOTHING, &json!(true))
    );
    assert_eq!(current["label"], "Johnny Doe");
    assert_eq!(current["data"], json!({ "first_name": "Johnny Doe", "age": "22" }));
    assert_eq!(
        current["dataReceived"],
        json!({ "first_name": "Johnny Doe", "age": "22", "label": "Johnny Doe" })
    );

    for (wrong, code) in [
        (json!({ "label": "x", "uuid": "no" }), "400.11"),
        (json!({ "label": "x", "uuid": 5 }), "400.11"),
        (json!({ "label": 5 }), "400.11"),
        (json!({ "label": " " }), "400.8"),
        (json!({ "data": {} }), "400.2"),
        (json!({ "label": "x", "data": { "age": 5 } }), "400.11"),
        (json!({ "label": "x", "data": { "shoes": "5" } }), "400.28"),
        (json!({ "label": "x", "name": "y" }), "400.31"),
        (json!({ "label": "x", "uuid": FIRST }), "409.3"),
    ] {
        let reply = list.ask("POST", "/entities", wrong.clone()).await;
        assert_eq!(reply.code(), code, "{wrong} {}", reply.text());
    }

    let path = format!("/entities/{FIRST}");
    assert_eq!(list.ask("PATCH", &path, json!({ "label": "x" })).await.code(), "409.15");
    assert_eq!(
        list.ask("PATCH", &format!("{path}?baseVersion=0"), json!({ "label": "x" })).await.code(),
        "409.15"
    );
    assert_eq!(
        list.ask("PATCH", &format!("{path}?force=true"), json!({ "data": { "age": null } })).await.code(),
        "400.11"
    );
    let changed =
        list.ask("PATCH", &format!("{path}?baseVersion=1"), json!({ "data": { "age": "77" } })).await.value();
    assert_eq!(changed["currentVersion"]["version"], 2);
    assert_eq!(changed["currentVersion"]["label"], "Johnny Doe");
    assert_eq!(changed["currentVersion"]["data"], json!({ "first_name": "Johnny Doe", "age": "77" }));
    assert_eq!(changed["currentVersion"]["dataReceived"], json!({ "age": "77" }));
    assert!(changed["updatedAt"].is_string());
    assert_eq!(list.ask("PATCH", &format!("{path}?resolve=true"), json!({})).await.code(), "400.32");

    let diffs = list.get(&format!("{path}/diffs")).await;
    assert_eq!(diffs, json!([[{ "propertyName": "age", "old": "22", "new": "77" }]]));
    let audits = list.get(&format!("{path}/audits")).await;
    assert_eq!(audits[0]["action"], "entity.update.version");
    assert_eq!(audits[1]["action"], "entity.create");
    assert_eq!(audits[1]["details"]["entity"], json!({ "uuid": FIRST, "dataset": "people" }));
    assert_eq!(audits[1]["details"]["source"], json!({}));

    assert_eq!(list.ask("POST", &format!("{path}/restore"), NOTHING).await.code(), "404.1");
    assert_eq!(list.ask("DELETE", &path, NOTHING).await.value()["success"], true);
    assert_eq!(list.ask("DELETE", &path, NOTHING).await.code(), "404.1");
    assert_eq!(list.ask("GET", &path, NOTHING).await.code(), "404.1");
    assert_eq!(list.get("/entities").await, json!([]));
    assert_eq!(list.get("/entities?deleted=true").await[0]["uuid"], FIRST);
    let again = list.ask("POST", "/entities", json!({ "label": "x", "uuid": FIRST })).await;
    assert_eq!(again.code(), "409.19");
    assert_eq!(list.ask("POST", &format!("{path}/restore"), NOTHING).await.value()["success"], true);
    assert_eq!(list.get("/entities").await[0]["currentVersion"]["version"], 2);
}

#[tokio::test]
async fn many_entities_come_whole_or_not_at_all() {
    let list = List::begin().await;
    let one = |uuid: &str, label: &str| json!({ "uuid": uuid, "label": label, "data": { "age": "1" } });
    let source = json!({ "name": "people.csv", "size": 100 });
    for (wrong, code) in [
        (json!({ "entities": "x", "source": source }), "400.31"),
        (json!({ "entities": [], "source": source }), "400.31"),
        (json!({ "entities": [one(FIRST, "a")] }), "400.2"),
        (json!({ "entities": [one(FIRST, "a")], "source": { "size": 1 } }), "400.2"),
        (json!({ "entities": [one(FIRST, "a")], "source": { "name": 5 } }), "400.11"),
        (json!({ "entities": [one(FIRST, "a")], "source": { "name": "x", "size": "1" } }), "400.11"),
        (json!({ "entities": [one(FIRST, "a"), one(SECOND, "")], "source": source }), "400.8"),
        (json!({ "entities": [one(FIRST, "a"), one(FIRST, "b")], "source": source }), "409.3"),
    ] {
        let reply = list.ask("POST", "/entities", wrong.clone()).await;
        assert_eq!(reply.code(), code, "{wrong} {}", reply.text());
    }
    assert_eq!(list.get("/entities").await, json!([]), "nothing half imported");
    let body = json!({ "entities": [one(FIRST, "a"), one(SECOND, "b")], "source": source });
    assert_eq!(list.ask("POST", "/entities", body.clone()).await.value()["success"], true);
    assert_eq!(list.ask("POST", "/entities", body).await.code(), "409.3");
    let versions = list.get(&format!("/entities/{FIRST}/versions")).await;
    assert_eq!(
        versions[0]["source"],
        json!({ "name": "people.csv", "size": 100, "count": 2, "userAgent": null })
    );
    assert_eq!(versions[0]["lastGoodVersion"], true);

    let csv = list.ask("GET", "/entities.csv", NOTHING).await;
    let etag = csv.header("etag").unwrap().to_owned();
    let text = csv.text();
    let mut lines = text.lines();
    assert_eq!(
        lines.next(),
        Some(
            "__id,label,first_name,age,__createdAt,__creatorId,__creatorName,__updates,__updatedAt,__version"
        )
    );
    assert!(lines.next().unwrap().starts_with(&format!("{SECOND},b,,1,")), "{text}");
    let bearer = format!("Bearer {}", list.project.session);
    let headers = [("Authorization", bearer.as_str()), ("If-None-Match", etag.as_str())];
    let path = format!("/v1/projects/{}/datasets/people/entities.csv", list.project.id);
    assert_eq!(list.project.server.send("GET", &path, &headers, b"").await.status, 304);
    list.ask("PATCH", &format!("/entities/{FIRST}?force=true"), json!({ "label": "c" })).await.value();
    assert_eq!(list.project.server.send("GET", &path, &headers, b"").await.status, 200);

    let removed = list.ask("POST", "/entities/bulk-delete", json!({ "ids": [FIRST, SECOND] })).await;
    assert_eq!(removed.value()["success"], true);
    assert_eq!(list.get("/entities").await, json!([]));
}

#[tokio::test]
async fn a_conflict_is_told_and_settled() {
    let list = List::begin().await;
    list.conflict().await;
    let path = format!("/entities/{FIRST}");
    let told = list.get(&path).await;
    assert_eq!(told["conflict"], "hard");
    assert_eq!(told["currentVersion"]["data"], json!({ "first_name": "Alicia", "age": "85" }));
    let versions = list.get(&format!("{path}/versions")).await;
    let last = &versions[2];
    assert_eq!(last["conflict"], "hard");
    assert_eq!(last["conflictingProperties"], json!(["age"]));
    assert_eq!(
        (&last["baseVersion"], &last["resolved"], &versions[1]["lastGoodVersion"]),
        (&json!(1), &json!(false), &json!(true))
    );
    assert_eq!(last["source"]["event"]["action"], "submission.create");
    assert_eq!(last["source"]["submission"]["instanceId"], "uuid:c1");

    // Only the label differs from what has changed meanwhile: soft.
    let entity = format!("id=\"{FIRST}\" update=\"1\" baseVersion=\"2\"");
    list.send(&filled("change", "uuid:c2", &entity, "Alicia (85)", "Alicia", "85")).await;
    let versions = list.get(&format!("{path}/versions")).await;
    assert_eq!(
        (&versions[3]["conflict"], &versions[3]["conflictingProperties"]),
        (&json!("soft"), &json!([]))
    );

    let feed = list.get(".svc/Entities?%24filter=__system%2Fconflict%20eq%20%27hard%27").await;
    assert_eq!(feed["value"].as_array().unwrap().len(), 1);
    assert_eq!(
        list.ask("PATCH", &format!("{path}?resolve=true&baseVersion=1"), json!({})).await.code(),
        "409.15"
    );
    let settled = list.ask("PATCH", &format!("{path}?resolve=true&baseVersion=4"), json!({})).await.value();
    assert_eq!(settled["conflict"], NOTHING);
    let versions = list.get(&format!("{path}/versions?relevantToConflict=true")).await;
    assert_eq!(versions, json!([]));
    let audits = list.get(&format!("{path}/audits")).await;
    assert_eq!(audits[0]["action"], "entity.update.resolve");
}

#[tokio::test]
async fn entities_wait_for_approval_where_a_list_says_so() {
    let list = List::begin().await;
    list.ask("PATCH", "", json!({ "approvalRequired": true })).await.value();
    list.send(&filled("make", "uuid:1", &format!("id=\"{FIRST}\" create=\"1\""), "A", "A", "1")).await;
    list.send(&filled("make", "uuid:2", &format!("id=\"{SECOND}\" create=\"1\""), "B", "B", "2")).await;
    assert_eq!(list.get("/entities").await, json!([]));
    let seat = list.project.server.desk.clone();
    let login = desk::Login {
        email: crate::wire::EMAIL,
        password: crate::wire::PASSWORD,
        code: None,
        address: "test",
        unlock: true,
    };
    let session = seat.log_in_each_time(login).await.unwrap();
    let sitting = seat.seat(&session, list.project.id).await.unwrap();
    let made = seat.form(list.project.id, "make").await.unwrap();
    seat.review(&sitting.may().unwrap(), &made, "uuid:1", Some("approved"), "").await.unwrap();
    assert_eq!(list.get("/entities").await[0]["uuid"], FIRST);

    let reply = list.ask("PATCH", "", json!({ "approvalRequired": false })).await;
    assert_eq!(reply.code(), "400.29");
    assert!(reply.text().contains("There are 1 pending submissions"));
    list.ask("PATCH", "?convert=true", json!({ "approvalRequired": false })).await.value();
    assert_eq!(list.get("/entities").await[0]["uuid"], SECOND);
}

#[tokio::test]
async fn offline_work_arrives_out_of_order() {
    let list = List::begin().await;
    list.add(FIRST, "Johnny", "22").await;
    let branch = "30e31a8c-7f10-4f4e-9c4b-3f2ec8e3a4bb";
    let update = |base: i64| {
        format!("id=\"{FIRST}\" update=\"1\" baseVersion=\"{base}\" trunkVersion=\"1\" branchId=\"{branch}\"")
    };
    list.send(&filled("change", "uuid:3", &update(3), "c", "c", "3")).await;
    list.send(&filled("change", "uuid:2", &update(2), "b", "b", "2")).await;
    assert_eq!(list.get(&format!("/entities/{FIRST}")).await["currentVersion"]["version"], 1);
    list.send(&filled("change", "uuid:1", &update(1), "a", "a", "1")).await;
    let versions = list.get(&format!("/entities/{FIRST}/versions")).await;
    let told: Vec<_> = versions
        .as_array()
        .unwrap()
        .iter()
        .map(|version| {
            (
                version["version"].as_i64(),
                version["branchBaseVersion"].as_i64(),
                version["label"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (Some(1), None, "Johnny"),
            (Some(2), Some(1), "a"),
            (Some(3), Some(2), "b"),
            (Some(4), Some(3), "c")
        ]
    );
    assert_eq!(list.get(&format!("/entities/{FIRST}")).await["conflict"], NOTHING);

    // Made and changed offline, and the change comes first.
    let entity =
        format!("id=\"{SECOND}\" update=\"1\" baseVersion=\"1\" trunkVersion=\"\" branchId=\"{branch}\"");
    list.send(&filled("change", "uuid:5", &entity, "later", "later", "5")).await;
    assert_eq!(list.ask("GET", &format!("/entities/{SECOND}"), NOTHING).await.code(), "404.1");
    list.send(&filled("make", "uuid:4", &format!("id=\"{SECOND}\" create=\"1\""), "first", "first", "4"))
        .await;
    let told = list.get(&format!("/entities/{SECOND}")).await;
    assert_eq!(
        (&told["currentVersion"]["version"], &told["currentVersion"]["label"]),
        (&json!(2), &json!("later"))
    );
}

#[tokio::test]
async fn the_feed_is_read_page_by_page() {
    let list = List::begin().await;
    let service = list.get(".svc").await;
    assert_eq!(service["value"], json!([{ "name": "Entities", "kind": "EntitySet", "url": "Entities" }]));
    let metadata = list.ask("GET", ".svc/$metadata", NOTHING).await;
    assert!(metadata.text().contains("<Property Name=\"first_name\" Type=\"Edm.String\"/>"));
    assert_eq!(list.ask("GET", ".svc/%24metadata", NOTHING).await.status, 200);
    assert_eq!(list.get(".svc/Entities").await["value"], json!([]));
    for number in 1..=5 {
        list.add(
            &format!("12345678-1234-4123-8234-00000000000{number}"),
            &format!("Person {number}"),
            &number.to_string(),
        )
        .await;
    }
    let ages = |feed: &Value| -> Vec<String> {
        feed["value"].as_array().unwrap().iter().map(|row| row["age"].as_str().unwrap().to_owned()).collect()
    };
    let feed = list.get(".svc/Entities?$top=2&$count=true").await;
    assert_eq!((ages(&feed), &feed["@odata.count"]), (vec!["5".to_owned(), "4".to_owned()], &json!(5)));
    let row = &feed["value"][0];
    assert_eq!(
        (&row["label"], &row["__system"]["version"], &row["__system"]["updates"]),
        (&json!("Person 5"), &json!(1), &json!(0))
    );
    assert!(row["__system"]["creatorId"].is_string());
    let next = feed["@odata.nextLink"].as_str().unwrap();
    assert!(next.contains("/Entities?%24top=2&%24count=true&%24skiptoken=01"), "{next}");
    // A new entity does not disturb who is reading already.
    list.add("12345678-1234-4123-8234-000000000006", "Person 6", "6").await;
    let (_, query) = next.split_once("/Entities").unwrap();
    let feed = list.get(&format!(".svc/Entities{query}")).await;
    assert_eq!((ages(&feed), &feed["@odata.count"]), (vec!["3".to_owned(), "2".to_owned()], &json!(6)));
    let feed = list.get(".svc/Entities?$top=2&$skip=5").await;
    assert_eq!(ages(&feed), ["1"]);
    assert!(feed.get("@odata.nextLink").is_none());
    assert_eq!(list.get(".svc/Entities?$skip=1000000000").await["value"], json!([]));
    let feed = list.get(".svc/Entities?$orderby=__system/createdAt%20asc&$top=1").await;
    assert_eq!(ages(&feed), ["1"]);
    let feed = list.get(".svc/Entities?$select=__id,age").await;
    assert_eq!(feed["value"][0].as_object().unwrap().len(), 2);
    let feed = list.get(".svc/Entities?$search=person%203").await;
    assert_eq!(ages(&feed), ["3"]);
    let feed = list
        .get(".svc/Entities?$filter=__id%20eq%20'12345678-1234-4123-8234-000000000002'&$count=true")
        .await;
    assert_eq!((ages(&feed), &feed["@odata.count"]), (vec!["2".to_owned()], &json!(1)));
    for (query, code) in [
        ("$filter=label%20eq%20'x'", "501.5"),
        ("$filter=__id%20eq", "400.18"),
        ("$select=nothing", "400.23"),
        ("$skiptoken=nothing", "400.35"),
        ("$orderby=__id&$skiptoken=01eyJ1dWlkIjoieCJ9", "501.1"),
    ] {
        let reply = list.ask("GET", &format!(".svc/Entities?{query}"), NOTHING).await;
        assert_eq!(reply.code(), code, "{query}");
    }
    let removed = list.ask("DELETE", "/entities/12345678-1234-4123-8234-000000000006", NOTHING).await;
    assert_eq!(removed.status, 200);
    let feed = list.get(".svc/Entities?$filter=__system/deletedAt%20ne%20null").await;
    assert_eq!(ages(&feed), ["6"]);
}

#[tokio::test]
async fn who_holds_no_key_sees_that_there_is_something_and_not_what() {
    let list = List::begin().await;
    list.add(FIRST, "Johnny", "22").await;
    let new = desk::NewMember {
        email: "other@example.org",
        name: "Other",
        password: crate::wire::PASSWORD,
        administrator: true,
        language: "",
    };
    list.project.server.desk.add_member(new).await.unwrap();
    let login = json!({ "email": "other@example.org", "password": crate::wire::PASSWORD });
    let session = list.project.server.json("POST", "/v1/sessions", "", login).await.value();
    let token = session["token"].as_str().unwrap();
    let path = format!("/v1/projects/{}/datasets/people", list.project.id);
    let told =
        list.project.server.json("GET", &format!("{path}/entities/{FIRST}"), token, NOTHING).await.value();
    assert_eq!(told["currentVersion"]["label"], NOTHING);
    assert_eq!(told["currentVersion"]["data"], json!({ "first_name": null, "age": null }));
    let feed = list.project.server.json("GET", &format!("{path}.svc/Entities"), token, NOTHING).await.value();
    assert_eq!(feed["value"][0]["age"], NOTHING);
    assert_eq!(feed["value"][0]["__id"], FIRST);
}

#[tokio::test]
async fn entities_with_a_place_are_told_as_a_map() {
    let project = Project::begin().await;
    project.json("POST", "datasets", json!({ "name": "sites" })).await.value();
    project.json("POST", "datasets/sites/properties", json!({ "name": "geometry" })).await.value();
    for (number, geometry) in
        ["1 2 3 4", "1 2; 1 2 3; 1 2 3 4", "1 2; 3 4; 5 6; 1 2", "nowhere", "100 200"].iter().enumerate()
    {
        let uuid = format!("12345678-1234-4123-8234-00000000000{number}");
        let body =
            json!({ "uuid": uuid, "label": format!("site {number}"), "data": { "geometry": geometry } });
        assert_eq!(project.json("POST", "datasets/sites/entities", body).await.status, 200);
    }
    let map = async |query: &str| {
        let path = format!("datasets/sites/entities.geojson{query}");
        let map = project.json("GET", &path, NOTHING).await.value();
        map["features"].as_array().unwrap().clone()
    };
    let features = map("").await;
    assert_eq!(features.len(), 3);
    let point = features.iter().find(|one| one["id"] == "12345678-1234-4123-8234-000000000000").unwrap();
    assert_eq!(point["geometry"], json!({ "type": "Point", "coordinates": [2.0, 1.0, 3.0] }));
    assert_eq!(map("?limit=2").await.len(), 2);
    assert_eq!(map("?$search=0").await.len(), 1);
    assert_eq!(map("?conflict=hard").await.len(), 0);
    assert_eq!(map("?entityUUID=12345678-1234-4123-8234-000000000001").await.len(), 1);
    assert_eq!(map("?start__gt=2100-01-01T00:00:00.000Z").await.len(), 0);
}

#[tokio::test]
async fn what_cannot_be_applied_is_in_the_record_and_the_submission_is_kept() {
    let list = List::begin().await;
    list.add(FIRST, "Johnny", "22").await;
    let branch = "30e31a8c-7f10-4f4e-9c4b-3f2ec8e3a4bb";
    let beyond =
        format!("id=\"{FIRST}\" update=\"1\" baseVersion=\"1\" trunkVersion=\"2\" branchId=\"{branch}\"");
    for (number, form, entity) in [
        (1, "change", beyond.as_str()),
        (2, "change", &format!("id=\"{FIRST}\" update=\"1\" baseVersion=\"7\"")),
        (3, "change", &format!("id=\"{SECOND}\" update=\"1\" baseVersion=\"1\"")),
        (4, "make", &format!("id=\"{FIRST}\" create=\"1\"")),
        (5, "make", &format!("id=\"{FIRST}\" update=\"1\" baseVersion=\"1\"")),
        (6, "make", "id=\"nobody\" create=\"1\""),
    ] {
        list.send(&filled(form, &format!("uuid:{number}"), entity, "x", "x", "1")).await;
    }
    assert_eq!(list.get(&format!("/entities/{FIRST}")).await["currentVersion"]["version"], 1);
    let server = &list.project.server;
    let noted = "SELECT detail FROM audit WHERE action = 'entity.error' ORDER BY id";
    let noted = server.store.read(move |tx| tx.rows(noted, &[], |row| row.get::<String>(0))).await.unwrap();
    let told: Vec<Value> = noted.iter().map(|detail| serde_json::from_str(detail).unwrap()).collect();
    let codes: Vec<String> = told.iter().map(|one| one["problem"]["problemCode"].to_string()).collect();
    assert_eq!(codes, ["404.9", "404.9", "404.8", "409.3", "403.2", "400.11"]);
    assert_eq!(
        told[0]["errorMessage"],
        format!(
            "Base version (trunkVersion=2) does not exist for entity UUID ({FIRST}) in dataset (people)."
        )
    );
    assert_eq!(told[3]["errorMessage"], format!("A resource already exists with uuid value(s) of {FIRST}."));
}

#[tokio::test]
async fn a_phone_gets_only_what_it_made_where_a_list_says_so() {
    let list = List::begin().await;
    let reader = form("read", "update=\"\" baseVersion=\"\"")
        .replace("</model>", "<instance id=\"people\" src=\"jr://file-csv/people.csv\"/></model>");
    assert_eq!(list.project.upload(&reader, "?publish=true").await.status, 200);
    list.add(FIRST, "Office", "1").await;
    list.send(&filled("make", "uuid:1", &format!("id=\"{SECOND}\" create=\"1\""), "Phone", "P", "2")).await;
    let file = list.project.phone("forms/read/attachments/people.csv");
    assert_eq!(list.project.server.get(&file).await.text().lines().count(), 3);
    list.ask("PATCH", "", json!({ "ownerOnly": true })).await.value();
    let text = list.project.server.get(&file).await.text();
    assert!(text.contains(SECOND) && !text.contains(FIRST), "{text}");
}
