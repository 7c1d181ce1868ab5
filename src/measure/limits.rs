//! Which values are good: limits as data, each with its source and what a bad value means.
//!
//! Where a standard gives a limit for the whole connection, or none, the figure is what North
//! American practice asks of a subscriber loop or a PBX trunk; `source` says so.

/// How a value is to be taken.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Verdict {
    Good,
    Doubtful,
    Bad,
}

impl Verdict {
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Good => "good",
            Verdict::Doubtful => "doubtful",
            Verdict::Bad => "bad",
        }
    }
}

/// What is judged.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Quantity {
    Loss,
    MilliwattLevel,
    FrequencyOffset,
    Slope404,
    Slope2804,
    CMessageNoise,
    PsophometricNoise,
    Distortion,
    RoundTrip,
    Erl,
    SrlLow,
    SrlHigh,
    DialToneLevel,
    DialToneDelay,
    Impulses,
    BitErrors,
    ErrorFree,
    DigitLevel,
    Twist,
    MissingDigits,
    LoopLoss,
    Direct,
    Slips,
    LostSamples,
    FarNoise,
    Untested,
}

/// The range of good values, and the wider one beyond which they are bad.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Limit {
    pub quantity: Quantity,
    pub name: &'static str,
    pub unit: &'static str,
    pub good: [f64; 2],
    pub bearable: [f64; 2],
    /// How accurate the measurement is, in the unit.
    pub accuracy: f64,
    pub source: &'static str,
    /// What lies behind a value that is not good.
    pub below: &'static str,
    pub above: &'static str,
}

/// No limit on this side.
const NONE: f64 = f64::INFINITY;

const PRACTICE: &str = "practice of North American loops (Bell PUB 41009, RUS 1753F-201)";

macro_rules! limits {
    ($($quantity:ident $name:literal $unit:literal good $g0:expr, $g1:expr; bearable $b0:expr, $b1:expr;
       accuracy $accuracy:literal; source $source:expr; below $below:literal; above $above:literal;)*) => {
        /// All limits.
        pub const LIMITS: &[Limit] = &[$(Limit {
            quantity: Quantity::$quantity,
            name: $name,
            unit: $unit,
            good: [$g0, $g1],
            bearable: [$b0, $b1],
            accuracy: $accuracy,
            source: $source,
            below: $below,
            above: $above,
        }),*];
    };
}

