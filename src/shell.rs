//! The shell into which a reader pastes what is printed.

use std::path::Path;

/// A shell, by the way in which it sets variables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shell {
    /// sh, bash, zsh and their like.
    Sh,
    /// fish.
    Fish,
    /// Windows PowerShell and PowerShell.
    Powershell,
    /// The command prompt of Windows.
    Cmd,
}

impl Shell {
    /// The one from which this process was most likely started: on Windows PowerShell or the command prompt, elsewhere one
    /// that understands `sh`.
    pub fn here() -> Self {
        let variable = |name| std::env::var(name).ok();
        if cfg!(windows) { Self::of_windows(variable("PROMPT"), variable("PSModulePath")) } else { Self::Sh }
    }

    /// The command prompt sets PROMPT; PowerShell puts folders of the user's own before those of the machine.
    fn of_windows(prompt: Option<String>, modules: Option<String>) -> Self {
        let is_own = |folder: &str| {
            let folder = folder.trim_end_matches('\\').to_ascii_lowercase();
            folder.ends_with(r"powershell\modules") && !folder.contains(r"\program files\")
        };
        let in_powershell = modules.is_some_and(|folders| folders.split(';').any(is_own));
        if prompt.is_some() && !in_powershell { Self::Cmd } else { Self::Powershell }
    }

    /// A path as one word of a command line.
    ///
    /// What PowerShell is given in double quotes the command prompt takes as well: a person on Windows may sit before either.
    pub fn word(self, path: &Path) -> String {
        let text = path.display().to_string();
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '_' | '-' | ':' | '\\');
        match self {
            // There a backslash is a letter's escape.
            Self::Sh | Self::Fish if text.contains('\\') => self.single_quoted(&text),
            _ if !text.is_empty() && text.chars().all(is_plain) => text,
            Self::Sh | Self::Fish => self.single_quoted(&text),
            // In double quotes it would put in what a variable holds.
            Self::Powershell if text.contains(['$', '`', '"', '“', '”', '„']) => self.single_quoted(&text),
            // Before the closing quote, a backslash makes that a part of the name.
            Self::Powershell | Self::Cmd => format!("\"{}\"", text.trim_end_matches('\\')),
        }
    }

    fn single_quoted(self, text: &str) -> String {
        match self {
            Self::Sh => format!("'{}'", text.replace('\'', r"'\''")),
            Self::Fish => format!("'{}'", text.replace('\\', r"\\").replace('\'', r"\'")),
            // PowerShell takes typographic quotes for quotes, too.
            Self::Powershell => {
                let doubled = text.chars().flat_map(|c| {
                    std::iter::repeat_n(c, if matches!(c, '\'' | '‘' | '’' | '‚' | '‛') { 2 } else { 1 })
                });
                format!("'{}'", doubled.collect::<String>())
            }
            Self::Cmd => text.to_owned(),
        }
    }

    /// The line that sets a variable for all commands that follow.
    pub fn set(self, name: &str, value: &str) -> String {
        match self {
            Self::Sh => format!("export {name}={}", self.single_quoted(value)),
            Self::Fish => format!("set -gx {name} {}", self.single_quoted(value)),
            Self::Powershell => format!("$env:{name} = {}", self.single_quoted(value)),
            // Quotes around all of it keep blanks and signs; a percent sign would still be replaced, and none of ours has one.
            Self::Cmd => format!("set \"{name}={value}\""),
        }
    }

    /// The same commands, where a backslash at the end of a line says that the command goes on in the next one. The shells
    /// of Windows have different signs for that, so there each command is one line.
    pub fn continued(self, commands: &str) -> String {
        match self {
            Self::Sh | Self::Fish => commands.to_owned(),
            Self::Powershell | Self::Cmd => {
                let mut lines = commands.split("\\\n");
                let first = lines.next().unwrap_or_default().to_owned();
                lines.fold(first, |whole, line| whole + line.trim_start_matches(' '))
            }
        }
    }

    /// A line that the shell passes over.
    pub fn comment(self, text: &str) -> String {
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
        for shell in [Shell::Powershell, Shell::Cmd] {
            assert_eq!(shell.continued(long), "sealoff plan list.csv --out monday");
        }
    }

    #[test]
    fn the_shell_on_windows_shows_in_its_environment() {
        let of = |prompt: Option<&str>, modules: &str| {
            Shell::of_windows(prompt.map(ToOwned::to_owned), Some(modules.to_owned()))
        };
        let machine = r"C:\Program Files\WindowsPowerShell\Modules;C:\Windows\system32\WindowsPowerShell\v1.0\Modules";
        for own in
            [r"C:\Users\ada\Documents\WindowsPowerShell\Modules", r"\\files\home\ada\Documents\PowerShell\Modules"]
        {
            assert_eq!(of(Some("$P$G"), &format!("{own};{machine}")), Shell::Powershell, "{own}");
        }
        assert_eq!(of(Some("$P$G"), machine), Shell::Cmd);
        assert_eq!(of(None, machine), Shell::Powershell);
        assert_eq!(Shell::of_windows(None, None), Shell::Powershell);
    }

    #[test]
    fn a_path_is_one_word_in_each_shell() {
        let word = |shell: Shell, path: &str| shell.word(Path::new(path));
        for (path, sh, powershell, cmd) in [
            ("out/monday", "out/monday", "out/monday", "out/monday"),
            (r"out\monday", r"'out\monday'", r"out\monday", r"out\monday"),
            ("out dir", "'out dir'", "\"out dir\"", "\"out dir\""),
            (r"trail dir\", r"'trail dir\'", "\"trail dir\"", "\"trail dir\""),
            ("it's $HOME", r"'it'\''s $HOME'", "'it''s $HOME'", "\"it's $HOME\""),
            ("Ada’s $x", "'Ada’s $x'", "'Ada’’s $x'", "\"Ada’s $x\""),
            ("(a) & b;", "'(a) & b;'", "\"(a) & b;\"", "\"(a) & b;\""),
            ("", "''", "\"\"", "\"\""),
        ] {
            assert_eq!(word(Shell::Sh, path), sh);
            assert_eq!(word(Shell::Powershell, path), powershell);
            assert_eq!(word(Shell::Cmd, path), cmd);
        }
        assert_eq!(word(Shell::Fish, r"it's a\b"), r"'it\'s a\\b'");
    }
}
