//! `watch` on a channel that another program has open: what can be said of it without its sound.
//!
//! A call on it may be privileged, as one with an attorney is, and nothing here can know: such a call
//! is never listened to, so no call is. Levels are sound too. Hook, signalling bits, alarms and what
//! the card has counted come from the control device; nothing is opened and nothing is sent.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

use drivers::dahdi::survey::{FoundChannel, Span};
use serde::Serialize;

use super::{
    list::receives, options::WatchArgs, station::survey, trouble::Trouble, watch::print_row,
};

/// A second of a channel in use.
#[derive(Debug, Serialize)]
struct Row {
    second: u64,
    hook: &'static str,
    /// In place of levels.
    levels: &'static str,
    /// A, B, C, D.
    bits_received: Option<String>,
    bits_sent: Option<String>,
    alarms: Vec<&'static str>,
    errors: Vec<(&'static str, u32)>,
}

const HEAD: &str = "   time  hook       in dBm0   peak  out dBm0  bits in/out  alarm; errors";
/// Looks for Ctrl-C in a second.
const LOOKS: u32 = 20;

/// `linetest watch` of a channel that is in use.
pub(super) fn watch(channel: u16, args: &WatchArgs, stop: &AtomicBool) -> Result<(), Trouble> {
    super::say(&format!(
        "DAHDI channel {channel} is in use: a call on it may be privileged, so its sound is not \
         measured; nothing is done to it"
    ));
    for second in 1..=args.seconds.unwrap_or(u64::MAX) {
        for _ in 0..LOOKS {
            if stop.load(Ordering::Acquire) {
                return Err(Trouble::Stopped);
            }
            thread::sleep(Duration::from_secs(1) / LOOKS);
        }
        let survey = survey()?;
        let (span, found) = survey.channel(channel).ok_or(Trouble::NoChannel(channel))?;
        let row = Row::new(second, span, found);
        print_row(HEAD, second, &row, &row.line(), args.place.json)?;
    }
    Ok(())
}

impl Row {
    fn new(second: u64, span: &Span, found: &FoundChannel) -> Row {
        let errors = span.counters.named().into_iter();
        Row {
            second,
            hook: receives(found),
            levels: if found.in_use { "in use" } else { "free" },
            bits_received: found.bits.map(|bits| format!("{:?}", bits.received)),
            bits_sent: found.bits.map(|bits| format!("{:?}", bits.sent)),
            alarms: (span.alarms | found.alarms).names(),
            errors: errors.filter(|(_, count)| *count > 0).collect(),
        }
    }

    fn line(&self) -> String {
        let bits = match (&self.bits_received, &self.bits_sent) {
            (Some(received), Some(sent)) => format!("{received}/{sent}"),
            _ => "none".to_owned(),
        };
        let alarms = match self.alarms.as_slice() {
            [] => "no alarm".to_owned(),
            some => format!("ALARM: {}", some.join(", ")),
        };
        let errors: Vec<String> = self
            .errors
            .iter()
            .map(|(name, count)| format!("{count} {name}"))
            .collect();
        let errors = match errors.as_slice() {
            [] => "no errors counted".to_owned(),
            some => some.join(", "),
        };
        let levels = self.levels;
        format!(
            "{:>5} s  {:<9} {levels:>8} {levels:>6} {levels:>9}  {bits:<11}  {alarms}; {errors}",
            self.second, self.hook
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use drivers::dahdi::{
        setup::Signalling,
        survey::{Alarms, FoundBits, SpanCounters},
    };
    use types::{edge::Abcd, frame::Law};

    fn row(in_use: bool, bits: Option<FoundBits>) -> Row {
        let found = FoundChannel {
            number: 7,
            name: "TE2/0/1/7".to_owned(),
            signalling: Signalling::CAS,
            law: Law::Mu,
            capable: 0,
            alarms: Alarms::NONE,
            receives_off_hook: true,
            bits,
            in_use,
            hears: None,
            echo_canceller: None,
        };
        let span = Span {
            number: 1,
            name: "TE2/0/1".to_owned(),
            description: "T2XXP".to_owned(),
            alarms: Alarms(4),
            clock_from: None,
            counters: SpanCounters {
                framing: 2,
                ..SpanCounters::default()
            },
            channels: Vec::new(),
        };
        Row::new(3, &span, &found)
    }

    #[test]
    fn a_channel_in_use_has_no_levels() {
        let bits = FoundBits {
            received: Abcd::new(0b1111),
            sent: Abcd::new(0b0101),
            idle: Abcd::new(0),
        };
        assert_eq!(
            row(true, Some(bits)).line(),
            "    3 s  off-hook    in use in use    in use  1111/0101    ALARM: yellow; 2 framing \
             errors"
        );
        let json = serde_json::to_string(&row(true, None)).expect("it is written");
        assert!(json.contains("\"levels\":\"in use\"") && !json.contains("dbm0"));
        assert!(row(false, None).line().contains(" free  none "));
    }
}
