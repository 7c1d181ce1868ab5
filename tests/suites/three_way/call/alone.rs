//! Calls that nobody joins, whatever else happens.

use super::{CALLED, Kind, PHONE, Scene};
use crate::three_way::{
    draw::gain,
    network::{Echo, Hiss, Stretch},
    sounds,
    talk::{Talker, secs},
};

impl Scene<'_> {
    /// Gone for a while and back as before.
    pub(super) fn away(&mut self, kind: Kind) {
        let lasts = self.draw.setting(3.0, 40.0);
        if self.length < secs(lasts + 60.0) {
            self.grow(secs(lasts + 60.0) / 80 * 80);
        }
        let left = self.moment(lasts + 30.0);
        let back = left + secs(lasts);
        let quiet = self.draw.between(0.1, 1.0);
        self.two_talk(0, left - secs(quiet));
        let before = self.now();
        match kind {
            Kind::CallWaitingTaken => self.leave(left, true),
            Kind::HoldMusic => {
                let heard = self.draw.chance(0.4);
                self.leave(left, heard);
                self.music(left + secs(1.0), back, (-28.0, -16.0));
            }
            _ => {
                let mut muted = self.now();
                muted.from = left;
                muted.gains = [0.0; 2];
                muted.hiss = Hiss(0, self.draw.setting(-80.0, -58.0));
                self.stretches.push(muted);
            }
        }
        if kind == Kind::CallWaitingTaken || self.draw.chance(0.3) {
            self.click(back, (-34.0, -8.0));
        }
        self.alone(left + secs(1.0), back);
        self.stretches.push(Stretch {
            from: back,
            ..before
        });
        let quiet = self.draw.between(0.2, 1.5);
        self.two_talk(back + secs(quiet), self.length);
    }

    fn music(&mut self, from: usize, until: usize, levels: (f32, f32)) {
        let factor = gain(self.draw.setting(levels.0, levels.1));
        let song = self.draw.pick(&self.corpus.music);
        let start = self.draw.below(song.len());
        let until = until.min(self.length);
        let sounds = song.iter().cycle().skip(start);
        for (to, song) in self.network[from.min(until)..until].iter_mut().zip(sounds) {
            *to += factor * song;
        }
    }

    /// Another voice from the same telephone, with or without its loudspeaker.
    pub(super) fn somebody_else(&mut self, kind: Kind) {
        let at = self.moment(30.0);
        self.two_talk(0, at);
        let pause = secs(self.draw.setting(0.5, 5.0));
        let mut knock = at;
        while knock < at + pause {
            let level = self.draw.setting(-40.0, -12.0);
            sounds::knock(&mut self.draw, &mut self.said[CALLED], knock, level);
            knock += secs(self.draw.between(0.2, 1.2));
        }
        let mut other = kind == Kind::HandedOver;
        if kind == Kind::Speakerphone {
            let mut loud = self.now();
            loud.from = at;
            loud.gains = [0.0; 2];
            self.stretches.push(loud.clone());
            loud.from = at + secs(self.draw.setting(0.02, 0.3));
            loud.gains = [gain(-self.draw.setting(1.0, 10.0)), 0.0];
            loud.hiss = Hiss(2, self.draw.setting(-60.0, -45.0));
            loud.echoes[1] = Some(Echo::drawn(&mut self.draw, (16.0, 34.0), (20.0, 70.0)));
            self.stretches.push(loud);
            other = self.draw.chance(0.5);
        }
        if other {
            self.talkers[1] = self.talkers[2];
        }
        self.two_talk(at + pause, self.length);
    }

    pub(super) fn hang_up(&mut self) {
        let at = self.length - secs(self.draw.between(8.0, 35.0));
        let quiet = self.draw.between(0.2, 2.0);
        self.two_talk(0, at - secs(quiet));
        self.click(at, (-30.0, -6.0));
        let mut gone = self.now();
        gone.from = at;
        gone.gains = [0.0; 2];
        gone.echoes = [None; 2];
        gone.hiss = Hiss(0, self.draw.setting(-82.0, -60.0));
        self.stretches.push(gone);
        self.alone(at, self.length);
        let tone = at + secs(self.draw.setting(1.0, 20.0));
        let level = self.draw.setting(-24.0, -13.0);
        if self.draw.chance(0.5) {
            let length = self.length.saturating_sub(tone);
            sounds::tones(&mut self.network, tone, length, &[350.0, 440.0], level);
        } else {
            for n in 0..40 {
                let at = tone + n * 4000;
                sounds::tones(&mut self.network, at, 2000, &[480.0, 620.0], level);
            }
        }
    }

    pub(super) fn noise(&mut self) {
        let what = self.draw.below(3);
        if what == 0 {
            // A television, at times.
            let song = self.draw.pick(&self.corpus.music);
            let many = &self.corpus.noises[3];
            let source = if self.draw.chance(0.5) { song } else { many };
            let factor = gain(self.draw.setting(-48.0, -30.0));
            let said = self.said[CALLED].iter_mut().zip(source.iter().cycle());
            said.for_each(|(to, from)| *to += factor * from);
            return;
        }
        let mut at = self.draw.below(80_000);
        while at < self.length {
            let level = self.draw.setting(-46.0, -22.0);
            if what == 1 {
                for _ in 0..self.draw.below(12) {
                    at = sounds::cry(&mut self.draw, &mut self.said[CALLED], at, level) + 3000;
                }
            } else {
                let talker = Talker {
                    level_dbm0: level,
                    ..self.talkers[2]
                };
                at = talker.turn(&mut self.draw, &mut self.said[CALLED], at, self.length);
            }
            at += secs(self.draw.between(1.0, 25.0));
        }
    }

    /// Both have text telephones; now and then somebody speaks as well.
    pub(super) fn text(&mut self) {
        let levels = [
            self.draw.setting(-26.0, -14.0),
            self.draw.setting(-26.0, -14.0),
        ];
        let speaks = self.draw.chance(0.4);
        let mut at = secs(2.0);
        let mut side = PHONE;
        while at < self.length {
            if speaks && self.draw.chance(0.4) {
                let talker = self.talkers[side];
                at = talker.turn(&mut self.draw, &mut self.said[side], at, self.length);
            } else {
                let count = 4 + self.draw.below(60);
                at = sounds::text(
                    &mut self.draw,
                    &mut self.said[side],
                    at,
                    count,
                    levels[side],
                );
            }
            at += secs(self.draw.between(0.3, 4.0));
            side = 1 - side;
        }
    }

    pub(super) fn incidents_of(&mut self, kind: Kind) {
        let mut at = secs(self.draw.between(3.0, 20.0));
        while at < self.length {
            match kind {
                Kind::Keys => {
                    let (digits, level) = (1 + self.draw.below(8), self.draw.setting(-28.0, -10.0));
                    at = sounds::keys(&mut self.draw, &mut self.said[CALLED], at, digits, level);
                }
                Kind::CallWaiting => self.waiting_call(at),
                Kind::Dropouts => {
                    let length = secs(self.draw.setting(0.02, 0.5));
                    self.cut_out(at, length);
                }
                Kind::HandsetMoved => {
                    let factor = gain(self.draw.setting(-9.0, 9.0));
                    self.said[CALLED][at..]
                        .iter_mut()
                        .for_each(|s| *s *= factor.sqrt());
                    let level = self.draw.setting(-40.0, -14.0);
                    sounds::knock(&mut self.draw, &mut self.said[CALLED], at, level);
                }
                _ => return,
            }
            let pause = match kind {
                Kind::Dropouts => (0.5, 20.0),
                Kind::CallWaiting => (9.0, 60.0),
                _ => (10.0, 60.0),
            };
            at += secs(self.draw.between(pause.0, pause.1));
        }
    }

    fn waiting_call(&mut self, at: usize) {
        let length = secs(self.draw.setting(0.3, 0.7));
        self.click(at, (-36.0, -10.0));
        self.cut_out(at, length);
        if self.draw.chance(0.5) {
            let level = self.draw.setting(-50.0, -22.0);
            sounds::tones(&mut self.network, at + 600, length - 1200, &[440.0], level);
        }
        self.click(at + length, (-36.0, -10.0));
    }
}
