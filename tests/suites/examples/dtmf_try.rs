use dsp::{dtmf::Profile, simd::Path};
use suites::dtmf::*;
fn main() {
    let seed: u64 = std::env::args().nth(1).unwrap().parse().unwrap();
    let n: usize = std::env::args().nth(2).unwrap().parse().unwrap();
    for profile in [Profile::PinEntry, Profile::Talk] {
        let mut l = ours(profile, Path::best());
        let m = mandatory(seed, n, &mut l);
        println!("{profile:?} accept {:?} reject {:?}", m.accept, m.reject);
        for f in m.failed.iter().take(8) {
            println!("   {f:?}");
        }
        for snr in [4., 6., 8., 12., 18.] {
            println!("  snr {snr} {:?}", noise(seed, 1000, snr, &mut l));
        }
        for hz in [
            &[350., 440.][..],
            &[425.],
            &[400.],
            &[440.],
            &[450.],
            &[350., 450.],
            &[400., 425.],
            &[330., 440.],
        ] {
            for db in [0., 6., 12.] {
                print!(
                    "  dial {hz:?} {db} {}",
                    dial_tone(seed, 500, hz, db, &mut l).met
                );
            }
            println!();
        }
    }
}
