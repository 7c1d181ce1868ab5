//! How a language says a length of time. The rules of `[durations]` are worked out for
//! every count when a catalogue is loaded; saying one is a look-up.

use arrayvec::ArrayVec;

use crate::ClipId;
use crate::catalogue::{ClipNames, Line, Place, Token, tokens};
use crate::error::SpeechError;

/// Up to here a duration is told in minutes and seconds, above it in hours and minutes.
const MINUTES_MAX: u32 = 99;
/// No call is longer. What is longer is told as this many hours.
const HOURS_MAX: u32 = 24;

/// A count of units.
type Part = (Unit, u32);

/// The clips of one count with its unit.
type Count = ArrayVec<ClipId, 4>;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Unit {
    Seconds,
    Minutes,
    Hours,
}

impl Unit {
    const ALL: [Unit; 3] = [Unit::Seconds, Unit::Minutes, Unit::Hours];

    fn name(self) -> &'static str {
        match self {
            Unit::Seconds => "seconds",
            Unit::Minutes => "minutes",
            Unit::Hours => "hours",
        }
    }

    fn counts(self) -> std::ops::RangeInclusive<u32> {
        match self {
            Unit::Seconds => 0..=59,
            Unit::Minutes => 0..=MINUTES_MAX,
            Unit::Hours => 0..=HOURS_MAX,
        }
    }
}

#[derive(Debug)]
pub(crate) struct Durations {
    /// By `Unit as usize`, then by count.
    counts: [Vec<Count>; 3],
    join: Vec<Join>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Join {
    Larger,
    Smaller,
    Clip(ClipId),
}

impl Durations {
    /// Gives the clips of a duration to `say`, in order.
    pub(crate) fn say(&self, seconds: u32, mut say: impl FnMut(ClipId)) {
        let (larger, smaller) = parts(seconds);
        match (larger, smaller) {
            (Some(larger), Some(smaller)) => {
                for join in &self.join {
                    match join {
                        Join::Larger => self.count(larger).iter().copied().for_each(&mut say),
                        Join::Smaller => self.count(smaller).iter().copied().for_each(&mut say),
                        Join::Clip(clip) => say(*clip),
                    }
                }
            }
            (Some(one), None) | (None, Some(one)) => {
                self.count(one).iter().copied().for_each(&mut say);
            }
            (None, None) => {
                let nothing = (Unit::Seconds, 0);
                self.count(nothing).iter().copied().for_each(&mut say);
            }
        }
    }

    /// No duration takes more clips than this.
    pub(crate) fn longest(&self) -> usize {
        let count = self.counts.iter().flatten().map(ArrayVec::len).max();
        let count = count.unwrap_or(0);
        let join = self.join.iter().map(|join| match join {
            Join::Clip(_) => 1,
            Join::Larger | Join::Smaller => count,
        });
        join.sum()
    }

    fn count(&self, (unit, count): Part) -> &Count {
        &self.counts[unit as usize][count as usize]
    }
}

/// What is said of a duration; a part that is zero is left out. Rounds down, so that
/// nobody is promised time that they do not have.
fn parts(seconds: u32) -> (Option<Part>, Option<Part>) {
    let some = |unit, count| (count > 0).then_some((unit, count));
    let minutes = seconds / 60;
    if minutes <= MINUTES_MAX {
        return (
            some(Unit::Minutes, minutes),
            some(Unit::Seconds, seconds % 60),
        );
    }
    let hours = minutes / 60;
    if hours >= HOURS_MAX {
        return (Some((Unit::Hours, HOURS_MAX)), None);
    }
    (some(Unit::Hours, hours), some(Unit::Minutes, minutes % 60))
}

/// The rules as written.
pub(crate) struct DurationsDraft<'a> {
    rules: Vec<Rule<'a>>,
    join: Option<(Place<'a>, &'a str)>,
}

struct Rule<'a> {
    place: Place<'a>,
    unit: Unit,
    /// `None` holds for every count.
    counts: Option<Vec<u32>>,
    body: &'a str,
}

