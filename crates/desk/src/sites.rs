//! The places that a first stage drew: who sees them in the order of the draw, and a visit begun from one of them, whose
//! fact says which draw chose it and with which chance.

use std::collections::BTreeMap;

use draw::Selection;
use draw::field::Attempt;
use draw::roster::Roster;
use protocol::{Frame as Declared, Opens};
use serde_json::{Value, json};
use store::registry::{self, EntryList};
use store::{Fault, case};

use crate::Desk;
use crate::answer::{Answer, Error, Refusal};
use crate::begin_case::NewCase;
use crate::draws::{DrawNumber, secret};
use crate::entry_reading::open_rows;
use crate::frames::SIZE;
use crate::may::{May, Read, Seat};
use crate::put_fact::NewFact;

/// The longest title of a case (characters), which the name of a place may be longer than.
const LONGEST_TITLE: usize = 120;

/// A place that was drawn, or stands in reserve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// Its number in the registry.
    pub unit: String,
    /// Its name.
    pub name: String,
    /// How large it is; 1 where no sizes were drawn with.
    pub size: u64,
    /// Its stratum; `all` where there are none.
    pub stratum: String,
    /// Its rank in the stratum, from 0.
    pub rank: u64,
    /// Its place in the order of the draw over all strata, from 1.
    pub place: u64,
    /// Whether it is in reserve.
    pub reserve: bool,
    /// The probability with which it was drawn, in lowest terms, `24/331`.
    pub probability: String,
    /// What became of it, if a final code is in the log.
    pub ended: Option<String>,
    /// Whether a case may be begun of it now: it was drawn, or its turn as a reserve has come.
    pub open: bool,
    /// The code of its case, if that was begun.
    pub case: Option<String>,
}

/// The drawn and the reserve in order, as they are sealed.
pub(crate) fn units(design: &draw::Design, roster: &Roster, selection: &Selection) -> Result<String, Error> {
    let mut units = Vec::new();
    for stratum in &selection.strata {
        for (rank, ranked) in stratum.order.iter().enumerate().take((stratum.n + stratum.reserve) as usize) {
            let unit = usize::try_from(ranked.i).ok().and_then(|i| roster.units.get(i));
            let probability = stratum.probability(rank);
            let (Some(unit), Some(probability)) = (unit, probability) else {
                return Err(Fault::internal("a selection has units that its roster has not").into());
            };
            let line: Value = serde_json::from_str(&unit.record)
                .map_err(|error| Fault::Damaged { what: error.to_string() })?;
            units.push(json!({
                "unit": unit.number,
                "line": line,
                "size": if design.size.is_some() { unit.size } else { 1 },
                "stratum": stratum.name,
                "rank": rank,
                "probability": probability.to_string(),
            }));
        }
    }
    Ok(Value::from(units).to_string())
}

impl Desk {
    /// The lines of a frame that is drawn from a registry: each entry once, by its number, with its size.
    pub(crate) async fn entry_lines(
        &self,
        seat: &Seat,
        declared: &Declared,
    ) -> Answer<BTreeMap<String, BTreeMap<String, String>>> {
        let model = self.registry_model(seat.mandate().id, &declared.registry).await?;
        let list = EntryList { limit: i64::MAX, ..EntryList::default() };
        let rows = self
            .store
            .read(move |tx| {
                let numbers = registry::list_numbers(tx, model.registry.id, &list)?;
                let found = registry::some_with_versions(tx, model.registry.id, &numbers)?;
                open_rows(tx, None, found, &[])
            })
            .await?;
        let mut lines = BTreeMap::new();
        let mut wrong = Wrong::default();
        for row in rows {
            let text = |name: &str| match row.values.get(name) {
                Some(Value::String(text)) => text.trim().to_owned(),
                Some(Value::Number(number)) => number.to_string(),
                _ => String::new(),
            };
            let mut line: BTreeMap<String, String> =
                declared.columns.iter().map(|one| (one.property.clone(), text(&one.property))).collect();
            let number = text(&declared.number);
            let shown = if number.is_empty() { text("label") } else { number.clone() };
            if declared.columns.iter().any(|one| one.required && text(&one.property).is_empty()) {
                wrong.empty.push(shown);
                continue;
            }
            // A figure that is missing counts as none; a place without anybody cannot be drawn by its size.
            let size: u64 = declared.size.iter().filter_map(|name| text(name).parse::<u64>().ok()).sum();
            if !declared.size.is_empty() {
                if size == 0 {
                    wrong.no_size.push(shown);
                    continue;
                }
                line.insert(SIZE.to_owned(), size.to_string());
            }
            line.retain(|_, value| !value.is_empty());
            if lines.insert(number, line).is_some() {
                wrong.twice.push(shown);
            }
        }
        wrong.refuse()?;
        Ok(lines)
    }

