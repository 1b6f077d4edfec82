//! Which permissions a job needs, and which of them a token carries.
//!
//! Sources: the permission tables of "Update user", "user: revokeSignInSessions", "List users", "List
//! unifiedRoleAssignments", "List domains", "List groups", "Get servicePrincipal", and "Microsoft Graph permissions
//! reference".

use crate::directory::Scope;
use crate::graph::claims::Claims;
use crate::graph::risk_mark;
use crate::plan::manifest::Manifest;
use crate::step::facts::StepPermission;
use crate::step::{Step, Steps};

use super::check::Check;

/// Something that has to be permitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Need {
    /// What permits it.
    pub permission: StepPermission,
    /// Without it a run fails; otherwise it knows less.
    pub vital: bool,
}

const READ_USERS: Need = Need {
    permission: StepPermission {
        purpose: "see who people are and whether they may sign in",
        least: &["User.Read.All"],
        also: &["User.ReadUpdate.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"],
    },
    vital: true,
};
const READ_ROLES: Need = Need {
    permission: StepPermission {
        purpose: "know who is an administrator",
        least: &["RoleManagement.Read.Directory"],
        also: &[
            "RoleManagement.Read.All", "RoleManagement.ReadWrite.Directory", "Directory.Read.All",
            "Directory.ReadWrite.All",
        ],
    },
    vital: true,
};
const READ_GROUPS: Need = Need {
    permission: StepPermission {
        purpose: "know who is an administrator through a group",
        least: &["GroupMember.Read.All"],
        also: &[
            "GroupMember.ReadWrite.All", "Group.Read.All", "Group.ReadWrite.All", "Directory.Read.All",
            "Directory.ReadWrite.All",
        ],
    },
    vital: true,
};
const READ_DOMAINS: Need = Need {
    permission: StepPermission {
        purpose: "know whose passwords another identity provider keeps",
        least: &["Domain.Read.All"],
        also: &["Domain.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"],
    },
    vital: true,
};
/// What `--methods` needs ("List methods"): no smaller permission lists all kinds at once.
pub const LIST_METHODS: Need = Need {
    permission: StepPermission {
        purpose: "list what people sign in with beside their password",
        least: &["UserAuthenticationMethod.Read.All"],
        also: &["UserAuthenticationMethod.ReadWrite.All"],
    },
    vital: true,
};
/// What `--consents` needs ("List a user's oauth2PermissionGrants").
pub const LIST_CONSENTS: Need = Need {
    permission: StepPermission {
        purpose: "list what people allowed apps to do",
        least: &["Directory.Read.All"],
        also: &["DelegatedPermissionGrant.ReadWrite.All", "Directory.ReadWrite.All"],
    },
    vital: true,
};
/// What `evict` needs to list the roles that people hold in apps ("List appRoleAssignments granted to a user"). A plan is made
/// without them, too.
const LIST_APP_ROLES: Need = Need {
    permission: StepPermission {
        purpose: "list which roles people hold in apps, and what they allowed apps to do",
        least: &["Directory.Read.All"],
        also: &["Directory.ReadWrite.All"],
    },
    vital: false,
};
/// What `--consents` needs to know which apps these are ("Get servicePrincipal").
pub const NAME_APPS: Need = Need {
    permission: StepPermission {
        purpose: "know the names of apps",
        least: &["Application.Read.All"],
        also: &["Application.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"],
    },
    vital: true,
};
/// What `--credential` needs ("Get temporaryAccessPassAuthenticationMethodConfiguration").
pub const READ_PASS_POLICY: Need = Need {
    permission: StepPermission {
        purpose: "read what the tenant allows of temporary access passes",
        least: &["Policy.Read.AuthenticationMethod"],
        also: &["Policy.Read.All", "Policy.ReadWrite.AuthenticationMethod"],
    },
    vital: true,
};
/// What `--confirm-compromised` and `--dismiss-risk` need ("riskyUser: confirmCompromised", "riskyUser: dismiss").
pub const MARK_RISK: Need = Need {
    permission: StepPermission {
        purpose: "mark the risk of people in Entra ID Protection",
        least: &[risk_mark::PERMISSION],
        also: &[],
    },
    vital: false,
};
/// What it takes to have passwords written back, for a person ("authenticationMethod: resetPassword", "Get longRunningOperation",
/// "user: revokeSignInSessions").
pub const WRITEBACK: [Need; 2] = [
    Need {
        permission: StepPermission {
            purpose: "reset passwords of synced people and have them written back",
            least: &["UserAuthenticationMethod.ReadWrite.All"],
            also: &[],
        },
        vital: true,
    },
    Need { permission: crate::step::Step::Revoke.facts().permission, vital: true },
];
const READ_APP: Need = Need {
    permission: StepPermission {
        purpose: "know the app's owners, who must not be locked out",
        least: &["Application.Read.All"],
        also: &["Application.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"],
    },
    vital: false,
};

