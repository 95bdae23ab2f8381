//! The report as a page that needs nothing beside it.

use anyhow::Result;
use weir_evaluation::{
    CallFigures, EarFigures, Evaluation, Figure, Goal, PointFigures, Quantiles, RetrievalFigures,
    Set, Side, SpeechFigures,
};

use super::figures;
use super::report::Report;
use crate::page::{self, Part};

/// Rows of what was taken for what; report.json has all.
const MISTAKES: usize = 25;

/// The page.
///
/// # Errors
/// A figure cannot be drawn.
pub fn html(report: &Report) -> Result<String> {
    let Evaluation { speech, calls, retrieval } = &report.evaluation;
    let mut parts = vec![Part::Words(method(report))];
    let skipped: Vec<String> =
        report.skipped().map(|(part, why)| format!("{part}: {why}")).collect();
    if !skipped.is_empty() {
        parts.push(Part::Heading("What could not be measured"));
        parts.push(Part::List(skipped));
    }
    parts.push(Part::Heading("Goals"));
    parts.push(goals(&report.goals));
    if let Some(figures) = speech.figures() {
        parts.extend(speech_parts(figures));
    }
    if let Some(figures) = calls.figures() {
        parts.extend(call_parts(figures, &report.goals)?);
    }
    if let Some(figures) = retrieval.figures() {
        parts.extend(retrieval_parts(figures, &report.goals)?);
    }
    parts.push(Part::Heading("Who was measured, and where"));
    parts.push(Part::List(circumstances(report)));
    Ok(page::html("How good the assistant is", &parts))
}

fn method(report: &Report) -> String {
    let set = match report.set {
        Set::HeldOut => {
            "Calls and questions are held out: others wrote them, and nothing was chosen by them."
        }
        Set::Dev => {
            "Calls and questions are those that everything was made better by, so these figures \
             flatter."
        }
    };
    format!(
        "{set} Intervals are of 95 %, by the bootstrap over calls or questions, always with the \
         same seed. Speech is that of flite, which is easier than a human voice. Measured {} in \
         {:.0} s.",
        report.at, report.seconds
    )
}

fn row<const N: usize>(cells: [&str; N]) -> Vec<String> {
    cells.map(str::to_owned).to_vec()
}

/// A goal, in words.
pub fn limit(goal: &Goal) -> String {
    match goal.side {
        Side::AtMost => format!("at most {:.2}", goal.limit),
        Side::AtLeast => format!("at least {:.2}", goal.limit),
    }
}

/// Whether a goal is reached, in words.
pub fn verdict(goal: &Goal) -> &'static str {
    if goal.is_reached { "reached" } else { "NOT REACHED" }
}

fn goals(goals: &[Goal]) -> Part {
    let rows = goals.iter().map(|goal| {
        let value = format!("{:.3}", goal.value);
        vec![goal.name.clone(), value, limit(goal), verdict(goal).to_owned()]
    });
    Part::Table(row(["", "figure", "goal", ""]), rows.collect())
}

/// A figure with its interval.
pub fn figure(figure: &Figure) -> String {
    format!("{:.2} [{:.2}, {:.2}]", figure.value, figure.low, figure.high)
}

/// Where half and nearly all of some times lie.
pub fn quantiles(times: Option<&Quantiles>) -> String {
    times.map_or("n/a".to_owned(), |times| {
        format!("P50 {:.2} s, P95 {:.2} s, of {}", times.p50, times.p95, times.count)
    })
}

fn speech_parts(speech: &SpeechFigures) -> Vec<Part> {
    let mut head = row(["word error rate", "sentences", "words"]);
    head.extend(speech.ears.iter().map(|ear| ear.name.clone()));
    let kinds = speech.ears.first().map_or(&[][..], |ear| &ear.groups);
    let rows = kinds.iter().map(|group| {
        let mut row = vec![
            group.kind.name().to_owned(),
            group.sentences.to_string(),
            group.words.to_string(),
        ];
        row.extend(speech.ears.iter().map(|ear| {
            let rate = ear.word_error_rate(group.kind);
            rate.map_or("n/a".to_owned(), |rate| format!("{:.1} %", 100.0 * rate))
        }));
        row
    });
    let speed = |ear: &EarFigures| {
        format!(
            "{}: {:.2} s for a second of {:.0} s of sound",
            ear.name, ear.real_time, ear.sound_s
        )
    };
    let latency = &speech.latency;
    let mut told: Vec<String> = speech.ears.iter().map(speed).collect();
    told.extend([
        format!(
            "end of speech to final text, by {}: {}; the silence by which the end is known is in it",
            speech.listener,
            quantiles(latency.final_s.as_ref())
        ),
        format!(
            "end of speech to the first words of an answer: {}",
            quantiles(latency.answer_s.as_ref())
        ),
        format!("the most that work lay behind the sound: {:.1} s", latency.lag_s),
    ]);
    vec![
        Part::Heading("Speech"),
        Part::Words(format!(
            "Substitutions, insertions and deletions by words that were said, after numbers are \
             spelled out. The domain has {} sentences: examples of the playbook, and the documents.",
            speech.domain_sentences
        )),
        Part::Table(head, rows.collect()),
        Part::List(told),
    ]
}

