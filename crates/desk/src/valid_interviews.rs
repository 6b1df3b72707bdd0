//! Answers as figures take them, and which interviews are valid: one that was not private leaves every figure, one that is
//! doubtful is told apart. Releases and reconciliations read through here.

use std::collections::BTreeMap;

use protocol::{Condition, Validity};
use serde_json::Value;
use store::form;
use store::submission::{self, FieldFilter, FieldTest, List};
use xforms::Values;

use crate::Desk;
use crate::answer::{Answer, Error, Kind, Refusal};
use crate::may::Seat;
use crate::submissions::{counts, open_version};

/// Submissions read at a time.
const PAGE: i64 = 500;

/// An answer, without spaces around it; nothing where there is none.
pub(crate) fn text<'v>(values: &'v Values, path: &str) -> &'v str {
    values.get(path).and_then(Value::as_str).unwrap_or_default().trim()
}

/// Whether all conditions hold of these answers.
pub(crate) fn all_hold(values: &Values, conditions: &[Condition], no_answer: &[String]) -> Option<bool> {
    Condition::all_hold(conditions, |path| answered(values, path), no_answer)
}

/// An answer, if there is one.
pub(crate) fn answered(values: &Values, path: &str) -> Option<String> {
    Some(text(values, path)).filter(|said| !said.is_empty()).map(str::to_owned)
}

/// What an interview is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Worth {
    /// It counts.
    Valid,
    /// It counts; figures are given with and without it.
    Doubtful,
    /// It was not private: it counts nowhere.
    NotPrivate,
    /// Nobody wrote whether it was private: it counts nowhere.
    NotWritten,
}

/// What was written before the interviews: whether each was private, by its code.
#[derive(Default)]
pub(crate) struct Judge {
    validity: Option<(Validity, BTreeMap<String, bool>)>,
}

impl Judge {
    /// What an interview with these answers is worth.
    pub(crate) fn worth(&self, values: &Values) -> Worth {
        let Some((validity, private)) = &self.validity else { return Worth::Valid };
        match private.get(text(values, &validity.interview_code)) {
            Some(true) => {}
            Some(false) => return Worth::NotPrivate,
            None => return Worth::NotWritten,
        }
        match all_hold(values, &validity.doubt, &[]) {
            Some(true) => Worth::Doubtful,
            _ => Worth::Valid,
        }
    }
}

/// What is read of a form.
pub(crate) struct Reading<'a> {
    /// The form.
    pub(crate) form: &'a str,
    /// Only submissions of a case: the field with its code, and the code.
    pub(crate) case: Option<(&'a str, &'a str)>,
    /// At most so many, and the refusal of more.
    pub(crate) most: Option<(usize, &'static str)>,
    /// The refusal where one stays closed.
    pub(crate) closed: &'static str,
}

impl Desk {
    /// Reads what makes interviews valid.
    pub(crate) async fn judge(
        &self,
        seat: &Seat,
        validity: Option<&Validity>,
        closed: &'static str,
    ) -> Answer<Judge> {
        let Some(validity) = validity else { return Ok(Judge::default()) };
        let reading = Reading { form: &validity.form, case: None, most: None, closed };
        let (code, holds) = (validity.code.clone(), validity.holds.clone());
        let (private, _) = self
            .read_answers(seat, reading, move |private: &mut BTreeMap<String, bool>, values| {
                let holds = all_hold(&values, &holds, &[]) == Some(true);
                // Where a code was written twice, the worse counts.
                *private.entry(text(&values, &code).to_owned()).or_insert(true) &= holds;
            })
            .await?;
        Ok(Judge { validity: Some((validity.clone(), private)) })
    }

    /// Hands the newest versions of a form's submissions that nobody has rejected or erased to `take`, opened, one after
    /// the other. Answers what it made of them, and how many were left out. Refused where one stays closed: figures
    /// without it would be wrong.
    pub(crate) async fn read_answers<T: Default + Send + 'static>(
        &self,
        seat: &Seat,
        reading: Reading<'_>,
        mut take: impl FnMut(&mut T, Values) + Send + 'static,
    ) -> Answer<(T, u32)> {
        let mandate = seat.mandate().id;
        let (name, keyring) = (reading.form.to_owned(), self.keyring(seat.session()));
        let filter = |(path, code): (&str, &str)| FieldFilter {
            path: path.to_owned(),
            test: FieldTest::Is(code.to_owned()),
        };
        let fields: Vec<FieldFilter> = reading.case.map(filter).into_iter().collect();
        let (most, closed) = (reading.most, reading.closed);
        self.store
            .read(move |tx| {
                let mut keyring = keyring;
                let (mut taken, mut count, mut rejected) = (T::default(), 0, 0);
                let Some(form) = form::by_form_id(tx, mandate, &name)? else { return Ok((taken, 0)) };
                let mut list =
                    List { form: form.id, fields, ascending: true, limit: PAGE, ..List::default() };
                let found = submission::find(tx, &list)?;
                loop {
                    let mut page = Vec::new();
                    found.list(tx, &list, |listed| {
                        page.push(listed);
                        Ok(())
                    })?;
                    let Some(last) = page.last() else { return Ok::<_, Error>((taken, rejected)) };
                    list.after = Some(last.key.clone());
                    for listed in page {
                        if !counts(&listed.submission) {
                            rejected += 1;
                            continue;
                        }
                        let opened = open_version(tx, keyring.as_mut(), &listed.version, false)?;
                        if opened.sensitive_closed {
                            let locked = if keyring.is_some() { Kind::NotAllowed } else { Kind::Locked };
                            return Err(Refusal::new(locked, closed).into());
                        }
                        count += 1;
                        if let Some((most, refusal)) = most
                            && count > most
                        {
                            return Err(Refusal::new(Kind::TooLarge, refusal).with("most", most).into());
                        }
                        take(&mut taken, opened.values);
                    }
                }
            })
            .await
    }
}
