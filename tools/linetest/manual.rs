//! What `--help` says beyond the options: the technician's manual.

use crate::live;

/// Of recordings and of live lines.
pub(crate) fn program() -> String {
    format!("{RECORDINGS}\n\n{}\n\n{STATUS}", live::MANUAL)
}

/// What `-h` ends with.
pub(crate) const SHORT: &str = "\
linetest --help has examples, how a line is named, and the exit status.";

const RECORDINGS: &str = "\
Recordings
  WAV files of 8000 Hz, one channel or two: 16-bit PCM, mu-law or A-law; or samples without a header
  (--raw). Of a stereo recording as sallyport makes them, left is the phone's side and right the
  trunk's, each with what was played to it. Levels are dBm0: 0 dBm0 is the digital milliwatt, a sine
  that peaks at 22651.

  linetest digits call.wav                      what was keyed
  linetest progress --country de trunk.wav      what the exchange answered
  linetest level --plot level.png trunk.wav     is this trunk loud enough, and quiet enough?
  arecord -f S16_LE -r 8000 -t raw | linetest digits --raw s16le -
  find . -name '*.wav' | linetest digits --hits -L -

  A recording may be a pipe or a device where the command line names it; what a list names must be a
  file. Control characters of names are shown as U+FFFD; --json has them as they are, and --hits
  refuses a file whose name has more than one line. --plot wants a name that ends in .png and replaces
  nothing but a picture.";

const STATUS: &str = "\
Exit status
    0  recordings: all were analysed; live: measured, and nothing is bad (it may be doubtful)
    1  recordings: one was damaged, cut short, empty, not of 8000 Hz or not there (the others are still
       done; what of it could be heard is reported); live: it could not be measured; of a report:
       nothing could be tested, as each line was in use or could not be opened
    2  the command line is wrong
    3  live: measured, and something is bad
  130  live: ended by Ctrl-C, the line restored";

pub(crate) const DIGITS: &str = "\
What is printed (keys of --json: file channel digit start_ms duration_ms level_dbm0 twist_db):
  start       when the digit began
  length      how long it was; a receiver needs 40 ms, and 40 ms of pause (ITU-T Q.24)
  level       of both tones together
  twist       the high tone's level less the low tone's
  remarks     what an exchange may not take: see below

Good: 50 ms and more, -3 to -20 dBm0, twist from -4 to +2 dB (a long line takes high tones away).
  short       less than 40 ms: the sender's digit time, or a line that cuts in and out
  weak        a tone below -25 dBm0: too much loss on the line; more than 30 dB is a fault
  loud        a tone above 0 dBm0: it will be clipped; lower the sender's gain
  twist       beyond +4 or -8 dB: a bad cable pair, wrong loading or equaliser, a phone off-hook
Beyond about -10 or +6 dB of twist no digit is told at all: look at --plot for two tones.
A digit told twice: an interruption of more than 10 ms in the middle of it, so look for a loose
contact. A digit told with nobody keying: a voice that imitates it.

--profile talk, the default, is right for every recording: it takes all that a receiver must take
(ITU-T Q.24), and voices, music and the network's tones are no digits to it. pin is for a line on
which nobody talks and each key must count, such as a phone at the prompt for a PIN: it takes digits
with more noise and distortion, and some that a voice imitates.

With --hits: FILE SAMPLE LABEL, the label being the digit. SAMPLE counts the samples read (of one
channel) when the digit was reported; it is never more than the recording has.

Examples:
  linetest digits call.wav
  linetest digits --channel left --json call.wav
  linetest digits --plot digits.png --raw ulaw capture.raw";

pub(crate) const PROGRESS: &str = "\
What is printed (keys of --json: file channel event tone start_ms end_ms confidence level_dbm0
cycles):
  tone        the tone by the word of the tables: dial stutter ringback busy reorder call-waiting
              howler record sit-intercept sit-vacant-code sit-reorder-local ...
  event       (JSON) what it means: dial ring busy reorder sit call-waiting howler record
  start, end  from the first burst to the end of the last; of a tone that becomes steady, such as
              stutter dial tone, from the beginning of its steady part
  confidence  0 to 1: how well frequencies and cadence fit, and how many cycles were heard
  level       of all frequencies together
  cycles      full cycles; of a steady tone 1. A ringing tone with 0 is known by its frequencies
              before its cycle was complete

Good: confidence 0.8 and more; dial tone -10 to -20 dBm0, others -15 to -30.
  below 0.6   the exchange keeps other frequencies or lengths than the table says: \"linetest learn\"
              measures them
  below -35   too weak to be relied on: look at the loss of the line
  no tone     the country is wrong, or the tone is drowned: look at --plot

With --hits: FILE SAMPLE LABEL, the label being one of dial busy reorder ring sit (stutter is dial).
A tone is one hit when it is first reported, not each cycle; the other tones are no hits.

Examples:
  linetest progress --country us trunk.wav
  linetest progress --country gb --plot tones.png trunk.wav";

pub(crate) const ANSWER: &str = "\
What is printed, a line a recording (keys of --json: file channel class kind start_ms decided_ms
confidence beep_ms beep_end_ms beep_hz earlier):
  class       person, machine (answering machine), fax-modem, tty (text telephone), sit (an
              announcement of the network), music (no answer yet), silence, or undecided: the
              recording ended before the evidence was there
  kind        which signal of a fax machine or modem, which special information tone
  decided     when; from the beginning of the recording
  confidence  0 to 1
  beep        when the machine began to wait for a message
  earlier     (JSON) decisions that were replaced: silence by what was heard then, a person by a
              machine whose greeting went on

