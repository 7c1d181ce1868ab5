//! Groups as a tree, and what is shut down in it.
//!
//! A phone may be in many groups. What an officer shut stays shut until it is resumed by the
//! same name: the shutdown of a phone, of a group and of everything are kept apart, and a phone
//! is in service where none of them holds.

use crate::{Error, View, stored};
use db::{Key, Read, Tables, keys::Shut, values};
use std::collections::BTreeSet;
use types::id::{GroupId, LineId};

/// A group and those above it are at most this many.
pub const MAX_GROUP_DEPTH: usize = 16;
/// The most groups of a site.
pub const MAX_GROUPS: usize = 1000;

/// The most groups that are named where another was meant.
const MOST_NAMED: usize = 10;

/// A group as it is shown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Group {
    pub id: GroupId,
    pub name: String,
    /// `None` is the facility itself.
    pub parent: Option<GroupId>,
    /// Its own phones, those of groups below it left out.
    pub phones: Vec<LineId>,
}

/// Something that is shut down, since when, and by whom.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Shutdown {
    pub what: Shut,
    pub since_utc_ms: i64,
    pub actor: String,
}

/// The tree as one transaction sees it.
pub(crate) struct Groups<'a, R> {
    pub tables: &'a Tables,
    pub txn: &'a R,
}

