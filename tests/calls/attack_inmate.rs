//! What a clever inmate plays into the handset and dials, and what it must not lead to.

use crate::{
    bench::{MOTHER, Outcome, PIN, RESTRICTED, also_allowed, wait},
    ready::{collect, direct, picks_up, quick},
    short::{dials, failing, hears_fast_busy, keys},
};
use backoffice::{AllowedFlags, Seed};
use drivers::sim::{
    clip::Clip,
    copper::Copper,
    exchange::line::{Afterwards, ExchangeLine, HangUpSignal, Incoming},
    script::Step,
    transcript::{Event, EventAt},
};
use dsp::dtmf::{Dtmf, Profile};
use types::{
    dial_plan::Dialed,
    digits::Digits,
    disposition::Blocked,
    evidence::ReleaseEvidence,
    fact::Fact,
    frame::FRAME,
    prompt::Prompt,
    tick::{Tick, Ticks},
};

const ROWS: [f64; 4] = [697.0, 770.0, 852.0, 941.0];
const COLUMNS: [f64; 4] = [1209.0, 1336.0, 1477.0, 1633.0];
const KEYPAD: [&str; 4] = ["123A", "456B", "789C", "*0#D"];

fn turn(hz: f64, at: u64) -> f64 {
    (std::f64::consts::TAU * hz * at as f64 / 8000.0).sin()
}

fn peak(dbm0: f64) -> f64 {
    22_303.0 * 10f64.powf(dbm0 / 20.0)
}

/// Keys as a pocket dialer plays them that somebody has tampered with.
#[derive(Clone, Copy, Debug)]
struct Player {
    on_ms: u64,
    off_ms: u64,
    /// Of the row's tone.
    dbm0: f64,
    /// The column's tone above the row's.
    twist_db: f64,
    /// All frequencies off by this share.
    off_tune: f64,
    /// A tone beside the keys: frequency, level, and how often a second it swells.
    mask: Option<(f64, f64, f64)>,
}

const PLAIN: Player = Player {
    on_ms: 70,
    off_ms: 50,
    dbm0: -15.0,
    twist_db: 0.0,
    off_tune: 0.0,
    mask: None,
};

impl Player {
    fn twisted(twist_db: f64) -> Player {
        Player { twist_db, ..PLAIN }
    }

    fn masked(hz: f64, above_db: f64, swell: f64) -> Player {
        Player {
            mask: Some((hz, PLAIN.dbm0 + above_db, swell)),
            ..PLAIN
        }
    }

    /// As loud as the handset lets a hum be.
    fn beneath(hz: f64, below_db: f64) -> Player {
        Player {
            on_ms: 40,
            dbm0: -below_db,
            twist_db: 3.6,
            mask: Some((hz, 0.0, 0.0)),
            ..PLAIN
        }
    }

    fn plays(&self, digits: &str) -> Clip {
        let mut samples = Vec::new();
        for digit in digits.chars() {
            let row = KEYPAD.iter().position(|row| row.contains(digit));
            let row = row.expect("a key");
            let column = KEYPAD[row].find(digit).expect("a key");
            for n in 0..(self.on_ms + self.off_ms) * 8 {
                let at = samples.len() as u64;
                let key = if n < self.on_ms * 8 {
                    let tune = 1.0 + self.off_tune;
                    peak(self.dbm0) * turn(ROWS[row] * tune, at)
                        + peak(self.dbm0 + self.twist_db) * turn(COLUMNS[column] * tune, at)
                } else {
                    0.0
                };
                let mask = self.mask.map_or(0.0, |(hz, dbm0, swell)| {
                    let swell = if swell == 0.0 {
                        1.0
                    } else {
                        0.55 + 0.45 * turn(swell, at)
                    };
                    peak(dbm0) * swell * turn(hz, at)
                });
                samples.push((key + mask).clamp(-32_124.0, 32_124.0) as i16);
            }
        }
        Clip::from_samples("keys", &samples)
    }
}

