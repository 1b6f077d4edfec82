//! The token service's other ways in: assertions, device codes, managed identities, revoked tokens.

use std::time::Duration;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaEncoding, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use reqwest::StatusCode;
use sealoff::simulator::{CLIENT_ID, Device, Settings, SignInSettings, Simulator, TENANT_ID};
use serde_json::{Value, json};
use time::OffsetDateTime;

use super::{Graph, Reply, http_client};

const SCOPE: &str = "https://graph.microsoft.com/.default";
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

async fn post(simulator: &Simulator, what: &str, form: &[(&str, &str)]) -> Reply {
    let url = format!("{}/{TENANT_ID}/oauth2/v2.0/{what}", simulator.connection().authority);
    Reply::of(http_client(simulator).post(url).form(form).send().await.unwrap()).await
}

/// A key with a self-signed certificate.
struct Signer {
    key: RsaKeyPair,
    certificate: Vec<u8>,
}

impl Signer {
    fn new() -> Self {
        use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
        let key = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
        let der: Pkcs8V1Der<'_> = key.as_der().unwrap();
        let der = rustls::pki_types::PrivatePkcs8KeyDer::from(der.as_ref().to_vec());
        let pair = rcgen::KeyPair::from_pkcs8_der_and_sign_algo(&der, &rcgen::PKCS_RSA_SHA256).unwrap();
        let parameters = rcgen::CertificateParams::new(["sealoff.test".to_owned()]).unwrap();
        let certificate = parameters.self_signed(&pair).unwrap().der().to_vec();
        assert!(key.public_modulus_len() == 256 && !key.public_key().as_ref().is_empty());
        Self { key, certificate }
    }

    fn thumbprint(&self) -> String {
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &self.certificate);
        URL_SAFE_NO_PAD.encode(digest)
    }

    fn sign(&self, header: &Value, claims: &Value) -> String {
        let encoded = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
        let signed = format!("{}.{}", encoded(header), encoded(claims));
        let algorithm: &'static dyn RsaEncoding =
            if header["alg"] == "RS256" { &RSA_PKCS1_SHA256 } else { &RSA_PSS_SHA256 };
        let mut signature = vec![0; self.key.public_modulus_len()];
        self.key.sign(algorithm, &SystemRandom::new(), signed.as_bytes(), &mut signature).unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

#[tokio::test]
async fn an_assertion_is_checked_in_every_part() {
    let (signer, stranger) = (Signer::new(), Signer::new());
    let sign_in = SignInSettings { certificates: vec![signer.certificate.clone()], ..SignInSettings::default() };
    let simulator = Simulator::start(Settings { sign_in, ..Settings::default() }).await.unwrap();
    let audience = format!("{}/{TENANT_ID}/oauth2/v2.0/token", simulator.connection().authority);
    let now = OffsetDateTime::now_utc().unix_timestamp();
    let header = json!({ "alg": "PS256", "typ": "JWT", "x5t#S256": signer.thumbprint() });
    let claims = json!({
        "aud": audience, "iss": CLIENT_ID, "sub": CLIENT_ID, "jti": "1", "nbf": now, "iat": now, "exp": now + 600,
    });
    let with = |of: &Value, name: &str, value: Value| {
        let mut changed = of.clone();
        changed[name] = value;
        changed
    };
    let client_id = CLIENT_ID.to_string();
    let ask = async |assertion: &str| {
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", &*client_id),
            ("scope", SCOPE),
            ("client_assertion_type", JWT_BEARER),
            ("client_assertion", assertion),
        ];
        post(&simulator, "token", &form).await
    };
    for algorithm in ["PS256", "RS256"] {
        let reply = ask(&signer.sign(&with(&header, "alg", algorithm.into()), &claims)).await;
        assert_eq!(reply.status, StatusCode::OK, "{algorithm}: {}", reply.body);
    }
    // The same token service, by another of its names.
    let by_name = audience.replace("127.0.0.1", "localhost");
    assert_eq!(ask(&signer.sign(&header, &with(&claims, "aud", by_name.into()))).await.status, StatusCode::OK);
    let good = signer.sign(&header, &claims);
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let (head, _) = signed.split_once('.').unwrap();
    let other_claims = URL_SAFE_NO_PAD.encode(with(&claims, "jti", "2".into()).to_string());
    let of_stranger = with(&header, "x5t#S256", stranger.thumbprint().into());
    for (what, assertion, code) in [
        ("another key", stranger.sign(&header, &claims), 700_027),
        ("an unknown certificate", stranger.sign(&of_stranger, &claims), 700_027),
        ("no thumbprint", signer.sign(&json!({ "alg": "PS256", "typ": "JWT" }), &claims), 700_027),
        ("no algorithm", signer.sign(&with(&header, "alg", "none".into()), &claims), 700_027),
        ("changed claims", format!("{head}.{other_claims}.{signature}"), 700_027),
        ("no type", signer.sign(&with(&header, "typ", Value::Null), &claims), 50_027),
        ("no jti", signer.sign(&header, &with(&claims, "jti", Value::Null)), 50_027),
        ("another subject", signer.sign(&header, &with(&claims, "sub", "x".into())), 700_021),
        ("another issuer", signer.sign(&header, &with(&claims, "iss", "x".into())), 700_211),
        ("another audience", signer.sign(&header, &with(&claims, "aud", "https://x".into())), 700_023),
        ("ended", signer.sign(&header, &with(&claims, "exp", (now - 301).into())), 700_024),
        ("not begun", signer.sign(&header, &with(&claims, "nbf", (now + 400).into())), 700_024),
        ("no JWT", "a.b".to_owned(), 50_027),
    ] {
        let reply = ask(&assertion).await;
        assert_eq!(reply.body["error_codes"][0], code, "{what}: {}", reply.body);
        assert_eq!(reply.status, StatusCode::UNAUTHORIZED, "{what}");
    }
    let no_type = [("grant_type", "client_credentials"), ("client_id", &client_id), ("client_assertion", &good)];
    assert_eq!(post(&simulator, "token", &no_type).await.body["error_codes"][0], 900_144);
}

