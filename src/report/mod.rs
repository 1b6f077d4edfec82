//! A plan becomes a page for those who approve it, a run a page for those who ask what was done, and a password that was
//! unsealed a letter.
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
//! | `timeline` | what happened in a run as a whole, and when |
//! | `causes` | why some are not done, and how to fix it |
//! | `chart` | lines and bars over time, as SVG |
//! | `run_facts` | what a report is made of |
//! | `run_sections`, `run_listing` | what a report says, and the rows for its script |
//! | [`refused`] | the rows of the list that were not touched, as a roster |
//! | [`run_page`] | `report.html` of a run's folder |
//! | [`evidence`], [`signing`] | all of a run in one archive, each file with its digest, signed as `ssh-keygen` checks it |
//! | [`letter`], [`spelling`] | one person's new password, to be printed and handed over, and how it is said |
//! | `assets/` | the styles and the script |

mod causes;
mod chart;
pub mod evidence;
pub mod letter;
mod limits;
mod listing;
mod page;
pub mod plan_page;
pub mod refused;
mod run_facts;
mod run_listing;
pub mod run_page;
mod run_sections;
mod sections;
pub mod shown;
pub mod signing;
pub mod spelling;
mod timeline;