limits! {
    Loss "loss at 1004 Hz" "dB" good -0.5, 8.5; bearable -1.0, 10.0;
        accuracy 0.1; source PRACTICE;
        below "the line seems to gain: a port's gain is set too high, or the sender is louder than said";
        above "a long loop, a bad joint, a bridged tap, or a port's gain set too low";
    MilliwattLevel "1004 Hz level" "dBm0" good -8.5, 0.5; bearable -10.0, 1.0;
        accuracy 0.1; source PRACTICE;
        below "too much loss: a long loop, a bad joint, a receive gain set too low";
        above "a receive gain set too high: it will clip";
    FrequencyOffset "frequency offset" "Hz" good -1.0, 1.0; bearable -5.0, 5.0;
        accuracy 0.1; source "Bell PUB 41004: 5 Hz";
        below "a carrier system between, or the sampling clock runs too fast";
        above "a carrier system between, or the sampling clock runs too slow";
    Slope404 "slope 404 Hz" "dB" good -1.0, 3.0; bearable -2.0, 5.0;
        accuracy 0.1; source PRACTICE;
        below "an equaliser turned up too far";
        above "a series capacitor, a bad transformer, a half-open pair";
    Slope2804 "slope 2804 Hz" "dB" good -1.0, 6.0; bearable -2.0, 9.0;
        accuracy 0.1; source PRACTICE;
        below "an equaliser turned up too far";
        above "a long loop without loading, a bridged tap, a missing load coil";
    CMessageNoise "noise, C-message" "dBrnC0" good -NONE, 20.0; bearable -NONE, 30.0;
        accuracy 0.5; source "RUS 1753F-201 and IEEE 820: 20 good, 30 and more a fault";
        below "";
        above "an unbalanced pair, power line induction, a wet cable, a noisy card";
    PsophometricNoise "noise, psophometric" "dBm0p" good -NONE, -70.0; bearable -NONE, -60.0;
        accuracy 0.5; source "as C-message noise: dBrnC0 less 90";
        below "";
        above "an unbalanced pair, power line induction, a wet cable, a noisy card";
    Distortion "signal to total distortion" "dB" good 32.0, NONE; bearable 24.0, NONE;
        accuracy 0.5; source "ITU-T G.712: 33 dB for one PCM coding; Bell PUB 41004: 24 dB";
        below "noise, clipping, a codec for voice on the way, a wrong law, slips"; above "";
    RoundTrip "round trip" "ms" good 0.0, 50.0; bearable 0.0, 300.0;
        accuracy 0.125; source "ITU-T G.131: echo is heard from 50 ms; G.114: 300 ms";
        below ""; above "packets, a satellite, a mobile network on the way: an echo canceller is needed";
    Erl "echo return loss" "dB" good 18.0, NONE; bearable 11.0, NONE;
        accuracy 0.5; source "TIA-464: 18 dB; Bell PUB 41009: 11 dB for a 2-wire trunk";
        below "the balance network does not suit the line, or a gain is set too high"; above "";
    SrlLow "singing return loss, low" "dB" good 10.0, NONE; bearable 6.0, NONE;
        accuracy 0.5; source "TIA-464: 12 dB; Bell PUB 41009: 6 dB";
        below "wrong balance at low frequencies: try a network with 2.16 uF in series"; above "";
    SrlHigh "singing return loss, high" "dB" good 10.0, NONE; bearable 6.0, NONE;
        accuracy 0.5; source "TIA-464: 12 dB; Bell PUB 41009: 6 dB";
        below "wrong balance at high frequencies: try a network for cable"; above "";
    DialToneLevel "dial tone" "dBm0" good -22.0, -8.0; bearable -29.0, 0.0;
        accuracy 0.2; source "Telcordia GR-506: -13 dBm a frequency at the exchange; Q.24 for the least";
        below "too much loss, or a receive gain set too low"; above "a receive gain set too high";
    DialToneDelay "dial tone delay" "s" good 0.0, 3.0; bearable 0.0, 10.0;
        accuracy 0.02; source "Telcordia GR-507: 3 s for 98.5 % of calls";
        below ""; above "the exchange is busy, or has not seen the loop: look at battery and seizure";
    Impulses "impulses in a minute" "" good 0.0, 1.0; bearable 0.0, 3.0;
        accuracy 0.0; source "Bell PUB 41004: 15 in 15 minutes";
        below ""; above "switching or power cross-talk, loose contacts, slips of a digital span";
    BitErrors "bit error ratio" "" good 0.0, 1e-6; bearable 0.0, 1e-3;
        accuracy 0.0; source "ITU-T G.821";
        below ""; above "a bad span, a wrong clock source (slips), a channel that is not clear";
    ErrorFree "error-free seconds" "%" good 98.8, 100.0; bearable 92.0, 100.0;
        accuracy 0.0; source "ITU-T G.821: 92 % end to end, 98.8 % of a local part";
        below "a bad span or slips"; above "";
    DigitLevel "digit level" "dBm0" good -20.0, 0.0; bearable -25.0, 1.0;
        accuracy 1.0; source "ITU-T Q.24";
        below "too much loss for a digit receiver"; above "it will be clipped";
    Twist "twist" "dB" good -4.0, 3.0; bearable -8.0, 4.0;
        accuracy 1.0; source "ITU-T Q.24: a receiver takes -8 to +4 dB";
        below "a long loop takes high tones away"; above "an equaliser turned up too far";
    MissingDigits "digits missing or too many" "" good 0.0, 0.0; bearable 0.0, 0.0;
        accuracy 0.0; source "every digit counts";
        below ""; above "levels out of range, a line that cuts in and out, a voice codec on the way";
    LoopLoss "loss at 1004 Hz, both ways" "dB" good -1.0, 17.0; bearable -2.0, 20.0;
        accuracy 0.1; source PRACTICE;
        below "the loop gains: a gain is set too high, and it may howl";
        above "a long loop, a bad joint, a bridged tap, or gains set too low";
    Slips "slips" "" good 0.0, 0.0; bearable 0.0, 1.0;
        accuracy 0.0; source "ITU-T G.822: 5 a day";
        below ""; above "two clocks: look at which span gives the clock";
    LostSamples "samples lost here" "" good 0.0, 0.0; bearable 0.0, 80.0;
        accuracy 0.0; source "none may be lost: it is this machine that does";
        below ""; above "the machine is too busy, or the card misses interrupts";
    FarNoise "noise of a quiet line" "dBrnC0" good -NONE, 20.0; bearable -NONE, 30.0;
        accuracy 0.5; source "RUS 1753F-201 and IEEE 820: 20 good, 30 and more a fault";
        below ""; above "noise of the trunk and of the exchange beyond it";
    Untested "tests that could not be done" "" good 0.0, 0.0; bearable 0.0, 0.0;
        accuracy 0.0; source "each line is to be tested";
        below ""; above "see the remark";
    Direct "direct voltage" "" good -20.0, 20.0; bearable -160.0, 160.0;
        accuracy 1.0; source "practice: 20 of 32768 is a codec's own";
        below "a faulty codec, or the wrong law"; above "a faulty codec, or the wrong law";
}