#[tokio::test]
async fn a_federated_token_must_be_one_that_the_issuer_gave() {
    let simulator = Simulator::start(Settings::default()).await.unwrap();
    let token = simulator.issue_federated_token(&SignInSettings::default().federated);
    let client_id = CLIENT_ID.to_string();
    for (assertion, status) in [(token.clone(), 200), (format!("{}AA", &token[..token.len() - 2]), 401)] {
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", &*client_id),
            ("scope", SCOPE),
            ("client_assertion_type", JWT_BEARER),
            ("client_assertion", &assertion),
        ];
        let reply = post(&simulator, "token", &form).await;
        assert_eq!(reply.status.as_u16(), status, "{}", reply.body);
    }
}

#[tokio::test]
async fn a_device_code_goes_through_its_states() {
    let device = Device { interval: Duration::from_secs(3_600), ..Device::default() };
    let mut graph = Graph::with(Settings {
        sign_in: SignInSettings { device, ..SignInSettings::default() },
        ..Settings::default()
    })
    .await;
    let client_id = CLIENT_ID.to_string();
    let scope = format!("{SCOPE} offline_access");
    let start = async |graph: &Graph| {
        let reply = post(&graph.simulator, "devicecode", &[("client_id", &client_id), ("scope", &scope)]).await;
        assert_eq!((&reply.body["expires_in"], &reply.body["interval"]), (&900.into(), &3_600.into()));
        let text = |name: &str| reply.body[name].as_str().unwrap().to_owned();
        (text("device_code"), text("user_code"))
    };
    let poll = async |graph: &Graph, code: &str| {
        post(
            &graph.simulator,
            "token",
            &[("grant_type", DEVICE_GRANT), ("client_id", &client_id), ("device_code", code)],
        )
        .await
    };
    let (code, _) = start(&graph).await;
    assert_eq!(poll(&graph, &code).await.body["error"], "authorization_pending");
    assert_eq!(poll(&graph, &code).await.body["error"], "slow_down", "it asked for an hour between polls");
    assert_eq!(poll(&graph, "x").await.body["error"], "bad_verification_code");

    let (code, user_code) = start(&graph).await;
    let url = format!("{}/_simulator/device-codes/{user_code}/decline", graph.simulator.connection().authority);
    assert_eq!(graph.http.post(url).send().await.unwrap().status(), StatusCode::NO_CONTENT);
    assert_eq!(poll(&graph, &code).await.body["error"], "authorization_declined");

    let grace = graph.user("grace.hopper@contoso.com");
    let (code, user_code) = start(&graph).await;
    assert!(graph.simulator.approve_device_code(&user_code, &grace.user_principal_name));
    let given = poll(&graph, &code).await;
    assert_eq!(given.status, StatusCode::OK, "{}", given.body);
    assert_eq!(poll(&graph, &code).await.body["error"], "bad_verification_code", "a code is good for one token");
    graph.token = given.body["access_token"].as_str().unwrap().to_owned();
    assert_eq!(graph.get("/me").await.body["userPrincipalName"], "grace.hopper@contoso.com");

    let refresh_token = given.body["refresh_token"].as_str().unwrap().to_owned();
    let refresh = async |graph: &Graph| {
        let form = [
            ("grant_type", "refresh_token"),
            ("client_id", &*client_id),
            ("scope", &*scope),
            ("refresh_token", &*refresh_token),
        ];
        post(&graph.simulator, "token", &form).await
    };
    assert_eq!(refresh(&graph).await.status, StatusCode::OK);
    graph.simulator.sign_out(grace.id);
    assert_eq!(refresh(&graph).await.body["error_codes"][0], 50_173);
}

