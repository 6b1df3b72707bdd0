//! A submission as XML for who exports: what was sent, or what of it may be shown.

use std::collections::BTreeMap;

use serde_json::Value;
use store::form::Form;
use store::submission;
use store::{Fault, Tx};
use xforms::{Class, Field, Kind, Values};

use crate::Desk;
use crate::answer::{Answer, Refusal};
use crate::forms::FormModel;
use crate::keyring::Keyring;
use crate::may::{May, Read};
use crate::receive::version_place;
use crate::submissions::open_version;

impl Desk {
    /// The XML of a submission's newest version. Where the form has no identity fields and the session is unlocked, it
    /// is what was sent, to the byte. Otherwise it is written anew from the values that can be opened: identity never,
    /// sensitive values if the session is unlocked; the others' elements are empty.
    pub async fn submission_xml(
        &self,
        may: &May<'_, Read>,
        form: &Form,
        instance_id: &str,
    ) -> Answer<String> {
        let listed = self.listed_submission(may, form, instance_id).await?;
        self.xml_of(may, listed.version).await
    }

    /// The XML of one version of a submission, in the same way.
    pub async fn version_xml(
        &self,
        may: &May<'_, Read>,
        form: &Form,
        instance_id: &str,
        version: &str,
    ) -> Answer<String> {
        let listed = self.listed_submission(may, form, instance_id).await?;
        let (id, version) = (form.id, version.to_owned());
        let row = self.store.read(move |tx| submission::version_by_instance_id(tx, id, &version)).await?;
        let row = row.filter(|row| row.submission == listed.submission.id).ok_or_else(Refusal::not_found)?;
        self.xml_of(may, row).await
    }

    async fn xml_of(&self, may: &May<'_, Read>, version: submission::SubmissionVersion) -> Answer<String> {
        let model = self.model(version.form_version).await?;
        let keyring = self.keyring(may.session());
        Ok(self
            .store
            .read(move |tx| {
                let mut keyring = keyring;
                if model.highest_class() < Class::Identity
                    && let Some(sent) = sent(tx, keyring.as_mut(), &version)?
                {
                    return Ok(sent);
                }
                let opened = open_version(tx, keyring.as_mut(), &version, false)?;
                Ok::<_, Fault>(written(&model, &opened.values))
            })
            .await?)
    }

    /// One submission as it stands in a list: nothing is opened.
    pub async fn listed_submission(
        &self,
        seat: &crate::Seat,
        form: &Form,
        instance_id: &str,
    ) -> Answer<submission::Listed> {
        let found = self.find(seat.mandate().id, form, instance_id).await?;
        let version = found.current_version;
        let version = self.store.read(move |tx| submission::version(tx, version)).await?;
        let version = version.ok_or_else(Refusal::not_found)?;
        let key = submission::Key { value: String::new(), id: found.id };
        Ok(submission::Listed { submission: found, version, key })
    }

    /// A page of a form's submissions, of which nothing is opened.
    pub async fn listed_submissions(
        &self,
        may: &May<'_, Read>,
        form: &Form,
        mut list: submission::List,
    ) -> Answer<Vec<submission::Listed>> {
        if form.mandate != may.mandate().id {
            return Err(Refusal::not_found().into());
        }
        list.form = form.id;
        Ok(self
            .store
            .read(move |tx| {
                let mut found = Vec::new();
                submission::list(tx, &list, |listed| {
                    found.push(listed);
                    Ok(())
                })?;
                Ok::<_, Fault>(found)
            })
            .await?)
    }
}

fn sent(
    tx: &mut Tx,
    keyring: Option<&mut Keyring>,
    version: &submission::SubmissionVersion,
) -> Result<Option<String>, Fault> {
    let (Some(keyring), Some(sealed)) = (keyring, &version.sealed_xml) else { return Ok(None) };
    let record = version.id.to_string();
    let opened = keyring.open(tx, sealed, &version_place(&record, "xml"))?;
    Ok(opened.and_then(|opened| opened.expose_text().map(str::to_owned)))
}

/// Writes the values into the form's elements, in the form's order.
fn written(model: &FormModel, values: &Values) -> String {
    let form = &model.form;
    let mut children: BTreeMap<&str, Vec<&Field>> = BTreeMap::new();
    for field in &form.fields {
        let parent = field.path.rsplit_once('/').map_or("", |(parent, _)| parent);
        children.entry(parent).or_default().push(field);
    }
    let mut xml = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?><{} id=\"", form.root);
    push_escaped(&mut xml, &form.form_id);
    xml.push_str("\" version=\"");
    push_escaped(&mut xml, &model.version.version);
    xml.push_str("\">");
    write(&children, "", values, &mut xml);
    xml.push_str(&format!("</{}>", form.root));
    xml
}

fn write(children: &BTreeMap<&str, Vec<&Field>>, parent: &str, values: &Values, xml: &mut String) {
    for field in children.get(parent).into_iter().flatten() {
        let name = field.name.as_str();
        match field.kind {
            Kind::Group => {
                xml.push_str(&format!("<{name}>"));
                write(children, &field.path, values, xml);
                xml.push_str(&format!("</{name}>"));
            }
            Kind::Repeat => {
                let repetitions = values.get(&field.path).and_then(Value::as_array);
                for repetition in repetitions.into_iter().flatten().filter_map(Value::as_object) {
                    xml.push_str(&format!("<{name}>"));
                    write(children, &field.path, repetition, xml);
                    xml.push_str(&format!("</{name}>"));
                }
            }
            _ => match values.get(&field.path).and_then(Value::as_str) {
                Some(text) => {
                    xml.push_str(&format!("<{name}>"));
                    push_escaped(xml, text);
                    xml.push_str(&format!("</{name}>"));
                }
                None => xml.push_str(&format!("<{name}/>")),
            },
        }
    }
}

fn push_escaped(xml: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => xml.push_str("&amp;"),
            '<' => xml.push_str("&lt;"),
            '>' => xml.push_str("&gt;"),
            '"' => xml.push_str("&quot;"),
            c => xml.push(c),
        }
    }
}
