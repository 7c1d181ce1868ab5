//! Groups, what is in them, and what is shut down.

use super::text;
use crate::{
    Error,
    groups::{MAX_GROUP_DEPTH, MAX_GROUPS},
    session::Session,
    stored::call_id,
};
use db::{
    keys::{CounterKey, CounterKind, GroupPhone, PhoneGroup, Shut},
    values::{Group, Shutdown, Unit},
};
use types::{
    id::{GroupId, LineId},
    inmate::Scope,
};

/// What a shutdown found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ShutDown {
    /// It was so already, by the same word.
    pub already: bool,
    pub phones: usize,
    /// Calls under way at them; who was refused and has not hung up is in none.
    pub calls: usize,
}

impl<'a> Session<'a> {
    pub fn add_group(
        &mut self,
        actor: &str,
        name: &str,
        parent: Option<GroupId>,
    ) -> Result<GroupId, Error> {
        let there = self.tables.groups.len(&self.writer)?;
        if there >= MAX_GROUPS as u64 {
            let why = format!("a site has at most {MAX_GROUPS}");
            return Err(Error::invalid("groups", why));
        }
        self.check_place(None, name, parent, 1)?;
        let count = self.count(CounterKey::of_site(CounterKind::GroupNumber))?;
        let id = u16::try_from(count)
            .map(GroupId)
            .map_err(|_| Error::invalid("groups", "no number is left"))?;
        self.put_group(id, name, parent)?;
        let name = self.groups().full_name(id)?;
        self.journal(actor, "group", id, format!("added: {name}"))?;
        Ok(id)
    }

    pub fn rename_group(&mut self, actor: &str, group: GroupId, name: &str) -> Result<(), Error> {
        let before = self.groups().get(group)?;
        let parent = before.parent.map(GroupId);
        self.check_place(Some(group), name, parent, 1)?;
        self.put_group(group, name, parent)?;
        let change = format!("renamed: {} to {name}", before.name);
        self.journal(actor, "group", group, change)
    }

    pub fn move_group(
        &mut self,
        actor: &str,
        group: GroupId,
        parent: Option<GroupId>,
    ) -> Result<(), Error> {
        let name = self.groups().get(group)?.name;
        let below = self.groups().below(group)?;
        if let Some(parent) = parent
            && below.contains(&parent)
        {
            let inside = self.groups().full_name(parent)?;
            return Err(Error::GroupCycle { name, inside });
        }
        let height = self.height(group)?;
        self.check_place(Some(group), &name, parent, height)?;
        self.put_group(group, &name, parent)?;
        let name = self.groups().full_name(group)?;
        self.journal(actor, "group", group, format!("moved: {name}"))
    }

    pub fn remove_group(&mut self, actor: &str, group: GroupId) -> Result<(), Error> {
        let name = self.groups().get(group)?.name;
        if let Some(holds) = self.contents(group)? {
            return Err(Error::GroupHolds { name, holds });
        }
        self.tables.groups.delete(&mut self.writer, &group)?;
        self.tables.officer_posts.delete(&mut self.writer, &group)?;
        let shut = Shut::Group(group);
        self.tables.shutdowns.delete(&mut self.writer, &shut)?;
        self.journal(actor, "group", group, format!("removed: {name}"))
    }

    pub fn add_group_phone(
        &mut self,
        actor: &str,
        group: GroupId,
        line: LineId,
    ) -> Result<bool, Error> {
        let name = self.groups().get(group)?.name;
        self.known_phone(line)?;
        let key = GroupPhone { group, line };
        if self.tables.group_phones.contains(&self.writer, &key)? {
            return Ok(false);
        }
        let (by_group, by_phone) = (&self.tables.group_phones, &self.tables.phone_groups);
        by_group.put(&mut self.writer, &key, &Unit)?;
        by_phone.put(&mut self.writer, &PhoneGroup { line, group }, &Unit)?;
        self.journal(actor, "phone", line, format!("put into group {name}"))?;
        Ok(true)
    }

    pub fn remove_group_phone(
        &mut self,
        actor: &str,
        group: GroupId,
        line: LineId,
    ) -> Result<bool, Error> {
        let name = self.groups().get(group)?.name;
        let (by_group, by_phone) = (&self.tables.group_phones, &self.tables.phone_groups);
        let was = by_group.delete(&mut self.writer, &GroupPhone { group, line })?;
        by_phone.delete(&mut self.writer, &PhoneGroup { line, group })?;
        if was {
            self.journal(actor, "phone", line, format!("taken out of group {name}"))?;
        }
        Ok(was)
    }

