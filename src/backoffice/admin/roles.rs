//! Roles: what the accounts that have one may do.

use super::text;
use crate::{Error, View, session::Session};
use db::{
    Read, Tables,
    keys::Numbered,
    values::{self, RightsV1},
};
use types::right::Rights;

/// What accounts of a kind may do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Role {
    pub name: String,
    pub rights: Rights,
}

impl Role {
    /// The role that is built in: all rights, and never changed.
    pub const ADMINISTRATOR: u16 = 0;

    fn administrator() -> Role {
        Role {
            name: "administrator".to_owned(),
            rights: Rights::all(),
        }
    }
}

impl View {
    /// By number; the administrator's first.
    pub fn roles(&self) -> Result<Vec<(u16, Role)>, Error> {
        let reader = self.database.read()?;
        roles(self.database.tables(), &reader)
    }

    /// The role of this number, or of this name.
    pub fn role_named(&self, name: &str) -> Result<u16, Error> {
        let roles = self.roles()?;
        let number = name.parse();
        let named = |(of, role): &&(u16, Role)| number == Ok(*of) || role.name == name;
        let found = roles.iter().find(named).map(|(number, _)| *number);
        found.ok_or_else(|| Error::UnknownRole {
            name: name.to_owned(),
            there: roles.into_iter().map(|(_, role)| role.name).collect(),
        })
    }
}

impl Session<'_> {
    pub fn put_role(&mut self, actor: &str, number: u16, role: &Role) -> Result<(), Error> {
        is_changed(number)?;
        text("role's name", &role.name, true)?;
        if role.name.bytes().all(|c| c.is_ascii_digit()) {
            let why = "digits alone are the number of a role";
            return Err(Error::invalid("role's name", why));
        }
        let mut others = roles(self.tables, &self.writer)?.into_iter();
        if let Some((other, _)) =
            others.find(|(of, other)| *of != number && other.name == role.name)
        {
            return Err(Error::DuplicateRole {
                name: role.name.clone(),
                number: other,
            });
        }
        let value = values::Role {
            name: role.name.clone(),
            rights: RightsV1(role.rights),
        };
        let table = &self.tables.roles;
        table.put(&mut self.writer, &Numbered(number), &value)?;
        let change = format!("{}: {}", role.name, role.rights);
        self.journal(actor, "role", number, change)
    }

    pub fn set_role(&mut self, actor: &str, name: &str, rights: Rights) -> Result<(), Error> {
        let roles = roles(self.tables, &self.writer)?;
        let named = roles.iter().find(|(_, role)| role.name == name);
        let taken = |number: &u16| roles.iter().any(|(of, _)| of == number);
        let free = || (1..=u16::MAX).find(|number| !taken(number));
        let number = named.map(|(number, _)| *number).or_else(free);
        let number = number.ok_or_else(|| Error::invalid("role", "there is no room for more"))?;
        let name = name.to_owned();
        self.put_role(actor, number, &Role { name, rights })
    }

    pub fn remove_role(&mut self, actor: &str, number: u16) -> Result<bool, Error> {
        is_changed(number)?;
        for (officer, account) in self.tables.accounts.all(&self.writer)? {
            if account.role == number {
                return Err(Error::InUse {
                    what: format!("role {number}"),
                    by: format!("the account of {}", self.known_officer(officer)?.id),
                });
            }
        }
        let table = &self.tables.roles;
        let was = table.delete(&mut self.writer, &Numbered(number))?;
        if was {
            self.journal(actor, "role", number, "removed")?;
        }
        Ok(was)
    }
}

fn is_changed(number: u16) -> Result<(), Error> {
    match number {
        Role::ADMINISTRATOR => {
            let why = "0 is the administrator's: it is built in, and neither changed nor removed";
            Err(Error::invalid("role", why))
        }
        _ => Ok(()),
    }
}

fn roles(tables: &Tables, txn: &impl Read) -> Result<Vec<(u16, Role)>, Error> {
    let entered = tables.roles.all(txn)?.into_iter();
    let entered = entered.map(|(number, stored)| (number.0, shown(stored)));
    let built_in = (Role::ADMINISTRATOR, Role::administrator());
    Ok(std::iter::once(built_in).chain(entered).collect())
}

pub(crate) fn role(tables: &Tables, txn: &impl Read, number: u16) -> Result<Role, Error> {
    if number == Role::ADMINISTRATOR {
        return Ok(Role::administrator());
    }
    let stored = tables.roles.get(txn, &Numbered(number))?;
    stored.map(shown).ok_or_else(|| Error::UnknownRole {
        name: number.to_string(),
        there: Vec::new(),
    })
}

fn shown(stored: values::Role) -> Role {
    Role {
        name: stored.name,
        rights: stored.rights.0,
    }
}
