//! The file that says how the data were drawn.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use survey::{
    Codes, Design, DesignError, Formula, GivenReplicates, Joint, LonelyUnit, Plan, QuantileRule, RakeLimits,
    Selection, ShareInterval, StagePlan,
};

use super::table::Table;
use crate::Trouble;
use crate::estimate::{name_of, place};

/// design.toml. Names are columns of the data.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct DesignFile {
    /// Units of each stage, from the first.
    clusters: OneOrMore,
    /// Strata of each stage, from the first.
    strata: OneOrMore,
    /// For each stage the number of units in the row's stratum of the population, or the fraction drawn.
    fpc: OneOrMore,
    weights: Option<String>,
    /// Each row's chance of being drawn, the same as weights of one over it.
    probabilities: Option<String>,
    /// Names of units are unique only within their stratum.
    nested: bool,
    /// `fail`, `remove`, `certainty`, `adjust` or `average`.
    lonely_psu: Option<String>,
    /// Unequal chances: `brewer`, `overton`, `hartley-rao` or `joint`.
    pps: Option<String>,
    /// `horvitz-thompson` or `yates-grundy`.
    pps_variance: Option<String>,
    /// A CSV file of joint chances beside this one, rows × rows under a line of names.
    joint_probabilities: Option<std::path::PathBuf>,
    joint_tolerance: Option<f64>,
    /// Hartley-Rao: sum over the population of squared chances over the number drawn, for each stratum.
    hartley_rao_sums: Option<Vec<f64>>,
    replicates: Option<ReplicateFile>,
    post_strata: Vec<Margin>,
    rake: Vec<Margin>,
    rake_limits: RakeFile,
    frame_coverage: Option<f64>,
    privacy_conditions_held: Option<bool>,
    pub(crate) estimate: Choices,
}

/// A name or a list of names.
#[derive(Deserialize, Default)]
#[serde(untagged)]
enum OneOrMore {
    One(String),
    More(Vec<String>),
    #[default]
    None,
}

