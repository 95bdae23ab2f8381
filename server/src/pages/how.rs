//! How the water works: the whole on one page. Every number of it is in the model's card or in a
//! decision of the repository.

use maud::{Markup, html};

use super::layout::picture;
use crate::content::Content;

/// Title and description.
pub const SAYS: (&str, &str) = (
    "How it works",
    "From lines to water: what a neural network answers here, and what is plain arithmetic.",
);

/// Who does a part of the work.
#[derive(Clone, Copy)]
enum By {
    Arithmetic,
    Network,
}

impl By {
    fn class(self) -> &'static str {
        match self {
            Self::Arithmetic => "arithmetic",
            Self::Network => "network",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Arithmetic => "plain arithmetic",
            Self::Network => "the network",
        }
    }
}

/// From what is drawn to what moves.
const CHAIN: [(&str, By, &str); 5] = [
    (
        "Lines",
        By::Arithmetic,
        "What you draw has no thickness. What counts is which points it separates, and how far it \
         leaves the sides of a cell open.",
    ),
    (
        "Maps",
        By::Arithmetic,
        "Seventeen pictures of the rectangle, one number for each cell of 1/64 m: six of the \
         lines, eleven of the water.",
    ),
    (
        "U-Net",
        By::Network,
        "450,392 learned numbers on five levels, each half as fine as the one before, so that the \
         coarse ones see far.",
    ),
    (
        "Change of velocity",
        By::Network,
        "For each cell and each of the next four instants, 1/120 s apart: how the velocity of the \
         water that is there now will change, beyond what gravity does.",
    ),
    (
        "Particles",
        By::Arithmetic,
        "Each reads that answer once, where it is, keeps its own velocity otherwise, falls, flies \
         and stops at lines.",
    ),
];

/// What happens to particles, and whose work it is.
const SHARES: [(&str, By); 8] = [
    ("Pressure: how water pushes water, and lines push back", By::Network),
    ("Gravity, and flight on parabolas", By::Arithmetic),
    ("No particle passes a line, comes or goes", By::Arithmetic),
    ("Where each particle would fly alone, which the network is shown", By::Arithmetic),
    ("In dense water a particle takes on a share of the mean around it", By::Arithmetic),
    ("What is too dense is spread", By::Arithmetic),
    ("Particles keep a distance of 0.45 cells from each other", By::Arithmetic),
    ("A body of water gains no energy", By::Arithmetic),
];

/// What the page says.
pub fn main(content: &Content, has_window: bool) -> Markup {
    html! {
        h1 { (SAYS.0) }
        p.lead {
            "You draw lines, press start, and water flows. Thirty times a second a neural network is asked "
            "one question about it: " em { "how will its velocity change?" }
            " Everything before and after that question is arithmetic."
        }
        section aria-labelledby="whole" {
            h2 #whole { "The whole in five steps" }
            ol.chain {
                @for (name, by, says) in CHAIN {
                    li class=(by.class()) {
                        h3 { (name) }
                        p { (says) }
                        p.by { (by.name()) }
                    }
                }
            }
            p.soft {
                "Then it begins again: one call covers 1/30 s, two frames of a film. If the network says "
                "nothing, water is in free fall, and free fall is exact."
            }
        }
        (shares())
        (beside(content))
        (learned())
        (limits())
        section aria-labelledby="here" {
            h2 #here { "On this server" }
            p {
                "One thread moves the water of all visitors, with one pass of the network for all their "
                "rectangles. A frame is encoded once, however many watch, with twelve bits for each coordinate. "
                "Who is slow misses frames and slows nobody down."
            }
            @if has_window {
                p {
                    "All of it can be looked into layer by layer in "
                    a href="/viewer/" { "the window" }
                    ", where the network runs in your own browser. It is a few megabytes to load."
                }
            }
            p {
                "The posts go deeper: "
                @for (k, post) in content.posts.iter().take(3).enumerate() {
                    @if k > 0 { ", " }
                    a href={ "/blog/" (post.slug) } { (post.title.as_str()) }
                }
                ". Or " a href="/" { "draw something" } "."
            }
        }
    }
}

fn shares() -> Markup {
    html! {
        section aria-labelledby="who" {
            h2 #who { "Who does what" }
            p {
                "The maps of the water say how dense it is and how fast; how dense it would be, how fast what it "
                "meets, and what lines would take from it, if each particle flew on alone. Those of the lines say "
                "how far the nearest one is and in which direction, how open the sides of a cell are, and where it "
                "is solid."
            }
            div.wide tabindex="0" role="region" aria-label="Each part of the work" {
                table {
                    thead { tr { th scope="col" { "What" } th scope="col" { "By" } } }
                    tbody {
                        @for (what, by) in SHARES {
                            tr { td { (what) } td { span.by.(by.class()) { (by.name()) } } }
                        }
                    }
                }
            }
            p {
                "So some things are true whatever the network has learned: no particle passes a line or is lost, "
                "free fall is exact, and no body of water gains energy unless an emitter feeds it."
            }
        }
    }
}

/// The network and the solver at the same instant.
fn beside(content: &Content) -> Markup {
    let pair = [
        (
            "/media/funnel-network.webp",
            "The network",
            "Water from a funnel fills a cup and leaps over both of its rims",
        ),
        (
            "/media/funnel-solver.webp",
            "The solver",
            "The same funnel and cup at the same instant, by the solver",
        ),
    ];
    html! {
        section aria-labelledby="beside" {
            h2 #beside { "Beside the solver" }
            div.pair {
                @for (src, name, says) in pair {
                    @if let Ok(shown) = content.media.picture(src) {
                        figure { (picture(&shown, says)) figcaption { (name) ", after 1.5 s" } }
                    }
                }
            }
            p {
                "The network learned from a solver, which is not a network: particles on a grid that lines cut, "
                "with one linear system for the pressure in each step. It is checked against analytic solutions, "
                "experiments and published tables. On the play page you can choose either, or both side by side."
            }
        }
    }
}

fn learned() -> Markup {
    html! {
        section aria-labelledby="learned" {
            h2 #learned { "How it learned" }
            p {
                "From 256 scenes of lines as people draw them, by an imitated hand, and water that meets them. At "
                "last six tenths of what it saw were lessons: the network leads the water for up to ten "
                "seconds, the solver is handed that very water and says what it would do next. So it learns from "
                "the states that it gets itself into, and not only from those that a solver gets into."
            }
            p { "It learned on two processor cores, without a graphics card." }
        }
    }
}

fn limits() -> Markup {
    html! {
        section aria-labelledby="good" {
            h2 #good { "How good it is, and where it fails" }
            p {
                "On 48 scenes that it had not seen, the mean squared distance of particles from where the solver "
                "has them was 0.0038 m² after 20 frames of 1/60 s, 1/9 of that of free fall that stops at lines. "
                "After 100 frames it was 0.131 m²; two runs of the solver itself that differ in their steps "
                "are 0.084 m² apart by then. In 144,000 frames nothing blew up and no particle crossed a line."
            }
            ul {
                li {
                    "On a processor the solver is faster. At half the resolution it is still closer particle by "
                    "particle, though not by the shape of the water."
                }
                li { "Of the hardest blows it says about three quarters; a block of water thrown at the ceiling is its worst scene." }
                li { "Waves in a wide basin are too high, and water in violent motion has holes for some tenths of a second." }
                li { "Thin sheets that run down a line are torn into drops." }
                li { "Bodies are walls to it: they neither move nor float." }
            }
        }
    }
}
