//! What must hold for every value, place and key.

use proptest::prelude::*;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use seal::*;

fn dice(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

/// Every copy of `sealed` with one bit flipped.
fn flips(sealed: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    (0..sealed.len() * 8).map(|bit| {
        let mut changed = sealed.to_vec();
        changed[bit / 8] ^= 1 << (bit % 8);
        changed
    })
}

#[test]
fn one_flipped_bit_anywhere_keeps_a_value_shut() {
    let rng = &mut dice(1);
    let place = Place::new("submission", "r", "identity");
    let (data_key, key) = (DataKey::fresh(rng), RecordKey::fresh(rng));
    let value = seal_value(&key, &place, b"a name", rng);
    assert!(flips(&value).all(|changed| open_value(&key, &place, &changed).is_err()));
    let wrapped = key.wrap(&data_key, &place, rng);
    assert!(flips(&wrapped).all(|changed| RecordKey::unwrap(&data_key, &place, &changed).is_err()));
    let member = SecretKey::fresh(rng);
    let sealed = seal_to(&member.public(), &place, b"a key", rng);
    assert!(flips(&sealed).all(|changed| open_sealed(&member, &place, &changed).is_err()));
    for size in 0..sealed.len() {
        assert!(open_sealed(&member, &place, &sealed[..size]).is_err());
    }
    for size in 0..value.len() {
        assert!(open_value(&key, &place, &value[..size]).is_err());
    }
}

#[test]
fn one_flipped_bit_anywhere_keeps_a_file_shut() {
    let rng = &mut dice(2);
    let place = Place::new("attachment", "r", "photo.jpg");
    let key = RecordKey::fresh(rng);
    let mut sealed = Vec::new();
    seal_stream(&key, &place, &[1; 100][..], &mut sealed, rng).unwrap();
    for changed in flips(&sealed) {
        assert!(open_stream(&key, &place, changed.as_slice(), std::io::sink()).is_err());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn values_come_back(plaintext in prop::collection::vec(any::<u8>(), 0..3000), seed: u64) {
        let rng = &mut dice(seed);
        let place = Place::new("t", "r", "f");
        let key = RecordKey::fresh(rng);
        let sealed = seal_value(&key, &place, &plaintext, rng);
        let opened = open_value(&key, &place, &sealed).unwrap();
        prop_assert_eq!(opened.expose(), &plaintext);
        prop_assert_eq!(sealed.len(), 41 + padded_size_of(plaintext.len()));
        // The same value sealed again looks different.
        prop_assert_ne!(sealed, seal_value(&key, &place, &plaintext, rng));

        let member = SecretKey::fresh(rng);
        let sealed = seal_to(&member.public(), &place, &plaintext, rng);
        let opened = open_sealed(&member, &place, &sealed).unwrap();
        prop_assert_eq!(opened.expose(), &plaintext);
    }

    #[test]
    fn another_place_or_key_keeps_it_shut(
        here in ["[a-c]{0,2}", "[a-c]{0,2}", "[a-c]{0,2}"],
        there in ["[a-c]{0,2}", "[a-c]{0,2}", "[a-c]{0,2}"],
        seed: u64,
    ) {
        let rng = &mut dice(seed);
        let [table, record, field] = &here;
        let h = Place::new(table, record, field);
        let [table, record, field] = &there;
        let t = Place::new(table, record, field);
        let (data_key, other_data_key) = (DataKey::fresh(rng), DataKey::fresh(rng));
        let (key, other_key) = (RecordKey::fresh(rng), RecordKey::fresh(rng));
        let (member, other_member) = (SecretKey::fresh(rng), SecretKey::fresh(rng));

        let value = seal_value(&key, &h, b"value", rng);
        let wrapped = key.wrap(&data_key, &h, rng);
        let sealed = seal_to(&member.public(), &h, b"key", rng);
        let same = h == t;
        prop_assert_eq!(open_value(&key, &t, &value).is_ok(), same);
        prop_assert_eq!(RecordKey::unwrap(&data_key, &t, &wrapped).is_ok(), same);
        prop_assert_eq!(open_sealed(&member, &t, &sealed).is_ok(), same);

        prop_assert!(open_value(&other_key, &h, &value).is_err());
        prop_assert!(RecordKey::unwrap(&other_data_key, &h, &wrapped).is_err());
        prop_assert!(open_sealed(&other_member, &h, &sealed).is_err());
        // A wrapped key is no value and the other way round, at the same place.
        prop_assert!(RecordKey::unwrap(&data_key, &h, &value).is_err());
    }

    #[test]
    fn padding_hides_sizes(size in 0_usize..1 << 40) {
        let padded = padded_size(size);
        prop_assert!(padded >= size.max(256));
        prop_assert!(size < 256 || padded - size <= size / 8, "at most 12 % more");
        prop_assert_eq!(padded_size(padded), padded);
        prop_assert!(padded_size(size + 1) >= padded);
    }

    #[test]
    fn short_values_all_look_alike(a in 0_usize..=248, b in 0_usize..=248, seed: u64) {
        let rng = &mut dice(seed);
        let key = RecordKey::fresh(rng);
        let place = Place::new("t", "r", "f");
        let (a, b) = (vec![1; a], vec![2; b]);
        prop_assert_eq!(
            seal_value(&key, &place, &a, rng).len(),
            seal_value(&key, &place, &b, rng).len()
        );
    }

    #[test]
    fn any_threshold_of_shares_restores_and_one_less_does_not(
        threshold in 2_u8..7,
        more in 0_u8..5,
        order in any::<prop::sample::Index>(),
        seed: u64,
    ) {
        let rng = &mut dice(seed);
        let key = SecretKey::fresh(rng);
        let public = key.public();
        let count = threshold + more;
        let mut shares = split(&key, threshold, count, rng).unwrap();
        prop_assert_eq!(shares.len(), usize::from(count));
        shares.rotate_left(order.index(usize::from(count)));
        let needed = usize::from(threshold);
        prop_assert!(combine(&shares[..needed], &public).unwrap().same_as(&key));
        prop_assert!(combine(&shares, &public).unwrap().same_as(&key));
        prop_assert_eq!(
            combine(&shares[..needed - 1], &public).err(),
            Some(ShareError::TooFew { found: needed - 1, needed })
        );
    }

    #[test]
    fn bytes_from_anywhere_are_refused_calmly(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let rng = &mut dice(0);
        let place = Place::new("t", "r", "f");
        let member = SecretKey::fresh(rng);
        let key = RecordKey::fresh(rng);
        prop_assert!(open_sealed(&member, &place, &bytes).is_err());
        prop_assert!(open_value(&key, &place, &bytes).is_err());
        prop_assert!(RecordKey::unwrap(&DataKey::fresh(rng), &place, &bytes).is_err());
        prop_assert!(unlock_with_password(&bytes, "x").is_err());
        prop_assert!(unlock_with_code(&bytes, &RecoveryCode::fresh(rng)).is_err());
        prop_assert!(open_stream(&key, &place, bytes.as_slice(), std::io::sink()).is_err());
    }

    #[test]
    fn texts_from_anywhere_are_refused_calmly(text in "\\PC{0,80}") {
        prop_assert!(text.parse::<RecoveryCode>().is_err());
        prop_assert!(text.parse::<Share>().is_err());
        prop_assert!(text.len() == 64 || Token::parse(&text).is_err());
    }
}

/// The padded plaintext of a value: its bytes and eight for the length.
fn padded_size_of(plaintext: usize) -> usize {
    padded_size(plaintext + 8)
}
