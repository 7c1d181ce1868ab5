//! The accounts by which officers use the administrators' interface.

use super::{identity::officer_subject, roles};
use crate::{Error, Role, View, groups::Groups, reading::Reading, session::Session};
use db::{
    Key, Read,
    keys::{FacilityId, GuessKey},
    values,
};
use screening::GuessRule;
use std::{collections::BTreeSet, ops::Bound};
use types::{
    id::{GroupId, OfficerId},
    right::Rights,
    secret::Secret,
    tick::Tick,
};

/// A PHC string is at most this long.
const LONGEST_HASH: usize = 200;
/// The most groups that an account or a token is bound to.
const MOST_GROUPS: usize = 100;

/// An account as it is opened.
#[derive(Clone, Debug)]
pub struct LoginDetails {
    /// The hash by argon2id, as a PHC string.
    pub password: Secret<String>,
    pub role: u16,
    /// The groups it is bound to, each with all below it; none is the whole facility.
    pub groups: Vec<GroupId>,
    /// Others know the password: the officer is to choose another.
    pub must_change: bool,
}

/// Who acts, and what they may do, now.
#[derive(Clone, PartialEq, Debug)]
pub struct Login {
    pub officer: OfficerId,
    pub id: String,
    pub name: String,
    /// The name of the token, for who acts by one.
    pub token: Option<String>,
    /// The hash, as a PHC string.
    pub password: Secret<String>,
    pub role: u16,
    pub rights: Rights,
    /// Those and all below them; none is the whole facility.
    pub groups: Vec<GroupId>,
    /// The account is on, and its officer is active.
    pub active: bool,
    pub must_change: bool,
    /// Until then no password is tried. It does not hold for tokens.
    pub rests_until_utc_ms: Option<i64>,
}

/// An account as it is listed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LoginEntry {
    pub officer: OfficerId,
    pub id: String,
    pub name: String,
    pub role: u16,
    pub role_name: String,
    pub groups: Vec<GroupId>,
    /// The account is on, and its officer is active.
    pub active: bool,
    pub must_change: bool,
    /// When the password was set.
    pub changed_utc_ms: i64,
}

impl View {
    /// The account of the officer with this id.
    pub fn login(&self, id: &str, now: Tick) -> Result<Option<Login>, Error> {
        let reader = self.database.read()?;
        let reading = self.reading(now, &reader);
        match reading.login_key(id)? {
            GuessKey::Account(officer) => reading.login_of(officer),
            _ => Ok(None),
        }
    }

    /// Until when no password is tried for this id. Ids without an account rest as others do, so that
    /// no rest tells which there are.
    pub fn login_rests(&self, id: &str, now: Tick) -> Result<Option<i64>, Error> {
        let reader = self.database.read()?;
        let reading = self.reading(now, &reader);
        reading.rests_until(reading.login_key(id)?, &GuessRule::of_accounts())
    }

    /// Up to so many accounts after an officer's.
    pub fn accounts_after(
        &self,
        after: Option<OfficerId>,
        limit: usize,
    ) -> Result<Vec<LoginEntry>, Error> {
        let reader = self.database.read()?;
        let tables = self.database.tables();
        let from = after.as_ref().map_or(Bound::Unbounded, Bound::Excluded);
        let page = tables
            .accounts
            .page(&reader, from, Bound::Unbounded, limit)?;
        let entry = |(officer, account): (OfficerId, values::Account)| {
            let whose = tables.officers.get(&reader, &officer)?;
            let whose = whose.ok_or(Error::UnknownOfficer(officer.0))?;
            Ok(LoginEntry {
                officer,
                id: whose.id,
                name: whose.name,
                role: account.role,
                role_name: roles::role(tables, &reader, account.role)?.name,
                groups: group_ids(&account.groups),
                active: account.active && whose.active,
                must_change: account.must_change,
                changed_utc_ms: account.changed_utc_ms,
            })
        };
        page.into_iter().map(entry).collect()
    }

    /// These groups and all below them; `None` for none of them, which is the whole facility.
    pub fn groups_within(&self, groups: &[GroupId]) -> Result<Option<BTreeSet<GroupId>>, Error> {
        let (tables, txn) = (self.database.tables(), &self.database.read()?);
        Groups { tables, txn }.within(groups)
    }
}

