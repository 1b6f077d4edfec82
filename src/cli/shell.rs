//! The shell into which a reader pastes what is printed.

use clap::ValueEnum;

/// A shell, by the way in which it sets variables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Shell {
    /// sh, bash, zsh and their like
    Sh,
    /// fish
    Fish,
    /// Windows PowerShell and PowerShell
    Powershell,
    /// The command prompt of Windows
    Cmd,
}

impl Shell {
    /// The usual one of this platform.
    pub(super) const fn of_platform() -> Self {
        if cfg!(windows) { Self::Powershell } else { Self::Sh }
    }

    /// The line that sets a variable for all commands that follow.
    pub(super) fn set(self, name: &str, value: &str) -> String {
        match self {
            Self::Sh => format!("export {name}='{}'", value.replace('\'', r"'\''")),
            Self::Fish => format!("set -gx {name} '{}'", value.replace('\\', r"\\").replace('\'', r"\'")),
            Self::Powershell => format!("$env:{name} = '{}'", value.replace('\'', "''")),
            // Quotes around all of it keep blanks and signs; a percent sign would still be replaced, and none of ours has one.
            Self::Cmd => format!("set \"{name}={value}\""),
        }
    }

    /// The same commands, where a backslash at the end of a line says that the command goes on in the next one.
    pub(super) fn continued(self, commands: &str) -> String {
        match self {
            Self::Sh | Self::Fish => commands.to_owned(),
            Self::Powershell => commands.replace("\\\n", "`\n"),
            Self::Cmd => commands.replace("\\\n", "^\n"),
        }
    }

    /// A line that the shell passes over.
    pub(super) fn comment(self, text: &str) -> String {
        match self {
            Self::Sh | Self::Fish | Self::Powershell => format!("# {text}"),
            Self::Cmd => format!("rem {text}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_shell_sets_a_variable_in_its_own_way() {
        let set = |shell: Shell| shell.set("NAME", "it's C:\\x");
        assert_eq!(set(Shell::Sh), r"export NAME='it'\''s C:\x'");
        assert_eq!(set(Shell::Fish), r"set -gx NAME 'it\'s C:\\x'");
        assert_eq!(set(Shell::Powershell), r"$env:NAME = 'it''s C:\x'");
        assert_eq!(set(Shell::Cmd), "set \"NAME=it's C:\\x\"");
        assert_eq!(Shell::Cmd.comment("x"), "rem x");
        let long = "sealoff plan list.csv \\\n    --out monday";
        assert_eq!(Shell::Sh.continued(long), long);
        assert_eq!(Shell::Powershell.continued(long), "sealoff plan list.csv `\n    --out monday");
    }
}
