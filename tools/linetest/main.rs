//! Line analysis for technicians.

fn main() {}
