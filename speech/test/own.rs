//! A facility's own recordings: what is taken, and what is refused with which words.

use std::fs;
use std::path::Path;

use types::language::Language;
use types::prompt::Prompt;
use types::treatment::Brand;

use super::{EN, ES, wav};
use crate::{Piece, SAMPLE_RATE, Speech};

fn own(directory: &Path, file: &str, content: &[u8]) {
    let path = directory.join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

fn load_own(file: &str, content: &[u8]) -> Result<Speech, String> {
    let directory = tempfile::tempdir().unwrap();
    own(directory.path(), file, content);
    Speech::load(&[EN], Some(directory.path())).map_err(|error| error.to_string())
}

fn clip(speech: &Speech, name: &str) -> Vec<u8> {
    let (_, id, _) = speech.clips().find(|(.., found)| *found == name).unwrap();
    speech.clip(id).to_vec()
}

#[test]
fn own_recordings_replace_clips_in_three_formats() {
    let mulaw = load_own("en/carrier.wav", &wav(7, 1, 8000, 8, &[0x12, 0x92, 0x80])).unwrap();
    assert_eq!(clip(&mulaw, "carrier"), [0x12, 0x92, 0x80]);
    let built_in = Speech::load(&[EN], None).unwrap();
    assert_eq!(clip(&mulaw, "facility"), clip(&built_in, "facility"));
    let pcm: Vec<u8> = [32767i16, -32768, 0]
        .iter()
        .flat_map(|s| s.to_le_bytes())
        .collect();
    let pcm = load_own("en/carrier.wav", &wav(1, 1, 8000, 16, &pcm)).unwrap();
    assert_eq!(clip(&pcm, "carrier"), [0x80, 0x00, 0xff]);
    let alaw = load_own("en/carrier.wav", &wav(6, 1, 8000, 8, &[0xaa, 0x2a])).unwrap();
    assert_eq!(clip(&alaw, "carrier"), [0x80, 0x00]);
}

#[test]
fn a_second_carrier_is_the_first_until_it_is_recorded() {
    let said = |speech: &Speech, brand| {
        let first = |prompt: Prompt| match speech.phrase(EN, &prompt)[1] {
            Piece::Clip(id) => speech.clip(id).to_vec(),
            other => panic!("{other:?}"),
        };
        let thanked = first(Prompt::ThankYouCarrier { brand });
        assert_eq!(thanked, first(Prompt::CollectCallFrom { brand }));
        thanked
    };
    let both = |speech: &Speech| [Brand::IntraLata, Brand::InterLata].map(|b| said(speech, b));
    let [intra, inter] = both(&Speech::load(&[EN], None).unwrap());
    assert_eq!(intra, inter);
    let octets = [0x12, 0x92, 0x80];
    let recording = wav(7, 1, 8000, 8, &octets);
    let [own, of_both] = both(&load_own("en/carrier.wav", &recording).unwrap());
    assert_eq!(
        (own.as_slice(), of_both.as_slice()),
        (&octets[..], &octets[..])
    );
    let [first, second] = both(&load_own("en/carrier_interlata.wav", &recording).unwrap());
    assert_eq!((first, second.as_slice()), (intra, &octets[..]));
}

#[test]
fn a_bad_recording_is_named_with_its_reason() {
    let good = wav(7, 1, 8000, 8, &[0; 800]);
    let cut = &good[..good.len() - 100];
    let longer = [good.as_slice(), b"junk"].concat();
    let long = vec![0; 31 * SAMPLE_RATE];
    for (content, reason) in [
        (b"hello".to_vec(), "is no WAV file"),
        (Vec::new(), "is no WAV file"),
        (
            cut.to_vec(),
            "is cut short: 836 octets are announced, 736 are there",
        ),
        (longer, "is damaged: 4 octets follow its end"),
        (
            wav(7, 2, 8000, 8, &[0; 800]),
            "has 2 channels; a prompt is mono",
        ),
        (
            wav(1, 1, 16000, 16, &[9; 800]),
            "has 16000 samples a second; a prompt has 8000",
        ),
        (
            wav(1, 1, 8000, 24, &[9; 900]),
            "is of format 1 with 24 bits",
        ),
        (
            wav(85, 1, 8000, 0, &[9; 900]),
            "is of format 85 with 0 bits",
        ),
        (
            wav(1, 1, 8000, 16, &[9; 801]),
            "its last sample is half a sample",
        ),
        (wav(7, 1, 8000, 8, &[]), "is empty: it holds no sample"),
        (
            wav(7, 1, 8000, 8, &[0xff; 800]),
            "is silent: no sample is louder than -50 dBFS",
        ),
        (wav(7, 1, 8000, 8, &long), "lasts 31 s; the limit is 30 s"),
    ] {
        let error = load_own("en/carrier.wav", &content).unwrap_err();
        assert!(error.contains("en/carrier.wav: "), "{error}");
        assert!(error.contains(reason), "{error} lacks {reason}");
    }
}

#[test]
fn damaged_chunks_are_refused() {
    let good = wav(7, 1, 8000, 8, &[0; 800]);
    let altered = |at: usize, octets: &[u8]| {
        let mut file = good.clone();
        file[at..at + octets.len()].copy_from_slice(octets);
        load_own("en/carrier.wav", &file).unwrap_err()
    };
    assert!(altered(8, b"AVI ").contains("is no WAV file"));
    assert!(altered(12, b"junk").contains("its format does not come first"));
    assert!(altered(36, b"junk").contains("it has no data chunk"));
    assert!(altered(40, &[0xff; 4]).contains("is cut short"));
    assert!(altered(40, &[0x1c, 3, 0, 0]).contains("it ends inside a chunk header"));
    assert!(altered(32, &[2]).contains("its block size does not fit its format"));
    assert!(altered(16, &[0; 4]).contains("its format chunk is too short"));
}

#[test]
fn no_cut_of_a_recording_passes_or_panics() {
    let good = wav(7, 1, 8000, 8, &[0; 50]);
    for length in 0..good.len() {
        assert!(crate::wav::mulaw(&good[..length]).is_err(), "{length}");
    }
}

#[test]
fn a_file_that_is_of_no_use_is_an_error() {
    let good = wav(7, 1, 8000, 8, &[0; 800]);
    for (file, reason) in [
        (
            "en/carier.wav",
            "en/carier.wav: language `en` has no clip of this name",
        ),
        (
            "en/carrier.mp3",
            "en/carrier.mp3: is no recording: expected <clip>.wav",
        ),
        (
            "xx/carrier.wav",
            "xx: is not the directory of a language that is built in",
        ),
        (
            "carrier.wav",
            "carrier.wav: is not the directory of a language",
        ),
    ] {
        let error = load_own(file, &good).unwrap_err();
        assert!(error.contains(reason), "{error}");
    }
    // Of another built-in language, or hidden: passed over.
    load_own("es/carrier.wav", b"not even read").unwrap();
    load_own(".DS_Store", b"").unwrap();
    load_own("en/._carrier.wav", b"").unwrap();
}

#[test]
fn a_directory_that_is_not_there_is_an_error() {
    let error = Speech::load(&[EN], Some(Path::new("/nowhere/recordings"))).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("/nowhere/recordings: cannot be read: "),
        "{error}"
    );
}

#[test]
fn languages_are_checked() {
    let error = |languages: &[Language]| Speech::load(languages, None).unwrap_err().to_string();
    let codes: Vec<String> = Speech::available()
        .iter()
        .map(Language::to_string)
        .collect();
    let all = format!("built in are: {}", codes.join(", "));
    let none = format!("no prompt language was asked for; {all}");
    assert_eq!(error(&[]), none);
    let unknown = format!("no prompts are built in for language `xx`; {all}");
    assert_eq!(error(&[EN, Language::parse("xx").unwrap()]), unknown);
    assert_eq!(error(&[EN, ES, EN]), "language `en` is asked for twice");
}
