//! The short form of the suites of a DTMF receiver's limits, on the project's detector.

use dsp::{dtmf::Profile, simd::Path};
use suites::{
    dtmf::ours,
    dtmf_limits::{
        Side, bandwidth, bursts, exactness, length, pause, quantile, repeated, strongest, twist,
        weakest,
    },
};

const PROFILES: [Profile; 2] = [Profile::PinEntry, Profile::Talk];

#[test]
fn each_tone_has_its_bandwidth() {
    for profile in PROFILES {
        let mut listen = ours(profile, Path::best());
        for tone in 0..8 {
            for side in Side::BOTH {
                let edge = bandwidth(1, 8, tone, side, &mut listen);
                assert!(
                    edge.all >= 1.5 && edge.none <= 3.0,
                    "tone {tone} {side:?}: {edge:?}"
                );
            }
        }
    }
}

#[test]
fn twist_and_level_go_beyond_what_must_be() {
    for profile in PROFILES {
        let mut listen = ours(profile, Path::best());
        let low = twist(2, 16, Side::Below, &mut listen);
        let high = twist(2, 16, Side::Above, &mut listen);
        assert!(low.all >= 8.0 && low.none <= 13.0, "{low:?}");
        assert!(high.all >= 4.0 && high.none <= 9.0, "{high:?}");
        let weakest = weakest(3, 32, &mut listen);
        assert!(weakest.all <= -29.0 && weakest.none >= -55.0, "{weakest:?}");
        assert!(strongest(3, 32, &mut listen) >= 3.0);
    }
}

#[test]
fn short_digits_and_pauses() {
    for profile in PROFILES {
        let mut listen = ours(profile, Path::best());
        let length = length(4, 48, &mut listen);
        assert!(length.all <= 37.0 && length.none >= 23.0, "{length:?}");
        let pause = pause(5, 48, &mut listen);
        // A break of 10 ms is bridged, one of 20 ms never.
        assert!(pause.all <= 20.0 && pause.none >= 10.0, "{pause:?}");
        assert!(repeated(6, 160, 160, &mut listen).is_all());
        for ms in [10.0, 15.0, 20.0] {
            let bursts = bursts(7, 80, ms, &mut listen);
            assert!(bursts.is_all(), "{ms} ms: {bursts:?}");
        }
    }
}

#[test]
fn time_level_and_twist_are_told_exactly() {
    for profile in PROFILES {
        let mut listen = ours(profile, Path::best());
        for (snr, decibels) in [(None, 0.5), (Some(15.0), 1.0)] {
            let exact = exactness(8, 800, snr, &mut listen);
            assert!(exact.heard.is_all(), "{snr:?}: {:?}", exact.heard);
            for (what, errors, most) in [
                ("start", &exact.starts_ms, 1.0),
                ("end", &exact.ends_ms, 1.0),
                ("level", &exact.levels_db, decibels),
                ("twist", &exact.twists_db, decibels),
                ("latency", &exact.latencies_ms, 45.0),
            ] {
                assert_eq!(errors.len(), exact.heard.of, "{what}");
                let p99 = quantile(errors, 0.99);
                assert!(p99 <= most, "{what} {snr:?}: {p99}");
            }
        }
    }
}
