//! What a technician may meet, in words that say what to do.

use std::io;

use drivers::{dahdi::survey::Holder, port::PortError};

#[derive(Debug, thiserror::Error)]
pub(crate) enum Trouble {
    /// Ctrl-C.
    #[error("stopped")]
    Stopped,
    #[error("{line}: {}", port_words(.error, .holders))]
    Port {
        line: String,
        error: PortError,
        /// Programs that hold channels.
        holders: Vec<Holder>,
    },
    #[error(
        "DAHDI is not here: no /dev/dahdi/ctl. Load its modules (modprobe dahdi and the card's), run \
         dahdi_cfg, or use --sim for a simulated line"
    )]
    NoDahdi,
    #[error(
        "/dev/dahdi may not be opened: run as root, or join the group that owns it (ls -l /dev/dahdi)"
    )]
    Denied,
    #[error("there is no channel {0}: \"linetest list\" shows which there are")]
    NoChannel(u16),
    #[error(
        "no dial tone within {0} s: the line is dead, in use by a call, or its exchange is slow"
    )]
    NoDialTone(u64),
    #[error(
        "{0} did not come within {1} s: the far end is out of service, set to another kind of start, or \
         its bits do not arrive (\"linetest watch\" shows them)"
    )]
    NoProceed(&'static str, u64),
    #[error(
        "the far end holds or blocks the trunk: a call of its own (glare), or another kind of start"
    )]
    InUse,
    #[error(
        "channels {first} to {last} are bundled into one data channel of {} kbit/s, whose octets are dealt \
         out over all of them in turn: no single one can be measured. Configure each by itself \
         (bchan={first}-{last} in system.conf), then measure them one by one",
        64 * (u32::from(*last) - u32::from(*first) + 1)
    )]
    Bundled { first: u16, last: u16 },
    #[error(
        "{0} is a number of the emergency services: nothing is called. If you have agreed the call with \
         them, say --call-emergency"
    )]
    Emergency(String),
    #[error(
        "dial tone is on the line: no far end is there, and what is sent would dial a number. Say \
         --dial NUMBER, or --into-dial-tone to go on all the same"
    )]
    DialTone,
    #[error("{0} sent back {1}: the call did not get through")]
    CallFailed(String, &'static str),
    #[error("nobody answered within {0} s")]
    NoAnswer(u64),
    #[error("nothing could be tested")]
    NothingTested,
    #[error("{0}")]
    Said(String),
    /// The command line is wrong.
    #[error("{0}")]
    Usage(String),
    /// A file that was asked for.
    #[error("{0}: it cannot be written: {1}")]
    File(String, io::Error),
    #[error("it cannot be written: {0}")]
    Out(#[from] io::Error),
}

fn port_words(error: &PortError, holders: &[Holder]) -> String {
    match error {
        PortError::Busy if holders.is_empty() => {
            "the channel is in use by another program. DAHDI gives a channel to one program at a \
             time; nothing here can take it"
                .to_owned()
        }
        PortError::Busy => {
            let holders: Vec<String> = holders.iter().map(Holder::to_string).collect();
            format!(
                "the channel is in use; channels are held by {}. DAHDI gives a channel to one \
                 program at a time; end that program, or have it give the line up",
                holders.join(", ")
            )
        }
        PortError::Gone => {
            "no such channel, or it has no signalling: \"linetest list\" shows what there is".to_owned()
        }
        PortError::Denied => {
            "permission to the channel is denied: run as root, or join the group that owns /dev/dahdi"
                .to_owned()
        }
        PortError::Alarm => "the span is in alarm: look at its cable and at \"linetest list\"".to_owned(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bundle_is_told_with_what_to_do() {
        let told = Trouble::Bundled {
            first: 13,
            last: 24,
        }
        .to_string();
        assert!(told.contains("one data channel of 768 kbit/s"), "{told}");
        assert!(told.contains("bchan=13-24"), "{told}");
    }

    #[test]
    fn a_channel_in_use_is_told_with_who_holds_channels() {
        let busy = |holders| Trouble::Port {
            line: "DAHDI channel 5".to_owned(),
            error: PortError::Busy,
            holders,
        };
        let holder = |process| Holder {
            process,
            name: "sallyport".to_owned(),
            same_program: false,
        };
        let told = busy(vec![holder(812), holder(813)]).to_string();
        let held = "channels are held by sallyport (process 812), sallyport (process 813). DAHDI";
        assert!(told.contains(held), "{told}");
        let told = busy(Vec::new()).to_string();
        assert!(told.contains("in use by another program"), "{told}");
    }
}
