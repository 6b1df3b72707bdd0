//! What ODK's clients are told of a submission beside its values: who sent it, when, from which device, in which version.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value, json};
use store::form::Form;
use store::submission::{self, Submission, SubmissionVersion};
use store::{Fault, Tx, feed, member};
use xforms::{Field, Kind, Values};

use crate::Desk;
use crate::answer::{Answer, Refusal};
use crate::entities::Actor;
use crate::forms::FormModel;
use crate::keyring::Keyring;
use crate::may::{May, Read, Seat};
use crate::receive::Origin;
use crate::submissions::{note_place, open_version};

/// One version of a submission.
pub struct VersionHead {
    /// As stored.
    pub version: SubmissionVersion,
    /// The name that the form gave it, if that can be opened.
    pub instance_name: Option<String>,
    /// What the client said of itself.
    pub origin: Origin,
    /// The version of the form that it answers.
    pub form_version: String,
}

/// A submission.
pub struct SubmissionHead {
    /// As stored.
    pub submission: Submission,
    /// What the client said of itself that sent the first version.
    pub origin: Origin,
    /// The newest version.
    pub current: VersionHead,
}

/// A comment on a submission.
pub struct Comment {
    /// Actor wrote it.
    pub member: i64,
    /// When (ms).
    pub at: i64,
    /// The text, if it can be opened.
    pub body: Option<String>,
}

/// A change between two versions of a submission.
pub struct Difference {
    /// Names on the way to it; a repetition is its name and number.
    pub path: Vec<Value>,
    /// The value before; none if it is new.
    pub old: Option<Value>,
    /// The value after; none if it is gone.
    pub new: Option<Value>,
}

const INSTANCE_NAME: &str = "meta/instanceName";

fn head(
    tx: &mut Tx,
    keyring: Option<&mut Keyring>,
    version: SubmissionVersion,
    versions: &mut HashMap<i64, String>,
) -> Result<VersionHead, Fault> {
    let form_version = match versions.get(&version.form_version) {
        Some(known) => known.clone(),
        None => {
            let found = store::form::version(tx, version.form_version)?.map(|found| found.version);
            let found = found.unwrap_or_default();
            versions.insert(version.form_version, found.clone());
            found
        }
    };
    let opened = open_version(tx, keyring, &version, false)?;
    let instance_name = opened.values.get(INSTANCE_NAME).and_then(Value::as_str).map(str::to_owned);
    Ok(VersionHead { version, instance_name, origin: opened.origin, form_version })
}

fn submission_head(
    tx: &mut Tx,
    mut keyring: Option<&mut Keyring>,
    submission: Submission,
    known: &mut HashMap<i64, String>,
) -> Result<SubmissionHead, Fault> {
    let missing = || Fault::internal("a submission has no version");
    let current = submission::version(tx, submission.current_version)?.ok_or_else(missing)?;
    let current = head(tx, keyring.as_deref_mut(), current, known)?;
    let origin = if submission.versions > 1 {
        let first = submission::versions(tx, submission.id)?.into_iter().next().ok_or_else(missing)?;
        head(tx, keyring, first, known)?.origin
    } else {
        current.origin.clone()
    };
    Ok(SubmissionHead { submission, origin, current })
}

impl Desk {
    /// A submission in sight, by the instance id of its first version.
    pub async fn submission_head(
        &self,
        seat: &Seat,
        form: &Form,
        instance_id: &str,
    ) -> Answer<SubmissionHead> {
        let found = self.find(seat.mandate().id, form, instance_id).await?;
        let keyring = self.keyring(seat.session());
        Ok(self
            .store
            .read(move |tx| {
                let mut keyring = keyring;
                submission_head(tx, keyring.as_mut(), found, &mut HashMap::new())
            })
            .await?)
    }

    /// Submissions in sight before this ordinal, newest first, at most so many, each with its ordinal.
    pub async fn submission_heads(
        &self,
        may: &May<'_, Read>,
        form: &Form,
        before: i64,
        skip: i64,
        limit: i64,
    ) -> Answer<Vec<(i64, SubmissionHead)>> {
        if form.mandate != may.mandate().id {
            return Err(Refusal::not_found().into());
        }
        let (id, keyring) = (form.id, self.keyring(may.session()));
        Ok(self
            .store
            .read(move |tx| {
                let mut keyring = keyring;
                let Some(before) = feed::skip(tx, id, before, skip)? else { return Ok(Vec::new()) };
                let mut known = HashMap::new();
                let mut heads = Vec::new();
                for row in feed::before(tx, id, before, limit, false)? {
                    heads.push((
                        row.ordinal,
                        submission_head(tx, keyring.as_mut(), row.submission, &mut known)?,
                    ));
                }
                Ok::<_, Fault>(heads)
            })
            .await?)
    }

