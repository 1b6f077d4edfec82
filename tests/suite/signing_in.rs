//! Every way in, by the binary and against the simulator's token service, which checks strictly.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use sealoff::graph::credential::SigningCertificate;
use sealoff::simulator::{Device, Federated, Settings, SignInSettings};
use secrecy::ExposeSecret as _;
use time::OffsetDateTime;

use crate::stage::{Ran, Stage, bare, finish};
use crate::tools::need;

const EXPORT: [&str; 4] = ["export", "--all", "-o", "-"];

/// Makes a certificate with its key in one PEM file; `None` where there is no openssl.
pub(crate) fn make_certificate(folder: &Path, name: &str, key: &[&str]) -> Option<Vec<u8>> {
    if !need(&["openssl"]) {
        return None;
    }
    let mut command = Command::new("openssl");
    command.current_dir(folder).args(["req", "-x509", "-nodes", "-days", "30", "-subj", "/CN=sealoff"]);
    command.args(key).args(["-keyout", "key.pem", "-out", "certificate.pem"]).stderr(Stdio::null());
    assert!(command.status().unwrap().success(), "openssl made no certificate");
    let read = |name| std::fs::read_to_string(folder.join(name)).unwrap();
    let certificate = read("certificate.pem");
    std::fs::write(folder.join(name), format!("{certificate}{}", read("key.pem"))).unwrap();
    Some(CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap().to_vec())
}

pub(crate) const RSA: [&str; 2] = ["-newkey", "rsa:2048"];

/// The binary pointed at the stage's tenant and without its secret.
fn without_secret(stage: &Stage, arguments: &[&str]) -> Command {
    let mut command = stage.command(arguments);
    command.env_remove("AZURE_CLIENT_SECRET");
    command
}

fn plan(stage: &Stage, set: &[(&str, &str)], more: &[&str]) -> Ran {
    let roster = stage.write("roster.csv", "userPrincipalName\nada.lovelace@contoso.com\n");
    let mut arguments = vec!["plan", &*roster, "--playbook", "contain", "--out", "out"];
    arguments.extend(more);
    let mut command = without_secret(stage, &arguments);
    command.envs(set.iter().copied());
    finish(command)
}

#[test]
fn a_certificate_signs_its_way_in() {
    let folder = tempfile::tempdir().unwrap();
    let Some(der) = make_certificate(folder.path(), "app.pem", &RSA) else { return };
    let pem = folder.path().join("app.pem").display().to_string();
    let sign_in = SignInSettings { certificates: vec![der], ..SignInSettings::default() };
    let stage = Stage::with(Settings { sign_in, ..Settings::default() });
    plan(&stage, &[("AZURE_CLIENT_CERTIFICATE_PATH", &pem)], &[])
        .succeeded()
        .complains(&["signing in with a certificate (AZURE_CLIENT_CERTIFICATE_PATH)"]);

    // A file that was named as an argument is what is meant, also where the environment says otherwise.
    let stage = Stage::new();
    plan(&stage, &[("AZURE_CLIENT_SECRET", "wrong")], &["--client-certificate", &pem])
        .exited(5)
        .complains(&["AADSTS700027", "the certificate is not on the app"]);
}

