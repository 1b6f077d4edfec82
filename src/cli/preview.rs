//! A plan as a person approves it.

use std::io::{self, Write};
use std::time::Duration;

use anstyle::{AnsiColor, Color, Style};
use schemars::JsonSchema;
use serde::Serialize;
use strum::IntoEnumIterator as _;

use super::apps;
use super::handoff;
use super::json_line;
use super::lines::Lines;
use super::messages;
use super::spinner::Spinner;
pub(super) use super::words::quoted;
use super::words::{at_least, count, counted, fitting, harmless, line_count, line_width, moment, roster_name, span};
use crate::graph::quota::Allowance;
use crate::json::DocumentVersion;
use crate::plan::examples::Examples;
use crate::plan::folder::{
    APP_ROLES, CONSENTS, DEVICES, ONPREM_CSV, OpeningPlan, PLAN_CSV, PLAN_HTML, PlanFolder, REFUSED, WAYS_IN,
};
use crate::plan::handoff::Handoff;
use crate::plan::manifest::Manifest;
use crate::plan::planning_progress::PlanningProgress;
use crate::plan::playbook::Schedule;
use crate::plan::reason::Reason;
use crate::plan::row::Decision;
use crate::plan::summary::{ReasonLine, Summary};
use crate::report::plan_page::{self, PageError};
use crate::report::refused;
use crate::seal::recipient_name;
use crate::step::Step;
use crate::wording;
use crate::wording::decision::{DISCARDED, UNPROTECTED};
use crate::wording::pace::shortest_of_plan;
use crate::wording::{app_roles, consents, devices, new_passwords, passes, plan_command, too_large, waves, ways_in};

/// The rows of one decision that have one reason, with the reason for people.
#[derive(JsonSchema, Serialize)]
pub(super) struct WordedReason<'a> {
    #[serde(flatten)]
    line: &'a ReasonLine,
    /// The reason for people.
    sentence: &'static str,
}

/// The preview, as `--json` prints it.
#[derive(JsonSchema, Serialize)]
pub(super) struct PlanDocument<'a> {
    sealoff_plan: DocumentVersion,
    #[serde(flatten)]
    summary: &'a Summary,
    /// The reasons behind the decisions, by decision and then by reason.
    reasons: Vec<WordedReason<'a>>,
    /// How many seconds the writes that have a pace of their own take where Graph lets no more through than that pace begins
    /// with; `floor_seconds` has the fast end.
    #[serde(skip_serializing_if = "Option::is_none")]
    slow_end_seconds: Option<u64>,
}

/// Shows the preview on standard output.
pub(super) fn show(summary: &Summary, json: bool) {
    let mut out = anstream::stdout();
    let written = if json {
        let worded = |line| WordedReason { line, sentence: wording::reason::sentence(line.reason) };
        let reasons = summary.reasons.iter().map(worded).collect();
        let slow_end_seconds =
            summary.plan.targets().slow_end(summary.plan.by_person()).map(|slow| slow.as_secs_f64().ceil() as u64);
        let line = PlanDocument { sealoff_plan: DocumentVersion, summary, reasons, slow_end_seconds };
        json_line::write(&mut out, &line)
    } else {
        out.write_all(page(summary).as_bytes())
    };
    note_unprinted(written.and_then(|()| out.flush()));
}

/// Reads a plan back that was just made, and writes its page beside it in the same pass. What fails of this takes nothing
/// from the plan, and is no failure.
pub(super) fn read_back(summary: &Summary) -> Option<PlanFolder> {
    let page =
        OpeningPlan::begin(&summary.folder).map_err(PageError::from).and_then(|plan| plan_page::write(plan, &[]));
    let noted = |error| match error {
        PageError::Write(_) => {
            messages::note(format_args!("there is no page of this plan, and the plan itself is whole: {error}"));
        }
        error => messages::note(format_args!("there is no page of this plan: {error}")),
    };
    let plan = page.map_err(noted).ok()?;
    if let Err(error) = refused::of_plan(&plan) {
        messages::note(format_args!("there is no {REFUSED}, and the plan itself is whole: {error}"));
    }
    Some(plan)
}

