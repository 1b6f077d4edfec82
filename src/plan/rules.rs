//! All that the operator laid down for one plan.

use super::playbook::Playbook;
use super::protected::Protected;

/// What is to be done, to whom not, and to whom the new passwords are sealed.
#[derive(Debug, Clone)]
pub struct Rules {
    /// Which steps are done.
    pub playbook: Playbook,
    /// Try to reset passwords that are kept on-premises, too.
    pub allow_synced: bool,
    /// Leave guests alone altogether.
    pub skip_guests: bool,
    /// Throw the new passwords away instead of sealing them.
    pub discard_credentials: bool,
    /// To whom the new passwords are sealed, in their text form.
    pub recipients: Vec<String>,
    /// Who is never touched.
    pub protected: Protected,
}

/// Rules that contradict each other, or that would lose passwords.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RulesError {
    /// Nobody could ever read the new passwords.
    #[error("the playbook {playbook} sets new passwords, and nobody is named who may read them; name a \
             recipient with --seal-to{}",
        or_discard(*playbook))]
    NoRecipient {
        /// The playbook.
        playbook: Playbook,
    },
    /// People are meant to come back, and would have no password.
    #[error(
        "the playbook {playbook} does not go with --discard-credentials; only offboard does, \
             because nobody is meant to come back"
    )]
    MayNotDiscard {
        /// The playbook.
        playbook: Playbook,
    },
    /// Keep and throw away at once.
    #[error("--discard-credentials and --seal-to contradict each other; choose one")]
    DiscardAndSeal,
}

fn or_discard(playbook: Playbook) -> &'static str {
    if playbook.may_discard_credentials() { ", or throw the passwords away with --discard-credentials" } else { "" }
}

impl Rules {
    /// The playbook as it is, nobody protected, nothing lifted, no recipient.
    #[must_use]
    pub fn of(playbook: Playbook) -> Self {
        Self {
            playbook,
            allow_synced: false,
            skip_guests: false,
            discard_credentials: false,
            recipients: Vec::new(),
            protected: Protected::nobody(),
        }
    }

    /// Makes sure that the rules agree with each other and that no password would be lost.
    ///
    /// # Errors
    ///
    /// The first contradiction.
    pub fn check(&self) -> Result<(), RulesError> {
        let playbook = self.playbook;
        match (self.discard_credentials, self.recipients.is_empty()) {
            (true, _) if !playbook.may_discard_credentials() => Err(RulesError::MayNotDiscard { playbook }),
            (true, false) => Err(RulesError::DiscardAndSeal),
            (false, true) if playbook.resets() => Err(RulesError::NoRecipient { playbook }),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_password_is_ever_lost_by_oversight() {
        for playbook in Playbook::ALL {
            let bare = Rules::of(playbook);
            let sealed = Rules { recipients: vec!["age1x".to_owned()], ..bare.clone() };
            let discarded = Rules { discard_credentials: true, ..bare.clone() };
            let both = Rules { discard_credentials: true, ..sealed.clone() };
            assert_eq!(sealed.check(), Ok(()), "{playbook}");
            match playbook {
                Playbook::Contain | Playbook::Signout => assert_eq!(bare.check(), Ok(())),
                _ => assert_eq!(bare.check(), Err(RulesError::NoRecipient { playbook })),
            }
            if playbook == Playbook::Offboard {
                assert_eq!(discarded.check(), Ok(()));
                assert_eq!(both.check(), Err(RulesError::DiscardAndSeal));
            } else {
                assert_eq!(discarded.check(), Err(RulesError::MayNotDiscard { playbook }));
                assert_eq!(both.check(), Err(RulesError::MayNotDiscard { playbook }));
            }
        }
    }
}
