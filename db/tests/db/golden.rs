//! The bytes every version of every value had when it was released. Never change a line here:
//! a value that encodes differently needs a new version.

use crate::bench::small;
use db::{
    Error, Value,
    codes::{Code, Coded, FlagBits},
    keys::{CounterKey, CounterKind, HolderKind},
    values::{
        self, Allowance, Allowed, Approver, Booking, Call, CallIdV1, CallTreatment, CallTypeRule,
        Caller, Card, CardRef, Contact, Counted, Counter, Counting, DisabledV1, Duration, Entry,
        EntryRestricted, ExtraDigitKind, ExtraDigits, FraudCount, FraudRules, Group, Guesses,
        Holiday, IdentitySettings, Inmate, InmateClass, InmateRef, LineRule, LineTreatment,
        ListEntry, Meta, NumberBlock, NumberRecord, NumberTold, Officer, OfficerPost, OfficerRef,
        OpenCall, Passcode, PeopleRules, Phone, PhoneIdentity, Pin, PinInUse, PinNumber,
        RegisterRules, Reservation, Restricted, Route, Schedule, Settings, Shutdown, SpeedDial,
        StepsV1, TimeRestricted, Unit, Window,
    },
};
use types::{
    credential::{ConfirmBy, IdentifyBy},
    disposition::{Blocked, Disposition, EndedBy, FraudFlags, FraudKind},
    evidence::{AnswerEvidence, ReleaseEvidence},
    inmate::{Enrollment, EnrollmentStep, Relationship, Review},
    party_block::PartyBlock,
    phone_number::{CallType, DialingPattern},
    right::{Noun, Rights, Verb},
    settings::{CountsFrom, LanguageChoice, Period, Unrecorded},
    three_way::ThreeWayEvidence,
    tone::Tone,
    treatment::{Brand, ThreeWayResponse, Warning},
    verdict::{Check, Finding, Handling, RecordingRule},
};

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits = hex.as_bytes().chunks(2);
    let byte = |two: &[u8]| u8::from_str_radix(std::str::from_utf8(two).unwrap(), 16).unwrap();
    digits.map(byte).collect()
}

fn golden<V: Value + PartialEq + std::fmt::Debug>(value: V, expected: &str) {
    let bytes = value.encoded();
    assert_eq!(hex(&bytes), expected, "{value:?}");
    assert_eq!(V::decode(&bytes).as_ref(), Ok(&value));
    assert_eq!(bytes[0], V::VERSION);
    let mut longer = bytes.clone();
    longer.push(0);
    assert!(V::decode(&longer).is_err(), "a byte too many");
    let mut other = bytes.clone();
    other[0] = 0xfe;
    assert!(V::decode(&other).is_err(), "an unknown version");
    for cut in 0..bytes.len() {
        assert!(V::decode(&bytes[..cut]).is_err(), "cut after {cut}");
    }
}

const OFF: DisabledV1 = DisabledV1 {
    disabled: true,
    until_utc_ms: Some(1_790_000_000_000),
};

const CALL: CallIdV1 = CallIdV1 {
    site: 7,
    sequence: 300,
};

#[test]
fn meta_v1() {
    let value = Meta {
        site: 7,
        created_utc_ms: 1_790_000_000_000,
        key_check: *b"0123456789abcdef",
    };
    golden(value, "010780b083c5986830313233343536373839616263646566");
}

#[test]
fn inmate_v1() {
    let value = Inmate {
        facility_id: "A-17".to_owned(),
        name: "Doe, J".to_owned(),
        pin: Some([0xab; 32]),
        living_unit: None,
        class: None,
        supervision: None,
        watched: false,
        suspended: DisabledV1 {
            disabled: false,
            until_utc_ms: None,
        },
        booked_only: false,
        longest_seconds: None,
        enrolled: StepsV1::default(),
        note_for_next_call: None,
    };
    let old = bytes(
        "0104412d313706446f652c204a01abababababababababababababababababababababababababababababababab",
    );
    assert_eq!(Inmate::decode(&old), Ok(value));
}

