//! Card readers beside the lines of a controller, over pseudo-terminals.

use crate::parts::{Parts, settle};
use gateways::{
    card_reader::Format,
    serial::{ParityBit, Wire},
};
use sallyport::runtime::readers::Readers;
use serialport::{SerialPort, TTYPort};
use slog::{Discard, Logger, o};
use std::{
    fs::File,
    io::Write,
    path::PathBuf,
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

#[test]
fn a_card_at_a_reader_reaches_the_line_of_its_phone() {
    let parts = Parts::new(2, 1);
    let controller = parts.start();
    let facts = controller.facts(1000);
    let (mut device, port) = TTYPort::pair().expect("a pseudo-terminal");
    let path = PathBuf::from(port.name().expect("its name"));
    // Not by the crate, which would keep the port for itself.
    let _wire = File::open(&path).expect("the port");
    drop(port);
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
