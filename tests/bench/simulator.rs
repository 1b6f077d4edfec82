//! How fast the simulator is, and how much a million users weigh: `cargo bench --bench simulator`.
#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]

use std::time::{Duration, Instant};

use reqwest::Method;
use sealoff::simulator::{Connection, Directory, Quota, Settings, SimulatedUser, Simulator};
use serde_json::{Value, json};

fn main() {
    batches_over_one_connection();
    a_million_users();
}

fn item(id: usize, user: &SimulatedUser, method: &str, action: &str, body: &Value) -> Value {
    let url = format!("/users/{}{action}", user.id);
    json!({ "id": id.to_string(), "method": method, "url": url, "headers": { "Content-Type": "application/json" }, "body": body })
}

/// Processor seconds that the calling thread has used, in hundredths (Linux only).
fn thread_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/thread-self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |index: usize| fields.get(index).and_then(|field| field.parse::<f64>().ok()).unwrap_or_default();
    (ticks(11) + ticks(12)) / 100.0
}

fn batches_over_one_connection() {
    let (sender, receiver) = std::sync::mpsc::channel();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    // The simulator has a thread of its own, so that its share of the work is known from the client's.
    let server = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let settings = Settings { users: 10_000, quota: Quota::off(), ..Settings::default() };
            let simulator = Simulator::start(settings).await.unwrap();
            let users: Vec<SimulatedUser> = simulator
                .users()
                .into_iter()
                .filter(|user| !user.is_synced() && !user.is_external() && user.domain() == "contoso.com")
                .take(2_000)
                .collect();
            sender.send((simulator.connection().clone(), simulator.issue_token(), users)).unwrap();
            let before = thread_seconds();
            let _ = stopped.await;
            (thread_seconds() - before, simulator.counters())
        })
    });
    let (connection, token, users): (Connection, String, Vec<SimulatedUser>) = receiver.recv().unwrap();
    let bodies: Vec<Vec<u8>> = (0..300)
        .map(|n| {
            let requests: Vec<_> = (0..20)
                .map(|k| {
                    let user = &users[(n * 20 + k) % users.len()];
                    match n % 3 {
                        0 => item(
                            k,
                            user,
                            "PATCH",
                            "",
                            &json!({ "passwordProfile": {
                            "password": "u7#KdQw!93nTzRxp", "forceChangePasswordNextSignIn": true } }),
                        ),
                        1 => item(k, user, "PATCH", "", &json!({ "accountEnabled": false })),
                        _ => item(k, user, "POST", "/revokeSignInSessions", &json!({})),
                    }
                })
                .collect();
            serde_json::to_vec(&json!({ "requests": requests })).unwrap()
        })
        .collect();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let sent = runtime.block_on(drive(&connection, &token, bodies));
    stop.send(()).unwrap();
    let (busy, counters) = server.join().unwrap();
    let items = counters.batch_items as f64;
    println!(
        "{items} items, {} applied: {:.0} items/s on the wall, {:.0} items for each processor second of the simulator",
        counters.writes_applied,
        items / sent.as_secs_f64(),
        items / busy
    );
}

/// Sends batches for some seconds, 32 at a time, and says how long that took.
async fn drive(connection: &Connection, token: &str, bodies: Vec<Vec<u8>>) -> Duration {
    let ca = reqwest::Certificate::from_pem(connection.ca_pem.as_bytes()).unwrap();
    let http = reqwest::Client::builder().tls_certs_only([ca]).no_proxy().build().unwrap();
    let url = format!("{}/v1.0/$batch", connection.graph_endpoint);
    let (start, bodies) = (Instant::now(), std::sync::Arc::new(bodies));
    let workers: Vec<_> = (0..32)
        .map(|worker| {
            let (http, url, token, bodies) = (http.clone(), url.clone(), token.to_owned(), bodies.clone());
            tokio::spawn(async move {
                let mut next = worker;
                while start.elapsed() < Duration::from_secs(4) {
                    let body = bodies[next % bodies.len()].clone();
                    let request = http.request(Method::POST, &url).bearer_auth(&token);
                    let response = request.header("Content-Type", "application/json").body(body).send().await.unwrap();
                    assert_eq!(response.status(), 200);
                    response.bytes().await.unwrap();
                    next += 32;
                }
            })
        })
        .collect();
    for worker in workers {
        worker.await.unwrap();
    }
    start.elapsed()
}

fn a_million_users() {
    let start = Instant::now();
    let directory = Directory::seeded(1_000_000, 1);
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let resident = status.lines().find(|line| line.starts_with("VmRSS")).unwrap_or("VmRSS unknown");
    println!("{} users in {:.1} s, {resident}", directory.len(), start.elapsed().as_secs_f64());
}
