//! What a leg hears from the controller: prompts clip by clip, then the phase's tone.

use crate::{Shared, name::NameClip};
use dsp::tone_gen::ToneGen;
use speech::{ClipId, Piece};
use types::{
    digits::List,
    frame::{FRAME, Law, Samples},
    language::Language,
    prompt::Prompt,
    tick::Ticks,
    tone::Tone,
};

/// Pieces that can wait on one leg. The longest sequence, nine language offers, is under it.
const QUEUE: usize = 96;
/// The tone after which the inmate speaks: 1400 Hz, as record tones are.
const BEEP_HZ: f32 = 1400.0;
const BEEP_MS: u32 = 250;
const BEEP_DBM0: f32 = -14.0;

#[derive(Clone, Debug)]
enum Item {
    /// A prompt begins here.
    Head(Language, Prompt),
    Clip(ClipId),
    Name,
    /// Samples of silence in a prompt, and before one.
    Pause(usize),
    Wait(usize),
    Beep,
}

/// What one frame brought.
#[derive(Debug, Default)]
pub struct Spoken {
    /// Prompts that began in this frame.
    pub began: List<(Language, Prompt), 4>,
    /// The queue ran empty in this frame.
    pub ended: bool,
    /// A prompt or a tone is in the frame.
    pub sounds: bool,
    /// The inmate's name is.
    pub name: bool,
}

/// What one leg is to hear, in order.
#[derive(Debug)]
pub struct Mouth {
    queue: List<Item, QUEUE>,
    /// Samples of the first item that have been played.
    played: usize,
    beep: Option<ToneGen>,
    tone: Option<(Tone, ToneGen)>,
}

impl Mouth {
    pub fn new() -> Mouth {
        Mouth {
            queue: List::new(),
            played: 0,
            beep: None,
            tone: None,
        }
    }

    /// Queues a prompt. What does not fit is dropped whole: a prompt cut short says
    /// something else than it should.
    pub fn say(&mut self, shared: &Shared, language: Language, prompt: Prompt) -> bool {
        let phrase = shared.speech.phrase(language, &prompt);
        if self.queue.remaining_capacity() < phrase.len() + 1 {
            return false;
        }
        self.queue.push(Item::Head(language, prompt));
        for piece in phrase {
            self.queue.push(match piece {
                Piece::Clip(clip) => Item::Clip(clip),
                Piece::Name => Item::Name,
                Piece::Pause { ms } => Item::Pause(usize::from(ms) * 8),
            });
        }
        true
    }

    /// Waits before the next prompt.
    pub fn pause(&mut self, length: Ticks) {
        let _ = self.queue.try_push(Item::Wait(length.0 as usize));
    }

    pub fn beep(&mut self) {
        let _ = self.queue.try_push(Item::Beep);
    }

    /// Stops at once; `true` when there was something to stop, not only to be said later.
    pub fn hush(&mut self) -> bool {
        let waiting = matches!(self.queue.first(), Some(Item::Wait(_)));
        let speaking = self.speaking() && !waiting;
        self.queue.clear();
        self.played = 0;
        self.beep = None;
        speaking
    }

    pub fn speaking(&self) -> bool {
        !self.queue.is_empty()
    }

    /// Fills a frame: prompts first, then `tone` if there is one.
    pub fn fill(
        &mut self,
        shared: &Shared,
        name: &NameClip,
        tone: Option<Tone>,
        out: &mut Samples,
    ) -> Spoken {
        let mut spoken = Spoken::default();
        out.fill(0);
        self.choose_tone(shared, tone);
        let mut at = 0;
        let spoke = self.speaking();
        while at < FRAME {
            let Some(item) = self.queue.first().cloned() else {
                break;
            };
            let rest = &mut out[at..];
            let wrote = match item {
                Item::Head(language, prompt) => {
                    let _ = spoken.began.try_push((language, prompt));
                    self.next();
                    continue;
                }
                Item::Clip(clip) => clip_part(shared.speech.clip(clip), self.played, rest),
                Item::Name => name.part(self.played, rest),
                Item::Pause(samples) | Item::Wait(samples) => rest.len().min(samples - self.played),
                Item::Beep => self.beep_part(rest),
            };
            spoken.name |= matches!(item, Item::Name);
            if wrote == 0 {
                self.next();
            } else {
                self.played += wrote;
                at += wrote;
            }
            spoken.sounds = true;
        }
        // An item that ends with the frame is over now, not in the next one.
        self.drop_finished(shared, name);
        spoken.ended = spoke && !self.speaking();
        if at < FRAME
            && let Some((_, generator)) = &mut self.tone
        {
            generator.fill(&mut out[at..]);
            spoken.sounds = true;
        }
        spoken
    }

    fn next(&mut self) {
        self.queue.remove(0);
        self.played = 0;
        self.beep = None;
    }

    fn drop_finished(&mut self, shared: &Shared, name: &NameClip) {
        let finished = match self.queue.first() {
            Some(Item::Clip(clip)) => self.played >= shared.speech.clip(*clip).len(),
            Some(Item::Name) => self.played >= name.length(),
            Some(Item::Pause(samples) | Item::Wait(samples)) => self.played >= *samples,
            Some(Item::Beep) => self.beep.as_ref().is_some_and(ToneGen::done),
            Some(Item::Head(..)) | None => false,
        };
        if finished {
            self.next();
        }
    }

    fn beep_part(&mut self, rest: &mut [i16]) -> usize {
        let beep = self
            .beep
            .get_or_insert_with(|| ToneGen::beep(BEEP_HZ, BEEP_MS, BEEP_DBM0));
        if beep.done() {
            return 0;
        }
        beep.fill(rest);
        rest.len()
    }

    fn choose_tone(&mut self, shared: &Shared, tone: Option<Tone>) {
        if self.tone.as_ref().map(|(t, _)| *t) != tone {
            self.tone = tone.and_then(|t| shared.plan.tone(t).map(|def| (t, ToneGen::new(def))));
        }
    }
}

impl Default for Mouth {
    fn default() -> Mouth {
        Mouth::new()
    }
}

/// Decodes the part of a mu-law clip from `from` on; how many samples.
fn clip_part(octets: &[u8], from: usize, out: &mut [i16]) -> usize {
    let rest = &octets[from.min(octets.len())..];
    let count = rest.len().min(out.len());
    dsp::g711::decode(Law::Mu, &rest[..count], &mut out[..count]);
    count
}
