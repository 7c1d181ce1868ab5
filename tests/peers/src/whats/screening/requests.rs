//! Calls that inmates ask for, drawn from a seed.

use super::site::{self, LINES, SPEED_CODES, Site};
use db::pattern::Pattern;
use screening::{LocalTime, PinKey, Request, Routing};
use std::sync::LazyLock;
use suites::random::Random;
use types::{
    dial_plan::DialedNumber,
    digits::Digits,
    id::{InmateId, LineId},
    phone_number::{CallType, DialingPattern, PhoneNumber},
    query::DialedOrSpeed,
    tick::Ticks,
};

/// A call that is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    pub line: LineId,
    pub pin: PinKey,
    pub number: DialedOrSpeed,
}

static ROUTING: LazyLock<Routing> = LazyLock::new(Routing::north_america);

/// Of the requests of a stream, in the order they are drawn.
const STREAM: u64 = 0x5eed;

/// So many requests: most for a number of the inmate's list.
pub fn draw(site: &Site, count: usize) -> anyhow::Result<Vec<Asked>> {
    let mut random = Random::for_case(site.seed, STREAM);
    (0..count).map(|_| asked(site, &mut random)).collect()
}

fn asked(site: &Site, random: &mut Random) -> anyhow::Result<Asked> {
    let inmate = site.any(random);
    let mut pin = PinKey(site.pin(inmate).0);
    let kind = random.below(100);
    let number = match kind {
        0..75 => Some(of_list(site, inmate, random)?),
        75..82 => Some(fitting(random.choose(&site.allowed), random)?),
        82..88 => Some(fitting(random.choose(&site.restricted), random)?),
        // Another's, and mostly nobody's.
        88..90 => {
            let other = site.any(random);
            Some(of_list(site, other, random)?)
        }
        90..93 => Some(site::phone_number(site::national(random))?),
        93..97 => None,
        _ => {
            pin.0[0] ^= 0x55;
            Some(of_list(site, inmate, random)?)
        }
    };
    Ok(Asked {
        line: LineId(1 + random.below(usize::from(LINES)) as u16),
        pin,
        number: match number {
            Some(number) => dialed(number),
            None => DialedOrSpeed::Speed(1 + random.below(usize::from(SPEED_CODES)) as u8),
        },
    })
}

pub fn dialed(number: PhoneNumber) -> DialedOrSpeed {
    DialedOrSpeed::Number(DialedNumber {
        number,
        pattern: match number.international {
            true => DialingPattern::International,
            false => DialingPattern::ZeroPlus,
        },
        call_type: CallType::InterLata,
    })
}

fn of_list(site: &Site, inmate: InmateId, random: &mut Random) -> anyhow::Result<PhoneNumber> {
    let list: Vec<u64> = site.list(inmate).into_iter().collect();
    site::phone_number(*random.choose(&list))
}

/// A number that a pattern fits.
fn fitting(pattern: &Pattern, random: &mut Random) -> anyhow::Result<PhoneNumber> {
    let text = pattern.to_string();
    let (body, open) = match text.strip_suffix('*') {
        Some(body) => (body, true),
        None => (text.as_str(), false),
    };
    let mut number: String = body.to_owned();
    while open && number.len() < 10 {
        number.push('?');
    }
    let digits = number.chars().map(|c| match c {
        '?' => char::from(b'0' + random.below(10) as u8),
        other => other,
    });
    let number: String = digits.collect();
    PhoneNumber::parse(&number).ok_or_else(|| anyhow::anyhow!("{number} is no number"))
}

impl Asked {
    /// At nine thirty, where everything is asked at once.
    pub fn request(&self) -> Request<'static> {
        self.request_at(site::NOW_UTC_MS)
    }

    /// As it is keyed.
    fn dialed(&self) -> Digits {
        let (before, digits) = match self.number {
            DialedOrSpeed::Speed(code) => (String::new(), code.to_string()),
            DialedOrSpeed::Number(dialed) => {
                let before = match dialed.pattern {
                    DialingPattern::International => "011",
                    _ => "0",
                };
                (before.to_owned(), dialed.number.digits.to_string())
            }
        };
        Digits::parse(&(before + &digits)).expect("digits")
    }

    /// At an instant of the same day.
    pub fn request_at(&self, now_utc_ms: i64) -> Request<'static> {
        let quarters = (now_utc_ms - site::NOW_UTC_MS) / (15 * 60_000);
        Request {
            line: self.line,
            pin: Some(self.pin),
            officer: None,
            number: self.number,
            dialed: self.dialed(),
            shorter: &[],
            now_utc_ms,
            when: LocalTime {
                weekday: 1,
                step: 38 + quarters as u8,
                holiday: false,
            },
            in_service_for: None,
            hard_limit: Ticks::secs(3600),
            routing: &ROUTING,
            recorder_works: true,
        }
    }
}
