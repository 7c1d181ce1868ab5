//! The sample site, made as large as is asked for, and who calls from which phone.

use drivers::sim::handset::HandsetScript;
use std::fmt::Write as _;
use types::{id::LineId, tick::Ticks};

use super::{FOLLOWED, scripts};
use crate::{runtime::seed::Seed, site::Site};

/// The sample site as it is shipped.
const SAMPLE: &str = include_str!("sample.toml");
/// Phones, trunks and inmates of the sample.
const PHONES: u16 = 8;

/// The sample's site file with this many phones, and as many trunks and inmates.
pub fn site_text(phones: u16) -> String {
    let mut text = without_tables_past(phones.min(PHONES));
    for number in PHONES + 1..=phones {
        let pin = 100_000 + u32::from(number) * 7919 % 900_000;
        let channel = 1000 + number;
        let trunk_channel = 10_000 + number;
        let _ = write!(
            text,
            "\n[[defaults.inmate]]\nid = \"C-{number:04}\"\nname = \"Inmate {number}\"\n\
             pin = \"{pin:06}\"\nlanguage = \"en\"\nclass = 3\n\
             \n[[line]]\nid = {number}\nchannel = {channel}\n\
             \n[[trunk]]\nid = {number}\nchannel = {trunk_channel}\nsignalling = \"loop-start\"\n"
        );
    }
    text
}

/// The sample without the lines and trunks whose id is above `most`, and the phones on such lines.
fn without_tables_past(most: u16) -> String {
    let keeps = |block: &&str| {
        let keys = [
            ("[[line]]", "id = "),
            ("[[trunk]]", "id = "),
            ("[[defaults.phone]]", "line = "),
        ];
        let of_table = keys.iter().find(|(table, _)| block.contains(table));
        let id =
            of_table.and_then(|(_, key)| block.lines().find_map(|line| line.strip_prefix(key)));
        let id: Option<u16> = id.and_then(|id| id.trim().parse().ok());
        id.is_none_or(|id| id <= most)
    };
    let kept: Vec<&str> = SAMPLE.split("\n\n").filter(keeps).collect();
    kept.join("\n\n")
}

/// The PIN of the inmate at each phone, in the order of the phones.
pub fn pins(site: &Site) -> Vec<String> {
    let inmates = site.defaults.inmates.iter();
    inmates
        .map(|inmate| {
            let pin = inmate.pin.as_ref();
            pin.expect("everybody of the sample has a PIN")
                .expose()
                .to_string()
        })
        .collect()
}

/// What the person at a phone does: the staged calls, if the line has any, then calls by chance.
pub fn handset(
    site: &Site,
    pins: &[String],
    line: LineId,
    seed: u64,
    length: Ticks,
) -> HandsetScript {
    let pin = pins.get(usize::from(line.0) - 1).map_or("", String::as_str);
    let mut seed = Seed::new(seed ^ (u64::from(line.0) << 32));
    let mut steps = scripts::staged(line.0, pin).unwrap_or_default();
    if line != FOLLOWED {
        steps.extend(scripts::by_chance(site, &mut seed, pin, length));
    }
    let keep = if line == FOLLOWED {
        length.min(Ticks::secs(600))
    } else {
        Ticks::ZERO
    };
    HandsetScript::new(steps).keep(keep)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(phones: u16) -> Site {
        Site::parse(&site_text(phones), "sample.toml".as_ref())
            .unwrap_or_else(|errors| panic!("{errors}"))
    }

    #[test]
    fn the_sample_can_be_made_smaller_and_larger() {
        for phones in [1, 2, 8, 9, 96, 500] {
            let site = parsed(phones);
            assert_eq!(site.lines.len(), usize::from(phones));
            assert_eq!(site.trunks.len(), usize::from(phones));
            assert!(site.defaults.inmates.len() >= usize::from(phones));
        }
    }

    #[test]
    fn the_staged_numbers_are_in_the_sample_tables() {
        let site = parsed(8);
        assert!(
            site.defaults
                .restricted
                .iter()
                .any(|text| text == scripts::RESTRICTED)
        );
        let listed = &site.defaults.inmates[0].numbers;
        assert!(
            listed
                .iter()
                .any(|entry| entry.number.to_string() == scripts::MOTHER)
        );
    }
}
