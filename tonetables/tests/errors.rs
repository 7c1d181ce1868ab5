//! A table with a fault is refused with its file, its line and what is allowed.

use tonetables::{load, parse};

const GOOD: &str = "\
country  Nowhere
source   a test
law      A
tone dial      425 -10dBm0 steady
tone ringback  425 -10dBm0 on 1000 off 4000
tone busy      425 -10dBm0 on 500 off 500
tone reorder   425 -10dBm0 on 250 off 250
codes mobile   6 7
dial 0{mobile}XXXX  6  one-plus  mobile  strip 1
";

/// Refuses the table with one line changed; tells line and what.
fn refused(line: &str, instead: &str) -> (usize, String) {
    assert!(GOOD.contains(line), "{line}");
    let error = parse(&GOOD.replace(line, instead), "nowhere.txt").expect_err(instead);
    assert!(error.to_string().starts_with("nowhere.txt:"), "{error}");
    println!("{error}");
    (error.line, error.what)
}

fn expect(line: &str, instead: &str, at: usize, says: &str) {
    let (number, what) = refused(line, instead);
    assert_eq!(number, at, "{what}");
    assert!(what.contains(says), "{what}");
}

#[test]
fn a_good_table_is_read() {
    let country = parse(GOOD, "nowhere.txt").expect("good");
    assert_eq!(
        (country.code.as_str(), country.name.as_str()),
        ("nowhere", "Nowhere")
    );
    assert_eq!(country.dial_plan.rules().len(), 2);
}

#[test]
fn what_is_missing_is_named() {
    expect("country  Nowhere\n", "", 8, "no country line");
    expect("source   a test\n", "", 8, "no source line");
    expect("law      A\n", "", 8, "no law line");
    expect(
        "tone busy      425 -10dBm0 on 500 off 500\n",
        "",
        8,
        "no tone busy line",
    );
    expect(
        "dial 0{mobile}XXXX  6  one-plus  mobile  strip 1\n",
        "",
        8,
        "no dial line",
    );
}

#[test]
fn words_that_are_none_are_named_with_those_that_are() {
    expect("law      A", "law B", 3, "mu and A");
    expect(
        "country  Nowhere",
        "land Nowhere",
        1,
        "country, source, law",
    );
    expect("tone dial ", "tone dail ", 4, "stutter");
    expect("one-plus  mobile", "two-plus  mobile", 9, "zero-plus");
    expect("one-plus  mobile", "one-plus  cell", 9, "toll-free");
    expect("strip 1", "skip 1", 9, "strip 1");
    expect("0{mobile}", "0{cells}", 9, "{mobile}");
}

#[test]
fn sounds_out_of_range_are_refused() {
    expect(
        "425 -10dBm0 steady",
        "150 -10dBm0 steady",
        4,
        "Hz from 200 to 3400",
    );
    expect("425 -10dBm0 steady", "425 +10dBm0 steady", 4, "-40dBm0");
    expect("425 -10dBm0 steady", "425 steady", 4, "names no level");
    expect("on 500 off 500", "on 0 off 500", 6, "milliseconds from 1");
    expect("on 500 off 500", "on 500", 6, "needs a pause");
    expect("on 500 off 500", "off 500", 6, "has no length");
    expect("425 -10dBm0 on 500 off 500", "once", 6, "no burst");
    expect(
        "on 500 off 500",
        "steady, on 500 off 500",
        6,
        "nothing can follow",
    );
    expect(
        "425 -10dBm0 steady",
        "400+410+420+430+440 -10dBm0 steady",
        4,
        "at most 4",
    );
}

#[test]
fn two_tones_of_one_sound_are_refused_unless_marked() {
    let reorder = "425 -10dBm0 on 250 off 250";
    expect(reorder, "425 -10dBm0 on 510 off 490", 7, "sounds like busy");
    expect(reorder, "same-as howler", 7, "no tone howler stands above");
    let marked = GOOD.replace(reorder, "same-as busy");
    assert!(parse(&marked, "nowhere.txt").is_ok());
}

#[test]
fn shapes_that_cannot_be_dialed_are_refused() {
    expect(
        "0{mobile}XXXX  6",
        "0{mobile}XXXX  7",
        9,
        "end it with \".\"",
    );
    expect("0{mobile}XXXX", "0{mobile}XXXY", 9, "'Y'");
    expect("0{mobile}XXXX", "0.{mobile}XXX", 9, "can only stand last");
    expect("0{mobile}XXXX", "0{mobileXXXX", 9, "without a }");
    expect(
        "0{mobile}XXXX  6",
        "0{mobile}XXXX  six",
        9,
        "count of digits",
    );
    expect("strip 1", "strip 6", 9, "leaves nothing");
    expect("strip 1", "prepend x", 9, "decimal digits");
}