/// A reader that has seen enough is no failure, and neither is a full disk behind standard output: what was done is done,
/// and the exit code must say so.
pub(super) fn note_unprinted(written: io::Result<()>) {
    if let Err(error) = written
        && error.kind() != io::ErrorKind::BrokenPipe
    {
        messages::note(format_args!("standard output could not be written: {error}"));
    }
}

/// A run that takes longer is worth another app.
const WORTH_ANOTHER_APP: Duration = Duration::from_secs(120);
/// What explains a decision or a reason begins here.
const EXPLANATION: usize = 19;
/// Examples begin here.
const EXAMPLE: usize = 21;
/// The prompt of the shell stands below the last line.
const LINES_OF_PROMPT: usize = 1;

/// How many apps are shown.
const MAX_APPS_SHOWN: usize = 10;
/// How many waves are shown with their commands.
const MAX_WAVES_SHOWN: usize = 10;

/// How many remedies of rows that cannot be read are shown.
const MAX_REMEDIES: usize = 3;

/// How much is said of each reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Detail {
    /// What it means, and so many rows.
    Examples(usize),
    /// How many rows.
    Counts,
}

/// The preview with as many examples as the screen has room for. Who has no screen, or asks for more, gets all that were kept.
fn page(summary: &Summary) -> String {
    let width = line_width();
    let page = |detail: Detail| Lines::of(|out| write(out, summary, width, detail)).laid_out(Some(width));
    match line_count().filter(|_| !messages::is_verbose()) {
        None => page(Detail::Examples(usize::MAX)),
        Some(lines) => {
            let fits = |page: &String| page.lines().count() + LINES_OF_PROMPT <= lines;
            [10, 5, 3, 2, 1, 0]
                .map(Detail::Examples)
                .into_iter()
                .map(page)
                .find(fits)
                .unwrap_or_else(|| page(Detail::Counts))
        }
    }
}

fn write(out: &mut Lines, summary: &Summary, width: usize, detail: Detail) {
    let plan = &summary.plan;
    write_head(out, plan);
    out.blank();
    write_decisions(out, summary, width, detail);
    if detail != Detail::Counts {
        out.blank();
    }
    write_left_with_nothing(out, plan);
    out.labelled("Steps", steps(plan));
    if let Some(sentence) = faster(plan) {
        out.labelled("", sentence);
    }
    write_passwords(out, summary);
    write_on_premises(out, summary, detail);
    write_ways_in(out, summary, detail);
    write_consents(out, summary, detail);
    write_app_roles(out, summary, detail);
    write_risk(out, plan);
    write_files(out, summary, detail);
    out.blank();
    if plan.accounts() == 0 {
        out.text("No account would be changed: there is nothing to apply.");
    } else {
        let accounts = counted(plan.accounts().into(), "account", "accounts");
        let Some(waves) = &plan.waves else {
            out.text(format_args!("Nothing has been changed. To change {accounts}:"));
            return out.command(2, plan_command::apply(&summary.folder, plan));
        };
        out.text(format_args!("Nothing has been changed. To change {accounts}, wave by wave:"));
        for wave in waves.waves.iter().take(MAX_WAVES_SHOWN) {
            out.command(2, plan_command::apply_wave(&summary.folder, plan, wave));
        }
        if waves.waves.len() > MAX_WAVES_SHOWN {
            out.text(format_args!("and so on; all of them: {}", waves::names(waves)));
        }
    }
}

