//! The same text again and again: in place on a terminal, one below the other elsewhere.

use engine::failure::{Context, Outcome};
use std::io::{self, IsTerminal, Write};
use watch::screen::cut;

pub(super) struct Canvas {
    is_terminal: bool,
    drawn: bool,
}

impl Canvas {
    pub(super) fn new() -> Self {
        Self { is_terminal: io::stdout().is_terminal(), drawn: false }
    }

    /// False when nobody reads any more.
    pub(super) fn draw(&mut self, text: &str) -> Outcome<bool> {
        let drawing = if self.is_terminal { self.in_place(text) } else { below(text) };
        self.drawn = true;
        match drawing {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
            drawn => drawn.map(|()| true).failing(|| "cannot write the result".to_owned()),
        }
    }

    fn in_place(&self, text: &str) -> io::Result<()> {
        // A terminal that does not know its size says 0.
        let size = rustix::termios::tcgetwinsize(io::stdout()).ok().filter(|size| size.ws_col > 0 && size.ws_row > 0);
        let (columns, rows) = size.map_or((100, 50), |size| (usize::from(size.ws_col), usize::from(size.ws_row)));
        let mut all = String::from(if self.drawn { "\x1b[H" } else { "\x1b[?25l\x1b[2J\x1b[H" });
        for line in text.lines().take(rows.max(2) - 1) {
            all.push_str(&super::painted(&cut(line, columns), super::is_coloured()));
            all.push_str("\x1b[K\r\n");
        }
        all.push_str("\x1b[J");
        let mut out = io::stdout().lock();
        out.write_all(all.as_bytes())?;
        out.flush()
    }
}

fn below(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{}\n", text.trim_end())?;
    out.flush()
}

impl Drop for Canvas {
    fn drop(&mut self) {
        if self.is_terminal && self.drawn {
            // The cursor, which a terminal that is gone does not need.
            let _ = io::stdout().write_all(b"\x1b[?25h");
            let _ = io::stdout().flush();
        }
    }
}
