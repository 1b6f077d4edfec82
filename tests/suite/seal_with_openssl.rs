//! `openssl` and `ssh-keygen` make the keys; `openssl cms` and `age` open what is sealed here to them, and so do we.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sealoff::ids::{ObjectId, TenantId};
use sealoff::seal::{
    Binding, ExpectedAccount, Identities, IdentityError, Password, Recipients, SealedCredential, UnsealError, seal,
    unseal,
};
use sealoff::wording::recipients::remedy;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

use crate::stage::{Stage, files_below};
use crate::tools::need;

const PASSPHRASE: &str = "corréct horse";

/// A folder of keys.
struct Keys(tempfile::TempDir);

impl Keys {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn try_run(&self, line: &str) -> Output {
        let mut words = line.split(' ').map(|word| word.replace('+', " "));
        Command::new(words.next().unwrap())
            .args(words)
            .current_dir(self.0.path())
            .env("PASSPHRASE", PASSPHRASE)
            .stdin(std::process::Stdio::null())
            .output()
            .unwrap()
    }

    /// Runs a program in the folder. `+` stands for a blank inside an argument.
    fn run(&self, line: &str) -> Vec<u8> {
        let output = self.try_run(line);
        assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    /// A key in `NAME.key` and a certificate of its own in `NAME.pem`.
    fn certificate(&self, name: &str, key: &str, more: &str) {
        self.run(&format!("openssl genpkey -out {name}.key {key}"));
        self.run(&format!("openssl req -x509 -new -key {name}.key -out {name}.pem -days 30 -subj /CN={name}{more}"));
    }

    fn recipients(&self, names: &[&str]) -> Recipients {
        self.try_recipients(names).unwrap()
    }

    fn try_recipients(&self, names: &[&str]) -> Result<Recipients, sealoff::seal::RecipientError> {
        Recipients::parse_in(self.0.path(), &names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>())
    }

    fn identity(&self, name: &str) -> Identities {
        Identities::read_with(&self.path(name), &mut |_| Some(PASSPHRASE.into())).unwrap()
    }
}

const RSA: &str = "-algorithm RSA -pkeyopt rsa_keygen_bits:2048";
const P256: &str = "-algorithm EC -pkeyopt ec_paramgen_curve:P-256";
const P384: &str = "-algorithm EC -pkeyopt ec_paramgen_curve:P-384";
const DOCUMENTS: &str =
    " -addext keyUsage=keyEncipherment,dataEncipherment -addext extendedKeyUsage=1.3.6.1.4.1.311.80.1";

fn ada() -> Binding {
    Binding {
        tenant: TenantId::new(Uuid::from_u128(1)),
        object_id: ObjectId::new(Uuid::from_u128(2)),
        user_principal_name: "ada@contoso.com".to_owned(),
    }
}

fn opens(identities: &Identities, sealed: &SealedCredential) -> Result<String, UnsealError> {
    let binding = ada();
    let expected = ExpectedAccount {
        tenant: Some(binding.tenant),
        object_id: binding.object_id,
        user_principal_name: &binding.user_principal_name,
    };
    unseal(identities, sealed, &expected).map(|password| password.expose().to_owned())
}

fn password_in(payload: &[u8]) -> String {
    let payload: serde_json::Value = serde_json::from_slice(payload).unwrap();
    assert_eq!(payload["object_id"], ada().object_id.to_string());
    payload["password"].as_str().unwrap().to_owned()
}

#[test]
fn openssl_opens_one_envelope_with_the_key_of_each_certificate() {
    if !need(&["openssl"]) {
        return;
    }
    let keys = Keys::new();
    for (name, key, more) in [("rsa", RSA, DOCUMENTS), ("p256", P256, ""), ("p384", P384, "")] {
        keys.certificate(name, key, more);
    }
    keys.run("openssl x509 -in rsa.pem -outform DER -out rsa.cer");
    for recipients in [
        keys.recipients(&["rsa.cer", "p256.pem", "p384.pem"]),
        keys.recipients(&["p384.pem", "rsa.pem"]).with_oaep(),
        keys.recipients(&["p256.pem"]),
    ] {
        let sealed = seal(&recipients, &ada(), &Password::of("pa55-word".into())).unwrap();
        assert!(sealed.age_file().is_empty() && sealed.as_str().starts_with("cms:"));
        fs::write(keys.path("cell.p7m"), sealed.cms_der()).unwrap();
        for name in recipients.names() {
            let name = name[3..].split(',').next().unwrap().to_owned();
            for recipient in [format!(" -recip {name}.pem"), String::new()] {
                let opened =
                    keys.run(&format!("openssl cms -decrypt -inform DER -in cell.p7m -inkey {name}.key{recipient}"));
                assert_eq!(password_in(&opened), "pa55-word");
            }
            assert_eq!(opens(&keys.identity(&format!("{name}.key")), &sealed).unwrap(), "pa55-word");
        }
        // What openssl reads of it is what the standard says.
        let printed = String::from_utf8(keys.run("openssl cms -cmsout -print -inform DER -in cell.p7m")).unwrap();
        assert!(printed.contains("aes-256-cbc") && printed.contains("version: 2"), "{printed}");
        let integrity = "1.2.840.113556.1.8000.2554.16376.30888.56285.19556.42375.6528127.197462";
        assert!(printed.contains(integrity), "{printed}");
    }
    keys.certificate("stranger", RSA, "");
    let sealed = seal(&keys.recipients(&["rsa.pem"]), &ada(), &Password::of("p".into())).unwrap();
    assert_eq!(opens(&keys.identity("stranger.key"), &sealed), Err(UnsealError::NotForThisIdentity));
}

#[test]
fn every_form_in_which_a_private_key_is_kept_opens() {
    if !need(&["openssl"]) {
        return;
    }
    let keys = Keys::new();
    keys.certificate("rsa", RSA, DOCUMENTS);
    keys.certificate("ec", P256, "");
    let sealed = seal(&keys.recipients(&["rsa.pem", "ec.pem"]), &ada(), &Password::of("p".into())).unwrap();
    for line in [
        "openssl rsa -in rsa.key -traditional -out pkcs1.pem",
        "openssl rsa -in rsa.key -traditional -outform DER -out pkcs1.der",
        "openssl pkcs8 -topk8 -nocrypt -in rsa.key -outform DER -out pkcs8.der",
        "openssl pkcs8 -topk8 -in rsa.key -passout env:PASSPHRASE -out encrypted.pem",
        "openssl pkcs8 -topk8 -in rsa.key -passout env:PASSPHRASE -scrypt -outform DER -out encrypted.der",
        "openssl pkcs8 -topk8 -in ec.key -passout env:PASSPHRASE -v2 des3 -v2prf hmacWithSHA1 -out des3.pem",
        "openssl ec -in ec.key -out sec1.pem",
        "openssl pkcs12 -export -in rsa.pem -inkey rsa.key -passout env:PASSPHRASE -out modern.pfx",
        "openssl pkcs12 -export -in ec.pem -inkey ec.key -passout env:PASSPHRASE -out ec.pfx",
        "openssl pkcs12 -export -in rsa.pem -inkey rsa.key -passout env:PASSPHRASE -keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES -macalg sha1 -out windows.pfx",
        "openssl pkcs12 -in modern.pfx -passin env:PASSPHRASE -nodes -out with-attributes.pem",
    ] {
        keys.run(line);
        let name = line.rsplit(' ').next().unwrap();
        assert_eq!(opens(&keys.identity(name), &sealed).unwrap(), "p", "{line}");
        if line.contains("-export") || name.starts_with("encrypted") || name.starts_with("des3") {
            let wrong = Identities::read_with(&keys.path(name), &mut |_| Some("wrong".into()));
            assert!(matches!(wrong, Err(IdentityError::WrongPassphrase(_))), "{name}");
            assert!(matches!(Identities::read(&keys.path(name)), Err(IdentityError::Locked(_))), "{name}");
        }
    }
    let said = |name: &str| Identities::read(&keys.path(name)).err().unwrap().to_string();
    assert!(said("rsa.pem").contains("a certificate only"));
    keys.run("openssl x509 -in rsa.pem -outform DER -out rsa.cer");
    assert!(said("rsa.cer").contains("a certificate only"));
    keys.run("openssl genpkey -algorithm ED25519 -out ed.key");
    assert!(said("ed.key").contains("kind that is not supported"));
    keys.run("openssl rsa -in rsa.key -aes256 -passout env:PASSPHRASE -traditional -out old.pem");
    assert!(said("old.pem").contains("in an old form"));
    keys.run("openssl pkcs12 -export -nokeys -in rsa.pem -passout env:PASSPHRASE -out keyless.pfx");
    assert!(said("keyless.pfx").contains("no private key"));
}

/// The content key comes out of openssl's envelopes by every algorithm; what lacks is the proof that nothing was changed.
#[test]
fn what_openssl_seals_is_read_and_refused_for_want_of_proof() {
    if !need(&["openssl"]) {
        return;
    }
    let keys = Keys::new();
    keys.certificate("rsa", RSA, "");
    keys.certificate("ec", P384, "");
    fs::write(keys.path("plain"), "x").unwrap();
    for (name, how) in [
        ("rsa", ""),
        ("rsa", " -keyopt rsa_padding_mode:oaep -keyopt rsa_oaep_md:sha256"),
        ("rsa", " -keyopt rsa_padding_mode:oaep"),
        ("ec", " -keyopt ecdh_kdf_md:sha256 -aes256-wrap"),
    ] {
        let line = format!("openssl cms -encrypt -aes-256-cbc -in plain -outform DER -out cell -recip {name}.pem{how}");
        keys.run(&line);
        let text = format!("cms:{}", STANDARD.encode(fs::read(keys.path("cell")).unwrap()));
        let error = opens(&keys.identity(&format!("{name}.key")), &text.parse().unwrap()).unwrap_err();
        assert!(error.to_string().contains("lacks the code that proves"), "{line}: {error}");
    }
}

#[test]
fn a_wrong_file_is_named_for_what_it_is() {
    if !need(&["openssl", "ssh-keygen"]) {
        return;
    }
    let keys = Keys::new();
    keys.certificate("good", RSA, "");
    keys.certificate("weak", "-algorithm RSA -pkeyopt rsa_keygen_bits:1024", "");
    keys.certificate("pss", "-algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048", "");
    keys.certificate("odd", "-algorithm EC -pkeyopt ec_paramgen_curve:secp256k1", "");
    keys.run("openssl req -new -key good.key -subj /CN=x -out request.pem");
    keys.run("openssl crl2pkcs7 -nocrl -certfile good.pem -out bundle.p7b");
    keys.run("openssl crl2pkcs7 -nocrl -certfile good.pem -outform DER -out bundle.der");
    keys.run("openssl pkcs12 -export -in good.pem -inkey good.key -passout env:PASSPHRASE -out good.pfx");
    keys.run("openssl pkey -in good.key -pubout -out public.pem");
    keys.run("openssl pkey -in good.key -outform DER -out key.der");
    for (kind, more) in [("ecdsa", ""), ("rsa", " -b 1024")] {
        keys.run(&format!("ssh-keygen -q -t {kind}{more} -N  -f ssh-{kind}"));
    }
    let [good, weak] = ["good.pem", "weak.pem"].map(|name| fs::read_to_string(keys.path(name)).unwrap());
    fs::write(keys.path("chain.pem"), good.clone() + &weak).unwrap();
    fs::write(keys.path("cut.pem"), &good[..good.len() / 2]).unwrap();
    fs::write(
        keys.path("pgp.asc"),
        "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nAAAA\n-----END PGP PUBLIC KEY BLOCK-----\n",
    )
    .unwrap();
    for (name, what) in [
        ("weak.pem", "has 1024 bits, which is too weak"),
        ("pss.pem", "only signs"),
        ("odd.pem", "EC on curve"),
        ("good.key", "that is a secret key (in PEM)"),
        ("key.der", "that is a secret key (in DER)"),
        ("ssh-ecdsa", "that is a secret key (of SSH)"),
        ("ssh-ecdsa.pub", "an SSH key of ECDSA"),
        ("ssh-rsa.pub", "too weak"),
        ("good.pfx", "that is a secret key (a PFX file)"),
        ("request.pem", "a certificate request"),
        ("bundle.p7b", "a PKCS#7 bundle"),
        ("bundle.der", "a PKCS#7 bundle"),
        ("public.pem", "a public key alone"),
        ("pgp.asc", "a PGP key"),
        ("chain.pem", "the file holds 2 certificates"),
        ("cut.pem", "damaged"),
    ] {
        let said = keys.try_recipients(&[name]).unwrap_err().to_string();
        assert!(said.contains(what) && said.contains(name), "{name}: {said}");
    }
}

#[test]
fn the_command_that_helps_with_a_wrong_file_is_for_that_file_and_works() {
    if !need(&["openssl", "ssh-keygen"]) {
        return;
    }
    let keys = Keys::new();
    keys.certificate("good", RSA, "");
    keys.run("openssl crl2pkcs7 -nocrl -certfile good.pem -out the+bundle.p7b");
    keys.run("openssl crl2pkcs7 -nocrl -certfile good.pem -outform DER -out bundle.der");
    keys.run("openssl pkcs12 -export -in good.pem -inkey good.key -passout env:PASSPHRASE -out good.pfx");
    keys.run("ssh-keygen -q -t ed25519 -C desk -N  -f desk");
    fs::write(keys.path("desk.txt"), keys.run("ssh-keygen -e -m RFC4716 -f desk.pub")).unwrap();
    for (name, result) in [
        ("the bundle.p7b", "-----BEGIN CERTIFICATE-----"),
        ("bundle.der", "-----BEGIN CERTIFICATE-----"),
        ("good.pfx", "-----BEGIN CERTIFICATE-----"),
        ("desk.txt", "ssh-ed25519 "),
    ] {
        let error = keys.try_recipients(&[name]).unwrap_err();
        let command = remedy(&error).command.unwrap();
        let file = sealoff::words::quoted(&keys.path(name));
        assert!(command.contains(&file), "{command}");
        let line = command.replace(&file, &name.replace(' ', "+"));
        let asked = if name.ends_with(".pfx") { " -passin env:PASSPHRASE" } else { "" };
        let mut printed = keys.run(&(line + asked));
        if let Ok(written) = fs::read(keys.path("certificate.pem")) {
            printed = written;
            fs::remove_file(keys.path("certificate.pem")).unwrap();
        }
        assert!(String::from_utf8(printed).unwrap().contains(result), "{command}");
    }
    // The command line has no file that a command could name.
    assert_eq!(remedy(&keys.try_recipients(&["sk-ssh-ed25519@openssh.com AAAA"]).unwrap_err()).command, None);
}

#[test]
fn age_opens_what_is_sealed_to_ssh_keys_and_so_do_we() {
    if !need(&["age", "ssh-keygen"]) {
        return;
    }
    let keys = Keys::new();
    keys.run("ssh-keygen -q -t ed25519 -C ada@desk -N  -f ed");
    keys.run("ssh-keygen -q -t rsa -b 2048 -N  -f rsa");
    fs::copy(keys.path("rsa"), keys.path("old")).unwrap();
    keys.run("ssh-keygen -q -p -m PEM -N  -f old");
    let text = fs::read_to_string(keys.path("ed.pub")).unwrap();
    let recipients = keys.recipients(&[text.trim(), "rsa.pub", "ed.pub"]);
    assert_eq!(recipients.to_texts().len(), 2);
    let fingerprint = String::from_utf8(keys.run("ssh-keygen -l -f ed.pub")).unwrap();
    let shown = &recipients.names()[0];
    assert!(shown.contains(fingerprint.split(' ').nth(1).unwrap()) && shown.ends_with("(ada@desk)"), "{shown}");
    let sealed =
        seal(&Recipients::from_texts(&recipients.to_texts()).unwrap(), &ada(), &Password::of("p".into())).unwrap();
    fs::write(keys.path("cell.age"), sealed.age_file()).unwrap();
    for key in ["ed", "rsa", "old"] {
        assert_eq!(password_in(&keys.run(&format!("age -d -i {key} cell.age"))), "p");
        assert_eq!(opens(&Identities::read(&keys.path(key)).unwrap(), &sealed).unwrap(), "p", "{key}");
    }
    let with_crlf = fs::read_to_string(keys.path("ed")).unwrap().replace('\n', "\r\n");
    fs::write(keys.path("crlf"), with_crlf).unwrap();
    assert_eq!(opens(&Identities::read(&keys.path("crlf")).unwrap(), &sealed).unwrap(), "p");
    keys.run(&format!("ssh-keygen -q -p -N {} -f ed", PASSPHRASE.replace(' ', "+")));
    assert_eq!(opens(&keys.identity("ed"), &sealed).unwrap(), "p");
    assert!(matches!(Identities::read(&keys.path("ed")), Err(IdentityError::Locked(_))));
    let wrong = Identities::read_with(&keys.path("ed"), &mut |_| Some("wrong".into()));
    assert!(matches!(wrong, Err(IdentityError::WrongPassphrase(_))));
    keys.run("ssh-keygen -q -t ecdsa -N  -f ecdsa");
    let said = Identities::read(&keys.path("ecdsa")).err().unwrap().to_string();
    assert!(said.contains("not") && said.contains("ssh-ed25519"), "{said}");
}

#[test]
fn an_identity_behind_a_passphrase_opens() {
    let identity = sealoff::seal::Identity::generate();
    let recipients = identity.recipients();
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("locked.age");
    let mut passphrase = age::scrypt::Recipient::new(PASSPHRASE.to_owned().into());
    passphrase.set_work_factor(4);
    fs::write(&path, age::encrypt(&passphrase, identity.file_text().as_bytes()).unwrap()).unwrap();
    let sealed = seal(&recipients, &ada(), &Password::of("p".into())).unwrap();
    let read = |with: Option<&str>| Identities::read_with(&path, &mut |_: &Path| with.map(Into::into));
    assert_eq!(opens(&read(Some(PASSPHRASE)).unwrap(), &sealed).unwrap(), "p");
    assert!(matches!(read(Some("wrong")), Err(IdentityError::WrongPassphrase(_))));
    assert!(matches!(read(None), Err(IdentityError::Locked(_))));
}

#[test]
fn keygen_protects_an_identity_by_a_passphrase() {
    let scratch = tempfile::tempdir().unwrap();
    let piped = |arguments: &[&str], line: &str| {
        let mut command = crate::stage::bare(arguments);
        command.current_dir(scratch.path()).stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped());
        let mut child = command.spawn().unwrap();
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), line.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    };
    let made = piped(&["keygen", "-o", "locked.key", "--passphrase-stdin"], "corréct horse\r\n");
    assert!(made.status.success());
    let recipient = String::from_utf8(made.stdout).unwrap().trim().to_owned();
    let path = scratch.path().join("locked.key");
    assert!(fs::read_to_string(&path).unwrap().starts_with("-----BEGIN AGE ENCRYPTED FILE-----"));
    let sealed = seal(&Recipients::parse(&[recipient]).unwrap(), &ada(), &Password::of("p".into())).unwrap();
    let identities = Identities::read_with(&path, &mut |_| Some(PASSPHRASE.into())).unwrap();
    assert_eq!(opens(&identities, &sealed).unwrap(), "p");
    assert_eq!(piped(&["keygen", "-o", "empty.key", "--passphrase-stdin"], "\n").status.code(), Some(2));
    assert!(!scratch.path().join("empty.key").exists());
}

