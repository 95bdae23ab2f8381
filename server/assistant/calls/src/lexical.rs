//! Which class a sentence is of, by its words. Three classifiers look at it in different ways and
//! the mean of what they say counts, which errs less than each of them (Dietterich, *Ensemble
//! Methods in Machine Learning*, 2000).

use crate::linear::Linear;
use crate::terms::View;

/// A classifier of sentences.
#[derive(Clone, Debug)]
pub struct Lexical {
    each: Vec<(View, Linear)>,
}

impl Lexical {
    /// Learns from the sentences of each class.
    pub fn learn(classes: &[Vec<&str>]) -> Self {
        let of = |class: usize| std::iter::repeat_n(class, classes[class].len());
        let labels: Vec<usize> = (0..classes.len()).flat_map(of).collect();
        let learn = |view: View| {
            let texts: Vec<_> = classes.iter().flatten().map(|text| view.terms(text)).collect();
            (view, Linear::learn(&texts, &labels, classes.len()))
        };
        Self { each: View::ALL.map(learn).into() }
    }

    /// How likely it is that a sentence is of each class; together 1.
    pub fn likelihoods(&self, sentence: &str) -> Vec<f32> {
        let said = self.each.iter().map(|(view, model)| model.likelihoods(&view.terms(sentence)));
        let sum = said.reduce(|a, b| a.iter().zip(&b).map(|(a, b)| a + b).collect());
        sum.unwrap_or_default().iter().map(|sum| sum / self.each.len() as f32).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn small() -> Lexical {
        let money = vec!["we can spend ten thousand", "our budget is 5,000", "the money is there"];
        let time = vec!["it has to run by May", "we need it before summer", "the deadline is June"];
        let talk = vec!["how was your trip", "it rains again", "can you hear me", "right"];
        Lexical::learn(&[money, time, talk])
    }

    #[test]
    fn examples_are_known_again() {
        let model = small();
        for (sentence, class) in [("our budget is 9", 0), ("before summer", 1), ("it rains", 2)] {
            let likely = model.likelihoods(sentence);
            assert!((likely.iter().sum::<f32>() - 1.0).abs() < 1e-5, "{likely:?}");
            assert!(likely[class] > 0.5, "{sentence}: {likely:?}");
        }
    }

    #[test]
    fn it_learns_the_same_each_time() {
        let ask = |model: Lexical| model.likelihoods("the budget is there before June");
        assert_eq!(ask(small()), ask(small()));
    }
}
