//! Roles: what the accounts that have one may do.

use super::{Entered, Entries, page_of, routes};
use crate::{
    asked::{Asked, place},
    house::Actor,
    problem::{Kind, Problem},
    router::{Place, Route},
};
use backoffice::{BackOffice, Error, View};
use serde::{Deserialize, Serialize};
use types::{
    right::{Noun, Rights},
    tick::Tick,
};
use utoipa::ToSchema;

pub const ROUTES: [Route; 4] = routes::<Roles>([
    "All roles, and what each may do; the administrator's is built in.",
    "One role.",
    "Makes a role, or says anew what it may do: no more than who says it.",
    "Takes a role out that no account has.",
]);

#[derive(Debug, Serialize, ToSchema)]
struct Shown {
    name: String,
    /// Verbs and nouns, such as `see call-records`.
    may: Vec<String>,
}

/// What can be said of one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Said {
    /// Verbs and nouns, such as `see call-records`; `everything` is all there are.
    may: Vec<String>,
}

struct Roles;

impl Entered for Roles {
    const ALL: &'static str = "/roles";
    const ONE: &'static str = "/roles/{name}";
    const PLACES: &'static [Place] = &[Place {
        what: "The role's name.",
        pattern: "^.+$",
        example: "records",
    }];
    const NOUN: Noun = Noun::Roles;
    type Key = String;
    type Value = Rights;
    type Said = Said;
    type Shown = Shown;

    fn key(_: &View, places: &[String]) -> Result<String, Problem> {
        place(places, 0)
    }

    fn places(name: &String) -> Vec<String> {
        vec![name.clone()]
    }

    fn value(asked: &Asked) -> Result<Rights, Problem> {
        let Said { may } = asked.json()?;
        let mut all = Rights::none();
        for (at, right) in may.iter().enumerate() {
            let right = right.parse::<Rights>().map_err(|why| {
                let at = format!("may[{at}]");
                Problem::of(Kind::NotValid).at(at).because(why.to_string())
            })?;
            all = all.or(right);
        }
        Ok(all)
    }

    fn shown(name: &String, rights: &Rights) -> Shown {
        let may = rights.iter().map(|(noun, verb)| format!("{verb} {noun}"));
        Shown {
            name: name.clone(),
            may: may.collect(),
        }
    }

    fn page(view: &View, after: Option<&String>, limit: usize) -> Result<Entries<Self>, Error> {
        let roles = view.roles()?.into_iter();
        let roles = roles.map(|(_, role)| (role.name, role.rights)).collect();
        Ok(page_of(roles, after, limit))
    }

    fn found(view: &View, name: &String) -> Result<Option<Rights>, Error> {
        let mut roles = view.roles()?.into_iter();
        let named = roles.find(|(_, role)| role.name == *name);
        Ok(named.map(|(_, role)| role.rights))
    }

    /// Nobody gives rights, nor takes any, that are not his own.
    fn put(
        office: &mut BackOffice,
        now: Tick,
        actor: &Actor,
        name: &String,
        rights: Rights,
    ) -> Result<(), Problem> {
        let before = Self::found(office, name)?.unwrap_or_default();
        if !rights.or(before).is_within(actor.rights) {
            let why = "a role that may do more than you may is not for you to make or change";
            return Err(Problem::of(Kind::NotAllowed).at("may").because(why));
        }
        Ok(office.set_role(now, &actor.name, name, rights)?)
    }

    fn remove(
        office: &mut BackOffice,
        now: Tick,
        actor: &Actor,
        name: &String,
    ) -> Result<bool, Error> {
        let number = office.role_named(name)?;
        office.remove_role(now, &actor.name, number)
    }
}
