//! The vocabulary of sallyport: the nouns that cross from one room to another.
//!
//! Nothing here does I/O, reads a clock or decides anything. Values that a line thread
//! handles have a fixed size, so that they cross rings without allocation. One noun a file.

pub mod answer_class;
pub mod call_record;
pub mod credential;
pub mod dial_plan;
pub mod digits;
pub mod disposition;
pub mod edge;
pub mod evidence;
pub mod fact;
pub mod frame;
pub mod heard;
pub mod id;
pub mod inmate;
pub mod language;
pub mod mf;
pub mod party_block;
pub mod phone_number;
pub mod prompt;
pub mod query;
pub mod right;
pub mod route;
pub mod secret;
pub mod settings;
pub mod tap;
pub mod text;
pub mod three_way;
pub mod tick;
pub mod tone;
pub mod treatment;
pub mod trunk;
pub mod verdict;
