//! Encrypts a submission as ODK Collect does, for tests only.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cfb_mode::cipher::KeyIvInit;
use md5::{Digest, Md5};
use rand_chacha::rand_core::CryptoRng;
use rsa::pkcs8::DecodePrivateKey;
use std::collections::HashMap;
use std::fmt::Write;

/// Gives the manifest (the XML part of the request) and the encrypted files by name. `about` is form id, version
/// and instance id.
pub fn seal_like_collect(
    private_key_pem: &str,
    about: (&str, Option<&str>, &str),
    xml: &[u8],
    media: &[(String, Vec<u8>)],
    dice: &mut impl CryptoRng,
) -> (String, HashMap<String, Vec<u8>>) {
    let (form_id, version, instance_id) = about;
    let public_key = rsa::PrivateKey::from_pkcs8_pem(private_key_pem).expect("it is a key").to_public_key();
    let encrypt = |dice: &mut _, bytes: &[u8]| {
        STANDARD
            .encode(public_key.oaep_encrypt_with_rng::<sha2::Sha256, _>(dice, bytes).expect("it is short"))
    };
    let mut key = [0; 32];
    dice.fill_bytes(&mut key);
    let sealed_key = encrypt(dice, &key);
    let mut seed: [u8; 16] = Md5::new().chain_update(instance_id).chain_update(key).finalize().into();

    let mut signed = format!("{form_id}\n");
    if let Some(version) = version {
        let _ = writeln!(signed, "{version}");
    }
    let _ = writeln!(signed, "{sealed_key}\n{instance_id}");
    let (mut sealed, mut listed) = (HashMap::new(), String::new());
    let last = ("submission.xml".to_owned(), xml.to_vec());
    for (counter, (name, content)) in media.iter().chain([&last]).enumerate() {
        seed[counter % 16] = seed[counter % 16].wrapping_add(1);
        let _ = writeln!(signed, "{name}::{}", hex::encode(Md5::digest(content)));
        let fill = 16 - content.len() % 16;
        let mut bytes = content.clone();
        bytes.resize(content.len() + fill, fill as u8);
        cfb_mode::Encryptor::<aes::Aes256>::new(&key.into(), &seed.into()).encrypt(&mut bytes);
        sealed.insert(format!("{name}.enc"), bytes);
        if counter < media.len() {
            let _ = write!(listed, "<media><file>{name}.enc</file></media>");
        }
    }
    let signature = encrypt(dice, &Md5::digest(signed));
    let version = version.map(|version| format!(" version=\"{version}\"")).unwrap_or_default();
    let manifest = format!(
        "<data xmlns=\"http://opendatakit.org/submissions\" id=\"{form_id}\" encrypted=\"yes\"{version}>\
         <base64EncryptedKey>{sealed_key}</base64EncryptedKey>\
         <meta xmlns=\"http://openrosa.org/xforms\"><instanceID>{instance_id}</instanceID></meta>{listed}\
         <encryptedXmlFile>submission.xml.enc</encryptedXmlFile>\
         <base64EncryptedElementSignature>{signature}</base64EncryptedElementSignature></data>"
    );
    (manifest, sealed)
}
