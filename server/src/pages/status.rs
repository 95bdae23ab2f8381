//! The page that says how the server is.

use maud::{Markup, html};

/// Title and description.
pub const SAYS: (&str, &str) =
    ("Status", "Whether the water flows, which network moves it, and whether that can be trusted.");

/// What the page says; a script fills it in.
pub fn main() -> Markup {
    html! {
        h1 { (SAYS.0) }
        p.lead #state role="status" { "Asking the server…" }
        noscript { p { "This page needs JavaScript; programs ask " a href="/api/status" { "/api/status" } "." } }
        section #facts hidden {
            h2 { "The water" }
            dl #water {}
            h2 { "The network" }
            div.scroll { table #networks {} }
            h2 { "Is it right?" }
            p { "Each frame is looked at: water may not pass a line, come from nowhere, vanish, or gain energy. \
                Where a network breaks such a limit, the solver that it learned from takes the run over. And some runs \
                are solved again afterwards, to see how far off the network was." }
            dl #right {}
            h2 { "Is it what was learned?" }
            p { "What visitors draw, beside what the network learned from. Below 1 the two cannot be told apart; the longer the bar \
                beyond that, the less is known about how good the network is there." }
            p #few hidden {}
            ul #drift {}
            p.soft { "Programs read this at " a href="/api/status" { "/api/status" } ", and Prometheus at " code { "/metrics" } "." }
        }
    }
}
