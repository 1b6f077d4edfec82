//! `plan.json`: what a plan is for, and what it is bound by.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::app_role_counts::AppRoleCounts;
use super::author::Author;
use super::consent_counts::ConsentCounts;
use super::counted_list::CountedList;
use super::counts::Counts;
use super::device_counts::DeviceCounts;
use super::handoff::Handoff;
use super::method_counts::MethodCounts;
use super::pass_moments::PassMoments;
use super::password_source::PasswordsByHand;
use super::playbook::Playbook;
use super::risk_plan::RiskPlan;
use super::rules::Options;
use super::size::TooLarge;
use super::waves::Waves;
use crate::digest::Digest;
use crate::directory::{NonPersonSign, NoteKind};
use crate::graph::named_caller::NamedCaller;
use crate::ids::{TenantId, WorkListId};
use crate::json::{ByWord, Rfc3339Moment};
use crate::roster::KeyProperty;
use crate::step::{Step, StepMap, Steps};

/// The format of `plan.json` and `plan.csv` together. Raise it whenever an older sealoff would misunderstand a plan, or
/// would carry out less, or more, than it says.
pub const FORMAT: u32 = 3;

/// What a plan is for. Everything in it is bound by the fingerprint.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The format of the plan.
    pub format: u32,
    /// The version of sealoff that made it.
    pub version: String,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    #[schemars(with = "Rfc3339Moment")]
    pub created_at: OffsetDateTime,
    /// Graph's clock before the first of its accounts was read, which separates changes after the plan from those before it: this
    /// machine's clock may be wrong. Plans that were made before this was kept lack it.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "time::serde::rfc3339::option")]
    #[schemars(with = "Option<Rfc3339Moment>")]
    pub read_from: Option<OffsetDateTime>,
    /// By whom; plans that were made before this was kept lack it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub planned_by: Option<Author>,
    /// In which tenant.
    pub tenant: Tenant,
    /// Which steps are done.
    pub playbook: Playbook,
    /// What was lifted or narrowed.
    pub options: Options,
    /// The recipients of the new passwords, where all passwords go to the same keys.
    pub recipients: Vec<String>,
    /// The recipients, where they depend on who hands the password over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handoff: Option<Handoff>,
    /// Where the new passwords come from, where people chose them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passwords_by_hand: Option<PasswordsByHand>,
    /// From which list.
    pub roster: RosterName,
    /// Who was not to be touched, where there was such a list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protected: Option<ProtectedList>,
    /// Why it is not carried out before the operator has named how many accounts may be changed, where that is so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub too_large: Option<TooLarge>,
    /// How many of the accounts on the list are not one person's and would be changed, or are left alone for that, by what
    /// shows it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(with = "ByWord<NonPersonSign, u32>")]
    pub non_persons: BTreeMap<NonPersonSign, u32>,
    /// What could not be read when the plan was made, in sentences.
    pub notes: Vec<String>,
    /// Which gap each of the first of these notes is about, in their order. The other notes are about the plan. Plans that were made
    /// before this was kept lack it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub note_kinds: Vec<NoteKind>,
    /// What is left to do on-premises, where anything is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_premises: Option<OnPremisesWork>,
    /// How many new passwords a person has written back to Active Directory: the old ones open the accounts until then.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub written_back: u32,
    /// The methods that its people sign in with, where they were listed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub methods: Option<CountedList<MethodCounts>>,
    /// The devices of its people, where they were listed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub devices: Option<CountedList<DeviceCounts>>,
    /// What its people allowed apps to do in their names, where that was listed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consents: Option<CountedList<ConsentCounts>>,
    /// The roles that its people hold in apps, where they were listed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app_roles: Option<CountedList<AppRoleCounts>>,
    /// How many people's risk is marked when all else is done for them, where that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub risk: Option<RiskPlan>,
    /// Its waves, where it is carried out in waves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waves: Option<Waves>,
    /// From when on its passes are good, where its list says that of each person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pass_moments: Option<PassMoments>,
    /// How many rows there are of each kind.
    pub counts: Counts,
    /// The least time that the documented write quota allows, in whole seconds, rounded up.
    pub floor_seconds: u64,
    /// The SHA-256 of `plan.csv`.
    pub plan_csv_sha256: Digest,
    /// What binds the rest; `None` only while a plan is being made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) fingerprint: Option<Digest>,
}

