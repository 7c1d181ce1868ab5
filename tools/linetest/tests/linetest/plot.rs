//! `--plot`.

use std::fs::File;

use crate::{Place, Run, joined, keyed, silence, tone, wav};

struct Picture {
    width: usize,
    height: usize,
    pixels: Vec<[u8; 3]>,
}

fn picture(place: &Place, name: &str) -> Picture {
    let file = File::open(place.path(name)).expect("the picture");
    let decoder = png::Decoder::new(std::io::BufReader::new(file));
    let mut reader = decoder.read_info().expect("a PNG file");
    let mut octets = vec![0; reader.output_buffer_size().expect("a size")];
    let info = reader.next_frame(&mut octets).expect("a whole picture");
    assert_eq!(
        (info.color_type, info.bit_depth),
        (png::ColorType::Rgb, png::BitDepth::Eight)
    );
    Picture {
        width: info.width as usize,
        height: info.height as usize,
        pixels: octets.as_chunks::<3>().0.to_vec(),
    }
}

impl Picture {
    /// How many pixels have exactly this colour.
    fn count(&self, colour: [u8; 3]) -> usize {
        self.pixels.iter().filter(|pixel| **pixel == colour).count()
    }
}

const DIGIT: [u8; 3] = [80, 220, 230];
const BUSY: [u8; 3] = [235, 70, 70];

#[test]
fn a_picture_is_made_beside_the_report() {
    let place = Place::new();
    place.recording("x.wav", &keyed("19"));
    let run = place.run(&["digits", "--plot", "x.png", "x.wav"]);
    assert!(run.good().ends_with("2 digits: 19\n"));
    let picture = picture(&place, "x.png");
    assert_eq!(picture.width, 1600);
    assert!((560..720).contains(&picture.height), "{}", picture.height);
    assert!(picture.count(DIGIT) > 500, "the digits are boxed");
    assert_eq!(picture.count(BUSY), 0);
}

#[test]
fn tones_are_bands_and_silence_has_no_mark() {
    let place = Place::new();
    let busy = tone("tone busy 480+620 -24dBm0 on 500 off 500", 5000);
    place.recording("busy.wav", &joined(&[silence(500), busy, silence(500)]));
    place.recording("still.wav", &silence(2000));
    place
        .run(&["progress", "--plot", "busy.png", "busy.wav"])
        .good();
    assert!(picture(&place, "busy.png").count(BUSY) > 500);
    place
        .run(&["progress", "--plot", "still.png", "still.wav"])
        .good();
    let still = picture(&place, "still.png");
    assert_eq!(still.count(BUSY) + still.count(DIGIT), 0);
}

#[test]
fn each_channel_has_its_own_panel() {
    let place = Place::new();
    place.file(
        "x.wav",
        &wav::pcm(2, &wav::interleaved(&keyed("1"), &keyed("2"))),
    );
    place.recording("mono.wav", &keyed("1"));
    place.run(&["digits", "--plot", "x.png", "x.wav"]).good();
    place
        .run(&["digits", "--plot", "mono.png", "mono.wav"])
        .good();
    let (stereo, mono) = (picture(&place, "x.png"), picture(&place, "mono.png"));
    assert!(
        stereo.height > 2 * mono.height - 100,
        "{} {}",
        stereo.height,
        mono.height
    );
    assert!(stereo.count(DIGIT) > 3 * mono.count(DIGIT) / 2);
}

/// From one sample to a quarter of an hour, the picture is as wide.
#[test]
fn every_length_fits() {
    let place = Place::new();
    let long: Vec<i16> = joined(&[silence(450_000), keyed("5"), silence(450_000)]);
    for (samples, marked) in [
        (vec![9], false),
        (silence(9), false),
        (keyed("5"), true),
        (long, true),
    ] {
        place.recording("x.wav", &samples);
        place.run(&["digits", "--plot", "x.png", "x.wav"]).good();
        let picture = picture(&place, "x.png");
        assert_eq!(
            (picture.width, picture.count(DIGIT) > 20),
            (1600, marked),
            "{}",
            samples.len()
        );
    }
}

#[test]
fn one_picture_is_of_one_recording() {
    let place = Place::new();
    place
        .recording("x.wav", &keyed("1"))
        .file("list", b"x.wav\nx.wav\n");
    let refused = |run: Run| {
        assert_eq!((run.code, run.out.as_str()), (Some(2), ""), "{run:?}");
        assert!(run.err.contains("--plot draws one recording"), "{run:?}");
        assert!(!place.path("x.png").exists());
    };
    refused(place.run(&["digits", "--plot", "x.png", "x.wav", "x.wav"]));
    refused(place.run(&["digits", "--plot", "x.png", "-L", "list"]));
}

/// What is there under the name is lost only where it was a picture.
#[test]
fn a_picture_replaces_nothing_but_pictures() {
    let place = Place::new();
    let recording = wav::pcm(1, &keyed("1"));
    place
        .file("x.wav", &recording)
        .file("really-a.png", &recording)
        .file("before.png", b"\x89PNG\r\n\x1a\nof yesterday")
        .file("empty.png", b"");
    let refused = |name: &str, told: &str| {
        let run = place.run(&["digits", "--plot", name, "x.wav"]);
        assert_eq!((run.code, run.out.as_str()), (Some(2), ""), "{run:?}");
        assert!(run.err.contains(told), "{run:?}");
    };
    refused("x.wav", "x.wav does not end in .png");
    refused("png", "png does not end in .png");
    refused("really-a.png", "really-a.png is there and is no picture");
    for name in ["x.wav", "really-a.png"] {
        let kept = std::fs::read(place.path(name)).expect("the file");
        assert!(kept == recording, "{name} is lost");
    }
    for name in ["before.png", "empty.png", "new.PNG"] {
        place.run(&["digits", "--plot", name, "x.wav"]).good();
        assert_eq!(picture(&place, name).width, 1600);
    }
}

#[test]
fn a_picture_that_cannot_be_written_is_told_after_the_report() {
    let place = Place::new();
    place.recording("x.wav", &keyed("1"));
    let run = place.run(&["digits", "--plot", "nowhere/x.png", "x.wav"]);
    assert_eq!(run.code, Some(1));
    assert!(run.out.ends_with("1 digit: 1\n"), "{run:?}");
    assert_eq!(
        run.err,
        "linetest: nowhere/x.png: no such file or directory\n"
    );
}

#[test]
fn no_picture_is_made_of_what_cannot_be_read() {
    let place = Place::new();
    place.file("x.wav", b"RIFF");
    let run = place.run(&["digits", "--plot", "x.png", "x.wav"]);
    assert_eq!((run.code, place.path("x.png").exists()), (Some(1), false));
}