impl Quantity {
    pub fn limit(self) -> &'static Limit {
        let found = LIMITS.iter().find(|limit| limit.quantity == self);
        found.expect("each quantity has its limit")
    }

    pub fn judge(self, value: f64) -> Verdict {
        self.limit().judge(value)
    }
}

impl Limit {
    pub fn judge(&self, value: f64) -> Verdict {
        let within = |[least, most]: [f64; 2]| least <= value && value <= most;
        if within(self.good) {
            Verdict::Good
        } else if within(self.bearable) {
            Verdict::Doubtful
        } else {
            Verdict::Bad
        }
    }

    /// What a value that is not good means; nothing for a good one.
    pub fn meaning(&self, value: f64) -> &'static str {
        match self.judge(value) {
            Verdict::Good => "",
            _ if value < self.good[0] => self.below,
            _ => self.above,
        }
    }

    /// The good values in words.
    pub fn good_words(&self) -> String {
        let unit = match self.unit {
            "" => String::new(),
            unit => format!(" {unit}"),
        };
        match self.good {
            [least, most] if least == -NONE || (least == 0.0 && most < NONE) => {
                format!("at most {most}{unit}")
            }
            [least, most] if most == NONE => format!("at least {least}{unit}"),
            [least, most] => format!("{least} to {most}{unit}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_nested_sourced_and_explained() {
        for limit in LIMITS {
            assert_eq!(
                limit.quantity.limit().name,
                limit.name,
                "one limit a quantity"
            );
            assert!(limit.bearable[0] <= limit.good[0], "{}", limit.name);
            assert!(limit.good[1] <= limit.bearable[1], "{}", limit.name);
            assert!(!limit.source.is_empty() && !limit.name.is_empty());
            let outside = [limit.bearable[0] - 1.0, limit.bearable[1] + 1.0];
            for value in outside.into_iter().filter(|value| value.is_finite()) {
                assert_eq!(limit.judge(value), Verdict::Bad, "{} {value}", limit.name);
                let physical = value >= 0.0 || limit.bearable[0] < 0.0;
                let beyond = limit.unit == "%" && value > 100.0;
                assert!(
                    !limit.meaning(value).is_empty() || !physical || beyond,
                    "{} {value} means nothing",
                    limit.name
                );
            }
        }
    }
}
