//! Who calls, by card or by number and passcode, and officers who confirm, as the inmate hears it.

use crate::{
    bench::{
        self, Change, MOTHER, OTHER_PIN, Outcome, PIN, RESTRICTED, STARTS_UTC_MS, STRANGER,
        Scenario, then, typed_in_one_go, wait,
    },
    privacy,
};
use backoffice::{
    AllowedFlags, BackOffice, Confirmed, Disabled, NewOfficer, PhoneIdentity, Seed,
    SeedCredentials, SeedOfficer, WaitingCall,
};
use drivers::sim::script::Step;
use std::sync::{Arc, Mutex};
use types::{
    credential::{CardNumber, ConfirmBy, IdentifyBy},
    digits::Digits,
    disposition::{Blocked, Disposition, EndedBy},
    fact::Fact,
    id::{InmateId, LineId, OfficerId},
    prompt::Prompt,
    query::LineCommand,
    secret::Secret,
    settings::LanguageChoice,
    tick::{Tick, Ticks},
    verdict::{Check, Finding},
};

const MILLERS_CARD: &str = "04A1B2C3D4";
const OFFICERS_CARD: &str = "8800112233";
const STRANGE_CARD: &str = "0BADCAFE";
/// The inmate with the id 1002.
const WILSONS_PASSCODE: &str = "60718";
const CODE: &str = "592614";
const OFFICER: OfficerId = OfficerId(1);

fn secret(digits: &str) -> Secret<Digits> {
    Secret::new(Digits::parse(digits).expect("digits"))
}

fn card(text: &str) -> Secret<CardNumber> {
    Secret::new(CardNumber::parse(text.as_bytes()).expect("a card's number"))
}

fn read(text: &str) -> LineCommand {
    LineCommand::Card(card(text))
}

/// Miller has a card, Wilson a passcode, an officer both card and code; the phones ask for this.
fn site(by: IdentifyBy, officer: ConfirmBy) -> impl Fn(&mut Seed) + 'static {
    move |seed| {
        let inmate = |id: &str| SeedCredentials {
            facility_id: id.to_owned(),
            account: None,
            card: None,
            passcode: None,
        };
        let identity = &mut seed.identity;
        identity.inmates = vec![
            SeedCredentials {
                card: Some(card(MILLERS_CARD)),
                ..inmate("1001")
            },
            SeedCredentials {
                passcode: Some(secret(WILSONS_PASSCODE)),
                ..inmate("1002")
            },
        ];
        identity.officers = vec![SeedOfficer {
            officer: NewOfficer {
                id: "O-31".to_owned(),
                name: "Lee, M".to_owned(),
            },
            card: Some(card(OFFICERS_CARD)),
            code: Some(secret(CODE)),
        }];
        let asks = PhoneIdentity {
            by,
            officer,
            wait_seconds: 30,
        };
        identity.phones = seed.phones.iter().map(|(line, _)| (*line, asks)).collect();
    }
}

fn phone(steps: Vec<Step>, by: IdentifyBy) -> Scenario {
    bench::phone(steps).site(site(by, ConfirmBy::Nobody))
}

fn lifts() -> Vec<Step> {
    vec![wait(500), Step::OffHook]
}

fn to_fast_busy() -> [Step; 2] {
    [Step::await_fast_busy(Ticks::secs(40)), Step::OnHook]
}

fn said(out: &Outcome, prompt: Prompt) -> usize {
    bench::count_leg(out, types::fact::Leg::Phone, prompt)
}

fn refused(out: &Outcome, why: Blocked) {
    let record = out.record();
    let ending = (record.disposition, record.blocked, record.ended_by);
    let expected = (Disposition::Blocked, Some(why), Some(EndedBy::Controller));
    assert_eq!(ending, expected, "{}", out.tale());
    assert_eq!(out.phone().timed_out().count(), 0, "fast busy is heard");
}

fn of_miller(out: &Outcome) {
    assert_eq!(out.record().inmate, Some(InmateId(1)), "{}", out.tale());
}

#[test]
fn a_phone_with_a_reader_asks_for_the_card_and_then_for_the_number() {
    let steps = then(lifts(), [wait(8500), Step::OnHook]);
    let out = phone(steps, IdentifyBy::Card)
        .at(4, read(MILLERS_CARD))
        .lasting(10)
        .run();
    out.inmate_heard_in_order(&[Prompt::PresentCard, Prompt::EnterNumber]);
    of_miller(&out);
    assert!(out.fact(|f| matches!(f, Fact::CardRead)).is_some());
}

#[test]
fn a_card_during_dial_tone_is_taken_at_once() {
    let steps = then(lifts(), [wait(6500), Step::OnHook]);
    let out = phone(steps, IdentifyBy::Card)
        .settings(|s| s.dial_tone = Ticks::secs(20))
        .at(2, read(MILLERS_CARD))
        .lasting(8)
        .run();
    assert_eq!(said(&out, Prompt::PresentCard), 0, "{}", out.tale());
    assert_eq!(out.inmate_heard(Prompt::EnterNumber).len(), 1);
}

