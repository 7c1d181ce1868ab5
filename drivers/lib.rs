//! Ports to the outside: the trait, the suite every driver passes, the simulation and
//! wrappers that trace, disturb or capture any port.
//!
//! * [`port`]: what a driver is. * [`contract`]: what it must do, as runnable checks.
//! * [`sim`]: simulated telephones, a central office and the copper between, which the demo,
//!   the training system and the tests use. It shares no code with the controller's own
//!   signal processing. * [`wrap`]: middleware around any port.

pub mod contract;
pub mod dahdi;
pub mod handed;
pub mod port;
pub mod sim;
pub mod wrap;
