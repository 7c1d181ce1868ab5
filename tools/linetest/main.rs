//! The `linetest` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    linetest::cli::main()
}