#[test]
fn inmate_v2() {
    let value = Inmate {
        facility_id: "A-17".to_owned(),
        name: "Doe, J".to_owned(),
        pin: Some([0xab; 32]),
        living_unit: Some(300),
        class: Some(12),
        supervision: Some(3),
        watched: true,
        suspended: OFF,
        booked_only: true,
        longest_seconds: Some(600),
        enrolled: StepsV1(
            Enrollment::NONE
                .with(EnrollmentStep::Identified)
                .with(EnrollmentStep::NameRecorded),
        ),
        note_for_next_call: Some("chaplain".to_owned()),
    };
    golden(
        value,
        "0204412d313706446f652c204a01abababababababababababababababababababababababababababababababab01ac02010c010301010180b083c598680101d804050108636861706c61696e",
    );
}

#[test]
fn inmate_ref_v1() {
    golden(InmateRef { inmate: 300 }, "01ac02");
}

#[test]
fn pin_v1() {
    let value = Pin {
        inmate: 300,
        disabled: OFF,
        duration_class: Some(2),
        language: Some(*b"es"),
        valid_from_utc_ms: None,
        valid_to_utc_ms: None,
    };
    let old = bytes("01ac02010180b083c598680102016573");
    assert_eq!(Pin::decode(&old), Ok(value));
}

#[test]
fn pin_v2() {
    let value = Pin {
        inmate: 300,
        disabled: OFF,
        duration_class: Some(2),
        language: Some(*b"es"),
        valid_from_utc_ms: Some(1_790_000_000_000),
        valid_to_utc_ms: Some(1_790_000_000_001),
    };
    golden(
        value,
        "02ac02010180b083c5986801020165730180b083c598680182b083c59868",
    );
}

#[test]
fn pin_in_use_v1() {
    golden(
        PinInUse {
            line: 3,
            call: CALL,
        },
        "010307ac02",
    );
}

#[test]
fn pin_number_v1() {
    let value = PinNumber {
        untimed: true,
        privileged: false,
        disabled: OFF,
    };
    golden(value, "010100010180b083c59868");
}

#[test]
fn restricted_v1() {
    let note = "premium".to_owned();
    golden(Restricted { note }, "01077072656d69756d");
}

#[test]
fn allowed_v1() {
    let value = Allowed {
        untimed: false,
        privileged: true,
        note: "counsel".to_owned(),
    };
    golden(value, "01000107636f756e73656c");
}

#[test]
fn time_restricted_v1() {
    let mut open = [[0; 12]; 7];
    open[1][4] = 0xf0;
    open[6][11] = 0x80;
    golden(
        TimeRestricted { open },
        "0100000000000000000000000000000000f000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000080",
    );
}

#[test]
fn speed_dial_v1() {
    let dialed = "12155550123".to_owned();
    golden(SpeedDial { dialed }, "010b3132313535353530313233");
}

#[test]
fn phone_v1_to_v3() {
    let value = Phone {
        name: "B1".to_owned(),
        in_service: true,
        pin_required: false,
        duration_class: 4,
        privileged: true,
        call_types: Some(vec![Code(CallType::Local), Code(CallType::Service)]),
        patterns: Some(vec![Code(DialingPattern::ZeroPlus)]),
        schedule: None,
        line_treatment: None,
    };
    let old = bytes("01024231010004010102010a010101");
    assert_eq!(Phone::decode(&old), Ok(value.clone()));
    let value = Phone {
        schedule: Some(3),
        ..value
    };
    let old = bytes("02024231010004010102010a0101010103");
    assert_eq!(Phone::decode(&old), Ok(value.clone()));
    golden(
        Phone {
            line_treatment: Some(300),
            ..value
        },
        "03024231010004010102010a010101010301ac02",
    );
}

#[test]
fn call_treatment_v1() {
    let value = CallTreatment {
        name: "lawyers".to_owned(),
        handling: Some(Code(Handling::Direct)),
        three_way: Some(Code(ThreeWayResponse::Warn(Warning::Random))),
        extra_digits: Some(ExtraDigits {
            response: Code(ExtraDigitKind::Interfere),
            digits: 4,
        }),
        origin_every: Some(300),
        remaining_every: Some(0),
        brand: Some(Code(Brand::InterLata)),
        record: Some(false),
        limit: Some(600),
        announce_limit: None,
        acceptance: None,
        say_carrier: None,
        three_way_notice: None,
        word_before_cut: None,
    };
    let old = bytes("01076c6177796572730103010301020401ac0201000102010001d80400");
    assert_eq!(CallTreatment::decode(&old), Ok(value));
}

