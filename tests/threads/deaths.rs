//! A line that panics and a line that spins harm nobody else.

use crate::parts::{Cue, Parts, settle};
use sallyport::runtime::{
    notice::Notice,
    threads::{Controller, hub::Subscription},
};
use std::{sync::Arc, time::Duration};
use types::{
    disposition::Disposition,
    fact::{Fact, FactAt},
    id::LineId,
    tick::Ticks,
};

fn line_1_runs_again(notice: &Notice) -> bool {
    let line = LineId(1);
    matches!(notice, Notice::LineRestarted { line: of, .. } if *of == line)
}

/// Lifts a handset and waits until its call is up.
fn call(parts: &Parts, at: usize) {
    let phone = &parts.phones[at];
    let before = phone.writes();
    phone.lift();
    settle("the call is up", || phone.writes() > before + 5);
}

/// Ports that are in a join.
fn joined(parts: &Parts) -> usize {
    let all = parts.phones.iter().chain(&parts.trunks);
    all.filter(|port| port.joined()).count()
}

fn talking(facts: &Subscription<FactAt>) -> Vec<LineId> {
    let facts = facts.receiver.try_iter();
    facts
        .filter(|f| matches!(f.fact, Fact::TalkBegins))
        .map(|f| f.line)
        .collect()
}

fn notices(controller: &Controller) -> Vec<Notice> {
    controller.notices().try_iter().collect()
}

#[test]
fn a_line_that_panics_is_put_on_hook_ended_and_started_afresh() {
    let parts = Parts::new(2, 2);
    let controller = parts.start();
    let facts = controller.facts(1000);
    call(&parts, 0);
    call(&parts, 1);
    settle("both talk", || {
        parts.trunks.iter().all(|t| t.off_hooks() == 1 && t.media())
    });
    settle("facts came", || facts.receiver.len() >= 8);
    assert_eq!(talking(&facts), [LineId(1), LineId(2)]);
    settle("both are joined", || joined(&parts) == 4);

    parts.phones[0].cue(Cue::Panic);
    settle("its record is stored", || parts.ended().len() == 1);
    let (line, end) = parts.ended().remove(0);
    assert_eq!((line, end.disposition), (LineId(1), Disposition::Fault));
    assert_eq!(end.dialed.as_str(), "2155550123");
    assert!(end.call.is_some() && end.talk_from.is_some() && end.trunk.is_some());
    let trunk = end.trunk.expect("it had one");
    let lost = &parts.trunks[usize::from(trunk.0) - 1];
    settle("both its ports are on-hook", || {
        !parts.phones[0].media() && !lost.media() && lost.on_hooks() >= 2
    });
    assert!(!parts.phones[0].joined() && !lost.joined());
    assert_eq!(joined(&parts), 2, "the other's talk");

    parts.phones[0].cue(Cue::Work);
    let mut told = Vec::new();
    settle("it runs again", || {
        told.extend(notices(&controller));
        told.iter().any(line_1_runs_again)
    });
    let died =
        |n: &Notice| matches!(n, Notice::LineDied { message, .. } if message.contains("on cue"));
    assert!(told.iter().any(died), "{told:?}");

    // The other has talked on all the time, and the first can call again.
    assert!(parts.trunks.iter().any(|t| t.media()));
    parts.phones[0].hang_up();
    settle("the hook is seen", || parts.phones[0].on_hooks() > 0);
    let before = parts.phones[1].writes();
    settle("the other goes on", || {
        parts.phones[1].writes() > before + 10
    });
    assert_eq!(parts.ended().len(), 1, "the other's call is still up");
    let remains = controller.stop(Duration::ZERO);
    assert_eq!((remains.phones.len(), remains.trunks.len()), (2, 2));
    assert_eq!(parts.ended().len(), 2);
}

#[test]
fn a_line_that_dies_three_times_is_out_of_service() {
    let parts = Parts::new(1, 1);
    let controller = parts.start();
    let mut told = Vec::new();
    for death in 1..=3 {
        parts.phones[0].lift();
        parts.phones[0].cue(Cue::Panic);
        settle("it died", || {
            told.extend(notices(&controller));
            let deaths = |n: &&Notice| matches!(n, Notice::LineDied { .. });
            told.iter().filter(deaths).count() == death
        });
        parts.phones[0].cue(Cue::Work);
    }
    settle("it is out of service", || {
        told.extend(notices(&controller));
        let out = |n: &Notice| matches!(n, Notice::LineOutOfService { deaths: 3, .. });
        told.iter().any(out)
    });
    let restarts = told
        .iter()
        .filter(|n| matches!(n, Notice::LineRestarted { .. }));
    assert_eq!(restarts.count(), 2);
    parts.phones[0].lift();
    std::thread::sleep(Duration::from_millis(100));
    assert!(
        !parts.phones[0].media(),
        "nothing serves the phone any more"
    );
    let remains = controller.stop(Duration::from_secs(1));
    assert_eq!((remains.phones.len(), remains.trunks.len()), (1, 1));
}

