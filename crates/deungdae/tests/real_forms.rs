//! Forms that others wrote and use: each is converted, published, answered by generated submissions, and taken out
//! again. A form that the standard refuses is refused with the row, and works once its author does what we say.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use desk::{Desk, Login, NewMandate, NewMember, Sender, Upload};
use rand_core::SeedableRng;
use store::submission::List;
use xlsform::Workbook;

#[allow(dead_code, reason = "the demo uses more of it")]
#[path = "../src/demo/answers.rs"]
mod answers;

fn shared(path: &str) -> Option<PathBuf> {
    let root = std::env::var_os("DEUNGDAE_SHARED").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")),
        PathBuf::from,
    );
    let path = root.join(path);
    if !path.exists() {
        eprintln!("skipped: {} not found", path.display());
        return None;
    }
    Some(path)
}

static CLOCK: AtomicI64 = AtomicI64::new(1_795_000_000_000);

fn clock() -> i64 {
    CLOCK.fetch_add(1, Ordering::Relaxed)
}

fn seed() -> [u8; 32] {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).unwrap();
    bytes
}

async fn house(data: &std::path::Path) -> (Arc<Desk>, desk::Session, i64) {
    let options = store::StoreOptions { data: data.to_owned(), database: None, now: clock, server: 1 };
    let store = store::Store::open(options).unwrap();
    let files = protocol::shipped_files("general").unwrap();
    let general = protocol::Protocol::read(&files).unwrap();
    let options = desk::Options { password_cost: seal::Cost::WEAK_FOR_TESTS, ..Default::default() };
    let desk = Desk::open(store, vec![general], options, clock, seed).await.unwrap();
    let (email, password) = ("lead@example.org", "a long sentence");
    let new = NewMember { email, name: "Lead", password, administrator: true, language: "" };
    let lead = desk.add_member(new).await.unwrap();
    let login = Login { email, password, code: None, address: "test", unlock: true };
    let (_, session) = desk.log_in(login).await.unwrap();
    let administrator = desk.administrator(&session).unwrap();
    let mandate = NewMandate {
        name: "Real forms".to_owned(),
        description: String::new(),
        protocol: "general".to_owned(),
        people: vec![(lead, "lead".to_owned())],
    };
    let mandate = desk.begin_mandate(&administrator, mandate).await.unwrap();
    (Arc::new(desk), session, mandate)
}

/// The XForm of a real workbook. Where the standard refuses it, the refusal must name row and remedy, and the remedy
/// must work.
fn convert(file: &str, bytes: &[u8]) -> String {
    let workbook = Workbook::read(file, bytes).unwrap();
    let stem = file.trim_end_matches(".xlsx");
    match xlsform::convert(&workbook, stem) {
        Ok(converted) => converted.xform,
        Err(failure) => {
            let first = &failure.problems[0];
            assert!(first.message.contains("allow_choice_duplicates"), "{file}: {first}");
            assert!(first.row.is_some(), "{file}: {first}");
            let remedied = workbook.with_setting("allow_choice_duplicates", "yes");
            xlsform::convert(&remedied, stem)
                .unwrap_or_else(|failure| panic!("{file}: {}", failure.problems[0]))
                .xform
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forms_that_others_use_convert_publish_take_answers_and_give_them_back() {
    let Some(folder) = shared("real") else { return };
    let data = tempfile::tempdir().unwrap();
    let (desk, session, mandate) = house(data.path()).await;
    let seat = desk.seat(&session, mandate).await.unwrap();
    let mut dice = desk::Dice::seed_from_u64(7);
    let files = [
        "reach_msna_2024_kobo_tool.xlsx",
        "unhcr_demo.xlsx",
        "unhcr_demo_adapt1.xlsx",
        "unhcr_kobo_examples.xlsx",
    ];
    let mut published = 0;
    for file in files {
        let bytes = std::fs::read(folder.join(file)).unwrap();
        let xform = convert(file, &bytes);
        let upload = Upload { bytes: xform.as_bytes(), file_name: file, fallback_id: None };
        let uploaded = desk
            .upload_form(&seat.may().unwrap(), upload, None)
            .await
            .unwrap_or_else(|e| panic!("{file}: {e}"));
        // Two versions of the same form share an id; the later one is then its second version.
        let form = match desk.publish_form(&seat.may().unwrap(), &uploaded.form).await {
            Ok(form) => form,
            Err(error) => {
                assert!(error.to_string().contains("refusal-version-published"), "{file}: {error}");
                desk.form(mandate, &uploaded.form.form_id).await.unwrap()
            }
        };
        published += 1;
        let model = desk.published(&form).await.unwrap();
        let values = model.form.fields.iter().filter(|field| field.kind.has_value()).count();
        assert!(values > 0, "{file}: {values} fields");

        let sender = Sender::member(&seat.may().unwrap());
        let before = desk.form(mandate, &form.form_id).await.unwrap().submissions;
        let mut kept = Vec::new();
        for _ in 0..25 {
            let instance = format!("uuid:{}", answers::uuid(&mut dice));
            let xml =
                answers::fill(&model.form, &instance, None, &mut dice, &mut |_, _| answers::Said::ByDice);
            let received = desk
                .receive(&sender, xml.into_bytes(), Vec::new())
                .await
                .unwrap_or_else(|e| panic!("{file}: {e}"));
            assert!(!received.again);
            kept.push(received.instance_id);
        }
        let list = List { limit: 100, ..Default::default() };
        let (rows, count) = desk.submissions(&seat.may().unwrap(), &form, list.clone()).await.unwrap();
        assert_eq!(count, before + 25, "{file}");
        assert!(rows.iter().any(|row| !row.values.is_empty()), "{file}: the lead sees the answers");

        let mut export = desk.export_csv(&seat.may().unwrap(), &form, list).await.unwrap();
        let mut csv = Vec::new();
        while let Some(chunk) = export.chunks.recv().await {
            csv.extend_from_slice(&chunk.unwrap());
        }
        let csv = String::from_utf8(csv).unwrap();
        for instance in &kept {
            assert!(csv.contains(instance.as_str()), "{file}: {instance} is not in the export");
        }
        eprintln!("{file}: {values} fields, {count} submissions, {} bytes of CSV", csv.len());
    }
    assert_eq!(published, files.len());
}
