//! Training, from outside.

#[allow(dead_code, reason = "others use the rest")]
mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use common::{config, rest};
use weir_surrogate::encode::{Canvas, INPUTS, Water};
use weir_surrogate::network::Shape;
use weir_surrogate::train::{Course, Lessons, Teacher, TrainConfig, TrainError, Trainer};
use weir_surrogate::{CONFIG_FILE, Model, ModelError, WEIGHTS_FILE, device};

fn losses(trainer: &mut Trainer, steps: usize) -> Vec<f32> {
    let clips = [rest()];
    (0..steps).map(|_| trainer.step(&clips).expect("a step").loss).collect()
}

#[test]
fn water_at_rest_is_learned() {
    let device = device::open("flex").expect("a processor");
    let folder = tempfile::tempdir().expect("a folder");
    let mut trainer = Trainer::new(config(), &device, folder.path()).expect("a trainer");
    let losses = losses(&mut trainer, 80);
    let mean = |some: &[f32]| some.iter().sum::<f32>() / some.len() as f32;
    let (before, after) = (mean(&losses[..5]), mean(&losses[70..]));
    assert!(after < 0.4 * before, "{before} → {after}");
}

/// Holds that water stays where it is, and was asked so often.
struct Stillness(Arc<AtomicUsize>);

impl Teacher for Stillness {
    fn follow(&self, clip: usize, water: &Water, frames: usize) -> Result<Course, String> {
        assert_eq!(clip, 0, "there is one clip");
        self.0.fetch_add(1, Ordering::Relaxed);
        let mut velocity = water.velocity.clone();
        velocity.resize((frames + 1) * water.len(), [0.0; 2]);
        Ok(Course { position: water.position.repeat(frames + 1), velocity })
    }
}

fn with_lessons() -> TrainConfig {
    let lessons = Lessons { share: 0.5, every: 4, flows: 2, calls: 3, apart: 1 };
    TrainConfig { lessons, ..config() }
}

#[test]
fn a_run_that_was_cut_off_goes_on_to_the_last_bit() {
    let device = device::open("flex").expect("a processor");
    for config in [config(), with_lessons()] {
        let (whole, cut) = (tempfile::tempdir().expect("a"), tempfile::tempdir().expect("b"));
        let start = |folder: &tempfile::TempDir| {
            let trainer = Trainer::new(config.clone(), &device, folder.path());
            trainer.expect("a trainer").with_teacher(Box::new(Stillness(Arc::default())))
        };
        let mut trainer = start(&whole);
        let expected = losses(&mut trainer, 12);

        let mut trainer = start(&cut);
        let mut found = losses(&mut trainer, 6); // amid lessons, if there are any
        trainer.save(cut.path()).expect("a state");
        drop(losses(&mut trainer, 2)); // done, but lost
        let mut trainer = start(&cut);
        assert_eq!(trainer.steps_done(), 6);
        found.extend(losses(&mut trainer, 6));
        assert_eq!(found, expected);
    }
}

#[test]
fn a_teacher_is_asked_anew_after_so_many_steps() {
    let device = device::open("flex").expect("a processor");
    let folder = tempfile::tempdir().expect("a folder");
    let mut trainer = Trainer::new(with_lessons(), &device, folder.path()).expect("a trainer");
    assert!(matches!(trainer.step(&[rest()]), Err(TrainError::NoTeacher(_))));
    let asked = Arc::new(AtomicUsize::new(0));
    let mut trainer = trainer.with_teacher(Box::new(Stillness(Arc::clone(&asked))));
    losses(&mut trainer, 4);
    let first = asked.load(Ordering::Relaxed);
    assert!((2..=6).contains(&first), "two flows of one to three calls: {first}");
    losses(&mut trainer, 1);
    assert!(asked.load(Ordering::Relaxed) > first);
}

