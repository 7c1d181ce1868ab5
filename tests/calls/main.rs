//! Calls from handset to called party, on real audio and virtual time: one name, one behaviour.

#![allow(dead_code)]
mod accept;
mod admission;
mod asked;
mod attack_far;
mod attack_inmate;
mod attack_tones;
mod bench;
mod calendar;
mod called_party;
mod channels;
mod coincidence;
mod counted;
mod dead_stop;
mod fraud;
mod identity;
mod joined;
mod keys;
mod language;
mod number;
mod number_records;
mod off_hook;
mod operator;
mod outpulsing;
mod people;
mod pin;
mod ports;
mod privacy;
mod progress;
mod ready;
mod record;
mod recording;
mod refused;
mod registers;
mod release;
mod replay;
mod responses;
mod rights;
mod routes;
mod schedules;
mod screening;
mod short;
mod shutdown;
mod signalling;
mod talk;
mod text_telephone;
mod third_party;
mod treatments;
mod trunk;
mod trunk_lost;
mod type_ahead;
#[path = "../threads/watchful.rs"]
mod watchful;
mod who_answered;

use suites::hearing;
