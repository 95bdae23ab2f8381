//! Many rectangles of water, one pass of the network.
//!
//! A server moves the water of all its visitors at the same beat. One pass over all of
//! them costs a graphics card hardly more than one over a single one; a processor gives
//! each of its threads some of them.

use std::time::{Duration, Instant};

use rayon::prelude::*;
use weir_scene::AdvanceError;

use crate::ModelError;
use crate::encode::Canvas;
use crate::model::Model;
use crate::network::Tap;
use crate::surrogate::{Asking, Surrogate, other};

/// What came of a pass, and how long its parts took.
#[derive(Debug)]
pub struct Pass {
    /// How it went for each rectangle of water, in their order.
    pub results: Vec<Result<(), AdvanceError>>,
    /// Particles onto maps.
    pub encode: Duration,
    /// The network.
    pub network: Duration,
    /// Its answer onto particles, which move and stop at lines.
    pub carry: Duration,
}

/// One call of `model` for each of `waters`, which were made with it, in as many passes as
/// there are sizes of canvas, with `tap` looking into each. What goes wrong with one
/// does not touch the others.
pub fn call_together(model: &Model, waters: &mut [&mut Surrogate], tap: &mut dyn Tap) -> Pass {
    let begun = Instant::now();
    let mut asked: Vec<Asking> = waters.par_iter_mut().map(|water| water.ask()).collect();
    let encode = begun.elapsed();
    let mut pass = Pass {
        results: asked.iter().map(|_| Ok(())).collect(),
        encode,
        network: Duration::ZERO,
        carry: Duration::ZERO,
    };
    let mut sizes: Vec<Canvas> = asked.iter().map(|asking| asking.canvas).collect();
    sizes.sort_unstable_by_key(|size| (size.width, size.height));
    sizes.dedup();
    for size in sizes {
        let begun = Instant::now();
        let mut input = Vec::new();
        // Of each of this size, where its answer will be.
        let mut places = vec![None; asked.len()];
        for (asking, place) in asked.iter_mut().zip(&mut places) {
            if asking.canvas == size {
                *place = Some(input.len());
                input.append(&mut asking.input);
            }
        }
        let batch = places.iter().flatten().count();
        let maps = input.len() / batch.max(1);
        let answer = model.answer(input, batch, &size, tap).map_err(|e| e.to_string());
        pass.network += begun.elapsed();
        let begun = Instant::now();
        let one = answer.as_ref().map_or(0, |answer| answer.len() / batch.max(1));
        let all = waters.par_iter_mut().zip(&asked).zip(&places).zip(&mut pass.results);
        all.for_each(|(((water, asking), place), result)| {
            let Some(place) = *place else { return };
            *result = match &answer {
                Ok(answer) => {
                    water.take(&size, &asking.shown, &answer[place / maps * one..][..one])
                }
                Err(what) => Err(other(ModelError::Run(what.clone()))),
            };
        });
        pass.carry += begun.elapsed();
    }
    pass
}
