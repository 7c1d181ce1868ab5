//! The zones as `list_zones` prints them, compared with the tables.

use crate::sound::Sound;
use anyhow::{Context as _, bail};
use drivers::dahdi::tone_zone::ToneZone;
use std::collections::BTreeMap;
use types::tone::Tone;

/// One zone of the list.
#[derive(Debug)]
pub struct Zone {
    /// What the kernel calls it.
    pub number: u8,
    /// The list's own: `uk`.
    pub code: String,
    pub tones: BTreeMap<&'static str, String>,
}

/// The library's numbers of tones, and what we call them.
const TONES: [(u32, &str); 9] = [
    (0, "dial"),
    (1, "busy"),
    (2, "ringback"),
    (3, "reorder"),
    (4, "call-waiting"),
    (5, "recall"),
    (6, "record"),
    (7, "information"),
    (10, "stutter"),
];

/// Reads what `list_zones` prints.
pub fn read(list: &str) -> anyhow::Result<Vec<Zone>> {
    let mut zones: Vec<Zone> = Vec::new();
    let mut ended = false;
    for (at, line) in list.lines().enumerate() {
        let place = || format!("line {} of the zone list: \"{line}\"", at + 1);
        let (word, rest) = line.split_once(' ').with_context(place)?;
        match (word, zones.last_mut()) {
            _ if ended => bail!("{}: something follows the end", place()),
            ("zone", _) => {
                let (number, name) = rest.split_once(' ').with_context(place)?;
                zones.push(Zone {
                    number: number.parse().with_context(place)?,
                    code: name.split(' ').next().unwrap_or_default().to_owned(),
                    tones: BTreeMap::new(),
                });
            }
            ("tone", Some(zone)) => {
                let (number, sound) = rest.split_once(' ').with_context(place)?;
                let number: u32 = number.parse().with_context(place)?;
                let known = TONES.iter().find(|(known, _)| *known == number);
                let (_, name) = known.with_context(|| format!("{}: which tone?", place()))?;
                if zone.tones.insert(*name, sound.to_owned()).is_some() {
                    bail!("{}: a second one", place());
                }
            }
            ("end", Some(_)) => {
                ended = true;
                if rest.parse().ok() != Some(zones.len()) {
                    bail!("{}: there were {}", place(), zones.len());
                }
            }
            _ => bail!("{}: not what list_zones prints", place()),
        }
    }
    if !ended {
        bail!("the zone list has no end: list_zones did not finish");
    }
    Ok(zones)
}

impl Zone {
    /// The table of this zone.
    pub fn table(&self) -> &str {
        match self.code.as_str() {
            "uk" => "gb",
            code => code,
        }
    }

    /// Whether `sallyport check` calls it by this number and this code, and the country's zone so.
    pub fn is_known(&self) -> bool {
        let code = Some(self.code.as_str());
        ToneZone::Loaded(self.number).name() == code && ToneZone::of(self.table()) == code
    }

    /// The tones that are no tone of the table, with the list's figures.
    pub fn unlike(&self) -> anyhow::Result<BTreeMap<&'static str, String>> {
        let table = tonetables::load(self.table())
            .with_context(|| format!("zone {} has no table", self.code))?;
        let mut unlike = BTreeMap::new();
        for (&name, text) in &self.tones {
            let theirs = Sound::read(text);
            let is = |sound: &Sound| {
                let all = || table.tones.tones.iter();
                let shared = |tone: Tone| {
                    let mut users = all().filter(|def| def.same_as == Some(tone));
                    users.any(|def| may_be(name, def.tone))
                };
                all().any(|def| match (name, def.tone) {
                    ("information", Tone::Sit(_)) => sound.is_parts(def) || sound.is(def),
                    (name, tone) => (may_be(name, tone) || shared(tone)) && sound.is(def),
                })
            };
            match theirs {
                Ok(sound) if is(&sound) => {}
                Ok(sound) => drop(unlike.insert(name, sound.to_string())),
                Err(piece) => drop(unlike.insert(name, format!("unreadable {piece}"))),
            }
        }
        Ok(unlike)
    }
}

/// Whether our tone has the meaning of the list's. After a flash an exchange may give its
/// plain dial tone.
fn may_be(name: &str, tone: Tone) -> bool {
    match tone {
        Tone::Dial => name == "dial" || name == "recall",
        Tone::StutterDial => name == "stutter" || name == "recall",
        Tone::Busy => name == "busy",
        Tone::Ringback => name == "ringback",
        Tone::Reorder => name == "reorder",
        Tone::CallWaiting => name == "call-waiting",
        Tone::Record => name == "record",
        Tone::Howler | Tone::Sit(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "\
zone 4 uk United Kingdom
tone 0 350+440
tone 1 400/375,0/375
tone 5 350+440
tone 7 950/330,0/15,1400/330,0/15,1800/330,0/1000
end 1
";

    #[test]
    fn a_zone_like_its_table_has_no_difference() {
        let zones = read(LIST).expect("a list");
        assert_eq!((zones.len(), zones[0].tones.len()), (1, 4));
        assert!(zones[0].unlike().expect("a table").is_empty());
        assert!(zones[0].is_known());
        let other = read(&LIST.replace("4 uk", "5 uk")).expect("a list");
        assert!(!other[0].is_known());
    }

    #[test]
    fn a_figure_changed_is_found() {
        let list = LIST.replace("400/375,0/375", "400/375,0/475");
        let unlike = read(&list).expect("a list")[0].unlike().expect("a table");
        assert_eq!(unlike.len(), 1);
        assert_eq!(unlike["busy"], "400 on 375 off 475");
    }

    #[test]
    fn a_list_that_is_not_whole_is_refused() {
        for (from, to) in [
            ("end 1\n", ""),
            ("end 1", "end 2"),
            ("tone 0", "tone 77"),
            ("tone 5", "tone 0"),
            ("zone 4 uk United Kingdom\n", ""),
            ("zone 4 uk", "zone uk"),
            ("end 1\n", "end 1\nzone 0 us United States\n"),
        ] {
            assert!(read(&LIST.replace(from, to)).is_err(), "{from} -> {to}");
        }
        assert!(read("").is_err());
        let unknown = read(&LIST.replace("4 uk", "4 xx")).expect("a list");
        assert!(unknown[0].unlike().is_err());
        assert!(!unknown[0].is_known());
    }
}
