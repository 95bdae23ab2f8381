//! The column beside the graph: legend, then notes.

use anyhow::Result;
use plotters::prelude::*;
use weir_sim::validation::{FigureData, Style};

use super::{Area, INK, QUIET, font, hue, px};

const LINE: u32 = 22;
const NOTE_LINE: u32 = 18;
/// Characters of a note that fit on a line of the column.
const NOTE_CHARACTERS: usize = 32;

pub fn draw<B: DrawingBackend>(figure: &FigureData, area: &Area<B>) -> Result<()>
where
    B::ErrorType: 'static,
{
    let place = |x: u32, y: u32| (px(x) as i32, px(y) as i32);
    let mut y = 58;
    for series in figure.series.iter().filter(|s| !s.name.is_empty()) {
        let color = hue(series);
        match series.style {
            Style::Line | Style::Guide => {
                let width = if series.style == Style::Line { 2 } else { 1 };
                let ends = [place(14, y), place(38, y)];
                area.draw(&PathElement::new(ends, color.stroke_width(px(width))))?;
            }
            Style::Marks => {
                area.draw(&Circle::new(place(26, y), px(4), color.stroke_width(px(2))))?;
            }
            Style::Dots => area.draw(&Circle::new(place(26, y), px(3), color.filled()))?,
        }
        let style = font(13).color(&INK);
        area.draw(&Text::new(series.name.clone(), place(48, y - 4), style))?;
        y += LINE;
    }
    y += LINE / 2;
    for note in &figure.notes {
        for line in wrap(note, NOTE_CHARACTERS) {
            area.draw(&Text::new(line, place(14, y), font(12).color(&QUIET)))?;
            y += NOTE_LINE;
        }
        y += NOTE_LINE / 3;
    }
    Ok(())
}

/// Breaks a text between words into lines of at most `width` characters, where
/// the words allow it.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    // A number stays with its percent sign.
    for word in text.replace(" %", "\u{a0}%").split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_wrapped_between_words() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("unbreakable", 4), ["unbreakable"]);
        assert_eq!(wrap("gate 1 %", 6), ["gate", "1\u{a0}%"]);
        assert_eq!(wrap("√(2gh) ρ g d", 8), ["√(2gh) ρ", "g d"]);
    }
}
