//! Numbers of each country: complete, incomplete, impossible.

use tonetables::{codes, codes_with_dial_plan, load};
use types::{
    dial_plan::{DialPlan, DialRule, Dialed, DialedNumber},
    digits::Digits,
    phone_number::{CallType, DialingPattern, PhoneNumber},
};

/// Reads what is dialed at a site in this area.
fn dial(country: &str, area: Option<&str>, digits: &str) -> Dialed {
    let plan = load(country).expect("a good table").dial_plan(area);
    plan.read(&Digits::parse(digits).expect("digits"))
}

/// Pattern, call type and canonical number; `+` before an international one.
fn number(dialed: Dialed) -> (DialingPattern, CallType, String) {
    match dialed {
        Dialed::Complete(DialedNumber {
            number,
            pattern,
            call_type,
        })
        | Dialed::CouldEnd(DialedNumber {
            number,
            pattern,
            call_type,
        }) => (pattern, call_type, number.to_string()),
        other => panic!("{other:?}"),
    }
}

fn check(
    (country, area): (&str, Option<&str>),
    digits: &str,
    pattern: DialingPattern,
    call_type: CallType,
    canonical: &str,
) {
    let dialed = dial(country, area, digits);
    assert!(
        matches!(dialed, Dialed::Complete(_) | Dialed::CouldEnd(_)),
        "{country} {digits}: {dialed:?}"
    );
    let expected = (pattern, call_type, canonical.to_string());
    assert_eq!(number(dialed), expected, "{country} {digits}");
}

use CallType::*;
use DialingPattern::{Direct, OnePlus, ZeroPlus};
const ABROAD: DialingPattern = DialingPattern::International;

#[test]
fn united_states() {
    let us = ("us", Some("215"));
    check(us, "02155550123", ZeroPlus, Local, "2155550123");
    check(us, "12155550123", OnePlus, Local, "2155550123");
    check(us, "2155550123", Direct, Local, "2155550123");
    check(us, "5550123", Direct, Local, "2155550123");
    check(us, "04155550123", ZeroPlus, Interstate, "4155550123");
    check(us, "14155550123", OnePlus, Interstate, "4155550123");
    check(us, "18005550123", OnePlus, TollFree, "8005550123");
    check(us, "8885550123", Direct, TollFree, "8885550123");
    check(us, "19005550123", OnePlus, Premium, "9005550123");
    check(us, "18095550123", OnePlus, International, "8095550123");
    check(us, "01144207946", ABROAD, International, "+44207946");
    check(
        us,
        "011442079460123",
        ABROAD,
        International,
        "+442079460123",
    );
}

#[test]
fn united_states_numbers_that_are_not_complete_or_impossible() {
    assert!(matches!(
        dial("us", None, "2155550123"),
        Dialed::Complete(_)
    ));
    // No office code begins with 0, so nothing can follow; with 2 it can.
    assert!(matches!(
        dial("us", Some("215"), "5550123"),
        Dialed::Complete(_)
    ));
    assert!(matches!(
        dial("us", Some("215"), "5552123"),
        Dialed::CouldEnd(_)
    ));
    assert!(matches!(
        dial("us", Some("215"), "0114420794601"),
        Dialed::CouldEnd(_)
    ));
    for incomplete in [
        "",
        "0",
        "1",
        "01",
        "011",
        "0114420",
        "021555501",
        "1215555012",
        "555212",
    ] {
        assert_eq!(
            dial("us", None, incomplete),
            Dialed::Incomplete,
            "{incomplete}"
        );
    }
    assert_eq!(dial("us", None, "5550123"), Dialed::Impossible);
    assert_eq!(dial("us", None, "5552123"), Dialed::Incomplete);
    for impossible in [
        "911",
        "411",
        "00",
        "1911",
        "0911",
        "10",
        "121555501234",
        "1115551234",
        "*",
        "#",
    ] {
        assert_eq!(
            dial("us", Some("610"), impossible),
            Dialed::Impossible,
            "{impossible}"
        );
    }
}

