//! What to do next about a tenant, below the line that is about it.

use crate::cli::lines::Lines;
use crate::cli::words::harmless;
use crate::wording::worded_step::WordedStep;

/// Writes it, indented by so many columns, each command on a line of its own.
pub(super) fn write(lines: &mut Lines, indent: usize, next: &[WordedStep]) {
    for WordedStep { what, command } in next {
        let lead = format!("{:indent$}", "");
        match command {
            Some(command) => {
                lines.at(lead, format_args!("{}:", harmless(what)));
                lines.command(indent + 2, harmless(command));
            }
            None => lines.at(lead, harmless(what)),
        }
    }
}
