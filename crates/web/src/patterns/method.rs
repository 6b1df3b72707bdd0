//! A text written in Markdown by others, such as a protocol's method: headings, lists and tables become HTML, anything
//! that is HTML already is shown as text.

use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use crate::patterns::Markup;

/// A text in Markdown, as safe HTML.
#[derive(Debug, Clone)]
pub struct Method(Markup);

impl From<Method> for Markup {
    fn from(method: Method) -> Markup {
        method.0
    }
}

impl Method {
    /// Reads a text. Pictures are left out, links keep only their words: a page loads and leads nowhere else.
    pub fn new(text: &str) -> Method {
        let events = Parser::new_ext(text, Options::ENABLE_TABLES).filter_map(safe);
        let mut html = String::from("<div class=\"method\">");
        pulldown_cmark::html::push_html(&mut html, events);
        html.push_str("</div>");
        Method(Markup(html))
    }
}

fn safe(event: Event<'_>) -> Option<Event<'_>> {
    Some(match event {
        Event::Html(html) | Event::InlineHtml(html) => Event::Text(html),
        Event::Start(Tag::Link { .. } | Tag::Image { .. }) | Event::End(TagEnd::Link | TagEnd::Image) => {
            return None;
        }
        // The page has its own first heading.
        Event::Start(Tag::Heading { level, .. }) => {
            let (id, classes, attrs) = (None::<CowStr<'_>>, Vec::new(), Vec::new());
            Event::Start(Tag::Heading { level: below(level), id, classes, attrs })
        }
        Event::End(TagEnd::Heading(level)) => Event::End(TagEnd::Heading(below(level))),
        other => other,
    })
}

fn below(level: HeadingLevel) -> HeadingLevel {
    if level == HeadingLevel::H1 { HeadingLevel::H2 } else { level }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_html_is_shown_as_text_and_nothing_is_loaded() {
        let text = "# How\n\n<script>alert(1)</script>\n\nA *word* <b onclick=x>b</b> ![p](http://evil.example/p) \
                    [go](javascript:alert(1))\n\n| a | b |\n|---|---|\n| 1 | <i>2</i> |\n";
        let html = Markup::from(Method::new(text)).to_string();
        assert!(
            html.contains("<h2>How</h2>") && html.contains("<em>word</em>") && html.contains("<td>1</td>")
        );
        assert!(html.contains("&lt;script&gt;") && html.contains("go"));
        for unwanted in ["<script", "<b ", "<i>", "evil.example", "javascript:", "<img", "<a "] {
            assert!(!html.contains(unwanted), "{unwanted} in {html}");
        }
    }
}