#[test]
fn mexico() {
    let mx = ("mx", Some("55"));
    check(mx, "5512345678", Direct, Local, "5512345678");
    check(mx, "3312345678", Direct, National, "3312345678");
    check(mx, "023312345678", ZeroPlus, National, "3312345678");
    check(mx, "025512345678", ZeroPlus, Local, "5512345678");
    check(mx, "8001234567", Direct, TollFree, "8001234567");
    check(mx, "0012155550123", ABROAD, International, "+12155550123");
    assert_eq!(dial("mx", None, "55123456"), Dialed::Incomplete);
    assert_eq!(dial("mx", None, "015512345678"), Dialed::Impossible);
}

#[test]
fn united_kingdom() {
    let gb = ("gb", Some("20"));
    check(gb, "02079460123", OnePlus, Local, "2079460123");
    check(gb, "01214960123", OnePlus, National, "1214960123");
    check(gb, "0169772345", OnePlus, National, "169772345");
    check(gb, "07700900123", OnePlus, Mobile, "7700900123");
    check(gb, "07012345678", OnePlus, Premium, "7012345678");
    check(gb, "08001234567", OnePlus, TollFree, "8001234567");
    check(gb, "09012345678", OnePlus, Premium, "9012345678");
    check(gb, "0012155550123", ABROAD, International, "+12155550123");
    assert_eq!(dial("gb", None, "0207946"), Dialed::Incomplete);
    assert_eq!(dial("gb", None, "999"), Dialed::Impossible);
    assert_eq!(dial("gb", None, "020794601234"), Dialed::Impossible);
}

#[test]
fn germany() {
    let de = ("de", Some("30"));
    check(de, "03023125000", OnePlus, Local, "3023125000");
    check(de, "08923125000", OnePlus, National, "8923125000");
    check(de, "015123456789", OnePlus, Mobile, "15123456789");
    check(de, "08001234567", OnePlus, TollFree, "8001234567");
    check(de, "09001234567", OnePlus, Premium, "9001234567");
    check(de, "23125000", Direct, Local, "3023125000");
    check(de, "0012155550123", ABROAD, International, "+12155550123");
    assert!(matches!(
        dial("de", None, "03023125000"),
        Dialed::CouldEnd(_)
    ));
    assert_eq!(dial("de", None, "030"), Dialed::Incomplete);
    assert_eq!(dial("de", Some("30"), "110"), Dialed::Impossible);
    assert_eq!(dial("de", None, "23125000"), Dialed::Impossible);
}

#[test]
fn france() {
    let fr = ("fr", Some("1"));
    check(fr, "0123456789", OnePlus, Local, "123456789");
    check(fr, "0423456789", OnePlus, National, "423456789");
    check(fr, "0612345678", OnePlus, Mobile, "612345678");
    check(fr, "0800123456", OnePlus, TollFree, "800123456");
    check(fr, "0899123456", OnePlus, Premium, "899123456");
    check(fr, "0012155550123", ABROAD, International, "+12155550123");
    assert!(matches!(
        dial("fr", None, "0123456789"),
        Dialed::Complete(_)
    ));
    assert_eq!(dial("fr", None, "012345678"), Dialed::Incomplete);
    assert_eq!(dial("fr", None, "112"), Dialed::Impossible);
}

#[test]
fn spain() {
    let es = ("es", Some("91"));
    check(es, "912345678", Direct, Local, "912345678");
    check(es, "932345678", Direct, National, "932345678");
    check(es, "612345678", Direct, Mobile, "612345678");
    check(es, "900123456", Direct, TollFree, "900123456");
    check(es, "803123456", Direct, Premium, "803123456");
    check(es, "0012155550123", ABROAD, International, "+12155550123");
    assert_eq!(dial("es", None, "91234567"), Dialed::Incomplete);
    assert_eq!(dial("es", None, "112"), Dialed::Impossible);
}