#[test]
fn a_card_that_is_read_while_the_handset_is_down_says_nothing_of_the_next_call() {
    let steps = vec![wait(3000), Step::OffHook, wait(5000), Step::OnHook];
    let out = phone(steps, IdentifyBy::Card)
        .at(2, read(MILLERS_CARD))
        .lasting(10)
        .run();
    assert_eq!(
        out.inmate_heard(Prompt::PresentCard).len(),
        1,
        "{}",
        out.tale()
    );
    assert_eq!(said(&out, Prompt::EnterNumber), 0);
}

#[test]
fn a_card_read_in_the_menu_of_languages_is_kept_for_after_it() {
    let steps = then(
        lifts(),
        [wait(4000), Step::dial("2"), wait(5000), Step::OnHook],
    );
    let out = phone(steps, IdentifyBy::Card)
        .settings(bench::two_languages(LanguageChoice::Menu))
        .at(3, read(MILLERS_CARD))
        .lasting(12)
        .run();
    assert_eq!(said(&out, Prompt::PresentCard), 0, "{}", out.tale());
    assert_eq!(said(&out, Prompt::EnterNumber), 1);
    of_miller(&out);
}

#[test]
fn keys_are_nothing_where_a_card_is_asked_for() {
    let steps = then(
        lifts(),
        [wait(2500), Step::dial(PIN), wait(4500), Step::OnHook],
    );
    let out = phone(steps, IdentifyBy::Card)
        .at(7, read(MILLERS_CARD))
        .lasting(12)
        .run();
    assert_eq!(said(&out, Prompt::CardUnknown), 0, "{}", out.tale());
    assert_eq!(said(&out, Prompt::EnterNumber), 1);
    assert_eq!(out.told_keys(), "......", "a PIN may be keyed in error");
}

#[test]
fn a_call_by_card_is_placed_as_one_by_pin() {
    let number = format!("0{MOTHER}");
    let steps = then(
        lifts(),
        [wait(6000), Step::dial(&number), wait(8000), Step::OnHook],
    );
    let out = phone(steps, IdentifyBy::Card)
        .at(4, read(MILLERS_CARD))
        .lasting(17)
        .run();
    assert!(said(&out, Prompt::SayName) > 0, "{}", out.tale());
    assert_eq!(out.record().inmate_id.as_deref(), Some("1001"));
    let pin_found = |step: &types::verdict::Step| step.check == Check::PinTable;
    assert!(out.record().screening.iter().any(pin_found));
}

#[test]
fn three_cards_that_nobody_has_are_refused_with_their_own_prompt() {
    let steps = then(lifts(), to_fast_busy());
    let mut scenario = phone(steps, IdentifyBy::Card).lasting(30);
    for at in [4, 9, 14] {
        scenario = scenario.at(at, read(STRANGE_CARD));
    }
    let out = scenario.run();
    out.inmate_heard_in_order(&[
        Prompt::CardUnknown,
        Prompt::PresentCard,
        Prompt::CardUnknown,
    ]);
    assert_eq!(said(&out, Prompt::CardUnknown), 3, "{}", out.tale());
    assert_eq!(said(&out, Prompt::HangUp), 1);
    refused(&out, Blocked::CardUnknown);
    assert_eq!(out.record().inmate, None);
}

#[test]
fn an_officers_card_is_no_inmates() {
    let steps = then(lifts(), to_fast_busy());
    let out = phone(steps, IdentifyBy::Card)
        .settings(|s| s.pin_tries = 1)
        .at(4, read(OFFICERS_CARD))
        .lasting(15)
        .run();
    refused(&out, Blocked::CardUnknown);
}

#[test]
fn a_lost_card_is_as_unknown_as_any() {
    let steps = then(lifts(), to_fast_busy());
    let out = phone(steps, IdentifyBy::Card)
        .settings(|s| s.pin_tries = 1)
        .prepared(|office| {
            let holder = backoffice::Holder::Inmate(InmateId(1));
            let lost = office.disable_card(Tick::ZERO, "warden", holder, "lost");
            lost.expect("Miller's card");
        })
        .at(4, read(MILLERS_CARD))
        .lasting(15)
        .run();
    refused(&out, Blocked::CardUnknown);
    assert_eq!(out.record().inmate, None);
}

#[test]
fn a_disabled_pin_is_refused_by_card_too() {
    let steps = then(lifts(), to_fast_busy());
    let out = phone(steps, IdentifyBy::Card)
        .prepared(|office| {
            let off = Disabled::ForGood;
            let done = office.set_pin_disabled(Tick::ZERO, "warden", InmateId(1), off);
            done.expect("Miller's PIN");
        })
        .at(4, read(MILLERS_CARD))
        .lasting(16)
        .run();
    assert_eq!(said(&out, Prompt::PinDisabled), 1);
    refused(&out, Blocked::PinDisabled);
    of_miller(&out);
}

