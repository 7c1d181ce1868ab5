//! Simulated parties behind simulated ports.
//!
//! A far end ([`far_end::FarEnd`]: a [`handset::Handset`] or an [`exchange::Exchange`] with the
//! called parties behind it) is an object that eats and makes 10 ms of audio at a time. The
//! [`sim_port::SimPort`] that reads it steps it, through a [`copper::Copper`] line model; there
//! are no threads. On virtual time the caller's `now` is all the time there is;
//! [`clocked::Clocked`] ties the same port to the real clock.
//!
//! Ears, voices, tone plans and the G.711 tables here are the simulation's own, so that a
//! mistake in the controller's signal processing cannot hide behind the same mistake here.

pub mod actor;
pub mod called_office;
pub mod called_party;
pub mod clip;
pub mod clocked;
pub mod contact;
pub mod copper;
pub mod delay;
pub mod dtmf_register;
pub mod ear;
pub mod exchange;
pub mod far_end;
pub mod handset;
pub mod join;
pub mod keypad;
pub mod law;
pub mod level;
pub mod mf;
pub mod noise;
pub mod oscillator;
pub mod pulser;
pub mod script;
pub mod sim_port;
pub mod subscriber;
pub mod tone_plan;
pub mod tone_player;
pub mod transcript;

use crate::sim::{
    copper::Copper,
    exchange::{Exchange, line::ExchangeLine, routes::Routes},
    handset::{Handset, HandsetScript},
    sim_port::SimPort,
};
use std::sync::Arc;
use types::frame::Law;

/// One phone and one trunk on the same clock and phase, over default copper: what most
/// tests of a line want.
pub fn pair(
    script: HandsetScript,
    line: ExchangeLine,
    routes: Arc<Routes>,
    seed: u64,
) -> (SimPort<Handset>, SimPort<Exchange>) {
    (
        SimPort::handset(script, Copper::default(), Law::Mu, seed, 0),
        SimPort::trunk(
            line,
            routes,
            Copper::default(),
            Law::Mu,
            seed ^ 0x7472_756e,
            0,
        ),
    )
}
