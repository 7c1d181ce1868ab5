//! `sallyport journal` and `frequent`: what is on record beside the calls themselves.

use std::process::ExitCode;

use clap::Args;

use super::{SiteArgs, ask_pages};
use crate::control::{
    Request,
    journal::{Begin, Frequent, Per},
};

#[derive(Debug, Args)]
pub struct JournalArgs {
    #[command(flatten)]
    site: SiteArgs,
    /// Only what came after this entry.
    #[arg(
        long,
        value_name = "N",
        conflicts_with = "last",
        allow_negative_numbers = true
    )]
    after: Option<u64>,
    /// Only so many at the end.
    #[arg(long, value_name = "N", value_parser = super::last, allow_negative_numbers = true)]
    last: Option<u64>,
    /// One line of JSON an entry instead of words.
    #[arg(long)]
    json: bool,
}

pub fn journal(args: &JournalArgs) -> anyhow::Result<ExitCode> {
    let from = match args.last {
        Some(entries) => Begin::Last(entries),
        None => Begin::After(args.after.unwrap_or(0)),
    };
    let json = args.json;
    ask_pages(&args.site, None, |after| Request::Journal {
        json,
        from,
        after,
    })
}

#[derive(Debug, Args)]
pub struct FrequentArgs {
    #[command(flatten)]
    site: SiteArgs,
    /// Numbers that were asked for so often, or more. Without this and --inmates: every number that was
    /// asked for at all.
    #[arg(long, value_name = "N")]
    calls: Option<u32>,
    /// Numbers that so many inmates, or more, asked for; with --calls too, those of which one of the two
    /// is so.
    #[arg(long, value_name = "N")]
    inmates: Option<u32>,
    /// In the present one, as lockout registers count it.
    #[arg(long, value_name = "PERIOD", default_value = "week")]
    per: Per,
    /// So many of them at most, the most called first.
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = most)]
    #[arg(allow_negative_numbers = true)]
    most: usize,
    /// One line of JSON a number instead of words.
    #[arg(long)]
    json: bool,
}

/// As many as one answer holds.
fn most(text: &str) -> Result<usize, String> {
    super::within(text, 1..=10_000)
}

pub fn frequent(args: &FrequentArgs) -> anyhow::Result<ExitCode> {
    let any = args.calls.is_none() && args.inmates.is_none();
    let asked = Frequent {
        calls: if any { Some(0) } else { args.calls },
        inmates: args.inmates,
        per: args.per,
        most: args.most,
        json: args.json,
    };
    let nothing = (!args.json).then_some("no number was called so often");
    ask_pages(&args.site, nothing, |_| Request::Frequent(asked))
}
