//! Rules that contradict each other, plans that cannot be made, and folders that hold none or another one.

use std::path::{Path, PathBuf};

use super::super::diagnostics;
use super::super::exit::{Exit, Failure};
use super::super::nearest_path::nearest_path;
use super::super::words::quoted;
use super::{disk, of_protected, reworded};
use crate::directory::LookupError;
use crate::graph::reading::ReadError;
use crate::plan::drift::DriftError;
use crate::plan::error::PlanError;
use crate::plan::folder::{FolderError, PLAN_JSON, PlanFolder};
use crate::plan::handoff::HandoffKeysError;
use crate::plan::reach::{ActingPrincipal, RoleMissing};
use crate::plan::rules::RulesError;
use crate::plan::script_credential::ScriptCredentialError;
use crate::plan::what_is_listed::WhatIsListed;
use crate::private_files::how_to_keep_others_out;
use crate::roster::Source;
use crate::run::plan_place::ReplaceError;
use crate::run::resume_point::{WorkScope, resume_point};
use crate::seal::RecipientError;
use crate::step::Step;
use crate::tenants::TenantSet;
use crate::wording::worded_step::WordedStep;
use crate::wording::{passes, plan_command, recipients};

impl From<FolderError> for Failure {
    fn from(error: FolderError) -> Self {
        use FolderError::{
            Changed, DoesNotAddUp, HoldsAPlan, ListChanged, Manifest, NoPlan, NotThere, Row, WritableByOthers,
        };
        match &error {
            HoldsAPlan { folder } => {
                let (next, begun) = next_for_plan_in(folder);
                let failure = Self::refused(error).with_next(next);
                match begun {
                    true => failure,
                    false => {
                        failure.and_next("To put the new plan in its place, give the same command with --replace.")
                    }
                }
            }
            NotThere { folder } => {
                let next = match nearest_path(folder, |entry| entry.path().join(PLAN_JSON).exists()) {
                    Some(meant) => format!("Did you mean {}?", quoted(&meant)).into(),
                    None => WordedStep::typed("A plan and its folder are made with", "sealoff plan"),
                };
                Self::usage(error).with_next(next)
            }
            NoPlan { folder } => {
                let next = match a_tenant_of(folder) {
                    Some(one) => format!(
                        "It has the plans of many tenants: name the folder of one, such as {}, and the credentials of that tenant.",
                        quoted(&one)
                    )
                    .into(),
                    None => WordedStep::typed("A plan and its folder are made with", "sealoff plan"),
                };
                Self::usage(error).with_next(next)
            }
            Changed { .. } | ListChanged { .. } | DoesNotAddUp { .. } | Manifest { .. } | Row { .. } => {
                Self::refused(error)
            }
            WritableByOthers { folder } => {
                let keep_out = how_to_keep_others_out(folder, "go-w");
                Self::refused(error)
                    .with_command("Take that right away with", keep_out)
                    .and_next("Or choose another folder.")
            }
            _ => Self::usage(error),
        }
    }
}

/// The folder of a plan, where the plans of many tenants are in this one.
fn a_tenant_of(folder: &Path) -> Option<PathBuf> {
    let set = TenantSet::open(folder).ok()?;
    let first = set.manifest.planned().next()?;
    Some(set.folder_of(first))
}

impl From<ReplaceError> for Failure {
    fn from(error: ReplaceError) -> Self {
        match error {
            ReplaceError::Locked(error) => error.into(),
            ReplaceError::Folder(error) => error.into(),
            ReplaceError::Begun { ref folder } => {
                let dir = quoted(folder);
                Self::refused(error)
                    .with_next("Choose another folder for the new plan.")
                    .and_next(WordedStep::typed("Where the run stands", format_args!("sealoff status {dir}")))
            }
            ReplaceError::NotOurs { .. } => {
                Self::refused(error).with_next("Move it out of the folder, or choose another folder for the new plan.")
            }
            ReplaceError::Io { ref source, .. } => {
                let advice = disk::advice(source);
                Self::usage(error).with_next(format_args!("{advice} The old plan is as it was."))
            }
        }
    }
}

/// What can be done with a plan that stands where another one was to be made, and whether its run was begun.
fn next_for_plan_in(folder: &Path) -> (WordedStep, bool) {
    let dir = quoted(folder);
    let Ok(plan) = PlanFolder::open(folder) else {
        return (WordedStep::typed("To see what it is", format_args!("sealoff status {dir}")), true);
    };
    let begun = resume_point(&plan, WorkScope::Open).is_ok_and(|resume_point| resume_point.begun);
    let what = if begun { "Its run was begun. To go on with it" } else { "To carry that plan out" };
    (WordedStep::typed(what, plan_command::apply(folder, plan.manifest())), begun)
}

