//! Accounts of officers, their roles and tokens, and passwords that fail.

use crate::bench::{Bench, NOON_ISH, bench};
use backoffice::{
    Alert, Error, ImportMode, ImportRow, Login, LoginDetails, NewOfficer, OfficerImport, Role,
    TokenDetails,
};
use types::{
    id::{GroupId, OfficerId},
    right::{Noun, Rights, Verb},
    secret::Secret,
};

const WHO: &str = "warden";
const HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$SEFTSA";
const OTHER_HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$b3RoZXJzYWx0$T1RIRVI";
const TOKEN: &str = "0123456789abcdef0123456789abcdef";
const DAY_MS: i64 = 24 * 3600 * 1000;
/// The role that most tests give.
const RECORDS: u16 = 3;

fn secret(text: &str) -> Secret<String> {
    Secret::new(text.to_owned())
}

fn records() -> Role {
    let rights = Rights::none()
        .with(Noun::CallRecords, Verb::See)
        .with(Noun::Lines, Verb::Do);
    Role {
        name: "records".to_owned(),
        rights,
    }
}

fn officer(bench: &mut Bench, id: &str) -> OfficerId {
    let new = NewOfficer {
        id: id.to_owned(),
        name: format!("Officer {id}"),
    };
    let added = bench.office.add_officer(bench.now, WHO, &new);
    added.expect("an officer")
}

fn details(role: u16, groups: &[GroupId]) -> LoginDetails {
    LoginDetails {
        password: secret(HASH),
        role,
        groups: groups.to_vec(),
        must_change: false,
    }
}

fn account(bench: &mut Bench, id: &str, role: u16, groups: &[GroupId]) -> OfficerId {
    let officer = officer(bench, id);
    let opened = bench
        .office
        .open_login(bench.now, WHO, officer, &details(role, groups));
    opened.expect("an account");
    officer
}

/// With a role of call records and lines.
fn with_role() -> Bench {
    let mut bench = bench();
    let put = bench.office.put_role(bench.now, WHO, RECORDS, &records());
    put.expect("a role");
    bench
}

fn group(bench: &mut Bench, name: &str, parent: Option<GroupId>) -> GroupId {
    let added = bench.office.add_group(bench.now, WHO, name, parent);
    added.expect("a group")
}

fn login(bench: &Bench, id: &str) -> Login {
    let login = bench.office.login(id, bench.now).expect("reads");
    login.expect("an account")
}

fn fail(bench: &mut Bench, id: &str, times: usize) {
    for _ in 0..times {
        let told = bench.office.login_failed(bench.now, WHO, id);
        told.expect("counts");
    }
}

fn rests(bench: &Bench, id: &str) -> Option<i64> {
    bench.office.login_rests(id, bench.now).expect("reads")
}

fn token(name: &str, rights: Rights, groups: &[GroupId]) -> TokenDetails {
    TokenDetails {
        name: name.to_owned(),
        rights,
        groups: groups.to_vec(),
        expires_utc_ms: NOON_ISH + 30 * DAY_MS,
    }
}

fn add_token(bench: &mut Bench, of: OfficerId, token: &TokenDetails) -> Result<(), Error> {
    let now = bench.now;
    bench.office.add_token(now, WHO, of, token, &secret(TOKEN))
}

fn by_token(bench: &Bench) -> Option<Login> {
    let login = bench.office.token(&secret(TOKEN), bench.now);
    login.expect("reads")
}

fn words<T>(refused: Result<T, Error>) -> String {
    refused.err().expect("is refused").to_string()
}

