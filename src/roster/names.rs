//! The names of columns in the exports that people have.
//!
//! Case, blanks, underscores and hyphens in a name do not matter: `User principal name` is `userPrincipalName`. The
//! templates for bulk operations in Entra write `User name [userPrincipalName] Required`: the property in brackets counts.

use strum::VariantArray as _;

use super::folded;
use super::header_words;
use super::key_property::KeyProperty;
use super::somebody_else;
use crate::unseen::is_invisible;

/// The names that messages offer. Many more spellings are accepted.
pub(super) const ACCEPTED_KEYS: &str =
    "user, userPrincipalName, UPN, username, objectId, id, userId, AccountUpn, AccountObjectId, mail, email";

/// Columns of object ids, the surest first. Some exports write user principal names into them too: the cell decides.
pub(super) const OBJECT_ID: &[&str] = &[
    OBJECT, "userobjectid", "accountobjectid", "azureadobjectid", "aadobjectid", "aaduserid", "recipientobjectid",
    "externaldirectoryobjectid", "userid", "userids", "memberobjectidorupn", "memberobjectidoruserprincipalname", ID,
];

/// In a list of accounts the object id; in a log the number of an event.
pub(super) const ID: &str = "id";

/// In a list of accounts the object id; in a log the object of an action: the victim, where the attacker is looked for.
pub(super) const OBJECT: &str = "objectid";

/// What Active Directory calls the id of its objects. It is never an object id of Entra.
pub(super) const OBJECT_GUID: &str = "objectguid";

/// Columns beside an `ObjectGUID` that only exports of Active Directory have.
pub(super) const OF_ACTIVE_DIRECTORY: &[&str] =
    &["distinguishedname", "objectsid", "sid", "samaccountname", "objectclass"];

/// Columns that only logs have.
const OF_LOGS: &[&str] = &[
    "actiontype", "activitydatetime", "alertid", "appdisplayname", "appid", "application", "correlationid",
    "ipaddress", "operation", "operations", "recordtype", "requestid", "timegenerated", "useragent", "userdisplayname",
    "workload",
];

/// Columns that hold user principal names by their very name, the surest first.
pub(super) const UPN: &[&str] = &["userprincipalname", "upn", "accountupn", "userupn", "username", "signinname"];

/// Columns with the name of the property itself: every text in them is meant as a user principal name.
const UPN_INDEED: &[&str] = &["userprincipalname", "upn", "accountupn", "userupn"];

/// Columns that often hold a user principal name, but may hold another address or even a display name. They are the
/// key only where no surer column is there.
pub(super) const LIKELY: &[&str] = &[
    "user", "account", "member", "login", "mail", "email", "emailaddress", "mailaddress", "recipientemailaddress",
    "primarysmtpaddress", "workemail", "employee", "entities", "entity", PROXY_ADDRESSES, "emailaddresses",
];

/// All addresses of a mailbox, as the directory calls them. Exchange calls them `EmailAddresses`.
const PROXY_ADDRESSES: &str = "proxyaddresses";

/// Parts of the names of columns that hold passwords, which must not be shown.
const SECRET: &[&str] = &[
    "password", "passwd", "passwort", "kennwort", "motdepasse", "contrase", "senha", "palavrapasse", "wachtwoord",
    "パスワード", "ﾊﾟｽﾜｰﾄﾞ", "hasło", "密码", "口令", "пароль", "heslo", "jelszó", "passphrase", "secret", "accesspass",
    "pwd", "credential", "recoverycode", "backupcode", "totp", "apikey", "accesskey", "privatekey", "lösenord",
    "adgangskode", "passord", "salasana", "şifre", "parola", "비밀번호",
];

/// The same, where the part is a word of its own.
const SECRET_WORD: &[&str] = &["pin", "tap", "pass", "pw", "otp", "seed"];

/// Columns that say something about passwords and hold none.
const NO_SECRET: &[&str] = &[
    "blockcredential", "credentialtype", "disablepasswordexpiration", "lastpasswordchange", "passwordage",
    "passwordchange", "passwordexpir", "passwordlast", "passwordset", "passwordstatus", "passwordneverexpires",
    "passwordnotrequired", "passwordpolic", "secretar", "strongpasswordrequired",
];