impl From<RulesError> for Failure {
    fn from(error: RulesError) -> Self {
        match error {
            RulesError::NoRecipient { .. } => {
                Self::refused(error).with_command("Make a recipient with", recipients::KEYGEN)
            }
            _ => Self::refused(error),
        }
    }
}

impl From<RecipientError> for Failure {
    fn from(error: RecipientError) -> Self {
        let next = recipients::remedy(&error);
        Self::usage(error).with_next(next)
    }
}

/// The recipients of a plan, to whom nothing can be sealed any more. `begun`: was anything done by this plan?
pub(crate) fn of_plan_recipients(error: &RecipientError, begun: bool) -> Failure {
    let next = if begun {
        "Nothing more was changed. What is done stays done; for the others, make a new plan with other recipients from a list of \
         them (results.csv)."
    } else {
        "Nothing was changed. Make a new plan with other recipients."
    };
    Failure::refused(format_args!("the plan's recipients cannot be sealed to: {error}"))
        .with_next(next)
        .and_next(recipients::remedy(error))
}

impl From<HandoffKeysError> for Failure {
    fn from(error: HandoffKeysError) -> Self {
        let next = recipients::remedy_in_file(&error);
        let failure = Self::usage(error);
        match next {
            Some(next) => failure.with_next(next),
            None => failure,
        }
    }
}

impl From<DriftError> for Failure {
    fn from(error: DriftError) -> Self {
        match error {
            DriftError::Lookup(lookup) => lookup.into(),
            // It was opened before, so it has changed since.
            DriftError::Plan(_) | DriftError::OtherPlan => Self::refused(error),
        }
    }
}

impl From<PlanError> for Failure {
    fn from(error: PlanError) -> Self {
        let what = error.to_string();
        match error {
            PlanError::Lookup(lookup) => lookup.into(),
            PlanError::Roster(roster) => {
                let list = roster.list().map(Source::name).unwrap_or_default();
                diagnostics::of_roster(&roster, &list)
            }
            PlanError::Folder(folder) => folder.into(),
            PlanError::Rules(rules) => rules.into(),
            PlanError::Listing { of, source: read } => of_listing(what, of, read),
            PlanError::ScriptCredential(ScriptCredentialError::Keys(keys)) => reworded(what, keys.into()),
            PlanError::Pass(why) => Self::refused(what).with_next(passes::remedy(&why)),
            PlanError::NamesWithoutKeys(_) => Self::refused(what).with_next(
                "No plan was made. Give each of them keys in the file of recipients, correct the roster, or name another \
                 column with --handoff-by.",
            ),
            PlanError::Protected { source, .. } => of_protected(*source, what),
            _ => Self::usage(what),
        }
    }
}

/// What people have could not be listed. `what` is the sentence for it.
fn of_listing(what: String, of: WhatIsListed, read: ReadError) -> Failure {
    let is_unknown_there = matches!(&read, ReadError::Refused { error, .. } if matches!(error.status, 400 | 404));
    let flag = match of {
        WhatIsListed::TargetsOf(Step::Devices) => "--devices",
        WhatIsListed::TargetsOf(Step::Consents) => "--consents",
        WhatIsListed::TargetsOf(_) => "--methods",
        // Nothing asks for them but the playbook.
        WhatIsListed::AppRoles => "--playbook evict",
    };
    let failure = reworded(what, read.into());
    if is_unknown_there && of == WhatIsListed::TargetsOf(Step::Methods) {
        return failure.with_next(
            "Not every cloud lists methods (21Vianet does not): look at them in the Entra admin center, one person after the other. \
             Without --methods the plan needs none of it; --devices disables devices there, too.",
        );
    }
    failure.and_next(format!(
        "What was listed so far is kept in the folder: the same command goes on from there. Without {flag} the plan needs none of it."
    ))
}

/// What the tenant allows of passes could not be read.
pub(crate) fn of_pass_policy(error: &LookupError) -> Failure {
    let failure = Failure::new(Exit::Access, format_args!("{}; no plan was made", passes::of_unread_policy(error)));
    Failure { next: passes::remedies_of_unread_policy(error), ..failure }
}

/// How the checks before a plan and before a run are left out.
pub(crate) const WITHOUT_CHECKS: &str =
    "sealoff doctor checks everything at once. To go on without these checks: --without-checks";

/// A role without which no account can be changed. `what` is the sentence for it.
pub(crate) fn of_missing_role(what: String, missing: &RoleMissing, principal: ActingPrincipal) -> Failure {
    let (portal, command) = crate::doctor::roles::how_to_assign(missing.least, principal.object_id, missing.is_app);
    let failure = Failure::new(Exit::Access, missing);
    reworded(what, failure.with_command(format_args!("{portal} Or"), command).and_next(WITHOUT_CHECKS))
}
