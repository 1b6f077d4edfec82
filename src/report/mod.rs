//! A plan, read back from its folder, becomes a page for those who approve it; a password that was unsealed becomes a letter.
//!
//! A page is one file that needs nothing else: no font, picture, script or style comes from anywhere, and its own
//! Content-Security-Policy forbids that anything does. It is a projection: it can be made again, nothing reads it back,
//! and no fingerprint covers it. Whatever comes from the roster or the directory is a stranger's text and goes onto the
//! page through [`shown`] alone.
//!
//! | file | what it does |
//! | --- | --- |
//! | [`shown`] | strangers' text, harmless in HTML and in the JSON inside it |
//! | `page` | the shell: head, policy, style and script |
//! | `sections` | what a plan's page says, as HTML |
//! | `listing` | which rows a page lists, and in which form its script gets them |
//! | [`plan_page`] | `plan.html` of a plan's folder |
//! | [`examples`] | the first few rows behind each reason, for a preview in lines |
//! | [`letter`], [`spelling`] | one person's new password, to be printed and handed over, and how it is said |
//! | `assets/` | the styles and the script |

pub mod examples;
pub mod letter;
mod listing;
mod page;
pub mod plan_page;
mod sections;
pub mod shown;
pub mod spelling;