/// What is of use to some run beside the permissions of the steps. Any other permission of a token is more than the job
/// needs.
const USEFUL: [&str; 12] = [
    "User.Read.All",
    "RoleManagement.Read.Directory",
    "RoleEligibilitySchedule.Read.Directory",
    "GroupMember.Read.All",
    "Domain.Read.All",
    "Application.Read.All",
    "Directory.Read.All",
    "AuditLog.Read.All",
    "MailboxSettings.Read",
    "UserAuthenticationMethod.Read.All",
    "Device.ReadWrite.All",
    risk_mark::PERMISSION,
];

/// What some flag alone needs, and what for.
const OPTIONAL: [(&str, &str); 4] = [
    (
        "DelegatedPermissionGrant.ReadWrite.All",
        "plan --playbook evict --consents, which deletes what people allowed apps to do",
    ),
    ("MailboxSettings.Read", "plan --check-mailboxes, which knows rooms and shared mailboxes by their mailboxes"),
    (
        risk_mark::PERMISSION,
        "plan --confirm-compromised and --dismiss-risk, which mark the risk of people in Entra ID Protection",
    ),
    ("AuditLog.Read.All", "export --with-last-sign-in"),
];

/// The name of the check of these.
pub const OPTIONAL_CHECK: &str = "optional";

/// What every sign-in of a person brings along.
const HARMLESS: [&str; 5] = ["openid", "profile", "email", "offline_access", "User.Read"];

/// With one of these, a thief of the app's credential owns the tenant.
const OWNS_THE_TENANT: [&str; 6] = [
    // It makes a pass for anybody, a Global Administrator too.
    "UserAuthenticationMethod.ReadWrite.All", "Directory.ReadWrite.All", "RoleManagement.ReadWrite.Directory",
    "AppRoleAssignment.ReadWrite.All", "Application.ReadWrite.All", "Directory.AccessAsUser.All",
];

/// What these steps need to be permitted, and the reading before them.
pub fn needs(steps: Steps, scope: Scope) -> Vec<Need> {
    let mut needs = vec![READ_USERS];
    needs.extend(needs_of_steps(steps.without(Step::Devices).without(Step::EnableDevices)));
    needs.extend(steps.contains(Step::Methods).then_some([LIST_METHODS, LIST_APP_ROLES]).into_iter().flatten());
    // A playbook disables devices where --devices asks for it; the precheck of such a plan asks for it again.
    let devices = Need { permission: Step::Devices.facts().permission, vital: false };
    needs.extend(steps.contains(Step::Devices).then_some(devices));
    if steps.contains(Step::Pass) {
        // Who is in the scope of the policy is said by groups.
        needs.extend([READ_PASS_POLICY, READ_GROUPS]);
    }
    if scope.roles {
        needs.extend([READ_ROLES, READ_GROUPS]);
    }
    if scope.domains {
        needs.push(READ_DOMAINS);
    }
    needs.push(READ_APP);
    needs
}

