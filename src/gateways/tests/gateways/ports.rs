//! Readers on ports, over pseudo-terminals.

use gateways::{
    card_reader::{Fault, Format},
    serial::{Event, ParityBit, Reader, Wire},
};
use serialport::{SerialPort, TTYPort};
use std::{
    fs::File,
    io::Write,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};
use types::{
    credential::CardNumber,
    secret::Secret,
    tick::{Tick, Ticks},
};

/// A reader's other end.
struct Device {
    master: TTYPort,
    /// Kept open, as the wire of a port that exists is.
    _wire: File,
    path: PathBuf,
}

fn device() -> Device {
    let (mut master, slave) = TTYPort::pair().expect("a pseudo-terminal");
    let patient = Duration::from_secs(20);
    master.set_timeout(patient).expect("a timeout");
    let path = PathBuf::from(slave.name().expect("its name"));
    // Not by the crate, which would keep the port for itself.
    let wire = File::open(&path).expect("the port");
    Device {
        master,
        _wire: wire,
        path,
    }
}

fn wire(port: &Path) -> Wire {
    Wire {
        port: port.to_owned(),
        baud: 9600,
        parity: ParityBit::None,
        format: Format::Lines,
    }
}

fn card(text: &str) -> Event {
    let number = CardNumber::parse(text.as_bytes()).expect("a card's number");
    Event::Card(Secret::new(number))
}

/// Turns until something is told, or for two seconds.
fn events(reader: &mut Reader, now: Tick) -> Vec<Event> {
    let mut told = Vec::new();
    let begun = Instant::now();
    while told.is_empty() && begun.elapsed() < Duration::from_secs(2) {
        reader.turn(now, |event| told.push(event));
        thread::sleep(Duration::from_millis(5));
    }
    told
}

fn secs(seconds: u64) -> Tick {
    Tick::ZERO + Ticks::secs(seconds)
}

fn quiet(reader: &mut Reader, now: Tick) {
    reader.turn(now, |event| panic!("{event:?}"));
}

#[test]
fn a_card_at_a_reader_is_told() {
    let mut device = device();
    let mut reader = Reader::new(wire(&device.path));
    quiet(&mut reader, secs(0));
    device.master.write_all(b"04A1B2C3\r\n").expect("sends");
    assert_eq!(events(&mut reader, secs(1)), [card("04A1B2C3")]);
}

#[test]
fn what_a_reader_sent_before_it_was_opened_is_nobodys() {
    let mut device = device();
    device.master.write_all(b"04A1B2C3\r\n").expect("sends");
    let mut reader = Reader::new(wire(&device.path));
    quiet(&mut reader, secs(0));
    device.master.write_all(b"99887766\r\n").expect("sends");
    assert_eq!(events(&mut reader, secs(1)), [card("99887766")]);
}

#[test]
fn a_reader_that_is_unplugged_is_told_once_and_works_again_when_it_is_back() {
    let dir = std::env::temp_dir().join(format!("reader-{}", std::process::id()));
    let _ = std::fs::remove_file(&dir);
    let first = device();
    symlink(&first.path, &dir).expect("a name for the port");
    let mut reader = Reader::new(wire(&dir));
    quiet(&mut reader, secs(0));
    drop(first);
    std::fs::remove_file(&dir).expect("unplugged");
    let told = events(&mut reader, secs(1));
    assert!(matches!(told.as_slice(), [Event::Lost(_)]), "{told:?}");
    // Tried each five seconds, and told no more.
    for seconds in 2..20 {
        quiet(&mut reader, secs(seconds));
    }
    let mut second = device();
    symlink(&second.path, &dir).expect("the same name");
    assert_eq!(events(&mut reader, secs(30)), [Event::Works]);
    second.master.write_all(b"04A1B2C3\n").expect("sends");
    assert_eq!(events(&mut reader, secs(31)), [card("04A1B2C3")]);
    std::fs::remove_file(&dir).expect("removed");
}

#[test]
fn a_port_that_is_not_there_is_told_once_with_its_reason() {
    let wire = wire(Path::new("/dev/no-such-reader"));
    let mut reader = Reader::new(wire);
    let told = events(&mut reader, secs(0));
    assert!(matches!(told.as_slice(), [Event::Lost(_)]), "{told:?}");
    for seconds in 1..30 {
        quiet(&mut reader, secs(seconds));
    }
}

#[test]
fn noise_is_told_as_such_and_the_next_card_is_read() {
    let mut device = device();
    let mut reader = Reader::new(wire(&device.path));
    quiet(&mut reader, secs(0));
    device.master.write_all(b"\xf3\x9104\x80\n").expect("sends");
    let told = events(&mut reader, secs(1));
    assert_eq!(told, [Event::Bad(Fault::Character)]);
    device.master.write_all(b"04A1B2C3\n").expect("sends");
    assert_eq!(events(&mut reader, secs(2)), [card("04A1B2C3")]);
}

#[test]
fn a_flood_of_one_reader_takes_one_turn_no_longer_than_another() {
    let mut device = device();
    let mut reader = Reader::new(wire(&device.path));
    quiet(&mut reader, secs(0));
    let mut flood = device.master.try_clone_native().expect("another hand");
    let sender = thread::spawn(move || {
        let _ = flood.write_all(&b"7".repeat(200_000));
        let _ = flood.write_all(b"\n");
    });
    let mut longest = Duration::ZERO;
    let mut told = Vec::new();
    let begun = Instant::now();
    while told.is_empty() && begun.elapsed() < Duration::from_secs(20) {
        let turn = Instant::now();
        reader.turn(secs(1), |event| told.push(event));
        longest = longest.max(turn.elapsed());
        thread::yield_now();
    }
    sender.join().expect("sent");
    assert_eq!(told, [Event::Bad(Fault::TooLong)]);
    assert!(longest < Duration::from_millis(500), "{longest:?}");
    device.master.write_all(b"04A1B2C3\n").expect("sends");
    assert_eq!(events(&mut reader, secs(2)), [card("04A1B2C3")]);
}
