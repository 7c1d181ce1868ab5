//! Which values are good: limits as data, each with its source and what a bad value means.
//!
//! `source` names what the figures were taken from: a document that says so, or field practice where
//! no document gives a limit for a subscriber loop or a PBX trunk. Documents: State rules on loops
//! (S.C. Code Regs. 103-663.3: 8.5 dB, 20 dBrnC; COMAR 20.45.05.04: dial tone), D. A. Lewinski, "A New
//! Objective for Message Circuit Noise", BSTJ 1964 (20 dBrnC of a loop); a PBX maker's table (Avaya
//! 555-233-143: echo return loss 18 dB, 12 dB at any single frequency); Bell's type 3002 channel, the
//! voice-grade private line; ITU-T recommendations.

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
    LoopSlope404,
    LoopSlope2804,
    CMessageNoise,
    PsophometricNoise,
    Distortion,
    RoundTrip,
    Erl,
    SrlLow,
    SrlHigh,
    DialToneLevel,
    DialToneDelay,
    ProceedDelay,
    WinkLength,
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
    Unanswered,
    DigitalSilence,
    SureSigns,
    PatternAbsent,
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

const LOOP: &str =
    "S.C. Code Regs. 103-663.3: 8.5 dB of a subscriber loop; the rest field practice";
const BOTH_WAYS: &str = "twice the limits of one way";
const NOISE: &str = "20 dBrnC of a loop: S.C. Code Regs. 103-663.3 and Lewinski, BSTJ 1964; 30: field \
                     practice";