#[test]
fn a_card_is_refused_while_its_pin_is_in_a_call_at_another_phone() {
    let first = then(
        typed_in_one_go(&format!("{PIN}0{MOTHER}")),
        [wait(14_000), Step::OnHook],
    );
    let second = then(vec![wait(5000), Step::OffHook], to_fast_busy());
    let mut scenario = bench::phone(first)
        .and_phone(second)
        .site(site(IdentifyBy::PinOrCard, ConfirmBy::Nobody))
        .lasting(24);
    let at = Tick::ZERO + Ticks::secs(8);
    scenario.commands.push((at, LineId(2), read(MILLERS_CARD)));
    let out = scenario.run();
    let mut records = out.records.iter();
    let second = records.find(|r| r.line == LineId(2)).expect("a record");
    assert_eq!(second.blocked, Some(Blocked::PinInUse), "{}", out.tale());
}

#[test]
fn where_both_are_taken_the_prompt_says_so_and_either_will_do() {
    let by_card = then(lifts(), [wait(8500), Step::OnHook]);
    let out = phone(by_card, IdentifyBy::PinOrCard)
        .at(5, read(MILLERS_CARD))
        .lasting(10)
        .run();
    out.inmate_heard_in_order(&[Prompt::EnterPinOrCard, Prompt::EnterNumber]);
    of_miller(&out);
    let by_pin = then(typed_in_one_go(OTHER_PIN), [wait(2500), Step::OnHook]);
    let out = phone(by_pin, IdentifyBy::PinOrCard).lasting(8).run();
    assert_eq!(said(&out, Prompt::EnterNumber), 1, "{}", out.tale());
    assert_eq!(out.record().inmate, Some(InmateId(2)));
}

#[test]
fn a_card_in_place_of_half_a_pin_is_taken() {
    let steps = then(
        lifts(),
        [wait(3500), Step::dial("48"), wait(4500), Step::OnHook],
    );
    let out = phone(steps, IdentifyBy::PinOrCard)
        .at(6, read(MILLERS_CARD))
        .lasting(11)
        .run();
    assert_eq!(said(&out, Prompt::PinTryAgain), 0, "{}", out.tale());
    assert_eq!(said(&out, Prompt::EnterNumber), 1);
}

#[test]
fn a_card_where_none_is_asked_for_changes_nothing() {
    let steps = then(
        typed_in_one_go("4839"),
        [wait(3000), Step::dial("20"), wait(2500)],
    );
    let steps = then(steps, [Step::OnHook]);
    let out = phone(steps, IdentifyBy::Pin)
        .at(3, read(MILLERS_CARD))
        .lasting(10)
        .run();
    assert_eq!(said(&out, Prompt::EnterNumber), 1, "{}", out.tale());
    assert!(out.fact(|f| matches!(f, Fact::CardRead)).is_none());
}

#[test]
fn after_the_card_its_own_pin_is_asked_for() {
    let steps = then(
        lifts(),
        [wait(6500), Step::dial(PIN), wait(2500), Step::OnHook],
    );
    let out = phone(steps, IdentifyBy::CardAndPin)
        .at(4, read(MILLERS_CARD))
        .lasting(12)
        .run();
    let prompts = [Prompt::PresentCard, Prompt::EnterPin, Prompt::EnterNumber];
    out.inmate_heard_in_order(&prompts);
    of_miller(&out);
    assert_eq!(out.told_keys(), "......");
}

#[test]
fn the_pin_of_another_does_not_go_with_a_card() {
    let tries = || [Step::dial(OTHER_PIN), wait(5000)];
    let steps = then(lifts(), [wait(6500)]);
    let steps = then(then(steps, tries()), tries());
    let steps = then(then(steps, [Step::dial(OTHER_PIN)]), to_fast_busy());
    let out = phone(steps, IdentifyBy::CardAndPin)
        .at(4, read(MILLERS_CARD))
        .lasting(40)
        .run();
    assert_eq!(said(&out, Prompt::PinTryAgain), 2, "{}", out.tale());
    assert_eq!(said(&out, Prompt::PresentCard), 1, "the card is known");
    refused(&out, Blocked::PinInvalid);
    of_miller(&out);
}

/// Wilson's number and passcode, each ended so.
fn account(id_end: &str, passcode_end: &str, rest: &str) -> Vec<Step> {
    let keys = format!("1002{id_end}{WILSONS_PASSCODE}{passcode_end}{rest}");
    then(typed_in_one_go(&keys), [wait(2500), Step::OnHook])
}

