//! A line's facts as log lines. A PIN can't come here: facts hold no secret digit.

use slog::{Logger, debug, info, warn};
use types::{
    call_record::CallEnd,
    edge::Edge,
    evidence::AnswerEvidence,
    fact::{Fact, FactAt, Leg},
    heard::Heard,
    prompt::Prompt,
    trunk::TrunkCondition,
    verdict::Verdict,
};

use crate::records::{names, tone_words};

/// The value that says when a fact came, in milliseconds of the controller's clock.
pub const MS: &str = "ms";

/// Writes one fact with its line and its time. What a call became and why is of level info; each
/// step, key and sound on its way there, debug.
pub fn log_fact(log: &Logger, at: &FactAt) {
    let log = log.new(slog::o!("line" => at.line.0, MS => at.at.0 / 8));
    match &at.fact {
        Fact::Phase { from, to } => debug!(log, "phase"; "from" => from, "to" => to),
        Fact::Says {
            leg,
            language,
            prompt,
        } => {
            debug!(log, "says"; "leg" => leg_name(*leg), "language" => %language,
                "prompt" => prompt_words(prompt));
        }
        Fact::PromptStopped { leg } => debug!(log, "prompt-stopped"; "leg" => leg_name(*leg)),
        Fact::Keyed { digit: Some(digit) } => debug!(log, "keyed"; "digit" => %digit),
        Fact::Keyed { digit: None } => debug!(log, "keyed"; "digit" => "secret"),
        Fact::FarKeyed { digit: Some(digit) } => debug!(log, "far-keyed"; "digit" => %digit),
        Fact::FarKeyed { digit: None } => debug!(log, "far-keyed"; "digit" => "secret"),
        Fact::Heard { leg, heard } => log_heard(&log, *leg, heard),
        Fact::TrunkEdge(edge) => debug!(log, "trunk-edge"; "edge" => edge_name(*edge)),
        Fact::TrunkLent(trunk) => info!(log, "trunk-lent"; "trunk" => trunk.0),
        Fact::TrunkReturned { trunk, condition } => {
            info!(log, "trunk-returned"; "trunk" => trunk.0,
                "condition" => condition_name(*condition));
        }
        // Not how many: they could be digits of a PIN.
        Fact::Pulses(_) => debug!(log, "pulses"),
        Fact::Outpulsing { digits } => info!(log, "outpulsing"; "digits" => digits),
        Fact::Decided(verdict) => log_verdict(&log, verdict),
        Fact::Answered(piece) => {
            info!(log, "answered"; "evidence" => names::answer_evidence(piece.evidence),
                "trust" => piece.trust);
        }
        Fact::Released(piece) => {
            info!(log, "released"; "evidence" => names::release_evidence(piece.evidence),
                "trust" => piece.trust);
        }
        Fact::Class(class) => {
            let name = names::answer_evidence(AnswerEvidence::Class(class.evidence));
            info!(log, "class"; "evidence" => name, "trust" => class.trust);
        }
        Fact::ThreeWay(pieces) => {
            for piece in pieces {
                info!(log, "three-way"; "evidence" => names::three_way(piece.evidence),
                    "weight" => piece.trust);
            }
        }
        Fact::NameRecorded { ms } => info!(log, "name-recorded"; "length_ms" => ms),
        Fact::Blocks(block) => {
            info!(log, "called-party-blocks"; "calls_of" => names::party_block(*block));
        }
        Fact::Ended(end) => log_end(&log, end),
        Fact::Confirmed(officer) => info!(log, "confirmed"; "officer" => officer.0),
        Fact::LateReply => warn!(log, "late-reply"),
        Fact::PortFault { leg } => warn!(log, "port-fault"; "leg" => leg_name(*leg)),
        plain => log_plain(&log, plain),
    }
}

/// Facts that are a name and nothing more.
fn log_plain(log: &Logger, fact: &Fact) {
    match fact {
        Fact::ProceedHeard => return debug!(log, "proceed"),
        Fact::Outpulsed => return debug!(log, "outpulsed"),
        _ => {}
    }
    let name = match fact {
        Fact::OffHook => "off-hook",
        Fact::OnHook => "on-hook",
        Fact::Flash => "flash",
        Fact::NoTrunkFree => "no-trunk-free",
        Fact::Accepted => "accepted",
        Fact::Refused => "refused",
        Fact::TalkBegins => "talk-begins",
        Fact::Joined => "joined",
        Fact::Parted => "parted",
        Fact::Interfered => "interfered",
        Fact::CutOff => "cut-off",
        Fact::CardRead => "card-read",
        Fact::OfficerAsked => "officer-asked",
        other => unreachable!("{other:?} has a line of its own"),
    };
    info!(log, "{}", name);
}

