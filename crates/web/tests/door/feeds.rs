//! What analysts fetch: OData, CSV by repeats, places.

use std::collections::BTreeMap;
use std::io::Read;

use serde_json::{Value, json};

use crate::submissions::{begin, form, post, send, told};
use crate::wire::{Project, Reply};

const NOTHING: Value = Value::Null;

/// Families: children, and their toys.
fn families() -> String {
    let binds = r#"<bind nodeset="/data/name" type="string"/><bind nodeset="/data/children/child/name" type="string"/><bind nodeset="/data/children/child/toys/toy/name" type="string"/>"#;
    let instance = "<name/><children><child jr:template=\"\"><name/><toys><toy jr:template=\"\"><name/></toy></toys></child></children>";
    let body = r#"<input ref="/data/name"><label>Name</label></input><group ref="/data/children/child"><label>C</label><repeat nodeset="/data/children/child"><input ref="/data/children/child/name"><label>N</label></input><group ref="/data/children/child/toys/toy"><label>T</label><repeat nodeset="/data/children/child/toys/toy"><input ref="/data/children/child/toys/toy/name"><label>N</label></input></repeat></group></repeat></group>"#;
    form("doubleRepeat", "1.0", instance, binds, body)
}

/// One family: children by their names with the names of their toys.
fn family(id: &str, name: &str, children: &[(&str, &[&str])]) -> String {
    let child = |(name, toys): &(&str, &[&str])| {
        let toys: String = toys.iter().map(|toy| format!("<toy><name>{toy}</name></toy>")).collect();
        format!("<child><name>{name}</name><toys>{toys}</toys></child>")
    };
    let children: String = children.iter().map(child).collect();
    format!(
        r#"<data id="doubleRepeat" version="1.0"><meta><instanceID>{id}</instanceID></meta><name>{name}</name><children>{children}</children></data>"#
    )
}

async fn with_family() -> Project {
    let project = Project::begin().await;
    assert_eq!(project.upload(&families(), "?publish=true").await.status, 200);
    let children: [(&str, &[&str]); 3] =
        [("Alice", &[]), ("Bob", &["Twilight", "Pinkie", "Apple"]), ("Chelsea", &["Rainbow", "Rarity"])];
    let xml = family("double", "Vick", &children);
    let headers = [("Content-Type", "text/xml")];
    let path = "forms/doubleRepeat/submissions?deviceID=testid";
    assert_eq!(send(&project, "POST", path, &headers, xml.as_bytes()).await.status, 200);
    project
}

async fn get(project: &Project, path: &str) -> Reply {
    project.json("GET", path, NOTHING).await
}

fn context(project: &Project, form: &str, table: &str) -> String {
    format!("http://door.example/v1/projects/{}/forms/{form}.svc/$metadata#{table}", project.id)
}

