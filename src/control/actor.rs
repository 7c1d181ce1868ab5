//! Who does something. Nobody is believed about it: the kernel says whose process asks, and the login
//! uid (proc_pid_loginuid(5)) who logged in before it became that account's, by `su` or `sudo`.
//!
//! Root and the controller's own user alone may ask, and several can use either account, so a person is
//! told by the login alone. But a login uid may be chosen by the process itself: by any that has none
//! yet (a service, a container), and by one with CAP_AUDIT_CONTROL at any time, unless the kernel was told
//! to keep it (audit_set_loginuid). Even then root starts a process without one and chooses. So a login is
//! believed where all of this holds, and nobody is known else:
//!
//! * the process is not root's, and has no CAP_AUDIT_CONTROL;
//! * the login is neither root's nor the account's own, which several use;
//! * systemd has the process among those of a session of that login (`/user.slice/user-UID.slice/`):
//!   it put it there at the login, and nobody but root moves it to another's.

use nix::unistd::{Uid, User};
use std::{fmt::Display, fs, os::unix::fs::MetadataExt as _, path::Path};

/// What the kernel says of a process that nobody logged in for.
const NOBODY: u32 = u32::MAX;
/// May choose whose login a process is of (capabilities(7)).
const CAP_AUDIT_CONTROL: u32 = 30;

/// This process.
pub fn own() -> String {
    of("self", Uid::current().as_raw())
}

/// A process of this user. It is asked for as soon as it is known: another process can have its
/// number once it has ended, though none of another user's is taken for it.
pub fn of(process: impl Display, account: u32) -> String {
    let place = format!("/proc/{process}");
    let owner = fs::metadata(&place).map(|about| about.uid());
    let read = |file| fs::read_to_string(format!("{place}/{file}")).ok();
    let person = match (read("loginuid"), read("status"), read("cgroup")) {
        (Some(login), Some(status), Some(cgroup)) if owner.is_ok_and(|uid| uid == account) => {
            person(account, &login, &status, &cgroup)
        }
        _ => None,
    };
    backoffice::acting(person.map(named).as_deref(), &named(account))
}

/// Why no two persons can be told from each other by the commands of this account, if so.
pub fn tells_nobody(account: u32) -> Option<&'static str> {
    if account == 0 {
        Some("a controller that runs as root is asked by root alone, who may be anybody")
    } else if !Path::new("/proc/self/loginuid").exists() {
        Some("the kernel of this machine keeps no login of a process (CONFIG_AUDIT)")
    } else if !Path::new("/run/systemd/sessions").is_dir() {
        Some("no systemd of this machine keeps the sessions of logins (systemd-logind)")
    } else {
        None
    }
}

/// Whose login a process of this account is of, where it could not choose that.
fn person(account: u32, login: &str, status: &str, cgroup: &str) -> Option<u32> {
    let uid = login.trim().parse().ok()?;
    let shared = account == 0 || [0, account, NOBODY].contains(&uid);
    let believed = !shared && !may_choose(status) && is_session(cgroup, uid);
    believed.then_some(uid)
}

/// Whether the process has the right to, or may have it: what can't be read is no evidence.
fn may_choose(status: &str) -> bool {
    let mut lines = status.lines();
    let permitted = lines.find_map(|line| line.strip_prefix("CapPrm:"));
    let permitted = permitted.and_then(|set| u64::from_str_radix(set.trim(), 16).ok());
    permitted.is_none_or(|set| set >> CAP_AUDIT_CONTROL & 1 == 1)
}

/// Whether systemd has the process among those of this login: in its own hierarchy, in that of all
/// controllers, or in both, where both are there (cgroups(7)).
fn is_session(cgroup: &str, uid: u32) -> bool {
    let slice = format!("/user.slice/user-{uid}.slice/");
    let of_systemd = |line: &str| {
        let path = line.strip_prefix("0::");
        let path = path.or_else(|| line.split_once(":name=systemd:").map(|(_, path)| path));
        path.map(|path| path.starts_with(&slice))
    };
    let mut found = cgroup.lines().filter_map(of_systemd).peekable();
    found.peek().is_some() && found.all(|within| within)
}