#[test]
fn call_treatment_v2() {
    let value = CallTreatment {
        name: "lawyers".to_owned(),
        handling: Some(Code(Handling::Direct)),
        three_way: Some(Code(ThreeWayResponse::Warn(Warning::Random))),
        extra_digits: Some(ExtraDigits {
            response: Code(ExtraDigitKind::Interfere),
            digits: 4,
        }),
        origin_every: Some(300),
        remaining_every: Some(0),
        brand: Some(Code(Brand::InterLata)),
        record: Some(false),
        limit: Some(600),
        announce_limit: None,
        acceptance: Some(true),
        say_carrier: Some(false),
        three_way_notice: None,
        word_before_cut: Some(true),
    };
    golden(
        value,
        "02076c6177796572730103010301020401ac0201000102010001d804000101010000\
         0101",
    );
}

#[test]
fn line_treatment_v1() {
    let rule = LineRule {
        call_types: Some(vec![Code(CallType::Local)]),
        numbers: Some(vec!["215*".to_owned()]),
        days: 0x1f,
        privileged_only: true,
        allowed: true,
        treatment: Some(7),
    };
    let value = LineTreatment {
        name: "law".to_owned(),
        rules: vec![rule],
        others: false,
    };
    golden(value, "01036c6177010101010101043231352a1f0101010700");
}

#[test]
fn number_record_v1() {
    let value = NumberRecord {
        blocked: false,
        free: true,
        privileged: true,
        no_recording: false,
        customer_service: false,
        watched: true,
        three_way: Some(Code(ThreeWayResponse::Ignore)),
        limit: Some(1200),
        treatment: None,
        party: "Roe".to_owned(),
        note: "n".to_owned(),
    };
    golden(value, "01000101000001010501b0090003526f65016e");
}

#[test]
fn call_type_and_its_rule_v1() {
    let call_type = Code(CallType::IntraLata);
    golden(values::CallType { call_type }, "0102");
    let value = CallTypeRule {
        treatment: Some(2),
        handling: Some(Code(Handling::CarrierOperator)),
        brand: None,
    };
    golden(value, "010102010200");
}

#[test]
fn route_v1_and_v2() {
    let value = Route {
        name: "far".to_owned(),
        call_types: Some(vec![Code(CallType::InterLata)]),
        prefixes: Some(vec!["+44".to_owned()]),
        handlings: Some(vec![Code(Handling::Direct)]),
        group: Some(2),
        remove: 1,
        add: "9".to_owned(),
        carrier: "1010288".to_owned(),
        brands: None,
    };
    let old = bytes("01036661720101030101032b343401010301020101390731303130323838");
    assert_eq!(Route::decode(&old), Ok(value.clone()));
    golden(
        Route {
            brands: Some(vec![Code(Brand::InterLata)]),
            ..value
        },
        "02036661720101030101032b343401010301020101390731303130323838010102",
    );
}

#[test]
fn schedule_v1() {
    let value = Schedule {
        name: "yard".to_owned(),
        weekday: [0xff; 12],
        weekend: [0, 0, 0, 0, 0xf0, 0xff, 0xff, 0xff, 0x0f, 0, 0, 0],
        holiday: [0; 12],
    };
    golden(
        value,
        "010479617264ffffffffffffffffffffffff00000000f0ffffff0f000000000000000000000000000000",
    );
}

fn settings() -> Settings {
    Settings {
        pin_length: 6,
        pin_tries: 3,
        language_choice: Code(LanguageChoice::FromPin),
        languages: vec![*b"en", *b"es"],
        dial_tone: 24_000,
        first_digit: 80_000,
        inter_digit: 40_000,
        final_digit: 32_000,
        prompt_repeats: 2,
        on_hook_guard: 12_000,
        back_office_wait: 16_000,
        trunk_wait: 24_001,
        trunk_tries: 4,
        trunk_silent: 160_000,
        max_rings: 8,
        answer_wait: 480_000,
        name_seconds: 5,
        accept_key: 1,
        refuse_key: 9,
        accept_wait: 64_000,
        accept_repeats: 7,
        warn_two_minutes: false,
        warn_one_minute: true,
        talk_silence: 960_000,
        hard_limit: 47_520_000,
        check_restricted: true,
        allowed_rescues: false,
        global_block_wins: true,
        record: false,
        weekend: 0x60,
        default_limit_seconds: 900,
        announce_limit: true,
        pin_numbers_max: 20,
        pulse_acceptance: false,
        drop_machines: true,
        join_talk: false,
        wrong_pins_borne: Some(8),
        wrong_pin_forget_seconds: 600,
        rest_seconds: 60,
        longest_rest_seconds: 3600,
        unrecorded: Code(Unrecorded::Refuse),
    }
}

