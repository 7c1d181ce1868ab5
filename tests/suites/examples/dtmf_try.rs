use dsp::{dtmf::Profile, simd::Path};
use suites::dtmf::*;
fn main() {
    let seed: u64 = std::env::args().nth(1).unwrap().parse().unwrap();
    let n: usize = std::env::args().nth(2).unwrap().parse().unwrap();
    for profile in [Profile::PinEntry, Profile::Talk] {
        let m = mandatory(seed, n, &mut ours(profile, Path::best()));
        println!("{profile:?} accept {:?} reject {:?}", m.accept, m.reject);
        for f in m.failed.iter().take(8) {
            println!("   {f:?}");
        }
    }
}
