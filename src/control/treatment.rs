//! What a call treatment says of a call, in words.

use crate::records::length;
use types::{
    tick::Ticks,
    treatment::{Brand, CallTreatment, ExtraDigitResponse, ThreeWayResponse, Warning},
};

/// A line for each thing it says.
pub fn words(treatment: &CallTreatment) -> Vec<String> {
    let which = match treatment.number {
        0 => "that of the whole site".to_owned(),
        number => format!("number {number}"),
    };
    let brand = match treatment.brand {
        Brand::IntraLata => "that of the carrier within the LATA",
        Brand::InterLata => "that of the carrier between LATAs",
    };
    let mut lines = vec![
        format!("Call treatment: {which}."),
        format!("  A third party: {}.", three_way(treatment.three_way)),
        format!(
            "  Keys after dialing: {}.",
            extra_digits(treatment.extra_digits)
        ),
        format!("  Brand: {brand}."),
    ];
    let left_out = [
        (
            treatment.messages.carrier,
            "  The carrier is not named where nobody else pays.",
        ),
        (
            treatment.messages.three_way_notice,
            "  Nobody is told beforehand that no third party may join.",
        ),
        (
            !treatment.word_before_cut,
            "  Before the call is cut both are told so.",
        ),
    ];
    let left_out = left_out.iter().filter(|(usual, _)| !usual);
    lines.extend(left_out.map(|(_, words)| (*words).to_owned()));
    let told = |what: &str, every: Option<Ticks>| {
        every.map(|every| format!("  Both are told {what} every {}.", length(every)))
    };
    let announcements = &treatment.announcements;
    lines.extend(told(
        "where the call comes from",
        announcements.origin_every,
    ));
    lines.extend(told("how much time is left", announcements.remaining_every));
    lines
}

fn three_way(response: ThreeWayResponse) -> &'static str {
    match response {
        ThreeWayResponse::Disconnect => "the call is cut",
        ThreeWayResponse::Warn(Warning::One) => "both are warned",
        ThreeWayResponse::Warn(Warning::Random) => "both are warned, in words that change",
        ThreeWayResponse::Flag => "flagged, and nobody hears of it",
        ThreeWayResponse::Ignore => "not looked at",
    }
}

fn extra_digits(response: ExtraDigitResponse) -> String {
    match response {
        ExtraDigitResponse::Disconnect { digits } => format!("the call is cut at {digits}"),
        ExtraDigitResponse::Interfere { digits } => {
            format!("made useless by digits of our own, from {digits} on")
        }
        ExtraDigitResponse::Flag => "flagged".to_owned(),
        ExtraDigitResponse::Ignore => "counted alone".to_owned(),
    }
}
