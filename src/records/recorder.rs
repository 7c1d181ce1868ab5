//! Writes one stereo WAV a call from what a line's tap lets through: left the phone's leg, right
//! the trunk's; each is what that party said plus what was played to it. Only between `Open` and
//! `Close` is anything written.

use std::{
    collections::BTreeMap,
    fs::{DirBuilder, File, OpenOptions},
    io::{self, BufWriter},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use hound::{SampleFormat, WavSpec, WavWriter};
use slog::{Logger, error, warn};
use types::{
    frame::{FRAME, FRAME_TICKS, Samples},
    id::{CallId, LineId},
    tap::{TapEntry, TapFrame},
    tick::{Tick, Ticks},
};

/// Telephone audio: two channels of 8 kHz.
const SPEC: WavSpec = WavSpec {
    channels: 2,
    sample_rate: 8000,
    bits_per_sample: 16,
    sample_format: SampleFormat::Int,
};

/// Samples of a channel in a second.
const SECOND: u32 = SPEC.sample_rate;

/// The shortest gap that is filled.
const LEAST_GAP: Ticks = Ticks(2 * FRAME as u64);

/// The longest gap that is filled with silence; a longer one can only be an error in time.
const LONGEST_GAP: Ticks = Ticks::secs(60);

/// A program that is killed leaves a file that can be played, but for this much of its end.
const WHOLE_EACH: Ticks = Ticks::secs(2);

/// Files of one call's name that may be there.
const SAME_NAMES: u32 = 1000;

/// The recordings of all lines. An error of the disk ends the recording it hit, is told once
/// in the log, and stops nothing else.
#[derive(Debug)]
pub struct Recorder {
    directory: PathBuf,
    log: Logger,
    open: BTreeMap<LineId, Recording>,
    finished: Vec<Finished>,
    told: bool,
    lost: u64,
}

/// A recording that was closed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finished {
    pub call: CallId,
    pub line: LineId,
    pub path: PathBuf,
    pub length: Ticks,
}

struct Recording {
    call: CallId,
    path: PathBuf,
    /// When the next sample is due.
    next: Tick,
    length: Ticks,
    /// `None` after the disk failed.
    writer: Option<WavWriter<BufWriter<File>>>,
}

impl std::fmt::Debug for Recording {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recording")
            .field("call", &self.call)
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl Recorder {
    /// Records into `directory`, which is made, for its owner alone, if it is not there.
    pub fn new(directory: &Path, log: Logger) -> io::Result<Recorder> {
        let mut own = DirBuilder::new();
        own.recursive(true).mode(0o700).create(directory)?;
        Ok(Recorder {
            directory: directory.to_owned(),
            log,
            open: BTreeMap::new(),
            finished: Vec::new(),
            told: false,
            lost: 0,
        })
    }

    pub fn take(&mut self, entry: &TapEntry) {
        match entry {
            TapEntry::Open { line, call, at } => self.begin(*line, *call, *at),
            TapEntry::Frame(frame) => self.frame(frame),
            TapEntry::Close { line, call, .. } => self.end(*line, *call),
        }
    }

    /// The recordings closed since this was last asked.
    pub fn take_finished(&mut self) -> Vec<Finished> {
        std::mem::take(&mut self.finished)
    }

    /// Frames that reached no file because the disk failed.
    pub fn lost_frames(&self) -> u64 {
        self.lost
    }

    /// Closes what is still open: the controller stops.
    pub fn finish(&mut self) {
        let open: Vec<(LineId, CallId)> = self
            .open
            .iter()
            .map(|(line, recording)| (*line, recording.call))
            .collect();
        for (line, call) in open {
            self.end(line, call);
        }
    }

    fn begin(&mut self, line: LineId, call: CallId, at: Tick) {
        if let Some(before) = self.open.get(&line).map(|recording| recording.call) {
            warn!(self.log, "a recording was not closed"; "call" => %before);
            self.end(line, before);
        }
        let (path, file) = self.create(call, line);
        let writer = match file.and_then(|file| WavWriter::new(BufWriter::new(file), SPEC)) {
            Ok(writer) => Some(writer),
            Err(error) => {
                self.tell(call, &path, &error);
                None
            }
        };
        let recording = Recording {
            call,
            path,
            next: at,
            length: Ticks::ZERO,
            writer,
        };
        self.open.insert(line, recording);
    }

    /// A file that is there is another call's, of a database that is gone: it is evidence and
    /// stays, and the new one gets a further number.
    fn create(&self, call: CallId, line: LineId) -> (PathBuf, Result<File, hound::Error>) {
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
                file => return (path, file.map_err(hound::Error::from)),
            }
        }
        unreachable!("the names end at SAME_NAMES")
    }

    fn frame(&mut self, frame: &TapFrame) {
        let Some(recording) = self.open.get_mut(&frame.line) else {
            return;
        };
        if recording.call != frame.call {
            return;
        }
        let Some(writer) = recording.writer.as_mut() else {
            self.lost += 1;
            return;
        };
        let gap = gap_before(frame, recording.next);
        let whole = recording.length.0 / WHOLE_EACH.0;
        let due = (recording.length + gap + FRAME_TICKS).0 / WHOLE_EACH.0 > whole;
        let written = write_silence(writer, gap)
            .and_then(|()| write_frame(writer, frame))
            .and_then(|()| if due { writer.flush() } else { Ok(()) });
        match written {
            Ok(()) => {
                recording.length = recording.length + gap + FRAME_TICKS;
                recording.next = recording.next + gap + FRAME_TICKS;
            }
            Err(error) => {
                // Dropping the writer would try to write the header again.
                recording.writer = None;
                self.lost += 1;
                let (call, path) = (recording.call, recording.path.clone());
                self.tell(call, &path, &error);
            }
        }
    }

    fn end(&mut self, line: LineId, call: CallId) {
        if self
            .open
            .get(&line)
            .is_none_or(|recording| recording.call != call)
        {
            return;
        }
        let Some(mut recording) = self.open.remove(&line) else {
            return;
        };
        let Some(writer) = recording.writer.take() else {
            return;
        };
        match writer.finalize() {
            Ok(()) => self.finished.push(Finished {
                call,
                line,
                path: recording.path,
                length: recording.length,
            }),
            Err(error) => self.tell(call, &recording.path, &error),
        }
    }

    fn tell(&mut self, call: CallId, path: &Path, error: &hound::Error) {
        if self.told {
            return;
        }
        self.told = true;
        error!(self.log, "calls can't be recorded; further failures are only counted";
            "call" => %call, "file" => %path.display(), "error" => %error);
    }
}

