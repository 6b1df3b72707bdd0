//! The ledger: its head, its leaves in words, a proof for each, and the log as files that anybody can follow.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderName, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use desk::ledger::Leaf;
use desk::store::ledger::LedgerLeaf;

use crate::answer::{Answer, Refusal};
use crate::frame::Link;
use crate::locale::Locale;
use crate::moment::{moment, moment_cell};
use crate::pages::witnesses::WITNESSES;
use crate::patterns::{Cell, CodeBlock, Column, Facts, Field, Form, LinkText, Prose, Section, Table};
use crate::room::{Approach, Visitor, Web};
use crate::sheet::Sheet;

/// Routes of this group.
pub fn router() -> Router<Web> {
    Router::new()
        .route("/ledger", get(page))
        .route("/ledger/leaf", get(find))
        .route("/ledger/leaf/{number}", get(leaf))
        .route("/ledger/leaf/{number}/proof", get(proof))
        .route("/ledger/checkpoint", get(checkpoint))
        .route("/ledger/tile/{*path}", get(tile))
}

/// What a leaf is about, in words; a kind that is not known here is shown as it is.
fn kind_in_words(l: Locale, kind: &str) -> String {
    let id = match kind {
        "submission" => "ledger-kind-submission",
        "edit" => "ledger-kind-edit",
        "entry" => "ledger-kind-entry",
        "opening" => "ledger-kind-opening",
        "key" => "ledger-kind-key",
        "member" => "ledger-kind-member",
        "device" => "ledger-kind-device",
        "form" => "ledger-kind-form",
        "protocol" => "ledger-kind-protocol",
        "erasure" => "ledger-kind-erasure",
        "export" => "ledger-kind-export",
        "draw" => "ledger-kind-draw",
        "finding" => "ledger-kind-finding",
        "release" => "ledger-kind-release",
        other => return other.to_owned(),
    };
    l.text(id)
}

fn leaf_address(number: i64) -> String {
    format!("/ledger/leaf/{number}")
}

async fn page(visitor: Visitor, approach: Approach) -> Answer<Sheet> {
    let l = visitor.reader.locale;
    let here = &visitor.reader.here;
    let after = here.get("after").and_then(|number| number.parse::<i64>().ok());
    let before = here.get("before").and_then(|number| number.parse::<i64>().ok());
    // Pages hold fifty leaves, newest first: the page before the one that begins below `before` ends there.
    let end = before.map(|number| number + PAGE + 1).or(after);
    let page = visitor.desk().ledger(end).await?;
    let mut table = Table::new(l, here, l.text("ledger-leaves"), l.text("ledger-empty"))
        .column(Column::new(l.text("ledger-number")))
        .column(Column::new(l.text("ledger-time")))
        .column(Column::new(l.text("ledger-commits-to")))
        .column(Column::new(l.text("ledger-hash")))
        .count(u64::try_from(page.size).unwrap_or(0));
    for leaf in &page.leaves {
        table = table.row(row(l, leaf));
    }
    let first = page.leaves.first().map(|leaf| leaf.seq).filter(|seq| seq + 1 < page.size);
    let last = page.leaves.last().map(|leaf| leaf.seq).filter(|seq| *seq > 0);
    let key = |seq: Option<i64>| seq.map(|seq| seq.to_string());
    table = table.turn(key(first).as_deref(), key(last).as_deref());

    let head = Facts::new().fact(l.text("ledger-origin"), visitor.desk().ledger_origin());
    let frame = visitor.frame(l.text("room-ledger")).state(l.count("ledger-state", page.size));
    let mut sheet = Sheet::new(frame).part(Prose::new(l.text("ledger-says"))).part(head);
    if visitor.session.member().administrator {
        sheet = sheet.part(LinkText::new(l.text("witnesses-title"), WITNESSES));
    }
    if end.is_some() {
        return Ok(sheet.part(table));
    }
    let checkpoint = CodeBlock::new(l.text("ledger-checkpoint"), page.checkpoint.trim_end());
    let key = CodeBlock::new(l.text("ledger-key"), &page.key).note(l.text("ledger-key-note"));
    let look = Form::find(l, "/ledger/leaf", l.text("ledger-find-verb"))
        .field(Field::figures("number", l.text("ledger-find"), 8).hint(l.text("ledger-find-hint")));
    let verify = Section::new(l.text("ledger-verify"))
        .say(l.text("ledger-verify-says"))
        .numbered([
            l.text("ledger-verify-copy"),
            l.text("ledger-verify-run"),
            l.text("ledger-verify-compare"),
        ])
        .part(CodeBlock::new(l.text("ledger-verify-command"), "deungdae verify --ledger DIR"))
        .part(CodeBlock::new(l.text("ledger-verify-files"), format!("{}/ledger", approach.server)));
    Ok(sheet
        .part(checkpoint.note(l.text("ledger-checkpoint-note")))
        .part(key)
        .part(table)
        .part(look)
        .part(verify))
}