#[test]
fn italy() {
    let it = ("it", Some("06"));
    check(it, "0612345678", Direct, Local, "0612345678");
    check(it, "0212345678", Direct, National, "0212345678");
    check(it, "3331234567", Direct, Mobile, "3331234567");
    check(it, "800123456", Direct, TollFree, "800123456");
    check(it, "899123456", Direct, Premium, "899123456");
    check(it, "0012155550123", ABROAD, International, "+12155550123");
    assert_eq!(dial("it", None, "0212"), Dialed::Incomplete);
    assert_eq!(dial("it", None, "112"), Dialed::Impossible);
}

#[test]
fn russia() {
    let ru = ("ru", Some("495"));
    check(ru, "84951234567", OnePlus, Local, "4951234567");
    check(ru, "88121234567", OnePlus, National, "8121234567");
    check(ru, "89161234567", OnePlus, Mobile, "9161234567");
    check(ru, "88001234567", OnePlus, TollFree, "8001234567");
    check(ru, "2345678", Direct, Local, "4952345678");
    check(ru, "81012155550123", ABROAD, International, "+12155550123");
    assert_eq!(dial("ru", None, "8495"), Dialed::Incomplete);
    assert_eq!(dial("ru", None, "112"), Dialed::Impossible);
}

#[test]
fn china() {
    let cn = ("cn", Some("10"));
    check(cn, "01012345678", OnePlus, Local, "1012345678");
    check(cn, "02112345678", OnePlus, National, "2112345678");
    check(cn, "075512345678", OnePlus, National, "75512345678");
    check(cn, "13812345678", Direct, Mobile, "13812345678");
    check(cn, "62345678", Direct, Local, "1062345678");
    check(cn, "8001234567", Direct, TollFree, "8001234567");
    check(cn, "0012155550123", ABROAD, International, "+12155550123");
    assert_eq!(dial("cn", None, "0755123"), Dialed::Incomplete);
    assert_eq!(dial("cn", None, "110"), Dialed::Impossible);
}

#[test]
fn vietnam() {
    let vn = ("vn", Some("24"));
    check(vn, "02412345678", OnePlus, Local, "2412345678");
    check(vn, "02812345678", OnePlus, National, "2812345678");
    check(vn, "0912345678", OnePlus, Mobile, "912345678");
    check(vn, "18001234", Direct, TollFree, "18001234");
    check(vn, "19001234", Direct, Premium, "19001234");
    check(vn, "0012155550123", ABROAD, International, "+12155550123");
    assert_eq!(dial("vn", None, "09123"), Dialed::Incomplete);
    assert_eq!(dial("vn", None, "113"), Dialed::Impossible);
}

#[test]
fn brazil() {
    let br = ("br", Some("11"));
    check(br, "0151123456789", OnePlus, Local, "1123456789");
    check(br, "0212123456789", OnePlus, National, "2123456789");
    check(br, "02121987654321", OnePlus, Mobile, "21987654321");
    check(br, "90212123456789", ZeroPlus, National, "2123456789");
    check(br, "902121987654321", ZeroPlus, Mobile, "21987654321");
    check(br, "909023456789", ZeroPlus, Local, "1123456789");
    check(br, "9090987654321", ZeroPlus, Mobile, "11987654321");
    check(br, "23456789", Direct, Local, "1123456789");
    check(br, "987654321", Direct, Mobile, "11987654321");
    check(br, "08001234567", OnePlus, TollFree, "8001234567");
    check(br, "00211215555012", ABROAD, International, "+1215555012");
    assert_eq!(dial("br", None, "021212345"), Dialed::Incomplete);
    assert_eq!(dial("br", None, "190"), Dialed::Impossible);
    assert_eq!(dial("br", None, "23456789"), Dialed::Impossible);
}