#[test]
fn a_certificate_that_cannot_be_used_says_why() {
    let folder = tempfile::tempdir().unwrap();
    if make_certificate(folder.path(), "app.pem", &RSA).is_none() {
        return;
    }
    let at = |name: &str| folder.path().join(name);
    let read = |name: &str| std::fs::read_to_string(at(name)).unwrap();
    let (certificate, key) = (read("certificate.pem"), read("key.pem"));
    make_certificate(folder.path(), "other.pem", &RSA).unwrap();
    std::fs::write(at("mixed.pem"), format!("{certificate}{}", read("key.pem"))).unwrap();
    std::fs::write(at("bare.pem"), &certificate).unwrap();
    std::fs::write(at("lonely.pem"), &key).unwrap();
    make_certificate(folder.path(), "ec.pem", &["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]).unwrap();
    std::fs::write(at("app.pfx"), [0x30, 0x82, 0x01, 0x02, 0x02]).unwrap();
    let locked = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
    std::fs::write(at("locked.pem"), format!("{certificate}{locked}")).unwrap();
    std::fs::write(at("certificate.der"), CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap()).unwrap();
    let stage = Stage::new();
    for (name, says) in [
        ("mixed.pem", "does not belong to a certificate in it"),
        ("bare.pem", "no private key"),
        ("lonely.pem", "no certificate"),
        ("ec.pem", "must be an RSA key"),
        ("app.pfx", "openssl pkcs12 -in"),
        ("locked.pem", "damaged"),
        ("certificate.der", "no private key"),
        ("missing.pem", "cannot be read"),
    ] {
        plan(&stage, &[], &["--client-certificate", at(name).to_str().unwrap()]).exited(2).complains(&[says]);
    }
    assert_eq!(stage.ledger().counters.token_requests, 0);
}

pub(crate) const PASSWORD: &str = "pf\u{e4}x & pass";

/// Runs openssl with the password in `PASSWORD`; says whether it succeeded.
pub(crate) fn openssl(folder: &Path, arguments: &str) -> bool {
    let mut command = Command::new("openssl");
    command.current_dir(folder).args(arguments.split(' ')).env("PASSWORD", PASSWORD).env("NOTHING", "");
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// A PFX file of `certificate.pem` and `key.pem`, and of what else is given.
pub(crate) fn export(folder: &Path, name: &str, more: &str) {
    let arguments = format!("pkcs12 -export -in certificate.pem -inkey key.pem -out {name} {more}");
    assert!(openssl(folder, arguments.trim_end()), "openssl cannot make {name}");
}

/// A tenant whose app has this certificate, as DER, and no other.
fn stage_with(certificate: &[u8]) -> Stage {
    let sign_in = SignInSettings { certificates: vec![certificate.to_vec()], ..SignInSettings::default() };
    Stage::with(Settings { sign_in, ..Settings::default() })
}

fn doctor_signs_in(stage: &Stage, file: &Path, password: Option<&str>) -> Ran {
    let arguments = ["doctor", "--playbook", "contain", "--json", "--client-certificate", file.to_str().unwrap()];
    let mut command = without_secret(stage, &arguments);
    command.envs(password.map(|password| ("AZURE_CLIENT_CERTIFICATE_PASSWORD", password)));
    finish(command)
}

#[test]
fn a_pfx_file_signs_in_with_any_writer_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let Some(der) = make_certificate(folder.path(), "app.pem", &RSA) else { return };
    let stage = stage_with(&der);
    for (name, more, password) in [
        ("modern.pfx", "-passout env:PASSWORD", Some(PASSWORD)),
        ("aes128.p12", "-passout env:PASSWORD -keypbe AES-128-CBC -certpbe AES-128-CBC -macalg sha1", Some(PASSWORD)),
        (
            "windows.pfx",
            "-passout env:PASSWORD -keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES -macalg sha1",
            Some(PASSWORD),
        ),
        ("open-certificate.pfx", "-passout env:PASSWORD -certpbe NONE", Some(PASSWORD)),
        // As Azure Key Vault gives it out: its empty password need not be given.
        ("vault.pfx", "-passout env:NOTHING", None),
        ("old-vault.pfx", "-passout env:NOTHING -keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES -macalg sha1", None),
        ("open.pfx", "-passout env:NOTHING -keypbe NONE -certpbe NONE -nomac", None),
    ] {
        export(folder.path(), name, more);
        let ran = doctor_signs_in(&stage, &folder.path().join(name), password).succeeded();
        assert!(ran.err.contains("signing in with a certificate"), "{name}: {}", ran.err);
    }
    assert!(openssl(folder.path(), "pkcs8 -topk8 -in key.pem -out locked.key -passout env:PASSWORD"));
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    std::fs::write(folder.path().join("locked.pem"), read("certificate.pem") + &read("locked.key")).unwrap();
    doctor_signs_in(&stage, &folder.path().join("locked.pem"), Some(PASSWORD)).succeeded();
}

#[test]
fn a_pfx_file_that_does_not_open_says_why_and_never_says_the_password() {
    let folder = tempfile::tempdir().unwrap();
    let Some(der) = make_certificate(folder.path(), "app.pem", &RSA) else { return };
    let stage = stage_with(&der);
    let triple_des = "-passout env:PASSWORD -keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES -macalg sha1";
    for (name, more) in [("modern.pfx", "-passout env:PASSWORD"), ("windows.pfx", triple_des)] {
        export(folder.path(), name, more);
        let file = folder.path().join(name);
        let wrong = doctor_signs_in(&stage, &file, Some("not-it"));
        let wrong = wrong.exited(5).says(&["the password does not open", "AZURE_CLIENT_CERTIFICATE_PASSWORD"]);
        assert!(!wrong.out.contains("not-it") && !wrong.err.contains("not-it"));
        doctor_signs_in(&stage, &file, None)
            .exited(5)
            .says(&["behind a password, and none was given", "at a terminal"]);
        plan(&stage, &[], &["--client-certificate", file.to_str().unwrap()]).exited(5).complains(&["none was given"]);
    }
    let file = |name: &str| folder.path().join(name);
    let complains = |name: &str, parts: &[&str]| {
        let ran = doctor_signs_in(&stage, &file(name), Some(PASSWORD)).exited(2).complains(parts);
        assert!(!ran.err.contains(PASSWORD), "{}", ran.err);
    };
    export(folder.path(), "rc2.pfx", "-passout env:PASSWORD -legacy -certpbe PBE-SHA1-RC2-40");
    complains("rc2.pfx", &["RC2 with 40 bits", "openssl pkcs12 -legacy -in", "AES256-SHA256"]);
    export(folder.path(), "lonely.pfx", "-nokeys -passout env:PASSWORD");
    complains("lonely.pfx", &["no private key"]);
    export(folder.path(), "bare.pfx", "-nocerts -passout env:PASSWORD");
    complains("bare.pfx", &["holds no certificate"]);
    let half = std::fs::read(file("modern.pfx")).unwrap();
    std::fs::write(file("half.pfx"), &half[..half.len() / 2]).unwrap();
    complains("half.pfx", &["damaged"]);
    assert_eq!(stage.ledger().counters.token_requests, 0);
}

#[test]
fn of_several_certificates_in_a_pfx_file_the_one_of_the_key_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    // Of another key, and before the right one in the file.
    if make_certificate(folder.path(), "other.pem", &RSA).is_none() {
        return;
    }
    std::fs::rename(at("certificate.pem"), at("issuer.pem")).unwrap();
    let der = make_certificate(folder.path(), "app.pem", &RSA).unwrap();
    let issuer = std::fs::read_to_string(at("issuer.pem")).unwrap();
    let own = std::fs::read_to_string(at("certificate.pem")).unwrap();
    for (name, first, second) in [("after.pfx", &issuer, &own), ("before.pfx", &own, &issuer)] {
        std::fs::write(at("both.pem"), format!("{first}{second}")).unwrap();
        let arguments = format!("pkcs12 -export -in both.pem -inkey key.pem -passout env:PASSWORD -out {name}");
        assert!(openssl(folder.path(), &arguments));
        let stage = stage_with(&der);
        doctor_signs_in(&stage, &at(name), Some(PASSWORD)).succeeded();
    }
    // The same key, certified again and for longer: the file's mark decides, and not which one lasts.
    let renew = "req -x509 -key key.pem -days 900 -subj /CN=renewed -out renewed.pem";
    assert!(openssl(folder.path(), renew));
    let renewed = std::fs::read_to_string(at("renewed.pem")).unwrap();
    let renewed_der = CertificateDer::from_pem_slice(renewed.as_bytes()).unwrap().to_vec();
    let arguments =
        "pkcs12 -export -in certificate.pem -inkey key.pem -certfile renewed.pem -passout env:PASSWORD -out marked.pfx";
    assert!(openssl(folder.path(), arguments));
    doctor_signs_in(&stage_with(&der), &at("marked.pfx"), Some(PASSWORD)).succeeded();
    doctor_signs_in(&stage_with(&renewed_der), &at("marked.pfx"), Some(PASSWORD)).exited(5).says(&["AADSTS700027"]);
    // Without a mark, the one that is good for longest.
    let key = std::fs::read_to_string(at("key.pem")).unwrap();
    std::fs::write(at("two.pem"), format!("{own}{renewed}{key}")).unwrap();
    doctor_signs_in(&stage_with(&renewed_der), &at("two.pem"), None).succeeded();
    // Two keys with a certificate each: none is guessed.
    let (other, app) =
        (std::fs::read_to_string(at("other.pem")).unwrap(), std::fs::read_to_string(at("app.pem")).unwrap());
    std::fs::write(at("two-keys.pem"), other + &app).unwrap();
    doctor_signs_in(&stage_with(&der), &at("two-keys.pem"), None).exited(2).complains(&["2 private keys", "alone"]);
}

/// What we sign is checked by OpenSSL, which shares nothing with us.
#[test]
fn openssl_verifies_the_assertions() {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let folder = tempfile::tempdir().unwrap();
    let Some(der) = make_certificate(folder.path(), "app.pem", &RSA) else { return };
    let certificate = SigningCertificate::read(&folder.path().join("app.pem")).unwrap();
    let now = OffsetDateTime::from_unix_timestamp(1_700_000_000).unwrap();
    let assertion = certificate.assertion("app-id", "https://login.example/t/oauth2/v2.0/token", now).unwrap();
    let (signed, signature) = assertion.expose_secret().rsplit_once('.').unwrap();
    let (header, claims) = signed.split_once('.').unwrap();
    let part =
        |text: &str| -> serde_json::Value { serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).unwrap()).unwrap() };
    let (header, claims) = (part(header), part(claims));
    assert_eq!((&header["alg"], &header["typ"]), (&"PS256".into(), &"JWT".into()));
    assert_eq!((&claims["iss"], &claims["sub"]), (&"app-id".into(), &"app-id".into()));
    assert_eq!(claims["aud"], "https://login.example/t/oauth2/v2.0/token");
    assert_eq!((&claims["nbf"], &claims["exp"]), (&1_700_000_000.into(), &1_700_000_600.into()));
    assert!(uuid::Uuid::parse_str(claims["jti"].as_str().unwrap()).is_ok());

    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("signed"), signed).unwrap();
    std::fs::write(at("signature"), URL_SAFE_NO_PAD.decode(signature).unwrap()).unwrap();
    std::fs::write(at("certificate.der"), &der).unwrap();
    let openssl = |arguments: &[&str]| {
        let output = Command::new("openssl").current_dir(folder.path()).args(arguments).output().unwrap();
        (output.status.success(), output.stdout)
    };
    let (_, hash) = openssl(&["dgst", "-sha256", "-binary", "certificate.der"]);
    assert_eq!(header["x5t#S256"], URL_SAFE_NO_PAD.encode(hash));
    let (made, public) = openssl(&["x509", "-in", "certificate.pem", "-pubkey", "-noout"]);
    assert!(made);
    std::fs::write(at("public.pem"), public).unwrap();
    let verify = |salt: &str| {
        openssl(&[
            "dgst", "-sha256", "-verify", "public.pem", "-sigopt", "rsa_padding_mode:pss", "-sigopt", salt, "-sigopt",
            "rsa_mgf1_md:sha256", "-signature", "signature", "signed",
        ])
        .0
    };
    // PS256 is PSS with MGF1 over SHA-256 and a salt as long as the hash (RFC 7518, section 3.5).
    assert!(verify("rsa_pss_saltlen:32"));
    std::fs::write(at("signed"), format!("{signed}x")).unwrap();
    assert!(!verify("rsa_pss_saltlen:32"), "openssl would take anything");
}

