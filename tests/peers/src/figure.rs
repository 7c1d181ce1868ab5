//! Figures, their goals, and how they are printed.

use serde_json::{Value, json};
use std::io::{self, Write};

/// Which way a figure is better.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Better {
    Less,
    More,
}

/// What a figure is to reach.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Goal {
    /// Our figure.
    AtMost(f64),
    AtLeast(f64),
    /// How many times better than the peer's.
    Ratio(f64),
}

/// One measured figure of ours beside the peer's.
#[derive(Clone, PartialEq, Debug)]
pub struct Figure {
    /// Its name, without blanks: `speed.dtmf.avx2`.
    pub what: String,
    pub ours: f64,
    /// None where the peer has nothing of the kind.
    pub peer: Option<f64>,
    /// How many times better ours is, when that was measured on its own: a median of rounds.
    pub measured_ratio: Option<f64>,
    pub unit: &'static str,
    pub better: Better,
    pub goal: Option<Goal>,
    /// What a reader should know of it, in a few words.
    pub note: String,
}

impl Figure {
    pub fn new(what: impl Into<String>, ours: f64, unit: &'static str, better: Better) -> Figure {
        Figure {
            what: what.into(),
            ours,
            peer: None,
            measured_ratio: None,
            unit,
            better,
            goal: None,
            note: String::new(),
        }
    }

    pub fn peer(self, peer: f64) -> Figure {
        Figure {
            peer: Some(peer),
            ..self
        }
    }

    pub fn goal(self, goal: Goal) -> Figure {
        Figure {
            goal: Some(goal),
            ..self
        }
    }

    pub fn note(self, note: impl Into<String>) -> Figure {
        Figure {
            note: note.into(),
            ..self
        }
    }

    /// How many times better ours is; none without a peer, or where one of the two is 0.
    pub fn ratio(&self) -> Option<f64> {
        // A ratio of logarithms says nothing.
        if self.measured_ratio.is_some() || self.unit == "dB" {
            return self.measured_ratio;
        }
        let (better, worse) = match self.better {
            Better::Less => (self.peer?, self.ours),
            Better::More => (self.ours, self.peer?),
        };
        let ratio = better / worse;
        (ratio.is_finite() && ratio > 0.0).then_some(ratio)
    }

    /// Whether the goal is met; none without a goal.
    pub fn met(&self) -> Option<bool> {
        let met = match self.goal? {
            Goal::AtMost(most) => self.ours <= most,
            Goal::AtLeast(least) => self.ours >= least,
            Goal::Ratio(least) => self.ratio().is_some_and(|ratio| ratio >= least),
        };
        Some(met)
    }

    fn goal_in_words(&self) -> Option<String> {
        let words = match self.goal? {
            Goal::AtMost(most) => format!("at most {} {}", short(most), self.unit),
            Goal::AtLeast(least) => format!("at least {} {}", short(least), self.unit),
            Goal::Ratio(times) => format!("at least {} times the peer", short(times)),
        };
        Some(words)
    }

    fn as_json(&self) -> Value {
        json!({
            "what": self.what,
            "ours": self.ours,
            "peer": self.peer,
            "ratio": self.ratio(),
            "unit": self.unit,
            "goal": self.goal_in_words(),
            "met": self.met(),
            "note": self.note,
        })
    }

    fn as_line(&self) -> String {
        let or_none = |value: Option<f64>| value.map_or("-".to_owned(), short);
        let verdict = match (self.goal_in_words(), self.met()) {
            (Some(goal), Some(true)) => format!("met: {goal}"),
            (Some(goal), _) => format!("NOT MET: {goal}"),
            (None, _) => String::new(),
        };
        let apart = if verdict.is_empty() || self.note.is_empty() {
            ""
        } else {
            "; "
        };
        let line = format!(
            "{:38} {:>10} {:>10} {:>8} {:16} {verdict}{apart}{}",
            self.what,
            short(self.ours),
            or_none(self.peer),
            or_none(self.ratio()),
            self.unit,
            self.note,
        );
        line.trim_end().to_owned()
    }
}

/// Where figures go as they come.
#[derive(Debug)]
pub struct Report {
    json: bool,
    figures: Vec<Figure>,
}

impl Report {
    pub fn new(json: bool) -> Report {
        Report {
            json,
            figures: Vec::new(),
        }
    }

    /// # Errors
    /// When nobody reads any more.
    pub fn add(&mut self, figure: Figure) -> anyhow::Result<()> {
        let mut out = io::stdout().lock();
        if self.json {
            writeln!(out, "{}", figure.as_json())?;
        } else {
            if self.figures.is_empty() {
                let (ours, peer, ratio) = ("ours", "peer", "ratio");
                writeln!(out, "{:38} {ours:>10} {peer:>10} {ratio:>8} unit", "what")?;
            }
            writeln!(out, "{}", figure.as_line())?;
        }
        self.figures.push(figure);
        Ok(())
    }