/// By number first: a name may be found at one time and not at another.
fn named(uid: u32) -> String {
    let user = User::from_uid(Uid::from_raw(uid)).ok().flatten();
    user.map_or_else(
        || format!("user {uid}"),
        |user| format!("user {uid} ({})", user.name),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: u32 = 990;
    const PLAIN: &str = "Name:\tsallyport\nCapInh:\t0\nCapPrm:\t0000000000000000\n";
    const SESSION: &str = "0::/user.slice/user-1000.slice/session-3.scope\n";

    #[test]
    fn a_login_is_a_person_unless_it_is_root_s_or_the_controllers_own() {
        for (account, login, whose) in [
            (OWN, "1000", Some(1000)),
            (OWN, "1000\n", Some(1000)),
            (OWN, "0", None),
            (OWN, "990", None),
            (OWN, "4294967295", None),
            (OWN, "-1", None),
            (OWN, "", None),
            (0, "1000", None),
            (1000, "1000", None),
        ] {
            let uid = login.trim();
            let session = format!("0::/user.slice/user-{uid}.slice/session-3.scope\n");
            let found = person(account, login, PLAIN, &session);
            assert_eq!(found, whose, "{login:?} as {account}");
        }
    }

    #[test]
    fn a_login_that_the_process_could_have_chosen_is_nobodys() {
        let has = |set: &str| person(OWN, "1000", &format!("CapPrm:\t{set}\n"), SESSION);
        assert_eq!(has("00000000bfffffff"), Some(1000));
        for set in ["0000000040000000", "000001ffffffffff", "none", ""] {
            assert_eq!(has(set), None, "{set}");
        }
        assert_eq!(person(OWN, "1000", "Name:\tsallyport\n", SESSION), None);
        let within = |cgroup: &str| person(OWN, "1000", PLAIN, cgroup);
        for cgroup in [
            "0::/user.slice/user-1000.slice/user@1000.service/app.slice/sh.scope",
            "4:memory:/\n1:name=systemd:/user.slice/user-1000.slice/session-3.scope",
            "1:name=systemd:/user.slice/user-1000.slice/session-3.scope\n\
             0::/user.slice/user-1000.slice/session-3.scope",
        ] {
            assert_eq!(within(cgroup), Some(1000), "{cgroup}");
        }
        for cgroup in [
            "",
            "0::/",
            "0::/system.slice/cron.service",
            "0::/user.slice/user-1001.slice/session-3.scope",
            "0::/user.slice/user-10000.slice/session-3.scope",
            "0::/docker/7d25/user.slice/user-1000.slice/session-3.scope",
            "0::/../user.slice/user-1000.slice/session-3.scope",
            "4:memory:/user.slice/user-1000.slice/session-3.scope",
            "1:name=systemd:/user.slice/user-1000.slice/session-3.scope\n0::/",
        ] {
            assert_eq!(within(cgroup), None, "{cgroup}");
        }
    }

    #[test]
    fn a_process_that_is_gone_or_another_users_is_nobodys_in_particular() {
        let gone = of(u32::MAX, 0);
        assert_eq!(gone, "somebody, as user 0 (root)");
        let me = Uid::current().as_raw();
        let other = of("self", me + 1);
        assert!(other.starts_with("somebody, as user "), "{other}");
        assert!(own().ends_with(&named(me)), "{}", own());
    }

    #[test]
    fn a_user_without_a_name_is_known_by_number() {
        assert_eq!(named(u32::MAX - 7), "user 4294967288");
        assert_eq!(named(0), "user 0 (root)");
    }

    #[test]
    fn root_tells_nobody_apart() {
        assert!(tells_nobody(0).is_some_and(|why| why.contains("runs as root")));
    }
}
