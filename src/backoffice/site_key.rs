//! The site's secret key: 32 random bytes beside the database. PINs are hashed with it, so
//! that a copy of the database alone gives no PIN away.

use crate::Error;
use std::{
    fs::{File, OpenOptions},
    io::{ErrorKind, Read, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::Path,
};
use types::{credential::CardNumber, digits::Digits, id::InmateId, secret::Secret};

const NAME: &str = "site.key";
const LENGTH: usize = 32;
const PIN_CONTEXT: &str = "sallyport 2026-11 lookup of PINs v1";
const CARD_CONTEXT: &str = "sallyport 2026-11 lookup of cards v1";
const PASSCODE_CONTEXT: &str = "sallyport 2026-11 passcodes of inmates v1";
const ACCOUNT_CONTEXT: &str = "sallyport 2026-11 accounts without a PIN v1";
const CODE_CONTEXT: &str = "sallyport 2026-11 lookup of officers' codes v1";
const TOKEN_CONTEXT: &str = "sallyport 2026-11 lookup of tokens v1";
const LOGIN_CONTEXT: &str = "sallyport 2026-11 guesses of unknown logins v1";
const BUCKET_CONTEXT: &str = "sallyport 2026-11 guesses of unknown ids v1";
const CHECK_CONTEXT: &str = "sallyport 2026-11 check of the site key v1";

/// A key of its own for each kind of secret: what one is hashed to, another never is.
pub(crate) struct SiteKey {
    pin_key: Secret<[u8; LENGTH]>,
    card_key: Secret<[u8; LENGTH]>,
    passcode_key: Secret<[u8; LENGTH]>,
    account_key: Secret<[u8; LENGTH]>,
    code_key: Secret<[u8; LENGTH]>,
    bucket_key: Secret<[u8; LENGTH]>,
    token_key: Secret<[u8; LENGTH]>,
    login_key: Secret<[u8; LENGTH]>,
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
        let derived = |context| Secret::new(blake3::derive_key(context, bytes.expose()));
        let check = blake3::derive_key(CHECK_CONTEXT, bytes.expose());
        SiteKey {
            pin_key: derived(PIN_CONTEXT),
            card_key: derived(CARD_CONTEXT),
            passcode_key: derived(PASSCODE_CONTEXT),
            account_key: derived(ACCOUNT_CONTEXT),
            code_key: derived(CODE_CONTEXT),
            bucket_key: derived(BUCKET_CONTEXT),
            token_key: derived(TOKEN_CONTEXT),
            login_key: derived(LOGIN_CONTEXT),
            check: *check.first_chunk().expect("32 bytes hold 16"),
        }
    }

    /// Tells keys apart without giving them away.
    pub(crate) fn check(&self) -> [u8; 16] {
        self.check
    }

    pub(crate) fn hash(&self, pin: &Secret<Digits>) -> [u8; 32] {
        keyed(&self.pin_key, &[pin.expose().as_str().as_bytes()])
    }

    pub(crate) fn card(&self, card: &Secret<CardNumber>) -> [u8; 32] {
        keyed(&self.card_key, &[card.expose().as_bytes()])
    }

    /// One passcode of two inmates is two hashes.
    pub(crate) fn passcode(&self, inmate: InmateId, passcode: &Secret<Digits>) -> [u8; 32] {
        let digits = passcode.expose().as_str().as_bytes();
        keyed(&self.passcode_key, &[&inmate.0.to_be_bytes(), digits])
    }

    /// What stands in the table of PINs for an inmate who has none.
    pub(crate) fn account(&self, inmate: InmateId) -> [u8; 32] {
        keyed(&self.account_key, &[&inmate.0.to_be_bytes()])
    }

    pub(crate) fn officer_code(&self, code: &Secret<Digits>) -> [u8; 32] {
        keyed(&self.code_key, &[code.expose().as_str().as_bytes()])
    }

    pub(crate) fn token(&self, secret: &Secret<String>) -> [u8; 32] {
        keyed(&self.token_key, &[secret.expose().as_bytes()])
    }

    /// Where failed logins are counted by an id that has no account.
    pub(crate) fn login_bucket(&self, id: &str) -> u16 {
        let hash = keyed(&self.login_key, &[id.as_bytes()]);
        u16::from_be_bytes([hash[0], hash[1]])
    }

    /// Where guesses of an id are counted that is nobody's.
    pub(crate) fn id_bucket(&self, id: &Secret<Digits>) -> u16 {
        let hash = keyed(&self.bucket_key, &[id.expose().as_str().as_bytes()]);
        u16::from_be_bytes([hash[0], hash[1]])
    }
}

fn keyed(key: &Secret<[u8; LENGTH]>, parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_keyed(key.expose());
    for part in parts {
        hasher.update(part);
    }
    *hasher.finalize().as_bytes()
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
