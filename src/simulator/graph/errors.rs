//! Errors as Graph words them.
//!
//! Codes and statuses: "Microsoft Graph error responses and resource types". Messages are those that people report from
//! the live service; clients must not branch on them.

use std::borrow::Cow;

/// A refusal: status, code and message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ServedError {
    pub(crate) status: u16,
    pub(crate) code: Cow<'static, str>,
    pub(crate) message: Cow<'static, str>,
    /// Is it about a part of a call that is not simulated, and the call not named yet?
    is_of_part: bool,
}

/// What stands in every message about synced users.
pub(crate) const ON_PREMISES: &str = "Unable to update the specified properties for on-premises mastered Directory Sync \
     objects or objects currently undergoing migration.";
/// What stands in every message about weak passwords.
pub(crate) const WEAK_PASSWORD: &str = "The specified password does not comply with password complexity requirements. Please provide a different password.";
/// What stands in the message for properties that another service masters.
pub(crate) const EXTERNAL: &str =
    "Unable to update the specified properties for objects that have originated within an external service.";

/// Graph has no such code, so a test knows this answer from all real ones.
const NOT_SIMULATED: &str = "NotSimulated";

impl ServedError {
    pub(crate) fn new(status: u16, code: impl Into<Cow<'static, str>>, message: impl Into<Cow<'static, str>>) -> Self {
        Self { status, code: code.into(), message: message.into(), is_of_part: false }
    }

    /// A 400 from the directory.
    pub(crate) fn bad_request(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(400, "Request_BadRequest", message)
    }

    /// A 400 from the gateway, before the directory is asked.
    pub(crate) fn malformed(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(400, "BadRequest", message)
    }

    /// A query that the directory has no index for.
    pub(crate) fn unsupported_query(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(400, "Request_UnsupportedQuery", message)
    }

    pub(crate) fn not_found(what: &str) -> Self {
        let message = format!(
            "Resource '{what}' does not exist or one of its queried reference-property objects are not present."
        );
        Self::new(404, "Request_ResourceNotFound", message)
    }

    pub(crate) fn method_not_allowed() -> Self {
        Self::new(405, "Request_BadRequest", "Specified HTTP method is not allowed for the request target.")
    }

    /// A permission or a role is missing, or the target outranks the caller. The answer does not say which.
    pub(crate) fn denied() -> Self {
        Self::new(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
    }

    /// What the sign-in reports say to a tenant without a licence.
    pub(crate) fn not_premium() -> Self {
        Self::new(
            403,
            "Authentication_RequestFromNonPremiumTenantOrB2CTenant",
            "Neither tenant is B2C or tenant doesn't have premium license",
        )
    }

    /// Outlook's words for an account without a mailbox in the cloud.
    pub(crate) fn no_mailbox() -> Self {
        let text = "The mailbox is either inactive, soft-deleted, or is hosted on-premise.";
        Self::new(404, "MailboxNotEnabledForRESTAPI", text)
    }

    /// Outlook's words for a permission that is missing.
    pub(crate) fn mailbox_denied() -> Self {
        Self::new(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")
    }

    /// What Privileged Identity Management says to a tenant without a licence.
    pub(crate) fn no_pim() -> Self {
        Self::new(
            400,
            "AadPremiumLicenseRequired",
            "The tenant needs to have Microsoft Entra ID P2 or Microsoft Entra ID Governance license.",
        )
    }

    /// What Identity Protection says to a tenant without a licence.
    pub(crate) fn no_risk_licence() -> Self {
        Self::new(403, "Forbidden", "Your tenant is not licensed for this feature.")
    }

    /// A path that this cloud, or this version, does not have.
    pub(crate) fn no_segment(segment: &str) -> Self {
        Self::malformed(format!("Resource not found for the segment '{segment}'."))
    }

    /// A 400 of the service of authentication methods, which writes the code with a small letter.
    pub(crate) fn bad_method(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(400, "badRequest", message)
    }

    /// What the same service says of an id that the user does not have, or does not have any more.
    pub(crate) fn no_method(id: &str) -> Self {
        Self::new(
            404,
            "resourceNotFound",
            format!("The requested authentication method id of [{id}] was not found for this user."),
        )
    }

    /// And of a caller who may not.
    pub(crate) fn method_denied() -> Self {
        Self::new(403, "accessDenied", "Request Authorization failed")
    }

    pub(crate) fn concurrency() -> Self {
        Self::new(
            409,
            "Directory_ConcurrencyViolation",
            "Error due to concurrent requests being made to the tenant. Please wait briefly and retry.",
        )
    }

    pub(crate) fn failed_dependency() -> Self {
        Self::new(424, "FailedDependency", "Failed Dependency")
    }

    pub(crate) fn throttled() -> Self {
        Self::new(429, "TooManyRequests", "Too many requests. Please wait as long as Retry-After says and try again.")
    }

    pub(crate) fn unavailable() -> Self {
        Self::new(503, "serviceNotAvailable", "The service is temporarily unavailable. Please retry later.")
    }

    pub(crate) fn gateway_timeout() -> Self {
        Self::new(504, "UnknownError", "")
    }

    /// Never a friendly lie: what the simulator can't do, it says, and names the call.
    pub(crate) fn not_simulated(call: impl std::fmt::Display) -> Self {
        Self::new(501, NOT_SIMULATED, format!("The simulator does not know this call: {call}"))
    }

    /// The same for a part of a call whose rest is known: an option, a property.
    pub(crate) fn part_not_simulated(part: impl std::fmt::Display) -> Self {
        let error = Self::new(501, NOT_SIMULATED, format!("The simulator does not know {part}"));
        Self { is_of_part: true, ..error }
    }

    /// Names the call that a part belongs to; any other error stays as it is.
    pub(crate) fn in_call(self, method: &str, path: &str) -> Self {
        match self.is_of_part {
            true => Self::new(501, NOT_SIMULATED, format!("{}, in this call: {method} /{path}", self.message)),
            false => self,
        }
    }
}