/// What the plan is for.
fn write_head(out: &mut Lines, plan: &Manifest) {
    out.labelled("Tenant", format_args!("{} ({})", harmless(&plan.tenant.name), plan.tenant.id));
    out.labelled("Playbook", format_args!("{}: {}", plan.playbook, plan.playbook.summary()));
    if let Some(caution) = wording::playbook::caution(plan.playbook) {
        out.labelled("", caution);
    }
    let rows = counted(plan.roster.rows.into(), "row", "rows");
    let shape = harmless(&plan.roster.read_as);
    out.labelled("Roster", format_args!("{}, {rows} ({shape})", roster_name(&plan.roster.name)));
    match &plan.protected {
        Some(list) => {
            let accounts = counted(list.accounts.into(), "account", "accounts");
            let list = harmless(&list.name);
            out.labelled("Protected", format_args!("{accounts} in {list} will not be touched, on the roster or not"));
        }
        None => out.labelled("Protected", UNPROTECTED),
    }
    if let Some(since) = plan.options.since {
        out.labelled("Since", format_args!("sessions that were ended at {} or later count as ended", moment(since)));
    }
    for note in wording::note::of_plan(plan) {
        out.labelled("Note", harmless(&note));
    }
}

/// What is left to do elsewhere.
fn write_on_premises(out: &mut Lines, summary: &Summary, detail: Detail) {
    let plan = &summary.plan;
    if let Some(work) = &plan.on_premises {
        let accounts = counted(work.accounts.into(), "account has", "accounts have");
        let list = summary.folder.join(ONPREM_CSV);
        let how = if detail == Detail::Counts {
            String::new()
        } else {
            let by = if work.by_script() > 0 { "onprem.ps1 does it" } else { "by hand" };
            format!(", {by} (SHA-256 {})", work.sha256.short())
        };
        let brief = match detail {
            Detail::Counts => wording::on_premises::brief(work),
            Detail::Examples(_) => String::new(),
        };
        out.labelled("On-prem", format_args!("{accounts} to be changed there, too: {}{how}{brief}", list.display()));
        if detail != Detail::Counts {
            for sentence in wording::on_premises::sentences(work, plan.options.discard_credentials) {
                out.labelled("", sentence);
            }
        }
    }
    if plan.written_back > 0 {
        out.labelled("Writeback", wording::on_premises::writeback(plan.written_back));
    }
}

/// What was made, and what keeps it from being applied as it is.
fn write_files(out: &mut Lines, summary: &Summary, detail: Detail) {
    let csv = summary.folder.join(PLAN_CSV);
    out.labelled("Plan", format_args!("{}, fingerprint {}", csv.display(), summary.fingerprint.short()));
    let page = summary.folder.join(PLAN_HTML);
    if page.exists() {
        let whom =
            if detail == Detail::Counts { "with every reason; so does -v" } else { "for the person who approves" };
        out.labelled("Page", format_args!("{}, {whom}", page.display()));
    }
    if let Some(sentence) = too_large::sentence(&summary.plan) {
        out.labelled("Guard", format_args!("{sentence}, as in the line below"));
    }
    if let Some(waves) = &summary.plan.waves {
        out.labelled("Waves", waves::headline(waves));
        out.labelled("", waves::STAY_OPEN);
    }
}

/// What people have registered: their devices, and what they sign in with beside their password.
fn write_ways_in(out: &mut Lines, summary: &Summary, detail: Detail) {
    if let Some(devices) = &summary.plan.devices {
        let mut sentences = devices::sentences(devices).into_iter();
        let first = sentences.next().unwrap_or_default();
        out.labelled("Devices", format_args!("{first}: {}", summary.folder.join(DEVICES).display()));
        sentences.for_each(|sentence| out.labelled("", sentence));
    }
    let Some(methods) = &summary.plan.methods else { return };
    let list = summary.folder.join(WAYS_IN);
    out.labelled("Ways in", format_args!("{}: {}", ways_in::headline(methods), list.display()));
    if detail != Detail::Counts {
        for (&kind, ages) in &methods.kinds {
            let number = count(ages.all().into());
            out.at(format_args!("{:11}{number:>6}  ", ""), ways_in::of_kind(methods, kind, ages));
        }
        for sentence in ways_in::unknown_types(methods).into_iter().chain(ways_in::people(methods)) {
            out.labelled("", harmless(&sentence));
        }
    }
    for sentence in ways_in::removal(methods) {
        out.labelled("", sentence);
    }
}