/// What the steps themselves need: without these, Graph refuses every write.
pub fn needs_of_steps(steps: Steps) -> Vec<Need> {
    let mut needs: Vec<Need> = Vec::new();
    for permission in steps.iter().map(|step| step.facts().permission) {
        if !needs.iter().any(|need| need.permission == permission) {
            needs.push(Need { permission, vital: true });
        }
    }
    needs
}

/// What it takes to delete what people allowed apps to do.
pub fn delete_consents() -> impl Iterator<Item = Need> {
    needs_of_steps(Steps::of(&[Step::Consents])).into_iter()
}

/// What a plan needs to be carried out: of the permissions to remove methods those of the kinds that it removes.
pub fn needs_of_plan(plan: &Manifest) -> Vec<Need> {
    let steps = plan.counts.planned_steps();
    let mut needs = needs_of_steps(steps.without(Step::Methods));
    let removal = plan.methods.as_ref().and_then(|methods| methods.removal.as_ref());
    for least in removal.iter().flat_map(|removal| removal.kinds.keys()).filter_map(|kind| kind.permission()) {
        let permission = StepPermission { least, ..Step::Methods.facts().permission };
        if !needs.iter().any(|need| need.permission == permission) {
            needs.push(Need { permission, vital: true });
        }
    }
    needs
}

/// In a person's name it permits whatever the person may do; devices they may change with no other one ("Update device").
const AS_THE_PERSON: &str = "Directory.AccessAsUser.All";

impl Need {
    /// What is lacking of the least that permits this; nothing where something permits it.
    pub fn lacking(&self, claims: &Claims) -> Vec<&'static str> {
        // In a person's name this one permits whatever the person may do ("Microsoft Graph permissions reference").
        let as_the_person = !claims.is_app && claims.permits(AS_THE_PERSON);
        if !claims.is_app && !as_the_person && self.permission == Step::Devices.facts().permission {
            return vec![AS_THE_PERSON];
        }
        if as_the_person || self.permission.also.iter().any(|permission| claims.permits(permission)) {
            return Vec::new();
        }
        self.permission.least.iter().copied().filter(|permission| !claims.permits(permission)).collect()
    }
}

/// How a permission is granted.
pub fn how_to_grant(permissions: &[&str], is_app: bool) -> String {
    let kind = if is_app { "Application" } else { "Delegated" };
    format!(
        "Entra admin center > App registrations > the app > API permissions > Add a permission > Microsoft Graph > {kind} \
         permissions: {}; then Grant admin consent. Tokens that were fetched before do not carry it.",
        permissions.join(", ")
    )
}

/// What is permitted against what the steps need: one check for each need that is not met, or one for all that are.
pub fn judge(claims: &Claims, steps: Steps, scope: Scope) -> Vec<Check> {
    judge_needs(claims, &needs(steps, scope))
}

/// The same for an app that writes and does not read: another one reads for it.
pub fn judge_writer(claims: &Claims, steps: Steps) -> Vec<Check> {
    judge_needs(claims, &needs_of_steps(steps))
}

fn judge_needs(claims: &Claims, needs: &[Need]) -> Vec<Check> {
    const CHECK: &str = "permissions";
    let mut checks = Vec::new();
    let mut named: Vec<&str> = Vec::new();
    for need in needs {
        let lacking: Vec<&str> = need.lacking(claims).into_iter().filter(|one| !named.contains(one)).collect();
        if lacking.is_empty() {
            continue;
        }
        named.extend(&lacking);
        let found = format!("{} is not granted: it is needed to {}", lacking.join(" and "), need.permission.purpose);
        let remedy = how_to_grant(&lacking, claims.is_app);
        let check = if need.vital { Check::failed(CHECK, found, remedy) } else { Check::warning(CHECK, found, remedy) };
        checks.push(check.about(lacking.into_iter().map(str::to_owned).collect()));
    }
    if checks.is_empty() {
        checks.push(Check::ok(CHECK, "everything that is needed is granted"));
    }
    checks
}

