//! `sallyport account` and `sallyport role`: who may use the administrators' interface, and for what.

use std::{
    fs::File,
    io::{BufRead, BufReader, IsTerminal as _, Read as _, Write as _, stdin},
    process::ExitCode,
};

use admin::{LEAST_PASSWORD, MOST_PASSWORD, check_password, generate_secret, hash_password};
use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use nix::sys::termios::{self, LocalFlags, SetArg, Termios};
use types::secret::Secret;

use super::{SiteArgs, ask, ask_pages, print};
use crate::{
    control::{
        Office, Request,
        accounts::{Ask, Hash},
    },
    log,
    site::Site,
};

#[derive(Debug, Subcommand)]
pub enum AccountCommand {
    /// Opens an account for an officer; asks for its password, or takes it from a line of standard input.
    Open(OpenArgs),
    /// Gives an account another password, and ends its rest after wrong ones.
    Password(PasswordArgs),
    /// Gives an account another role.
    Role(GivenArgs),
    /// Binds an account to groups.
    Groups(GroupsArgs),
    /// Lets an account that was off in again.
    On(OfArgs),
    /// Lets an account in no more; it stays as it is.
    Off(OfArgs),
    /// Removes an account, with its tokens.
    Close(OfArgs),
    /// Says who has an account.
    List(SiteArgs),
}

#[derive(Debug, Subcommand)]
pub enum RoleCommand {
    /// Makes a role, or says anew what it may do.
    Set(RoleArgs),
    /// Takes a role out that no account has.
    Remove(RoleOfArgs),
    /// Says which roles there are, and what each may do.
    List(SiteArgs),
}

#[derive(Debug, Args)]
pub struct OfArgs {
    #[command(flatten)]
    site: SiteArgs,
    /// The facility's id of the officer.
    #[arg(long, value_name = "ID")]
    officer: String,
}

/// No password is an argument: others see the arguments of a process.
#[derive(Debug, Args)]
pub struct ChoiceArgs {
    /// Makes a password of chance, and prints it once; the officer is to choose another.
    #[arg(long)]
    generate: bool,
    /// The officer is to choose another password at the first login.
    #[arg(long)]
    must_change: bool,
}

#[derive(Debug, Args)]
pub struct OpenArgs {
    #[command(flatten)]
    of: OfArgs,
    /// Enters the officer by this name, where there is none of this id.
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// The role, as `role list` has it: `administrator` may do everything.
    #[arg(long, value_name = "NAME")]
    role: String,
    /// A group that the account is bound to, with all below it; again for more. Without it, none: it is for
    /// the whole facility.
    #[arg(long, value_name = "NAME")]
    group: Vec<String>,
    #[command(flatten)]
    choice: ChoiceArgs,
}

#[derive(Debug, Args)]
pub struct PasswordArgs {
    #[command(flatten)]
    of: OfArgs,
    #[command(flatten)]
    choice: ChoiceArgs,
}

#[derive(Debug, Args)]
pub struct GivenArgs {
    #[command(flatten)]
    of: OfArgs,
    /// The role, as `role list` has it.
    #[arg(long, value_name = "NAME")]
    role: String,
}

#[derive(Debug, Args)]
pub struct GroupsArgs {
    #[command(flatten)]
    of: OfArgs,
    /// A group, with all below it; again for more.
    #[arg(long, value_name = "NAME", required_unless_present = "all")]
    group: Vec<String>,
    /// The whole facility.
    #[arg(long, conflicts_with = "group")]
    all: bool,
}

#[derive(Debug, Args)]
pub struct RoleArgs {
    #[command(flatten)]
    of: RoleOfArgs,
    /// What it may do, a verb and a noun such as "see call-records"; again for more; `everything` is all.
    #[arg(long, value_name = "RIGHT", required = true)]
    may: Vec<String>,
}

#[derive(Debug, Args)]
pub struct RoleOfArgs {
    #[command(flatten)]
    site: SiteArgs,
    /// The role's name.
    #[arg(long, value_name = "NAME")]
    name: String,
}

pub fn account(command: AccountCommand) -> anyhow::Result<ExitCode> {
    let (site, what) = match command {
        AccountCommand::Open(args) => return open(args),
        AccountCommand::Password(args) => return password(args),
        AccountCommand::List(site) => {
            return ask_pages(&site, Some("nobody has an account"), |after| {
                let ask = Ask::List { after };
                Request::Account { ask }
            });
        }
        AccountCommand::Role(GivenArgs { of, role }) => {
            let officer = of.officer;
            (of.site, Ask::Role { officer, role })
        }
        AccountCommand::Groups(args) => {
            let (officer, groups) = (args.of.officer, args.group);
            (args.of.site, Ask::Groups { officer, groups })
        }
        AccountCommand::On(OfArgs { site, officer }) => {
            let active = true;
            (site, Ask::Active { officer, active })
        }
        AccountCommand::Off(OfArgs { site, officer }) => {
            let active = false;
            (site, Ask::Active { officer, active })
        }
        AccountCommand::Close(OfArgs { site, officer }) => (site, Ask::Close { officer }),
    };
    ask(&site, Request::Account { ask: what })
}