#[test]
fn a_run_starts_from_a_network_of_its_shape_alone() {
    let device = device::open("flex").expect("a processor");
    let folder = tempfile::tempdir().expect("a folder");
    let mut first = Trainer::new(config(), &device, folder.path()).expect("a trainer");
    losses(&mut first, 5);
    let mut second = Trainer::new(config(), &device, folder.path()).expect("a trainer");
    second.start_from(first.model()).expect("the same shape");
    let same =
        second.model().to_bytes().expect("bytes") == first.model().to_bytes().expect("bytes");
    assert!(same, "the same weights");
    // One with more convolutions answers the same until it has learned to use them.
    let deeper = Shape { residual: vec![0, 2], ..config().shape };
    let mut third = TrainConfig { shape: deeper, ..config() };
    third.name = "deeper".to_owned();
    let mut third = Trainer::new(third, &device, folder.path()).expect("a trainer");
    third.start_from(first.model()).expect("a shape that grows");
    let answer = |trainer: &Trainer| {
        let (model, canvas) = (trainer.model(), Canvas::new(rest().bed(false).grid(), 2));
        let input = (0..INPUTS * canvas.area()).map(|k| (k as f32 * 0.37).sin()).collect();
        model.answer(input, 1, &canvas, &mut ()).expect("an answer")
    };
    assert!(answer(&third) == answer(&first));
    assert!(third.model().parameters() > first.model().parameters());
    losses(&mut third, 3);
    assert!(answer(&third) != answer(&first));
    let other = TrainConfig { shape: Shape::small(2), ..config() };
    let mut other = Trainer::new(other, &device, folder.path()).expect("a trainer");
    assert!(matches!(other.start_from(first.model()), Err(TrainError::OtherShape { .. })));
}

#[test]
fn a_run_does_not_go_on_with_another_configuration() {
    let device = device::open("flex").expect("a processor");
    let folder = tempfile::tempdir().expect("a folder");
    let mut trainer = Trainer::new(config(), &device, folder.path()).expect("a trainer");
    losses(&mut trainer, 1);
    trainer.save(folder.path()).expect("a state");
    let other = TrainConfig { learning_rate: 5e-4, ..config() };
    let refusal = Trainer::new(other, &device, folder.path()).err().expect("a refusal");
    assert!(matches!(refusal, TrainError::State(_)));
    assert!(refusal.to_string().contains("learning_rate was 0.001, is 0.0005"), "{refusal}");
}

#[test]
fn a_model_comes_back_from_its_folder_and_a_damaged_one_is_named() {
    let device = device::open("flex").expect("a processor");
    let folder = tempfile::tempdir().expect("a folder");
    let mut trainer = Trainer::new(config(), &device, folder.path()).expect("a trainer");
    losses(&mut trainer, 3);
    let path = folder.path().join("model");
    trainer.model().save(&path).expect("a model");
    let back = Model::load(&path, &device).expect("the model");
    assert_eq!(back.config, trainer.model().config);
    let same = back.to_bytes().expect("bytes") == trainer.model().to_bytes().expect("bytes");
    assert!(same, "the same files again");

    let weights = path.join(WEIGHTS_FILE);
    let whole = std::fs::read(&weights).expect("weights");
    std::fs::write(&weights, &whole[..whole.len() / 2]).expect("cut");
    assert!(matches!(Model::load(&path, &device), Err(ModelError::Weights { .. })));
    std::fs::write(path.join(CONFIG_FILE), "version = 1").expect("cut");
    assert!(matches!(Model::load(&path, &device), Err(ModelError::Config { .. })));
    std::fs::remove_file(path.join(CONFIG_FILE)).expect("removed");
    let error = Model::load(&path, &device).expect_err("no model").to_string();
    assert!(error.contains(CONFIG_FILE), "{error}");
}

#[test]
fn nothing_to_learn_from_is_said_before_the_first_step() {
    let device = device::open("flex").expect("a processor");
    let folder = tempfile::tempdir().expect("a folder");
    let mut trainer = Trainer::new(config(), &device, folder.path()).expect("a trainer");
    assert!(matches!(trainer.step(&[]), Err(TrainError::NoData(_))));
}
