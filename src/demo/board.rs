//! A board of all lines, redrawn in place above the story when the output is a terminal; where
//! it is not, only the story's plain lines.

use std::{
    fmt::Write as _,
    io::{self, IsTerminal, Write},
    process::{Command, Stdio},
};

use types::{
    fact::{Fact, FactAt},
    id::{LineId, TrunkId},
    tick::{Tick, Ticks},
};

use super::story;
use crate::records::length;

/// Rows that are left to the story at the least.
const STORY_ROWS: usize = 10;
/// The width of one line's cell.
const CELL: usize = 39;
/// The width of the time before a line of the story.
const TIME: usize = 8;
/// The board is drawn again this often.
const EVERY: Ticks = Ticks::ms(200);

/// What the board knows of one line.
#[derive(Clone, Debug)]
struct Cell {
    line: LineId,
    state: String,
    since: Tick,
    trunk: Option<TrunkId>,
    number: String,
    calls: u32,
}

/// The output of the demonstration.
#[derive(Debug)]
pub struct Board {
    cells: Vec<Cell>,
    screen: Option<Screen>,
    drawn: Tick,
    /// The width of the terminal, if it is one.
    columns: Option<usize>,
}

/// A terminal whose upper part is the board.
#[derive(Clone, Copy, Debug)]
struct Screen {
    rows: usize,
    columns: usize,
    /// Rows of the board, its head and foot included.
    board: usize,
}

impl Board {
    /// A board if standard output is a terminal that is large enough.
    pub fn new(lines: impl Iterator<Item = LineId>) -> Board {
        let cells: Vec<Cell> = lines
            .map(|line| Cell {
                line,
                state: "on-hook".to_owned(),
                since: Tick::ZERO,
                trunk: None,
                number: String::new(),
                calls: 0,
            })
            .collect();
        let size = terminal_size();
        let screen = size.and_then(|(rows, columns)| Screen::fitting(cells.len(), rows, columns));
        if let Some(screen) = screen {
            screen.open();
        }
        Board {
            cells,
            screen,
            drawn: Tick::ZERO,
            columns: size.map(|(_, columns)| columns),
        }
    }

    /// Takes a fact of any line into the board.
    pub fn note(&mut self, fact: &FactAt) {
        let Some(cell) = self.cells.iter_mut().find(|cell| cell.line == fact.line) else {
            return;
        };
        match &fact.fact {
            Fact::Phase { to, .. } => {
                cell.state = phase_words(to).to_owned();
                cell.since = fact.at;
            }
            Fact::OffHook => cell.number.clear(),
            Fact::TrunkLent(trunk) => cell.trunk = Some(*trunk),
            Fact::TrunkReturned { .. } => cell.trunk = None,
            Fact::Decided(verdict) => {
                if let Ok(permit) = &verdict.outcome {
                    cell.number = permit.number.to_string();
                }
            }
            Fact::Ended(end) => {
                cell.calls += 1;
                cell.number = story::outcome_words(end.disposition);
            }
            _ => {}
        }
    }

    /// Writes a line of the story, or several; on a terminal they break between words.
    pub fn say(&self, text: &str) {
        let mut out = io::stdout().lock();
        for line in text.lines() {
            // A closed pipe is no reason to fail in the middle of calls.
            let _ = match self.columns {
                Some(columns) => writeln!(out, "{}", broken(line, columns)),
                None => writeln!(out, "{line}"),
            };
        }
    }

    /// Draws the board again when it is time.
    pub fn refresh(&mut self, now: Tick) {
        let Some(screen) = self.screen else {
            return;
        };
        if now.since(self.drawn) < EVERY {
            return;
        }
        self.drawn = now;
        let rows = self.rows(screen, now);
        let mut text = String::from("\x1b7");
        for (at, row) in rows.iter().enumerate() {
            let _ = write!(text, "\x1b[{};1H\x1b[2K{row}", at + 1);
        }
        text.push_str("\x1b8");
        let mut out = io::stdout().lock();
        let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    }

    /// Gives the terminal back, the story's end below.
    pub fn close(&mut self) {
        if let Some(screen) = self.screen.take() {
            let mut out = io::stdout().lock();
            let _ = writeln!(out, "\x1b[r\x1b[{};1H", screen.rows);
            let _ = out.flush();
        }
    }

    /// The board's rows as text.
    fn rows(&self, screen: Screen, now: Tick) -> Vec<String> {
        let talking = self
            .cells
            .iter()
            .filter(|cell| cell.state == "talk")
            .count();
        let busy = self
            .cells
            .iter()
            .filter(|cell| cell.state != "on-hook")
            .count();
        let clock = length(Ticks(now.0 / 8000 * 8000));
        let mut rows = vec![format!(
            "\x1b[1msallyport  {clock}, {}, {busy} off-hook, {talking} talking\x1b[0m",
            super::counted(self.cells.len(), "phone")
        )];
        let height = screen.board - 2;
        for row in 0..height {
            let cells = self.cells.iter().skip(row).step_by(height);
            let text: String = cells.map(|cell| cell.text(now)).collect();
            rows.push(text.chars().take(screen.columns).collect());
        }
        rows.push("─".repeat(screen.columns));
        rows
    }
}

impl Drop for Board {
    fn drop(&mut self) {
        self.close();
    }
}

