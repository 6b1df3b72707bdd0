//! The draws of a case, as they enter its release.

use crate::Desk;
use crate::answer::Answer;
use crate::may::Seat;

/// The public record of a draw: the path that it has in a bag, and its bytes.
pub type DrawFile = (String, Vec<u8>);

impl Desk {
    /// The public records of all draws of a case, void ones too: `data/draw/SITE/PERIOD/SEQ.json` and the bytes that
    /// `draw::Transcript::bundle` writes.
    pub(crate) async fn draws_of_case(&self, _: &Seat, _case: i64) -> Answer<Vec<DrawFile>> {
        Ok(Vec::new())
    }
}
