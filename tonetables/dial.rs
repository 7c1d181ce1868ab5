//! Reads the rules of a dial plan.

use crate::{AREA, Template};
use std::collections::BTreeMap;
use types::{
    dial_plan::DialRule,
    digits::{Digits, MAX_DIGITS},
    phone_number::{CallType, DialingPattern},
};

const PATTERNS: [(&str, DialingPattern); 4] = [
    ("zero-plus", DialingPattern::ZeroPlus),
    ("one-plus", DialingPattern::OnePlus),
    ("direct", DialingPattern::Direct),
    ("international", DialingPattern::International),
];

const CALL_TYPES: [(&str, CallType); 10] = [
    ("local", CallType::Local),
    ("intra-lata", CallType::IntraLata),
    ("inter-lata", CallType::InterLata),
    ("interstate", CallType::Interstate),
    ("national", CallType::National),
    ("mobile", CallType::Mobile),
    ("toll-free", CallType::TollFree),
    ("premium", CallType::Premium),
    ("international", CallType::International),
    ("service", CallType::Service),
];

/// The longest shape, names of lists included.
const LONGEST: usize = 200;

/// Reads what follows `dial`: one rule, or one for each combination of codes, while there
/// is room for so many.
pub(crate) fn read(
    text: &str,
    codes: &BTreeMap<String, Vec<String>>,
    room: usize,
) -> Result<Vec<Template>, String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let [shape, digits, pattern, call_type, options @ ..] = &words[..] else {
        return Err("a rule is \"dial <shape> <digits> <pattern> <call type>\"".into());
    };
    if shape.len() > LONGEST {
        return Err(format!("the shape is longer than {LONGEST} characters"));
    }
    let (min, max) = counts(digits)?;
    let mut template = Template {
        rule: DialRule {
            shape: String::new(),
            min,
            max,
            pattern: *one_of(&PATTERNS, pattern, "pattern")?,
            call_type: *one_of(&CALL_TYPES, call_type, "call type")?,
            strip: 0,
            prepend: Digits::EMPTY,
        },
        prepend_area: false,
    };
    take_options(options, &mut template)?;
    if template.rule.strip >= min {
        return Err(format!(
            "strip {} leaves nothing of {min} digits",
            template.rule.strip
        ));
    }
    let mut shapes = vec![String::new()];
    for part in split(shape)? {
        let choices = match part.strip_prefix('{') {
            Some(_) if part == AREA => vec![AREA],
            Some(name) => list(name.trim_end_matches('}'), codes)?,
            None => vec![check_shape(part)?],
        };
        if shapes.len() * choices.len() > room {
            return Err(format!(
                "\"{shape}\" makes more than the {room} rules left to a table"
            ));
        }
        shapes = shapes
            .iter()
            .flat_map(|shape| choices.iter().map(move |more| format!("{shape}{more}")))
            .collect();
    }
    shapes
        .into_iter()
        .map(|shape| one(&template, shape))
        .collect()
}

/// A code of a list is one to six of the letters of a shape.
pub(crate) fn check_code(code: &str) -> Result<(), String> {
    if code.len() > 6 || !code.bytes().all(is_shape) {
        return Err(format!("\"{code}\" is no code; up to six of 0-9, N, Z, X"));
    }
    Ok(())
}

/// Whether the shape has a place for every digit, and only those.
pub(crate) fn has_room(rule: &DialRule) -> bool {
    let fixed = rule.shape.trim_end_matches('.').len();
    let open = rule.shape.ends_with('.');
    let (min, max) = (usize::from(rule.min), usize::from(rule.max));
    if open {
        fixed < max
    } else {
        fixed == max && fixed == min
    }
}

