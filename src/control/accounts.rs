//! Accounts: who may use the administrators' interface, and what each role may do there.

use super::{Answer, Desk};
use crate::records::moment;
use anyhow::bail;
use backoffice::{BackOffice, Error, LoginDetails, LoginEntry, NewOfficer, Role};
use serde::{Deserialize, Serialize};
use types::{
    id::{GroupId, OfficerId},
    right::{NotARight, Rights},
    secret::Secret,
};

/// Accounts of one answer.
const PAGE: usize = 500;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ask {
    /// The officer's name, alone in its line; `None` where there is none of this id.
    Name {
        officer: String,
    },
    Open {
        officer: String,
        /// Of an officer who is not entered yet.
        name: Option<String>,
        password: Hash,
        role: String,
        groups: Vec<String>,
        must_change: bool,
    },
    Password {
        officer: String,
        password: Hash,
        must_change: bool,
    },
    Role {
        officer: String,
        role: String,
    },
    Groups {
        officer: String,
        groups: Vec<String>,
    },
    Active {
        officer: String,
        active: bool,
    },
    Close {
        officer: String,
    },
    /// After the officer of this number.
    List {
        after: Option<String>,
    },
    Roles,
    PutRole {
        name: String,
        may: Vec<String>,
    },
    RemoveRole {
        name: String,
    },
}

/// A hash by argon2id as a PHC string: the password itself never leaves the command that was told it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Hash(#[serde(with = "hash")] pub Secret<String>);

pub fn serve(desk: &Desk, ask: Ask, actor: String) -> anyhow::Result<Answer> {
    match ask {
        Ask::Name { officer } => name(desk, officer),
        Ask::Open { .. } => open(desk, ask, actor),
        Ask::Password {
            officer,
            password: Hash(password),
            must_change,
        } => change(desk, officer, move |office, now, of| {
            office.set_login_password(now, &actor, of, &password, must_change)?;
            let then = if must_change {
                ", to be changed at the next login"
            } else {
                ""
            };
            Ok(format!("has a new password{then}"))
        }),
        Ask::Role { officer, role } => change(desk, officer, move |office, now, of| {
            let number = office.role_named(&role)?;
            office.set_login_role(now, &actor, of, number)?;
            Ok(format!("has the role {role}"))
        }),
        Ask::Groups { officer, groups } => change(desk, officer, move |office, now, of| {
            let groups = groups_named(office, &groups)?;
            office.set_login_groups(now, &actor, of, &groups)?;
            Ok(format!("is bound to {}", bound(office, &groups)?))
        }),
        Ask::Active { officer, active } => change(desk, officer, move |office, now, of| {
            let changed = office.set_login_active(now, &actor, of, active)?;
            let state = if active { "on" } else { "off" };
            Ok(match changed {
                true => format!("is {state}"),
                false => format!("was {state} already"),
            })
        }),
        Ask::Close { officer } => change(desk, officer, move |office, now, of| {
            office.close_login(now, &actor, of)?;
            Ok("is closed, and its tokens are gone".to_owned())
        }),
        Ask::List { after } => list(desk, after.as_deref()),
        Ask::Roles => roles(desk),
        Ask::PutRole { name, may } => put_role(desk, name, &may, actor),
        Ask::RemoveRole { name } => remove_role(desk, name, actor),
    }
}

fn name(desk: &Desk, id: String) -> anyhow::Result<Answer> {
    let name = desk.with(move |office, _| {
        let officer = office.officer(&id)?;
        officer.map(|it| office.officer_name(it)).transpose()
    })?;
    Ok(Answer::text(name.into_iter().collect()))
}

fn known(office: &BackOffice, id: &str) -> Result<OfficerId, Error> {
    let officer = office.officer(id)?;
    officer.ok_or_else(|| Error::UnknownOfficerId)
}

fn groups_named(office: &BackOffice, names: &[String]) -> Result<Vec<GroupId>, Error> {
    names.iter().map(|name| office.group_named(name)).collect()
}

/// The groups that an account is bound to, in words.
fn bound(office: &BackOffice, groups: &[GroupId]) -> Result<String, Error> {
    let names = groups.iter().map(|group| office.group_name(*group));
    let names = names.collect::<Result<Vec<_>, Error>>()?;
    Ok(match names.is_empty() {
        true => "the whole facility".to_owned(),
        false => names.join(", "),
    })
}

