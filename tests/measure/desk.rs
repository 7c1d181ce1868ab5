//! One line in talk, with the rest of the controller as far as it needs one: what its frames
//! cost is measured here and beside other people's libraries.

use drivers::sim::clip::Clip;
use line::{Input, Line, Shared};
use speech::Speech;
use std::sync::Arc;
use types::{
    digits::{Digits, List},
    edge::{Edge, EdgeAt},
    frame::{FRAME, FRAME_TICKS, Frame, Law, Samples},
    id::{CallId, InmateId, LineId, TrunkId},
    language::Language,
    phone_number::{CallType, DialingPattern, PhoneNumber},
    query::{Answered, PinAnswer, Query, Reply, TrunkQuery, TrunkReply},
    route::Routes,
    settings::{CallSettings, Warnings},
    tick::{Tick, Ticks},
    trunk::{Outpulsing, TrunkGroup, TrunkProfile, TrunkSignalling, TrunkTrust},
    verdict::{Handling, Permit, RecordingRule, Trace, Verdict},
};

/// A line and the rest of the controller as far as it needs one.
pub struct Desk {
    line: Line,
    now: Tick,
    answers: List<Answered, 8>,
    trunk_replies: List<TrunkReply, 8>,
    talk: [Vec<Frame>; 2],
    next: usize,
}

impl Desk {
    /// A call that is up: both parties may talk.
    pub fn in_talk() -> Desk {
        let mut desk = Desk::new();
        desk.reach_talk();
        desk
    }

    /// The next 10 ms of both parties.
    pub fn talk_frame(&mut self) {
        let of = |voice: &[Frame]| voice[self.next % voice.len()];
        let (phone, trunk) = (of(&self.talk[0]), of(&self.talk[1]));
        self.next += 1;
        self.frame(&phone, Some(&trunk), &[]);
    }

    /// # Panics
    /// When the call has ended: what was measured was no talk.
    pub fn assert_in_talk(&self) {
        assert_eq!(self.line.phase(), "talk", "the call was still up");
    }

    fn new() -> Desk {
        let country = tonetables::load("us").expect("the United States are built in");
        let shared = Shared {
            dial_plan: country.dial_plan(Some("215")),
            plan: country.tones,
            speech: Speech::load(&[Language::ENGLISH], None).expect("English is built in"),
            echo_tail: 256,
        };
        let mut settings = CallSettings::standard();
        settings.dial_tone = Ticks::ms(100);
        let line = Line::new(LineId(1), Law::Mu, Arc::new(shared), settings);
        Desk {
            line,
            now: Tick(8000),
            answers: List::new(),
            trunk_replies: List::new(),
            talk: [octets(&Clip::inmate_talk()), octets(&Clip::called_talk())],
            next: 0,
        }
    }

    fn reach_talk(&mut self) {
        let closed = EdgeAt {
            at: self.now,
            edge: Edge::LoopClosed,
        };
        let mut keys = dsp::tone_gen::DigitGen::new(-9.0, -7.0, 80, 80);
        let plan = tonetables::load("us")
            .expect("the United States are built in")
            .tones;
        let dial = plan
            .tone(types::tone::Tone::Dial)
            .expect("every plan has dial tone");
        let mut dial_tone = dsp::tone_gen::ToneGen::new(dial);
        self.handle(Input {
            phone_edges: &[closed],
            ..Input::default()
        });
        for n in 0..6000 {
            let mut samples: Samples = [0; FRAME];
            if n == 50 {
                assert!(keys.send(Digits::parse("4839202155550123").expect("digits")));
            }
            keys.fill(&mut samples);
            let phone = encode(&samples);
            let phase = self.line.phase();
            let reversed = [EdgeAt {
                at: self.now,
                edge: Edge::PolarityReversed,
            }];
            let edges: &[EdgeAt] = if phase == "progress" && n % 50 == 0 {
                &reversed
            } else {
                &[]
            };
            let mut from_trunk: Samples = [0; FRAME];
            if phase == "seize" {
                dial_tone.fill(&mut from_trunk);
            }
            self.frame(&phone, Some(&encode(&from_trunk)), edges);
            if self.line.phase() == "talk" {
                return;
            }
        }
        panic!("the call came only to {}", self.line.phase());
    }

    fn frame(&mut self, phone: &Frame, trunk: Option<&Frame>, trunk_edges: &[EdgeAt]) {
        self.now += FRAME_TICKS;
        let (answers, replies) = (
            std::mem::take(&mut self.answers),
            std::mem::take(&mut self.trunk_replies),
        );
        let input = Input {
            phone: Some(phone),
            trunk,
            trunk_edges,
            answers: &answers,
            trunk_replies: &replies,
            ..Input::default()
        };
        self.handle(input);
    }

    fn handle(&mut self, input: Input<'_>) {
        let out = self.line.handle(self.now, input);
        for asked in &out.asks {
            let reply = match &asked.query {
                Query::Identify(_) => Reply::Pin(PinAnswer::Valid {
                    inmate: InmateId(1),
                    language: None,
                }),
                Query::Admit(_) => Reply::Admitted(permit()),
                _ => continue,
            };
            self.answers.push(Answered {
                number: asked.number,
                reply,
            });
        }
        for ask in &out.trunk_asks {
            if let TrunkQuery::Borrow { number, .. } = *ask {
                self.trunk_replies.push(TrunkReply::Lent {
                    number,
                    profile: trunk(),
                });
            }
        }
        std::hint::black_box(&out);
    }
}

fn permit() -> Verdict {
    let permit = Permit {
        call: CallId {
            site: 1,
            sequence: 1,
        },
        inmate: None,
        number: PhoneNumber::national("2155550123").expect("a number"),
        pattern: DialingPattern::Direct,
        call_type: CallType::Local,
        handling: Handling::Direct,
        acceptance: false,
        routes: Routes::any(Digits::parse("2155550123").expect("digits")),
        limit: None,
        until: None,
        announce_limit: false,
        warnings: Warnings::standard(),
        recording: RecordingRule::Record,
        treatment: types::treatment::CallTreatment::standard(),
        left: types::verdict::Left::default(),
    };
    Verdict {
        trace: Trace::new(),
        outcome: Ok(permit),
    }
}

fn trunk() -> TrunkProfile {
    TrunkProfile {
        id: TrunkId(1),
        law: Law::Mu,
        signalling: TrunkSignalling::LoopStart,
        outpulsing: Outpulsing::Dtmf,
        trust: TrunkTrust::LOOP_START,
        guard: Ticks::secs(1),
        dial_tone_wait: Ticks::secs(4),
        dial_tone_break: TrunkProfile::DIAL_TONE_BREAK,
        cancel_echo: false,
        group: TrunkGroup::FIRST,
    }
}

fn octets(clip: &Clip) -> Vec<Frame> {
    clip.samples()
        .as_chunks::<FRAME>()
        .0
        .iter()
        .map(encode)
        .collect()
}

fn encode(samples: &Samples) -> Frame {
    let mut frame = Law::Mu.silence();
    dsp::g711::encode(Law::Mu, samples, &mut frame);
    frame
}
