//! Puts the picture together.

use dsp::SAMPLE_RATE;

use super::{
    Panel, Plot,
    canvas::{Area, Canvas, LINE, text_width},
    colours::{self, BRIGHTEST, DARKEST, FAINT, GRID, INK, LEVEL, PAPER, RULE},
    lanes::Lanes,
    mark::{Look, Mark},
    spectrogram::{BINS, Spectrogram},
};
use crate::{analysis::Leg, table::clock};

/// The picture's width, and what is left and right of the spectrogram.
pub(super) const WIDTH: i32 = 1600;
const LEFT: i32 = 76;
const RIGHT: i32 = 92;
const ACROSS: i32 = WIDTH - LEFT - RIGHT;

const TITLE: i32 = 60;
const SPECTRUM: i32 = 400;
const LEVELS: i32 = 96;
const GAP: i32 = 10;
const AXIS: i32 = 40;
const LANE: i32 = LINE + 4;
const MOST_LANES: usize = 10;

const HIGHEST_HZ: f32 = SAMPLE_RATE as f32 / 2.0;

/// The level strip's range in dBm0.
const LEVEL_TOP: f32 = 5.0;
const LEVEL_BOTTOM: f32 = -70.0;

/// Draws everything.
pub(super) fn picture(plot: &Plot) -> Canvas {
    let time = Time::of(plot);
    let panels: Vec<Labelled> = plot
        .panels
        .iter()
        .map(|panel| labelled(panel, &time))
        .collect();
    let heights = panels.iter().map(Labelled::height);
    let height = TITLE + heights.sum::<i32>();
    let mut canvas = Canvas::new(WIDTH as usize, height as usize, PAPER);
    title(&mut canvas, plot);
    let mut top = TITLE;
    for panel in &panels {
        panel.draw(&mut canvas, top, &time);
        top += panel.height();
    }
    canvas
}

/// Time from left to right.
struct Time {
    /// Of the whole recording.
    ms: f64,
}

impl Time {
    fn of(plot: &Plot) -> Time {
        let ms = plot.length as f64 * 1000.0 / f64::from(SAMPLE_RATE);
        Time { ms: ms.max(1.0) }
    }

    fn x(&self, ms: f64) -> i32 {
        let part = (ms / self.ms).clamp(0.0, 1.0);
        LEFT + (part * f64::from(ACROSS)).round() as i32
    }

    fn ms_at(&self, x: i32) -> f64 {
        (f64::from(x - LEFT) + 0.5) / f64::from(ACROSS) * self.ms
    }

    /// The distance of the marks on the axis, and how many finer ones are between them.
    fn step(&self) -> (f64, u32) {
        const CLOSEST: f64 = 96.0;
        const STEPS: [(f64, u32); 20] = [
            (1.0, 5),
            (2.0, 4),
            (5.0, 5),
            (10.0, 5),
            (20.0, 4),
            (50.0, 5),
            (100.0, 5),
            (200.0, 4),
            (500.0, 5),
            (1e3, 5),
            (2e3, 4),
            (5e3, 5),
            (10e3, 5),
            (30e3, 3),
            (60e3, 6),
            (120e3, 4),
            (300e3, 5),
            (600e3, 5),
            (1800e3, 3),
            (3600e3, 6),
        ];
        let pixels = |step: f64| step / self.ms * f64::from(ACROSS);
        let found = STEPS.into_iter().find(|&(step, _)| pixels(step) >= CLOSEST);
        found.unwrap_or_else(|| {
            let hours = (CLOSEST / pixels(3600e3)).ceil();
            (hours * 3600e3, 1)
        })
    }
}

fn title(canvas: &mut Canvas, plot: &Plot) {
    const LARGEST: usize = 140;
    let letters = plot.title.chars().count();
    let shown: String = match letters > LARGEST {
        true => plot.title.chars().skip(letters - LARGEST).collect(),
        false => plot.title.clone(),
    };
    canvas.heading(LEFT, 10, &shown, INK);
    canvas.text(LEFT, 34, &subtitle(plot), FAINT);
}

fn subtitle(plot: &Plot) -> String {
    let marks: usize = plot.panels.iter().map(|panel| panel.marks.len()).sum();
    let found = match marks {
        // It measures the whole and marks nothing.
        _ if plot.command == "level" => String::new(),
        0 => ", nothing found".to_owned(),
        1 => ", 1 mark".to_owned(),
        marks => format!(", {marks} marks"),
    };
    let length = clock(plot.length as f64 / 8.0);
    format!(
        "linetest {}, length {}{found}",
        plot.command,
        length.trim_start()
    )
}