/// A tenant as a person knows it.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tenant {
    /// Its id.
    pub id: TenantId,
    /// Its name; empty where it has none.
    pub name: String,
}

/// The list of accounts that the plan was not to touch.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProtectedList {
    /// The file.
    pub name: String,
    /// The SHA-256 of its bytes.
    pub sha256: Digest,
    /// How many accounts are on it.
    pub accounts: u32,
}

/// The list that a plan was made from.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RosterName {
    /// Where it came from.
    pub name: String,
    /// The SHA-256 of its bytes.
    pub sha256: Digest,
    /// How it was understood: encoding, delimiter, key column.
    pub read_as: String,
    /// How many data rows it has.
    pub rows: u32,
    /// What its key column holds, where that had to be said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<KeyProperty>,
}

/// What is left to do on-premises.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OnPremisesWork {
    /// How many accounts are on the list.
    pub accounts: u32,
    /// How many of them the script leaves to people.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub by_hand: u32,
    /// How many have a password that is to be replaced there: the old one opens the account until then.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub passwords: u32,
    /// How many have a password that is kept at the identity provider of a federated domain, and is to be replaced there by hand:
    /// the old one opens the account until then.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub at_providers: u32,
    /// How many are blocked in the cloud, which the next directory sync undoes while they are enabled there.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub blocks: u32,
    /// How many new passwords the script sets that are sealed to those who hand them over.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub sealed: u32,
    /// Which list it is; lists of earlier versions have no name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list: Option<WorkListId>,
    /// The keys of those who run the script, where it sets sealed passwords.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<String>,
    /// The SHA-256 of `onprem.csv`: the administrator on-premises can check that the list is the plan's.
    pub sha256: Digest,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_zero(number: &u32) -> bool {
    *number == 0
}

impl OnPremisesWork {
    /// How many accounts the script changes.
    pub const fn by_script(&self) -> u32 {
        self.accounts - self.by_hand
    }
}

/// Why a text is not the manifest of a plan that can be carried out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ManifestError {
    /// Another version's plan.
    #[error("the plan has format {found}, and this sealoff ({}) knows format {FORMAT}; use the version that \
             made it, or make a new plan",
        env!("CARGO_PKG_VERSION"))]
    OtherFormat {
        /// The format.
        found: u64,
    },
    /// Not what sealoff writes.
    #[error("plan.json cannot be understood ({0}); make a new plan")]
    Unreadable(#[from] serde_json::Error),
    /// Changed after it was made.
    #[error("plan.json was changed after the plan was made; make a new plan")]
    Changed,
}

impl Manifest {
    /// The same manifest, bound by its fingerprint.
    pub(super) fn bound(self) -> serde_json::Result<Self> {
        Ok(Self { fingerprint: Some(self.compute_fingerprint()?), ..self })
    }

    /// Reads a manifest and makes sure that it is as it was made.
    ///
    /// # Errors
    ///
    /// Another format, a text of another shape, or a fingerprint that is not this manifest's.
    pub fn read(json: &[u8]) -> Result<Self, ManifestError> {
        // Looked at alone first: what a later format looks like beside this number is not known.
        #[derive(Deserialize)]
        struct Format {
            format: u64,
        }
        let Format { format } = serde_json::from_slice(json)?;
        if format != u64::from(FORMAT) {
            return Err(ManifestError::OtherFormat { found: format });
        }
        let text: serde_json::Value = serde_json::from_slice(json)?;
        let manifest: Self = serde_json::from_slice(json)?;
        // The fingerprint covers what was understood: a value that was left out and has a default would not show in it.
        let is_whole = serde_json::to_value(&manifest)? == text;
        if !is_whole || manifest.fingerprint != Some(manifest.compute_fingerprint()?) {
            return Err(ManifestError::Changed);
        }
        Ok(manifest)
    }

    /// The name of exactly this plan: no two plans share it, and to approve a plan is to approve this.
    pub fn fingerprint(&self) -> Digest {
        // There always is one: a manifest that leaves this room is bound.
        self.fingerprint.unwrap_or(self.plan_csv_sha256)
    }

    /// How many accounts will be changed: the number that the operator confirms.
    pub const fn accounts(&self) -> u32 {
        self.counts.act.rows
    }

    /// How many writes the plan costs.
    pub const fn writes(&self) -> u64 {
        self.counts.writes
    }