#[test]
fn a_federated_token_file_is_read_anew_and_must_match_exactly() {
    let stage = Stage::new();
    let trusted = SignInSettings::default().federated;
    let good = stage.simulator.issue_federated_token(&trusted);
    let file = stage.write("token", format!("{good}\n"));
    plan(&stage, &[("AZURE_FEDERATED_TOKEN_FILE", &file)], &[]).succeeded().complains(&["a federated token file"]);
    for wrong in [
        Federated { issuer: trusted.issuer.to_uppercase(), ..trusted.clone() },
        Federated { subject: "repo:contoso/sealoff:ref:refs/heads/Main".to_owned(), ..trusted.clone() },
        Federated { audience: format!("{}/", trusted.audience), ..trusted.clone() },
    ] {
        let file = stage.write("token", stage.simulator.issue_federated_token(&wrong));
        let mut command = without_secret(&stage, &["plan", "roster.csv", "--playbook", "contain", "--out", "other"]);
        command.env("AZURE_FEDERATED_TOKEN_FILE", &file);
        finish(command).exited(5).complains(&["federated credential"]);
    }
    let file = stage.write("token", "no token");
    let mut command = without_secret(&stage, &["plan", "roster.csv", "--playbook", "contain", "--out", "other"]);
    command.env("AZURE_FEDERATED_TOKEN_FILE", &file);
    finish(command).exited(5).complains(&["holds no token"]);
}

