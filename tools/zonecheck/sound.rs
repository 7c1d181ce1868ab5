//! A sound as the zone list writes it, and when it is one of ours.
//!
//! The list's notation: pieces between commas, `425/500` for 425 Hz and 500 ms, `0/500` for
//! a pause, `350+440` for frequencies that are added, `425*24` for one modulated by another.
//! A piece without a length has no end. What has a `!` is played once, the rest for ever.
//!
//! Two sounds are the same when no listener could tell: frequencies within 1 Hz, lengths
//! within 10 ms; a cadence may begin at any of its bursts; special dial tones of the same
//! bursts are the same however many precede the steady tone, from two on. A special
//! information tone is its three parts, played once or often, with pauses of up to 30 ms
//! (ITU-T E.180, clause 7) between them or none.

use dsp::plan::{Burst, ToneDef};
use std::fmt;

/// What the list plays once, and what it plays for ever after.
#[derive(Clone, PartialEq, Debug)]
pub struct Sound {
    once: Vec<Piece>,
    again: Vec<Piece>,
}

/// A burst of the list and the pause after it.
#[derive(Clone, PartialEq, Debug)]
struct Piece {
    freqs: Vec<f32>,
    by: Option<f32>,
    /// `None` has no end.
    on_ms: Option<u32>,
    off_ms: u32,
}

const SAME_HZ: f32 = 1.0;
const SAME_MS: u32 = 10;
const PARTS_PAUSE_MS: u32 = 30;

impl Sound {
    /// Reads the list's notation. The error is the piece that does not follow it.
    pub fn read(text: &str) -> Result<Sound, String> {
        let mut sound = Sound {
            once: Vec::new(),
            again: Vec::new(),
        };
        let pieces: Vec<&str> = text.split(',').map(str::trim).collect();
        for (at, text) in pieces.iter().enumerate() {
            let body = text.strip_prefix('!').unwrap_or(text);
            let once = body.len() < text.len();
            if once && !sound.again.is_empty() {
                return Err(text.to_string());
            }
            let piece = read_piece(body).ok_or(text.to_string())?;
            let last = at + 1 == pieces.len();
            if piece.on_ms.is_none() && !last {
                return Err(text.to_string());
            }
            // A last silence without end only says that the tone is over.
            if !piece.is_silence() || piece.on_ms.is_some() {
                sound.add(piece, once).ok_or(text.to_string())?;
            }
        }
        sound.again.truncate(period(&sound.again));
        Ok(sound)
    }

    /// Appends a piece; a pause or more of the same sound goes to the piece before. `None`
    /// for a pause before any sound.
    fn add(&mut self, piece: Piece, once: bool) -> Option<()> {
        let part = if once {
            &mut self.once
        } else {
            &mut self.again
        };
        let before = match part.last_mut() {
            None if piece.is_silence() => {
                // The pause after what is played once.
                self.once.last_mut()?.off_ms += piece.on_ms?;
                return Some(());
            }
            before => before,
        };
        match before {
            Some(before) if piece.is_silence() => before.off_ms += piece.on_ms?,
            Some(before) if before.sounds_as(&piece) && before.off_ms == 0 => {
                let whole = before.on_ms.zip(piece.on_ms).map(|(a, b)| a + b);
                before.on_ms = whole;
            }
            _ => part.push(piece),
        }
        Some(())
    }

    /// Whether it is this definition's sound.
    pub fn is(&self, def: &ToneDef) -> bool {
        let ours: Vec<Piece> = def.bursts.iter().map(Piece::of).collect();
        let steady = ours.last().is_some_and(|last| last.on_ms.is_none());
        let (prefix, end) = ours.split_at(ours.len() - usize::from(steady));
        match (steady, def.repeat) {
            (true, _) => {
                same(&self.again, end)
                    && match (self.once.len(), prefix.len()) {
                        (0, 0) => true,
                        (a, b) => {
                            let shared = a.min(b);
                            shared >= 2 && same(&self.once[..shared], &prefix[..shared])
                        }
                    }
            }
            (false, true) => self.once.is_empty() && same_cycle(&self.again, &ours),
            (false, false) => self.again.is_empty() && same(&self.once, &ours),
        }
    }