/// What its people allowed apps to do.
fn write_consents(out: &mut Lines, summary: &Summary, detail: Detail) {
    let Some(listed) = &summary.plan.consents else { return };
    let list = summary.folder.join(CONSENTS);
    out.labelled("Apps", format_args!("{}: {}", consents::headline(listed), list.display()));
    if detail != Detail::Counts {
        for app in listed.apps.iter().take(MAX_APPS_SHOWN) {
            let line = consents::of_app(app, listed.asked.deletes());
            out.at(format_args!("{:11}{:>6}  ", "", count(app.consents.into())), harmless(&line));
        }
        let hidden = listed.apps.len().saturating_sub(MAX_APPS_SHOWN) as u64 + u64::from(listed.more_apps);
        if hidden > 0 {
            out.labelled("", format_args!("{} more", counted(hidden, "app", "apps")));
        }
        if let Some(sentence) = consents::not_read(listed) {
            out.labelled("", sentence);
        }
    }
    for sentence in consents::deletion(listed) {
        out.labelled("", harmless(&sentence));
    }
}

/// The roles that its people hold in apps.
fn write_app_roles(out: &mut Lines, summary: &Summary, detail: Detail) {
    let Some(listed) = &summary.plan.app_roles else { return };
    out.labelled(
        "App roles",
        format_args!("{}: {}", app_roles::headline(listed), summary.folder.join(APP_ROLES).display()),
    );
    if detail != Detail::Counts {
        for app in listed.apps.iter().take(MAX_APPS_SHOWN) {
            let held = u64::from(app.own) + u64::from(app.through_groups);
            out.at(format_args!("{:11}{:>6}  ", "", count(held)), harmless(&app_roles::of_app(app)));
        }
        let hidden = listed.apps.len().saturating_sub(MAX_APPS_SHOWN) as u64 + u64::from(listed.more_apps);
        if hidden > 0 {
            out.labelled("", format_args!("{} more", counted(hidden, "app", "apps")));
        }
        if let Some(sentence) = app_roles::unknown_people(listed) {
            out.labelled("", sentence);
        }
    }
    if listed.assignments > 0 {
        out.labelled("", app_roles::STAY);
    }
}

/// What is said of the risk of its people when all else is done.
fn write_risk(out: &mut Lines, plan: &Manifest) {
    let Some(risk) = &plan.risk else { return };
    for (index, sentence) in wording::risk::of_plan(risk, plan.playbook).iter().enumerate() {
        out.labelled(if index == 0 { "Risk" } else { "" }, sentence);
    }
}

/// Who can open the new passwords.
fn write_passwords(out: &mut Lines, summary: &Summary) {
    let plan = &summary.plan;
    if plan.options.discard_credentials {
        out.labelled("Passwords", DISCARDED);
    } else if let Some(handoff) = plan.handoff.as_ref().filter(|_| plan.seals()) {
        let keys = handoff.common_keys().filter(|_| handoff.shares.len() > 1 && handoff.escrow.is_empty());
        match keys {
            Some(keys) => write_common_keys(out, plan, handoff, &keys),
            None => {
                let each = if passes::is_one(plan) { "for:" } else { "each for one of these:" };
                out.labelled("Sealed", format_args!("{}, {each}", passes::credentials(plan)));
                for (number, text) in handoff::lines(handoff) {
                    out.at(format_args!("{:11}{number:>6}  ", ""), text);
                }
            }
        }
        write_kinds(out, plan);
    } else if plan.seals() {
        let each = if passes::is_one(plan) { "for" } else { "each for" };
        let sealed = passes::credentials(plan);
        let keys = if plan.recipients.len() == 1 { "this key" } else { "every one of these keys" };
        out.labelled("Sealed", format_args!("{sealed}, {each} {keys}"));
        for recipient in &plan.recipients {
            out.labelled("", recipient_name(recipient));
        }
        write_kinds(out, plan);
    }
}

