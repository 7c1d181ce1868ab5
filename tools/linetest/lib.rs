//! Line analysis for technicians: what is on a recording, in digits, tones, levels and pictures, and
//! what a live line is like.
//!
//! [`cli`] is the program; [`sound`] reads recordings. An analysis hears frame by frame
//! (`analysis`), what it finds becomes rows (`row`) and hits, and those a table, JSON lines or a
//! picture. Memory does not grow with the length of a recording. `live` measures on ports.

mod analysis;
mod answer;
pub mod cli;
mod digits;
mod jobs;
mod learn;
mod level;
mod live;
mod manual;
mod names;
mod plot;
mod progress;
mod report;
mod row;
mod run;
pub mod sound;
mod table;
mod task;
mod three_way;
mod words;
