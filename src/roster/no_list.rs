//! Files that are not lists, by the name that people know them by.

use super::named_lists;
use super::pasted_message;

/// A file that may hold the people and is no list of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::Display)]
pub enum NoList {
    /// `.xls`
    #[strum(to_string = "a workbook of Excel 97 to 2003 (.xls)")]
    OldExcel,
    /// `.xlsx` behind a password.
    #[strum(to_string = "a workbook that is protected by a password")]
    Protected,
    /// `.xlsb`
    #[strum(to_string = "a binary workbook of Excel (.xlsb)")]
    BinaryWorkbook,
    /// `.ods`
    #[strum(to_string = "an OpenDocument spreadsheet (.ods)")]
    OpenDocument,
    /// `.numbers`
    #[strum(to_string = "a spreadsheet of Apple Numbers")]
    Numbers,
    /// `.docx`
    #[strum(to_string = "a Word document")]
    Word,
    /// Another archive.
    #[strum(to_string = "a zip archive")]
    Archive,
    /// Another file of the form of old Office documents.
    #[strum(to_string = "an old Office document or a message of Outlook")]
    OldOffice,
    /// PDF
    #[strum(to_string = "a PDF document")]
    Pdf,
    /// RTF
    #[strum(to_string = "a document in rich text")]
    RichText,
    /// HTML, often called `.xls`.
    #[strum(to_string = "a web page (HTML), whatever its name says")]
    Html,
    /// XML of Excel 2003.
    #[strum(to_string = "an XML spreadsheet of Excel 2003")]
    XmlSpreadsheet,
    /// `Export-Clixml`
    #[strum(to_string = "objects of PowerShell in XML (Export-Clixml)")]
    Clixml,
    /// Other XML.
    #[strum(to_string = "an XML document")]
    Xml,
    /// `Format-List`
    #[strum(to_string = "a list that PowerShell printed for people to read (Format-List)")]
    PrintedList,
    /// `Format-Table`, `az -o table`
    #[strum(to_string = "a table that was printed for people to read (Format-Table, az -o table)")]
    PrintedTable,
    /// A table with a frame of `|`, `+` and `-`.
    #[strum(to_string = "a table with a drawn frame")]
    FramedTable,
    /// `@{UserPrincipalName=...}`
    #[strum(to_string = "objects of PowerShell, each written as one text")]
    ObjectTexts,
    /// `Microsoft.Graph.PowerShell.Models.MicrosoftGraphUser`
    #[strum(to_string = "the names of PowerShell's types where the objects should be")]
    TypeNames,
    /// LDIF
    #[strum(to_string = "an LDIF file (ldapsearch, ldifde)")]
    Ldif,
    /// YAML
    #[strum(to_string = "a YAML file")]
    Yaml,
    /// A message with its sender, pasted.
    #[strum(to_string = "a message, with its sender or its subject")]
    Message,
    /// A calendar or contacts.
    #[strum(to_string = "a calendar or an address book (iCalendar, vCard)")]
    Card,
    /// `users = [`, and a name on each line below.
    #[strum(to_string = "a list as a program has it, over several lines")]
    Code,
    /// `keep = [...]`, `[disable]`, `leavers:`
    #[strum(to_string = "a file of lists that have names of their own (leavers:, keep = …)")]
    NamedLists,
    /// Lines with `+` and lines with `-` in front.
    #[strum(to_string = "a comparison of two lists (lines that begin with + and lines that begin with -)")]
    Comparison,
}

/// How PowerShell writes a list that can be read.
const EXPORT: &str = "In PowerShell, end the line with: | Select-Object UserPrincipalName, DisplayName | Export-Csv list.csv \
                      -NoTypeInformation -Encoding utf8";