/// A channel with its labels in place.
struct Labelled<'a> {
    panel: &'a Panel,
    marks: Vec<(&'a Mark, Option<usize>)>,
    lanes: i32,
}

fn labelled<'a>(panel: &'a Panel, time: &Time) -> Labelled<'a> {
    let mut marks: Vec<&Mark> = panel.marks.iter().collect();
    marks.sort_by(|a, b| a.start_ms.total_cmp(&b.start_ms));
    let mut lanes = Lanes::new(MOST_LANES);
    let placed = marks.into_iter().map(|mark| {
        let tag = tag(mark, time);
        (mark, lanes.place(tag.x, tag.right()))
    });
    let marks: Vec<_> = placed.collect();
    Labelled {
        panel,
        marks,
        lanes: lanes.count() as i32,
    }
}

/// A mark's label, without its height above the spectrogram.
fn tag(mark: &Mark, time: &Time) -> Area {
    const MARGIN: i32 = 4;
    let needed = text_width(&mark.label) + 2 * MARGIN;
    let (start, end) = (time.x(mark.start_ms), time.x(mark.end_ms));
    let width = needed.max(end - start);
    let middle = (start + end) / 2;
    let left = match mark.look {
        Look::Boxes(_) => middle - width / 2,
        Look::Band | Look::Moment => start,
    };
    let left = left.clamp(LEFT, LEFT + ACROSS - needed);
    Area::new(left, 0, width, LANE - 2)
}

impl Labelled<'_> {
    fn height(&self) -> i32 {
        self.head() + SPECTRUM + GAP + LEVELS + AXIS
    }

    /// Above the spectrogram.
    fn head(&self) -> i32 {
        let side = if self.panel.leg == Leg::Mono {
            0
        } else {
            LINE + 4
        };
        self.lanes * LANE + side + 6
    }

    fn draw(&self, canvas: &mut Canvas, top: i32, time: &Time) {
        let spectrum = Area::new(LEFT, top + self.head(), ACROSS, SPECTRUM);
        let levels = Area::new(LEFT, spectrum.bottom() + GAP, ACROSS, LEVELS);
        let side = match self.panel.leg {
            Leg::Mono => None,
            Leg::Left => Some("left: the phone's side"),
            Leg::Right => Some("right: the trunk's side"),
        };
        if let Some(side) = side {
            canvas.text(LEFT, top, side, INK);
        }
        colours_of_time(canvas, spectrum, &self.panel.spectrogram, time);
        frequencies(canvas, spectrum);
        level_strip(canvas, levels, &self.panel.spectrogram, time);
        time_axis(canvas, spectrum, levels, time);
        scale(canvas, spectrum);
        for (mark, lane) in &self.marks {
            draw_mark(canvas, spectrum, mark, time);
            if let Some(lane) = lane {
                draw_tag(canvas, spectrum, mark, *lane as i32, time);
            }
        }
        let hidden = self.marks.iter().filter(|(_, lane)| lane.is_none()).count() as u64;
        let hidden = hidden + self.panel.left_out;
        if hidden > 0 {
            let text = format!("no room for {hidden} more labels");
            canvas.text_to(WIDTH - RIGHT, top - LINE, &text, FAINT);
        }
    }
}

/// The spectrogram itself, levels between columns and frequencies in proportion.
fn colours_of_time(canvas: &mut Canvas, area: Area, from: &Spectrogram, time: &Time) {
    canvas.fill(area, colours::of_level(DARKEST));
    if from.len() == 0 {
        return;
    }
    let last = (from.len() - 1) as f64;
    for x in area.x..area.right() {
        let samples = time.ms_at(x) * 8.0 + from.lag() as f64;
        let wide = time.ms * 8.0 / f64::from(ACROSS) / from.column_samples() as f64;
        let place = samples / from.column_samples() as f64 - 1.0;
        for y in area.y..area.bottom() {
            let hz = (f64::from(area.bottom() - y) - 0.5) / f64::from(area.height);
            let bin = hz * (BINS - 1) as f64;
            let level = if wide > 1.0 {
                loudest(from, (place - wide / 2.0, place + wide / 2.0), bin, last)
            } else {
                between(from, place.clamp(0.0, last), bin)
            };
            canvas.dot(x, y, colours::of_level(level));
        }
    }
}

