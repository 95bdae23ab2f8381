//! The résumé, which prints on paper as it is.

use maud::{Markup, html};

use crate::content::Content;

/// Title and description.
pub fn says(content: &Content) -> (&str, &str) {
    ("Résumé", content.resume.summary.as_str())
}

/// What the page says.
pub fn main(content: &Content) -> Markup {
    let (profile, resume) = (&content.profile, &content.resume);
    let stations = [("Experience", &resume.experience), ("Education", &resume.education)];
    html! {
        div.resume {
            h1 { (profile.name.as_str()) }
            p.lead { (profile.tagline.as_str()) }
            ul.links {
                @for link in &profile.links {
                    li { a href=(link.href.as_str()) { (link.name.as_str()) } }
                }
            }
            p { (resume.summary.as_str()) }
            @for (title, stations) in stations {
                @if !stations.is_empty() {
                    h2 { (title) }
                    @for station in stations {
                        section.station {
                            h3 { (station.title.as_str()) ", " (station.place.as_str()) }
                            p.when { (station.when.as_str()) }
                            @if !station.did.is_empty() {
                                ul { @for did in &station.did { li { (did.as_str()) } } }
                            }
                        }
                    }
                }
            }
            @if !resume.skills.is_empty() {
                h2 { "Skills" }
                dl {
                    @for skills in &resume.skills {
                        dt { (skills.kind.as_str()) }
                        dd {
                            @for (k, skill) in skills.are.iter().enumerate() {
                                @if k > 0 { ", " }
                                (skill.as_str())
                            }
                        }
                    }
                }
            }
            @if !content.projects.is_empty() {
                h2 { "Projects" }
                ul {
                    @for project in &content.projects {
                        li {
                            a href={ "/projects/" (project.slug) } { (project.title.as_str()) }
                            ": " (project.summary.as_str())
                        }
                    }
                }
            }
        }
    }
}
