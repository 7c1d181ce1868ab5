//! Counting instructions: valgrind's callgrind runs this program with one piece of work, a few
//! times and many times; the difference is the work alone, without start and input.

use crate::whats::speed;
use anyhow::{Context, bail, ensure};
use std::{env, fs, path::Path, process::Command};

/// The first argument of a program that valgrind counts.
const CHILD: &str = "--counted-piece";

const FEW: usize = 1;
const MANY: usize = 4;

/// Instructions of one pass of a piece of work over this input.
pub fn instructions(piece: &str, input: &[i16]) -> anyhow::Result<f64> {
    let file = tempfile::NamedTempFile::new().context("a file for the input")?;
    let octets: Vec<u8> = input
        .iter()
        .flat_map(|sample| sample.to_le_bytes())
        .collect();
    fs::write(file.path(), octets).context("the input")?;
    let few = collected(piece, FEW, file.path())?;
    let many = collected(piece, MANY, file.path())?;
    ensure!(many > few, "{piece}: callgrind counted {few} and {many}");
    Ok((many - few) as f64 / (MANY - FEW) as f64)
}

fn collected(piece: &str, times: usize, input: &Path) -> anyhow::Result<u64> {
    let own = env::current_exe().context("the path of this program")?;
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(own)
        .args([CHILD, piece, &times.to_string()])
        .arg(input)
        .output()
        .context("valgrind (Debian: apt-get install valgrind)")?;
    let told = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        bail!("valgrind of {piece}: {}", told.trim());
    }
    let count = told
        .split("Collected :")
        .nth(1)
        .and_then(|rest| rest.split_whitespace().next());
    let count = count.with_context(|| format!("valgrind told no count: {}", told.trim()))?;
    count.parse().with_context(|| format!("a count: {count}"))
}

/// When valgrind runs this program: does the work.
pub fn child() -> Option<anyhow::Result<()>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [CHILD, piece, times, input] => Some(repeat(piece, times, input)),
        _ => None,
    }
}

fn repeat(piece: &str, times: &str, input: &str) -> anyhow::Result<()> {
    let times: usize = times.parse().context("how often")?;
    let octets = fs::read(input).context("the input")?;
    let pairs = octets.as_chunks::<2>().0.iter();
    let samples: Vec<i16> = pairs.map(|&pair| i16::from_le_bytes(pair)).collect();
    let mut work = speed::work(piece, &samples).with_context(|| format!("no piece {piece}"))?;
    (0..times).for_each(|_| work());
    Ok(())
}
