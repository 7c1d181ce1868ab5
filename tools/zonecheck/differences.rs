//! Where the tables differ from the zone list on purpose, each with its reason.
//!
//! ```text
//! fr mx: recall
//!   theirs 350+440 on 100 off 100, then 350+440 steady
//!   why    A sentence, which may go on
//!          in further lines.
//! ```

use anyhow::{Context as _, bail};

#[derive(Debug)]
pub struct Differences(Vec<Difference>);

#[derive(Debug)]
struct Difference {
    zone: String,
    tone: String,
    theirs: String,
    /// Found in the zone list.
    met: bool,
}

impl Differences {
    /// Reads the file. A block without a reason is an error.
    pub fn read(text: &str) -> anyhow::Result<Differences> {
        let mut all = Vec::new();
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let text: Vec<&str> = lines.collect();
        for block in text.join("\n").split("\n\n") {
            if !block.trim().is_empty() {
                let place = || format!("in differences.txt: \"{}\"", block.trim());
                all.append(&mut read_block(block.trim()).with_context(place)?);
            }
        }
        let mut names: Vec<_> = all.iter().map(|one| (&one.zone, &one.tone)).collect();
        names.sort();
        if let Some(twice) = names.windows(2).find(|pair| pair[0] == pair[1]) {
            bail!(
                "{}: {} stands twice in differences.txt",
                twice[0].0,
                twice[0].1
            );
        }
        Ok(Differences(all))
    }

    /// Whether this difference is listed with these figures.
    pub fn take(&mut self, zone: &str, tone: &str, theirs: &str) -> bool {
        let mut all = self.0.iter_mut();
        let found = all.find(|one| one.zone == zone && one.tone == tone && one.theirs == theirs);
        found.is_some_and(|one| {
            one.met = true;
            true
        })
    }

    /// What was listed and not found.
    pub fn left(&self) -> Vec<String> {
        let left = self.0.iter().filter(|one| !one.met);
        left.map(|one| format!("{}: {}: {}", one.zone, one.tone, one.theirs))
            .collect()
    }
}

fn read_block(block: &str) -> anyhow::Result<Vec<Difference>> {
    let mut lines = block.lines().map(str::trim);
    let head = lines.next().unwrap_or_default();
    let (zones, tones) = head
        .split_once(": ")
        .context("it begins \"fr mx: recall\"")?;
    let theirs = lines.next().and_then(|line| line.strip_prefix("theirs "));
    let theirs = theirs.context("its second line is \"theirs\" and the figures")?;
    let why = lines.next().and_then(|line| line.strip_prefix("why "));
    if why.is_none_or(|why| why.trim().is_empty()) {
        bail!("its third line is \"why\" and the reason");
    }
    let mut all = Vec::new();
    for zone in zones.split_whitespace() {
        for tone in tones.split_whitespace() {
            all.push(Difference {
                zone: zone.to_owned(),
                tone: tone.to_owned(),
                theirs: theirs.trim().to_owned(),
                met: false,
            });
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "\
# A remark.

fr mx: recall
  theirs 350+440 steady
  why    No such frequencies
         in these networks.

uk: record
  theirs 1400 on 500 off 60000
  why    Too rare.
";

    #[test]
    fn what_is_listed_is_taken_with_its_figures_only() {
        let mut all = Differences::read(GOOD).expect("a list");
        assert!(all.take("mx", "recall", "350+440 steady"));
        assert!(!all.take("mx", "recall", "350+441 steady"));
        assert!(!all.take("mx", "record", "350+440 steady"));
        assert!(all.take("uk", "record", "1400 on 500 off 60000"));
        assert_eq!(all.left(), ["fr: recall: 350+440 steady"]);
    }

    #[test]
    fn a_difference_without_a_reason_is_refused() {
        for (from, to) in [
            ("  why    Too rare.\n", ""),
            ("why    Too rare.", "why"),
            ("  theirs 1400 on 500 off 60000\n", ""),
            ("uk: record", "uk record"),
            ("uk: record", "fr: recall"),
        ] {
            assert!(Differences::read(&GOOD.replace(from, to)).is_err(), "{to}");
        }
    }

    #[test]
    fn the_list_in_the_tree_can_be_read() {
        let all = Differences::read(crate::DIFFERENCES).expect("differences.txt");
        assert!(!all.0.is_empty());
    }
}