/// Columns that are usual in lists of people and hold no key. They distinguish a header from a person.
const OTHER: &[&str] = &[
    "accountenabled", "department", "displayname", "firstname", "givenname", "handoff", "jobtitle", "lastname", "name",
    "note", "priority", "surname", "usertype",
];

/// Columns that hold a property, the surest first.
pub(super) const fn of_property(by: KeyProperty) -> &'static [&'static str] {
    match by {
        KeyProperty::Mail => {
            &["mail", "email", "emailaddress", "mailaddress", "primarysmtpaddress", "recipientemailaddress"]
        }
        KeyProperty::ProxyAddress => &[PROXY_ADDRESSES, "proxyaddress", "emailaddresses", "smtpaddress"],
        KeyProperty::EmployeeId => &["employeeid"],
        KeyProperty::Sid => &["onpremisessecurityidentifier", "sid", "accountsid", "usersid", "objectsid"],
        KeyProperty::ImmutableId => &["onpremisesimmutableid", "immutableid", OBJECT_GUID],
        KeyProperty::SamAccountName => &["onpremisessamaccountname", "samaccountname", "accountname", SAM],
    }
}

/// What a column of this name holds: the name as it is compared, in English.
pub(super) fn meaning(name: &str) -> String {
    // Forms mark what must be filled in with a star, and some tools the header with a #.
    let name = name.trim().trim_end_matches([':', '\u{ff1a}']).trim_matches('*').trim_start_matches('#');
    let folded = fold(name);
    if is_known(&folded) {
        return folded;
    }
    header_words::english(without_remark(name)).map_or(folded, str::to_owned)
}

/// Whether a column of this name holds somebody other than the person of the row, or an address outside work: it is never the key
/// unless the operator names it.
pub(super) fn is_never_a_key(name: &str) -> bool {
    somebody_else::is_never_a_key(without_remark(name))
}

/// The name as it is compared: the property in brackets, or else the whole of it.
pub(super) fn fold(name: &str) -> String {
    let name = without_remark(name);
    let bracketed = name.split_once('[').and_then(|(_, rest)| rest.split_once(']')).map(|(inside, _)| inside);
    fold_whole(bracketed.filter(|inside| !inside.trim().is_empty()).unwrap_or(name))
}

/// What Google's templates say about a column, which is no property.
const REMARKS: &[&str] = &["required", "read only", "upload only", "optional"];

/// The name without such a remark behind it: `Email Address [Required]`.
fn without_remark(name: &str) -> &str {
    // Some programs put single quotes around every cell.
    let bare = name.trim();
    let name = bare.strip_prefix('\'').and_then(|bare| bare.strip_suffix('\'')).unwrap_or(name);
    let bracketed = name.trim_end().strip_suffix(']').and_then(|rest| rest.rsplit_once('['));
    match bracketed {
        Some((before, inside)) if REMARKS.iter().any(|remark| inside.trim().eq_ignore_ascii_case(remark)) => {
            before.trim_end()
        }
        _ => name,
    }
}

/// The name as it is compared, brackets included.
pub(super) fn fold_whole(name: &str) -> String {
    let skipped = |c: &char| c.is_whitespace() || is_invisible(*c) || matches!(c, '_' | '-');
    name.chars().filter(|c| !skipped(c)).flat_map(char::to_lowercase).collect()
}

/// Whether the header has brackets as those of Entra's templates.
pub(super) fn is_of_a_template(name: &str) -> bool {
    let name = without_remark(name);
    name.contains('[') && name.contains(']') && !name.contains("[UTC]")
}

pub(super) fn is_of_a_log(folded: &str) -> bool {
    OF_LOGS.contains(&folded)
}

/// A column of logs that lists of accounts have, too.
pub(super) fn is_of_a_log_unless_of_accounts(folded: &str) -> bool {
    folded == "createddatetime"
}

/// Whether only lists of accounts have such a column.
pub(super) fn is_of_accounts(folded: &str) -> bool {
    ["accountenabled", "displayname", "givenname", "mail", "surname", "usertype"].contains(&folded)
}

pub(super) fn is_a_upn_indeed(folded: &str) -> bool {
    UPN_INDEED.contains(&folded)
}

