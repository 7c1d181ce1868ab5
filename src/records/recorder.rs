//! Writes one stereo WAV a call from what a line's tap lets through: left the phone's leg, right
//! the trunk's; each is what that party said plus what was played to it. Only between `Open` and
//! `Close` is anything written.
//!
//! A recording is as long as its tap was open. What is missing, because it was lost on the way or could
//! not be written, is silence in its place, and counted.

use std::{
    collections::BTreeMap,
    fs::{self, DirBuilder, File, OpenOptions},
    io,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    sync::Arc,
};

use nix::sys::statvfs::statvfs;
use slog::{Logger, error, warn};
use types::{
    call_record::Recorded,
    frame::{FRAME, FRAME_TICKS, Samples},
    id::{CallId, LineId},
    tap::{TapEntry, TapFrame},
    tick::{Tick, Ticks},
};

use super::wav_file::WavFile;
use crate::runtime::recording::{Finished, RecorderPlan, Recording};

/// The shortest gap that is filled though nobody says that something was lost. Less is the jitter of a
/// real clock; a true loss of that size is filled with the next one.
const LEAST_GAP: Ticks = Ticks(2 * FRAME as u64);

/// What is recorded goes to the file this often: a program that is killed leaves a file that can be
/// played, but for this much of its end.
const FLUSH_EACH: Ticks = Ticks::secs(1);

/// A file that could not be made is tried again this often.
const RETRY: Ticks = Ticks::secs(1);

/// Files of one call's name that may be there.
const SAME_NAMES: u32 = 1000;

/// What is written to try the disk.
const TRIAL: &str = ".trial";
const TRIAL_BYTES: [u8; 4096] = [0; 4096];

/// A disk with less room is full: four calls of seven minutes, which may be under way.
const ROOM: u64 = 64 << 20;

/// The recordings of all lines. An error of the disk hits the recording it happened to, for as long as
/// it lasts, and stops nothing else.
#[derive(Debug)]
pub struct Recorder {
    directory: PathBuf,
    log: Logger,
    open: BTreeMap<LineId, Open>,
    finished: Vec<Finished>,
    outcome: Option<Result<(), String>>,
}

/// A recording that is open.
#[derive(Debug)]
struct Open {
    call: CallId,
    /// The file, once it could be made.
    file: Option<(PathBuf, WavFile)>,
    retry_at: Tick,
    since: Tick,
    /// When the next sample is due.
    next: Tick,
    /// Pushed, but not on the file yet.
    held: Ticks,
    /// The log has heard that it can't be written.
    told: bool,
}

impl Recorder {
    /// Records into `directory`, which is made, for its owner alone, if it is not there.
    pub fn new(directory: &Path, log: Logger) -> io::Result<Recorder> {
        let mut own = DirBuilder::new();
        own.recursive(true).mode(0o700).create(directory)?;
        Ok(Recorder::into_directory(directory, log))
    }

    fn into_directory(directory: &Path, log: Logger) -> Recorder {
        Recorder {
            directory: directory.to_owned(),
            log,
            open: BTreeMap::new(),
            finished: Vec::new(),
            outcome: None,
        }
    }

    /// How recorders into `directory` are made; it is made first, as by [`Recorder::new`].
    pub fn plan(directory: &Path, log: Logger) -> io::Result<RecorderPlan> {
        Recorder::new(directory, log.clone())?;
        let (place, tried) = (directory.to_owned(), directory.to_owned());
        Ok(RecorderPlan {
            make: Arc::new(move || Box::new(Recorder::into_directory(&place, log.clone()))),
            trial: Arc::new(move || try_disk(&tried)),
        })
    }

    /// Whether the disk takes anything now.
    pub fn try_disk(&self) -> io::Result<()> {
        try_disk(&self.directory)
    }

    fn begin(&mut self, line: LineId, call: CallId, at: Tick) {
        if let Some(before) = self.open.get(&line).map(|open| (open.call, open.next)) {
            warn!(self.log, "a recording was not closed"; "call" => %before.0);
            self.end(line, before.0, before.1);
        }
        let mut open = Open {
            call,
            file: None,
            retry_at: at,
            since: at,
            next: at,
            held: Ticks::ZERO,
            told: false,
        };
        self.make_file(line, &mut open, at);
        self.open.insert(line, open);
    }

