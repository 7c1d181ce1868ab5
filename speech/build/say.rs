//! Says values in words, one a line: `echo "USD 24.65" | cargo run -p speech --example say fr`

use std::error::Error;
use std::io::{self, BufRead, Write};

use speech::{Speech, Value};
use types::language::Language;

fn main() -> Result<(), Box<dyn Error>> {
    let code = std::env::args().nth(1).ok_or("which language?")?;
    let language = Language::parse(&code).ok_or("a language is two letters")?;
    let speech = Speech::load(&[language], None)?;
    let mut out = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let line = line?;
        let value = Value::parse(&line).ok_or_else(|| format!("`{line}` is no value"))?;
        writeln!(out, "{}", speech.spoken(language, &value))?;
    }
    Ok(())
}
