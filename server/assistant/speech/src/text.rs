//! Text as it is spoken: what a dictionary of pronunciations and a count of errors compare.

/// The words of a text as they are spoken: small letters, no punctuation, numbers in words.
///
/// `25,000` is three words (`twenty five thousand`), `2.5` is `two point five`, `3rd` is `third`,
/// `90%` is `ninety percent`, `well-known` is two words and `it's` is one. A number of more than
/// nine digits, or with a leading zero, is read digit by digit.
///
/// ```
/// let words = weir_speech::spoken("It's 3 m wide - 90% of the 2nd.");
/// assert_eq!(words.join(" "), "it's three m wide ninety percent of the second");
/// ```
pub fn spoken(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let lower = text.to_lowercase().replace(['\u{2019}', '\u{2018}'], "'");
    let letters: Vec<char> = lower.chars().collect();
    let mut at = 0;
    while at < letters.len() {
        let letter = letters[at];
        if letter.is_ascii_digit() {
            at = number(&letters, at, &mut words);
        } else if is_of_word(letter) {
            let end = end_of(&letters, at, is_of_word);
            let word: String = letters[at..end].iter().collect();
            let word = word.trim_matches('\'');
            if !word.is_empty() {
                words.push(word.to_owned());
            }
            at = end;
        } else {
            words.extend(symbol(letter).map(str::to_owned));
            at += 1;
        }
    }
    words
}

fn is_of_word(letter: char) -> bool {
    letter.is_alphabetic() || letter == '\''
}

/// Where what begins at `start` ends.
fn end_of(letters: &[char], start: usize, is_in: impl Fn(char) -> bool) -> usize {
    letters[start..]
        .iter()
        .position(|letter| !is_in(*letter))
        .map_or(letters.len(), |length| start + length)
}

/// What is said for a sign.
fn symbol(sign: char) -> Option<&'static str> {
    match sign {
        '%' => Some("percent"),
        '&' => Some("and"),
        '+' => Some("plus"),
        '$' => Some("dollars"),
        '\u{20ac}' => Some("euros"),
        '\u{b0}' => Some("degrees"),
        _ => None,
    }
}

/// Reads the number that begins at `start`; returns where it ends.
fn number(letters: &[char], start: usize, words: &mut Vec<String>) -> usize {
    let is_digit = |at: usize| letters.get(at).is_some_and(char::is_ascii_digit);
    let mut digits = String::new();
    let mut at = start;
    while is_digit(at) || (letters.get(at) == Some(&',') && is_digit(at + 1)) {
        digits.extend(letters.get(at).filter(|letter| **letter != ','));
        at += 1;
    }
    let suffix: String = letters[at..].iter().take(2).collect();
    let ends = !letters.get(at + 2).is_some_and(|letter| letter.is_alphanumeric());
    if ends && matches!(suffix.as_str(), "st" | "nd" | "rd" | "th") {
        let mut spoken = whole(&digits);
        if let Some(last) = spoken.last_mut() {
            *last = ordinal(last);
        }
        words.append(&mut spoken);
        return at + 2;
    }
    words.append(&mut whole(&digits));
    if letters.get(at) == Some(&'.') && is_digit(at + 1) {
        words.push("point".to_owned());
        let end = end_of(letters, at + 1, |letter| letter.is_ascii_digit());
        words.extend(letters[at + 1..end].iter().filter_map(|digit| one_digit(*digit)));
        at = end;
    }
    at
}

const ONES: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: [&str; 10] =
    ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

fn one_digit(digit: char) -> Option<String> {
    digit.to_digit(10).map(|digit| ONES[digit as usize].to_owned())
}

/// A number without a fraction.
fn whole(digits: &str) -> Vec<String> {
    let is_plain = digits.len() <= 9 && !(digits.len() > 1 && digits.starts_with('0'));
    match digits.parse::<u32>() {
        Ok(number) if is_plain => {
            let mut words = Vec::new();
            count(number, &mut words);
            words.into_iter().map(str::to_owned).collect()
        }
        _ => digits.chars().filter_map(one_digit).collect(),
    }
}

fn count(number: u32, words: &mut Vec<&'static str>) {
    for (size, name) in [(1_000_000, "million"), (1000, "thousand"), (100, "hundred")] {
        if number >= size {
            count(number / size, words);
            words.push(name);
            if !number.is_multiple_of(size) {
                count(number % size, words);
            }
            return;
        }
    }
    if number >= 20 {
        words.push(TENS[number as usize / 10]);
        if !number.is_multiple_of(10) {
            words.push(ONES[number as usize % 10]);
        }
    } else {
        words.push(ONES[number as usize]);
    }
}

/// The last word of a number, as it is counted.
fn ordinal(word: &str) -> String {
    match word {
        "one" => "first".to_owned(),
        "two" => "second".to_owned(),
        "three" => "third".to_owned(),
        "five" => "fifth".to_owned(),
        "eight" => "eighth".to_owned(),
        "nine" => "ninth".to_owned(),
        "twelve" => "twelfth".to_owned(),
        _ => match word.strip_suffix('y') {
            Some(ten) => format!("{ten}ieth"),
            None => format!("{word}th"),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> String {
        spoken(text).join(" ")
    }

    #[test]
    fn case_and_punctuation_are_not_spoken() {
        assert_eq!(said("Well \u{2014} I\u{2019}m HERE, 'now'!"), "well i'm here now");
        assert_eq!(said("a well-known e.g."), "a well known e g");
        assert_eq!(said(" ... '' "), "");
    }

    #[test]
    fn numbers_are_words() {
        assert_eq!(said("0 7 15 20 42"), "zero seven fifteen twenty forty two");
        assert_eq!(said("100, 215"), "one hundred two hundred fifteen");
        assert_eq!(said("25,000"), "twenty five thousand");
        assert_eq!(said("1,000,001"), "one million one");
        assert_eq!(said("2.5 and 0.05."), "two point five and zero point zero five");
        assert_eq!(
            said("007 12345678901"),
            "zero zero seven one two three four five six seven eight nine zero one"
        );
    }

    #[test]
    fn ordinals_and_signs_are_words() {
        assert_eq!(
            said("1st 2nd 3rd 12th 20th 21st"),
            "first second third twelfth twentieth twenty first"
        );
        assert_eq!(said("50% & 3\u{b0}"), "fifty percent and three degrees");
        assert_eq!(said("3rdly 16k"), "three rdly sixteen k");
    }

    #[test]
    fn what_is_spoken_stays_what_it_is() {
        let once = said("On the 3rd of May we'll do 1,250 runs at 2.5 m/s!");
        assert_eq!(said(&once), once);
    }
}
