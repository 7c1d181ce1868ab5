//! Reads the driver's own text for the structures and calls it has, and has the compiler say how
//! they lie: what is added to the driver is compared with DAHDI's header without being listed here.

use std::{env, error::Error, fmt::Write as _, fs, path::Path};

const DRIVER: &str = "../../drivers/dahdi/ioctl.rs";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed={DRIVER}");
    let text = fs::read_to_string(DRIVER)?;
    let mut out = String::from("const STRUCTURES: &[Structure] = &[\n");
    for structure in structures(&text) {
        write_structure(&mut out, &structure)?;
    }
    out += "];\nconst CALLS: &[Call] = &[\n";
    for Call {
        kind,
        name,
        number,
        type_,
        of,
    } in calls(&text)
    {
        let code = match kind {
            "read" => "request_code_read",
            "write_ptr" => "request_code_write",
            "readwrite" => "request_code_readwrite",
            other => return Err(format!("a call of kind {other}").into()),
        };
        writeln!(
            out,
            "Call {{ name: \"{name}\", of: \"{of}\", \
             number: nix::{code}!(0xDA, {number}, size_of::<{type_}>()) }},"
        )?;
    }
    out += "];\n";
    let file = Path::new(&env::var("OUT_DIR")?).join("driver.rs");
    Ok(fs::write(file, out)?)
}

struct Structure<'a> {
    name: &'a str,
    /// Its name in the header, from the comment before it.
    of: &'a str,
    fields: Vec<(&'a str, &'a str)>,
}

fn structures(text: &str) -> Vec<Structure<'_>> {
    let mut found = Vec::new();
    for part in text.split("/// `struct ").skip(1) {
        let of = part.split('`').next().unwrap_or_default();
        let Some((_, body)) = part.split_once("pub struct ") else {
            continue;
        };
        let name = body.split([' ', '{']).next().unwrap_or_default();
        let body = body.split('{').nth(1).unwrap_or_default();
        let body = body.split('}').next().unwrap_or_default();
        let fields = body.lines().filter_map(|line| {
            let field = line.trim().strip_prefix("pub ")?.trim_end_matches(',');
            field.split_once(": ")
        });
        found.push(Structure {
            name,
            of,
            fields: fields.collect(),
        });
    }
    found
}

fn write_structure(out: &mut String, structure: &Structure<'_>) -> Result<(), std::fmt::Error> {
    let Structure { name, of, fields } = structure;
    writeln!(
        out,
        "Structure {{ name: \"{name}\", of: \"{of}\", size: size_of::<{name}>(), fields: &["
    )?;
    for (field, type_) in fields {
        writeln!(
            out,
            "(\"{field}\", std::mem::offset_of!({name}, {field}), size_of::<{type_}>()),"
        )?;
    }
    out.push_str("] },\n");
    Ok(())
}

struct Call<'a> {
    kind: &'a str,
    name: &'a str,
    number: &'a str,
    type_: &'a str,
    /// Its name in the header, from the comment behind it.
    of: &'a str,
}

fn calls(text: &str) -> Vec<Call<'_>> {
    let mut found = Vec::new();
    for part in text.split("nix::ioctl_").skip(1) {
        let (kind, rest) = part.split_once("!(").unwrap_or((part, ""));
        let (inside, after) = rest.split_once(");").unwrap_or((rest, ""));
        let line = after.lines().next().unwrap_or_default();
        let of = line.trim().trim_start_matches("// ");
        let words: Vec<&str> = inside.split(',').map(str::trim).collect();
        if let [name, "CODE", number, type_] = words[..] {
            found.push(Call {
                kind,
                name,
                number,
                type_,
                of,
            });
        }
    }
    found
}
