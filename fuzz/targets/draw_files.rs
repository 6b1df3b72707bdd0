//! What parties of a draw send each other: messages, bundles, what is opened, slips, designs, whole folders. Everything read
//! has one spelling, and a folder that nobody signed never passes.
#![no_main]

use draw::{Attempt, CallList, Design, Message, Opening, Slip, Transcript, Trust, verify};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(message) = Message::parse("x.json", bytes) {
        assert_eq!(message.to_text().expect("it was read").as_bytes(), bytes, "a message has two spellings");
        let _ = message.hash();
        for file in ["design.json", "announce.json"] {
            let mut folder = Transcript::default();
            folder.files.insert(file.into(), bytes.to_vec());
            let _ = verify(&folder, Trust::default());
        }
        let _ = Design::read(&message.draw, &message.body.clone().into());
        let _ = draw::Announcement::read("x.json", &message);
    }
    if let Ok(folder) = Transcript::from_bundle("x.json", bytes) {
        let _ = verify(&folder, Trust::default());
    }
    let _ = Opening::read(bytes.split(|byte| *byte == b'\n')).map(|opening| opening.leaves());
    if let Ok(value) = serde_json::from_slice(bytes) {
        let _ = CallList::from_value(&value);
        let _ = Attempt::from_value(&value);
    }
    let Ok(text) = str::from_utf8(bytes) else { return };
    if let Ok(slip) = Slip::parse(text) {
        let again = Slip::parse(&slip.to_text()).expect("it was just written");
        assert_eq!(again, slip);
        let _ = slip.check(&slip.draw, &draw::Hash([0; 32]), 5);
    }
});
