//! Sealed files: any piece sizes, and everything a thief or a bad disk may do to them.

use proptest::prelude::*;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use seal::*;
use std::io::Read;

const HEADER: usize = 33;
const CHUNK: usize = 64 * 1024;
const SEALED_CHUNK: usize = CHUNK + 16;
const HERE: Place<'static> = Place::new("attachment", "uuid:1", "voice.m4a");

fn dice(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

fn file(size: usize) -> Vec<u8> {
    (0..size).map(|n| (n % 251) as u8).collect()
}

fn sealed(key: &RecordKey, plaintext: &[u8], seed: u64) -> Vec<u8> {
    let mut out = Vec::new();
    let written = seal_stream(key, &HERE, plaintext, &mut out, &mut dice(seed)).unwrap();
    assert_eq!(written, out.len() as u64);
    out
}

fn opened(key: &RecordKey, place: &Place, sealed: &[u8]) -> Result<Vec<u8>, StreamError> {
    let mut out = Vec::new();
    let size = open_stream(key, place, sealed, &mut out)?;
    assert_eq!(size, out.len() as u64);
    Ok(out)
}

#[test]
fn files_of_every_awkward_size_come_back() {
    let key = RecordKey::fresh(&mut dice(1));
    let data = CHUNK - 4;
    let sizes = [
        0,
        1,
        251,
        252,
        253,
        data - 1,
        data,
        data + 1,
        2 * data,
        CHUNK,
        3 * data + 7,
        // Padding longer than a chunk.
        21 * data + 5,
        33 * data,
    ];
    for size in sizes {
        let plaintext = file(size);
        let sealed = sealed(&key, &plaintext, 2);
        assert!(opened(&key, &HERE, &sealed).unwrap() == plaintext, "{size}");
        let chunks = size.div_ceil(data).max(1);
        let padded = padded_size(size + 4 * chunks);
        let tags = padded.div_ceil(CHUNK) * 16;
        assert_eq!(sealed.len(), HEADER + padded + tags, "{size}");
    }
}

#[test]
fn a_file_cut_off_anywhere_is_noticed() {
    let key = RecordKey::fresh(&mut dice(1));
    let sealed = sealed(&key, &file(3 * CHUNK), 2);
    let near_edges = (0..4).flat_map(|chunk| {
        let edge = HEADER + chunk * SEALED_CHUNK;
        edge.saturating_sub(20)..edge + 20
    });
    for size in (0..HEADER).chain(near_edges).filter(|n| *n < sealed.len()) {
        assert!(opened(&key, &HERE, &sealed[..size]).is_err(), "{size}");
    }
    let longer = [&sealed[..], &[0]].concat();
    assert!(opened(&key, &HERE, &longer).is_err());
}

#[test]
fn chunks_swapped_doubled_or_from_another_file_are_noticed() {
    let key = RecordKey::fresh(&mut dice(1));
    let one = sealed(&key, &file(3 * CHUNK), 2);
    let two = sealed(&key, &file(3 * CHUNK), 3);
    let parts = |file: &[u8]| -> Vec<Vec<u8>> {
        let (header, chunks) = file.split_at(HEADER);
        let chunks = chunks.chunks(SEALED_CHUNK).map(<[u8]>::to_vec);
        std::iter::once(header.to_vec()).chain(chunks).collect()
    };
    let (one, two) = (parts(&one), parts(&two));
    let opens = |parts: &[Vec<u8>]| opened(&key, &HERE, &parts.concat()).is_ok();
    assert!(opens(&one) && opens(&two));

    let mut swapped = one.clone();
    swapped.swap(1, 2);
    assert!(!opens(&swapped));
    let mut doubled = one.clone();
    doubled.insert(1, one[1].clone());
    assert!(!opens(&doubled));
    let mut missing = one.clone();
    missing.remove(2);
    assert!(!opens(&missing));
    let mut mixed = one.clone();
    mixed[2] = two[2].clone();
    assert!(!opens(&mixed));
    let mut other_header = one.clone();
    other_header[0] = two[0].clone();
    assert!(!opens(&other_header));
}

#[test]
fn a_file_opens_only_in_its_place_and_with_its_key() {
    let key = RecordKey::fresh(&mut dice(1));
    let sealed = sealed(&key, b"a voice", 2);
    for elsewhere in [
        Place::new("attachment", "uuid:1", "voice2.m4a"),
        Place::new("attachment", "uuid:2", "voice.m4a"),
        Place::new("attachments", "uuid:1", "voice.m4a"),
    ] {
        assert!(opened(&key, &elsewhere, &sealed).is_err());
    }
    let other = RecordKey::fresh(&mut dice(9));
    assert!(opened(&other, &HERE, &sealed).is_err());
    let newer = [&[2], &sealed[1..]].concat();
    assert!(matches!(opened(&key, &HERE, &newer), Err(StreamError::UnknownFormat { version: 2, .. })));
}

#[test]
fn after_a_fault_nothing_more_opens() {
    let key = RecordKey::fresh(&mut dice(1));
    let mut sealed = sealed(&key, &file(4 * CHUNK), 2);
    sealed[HEADER + SEALED_CHUNK] ^= 1;
    let mut stream = OpeningStream::new(&key, &HERE);
    let mut plaintext = Vec::new();
    let fault = stream.update(&sealed, &mut plaintext).unwrap_err();
    let good = (CHUNK - 4) as u64;
    assert!(matches!(fault, StreamError::DoesNotOpen { good: g, .. } if g == good));
    assert_eq!(plaintext.len() as u64, good);
    assert!(stream.update(&sealed[..10], &mut plaintext).is_err());
    assert!(stream.finish(&mut plaintext).is_err());
    assert_eq!(plaintext.len() as u64, good);
}

#[test]
fn a_failing_reader_is_reported_and_an_interrupted_one_asked_again() {
    struct Failing(Vec<std::io::ErrorKind>);
    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            self.0.pop().map_or(Ok(0), |kind| Err(kind.into()))
        }
    }
    use std::io::ErrorKind::{ConnectionReset, Interrupted};
    let key = RecordKey::fresh(&mut dice(1));
    let seal = |kinds: &[std::io::ErrorKind]| {
        let from = Failing(kinds.to_vec());
        seal_stream(&key, &HERE, from, std::io::sink(), &mut dice(2))
    };
    assert!(seal(&[Interrupted, Interrupted]).is_ok());
    assert_eq!(seal(&[ConnectionReset]).unwrap_err().kind(), ConnectionReset);
    let from = Failing(vec![ConnectionReset]);
    assert!(matches!(open_stream(&key, &HERE, from, std::io::sink()), Err(StreamError::Io(_))));
}

