//! What a GitHub Actions job asks for its own token with, and the audience that it asks for.

use secrecy::SecretString;

/// The variable with the address that gives a job its token ("OpenID Connect reference" in GitHub's documentation).
const URL: &str = "ACTIONS_ID_TOKEN_REQUEST_URL";
/// The variable with the bearer token for that address.
const TOKEN: &str = "ACTIONS_ID_TOKEN_REQUEST_TOKEN";

/// Where a GitHub Actions job asks for its own token, and with what.
#[derive(Debug, Clone)]
pub struct JobIdentity {
    pub(super) request_url: String,
    pub(super) request_token: SecretString,
}

/// Why no token of a job can be asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JobIdentityError {
    /// GitHub sets both variables for a job that may ask.
    #[error("{} {} not set", .0.join(", "), if let [_] = &.0[..] { "is" } else { "are" })]
    Missing(Vec<&'static str>),
    /// The bearer token would be readable on its way.
    #[error("{URL} is not https")]
    NotHttps,
}

impl JobIdentity {
    /// What GitHub has set for this job, where `variable` looks into the environment.
    ///
    /// # Errors
    ///
    /// This is no such job, it may not ask, or the address is not https.
    pub fn of_variables(variable: impl Fn(&str) -> Option<String>) -> Result<Self, JobIdentityError> {
        let set = |name| variable(name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        let (request_url, request_token) = match (set(URL), set(TOKEN)) {
            (Some(url), Some(token)) => (url, SecretString::from(token)),
            (url, token) => {
                let absent = [(URL, url.is_none()), (TOKEN, token.is_none())];
                let absent = absent.into_iter().filter(|(_, is_absent)| *is_absent).map(|(name, _)| name);
                return Err(JobIdentityError::Missing(absent.collect()));
            }
        };
        if !request_url.starts_with("https://") {
            return Err(JobIdentityError::NotHttps);
        }
        Ok(Self { request_url, request_token })
    }
}

/// Something that is no audience.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an audience is one word, as api://AzureADTokenExchange")]
pub struct NotAnAudience;

/// An audience is compared letter by letter; a space or nothing is a slip of the keyboard.
///
/// # Errors
///
/// It is empty, or has a space or a control character in it.
pub fn checked_audience(text: &str) -> Result<String, NotAnAudience> {
    if text.is_empty() || text.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err(NotAnAudience);
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_named_and_the_token_goes_over_https_alone() {
        let of = |url: Option<&'static str>, token: Option<&'static str>| {
            JobIdentity::of_variables(move |name| if name == URL { url } else { token }.map(str::to_owned)).map(|_| ())
        };
        assert_eq!(of(Some("https://x"), Some("t")), Ok(()));
        assert_eq!(of(None, Some("t")), Err(JobIdentityError::Missing(vec![URL])));
        assert_eq!(of(Some("https://x"), Some(" ")), Err(JobIdentityError::Missing(vec![TOKEN])));
        assert_eq!(of(None, None), Err(JobIdentityError::Missing(vec![URL, TOKEN])));
        assert_eq!(of(Some("http://x"), Some("t")), Err(JobIdentityError::NotHttps));
    }
}
