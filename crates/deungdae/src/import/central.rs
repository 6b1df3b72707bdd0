//! `import central`: copies a project from a running Central through its API.
//!
//! It may be broken off and run again at any time: what is here already is found by its ids and stays, and nothing comes
//! twice. At the end both sides are counted and compared.
#![allow(clippy::print_stderr, reason = "progress is shown on a terminal")]

use std::collections::{BTreeMap, BTreeSet};
use std::io::{IsTerminal, Write};
use std::process::ExitCode;

use desk::{
    AddedDataset, AddedProperty, Collect, Desk, ENTITY_LABEL, Forms, Login, Manage, MovedEntity,
    MovedSubmission, MovedVersion, Origin, Review, Rules, Seat, Sender, Upload,
};
use serde_json::{Value, json};

use super::remote::{Remote, segment};
use crate::command::ImportCentral;
use crate::data;
use crate::member::existing;
use crate::{Outcome, Trouble};

/// Submissions listed at a time.
const PAGE: usize = 1000;

/// Copies the project.
pub(crate) fn central(import: &ImportCentral) -> Outcome {
    let (theirs, ours) = passwords()?;
    let configuration = existing(&import.data)?;
    let database = import.database.clone().or(configuration.database.clone());
    let options = configuration.options();
    let remote = Remote::log_in(&import.url, &import.email, &theirs)?;
    let path = format!("/projects/{}", import.project);
    if remote.json(&path)?.is_none() {
        return Err(Trouble::new(format!("{} has no project {}", import.url, import.project)));
    }
    data::runtime()?.block_on(async move {
        let desk = data::open_desk(&import.data, database, options).await?;
        let email = import.own_email.as_deref().unwrap_or(&import.email);
        let login = Login { email, password: &ours, code: None, address: "command line", unlock: true };
        let session = desk.log_in_each_time(login).await?;
        let seat = desk.seat(&session, import.mandate).await?;
        let copy = Copy { desk: &desk, seat: &seat, remote, path, faults: Vec::new(), shown: String::new() };
        copy.run(&import.url).await
    })
}

/// The first line of standard input is the password there, the second the one here.
fn passwords() -> Result<(String, String), Trouble> {
    let mut lines = std::io::stdin().lines();
    let mut line = |which: &str| {
        let line = lines.next().transpose()?.filter(|line| !line.is_empty());
        line.ok_or_else(|| {
            Trouble::new(format!(
                "standard input has no password for {which}: send two lines, first the password there, then the one here"
            ))
        })
    };
    Ok((line("the other server")?, line("this one")?))
}

struct Copy<'c> {
    desk: &'c Desk,
    seat: &'c Seat,
    remote: Remote,
    /// `/projects/7`
    path: String,
    /// What could not be copied, in a line each.
    faults: Vec<String>,
    shown: String,
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn at(value: &Value, name: &str) -> i64 {
    text(value, name).parse::<jiff::Timestamp>().map_or(0, jiff::Timestamp::as_millisecond)
}