impl NoList {
    /// What to do.
    pub const fn help(self) -> &'static str {
        match self {
            Self::OldExcel | Self::BinaryWorkbook | Self::OpenDocument | Self::Numbers | Self::XmlSpreadsheet => {
                "Open it in Excel, LibreOffice or Numbers, and save or export it as .xlsx or \"CSV UTF-8\"."
            }
            Self::Protected => {
                "Open it in Excel and take the password off (File, Info, Protect Workbook, Encrypt with Password), or save the sheet as \"CSV UTF-8\"."
            }
            Self::Html => {
                "Open it in Excel and save it as .xlsx or \"CSV UTF-8\"; in PowerShell, write Export-Csv in place of ConvertTo-Html."
            }
            Self::Clixml => "In PowerShell: Import-Clixml FILE | Export-Csv list.csv -NoTypeInformation -Encoding utf8",
            Self::PrintedList | Self::ObjectTexts | Self::TypeNames => EXPORT,
            Self::PrintedTable | Self::FramedTable => {
                "Export the data in place of the printed table: in PowerShell, Export-Csv list.csv -NoTypeInformation -Encoding utf8 in place \
                 of Format-Table; with the Azure CLI, -o json."
            }
            Self::Ldif => {
                "On a domain controller: Get-ADUser -Filter … | Select-Object UserPrincipalName | Export-Csv list.csv -NoTypeInformation -Encoding utf8"
            }
            Self::Yaml => "Export it as JSON: with the Azure CLI, -o json.",
            Self::Message => "Copy those who are meant into a text file, one a line: a message names others, too.",
            Self::Card => "Copy those who are meant into a text file, one a line: such a file names others, too.",
            Self::Code => {
                "Write one name a line, without the lines of brackets above and below; or let the program write the list as JSON (json.dumps in \
                 Python, ConvertTo-Json in PowerShell)."
            }
            Self::NamedLists => {
                "People below some of these names may not be meant. Copy those who are meant into a file of their own, one a line, without the name of the list."
            }
            Self::Comparison => "Copy those who are meant into a text file, one a line, without the sign in front.",
            Self::Archive => "Unpack it, and name the list in it.",
            Self::Word | Self::Pdf | Self::RichText | Self::OldOffice | Self::Xml => {
                "Copy the names into a text file, one a line, or export the list as CSV where it comes from."
            }
        }
    }

    /// What the first bytes of a file show, before they are decoded.
    pub(super) fn of_first_bytes(first: &[u8]) -> Option<Self> {
        [(&b"%PDF-"[..], Self::Pdf), (b"{\\rtf", Self::RichText)]
            .into_iter()
            .find_map(|(start, what)| first.starts_with(start).then_some(what))
    }

    /// What a file in the form of old Office documents holds: its parts have their names in UTF-16.
    pub(super) fn of_compound_file(bytes: &[u8]) -> Self {
        let has = |name: &str| {
            let name: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
            bytes.windows(name.len()).any(|window| window == name)
        };
        if has("EncryptedPackage") {
            Self::Protected
        } else if has("Workbook") || has("Book") {
            Self::OldExcel
        } else {
            Self::OldOffice
        }
    }

    /// What a zip archive with these files is; `None` for a workbook.
    pub(super) fn of_archive(names: &[String]) -> Option<Self> {
        let has = |start: &str| names.iter().any(|name| name.starts_with(start));
        if has("xl/workbook.xml") {
            None
        } else if has("xl/workbook.bin") {
            Some(Self::BinaryWorkbook)
        } else if has("mimetype") && has("content.xml") {
            Some(Self::OpenDocument)
        } else if has("Index/") || has("Index.zip") {
            Some(Self::Numbers)
        } else if has("word/") {
            Some(Self::Word)
        } else {
            Some(Self::Archive)
        }
    }

    /// What the beginning of a text shows.
    pub(super) fn of_text(head: &[u8]) -> Option<Self> {
        let text = String::from_utf8_lossy(head);
        let text = text.trim_start();
        if text.starts_with('<') {
            return of_markup(text);
        }
        let all: Vec<&str> = text.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
        // So many lines show the form of a text.
        let lines: Vec<&str> = all.iter().copied().take(60).collect();
        let most = |is: &dyn Fn(&str) -> bool| lines.iter().filter(|line| is(line)).count() * 2 > lines.len();
        let is_an_object = |line: &str| line.trim_start_matches('"').starts_with("@{") && line.contains('=');
        if most(&is_an_object) {
            return Some(Self::ObjectTexts);
        }
        let is_a_type =
            |line: &str| line.starts_with("Microsoft.") && !line.contains('@') || line.starts_with("System.");
        if most(&is_a_type) {
            return Some(Self::TypeNames);
        }
        if lines.iter().any(|line| line.starts_with("dn: ") || line.starts_with("dn:: ")) && most(&is_a_property) {
            return Some(Self::Ldif);
        }
        if is_yaml(&lines) {
            return Some(Self::Yaml);
        }
        if is_a_message(&lines) || pasted_message::is_in(&all) {
            return Some(Self::Message);
        }
        if lines.first().is_some_and(|line| ["BEGIN:VCALENDAR", "BEGIN:VCARD"].contains(line)) {
            return Some(Self::Card);
        }
        if is_code(&lines) {
            return Some(Self::Code);
        }
        if named_lists::are_in(&all) {
            return Some(Self::NamedLists);
        }
        if is_a_comparison(&all) {
            return Some(Self::Comparison);
        }
        of_rules(&lines).or_else(|| of_properties(&lines))
    }
}