impl<R: Read> Groups<'_, R> {
    pub fn get(&self, group: GroupId) -> Result<values::Group, Error> {
        let found = self.tables.groups.get(self.txn, &group)?;
        found.ok_or_else(|| Error::UnknownGroup {
            name: group.to_string(),
            there: String::new(),
        })
    }

    /// The group, the one it is a part of, and so on up.
    pub fn path(&self, group: GroupId) -> Result<Vec<GroupId>, Error> {
        let mut path = vec![group];
        let mut above = self.get(group)?.parent;
        while let Some(parent) = above {
            if path.len() == MAX_GROUP_DEPTH {
                return Err(stored::senseless("group", "its path has no end"));
            }
            path.push(GroupId(parent));
            above = self.get(GroupId(parent))?.parent;
        }
        Ok(path)
    }

    /// The groups that a phone is in, without those above them.
    pub fn of_phone(&self, line: LineId) -> Result<Vec<GroupId>, Error> {
        let table = &self.tables.phone_groups;
        let found = table.with_prefix(self.txn, &line.bytes(), MAX_GROUPS)?;
        Ok(found.into_iter().map(|(key, _)| key.group).collect())
    }

    /// The group and all groups below it.
    pub fn below(&self, group: GroupId) -> Result<BTreeSet<GroupId>, Error> {
        self.get(group)?;
        let all = self.tables.groups.all(self.txn)?;
        let mut below = BTreeSet::from([group]);
        for _ in 0..MAX_GROUP_DEPTH {
            let in_it = |parent: Option<u16>| parent.is_some_and(|p| below.contains(&GroupId(p)));
            let more = all.iter().filter(|(_, group)| in_it(group.parent));
            let more: Vec<GroupId> = more.map(|(id, _)| *id).collect();
            below.extend(more);
        }
        Ok(below)
    }

    /// The groups and all below them; `None` for none of them, which is the whole facility.
    pub fn within(&self, groups: &[GroupId]) -> Result<Option<BTreeSet<GroupId>>, Error> {
        if groups.is_empty() {
            return Ok(None);
        }
        let mut within = BTreeSet::new();
        for group in groups {
            within.extend(self.below(*group)?);
        }
        Ok(Some(within))
    }

    /// What two bindings have in common, none standing for the whole facility in each; `None` where they
    /// have nothing.
    pub fn common(
        &self,
        one: &[GroupId],
        other: &[GroupId],
    ) -> Result<Option<Vec<GroupId>>, Error> {
        let (Some(of_one), Some(of_other)) = (self.within(one)?, self.within(other)?) else {
            return Ok(Some([one, other].concat()));
        };
        let mut common: Vec<GroupId> = of_one.intersection(&of_other).copied().collect();
        // One holds all below it.
        let all = common.clone();
        let is_top = |group: &GroupId| -> Result<bool, Error> {
            let above = &self.path(*group)?[1..];
            Ok(!above.iter().any(|above| all.contains(above)))
        };
        let tops = all.iter().map(is_top).collect::<Result<Vec<_>, _>>()?;
        let mut tops = tops.into_iter();
        common.retain(|_| tops.next() == Some(true));
        Ok((!common.is_empty()).then_some(common))
    }

    /// Its own phones.
    pub fn phones_of(&self, group: GroupId) -> Result<Vec<LineId>, Error> {
        let table = &self.tables.group_phones;
        let found = table.with_prefix(self.txn, &group.bytes(), usize::MAX)?;
        Ok(found.into_iter().map(|(key, _)| key.line).collect())
    }

    /// The phones that a shutdown is about.
    pub fn phones(&self, what: Shut) -> Result<BTreeSet<LineId>, Error> {
        match what {
            Shut::Phone(line) => match self.tables.phones.contains(self.txn, &line)? {
                true => Ok(BTreeSet::from([line])),
                false => Err(Error::UnknownPhone(line)),
            },
            Shut::Group(group) => {
                let mut phones = BTreeSet::new();
                for group in self.below(group)? {
                    phones.extend(self.phones_of(group)?);
                }
                Ok(phones)
            }
            Shut::Everything => {
                let phones = self.tables.phones.all(self.txn)?;
                Ok(phones.into_iter().map(|(line, _)| line).collect())
            }
        }
    }

    /// Whether a phone, a group it is in, one above those, or everything is shut down.
    pub fn is_shut(&self, line: LineId) -> Result<bool, Error> {
        let shutdowns = &self.tables.shutdowns;
        if shutdowns.is_empty(self.txn)? {
            return Ok(false);
        }
        for what in [Shut::Everything, Shut::Phone(line)] {
            if shutdowns.contains(self.txn, &what)? {
                return Ok(true);
            }
        }
        for group in self.of_phone(line)? {
            for group in self.path(group)? {
                if shutdowns.contains(self.txn, &Shut::Group(group))? {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// The name with those above it, as `East/Tier 1`.
    pub fn full_name(&self, group: GroupId) -> Result<String, Error> {
        let mut names = Vec::new();
        for group in self.path(group)? {
            names.push(self.get(group)?.name);
        }
        names.reverse();
        Ok(names.join("/"))
    }

    /// The group that is named so: by its full name, or by its own where only one has it.
    pub fn named(&self, name: &str) -> Result<GroupId, Error> {
        let (mut found, mut others) = (Vec::new(), Vec::new());
        for (id, group) in self.tables.groups.all(self.txn)? {
            let full = self.full_name(id)?;
            if full == name {
                return Ok(id);
            }
            match group.name == name {
                true => found.push((id, full)),
                false => others.push((alike(name, &group.name).max(alike(name, &full)), full)),
            }
        }
        match &found[..] {
            [] => Err(Error::UnknownGroup {
                name: name.to_owned(),
                there: there_are(others),
            }),
            [(id, _)] => Ok(*id),
            several => Err(Error::AmbiguousGroup {
                name: name.to_owned(),
                several: several.iter().map(|(_, full)| full.clone()).collect(),
            }),
        }
    }
}

/// How many letters two names have in common at their beginning, whatever their case.
fn alike(a: &str, b: &str) -> usize {
    let both = a.chars().zip(b.chars());
    let same = both.take_while(|(a, b)| a.to_lowercase().eq(b.to_lowercase()));
    same.count()
}

/// The groups there are, those first that are the most like the one that was asked for.
fn there_are(mut groups: Vec<(usize, String)>) -> String {
    if groups.is_empty() {
        return ": there is none".to_owned();
    }
    groups.sort_by(|(alike, name), (than, other)| than.cmp(alike).then(name.cmp(other)));
    let count = groups.len();
    let named = groups.into_iter().take(MOST_NAMED).map(|(_, name)| name);
    let named = named.collect::<Vec<_>>().join(", ");
    match count > MOST_NAMED {
        true => format!(": {MOST_NAMED} of the {count} there are: {named}"),
        false => format!(": there are {named}"),
    }
}

impl View {
    /// All groups, in the order they were added.
    pub fn groups(&self) -> Result<Vec<Group>, Error> {
        let reader = self.database.read()?;
        let tables = self.database.tables();
        let tree = Groups {
            tables,
            txn: &reader,
        };
        let mut groups = Vec::new();
        for (id, group) in tables.groups.all(&reader)? {
            groups.push(Group {
                id,
                name: group.name,
                parent: group.parent.map(GroupId),
                phones: tree.phones_of(id)?,
            });
        }
        Ok(groups)
    }

    /// The group of this name: its own, where only one group has it, or with the names of those above
    /// it, as `East/Tier 1`.
    pub fn group_named(&self, name: &str) -> Result<GroupId, Error> {
        let (tables, txn) = (self.database.tables(), &self.database.read()?);
        Groups { tables, txn }.named(name)
    }

    /// The name of a group with those above it, as `East/Tier 1`.
    pub fn group_name(&self, group: GroupId) -> Result<String, Error> {
        let (tables, txn) = (self.database.tables(), &self.database.read()?);
        Groups { tables, txn }.full_name(group)
    }

    /// What is shut down: phones first, then groups, then everything.
    pub fn shutdowns(&self) -> Result<Vec<Shutdown>, Error> {
        let reader = self.database.read()?;
        let all = self.database.tables().shutdowns.all(&reader)?;
        let shown = |(what, stored): (Shut, values::Shutdown)| Shutdown {
            what,
            since_utc_ms: stored.since_utc_ms,
            actor: stored.actor,
        };
        Ok(all.into_iter().map(shown).collect())
    }
}
