//! `data/method.md` of a release: how the work is done, and how these figures were made. In English, as the tables are.

use std::fmt::Write as _;

use protocol::{Answers, Figure, ReleasePlan};

use crate::may::Seat;
use crate::release_content::ReleaseContent;

pub(crate) fn method(seat: &Seat, plan: &ReleasePlan, content: &ReleaseContent) -> String {
    let protocol = seat.protocol();
    let mut text = protocol.method.clone().unwrap_or_default().trim_end().to_owned();
    if text.is_empty() {
        text = format!("# {}", protocol.title.get("en"));
    }
    let mut say = |line: &str| {
        text.push_str("\n\n");
        text.push_str(line);
    };
    say("# How the figures of this release were made");
    say(&format!(
        "Protocol {} {}, SHA-256 of its folder {}. The questions are in `questionnaire.md` or `.xlsx`: form `{}`.",
        protocol.name,
        protocol.version,
        crate::desk::hex(&protocol.fingerprint),
        plan.sample.form
    ));
    if plan.across.is_some() {
        say(
            "These are figures of the whole zone, from the visits of one round. Establishments were drawn first, with a \
             chance in proportion to their workers, and people within each. A visit that was refused, stopped or given \
             up is not in them. Each person heard stands for their stratum as below, and for one over the chance of \
             their establishment. Variances add up over the two stages: that of establishments by Brewer's \
             approximation for unequal chances, those certain to be drawn as a stratum of their own, and that of \
             people within establishments. The degrees of freedom are the establishments less their strata. Intervals \
             take reserves that stand for an establishment as if these had been drawn first.",
        );
    }
    say(
        "Each person heard stands for their stratum: the persons of the stratum in the frozen frame, over those \
         heard in it. Variances are those of a stratified draw without replacement, linearised, with finite \
         population correction; a stratum with one person counts by its distance from the mean of all. Shares have \
         Korn and Graubard's interval, means and rates the t interval, both of 95 % with the design's degrees of \
         freedom. Shares are of those who answered; `no_answer` is counted beside. Replacements fill the number of \
         interviews; they do not repair non-response.",
    );
    if !plan.sample.apart.is_empty() {
        say(&format!("Not part of the estimates: the strata {}.", plan.sample.apart.join(", ")));
    }
    let mut sizes = String::from("| stratum | persons in the frame |\n|---|---|");
    for (stratum, size) in &content.sizes {
        let _ = write!(sizes, "\n| {stratum} | {size} |");
    }
    if !content.sizes.is_empty() {
        say(&sizes);
    }
    let mut indicators = String::from("| indicator | number | what | answers |\n|---|---|---|---|");
    for one in plan.indicators.iter().filter(|one| !content.left_out.contains(&one.id)) {
        let beside = match &one.figure {
            None => String::new(),
            Some(Figure::Mean(of)) => format!("; mean of {}", of.0.join(" × ")),
            Some(Figure::Rate { per, of, times }) => {
                format!("; yes in {per} of {times} × {}", of.0.join(" × "))
            }
        };
        let answers = match &one.answers {
            Answers::YesNo(_) => "yes, no".to_owned(),
            Answers::Bands(of, _) => format!("{} of {}", one.answers.names().join(", "), of.0.join(" × ")),
        };
        let title = one.title.get("en");
        let _ = write!(indicators, "\n| `{}` | {} | {title} | {answers}{beside} |", one.id, one.number);
    }
    say(&indicators);
    say(&format!(
        "Nothing is published that does not keep to this policy, hash {}:\n\n```\n{}\n```",
        content.policy.hash(),
        content.policy.canonical()
    ));
    text.push('\n');
    text
}
