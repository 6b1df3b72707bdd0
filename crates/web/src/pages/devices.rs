//! Phones: adding one, the QR code that Collect scans, revoking one.

use std::io::Write as _;

use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use desk::store::mandate::Device;
use desk::{Devices, collect_settings};
use flate2::Compression;
use flate2::write::ZlibEncoder;

use super::account::unlocked;
use super::compartments::in_words;
use crate::address::InPath;
use crate::answer::{Answer, Fault, Refusal};
use crate::frame::{Action, Link};
use crate::locale::Locale;
use crate::moment::{day, moment};
use crate::patterns::{
    Cell, Column, Confirmation, Facts, Field, Form, Notice, Prose, QrBlock, Section, Table, Tag, Tone,
};
use crate::room::{Approach, Room, Seated, Web};
use crate::sent::Sent;
use crate::sheet::{Sheet, come_back, see};

/// Routes of this group.
pub fn router() -> Router<Web> {
    Router::new()
        .route("/m/{mandate}/devices", get(devices))
        .route("/m/{mandate}/devices/add", get(add_page).post(add))
        .route("/m/{mandate}/devices/{device}", get(device))
        .route("/m/{mandate}/devices/{device}/revoke", get(revoke_page).post(revoke))
}

fn address(seated: &Seated, device: i64) -> String {
    format!("{}/{device}", Room::Devices.address(seated.mandate()))
}

fn state_of(l: Locale, device: &Device) -> Tag {
    match (device.revoked_at, device.last_seen_at) {
        (Some(at), _) => Tag::new(Tone::Plain, l.text_with_one("device-revoked", "day", day(l, at))),
        (None, Some(_)) => Tag::new(Tone::Done, l.text("device-in-use")),
        (None, None) => Tag::new(Tone::Warning, l.text("device-not-scanned")),
    }
}

async fn devices(seated: Seated) -> Answer<Sheet> {
    let l = seated.visitor.reader.locale;
    let may = seated.seat.may::<Devices>()?;
    let add = format!("{}/add", Room::Devices.address(seated.mandate()));
    let mut table =
        Table::new(l, &seated.visitor.reader.here, l.text("room-devices"), l.text("devices-empty"))
            .empty_link(l.text("device-add"), &add)
            .column(Column::new(l.text("device-name")))
            .column(Column::new(l.text("device-state")))
            .column(Column::new(l.text("device-last-seen")))
            .column(Column::new(l.text("device-added")));
    for device in seated.desk().devices(&may).await? {
        let seen: Cell = match device.last_seen_at {
            Some(at) => crate::moment::moment_cell(l, at),
            None => l.text("device-never").into(),
        };
        table = table.row([
            Cell::link(&device.name, address(&seated, device.id)),
            Cell::new(state_of(l, &device)),
            seen,
            day(l, device.created_at).into(),
        ]);
    }
    let frame = seated.frame(Room::Devices, l.text("room-devices"));
    Ok(Sheet::new(frame.action(Action::open(l.text("device-add"), add)))
        .part(Prose::new(l.text("devices-what")))
        .part(table))
}

fn add_form(seated: &Seated) -> Form {
    let l = seated.visitor.reader.locale;
    let room = Room::Devices.address(seated.mandate());
    Form::new(l, format!("{room}/add"), l.text("device-add"))
        .field(Field::line("name", l.text("device-name")).hint(l.text("device-name-hint")).longest(200))
        .back(l.text("go-back"), room)
}

async fn add_page(seated: Seated) -> Answer<Sheet> {
    let l = seated.visitor.reader.locale;
    seated.seat.may::<Devices>()?;
    unlocked(&seated.visitor)?;
    Ok(Sheet::new(seated.frame(Room::Devices, l.text("device-add"))).form(&add_form(&seated)))
}

async fn add(seated: Seated, sent: Sent) -> Answer<Response> {
    let l = seated.visitor.reader.locale;
    let may = seated.seat.may::<Devices>()?;
    match seated.desk().add_device(&may, sent.get("name")).await {
        Ok(device) => Ok(see(address(&seated, device.id), "done-device-added")),
        Err(error) => {
            let error = in_words(error, seated.seat.protocol(), l);
            let form = come_back(add_form(&seated), &sent, error, "name")?;
            Ok(Sheet::new(seated.frame(Room::Devices, l.text("device-add"))).form(&form).into_response())
        }
    }
}

