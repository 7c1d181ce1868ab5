//! Who does something. Nobody is believed about it: the kernel says whose process asks, and who
//! logged in before it became that account's, by `su` or `sudo` (`/proc/PID/loginuid`; see
//! proc_pid_loginuid(5)). Root and the controller's own user are accounts that whoever can use one
//! of them can use both of: behind them is a person only where another account logged in.

use nix::unistd::{Uid, User};
use std::{fmt::Display, fs, os::unix::fs::MetadataExt as _};

/// What the kernel says of a process that nobody logged in for.
const NOBODY: u32 = u32::MAX;

/// This process.
pub fn own() -> String {
    of("self", Uid::current().as_raw())
}

/// A process of this user. It is asked for as soon as it is known: another process can have its
/// number once it has ended, though none of another user's is taken for it.
pub fn of(process: impl Display, account: u32) -> String {
    let place = format!("/proc/{process}");
    let owner = fs::metadata(&place).map(|about| about.uid());
    let login = fs::read_to_string(format!("{place}/loginuid"));
    let login = login.ok().filter(|_| owner.is_ok_and(|uid| uid == account));
    let own = Uid::effective().as_raw();
    let person = login.and_then(|text| person(&text, own)).map(named);
    backoffice::acting(person.as_deref(), &named(account))
}

/// Whose login it was, where that is one person's account.
fn person(login: &str, own: u32) -> Option<u32> {
    let uid = login.trim().parse().ok();
    uid.filter(|uid| ![0, own, NOBODY].contains(uid))
}

fn named(uid: u32) -> String {
    let user = User::from_uid(Uid::from_raw(uid)).ok().flatten();
    user.map_or_else(
        || format!("user {uid}"),
        |user| format!("user {}", user.name),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_is_a_person_unless_it_is_root_s_or_the_controllers_own() {
        const OWN: u32 = 990;
        for (login, whose) in [
            ("1000", Some(1000)),
            ("1000\n", Some(1000)),
            ("0", None),
            ("990", None),
            ("4294967295", None),
            ("-1", None),
            ("", None),
        ] {
            assert_eq!(person(login, OWN), whose, "{login:?}");
        }
    }

    #[test]
    fn a_process_that_is_gone_or_another_users_is_nobodys_in_particular() {
        let gone = of(u32::MAX, 0);
        assert_eq!(gone, "somebody, as user root");
        let me = Uid::current().as_raw();
        let other = of("self", me + 1);
        assert!(other.starts_with("somebody, as user "), "{other}");
        assert!(own().ends_with(&named(me)), "{}", own());
    }
}
