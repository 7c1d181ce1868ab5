#![forbid(unsafe_code)]

mod password;

pub use password::{
    LEAST as LEAST_PASSWORD, MOST as MOST_PASSWORD, NoHash, WeakPassword, check as check_password,
    generate as generate_secret, hash as hash_password, verify as verify_password,
    verify_nobody as verify_nobodys_password,
};