/// What version 1 did not have comes with its standard value.
#[test]
fn settings_v1() {
    let old = bytes(
        "0106030202656e6573c0bb0180f104c0b80280fa0102e05d807dc1bb010480e2090880a61d05010980f40307000180cc3a80b2d416010001006084070114",
    );
    assert_eq!(Settings::decode(&old), Ok(settings()));
}

#[test]
fn settings_v2() {
    let value = Settings {
        pulse_acceptance: true,
        drop_machines: false,
        ..settings()
    };
    let old = bytes(
        "0206030202656e6573c0bb0180f104c0b80280fa0102e05d807dc1bb010480e2090880a61d05010980f40307000180cc3a80b2d4160100010060840701140100",
    );
    assert_eq!(Settings::decode(&old), Ok(value));
}

#[test]
fn settings_v3() {
    let value = Settings {
        pulse_acceptance: true,
        drop_machines: false,
        join_talk: true,
        ..settings()
    };
    let old = bytes(
        "0306030202656e6573c0bb0180f104c0b80280fa0102e05d807dc1bb010480e2090880a61d05010980f40307000180cc3a80b2d416010001006084070114010001",
    );
    assert_eq!(Settings::decode(&old), Ok(value));
}

#[test]
fn settings_v4() {
    let value = Settings {
        wrong_pins_borne: Some(5),
        wrong_pin_forget_seconds: 300,
        rest_seconds: 30,
        longest_rest_seconds: 1800,
        unrecorded: Code(Unrecorded::Allow),
        ..settings()
    };
    golden(
        value,
        "0406030202656e6573c0bb0180f104c0b80280fa0102e05d807dc1bb010480e2090880a61d05010980f40307000180cc3a80b2d4160100010060840701140001000105ac021e880e02",
    );
}

#[test]
fn guesses_v1() {
    let value = Guesses {
        failures: 3,
        counted_from_utc_ms: 1_790_000_000_000,
        rests: 2,
        rests_until_utc_ms: 1_790_000_060_000,
    };
    golden(value, "010380b083c5986802c0d98ac59868");
}

#[test]
fn fraud_count_v1() {
    let value = FraudCount {
        three_way: vec![1_790_000_000_000, 1_790_000_060_000],
        extra_digits: vec![1_790_000_000_000],
        block: Some(NumberBlock {
            kind: Code(FraudKind::ExtraDigits),
            from_utc_ms: 1_790_000_060_000,
            until_utc_ms: None,
        }),
    };
    golden(
        value,
        "010280b083c59868c0d98ac598680180b083c598680102c0d98ac5986800",
    );
}

#[test]
fn fraud_rules_v1() {
    let value = FraudRules {
        three_way_times: Some(3),
        three_way_period_seconds: 86_400,
        extra_digits_times: None,
        extra_digits_period_seconds: 300,
        block_seconds: Some(600),
    };
    golden(value, "01010380a30500ac0201d804");
}

#[test]
fn duration_v1() {
    let value = Duration {
        weekday: 900,
        weekend: 60,
        holiday: 5940,
    };
    golden(value, "0184073cb42e");
}

#[test]
fn holiday_v1() {
    let name = "Labor Day".to_owned();
    golden(Holiday { name }, "01094c61626f7220446179");
}

