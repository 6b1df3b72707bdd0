//! Whose answers a release counts: the interviews of a case, opened as far as the session can, and whether each is
//! valid. It never leaves the memory of the act.

use std::collections::{BTreeMap, BTreeSet};

use protocol::{DrawnCodes, Quantity, SamplePlan};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::registry::EntryList;
use survey::response::{Dispositions, ResponseRates, response_rates};
use xforms::Values;

use crate::Desk;
use crate::answer::{Answer, Kind, Refusal};
use crate::draw_select::{CODE_CASE, CODE_STRATUM};
use crate::entries::LABEL;
use crate::may::{May, Read};
use crate::valid_interviews::{Reading, Worth, all_hold, answered, text};

/// The answers of one person.
pub(crate) struct Respondent {
    values: Values,
    /// The stratum that the person was drawn from.
    pub(crate) stratum: String,
    /// The place among those of the release at which the person was drawn.
    pub(crate) site: usize,
    /// Whether the interview is doubtful.
    pub(crate) doubtful: bool,
}

/// What became of the interviews that came in for a case: each is in one of these. For those who draft and sign, never
/// to be published.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Rejected in review, or erased.
    pub rejected: u32,
    /// Nobody who was drawn: met on the walk, or it was not written how they were chosen.
    pub not_asked: u32,
    /// With a code that the draw did not give out.
    pub not_drawn: u32,
    /// With a code that another interview has already.
    pub twice: u32,
    /// Asked, and gave no interview.
    pub refused: u32,
    /// Of strata that are reported apart.
    pub apart: u32,
    /// Nobody wrote down the conditions of the interview.
    pub no_conditions: u32,
    /// The conditions were not those of a private interview.
    pub not_private: u32,
    /// The figures rest on these.
    pub counted: u32,
}

/// The interviews of a case.
#[derive(Default)]
pub(crate) struct Heard {
    /// Those whose answers count.
    pub(crate) respondents: Vec<Respondent>,
    /// What came in, and what became of it.
    pub(crate) tally: Tally,
    /// Who was drawn first.
    pub(crate) first: Dispositions,
    /// Who took the place of another.
    pub(crate) reserves: Dispositions,
}

impl Heard {
    /// Adds those heard at another place, which is given its number.
    pub(crate) fn add(&mut self, site: usize, other: Heard) {
        let of_site = other.respondents.into_iter().map(|one| Respondent { site, ..one });
        self.respondents.extend(of_site);
        let (all, more) = (&mut self.tally, &other.tally);
        for (sum, more) in [
            (&mut all.rejected, more.rejected),
            (&mut all.not_asked, more.not_asked),
            (&mut all.not_drawn, more.not_drawn),
            (&mut all.twice, more.twice),
            (&mut all.refused, more.refused),
            (&mut all.apart, more.apart),
            (&mut all.no_conditions, more.no_conditions),
            (&mut all.not_private, more.not_private),
            (&mut all.counted, more.counted),
        ] {
            *sum += more;
        }
        for (sum, more) in [(&mut self.first, other.first), (&mut self.reserves, other.reserves)] {
            sum.complete += more.complete;
            sum.refused += more.refused;
        }
    }

    /// Response of those drawn first, and with reserves.
    pub(crate) fn rates(&self) -> ResponseRates {
        response_rates(&self.first, &self.reserves)
    }
}

/// A number that is computed from answers, if all of them were given.
fn quantity(values: &Values, of: &Quantity) -> Option<f64> {
    protocol::product(&of.0, |path| answered(values, path))
}

impl Respondent {
    /// What was answered, as a category; none if it was not.
    pub(crate) fn category(&self, path: &str, no_answer: &[String]) -> Option<&str> {
        let said = text(&self.values, path);
        (!said.is_empty() && !no_answer.iter().any(|none| none == said)).then_some(said)
    }

