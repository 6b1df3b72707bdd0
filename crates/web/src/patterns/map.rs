//! A map of points without tiles: no other server learns what is looked at. Lines of latitude and longitude, outlines
//! if the protocol brings them, a table beside.

use askama::Template;

use crate::locale::Locale;

/// A place on the map. It has no `Debug`: where somebody lives is identity.
#[derive(Clone, PartialEq)]
pub struct MapPoint {
    /// Degrees north, −90 to 90 (WGS 84).
    pub latitude: f64,
    /// Degrees east, −180 to 180 (WGS 84).
    pub longitude: f64,
    /// What is there.
    pub label: String,
    /// Where its row in the table leads.
    pub href: Option<String>,
}

/// Points on an equirectangular map, true to scale at the middle latitude.
#[derive(Clone, Template)]
#[template(path = "patterns/map.html")]
pub struct MapOfPoints {
    locale: Locale,
    caption: String,
    points: Vec<MapPoint>,
    /// Each outline as `(longitude, latitude)` pairs.
    outlines: Vec<Vec<(f64, f64)>>,
    empty: String,
}
finished_html!(MapOfPoints);

/// The widest drawing, in its own units.
const WIDTH: f64 = 640.0;
/// The tallest.
const HEIGHT: f64 = 480.0;
/// The least that is shown, so that one house does not fill the map: about 2 km.
const LEAST_DEGREES: f64 = 0.02;
/// The table names this many; the list of submissions has all.
const MOST_NAMED: usize = 50;

/// What the template draws.
struct Drawing {
    width: f64,
    height: f64,
    lines: Vec<Line>,
    outlines: Vec<String>,
    dots: Vec<(f64, f64)>,
}

struct Line {
    x1: f64,
    y1: f64,
    x2: f64,
    y2: f64,
    label: String,
    upright: bool,
}

impl MapOfPoints {
    /// An empty map under a caption; `empty` says what would be here.
    pub fn new(locale: Locale, caption: impl Into<String>, empty: impl Into<String>) -> MapOfPoints {
        MapOfPoints {
            locale,
            caption: caption.into(),
            points: Vec::new(),
            outlines: Vec::new(),
            empty: empty.into(),
        }
    }

    /// Adds a point. One that is not on the globe is left out.
    pub fn point(mut self, point: MapPoint) -> MapOfPoints {
        if point.latitude.abs() <= 90.0 && point.longitude.abs() <= 180.0 {
            self.points.push(point);
        }
        self
    }

    /// Adds an outline as `(longitude, latitude)` pairs in degrees.
    pub fn outline(mut self, outline: Vec<(f64, f64)>) -> MapOfPoints {
        self.outlines.push(outline);
        self
    }

    fn title(&self) -> String {
        let values = [("caption", self.caption.as_str().into()), ("count", self.points.len().into())];
        self.locale.text_with("map-title", &values)
    }

    fn named(&self) -> impl Iterator<Item = &MapPoint> {
        self.points.iter().take(MOST_NAMED)
    }

    fn unnamed(&self) -> usize {
        self.points.len().saturating_sub(MOST_NAMED)
    }

    fn coordinates(&self, point: &MapPoint) -> String {
        format!("{:.4}, {:.4}", point.latitude, point.longitude)
    }

    /// "39° N", with as many places as the lines need.
    fn degrees(&self, value: f64, step: f64, [positive, negative]: [&str; 2]) -> String {
        let places = (-step.log10().floor()).clamp(0.0, 4.0) as usize;
        let id = if value < 0.0 { negative } else { positive };
        self.locale.text_with_one(id, "degrees", format!("{:.places$}", value.abs()))
    }