/// The inmate plays keys through a conversation, a hang-up and the dial tone that is all the
/// exchange tells of it, over a trunk that tilts so much from 770 to 1336 Hz.
fn chain(player: Player, tilt_db: f64) -> Outcome {
    let party = vec![
        Step::SayFor(Clip::called_talk(), Ticks::secs(2)),
        wait(1500),
        Step::OnHook,
    ];
    let keys = Step::SayFor(player.plays("18005550199"), Ticks::secs(9));
    let mut scenario = direct(vec![keys], party)
        .exchange(ExchangeLine {
            hang_up: HangUpSignal::only(Afterwards::DialTone, Ticks::secs(3)),
            answer_reversal: false,
            ..quick()
        })
        .lasting(17);
    scenario.trunk_copper = Copper {
        twist_db: tilt_db,
        ..Copper::default()
    };
    scenario.run()
}

#[test]
fn keys_made_to_look_like_none_dial_nothing_into_a_second_dial_tone() {
    let mut attacks = Vec::new();
    // Out of our twist, brought back into the exchange's by the wires.
    for (twist, tilt) in [(8.0, -0.8), (8.0, -4.0), (10.0, -4.0), (12.0, -8.0)] {
        attacks.push((Player::twisted(twist), tilt));
    }
    attacks.push((Player::twisted(14.0), -8.0));
    attacks.push((Player::twisted(-11.0), 2.5));
    // A tone beside them that the wires take down, or a receiver's filter.
    for (hz, above, swell, tilt) in [
        (2800.0, 4.0, 0.0, -0.8),
        (3300.0, 4.0, 9.0, -0.8),
        (2100.0, 4.0, 0.0, -4.0),
        (2100.0, 4.0, 9.0, -4.0),
        (150.0, 0.0, 9.0, 2.5),
        (400.0, 0.0, 9.0, 2.5),
    ] {
        attacks.push((Player::masked(hz, above, swell), tilt));
    }
    for (on_ms, off_ms) in [(34, 20), (300, 30)] {
        let player = Player {
            on_ms,
            off_ms,
            ..PLAIN
        };
        attacks.push((player, -0.8));
    }
    // Far beneath a hum, which the exchange's filter for its own dial tone takes away.
    for (hz, above) in [(300.0, 15.0), (370.2, 21.9), (425.0, 18.0), (480.0, 22.0)] {
        attacks.push((Player::beneath(hz, above), -0.8));
    }
    for off_tune in [-0.024, 0.024] {
        let player = Player { off_tune, ..PLAIN };
        attacks.push((player, -0.8));
    }
    for (player, tilt) in attacks {
        let out = chain(player, tilt);
        let again = |e: &Event| matches!(e, Event::DialTone { again: true });
        let again = out.trunk().first(again);
        let again = again.unwrap_or_else(|| panic!("no second dial tone: {}", out.tale()));
        let taken = |e: &&EventAt| e.at >= again && matches!(e.event, Event::Digit { .. });
        let taken = out.trunk().events().iter().filter(taken).count();
        assert_eq!(taken, 0, "{player:?} over {tilt} dB: {}", out.tale());
        let told = out.release_evidence().contains(&ReleaseEvidence::DialTone);
        assert!(told, "{player:?}: {}", out.tale());
    }
}

/// The price of the guard: what it takes out of a conversation.
#[test]
fn hardly_a_frame_of_a_voice_is_taken_for_a_hidden_key() {
    for (clip, per_mille) in [
        (Clip::inmate_talk(), 3),
        (Clip::inmate_shout(), 10),
        (Clip::called_talk(), 12),
    ] {
        let mut detector = Dtmf::new(Profile::Talk);
        let (frames, _) = clip.samples().as_chunks::<FRAME>();
        let guarded = (0..)
            .zip(frames)
            .filter(|(n, frame)| detector.process(frame, Tick(n * FRAME as u64)).guarded)
            .count();
        let most = frames.len() * per_mille / 1000;
        assert!(guarded <= most, "{guarded} of {} {clip:?}", frames.len());
    }
}

