//! Which postings go with a profile, what one of them says, and how well somebody fits.

use axum::Json;
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt as _;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use weir_answers::jobs::{Fit, JobError};
use weir_answers::{By, Event, Source, Within};

use super::answers::Answers;
use super::limits::Admitted;
use crate::problem::Problem;

/// Postings that are recommended where nobody says how many.
const SOME: usize = 5;
/// Most postings that are recommended.
const MOST: usize = 20;

/// A profile.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Profile {
    /// What somebody can do and wants, in their own words; a résumé, for instance. It is not kept.
    #[schema(max_length = 30000)]
    profile: String,
    /// Most postings; 5 where nothing is said.
    limit: Option<usize>,
}

/// A question about one posting.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct JobQuestion {
    /// Which posting, by its id.
    job_id: String,
    /// The question.
    question: String,
}

/// A profile beside one posting.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Pair {
    /// What somebody can do.
    profile: String,
    /// Which posting, by its id.
    job_id: String,
}

/// An answer that was waited for.
#[derive(Default, Serialize, ToSchema)]
pub(crate) struct Answered {
    /// The answer, in which `[1]` cites a source.
    answer: String,
    /// Whether it says no more than that it is not known.
    abstained: bool,
    /// What is cited.
    #[schema(value_type = [Object])]
    sources: Vec<Source>,
    /// Who worded it.
    #[schema(value_type = Object)]
    by: Value,
}

fn refused(error: &JobError) -> Response {
    match error {
        JobError::Unknown { .. } => Problem::not_found(error.to_string()).into_response(),
        _ => Problem::unprocessable(error.to_string()).into_response(),
    }
}

/// The postings that go best with a profile, each with what speaks for it.
#[utoipa::path(
    post,
    path = "/recommend_jobs",
    request_body = Profile,
    responses(
        (status = 200, description = "Postings, the best first", body = [Object]),
        (status = 422, description = "It is no profile", body = Problem,
            content_type = "application/problem+json"),
        (status = 429, description = "Too many questions", body = Problem,
            content_type = "application/problem+json"),
    )
)]
pub async fn recommend(
    _: Admitted,
    Answers(jobs, _): Answers,
    Json(asked): Json<Profile>,
) -> Response {
    let most = asked.limit.unwrap_or(SOME);
    if !(1..=MOST).contains(&most) {
        let why = format!("limit: got {most}, takes 1 to {MOST}");
        return Problem::unprocessable(why).into_response();
    }
    match jobs.recommend(&asked.profile, most) {
        Ok(all) => Json(all).into_response(),
        Err(error) => refused(&error),
    }
}

/// What one posting says about a question.
#[utoipa::path(
    post,
    path = "/job_qa",
    request_body = JobQuestion,
    responses(
        (status = 200, description = "The answer", body = Answered),
        (status = 404, description = "There is no such posting", body = Problem,
            content_type = "application/problem+json"),
        (status = 422, description = "It is no question", body = Problem,
            content_type = "application/problem+json"),
        (status = 429, description = "Too many questions", body = Problem,
            content_type = "application/problem+json"),
    )
)]
pub async fn question(
    _: Admitted,
    Answers(jobs, answerer): Answers,
    Json(asked): Json<JobQuestion>,
) -> Response {
    let document = match jobs.job(&asked.job_id) {
        Ok(job) => job.file.clone(),
        Err(error) => return refused(&error),
    };
    let within = Within::Document(document);
    let mut events = match answerer.answer(&asked.question, &within).await {
        Ok(events) => events,
        Err(error) => return Problem::unprocessable(error.to_string()).into_response(),
    };
    let mut answered = Answered::default();
    while let Some(event) = events.next().await {
        match event {
            Event::Sources(sources) => answered.sources = sources,
            Event::Text(text) => answered.answer.push_str(&text),
            Event::Nearest(_) => {}
            Event::Done { abstained, by, .. } => {
                answered.abstained = abstained;
                answered.by = serde_json::json!(by);
            }
        }
    }
    Json(answered).into_response()
}

/// How well a profile fits a posting, and who says so.
#[derive(Serialize, ToSchema)]
pub(crate) struct Judged {
    /// What is met and what is missing.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    fit: Fit,
    /// Who judged: words alone, or a model, which is believed where it quotes the profile.
    #[schema(value_type = Object)]
    by: By,
}

/// How well a profile fits a posting, requirement by requirement.
#[utoipa::path(
    post,
    path = "/classify_match",
    request_body = Pair,
    responses(
        (status = 200, description = "What is met, what is missing, a label (strong, partial or weak), and who says so",
            body = Judged),
        (status = 404, description = "There is no such posting", body = Problem,
            content_type = "application/problem+json"),
        (status = 422, description = "It is no profile", body = Problem,
            content_type = "application/problem+json"),
        (status = 429, description = "Too many questions", body = Problem,
            content_type = "application/problem+json"),
    )
)]
pub async fn classify(
    _: Admitted,
    Answers(jobs, answerer): Answers,
    Json(asked): Json<Pair>,
) -> Response {
    let fit = match jobs.classify(&asked.profile, &asked.job_id) {
        Ok(fit) => fit,
        Err(error) => return refused(&error),
    };
    let Some(model) = answerer.model() else {
        return Json(Judged { fit, by: By::Quotes }).into_response();
    };
    let judged = match jobs.refine(model, &asked.profile, &fit).await {
        Ok(fit) => Judged { fit, by: By::Model { id: model.id().to_owned() } },
        // Words are compared without a model, too.
        Err(error) => {
            tracing::warn!(%error, "a match is judged by its words");
            Judged { fit, by: By::Quotes }
        }
    };
    Json(judged).into_response()
}