#[tokio::test]
async fn a_service_tells_its_tables() {
    let project = with_family().await;
    let document = get(&project, "forms/doubleRepeat.svc").await;
    assert_eq!(document.header("odata-version"), Some("4.0"));
    assert_eq!(
        document.header("content-type"),
        Some("application/json; charset=utf-8; odata.metadata=minimal")
    );
    let document = document.value();
    let sets: Vec<_> = document["value"].as_array().unwrap().iter().map(|set| &set["name"]).collect();
    assert_eq!(sets, ["Submissions", "Submissions.children.child", "Submissions.children.child.toys.toy"]);
    assert_eq!(document["@odata.context"], context(&project, "doubleRepeat", "").trim_end_matches('#'));
    let metadata = get(&project, "forms/doubleRepeat.svc/$metadata").await;
    assert_eq!(metadata.header("content-type"), Some("application/xml; charset=utf-8"));
    let metadata = metadata.text();
    assert!(metadata.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<edmx:Edmx"));
    assert!(metadata.contains("<EntityType Name=\"Submissions.children.child\">"));
    assert!(metadata.contains("<Property Name=\"__Submissions-children-child-id\" Type=\"Edm.String\"/>"));
    let unknown = get(&project, "forms/nothing.svc/$metadata").await;
    assert_eq!(unknown.header("content-type"), Some("text/xml; charset=utf-8"));
    assert_eq!(
        unknown.text(),
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<error code=\"404.1\">\n  <message>Could not find the resource you \
         were looking for.</message>\n  <details></details>\n</error>"
    );
    for path in
        ["forms/nothing.svc", "forms/doubleRepeat.svc/Nothing", "forms/doubleRepeat.svc/Submissions.toys"]
    {
        assert_eq!(get(&project, path).await.code(), "404.1", "{path}");
    }
}

#[tokio::test]
async fn one_submission_and_what_lies_in_it() {
    let project = with_family().await;
    let mut one = get(&project, "forms/doubleRepeat.svc/Submissions('double')").await.value();
    let system = &mut one["value"][0]["__system"];
    assert!(system["submissionDate"].as_str().unwrap().ends_with('Z'));
    system["submissionDate"] = NOTHING;
    let submitter = system["submitterId"].take();
    assert!(submitter.as_str().unwrap().parse::<i64>().is_ok());
    assert!(system["submitterName"].take().is_string());
    assert_eq!(
        one,
        json!({
            "@odata.context": context(&project, "doubleRepeat", "Submissions"),
            "value": [{
                "__id": "double",
                "__system": {
                    "submissionDate": null, "updatedAt": null, "submitterId": null, "submitterName": null,
                    "attachmentsPresent": 0, "attachmentsExpected": 0, "status": null, "reviewState": null,
                    "deviceId": "testid", "edits": 0, "formVersion": "1.0", "deletedAt": null,
                },
                "children": { "child@odata.navigationLink": "Submissions('double')/children/child" },
                "meta": { "instanceID": "double" },
                "name": "Vick",
            }],
        })
    );
    let children = "forms/doubleRepeat.svc/Submissions('double')/children/child";
    let bob = "b6e93a81a53eed0566e65e472d4a4b9ae383ee6d";
    let told = get(&project, children).await.value();
    assert_eq!(
        json!([told["value"][0], told["value"][1]]),
        json!([
            { "__id": "46ebf42ee83ddec5028c42b2c054402d1e700208", "__Submissions-id": "double", "name": "Alice", "toys": {} },
            { "__id": bob, "__Submissions-id": "double", "name": "Bob", "toys": {
                "toy@odata.navigationLink": format!("Submissions('double')/children/child('{bob}')/toys/toy"),
            } },
        ])
    );
    let second = get(&project, &format!("{children}?$top=1&$skip=1")).await.value();
    let address = format!(
        "http://door.example/v1/projects/{}/forms/doubleRepeat.svc/Submissions(%27double%27)/children/child",
        project.id
    );
    let token = "01eyJyZXBlYXRJZCI6ImI2ZTkzYTgxYTUzZWVkMDU2NmU2NWU0NzJkNGE0YjlhZTM4M2VlNmQifQ%3D%3D";
    assert_eq!(second["@odata.nextLink"], format!("{address}?%24top=1&%24skiptoken={token}"));
    assert_eq!(second["value"].as_array().unwrap().len(), 1);
    let third = get(&project, &format!("{children}?%24top=1&%24skiptoken={token}")).await.value();
    assert_eq!(third["value"][0]["name"], "Chelsea");
    assert_eq!(third["@odata.nextLink"], NOTHING);
    let count = get(&project, &format!("{children}?$top=0&$count=true")).await.value();
    assert_eq!(
        (&count["@odata.count"], &count["value"], &count["@odata.nextLink"]),
        (&json!(3), &json!([]), &NOTHING)
    );
    let toys = get(&project, &format!("{children}('{bob}')/toys/toy?$select=name")).await.value();
    assert_eq!(toys["value"], json!([{ "name": "Twilight" }, { "name": "Pinkie" }, { "name": "Apple" }]));
    let select = "__id,__system/status,name,meta/instanceID,children/child";
    let some = get(&project, &format!("forms/doubleRepeat.svc/Submissions('double')?$select={select}"))
        .await
        .value();
    assert_eq!(
        some["value"][0],
        json!({
            "__id": "double", "__system": { "status": null }, "name": "Vick", "meta": { "instanceID": "double" },
            "children": { "child@odata.navigationLink": "Submissions('double')/children/child" },
        })
    );
    let whole = get(&project, "forms/doubleRepeat.svc/Submissions?$expand=*").await.value();
    let child = &whole["value"][0]["children"]["child"];
    assert_eq!(child[1]["toys"]["toy"][2]["name"], "Apple");
    assert_eq!(child[1]["__id"], bob);
    for (query, code) in [
        ("$expand=name", "501.6"),
        ("$expand=*&$select=name", "501.11"),
        ("$select=nothing", "400.23"),
        ("$select=children/child/name", "400.24"),
        ("$search=x", "501.1"),
        ("$orderby=__system/submitterId&$skiptoken=01e30=", "501.1"),
        ("$skiptoken=nonsense", "400.33"),
        ("$format=atom", "406.1"),
    ] {
        assert_eq!(
            get(&project, &format!("forms/doubleRepeat.svc/Submissions?{query}")).await.code(),
            code,
            "{query}"
        );
    }
    assert_eq!(get(&project, "forms/doubleRepeat.svc/Submissions('nobody')").await.code(), "404.1");
    let lost = format!(
        "forms/doubleRepeat.svc/Submissions.children.child?$top=1&$skiptoken={}",
        "01eyJyZXBlYXRJZCI6Im4ifQ=="
    );
    let lost = get(&project, &lost).await;
    let message = "Record associated with the provided $skiptoken not found.";
    assert_eq!(
        serde_json::from_slice::<Value>(&lost.body).unwrap(),
        json!({ "message": message, "code": 400.34 })
    );
}

async fn rows(project: &Project, query: &str) -> Vec<Value> {
    let path = format!("forms/person.svc/Submissions?{}", query.replace(' ', "%20"));
    get(project, &path).await.value()["value"].as_array().unwrap().clone()
}

async fn ids(project: &Project, query: &str) -> Vec<String> {
    rows(project, query).await.iter().map(|row| row["__id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn rows_are_filtered_ordered_and_paged() {
    let project = begin().await;
    let at = "forms/person/submissions";
    for (number, id) in ["one", "two", "three", "four"].into_iter().enumerate() {
        assert_eq!(post(&project, at, &told(id, "", id, 30 + number as u32)).await.status, 200);
    }
    for (id, state) in [("two", "rejected"), ("one", "approved")] {
        let path = format!("{at}/{id}");
        assert_eq!(project.json("PATCH", &path, json!({ "reviewState": state })).await.status, 200);
    }
    let all = rows(&project, "").await;
    assert_eq!(all[0]["age"], 33);
    let by = async |query: &str| ids(&project, query).await;
    assert_eq!(by("").await, ["four", "three", "two", "one"]);
    assert_eq!(by("$filter=__system/reviewState eq 'rejected'").await, ["two"]);
    assert_eq!(by("$filter=__system/reviewState eq null").await, ["four", "three"]);
    assert_eq!(by("$filter=not __system/reviewState eq 'rejected'").await, ["four", "three", "one"]);
    assert_eq!(by("$filter=$root/Submissions/__system/reviewState eq 'rejected'").await, ["two"]);
    assert_eq!(by("$filter=__system/updatedAt eq null").await, ["four", "three"]);
    assert_eq!(by("$filter=__system/submissionDate lt 2015-01-01").await, Vec::<String>::new());
    assert_eq!(by("$filter=year(__system/submissionDate) lt 2015").await, Vec::<String>::new());
    assert_eq!(
        by("$filter=__system/submissionDate le now() and __system/reviewState ne null").await,
        ["two", "one"]
    );
    let first = rows(&project, "$filter=__system/reviewState eq 'approved'").await;
    let created = first[0]["__system"]["submissionDate"].as_str().unwrap().to_owned();
    assert_eq!(by(&format!("$filter=__system/submissionDate gt {created}")).await, ["four", "three", "two"]);
    let sender = first[0]["__system"]["submitterId"].as_str().unwrap().to_owned();
    assert_eq!(by(&format!("$filter=__system/submitterId eq {sender}")).await.len(), 4);
    assert_eq!(by("$filter=__system/submitterId eq 999").await.len(), 0);
    assert_eq!(by("$orderby=__system/reviewState asc").await, ["three", "four", "one", "two"]);
    assert_eq!(by("$orderby=__system/reviewState desc").await, ["two", "one", "four", "three"]);
    assert_eq!(by("$orderby=__system/submissionDate asc&$top=2").await, ["one", "two"]);
    assert_eq!(by("$skip=1000000000").await.len(), 0);
    assert_eq!(by("$skip=99999999999999999999999").await.len(), 0);
    assert_eq!(by("$skip=2&$top=1").await, ["two"]);
    for (filter, code) in [
        ("__system/status eq null", "501.5"),
        ("name eq 'x'", "501.5"),
        ("__system/submitterId add 1 eq 2", "501.4"),
        ("contains(__system/reviewState,'x')", "501.4"),
        ("((", "400.18"),
        ("__system/submitterId", ""),
    ] {
        let reply =
            get(&project, &format!("forms/person.svc/Submissions?$filter={}", filter.replace(' ', "%20")))
                .await;
        if code.is_empty() {
            assert_eq!(reply.value()["value"], json!([]));
        } else {
            assert_eq!(reply.code(), code, "{filter}");
        }
    }

    // Page by page, while something is removed and something comes.
    let page = get(&project, "forms/person.svc/Submissions?$top=2&$count=true").await.value();
    assert_eq!(page["@odata.count"], 4);
    let next = page["@odata.nextLink"].as_str().unwrap();
    let (address, query) = next.split_once('?').unwrap();
    assert_eq!(
        address,
        format!("http://door.example/v1/projects/{}/forms/person.svc/Submissions", project.id)
    );
    assert_eq!(query, "%24top=2&%24count=true&%24skiptoken=01eyJpbnN0YW5jZUlkIjoidGhyZWUifQ%3D%3D");
    assert_eq!(project.json("DELETE", &format!("{at}/three"), NOTHING).await.status, 200);
    assert_eq!(post(&project, at, &told("five", "", "five", 1)).await.status, 200);
    let page = get(&project, &format!("forms/person.svc/Submissions?{query}&$skip=1")).await.value();
    let told: Vec<_> = page["value"].as_array().unwrap().iter().map(|row| &row["__id"]).collect();
    assert_eq!(told, ["two", "one"]);
    assert_eq!(page["@odata.nextLink"], NOTHING);
    assert_eq!(by("$filter=not __system/deletedAt eq null").await, ["three"]);
    assert_eq!(by("$filter=__system/deletedAt eq null").await, ["five", "four", "two", "one"]);
    let token = "01eyJpbnN0YW5jZUlkIjoiZm9vIn0=";
    assert_eq!(by(&format!("$skiptoken={token}")).await.len(), 0);
}

fn unzip(reply: &Reply) -> BTreeMap<String, String> {
    assert_eq!(reply.status, 200, "{}", reply.text());
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(&reply.body)).unwrap();
    let mut files = BTreeMap::new();
    for number in 0..zip.len() {
        let mut file = zip.by_index(number).unwrap();
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        files.insert(file.name().unwrap().into_owned(), text);
    }
    files
}

#[tokio::test]
async fn csv_has_one_table_for_each_repeat() {
    let project = with_family().await;
    let headers = get(&project, "forms/doubleRepeat/submissions.csv.zip").await;
    let disposition = "attachment; filename=\"doubleRepeat.zip\"; filename*=UTF-8''doubleRepeat.zip";
    assert_eq!(headers.header("content-disposition"), Some(disposition));
    assert_eq!(headers.header("content-type"), Some("application/zip"));
    let files = unzip(&headers);
    let system = "KEY,SubmitterID,SubmitterName,AttachmentsPresent,AttachmentsExpected,Status,ReviewState,DeviceID,Edits,FormVersion";
    let root: Vec<_> = files["doubleRepeat.csv"].lines().collect();
    assert_eq!(root[0], format!("SubmissionDate,meta-instanceID,name,{system}"));
    assert!(root[1].ends_with(",0,0,,,testid,0,1.0"), "{}", root[1]);
    assert_eq!(
        files["doubleRepeat-child.csv"],
        "name,PARENT_KEY,KEY\nAlice,double,double/children/child[1]\nBob,double,double/children/child[2]\n\
         Chelsea,double,double/children/child[3]\n"
    );
    let toys: Vec<_> = files["doubleRepeat-toy.csv"].lines().collect();
    assert_eq!(toys[1], "Twilight,double/children/child[2],double/children/child[2]/toys/toy[1]");
    assert_eq!(toys.len(), 6);
    let plain = get(&project, "forms/doubleRepeat/submissions.csv").await;
    assert_eq!(plain.header("content-type"), Some("text/csv; charset=utf-8"));
    let head = format!(
        "SubmissionDate,meta-instanceID,name,children-child-name,children-child-toys-toy-name,{system}"
    );
    assert_eq!(plain.text().lines().next(), Some(head.as_str()));
    let short = get(&project, "forms/doubleRepeat/submissions.csv?groupPaths=false").await.text();
    assert!(short.starts_with("SubmissionDate,instanceID,name,name,name,KEY,"), "{short}");
    let record = project
        .server
        .json("GET", "/v1/audits?action=form.submission.export", &project.session, NOTHING)
        .await;
    let record = record.value();
    assert_eq!(record.as_array().unwrap().len(), 3);
    assert_eq!(record[0]["details"], NOTHING);
}

#[tokio::test]
async fn choices_are_split_and_deleted_fields_come_out_again() {
    let project = Project::begin().await;
    let binds = r#"<bind nodeset="/data/q1" type="string"/><bind nodeset="/data/g1/q2" type="string"/>"#;
    let select = |path: &str, items: &[&str]| {
        let items: String = items
            .iter()
            .map(|item| format!("<item><label>{item}</label><value>{item}</value></item>"))
            .collect();
        format!("<select ref=\"{path}\"><label>Q</label>{items}</select>")
    };
    let body = select("/data/q1", &["a", "b"]) + &select("/data/g1/q2", &["m", "x", "y", "z"]);
    let xform = form("choices", "", "<q1/><g1><q2/></g1>", binds, &body);
    assert_eq!(project.upload(&xform, "?publish=true").await.status, 200);
    for (id, one, two) in [("one", "a b", "x y z"), ("two", "b", "m x")] {
        let xml = format!(
            "<data id=\"choices\"><meta><instanceID>{id}</instanceID></meta><q1>{one}</q1><g1><q2>{two}</q2></g1></data>"
        );
        assert_eq!(post(&project, "forms/choices/submissions", &xml).await.status, 200);
    }
    let csv = get(&project, "forms/choices/submissions.csv?splitSelectMultiples=true").await.text();
    let lines: Vec<_> = csv.lines().collect();
    assert!(lines[0].starts_with(
        "SubmissionDate,meta-instanceID,q1,q1/a,q1/b,g1-q2,g1-q2/m,g1-q2/x,g1-q2/y,g1-q2/z,KEY,"
    ));
    assert!(lines[1].contains(",two,b,0,1,m x,1,1,0,0,two,"), "{}", lines[1]);
    assert!(lines[2].contains(",one,a b,1,1,x y z,0,1,1,1,one,"), "{}", lines[2]);

    let newer = form(
        "choices",
        "2",
        "<q1/>",
        r#"<bind nodeset="/data/q1" type="string"/>"#,
        &select("/data/q1", &["a"]),
    );
    let headers = [("Content-Type", "application/xml")];
    let draft =
        send(&project, "POST", "forms/choices/draft?ignoreWarnings=true", &headers, newer.as_bytes()).await;
    assert_eq!(draft.status, 200, "{}", draft.text());
    assert_eq!(project.json("POST", "forms/choices/draft/publish", NOTHING).await.status, 200);
    let csv = get(&project, "forms/choices/submissions.csv").await.text();
    assert!(csv.starts_with("SubmissionDate,meta-instanceID,q1,KEY,"), "{csv}");
    let csv = get(&project, "forms/choices/submissions.csv?deletedFields=true").await.text();
    let lines: Vec<_> = csv.lines().collect();
    assert!(lines[0].starts_with("SubmissionDate,meta-instanceID,q1,g1-q2,KEY,"), "{csv}");
    assert!(lines[1].contains(",two,b,m x,two,"), "{csv}");
}

#[tokio::test]
async fn places_come_as_geojson_or_well_known_text() {
    let project = Project::begin().await;
    let binds =
        r#"<bind nodeset="/data/here" type="geopoint"/><bind nodeset="/data/way/line" type="geotrace"/>"#;
    let body = r#"<input ref="/data/here"><label>H</label></input><group ref="/data/way"><label>W</label><repeat nodeset="/data/way"><input ref="/data/way/line"><label>L</label></input></repeat></group>"#;
    let xform = form("geo", "", "<here/><way jr:template=\"\"><line/></way>", binds, body);
    assert_eq!(project.upload(&xform, "?publish=true").await.status, 200);
    let sent = |id: &str, here: &str| {
        format!(
            "<data id=\"geo\"><meta><instanceID>{id}</instanceID></meta><here>{here}</here>\
             <way><line>51 1 1 0; 52 2 2 0</line></way><way><line>1 2; 3 4</line></way></data>"
        )
    };
    assert_eq!(post(&project, "forms/geo/submissions", &sent("1", "39.5 125.75 10 3.5")).await.status, 200);
    assert_eq!(post(&project, "forms/geo/submissions", &sent("2", "")).await.status, 200);
    let rows = get(&project, "forms/geo.svc/Submissions").await.value();
    assert_eq!(rows["value"][0]["here"], NOTHING);
    assert_eq!(
        rows["value"][1]["here"],
        json!({ "type": "Point", "coordinates": [125.75, 39.5, 10], "properties": { "accuracy": 3.5 } })
    );
    let text = get(&project, "forms/geo.svc/Submissions.way?$wkt=true").await.value();
    assert_eq!(text["value"][0]["line"], "LINESTRING (1 51 1,2 52 2)");
    let csv = get(&project, "forms/geo/submissions.csv").await.text();
    assert!(csv.starts_with(
        "SubmissionDate,meta-instanceID,here-Latitude,here-Longitude,here-Altitude,here-Accuracy,way-line,KEY"
    ));
    assert!(csv.contains(",1,39.5,125.75,10,3.5,,1,"), "{csv}");
    let places = get(&project, "forms/geo/submissions.geojson").await.value();
    assert_eq!(
        places,
        json!({ "type": "FeatureCollection", "features": [{
            "type": "Feature", "id": "1", "geometry": { "type": "Point", "coordinates": [125.75, 39.5, 10] },
            "properties": { "fieldpath": "/here" },
        }] })
    );
    let all = get(&project, "forms/geo/submissions.geojson?fieldpath=all&submissionID=2").await.value();
    let geometry = &all["features"][0]["geometry"];
    assert_eq!(
        geometry["geometries"],
        json!([{ "type": "MultiLineString", "coordinates": [[[1, 51, 1], [2, 52, 2]], [[2, 1], [4, 3]]] }])
    );
    assert_eq!(all["features"][0]["properties"], NOTHING);
    let one = get(&project, "forms/geo/submissions/1.geojson").await.value();
    assert_eq!(one, places);
    for (query, count) in [
        ("reviewState=approved", 0),
        ("deleted=true", 0),
        ("limit=0", 0),
        ("start__gt=2000-01-01T00:00:00Z", 1),
    ] {
        let found = get(&project, &format!("forms/geo/submissions.geojson?{query}")).await.value();
        assert_eq!(found["features"].as_array().unwrap().len(), count, "{query}");
    }
}

#[tokio::test]
async fn many_rows_come_in_order_and_whole() {
    let project = begin().await;
    let at = "forms/person/submissions";
    for number in 0..700 {
        assert_eq!(
            post(&project, at, &told(&format!("n{number}"), "", "가나다 \"x\"", number)).await.status,
            200
        );
    }
    let found = rows(&project, "").await;
    let ages: Vec<i64> = found.iter().map(|row| row["age"].as_i64().unwrap()).collect();
    assert_eq!(ages, (0..700).rev().collect::<Vec<_>>());
    let csv = get(&project, "forms/person/submissions.csv").await.text();
    assert_eq!(csv.lines().count(), 701);
    assert!(csv.lines().nth(1).unwrap().contains(",n699,\"가나다 \"\"x\"\"\",699,n699,"));
    let page = get(&project, "forms/person.svc/Submissions?$top=250&$count=true").await.value();
    assert_eq!((page["value"].as_array().unwrap().len(), &page["@odata.count"]), (250, &json!(700)));
    let page = get(&project, "forms/person.svc/Submissions?$top=128&$skip=572").await.value();
    assert_eq!((page["value"].as_array().unwrap().len(), &page["@odata.nextLink"]), (128, &NOTHING));
}
