//! A plan becomes a page for those who approve it, a run a page for those who ask what was done, and a password that was
//! unsealed a letter.
//!
//! A page is one file that needs nothing else: no font, picture, script or style comes from anywhere, and its own
//! Content-Security-Policy forbids that anything does. It is a projection: it can be made again, nothing reads it back,
//! and no fingerprint covers it. Whatever comes from the roster or the directory is a stranger's text and goes onto the
//! page through [`page_text`] alone.
//!
//! | file | what it does |
//! | --- | --- |
//! | [`page_text`] | strangers' text, harmless in HTML and in the JSON inside it |
//! | `head`, `page` | the head with its policy, for all of them; the shell of those with tables |
//! | `frame` | the frame of every page: masthead, figures, the people, where it comes from |
//! | `legend`, `listing` | the rows in the form in which the page's script gets them, and which rows a page lists |
//! | [`plan_page`], `plan_sections` | `plan.html` of a plan's folder, and what it says |
//! | `timeline` | what happened in a run as a whole, and when |
//! | `causes` | why some are not done, and how to fix it |
//! | `floor` | how fast it could have gone at best |
//! | `containment` | how fast it went, as chart and as table |
//! | `chart` | lines and bars over time, as SVG |
//! | `target_section`, `consent_section`, `app_role_section` | what became of the targets of the plan's steps; what people allowed apps, and their roles in apps |
//! | `limits` | how much a page shows |
//! | `run_facts` | what a report is made of |
//! | [`run_page`], `run_sections` | `report.html` of a run's folder, and what it says |
//! | [`refused`] | the rows of the list that were not touched, as a roster |
//! | [`evidence`], `evidence_run` | all of a run in one archive, each file with its digest, signed as `ssh-keygen` checks it; what it says of the run |
//! | [`archive_fault`] | what about such an archive does not hold |
//! | [`verification_csv`] | what a verification found, step by step |
//! | [`letter`], [`spelling`] | one person's new password, to be printed and handed over, and how it is said |
//! | `assets/` | the styles and the script |

mod app_role_section;
pub mod archive_fault;
mod causes;
mod chart;
mod consent_section;
mod containment;
pub mod evidence;
pub mod evidence_run;
mod floor;
mod frame;
mod head;
mod legend;
pub mod letter;
mod limits;
mod listing;
mod page;
pub mod page_text;
pub mod plan_page;
mod plan_sections;
pub mod refused;
mod run_facts;
pub mod run_page;
mod run_sections;
pub mod spelling;
mod target_section;
mod timeline;
pub mod verification_csv;