#[test]
fn canada() {
    let ca = ("ca", Some("416"));
    check(ca, "04165550123", ZeroPlus, Local, "4165550123");
    check(ca, "16045550123", OnePlus, National, "6045550123");
    check(ca, "6045550123", Direct, National, "6045550123");
    check(ca, "12125550123", OnePlus, International, "2125550123");
    check(ca, "18765550123", OnePlus, International, "8765550123");
    check(ca, "18885550123", OnePlus, TollFree, "8885550123");
    check(ca, "19005550123", OnePlus, Premium, "9005550123");
    check(ca, "14169765012", OnePlus, Premium, "4169765012");
    check(ca, "5550123", Direct, Local, "4165550123");
    check(ca, "01144207946", ABROAD, International, "+44207946");
    assert_eq!(dial("ca", None, "911"), Dialed::Impossible);
    assert_eq!(dial("ca", None, "01112125550123"), Dialed::Impossible);
}

#[test]
fn australia() {
    let au = ("au", Some("2"));
    check(au, "0291234567", OnePlus, Local, "291234567");
    check(au, "0391234567", OnePlus, National, "391234567");
    check(au, "0412345678", OnePlus, Mobile, "412345678");
    check(au, "91234567", Direct, Local, "291234567");
    check(au, "1800123456", Direct, TollFree, "1800123456");
    check(au, "1900123456", Direct, Premium, "1900123456");
    check(au, "001112155550123", ABROAD, International, "+12155550123");
    for impossible in ["000", "0512345678", "0011612912345", "13123"] {
        assert_eq!(
            dial("au", Some("2"), impossible),
            Dialed::Impossible,
            "{impossible}"
        );
    }
}

#[test]
fn netherlands_and_switzerland() {
    let nl = ("nl", Some("20"));
    check(nl, "0201234567", OnePlus, Local, "201234567");
    check(nl, "0101234567", OnePlus, National, "101234567");
    check(nl, "0612345678", OnePlus, Mobile, "612345678");
    check(nl, "08001234", OnePlus, TollFree, "8001234");
    check(nl, "08001234567", OnePlus, TollFree, "8001234567");
    check(nl, "09091234567", OnePlus, Premium, "9091234567");
    check(nl, "09001234", OnePlus, Premium, "9001234");
    assert_eq!(dial("nl", None, "112"), Dialed::Impossible);
    let ch = ("ch", Some("44"));
    check(ch, "0441234567", OnePlus, Local, "441234567");
    check(ch, "0221234567", OnePlus, National, "221234567");
    check(ch, "0791234567", OnePlus, Mobile, "791234567");
    check(ch, "0800123456", OnePlus, TollFree, "800123456");
    check(ch, "0906123456", OnePlus, Premium, "906123456");
    check(ch, "0012155550123", ABROAD, International, "+12155550123");
    assert_eq!(dial("ch", None, "0041441234567"), Dialed::Impossible);
}

/// Plans in which every national number has the same length.
#[test]
fn plans_without_a_trunk_prefix() {
    for (code, area, dialed, call_type) in [
        ("dk", None, "33123456", National),
        ("dk", None, "20123456", Mobile),
        ("dk", None, "80123456", TollFree),
        ("dk", None, "90123456", Premium),
        ("no", None, "22123456", National),
        ("no", None, "91234567", Mobile),
        ("no", None, "80012345", TollFree),
        ("no", None, "82012345", Premium),
        ("pl", Some("22"), "221234567", Local),
        ("pl", Some("22"), "121234567", National),
        ("pl", None, "501234567", Mobile),
        ("pl", None, "800123456", TollFree),
        ("pl", None, "701234567", Premium),
        ("pt", Some("21"), "211234567", Local),
        ("pt", Some("21"), "221234567", National),
        ("pt", None, "912345678", Mobile),
        ("pt", None, "800123456", TollFree),
        ("pt", None, "760123456", Premium),
        ("cz", Some("2"), "221234567", Local),
        ("cz", Some("2"), "541234567", National),
        ("cz", None, "601234567", Mobile),
        ("cz", None, "800123456", TollFree),
        ("cz", None, "906123456", Premium),
        ("gr", Some("21"), "2101234567", Local),
        ("gr", Some("21"), "2310123456", National),
        ("gr", None, "6912345678", Mobile),
        ("gr", None, "8001234567", TollFree),
        ("gr", None, "9011234567", Premium),
    ] {
        check((code, area), dialed, Direct, call_type, dialed);
        let short = &dialed[..dialed.len() - 1];
        assert_eq!(
            dial(code, area, short),
            Dialed::Incomplete,
            "{code} {short}"
        );
        let long = format!("{dialed}0");
        assert_eq!(dial(code, area, &long), Dialed::Impossible, "{code} {long}");
        assert_eq!(dial(code, area, "112"), Dialed::Impossible, "{code} 112");
        check(
            (code, area),
            "0012155550123",
            ABROAD,
            International,
            "+12155550123",
        );
    }
}

