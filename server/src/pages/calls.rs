//! The page of live calls: for agents while they speak, and for whoever looks after them.

use maud::{Markup, html};

/// Title and description.
pub const SAYS: (&str, &str) =
    ("Live calls", "What is said in a call, what it has reached, and what may be said next.");

/// What the page says.
pub fn main() -> Markup {
    html! {
        h1 { (SAYS.0) }
        p.lead { (SAYS.1) }
        p #fault .wrong role="alert" {}
        p #lost .note role="status" {}
        noscript { p { "This page needs JavaScript." } }
        (login())
        (who())
        (list())
        (call())
        (deletion())
    }
}

fn login() -> Markup {
    html! {
        form #login .panel hidden {
            h2 { "Log in" }
            p #nobody hidden {
                "There is no account yet. Whoever runs this server makes one with "
                code { "weir user add NAME" } "."
            }
            label for="name" { "Name" }
            input #name name="name" autocomplete="username" autocapitalize="none" spellcheck="false"
                maxlength="60" required;
            label for="password" { "Password" }
            input #password name="password" type="password" autocomplete="current-password" required;
            p #refused .wrong role="alert" {}
            div.row { button #enter .main { "Log in" } }
        }
    }
}

fn who() -> Markup {
    html! {
        div #who .row hidden {
            p {
                "Logged in as " strong #me {} ", "
                span #role {}
            }
            span.rest {}
            button #leave type="button" aria-describedby="leaving" { "Log out" }
            p #leaving .soft { "Logging out ends all your log-ins, on every device and in every program." }
        }
        p #deaf .note hidden {}
    }
}

fn list() -> Markup {
    html! {
        section #list aria-labelledby="list-title" hidden {
            h2 #list-title .out-of-sight { "Calls" }
            search {
                label for="sought" { "Search titles and what was said" }
                input #sought type="search" maxlength="200" autocomplete="off";
            }
            section #going-on aria-labelledby="going-on-title" hidden {
                h3 #going-on-title { "Going on now" }
                ul #live-calls .calls {}
            }
            h3 #ended-title { "Ended" }
            p #none hidden {}
            ul #ended-calls .calls aria-labelledby="ended-title" {}
            nav #paging .row aria-label="Pages of calls" hidden {
                button #newer type="button" { "Newer" }
                span #page .soft {}
                button #older type="button" { "Older" }
            }
            p #found .out-of-sight role="status" {}
        }
    }
}

fn call() -> Markup {
    html! {
        article #call aria-labelledby="title" hidden {
            p { a #back href="#" { "← All calls" } }
            h2 #title tabindex="-1" {}
            p.facts {
                span #state .badge {}
                " " span #facts .soft {}
            }
            p #link .note role="status" {}
            section #suggestion aria-labelledby="card-title" {
                h3 #card-title { "What may be said next" }
                div #card aria-live="polite" {}
                p #pushed-back hidden {}
                details #cards-before hidden {
                    summary {}
                    ol #earlier {}
                }
            }
            div.columns {
                section.said aria-labelledby="said-title" {
                    h3 #said-title { "What is said" }
                    p #nothing .soft {}
                    // No live region: whoever is in the call hears it, and reading it aloud beside
                    // that would be noise.
                    ol #turns aria-labelledby="said-title" tabindex="0" {}
                    div #partials {}
                }
                div.beside {
                    section aria-labelledby="landmarks-title" {
                        h3 #landmarks-title { "What is to be reached" }
                        p #remains {}
                        ul #landmarks {}
                    }
                }
            }
            audio #sound controls preload="none" hidden aria-label="The sound of this call" {}
            p.row.files {
                a #as-markdown download { "Markdown" }
                a #as-srt download { "Subtitles (SRT)" }
                a #as-json download { "JSON" }
                span.rest {}
                button #delete type="button" { "Delete this call" }
            }
        }
    }
}

fn deletion() -> Markup {
    html! {
        dialog #deletion aria-labelledby="deletion-title" {
            form method="dialog" {
                h2 #deletion-title { "Delete this call?" }
                p {
                    "“" span #deleted {} "”, with all that was said in it, is deleted for everybody and for good."
                    span #ends-it { " It goes on, and ends." }
                }
                div.row {
                    button value="no" { "Keep it" }
                    button.main value="yes" { "Delete it" }
                }
            }
        }
    }
}
