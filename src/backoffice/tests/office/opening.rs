use crate::bench::{Bench, DOE, ONE, bench, config};
use backoffice::{BackOffice, Error};
use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};
use types::query::PinAnswer;

fn refused(bench: Bench, config: backoffice::Config) -> Error {
    let Bench { dir, office, .. } = bench;
    drop(office);
    BackOffice::open(dir.path(), config).expect_err("is refused")
}

#[test]
fn the_back_office_can_be_given_to_another_thread() {
    fn is_send<T: Send>() {}
    is_send::<BackOffice>();
}

#[test]
fn the_site_key_is_for_its_owner_alone_and_stays() {
    let bench = bench();
    let path = bench.dir.path().join("site.key");
    let mode = fs::metadata(&path).expect("is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let before = fs::read(&path).expect("reads");
    assert_eq!(before.len(), 32);
    let mut bench = bench.restart();
    assert_eq!(fs::read(&path).expect("reads"), before);
    assert!(matches!(bench.pin(ONE, DOE), PinAnswer::Valid { .. }));
}

/// What opening would say, without opening.
#[test]
fn a_look_finds_what_opening_would_and_changes_nothing() {
    let bench = bench();
    let (dir, data) = (
        bench.dir.path().to_owned(),
        bench.dir.path().join("data.mdb"),
    );
    let site = config().site;
    let held = BackOffice::examine(&dir, site + 1);
    assert!(held.is_ok(), "who has it open sees to it");
    drop(bench.office);
    let before = listed(&dir);
    BackOffice::examine(&dir, site).expect("it is right");
    let other = BackOffice::examine(&dir, site + 1).expect_err("another's");
    assert!(matches!(other, Error::OtherSite { .. }), "{other}");
    assert_eq!(listed(&dir), before);

    // A copy from a backup, which has no list of readers.
    fs::remove_file(dir.join("lock.mdb")).expect("removes");
    BackOffice::examine(&dir, site).expect("it is right");
    assert!(!dir.join("lock.mdb").exists());

    let key = fs::read(dir.join("site.key")).expect("reads");
    fs::remove_file(dir.join("site.key")).expect("removes");
    let missing = BackOffice::examine(&dir, site).expect_err("no key");
    assert!(matches!(missing, Error::SiteKeyMissing(_)), "{missing}");
    fs::write(dir.join("site.key"), key).expect("writes");
    fs::write(&data, vec![0x5a; 65_536]).expect("writes");
    let garbage = BackOffice::examine(&dir, site).expect_err("no database");
    let path = dir.display().to_string();
    assert!(garbage.to_string().contains(&path), "{garbage}");
    fs::remove_file(&data).expect("removes");
    BackOffice::examine(&dir, site).expect("it will be made");
    assert!(!data.exists());
}

/// The files of a directory and what is in them.
fn listed(dir: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let files = fs::read_dir(dir).expect("a directory");
    let files = files.map(|file| file.expect("an entry").path());
    let mut files: Vec<_> = files
        .map(|path| (path.clone(), fs::read(&path).expect("reads")))
        .filter(|(path, _)| !path.ends_with("lock.mdb"))
        .collect();
    files.sort();
    files
}

#[test]
fn two_sites_have_two_keys() {
    let key = |bench: &Bench| fs::read(bench.dir.path().join("site.key")).expect("reads");
    assert_ne!(key(&bench()), key(&bench()));
}

#[test]
fn a_lost_site_key_is_refused_not_replaced() {
    let bench = bench();
    let path = bench.dir.path().join("site.key");
    fs::remove_file(path).expect("removes");
    let error = refused(bench, config());
    assert!(matches!(error, Error::SiteKeyMissing(_)), "{error}");
    assert!(error.to_string().contains("site.key"), "{error}");
}

#[test]
fn a_wrong_or_damaged_site_key_is_refused() {
    for (bytes, text) in [
        (vec![1; 32], "is not the one"),
        (vec![1; 31], "not 32 bytes long"),
    ] {
        let bench = bench();
        fs::write(bench.dir.path().join("site.key"), bytes).expect("writes");
        let error = refused(bench, config()).to_string();
        assert!(error.contains(text), "{error}");
    }
}

#[test]
fn a_site_key_that_others_can_read_is_refused() {
    for mode in [0o640, 0o604, 0o622] {
        let bench = bench();
        let path = bench.dir.path().join("site.key");
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("changes");
        let error = refused(bench, config()).to_string();
        assert!(error.contains("chmod 600"), "{mode:o}: {error}");
        assert!(error.contains("site.key"), "{mode:o}: {error}");
    }
}

#[test]
fn a_draft_of_the_site_key_that_lies_about_is_not_written_to() {
    let dir = tempfile::tempdir().expect("a directory");
    let elsewhere = dir.path().join("elsewhere");
    fs::write(&elsewhere, "theirs").expect("writes");
    std::os::unix::fs::symlink(&elsewhere, dir.path().join("site.key.new")).expect("links");
    BackOffice::open(dir.path(), config()).expect("opens");
    assert_eq!(fs::read(&elsewhere).expect("reads"), b"theirs");
    let about = fs::symlink_metadata(dir.path().join("site.key")).expect("is there");
    assert!(about.is_file());
    assert_eq!(about.permissions().mode() & 0o777, 0o600);
}

#[test]
fn the_database_of_another_site_is_refused() {
    let mut other = config();
    other.site = 8;
    let error = refused(bench(), other);
    let text = error.to_string();
    assert!(text.contains("site 7") && text.contains('8'), "{text}");
}

#[test]
fn a_second_back_office_is_refused() {
    let bench = bench();
    let error = BackOffice::open(bench.dir.path(), config()).expect_err("is in use");
    let pid = std::process::id().to_string();
    assert!(error.to_string().contains(&pid), "{error}");
}

#[test]
fn an_unknown_time_zone_is_refused_before_anything_is_made() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut config = config();
    config.time_zone = "America/Gotham".to_owned();
    let error = BackOffice::open(dir.path(), config).expect_err("is refused");
    assert!(error.to_string().contains("America/Gotham"), "{error}");
    assert_eq!(fs::read_dir(dir.path()).expect("lists").count(), 0);
}

