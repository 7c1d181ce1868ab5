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
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};
use types::{
    call_record::CallRecord,
    disposition::*,
    edge::Edge,
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

/// The far span of the trunks that are harmed, as dahdi_cfg knows it.
const FAR_SPAN: &str = "dynamic=loc,3:1,24,0\nfxols=121-144\nloadzone=us\ndefaultzone=us\n";

fn dahdi_cfg(more: &[&str]) -> bool {
    const FILE: &str = "/tmp/far-span.conf";
    std::fs::write(FILE, FAR_SPAN).expect("a file");
    let status = Command::new("dahdi_cfg")
        .args(["-c", FILE])
        .args(more)
        .status();
    status.expect("dahdi_cfg").success()
}

/// The kernel takes no span away of which a channel is open.
fn take_the_far_span_away(away: &AtomicBool) {
    away.store(true, Ordering::Release);
    thread::sleep(Duration::from_millis(100));
    // With -s it takes dynamic spans away, and says that it failed.
    dahdi_cfg(&["-s"]);
    let channel = Channel::open(HARMED_TRUNK + 24, Law::Mu).map(drop);
    assert_eq!(channel, Err(PortError::Gone), "it is still there");
}

fn make_the_far_span_again(away: &AtomicBool) {
    assert!(dahdi_cfg(&[]), "dahdi_cfg failed");
    away.store(false, Ordering::Release);
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

/// A person, who says hello first: who begins with a long speech is a machine.
fn talks(seconds: u64) -> Vec<Step> {
    vec![
        wait(600),
        Step::Say(Clip::called_hello()),
        wait(2500),
        Step::SayFor(Clip::called_talk(), Ticks::secs(seconds)),
    ]
}

/// The first phone's call at 1 s, and another at 60 s, when a trunk that failed has had its rest;
/// the second phone's meanwhile.
fn two_calls() -> Scenario {
    let mut first = vec![wait(1000)];
    first.extend(calls(12));
    first.push(wait(38_000));
    first.extend(calls(6));
    let mut second = vec![wait(4000)];
    second.extend(calls(58));
    let mut scenario = direct(Vec::new(), talks(75));
    scenario.handsets = vec![first];
    scenario
        .and_phone(second)
        .trunks(vec![exchange(), exchange()])
        .site(plain)
        .lasting(80)
}

fn of_line(out: &Outcome, line: u16) -> Vec<&CallRecord> {
    let records = out.records.iter().filter(|r| r.line == LineId(line));
    records.collect()
}

/// That the first call was lost with its trunk, the other phone's was not, and the trunk came back.
fn lost_and_returned(out: &Outcome) {
    let first = of_line(out, 1);
    assert_eq!(first.len(), 2, "{}", out.tale());
    assert_eq!(
        first[0].disposition,
        Disposition::TrunkLost,
        "{}",
        out.tale()
    );
    assert_eq!(first[0].ended_by, Some(EndedBy::Network));
    out.inmate_heard_in_order(&[Prompt::CallNotCompleted, Prompt::HangUp]);
    // The exchange came back with its channel: it knows the second call alone.
    assert_eq!(first[1].trunk, Some(TrunkId(1)), "{}", out.tale());
    assert_eq!(first[1].ended_by, Some(EndedBy::Inmate));
    assert_eq!(out.trunk().dialed().count(), 1, "{}", out.tale());
    assert_eq!(out.trunk().count(|e| *e == Event::Answered), 1);
    let second = of_line(out, 2);
    assert_eq!(second.len(), 1, "{second:#?}");
    assert_eq!(second[0].trunk, Some(TrunkId(2)));
    assert_eq!(second[0].ended_by, Some(EndedBy::Inmate), "{second:#?}");
}

#[test]
#[ignore = "needs the spans of the guest"]
fn a_span_in_alarm_ends_the_call_harms_no_other_and_carries_calls_again_afterwards() {
    let _alone = alone();
    let away = Arc::new(AtomicBool::new(false));
    let (gone, back) = (Arc::clone(&away), Arc::clone(&away));
    let mut scenario = two_calls();
    scenario.harm = Some(Harm {
        phones: PHONES.to_vec(),
        trunks: vec![HARMED_TRUNK, SAFE_TRUNK],
        away,
        acts: vec![
            (at(10), Box::new(move || take_the_far_span_away(&gone))),
            (at(14), Box::new(move || make_the_far_span_again(&back))),
        ],
    });
    let out = scenario.run();
    lost_and_returned(&out);
    let told = out.fact(|f| matches!(f, Fact::TrunkEdge(Edge::AlarmOn)));
    // The kernel tells of an alarm 1.35 s after the far span is gone, which takes a moment to be.
    let after = told
        .unwrap_or_else(|| panic!("{}", out.tale()))
        .since(at(10));
    assert!(after < Ticks::ms(2500), "{after:?}");
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
    let mut steps = vec![wait(60_000)];
    steps.extend(calls(4));
    let mut scenario = direct(Vec::new(), talks(30))
        .exchange(exchange())
        .lasting(80);
    scenario.handsets = vec![steps];
    scenario.harm = Some(Harm {
        phones: vec![PHONES[0]],
        trunks: vec![SAFE_TRUNK],
        away: Arc::default(),
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
    let mut scenario = direct(Vec::new(), talks(60))
        .exchange(exchange())
        .lasting(30);
    scenario.handsets = vec![steps];
    scenario.harm = Some(Harm {
        phones: vec![PHONES[0]],
        trunks: vec![SAFE_TRUNK],
        away: Arc::default(),
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
        .stdout(Stdio::null())
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
