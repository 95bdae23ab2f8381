//! The page that is asked: a question by voice or by hand, or words that become a drawing.

use maud::{Markup, html};

/// Title and description.
pub const SAYS: (&str, &str) = (
    "Ask",
    "Ask about this project, its author or a job, aloud or in writing; or say what to draw.",
);
/// Questions that the documents answer.
const QUESTIONS: [&str; 3] = [
    "What moves the water?",
    "Can I use the code in my own work?",
    "Which jobs are there for somebody who knows Rust?",
];
/// Drawings.
const DRAWINGS: [&str; 3] = [
    "A funnel, and a cup under it",
    "Two ramps and a bowl below them",
    "A tall dam in the middle and a pool on the left",
];

/// What the page says.
pub fn main() -> Markup {
    html! {
        h1 { (SAYS.0) }
        p.lead { (SAYS.1) }
        form #asker .asker .panel {
            div.row {
                div #modes .choice role="radiogroup" aria-label="What to do" {
                    button type="button" role="radio" aria-checked="true" value="ask" { "Ask" }
                    button type="button" role="radio" aria-checked="false" value="draw" { "Draw" }
                }
                span.rest {}
                label.for-asking {
                    "About "
                    select #scope {
                        option value="" { "anything here" }
                        option value="about" { "this project" }
                        option value="jobs" { "jobs" }
                    }
                }
            }
            label for="question" {
                span.for-asking { "Your question" }
                span.for-drawing { "What is to be drawn" }
            }
            textarea #question rows="2" maxlength="500" autocomplete="off" {}
            div.row {
                button #speak type="button" aria-pressed="false" disabled { "Speak" }
                meter #level min="0" max="1" low="0.05" aria-label="How loud you are" {}
                span #clock aria-hidden="true" {}
                span.rest {}
                button #go .main { "Ask" }
            }
            p #said role="status" aria-live="polite" {}
            audio #playback controls hidden aria-label="What you said" {}
            (examples("for-asking", "ask", &QUESTIONS))
            (examples("for-drawing", "draw", &DRAWINGS))
            p.soft #transcriber {}
        }
        section #answer aria-labelledby="asked" hidden {
            h2 #asked {}
            p #answer-text aria-live="polite" {}
            p { button #aloud type="button" hidden { "Read aloud" } }
            ol #sources aria-label="Where it is written" {}
            p.soft #by {}
        }
        section #drawing aria-labelledby="drawing-title" hidden {
            h2 #drawing-title { "Your drawing" }
            canvas #preview role="img" aria-labelledby="drawn" {}
            p #drawn {}
            p { a #open-drawing .button href="/" { "Let the water flow" } }
        }
        section #kept aria-labelledby="kept-title" hidden {
            h2 #kept-title { "Your recordings" }
            ul #recordings {}
            p { button #delete-all type="button" { "Delete all of them" } }
            p.soft #kept-words role="status" {}
        }
        dialog #consent aria-labelledby="consent-title" {
            form method="dialog" {
                h2 #consent-title { "May this page listen?" }
                p {
                    "While the button says Stop, your voice goes to this server and becomes text. It is forgotten "
                    "then, unless you want it to be kept."
                }
                p {
                    label {
                        input #keep type="checkbox";
                        " Keep my recordings for " span data-days { "30" } " days. I can listen to them here, and delete them."
                    }
                }
                div.row {
                    button value="no" { "No" }
                    button.main value="yes" { "Yes, listen" }
                }
            }
        }
    }
}

fn examples(class: &str, mode: &str, words: &[&str]) -> Markup {
    html! {
        ul class={ "examples " (class) } aria-label="For example" {
            @for words in words {
                li { button type="button" data-example=(mode) { (words) } }
            }
        }
    }
}
