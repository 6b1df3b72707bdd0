//! A witness follows a log, and notices when the log lies.

use ledger::{Checkpoint, CheckpointError, NoteError, SignedNote, VerifierKey, consistency_proof};
use sha2::{Digest, Sha256};

use crate::kept_log::{KeptLog, ORIGIN, entry, log_signer, witness};

#[test]
fn a_witness_signs_growth_and_refuses_a_rewritten_log() {
    let ngo = witness("ngo.example.net/witness", 3);
    let log_key = [log_signer().verifier_key().clone()];
    let mut log = KeptLog::of(5);
    let (seen, _) = Checkpoint::open(&log.signed(), &log_key, ORIGIN).unwrap();

    log.grow_to(12);
    let mut note = log.checkpoint().sign(&log_signer()).unwrap();
    let (next, _) = Checkpoint::open(&note, &log_key, ORIGIN).unwrap();
    let proof = consistency_proof(seen.size, next.size, |level, at| log.node(level, at)).unwrap();
    next.continues(&seen, &proof).unwrap();
    note.cosign(&ngo, 1_795_392_100).unwrap();

    let keys = [log_key[0].clone(), ngo.cosigner_key().clone()];
    let (_, verified) = Checkpoint::open(&note, &keys, ORIGIN).unwrap();
    let times: Vec<_> = verified.iter().map(|v| (v.key.name(), v.at)).collect();
    assert_eq!(times, [(ORIGIN, None), ("ngo.example.net/witness", Some(1_795_392_100))]);

    // Somebody with the server's key drops the third entry and signs again.
    let mut rewritten = KeptLog::default();
    for number in [0, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12] {
        rewritten.append(entry(number));
    }
    let (lie, _) =
        Checkpoint::open(&rewritten.checkpoint().sign(&log_signer()).unwrap(), &log_key, ORIGIN).unwrap();
    for nodes in [&rewritten, &log] {
        let proof = consistency_proof(seen.size, lie.size, |level, at| nodes.node(level, at)).unwrap();
        assert!(matches!(lie.continues(&seen, &proof), Err(CheckpointError::Rewritten { seen: 5, .. })));
    }
    // Nor may it shrink, or pass for another log.
    assert!(seen.continues(&next, &[]).is_err());
    assert!(matches!(
        Checkpoint::open(&note, &keys, "ledger.example.org/south"),
        Err(CheckpointError::Origin { .. })
    ));
}

/// The bytes that c2sp.org/tlog-cosignature prescribes, put together here a second time.
#[test]
fn a_cosignature_is_made_of_the_prescribed_bytes() {
    let ngo = witness("ngo.example.net/witness", 3);
    let mut note = KeptLog::of(2).checkpoint().sign(&log_signer()).unwrap();
    note.cosign(&ngo, 1_679_315_147).unwrap();
    let signature = &note.signatures()[1];
    let secret = ed25519_dalek::SigningKey::from_bytes(&[3; 32]);
    let id = Sha256::new()
        .chain_update(b"ngo.example.net/witness\n\x04")
        .chain_update(secret.verifying_key().as_bytes())
        .finalize();
    assert_eq!(signature.id.to_be_bytes(), id[..4]);
    let message = format!("cosignature/v1\ntime 1679315147\n{}", note.text());
    let made = ed25519_dalek::Signature::from_slice(&signature.bytes[8..]).unwrap();
    secret.verifying_key().verify_strict(message.as_bytes(), &made).unwrap();
    assert_eq!(signature.bytes[..8], 1_679_315_147u64.to_be_bytes());

    // Another time under the same signature is a lie, and one time replaces another.
    let mut moved = signature.clone();
    moved.bytes[7] ^= 1;
    let mut bent = note.clone();
    bent.add(moved);
    let refused = bent.verify(std::slice::from_ref(ngo.cosigner_key()));
    assert_eq!(refused, Err(NoteError::WrongSignature("ngo.example.net/witness".into())));
    note.cosign(&ngo, 1_679_315_148).unwrap();
    assert_eq!(note.signatures().len(), 2);
    assert!(note.cosign(&ngo, u64::MAX).is_err());
    assert!(SignedNote::new("not a checkpoint\n").unwrap().cosign(&ngo, 1).is_err());
}

#[test]
fn a_wrong_signature_of_a_known_key_spoils_the_note_and_a_strangers_does_not() {
    let (known, stranger) = (log_signer(), witness("stranger.example", 5));
    let mut note = SignedNote::new("text\n").unwrap();
    note.sign(&stranger);
    let keys = [known.verifier_key().clone()];
    assert_eq!(note.verify(&keys), Err(NoteError::NoTrustedSignature(vec!["stranger.example".into()])));
    note.sign(&known);
    assert_eq!(note.verify(&keys).unwrap().len(), 1);
    let mut bent = note.signatures()[1].clone();
    bent.bytes[0] ^= 1;
    note.add(bent);
    assert_eq!(note.verify(&keys), Err(NoteError::WrongSignature(ORIGIN.into())));
    // A log's key does not pass for a witness's, although the secret is the same.
    assert_ne!(known.verifier_key().id(), known.cosigner_key().id());
}

#[test]
fn what_is_not_a_key_is_refused_with_a_reason() {
    let good = log_signer().verifier_key().to_string();
    assert_eq!(VerifierKey::parse(&good).unwrap().to_string(), good);
    let (name, rest) = good.split_once('+').unwrap();
    let (id, key) = rest.split_once('+').unwrap();
    let unknown = format!("{name}+{id}+Bg{}", &key[2..]);
    let messages: Vec<String> = [
        "",
        "name",
        &format!("{name}+{id}"),
        &format!("other+{id}+{key}"),
        &format!("{name}+{}+{key}", id.to_uppercase().replace(|c: char| c.is_ascii_digit(), "A")),
        &format!("{name}+{id}+{}", &key[..20]),
        &format!("a b+{id}+{key}"),
        &unknown,
        &format!("{name}+{id}+{}", "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
    ]
    .iter()
    .map(|text| VerifierKey::parse(text).unwrap_err().to_string())
    .collect();
    insta::assert_snapshot!(messages.join("\n"));
    // A seed never shows.
    assert!(!format!("{:?}", log_signer()).contains("7, 7"));
}

#[test]
fn only_a_checkpoint_is_a_checkpoint() {
    let good = KeptLog::of(12).checkpoint().to_string();
    assert_eq!(Checkpoint::parse(&good).unwrap().to_string(), good);
    let with_more = format!("{good}more\n");
    assert_eq!(Checkpoint::parse(&with_more).unwrap().extension, ["more"]);
    for bent in [
        good.replace("12\n", "012\n"),
        good.replace("12\n", "+12\n"),
        good.replace("12\n", "\n"),
        good.replace("12\n", "99999999999999999999\n"),
        good.replace("12\n", "4611686018427387905\n"),
        good.replace(ORIGIN, ""),
        good.replace('=', ""),
        format!("{good}\n"),
        format!("{good}\nmore\n"),
        good.trim_end().to_owned(),
        String::new(),
    ] {
        assert!(Checkpoint::parse(&bent).is_err(), "{bent:?}");
    }
    let sneaky = Checkpoint { origin: "a\n5".into(), ..KeptLog::of(1).checkpoint() };
    assert!(sneaky.sign(&log_signer()).is_err());
}
