use super::weights::Tree;

pub(super) const TREES: [Tree; 0] = [];
