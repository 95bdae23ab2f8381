//! What a session makes of what a server says.

use super::*;
use proptest::prelude::*;
use serde_json::json;

fn session(aim: Aim, scene: &Scene) -> Session {
    let address = "127.0.0.1:1".parse().expect("an address");
    let (clock, wake) = (Clock::default(), Arc::new(|| ()));
    Session::new(address, aim, Vec::new(), Start { scene, strokes: &[], clock: &clock, wake })
}

fn state(lines: &[u32], is_playing: bool) -> serde_json::Value {
    let stroke = |k: &u32| json!({"points_m": [[0.1, 0.01 * f64::from(*k)], [0.9, 0.5]]});
    let strokes: Vec<_> = lines.iter().map(stroke).collect();
    json!({
        "is": "state", "revision": 1, "engine": "network", "is_playing": is_playing,
        "scene": {"version": 1, "domain": {"width_m": 1.5, "height_m": 1.0}, "stroke": strokes},
        "lines": lines, "waits": null, "speed": 0.5, "checkpoint": null, "silent": [],
        "failure": null,
    })
}

fn run(mine: bool) -> serde_json::Value {
    json!({"is": "run", "run": "0123456789abcdef", "mine": mine, "key": mine.then_some("f0")})
}

#[test]
fn whose_run_it_is_decides_what_is_told_of_it() {
    let scene = Scene::default();
    let mut guest = session(Aim::Join(Run::Named("0123456789abcdef".to_owned())), &scene);
    guest.hear(&run(false).to_string());
    guest.hear(&state(&[3, 3], true).to_string());
    let Some(News::Scene(seen, names)) = guest.take_news() else { panic!("a scene") };
    assert_eq!((seen.strokes.len(), names.len()), (2, 2));
    assert_ne!(names[0], names[1]);
    assert_eq!(guest.latest.lead, Some(Pace { is_playing: true, speed: 0.5 }));
    guest.hear(&state(&[3, 3], false).to_string());
    assert_eq!(guest.take_news(), None, "nothing of the scene has changed");
    assert_eq!(guest.latest.lead.map(|pace| pace.is_playing), Some(false));
    let mut owner = session(Aim::Open(Engine::Network), &scene);
    owner.open(Engine::Network);
    owner.hear(&state(&[9], true).to_string());
    assert_eq!(owner.take_news(), None, "it is of another run");
    owner.hear(&run(true).to_string());
    owner.obey(Order::Add(5, Stroke { points_m: vec![[0.1, 0.1]; 2], ..Stroke::default() }));
    owner.hear(&state(&[], true).to_string());
    owner.hear(&state(&[0], true).to_string());
    assert_eq!((owner.take_news(), owner.latest.lead), (None, None));
    owner.hear(&state(&[0, 4], true).to_string());
    owner.hear(&state(&[4], true).to_string());
    let Some(News::Lines { added, erased }) = owner.take_news() else { panic!("lines") };
    assert_eq!((added.len(), added[0].0, erased), (1, 4, vec![5]));
    assert_eq!((owner.sketch.names.clone(), owner.sketch.scene.strokes.len()), (vec![4], 1));
}

#[test]
fn what_keeps_water_from_flowing_is_said() {
    let mut owner = session(Aim::Open(Engine::Network), &Scene::default());
    assert!(owner.latest.away.as_ref().is_some_and(|why| why.contains("127.0.0.1:1")));
    owner.open(Engine::Network);
    owner.hear(&run(true).to_string());
    let mut waits = state(&[], false);
    waits["waits"] = json!({"before": 2, "about_s": 30});
    owner.hear(&waits.to_string());
    assert!(owner.latest.away.as_ref().is_some_and(|why| why.contains("2 before it")));
    let mut failed = state(&[], false);
    failed["failure"] = json!("the device failed");
    owner.hear(&failed.to_string());
    assert_eq!(owner.latest.away, None);
    assert_eq!(owner.latest.fault.as_deref(), Some("the device failed"));
    owner.hear(r#"{"is":"refused","what":"add","why":"line: lies outside"}"#);
    assert_eq!(owner.latest.refused.as_deref(), Some("line: lies outside"));
    owner.hear(r#"{"is":"ended"}"#);
    assert!(owner.latest.fault.as_ref().is_some_and(|why| why.contains("restart")));
    owner.hear("{");
    assert!(owner.latest.refused.as_ref().is_some_and(|why| why.contains("not understood")));
    let mut guest = session(Aim::Join(Run::Named("0f".to_owned())), &Scene::default());
    guest.hear(&run(false).to_string());
    guest.hear(r#"{"is":"ended","why":"the server has gone"}"#);
    let fault = guest.latest.fault.as_deref();
    assert_eq!(fault, Some("this run has ended: the server has gone"));
}

/// Words that are nearly right.
fn words() -> impl Strategy<Value = String> {
    let value = prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(|v| json!(v)),
        any::<u32>().prop_map(|v| json!(v)),
        any::<f64>().prop_map(|v| json!(v)),
        "[ -~]{0,9}".prop_map(|v| json!(v)),
        Just(json!([[0.1, 0.2], []])),
        Just(json!({"version": 1})),
    ];
    let key = prop::sample::select(vec![
        "is",
        "run",
        "mine",
        "key",
        "scene",
        "lines",
        "is_playing",
        "waits",
        "speed",
        "silent",
        "failure",
        "what",
        "why",
        "encode_ms",
        "at",
    ]);
    let base = prop::sample::select(vec![
        run(true),
        run(false),
        state(&[0, 7, u32::MAX], true),
        state(&[], false),
        json!({"is": "pace", "runs": 1, "playing": 1, "waiting": 0, "share": 0.5,
            "late_beats": 0, "encode_ms": -1.0, "network_ms": 1e300, "carry_ms": 1.0,
            "tell_ms": 1.0}),
        json!({"is": "saliency", "lines": [{"line": 7, "effect_m_s": 1.0}]}),
        json!({"is": "refused", "what": "resume", "why": "so"}),
        json!({"is": "refused", "what": "open", "why": "so"}),
        json!({"is": "ended"}),
    ]);
    let spoilt = (base, key, value, 0..4).prop_map(|(mut word, key, value, how)| {
        if how == 0 {
            word[key] = value;
        }
        word.to_string()
    });
    prop_oneof![4 => spoilt, 1 => "[ -~]{0,40}"]
}

proptest! {
    #[test]
    fn no_words_are_a_panic(
        said in prop::collection::vec(words(), 1..12),
        bytes in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..60), 12),
        is_mine in any::<bool>(),
    ) {
        let aim = Aim::Join(Run::Named("gallery".to_owned()));
        let aim = if is_mine { Aim::Open(Engine::Network) } else { aim };
        let mut session = session(aim, &Scene::default());
        for (name, (text, mut bytes)) in (0..).zip(said.into_iter().zip(bytes)) {
            session.hear(&text);
            session.see(&bytes);
            bytes.splice(0..0, [0, weir_wire::VERSION, 0]);
            session.see(&bytes);
            session.obey(Order::Add(name, Stroke::default()));
            session.obey(Order::Erase(name / 2));
            session.steer();
            session.stream.show(1.0);
        }
    }
}
