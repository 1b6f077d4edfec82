//! Text in the form in which names of columns and words in lists are compared.

use crate::unseen::is_invisible;

/// The words of a name: `ActorUPN`, `actor_upn` and `Actor UPN` have two.
pub(super) fn words(name: &str) -> impl Iterator<Item = String> {
    let mut words = vec![String::new()];
    let mut after_lower = false;
    for c in name.chars() {
        if !c.is_alphanumeric() || (after_lower && c.is_uppercase()) {
            words.push(String::new());
        }
        if c.is_alphanumeric() {
            words.iter_mut().next_back().into_iter().for_each(|word| word.extend(c.to_lowercase()));
        }
        after_lower = c.is_lowercase();
    }
    words.into_iter().filter(|word| !word.is_empty())
}

/// The name as it is compared with the words: letters and digits alone, in lower case, without accents.
pub(crate) fn plain(name: &str) -> String {
    let is_skipped =
        |c: &char| is_invisible(*c) || !(c.is_alphanumeric() || *c == 'ー') || ('\u{300}'..='\u{36f}').contains(c);
    let mut plain = String::with_capacity(name.len());
    // A capital İ becomes an i and a dot of its own.
    let letters = name.chars().map(half_width).filter(|c| !is_skipped(c)).flat_map(char::to_lowercase);
    for c in letters.filter(|c| *c != '\u{307}') {
        match without_accent(c) {
            Some(letters) => plain.push_str(letters),
            None => plain.push(c),
        }
    }
    plain
}

/// The letters that Japanese keyboards write two columns wide, as plain ones.
fn half_width(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        _ => c,
    }
}

const fn without_accent(c: char) -> Option<&'static str> {
    Some(match c {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ą' | 'ă' => "a",
        'ç' | 'ć' | 'č' => "c",
        'ď' | 'đ' => "d",
        'è' | 'é' | 'ê' | 'ë' | 'ę' | 'ě' => "e",
        'ì' | 'í' | 'î' | 'ï' => "i",
        'ł' => "l",
        'ñ' | 'ń' | 'ň' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' | 'ő' => "o",
        'ř' => "r",
        'ś' | 'š' | 'ş' | 'ș' => "s",
        'ß' => "ss",
        'ť' | 'ţ' | 'ț' => "t",
        'ğ' => "g",
        // Turkish writes both with and without the dot, and loses it in capitals.
        'ı' => "i",
        'ù' | 'ú' | 'û' | 'ü' | 'ů' | 'ű' => "u",
        'ý' | 'ÿ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        'ё' => "е",
        'º' | '°' | 'ª' => "",
        'æ' => "ae",
        'œ' => "oe",
        _ => return None,
    })
}