/// Who would have nothing to sign in with.
fn write_left_with_nothing(out: &mut Lines, plan: &Manifest) {
    if let Some(sentence) = passes::left_with_nothing(plan) {
        out.labelled("No way in", sentence);
    }
}

/// What the new passwords are like, and the passes.
fn write_kinds(out: &mut Lines, plan: &Manifest) {
    if plan.sealed() > 0 {
        out.labelled("Passwords", harmless(&new_passwords::sentence(plan)));
    } else if plan.counts.steps[Step::Reset] > 0 {
        out.labelled("Passwords", passes::PASSWORD_THROWN_AWAY);
    }
    for (index, sentence) in passes::sentences(plan).iter().enumerate() {
        out.labelled(if index == 0 { "Passes" } else { "" }, sentence);
    }
}

/// Packets that all open by the same keys: each key is shown once.
fn write_common_keys(out: &mut Lines, plan: &Manifest, handoff: &Handoff, keys: &[String]) {
    let passwords = passes::credentials(plan);
    let opened_by = if keys.len() == 1 { "this key" } else { "these keys" };
    out.labelled("Sealed", format_args!("{passwords}, {}, opened by {opened_by}", handoff::in_packets(handoff)));
    for key in keys {
        out.labelled("", recipient_name(key));
    }
    out.labelled("", handoff::who(handoff));
}

fn write_decisions(out: &mut Lines, summary: &Summary, width: usize, detail: Detail) {
    for decision in Decision::iter() {
        let rows = summary.plan.counts.of(decision).rows;
        if rows == 0 && detail == Detail::Counts {
            continue;
        }
        // Colour is an addition: it is taken off where there is no terminal, and says nothing that the word does not.
        let style = if rows == 0 { Style::new().dimmed() } else { style_of(decision) };
        let (name, number) = (decision.name(), count(rows.into()));
        out.at(format_args!("{style}{name:<8}{style:#} {number:>8}  "), wording::decision::meaning(decision));
        let reasons = || summary.reasons.iter().filter(|line| line.decision == decision);
        let Detail::Examples(examples) = detail else {
            let counts: Vec<String> =
                reasons().map(|line| format!("{} {}", count(line.rows.into()), line.reason.name())).collect();
            if !counts.is_empty() {
                out.at(" ".repeat(EXPLANATION), counts.join(", "));
            }
            continue;
        };
        for line in reasons() {
            let number = count(line.rows.into());
            let sentence = format!("{}: {}", line.reason.name(), wording::reason::sentence(line.reason));
            out.at(format_args!("         {number:>8}  "), sentence);
            if let Some(flag) = line.flag {
                let to_lift = wording::reason::to_lift(line.reason, decision);
                out.at(" ".repeat(EXPLANATION), format_args!("{to_lift}: {flag}{}", needs(line.reason)));
            }
            if let Some(flag) = wording::reason::refused_by(line.reason).filter(|_| decision == Decision::Act) {
                out.at(" ".repeat(EXPLANATION), format_args!("to refuse such rows: {flag}"));
            }
            let of_this =
                summary.examples.iter().find(|group| group.decision == decision && group.reason == line.reason);
            if let Some(group) = of_this {
                write_examples(out, group, line.rows, width, examples);
            }
            if line.reason == Reason::Unreadable {
                write_remedies(out, summary);
            }
        }
    }
}

/// What to do about the rows that cannot be read, each remedy once.
fn write_remedies(out: &mut Lines, summary: &Summary) {
    let mut said = Vec::new();
    for remedy in summary.defects.shown.iter().filter_map(|defect| defect.reason.help()) {
        if said.len() < MAX_REMEDIES && !said.contains(&remedy) {
            out.at(" ".repeat(EXPLANATION), remedy);
            said.push(remedy);
        }
    }
}

/// What the flag takes besides: the name of the role is typed into a portal, so it is never cut off.
const fn needs(reason: Reason) -> &'static str {
    match reason {
        Reason::Privileged => " (the app then needs the role Privileged Authentication Administrator)",
        _ => "",
    }
}

