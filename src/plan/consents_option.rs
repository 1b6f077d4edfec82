//! What is done about what people allowed apps to do in their name.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;

use crate::directory::ConsentedApp;

/// What is done about what people allowed apps to do. As text: `list`, `all`, or a pattern.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema)]
#[schemars(with = "String")]
pub enum ConsentsOption {
    /// It is listed in the plan, and stays.
    List,
    /// Every consent is deleted, but for those to Microsoft's own apps.
    All,
    /// Those to the apps that match are deleted, but for Microsoft's own.
    Matching(AppPattern),
}

/// Which apps are meant: a text that is compared with the name, the id and the verified publisher of an app, as a whole and
/// without regard to case. `*` stands for any text, also for none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppPattern(String);

/// No name of an app is longer ("servicePrincipal resource type").
const MAX_PATTERN: usize = 256;

impl ConsentsOption {
    /// Is any deleted?
    pub const fn deletes(&self) -> bool {
        !matches!(self, Self::List)
    }

    /// Is this app meant?
    pub fn means(&self, app: &ConsentedApp) -> bool {
        match self {
            Self::List => false,
            Self::All => true,
            Self::Matching(pattern) => {
                [&app.name, &app.app_id, &app.publisher].iter().any(|text| pattern.matches(text))
            }
        }
    }
}

impl AppPattern {
    fn matches(&self, text: &str) -> bool {
        let (pattern, text) = (self.0.to_lowercase(), text.to_lowercase());
        let Some((begin, rest)) = pattern.split_once('*') else { return pattern == text };
        let Some(mut left) = text.strip_prefix(begin) else { return false };
        let mut parts: Vec<&str> = rest.split('*').collect();
        let end = parts.pop().unwrap_or_default();
        for part in parts {
            // The first place where a part fits leaves the most to those behind it.
            let Some(at) = left.find(part) else { return false };
            left = &left[at + part.len()..];
        }
        left.ends_with(end)
    }
}

impl fmt::Display for ConsentsOption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::List => "list",
            Self::All => "all",
            Self::Matching(AppPattern(pattern)) => pattern,
        })
    }
}

/// Says that a text is none of these.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("it is list, all, or the name, the app id or the verified publisher of an app, where * stands for any text")]
pub struct NotAConsentsOption;

impl FromStr for ConsentsOption {
    type Err = NotAConsentsOption;

    fn from_str(text: &str) -> Result<Self, NotAConsentsOption> {
        match text {
            "list" => Ok(Self::List),
            "all" => Ok(Self::All),
            _ if text.trim().is_empty() || text.chars().count() > MAX_PATTERN || text.contains(char::is_control) => {
                Err(NotAConsentsOption)
            }
            _ => Ok(Self::Matching(AppPattern(text.to_owned()))),
        }
    }
}

crate::json::as_text!(ConsentsOption);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn app(name: &str, publisher: &str) -> ConsentedApp {
        let app_id = "8b6f3c52-1f0d-4e8e-9f24-5ea10ff00024".to_owned();
        ConsentedApp { name: name.to_owned(), app_id, publisher: publisher.to_owned(), is_microsofts: false }
    }

    #[test]
    fn a_pattern_is_compared_with_name_id_and_publisher_as_a_whole() {
        let means = |pattern: &str, name: &str, publisher: &str| {
            pattern.parse::<ConsentsOption>().unwrap().means(&app(name, publisher))
        };
        for (pattern, yes) in [
            ("mail merge pro", true),
            ("mail", false),
            ("mail*", true),
            ("*MERGE*", true),
            ("*pro", true),
            ("m*e*o", true),
            ("mail*merge", false),
            ("pro*", false),
            ("8B6F3C52-1f0d-4e8e-9f24-5ea10ff00024", true),
            ("adatum*", true),
            ("*", true),
            ("all", true),
            ("list", false),
        ] {
            assert_eq!(means(pattern, "Mail Merge Pro", "Adatum Corporation"), yes, "{pattern}");
        }
        assert!(!means("a*a", "a", ""), "both ends are there");
        for bad in ["", " ", "a\nb", &"x".repeat(257)] {
            assert!(bad.parse::<ConsentsOption>().is_err(), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn a_text_with_some_parts_left_out_still_matches(parts in prop::collection::vec("[a-c]{0,3}", 1..5), gaps in "[a-c]{0,4}") {
            let pattern: ConsentsOption = format!("*{}*", parts.join("*")).parse().unwrap();
            prop_assert!(pattern.means(&app(&parts.join(&gaps), "")));
        }

        #[test]
        fn each_survives_its_text_form(text in "[^\\p{C}]{1,40}") {
            if let Ok(option) = text.parse::<ConsentsOption>() {
                let json = serde_json::to_string(&option).unwrap();
                prop_assert_eq!(serde_json::from_str::<ConsentsOption>(&json).unwrap(), option);
            }
        }
    }
}