fn open(desk: &Desk, ask: Ask, actor: String) -> anyhow::Result<Answer> {
    let Ask::Open {
        officer: id,
        name,
        password: Hash(password),
        role,
        groups,
        must_change,
    } = ask
    else {
        bail!("another request was to be served");
    };
    let line = desk.with(move |office, now| {
        let details = LoginDetails {
            password,
            role: office.role_named(&role)?,
            groups: groups_named(office, &groups)?,
            must_change,
        };
        let bound = bound(office, &details.groups)?;
        let officer = match (office.officer(&id)?, name) {
            (Some(officer), _) => officer,
            (None, Some(name)) => {
                let id = id.clone();
                office.add_officer(now, &actor, &NewOfficer { id, name })?
            }
            (None, None) => return Err(Error::UnknownOfficerId),
        };
        office.open_login(now, &actor, officer, &details)?;
        let name = office.officer_name(officer)?;
        Ok(format!(
            "{name} ({id}) has an account: role {role}, {bound}"
        ))
    })?;
    Ok(Answer::text(vec![line]))
}

/// Changes an account, and says what of it.
fn change(
    desk: &Desk,
    id: String,
    change: impl FnOnce(&mut BackOffice, types::tick::Tick, OfficerId) -> Result<String, Error>
    + Send
    + 'static,
) -> anyhow::Result<Answer> {
    let line = desk.with(move |office, now| {
        let officer = known(office, &id)?;
        let changed = change(office, now, officer)?;
        Ok(format!("the account of {id} {changed}"))
    })?;
    Ok(Answer::text(vec![line]))
}

fn list(desk: &Desk, after: Option<&str>) -> anyhow::Result<Answer> {
    let after = match after.map(str::parse) {
        None => None,
        Some(Ok(number)) => Some(OfficerId(number)),
        Some(Err(_)) => bail!("no page ends there"),
    };
    let page = desk.with(move |office, _| {
        let page = office.accounts_after(after, PAGE)?.into_iter();
        let page = page.map(|entry| {
            let bound = bound(office, &entry.groups)?;
            Ok((entry, bound))
        });
        page.collect::<Result<Vec<(LoginEntry, String)>, Error>>()
    })?;
    let line = |(entry, bound): &(LoginEntry, String)| {
        let LoginEntry { id, name, .. } = entry;
        let changed = moment(entry.changed_utc_ms, &desk.zone);
        let mut line = format!(
            "{name} ({id}): role {}, {bound}; password of {changed}",
            entry.role_name
        );
        if entry.must_change {
            line.push_str(", to be changed at the next login");
        }
        if !entry.active {
            line.push_str("; off");
        }
        line
    };
    let last = page.last().filter(|_| page.len() == PAGE);
    Ok(Answer {
        lines: page.iter().map(line).collect(),
        more: last.map(|(entry, _)| entry.officer.0.to_string()),
    })
}

fn roles(desk: &Desk) -> anyhow::Result<Answer> {
    let roles = desk.with(|office, _| office.roles())?;
    let line = |(_, role): &(u16, Role)| format!("{}: {}", role.name, role.rights);
    Ok(Answer::text(roles.iter().map(line).collect()))
}

/// Changes the role of this name, or makes one.
fn put_role(desk: &Desk, name: String, may: &[String], actor: String) -> anyhow::Result<Answer> {
    let rights = may.iter().map(|text| text.parse::<Rights>());
    let rights = rights.collect::<Result<Vec<Rights>, NotARight>>()?;
    let rights = rights.into_iter().fold(Rights::none(), Rights::or);
    let line = desk.with(move |office, now| {
        office.set_role(now, &actor, &name, rights)?;
        Ok(format!("role {name} may: {rights}"))
    })?;
    Ok(Answer::text(vec![line]))
}

fn remove_role(desk: &Desk, name: String, actor: String) -> anyhow::Result<Answer> {
    let line = desk.with(move |office, now| {
        let number = office.role_named(&name)?;
        office.remove_role(now, &actor, number)?;
        Ok(format!("role {name} is gone"))
    })?;
    Ok(Answer::text(vec![line]))
}

mod hash {
    use serde::{Deserialize as _, Deserializer, Serializer};
    use types::secret::Secret;

    pub fn serialize<S: Serializer>(
        hash: &Secret<String>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(hash.expose())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Secret<String>, D::Error> {
        String::deserialize(deserializer).map(Secret::new)
    }
}
