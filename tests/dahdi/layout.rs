//! Compares the structures and the numbers of the driver's calls with DAHDI's own header, by what
//! the C compiler makes of it. Runs on the host, for the header that the guest's modules were
//! built with.

use crate::tally::{Tally, ensure};
use drivers::dahdi::ioctl::*;
use nix::libc::c_int;
use std::{collections::BTreeMap, fs, path::Path, process::Command};

struct Structure {
    name: &'static str,
    of: &'static str,
    size: usize,
    fields: &'static [(&'static str, usize, usize)],
}

struct Call {
    name: &'static str,
    of: &'static str,
    number: u64,
}

include!(concat!(env!("OUT_DIR"), "/driver.rs"));

/// What the C compiler says: the sizes of structures, where each field lies and its size, and the
/// numbers of calls.
#[derive(Default)]
struct Header {
    sizes: BTreeMap<String, usize>,
    fields: BTreeMap<String, BTreeMap<String, (usize, usize)>>,
    calls: BTreeMap<String, u64>,
}

/// `include` is where `dahdi/user.h` lies.
pub fn run(tally: &mut Tally, include: &str) {
    let header = match read_header(Path::new(include)) {
        Ok(header) => header,
        Err(error) => return tally.note("the header is read", &Err(error)),
    };
    for structure in STRUCTURES {
        let name = format!("layout of {} is that of {}", structure.name, structure.of);
        tally.note(&name, &lies_the_same(structure, &header));
    }
    for call in CALLS {
        let name = format!("number of {} is that of {}", call.name, call.of);
        tally.note(&name, &is_called_so(call, &header));
    }
    let found = STRUCTURES.len().min(CALLS.len());
    tally.note(
        "structures and calls were found",
        &match found {
            0 => Err(format!("{} and {}", STRUCTURES.len(), CALLS.len())),
            _ => Ok(()),
        },
    );
}

fn is_called_so(call: &Call, header: &Header) -> Result<(), String> {
    let theirs = header.calls.get(call.of);
    ensure!(
        theirs == Some(&call.number),
        "{:#x}, the header's {theirs:#x?}",
        call.number
    );
    Ok(())
}

/// The same size, and each field lies where theirs of the same name does.
fn lies_the_same(structure: &Structure, header: &Header) -> Result<(), String> {
    let size = header.sizes.get(structure.of);
    ensure!(
        size == Some(&structure.size),
        "its size is {}, the header's {size:?}",
        structure.size
    );
    let theirs = &header.fields[structure.of];
    for &(field, offset, size) in structure.fields {
        let their = theirs.get(field);
        ensure!(
            their == Some(&(offset, size)),
            "{field} lies at {offset}, {size} octets; the header's: {their:?}"
        );
    }
    ensure!(!structure.fields.is_empty(), "no fields");
    Ok(())
}

fn read_header(include: &Path) -> Result<Header, String> {
    let path = include.join("dahdi/user.h");
    let text = fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
    let mut source = String::from("#include <stdio.h>\n#include <stddef.h>\n");
    source += "#include <dahdi/user.h>\nint main(void) {\n";
    for structure in STRUCTURES {
        let of = structure.of;
        source += &format!("printf(\"size {of} %zu\\n\", sizeof(struct {of}));\n");
        for field in fields_of(&text, of) {
            source += &format!(
                "printf(\"field {of} {field} %zu %zu\\n\", offsetof(struct {of}, {field}), \
                 sizeof(((struct {of} *)0)->{field}));\n"
            );
        }
    }
    for call in calls_of(&text) {
        // Some are for the kernel alone.
        source += &format!(
            "#ifdef {call}\nprintf(\"call {call} %lu\\n\", (unsigned long)({call}));\n#endif\n"
        );
    }
    source += "return 0;\n}\n";
    parse(&compiled(include, &source)?)
}

/// The names of a structure's fields.
fn fields_of(text: &str, structure: &str) -> Vec<String> {
    let body = text.split(&format!("struct {structure} {{")).nth(1);
    let body = body.and_then(|b| b.split('}').next()).unwrap_or_default();
    let mut code = String::new();
    let mut rest = body;
    while let Some((before, comment)) = rest.split_once("/*") {
        code += before;
        rest = comment.split_once("*/").map_or("", |(_, after)| after);
    }
    code += rest;
    let declared = code.split(';').flat_map(|line| line.split(','));
    let names = declared.filter_map(|one| one.split('[').next()?.split_whitespace().last());
    names
        .map(|n| n.trim_start_matches('*').to_owned())
        .collect()
}

/// The names of the calls.
fn calls_of(text: &str) -> Vec<&str> {
    let defined = text.lines().filter_map(|line| {
        let (name, value) = line
            .strip_prefix("#define ")?
            .split_once(char::is_whitespace)?;
        value.contains("(DAHDI_CODE").then_some(name)
    });
    defined.filter(|name| !name.contains('(')).collect()
}

/// Compiles and runs a C program; what it prints.
fn compiled(include: &Path, source: &str) -> Result<String, String> {
    let place = tempfile::tempdir().map_err(|e| e.to_string())?;
    let (file, program) = (place.path().join("layout.c"), place.path().join("layout"));
    fs::write(&file, source).map_err(|e| e.to_string())?;
    let built = Command::new("cc")
        .arg("-w")
        .arg("-I")
        .arg(include)
        .arg(&file)
        .arg("-o")
        .arg(&program)
        .output()
        .map_err(|e| format!("cc: {e}"))?;
    let errors = String::from_utf8_lossy(&built.stderr);
    ensure!(built.status.success(), "cc: {errors}");
    let run = Command::new(&program).output().map_err(|e| e.to_string())?;
    Ok(String::from_utf8_lossy(&run.stdout).into_owned())
}

fn parse(facts: &str) -> Result<Header, String> {
    let mut header = Header::default();
    for line in facts.lines() {
        let words: Vec<&str> = line.split(' ').collect();
        let number = |place: usize| -> Result<usize, String> {
            words[place]
                .parse()
                .map_err(|_| format!("not understood: {line}"))
        };
        match words[0] {
            "size" => drop(header.sizes.insert(words[1].into(), number(2)?)),
            "field" => {
                let lies = (number(3)?, number(4)?);
                let fields = header.fields.entry(words[1].into()).or_default();
                fields.insert(words[2].into(), lies);
            }
            "call" => drop(header.calls.insert(words[1].into(), number(2)? as u64)),
            _ => return Err(format!("not understood: {line}")),
        }
    }
    Ok(header)
}