    fn frame(&mut self, frame: &TapFrame) {
        let line = frame.line;
        let Some(mut open) = self.taken(line, frame.call) else {
            return;
        };
        open.align(frame.at - FRAME_TICKS);
        let gap = gap_before(frame, open.next);
        if gap > Ticks::ZERO {
            self.flush(&mut open);
            open.skip(gap);
        }
        if open.file.is_none() && frame.at >= open.retry_at {
            self.make_file(line, &mut open, frame.at);
        }
        open.push(frame);
        if open.held >= FLUSH_EACH {
            self.flush(&mut open);
        }
        self.open.insert(line, open);
    }

    fn end(&mut self, line: LineId, call: CallId, at: Tick) {
        let Some(mut open) = self.taken(line, call) else {
            return;
        };
        self.flush(&mut open);
        open.skip(whole_frames(at.since(open.next), LEAST_GAP));
        let finished = open.file.as_mut().map(|(_, file)| file.finish());
        self.note(&mut open, finished);
        let whole = open.next.since(open.since);
        let length = open.file.as_ref();
        let length = length.map_or(Ticks::ZERO, |(_, file)| Ticks(file.playable()));
        self.finished.push(Finished {
            line,
            path: open.file.map(|(path, _)| path),
            recorded: Recorded {
                call,
                length,
                gap: whole - length,
            },
        });
    }

    /// The open recording of this call, to be put back.
    fn taken(&mut self, line: LineId, call: CallId) -> Option<Open> {
        let open = self.open.remove(&line)?;
        if open.call == call {
            return Some(open);
        }
        self.open.insert(line, open);
        None
    }

    /// Brings to the file what is held. If that fails it is missing, and stays so.
    fn flush(&mut self, open: &mut Open) {
        let held = std::mem::take(&mut open.held) > Ticks::ZERO;
        let file = open.file.as_mut().filter(|_| held);
        let flushed = file.map(|(_, file)| file.flush());
        self.note(open, flushed);
    }

    /// Makes the file of a call that has none, with silence for what is past.
    fn make_file(&mut self, line: LineId, open: &mut Open, now: Tick) {
        open.retry_at = now + RETRY;
        let made = self.create(open.call, line).and_then(|(path, file)| {
            let begun = WavFile::begin(file, FLUSH_EACH.0 as usize);
            let mut file = begun.inspect_err(|_| drop(fs::remove_file(&path)))?;
            file.skip(open.next.since(open.since).0);
            open.file = Some((path, file));
            Ok(())
        });
        self.note(open, Some(made));
    }

    /// A file that is there is another call's, of a database that is gone: it is evidence and
    /// stays, and the new one gets a further number.
    fn create(&self, call: CallId, line: LineId) -> io::Result<(PathBuf, File)> {
        let mut own = OpenOptions::new();
        own.write(true).create_new(true).mode(0o600);
        let mut again = String::new();
        for number in 2.. {
            let name = format!("call-{call}-line-{line}{again}.wav");
            let path = self.directory.join(name);
            match own.open(&path) {
                Err(error)
                    if error.kind() == io::ErrorKind::AlreadyExists && number <= SAME_NAMES =>
                {
                    again = format!("-{number}");
                }
                file => return file.map(|file| (path, file)),
            }
        }
        unreachable!("the names end at SAME_NAMES")
    }

    /// Keeps what the disk said. The log hears once of each recording that can't be written.
    fn note(&mut self, open: &mut Open, outcome: Option<io::Result<()>>) {
        let Some(outcome) = outcome else { return };
        if let Err(error) = &outcome
            && !std::mem::replace(&mut open.told, true)
        {
            error!(self.log, "a recording can't be written"; "call" => %open.call,
                "error" => %error);
        }
        // A failure is not forgotten for what went well a moment later.
        if !matches!((&self.outcome, &outcome), (Some(Err(_)), Ok(()))) {
            self.outcome = Some(outcome.map_err(|error| error.to_string()));
        }
    }
}

impl Recording for Recorder {
    fn take(&mut self, entry: &TapEntry) {
        match entry {
            TapEntry::Open { line, call, at } => self.begin(*line, *call, *at),
            TapEntry::Frame(frame) => self.frame(frame),
            TapEntry::Close { line, call, at } => self.end(*line, *call, *at),
        }
    }

