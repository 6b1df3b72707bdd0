//! Opening a submission that was encrypted on the phone, with the private key that a member brings for this one act.

use std::collections::{HashMap, HashSet};
use std::io::BufReader;

use store::form::Form;
use store::mandate::Holder;
use store::{Fault, FileName, submission};
use xforms::{Class, Limits, PrivateKey, SignatureCheck, Values};

use crate::Desk;
use crate::answer::{Answer, Error, Kind, Refusal};
use crate::files::content_place;
use crate::intake::Sealed;
use crate::keyring::Keyring;
use crate::may::{May, OpenIdentity, Read};
use crate::receive::version_place;
use crate::submissions::open_name;

/// What a key opened.
pub struct OpenedByKey {
    /// Values by path: open and sensitive ones, and identity if a reason was given.
    pub values: Values,
    /// Whether identity values stayed closed.
    pub identity_closed: bool,
    /// What the phone's signature says; it shows damage, not who sent it.
    pub signature: SignatureCheck,
    /// Files that have not arrived yet.
    pub missing: Vec<String>,
    /// The other files that came along, by name: those of identity fields, and those that no answer names, only
    /// if a reason was given.
    pub files: Vec<(String, zeroize::Zeroizing<Vec<u8>>)>,
}

impl Desk {
    /// Opens the newest version of an encrypted submission with an RSA key in PEM. The key is not kept. The member must
    /// also hold the compartment that the submission is sealed to. Identity needs a reason, which is logged first.
    pub async fn open_with_key(
        &self,
        may: &May<'_, Read>,
        form: &Form,
        instance_id: &str,
        pem: &str,
        identity: Option<(&May<'_, OpenIdentity>, &str)>,
    ) -> Answer<OpenedByKey> {
        let refuse = |error: xforms::EncryptionError| {
            Error::from(Refusal::invalid("refusal-encrypted").problem("key", error.to_string()))
        };
        let key = PrivateKey::from_pem(pem).map_err(refuse)?;
        let found = self.find(may.mandate().id, form, instance_id).await?;
        if let Some((_, reason)) = identity {
            self.log_opening(may.session(), may.mandate().id, "submission", found.id, reason).await?;
        }
        let own = self.own_key_or_refuse(may.session())?;
        let member = may.session().member().id;
        let files = self.store.clone();
        let current = found.current_version;
        let (version, xml, mut came) = self
            .store
            .read(move |tx| {
                let closed = || Error::from(Refusal::new(Kind::NotAllowed, "refusal-closed"));
                let version = submission::version(tx, current)?.ok_or_else(Refusal::not_found)?;
                if !version.encrypted {
                    return Err(Error::from(Refusal::conflict("refusal-not-encrypted")));
                }
                let mut keyring = Keyring::new(Holder::Member(member), own);
                let record = version.id.to_string();
                let sealed = version.sealed_xml.as_ref().ok_or_else(Refusal::not_found)?;
                let xml = keyring.open(tx, sealed, &version_place(&record, "xml"))?.ok_or_else(closed)?;
                let mut came: HashMap<String, Vec<u8>> = HashMap::new();
                for row in submission::attachments(tx, version.id)? {
                    let (Some(content), Some(sealed_key)) = (&row.content, &row.sealed_key) else { continue };
                    let name = open_name(tx, &mut keyring, &row)?.ok_or_else(closed)?;
                    let place = row.place.to_string();
                    let key = keyring
                        .record_key(tx, &Sealed::read(sealed_key)?, &content_place(&place))?
                        .ok_or_else(closed)?;
                    let file: FileName = content.parse().map_err(|_| Refusal::not_found())?;
                    let mut source = BufReader::new(files.files().open_file(&file)?);
                    let mut bytes = Vec::new();
                    seal::open_stream(&key, &content_place(&place), &mut source, &mut bytes)
                        .map_err(|error| Fault::Damaged { what: error.to_string() })?;
                    came.insert(name, bytes);
                }
                Ok::<_, Error>((version, xml, came))
            })
            .await?;
        let model = self.model(version.form_version).await?;
        let envelope = xforms::Submission::read(xml.expose(), &Limits::SUBMISSION)
            .map_err(|error| Fault::Damaged { what: error.to_string() })?
            .encrypted
            .ok_or_else(|| Refusal::conflict("refusal-not-encrypted"))?;
        let mut dice = self.dice();
        let opened = tokio::task::spawn_blocking(move || {
            xforms::open(&envelope, &key, |name| came.remove(name), &mut dice)
        })
        .await
        .map_err(|_| Fault::internal("opening a submission was interrupted"))?
        .map_err(refuse)?;
        let read = opened.submission(&Limits::SUBMISSION).map_err(refuse)?;
        let split = model.form.split(&read, Class::Sensitive);
        let mut parts = vec![&split.open, &split.sensitive];
        // A file that no answer names may show anything, a face too.
        let named = split.binaries.iter().filter(|file| file.class < Class::Identity);
        let named: HashSet<String> = named.map(|file| file.file_name.clone()).collect();
        let came = opened.media.len();
        let mut files = opened.media;
        files.retain(|(name, _)| identity.is_some() || named.contains(name));
        let identity_closed = identity.is_none() && !(split.identity.is_empty() && files.len() == came);
        if identity.is_some() {
            parts.push(&split.identity);
        }
        Ok(OpenedByKey {
            values: xforms::merge(&parts),
            identity_closed,
            signature: opened.signature,
            missing: opened.missing,
            files,
        })
    }
}
