//! Who calls by card or by number and passcode, and officers who confirm: the rules of PINs hold.

use crate::bench::{Bench, DOE, NOON_ISH, ONE, ROE, TWO, bench, bench_with, secret};
use backoffice::{
    AccountDetails, Alert, Disabled, Error, GuessRule, Holder, NewInmate, NewOfficer,
    PhoneIdentity, PinDetails,
};
use types::{
    credential::{CardNumber, ConfirmBy, Credential, IdentifyBy, OfficerProof},
    digits::Digits,
    disposition::Blocked,
    id::{InmateId, LineId, OfficerId},
    language::Language,
    query::{Admission, DialedOrSpeed, OfficerAnswer, OfficerWord, PinAnswer, Query, Reply},
    secret::Secret,
};

const DOES_ID: InmateId = InmateId(1);
const ROES_ID: InmateId = InmateId(2);
const CARD: &str = "04A1B2C3";
const OTHER_CARD: &str = "04FFEEDD";
const OFFICERS_CARD: &str = "88001122";
const CODE: &str = "918273";
const WARDEN: &str = "warden";

const STRICT: GuessRule = GuessRule {
    borne: Some(3),
    forget_seconds: 600,
    rest_seconds: 60,
    longest_rest_seconds: 3600,
};

fn card(text: &str) -> Secret<CardNumber> {
    Secret::new(CardNumber::parse(text.as_bytes()).expect("a card's number"))
}

fn identity(bench: &mut Bench, line: LineId, by: IdentifyBy, officer: ConfirmBy) {
    let identity = PhoneIdentity {
        by,
        officer,
        ..PhoneIdentity::standard()
    };
    let now = bench.now;
    let set = bench
        .office
        .set_phone_identity(now, WARDEN, line, &identity);
    set.expect("a phone");
}

/// Doe has a card, Roe a passcode to the id 18.
fn people(by: IdentifyBy) -> Bench {
    let mut bench = bench_with(|config| {
        config.seed.settings.guessing = STRICT;
        config.seed.inmates[1].inmate.facility_id = "18".to_owned();
    });
    let now = bench.now;
    let office = &mut bench.office;
    let given = office.give_card(now, WARDEN, Holder::Inmate(DOES_ID), &card(CARD));
    given.expect("a card");
    let set = office.set_passcode(now, WARDEN, ROES_ID, &secret("2468"));
    set.expect("a passcode");
    for line in [ONE, TWO] {
        identity(&mut bench, line, by, ConfirmBy::Nobody);
    }
    bench
}

fn identify(bench: &mut Bench, line: LineId, credential: Credential) -> PinAnswer {
    match bench.ask(line, Query::Identify(credential)) {
        Some(Reply::Pin(answer)) => answer,
        other => panic!("no answer: {other:?} {:?}", bench.office.take_failure()),
    }
}

fn by_card(bench: &mut Bench, text: &str) -> PinAnswer {
    identify(bench, ONE, Credential::Card(card(text)))
}

fn account(id: &str, passcode: &str) -> Credential {
    Credential::Account {
        id: secret(id),
        passcode: secret(passcode),
    }
}

fn admission(bench: &Bench, credential: Credential, officer: OfficerWord) -> Query {
    let dialed = Digits::parse("02155550123").expect("digits");
    let number = match crate::bench::plan().read(&dialed) {
        types::dial_plan::Dialed::Complete(number) | types::dial_plan::Dialed::CouldEnd(number) => {
            number
        }
        other => panic!("{other:?}"),
    };
    Query::Admit(Admission {
        off_hook_at: bench.now,
        credential: Some(credential),
        dialed,
        number: DialedOrSpeed::Number(number),
        officer,
    })
}

fn admit(bench: &mut Bench, line: LineId, credential: Credential, word: OfficerWord) -> Reply {
    let query = admission(bench, credential, word);
    bench.ask(line, query).expect("an answer")
}

fn blocked(reply: Reply) -> Blocked {
    match reply {
        Reply::Admitted(verdict) => verdict.outcome.expect_err("refused").blocked,
        other => panic!("{other:?}"),
    }
}

fn is_good(answer: PinAnswer, who: InmateId) -> bool {
    matches!(answer, PinAnswer::Valid { inmate, .. } if inmate == who)
}

