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
    #[error("{0} sent back {1}: the call did not get through")]
    CallFailed(String, &'static str),
    #[error("nobody answered within {0} s")]
    NoAnswer(u64),
    #[error("{0}")]
    Said(String),
    #[error("the report cannot be written: {0}")]
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
