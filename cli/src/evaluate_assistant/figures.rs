//! What the numbers look like.

use anyhow::Result;
use weir_evaluation::{CallFigures, RetrievalFigures};
use weir_sim::validation::{Axis, FigureData, Series, Style};

use crate::figure::{self, Extras};

/// F1 of each landmark with its interval, the best on top, as SVG.
///
/// # Errors
/// It cannot be drawn.
pub fn landmarks(calls: &CallFigures, goal: Option<f32>) -> Result<String> {
    let mut points: Vec<_> =
        calls.landmarks.iter().filter_map(|point| Some((point.id.clone(), point.f1?))).collect();
    points.sort_by(|a, b| a.1.value.total_cmp(&b.1.value));
    let rows = points.len() as f64;
    let mut series = vec![Series::new("", Style::Guide, 0, [[0.0, 0.0], [1.0, 0.0]])];
    let goal = goal.map(f64::from).map(|goal| [[goal, 0.0], [goal, rows]]);
    series.extend(goal.map(|ends| Series::new("goal of their mean", Style::Guide, 0, ends)));
    let height = |at: usize| at as f64 + 0.5;
    for (at, (_, f1)) in points.iter().enumerate() {
        let ends = [f1.low, f1.high].map(|end| [f64::from(end), height(at)]);
        let name = if at == 0 { "95 % of calls drawn anew" } else { "" };
        series.push(Series::new(name, Style::Line, 0, ends));
    }
    let values = points.iter().enumerate().map(|(at, (_, f1))| [f64::from(f1.value), height(at)]);
    series.push(Series::new("F1", Style::Marks, 1, values));
    let rows = points.iter().enumerate().map(|(at, (id, _))| (height(at), id.clone())).collect();
    let notes = vec![format!("{} calls, {:.0} minutes", calls.calls, calls.minutes)];
    let data = FigureData {
        slug: "landmarks",
        title: "Landmarks that are found where they are".to_owned(),
        x: Axis::linear("F1"),
        y: Axis::linear(""),
        series,
        notes,
        same_scale: false,
    };
    figure::svg_with(&data, &Extras { rows, ..Extras::default() })
}

/// What each least confidence would answer, and what it would not, as SVG.
///
/// # Errors
/// It cannot be drawn.
pub fn choices(retrieval: &RetrievalFigures, goal: Option<f32>) -> Result<String> {
    let curve = |of: fn(&weir_answers::measure::Choice) -> f32| {
        retrieval
            .choices
            .iter()
            .map(move |choice| [f64::from(choice.least_confidence), f64::from(of(choice))])
    };
    let mut series = vec![
        Series::new("answered, of what can be", Style::Line, 0, curve(|choice| choice.answered)),
        Series::new(
            "not answered, of what cannot",
            Style::Line,
            1,
            curve(|choice| choice.abstained),
        ),
    ];
    let goal = goal.map(f64::from).map(|goal| [[0.0, goal], [1.0, goal]]);
    series.extend(goal.map(|ends| Series::new("goal of the latter", Style::Guide, 0, ends)));
    let least = f64::from(weir_answers::AnswerConfig::default().least_confidence);
    let ends = [[least, 0.0], [least, 1.0]];
    series.push(Series::new("as it is chosen", Style::Guide, 0, ends));
    let data = FigureData {
        slug: "choices",
        title: "What a least confidence answers, and what it does not".to_owned(),
        x: Axis::linear("least confidence"),
        y: Axis::linear("share of questions"),
        series,
        notes: vec![format!(
            "{} questions that can be answered, {} that cannot; where answers are quoted",
            retrieval.answerable, retrieval.unanswerable
        )],
        same_scale: false,
    };
    figure::svg(&data)
}
