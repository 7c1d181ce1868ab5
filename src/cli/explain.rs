//! `sallyport explain`: why a call was refused, or would be.

use std::process::ExitCode;

use clap::{ArgGroup, Args};

use super::{SiteArgs, ask};
use crate::control::Request;

/// No PIN is ever an argument: others see the arguments of a process.
#[derive(Debug, Args)]
#[command(
    group(ArgGroup::new("asked").required(true).multiple(true).args(["line", "call"])),
    override_usage = "sallyport explain --site <FILE> --line <L> --inmate <ID> --number <NUMBER> \
                      [--at <TIME>] [--json]\n       \
                      sallyport explain --site <FILE> --call <CALL> [--json]"
)]
pub struct ExplainArgs {
    #[command(flatten)]
    site: SiteArgs,
    /// The phone's line.
    #[arg(long, value_name = "L", requires = "number")]
    line: Option<u16>,
    /// Who calls: the facility's id of the inmate, never a PIN.
    #[arg(long, value_name = "ID")]
    inmate: Option<String>,
    /// As it is keyed at the phone, with its prefix; two digits are a speed dial.
    #[arg(long, value_name = "NUMBER", requires = "line")]
    number: Option<String>,
    /// When: date and time of the site, as in "2026-11-24 09:30", with its offset, -05:00, where an hour
    /// comes twice; without it, now.
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
    /// A call that was made, by its number in the records, as in 7-42.
    #[arg(long, value_name = "CALL", conflicts_with_all = ["line", "inmate", "number", "at"])]
    call: Option<String>,
    /// One line of JSON instead of words.
    #[arg(long)]
    json: bool,
}

pub fn explain(args: ExplainArgs) -> anyhow::Result<ExitCode> {
    let json = args.json;
    let request = match (args.call, args.line, args.number) {
        (Some(call), ..) => Request::ExplainCall { call, json },
        (None, Some(line), Some(number)) => Request::Explain {
            line,
            inmate: args.inmate,
            number,
            at: args.at,
            json,
        },
        _ => unreachable!("the command line asks for a line and a number, or for a call"),
    };
    ask(&args.site, request)
}
