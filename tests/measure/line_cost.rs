//! What one line's 10 ms costs in talk, with all its detectors: thread CPU time of
//! `Line::handle`, and of a wake-up. `tests/measure/run` adds instruction counts.
//!
//!     cargo run --release --example line_cost [-- FRAMES]

use drivers::sim::clip::Clip;
use line::{Input, Line, Shared};
use nix::time::{ClockId, clock_gettime};
use speech::Speech;
use std::{os::fd::AsFd, sync::Arc, time::Duration};
use types::{
    digits::{Digits, List},
    edge::{Edge, EdgeAt},
    frame::{FRAME, FRAME_TICKS, Frame, Law, Samples},
    id::{CallId, InmateId, LineId, TrunkId},
    language::Language,
    phone_number::{CallType, DialingPattern, PhoneNumber},
    query::{Answered, PinAnswer, Query, Reply, TrunkQuery, TrunkReply},
    settings::CallSettings,
    tick::{Tick, Ticks},
    trunk::{Outpulsing, TrunkProfile, TrunkSignalling, TrunkTrust},
    verdict::{Handling, Permit, RecordingRule, Trace, Verdict},
};

const WAKES: u32 = 20_000;

fn main() {
    let frames: u32 = match std::env::args().nth(1).map(|a| a.parse()) {
        None => 300_000,
        Some(Ok(frames)) => frames,
        Some(Err(e)) => {
            eprintln!("line_cost: the number of frames: {e}");
            std::process::exit(2);
        }
    };
    let mut desk = Desk::new();
    desk.reach_talk();
    let talk = [octets(&Clip::inmate_talk()), octets(&Clip::called_talk())];
    let before = cpu();
    for n in 0..frames as usize {
        let of = |voice: &Vec<Frame>| voice[n % voice.len()];
        desk.frame(&of(&talk[0]), Some(&of(&talk[1])), &[]);
    }
    let spent = cpu() - before;
    assert_eq!(desk.line.phase(), "talk", "the call was still up");
    let frame_ns = spent.as_nanos() as f64 / f64::from(frames);
    println!("frame of a line in talk  {frame_ns:8.0} ns CPU   ({frames} frames)");
    if frames >= 100_000 {
        println!(
            "wake-up of a thread      {:8.0} ns CPU   ({WAKES} wakes)",
            wake_ns()
        );
    }
}

/// A line and the rest of the controller as far as it needs one.
struct Desk {
    line: Line,
    now: Tick,
    answers: List<Answered, 8>,
    trunk_replies: List<TrunkReply, 8>,
}

impl Desk {
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
                Query::Pin(_) => Reply::Pin(PinAnswer::Valid {
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
            if let TrunkQuery::Borrow { number } = *ask {
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
        outpulse: Digits::parse("2155550123").expect("digits"),
        limit: None,
        announce_limit: false,
        recording: RecordingRule::Record,
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
        cancel_echo: false,
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

fn cpu() -> Duration {
    let now = clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).expect("a thread has a CPU clock");
    Duration::from(now)
}

/// CPU time of sleeping on a timer descriptor and being woken by it, as a line's thread is.
fn wake_ns() -> f64 {
    use nix::sys::{
        time::TimeSpec,
        timerfd::{ClockId, Expiration, TimerFd, TimerFlags, TimerSetTimeFlags},
    };
    let timer = TimerFd::new(ClockId::CLOCK_MONOTONIC, TimerFlags::empty()).expect("a timer");
    let every = Expiration::Interval(TimeSpec::from_duration(Duration::from_micros(100)));
    timer
        .set(every, TimerSetTimeFlags::empty())
        .expect("a timer runs");
    let before = cpu();
    for _ in 0..WAKES {
        let mut polled = [nix::poll::PollFd::new(
            timer.as_fd(),
            nix::poll::PollFlags::POLLIN,
        )];
        nix::poll::poll(&mut polled, nix::poll::PollTimeout::NONE).expect("poll");
        timer.wait().expect("the timer fired");
    }
    (cpu() - before).as_nanos() as f64 / f64::from(WAKES)
}