#[test]
fn a_github_job_gets_in_with_its_own_token() {
    let stage = Stage::new();
    let url = format!("{}/_simulator/job-token?api-version=2.0", stage.simulator.connection().authority);
    let job = [("ACTIONS_ID_TOKEN_REQUEST_URL", &*url), ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "simulated-job-token")];
    plan(&stage, &job, &[]).succeeded().complains(&["this GitHub Actions job"]);
    let stage = Stage::new();
    let url = format!("{}/_simulator/job-token?api-version=2.0", stage.simulator.connection().authority);
    let job = [("ACTIONS_ID_TOKEN_REQUEST_URL", &*url), ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "another")];
    plan(&stage, &job, &[]).exited(5).complains(&["id-token: write"]);
    plan(&stage, &job[..1], &[]).exited(5).complains(&["ACTIONS_ID_TOKEN_REQUEST_TOKEN"]);
}

#[test]
fn a_github_job_asks_for_the_audience_that_is_named() {
    let stage = Stage::new();
    let url = format!("{}/_simulator/job-token?api-version=2.0", stage.simulator.connection().authority);
    let job = [("ACTIONS_ID_TOKEN_REQUEST_URL", &*url), ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "simulated-job-token")];
    let named = |audience: &'static str| [job[0], job[1], ("SEALOFF_FEDERATED_AUDIENCE", audience)];
    plan(&stage, &named("api://AzureADTokenExchangeUSGov"), &[]).exited(5).complains(&["letter by letter"]);
    plan(&stage, &named("an audience"), &[]).exited(2).complains(&["an audience is one word"]);
    stage.write("sealoff.toml", "federated_audience = \"api://AzureADTokenExchangeUSGov\"\n");
    plan(&stage, &job, &[]).exited(5).complains(&["letter by letter"]);
    plan(&stage, &named("api://AzureADTokenExchange"), &[]).succeeded();

    // The same by the file of settings, which a variable outranks.
    let of_file = |audience: &str| stage.write("sealoff.toml", format!("federated_audience = '{audience}'\n"));
    let doctor = |set: &[(&str, &str)]| {
        let mut command = without_secret(&stage, &["doctor", "--playbook", "contain"]);
        command.envs(set.iter().copied());
        finish(command)
    };
    of_file("api://AzureADTokenExchangeUSGov");
    doctor(&job).exited(5).says(&["letter by letter"]);
    doctor(&named("api://AzureADTokenExchange")).succeeded();
    of_file("an audience");
    doctor(&job).exited(2).complains(&["federated_audience cannot be used"]);
}

