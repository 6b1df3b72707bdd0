//! The table: sorted by link, filtered by a form that works without script, turned by key, counted exactly, exported
//! as shown.

use askama::Template;

use crate::address::Address;
use crate::frame::Link;
use crate::locale::Locale;
use crate::patterns::{Field, Markup};

/// A column.
#[derive(Debug, Clone)]
pub struct Column {
    label: String,
    sort: Option<String>,
    numeric: bool,
}

impl Column {
    /// A column of text.
    pub fn new(label: impl Into<String>) -> Column {
        Column { label: label.into(), sort: None, numeric: false }
    }

    /// Lets readers sort by it: `?sort=key`, and `?sort=-key` the other way round.
    pub fn sort(mut self, key: impl Into<String>) -> Column {
        self.sort = Some(key.into());
        self
    }

    /// Figures: set at the end of the cell, so that they stand under each other.
    pub fn numeric(mut self) -> Column {
        self.numeric = true;
        self
    }
}

/// A cell.
#[derive(Debug, Clone)]
pub struct Cell(Markup);

#[derive(Template)]
#[template(source = r#"<a href="{{ href }}">{{ label }}</a>"#, ext = "html")]
struct LinkCell<'a> {
    href: &'a str,
    label: &'a str,
}

#[derive(Template)]
#[template(source = r#"<a class="unbroken" href="{{ href }}">{{ code }}</a>"#, ext = "html")]
struct CodeCell<'a> {
    href: &'a str,
    code: &'a str,
}

#[derive(Template)]
#[template(source = r#"<time datetime="{{ machine }}">{{ shown }}</time>"#, ext = "html")]
struct TimeCell<'a> {
    machine: &'a str,
    shown: &'a str,
}

impl Cell {
    /// Text, or another pattern (a sealed value, a clock, a tag).
    pub fn new(content: impl Into<Markup>) -> Cell {
        Cell(content.into())
    }

    /// A link, usually the first cell of a row.
    pub fn link(label: impl AsRef<str>, href: impl ToString) -> Cell {
        Cell(Markup::of(&LinkCell { href: &href.to_string(), label: label.as_ref() }))
    }

    /// A link whose words are a code: it stands on one line.
    pub fn code(code: impl AsRef<str>, href: impl ToString) -> Cell {
        Cell(Markup::of(&CodeCell { href: &href.to_string(), code: code.as_ref() }))
    }

    /// This, a space, and another in the same cell.
    pub fn and(self, other: Cell) -> Cell {
        Cell(self.0.and(other.0))
    }

    /// A moment: as people read it, with the exact one for machines.
    pub fn time(shown: impl AsRef<str>, machine: impl ToString) -> Cell {
        Cell(Markup::of(&TimeCell { machine: &machine.to_string(), shown: shown.as_ref() }))
    }
}

impl<T: Into<Markup>> From<T> for Cell {
    fn from(content: T) -> Cell {
        Cell(content.into())
    }
}

/// A row.
pub type Row = Vec<Cell>;

/// A list of things. The address of the page (`here`) carries what is shown: `sort`, the filters by their names, and
/// `after` or `before` with the key of a row.
#[derive(Debug, Clone, Template)]
#[template(path = "patterns/table.html")]
pub struct Table {
    locale: Locale,
    here: Address,
    caption: String,
    columns: Vec<Column>,
    rows: Vec<Row>,
    count: u64,
    counted: bool,
    filters: Vec<Field>,
    previous: Option<Address>,
    next: Option<Address>,
    exports: Vec<Link>,
    views: Vec<Link>,
    held: Vec<Held>,
    empty: String,
    empty_link: Option<Link>,
    wide: bool,
}
finished_html!(Table);

/// A filter in force that stands in the address alone.
#[derive(Debug, Clone)]
struct Held {
    name: &'static str,
    value: String,
    label: String,
    words: String,
}

/// One filter in force, and the address without it.
struct Chip {
    label: String,
    value: String,
    href: Address,
}

/// The heading of a column, and how it is sorted.
struct Head<'a> {
    column: &'a Column,
    href: Option<Address>,
    sorted: Option<&'static str>,
}

