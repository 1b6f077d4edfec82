//! What mailboxes are for.

use serde::Deserialize;

use super::error::LookupError;
use super::non_person::NonPersonSign;
use crate::graph::batch::{MAX_ITEMS, Read};
use crate::graph::error::GraphError;
use crate::graph::paced::Paced;
use crate::graph::transport::Transport;
use crate::ids::ObjectId;

/// What the mailboxes of some accounts show.
#[derive(Debug, Default)]
pub(super) struct Mailboxes {
    /// In the order in which they were asked for; `None` for a person's, for none, and for one that is not shown.
    pub(super) signs: Vec<Option<NonPersonSign>>,
    /// The first refusal, and how many there were. What is refused is not known, and never taken for a person's.
    pub(super) refused: Option<(GraphError, u32)>,
}

#[derive(Deserialize)]
struct PurposeOnWire {
    value: String,
}

/// The directory's own units are not what such a read costs; it is counted as the cheapest one.
const COST: u32 = 1;

impl Mailboxes {
    /// Asks for the purpose of each mailbox ("userPurpose" in "Get user mailbox settings"). Where the first batch is refused
    /// whole for want of a permission, the others are not asked.
    pub(super) async fn read<T: Transport>(paced: &Paced<'_, T>, of: &[ObjectId]) -> Result<Self, LookupError> {
        let mut read = Self::default();
        for ids in of.chunks(MAX_ITEMS) {
            if read.is_denied() {
                read.refuse_the_rest(of.len());
                break;
            }
            let url = |id| format!("/users/{id}/mailboxSettings/userPurpose");
            let reads: Vec<Read> = ids.iter().map(|id| Read::fresh(url(id))).collect();
            let answers = match paced.batch(&reads, COST).await {
                Ok(answers) => answers,
                Err(error) => {
                    let error = error.into_graphs_answer()?;
                    reads.iter().map(|_| Err(error.clone())).collect()
                }
            };
            for answer in answers {
                let sign = match answer {
                    Ok(body) => {
                        serde_json::from_str::<PurposeOnWire>(body.get()).ok().and_then(|it| sign_of(&it.value))
                    }
                    // No mailbox, or one that is on-premises.
                    Err(error) if error.status == 404 => None,
                    Err(error) => {
                        read.refuse(error);
                        None
                    }
                };
                read.signs.push(sign);
            }
        }
        Ok(read)
    }

    /// Was every mailbox refused so far?
    pub(super) fn is_denied(&self) -> bool {
        let all = u32::try_from(self.signs.len()).unwrap_or(u32::MAX);
        self.refused.as_ref().is_some_and(|(error, number)| error.status == 403 && *number == all)
    }

    fn refuse(&mut self, error: GraphError) {
        match &mut self.refused {
            Some((_, number)) => *number += 1,
            None => self.refused = Some((error, 1)),
        }
    }

    fn refuse_the_rest(&mut self, asked: usize) {
        let rest = asked - self.signs.len();
        self.signs.resize(asked, None);
        if let Some((_, number)) = &mut self.refused {
            *number += u32::try_from(rest).unwrap_or(u32::MAX);
        }
    }
}

fn sign_of(purpose: &str) -> Option<NonPersonSign> {
    match purpose {
        "shared" => Some(NonPersonSign::SharedMailbox),
        "room" => Some(NonPersonSign::RoomMailbox),
        "equipment" => Some(NonPersonSign::EquipmentMailbox),
        "linked" => Some(NonPersonSign::LinkedMailbox),
        "others" => Some(NonPersonSign::OtherMailbox),
        // A person's, or a value that is not known yet.
        _ => None,
    }
}
