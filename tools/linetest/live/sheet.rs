//! What was measured on a line: figures with their verdicts, and remarks.

use std::{
    borrow::Cow,
    io::{self, Write},
};

use measure::limits::{Quantity, Verdict, number};
use serde::Serialize;

/// One measured value.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Figure {
    pub name: &'static str,
    pub value: f64,
    pub unit: &'static str,
    /// None where nothing is good or bad about it.
    pub verdict: Option<&'static str>,
    /// The good values.
    pub good: Option<String>,
    /// What a value that is not good means.
    pub meaning: Option<Cow<'static, str>>,
    /// How far off the value may be, in its unit.
    pub accuracy: Option<f64>,
    pub source: Option<&'static str>,
}

/// Something that happened.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Event {
    /// Since the start; of a sign of release, since the hang-up.
    pub seconds: f64,
    pub what: String,
    /// What such a thing usually is.
    pub usual: Option<String>,
}

impl Event {
    pub fn new(seconds: f64, what: &str, usual: Option<&str>) -> Event {
        Event {
            seconds: (seconds * 1000.0).round() / 1000.0,
            what: what.trim_start_matches([' ', '-', '>']).to_owned(),
            usual: usual.map(str::to_owned),
        }
    }
}

/// The verdict on a line of which nothing was measured.
pub(crate) const NOT_TESTED: &str = "not tested";

/// Points of a curve, for a picture: Hz and dB.
pub(crate) type Curve = Vec<(f64, f64)>;

/// The result of a command on one line.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Sheet {
    pub line: String,
    pub command: &'static str,
    pub figures: Vec<Figure>,
    pub remarks: Vec<String>,
    /// What happened on the line, in order, where a command tells that.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<Event>,
    /// What was learned, as a site file has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settings: Option<String>,
    /// Why this proves nothing, or what went wrong after it was measured: the exit status is 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
    /// Return loss over frequency, where it was measured.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub return_loss: Curve,
}

impl Figure {
    /// A value that the limits judge.
    pub fn judged(quantity: Quantity, value: f64) -> Figure {
        let limit = quantity.limit();
        // What is shown is what is judged.
        let value = rounded(value, limit.accuracy);
        let meaning = limit.meaning(value);
        Figure {
            name: limit.name,
            value,
            unit: limit.unit,
            verdict: Some(limit.judge(value).word()),
            good: Some(limit.good_words()),
            meaning: (!meaning.is_empty()).then_some(Cow::Borrowed(meaning)),
            accuracy: Some(limit.accuracy),
            source: Some(limit.source),
        }
    }

    /// A value that is only told.
    pub fn told(name: &'static str, value: f64, unit: &'static str) -> Figure {
        Figure {
            name,
            value: rounded(value, 0.0),
            unit,
            verdict: None,
            good: None,
            meaning: None,
            accuracy: None,
            source: None,
        }
    }

    pub fn is_bad(&self) -> bool {
        self.verdict == Some(Verdict::Bad.word())
    }
}

/// As many decimals as mean something.
fn rounded(value: f64, accuracy: f64) -> f64 {
    let parts = match accuracy {
        a if a >= 1.0 => 1.0,
        a if a >= 0.1 => 10.0,
        a if a > 0.0 => 1000.0,
        _ if value != 0.0 && value.abs() < 0.01 => 1e12,
        _ => 100.0,
    };
    (value * parts).round() / parts + 0.0
}

impl Sheet {
    pub fn new(line: &str, command: &'static str) -> Sheet {
        Sheet {
            line: line.to_owned(),
            command,
            figures: Vec::new(),
            remarks: Vec::new(),
            events: Vec::new(),
            settings: None,
            failure: None,
            return_loss: Vec::new(),
        }
    }

    pub fn judge(&mut self, quantity: Quantity, value: f64) {
        self.figures.push(Figure::judged(quantity, value));
    }

    /// Judged, with what lies behind it where that is known.
    pub fn judge_because(&mut self, quantity: Quantity, value: f64, why: String) {
        let mut figure = Figure::judged(quantity, value);
        figure.meaning = Some(Cow::Owned(why));
        self.figures.push(figure);
    }

    pub fn has(&self, quantity: Quantity) -> bool {
        let name = quantity.limit().name;
        self.figures.iter().any(|figure| figure.name == name)
    }

    pub fn tell(&mut self, name: &'static str, value: f64, unit: &'static str) {
        self.figures.push(Figure::told(name, value, unit));
    }

    pub fn remark(&mut self, text: impl Into<String>) {
        self.remarks.push(text.into());
    }

    /// The measurement proves nothing, or something failed after it: the first reason stays.
    pub fn fail(&mut self, why: impl Into<String>) {
        self.failure.get_or_insert(why.into());
    }

    /// What there was to tell was told as it came.
    pub fn is_empty(&self) -> bool {
        self.figures.is_empty() && self.remarks.is_empty() && self.failure.is_none()
    }

    pub fn is_bad(&self) -> bool {
        self.figures.iter().any(Figure::is_bad)
    }

    /// What is doubtful or bad.
    pub fn not_good(&self) -> impl Iterator<Item = &Figure> {
        let judged = self
            .figures
            .iter()
            .filter(|figure| figure.verdict.is_some());
        judged.filter(|figure| figure.verdict != Some(Verdict::Good.word()))
    }

    /// The worst of its figures; without any nothing is known, and what failed is not good.
    pub fn verdict(&self) -> &'static str {
        let has = |verdict: Verdict| {
            self.figures
                .iter()
                .any(|f| f.verdict == Some(verdict.word()))
        };
        let worst_first = [Verdict::Bad, Verdict::Doubtful, Verdict::Good];
        match worst_first.into_iter().find(|verdict| has(*verdict)) {
            Some(Verdict::Good) if self.failure.is_some() => Verdict::Doubtful.word(),
            Some(verdict) => verdict.word(),
            None => NOT_TESTED,
        }
    }

    /// Whether anything was measured and judged.
    pub fn is_tested(&self) -> bool {
        let untested = Quantity::Untested.limit().name;
        let mut judged = self.figures.iter().filter(|f| f.verdict.is_some());
        judged.any(|figure| figure.name != untested)
    }

    pub fn print(&self, json: bool) -> io::Result<()> {
        let mut out = io::stdout().lock();
        if json {
            serde_json::to_writer(&mut out, self)?;
            writeln!(out)?;
        } else {
            self.table(&mut out)?;
        }
        out.flush()
    }

    fn table(&self, out: &mut impl Write) -> io::Result<()> {
        writeln!(out, "{}", self.line)?;
        for figure in &self.figures {
            let value = format!("{} {}", number(figure.value), figure.unit);
            let verdict = figure.verdict.unwrap_or_default();
            let good = match &figure.good {
                Some(good) => format!("good is {good}"),
                None => String::new(),
            };
            let row = format!(
                "  {:<28} {:>16}  {verdict:<9} {good}",
                figure.name,
                value.trim_end()
            );
            writeln!(out, "{}", row.trim_end())?;
            if let Some(meaning) = &figure.meaning {
                writeln!(out, "      {meaning}")?;
            }
        }
        for remark in self.remarks.iter().chain(&self.failure) {
            writeln!(out, "  {remark}")?;
        }
        Ok(())
    }
}