    /// Did a person who signed in make it? What a person sends has lower limits at some places than what an app sends.
    pub fn by_person(&self) -> bool {
        self.planned_by.as_ref().is_some_and(|author| matches!(author.caller, NamedCaller::Person { .. }))
    }

    /// Has any of its steps targets, or would it have some that there is no way for here?
    pub fn names_targets(&self) -> bool {
        self.methods.as_ref().is_some_and(|methods| methods.removal.is_some())
            || self.devices.as_ref().is_some_and(|list| list.means_any())
            || self.deletes_consents()
    }

    /// The steps that it does to ordinary accounts, and those that it does to any.
    pub fn steps(&self) -> Steps {
        self.counts.planned_steps().iter().fold(self.playbook.steps(), Steps::with)
    }

    /// Was it asked to delete what people allowed apps to do?
    pub fn deletes_consents(&self) -> bool {
        self.consents.as_ref().is_some_and(|consents| consents.asked.deletes())
    }

    /// How many of them are of steps that have a pace of their own, by step.
    pub fn targets(&self) -> StepMap<u64> {
        let mut targets = StepMap::default();
        targets[Step::Methods] = self.methods.as_ref().map_or(0, |methods| methods.removed().into());
        targets[Step::EnableDevices] = self.devices.as_ref().map_or(0, |devices| devices.enable.into());
        targets[Step::Devices] = self.devices.as_ref().map_or(0, |devices| devices.disable.into());
        targets[Step::Consents] = self.consents.as_ref().map_or(0, |consents| consents.deleted.into());
        targets[Step::Pass] = self.passes().into();
        targets
    }

    /// How many new passwords will be sealed.
    pub fn sealed(&self) -> u32 {
        let on_premises = self.on_premises.as_ref().map_or(0, |work| work.sealed);
        let elsewhere = on_premises + self.written_back;
        if self.options.throws_passwords_away() { 0 } else { self.counts.steps[Step::Reset] + elsewhere }
    }

    /// How many passes will be made and sealed.
    pub fn passes(&self) -> u32 {
        self.counts.steps[Step::Pass]
    }

    /// How many people would have nothing to sign in with: their new password is thrown away, and the policy gives them no pass.
    pub fn left_with_nothing(&self) -> u32 {
        if self.options.throws_passwords_away() { self.counts.reset_without_pass } else { 0 }
    }

    /// Is anything sealed for somebody to hand over?
    pub fn seals(&self) -> bool {
        self.sealed() > 0 || self.passes() > 0
    }