/// `sealoff keygen > desk.key` in a shell whose new files all users can read.
#[cfg(unix)]
#[test]
fn a_secret_key_is_not_written_to_a_file_that_others_can_read() {
    use std::os::unix::fs::PermissionsExt;
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("desk.key");
    for (mode, code) in [(0o644, 4), (0o600, 0)] {
        let file = fs::File::create(&path).unwrap();
        file.set_permissions(PermissionsExt::from_mode(mode)).unwrap();
        let ran = crate::stage::bare(&["keygen"]).stdout(file).output().unwrap();
        assert_eq!(ran.status.code(), Some(code), "{}", String::from_utf8_lossy(&ran.stderr));
        assert_eq!(fs::metadata(&path).unwrap().len() > 0, code == 0);
    }
}

/// The whole way: a plan that remembers the certificate, a run without its file, and each recipient's own way of opening.
#[test]
fn a_run_seals_to_certificates_and_age_keys_side_by_side() {
    if !need(&["openssl"]) {
        return;
    }
    let stage = Stage::new();
    let keys = Keys::new();
    keys.certificate("desk", RSA, DOCUMENTS);
    keys.run("openssl pkcs12 -export -in desk.pem -inkey desk.key -passout env:PASSPHRASE -out desk.pfx");
    let roster = stage.roster_of(&stage.members(3));
    let certificate = keys.path("desk.pem").display().to_string();
    stage.plan(&roster, "breach", "out", &["--seal-to", &certificate]).succeeded().says(&["CN=desk, expires 2"]);
    fs::remove_file(&certificate).unwrap();
    // A certificate that ends before the moment agreed is found out while there is time, and before anything is noted.
    keys.run(&format!("openssl req -x509 -new -key desk.key -out short.pem -days 1 -subj /CN=short{DOCUMENTS}"));
    let short = keys.path("short.pem").display().to_string();
    stage.plan(&roster, "breach", "short", &["--seal-to", &short]).succeeded();
    let later = (OffsetDateTime::now_utc() + Duration::from_secs(2 * 86_400)).format(&Rfc3339).unwrap();
    stage
        .run(&["apply", "short", "--confirm", "3", "--max-age", "30d", "--not-before", &later])
        .exited(4)
        .complains(&["it expired on", "Nothing was changed. Make a new plan"]);
    assert!(!stage.path("short/journal.jsonl").exists());
    stage.apply("out").succeeded();
    stage.judge("out");

    let cell = stage.results("out")[&1]["sealed_credential"].clone();
    assert!(cell.starts_with("age:") && cell.contains("|cms:") && !cell.contains(' '), "{cell}");
    let sealed: SealedCredential = cell.parse().unwrap();
    fs::write(keys.path("cell.p7m"), sealed.cms_der()).unwrap();
    let by_openssl = keys.run("openssl cms -decrypt -inform DER -in cell.p7m -inkey desk.key");
    let payload: serde_json::Value = serde_json::from_slice(&by_openssl).unwrap();
    let opened_by_age = stage.credentials(&stage.results("out")[&1]);
    assert_eq!(payload["password"], opened_by_age[0].expose());

    for file in files_below(&stage.path("out")) {
        let content = fs::read(&file).unwrap();
        let password = opened_by_age[0].expose().as_bytes();
        assert!(!content.windows(password.len()).any(|window| window == password), "{}", file.display());
    }

    let pfx = keys.path("desk.pfx").display().to_string();
    let arguments = ["unseal", "out/results.csv", "-i", &pfx, "--passphrase-stdin", "-o", "passwords.csv"];
    let mut child = stage.command(&arguments).stdin(std::process::Stdio::piped()).spawn().unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), format!("{PASSPHRASE}\n").as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
    let passwords = fs::read_to_string(stage.path("passwords.csv")).unwrap();
    assert!(passwords.lines().count() == 4 && passwords.contains(opened_by_age[0].expose()), "{passwords}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(stage.path("passwords.csv")).unwrap().permissions().mode() & 0o777, 0o600);
        let open = fs::File::create(stage.path("open.csv")).unwrap();
        fs::set_permissions(stage.path("open.csv"), PermissionsExt::from_mode(0o644)).unwrap();
        let ran = stage.command(&["unseal", "out/results.csv", "-i", "key.txt"]).stdout(open).output().unwrap();
        assert_eq!(ran.status.code(), Some(4), "{}", String::from_utf8_lossy(&ran.stderr));
        assert_eq!(fs::metadata(stage.path("open.csv")).unwrap().len(), 0);
    }

    // Rows that were swapped do not open, in either kind of envelope.
    let mut rows: Vec<String> =
        fs::read_to_string(stage.path("out/results.csv")).unwrap().lines().map(ToOwned::to_owned).collect();
    let [one, two] = [1, 2].map(|row| rows[row].rsplit_once(',').map(|(l, r)| (l.to_owned(), r.to_owned())).unwrap());
    (rows[1], rows[2]) = (format!("{},{}", one.0, two.1), format!("{},{}", two.0, one.1));
    stage.write("swapped.csv", rows.join("\n"));
    let key = keys.path("desk.key").display().to_string();
    let swapped = stage.run(&["unseal", "swapped.csv", "-i", &key]);
    assert_eq!((swapped.code, swapped.out.lines().count()), (Some(3), 2), "{}", swapped.err);
    assert!(
        swapped.err.contains("row 1") && swapped.err.contains("row 2") && swapped.err.contains("it was sealed for")
    );
}