#[test]
fn an_account_has_its_role_and_groups_and_a_restart_keeps_all() {
    let mut bench = with_role();
    let east = group(&mut bench, "East", None);
    let ada = account(&mut bench, "O-1", RECORDS, &[east]);
    add_token(&mut bench, ada, &token("roster", records().rights, &[])).expect("a token");
    assert_eq!(bench.office.login("O-9", bench.now).expect("reads"), None);
    let before = (login(&bench, "O-1"), by_token(&bench));
    assert_eq!(before.0.officer, ada);
    assert_eq!(before.0.password.expose(), HASH);
    assert_eq!(before.0.rights, records().rights);
    assert_eq!(before.0.groups, [east]);
    assert!(before.0.active && !before.0.must_change);
    let bench = bench.restart();
    assert_eq!((login(&bench, "O-1"), by_token(&bench)), before);
    let roles = bench.office.roles().expect("reads");
    assert_eq!(roles[0].1.name, "administrator");
    assert_eq!(roles[0].1.rights, Rights::all());
    assert_eq!(roles[1..], [(RECORDS, records())]);
    let listed = bench.office.accounts_after(None, 10).expect("reads");
    assert_eq!(listed.len(), 1);
    assert_eq!((&*listed[0].id, &*listed[0].role_name), ("O-1", "records"));
    assert_eq!(listed[0].changed_utc_ms, NOON_ISH);
    let after = bench.office.accounts_after(Some(ada), 10);
    assert_eq!(after.expect("reads"), []);
}

#[test]
fn what_makes_no_account_is_refused_with_a_reason() {
    let mut bench = with_role();
    let ada = account(&mut bench, "O-1", RECORDS, &[]);
    let now = bench.now;
    let office = &mut bench.office;
    let twice = office.open_login(now, WHO, ada, &details(RECORDS, &[]));
    assert_eq!(words(twice), "O-1 has an account already");
    let nobody = office.open_login(now, WHO, OfficerId(77), &details(RECORDS, &[]));
    assert_eq!(words(nobody), "officer 77 is not known");
    let ben = officer(&mut bench, "O-2");
    let office = &mut bench.office;
    let role = office.open_login(now, WHO, ben, &details(9, &[]));
    assert_eq!(words(role), "role \"9\" is not entered");
    let nowhere = office.open_login(now, WHO, ben, &details(RECORDS, &[GroupId(9)]));
    assert!(words(nowhere).contains("group \"9\" is not entered"));
    let plain = LoginDetails {
        password: secret("correct horse"),
        ..details(RECORDS, &[])
    };
    let plain = words(office.open_login(now, WHO, ben, &plain));
    assert_eq!(plain, "password: not a hash by argon2id as a PHC string");
    let none = words(office.set_login_active(now, WHO, ben, false));
    assert_eq!(none, "O-2 has no account");
    let named = office.role_named("record");
    assert_eq!(
        words(named),
        "role \"record\" is not entered; there are: administrator, records"
    );
    assert_eq!(office.role_named("records").expect("a role"), RECORDS);
    assert_eq!(office.role_named("0").expect("a role"), 0);
}

#[test]
fn the_administrators_role_is_built_in_and_one_in_use_stays() {
    let mut bench = with_role();
    account(&mut bench, "O-1", RECORDS, &[]);
    let now = bench.now;
    let office = &mut bench.office;
    for refused in [
        office.put_role(now, WHO, 0, &records()),
        office.remove_role(now, WHO, 0).map(drop),
    ] {
        assert!(words(refused).contains("built in"));
    }
    let used = words(office.remove_role(now, WHO, RECORDS));
    assert!(
        used.starts_with("role 3 is in use by the account of O-1"),
        "{used}"
    );
    let again = office.put_role(now, WHO, 4, &records());
    assert_eq!(words(again), "role 3 is named \"records\"");
    let digits = Role {
        name: "12".to_owned(),
        ..records()
    };
    assert!(words(office.put_role(now, WHO, 4, &digits)).contains("digits alone"));
    let other = Role {
        name: "desk".to_owned(),
        ..records()
    };
    office.put_role(now, WHO, 4, &other).expect("a role");
    assert!(office.remove_role(now, WHO, 4).expect("removes"));
    assert!(!office.remove_role(now, WHO, 4).expect("is not there"));
}

