//! `report`: every line of a site, one after the other; a table, JSON lines, a page to hand over.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::Path,
    process,
    sync::{Arc, atomic::AtomicBool},
    time::{SystemTime, UNIX_EPOCH},
};

use drivers::port::PortError;
use measure::{balance, limits::Quantity};
use sallyport::records;
use types::{digits::Digits, edge::HookState, tick::Ticks};

use super::{
    audio, call, echo, html,
    options::{Place, ReportArgs},
    rig::Rig,
    say,
    sheet::Sheet,
    station::{self, Part, Station, Wire},
    trouble::Trouble,
};

/// `linetest report`.
pub(crate) fn run(args: &ReportArgs, stop: &Arc<AtomicBool>) -> Result<Vec<Sheet>, Trouble> {
    if let Some(path) = &args.html {
        refuse_others(path)?;
    }
    let when = now();
    let mut sheets = Vec::new();
    for (name, opened) in lines(&args.place.hearing_itself())? {
        let sheet = match opened {
            Ok(station) => test(station, args, stop)?,
            Err(trouble) => untested(&name, &trouble)?,
        };
        // Who reads the table may leave early; the page is still wanted.
        let printed = sheet.print(args.place.json);
        if args.html.is_none() {
            printed?;
        }
        sheets.push(sheet);
    }
    if let Some(path) = &args.html {
        replace(path, &html::page(&args.title, &when, &sheets))?;
        say(&format!("the page is {}", path.display()));
    }
    if !args.place.json {
        let printed = summary(&sheets);
        if args.html.is_none() {
            printed?;
        }
    }
    if !sheets.iter().any(Sheet::is_tested) {
        return Err(Trouble::NothingTested);
    }
    Ok(sheets)
}

/// The page appears whole or not at all, in the place of what had its name: a link there is
/// replaced, and not what it leads to.
fn replace(path: &Path, page: &str) -> io::Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let fresh = path.with_file_name(format!(".{name}.{}", process::id()));
    let mut file = File::create_new(&fresh)?;
    let written = file.write_all(page.as_bytes());
    let placed = written.and_then(|()| fs::rename(&fresh, path));
    if placed.is_err() {
        let _ = fs::remove_file(&fresh);
    }
    placed
}

/// The wall clock, to the minute.
fn now() -> String {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let utc_ms = i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
    let full = records::rfc3339(utc_ms);
    let minute = full.get(..16).unwrap_or(&full).replace('T', " ");
    format!("{minute} UTC")
}

/// A page replaces nothing but a page.
fn refuse_others(path: &Path) -> Result<(), Trouble> {
    let is_html = path.extension().is_some_and(|ending| ending == "html");
    if !is_html {
        let what = format!("--html {}: its name must end in .html", path.display());
        return Err(Trouble::Said(what));
    }
    Ok(())
}

type Opened = Result<Station, Trouble>;

/// All lines that are meant, each opened only when its turn comes.
fn lines(place: &Place) -> Result<Box<dyn Iterator<Item = (String, Opened)>>, Trouble> {
    let Some(file) = place
        .site
        .as_ref()
        .filter(|_| place.trunk.is_none() && place.line.is_none())
    else {
        let opened = station::open(place)?;
        return Ok(Box::new(std::iter::once((opened.name.clone(), Ok(opened)))));
    };
    let site = station::site(file)?;
    let trunks = site.trunks.iter().map(Wire::trunk);
    let phones = site.lines.iter().map(Wire::phone);
    let all: Vec<Wire> = trunks.chain(phones).collect();
    let place = place.clone();
    Ok(Box::new(all.into_iter().map(move |wire| {
        let opened = station::of_site(&site, &place, &wire);
        (wire.name, opened)
    })))
}

/// A line that could not be opened is left alone and told.
fn untested(name: &str, trouble: &Trouble) -> Result<Sheet, Trouble> {
    let mut sheet = Sheet::new(name, "report");
    sheet.remark(format!("not tested: {trouble}"));
    if !matches!(
        trouble,
        Trouble::Port {
            error: PortError::Busy,
            ..
        }
    ) {
        sheet.judge(Quantity::Untested, 1.0);
    }
    Ok(sheet)
}

fn test(station: Station, args: &ReportArgs, stop: &Arc<AtomicBool>) -> Result<Sheet, Trouble> {
    let part = station.part;
    let mut rig = Rig::new(station, Arc::clone(stop));
    let mut sheet = Sheet::new(rig.name(), "report");
    let done = match part {
        Part::Trunk => trunk(&mut rig, args, &mut sheet),
        Part::Phone => phone(&mut rig, &mut sheet),
        Part::Clear => {
            sheet.remark("a clear channel: \"bert\" measures it with a loop at its far end");
            Ok(())
        }
    };
    let counters = rig.counters();
    if counters.frames_read > 0 {
        sheet.judge(Quantity::LostSamples, counters.overruns as f64);
    }
    let restored = rig.restore();
    for what in rig.restored() {
        rig.say(what);
    }
    match done.and(restored) {
        Ok(()) => {}
        Err(Trouble::Stopped) => return Err(Trouble::Stopped),
        Err(trouble) => {
            sheet.judge(Quantity::Untested, 1.0);
            sheet.remark(format!("the test ended early: {trouble}"));
        }
    }
    Ok(sheet)
}