/// Several columns are one pixel: the loudest of them.
fn loudest(from: &Spectrogram, (first, end): (f64, f64), bin: f64, last: f64) -> f32 {
    let columns = first.clamp(0.0, last) as usize..=end.clamp(0.0, last) as usize;
    let levels = columns.map(|column| across_bins(from, column, bin));
    levels.fold(f32::MIN, f32::max)
}

fn between(from: &Spectrogram, place: f64, bin: f64) -> f32 {
    let column = place as usize;
    let next = (column + 1).min(from.len() - 1);
    let part = (place - column as f64) as f32;
    let (a, b) = (across_bins(from, column, bin), across_bins(from, next, bin));
    a + part * (b - a)
}

fn across_bins(from: &Spectrogram, column: usize, bin: f64) -> f32 {
    let low = (bin as usize).min(BINS - 2);
    let part = (bin - low as f64) as f32;
    let (a, b) = (from.at(column, low), from.at(column, low + 1));
    a + part * (b - a)
}

fn y_of(area: Area, hz: f32) -> i32 {
    area.bottom() - (hz / HIGHEST_HZ * area.height as f32).round() as i32
}

fn frequencies(canvas: &mut Canvas, area: Area) {
    for khz in 0..=4 {
        for (hz, strength) in [(khz * 1000, 40), (khz * 1000 + 500, 20)] {
            if hz > 4000 {
                continue;
            }
            let y = y_of(area, hz as f32);
            if hz > 0 && hz < 4000 {
                canvas.horizontal(y, area.x, area.right(), GRID, strength);
            }
            canvas.horizontal(y.min(area.bottom() - 1), area.x - 5, area.x, INK, 255);
            let middle = (y - LINE / 2).clamp(area.y - 4, area.bottom() - LINE + 4);
            canvas.text_to(area.x - 9, middle, &format!("{hz}"), INK);
        }
    }
    canvas.text_to(area.x - 9, area.y + LINE - 2, "Hz", FAINT);
}

fn level_strip(canvas: &mut Canvas, area: Area, from: &Spectrogram, time: &Time) {
    let y = |dbm0: f32| {
        let part = (dbm0 - LEVEL_BOTTOM) / (LEVEL_TOP - LEVEL_BOTTOM);
        area.bottom() - (part.clamp(0.0, 1.0) * area.height as f32).round() as i32
    };
    for x in area.x..area.right() {
        if from.len() == 0 {
            break;
        }
        let column = |x| {
            let samples = time.ms_at(x) * 8.0 + from.level_lag() as f64;
            let place = samples / from.column_samples() as f64;
            (place.max(0.0) as usize).min(from.len() - 1)
        };
        let (first, end) = (column(x), column(x + 1).max(column(x) + 1));
        let levels = (first..end.min(from.len())).map(|column| from.level(column));
        let top = y(levels.fold(f32::MIN, f32::max));
        canvas.vertical(x, top, area.bottom(), LEVEL, 255);
    }
    for dbm0 in [0, -20, -40, -60] {
        let y = y(dbm0 as f32);
        canvas.horizontal(y, area.x, area.right(), INK, 40);
        canvas.horizontal(y, area.x - 5, area.x, INK, 255);
        canvas.text_to(area.x - 9, y - LINE / 2, &format!("{dbm0}"), INK);
    }
    canvas.frame(area, RULE);
    canvas.text(area.right() + 8, area.y, "level", FAINT);
    canvas.text(area.right() + 8, area.y + LINE, "dBm0", FAINT);
}

fn time_axis(canvas: &mut Canvas, spectrum: Area, levels: Area, time: &Time) {
    let (step, parts) = time.step();
    let fine = step / f64::from(parts);
    let count = (time.ms / fine) as u32;
    for n in 0..=count {
        let x = time.x(f64::from(n) * fine);
        let long = n % parts == 0;
        let length = if long { 7 } else { 3 };
        canvas.vertical(x, levels.bottom(), levels.bottom() + length, INK, 255);
        if !long {
            continue;
        }
        canvas.vertical(x, spectrum.y, spectrum.bottom(), GRID, 28);
        canvas.vertical(x, levels.y, levels.bottom(), INK, 24);
        let text = moment(f64::from(n) * fine, step);
        canvas.text_around(x, levels.bottom() + 9, &text, INK);
    }
    let unit = match time.ms {
        short if short < 60_000.0 => "s",
        long if long < 3_600_000.0 => "min:s",
        _ => "h:min:s",
    };
    let below = levels.bottom() + 9;
    canvas.text(levels.right() + 28, below, "time", FAINT);
    canvas.text(levels.right() + 28, below + LINE, unit, FAINT);
    canvas.frame(spectrum, INK);
}