/// By way of its own country code a number would stand under another form than the tables hold.
#[test]
fn a_number_at_home_cannot_be_dialed_as_one_abroad() {
    for (code, dialed) in [
        ("au", "001161190012345"),
        ("ch", "0041906123456"),
        ("cz", "00420906123456"),
        ("dk", "004590123456"),
        ("gr", "00309011234567"),
        ("nl", "00319091234567"),
        ("no", "004782012345"),
        ("pl", "0048701234567"),
        ("pt", "00351760123456"),
    ] {
        assert_eq!(
            dial(code, None, dialed),
            Dialed::Impossible,
            "{code} {dialed}"
        );
    }
}

#[test]
fn no_rule_is_without_a_number_that_fits_it() {
    for code in codes() {
        let country = load(code).expect("a good table");
        for area in [None, Some("11"), Some("215")] {
            let plan = country.dial_plan(area);
            for rule in plan.rules() {
                let mut digits = String::new();
                for c in rule.shape.chars() {
                    digits.push(match c {
                        'N' => '6',
                        'Z' => '5',
                        'X' => '0',
                        '.' => continue,
                        c => c,
                    });
                }
                while digits.len() < usize::from(rule.min) {
                    digits.push('6');
                }
                let dialed = plan.read(&Digits::parse(&digits).expect("digits"));
                assert!(
                    matches!(dialed, Dialed::Complete(_) | Dialed::CouldEnd(_)),
                    "{code} {digits}: {dialed:?} of {rule:?}"
                );
            }
        }
    }
}

/// What an exchange may connect before all digits are dialed.
fn shorter(country: &str, area: Option<&str>, digits: &str) -> Vec<String> {
    let plan = load(country).expect("a good table").dial_plan(area);
    let digits = Digits::parse(digits).expect("digits");
    let numbers = plan.shorter(&digits);
    numbers.iter().map(ToString::to_string).collect()
}

#[test]
fn a_number_of_open_length_may_end_before_its_last_digits() {
    assert_eq!(
        shorter("us", Some("215"), "0114420794601"),
        ["+4420794", "+44207946", "+442079460"]
    );
    assert_eq!(shorter("gb", Some("20"), "01632960123"), ["163296012"]);
    assert_eq!(shorter("de", Some("30"), "52345"), ["305234"]);
}

#[test]
fn a_number_of_one_length_is_reached_by_digits_that_only_a_longer_rule_reads() {
    assert_eq!(
        shorter("cn", Some("10"), "021123456789"),
        ["2112345678"],
        "the closed rule of 02 is before the open one"
    );
    let of_mail_order = shorter("de", Some("30"), "080012345678");
    assert!(
        of_mail_order.contains(&"8001234567".to_owned()),
        "{of_mail_order:?}"
    );
    assert_eq!(shorter("nl", Some("20"), "08001234567"), ["8001234"]);
}

#[test]
fn a_number_of_one_length_ends_at_its_last_digit_only() {
    // Seven of these digits would be a number of their own.
    assert_eq!(shorter("us", Some("215"), "02155550123"), [""; 0]);
    assert_eq!(shorter("us", Some("215"), "2155550"), [""; 0]);
    assert_eq!(shorter("gb", Some("20"), "07700900123"), [""; 0]);
}

