//! What is done about the methods that people sign in with.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// What is done about the methods that people sign in with. As text: `list`, `all`, `since=2026-11-23T02:30:00Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema)]
#[schemars(with = "String")]
pub enum MethodsOption {
    /// They are listed in the plan, and stay.
    List,
    /// They are removed.
    All,
    /// Those are removed that were registered at or after this moment, and those whose age is not known.
    Since(OffsetDateTime),
}

impl MethodsOption {
    /// Is any removed?
    pub const fn removes(self) -> bool {
        !matches!(self, Self::List)
    }
}

impl fmt::Display for MethodsOption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::List => f.write_str("list"),
            Self::All => f.write_str("all"),
            Self::Since(moment) => write!(f, "since={}", moment.format(&Rfc3339).map_err(|_| fmt::Error)?),
        }
    }
}

/// Says that a text is none of these.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is neither list nor all nor since= and a moment")]
pub struct NotAMethodsOption(String);

impl FromStr for MethodsOption {
    type Err = NotAMethodsOption;

    fn from_str(text: &str) -> Result<Self, NotAMethodsOption> {
        let error = || NotAMethodsOption(text.to_owned());
        match text {
            "list" => Ok(Self::List),
            "all" => Ok(Self::All),
            _ => {
                let moment = text.strip_prefix("since=").ok_or_else(error)?;
                OffsetDateTime::parse(moment, &Rfc3339).map(Self::Since).map_err(|_| error())
            }
        }
    }
}

crate::json::as_text!(MethodsOption);

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn each_survives_its_text_form() {
        for option in
            [MethodsOption::List, MethodsOption::All, MethodsOption::Since(datetime!(2026-11-23 02:30:10.5 UTC))]
        {
            let json = serde_json::to_string(&option).unwrap();
            assert_eq!(serde_json::from_str::<MethodsOption>(&json).unwrap(), option, "{json}");
        }
        for text in ["", "since", "since=", "since=yesterday", "none"] {
            assert!(text.parse::<MethodsOption>().is_err(), "{text:?}");
        }
    }
}
