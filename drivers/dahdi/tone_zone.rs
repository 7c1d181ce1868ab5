//! The kernel's tone zone, which `loadzone` and `defaultzone` of DAHDI's configuration give it.
//!
//! The controller makes its own tones and times its own digits. What the kernel takes from the zone:
//! the cadence in which it rings a telephone, and the sounds of digits that it dials itself. Without
//! any zone it refuses to ring, and to dial, by pulses too, whose times are the channel's. `dahdi_cfg`
//! loads North America's where none is named: there is none only where that was never run.

use super::ioctl;
use nix::{
    errno::Errno,
    fcntl::{OFlag, open},
    sys::stat::Mode,
};

/// What the kernel has been given.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ToneZone {
    NotLoaded,
    /// By the number that dahdi-tools gave it.
    Loaded(u8),
}

/// The zones of dahdi-tools, each at its number, by the names that `loadzone` takes; compared with
/// libtonezone by `tools/zonecheck`.
const NAMES: [&str; 46] = [
    "us", "au", "fr", "nl", "uk", "fi", "es", "jp", "no", "at", "nz", "it", "us-old", "gr", "tw",
    "cl", "se", "be", "sg", "il", "br", "hu", "lt", "pl", "za", "pt", "ee", "mx", "in", "de", "ch",
    "dk", "cz", "cn", "ar", "my", "th", "bg", "ve", "ph", "ru", "tr", "pa", "mo", "cr", "ae",
];

impl ToneZone {
    /// That of channels which were given no other; `None` where it can't be asked for. A pseudo
    /// channel is asked, which is nobody's line.
    pub fn usual() -> Option<ToneZone> {
        const DEFAULT: i32 = -1;
        let flags = OFlag::O_RDWR | OFlag::O_NONBLOCK | OFlag::O_CLOEXEC;
        let pseudo = open("/dev/dahdi/pseudo", flags, Mode::empty()).ok()?;
        match ioctl::set_tone_zone(&pseudo, DEFAULT) {
            Err(Errno::ENODATA) => Some(ToneZone::NotLoaded),
            Err(_) => None,
            Ok(()) => {
                let number = ioctl::tone_zone(&pseudo).ok()?;
                u8::try_from(number).ok().map(ToneZone::Loaded)
            }
        }
    }

    /// What `loadzone` calls the zone.
    pub fn name(self) -> Option<&'static str> {
        match self {
            ToneZone::NotLoaded => None,
            ToneZone::Loaded(number) => NAMES.get(usize::from(number)).copied(),
        }
    }

    /// What `loadzone` calls the zone of a country, if it has one.
    pub fn of(country: &str) -> Option<&'static str> {
        let name = match country {
            "gb" => "uk",
            other => other,
        };
        NAMES.iter().copied().find(|known| *known == name)
    }
}
