//! The desk's story: a mandate, a phone that sends, people who read, conflicts, erasure, and a thief with the disk.

mod house;

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::rc::Rc;
use std::sync::{Arc, Mutex};

use aho_corasick::AhoCorasick;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use desk::ledger::{self, Expected};
use desk::store::registry::EntryList;
use desk::{Desk, Error, Kind, Opening, Search, Seat};
use house::{Home, House, Sent, on_both, uuid};

/// One of twenty people; each value is told apart from every other.
fn person(number: u64) -> Sent {
    let photo = format!("김비밀{number:02}-얼굴-face.jpg");
    let content = format!("JPEG of the secret face {number:02} ").repeat(40);
    Sent {
        instance: format!("uuid:{}", uuid(number)),
        site: Some(format!("Nampo shipyard {number:02}")),
        name: Some(format!("김비밀{number:02} Kim Pimil-{number:02}")),
        story: Some(format!("그는 {number:02}호 창고에 갇혔다고 말했다 (detained in store {number:02})")),
        photo: Some((photo, content.into_bytes())),
        entity: format!("create=\"1\" id=\"{}\"", uuid(1000 + number)),
        ..Sent::default()
    }
}

fn update(number: u64, entry: u64, base: i64) -> Sent {
    Sent {
        instance: format!("uuid:{}", uuid(5000 + number)),
        entity: format!("update=\"1\" id=\"{}\" baseVersion=\"{base}\"", uuid(1000 + entry)),
        ..Sent::default()
    }
}

fn kind(error: Error) -> Kind {
    match error {
        Error::Refused(refusal) => refusal.kind,
        Error::Fault(fault) => panic!("a fault: {fault}"),
    }
}

#[test]
fn a_mandate_from_its_beginning_to_a_seized_disk() {
    on_both(whole_story);
}

async fn whole_story(home: Rc<Home>) {
    let house = House::build(&home).await;
    let mut sent: Vec<Sent> = (1..=20).map(person).collect();
    for one in &sent {
        let received = house.send(one).await.unwrap();
        assert!(!received.again);
    }
    sending_again_changes_nothing(&house, &sent).await;
    sent.extend(an_edit_is_a_new_version(&house, &sent).await);
    sent.extend(conflicts_are_kept_until_a_person_has_looked(&house).await);
    sent.extend(offline_updates_out_of_order_are_applied_in_order(&house).await);
    what_opens_for_whom(&house).await;
    search_finds_part_of_a_name(&house).await;
    what_waits_is_told(&house).await;
    erasure_destroys_and_the_ledger_stays_whole(&house).await;
    the_log_can_be_followed_file_by_file(&house).await;
    drop(house);
    a_thief_finds_no_name(&home, &sent);
    assert!(home.desk().await.is_well().await, "a stopped server starts again on the same data");
}

async fn sending_again_changes_nothing(house: &House, sent: &[Sent]) {
    let before = house.desk.ledger(None).await.unwrap().size;
    let again = house.send(&sent[3]).await.unwrap();
    assert!(again.again);
    assert_eq!(again.instance_id, sent[3].instance);
    let other = Sent { site: Some("elsewhere".to_owned()), ..sent[3].clone() };
    assert_eq!(kind(house.send(&other).await.unwrap_err()), Kind::Conflict);
    assert_eq!(house.desk.ledger(None).await.unwrap().size, before);
}

async fn an_edit_is_a_new_version(house: &House, sent: &[Sent]) -> Vec<Sent> {
    let edit = Sent {
        instance: format!("uuid:{}", uuid(99)),
        replaces: Some(sent[0].instance.clone()),
        story: Some("그는 말을 바꾸었다: 창고가 아니라 배였다 (it was the ship)".to_owned()),
        entity: String::new(),
        ..sent[0].clone()
    };
    let received = house.send(&edit).await.unwrap();
    assert_eq!(received.instance_id, sent[0].instance, "it stays the submission of its first version");
    let seat = house.seat("lead@example.org").await;
    let form = house.desk.form(house.mandate, "person").await.unwrap();
    let shown = house
        .desk
        .submission(&seat.may().unwrap(), &form, &sent[0].instance, Opening::Sensitive)
        .await
        .unwrap();
    assert_eq!(shown.submission.versions, 2);
    assert_eq!(shown.submission.review_state, "edited");
    assert_eq!(shown.versions[1].values["story"], edit.story.clone().unwrap());
    assert!(shown.versions[1].files[0].size.is_some(), "the photo is carried over");
    let late = Sent { instance: format!("uuid:{}", uuid(98)), ..edit.clone() };
    assert_eq!(kind(house.send(&late).await.unwrap_err()), Kind::Conflict, "somebody else was first");
    vec![edit]
}

