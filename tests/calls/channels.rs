//! Harm that only real channels can come to: spans that go away under a call, channels that others
//! hold, and a controller that is killed. Run inside the guest, on the spans of `faults.conf`.

use crate::{
    bench::{MOTHER, Outcome, Scenario, guest, guest::Harm, wait},
    ready::{direct, plain},
};
use backoffice::{BackOffice, RecordRange};
use drivers::{
    dahdi::channel::{Channel, Role},
    port::PortError,
    sim::{clip::Clip, exchange::line::ExchangeLine, script::Step, transcript::Event},
};
use std::{
    path::Path,
    process::{Child, Command},
    sync::{Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};
use types::{
    call_record::CallRecord,
    disposition::*,
    evidence::ReleaseEvidence,
    fact::Fact,
    frame::Law,
    id::{LineId, TrunkId},
    prompt::Prompt,
    tick::{Tick, Ticks},
};

/// Channels of `faults.conf`.
const PHONES: [u16; 2] = [1, 2];
const SAFE_TRUNK: u16 = 49;
const HARMED_TRUNK: u16 = 97;

/// The spans are there once: these tests are run one after the other.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn at(seconds: u64) -> Tick {
    Tick::ZERO + Ticks::secs(seconds)
}

/// One of the two spans that are taken away, as dahdi_cfg knows it.
#[derive(Clone, Copy)]
enum Span {
    Ours,
    Far,
}

impl Span {
    /// A configuration of this span alone.
    fn configuration(self) -> (&'static str, &'static str) {
        match self {
            Span::Ours => ("/tmp/ours.conf", "dynamic=loc,3:0,24,0\nfxsks=97-120\n"),
            Span::Far => ("/tmp/far.conf", "dynamic=loc,3:1,24,0\nfxoks=121-144\n"),
        }
    }

    fn dahdi_cfg(self, more: &[&str]) -> bool {
        let (path, text) = self.configuration();
        std::fs::write(path, format!("{text}loadzone=us\ndefaultzone=us\n")).expect("a file");
        let status = Command::new("dahdi_cfg")
            .args(["-c", path])
            .args(more)
            .status();
        status.expect("dahdi_cfg").success()
    }

    fn destroy(self) {
        // With -s it takes dynamic spans away, and says that it failed.
        self.dahdi_cfg(&["-s"]);
        assert_eq!(
            self.first_channel(),
            Err(PortError::Gone),
            "it is still there"
        );
    }

    fn make_again(self) {
        assert!(self.dahdi_cfg(&[]), "dahdi_cfg failed");
    }

    fn first_channel(self) -> Result<(), PortError> {
        let number = match self {
            Span::Ours => HARMED_TRUNK,
            Span::Far => HARMED_TRUNK + 24,
        };
        match Channel::open(number, Law::Mu) {
            Err(PortError::Busy) => Ok(()),
            opened => opened.map(drop),
        }
    }
}

/// An exchange that connects fast and tells an answer by nothing but the voice.
fn exchange() -> ExchangeLine {
    ExchangeLine {
        post_dial: Ticks::ms(200),
        ..ExchangeLine::kewl_start()
    }
}

/// Off-hook, a direct call, talk for so long.
fn calls(talk: u64) -> Vec<Step> {
    vec![
        Step::OffHook,
        wait(300),
        Step::dial(&format!("1{MOTHER}")),
        wait(5000),
        Step::SayFor(Clip::inmate_talk(), Ticks::secs(talk)),
        Step::OnHook,
    ]
}

/// The first phone's call at 1 s, and another at 25 s; the second phone's from 4 s to 38 s.
fn two_calls() -> Scenario {
    let mut first = vec![wait(1000)];
    first.extend(calls(12));
    first.push(wait(3500));
    first.extend(calls(6));
    let mut second = vec![wait(4000)];
    second.extend(calls(26));
    let party = vec![
        wait(600),
        Step::SayFor(Clip::called_talk(), Ticks::secs(60)),
    ];
    let mut scenario = direct(Vec::new(), party);
    scenario.handsets = vec![first];
    scenario
        .and_phone(second)
        .trunks(vec![exchange(), exchange()])
        .site(plain)
        .lasting(42)
}

