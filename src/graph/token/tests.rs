//! Tokens over a scripted token service and a clock that stands still.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU32, Ordering};

use super::super::credential::getter::{Getter, Getting, Granted};
use super::*;

const HOUR: u64 = 3_600;

/// Answers in this order, the last one again and again, each after a second.
struct Script {
    answers: Mutex<VecDeque<Result<u64, TokenError>>>,
    asked: Arc<AtomicU32>,
    claims: Arc<Mutex<Vec<Option<String>>>>,
}

impl Getter for Script {
    fn get<'a>(&'a self, claims: Option<&'a str>) -> Getting<'a> {
        Box::pin(async move {
            let number = self.asked.fetch_add(1, Ordering::Relaxed) + 1;
            self.claims.lock().unwrap().push(claims.map(str::to_owned));
            tokio::time::sleep(Duration::from_secs(1)).await;
            let mut answers = self.answers.lock().unwrap();
            let answer = if answers.len() > 1 { answers.pop_front().unwrap() } else { answers[0].clone() };
            answer.map(|seconds| Granted {
                token: SecretString::from(format!("token-{number}")),
                lifetime: Duration::from_secs(seconds),
                refresh_token: None,
            })
        })
    }
}

struct Stage {
    shared: Arc<Shared>,
    asked: Arc<AtomicU32>,
    claims: Arc<Mutex<Vec<Option<String>>>>,
}

impl Stage {
    fn new(answers: impl IntoIterator<Item = Result<u64, TokenError>>) -> Self {
        let (asked, claims) = (Arc::new(AtomicU32::new(0)), Arc::new(Mutex::new(Vec::new())));
        let answers = Mutex::new(answers.into_iter().collect());
        let script = Script { answers, asked: Arc::clone(&asked), claims: Arc::clone(&claims) };
        Self { shared: Shared::over(Box::new(script), true), asked, claims }
    }

    async fn token(&self) -> Result<String, TokenError> {
        self.shared.token().await.map(|token| token.sought.text().to_owned())
    }

    fn asked(&self) -> u32 {
        self.asked.load(Ordering::Relaxed)
    }
}

fn busy(seconds: Option<u64>) -> TokenError {
    TokenError::Busy { message: "busy".into(), retry_after: seconds.map(Duration::from_secs) }
}

fn refused() -> TokenError {
    TokenError::Refused { message: "no".into(), clue: None }
}

async fn pass(seconds: u64) {
    tokio::time::sleep(Duration::from_secs(seconds)).await;
}