/// One line each: the rest stands in plan.csv.
fn write_examples(out: &mut Lines, group: &Examples, rows: u32, width: usize, examples: usize) {
    let room = width.saturating_sub(EXAMPLE).max(20);
    let shown = group.rows.len().min(examples);
    for example in &group.rows[..shown] {
        let user = harmless(&example.name);
        let user = fitting(&user, room / 2);
        let detail = if example.detail.is_empty() { String::new() } else { format!(": {}", harmless(&example.detail)) };
        let text = format!("{} {user}{detail}", example.place());
        out.whole(format_args!("{:EXAMPLE$}{}", "", fitting(&text, room)));
    }
    let more = rows.saturating_sub(u32::try_from(shown).unwrap_or(u32::MAX));
    if more > 0 && shown > 0 {
        // What is changed in spite of its reason is on no list of what was refused.
        let list = if group.decision == Decision::Refuse { REFUSED } else { PLAN_CSV };
        out.whole(format_args!("{:EXAMPLE$}and {} more in {list}", "", count(more.into())));
    }
}

const fn style_of(decision: Decision) -> Style {
    let style = Style::new().bold();
    match decision {
        Decision::Act => style.fg_color(Some(Color::Ansi(AnsiColor::Blue))),
        Decision::Already => style.fg_color(Some(Color::Ansi(AnsiColor::Green))),
        Decision::Skip => style,
        Decision::Refuse => style.fg_color(Some(Color::Ansi(AnsiColor::Red))),
    }
}

/// Which steps are done how often, and how long that takes at least.
fn steps(plan: &Manifest) -> String {
    let counted_steps = plan.counts.steps.counted();
    let named: Vec<String> = counted_steps.map(|(step, number)| format!("{} {step}", count(number.into()))).collect();
    let steps = if named.is_empty() { "none".to_owned() } else { named.join(", ") };
    let writes = counted(plan.counts.writes, "write", "writes");
    let time = shortest_of_plan(plan);
    format!("{steps}; {writes}, {time}")
}

/// What would make a long run shorter, and when the people on the list are out.
fn faster(plan: &Manifest) -> Option<String> {
    // What has a pace of its own goes no faster through more apps.
    if plan.targets().all() > 0 {
        return None;
    }
    let writes = plan.counts.writes;
    let floor = apps::floor(1, Allowance::WRITES, writes);
    if floor < WORTH_ANOTHER_APP {
        return None;
    }
    let blocked = u64::from(plan.counts.steps[Step::Block]);
    let out_after = if plan.playbook.schedule() == Schedule::Sweep && blocked > 0 {
        let all = counted(blocked, "account is", "accounts are");
        format!("{all} blocked after {}; ", at_least(apps::floor(1, Allowance::WRITES, blocked)))
    } else {
        String::new()
    };
    let three = span(apps::floor(3, Allowance::WRITES, writes));
    Some(format!("{out_after}with two more apps all of it takes {three} (sealoff help apps)"))
}

/// Says that the directory is being read.
///
/// How many rows there are is known only at the end of the roster, so there is nothing to fill a bar with.
pub(super) fn reading() -> Spinner {
    Spinner::start("reading the directory")
}

/// Shows how far that is. What takes long by nature is announced, also where no line is drawn.
pub(super) fn show_progress(spinner: &Spinner, progress: PlanningProgress) {
    match progress {
        PlanningProgress::Decided { rows } => {
            spinner.show(format!("reading the directory: {} looked up", counted(rows.into(), "row", "rows")));
        }
        PlanningProgress::ListingBegins { of, people, left, fast, slow } => {
            if left > 0 {
                spinner.beside(|| messages::note(ways_in::announcement(of, people, left, fast, slow)));
            }
        }
        PlanningProgress::Listed { of, done, people } => {
            let all = counted(people.into(), "person", "people");
            spinner.show(format!("listing {}: {} of {all}", ways_in::listed(of, "people"), count(done.into())));
        }
    }
}
