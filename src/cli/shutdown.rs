//! `sallyport shutdown` and `resume`: a phone, a group, or everything, out of service and back.

use std::process::ExitCode;

use clap::{ArgGroup, Args};

use super::SiteArgs;
use crate::control::{Request, Whole};

#[derive(Debug, Args)]
#[command(group(ArgGroup::new("what").required(true).args(["phone", "group", "all"])))]
pub struct WholeArgs {
    #[command(flatten)]
    site: SiteArgs,
    /// A phone, by its name or its line's number.
    #[arg(long, value_name = "NAME")]
    phone: Option<String>,
    /// A group with all below it, by its name; where several have it, with those above: East/Tier 1.
    #[arg(long, value_name = "NAME")]
    group: Option<String>,
    /// Every phone.
    #[arg(long)]
    all: bool,
}

#[derive(Debug, Args)]
pub struct ShutdownArgs {
    #[command(flatten)]
    whole: WholeArgs,
    /// Cut the calls under way; without it they go on to their ends.
    #[arg(long)]
    cut: bool,
}

pub fn shutdown(args: ShutdownArgs) -> anyhow::Result<ExitCode> {
    let cut = args.cut;
    ask(args.whole, |what| Request::Shutdown { what, cut })
}

pub fn resume(args: WholeArgs) -> anyhow::Result<ExitCode> {
    ask(args, |what| Request::Resume { what })
}

/// What is shut down at present.
pub fn shutdowns(args: &SiteArgs) -> anyhow::Result<ExitCode> {
    super::ask(args, Request::Shutdowns)
}

fn ask(args: WholeArgs, request: impl FnOnce(Whole) -> Request) -> anyhow::Result<ExitCode> {
    let what = match (args.phone, args.group) {
        (Some(name), _) => Whole::Phone(name),
        (None, Some(name)) => Whole::Group(name),
        (None, None) => Whole::Everything,
    };
    super::ask(&args.site, request(what))
}
