//! Calls, with a third party and without.

mod alone;
mod joined;

use super::{
    corpus::Corpus,
    draw::{Draw, Part},
    network::{Echo, Hiss, Leg, Near, Stretch, Wires},
    sounds::{self, Click},
    talk::{Manner, Talker, secs},
};
use dsp::dtmf::{Dtmf, Profile};
use std::ops::Range;
use types::{frame::FRAME, tick::Tick};

/// What happens in a call. Those from [`Kind::Plain`] on have no third party.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Kind {
    /// The called party flashes with clicks, talks to the third, flashes again.
    Flash,
    /// The same, joined while it still rings.
    BeforeAnswer,
    /// A digital exchange or a mobile: no click, no ringing to be heard.
    Silent,
    /// The called party leaves the call to the third.
    Transfer,
    Plain,
    /// The far end puts us on hold with music and comes back.
    HoldMusic,
    /// Voices, television, babies behind the called party.
    Noise,
    TextTelephone,
    /// A second call is announced to the far end: a click, a beep; nothing comes of it.
    CallWaiting,
    /// A second call is taken and ended: gone and back, as it was.
    CallWaitingTaken,
    /// Doors, knocks, pops, coughs.
    Knocks,
    /// The far end holds the telephone otherwise.
    HandsetMoved,
    /// Somebody else at the same telephone.
    HandedOver,
    /// The far end changes to its loudspeaker: level, noise and echo change.
    Speakerphone,
    /// The far end presses keys.
    Keys,
    HangUp,
    /// Parts of a second are lost again and again.
    Dropouts,
    /// The far end presses its mute key for a while.
    Muted,
}

/// Kinds with a third party and their shares.
pub const JOINED: [(Kind, f32); 4] = [
    (Kind::Flash, 0.45),
    (Kind::BeforeAnswer, 0.2),
    (Kind::Silent, 0.2),
    (Kind::Transfer, 0.15),
];

/// Kinds without and their shares.
pub const ALONE: [(Kind, f32); 14] = [
    (Kind::Plain, 0.3),
    (Kind::HoldMusic, 0.06),
    (Kind::Noise, 0.1),
    (Kind::TextTelephone, 0.06),
    (Kind::CallWaiting, 0.08),
    (Kind::CallWaitingTaken, 0.02),
    (Kind::Knocks, 0.12),
    (Kind::HandsetMoved, 0.06),
    (Kind::HandedOver, 0.04),
    (Kind::Speakerphone, 0.03),
    (Kind::Keys, 0.04),
    (Kind::HangUp, 0.03),
    (Kind::Dropouts, 0.04),
    (Kind::Muted, 0.02),
];

/// A call as our two ports heard it, and what there was to be found.
#[derive(Debug)]
pub struct Call {
    pub kind: Kind,
    /// What was sent to the trunk: muted while a key may be down.
    pub phone: Vec<i16>,
    pub trunk: Vec<i16>,
    /// The sample at which the far end left, and at which the third party was joined.
    pub third: Option<(usize, usize)>,
    /// Nothing tells this joining from somebody else who takes the telephone after a silence: no
    /// click, no ringing, and the noise of the line changes by less than half a dB when the far end
    /// leaves and when it comes back.
    pub hidden: bool,
}

const PHONE: usize = 0;
const CALLED: usize = 1;
const THIRD: usize = 2;

/// Talk that there must be after a third party joined.
const AFTER: f32 = 35.0;

impl Kind {
    pub fn has_third(self) -> bool {
        self < Kind::Plain
    }
}

impl Call {
    /// The call of this kind and seed: 1 to 10 minutes.
    pub fn new(corpus: &Corpus, kind: Kind, seed: u64) -> Call {
        let mut draw = Draw::new(corpus.part, seed.wrapping_mul(64) + kind as u64);
        let length = secs(60.0 * 10f32.powf(draw.unit())) / 80 * 80;
        let mut scene = Scene::new(corpus, draw, length);
        let third = scene.play(kind);
        let hidden = third.is_some() && scene.is_hidden(kind);
        scene.incidents(if kind == Kind::Knocks { 8.0 } else { 0.5 });
        scene.finish(kind, third, hidden)
    }
}

struct Scene<'a> {
    corpus: &'a Corpus,
    draw: Draw,
    length: usize,
    /// What is said at the phone, at the called party's, at the third's.
    said: [Vec<f32>; 3],
    network: Vec<f32>,
    talkers: [Talker<'a>; 3],
    legs: [Leg; 2],
    near: Near,
    stretches: Vec<Stretch>,
    manner: Manner,
}

