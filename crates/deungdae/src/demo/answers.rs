//! Fills any form by dice: a seeded stand-in for people with phones, for the demo and for tests on real forms.

use desk::Dice;
use rand_core::Rng;
use xforms::{Field, Form, Kind};

/// What a script says of one place in the form.
pub enum Said {
    /// This value.
    Value(String),
    /// Nothing here, and nothing below a group.
    Nothing,
    /// The script does not care: answer by dice.
    ByDice,
}

/// An entity that a generated submission makes.
pub struct NewEntity {
    /// The entity list.
    pub dataset: String,
    /// Its id, without `uuid:`.
    pub id: String,
    /// Its label.
    pub label: String,
}

/// A number below `end`; 0 where `end` is.
pub fn below(dice: &mut Dice, end: u64) -> u64 {
    if end == 0 { 0 } else { dice.next_u64() % end }
}

/// One of these.
pub fn one_of<'a, T>(dice: &mut Dice, from: &'a [T]) -> Option<&'a T> {
    from.get(usize::try_from(below(dice, from.len() as u64)).ok()?)
}

/// A random id as phones make them, version 4.
pub fn uuid(dice: &mut Dice) -> String {
    let mut bytes = [0_u8; 16];
    dice.fill_bytes(&mut bytes);
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    format!("{}-{}-4{}-a{}-{}", part(0, 8), part(8, 12), part(13, 16), part(17, 20), part(20, 32))
}

/// Fills a form: the submission's XML. `say` is asked at every place first.
pub fn fill(
    form: &Form,
    instance_id: &str,
    entity: Option<&NewEntity>,
    dice: &mut Dice,
    say: &mut dyn FnMut(&Field, &mut Dice) -> Said,
) -> String {
    let mut filler = Filler { form, instance_id, entity, dice, say, xml: String::new() };
    let version =
        form.version.as_ref().map(|version| format!(" version=\"{}\"", escape(version))).unwrap_or_default();
    let namespace =
        form.namespace.as_ref().map(|name| format!(" xmlns=\"{}\"", escape(name))).unwrap_or_default();
    filler.xml.push_str(&format!(
        "<?xml version=\"1.0\"?><{}{namespace} id=\"{}\"{version}>",
        form.root,
        escape(&form.form_id)
    ));
    filler.children("");
    if !form.fields.iter().any(|field| field.path == "meta/instanceID") {
        filler.xml.push_str(&format!("<meta><instanceID>{instance_id}</instanceID></meta>"));
    }
    filler.xml.push_str(&format!("</{}>", form.root));
    filler.xml
}

struct Filler<'a> {
    form: &'a Form,
    instance_id: &'a str,
    entity: Option<&'a NewEntity>,
    dice: &'a mut Dice,
    say: &'a mut dyn FnMut(&Field, &mut Dice) -> Said,
    xml: String,
}

impl Filler<'_> {
    fn children(&mut self, parent: &str) {
        let form = self.form;
        for field in &form.fields {
            let around = field.path.rsplit_once('/').map_or("", |(around, _)| around);
            if around == parent {
                self.place(field);
            }
        }
    }

    fn place(&mut self, field: &Field) {
        match field.path.as_str() {
            "meta/instanceID" => {
                self.xml.push_str(&format!("<instanceID>{}</instanceID>", self.instance_id));
                return;
            }
            "meta/entity" => {
                if let Some(entity) = self.entity {
                    self.xml.push_str(&format!(
                        "<entity dataset=\"{}\" id=\"{}\" create=\"1\"><label>{}</label></entity>",
                        escape(&entity.dataset),
                        entity.id,
                        escape(&entity.label)
                    ));
                }
                return;
            }
            _ => {}
        }
        let said = (self.say)(field, self.dice);
        match (field.kind, said) {
            (_, Said::Nothing) => {}
            (Kind::Group, _) => self.element(field),
            (Kind::Repeat, _) => {
                for _ in 0..1 + below(self.dice, 3) {
                    self.element(field);
                }
            }
            (_, Said::Value(value)) => self.value(field, &value),
            (_, Said::ByDice) => {
                if let Some(value) = by_dice(field, self.dice) {
                    self.value(field, &value);
                }
            }
        }
    }

    fn element(&mut self, field: &Field) {
        self.xml.push_str(&format!("<{}>", field.name));
        self.children(&field.path);
        self.xml.push_str(&format!("</{}>", field.name));
    }

    fn value(&mut self, field: &Field, value: &str) {
        self.xml.push_str(&format!("<{0}>{1}</{0}>", field.name, escape(value)));
    }
}

const WORDS: [&str; 6] =
    ["확인함", "see the note", "문제 없음", "asked twice, same answer", "두번 물음", "as seen on site"];

/// A value of the right kind; none where a phone could not know one either.
fn by_dice(field: &Field, dice: &mut Dice) -> Option<String> {
    if let Some(preload) = &field.preload {
        return match preload.as_str() {
            "timestamp/start" | "timestamp/end" => Some("2026-11-02T09:30:00.000+09:00".to_owned()),
            "date/today" => Some("2026-11-02".to_owned()),
            "property/deviceid" => Some(format!("collect:{}", below(dice, 9000) + 1000)),
            _ => None,
        };
    }
    if field.calculate.is_some() || field.kind == Kind::Note {
        return None;
    }
    let coin = below(dice, 1000);
    Some(match field.kind {
        Kind::Text | Kind::Barcode => (*one_of(dice, &WORDS)?).to_owned(),
        Kind::Integer => (coin % 12).to_string(),
        Kind::Decimal => format!("{}.{}", coin % 90 + 1, coin % 10),
        Kind::Boolean => coin.is_multiple_of(2).to_string(),
        Kind::Date => format!("2026-{:02}-{:02}", coin % 11 + 1, coin % 28 + 1),
        Kind::Time => format!("{:02}:{:02}:00.000+09:00", coin % 24, coin % 60),
        Kind::DateTime => format!("2026-{:02}-{:02}T10:00:00.000+09:00", coin % 11 + 1, coin % 28 + 1),
        Kind::Geopoint => point(dice),
        Kind::Geotrace => format!("{};{}", point(dice), point(dice)),
        Kind::Geoshape => {
            let first = point(dice);
            format!("{first};{};{};{first}", point(dice), point(dice))
        }
        Kind::Select if field.multiple => {
            let wanted = 1 + below(dice, 3);
            let mut chosen: Vec<&str> = Vec::new();
            for _ in 0..wanted {
                let value = one_of(dice, &field.choices)?.value.as_str();
                if !chosen.contains(&value) {
                    chosen.push(value);
                }
            }
            chosen.join(" ")
        }
        Kind::Select => one_of(dice, &field.choices)?.value.clone(),
        Kind::Rank => field.choices.iter().map(|choice| choice.value.as_str()).collect::<Vec<_>>().join(" "),
        Kind::Acknowledge => "OK".to_owned(),
        Kind::Group | Kind::Repeat | Kind::Note | Kind::Binary => return None,
    })
}

/// A point near 37.93 N, 126.63 E.
fn point(dice: &mut Dice) -> String {
    let (north, east) = (below(dice, 40_000), below(dice, 40_000));
    format!("37.{} 126.{} 40.0 5.0", 910_000 + north, 610_000 + east)
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
