//! Middleware: ports around a port. Each wraps any `Box<dyn Port>` and can be stacked.

pub mod captured;
pub mod faulty;
pub mod traced;
