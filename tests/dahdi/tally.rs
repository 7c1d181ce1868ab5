//! What passed, what failed and what was left out.

use std::process::ExitCode;

#[derive(Debug, Default)]
pub struct Tally {
    passed: usize,
    failed: usize,
    skipped: usize,
}

impl Tally {
    /// Notes and prints one result.
    pub fn note(&mut self, name: &str, result: &Result<(), String>) {
        match result {
            Ok(()) => {
                self.passed += 1;
                println!("ok    {name}");
            }
            Err(what) => {
                self.failed += 1;
                println!("FAIL  {name}: {what}");
            }
        }
    }

    /// Notes a check that can't be made here, and why.
    pub fn skip(&mut self, name: &str, reason: &str) {
        self.skipped += 1;
        println!("skip  {name}: {reason}");
    }

    pub fn end(&self) -> ExitCode {
        let Tally {
            passed,
            failed,
            skipped,
        } = self;
        println!("{passed} passed, {failed} failed, {skipped} skipped");
        if self.failed == 0 && self.passed > 0 {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }
}

/// Ends a check with what is wrong.
macro_rules! ensure {
    ($condition:expr, $($text:tt)+) => {
        if !$condition {
            return Err(format!($($text)+));
        }
    };
}
pub(crate) use ensure;
