//! Calls with a third party.

use super::{AFTER, CALLED, Kind, PHONE, Scene, THIRD};
use crate::three_way::{
    draw::gain,
    network::{Hiss, Stretch},
    sounds,
    talk::secs,
};

impl Scene<'_> {
    pub(super) fn third_party(&mut self, kind: Kind) -> (usize, usize) {
        let digits = self.draw.setting(2.0, 9.0);
        let consult = match kind {
            Kind::BeforeAnswer => self.draw.setting(0.3, 3.0),
            _ => self.draw.setting(4.0, 35.0),
        };
        let least = 18.0 + digits + consult + AFTER + 40.0;
        if self.length < secs(least) {
            self.grow(secs(least) / 80 * 80);
        }
        let left = self.moment(digits + consult + AFTER + 20.0);
        let joined = left + secs(digits + consult);
        let quiet = self.draw.between(0.1, 1.2);
        self.two_talk(0, left - secs(quiet));
        let heard = match kind {
            Kind::Silent => false,
            Kind::Transfer => self.draw.chance(0.7),
            _ => true,
        };
        self.leave(left, heard);
        if heard && self.draw.chance(0.2) {
            self.recall(left, digits);
        }
        self.alone(left + secs(1.0), joined);
        self.join(joined, kind, heard);
        self.three_talk(joined, kind);
        (left, joined)
    }

    /// See [`super::Call::hidden`].
    pub(super) fn is_hidden(&self, kind: Kind) -> bool {
        // The first stretch, the silence, what came after it; a flash that is heard is one more.
        let [first, silence, after] = &self.stretches[..] else {
            return false;
        };
        let noise = |stretch: &Stretch| {
            let power = |dbm0: f32| 10f32.powf(dbm0 / 10.0);
            let rooms = self
                .legs
                .iter()
                .zip(stretch.gains)
                .map(|(leg, gain)| power(leg.room.1 - leg.loss_db) * gain * gain);
            let sum = self.near.noise() + power(stretch.hiss.1) + rooms.sum::<f32>();
            10.0 * sum.log10()
        };
        let clicked = self.network.iter().any(|sample| *sample != 0.0);
        let steps = [first, silence, after].map(noise);
        let quiet = (steps[0] - steps[1]).abs().max((steps[1] - steps[2]).abs()) < 0.5;
        kind != Kind::BeforeAnswer && !clicked && quiet
    }

    /// What leaks over from the side that dials: recall dial tone and its digits.
    fn recall(&mut self, left: usize, digits: f32) {
        let level = self.draw.setting(-60.0, -36.0);
        let at = left + secs(1.3);
        sounds::tones(
            &mut self.network,
            at,
            secs(digits * 0.25),
            &[350.0, 440.0],
            level,
        );
        let from = at + secs(digits * 0.25 + 0.2);
        sounds::keys(&mut self.draw, &mut self.network, from, 7, level);
    }

    /// The exchange's bridge: losses, noise and echo are other ones.
    fn join(&mut self, at: usize, kind: Kind, heard: bool) {
        if heard && self.draw.chance(0.85) {
            self.click(at, (-34.0, -8.0));
        }
        let digital = !heard;
        let loss = if digital {
            self.draw.setting(-2.0, 3.0)
        } else {
            self.draw.setting(0.0, 6.0)
        };
        let called = self.legs[0].echo.map(|echo| {
            let echo = echo.by(-loss);
            echo.by(self.draw.setting(-5.0, 5.0))
        });
        let gone = kind == Kind::Transfer;
        let bridge = if digital {
            (-80.0, -60.0)
        } else {
            (-74.0, -55.0)
        };
        let stretch = Stretch {
            from: at,
            gains: [
                if gone { 0.0 } else { gain(-loss) },
                gain(-self.draw.setting(0.0, 6.0)),
            ],
            hiss: Hiss(self.draw.below(2), self.draw.setting(bridge.0, bridge.1)),
            echoes: [called.filter(|_| !gone), self.legs[1].echo],
        };
        self.stretches.push(stretch);
    }

    fn three_talk(&mut self, joined: usize, kind: Kind) {
        let mut at = joined;
        if kind == Kind::BeforeAnswer {
            let level = self.draw.setting(-32.0, -17.0);
            at += secs(self.draw.between(0.0, 3.0));
            for ring in 0..1 + self.draw.below(4) {
                at += if ring == 0 { 0 } else { secs(4.0) };
                sounds::tones(&mut self.network, at, secs(2.0), &[440.0, 480.0], level);
                at += secs(2.0);
            }
            at += secs(self.draw.between(0.2, 3.0));
        }
        at += secs(self.draw.between(0.3, 2.0));
        let third = self.talkers[2];
        at = third.turn(&mut self.draw, &mut self.said[THIRD], at, self.length);
        let called = if kind == Kind::Transfer { 0.0 } else { 0.5 };
        let seats = [
            (&self.talkers[0], PHONE, 1.0),
            (&self.talkers[1], CALLED, called),
            (&self.talkers[2], THIRD, 1.0),
        ];
        self.manner
            .converse(&mut self.draw, &seats, &mut self.said, (at, self.length));
    }
}
