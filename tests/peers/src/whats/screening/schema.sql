CREATE TABLE phones (line INTEGER PRIMARY KEY, name TEXT, in_service INT, pin_required INT, class INT,
    privileged INT, call_types BLOB, patterns BLOB, schedule INT, line_treatment INT);
CREATE TABLE phone_groups (line INT, grp INT, PRIMARY KEY (line, grp)) WITHOUT ROWID;
CREATE TABLE shutdowns (kind INT, number INT, since INT, actor TEXT, PRIMARY KEY (kind, number))
    WITHOUT ROWID;
CREATE TABLE phone_identity (line INTEGER PRIMARY KEY, identified_by INT, officer INT, wait INT);
CREATE TABLE officers (id INTEGER PRIMARY KEY, facility_id TEXT, name TEXT, active INT, code BLOB);
CREATE TABLE officer_posts (grp INTEGER PRIMARY KEY, needed INT, until INT);
CREATE TABLE pins (hash BLOB PRIMARY KEY, inmate INT, disabled INT, disabled_until INT, class INT,
    language BLOB, valid_from INT, valid_to INT) WITHOUT ROWID;
CREATE TABLE pins_in_use (hash BLOB PRIMARY KEY, line INT, site INT, sequence INT) WITHOUT ROWID;
CREATE TABLE speed_dials (code INTEGER PRIMARY KEY, dialed TEXT);
CREATE TABLE pin_numbers (inmate INT, number TEXT, untimed INT, privileged INT, disabled INT,
    disabled_until INT, PRIMARY KEY (inmate, number)) WITHOUT ROWID;
CREATE TABLE contacts (inmate INT, number TEXT, name TEXT, relationship INT, identification TEXT,
    review INT, approved_by TEXT, PRIMARY KEY (inmate, number)) WITHOUT ROWID;
CREATE TABLE restricted (pattern TEXT PRIMARY KEY, rank INT, specificity INT, note TEXT) WITHOUT ROWID;
CREATE TABLE allowed (pattern TEXT PRIMARY KEY, rank INT, specificity INT, untimed INT, privileged INT,
    note TEXT) WITHOUT ROWID;
CREATE TABLE time_restricted (pattern TEXT PRIMARY KEY, rank INT, open BLOB) WITHOUT ROWID;
CREATE TABLE call_types (pattern TEXT PRIMARY KEY, rank INT, call_type INT) WITHOUT ROWID;
CREATE TABLE number_records (pattern TEXT PRIMARY KEY, rank INT, specificity INT, blocked INT, free INT,
    privileged INT, no_recording INT, customer_service INT, watched INT, three_way INT, limited INT,
    treatment INT, party TEXT, note TEXT) WITHOUT ROWID;
CREATE TABLE number_allowances (pattern TEXT PRIMARY KEY, rank INT, calls_day INT, calls_week INT,
    calls_month INT, minutes_day INT, minutes_week INT, minutes_month INT, between_calls INT)
    WITHOUT ROWID;
CREATE TABLE allowances (inmate INTEGER PRIMARY KEY, calls_day INT, calls_week INT, calls_month INT,
    minutes_day INT, minutes_week INT, minutes_month INT, between_calls INT);
CREATE TABLE counted (register, at INT, site INT, sequence INT, counting INT, calls INT, ticks INT,
    ended INT, inmate INT, PRIMARY KEY (register, at, site, sequence)) WITHOUT ROWID;
CREATE TABLE called_party_blocks (inmate INT, number TEXT, at INT, site INT, sequence INT,
    least_digits INT, PRIMARY KEY (inmate, number)) WITHOUT ROWID;
CREATE TABLE fraud_counts (number TEXT PRIMARY KEY, three_way INT, kind INT, blocked_from INT,
    blocked_until INT) WITHOUT ROWID;
CREATE TABLE duration_classes (class INT, call_type INT, weekday INT, weekend INT, holiday INT,
    PRIMARY KEY (class, call_type)) WITHOUT ROWID;
CREATE TABLE inmates (id INTEGER PRIMARY KEY, facility_id TEXT, name TEXT, pin BLOB, living_unit INT,
    class INT, supervision INT, watched INT, suspended INT, suspended_until INT, booked_only INT,
    longest INT, enrolled INT, note TEXT);
CREATE TABLE inmate_classes (class INTEGER PRIMARY KEY, name TEXT, longest INT, booked_only INT);
CREATE TABLE group_paths (grp INT, position INT, ancestor INT, PRIMARY KEY (grp, position))
    WITHOUT ROWID;
CREATE TABLE lists (kind INT, number INT, pattern TEXT, blocked INT, note TEXT,
    PRIMARY KEY (kind, number, pattern, blocked)) WITHOUT ROWID;
CREATE TABLE windows (kind INT, number INT, open BLOB, PRIMARY KEY (kind, number)) WITHOUT ROWID;
CREATE TABLE call_type_rules (call_type INTEGER PRIMARY KEY, treatment INT, handling INT, brand INT);
CREATE TABLE call_treatments (number INTEGER PRIMARY KEY, name TEXT, handling INT, three_way INT,
    extra_response INT, extra_digits INT, origin_every INT, remaining_every INT, brand INT, record INT,
    limited INT, announce_limit INT, acceptance INT, say_carrier INT, three_way_notice INT,
    word_before_cut INT);
CREATE TABLE routes (number INTEGER PRIMARY KEY, name TEXT, call_types BLOB, handlings BLOB, brands BLOB,
    prefixes TEXT, grp INT, removed INT, added TEXT, carrier TEXT);
CREATE TABLE line_treatments (number INTEGER PRIMARY KEY, name TEXT, others INT);
CREATE TABLE line_rules (treatment INT, position INT, call_types BLOB, numbers TEXT, days INT,
    privileged_only INT, allowed INT, call_treatment INT, PRIMARY KEY (treatment, position))
    WITHOUT ROWID;
CREATE TABLE calls (site INT, sequence INT, line INT, trunk INT, inmate INT, facility_id TEXT, name TEXT,
    pin BLOB, dialed TEXT, number TEXT, pattern INT, call_type INT, handling INT, language BLOB,
    started INT, answered_after INT, talk_after INT, ended_after INT, limited INT, recording INT,
    disposition INT, blocked INT, ended_by INT, screening BLOB, answer_evidence BLOB,
    release_evidence BLOB, flags INT, extra_digits INT, treatment INT, officer INT,
    PRIMARY KEY (site, sequence)) WITHOUT ROWID;
CREATE INDEX calls_by_start ON calls (started, site, sequence);
CREATE TABLE open_calls (line INTEGER PRIMARY KEY, site INT, sequence INT, pin BLOB, off_hook INT,
    seen_after INT, answered_after INT, talk_after INT, inmate INT, number TEXT, timed INT,
    counts_from INT, counted INT);
CREATE TABLE journal (site INT, sequence INT, at INT, actor TEXT, noun TEXT, subject TEXT, change TEXT,
    previous BLOB, PRIMARY KEY (site, sequence)) WITHOUT ROWID;
CREATE TABLE counters (kind INTEGER PRIMARY KEY, count INT);
INSERT INTO counters VALUES (1, 0), (2, 0);
