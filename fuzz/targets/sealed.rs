//! What is stored sealed, what is typed from paper, what comes in a cookie. The first byte chooses which.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use seal::{
    DataKey, OpeningStream, Place, PublicKey, RecordKey, RecoveryCode, SealingStream, SecretKey, Share,
    Token, open_sealed, open_value, seal_to, seal_value, unlock_with_code, unlock_with_password,
};

const PLACE: Place<'static> = Place::new("submission", "uuid:5d0c", "identity");

fuzz_target!(|bytes: &[u8]| {
    let Some((&choice, rest)) = bytes.split_first() else { return };
    let dice = &mut ChaCha20Rng::from_seed([7; 32]);
    match choice {
        b'v' => {
            assert!(open_value(&RecordKey::fresh(dice), &PLACE, rest).is_err(), "opened what nobody sealed");
            assert!(
                RecordKey::unwrap(&DataKey::fresh(dice), &PLACE, rest).is_err(),
                "opened what nobody sealed"
            );
            assert!(open_sealed(&SecretKey::fresh(dice), &PLACE, rest).is_err(), "opened what nobody sealed");
        }
        b'V' => changed_value(rest, dice),
        b's' => changed_stream(rest, dice),
        b't' => {
            let Ok(text) = str::from_utf8(rest) else { return };
            if let Ok(token) = Token::parse(text) {
                assert_eq!(token.expose(), text, "a token has two spellings");
            }
            if let Ok(share) = text.parse::<Share>() {
                let written = share.to_string();
                assert_eq!(written.parse::<Share>().expect("it was written").to_string(), written);
            }
            if let Ok(code) = text.parse::<RecoveryCode>() {
                let written = code.to_string();
                assert_eq!(written.parse::<RecoveryCode>().expect("it was written").to_string(), written);
            }
        }
        _ => {
            let code = RecoveryCode::fresh(dice);
            assert!(unlock_with_code(rest, &code).is_err(), "opened what nobody locked");
            assert!(unlock_with_password(rest, "nobody chose this").is_err(), "opened what nobody locked");
            if let Ok(key) = PublicKey::from_slice(rest) {
                assert_eq!(key.to_bytes().as_slice(), rest);
                seal_to(&key, &PLACE, b"", dice);
            }
        }
    }
});

/// Three bytes say where and how to change; the rest is the value.
fn changed_value(bytes: &[u8], dice: &mut ChaCha20Rng) {
    let Some((&[high, low, change], plaintext)) = bytes.split_first_chunk() else { return };
    let key = RecordKey::fresh(dice);
    let mut sealed = seal_value(&key, &PLACE, plaintext, dice);
    let opened = open_value(&key, &PLACE, &sealed).expect("what was sealed opens");
    assert_eq!(opened.expose().as_slice(), plaintext);
    let at = usize::from(u16::from_be_bytes([high, low])) % sealed.len();
    sealed[at] ^= change;
    assert_eq!(open_value(&key, &PLACE, &sealed).is_ok(), change == 0, "byte {at} does not count");
}

/// Three bytes say where and how to change, one how often the rest is repeated, one the size of the pieces.
fn changed_stream(bytes: &[u8], dice: &mut ChaCha20Rng) {
    let Some((&[high, low, change, times, pieces], part)) = bytes.split_first_chunk() else { return };
    let plaintext = part.repeat(1 + usize::from(times) * 8);
    let piece = 1 + usize::from(pieces) * 331;
    let key = RecordKey::fresh(dice);
    let mut sealed = Vec::new();
    let mut stream = SealingStream::new(&key, &PLACE, dice);
    plaintext.chunks(piece).for_each(|piece| stream.update(piece, &mut sealed));
    stream.finish(&mut sealed);

    let open = |sealed: &[u8]| {
        let mut opened = Vec::new();
        let mut stream = OpeningStream::new(&key, &PLACE);
        sealed.chunks(piece).try_for_each(|piece| stream.update(piece, &mut opened)).ok()?;
        stream.finish(&mut opened).ok()?;
        Some(opened)
    };
    assert!(open(&sealed) == Some(plaintext), "what was sealed does not open");
    let at = usize::from(u16::from_be_bytes([high, low])) * 7 % sealed.len();
    if change == 0 {
        sealed.truncate(at);
        assert!(open(&sealed).is_none(), "cut at {at}, and it opens");
    } else {
        sealed[at] ^= change;
        assert!(open(&sealed).is_none(), "byte {at} does not count");
    }
}
