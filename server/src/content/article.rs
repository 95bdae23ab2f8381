//! A post or a project: what it says about itself between two lines of `+++`, and its text.

use maud::Markup;
use serde::Deserialize;

use super::error::{ContentError, Place};
use super::markdown;
use super::media::{Media, Picture};
use super::value::{Day, Href, Words};

/// The line before and after an article's description of itself.
const FENCE: &str = "+++";

/// What stands between the fences.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Front {
    title: Words,
    date: Day,
    summary: Words,
    link: Option<Href>,
    picture: Option<Shown>,
    video: Option<Filmed>,
    #[serde(default)]
    draft: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Shown {
    file: Href,
    says: Words,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Filmed {
    file: Href,
    still: Href,
    says: Words,
}

/// A picture with what is to be seen in it.
#[derive(Clone, Debug)]
pub struct Figure {
    /// The picture.
    pub picture: Picture,
    /// What is to be seen.
    pub says: Words,
}

/// A film.
#[derive(Clone, Debug)]
pub struct Video {
    /// Its address.
    pub src: String,
    /// What is shown before it plays, as large as it is.
    pub still: Picture,
    /// What is to be seen.
    pub says: Words,
}

/// A post or a project.
#[derive(Clone, Debug)]
pub struct Article {
    /// Its name in addresses.
    pub slug: String,
    /// Its title.
    pub title: Words,
    /// When it was written.
    pub date: Day,
    /// One or two sentences, for lists and search engines.
    pub summary: Words,
    /// Where more of it is.
    pub link: Option<Href>,
    /// A picture at its head.
    pub picture: Option<Figure>,
    /// A film at its head.
    pub video: Option<Video>,
    /// Whether it is not to be shown yet.
    pub is_draft: bool,
    /// Its text.
    pub body: Markup,
}

impl Article {
    /// Reads one.
    ///
    /// # Errors
    /// What is wrong, in which line.
    pub fn read(slug: String, place: Place<'_>, media: &Media) -> Result<Self, ContentError> {
        let (front_at, front, body_at) = parts(place)?;
        let front: Front = place.toml(front, front_at)?;
        let body = markdown::render(place, body_at, media)?;
        // Where an address stands in the text, for messages.
        let at = |href: &Href| place.text.find(href.as_str()).unwrap_or(0);
        let picture =
            |href: &Href| media.picture(href.as_str()).map_err(|why| place.wrong(at(href), why));
        let figure =
            front.picture.map(|Shown { file, says }| Ok(Figure { picture: picture(&file)?, says }));
        let video = front.video.map(|Filmed { file, still, says }| {
            media.file(file.as_str()).map_err(|why| place.wrong(at(&file), why))?;
            Ok(Video { src: file.as_str().to_owned(), still: picture(&still)?, says })
        });
        Ok(Self {
            slug,
            title: front.title,
            date: front.date,
            summary: front.summary,
            link: front.link,
            picture: figure.transpose()?,
            video: video.transpose()?,
            is_draft: front.draft,
            body,
        })
    }
}

/// Where the front matter begins, all of it, and where the text begins.
fn parts(place: Place<'_>) -> Result<(usize, &str, usize), ContentError> {
    let begins = FENCE.len() + 1;
    if !place.text.starts_with("+++\n") {
        return Err(place.wrong(0, "takes +++ in the first line, then title, date and summary"));
    }
    // A second fence may follow directly on the first.
    match place.text[begins - 1..].find("\n+++\n") {
        Some(length) => {
            let front = place.text.get(begins..begins - 1 + length).unwrap_or_default();
            Ok((begins, front, begins + length + FENCE.len() + 1))
        }
        None => Err(place.wrong(0, "takes a second line of +++ where the text begins")),
    }
}
