//! Submissions on a map: the points of one field, with the filters of the list.

use desk::FormModel;
use desk::store::form::Form;
use desk::store::submission::List;
use desk::xforms::{Class, Field, Kind};

use crate::answer::Answer;
use crate::frame::Frame;
use crate::moment::moment;
use crate::pages::answers::{Point, Wording, texts_at};
use crate::pages::submissions::submission_address;
use crate::patterns::{
    Choice, Field as Question, Form as Questions, MapOfPoints, MapPoint, Notice, Opened, Tone,
};
use crate::room::Seated;
use crate::sheet::Sheet;

/// Submissions read for one map.
const MOST: i64 = 1000;

/// The fields that a map can show.
pub fn places(model: &FormModel) -> impl Iterator<Item = &Field> {
    let fields = model.form.fields.iter();
    fields.filter(|field| field.kind == Kind::Geopoint && field.class_or(Class::Sensitive) != Class::Identity)
}

/// The map of the submissions that a list has.
pub async fn page(
    seated: &Seated,
    frame: Frame,
    form: &Form,
    model: &FormModel,
    list: List,
) -> Answer<Sheet> {
    let reader = &seated.visitor.reader;
    let l = reader.locale;
    let may = seated.seat.may::<desk::Read>()?;
    let wording = Wording::new(l, &model.form);
    let chosen = reader.here.get("place");
    let field =
        places(model).find(|field| Some(field.path.as_str()) == chosen).or_else(|| places(model).next());
    let frame =
        Frame { action: None, title: l.text_with_one("map-of-form", "form", &model.form.title), ..frame };
    let mut sheet = Sheet::new(frame);
    let Some(field) = field else {
        return Ok(sheet.part(Notice::new(Tone::Plain, l.text("map-no-field"))));
    };
    let (rows, count) = desk_rows(seated, &may, form, list).await?;
    let is_open = field.class_or(Class::Sensitive) == Class::Open;
    if !is_open && rows.iter().any(|row| row.closed) {
        sheet = sheet.part(match seated.desk().minutes_unlocked(&seated.visitor.session) {
            Some(_) => Notice::new(Tone::Plain, l.text("submissions-closed-to-you")),
            None => Notice::new(Tone::Plain, l.text("map-locked"))
                .link(l.text("sealed-unlock"), seated.visitor.frame("").unlock_address()),
        });
    }
    if count > MOST {
        let values = [("shown", MOST.into()), ("count", count.into())];
        sheet = sheet.part(Notice::new(Tone::Warning, l.text_with("map-not-all", &values)));
    }
    let mut map = MapOfPoints::new(l, wording.question(field), l.text("map-empty"));
    for row in &rows {
        let submission = &row.listed.submission;
        let href = submission_address(seated.mandate(), &form.form_id, &submission.instance_id);
        for point in texts_at(&row.values, &field.path).into_iter().filter_map(Point::read) {
            map = map.point(MapPoint {
                latitude: point.latitude,
                longitude: point.longitude,
                label: moment(l, submission.created_at),
                href: Some(href.clone()),
            });
        }
    }
    if places(model).count() > 1 {
        let choices = places(model).map(|field| Choice::new(&field.path, wording.heading(field))).collect();
        let which = Question::select("place", l.text("map-which"), choices).value(&field.path);
        let mut ask = Questions::find(l, reader.here.path(), l.text("map-show")).field(which);
        for (name, value) in reader.here.without("place").query() {
            ask = ask.field(Question::hidden(name, value));
        }
        sheet = sheet.part(ask);
    }
    Ok(if is_open { sheet.part(map) } else { sheet.part(Opened::new(l.text("map-sensitive"), map)) })
}

async fn desk_rows(
    seated: &Seated,
    may: &desk::May<'_, desk::Read>,
    form: &Form,
    list: List,
) -> Answer<(Vec<desk::SubmissionRow>, i64)> {
    let list = List { after: None, limit: MOST, ..list };
    Ok(seated.desk().submissions(may, form, list).await?)
}
