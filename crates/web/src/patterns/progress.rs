//! How far a long job is. The page asks again by itself (`Frame::refresh_seconds`); the job goes on without it.

use askama::Template;

use crate::locale::Locale;

/// "Converting forms: 412 of 1,300, about 2 minutes left."
#[derive(Debug, Clone, Template)]
#[template(path = "patterns/progress.html")]
pub struct Progress {
    locale: Locale,
    label: String,
    done: u64,
    total: u64,
    seconds_left: Option<u64>,
}
finished_html!(Progress);

impl Progress {
    /// A job that has done so many of so many.
    pub fn new(locale: Locale, label: impl Into<String>, done: u64, total: u64) -> Progress {
        Progress { locale, label: label.into(), done: done.min(total), total, seconds_left: None }
    }

    /// Says how long it will probably take.
    pub fn seconds_left(mut self, seconds: u64) -> Progress {
        self.seconds_left = Some(seconds);
        self
    }

    fn left(&self) -> Option<String> {
        let seconds = self.seconds_left.filter(|_| self.done < self.total)?;
        Some(match seconds {
            0..60 => self.locale.text("progress-under-a-minute"),
            _ => self.locale.count("progress-minutes-left", seconds.div_ceil(60)),
        })
    }

    fn far(&self) -> String {
        self.locale.text_with("progress-of", &[("done", self.done.into()), ("total", self.total.into())])
    }
}
