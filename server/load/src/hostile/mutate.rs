//! Messages that are nearly right.

use fastrand::Rng;
use serde_json::json;

/// Bytes that mean something in JSON.
const MARKS: &[u8] = br#"{}[]":,.-+eE0123456789\/ tfnu"#;
/// What stands in the place of a number.
const NUMBERS: &[&str] = &[
    "0",
    "-0",
    "-1",
    "1e308",
    "-1e308",
    "1e999",
    "1e-400",
    "4294967295",
    "4294967296",
    "18446744073709551616",
    "0.1e",
    "00",
    "NaN",
    "Infinity",
    "null",
    "true",
    "\"1\"",
    "[]",
    "{}",
];

/// Messages that are right, to begin from.
fn right() -> Vec<String> {
    let scene = json!({
        "version": 1,
        "domain": { "width_m": 1.0, "height_m": 1.0, "cell_m": 0.03125 },
        "water": [{ "kind": "block", "min_m": [0.4, 0.7], "max_m": [0.6, 0.9] }],
        "stroke": [{ "points_m": [[0.0, 0.5], [1.0, 0.5]] }],
    });
    [
        json!({ "do": "open", "scene": scene, "engine": "network" }),
        json!({ "do": "open", "example": "funnel" }),
        json!({ "do": "watch", "run": "0123456789abcdef" }),
        json!({ "do": "leave" }),
        json!({ "do": "start" }),
        json!({ "do": "pause" }),
        json!({ "do": "step" }),
        json!({ "do": "reset" }),
        json!({ "do": "speed", "to": 1.5 }),
        json!({ "do": "engine", "to": "reference" }),
        json!({ "do": "add", "line": 7, "points_m": [[0.1, 0.2], [0.6, 0.4]], "closed": false }),
        json!({ "do": "erase", "line": 7 }),
        json!({ "do": "seen", "number": 12 }),
    ]
    .iter()
    .map(ToString::to_string)
    .collect()
}

/// Messages without end, the same for the same seed.
pub fn messages(seed: u64) -> impl Iterator<Item = String> {
    let mut dice = Rng::with_seed(seed);
    let right = right();
    std::iter::repeat_with(move || {
        let original = right[dice.usize(..right.len())].as_bytes();
        let mut message = original.to_vec();
        for _ in 0..dice.usize(1..3) {
            mutate(&mut message, &right, &mut dice);
        }
        // Some changes find nothing to change.
        while message == original {
            mutate(&mut message, &right, &mut dice);
        }
        // A WebSocket's text has to be text; what is none is another attack.
        String::from_utf8_lossy(&message).into_owned()
    })
}

fn mutate(message: &mut Vec<u8>, right: &[String], dice: &mut Rng) {
    let at = dice.usize(..=message.len());
    let to = (at + dice.usize(..=8)).min(message.len());
    match dice.u8(..8) {
        0 => message.truncate(at),
        1 => message.insert(at, MARKS[dice.usize(..MARKS.len())]),
        2 => drop(message.drain(at..to)),
        3 => {
            let twice = message[at..to].repeat(dice.usize(1..40));
            message.splice(at..at, twice);
        }
        4 if at < message.len() => message[at] ^= 1 << dice.u8(..8),
        5 => {
            let other = right[dice.usize(..right.len())].as_bytes();
            message.splice(at..to, other[dice.usize(..other.len())..].iter().copied());
        }
        _ => put_number(message, NUMBERS[dice.usize(..NUMBERS.len())], dice),
    }
}

/// Puts something else where a number stands, if one does.
fn put_number(message: &mut Vec<u8>, number: &str, dice: &mut Rng) {
    let is_number = |byte: u8| byte.is_ascii_digit() || byte == b'.';
    let begins = |&k: &usize| is_number(message[k]) && (k == 0 || !is_number(message[k - 1]));
    let starts: Vec<usize> = (0..message.len()).filter(begins).collect();
    if let Some(&from) = starts.get(dice.usize(..starts.len().max(1))) {
        let length = message[from..].iter().take_while(|&&byte| is_number(byte)).count();
        message.splice(from..from + length, number.bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_decides_all_messages() {
        let some = |seed| messages(seed).take(500).collect::<Vec<_>>();
        assert_eq!(some(3), some(3));
        assert_ne!(some(3), some(4));
    }

    #[test]
    fn some_are_still_json_and_most_are_not_what_they_were() {
        let right = right();
        let some: Vec<_> = messages(1).take(2000).collect();
        let json = some.iter().filter(|m| serde_json::from_str::<serde_json::Value>(m).is_ok());
        let json = json.count();
        assert!((200..1800).contains(&json), "{json}");
        assert!(some.iter().filter(|message| right.contains(message)).count() < 200);
        assert!(some.iter().all(|message| message.len() < 256 << 10));
    }

    #[test]
    fn numbers_are_replaced_whole() {
        let mut message = br#"{"line":1234}"#.to_vec();
        put_number(&mut message, "1e999", &mut Rng::with_seed(0));
        assert_eq!(message, br#"{"line":1e999}"#);
        let mut none = b"{}".to_vec();
        put_number(&mut none, "1", &mut Rng::with_seed(0));
        assert_eq!(none, b"{}");
    }
}
