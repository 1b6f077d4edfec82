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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

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
        let lines: Vec<&str> = list.lines().collect();
        let begins: Vec<usize> = entries.iter().map(|entry| entry.line as usize - 1).chain([lines.len()]).collect();
        let texts: Vec<String> = begins.windows(2).map(|ends| lines[ends[0]..ends[1]].join("\n")).collect();
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
