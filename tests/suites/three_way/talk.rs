//! Conversations: who speaks when, and what.

use super::{
    corpus::{Corpus, Voice},
    draw::{Draw, gain},
};

/// Somebody with a telephone: a voice at a pace and pitch, and how loud.
#[derive(Clone, Copy, Debug)]
pub struct Talker<'a> {
    pub voice: &'a Voice,
    /// Samples of the recording for one of the call.
    pub speed: f32,
    pub level_dbm0: f32,
}

/// How a stretch of talk goes.
#[derive(Clone, Copy, Debug)]
pub struct Manner {
    /// Seconds from one turn to the next, at most; negative for talking at once.
    pub pause: (f32, f32),
    /// Of all turns, those after which nobody speaks for some seconds.
    pub lulls: f32,
}

impl<'a> Talker<'a> {
    pub fn new(corpus: &'a Corpus, draw: &mut Draw) -> Talker<'a> {
        Talker {
            voice: draw.pick(&corpus.voices),
            speed: draw.setting(0.8, 1.22),
            level_dbm0: draw.setting(-28.0, -14.0),
        }
    }

    /// Somebody else: another recording, or the same at a pitch that is 12 % away and more.
    pub fn other(corpus: &'a Corpus, draw: &mut Draw, than: &Talker) -> Talker<'a> {
        loop {
            let talker = Talker::new(corpus, draw);
            let apart = (talker.speed / than.speed).ln().abs();
            if !std::ptr::eq(talker.voice, than.voice) || apart > 0.12 {
                return talker;
            }
        }
    }

    /// Says one utterance into `out` from `at`; returns where it ends.
    pub fn say(&self, draw: &mut Draw, out: &mut [f32], at: usize) -> usize {
        let &(from, length) = draw.pick(&self.voice.utterances);
        let source = &self.voice.samples[from..from + length];
        let factor = gain(self.level_dbm0 + 1.5 * draw.gauss());
        let count = ((length - 2) as f32 / self.speed) as usize;
        let end = (at + count).min(out.len());
        // In 65,536ths of a sample: no rounding that adds up.
        let step = (self.speed * 65_536.0) as u32;
        let mut position = 0u64;
        for to in &mut out[at.min(end)..end] {
            let whole = (position >> 16) as usize;
            let part = (position & 0xffff) as f32 / 65_536.0;
            *to += factor * (source[whole] + part * (source[whole + 1] - source[whole]));
            position += u64::from(step);
        }
        end
    }

    /// Says some utterances, one turn.
    pub fn turn(&self, draw: &mut Draw, out: &mut [f32], at: usize, until: usize) -> usize {
        let utterances = 1 + draw.below(4);
        let mut at = at;
        for _ in 0..utterances {
            if at >= until {
                break;
            }
            at = self.say(draw, &mut out[..until], at) + secs(draw.between(0.1, 0.6));
        }
        at.min(until)
    }
}

/// One of a conversation, into whose buffer, and how much of the talk is theirs.
pub type Seat<'a, 'b> = (&'b Talker<'a>, usize, f32);

impl Manner {
    pub fn drawn(draw: &mut Draw) -> Manner {
        Manner {
            pause: (draw.setting(-0.6, 0.0), draw.setting(0.5, 2.5)),
            lulls: draw.setting(0.0, 0.12),
        }
    }

    /// Fills the buffers with talk in turns.
    pub fn converse(
        &self,
        draw: &mut Draw,
        seats: &[Seat],
        buffers: &mut [Vec<f32>],
        (from, until): (usize, usize),
    ) {
        let mut at = from;
        let mut last = usize::MAX;
        while at < until {
            let shares: Vec<(usize, f32)> = (0..seats.len())
                .map(|seat| (seat, if seat == last { 0.15 } else { 1.0 } * seats[seat].2))
                .collect();
            let seat = draw.share(&shares);
            let (talker, buffer, _) = seats[seat];
            at = talker.turn(draw, &mut buffers[buffer], at, until);
            if draw.chance(self.lulls) {
                at += secs(draw.between(2.0, 9.0));
            }
            let pause = draw.between(self.pause.0, self.pause.1);
            at = (at as f32 + pause * 8000.0).max(from as f32) as usize;
            last = seat;
        }
    }
}

pub fn secs(seconds: f32) -> usize {
    (seconds * 8000.0) as usize
}
