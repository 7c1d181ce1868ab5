//! What `--help` says beyond the options: the technician's manual of the live commands.
//!
//! Good and bad values are not written here but taken from the limits that judge them, with their
//! sources.

use measure::limits::Quantity;

use super::options::LiveCommand;

/// The widest line of the manual.
const WIDTH: usize = 100;

/// The page of a command: its text, the limits of what it measures, its examples.
fn page(text: &str, measured: &[Quantity], examples: &[&str]) -> String {
    let mut page = text.to_owned();
    if !measured.is_empty() {
        page.push_str("\n\nGood values, and what another means (between good and bad: doubtful):");
    }
    for quantity in measured {
        let limit = quantity.limit();
        let name = format!("  {:<29}", limit.name);
        let good = match limit.good == limit.bearable {
            true => format!("{name}good: {}", limit.good_words()),
            false => format!(
                "{name}good: {}; bad: {}",
                limit.good_words(),
                limit.bad_words()
            ),
        };
        page.push('\n');
        page.push_str(&good);
        let sides = match limit.below == limit.above {
            true => [("else", limit.below), ("", "")],
            false => [("less", limit.below), ("more", limit.above)],
        };
        for (side, meaning) in sides {
            if !meaning.is_empty() {
                page.push_str(&folded("    ", &format!("{side}: {meaning}")));
            }
        }
        page.push_str(&folded("    ", &format!("source: {}", limit.source)));
    }
    page.push_str("\n\nExamples:");
    for example in examples {
        page.push_str("\n  linetest ");
        page.push_str(example);
    }
    page
}

/// A paragraph on lines of its own, no wider than the manual is.
fn folded(indent: &str, text: &str) -> String {
    let mut lines = String::new();
    let mut room = 0;
    for word in text.split_whitespace() {
        if word.len() + 1 > room {
            lines.push('\n');
            lines.push_str(indent);
            room = WIDTH - indent.len();
        } else {
            lines.push(' ');
        }
        lines.push_str(word);
        room = room.saturating_sub(word.len() + 1);
    }
    lines
}

/// A page: its command, its text, what is measured, and examples.
type Page = (
    &'static str,
    &'static str,
    &'static [Quantity],
    &'static [&'static str],
);

