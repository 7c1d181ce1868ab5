//! `sallyport officer`: where one is present, and the calls that one confirms.

use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::{SiteArgs, UntilArgs, ask};
use crate::control::{Request, officers::Ask};

#[derive(Debug, Subcommand)]
pub enum OfficerCommand {
    /// An officer is at the phones of a group, for so long: calls that need one there are let through.
    Present(PresentArgs),
    /// The officer has gone: no new call that needs one is let through there.
    Gone(GroupArgs),
    /// Says which groups need an officer, and where one is present until when.
    Places(SiteArgs),
    /// Says which calls wait for an officer to confirm them.
    Waiting(SiteArgs),
    /// Confirms, in the name of an officer, the call that waits at a line under this number.
    Confirm(ConfirmArgs),
}

#[derive(Debug, Args)]
pub struct GroupArgs {
    #[command(flatten)]
    site: SiteArgs,
    /// A group with all below it, by its name; where several have it, with those above: East/Tier 1.
    #[arg(long, value_name = "NAME")]
    group: String,
}

#[derive(Debug, Args)]
pub struct PresentArgs {
    #[command(flatten)]
    group: GroupArgs,
    #[command(flatten)]
    until: UntilArgs,
}

/// No code is an argument: others see the arguments of a process.
#[derive(Debug, Args)]
pub struct ConfirmArgs {
    #[command(flatten)]
    site: SiteArgs,
    /// The phone's line.
    #[arg(long, value_name = "L")]
    line: u16,
    /// The call's number, as `officer waiting` says it: no other call that waits there by then is confirmed.
    #[arg(long, value_name = "N")]
    attempt: u64,
    /// Who confirms: the facility's id of the officer, never a code. The journal says which user of this
    /// machine said so.
    #[arg(long, value_name = "ID")]
    officer: String,
}

pub fn officer(command: OfficerCommand) -> anyhow::Result<ExitCode> {
    let (site, what) = match command {
        OfficerCommand::Present(PresentArgs { group, until }) => {
            let until = until.until();
            (
                group.site,
                Ask::Present {
                    group: group.group,
                    until,
                },
            )
        }
        OfficerCommand::Gone(GroupArgs { site, group }) => (site, Ask::Gone { group }),
        OfficerCommand::Places(site) => (site, Ask::Places),
        OfficerCommand::Waiting(site) => (site, Ask::Waiting),
        OfficerCommand::Confirm(args) => {
            let confirm = Ask::Confirm {
                line: args.line,
                attempt: args.attempt,
                officer: args.officer,
            };
            (args.site, confirm)
        }
    };
    ask(&site, Request::Officer { ask: what })
}
