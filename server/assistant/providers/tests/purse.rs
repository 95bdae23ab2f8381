//! The cap is never exceeded, and is kept over restarts.

use std::time::Duration;

use proptest::prelude::*;
use weir_providers::{Clock, ProviderError, Purse};

const DAY: Duration = Duration::from_secs(86_400);

#[tokio::test]
async fn what_is_not_settled_counts_in_full_after_a_restart_and_a_day_ends() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("purse.sqlite");
    let (clock, hand) = Clock::by_hand(100 * DAY);
    let purse = Purse::open(&file, 100, clock.clone()).await.expect("a purse");
    purse.reserve(50).await.expect("enough").settle(20).await.expect("settled");
    purse.reserve(50).await.expect("enough").release().await.expect("released");
    drop(purse.reserve(60).await.expect("enough"));
    drop(purse);
    let purse = Purse::open(&file, 100, clock).await.expect("a purse");
    assert_eq!(purse.spent().await, Ok(80));
    assert_eq!(purse.reserve(21).await.err(), Some(ProviderError::Spent));
    assert_eq!(purse.reserve(u64::MAX).await.err(), Some(ProviderError::Spent));
    hand.advance(DAY);
    assert_eq!(purse.spent().await, Ok(0));
    assert!(purse.reserve(100).await.is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..Default::default() })]
    #[test]
    fn many_at_once_never_exceed_the_cap(
        cap in 1_u64..200,
        amounts in prop::collection::vec((0_u64..60, 0_u64..60), 1..40),
    ) {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(async {
            let folder = tempfile::tempdir().expect("a folder");
            let file = folder.path().join("purse.sqlite");
            let (clock, _) = Clock::by_hand(DAY);
            // Two purses of one file, as two programs would have.
            let one = Purse::open(&file, cap, clock.clone()).await.expect("a purse");
            let other = Purse::open(&file, cap, clock).await.expect("a purse");
            let tasks: Vec<_> = amounts.iter().enumerate().map(|(k, &(most, actual))| {
                let purse = if k % 2 == 0 { one.clone() } else { other.clone() };
                tokio::spawn(async move {
                    let reservation = purse.reserve(most).await;
                    let spent = purse.spent().await.expect("a sum");
                    assert!(spent <= cap, "{spent} of {cap}");
                    match reservation {
                        Ok(reservation) if k % 3 == 0 => drop(reservation),
                        Ok(reservation) => {
                            reservation.settle(actual.min(most)).await.expect("settled");
                        }
                        Err(error) => assert_eq!(error, ProviderError::Spent),
                    }
                })
            }).collect();
            for task in tasks {
                task.await.expect("no task fails");
            }
            assert!(one.spent().await.expect("a sum") <= cap);
        });
    }
}