    /// The answer to an indicator by its place among the answers; none if there is none.
    pub(crate) fn answer(&self, answers: &protocol::Answers, no_answer: &[String]) -> Option<usize> {
        match answers {
            protocol::Answers::YesNo(conditions) => {
                all_hold(&self.values, conditions, no_answer).map(|yes| usize::from(!yes))
            }
            protocol::Answers::Bands(of, ends) => {
                let number = quantity(&self.values, of)?;
                Some(ends.iter().position(|end| number <= f64::from(*end)).unwrap_or(ends.len()))
            }
        }
    }

    /// A number that is computed from the answers.
    pub(crate) fn quantity(&self, of: &Quantity) -> Option<f64> {
        quantity(&self.values, of)
    }
}

/// Entries read at a time.
const PAGE: i64 = 500;

/// The refusal where an interview stays closed.
const CLOSED: &str = "refusal-release-closed";

impl Desk {
    /// The interviews of a case. Refused while they cannot be opened.
    pub(crate) async fn heard(&self, may: &May<'_, Read>, plan: &SamplePlan, code: &str) -> Answer<Heard> {
        let judge = self.judge(may, plan.validity.as_ref(), CLOSED).await?;
        let drawn = match &plan.codes {
            None => None,
            Some(codes) => self.drawn_codes(may, codes, code).await?.map(|drawn| (codes.clone(), drawn)),
        };
        let reading =
            Reading { form: &plan.form, case: Some((&plan.case, code)), most: None, closed: CLOSED };
        let (plan, mut seen) = (plan.clone(), BTreeSet::new());
        let (mut heard, rejected) = self
            .read_answers(may, reading, move |heard: &mut Heard, values| {
                if all_hold(&values, &plan.asked, &[]) != Some(true) {
                    heard.tally.not_asked += 1;
                    return;
                }
                let first = all_hold(&values, &plan.first, &[]) == Some(true);
                let mut stratum = text(&values, &plan.strata).to_owned();
                if let Some((codes, drawn)) = &drawn {
                    let code = text(&values, &codes.field);
                    let Some(of) = drawn.get(code) else {
                        heard.tally.not_drawn += 1;
                        return;
                    };
                    if !seen.insert(code.to_owned()) {
                        heard.tally.twice += 1;
                        return;
                    }
                    stratum.clone_from(of);
                }
                let dispositions = if first { &mut heard.first } else { &mut heard.reserves };
                if all_hold(&values, &plan.given, &[]) != Some(true) {
                    dispositions.refused += 1;
                    heard.tally.refused += 1;
                    return;
                }
                dispositions.complete += 1;
                if plan.apart.contains(&stratum) {
                    heard.tally.apart += 1;
                    return;
                }
                match judge.worth(&values) {
                    Worth::NotPrivate => heard.tally.not_private += 1,
                    Worth::NotWritten => heard.tally.no_conditions += 1,
                    worth => {
                        heard.tally.counted += 1;
                        let doubtful = worth == Worth::Doubtful;
                        heard.respondents.push(Respondent { values, stratum, site: 0, doubtful });
                    }
                }
            })
            .await?;
        heard.tally.rejected = rejected;
        Ok(heard)
    }

    /// The codes that a case's draw gave out, with the stratum of each; none where nothing was drawn here.
    async fn drawn_codes(
        &self,
        may: &May<'_, Read>,
        codes: &DrawnCodes,
        case: &str,
    ) -> Answer<Option<BTreeMap<String, String>>> {
        let mut drawn = BTreeMap::new();
        let mut list = EntryList { limit: PAGE, ..EntryList::default() };
        loop {
            let page = self.entries(may, &codes.registry, list).await?;
            list.after = page.last().map(|row| row.entry.id);
            for row in &page {
                let value = |name: &str| row.values.get(name).and_then(Value::as_str).unwrap_or_default();
                if value(CODE_CASE) != case {
                    continue;
                }
                if !row.closed.is_empty() {
                    return Err(Refusal::new(Kind::NotAllowed, "refusal-release-closed").into());
                }
                drawn.insert(value(LABEL).to_owned(), value(CODE_STRATUM).to_owned());
            }
            if (page.len() as i64) < PAGE {
                return Ok(Some(drawn).filter(|drawn| !drawn.is_empty()));
            }
        }
    }
}