impl<R: Read> Reading<'_, R> {
    /// Where the failed logins of an id are counted.
    fn login_key(&self, id: &str) -> Result<GuessKey, Error> {
        let key = FacilityId(id.to_owned());
        // No id is longer than a key can be, but what somebody sends may be.
        let known = match id.len() <= super::MAX_TEXT {
            true => self.tables.officers_by_id.get(self.txn, &key)?,
            false => None,
        };
        if let Some(officer) = known.map(|known| OfficerId(known.officer))
            && self.tables.accounts.contains(self.txn, &officer)?
        {
            return Ok(GuessKey::Account(officer));
        }
        Ok(GuessKey::NobodysLogin(self.fixed.key.login_bucket(id)))
    }

    pub(crate) fn login_of(&self, officer: OfficerId) -> Result<Option<Login>, Error> {
        let Some(account) = self.tables.accounts.get(self.txn, &officer)? else {
            return Ok(None);
        };
        let whose = self.tables.officers.get(self.txn, &officer)?;
        let whose = whose.ok_or(Error::UnknownOfficer(officer.0))?;
        Ok(Some(Login {
            officer,
            id: whose.id,
            name: whose.name,
            token: None,
            password: Secret::new(account.password),
            role: account.role,
            rights: roles::role(self.tables, self.txn, account.role)?.rights,
            groups: group_ids(&account.groups),
            active: account.active && whose.active,
            must_change: account.must_change,
            rests_until_utc_ms: self
                .rests_until(GuessKey::Account(officer), &GuessRule::of_accounts())?,
        }))
    }
}

