//! Answer classes: the sets of `suites::answer`, beside the well-known rule of durations that is
//! written there from its public parameters; libspandsp has nothing of the kind.
//!
//! What counts is the decision that held; the first one, which a later may revise, is shown too.

use super::What;
use crate::{
    Settings,
    figure::{Better, Figure, Goal, Report, snake},
    parallel,
};
use dsp::answer::AnswerSettings;
use suites::answer::{
    BACKGROUNDS, Background, Case, DurationRule, Material, PARTIES, Party, Score, Voices, classify,
};

pub const WHAT: What = What {
    name: "answer",
    about: "who answered: person, machine, neither",
    run,
};

/// Calls of each party in each background.
const FULL: u64 = 400;
const SHORT: u64 = 30;

/// Recordings of each voice that calls are made of.
const RECORDINGS: usize = 200;

/// One party in one background, and how both did.
struct Set {
    party: Party,
    background: Background,
    ours: Score,
    rule: Score,
}

fn run(settings: &Settings, report: &mut Report) -> anyhow::Result<()> {
    let material = Material::load(Voices::Test, RECORDINGS)?;
    let cases = if settings.short { SHORT } else { FULL };
    let plan = tonetables::load("us")?.tones;
    let parties = [&PARTIES[..], &[Party::Silence, Party::Music]].concat();
    let of = |background| parties.iter().map(move |&party| (party, background));
    let sets: Vec<(Party, Background)> = BACKGROUNDS.into_iter().flat_map(of).collect();
    let heard = parallel::over(&sets, Vec::new, |done, &(party, background)| {
        let (mut ours, mut rule) = (Score::default(), Score::default());
        for number in 0..cases {
            let case = Case::new(&material, party, background, settings.seed, number);
            ours.add(&case, &classify(&plan, AnswerSettings::default(), &case));
            rule.add(&case, &DurationRule::default().classify(&case));
        }
        done.push(Set {
            party,
            background,
            ours,
            rule,
        });
        Ok(())
    })?;
    let heard: Vec<Set> = heard.into_iter().flatten().collect();
    for (party, background) in sets {
        let mut these = heard.iter();
        let same = |set: &&Set| set.party == party && set.background == background;
        if let Some(set) = these.find(same) {
            report_set(set, report)?;
        }
    }
    Ok(())
}

fn report_set(set: &Set, report: &mut Report) -> anyhow::Result<()> {
    let name = format!("answer.{}.{}", snake(set.party), snake(set.background));
    let figure = |what: &str, ours: f32, rule: f32, unit, better| {
        Figure::new(format!("{name}{what}"), f64::from(ours), unit, better).peer(f64::from(rule))
    };
    let percent = |what: &str, ours: f32, rule: f32| {
        figure(what, 100.0 * ours, 100.0 * rule, "%", Better::More)
    };
    let ((first, held), rule) = (set.ours.shares(), set.rule.shares().0);
    let share = percent("", held, rule).note(format!("{} calls", set.ours.cases));
    report.add(Figure {
        goal: least(set.party),
        ..share
    })?;
    report.add(percent(".first", first, rule))?;
    let seconds = set.ours.medians().1;
    if seconds.is_finite() {
        let median = figure(".median", seconds, set.rule.medians().0, "s", Better::Less);
        let easy = [Party::EasyPerson, Party::EasyMachine].contains(&set.party);
        let evidence = easy && set.background == Background::Quiet;
        report.add(Figure {
            goal: evidence.then_some(Goal::AtMost(1.5)),
            ..median
        })?;
    }
    if set.ours.beeps > 0 {
        let found = 100.0 * set.ours.beeps_found as f32 / set.ours.beeps as f32;
        let beeps = Figure::new(format!("{name}.beeps"), f64::from(found), "%", Better::More);
        report.add(beeps.note(format!("of {}", set.ours.beeps)))?;
    }
    Ok(())
}

fn least(party: Party) -> Option<Goal> {
    match party {
        Party::EasyPerson | Party::EasyMachine => Some(Goal::AtLeast(97.0)),
        Party::HardPerson | Party::HardMachine => Some(Goal::AtLeast(90.0)),
        Party::Silence | Party::Music => None,
    }
}
