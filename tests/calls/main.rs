//! Calls from handset to called party, on real audio and virtual time: one name, one behaviour.

#![allow(dead_code)]
mod accept;
mod bench;
mod hearing;
