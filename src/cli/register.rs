//! `sallyport register`: lockout registers.

use std::process::ExitCode;

use clap::{ArgGroup, Args, Subcommand};

use super::{SiteArgs, ask};
use crate::control::{
    Request,
    registers::{What, Whose},
};

#[derive(Debug, Subcommand)]
pub enum RegisterCommand {
    /// Says what is used and left, and when a call is let through again.
    Show(WhoseArgs),
    /// Gives calls and minutes, or takes some where they are less than nothing, in the day, the week and
    /// the month that it is.
    Adjust(AdjustArgs),
    /// Forgets what was counted; what calls under way hold stays.
    Reset(WhoseArgs),
}

#[derive(Debug, Args)]
#[command(group(ArgGroup::new("whose").required(true).args(["inmate", "number"])))]
pub struct WhoseArgs {
    #[command(flatten)]
    site: SiteArgs,
    /// An inmate, by the facility's id.
    #[arg(long, value_name = "ID")]
    inmate: Option<String>,
    /// All callers of a number: a national one, or + and country code.
    #[arg(long, value_name = "NUMBER")]
    number: Option<String>,
}

#[derive(Debug, Args)]
#[command(group(ArgGroup::new("given").required(true).multiple(true).args(["calls", "minutes"])))]
pub struct AdjustArgs {
    #[command(flatten)]
    whose: WhoseArgs,
    /// So many calls.
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = calls)]
    calls: Option<i32>,
    /// So many minutes.
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = minutes)]
    minutes: Option<i32>,
    /// Why, for the journal.
    #[arg(long, value_name = "TEXT")]
    note: String,
}

fn calls(text: &str) -> Result<i32, String> {
    some_of(text, 100_000)
}

/// A month's, given or taken.
fn minutes(text: &str) -> Result<i32, String> {
    some_of(text, 44_640)
}

/// Up to so many, given or taken.
fn some_of(text: &str, most: i32) -> Result<i32, String> {
    match super::within(text, -most..=most) {
        Ok(0) => Err(format!(
            "allowed: a whole number from -{most} to {most}, but not 0"
        )),
        other => other,
    }
}

pub fn register(command: RegisterCommand) -> anyhow::Result<ExitCode> {
    let (whose, what) = match command {
        RegisterCommand::Show(whose) => (whose, What::Show),
        RegisterCommand::Reset(whose) => (whose, What::Reset),
        RegisterCommand::Adjust(args) => {
            let what = What::Adjust {
                calls: args.calls.unwrap_or(0),
                seconds: args.minutes.unwrap_or(0) * 60,
                note: args.note,
            };
            (args.whose, what)
        }
    };
    let of = match (whose.inmate, whose.number) {
        (Some(id), _) => Whose::Inmate(id),
        (None, number) => Whose::Number(number.unwrap_or_default()),
    };
    ask(&whose.site, Request::Register { of, what })
}