impl Session<'_> {
    pub fn open_login(
        &mut self,
        actor: &str,
        officer: OfficerId,
        details: &LoginDetails,
    ) -> Result<(), Error> {
        let whose = self.known_officer(officer)?;
        if self.tables.accounts.contains(&self.writer, &officer)? {
            return Err(Error::HasLogin(whose.id));
        }
        check_hash(&details.password)?;
        let role = roles::role(self.tables, &self.writer, details.role)?;
        let (groups, names) = self.bound_to(&details.groups)?;
        let account = values::Account {
            password: details.password.expose().clone(),
            role: details.role,
            groups,
            active: true,
            must_change: details.must_change,
            changed_utc_ms: self.now_utc_ms(),
        };
        self.tables
            .accounts
            .put(&mut self.writer, &officer, &account)?;
        let change = format!("opened: role {} ({}), {names}", details.role, role.name);
        self.journal(actor, "account", officer_subject(officer), change)
    }

    pub fn set_login_password(
        &mut self,
        actor: &str,
        officer: OfficerId,
        password: &Secret<String>,
        must_change: bool,
    ) -> Result<(), Error> {
        check_hash(password)?;
        let mut account = self.known_account(officer)?;
        account.password.clone_from(password.expose());
        account.must_change = must_change;
        account.changed_utc_ms = self.now_utc_ms();
        self.tables
            .accounts
            .put(&mut self.writer, &officer, &account)?;
        self.lift_rest(actor, GuessKey::Account(officer))?;
        let change = match must_change {
            true => "password set, to be changed by the officer",
            false => "password changed",
        };
        self.journal(actor, "account", officer_subject(officer), change)
    }

    pub fn set_login_active(
        &mut self,
        actor: &str,
        officer: OfficerId,
        active: bool,
    ) -> Result<bool, Error> {
        let mut account = self.known_account(officer)?;
        let whose = self.known_officer(officer)?;
        if active && !whose.active {
            return Err(Error::LoginInactive(whose.id));
        }
        if account.active == active {
            return Ok(false);
        }
        if !active {
            self.spare(officer)?;
        }
        account.active = active;
        self.tables
            .accounts
            .put(&mut self.writer, &officer, &account)?;
        let change = format!("active: {active}");
        self.journal(actor, "account", officer_subject(officer), change)?;
        Ok(true)
    }

    pub fn set_login_role(
        &mut self,
        actor: &str,
        officer: OfficerId,
        role: u16,
    ) -> Result<(), Error> {
        let mut account = self.known_account(officer)?;
        let name = roles::role(self.tables, &self.writer, role)?.name;
        if role != Role::ADMINISTRATOR {
            self.spare(officer)?;
        }
        let change = format!("role {role} ({name}), before {}", account.role);
        account.role = role;
        self.tables
            .accounts
            .put(&mut self.writer, &officer, &account)?;
        self.journal(actor, "account", officer_subject(officer), change)
    }

    pub fn set_login_groups(
        &mut self,
        actor: &str,
        officer: OfficerId,
        groups: &[GroupId],
    ) -> Result<(), Error> {
        let mut account = self.known_account(officer)?;
        let (groups, names) = self.bound_to(groups)?;
        if !groups.is_empty() {
            self.spare(officer)?;
        }
        account.groups = groups;
        self.tables
            .accounts
            .put(&mut self.writer, &officer, &account)?;
        self.journal(actor, "account", officer_subject(officer), names)
    }

    pub fn close_login(&mut self, actor: &str, officer: OfficerId) -> Result<(), Error> {
        self.known_account(officer)?;
        self.spare(officer)?;
        self.forget_tokens(officer)?;
        self.tables.accounts.delete(&mut self.writer, &officer)?;
        let failed = GuessKey::Account(officer);
        self.tables.guesses.delete(&mut self.writer, &failed)?;
        self.journal(actor, "account", officer_subject(officer), "closed")
    }

    pub fn login_failed(&mut self, actor: &str, id: &str) -> Result<(), Error> {
        let rule = GuessRule::of_accounts();
        let at = self.reading().login_key(id)?;
        // While it rests nothing is tried.
        match self.reading().is_resting(at, &rule)? {
            true => Ok(()),
            false => self.guess_failed(actor, at, &rule),
        }
    }

    /// Forgets what failed: who has the password is who tried (NIST SP 800-63B, 5.2.2).
    pub fn login_succeeded(&mut self, actor: &str, officer: OfficerId) -> Result<(), Error> {
        let login = self.reading().login_of(officer)?;
        let login = login.ok_or_else(|| Error::NoLogin(officer_subject(officer)))?;
        if !login.active {
            return Err(Error::LoginInactive(login.id));
        }
        if login.rests_until_utc_ms.is_some() {
            return Err(Error::LoginRests(login.id));
        }
        let failed = GuessKey::Account(officer);
        self.tables.guesses.delete(&mut self.writer, &failed)?;
        self.journal(actor, "account", officer_subject(officer), "logged in")
    }

    pub(super) fn known_account(&self, officer: OfficerId) -> Result<values::Account, Error> {
        let whose = self.known_officer(officer)?;
        let account = self.tables.accounts.get(&self.writer, &officer)?;
        account.ok_or(Error::NoLogin(whose.id))
    }

    /// Refuses to do without the last administrator of the whole facility who can log in.
    pub(crate) fn spare(&self, officer: OfficerId) -> Result<(), Error> {
        let (mut is_one, mut others) = (false, false);
        for (other, account) in self.tables.accounts.all(&self.writer)? {
            let administers = account.role == Role::ADMINISTRATOR && account.groups.is_empty();
            if administers && account.active && self.known_officer(other)?.active {
                is_one |= other == officer;
                others |= other != officer;
            }
        }
        match is_one && !others {
            true => Err(Error::LastAdministrator(self.known_officer(officer)?.id)),
            false => Ok(()),
        }
    }

    /// The groups as they are stored, and in words.
    pub(super) fn bound_to(&self, groups: &[GroupId]) -> Result<(Vec<u16>, String), Error> {
        let groups: BTreeSet<GroupId> = groups.iter().copied().collect();
        if groups.len() > MOST_GROUPS {
            let why = format!("at most {MOST_GROUPS}; one holds all below it");
            return Err(Error::invalid("groups of an account", why));
        }
        let names = groups.iter().map(|group| self.groups().full_name(*group));
        let names = names.collect::<Result<Vec<_>, _>>()?.join(", ");
        let names = match names.is_empty() {
            true => "the whole facility".to_owned(),
            false => format!("groups {names}"),
        };
        Ok((groups.iter().map(|group| group.0).collect(), names))
    }

    /// How many accounts and tokens are bound to a group.
    pub(super) fn accounts_bound_to(&self, group: GroupId) -> Result<usize, Error> {
        let accounts = self.tables.accounts.all(&self.writer)?.into_iter();
        let tokens = self.tables.tokens.all(&self.writer)?.into_iter();
        let groups = accounts.map(|(_, account)| account.groups);
        let groups = groups.chain(tokens.map(|(_, token)| token.groups));
        Ok(groups.filter(|groups| groups.contains(&group.0)).count())
    }

    fn forget_tokens(&mut self, officer: OfficerId) -> Result<(), Error> {
        let table = &self.tables.account_tokens;
        for (key, _) in table.with_prefix(&self.writer, &officer.bytes(), usize::MAX)? {
            table.delete(&mut self.writer, &key)?;
            self.tables.tokens.delete(&mut self.writer, &key.token)?;
        }
        Ok(())
    }
}

pub(super) fn group_ids(stored: &[u16]) -> Vec<GroupId> {
    stored.iter().copied().map(GroupId).collect()
}

/// What is no hash could be the password itself.
fn check_hash(password: &Secret<String>) -> Result<(), Error> {
    let hash = password.expose();
    let fits = hash.starts_with("$argon2id$")
        && hash.len() <= LONGEST_HASH
        && hash.bytes().all(|c| c.is_ascii_graphic());
    match fits {
        true => Ok(()),
        false => Err(Error::invalid(
            "password",
            "not a hash by argon2id as a PHC string",
        )),
    }
}
