//! Every prompt in every language, the grammar of each, what a user can get wrong, and the
//! recordings themselves.

mod catalogues;
mod own;
mod recordings;
mod said;
mod values;

use types::language::Language;

use crate::Speech;

const EN: Language = Language::ENGLISH;
const ES: Language = Language::SPANISH;

/// Every language there is.
fn speech() -> Speech {
    Speech::load(&Speech::available(), None).expect("the built-in sets are complete")
}

/// A WAV file of `tag` with `data`, as an ordinary program writes it.
fn wav(tag: u16, channels: u16, rate: u32, bits: u16, data: &[u8]) -> Vec<u8> {
    let align = channels * bits / 8;
    let mut file = b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0".to_vec();
    file.extend(tag.to_le_bytes());
    file.extend(channels.to_le_bytes());
    file.extend(rate.to_le_bytes());
    file.extend((rate * u32::from(align)).to_le_bytes());
    file.extend(align.to_le_bytes());
    file.extend(bits.to_le_bytes());
    file.extend(b"data");
    file.extend((data.len() as u32).to_le_bytes());
    file.extend(data);
    let size = (file.len() - 8) as u32;
    file[4..8].copy_from_slice(&size.to_le_bytes());
    file
}
