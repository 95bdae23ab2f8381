//! The table on standard output.

use weir_evaluation::{CallFigures, Evaluation, RetrievalFigures, SpeechFigures};

use super::page::{figure, limit, quantiles, retrieval_rows, verdict};
use super::report::Report;

/// The table.
pub fn text(report: &Report) -> String {
    let Evaluation { speech, calls, retrieval } = &report.evaluation;
    let mut lines = Vec::new();
    if let Some(figures) = speech.figures() {
        lines.extend(of_speech(figures));
    }
    if let Some(figures) = calls.figures() {
        lines.extend(of_calls(figures));
    }
    if let Some(figures) = retrieval.figures() {
        lines.extend(of_retrieval(figures));
    }
    lines.extend(report.skipped().map(|(part, why)| format!("{part} is SKIPPED: {why}")));
    lines.push(format!("goals, by the set {}", report.set.name()));
    lines.extend(report.goals.iter().map(|goal| {
        let (limit, verdict) = (limit(goal), verdict(goal));
        format!("  {:.3}, {limit}: {verdict:12} {}", goal.value, goal.name)
    }));
    lines.join("\n")
}

fn of_speech(speech: &SpeechFigures) -> Vec<String> {
    let mut lines = Vec::new();
    for ear in &speech.ears {
        lines.push(format!("speech, {}", ear.name));
        lines.extend(ear.groups.iter().map(|group| {
            let rate = 100.0 * group.word_error_rate;
            format!("  {rate:5.1} % word errors  {}", group.kind.name())
        }));
        lines.push(format!("  {:5.2} of real time", ear.real_time));
    }
    let latency = &speech.latency;
    lines.extend([
        "speech, after its end".to_owned(),
        format!("  final text    {}", quantiles(latency.final_s.as_ref())),
        format!("  first answer  {}", quantiles(latency.answer_s.as_ref())),
    ]);
    lines
}

fn of_calls(calls: &CallFigures) -> Vec<String> {
    vec![
        format!("calls, {} of {:.0} minutes", calls.calls, calls.minutes),
        format!("  {}  macro-F1 of landmarks", figure(&calls.macro_f1)),
        format!("  {}  macro-F1 of pushbacks", figure(&calls.pushback_f1)),
        format!("  {}  false cards in ten minutes", figure(&calls.false_cards)),
        format!("  {}  overlap of words", figure(&calls.overlap)),
    ]
}

fn of_retrieval(retrieval: &RetrievalFigures) -> Vec<String> {
    let (with, without) = (retrieval.answerable, retrieval.unanswerable);
    let title = format!("answers, to {with} questions that have one and {without} that have none");
    let rows = retrieval_rows(retrieval);
    let line = |(name, of): (&str, &weir_evaluation::Figure)| format!("  {}  {name}", figure(of));
    std::iter::once(title).chain(rows.map(line)).collect()
}
