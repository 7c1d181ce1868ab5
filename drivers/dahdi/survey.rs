//! What DAHDI has: spans and channels as the control device tells them. Nothing is opened that a
//! call could use, so a channel in use is not disturbed.

use super::{
    ioctl::{self, Params, SpanInfo},
    join::Joins,
    setup::Signalling,
    tone_zone::ToneZone,
};
use nix::errno::Errno;
use std::{
    fmt,
    fs::{self, File},
    io,
    ops::BitOr,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};
use types::{edge::Abcd, frame::Law};

/// What the kernel calls A-law.
const LAW_A: i32 = 2;
const CONTROL: &str = "/dev/dahdi/ctl";
const CHANNEL: &str = "/dev/dahdi/channel";

/// A span.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Span {
    pub number: u16,
    pub name: String,
    /// What the card is called.
    pub description: String,
    pub alarms: Alarms,
    /// The span that gives the clock; none is its own.
    pub clock_from: Option<u16>,
    pub counters: SpanCounters,
    pub channels: Vec<FoundChannel>,
}

/// What a span has counted since its card was loaded; a card without a counter keeps it at zero.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct SpanCounters {
    pub bipolar_violations: u32,
    pub crc4: u32,
    pub e_bits: u32,
    pub frame_alignment: u32,
    pub framing: u32,
    pub code_violations: u32,
    pub bit_errors: u32,
    pub errored_seconds: u32,
    /// Interrupts of the card that came too late.
    pub missed_interrupts: u32,
}

impl SpanCounters {
    /// All of them, each with its name.
    pub fn named(&self) -> [(&'static str, u32); 9] {
        [
            ("bipolar violations", self.bipolar_violations),
            ("CRC-4 errors", self.crc4),
            ("E bits", self.e_bits),
            ("frame alignment errors", self.frame_alignment),
            ("framing errors", self.framing),
            ("code violations", self.code_violations),
            ("bit errors", self.bit_errors),
            ("errored seconds", self.errored_seconds),
            ("missed interrupts", self.missed_interrupts),
        ]
    }
}

/// Alarms of a span or a channel, as bits of the kernel; zero is none.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Alarms(pub i32);

impl Alarms {
    pub const NONE: Alarms = Alarms(0);

    /// Their names; none for a bit that has no name.
    pub fn names(self) -> Vec<&'static str> {
        const NAMES: [(i32, &str); 9] = [
            (1, "recovering"),
            (2, "loopback"),
            (4, "yellow"),
            (8, "red"),
            (16, "blue"),
            (32, "not open"),
            (256, "loss of signal"),
            (512, "loss of frame"),
            (1024, "loss of multiframe"),
        ];
        let set = NAMES.iter().filter(|(bit, _)| self.0 & bit != 0);
        set.map(|(_, name)| *name).collect()
    }
}

impl BitOr for Alarms {
    type Output = Alarms;

    fn bitor(self, other: Alarms) -> Alarms {
        Alarms(self.0 | other.0)
    }
}

/// A channel of a span.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FoundChannel {
    pub number: u16,
    pub name: String,
    pub signalling: Signalling,
    pub law: Law,
    /// What the hardware could be configured as, as bits.
    pub capable: i32,
    pub alarms: Alarms,
    /// Off-hook as the channel receives it: the phone's, or on a trunk that it rings.
    pub receives_off_hook: bool,
    /// Its signalling bits, where it has such.
    pub bits: Option<FoundBits>,
    /// A program has it open.
    pub in_use: bool,
    /// The channel whose received audio it is sent by the kernel, joined by whoever it was.
    pub hears: Option<u16>,
    /// What it cancels echoes with, if anything was attached.
    pub echo_canceller: Option<String>,
}

/// The signalling bits of a channel.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FoundBits {
    pub received: Abcd,
    pub sent: Abcd,
    /// What the channel is configured to send while nobody has it open.
    pub idle: Abcd,
}

/// All there is.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Survey {
    pub spans: Vec<Span>,
    /// `None` where it could not be asked for.
    pub tone_zone: Option<ToneZone>,
}