impl Table {
    /// An empty table under a caption. `empty` says what would be here and how to get it.
    pub fn new(
        locale: Locale,
        here: &Address,
        caption: impl Into<String>,
        empty: impl Into<String>,
    ) -> Table {
        Table {
            locale,
            here: here.clone(),
            caption: caption.into(),
            columns: Vec::new(),
            rows: Vec::new(),
            count: 0,
            counted: true,
            filters: Vec::new(),
            previous: None,
            next: None,
            exports: Vec::new(),
            views: Vec::new(),
            held: Vec::new(),
            empty: empty.into(),
            empty_link: None,
            wide: false,
        }
    }

    /// Adds a column.
    pub fn column(mut self, column: Column) -> Table {
        self.columns.push(column);
        self
    }

    /// Adds a row, with a cell for each column.
    pub fn row(mut self, cells: impl IntoIterator<Item = Cell>) -> Table {
        self.rows.push(cells.into_iter().collect());
        self
    }

    /// The exact number of rows that the filters leave, on all pages together. Without it, the rows shown are counted.
    pub fn count(mut self, count: u64) -> Table {
        self.count = count;
        self
    }

    /// Says no number: for a log that only grows, where counting would cost more than the number tells.
    pub fn uncounted(mut self) -> Table {
        self.counted = false;
        self
    }

    /// Adds a filter. Its answer is read from the address.
    pub fn filter(mut self, mut filter: Field) -> Table {
        filter.fill(self.here.query());
        self.filters.push(filter);
        self
    }

    /// The keys of the first and last row shown, where rows come before and after them.
    pub fn turn(mut self, before: Option<&str>, after: Option<&str>) -> Table {
        let start = self.first_page();
        self.previous = before.map(|key| start.with("before", key));
        self.next = after.map(|key| start.with("after", key));
        self
    }

    /// Adds an export of exactly the rows that the filters leave: the same query at another path.
    pub fn export(mut self, label: impl Into<String>, path: &str) -> Table {
        self.exports.push(Link::new(label, self.first_page().at(path)));
        self
    }

    /// Adds a filter in force that no field of the filter form holds: its parameter in the address with the value held,
    /// and the words that a reader knows both by.
    pub fn held(
        mut self,
        name: &'static str,
        value: impl Into<String>,
        label: impl Into<String>,
        words: impl Into<String>,
    ) -> Table {
        let (value, label, words) = (value.into(), label.into(), words.into());
        self.held.push(Held { name, value, label, words });
        self
    }

    /// Adds another way to look at the same rows: a map, other columns.
    pub fn view(mut self, label: impl Into<String>, href: impl ToString) -> Table {
        self.views.push(Link::new(label, href));
        self
    }

    /// Adds the way to get what would be here, shown where the table is empty.
    pub fn empty_link(mut self, label: impl Into<String>, href: impl ToString) -> Table {
        self.empty_link = Some(Link::new(label, href));
        self
    }

    /// For many columns: one line for each row, long answers cut, in a box that scrolls both ways. On a small screen rows
    /// become cards as in other tables, and nothing is cut.
    pub fn wide(mut self) -> Table {
        self.wide = true;
        self
    }

    fn first_page(&self) -> Address {
        self.here.without("after").without("before")
    }

    fn total(&self) -> u64 {
        self.count.max(self.rows.len() as u64)
    }

