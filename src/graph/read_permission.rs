//! Which permission a read needs: the least that the page of each call names ("List users", "directoryObject: getByIds", "List
//! domains", "List groups", "List unifiedRoleAssignments", "List roleEligibilityScheduleInstances", "List methods" of a user, "Get servicePrincipal").

/// The least permission for what is at `path`, which begins with the version; `None` where that is not known here.
pub(super) fn least_for(path: &str) -> Option<&'static str> {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let mut parts = path.trim_start_matches('/').split('/').skip(1);
    Some(match (parts.next()?, parts.last().unwrap_or_default()) {
        ("users", _) if query.contains("signInActivity") => "AuditLog.Read.All",
        ("users", "methods") if path.ends_with("/authentication/methods") => "UserAuthenticationMethod.Read.All",
        ("users", "temporaryAccessPassMethods") => "UserAuthMethod-TAP.Read.All",
        ("policies", "temporaryAccessPass") => "Policy.Read.AuthenticationMethod",
        ("users" | "me" | "directoryObjects" | "directory" | "organization", _) => "User.Read.All",
        ("domains", _) => "Domain.Read.All",
        ("groups", _) => "GroupMember.Read.All",
        ("roleManagement", "roleEligibilityScheduleInstances") => "RoleEligibilitySchedule.Read.Directory",
        ("roleManagement" | "directoryRoles", _) => "RoleManagement.Read.Directory",
        (first, _) if first.starts_with("servicePrincipals") || first.starts_with("applications") => {
            "Application.Read.All"
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_read_has_its_own() {
        for (path, permission) in [
            ("/v1.0/users?$filter=x&$select=id", Some("User.Read.All")),
            ("/v1.0/users?$select=id,signInActivity", Some("AuditLog.Read.All")),
            ("/v1.0/directoryObjects/getByIds?$select=id", Some("User.Read.All")),
            ("/v1.0/users/1/authentication/methods", Some("UserAuthenticationMethod.Read.All")),
            ("/v1.0/organization?$select=id", Some("User.Read.All")),
            ("/v1.0/domains", Some("Domain.Read.All")),
            ("/v1.0/groups/1/transitiveMembers?$select=id", Some("GroupMember.Read.All")),
            ("/v1.0/roleManagement/directory/roleAssignments?$expand=principal", Some("RoleManagement.Read.Directory")),
            (
                "/v1.0/roleManagement/directory/roleEligibilityScheduleInstances",
                Some("RoleEligibilitySchedule.Read.Directory"),
            ),
            ("/v1.0/servicePrincipals(appId='1')/owners", Some("Application.Read.All")),
            ("/v1.0/users/1/authentication/temporaryAccessPassMethods", Some("UserAuthMethod-TAP.Read.All")),
            (
                "/v1.0/policies/authenticationMethodsPolicy/authenticationMethodConfigurations/temporaryAccessPass",
                Some("Policy.Read.AuthenticationMethod"),
            ),
            ("/v1.0/$batch", None),
            ("/v1.0", None),
        ] {
            assert_eq!(least_for(path), permission, "{path}");
        }
    }
}
