//! What keys a recording holds, heard by the simulated central office's register, which shares
//! no code with the controller's own detector.

use std::path::Path;

use drivers::sim::{dtmf_register::DtmfRegister, keypad::KeyTone};
use hound::{SampleFormat, WavReader, WavSpec, WavWriter};
use types::{digits::Digit, frame::FRAME};

const RATE: usize = 8000;

/// The digits on the left and on the right channel.
pub fn digits(wav: &Path) -> [String; 2] {
    let reader = WavReader::open(wav).unwrap_or_else(|error| panic!("{}: {error}", wav.display()));
    let spec = reader.spec();
    assert_eq!((spec.channels, spec.sample_rate), (2, RATE as u32));
    let samples: Vec<i16> = reader
        .into_samples()
        .map(|sample| sample.expect("a sample"))
        .collect();
    [0, 1].map(|channel| {
        let one: Vec<i16> = samples.iter().skip(channel).step_by(2).copied().collect();
        heard(&one)
    })
}

fn heard(samples: &[i16]) -> String {
    let mut register = DtmfRegister::new();
    let (frames, _) = samples.as_chunks::<FRAME>();
    frames
        .iter()
        .filter_map(|frame| register.hear(frame))
        .map(|digit| digit.to_string())
        .collect()
}

/// A recording whose channel (0 or 1) holds these keys, pressed for 80 ms at this level.
fn write(wav: &Path, channel: usize, keys: &str, level_dbm0: f64) {
    let spec = WavSpec {
        channels: 2,
        sample_rate: RATE as u32,
        bits_per_sample: 16,
        sample_format: SampleFormat::Int,
    };
    let mut writer = WavWriter::create(wav, spec).expect("a file");
    for key in keys.bytes() {
        let mut tone = KeyTone::new(Digit::parse(key).expect("a key"), level_dbm0, 2.0);
        for at in 0..RATE / 1000 * 160 {
            let sample = if at < RATE / 1000 * 80 {
                tone.sample() as i16
            } else {
                0
            };
            for side in 0..2 {
                let sample = if side == channel { sample } else { 0 };
                writer.write_sample(sample).expect("a sample");
            }
        }
    }
    writer.finalize().expect("a file");
}

#[test]
fn keys_in_a_recording_are_heard_on_their_side_loud_and_soft() {
    let directory = tempfile::tempdir().expect("a directory");
    let wav = directory.path().join("keys.wav");
    for (channel, level) in [(0, -6.0), (1, -6.0), (0, -30.0), (1, -30.0)] {
        write(&wav, channel, "0123456789*#", level);
        let heard = digits(&wav);
        assert_eq!(heard[channel], "0123456789*#", "at {level} dBm0");
        assert_eq!(heard[1 - channel], "");
    }
}
