//! `sallyport inmate`: one inmate, and who may not call for a time or for good.

use std::process::ExitCode;

use clap::{Args, Subcommand};

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
    };
    let id = whose.inmate;
    ask(&whose.site, Request::Inmate { id, what })
}
