//! A set as a person approves it: a line for each tenant.

use std::io::Write as _;
use std::path::Path;

use super::next_below;
use crate::cli::exit::{Failure, printed};
use crate::cli::json_line;
use crate::cli::lines::Lines;
use crate::cli::words::{count, counted, harmless, line_width, quoted, roster_name};
use crate::tenants::not_asked;
use crate::tenants::page::SET_HTML;
use crate::tenants::{Member, NoPlan, SetManifest, UNPLACED_CSV};
use crate::wording::too_large;

/// Shows the set on standard output. `file` names the tenants.
///
/// # Errors
///
/// It cannot be printed.
pub(super) fn show(set: &SetManifest, out: &Path, file: &Path, json: bool) -> Result<(), Failure> {
    let mut stdout = anstream::stdout();
    let written = if json {
        json_line::write(&mut stdout, set)
    } else {
        let text = Lines::of(|lines| write(lines, set, out, file)).laid_out(Some(line_width()));
        stdout.write_all(text.as_bytes())
    };
    printed(written.and_then(|()| stdout.flush()))
}

fn write(lines: &mut Lines, set: &SetManifest, out: &Path, file: &Path) {
    let planned = set.planned().count() as u64;
    lines.labelled("Playbook", format_args!("{}: {}", set.playbook, set.playbook.summary()));
    lines.labelled("Roster", format_args!("{}, {}", roster_name(&set.roster), counted(set.rows, "row", "rows")));
    let all = counted(set.tenants.len() as u64, "tenant", "tenants");
    let have = if planned == 1 { "has" } else { "have" };
    lines.labelled("Tenants", format_args!("{all} in {}, {} {have} a plan", quoted(file), count(planned)));
    lines.blank();
    let width =
        set.tenants.iter().map(|member| member.name.as_str().len()).max().unwrap_or_default().max("tenant".len());
    lines.whole(format_args!("{:<width$}  {:>7}  {:>7}  {:>7}  plan", "tenant", "rows", "changed", "refused"));
    for member in &set.tenants {
        let Member { name, accounts, refused, .. } = member;
        let lead = format!(
            "{:<width$}  {:>7}  {:>7}  {:>7}  ",
            name.as_str(),
            set.known_rows(member),
            count(*accounts),
            count(*refused)
        );
        match (&member.plan, &member.no_plan) {
            (Some(plan), _) if member.too_large.is_some() => {
                lines.at(lead, format_args!("{}  TOO LARGE: see below", plan.short()));
            }
            (Some(plan), _) => lines.whole(format_args!("{lead}{}", plan.short())),
            (None, Some(NoPlan::Failed(failure))) => {
                let indent = lead.len();
                lines.at(lead, format_args!("NO PLAN: {}", harmless(failure.what())));
                next_below::write(lines, indent, &failure.next());
            }
            (None, _) => lines.whole(format_args!("{lead}-")),
        }
    }
    lines.blank();
    if set.unplaced > 0 {
        let rows = counted(
            set.unplaced,
            "row belongs to no tenant, and nothing is done about it",
            "rows belong to no tenant, and nothing is done about them",
        );
        let list = quoted(&out.join(UNPLACED_CSV));
        lines.labelled("Unplaced", format_args!("{rows}: {list}"));
        if let Some(sentence) = not_asked::sentence(set) {
            lines.labelled("", sentence);
        }
    }
    write_too_large(lines, set, file);
    lines.labelled("Page", format_args!("{}, for the person who approves", out.join(SET_HTML).display()));
    lines.blank();
    if set.accounts == 0 {
        lines.text("No account would be changed: there is nothing to apply.");
        return;
    }
    let accounts = counted(set.accounts, "account", "accounts");
    let tenants = counted(planned, "tenant", "tenants");
    lines.text(format_args!("Nothing has been changed. To change {accounts} in {tenants}:"));
    lines.command(
        2,
        format_args!("sealoff apply {} --tenants {} --confirm {}", quoted(out), quoted(file), set.phrase()),
    );
}

/// So many plans that are too large are named; the page has all of them.
const MAX_NAMED: usize = 10;

/// Which plans are refused before their numbers are named, and where to name them: one number for all tenants would switch
/// the guard off in those that are larger.
fn write_too_large(lines: &mut Lines, set: &SetManifest, file: &Path) {
    let number = set.too_large().count();
    if number == 0 {
        return;
    }
    let plans = counted(
        number as u64,
        "plan is not carried out before its number is named",
        "plans are not carried out before their numbers are named",
    );
    lines.labelled("Too large", format_args!("{plans}; the other tenants do not wait for that"));
    for (member, too_large) in set.too_large().take(MAX_NAMED) {
        lines.labelled("", format_args!("{}: {}", member.name, too_large::sentence_of(member.accounts, too_large)));
    }
    if number > MAX_NAMED {
        lines.labelled("", format_args!("and {}: {SET_HTML} has all of them", count((number - MAX_NAMED) as u64)));
    }
    lines.blank();
    lines.text(format_args!("Read them. If all of these people are meant, say so in {}, before apply:", quoted(file)));
    for (member, _) in set.too_large().take(MAX_NAMED) {
        lines.command(2, format_args!("[tenants.{}]", member.name));
        lines.command(2, format_args!("max_accounts = {}", member.accounts));
    }
    lines.blank();
}