    /// How many units a registry has to draw from now, and how large they are together.
    pub async fn units_to_draw(&self, may: &May<'_, Read>, workflow: &str) -> Answer<(u64, u64)> {
        let lines = self.entry_lines(may, may.frame(workflow)?).await?;
        let size = |line: &BTreeMap<String, String>| line.get(SIZE).and_then(|size| size.parse::<u64>().ok());
        Ok((lines.len() as u64, lines.values().filter_map(size).sum()))
    }

    /// The places that a draw chose, in its order, for whoever holds the key of the draw.
    pub async fn sites(
        &self,
        may: &May<'_, Read>,
        workflow: &str,
        code: &str,
        number: impl Into<DrawNumber>,
    ) -> Answer<Vec<Site>> {
        let declared = may.frame(workflow)?;
        let opens = declared.opens.as_ref().ok_or_else(Refusal::not_found)?;
        let keyring = self.roster_keys(may, declared).await?;
        let detail = self.draw(may, workflow, code, number).await?;
        let Some((_, places)) = detail.report.known.sealed.clone() else {
            return Err(Refusal::conflict("refusal-draw-no-calls").into());
        };
        let (keyring, text) = self.draw_secret(keyring, detail.row.id, secret::UNITS).await?;
        let units: Vec<Value> =
            serde_json::from_slice(&text).map_err(|error| Fault::Damaged { what: error.to_string() })?;
        let (_, attempts) = self.attempts(keyring, detail.row.id).await?;
        let begun = self.begun_from(may, opens, &detail.row.draw).await?;
        let design = detail.design()?;
        let final_codes: BTreeMap<(&str, u64), &str> = attempts
            .iter()
            .filter(|one| design.dispositions.get(&one.code) != Some(&draw::design::Ends::Again))
            .map(|one| ((one.stratum.as_str(), one.rank), one.code.as_str()))
            .collect();
        let done = design.dispositions.iter().find(|(_, ends)| **ends == draw::design::Ends::Done);
        let mut sites = Vec::new();
        for (place, unit) in (1..).zip(&units) {
            let text = |name: &str| unit[name].as_str().unwrap_or_default().to_owned();
            let (stratum, rank) = (text("stratum"), unit["rank"].as_u64().unwrap_or_default());
            let ended = final_codes.get(&(stratum.as_str(), rank)).map(|code| (*code).to_owned());
            // Its turn has come where the rules of replacement would let it be tried.
            let mut next = attempts.clone();
            next.extend(done.map(|(code, _)| Attempt {
                at: 0,
                stratum: stratum.clone(),
                rank,
                code: code.clone(),
                salt: [0; 32],
            }));
            let turn = draw::field::check_attempts(design, &places, 0, &next).is_ok();
            let number = text("unit");
            sites.push(Site {
                name: unit["line"][&declared.check].as_str().unwrap_or_default().to_owned(),
                size: unit["size"].as_u64().unwrap_or(1),
                reserve: places.get(&stratum).is_some_and(|(n, _)| rank >= *n),
                probability: text("probability"),
                open: turn && ended.is_none() && !begun.contains_key(&number),
                case: begun.get(&number).cloned(),
                unit: number,
                stratum,
                rank,
                place,
                ended,
            });
        }
        Ok(sites)
    }

    /// The cases begun from a draw: unit and code.
    async fn begun_from(&self, seat: &Seat, opens: &Opens, draw: &str) -> Answer<BTreeMap<String, String>> {
        let cases = self.drawn_cases(seat, opens, &[draw.to_owned()]).await?;
        Ok(cases.into_iter().map(|one| (one.unit, one.code)).collect())
    }

    /// The cases that were begun from these draws and still are.
    pub(crate) async fn drawn_cases(
        &self,
        seat: &Seat,
        opens: &Opens,
        draws: &[String],
    ) -> Answer<Vec<DrawnCase>> {
        let may = seat.may::<Read>()?;
        let mut drawn = Vec::new();
        for detail in self.cases(&may, Some(&opens.workflow)).await? {
            let Some(standing) = detail.standing() else { continue };
            let Some(fact) = standing.facts.iter().rev().find(|fact| fact.kind == opens.fact) else {
                continue;
            };
            let told = fact.id.parse().ok().and_then(|id| detail.fact(id));
            let value =
                |name: &String| told.and_then(|told| told.values.get(name)).cloned().unwrap_or_default();
            let of = value(&opens.draw);
            if !draws.contains(&of) {
                continue;
            }
            drawn.push(DrawnCase {
                code: detail.case.code.clone(),
                case: detail.case.clone(),
                unit: value(&opens.unit),
                probability: value(&opens.probability),
                sealed_root: value(&opens.sealed_root),
                draw: of,
            });
        }
        Ok(drawn)
    }

