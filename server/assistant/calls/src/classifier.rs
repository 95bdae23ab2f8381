//! Which class a sentence is of: by its words and, where there are vectors, by what it means.

use std::collections::HashMap;

use weir_language::Clause;

use crate::lexical::Lexical;
use crate::meaning::Semantic;

/// How much meaning counts beside words, 0 to 1.
const MEANING: f32 = 0.5;
/// The least likelihood that either is believed: nothing is impossible.
const LEAST: f32 = 1e-6;

/// Vectors by text.
pub(crate) type Known<'a> = HashMap<&'a str, Vec<f32>>;

/// A part of a turn, as it is judged.
#[derive(Clone, Debug)]
pub(crate) struct Piece<'a> {
    pub clause: Clause<'a>,
    /// What it means, if that is known.
    pub vector: Option<Vec<f32>>,
}

/// A classifier of pieces.
#[derive(Clone, Debug)]
pub(crate) struct Classifier {
    lexical: Lexical,
    semantic: Option<Semantic>,
}

impl Classifier {
    /// Learns from the sentences of each class, all of which are known if any are.
    pub fn learn(classes: &[Vec<&str>], known: Option<&Known<'_>>) -> Self {
        let semantic = known.map(|known| {
            let each = classes.iter().enumerate();
            let each = each.flat_map(|(class, texts)| texts.iter().map(move |text| (class, text)));
            let (labels, vectors): (Vec<usize>, Vec<&[f32]>) =
                each.filter_map(|(class, text)| Some((class, known.get(text)?.as_slice()))).unzip();
            Semantic::learn(&vectors, &labels, classes.len())
        });
        Self { lexical: Lexical::learn(classes), semantic }
    }

    /// How likely each class is; together 1.
    pub fn likelihoods(&self, piece: &Piece<'_>) -> Vec<f32> {
        let words = self.lexical.likelihoods(piece.clause.text);
        match self.semantic.as_ref().zip(piece.vector.as_ref()) {
            Some((semantic, vector)) => pooled(&words, &semantic.likelihoods(vector)),
            None => words,
        }
    }
}

/// The logarithmic pool of two opinions, in which a class has to be likely by both (Genest and
/// Zidek, *Combining Probability Distributions*, Statistical Science 1, 1986).
fn pooled(words: &[f32], meaning: &[f32]) -> Vec<f32> {
    let pool = |(words, meaning): (&f32, &f32)| {
        words.max(LEAST).powf(1.0 - MEANING) * meaning.max(LEAST).powf(MEANING)
    };
    let mut likely: Vec<f32> = words.iter().zip(meaning).map(pool).collect();
    let whole: f32 = likely.iter().sum();
    likely.iter_mut().for_each(|likely| *likely /= whole);
    likely
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pool_is_between_opinions_and_keeps_one_that_both_share() {
        let likely = pooled(&[0.9, 0.1, 0.0], &[0.2, 0.8, 0.0]);
        assert!((likely.iter().sum::<f32>() - 1.0).abs() < 1e-5, "{likely:?}");
        assert!(0.2 < likely[0] && likely[0] < 0.9 && likely[2] < 1e-4, "{likely:?}");
        for (pooled, shared) in pooled(&[0.7, 0.3], &[0.7, 0.3]).into_iter().zip([0.7, 0.3]) {
            assert!((pooled - shared).abs() < 1e-6);
        }
    }

    #[test]
    fn without_a_vector_words_alone_count() {
        let classes = [vec!["the pump is broken"], vec!["we pay in May"]];
        let known = [("the pump is broken", vec![1.0, 0.0]), ("we pay in May", vec![0.0, 1.0])];
        let piece = |vector| Piece { clause: Clause { text: "the pump", span: 0..8 }, vector };
        let by_words = Classifier::learn(&classes, None);
        let by_both = Classifier::learn(&classes, Some(&known.into()));
        let words = by_words.likelihoods(&piece(None));
        assert_eq!(by_both.likelihoods(&piece(None)), words);
        assert_eq!(by_words.likelihoods(&piece(Some(vec![0.0, 1.0]))), words);
        let like = by_both.likelihoods(&piece(Some(vec![1.0, 0.0])));
        let unlike = by_both.likelihoods(&piece(Some(vec![0.0, 1.0])));
        assert!(like[0] > unlike[0], "{like:?} {unlike:?}");
    }
}