fn call() -> Call {
    Call {
        line: 3,
        trunk: Some(2),
        caller: Some(Caller {
            inmate: 300,
            facility_id: "A-17".to_owned(),
            name: "Doe, J".to_owned(),
            pin: [0xab; 32],
        }),
        dialed: "02155550123".to_owned(),
        number: Some("2155550123".to_owned()),
        pattern: Some(Code(DialingPattern::ZeroPlus)),
        call_type: Some(Code(CallType::InterLata)),
        handling: Some(Code(Handling::AutomatedOperator)),
        language: Some(*b"en"),
        started_utc_ms: 1_790_000_000_000,
        answered_after: Some(160_000),
        talk_after: Some(200_000),
        ended_after: Some(1_000_000),
        limit: Some(7_200_000),
        recording: Some(Code(RecordingRule::Record)),
        disposition: Code(Disposition::Limited),
        blocked: Some(Code(Blocked::TimeRestricted)),
        ended_by: Some(Code(EndedBy::Controller)),
        screening: vec![
            (Code(Check::PinRequired), Code(Finding::Yes)),
            (Code(Check::Limit), Code(Finding::Passed)),
        ],
        answer_evidence: vec![(Code(AnswerEvidence::Voice), 160_000, 70)],
        release_evidence: vec![(Code(ReleaseEvidence::Tone(Tone::Busy)), 999_000, 100)],
        flags: FlagBits(FraudFlags {
            extra_digits: true,
            three_way: true,
            ..FraudFlags::NONE
        }),
        extra_digits: 4,
        three_way: vec![(Code(ThreeWayEvidence::Click), 500_000, 40)],
        joined: Some(300),
        recorded: Some(900_000),
        recording_gap: Some(80),
        treatment: Some(300),
        route: Some(7),
        far_digits: 2,
        three_way_times: 3,
        warned: 1,
        interfered: 5,
        party_block: Some(Code(PartyBlock::Facility)),
        officer: Some(300),
        acceptance: Some(true),
    }
}

/// Until version 5 nobody noted what was done about fraud.
fn unnoted() -> Call {
    Call {
        treatment: None,
        route: None,
        far_digits: 0,
        three_way_times: 0,
        warned: 0,
        interfered: 0,
        party_block: None,
        officer: None,
        ..call()
    }
}

/// Until version 4 nobody counted what a recording holds.
fn uncounted() -> Call {
    Call {
        recorded: None,
        recording_gap: None,
        ..unnoted()
    }
}

/// No call of version 1 had evidence of a third party.
#[test]
fn call_v1() {
    let old = bytes(
        "0103010201ac0204412d313706446f652c204aabababababababababababababababababababababababababababababababab0b3032313535353530313233010a3231353535353031323301010103010101656e80b083c598680180e20901c09a0c01c0843d0180bab70301010d010701040201010b07010380e209460143d8fc3c640904",
    );
    let without = Call {
        three_way: Vec::new(),
        joined: Some(0),
        ..uncounted()
    };
    assert_eq!(Call::decode(&old), Ok(without));
}

#[test]
fn call_v2() {
    let old = bytes(
        "0203010201ac0204412d313706446f652c204aabababababababababababababababababababababababababababababababab0b3032313535353530313233010a3231353535353031323301010103010101656e80b083c598680180e20901c09a0c01c0843d0180bab70301010d010701040201010b07010380e209460143d8fc3c6409040101a0c21e28",
    );
    let unjoined = Call {
        joined: Some(0),
        ..uncounted()
    };
    assert_eq!(Call::decode(&old), Ok(unjoined));
}

#[test]
fn call_v3() {
    let old = bytes(
        "0303010201ac0204412d313706446f652c204aabababababababababababababababababababababababababababababababab0b3032313535353530313233010a3231353535353031323301010103010101656e80b083c598680180e20901c09a0c01c0843d0180bab70301010d010701040201010b07010380e209460143d8fc3c6409040101a0c21e2801ac02",
    );
    assert_eq!(Call::decode(&old), Ok(uncounted()));
}

#[test]
fn call_v4() {
    let old = bytes(
        "0403010201ac0204412d313706446f652c204aabababababababababababababababababababababababababababababababab0b3032313535353530313233010a3231353535353031323301010103010101656e80b083c598680180e20901c09a0c01c0843d0180bab70301010d010701040201010b07010380e209460143d8fc3c6409040101a0c21e2801ac0201a0f7360150",
    );
    assert_eq!(Call::decode(&old), Ok(unnoted()));
}

#[test]
fn call_v5() {
    let old = bytes(
        "0503010201ac0204412d313706446f652c204aabababababababababababababababababababababababababababababababab0b3032313535353530313233010a3231353535353031323301010103010101656e80b083c598680180e20901c09a0c01c0843d0180bab70301010d010701040201010b07010380e209460143d8fc3c6409040101a0c21e2801ac0201a0f736015001ac02010702030105010201ac02",
    );
    assert_eq!(Call::decode(&old), Ok(call()));
}