/// A person who has a certificate finds a packet that `openssl` opens, and an escrow of another kind than the holder's has one of
/// its own; each names the keys that open it, and no other.
#[test]
fn packets_are_there_for_certificates_too() {
    if !need(&["openssl"]) {
        return;
    }
    let stage = Stage::new();
    let keys = Keys::new();
    keys.certificate("alice", RSA, DOCUMENTS);
    keys.certificate("vault", P256, "");
    let bob = stage.run(&["keygen", "-o", "bob.key"]).succeeded().out;
    fs::write(keys.path("bob.pub"), &bob).unwrap();
    fs::write(
        keys.path("recipients.toml"),
        "[handoff.alice]\nkeys = [\"alice.pem\"]\n[handoff.bob]\nkeys = [\"bob.pub\"]\n[handoff.escrow]\nkeys = [\"vault.pem\"]\n",
    )
    .unwrap();
    let members = stage.members(3);
    let mut roster = "userPrincipalName,handoff\n".to_owned();
    for (member, name) in members.iter().zip(["alice", "bob", "bob"]) {
        roster += &format!("{},{name}\n", member.user_principal_name);
    }
    let roster = stage.write("roster.csv", roster);
    let file = keys.path("recipients.toml").display().to_string();
    let plan = ["plan", &roster, "--playbook", "breach", "--out", "out", "--recipients", &file, "--cms-oaep"];
    let planned = stage.run(&plan).succeeded();
    planned.says(&["1 alice: CN=alice, expires 2", "(OAEP)", "escrow: CN=vault, expires 2"]);
    let page = fs::read_to_string(stage.path("out/plan.html")).unwrap();
    assert!(page.contains("CN=alice, expires 2") && !page.contains("x509"), "names and no certificates are for people");
    for file in ["recipients.toml", "alice.pem", "vault.pem"] {
        fs::remove_file(keys.path(file)).unwrap();
    }
    stage.apply("out").succeeded().says(&["alice.csv.p7m: 1 account, for alice", "bob.csv.age: 2 accounts, for bob"]);
    let index = fs::read_to_string(stage.path("out/handoff/index.csv")).unwrap();
    let lines: Vec<Vec<&str>> = index.lines().skip(1).map(|line| line.splitn(4, ',').collect()).collect();
    let files: Vec<&str> = lines.iter().map(|line| line[1]).collect();
    assert_eq!(files, ["alice.csv.p7m", "bob.csv.age", "bob.csv.p7m"], "{index}");
    let opened_by = |line: usize, names: &[&str]| {
        let all = ["CN=alice", "CN=vault", bob.trim()];
        all.iter().all(|name| lines[line][3].contains(name) == names.contains(name))
    };
    assert!(
        opened_by(0, &["CN=alice", "CN=vault"]) && opened_by(1, &[bob.trim()]) && opened_by(2, &["CN=vault"]),
        "{index}"
    );

    fs::copy(stage.path("out/handoff/alice.csv.p7m"), keys.path("packet.p7m")).unwrap();
    let sheet = keys.run("openssl cms -decrypt -inform DER -in packet.p7m -inkey alice.key");
    assert!(String::from_utf8(sheet).unwrap().contains(&*members[0].user_principal_name));
    for (file, key, people) in [
        ("alice.csv.p7m", keys.path("alice.key"), 1),
        ("alice.csv.p7m", keys.path("vault.key"), 1),
        ("bob.csv.age", stage.path("bob.key"), 2),
        ("bob.csv.p7m", keys.path("vault.key"), 2),
    ] {
        let key = key.display().to_string();
        let ran = stage.run(&["unseal", &format!("out/handoff/{file}"), "-i", &key]).succeeded();
        let mut lines = csv::Reader::from_reader(ran.out.as_bytes());
        let lines: Vec<std::collections::HashMap<String, String>> = lines.deserialize().map(Result::unwrap).collect();
        assert_eq!(lines.len(), people, "{file}");
        for line in lines {
            let user = stage.simulator.user(&line["object_id"]).unwrap();
            assert_eq!(user.password, Some(sealoff::digest::Digest::of(line["password"].as_bytes())));
        }
    }
    let alices = keys.path("alice.key").display().to_string();
    stage
        .run(&["unseal", "out/handoff/bob.csv.p7m", "-i", &alices])
        .exited(2)
        .complains(&["is not sealed to this identity"]);
    // --cms-oaep without a certificate is a mistake.
    stage.write("ages.toml", format!("[handoff.default]\nkeys = [\"{}\"]\n", bob.trim()));
    let plan = ["plan", &roster, "--playbook", "breach", "--out", "no", "--recipients", "ages.toml", "--cms-oaep"];
    stage.run(&plan).exited(2).complains(&["--cms-oaep is about certificates"]);
}