    /// What the design of a draw says about the draw that chose its place; nothing where the case comes from none.
    pub(crate) async fn first_stage(
        &self,
        may: &May<'_, Read>,
        workflow: &str,
        code: &str,
    ) -> Answer<Option<Value>> {
        let Some(opens) = may.protocol().opens(workflow) else { return Ok(None) };
        let detail = self.case(may, workflow, code).await?;
        let Some(standing) = detail.standing() else { return Ok(None) };
        let counted = standing.facts.iter().rev().find(|fact| fact.kind == opens.fact);
        let told = counted.and_then(|fact| fact.id.parse().ok()).and_then(|id| detail.fact(id));
        let Some(told) = told else { return Ok(None) };
        let value = |name: &String| told.values.get(name).cloned().unwrap_or_default();
        Ok(Some(json!({
            "draw": value(&opens.draw),
            "sealed_root": value(&opens.sealed_root),
            "probability": value(&opens.probability),
        })))
    }

    /// Begins the case of a place that was drawn. Answers its code.
    pub async fn visit_site(
        &self,
        may: &May<'_, Read>,
        workflow: &str,
        code: &str,
        number: impl Into<DrawNumber>,
        unit: &str,
    ) -> Answer<String> {
        let declared = may.frame(workflow)?;
        let opens = declared.opens.as_ref().ok_or_else(Refusal::not_found)?;
        let number = number.into();
        let detail = self.draw(may, workflow, code, number).await?;
        if detail.is_void() {
            return Err(Refusal::conflict("refusal-draw-void").into());
        }
        let sites = self.sites(may, workflow, code, number).await?;
        let site = sites.into_iter().find(|site| site.unit == unit).ok_or_else(Refusal::not_found)?;
        if let Some(known) = &site.case {
            return Err(Refusal::conflict("refusal-site-begun").with("code", known).into());
        }
        if !site.open {
            return Err(Refusal::conflict("refusal-site-not-yet").into());
        }
        let sealed_root = match &detail.report.known.sealed {
            Some((root, _)) => hex::encode(root),
            None => return Err(Refusal::conflict("refusal-draw-no-calls").into()),
        };
        let values = [
            (&opens.unit, site.unit.clone()),
            (&opens.draw, detail.row.draw.clone()),
            (&opens.place, site.place.to_string()),
            (&opens.probability, site.probability.clone()),
            (&opens.sealed_root, sealed_root),
        ];
        let fact = NewFact {
            kind: opens.fact.clone(),
            at: self.now(),
            values: values.into_iter().map(|(name, value)| (name.clone(), value)).collect(),
            ..NewFact::default()
        };
        let fact = self.ready_fact(may, &opens.workflow, fact).await?;
        let title: String = format!("{} {}", site.unit, site.name).chars().take(LONGEST_TITLE).collect();
        let new = NewCase { workflow: &opens.workflow, title: &title, parent: None };
        let beginning = self.beginning(may, new)?;
        let (mandate, kind, workflow) = (may.mandate().id, opens.fact.clone(), opens.workflow.clone());
        let (round, draw, unit) = (detail.case.id, detail.row.draw.clone(), site.unit);
        let names = (opens.draw.clone(), opens.unit.clone());
        self.store
            .write(move |tx| {
                // Two who press at once: the second waits here and sees what the first began.
                case::take(tx, round)?;
                for other in case::all(tx, mandate, Some(&workflow))? {
                    let facts = case::facts(tx, other.id)?;
                    let taken_back =
                        |id: i64| facts.iter().any(|one| one.withdraws && one.amends == Some(id));
                    for told in facts.iter().filter(|one| one.kind == kind && !taken_back(one.id)) {
                        let open: Value = serde_json::from_str(&told.open_values).unwrap_or_default();
                        if open[&names.0] == draw.as_str() && open[&names.1] == unit.as_str() {
                            let refusal = Refusal::conflict("refusal-site-begun");
                            return Err(Error::from(refusal.with("code", &other.code)));
                        }
                    }
                }
                let (id, code) = beginning.begin(tx)?;
                fact.put(tx, id)?;
                Ok(code)
            })
            .await
    }
}

/// A case that was begun from a place that was drawn.
pub(crate) struct DrawnCase {
    pub(crate) code: String,
    pub(crate) case: case::Case,
    pub(crate) unit: String,
    pub(crate) draw: String,
    pub(crate) probability: String,
    pub(crate) sealed_root: String,
}

/// Entries that cannot be drawn from.
#[derive(Default)]
struct Wrong {
    empty: Vec<String>,
    no_size: Vec<String>,
    twice: Vec<String>,
}

impl Wrong {
    /// One sentence for the first kind of fault, with the entries that have it.
    fn refuse(self) -> Result<(), Refusal> {
        let all = [
            ("refusal-sites-empty", self.empty),
            ("refusal-sites-no-size", self.no_size),
            ("refusal-sites-twice", self.twice),
        ];
        for (id, units) in all {
            if let Some(more) = units.len().checked_sub(1) {
                let some: Vec<String> = units.into_iter().take(10).collect();
                return Err(Refusal::conflict(id).with("units", some.join(", ")).with("count", more + 1));
            }
        }
        Ok(())
    }
}