impl Copy<'_> {
    async fn run(mut self, url: &str) -> Outcome {
        let datasets = self.datasets().await?;
        let forms = self.forms().await?;
        let mut counts = Vec::new();
        for form in &forms {
            counts.push(self.submissions(form).await?);
        }
        for form in &forms {
            self.state(form).await?;
        }
        for dataset in &datasets {
            counts.push(self.entities(dataset).await?);
        }
        self.clear();
        let mut same = true;
        println!("{:<32} {:>8} {:>8}", "", "there", "here");
        for count in &counts {
            println!("{:<32} {:>8} {:>8}", count.name, count.there, count.here);
            same &= count.missing.is_empty();
            for missing in count.missing.iter().take(10) {
                println!("  not the same: {missing}");
            }
        }
        for fault in &self.faults {
            println!("not copied: {fault}");
        }
        let told: Value = counts.iter().map(|count| json!([count.name, count.there, count.here])).collect();
        self.desk.note_move(&self.seat.may::<Manage>()?, url, told).await?;
        if same && self.faults.is_empty() {
            println!("Everything is here.");
            Ok(ExitCode::SUCCESS)
        } else {
            println!(
                "Not everything is here. Run the same command again after what is named above is put right."
            );
            Ok(ExitCode::from(1))
        }
    }

    fn show(&mut self, what: String) {
        if std::io::stderr().is_terminal() {
            let width = self.shown.chars().count();
            eprint!("\r{what:<width$}");
            let _ = std::io::stderr().flush();
            self.shown = what;
        }
    }

    fn clear(&mut self) {
        self.show(String::new());
        if std::io::stderr().is_terminal() {
            eprint!("\r");
        }
    }

    async fn datasets(&mut self) -> Result<Vec<String>, Trouble> {
        let may = self.seat.may::<Manage>()?;
        let mut names = Vec::new();
        for listed in self.remote.list(&format!("{}/datasets", self.path))? {
            let name = text(&listed, "name").to_owned();
            let path = format!("{}/datasets/{}", self.path, segment(&name));
            let Some(told) = self.remote.json(&path)? else { continue };
            let flag = |name: &str| told.get(name).and_then(Value::as_bool);
            let rules = Rules {
                approval_required: flag("approvalRequired"),
                owner_only: flag("ownerOnly"),
                convert: None,
            };
            if let AddedDataset::Similar(known) = self.desk.add_dataset(&may, &name, rules).await? {
                self.faults
                    .push(format!("entity list {name}: here is {known}, which differs in capitals only"));
                continue;
            }
            for property in told.get("properties").and_then(Value::as_array).into_iter().flatten() {
                let property = text(property, "name");
                if let AddedProperty::Taken(known) =
                    self.desk.add_dataset_property(&may, &name, property).await?
                    && known != property
                {
                    self.faults.push(format!("property {property} of {name}: here is {known}"));
                }
            }
            names.push(name);
        }
        Ok(names)
    }

    async fn forms(&mut self) -> Result<Vec<Value>, Trouble> {
        let forms = self.remote.list(&format!("{}/forms", self.path))?;
        for (index, form) in forms.iter().enumerate() {
            let form_id = text(form, "xmlFormId").to_owned();
            self.show(format!("forms {}/{}: {form_id}", index + 1, forms.len()));
            let path = format!("{}/forms/{}", self.path, segment(&form_id));
            let mut versions = self.remote.list(&format!("{path}/versions"))?;
            versions.sort_by_key(|version| at(version, "publishedAt"));
            for version in &versions {
                let name = text(version, "version");
                let segment = if name.is_empty() { "___".to_owned() } else { segment(name) };
                self.form_version(&form_id, name, &format!("{path}/versions/{segment}"), true).await?;
            }
            if versions.is_empty() {
                self.form_version(&form_id, text(form, "version"), &format!("{path}/draft"), false).await?;
            }
        }
        Ok(forms)
    }

    async fn form_version(
        &mut self,
        form_id: &str,
        version: &str,
        path: &str,
        published: bool,
    ) -> Result<(), Trouble> {
        let may = self.seat.may::<Forms>()?;
        let mandate = self.seat.mandate().id;
        if let Ok(known) = self.desk.form(mandate, form_id).await {
            let versions = self.desk.form_versions(self.seat, &known).await?;
            if versions.iter().any(|known| known.version == version) || !published {
                return Ok(());
            }
        }
        let Some(xml) = self.remote.bytes(&format!("{path}.xml"))? else {
            self.faults.push(format!("form {form_id}, version {version}: there is no XML"));
            return Ok(());
        };
        let upload = Upload { bytes: &xml, file_name: "form.xml", fallback_id: None };
        let form = match self.desk.upload_form(&may, upload, None).await {
            Ok(uploaded) => uploaded.form,
            Err(desk::Error::Refused(refusal)) => {
                let why = Trouble::from(refusal);
                self.faults.push(format!("form {form_id}, version {version}: {why}"));
                return Ok(());
            }
            Err(fault) => return Err(fault.into()),
        };
        for file in self.remote.list(&format!("{path}/attachments"))? {
            let name = text(&file, "name").to_owned();
            let there = file.get("blobExists").or_else(|| file.get("exists")).and_then(Value::as_bool);
            if there != Some(true) {
                continue;
            }
            if let Some(content) = self.remote.bytes(&format!("{path}/attachments/{}", segment(&name)))? {
                let kind = media_type(&name);
                self.desk.put_form_file(&may, &form, &name, kind, content).await?;
            }
        }
        if published {
            self.desk.publish_form(&may, &form).await?;
        }
        Ok(())
    }

    /// Forms that are closing or closed become so at the end, when all their submissions are here.
    async fn state(&mut self, form: &Value) -> Result<(), Trouble> {
        let (form_id, state) = (text(form, "xmlFormId"), text(form, "state"));
        let Ok(known) = self.desk.form(self.seat.mandate().id, form_id).await else { return Ok(()) };
        if known.state != state && !state.is_empty() {
            self.desk.set_form_state(&self.seat.may::<Forms>()?, &known, state).await?;
        }
        Ok(())
    }

    /// Every submission of a form as the source lists it, oldest first.
    fn listed(&self, path: &str) -> Result<Vec<Value>, Trouble> {
        let (mut all, mut seen, mut offset) = (Vec::new(), BTreeSet::new(), 0);
        loop {
            let page = self.remote.list(&format!("{path}/submissions?limit={PAGE}&offset={offset}"))?;
            let length = page.len();
            for one in page {
                // Those that arrive meanwhile push others onto the next page.
                if seen.insert(text(&one, "instanceId").to_owned()) {
                    all.push(one);
                }
            }
            if length < PAGE {
                all.reverse();
                return Ok(all);
            }
            offset += length;
        }
    }

    async fn submissions(&mut self, form: &Value) -> Result<Count, Trouble> {
        let form_id = text(form, "xmlFormId").to_owned();
        let path = format!("{}/forms/{}", self.path, segment(&form_id));
        let may = self.seat.may::<Manage>()?;
        let listed = self.listed(&path)?;
        let known = self.desk.moved_submissions(&may, &form_id).await?;
        let known: BTreeMap<String, MovedSubmission> =
            known.into_iter().map(|known| (known.instance_id.clone(), known)).collect();
        for (index, one) in listed.iter().enumerate() {
            let instance = text(one, "instanceId").to_owned();
            self.show(format!("{form_id}: submission {}/{}", index + 1, listed.len()));
            self.submission(&form_id, &path, one, known.get(&instance)).await?;
        }
        let here = self.desk.moved_submissions(&may, &form_id).await?;
        let mut missing = Vec::new();
        for one in &listed {
            let instance = text(one, "instanceId");
            let current = current(one);
            if !here.iter().any(|known| known.instance_id == instance && known.current == current) {
                missing.push(instance.to_owned());
            }
        }
        let (there, here) = (listed.len(), here.len());
        Ok(Count { name: format!("submissions of {form_id}"), there, here, missing })
    }

    async fn submission(
        &mut self,
        form_id: &str,
        path: &str,
        one: &Value,
        known: Option<&MovedSubmission>,
    ) -> Result<(), Trouble> {
        let (may, review) = (self.seat.may::<Manage>()?, self.seat.may::<Review>()?);
        let sender = Sender::member(&self.seat.may::<Collect>()?);
        let instance = text(one, "instanceId");
        let path = format!("{path}/submissions/{}", segment(instance));
        let mut versions = self.remote.list(&format!("{path}/versions"))?;
        versions.sort_by_key(|version| at(version, "createdAt"));
        let whole = match known {
            Some(known) if known.current == current(one) && known.versions == versions.len() as i64 => {
                let version = format!("{path}/versions/{}/attachments", segment(&known.current));
                let files = self.remote.list(&version)?;
                files.iter().filter(|file| exists(file)).count() as i64 <= known.files
            }
            _ => false,
        };
        for version in versions.iter().filter(|_| !whole) {
            let id = text(version, "instanceId");
            let path = format!("{path}/versions/{}", segment(id));
            let Some(xml) = self.remote.bytes(&format!("{path}.xml"))? else {
                self.faults.push(format!("{form_id}, {instance}: version {id} has no XML"));
                continue;
            };
            let mut files = Vec::new();
            for file in self.remote.list(&format!("{path}/attachments"))? {
                let name = text(&file, "name");
                if !exists(&file) {
                    continue;
                }
                let mut incoming = self.desk.incoming_file(name)?;
                let take = |piece: &[u8]| incoming.push(piece).map_err(Trouble::from);
                if self.remote.file(&format!("{path}/attachments/{}", segment(name)), take)? {
                    files.push(incoming);
                }
            }
            let said = |name: &str| version.get(name).and_then(Value::as_str).map(str::to_owned);
            let origin = Origin { device_id: said("deviceId"), user_agent: said("userAgent") };
            let arrived = at(version, "createdAt");
            let received = self.desk.receive_moved(&may, &sender, &origin, xml, files, arrived).await;
            if let Err(error) = received {
                match error {
                    desk::Error::Refused(refusal) => {
                        let why = Trouble::from(refusal);
                        self.faults.push(format!("{form_id}, {instance}: {why}"));
                        return Ok(());
                    }
                    fault => return Err(fault.into()),
                }
            }
        }
        let form = self.desk.form(self.seat.mandate().id, form_id).await?;
        let mut notes = self.remote.list(&format!("{path}/comments"))?;
        notes.reverse();
        let there = known.map_or(0, |known| usize::try_from(known.notes).unwrap_or(0));
        for note in notes.iter().skip(there) {
            let who = note.get("actor").map(|actor| text(actor, "displayName")).unwrap_or_default();
            let body = format!("{}\n\n— {who}, {}", text(note, "body"), text(note, "createdAt"));
            self.desk.review(&review, &form, instance, None, &body).await?;
        }
        let state = text(one, "reviewState");
        let before = known.map_or("received", |known| known.review_state.as_str());
        if !state.is_empty() && state != before {
            self.desk.review(&review, &form, instance, Some(state), "").await?;
        }
        Ok(())
    }

    async fn entities(&mut self, dataset: &str) -> Result<Count, Trouble> {
        let may = self.seat.may::<Manage>()?;
        let path = format!("{}/datasets/{}/entities", self.path, segment(dataset));
        let mut listed = self.remote.list(&path)?;
        listed.reverse();
        let gone = self.remote.list(&format!("{path}?deleted=true"))?;
        let known = self.desk.moved_entities(&may, dataset).await?;
        let known: BTreeMap<String, i64> =
            known.into_iter().map(|(uuid, version, _)| (uuid, version)).collect();
        for (index, one) in listed.iter().enumerate() {
            let uuid = text(one, "uuid");
            self.show(format!("{dataset}: entity {}/{}", index + 1, listed.len()));
            if known.get(uuid).is_some_and(|version| *version >= version_of(one)) {
                continue;
            }
            let versions = self.remote.list(&format!("{path}/{uuid}/versions"))?;
            let versions = versions.iter().map(moved_version).collect();
            let conflict = one.get("conflict").is_some_and(|conflict| !conflict.is_null());
            let entity = MovedEntity { uuid: uuid.to_owned(), versions, conflict, removed_at: None };
            self.desk.move_entity(&may, dataset, entity).await?;
        }
        // Of what was removed there, Central tells the last state only.
        for one in &gone {
            let uuid = text(one, "uuid");
            if known.contains_key(uuid) {
                continue;
            }
            let Some(whole) = self.remote.json(&format!("{path}/{uuid}?deleted=true"))? else { continue };
            let Some(current) = whole.get("currentVersion") else { continue };
            let mut version = moved_version(current);
            version.values = values(current.get("data"));
            version.values.push((ENTITY_LABEL.to_owned(), text(current, "label").to_owned()));
            let version = MovedVersion {
                number: 1,
                base: None,
                trunk: None,
                branch: None,
                branch_base: None,
                ..version
            };
            let removed_at = Some(at(one, "deletedAt"));
            let entity =
                MovedEntity { uuid: uuid.to_owned(), versions: vec![version], conflict: false, removed_at };
            self.desk.move_entity(&may, dataset, entity).await?;
        }
        let here = self.desk.moved_entities(&may, dataset).await?;
        let mut missing = Vec::new();
        for (one, removed) in listed.iter().map(|one| (one, false)).chain(gone.iter().map(|one| (one, true)))
        {
            let uuid = text(one, "uuid");
            let same = here.iter().any(|(known, version, gone)| {
                known == uuid && *gone == removed && (removed || *version == version_of(one))
            });
            if !same {
                missing.push(uuid.to_owned());
            }
        }
        let (there, here) = (listed.len() + gone.len(), here.len());
        Ok(Count { name: format!("entities of {dataset}"), there, here, missing })
    }
}

