//! Prompts become the right words and pieces.

use std::collections::BTreeSet;

use types::language::Language;
use types::prompt::{Prompt, THREE_WAY_WARNINGS};
use types::treatment::Brand;

use super::{EN, ES, speech};
use crate::kind::Kind;
use crate::{Piece, Speech};

/// The prompts that take no argument.
const PLAIN: &[Prompt] = &[
    Prompt::EnterPin,
    Prompt::PinTryAgain,
    Prompt::PinInvalid,
    Prompt::PinInUse,
    Prompt::PinDisabled,
    Prompt::PinResting,
    Prompt::PinNotYetValid,
    Prompt::PinExpired,
    Prompt::InmateSuspended,
    Prompt::NotEnrolled,
    Prompt::EnterNumber,
    Prompt::NumberNotValid,
    Prompt::SpeedDialNotAssigned,
    Prompt::SayName,
    Prompt::OutOfService,
    Prompt::PleaseHold,
    Prompt::NumberRestricted,
    Prompt::NumberNotAllowed,
    Prompt::NumberBlocked,
    Prompt::NumberTimeRestricted,
    Prompt::CalledPartyBlocksInmate,
    Prompt::CalledPartyBlocksFacility,
    Prompt::NumberFraud,
    Prompt::CallTypeNotAllowed,
    Prompt::NotFromThisPhone,
    Prompt::SystemUnavailable,
    Prompt::NotRecordable,
    Prompt::OutsideWindow,
    Prompt::NotBooked,
    Prompt::NoOfficer,
    Prompt::ContactNotApproved,
    Prompt::CallsUsedUp,
    Prompt::MinutesUsedUp,
    Prompt::TooSoon,
    Prompt::NumberUsedUp,
    Prompt::NoLineAvailable,
    Prompt::NoAnswer,
    Prompt::LineBusy,
    Prompt::NetworkBusy,
    Prompt::NumberNotInService,
    Prompt::CallNotCompleted,
    Prompt::CallRefused,
    Prompt::CallNotAccepted,
    Prompt::AnsweredByMachine,
    Prompt::AnsweredByFax,
    Prompt::TimeIsUp,
    Prompt::FarEndHungUp,
    Prompt::HangUp,
    Prompt::HangUpFraud,
    Prompt::CallEndedByFacility,
    Prompt::RecordingNotice,
    Prompt::ThreeWayNotice,
    Prompt::InmateBlockMeans,
    Prompt::FacilityBlockMeans,
    Prompt::BlockKept,
    Prompt::ThankYouGoAhead,
    Prompt::Goodbye,
    Prompt::CallFrom,
    Prompt::CallOrigin,
    Prompt::PresentCard,
    Prompt::EnterPinOrCard,
    Prompt::EnterId,
    Prompt::EnterPasscode,
    Prompt::CardUnknown,
    Prompt::IdUnknown,
    Prompt::OfficerMustConfirm,
    Prompt::OfficerUnknown,
    Prompt::NotConfirmed,
];

/// Every prompt with every argument that its check promises.
pub(super) fn every_prompt() -> Vec<Prompt> {
    let mut prompts = PLAIN.to_vec();
    for brand in [Brand::IntraLata, Brand::InterLata] {
        prompts.push(Prompt::ThankYouCarrier { brand });
        prompts.push(Prompt::CollectCallFrom { brand });
        prompts.push(Prompt::CarrierBrand { brand });
    }
    prompts.extend((1..=THREE_WAY_WARNINGS).map(|choice| Prompt::ThreeWayWarning { choice }));
    for seconds in (0..=6000)
        .chain((6000..=90_000).step_by(59))
        .chain([u32::MAX])
    {
        prompts.push(Prompt::CallLimit { seconds });
        prompts.push(Prompt::TimeRemaining { seconds });
        prompts.push(Prompt::CallAgainIn { seconds });
        prompts.push(Prompt::MinutesLeft { seconds });
    }
    prompts.extend((0..=100).map(|calls| Prompt::CallsLeft { calls }));
    for accept in 0..=9 {
        let key = accept;
        let offer = |language| Prompt::LanguageOffer { language, key };
        prompts.extend(Speech::available().into_iter().map(offer));
        prompts.extend([
            Prompt::BlockInmateOffer { key },
            Prompt::BlockFacilityOffer { key },
            Prompt::ConfirmBlock { key },
        ]);
        prompts.extend((0..=9).map(|refuse| Prompt::AcceptOrRefuse { accept, refuse }));
    }
    prompts
}