/// What the server keeps across awaits and threads may be kept there.
#[test]
fn everything_may_move_between_threads() {
    fn may<T: Send + Sync + 'static>() {}
    may::<SealingStream>();
    may::<OpeningStream>();
    may::<SessionBox>();
    may::<Token>();
    may::<SecretKey>();
    may::<DataKey>();
    may::<Opened<Vec<u8>>>();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn pieces_of_any_size_give_the_same_file(
        size in 0_usize..300_000,
        pieces in prop::collection::vec(1_usize..100_000, 1..8),
        seed: u64,
    ) {
        let rng = &mut dice(seed);
        let key = RecordKey::fresh(rng);
        let plaintext = file(size);
        let whole = sealed(&key, &plaintext, seed);

        let mut stream = SealingStream::new(&key, &HERE, &mut dice(seed));
        let mut in_pieces = Vec::new();
        for piece in cut(&plaintext, &pieces) {
            stream.update(piece, &mut in_pieces);
        }
        stream.finish(&mut in_pieces);
        prop_assert!(in_pieces == whole);

        let mut stream = OpeningStream::new(&key, &HERE);
        let mut opened = Vec::new();
        for piece in cut(&whole, &pieces) {
            stream.update(piece, &mut opened).unwrap();
            prop_assert!(plaintext.starts_with(&opened));
        }
        stream.finish(&mut opened).unwrap();
        prop_assert!(opened == plaintext);
    }
}

/// Cuts into pieces of the given sizes, over and over.
fn cut<'a>(mut whole: &'a [u8], sizes: &'a [usize]) -> impl Iterator<Item = &'a [u8]> {
    sizes.iter().cycle().map_while(move |size| {
        let (piece, rest) = whole.split_at((*size).min(whole.len()));
        whole = rest;
        (!piece.is_empty()).then_some(piece)
    })
}
