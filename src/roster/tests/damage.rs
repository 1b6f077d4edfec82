//! What people do to a list, on purpose or not.

use proptest::prelude::*;

use super::super::*;
use super::{open, upn};

/// What people do to a row of a list, on purpose or not.
#[derive(Debug, Clone, Copy)]
enum Damage {
    None,
    CommaInTheName,
    CellTooMany,
    NextPersonInTheCell(&'static str),
    NextPersonOnTheLine,
    RowInQuotes,
    QuoteNotClosed,
    CutOff,
    Dressed(&'static str, &'static str),
    Password,
}

fn any_damage() -> impl Strategy<Value = Damage> {
    let joint = prop::sample::select(vec!["; ", ", ", " ", "|", "\n", " and "]);
    let dress = prop::sample::select(vec![
        ("mailto:", ""),
        ("smtp:", ""),
        ("<", ">"),
        ("\u{201c}", "\u{201d}"),
        ("\u{2018}", "\u{2019}"),
        ("Ada Lovelace <", ">"),
        ("i:0#.f|membership|", ""),
        ("", "."),
        ("> ", ""),
        ("(12) ", ""),
        ("From: Ada <", ">"),
        ("SMTP:", " smtp:alias@contoso.com"),
        ("\u{a0}", " "),
    ]);
    prop_oneof![
        3 => Just(Damage::None),
        1 => Just(Damage::CommaInTheName),
        1 => Just(Damage::CellTooMany),
        1 => joint.prop_map(Damage::NextPersonInTheCell),
        1 => Just(Damage::NextPersonOnTheLine),
        1 => Just(Damage::RowInQuotes),
        1 => Just(Damage::QuoteNotClosed),
        1 => Just(Damage::CutOff),
        1 => dress.prop_map(|(before, behind)| Damage::Dressed(before, behind)),
        1 => Just(Damage::Password),
    ]
}

fn person(number: usize) -> String {
    format!("person{number}x@contoso.com")
}

/// A list of people by number, each row with its damage; a person who is written into another's row has none of their own.
fn damaged(rows: &[Damage], key_first: bool, delimiter: char) -> (String, usize) {
    let d = delimiter;
    let mut list = if key_first {
        format!("UserPrincipalName{d}Name{d}City\n")
    } else {
        format!("Name{d}UserPrincipalName{d}City\n")
    };
    let mut number = 0;
    for damage in rows {
        let (mut key, mut name, mut end) = (person(number), format!("Person {number}"), "\n".to_owned());
        match damage {
            Damage::CommaInTheName => name = format!("Person{d} {number}"),
            Damage::CellTooMany => end = format!("{d}\n"),
            Damage::NextPersonInTheCell(joint) => {
                number += 1;
                key = format!("\"{key}{joint}{}\"", person(number));
            }
            Damage::NextPersonOnTheLine => {
                number += 1;
                end = format!("{d}{}\n", person(number));
            }
            Damage::QuoteNotClosed => name = format!("\"{name}"),
            Damage::Dressed(before, behind) => key = format!("{before}{key}{behind}"),
            Damage::Password => key = format!("{key}:Secret{number}!"),
            Damage::None | Damage::RowInQuotes | Damage::CutOff => {}
        }
        let row = if key_first { format!("{key}{d}{name}{d}Rome") } else { format!("{name}{d}{key}{d}Rome") };
        list += &match damage {
            Damage::RowInQuotes => format!("\"{row}\""),
            Damage::CutOff => row.rsplit_once(d).map_or_else(|| row.clone(), |(kept, _)| kept.to_owned()),
            _ => row,
        };
        list += &end;
        number += 1;
    }
    (list, number)
}

/// The part of a list that each entry is about: its lines, or of several people on a row its own part.
fn texts_of(list: &str, entries: &[Entry]) -> Vec<String> {
    let lines: Vec<&str> = list.lines().collect();
    let text = |(index, entry): (usize, &Entry)| {
        let next = entries[index + 1..].iter().find(|next| next.line > entry.line);
        let end = next.map_or(lines.len(), |next| next.line as usize - 1);
        if entry.among.is_some() { entry.text.clone() } else { lines[entry.line as usize - 1..end].join("\n") }
    };
    entries.iter().enumerate().map(text).collect()
}

/// One person as people write them.
fn any_mailbox() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "@", "@", "@", "<@>", "Person <@>", "Person, Per <@>", "\"Person, Per\" <@>", "'@'", "mailto:@",
        "Per and Son <@>", "> @", "(3) @", "From: Person <@>", "{SMTP:@, sip:@}", "SMTP:@; smtp:@",
    ])
}

