//! What is said of each fact: its sentence and its remedy, worded once. The rooms below decide facts as values; every
//! page, screen and report asks here for the words.
//!
//! | file | facts |
//! | --- | --- |
//! | [`decision`], [`reason`] | what a plan decides about a row, and why |
//! | [`outcome`], [`proof`] | what a run did with a row, and what a verification shows of a step |
//! | [`standing`] | how far the people on the list are dealt with |
//! | [`steps`] | how far each step is |
//! | [`new_passwords`] | what new passwords are like, and where they come from |
//! | [`pace`] | how long the write quota makes a run last |
//! | [`plan_command`] | a plan, as the command that carries it out or plans once more by its rules |
//! | [`too_large`] | that a plan changes more accounts than a person means by accident |
//! | [`waves`] | the parts of a plan that are carried out one after the other |
//! | [`recipients`] | why a password cannot be sealed to what was named |
//! | [`refused_token`] | why there is no token |
//! | [`devices`] | the devices of a plan's people |
//! | [`passes`] | temporary access passes |
//! | [`risk`] | the risk of people, which is marked when all else is done |
//! | [`ways_in`] | the methods that people sign in with |
//! | [`consents`] | what people allowed apps to do in their names |
//! | [`app_roles`] | the roles that they hold in apps |
//! | [`causes`] | why accounts are not done |
//! | [`missing_role`] | that the app may not write |
//! | [`worded_step`] | a sentence and the command to type for it |
//! | [`next_steps`] | what an operator should do next |
//! | [`unreachable`](mod@unreachable) | why a service could not be reached |
//! | [`unread`] | why something could not be read |

pub mod app_roles;
pub mod causes;
pub mod consents;
pub mod decision;
pub mod devices;
pub mod missing_role;
pub mod new_passwords;
pub mod next_steps;
pub mod on_premises;
pub mod outcome;
pub mod pace;
pub mod passes;
pub mod plan_command;
pub mod playbook;
pub mod proof;
pub mod reason;
pub mod recipients;
pub mod refused_token;
pub mod risk;
pub mod standing;
pub mod steps;
pub mod too_large;
pub mod unreachable;
pub mod unread;
pub mod waves;
pub mod ways_in;
pub mod worded_step;
