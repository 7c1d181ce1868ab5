//! Numbers of the emergency services: nobody calls them to test a line.

use types::digits::Digits;

/// Those that networks take to them wherever they are: mobile networks all of them, others some.
const EVERYWHERE: &[&str] = &["911", "112", "999", "000"];

/// Others of single countries: police, fire, ambulance, disasters.
const OF_COUNTRY: &[(&str, &[&str])] = &[
    ("ae", &["997", "998"]),
    ("ar", &["100", "101", "107"]),
    ("at", &["122", "133", "144"]),
    ("be", &["100", "101"]),
    ("bg", &["150", "160", "166"]),
    (
        "br",
        &["190", "191", "192", "193", "194", "197", "198", "199"],
    ),
    ("ch", &["117", "118", "144"]),
    ("cl", &["131", "132", "133"]),
    ("cn", &["110", "119", "120", "122"]),
    ("cz", &["150", "155", "156", "158"]),
    ("de", &["110"]),
    ("ee", &["110"]),
    ("es", &["061", "062", "080", "085", "091", "092"]),
    ("fr", &["15", "17", "18", "114", "115", "119"]),
    ("gr", &["100", "166", "199"]),
    ("hu", &["104", "105", "107"]),
    ("il", &["100", "101", "102"]),
    ("in", &["100", "101", "102", "108"]),
    ("it", &["113", "115", "118"]),
    ("jp", &["110", "118", "119"]),
    ("kr", &["119"]),
    ("lt", &["01", "02", "03"]),
    ("mx", &["060", "065", "066", "068"]),
    ("my", &["994", "995"]),
    ("no", &["110", "113"]),
    ("nz", &["111"]),
    ("pa", &["103", "104"]),
    ("ph", &["117"]),
    ("pl", &["997", "998"]),
    ("ru", &["01", "02", "03", "101", "102", "103"]),
    ("sg", &["995"]),
    ("th", &["191", "199"]),
    ("tr", &["110", "155", "156"]),
    ("tw", &["110", "119"]),
    ("ve", &["171"]),
    ("za", &["10111", "10177"]),
];

/// Digits for an outside line that may come before.
const OUTSIDE: [char; 3] = ['9', '0', '8'];

/// Whether that number reaches them in this country, be it behind a PBX.
pub(crate) fn is(number: Digits, country: &str) -> bool {
    let own = OF_COUNTRY.iter().find(|(code, _)| *code == country);
    let own = own.map_or(&[][..], |(_, numbers)| *numbers);
    let known = |number: &str| EVERYWHERE.contains(&number) || own.contains(&number);
    let number = number.to_string();
    known(&number) || number.strip_prefix(OUTSIDE).is_some_and(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_country_here_has_a_tone_table() {
        let known: Vec<&str> = tonetables::codes().collect();
        for (code, numbers) in OF_COUNTRY {
            assert!(known.contains(code), "{code}");
            for number in *numbers {
                let number = Digits::parse(number).expect("digits");
                assert!(is(number, code), "{code} {number}");
            }
        }
    }
}