#[test]
fn a_line_that_spins_is_cut_off_by_the_watchdog() {
    let parts = Arc::new(Parts {
        silent_after: Ticks::ms(400),
        ..Parts::new(2, 2)
    });
    let controller = parts.start();
    call(&parts, 0);
    call(&parts, 1);
    settle("both are joined", || joined(&parts) == 4);

    parts.phones[0].cue(Cue::Spin);
    settle("the phone is cut", || parts.phones[0].was_cut());
    settle("its trunk is cut", || {
        parts.trunks.iter().filter(|t| t.was_cut()).count() == 1
    });
    // While its thread still spins: both sides left the join, before either was put on-hook.
    assert_eq!(joined(&parts), 2, "the other's talk");
    let all = parts.phones.iter().chain(&parts.trunks);
    assert_eq!(all.filter(|port| port.cut_in_join()).count(), 0);
    settle("its record is stored", || parts.ended().len() == 1);
    let (line, end) = parts.ended().remove(0);
    assert_eq!((line, end.disposition), (LineId(1), Disposition::Fault));
    let before = parts.phones[1].writes();
    settle("the other goes on", || {
        parts.phones[1].writes() > before + 10
    });
    assert!(!parts.phones[1].was_cut());

    parts.phones[0].cue(Cue::Work);
    let mut told = Vec::new();
    settle("it was ended and runs again", || {
        told.extend(notices(&controller));
        told.iter().any(line_1_runs_again)
    });
    let cuts = told.iter().filter(|n| matches!(n, Notice::LineCut { .. }));
    assert_eq!(cuts.count(), 1, "{told:?}");
    assert_eq!(parts.ended().len(), 1, "the record is ended once");
    let remains = controller.stop(Duration::ZERO);
    assert_eq!((remains.phones.len(), remains.trunks.len()), (2, 2));
}

#[test]
fn a_line_that_spins_at_the_stop_is_given_up_and_the_rest_comes_back() {
    // With the watchdog's help, and before the watchdog has found out.
    for silent_after in [Ticks::ms(400), Ticks::secs(3600)] {
        spin_at_the_stop(silent_after);
    }
}

fn spin_at_the_stop(silent_after: Ticks) {
    let parts = Parts {
        silent_after,
        ..Parts::new(2, 2)
    };
    let controller = parts.start();
    call(&parts, 0);
    call(&parts, 1);
    settle("both talk", || parts.trunks.iter().all(|t| t.media()));
    parts.phones[0].cue(Cue::Spin);
    let remains = controller.stop(Duration::from_millis(50));
    assert_eq!((remains.phones.len(), remains.trunks.len()), (1, 1));
    let ended = parts.ended();
    assert_eq!(ended.len(), 2, "both records are ended");
    // Lets the thread go before the program ends.
    parts.phones[0].cue(Cue::Work);
    settle("the lost port is gone", || parts.phones[0].is_gone());
}

#[test]
fn a_port_that_fails_is_a_fault_of_its_line_alone() {
    let parts = Parts::new(2, 2);
    let controller = parts.start();
    call(&parts, 0);
    call(&parts, 1);
    parts.phones[0].cue(Cue::Fail);
    settle("its call ended", || parts.ended().len() == 1);
    let (line, end) = parts.ended().remove(0);
    assert_eq!((line, end.disposition), (LineId(1), Disposition::TrunkLost));
    std::thread::sleep(Duration::from_millis(300));
    let gauges: Vec<_> = controller.gauges().collect();
    let faults = gauges[0].counts.phone_faults.get();
    assert!((2..10).contains(&faults), "{faults} tries with back-off");
    assert_eq!(gauges[1].counts.phone_faults.get(), 0);
    assert_eq!(gauges[0].counts.deaths.get(), 0);
    let before = parts.phones[1].writes();
    settle("the other goes on", || {
        parts.phones[1].writes() > before + 10
    });
    controller.stop(Duration::ZERO);
}