pub fn role(command: RoleCommand) -> anyhow::Result<ExitCode> {
    let (site, what) = match command {
        RoleCommand::Set(RoleArgs { of, may }) => {
            let name = of.name;
            (of.site, Ask::PutRole { name, may })
        }
        RoleCommand::Remove(RoleOfArgs { site, name }) => (site, Ask::RemoveRole { name }),
        RoleCommand::List(site) => (site, Ask::Roles),
    };
    ask(&site, Request::Account { ask: what })
}

fn open(args: OpenArgs) -> anyhow::Result<ExitCode> {
    let OpenArgs {
        of,
        name,
        role,
        group,
        choice,
    } = args;
    chosen(
        &of,
        name.clone(),
        &choice,
        |officer, password, must_change| Ask::Open {
            officer,
            name,
            password,
            role,
            groups: group,
            must_change,
        },
    )
}

fn password(PasswordArgs { of, choice }: PasswordArgs) -> anyhow::Result<ExitCode> {
    chosen(&of, None, &choice, |officer, password, must_change| {
        Ask::Password {
            officer,
            password,
            must_change,
        }
    })
}

/// Asks for something that takes a password. It is hashed here, and goes no further.
fn chosen(
    OfArgs { site, officer }: &OfArgs,
    name: Option<String>,
    choice: &ChoiceArgs,
    what: impl FnOnce(String, Hash, bool) -> Ask,
) -> anyhow::Result<ExitCode> {
    let site = Site::load(&site.site)?;
    let (log, _guard) = log::start(log::Options::WARNINGS);
    let office = Office::reach(&site, &log)?;
    let asked = Ask::Name {
        officer: officer.clone(),
    };
    let known = office.ask(Request::Account { ask: asked })?.lines.pop();
    let Some(name) = known.or(name) else {
        bail!(
            "no officer has the id {officer:?}: enter one by `import --officers`, or with the account by \
             `account open --name`"
        );
    };
    let password = match choice.generate {
        true => generate_secret()?,
        false => typed(officer, &name)?,
    };
    let hash = Hash(Secret::new(hash_password(&password)?));
    let ask = what(officer.clone(), hash, choice.must_change || choice.generate);
    print(&office.ask(Request::Account { ask })?.lines)?;
    if choice.generate {
        print(&[format!(
            "its password, told this once: {}",
            password.expose()
        )])?;
    }
    Ok(ExitCode::SUCCESS)
}

/// From the terminal, unseen and twice; else a line of standard input.
fn typed(id: &str, name: &str) -> anyhow::Result<Secret<String>> {
    if !stdin().is_terminal() {
        let password = a_line(&mut stdin().lock()).context("the password in standard input")?;
        check_password(&password, id, name, LEAST_PASSWORD)?;
        return Ok(password);
    }
    let terminal = File::options().read(true).write(true).open("/dev/tty");
    let terminal = terminal.context("/dev/tty")?;
    // Before it is asked for: what is typed at once is not shown either.
    let _unseen = Unseen::begin(&terminal).context("/dev/tty")?;
    let mut lines = BufReader::new(&terminal);
    let mut ask = |what: &str| {
        (&terminal).write_all(what.as_bytes())?;
        a_line(&mut lines)
    };
    let password = ask(&format!("Password of {name} ({id}): "))?;
    check_password(&password, id, name, LEAST_PASSWORD)?;
    if ask("The same again: ")? != password {
        bail!("the two differ: nothing was changed");
    }
    Ok(password)
}

/// What is typed at a terminal is not shown until this is dropped; what was typed before is forgotten.
struct Unseen<'t> {
    terminal: &'t File,
    before: Termios,
}

impl Unseen<'_> {
    fn begin(terminal: &File) -> nix::Result<Unseen<'_>> {
        let before = termios::tcgetattr(terminal)?;
        let mut unseen = before.clone();
        unseen.local_flags.remove(LocalFlags::ECHO);
        unseen.local_flags.insert(LocalFlags::ECHONL);
        termios::tcsetattr(terminal, SetArg::TCSAFLUSH, &unseen)?;
        Ok(Unseen { terminal, before })
    }
}

impl Drop for Unseen<'_> {
    fn drop(&mut self) {
        // A terminal that is gone needs it no more.
        let _ = termios::tcsetattr(self.terminal, SetArg::TCSANOW, &self.before);
    }
}

/// Reads no further than a password may be long.
fn a_line(from: &mut impl BufRead) -> anyhow::Result<Secret<String>> {
    let mut line = Secret::new(String::with_capacity(2 * MOST_PASSWORD));
    let most = u64::try_from(2 * MOST_PASSWORD)?;
    from.by_ref().take(most).read_line(line.expose_mut())?;
    let text = line.expose_mut();
    if text.ends_with('\n') {
        text.pop();
    }
    if text.ends_with('\r') {
        text.pop();
    }
    match text.is_empty() {
        true => bail!("there is no password in the first line"),
        false => Ok(line),
    }
}