#[test]
fn hidden_keys_in_the_name_do_not_accept_the_call_by_their_echo() {
    for (echo_db, player) in [
        (0.0, Player::twisted(8.0)),
        (0.0, Player::twisted(-12.0)),
        (6.0, Player::twisted(12.0)),
        (0.0, Player::masked(2800.0, 4.0, 0.0)),
        (0.0, Player::masked(400.0, 4.0, 17.0)),
        (6.0, Player::masked(150.0, 8.0, 0.0)),
        (6.0, Player::beneath(370.2, 21.9)),
        (6.0, Player::beneath(425.0, 15.0)),
    ] {
        let inmate = vec![
            wait(300),
            Step::OffHook,
            wait(300),
            Step::dial(&format!("0{MOTHER}")),
            Step::await_beep(Ticks::secs(12)),
            wait(100),
            Step::Say(player.plays("11111111")),
        ];
        let mut scenario = collect(vec![], vec![wait(40_000)]).lasting(26);
        scenario.handsets = vec![inmate];
        scenario.trunk_copper = Copper {
            echo_db: Some(echo_db),
            ..Copper::clear()
        };
        let out = scenario.run();
        assert!(out.entered("accept").is_some(), "{}", out.tale());
        let far = |f: &Fact| matches!(f, Fact::FarKeyed { .. } | Fact::Accepted);
        assert!(out.fact(far).is_none(), "{player:?}: {}", out.tale());
    }
}

#[test]
fn keys_played_during_the_announcement_do_not_accept_the_call() {
    let keys = Step::SayFor(PLAIN.plays("1"), Ticks::secs(14));
    let mut scenario = collect(vec![keys], vec![wait(40_000)]).lasting(28);
    scenario.trunk_copper = Copper {
        echo_db: Some(0.0),
        ..Copper::default()
    };
    let out = scenario.run();
    assert!(out.entered("accept").is_some(), "{}", out.tale());
    assert!(out.entered("talk").is_none(), "{}", out.tale());
    let keyed = |f: &Fact| matches!(f, Fact::Keyed { .. });
    assert!(out.facts().filter(|(_, f)| keyed(f)).count() > 50);
}

/// A tone of the network as the inmate whistles it.
fn whistle(freqs: &[f64], on_ms: u64, off_ms: u64) -> Clip {
    let cycle = (on_ms + off_ms) * 8;
    let sample = |at: u64| {
        let sum: f64 = freqs.iter().map(|&hz| peak(-10.0) * turn(hz, at)).sum();
        if at % cycle < on_ms * 8 {
            sum as i16
        } else {
            0
        }
    };
    Clip::from_samples("whistle", &(0..cycle).map(sample).collect::<Vec<i16>>())
}

#[test]
fn tones_whistled_while_the_call_is_set_up_change_nothing() {
    for (freqs, on_ms, off_ms) in [
        (&[2600.0][..], 1000, 100),
        (&[350.0, 440.0], 3000, 1),
        (&[440.0, 480.0], 2000, 4000),
        (&[480.0, 620.0], 500, 500),
        (&[480.0, 620.0], 250, 250),
        (&[950.0], 330, 1),
    ] {
        let number = format!("1{MOTHER}");
        let tone = Step::SayFor(whistle(freqs, on_ms, off_ms), Ticks::secs(11));
        let inmate = vec![
            wait(300),
            Step::OffHook,
            wait(300),
            Step::dial(&number),
            tone,
        ];
        let mut scenario = direct(vec![], vec![])
            .to(&number, crate::bench::presses("9", vec![]))
            .lasting(14);
        scenario.handsets = vec![inmate];
        scenario.trunk_copper.echo_db = Some(0.0);
        scenario.phone_copper.echo_db = Some(6.0);
        let out = scenario.run();
        let dialed: Vec<String> = out.trunk().dialed().map(|d| d.to_string()).collect();
        assert_eq!(dialed, [number], "{freqs:?}");
        let answered = out.trunk().first(|e| *e == Event::Answered);
        let talk = out.entered("talk");
        let (answered, talk) = (answered.expect("an answer"), talk.expect("talk"));
        assert!(talk >= answered, "{freqs:?}: {}", out.tale());
    }
}

