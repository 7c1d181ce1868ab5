//! Calls that wait for an officer, and an officer's word at a console.

use crate::{
    bench::{Bench, DOE, NOON_ISH, ONE, OPEN_PHONE, TWO, admission, bench, completed},
    people::{WHO, change, refuses},
};
use backoffice::{Confirmed, NewOfficer, PhoneIdentity, WaitingCall};
use types::{
    credential::{ConfirmBy, OfficerProof},
    disposition::Blocked,
    id::{LineId, OfficerId},
    query::{OfficerAnswer, OfficerWord, Query, Reply},
    tick::{Tick, Ticks},
};

const OFFICER: &str = "O-31";
const COLLECT: &str = "02155550123";

/// The first phone, and the one that asks for no PIN, want an officer's word so; there is one officer.
fn bench_of(officer: ConfirmBy) -> (Bench, OfficerId) {
    let mut bench = bench();
    let identity = PhoneIdentity {
        officer,
        ..PhoneIdentity::standard()
    };
    for line in [ONE, OPEN_PHONE] {
        change(&mut bench, |office, now| {
            office.set_phone_identity(now, WHO, line, &identity)
        });
    }
    let lee = NewOfficer {
        id: OFFICER.to_owned(),
        name: "Lee, M".to_owned(),
    };
    let officer = change(&mut bench, |office, now| office.add_officer(now, WHO, &lee));
    (bench, officer)
}

/// Doe's call begins to wait there.
fn waits(bench: &mut Bench, line: LineId) -> WaitingCall {
    let pin = (line != OPEN_PHONE).then_some(DOE);
    let query = admission(pin, COLLECT, bench.now);
    let reply = bench.ask(line, query);
    assert!(matches!(reply, Some(Reply::Confirm)), "{reply:?}");
    let calls = bench.office.waiting_calls(bench.now);
    let call = calls.into_iter().find(|call| call.line == line);
    call.expect("it waits")
}

fn confirm(bench: &mut Bench, call: &WaitingCall) -> WaitingCall {
    let (line, attempt) = (call.line, call.attempt);
    change(bench, |office, now| {
        office.confirm_call(now, WHO, line, attempt, OFFICER)
    })
}

/// The line goes on with what it heard.
fn admitted(bench: &mut Bench, off_hook_at: Tick, officer: OfficerWord) -> Reply {
    let Query::Admit(mut asked) = admission(Some(DOE), COLLECT, off_hook_at) else {
        unreachable!("an admission");
    };
    asked.officer = officer;
    bench.ask(ONE, Query::Admit(asked)).expect("an answer")
}

#[test]
fn a_call_that_waits_is_listed_with_who_whom_where_and_until_when() {
    let (mut bench, _) = bench_of(ConfirmBy::Console);
    assert_eq!(bench.office.waiting_calls(bench.now), []);
    let call = waits(&mut bench, ONE);
    assert_eq!(call.phone, "B1");
    let doe = ("A-17".to_owned(), "Doe, J".to_owned());
    assert_eq!(call.caller, Some(doe));
    let number = call.number.map(|number| number.to_string());
    assert_eq!(number.as_deref(), Some("2155550123"));
    assert_eq!(call.since_utc_ms, NOON_ISH);
    assert_eq!(call.until_utc_ms, NOON_ISH + 60_000);
    assert_eq!(waits(&mut bench, OPEN_PHONE).caller, None);
    let lines = |bench: &Bench| {
        let calls = bench.office.waiting_calls(bench.now).into_iter();
        calls.map(|call| call.line).collect::<Vec<_>>()
    };
    assert_eq!(lines(&bench), [ONE, OPEN_PHONE]);
    bench.end(ONE, completed(None, call.off_hook_at));
    assert_eq!(lines(&bench), [OPEN_PHONE], "its handset is down again");
    bench.wait(60);
    assert_eq!(lines(&bench), [LineId(0); 0], "its time is over");
}

#[test]
fn an_officers_word_at_a_console_is_told_to_its_line_once_and_lets_the_call_through() {
    let (mut bench, officer) = bench_of(ConfirmBy::Any);
    let call = waits(&mut bench, ONE);
    assert_eq!(confirm(&mut bench, &call), call);
    assert_eq!(bench.office.take_words(bench.now), [(ONE, officer)]);
    assert_eq!(bench.office.take_words(bench.now), [], "told once");
    let became = |bench: &Bench| bench.office.confirmed(&call).expect("reads");
    assert_eq!(became(&bench), Confirmed::NotYet);
    let (proof, inmate) = (OfficerProof::Console(officer), None);
    let reply = bench.ask(ONE, Query::Officer { proof, inmate });
    let Some(Reply::Officer(OfficerAnswer::Confirmed(by))) = reply else {
        panic!("not confirmed: {reply:?}");
    };
    bench.wait(1);
    let reply = admitted(&mut bench, call.off_hook_at, OfficerWord::Confirmed(by));
    let Reply::Admitted(verdict) = reply else {
        panic!("no verdict: {reply:?}");
    };
    let permit = verdict.outcome.expect("let through");
    assert_eq!(became(&bench), Confirmed::Placed(permit.call));
    assert_eq!(bench.office.waiting_calls(bench.now), []);
    let record = bench.record(permit.call);
    assert_eq!(record.officer_id.as_deref(), Some(OFFICER));
    let journal = bench.office.journal(0, 1000).expect("reads");
    let change = "confirms at a console the call that waits at phone 1";
    let entry = journal.iter().find(|entry| entry.change == change);
    assert_eq!(entry.expect("in the journal").actor, WHO);
}