/// The entry's version, conflict and open site, as the lead sees them.
async fn state(desk: &Desk, seat: &Seat, entry: u64) -> (i64, Option<String>, String) {
    let entry = desk.entry(&seat.may().unwrap(), "persons", &uuid(1000 + entry), None).await.unwrap();
    let site = entry.values.get("site").and_then(|site| site.as_str()).unwrap_or_default().to_owned();
    (entry.entry.version, entry.entry.conflict, site)
}

async fn conflicts_are_kept_until_a_person_has_looked(house: &House) -> Vec<Sent> {
    let seat = house.seat("lead@example.org").await;
    let (desk, registry) = (&house.desk, "persons");
    let first = Sent { site: Some("Wonsan harbour".to_owned()), ..update(1, 2, 1) };
    house.send(&first).await.unwrap();
    assert_eq!(state(desk, &seat, 2).await, (2, None, "Wonsan harbour".to_owned()));

    let other_field = Sent {
        story: Some("다른 전화기에서 온 이야기 (another phone)".to_owned()),
        ..update(2, 2, 1)
    };
    house.send(&other_field).await.unwrap();
    assert_eq!(state(desk, &seat, 2).await, (3, Some("soft".to_owned()), "Wonsan harbour".to_owned()));

    let same_field = Sent { site: Some("Hamhung works".to_owned()), ..update(3, 2, 1) };
    house.send(&same_field).await.unwrap();
    assert_eq!(state(desk, &seat, 2).await, (4, Some("hard".to_owned()), "Hamhung works".to_owned()));
    let listed = desk.registries(&seat.may().unwrap()).await.unwrap();
    assert_eq!(listed.iter().map(|(_, conflicts)| conflicts).sum::<i64>(), 1);

    let change = desk::EntryChange {
        uuid: uuid(1002),
        create: false,
        update: true,
        base: Some(4),
        trunk: None,
        branch: None,
        values: vec![("site".to_owned(), "Wonsan harbour".to_owned(), desk::xforms::Class::Open)],
    };
    desk.change_entry(&seat.may().unwrap(), registry, change).await.unwrap();
    assert_eq!(state(desk, &seat, 2).await.1.as_deref(), Some("hard"), "a new version alone settles nothing");
    desk.resolve_conflict(&seat.may().unwrap(), registry, &uuid(1002)).await.unwrap();
    assert_eq!(state(desk, &seat, 2).await, (5, None, "Wonsan harbour".to_owned()));
    vec![first, other_field, same_field]
}

async fn offline_updates_out_of_order_are_applied_in_order(house: &House) -> Vec<Sent> {
    let seat = house.seat("lead@example.org").await;
    let branch = uuid(77);
    let step = |number: u64, base: i64| Sent {
        site: Some(format!("step {base}")),
        story: Some(format!("오프라인 {base}번째 이야기")),
        entity: format!(
            "update=\"1\" id=\"{}\" baseVersion=\"{base}\" trunkVersion=\"1\" branchId=\"{branch}\"",
            uuid(1003)
        ),
        ..update(number, 3, base)
    };
    let steps = [step(10, 1), step(11, 2), step(12, 3)];
    house.send(&steps[2]).await.unwrap();
    house.send(&steps[1]).await.unwrap();
    assert_eq!(state(&house.desk, &seat, 3).await.0, 1, "held until the first step has come");
    house.send(&steps[0]).await.unwrap();
    assert_eq!(state(&house.desk, &seat, 3).await, (4, None, "step 3".to_owned()));
    let entry = house.desk.entry(&seat.may().unwrap(), "persons", &uuid(1003), None).await.unwrap();
    assert_eq!(entry.values["story"], steps[2].story.clone().unwrap(), "what was held opens as well");
    steps.to_vec()
}