#[test]
fn the_last_administrator_stays_one() {
    let mut bench = with_role();
    let east = group(&mut bench, "East", None);
    let ada = account(&mut bench, "O-1", Role::ADMINISTRATOR, &[]);
    account(&mut bench, "O-2", Role::ADMINISTRATOR, &[east]);
    let ben = account(&mut bench, "O-3", RECORDS, &[]);
    let now = bench.now;
    let office = &mut bench.office;
    for refused in [
        office.close_login(now, WHO, ada),
        office.set_login_active(now, WHO, ada, false).map(drop),
        office.set_login_role(now, WHO, ada, RECORDS),
        office.set_login_groups(now, WHO, ada, &[east]),
        office.set_officer_active(now, WHO, ada, false),
    ] {
        assert!(words(refused).starts_with("O-1 is the last administrator"));
    }
    let row = ImportRow::Officer(OfficerImport {
        id: "O-1".to_owned(),
        name: None,
        code: None,
        active: Some(false),
    });
    let became = office.import(now, WHO, &[row], ImportMode::SkipBad);
    assert!(
        format!("{became:?}").contains("O-1 is the last administrator"),
        "{became:?}"
    );
    office.set_login_role(now, WHO, ben, 0).expect("a second");
    office.close_login(now, WHO, ada).expect("one is left");
    assert_eq!(office.login("O-1", now).expect("reads"), None);
    assert!(words(office.close_login(now, WHO, ben)).starts_with("O-3 is the last"));
}

#[test]
fn who_is_switched_off_does_not_log_in() {
    let mut bench = with_role();
    let ada = account(&mut bench, "O-1", RECORDS, &[]);
    add_token(&mut bench, ada, &token("roster", records().rights, &[])).expect("a token");
    let now = bench.now;
    let office = &mut bench.office;
    office.login_succeeded(now, WHO, ada).expect("is on");
    assert!(office.set_login_active(now, WHO, ada, false).expect("off"));
    assert!(
        !office
            .set_login_active(now, WHO, ada, false)
            .expect("was so")
    );
    let off = "the account of O-1 is off, or its officer is not active";
    assert_eq!(words(office.login_succeeded(now, WHO, ada)), off);
    assert!(!login(&bench, "O-1").active && by_token(&bench).is_none());
    let office = &mut bench.office;
    assert!(office.set_login_active(now, WHO, ada, true).expect("on"));
    let set = office.set_officer_active(now, WHO, ada, false);
    set.expect("an officer");
    assert_eq!(words(office.login_succeeded(now, WHO, ada)), off);
    assert_eq!(words(office.set_login_active(now, WHO, ada, true)), off);
    assert!(!login(&bench, "O-1").active && by_token(&bench).is_none());
}

#[test]
fn rests_after_wrong_passwords_grow_outlive_a_restart_and_tell_no_ids() {
    let mut bench = with_role();
    let ada = account(&mut bench, "O-1", RECORDS, &[]);
    fail(&mut bench, "O-1", 5);
    assert_eq!(rests(&bench, "O-1"), None, "five are borne");
    fail(&mut bench, "O-1", 3);
    fail(&mut bench, "nobody", 6);
    let until = Some(NOON_ISH + 30_000);
    assert_eq!(
        rests(&bench, "O-1"),
        until,
        "what comes in a rest is not counted"
    );
    assert_eq!(rests(&bench, "nobody"), until);
    assert_eq!(login(&bench, "O-1").rests_until_utc_ms, until);
    let told = bench.office.take_alerts();
    let alert = Alert::AccountRests {
        officer: ada,
        seconds: 30,
    };
    assert_eq!(told, [alert]);
    let resting = bench.office.login_succeeded(bench.now, WHO, ada);
    assert!(words(resting).contains("failed too often"));
    let mut bench = bench.restart();
    assert_eq!(rests(&bench, "O-1"), until);
    bench.wait(30);
    assert_eq!(rests(&bench, "O-1"), None);
    fail(&mut bench, "O-1", 1);
    assert_eq!(
        rests(&bench, "O-1"),
        Some(NOON_ISH + 90_000),
        "twice as long"
    );
    bench.wait(60);
    let right = bench.office.login_succeeded(bench.now, WHO, ada);
    right.expect("logs in");
    fail(&mut bench, "O-1", 5);
    assert_eq!(
        rests(&bench, "O-1"),
        None,
        "the right one forgets the wrong ones"
    );
    assert!(
        bench
            .office
            .rests(bench.now, None, 10)
            .expect("reads")
            .is_empty()
    );
}