const PAGES: [Page; 14] = {
    use Quantity as Q;
    [
        ("list", LIST, &[], &["list", "list --json", "list | head"]),
        (
            "watch",
            WATCH,
            &[Q::LostSamples],
            &[
                "watch --channel 14 --seconds 60",
                "watch --site site.toml --trunk 2 --off-hook --send milliwatt",
                "watch --sim phone --seconds 16",
            ],
        ),
        (
            "hook",
            HOOK,
            &[
                Q::DialToneDelay,
                Q::DialToneLevel,
                Q::ProceedDelay,
                Q::WinkLength,
            ],
            &[
                "hook --channel 3 --seconds 20",
                "hook --site site.toml --trunk 1",
                "hook --sim em-wink",
            ],
        ),
        ("ring", RING, &[], &["ring --channel 3", "ring --sim phone"]),
        (
            "dial",
            DIAL,
            &[
                Q::DialToneDelay,
                Q::DialToneLevel,
                Q::ProceedDelay,
                Q::WinkLength,
            ],
            &[
                "dial --channel 14 5551212",
                "dial --channel 97 --signalling em-wink 5551212",
                "dial --sim r2 5550103",
            ],
        ),
        (
            "tone",
            TONE,
            &[
                Q::MilliwattLevel,
                Q::FrequencyOffset,
                Q::Distortion,
                Q::CMessageNoise,
                Q::PsophometricNoise,
                Q::DigitalSilence,
                Q::Direct,
                Q::Impulses,
                Q::LoopLoss,
                Q::LoopSlope404,
                Q::LoopSlope2804,
            ],
            &[
                "tone --channel 14 --dial 5550102 --send quiet",
                "tone --sim loopback,loss=4,twist=-2 --send slope",
                "tone --channel 14 --send 2100@-12 --seconds 10",
            ],
        ),
        (
            "loop",
            LOOP,
            &[
                Q::RoundTrip,
                Q::LoopLoss,
                Q::LoopSlope404,
                Q::LoopSlope2804,
                Q::FrequencyOffset,
                Q::Distortion,
                Q::CMessageNoise,
            ],
            &[
                "loop --channel 14 --dial 5550108",
                "loop --sim loopback,loss=4,delay=40",
            ],
        ),
        (
            "loopback",
            LOOPBACK,
            &[Q::LostSamples],
            &[
                "loopback --channel 37 --seconds 600",
                "loopback --sim quiet",
            ],
        ),
        (
            "echo",
            ECHO,
            &[Q::Erl, Q::SrlLow, Q::SrlHigh],
            &[
                "echo --channel 14 --break-dial-tone",
                "echo --sim quiet,echo=14",
            ],
        ),
        (
            "dtmf",
            DTMF,
            &[Q::MissingDigits, Q::DigitLevel, Q::Twist],
            &[
                "dtmf --channel 14 --dial 5550108",
                "dtmf --channel 3 --hear 20",
                "dtmf --sim loopback,loss=3",
            ],
        ),
        (
            "bert",
            BERT,
            &[
                Q::PatternAbsent,
                Q::BitErrors,
                Q::ErrorFree,
                Q::Slips,
                Q::LostSamples,
            ],
            &[
                "bert --channel 30 --seconds 900",
                "bert --channel 97 --signalling em-wink --dial 5550108 --bits 7",
                "bert --sim digital,errors=1e-5 --pattern qrss",
            ],
        ),
        (
            "learn-release",
            LEARN_RELEASE,
            &[Q::SureSigns],
            &[
                "learn-release --channel 14 --dial 5551234",
                "learn-release --site site.toml --trunk 2 --dial 5551234 --out learned.toml",
                "learn-release --sim exchange,hang-up=busy --dial 5550103 --hangs-up-after 3",
            ],
        ),
        (
            "supervise",
            SUPERVISE,
            &[],
            &[
                "supervise --channel 14 --seconds 60",
                "supervise --sim exchange,hang-up=kewl --dial 5550103 --seconds 30",
                "supervise --sim r2 --dial 5550103 --seconds 20",
            ],
        ),
        (
            "report",
            REPORT,
            &[],
            &[
                "report --site site.toml --html frame.html --title \"North State\"",
                "report --site site.toml --quiet 5550100 --milliwatt 5550102",
                "report --sim exchange --html page.html",
            ],
        ),
    ]
};

/// The page of a command, if it is a live one.
pub(crate) fn of(command: &str) -> Option<String> {
    let found = PAGES.iter().find(|(name, ..)| *name == command);
    found.map(|(_, text, measured, examples)| page(text, measured, examples))
}

/// The program's command with the manual in it.
pub(crate) fn bound(program: clap::Command) -> clap::Command {
    use clap::Subcommand as _;
    let live = LiveCommand::augment_subcommands(clap::Command::new("live"));
    let names: Vec<String> = live
        .get_subcommands()
        .map(|command| command.get_name().to_owned())
        .collect();
    names.iter().fold(program, |program, name| {
        program.mut_subcommand(name, |command| match of(name) {
            // The manual first: which line is meant is the same everywhere.
            Some(page) => command.after_long_help(page).help_template(
                "{about-with-newline}{after-help}\n\n{usage-heading} {usage}\n\n{all-args}",
            ),
            None => command,
        })
    })
}

const LIST: &str = "\
Asks DAHDI's control device; no channel is opened, no call is disturbed.

