//! What the idle bits of a `cas` channel tell of its trunk. The kernel sends them while nobody has the
//! channel open, so they must be those of an idle trunk.

use drivers::dahdi::bits::Bits;
use signaling::r2_variant::Variant;
use types::{edge::Abcd, trunk::R2Country};

use super::signalling::COUNTRIES;

/// What a trunk may be, by its idle bits.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Proposal {
    /// The keys of its `[[trunk]]`, such as `signalling = "r2"`.
    pub keys: Vec<String>,
    /// What the bits don't tell.
    pub doubt: String,
}

/// What idles with these bits; `None`: nothing that is known.
pub fn proposed(idle: Abcd) -> Option<Proposal> {
    let signalling = |name: &str| format!("signalling = \"{name}\"");
    if idle == Bits::Em.idle() {
        return Some(Proposal {
            keys: vec![signalling("em-wink")],
            doubt:
                "its idle bits are those of E&M; em-immediate, em-delay-dial or feature-group-d \
                    could not be told from em-wink: ask the exchange"
                    .to_owned(),
        });
    }
    if idle == Bits::GroundStart.idle() {
        return Some(Proposal {
            keys: vec![signalling("ground-start")],
            doubt:
                "its idle bits are those of ground start; no channel tells what the exchange makes \
                    of it"
                    .to_owned(),
        });
    }
    let countries = COUNTRIES.iter().filter(|(_, country)| r2(*country) == idle);
    let names: Vec<&str> = countries.map(|(name, _)| *name).collect();
    let first = names.first()?;
    Some(Proposal {
        keys: vec![signalling("r2"), format!("r2_country = \"{first}\"")],
        doubt: match names.as_slice() {
            [_] => format!("its idle bits are those of R2 as in {first}"),
            _ => format!(
                "its idle bits are those of R2; the country could not be known: {}",
                names.join(", ")
            ),
        },
    })
}

/// The line of DAHDI's configuration for such a channel.
pub fn line(channel: u16, idle: Abcd) -> String {
    format!("cas={channel}:{idle:?}")
}

/// All idle bits there are, and what has them.
pub fn all() -> [(Abcd, &'static str); 4] {
    [
        (Bits::Em.idle(), "E&M"),
        (Bits::GroundStart.idle(), "ground start"),
        (r2(R2Country::Itu), "R2"),
        (r2(R2Country::China), "R2 of China"),
    ]
}

fn r2(country: R2Country) -> Abcd {
    let cd = Variant::of(country).cd;
    Bits::R2 { cd }.idle()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_known_by_its_bits() {
        let first = |bits| Some(proposed(Abcd::new(bits))?.keys.join(" "));
        assert_eq!(first(0b0000).unwrap(), "signalling = \"em-wink\"");
        assert_eq!(first(0b0101).unwrap(), "signalling = \"ground-start\"");
        let r2 = "signalling = \"r2\" r2_country = ";
        assert_eq!(first(0b1001).unwrap(), format!("{r2}\"itu\""));
        assert_eq!(first(0b1011).unwrap(), format!("{r2}\"china\""));
        assert_eq!(first(0b1111), None);
    }

    #[test]
    fn every_country_has_idle_bits_that_are_told() {
        for (name, country) in COUNTRIES {
            assert!(
                all().iter().any(|(idle, _)| *idle == r2(*country)),
                "{name}"
            );
        }
    }
}
