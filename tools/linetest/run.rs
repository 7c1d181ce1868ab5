//! From names to reports: one file after the other, or several at once with their reports in order.

use std::{
    io::{self, BufWriter, Read, Write},
    num::NonZeroUsize,
    ops::ControlFlow,
    path::PathBuf,
};

use types::tick::Tick;

use crate::{
    analysis::{Found, Place, Which},
    jobs,
    names::{Name, Names, shown},
    plot::Plot,
    report::{Form, Report},
    sound::{Format, Sound, SoundError, plain},
    table::Table,
    task::Task,
};

/// What is done with each file.
#[derive(Debug)]
pub(crate) struct Work {
    pub task: Task,
    pub which: Which,
    pub form: Form,
    /// The files have no header; this is what they hold.
    pub raw: Option<Format>,
    /// Where the picture of the only file goes.
    pub plot: Option<PathBuf>,
    pub threads: NonZeroUsize,
}

/// How a run ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Outcome {
    Done,
    /// Some file, or the report itself, could not be done.
    Failed,
    /// A picture was asked for, of more than one file.
    TooManyForOnePicture,
}

/// Why a file, or everything after it, was not done.
enum Failure {
    /// Told on standard error; others are still done.
    File(String),
    /// Nobody can read the report.
    Out(io::Error),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Failure {
        Failure::Out(error)
    }
}

/// Analyses all files and writes the report on standard output.
pub(crate) fn run(work: &Work, mut names: Names) -> Outcome {
    let first = names.next();
    let second = names.next();
    if work.plot.is_some() && second.is_some() {
        return Outcome::TooManyForOnePicture;
    }
    let many = second.is_some();
    let mut errors = Errors::default();
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    if work.form == Form::Table
        && let Err(error) = work.task.table().begin(&mut out, many)
    {
        return ended(Err(error), &errors);
    }
    let written = match (first, second) {
        (Some(name), None) => {
            let done = one(work, name, &mut out);
            let flushed = out.flush();
            errors.take(done).and(flushed)
        }
        (first, second) => {
            let all = first.into_iter().chain(second).chain(names);
            several(work, all, many, &mut out, &mut errors)
        }
    };
    ended(written.and_then(|()| out.flush()), &errors)
}

fn ended(written: io::Result<()>, errors: &Errors) -> Outcome {
    match written {
        Ok(()) if !errors.any => Outcome::Done,
        // Whoever reads the report has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe && !errors.any => Outcome::Done,
        Ok(()) => Outcome::Failed,
        Err(error) => {
            if error.kind() != io::ErrorKind::BrokenPipe {
                tell(&format!("standard output: {}", plain(&error)));
            }
            Outcome::Failed
        }
    }
}

/// What is found goes out at once: the input may be a line that is being listened to.
fn one(work: &Work, name: Result<Name, String>, out: &mut impl Write) -> Result<(), Failure> {
    let name = name.map_err(Failure::File)?;
    work.file(&name, false, true, out)
}

fn several(
    work: &Work,
    names: impl Iterator<Item = Result<Name, String>>,
    many: bool,
    out: &mut impl Write,
    errors: &mut Errors,
) -> io::Result<()> {
    let mut written = Ok(());
    jobs::in_order(
        names,
        work.threads,
        |name| {
            let mut report = Vec::new();
            let done = name
                .map_err(Failure::File)
                .and_then(|name| work.file(&name, many, false, &mut report));
            (report, done)
        },
        |(report, done)| {
            written = out.write_all(&report).and_then(|()| {
                if done.is_err() {
                    out.flush()?;
                }
                errors.take(done)
            });
            match written {
                Ok(()) => ControlFlow::Continue(()),
                Err(_) => ControlFlow::Break(()),
            }
        },
    );
    written
}

/// The errors so far.
#[derive(Default)]
struct Errors {
    any: bool,
}

impl Errors {
    fn take(&mut self, done: Result<(), Failure>) -> io::Result<()> {
        match done {
            Ok(()) => Ok(()),
            Err(Failure::Out(error)) => Err(error),
            Err(Failure::File(text)) => {
                self.any = true;
                tell(&text);
                Ok(())
            }
        }
    }
}

/// Says on standard error what went wrong; where even that fails, the exit status remains.
pub(crate) fn tell(text: &str) {
    let _ = writeln!(io::stderr(), "linetest: {text}");
}

impl Work {
    fn file(
        &self,
        name: &Name,
        many: bool,
        live: bool,
        out: &mut impl Write,
    ) -> Result<(), Failure> {
        let file = shown(name.given());
        let failed = |error: SoundError| Failure::File(format!("{file}: {error}"));
        if self.form == Form::Hits && name.has_lines() {
            let what = "its name has more than one line, and --hits prints lines: rename it";
            return Err(Failure::File(format!("{file}: {what}")));
        }
        let input = name.open().map_err(|error| failed(error.into()))?;
        let mut sound = match self.raw {
            Some(format) => Sound::raw(input, format),
            None => Sound::wav(input).map_err(failed)?,
        };
        let stereo = sound.format().channels == 2;
        let table = Table::new(self.task.table(), many.then(|| file.clone()), stereo);
        let mut report = Report::new(out, name.given(), self.form, table);
        let picture = self.plot.as_ref();
        let mut plot = picture.map(|_| Plot::new(&file, self.task.name(), stereo));
        let ended = self.listen(&mut sound, &mut report, plot.as_mut(), live)?;
        if let (Some(plot), Some(path)) = (plot, picture) {
            plot.write(path).map_err(|error| {
                Failure::File(format!("{}: {}", shown(path.as_os_str()), plain(&error)))
            })?;
        }
        ended.map_err(failed)
    }

    /// Hears the sound to its end. What is wrong with the sound comes last, after the report on
    /// what could be heard.
    fn listen<R: Read, W: Write>(
        &self,
        sound: &mut Sound<R>,
        report: &mut Report<W>,
        mut plot: Option<&mut Plot>,
        live: bool,
    ) -> io::Result<Result<(), SoundError>> {
        let mut analysis = self.task.start(self.which, sound.format().channels);
        let mut found = Found::default();
        let mut length = 0u64;
        let ended = loop {
            let frame = match sound.frame() {
                Ok(Some(frame)) => frame,
                Ok(None) => break Ok(()),
                Err(error) => break Err(error),
            };
            let place = Place {
                start: Tick(length),
                consumed: length + frame.length as u64,
            };
            length = place.consumed;
            analysis.frame(&frame, &place, &mut found);
            if let Some(plot) = &mut plot {
                plot.frame(&frame);
            }
            if !found.is_empty() {
                let wrote = report.write(&found)?;
                if wrote && live {
                    report.flush()?;
                }
                if let Some(plot) = &mut plot {
                    plot.mark(&found);
                }
                found.clear();
            }
        };
        analysis.end(length, &mut found);
        report.write(&found)?;
        if let Some(plot) = &mut plot {
            plot.mark(&found);
        }
        if length > 0 || ended.is_ok() {
            report.end()?;
        }
        Ok(ended)
    }
}
