//! The administrators' interface: JSON over HTTP, by which a script can do what a person can.
//!
//! [`Server`] listens at a Unix socket, whose other end the kernel knows, and lets in what is short and comes
//! in time; `router` finds the [`Route`] that serves a request; the files of `route` hold the routes of one
//! noun each. A route is served on a thread of the server's own pool: what it reads it reads from a
//! [`View`](backoffice::View), beside the back office; what it changes is a short portion of work on the back
//! office's thread, by the [`Desk`], between two batches of the lines' questions.

#![forbid(unsafe_code)]

mod answer;
mod asked;
mod help;
mod house;
mod openapi;
mod password;
mod problem;
mod route;
mod router;
mod serve;
mod server;

pub use house::{Actor, Away, Desk, House, Work};
pub use password::{
    LEAST as LEAST_PASSWORD, MOST as MOST_PASSWORD, NoHash, WeakPassword, check as check_password,
    generate as generate_secret, hash as hash_password, verify as verify_password,
    verify_nobody as verify_nobodys_password,
};
pub use router::Route;
pub use server::{Caller, Server};
