//! `sample-size`: how many to draw, and what a small sample decides.

use std::process::ExitCode;

use serde_json::json;
use survey::sample_size::{
    MarginRequest, cluster_design_effect, for_detection, for_margin, lot_rule, square_root_rule,
};

use crate::command::SampleSize;
use crate::{Outcome, Trouble};

/// Computes and prints.
pub(crate) fn sample_size(options: &SampleSize) -> Outcome {
    let refuse = |error: survey::EstimateError| Trouble::new(error.to_string());
    if let Some(n) = options.lot {
        let rule = lot_rule(n, options.target, options.low, 0.1, options.population).map_err(refuse)?;
        if options.json {
            println!(
                "{}",
                json!({ "asked": rule.n, "least": rule.least, "false_alarm": rule.false_alarm, "false_pass": rule.false_pass })
            );
        } else {
            println!("of {} asked, at least {} must say yes", rule.n, rule.least);
            println!(
                "an area at {} % fails with probability {:.3}",
                options.target * 100.0,
                rule.false_alarm
            );
            println!("an area at {} % passes with probability {:.3}", options.low * 100.0, rule.false_pass);
        }
        return Ok(ExitCode::SUCCESS);
    }
    let design_effect = options.in_each.map_or(1.0, |each| cluster_design_effect(each, options.alike));
    let request = MarginRequest {
        margin: options.margin,
        share: options.share.unwrap_or(0.5),
        level: options.level,
        population: options.population,
        design_effect,
        response: options.response,
    };
    let interviews = for_margin(&request).map_err(refuse)?;
    let mut detection = Vec::new();
    for share in options.share.map_or_else(|| vec![0.1, 0.05], |share| vec![share]) {
        detection.push((share, for_detection(share, options.level, options.population).map_err(refuse)?));
    }
    if options.json {
        let detection: Vec<_> =
            detection.iter().map(|(share, n)| json!({ "affected": share, "draw": n })).collect();
        println!(
            "{}",
            json!({
                "margin": options.margin,
                "level": options.level,
                "design_effect": design_effect,
                "draw": interviews,
                "detection": detection,
                "square_root_rule": options.population.map(square_root_rule),
            })
        );
        return Ok(ExitCode::SUCCESS);
    }
    println!(
        "draw {interviews} for ±{} points with {} % confidence",
        options.margin * 100.0,
        options.level * 100.0
    );
    if design_effect != 1.0 {
        println!("  design effect {design_effect:.2}");
    }
    for (share, n) in detection {
        println!(
            "draw {n} to see at least one case with {} % probability, if {} % are affected",
            options.level * 100.0,
            share * 100.0
        );
    }
    if let Some(population) = options.population {
        println!("square-root rule: {}", square_root_rule(population));
    }
    Ok(ExitCode::SUCCESS)
}
