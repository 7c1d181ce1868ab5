//! The detectors behind one door, so that all get the same; `measures.rs` has the rest of what hears.

use crate::{measures::measures, octets::Octets};
use dsp::{
    answer::Classifier,
    click::Clicks,
    data::DataSignals,
    dtmf::{Dtmf, Profile},
    plan::TonePlan,
    progress::Progress,
    pulse::PulseDigits,
    three_way::{Facts, ThreeWay, ThreeWaySettings},
    voice::{Voice, VoiceSettings},
};
use std::fmt::{Debug, Write as _};
use types::{
    frame::Samples,
    tick::{Tick, Ticks},
};

/// A detector.
pub trait Subject: Debug {
    /// Hears 10 ms of the trunk, beside what the phone sent; tells what it found.
    fn frame(&mut self, phone: &Samples, trunk: &Samples, at: Tick, told: &mut Told);
    fn lost(&mut self, samples: u32);
    fn reset(&mut self);
}

/// What a subject told. Each fact is looked at: there is no number in it that is none.
#[derive(Debug, Default)]
pub struct Told(pub String);

impl Told {
    pub fn fact(&mut self, fact: &dyn Debug) {
        let from = self.0.len();
        let _ = writeln!(self.0, "{fact:?}");
        let shown = &self.0[from..];
        let broken = shown.contains("NaN") || shown.contains("inf");
        assert!(!broken, "told {shown}");
    }
}

/// All of them, new. The octets choose what there is to choose.
pub fn subjects(octets: &mut Octets<'_>) -> Vec<Box<dyn Subject>> {
    let codes: Vec<&str> = tonetables::codes().collect();
    let code = codes[octets.below(codes.len())];
    let plan = tonetables::load(code).expect("a good table").tones;
    subjects_of(&plan, octets.next())
}

/// All of them, for this network.
fn subjects_of(plan: &TonePlan, choice: u8) -> Vec<Box<dyn Subject>> {
    let silence = Ticks::ms(100 * u64::from(choice));
    let mut all = measures(choice);
    let detectors: [Box<dyn Subject>; 9] = [
        Box::new(Dtmf::new(Profile::PinEntry)),
        Box::new(Dtmf::new(Profile::Talk)),
        Box::new(Progress::new(plan)),
        Box::new(Voice::new(VoiceSettings { silence })),
        Box::new(DataSignals::new()),
        Box::new(Clicks::new()),
        Box::new(PulseDigits::new()),
        Box::new(Classifier::new(plan)),
        Box::new(ThreeWay::new(ThreeWaySettings::default())),
    ];
    all.extend(detectors);
    all
}

/// `lost` and `reset` are the same for all.
macro_rules! subject {
    ($subject:ty, |$it:ident, $phone:pat_param, $trunk:ident, $at:ident, $told:ident| $frame:expr) => {
        impl Subject for $subject {
            fn frame(&mut self, $phone: &Samples, $trunk: &Samples, $at: Tick, $told: &mut Told) {
                let $it = self;
                $frame
            }

            fn lost(&mut self, samples: u32) {
                <$subject>::lost(self, samples);
            }

            fn reset(&mut self) {
                <$subject>::reset(self);
            }
        }
    };
}

subject!(Dtmf, |it, _, trunk, at, told| {
    let frame = it.process(trunk, at);
    frame.events.iter().for_each(|event| told.fact(event));
});

subject!(Progress, |it, _, trunk, at, told| {
    let frame = it.process(trunk, at);
    frame.events.iter().for_each(|event| told.fact(event));
});

subject!(Voice, |it, _, trunk, at, told| {
    // Whether a tone sounds is another detector's word.
    let tonal = trunk[0] & 64 != 0;
    let events = it.process(trunk, at, tonal);
    events.iter().for_each(|event| told.fact(event));
});

subject!(DataSignals, |it, _, trunk, at, told| {
    let frame = it.process(trunk, at);
    frame.modem.iter().for_each(|event| told.fact(event));
    frame.tty.iter().for_each(|event| told.fact(event));
});

subject!(Clicks, |it, _, trunk, at, told| {
    let clicks = it.process(trunk, at);
    clicks.iter().for_each(|click| told.fact(click));
});

subject!(PulseDigits, |it, _, trunk, at, told| {
    let events = it.process(trunk, at);
    events.iter().for_each(|event| told.fact(event));
});

subject!(Classifier, |it, _, trunk, at, told| {
    let events = it.process(trunk, at);
    events.iter().for_each(|event| told.fact(event));
});

subject!(ThreeWay, |it, phone, trunk, at, told| {
    let facts = Facts {
        tonal: trunk[1] & 64 != 0,
        dtmf: trunk[2] & 192 == 192,
        machine: trunk[3] & 192 == 192,
        ..Facts::default()
    };
    let frame = it.process(phone, trunk, at, facts);
    assert!(frame.score.is_finite(), "a score of {}", frame.score);
    frame.event.iter().for_each(|event| told.fact(event));
    it.evidence().iter().for_each(|event| told.fact(event));
});
