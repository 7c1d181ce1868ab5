//! `signalling` of a `[[trunk]]`, and the keys that belong to each kind of it.

use types::{
    digits::{Digit, Digits},
    mf::MfSignal,
    tick::Ticks,
    trunk::{FeatureGroupD, Outpulsing, R2Country, R2Trunk, TrunkSignalling, Wink},
};

use super::reader::Section;

#[derive(Clone, Copy)]
enum Kind {
    LoopStart,
    KewlStart,
    GroundStart,
    EmImmediate,
    EmWink,
    EmDelayDial,
    FeatureGroupD,
    R2,
}

const KINDS: &[(&str, Kind)] = &[
    ("loop-start", Kind::LoopStart),
    ("kewl-start", Kind::KewlStart),
    ("ground-start", Kind::GroundStart),
    ("em-immediate", Kind::EmImmediate),
    ("em-wink", Kind::EmWink),
    ("em-delay-dial", Kind::EmDelayDial),
    ("feature-group-d", Kind::FeatureGroupD),
    ("r2", Kind::R2),
];

pub(super) const COUNTRIES: &[(&str, R2Country)] = &[
    ("itu", R2Country::Itu),
    ("argentina", R2Country::Argentina),
    ("brazil", R2Country::Brazil),
    ("china", R2Country::China),
    ("colombia", R2Country::Colombia),
    ("mexico", R2Country::Mexico),
    ("venezuela", R2Country::Venezuela),
];

/// How the trunk signals.
pub fn read(section: &mut Section<'_>) -> TrunkSignalling {
    let kind = section.key("signalling").must().one_of(KINDS);
    match kind.unwrap_or(Kind::LoopStart) {
        Kind::LoopStart => TrunkSignalling::LoopStart,
        Kind::KewlStart => TrunkSignalling::KewlStart,
        Kind::GroundStart => TrunkSignalling::GroundStart,
        Kind::EmImmediate => {
            let wait = section.key("immediate_wait_ms").int(65..=5000);
            TrunkSignalling::EmImmediate {
                wait: Ticks::ms(wait.unwrap_or(200)),
            }
        }
        Kind::EmWink => TrunkSignalling::EmWink(wink(section)),
        Kind::EmDelayDial => TrunkSignalling::EmDelayDial,
        Kind::FeatureGroupD => feature_group_d(section),
        Kind::R2 => r2(section),
    }
}

/// How digits are sent. Feature group D and R2 leave no choice, and have no key for it.
pub fn outpulsing(section: &mut Section<'_>, signalling: &TrunkSignalling) -> Outpulsing {
    let (dtmf, mf) = (("dtmf", Outpulsing::Dtmf), ("mf", Outpulsing::Mf));
    let choices: &[(&str, Outpulsing)] = match signalling {
        TrunkSignalling::FeatureGroupD(_) | TrunkSignalling::R2(_) => return Outpulsing::Mf,
        // The pulses of a digital trunk would be changes of its bits: no driver sends them.
        TrunkSignalling::EmImmediate { .. }
        | TrunkSignalling::EmWink(_)
        | TrunkSignalling::EmDelayDial => &[dtmf, mf],
        TrunkSignalling::GroundStart => &[dtmf],
        TrunkSignalling::LoopStart | TrunkSignalling::KewlStart => {
            &[dtmf, ("pulse", Outpulsing::Pulse)]
        }
    };
    let chosen = section.key("outpulsing").one_of(choices);
    chosen.unwrap_or(Outpulsing::Dtmf)
}

fn wink(section: &mut Section<'_>) -> Wink {
    let standard = Wink::STANDARD;
    let min = section.key("wink_min_ms").int(50..=1000);
    let max = section.key("wink_max_ms").int_at(100..=2000);
    let wink = Wink {
        min: min.map_or(standard.min, Ticks::ms),
        max: max
            .as_ref()
            .map_or(standard.max, |max| Ticks::ms(max.value)),
    };
    if wink.min >= wink.max {
        let line = max.map_or(section.line(), |max| max.line);
        let what = format!(
            "is {} ms, which must be more than `wink_min_ms`, {} ms",
            wink.max.as_ms(),
            wink.min.as_ms()
        );
        section.notes().add(line, section.path("wink_max_ms"), what);
    }
    wink
}

fn feature_group_d(section: &mut Section<'_>) -> TrunkSignalling {
    let wink = wink(section);
    let ani = number(section, "ani");
    let two = |text: &str| {
        let digits = Digits::parse(text)?;
        let mut digits = digits.iter().filter(|digit| digit.value().is_some());
        let two: [Digit; 2] = [digits.next()?, digits.next()?];
        (text.len() == 2).then_some(two)
    };
    let ii = section.key("ii").parsed("2 digits, in quotes", two);
    let carrier = number(section, "carrier");
    let winks_for_number = section.key("winks_for_number").flag();
    TrunkSignalling::FeatureGroupD(FeatureGroupD {
        wink,
        ii: ii.map_or(FeatureGroupD::INMATE, |ii| ii.value),
        ani,
        carrier,
        winks_for_number: winks_for_number.unwrap_or(false),
    })
}

fn r2(section: &mut Section<'_>) -> TrunkSignalling {
    let country = section.key("r2_country").must().one_of(COUNTRIES);
    let ani = number(section, "ani");
    let category = section.key("r2_category").int(1..=15);
    let category = MfSignal::new(category.map_or(1, |category| category as u8));
    let metering = section.key("r2_metering_ms").int(0..=1000);
    TrunkSignalling::R2(R2Trunk {
        country: country.unwrap_or(R2Country::Itu),
        ani,
        category: category.expect("from 1 to 15"),
        metering: metering.map(Ticks::ms),
    })
}

fn number(section: &mut Section<'_>, key: &'static str) -> Digits {
    let digits = |text: &str| {
        let fits = text.len() <= 15 && text.bytes().all(|c| c.is_ascii_digit());
        fits.then(|| Digits::parse(text))?
    };
    let found = section
        .key(key)
        .parsed("at most 15 digits, in quotes", digits);
    found.map_or(Digits::EMPTY, |found| found.value)
}