    /// Whether it is, once or often, the three parts of this definition.
    pub fn is_parts(&self, def: &ToneDef) -> bool {
        let theirs: Vec<&Piece> = self.once.iter().chain(&self.again).collect();
        let ours: Vec<Piece> = def.bursts.iter().map(Piece::of).collect();
        let count = ours.len();
        let part = |(at, piece): (usize, &&Piece)| {
            let last = at % count + 1 == count;
            piece.sounds_as(&ours[at % count])
                && same_length(piece.on_ms, ours[at % count].on_ms)
                && (last || piece.off_ms <= PARTS_PAUSE_MS)
        };
        !theirs.is_empty()
            && theirs.len().is_multiple_of(count)
            && theirs.iter().enumerate().all(part)
    }
}

impl Piece {
    fn of(burst: &Burst) -> Piece {
        Piece {
            freqs: burst.freqs().to_vec(),
            by: burst.modulation,
            on_ms: (burst.on_ms > 0).then_some(burst.on_ms),
            off_ms: burst.off_ms,
        }
    }

    fn is_silence(&self) -> bool {
        self.freqs == [0.0]
    }

    fn sounds_as(&self, other: &Piece) -> bool {
        let near = |a: &f32, b: &f32| (a - b).abs() <= SAME_HZ;
        let by = match (self.by, other.by) {
            (Some(a), Some(b)) => near(&a, &b),
            (a, b) => a.is_none() && b.is_none(),
        };
        let sorted = |piece: &Piece| {
            let mut freqs = piece.freqs.clone();
            freqs.sort_by(f32::total_cmp);
            freqs
        };
        let (ours, theirs) = (sorted(self), sorted(other));
        by && ours.len() == theirs.len() && ours.iter().zip(&theirs).all(|(a, b)| near(a, b))
    }
}

/// `350+440/500`, `425*24/400`, `0/500`, `425`.
fn read_piece(text: &str) -> Option<Piece> {
    let (sound, length) = match text.split_once('/') {
        Some((sound, length)) => (sound, Some(length.parse().ok().filter(|ms| *ms > 0)?)),
        None => (text, None),
    };
    let hz = |text: &str| text.parse::<u16>().ok().map(f32::from);
    let (freqs, by) = match sound.split_once('*') {
        Some((carrier, by)) => (vec![hz(carrier)?], Some(hz(by)?)),
        None => (sound.split('+').map(hz).collect::<Option<_>>()?, None),
    };
    Some(Piece {
        freqs,
        by,
        on_ms: length,
        off_ms: 0,
    })
}

/// After how many pieces a cycle says the same again.
fn period(cycle: &[Piece]) -> usize {
    let repeats = |n: &usize| {
        cycle.len().is_multiple_of(*n) && cycle.iter().zip(&cycle[*n..]).all(|(a, b)| a == b)
    };
    (1..cycle.len()).find(repeats).unwrap_or(cycle.len())
}

fn same(theirs: &[Piece], ours: &[Piece]) -> bool {
    theirs.len() == ours.len() && theirs.iter().zip(ours).all(|(a, b)| same_piece(a, b))
}

fn same_cycle(theirs: &[Piece], ours: &[Piece]) -> bool {
    let count = ours.len();
    theirs.len() == count
        && (0..count).any(|from| {
            let turned = ours[from..].iter().chain(&ours[..from]);
            theirs.iter().zip(turned).all(|(a, b)| same_piece(a, b))
        })
}

fn same_piece(a: &Piece, b: &Piece) -> bool {
    a.sounds_as(b) && same_length(a.on_ms, b.on_ms) && a.off_ms.abs_diff(b.off_ms) <= SAME_MS
}

fn same_length(a: Option<u32>, b: Option<u32>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => a.abs_diff(b) <= SAME_MS,
        (a, b) => a == b,
    }
}

/// In the notation of the tables, without levels.
impl fmt::Display for Sound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut before = None;
        for (at, piece) in self.once.iter().chain(&self.again).enumerate() {
            let then = at == self.once.len();
            f.write_str(match (at, then) {
                (0, _) => "",
                (_, true) => ", then ",
                (_, false) => ", ",
            })?;
            piece.show(before, f)?;
            before = Some(piece);
        }
        f.write_str(if self.again.is_empty() { ", once" } else { "" })
    }
}

