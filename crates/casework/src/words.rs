use std::collections::BTreeMap;

/// One text in several languages, by language tag (`en`, `ko`, `ja`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words(BTreeMap<String, String>);

impl Words {
    /// The text in a language (`ko`, `ko-KR`); English where that language is not given, and nothing where
    /// English is not given either.
    pub fn get(&self, language: &str) -> &str {
        let tag = language.split(['-', '_']).next().unwrap_or_default();
        self.0.get(tag).or_else(|| self.0.get("en")).map_or("", String::as_str)
    }
}

impl<L: Into<String>, T: Into<String>, const N: usize> From<[(L, T); N]> for Words {
    fn from(texts: [(L, T); N]) -> Words {
        Words(texts.into_iter().map(|(language, text)| (language.into(), text.into())).collect())
    }
}

impl From<&str> for Words {
    /// A text in English.
    fn from(text: &str) -> Words {
        Words::from([("en", text)])
    }
}