/// Leaves on a page, as the desk hands them out.
const PAGE: i64 = 50;

fn row(l: Locale, stored: &LedgerLeaf) -> [Cell; 4] {
    let hash = hex::encode(&stored.hash);
    let short = hash.get(..16).unwrap_or(&hash).to_owned();
    let number = Cell::link(stored.seq.to_string(), leaf_address(stored.seq));
    match Leaf::parse(stored.leaf.as_bytes()) {
        Ok(leaf) => {
            let at = i64::try_from(leaf.at).unwrap_or(0).saturating_mul(1000);
            [number, moment_cell(l, at), kind_in_words(l, &leaf.kind).into(), short.into()]
        }
        Err(_) => [number, "–".into(), l.text("ledger-unreadable").into(), short.into()],
    }
}

/// `/ledger/leaf?number=12` leads to the leaf's own address.
async fn find(visitor: Visitor) -> Answer<Redirect> {
    let number = visitor.reader.here.get("number").unwrap_or_default().trim().replace(',', "");
    let number: i64 = number.parse().map_err(|_| Refusal::not_found())?;
    Ok(Redirect::to(&leaf_address(number)))
}

async fn leaf(visitor: Visitor, Path(number): Path<i64>) -> Answer<Sheet> {
    let l = visitor.reader.locale;
    let page = visitor.desk().ledger(Some(number.saturating_add(1))).await?;
    let stored = page.leaves.into_iter().find(|leaf| leaf.seq == number).ok_or_else(Refusal::not_found)?;
    let leaf = Leaf::parse(stored.leaf.as_bytes()).ok();
    let mut facts = Facts::new();
    if let Some(leaf) = &leaf {
        let at = i64::try_from(leaf.at).unwrap_or(0).saturating_mul(1000);
        facts = facts
            .fact(l.text("ledger-commits-to"), kind_in_words(l, &leaf.kind))
            .fact(l.text("ledger-time"), moment(l, at));
    }
    let title = l.text_with_one("ledger-leaf", "number", number.to_string());
    let links = [
        Link::new(l.text("ledger-proof"), format!("{}/proof", leaf_address(number))),
        Link::new(l.text("ledger-back"), "/ledger"),
    ];
    let sheet = Sheet::new(visitor.frame(title).under(l.text("room-ledger"), "/ledger"))
        .part(facts)
        .part(CodeBlock::new(l.text("ledger-text"), &stored.leaf).note(l.text("ledger-text-note")))
        .part(CodeBlock::new(l.text("ledger-hash"), hex::encode(&stored.hash)));
    Ok(sheet.part(Section::new(l.text("ledger-proof-title")).say(l.text("ledger-proof-says")).links(links)))
}

async fn proof(visitor: Visitor, Path(number): Path<i64>) -> Answer<Response> {
    let proof = visitor.desk().ledger_proof(number).await?;
    let name = format!("attachment; filename=\"leaf-{number}.tlog-proof\"");
    Ok((
        [(header::CONTENT_TYPE, "text/plain; charset=utf-8".to_owned()), (header::CONTENT_DISPOSITION, name)],
        proof,
    )
        .into_response())
}

/// The newest signed checkpoint, for whoever follows the log. Nobody needs to log in: the log holds no personal data.
async fn checkpoint(State(web): State<Web>) -> Answer<Response> {
    file(&web, "checkpoint", "text/plain; charset=utf-8").await
}

async fn tile(State(web): State<Web>, Path(path): Path<String>) -> Answer<Response> {
    file(&web, &format!("tile/{path}"), "application/octet-stream").await
}

/// A file of the log. A tile never changes (c2sp.org/tlog-tiles); the checkpoint does with every batch.
async fn file(web: &Web, path: &str, media_type: &'static str) -> Answer<Response> {
    let (bytes, for_ever) = web.desk.ledger_file(path).await?.ok_or_else(Refusal::not_found)?;
    let cache = if for_ever { "public, max-age=31536000, immutable" } else { "no-cache" };
    let headers: [(HeaderName, &'static str); 2] =
        [(header::CONTENT_TYPE, media_type), (header::CACHE_CONTROL, cache)];
    Ok((headers, bytes).into_response())
}
