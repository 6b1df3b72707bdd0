use std::collections::BTreeMap;

/// The files of the shipped protocols, in the binary.
macro_rules! shipped {
    ($($protocol:literal: $($path:literal),+ $(,)?);+ $(;)?) => {
        /// Every file: the protocol, its path in the folder, its content.
        const FILES: &[(&str, &str, &[u8])] = &[
            $($((
                $protocol,
                $path,
                include_bytes!(concat!("../../../protocols/", $protocol, "/", $path)),
            )),+),+
        ];
    };
}

shipped! {
    "detention":
        "protocol.toml",
        "method.md",
        "release.toml",
        "forms/access.md",
        "forms/checklist.md",
        "forms/facility_sheet.md",
        "forms/private_interview.md",
        "forms/register_review.md",
        "workflow/finding.toml",
        "workflow/recommendation.toml",
        "workflow/visit.toml",
        "yardsticks.toml";
    "general": "protocol.toml";
    "workplace":
        "protocol.toml",
        "method.md",
        "release.toml",
        "forms/access.md",
        "forms/corrective_action.md",
        "forms/establishment.md",
        "forms/facility_checklist.md",
        "forms/interview_conditions.md",
        "forms/record_review.md",
        "forms/reprisal_check.md",
        "forms/worker_interview.md",
        "gaps.toml",
        "reconciliation.toml",
        "workflow/finding.toml",
        "workflow/round.toml",
        "workflow/visit.toml",
        "yardsticks.toml";
}

/// The protocols that come with the program: their names and files, in the order of their names.
pub fn shipped() -> Vec<(&'static str, BTreeMap<String, Vec<u8>>)> {
    let mut protocols: BTreeMap<&'static str, BTreeMap<String, Vec<u8>>> = BTreeMap::new();
    for (protocol, path, content) in FILES {
        protocols.entry(protocol).or_default().insert((*path).to_owned(), content.to_vec());
    }
    protocols.into_iter().collect()
}

/// The files of one shipped protocol, for [`Protocol::read`](crate::Protocol::read).
pub fn shipped_files(name: &str) -> Option<BTreeMap<String, Vec<u8>>> {
    shipped().into_iter().find(|(known, _)| *known == name).map(|(_, files)| files)
}