#[test]
fn number_and_passcode_are_asked_for_one_after_the_other() {
    let steps = then(
        lifts(),
        [
            wait(6500),
            Step::dial("1002#"),
            wait(5000),
            Step::dial(&format!("{WILSONS_PASSCODE}#")),
            wait(3000),
            Step::OnHook,
        ],
    );
    let out = phone(steps, IdentifyBy::IdAndPasscode).lasting(22).run();
    out.inmate_heard_in_order(&[Prompt::EnterId, Prompt::EnterPasscode, Prompt::EnterNumber]);
    assert_eq!(out.record().inmate, Some(InmateId(2)), "{}", out.tale());
    assert_eq!(out.told_keys(), ".".repeat(11), "not one of them is told");
}

#[test]
fn who_knows_the_way_keys_number_and_passcode_in_one_go() {
    let out = phone(account("#", "#", ""), IdentifyBy::IdAndPasscode)
        .lasting(10)
        .run();
    assert_eq!(said(&out, Prompt::EnterPasscode), 0, "{}", out.tale());
    assert_eq!(out.inmate_heard(Prompt::EnterNumber).len(), 1);
}

#[test]
fn set_lengths_end_number_and_passcode_and_a_pound_after_them_is_nothing() {
    for (id_end, passcode_end) in [("", ""), ("#", "#"), ("#", "")] {
        let out = phone(account(id_end, passcode_end, ""), IdentifyBy::IdAndPasscode)
            .settings(|s| {
                s.id_length = 4;
                s.passcode_length = 5;
            })
            .lasting(10)
            .run();
        assert_eq!(said(&out, Prompt::NumberNotValid), 0, "{}", out.tale());
        assert_eq!(said(&out, Prompt::EnterNumber), 1, "{}", out.tale());
        assert_eq!(out.record().inmate, Some(InmateId(2)));
    }
}

#[test]
fn a_pound_after_a_number_of_set_length_leaves_the_next_prompt_standing() {
    let steps = then(
        lifts(),
        [wait(6500), Step::dial("1002#"), wait(5000), Step::OnHook],
    );
    let out = phone(steps, IdentifyBy::IdAndPasscode)
        .settings(|s| s.id_length = 4)
        .lasting(15)
        .run();
    assert_eq!(
        out.inmate_heard(Prompt::EnterPasscode).len(),
        1,
        "{}",
        out.tale()
    );
}

#[test]
fn star_starts_number_and_passcode_again() {
    let keys = format!("10*1002#77*1002#{WILSONS_PASSCODE}#");
    let steps = then(typed_in_one_go(&keys), [wait(2500), Step::OnHook]);
    let out = phone(steps, IdentifyBy::IdAndPasscode).lasting(12).run();
    assert_eq!(said(&out, Prompt::IdUnknown), 0, "{}", out.tale());
    assert_eq!(said(&out, Prompt::EnterNumber), 1);
}

#[test]
fn a_wrong_passcode_and_an_unknown_number_sound_the_same() {
    let hears = |keys: &str| {
        let steps = then(typed_in_one_go(keys), to_fast_busy());
        let out = phone(steps, IdentifyBy::IdAndPasscode)
            .settings(|s| s.pin_tries = 1)
            .lasting(20)
            .run();
        refused(&out, Blocked::IdUnknown);
        assert_eq!(said(&out, Prompt::IdUnknown), 1);
        assert_eq!(out.record().inmate, None, "whose number it was is not told");
        let at = out.inmate_heard(Prompt::IdUnknown)[0].at;
        at.since(out.marked("keyed"))
    };
    assert_eq!(hears("1002#11111#"), hears("1009#11111#"));
}

#[test]
fn three_wrong_passcodes_are_refused_with_their_own_prompt() {
    let wrong = || [Step::dial("1002#11111#"), wait(4500)];
    let steps = then(typed_in_one_go("1002#11111#"), [wait(4500)]);
    let steps = then(then(steps, wrong()), [Step::dial("1002#11111#")]);
    let out = phone(then(steps, to_fast_busy()), IdentifyBy::IdAndPasscode)
        .lasting(40)
        .run();
    out.inmate_heard_in_order(&[Prompt::IdUnknown, Prompt::EnterId, Prompt::IdUnknown]);
    assert_eq!(said(&out, Prompt::IdUnknown), 3, "{}", out.tale());
    refused(&out, Blocked::IdUnknown);
}

/// By PIN, and an officer in this way; the number is dialed at once.
fn confirmed_by(officer: ConfirmBy, more: impl IntoIterator<Item = Step>) -> Scenario {
    let keys = format!("{PIN}0{MOTHER}");
    let steps = then(typed_in_one_go(&keys), more);
    bench::phone(steps).site(site(IdentifyBy::Pin, officer))
}

