//! A call as a file: JSON for programs, Markdown for people, SRT for players of its sound.

use std::fmt::Write as _;

use weir_calls::Role;

use crate::record::{CallRecord, LandmarkEvent};
use crate::words::{LandmarkState, Listed, Method};

impl CallRecord {
    /// All of it, as JSON.
    #[must_use]
    pub fn json(&self) -> String {
        serde_json::to_string_pretty(self).expect("all keys of a record are text") + "\n"
    }

    /// What was reached and by which words, what remains, and what was said, as Markdown. Signs
    /// that mean something in Markdown stand for themselves.
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut text = String::new();
        // Writing into a string does not fail.
        let _ = self.write_markdown(&mut text);
        text
    }

    /// What was said, as SubRip subtitles of the call's sound.
    #[must_use]
    pub fn srt(&self) -> String {
        let mut text = String::new();
        for (number, turn) in (1..).zip(&self.turns) {
            let (start, end) = (srt_time(turn.start_s), srt_time(turn.end_s));
            let said = one_line(&turn.text).replace("-->", "->");
            // Writing into a string does not fail.
            let _ = write!(text, "{number}\n{start} --> {end}\n{}: {said}\n\n", name(turn.role));
        }
        text
    }

    fn write_markdown(&self, to: &mut String) -> std::fmt::Result {
        let summary = &self.summary;
        writeln!(to, "# {}\n", escaped(&summary.title))?;
        let playbook = escaped(&summary.playbook);
        writeln!(to, "Began {}, by the playbook {playbook}.", summary.began)?;
        match summary.duration_s {
            Some(duration_s) => writeln!(to, "It lasted {}.", clock(duration_s))?,
            None => writeln!(to, "It goes on.")?,
        }
        let transcriber = escaped(&summary.transcriber);
        writeln!(to, "Text of its sound was made by {transcriber}, and may be wrong.")?;
        self.write_reached(to)?;
        self.write_remaining(to)?;
        writeln!(to, "\n## What was said\n")?;
        if self.turns.is_empty() {
            writeln!(to, "Nothing.")?;
        }
        for turn in &self.turns {
            let (at, said) = (clock(turn.start_s), escaped(&turn.text));
            writeln!(to, "- {at} **{}:** {said}", name(turn.role))?;
        }
        if self.suggestions.is_empty() {
            return Ok(());
        }
        writeln!(to, "\n## What was suggested\n")?;
        for card in &self.suggestions {
            write!(to, "- {}: {}", escaped(&card.about), escaped(&card.text))?;
            match &card.source {
                Some(source) => writeln!(to, " ({})", escaped(source))?,
                None => writeln!(to)?,
            }
        }
        Ok(())
    }

    fn write_reached(&self, to: &mut String) -> std::fmt::Result {
        writeln!(to, "\n## What was reached\n")?;
        if self.of(LandmarkState::Done).next().is_none() {
            return writeln!(to, "Nothing.");
        }
        writeln!(to, "| landmark | whose | when | by which words |\n|---|---|---|---|")?;
        for landmark in self.of(LandmarkState::Done) {
            let (title, role) = (escaped(&landmark.title), name(landmark.role));
            let (when, by) = self.event(landmark).map_or_else(Default::default, |event| {
                let turn = self.turns.iter().find(|turn| Some(turn.turn) == event.turn);
                let when = turn.map(|turn| clock(turn.start_s)).unwrap_or_default();
                (when, by(event))
            });
            writeln!(to, "| {title} | {role} | {when} | {by} |")?;
        }
        Ok(())
    }

    fn write_remaining(&self, to: &mut String) -> std::fmt::Result {
        writeln!(to, "\n## What remains\n")?;
        let states = [LandmarkState::Pending, LandmarkState::Likely];
        let mut remains = states.into_iter().flat_map(|state| self.of(state)).peekable();
        if remains.peek().is_none() {
            writeln!(to, "Nothing.")?;
        }
        for landmark in remains {
            let optional = if landmark.required { "" } else { " (optional)" };
            writeln!(to, "- {}{optional}", escaped(&landmark.title))?;
        }
        for landmark in self.of(LandmarkState::Waived) {
            writeln!(to, "- ~~{}~~ (waived)", escaped(&landmark.title))?;
        }
        Ok(())
    }

    fn of(&self, state: LandmarkState) -> impl Iterator<Item = &Listed> {
        self.landmarks.iter().filter(move |landmark| landmark.state == state)
    }

    /// What made a landmark as it is.
    fn event(&self, landmark: &Listed) -> Option<&LandmarkEvent> {
        self.events.iter().rev().find(|event| event.id == landmark.id)
    }
}

/// How a landmark was reached.
fn by(event: &LandmarkEvent) -> String {
    match (&event.quote, event.method) {
        (_, Method::Hand) => "set by hand".to_owned(),
        (Some(quote), _) => format!("\u{201c}{}\u{201d}", escaped(quote)),
        (None, _) => String::new(),
    }
}

fn name(role: Role) -> &'static str {
    match role {
        Role::Agent => "Agent",
        Role::Customer => "Customer",
    }
}

/// The text on one line.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The text on one line, its signs without a meaning in Markdown.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for letter in one_line(text).chars() {
        if "\\`*_[]<>|#~&".contains(letter) {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    escaped
}

/// Minutes and seconds, after hours if there are any.
fn clock(seconds: f32) -> String {
    let whole = seconds as u64;
    let (hours, minutes, seconds) = (whole / 3600, whole / 60 % 60, whole % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes}:{seconds:02}")
    }
}

/// A time as SubRip writes it.
fn srt_time(seconds: f32) -> String {
    let ms = (f64::from(seconds) * 1000.0).round() as u64;
    let (hours, minutes, whole) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60);
    format!("{hours:02}:{minutes:02}:{whole:02},{:03}", ms % 1000)
}
