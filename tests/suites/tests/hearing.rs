//! The search for a clip finds what sums of products find.

use suites::{hearing, random::Random};

fn noise(random: &mut Random, samples: usize) -> Vec<i16> {
    (0..samples)
        .map(|_| (random.unit() * 20_000.0 - 10_000.0) as i16)
        .collect()
}

/// One place's likeness, by its definition.
fn fit(audio: &[i16], clip: &[i16]) -> f64 {
    let products = |a: &[i16], b: &[i16]| -> f64 {
        let each = a.iter().zip(b).map(|(&a, &b)| f64::from(a) * f64::from(b));
        each.sum()
    };
    products(audio, clip) / (products(audio, audio) * products(clip, clip)).sqrt()
}

#[test]
fn a_clip_fits_as_well_at_each_place_as_its_definition_says() {
    let mut random = Random::new(7);
    for (length, clip) in [(900, 100), (900, 899), (5000, 64), (4096, 1025), (3000, 40)] {
        let (audio, clip) = (noise(&mut random, length), noise(&mut random, clip));
        let found = hearing::likeness(&audio, &clip);
        assert_eq!(found.len(), length - clip.len());
        for (at, &score) in found.iter().enumerate() {
            let right = fit(&audio[at..at + clip.len()], &clip);
            assert!(
                (f64::from(score) - right).abs() < 1e-3,
                "{length} {} {at}: {score} {right}",
                clip.len()
            );
        }
    }
}
