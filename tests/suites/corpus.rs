//! Recordings that are installed beside the system: speech and music as telephone audio.
//!
//! What: the sound files of some Debian packages, each once, as 16-bit samples at 8 kHz. They
//! are read where they are installed and never kept in the tree: their licences are their own.
//!
//! How: WAV files at 8 kHz are read as they are. Others (Ogg Vorbis, GSM, other rates) are
//! converted by `sox` once a machine, into `target/corpora`; no dither is added, so the samples
//! are the same each time. Files of the same content count once. The order is that of packages
//! and names, never that of a directory.
//!
//! Limits: a recording that holds telephone tones, or nothing, is no speech: [`NOT_SPEECH`]
//! names it with its reason. [`AGAIN`] names those that are in two packages at two levels.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

pub const SAMPLE_RATE: u32 = 8000;

/// Speech or music.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Speech,
    Music,
}

/// The halves of the recordings. What is tuned on one is reported on the other.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Split {
    Train,
    Test,
}

/// A Debian package with recordings.
#[derive(Debug)]
pub struct Package {
    pub name: &'static str,
    /// How the names of its recordings begin.
    pub short: &'static str,
    pub kind: Kind,
    /// ISO 639-1; none for music.
    pub language: Option<&'static str>,
    /// Who speaks or plays.
    pub voice: &'static str,
    pub licence: &'static str,
    folder: &'static str,
    ending: &'static str,
    /// Only files in folders of this name.
    only_in: Option<&'static str>,
    /// Fewer files than this are an installation gone wrong.
    least: usize,
}

/// One sound file.
#[derive(Clone, Debug)]
pub struct Recording {
    /// The package's short name and the path below its folder, without ending: `en/vm-goodbye`.
    pub name: String,
    pub package: &'static Package,
    /// Samples at 8 kHz.
    pub length: usize,
    path: PathBuf,
}

/// Recordings in a fixed order.
#[derive(Clone, Debug)]
pub struct Corpus {
    pub recordings: Vec<Recording>,
}

/// Why there is no corpus.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(
        "recordings are missing: apt-get install {}",
        packages.join(" ")
    )]
    Missing { packages: Vec<&'static str> },
    #[error("{}: {why}", path.display())]
    Unreadable { path: PathBuf, why: String },
}

static CONVERTING: Mutex<()> = Mutex::new(());

impl Corpus {
    /// All that is installed, speech and music. Converts what needs it, which takes a minute
    /// the first time.
    ///
    /// # Errors
    /// When a package is missing: a part of the corpus would give other figures.
    pub fn installed() -> Result<Corpus, Error> {
        let mut missing = Vec::new();
        let mut found = Vec::new();
        for package in PACKAGES {
            let files = package.files();
            if files.len() < package.least {
                missing.push(package.name);
            }
            found.extend(files.into_iter().map(|path| (package, path)));
        }
        if !missing.is_empty() {
            return Err(Error::Missing { packages: missing });
        }
        found.retain(|(package, path)| !is_left_out(&package.name_of(path)));
        // Two threads that convert the same file would write the same new one.
        let _one_at_a_time = CONVERTING
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        let recordings = in_parallel(&found, |(package, path)| package.open(path))?;
        Ok(Corpus {
            recordings: each_once(recordings)?,
        })
    }

    pub fn speech(&self) -> Corpus {
        self.only(|recording| recording.package.kind == Kind::Speech)
    }

    pub fn music(&self) -> Corpus {
        self.only(|recording| recording.package.kind == Kind::Music)
    }

    pub fn half(&self, split: Split) -> Corpus {
        self.only(|recording| recording.split() == split)
    }

    pub fn only(&self, wanted: impl Fn(&Recording) -> bool) -> Corpus {
        let recordings = self.recordings.iter().filter(|r| wanted(r));
        Corpus {
            recordings: recordings.cloned().collect(),
        }
    }

    /// Every `nth` recording, for a short run over all voices.
    pub fn every(&self, nth: usize) -> Corpus {
        Corpus {
            recordings: self.recordings.iter().step_by(nth).cloned().collect(),
        }
    }