/// The inmate is told that it is no number, and nothing is screened or seized.
fn never_asked_for(number: &str) {
    let out = failing(number).run();
    out.no_trunk_seized();
    let decided = out.fact(|f| matches!(f, Fact::Decided(_)));
    assert!(decided.is_none(), "{}", out.tale());
    assert!(!out.inmate_heard(Prompt::NumberNotValid).is_empty());
}

#[test]
fn a_number_at_home_cannot_be_dialed_as_one_abroad() {
    never_asked_for(&format!("0111{RESTRICTED}#"));
    for (country, area, dialed) in [
        ("us", "215", "01119005550100"),
        ("gb", "20", "00449098790000"),
        ("de", "30", "004990012345678"),
        ("fr", "1", "0033899123456"),
        ("es", "91", "0034806123456"),
        ("it", "06", "0039899123456"),
        ("br", "11", "001555003001234"),
        ("cn", "10", "008613912345678"),
        ("mx", "55", "00529001234567"),
        ("ru", "495", "81078091234567"),
        ("vn", "24", "008419001234"),
    ] {
        let plan = tonetables::load(country).expect("a table");
        let plan = plan.dial_plan(Some(area));
        let read = plan.read(&Digits::parse(dialed).expect("digits"));
        assert_eq!(read, Dialed::Impossible, "{country} {dialed}");
    }
}

#[test]
fn a_star_a_letter_or_digits_beyond_the_last_make_no_other_number() {
    for number in [
        format!("1*1{RESTRICTED}"),
        format!("01*{RESTRICTED}"),
        format!("0{RESTRICTED}"),
        format!("1{RESTRICTED}5"),
        RESTRICTED.to_owned(),
    ] {
        let out = crate::bench::phone(crate::bench::then(dials(&number), hears_fast_busy()))
            .lasting(24)
            .run();
        out.no_trunk_seized();
        assert_eq!(out.record().blocked, Some(Blocked::NumberRestricted));
    }
    never_asked_for(&format!("1A{RESTRICTED}#"));
    never_asked_for(&format!("1010900{RESTRICTED}#"));
}

#[test]
fn a_less_exact_allowed_entry_does_not_open_a_restricted_number() {
    for wide in ["*", "9*", "90????????"] {
        let out = failing(&format!("1{RESTRICTED}"))
            .site(move |seed| seed.allowed = vec![also_allowed(wide)])
            .run();
        out.no_trunk_seized();
        assert_eq!(out.record().blocked, Some(Blocked::NumberRestricted));
    }
}

#[test]
fn two_phones_with_one_pin_at_the_same_moment_get_one_call() {
    let steps = || keys(&format!("{PIN}1{MOTHER}"));
    let out = crate::bench::phone(steps())
        .and_phone(steps())
        .trunks(vec![quick(), quick()])
        .to(&format!("1{MOTHER}"), picks_up(vec![wait(60_000)]))
        .lasting(12)
        .run();
    let refused = |r: &&types::call_record::CallRecord| r.blocked == Some(Blocked::PinInUse);
    assert_eq!(out.records.iter().filter(refused).count(), 1);
    assert_eq!(out.records.len(), 2);
    let dialed: usize = out.trunks.iter().map(|t| t.dialed().count()).sum();
    assert_eq!(dialed, 1);
}

/// PINs one after the other from a player, as fast as they are taken, for two minutes.
fn guesses(site: impl Fn(&mut Seed) + 'static) -> Outcome {
    let mut steps = vec![wait(500)];
    for lift in 0..12 {
        steps.extend([Step::OffHook, wait(250)]);
        for pin in 0..8 {
            let pin = format!("{:06}", 100_000 + lift * 8 + pin);
            steps.extend([Step::Say(PLAIN.plays(&pin)), wait(560)]);
        }
        steps.extend([Step::OnHook, wait(1550)]);
    }
    crate::bench::phone(steps).site(site).lasting(130).run()
}

