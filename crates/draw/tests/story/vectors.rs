//! The published vectors: every intermediate value.

use std::collections::BTreeMap;

use draw::ceremony::{Announcement, Beacon, Source, commitment, seed};
use draw::design::{Design, design_hash};
use draw::select::{Pps, draw_all, sealed_leaf, ticket};
use draw::{CHAINS, Chain, Hash, Roster, Suite, allocate, h};
use serde_json::{Value, json};

use crate::played;

fn read(name: &str) -> Value {
    let path = format!("{}/tests/vectors/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn bytes<const N: usize>(value: &Value) -> [u8; N] {
    hex::decode(value.as_str().unwrap()).unwrap().try_into().unwrap()
}

#[test]
fn the_stratified_draw_comes_out_value_by_value() {
    let all = read("draw");
    let given = &all["stratified"];
    let id = given["draw_id"].as_str().unwrap();
    assert_eq!(design_hash(id, &given["design"]).unwrap(), bytes(&given["design_hash"]));
    let key: [u8; 32] = bytes(&given["key"]);
    assert_eq!(h("key-commit", &[id.as_bytes(), &key]), bytes(&given["key_commit"]));

    // The roster is given by its first three lines; sex and unit of the others follow the same pattern, as the root shows.
    let records: Vec<_> = (0..200)
        .map(|i| {
            let sex = if matches!((i + 1) % 10, 4 | 7) { "M" } else { "F" };
            json!({"no": format!("W{:05}", i + 1), "sex": sex, "unit": if i % 3 == 2 { "sewing" } else { "cutting" }})
        })
        .collect();
    assert_eq!(Value::from(records[..3].to_vec()), given["roster_first3"]);
    let mut design = played::design(1);
    for (name, value) in given["design"].as_object().unwrap() {
        if name != "scheme" {
            design[name] = value.clone();
        }
    }
    design["suite"] = "hmac-commit".into();
    let design = Design::read(id, &design).unwrap();
    let lines =
        (2..).zip(records.iter().rev()).map(|(row, record)| Ok((row, record.as_object().unwrap().clone())));
    let roster = Roster::freeze(&design, lines).unwrap();
    let leaves = roster.commit(id, &bytes(&given["salt_key"]));
    assert_eq!(leaves.root(), Hash(bytes(&given["roster_root"])));
    for i in [0_usize, 137] {
        assert_eq!(leaves.leaves()[i], Hash(bytes(&given[&format!("leaf{i}")])));
        let path: Vec<Hash> =
            given[&format!("path{i}")].as_array().unwrap().iter().map(|hash| Hash(bytes(hash))).collect();
        assert_eq!(leaves.path(i as u64).unwrap(), path);
    }

    let mut commitments = BTreeMap::new();
    let mut reveals = BTreeMap::new();
    for (party, random) in given["r"].as_object().unwrap() {
        let random: [u8; 32] = bytes(random);
        assert_eq!(commitment(id, party, &random), bytes(&given["commits"][party]));
        commitments.insert(party.clone(), commitment(id, party, &random));
        reveals.insert(party.clone(), Some(random));
    }
    let announcement = Announcement {
        design: bytes(&given["design_hash"]),
        root: leaves.root().0,
        size: 200,
        suite: Suite::HmacCommit,
        key: bytes(&given["key_commit"]),
        commitments,
        source: Source::Round(&CHAINS[0], given["drand_round"].as_u64().unwrap()),
    };
    let an = announcement.hash(id).unwrap();
    assert_eq!(an, bytes(&given["announce"]));
    let round = &read("drand_rounds")["quicknet"]["rounds"][0];
    let beacon =
        Beacon { signature: hex::decode(round["signature"].as_str().unwrap()).unwrap(), ..Beacon::default() };
    beacon.check(announcement.source).unwrap();
    let drawn_seed = seed(&an, &reveals, &beacon);
    assert_eq!(drawn_seed, bytes(&given["seed"]));
    let mut defaulted = reveals.clone();
    defaulted.insert("authority-b".into(), None);
    assert_eq!(seed(&an, &defaulted, &beacon), bytes(&given["seed_if_authority_b_defaults"]));

    let drawer = Suite::HmacCommit.secret(id, &key).unwrap();
    let drawn = draw_all(&roster, &leaves, &drawn_seed, &*drawer, draw::Work::quiet(2)).unwrap();
    let betas: Vec<_> = drawn.iter().map(|drawn| drawn.beta).collect();
    let selection = draw::select(&design, &roster, &drawn_seed, &betas, None).unwrap();
    for stratum in &selection.strata {
        let expected = &given["result"][&stratum.name];
        let names = |units: Vec<&draw::select::Ranked>| -> Value {
            units
                .iter()
                .map(|unit| Value::from(roster.units[unit.i as usize].number.as_str()))
                .collect::<Vec<_>>()
                .into()
        };
        assert_eq!(stratum.n, expected["n"].as_u64().unwrap());
        assert_eq!(stratum.order.len() as u64, expected["N"].as_u64().unwrap());
        assert_eq!(names(stratum.selected().collect()), expected["selected"]);
        assert_eq!(names(stratum.reserves().collect()), expected["reserve_in_order"]);
        assert_eq!(stratum.order[0].beta, bytes(&expected["first_ticket"]));
        let first = &stratum.order[0];
        let alpha = ticket(&drawn_seed, &stratum.name, first.i, &leaves.leaves()[first.i as usize]);
        assert_eq!(drawer.draw(&alpha).unwrap().0, first.beta);
        let fraction = stratum.probability(0).unwrap();
        assert_eq!(fraction.numerator() * stratum.order.len() as u64, stratum.n * fraction.denominator());
    }
    assert_eq!(selection.seal().root(), Hash(bytes(&given["sealed_root"])));
    assert_eq!(selection.seal().leaves()[0], sealed_leaf("F", 0, 121, &selection.strata[0].order[0].beta));
}

#[test]
fn pps_takes_the_published_units_and_their_probabilities_are_exact() {
    let all = read("draw");
    let given = &all["pps_systematic"];
    let numbers = |value: &Value| -> Vec<u64> {
        value.as_array().unwrap().iter().map(|n| n.as_u64().unwrap()).collect()
    };
    let (size, order) = (numbers(&given["size"]), numbers(&given["order"]));
    let in_order: Vec<u64> = order.iter().map(|&i| size[i as usize]).collect();
    let n = given["n"].as_u64().unwrap();
    let pps = Pps::plan(&in_order, n).unwrap();
    let named = |places: &[usize]| places.iter().map(|&at| order[at]).collect::<Vec<u64>>();
    assert_eq!(named(&pps.certain), numbers(&given["certainty"]));
    let start = given["start"].as_u64().unwrap();
    assert_eq!(named(&pps.take(&in_order, start)[pps.certain.len()..]), numbers(&given["sampled"]));

    // The published targets of the self-test, which leaves the large unit out: m·s/T.
    let small = &size[..10];
    let small_pps = Pps::plan(small, n).unwrap();
    for (at, target) in all["pps_selftest"]["target"].as_array().unwrap().iter().enumerate() {
        let fraction = small_pps.probability(at, small[at]).unwrap();
        let share = fraction.numerator() as f64 / fraction.denominator() as f64;
        assert!((share - target.as_f64().unwrap()).abs() < 5e-7, "unit {at}: {fraction}");
    }
    // Over every start there is, each unit is taken exactly as often as its probability says.
    let mut taken = vec![0_u64; size.len()];
    for start in 0..pps.total {
        let units = pps.take(&in_order, start);
        assert_eq!(units.len() as u64, n);
        for at in units {
            taken[at] += 1;
        }
    }
    for (at, times) in taken.iter().enumerate() {
        let fraction = pps.probability(at, in_order[at]).unwrap();
        assert_eq!(times * fraction.denominator(), fraction.numerator() * pps.total);
    }
}

#[test]
fn strata_get_the_published_shares() {
    for case in read("draw")["allocate"].as_array().unwrap() {
        let sizes: Vec<u64> = case["Nh"].as_object().unwrap().values().map(|n| n.as_u64().unwrap()).collect();
        let shares: Vec<u64> =
            case["out"].as_object().unwrap().values().map(|n| n.as_u64().unwrap()).collect();
        assert_eq!(
            allocate(case["n"].as_u64().unwrap(), &sizes, case["min"].as_u64().unwrap()),
            Ok(shares),
            "{case}"
        );
    }
}

#[test]
fn rfc_9381_suite_3_comes_out_through_our_ticket_path() {
    // Our tickets are always 32 bytes, so the library is asked directly for the published alphas.
    use vrf_rfc9381::ec::edwards25519::tai::{EdVrfEdwards25519TaiPublicKey, EdVrfEdwards25519TaiSecretKey};
    use vrf_rfc9381::{Ciphersuite, Proof as _, Prover as _, Verifier as _};
    let mut seen = 0;
    for vector in read("rfc9381_ecvrf")["vectors"].as_array().unwrap() {
        if vector["suite"] != "ECVRF-EDWARDS25519-SHA512-TAI" {
            continue;
        }
        seen += 1;
        let secret: [u8; 32] = bytes(&vector["SK"]);
        let alpha = hex::decode(vector["alpha"].as_str().unwrap()).unwrap();
        let pi = hex::decode(vector["pi"].as_str().unwrap()).unwrap();
        let ours = Suite::Ecvrf.secret("x/y/1", &secret).unwrap();
        assert_eq!(ours.public(), bytes(&vector["PK"]));
        let proof = EdVrfEdwards25519TaiSecretKey::from_slice(&secret).unwrap().prove(&alpha).unwrap();
        assert_eq!(proof.encode_to_pi(), pi);
        let beta: [u8; 64] = proof.proof_to_hash(Ciphersuite::ECVRF_EDWARDS25519_SHA512_TAI).unwrap().into();
        assert_eq!(beta, bytes(&vector["beta"]));
        let public = EdVrfEdwards25519TaiPublicKey::from_slice(&ours.public()).unwrap();
        let checked: [u8; 64] = public.verify(&alpha, proof).unwrap().into();
        assert_eq!(checked, beta);
    }
    assert_eq!(seen, 3);
}

#[test]
fn a_proof_has_one_spelling_and_a_key_is_a_real_point() {
    let secret = Suite::Ecvrf.secret("x/y/1", &[7; 32]).unwrap();
    let checker = Suite::Ecvrf.checker("x/y/1", &secret.public(), None).unwrap();
    let (beta, proof) = secret.draw(&[9; 32]).unwrap();
    assert_eq!(checker.check(&[9; 32], &proof), Some(beta));
    assert_eq!(checker.check(&[8; 32], &proof), None);
    // s + q is the same number to a careless reader (RFC 9381 §5.4.4 refuses it).
    let order = hex::decode("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010").unwrap();
    let mut spelled = proof.clone();
    let mut carry = 0_u16;
    for (byte, add) in spelled[48..].iter_mut().zip(order) {
        carry += u16::from(*byte) + u16::from(add);
        *byte = carry as u8;
        carry >>= 8;
    }
    assert_ne!(spelled, proof);
    assert_eq!(checker.check(&[9; 32], &spelled), None, "another spelling of the same proof");
    for at in 0..proof.len() {
        let mut bent = proof.clone();
        bent[at] ^= 1;
        assert_eq!(checker.check(&[9; 32], &bent), None, "byte {at}");
    }
    assert!(checker.check(&[9; 32], &proof[..79]).is_none());
    // The identity, a point of small order, and a coordinate at or above p.
    let mut identity = [0; 32];
    identity[0] = 1;
    let mut beyond = [0xff; 32];
    beyond[31] = 0x7f;
    for weak in [identity, [0; 32], beyond] {
        assert!(Suite::Ecvrf.checker("x/y/1", &weak, None).is_err(), "{weak:?}");
    }
}

#[test]
fn real_rounds_of_drand_are_believed_and_others_are_not() {
    let rounds = read("drand_rounds");
    for (name, chain) in [("quicknet", &CHAINS[0]), ("default_chain_leo_mainnet", &CHAINS[1])] {
        let given = &rounds[name];
        assert_eq!(given["chain_hash"], chain.hash);
        for round in given["rounds"].as_array().unwrap() {
            let number = round["round"].as_u64().unwrap();
            let signature = hex::decode(round["signature"].as_str().unwrap()).unwrap();
            let previous = hex::decode(round["previous_signature"].as_str().unwrap_or("")).unwrap();
            chain.check(number, &previous, &signature).unwrap();
            assert!(chain.check(number + 1, &previous, &signature).is_err());
            let mut bent = signature.clone();
            bent[5] ^= 1;
            assert!(chain.check(number, &previous, &bent).unwrap_err().to_string().contains("forged"));
            assert!(chain.check(number, &previous, &signature[1..]).is_err());
        }
    }
    assert_eq!(CHAINS[0].genesis, rounds["quicknet"]["genesis_time"].as_u64().unwrap());
    assert_eq!(CHAINS[0].period, rounds["quicknet"]["period_s"].as_u64().unwrap());
    // fastnet has been switched off: whoever keeps its key could sign any round.
    let retired = rounds["fastnet_retired"]["chain_hash"].as_str().unwrap();
    assert!(Chain::by_hash(retired).unwrap_err().to_string().contains("quicknet"));
}