#[test]
fn an_officers_word_for_a_call_that_is_over_is_for_no_later_one() {
    let (mut bench, _) = bench_of(ConfirmBy::Console);
    let call = waits(&mut bench, ONE);
    confirm(&mut bench, &call);
    bench.wait(1);
    bench.end(ONE, completed(None, call.off_hook_at));
    bench.wait(1);
    let later = waits(&mut bench, ONE);
    assert_ne!(later.off_hook_at, call.off_hook_at);
    assert_eq!(bench.office.take_words(bench.now), []);
    let became = bench.office.confirmed(&call).expect("reads");
    assert_eq!(became, Confirmed::Over);
    // Nobody's word is a refusal, and the call is over too.
    let reply = admitted(&mut bench, later.off_hook_at, OfficerWord::Nothing);
    assert!(matches!(reply, Reply::Admitted(_)), "{reply:?}");
    let became = bench.office.confirmed(&later).expect("reads");
    assert_eq!(became, Confirmed::Over);
}

#[test]
fn an_officers_word_at_a_console_is_refused_with_its_reason() {
    let (mut bench, officer) = bench_of(ConfirmBy::Console);
    let word = |line: LineId, attempt: u64, officer: &'static str| {
        move |office: &mut backoffice::BackOffice, now: Tick| {
            office.confirm_call(now, WHO, line, attempt, officer)
        }
    };
    let nothing = "no call waits for an officer at the phone of line 2";
    refuses(&mut bench, nothing, word(TWO, 1, OFFICER));
    let unknown = "phone 9 is not entered";
    refuses(&mut bench, unknown, word(LineId(9), 1, OFFICER));
    let attempt = waits(&mut bench, ONE).attempt;
    let nobody = "no officer has this id: ids are compared exactly, capital and small letters too";
    refuses(&mut bench, nobody, word(ONE, attempt, "O-32"));
    change(&mut bench, |office, now| {
        office.set_officer_active(now, WHO, officer, false)
    });
    let inactive = "officer \"O-31\" is not active: no call is confirmed in that name";
    refuses(&mut bench, inactive, word(ONE, attempt, OFFICER));
    bench.now += Ticks::secs(60);
    let over = "no call waits for an officer at the phone of line 1";
    refuses(&mut bench, over, word(ONE, attempt, OFFICER));
    let (mut bench, _) = bench_of(ConfirmBy::Code);
    let attempt = waits(&mut bench, ONE).attempt;
    let at_phone = "the call at the phone of line 1 waits for an officer at that phone: `officer` of \
                    the phone takes no console";
    refuses(&mut bench, at_phone, word(ONE, attempt, OFFICER));
}

#[test]
fn a_word_for_a_call_that_is_gone_confirms_no_other_that_waits_there_by_then() {
    let (mut bench, _) = bench_of(ConfirmBy::Console);
    let looked_at = waits(&mut bench, ONE);
    let elsewhere = waits(&mut bench, OPEN_PHONE);
    assert_ne!(looked_at.attempt, elsewhere.attempt);
    bench.end(ONE, completed(None, looked_at.off_hook_at));
    bench.wait(1);
    let there = waits(&mut bench, ONE);
    let (gone, later) = (looked_at.attempt, there.attempt);
    assert_ne!(gone, later);
    let words = format!(
        "attempt {gone} at the phone of line 1 waits for an officer no more: attempt {later}, which \
         waits there now, is another call"
    );
    refuses(&mut bench, &words, |office, now| {
        office.confirm_call(now, WHO, ONE, gone, OFFICER)
    });
    assert_eq!(bench.office.take_words(bench.now), []);
    assert_eq!(confirm(&mut bench, &there), there);
}

#[test]
fn an_officer_who_is_disabled_while_the_word_is_under_way_confirms_nothing() {
    let (mut bench, officer) = bench_of(ConfirmBy::Console);
    let call = waits(&mut bench, ONE);
    confirm(&mut bench, &call);
    let off = |bench: &mut Bench| {
        change(bench, |office, now| {
            office.set_officer_active(now, WHO, officer, false)
        });
    };
    off(&mut bench);
    let (proof, inmate) = (OfficerProof::Console(officer), None);
    let reply = bench.ask(ONE, Query::Officer { proof, inmate });
    let unknown = Some(Reply::Officer(OfficerAnswer::Unknown));
    assert_eq!(format!("{reply:?}"), format!("{unknown:?}"));
    change(&mut bench, |office, now| {
        office.set_officer_active(now, WHO, officer, true)
    });
    // Between the word and the admission.
    let reply = bench.ask(
        ONE,
        Query::Officer {
            proof: OfficerProof::Console(officer),
            inmate,
        },
    );
    let by = Some(Reply::Officer(OfficerAnswer::Confirmed(officer)));
    assert_eq!(format!("{reply:?}"), format!("{by:?}"));
    off(&mut bench);
    let reply = admitted(
        &mut bench,
        call.off_hook_at,
        OfficerWord::Confirmed(officer),
    );
    let Reply::Admitted(verdict) = reply else {
        panic!("no verdict: {reply:?}");
    };
    let refused = verdict.outcome.expect_err("nobody confirmed it");
    assert_eq!(refused.blocked, Blocked::NotConfirmed);
    let became = bench.office.confirmed(&call).expect("reads");
    assert_eq!(became, Confirmed::Over);
}
