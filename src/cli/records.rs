//! `sallyport records`: the call records of a site, whether its controller runs or not.

use std::process::ExitCode;

use super::{SiteArgs, ask_pages};
use crate::control::Request;

pub fn records(site: &SiteArgs, json: bool, last: Option<u64>) -> anyhow::Result<ExitCode> {
    let nothing = (!json).then_some("there is no call record yet");
    ask_pages(site, nothing, |after| Request::Records {
        json,
        last,
        after,
    })
}
