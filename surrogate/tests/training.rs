//! Training, from outside.

mod common;

use common::{config, rest};
use weir_surrogate::train::{TrainConfig, TrainError, Trainer};
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

#[test]
fn a_run_that_was_cut_off_goes_on_to_the_last_bit() {
    let device = device::open("flex").expect("a processor");
    let (whole, cut) = (tempfile::tempdir().expect("a"), tempfile::tempdir().expect("b"));
    let mut trainer = Trainer::new(config(), &device, whole.path()).expect("a trainer");
    let expected = losses(&mut trainer, 12);

    let mut trainer = Trainer::new(config(), &device, cut.path()).expect("a trainer");
    let mut found = losses(&mut trainer, 5);
    trainer.save(cut.path()).expect("a state");
    drop(losses(&mut trainer, 2)); // done, but lost
    let mut trainer = Trainer::new(config(), &device, cut.path()).expect("a trainer");
    assert_eq!(trainer.steps_done(), 5);
    found.extend(losses(&mut trainer, 7));
    assert_eq!(found, expected);
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