const PRACTICE: &str = "field practice";
const RETURN_LOSS: &str = "12 dB at any one frequency: Avaya 555-233-143, station to 2-wire trunk; 10 and 6 \
                           of a band: field practice";

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
        accuracy 0.1; source LOOP;
        below "the line seems to gain: a port's gain is set too high, or the sender is louder than said";
        above "a long loop, a bad joint, a bridged tap, or a port's gain set too low";
    MilliwattLevel "1004 Hz level" "dBm0" good -8.5, 0.5; bearable -10.0, 1.0;
        accuracy 0.1; source LOOP;
        below "too much loss: a long loop, a bad joint, a receive gain set too low";
        above "a receive gain set too high: it will clip";
    FrequencyOffset "frequency offset" "Hz" good -1.0, 1.0; bearable -5.0, 5.0;
        accuracy 0.1; source "5 Hz: Bell type 3002 channel; 1 Hz: field practice";
        below "a carrier system between, or the sampling clock runs too fast";
        above "a carrier system between, or the sampling clock runs too slow";
    Slope404 "slope 404 Hz" "dB" good -1.0, 3.0; bearable -2.0, 5.0;
        accuracy 0.1; source PRACTICE;
        below "a long loop without loading, whose loss grows with frequency, or an equaliser turned up too \
               far";
        above "a series capacitor, a bad transformer, a half-open pair";
    Slope2804 "slope 2804 Hz" "dB" good -1.0, 6.0; bearable -2.0, 9.0;
        accuracy 0.1; source PRACTICE;
        below "an equaliser turned up too far";
        above "a long loop without loading, a bridged tap, a missing load coil";
    LoopSlope404 "slope 404 Hz, both ways" "dB" good -2.0, 6.0; bearable -4.0, 10.0;
        accuracy 0.1; source BOTH_WAYS;
        below "a long loop without loading, whose loss grows with frequency, or an equaliser turned up too \
               far";
        above "a series capacitor, a bad transformer, a half-open pair";
    LoopSlope2804 "slope 2804 Hz, both ways" "dB" good -2.0, 12.0; bearable -4.0, 18.0;
        accuracy 0.1; source BOTH_WAYS;
        below "an equaliser turned up too far";
        above "a long loop without loading, a bridged tap, a missing load coil";
    CMessageNoise "noise, C-message" "dBrnC0" good -NONE, 20.0; bearable -NONE, 30.0;
        accuracy 0.5; source NOISE;
        below "";
        above "an unbalanced pair, power line induction, a wet cable, a noisy card";
    PsophometricNoise "noise, psophometric" "dBm0p" good -NONE, -70.0; bearable -NONE, -60.0;
        accuracy 0.5; source "as C-message noise: about 90 below dBrnC0";
        below "";
        above "an unbalanced pair, power line induction, a wet cable, a noisy card";
    Distortion "signal to total distortion" "dB" good 32.0, NONE; bearable 24.0, NONE;
        accuracy 0.5; source "33 dB of one PCM coding: ITU-T G.712; 24 dB: Bell type 3002 channel";
        below "noise, clipping, a codec for voice on the way, a wrong law, slips"; above "";
    RoundTrip "round trip" "ms" good 0.0, 50.0; bearable 0.0, 300.0;
        accuracy 0.125;
        source "150 ms one way: ITU-T G.114; 50 ms both ways, from which on an echo is heard apart: field \
                practice (ITU-T G.131 has the curve)";
        below ""; above "packets, a satellite, a mobile network on the way: an echo canceller is needed";
    Erl "echo return loss" "dB" good 18.0, NONE; bearable 11.0, NONE;
        accuracy 0.5; source "18 dB: Avaya 555-233-143, station to 2-wire trunk; 11 dB: field practice";
        below "the balance network does not suit the line, or a gain is set too high"; above "";
    SrlLow "singing return loss, low" "dB" good 10.0, NONE; bearable 6.0, NONE;
        accuracy 0.5; source RETURN_LOSS;
        below "wrong balance at low frequencies: try a network with 2.16 uF in series"; above "";
    SrlHigh "singing return loss, high" "dB" good 10.0, NONE; bearable 6.0, NONE;
        accuracy 0.5; source RETURN_LOSS;
        below "wrong balance at high frequencies: try a network for cable"; above "";
    DialToneLevel "dial tone" "dBm0" good -22.0, -8.0; bearable -29.0, 0.0;
        accuracy 0.2;
        source "-10 dBm0 at the exchange, -13 a frequency: precise tone plan of North America; less the \
                loss of a loop; the ends: field practice";
        below "too much loss, or a receive gain set too low"; above "a receive gain set too high";
    DialToneDelay "dial tone delay" "s" good 0.0, 3.0; bearable 0.0, 10.0;
        accuracy 0.02;
        source "98.5 % of calls within 3 s: COMAR 20.45.05.04 (Maryland); 10 s: field practice";
        below ""; above "the exchange is busy, or has not seen the loop: look at battery and seizure";
    ProceedDelay "proceed signal after" "s" good 0.0, 3.0; bearable 0.0, 10.0;
        accuracy 0.02; source "as dial tone";
        below ""; above "the exchange is busy, has not seen the seizure, or is set to another start";
    WinkLength "wink" "ms" good 140.0, 290.0; bearable 100.0, 350.0;
        accuracy 10.0; source "field practice of E&M wink start: 140 to 290 ms sent, 100 to 350 taken";
        below "a hit on the wire, or a far end that is set to another start";
        above "delay dial instead of wink start, or a far end that holds the trunk";
    Impulses "impulses in a minute" "" good 0.0, 1.0; bearable 0.0, 3.0;
        accuracy 0.0; source "15 in 15 minutes: Bell type 3002 channel";
        below ""; above "switching or power cross-talk, loose contacts, slips of a digital span";
    BitErrors "bit error ratio" "" good 0.0, 1e-6; bearable 0.0, 1e-3;
        accuracy 0.0;
        source "ITU-T G.821: a minute beyond 1e-6 is degraded, a second beyond 1e-3 severely errored";
        below ""; above "a bad span, a wrong clock source (slips), a channel that is not clear";
    ErrorFree "error-free seconds" "%" good 98.8, 100.0; bearable 92.0, 100.0;
        accuracy 0.0; source "ITU-T G.821 (1988): 92 % from end to end, 98.8 % of a local part";
        below "a bad span or slips"; above "";
    DigitLevel "digit level" "dBm0" good -20.0, 0.0; bearable -25.0, 1.0;
        accuracy 1.0; source "ITU-T Q.24: a receiver takes 0 to -25 dBm a frequency; the rest field practice";
        below "too much loss for a digit receiver"; above "it will be clipped";
    Twist "twist" "dB" good -4.0, 3.0; bearable -8.0, 4.0;
        accuracy 1.0; source "ITU-T Q.24: a receiver takes +4 to -8 dB; the rest field practice";
        below "a long loop takes high tones away"; above "an equaliser turned up too far";
    MissingDigits "digits missing or too many" "" good 0.0, 0.0; bearable 0.0, 0.0;
        accuracy 0.0; source "every digit counts";
        below ""; above "levels out of range, a line that cuts in and out, a voice codec on the way";
    LoopLoss "loss at 1004 Hz, both ways" "dB" good -1.0, 17.0; bearable -2.0, 20.0;
        accuracy 0.1; source BOTH_WAYS;
        below "the loop gains: a gain is set too high, and it may howl";
        above "a long loop, a bad joint, a bridged tap, or gains set too low";
    Slips "slips" "" good 0.0, 0.0; bearable 0.0, 1.0;
        accuracy 0.0; source "ITU-T G.822: at most 5 in 24 hours of an international connection";
        below ""; above "two clocks: look at which span gives the clock";
    LostSamples "samples lost here" "" good 0.0, 0.0; bearable 0.0, 80.0;
        accuracy 0.0; source "none may be lost: it is this machine that does";
        below ""; above "the machine is too busy, or the card misses interrupts";
    FarNoise "noise of a quiet line" "dBrnC0" good -NONE, 20.0; bearable -NONE, 30.0;
        accuracy 0.5; source NOISE;
        below ""; above "noise of the trunk and of the exchange beyond it";
    Untested "tests that could not be done" "" good 0.0, 0.0; bearable 0.0, 0.0;
        accuracy 0.0; source "each line is to be tested";
        below ""; above "see the remark";
    Unanswered "seizures without an answer" "" good 0.0, 0.0; bearable 0.0, 0.0;
        accuracy 0.0; source "an exchange answers each seizure";
        below ""; above "see the remark";
    DigitalSilence "digital silence" "" good 0.0, 0.0; bearable 0.0, 0.0;
        accuracy 0.0; source "a pair of wires has noise, and a codec hears it: field practice";
        below "";
        above "not one sample differs: the channel carries nothing. A dead codec or card, a path that is \
               not switched through, or a digital far end that sends nothing";
    SureSigns "sure signs of the hang-up" "" good 1.0, NONE; bearable 1.0, NONE;
        accuracy 0.0; source "the end of a call is to be told, or the line stays up";
        below "the exchange gives no disconnect supervision: have its owner turn it on"; above "";
    PatternAbsent "pattern never found" "" good 0.0, 0.0; bearable 0.0, 0.0;
        accuracy 0.0; source "what is sent is to come back";
        below ""; above "see the remark";
    Direct "direct voltage" "" good -20.0, 20.0; bearable -160.0, 160.0;
        accuracy 1.0; source "field practice: 20 of 32768 is a codec's own";
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
        let unit = self.unit_after();
        let [least, most] = self.good.map(number);
        match self.good {
            [0.0, 0.0] => "none".to_owned(),
            _ if self.has_no_least() => format!("at most {most}{unit}"),
            [_, NONE] => format!("at least {least}{unit}"),
            _ => format!("{least} to {most}{unit}"),
        }
    }

    /// The bad values in words.
    pub fn bad_words(&self) -> String {
        let unit = self.unit_after();
        let [least, most] = self.bearable.map(number);
        match self.bearable {
            _ if self.has_no_least() => format!("above {most}{unit}"),
            [_, NONE] => format!("below {least}{unit}"),
            _ if self.unit == "%" => format!("below {least}{unit}"),
            _ => format!("below {least} or above {most}{unit}"),
        }
    }

    /// Less is always better, or there is nothing less.
    fn has_no_least(&self) -> bool {
        self.good[0] == -NONE || (self.good[0] == 0.0 && self.good[1] < NONE)
    }

    fn unit_after(&self) -> String {
        match self.unit {
            "" | "%" => self.unit.to_owned(),
            unit => format!(" {unit}"),
        }
    }
}

/// A number as it is read: small ratios as powers of ten.
pub fn number(value: f64) -> String {
    if value == 0.0 || value.abs() >= 0.001 {
        return format!("{value}");
    }
    let short = format!("{value:.1e}");
    short.replace(".0e", "e")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_in_words() {
        let words = |quantity: Quantity| {
            let limit = quantity.limit();
            (limit.good_words(), limit.bad_words())
        };
        let pair = |good: &str, bad: &str| (good.to_owned(), bad.to_owned());
        assert_eq!(words(Quantity::Erl), pair("at least 18 dB", "below 11 dB"));
        assert_eq!(
            words(Quantity::BitErrors),
            pair("at most 1e-6", "above 0.001")
        );
        assert_eq!(words(Quantity::MissingDigits), pair("none", "above 0"));
        assert_eq!(
            words(Quantity::Loss),
            pair("-0.5 to 8.5 dB", "below -1 or above 10 dB")
        );
        assert_eq!(
            words(Quantity::ErrorFree),
            pair("98.8 to 100%", "below 92%")
        );
    }

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