/// Lines with people behind a `+` and lines with people behind a `-`, and hardly any without.
fn is_a_comparison(lines: &[&str]) -> bool {
    let people = || lines.iter().filter(|line| line.contains('@'));
    let behind = |sign: char| people().filter(|line| line.starts_with(sign)).count();
    let (added, removed) = (behind('+'), behind('-'));
    added > 0 && removed > 0 && 2 * (added + removed) > people().count()
}

fn of_markup(text: &str) -> Option<NoList> {
    let start: String = text.chars().take(2000).flat_map(char::to_lowercase).collect();
    let has = |part: &str| start.contains(part);
    if has("<objs") {
        Some(NoList::Clixml)
    } else if has("mso-application progid=\"excel")
        || has("<workbook")
        || has("urn:schemas-microsoft-com:office:spreadsheet\"") && has("<?xml")
    {
        Some(NoList::XmlSpreadsheet)
    } else if [
        "<!doctype html", "<html", "<table", "<head", "<body", "<meta", "<style", "<tr>", "<tr ", "<td", "<ul", "<ol",
        "<li", "<p>", "<div",
    ]
    .into_iter()
    .any(has)
    {
        Some(NoList::Html)
    } else if has("<?xml") {
        Some(NoList::Xml)
    } else {
        None
    }
}

/// A line of dashes under the names of columns.
fn of_rules(lines: &[&str]) -> Option<NoList> {
    let made_of = |line: &str, signs: &str| line.contains("---") && line.chars().all(|c| signs.contains(c));
    lines.iter().take(8).enumerate().find_map(|(index, line)| {
        // Dashes below people separate them.
        if index > 0 && made_of(line, "- ") && !lines[..index].iter().any(|above| above.contains('@')) {
            Some(NoList::PrintedTable)
        } else if made_of(line, "-+|: =") && line.contains(['+', '|']) {
            Some(NoList::FramedTable)
        } else {
            None
        }
    })
}

/// `Name : value` with all colons below each other, or `name: value` of which the names come again.
fn of_properties(lines: &[&str]) -> Option<NoList> {
    let is_a_name = |name: &str| {
        let name = name.trim();
        !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '-'))
    };
    let colon = lines.first().and_then(|line| line.find(" : "))?.checked_add(1);
    let is_of_a_list = |line: &&&str| {
        line.find(" :").map(|at| at + 1) == colon && line.get(..colon.unwrap_or_default()).is_some_and(is_a_name)
            || line.starts_with(' ')
    };
    (lines.iter().filter(is_of_a_list).count() * 5 >= lines.len() * 4).then_some(NoList::PrintedList)
}

fn is_a_property(line: &str) -> bool {
    let name = line.trim_start().split_once(": ").map(|(name, _)| name.trim_end_matches(':'));
    name.is_some_and(|name| {
        !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | ';' | '.'))
    })
}

/// Blocks of `name: value`, each of which begins with a dash.
fn is_yaml(lines: &[&str]) -> bool {
    let begins = |line: &&&str| line.starts_with("- ") && is_a_property(line.trim_start_matches("- "));
    let goes_on = |line: &&&str| line.starts_with("  ");
    lines.iter().any(|line| begins(&line)) && lines.iter().all(|line| begins(&line) || goes_on(&line) || *line == "---")
}

