//! From raw edges and heard tones to off-hook, flash, answered and released
