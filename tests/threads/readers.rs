//! Card readers beside the lines of a controller, over pseudo-terminals.

use crate::parts::{Parts, settle};
use gateways::{
    card_reader::Format,
    serial::{ParityBit, Wire},
};
use sallyport::runtime::readers::Readers;
use serialport::{SerialPort, TTYPort};
use slog::{Discard, Drain, Logger, Never, OwnedKVList, Record, o};
use std::{
    fs::File,
    io::Write,
    os::unix::fs::symlink,
    path::PathBuf,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};
use types::{fact::Fact, id::LineId};

fn wire(port: PathBuf) -> Wire {
    Wire {
        port,
        baud: 9600,
        parity: ParityBit::None,
        format: Format::Lines,
    }
}

/// One after the other: a test looks for the thread by its name.
static ALONE: Mutex<()> = Mutex::new(());

/// A reader's own end of its wire, and its port. Kept open but by the crate, which would keep it for itself.
fn device() -> (TTYPort, File, PathBuf) {
    let (device, port) = TTYPort::pair().expect("a pseudo-terminal");
    let path = PathBuf::from(port.name().expect("its name"));
    let wire = File::open(&path).expect("the port");
    (device, wire, path)
}

#[test]
fn a_card_at_a_reader_reaches_the_line_of_its_phone() {
    let _alone = ALONE.lock();
    let parts = Parts::new(2, 1);
    let controller = parts.start();
    let facts = controller.facts(1000);
    let (mut device, _wire, path) = device();
    let wires = [
        // One that is not there keeps nobody waiting.
        (LineId(1), wire(PathBuf::from("/dev/no-such-reader"))),
        (LineId(2), wire(path)),
    ];
    let log = Logger::root(Discard, o!());
    let readers = Readers::start(&wires, controller.line_door(), controller.clock(), log);
    let readers = readers.expect("a thread");
    let mut read = None;
    settle("the card is read", || {
        // What is sent before the port is opened is nobody's; the same card again is one reading.
        device.write_all(b"04A1B2C3\r\n").expect("sends");
        std::thread::sleep(Duration::from_millis(50));
        let mut told = facts.receiver.try_iter();
        read = told.find(|fact| matches!(fact.fact, Fact::CardRead));
        read.is_some()
    });
    assert_eq!(read.expect("a card").line, LineId(2));
    let begun = Instant::now();
    drop(readers);
    assert!(
        begun.elapsed() < Duration::from_secs(2),
        "it ends when told"
    );
    controller.stop(Duration::from_secs(1));
}

/// How often the thread of this name has gone to sleep so far.
fn sleeps(name: &str) -> Option<u64> {
    let tasks = std::fs::read_dir("/proc/self/task").expect("threads");
    tasks.flatten().find_map(|task| {
        let status = std::fs::read_to_string(task.path().join("status")).ok()?;
        let of = |key: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(key))?;
            Some(line.trim().to_owned())
        };
        (of("Name:")? == name).then(|| of("voluntary_ctxt_switches:")?.parse().ok())?
    })
}

#[test]
fn while_no_card_is_read_the_thread_of_the_readers_sleeps() {
    let _alone = ALONE.lock();
    let parts = Parts::new(1, 1);
    let controller = parts.start();
    let (_device, _wire, path) = device();
    let log = Logger::root(Discard, o!());
    let wires = [(LineId(1), wire(path))];
    let readers = Readers::start(&wires, controller.line_door(), controller.clock(), log);
    let readers = readers.expect("a thread");
    settle("it begins to wait", || sleeps("readers").is_some());
    std::thread::sleep(Duration::from_millis(500));
    let before = sleeps("readers").expect("runs");
    std::thread::sleep(Duration::from_secs(1));
    let woken = sleeps("readers").expect("runs") - before;
    assert!(woken <= 2, "woken {woken} times in a second");
    drop(readers);
    assert_eq!(sleeps("readers"), None, "it ended");
    controller.stop(Duration::from_secs(1));
}

/// Keeps the messages of a log.
struct Kept(Arc<Mutex<Vec<String>>>);

impl Drain for Kept {
    type Ok = ();
    type Err = Never;

    fn log(&self, record: &Record<'_>, _: &OwnedKVList) -> Result<(), Never> {
        let mut kept = self.0.lock().expect("no panic");
        kept.push(record.msg().to_string());
        Ok(())
    }
}

#[test]
fn a_reader_that_is_unplugged_is_an_alarm_and_reads_again_when_it_is_back() {
    let _alone = ALONE.lock();
    let parts = Parts::new(1, 1);
    let controller = parts.start();
    let facts = controller.facts(1000);
    let directory = tempfile::tempdir().expect("a directory");
    let name = directory.path().join("reader");
    let first = device();
    symlink(&first.2, &name).expect("a name for the port");
    let told = Arc::new(Mutex::new(Vec::new()));
    let log = Logger::root(Kept(Arc::clone(&told)), o!());
    let wires = [(LineId(1), wire(name.clone()))];
    let readers = Readers::start(&wires, controller.line_door(), controller.clock(), log);
    let readers = readers.expect("a thread");
    settle("it begins to wait", || sleeps("readers").is_some());
    std::thread::sleep(Duration::from_millis(300));
    std::fs::remove_file(&name).expect("unplugged");
    drop(first);
    let messages = || told.lock().expect("no panic").clone();
    settle("the alarm is told", || !messages().is_empty());
    let alarm = &messages()[0];
    let begins = "alarm: the card reader of line 1 does not work: ";
    assert!(alarm.starts_with(begins), "{alarm}");
    let mut second = device();
    symlink(&second.2, &name).expect("the same name");
    settle("it works again", || messages().len() > 1);
    assert_eq!(messages()[1..], ["the card reader of line 1 works again"]);
    second.0.write_all(b"04A1B2C3\r\n").expect("sends");
    settle("the card is read", || {
        let mut told = facts.receiver.try_iter();
        told.any(|fact| matches!(fact.fact, Fact::CardRead))
    });
    drop(readers);
    controller.stop(Duration::from_secs(1));
}