fn limit_of(goals: &[Goal], name: &str) -> Option<f32> {
    goals.iter().find(|goal| goal.name.starts_with(name)).map(|goal| goal.limit)
}

fn call_parts(calls: &CallFigures, goals: &[Goal]) -> Result<Vec<Part>> {
    let all = [
        ("macro-F1 of landmarks", &calls.macro_f1),
        ("macro-F1 of pushbacks", &calls.pushback_f1),
        ("false cards in ten minutes", &calls.false_cards),
        ("overlap of the words pointed at with those that say it", &calls.overlap),
    ];
    let all = all.map(|(name, of)| vec![name.to_owned(), figure(of)]).to_vec();
    let point = |point: &PointFigures| {
        let f1 = point.f1.as_ref().map_or("n/a".to_owned(), figure);
        let counts = [point.right, point.wrong, point.missed].map(|count| count.to_string());
        [vec![point.id.clone(), f1], counts.to_vec()].concat()
    };
    let head = || row(["", "F1", "found where it is", "found where it is not", "missed"]);
    let nothing = || "nothing".to_owned();
    let taken = calls.taken.iter().take(MISTAKES).map(|taken| {
        vec![
            taken.said.clone().unwrap_or_else(nothing),
            taken.found.clone().unwrap_or_else(nothing),
            taken.times.to_string(),
        ]
    });
    Ok(vec![
        Part::Heading("Calls"),
        Part::Words(format!(
            "{} calls, {:.0} minutes at 160 words a minute. A landmark counts only in the very \
             turn that reaches it first.",
            calls.calls, calls.minutes
        )),
        Part::Table(row(["", ""]), all),
        Part::Drawing(figures::landmarks(calls, limit_of(goals, "macro-F1"))?),
        Part::Heading("Landmarks"),
        Part::Table(head(), calls.landmarks.iter().map(point).collect()),
        Part::Heading("Pushbacks"),
        Part::Table(head(), calls.pushbacks.iter().map(point).collect()),
        Part::Heading("What was taken for what"),
        Part::Words(
            "What words say, and what was found in them. A landmark that is found a turn early or \
             late is once nothing taken for it, and once missed."
                .to_owned(),
        ),
        Part::Table(row(["said", "found", "times"]), taken.collect()),
    ])
}

fn retrieval_parts(retrieval: &RetrievalFigures, goals: &[Goal]) -> Result<Vec<Part>> {
    let rows = retrieval_rows(retrieval);
    let rows = rows.map(|(name, of)| vec![name.to_owned(), figure(of)]).to_vec();
    Ok(vec![
        Part::Heading("Answers"),
        Part::Words(format!(
            "{} questions that the documents answer, and {} that they do not.",
            retrieval.answerable, retrieval.unanswerable
        )),
        Part::Table(row(["", ""]), rows),
        Part::Drawing(figures::choices(retrieval, limit_of(goals, "abstains"))?),
    ])
}

/// Figures of answers, and what they are called.
pub fn retrieval_rows(retrieval: &RetrievalFigures) -> [(&'static str, &Figure); 6] {
    [
        ("right part first (recall@1)", &retrieval.figures.recall_1),
        ("right part among the first five (recall@5)", &retrieval.figures.recall_5),
        ("mean reciprocal rank", &retrieval.figures.reciprocal_rank),
        ("answered, of what can be", &retrieval.figures.answered),
        ("with all that the answer must say, of what can be", &retrieval.figures.right),
        ("not answered, of what cannot be", &retrieval.figures.abstained),
    ]
}

fn circumstances(report: &Report) -> Vec<String> {
    let (models, machine) = (&report.models, &report.machine);
    let [one, five, fifteen] = machine.load;
    vec![
        format!("weir {}", report.weir),
        format!("who hears: {}", models.transcription),
        format!("who words answers: {}", models.chat),
        format!("who tells which texts mean the same: {}", models.embeddings),
        format!("playbook: {}", models.playbook),
        format!(
            "{}, {} threads, {} GB, {}",
            machine.processor, machine.threads, machine.memory_gb, machine.system
        ),
        format!(
            "load when it began, of the last 1, 5 and 15 minutes: {one:.2}, {five:.2}, {fifteen:.2}"
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::super::report::tests::sample;
    use super::*;

    #[test]
    fn a_page_has_goals_figures_and_what_is_lacking_and_carries_its_drawings() {
        let page = html(&sample()).expect("a page");
        for words in [
            "flite cannot be started: apt install flite",
            "NOT REACHED",
            "at least 0.75",
            "macro-F1 of pushbacks",
            "recall@5",
            "a &lt;processor&gt;",
            "0.50, 0.25, 0.00",
            "held out",
        ] {
            assert!(page.contains(words), "{words}");
        }
        assert_eq!(page.matches("<svg").count(), 2);
        assert!(!page.contains("<h2>Speech"), "it was not measured");
    }
}