/// Why nothing can be said of channels.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SurveyError {
    #[error("there is no DAHDI here: no device {CONTROL}, so its kernel modules are not loaded")]
    NotLoaded,
    #[error("{device} may not be opened by this user")]
    Denied {
        device: &'static str,
        /// The group whose members may.
        group: u32,
    },
    #[error("{device} can't be opened: {why}")]
    Broken { device: &'static str, why: String },
}

impl Survey {
    pub fn take() -> Result<Survey, SurveyError> {
        let control = opened(CONTROL)?;
        // Channels are opened by this one.
        opened(CHANNEL)?;
        let joins = Joins::open().ok();
        let mut survey = Survey {
            tone_zone: ToneZone::usual(),
            ..Survey::default()
        };
        let mut total = 0;
        // Numbers of spans have gaps where one was taken away.
        for number in 1..=128 {
            let info = match ioctl::span(&control, i32::from(number)) {
                Ok(info) => info,
                Err(Errno::EINVAL | Errno::ENODEV | Errno::ENXIO) => continue,
                Err(errno) => return Err(broken(CONTROL, &errno.into())),
            };
            survey
                .spans
                .push(span(&control, joins.as_ref(), number, &info));
            total += 1;
            if total == info.totalspans {
                break;
            }
        }
        Ok(survey)
    }

    /// The channels that the kernel has bundled into one data channel with this one, itself too; none
    /// where it stands alone. Only the first of them can be opened, and its octets are those of all.
    pub fn bundle(&self, number: u16) -> Vec<u16> {
        let (Some((span, _)), Ok(control)) = (self.channel(number), opened(CONTROL)) else {
            return Vec::new();
        };
        let Ok(master) = ioctl::master(&control, number) else {
            return Vec::new();
        };
        let numbers = span.channels.iter().map(|channel| channel.number);
        let same = |&other: &u16| ioctl::master(&control, other) == Ok(master);
        let bundle: Vec<u16> = numbers.filter(same).collect();
        if bundle.len() > 1 { bundle } else { Vec::new() }
    }

    pub fn channel(&self, number: u16) -> Option<(&Span, &FoundChannel)> {
        let all = self.spans.iter();
        let mut all = all.flat_map(|span| span.channels.iter().map(move |channel| (span, channel)));
        all.find(|(_, channel)| channel.number == number)
    }
}

/// A process that has a DAHDI channel open, as far as this user may see.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Holder {
    pub process: u32,
    /// What it calls itself, which may be anything.
    pub name: String,
    /// It runs the file that this program runs from, or one that was there before.
    pub same_program: bool,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (process {})", printable(&self.name), self.process)
    }
}

/// Other processes that have channels open. The kernel does not tell which channel is whose; the
/// control device and timers are no channels.
pub fn holders() -> Vec<Holder> {
    let mut holders = Vec::new();
    let ours = Program::of(Path::new("/proc/self"));
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let process = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok());
        let Some(process) = process.filter(|&id: &u32| id != std::process::id()) else {
            continue;
        };
        let open = fs::read_dir(entry.path().join("fd"));
        let mut open = open.into_iter().flatten().flatten();
        let holds = |link: fs::DirEntry| {
            fs::read_link(link.path()).is_ok_and(|target| {
                let channel = !target.ends_with("ctl") && !target.ends_with("timer");
                target.starts_with("/dev/dahdi") && channel
            })
        };
        if open.any(holds) {
            let name = fs::read_to_string(entry.path().join("comm")).unwrap_or_default();
            let name = name.trim().to_owned();
            holders.push(Holder {
                process,
                name,
                same_program: Program::of(&entry.path())
                    .zip(ours.as_ref())
                    .is_some_and(|(theirs, ours)| theirs.is(ours)),
            });
        }
    }
    holders
}

/// What a process runs.
#[derive(Debug)]
struct Program {
    file: (u64, u64),
    /// Where it is, or was.
    place: PathBuf,
    /// Something else is there now, as after an upgrade.
    replaced: bool,
}

