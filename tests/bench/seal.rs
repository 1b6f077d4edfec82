//! Measures how fast credentials are made and sealed: `cargo bench --bench seal [-- COUNT [RECIPIENTS]]`. Without arguments it
//! measures 100,000 credentials to three recipients of each kind.
#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]

use std::time::Instant;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rayon::prelude::*;
use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_RSA_SHA256, SignatureAlgorithm};
use sealoff::ids::{ObjectId, TenantId};
use sealoff::seal::{Binding, Identity, OperatingSystem, Password, PasswordStyle, Recipients, seal};
use uuid::Uuid;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    let count: u32 = arguments.next().map_or(Ok(100_000), |text| text.parse())?;
    let recipients: u32 = arguments.next().map_or(Ok(3), |text| text.parse())?;

    let start = Instant::now();
    let credentials = (0..count)
        .map(|number| {
            let name = format!("person{number}@contoso.com");
            let names = ["Ada", "Lovelace", "Ada Lovelace", &name, "Contoso Ltd", "contoso.com"];
            let password = Password::generate(&mut OperatingSystem, PasswordStyle::default(), &names)?;
            let object_id = ObjectId::new(Uuid::from_u128(number.into()));
            Ok((Binding { tenant: TenantId::new(Uuid::nil()), object_id, user_principal_name: name }, password))
        })
        .collect::<Result<Vec<_>>>()?;
    report("passwords made", credentials.len(), start);

    let kinds: [(&str, &dyn Fn() -> Result<String>); 3] = [
        ("X25519", &|| Ok(Identity::generate().recipient())),
        ("RSA certificates (2,048 bits)", &|| certificate(&PKCS_RSA_SHA256)),
        ("EC certificates (P-256)", &|| certificate(&PKCS_ECDSA_P256_SHA256)),
    ];
    for (kind, key) in kinds {
        let keys = (0..recipients).map(|_| key()).collect::<Result<Vec<_>>>()?;
        let keys = Recipients::parse(&keys)?;
        println!("to {recipients} recipients, {kind}:");
        let few = &credentials[..credentials.len() / 10];
        let start = Instant::now();
        for (binding, password) in few {
            seal(&keys, binding, password)?;
        }
        report("  sealed, one thread", few.len(), start);
        let start = Instant::now();
        let sealed = credentials.par_iter().map(|(binding, password)| seal(&keys, binding, password));
        let sealed = sealed.collect::<std::result::Result<Vec<_>, _>>()?;
        report("  sealed, every core", sealed.len(), start);
        println!("  longest cell: {} characters", sealed.iter().map(|cell| cell.as_str().len()).max().unwrap_or(0));
    }
    Ok(())
}

fn certificate(algorithm: &'static SignatureAlgorithm) -> Result<String> {
    let certificate = CertificateParams::new(vec![])?.self_signed(&KeyPair::generate_for(algorithm)?)?;
    Ok(format!("x509:{}", STANDARD.encode(certificate.der())))
}

fn report(what: &str, count: usize, start: Instant) {
    let seconds = start.elapsed().as_secs_f64();
    println!("{what}: {count} in {seconds:.2} s, {:.0} a second", count as f64 / seconds);
}