/// Digits that fit a rule, as many as it takes, another choice of them for each `turn`.
fn digits_of(rule: &DialRule, turn: usize) -> Digits {
    let shape = rule.shape.trim_end_matches('.');
    let more = usize::from(rule.max) - shape.len();
    let places = shape.chars().chain(std::iter::repeat_n('X', more));
    let digits = places.enumerate().map(|(at, place)| {
        let any = turn * 31 + at * 7 + turn / 3 * at;
        match place {
            'N' => (any % 8 + 2).to_string(),
            'Z' => (any % 9 + 1).to_string(),
            'X' => (any % 10).to_string(),
            digit => digit.to_string(),
        }
    });
    Digits::parse(&digits.collect::<String>()).expect("digits")
}

/// Asks every rule by itself: the order of the rules hides none.
#[test]
fn each_number_that_a_head_of_the_dialed_digits_is_by_any_rule_is_among_the_shorter() {
    let mut met = 0;
    for code in codes_with_dial_plan() {
        let plan = load(code).expect("a good table").dial_plan(Some("21"));
        let alone = |rule: &DialRule| (rule.clone(), DialPlan::new(vec![rule.clone()]));
        let rules: Vec<_> = plan.rules().iter().map(alone).collect();
        let step = rules.len().div_ceil(50);
        let dialed = rules.iter().step_by(step);
        for (turn, (rule, _)) in dialed.cycle().take(150).enumerate() {
            let dialed = digits_of(rule, turn);
            let shorter = plan.shorter(&dialed);
            for head in (1..dialed.len()).map(|length| dialed.head(length)) {
                for (rule, plan_of_one) in &rules {
                    let (Dialed::Complete(read) | Dialed::CouldEnd(read)) = plan_of_one.read(&head)
                    else {
                        continue;
                    };
                    if rule.strip > 0 || rule.min < rule.max {
                        let told = shorter.contains(&read.number);
                        assert!(told, "{code} {dialed}: {} of {rule:?}", read.number);
                        let grows = plan.could_grow(&read.number);
                        assert!(grows, "{code} {dialed}: {}", read.number);
                        met += 1;
                    }
                }
            }
        }
    }
    assert!(met > 1000, "{met}");
}

#[test]
fn a_number_can_grow_where_digits_after_it_may_reach_it() {
    let grows = |country, area, digits| {
        let plan = load(country).expect("a good table").dial_plan(Some(area));
        plan.could_grow(&PhoneNumber::parse(digits).expect("a number"))
    };
    assert!(grows("us", "215", "+442079460123"));
    assert!(grows("cn", "10", "2112345678"));
    assert!(grows("de", "30", "8001234567"));
    assert!(grows("nl", "20", "8001234"));
    assert!(!grows("us", "215", "2155550123"));
    assert!(!grows("gb", "20", "7700900123"));
}

#[test]
fn an_area_code_is_one_with_which_numbers_of_the_country_begin() {
    let takes = |code, area| {
        let country = tonetables::load(code).expect("it is built in");
        country.takes_area(area)
    };
    for (code, area) in [
        ("us", "215"),
        ("ca", "416"),
        ("gb", "20"),
        ("au", "2"),
        ("br", "11"),
        ("ch", "44"),
        ("cn", "10"),
        ("cz", "2"),
        ("de", "30"),
        ("es", "91"),
        ("fr", "1"),
        ("gr", "21"),
        ("it", "06"),
        ("mx", "55"),
        ("nl", "20"),
        ("pl", "22"),
        ("pt", "21"),
        ("ru", "495"),
        ("vn", "24"),
        ("jp", "3"),
    ] {
        assert!(takes(code, area), "{area} of {code}");
    }
    for (code, area) in [
        ("us", "21"),
        ("us", "911"),
        ("us", "115"),
        ("us", "2155"),
        ("gb", "0"),
        ("de", "030"),
    ] {
        assert!(!takes(code, area), "{area} of {code}");
    }
}
