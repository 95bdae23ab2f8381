//! Job postings: which ones go with a profile, and why.
//!
//! No model is needed. Words decide, by how rare they are among the postings, and what is said
//! is always backed by words of the posting and of the profile.

mod fit;
mod recommend;
mod refine;

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::Serialize;
use toml::Table;
use weir_retrieval::Chunk;

use crate::confidence::telling;
use crate::documents::{Documents, scope};
use crate::extract::sentences;

pub use fit::{Fit, Label, Matched, Missing};
pub use recommend::{Because, Recommendation};
pub use refine::RefineError;

/// The scope in which postings stand.
const SCOPE: &str = "jobs";
/// The heading under which a posting says what it requires, and the one for the tasks.
const REQUIRED: &str = "What you bring";
const TASKS: &str = "What you will do";

/// A job posting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Job {
    /// What it is called in addresses: its file without folder and ending.
    pub id: String,
    /// The document, by its file.
    pub file: String,
    /// The position.
    pub title: String,
    /// Who offers it; empty if the posting does not say.
    pub company: String,
    /// Where; empty if the posting does not say.
    pub place: String,
    /// Whether it may be done from elsewhere.
    pub remote: bool,
}

/// Why a profile is not compared with a posting.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JobError {
    /// There is no such posting.
    #[error("there is no job {id:?}")]
    Unknown {
        /// What was asked for.
        id: String,
    },
    /// The posting has no section that says what it requires.
    #[error("the job {id:?} has no section {REQUIRED:?}")]
    NothingRequired {
        /// Which.
        id: String,
    },
    /// The profile is empty or too long.
    #[error("the profile has {letters} letters, and may have 1 to {MOST_LETTERS}")]
    Profile {
        /// How long it is.
        letters: usize,
    },
}

/// Longest profile, in letters: some ten pages.
const MOST_LETTERS: usize = 30_000;

/// The postings of a library.
#[derive(Clone, Debug)]
pub struct Jobs {
    postings: BTreeMap<String, Posting>,
    /// By stem: in how many postings it stands.
    having: HashMap<String, usize>,
}

#[derive(Clone, Debug)]
struct Posting {
    job: Job,
    /// Sentences about what is required, what is done, and all else.
    required: Vec<String>,
    tasks: Vec<String>,
    others: Vec<String>,
}

impl Jobs {
    /// Those of the scope `jobs`.
    pub fn new(documents: &Documents) -> Self {
        let mut postings: BTreeMap<String, Posting> = BTreeMap::new();
        let nothing = Table::new();
        for chunk in documents.chunks().iter().filter(|chunk| scope(&chunk.document) == SCOPE) {
            let facts = documents.facts().get(&chunk.document).unwrap_or(&nothing);
            let job = job(chunk, facts);
            let posting = postings.entry(job.id.clone()).or_insert_with(|| Posting {
                job,
                required: Vec::new(),
                tasks: Vec::new(),
                others: Vec::new(),
            });
            let lines = match chunk.heading.as_str() {
                // Item by item: a requirement may have two sentences.
                REQUIRED => {
                    posting.required.extend(chunk.text.lines().map(|line| line.trim().to_owned()));
                    continue;
                }
                TASKS => &mut posting.tasks,
                _ => &mut posting.others,
            };
            lines.extend(sentences(&chunk.text).into_iter().map(str::to_owned));
        }
        let mut having: HashMap<String, usize> = HashMap::new();
        for posting in postings.values() {
            let stems: HashSet<String> = posting.lines().flat_map(telling).collect();
            for stem in stems {
                *having.entry(stem).or_default() += 1;
            }
        }
        Self { postings, having }
    }

    /// All postings, in the order of their ids.
    pub fn all(&self) -> impl Iterator<Item = &Job> {
        self.postings.values().map(|posting| &posting.job)
    }

    /// The posting of this id.
    ///
    /// # Errors
    /// There is none.
    pub fn job(&self, id: &str) -> Result<&Job, JobError> {
        Ok(&self.posting(id)?.job)
    }

    fn posting(&self, id: &str) -> Result<&Posting, JobError> {
        self.postings.get(id).ok_or_else(|| JobError::Unknown { id: id.to_owned() })
    }

    /// How rare a stem is among the postings (inverse document frequency, as BM25 has it); none of
    /// those that no posting has counts.
    fn rarity(&self, stem: &str) -> f32 {
        let all = self.postings.len() as f32;
        match self.having.get(stem) {
            Some(&having) => (1.0 + (all - having as f32 + 0.5) / (having as f32 + 0.5)).ln(),
            None => 0.0,
        }
    }
}

impl Posting {
    fn lines(&self) -> impl Iterator<Item = &str> {
        let lines = self.required.iter().chain(&self.tasks).chain(&self.others);
        std::iter::once(self.job.title.as_str()).chain(lines.map(String::as_str))
    }
}

fn job(chunk: &Chunk, facts: &Table) -> Job {
    let text = |key| facts.get(key).and_then(toml::Value::as_str).unwrap_or_default().to_owned();
    let name = chunk.document.rsplit('/').next().unwrap_or_default();
    Job {
        id: name.trim_end_matches(".md").to_owned(),
        file: chunk.document.clone(),
        title: chunk.title.clone(),
        company: text("company"),
        place: text("place"),
        remote: facts.get("remote").and_then(toml::Value::as_bool).unwrap_or_default(),
    }
}

/// A profile that may be compared.
fn check(profile: &str) -> Result<(), JobError> {
    let letters = profile.trim().chars().count();
    match letters {
        1..=MOST_LETTERS => Ok(()),
        _ => Err(JobError::Profile { letters }),
    }
}