fn one(template: &Template, shape: String) -> Result<Template, String> {
    let mut template = template.clone();
    template.rule.shape = shape;
    let rule = &template.rule;
    // With an area code, what remains is checked when the code is known.
    if !rule.shape.contains(AREA) && !has_room(rule) {
        let Template { rule, .. } = template;
        return Err(format!(
            "shape \"{}\" does not have {}-{} digits; end it with \".\" for any further ones",
            rule.shape, rule.min, rule.max
        ));
    }
    Ok(template)
}

/// Cuts `1{npa}NXX` into `1`, `{npa}`, `NXX`.
fn split(shape: &str) -> Result<Vec<&str>, String> {
    let mut parts = Vec::new();
    let mut rest = shape;
    while !rest.is_empty() {
        let end = if rest.starts_with('{') {
            rest.find('}').map(|at| at + 1)
        } else {
            Some(rest.find('{').unwrap_or(rest.len()))
        };
        let Some(end) = end else {
            return Err(format!("\"{shape}\" has a {{ without a }}"));
        };
        let (part, after) = rest.split_at(end);
        if !after.is_empty() && part.ends_with('.') {
            return Err(format!("\"{shape}\": \".\" can only stand last"));
        }
        parts.push(part);
        rest = after;
    }
    Ok(parts)
}

fn list<'a>(name: &str, codes: &'a BTreeMap<String, Vec<String>>) -> Result<Vec<&'a str>, String> {
    let Some(list) = codes.get(name) else {
        let known: Vec<_> = codes.keys().map(|name| format!("{{{name}}}")).collect();
        return Err(format!(
            "no codes {{{name}}} stand above; there are {AREA} {}",
            known.join(" ")
        ));
    };
    Ok(list.iter().map(String::as_str).collect())
}

fn check_shape(part: &str) -> Result<&str, String> {
    let body = part.strip_suffix('.').unwrap_or(part);
    match body.bytes().find(|c| !is_shape(*c)) {
        None => Ok(part),
        Some(c) => Err(format!(
            "'{}' in \"{part}\" is no shape; 0-9, N (2-9), Z (1-9), X, a last \".\", {{codes}}",
            c as char
        )),
    }
}

fn is_shape(c: u8) -> bool {
    c.is_ascii_digit() || b"NZX".contains(&c)
}

fn counts(text: &str) -> Result<(u8, u8), String> {
    let (min, max) = text.split_once('-').unwrap_or((text, text));
    match (min.parse::<u8>(), max.parse::<u8>()) {
        (Ok(min), Ok(max)) if 0 < min && min <= max && usize::from(max) <= MAX_DIGITS => {
            Ok((min, max))
        }
        _ => Err(format!(
            "\"{text}\" is no count of digits; \"10\" or \"7-12\", at most {MAX_DIGITS}"
        )),
    }
}

fn take_options(options: &[&str], template: &mut Template) -> Result<(), String> {
    for option in options.chunks(2) {
        match option {
            ["strip", n] => {
                let n = n
                    .parse()
                    .map_err(|_| format!("\"{n}\" is no number of digits to strip"))?;
                template.rule.strip = n;
            }
            ["prepend", what] if *what == AREA => template.prepend_area = true,
            ["prepend", digits] => {
                let decimal = digits.bytes().all(|c| c.is_ascii_digit());
                let digits = Digits::parse(digits).filter(|_| decimal);
                template.rule.prepend =
                    digits.ok_or("prepend takes decimal digits or {area}".to_string())?;
            }
            [word, ..] => {
                return Err(format!(
                    "\"{word}\" is no option; \"strip 1\", \"prepend 55\""
                ));
            }
            [] => {}
        }
    }
    Ok(())
}

fn one_of<'a, T>(all: &'a [(&str, T)], word: &str, what: &str) -> Result<&'a T, String> {
    let entry = all.iter().find(|(name, _)| *name == word);
    entry.map(|(_, value)| value).ok_or_else(|| {
        let names: Vec<_> = all.iter().map(|(name, _)| *name).collect();
        format!("\"{word}\" is no {what}; there are {}", names.join(", "))
    })
}