impl<'a> Scene<'a> {
    fn new(corpus: &'a Corpus, mut draw: Draw, length: usize) -> Scene<'a> {
        let inmate = Talker::new(corpus, &mut draw);
        let called = Talker::other(corpus, &mut draw, &inmate);
        let third = Talker::other(corpus, &mut draw, &called);
        let legs = [Leg::drawn(&mut draw), Leg::drawn(&mut draw)];
        let first = Stretch {
            from: 0,
            gains: [1.0, 0.0],
            hiss: Hiss(0, draw.setting(-80.0, -62.0)),
            echoes: [legs[0].echo, None],
        };
        Scene {
            corpus,
            length,
            said: std::array::from_fn(|_| vec![0.0; length]),
            network: vec![0.0; length],
            talkers: [inmate, called, third],
            near: Near::drawn(&mut draw),
            manner: Manner::drawn(&mut draw),
            legs,
            stretches: vec![first],
            draw,
        }
    }

    fn play(&mut self, kind: Kind) -> Option<(usize, usize)> {
        match kind {
            Kind::Flash | Kind::BeforeAnswer | Kind::Silent | Kind::Transfer => {
                return Some(self.third_party(kind));
            }
            Kind::HandedOver | Kind::Speakerphone => self.somebody_else(kind),
            Kind::HangUp => self.hang_up(),
            Kind::HoldMusic | Kind::CallWaitingTaken | Kind::Muted => self.away(kind),
            Kind::Noise => {
                self.two_talk(0, self.length);
                self.noise();
            }
            Kind::TextTelephone => self.text(),
            _ => {
                self.two_talk(0, self.length);
                self.incidents_of(kind);
            }
        }
        None
    }

    fn two_talk(&mut self, from: usize, until: usize) {
        let seats = [
            (&self.talkers[0], PHONE, 1.0),
            (&self.talkers[1], CALLED, 1.0),
        ];
        self.manner
            .converse(&mut self.draw, &seats, &mut self.said, (from, until));
    }

    /// Some moment in a call that leaves room for what comes.
    fn moment(&mut self, after: f32) -> usize {
        let most = (self.length as f32 / 8000.0 - after).max(20.0);
        secs(self.draw.between(18.0, most))
    }

    fn now(&self) -> Stretch {
        self.stretches[self.stretches.len() - 1].clone()
    }

    fn click(&mut self, at: usize, levels: (f32, f32)) {
        let kind = *self.draw.pick(&[Click::Sharp, Click::Thump, Click::Bounce]);
        let level = self.draw.setting(levels.0, levels.1);
        sounds::click(&mut self.draw, &mut self.network, at, kind, level);
    }

    /// The far end is switched away at `from`; with a flash that is heard, or without.
    fn leave(&mut self, from: usize, heard: bool) {
        let mut away = self.now();
        away.gains = [0.0; 2];
        let mut at = from;
        if heard {
            self.click(at, (-32.0, -6.0));
            // The open loop sends back more.
            away.from = at;
            away.echoes[0] = self.legs[0].echo.map(|e| e.by(5.0));
            self.stretches.push(away.clone());
            at += secs(self.draw.setting(0.3, 1.0));
            self.click(at, (-32.0, -8.0));
        }
        away.from = at;
        away.hiss = Hiss(0, self.draw.setting(-82.0, -58.0));
        let ends = self.draw.chance(0.4);
        away.echoes = [
            ends.then(|| Echo::drawn(&mut self.draw, (18.0, 34.0), (1.0, 30.0))),
            None,
        ];
        self.stretches.push(away);
    }

    /// While nobody is there, the inmate may say something.
    fn alone(&mut self, from: usize, until: usize) {
        let wordy = self.draw.unit();
        let mut at = from + secs(self.draw.between(0.5, 5.0));
        while at < until {
            if self.draw.chance(wordy * 0.7) {
                let talker = self.talkers[0];
                at = talker.turn(&mut self.draw, &mut self.said[PHONE], at, until);
            }
            at += secs(self.draw.between(1.5, 9.0));
        }
    }

    fn grow(&mut self, length: usize) {
        self.length = length;
        self.said.iter_mut().for_each(|s| s.resize(length, 0.0));
        self.network.resize(length, 0.0);
    }

    /// Nothing is heard of the far end for a moment.
    fn cut_out(&mut self, at: usize, length: usize) {
        let now = self.now();
        let out = Stretch {
            from: at,
            gains: [0.0; 2],
            ..now.clone()
        };
        self.stretches.push(out);
        self.stretches.push(Stretch {
            from: at + length,
            ..now
        });
    }

    /// What happens in any call: so many knocks a minute at each end.
    fn incidents(&mut self, a_minute: f32) {
        for end in [PHONE, CALLED] {
            let mut at = 0;
            loop {
                at += secs(-60.0 / a_minute * (1.0 - self.draw.unit()).ln());
                if at + 16_000 >= self.length {
                    break;
                }
                let level = self.draw.setting(-42.0, -8.0);
                sounds::knock(&mut self.draw, &mut self.said[end], at, level);
            }
        }
    }

    fn finish(mut self, kind: Kind, third: Option<(usize, usize)>, hidden: bool) -> Call {
        let [mut phone, mut called, mut other] = std::mem::take(&mut self.said);
        let inmate = Leg {
            loss_db: 0.0,
            ..Leg::drawn(&mut self.draw)
        };
        inmate.emit(&mut self.draw, self.corpus, &mut phone);
        self.legs[0].emit(&mut self.draw, self.corpus, &mut called);
        if third.is_some() {
            self.legs[1].emit(&mut self.draw, self.corpus, &mut other);
        }
        let wires = Wires {
            corpus: self.corpus,
            near: self.near,
            stretches: &self.stretches,
            network: &self.network,
        };
        let said = wires.sent(&phone);
        for muted in guarded(&said) {
            phone[muted].fill(0.0);
        }
        let trunk = wires.receive(&mut self.draw, &phone, [&called, &other]);
        Call {
            kind,
            phone: wires.sent(&phone),
            trunk,
            third,
            hidden,
        }
    }
}

/// What the phone says that no trunk may hear, by frames: it may be a key. Of a voice, a frame or two
/// every few seconds.
fn guarded(said: &[i16]) -> impl Iterator<Item = Range<usize>> {
    let mut dtmf = Dtmf::new(Profile::Talk);
    let frames = said.as_chunks::<FRAME>().0.iter().enumerate();
    frames.filter_map(move |(n, frame)| {
        let from = n * FRAME;
        let heard = dtmf.process(frame, Tick(from as u64));
        heard.guarded.then_some(from..from + FRAME)
    })
}

/// The kinds of one part are drawn by their shares; a seed is one call.
pub fn drawn_kind(part: Part, of: &[(Kind, f32)], seed: u64) -> Kind {
    Draw::new(part, seed ^ 0x6b69_6e64).share(of)
}
