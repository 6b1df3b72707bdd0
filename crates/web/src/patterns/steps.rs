//! The stages of a visit, a draw, a case, a release.

use askama::Template;

use crate::locale::Locale;
use crate::patterns::Markup;

/// Where a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepState {
    /// Finished; shown in one line.
    Done,
    /// The one that is open now.
    Current,
    /// Not yet possible.
    Later,
    /// Left out, with its reason in the note.
    Skipped,
}

impl StepState {
    fn class(self) -> &'static str {
        match self {
            StepState::Done => "done",
            StepState::Current => "current",
            StepState::Later => "later",
            StepState::Skipped => "skipped",
        }
    }

    fn id(self) -> &'static str {
        match self {
            StepState::Done => "step-done",
            StepState::Current => "step-current",
            StepState::Later => "step-later",
            StepState::Skipped => "step-skipped",
        }
    }
}

/// One stage.
#[derive(Debug, Clone)]
pub struct Step {
    title: String,
    state: StepState,
    by: Option<String>,
    body: Option<Markup>,
}

impl Step {
    /// A stage in this state.
    pub fn new(state: StepState, title: impl Into<String>) -> Step {
        Step { title: title.into(), state, by: None, body: None }
    }

    /// Who did it and when, or who is awaited: "Kim Minji, 23 Nov 2026".
    pub fn by(mut self, by: impl Into<String>) -> Step {
        self.by = Some(by.into());
        self
    }

    /// What is next, and the way to do it; shown for the current step.
    pub fn body(mut self, body: impl Into<Markup>) -> Step {
        self.body = Some(body.into());
        self
    }
}

/// The list of stages.
#[derive(Debug, Clone, Template)]
#[template(path = "patterns/steps.html")]
pub struct Steps {
    locale: Locale,
    steps: Vec<Step>,
}
finished_html!(Steps, Screen);

/// What a whole room reads from one screen: large type.
#[derive(Debug, Clone, Template)]
#[template(source = r#"<div class="screen">{{ content }}</div>"#, ext = "html")]
pub struct Screen {
    content: Markup,
}

impl Screen {
    /// Enlarges what is inside.
    pub fn new(content: impl Into<Markup>) -> Screen {
        Screen { content: content.into() }
    }
}

impl Steps {
    /// Stages in their order.
    pub fn new(locale: Locale, steps: Vec<Step>) -> Steps {
        Steps { locale, steps }
    }
}