    pub fn shut_down(&mut self, actor: &str, what: Shut, cut: bool) -> Result<ShutDown, Error> {
        let phones = self.groups().phones(what)?;
        let now = Shutdown {
            since_utc_ms: self.now_utc_ms(),
            actor: actor.to_owned(),
        };
        let table = &self.tables.shutdowns;
        // A second word changes nothing of the first, but it may cut what the first let finish.
        let already = table.contains(&self.writer, &what)?;
        if !already {
            table.put(&mut self.writer, &what, &now)?;
        }
        let mut done = ShutDown {
            already,
            phones: phones.len(),
            calls: 0,
        };
        for line in &phones {
            done.calls += usize::from(self.is_in_call(*line)?);
        }
        let change = match (already, cut) {
            (true, false) => return Ok(done),
            // Where a handset is up no call is let through any more.
            (true, true) if done.calls == 0 => return Ok(done),
            (true, true) => "calls cut",
            (false, true) => "shut down, calls cut",
            (false, false) => "shut down, calls may finish",
        };
        let (noun, subject) = self.shut_subject(what)?;
        self.journal(actor, noun, subject, change)?;
        if cut {
            self.cut(phones);
        }
        Ok(done)
    }

    /// Whether a call that was let through is open at a phone.
    fn is_in_call(&self, line: LineId) -> Result<bool, Error> {
        let Some(open) = self.tables.open_calls.get(&self.writer, &line)? else {
            return Ok(false);
        };
        let record = self.tables.calls.get(&self.writer, &call_id(open.call))?;
        Ok(record.is_some_and(|record| record.blocked.is_none()))
    }

    pub fn resume(&mut self, actor: &str, what: Shut) -> Result<bool, Error> {
        self.groups().phones(what)?;
        let was = self.tables.shutdowns.delete(&mut self.writer, &what)?;
        if was {
            let (noun, subject) = self.shut_subject(what)?;
            self.journal(actor, noun, subject, "resumed")?;
        }
        Ok(was)
    }

    pub fn known_phone(&self, line: LineId) -> Result<(), Error> {
        match self.tables.phones.contains(&self.writer, &line)? {
            true => Ok(()),
            false => Err(Error::UnknownPhone(line)),
        }
    }

    fn shut_subject(&self, what: Shut) -> Result<(&'static str, String), Error> {
        Ok(match what {
            Shut::Phone(line) => ("phone", line.to_string()),
            Shut::Group(group) => ("group", self.groups().full_name(group)?),
            Shut::Everything => ("site", "all phones".to_owned()),
        })
    }

    fn put_group(
        &mut self,
        group: GroupId,
        name: &str,
        parent: Option<GroupId>,
    ) -> Result<(), Error> {
        let value = Group {
            name: name.to_owned(),
            parent: parent.map(|parent| parent.0),
        };
        Ok(self.tables.groups.put(&mut self.writer, &group, &value)?)
    }

    /// Whether a group of this name and so many levels fits there.
    fn check_place(
        &self,
        own: Option<GroupId>,
        name: &str,
        parent: Option<GroupId>,
        height: usize,
    ) -> Result<(), Error> {
        text("group's name", name, true)?;
        if name.contains('/') {
            let why = "holds a /, which stands between a group and the one it is a part of";
            return Err(Error::invalid("group's name", why));
        }
        let above = match parent {
            Some(parent) => self.groups().path(parent)?.len(),
            None => 0,
        };
        if above + height > MAX_GROUP_DEPTH {
            return Err(Error::GroupTooDeep(name.to_owned()));
        }
        for (id, other) in self.tables.groups.all(&self.writer)? {
            if Some(id) != own && other.name == name && other.parent.map(GroupId) == parent {
                return Err(Error::DuplicateGroup(self.groups().full_name(id)?));
            }
        }
        Ok(())
    }

    /// How many levels a group has, with those below it.
    fn height(&self, group: GroupId) -> Result<usize, Error> {
        let own = self.groups().path(group)?.len();
        let mut deepest = own;
        for below in self.groups().below(group)? {
            deepest = deepest.max(self.groups().path(below)?.len());
        }
        Ok(deepest + 1 - own)
    }

    /// What keeps a group from being removed.
    fn contents(&self, group: GroupId) -> Result<Option<String>, Error> {
        let below = self.groups().below(group)?.len() - 1;
        let phones = self.groups().phones_of(group)?.len();
        let unit = db::Key::bytes(&group);
        let live_here = &self.tables.unit_inmates;
        let inmates = live_here.count_prefix(&self.writer, &unit, usize::MAX)?;
        let attached = self.attached(Scope::Group(group))?;
        let accounts = self.accounts_bound_to(group)?;
        let holds = [
            (below, "groups"),
            (phones, "phones"),
            (inmates, "inmates"),
            (attached, "entries of lists and hours"),
            (accounts, "accounts and tokens"),
        ];
        let first = holds.into_iter().find(|(count, _)| *count > 0);
        Ok(first.map(|(count, what)| format!("{count} {what}")))
    }
}
