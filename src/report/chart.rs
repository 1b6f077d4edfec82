//! Charts as plain SVG: few shapes, no script, and always with a text that says the same.

use std::fmt::Write as _;
use std::time::Duration;

use maud::{Markup, html};

use super::timeline::Seconds;
use crate::words::{count, span};

const WIDTH: f32 = 420.0;
const HEIGHT: f32 = 230.0;
const LEFT: f32 = 52.0;
const RIGHT: f32 = 10.0;
const TOP: f32 = 12.0;
const BOTTOM: f32 = 30.0;

/// A line of a chart.
pub(super) struct Series {
    /// What it is, in the legend.
    pub(super) name: String,
    /// Decides colour and dashes.
    pub(super) class: &'static str,
    /// Time and value, the times rising.
    pub(super) points: Vec<(Seconds, f32)>,
    /// Does the value hold until the next point?
    pub(super) steps: bool,
}

/// Where a chart's values lie.
pub(super) struct Axes {
    pub(super) longest: Seconds,
    pub(super) most: f32,
}

impl Axes {
    fn x(&self, time: Seconds) -> f32 {
        LEFT + (WIDTH - LEFT - RIGHT) * (time / self.longest.max(Seconds::EPSILON)).clamp(0.0, 1.0)
    }

    fn y(&self, value: f32) -> f32 {
        HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (value / self.most.max(1.0)).clamp(0.0, 1.0)
    }

    fn grid(&self) -> Markup {
        let values: Vec<f32> =
            if self.most < 2.0 { vec![0.0, 1.0] } else { vec![0.0, (self.most / 2.0).round(), self.most] };
        html! {
            @for value in values {
                line.grid x1=(LEFT) x2=(WIDTH - RIGHT) y1=(self.y(value)) y2=(self.y(value)) {}
                text x=(LEFT - 6.0) y=(self.y(value) + 4.0) text-anchor="end" { (count(value as u64)) }
            }
            @for (share, anchor) in [(0.0, "start"), (0.5, "middle"), (1.0, "end")] {
                text x=(self.x(self.longest * share)) y=(HEIGHT - 10.0) text-anchor=(anchor) { (time(self.longest * share)) }
            }
        }
    }
}

/// A moment of the working time, for people.
pub(super) fn time(seconds: Seconds) -> String {
    match seconds {
        seconds if seconds <= 0.0 => "0".to_owned(),
        // Short runs are shown in parts of a second: an axis that says `1 s` twice says nothing.
        seconds if seconds < 10.0 => format!("{seconds:.1} s"),
        seconds => span(Duration::from_secs_f32(seconds)),
    }
}

/// Lines over time, in a figure with a title and a legend; `marks` are moments at which another process went on.
pub(super) fn lines(
    id: &str,
    title: &str,
    description: &str,
    axes: &Axes,
    series: &[Series],
    marks: &[Seconds],
) -> Markup {
    let drawn = html! {
        @for mark in marks {
            line.mark x1=(axes.x(*mark)) x2=(axes.x(*mark)) y1=(TOP) y2=(HEIGHT - BOTTOM) {}
        }
        @for one in series { path.line.(one.class) d=(path(axes, one)) {} }
    };
    figure(id, title, description, axes, &drawn, series.iter().map(|one| (&*one.name, one.class)))
}

/// What is drawn on the grid, in words too, with a legend of names and classes below it.
fn figure<'l>(
    id: &str,
    title: &str,
    description: &str,
    axes: &Axes,
    drawn: &Markup,
    legend: impl Iterator<Item = (&'l str, &'static str)>,
) -> Markup {
    html! {
        figure.chart {
            svg viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } role="img" aria-labelledby={ (id) "-title " (id) "-desc" } {
                title id={ (id) "-title" } { (title) }
                desc id={ (id) "-desc" } { (description) }
                (axes.grid())
                (drawn)
            }
            figcaption {
                ul.legend { @for (name, class) in legend { li class=(class) { (name) } } }
            }
        }
    }
}

fn path(axes: &Axes, series: &Series) -> String {
    let mut d = String::with_capacity(series.points.len() * 14);
    for (index, (time, value)) in series.points.iter().enumerate() {
        let (x, y) = (axes.x(*time), axes.y(*value));
        // Writing into a text cannot fail.
        let _ = if index == 0 {
            write!(d, "M{x:.1} {y:.1}")
        } else if series.steps {
            write!(d, "H{x:.1}V{y:.1}")
        } else {
            write!(d, "L{x:.1} {y:.1}")
        };
    }
    d
}

