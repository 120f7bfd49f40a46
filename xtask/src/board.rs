//! What the engine tells, as it happens: a live table of stacks and resources on a terminal, plain lines elsewhere.

mod lines;
mod run;
mod table;

use engine::host::{Host, News};
use engine::lease::Holder;
use futures_util::future::LocalBoxFuture;
use std::cell::Cell;
use std::io::IsTerminal;

/// Whoever runs a command that changes a stage.
pub(crate) struct Board {
    me: Holder,
    view: View,
    interrupted: Cell<bool>,
}

enum View {
    Lines(lines::Lines),
    Table(table::Table),
}

impl Board {
    pub(crate) fn new() -> Self {
        let view = if std::io::stderr().is_terminal() {
            View::Table(table::Table::default())
        } else {
            View::Lines(lines::Lines::default())
        };
        Self { me: run::me(), view, interrupted: Cell::new(false) }
    }

    /// Whether somebody asked to stop waiting.
    pub(crate) fn was_interrupted(&self) -> bool {
        self.interrupted.get()
    }
}

impl Host for Board {
    fn tell(&self, news: News<'_>) {
        match &self.view {
            View::Lines(lines) => lines.tell(news),
            View::Table(table) => table.tell(news),
        }
    }

    fn is_alive(&self, holder: &Holder) -> Option<bool> {
        run::is_alive(holder, &self.me)
    }

    fn interrupted(&self) -> LocalBoxFuture<'_, ()> {
        Box::pin(async {
            run::stop_asked().await;
            self.interrupted.set(true);
        })
    }

    fn me(&self) -> Holder {
        self.me.clone()
    }
}
