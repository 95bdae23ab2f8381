//! Room for many connections: each is an open file.

use crate::failure::Failure;

/// Files beside the connections: standard streams, the reactor's, a report.
const OTHERS: u64 = 64;

/// Makes room for this many connections in this process.
///
/// # Errors
/// The system allows fewer; the text says how many, and how to ask for more.
pub fn make_room(connections: usize) -> Result<(), Failure> {
    let wanted = connections as u64 + OTHERS;
    match rlimit::increase_nofile_limit(wanted) {
        Ok(allowed) if allowed >= wanted => Ok(()),
        Ok(allowed) => Err(Failure::Lacking(format!(
            "open files: {connections} connections take {wanted}, this process may have {allowed}; \
             `ulimit -Hn {wanted}` as root raises that, or take fewer --clients"
        ))),
        Err(error) => Err(Failure::Lacking(format!("open files: the limit is not known: {error}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_than_the_system_has_is_said_in_words() {
        make_room(8).expect("a few");
        let words = make_room(usize::MAX >> 1).expect_err("nobody has so many").to_string();
        assert!(words.contains("open files"), "{words}");
    }
}