/// Some direct calls had to be accepted in its time, and nobody noted which.
#[test]
fn a_direct_call_of_version_5_does_not_say_whether_it_had_to_be_accepted() {
    let old = bytes(
        "0503010201ac0204412d313706446f652c204aabababababababababababababababababababababababababababababababab0b3032313535353530313233010a3231353535353031323301010103010301656e80b083c598680180e20901c09a0c01c0843d0180bab70301010d010701040201010b07010380e209460143d8fc3c6409040101a0c21e2801ac0201a0f736015001ac02010702030105010201ac02",
    );
    let direct = Call {
        handling: Some(Code(Handling::Direct)),
        acceptance: None,
        ..call()
    };
    assert_eq!(Call::decode(&old), Ok(direct));
}

#[test]
fn call_v6() {
    golden(
        call(),
        "0603010201ac0204412d313706446f652c204aabababababababababababababababababababababababababababababababab0b3032313535353530313233010a3231353535353031323301010103010101656e80b083c598680180e20901c09a0c01c0843d0180bab70301010d010701040201010b07010380e209460143d8fc3c6409040101a0c21e2801ac0201a0f736015001ac02010702030105010201ac020101",
    );
}

#[test]
fn open_call_v1_and_v2() {
    let value = OpenCall {
        call: CALL,
        pin: Some([0xcd; 32]),
        off_hook_tick: 123_456,
        seen_after: 8000,
        answered_after: Some(5000),
        talk_after: None,
        reservation: None,
    };
    let old = bytes(
        "0107ac0201cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdc0c407c03e01882700",
    );
    assert_eq!(OpenCall::decode(&old), Ok(value.clone()));
    let reservation = Reservation {
        inmate: Some(41),
        numbers: vec!["2155550123".to_owned(), "+44".to_owned()],
        timed: true,
        counts_from: Code(CountsFrom::Acceptance),
        counted_utc_ms: Some(1_790_000_000_000),
    };
    golden(
        OpenCall {
            reservation: Some(reservation),
            ..value
        },
        "0207ac0201cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdc0c407c03e01882700010129020a32313535353530313233032b343401030180b083c59868",
    );
}

#[test]
fn allowance_v1() {
    let value = Allowance {
        calls: [Some(3), None, Some(300)],
        minutes: [None, Some(120), None],
        between_seconds: Some(600),
    };
    golden(value, "0101030001ac020001780001d804");
}

#[test]
fn counted_v1() {
    let value = Counted {
        counting: Code(Counting::Call),
        calls: 1,
        ticks: 480_000,
        ended_utc_ms: Some(1_790_000_060_000),
        inmate: Some(41),
    };
    golden(value, "01030280cc3a01c0d98ac598680129");
}

#[test]
fn register_rules_v1() {
    let value = RegisterRules {
        rolling: true,
        week_start: 6,
        counts_from: Code(CountsFrom::Answer),
        tell_left: true,
        frequent_calls: Some(40),
        frequent_inmates: Some(5),
        frequent_period: Code(Period::Week),
    };
    golden(value, "01010602010128010502");
}

#[test]
fn number_told_v1() {
    let value = NumberTold {
        told_utc_ms: 1_790_000_000_000,
    };
    golden(value, "0180b083c59868");
}

#[test]
fn entry_v1() {
    let value = Entry {
        utc_ms: 1_790_000_000_000,
        actor: "line 3".to_owned(),
        noun: "call".to_owned(),
        subject: "7-300".to_owned(),
        change: "admitted".to_owned(),
        previous: [0xef; 32],
    };
    golden(
        value,
        "0180b083c59868066c696e6520330463616c6c05372d3330300861646d6974746564efefefefefefefefefefefefefefefefefefefefefefefefefefefefefefefef",
    );
}

#[test]
fn counter_v1() {
    golden(Counter { count: 300 }, "01ac02");
}

#[test]
fn card_v1() {
    let value = Card {
        holder: Code(HolderKind::Officer),
        number: 300,
        disabled: true,
        note: "lost".to_owned(),
        given_utc_ms: 1_790_000_000_000,
    };
    golden(value, "0102ac0201046c6f737480b083c59868");
}

#[test]
fn card_ref_v1() {
    let value = CardRef { card: [0xab; 32] };
    let hash = "ab".repeat(32);
    golden(value, &format!("01{hash}"));
}

#[test]
fn passcode_v1() {
    let value = Passcode { hash: [0xab; 32] };
    let hash = "ab".repeat(32);
    golden(value, &format!("01{hash}"));
}