#[test]
fn a_new_password_ends_the_rest() {
    let mut bench = with_role();
    let ada = account(&mut bench, "O-1", RECORDS, &[]);
    fail(&mut bench, "O-1", 6);
    bench.wait(1);
    let now = bench.now;
    let set = bench
        .office
        .set_login_password(now, WHO, ada, &secret(OTHER_HASH), true);
    set.expect("a password");
    let after = login(&bench, "O-1");
    assert_eq!(after.rests_until_utc_ms, None);
    assert!(after.must_change);
    assert_eq!(after.password.expose(), OTHER_HASH);
    let listed = bench.office.accounts_after(None, 10).expect("reads");
    assert_eq!(listed[0].changed_utc_ms, NOON_ISH + 1000);
}

#[test]
fn a_token_never_does_more_than_its_account() {
    let mut bench = with_role();
    let east = group(&mut bench, "East", None);
    let tier = group(&mut bench, "Tier 1", Some(east));
    let west = group(&mut bench, "West", None);
    let ada = account(&mut bench, "O-1", RECORDS, &[east]);
    let see = Rights::none().with(Noun::CallRecords, Verb::See);
    let more = add_token(&mut bench, ada, &token("more", Rights::all(), &[]));
    assert!(words(more).contains("more than role records has"));
    let outside = add_token(&mut bench, ada, &token("outside", see, &[west]));
    assert!(words(outside).contains("West is none of the account's"));
    add_token(&mut bench, ada, &token("tier", see, &[tier])).expect("a token");
    let acts = by_token(&bench).expect("acts");
    assert_eq!((acts.rights, &acts.groups[..]), (see, &[tier][..]));
    assert_eq!(acts.token.as_deref(), Some("tier"));
    let fewer = Role {
        rights: Rights::none().with(Noun::Lines, Verb::Do),
        ..records()
    };
    let now = bench.now;
    let office = &mut bench.office;
    office.put_role(now, WHO, RECORDS, &fewer).expect("a role");
    assert_eq!(by_token(&bench).expect("acts").rights, Rights::none());
    let office = &mut bench.office;
    office
        .set_login_groups(now, WHO, ada, &[west])
        .expect("west");
    assert_eq!(by_token(&bench), None, "not the whole facility");
    let office = &mut bench.office;
    let whole = office.set_login_groups(now, WHO, ada, &[]);
    whole.expect("the whole facility");
    assert_eq!(by_token(&bench).expect("acts").groups, [tier]);
    assert_eq!(bench.office.groups_within(&[]).expect("reads"), None);
    let within = bench.office.groups_within(&[east]).expect("reads");
    assert_eq!(within, Some([east, tier].into()));
}