/// The officer was found, and the call went on to the name.
fn is_confirmed(out: &Outcome) {
    assert_eq!(said(out, Prompt::OfficerMustConfirm), 1, "{}", out.tale());
    assert!(said(out, Prompt::SayName) > 0, "{}", out.tale());
    let record = out.record();
    assert_eq!(record.officer, Some(OFFICER));
    assert_eq!(record.officer_id.as_deref(), Some("O-31"));
    let last = record.screening.last().expect("steps");
    assert_eq!((last.check, last.finding), (Check::Officer, Finding::Found));
}

fn hangs_up_after(ms: u64) -> [Step; 2] {
    [wait(ms), Step::OnHook]
}

#[test]
fn an_officer_confirms_with_a_card_at_the_phone() {
    for by in [ConfirmBy::Card, ConfirmBy::Any] {
        let scenario = confirmed_by(by, hangs_up_after(12_000));
        is_confirmed(&scenario.at(9, read(OFFICERS_CARD)).lasting(18).run());
    }
}

#[test]
fn an_officer_confirms_at_a_console() {
    for by in [ConfirmBy::Console, ConfirmBy::Any] {
        let confirm = LineCommand::Confirm { officer: OFFICER };
        let scenario = confirmed_by(by, hangs_up_after(12_000));
        is_confirmed(&scenario.at(9, confirm).lasting(18).run());
    }
}

#[test]
fn an_officers_word_at_a_console_reaches_the_line_of_the_call_that_waits() {
    let word = |office: &mut BackOffice, now: Tick| {
        let attempt = office.waiting_calls(now)[0].attempt;
        let call = office.confirm_call(now, "user desk", LineId(1), attempt, "O-31");
        let call = call.expect("it waits");
        assert_eq!(call.number.map(|n| n.to_string()).as_deref(), Some(MOTHER));
        let later = office.confirm_call(now, "user desk", LineId(1), attempt, "O-32");
        assert!(later.is_err(), "nobody's word");
    };
    let scenario = confirmed_by(ConfirmBy::Console, hangs_up_after(12_000));
    is_confirmed(&scenario.administered(9, word).lasting(18).run());
}

#[test]
fn an_officer_confirms_with_a_code_that_nobody_sees() {
    for (by, end) in [(ConfirmBy::Code, ""), (ConfirmBy::Any, "#")] {
        let steps = [
            wait(5000),
            Step::dial(&format!("{CODE}{end}")),
            wait(8000),
            Step::OnHook,
        ];
        let out = confirmed_by(by, steps).lasting(24).run();
        is_confirmed(&out);
        let shown = out.told_keys();
        let number = format!("0{MOTHER}");
        let dots = ".".repeat(6 + end.len().min(1));
        // The `#` after a set length is no part of the code any more.
        assert!(
            shown.starts_with(&format!("......{number}......")),
            "{shown} {dots}"
        );
        let told = format!("{:?} {:?}", out.story, out.records);
        assert!(!told.contains(CODE));
    }
}

/// The inmate's card, and then the officer's.
pub fn both_cards() -> Scenario {
    let number = format!("0{MOTHER}");
    let steps = then(
        lifts(),
        [wait(6000), Step::dial(&number), wait(16_000), Step::OnHook],
    );
    bench::phone(steps)
        .site(site(IdentifyBy::Card, ConfirmBy::Card))
        .at(4, read(MILLERS_CARD))
        .at(15, read(OFFICERS_CARD))
        .lasting(26)
}

#[test]
fn inmates_card_and_then_officers_card() {
    let out = both_cards().run();
    is_confirmed(&out);
    of_miller(&out);
}

#[test]
fn no_officer_in_time_is_refused_with_its_own_prompt() {
    let out = confirmed_by(ConfirmBy::Any, to_fast_busy())
        .lasting(55)
        .run();
    assert_eq!(said(&out, Prompt::NotConfirmed), 1, "{}", out.tale());
    assert_eq!(
        said(&out, Prompt::OfficerMustConfirm),
        2,
        "said again meanwhile"
    );
    refused(&out, Blocked::NotConfirmed);
    let (asked, told) = (out.entered("confirm"), out.entered("aftermath"));
    let waited = told.expect("refused").since(asked.expect("asked"));
    assert_eq!(waited.as_secs(), 30);
    let last = *out.record().screening.last().expect("steps");
    assert_eq!(
        (last.check, last.finding),
        (Check::Officer, Finding::NotFound)
    );
    assert_eq!(out.record().officer, None);
    out.no_trunk_seized();
    of_miller(&out);
}

#[test]
fn an_inmates_card_confirms_nothing_and_three_tries_are_all() {
    let mut scenario = confirmed_by(ConfirmBy::Any, to_fast_busy()).lasting(45);
    for at in [8, 14, 20] {
        scenario = scenario.at(at, read(MILLERS_CARD));
    }
    let out = scenario.run();
    assert_eq!(said(&out, Prompt::OfficerUnknown), 2, "{}", out.tale());
    refused(&out, Blocked::NotConfirmed);
    out.no_trunk_seized();
}

