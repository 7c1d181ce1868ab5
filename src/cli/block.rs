//! `sallyport block`: what is blocked or rests, and its lifting.

use std::process::ExitCode;

use clap::{ArgGroup, Args, Subcommand};

use super::{SiteArgs, ask, ask_pages};
use crate::control::{
    Request,
    blocks::{Ask, Lift},
};

#[derive(Debug, Subcommand)]
pub enum BlockCommand {
    /// Says which numbers are blocked for fraud, what called parties refuse, and which phones and PINs
    /// rest after wrong guesses.
    List(SiteArgs),
    /// Lifts one of these.
    Lift(LiftArgs),
}

#[derive(Debug, Args)]
#[command(group(
    ArgGroup::new("what").required(true).multiple(true).args(["fraud", "called_party", "phone", "inmate"])
))]
pub struct LiftArgs {
    #[command(flatten)]
    site: SiteArgs,
    /// A number that is blocked for third parties or keys in calls to it.
    #[arg(long, value_name = "NUMBER", conflicts_with_all = ["called_party", "phone", "inmate"])]
    fraud: Option<String>,
    /// A number whose party refuses all further calls of every inmate; with --inmate, of that one.
    #[arg(long, value_name = "NUMBER", conflicts_with = "phone")]
    called_party: Option<String>,
    /// A phone that rests after wrong guesses, by its name or its line's number.
    #[arg(long, value_name = "NAME", conflicts_with = "inmate")]
    phone: Option<String>,
    /// Alone: an inmate, by the facility's id, whose PIN or passcode rests after wrong guesses.
    #[arg(long, value_name = "ID")]
    inmate: Option<String>,
}

pub fn block(command: BlockCommand) -> anyhow::Result<ExitCode> {
    match command {
        BlockCommand::List(site) => ask_pages(
            &site,
            Some("nothing is blocked, and nothing rests"),
            |after| {
                let ask = Ask::List { after };
                Request::Block { ask }
            },
        ),
        BlockCommand::Lift(args) => {
            let what = match (args.fraud, args.called_party, args.phone, args.inmate) {
                (Some(number), ..) => Lift::Fraud(number),
                (None, Some(number), _, inmate) => Lift::CalledParty { number, inmate },
                (None, None, Some(phone), _) => Lift::Phone(phone),
                (None, None, None, inmate) => Lift::Guesses(inmate.unwrap_or_default()),
            };
            let ask_for = Ask::Lift(what);
            ask(&args.site, Request::Block { ask: ask_for })
        }
    }
}
