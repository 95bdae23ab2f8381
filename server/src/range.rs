//! A part of a file, where a browser asks for one: some play no film otherwise (RFC 9110, 14).

use std::ops::Range;

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// All of it. What is not understood is answered so too.
    All,
    /// These bytes.
    Part(Range<usize>),
    /// Bytes that are not there.
    Beyond,
}

/// Reads the header `Range`, for a file of `length` bytes. Of many parts none is given alone.
pub fn asked(range: &str, length: usize) -> Asked {
    let Some((first, last)) = range.strip_prefix("bytes=").and_then(|part| part.split_once('-'))
    else {
        return Asked::All;
    };
    let number = |text: &str| {
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        // More digits than a number holds are more bytes than any file has.
        is_number.then(|| text.parse().unwrap_or(usize::MAX))
    };
    let part = match (number(first.trim()), number(last.trim())) {
        (Some(first), Some(last)) if last < first => return Asked::All,
        (Some(first), Some(last)) => first..last.saturating_add(1).min(length),
        (Some(first), None) if last.trim().is_empty() => first..length,
        (None, Some(last)) if first.trim().is_empty() => length.saturating_sub(last)..length,
        _ => return Asked::All,
    };
    if part.is_empty() { Asked::Beyond } else { Asked::Part(part) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_what_the_standard_says() {
        for (range, expected) in [
            ("bytes=0-0", Asked::Part(0..1)),
            ("bytes=0-", Asked::Part(0..10)),
            ("bytes=4-7", Asked::Part(4..8)),
            ("bytes=4-99999999999999999999999", Asked::Part(4..10)),
            ("bytes=-3", Asked::Part(7..10)),
            ("bytes=-30", Asked::Part(0..10)),
            ("bytes=10-", Asked::Beyond),
            ("bytes=10-12", Asked::Beyond),
            ("bytes=-0", Asked::Beyond),
            ("bytes=7-4", Asked::All),
            ("bytes=-", Asked::All),
            ("bytes=a-b", Asked::All),
            ("bytes=0-1,3-4", Asked::All),
            ("bytes=+1-2", Asked::All),
            ("lines=0-1", Asked::All),
            ("", Asked::All),
        ] {
            assert_eq!(asked(range, 10), expected, "{range}");
        }
        assert_eq!(asked("bytes=0-", 0), Asked::Beyond, "an empty file has no part");
    }
}
