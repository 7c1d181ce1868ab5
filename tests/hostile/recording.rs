//! Reading recordings.

use dsp::SAMPLE_RATE;
use linetest::sound::{Coding, Format, Sound, SoundError};
use types::frame::{FRAME, Law};

/// The octets as a WAV file, and as raw samples of every kind. Never a panic; never more
/// samples than there are octets for; each frame full but the last.
pub fn recording(data: &[u8]) {
    if let Ok(sound) = Sound::wav(data) {
        take(sound, data.len());
    }
    for coding in [
        Coding::Linear,
        Coding::Companded(Law::Mu),
        Coding::Companded(Law::A),
    ] {
        for channels in [1, 2] {
            let format = Format { coding, channels };
            take(Sound::raw(data, format), data.len());
        }
    }
}

fn take(mut sound: Sound<&[u8]>, octets: usize) {
    let format = sound.format();
    assert!((1..=2).contains(&format.channels), "{format:?}");
    let width = match format.coding {
        Coding::Linear => 2,
        Coding::Companded(_) => 1,
    };
    let most = octets / (width * format.channels);
    let (mut samples, mut frames) = (0, 0);
    loop {
        match sound.frame() {
            Ok(Some(frame)) => {
                assert_eq!(
                    samples,
                    frames * FRAME,
                    "a frame before the last was not full"
                );
                assert_eq!(frame.channels.len(), format.channels);
                assert!(
                    (1..=FRAME).contains(&frame.length),
                    "{} samples",
                    frame.length
                );
                samples += frame.length;
                frames += 1;
                assert!(samples <= most, "{samples} samples of {octets} octets");
            }
            Ok(None) => break,
            Err(error) => return tell(&error),
        }
    }
    // The end stays the end.
    assert!(
        !matches!(sound.frame(), Ok(Some(_))),
        "something after the end"
    );
    assert!(samples <= most && most / SAMPLE_RATE as usize <= octets);
}

/// An error says something, in one line that moves no cursor.
fn tell(error: &SoundError) {
    let text = error.to_string();
    assert!(
        !text.is_empty() && !text.contains(char::is_control),
        "{text:?}"
    );
}
