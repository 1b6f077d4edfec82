//! A list of nothing but people, several on a line: a pasted To: line, a list of a programming language, names with semicolons
//! between them.

use super::choice::Keys;
use super::column::NamedColumn;
use super::columns::Columns;
use super::comment::is_commented;
use super::people_in;
use super::read_options::ReadOptions;

/// Enough lines to see that nothing else is on them.
const LINES: usize = 50;

/// The columns of such a list: one, which has the whole line; `None` for any other list.
///
/// `head` is the beginning of the list; `whole` says that nothing follows it.
pub(super) fn columns(head: &[u8], whole: bool, options: &ReadOptions) -> Option<Columns> {
    let has_handoff = options.handoff.is_some() && !options.handoff_may_be_missing;
    let columns = [&options.key, &options.wave, &options.pass_from];
    if columns.into_iter().any(Option::is_some) || has_handoff || options.only.is_some() {
        return None;
    }
    let head = without_what_is_cut_off(std::str::from_utf8(head).ok()?, whole);
    let is_read = |line: &&str| !line.trim().is_empty() && !is_commented(line.as_bytes());
    let lines: Vec<&str> = head.split(['\n', '\r']).filter(is_read).take(LINES).collect();
    let people = |line: &&str| people_in::people(line, options.by).map(|people| people.len());
    let numbers: Vec<usize> = lines.iter().map(people).collect::<Option<_>>()?;
    let has_names = |line: &str| line.contains('<');
    let most = numbers.iter().max().copied()?;
    if most < 2 && !lines.iter().any(|line| has_names(line) && line.contains('"')) {
        return None;
    }
    // The same few addresses on every line may be columns: people and their managers.
    let may_be_columns = (2..=3).contains(&most)
        && lines.len() > 1
        && numbers.iter().all(|number| *number == most)
        && !lines.iter().any(|line| has_names(line) || people_in::has_label(line));
    (!may_be_columns).then(|| Columns::keyed(1, 1, options.by, Keys::only(NamedColumn::numbered(0))))
}

/// Without the line that the end of the head cuts in two; of one line alone, without its last name.
fn without_what_is_cut_off(head: &str, whole: bool) -> &str {
    if whole {
        return head;
    }
    let end = head.trim_end().rfind(['\n', '\r']).or_else(|| head.rfind([';', ',', '|']));
    end.map_or(head, |end| &head[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_people_are_no_columns() {
        let is_one = |text: &str| columns(text.as_bytes(), true, &ReadOptions::default()).is_some();
        for text in [
            "ada@b.com; eve@b.com\n",
            "ada@b.com;eve@b.com;bob@b.com\nkim@b.com\n",
            "\"Lovelace, Ada\" <ada@b.com>; Eve <eve@b.com>",
            "\"Lovelace, Ada\" <ada@b.com>\n\"Byron, Eve\" <eve@b.com>\n",
            "To: ada@b.com, eve@b.com\nCc: bob@b.com\n",
            "To: ada@b.com; eve@b.com\nBcc: bob@b.com; kim@b.com\n",
            "# leavers\n['ada@b.com', 'eve@b.com']\n",
        ] {
            assert!(is_one(text), "{text}");
        }
        for text in [
            "ada@b.com,boss@b.com\neve@b.com,boss@b.com\n",
            "ada@b.com\neve@b.com\n",
            "user\nada@b.com; eve@b.com\n",
            "ada@b.com,Ada\n",
            "",
        ] {
            assert!(!is_one(text), "{text}");
        }
    }

    #[test]
    fn the_end_of_the_head_cuts_no_person_in_two() {
        assert_eq!(without_what_is_cut_off("ada@b.com; eve@b.com; bo", false), "ada@b.com; eve@b.com");
        assert_eq!(without_what_is_cut_off("ada@b.com\nbo", false), "ada@b.com");
    }
}