impl Cell {
    fn text(&self, now: Tick) -> String {
        let trunk = self
            .trunk
            .map_or("  ".to_owned(), |trunk| format!("t{trunk}"));
        let since = match self.state.as_str() {
            "on-hook" => String::new(),
            _ => format!("{}s", now.since(self.since).as_secs()),
        };
        let text = format!(
            "{:>3} {:<11}{since:>4} {trunk:<3} {:<14}",
            self.line.0,
            clip(&self.state, 11),
            clip(&self.number, 14)
        );
        format!("{text:<CELL$}")
    }
}

fn clip(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

/// A line broken between words to fit so many columns; what follows stands under its text.
fn broken(line: &str, columns: usize) -> String {
    let time = line.find(" s  ").filter(|&at| at == TIME).map(|at| at + 4);
    let begin = line.len() - line.trim_start().len();
    let indent = time.unwrap_or(begin + 2);
    let mut text = line[..begin].to_owned();
    let mut width = begin;
    for word in line[begin..].split_inclusive(' ') {
        let length = word.trim_end().chars().count();
        if width + length > columns && width > indent {
            text.truncate(text.trim_end().len());
            text.push('\n');
            text.extend(std::iter::repeat_n(' ', indent));
            width = indent;
        }
        text.push_str(word);
        width += word.chars().count();
    }
    text
}

/// What a phase is for somebody who looks at the board.
fn phase_words(phase: &str) -> &str {
    match phase {
        "idle" => "on-hook",
        "held" => "no tone yet",
        "dial-tone" => "dial tone",
        "pin-check" => "pin",
        "admit" => "screening",
        "confirm" => "officer asked",
        "dial" => "outpulsing",
        "progress" => "ringing",
        "accept" => "acceptance",
        "aftermath" => "hang up!",
        other => other,
    }
}

impl Screen {
    /// A board of `cells` lines, as few rows as it needs in as many columns as there are.
    fn fitting(cells: usize, rows: usize, columns: usize) -> Option<Screen> {
        let across = (columns / CELL).max(1);
        let board = cells.div_ceil(across) + 2;
        let fits = columns >= CELL && board + STORY_ROWS <= rows;
        fits.then_some(Screen {
            rows,
            columns,
            board,
        })
    }

    /// Clears the screen; from now on only what is below the board scrolls.
    fn open(self) {
        let mut out = io::stdout().lock();
        let below = self.board + 1;
        let _ = write!(out, "\x1b[2J\x1b[{below};{}r\x1b[{below};1H", self.rows);
        let _ = out.flush();
    }
}

/// Rows and columns, as `stty` tells them of our standard input, if the output is a terminal.
fn terminal_size() -> Option<(usize, usize)> {
    if !io::stdout().is_terminal() {
        return None;
    }
    let mut stty = Command::new("stty");
    let told = stty
        .arg("size")
        .stdin(Stdio::inherit())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8(told.stdout).ok()?;
    let (rows, columns) = text.trim().split_once(' ')?;
    size(rows, columns)
}

/// A terminal that nobody told its size says 0: then lines are as long as they are.
fn size(rows: &str, columns: &str) -> Option<(usize, usize)> {
    let (rows, columns) = (rows.parse().ok()?, columns.parse().ok()?);
    (rows > 0 && columns > 0).then_some((rows, columns))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn board(lines: u16) -> Board {
        Board::new((1..=lines).map(LineId))
    }

    #[test]
    fn a_terminal_without_a_size_breaks_no_lines() {
        assert_eq!(size("24", "80"), Some((24, 80)));
        assert_eq!(size("0", "0"), None);
        assert_eq!(size("24", "0"), None);
    }

    #[test]
    fn the_board_follows_a_line() {
        let mut board = board(2);
        let fact = |ms: u64, fact| FactAt {
            line: LineId(2),
            at: Tick(ms * 8),
            fact,
        };
        board.note(&fact(
            1000,
            Fact::Phase {
                from: "idle",
                to: "pin",
            },
        ));
        board.note(&fact(2000, Fact::TrunkLent(TrunkId(7))));
        let screen = Screen::fitting(2, 24, 80).expect("it fits");
        let rows = board.rows(screen, Tick(4000 * 8));
        assert_eq!(rows.len(), screen.board);
        assert!(rows[0].contains("2 phones, 1 off-hook"), "{}", rows[0]);
        assert!(rows[1].contains("pin          3s t7"), "{:?}", rows[1]);
        assert!(rows.iter().skip(1).all(|row| row.chars().count() <= 80));
    }

    #[test]
    fn a_line_that_is_too_long_breaks_between_words_under_its_text() {
        let line = "    4.16 s  says to the inmate: \"After the tone\"";
        assert_eq!(
            broken(line, 32),
            "    4.16 s  says to the inmate:\n            \"After the tone\""
        );
        assert_eq!(broken(line, 80), line);
        assert_eq!(broken("  19:21 a call", 10), "  19:21 a\n    call");
        assert_eq!(broken("abcdef", 3), "abcdef");
    }

    #[test]
    fn a_terminal_without_room_gets_plain_lines() {
        assert!(Screen::fitting(96, 24, 80).is_none());
        assert!(Screen::fitting(96, 60, 160).is_some());
        assert!(Screen::fitting(8, 24, 30).is_none());
    }
}