/// The default audience is that of the cloud, also where its services are reached by other addresses.
#[test]
fn a_github_job_of_another_cloud_asks_for_that_clouds_audience() {
    for (cloud, audience) in
        [("usgov", "api://AzureADTokenExchangeUSGov"), ("china", "api://AzureADTokenExchangeChina")]
    {
        let federated = Federated { audience: audience.to_owned(), ..SignInSettings::default().federated };
        let sign_in = SignInSettings { federated, ..SignInSettings::default() };
        let stage = Stage::with(Settings { sign_in, ..Settings::default() });
        let url = format!("{}/_simulator/job-token?v=1", stage.simulator.connection().authority);
        let job = [("ACTIONS_ID_TOKEN_REQUEST_URL", &*url), ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "simulated-job-token")];
        plan(&stage, &[job[0], job[1], ("SEALOFF_AUTH", "github")], &["--cloud", cloud]).succeeded();
    }
}

#[test]
fn a_managed_identity_of_app_service() {
    let stage = Stage::new();
    let url = format!("{}/app-service/identity/token", stage.simulator.connection().authority);
    let set = [("IDENTITY_ENDPOINT", &*url), ("IDENTITY_HEADER", "simulated-identity-header")];
    // Behind a proxy that is not there: the service is on this machine, and no proxy is asked.
    let proxied = [set[0], set[1], ("HTTPS_PROXY", "http://127.0.0.1:9"), ("NO_PROXY", "127.0.0.1")];
    plan(&stage, &proxied, &[]).succeeded().complains(&["a managed identity (IDENTITY_ENDPOINT)"]);
    let stage = Stage::new();
    let url = format!("{}/app-service/identity/token", stage.simulator.connection().authority);
    let set = [("IDENTITY_ENDPOINT", &*url), ("IDENTITY_HEADER", "wrong")];
    plan(&stage, &set, &[]).exited(5).complains(&["managed identity"]);
}

