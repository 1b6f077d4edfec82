//! Who must have signed a plan before it may be applied.

use std::collections::BTreeSet;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::signatures::PlanSignature;
use crate::signing::Signer;

/// A person whose signature counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approver {
    /// As people know them. Two keys of one name are two keys of one person, whose signatures count once.
    pub name: String,
    /// What they sign with.
    pub key: Signer,
    /// How they are named where they apply a plan themselves: a sign-in name, an object id, or the operating system's
    /// user; compared without regard to case.
    pub signs_in_as: Vec<String>,
}

/// How many approvers must have signed, and which.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApprovalPolicy {
    /// The file that demands it.
    pub source: PathBuf,
    /// Those whose signatures count.
    pub approvers: Vec<Approver>,
    /// How many of them must have signed; at least 1.
    pub approvals: usize,
    /// Does the signature of the one who applies count?
    pub approver_may_apply: bool,
}

/// Who signed the plan, as the journal keeps it.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct RecordedSignature {
    /// The fingerprint of the key, as `ssh-keygen -l` shows it.
    pub key: String,
    /// Whose key it is, where the settings name it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// Why a signature does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Discounted {
    /// The file is no signature of this plan.
    DoesNotHold {
        /// The file, in the folder of the plan.
        file: &'static str,
    },
    /// It was made with the key of somebody else.
    Stranger {
        /// The file, in the folder of the plan.
        file: &'static str,
        /// The fingerprint of the key.
        key: String,
    },
    /// It is the signature of the one who applies.
    Applies {
        /// Their name.
        name: String,
    },
}

/// A plan lacks signatures.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the plan has {} of the {needed} signatures that it needs", counted.len())]
pub struct Unsigned {
    /// How many are needed.
    pub needed: usize,
    /// Whose signatures count.
    pub counted: BTreeSet<String>,
    /// Those that do not.
    pub discounted: Vec<Discounted>,
    /// Approvers who may still sign.
    pub may_sign: BTreeSet<String>,
}

impl ApprovalPolicy {
    /// How many people its approvers are.
    pub fn people(&self) -> usize {
        self.approvers.iter().map(|approver| &approver.name).collect::<BTreeSet<_>>().len()
    }

    /// Checks that enough approvers have signed. `applies` is everything by which the one who applies is known.
    ///
    /// # Errors
    ///
    /// They have not.
    pub fn check(&self, signatures: &[PlanSignature], applies: &[String]) -> Result<(), Unsigned> {
        let (mut counted, mut discounted) = (BTreeSet::new(), Vec::new());
        for PlanSignature { file, key } in signatures {
            let Ok(key) = key else {
                discounted.push(Discounted::DoesNotHold { file });
                continue;
            };
            match self.approver(key) {
                None => discounted.push(Discounted::Stranger { file, key: key.clone() }),
                Some(approver) if self.is_barred(&approver.name, applies) => {
                    discounted.push(Discounted::Applies { name: approver.name.clone() });
                }
                Some(approver) => {
                    counted.insert(approver.name.clone());
                }
            }
        }
        if counted.len() >= self.approvals {
            return Ok(());
        }
        let names = self.approvers.iter().map(|approver| &approver.name);
        let may_sign =
            names.filter(|name| !counted.contains(*name) && !self.is_barred(name, applies)).cloned().collect();
        Err(Unsigned { needed: self.approvals, counted, discounted, may_sign })
    }

    /// The approver who has this key.
    fn approver(&self, key: &str) -> Option<&Approver> {
        self.approvers.iter().find(|approver| approver.key.fingerprint() == key)
    }

    /// Is this the one who applies? All entries of a name are one person.
    fn is_barred(&self, name: &str, applies: &[String]) -> bool {
        let own = self.approvers.iter().filter(|approver| approver.name == name);
        let folded = |text: &str| text.to_lowercase();
        let is_known = |known: &String| applies.iter().any(|applies| folded(applies) == folded(known));
        !self.approver_may_apply && own.flat_map(|approver| &approver.signs_in_as).any(is_known)
    }
}