async fn what_opens_for_whom(house: &House) {
    let form = house.desk.form(house.mandate, "person").await.unwrap();
    let person = person(7);
    let reviewer = house.seat("reviewer@example.org").await;
    let show = async |seat: &Seat, opening: Opening<'_>| {
        house.desk.submission(&seat.may().unwrap(), &form, &person.instance, opening).await
    };
    let seen = show(&reviewer, Opening::Sensitive).await.unwrap();
    let version = &seen.versions[0];
    assert_eq!(version.values["site"], person.site.clone().unwrap());
    assert_eq!(version.values["story"], person.story.clone().unwrap());
    assert!(!version.values.contains_key("name") && version.identity_closed);
    assert!(reviewer.may::<desk::OpenIdentity>().is_err());

    let lead = house.seat("lead@example.org").await;
    let right = lead.may::<desk::OpenIdentity>().unwrap();
    assert_eq!(kind(show(&lead, Opening::Identity(&right, " ")).await.err().unwrap()), Kind::Invalid);
    let before = house.desk.ledger(None).await.unwrap().size;
    let seen = show(&lead, Opening::Identity(&right, "to arrange a second interview")).await.unwrap();
    assert_eq!(seen.versions[0].values["name"], person.name.clone().unwrap());
    let page = house.desk.ledger(None).await.unwrap();
    assert_eq!(page.size, before + 1);
    assert_eq!(ledger::Leaf::parse(page.leaves[0].leaf.as_bytes()).unwrap().kind, "opening");
    let file = seen.versions[0].files[0].id;
    let (name, content) = house
        .desk
        .attachment(
            &lead.may().unwrap(),
            &form,
            &person.instance,
            file,
            Opening::Identity(&right, "to see the face"),
        )
        .await
        .unwrap();
    assert_eq!(Some((name, content)), person.photo);

    house.desk.lock(lead.session());
    let seen = show(&lead, Opening::Sensitive).await.unwrap();
    assert!(!seen.versions[0].values.contains_key("story") && seen.versions[0].sensitive_closed);

    let admin = house.seat("admin@example.org").await;
    let seen = show(&admin, Opening::Sensitive).await.unwrap();
    assert!(seen.versions[0].sensitive_closed, "an administrator sits everywhere and opens nothing");

    let list = EntryList { limit: 3, ..EntryList::default() };
    let rows = house.desk.entries(&reviewer.may().unwrap(), "persons", list).await.unwrap();
    assert_eq!(rows[0].closed, ["full_name", "label"]);
    assert!(rows[0].values.contains_key("story"));
    let (first, last) = (rows[0].entry.id, rows[2].entry.id);
    let next = EntryList { after: Some(last), ..list };
    let next = house.desk.entries(&reviewer.may().unwrap(), "persons", next).await.unwrap();
    let back = EntryList { before: Some(next[0].entry.id), ..list };
    let back = house.desk.entries(&reviewer.may().unwrap(), "persons", back).await.unwrap();
    assert_eq!((back[0].entry.id, back[2].entry.id), (first, last), "turned there and back");
    let waiting = EntryList { conflicts: true, ..list };
    assert!(house.desk.entries(&reviewer.may().unwrap(), "persons", waiting).await.unwrap().is_empty());
    let csv = house.desk.registry_csv(&house.sender(), "persons").await.unwrap();
    let csv = String::from_utf8(csv).unwrap();
    assert!(csv.contains("Nampo shipyard 07") && csv.contains("07호 창고"), "{csv}");
    assert!(!csv.contains("김비밀"), "identity never goes to phones");
}

async fn search_finds_part_of_a_name(house: &House) {
    let lead = house.seat("lead@example.org").await;
    let find = async |text: &str, reason: Option<&str>| {
        let right = lead.may::<desk::OpenIdentity>().unwrap();
        let identity = reason.map(|reason| (&right, reason));
        let search = Search { text, identity, after: 0, limit: 5 };
        house.desk.search_entries(&lead.may().unwrap(), "persons", search).await
    };
    assert_eq!(find("비밀07", None).await.unwrap().count, 0, "names are not in what opens without a reason");
    assert_eq!(find("07호 창고", None).await.unwrap().count, 1);
    assert_eq!(kind(find("비밀", Some("")).await.err().unwrap()), Kind::Invalid);
    let found = find("김비밀", Some("a family asked for a relative")).await.unwrap();
    assert_eq!((found.count, found.rows.len()), (20, 5));
    assert!(found.next.is_some());
    assert_eq!(find("pimil07", Some("")).await.unwrap().rows[0].values["label"], person(7).name.unwrap());

    let late = Sent { story: Some("새로 온 말 (a new word)".to_owned()), ..update(40, 7, 1) };
    house.send(&late).await.unwrap();
    assert_eq!(find("새로 온 말", Some("")).await.unwrap().count, 1, "what has changed is read again");
    assert_eq!(find("07호 창고", Some("")).await.unwrap().count, 0, "and is found no more by what it said");
    assert_eq!(find("김비밀", Some("")).await.unwrap().count, 20, "the others are still found");
    house.send(&person(21)).await.unwrap();
    assert_eq!(find("김비밀21", Some("")).await.unwrap().count, 1, "a new one is found");
    house.desk.erase_entry(&lead.may().unwrap(), "persons", &uuid(1021)).await.unwrap();
    let found = find("김비밀", Some("")).await.unwrap();
    assert_eq!(found.count, 20, "an erased one is not");
    house.desk.lock(lead.session());
    assert_eq!(kind(find("비밀", Some("again")).await.err().unwrap()), Kind::Locked);
}