    /// The versions of a submission, newest first.
    pub async fn version_heads(
        &self,
        may: &May<'_, Read>,
        form: &Form,
        instance_id: &str,
    ) -> Answer<Vec<VersionHead>> {
        let found = self.find(may.mandate().id, form, instance_id).await?;
        let keyring = self.keyring(may.session());
        Ok(self
            .store
            .read(move |tx| {
                let mut keyring = keyring;
                let mut known = HashMap::new();
                let mut heads = Vec::new();
                for version in submission::versions(tx, found.id)?.into_iter().rev() {
                    heads.push(head(tx, keyring.as_mut(), version, &mut known)?);
                }
                Ok::<_, Fault>(heads)
            })
            .await?)
    }

    /// The instance id of the submission that has a version of this id, where that is not the id of its first version.
    pub async fn root_of_version(
        &self,
        seat: &Seat,
        form: &Form,
        instance_id: &str,
    ) -> Answer<Option<String>> {
        if form.mandate != seat.mandate().id {
            return Ok(None);
        }
        let (id, instance) = (form.id, instance_id.to_owned());
        Ok(self
            .store
            .read(move |tx| {
                let Some(version) = submission::version_by_instance_id(tx, id, &instance)? else {
                    return Ok(None);
                };
                let found = submission::by_id(tx, version.submission)?;
                let found = found.filter(|found| found.removed_at.is_none() && found.instance_id != instance);
                Ok::<_, Fault>(found.map(|found| found.instance_id))
            })
            .await?)
    }

    /// Whether a submission of this instance id was removed.
    pub async fn was_removed(&self, seat: &Seat, form: &Form, instance_id: &str) -> Answer<bool> {
        if form.mandate != seat.mandate().id {
            return Ok(false);
        }
        let (id, instance) = (form.id, instance_id.to_owned());
        let found = self.store.read(move |tx| submission::by_instance_id(tx, id, &instance)).await?;
        Ok(found.is_some_and(|found| found.removed_at.is_some()))
    }

    /// Members and phones by number, as far as there are any.
    pub async fn actors(
        &self,
        seat: &Seat,
        ids: impl IntoIterator<Item = i64>,
    ) -> Answer<BTreeMap<i64, Actor>> {
        let (mandate, ids) = (seat.mandate().id, ids.into_iter().collect::<Vec<_>>());
        Ok(self.store.read(move |tx| actors(tx, Some(mandate), &ids)).await?)
    }

    /// Actor sent the submissions of a form, by name.
    pub async fn submitters(&self, may: &May<'_, Read>, form: &Form) -> Answer<Vec<Actor>> {
        if form.mandate != may.mandate().id {
            return Err(Refusal::not_found().into());
        }
        let (id, mandate) = (form.id, may.mandate().id);
        let found = self
            .store
            .read(move |tx| {
                let ids = feed::submitters(tx, id)?;
                actors(tx, Some(mandate), &ids)
            })
            .await?;
        let mut found: Vec<Actor> = found.into_values().collect();
        found.sort_by(|one, other| (&one.name, one.id).cmp(&(&other.name, other.id)));
        Ok(found)
    }

    /// The keys for which phones encrypted submissions that are in sight: number of the form version that named the
    /// key, and the public key, newest first.
    pub async fn encryption_keys(&self, may: &May<'_, Read>, form: &Form) -> Answer<Vec<(i64, String)>> {
        if form.mandate != may.mandate().id {
            return Err(Refusal::not_found().into());
        }
        let id = form.id;
        let versions = self.store.read(move |tx| feed::encrypting_versions(tx, id)).await?;
        let mut keys: Vec<(i64, String)> = Vec::new();
        for version in versions {
            let model = self.model(version).await?;
            if let Some(key) = model.form.encryption.clone()
                && keys.iter().all(|(_, known)| *known != key)
            {
                keys.push((version, key));
            }
        }
        Ok(keys)
    }

    /// The comments on a submission, newest first.
    pub async fn comments(
        &self,
        may: &May<'_, Read>,
        form: &Form,
        instance_id: &str,
    ) -> Answer<Vec<Comment>> {
        let found = self.find(may.mandate().id, form, instance_id).await?;
        let keyring = self.keyring(may.session());
        Ok(self
            .store
            .read(move |tx| {
                let mut keyring = keyring;
                let mut comments = Vec::new();
                for note in submission::notes(tx, found.id)?.into_iter().rev() {
                    let Some(sealed) = &note.sealed_body else { continue };
                    let place = note.id.to_string();
                    let body = match keyring.as_mut() {
                        Some(keyring) => keyring.open(tx, sealed, &note_place(&place))?,
                        None => None,
                    };
                    let body = body.and_then(|opened| opened.expose_text().map(str::to_owned));
                    comments.push(Comment { member: note.member, at: note.at, body });
                }
                Ok::<_, Fault>(comments)
            })
            .await?)
    }

