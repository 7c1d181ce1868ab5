//! The single settings of `[defaults]`.

use types::{
    digits::List,
    language::Language,
    settings::{CallSettings, LanguageChoice, MAX_LANGUAGES},
    tick::Ticks,
};

use super::{reader::Section, values};

/// How a phone's calls go; what the file does not say is as in [`CallSettings::standard`].
pub fn read(
    section: &mut Section<'_>,
    languages: Option<&List<Language, MAX_LANGUAGES>>,
) -> CallSettings {
    let mut settings = CallSettings::standard();
    if let Some(languages) = languages {
        settings.languages = languages.clone();
    }
    entry(section, &mut settings);
    trunk(section, &mut settings);
    acceptance(section, &mut settings);
    talk(section, &mut settings);
    settings
}

/// The PIN, the number, and the language they are asked for in.
fn entry(section: &mut Section<'_>, settings: &mut CallSettings) {
    set_small(section, "pin_length", 4..=16, &mut settings.pin_length);
    set_small(section, "pin_tries", 1..=10, &mut settings.pin_tries);
    set_small(
        section,
        "prompt_repeats",
        1..=10,
        &mut settings.prompt_repeats,
    );
    let choice = section.key("language_choice").one_of(&[
        ("menu", LanguageChoice::Menu),
        ("from-pin", LanguageChoice::FromPin),
    ]);
    settings.language_choice = choice.unwrap_or(settings.language_choice);
    set_time(
        section,
        "dial_tone_seconds",
        0.1..=30.0,
        &mut settings.dial_tone,
    );
    set_time(
        section,
        "first_digit_seconds",
        1.0..=120.0,
        &mut settings.first_digit,
    );
    set_time(
        section,
        "inter_digit_seconds",
        0.5..=60.0,
        &mut settings.inter_digit,
    );
    set_time(
        section,
        "final_digit_seconds",
        0.5..=60.0,
        &mut settings.final_digit,
    );
    set_time(
        section,
        "on_hook_guard_seconds",
        0.2..=30.0,
        &mut settings.on_hook_guard,
    );
    set_time(
        section,
        "back_office_wait_seconds",
        0.1..=30.0,
        &mut settings.back_office_wait,
    );
}

fn trunk(section: &mut Section<'_>, settings: &mut CallSettings) {
    set_time(
        section,
        "trunk_wait_seconds",
        0.1..=60.0,
        &mut settings.trunk_wait,
    );
    set_small(section, "trunk_tries", 1..=20, &mut settings.trunk_tries);
    set_time(
        section,
        "trunk_silent_seconds",
        1.0..=120.0,
        &mut settings.trunk_silent,
    );
    set_small(section, "max_rings", 1..=50, &mut settings.max_rings);
    set_time(
        section,
        "answer_wait_seconds",
        5.0..=600.0,
        &mut settings.answer_wait,
    );
}

fn acceptance(section: &mut Section<'_>, settings: &mut CallSettings) {
    set_small(section, "name_seconds", 1..=10, &mut settings.name_seconds);
    set_small(section, "accept_key", 0..=9, &mut settings.accept_key);
    set_small(section, "refuse_key", 0..=9, &mut settings.refuse_key);
    block_keys(section, settings);
    set_time(
        section,
        "accept_wait_seconds",
        1.0..=60.0,
        &mut settings.accept_wait,
    );
    set_small(
        section,
        "accept_repeats",
        1..=10,
        &mut settings.accept_repeats,
    );
    set_flag(section, "pulse_acceptance", &mut settings.pulse_acceptance);
    set_flag(section, "drop_machines", &mut settings.drop_machines);
    if settings.accept_key == settings.refuse_key {
        let what = format!(
            "is {}, which is also `accept_key`; the two must differ",
            settings.refuse_key
        );
        section
            .notes()
            .add(section.line(), section.path("refuse_key"), what);
    }
}

/// Keys that mean nothing else; not offered where the file has none.
fn block_keys(section: &mut Section<'_>, settings: &mut CallSettings) {
    let mut taken = vec![
        ("accept_key", settings.accept_key),
        ("refuse_key", settings.refuse_key),
    ];
    let keys = &mut settings.block_keys;
    for (name, key) in [
        ("block_inmate_key", &mut keys.inmate),
        ("block_facility_key", &mut keys.facility),
    ] {
        let Some(found) = section.key(name).int(0..=9) else {
            continue;
        };
        let found = found as u8;
        if let Some((other, _)) = taken.iter().find(|(_, key)| *key == found) {
            let what = format!("is {found}, which is also `{other}`; the two must differ");
            section
                .notes()
                .add(section.line(), section.path(name), what);
        }
        taken.push((name, found));
        *key = Some(found);
    }
}

fn talk(section: &mut Section<'_>, settings: &mut CallSettings) {
    set_time(
        section,
        "talk_silence_seconds",
        5.0..=3600.0,
        &mut settings.talk_silence,
    );
    set_time(
        section,
        "hard_limit_seconds",
        1.0..=86_400.0,
        &mut settings.hard_limit,
    );
    set_flag(section, "join_talk", &mut settings.join_talk);
}

pub fn set_flag(section: &mut Section<'_>, key: &'static str, value: &mut bool) {
    *value = section.key(key).flag().unwrap_or(*value);
}

pub fn set_small(
    section: &mut Section<'_>,
    key: &'static str,
    allowed: std::ops::RangeInclusive<u64>,
    value: &mut u8,
) {
    debug_assert!(*allowed.end() <= 255);
    *value = section
        .key(key)
        .int(allowed)
        .map_or(*value, |found| found as u8);
}

fn set_time(
    section: &mut Section<'_>,
    key: &'static str,
    allowed: std::ops::RangeInclusive<f64>,
    value: &mut Ticks,
) {
    *value = section
        .key(key)
        .number(allowed)
        .map_or(*value, values::ticks);
}