async fn what_waits_is_told(house: &House) {
    let lead = house.seat("lead@example.org").await;
    let today = house.desk.today(&lead).await.unwrap();
    let [(form, _, waiting)] = today.unreviewed.as_slice() else { panic!("one form") };
    assert_eq!(*waiting, form.submissions);
    assert_eq!(today.latest.len(), 8);
    assert_eq!(today.latest[0].3.as_deref(), Some("Phone 1"));
    assert!(today.silent.is_empty() && today.drafts.is_empty());
    let own = house.desk.own_account(lead.session()).await.unwrap();
    assert!(own.no_recovery_code && own.no_second_factor && !own.locked);

    let page = house.desk.audit(&lead.may().unwrap(), Some("identity.open"), None).await.unwrap();
    assert!(page.lines.len() >= 3 && page.before.is_none());
    assert!(page.lines.iter().all(|line| line.who.as_deref() == Some("Lee Lead")));
    let all = house.desk.audit(&lead.may().unwrap(), None, None).await.unwrap();
    assert!(all.before.is_some());
}

async fn erasure_destroys_and_the_ledger_stays_whole(house: &House) {
    let lead = house.seat("lead@example.org").await;
    let form = house.desk.form(house.mandate, "person").await.unwrap();
    for number in [1, 5] {
        let instance = person(number).instance;
        house
            .desk
            .erase_submission(&lead.may().unwrap(), &form, &instance, "consent withdrawn")
            .await
            .unwrap();
        let gone =
            house.desk.submission(&lead.may().unwrap(), &form, &instance, Opening::Sensitive).await.err();
        assert_eq!(kind(gone.unwrap()), Kind::NotFound);
    }
    house.desk.erase_entry(&lead.may().unwrap(), "persons", &uuid(1005)).await.unwrap();
    let again = Sent { site: Some("after".to_owned()), ..update(50, 5, 1) };
    house.send(&again).await.unwrap();
    let entry = house.desk.entry(&lead.may().unwrap(), "persons", &uuid(1005), None).await.unwrap();
    assert!(entry.entry.erased_at.is_some() && entry.values.is_empty() && entry.closed.is_empty());

    let files = exported(&house.desk).await;
    let trusted = [house.desk.ledger_key()];
    let expected = Expected {
        origin: house.desk.ledger_origin(),
        trusted: &trusted,
        witnesses: 0,
        earlier: None,
        listing: None,
    };
    let report = ledger::verify_exported(|path| files.get(path).cloned(), &expected);
    assert!(report.passed(), "{report}");
}

async fn exported(desk: &Desk) -> HashMap<String, Vec<u8>> {
    let files = Arc::new(Mutex::new(HashMap::new()));
    let into = files.clone();
    desk.export_ledger(move |path, bytes| {
        into.lock().unwrap().insert(path.to_owned(), bytes.to_vec());
        Ok(())
    })
    .await
    .unwrap();
    Arc::try_unwrap(files)
        .map_or_else(|held| held.lock().unwrap().clone(), |files| files.into_inner().unwrap())
}

async fn the_log_can_be_followed_file_by_file(house: &House) {
    for (path, content) in exported(&house.desk).await {
        let (found, _) = house.desk.ledger_file(&path).await.unwrap().expect(&path);
        assert!(found == content, "{path}");
    }
    for path in ["tile/0/999", "tile/0/000", "tile/9/000.p/1", "tile/entries/000.p/0", "../deungdae.db", ""] {
        assert!(house.desk.ledger_file(path).await.unwrap().is_none(), "{path}");
    }
    let page = house.desk.ledger(None).await.unwrap();
    let (leaf, trusted) = (&page.leaves[3], [house.desk.ledger_key()]);
    let proof = house.desk.ledger_proof(leaf.seq).await.unwrap();
    let proof = ledger::TlogProof::parse(proof.as_bytes()).unwrap();
    proof.verify(leaf.leaf.as_bytes(), &trusted, house.desk.ledger_origin()).unwrap();
    assert_eq!(kind(house.desk.ledger_proof(page.size).await.unwrap_err()), Kind::NotFound);
}

