//! Rows of which there may be one in a file: of one id, of one PIN. The first has it. Where bad rows are
//! skipped, the first good one has it: those that come after a row wait until that is known to be good or
//! bad, and so does what comes after them.

use std::{
    collections::{HashMap, HashSet},
    mem,
};

use sheets::BadCell;

use super::rows::Numbered;

/// A column, and what there may be of once.
pub type Key = (&'static str, String);

/// How often what a bad row left free is given to the next one. Who has more of them than that has another
/// mistake in the file.
const ROUNDS: usize = 10;

/// The rows of a file that are good as far as it goes itself.
#[derive(Clone, Default, Debug)]
pub struct Rows {
    /// Nothing before them is in their way; where none is skipped, bad ones are among them.
    pub good: Vec<Numbered>,
    waiting: Vec<Waiting>,
    /// The row that has it, or had it first.
    owners: HashMap<Key, u64>,
    /// What owners may be that have nothing.
    undecided: HashSet<u64>,
    bad: HashSet<u64>,
    /// The rows that were said to be next.
    asked: Vec<u64>,
    rounds: usize,
}

#[derive(Clone, Debug)]
struct Waiting {
    row: Numbered,
    keys: Vec<Key>,
}

impl Rows {
    /// Takes the next row of the file, in which these cells are bad; which more are, as they stand in
    /// another row already, unless the row may wait for what becomes of that one.
    ///
    /// A bad row is looked at as the others are, that all which is wrong with it is known; but not where
    /// bad rows are skipped, as what it asks for would stand in the way of good ones.
    pub fn take(
        &mut self,
        row: Numbered,
        keys: Vec<Key>,
        may_wait: bool,
        bad: &[BadCell],
    ) -> Vec<BadCell> {
        if may_wait && !bad.is_empty() {
            return Vec::new();
        }
        let number = row.0;
        let before = |key: &Key| self.owners.get(key).copied();
        let in_the_way = told(number, &keys, before);
        if in_the_way.is_empty() {
            self.good.push(row);
        } else if may_wait {
            self.undecided.insert(number);
            let keys = keys.clone();
            self.waiting.push(Waiting { row, keys });
        } else {
            return in_the_way;
        }
        for key in keys {
            self.owners.entry(key).or_insert(number);
        }
        Vec::new()
    }

    pub fn contested(&self) -> usize {
        self.waiting.len()
    }

    /// The rows that nothing is in the way of. What is known of the file is forgotten where no row waits:
    /// of a million rows it takes as much memory as they.
    pub fn first(&mut self) -> Vec<Numbered> {
        if self.waiting.is_empty() {
            self.owners = HashMap::new();
        }
        mem::take(&mut self.good)
    }

    /// What follows from it that these rows were bad, of those that were last asked about: which are the
    /// next, and what of the others is bad.
    pub fn after(&mut self, bad: HashSet<u64>) -> (Vec<Numbered>, Vec<BadCell>) {
        self.bad.extend(bad);
        for row in self.asked.drain(..) {
            self.undecided.remove(&row);
        }
        self.rounds += 1;
        let (mut next, mut refused) = (Vec::new(), Vec::new());
        let mut still = Vec::new();
        // By rows that wait on.
        let mut claimed: HashSet<Key> = HashSet::new();
        for waiting in mem::take(&mut self.waiting) {
            let number = waiting.row.0;
            let owner = |key: &Key| self.owners.get(key).copied().filter(|row| *row != number);
            let open = |row: &u64| self.rounds <= ROUNDS && self.undecided.contains(row);
            let has = |key: &Key| owner(key).filter(|row| !self.bad.contains(row) && !open(row));
            let in_the_way = told(number, &waiting.keys, has);
            let mut keys = waiting.keys.iter();
            if !in_the_way.is_empty() {
                self.bad.insert(number);
                self.undecided.remove(&number);
                refused.extend(in_the_way);
            } else if keys
                .any(|key| claimed.contains(key) || owner(key).is_some_and(|row| open(&row)))
            {
                claimed.extend(waiting.keys.iter().cloned());
                still.push(waiting);
            } else {
                self.asked.push(number);
                let owned = waiting.keys.into_iter().map(|key| (key, number));
                self.owners.extend(owned);
                next.push(waiting.row);
            }
        }
        self.waiting = still;
        (next, refused)
    }
}

/// What of a row is somewhere else already.
fn told(row: u64, keys: &[Key], owner: impl Fn(&Key) -> Option<u64>) -> Vec<BadCell> {
    let told = |key: &Key| {
        let before = owner(key)?;
        Some(BadCell {
            row,
            column: key.0.to_owned(),
            why: format!("is in row {before} already"),
        })
    };
    keys.iter().filter_map(told).collect()
}