    /// What each later version of a submission changed, newest first: its instance id and the differences.
    pub async fn differences(
        &self,
        may: &May<'_, Read>,
        form: &Form,
        instance_id: &str,
    ) -> Answer<Vec<(String, Vec<Difference>)>> {
        let found = self.find(may.mandate().id, form, instance_id).await?;
        let id = found.id;
        let versions = self.store.read(move |tx| submission::versions(tx, id)).await?;
        let mut models = Vec::with_capacity(versions.len());
        for version in &versions {
            models.push(self.model(version.form_version).await?);
        }
        let keyring = self.keyring(may.session());
        Ok(self
            .store
            .read(move |tx| {
                let mut keyring = keyring;
                let mut before: Option<Values> = None;
                let mut told = Vec::new();
                for (version, model) in versions.into_iter().zip(models) {
                    let after = open_version(tx, keyring.as_mut(), &version, false)?.values;
                    if let Some(before) = &before {
                        let mut differences = Vec::new();
                        compare(&model, "", before, &after, &mut Vec::new(), &mut differences);
                        told.push((version.instance_id, differences));
                    }
                    before = Some(after);
                }
                told.reverse();
                Ok::<_, Fault>(told)
            })
            .await?)
    }
}

pub(crate) fn actors(tx: &mut Tx, mandate: Option<i64>, ids: &[i64]) -> Result<BTreeMap<i64, Actor>, Fault> {
    let mut found = BTreeMap::new();
    for id in ids {
        if found.contains_key(id) {
            continue;
        }
        let actor = match (member::by_id(tx, *id)?, mandate) {
            (Some(member), _) => {
                Some(Actor { id: *id, device: false, name: member.name, created_at: member.created_at })
            }
            (None, Some(mandate)) => store::mandate::device(tx, mandate, *id)?.map(|phone| Actor {
                id: *id,
                device: true,
                name: phone.name,
                created_at: phone.created_at,
            }),
            (None, None) => None,
        };
        if let Some(actor) = actor {
            found.insert(*id, actor);
        }
    }
    Ok(found)
}

/// The paths of one level, in the form's order; what the form does not know follows its neighbours.
fn paths(fields: &[Field], repeat: &str, before: &Values, after: &Values) -> Vec<String> {
    let here =
        |field: &&Field| field.repeat.as_deref().unwrap_or_default() == repeat && field.kind != Kind::Group;
    let mut paths: Vec<String> = fields.iter().filter(here).map(|field| field.path.clone()).collect();
    for path in before.keys().chain(after.keys()) {
        if paths.contains(path) {
            continue;
        }
        let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
        let beside = |known: &String| known.rsplit_once('/').map_or("", |(parent, _)| parent) == parent;
        match paths.iter().rposition(beside) {
            Some(place) => paths.insert(place + 1, path.clone()),
            None => paths.push(path.clone()),
        }
    }
    paths
}

fn compare(
    model: &FormModel,
    repeat: &str,
    before: &Values,
    after: &Values,
    way: &mut Vec<Value>,
    found: &mut Vec<Difference>,
) {
    for path in paths(&model.form.fields, repeat, before, after) {
        let inside = path.get(repeat.len()..).unwrap_or_default().trim_start_matches('/');
        let mut steps: Vec<Value> = inside.split('/').map(Value::from).collect();
        let (old, new) = (before.get(&path), after.get(&path));
        let ((Some(Value::Array(_)), _) | (_, Some(Value::Array(_)))) = (old, new) else {
            if old != new {
                let path = way.iter().cloned().chain(steps).collect();
                found.push(Difference { path, old: old.cloned(), new: new.cloned() });
            }
            continue;
        };
        let list = |value: Option<&Value>| value.and_then(Value::as_array).cloned().unwrap_or_default();
        let (old, new) = (list(old), list(new));
        let name = steps.pop().unwrap_or_default();
        for number in 0..old.len().max(new.len()) {
            let length = way.len();
            way.extend(steps.iter().cloned());
            way.push(json!([name, number]));
            match (old.get(number).and_then(Value::as_object), new.get(number).and_then(Value::as_object)) {
                (Some(old), Some(new)) => compare(model, &path, old, new, way, found),
                (old, new) => {
                    let tree = |values: &Map<String, Value>| tree(&path, values);
                    found.push(Difference { path: way.clone(), old: old.map(tree), new: new.map(tree) });
                }
            }
            way.truncate(length);
        }
    }
}

/// Values by path as values by name, groups within each other.
fn tree(repeat: &str, values: &Map<String, Value>) -> Value {
    let mut root = Map::new();
    for (path, value) in values {
        let value = match value {
            Value::Array(rows) => {
                rows.iter().filter_map(Value::as_object).map(|row| tree(path, row)).collect()
            }
            value => value.clone(),
        };
        let inside = path.get(repeat.len()..).unwrap_or_default().trim_start_matches('/');
        let (groups, name) = inside.rsplit_once('/').unwrap_or(("", inside));
        let mut place = &mut root;
        for group in groups.split('/').filter(|group| !group.is_empty()) {
            let inner = place.entry(group).or_insert_with(|| Value::Object(Map::new()));
            if !inner.is_object() {
                *inner = Value::Object(Map::new());
            }
            let Value::Object(inner) = inner else { return Value::Object(root) };
            place = inner;
        }
        place.insert(name.to_owned(), value);
    }
    Value::Object(root)
}