impl OneOrMore {
    fn list(&self) -> Vec<&str> {
        match self {
            OneOrMore::One(name) => vec![name],
            OneOrMore::More(names) => names.iter().map(String::as_str).collect(),
            OneOrMore::None => Vec::new(),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReplicateFile {
    /// `jk1`, `jkn` (made here where no columns are named), `bootstrap` or `other`.
    kind: String,
    /// Columns, or one beginning that they share, with a star: `rep*`.
    #[serde(default)]
    columns: OneOrMore,
    /// The columns are whole weights.
    #[serde(default = "yes")]
    combined: bool,
    scale: Option<f64>,
    scales: Option<Vec<f64>>,
    /// Distances are from the estimate.
    #[serde(default)]
    mse: bool,
}

fn yes() -> bool {
    true
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Margin {
    /// One or more columns whose crossed values are the groups.
    column: OneOrMore,
    /// Size of each group; the values of several columns are joined by a comma.
    sizes: BTreeMap<String, f64>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct RakeFile {
    rounds: Option<usize>,
    change: Option<f64>,
}

/// How estimates are shown unless an option says otherwise.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Choices {
    pub(crate) level: f64,
    pub(crate) df: Option<String>,
    interval: Option<String>,
    quantile_rule: Option<String>,
    /// For `hypergeometric`: people in the population.
    population: Option<u64>,
}

impl Default for Choices {
    fn default() -> Self {
        Choices { level: 0.95, df: None, interval: None, quantile_rule: None, population: None }
    }
}

/// What is passed through to every estimate, and said below the table.
pub(crate) struct Notes {
    pub(crate) frame_coverage: Option<f64>,
    pub(crate) privacy_conditions_held: Option<bool>,
    pub(crate) sentences: Vec<String>,
}

const INTERVALS: &[(&str, ShareInterval)] = &[
    ("logit", ShareInterval::Logit),
    ("likelihood", ShareInterval::Likelihood),
    ("asin", ShareInterval::Asin),
    ("mean", ShareInterval::Mean),
    ("xlogit", ShareInterval::Xlogit),
    ("beta", ShareInterval::Beta),
    ("korn-graubard", ShareInterval::KornGraubard),
    ("wilson", ShareInterval::Wilson),
    ("clopper-pearson", ShareInterval::ClopperPearson),
];

const RULES: &[(&str, QuantileRule)] = &[
    ("math", QuantileRule::Math),
    ("hf1", QuantileRule::Math),
    ("school", QuantileRule::School),
    ("hf2", QuantileRule::School),
    ("hf3", QuantileRule::Hf3),
    ("hf4", QuantileRule::Hf4),
    ("hf5", QuantileRule::Hf5),
    ("hf6", QuantileRule::Hf6),
    ("hf7", QuantileRule::Hf7),
    ("hf8", QuantileRule::Hf8),
    ("hf9", QuantileRule::Hf9),
];

const LONELY: &[(&str, LonelyUnit)] = &[
    ("fail", LonelyUnit::Refuse),
    ("remove", LonelyUnit::Remove),
    ("certainty", LonelyUnit::Certainty),
    ("adjust", LonelyUnit::Adjust),
    ("average", LonelyUnit::Average),
];

/// A word of a list, or a sentence that names the list.
fn word<T: Copy>(file: &str, key: &str, word: &str, list: &[(&str, T)]) -> Result<T, Trouble> {
    list.iter().find(|(name, _)| *name == word).map(|(_, value)| *value).ok_or_else(|| {
        let names: Vec<&str> = list.iter().map(|(name, _)| *name).collect();
        Trouble::new(format!("{file}: {key} = \"{word}\" is unknown: choose from {}", names.join(", ")))
    })
}

impl DesignFile {
    /// Reads the file and checks its words.
    pub(crate) fn read(path: &Path) -> Result<Self, Trouble> {
        let name = name_of(path);
        let text = std::fs::read_to_string(path).map_err(|error| Trouble::new(format!("{name}: {error}")))?;
        let file: DesignFile = toml::from_str(&text)
            .map_err(|error| Trouble::new(format!("{name}: {}", error.to_string().trim_end())))?;
        match file.estimate.interval.as_deref() {
            Some("hypergeometric") if file.estimate.population.is_none() => {
                return Err(Trouble::new(format!(
                    "{name}: interval = \"hypergeometric\" needs the number of people: add population = … under [estimate]"
                )));
            }
            None | Some("hypergeometric") => {}
            Some(interval) => {
                word(&name, "interval", interval, INTERVALS)?;
            }
        }
        if let Some(rule) = &file.estimate.quantile_rule {
            word(&name, "quantile_rule", rule, RULES)?;
        }
        Ok(file)
    }

    pub(crate) fn interval(&self) -> ShareInterval {
        match (self.estimate.interval.as_deref(), self.estimate.population) {
            (Some("hypergeometric"), Some(population)) => ShareInterval::Hypergeometric(population),
            (Some(name), _) => INTERVALS
                .iter()
                .find(|(own, _)| *own == name)
                .map_or_else(ShareInterval::default, |(_, interval)| *interval),
            (None, _) => ShareInterval::default(),
        }
    }

    pub(crate) fn name_of(interval: ShareInterval) -> &'static str {
        INTERVALS.iter().find(|(_, own)| *own == interval).map_or("hypergeometric", |(name, _)| name)
    }

    pub(crate) fn quantile_rule(&self) -> QuantileRule {
        let name = self.estimate.quantile_rule.as_deref().unwrap_or("math");
        RULES.iter().find(|(own, _)| *own == name).map_or_else(QuantileRule::default, |(_, rule)| *rule)
    }

    /// The design of these data.
    pub(crate) fn design(&self, path: &Path, table: &Table) -> Result<(Design, Notes), Trouble> {
        let file = name_of(path);
        let mut sentences = Vec::new();
        let fault = |error: DesignError| Trouble::new(format!("{}: {error}", place(table, error.row())));
        let weights = match (&self.weights, &self.probabilities) {
            (Some(_), Some(_)) => {
                return Err(Trouble::new(format!(
                    "{file} names weights and probabilities: keep one of them"
                )));
            }
            (Some(name), None) => Some(table.complete_numbers(name)?),
            (None, Some(name)) => {
                let chances = table.complete_numbers(name)?;
                if let Some(row) = chances.iter().position(|chance| !(*chance > 0.0 && *chance <= 1.0)) {
                    return Err(Trouble::new(format!(
                        "{}, column \"{name}\": a probability lies above 0 and is at most 1",
                        place(table, Some(row))
                    )));
                }
                Some(chances.into_iter().map(|chance| 1.0 / chance).collect())
            }
            (None, None) => None,
        };
        let mut design = match &self.replicates {
            Some(replicates) if !replicates.columns.list().is_empty() => {
                let Some(weights) = weights else {
                    return Err(Trouble::new(format!(
                        "{file}: replicate weights need weights = … beside them"
                    )));
                };
                replicates.design(&file, table, weights)?.map_err(fault)?
            }
            made => {
                if weights.is_none() && self.fpc.list().is_empty() {
                    sentences.push(
                        "No weights and no population sizes are given: every row counts the same, and totals are of the sample."
                            .to_owned(),
                    );
                }
                let design = Design::new(self.plan(&file, path, table, weights)?).map_err(fault)?;
                match made.as_ref().map(|made| made.kind.as_str()) {
                    None => design,
                    Some("jk1" | "jkn") => design.jackknife().map_err(fault)?,
                    Some(other) => {
                        return Err(Trouble::new(format!(
                            "{file}: replicates of kind \"{other}\" need columns = … with their weights"
                        )));
                    }
                }
            }
        };
        for margin in &self.post_strata {
            let (groups, sizes) = margin.groups(&file, table)?;
            design = design.post_stratified(&groups, &sizes).map_err(fault)?;
        }
        if !self.rake.is_empty() {
            let margins: Result<Vec<_>, Trouble> =
                self.rake.iter().map(|margin| margin.groups(&file, table)).collect();
            let standard = RakeLimits::default();
            let limits = RakeLimits {
                rounds: self.rake_limits.rounds.unwrap_or(standard.rounds),
                change: self.rake_limits.change.unwrap_or(standard.change),
            };
            design = design.raked(&margins?, limits).map_err(fault)?;
        }
        match self.frame_coverage {
            Some(coverage) => sentences.push(format!("Frame coverage {:.1} %.", coverage * 100.0)),
            None => sentences.push("Frame coverage is not stated.".to_owned()),
        }
        sentences.push(
            match self.privacy_conditions_held {
                Some(true) => "The conditions of privacy were held.",
                Some(false) => "The conditions of privacy were NOT held: these estimates are not to be published as such.",
                None => "Whether the conditions of privacy were held is not stated.",
            }
            .to_owned(),
        );
        let notes = Notes {
            frame_coverage: self.frame_coverage,
            privacy_conditions_held: self.privacy_conditions_held,
            sentences,
        };
        Ok((design, notes))
    }

    fn plan(
        &self,
        file: &str,
        path: &Path,
        table: &Table,
        weights: Option<Vec<f64>>,
    ) -> Result<Plan, Trouble> {
        let (clusters, strata, sizes) = (self.clusters.list(), self.strata.list(), self.fpc.list());
        let count = clusters.len().max(strata.len()).max(sizes.len());
        let mut stages = Vec::new();
        for stage in 0..count {
            let codes = |names: &[&str]| match names.get(stage) {
                Some(name) => table.complete(name).map(|texts| Some(Codes::of_texts(&texts))),
                None => Ok(None),
            };
            if stage > 0 && stage >= clusters.len() {
                return Err(Trouble::new(format!(
                    "{file}: strata or fpc name {count} stages, clusters only {}: name the units of each stage",
                    clusters.len()
                )));
            }
            let population = sizes.get(stage).map(|name| table.complete_numbers(name)).transpose()?;
            stages.push(StagePlan { units: codes(&clusters)?, strata: codes(&strata)?, population });
        }
        let lonely = self.lonely_psu.as_deref().unwrap_or("fail");
        let formula = match self.pps_variance.as_deref() {
            None | Some("horvitz-thompson") => Formula::HorvitzThompson,
            Some("yates-grundy") => Formula::YatesGrundy,
            Some(other) => {
                return Err(Trouble::new(format!(
                    "{file}: pps_variance = \"{other}\" is unknown: choose from horvitz-thompson, yates-grundy"
                )));
            }
        };
        let selection = match (self.pps.as_deref(), &self.joint_probabilities) {
            (None, None) => Selection::Equal,
            (Some("brewer"), _) => Selection::Brewer,
            (Some("overton"), _) => Selection::Overton(formula),
            (Some("hartley-rao"), _) => Selection::HartleyRao(formula, self.hartley_rao_sums.clone()),
            (None | Some("joint"), Some(joint)) => {
                let beside = Table::read(&path.with_file_name(joint))?;
                let columns: Result<Vec<Vec<f64>>, Trouble> =
                    beside.names().iter().map(|name| beside.complete_numbers(name)).collect();
                let columns = columns?;
                let chances = (0..beside.rows())
                    .flat_map(|row| columns.iter().filter_map(move |column| column.get(row).copied()))
                    .collect();
                Selection::Joint(formula, Joint { chances, tolerance: self.joint_tolerance.unwrap_or(1e-4) })
            }
            (Some("joint"), None) => {
                return Err(Trouble::new(format!(
                    "{file}: pps = \"joint\" needs joint_probabilities = \"file.csv\""
                )));
            }
            (Some(other), _) => {
                return Err(Trouble::new(format!(
                    "{file}: pps = \"{other}\" is unknown: choose from brewer, overton, hartley-rao, joint"
                )));
            }
        };
        Ok(Plan {
            rows: table.rows(),
            stages,
            weights,
            selection,
            lonely: word(file, "lonely_psu", lonely, LONELY)?,
            nested: self.nested,
        })
    }
}

impl ReplicateFile {
    fn design(
        &self,
        file: &str,
        table: &Table,
        weights: Vec<f64>,
    ) -> Result<Result<Design, DesignError>, Trouble> {
        let mut columns = Vec::new();
        for name in self.columns.list() {
            match name.strip_suffix('*') {
                Some(beginning) => {
                    let numbered = |own: &&String| {
                        own.strip_prefix(beginning).is_some_and(|rest| {
                            !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit())
                        })
                    };
                    for own in table.names().iter().filter(numbered) {
                        columns.push(table.complete_numbers(own)?);
                    }
                }
                None => columns.push(table.complete_numbers(name)?),
            }
        }
        let count = columns.len() as f64;
        let scale = match (self.kind.as_str(), self.scale) {
            (_, Some(scale)) => scale,
            ("jk1", None) => (count - 1.0) / count,
            ("bootstrap", None) => 1.0 / (count - 1.0),
            ("jkn", None) if self.scales.is_some() => 1.0,
            ("jkn" | "other", None) => {
                return Err(Trouble::new(format!(
                    "{file}: replicates of kind \"{}\" need scales = […], one for each replicate (for jkn (n − 1) / n of its stratum), or scale = …",
                    self.kind
                )));
            }
            (other, None) => {
                return Err(Trouble::new(format!(
                    "{file}: replicates of kind \"{other}\" are unknown: choose from jk1, jkn, bootstrap, other"
                )));
            }
        };
        Ok(Design::with_replicates(
            weights,
            GivenReplicates {
                columns,
                combined: self.combined,
                scale,
                scales: self.scales.clone(),
                from_estimate: self.mse,
            },
        ))
    }
}

impl Margin {
    /// Groups of the data and their sizes; every group of one must be in the other.
    fn groups(&self, file: &str, table: &Table) -> Result<(Codes, Vec<f64>), Trouble> {
        let names = self.column.list();
        let columns: Result<Vec<Vec<&str>>, Trouble> =
            names.iter().map(|name| table.complete(name)).collect();
        let columns = columns?;
        let joined: Vec<String> = (0..table.rows())
            .map(|row| {
                let parts: Vec<&str> = columns.iter().filter_map(|column| column.get(row).copied()).collect();
                parts.join(",")
            })
            .collect();
        let codes = Codes::of_texts(&joined);
        let title = names.join(",");
        let mut sizes = Vec::new();
        let mut seen = Vec::new();
        for &row in codes.first_row() {
            let group = joined.get(row as usize).map(String::as_str).unwrap_or_default();
            let Some(size) = self.sizes.get(group) else {
                return Err(Trouble::new(format!(
                    "{file}: no size is given for {title} \"{group}\", which the data have in row {}: add it",
                    table.line_of(row as usize)
                )));
            };
            sizes.push(*size);
            seen.push(group);
        }
        if let Some(absent) = self.sizes.keys().find(|group| !seen.contains(&group.as_str())) {
            return Err(Trouble::new(format!(
                "{file}: {title} \"{absent}\" has a size, but the data have no such row: join it with another group"
            )));
        }
        Ok((codes, sizes))
    }
}