#[test]
fn a_wrong_code_is_told_and_the_right_one_still_confirms() {
    let steps = [
        wait(5000),
        Step::dial("111111"),
        wait(3000),
        Step::dial(&format!("22*{CODE}")),
        wait(8000),
        Step::OnHook,
    ];
    let out = confirmed_by(ConfirmBy::Code, steps).lasting(30).run();
    assert_eq!(said(&out, Prompt::OfficerUnknown), 1, "{}", out.tale());
    assert_eq!(out.record().officer, Some(OFFICER));
}

#[test]
fn ways_that_the_phone_does_not_take_confirm_nothing() {
    let code = || [wait(5000), Step::dial(CODE)];
    let confirm = LineCommand::Confirm { officer: OFFICER };
    let by_card = confirmed_by(ConfirmBy::Card, then(code().to_vec(), to_fast_busy()));
    let out = by_card.at(9, confirm).lasting(55).run();
    refused(&out, Blocked::NotConfirmed);
    let by_code = confirmed_by(ConfirmBy::Code, to_fast_busy()).at(9, read(OFFICERS_CARD));
    refused(&by_code.lasting(55).run(), Blocked::NotConfirmed);
}

#[test]
fn who_is_no_officer_any_more_confirms_nothing() {
    let out = confirmed_by(ConfirmBy::Any, to_fast_busy())
        .settings(|s| s.pin_tries = 1)
        .prepared(|office| {
            let off = office.set_officer_active(Tick::ZERO, "warden", OFFICER, false);
            off.expect("the officer");
        })
        .at(9, read(OFFICERS_CARD))
        .lasting(25)
        .run();
    refused(&out, Blocked::NotConfirmed);
}

#[test]
fn no_officer_is_fetched_for_a_call_that_is_refused_anyway() {
    let steps = then(
        typed_in_one_go(&format!("{PIN}1{RESTRICTED}")),
        to_fast_busy(),
    );
    let out = bench::phone(steps)
        .site(site(IdentifyBy::Pin, ConfirmBy::Any))
        .lasting(20)
        .run();
    assert_eq!(said(&out, Prompt::OfficerMustConfirm), 0, "{}", out.tale());
    refused(&out, Blocked::NumberRestricted);
}

/// A privileged number, where phones want an officer.
fn attorney(of_all: bool) -> Scenario {
    let steps = then(
        typed_in_one_go(&format!("{PIN}0{STRANGER}")),
        hangs_up_after(9000),
    );
    let site = site(IdentifyBy::Pin, ConfirmBy::Any);
    bench::phone(steps)
        .site(move |seed| {
            site(seed);
            seed.settings.rules.officer_for_privileged = of_all;
            let privileged = AllowedFlags {
                privileged: true,
                ..AllowedFlags::default()
            };
            seed.allowed = vec![(STRANGER.to_owned(), privileged)];
        })
        .lasting(16)
}

#[test]
fn a_call_to_an_attorney_needs_no_officer_unless_the_site_says_so() {
    let out = attorney(false).run();
    assert_eq!(said(&out, Prompt::OfficerMustConfirm), 0, "{}", out.tale());
    assert!(said(&out, Prompt::SayName) > 0);
    let out = attorney(true).run();
    assert_eq!(said(&out, Prompt::OfficerMustConfirm), 1, "{}", out.tale());
    assert_eq!(said(&out, Prompt::SayName), 0);
}

#[test]
fn who_hangs_up_while_the_call_waits_for_an_officer_has_abandoned_it() {
    let out = confirmed_by(ConfirmBy::Any, hangs_up_after(6000))
        .lasting(14)
        .run();
    let record = out.record();
    assert_eq!(record.disposition, Disposition::Abandoned, "{}", out.tale());
    assert_eq!(record.ended_by, Some(EndedBy::Inmate));
    of_miller(&out);
    assert_eq!(record.dialed, format!("0{MOTHER}"));
}

/// What an officer at a console was told of the call that waits, at once and five seconds later.
type Told = Arc<Mutex<Option<(Result<WaitingCall, String>, Option<Confirmed>)>>>;

