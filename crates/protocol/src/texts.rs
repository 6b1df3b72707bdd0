/// The languages every text of a protocol is given in, as form headers and pages name them.
pub const LANGUAGES: [&str; 3] = ["en", "ko", "ja"];

/// One text in every language of [`LANGUAGES`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Texts {
    /// English.
    pub en: String,
    /// Korean.
    pub ko: String,
    /// Japanese.
    pub ja: String,
}

impl Texts {
    /// The text in a language (`ko`, `ko-KR`), English for a language that protocols do not speak.
    pub fn get(&self, language: &str) -> &str {
        match language.split(['-', '_']).next() {
            Some("ko") => &self.ko,
            Some("ja") => &self.ja,
            _ => &self.en,
        }
    }

    /// The same for an engine, which knows languages only by their tags.
    pub(crate) fn to_words(&self) -> casework::Words {
        casework::Words::from(LANGUAGES.map(|language| (language, self.get(language))))
    }

    pub(crate) fn set(&mut self, language: &str, text: &str) {
        let place = match language {
            "en" => &mut self.en,
            "ko" => &mut self.ko,
            "ja" => &mut self.ja,
            _ => return,
        };
        text.clone_into(place);
    }
}