#[test]
fn an_unknown_country_is_answered_with_those_there_are() {
    let error = load("xx").expect_err("no such country");
    assert!(error.what.contains("us"), "{error}");
}

#[test]
fn a_country_without_a_dial_plan_says_so() {
    let rules = "codes mobile   6 7\ndial 0{mobile}XXXX  6  one-plus  mobile  strip 1\n";
    let none = parse(&GOOD.replace(rules, "numbering none\n"), "nowhere.txt").expect("good");
    assert!(!none.has_dial_plan());
    let of = parse(&GOOD.replace(rules, "numbering us\n"), "us-new.txt").expect("good");
    assert_eq!(
        of.dial_plan(Some("215")),
        load("us").expect("us").dial_plan(Some("215"))
    );
    assert_eq!(
        (of.code.as_str(), of.tones.country.as_str()),
        ("us-new", "us")
    );
    let line = "codes mobile   6 7";
    expect(line, "numbering xx", 8, "\"xx\" has no dial lines");
    expect(line, "numbering us-old", 8, "no dial lines to take");
    expect(
        line,
        "numbering none\nnumbering none",
        9,
        "a second numbering",
    );
    let both = GOOD.replace("law      A", "law A\nnumbering none");
    let error = parse(&both, "nowhere.txt").expect_err("both");
    assert!(
        error.what.contains("numbering line and dial lines"),
        "{error}"
    );
}

#[test]
fn bursts_without_a_pause_may_alternate_and_not_repeat_themselves() {
    let busy = "425 -10dBm0 on 500 off 500";
    expect(busy, "425 -10dBm0 on 500, on 500", 6, "needs a pause");
    let alternating = GOOD.replace(busy, "470 -10dBm0 on 400, 425 on 400");
    assert!(parse(&alternating, "nowhere.txt").is_ok());
}

/// Text that means to do harm: each is refused or read, and never more than a moment's work.
#[test]
fn hostile_text_is_refused_with_its_line() {
    let busy = "425 -10dBm0 on 500 off 500";
    for number in [
        "1e39",
        "NaN",
        "inf",
        "-41",
        "0x",
        "1e-39",
        "99999999999999999999",
        "",
        "٤٢٥",
    ] {
        expect(busy, &busy.replace("425", number), 6, "");
        expect(busy, &busy.replace("-10", number), 6, "");
        expect(
            busy,
            &busy.replace("on 500", &format!("on {number}")),
            6,
            "",
        );
        expect("6  one-plus", &format!("{number}  one-plus"), 9, "");
    }
    let bursts = vec!["on 100 off 100"; 1000].join(", ");
    expect(busy, &format!("425 -10dBm0 {bursts}"), 6, "at most");
    let line = format!("tone busy      {busy}\n");
    expect(&line, &line.repeat(200), 104, "more than 100 tones");
    let many: String = (0..90)
        .map(|n| format!("tone howler {} -10dBm0 steady\n", 300 + 30 * n))
        .collect();
    let (_, what) = refused(&line, &format!("{line}{many}"));
    assert!(what.contains("frequencies with this one"), "{what}");
    let list: String = (0..1000).map(|n| format!(" {n:03}")).collect();
    let bomb = format!("codes a{list}\ndial {{a}}{{a}}{{a}}{{a}} 12 direct mobile\n");
    expect(
        "codes mobile   6 7\n",
        &format!("codes mobile 6 7\n{bomb}"),
        10,
        "rules left",
    );
    expect("0{mobile}XXXX", &"X".repeat(100_000), 9, "longer than");
    for text in [
        "\0",
        "\u{feff}",
        "\u{202e}tone",
        "tone\u{a0}dial 425 -10dBm0 steady",
    ] {
        refused("law      A", text);
    }
}

#[test]
fn every_table_of_the_directory_is_built_in_and_loads() {
    let directory = std::fs::read_dir(env!("CARGO_MANIFEST_DIR")).expect("the directory");
    let mut files: Vec<String> = directory
        .map(|entry| entry.expect("an entry").file_name().into_string())
        .filter_map(|name| Some(name.ok()?.strip_suffix(".txt")?.to_owned()))
        .collect();
    files.sort();
    let built_in: Vec<&str> = tonetables::codes().collect();
    assert_eq!(files, built_in);
    for code in built_in {
        let country = load(code).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(country.code, code);
    }
}
