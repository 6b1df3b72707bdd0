//! The visits of a round whose answers are published together, and why nothing is published of the same answers twice.

use draw::{End, Fraction};
use store::case::Case;
use store::{Fault, draw as draws, release};

use crate::Desk;
use crate::answer::{Answer, Refusal};
use crate::cases::CaseDetail;
use crate::draws::{DrawDetail, engine};
use crate::may::{May, Read};
use crate::sites::DrawnCase;

impl DrawnCase {
    /// The chance with which its place was drawn.
    pub(crate) fn chance(&self) -> Answer<f64> {
        let fraction = Fraction::parse(&self.probability);
        let unread = || Fault::Damaged { what: format!("the chance with which {} was drawn", self.code) };
        let fraction = fraction.ok_or_else(unread)?;
        Ok(fraction.numerator() as f64 / fraction.denominator() as f64)
    }
}

impl Desk {
    /// The visits of a round whose figures may be published; those that were stopped, refused or given up stay out. One that
    /// is still under way, or whose draw did not end, is waited for.
    pub(crate) async fn visits_of_round(
        &self,
        may: &May<'_, Read>,
        workflow: &str,
        round: &Case,
    ) -> Answer<Vec<DrawnCase>> {
        let opens = may.protocol().opens(workflow).ok_or_else(Refusal::not_found)?;
        let visits = may.release_plan(workflow)?;
        let drawn = self.draws(may, &round.workflow, &round.code).await?;
        let done = drawn.iter().filter(|draw| matches!(draw.report.known.end, Some((End::Done, _))));
        let ids: Vec<String> = done.map(|draw| draw.row.draw.clone()).collect();
        let (mut counted, mut waiting) = (Vec::new(), Vec::new());
        for visit in self.drawn_cases(may, opens, &ids).await? {
            let detail = self.case(may, workflow, &visit.code).await?;
            let Some(standing) = detail.standing() else { continue };
            match standing.may_publish(&visits.product) {
                Ok(()) => counted.push(visit),
                Err(casework::Refusal::NotPublishable { .. }) if standing.ended.is_none() => {
                    waiting.push(visit.code);
                }
                Err(_) => {}
            }
        }
        if !waiting.is_empty() {
            let refusal = Refusal::conflict("refusal-round-waits");
            return Err(refusal.with("visits", waiting.join(", ")).problem("title", "").into());
        }
        for visit in &counted {
            let own = self.draws(may, workflow, &visit.code).await?;
            let from_there = own.iter().rev().find_map(|draw| draw.report.known.design.clone());
            let stated = from_there.and_then(|design| design.first_stage);
            if stated
                .is_some_and(|stated| stated.sealed_root != visit.sealed_root || stated.draw != visit.draw)
            {
                let says = format!("{}: another first stage than its record says", visit.code);
                return Err(engine(draw::Refusal::Design(says)));
            }
        }
        Ok(counted)
    }

    /// Refuses figures of answers that others were published of already: a visit alone and its round together could be
    /// subtracted from each other, and what both hide would be seen.
    pub(crate) async fn not_published_twice(
        &self,
        may: &May<'_, Read>,
        detail: &CaseDetail,
        visits: Option<&[DrawnCase]>,
    ) -> Answer<()> {
        let others: Vec<(i64, String)> = match visits {
            Some(visits) => visits.iter().map(|visit| (visit.case.id, visit.code.clone())).collect(),
            None => self.round_of(may, detail).await?.into_iter().collect(),
        };
        let found = self
            .store
            .read(move |tx| {
                let mut published = Vec::new();
                for (case, code) in others {
                    let with_figures = |one: &release::Release| one.signed.is_some() && !one.only_access;
                    if release::of_case(tx, case)?.iter().any(with_figures) {
                        published.push(code);
                    }
                }
                Ok::<_, Fault>(published)
            })
            .await?;
        if found.is_empty() {
            return Ok(());
        }
        Err(Refusal::conflict("refusal-release-twice")
            .with("cases", found.join(", "))
            .problem("title", "")
            .into())
    }

    /// The draws that chose the place of a case, if they have all ended: who reads its release sees how it came to be
    /// visited.
    pub(crate) async fn first_draws(&self, may: &May<'_, Read>, detail: &CaseDetail) -> Answer<Option<Case>> {
        let Some((id, _)) = self.round_of(may, detail).await? else { return Ok(None) };
        let Some(round) = self.store.read(move |tx| store::case::by_id(tx, id)).await? else {
            return Ok(None);
        };
        let draws = self.draws(may, &round.workflow, &round.code).await?;
        Ok(draws.iter().all(DrawDetail::ended).then_some(round))
    }

    /// The round from which a case comes, by number and code.
    async fn round_of(&self, may: &May<'_, Read>, detail: &CaseDetail) -> Answer<Option<(i64, String)>> {
        let first = self.first_stage(may, &detail.case.workflow, &detail.case.code).await?;
        let Some(draw) = first.and_then(|first| first["draw"].as_str().map(str::to_owned)) else {
            return Ok(None);
        };
        Ok(self
            .store
            .read(move |tx| {
                let Some(row) = draws::by_name(tx, &draw)? else { return Ok(None) };
                let round = store::case::by_id(tx, row.case)?;
                Ok::<_, Fault>(round.map(|round| (round.id, round.code)))
            })
            .await?)
    }
}
