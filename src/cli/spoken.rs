//! Passwords for a person at a terminal: each on a line of its own, and spelled out for the telephone.

use std::io::{self, Write};

use super::opened_secret::OpenedPass;
use super::words::{harmless, line_width};
use crate::report::spelling::{groups, said};
use crate::seal::{Password, SealedRow};
use crate::words::second_here;

/// Prints the passwords of one person after the other.
pub(super) struct SpokenPasswords<'a> {
    out: &'a mut dyn Write,
    /// Is each password spelled out?
    spells: bool,
    width: usize,
}

impl<'a> SpokenPasswords<'a> {
    pub(super) fn new(out: &'a mut dyn Write, spells: bool) -> Self {
        Self { out, spells, width: line_width() }
    }

    /// All that was opened of one account, the password to try first on top.
    pub(super) fn account(
        &mut self,
        row: &SealedRow,
        opened: &[(Option<usize>, Password)],
        pass: Option<&OpenedPass>,
    ) -> io::Result<()> {
        if opened.is_empty() && pass.is_none() {
            return Ok(());
        }
        let name = harmless(&row.user_principal_name);
        match row.display_name.trim() {
            "" => writeln!(self.out, "{name}")?,
            display => writeln!(self.out, "{}, {name}", harmless(display))?,
        }
        if row.is_blocked {
            writeln!(self.out, "  Sign-in is blocked: the password is of no use until it is allowed again.")?;
        }
        if opened.len() > 1 {
            writeln!(self.out, "  It is not known which of these is the one. Try them in this order.")?;
        }
        for (_, password) in opened.iter().rev() {
            self.password(password)?;
        }
        if let Some(OpenedPass { pass, times }) = pass {
            let uses = if times.once { "one sign-in" } else { "any number of sign-ins" };
            writeln!(self.out, "  A temporary access pass, for {uses}:")?;
            writeln!(self.out, "    from {}", second_here(times.from))?;
            writeln!(self.out, "    until {}", second_here(times.until))?;
            self.password(pass)?;
        }
        writeln!(self.out)
    }

    pub(super) fn finish(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    /// Its letters stand together wherever they fit: what a terminal breaks at its margin is typed wrong.
    fn password(&mut self, password: &Password) -> io::Result<()> {
        let text = password.expose();
        if text.len() + 2 <= self.width {
            writeln!(self.out, "  {text}")?;
        } else {
            writeln!(self.out, "  One password, whose lines belong together without a blank:")?;
            let last = groups(text).count().saturating_sub(1);
            for (index, group) in groups(text).enumerate() {
                writeln!(self.out, "  {group}{}", if index < last { "-" } else { "" })?;
            }
        }
        if !self.spells {
            return Ok(());
        }
        for (index, group) in groups(text).enumerate() {
            if index > 0 {
                writeln!(self.out, "    hyphen")?;
            }
            self.spelled(group)?;
        }
        Ok(())
    }

    /// Written word by word: a text of all of them would leave a copy of the password in memory.
    fn spelled(&mut self, group: &str) -> io::Result<()> {
        let mut used = 0;
        let last = group.chars().count().saturating_sub(1);
        for (index, sign) in group.chars().enumerate() {
            let word = said(sign);
            if used > 0 && used + word.len() + 2 > self.width {
                writeln!(self.out)?;
                used = 0;
            }
            let lead = if used == 0 { "    " } else { " " };
            write!(self.out, "{lead}{word}{}", if index < last { "," } else { "" })?;
            used += lead.len() + word.len() + 1;
        }
        writeln!(self.out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spoken(password: &str, spells: bool, width: usize, is_blocked: bool) -> String {
        let row = SealedRow {
            row: "7".to_owned(),
            sheet_row: String::new(),
            user: "ada".to_owned(),
            object_id: Err(String::new()),
            user_principal_name: "ada@contoso.com".to_owned(),
            display_name: "Ada Lovelace".to_owned(),
            is_blocked,
            organization: String::new(),
            candidates: Vec::new(),
            pass: None,
        };
        let mut out = Vec::new();
        let mut printed = SpokenPasswords { out: &mut out, spells, width };
        printed.account(&row, &[(None, Password::of(password.to_owned()))], None).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_password_stands_on_a_line_of_its_own_below_its_person() {
        assert_eq!(spoken("Vg7-ab", false, 80, false), "Ada Lovelace, ada@contoso.com\n  Vg7-ab\n\n");
        assert!(spoken("Vg7-ab", false, 80, true).contains("of no use until"));
    }

    #[test]
    fn what_is_spelled_says_every_sign_and_the_hyphens() {
        let said = spoken("Vg7-ab", true, 80, false);
        assert!(said.contains("    capital VICTOR, golf, seven\n    hyphen\n    alfa, bravo\n"), "{said}");
    }

    #[test]
    fn no_password_is_broken_inside_of_a_word_at_the_margin() {
        let phrase = "correct-horse-battery-staple-marvellous-Zebra7";
        let said = spoken(phrase, false, 30, false);
        assert!(said.lines().all(|line| line.len() <= 62), "{said}");
        let lines: String = said.lines().skip(2).map(str::trim).collect();
        assert_eq!(lines, phrase);
    }
}