    fn drawing(&self) -> Drawing {
        let range = |values: &mut dyn Iterator<Item = f64>| {
            let (low, high) =
                values.fold((f64::MAX, f64::MIN), |(low, high), value| (low.min(value), high.max(value)));
            let margin = ((high - low) * 0.08).max(LEAST_DEGREES / 2.0);
            (low - margin, high + margin)
        };
        let (west, east) = range(&mut self.points.iter().map(|point| point.longitude));
        let (south, north) = range(&mut self.points.iter().map(|point| point.latitude));
        // A degree of longitude is shorter than one of latitude by this; near the poles it must not vanish.
        let squeeze = ((south + north) / 2.0).to_radians().cos().max(0.1);
        let scale = (WIDTH / ((east - west) * squeeze)).min(HEIGHT / (north - south));
        // A narrow drawing is widened: a map should not look like a strip.
        let width = ((east - west) * squeeze * scale).max(HEIGHT * 0.75);
        let height = ((north - south) * scale).max(HEIGHT * 0.5);
        let (middle_x, middle_y) = ((west + east) / 2.0, (south + north) / 2.0);
        let x = |longitude: f64| width / 2.0 + (longitude - middle_x) * squeeze * scale;
        let y = |latitude: f64| height / 2.0 - (latitude - middle_y) * scale;

        let half_height = height / scale / 2.0;
        let half_width = width / scale / squeeze / 2.0;
        let step = round_step(half_height.min(half_width) * 2.0 / 3.0);
        let mut lines = Vec::new();
        for longitude in multiples(middle_x - half_width, middle_x + half_width, step) {
            let at = x(longitude);
            // A label that would be cut off at the edge is left out.
            let label = if at > width - 64.0 {
                String::new()
            } else {
                self.degrees(longitude, step, ["map-east", "map-west"])
            };
            lines.push(Line { x1: at, y1: 0.0, x2: at, y2: height, label, upright: true });
        }
        for latitude in multiples(middle_y - half_height, middle_y + half_height, step) {
            let at = y(latitude);
            let cut = at < 24.0 || at > height - 24.0;
            let label =
                if cut { String::new() } else { self.degrees(latitude, step, ["map-north", "map-south"]) };
            lines.push(Line { x1: 0.0, y1: at, x2: width, y2: at, label, upright: false });
        }
        let outlines = self.outlines.iter().map(|outline| {
            let corner =
                |(longitude, latitude): &(f64, f64)| format!("{:.1},{:.1}", x(*longitude), y(*latitude));
            outline.iter().map(corner).collect::<Vec<_>>().join(" ")
        });
        let dots = self.points.iter().map(|point| (x(point.longitude), y(point.latitude)));
        Drawing { width, height, lines, outlines: outlines.collect(), dots: dots.collect() }
    }
}

/// 1, 2 or 5 times a power of ten, at most `step`.
fn round_step(step: f64) -> f64 {
    let power = 10f64.powf(step.log10().floor());
    let times = step / power;
    power
        * if times >= 5.0 {
            5.0
        } else if times >= 2.0 {
            2.0
        } else {
            1.0
        }
}

fn multiples(from: f64, to: f64, step: f64) -> impl Iterator<Item = f64> {
    let first = (from / step).ceil() as i64;
    let last = (to / step).floor() as i64;
    (first..=last.min(first + 20)).map(move |times| times as f64 * step)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(places: &[(f64, f64)]) -> MapOfPoints {
        places.iter().fold(
            MapOfPoints::new(Locale::English, "Sites", "No site yet."),
            |map, (latitude, longitude)| {
                map.point(MapPoint {
                    latitude: *latitude,
                    longitude: *longitude,
                    label: "x".into(),
                    href: None,
                })
            },
        )
    }

    #[test]
    fn every_point_is_inside_and_north_is_up() {
        let drawing = map(&[(39.03, 125.75), (41.79, 129.77), (38.01, 125.71)]).drawing();
        for (x, y) in &drawing.dots {
            assert!((0.0..=drawing.width).contains(x) && (0.0..=drawing.height).contains(y));
        }
        assert!(drawing.dots[1].1 < drawing.dots[0].1);
        assert!(drawing.lines.len() >= 4);
    }

    #[test]
    fn one_point_or_the_whole_globe_still_make_a_map() {
        for places in
            [vec![(39.03, 125.75)], vec![(90.0, 180.0), (-90.0, -180.0)], vec![(0.0, 0.0), (0.0, 0.0)]]
        {
            let drawing = map(&places).drawing();
            assert!(drawing.dots.iter().all(|(x, y)| x.is_finite() && y.is_finite()));
            assert!((2..=42).contains(&drawing.lines.len()));
        }
        assert!(map(&[(91.0, 0.0), (f64::NAN, 3.0)]).points.is_empty());
    }
}