/// Which permissions are there that one flag alone needs. Without them nothing stands in the way.
pub fn judge_optional(claims: &Claims) -> Check {
    let line = |(permission, purpose): (&str, &str)| {
        let held = if claims.permits(permission) { "granted" } else { "not granted" };
        format!("{permission} is {held} (for {purpose})")
    };
    Check::ok(OPTIONAL_CHECK, format!("{}; no run needs them", OPTIONAL.map(line).join("; ")))
}

/// What is granted beyond the job.
pub fn judge_excess(claims: &Claims) -> Check {
    const CHECK: &str = "excess";
    let of_steps = || Step::all().flat_map(|step| step.facts().permission.least);
    let is_useful = |held: &str| of_steps().chain(&USEFUL).chain(&HARMLESS).any(|one| one.eq_ignore_ascii_case(held));
    let excess: Vec<&str> = claims.permissions.iter().map(String::as_str).filter(|held| !is_useful(held)).collect();
    if excess.is_empty() {
        return Check::ok(CHECK, "nothing is granted beyond what this job can use");
    }
    let worst: Vec<&str> = OWNS_THE_TENANT.into_iter().filter(|permission| claims.permits(permission)).collect();
    let found = if worst.is_empty() {
        format!("granted, and never needed here: {}", excess.join(", "))
    } else {
        format!(
            "granted, and never needed here: {}; with {} alone, a thief of the app's credential can take over the \
             tenant",
            excess.join(", "),
            worst.join(" or ")
        )
    };
    let remedy = "Entra admin center > Enterprise applications > the app > Permissions: revoke them, once the least is granted \
                in their place.";
    Check::warning(CHECK, found, remedy).about(excess.into_iter().map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::super::check::CheckStatus;
    use super::*;
    use crate::directory::MethodKind;
    use crate::plan::playbook::Playbook;
    use strum::IntoEnumIterator as _;

    fn claims(permissions: &[&str], is_app: bool) -> Claims {
        Claims {
            tenant: None,
            app_id: None,
            app_name: None,
            object_id: None,
            user_principal_name: None,
            is_app,
            permissions: permissions.iter().map(|&name| name.to_owned()).collect(),
            roles: Vec::new(),
            expires: None,
        }
    }

    const MINIMAL: [&str; 8] = [
        "User.Read.All", "User-PasswordProfile.ReadWrite.All", "User.EnableDisableAccount.All",
        "User.RevokeSessions.All", "RoleManagement.Read.Directory", "GroupMember.Read.All", "Domain.Read.All",
        "Application.Read.All",
    ];

    #[test]
    fn the_minimal_grant_is_enough_for_every_playbook_and_each_part_of_it_is_needed_by_one() {
        for playbook in Playbook::ALL.into_iter().filter(|playbook| !playbook.removes_methods()) {
            let checks = judge(&claims(&MINIMAL, true), playbook.steps(), Scope::default());
            assert_eq!(checks.len(), 1, "{playbook}: {checks:?}");
            assert_eq!(checks[0].status, CheckStatus::Ok);
        }
        for withheld in MINIMAL {
            let rest: Vec<&str> = MINIMAL.into_iter().filter(|one| *one != withheld).collect();
            let checks = judge(&claims(&rest, true), Playbook::Offboard.steps(), Scope::default());
            assert_eq!(checks.len(), 1, "{withheld}: {checks:?}");
            let expected = if withheld == "Application.Read.All" { CheckStatus::Warning } else { CheckStatus::Failed };
            assert_eq!((checks[0].status, checks[0].items.as_slice()), (expected, &[withheld.to_owned()][..]));
            assert!(checks[0].remedy.as_ref().unwrap().contains(withheld));
        }
    }

    #[test]
    fn what_a_flag_alone_needs_is_a_note() {
        let check = judge_optional(&claims(&["MailboxSettings.Read"], true));
        assert_eq!(check.status, CheckStatus::Ok);
        assert!(check.found.contains("MailboxSettings.Read is granted"), "{}", check.found);
        assert!(check.found.contains("AuditLog.Read.All is not granted"), "{}", check.found);
        assert_eq!(judge_excess(&claims(&["MailboxSettings.Read"], true)).status, CheckStatus::Ok);
    }

    #[test]
    fn only_what_the_steps_need_is_asked_for() {
        let names = |playbook: Playbook| -> Vec<&str> {
            needs_of_steps(playbook.steps()).iter().flat_map(|need| need.permission.least).copied().collect()
        };
        assert_eq!(names(Playbook::Signout), ["User.RevokeSessions.All"]);
        assert_eq!(names(Playbook::Breach), ["User-PasswordProfile.ReadWrite.All", "User.RevokeSessions.All"]);
        assert!(!names(Playbook::Contain).contains(&"User-PasswordProfile.ReadWrite.All"));
    }

    #[test]
    fn each_kind_of_method_has_a_permission_of_its_own_and_the_one_for_all_is_a_take_over() {
        let least = Step::Methods.facts().permission.least;
        for kind in MethodKind::iter() {
            assert_eq!(kind.segment().is_some(), kind.permission().is_some(), "{kind}");
            assert!(kind.permission().is_none_or(|own| own.iter().all(|one| least.contains(one))), "{kind}");
        }
        let evict =
            [&MINIMAL[..], least, &["UserAuthenticationMethod.Read.All", "Device.ReadWrite.All", "Directory.Read.All"]]
                .concat();
        let judged = |held: &[&str]| judge(&claims(held, true), Playbook::Evict.steps(), Scope::default());
        assert_eq!(judged(&evict)[0].status, CheckStatus::Ok);
        assert_eq!(judge_excess(&claims(&evict, true)).status, CheckStatus::Ok);
        let without = |one: &str| evict.iter().copied().filter(|held| *held != one).collect::<Vec<_>>();
        for one in ["UserAuthenticationMethod.Read.All", "UserAuthMethod-Passkey.ReadWrite.All"] {
            assert_eq!(judged(&without(one))[0].items, [one.to_owned()]);
        }
        // --devices alone needs the first, and a plan is made without the list of app roles, too.
        for one in ["Device.ReadWrite.All", "Directory.Read.All"] {
            assert_eq!(judged(&without(one))[0].status, CheckStatus::Warning, "{one}");
        }
        let more = ["UserAuthenticationMethod.ReadWrite.All", "Device.ReadWrite.All", "Directory.Read.All"];
        let all_at_once = [&MINIMAL[..], &more].concat();
        assert_eq!(judged(&all_at_once)[0].status, CheckStatus::Ok);
        let excess = judge_excess(&claims(&all_at_once, true));
        assert!(excess.found.contains("UserAuthenticationMethod.ReadWrite.All alone"), "{}", excess.found);
        assert!(excess.found.contains("take over the tenant"), "{}", excess.found);
    }

    #[test]
    fn higher_permissions_are_accepted_and_pointed_out() {
        let steps = Playbook::Offboard.steps();
        let higher = claims(&["Directory.ReadWrite.All", "User.Read"], true);
        assert_eq!(judge(&higher, steps, Scope::default())[0].status, CheckStatus::Ok);
        let excess = judge_excess(&higher);
        assert_eq!(excess.items, ["Directory.ReadWrite.All"]);
        assert!(excess.status == CheckStatus::Warning && excess.found.contains("take over the tenant"), "{excess:?}");
        assert_eq!(judge_excess(&claims(&MINIMAL, true)).status, CheckStatus::Ok);
        assert_eq!(judge_excess(&claims(&["Mail.Read"], true)).items, ["Mail.Read"]);
        // Alone it does not do, and it does together with the reading of users.
        let half =
            judge(&claims(&["User.EnableDisableAccount.All", "Directory.Read.All"], true), steps, Scope::default());
        assert!(half.iter().any(|check| check.items == ["User.Read.All"]), "{half:?}");
        // For a person it opens what the person may do, and for an app it is none.
        let access = ["Directory.AccessAsUser.All"];
        assert_eq!(judge(&claims(&access, false), steps, Scope::default())[0].status, CheckStatus::Ok);
        assert_eq!(judge(&claims(&access, true), steps, Scope::default())[0].status, CheckStatus::Failed);
    }
}
