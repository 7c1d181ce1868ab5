//! What passed and what failed.

use std::process::ExitCode;

#[derive(Debug, Default)]
pub struct Tally {
    passed: usize,
    failed: usize,
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

    pub fn end(&self) -> ExitCode {
        println!("{} passed, {} failed", self.passed, self.failed);
        if self.failed == 0 && self.passed > 0 {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }
}