fn device_stage(device: Device) -> Stage {
    let device = Device { interval: Duration::ZERO, ..device };
    Stage::with(Settings { sign_in: SignInSettings { device, ..SignInSettings::default() }, ..Settings::default() })
}

#[test]
fn a_person_signs_in_on_another_device_and_is_never_touched() {
    let upn = "admin.bowen@contoso.onmicrosoft.com";
    let stage = device_stage(Device { approved_by: Some(upn.to_owned()), ..Device::default() });
    let roster = stage.write("roster.csv", format!("userPrincipalName\nada.lovelace@contoso.com\n{upn}\n"));
    let arguments = ["run", &roster, "--playbook", "contain", "--out", "out", "--dry-run", "--auth", "device-code"];
    let ran = finish(without_secret(&stage, &arguments)).succeeded();
    let ran = ran.complains(&["/devicelogin", "enter the code", "it was you who started"]);
    let ran = ran.says(&[&format!("Signed in as {upn}"), "directory roles decide", "operator"]);
    assert!(ran.out.contains("refuse"), "{}", ran.out);
    // No person is asked to sign in twice: not by the plan and the run, and not for a later token.
    assert_eq!(ran.err.matches("enter the code").count(), 1);
}

#[test]
fn a_declined_a_late_and_a_blocked_sign_in() {
    let run = |stage: &Stage| {
        let roster = stage.write("roster.csv", "userPrincipalName\nada.lovelace@contoso.com\n");
        let arguments = ["plan", &roster, "--playbook", "contain", "--out", "out", "--auth", "device-code"];
        finish(without_secret(stage, &arguments))
    };
    let stage = device_stage(Device { lifetime: Duration::ZERO, ..Device::default() });
    run(&stage).exited(5).complains(&["no sign-in was completed while the code could be used"]);
    let by = Some("grace.hopper@contoso.com".to_owned());
    let stage = device_stage(Device { approved_by: by, blocked: true, ..Device::default() });
    run(&stage).exited(5).complains(&["AADSTS53003", "Conditional Access"]);

    let stage = device_stage(Device { after_polls: u32::MAX, ..Device::default() });
    let roster = stage.write("roster.csv", "userPrincipalName\nada.lovelace@contoso.com\n");
    let arguments = ["plan", &roster, "--playbook", "contain", "--out", "out", "--auth", "device-code"];
    let mut command = without_secret(&stage, &arguments);
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    while !line.contains("enter the code ") {
        line.clear();
        assert!(lines.read_line(&mut line).unwrap() > 0, "it ended without a prompt");
    }
    let code = line.split("enter the code ").nth(1).unwrap().split(' ').next().unwrap();
    assert!(stage.simulator.decline_device_code(code));
    let mut rest = String::new();
    lines.read_to_string(&mut rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(5));
    assert!(rest.contains("the sign-in was declined"), "{rest}");
}

