//! The site's secret key: 32 random bytes beside the database. PINs are hashed with it, so
//! that a copy of the database alone gives no PIN away.

use crate::Error;
use std::{
    fs::{File, OpenOptions},
    io::{ErrorKind, Read, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::Path,
};
use types::{digits::Digits, secret::Secret};

const NAME: &str = "site.key";
const LENGTH: usize = 32;
const PIN_CONTEXT: &str = "sallyport 2026-11 lookup of PINs v1";
const CHECK_CONTEXT: &str = "sallyport 2026-11 check of the site key v1";

pub(crate) struct SiteKey {
    pin_key: Secret<[u8; LENGTH]>,
    check: [u8; 16],
}

impl SiteKey {
    /// Reads the key; makes one when the database is new.
    pub(crate) fn open(dir: &Path, new_database: bool) -> Result<SiteKey, Error> {
        let path = dir.join(NAME);
        let failed = |source| Error::SiteKey {
            path: path.clone(),
            source,
        };
        let mut bytes = Secret::new([0; LENGTH]);
        match File::open(&path) {
            Ok(mut file) => {
                let mode = file.metadata().map_err(failed)?.permissions().mode();
                if mode & 0o077 != 0 {
                    return Err(Error::SiteKeyOpen {
                        path,
                        mode: mode & 0o777,
                    });
                }
                let mut text = Secret::new(Vec::new());
                file.read_to_end(text.expose_mut()).map_err(failed)?;
                if text.expose().len() != LENGTH {
                    return Err(Error::SiteKeyLength(path));
                }
                bytes.expose_mut().copy_from_slice(text.expose());
            }
            Err(e) if e.kind() == ErrorKind::NotFound && new_database => {
                create(dir, &path, &mut bytes).map_err(failed)?;
            }
            Err(e) if e.kind() == ErrorKind::NotFound => {
                return Err(Error::SiteKeyMissing(path));
            }
            Err(e) => return Err(failed(e)),
        }
        Ok(SiteKey::from_bytes(&bytes))
    }

    fn from_bytes(bytes: &Secret<[u8; LENGTH]>) -> SiteKey {
        let check = blake3::derive_key(CHECK_CONTEXT, bytes.expose());
        SiteKey {
            pin_key: Secret::new(blake3::derive_key(PIN_CONTEXT, bytes.expose())),
            check: *check.first_chunk().expect("32 bytes hold 16"),
        }
    }

    /// Tells keys apart without giving them away.
    pub(crate) fn check(&self) -> [u8; 16] {
        self.check
    }

    pub(crate) fn hash(&self, pin: &Secret<Digits>) -> [u8; 32] {
        let digits = pin.expose().as_str().as_bytes();
        *blake3::keyed_hash(self.pin_key.expose(), digits).as_bytes()
    }
}

/// Written whole under another name and synced, then renamed: a crash leaves a key or none.
fn create(dir: &Path, path: &Path, bytes: &mut Secret<[u8; LENGTH]>) -> std::io::Result<()> {
    File::open("/dev/urandom")?.read_exact(bytes.expose_mut())?;
    let draft = dir.join("site.key.new");
    // What a crash left, or somebody put there, may be open to others.
    match std::fs::remove_file(&draft) {
        Err(e) if e.kind() != ErrorKind::NotFound => return Err(e),
        _ => {}
    }
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&draft)?;
    file.write_all(bytes.expose())?;
    file.sync_all()?;
    std::fs::rename(&draft, path)?;
    File::open(dir)?.sync_all()
}