/// The ways in which a text may lie on a disk.
fn guises(secret: &[u8]) -> Vec<Vec<u8>> {
    let mut guises = vec![secret.to_vec(), hex::encode(secret).into_bytes()];
    if let Ok(text) = std::str::from_utf8(secret) {
        guises.push(text.encode_utf16().flat_map(u16::to_le_bytes).collect());
        guises.push(text.encode_utf16().flat_map(u16::to_be_bytes).collect());
        let escaped: String = text
            .encode_utf16()
            .map(|unit| match u8::try_from(unit) {
                Ok(byte) if byte.is_ascii() => char::from(byte).to_string(),
                _ => format!("\\u{unit:04x}"),
            })
            .collect();
        guises.push(escaped.into_bytes());
    }
    for before in 0..3 {
        // The letters that also hold bits of what stands before and after are left out.
        let encoded = STANDARD.encode([&b"xx"[..before], secret].concat());
        let first = (before * 8).div_ceil(6);
        let whole = (before + secret.len()) * 8 / 6;
        guises.push(encoded.as_bytes()[first..whole].to_vec());
    }
    guises.sort();
    guises.dedup();
    guises
}

fn each_file(folder: &Path, each: &mut impl FnMut(&Path, &[u8])) {
    for found in std::fs::read_dir(folder).unwrap() {
        let path = found.unwrap().path();
        if path.is_dir() {
            each_file(&path, each);
        } else if let Ok(bytes) = std::fs::read(&path) {
            each(&path, &bytes);
        }
    }
}

/// Which of the words lie where on the disk.
fn hits(folders: &[&Path], words: &[Vec<u8>]) -> BTreeMap<String, usize> {
    let patterns: Vec<(usize, Vec<u8>)> = words
        .iter()
        .enumerate()
        .flat_map(|(word, secret)| guises(secret).into_iter().map(move |g| (word, g)))
        .collect();
    let search = AhoCorasick::new(patterns.iter().map(|(_, pattern)| pattern)).unwrap();
    let mut found = BTreeMap::new();
    for folder in folders {
        each_file(folder, &mut |path, bytes| {
            for hit in search.find_overlapping_iter(bytes) {
                let (word, _) = &patterns[hit.pattern().as_usize()];
                let word = String::from_utf8_lossy(&words[*word]).into_owned();
                *found.entry(format!("{word} in {}", path.display())).or_default() += 1;
            }
        });
    }
    found
}

fn a_thief_finds_no_name(home: &Home, sent: &[Sent]) {
    let (mut secrets, mut open) = (Vec::new(), Vec::new());
    for one in sent {
        let values = [&one.name, &one.story].into_iter().flatten();
        secrets.extend(values.map(|value| value.clone().into_bytes()));
        if let Some((name, content)) = &one.photo {
            secrets.push(name.clone().into_bytes());
            secrets.push(content[..27].to_vec());
        }
        open.extend(one.site.iter().map(|site| site.clone().into_bytes()));
    }
    // Parts that are telling by themselves.
    secrets.extend(["김비밀", "Pimil-", "호 창고에", "secret face"].map(|part| part.as_bytes().to_vec()));
    let data = home.data();
    let cluster = home.cluster();
    let mut folders = vec![data.as_path()];
    if let Some(cluster) = &cluster {
        match std::fs::read_dir(cluster) {
            Ok(_) => folders.push(cluster),
            Err(error) => eprintln!("skipped: {}: {error}", cluster.display()),
        }
    }
    let found = hits(&folders, &secrets);
    assert!(found.is_empty(), "{found:#?}");
    let database_seen = cluster.is_none() || folders.len() == 2;
    if database_seen {
        assert!(!hits(&folders, &open).is_empty(), "the same search finds what is open");
    }
}

#[test]
fn the_thiefs_search_finds_what_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let secret = "김비밀 Kim".as_bytes();
    let wide: Vec<u8> = "김비밀 Kim".encode_utf16().flat_map(u16::to_be_bytes).collect();
    for (name, content) in [
        ("plain", secret.to_vec()),
        ("wide", wide),
        ("base64", STANDARD.encode([b"abcd".as_slice(), secret, b"e"].concat()).into_bytes()),
        ("shifted", STANDARD.encode([b"abcde".as_slice(), secret, b"e"].concat()).into_bytes()),
        ("aligned", STANDARD.encode(secret).into_bytes()),
        ("hex", hex::encode(secret).into_bytes()),
    ] {
        std::fs::write(folder.path().join(name), [b"\x00before", content.as_slice(), b"after"].concat())
            .unwrap();
    }
    assert_eq!(hits(&[folder.path()], &[secret.to_vec()]).len(), 6);
}
