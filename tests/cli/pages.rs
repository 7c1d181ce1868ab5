//! What is more than a page of answers: blocks, bookings and the journal; and what is lifted of the first.

use backoffice::Booking;
use sallyport::{control::Desk, site::Site};
use serde_json::Value;
use types::{
    call_record::CallEnd,
    credential::Credential,
    digits::Digits,
    disposition::{Disposition, EndedBy},
    id::LineId,
    party_block::PartyBlock,
    query::{Admission, Asked, OfficerWord, Query, Reply},
    secret::Secret,
    tick::{Tick, Ticks},
};

use crate::{
    Place, SAMPLE,
    places::{with_database, with_database_of},
};

/// More than a page of each kind.
const NUMBERS: u64 = 230;
const PIN: &str = "482915";

fn pin(digits: &str) -> Secret<Digits> {
    Secret::new(Digits::parse(digits).expect("digits"))
}

/// Asks the database as lines would, each question in a batch with all others.
fn ask(place: &Place, questions: impl FnOnce(Tick, &Desk) -> Vec<(LineId, Query)>) -> Vec<Reply> {
    let site = Site::load(&place.file()).expect("a site");
    let log = slog::Logger::root(slog::Discard, slog::o!());
    let desk = Desk::here(&site, log).expect("a database");
    let now = desk.with(|_, now| Ok(now)).expect("a tick");
    let asked = questions(now, &desk).into_iter().zip(0..);
    let asked: Vec<_> = asked
        .map(|((line, query), number)| (line, Asked { number, query }))
        .collect();
    let answers = desk.with(move |office, now| Ok(office.answer(now, &asked)));
    let answers = answers.expect("answers").into_iter();
    answers.map(|(_, answered)| answered.reply).collect()
}

/// Calls on each of which a third party was heard, and its called party refused all further ones.
fn calls(now: Tick, desk: &Desk) -> Vec<(LineId, Query)> {
    let mut queries = Vec::new();
    for at in 0..NUMBERS {
        let off_hook_at = now + Ticks::secs(at);
        let dialed = Digits::parse(&format!("0215555{}", 3000 + at)).expect("digits");
        let number = call::as_keyed(&desk.shared.dial_plan, &dialed).expect("a number");
        let admission = Admission {
            off_hook_at,
            credential: Some(Credential::Pin(pin(PIN))),
            dialed,
            number,
            officer: OfficerWord::NotAsked,
        };
        let ended_at = off_hook_at + Ticks::ms(900);
        let (disposition, by) = (Disposition::ThreeWay, EndedBy::Controller);
        let mut end = CallEnd::bare(off_hook_at, ended_at, disposition, by);
        end.flags.three_way = true;
        end.response.three_way_times = 1;
        end.party_block = Some(match at {
            0 => PartyBlock::Facility,
            _ => PartyBlock::Inmate,
        });
        queries.push((LineId(1), Query::Admit(admission)));
        queries.push((LineId(1), Query::End(end)));
    }
    queries
}

fn is_permitted(reply: &Reply) -> bool {
    match reply {
        Reply::Admitted(verdict) => verdict.outcome.is_ok(),
        Reply::Recorded(_) => true,
        _ => false,
    }
}

/// A site in which many numbers are blocked, a phone rests, and a PIN.
fn blocked() -> Place {
    let strict = "[defaults]\nwrong_pins_borne = 2\nrest_seconds = 3600\n";
    let place = with_database_of(&SAMPLE.replacen("[defaults]\n", strict, 1), 0);
    let replies = ask(&place, calls);
    assert!(replies.iter().all(is_permitted), "{replies:?}");
    let guess = || Query::Identify(Credential::Pin(pin("000000")));
    ask(&place, |_, _| {
        (0..3).map(|_| (LineId(3), guess())).collect()
    });
    let run = place.run(&["inmate", "disable", "--inmate", "A-1107"]);
    assert_eq!(run.code, Some(0), "{}", run.err);
    let own = || Query::Identify(Credential::Pin(pin("730264")));
    ask(&place, |_, _| {
        (4..7).map(|line| (LineId(line), own())).collect()
    });
    place
}

fn listed(place: &Place) -> Vec<String> {
    let run = place.run(&["block", "list"]);
    assert_eq!(run.code, Some(0), "{}", run.err);
    run.out.lines().map(str::to_owned).collect()
}