/// Every signature that holds, with the name that one of the policies has for its key.
pub fn recorded(policies: &[ApprovalPolicy], signatures: &[PlanSignature]) -> Vec<RecordedSignature> {
    let holding = signatures.iter().filter_map(|signature| signature.key.as_ref().ok());
    let named = |key: &String| {
        let approver = policies.iter().find_map(|policy| policy.approver(key));
        RecordedSignature { key: key.clone(), name: approver.map(|approver| approver.name.clone()) }
    };
    holding.map(named).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signing::SigningError;

    const ADA: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILApoEIWGyVf/hI3A2+RShMPYaz30pW5Q+lrdxBpYyhr ada";
    const BEN: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOujfcaficvoz14OKsU/PP/K8GqLVor7PYRcJj+Sx7dB ben";

    fn approver(name: &str, key: &str, signs_in_as: &[&str]) -> Approver {
        let signs_in_as = signs_in_as.iter().map(ToString::to_string).collect();
        Approver { name: name.to_owned(), key: Signer::parse(key).unwrap(), signs_in_as }
    }

    fn policy(approvals: usize, approver_may_apply: bool) -> ApprovalPolicy {
        let approvers = vec![approver("Ada", ADA, &["ada@contoso.com", "ada"]), approver("Ben", BEN, &["ben"])];
        ApprovalPolicy { source: "sealoff.toml".into(), approvers, approvals, approver_may_apply }
    }

    fn signed(file: &'static str, key: &str) -> PlanSignature {
        PlanSignature { file, key: Ok(Signer::parse(key).unwrap().fingerprint()) }
    }

    fn names(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn two_keys_of_two_people_are_two_approvals() {
        let both = [signed("approval-1.sig", ADA), signed("approval-2.sig", BEN)];
        assert_eq!(policy(2, false).check(&both, &["carol".to_owned()]), Ok(()));
        let lacks = policy(2, false).check(&both[..1], &[]).unwrap_err();
        assert_eq!((lacks.counted, lacks.may_sign), (names(&["Ada"]), names(&["Ben"])));
        // One person with two keys is one person.
        let mut one = policy(2, false);
        one.approvers[1].name = "Ada".to_owned();
        assert_eq!(one.people(), 1);
        assert_eq!(one.check(&both, &[]).unwrap_err().counted, names(&["Ada"]));
    }

    #[test]
    fn the_one_who_applies_does_not_approve() {
        let both = [signed("approval-1.sig", ADA), signed("approval-2.sig", BEN)];
        let applies = ["1000".to_owned(), "ADA@Contoso.com".to_owned()];
        let lacks = policy(2, false).check(&both, &applies).unwrap_err();
        assert_eq!(lacks.discounted, [Discounted::Applies { name: "Ada".to_owned() }]);
        assert_eq!(lacks.may_sign, names(&[]));
        assert_eq!(policy(2, true).check(&both, &applies), Ok(()));
    }

    #[test]
    fn strangers_and_signatures_of_another_plan_do_not_count() {
        let mut ada_alone = policy(1, false);
        ada_alone.approvers.truncate(1);
        let void = PlanSignature { file: "approval-1.sig", key: Err(SigningError::DoesNotHold("x".to_owned())) };
        let stranger = signed("approval-2.sig", BEN);
        let key = stranger.key.as_ref().unwrap().clone();
        let lacks = ada_alone.check(&[void, stranger], &[]).unwrap_err();
        let expected =
            [Discounted::DoesNotHold { file: "approval-1.sig" }, Discounted::Stranger { file: "approval-2.sig", key }];
        assert_eq!(lacks.discounted, expected);
        assert_eq!((lacks.counted.len(), lacks.may_sign), (0, names(&["Ada"])));
    }
}