/// Which prompt, and what it is said with.
fn prompt_words(prompt: &Prompt) -> String {
    let name = speech::prompt_name(prompt).replace('_', "-");
    match prompt {
        Prompt::CallLimit { seconds }
        | Prompt::TimeRemaining { seconds }
        | Prompt::CallAgainIn { seconds }
        | Prompt::MinutesLeft { seconds } => {
            format!("{name}, {seconds} s")
        }
        Prompt::CallsLeft { calls } => format!("{name}, {calls}"),
        Prompt::LanguageOffer { language, key } => format!("{name}, {language} with {key}"),
        Prompt::BlockInmateOffer { key }
        | Prompt::BlockFacilityOffer { key }
        | Prompt::ConfirmBlock { key } => format!("{name}, with {key}"),
        Prompt::AcceptOrRefuse { accept, refuse } => format!("{name}, {accept} or {refuse}"),
        _ => name,
    }
}

fn log_heard(log: &Logger, leg: Leg, heard: &Heard) {
    let leg = leg_name(leg);
    match heard {
        // A digit is told by `Keyed`, which knows whether it is secret; its audio is not.
        // Who answered has a fact of its own.
        Heard::DigitStart { .. }
        | Heard::DigitEnd { .. }
        | Heard::PulseDigit { .. }
        | Heard::Class { .. } => {}
        Heard::Tone {
            tone,
            cycles,
            level_dbm0,
            confidence,
            ..
        } => {
            debug!(log, "heard"; "leg" => leg, "tone" => tone_words(*tone), "cycles" => cycles,
                "level_dbm0" => rounded(*level_dbm0), "confidence" => rounded(*confidence));
        }
        Heard::ToneEnd { tone, .. } => {
            debug!(log, "heard-end"; "leg" => leg, "tone" => tone_words(*tone));
        }
        Heard::Voice { level_dbm0, .. } => {
            debug!(log, "heard"; "leg" => leg, "voice" => true,
                "level_dbm0" => rounded(*level_dbm0));
        }
        Heard::Silence { .. } => debug!(log, "heard"; "leg" => leg, "silence" => true),
    }
}

fn log_verdict(log: &Logger, verdict: &Verdict) {
    let steps = verdict.trace.iter();
    let steps: Vec<String> = steps
        .map(|step| {
            let check = names::check(step.check);
            format!("{check}:{}", names::finding(step.finding))
        })
        .collect();
    let steps = steps.join(" ");
    match &verdict.outcome {
        Ok(permit) => info!(log, "decided"; "call" => %permit.call, "allowed" => true,
            "handling" => names::handling(permit.handling), "acceptance" => permit.acceptance,
            "screening" => steps),
        Err(refusal) => info!(log, "decided"; "call" => %refusal.call, "allowed" => false,
            "blocked" => names::blocked(refusal.blocked), "screening" => steps),
    }
}

fn log_end(log: &Logger, end: &CallEnd) {
    let call = end.call.map_or("none".to_owned(), |call| call.to_string());
    let flags: Vec<&str> = end.flags.names().collect();
    info!(log, "ended"; "call" => call, "disposition" => names::disposition(end.disposition),
        "ended_by" => names::ended_by(end.ended_by), "flags" => flags.join(" "));
}

/// To a tenth: more digits than anybody reads, fewer than f32 prints.
fn rounded(value: f32) -> f32 {
    (value * 10.0).round() / 10.0
}

fn leg_name(leg: Leg) -> &'static str {
    match leg {
        Leg::Phone => "phone",
        Leg::Trunk => "trunk",
    }
}

fn condition_name(condition: TrunkCondition) -> &'static str {
    match condition {
        TrunkCondition::Good => "good",
        TrunkCondition::Faulty => "faulty",
        TrunkCondition::Suspect => "suspect",
    }
}

fn edge_name(edge: Edge) -> &'static str {
    match edge {
        Edge::LoopClosed => "loop-closed",
        Edge::LoopOpen => "loop-open",
        Edge::Flash => "flash",
        Edge::Pulses(_) => "pulses",
        Edge::RingStart => "ring-start",
        Edge::RingStop => "ring-stop",
        Edge::BatteryLost => "battery-lost",
        Edge::BatteryBack => "battery-back",
        Edge::PolarityReversed => "polarity-reversed",
        Edge::PolarityNormal => "polarity-normal",
        Edge::FarOffHook => "far-off-hook",
        Edge::FarOnHook => "far-on-hook",
        Edge::TipGround => "tip-ground",
        Edge::TipOpen => "tip-open",
        Edge::Bits(_) => "bits",
        Edge::PulsesSent => "pulses-sent",
        Edge::AlarmOn => "alarm-on",
        Edge::AlarmOff => "alarm-off",
    }
}
