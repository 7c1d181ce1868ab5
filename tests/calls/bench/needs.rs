//! What a scenario asks of the world that only simulated wires or simulated time have. Inside the
//! guest such a scenario is told as skipped, with the reason.

use super::Scenario;
use drivers::{dahdi::channel::Role, sim::exchange::line::ExchangeLine};
use sallyport::site::trunk_role;
use types::tick::Ticks;

/// The kernel's disconnect signal lasts 500 ms, whatever the exchange is asked for. An exchange that
/// is asked for about that much is the same to the controller.
const DISCONNECT: [Ticks; 2] = [Ticks::ms(400), Ticks::ms(700)];

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Need {
    /// The exchange reverses the polarity of its feed.
    Polarity,
    /// The same on a trunk that is bits.
    PolarityOnBits,
    /// It takes its feed away for good, or has none.
    NoBattery,
    /// It breaks the loop for a time that is not the kernel's.
    BreakOfItsLength,
    /// Replies are late by what a seed says, which the scheduler of virtual time does.
    SeededReplies,
}

impl Need {
    /// Why the guest's spans have it not.
    pub fn lacking(self) -> &'static str {
        match self {
            Need::Polarity => "local spans carry no polarity",
            Need::PolarityOnBits => "local spans carry no polarity, and the card no bits",
            Need::NoBattery => "local spans can't be without battery",
            Need::BreakOfItsLength => "the kernel's disconnect signal always lasts 500 ms",
            Need::SeededReplies => "replies are late by a seed on virtual time only",
        }
    }
}

impl Scenario {
    /// What it needs beyond what every wiring has, by its own values.
    pub fn needs(&self) -> Vec<Need> {
        let mut needs = Vec::new();
        let any = |wanted: fn(&ExchangeLine) -> bool| self.trunks.iter().any(wanted);
        let mut need = |is: bool, need: Need| {
            if is {
                needs.push(need);
            }
        };
        let polarity = match trunk_role(self.signalling) {
            Role::Bits(_) => Need::PolarityOnBits,
            _ => Need::Polarity,
        };
        need(any(|l| l.answer_reversal), polarity);
        need(any(|l| !l.battery), Need::NoBattery);
        need(any(breaks_otherwise), Need::BreakOfItsLength);
        let slow = self.options.office_reply > Ticks::ms(50)
            || self.options.keeper_reply > Ticks::ms(20)
            || self.options.late_replies.is_some();
        need(slow, Need::SeededReplies);
        needs
    }
}

fn breaks_otherwise(line: &ExchangeLine) -> bool {
    let length = line.hang_up.loop_break;
    length.is_some_and(|l| l < DISCONNECT[0] || l > DISCONNECT[1])
}