#[test]
fn who_may_make_no_call_is_refused_by_card_and_by_passcode_as_by_pin() {
    let ways = [
        (IdentifyBy::Card, DOES_ID, Credential::Card(card(CARD))),
        (IdentifyBy::IdAndPasscode, ROES_ID, account("18", "2468")),
    ];
    for (by, inmate, credential) in ways {
        let mut bench = people(by);
        let refused = |why, bench: &mut Bench| {
            let told = identify(bench, ONE, credential.clone());
            let blocked_for = PinAnswer::Refused {
                inmate,
                blocked: why,
            };
            assert_eq!(told, blocked_for, "{by:?}");
            let word = OfficerWord::NotAsked;
            assert_eq!(blocked(admit(bench, ONE, credential.clone(), word)), why);
        };
        let now = bench.now;
        let office = &mut bench.office;
        let days = office.set_pin_validity(now, WARDEN, inmate, None, Some(NOON_ISH));
        days.expect("days");
        refused(Blocked::PinExpired, &mut bench);
        let office = &mut bench.office;
        let days = office.set_pin_validity(now, WARDEN, inmate, None, None);
        days.expect("days");
        let office = &mut bench.office;
        let suspended = office.set_suspended(now, WARDEN, inmate, Disabled::ForGood);
        suspended.expect("suspended");
        refused(Blocked::InmateSuspended, &mut bench);
    }
}

#[test]
fn a_card_is_as_good_as_the_pin_of_whose_card_it_is() {
    let mut bench = people(IdentifyBy::Card);
    let spanish = PinAnswer::Valid {
        inmate: DOES_ID,
        language: Some(Language::SPANISH),
    };
    assert_eq!(by_card(&mut bench, CARD), spanish, "as the PIN says");
    let lower = CARD.to_ascii_lowercase();
    assert_eq!(by_card(&mut bench, &lower), spanish);
    assert_eq!(by_card(&mut bench, OTHER_CARD), PinAnswer::Unknown);
    let credential = Credential::Card(card(CARD));
    let Reply::Admitted(verdict) = admit(&mut bench, ONE, credential, OfficerWord::NotAsked) else {
        panic!("no verdict");
    };
    assert_eq!(verdict.outcome.expect("a permit").inmate, Some(DOES_ID));
}

#[test]
fn the_rules_of_a_pin_hold_for_its_card() {
    let mut bench = people(IdentifyBy::PinOrCard);
    assert!(is_good(by_card(&mut bench, CARD), DOES_ID));
    // In a call by PIN: in use by card too.
    let pin = Credential::Pin(secret(DOE));
    let reply = admit(&mut bench, TWO, pin, OfficerWord::NotAsked);
    assert!(matches!(&reply, Reply::Admitted(verdict) if verdict.outcome.is_ok()));
    let in_use = PinAnswer::InUse { inmate: DOES_ID };
    assert_eq!(by_card(&mut bench, CARD), in_use);
    let now = bench.now;
    let off = bench
        .office
        .set_pin_disabled(now, WARDEN, DOES_ID, Disabled::ForGood);
    off.expect("a PIN");
    let disabled = PinAnswer::Disabled { inmate: DOES_ID };
    assert_eq!(by_card(&mut bench, CARD), disabled);
}

#[test]
fn a_new_pin_takes_nothing_from_the_card() {
    let mut bench = people(IdentifyBy::PinOrCard);
    let now = bench.now;
    let details = PinDetails {
        pin: secret("555555"),
        language: None,
        class: None,
    };
    let set = bench.office.set_pin(now, WARDEN, DOES_ID, &details);
    set.expect("another PIN");
    assert!(is_good(by_card(&mut bench, CARD), DOES_ID));
}

#[test]
fn a_phone_takes_nothing_but_what_it_asks_for() {
    let pin = || Credential::Pin(secret(DOE));
    let by_card = || Credential::Card(card(CARD));
    let both = || Credential::CardAndPin {
        card: card(CARD),
        pin: secret(DOE),
    };
    let passcode = || account("18", "2468");
    let rows = [
        (IdentifyBy::Pin, [true, false, false, false]),
        (IdentifyBy::Card, [false, true, false, false]),
        (IdentifyBy::PinOrCard, [true, true, false, false]),
        // The card alone is the first half.
        (IdentifyBy::CardAndPin, [false, true, true, false]),
        (IdentifyBy::IdAndPasscode, [false, false, false, true]),
    ];
    for (by, good) in rows {
        for (at, expected) in good.into_iter().enumerate() {
            let credential = || [pin(), by_card(), both(), passcode()][at].clone();
            let mut bench = people(by);
            let answer = identify(&mut bench, ONE, credential());
            let valid = matches!(answer, PinAnswer::Valid { .. });
            assert_eq!(valid, expected, "{by:?} {at}");
            // Half of what is asked for places no call.
            let whole = expected && !(by == IdentifyBy::CardAndPin && at == 1);
            let reply = admit(&mut bench, ONE, credential(), OfficerWord::NotAsked);
            match whole {
                true => assert!(matches!(reply, Reply::Admitted(v) if v.outcome.is_ok())),
                false => assert_eq!(blocked(reply), Blocked::PinInvalid, "{by:?} {at}"),
            }
        }
    }
}

