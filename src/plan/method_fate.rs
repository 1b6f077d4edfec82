//! What becomes of a method that is listed in a plan.

use super::methods_option::MethodsOption;
use crate::directory::HeldMethod;
use serde::{Deserialize, Serialize};

/// What the plan does about one method.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, strum::Display, strum::IntoStaticStr,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum MethodFate {
    /// It is removed.
    Remove,
    /// It stays: the plan only lists, or it was registered before the moment that was named.
    Stays,
    /// It would be removed, and this version has no way to: a kind that is not known here, or that Graph deletes in beta alone.
    CannotRemove,
}

impl MethodFate {
    /// By what was asked for. An age that is not known may be new.
    pub fn of(method: &HeldMethod, asked: MethodsOption) -> Self {
        let is_meant = match asked {
            MethodsOption::List => false,
            MethodsOption::All => true,
            MethodsOption::Since(moment) => method.registered.is_none_or(|registered| registered >= moment),
        };
        match (is_meant, method.kind.segment()) {
            (false, _) => Self::Stays,
            (true, Some(_)) if !matches!(method.id.as_str(), "" | "." | "..") => Self::Remove,
            (true, _) => Self::CannotRemove,
        }
    }

    /// How many of these methods are removed.
    pub(super) fn removed(methods: &[HeldMethod], asked: MethodsOption) -> usize {
        methods.iter().filter(|method| Self::of(method, asked) == Self::Remove).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::MethodKind;
    use time::OffsetDateTime;
    use time::macros::datetime;

    fn method(kind: MethodKind, registered: Option<OffsetDateTime>) -> HeldMethod {
        HeldMethod { kind, type_name: "some".to_owned(), id: "1".to_owned(), registered, label: String::new() }
    }

    #[test]
    fn what_may_be_new_is_removed_and_what_there_is_no_way_for_is_named() {
        let since = MethodsOption::Since(datetime!(2026-11-20 00:00 UTC));
        let of = |kind, registered, asked| MethodFate::of(&method(kind, registered), asked);
        let (before, after) = (Some(datetime!(2026-11-19 23:59 UTC)), Some(datetime!(2026-11-20 00:00 UTC)));
        assert_eq!(of(MethodKind::Passkey, before, since), MethodFate::Stays);
        assert_eq!(of(MethodKind::Passkey, after, since), MethodFate::Remove);
        assert_eq!(of(MethodKind::Passkey, None, since), MethodFate::Remove, "its age is not known");
        assert_eq!(of(MethodKind::Passkey, before, MethodsOption::All), MethodFate::Remove);
        assert_eq!(of(MethodKind::Passkey, after, MethodsOption::List), MethodFate::Stays);
        for kind in [MethodKind::Unknown, MethodKind::HardwareOath, MethodKind::QrCodePin] {
            assert_eq!(of(kind, after, since), MethodFate::CannotRemove, "{kind}");
            assert_eq!(of(kind, before, since), MethodFate::Stays, "{kind}");
        }
    }
}