impl Program {
    fn of(process: &Path) -> Option<Program> {
        const REPLACED: &str = " (deleted)";
        let exe = process.join("exe");
        let (about, link) = (fs::metadata(&exe).ok()?, fs::read_link(&exe).ok()?);
        let place = link.to_str().and_then(|link| link.strip_suffix(REPLACED));
        Some(Program {
            file: (about.dev(), about.ino()),
            replaced: place.is_some(),
            place: place.map_or_else(|| link.clone(), PathBuf::from),
        })
    }

    fn is(&self, other: &Program) -> bool {
        self.file == other.file || (self.replaced && self.place == other.place)
    }
}

/// The signalling bits of a channel, whoever has it open.
pub fn bits(number: u16) -> Option<FoundBits> {
    let control = opened(CONTROL).ok()?;
    bits_of(&ioctl::params(&control, number).ok()?)
}

/// Less than zero without bits; more than four are a neighbour's.
fn bits_of(params: &Params) -> Option<FoundBits> {
    (params.rxbits >= 0).then(|| FoundBits {
        received: Abcd::new(params.rxbits as u8),
        sent: Abcd::new(params.txbits as u8),
        idle: Abcd::new(params.idlebits as u8),
    })
}

/// Opens a device.
fn opened(device: &'static str) -> Result<File, SurveyError> {
    let file = File::options().read(true).write(true).open(device);
    file.map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => SurveyError::NotLoaded,
        io::ErrorKind::PermissionDenied => SurveyError::Denied {
            device,
            group: fs::metadata(device).map_or(0, |about| about.gid()),
        },
        _ if matches!(error.raw_os_error(), Some(6 | 19)) => SurveyError::NotLoaded,
        _ => broken(device, &error),
    })
}

fn broken(device: &'static str, error: &io::Error) -> SurveyError {
    let why = error.to_string();
    SurveyError::Broken { device, why }
}

fn span(control: &File, joins: Option<&Joins>, number: u16, info: &SpanInfo) -> Span {
    let lines = fs::read_to_string(Path::new("/proc/dahdi").join(number.to_string()));
    let told = Told::of(&lines.unwrap_or_default());
    let channels = told.channels.into_iter().filter_map(|told| {
        let params = ioctl::params(control, told.number).ok()?;
        let hears = joins.and_then(|joins| joins.heard_by(told.number).ok().flatten());
        Some(channel(told, hears, &params))
    });
    Span {
        number,
        name: text(&{ info.name }),
        description: text(&{ info.desc }),
        alarms: Alarms(info.alarms),
        clock_from: u16::try_from(info.syncsrc).ok().filter(|&from| from != 0),
        counters: counters(info),
        channels: channels.collect(),
    }
}

fn counters(info: &SpanInfo) -> SpanCounters {
    let count = |n: i32| n.max(0) as u32;
    SpanCounters {
        bipolar_violations: count(info.bpvcount),
        crc4: count(info.crc4count),
        e_bits: count(info.ebitcount),
        frame_alignment: count(info.fascount),
        framing: info.fecount,
        code_violations: info.cvcount,
        bit_errors: info.becount,
        errored_seconds: info.errsec,
        missed_interrupts: count(info.irqmisses),
    }
}

fn channel(told: ToldChannel, hears: Option<u16>, params: &Params) -> FoundChannel {
    FoundChannel {
        number: told.number,
        name: text(&params.name),
        signalling: Signalling(params.sigtype),
        law: if params.curlaw == LAW_A {
            Law::A
        } else {
            Law::Mu
        },
        capable: params.sigcap,
        alarms: Alarms(params.chan_alarms as i32),
        receives_off_hook: params.rxisoffhook != 0,
        bits: bits_of(params),
        in_use: told.in_use,
        hears,
        echo_canceller: told.echo_canceller,
    }
}

fn text(octets: &[u8]) -> String {
    let end = octets.iter().position(|&octet| octet == 0);
    let octets = &octets[..end.unwrap_or(octets.len())];
    printable(String::from_utf8_lossy(octets).trim())
}