    /// The SHA-256 of the manifest without its fingerprint, as compact JSON in the order of its fields.
    fn compute_fingerprint(&self) -> serde_json::Result<Digest> {
        let unbound = Self { fingerprint: None, ..self.clone() };
        Ok(Digest::of(&serde_json::to_vec(&unbound)?))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::graph::named_caller::NamedCaller;
    use crate::plan::handoff::{HandoffName, Share};
    use crate::plan::pass_moments::PassMoment;
    use crate::plan::password_source::PasswordFile;
    use crate::plan::reason::Reason;
    use crate::plan::row::Decision;
    use crate::plan::waves::Wave;
    use proptest::prelude::*;
    use serde_json::Value;

    pub(crate) fn manifest(name: &str, recipients: Vec<String>) -> Manifest {
        let mut counts = Counts::default();
        counts.add(Decision::Act, &[Reason::Synced], Playbook::Offboard.steps(), 0);
        counts.add(Decision::Refuse, &[Reason::NotFound], Steps::NONE, 0);
        let manifest = Manifest {
            format: FORMAT,
            version: "1.2.3".to_owned(),
            created_at: OffsetDateTime::UNIX_EPOCH,
            read_from: None,
            planned_by: Some(Author {
                caller: NamedCaller::App { client_id: "c1".to_owned(), name: name.to_owned() },
                user: "ada (user 1000)".to_owned(),
                host: "desk".to_owned(),
            }),
            tenant: Tenant { id: "11111111-2222-4333-8444-555555555555".parse().unwrap(), name: name.to_owned() },
            playbook: Playbook::Offboard,
            options: Options { since: Some(OffsetDateTime::UNIX_EPOCH), max_accounts: Some(7), ..Options::default() },
            recipients,
            handoff: Some(Handoff {
                escrow: vec!["age1escrow".to_owned()],
                shares: vec![Share {
                    name: HandoffName::new("alice").unwrap(),
                    keys: vec!["age1alice".to_owned()],
                    accounts: 1,
                }],
            }),
            passwords_by_hand: Some(PasswordsByHand {
                file: Some(PasswordFile { name: name.to_owned(), sha256: Digest::of(b"sealed") }),
                passwords: 1,
                generate_missing: true,
            }),
            roster: RosterName {
                name: name.to_owned(),
                sha256: Digest::of(b"roster"),
                rows: 2,
                by: Some(KeyProperty::Mail),
                read_as: "UTF-8".to_owned(),
            },
            protected: Some(ProtectedList { name: name.to_owned(), sha256: Digest::of(b"list"), accounts: 2 }),
            too_large: Some(TooLarge::Named { allowed: 7 }),
            non_persons: BTreeMap::from([(NonPersonSign::RoomLicence, 2)]),
            notes: vec!["nothing of note".to_owned()],
            note_kinds: vec![NoteKind::NoEligibleRoles],
            on_premises: Some(OnPremisesWork {
                accounts: 2,
                by_hand: 1,
                passwords: 1,
                at_providers: 1,
                blocks: 1,
                sealed: 1,
                list: Some("11111111-2222-4333-8444-666666666666".parse().unwrap()),
                keys: vec!["x509:ad".to_owned()],
                sha256: Digest::of(b"work"),
            }),
            written_back: 3,
            methods: None,
            devices: None,
            consents: None,
            app_roles: None,
            risk: None,
            pass_moments: Some(PassMoments {
                by: "Slot".to_owned(),
                moments: vec![PassMoment { from: OffsetDateTime::UNIX_EPOCH, passes: 1 }],
            }),
            waves: Some(Waves { by: "Site".to_owned(), waves: vec![Wave { name: name.to_owned(), accounts: 1 }] }),
            counts,
            floor_seconds: 850,
            plan_csv_sha256: Digest::of(b"csv"),
            fingerprint: None,
        };
        manifest.bound().unwrap()
    }

    /// Every way to change one value somewhere inside.
    fn tampered(value: &Value) -> Vec<Value> {
        match value {
            Value::Object(fields) => {
                let mut all = Vec::new();
                for (name, field) in fields {
                    for changed in tampered(field) {
                        let mut copy = fields.clone();
                        copy[name] = changed;
                        all.push(Value::Object(copy));
                    }
                    let mut without = fields.clone();
                    without.remove(name);
                    all.push(Value::Object(without));
                }
                let mut more = fields.clone();
                more.insert("more".to_owned(), Value::from(1));
                all.push(Value::Object(more));
                all
            }
            Value::Array(items) => {
                let mut longer = items.clone();
                longer.push(Value::from("age1intruder"));
                vec![Value::Array(longer), Value::Array(Vec::new())]
            }
            Value::String(text) => {
                let digit = if text.ends_with('1') { "2" } else { "1" };
                vec![Value::from(format!("{}{digit}", &text[..text.len() - 1])), Value::from("breach")]
            }
            Value::Number(number) => vec![Value::from(number.as_u64().unwrap() + 1)],
            Value::Bool(truth) => vec![Value::from(!truth)],
            Value::Null => vec![Value::from(0)],
        }
    }

    #[test]
    fn no_value_can_be_changed_unnoticed() {
        let value = serde_json::to_value(manifest("Contoso", vec!["age1abc".to_owned()])).unwrap();
        assert!(Manifest::read(value.to_string().as_bytes()).is_ok());
        let all = tampered(&value);
        assert!(all.len() > 50, "{}", all.len());
        for changed in all {
            assert!(Manifest::read(changed.to_string().as_bytes()).is_err(), "{changed}");
        }
    }

    #[test]
    fn another_format_is_named_whatever_else_it_holds() {
        let error = Manifest::read(br#"{"format":99,"rings":["of","power"]}"#).unwrap_err();
        assert!(matches!(error, ManifestError::OtherFormat { found: 99 }), "{error}");
        assert!(error.to_string().contains("format 99"), "{error}");
    }

    proptest! {
        #[test]
        fn a_manifest_survives_the_file(name in ".*", recipients in prop::collection::vec(".*", 0..3)) {
            let manifest = manifest(&name, recipients);
            let json = serde_json::to_vec_pretty(&manifest).unwrap();
            prop_assert_eq!(Manifest::read(&json).unwrap(), manifest);
        }
    }
}