/// Whether a column of object ids and one of user principal names are about the same person, by their names. Those of a
/// manager or a device are not.
pub(super) fn are_of_one_person(id: &str, upn: &str) -> bool {
    match id {
        "recipientobjectid" => false,
        "accountobjectid" => upn == "accountupn",
        "userid" | "userids" => UPN.contains(&upn) && upn != "accountupn",
        id => OBJECT_ID.contains(&id) && is_a_upn_indeed(upn) && upn != "accountupn",
    }
}

/// The name of a column of short names, and the short name of a Samuel or a Samira.
pub(super) const SAM: &str = "sam";

/// Columns with the Active Directory domain of a short name.
pub(super) const DOMAIN: &[&str] = &["accountdomain", "accountntdomain", "onpremisesdomainname", "ntdomain", "domain"];

/// Columns that say what somebody is.
const STATUS: &[&str] = &[
    "status", "employmentstatus", "employeestatus", "userstatus", "accountstatus", "workerstatus", "hrstatus",
    "currentstatus", "active", "isactive", "activestatus", "currentemployee", "lifecyclestate", "estado", "statut",
    "stato", "statuszatrudnienia", "anställningsstatus", "ansættelsesstatus", "tila", "aktiv", "aktive", "actif",
    "activo", "ativo", "attivo", "actief", "aktywny", "beschäftigungsstatus", "mitarbeiterstatus", "vertragsstatus",
    "situation", "situação", "situacao", "durum", "çalışmadurumu", "상태", "재직상태", "재직여부", "状态", "狀態",
    "在职状态", "在職狀態", "在職状況", "stav", "státusz",
];

/// What such a column says of somebody who is not leaving.
const ACTIVE: &[&str] = &[
    "active", "1", "enabled", "current", "employed", "true", "yes", "a", "aktiv", "actif", "active employee", "activo",
    "ativo", "attivo", "actief", "aktywny", "aktivní", "aktív", "aktiivinen", "aktif", "ja", "oui", "sí", "si", "sim",
    "sì", "tak", "ano", "igen", "kyllä", "evet", "はい", "是", "예", "en poste", "beschäftigt", "anställd", "ansat",
    "ansatt", "재직", "재직중", "在職中", "provisioned", "在職", "在职", "working", "present", "retained", "rehired",
    "resignation withdrawn", "withdrawn", "rescinded", "cancelled", "canceled", "joiner", "new hire", "starter",
    "mover", "transfer",
];

/// Words beside `Status` in the name of such a column, and others for it.
const STATUS_WORDS: &[&str] = &["status", "lifecycle", "movement"];
const BESIDE_STATUS: &[&str] = &[
    "emp", "employee", "employment", "worker", "user", "account", "hr", "it", "ad", "current", "code", "type", "stage",
    "change",
];

/// What such a column says of somebody who is leaving, or is no longer there.
const LEAVING: &[&str] = &[
    "inactive", "0", "disabled", "former", "false", "no", "i", "t", "left", "leaver", "leaving", "terminated",
    "terminating", "resigned", "retired", "dismissed", "suspended", "departed", "deprovisioned", "on leave", "inaktiv",
    "ausgeschieden", "gekündigt", "nein", "inactif", "parti", "non", "inactivo", "baja", "inativo", "desligado", "não",
    "inattivo", "cessato", "inactief", "uit dienst", "nee", "nieaktywny", "neaktivní", "inaktív", "slutat", "退職",
    "退職済", "离职", "離職", "퇴직",
];

/// Whether a column of this name says what somebody is.
pub(super) fn is_a_status(name: &str) -> bool {
    let words: Vec<String> = folded::words(without_remark(name)).collect();
    let is = |table: &[&str], word: &String| table.contains(&word.as_str());
    STATUS.contains(&fold(name).trim_end_matches(['?', ':']))
        || (words.iter().any(|word| is(STATUS_WORDS, word))
            && words.iter().all(|word| is(STATUS_WORDS, word) || is(BESIDE_STATUS, word)))
}

/// Whether a column of this name holds all addresses of a mailbox.
pub(super) fn is_of_all_addresses(name: &str) -> bool {
    of_property(KeyProperty::ProxyAddress).contains(&meaning(name).as_str())
}

