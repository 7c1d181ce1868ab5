//! Every kind of file that is read, and every way in which one can be wrong.

use crate::{
    Place, Run, keyed, silence,
    wav::{self, chunk, chunk_of_length, extensible, fmt, riff},
};

/// Digits that are in a file of any kind.
const KEYED: &str = "19*#";

#[track_caller]
fn digits_of(octets: &[u8]) {
    let place = Place::new();
    let run = place
        .file("x.wav", octets)
        .run(&["digits", "--json", "x.wav"]);
    let digits: String = run
        .json()
        .iter()
        .map(|row| row["digit"].as_str().expect("text").to_owned())
        .collect();
    assert_eq!(digits, KEYED);
}

/// The error of a file that can't be read: what is told of it, without its name.
#[track_caller]
fn refused(octets: &[u8]) -> String {
    let place = Place::new();
    place
        .file("bad.wav", octets)
        .recording("good.wav", &keyed("5"));
    let run = place.run(&["digits", "--hits", "bad.wav", "good.wav"]);
    others_done(&run);
    let told = run
        .err
        .strip_prefix("linetest: bad.wav: ")
        .expect("the file's name");
    assert_eq!(run.err.lines().count(), 1, "{}", run.err);
    told.trim_end().to_owned()
}

/// The good file is done whatever the bad one is.
#[track_caller]
fn others_done(run: &Run) {
    assert_eq!(run.code, Some(1), "{run:?}");
    assert_eq!(
        run.out
            .lines()
            .filter(|line| line.starts_with("good.wav "))
            .count(),
        1,
        "{run:?}"
    );
}

#[test]
fn pcm_is_read() {
    digits_of(&wav::pcm(1, &keyed(KEYED)));
}

#[test]
fn companded_files_are_read() {
    for (tag, octets) in [
        (7, wav::mu_law(&keyed(KEYED))),
        (6, wav::a_law(&keyed(KEYED))),
    ] {
        digits_of(&riff(&[
            chunk(b"fmt ", &fmt(tag, 1, 8000, 8)),
            chunk(b"data", &octets),
        ]));
        digits_of(&riff(&[
            chunk(b"fmt ", &extensible(tag, 1, 8000, 8)),
            chunk(b"data", &octets),
        ]));
    }
}

#[test]
fn extensible_pcm_is_read() {
    let data = wav::linear(&keyed(KEYED));
    digits_of(&riff(&[
        chunk(b"fmt ", &extensible(1, 1, 8000, 16)),
        chunk(b"data", &data),
    ]));
}

/// Odd chunks are padded; what stands after the sound is no sound.
#[test]
fn other_chunks_are_passed_over() {
    let data = wav::linear(&keyed(KEYED));
    digits_of(&riff(&[
        chunk(b"LIST", &[1; 333]),
        chunk(b"fmt ", &fmt(1, 1, 8000, 16)),
        chunk(b"fact", &[0; 4]),
        chunk(b"bext", &[7; 70_001]),
        chunk(b"data", &data),
        chunk(b"LIST", &wav::linear(&keyed("7"))),
    ]));
}

/// As a writer to a pipe, or one that was killed, leaves it.
#[test]
fn a_length_that_was_never_filled_in_goes_to_the_end() {
    let data = wav::linear(&keyed(KEYED));
    for length in [0, 0x7fff_f000, 0xffff_ffff] {
        let mut octets = riff(&[
            chunk(b"fmt ", &fmt(1, 1, 8000, 16)),
            chunk_of_length(b"data", length, &data),
        ]);
        octets[4..8].copy_from_slice(&length.to_le_bytes());
        digits_of(&octets);
    }
}

#[test]
fn raw_samples_are_read_in_each_coding() {
    let samples = keyed(KEYED);
    let codings = [
        ("s16le", wav::linear(&samples)),
        ("ulaw", wav::mu_law(&samples)),
        ("alaw", wav::a_law(&samples)),
    ];
    let place = Place::new();
    for (coding, octets) in codings {
        place.file("x.raw", &octets);
        let run = place.run(&["digits", "--raw", coding, "x.raw"]);
        assert!(
            run.good().ends_with("4 digits: 19*#\n"),
            "{coding}: {run:?}"
        );
    }
}

#[test]
fn raw_samples_may_have_two_channels() {
    let both = wav::interleaved(&keyed("1"), &keyed("2"));
    let place = Place::new();
    place.file("x.raw", &wav::linear(&both));
    let run = place.run(&["digits", "--raw", "s16le", "--channels", "2", "x.raw"]);
    assert!(
        run.good()
            .ends_with("left: 1 digit: 1\nright: 1 digit: 2\n"),
        "{run:?}"
    );
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let place = Place::new();
    place.recording("good.wav", &keyed("5"));
    let run = place.run(&["digits", "--hits", "nowhere.wav", "good.wav"]);
    others_done(&run);
    assert_eq!(
        run.err,
        "linetest: nowhere.wav: no such file or directory\n"
    );
}

