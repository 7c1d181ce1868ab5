//! `sallyport inmate`: one inmate, who may not call for a time or for good, and what is blocked for or taken
//! from one.

use std::process::ExitCode;

use clap::{ArgGroup, Args, Subcommand};

use super::{SiteArgs, ask};
use crate::control::{Request, inmates::What};

#[derive(Debug, Subcommand)]
pub enum InmateCommand {
    /// Says what is known of an inmate, without the PIN.
    Show(IdArgs),
    /// Disables the PIN, or with --number a number of the list.
    Disable(DisableArgs),
    /// Takes that back.
    Enable(NumberArgs),
    /// Lets the inmate make no call, whatever the PIN; calls under way go on.
    Suspend(SuspendArgs),
    /// Takes that back.
    Reinstate(IdArgs),
    /// Blocks numbers for this inmate alone, whatever allows them: the list, or a table for everybody.
    Block(BlockArgs),
    /// Takes that back.
    Unblock(PatternArgs),
    /// Takes a number off the list, or a contact away.
    Remove(RemoveArgs),
}

#[derive(Debug, Args)]
pub struct IdArgs {
    #[command(flatten)]
    site: SiteArgs,
    /// The facility's id of the inmate, never a PIN.
    #[arg(long, value_name = "ID")]
    inmate: String,
}

#[derive(Debug, Args)]
pub struct NumberArgs {
    #[command(flatten)]
    whose: IdArgs,
    /// A number of the inmate's list: a national one, or + and country code.
    #[arg(long, value_name = "NUMBER")]
    number: Option<String>,
}

#[derive(Debug, Args)]
pub struct DisableArgs {
    #[command(flatten)]
    what: NumberArgs,
    #[command(flatten)]
    end: EndArgs,
}

#[derive(Debug, Args)]
pub struct SuspendArgs {
    #[command(flatten)]
    whose: IdArgs,
    #[command(flatten)]
    end: EndArgs,
}

#[derive(Debug, Args)]
pub struct PatternArgs {
    #[command(flatten)]
    whose: IdArgs,
    /// A number, or a pattern: ? is any digit, a last * any more, + stands before a country code.
    #[arg(long, value_name = "PATTERN")]
    number: String,
}

#[derive(Debug, Args)]
pub struct BlockArgs {
    #[command(flatten)]
    what: PatternArgs,
    /// Why, for who looks at it later.
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
}

#[derive(Debug, Args)]
#[command(group(ArgGroup::new("what").required(true).args(["number", "contact"])))]
pub struct RemoveArgs {
    #[command(flatten)]
    whose: IdArgs,
    /// A number of the inmate's list.
    #[arg(long, value_name = "NUMBER")]
    number: Option<String>,
    /// The number of a contact.
    #[arg(long, value_name = "NUMBER")]
    contact: Option<String>,
}

#[derive(Debug, Args)]
struct EndArgs {
    /// Date and time of the site, as in "2026-11-24 09:30", with its offset, -05:00, where an hour comes
    /// twice; without it, until it is taken back.
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
}

pub fn inmate(command: InmateCommand) -> anyhow::Result<ExitCode> {
    let (whose, what) = match command {
        InmateCommand::Show(whose) => (whose, What::Show),
        InmateCommand::Disable(DisableArgs { what, end }) => {
            let (number, until) = (what.number, end.until);
            (what.whose, What::Disable { number, until })
        }
        InmateCommand::Enable(NumberArgs { whose, number }) => (whose, What::Enable { number }),
        InmateCommand::Suspend(SuspendArgs { whose, end }) => {
            (whose, What::Suspend { until: end.until })
        }
        InmateCommand::Reinstate(whose) => (whose, What::Reinstate),
        InmateCommand::Block(BlockArgs { what, note }) => {
            let (pattern, note) = (what.number, note);
            (what.whose, What::Block { pattern, note })
        }
        InmateCommand::Unblock(PatternArgs { whose, number }) => {
            (whose, What::Unblock { pattern: number })
        }
        InmateCommand::Remove(RemoveArgs {
            whose,
            number,
            contact,
        }) => match (number, contact) {
            (Some(number), _) => (whose, What::Unlist { number }),
            (None, Some(number)) => (whose, What::RemoveContact { number }),
            (None, None) => unreachable!("one of them is needed"),
        },
    };
    let id = whose.inmate;
    ask(&whose.site, Request::Inmate { id, what })
}