A table a span; channels that are alike stand in one row (keys of --json, which has each channel by
itself: span name description channels alarms timing errors lines, and of each line channel name
signalling for law hook bundle in_use alarm):
  timing      from its line: the span follows the clock of what it receives, as one from the network
              must; from span N: it follows that one; internal: the card's own clock, right for analog
              cards and for a span whose far end follows ours. Two connected spans that are both
              internal slip
  alarm       red: nothing arrives (cable, far end off); yellow: the far end hears nothing of us;
              blue: something on the way is broken
  errors      what the card has counted since it was loaded; only what is not zero
  for         what the channel is: a telephone (DAHDI's fxo... feeds one), a trunk (fxs..., e&m, cas),
              data (clear: no signalling), nothing (not configured)
  hook        of a telephone, whether it is lifted; of a trunk, whether the exchange rings or holds it,
              or the bits that arrive
  state       in use: a program has it open

Good: no alarm, no errors that grow, a span from the network that takes its timing from its line.";

const WATCH: &str = "\
Listens to one line and prints a row a second (keys of --json: second hook received_dbm0 peak_dbm0
sent_dbm0 bits_received bits_sent lost_samples overruns underruns events). What is done to the line: its
audio is read and silence is sent, or with --send a tone; with --off-hook a trunk is seized. Levels are
both ways: what arrives, and what is given to the card, before its gains. So are the bits A, B, C, D of
a trunk that is signalled by them, as they are at the end of the second; what was between is in events.

A DAHDI channel that another program has open keeps its sound to itself: a call on it may be
privileged, as one with an attorney is, which linetest can't know, so no call is ever listened to, not
even for its level. Of such a channel, with nothing done to it, hook, signalling bits, alarms and what
its card has counted are printed, and \"in use\" in place of levels (keys of --json: second hook levels
bits_received bits_sent alarms errors); \"free\" once it was let go: start anew to measure it.

Good: an idle line below -60 dBm0; speech -15 to -25; peaks below +3; nothing lost (field practice).
  lost, overruns   this machine was late: other programs are too busy, or the card's interrupts come
                   late
  underruns        silence was sent because nothing was there in time: the same reason
  -99 dBm0         not one sample differs from zero: the channel carries nothing";

