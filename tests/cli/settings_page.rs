//! The page of all settings against the reader: every key there is, with its range and its default, and
//! no other.

use std::{collections::BTreeSet, fmt::Write as _, path::Path};

use sallyport::site::Site;

const PAGE: &str = include_str!("../../src/site/SETTINGS.md");

/// Each table with what it can't be without.
const TABLES: &[(&str, &str)] = &[
    (
        "[site]",
        "id = 7\nname = \"N\"\ncountry = \"us\"\ntime_zone = \"UTC\"\ndata = \"d\"\n\
         languages = [\"en\"]\ndriver = \"sim\"",
    ),
    ("[routing]", ""),
    ("[[line]]", "id = 1\nchannel = 1"),
    (
        "[[reader]]",
        "line = 1\nport = \"/dev/ttyS0\"\nformat = \"lines\"",
    ),
    (
        "[[trunk]]",
        "id = 1\nchannel = 2\nsignalling = \"SIGNALLING\"",
    ),
    ("[trunk.trust]", ""),
    ("[dahdi]", ""),
    ("[sim]", ""),
    (
        "[[sim.route]]",
        "number = \"2155550142\"\nending = \"busy\"",
    ),
    ("[defaults]", ""),
    ("[[defaults.class]]", "number = 1\nseconds = 60"),
    ("[[defaults.schedule]]", "number = 1"),
    ("[[defaults.phone]]", "line = 1"),
    (
        "[[defaults.inmate]]",
        "id = \"A\"\nname = \"N\"\npin = \"482915\"",
    ),
    ("[[defaults.officer]]", "id = \"O\"\nname = \"N\""),
    (
        "[[defaults.hours]]",
        "number = \"900*\"\nhours = [\"08:00-20:00\"]",
    ),
    ("[[defaults.group]]", "name = \"East\""),
    ("[[defaults.inmate_class]]", "number = 1\nname = \"N\""),
    ("[[defaults.list]]", "of = \"supervision 1\""),
    ("[[defaults.window]]", "of = \"group East\"\nhours = []"),
    ("[[defaults.call_treatment]]", "number = 1"),
    ("[[defaults.line_treatment]]", "number = 1"),
    ("[[defaults.line_treatment.rule]]", "calls = \"allow\""),
    ("[[defaults.number]]", "number = \"900*\""),
    ("[[defaults.call_type]]", "type = \"local\""),
    ("[[defaults.number_limit]]", "number = \"215*\""),
    ("[[defaults.route]]", "number = 1"),
    ("[defaults.speed_dial]", ""),
    ("[defaults.holidays]", ""),
];

/// Ranges that the page tells in fewer words than the reader.
const SHORTER: &[&str] = &[
    "country",
    "time_zone",
    "languages",
    "weekday",
    "weekend",
    "holiday",
    "signalling",
    "number",
    "restricted",
    "allowed",
    "allowed_untimed",
    "allowed_privileged",
    "call_types",
    "dialing",
    "pin",
    "card",
    "passcode",
    "code",
    "language",
    "numbers",
    "untimed",
    "privileged",
    "disabled",
    "from",
    "to",
    "groups",
    "unit",
    "of",
    "days",
    "hours",
    "enrollment",
    "enrolled",
    "valid_from",
    "valid_to",
    "entry_restricted",
    "blocked",
    "prefixes",
    "handlings",
    "brands",
];

struct Row {
    /// As its heading has it, such as `[[trunk]]`, and of which signalling.
    table: &'static str,
    signalling: Option<&'static str>,
    key: &'static str,
    allowed: &'static str,
    default: &'static str,
}

fn rows() -> Vec<Row> {
    let (mut table, mut signalling) = ("", None);
    let mut rows = Vec::new();
    for line in PAGE.lines() {
        if let Some(heading) = line.strip_prefix("## `") {
            let (name, of) = heading.split_once('`').expect("a heading in quotes");
            (table, signalling) = (name, of.strip_prefix(", "));
        }
        let cells: Vec<&str> = line.split(" | ").collect();
        if let [key, allowed, default, _] = cells[..]
            && let Some(key) = key.strip_prefix("| `")
        {
            let key = key.trim_end_matches('`');
            rows.push(Row {
                table,
                signalling,
                key,
                allowed,
                default,
            });
        }
    }
    assert!(rows.len() > 100, "{} rows", rows.len());
    rows
}

