//! What DAHDI does that one would not guess, a check each: that it does so, and that the driver is
//! right all the same. On the fake card's lines, with a clock of 1 ms, and on local spans.

pub mod bench;
mod lines;
mod lost;
mod opening;
mod outside;
pub mod relay;
mod timing;
mod waking;

use crate::tally::Tally;
use bench::{Bench, sleep};

pub use outside::{HOLD, hold};

type Check = fn(&Bench) -> Result<(), String>;

/// Checks of what is there on every span; what differs is asked of the bench.
const EVERYWHERE: &[(&str, Check)] = &[
    (
        "a wake-up is an edge, one a block",
        waking::one_edge_a_block,
    ),
    (
        "a full receive queue wakes nobody until it is read",
        waking::a_stall_ends_with_one_read,
    ),
    (
        "a short read loses the rest of its block",
        waking::a_short_read_loses_the_rest,
    ),
    (
        "each primed block is 10 ms of delay",
        timing::each_primed_block_is_delay,
    ),
    (
        "lateness that the primed blocks bear costs nothing, and more is counted",
        timing::lateness_is_borne_or_counted,
    ),
    (
        "after a gap the queue is deeper until it is flushed",
        timing::a_gap_deepens_until_flushed,
    ),
    (
        "two channels flushed together stay together for a minute",
        timing::together_for_a_minute,
    ),
    (
        "on-hook empties the queues, and they are primed again",
        timing::on_hook_primes_again,
    ),
    (
        "an opening resets all, and each of ours sets it again",
        opening::an_opening_sets_everything,
    ),
    (
        "a disconnect soon after off-hook is not swallowed",
        lines::a_disconnect_soon_after_off_hook_is_seen,
    ),
    (
        "ringing is not seen for two seconds after opening, and then it is",
        lines::ringing_after_opening,
    ),
    (
        "after a disconnect signal the phone is fed again, though the kernel is busy",
        lines::fed_again_after_a_disconnect,
    ),
    (
        "the end of a break is told, also on-hook",
        lines::the_end_of_a_break_is_told,
    ),
    (
        "a write would end the kernel's pulses, and ends none",
        lines::pulses_are_not_ended_by_writing,
    ),
    (
        "a duplicated descriptor hangs up, tells its owner nothing, and holds nothing",
        outside::a_duplicate_hangs_up,
    ),
    (
        "a channel that another program holds is put on-hook as a last resort",
        outside::the_last_resort_hangs_up,
    ),
    (
        "a join outlives one side, and ends when both are taken out",
        outside::a_join_outlives_one_side,
    ),
];

/// Checks of what only the fake card has.
const ON_THE_CARD: &[(&str, Check)] = &[
    (
        "edges come first, and no block is lost or misread for them",
        waking::edges_come_first,
    ),
    (
        "polarity is told both ways",
        lines::polarity_is_told_both_ways,
    ),
    (
        "polarity counts from that at rest, also after a change that was missed",
        lines::polarity_counts_from_rest,
    ),
    (
        "a reversal shorter than the card's debounce is none",
        lines::a_short_reversal_is_none,
    ),
    (
        "battery lost for long is a break, then an alarm, and both end",
        lines::battery_lost_for_long,
    ),
    (
        "battery lost on-hook is told by the alarm alone",
        lines::battery_lost_on_hook,
    ),
    (
        "an alarm whose event was lost is told within a second",
        lost::an_alarm_whose_event_was_lost_is_told,
    ),
    (
        "in an alarm no hook is known",
        lost::in_an_alarm_no_hook_is_known,
    ),
    (
        "a channel that failed is let go though there is no descriptor left",
        lost::a_channel_that_failed_is_let_go_without_a_descriptor,
    ),
    (
        "a tick between two flushes costs the first a block, and ours are in the right order",
        timing::a_tick_between_two_flushes,
    ),
    (
        "ticks that come late in a burst lose nothing",
        timing::a_burst_loses_nothing,
    ),
    (
        "ticks that never come are told as lost samples",
        timing::missed_ticks_are_told,
    ),
];

pub fn run(tally: &mut Tally, wanted: &str) {
    let bench = Bench::here();
    let on_the_card = if bench.card { ON_THE_CARD } else { &[] };
    for (name, check) in EVERYWHERE.iter().chain(on_the_card) {
        if !name.contains(wanted) {
            continue;
        }
        let spans = if bench.card { "1 ms" } else { "8 ms" };
        tally.note(&format!("{name} ({spans})"), &check(&bench));
        // Channels come to rest: a disconnect signal, and what follows it.
        sleep(1500);
    }
}