async fn find(seated: &Seated, device: i64) -> Answer<Device> {
    let may = seated.seat.may::<Devices>()?;
    let devices = seated.desk().devices(&may).await?;
    Ok(devices.into_iter().find(|known| known.id == device).ok_or_else(Refusal::not_found)?)
}

async fn device(
    seated: Seated,
    approach: Approach,
    InPath((_, device)): InPath<(i64, i64)>,
) -> Answer<Sheet> {
    let l = seated.visitor.reader.locale;
    let may = seated.seat.may::<Devices>()?;
    let device = find(&seated, device).await?;
    let seen = device.last_seen_at.map_or_else(|| l.text("device-never"), |at| moment(l, at));
    let facts = Facts::new()
        .fact(l.text("device-state"), state_of(l, &device))
        .fact(l.text("device-last-seen"), seen)
        .fact(l.text("device-added"), moment(l, device.created_at));
    let mut sheet = Sheet::new(seated.frame(Room::Devices, &device.name));
    if device.revoked_at.is_some() {
        return Ok(sheet.part(facts).part(Prose::new(l.text("device-revoked-what"))));
    }
    let own = address(&seated, device.id);
    if seated.desk().minutes_unlocked(&seated.visitor.session).is_none() {
        let unlock = seated.frame(Room::Devices, "").unlock_address();
        let notice = Notice::new(Tone::Plain, l.text("device-locked"));
        sheet = sheet.part(notice.link(l.text("device-unlock"), unlock));
    } else {
        let token = seated.desk().device_token(&may, device.id).await;
        let token = token.map_err(|error| in_words(error, seated.seat.protocol(), l))?;
        let settings = collect_settings(&approach.server, seated.seat.mandate(), &token);
        let packed = packed(&settings).map_err(|cause| Fault::new(&cause))?;
        let label = l.text_with_one("device-qr", "name", &device.name);
        let qr = QrBlock::new(l, label, packed).map_err(|cause| Fault::new(&cause))?;
        let steps = ["device-step-open", "device-step-scan", "device-step-forms"];
        let server = format!("{}/v1/key/{token}/projects/{}", approach.server, seated.mandate());
        sheet = sheet
            .part(Section::new(l.text("device-how")).numbered_beside(steps.map(|step| l.text(step)), qr))
            .part(
                Section::new(l.text("device-by-hand"))
                    .say(l.text("device-by-hand-what"))
                    .part(crate::patterns::CodeBlock::new(l.text("device-server"), server)),
            );
    }
    let revoke = Section::new(l.text("device-lost"))
        .say(l.text("device-lost-what"))
        .links([Link::new(l.text("device-revoke"), format!("{own}/revoke"))]);
    Ok(sheet.part(facts).part(revoke))
}

/// Settings as Collect's QR codes hold them: zlib, then base64.
fn packed(settings: &str) -> std::io::Result<String> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(settings.as_bytes())?;
    Ok(STANDARD.encode(encoder.finish()?))
}

async fn revoke_page(seated: Seated, InPath((_, device)): InPath<(i64, i64)>) -> Answer<Sheet> {
    let l = seated.visitor.reader.locale;
    let device = find(&seated, device).await?;
    let own = address(&seated, device.id);
    let question = Confirmation::new(
        l,
        l.text_with_one("revoke-question", "name", &device.name),
        l.text_with_one("revoke-verb", "name", &device.name),
        format!("{own}/revoke"),
        &own,
    )
    .consequence(l.text("revoke-refused"))
    .consequence(l.text("revoke-unsent"))
    .consequence(l.text("revoke-kept"));
    Ok(Sheet::new(seated.frame(Room::Devices, l.text("device-revoke")).under(&device.name, own))
        .part(question))
}

async fn revoke(seated: Seated, InPath((_, device)): InPath<(i64, i64)>) -> Answer<Response> {
    let may = seated.seat.may::<Devices>()?;
    seated.desk().revoke_device(&may, device).await?;
    Ok(see(Room::Devices.address(seated.mandate()), "done-device-revoked"))
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn collect_can_unpack_the_settings() {
        let settings = r#"{"general":{"server_url":"https://monitor.example.org"},"admin":{}}"#;
        let bytes = STANDARD.decode(packed(settings).unwrap()).unwrap();
        let mut text = String::new();
        flate2::read::ZlibDecoder::new(bytes.as_slice()).read_to_string(&mut text).unwrap();
        assert_eq!(text, settings);
    }
}
