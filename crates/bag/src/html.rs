//! A report that is opened must tell nobody that it was: it loads nothing and runs nothing.

/// What would load or run something, as it is spelled in lower case without spaces around `=`.
const ACTIVE: [&str; 16] = [
    "<script",
    "<iframe",
    "<frame",
    "<object",
    "<embed",
    "<link",
    "<base",
    "<form",
    "http-equiv=",
    "@import",
    "url(http",
    "url(//",
    "url('http",
    "url(\"http",
    "srcset=",
    "javascript:",
];

/// What a report would load or run. It looks for what honest tools write; it is no judge of a page made to deceive.
pub(crate) fn active(html: &str) -> Option<&'static str> {
    let plain = html.to_ascii_lowercase();
    let words: Vec<&str> = plain.split('=').map(str::trim).collect();
    let plain = words.join("=");
    ACTIVE.into_iter().find(|word| plain.contains(word)).or_else(|| {
        let loads = |after: &str| !after.trim_start_matches(['"', '\'']).starts_with("data:");
        plain.split("src=").skip(1).any(loads).then_some("src=")
    })
}

#[cfg(test)]
mod tests {
    use super::active;

    #[test]
    fn what_phones_home_is_found_and_what_is_only_text_is_not() {
        for page in [
            "<SCRIPT src=x>",
            "<img src = \"https://x.example/1.gif\">",
            "<img src='//x.example/1'>",
            "<style>@import 'x.css'</style>",
            "<p style=\"background:url(https://x.example/)\">",
            "<img src=pic.png>",
            "<meta http-equiv=\"refresh\" content=\"0; url=x\">",
            "<link rel=stylesheet href=x>",
        ] {
            assert!(active(page).is_some(), "{page}");
        }
        let good = "<!doctype html><style>b{color:red}</style><img src=\"data:image/png;base64,AA==\"><a href=\"https://example.org\">law</a> &lt;script&gt;";
        assert_eq!(active(good), None);
    }
}
