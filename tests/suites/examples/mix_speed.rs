//! How fast speeds are changed: seconds of audio made in a second of one processor.
//!
//! `cargo run --release -p suites --example mix_speed`

use std::{hint::black_box, time::Instant};
use suites::{mix::Resampler, random::Random};

fn main() {
    let mut random = Random::new(1);
    let input: Vec<f32> = (0..800_000)
        .map(|_| random.uniform(-9000.0, 9000.0) as f32)
        .collect();
    let mut output = Vec::new();
    for speed in [0.7, 0.9, 1.0, 1.1, 1.4, 2.0] {
        let mut resampler = Resampler::new(speed);
        let (mut made, began) = (0, Instant::now());
        for _ in 0..10 {
            output.clear();
            resampler.process(black_box(&input), &mut output);
            made += output.len();
        }
        let real_time = made as f64 / 8000.0 / began.elapsed().as_secs_f64();
        println!("speed {speed}: {real_time:.0} times real time");
    }
}