#[test]
fn a_card_goes_with_its_own_pin_alone() {
    let mut bench = people(IdentifyBy::CardAndPin);
    let with = |pin| Credential::CardAndPin {
        card: card(CARD),
        pin: secret(pin),
    };
    assert!(is_good(identify(&mut bench, ONE, with(DOE)), DOES_ID));
    assert_eq!(identify(&mut bench, ONE, with(ROE)), PinAnswer::Unknown);
}

#[test]
fn guessing_the_pin_of_a_card_has_the_inmate_rest_at_every_phone() {
    let mut bench = people(IdentifyBy::CardAndPin);
    let wrong = || Credential::CardAndPin {
        card: card(CARD),
        pin: secret("000000"),
    };
    for line in [ONE, TWO, ONE, TWO] {
        assert_eq!(identify(&mut bench, line, wrong()), PinAnswer::Unknown);
    }
    let right = Credential::CardAndPin {
        card: card(CARD),
        pin: secret(DOE),
    };
    assert_eq!(identify(&mut bench, ONE, right), PinAnswer::Resting);
    assert!(
        bench
            .office
            .take_alerts()
            .iter()
            .any(|alert| { matches!(alert, Alert::PinRests { inmate, .. } if *inmate == DOES_ID) })
    );
}

#[test]
fn unknown_ids_and_wrong_passcodes_are_told_apart_by_nobody() {
    let tell = |id: &str| {
        let mut bench = people(IdentifyBy::IdAndPasscode);
        let mut told = Vec::new();
        for at in 0..10 {
            let line = [ONE, TWO][at % 2];
            told.push(identify(&mut bench, line, account(id, "1357")));
        }
        let alerts = bench.office.take_alerts();
        let phones = |a: &&Alert| matches!(a, Alert::PhoneRests { .. });
        (told, alerts.iter().filter(phones).count())
    };
    assert_eq!(tell("18"), tell("19"));
    let (told, _) = tell("19");
    assert!(told.contains(&PinAnswer::Unknown) && told.contains(&PinAnswer::Resting));
}

#[test]
fn a_passcode_is_good_for_its_own_inmate_alone() {
    let mut bench = people(IdentifyBy::IdAndPasscode);
    let answer = identify(&mut bench, ONE, account("18", "2468"));
    assert!(is_good(answer, ROES_ID));
    let now = bench.now;
    let other = NewInmate {
        facility_id: "20".to_owned(),
        name: "Poe, E".to_owned(),
    };
    let poe = bench
        .office
        .add_inmate(now, WARDEN, &other)
        .expect("an inmate");
    // The same passcode is no passcode that is taken.
    let set = bench.office.set_passcode(now, WARDEN, poe, &secret("2468"));
    set.expect("a passcode");
    let answer = identify(&mut bench, ONE, account("20", "2468"));
    assert!(is_good(answer, poe), "an inmate without a PIN");
    let set = bench.office.set_passcode(now, WARDEN, poe, &secret("1111"));
    set.expect("another");
    let old = identify(&mut bench, ONE, account("20", "2468"));
    assert_eq!(old, PinAnswer::Unknown);
}

#[test]
fn an_id_that_no_keypad_has_gets_no_passcode() {
    let mut bench = bench();
    let now = bench.now;
    let set = bench
        .office
        .set_passcode(now, WARDEN, DOES_ID, &secret("2468"));
    assert!(matches!(set, Err(Error::IdNotKeyed(_))), "A-17");
}

