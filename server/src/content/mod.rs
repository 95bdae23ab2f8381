//! What the pages around the water say: a person, what they made, and what they wrote of it.
//!
//! Content is a folder of TOML and Markdown. One comes with the program; another may be read when
//! the server starts. All of it is read and checked at once, so that no visitor meets a mistake.

mod article;
mod error;
mod files;
mod markdown;
mod media;
mod person;
mod value;

use std::path::Path;

pub use article::{Article, Figure, Video};
pub use error::ContentError;
use error::Place;
use files::Files;
pub use media::{Media, Picture};
use person::author;
pub use person::{Profile, Resume};

/// All that pages are made of.
pub struct Content {
    /// Who it is about.
    pub(crate) profile: Profile,
    /// What they did.
    pub(crate) resume: Resume,
    /// What they made, the latest first.
    pub(crate) projects: Vec<Article>,
    /// What they wrote, the latest first.
    pub(crate) posts: Vec<Article>,
    /// Pictures and films.
    pub(crate) media: Media,
    /// The same as Markdown: names and texts.
    documents: Vec<(String, String)>,
}

impl Content {
    /// The pages as Markdown, for who answers questions: names and texts.
    pub fn documents(&self) -> &[(String, String)] {
        &self.documents
    }

    /// The content that comes with the program.
    ///
    /// # Errors
    /// A file is wrong; the error names it, the line, and what it takes.
    pub fn load() -> Result<Self, ContentError> {
        Self::read(Files::embedded())
    }

    /// The content of a folder: `profile.toml`, `resume.toml`, `posts/*.md`, `projects/*.md` and
    /// `media/*`.
    ///
    /// # Errors
    /// A file is wrong, or cannot be read.
    pub fn from_folder(folder: impl AsRef<Path>) -> Result<Self, ContentError> {
        Self::read(Files::in_folder(folder.as_ref())?)
    }

    fn read(mut files: Files) -> Result<Self, ContentError> {
        let media = Media::new(files.media()?);
        let profile = files.text("profile.toml")?;
        let profile: Profile = Place { file: "profile.toml", text: &profile }.toml(&profile, 0)?;
        let resume = files.text("resume.toml")?;
        let resume: Resume = Place { file: "resume.toml", text: &resume }.toml(&resume, 0)?;
        let mut documents = vec![("about/author.md".to_owned(), author(&profile, &resume))];
        let mut articles = |folder| -> Result<Vec<Article>, ContentError> {
            let mut articles = Vec::new();
            for (slug, text, file) in files.articles(folder)? {
                let article = Article::read(slug, Place { file: &file, text: &text }, &media)?;
                if !article.is_draft {
                    documents.push((file, text));
                }
                articles.push(article);
            }
            articles.retain(|article| !article.is_draft);
            // Of one day: in the order of their names.
            articles.sort_by(|a, b| b.date.cmp(&a.date).then_with(|| a.slug.cmp(&b.slug)));
            Ok(articles)
        };
        let (projects, posts) = (articles("projects")?, articles("posts")?);
        files.end()?;
        Ok(Self { profile, resume, projects, posts, media, documents })
    }
}

#[cfg(test)]
mod tests;
