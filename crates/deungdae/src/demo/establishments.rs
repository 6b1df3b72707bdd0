//! The establishments of the demo's zone: 117, with 40,000 workers. All are invented.

use desk::{Desk, Dice};

use super::answers::{NewEntity, Said, below, fill, uuid};
use super::{Door, Trouble, form};

/// How many there are.
const COUNT: usize = 117;
/// How many people work in the zone.
const WORKERS: u64 = 40_000;

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Establishment {
    pub(crate) code: String,
    name: String,
    parent: String,
    sector: &'static str,
    pub(crate) men: u64,
    pub(crate) women: u64,
}

/// First parts of names.
const NAMES: [(&str, &str); 16] = [
    ("Haesong", "해송"),
    ("Songak", "송악"),
    ("Mansu", "만수"),
    ("Bukdu", "북두"),
    ("Seorak", "설악"),
    ("Daebong", "대봉"),
    ("Cheongsol", "청솔"),
    ("Miraero", "미래로"),
    ("Samhwa", "삼화"),
    ("Hanbit", "한빛"),
    ("Ilsin", "일신"),
    ("Gwangmyeong", "광명"),
    ("Saebom", "새봄"),
    ("Jeil", "제일"),
    ("Woori", "우리"),
    ("Taesan", "태산"),
];

/// Second parts, with the sector and the women in it, in percent.
const SECTORS: [(&str, &str, &str, u64); 8] = [
    ("Garment", "피복", "garment", 86),
    ("Shoes", "신발", "footwear", 78),
    ("Electronics", "전자", "electronics", 70),
    ("Metal", "금속", "metal", 34),
    ("Plastics", "수지", "plastics", 55),
    ("Foods", "식품", "food", 62),
    ("Construction", "건설", "construction", 12),
    ("Service", "봉사", "service", 58),
];

/// All of them, by code. The same dice make the same ones.
pub(crate) fn all(dice: &mut Dice) -> Vec<Establishment> {
    let mut all: Vec<Establishment> = Vec::new();
    // Many small ones and few large ones: the square of an even share.
    let shares: Vec<u64> = (0..COUNT).map(|_| 20 + below(dice, 80)).map(|of| of * of).collect();
    let sum: u64 = shares.iter().sum();
    let mut left = WORKERS;
    let rest = NAMES.iter().flat_map(|name| SECTORS.iter().map(move |sector| (name, sector)));
    for (at, (((name, hangul), (kind, hangul_kind, sector, percent)), share)) in rest.zip(&shares).enumerate()
    {
        let last = at + 1 == shares.len();
        let workers = if last { left } else { WORKERS * share / sum };
        left -= workers;
        let women = workers * (percent + below(dice, 11)).min(100) / 100;
        all.push(Establishment {
            code: String::new(),
            name: format!("{name} {kind} {hangul}{hangul_kind}"),
            parent: format!("{name} Holdings, Republic of Korea"),
            sector,
            men: workers - women,
            women,
        });
    }
    for (number, one) in (1..).zip(&mut all) {
        one.code = format!("E-{number:04}");
    }
    all
}

/// Registers them, through the phones' door.
pub(crate) async fn register(
    desk: &Desk,
    door: &Door,
    all: &[Establishment],
    dice: &mut Dice,
) -> Result<(), Trouble> {
    let model = form(desk, door.mandate, "establishment").await?;
    let mut submissions = Vec::new();
    for one in all {
        let id = uuid(dice);
        let entity = NewEntity {
            dataset: "establishments".to_owned(),
            id: id.clone(),
            label: format!("{} {}", one.code, one.name),
        };
        let first_year = 2004 + below(dice, 9);
        let xml = fill(&model.form, &format!("uuid:{}", uuid(dice)), Some(&entity), dice, &mut |field, _| {
            let value = match field.name.as_str() {
                "act" => "new".to_owned(),
                "establishment" => return Said::Nothing,
                "new_id" => id.clone(),
                "est_code" => one.code.clone(),
                "est_name" => one.name.clone(),
                "est_parent" => one.parent.clone(),
                "est_sector" => one.sector.to_owned(),
                "est_first_year" => first_year.to_string(),
                "est_workers_m" => one.men.to_string(),
                "est_workers_f" => one.women.to_string(),
                "supply_contract" => "yes".to_owned(),
                _ => return Said::ByDice,
            };
            Said::Value(value)
        });
        submissions.push((2, xml));
    }
    door.send_all(submissions).await
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use rand_core::SeedableRng;

    use super::*;

    #[test]
    fn the_zone_has_117_establishments_and_40_000_workers() {
        let zone = all(&mut Dice::seed_from_u64(1));
        assert_eq!(zone.len(), COUNT);
        assert_eq!(zone.iter().map(|one| one.men + one.women).sum::<u64>(), WORKERS);
        assert_eq!(
            zone.iter().map(|one| &one.name).collect::<BTreeSet<_>>().len(),
            COUNT,
            "each has its own name"
        );
        assert!(zone.iter().all(|one| one.men + one.women >= 20), "{zone:?}");
    }
}