fn any_line() -> impl Strategy<Value = (Vec<&'static str>, &'static str)> {
    let joint = prop::sample::select(vec!["; ", ";", ", ", ",", " ", "\t", "|", " and ", "; Somebody; "]);
    (prop::collection::vec(any_mailbox(), 1..5), joint)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    /// However people are written on the lines of a list, each of them is one entry or stands in a row that is refused, or the list
    /// is refused.
    #[test]
    fn several_people_on_lines_are_all_there_or_none(
        lines in prop::collection::vec(any_line(), 1..6),
        header in prop::sample::select(vec!["", "user\n", "Email\n"]),
        end in prop::sample::select(vec!["", ";", ",", "; "]),
    ) {
        let (mut list, mut people) = (header.to_owned(), 0);
        for (mailboxes, joint) in &lines {
            let written: Vec<String> = mailboxes.iter().map(|mailbox| {
                people += 1;
                mailbox.replace('@', &person(people - 1))
            }).collect();
            list += &format!("{}{end}\n", written.join(joint));
        }
        let Ok(roster) = open(list.clone()) else { return Ok(()) };
        let entries = roster.map(Result::unwrap).collect::<Vec<_>>();
        let texts = texts_of(&list, &entries);
        for number in 0..people {
            let name = person(number);
            let of: Vec<&Entry> =
                entries.iter().zip(&texts).filter(|(_, text)| text.contains(&name)).map(|(entry, _)| entry).collect();
            prop_assert_eq!(of.len(), 1, "{} is in {} rows of\n{}", name, of.len(), list);
            if let Ok(found) = &of[0].content {
                prop_assert_eq!(&found.key, &Key::UserPrincipalName(upn(&name)), "another person is meant in\n{}", list);
            }
        }
        if list.contains("Somebody") {
            for (entry, text) in entries.iter().zip(&texts).filter(|(_, text)| text.contains("Somebody")) {
                prop_assert!(entry.content.is_err(), "somebody is dropped from {text}");
            }
        }
        for (index, entry) in entries.iter().enumerate() {
            prop_assert_eq!(entry.row.get() as usize, index + 1);
        }
    }

    /// Every person whom the text names is in exactly one row, or the list is refused; and no row means a person whose name
    /// does not stand in it.
    #[test]
    fn no_damage_takes_a_person_out_of_a_list_or_means_another(
        rows in prop::collection::vec(any_damage(), 1..12),
        key_first in any::<bool>(),
        delimiter in prop::sample::select(vec![',', ';', '\t']),
    ) {
        let (list, people) = damaged(&rows, key_first, delimiter);
        let Ok(Ok(entries)) = open(list.clone()).map(|roster| roster.collect::<Result<Vec<_>, _>>()) else { return Ok(()) };
        let texts = texts_of(&list, &entries);
        for number in 0..people {
            let name = person(number);
            let of: Vec<&Entry> =
                entries.iter().zip(&texts).filter(|(_, text)| text.contains(&name)).map(|(entry, _)| entry).collect();
            prop_assert_eq!(of.len(), 1, "{} is in {} rows of\n{}", name, of.len(), list);
            if let Ok(found) = &of[0].content {
                prop_assert_eq!(&found.key, &Key::UserPrincipalName(upn(&name)), "another person is meant in\n{}", list);
            }
        }
        for (entry, text) in entries.iter().zip(&texts) {
            if let Ok(Person { key: Key::UserPrincipalName(key), .. }) = &entry.content {
                prop_assert!(text.to_lowercase().contains(&key.to_string().to_lowercase()), "{key} in\n{text}");
            }
        }
    }
}