fn limit(speech: &Speech, language: Language, seconds: u32) -> String {
    speech.words(language, &Prompt::CallLimit { seconds })
}

fn names(speech: &Speech, language: Language, prompt: Prompt) -> Vec<String> {
    let name = |piece: &Piece| match piece {
        Piece::Clip(id) => speech.clip_name(*id).to_string(),
        Piece::Name => "NAME".to_string(),
        Piece::Pause { ms } => ms.to_string(),
    };
    speech.phrase(language, &prompt).iter().map(name).collect()
}

#[test]
fn every_prompt_is_said_in_every_language() {
    let speech = speech();
    let prompts = every_prompt();
    for &kind in Kind::ALL {
        let said = prompts.iter().any(|prompt| Kind::of(prompt) == kind);
        assert!(said, "{kind:?} is missing from this test");
    }
    for &language in speech.languages() {
        let own: BTreeSet<_> = speech
            .clips()
            .filter(|(of, ..)| *of == language)
            .map(|(_, id, _)| id)
            .collect();
        for prompt in &prompts {
            let offer = matches!(prompt, Prompt::LanguageOffer { .. });
            let phrase = speech.phrase(language, prompt);
            assert!(!phrase.is_empty(), "{language} {prompt:?}");
            for piece in phrase {
                if let Piece::Clip(id) = piece {
                    assert!(offer || own.contains(&id), "{language} {prompt:?}");
                    assert!(!speech.clip(id).is_empty());
                }
            }
            let words = speech.words(language, prompt);
            assert!(words.ends_with(['.', '。', '।']), "{words}");
            assert!(!words.contains("  "), "{words}");
            assert!(!words.starts_with(char::is_lowercase), "{words}");
        }
    }
}

#[test]
fn english_durations() {
    let speech = speech();
    for (seconds, said) in [
        (0, "0 seconds."),
        (1, "1 second."),
        (59, "59 seconds."),
        (60, "1 minute."),
        (61, "1 minute and 1 second."),
        (600, "10 minutes."),
        (1290, "21 minutes and 30 seconds."),
        (3600, "60 minutes."),
        (5999, "99 minutes and 59 seconds."),
        (6000, "1 hour and 40 minutes."),
        (7259, "2 hours."),
        (86_399, "23 hours and 59 minutes."),
        (u32::MAX, "24 hours."),
    ] {
        let expected = format!("Your call is limited to {said}");
        assert_eq!(limit(&speech, EN, seconds), expected);
    }
}

#[test]
fn spanish_numbers_agree_with_their_noun() {
    let speech = speech();
    let pieces = |seconds| names(&speech, ES, Prompt::CallLimit { seconds })[1..].join(" ");
    assert_eq!(pieces(1), "seconds_1");
    assert_eq!(pieces(60), "minutes_1");
    assert_eq!(pieces(21 * 60), "minutes_21");
    assert_eq!(pieces(31 * 60), "masculine_31 minutes");
    assert_eq!(pieces(91 * 60), "masculine_91 minutes");
    assert_eq!(pieces(22 * 60), "number_22 minutes");
    assert_eq!(pieces(41), "masculine_41 seconds");
    assert_eq!(pieces(21 * 3600), "hours_21");
    assert_eq!(
        pieces(17 * 60 + 51),
        "number_17 minutes with masculine_51 seconds"
    );
    assert_eq!(
        limit(&speech, ES, 90),
        "Su llamada está limitada a 1 minuto con 30 segundos."
    );
}

#[test]
fn a_collect_call_names_carrier_inmate_and_facility_in_each_languages_order() {
    let speech = speech();
    let brand = Brand::IntraLata;
    let collect_call = Prompt::CollectCallFrom { brand };
    assert_eq!(
        speech.words(EN, &collect_call),
        "This is Keystone Communications with a collect call from [recorded name], \
         an inmate at the North State Correctional Facility."
    );
    assert_eq!(
        speech.words(ES, &collect_call),
        "Keystone Communications tiene para usted una llamada por cobrar de [recorded name], \
         una persona recluida en el Centro Correccional del Estado del Norte."
    );
    let spanish = names(&speech, ES, collect_call);
    assert_eq!(spanish[0], "carrier");
    assert_eq!(spanish.iter().filter(|piece| *piece == "NAME").count(), 1);
}

