//! Where labels stand so that none covers another.

/// Rows of labels, filled from the left.
#[derive(Debug)]
pub(super) struct Lanes {
    /// The first free place of each.
    free: Vec<i32>,
    most: usize,
}

impl Lanes {
    pub fn new(most: usize) -> Lanes {
        Lanes {
            free: Vec::new(),
            most,
        }
    }

    /// The lane for a label from `left` to `right`; labels come in the order of their left ends.
    /// `None` when all are taken there.
    pub fn place(&mut self, left: i32, right: i32) -> Option<usize> {
        const GAP: i32 = 3;
        let lane = match self.free.iter().position(|&free| free <= left) {
            Some(lane) => lane,
            None if self.free.len() < self.most => {
                self.free.push(0);
                self.free.len() - 1
            }
            None => return None,
        };
        self.free[lane] = right + GAP;
        Some(lane)
    }

    /// Lanes in use.
    pub fn count(&self) -> usize {
        self.free.len()
    }
}
