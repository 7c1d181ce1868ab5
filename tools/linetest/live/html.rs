//! The page that a technician hands over: one file, no script, nothing from elsewhere, pictures drawn
//! in place. The verdict comes first, then what to look at, then all lines, each line, the limits.

mod plots;

use std::fmt::Write as _;

use measure::limits::{LIMITS, Quantity, Verdict, number};

use super::sheet::{Figure, NOT_TESTED, Sheet};

/// How each of its pages begins, and no other file does.
pub(super) const MARK: &str = "<!doctype html>\n<!-- a page of linetest report -->\n";

const STYLE: &str = include_str!("html/style.css");

/// What the overview may show of a line, in this order; only what was measured on some line.
const COLUMNS: [Quantity; 8] = [
    Quantity::DialToneLevel,
    Quantity::DialToneDelay,
    Quantity::ProceedDelay,
    Quantity::WinkLength,
    Quantity::CMessageNoise,
    Quantity::Erl,
    Quantity::FarNoise,
    Quantity::MilliwattLevel,
];

/// The whole page; `site` is its name, if the lines are of one; `when` is the time of the test in words.
pub(super) fn page(title: &str, site: &str, when: &str, sheets: &[Sheet]) -> String {
    let title = match title {
        "" => "Line test",
        title => title,
    };
    let title = escape(title);
    let mut out = String::new();
    let _ = writeln!(
        out,
        "{MARK}<html lang=\"en\"><head><meta charset=\"utf-8\">\n<meta name=\"viewport\" \
         content=\"width=device-width,initial-scale=1\">\n<title>{title}</title>\n\
         <style>{STYLE}</style></head><body>\n<header><h1>{title}</h1>\n<p class=\"m\">{}{}, tested {}, \
         linetest {}</p>",
        match site {
            "" => String::new(),
            site => format!("{}: ", escape(site)),
        },
        lines(sheets.len()),
        escape(when),
        env!("CARGO_PKG_VERSION"),
    );
    banner(&mut out, sheets);
    out.push_str("</header>\n");
    findings(&mut out, sheets);
    overview(&mut out, sheets);
    for (at, sheet) in sheets.iter().enumerate() {
        section(&mut out, at, sheet);
    }
    legend(&mut out, sheets);
    out.push_str("</body></html>\n");
    out
}

fn lines(count: usize) -> String {
    match count {
        1 => "1 line".to_owned(),
        count => format!("{count} lines"),
    }
}

/// The verdict on all of it.
fn banner(out: &mut String, sheets: &[Sheet]) {
    let count = |word: &str| sheets.iter().filter(|s| s.verdict() == word).count();
    let worst_first = [Verdict::Bad, Verdict::Doubtful, Verdict::Good];
    let worst = worst_first
        .into_iter()
        .find(|verdict| count(verdict.word()) > 0);
    let (verdict, says) = match worst {
        Some(Verdict::Bad) => ("bad", "Bad"),
        Some(Verdict::Doubtful) => ("doubtful", "Doubtful"),
        Some(Verdict::Good) => ("good", "Good"),
        None => ("not", "Nothing tested"),
    };
    let _ = writeln!(
        out,
        "<p class=\"banner {verdict}\"><strong>{says}</strong> {}: {} good, {} doubtful, {} bad, \
         {} not tested.</p>",
        lines(sheets.len()),
        count(Verdict::Good.word()),
        count(Verdict::Doubtful.word()),
        count(Verdict::Bad.word()),
        count(NOT_TESTED)
    );
}

/// What is not good, the worst first, with the lines that have it and what it usually means.
fn findings(out: &mut String, sheets: &[Sheet]) {
    let mut found: Vec<(&Figure, Vec<String>)> = Vec::new();
    for (at, sheet) in sheets.iter().enumerate() {
        let line = format!("<a href=\"#line{at}\">{}</a>", escape(short(&sheet.line)));
        for figure in sheet.not_good() {
            let same = |known: &Figure| {
                known.name == figure.name
                    && known.verdict == figure.verdict
                    && known.meaning == figure.meaning
            };
            match found.iter_mut().find(|(known, _)| same(known)) {
                Some((_, lines)) => lines.push(line.clone()),
                None => found.push((figure, vec![line.clone()])),
            }
        }
    }
    if found.is_empty() {
        return;
    }
    found.sort_by_key(|(figure, lines)| (!figure.is_bad(), std::cmp::Reverse(lines.len())));
    out.push_str(
        "<section id=\"findings\"><h2>What to look at</h2>\n<table><thead><tr><th></th><th>measured</th>\
         <th>what it usually means</th><th>lines</th></tr></thead><tbody>\n",
    );
    for (figure, lines) in found {
        let _ = writeln!(
            out,
            "<tr><td>{}</td><td class=\"w\">{}</td><td>{}</td><td>{}</td></tr>",
            badge(figure.verdict.unwrap_or_default()),
            escape(figure.name),
            escape(figure.meaning.as_deref().unwrap_or_default()),
            lines.join(", ")
        );
    }
    out.push_str("</tbody></table></section>\n");
}