#[test]
fn an_inmate_without_a_pin_is_held_to_the_rules_of_one() {
    let mut bench = people(IdentifyBy::PinOrCard);
    let now = bench.now;
    let other = NewInmate {
        facility_id: "20".to_owned(),
        name: "Poe, E".to_owned(),
    };
    let poe = bench
        .office
        .add_inmate(now, WARDEN, &other)
        .expect("an inmate");
    let details = AccountDetails {
        language: Some(Language::SPANISH),
        class: None,
    };
    let office = &mut bench.office;
    office
        .open_account(now, WARDEN, poe, &details)
        .expect("an account");
    let given = office.give_card(now, WARDEN, Holder::Inmate(poe), &card(OTHER_CARD));
    given.expect("a card");
    let spanish = PinAnswer::Valid {
        inmate: poe,
        language: Some(Language::SPANISH),
    };
    assert_eq!(by_card(&mut bench, OTHER_CARD), spanish);
    let held = Credential::Card(card(OTHER_CARD));
    let reply = admit(&mut bench, TWO, held, OfficerWord::NotAsked);
    assert!(matches!(reply, Reply::Admitted(v) if v.outcome.is_ok()));
    let in_use = PinAnswer::InUse { inmate: poe };
    assert_eq!(by_card(&mut bench, OTHER_CARD), in_use);
    // A PIN that is given out in mid-call is held by that call.
    let details = PinDetails {
        pin: secret("555555"),
        language: None,
        class: None,
    };
    let set = bench.office.set_pin(now, WARDEN, poe, &details);
    set.expect("a PIN");
    assert_eq!(bench.pin(ONE, "555555"), in_use);
}

#[test]
fn a_lost_card_is_nobodys_an_alarm_and_never_given_out_again() {
    let mut bench = people(IdentifyBy::Card);
    let now = bench.now;
    let does = Holder::Inmate(DOES_ID);
    let lost = bench
        .office
        .disable_card(now, WARDEN, does, "lost in the yard");
    lost.expect("a card");
    assert_eq!(by_card(&mut bench, CARD), PinAnswer::Unknown);
    let alert = Alert::DisabledCard {
        line: ONE,
        inmate: Some(DOES_ID),
    };
    assert_eq!(bench.office.take_alerts(), [alert]);
    let again = bench
        .office
        .give_card(now, WARDEN, Holder::Inmate(ROES_ID), &card(CARD));
    let again = again.expect_err("it was Doe's").to_string();
    assert!(
        again.contains("lost in the yard") && !again.contains(CARD),
        "{again}"
    );
    let found = bench.office.enable_card(now, WARDEN, does, "found");
    found.expect("the card");
    assert!(is_good(by_card(&mut bench, CARD), DOES_ID));
}

#[test]
fn a_card_in_place_of_another_is_the_only_one() {
    let mut bench = people(IdentifyBy::Card);
    let now = bench.now;
    let does = Holder::Inmate(DOES_ID);
    let given = bench.office.give_card(now, WARDEN, does, &card(OTHER_CARD));
    given.expect("another card");
    assert!(is_good(by_card(&mut bench, OTHER_CARD), DOES_ID));
    assert_eq!(by_card(&mut bench, CARD), PinAnswer::Unknown);
}

#[test]
fn a_card_number_is_four_to_forty_letters_and_digits() {
    for text in ["1234", "04A1b2C3", &"9".repeat(40)] {
        assert!(CardNumber::parse(text.as_bytes()).is_some(), "{text}");
    }
    for text in [
        "",
        "123",
        &"9".repeat(41),
        "12 34",
        "12-34",
        "12é4",
        "1234\n",
    ] {
        assert!(CardNumber::parse(text.as_bytes()).is_none(), "{text:?}");
    }
}

/// Phone one wants an officer for each call; one is entered, with card and code.
fn with_officer(by: ConfirmBy) -> (Bench, OfficerId) {
    let mut bench = people(IdentifyBy::PinOrCard);
    identity(&mut bench, ONE, IdentifyBy::PinOrCard, by);
    let now = bench.now;
    let officer = NewOfficer {
        id: "O-31".to_owned(),
        name: "Lee, M".to_owned(),
    };
    let office = &mut bench.office;
    let officer = office
        .add_officer(now, WARDEN, &officer)
        .expect("an officer");
    let holder = Holder::Officer(officer);
    let given = office.give_card(now, WARDEN, holder, &card(OFFICERS_CARD));
    given.expect("a card");
    let set = office.set_officer_code(now, WARDEN, officer, &secret(CODE));
    set.expect("a code");
    (bench, officer)
}

fn prove(bench: &mut Bench, proof: OfficerProof) -> OfficerAnswer {
    let inmate = Some(DOES_ID);
    match bench.ask(ONE, Query::Officer { proof, inmate }) {
        Some(Reply::Officer(answer)) => answer,
        other => panic!("no answer: {other:?} {:?}", bench.office.take_failure()),
    }
}