/// Whether a status says that somebody is still there.
pub(super) fn says_active(value: &str) -> bool {
    let value = value.trim().to_lowercase();
    // `Active - Rehired`, `active (FTE)`
    let first = value.split([',', ';', '(', '/', '\u{2013}']).next().unwrap_or_default();
    let first = first.split(" - ").next().unwrap_or_default().trim();
    ACTIVE.contains(&value.as_str()) || (first.len() > 2 && ACTIVE.contains(&first))
}

/// Whether a status is one of the words for it, or empty. Any other text in such a column may be a remark, with a password in it.
pub(super) fn is_a_status_word(value: &str) -> bool {
    let value = value.trim().to_lowercase();
    value.is_empty() || [ACTIVE, LEAVING].into_iter().flatten().any(|word| **word == value)
}

/// Whether a column of this name, as the header spells it, holds object ids.
pub(super) fn is_of_ids(name: &str) -> bool {
    OBJECT_ID.contains(&fold(name).as_str())
}

/// Whether a column of this name, as the header spells it, holds passwords. A wrong `true` only hides an excerpt.
pub(super) fn is_secret(name: &str) -> bool {
    let folded = fold_whole(name);
    let has = |known: &[&str]| known.iter().any(|part| folded.contains(part));
    let is_a_word = |word: &str| SECRET_WORD.iter().any(|known| word.eq_ignore_ascii_case(known));
    !has(NO_SECRET) && (has(SECRET) || name.split(|c: char| !c.is_alphanumeric()).any(is_a_word))
}

/// Whether a column of this name holds keys.
pub(super) fn is_a_key(folded: &str, by: Option<KeyProperty>) -> bool {
    match by {
        Some(by) => of_property(by).contains(&folded),
        None => [OBJECT_ID, UPN, LIKELY].iter().any(|known| known.contains(&folded)),
    }
}

/// Whether a text can only be the name of a key column. `user` may also be a role, and `sam` a person.
pub(super) fn is_a_sure_key(folded: &str, by: Option<KeyProperty>) -> bool {
    match by {
        Some(by) => of_property(by).contains(&folded) && folded != SAM,
        None => folded != ID && (OBJECT_ID.contains(&folded) || UPN.contains(&folded)),
    }
}

/// Whether a column of this name is known for anything.
pub(super) fn is_known(folded: &str) -> bool {
    let key = is_a_key(folded, None) || KeyProperty::VARIANTS.iter().any(|by| is_a_key(folded, Some(*by)));
    key || OTHER.contains(&folded) || is_of_a_log(folded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_fold_to_one() {
        for name in ["userPrincipalName", "User principal name ", "USER_PRINCIPAL-NAME", "\u{feff}UserPrincipalName"] {
            assert_eq!(fold(name), "userprincipalname");
        }
        assert_eq!(fold("User name [userPrincipalName] Required"), "userprincipalname");
        assert_eq!(fold("Block sign in (Yes/No) [accountEnabled] Required"), "accountenabled");
        assert_eq!(fold("Email Address [Required]"), "emailaddress", "of Google's template");
        assert!(!is_of_a_template("Email Address [Required]"));
        assert_eq!(fold("odd []"), "odd[]");
        assert_eq!(fold_whole("a [b]"), "a[b]");
    }

    #[test]
    fn passwords_are_known_by_any_name() {
        for name in [
            "Password",
            "Passwort",
            "Kennwort",
            "Temp password",
            "Temporary Password",
            "Initial password [passwordProfile] Required",
            "pwd",
            "PASSWD",
            "userPassword",
            "Mot de passe",
            "Contraseña",
            "AccountPassword",
            "PIN",
            "User-PIN",
            "TAP",
            "Temporary Access Pass",
            "Secret",
            "ForceChangePassword",
            "passwordProfile.password",
            "pw",
            "Credential",
            "Recovery code",
            "TOTP seed",
            "API key",
            "Lösenord",
        ] {
            assert!(is_secret(name), "{name}");
        }
        for name in [
            "Shipping", "Stapel", "tape", "StrongPasswordRequired", "Password never expires", "PasswordPolicies",
            "Last password change time stamp", "lastPasswordChangeDateTime", "Password Last Changed",
            "Password set on", "Secretary", "Block credential", "user",
        ] {
            assert!(!is_secret(name), "{name}");
        }
    }
}
