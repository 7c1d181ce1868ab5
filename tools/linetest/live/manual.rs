//! What `--help` says beyond the options: the technician's manual of the live commands.

pub(crate) const LIST: &str = "\
Asks DAHDI's control device; no channel is opened, no call is disturbed.

What is printed, a span a table (keys of --json: span name description channels alarms clock errors
lines, and of each line channel name signalling law receives in_use alarm):
  clock       which span gives the clock; \"own\" on each of two connected spans means slips
  alarm       red: nothing arrives (cable, far end off); yellow: the far end hears nothing of us;
              blue: something on the way is broken
  errors      what the card has counted since it was loaded; only what is not zero
  signalling  fxo... feeds a telephone, fxs... is a trunk, clear has no signalling
  receives    the hook as the channel sees it

Good: no alarm, no errors that grow, one span with the network's clock.

Examples:
  linetest list
  linetest list --json";

pub(crate) const WATCH: &str = "\
Listens to one line and prints a row a second (keys of --json: second hook received_dbm0 peak_dbm0
sent_dbm0 lost_samples overruns underruns events). What is done to the line: its audio is read and
silence is sent, or with --send a tone; with --off-hook a trunk is seized. Levels are both ways: what
arrives, and what is given to the card, before its gains.

A DAHDI channel that another program has open keeps its sound to itself: a call on it may be
privileged, as one with an attorney is, which linetest can't know, so no call is ever listened to, not
even for its level. Of such a channel, with nothing done to it, hook, signalling bits, alarms and what
its card has counted are printed, and \"in use\" in place of levels (keys of --json: second hook levels
bits_received bits_sent alarms errors); \"free\" once it was let go: start anew to measure it.

Good: an idle line below -60 dBm0; speech -15 to -25; peaks below +3; nothing lost.
  lost, overruns   this machine was late: other programs are too busy, or the card's interrupts come
                   late
  underruns        silence was sent because nothing was there in time: the same reason
  -99 dBm0         not one sample differs from zero: the channel carries nothing

Examples:
  linetest watch --channel 14 --seconds 60
  linetest watch --site site.toml --trunk 2 --off-hook --send milliwatt";

pub(crate) const HOOK: &str = "\
Of a handset port: nothing is done to the line; lift the phone, flash, dial, hang up, and see each
change of the loop and what the controller takes it for. Of a trunk: it is seized (off-hook) for
--seconds, and its dial tone is measured; then it is on-hook again.

Good: dial tone within 3 s, -8 to -22 dBm0.
  no dial tone        no battery, a wrong pair, a line in use by a call, a ground start line
  contact bounce      under 20 ms: normal when a hook is lifted; in a call, a loose contact
  flashes not made    a loose contact of 120 to 400 ms: the cord, the hook, the connecting block

Examples:
  linetest hook --channel 3 --seconds 20
  linetest hook --site site.toml --trunk 1";

pub(crate) const RING: &str = "\
Rings the telephone at a handset port, with the cadence of the tone zone, until it is picked up or
--seconds are over. A telephone that is off-hook is not rung.

Good: it rings, and \"answered\" comes when it is lifted.
  no ring             no ringing voltage from the card, a wrong pair, a ringer that is switched off
  answered at once    ring trip too early: too many ringers on the pair, or a leak on it

Example: linetest ring --channel 3";

pub(crate) const DIAL: &str = "\
Seizes the trunk, waits for dial tone, dials, tells what came back and when, holds the call for
--hold seconds and hangs up. Exit status 1 when the call failed (busy, reorder, no answer).