/// What stands in front of the lines of a message, in the languages of Outlook: the sender, the recipients, the others, the subject.
const PARTS_OF_A_MESSAGE: [&[&str]; 4] = [
    &[
        "from:", "von:", "de :", "de:", "da:", "van:", "från:", "fra:", "od:", "差出人:", "发件人:", "寄件者:",
        "보낸 사람:", "sender:",
    ],
    &[
        "to:", "an:", "à :", "à:", "para:", "a:", "aan:", "till:", "til:", "do:", "宛先:", "收件人:", "收件者:",
        "받는 사람:",
    ],
    &["cc:", "cc :", "bcc:", "kopie:", "kopia:", "抄送:", "副本:", "참조:"],
    &[
        "subject:", "betreff:", "objet :", "objet:", "asunto:", "assunto:", "oggetto:", "onderwerp:", "ämne:", "emne:",
        "temat:", "件名:", "主题:", "主旨:", "제목:",
    ],
];

/// Two of the parts of a message, the sender or the subject among them, with an address in one of them. Pasted recipients alone
/// are a list.
fn is_a_message(lines: &[&str]) -> bool {
    let plain: Vec<String> = lines.iter().map(|line| line.trim_start().to_lowercase().replace('：', ":")).collect();
    let of = |part: &[&str]| plain.iter().find(|line| part.iter().any(|label| line.starts_with(label)));
    let found = PARTS_OF_A_MESSAGE.map(of);
    let parts = found.iter().flatten().count();
    let [sender, .., subject] = found;
    parts >= 2 && sender.or(subject).is_some() && found.iter().flatten().any(|line| line.contains('@'))
}

