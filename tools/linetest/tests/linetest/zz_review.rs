//! What a review by an attacker's mind found: it fails until it is cured.

use crate::Place;
use std::{fs, os::unix::fs::symlink};

#[test]
fn a_page_replaces_nothing_by_way_of_a_link() {
    let place = Place::new();
    place.file("site.toml", b"precious = true");
    symlink("site.toml", place.path("page.html")).expect("a link");
    place.run(&["report", "--sim", "loopback", "--html", "page.html"]);
    let left = fs::read(place.path("site.toml")).expect("it is there");
    assert_eq!(left, b"precious = true");
}