/// A time on the axis, as fine as the axis is.
fn moment(ms: f64, step: f64) -> String {
    let seconds = ms / 1000.0;
    let digits = match step {
        step if step < 10.0 => 3,
        step if step < 100.0 => 2,
        step if step < 1000.0 => 1,
        _ => 0,
    };
    if seconds < 60.0 && step < 60_000.0 {
        return format!("{seconds:.digits$}");
    }
    let whole = seconds as u64;
    let (hours, minutes) = (whole / 3600, whole / 60 % 60);
    let rest = seconds - (whole / 60 * 60) as f64;
    let width = if digits > 0 { digits + 3 } else { 2 };
    match hours {
        0 => format!("{minutes}:{rest:0width$.digits$}"),
        _ => format!("{hours}:{minutes:02}:{rest:0width$.digits$}"),
    }
}

/// Which colour is which level.
fn scale(canvas: &mut Canvas, beside: Area) {
    let bar = Area::new(beside.right() + 14, beside.y, 16, beside.height);
    let y_of = |dbm0: f32| {
        let part = (dbm0 - DARKEST) / (BRIGHTEST - DARKEST);
        bar.bottom() - (part * bar.height as f32).round() as i32
    };
    for y in bar.y..bar.bottom() {
        let part = (bar.bottom() - y) as f32 / bar.height as f32;
        let colour = colours::of_level(DARKEST + part * (BRIGHTEST - DARKEST));
        canvas.horizontal(y, bar.x, bar.right(), colour, 255);
    }
    canvas.frame(bar, INK);
    for dbm0 in [0, -15, -30, -45, -60, -75] {
        let y = y_of(dbm0 as f32).min(bar.bottom() - 1);
        canvas.horizontal(y, bar.right(), bar.right() + 4, INK, 255);
        let text_y = (y - LINE / 2).clamp(bar.y - 4, bar.bottom() - LINE + 4);
        canvas.text(bar.right() + 7, text_y, &format!("{dbm0}"), INK);
    }
    canvas.text(bar.right() + 7, bar.y + LINE - 2, "dBm0", FAINT);
}

fn draw_mark(canvas: &mut Canvas, area: Area, mark: &Mark, time: &Time) {
    let (start, end) = (time.x(mark.start_ms), time.x(mark.end_ms));
    let width = (end - start).max(2);
    match mark.look {
        Look::Boxes(hz) => {
            for hz in hz {
                let (top, bottom) = (y_of(area, hz + 75.0), y_of(area, hz - 75.0));
                let around = Area::new(start, top, width, bottom - top);
                canvas.frame(around, mark.colour);
            }
            canvas.vertical(start, area.y, area.bottom(), mark.colour, 70);
            canvas.vertical(start + width - 1, area.y, area.bottom(), mark.colour, 70);
        }
        Look::Band => {
            let band = Area::new(start, area.y, width, area.height);
            canvas.tint(band, mark.colour, 30);
            canvas.vertical(start, area.y, area.bottom(), mark.colour, 255);
            canvas.vertical(start + width - 1, area.y, area.bottom(), mark.colour, 255);
        }
        Look::Moment => {
            let line = Area::new(start - 1, area.y, 2, area.height);
            canvas.tint(line, mark.colour, 220);
        }
    }
}

fn draw_tag(canvas: &mut Canvas, area: Area, mark: &Mark, lane: i32, time: &Time) {
    let tag = tag(mark, time);
    let top = area.y - (lane + 1) * LANE;
    let tag = Area::new(tag.x, top, tag.width, tag.height);
    canvas.tint(tag, mark.colour, 110);
    canvas.fill(
        Area::new(tag.x, tag.bottom() - 2, tag.width, 2),
        mark.colour,
    );
    let text_x = match mark.look {
        Look::Boxes(_) => tag.x + (tag.width - text_width(&mark.label)) / 2,
        Look::Band | Look::Moment => tag.x + 4,
    };
    canvas.text(text_x, tag.y + 1, &mark.label, INK);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_found_is_said_only_where_something_is_looked_for() {
        let of = |command| subtitle(&Plot::new("x.wav", command, false));
        assert_eq!(
            of("digits"),
            "linetest digits, length 0:00.000, nothing found"
        );
        assert_eq!(of("level"), "linetest level, length 0:00.000");
    }
}