#[test]
fn a_token_ends_when_it_expires_is_removed_or_its_account_is_closed() {
    let mut bench = with_role();
    let ada = account(&mut bench, "O-1", RECORDS, &[]);
    let good = token("roster", Rights::none(), &[]);
    for days in [0, -1, 367] {
        let expires_utc_ms = NOON_ISH + days * DAY_MS;
        let other = TokenDetails {
            expires_utc_ms,
            ..good.clone()
        };
        let refused = add_token(&mut bench, ada, &other);
        assert!(words(refused).contains("in the future, and within a year"));
    }
    let now = bench.now;
    let short = bench
        .office
        .add_token(now, WHO, ada, &good, &secret("too short"));
    assert!(words(short).contains("at least 32 characters"));
    add_token(&mut bench, ada, &good).expect("a token");
    let again = words(add_token(&mut bench, ada, &good));
    assert_eq!(again, "the account has a token named \"roster\" already");
    let same = words(add_token(&mut bench, ada, &token("b", Rights::none(), &[])));
    assert_eq!(same, "token: not a new one");
    let there = bench.office.tokens_of(ada).expect("reads");
    assert_eq!(there, [(good.clone(), NOON_ISH)]);
    assert!(by_token(&bench).is_some());
    bench.wait(30 * 24 * 3600);
    assert!(by_token(&bench).is_none(), "it has expired");
    bench.now = now;
    let office = &mut bench.office;
    assert!(
        office
            .remove_token(now, WHO, ada, "roster")
            .expect("removes")
    );
    assert!(
        !office
            .remove_token(now, WHO, ada, "roster")
            .expect("is gone")
    );
    assert!(by_token(&bench).is_none());
    add_token(&mut bench, ada, &good).expect("a token");
    bench.office.close_login(now, WHO, ada).expect("closes");
    assert!(by_token(&bench).is_none());
    let opened = bench.office.open_login(now, WHO, ada, &details(0, &[]));
    opened.expect("opens again");
    assert!(
        by_token(&bench).is_none(),
        "a closed account's tokens stay gone"
    );
}

#[test]
fn a_group_that_accounts_or_tokens_are_bound_to_stays() {
    let mut bench = with_role();
    let east = group(&mut bench, "East", None);
    let ada = account(&mut bench, "O-1", RECORDS, &[east]);
    add_token(&mut bench, ada, &token("roster", Rights::none(), &[east])).expect("a token");
    let now = bench.now;
    let office = &mut bench.office;
    let holds = "group \"East\" still holds 2 accounts and tokens";
    assert_eq!(words(office.remove_group(now, WHO, east)), holds);
    office.close_login(now, WHO, ada).expect("closes");
    office.remove_group(now, WHO, east).expect("is free");
}

#[test]
fn no_password_hash_or_token_is_in_the_journal_or_in_an_error() {
    let mut bench = with_role();
    let ada = account(&mut bench, "O-1", RECORDS, &[]);
    let see = token("roster", Rights::none(), &[]);
    let mut told = String::new();
    add_token(&mut bench, ada, &see).expect("a token");
    told += &format!("{:?}", add_token(&mut bench, ada, &see));
    let now = bench.now;
    let office = &mut bench.office;
    let plain = office.set_login_password(now, WHO, ada, &secret("correct horse"), true);
    told += &format!("{plain:?}");
    let set = office.set_login_password(now, WHO, ada, &secret(OTHER_HASH), true);
    set.expect("a password");
    // In the field of the id, by mistake.
    for _ in 0..8 {
        office
            .login_failed(now, WHO, "correct horse")
            .expect("counts");
    }
    told += &format!("{:?} {:?}", login(&bench, "O-1"), by_token(&bench));
    told += &format!("{:?}", details(0, &[]));
    let journal = bench.office.journal(0, 1000).expect("reads");
    let changes: Vec<_> = journal.iter().map(|entry| &entry.noun[..]).collect();
    for noun in ["role", "account", "token"] {
        assert!(changes.contains(&noun), "{noun}: {changes:?}");
    }
    told += &format!("{journal:?}");
    for secret in [HASH, OTHER_HASH, TOKEN, "correct horse", "argon2id$"] {
        assert!(!told.contains(secret), "{secret}: {told}");
    }
}

#[test]
fn what_can_be_no_id_rests_as_an_unknown_one_does() {
    let mut bench = with_role();
    let long = "x".repeat(1000);
    for id in ["", &long, "a\0b"] {
        assert_eq!(bench.office.login(id, bench.now).expect("reads"), None);
        fail(&mut bench, id, 6);
        assert_eq!(rests(&bench, id), Some(NOON_ISH + 30_000), "{id:?}");
    }
    assert_eq!(bench.office.take_alerts(), []);
}