#[test]
fn a_call_that_needs_an_officer_is_written_only_when_one_was_asked() {
    let (mut bench, officer) = with_officer(ConfirmBy::Any);
    let pin = || Credential::Pin(secret(DOE));
    let before = bench.office.journal(0, 1000).expect("reads").len();
    let reply = admit(&mut bench, ONE, pin(), OfficerWord::NotAsked);
    assert!(matches!(reply, Reply::Confirm));
    assert_eq!(bench.office.journal(0, 1000).expect("reads").len(), before);
    let reply = admit(&mut bench, ONE, pin(), OfficerWord::Nothing);
    let Reply::Admitted(verdict) = reply else {
        panic!("no verdict");
    };
    let refusal = verdict.outcome.expect_err("refused");
    assert_eq!(refusal.blocked, Blocked::NotConfirmed);
    let record = bench.record(refusal.call);
    assert_eq!(
        (record.blocked, record.officer),
        (Some(Blocked::NotConfirmed), None)
    );
    bench.wait(1);
    let reply = admit(&mut bench, ONE, pin(), OfficerWord::Confirmed(officer));
    let Reply::Admitted(verdict) = reply else {
        panic!("no verdict");
    };
    let record = bench.record(verdict.outcome.expect("a permit").call);
    assert_eq!(record.officer, Some(officer));
    assert_eq!(record.officer_id.as_deref(), Some("O-31"));
}

#[test]
fn an_officer_confirms_by_card_by_code_and_at_the_console_as_the_phone_says() {
    let proofs = |officer| {
        [
            OfficerProof::Card(card(OFFICERS_CARD)),
            OfficerProof::Code(secret(CODE)),
            OfficerProof::Console(officer),
        ]
    };
    let rows = [
        (ConfirmBy::Card, [true, false, false]),
        (ConfirmBy::Code, [false, true, false]),
        (ConfirmBy::Console, [false, false, true]),
        (ConfirmBy::Any, [true, true, true]),
    ];
    for (by, good) in rows {
        let (mut bench, officer) = with_officer(by);
        for (proof, good) in proofs(officer).into_iter().zip(good) {
            let expected = match good {
                true => OfficerAnswer::Confirmed(officer),
                false => OfficerAnswer::Unknown,
            };
            assert_eq!(
                prove(&mut bench, proof.clone()),
                expected,
                "{by:?} {proof:?}"
            );
        }
        let now = bench.now;
        let off = bench.office.set_officer_active(now, WARDEN, officer, false);
        off.expect("an officer");
        for proof in proofs(officer) {
            assert_eq!(prove(&mut bench, proof), OfficerAnswer::Unknown, "{by:?}");
            bench.wait(700);
        }
    }
}

#[test]
fn cards_of_inmates_confirm_nothing_and_officers_cards_call_nobody() {
    let (mut bench, _) = with_officer(ConfirmBy::Any);
    let proof = OfficerProof::Card(card(CARD));
    assert_eq!(prove(&mut bench, proof), OfficerAnswer::Unknown);
    assert_eq!(by_card(&mut bench, OFFICERS_CARD), PinAnswer::Unknown);
    // A PIN is no officer's code, and a code no PIN.
    let proof = OfficerProof::Code(secret(DOE));
    assert_eq!(prove(&mut bench, proof), OfficerAnswer::Unknown);
    assert_eq!(bench.pin(TWO, CODE), PinAnswer::Unknown);
}

#[test]
fn who_guesses_officers_codes_has_the_phone_and_the_inmate_rest() {
    let (mut bench, _) = with_officer(ConfirmBy::Code);
    for _ in 0..4 {
        let proof = OfficerProof::Code(secret("000000"));
        assert_eq!(prove(&mut bench, proof), OfficerAnswer::Unknown);
    }
    let proof = OfficerProof::Code(secret(CODE));
    assert_eq!(prove(&mut bench, proof), OfficerAnswer::Resting);
    let pin = Credential::Pin(secret(DOE));
    assert_eq!(identify(&mut bench, TWO, pin), PinAnswer::Resting);
}

