//! What the window looks like, painted by a graphics card or a driver that acts as one.
//!
//! With `WEIR_PICTURES=docs/viewer` the pictures of the documentation are made anew.

mod common;
#[path = "common/lessons.rs"]
mod lessons;
#[path = "common/server.rs"]
mod server;

use std::path::Path;
use std::time::{Duration, Instant};

use eframe::egui::{self, Key, Pos2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use lessons::{Lessons, press, until, write};
use server::Here;
use weir_scene::Scene;
use weir_surrogate::checkpoints;
use weir_surrogate::{Model, device};
use weir_viewer::afar;
use weir_viewer::app::{Layout, Panel};
use weir_viewer::water::{LIGHT, Style};
use weir_viewer::{App, Maker, Means, Options};

/// Levels by which a pixel is another, and the largest share of such in a picture that is the same.
const FAR: u8 = 48;
const MOST_APART: f64 = 0.1;

type Window = Harness<'static, App>;

fn window(scene: &str) -> Window {
    let found = Scene::examples().iter().find(|example| example.name == scene);
    let scene = Scene::from_toml(found.expect("an example").text).expect("a scene");
    let device = device::open("flex").expect("a processor");
    let model = Model::open("default", &device).expect("the shipped model");
    let checkpoints = checkpoints::of(&model, "default").expect("the shipped checkpoints");
    let first = checkpoints.first().expect("one of them").model.clone();
    let makers = vec![
        Maker::network(format!("network {}", model.config.name), model.clone()),
        Maker::network("as it was at first", first),
    ];
    let training = Means::default();
    let options =
        Options { scene, path: None, model, checkpoints, makers, recording: None, training };
    let builder = Harness::builder().with_size(vec2(1280.0, 800.0)).with_theme(egui::Theme::Light);
    builder.wgpu().build_eframe(move |context| {
        let state = context.wgpu_render_state.as_ref();
        App::new(&context.egui_ctx, state, options).expect("a window")
    })
}

/// Lets all engines go to a time.
fn flow(window: &mut Window, time_s: f64) {
    let begun = Instant::now();
    window.state_mut().clock.set(time_s);
    let is_there = |app: &App| {
        app.shown
            .iter()
            .map(|shown| &shown.latest.frame)
            .all(|frame| !frame.ids.is_empty() && frame.time_s > time_s - 1.0 / 60.0)
    };
    while !is_there(window.state()) {
        assert!(begun.elapsed() < Duration::from_secs(60), "a minute passed in vain");
        std::thread::sleep(Duration::from_millis(5));
        window.step();
    }
    window.run_steps(3);
}

/// The window as a picture, kept if somebody wants it.
fn keep(window: &mut Window, name: &str) -> image::RgbaImage {
    let image = window.render().expect("a picture");
    if let Some(folder) = std::env::var_os("WEIR_PICTURES") {
        let folder = root().join(folder);
        std::fs::create_dir_all(&folder).expect("a folder");
        image.save(folder.join(format!("{name}.png"))).expect("a file");
    }
    image
}

/// The same, and held beside that of the documentation where it is not to take its place.
fn picture(window: &mut Window, name: &str) -> image::RgbaImage {
    let image = keep(window, name);
    if std::env::var_os("WEIR_PICTURES").is_none() {
        resembles(&image, &root().join("docs/viewer").join(format!("{name}.png")));
    }
    image
}

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// Holds a picture beside one that was looked at. Machines round differently, so that spray is
/// elsewhere and a clock shows another time; but no panel, layer or water may be missing.
fn resembles(image: &image::RgbaImage, path: &Path) {
    let seen = image::open(path).unwrap_or_else(|e| panic!("{}: {e}", path.display())).to_rgba8();
    assert_eq!(image.dimensions(), seen.dimensions(), "{}", path.display());
    let is_far =
        |(a, b): &(&image::Rgba<u8>, &image::Rgba<u8>)| (0..3).any(|c| a[c].abs_diff(b[c]) > FAR);
    let apart = image.pixels().zip(seen.pixels()).filter(is_far).count();
    let share = apart as f64 / seen.pixels().len() as f64;
    assert!(share < MOST_APART, "{}: {:.1} % of it is not so", path.display(), 100.0 * share);
}

fn canvas(window: &Window) -> egui::Rect {
    window.get_by_label("Canvas network default").rect()
}

/// Mean colour of nine pixels.
fn colour_at(image: &image::RgbaImage, p: Pos2) -> [f32; 3] {
    let mut sum = [0.0; 3];
    for k in 0..9 {
        let pixel = image.get_pixel(p.x as u32 + k % 3, p.y as u32 + k / 3);
        (0..3).for_each(|c| sum[c] += f32::from(pixel[c]) / 9.0);
    }
    sum
}

fn off(colour: [f32; 3], other: egui::Color32) -> f32 {
    let other = [other.r(), other.g(), other.b()].map(f32::from);
    (0..3).map(|c| (colour[c] - other[c]).abs()).fold(0.0, f32::max)
}

#[test]
#[ignore = "needs a graphics card, or Debian's mesa-vulkan-drivers"]
fn on_a_card_water_is_blue_where_it_is_and_paper_is_paper() {
    let mut window = window("dam-break");
    flow(&mut window, 0.0);
    let rect = canvas(&window);
    let image = picture(&mut window, "dam-break");
    let at = |x: f32, y: f32| rect.left_bottom() + vec2(x * rect.width(), -y * rect.height());
    let (deep, air) = (colour_at(&image, at(0.1, 0.15)), colour_at(&image, at(0.8, 0.8)));
    assert!(off(deep, LIGHT.deep) < 40.0, "deep water is {deep:?}");
    assert!(off(air, LIGHT.paper) < 12.0, "paper is {air:?}");
    // By their speed, what rests is dark blue.
    window.state_mut().style = Style::Speed;
    window.run_steps(2);
    let image = picture(&mut window, "by-speed");
    let dots = colour_at(&image, at(0.1, 0.15));
    assert!(dots[2] > dots[0] + 20.0, "particles at rest are {dots:?}");
}

#[test]
#[ignore = "needs a graphics card, or Debian's mesa-vulkan-drivers"]
fn on_a_card_every_panel_and_layout_is_painted() {
    let mut window = window("funnel");
    flow(&mut window, 0.8);
    picture(&mut window, "insides");
    window.get_by_label("density").click();
    window.run_steps(3);
    picture(&mut window, "map");
    window.get_by_label("Which line matters?").click();
    let begun = Instant::now();
    while window.state().shown[0].latest.saliency.is_none() {
        assert!(begun.elapsed() < Duration::from_secs(60), "a minute passed in vain");
        std::thread::sleep(Duration::from_millis(5));
        window.step();
    }
    picture(&mut window, "lines");
    window.get_by_label("Plain lines").click();
    window.get_by_label("Take away").click();
    window.step();
    window.get_by_label("as it was at first").click();
    window.run_steps(2);
    flow(&mut window, 1.0);
    window.state_mut().panel = Panel::Curves;
    window.run_steps(3);
    picture(&mut window, "curves");
    for (layout, name) in [(Layout::Split, "split"), (Layout::Difference, "difference")] {
        window.state_mut().layout = layout;
        window.run_steps(3);
        picture(&mut window, name);
    }
    window.state_mut().panel = Panel::Scenes;
    window.state_mut().layout = Layout::Beside;
    window.run_steps(3);
    picture(&mut window, "scenes");
    window.key_press(Key::Escape);
    window.step();
    assert!(window.state().said.is_none(), "{:?}", window.state().said);
}

#[test]
#[ignore = "needs a graphics card, or Debian's mesa-vulkan-drivers"]
fn on_a_card_a_network_learns_in_view_and_its_weights_are_compared() {
    let lessons = Lessons::new(1500);
    // Short names are easier to read.
    std::env::set_current_dir(lessons.path("")).expect("the folder");
    let mut window = window("funnel");
    window.state_mut().panel = Panel::Training;
    window.set_size(vec2(1280.0, 930.0));
    window.run_steps(3);
    write(&mut window, "Configuration", "net.toml");
    write(&mut window, "Data set", "data");
    write(&mut window, "Run's folder", "run");
    press(&mut window, "Start");
    let steps = |app: &App| app.training.school.as_ref().map_or(0, |s| s.standing().steps);
    until(&mut window, "a network", |app| steps(app) > 200);
    press(&mut window, "Use it");
    window.get_by_label("network default").click();
    window.step();
    flow(&mut window, 0.6);
    until(&mut window, "more of it", |app| steps(app) > 1200);
    // How far it has come when it is looked at is the machine's affair.
    keep(&mut window, "training");
    until(&mut window, "its end", |app| steps(app) == 1500);
    window.state_mut().panel = Panel::Insides;
    window.run_steps(3);
    window.get_by_label("Weights, and another network beside it").click();
    window.run_steps(20);
    window.get_by_label("compare with").click();
    window.run_steps(3);
    window.get_by_label("net after 100 steps").click();
    window.run_steps(3);
    press(&mut window, "Let both move the water");
    flow(&mut window, 0.5);
    keep(&mut window, "weights");
    assert!(window.state().said.is_none(), "{:?}", window.state().said);
}

#[test]
#[ignore = "needs a graphics card, or Debian's mesa-vulkan-drivers"]
fn on_a_card_water_of_a_server_is_as_blue_as_ones_own() {
    let here = Here::start();
    let mut window = window("cascade");
    let context = window.ctx.clone();
    window.state_mut().afar.address_text = format!("http://{}", here.addr);
    afar::open(window.state_mut(), &context);
    window.state_mut().panel = Panel::Scenes;
    window.state_mut().is_playing = true;
    until(&mut window, "some water", |app| {
        app.shown.iter().all(|shown| shown.latest.frame.time_s > 1.5)
    });
    window.state_mut().is_playing = false;
    window.run_steps(3);
    let image = picture(&mut window, "server");
    let wet = |name: &str| {
        let rect = common::canvas_of(&window, name);
        let pixels = (rect.left() as u32..rect.right() as u32)
            .flat_map(|x| (rect.top() as u32..rect.bottom() as u32).map(move |y| (x, y)));
        let is_wet = |&(x, y): &(u32, u32)| {
            let pixel = image.get_pixel(x, y);
            pixel[2] > pixel[0].saturating_add(40)
        };
        pixels.filter(is_wet).count() as f64
    };
    let (own, there) = (wet("network default"), wet(&format!("network on {}", here.addr)));
    assert!(own > 1_000.0 && (0.8..1.25).contains(&(there / own)), "{own} and {there} are wet");
}
