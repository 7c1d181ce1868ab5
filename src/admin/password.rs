//! Passwords of accounts: their hashes, and which are too weak to be taken.
//!
//! argon2id with what OWASP's Password Storage Cheat Sheet asks for at least: 19 MiB, 2 passes, 1 lane.
//! RFC 9106's second choice (64 MiB, 3 passes, 4 lanes) is ten times the work, and beside calls each try
//! of a stranger would take it from the machine that carries them.

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString},
};
use std::fmt;
use types::secret::Secret;

const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// As RFC 9106 recommends.
const SALT_BYTES: usize = 16;
/// Characters of a token's secret or of a generated password: 64 kinds of them, 192 bits.
const GENERATED: usize = 32;
const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The least characters of a password where a site says nothing else.
pub const LEAST: usize = 12;
/// The most: a hash of a longer one would take longer.
pub const MOST: usize = 128;

/// Why no hash was made.
#[derive(Debug, thiserror::Error)]
pub enum NoHash {
    #[error("the system gives no random bytes: {0}")]
    Random(getrandom::Error),
    #[error("argon2id: {0}")]
    Argon(argon2::password_hash::Error),
}

/// The hash of a password with a new salt, as a PHC string.
pub fn hash(password: &Secret<String>) -> Result<String, NoHash> {
    let mut salt = [0; SALT_BYTES];
    getrandom::fill(&mut salt).map_err(NoHash::Random)?;
    let salt = SaltString::encode_b64(&salt).map_err(NoHash::Argon)?;
    let made = hasher().hash_password(password.expose().as_bytes(), &salt);
    Ok(made.map_err(NoHash::Argon)?.to_string())
}

/// Whether it is the password of this hash. Hashes are compared in constant time, and what is no hash is
/// as much work.
pub fn verify(password: &Secret<String>, phc: &str) -> bool {
    let bytes = password.expose().as_bytes();
    match PasswordHash::new(phc) {
        Ok(hash) => hasher().verify_password(bytes, &hash).is_ok(),
        Err(_) => verify_nobody(password),
    }
}

/// The work of a password for whom there is none: never right, and how long it takes tells no ids.
pub fn verify_nobody(password: &Secret<String>) -> bool {
    let hash = PasswordHash::new(NOBODYS).expect("is a hash");
    let bytes = password.expose().as_bytes();
    // Were it right by chance, it would be nobody's.
    std::hint::black_box(hasher().verify_password(bytes, &hash).is_ok());
    false
}

/// A hash like those that are made, of no password: zeros where one would be.
const NOBODYS: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA\
    $AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

fn hasher() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None);
    let params = params.expect("within what argon2 takes");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// A new secret for a token, or a password that nobody chose.
pub fn generate() -> Result<Secret<String>, NoHash> {
    let mut bytes = Secret::new([0; GENERATED]);
    getrandom::fill(bytes.expose_mut()).map_err(NoHash::Random)?;
    let letter = |byte: &u8| char::from(LETTERS[usize::from(byte % 64)]);
    Ok(Secret::new(bytes.expose().iter().map(letter).collect()))
}

/// Why a password is not taken. Nothing of it is said.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WeakPassword {
    TooShort {
        least: usize,
    },
    TooLong,
    /// It is made of the id or the name.
    OfTheOfficer,
    /// One piece again and again.
    Repeated,
    /// As `abcdef` or `987654`.
    Counted,
    /// Among those that are tried first.
    Common,
}

impl fmt::Display for WeakPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WeakPassword::TooShort { least } => {
                write!(f, "the password has less than {least} characters")
            }
            WeakPassword::TooLong => write!(f, "the password has more than {MOST} bytes"),
            WeakPassword::OfTheOfficer => f.write_str("the password is made of the id or the name"),
            WeakPassword::Repeated => f.write_str("the password repeats one piece"),
            WeakPassword::Counted => f.write_str("the password only counts up or down"),
            WeakPassword::Common => {
                f.write_str("the password is a common word with little beside it")
            }
        }
    }
}

impl std::error::Error for WeakPassword {}

/// Whether a password may be an officer's.
pub fn check(
    password: &Secret<String>,
    id: &str,
    name: &str,
    least: usize,
) -> Result<(), WeakPassword> {
    let text = password.expose();
    if text.len() > MOST {
        return Err(WeakPassword::TooLong);
    }
    if text.chars().count() < least {
        return Err(WeakPassword::TooShort { least });
    }
    let lower = Secret::new(text.to_lowercase());
    let lower: &str = lower.expose();
    if repeats(lower) {
        return Err(WeakPassword::Repeated);
    }
    if counts(lower) {
        return Err(WeakPassword::Counted);
    }
    let words = std::iter::once(id).chain(name.split(|c: char| !c.is_alphanumeric()));
    let words: Vec<String> = words.map(str::to_lowercase).collect();
    if is_made_of(lower, words.iter().map(String::as_str)) {
        return Err(WeakPassword::OfTheOfficer);
    }
    match is_made_of(lower, COMMON.iter().copied()) {
        true => Err(WeakPassword::Common),
        false => Ok(()),
    }
}

/// Less than this beside a word that is guessed is guessed with it, as `2026!`.
const BESIDE: usize = 6;

