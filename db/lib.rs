//! The only LMDB: tables, stored values, migrations
