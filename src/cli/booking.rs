//! `sallyport booking`: calls that are booked.

use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::{SiteArgs, UntilArgs, ask, ask_pages};
use crate::control::{Request, bookings::Ask};

#[derive(Debug, Subcommand)]
pub enum BookingCommand {
    /// Books a call of an inmate; who has booked calls only is let through then.
    Add(AddArgs),
    /// Takes a booking back.
    Cancel(CancelArgs),
    /// Says which calls are booked and not over.
    List(ListArgs),
}

#[derive(Debug, Args)]
pub struct AddArgs {
    #[command(flatten)]
    site: SiteArgs,
    /// Whose: the facility's id of the inmate.
    #[arg(long, value_name = "ID")]
    inmate: String,
    /// To whom: a national number, or + and country code; without it, to any number.
    #[arg(long, value_name = "NUMBER")]
    number: Option<String>,
    /// When it may begin: date and time of the site; without it, from now on.
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    #[command(flatten)]
    until: UntilArgs,
    /// Why, for who reads of it.
    #[arg(
        long,
        value_name = "TEXT",
        default_value = "",
        hide_default_value = true
    )]
    note: String,
}

#[derive(Debug, Args)]
pub struct CancelArgs {
    #[command(flatten)]
    site: SiteArgs,
    /// Whose: the facility's id of the inmate.
    #[arg(long, value_name = "ID")]
    inmate: String,
    /// The booking, by its number in the list.
    #[arg(long, value_name = "N")]
    booking: u32,
}

#[derive(Debug, Args)]
pub struct ListArgs {
    #[command(flatten)]
    site: SiteArgs,
    /// Of one inmate alone.
    #[arg(long, value_name = "ID")]
    inmate: Option<String>,
}

pub fn booking(command: BookingCommand) -> anyhow::Result<ExitCode> {
    let (site, what) = match command {
        BookingCommand::List(args) => {
            return ask_pages(&args.site, Some("no call is booked"), |after| {
                let inmate = args.inmate.clone();
                let ask = Ask::List { inmate, after };
                Request::Booking { ask }
            });
        }
        BookingCommand::Add(args) => {
            let what = Ask::Add {
                inmate: args.inmate,
                number: args.number,
                from: args.from,
                until: args.until.until(),
                note: args.note,
            };
            (args.site, what)
        }
        BookingCommand::Cancel(args) => {
            let (inmate, booking) = (args.inmate, args.booking);
            (args.site, Ask::Cancel { inmate, booking })
        }
    };
    ask(&site, Request::Booking { ask: what })
}
