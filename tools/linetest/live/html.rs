//! The page that a technician hands over: one file, no script, pictures drawn in place.

use std::fmt::Write as _;

use measure::limits::{Quantity, Verdict};

use super::sheet::{Figure, NOT_TESTED, Sheet, number};

const STYLE: &str = "\
body{font:15px/1.45 system-ui,sans-serif;color:#222228;max-width:62rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem;margin-bottom:.2rem}h2{font-size:1.15rem;margin:2.2rem 0 .4rem;
border-bottom:1px solid #d6d6dc;padding-bottom:.2rem}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.22rem .6rem;
border-bottom:1px solid #ececf0;vertical-align:top}
th{font-weight:600;color:#55555f}td.n{text-align:right;font-variant-numeric:tabular-nums;
white-space:nowrap}
.v{display:inline-block;min-width:4.8rem;text-align:center;border-radius:.3rem;padding:0 .4rem}
.good{background:#dcefdc;color:#17521b}.doubtful{background:#fbeec6;color:#664a00}
.bad{background:#f8d5d2;color:#7a1712;font-weight:600}.not{background:#e6e6ea;color:#44444c}
.m{color:#55555f;font-size:.9rem}ul{margin:.4rem 0;padding-left:1.2rem}svg{margin:.6rem 0;max-width:100%}
@media print{body{margin:0;max-width:none}h2{break-after:avoid}section{break-inside:avoid}}";

/// The whole page.
pub(super) fn page(title: &str, sheets: &[Sheet]) -> String {
    let title = match title {
        "" => "Line test",
        title => title,
    };
    let title = escape(title);
    let mut out = String::new();
    let _ = writeln!(
        out,
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n<title>{title}</title>\n\
         <style>{STYLE}</style></head><body>\n<h1>{title}</h1>\n<p>{}</p>",
        summary_words(sheets)
    );
    overview(&mut out, sheets);
    for (at, sheet) in sheets.iter().enumerate() {
        section(&mut out, at, sheet);
    }
    legend(&mut out, sheets);
    out.push_str("</body></html>\n");
    out
}

fn summary_words(sheets: &[Sheet]) -> String {
    let count = |word: &str| sheets.iter().filter(|s| s.verdict() == word).count();
    format!(
        "{} lines: {} good, {} doubtful, {} bad, {} not tested.",
        sheets.len(),
        count(Verdict::Good.word()),
        count(Verdict::Doubtful.word()),
        count(Verdict::Bad.word()),
        count(NOT_TESTED)
    )
}

/// A row a line: the values that matter most.
fn overview(out: &mut String, sheets: &[Sheet]) {
    const COLUMNS: [Quantity; 4] = [
        Quantity::DialToneLevel,
        Quantity::CMessageNoise,
        Quantity::Erl,
        Quantity::MilliwattLevel,
    ];
    out.push_str("<table><tr><th>line</th><th>verdict</th>");
    for quantity in COLUMNS {
        let limit = quantity.limit();
        let _ = write!(
            out,
            "<th>{} ({})</th>",
            escape(limit.name),
            escape(limit.unit)
        );
    }
    out.push_str("</tr>\n");
    for (at, sheet) in sheets.iter().enumerate() {
        let line = escape(&sheet.line);
        let _ = write!(out, "<tr><td><a href=\"#line{at}\">{line}</a></td>");
        let _ = write!(out, "<td>{}</td>", badge(sheet.verdict()));
        for quantity in COLUMNS {
            let name = quantity.limit().name;
            let found = sheet.figures.iter().find(|figure| figure.name == name);
            let value = found.map_or("-".to_owned(), |figure| number(figure.value));
            let class = found.and_then(|figure| figure.verdict).unwrap_or_default();
            let _ = write!(
                out,
                "<td class=\"n\"><span class=\"v {class}\">{value}</span></td>"
            );
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</table>\n");
}

fn section(out: &mut String, at: usize, sheet: &Sheet) {
    let _ = writeln!(
        out,
        "<section id=\"line{at}\"><h2>{}</h2>",
        escape(&sheet.line)
    );
    out.push_str("<table><tr><th>measured</th><th>value</th><th></th><th>good</th></tr>\n");
    sheet.figures.iter().for_each(|figure| row(out, figure));
    out.push_str("</table>\n");
    if !sheet.remarks.is_empty() {
        out.push_str("<ul>");
        for remark in &sheet.remarks {
            let _ = write!(out, "<li>{}</li>", escape(remark));
        }
        out.push_str("</ul>\n");
    }
    if !sheet.return_loss.is_empty() {
        return_loss(out, &sheet.return_loss);
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
    let good = escape(figure.good.as_deref().unwrap_or_default());
    let _ = write!(
        out,
        "<tr><td>{}</td><td class=\"n\">{}</td><td>{verdict}</td><td>{good}",
        escape(figure.name),
        escape(value.trim_end())
    );
    if let Some(meaning) = figure.meaning {
        let _ = write!(out, "<div class=\"m\">{}</div>", escape(meaning));
    }
    out.push_str("</td></tr>\n");
}

fn badge(verdict: &'static str) -> String {
    format!("<span class=\"v {verdict}\">{verdict}</span>")
}

/// Places on the picture of return loss.
struct Axes;

impl Axes {
    const WIDTH: f64 = 640.0;
    const HEIGHT: f64 = 240.0;
    const LEFT: f64 = 48.0;
    const BOTTOM: f64 = 36.0;
    const MOST_HZ: f64 = 3600.0;
    const MOST_DB: f64 = 48.0;

    fn x(hz: f64) -> f64 {
        Axes::LEFT + (Axes::WIDTH - Axes::LEFT - 12.0) * hz / Axes::MOST_HZ
    }

    /// Good is up.
    fn y(db: f64) -> f64 {
        let part = db.clamp(0.0, Axes::MOST_DB) / Axes::MOST_DB;
        (Axes::HEIGHT - Axes::BOTTOM) * (1.0 - part) + 8.0 * part
    }
}

/// The curve, with what is asked for in each band.
fn return_loss(out: &mut String, curve: &[(f64, f64)]) {
    let (width, height) = (Axes::WIDTH, Axes::HEIGHT);
    let _ = writeln!(
        out,
        "<svg viewBox=\"0 0 {width} {height}\" width=\"{width}\" role=\"img\" \
         aria-label=\"return loss over frequency\" font-size=\"11\" fill=\"#55555f\">"
    );
    for db in [0.0, 12.0, 24.0, 36.0, 48.0] {
        let y = Axes::y(db);
        let _ = writeln!(
            out,
            "<line x1=\"{}\" x2=\"{}\" y1=\"{y:.1}\" y2=\"{y:.1}\" stroke=\"#ececf0\"/>\
             <text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{db}</text>",
            Axes::LEFT,
            width - 12.0,
            Axes::LEFT - 6.0,
            y + 4.0
        );
    }
    for khz in 0..=3 {
        let x = Axes::x(f64::from(khz) * 1000.0);
        let _ = writeln!(
            out,
            "<text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{khz}</text>",
            height - Axes::BOTTOM + 16.0
        );
    }
    let _ = writeln!(
        out,
        "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">kHz</text>\
         <text x=\"12\" y=\"16\">dB</text>",
        width / 2.0,
        height - 4.0
    );
    bands(out);
    let points: Vec<String> = curve
        .iter()
        .map(|&(hz, db)| format!("{:.1},{:.1}", Axes::x(hz), Axes::y(db)))
        .collect();
    let _ = writeln!(
        out,
        "<polyline fill=\"none\" stroke=\"#2f5d9e\" stroke-width=\"2\" points=\"{}\"/>\n</svg>",
        points.join(" ")
    );
}

/// What is good in each band, as a line below which the curve should not fall.
fn bands(out: &mut String) {
    use measure::echo::{ERL, SRL_HIGH, SRL_LOW};
    let asked = [
        (SRL_LOW, Quantity::SrlLow),
        (ERL, Quantity::Erl),
        (SRL_HIGH, Quantity::SrlHigh),
    ];
    for (band, quantity) in asked {
        let y = Axes::y(quantity.limit().good[0]);
        let (from, to) = (Axes::x(*band.start()), Axes::x(*band.end()));
        let _ = writeln!(
            out,
            "<line x1=\"{from:.1}\" x2=\"{to:.1}\" y1=\"{y:.1}\" y2=\"{y:.1}\" stroke=\"#b5443c\" \
             stroke-dasharray=\"5 3\"/><text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\" \
             fill=\"#b5443c\">{}</text>",
            (from + to) / 2.0,
            y + 14.0,
            match quantity {
                Quantity::SrlLow => "SRL low",
                Quantity::Erl => "ERL",
                _ => "SRL high",
            }
        );
    }
}

/// Where the limits come from, of what was measured.
fn legend(out: &mut String, sheets: &[Sheet]) {
    let mut known: Vec<&Figure> = Vec::new();
    for figure in sheets.iter().flat_map(|sheet| &sheet.figures) {
        if figure.source.is_some() && !known.iter().any(|other| other.name == figure.name) {
            known.push(figure);
        }
    }
    if known.is_empty() {
        return;
    }
    out.push_str(
        "<section><h2>Limits</h2>\n<table><tr><th>measured</th><th>good</th><th>source</th></tr>\n",
    );
    for figure in known {
        let _ = writeln!(
            out,
            "<tr><td>{}</td><td>{}</td><td class=\"m\">{}</td></tr>",
            escape(figure.name),
            escape(figure.good.as_deref().unwrap_or_default()),
            escape(figure.source.unwrap_or_default())
        );
    }
    out.push_str("</table>\n<p class=\"m\">Levels are dBm0; the return loss is that of the line with the \
                  balance that the card is set to. Dashed: what is good in each band.</p></section>\n");
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}
