//! Two steady tones of a key, whatever sounds beside them.

use super::screen::Screen;

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Guard {
    key: Option<(usize, usize)>,
}

impl Guard {
    /// Power ratio from hop to hop.
    const UNEVEN: f32 = 2.5;

    pub fn follow(&mut self, tones: Option<(usize, usize)>, screen: &Screen) -> bool {
        let before = std::mem::replace(&mut self.key, tones);
        let Some((row, column)) = tones else {
            return false;
        };
        let _ = before;
        let now = screen.pair(row, column, 0);
        let then = screen.pair(row, column, 1);
        let even = |a: f32, b: f32| a <= Guard::UNEVEN * b && b <= Guard::UNEVEN * a;
        let (now_powers, then_powers) = (now.powers(), then.powers());
        if !even(now_powers.0, then_powers.0) || !even(now_powers.1, then_powers.1) {
            return false;
        }
        near(now.row, then.row, screen.step(row), ROW_TURN)
            && near(
                now.column,
                then.column,
                screen.step(4 + column),
                COLUMN_TURN,
            )
    }
}

/// Cosines of the turns over a hop that are near enough: 3.6 % of 941 Hz; any for columns,
/// for which it is more than half a turn.
const ROW_TURN: f32 = -0.53;
const COLUMN_TURN: f32 = -2.0;

fn near(now: (f32, f32), then: (f32, f32), step: (f32, f32), least: f32) -> bool {
    // Where the earlier one would be by now at the bin's frequency.
    let expected = (
        then.0 * step.0 + then.1 * step.1,
        then.1 * step.0 - then.0 * step.1,
    );
    let re = now.0 * expected.0 + now.1 * expected.1;
    let im = now.1 * expected.0 - now.0 * expected.1;
    re >= least * (re * re + im * im).sqrt()
}