/// Bars over time, one class on top of the other: for each of them its name, its class and how many there are in each
/// equal piece of the time.
pub(super) fn bars(
    id: &str,
    title: &str,
    description: &str,
    axes: &Axes,
    stacks: &[(&str, &'static str, Vec<u32>)],
) -> Markup {
    let pieces = stacks.iter().map(|(_, _, counts)| counts.len()).max().unwrap_or_default();
    let width = (WIDTH - LEFT - RIGHT) / pieces.max(1) as f32;
    let mut rectangles = Vec::new();
    for piece in 0..pieces {
        let mut below = 0.0;
        for (_, class, counts) in stacks {
            let value = counts[piece] as f32;
            if value > 0.0 {
                let (y, top) = (axes.y(below), axes.y(below + value));
                rectangles.push((*class, LEFT + width * piece as f32, top, (y - top).max(1.0)));
                below += value;
            }
        }
    }
    let drawn = html! {
        @for (class, x, y, height) in rectangles {
            rect class=(class) x=(format!("{x:.1}")) y=(format!("{y:.1}")) width=(format!("{:.1}", (width - 1.0).max(1.0))) height=(format!("{height:.1}")) {}
        }
    };
    figure(id, title, description, axes, &drawn, stacks.iter().map(|(name, class, _)| (*name, *class)))
}

/// How many of the moments lie in each of so many equal pieces of the time.
pub(super) fn binned(times: &[Seconds], longest: Seconds, pieces: usize) -> Vec<u32> {
    let mut counts = vec![0; pieces];
    for time in times {
        let place = (time / longest.max(Seconds::EPSILON) * pieces as f32) as usize;
        counts[place.min(pieces - 1)] += 1;
    }
    counts
}

/// How many of the rising moments are not later than this one.
pub(super) fn reached(times: &[Seconds], moment: Seconds) -> usize {
    times.partition_point(|time| *time <= moment)
}

/// The count of rising moments as a line of at most some two hundred points.
pub(super) fn growth(times: &[Seconds], longest: Seconds) -> Vec<(Seconds, f32)> {
    const POINTS: usize = 200;
    let mut points = vec![(0.0, 0.0)];
    for piece in 1..=POINTS {
        let moment = longest * piece as f32 / POINTS as f32;
        let value = reached(times, moment) as f32;
        if points.last().is_none_or(|(_, last)| *last != value) {
            points.push((moment, value));
        }
    }
    let end = times.len() as f32;
    points.push((longest, end));
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_grows_to_the_number_of_its_moments() {
        let times: Vec<Seconds> = (0..1000).map(|n| n as f32 / 10.0).collect();
        let points = growth(&times, 100.0);
        assert!(points.len() <= 202);
        assert_eq!(points.last(), Some(&(100.0, 1000.0)));
        assert!(points.windows(2).all(|pair| pair[0].0 <= pair[1].0 && pair[0].1 <= pair[1].1));
        assert_eq!(growth(&[], 0.0), [(0.0, 0.0), (0.0, 0.0)]);
    }

    #[test]
    fn every_moment_is_in_one_piece() {
        let times = [0.0, 0.1, 5.0, 9.9, 10.0, 11.0];
        assert_eq!(binned(&times, 10.0, 2), [2, 4]);
        assert_eq!(binned(&times, 0.0, 3).iter().sum::<u32>(), 6);
    }

    #[test]
    fn a_chart_says_in_words_what_it_shows() {
        let axes = Axes { longest: 90.0, most: 10.0 };
        let series =
            Series { name: "blocked".to_owned(), class: "c1", points: vec![(0.0, 0.0), (90.0, 10.0)], steps: true };
        let svg = lines("curve", "Title", "Words", &axes, &[series], &[]).into_string();
        for part in [
            "role=\"img\"", "<title id=\"curve-title\">Title", "<desc id=\"curve-desc\">Words", "1 min 30 s",
            "M52.0 200.0H410.0V12.0",
        ] {
            assert!(svg.contains(part), "{part} in {svg}");
        }
    }
}
