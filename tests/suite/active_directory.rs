//! The part of those who run Active Directory. Their script runs on Windows only, so here its part is played: a row is opened with
//! their key, its password is set there, and the results are written as the script writes them.

use std::collections::HashMap;

use sealoff::seal::{ExpectedAccount, Identities, SealedCredential, unseal};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::stage::Stage;

pub(crate) const HEADER: &str = "list,run,row,object_id,sid,user_principal_name,do,result,password,outcome,at\n";

pub(crate) type Cells = HashMap<String, String>;

pub(crate) fn work_list(stage: &Stage, out: &str) -> Vec<Cells> {
    let mut reader = csv::Reader::from_path(stage.path(out).join("onprem.csv")).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}

/// The password of a row as the script opens it.
pub(crate) fn opened(stage: &Stage, row: &Cells) -> String {
    let identities = Identities::read(&stage.path("ad.key")).unwrap();
    let expected = ExpectedAccount {
        tenant: Some(stage.simulator.connection().tenant_id.parse().unwrap()),
        object_id: row["object_id"].parse().unwrap(),
        user_principal_name: &row["user_principal_name"],
    };
    let cell: SealedCredential = row["sealed_for_active_directory"].parse().unwrap();
    unseal(&identities, &cell, &expected).unwrap().expose().to_owned()
}

pub(crate) fn now() -> String {
    OffsetDateTime::now_utc().replace_nanosecond(0).unwrap().format(&Rfc3339).unwrap()
}

pub(crate) fn result(row: &Cells, run: &str, result: &str, password: &str) -> String {
    let [list, number, id, sid] = ["list", "row", "object_id", "sid"].map(|column| &row[column]);
    let (name, task) = (&row["user_principal_name"], &row["do"]);
    format!("{list},{run},{number},{id},{sid},{name},{task},{result},{password},{result}: as told,{}\n", now())
}

/// The script for every row of the list: the passwords are set there, and the results written.
pub(crate) fn play_script(stage: &Stage, out: &str) -> String {
    let mut text = HEADER.to_owned();
    for row in work_list(stage, out) {
        if row["do"] == "identity-provider" {
            text += &result(&row, "run-1", "left", "old");
            continue;
        }
        let id = row["object_id"].parse().unwrap();
        let is_sealed = !row["sealed_for_active_directory"].is_empty();
        let password = if is_sealed { opened(stage, &row) } else { "one that nobody knows".to_owned() };
        if row["do"].contains("reset") {
            assert!(stage.simulator.set_password_there(id, &password, row["change_at_next_sign_in"] == "yes"));
        }
        if row["do"].contains("disable") {
            assert!(stage.simulator.set_enabled_there(id, false));
        }
        text += &result(&row, "run-1", "done", if is_sealed { "sealed" } else { "unknown" });
    }
    stage.write(&format!("{out}/onprem-results.csv"), text)
}