#[test]
fn officer_v1() {
    let value = Officer {
        id: "O-4".to_owned(),
        name: "Roe".to_owned(),
        active: true,
        code: Some([0xab; 32]),
    };
    let hash = "ab".repeat(32);
    golden(value, &format!("01034f2d3403526f650101{hash}"));
}

#[test]
fn officer_ref_v1() {
    golden(OfficerRef { officer: 300 }, "01ac02");
}

#[test]
fn phone_identity_v1() {
    let value = PhoneIdentity {
        by: Code(IdentifyBy::CardAndPin),
        officer: Code(ConfirmBy::Any),
        wait_seconds: 300,
    };
    golden(value, "010405ac02");
}

#[test]
fn identity_settings_v1() {
    let value = IdentitySettings {
        id_length: 5,
        passcode_length: 8,
        code_length: 6,
        officer_for_privileged: true,
    };
    golden(value, "0105080601");
}

#[test]
fn group_v1() {
    let group = Group {
        name: "East".to_owned(),
        parent: Some(300),
    };
    golden(group, "01044561737401ac02");
}

#[test]
fn shutdown_v1() {
    let shutdown = Shutdown {
        since_utc_ms: 1_000,
        actor: "desk".to_owned(),
    };
    golden(shutdown, "01d00f046465736b");
}

#[test]
fn inmate_class_v1() {
    let class = InmateClass {
        name: "remand".to_owned(),
        longest_seconds: Some(900),
        booked_only: true,
    };
    golden(class, "010672656d616e6401840701");
}

#[test]
fn entries_of_lists_v1() {
    let note = || "note".to_owned();
    golden(ListEntry { note: note() }, "01046e6f7465");
    golden(EntryRestricted { reason: note() }, "01046e6f7465");
}

#[test]
fn window_v1() {
    let mut open = [[0; 12]; 7];
    open[0] = [0xff; 12];
    open[6][11] = 0x80;
    golden(
        Window { open },
        "01ffffffffffffffffffffffff000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000080",
    );
}

#[test]
fn booking_v1() {
    let booking = Booking {
        from_utc_ms: 1_790_000_000_000,
        to_utc_ms: 1_790_000_001_000,
        number: Some("2155550123".to_owned()),
        note: "mother".to_owned(),
    };
    golden(
        booking,
        "0180b083c59868d0bf83c59868010a32313535353530313233066d6f74686572",
    );
}

#[test]
fn officer_post_v1() {
    let post = OfficerPost {
        needed: true,
        until_utc_ms: Some(1_000),
    };
    golden(post, "010101d00f");
}

#[test]
fn contact_v1_and_v2() {
    let by = |user| Approver {
        user,
        named: "desk".to_owned(),
    };
    let contact = Contact {
        name: "Roe, A".to_owned(),
        relationship: Code(Relationship::Attorney),
        identification: "bar 17".to_owned(),
        review: Code(Review::Pending),
        approved_by: vec![by(None)],
    };
    // By its name alone, nobody knows who that was.
    let old = bytes("0106526f652c204108066261722031370101046465736b");
    assert_eq!(Contact::decode(&old), Ok(contact.clone()));
    let contact = Contact {
        approved_by: vec![by(None), by(Some(1000))],
        ..contact
    };
    golden(
        contact,
        "0206526f652c20410806626172203137010200046465736b01e807046465736b",
    );
}

#[test]
fn people_rules_v1() {
    let rules = PeopleRules {
        private_numbers: true,
        shared_numbers: false,
        all_windows: true,
        only_approved_contacts: false,
        two_persons: true,
        enrollment: StepsV1(Enrollment::NONE.with(EnrollmentStep::RulesSigned)),
    };
    golden(rules, "01010001000102");
}

#[test]
fn an_unknown_step_of_enrollment_is_an_error() {
    let error = PeopleRules::decode(&[1, 1, 0, 1, 0, 1, 0x80]).expect_err("no such step");
    assert!(error.to_string().contains("does not decode"), "{error}");
}

#[test]
fn unit_v1() {
    golden(Unit, "01");
}

#[test]
fn an_unknown_code_in_a_value_is_an_error_that_says_which() {
    let mut phone = Phone::decode(&[1, 0, 1, 1, 1, 0, 1, 1, 1, 0]).expect("a phone");
    assert_eq!(phone.call_types, Some(vec![Code(CallType::Local)]));
    phone.call_types = None;
    let error = Phone::decode(&[1, 0, 1, 1, 1, 0, 1, 1, 99, 0]).expect_err("no such type");
    assert!(
        matches!(error, db::values::Unreadable::Malformed(_)),
        "{error}"
    );
}

