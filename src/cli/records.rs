//! `sallyport records`: the call records of a site, whether its controller runs or not.

use std::process::ExitCode;

use super::{SiteArgs, ask_pages};
use crate::control::Request;

pub fn records(site: &SiteArgs, json: bool) -> anyhow::Result<ExitCode> {
    ask_pages(site, None, |after| Request::Records { json, after })
}