    /// The closing list: each goal that was not met, with a sentence.
    pub fn close(&mut self) -> anyhow::Result<()> {
        let with_goal = self.figures.iter().filter(|figure| figure.goal.is_some());
        let missed: Vec<String> = self.figures.iter().filter_map(not_met).collect();
        let count = with_goal.count();
        let mut text = format!("\n{} of {count} goals met\n", count - missed.len());
        missed
            .iter()
            .for_each(|sentence| text += &format!("  not met: {sentence}\n"));
        if self.json {
            eprint!("{text}");
        } else {
            write!(io::stdout(), "{text}")?;
        }
        Ok(())
    }
}

fn not_met(figure: &Figure) -> Option<String> {
    if figure.met()? {
        return None;
    }
    let goal = figure.goal_in_words()?;
    let ours = match (figure.goal?, figure.ratio()) {
        (Goal::Ratio(_), Some(ratio)) => format!("{} times", short(ratio)),
        _ => format!("{} {}", short(figure.ours), figure.unit),
    };
    let note = match figure.note.as_str() {
        "" => String::new(),
        note => format!(" ({note})"),
    };
    Some(format!(
        "{} is {ours}{note}, the goal is {goal}.",
        figure.what
    ))
}

/// A name as figures have it: `easy_person` for `EasyPerson`.
pub fn snake(name: impl std::fmt::Debug) -> String {
    let mut snake = String::new();
    for letter in format!("{name:?}").chars() {
        if letter.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

/// Three or four figures that count: near all of a hundred it is the last ones.
fn short(value: f64) -> String {
    let digits = match value.abs() {
        v if v == v.trunc() && v < 1e9 => 0,
        v if (99.0..100.0).contains(&v) => 4,
        v if v >= 1000.0 => 0,
        v if v >= 100.0 => 1,
        v if v >= 1.0 => 2,
        _ => 4,
    };
    format!("{value:.digits$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ns(ours: f64, peer: f64) -> Figure {
        Figure::new("speed.x", ours, "ns", Better::Less).peer(peer)
    }

    #[test]
    fn the_ratio_says_how_many_times_better_ours_is() {
        assert_eq!(ns(100.0, 800.0).ratio(), Some(8.0));
        let share = Figure::new("accuracy.x", 99.0, "%", Better::More);
        assert_eq!(share.clone().peer(90.0).ratio(), Some(1.1));
        assert_eq!(share.ratio(), None);
        assert_eq!(
            ns(0.0, 12.0).ratio(),
            None,
            "no hit is not so many times better than twelve"
        );
        assert_eq!(ns(0.0, 0.0).ratio(), None);
    }

    #[test]
    fn goals_are_judged_by_what_was_measured() {
        assert_eq!(ns(100.0, 800.0).goal(Goal::Ratio(8.0)).met(), Some(true));
        assert_eq!(ns(101.0, 800.0).goal(Goal::Ratio(8.0)).met(), Some(false));
        assert_eq!(ns(0.0, 12.0).goal(Goal::AtMost(0.0)).met(), Some(true));
        assert_eq!(ns(99.9, 12.0).goal(Goal::AtLeast(100.0)).met(), Some(false));
        assert_eq!(ns(1.0, 1.0).met(), None);
        let missed = ns(200.0, 800.0).goal(Goal::Ratio(8.0));
        let sentence = not_met(&missed).expect("it is not met");
        assert_eq!(
            sentence,
            "speed.x is 4 times, the goal is at least 8 times the peer."
        );
        let nearly = Figure::new("a.x", 99.99969, "%", Better::More).goal(Goal::AtLeast(100.0));
        let nearly = not_met(&nearly.note("1 of 9 missed")).expect("it is not met");
        assert_eq!(
            nearly,
            "a.x is 99.9997 % (1 of 9 missed), the goal is at least 100 %."
        );
        let nan = ns(f64::NAN, 1.0).goal(Goal::AtMost(1.0));
        assert_eq!(
            nan.met(),
            Some(false),
            "what could not be measured meets no goal"
        );
    }

    #[test]
    fn names_are_words_with_lines_between() {
        #[derive(Debug)]
        struct EasyPerson;
        assert_eq!(snake(EasyPerson), "easy_person");
    }

    #[test]
    fn a_line_begins_with_the_five_columns() {
        let line = ns(100.0, 800.0).goal(Goal::Ratio(8.0)).as_line();
        let columns: Vec<&str> = line.split_whitespace().take(5).collect();
        assert_eq!(columns, ["speed.x", "100", "800", "8", "ns"]);
        let value = ns(100.0, 800.0).as_json();
        assert_eq!(
            (value["ratio"].as_f64(), value["met"].is_null()),
            (Some(8.0), true)
        );
    }
}