/// What the trunk is by itself; then the test numbers.
fn trunk(rig: &mut Rig, args: &ReportArgs, sheet: &mut Sheet) -> Result<(), Trouble> {
    match rig.is_supervised() {
        true => wink(rig, sheet)?,
        false => hybrid(rig, sheet)?,
    }
    hang_up(rig)?;
    if let Some(number) = args.quiet {
        far_noise(rig, number, sheet)?;
        hang_up(rig)?;
    }
    if let Some(number) = args.milliwatt {
        far_level(rig, number, sheet)?;
    }
    Ok(())
}

/// A trunk that is signalled by bits: what its far end answers a seizure with.
fn wink(rig: &mut Rig, sheet: &mut Sheet) -> Result<(), Trouble> {
    rig.say("seizes the trunk and waits for what its far end answers");
    let proceed = call::proceed(rig, call::PROCEED_WAIT, &mut Vec::new())?;
    call::sheet_proceed(sheet, &rig.profile().signalling, proceed);
    Ok(())
}

/// Dial tone, noise and echo of a two-wire trunk.
fn hybrid(rig: &mut Rig, sheet: &mut Sheet) -> Result<(), Trouble> {
    echo::break_dial_tone(rig, sheet)?;
    rig.say("sends nothing for 2 s, then a wide-band signal of -10 dBm0 for 4 s");
    if let Some(noise) = echo::quiet(rig, 1)? {
        audio::tell_noise(sheet, rig, &noise);
    }
    let found = echo::sound(rig)?;
    let own = &balance::NETWORKS[0];
    echo::tell_echo(sheet, rig, &found, own);
    Ok(())
}

/// On-hook long enough that the exchange lets go.
fn hang_up(rig: &mut Rig) -> Result<(), Trouble> {
    rig.say("on-hook for 3 s");
    rig.media(false)?;
    rig.on_hook()?;
    rig.idle(Ticks::secs(3), &mut |_, _| {
        std::ops::ControlFlow::Continue(())
    })?;
    Ok(())
}

fn far_noise(rig: &mut Rig, number: Digits, sheet: &mut Sheet) -> Result<(), Trouble> {
    call::place(rig, number, false)?;
    rig.say("sends nothing for 3 s");
    match echo::quiet(rig, 3)? {
        Some(noise) if audio::is_digital_silence(&noise) => {
            audio::tell_noise(sheet, rig, &noise);
        }
        Some(noise) => sheet.judge(Quantity::FarNoise, noise.c_message_dbrn0),
        None => {}
    }
    Ok(())
}

fn far_level(rig: &mut Rig, number: Digits, sheet: &mut Sheet) -> Result<(), Trouble> {
    call::place(rig, number, false)?;
    rig.say("sends nothing for 3 s");
    audio::tell_milliwatt(rig, sheet)
}

/// Of a telephone that is on-hook only the wires and the noise can be told.
fn phone(rig: &mut Rig, sheet: &mut Sheet) -> Result<(), Trouble> {
    if rig.hook_state()? == HookState::OffHook {
        sheet.remark("the telephone is off-hook: somebody has lifted it, or the pair is shorted");
    } else {
        sheet.remark("the telephone is on-hook, as it should be");
    }
    rig.say("feeds the telephone and listens for 2 s; it does not ring");
    rig.media(true)?;
    if let Some(noise) = echo::quiet(rig, 1)? {
        audio::tell_noise(sheet, rig, &noise);
    }
    Ok(())
}

fn summary(sheets: &[Sheet]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out)?;
    writeln!(out, "  {:<44} {:<10} what is not good", "line", "verdict")?;
    for sheet in sheets {
        let wrong: Vec<&str> = sheet.not_good().map(|figure| figure.name).collect();
        let (line, verdict) = (&sheet.line, sheet.verdict());
        let row = format!("  {line:<44} {verdict:<10} {}", wrong.join(", "));
        writeln!(out, "{}", row.trim_end())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn not_opened(error: PortError) -> Sheet {
        let trouble = Trouble::Port {
            line: "trunk 1".to_owned(),
            error,
            holders: Vec::new(),
        };
        untested("trunk 1", &trouble).expect("a sheet")
    }

    #[test]
    fn a_line_in_use_is_neither_good_nor_bad() {
        let busy = not_opened(PortError::Busy);
        assert_eq!(busy.verdict(), "not tested");
        assert!(!busy.is_tested() && !busy.is_bad());
        let page = html::page("", "", &[busy.clone(), busy]);
        assert!(
            page.contains("0 good, 0 doubtful, 0 bad, 2 not tested"),
            "{page}"
        );
    }

    #[test]
    fn a_line_that_is_not_there_is_bad_and_was_not_tested() {
        let gone = not_opened(PortError::Gone);
        assert_eq!(gone.verdict(), "bad");
        assert!(!gone.is_tested());
    }
}