/// Says so, and of all that is listed this is listed no more.
#[track_caller]
fn lifts(place: &Place, what: &[&str], says: &str, listed_as: &str) {
    let before = listed(place);
    let is = |line: &&String| line.starts_with(listed_as);
    assert_eq!(
        before.iter().filter(is).count(),
        1,
        "{listed_as}: {before:#?}"
    );
    let run = place.run(&[&["block", "lift"], what].concat());
    assert_eq!(run.code, Some(0), "{}", run.err);
    assert!(run.out.contains(says), "no {says:?} in {}", run.out);
    let after = listed(place);
    let left: Vec<&String> = before.iter().filter(|line| !is(line)).collect();
    assert_eq!(after.iter().collect::<Vec<_>>(), left);
    let journal = place.run(&["journal", "--last", "1"]);
    assert!(journal.out.contains("user "), "{}", journal.out);
}

#[test]
fn all_that_is_blocked_or_rests_is_listed_and_lifted_one_by_one() {
    let place = blocked();
    let all = listed(&place);
    let count = |start: &str| all.iter().filter(|line| line.starts_with(start)).count() as u64;
    assert_eq!(count("fraud: 215555"), NUMBERS);
    assert_eq!(
        count("called party: 2155553000 refuses calls of every inmate, since"),
        1
    );
    let of_one = all
        .iter()
        .filter(|line| line.contains("calls of Daniel Reyes (A-1042), since"));
    assert_eq!(of_one.count() as u64, NUMBERS - 1);
    assert_eq!(count("wrong guesses: "), 2, "{:#?}", &all[all.len() - 3..]);
    assert_eq!(all.len() as u64, 2 * NUMBERS + 2);
    let fraud = ["--fraud", "2155553007"];
    let says = "lifted: 2155553007 is not blocked for fraud";
    lifts(
        &place,
        &fraud,
        says,
        "fraud: 2155553007 is blocked for third parties, since 20",
    );
    let every = ["--called-party", "2155553000"];
    let says = "lifted: 2155553000 may be called again by every inmate";
    lifts(&place, &every, says, "called party: 2155553000 ");
    let one = ["--called-party", "2155553008", "--inmate", "A-1042"];
    let says = "lifted: 2155553008 may be called again by inmate A-1042";
    lifts(&place, &one, says, "called party: 2155553008 ");
    let says = "lifted: the rest of the phone of line 3; wrong guesses are forgotten";
    lifts(
        &place,
        &["--phone", "A block, 3"],
        says,
        "wrong guesses: the phone of line 3 rests until 20",
    );
    let says = "lifted: the rest of PIN and passcode of A-1107; wrong guesses are forgotten";
    let rests = "wrong guesses: the PIN of Maria Santos (A-1107) rests until 20";
    lifts(&place, &["--inmate", "A-1107"], says, rests);
}

#[test]
fn the_journal_is_read_over_many_pages_without_a_gap() {
    let place = blocked();
    let sequences = |more: &[&str]| {
        let run = place.run(&[&["journal", "--json"], more].concat());
        assert_eq!(run.code, Some(0), "{}", run.err);
        let of = |line: &str| {
            let entry: Value = serde_json::from_str(line).expect("an object");
            entry["sequence"].as_u64().expect("a number")
        };
        run.out.lines().map(of).collect::<Vec<u64>>()
    };
    let all = sequences(&[]);
    let last = *all.last().expect("entries");
    assert!(last > 1000, "more than two pages: {last}");
    assert_eq!(all, (1..=last).collect::<Vec<_>>());
    assert_eq!(sequences(&["--last", "700"]), all[all.len() - 700..]);
    assert_eq!(sequences(&["--after", "1"]), all[1..]);
}

#[test]
fn booked_calls_of_many_inmates_are_listed_over_pages() {
    let place = with_database();
    let site = Site::load(&place.file()).expect("a site");
    let log = slog::Logger::root(slog::Discard, slog::o!());
    let desk = Desk::here(&site, log).expect("a database");
    for id in ["A-1042", "A-1107", "A-1219"] {
        for minutes in 0..70 {
            let booked = desk.with(move |office, now| {
                let inmate = office.inmate(id)?.expect("an inmate");
                let from_utc_ms = office.utc_ms(now);
                let booking = Booking {
                    from_utc_ms,
                    to_utc_ms: from_utc_ms + 3_600_000 + minutes * 60_000,
                    number: None,
                    note: String::new(),
                };
                office.book_call(now, "test", inmate, &booking)
            });
            booked.expect("is booked");
        }
    }
    drop(desk);
    let listed = |more: &[&str]| {
        let run = place.run(&[&["booking", "list"], more].concat());
        assert_eq!(run.code, Some(0), "{}", run.err);
        let number = |line: &str| {
            let (call, _) = line.split_once(": ").expect("a booking");
            call.trim_start_matches("booking ")
                .parse()
                .expect("a number")
        };
        run.out.lines().map(number).collect::<Vec<u32>>()
    };
    assert_eq!(listed(&[]), (1..=210).collect::<Vec<_>>());
    assert_eq!(
        listed(&["--inmate", "A-1107"]),
        (71..=140).collect::<Vec<_>>()
    );
}
