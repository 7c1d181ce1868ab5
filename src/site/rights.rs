//! Who else may change what decides about calls, or listen to them.

use std::{
    fs::{self, Metadata},
    os::unix::fs::MetadataExt as _,
    path::Path,
};

use nix::unistd::Uid;

/// Whoever may write a file or directory can put another in its place; its owner can always. A user's
/// private group, as a umask of 002 leaves it in modes, is no exception: that nobody else is in it can't
/// be known, as directories of users (LDAP) need not list whose first group it is.
const CHANGE: u32 = 0o022;
/// All that users have who are neither the owner nor of the group.
const EVERYBODY: u32 = 0o007;

/// What of DAHDI's opens any channel, or none in particular.
const OPENS_ANY: &[&str] = &["ctl", "channel", "pseudo"];

/// Why a file or directory that is there can't be relied on, and what to do.
pub fn changeable(path: &Path, about: &Metadata) -> Option<String> {
    let place = path.display();
    let mode = about.mode() & 0o7777;
    if mode & CHANGE != 0 {
        let by = match mode & CHANGE {
            0o020 => "its group",
            0o002 => "everybody",
            _ => "its group and everybody",
        };
        return Some(format!(
            "may be changed by {by} (mode {mode:03o}); do: chmod go-w {place}"
        ));
    }
    let us = Uid::effective().as_raw();
    if about.uid() != us && about.uid() != 0 {
        return Some(format!(
            "belongs to user {}, who may change it, and not to the user that runs this, nor to root; \
             do: chown {us} {place}",
            about.uid()
        ));
    }
    None
}

/// The same for a directory that may not be there yet.
pub fn changeable_directory(path: &Path) -> Option<String> {
    let about = fs::metadata(path).ok()?;
    let why = changeable(path, &about)?;
    Some(format!("{} {why}", path.display()))
}

/// DAHDI lets whoever opens one of these monitor any channel that is in use.
pub fn open_to_everybody(devices: &Path) -> Option<String> {
    let open = |name: &&str| {
        let about = fs::metadata(devices.join(name));
        about.is_ok_and(|about| about.mode() & EVERYBODY != 0)
    };
    let names = OPENS_ANY.iter().copied().filter(open);
    let names: Vec<String> = names
        .map(|name| devices.join(name).display().to_string())
        .collect();
    if names.is_empty() {
        return None;
    }
    Some(format!(
        "{} may be opened by every user of this machine, who can listen to any call with it, an \
         attorney's too; do: chmod o-rwx {}; and write `SUBSYSTEM==\"dahdi\", MODE=\"0660\"` into \
         /etc/udev/rules.d/99-dahdi.rules, that it stays so",
        names.join(" and "),
        names.join(" ")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn devices_that_everybody_may_open_are_told_with_the_command() {
        let devices = tempfile::tempdir().expect("a directory");
        for (name, mode) in [("ctl", 0o660), ("pseudo", 0o666), ("1", 0o666)] {
            let device = devices.path().join(name);
            fs::write(&device, "").expect("a file");
            fs::set_permissions(&device, fs::Permissions::from_mode(mode)).expect("its mode");
        }
        let told = open_to_everybody(devices.path()).expect("a problem");
        let pseudo = devices.path().join("pseudo");
        assert!(
            told.contains(&format!("chmod o-rwx {};", pseudo.display())),
            "{told}"
        );
        assert!(!told.contains("ctl"), "{told}");
        fs::set_permissions(&pseudo, fs::Permissions::from_mode(0o660)).expect("its mode");
        assert_eq!(open_to_everybody(devices.path()), None);
    }

    #[test]
    fn what_others_own_or_may_write_is_told() {
        let place = tempfile::tempdir().expect("a directory");
        assert_eq!(changeable_directory(place.path()), None);
        assert_eq!(changeable_directory(&place.path().join("none")), None);
        for (mode, by) in [
            (0o775, "its group (mode 775)"),
            (0o702, "everybody (mode 702)"),
            (0o1777, "its group and everybody (mode 1777)"),
        ] {
            fs::set_permissions(place.path(), fs::Permissions::from_mode(mode)).expect("its mode");
            let told = changeable_directory(place.path()).expect("a problem");
            assert!(
                told.contains(&format!("may be changed by {by}; do: chmod go-w ")),
                "{told}"
            );
        }
    }
}