fn of_line(out: &Outcome, line: u16) -> Vec<&CallRecord> {
    let records = out.records.iter().filter(|r| r.line == LineId(line));
    records.collect()
}

/// That the first call was lost with its trunk, the other phone's was not, and the trunk came back.
fn lost_and_returned(out: &Outcome) {
    let first = of_line(out, 1);
    let ends: Vec<_> = first.iter().map(|r| (r.disposition, r.trunk)).collect();
    let wanted = [
        (Disposition::TrunkLost, Some(TrunkId(1))),
        (Disposition::Completed, Some(TrunkId(1))),
    ];
    assert_eq!(ends, wanted, "{}", out.tale());
    assert_eq!(first[0].ended_by, Some(EndedBy::Network));
    out.inmate_heard_in_order(&[Prompt::CallNotCompleted, Prompt::HangUp]);
    let second = of_line(out, 2);
    assert_eq!(second.len(), 1, "{second:#?}");
    assert_eq!(second[0].disposition, Disposition::Completed);
    assert_eq!(second[0].ended_by, Some(EndedBy::Inmate));
    assert!(second[0].talk >= Ticks::secs(20), "{:?}", second[0].talk);
}

/// Two calls, the trunk of the first on a span that is taken away at 9 s and made again at 12 s.
fn harmed(span: Span) -> Outcome {
    let _alone = alone();
    let mut scenario = two_calls();
    scenario.harm = Some(Harm {
        phones: PHONES.to_vec(),
        trunks: vec![HARMED_TRUNK, SAFE_TRUNK],
        acts: vec![
            (at(9), Box::new(move || span.destroy())),
            (at(12), Box::new(move || span.make_again())),
        ],
    });
    scenario.run()
}

#[test]
#[ignore = "needs the spans of the guest"]
fn a_span_in_alarm_ends_the_call_harms_no_other_and_carries_calls_again_afterwards() {
    let out = harmed(Span::Far);
    lost_and_returned(&out);
    let evidence = of_line(&out, 1)[0].release_evidence.iter();
    let alarm = evidence.map(|e| e.0).any(|e| e == ReleaseEvidence::Alarm);
    assert!(alarm, "{}", out.tale());
    let lost = out.fact(|f| matches!(f, Fact::Released(w) if w.evidence == ReleaseEvidence::Alarm));
    // The kernel tells of an alarm 1.35 s after the far span is gone.
    let after = lost.expect("told").since(at(9));
    assert!(after < Ticks::ms(2000), "{after:?}");
}

#[test]
#[ignore = "needs the spans of the guest"]
fn a_span_that_goes_away_under_a_call_ends_it_harms_no_other_and_carries_calls_again_afterwards() {
    lost_and_returned(&harmed(Span::Ours));
}

#[test]
#[ignore = "needs the spans of the guest"]
fn channels_that_another_program_holds_at_the_start_serve_once_they_are_given_back() {
    let _alone = alone();
    let held: Vec<Channel> = [PHONES[0], SAFE_TRUNK]
        .map(|c| Channel::open(c, Law::Mu).expect("a free channel"))
        .into();
    let roles: Vec<_> = held.iter().map(Channel::role).collect();
    assert_eq!(roles, [Ok(Role::Feeds), Ok(Role::IsFed)]);
    let mut steps = vec![wait(24_000)];
    steps.extend(calls(4));
    let party = vec![Step::SayFor(Clip::called_talk(), Ticks::secs(30))];
    let mut scenario = direct(Vec::new(), party).exchange(exchange()).lasting(45);
    scenario.handsets = vec![steps];
    scenario.harm = Some(Harm {
        phones: vec![PHONES[0]],
        trunks: vec![SAFE_TRUNK],
        acts: vec![(at(5), Box::new(move || drop(held)))],
    });
    let out = scenario.run();
    let record = out.record();
    assert_eq!(record.disposition, Disposition::Completed, "{}", out.tale());
    assert_eq!(record.trunk, Some(TrunkId(1)));
}

