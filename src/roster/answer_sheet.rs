//! The answers to a form, and lists of requests: the account in them is who answered or asked, and somebody else is meant.

use super::folded::plain;
use super::names;

/// When an answer to Microsoft Forms was begun and sent, in the languages of its exports.
const BEGUN_AND_SENT: &[(&str, &str)] = &[
    ("starttime", "completiontime"),
    ("startzeit", "fertigstellungszeit"),
    ("heurededebut", "heuredefin"),
    ("horadeinicio", "horadefinalizacion"),
    ("horadeinicio", "horadeconclusao"),
    ("oradiinizio", "oradicompletamento"),
    ("begintijd", "tijdvanvoltooien"),
    ("開始時刻", "完了時刻"),
];

/// What Google Forms writes in front of an answer.
const TIMESTAMP: &[&str] = &[
    "timestamp", "zeitstempel", "horodateur", "marcatemporal", "carimbodedatahora", "informazionicronologiche",
    "tijdstempel", "タイムスタンプ",
];

/// Columns with the person whom a request is about.
const MEANT: &[&str] = &[
    "affecteduser", "affectedenduser", "affectedperson", "requestedfor", "employeeleaving", "leavingemployee",
    "departingemployee", "leavername", "leaversname", "nameofleaver", "nameofemployee", "whoisleaving",
    "betroffenerbenutzer", "betroffeneperson", "namedesaustretenden",
];

/// The column of who answered or asked, in a list with this header.
pub(super) fn respondent(header: &[String]) -> Option<usize> {
    let plain: Vec<String> = header.iter().map(|name| plain(name)).collect();
    let has = |name: &str| plain.iter().any(|other| other == name);
    let first = |known: &[&str]| header.iter().position(|name| known.contains(&names::meaning(name).as_str()));
    if BEGUN_AND_SENT.iter().any(|(begun, sent)| has(begun) && has(sent)) {
        return first(&["email", "emailaddress"]);
    }
    if plain.first().is_some_and(|name| TIMESTAMP.contains(&name.as_str())) {
        return first(&["emailaddress"]).filter(|index| *index == 1);
    }
    if MEANT.iter().any(|name| has(name)) { first(&["user", "email", "emailaddress"]) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_filled_in_a_form_is_known_by_the_columns_beside() {
        let of = |header: &str| respondent(&header.split(',').map(str::to_owned).collect::<Vec<_>>());
        assert_eq!(of("ID,Start time,Completion time,Email,Name,Who is leaving?"), Some(3));
        assert_eq!(of("ID,Startzeit,Fertigstellungszeit,E-Mail,Name"), Some(3));
        assert_eq!(of("Timestamp,Email Address,Employee leaving"), Some(1));
        assert_eq!(of("Number,User,Affected user"), Some(1));
        for header in ["Timestamp,ActionType,AccountUpn", "Timestamp,Email", "Start time,Email", "Number,User", "user"]
        {
            assert_eq!(of(header), None, "{header}");
        }
        assert!(MEANT.iter().chain(TIMESTAMP).all(|name| plain(name) == *name));
    }
}
