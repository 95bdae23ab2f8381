//! Who the site is about.

use serde::Deserialize;

use super::value::{Href, Origin, Words};

/// Who it is.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// The name.
    pub name: Words,
    /// What they do, in a few words.
    pub tagline: Words,
    /// Where this site is on the web.
    pub site: Origin,
    /// Paragraphs about them.
    pub about: Vec<Words>,
    /// Where else they are to be found.
    #[serde(default)]
    pub links: Vec<Named>,
}

/// A link with its words.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Named {
    /// What it is called.
    pub name: Words,
    /// Where it leads.
    pub href: Href,
}

/// What they did.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resume {
    /// All of it in some sentences.
    pub summary: Words,
    /// Where they worked, the latest first.
    #[serde(default)]
    pub experience: Vec<Station>,
    /// Where they learned, the latest first.
    #[serde(default)]
    pub education: Vec<Station>,
    /// What they can do.
    #[serde(default)]
    pub skills: Vec<Skills>,
}

/// A time at one place.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Station {
    /// What they were, or became.
    pub title: Words,
    /// Where.
    pub place: Words,
    /// When, in words: `2021 – today`.
    pub when: Words,
    /// What they did there.
    #[serde(default)]
    pub did: Vec<Words>,
}

/// Skills of one kind.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Skills {
    /// Of what kind.
    pub kind: Words,
    /// Which.
    pub are: Vec<Words>,
}

/// Who they are and what they did, as Markdown.
pub fn author(profile: &Profile, resume: &Resume) -> String {
    let mut text = format!("# {}\n\n{}\n", profile.name.as_str(), profile.tagline.as_str());
    let mut add = |line: &str| text.extend(["\n", line, "\n"]);
    profile.about.iter().for_each(|paragraph| add(paragraph.as_str()));
    add(resume.summary.as_str());
    for (heading, stations) in
        [("## Experience", &resume.experience), ("## Education", &resume.education)]
    {
        add(heading);
        for Station { title, place, when, did } in stations {
            add(&format!("{}, {}, {}.", title.as_str(), place.as_str(), when.as_str()));
            did.iter().for_each(|what| add(what.as_str()));
        }
    }
    add("## Skills");
    for Skills { kind, are } in &resume.skills {
        let all: Vec<&str> = are.iter().map(Words::as_str).collect();
        add(&format!("{}: {}.", kind.as_str(), all.join(", ")));
    }
    text
}