/// A line's name without what is said of its channel.
fn short(line: &str) -> &str {
    // A phone's own name stands between quotes, and may have any of it.
    let named = line.rfind('"').map_or(0, |quote| quote + 1);
    let end = line[named..]
        .find([',', '('])
        .map_or(line.len(), |at| named + at);
    match line[..end].trim_end() {
        "" => line,
        short => short,
    }
}

/// A row a line: the values that matter most.
fn overview(out: &mut String, sheets: &[Sheet]) {
    let measured = |quantity: &Quantity| sheets.iter().any(|sheet| sheet.has(*quantity));
    let columns: Vec<Quantity> = COLUMNS.into_iter().filter(measured).collect();
    out.push_str(
        "<section id=\"overview\"><h2>All lines</h2>\n<div class=\"wide\"><table><thead><tr><th>line</th>\
         <th>verdict</th>",
    );
    for quantity in &columns {
        let limit = quantity.limit();
        let _ = write!(
            out,
            "<th class=\"n\">{}<br>{}</th>",
            escape(limit.name),
            escape(limit.unit)
        );
    }
    out.push_str("</tr></thead><tbody>\n");
    for (at, sheet) in sheets.iter().enumerate() {
        let line = escape(&sheet.line);
        let _ = write!(
            out,
            "<tr><td class=\"w\"><a href=\"#line{at}\">{line}</a></td><td>{}</td>",
            badge(sheet.verdict())
        );
        for quantity in &columns {
            let name = quantity.limit().name;
            let found = sheet.figures.iter().find(|figure| figure.name == name);
            let cell = found.map_or(String::new(), |figure| {
                let class = figure.verdict.unwrap_or_default();
                format!("<span class=\"v {class}\">{}</span>", number(figure.value))
            });
            let _ = write!(out, "<td class=\"n\">{cell}</td>");
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody></table></div></section>\n");
}

fn section(out: &mut String, at: usize, sheet: &Sheet) {
    let _ = writeln!(
        out,
        "<section class=\"line\" id=\"line{at}\"><h2>{} {}</h2>",
        escape(&sheet.line),
        badge(sheet.verdict())
    );
    if !sheet.figures.is_empty() {
        out.push_str(
            "<table><thead><tr><th>measured</th><th class=\"n\">value</th><th></th><th></th><th>good \
             is</th></tr></thead><tbody>\n",
        );
        sheet.figures.iter().for_each(|figure| row(out, figure));
        out.push_str("</tbody></table>\n");
    }
    if !sheet.remarks.is_empty() || sheet.failure.is_some() {
        out.push_str("<ul>");
        for remark in sheet.remarks.iter().chain(&sheet.failure) {
            let _ = write!(out, "<li>{}</li>", escape(remark));
        }
        out.push_str("</ul>\n");
    }
    if !sheet.return_loss.is_empty() {
        plots::return_loss(out, &sheet.return_loss);
    }
    out.push_str("</section>\n");
}

fn row(out: &mut String, figure: &Figure) {
    let accuracy = match figure.accuracy {
        Some(accuracy) if accuracy > 0.0 => format!(" \u{b1}{accuracy}"),
        _ => String::new(),
    };
    let value = format!("{}{accuracy} {}", number(figure.value), figure.unit);
    let verdict = figure.verdict.map(badge).unwrap_or_default();
    let limit = LIMITS.iter().find(|limit| limit.name == figure.name);
    let gauge = limit.and_then(|limit| plots::gauge(limit, figure.value));
    let good = escape(figure.good.as_deref().unwrap_or_default());
    let _ = write!(
        out,
        "<tr><td class=\"w\">{}</td><td class=\"n\">{}</td><td>{verdict}</td><td class=\"g\">{}</td>\
         <td>{good}",
        escape(figure.name),
        escape(value.trim_end()),
        gauge.unwrap_or_default()
    );
    if let Some(meaning) = &figure.meaning {
        let _ = write!(out, "<div class=\"m\">{}</div>", escape(meaning));
    }
    out.push_str("</td></tr>\n");
}

fn badge(verdict: &'static str) -> String {
    format!("<span class=\"v {verdict}\">{verdict}</span>")
}

/// Where the limits come from, of what was measured.
fn legend(out: &mut String, sheets: &[Sheet]) {
    let measured = |name: &str| {
        let mut figures = sheets.iter().flat_map(|sheet| &sheet.figures);
        figures.any(|figure| figure.name == name)
    };
    let known: Vec<_> = LIMITS.iter().filter(|limit| measured(limit.name)).collect();
    if known.is_empty() {
        return;
    }
    out.push_str(
        "<section id=\"limits\"><h2>Limits and their sources</h2>\n<table><thead><tr><th>measured</th>\
         <th>good is</th><th>bad is</th><th>source</th></tr></thead><tbody>\n",
    );
    for limit in known {
        let _ = writeln!(
            out,
            "<tr><td class=\"w\">{}</td><td class=\"w\">{}</td><td class=\"w\">{}</td><td \
             class=\"m\">{}</td></tr>",
            escape(limit.name),
            escape(&limit.good_words()),
            escape(&limit.bad_words()),
            escape(limit.source)
        );
    }
    out.push_str(
        "</tbody></table>\n<p class=\"m\">What is neither good nor bad is doubtful: it works, and will be \
         complained about. Levels are dBm0. Return loss is that of the line against the balance that the \
         card is set to.</p></section>\n",
    );
}

/// Text that is text, whatever is in it.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if c.is_control() && c != '\n' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheets() -> Vec<Sheet> {
        let mut bad = Sheet::new("trunk <1> & \"co\"\u{7}", "report");
        bad.judge(Quantity::CMessageNoise, 42.0);
        bad.judge(Quantity::Erl, 9.0);
        bad.remark("held by </script><b>'x' (process 7)");
        bad.return_loss = vec![(300.0, 12.0), (1000.0, 9.0), (3400.0, 60.0)];
        let mut doubtful = Sheet::new("trunk 2", "report");
        doubtful.judge(Quantity::CMessageNoise, 25.0);
        let mut other = Sheet::new("trunk 3", "report");
        other.judge(Quantity::CMessageNoise, 44.0);
        vec![bad, doubtful, other]
    }

    /// Every tag that is opened is closed, in order.
    fn balanced(page: &str) {
        const EMPTY: [&str; 9] = [
            "!doctype", "!--", "meta", "br", "line", "rect", "polyline", "polygon", "path",
        ];
        let mut open: Vec<&str> = Vec::new();
        for tag in page.split('<').skip(1) {
            let tag = tag.split('>').next().expect("a tag ends");
            let name = tag.split_whitespace().next().expect("a name");
            match name.strip_prefix('/') {
                Some(name) => assert_eq!(open.pop(), Some(name), "before </{name}>"),
                None if EMPTY.contains(&name.trim_end_matches('/')) => {}
                None => open.push(name),
            }
        }
        assert!(open.is_empty(), "{open:?}");
    }

    #[test]
    fn the_page_is_whole_and_needs_nothing_from_elsewhere() {
        let page = page(
            "<Title> of \u{1b}[31m'it'",
            "",
            "2026-11-22 15:00 UTC",
            &sheets(),
        );
        balanced(&page);
        for outside in [
            "http", "<script", "src=", "url(", "@import", "\u{7}", "\u{1b}",
        ] {
            assert!(!page.contains(outside), "{outside:?}");
        }
        assert!(page.contains("<h1>&lt;Title&gt; of \u{fffd}[31m&#39;it&#39;</h1>"));
        assert!(page.contains("trunk &lt;1&gt; &amp; &quot;co&quot;\u{fffd}"));
        assert!(page.contains("held by &lt;/script&gt;&lt;b&gt;&#39;x&#39; (process 7)"));
    }

    #[test]
    fn the_verdict_comes_first_then_what_is_wrong_the_worst_on_top() {
        let page = page("", "", "now", &sheets());
        let at = |text: &str| page.find(text).unwrap_or_else(|| panic!("no {text:?}"));
        let order = [
            "<h1>Line test</h1>",
            "<strong>Bad</strong> 3 lines: 0 good, 1 doubtful, 2 bad, 0 not tested.",
            "id=\"findings\"",
            "&lt;1&gt; &amp; &quot;co&quot;\u{fffd}</a>, <a href=\"#line2\">trunk 3</a></td>",
            "<span class=\"v doubtful\">doubtful</span></td><td class=\"w\">noise, C-message",
            "id=\"overview\"",
            "id=\"line0\"",
            "<figure>",
            "id=\"line2\"",
            "id=\"limits\"",
        ];
        for pair in order.windows(2) {
            assert!(at(pair[0]) < at(pair[1]), "{pair:?}");
        }
        assert!(!page.contains("1004 Hz level"), "only what was measured");
    }

    #[test]
    fn good_lines_have_nothing_to_look_at() {
        let mut good = Sheet::new("trunk 1", "report");
        good.judge(Quantity::Erl, 30.0);
        let page = page("", "", "now", &[good]);
        assert!(page.contains("banner good\"><strong>Good</strong> 1 line: 1 good"));
        assert!(!page.contains("id=\"findings\""));
    }
}