/// What is missing before a frame, in whole frames. Less than [`LEAST_GAP`] is the jitter of a
/// real clock; a true loss of that size is filled with the next one.
fn gap_before(frame: &TapFrame, due: Tick) -> Ticks {
    let gap = (frame.at - FRAME_TICKS).since(due);
    match gap < LEAST_GAP {
        true => Ticks::ZERO,
        false => Ticks(gap.0 / FRAME_TICKS.0 * FRAME_TICKS.0).min(LONGEST_GAP),
    }
}

fn write_silence(writer: &mut WavWriter<BufWriter<File>>, gap: Ticks) -> Result<(), hound::Error> {
    for _ in 0..gap.0 {
        writer.write_sample(0_i16)?;
        writer.write_sample(0_i16)?;
    }
    Ok(())
}

fn write_frame(
    writer: &mut WavWriter<BufWriter<File>>,
    frame: &TapFrame,
) -> Result<(), hound::Error> {
    let phone = match frame.flags.masked {
        true => [0; FRAME],
        false => frame.from_phone,
    };
    let seconds = writer.duration() / SECOND;
    let left = sum(&phone, &frame.to_phone);
    let right = sum(&frame.from_trunk, &frame.to_trunk);
    for (left, right) in left.into_iter().zip(right) {
        writer.write_sample(left)?;
        writer.write_sample(right)?;
    }
    // The header is made true each second: a controller that is killed leaves a whole file.
    if writer.duration() / SECOND > seconds {
        writer.flush()?;
    }
    Ok(())
}

fn sum(a: &Samples, b: &Samples) -> Samples {
    std::array::from_fn(|at| a[at].saturating_add(b[at]))
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

    fn samples(path: &Path) -> Vec<i16> {
        let mut reader = hound::WavReader::open(path).expect("a WAV");
        assert_eq!(reader.spec(), SPEC);
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
        assert!(finished[0].path.ends_with("call-1-9-line-2.wav"));
        let samples = samples(&finished[0].path);
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
    fn nothing_is_written_before_open_or_after_close() {
        let dir = tempfile::tempdir().expect("a directory");
        let mut recorder = Recorder::new(dir.path(), quiet()).expect("a recorder");
        recorder.take(&TapEntry::Frame(frame(80)));
        recorder.take(&opened(80));
        recorder.take(&TapEntry::Frame(frame(160)));
        recorder.take(&closed(160));
        recorder.take(&TapEntry::Frame(frame(240)));
        let finished = recorder.take_finished();
        assert_eq!(samples(&finished[0].path).len(), 2 * FRAME);
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
        assert_eq!(finished[0].length, Ticks(320));
        let samples = samples(&finished[0].path);
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
        assert_eq!(samples(&finished[0].path)[0], 11, "only what was played");
    }

    #[test]
    fn a_directory_that_vanished_stops_nothing_and_is_told_once() {
        let dir = tempfile::tempdir().expect("a directory");
        let gone = dir.path().join("gone");
        let mut recorder = Recorder::new(&gone, quiet()).expect("a recorder");
        fs::remove_dir(&gone).expect("removed");
        recorder.take(&opened(0));
        recorder.take(&TapEntry::Frame(frame(80)));
        recorder.take(&closed(80));
        assert!(recorder.told);
        assert_eq!(recorder.lost_frames(), 1);
        assert!(recorder.take_finished().is_empty());
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
        assert_eq!(mode(&recorder.take_finished()[0].path), 0o600);
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
        assert!(finished[0].path.ends_with("call-1-9-line-2-2.wav"));
        assert_eq!(samples(&finished[0].path).len(), 2 * FRAME);
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
    fn a_full_disk_ends_the_recording_and_nothing_else() {
        let full = Path::new("/dev/full");
        if !full.exists() {
            return;
        }
        let dir = tempfile::tempdir().expect("a directory");
        let mut recorder = Recorder::new(dir.path(), quiet()).expect("a recorder");
        recorder.take(&opened(0));
        let file = OpenOptions::new().write(true).open(full).expect("opens");
        let writer = WavWriter::new(BufWriter::new(file), SPEC).expect("a writer");
        recorder.open.get_mut(&LINE).expect("is open").writer = Some(writer);
        for at in 1..200 {
            recorder.take(&TapEntry::Frame(frame(at * 80)));
        }
        recorder.take(&closed(200 * 80));
        assert!(recorder.told);
        assert!(recorder.lost_frames() > 0);
        assert!(recorder.take_finished().is_empty());
    }
}
