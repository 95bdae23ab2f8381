//! Frames that every decoder has to understand, this one and the page's.
//!
//! `WEIR_GOLDEN=1 cargo test -p weir-wire --test golden` writes them again; that changes
//! the format, so [`weir_wire::VERSION`] has to go up with it.

use std::fmt::Write;
use std::path::Path;

use weir_wire::{Body, Picture, Receiver, Sender};

/// A fountain of 60 particles beside a crowd of ten, of which one leaves and some come.
fn pictures() -> Vec<(Picture, Vec<u32>)> {
    let frame = |n: u32| {
        let t = f64::from(n) / 30.0;
        let mut picture = Picture { number: 7 + n, time_ms: 33 * n, ..Picture::default() };
        let mut ids = Vec::new();
        for k in 0..60 + 2 * n {
            if k == 5 && n > 3 {
                continue;
            }
            let (age, side) = (t + 0.02 * f64::from(k % 30), f64::from(k) / 30.0 - 1.0);
            let place =
                [2000.0 + 900.0 * side * age, 400.0 + 4000.0 * age - 13_400.0 * age * age / 2.0];
            picture.places.push(place.map(|c| c.clamp(0.0, 4095.0) as u16));
            picture.speeds.push((k % 16) as u8);
            ids.push(k);
        }
        for k in 0..10 {
            picture.places.push([100 + (k as u16 * n as u16) % 7, 50]);
            picture.speeds.push(0);
            ids.push(1000 + k);
        }
        picture.bodies = vec![Body { place: [300 + 5 * n as u16, 700], angle: 1000 * n as u16 }];
        (picture, ids)
    };
    (0..12).map(frame).collect()
}

/// One line a frame: its bytes, and what they tell.
fn told() -> String {
    let (mut sender, mut receiver) = (Sender::default(), Receiver::default());
    let mut text = String::new();
    for (n, (picture, ids)) in pictures().into_iter().enumerate() {
        let bytes = match n {
            0 => sender.first(&picture, &ids),
            6 => {
                // One for who has missed some, beside the chain.
                line(&mut text, &Sender::alone(&picture), &mut Receiver::default());
                sender.next(&picture, &ids).expect("the next")
            }
            _ => sender.next(&picture, &ids).expect("the next"),
        };
        line(&mut text, &bytes, &mut receiver);
    }
    text
}

fn line(text: &mut String, bytes: &[u8], receiver: &mut Receiver) {
    let picture = receiver.take(bytes).expect("a frame");
    bytes.iter().for_each(|byte| {
        let _ = write!(text, "{byte:02x}");
    });
    let join = |numbers: Vec<String>| numbers.join(",");
    let places = picture.places.iter().flatten().map(ToString::to_string).collect();
    let speeds = picture.speeds.iter().map(ToString::to_string).collect();
    let bodies = picture.bodies.iter().flat_map(|b| [b.place[0], b.place[1], b.angle]);
    let bodies = bodies.map(|n| n.to_string()).collect();
    let Picture { number, time_ms, .. } = picture;
    let _ =
        writeln!(text, " {number} {time_ms} {} {} {}", join(places), join(speeds), join(bodies));
}

#[test]
fn frames_are_told_as_they_always_were() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/frames.txt");
    let told = told();
    if std::env::var_os("WEIR_GOLDEN").is_some() {
        std::fs::write(&path, &told).expect("the golden file");
    }
    let golden = std::fs::read_to_string(&path).expect("the golden file");
    for (k, (told, golden)) in told.lines().zip(golden.lines()).enumerate() {
        assert_eq!(told, golden, "frame {k}");
    }
    assert_eq!(told.lines().count(), golden.lines().count());
}