/// On Unix: the stand-in for `az` is a shell script.
#[cfg(unix)]
#[test]
fn the_azure_cli_speaks_for_the_person_who_is_signed_in() {
    let stage = Stage::new();
    let bowen = stage.simulator.user("admin.bowen@contoso.onmicrosoft.com").unwrap();
    let token = stage.simulator.issue_delegated_token(bowen.id).unwrap();
    let answer = format!(r#"{{"accessToken":"{token}","expires_on":4102444800,"tokenType":"Bearer"}}"#);
    stage.write(
        "az",
        format!("#!/bin/sh\ncase \"$*\" in *account\\ get-access-token*) echo '{answer}';; *) exit 1;; esac\n"),
    );
    #[cfg(unix)]
    std::fs::set_permissions(stage.path("az"), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", stage.folder.path().display(), std::env::var("PATH").unwrap());
    plan(&stage, &[("PATH", &path)], &["--auth", "azure-cli"])
        .succeeded()
        .says(&["Signed in as admin.bowen@contoso.onmicrosoft.com"]);
    stage.write("az", "#!/bin/sh\necho 'ERROR: Please run az login' >&2\nexit 1\n");
    let mut command = without_secret(&stage, &["plan", "roster.csv", "--playbook", "contain", "--out", "o2"]);
    command.env("PATH", &path).env("SEALOFF_AUTH", "azure-cli");
    finish(command).exited(5).complains(&["az login"]);
}

#[test]
fn a_secret_in_a_file_and_the_tenant_as_arguments() {
    let stage = Stage::new();
    let connection = stage.simulator.connection().clone();
    let file = stage.write("secret", format!("{}\n", connection.client_secret));
    let roster = stage.write("roster.csv", "userPrincipalName\nada.lovelace@contoso.com\n");
    let arguments = [
        "plan", &roster, "--playbook", "contain", "--out", "first", "--tenant", &connection.tenant_id, "--client-id",
        &connection.client_id, "--client-secret-file", &file,
    ];
    let mut command = without_secret(&stage, &arguments);
    command.env_remove("AZURE_TENANT_ID").env_remove("AZURE_CLIENT_ID");
    let ran = finish(command).succeeded();
    #[cfg(unix)]
    {
        ran.complains(&["others on this machine can read", "chmod 600"]);
        std::fs::set_permissions(stage.path(&file), std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        let ran = plan(&stage, &[], &["--client-secret-file", &file]);
        assert!(!ran.err.contains("others on this machine"), "{}", ran.err);
    }
    #[cfg(not(unix))]
    let _ = ran;
    // A folder that is taken is named before any sign-in.
    let _ = std::fs::remove_dir_all(stage.path("out"));
    for (content, says) in [("", "it is empty"), ("a\nb\n", "several lines")] {
        let file = stage.write("secret", content);
        plan(&stage, &[], &["--client-secret-file", &file]).exited(2).complains(&[says]);
    }
}

#[test]
fn what_is_missing_is_named() {
    for (kind, says) in [
        ("secret", "AZURE_TENANT_ID, AZURE_CLIENT_ID are not set"),
        ("certificate", "AZURE_TENANT_ID, AZURE_CLIENT_ID are not set"),
        ("token", "SEALOFF_ACCESS_TOKEN is not set"),
        ("device-code", "AZURE_TENANT_ID, AZURE_CLIENT_ID are not set"),
    ] {
        finish(bare(&[&EXPORT[..], &["--auth", kind]].concat())).exited(5).complains(&[says]);
    }
    for (kind, says) in [
        ("secret", "AZURE_CLIENT_SECRET is not set"),
        ("certificate", "AZURE_CLIENT_CERTIFICATE_PATH is not set"),
        ("federated", "AZURE_FEDERATED_TOKEN_FILE is not set"),
    ] {
        let mut command = bare(&[&EXPORT[..], &["--auth", kind]].concat());
        command.env("AZURE_TENANT_ID", "contoso.com").env("AZURE_CLIENT_ID", "x");
        finish(command).exited(5).complains(&[says]);
    }
    finish(bare(&[&EXPORT[..], &["--auth", "password"]].concat())).exited(2).complains(&["managed-identity"]);
}

#[test]
fn tokens_that_are_revoked_in_mid_run_are_met_with_the_claims_that_graph_wants() {
    let stage = Stage::with(Settings { hold_after_writes: Some(20), ..Settings::default() });
    let members = stage.members(60);
    let roster = stage.roster_of(&members);
    stage.plan(&roster, "contain", "out", &[]).succeeded();
    let child = stage.spawn(&["apply", "out", "--confirm", "60"]);
    stage.wait_for_writes(20);
    stage.simulator.challenge_tokens();
    stage.simulator.release();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    stage.judge("out");
    assert_eq!(stage.outcomes("out")["done"], 60);
    assert!(stage.ledger().counters.unauthorized > 0, "no token was turned down");
}

#[test]
fn tokens_that_live_for_seconds_outlive_a_run() {
    let stage = Stage::with(Settings { token_lifetime: Duration::from_secs(1), ..Settings::default() });
    let members = stage.members(40);
    let roster = stage.roster_of(&members);
    stage.plan(&roster, "breach", "out", &[]).succeeded();
    stage.apply("out").succeeded();
    stage.judge("out");
}