The recording should begin when the call was answered, or --answered says when that was. Of a
stereo recording the right channel, the trunk's, is heard.

Use recordings of the trunk alone. Each side of sallyport's own recordings holds also what was
played to it: its announcements count as the far end's, and a person who is talked to looks like a
machine. Of its own calls read answer_evidence in the call record.

Good: decided within 2 s, confidence 0.8 and more. \"silence\" with somebody there: look at the level.

With --hits: FILE SAMPLE LABEL for each decision, the label being its class, and \"beep\" for a beep.

Examples:
  linetest answer --country us answered.wav
  linetest answer --answered 5200 whole-call.wav";

pub(crate) const THREE_WAY: &str = "\
What is printed, a line for each third party, or one line when there was none (keys of --json: file
channel three_way score at_ms joined_ms evidence, and of each piece kind at_ms weight):
  three-way   yes when the score reached the threshold
  score       the highest; natural logarithm of the odds: 0 is even, 2 is 88 %, -20 that nothing
              was there to judge
  left        when the called party was gone (the far end fell silent), and
  joined      when the far end was heard again
  evidence    what spoke for and (below zero) against it, against an ordinary silence; they do not
              add up to the score: that is the odds of two things together, that the far end was
              gone and that another connection came back

Kinds of evidence: click (at the edges of the silence), silence (the room was gone), level,
noise-floor and echo-path (the connection is another one than before), dial-tone, digit, ringback
(heard meanwhile), new-talker. No single one decides: listen to the recording at these times.

What --threshold does, measured on made calls (found: of 400 third parties, within 30 s; false
alarms: on 1,500 calls of 97 hours):
  threshold   found    false alarms in 20 hours
   0.0        96.8 %   4.9
   0.5        94.5 %   2.1
   1.0        90.8 %   1.4   the default
   1.5        86.5 %   1.0
   2.0        80.5 %   0.2
Not found: a third party in the first 6 s of a call. Falsely called: a far end that took another
call or pressed a mute key, and came back. It is a reason to listen and no proof.

A stereo recording has the phone on the left and the trunk on the right; a mono one is the trunk's
side alone, and then the echo counts for nothing and less is found. Use recordings of the lines
alone: each side of sallyport's own recordings holds also what was played to it, and announcements
count as the far end's. Of its own calls read three_way in the call record.

With --hits: FILE SAMPLE three-way, when the score reaches the threshold.

Examples:
  linetest three-way call.wav
  linetest three-way --threshold 2 --plot evidence.png call.wav";

pub(crate) const LEVEL: &str = "\
What is printed, a line a channel (keys of --json: file channel duration_ms level_dbm0
c_message_dbrn0 psophometric_dbm0p peak_dbm0 noise_dbm0 noise_dbrnc0 noise_dbm0p signal_to_noise_db
dc_offset clipped_samples):
  level       RMS of the whole recording: flat in dBm0, C-message weighted in dBrnC0 (0 dBm0 of
              1000 Hz is 90), psophometrically weighted in dBm0p
  peak        the sine whose peak is the largest sample; +3.2 is the end of the range
  noise       the same three for the quietest tenth of the time, in pieces of 100 ms: the line
              itself, where a recording has pauses
  S/N         with --holding-tone: how far the noise is below the tone. With --holding-tone the
              weighted figures are without the tone, the flat ones with it
  DC          the mean, in units of 16-bit samples
  clipped     samples at the end of the range

Good: speech -15 to -25 dBm0 on the whole, peaks below +3, noise of an idle line below 20 dBrnC0
(-70 dBm0p), DC within 20, nothing clipped.
  loud              above -9 dBm0 on the whole: the gain of the port is too high (not told with
                    --holding-tone)
  weak              not even a peak above -30 dBm0: too much loss, or a dead line
  clipped           too much gain, or an echo canceller that is not one
  noise             above 30 dBrnC0: a bad pair, power line induction (look for 50 or 60 Hz and its
                    multiples in --plot), or speech without pauses, or a tone: give --holding-tone
  digital silence   not one sample differs from zero: the channel carries nothing at all
  DC                beyond 160: the wrong law, or a faulty codec

For loss, send a tone of known level from the other end: its level less what is measured here. For
noise on a terminated line, record it for ten seconds with nobody speaking.

Examples:
  linetest level trunk1.wav trunk2.wav trunk3.wav
  linetest level --holding-tone --json milliwatt.wav";

pub(crate) const LEARN: &str = "\
What is printed: a line as it stands in a tone table (tonetables/), then what was measured of each
burst with its least and its most, when the detector recognises the recording by that line, and
which known tones sound the same (keys of --json: file channel line problem tone guessed cycles
bursts recognised_ms sounds_like; of each burst frequencies_hz levels_dbm0 on_ms off_ms, each with
mean least most).

Record three whole cycles at least, five seconds of a steady tone, and nothing but the tone. Only
the first two minutes are used.

Good: frequencies within 1 Hz and lengths within 10 ms from cycle to cycle; recognised.
  frequencies that stray        two exchanges on one recording, or speech over the tone
  lengths that stray by 100 ms  samples are lost: look at --plot for gaps
  not recognised                the tone does not keep its cadence; record it again

Of a stereo recording the right channel, the trunk's, is heard.

Examples:
  linetest learn tone.wav
  linetest learn --tone busy --json tone.wav";
