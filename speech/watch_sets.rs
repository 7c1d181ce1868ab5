//! Cargo notices a changed recording by itself, but not a new one: embedding lists the
//! directories when the crate is compiled, so they are watched here.

fn main() {
    println!("cargo::rerun-if-changed=catalogue");
    println!("cargo::rerun-if-changed=sets");
}