/// A whole site, with one more line in one of its tables.
fn site(signalling: Option<&str>, table: &str, line: &str) -> String {
    let mut text = String::new();
    for (name, content) in TABLES {
        let kind = match signalling {
            Some("r2") if !line.starts_with("r2_country") => "r2\"\nr2_country = \"itu",
            kind => kind.unwrap_or("loop-start"),
        };
        let content = content.replace("SIGNALLING", kind);
        let here = *name == table;
        let key = line.split(" = ").next().unwrap_or_default();
        // The line takes the place of the one that stands there.
        let kept = content
            .lines()
            .filter(|kept| !here || kept.split(" = ").next() != Some(key));
        let _ = writeln!(text, "{name}");
        kept.for_each(|kept| text.extend([kept, "\n"]));
        if here {
            text.extend([line, "\n"]);
        }
    }
    text
}

fn parsed(text: &str) -> Result<Site, String> {
    Site::parse(text, Path::new("site.toml")).map_err(|errors| errors.to_string())
}

/// The keys that the reader takes in a table.
fn taken(signalling: Option<&str>, table: &str) -> BTreeSet<String> {
    let told = parsed(&site(signalling, table, "zz = 1")).expect_err("no key is called zz");
    let (_, list) = told.split_once("zz` is not a key here").expect(&told);
    let (_, list) = list.split_once("(allowed: ").expect("a list");
    let (list, _) = list.split_once(')').expect("its end");
    list.split(", ").map(str::to_owned).collect()
}

#[test]
fn every_key_that_is_taken_is_on_the_page_and_no_other() {
    let rows = rows();
    let on_page = |table: &str, signalling: Option<&str>| -> BTreeSet<String> {
        let of = |row: &&Row| {
            row.table == table && (row.signalling.is_none() || row.signalling == signalling)
        };
        rows.iter()
            .filter(of)
            .map(|row| row.key.to_owned())
            .collect()
    };
    let cards = on_page("[dahdi]", None);
    let signallings = [
        "loop-start",
        "kewl-start",
        "ground-start",
        "em-immediate",
        "em-wink",
        "em-delay-dial",
        "feature-group-d",
        "r2",
    ];
    for (table, _) in &TABLES[..TABLES.len() - 2] {
        let all: &[&str] = if *table == "[[trunk]]" {
            &signallings
        } else {
            &["loop-start"]
        };
        for &signalling in all {
            let mut keys = on_page(table, Some(signalling));
            if ["[[line]]", "[[trunk]]"].contains(table) {
                keys.extend(cards.iter().cloned());
            }
            if ["feature-group-d", "r2"].contains(&signalling) {
                keys.remove("outpulsing");
            }
            // Tables within it have headings of their own.
            let bare = table.trim_matches(['[', ']']);
            for (other, _) in TABLES {
                let other = other.trim_matches(['[', ']']);
                let below = other
                    .strip_prefix(bare)
                    .and_then(|rest| rest.strip_prefix('.'));
                let own = below.filter(|below| !below.contains('.'));
                keys.extend(own.map(str::to_owned));
            }
            assert_eq!(keys, taken(Some(signalling), table), "{table} {signalling}");
        }
    }
}

#[test]
fn every_range_on_the_page_is_the_reader_s() {
    let mut compared = 0;
    for row in rows() {
        if SHORTER.contains(&row.key) && row.allowed != "true or false" {
            continue;
        }
        let wrong = format!("{} = 1979-05-27", row.key);
        let told = parsed(&site(row.signalling, row.table, &wrong)).expect_err("no date is taken");
        let (_, allowed) = told.split_once("; allowed: ").expect(&told);
        let allowed = allowed.lines().next();
        assert_eq!(allowed, Some(row.allowed), "{} of {}", row.key, row.table);
        compared += 1;
    }
    assert!(compared > 80, "{compared}");
}

#[test]
fn every_default_on_the_page_is_what_holds_without_the_key() {
    let mut compared = 0;
    for row in rows() {
        let (signalling, table) = (row.signalling, row.table);
        let without = || {
            let text = site(signalling, table, &format!("{} = GONE", row.key));
            parsed(&text.replace(&format!("{} = GONE\n", row.key), ""))
        };
        match row.default {
            "needed" => {
                let told = without().expect_err(row.key);
                let missing = format!("{}` is missing", row.key);
                assert!(told.contains(&missing), "{told}");
            }
            "none" => drop(without().expect(row.key)),
            value => {
                let value = value.trim_matches('`');
                let with = parsed(&site(signalling, table, &format!("{} = {value}", row.key)));
                let with = with.unwrap_or_else(|told| panic!("{} of {table}: {told}", row.key));
                let without = without().expect(row.key);
                assert_eq!(
                    format!("{with:?}"),
                    format!("{without:?}"),
                    "{} of {table}",
                    row.key
                );
                compared += 1;
            }
        }
    }
    assert!(compared > 70, "{compared}");
}
