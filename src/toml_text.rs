//! What people on Windows write into TOML files: `"C:\new\desk.pem"`, which is no path there but a line end and more.

/// What is wrong with such a text, and how it is written.
pub(crate) const IN_SINGLE_QUOTES: &str = "a backslash between double quotes begins a code in TOML, as \\n is the end of a line; write paths \
     in single quotes: 'C:\\work dir\\desk.pem'";

/// The line, counted from 1, on which a text in double quotes has a backslash that stands neither for itself (`\\`), nor
/// for a quote, nor for the number of a character.
///
/// No value in our files is of several lines or has a tab in it, so that is a path.
pub(crate) fn line_with_path(text: &str) -> Option<usize> {
    let mut line = 1;
    let mut quote = None;
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match (quote, letter) {
            (_, '\n') => line += 1,
            (None, '#') => {
                letters.by_ref().find(|letter| *letter == '\n')?;
                line += 1;
            }
            (None, '"' | '\'') => quote = Some(letter),
            (Some('"'), '\\') => match letters.next()? {
                '\\' | '"' | 'u' | 'U' => {}
                _ => return Some(line),
            },
            (Some(open), letter) if open == letter => quote = None,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_windows_in_double_quotes_is_found() {
        for (text, line) in [
            ("keys = [\"C:\\work dir\\desk.pem\"]", Some(1)),
            ("# it's\nname = \"plain\"\npath = \"C:\\new\\bin.pfx\"", Some(3)),
            ("path = \"\\\\files\\temp\\x\"", Some(1)),
            ("path = \"C:\\\\work dir\\\\desk.pem\"", None),
            ("path = 'C:\\new\\bin.pfx' # \"C:\\new\"", None),
            ("name = \"caf\\u00e9 \\\"x\\\"\"", None),
            ("open = \"C:\\", None),
            ("# no end", None),
            ("", None),
        ] {
            assert_eq!(line_with_path(text), line, "{text}");
        }
    }
}