#[test]
fn each_pin_that_is_tried_costs_half_a_second_of_silence_and_each_three_a_hang_up() {
    let out = guesses(|seed| seed.settings.guessing.borne = None);
    let tried = |f: &Fact| matches!(f, Fact::Phase { to, .. } if *to == "pin-check");
    let tries = out.facts().filter(|(_, f)| tried(f)).count();
    assert!((24..=36).contains(&tries), "{tries}");
    let told = |r: &types::call_record::CallRecord| r.blocked == Some(Blocked::PinInvalid);
    assert!(out.records.iter().all(told), "{:?}", out.records);
    assert_eq!(out.records.len(), tries / 3);
}

#[test]
fn who_guesses_pins_as_fast_as_can_be_has_nine_and_one_more_a_rest() {
    let out = guesses(|_| {});
    let of = |why| {
        out.records
            .iter()
            .filter(|r| r.blocked == Some(why))
            .count()
    };
    let (wrong, resting) = (of(Blocked::PinInvalid), of(Blocked::PinResting));
    assert_eq!(wrong, 3, "three tries each: {:?}", out.records);
    assert!(resting >= 6, "{:?}", out.records);
    assert_eq!(out.records.len(), wrong + resting);
}

/// The caller waits for the trunk to be seized, plays dial tone and ringback, and talks.
#[test]
fn a_caller_who_meets_the_seizure_is_not_taken_for_the_exchange() {
    let tone = |a: f64, b: f64, ms: u64| {
        let both = move |at| (4000.0 * (turn(a, at) + turn(b, at))) as i16;
        (0..ms * 8).map(both).collect::<Vec<i16>>()
    };
    let mut says = tone(350.0, 440.0, 1000);
    says.extend(vec![0; 8 * 2500]);
    says.extend(tone(440.0, 480.0, 2000));
    says.extend(vec![0; 8 * 700]);
    says.extend(Clip::called_talk().samples());
    let quiet = direct(vec![], vec![wait(60_000)]).lasting(6).run();
    let seized = quiet.trunk().first(|e| *e == Event::OffHook);
    let seized = seized.expect("the trunk is seized");
    let mut met = 0;
    for early in (0..60).step_by(4) {
        let mut line = quick();
        line.incoming = vec![Incoming {
            at: seized - Ticks::ms(early),
            rings: 3,
            caller: Some(Clip::from_samples("caller", &says)),
        }];
        let out = direct(vec![], vec![wait(60_000)])
            .exchange(line)
            .lasting(14)
            .run();
        met += out.trunk().count(|e| *e == Event::Glare);
        if out.trunk().count(|e| *e == Event::Glare) > 0 {
            assert!(out.entered("dial").is_none(), "{early} ms: {}", out.tale());
            assert!(out.entered("talk").is_none(), "{early} ms: {}", out.tale());
        }
    }
    assert!(met > 0, "the caller meets the seizure now and then");
}

const ABROAD: &str = "011442079460123";

/// The inmate dials this abroad and waits. Exchanges pass over what follows a number's last digit.
fn dials_abroad(dialed: &str, site: impl Fn(&mut Seed) + 'static) -> Outcome {
    crate::bench::phone(crate::bench::then(
        keys(&format!("{PIN}{dialed}#")),
        hears_fast_busy(),
    ))
    .site(site)
    .lasting(24)
    .run()
}

#[test]
fn a_restricted_number_abroad_is_restricted_with_digits_after_its_last() {
    for after in ["", "9", "42"] {
        let out = dials_abroad(&format!("{ABROAD}{after}"), |seed| {
            seed.restricted = vec![("+442079460123".to_owned(), "a victim".to_owned())];
        });
        out.refused(Prompt::NumberRestricted, Blocked::NumberRestricted);
    }
}

#[test]
fn an_attorney_abroad_with_a_digit_after_the_last_is_not_called_as_a_stranger() {
    let out = dials_abroad(&format!("{ABROAD}9"), |seed| {
        let privileged = AllowedFlags {
            privileged: true,
            ..AllowedFlags::default()
        };
        seed.allowed = vec![("+442079460123".to_owned(), privileged)];
    });
    out.refused(Prompt::NumberNotAllowed, Blocked::NumberNotAllowed);
}
