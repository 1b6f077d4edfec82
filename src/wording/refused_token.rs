//! What to do where the token service, or what stands in its place, gives no token.

use super::unreachable;
use super::worded_step::WordedStep;
use crate::graph::credential::{ArcFault, RefusalClue, TokenError, TokenGiver, UnusableCredential};
use crate::graph::unreachable::UnreachableCause;

/// What a job of GitHub Actions needs to have a token of its own.
pub const JOB_PERMISSION: &str = "Give the job this permission: permissions: id-token: write";

/// Where Graph takes no token of this program.
pub const TOKEN_OF_ANOTHER_CLOUD: &str = "Check that --cloud or --graph-endpoint names the cloud of this tenant: each takes its own tokens alone. One \
    from SEALOFF_ACCESS_TOKEN may have ended: fetch a new one. sealoff fetches all others itself.";

const OTHER_WAY: &str = "Correct what is named here, or choose another way in with --auth.";

const LOOK_IT_UP: &str = "Look the AADSTS code up at https://login.microsoftonline.com/error, and check AZURE_TENANT_ID and \
                          AZURE_CLIENT_ID.";

/// What to do where there is no token; `None` where the service's own words are all that is known.
pub fn of_token(error: &TokenError) -> Option<WordedStep> {
    Some(match error {
        TokenError::Refused { clue, .. } => remedy((*clue)?),
        TokenError::Busy { .. } => "Wait a minute, and run the same command again.".into(),
        TokenError::SomethingBetween { .. } => unreachable::remedy(UnreachableCause::SomethingBetween).into(),
        TokenError::Unreachable(unreachable) => unreachable::remedy_or_general(unreachable.cause).into(),
        TokenError::ReadyTokenRejected => TOKEN_OF_ANOTHER_CLOUD.into(),
        TokenError::SignInDeclined | TokenError::SignInTooLate | TokenError::SignInAgain { .. } => {
            "Run the same command again, and sign in.".into()
        }
        TokenError::NotATenant(_) | TokenError::FederatedFile { .. } => OTHER_WAY.into(),
        TokenError::Unusable(credential) => of_credential(credential),
    })
}

fn of_credential(credential: &UnusableCredential) -> WordedStep {
    match credential {
        UnusableCredential::NotAToken(TokenGiver::AzureCli) => remedy(RefusalClue::AzureCliFails),
        UnusableCredential::NotAToken(_) | UnusableCredential::NoDeviceCode => {
            unreachable::remedy(UnreachableCause::SomethingBetween).into()
        }
        UnusableCredential::AzureCliTooOld => WordedStep::typed("Update it with", "az upgrade"),
        UnusableCredential::Arc(ArcFault::Unreadable { .. }) => {
            "Run this as root, or as a member of the group himds (on Windows: Hybrid agent extension applications)."
                .into()
        }
        UnusableCredential::Arc(_) => remedy(RefusalClue::ArcAgent),
        UnusableCredential::KeyCannotSign | UnusableCredential::NoHeader(_) | UnusableCredential::Request(_) => {
            OTHER_WAY.into()
        }
    }
}

/// What a refusal means and what to do about it.
fn remedy(clue: RefusalClue) -> WordedStep {
    match clue {
        RefusalClue::Code(code) => of_code(code).unwrap_or(LOOK_IT_UP).into(),
        RefusalClue::AzureCliMissing => "Install the Azure CLI, or choose another way in with --auth.".into(),
        RefusalClue::AzureCliFails => WordedStep::typed("See whether this works", "az account show"),
        RefusalClue::AzureCliRefused(code) => match code.and_then(of_code) {
            Some(remedy) => remedy.into(),
            None => WordedStep::typed("Sign in with", "az login"),
        },
        RefusalClue::IdentityMissing => {
            "Give this machine or service an identity in Azure, or name a user-assigned one with --client-id.".into()
        }
        RefusalClue::JobPermissionMissing => JOB_PERMISSION.into(),
        RefusalClue::ArcAgent => WordedStep::typed("Look at the agent with", "azcmagent show"),
    }
}

/// The meaning of an `AADSTS` code and its remedy; `None` for a code that needs no more than Microsoft's own words.
fn of_code(code: u32) -> Option<&'static str> {
    Some(match code {
        700_016 => {
            "The client id is not known in this tenant: check AZURE_CLIENT_ID and AZURE_TENANT_ID, or consent is missing."
        }
        7_000_215 => "The client secret is wrong: often the secret's id was pasted instead of its value.",
        7_000_222 => "The client secret has expired: add a new one to the app registration.",
        700_027 => {
            "The signed assertion was rejected: the certificate is not on the app, has expired, or the key does not fit it."
        }
        700_024 => "The assertion is outside its time window: check this machine's clock.",
        700_212 => {
            "The audience of the app's federated credential is another: each cloud has its own (check --cloud), and it is \
             compared letter by letter."
        }
        70_021 | 700_211 | 700_213 => {
            "No federated credential of the app matches: issuer, subject and audience must be equal."
        }
        90_002 | 900_023 => "The tenant was not found: check AZURE_TENANT_ID and the cloud.",
        50_034 => "The user does not exist in this directory.",
        50_126 => "The password is wrong.",
        50_057 => "The user is disabled.",
        50_076 => "Multi-factor authentication is required.",
        7_000_216 => {
            "No secret, certificate or assertion reached the token service; this is also seen at random: run the command again."
        }
        7_000_112 => "The app is disabled in this tenant.",
        500_014 => {
            "The app's service principal is disabled in this tenant, or a licence or subscription of it has ended."
        }
        5_000_224 => "The tenant is not available: it is blocked, being set up or being deleted.",
        530_084 => "Conditional Access asks for a token that is bound to this device (token protection).",
        65_001 => "Consent is missing: an administrator must grant the app its permissions.",
        53_003 => "Blocked by Conditional Access.",
        530_003 => "Conditional Access asks for a managed device.",
        50_196 | 90_055 => "Too many token requests: wait a little.",
        50_173 | 700_082 | 9_002_313 => "The sign-in does not last any longer: run the command again and sign in anew.",
        7_000_218 => {
            "The app registration is no public client: allow public client flows under Authentication, or use a secret \
             or a certificate."
        }
        700_023 => "The assertion is for another token service: check --cloud, --authority and AZURE_TENANT_ID.",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_that_people_meet_is_explained() {
        for code in [
            700_016, 7_000_215, 7_000_222, 700_027, 700_024, 70_021, 700_213, 90_002, 50_034, 50_126, 50_057, 50_076,
            65_001, 53_003, 530_003, 50_196, 90_055, 7_000_112, 500_014, 700_212, 5_000_224, 530_084, 7_000_216,
        ] {
            let said = remedy(RefusalClue::Code(code));
            assert!(said.what.starts_with(char::is_uppercase) && said.what.ends_with('.'), "AADSTS{code}");
        }
        assert!(of_code(7_000_215).is_some_and(|text| text.contains("secret")));
        assert_eq!(remedy(RefusalClue::Code(1)).what, LOOK_IT_UP);
        assert_eq!(remedy(RefusalClue::AzureCliRefused(Some(1))).command.as_deref(), Some("az login"));
    }
}