struct Count {
    name: String,
    there: usize,
    here: usize,
    missing: Vec<String>,
}

fn exists(file: &Value) -> bool {
    file.get("exists").and_then(Value::as_bool) == Some(true)
}

fn current(one: &Value) -> &str {
    let current = one.get("currentVersion").map(|current| text(current, "instanceId"));
    current.filter(|id| !id.is_empty()).unwrap_or_else(|| text(one, "instanceId"))
}

fn version_of(one: &Value) -> i64 {
    one.get("currentVersion").and_then(|current| current.get("version")).and_then(Value::as_i64).unwrap_or(1)
}

fn values(data: Option<&Value>) -> Vec<(String, String)> {
    let each = data.and_then(Value::as_object).into_iter().flatten();
    each.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect()
}

fn moved_version(version: &Value) -> MovedVersion {
    let number = |name: &str| version.get(name).and_then(Value::as_i64);
    MovedVersion {
        number: number("version").unwrap_or(1),
        base: number("baseVersion"),
        trunk: number("trunkVersion"),
        branch: version.get("branchId").and_then(Value::as_str).map(str::to_owned),
        branch_base: number("branchBaseVersion"),
        at: at(version, "createdAt"),
        values: values(version.get("dataReceived")),
    }
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).as_deref() {
        Some("csv") => "text/csv",
        Some("xml") => "application/xml",
        Some("geojson") => "application/geo+json",
        Some("png") => "image/png",
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("mp3") => "audio/mpeg",
        Some("mp4") => "video/mp4",
        _ => "application/octet-stream",
    }
}
