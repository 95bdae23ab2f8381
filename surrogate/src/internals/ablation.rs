//! What a skip connection is good for: let it be silent.

use std::collections::BTreeMap;

use burn::tensor::Tensor;

use super::difference::Difference;
use super::question::Question;
use super::watch::nothing;
use crate::ModelError;
use crate::model::Model;
use crate::network::Tap;

/// What a silent skip connection carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Silence {
    /// Nothing.
    Zero,
    /// The mean of each of its maps: how much there is, but not where.
    Mean,
}

/// Silences skip connections while `inner` looks on, in place of `()` in
/// [`Surrogate::call`](crate::Surrogate::call): so water can flow on without them.
pub struct Silenced<'a> {
    /// The connections, by the names of [`skips`], and what they carry instead. One that
    /// does not exist is never silent.
    pub skips: &'a BTreeMap<String, Silence>,
    /// Who looks on.
    pub inner: &'a mut dyn Tap,
}

impl Tap for Silenced<'_> {
    fn see(&mut self, name: &str, answer: &Tensor<4>) {
        self.inner.see(name, answer);
    }

    fn skip(&mut self, name: &str, carried: Tensor<4>) -> Tensor<4> {
        let carried = self.inner.skip(name, carried);
        match self.skips.get(name) {
            None => carried,
            Some(Silence::Zero) => carried.zeros_like(),
            Some(Silence::Mean) => {
                let dims = carried.dims();
                carried.mean_dim(3).mean_dim(2).expand(dims)
            }
        }
    }
}

/// Names of the skip connections of a model, in the order in which they arrive.
///
/// # Errors
/// The device failed.
pub fn skips(model: &Model) -> Result<Vec<String>, ModelError> {
    struct Names(Vec<String>);
    impl Tap for Names {
        fn skip(&mut self, name: &str, carried: Tensor<4>) -> Tensor<4> {
            self.0.push(name.to_owned());
            carried
        }
    }
    let mut names = Names(Vec::new());
    nothing(model, &mut names)?;
    Ok(names.0)
}

/// How the answer changes when the skip connection `skip` is silent.
///
/// # Errors
/// There is no such connection; as [`Question::ask`] otherwise.
pub fn ablate(
    model: &Model,
    question: &Question,
    skip: &str,
    by: Silence,
) -> Result<Difference, ModelError> {
    let known = skips(model)?;
    if !known.iter().any(|name| name == skip) {
        let (got, takes) = (skip.to_owned(), format!("one of {}", known.join(", ")));
        return Err(ModelError::Scene { what: "skip", got, takes });
    }
    let whole = question.ask(model, &mut ())?;
    let skips = BTreeMap::from([(skip.to_owned(), by)]);
    let silenced = question.ask(model, &mut Silenced { skips: &skips, inner: &mut () })?;
    Difference::between(&format!("without-skip-{skip}"), question, &whole, &silenced)
}