impl Piece {
    fn show(&self, before: Option<&Piece>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let same = |before: &Piece| before.freqs == self.freqs && before.by == self.by;
        if !before.is_some_and(same) {
            for (at, hz) in self.freqs.iter().enumerate() {
                write!(f, "{}{hz}", if at == 0 { "" } else { "+" })?;
            }
            if let Some(by) = self.by {
                write!(f, "x{by}")?;
            }
            f.write_str(" ")?;
        }
        match (self.on_ms, self.off_ms) {
            (None, _) => write!(f, "steady"),
            (Some(on), 0) => write!(f, "on {on}"),
            (Some(on), off) => write!(f, "on {on} off {off}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ours(line: &str) -> ToneDef {
        tonetables::read(line).expect(line)
    }

    fn is(theirs: &str, line: &str) -> bool {
        Sound::read(theirs).expect(theirs).is(&ours(line))
    }

    #[test]
    fn what_the_list_writes_is_what_the_tables_write() {
        assert!(is("425", "tone dial 425 -10dBm0 steady"));
        assert!(is("350+440", "tone dial 440+350 -13dBm0 steady"));
        assert!(is("425/500,0/500", "tone busy 425 -10dBm0 on 500 off 500"));
        assert!(is(
            "425*24/400,0/200,425*24/400,0/2000",
            "tone ringback 425x24 -10dBm0 on 400 off 200, on 400 off 2000"
        ));
        assert!(is(
            "425/600,0/1000,425/200,0/200",
            "tone dial 425 -10dBm0 on 200 off 200, on 600 off 1000"
        ));
        assert!(is(
            "!425/100,!0/100,!425/100,!0/100,425",
            "tone stutter 425 -10dBm0 on 100 off 100, on 100 off 100, on 100 off 100, steady"
        ));
    }

    #[test]
    fn a_figure_that_differs_is_a_difference() {
        let busy = "tone busy 425 -10dBm0 on 500 off 500";
        for theirs in [
            "425/500,0/520",
            "425/480,0/500",
            "430/500,0/500",
            "425+480/500,0/500",
            "425*25/500,0/500",
            "425/500",
            "425",
            "!425/500,!0/500,0",
            "!425/500,!0/500,425/500,0/500",
            "425/500,0/500,425/300,0/500",
        ] {
            assert!(!is(theirs, busy), "{theirs}");
        }
        let dial = "tone stutter 425 -10dBm0 on 100 off 100, on 100 off 100, steady";
        assert!(!is("425", dial) && !is("!425/100,!0/100,425", dial));
        assert!(!is("!425/100,!0/120,!425/100,!0/120,425", dial));
    }

    #[test]
    fn the_parts_of_an_information_tone_may_repeat() {
        let three = ours("tone sit-unknown 950 -24dBm0 on 330, 1400 on 330, 1800 on 330, once");
        let is = |theirs: &str| Sound::read(theirs).expect(theirs).is_parts(&three);
        assert!(is("950/330,1400/330,1800/330"));
        assert!(is("!950/332,!0/24,!1400/332,!0/24,!1800/332,0"));
        assert!(is("950/330,0/30,1400/330,0/30,1800/330,0/1000"));
        assert!(is(
            "!950/330,!1400/330,!1800/330,!0/1000,!950/330,!1400/330,!1800/330,0"
        ));
        assert!(!is("950/330,0/60,1400/330,0/60,1800/330,0/1000"));
        assert!(!is("950/330,1450/330,1850/330"));
        assert!(!is("950/330,0/1000"));
    }

    #[test]
    fn what_does_not_follow_the_notation_is_named() {
        for (theirs, piece) in [
            ("!400/100!0/100,400", "!400/100!0/100"),
            ("425/375,0/375,425@/375,0/375", "425@/375"),
            ("950/0,0/325", "950/0"),
            ("425,0/500", "425"),
            ("0/500,425/500", "0/500"),
            ("425/500,!425/500", "!425/500"),
            ("", ""),
        ] {
            assert_eq!(Sound::read(theirs), Err(piece.to_string()), "{theirs}");
        }
    }

    #[test]
    fn sounds_are_shown_as_tables_write_them() {
        let shown = |theirs: &str| Sound::read(theirs).expect(theirs).to_string();
        assert_eq!(shown("425/200,425/200,0/500"), "425 on 400 off 500");
        assert_eq!(
            shown("!400*25/100,!0/100,400"),
            "400x25 on 100 off 100, then 400 steady"
        );
        assert_eq!(
            shown("!950/330,!1400/330,0"),
            "950 on 330, 1400 on 330, once"
        );
    }
}
