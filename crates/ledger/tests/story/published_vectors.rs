//! The vectors that others published for the same formats.

use base64::{Engine, engine::general_purpose::STANDARD};
use ledger::{
    Checkpoint, Hash, SignedNote, Signer, TlogProof, Tree, VerifierKey, consistency_proof, empty_root,
    inclusion_proof, leaf_hash, verify_consistency, verify_inclusion,
};
use serde_json::Value;

fn vectors() -> Value {
    serde_json::from_str(include_str!("../vectors/tlog_vectors.json")).unwrap()
}

fn hashes(list: &Value) -> Vec<Hash> {
    list.as_array().unwrap().iter().map(|hash| Hash::from_hex(hash.as_str().unwrap()).unwrap()).collect()
}

#[test]
fn signed_notes_of_others_verify() {
    for vector in vectors()["notes"].as_array().unwrap() {
        let (vkey, text) = (vector["vkey"].as_str().unwrap(), vector["note"].as_str().unwrap());
        let key = VerifierKey::parse(vkey).unwrap();
        assert_eq!(key.to_string(), vkey);
        let note = SignedNote::parse(text.as_bytes()).unwrap();
        assert_eq!(note.to_string(), text);
        assert_eq!(note.verify(std::slice::from_ref(&key)).unwrap().len(), 1);

        let Some(skey) = vector["skey"].as_str() else { continue };
        let secret = STANDARD.decode(skey.splitn(5, '+').last().unwrap()).unwrap();
        let signer = Signer::from_seed(key.name(), secret[1..].try_into().unwrap()).unwrap();
        assert_eq!(signer.verifier_key(), &key);
        let mut again = SignedNote::new(note.text()).unwrap();
        again.sign(&signer);
        assert_eq!(again.to_string(), text, "Ed25519 signatures are deterministic");
    }
}

#[test]
fn roots_and_proofs_are_those_of_certificate_transparency() {
    let merkle = &vectors()["merkle"];
    let mut tree = Tree::new();
    let mut nodes = std::collections::HashMap::new();
    let mut leaves = Vec::new();
    let mut roots = vec![tree.root()];
    assert_eq!(tree.root(), empty_root());
    for data in merkle["leaf_data_hex"].as_array().unwrap() {
        let leaf = leaf_hash(&hex::decode(data.as_str().unwrap()).unwrap());
        leaves.push(leaf);
        nodes.extend(tree.append(leaf).iter().map(|node| ((node.level, node.index), node.hash)));
        roots.push(tree.root());
    }
    for (size, root) in merkle["roots"].as_object().unwrap() {
        assert_eq!(roots[size.parse::<usize>().unwrap()].hex(), root.as_str().unwrap());
    }
    let node = |level, index| nodes.get(&(level, index)).copied();
    let number = |vector: &Value, name: &str| vector[name].as_u64().unwrap();
    for vector in merkle["inclusion"].as_array().unwrap() {
        let (index, size, path) = (number(vector, "m"), number(vector, "n"), hashes(&vector["path"]));
        assert_eq!(inclusion_proof(index, size, node).unwrap(), path);
        verify_inclusion(leaves[index as usize], index, size, &path, roots[size as usize]).unwrap();
    }
    for vector in merkle["consistency"].as_array().unwrap() {
        let (old, new, proof) = (number(vector, "m"), number(vector, "n"), hashes(&vector["proof"]));
        assert_eq!(consistency_proof(old, new, node).unwrap(), proof);
        verify_consistency(old, roots[old as usize], new, roots[new as usize], &proof).unwrap();
    }
}

/// The example of c2sp.org/tlog-cosignature; its keys are not published, so only its form can be read.
#[test]
fn the_example_of_the_cosignature_specification_reads_and_prints() {
    let text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\
        — example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n\
        — witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n";
    let note = SignedNote::parse(text.as_bytes()).unwrap();
    assert_eq!(note.to_string(), text);
    let checkpoint = Checkpoint::parse(note.text()).unwrap();
    assert_eq!((checkpoint.origin.as_str(), checkpoint.size), ("example.com/behind-the-sofa", 20_852_163));
    assert_eq!(checkpoint.to_string(), note.text());
    // u64be(1679315147), then 64 bytes of Ed25519.
    assert_eq!(note.signatures()[1].bytes[..8], 1_679_315_147u64.to_be_bytes());
    assert_eq!(note.signatures()[1].bytes.len(), 72);

    // The same checkpoint under the lines of c2sp.org/tlog-proof.
    let file = format!(
        "c2sp.org/tlog-proof@v1\nextra AAEC\nindex 73894\ngSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=\n\n{text}"
    );
    let proof = TlogProof::parse(file.as_bytes()).unwrap();
    assert_eq!((proof.index, proof.path.len(), proof.extra.as_deref()), (73_894, 1, Some(&[0, 1, 2][..])));
    assert_eq!(proof.to_string(), file);
}