#[test]
fn a_call_that_is_not_collect_speaks_of_no_payment_and_names_inmate_and_facility() {
    let speech = speech();
    let words = |language| speech.words(language, &Prompt::CallFrom);
    assert_eq!(
        words(EN),
        "You have a call from [recorded name], an inmate at the North State Correctional Facility."
    );
    assert_eq!(
        words(ES),
        "Tiene una llamada de [recorded name], una persona recluida en el Centro Correccional \
         del Estado del Norte."
    );
    for language in Speech::available() {
        let pieces = names(&speech, language, Prompt::CallFrom);
        let facility = pieces.iter().filter(|piece| *piece == "facility").count();
        let name = pieces.iter().filter(|piece| *piece == "NAME").count();
        assert_eq!((name, facility), (1, 1), "{language:?} {pieces:?}");
        assert!(!pieces.iter().any(|piece| piece.contains("collect")));
    }
}

#[test]
fn what_is_left_and_when_it_opens_again_is_told() {
    let speech = speech();
    let calls = Prompt::CallsLeft { calls: 3 };
    assert_eq!(speech.words(EN, &calls), "You still have 3 calls.");
    let talk = Prompt::MinutesLeft { seconds: 1500 };
    assert_eq!(speech.words(EN, &talk), "You still have 25 minutes.");
    let wait = Prompt::CallAgainIn { seconds: 540 };
    assert_eq!(speech.words(EN, &wait), "You may call again in 9 minutes.");
    let words = speech.words(ES, &Prompt::CallsLeft { calls: 1 });
    assert_eq!(words, "Usted todavía tiene 1 llamada.");
}

#[test]
fn keys_are_the_callers_choice() {
    let speech = speech();
    let prompt = Prompt::AcceptOrRefuse {
        accept: 7,
        refuse: 0,
    };
    let english = "To accept this call, press 7. To refuse this call, press 0.";
    assert_eq!(speech.words(EN, &prompt), english);
    let pieces = names(&speech, EN, prompt);
    assert_eq!(
        pieces,
        ["to_accept", "press_7", "400", "to_refuse", "press_0"]
    );
}

#[test]
fn a_language_offers_itself_in_its_own_words() {
    let speech = speech();
    let offer = |language, key| Prompt::LanguageOffer { language, key };
    assert_eq!(speech.words(ES, &offer(EN, 1)), "For English, press 1.");
    assert_eq!(speech.words(EN, &offer(ES, 2)), "Para español, marque 2.");
    let mut said = BTreeSet::new();
    for &language in speech.languages() {
        let words = speech.words(EN, &offer(language, 3));
        assert!(words.contains('3'), "{words}");
        let native = match language.code() {
            "de" => "Für Deutsch",
            "en" => "For English",
            "es" => "Para español",
            "fr" => "Pour le français",
            "hi" => "हिंदी के लिए",
            "it" => "Per l'italiano",
            "ja" => "日本語",
            "pt" => "Para português",
            "zh" => "中文",
            _ => panic!("{language} is not in this test"),
        };
        assert!(words.starts_with(native), "{words}");
        said.insert(words);
    }
    assert_eq!(said.len(), speech.languages().len());
}

#[test]
fn a_language_that_is_not_loaded_never_silences_a_phone() {
    let english = Speech::load(&[EN], None).unwrap();
    assert_eq!(english.words(ES, &Prompt::HangUp), "Please hang up.");
    let offer = Prompt::LanguageOffer {
        language: ES,
        key: 2,
    };
    assert!(english.phrase(EN, &offer).is_empty());
    assert_eq!(english.words(EN, &offer), "");
}

#[test]
fn the_audio_is_one_piece_of_memory() {
    let speech = speech();
    let range = speech.audio().as_ptr_range();
    let mut octets = 0;
    for (_, id, name) in speech.clips() {
        let clip = speech.clip(id).as_ptr_range();
        assert!(range.start <= clip.start && clip.end <= range.end, "{name}");
        assert_eq!(speech.clip_name(id), name);
        // One that stands for another is no audio of its own.
        if name != "carrier_interlata" {
            octets += speech.clip(id).len();
        }
    }
    assert_eq!(octets, speech.audio().len());
}

#[test]
fn built_in_languages_are_listed() {
    let codes: Vec<String> = Speech::available()
        .iter()
        .map(Language::to_string)
        .collect();
    assert_eq!(
        codes,
        ["de", "en", "es", "fr", "hi", "it", "ja", "pt", "zh"]
    );
    let swapped = Speech::load(&[ES, EN], None).unwrap();
    assert_eq!(swapped.languages(), [ES, EN]);
    assert!(format!("{swapped:?}").contains("languages: [es, en]"));
}