Good: dial tone within 3 s, ringback or an answer a few seconds after the last digit.
  reorder, SIT        the exchange did not get the digits (levels: \"linetest dtmf\"), or the number is
                      none
  answered by silence a quiet termination, or a far end that is muted: not proof of an answer

Example: linetest dial --channel 14 5551212";

pub(crate) const TONE: &str = "\
Sends a tone, or quiet, and measures what arrives meanwhile. Connect the far end first: --dial the
number of a test line, or have somebody there with an instrument.

  what is at the far end       use                                    good
  milliwatt (102)              --send quiet: 1004 Hz level, distortion  -8.5 to 0.5 dBm0, 32 dB
  quiet termination (100)      --send quiet: noise                    20 dBrnC0 and less
  an instrument                --send milliwatt: it reads the loss    8.5 dB and less
  a loopback                   --send slope: 404, 1004, 2804 Hz       6 dB more at 2804 Hz at most

A milliwatt is 1004 Hz at 0 dBm0, not 1000: that would use only eight codes of the codec. Slope is 404,
1004 and 2804 Hz at -16 dBm0 in turn. Tones of the country are dial, busy, ringback, reorder and what
else its table has. A 1004 Hz tone is heard by whoever is on the line.
  level too low        a long loop, a bad joint, a bridged tap, a port's gain
  frequency off        a carrier system on the way, or a clock that is not the network's
  distortion           noise, clipping, a codec for voice on the way, the wrong law
  2804 Hz too low      a long loop without loading, a bridged tap
  404 Hz too low       a series capacitor, a transformer, a half-open pair
  noise over 30        an unbalanced pair, power line induction, a wet cable

With --seconds 10 and more, impulses above -31 dBm0 are counted (seven a second at most; 1 a minute is
good), and while a milliwatt is heard dropouts (12 dB), gain hits (3 dB) and phase hits (20 degrees).

Accuracy: level 0.1 dB, frequency 0.1 Hz, noise 0.5 dB, distortion 0.5 dB.

Examples:
  linetest tone --channel 14 --dial 5550102 --send quiet
  linetest tone --sim loopback,loss=4,twist=-2 --send slope
  linetest tone --channel 14 --send 2100@-12 --seconds 10";

pub(crate) const LOOP: &str = "\
The far end sends back what it hears (a loopback: test lines 105 and 108, or a plug). Sends a
wide-band signal of -10 dBm0 for 4 s, then 1004 Hz, then nothing. Good values:
  round trip          50 ms at most: from there on an echo is heard (G.131); 300 ms is unusable
  loss, both ways     17 dB at most; below 0 dB a loop may howl
  slope               as \"tone\"
  distortion          32 dB at least
  noise               20 dBrnC0 at most, of both ways together

Our own transmit queue (20 ms on a card, 10 ms in simulation) is taken off the round trip.

  several returns     more than one loopback, or an echo instead of one
  nothing comes back  the loopback is open, the call is not up, or an echo canceller takes the signal
                      away: switch it off for this test

Accuracy: delay one sample (0.125 ms) and on a card 1 ms of its own clock; loss 0.1 dB.

Examples:
  linetest loop --channel 14 --dial 5550108
  linetest loop --sim loopback,loss=4,delay=40";

pub(crate) const LOOPBACK: &str = "\
Makes this end the far end of another instrument's test: each octet that arrives is sent back, 10 ms and
our own queue later. A trunk is seized for --seconds. Put it on one channel and measure on the other
end with \"loop\", \"bert\" or \"dtmf\". On a line to a hybrid it may howl: use it where the other end has
told you to.

Example: linetest loopback --channel 37 --seconds 600";

pub(crate) const ECHO: &str = "\
How much of what is sent the line's hybrid sends back, over frequency. The far end must be quiet: dial
a quiet termination, or --break-dial-tone (seizes, waits for dial tone, sends a 1). Sends a wide-band
signal of -10 dBm0 for 4 s. An echo canceller of the card must be off.

  ERL        560 to 1965 Hz: what a talker hears      good 18 dB and more, bad below 11
  SRL low    260 to 500 Hz: where a circuit howls     good 10 dB and more, bad below 6
  SRL high   2200 to 3400 Hz: the same                good 10 dB and more, bad below 6
  balance    which network the line looks like, and what to set on the card

--balance is what the card is set to now. The networks:
  \"600 ohm\", \"900 ohm\", \"600 ohm + 2.16 uF\", \"900 ohm + 2.16 uF\", \"270 ohm + 750 ohm || 150 nF
  (TBR 21)\", \"220 ohm + 820 ohm || 120 nF (Australia)\", \"... || 115 nF (Germany)\", \"370 ohm + 620
  ohm || 310 nF (United Kingdom)\", \"320 ohm + 1050 ohm || 230 nF\", and three for cable.

  late echo           the far end's hybrid: no balance here changes it; a canceller with a longer
                      tail does
  no network fits     a bridged tap, a telephone off-hook beside the line, a bad pair

Accuracy: 0.5 dB, down to 10 dB above what noise leaves.

Examples:
  linetest echo --channel 14 --break-dial-tone
  linetest echo --sim quiet,echo=14";

pub(crate) const DTMF: &str = "\
Sends all sixteen digits and verifies those that come back from a loopback. With --hear nothing is
sent: keys are pressed at the far end (a telephone at a handset port, an instrument).

Good: none missing, -3 to -20 dBm0, twist -4 to +3 dB.
  missing             too weak, too much twist, a line that cuts in and out, a voice codec on the way
  too many            an interruption of more than 10 ms within a digit: a loose contact

Accuracy: level and twist 1 dB.

Examples:
  linetest dtmf --channel 14 --dial 5550108
  linetest dtmf --channel 3 --hear 20";

pub(crate) const BERT: &str = "\
Sends a known pattern of bits and compares what comes back: loop the far end (its maintenance loop, a
plug, or a second linetest that sends the same pattern). The channel must be digital from end to end:
a clear channel, or any channel of a T1 or E1 without echo canceller and gains. Whoever listens hears
loud noise.

  prbs11    2^11-1, one channel of 64 kbit/s (ITU-T O.152): the usual one
  prbs9     2^9-1 (O.153)     prbs15  2^15-1 (O.151)    prbs23  2^23-1 (O.151)
  qrss      2^20-1 with at most 14 zeros: stresses a T1 as traffic does
  ones, 1:7, 3in24, 1:1, zeros: fixed words that stress clock recovery (3in24: least ones)
  --bits 7  where signalling robs the lowest bit of each sixth frame: 8 then shows errors

