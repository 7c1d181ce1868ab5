//! Tokens, by which scripts act for an officer.

use super::{
    accounts::{Login, group_ids},
    identity::officer_subject,
    roles, text,
};
use crate::{Error, View, groups::Groups, session::Session, words::moment};
use db::{
    Key, Read, Tables,
    keys::{AccountToken, TokenHash},
    values::{self, RightsV1, Unit},
};
use types::{
    id::{GroupId, OfficerId},
    right::Rights,
    secret::Secret,
    tick::Tick,
};

/// A year from a day on, a leap year too.
const LONGEST_MS: i64 = 366 * 24 * 3600 * 1000;
/// The least characters of a token's secret.
const LEAST_SECRET: usize = 32;
/// The most tokens of one account.
const MOST_TOKENS: usize = 100;

/// A token as it is made, and as it is listed: its secret is in neither.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TokenDetails {
    /// An officer has one of a name.
    pub name: String,
    pub rights: Rights,
    /// None is those of the account.
    pub groups: Vec<GroupId>,
    pub expires_utc_ms: i64,
}

impl View {
    /// Who acts by a token, with what is left to it of the account's rights and groups. `None` where it is
    /// nobody's, has expired, its account is off, or none of its groups is the account's any more.
    pub fn token(&self, secret: &Secret<String>, now: Tick) -> Result<Option<Login>, Error> {
        let (tables, reader) = (self.database.tables(), self.database.read()?);
        let hash = TokenHash(self.fixed.key.token(secret));
        let Some(token) = tables.tokens.get(&reader, &hash)? else {
            return Ok(None);
        };
        if token.expires_utc_ms <= self.utc_ms(now) {
            return Ok(None);
        }
        let login = self
            .reading(now, &reader)
            .login_of(OfficerId(token.officer))?;
        let Some(login) = login.filter(|login| login.active) else {
            return Ok(None);
        };
        let tree = Groups {
            tables,
            txn: &reader,
        };
        let groups = tree.common(&login.groups, &group_ids(&token.groups))?;
        Ok(groups.map(|groups| Login {
            rights: login.rights.and(token.rights.0),
            groups,
            token: Some(token.name),
            rests_until_utc_ms: None,
            ..login
        }))
    }

    /// An officer's tokens, with when they were made.
    pub fn tokens_of(&self, officer: OfficerId) -> Result<Vec<(TokenDetails, i64)>, Error> {
        let (tables, reader) = (self.database.tables(), self.database.read()?);
        let tokens = tokens(tables, &reader, officer)?.into_iter();
        let shown = |(_, token): (AccountToken, values::Token)| {
            let details = TokenDetails {
                name: token.name,
                rights: token.rights.0,
                groups: group_ids(&token.groups),
                expires_utc_ms: token.expires_utc_ms,
            };
            (details, token.made_utc_ms)
        };
        Ok(tokens.map(shown).collect())
    }
}

impl Session<'_> {
    pub fn add_token(
        &mut self,
        actor: &str,
        officer: OfficerId,
        token: &TokenDetails,
        secret: &Secret<String>,
    ) -> Result<(), Error> {
        let account = self.known_account(officer)?;
        text("token's name", &token.name, true)?;
        if secret.expose().len() < LEAST_SECRET {
            let why = format!("at least {LEAST_SECRET} characters, of chance");
            return Err(Error::invalid("token", why));
        }
        let left = token.expires_utc_ms.saturating_sub(self.now_utc_ms());
        if !(1..=LONGEST_MS).contains(&left) {
            let why = "in the future, and within a year";
            return Err(Error::invalid("token's expiry", why));
        }
        let role = roles::role(self.tables, &self.writer, account.role)?;
        if !token.rights.is_within(role.rights) {
            let why = format!(
                "more than role {} has, which is: {}",
                role.name, role.rights
            );
            return Err(Error::invalid("token's rights", why));
        }
        let (groups, names) = self.bound_to(&token.groups)?;
        self.must_hold(&group_ids(&account.groups), &token.groups)?;
        let there = tokens(self.tables, &self.writer, officer)?;
        if there.iter().any(|(_, other)| other.name == token.name) {
            return Err(Error::DuplicateToken(token.name.clone()));
        }
        if there.len() >= MOST_TOKENS {
            let why = format!("an account has at most {MOST_TOKENS}: remove one that is not used");
            return Err(Error::invalid("tokens", why));
        }
        let hash = TokenHash(self.fixed.key.token(secret));
        if self.tables.tokens.contains(&self.writer, &hash)? {
            return Err(Error::invalid("token", "not a new one"));
        }
        let value = values::Token {
            officer: officer.0,
            name: token.name.clone(),
            rights: RightsV1(token.rights),
            groups,
            made_utc_ms: self.now_utc_ms(),
            expires_utc_ms: token.expires_utc_ms,
        };
        self.tables.tokens.put(&mut self.writer, &hash, &value)?;
        let key = AccountToken {
            officer,
            token: hash,
        };
        self.tables
            .account_tokens
            .put(&mut self.writer, &key, &Unit)?;
        let until = moment(token.expires_utc_ms, &self.fixed.zone);
        let change = format!(
            "{} made until {until}: {}, {names}",
            token.name, token.rights
        );
        self.journal(actor, "token", officer_subject(officer), change)
    }

    pub fn remove_token(
        &mut self,
        actor: &str,
        officer: OfficerId,
        name: &str,
    ) -> Result<bool, Error> {
        let mut there = tokens(self.tables, &self.writer, officer)?.into_iter();
        let Some((key, _)) = there.find(|(_, token)| token.name == name) else {
            return Ok(false);
        };
        self.tables.account_tokens.delete(&mut self.writer, &key)?;
        self.tables.tokens.delete(&mut self.writer, &key.token)?;
        let change = format!("{name} removed");
        self.journal(actor, "token", officer_subject(officer), change)?;
        Ok(true)
    }

    /// Refuses a group that is not among the account's, nor below one.
    fn must_hold(&self, account: &[GroupId], token: &[GroupId]) -> Result<(), Error> {
        let Some(within) = self.groups().within(account)? else {
            return Ok(());
        };
        match token.iter().find(|group| !within.contains(group)) {
            Some(outside) => {
                let name = self.groups().full_name(*outside)?;
                let why = format!("{name} is none of the account's, nor below one");
                Err(Error::invalid("token's groups", why))
            }
            None => Ok(()),
        }
    }
}

fn tokens(
    tables: &Tables,
    txn: &impl Read,
    officer: OfficerId,
) -> Result<Vec<(AccountToken, values::Token)>, Error> {
    let index = &tables.account_tokens;
    let keys = index.with_prefix(txn, &officer.bytes(), usize::MAX)?;
    let mut found = Vec::with_capacity(keys.len());
    for (key, _) in keys {
        if let Some(token) = tables.tokens.get(txn, &key.token)? {
            found.push((key, token));
        }
    }
    Ok(found)
}
