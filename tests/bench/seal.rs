//! Says how fast credentials are made and sealed: `cargo bench --bench seal [-- COUNT [RECIPIENTS]]`.
#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]

use std::time::Instant;

use sealoff::ids::{ObjectId, TenantId};
use sealoff::seal::{Binding, Identity, Password, Recipients, seal, seal_many};
use uuid::Uuid;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    let count: u32 = arguments.next().map_or(Ok(20_000), |text| text.parse())?;
    let recipients: u32 = arguments.next().map_or(Ok(1), |text| text.parse())?;
    let keys: Vec<String> = (0..recipients).map(|_| Identity::generate().recipient()).collect();
    let recipients = Recipients::parse(&keys)?;
    let report = |what: &str, start: Instant| {
        let seconds = start.elapsed().as_secs_f64();
        println!("{what}: {count} in {seconds:.2} s, {:.0} a second", f64::from(count) / seconds);
    };

    let start = Instant::now();
    let credentials = (0..count)
        .map(|number| {
            let name = format!("person{number}@contoso.com");
            let password =
                Password::generate(&["Ada", "Lovelace", "Ada Lovelace", &name, "Contoso Ltd", "contoso.com"])?;
            let object_id = ObjectId::new(Uuid::from_u128(number.into()));
            Ok((Binding { tenant: TenantId::new(Uuid::nil()), object_id, user_principal_name: name }, password))
        })
        .collect::<Result<Vec<_>, Box<dyn std::error::Error>>>()?;
    report("passwords made", start);

    let start = Instant::now();
    for (binding, password) in &credentials {
        seal(&recipients, binding, password)?;
    }
    report("sealed, one thread", start);

    let start = Instant::now();
    seal_many(&recipients, &credentials)?;
    report("sealed, every core", start);
    Ok(())
}