/// Without the words, less is left than is worth anything.
fn is_made_of<'a>(text: &str, words: impl Iterator<Item = &'a str>) -> bool {
    let mut left = Secret::new(text.to_owned());
    // The longest first: a word may be in another.
    let mut words: Vec<&str> = words.filter(|word| word.chars().count() >= 3).collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    for word in words {
        left = Secret::new(left.expose().replace(word, ""));
    }
    left.expose() != text && left.expose().chars().count() < BESIDE
}

fn repeats(text: &str) -> bool {
    let chars = Secret::new(text.chars().collect::<Vec<char>>());
    let chars: &[char] = chars.expose();
    (1..=chars.len() / 2).any(|piece| chars.chunks(piece).all(|c| chars.starts_with(c)))
}

/// Every character is the next, or the one before, of the character before it; from 9 on it may begin again.
fn counts(text: &str) -> bool {
    let chars = Secret::new(text.chars().collect::<Vec<char>>());
    let next = |a: char, b: char| {
        u32::from(a) + 1 == u32::from(b) || (a, b) == ('9', '0') || (a, b) == ('z', 'a')
    };
    let pairs = || chars.expose().windows(2);
    pairs().all(|pair| next(pair[0], pair[1])) || pairs().all(|pair| next(pair[1], pair[0]))
}

/// What the lists of passwords that leaked begin with, and words of this trade. Short, and our own: a site
/// that wants more asks for longer ones.
const COMMON: &[&str] = &[
    "password",
    "passw0rd",
    "p@ssword",
    "p@ssw0rd",
    "qwertyuiop",
    "qwerty",
    "asdfghjkl",
    "asdfgh",
    "zxcvbnm",
    "1q2w3e4r5t",
    "1q2w3e4r",
    "1qaz2wsx",
    "letmein",
    "welcome",
    "iloveyou",
    "princess",
    "sunshine",
    "dragon",
    "monkey",
    "football",
    "baseball",
    "superman",
    "batman",
    "master",
    "shadow",
    "michael",
    "trustno1",
    "whatever",
    "freedom",
    "starwars",
    "changeme",
    "default",
    "secret",
    "login",
    "admin",
    "administrator",
    "root",
    "user",
    "guest",
    "test",
    "abc123",
    "1234567890",
    "123456789",
    "12345678",
    "1234567",
    "123456",
    "12345",
    "1234",
    "111111",
    "000000",
    "sallyport",
    "warden",
    "officer",
    "sheriff",
    "prison",
    "jail",
    "inmate",
    "correctional",
    "facility",
    "security",
    "summer",
    "winter",
    "spring",
    "autumn",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> Secret<String> {
        Secret::new(text.to_owned())
    }

    fn weak(text: &str) -> Option<WeakPassword> {
        check(&secret(text), "O-1734", "Doe, Josephine", LEAST).err()
    }

    #[test]
    fn a_password_is_known_by_its_hash_alone() {
        let password = secret("correct horse battery staple");
        let (one, other) = (hash(&password).expect("one"), hash(&password).expect("one"));
        assert!(one.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{one}");
        assert_ne!(one, other, "salted");
        assert!(verify(&password, &one) && verify(&password, &other));
        assert!(!verify(&secret("correct horse battery stable"), &one));
        assert!(!verify(&password, "no hash") && !verify_nobody(&password));
    }

    /// How long it takes follows from these alone.
    #[test]
    fn an_unknown_id_costs_as_much_as_a_wrong_password() {
        let work = |phc: &str| {
            let hash = PasswordHash::new(phc).expect("a hash");
            let salt = hash.salt.expect("a salt").len();
            let output = hash.hash.expect("an output").len();
            let params = hash.params.to_string();
            (
                hash.algorithm.to_string(),
                hash.version,
                params,
                salt,
                output,
            )
        };
        let made = hash(&secret("right")).expect("a hash");
        assert_eq!(work(NOBODYS), work(&made));
        assert!(!verify_nobody(&secret("")) && !verify(&secret("wrong"), "no hash"));
    }

    #[test]
    fn what_is_guessed_first_is_refused() {
        let cases = [
            ("short one 9", WeakPassword::TooShort { least: LEAST }),
            ("O-1734O-1734x", WeakPassword::OfTheOfficer),
            ("JosephineDoe2026", WeakPassword::OfTheOfficer),
            ("zzzzzzzzzzzzzz", WeakPassword::Repeated),
            ("tin7tin7tin7ti", WeakPassword::Repeated),
            ("abcdefghijklmn", WeakPassword::Counted),
            ("1234567890123", WeakPassword::Counted),
            ("ponmlkjihgfedcb", WeakPassword::Counted),
            ("Password2026!", WeakPassword::Common),
            ("welcome-sallyport", WeakPassword::Common),
        ];
        for (text, why) in cases {
            assert_eq!(weak(text), Some(why), "{text}");
        }
        assert_eq!(weak(&"x7".repeat(65)), Some(WeakPassword::TooLong));
        for good in [
            "correct horse battery",
            "Josephine likes trains",
            "ñandú en la pampa",
        ] {
            assert_eq!(weak(good), None, "{good}");
        }
        let told = WeakPassword::TooShort { least: 20 }.to_string();
        assert_eq!(told, "the password has less than 20 characters");
    }

    #[test]
    fn generated_secrets_are_long_different_and_good_passwords() {
        let one = generate().expect("a secret");
        assert_eq!(one.expose().len(), GENERATED);
        assert!(one != generate().expect("a secret"));
        assert_eq!(check(&one, "O-1734", "Doe", LEAST), Ok(()));
        assert!(!format!("{one:?}").contains(one.expose().as_str()));
    }
}