/// A bracket that is opened on a line of its own or behind a name (`users = [`, `$users = @(`), with people behind it.
fn is_code(lines: &[&str]) -> bool {
    let is_of_a_name = |c: char| c.is_ascii_alphanumeric() || " \t_$.:=[]".contains(c);
    let opens = |line: &str| {
        let name = ["@(", "[", "(", "{"].iter().find_map(|bracket| line.strip_suffix(bracket));
        name.is_some_and(|name| name.chars().all(is_of_a_name))
    };
    let mut lines = lines.iter().skip_while(|line| line.starts_with(['#', '/']));
    lines.next().is_some_and(|line| opens(line)) && lines.any(|line| line.contains('@'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_a_program_is_known_by_the_bracket_above_it() {
        for text in [
            "users = [\n    \"ada@contoso.com\",\n    \"eve@contoso.com\",\n]\n",
            "[\n'ada@contoso.com',\n'eve@contoso.com'\n]\n",
            "$users = @(\n  'ada@contoso.com'\n)\n",
            "# leavers\nusers: list[str] = [\n    'ada@contoso.com',\n]\n",
            "LEAVERS = (\n    'ada@contoso.com',\n)\n",
            "const users = {\n  a: 'ada@contoso.com',\n}\n",
        ] {
            let found = NoList::of_text(text.as_bytes());
            assert_eq!(found, Some(NoList::Code), "{text}");
        }
        for text in ["['ada@contoso.com', 'eve@contoso.com']\n", "Name (\nada\n", "user\n[ada@contoso.com]\n"] {
            assert_eq!(NoList::of_text(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn lists_that_are_compared_or_have_names_are_a_question() {
        let found = |text: &str| NoList::of_text(text.as_bytes());
        assert_eq!(found("+ ada@b.c\n+ eve@b.c\n- bob@b.c\n"), Some(NoList::Comparison));
        assert_eq!(found("--- a\n+++ b\n@@ -1 +1 @@\n+ada@b.c\n-bob@b.c\n"), Some(NoList::Comparison));
        assert_eq!(found("- ada@b.c\n- bob@b.c\n"), None);
        assert_eq!(found("user\n+ ada@b.c\n- bob@b.c\neve@b.c\nkim@b.c\n"), None);
        assert_eq!(found("keep = ['ada@b.c', 'eve@b.c']\n"), Some(NoList::NamedLists));
        assert_eq!(found("Hi team,\nplease lock ada@b.c\n"), Some(NoList::Message));
        assert_eq!(found("user\nada@b.c\n----------\neve@b.c\n"), None);
        assert_eq!(found("<tr><td>Ada</td><td>ada@b.c</td></tr>\n"), Some(NoList::Html));
    }

    #[test]
    fn a_message_is_no_list_of_its_recipients() {
        for text in [
            "From: Boss Lady <boss@contoso.com>\nTo: Ada <ada@contoso.com>; eve@contoso.com\nSubject: leavers\n\nPlease lock.\n",
            "Von: Chefin <boss@contoso.com>\nGesendet: Montag\nAn: ada@contoso.com\nBetreff: Austritte\n",
            "De : Chef <boss@contoso.com>\nÀ : ada@contoso.com\nObjet : départs\n",
            "差出人：boss@contoso.com\n宛先：ada@contoso.com\n",
        ] {
            assert_eq!(NoList::of_text(text.as_bytes()), Some(NoList::Message), "{text}");
        }
        for text in [
            "To: ada@contoso.com; eve@contoso.com\nCc: bob@contoso.com\n",
            "user,from\nada@contoso.com,x\n",
            "De: x\nAda\n",
        ] {
            assert_eq!(NoList::of_text(text.as_bytes()), None, "{text}");
        }
        assert_eq!(NoList::of_text(b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n"), Some(NoList::Card));
    }

    #[test]
    fn what_is_printed_for_people_is_known_by_its_form() {
        let list = "\r\n\r\nDisplayName       : Ada Lovelace\r\nUserPrincipalName : ada@contoso.com\r\n\r\nDisplayName       : Grace\r\nUserPrincipalName : grace@contoso.com\r\n";
        let table = "\nDisplayName  UserPrincipalName\n-----------  -----------------\nAda          ada@contoso.com\n";
        for (text, what) in [
            (list, NoList::PrintedList),
            (table, NoList::PrintedTable),
            ("\nUserPrincipalName\n-----------------\nada@contoso.com\n", NoList::PrintedTable),
            ("+-----+-----+\n| upn | x   |\n+-----+-----+\n| a@b | y   |\n", NoList::FramedTable),
            ("| upn | x |\n|-----|:---:|\n| a@b | y |\n", NoList::FramedTable),
            ("@{UserPrincipalName=ada@contoso.com}\n@{UserPrincipalName=grace@contoso.com}\n", NoList::ObjectTexts),
            ("\"@{UserPrincipalName=ada@contoso.com; Id=x}\"\n", NoList::ObjectTexts),
            ("Microsoft.Graph.PowerShell.Models.MicrosoftGraphUser\n".repeat(3).as_str(), NoList::TypeNames),
            ("dn: CN=Ada,DC=x\nmail: ada@contoso.com\n\ndn: CN=Bob,DC=x\nmail: bob@contoso.com\n", NoList::Ldif),
            ("- displayName: Ada\n  userPrincipalName: ada@contoso.com\n- displayName: Bob\n", NoList::Yaml),
            ("<?xml version=\"1.0\"?>\n<?mso-application progid=\"Excel.Sheet\"?><Workbook>", NoList::XmlSpreadsheet),
            ("<Objs Version=\"1.1.0.1\">", NoList::Clixml),
            ("<?xml version=\"1.0\"?><users/>", NoList::Xml),
            ("\n<!DOCTYPE html>\n<table>", NoList::Html),
            ("<table border=1><tr><th>UPN", NoList::Html),
        ] {
            assert_eq!(NoList::of_text(text.as_bytes()), Some(what), "{text}");
        }
        for text in [
            "user,note\nada@contoso.com,a : b\n",
            "<kofi@contoso.com>\nada@contoso.com\n",
            "ada@contoso.com\n",
            "Name: ada@contoso.com\nName: bob@contoso.com\n",
            "user|note\n-|-\n",
            "- ada@contoso.com\n- bob@contoso.com\n",
            "",
        ] {
            assert_eq!(NoList::of_text(text.as_bytes()), None, "{text}");
        }
    }
}