#[test]
fn two_officers_have_two_codes() {
    let (mut bench, officer) = with_officer(ConfirmBy::Code);
    let now = bench.now;
    let second = NewOfficer {
        id: "O-32".to_owned(),
        name: "Kim, S".to_owned(),
    };
    let second = bench
        .office
        .add_officer(now, WARDEN, &second)
        .expect("added");
    let set = bench
        .office
        .set_officer_code(now, WARDEN, second, &secret(CODE));
    assert!(matches!(set, Err(Error::CodeTaken)));
    let set = bench
        .office
        .set_officer_code(now, WARDEN, officer, &secret("112233"));
    set.expect("another code");
    let old = OfficerProof::Code(secret(CODE));
    assert_eq!(prove(&mut bench, old), OfficerAnswer::Unknown);
}

#[test]
fn no_card_passcode_or_code_is_in_the_journal_or_in_an_error() {
    let (mut bench, _) = with_officer(ConfirmBy::Any);
    identity(
        &mut bench,
        TWO,
        IdentifyBy::IdAndPasscode,
        ConfirmBy::Nobody,
    );
    let mut told = String::new();
    for credential in [account("18", "2468"), account("18", "9753")] {
        told += &format!(
            "{credential:?} {:?}",
            identify(&mut bench, TWO, credential.clone())
        );
    }
    let proof = OfficerProof::Code(secret("777777"));
    told += &format!("{proof:?} {:?}", prove(&mut bench, proof.clone()));
    let now = bench.now;
    let taken = bench
        .office
        .give_card(now, WARDEN, Holder::Inmate(ROES_ID), &card(CARD));
    told += &format!("{taken:?} {:?}", by_card(&mut bench, OTHER_CARD));
    told += &format!("{:?}", bench.office.journal(0, 1000).expect("reads"));
    for secret in [
        CARD,
        OTHER_CARD,
        OFFICERS_CARD,
        CODE,
        "2468",
        "9753",
        "777777",
    ] {
        assert!(!told.contains(secret), "{secret}: {told}");
    }
}

#[test]
fn what_phones_ask_for_is_told_to_their_lines() {
    let (mut bench, _) = with_officer(ConfirmBy::Code);
    let now = bench.now;
    let settings = bench.office.settings(now, ONE).expect("settings");
    assert_eq!(settings.identify_by, IdentifyBy::PinOrCard);
    assert_eq!(settings.confirm_by, ConfirmBy::Code);
    let mut site = bench.office.site_settings().expect("settings");
    site.call.passcode_length = 8;
    site.rules.officer_for_privileged = true;
    let set = bench.office.set_site_settings(now, WARDEN, &site);
    assert!(set.is_err(), "a passcode of four keys is given out");
    site.call.passcode_length = 0;
    let set = bench.office.set_site_settings(now, WARDEN, &site);
    set.expect("settings");
    let bench = bench.restart();
    let read = bench.office.site_settings().expect("settings");
    assert!(read.rules.officer_for_privileged);
}

#[test]
fn guesses_at_a_passcode_do_not_lock_the_inmates_card() {
    let mut bench = people(IdentifyBy::IdAndPasscode);
    let now = bench.now;
    let office = &mut bench.office;
    let given = office.give_card(now, WARDEN, Holder::Inmate(ROES_ID), &card(OTHER_CARD));
    given.expect("a card");
    identity(&mut bench, TWO, IdentifyBy::PinOrCard, ConfirmBy::Nobody);
    // Somebody who knows the id, at phones that ask for it.
    for line in [ONE, crate::bench::OPEN_PHONE, ONE, crate::bench::OPEN_PHONE] {
        identity(
            &mut bench,
            line,
            IdentifyBy::IdAndPasscode,
            ConfirmBy::Nobody,
        );
        let told = identify(&mut bench, line, account("18", "1357"));
        assert_eq!(told, PinAnswer::Unknown);
    }
    let right = account("18", "2468");
    assert_eq!(identify(&mut bench, ONE, right.clone()), PinAnswer::Resting);
    let rests = Alert::PasscodeRests {
        inmate: ROES_ID,
        seconds: 60,
    };
    assert!(bench.office.take_alerts().contains(&rests));
    let by_card = Credential::Card(card(OTHER_CARD));
    assert!(is_good(identify(&mut bench, TWO, by_card), ROES_ID));
    let by_pin = Credential::Pin(secret(ROE));
    assert!(is_good(identify(&mut bench, TWO, by_pin), ROES_ID));
    // Who lifts the rest lifts that of the passcode.
    let lifted = bench.office.lift_pin_rest(bench.now, WARDEN, ROES_ID);
    assert!(lifted.expect("lifts"));
    assert!(is_good(identify(&mut bench, ONE, right), ROES_ID));
}
