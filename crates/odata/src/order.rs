//! `$orderby`: fields, each upwards or downwards.

use crate::FilterError;

/// One field of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order<F> {
    /// The field.
    pub field: F,
    /// Smallest first; absent values are the smallest.
    pub ascending: bool,
}

impl<F> Order<F> {
    /// Reads an order: names with `asc` or `desc` behind them, commas between them.
    ///
    /// # Errors
    /// What cannot be read, or names a field that is not there.
    pub fn read(text: &str, field: impl Fn(&str) -> Option<F>) -> Result<Vec<Order<F>>, FilterError> {
        let mut order = Vec::new();
        let mut at = 0;
        for part in text.split(',') {
            let mut words = part.split_whitespace();
            let Some(name) = words.next() else {
                return Err(FilterError::Unreadable { reason: format!("Fail at {at}") });
            };
            let ascending = match words.next() {
                None => true,
                Some(word) if word.eq_ignore_ascii_case("asc") => true,
                Some(word) if word.eq_ignore_ascii_case("desc") => false,
                Some(word) => {
                    return Err(FilterError::Unreadable {
                        reason: format!("Unexpected “{word}” at {at}")
                    });
                }
            };
            if let Some(word) = words.next() {
                return Err(FilterError::Unreadable { reason: format!("Unexpected “{word}” at {at}") });
            }
            let unknown = || FilterError::Field { at, text: name.to_owned() };
            order.push(Order { field: field(name).ok_or_else(unknown)?, ascending });
            at += part.len() + 1;
        }
        Ok(order)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_names_fields_and_directions() {
        let read = |text| Order::read(text, |name| (name != "x").then(|| name.to_owned()));
        let order = read("a/b desc, c ,d ASC").unwrap();
        let told: Vec<_> = order.iter().map(|order| (order.field.as_str(), order.ascending)).collect();
        assert_eq!(told, [("a/b", false), ("c", true), ("d", true)]);
        assert_eq!(read("a,x"), Err(FilterError::Field { at: 2, text: "x".to_owned() }));
        for text in ["", "a,,b", "a up", "a asc desc"] {
            assert!(matches!(read(text), Err(FilterError::Unreadable { .. })), "{text}");
        }
    }
}
