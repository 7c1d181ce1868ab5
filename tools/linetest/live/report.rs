//! `report`: every line of a site, one after the other; a table, JSON lines, a page to hand over.

use std::{
    fs::{self, File},
    io::{self, Read as _, Write as _},
    path::Path,
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
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
    say, settings,
    sheet::Sheet,
    station::{self, Part, Station, Wire},
    trouble::Trouble,
};

/// Why a line was not tested to its end.
const STOPPED: &str = "Ctrl-C ended the test: it is unfinished";
const NOT_BEGUN: &str = "not tested: Ctrl-C came first";

/// `linetest report`.
pub(crate) fn run(args: &ReportArgs, stop: &Arc<AtomicBool>) -> Result<Vec<Sheet>, Trouble> {
    if let Some(path) = &args.html {
        refuse_others(path)?;
        settings::can_be_made(path)?;
    }
    let mut when = now();
    let site = match &args.place.site {
        Some(file) => station::site(file)?.name,
        None => String::new(),
    };
    let stopped = || stop.load(Ordering::Acquire);
    let mut sheets = Vec::new();
    for line in lines(&args.place.hearing_itself())? {
        let sheet = match stopped() {
            true => not_begun(&line.name),
            false => match (line.open)() {
                Ok(station) => test(station, args, stop),
                Err(trouble) => untested(&line.name, &trouble),
            },
        };
        // Who reads the table may leave early; the page is still wanted.
        let printed = sheet.print(args.place.json);
        if args.html.is_none() {
            printed?;
        }
        sheets.push(sheet);
    }
    if stopped() {
        when.push_str(", unfinished");
    }
    // What was found is told, whatever becomes of the page.
    let placed = args.html.as_ref().map_or(Ok(()), |path| {
        let page = html::page(&args.title, &site, &when, &sheets);
        replace(path, &page).map_err(|error| Trouble::File(path.display().to_string(), error))
    });
    if !args.place.json {
        let printed = summary(&sheets);
        if args.html.is_none() {
            printed?;
        }
    }
    placed?;
    if let Some(path) = &args.html {
        say(&format!("the page is {}", path.display()));
    }
    if stopped() {
        return Err(Trouble::Stopped);
    }
    if !sheets.iter().any(Sheet::is_tested) {
        return Err(Trouble::NothingTested);
    }
    Ok(sheets)
}

/// A line whose turn never came.
fn not_begun(name: &str) -> Sheet {
    let mut sheet = Sheet::new(name, "report");
    sheet.fail(NOT_BEGUN);
    sheet
}

/// The page appears whole or not at all, in the place of what had its name: a link there is
/// replaced, and not what it leads to.
fn replace(path: &Path, page: &str) -> io::Result<()> {
    let fresh = settings::beside(path);
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

/// A page replaces nothing but a page of ours, or an empty file.
fn refuse_others(path: &Path) -> Result<(), Trouble> {
    let shown = path.display();
    let is_html = path.extension().is_some_and(|ending| ending == "html");
    if !is_html {
        let what = format!("--html {shown}: its name must end in .html");
        return Err(Trouble::Usage(what));
    }
    // A link is replaced, and not what it leads to.
    let Ok(there) = path.symlink_metadata() else {
        return Ok(());
    };
    let ours = || -> io::Result<bool> {
        let mut first = Vec::new();
        let most = html::MARK.len() as u64;
        File::open(path)?.take(most).read_to_end(&mut first)?;
        Ok(first.is_empty() || first == html::MARK.as_bytes())
    };
    if there.is_symlink() || (there.is_file() && ours().unwrap_or(false)) {
        return Ok(());
    }
    Err(Trouble::Said(format!(
        "--html {shown}: what is there is no page of linetest, and stays as it is: take another name"
    )))
}

/// A line that is meant.
struct Line {
    name: String,
    open: Box<dyn FnOnce() -> Result<Station, Trouble>>,
}

/// All lines that are meant, each opened only when its turn comes.
fn lines(place: &Place) -> Result<Vec<Line>, Trouble> {
    let Some(file) = place
        .site
        .as_ref()
        .filter(|_| place.trunk.is_none() && place.line.is_none())
    else {
        let opened = station::open(place)?;
        return Ok(vec![Line {
            name: opened.name.clone(),
            open: Box::new(|| Ok(opened)),
        }]);
    };
    let site = Rc::new(station::site(file)?);
    let trunks = site.trunks.iter().map(Wire::trunk);
    let phones = site.lines.iter().map(Wire::phone);
    let line = |wire: Wire| {
        let (site, place) = (Rc::clone(&site), place.clone());
        Line {
            name: wire.name.clone(),
            open: Box::new(move || station::of_site(&site, &place, &wire)),
        }
    };
    Ok(trunks.chain(phones).map(line).collect())
}

/// A line that could not be opened is left alone and told.
fn untested(name: &str, trouble: &Trouble) -> Sheet {
    let mut sheet = Sheet::new(name, "report");
    sheet.remark(format!("not tested: {trouble}"));
    if !matches!(
        trouble,
        Trouble::Port {
            error: PortError::Busy,
            ..
        }
    ) {
        sheet.judge_because(Quantity::Untested, 1.0, trouble.to_string());
    }
    sheet
}

fn test(station: Station, args: &ReportArgs, stop: &Arc<AtomicBool>) -> Sheet {
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
        Err(Trouble::Stopped) => sheet.fail(STOPPED),
        Err(trouble) => {
            sheet.judge_because(Quantity::Untested, 1.0, trouble.to_string());
            sheet.remark(format!("the test ended early: {trouble}"));
        }
    }
    sheet
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
        untested("trunk 1", &trouble)
    }

    #[test]
    fn a_line_in_use_is_neither_good_nor_bad() {
        let busy = not_opened(PortError::Busy);
        assert_eq!(busy.verdict(), "not tested");
        assert!(!busy.is_tested() && !busy.is_bad());
        let page = html::page("", "", "", &[busy.clone(), busy]);
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