/// An officer at a console confirms at this tick the call that was looked at a second before it.
fn at_the_console(
    scenario: Scenario,
    at: Tick,
) -> (Outcome, Result<WaitingCall, String>, Confirmed) {
    let seen = Arc::new(Mutex::new(None));
    let told: Told = Arc::default();
    let (sees, saw) = (Arc::clone(&seen), seen);
    let (tells, later, end) = (Arc::clone(&told), Arc::clone(&told), told);
    let look = move |office: &mut BackOffice, now: Tick| {
        *sees.lock().expect("whole") = office.waiting_calls(now).pop();
    };
    let confirm = move |office: &mut BackOffice, now: Tick| {
        let call: Option<WaitingCall> = saw.lock().expect("whole").take();
        let call = call.expect("it waits");
        let word = office.confirm_call(now, "user desk", call.line, call.attempt, "O-31");
        let word = word.map_err(|error| error.to_string());
        *tells.lock().expect("whole") = Some((word, None));
    };
    let became = move |office: &mut BackOffice, _: Tick| {
        let mut told = later.lock().expect("whole");
        let Some((Ok(call), became)) = &mut *told else {
            return;
        };
        *became = Some(office.confirmed(call).expect("reads"));
    };
    let mut scenario = scenario;
    for (when, change) in [
        (at - Ticks::secs(1), Arc::new(look) as Change),
        (at, Arc::new(confirm)),
        (at + Ticks::secs(5), Arc::new(became)),
    ] {
        scenario.changes.push((when, change));
    }
    let out = scenario.run();
    let (word, became) = end.lock().expect("whole").take().expect("was told");
    (out, word, became.unwrap_or(Confirmed::Over))
}

/// Around an instant: before it, at it, after it. Lines are told of words once a second here.
const AROUND_MS: [i64; 9] = [-1500, -1000, -500, -20, -5, 0, 5, 20, 500];

fn moved(at: Tick, ms: i64) -> Tick {
    match u64::try_from(ms) {
        Ok(later) => at + Ticks::ms(later),
        Err(_) => at - Ticks::ms(ms.unsigned_abs()),
    }
}

#[test]
fn a_word_in_the_instant_when_the_wait_ends_is_a_call_or_told_to_be_none() {
    let scenario = || confirmed_by(ConfirmBy::Console, to_fast_busy()).lasting(60);
    let over = scenario().run().entered("confirm").expect("waits") + Ticks::secs(30);
    let mut placed = 0;
    for ms in AROUND_MS {
        let (out, word, became) = at_the_console(scenario(), moved(over, ms));
        let record = out.record();
        let tale = || format!("{ms} ms: {word:?}, {became:?}, {}", out.tale());
        if record.officer.is_some() {
            assert_eq!(word.as_ref().err(), None, "{}", tale());
            assert_eq!(became, Confirmed::Placed(record.call), "{}", tale());
            assert_ne!(record.blocked, Some(Blocked::NotConfirmed), "{}", tale());
            placed += 1;
        } else {
            assert_eq!(record.blocked, Some(Blocked::NotConfirmed), "{}", tale());
            assert_eq!(became, Confirmed::Over, "{}", tale());
            out.no_trunk_seized();
        }
    }
    assert!(placed > 0 && placed < AROUND_MS.len(), "{placed} placed");
}

#[test]
fn a_word_in_the_instant_when_the_inmate_hangs_up_dials_nobody() {
    let steps = [wait(6000), Step::Mark("down"), Step::OnHook];
    let scenario = || confirmed_by(ConfirmBy::Console, steps.clone()).lasting(24);
    let down = scenario().run().marked("down");
    for ms in [-400, -200, -100, -60, -20, -10, 0, 10] {
        let (out, word, became) = at_the_console(scenario(), moved(down, ms));
        let record = out.record();
        let tale = format!("{ms} ms: {word:?}, {became:?}, {}", out.tale());
        assert_eq!(record.disposition, Disposition::Abandoned, "{tale}");
        assert_eq!(record.ended_by, Some(EndedBy::Inmate), "{tale}");
        out.no_trunk_seized();
    }
}

#[test]
fn a_word_at_a_console_while_a_wrong_code_is_looked_up_is_not_lost() {
    let steps = [
        wait(5000),
        Step::dial("111111"),
        Step::Mark("code"),
        wait(16_000),
        Step::OnHook,
    ];
    let scenario = || confirmed_by(ConfirmBy::Any, steps.clone()).lasting(40);
    let keyed = scenario().run().marked("code");
    for ms in (-100..100).step_by(5) {
        let mut scenario = scenario();
        let confirm = LineCommand::Confirm { officer: OFFICER };
        let at = moved(keyed, ms);
        scenario.commands.push((at, LineId(1), confirm));
        let out = scenario.run();
        let officer = out.record().officer;
        assert_eq!(officer, Some(OFFICER), "{ms} ms: {}", out.tale());
    }
}

