//! The solver on a graphics card, many scenes at a time.
//!
//! Every stage of [`crate::cpu`] has a kernel of the same name in `shaders/`, which does the
//! same arithmetic in single precision; tests compare them one by one. What is found once for
//! an edit (what is connected to what, in double precision) the processor finds and writes
//! down ([`ground`]); so it does what is small and sequential: the length of a step, water
//! that comes in.
//!
//! A data set is thousands of small scenes, and one small scene leaves most of a card idle.
//! So the unit is a [`Batch`]: the fields of all scenes lie one after the other, a stage is
//! one dispatch over all of them, and a solve is one workgroup for each scene, which needs no
//! other's sums and ends when its own residual is small. Scenes take steps of their own
//! length; those that have reached the frame's end rest until all have.
//!
//! Nothing depends on the order in which threads run: sums have fixed trees, and a cell's
//! particles are sorted after they were dealt. A run has the same bits on the same card and
//! driver.
//!
//! ```no_run
//! use weir_scene::{Frame, Scene};
//! use weir_sim::SolverConfig;
//! use weir_sim::gpu::{Batch, Gpu};
//!
//! let scenes = Scene::examples()[..2].iter().map(|example| Scene::from_toml(example.text));
//! let scenes = scenes.collect::<Result<Vec<_>, _>>()?;
//! let mut batch = Batch::new(&Gpu::open()?, &scenes, &SolverConfig::default())?;
//! let mut frames = [Frame::default(), Frame::default()];
//! batch.advance()?;
//! batch.snapshot(&mut frames)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod batch;
mod card;
mod ground;
mod kernels;
pub(crate) mod layout;
mod lengths;
mod movers;
mod room;

pub use batch::Batch;
pub(crate) use card::Card;
pub use weir_gpu::{Gpu, GpuError};