#[test]
fn a_directory_is_no_recording() {
    let place = Place::new();
    place.recording("good.wav", &keyed("5"));
    let run = place.run(&["digits", "--hits", ".", "good.wav"]);
    others_done(&run);
    assert_eq!(run.err, "linetest: .: is a directory\n");
}

#[test]
fn an_empty_file_is_told() {
    assert_eq!(refused(&[]), "empty: not one octet is in it");
}

#[test]
fn a_recording_without_samples_is_told() {
    let told = refused(&wav::pcm(1, &[]));
    assert_eq!(told, "no sound: it holds no samples");
    let followed = riff(&[
        chunk(b"fmt ", &fmt(1, 1, 8000, 16)),
        chunk(b"data", &[]),
        chunk(b"LIST", &[1; 400]),
    ]);
    assert_eq!(refused(&followed), "no sound: it holds no samples");
}

#[test]
fn other_kinds_of_file_are_named() {
    let kinds: [(&[u8], &str); 5] = [
        (b"fLaC............", "a FLAC file"),
        (b"OggS............", "an Ogg file"),
        (b"RIFX....WAVEfmt ", "a big-endian WAV file"),
        (b"RIFF....AVI LIST", "a RIFF file that is no WAV file"),
        (b"Dear Sir, \x00", "\"Dear\""),
    ];
    for (octets, name) in kinds {
        let told = refused(octets);
        assert!(
            told.starts_with(&format!("no WAV file: it begins like {name}; convert")),
            "{told}"
        );
    }
}

#[test]
fn another_rate_is_told_with_the_remedy() {
    for rate in [0, 7999, 8001, 16_000, 44_100, u32::MAX] {
        let octets = riff(&[
            chunk(b"fmt ", &fmt(1, 1, rate, 16)),
            chunk(b"data", &[0; 64]),
        ]);
        let told = refused(&octets);
        assert!(told.starts_with(&format!("sampled at {rate} Hz")), "{told}");
        assert!(told.contains("sox IN -r 8000 -b 16 OUT.wav"), "{told}");
    }
}

#[test]
fn other_channels_than_one_or_two_are_told() {
    let with = |channels| {
        riff(&[
            chunk(b"fmt ", &fmt(1, channels, 8000, 16)),
            chunk(b"data", &[0; 64]),
        ])
    };
    assert_eq!(refused(&with(0)), "damaged: its header tells of no channel");
    for channels in [3, 6, 65_535] {
        let told = refused(&with(channels));
        assert!(
            told.starts_with(&format!("{channels} channels, where one or two are read")),
            "{told}"
        );
    }
}

#[test]
fn another_coding_is_named() {
    let codings = [
        (1, 8, "8-bit PCM"),
        (1, 24, "24-bit PCM"),
        (3, 32, "32-bit floating-point"),
        (7, 16, "16-bit mu-law"),
        (0x31, 0, "GSM 06.10"),
        (0x1234, 9, "of an unknown coding, format tag 0x1234, 9 bits"),
    ];
    for (tag, bits, name) in codings {
        for fmt in [fmt(tag, 1, 8000, bits), extensible(tag, 1, 8000, bits)] {
            let told = refused(&riff(&[chunk(b"fmt ", &fmt), chunk(b"data", &[0; 64])]));
            assert!(
                told.starts_with(&format!("samples are {name}, where")),
                "{told}"
            );
        }
    }
}

#[test]
fn a_header_that_contradicts_itself_is_damaged() {
    let mut wrong = fmt(1, 1, 8000, 16);
    wrong[12] = 4;
    let told = refused(&riff(&[chunk(b"fmt ", &wrong), chunk(b"data", &[0; 64])]));
    assert_eq!(
        told,
        "damaged: its header contradicts itself: 1 times 16 bits in 4 octets"
    );
}

#[test]
fn a_header_that_is_cut_anywhere_is_damaged() {
    let whole = wav::pcm(1, &keyed("5"));
    let header = 44;
    for length in 1..header {
        let told = refused(&whole[..length]);
        assert!(
            told.starts_with("damaged: ") || told.starts_with("no WAV file: "),
            "{length}: {told}"
        );
    }
}

#[test]
fn chunks_that_are_missing_or_in_the_wrong_order_are_told() {
    let fmt = || chunk(b"fmt ", &fmt(1, 1, 8000, 16));
    let cases = [
        (riff(&[]), "the file ends before its fmt chunk"),
        (riff(&[fmt()]), "the file ends before its data chunk"),
        (
            riff(&[chunk(b"data", &[0; 64]), fmt()]),
            "its samples come before their format",
        ),
        (riff(&[fmt(), fmt()]), "it has two fmt chunks"),
        (
            riff(&[chunk(b"fmt ", &[1; 15])]),
            "its fmt chunk is too short",
        ),
        (riff(&[chunk_of_length(b"fmt ", u32::MAX, &[1; 50])]), ""),
        (
            riff(&[chunk_of_length(b"junk", u32::MAX, &[1; 50])]),
            "the file ends before its data chunk",
        ),
    ];
    for (octets, what) in cases {
        let told = refused(&octets);
        assert!(told.contains(what) && !told.is_empty(), "{told}");
    }
}