/// Text of others, without what would move a terminal's cursor or turn its text around.
fn printable(text: &str) -> String {
    let moves = |c: char| {
        c.is_control()
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.replace(moves, "\u{fffd}")
}

/// What `/proc/dahdi/SPAN` alone tells: which channels the span has, which are open, and their echo
/// cancellers.
#[derive(Debug, Default)]
struct Told {
    channels: Vec<ToldChannel>,
}

#[derive(Debug, PartialEq, Eq)]
struct ToldChannel {
    number: u16,
    in_use: bool,
    echo_canceller: Option<String>,
}

impl Told {
    fn of(text: &str) -> Told {
        let channel = |line: &str| {
            let (number, rest) = line.trim_start().split_once(' ')?;
            let canceller = rest.split_once("(EC: ");
            let canceller = canceller.and_then(|(_, after)| after.split([' ', ')']).next());
            Some(ToldChannel {
                number: number.parse().ok()?,
                in_use: rest.contains("(In use)"),
                echo_canceller: canceller.map(printable),
            })
        };
        // The first line is the span's own.
        let lines = text.lines().skip(1);
        Told {
            channels: lines.filter_map(channel).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    #[test]
    fn alarms_and_counters_have_names() {
        assert_eq!(Alarms::NONE.names(), [""; 0]);
        let alarms = Alarms(4) | Alarms(8 | 1024);
        assert_eq!(alarms.names(), ["yellow", "red", "loss of multiframe"]);
        let counters = SpanCounters {
            missed_interrupts: 3,
            ..SpanCounters::default()
        };
        let mut counted = counters.named().into_iter().filter(|(_, count)| *count > 0);
        assert_eq!(counted.next(), Some(("missed interrupts", 3)));
        assert_eq!(counted.next(), None);
    }

    #[test]
    fn a_name_moves_no_terminal_s_cursor() {
        let holder = Holder {
            process: 1,
            name: "\u{1b}[2J\u{1b}]0;x\u{7}\u{202e}\u{9b}2J".to_owned(),
            same_program: false,
        };
        let moves = |c: char| c.is_control() || c == '\u{202e}';
        let told = holder.to_string();
        assert!(!told.contains(moves), "{told:?}");
        let span = text(b"card \x1b[31m\0rest");
        assert_eq!(span, "card \u{fffd}[31m");
    }

    #[test]
    fn a_program_is_known_after_its_file_was_replaced() {
        let place = std::env::temp_dir().join(format!("survey-{}", std::process::id()));
        fs::create_dir(&place).expect("a directory");
        let runs = |name: &str| {
            let (file, fresh) = (place.join(name), place.join("fresh"));
            fs::copy("/bin/sleep", &fresh).expect("a copy");
            fs::rename(fresh, &file).expect("in its place");
            let child = Command::new(&file).arg("60").spawn().expect("it runs");
            let process = Path::new("/proc").join(child.id().to_string());
            (child, process)
        };
        let (mut before, process) = runs("controller");
        let new = Program::of(&process).expect("it may be seen");
        assert!(new.is(&new) && !new.replaced);
        let (mut after, upgraded) = runs("controller");
        let (mut other, another) = runs("another");
        let of = |process: &Path| Program::of(process).expect("it may be seen");
        assert!(of(&process).is(&of(&upgraded)), "{process:?}");
        assert!(!of(&another).is(&of(&upgraded)), "{another:?}");
        assert!(!of(&upgraded).is(&of(&another)), "{upgraded:?}");
        for child in [&mut before, &mut after, &mut other] {
            child.kill().and_then(|()| child.wait()).expect("it ends");
        }
        fs::remove_dir_all(place).expect("no directory any more");
    }

    #[test]
    fn the_kernels_list_of_a_span_is_read() {
        let told = Told::of(
            "Span 1: DYN/loc/1:0 \"Dynamic 'loc' span\" (MASTER) \n\tIRQ misses: 2\n\n\
             \t   1 DYN/loc/1:0/1 FXOKS (In use) (EC: MG2 - INACTIVE) \n\
             \t   2 DYN/loc/1:0/2 \n",
        );
        let expected = [(1, true, Some("MG2")), (2, false, None)];
        let found = told.channels.iter();
        let found: Vec<_> = found
            .map(|c| (c.number, c.in_use, c.echo_canceller.as_deref()))
            .collect();
        assert_eq!(found, expected);
    }
}
