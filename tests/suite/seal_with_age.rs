//! The stock `age` program opens what is sealed here, and the other way round.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use sealoff::digest::Digest;
use sealoff::ids::{ObjectId, TenantId};
use sealoff::seal::{
    Binding, ExpectedAccount, Identities, Identity, OperatingSystem, Password, PasswordStyle, Recipients,
    SealedCredential, UnsealError, seal, unseal,
};
use sealoff::simulator::Settings;
use uuid::Uuid;

use crate::stage::Stage;
use crate::tools::need;

fn output(program: &str, arguments: &[&str], input: &[u8]) -> Vec<u8> {
    let mut child = Command::new(program).args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{program} {arguments:?}");
    output.stdout
}

fn ada() -> Binding {
    Binding {
        tenant: TenantId::new(Uuid::from_u128(1)),
        object_id: ObjectId::new(Uuid::from_u128(2)),
        user_principal_name: "ada@contoso.com".to_owned(),
    }
}

fn expected(binding: &Binding) -> ExpectedAccount<'_> {
    ExpectedAccount {
        tenant: Some(binding.tenant),
        object_id: binding.object_id,
        user_principal_name: &binding.user_principal_name,
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn stock_age_opens_what_we_seal_with_either_programs_identities() {
    if !need(&["age", "age-keygen"]) {
        return;
    }
    let scratch = tempfile::tempdir().unwrap();
    let (ours, theirs) = (scratch.path().join("ours.key"), scratch.path().join("theirs.key"));
    let identity = Identity::generate();
    fs::write(&ours, identity.file_text().as_bytes()).unwrap();
    fs::write(&theirs, output("age-keygen", &[], b"")).unwrap();
    let their_recipient = String::from_utf8(output("age-keygen", &["-y", text(&theirs)], b"")).unwrap();
    let recipients = Recipients::parse(&[identity.recipient(), their_recipient]).unwrap();

    let password =
        Password::generate(&mut OperatingSystem, PasswordStyle::default(), &["Ada", "Lovelace", "contoso"]).unwrap();
    let sealed = seal(&recipients, &ada(), &password).unwrap();
    for key in [&ours, &theirs] {
        let opened = output("age", &["-d", "-i", text(key)], &sealed.age_file());
        assert_eq!((opened.len(), opened.last()), (512, Some(&b'\n')));
        let payload: serde_json::Value = serde_json::from_slice(&opened).unwrap();
        assert_eq!(payload["password"], password.expose());
        assert_eq!(payload["object_id"], ada().object_id.to_string());
        let identities = Identities::read(key).unwrap();
        assert_eq!(unseal(&identities, &sealed, &expected(&ada())).unwrap().expose(), password.expose());
    }
}

#[test]
fn what_stock_age_seals_by_the_documented_form_opens_here_and_nothing_else_does() {
    if !need(&["age", "age-keygen"]) {
        return;
    }
    let identity = Identity::generate();
    let sealed_by_age = |payload: &str| -> SealedCredential {
        use base64::Engine;
        let file = output("age", &["-r", &identity.recipient()], payload.as_bytes());
        format!("age:{}", base64::engine::general_purpose::STANDARD.encode(file)).parse().unwrap()
    };
    let ours = format!(
        r#"{{"sealoff":1,"tenant":"{}","object_id":"{}","user_principal_name":"ada@contoso.com","password":"p"}}"#,
        ada().tenant,
        ada().object_id
    );
    let (ours, foreign) = (sealed_by_age(&ours), sealed_by_age("hello"));
    let identities = Identities::from(identity);
    assert_eq!(unseal(&identities, &ours, &expected(&ada())).unwrap().expose(), "p");
    assert!(matches!(unseal(&identities, &foreign, &expected(&ada())), Err(UnsealError::Damaged(_))));
}

#[test]
fn stock_age_opens_a_packet_and_every_credential_in_it() {
    if !need(&["age", "age-keygen"]) {
        return;
    }
    let stage = Stage::with(Settings { users: 250, ..Settings::default() });
    let roster = stage.roster_of(&stage.members(2));
    stage.plan(&roster, "breach", "out", &[]).succeeded();
    stage.apply("out").succeeded();
    let (packet, key) = (stage.path("out/handoff/default.csv.age"), stage.path("key.txt"));
    let sheet = output("age", &["-d", "-i", text(&key), text(&packet)], b"");
    let mut reader = csv::Reader::from_reader(&sheet[..]);
    let rows: Vec<std::collections::HashMap<String, String>> = reader.deserialize().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 2);
    for row in rows {
        let sealed: SealedCredential = row["sealed_credential"].parse().unwrap();
        let payload = output("age", &["-d", "-i", text(&key)], &sealed.age_file());
        let payload: serde_json::Value = serde_json::from_slice(&payload).unwrap();
        let password = Digest::of(payload["password"].as_str().unwrap().as_bytes());
        assert_eq!(stage.simulator.user(&row["object_id"]).unwrap().password, Some(password));
        assert!(row["signature"].is_empty());
    }
}
