//! stub to be replaced
use crate::{analysis::Found, sound::Frame};
use std::{io, path::Path};
#[derive(Debug)]
pub(crate) struct Plot;
impl Plot {
    pub fn new(_: &str, _: &str, _: bool) -> Plot {
        Plot
    }
    pub fn frame(&mut self, _: &Frame) {}
    pub fn mark(&mut self, _: &Found) {}
    pub fn write(self, _: &Path) -> io::Result<()> {
        Ok(())
    }
}
