//! A message that was pasted with the people in it: its greeting, its end and its quoted answers name others, too.

/// Whether the lines of a text are those of a message: an end (`Regards`, `--`) with somebody below it and somebody above, a greeting
/// in front of everything, or a line that says who wrote.
pub(super) fn is_in(lines: &[&str]) -> bool {
    let names_somebody = |line: &&str| line.contains('@');
    let is_greeted = lines.first().is_some_and(|line| is_a_greeting(line)) && lines.iter().any(names_somebody);
    let mut ends = (1..lines.len()).filter(|line| is_an_end(lines[*line]));
    let has_an_end = ends.any(|end| lines[..end].iter().any(names_somebody) && lines[end..].iter().any(names_somebody));
    is_greeted || has_an_end || lines.iter().any(|line| says_who_wrote(line))
}

/// A line of few words, the first of which no column is called by.
fn is_a_greeting(line: &str) -> bool {
    const GREETINGS: &[&str] = &[
        "hi", "hello", "hey", "dear", "good morning", "good afternoon", "good evening", "hallo", "liebe", "lieber",
        "guten tag", "guten morgen", "sehr geehrte", "sehr geehrter", "moin", "bonjour", "bonsoir", "cher", "chère",
        "hola", "buenos días", "buenas tardes", "estimado", "estimada", "ciao", "buongiorno", "gentile", "olá",
        "bom dia", "boa tarde", "prezado", "prezada", "beste", "goedemorgen", "goedemiddag", "hej",
    ];
    let plain = line.trim().trim_end_matches([',', '!', '.', ':']).to_lowercase();
    let begins = |word: &&str| plain.strip_prefix(*word).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '));
    let behind = line.trim().trim_end_matches([',', '!', '.', ':']);
    !behind.contains(['@', ',', ';', '\t', '|'])
        && plain.split_whitespace().count() <= 5
        && GREETINGS.iter().any(begins)
}

/// What stands above the name of the sender.
fn is_an_end(line: &str) -> bool {
    const ENDS: &[&str] = &[
        "--", "thanks", "thank you", "many thanks", "thanks and regards", "regards", "kind regards", "best regards",
        "warm regards", "best wishes", "cheers", "sincerely", "yours sincerely", "mit freundlichen grüßen",
        "mit freundlichen grüssen", "mit freundlichem gruß", "freundliche grüße", "viele grüße", "beste grüße",
        "liebe grüße", "grüße", "gruß", "mfg", "vg", "lg", "danke", "vielen dank", "cordialement", "bien cordialement",
        "merci", "saludos", "un saludo", "gracias", "saluti", "cordiali saluti", "distinti saluti", "grazie",
        "atenciosamente", "cumprimentos", "obrigado", "obrigada", "groeten", "met vriendelijke groet",
        "met vriendelijke groeten", "pozdrawiam", "med venlig hilsen", "hälsningar",
    ];
    ENDS.contains(&line.trim().trim_end_matches([',', '!', '.']).trim_end().to_lowercase().as_str())
}

/// `On Fri, 20 Nov 2026 Boss Lady <boss@contoso.com> wrote:`
fn says_who_wrote(line: &str) -> bool {
    const WROTE: &[(&str, &str)] = &[
        ("on ", " wrote:"),
        ("am ", " schrieb:"),
        ("le ", " a écrit :"),
        ("le ", " a écrit:"),
        ("el ", " escribió:"),
        ("il ", " ha scritto:"),
        ("em ", " escreveu:"),
        ("op ", " schreef:"),
    ];
    let plain = line.trim_start_matches(['>', ' ']).trim_end().to_lowercase().replace('\u{a0}', " ");
    let is_of_german = plain.starts_with("am ") && plain.contains(" schrieb ") && plain.ends_with(':');
    is_of_german || WROTE.iter().any(|(start, end)| plain.starts_with(start) && plain.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> bool {
        is_in(&text.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect::<Vec<_>>())
    }

    #[test]
    fn the_sender_of_a_message_is_not_on_its_list() {
        for text in [
            "Hi team,\nplease lock:\nada@b.c\n\nThanks\nBoss Lady\nboss@b.c\n",
            "Hello\nada@b.c\n",
            "ada@b.c\neve@b.c\n\n--\nBoss Lady\nHR\nboss@b.c\n",
            "ada@b.c\n\nMit freundlichen Grüßen,\nBoss\nboss@b.c\n",
            "> ada@b.c\n\nOn Fri, 20 Nov 2026 Boss Lady <boss@b.c> wrote:\n",
            "> ada@b.c\nAm 20.11.2026 um 10:00 schrieb Boss <boss@b.c>:\n",
        ] {
            assert!(found(text), "{text}");
        }
        for text in [
            "ada@b.c\n--\n",
            "user\nada@b.c\n-----\neve@b.c\n",
            "Name,Email\nDanke,danke@b.c\nHej,hej@b.c\n",
            "hi,email\nx,ada@b.c\n",
            "High,Email\nx,ada@b.c\n",
            "on-premises,user\nx,ada@b.c\n",
        ] {
            assert!(!found(text), "{text}");
        }
    }
}