    pub fn hours(&self) -> f64 {
        self.recordings.iter().map(Recording::hours).sum()
    }

    /// The recording of this name.
    pub fn find(&self, name: &str) -> Option<&Recording> {
        self.recordings.iter().find(|r| r.name == name)
    }
}

impl Recording {
    /// Its samples, read anew each time.
    ///
    /// # Errors
    /// When the file went away or was damaged since the corpus was listed.
    pub fn samples(&self) -> Result<Vec<i16>, Error> {
        let unreadable = |why: String| Error::Unreadable {
            path: self.path.clone(),
            why,
        };
        if self.path.extension().is_some_and(|ending| ending == "wav") {
            let reader = hound::WavReader::open(&self.path);
            let samples = reader.and_then(|reader| reader.into_samples().collect());
            return samples.map_err(|error| unreadable(error.to_string()));
        }
        let octets = fs::read(&self.path).map_err(|error| unreadable(error.to_string()))?;
        let (pairs, _) = octets.as_chunks::<2>();
        Ok(pairs.iter().map(|&pair| i16::from_le_bytes(pair)).collect())
    }

    /// Who speaks: the package's voice, or in a play of several parts the part.
    pub fn voice(&self) -> String {
        let voice = self.package.voice;
        if self.package.short != ACTED {
            return voice.to_owned();
        }
        let stem = self.name.rsplit('/').next().unwrap_or_default();
        match stem.split('-').nth(1) {
            Some("m") => format!("{voice}: small fish"),
            Some("v") => format!("{voice}: big fish"),
            _ => format!("{voice}: others"),
        }
    }

    pub fn hours(&self) -> f64 {
        self.length as f64 / f64::from(SAMPLE_RATE) / 3600.0
    }

    /// By its name alone: a new recording moves no other to the other half.
    pub fn split(&self) -> Split {
        // FNV-1a; its lowest bits know little more than the last letters.
        let hash = self
            .name
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, octet| {
                (hash ^ u64::from(octet)).wrapping_mul(0x0100_0000_01b3)
            });
        match (hash >> 40) % 2 {
            0 => Split::Train,
            _ => Split::Test,
        }
    }
}

impl Package {
    /// Its sound files, sorted; none when it is not installed.
    fn files(&self) -> Vec<PathBuf> {
        let mut files = Vec::new();
        collect(Path::new(self.folder), &mut files);
        let in_folder = |path: &PathBuf| match (self.only_in, path.parent()) {
            (Some(folder), Some(parent)) => parent.ends_with(folder),
            _ => true,
        };
        files.retain(|path| path.extension().is_some_and(|e| e == self.ending));
        files.retain(in_folder);
        files.sort();
        files
    }

    fn name_of(&self, path: &Path) -> String {
        let below = path.strip_prefix(self.folder).unwrap_or(path);
        format!("{}/{}", self.short, below.with_extension("").display())
    }

    fn open(&'static self, source: &Path) -> Result<Recording, Error> {
        let name = self.name_of(source);
        let (path, length) = match plain_length(source) {
            Some(length) => (source.to_owned(), length),
            None => converted(&name, source)?,
        };
        Ok(Recording {
            name,
            package: self,
            length,
            path,
        })
    }
}

/// All files below a folder. Links are left out: they lead to what is found anyway.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => collect(&entry.path(), files),
            Ok(kind) if kind.is_file() => files.push(entry.path()),
            _ => {}
        }
    }
}

/// The first of each content. Only recordings of the same length are compared.
fn each_once(found: Vec<Recording>) -> Result<Vec<Recording>, Error> {
    let mut of_length: BTreeMap<usize, Vec<Recording>> = BTreeMap::new();
    let mut kept = Vec::with_capacity(found.len());
    for recording in found {
        let alike = of_length.entry(recording.length).or_default();
        let mut seen = false;
        if !alike.is_empty() {
            let samples = recording.samples()?;
            for other in alike.iter() {
                seen |= other.samples()? == samples;
            }
        }
        if !seen {
            alike.push(recording.clone());
            kept.push(recording);
        }
    }
    Ok(kept)
}

