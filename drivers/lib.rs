//! Ports to the outside: the trait, the suite every driver passes, the simulation.

pub mod port;
