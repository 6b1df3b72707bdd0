//! `$filter` and `$orderby` as anybody on the network can send them: read or refused, and decided without a panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use odata::{Filter, Order, Value};

fuzz_target!(|text: &str| {
    let field = |name: &str| (name.len() < 20).then(|| name.to_owned());
    let value = |name: &String| match name.len() % 4 {
        0 => Value::Null,
        1 => Value::Number(7.0),
        2 => Value::Time(1_795_654_923_500),
        _ => Value::text("x"),
    };
    if let Ok(filter) = Filter::read(text, 0, field) {
        filter.holds(&value);
        filter.conditions();
    }
    let _ = Order::read(text, field);
});
