//! The draw of the files that are read: as many as people are heard, by a draw of its own from the same frozen frame. It
//! asks the draw of people for its number and for nothing else, so that it neither takes nor tells whose files belong to
//! those who were heard.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use store::Fault;
use store::draw as draws;
use zeroize::Zeroizing;

use crate::Desk;
use crate::answer::{Answer, Error, Refusal};
use crate::draw_acts::NewDraw;
use crate::draws::{DrawDetail, DrawNumber, SealedSecret, Units, lies, records_draw, secret, secret_place};
use crate::may::{May, OpenIdentity, Read, Seat};

/// A file to ask for.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrawnFile {
    /// The code that the form of the record review asks for.
    pub code: String,
    /// What the frame says: property and value.
    pub line: BTreeMap<String, String>,
    /// Stratum and rank.
    pub place: (String, u64),
}

impl Desk {
    /// How many files are drawn: as many as the newest draw of people that was not broken off draws. None before there is
    /// one.
    pub async fn files_to_draw(
        &self,
        may: &May<'_, Read>,
        workflow: &str,
        code: &str,
    ) -> Answer<Option<(u64, String)>> {
        let draws = self.draws(may, workflow, code).await?;
        let counts = |draw: &&DrawDetail| {
            let known = &draw.report.known;
            draw.number().units == Units::People
                && known.announcement.is_some()
                && !matches!(known.end, Some((draw::End::Void(_), _)))
        };
        let Some(people) = draws.iter().rev().find(counts) else { return Ok(None) };
        Ok(Some((people.design()?.n, people.row.draw.clone())))
    }

    /// Begins the next draw of files of a case; its number is that of the draw of people, whatever `new` says. Answers its
    /// place in the sequence.
    pub async fn begin_records_draw(
        &self,
        may: &May<'_, Read>,
        workflow: &str,
        code: &str,
        new: NewDraw,
    ) -> Answer<DrawNumber> {
        may.frame(workflow)?;
        let declared = records_draw(may.protocol()).ok_or_else(Refusal::not_found)?;
        let counted = self.files_to_draw(may, workflow, code).await?;
        let (n, of) = counted.ok_or_else(|| Refusal::conflict("refusal-records-no-draw"))?;
        let mut notes: Map<String, Value> = Map::new();
        notes.insert("purpose".into(), declared.id.as_str().into());
        notes.insert("as_many_as".into(), of.into());
        notes.insert("periods".into(), declared.periods.join(", ").into());
        let new = NewDraw { n, others: 0, ..new };
        let seq = self.begin(may, (workflow, code), Units::Files, new, notes).await?;
        Ok(DrawNumber { units: Units::Files, seq })
    }

    /// Seals the list of files to those who read them.
    pub(crate) async fn seal_files(
        &self,
        seat: &Seat,
        draw: i64,
        files: &[DrawnFile],
    ) -> Answer<SealedSecret> {
        let declared = records_draw(seat.protocol()).ok_or_else(Refusal::not_found)?;
        let text = serde_json::to_vec(files).map_err(|error| Fault::internal(error.to_string()))?;
        self.seal_secret(seat, &declared.sealed_to, draw, secret::FILES, &Zeroizing::new(text)).await
    }

    /// The files to ask for, with names, for who reads them: a reason is on record before they are shown.
    pub async fn drawn_files(
        &self,
        may: &May<'_, OpenIdentity>,
        workflow: &str,
        code: &str,
        number: DrawNumber,
        reason: &str,
    ) -> Answer<Vec<DrawnFile>> {
        let declared = records_draw(may.protocol()).ok_or_else(Refusal::not_found)?;
        let mut keyring = self.keys_of(may, &declared.sealed_to, "refusal-records-not-yours").await?;
        let read = may.may::<Read>()?;
        let detail = self.draw(&read, workflow, code, number).await?;
        if let Some(lie) = detail.report.first_lie() {
            return Err(lies(lie).into());
        }
        let (row, known) = (detail.row.id, &detail.report.known);
        let void = matches!(known.end, Some((draw::End::Void(_), _)));
        if number.units != Units::Files || known.sealed.is_none() || void {
            return Err(Refusal::conflict("refusal-records-no-list").into());
        }
        self.log_opening(may.session(), may.mandate().id, "draw", row, reason).await?;
        let mut files: Vec<DrawnFile> = self
            .store
            .read(move |tx| {
                let sealed = draws::secret(tx, row, secret::FILES)?
                    .ok_or_else(|| Refusal::conflict("refusal-draw-secret-gone"))?;
                let place = row.to_string();
                let opened = keyring.open(tx, &sealed, &secret_place(&place, secret::FILES))?;
                let opened = opened.ok_or_else(|| Fault::internal("a list was not sealed to its readers"))?;
                let files = serde_json::from_slice(opened.expose());
                Ok::<_, Error>(files.map_err(|error| Fault::Damaged { what: error.to_string() })?)
            })
            .await?;
        // As they lie in the employer's cupboards, not as they were drawn.
        let number = &may.frame(workflow)?.number;
        files.sort_by(|one, other| one.line.get(number).cmp(&other.line.get(number)));
        Ok(files)
    }
}