    fn heads(&self) -> impl Iterator<Item = Head<'_>> {
        let current = self.here.get("sort").unwrap_or_default();
        let start = self.first_page();
        self.columns.iter().map(move |column| {
            let Some(key) = &column.sort else { return Head { column, href: None, sorted: None } };
            let sorted = match current.strip_prefix('-') {
                Some(descending) if descending == key => Some("descending"),
                None if current == key => Some("ascending"),
                _ => None,
            };
            let next = if sorted == Some("ascending") { format!("-{key}") } else { key.clone() };
            Head { column, href: Some(start.with("sort", &next)), sorted }
        })
    }

    fn chips(&self) -> Vec<Chip> {
        let start = self.first_page();
        let chips = self.filters.iter().flat_map(|filter| {
            let answers = filter.answers(&start).into_iter();
            answers.map(|(value, href)| Chip { label: filter.label().to_owned(), value, href })
        });
        let held = self.held.iter().map(|held| Chip {
            label: held.label.clone(),
            value: held.words.clone(),
            href: start.without_value(held.name, &held.value),
        });
        chips.chain(held).collect()
    }

    /// The parameters of every filter.
    fn filtering(&self) -> Vec<String> {
        self.filters.iter().flat_map(Field::parameters).collect()
    }

    fn cleared(&self) -> Address {
        let held = self.held.iter().map(|held| held.name.to_owned());
        let names = self.filtering().into_iter().chain(held);
        names.fold(self.first_page(), |address, name| address.without(&name))
    }

    /// What the filter form sends along besides the filters.
    fn carried(&self) -> Vec<(String, String)> {
        let filtering = self.filtering();
        let mut carried = self.first_page().query().to_vec();
        carried.retain(|(name, _)| !filtering.contains(name));
        carried
    }

    fn filter_markup(&self, filter: &Field) -> Markup {
        filter.markup(self.locale)
    }

    fn label_of(&self, column: &usize) -> &str {
        self.columns.get(*column).map_or("", |column| column.label.as_str())
    }

    fn is_numeric(&self, column: &usize) -> bool {
        self.columns.get(*column).is_some_and(|column| column.numeric)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::patterns::Choice;

    fn table(here: &str) -> Table {
        Table::new(
            Locale::English,
            &Address::local(here).unwrap(),
            "Submissions",
            "Nothing has been sent yet.",
        )
        .column(Column::new("Interview").sort("id"))
        .column(Column::new("Sent").sort("sent"))
        .filter(Field::select(
            "state",
            "State",
            vec![Choice::new("", "Any"), Choice::new("new", "Newly sent")],
        ))
        .filter(Field::line("q", "Contains"))
    }

    #[test]
    fn sorting_turns_round_and_starts_from_the_first_page() {
        let sorted =
            |here| table(here).heads().map(|head| head.href.unwrap().to_string()).collect::<Vec<_>>();
        assert_eq!(sorted("/s?state=new&after=7"), ["/s?state=new&sort=id", "/s?state=new&sort=sent"]);
        assert_eq!(sorted("/s?sort=sent"), ["/s?sort=id", "/s?sort=-sent"]);
        assert_eq!(sorted("/s?sort=-sent"), ["/s?sort=id", "/s?sort=sent"]);
    }

    #[test]
    fn filters_in_force_are_chips_in_words() {
        let table = table("/s?state=new&q=&sort=id&after=7");
        let chips = table.chips();
        assert_eq!(chips.len(), 1);
        assert_eq!(chips[0].value, "Newly sent");
        assert_eq!(chips[0].href.to_string(), "/s?q=&sort=id");
    }

    #[test]
    fn a_date_is_one_chip() {
        let table = table("/s?since-year=2026&since-month=11&since-day=&sort=id")
            .filter(Field::date("since", "Since"));
        let chips = table.chips();
        assert_eq!(chips.len(), 1);
        assert_eq!((chips[0].value.as_str(), chips[0].href.to_string().as_str()), ("2026-11", "/s?sort=id"));
        assert_eq!(table.cleared().to_string(), "/s?sort=id");
        assert_eq!(table.carried(), [("sort".to_owned(), "id".to_owned())]);
    }

    #[test]
    fn turning_and_export_keep_the_filters() {
        let table = table("/s?state=new&after=7").turn(Some("8"), None).export("CSV", "/s.csv");
        assert_eq!(table.previous.as_ref().unwrap().to_string(), "/s?state=new&before=8");
        assert_eq!(table.exports[0].href, "/s.csv?state=new");
        assert!(table.next.is_none());
    }

    #[test]
    fn an_empty_table_says_what_would_be_here() {
        assert!(table("/s").to_string().contains("Nothing has been sent yet."));
    }
}