#[test]
fn the_seed_is_taken_once() {
    let bench = bench();
    let Bench { dir, office, .. } = bench;
    let before = office.verify_journal().expect("is whole");
    drop(office);
    let mut other = config();
    other.seed.phones.clear();
    other.seed.inmates = vec![crate::bench::inmate("A-99", "Moe", "999999")];
    let office = BackOffice::open(dir.path(), other).expect("opens");
    assert_eq!(office.verify_journal().expect("is whole"), before);
    assert!(
        office
            .settings(crate::bench::START, ONE)
            .expect("reads")
            .in_service
    );
}

#[test]
fn a_seed_that_is_wrong_leaves_no_half_database() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut wrong = config();
    wrong.seed.restricted = vec![("9*0".to_owned(), String::new())];
    let error = BackOffice::open(dir.path(), wrong).expect_err("is refused");
    assert!(error.to_string().contains("9*0"), "{error}");
    let office = BackOffice::open(dir.path(), config()).expect("opens");
    office.verify_journal().expect("is whole");
    assert!(
        office
            .settings(crate::bench::START, ONE)
            .expect("reads")
            .in_service
    );
}

#[test]
fn settings_of_a_phone_are_the_sites_with_its_own() {
    let bench = bench();
    let with_pin = bench.office.settings(bench.now, ONE).expect("reads");
    let mut expected = types::settings::CallSettings::standard();
    assert_eq!(with_pin, expected);
    expected.pin_required = false;
    let without = bench
        .office
        .settings(bench.now, crate::bench::OPEN_PHONE)
        .expect("reads");
    assert_eq!(without, expected);
}

#[test]
fn a_directory_that_others_may_change_is_refused() {
    for (mode, right) in [(0o700, true), (0o755, true), (0o770, false), (0o777, false)] {
        let dir = tempfile::tempdir().expect("a directory");
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(mode)).expect("changes");
        let opened = BackOffice::open(dir.path(), config());
        assert_eq!(opened.is_ok(), right, "{mode:o}");
        if let Err(error) = opened {
            assert!(error.to_string().contains("do: chmod go-w"), "{error}");
        }
    }
}
