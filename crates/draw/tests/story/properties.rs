//! What holds for whatever numbers are given.

use draw::select::Pps;
use draw::{Message, Slip, allocate, uniform};
use proptest::prelude::*;

use crate::played::{self, DRAW, Played, design};

proptest! {
    #[test]
    fn shares_add_up_and_keep_their_minimum(sizes in prop::collection::vec(0_u64..5_000, 1..12), n in 0_u64..6_000, minimum in 0_u64..6) {
        let all: u64 = sizes.iter().sum();
        match allocate(n, &sizes, minimum) {
            Ok(shares) => {
                prop_assert_eq!(shares.iter().sum::<u64>(), n.min(all));
                for (share, size) in shares.iter().zip(&sizes) {
                    prop_assert!(share <= size && *share >= minimum.min(*size));
                }
            }
            Err(_) => prop_assert!(sizes.iter().map(|size| minimum.min(*size)).sum::<u64>() > n.min(all)),
        }
    }

    #[test]
    fn pps_always_takes_n_units_each_once(sizes in prop::collection::vec(1_u64..1_000, 1..60), n in 1_u64..70, seed in any::<[u8; 32]>()) {
        let pps = Pps::plan(&sizes, n).unwrap();
        let taken = pps.take(&sizes, pps.start(&seed).unwrap());
        prop_assert_eq!(taken.len() as u64, n.min(sizes.len() as u64));
        let each: std::collections::BTreeSet<_> = taken.iter().collect();
        prop_assert_eq!(each.len(), taken.len());
        // The probabilities add up to n, exactly.
        let whole: u128 = (0..sizes.len()).filter(|at| !pps.certain.contains(at)).map(|at| u128::from(pps.m) * u128::from(sizes[at])).sum();
        prop_assert_eq!(whole, u128::from(pps.m) * u128::from(pps.total));
    }

    #[test]
    fn numbers_stay_in_range(seed in any::<[u8; 8]>(), below in 1_u64..) {
        prop_assert!(uniform(&seed, below).unwrap() < below);
    }

    #[test]
    fn readers_of_foreign_bytes_answer_with_a_sentence(bytes in prop::collection::vec(any::<u8>(), 0..300), text in ".{0,200}") {
        let _ = Message::parse("x.json", &bytes);
        let _ = draw::Opening::read(bytes.split(|byte| *byte == b'\n'));
        let _ = draw::Transcript::from_bundle("x.json", &bytes);
        let _ = Slip::parse(&text);
    }
}

#[test]
fn changing_any_message_by_a_byte_is_noticed() {
    let played = Played::whole(1, DRAW, design(1), played::roster(20));
    let mut tried = 0;
    for (name, content) in &played.files.files {
        // A prime step through each file: every kind of place is met without trying each of some thousands.
        for at in (0..content.len()).step_by(37) {
            let mut files = played.files.clone();
            files.files.get_mut(name).unwrap()[at] ^= 1;
            let report = draw::verify(&files, draw::Trust::default());
            assert!(!report.passed(), "{name}, byte {at}:\n{report}");
            tried += 1;
        }
    }
    assert!(tried > 150, "{tried}");
}