/// Samples of a file that can be read as it is: PCM16, mono, 8 kHz.
fn plain_length(path: &Path) -> Option<usize> {
    if path.extension()? != "wav" {
        return None;
    }
    let reader = hound::WavReader::open(path).ok()?;
    let spec = reader.spec();
    let plain = (spec.channels, spec.sample_rate, spec.bits_per_sample) == (1, SAMPLE_RATE, 16);
    (plain && spec.sample_format == hound::SampleFormat::Int).then(|| reader.duration() as usize)
}

/// The file of the converted samples, made when it is not there, and their number.
fn converted(name: &str, source: &Path) -> Result<(PathBuf, usize), Error> {
    let unreadable = |why: String| Error::Unreadable {
        path: source.to_owned(),
        why,
    };
    let size = fs::metadata(source)
        .map_err(|e| unreadable(e.to_string()))?
        .len();
    // Another version of the package has another length: its conversion has another name.
    let target = converted_folder().join(format!("{name}.{size}.s16"));
    if !target.exists() {
        convert(source, &target).map_err(unreadable)?;
    }
    let octets = fs::metadata(&target)
        .map_err(|e| unreadable(e.to_string()))?
        .len();
    Ok((target, octets as usize / 2))
}

/// The directory of the build that this program came from, or that of the machine's temporary
/// files when the build has gone.
fn converted_folder() -> PathBuf {
    let tree = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let build = match tree.canonicalize() {
        Ok(tree) => tree.join("target"),
        Err(_) => std::env::temp_dir(),
    };
    build.join("corpora")
}