impl<'a> DurationsDraft<'a> {
    pub(crate) fn parse(lines: &[Line<'a>]) -> Result<DurationsDraft<'a>, SpeechError> {
        let mut draft = DurationsDraft {
            rules: Vec::new(),
            join: None,
        };
        for &(place, head, body) in lines {
            if head != "join" {
                draft.rules.push(Rule::parse(place, head, body)?);
            } else if draft.join.replace((place, body)).is_some() {
                return Err(place.error("`join` is there twice"));
            }
        }
        Ok(draft)
    }

    pub(crate) fn resolve(
        &self,
        file: &str,
        names: &ClipNames<'_>,
    ) -> Result<Durations, SpeechError> {
        let mut counts = [const { Vec::new() }; 3];
        for unit in Unit::ALL {
            for count in unit.counts() {
                counts[unit as usize].push(self.count(file, unit, count, names)?);
            }
        }
        let join = self.joined(file, names)?;
        Ok(Durations { counts, join })
    }

    fn count(
        &self,
        file: &str,
        unit: Unit,
        count: u32,
        names: &ClipNames<'_>,
    ) -> Result<Count, SpeechError> {
        let rule = self.rules.iter().find(|rule| rule.holds(unit, count));
        match rule {
            Some(rule) => rule.resolve(count, names),
            None => Err(SpeechError::CatalogueLacks {
                file: file.to_string(),
                problem: format!("no rule in [durations] says {count} {}", unit.name()),
            }),
        }
    }

    fn joined(&self, file: &str, names: &ClipNames<'_>) -> Result<Vec<Join>, SpeechError> {
        let Some((place, body)) = self.join else {
            return Err(SpeechError::CatalogueLacks {
                file: file.to_string(),
                problem: "[durations] has no `join: {larger} ... {smaller}`".to_string(),
            });
        };
        let mut join = Vec::new();
        for token in tokens(body) {
            let token = Token::parse(place, token)?;
            join.push(match token.braces {
                Some("larger") if token.alone() => Join::Larger,
                Some("smaller") if token.alone() => Join::Smaller,
                Some(other) => {
                    return Err(place.error(format!("`join` has nothing for {{{other}}}")));
                }
                None => Join::Clip(token.clip(place, "", names)?),
            });
        }
        let times = |wanted| join.iter().filter(|&&found| found == wanted).count();
        if times(Join::Larger) != 1 || times(Join::Smaller) != 1 {
            return Err(place.error("`join` says {larger} and {smaller} once each"));
        }
        Ok(join)
    }
}

impl<'a> Rule<'a> {
    fn parse(place: Place<'a>, head: &'a str, body: &'a str) -> Result<Rule<'a>, SpeechError> {
        let mut words = head.split_whitespace();
        let name = words.next().unwrap_or_default();
        let Some(unit) = Unit::ALL.into_iter().find(|unit| unit.name() == name) else {
            return Err(place.error(format!("`{name}` is neither a unit nor `join`")));
        };
        let counts: Vec<&str> = words.collect();
        let counts = match counts.as_slice() {
            ["*"] => None,
            [] => return Err(place.error(format!("`{name}` says for no count; * is every count"))),
            counts => Some(
                counts
                    .iter()
                    .map(|count| number(place, unit, count))
                    .collect::<Result<_, _>>()?,
            ),
        };
        Ok(Rule {
            place,
            unit,
            counts,
            body,
        })
    }

    fn holds(&self, unit: Unit, count: u32) -> bool {
        let counted = |counts: &Vec<u32>| counts.contains(&count);
        self.unit == unit && self.counts.as_ref().is_none_or(counted)
    }

    fn resolve(&self, count: u32, names: &ClipNames<'_>) -> Result<Count, SpeechError> {
        let mut clips = Count::new();
        for token in tokens(self.body) {
            let token = Token::parse(self.place, token)?;
            if let Some(braces) = token.braces.filter(|&braces| braces != "n") {
                return Err(self
                    .place
                    .error(format!("a duration has nothing for {{{braces}}}")));
            }
            let clip = token.clip(self.place, count, names)?;
            if clips.try_push(clip).is_err() {
                let limit = clips.capacity();
                return Err(self
                    .place
                    .error(format!("more than {limit} clips for one count")));
            }
        }
        if clips.is_empty() {
            return Err(self.place.error("says nothing"));
        }
        Ok(clips)
    }
}

fn number(place: Place<'_>, unit: Unit, count: &str) -> Result<u32, SpeechError> {
    let number = count
        .parse()
        .ok()
        .filter(|number| unit.counts().contains(number));
    number.ok_or_else(|| {
        let most = unit.counts().end().to_owned();
        place.error(format!(
            "`{count}` is no count of 0 to {most} {}",
            unit.name()
        ))
    })
}