#[test]
fn a_call_that_waits_for_a_word_when_the_officers_presence_ends_is_refused_as_without_one() {
    let present = |office: &mut BackOffice| {
        let yard = office.add_group(Tick::ZERO, "warden", "Yard", None);
        let yard = yard.expect("is added");
        let put = office.add_group_phone(Tick::ZERO, "warden", yard, LineId(1));
        put.expect("is put in");
        let set = office.set_officer_needed(Tick::ZERO, "warden", yard, true);
        set.expect("is set");
        let until = Some(STARTS_UTC_MS + 15_000);
        let set = office.officer_present(Tick::ZERO, "warden", yard, until);
        set.expect("is set");
    };
    let confirm = LineCommand::Confirm { officer: OFFICER };
    let out = confirmed_by(ConfirmBy::Console, to_fast_busy())
        .prepared(present)
        .at(20, confirm)
        .lasting(40)
        .run();
    assert_eq!(said(&out, Prompt::OfficerMustConfirm), 1, "{}", out.tale());
    refused(&out, Blocked::NoOfficer);
    out.no_trunk_seized();
}

#[test]
fn a_pin_that_waits_for_an_officer_holds_nothing_at_other_phones() {
    let keys = format!("{PIN}0{MOTHER}");
    let second = then(vec![wait(5000)], typed_in_one_go(&keys));
    let confirm = LineCommand::Confirm { officer: OFFICER };
    let mut scenario = confirmed_by(ConfirmBy::Any, to_fast_busy())
        .and_phone(then(second, hangs_up_after(20_000)))
        .lasting(40);
    let at = |seconds| Tick::ZERO + Ticks::secs(seconds);
    scenario.commands.push((at(14), LineId(2), confirm.clone()));
    scenario.commands.push((at(17), LineId(1), confirm));
    let out = scenario.run();
    let of = |line| {
        let mut records = out.records.iter();
        records.find(|r| r.line == LineId(line)).expect("a record")
    };
    assert_eq!(of(2).officer, Some(OFFICER), "{}", out.tale());
    assert_eq!(
        of(1).blocked,
        Some(Blocked::PinInUse),
        "the second was first"
    );
}

#[test]
fn the_rest_of_a_code_that_is_keyed_on_after_the_console_confirmed_stays_secret() {
    let steps = [
        wait(5200),
        Step::dial(&CODE[..3]),
        wait(1500),
        Step::Mark("half"),
        wait(1500),
        Step::dial(&CODE[3..]),
        wait(6000),
        Step::OnHook,
    ];
    let confirm = LineCommand::Confirm { officer: OFFICER };
    let mut scenario = confirmed_by(ConfirmBy::Any, steps).lasting(30);
    scenario
        .commands
        .push((Tick::ZERO + Ticks::ms(12_300), LineId(1), confirm));
    let out = scenario.run();
    let confirmed = out
        .fact(|f| matches!(f, Fact::Confirmed(_)))
        .expect("confirmed");
    assert!(
        confirmed > out.marked("half") - Ticks::ms(1500),
        "{}",
        out.tale()
    );
    assert_eq!(out.record().officer, Some(OFFICER));
    let shown = out.told_keys();
    assert!(shown.ends_with("......"), "{shown} {}", out.tale());
    let recorded = privacy::keyed(privacy::frames(&out).map(|frame| frame.from_phone));
    assert!(privacy::frames(&out).count() > 100, "it is recorded");
    assert_eq!(recorded, "", "not one tone of it");
}

#[test]
fn no_card_passcode_or_code_is_told_in_a_fact_or_a_record() {
    let steps = [
        wait(5000),
        Step::dial("777777"),
        wait(3000),
        Step::dial(CODE),
        wait(6000),
    ];
    let steps = then(steps.to_vec(), [Step::OnHook]);
    let out = confirmed_by(ConfirmBy::Any, steps)
        .at(20, read(STRANGE_CARD))
        .lasting(30)
        .run();
    let told = format!("{:?} {:?}", out.story, out.records);
    for secret in [CODE, "777777", STRANGE_CARD, PIN] {
        assert!(!told.contains(secret), "{secret}");
    }
    let shown: String = out.told_keys().chars().filter(|c| *c != '.').collect();
    assert_eq!(shown, format!("0{MOTHER}"), "nothing else is told");
}

/// One scenario for each new way between phases.
pub fn ways() -> Vec<Scenario> {
    let in_dial_tone = |s: &mut types::settings::CallSettings| s.dial_tone = Ticks::secs(20);
    let waiting = |steps: Vec<Step>| confirmed_by(ConfirmBy::Any, steps).lasting(14);
    vec![
        both_cards(),
        waiting(hangs_up_after(6000).to_vec()),
        waiting(vec![]).at(9, LineCommand::CutOff),
        phone(then(lifts(), hangs_up_after(4000)), IdentifyBy::Card)
            .settings(in_dial_tone)
            .at(2, read(MILLERS_CARD))
            .lasting(6),
        phone(
            then(
                lifts(),
                [wait(4000), Step::dial("2"), wait(1000), Step::OnHook],
            ),
            IdentifyBy::Card,
        )
        .settings(bench::two_languages(LanguageChoice::Menu))
        .at(3, read(MILLERS_CARD))
        .lasting(9),
    ]
}