/// Several processes may convert the same file: each writes its own and puts it in place whole.
fn convert(source: &Path, target: &Path) -> Result<(), String> {
    let folder = target.parent().ok_or("no folder for converted samples")?;
    fs::create_dir_all(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let own = target.with_extension(format!("{}.part", std::process::id()));
    let done = Command::new("sox")
        .args(["-V1", "-D", "-G"])
        .arg(source)
        .args([
            "-t", "raw", "-e", "signed", "-b", "16", "-L", "-c", "1", "-r",
        ])
        .arg(SAMPLE_RATE.to_string())
        .arg(&own)
        .output();
    let output = done.map_err(|e| format!("sox converts it: {e}: apt-get install sox"))?;
    if !output.status.success() {
        let told = String::from_utf8_lossy(&output.stderr);
        return Err(format!("sox could not convert it: {}", told.trim()));
    }
    fs::rename(&own, target).map_err(|e| format!("{}: {e}", target.display()))
}

/// Does the same to each, on all processors; results in order, or the first error.
fn in_parallel<A: Sync, B: Send>(
    these: &[A],
    work: impl Fn(&A) -> Result<B, Error> + Sync,
) -> Result<Vec<B>, Error> {
    let next = AtomicUsize::new(0);
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let mut done: Vec<(usize, Result<B, Error>)> = thread::scope(|scope| {
        let one = || {
            let mut done = Vec::new();
            loop {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let Some(this) = these.get(at) else {
                    return done;
                };
                done.push((at, work(this)));
            }
        };
        let all: Vec<_> = (0..threads).map(|_| scope.spawn(one)).collect();
        let joined = all.into_iter().map(|thread| thread.join());
        joined.flat_map(|done| done.expect("no panic")).collect()
    });
    done.sort_by_key(|&(at, _)| at);
    done.into_iter().map(|(_, result)| result).collect()
}

const SHARE_ALIKE: &str = "CC-BY-SA-3.0";
const GPL: &str = "GPL-2.0-or-later";

/// The play whose parts are voices of their own.
const ACTED: &str = "fillets";

pub const PACKAGES: &[Package] = &[
    Package {
        name: "asterisk-core-sounds-en-wav",
        short: "en",
        kind: Kind::Speech,
        language: Some("en"),
        voice: "Allison Smith",
        licence: SHARE_ALIKE,
        folder: "/usr/share/asterisk/sounds/en_US_f_Allison",
        ending: "wav",
        only_in: None,
        least: 500,
    },
    Package {
        name: "asterisk-core-sounds-fr-wav",
        short: "fr",
        kind: Kind::Speech,
        language: Some("fr"),
        voice: "June Wallack",
        licence: SHARE_ALIKE,
        folder: "/usr/share/asterisk/sounds/fr_CA_f_June",
        ending: "wav",
        only_in: None,
        least: 500,
    },
    Package {
        name: "asterisk-core-sounds-ru-wav",
        short: "ru",
        kind: Kind::Speech,
        language: Some("ru"),
        voice: "Maxim's IVR voice",
        licence: SHARE_ALIKE,
        folder: "/usr/share/asterisk/sounds/ru_RU_f_IvrvoiceRU",
        ending: "wav",
        only_in: None,
        least: 500,
    },
    Package {
        name: "asterisk-core-sounds-it-wav",
        short: "it",
        kind: Kind::Speech,
        language: Some("it"),
        voice: "Carlo",
        licence: SHARE_ALIKE,
        folder: "/usr/share/asterisk/sounds/it_IT_m_Carlo",
        ending: "wav",
        only_in: None,
        least: 500,
    },
    Package {
        name: "asterisk-prompt-es-co",
        short: "es",
        kind: Kind::Speech,
        language: Some("es"),
        voice: "Colombian prompts",
        licence: GPL,
        folder: "/usr/share/asterisk/sounds/es",
        ending: "gsm",
        only_in: None,
        least: 250,
    },
    Package {
        name: "asterisk-prompt-fr-armelle",
        short: "armelle",
        kind: Kind::Speech,
        language: Some("fr"),
        voice: "Armelle Desjardins",
        licence: GPL,
        folder: "/usr/share/asterisk/sounds/fr",
        ending: "gsm",
        only_in: None,
        least: 300,
    },
    Package {
        name: "fillets-ng-data-cs",
        short: ACTED,
        kind: Kind::Speech,
        language: Some("cs"),
        voice: "acted, Czech",
        licence: GPL,
        folder: "/usr/share/games/fillets-ng/sound",
        ending: "ogg",
        only_in: Some("cs"),
        least: 1800,
    },
    Package {
        name: "asterisk-moh-opsound-wav",
        short: "moh",
        kind: Kind::Music,
        language: None,
        voice: "hold music",
        licence: SHARE_ALIKE,
        folder: "/usr/share/asterisk/moh",
        ending: "wav",
        only_in: None,
        least: 5,
    },
    Package {
        name: "fillets-ng-data",
        short: "fillets-music",
        kind: Kind::Music,
        language: None,
        voice: "game music",
        licence: GPL,
        folder: "/usr/share/games/fillets-ng/music",
        ending: "ogg",
        only_in: None,
        least: 15,
    },
];

/// Recordings that are no speech or music, by their names below the package, with the reason.
/// A name that ends with `/` is a folder.
pub const NOT_SPEECH: &[(&str, &str)] = &[
    ("ascending-2tone", "two tones"),
    ("beep", "a tone"),
    ("beeperr", "a tone"),
    ("confbridge-join", "a tone"),
    ("confbridge-leave", "a tone"),
    ("descending-2tone", "two tones"),
    ("silence/", "silence"),
];

/// Recordings that are another one at another level, and which.
pub const AGAIN: &[(&str, &str)] = &[
    ("fr/tt-monkeys", "en/tt-monkeys"),
    ("it/tt-monkeys", "en/tt-monkeys"),
    ("ru/tt-monkeys", "en/tt-monkeys"),
];

/// Whether a recording of this name is left out.
fn is_left_out(name: &str) -> bool {
    let Some((_, below)) = name.split_once('/') else {
        return false;
    };
    let is = |listed: &str| match listed.ends_with('/') {
        true => below.starts_with(listed),
        false => below == listed,
    };
    NOT_SPEECH.iter().any(|(listed, _)| is(listed)) || AGAIN.iter().any(|(again, _)| *again == name)
}