const HOOK: &str = "\
Of a handset port: nothing is done to the line; lift the phone, flash, dial, hang up, and see each
change of the loop and what the controller takes it for. Of a trunk: it is seized (off-hook) for
--seconds and no longer, and what the exchange answers is measured: dial tone, or the wink or
acknowledgement of a trunk that is signalled by bits; then it is on-hook again. What does not come
within less than 10 s proves nothing.

  no dial tone        no battery, a wrong pair, a line in use by a call, a ground start line
  no wink             the far end is set to immediate start, or the bits do not arrive (\"watch\")
  contact bounce      under 20 ms: normal when a hook is lifted; in a call, a loose contact
  flashes not made    a loose contact of 120 to 400 ms: the cord, the hook, the connecting block";

const RING: &str = "\
Rings the telephone at a handset port, with the cadence of the tone zone, until it is picked up or
--seconds are over. A telephone that is off-hook is not rung.

Good: it rings, and \"answered\" comes when it is lifted.
  no ring             no ringing voltage from the card, a wrong pair, a ringer that is switched off
  answered at once    ring trip too early: too many ringers on the pair, or a leak on it";

const DIAL: &str = "\
Seizes the trunk, waits for dial tone (on bits: the wink, the seizure's acknowledgement), dials, tells
what came back and when, holds the call for --hold seconds and hangs up. A number of the emergency
services (911, 112, 999, 000 and those of the country, also behind a 9, 0 or 8 for an outside line) is
called by no command without --call-emergency. Exit status 1 when the call
failed (busy, reorder, no answer).

Good: ringback or an answer a few seconds after the last digit.
  reorder, SIT        the exchange did not get the digits (levels: \"linetest dtmf\"), or the number is
                      none
  answered by silence a quiet termination, or a far end that is muted: not proof of an answer
  in use (E&M, R2)    the far end holds the trunk: glare, blocking, or another kind of start";

const TONE: &str = "\
Sends a tone, or quiet, and measures what arrives meanwhile. Connect the far end first: --dial the
number of a test line, or have somebody there with an instrument. Without --dial a two-wire trunk is
seized and listened to for 3 s: where dial tone is heard, nothing is sent, as it may dial a number
(--into-dial-tone sends all the same).

Digital silence is no noise but a channel that carries nothing. On a path that is digital to its end
it is what a quiet far end sends, and proves nothing: exit status 1.

  what is at the far end       use
  milliwatt (102)              --send quiet: 1004 Hz level, distortion
  quiet termination (100)      --send quiet: noise
  an instrument                --send milliwatt: it reads the loss
  a loopback                   --send slope: 404, 1004, 2804 Hz there and back

A milliwatt is 1004 Hz at 0 dBm0, not 1000: that would use only eight codes of the codec. Slope is 404,
1004 and 2804 Hz at -16 dBm0 in turn. Tones of the country are dial, busy, ringback, reorder and what
else its table has. A 1004 Hz tone is heard by whoever is on the line.

With --seconds 10 and more, impulses above -31 dBm0 are counted (seven a second at most), and while a
milliwatt is heard dropouts (12 dB), gain hits (3 dB) and phase hits (20 degrees).

Accuracy: level 0.1 dB, frequency 0.1 Hz, noise 0.5 dB, distortion 0.5 dB.";

const LOOP: &str = "\
The far end sends back what it hears (a loopback: test lines 105 and 108, or a plug). Sends a
wide-band signal of -10 dBm0 for 4 s, then 1004 Hz, then nothing.

Our own transmit queue (20 ms on a card, 10 ms in simulation) is taken off the round trip. Below 0 dB
of loss a loop may howl. Into dial tone nothing is sent (\"help tone\").

The echo of our own hybrid comes back at once, within 8 ms, and is taken off where it can be told from
the loop: the loop comes later, or is 3 dB stronger. A single return that comes at once and is weaker
than 11 dB may be either: its loss is told and not judged, and the exit status is 1.

  several returns     more than one loopback, or an echo instead of one
  nothing comes back  the loopback is open, the call is not up, or an echo canceller takes the signal
                      away: switch it off for this test

Accuracy: delay one sample (0.125 ms) and on a card 1 ms of its own clock; loss 0.1 dB.";

const LOOPBACK: &str = "\
Makes this end the far end of another instrument's test: each octet that arrives is sent back, 10 ms and
our own queue later. A trunk is seized for --seconds. Put it on one channel and measure on the other
end with \"loop\", \"bert\" or \"dtmf\". On a line to a hybrid it may howl: use it where the other end has
told you to.";

const ECHO: &str = "\
How much of what is sent the line's hybrid sends back, over frequency. The far end must be quiet: dial
a quiet termination, or --break-dial-tone (seizes, waits for dial tone, sends a 1). Sends a wide-band
signal of -10 dBm0 for 4 s. An echo canceller of the card must be off.

  ERL        560 to 1965 Hz: what a talker hears
  SRL low    260 to 500 Hz: where a circuit howls
  SRL high   2200 to 3400 Hz: the same
  balance    which network the line looks like, and what to set on the card

--balance is what the card is set to now. The networks:
  \"600 ohm\", \"900 ohm\", \"600 ohm + 2.16 uF\", \"900 ohm + 2.16 uF\", \"270 ohm + 750 ohm || 150 nF
  (TBR 21)\", \"220 ohm + 820 ohm || 120 nF (Australia)\", \"... || 115 nF (Germany)\", \"370 ohm + 620
  ohm || 310 nF (United Kingdom)\", \"320 ohm + 1050 ohm || 230 nF\", and three for cable.

  late echo           the far end's hybrid: no balance here changes it; a canceller with a longer
                      tail does
  too loud by gain    all frequencies return alike: the card's gains are too high
  all comes back      an open or shorted pair, or a loopback
  no network fits     a bridged tap, a telephone off-hook beside the line, a bad pair

Accuracy: 0.5 dB, down to 10 dB above what noise leaves.";

const DTMF: &str = "\
Sends all sixteen digits and verifies those that come back from a loopback. With --hear nothing is
sent: keys are pressed at the far end (a telephone at a handset port, an instrument).

  missing             too weak, too much twist, a line that cuts in and out, a voice codec on the way
  too many            an interruption of more than 10 ms within a digit: a loose contact

Accuracy: level and twist 1 dB. The level is that of both tones together.";

const BERT: &str = "\
Sends a known pattern of bits and compares what comes back: loop the far end (its maintenance loop, a
plug, the number of a loopback with --dial, or a second linetest that sends the same pattern). The
channel must be digital from end to end: a clear channel, or any channel of a T1 or E1 without echo
canceller and gains. Whoever listens hears loud noise.

One channel of 64 kbit/s is measured. Channels that DAHDI has bundled into one for data (\"clear=13-24\"
makes one of 768 kbit/s, its octets dealt out over all twelve) are told and left alone: configure them
singly (\"bchan=13-24\") and measure each.

  prbs11    2^11-1, one channel of 64 kbit/s (ITU-T O.152): the usual one
  prbs9     2^9-1 (O.153)     prbs15  2^15-1 (O.151)    prbs23  2^23-1 (O.151)
  qrss      2^20-1 with at most 14 zeros: stresses a T1 as traffic does
  ones, 1:7, 3in24, 1:1, zeros: fixed words that stress clock recovery (3in24: least ones)
  --bits 7  where signalling robs the lowest bit of each sixth frame: 8 then shows errors

Good: not one error in 15 minutes.
  slips               two clocks: look at \"timing\" in \"linetest list\"
  errors in all       a bad cable, a wrong line build-out, a missing termination
  pattern not found   no loop, the wrong pattern, robbed bits, an echo canceller or gain on the way
  1 or 2 % of errors  robbed bits: use --bits 7

--inject 5 sends five wrong bits after a second: the far end must count five. Those that come back are
counted by themselves and spoil no second. Where all errors are in the lowest bit of the octets, that is
said: it is robbed. On two wires, which no bit passes as it was sent, nothing is sent.";

const LEARN_RELEASE: &str = "\
Places a call to a telephone that you can hang up, waits until it is, and learns how this trunk tells
it: loop break, polarity, the far end's hook (E&M), a clear-back (R2), a tone, or nothing but silence.
Prints the trunk's settings as they stand in a site file. Press Enter when the far end hangs up, or say
--hangs-up-after.

--out FILE.toml writes them as well, into a new file; none is ever replaced. With --site and --trunk it
is a copy of the site file in which this trunk has what was learned and all else is as it was: compare,
then put it in its place.

Good: a loop break (kewl start), a polarity reversal, on-hook or clear-back within a second. A tone is
as good if it always comes; it takes longer. Silence alone proves nothing: ask the exchange's owner for
disconnect supervision (\"calling party control\"); the exit status is 3.

A loop break is told by DAHDI only on a channel that is configured for kewl start (fxsks): learn there.
Learn a local and a distant call: exchanges differ.";

const SUPERVISE: &str = "\
Prints each edge on the wires and each tone as it comes, with its time since the start, how long the
state before it had lasted, and after \"->\" what the controller makes of it. A trunk is only watched
(on-hook: rings, the far end's bits), or with --dial called over; a telephone is watched.

Good: what you do to the line is what it says.
  ringing begins and stops     2 s and 4 s in North America
  battery lost, 500 ms or so   the disconnect signal of kewl start
  polarity                     answer and release of an exchange that supervises so
  far end off-hook (E&M)       a wink (100 to 350 ms) before the digits; the answer after them
  bits (R2)                    A and B of the four (C and D never change):
                               10 idle, 11 seizure acknowledged or cleared back, 01 answered, 00 forced
                               release (ITU-T Q.421)";

const REPORT: &str = "\
Tests the lines of a site one after the other and prints a table; --html writes a page to hand over,
with the return loss of each trunk as a picture, and replaces nothing but an older page; --json prints
an object a line. After Ctrl-C what was tested till then is told, marked unfinished. A trunk is seized,
its dial tone measured and broken by a 1, then noise and return loss; of a trunk on bits the wink or
acknowledgement is measured. With --quiet and --milliwatt those numbers are called too. A telephone is
fed and listened to; none rings. A line that another program has open is left alone and is \"not
tested\".

Good: every line good. What is doubtful works and will be complained about; what is bad is a fault.
Under each value that is not good stands what it usually means, and the page ends with where each limit
comes from.";

/// What `--signalling` takes.
pub(crate) const SIGNALLING: &str = "\
How the channel's bits signal, where DAHDI passes them on as they are (cas): em-wink
em-immediate em-delay-dial ground-start r2-itu r2-argentina r2-brazil r2-china r2-colombia
r2-mexico r2-venezuela. A trunk of a site file says it there.";

/// What `--sim` takes.
pub(crate) const SIM: &str = "\
A simulated line, which behaves as one on a card: FAR[,KEY=VALUE...].

What is at its far end:
  exchange        a central office: 5550100 is a quiet termination, 5550102 a milliwatt,
                  5550103 answers and hangs up after two seconds, 5550108 sends back what it
                  hears, 5550111 is busy
  em-wink em-immediate em-delay-dial ground-start r2
                  the same behind a trunk that is signalled by bits
  loopback        sends back what it hears
  milliwatt       1004 Hz at 0 dBm0
  quiet           a quiet termination
  phone           a telephone that is lifted after 5 s, flashes, dials 3 by pulses, hangs up
  phone-loopback  a lifted telephone that sends back what it hears
  digital         a digital loop that is known to the bit

Keys:
  loss, loss-in, loss-out   dB of both ways, or of one
  echo                      return loss in dB; echo-delay, delay: samples
  noise, hum                dBm0
  twist                     dB more (or less) of high frequencies
  dc                        of 32768
  clear                     no echo, loss and noise but what other keys say
  hang-up                   of exchange: kewl, polarity, busy, dial or nothing
  errors, slip, robbed      of digital: share of bits, octets between slips, the lowest bit of
                            each sixth octet; delay too

It runs as fast as it can; --real-time ties it to the clock.";

pub(crate) const LIVE: &str = "\
Live lines
  Which line, one of:
    --channel N               a DAHDI channel (\"linetest list\" shows them)
    --site FILE --trunk ID    a trunk of a site; --line ID: a phone
    --sim FAR[,KEY=VALUE...]  a simulated line, to try things out (keys: \"linetest help tone\")
  Each command says what it does to the line before it does it. Ctrl-C ends it and restores the line:
  ringing and tones stop, a trunk is put on-hook. A channel in use is never disturbed: DAHDI gives a
  channel to one program only, and there is no way to force it.

  linetest list                                         what there is, and what is free
  linetest hook --channel 14                            is there dial tone?
  linetest tone --channel 14 --dial 5550102 --send quiet   how loud is the milliwatt?
  linetest report --site site.toml --html frame.html    the whole frame, as a page to hand over
  linetest loop --sim loopback,loss=4,delay=40          the same without any card";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_folded_where_words_end() {
        let text = "word ".repeat(60);
        let lines = folded("    ", &text);
        assert!(lines.lines().skip(1).all(|line| line.len() <= WIDTH));
        assert_eq!(lines.split_whitespace().count(), 60);
    }
}
