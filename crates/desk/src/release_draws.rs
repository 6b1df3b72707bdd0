//! The draws of a case, as they enter its release.

use std::collections::BTreeMap;

use draw::{End, Transcript};
use store::case::Case;
use store::{Fault, draw as draws};

use crate::Desk;
use crate::answer::{Answer, Refusal};
use crate::draws::{Units, engine, read_detail};

/// The public record of a draw: the path that it has in a bag, and its bytes.
pub type DrawFile = (String, Vec<u8>);

impl Desk {
    /// The public records of all draws of a case, void ones too: `data/draw/SITE/PERIOD/SEQ.json` and the bytes that
    /// [`Transcript::bundle`] writes. A draw that goes on cannot be published, nor be left out.
    pub(crate) async fn draws_of_case(&self, case: &Case) -> Answer<Vec<(Units, DrawFile)>> {
        let (case, now) = (case.clone(), self.seconds());
        let details = self
            .store
            .read(move |tx| {
                let rows = draws::of_case(tx, case.id)?;
                let details = rows.into_iter().map(|row| read_detail(tx, case.clone(), row, now));
                details.collect::<Result<Vec<_>, _>>()
            })
            .await?;
        let mut files = Vec::new();
        for detail in details {
            let id = detail.row.draw.as_str();
            if !detail.ended() {
                return Err(Refusal::conflict("refusal-release-draw").with("draw", id).into());
            }
            let bundle = detail.transcript.bundle().map_err(engine)?;
            files.push((detail.number().units, (format!("data/draw/{id}.json"), bundle.into_bytes())));
        }
        Ok(files)
    }

    /// Persons in the frozen frame of a case, by stratum; none where no frame is kept here. They take the place of what
    /// somebody wrote.
    pub(crate) async fn frame_of_case(&self, case: i64) -> Answer<Option<BTreeMap<String, u32>>> {
        let Some(frame) = self.store.read(move |tx| store::frame::of_case(tx, case)).await? else {
            return Ok(None);
        };
        let damaged =
            |error: serde_json::Error| Fault::Damaged { what: format!("the strata of a frame: {error}") };
        Ok(Some(serde_json::from_str(&frame.strata).map_err(damaged)?))
    }
}

/// The sizes of strata are those of the frames that people were drawn from: no more persons than these have in all.
pub(crate) fn within_frames(draws: &[Transcript], sizes: &BTreeMap<String, u32>) -> Result<(), Refusal> {
    let known = draws.iter().map(|one| draw::verify(one, draw::Trust::default()).known);
    let done = known.filter(|known| matches!(known.end, Some((End::Done, _))));
    let frames: Vec<u64> = done.filter_map(|known| Some(known.announcement?.0.size)).collect();
    let (framed, written): (u64, u64) =
        (frames.iter().sum(), sizes.values().map(|size| u64::from(*size)).sum());
    if frames.is_empty() || written <= framed {
        return Ok(());
    }
    Err(Refusal::invalid("refusal-release-frame")
        .with("written", written)
        .with("framed", framed)
        .problem("title", ""))
}

#[cfg(test)]
#[allow(dead_code, reason = "another room's stories use the rest")]
#[path = "../../draw/tests/story/played.rs"]
mod played;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_makes_strata_larger_than_the_frame_that_was_drawn_from() {
        let drawn = played::Played::whole(1, played::DRAW, played::design(1), played::roster(40)).files;
        let sizes = |women: u32| BTreeMap::from([("women".to_owned(), women), ("men".to_owned(), 15)]);
        assert!(within_frames(std::slice::from_ref(&drawn), &sizes(25)).is_ok());
        let refused = within_frames(&[drawn], &sizes(26)).unwrap_err();
        assert_eq!(refused.message, "refusal-release-frame");
        assert!(within_frames(&[], &sizes(5000)).is_ok(), "without a draw nothing is known of the frame");
    }
}