#[tokio::test]
async fn managed_identities_want_their_headers_and_number_in_texts() {
    let simulator = Simulator::start(Settings::default()).await.unwrap();
    let http = http_client(&simulator);
    let root = &simulator.connection().authority;
    let ask = async |path: &str, header: (&'static str, &str)| {
        Reply::of(http.get(format!("{root}{path}")).header(header.0, header.1).send().await.unwrap()).await
    };
    let imds = "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fgraph.microsoft.com%2F";
    let reply = ask(imds, ("Metadata", "true")).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.body);
    assert!(reply.body["expires_in"].is_string() && reply.body["expires_on"].is_string());
    for (path, header) in [
        (imds, ("X-None", "true")),
        ("/metadata/identity/oauth2/token?resource=https://graph.microsoft.com", ("Metadata", "true")),
        (
            "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://vault.azure.net",
            ("Metadata", "true"),
        ),
        (&format!("{imds}&client_id=11111111-1111-4111-8111-111111111111"), ("Metadata", "true")),
    ] {
        assert_eq!(ask(path, header).await.status, StatusCode::BAD_REQUEST, "{path} {header:?}");
    }
    let app_service = "/app-service/identity/token?api-version=2019-08-01&resource=https://graph.microsoft.com/";
    let key = SignInSettings::default().identity_header;
    assert!(ask(app_service, ("X-IDENTITY-HEADER", &key)).await.body["expires_on"].is_string());
    assert_eq!(ask(app_service, ("X-IDENTITY-HEADER", "x")).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_revoked_token_is_met_with_a_challenge_and_only_its_claims_help() {
    let mut graph = Graph::unlimited().await;
    graph.simulator.challenge_tokens();
    let reply = graph.get("/organization").await;
    assert_eq!(reply.status, StatusCode::UNAUTHORIZED);
    let challenge = reply.header("www-authenticate").unwrap().to_owned();
    assert!(challenge.contains("error=\"insufficient_claims\""), "{challenge}");
    let encoded = challenge.split("claims=\"").nth(1).unwrap().trim_end_matches('"');
    let claims = String::from_utf8(STANDARD.decode(encoded).unwrap()).unwrap();
    let client_id = CLIENT_ID.to_string();
    let secret = graph.simulator.connection().client_secret.clone();
    for (claims, status) in [("{}", 401), (&*claims, 200)] {
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", &*client_id),
            ("client_secret", &*secret),
            ("scope", SCOPE),
            ("claims", claims),
        ];
        graph.token = post(&graph.simulator, "token", &form).await.body["access_token"].as_str().unwrap().to_owned();
        assert_eq!(graph.get("/organization").await.status.as_u16(), status, "{claims}");
    }
}