#[tokio::test(start_paused = true)]
async fn however_many_calls_wait_one_asks() {
    let stage = Stage::new([Ok(HOUR)]);
    let calls: Vec<_> = (0..50)
        .map(|_| {
            let shared = Arc::clone(&stage.shared);
            tokio::spawn(async move { shared.token().await.map(|token| token.generation) })
        })
        .collect();
    for call in calls {
        assert_eq!(call.await.unwrap().unwrap(), 1);
    }
    assert_eq!(stage.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_token_is_renewed_five_minutes_before_its_end_and_no_call_waits() {
    let stage = Stage::new([Ok(HOUR)]);
    assert_eq!(stage.token().await.unwrap(), "token-1");
    pass(HOUR - 302).await;
    assert_eq!(stage.token().await.unwrap(), "token-1");
    pass(0).await;
    assert_eq!(stage.asked(), 1, "it has more than five minutes left");
    pass(2).await;
    let before = Instant::now();
    assert_eq!(stage.token().await.unwrap(), "token-1");
    assert_eq!(Instant::now(), before, "the old one is still good, and no call waits for the new one");
    pass(2).await;
    assert_eq!(stage.token().await.unwrap(), "token-2");
    assert_eq!(stage.asked(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_run_of_many_hours_never_stops_for_a_token() {
    let stage = Stage::new([Ok(HOUR)]);
    stage.token().await.unwrap();
    for _ in 0..20 * 60 {
        pass(60).await;
        let before = Instant::now();
        stage.token().await.unwrap();
        assert_eq!(Instant::now(), before);
    }
    assert!((20..=23).contains(&stage.asked()), "{}", stage.asked());
}

#[tokio::test(start_paused = true)]
async fn a_token_service_that_is_down_is_left_alone_while_the_token_is_good() {
    let stage = Stage::new([Ok(HOUR), Err(busy(Some(30))), Err(refused()), Ok(HOUR)]);
    stage.token().await.unwrap();
    pass(HOUR - 250).await;
    for _ in 0..20 {
        assert_eq!(stage.token().await.unwrap(), "token-1");
        pass(1).await;
    }
    assert_eq!(stage.asked(), 2, "it said: in thirty seconds");
    pass(15).await;
    assert_eq!(stage.token().await.unwrap(), "token-1");
    pass(2).await;
    assert_eq!(stage.asked(), 3);
    pass(10).await;
    assert_eq!(stage.token().await.unwrap(), "token-1", "even a refusal stops no call as long as the token is good");
    pass(2).await;
    assert_eq!(stage.token().await.unwrap(), "token-4");
}

#[tokio::test(start_paused = true)]
async fn passing_trouble_is_waited_out_and_a_refusal_is_final() {
    let stage = Stage::new([Err(busy(Some(7))), Err(busy(None)), Ok(HOUR)]);
    let begun = Instant::now();
    assert_eq!(stage.token().await.unwrap(), "token-3");
    assert!(
        begun.elapsed() >= Duration::from_secs(7 + 3),
        "Retry-After and a backoff were kept: {:?}",
        begun.elapsed()
    );

    let stage = Stage::new([Err(refused())]);
    assert!(matches!(stage.token().await, Err(TokenError::Refused { .. })));
    assert_eq!(stage.asked(), 1);

    let stage = Stage::new([Err(busy(Some(600)))]);
    assert!(stage.token().await.unwrap_err().is_passing());
    assert_eq!(stage.asked(), 1, "no call waits ten minutes here");
}

#[tokio::test(start_paused = true)]
async fn those_who_waited_for_a_failure_share_it() {
    let stage = Stage::new([Err(refused())]);
    let calls: Vec<_> = (0..30)
        .map(|_| {
            let shared = Arc::clone(&stage.shared);
            tokio::spawn(async move { shared.token().await.is_err() })
        })
        .collect();
    for call in calls {
        assert!(call.await.unwrap());
    }
    assert_eq!(stage.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn calls_that_were_turned_down_together_share_one_renewal() {
    let stage = Stage::new([Ok(HOUR)]);
    let first = stage.shared.token().await.unwrap();
    let calls: Vec<_> = (0..20)
        .map(|_| {
            let (shared, first) = (Arc::clone(&stage.shared), first.clone());
            tokio::spawn(async move { shared.renewed(&first, None).await.map(|token| token.generation) })
        })
        .collect();
    for call in calls {
        assert_eq!(call.await.unwrap().unwrap(), 2);
    }
    assert_eq!(stage.asked(), 2);
}

#[tokio::test(start_paused = true)]
async fn what_graph_wants_proved_is_asked_for_from_then_on() {
    let stage = Stage::new([Ok(HOUR)]);
    let first = stage.shared.token().await.unwrap();
    stage.shared.renewed(&first, Some("{}".to_owned())).await.unwrap();
    // One that was turned down at the same time, and heard nothing of claims, gets the token that proves them.
    assert_eq!(stage.shared.renewed(&first, None).await.unwrap().generation, 2);
    pass(HOUR).await;
    stage.token().await.unwrap();
    assert_eq!(*stage.claims.lock().unwrap(), [None, Some("{}".to_owned()), Some("{}".to_owned())]);
}

#[tokio::test(start_paused = true)]
async fn a_token_without_the_claims_is_no_answer_to_a_challenge() {
    let stage = Stage::new([Ok(HOUR)]);
    let first = stage.shared.token().await.unwrap();
    assert_eq!(stage.shared.renewed(&first, None).await.unwrap().generation, 2);
    assert_eq!(stage.shared.renewed(&first, Some("{}".to_owned())).await.unwrap().generation, 3);
}

#[tokio::test(start_paused = true)]
async fn a_short_lived_token_is_renewed_after_half_of_its_life() {
    let stage = Stage::new([Ok(60)]);
    stage.token().await.unwrap();
    for _ in 0..20 {
        stage.token().await.unwrap();
        pass(1).await;
    }
    assert_eq!(stage.asked(), 1);
    pass(12).await;
    stage.token().await.unwrap();
    pass(2).await;
    assert_eq!(stage.asked(), 2);
}

#[tokio::test(start_paused = true)]
async fn calls_that_were_sent_with_an_older_token_turn_no_newer_one_down() {
    let stage = Stage::new([Ok(HOUR)]);
    let first = stage.shared.token().await.unwrap().mark();
    assert!(stage.shared.reject(first));
    assert_eq!(stage.token().await.unwrap(), "token-2");
    for _ in 0..10 {
        assert!(!stage.shared.reject(first), "they come in late, and it is no news");
        assert_eq!(stage.token().await.unwrap(), "token-2");
    }
    assert_eq!(stage.asked(), 2);
}

#[tokio::test(start_paused = true)]
async fn no_number_that_a_service_names_is_too_large() {
    let stage = Stage::new([Ok(u64::MAX)]);
    assert_eq!(stage.token().await.unwrap(), "token-1");
    pass(HOUR).await;
    assert_eq!(stage.token().await.unwrap(), "token-1");
}