/// Where the controller that is to be killed keeps its database; in the environment of that process.
const CONTROLLER: &str = "SALLYPORT_DAHDI_CONTROLLER";

/// One call that lasts longer than the controller lives.
fn long_call() -> Scenario {
    let mut steps = vec![wait(1000)];
    steps.extend(calls(60));
    let party = vec![Step::SayFor(Clip::called_talk(), Ticks::secs(60))];
    let mut scenario = direct(Vec::new(), party).exchange(exchange()).lasting(30);
    scenario.handsets = vec![steps];
    scenario.harm = Some(Harm {
        phones: vec![PHONES[0]],
        trunks: vec![SAFE_TRUNK],
        acts: Vec::new(),
    });
    scenario
}

/// This program once more, as the controller alone, in a process of its own.
fn start_controller(dir: &Path, ready: &Path) -> Child {
    let test =
        "channels::a_controller_that_is_killed_leaves_its_channels_on_hook_and_its_records_whole";
    let program = std::env::current_exe().expect("this program");
    let child = Command::new(program)
        .args(["--exact", "--ignored", "--nocapture", test])
        .env(CONTROLLER, dir)
        .spawn()
        .expect("a process");
    let begun = Instant::now();
    while !ready.exists() {
        assert!(
            begun.elapsed() < Duration::from_secs(60),
            "the controller never began"
        );
        thread::sleep(Duration::from_millis(20));
    }
    child
}

#[test]
#[ignore = "needs the spans of the guest"]
fn a_controller_that_is_killed_leaves_its_channels_on_hook_and_its_records_whole() {
    let mut scenario = long_call();
    if let Some(dir) = std::env::var_os(CONTROLLER) {
        let office = BackOffice::open(Path::new(&dir), scenario.config()).expect("a back office");
        guest::only_control(&scenario, office, &Path::new(&dir).join("ready"));
    }
    let _alone = alone();
    let dir = tempfile::tempdir().expect("a directory");
    let mut child = start_controller(dir.path(), &dir.path().join("ready"));
    let (far_ends, clock) = guest::only_parties(&mut scenario);
    thread::sleep(Duration::from_secs(14));
    child.kill().expect("it runs");
    let killed = clock.now();
    child.wait().expect("it ends");
    thread::sleep(Duration::from_secs(1));
    for channel in [PHONES[0], SAFE_TRUNK] {
        let opened = Channel::open(channel, Law::Mu).map(drop);
        assert_eq!(opened, Ok(()), "channel {channel} is still held");
    }
    thread::sleep(Duration::from_secs(1));
    let (_, trunks) = far_ends.end();
    let answered = trunks[0].first(|e| *e == Event::Answered);
    assert!(
        answered.is_some_and(|a| a < killed),
        "{:?}",
        trunks[0].events()
    );
    // The exchange tells a release 700 ms after the loop opened.
    let released = trunks[0]
        .first(|e| *e == Event::Released)
        .expect("released");
    let open = released.since(killed);
    assert!(
        released > killed && open <= Ticks::ms(1700),
        "released {open:?} after the kill"
    );
    let office = BackOffice::open(dir.path(), scenario.config()).expect("a restart");
    let records = office.records(&RecordRange::all()).expect("records");
    assert_eq!(records.len(), 1, "{records:#?}");
    assert_eq!(records[0].disposition, Disposition::Interrupted);
    let ended = records[0].ended_utc_ms.expect("an end");
    assert!(ended > records[0].started_utc_ms + 8000, "{:?}", records[0]);
}