    fn finish(&mut self) {
        let ends = self.open.iter().map(|(line, o)| (*line, o.call, o.next));
        for (line, call, at) in ends.collect::<Vec<_>>() {
            self.end(line, call, at);
        }
    }

    fn take_finished(&mut self) -> Vec<Finished> {
        std::mem::take(&mut self.finished)
    }

    fn take_outcome(&mut self) -> Option<Result<(), String>> {
        self.outcome.take()
    }
}

impl Open {
    /// A tap opens between two frames: the recording begins with the one that is nearest.
    fn align(&mut self, begin: Tick) {
        let apart = begin.since(self.since) + self.since.since(begin);
        if self.next == self.since && apart < FRAME_TICKS {
            (self.since, self.next) = (begin, begin);
        }
    }

    /// Takes a frame that is due now; without a file it is missing.
    fn push(&mut self, frame: &TapFrame) {
        self.next += FRAME_TICKS;
        let Some((_, file)) = &mut self.file else {
            return;
        };
        let phone = match frame.flags.masked {
            true => [0; FRAME],
            false => frame.from_phone,
        };
        let left = sum(&phone, &frame.to_phone);
        let right = sum(&frame.from_trunk, &frame.to_trunk);
        for (left, right) in left.into_iter().zip(right) {
            file.push(left, right);
        }
        self.held = self.held + FRAME_TICKS;
    }

    /// So much is missing. What is held was flushed.
    fn skip(&mut self, gap: Ticks) {
        self.next += gap;
        if let Some((_, file)) = &mut self.file {
            file.skip(gap.0);
        }
    }
}

/// What is missing before a frame.
fn gap_before(frame: &TapFrame, due: Tick) -> Ticks {
    let early = (frame.at - FRAME_TICKS).since(due);
    let least = if frame.flags.gap {
        FRAME_TICKS
    } else {
        LEAST_GAP
    };
    whole_frames(early, least)
}

/// To the nearest: a real clock tells of a frame a little sooner or later.
fn whole_frames(gap: Ticks, least: Ticks) -> Ticks {
    match gap < least {
        true => Ticks::ZERO,
        false => Ticks((gap.0 + FRAME_TICKS.0 / 2) / FRAME_TICKS.0 * FRAME_TICKS.0),
    }
}

fn sum(a: &Samples, b: &Samples) -> Samples {
    std::array::from_fn(|at| a[at].saturating_add(b[at]))
}