Good: not one error in 15 minutes; 1 in a million is the most, 1 in 1000 is bad.
  slips               two clocks: look at \"clock\" in \"linetest list\"
  errors in all       a bad cable, a wrong line build-out, a missing termination
  pattern not found   no loop, the wrong pattern, robbed bits, an echo canceller or gain on the way
  1 or 2 % of errors  robbed bits: use --bits 7

--inject 5 sends five wrong bits after a second: the far end must count five.

Examples:
  linetest bert --channel 30 --seconds 900
  linetest bert --sim digital,errors=1e-5 --pattern qrss";

pub(crate) const LEARN_RELEASE: &str = "\
Places a call to a telephone that you can hang up, waits until it is, and learns how this trunk tells
it: loop break, polarity, a tone, or nothing but silence. Prints the trunk's settings as they stand
in a site file. Press Enter when the far end hangs up, or say --hangs-up-after.

Good: a loop break (kewl start) or a polarity reversal within a second. A tone is as good if it always
comes; it takes longer. Silence alone proves nothing: ask the exchange's owner for disconnect
supervision (\"calling party control\").

Learn a local and a distant call: exchanges differ.

Examples:
  linetest learn-release --channel 14 --dial 5551234
  linetest learn-release --sim exchange,hang-up=busy --dial 5550103 --hangs-up-after 3";

pub(crate) const SUPERVISE: &str = "\
Prints each edge on the wires and each tone as it comes, with its time since the start, how long the
state before it had lasted, and after \"->\" what the controller makes of it. A trunk is only watched
(on-hook: rings), or with --dial called over; a telephone is watched.

Good: what you do to the line is what it says.
  ring begins and stops        2 s and 4 s in North America
  battery lost, 500 ms or so   the disconnect signal of kewl start
  polarity                     answer and release of an exchange that supervises so

Examples:
  linetest supervise --channel 14 --seconds 60
  linetest supervise --sim exchange,hang-up=kewl --dial 5550103 --seconds 30";

pub(crate) const REPORT: &str = "\
Tests the lines of a site one after the other and prints a table; --html writes a page to hand over,
with the return loss of each trunk as a picture; --json prints an object a line. A trunk is seized, its
dial tone measured and broken by a 1, then noise and return loss; with --quiet and --milliwatt those
numbers are called too. A telephone is fed and listened to; none rings. A line that another program has
open is left alone and is \"not tested\".

Good: every line good. What is doubtful works and will be complained about; what is bad is a fault.
Under each value that is not good stands what it usually means, and the page ends with where each limit
comes from.

Exit status: 0 when nothing is bad, 3 when something is, 1 when nothing could be tested: each line was
in use, or could not be opened.

Examples:
  linetest report --site site.toml --html frame.html --title \"North State, 22 November\"
  linetest report --site site.toml --quiet 5550100 --milliwatt 5550102
  linetest report --sim exchange --html page.html";

pub(crate) const LIVE: &str = "\
Live lines: --channel N is a DAHDI channel, --site FILE --trunk ID (or --line ID) one of a site,
--sim FAR a simulated one that behaves the same. Each live command says what it does to the line
before it does it; Ctrl-C ends it and restores the line: ringing and tones stop, a trunk is put
on-hook. A channel in use is never disturbed: DAHDI gives a channel to one program only, and there is no
way to force it.

--sim FAR[,KEY=VALUE...]: loopback, milliwatt, quiet, exchange (5550100 quiet, 5550102 milliwatt,
5550103 hangs up, 5550111 busy), phone, phone-loopback, digital. Keys: loss, loss-in, loss-out, echo
(dB), echo-delay, delay (samples), noise, hum (dBm0), twist (dB), dc, clear; of exchange
hang-up=kewl|polarity|busy|dial|nothing; of digital delay, errors, slip, robbed. A simulated line runs
as fast as it can; --real-time ties it to the clock.

Exit status of live commands: 0 measured, 1 not, 2 wrong command line, 3 something is bad, 130 Ctrl-C.";