/// What is there is heard; then the error.
#[test]
fn a_recording_that_is_cut_short_is_analysed_as_far_as_it_goes() {
    let whole = wav::pcm(1, &keyed("123"));
    let place = Place::new();
    place.file("cut.wav", &whole[..whole.len() - 2400]);
    let run = place.run(&["digits", "--hits", "cut.wav"]);
    assert_eq!(run.code, Some(1));
    assert_eq!(run.out.lines().count(), 2, "{run:?}");
    assert!(
        run.err
            .starts_with("linetest: cut.wav: truncated: its header tells of 2400 octets more"),
        "{run:?}"
    );
}

#[test]
fn a_recording_cut_before_its_sound_is_told() {
    let whole = wav::pcm(1, &keyed("1"));
    let told = refused(&whole[..44]);
    let octets = whole.len() - 44;
    assert_eq!(
        told,
        format!(
            "truncated: of the {octets} octets of sound that its header tells of there is none"
        )
    );
}

#[test]
fn a_sample_that_is_cut_is_told() {
    let place = Place::new();
    place.file("odd.raw", &[wav::linear(&keyed("1")), vec![9]].concat());
    let run = place.run(&["digits", "--hits", "--raw", "s16le", "odd.raw"]);
    assert_eq!((run.code, run.out.lines().count()), (Some(1), 1), "{run:?}");
    assert!(
        run.err
            .contains("ends in the middle of a sample (octets of it: 1)"),
        "{run:?}"
    );
    let data = wav::linear(&keyed("1"));
    let odd = riff(&[
        chunk(b"fmt ", &fmt(1, 1, 8000, 16)),
        chunk_of_length(
            b"data",
            data.len() as u32 + 1,
            &[data, vec![1, 2, 3]].concat(),
        ),
    ]);
    place.file("odd.wav", &odd);
    let run = place.run(&["digits", "--hits", "odd.wav"]);
    assert_eq!((run.code, run.out.lines().count()), (Some(1), 1), "{run:?}");
}

/// Samples shorter than a frame are a recording, too.
#[test]
fn the_shortest_recording_is_analysed() {
    let place = Place::new();
    place.recording("short.wav", &[100]);
    assert_eq!(place.run(&["digits", "short.wav"]).good(), "No digit.\n");
}

/// An hour takes no more memory than a second: nothing here is as large as the input.
#[test]
fn a_long_pipe_is_read_as_it_comes() {
    let place = Place::new();
    let mut octets = wav::pcm(1, &keyed("5"));
    octets[40..44].copy_from_slice(&u32::MAX.to_le_bytes());
    octets.extend(wav::linear(&silence(600_000)));
    octets.extend(wav::linear(&keyed("6")));
    let run = place.run_with_input(&["digits", "--hits", "-"], &octets);
    let labels: Vec<_> = run
        .good()
        .lines()
        .map(|line| line.rsplit(' ').next())
        .collect();
    assert_eq!(labels, [Some("5"), Some("6")]);
}

/// Whatever stands in a file, reading it ends, gives no more than is in it, and does not panic.
#[test]
fn no_header_can_lead_the_reader_astray() {
    use linetest::sound::Sound;
    let data = wav::linear(&keyed("5"))[..600].to_vec();
    let whole = riff(&[
        chunk(b"LIST", &[1; 21]),
        chunk(b"fmt ", &extensible(1, 2, 8000, 16)),
        chunk(b"data", &data),
        chunk(b"LIST", &[2; 9]),
    ]);
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    };
    const ODD: [u8; 8] = [0, 1, 2, 0x7f, 0x80, 0xfe, 0xff, b'd'];
    let mut read = 0;
    for _ in 0..20_000 {
        let mut octets = whole[..whole.len() - random(40)].to_vec();
        for _ in 0..random(4) {
            let at = random(120);
            octets[at] = ODD[random(ODD.len())];
        }
        let Ok(mut sound) = Sound::wav(&octets[..]) else {
            continue;
        };
        let mut samples = 0;
        while let Ok(Some(frame)) = sound.frame() {
            assert!((1..=80).contains(&frame.length), "{frame:?}");
            assert!((1..=2).contains(&frame.channels.len()), "{frame:?}");
            samples += frame.length;
        }
        assert!(samples <= octets.len());
        read += usize::from(samples > 0);
    }
    assert!(read > 5000, "{read} were still recordings");
}