/// Writes a little and waits until it is on the disk itself: what is recorded may be in memory for half
/// a minute, and nothing of that tells of a disk that is gone.
fn try_disk(directory: &Path) -> io::Result<()> {
    let path = directory.join(TRIAL);
    fs::write(&path, TRIAL_BYTES)?;
    File::open(&path)?.sync_all()?;
    fs::remove_file(&path)?;
    let about = statvfs(directory)?;
    let free = about.blocks_available() * about.fragment_size();
    if free < ROOM {
        return Err(io::Error::from(io::ErrorKind::StorageFull));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{fs, os::unix::fs::PermissionsExt};
    use types::tap::TapFlags;

    const CALL: CallId = CallId {
        site: 1,
        sequence: 9,
    };
    const LINE: LineId = LineId(2);

    fn quiet() -> Logger {
        Logger::root(slog::Discard, slog::o!())
    }

    fn frame(at: u64) -> TapFrame {
        TapFrame {
            line: LINE,
            call: CALL,
            at: Tick(at),
            from_phone: [100; FRAME],
            from_trunk: [30_000; FRAME],
            to_phone: [11; FRAME],
            to_trunk: [30_000; FRAME],
            flags: TapFlags::default(),
        }
    }

    fn opened(at: u64) -> TapEntry {
        TapEntry::Open {
            line: LINE,
            call: CALL,
            at: Tick(at),
        }
    }

    fn closed(at: u64) -> TapEntry {
        TapEntry::Close {
            line: LINE,
            call: CALL,
            at: Tick(at),
        }
    }

    fn path(finished: &Finished) -> &Path {
        finished.path.as_deref().expect("a file")
    }

    fn samples(path: &Path) -> Vec<i16> {
        let mut reader = hound::WavReader::open(path).expect("a WAV");
        let spec = reader.spec();
        assert_eq!(
            (spec.channels, spec.sample_rate, spec.bits_per_sample),
            (2, 8000, 16)
        );
        reader
            .samples()
            .map(|sample| sample.expect("a sample"))
            .collect()
    }

    #[test]
    fn each_leg_is_what_its_party_said_plus_what_was_played_to_it() {
        let dir = tempfile::tempdir().expect("a directory");
        let mut recorder = Recorder::new(dir.path(), quiet()).expect("a recorder");
        recorder.take(&opened(800));
        recorder.take(&TapEntry::Frame(frame(880)));
        recorder.take(&closed(880));
        let finished = recorder.take_finished();
        assert_eq!(finished.len(), 1);
        assert!(path(&finished[0]).ends_with("call-1-9-line-2.wav"));
        let samples = samples(path(&finished[0]));
        assert_eq!(samples.len(), 2 * FRAME);
        assert!(
            samples.chunks(2).all(|pair| pair == [111, i16::MAX]),
            "saturated sums"
        );
    }

    #[test]
    fn a_recording_that_is_never_closed_is_whole_up_to_its_last_second() {
        let dir = tempfile::tempdir().expect("a directory");
        let mut recorder = Recorder::new(dir.path(), quiet()).expect("a recorder");
        recorder.take(&opened(0));
        for number in 1..=250 {
            recorder.take(&TapEntry::Frame(frame(number * FRAME as u64)));
        }
        let file = fs::read_dir(dir.path()).expect("the directory").next();
        let path = file.expect("a file").expect("readable").path();
        // The controller is killed here: nothing of the recorder runs any more.
        assert_eq!(samples(&path).len(), 2 * 2 * 8000);
    }

    #[test]
    fn a_tap_that_opens_between_two_frames_shortens_no_gap() {
        let dir = tempfile::tempdir().expect("a directory");
        let mut recorder = Recorder::new(dir.path(), quiet()).expect("a recorder");
        recorder.take(&opened(70));
        recorder.take(&TapEntry::Frame(frame(80)));
        recorder.take(&TapEntry::Frame(frame(80 + 101 * 80)));
        recorder.take(&closed(80 + 101 * 80 + 7));
        let finished = recorder.take_finished();
        assert_eq!(figures(&finished[0]), (Ticks(160), Ticks(8000)));
    }

    #[test]
    fn nothing_is_written_before_open_or_after_close() {
        let dir = tempfile::tempdir().expect("a directory");
        let mut recorder = Recorder::new(dir.path(), quiet()).expect("a recorder");
        recorder.take(&TapEntry::Frame(frame(80)));
        recorder.take(&opened(80));
        recorder.take(&TapEntry::Frame(frame(160)));
        recorder.take(&closed(160));
        recorder.take(&TapEntry::Frame(frame(240)));
        let finished = recorder.take_finished();
        assert_eq!(samples(path(&finished[0])).len(), 2 * FRAME);
        assert_eq!(fs::read_dir(dir.path()).expect("the directory").count(), 1);
    }

    #[test]
    fn lost_frames_are_silence_so_that_time_stays_true() {
        let dir = tempfile::tempdir().expect("a directory");
        let mut recorder = Recorder::new(dir.path(), quiet()).expect("a recorder");
        recorder.take(&opened(0));
        recorder.take(&TapEntry::Frame(frame(80)));
        recorder.take(&TapEntry::Frame(frame(320)));
        recorder.take(&closed(320));
        let finished = recorder.take_finished();
        assert_eq!(finished[0].recorded.length, Ticks(160));
        let samples = samples(path(&finished[0]));
        assert_eq!(samples.len(), 2 * 320);
        assert!(samples[160..480].iter().all(|&sample| sample == 0));
    }

    #[test]
    fn the_phone_is_silent_while_secret_digits_are_keyed() {
        let dir = tempfile::tempdir().expect("a directory");
        let mut recorder = Recorder::new(dir.path(), quiet()).expect("a recorder");
        recorder.take(&opened(0));
        let mut masked = frame(80);
        masked.flags.masked = true;
        recorder.take(&TapEntry::Frame(masked));
        recorder.take(&closed(80));
        let finished = recorder.take_finished();
        assert_eq!(samples(path(&finished[0]))[0], 11, "only what was played");
    }

    /// How much is on the recording, and how much is missing there.
    fn figures(finished: &Finished) -> (Ticks, Ticks) {
        (finished.recorded.length, finished.recorded.gap)
    }

    #[test]
    fn a_directory_that_vanished_stops_nothing_and_each_call_is_told_apart() {
        let dir = tempfile::tempdir().expect("a directory");
        let place = dir.path().join("recordings");
        let mut recorder = Recorder::new(&place, quiet()).expect("a recorder");
        let mut record = || {
            recorder.take(&opened(0));
            recorder.take(&TapEntry::Frame(frame(80)));
            recorder.take(&closed(80));
            let finished = recorder.take_finished();
            (recorder.take_outcome(), figures(&finished[0]))
        };
        fs::remove_dir(&place).expect("removed");
        let (outcome, missing) = record();
        assert!(outcome.expect("it was tried").is_err());
        assert_eq!(missing, (Ticks::ZERO, FRAME_TICKS));
        fs::create_dir(&place).expect("made");
        assert_eq!(record(), (Some(Ok(())), (FRAME_TICKS, Ticks::ZERO)));
        fs::remove_dir_all(&place).expect("removed");
        let (outcome, missing) = record();
        assert!(outcome.expect("it was tried").is_err());
        assert_eq!(missing, (Ticks::ZERO, FRAME_TICKS));
    }

    #[test]
    fn a_call_is_recorded_from_when_the_disk_is_back_and_has_its_length() {
        let dir = tempfile::tempdir().expect("a directory");
        let place = dir.path().join("recordings");
        let mut recorder = Recorder::new(&place, quiet()).expect("a recorder");
        fs::remove_dir(&place).expect("removed");
        recorder.take(&opened(0));
        for at in 1..=50 {
            recorder.take(&TapEntry::Frame(frame(at * 80)));
        }
        fs::create_dir(&place).expect("made");
        for at in 51..=300 {
            recorder.take(&TapEntry::Frame(frame(at * 80)));
        }
        // The last half second was lost on the way.
        recorder.take(&closed(350 * 80));
        let finished = recorder.take_finished();
        // Tried again a second after the first time.
        assert_eq!(figures(&finished[0]), (Ticks(201 * 80), Ticks(149 * 80)));
        let samples = samples(path(&finished[0]));
        assert_eq!(samples.len(), 2 * 350 * FRAME);
        let sounds = |frames: std::ops::Range<usize>| {
            let samples = &samples[2 * FRAME * frames.start..2 * FRAME * frames.end];
            let sounds = samples.iter().filter(|&&sample| sample != 0).count();
            (sounds, samples.len())
        };
        assert_eq!(sounds(0..99).0, 0);
        let (loud, all) = sounds(99..300);
        assert_eq!(loud, all);
        assert_eq!(sounds(300..350).0, 0);
    }

    #[test]
    fn one_lost_frame_of_which_the_next_tells_is_counted_at_once() {
        let dir = tempfile::tempdir().expect("a directory");
        let mut recorder = Recorder::new(dir.path(), quiet()).expect("a recorder");
        recorder.take(&opened(0));
        recorder.take(&TapEntry::Frame(frame(80)));
        let mut next = frame(240);
        next.flags.gap = true;
        recorder.take(&TapEntry::Frame(next));
        recorder.take(&closed(240));
        let finished = recorder.take_finished();
        assert_eq!(figures(&finished[0]), (Ticks(160), Ticks(80)));
    }

    #[test]
    fn a_call_of_which_no_frame_came_has_its_length_in_silence() {
        let dir = tempfile::tempdir().expect("a directory");
        let mut recorder = Recorder::new(dir.path(), quiet()).expect("a recorder");
        recorder.take(&opened(8000));
        recorder.take(&closed(8000 + 3600 * 8000));
        let finished = recorder.take_finished();
        assert_eq!(figures(&finished[0]), (Ticks::ZERO, Ticks::secs(3600)));
        let file = File::open(path(&finished[0])).expect("a file");
        let about = file.metadata().expect("is there");
        assert_eq!(about.len(), 44 + 3600 * 32_000);
        assert!(
            std::os::unix::fs::MetadataExt::blocks(&about) < 100,
            "it takes no room"
        );
    }

    #[test]
    fn the_trial_of_a_disk_leaves_nothing_and_fails_where_nothing_can_be_written() {
        let dir = tempfile::tempdir().expect("a directory");
        let place = dir.path().join("recordings");
        let plan = Recorder::plan(&place, quiet()).expect("a plan");
        (plan.trial)().expect("it works");
        assert_eq!(fs::read_dir(&place).expect("read").count(), 0);
        fs::remove_dir(&place).expect("removed");
        assert!((plan.trial)().is_err());
    }

    #[test]
    fn recordings_are_for_their_owner_alone() {
        let dir = tempfile::tempdir().expect("a directory");
        let place = dir.path().join("kept").join("here");
        let mut recorder = Recorder::new(&place, quiet()).expect("a recorder");
        recorder.take(&opened(0));
        recorder.take(&TapEntry::Frame(frame(80)));
        recorder.take(&closed(80));
        let mode = |path: &Path| fs::metadata(path).expect("is there").permissions().mode() & 0o777;
        assert_eq!(mode(&place), 0o700);
        assert_eq!(mode(path(&recorder.take_finished()[0])), 0o600);
    }

    #[test]
    fn a_recording_that_is_there_is_never_written_over() {
        let dir = tempfile::tempdir().expect("a directory");
        let name = dir.path().join("call-1-9-line-2.wav");
        fs::write(&name, "another call").expect("writes");
        let mut recorder = Recorder::new(dir.path(), quiet()).expect("a recorder");
        recorder.take(&opened(0));
        recorder.take(&TapEntry::Frame(frame(80)));
        recorder.take(&closed(80));
        assert_eq!(fs::read(&name).expect("reads"), b"another call");
        let finished = recorder.take_finished();
        assert!(path(&finished[0]).ends_with("call-1-9-line-2-2.wav"));
        assert_eq!(samples(path(&finished[0])).len(), 2 * FRAME);
    }

    #[test]
    fn a_recording_can_be_played_though_nobody_closed_it() {
        let dir = tempfile::tempdir().expect("a directory");
        let mut recorder = Recorder::new(dir.path(), quiet()).expect("a recorder");
        recorder.take(&opened(0));
        for at in 1..=550 {
            recorder.take(&TapEntry::Frame(frame(at * 80)));
        }
        let open = samples(&dir.path().join("call-1-9-line-2.wav")).len();
        assert!(open >= 2 * 400 * FRAME, "{open} samples of 5.5 s");
    }

    #[test]
    fn what_a_full_disk_refuses_is_missing_and_what_it_takes_later_is_there() {
        let dir = tempfile::tempdir().expect("a directory");
        let mut recorder = Recorder::new(dir.path(), quiet()).expect("a recorder");
        recorder.take(&opened(0));
        for at in 1..=150 {
            recorder.take(&TapEntry::Frame(frame(at * 80)));
        }
        assert_eq!(recorder.take_outcome(), Some(Ok(())));
        // What is written from here on fails, as on a file that is open for reading.
        let open = recorder.open.get_mut(&LINE).expect("is open");
        let (path, file) = open.file.as_mut().expect("a file");
        let good = file.replace(File::open(&*path).expect("opens"));
        for at in 151..=250 {
            recorder.take(&TapEntry::Frame(frame(at * 80)));
        }
        assert!(recorder.take_outcome().expect("it was tried").is_err());
        let open = recorder.open.get_mut(&LINE).expect("is open");
        open.file.as_mut().expect("a file").1.replace(good);
        for at in 251..=400 {
            recorder.take(&TapEntry::Frame(frame(at * 80)));
        }
        recorder.take(&closed(400 * 80));
        assert_eq!(recorder.take_outcome(), Some(Ok(())));
        let finished = recorder.take_finished();
        assert_eq!(figures(&finished[0]), (Ticks(300 * 80), Ticks(100 * 80)));
        let samples = samples(self::path(&finished[0]));
        let silent = samples.iter().filter(|&&sample| sample == 0);
        assert_eq!(
            (samples.len(), silent.count()),
            (2 * 400 * FRAME, 2 * 100 * FRAME)
        );
    }
}