#[test]
fn no_number_stands_for_two_values() {
    fn each<T: Coded + PartialEq + std::fmt::Debug>(least: usize) {
        let known: Vec<T> = (0..=255).filter_map(T::from_code).collect();
        assert!(known.len() >= least, "{}", T::NOUN);
        for value in known {
            assert_eq!(T::from_code(value.code()), Some(value));
        }
    }
    each::<Disposition>(18);
    each::<Blocked>(13);
    each::<EndedBy>(5);
    each::<FraudKind>(2);
    each::<DialingPattern>(5);
    each::<CallType>(10);
    each::<Handling>(3);
    each::<RecordingRule>(3);
    each::<LanguageChoice>(2);
    each::<Unrecorded>(2);
    each::<Check>(11);
    each::<Finding>(10);
    each::<ThreeWayResponse>(5);
    each::<Brand>(2);
    each::<ExtraDigitKind>(4);
    each::<AnswerEvidence>(4);
    each::<ReleaseEvidence>(21);
    each::<CounterKind>(7);
    each::<Relationship>(11);
    each::<Review>(3);
    each::<EnrollmentStep>(4);
    each::<HolderKind>(2);
    each::<IdentifyBy>(5);
    each::<ConfirmBy>(5);
}

#[test]
fn unreadable_bytes_are_reported_with_table_and_key() {
    let (_dir, database) = small();
    let counters = &database.tables().counters;
    let key = CounterKey {
        kind: CounterKind::EmptyOffHook,
        index: 3,
    };
    let bytes = db::Key::bytes(&key);
    let mut writer = database.write().expect("writes");
    for (stored, why) in [
        (&[2u8, 5][..], "version 2"),
        (&[1, 5, 5], "1 bytes follow"),
        (&[1], "does not decode"),
        (&[], "empty"),
    ] {
        counters
            .put_bytes(&mut writer, &bytes, stored)
            .expect("puts");
        let error = counters.get(&writer, &key).expect_err("is unreadable");
        let text = error.to_string();
        assert!(matches!(error, Error::Unreadable { .. }), "{text}");
        assert!(
            text.contains("counters") && text.contains("1000000003"),
            "{text}"
        );
        assert!(text.contains(why), "{text}");
    }
    counters
        .put_bytes(&mut writer, b"odd", &[1, 5])
        .expect("puts");
    counters
        .put(&mut writer, &key, &Counter { count: 1 })
        .expect("puts");
    let error = counters.all(&writer).expect_err("a key is odd");
    assert!(
        error.to_string().contains("the key does not decode"),
        "{error}"
    );
}

#[test]
fn party_block_v1() {
    let value = values::PartyBlock {
        utc_ms: 1_790_000_000_000,
        call: CALL,
        least_digits: 10,
    };
    golden(value, "0180b083c5986807ac020a");
}

#[test]
fn block_keys_v1() {
    let value = values::BlockKeys {
        inmate: Some(7),
        facility: None,
    };
    golden(value, "01010700");
}

#[test]
fn role_v1() {
    let rights = Rights::none()
        .with(Noun::Exports, Verb::Do)
        .with(Noun::Inmates, Verb::Change);
    let value = values::Role {
        name: "records".to_owned(),
        rights: values::RightsV1(rights),
    };
    golden(value, "01077265636f7264730201021f03");
}

#[test]
fn account_v1() {
    let value = values::Account {
        password: "$argon2id$".to_owned(),
        role: 300,
        groups: vec![7, 300],
        active: true,
        must_change: false,
        changed_utc_ms: 1_790_000_000_000,
    };
    golden(
        value,
        "010a246172676f6e32696424ac020207ac02010080b083c59868",
    );
}

#[test]
fn token_v1() {
    let value = values::Token {
        officer: 300,
        name: "roster".to_owned(),
        rights: values::RightsV1(Rights::none().with(Noun::Imports, Verb::Do)),
        groups: vec![7],
        made_utc_ms: 1_790_000_000_000,
        expires_utc_ms: 1_790_000_060_000,
    };
    golden(
        value,
        "01ac0206726f73746572011e03010780b083c59868c0d98ac59868",
    );
}
