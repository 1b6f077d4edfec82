//! Columns that hold somebody other than the person of the row: who leads, asked, approved or sent, in any of the languages.

use super::folded::{plain, words};

/// Parts of the names of columns that hold somebody other than the person of the row: who leads, asked, approved, sent, wrote. In
/// the form in which names are compared, one language after the other.
const SOMEBODY_ELSE: &[&str] = &[
    "manager", "emergency", "nextofkin", "notfall", "urgence", "emergencia", "emergenza", "supervisor", "approver",
    "approvedby", "approvalby", "requester", "requestor", "requestedby", "sender", "sentby", "createdby", "creator",
    "initiatedby", "initiator", "modifiedby", "updatedby", "changedby", "performedby", "actionby", "submittedby",
    "submitter", "reportedby", "reporter", "assignedby", "assignedto", "assignee", "invitedby", "inviter",
    "enrolledby", "managedby", "ownedby", "reportsto", "reportingto", "teamlead", "teamleader", "sponsor", "reviewer",
    "reviewedby", "exportedby", "generatedby", "preparedby", "authorizedby", "authorisedby", "hrcontact", "organizer",
    "organiser", "hrbp", "deputy", "delegate", "replyto", "onbehalfof", "forwardingaddress", "forwardingsmtpaddress",
    "forwardedto", "forwardto", "lastmodifiedby", "grantedby", "handoverto", "handedoverto", "takeover", "takenoverby",
    "replacement", "replacedby", "successor", "backupcontact", "substitute", "assistant", "mentor", "recruiter",
    "businesspartner", "hrpartner", "informant", "vorgesetzt", "fuhrungskraft", "fuehrungskraft", "genehmiger",
    "genehmigtvon", "antragsteller", "beantragtvon", "absender", "ersteller", "erstelltvon", "angelegtvon",
    "geandertvon", "geaendertvon", "bearbeite", "abteilungsleit", "teamleit", "bereichsleit", "gruppenleit",
    "ansprechpartner", "ansprechperson", "weiterleitung", "freigegeben", "verantwortlich", "angefordertvon",
    "personalreferent", "stellvertret", "sachbearbeiter", "nachfolge", "vertretung", "ubergabean", "uebergabean",
    "assistenz", "exportiertvon", "responsable", "superieur", "approbateur", "approuvepar", "demandeur", "demandepar",
    "expediteur", "creepar", "createur", "modifiepar", "emetteur", "gestionnaire", "chefde", "valideur", "validepar",
    "exportepar", "genererpar", "generepar", "auteur", "remplacant", "successeur", "suppleant", "gerente", "jefe",
    "aprobador", "aprobadopor", "solicitante", "solicitadopor", "remitente", "creadopor", "creador", "modificadopor",
    "encargado", "generadopor", "sustitut", "sucesor", "reemplaz", "suplente", "gestor", "aprovador", "aprovadopor",
    "requisitante", "solicitadopor", "criadopor", "criador", "chefe", "coordenador", "responsavel", "geradopor",
    "substitut", "sucessor", "responsabile", "superiore", "approvatore", "approvatoda", "richiedente", "richiestoda",
    "mittente", "creatoda", "creatore", "modificatoda", "referente", "capoufficio", "generatoda", "sostitut",
    "successore", "leidinggevende", "goedkeurder", "goedgekeurddoor", "aanvrager", "aangevraagddoor", "afzender",
    "aangemaaktdoor", "gemaaktdoor", "gewijzigddoor", "teamleider", "afdelingshoofd", "opdrachtgever", "opvolger",
    "vervanger", "上司", "上長", "承認者", "申請者", "依頼者", "送信者", "差出人", "作成者", "更新者", "管理者",
    "責任者", "マネージャ", "担当者", "変更者", "実行者", "登録者", "所属長", "後任", "引継", "代理", "przelozon",
    "kierownik", "menedzer", "zatwierdz", "wnioskodawc", "wnioskujac", "nadawc", "utworzonyprzez", "utworzonaprzez",
    "utworzyl", "zglaszajac", "opiekun", "autor", "zmodyfikowalprzez", "nastepc", "zastepc", "chefens", "narmastechef",
    "godkannare", "godkantav", "godkandav", "bestallare", "skapadav", "avsandare", "andradav", "handlaggare",
    "arbetsledare", "ansvarig", "gruppchef", "naermesteleder", "lederens", "teamleder", "afdelingsleder",
    "avdelingsleder", "godkender", "godkendtaf", "oprettetaf", "afsender", "rekvirent", "godkjenner", "godkjentav",
    "opprettetav", "avsender", "bestiller", "overordnet", "esimies", "esimiehen", "esihenkilo", "hyvaksyja",
    "hyvaksynyt", "lahettaja", "pyytaja", "tilaaja", "luonut", "yonetici", "onaylayan", "talepeden", "isteyen",
    "gonderen", "olusturan", "sorumlu", "amiri", "관리자", "상사", "승인자", "요청자", "신청자", "발신자", "보낸사람",
    "작성자", "생성자", "팀장", "부서장", "담당자", "매니저", "vezeto", "felettes", "jovahagyo", "jovahagyta",
    "kerelmezo", "igenylo", "felado", "letrehozo", "letrehozta", "fonoke", "經理", "審核", "核准", "審批", "申請人",
    "寄件者", "寄件人", "建立者", "負責人", "上級", "经理", "主管", "审批人", "申请人", "发件人", "创建人", "创建者",
    "负责人", "上级", "领导", "領導", "直属", "直屬", "руководител", "менеджер", "согласующ", "заявител", "отправител",
    "создал", "начальник", "nadrizen", "vedouci", "schvalovatel", "zadatel", "odesilatel",
];

/// The same, where the part is a word of its own: a *contractor* is no actor.
const SOMEBODY_ELSE_AS_A_WORD: &[&str] = &[
    "actor", "boss", "hod", "vorg", "lead", "author", "caller", "from", "owner", "cc", "bcc", "by", "von", "capo",
    "chef", "автор", "leiter", "leder", "müdür", "amir", "luoja", "főnök",
];

/// Parts of the names of columns with addresses outside the tenant, or such as are to come.
const NOT_AT_WORK: &[&str] = &[
    "personalemail", "personalmail", "personalemailaddress", "privateemail", "privatemail", "privatemailaddress",
    "recoveryemail", "secondaryemail", "secondemail", "alternateemail", "alternativeemail", "homeemail", "otheremail",
    "othermail", "emailpersonal", "emailprivate", "emailhome", "newprimaryemail", "newemail", "externalemail",
    "emailprivat", "privatee", "privatadresse", "emailpersonnel", "courrielpersonnel", "adressepersonnelle",
    "emailpersonnelle", "correopersonal", "correoelectronicopersonal", "correoparticular", "emailpessoal",
    "emailparticular", "emailpersonale", "emailprivata", "priveemail", "priveadres", "個人メール", "個人用メール",
    "私用メール", "自宅メール", "個人アドレス", "emailprywatny", "prywatnyadres", "prywatnyemail", "个人邮箱",
    "私人邮箱", "privatepost", "privatmejl", "personligepost", "personligemail", "henkilokohtainensahkoposti",
    "yksityinensahkoposti", "omasahkoposti", "kisiseleposta", "ozeleposta", "개인이메일", "개인메일", "개인전자메일",
    "soukromyemail", "osobniemail", "soukromaadresa", "maganemail", "szemelyesemail", "個人信箱", "個人電子郵件",
    "私人信箱", "个人邮件", "личнаяпочта", "личныйemail",
];

/// Whether a column of this name holds somebody other than the person of the row (a manager, an approver, a sender), or an address
/// outside work, in any of the languages. Such a column is never the key unless the operator names it.
pub(super) fn is_never_a_key(name: &str) -> bool {
    let plain = plain(name);
    let has = |parts: &[&str]| parts.iter().any(|part| plain.contains(part));
    // The French name those who lead by how far above they are.
    let is_above = name.contains("N+1") || name.contains("n+1") || name.contains("N+2") || name.contains("n+2");
    is_above
        || has(SOMEBODY_ELSE)
        || has(NOT_AT_WORK)
        || words(name).any(|word| SOMEBODY_ELSE_AS_A_WORD.contains(&word.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_written_as_they_are_compared() {
        for part in SOMEBODY_ELSE.iter().chain(NOT_AT_WORK) {
            assert_eq!(plain(part), *part);
        }
    }

    #[test]
    fn somebody_else_is_known_in_any_language() {
        for name in [
            "Manager Email", "managerUPN", "Boss UPN", "Actor UPN", "actorUserPrincipalName", "Created by",
            "initiatedBy.user", "E-Mail des Vorgesetzten", "Führungskraft", "Fuehrungskraft E-Mail", "Genehmigt von",
            "Courriel du supérieur", "Adresse e-mail du responsable", "Correo del jefe", "Correo del solicitante",
            "E-mail do gestor", "Aprovador", "Email del responsabile", "E-mail leidinggevende", "上司のメールアドレス",
            "承認者", "E-mail przełożonego", "Chefens e-post", "Närmaste chef", "Nærmeste leder", "Godkendt af",
            "Esihenkilön sähköposti", "YÖNETİCİ E-POSTASI", "Yönetici e-postası", "관리자 이메일", "Vedoucí e-mail",
            "Vezető e-mail-címe", "經理電子郵件", "Privat e-post", "개인 이메일", "Sender_Address", "Personal Email",
            "Private E-Mail", "E-Mail (privat)", "Recovery Email", "New Primary Email [UPLOAD ONLY]", "Requested By",
            "Handover to", "Replacement Email", "Nachfolger", "Remplaçant",
        ] {
            assert!(is_never_a_key(name), "{name}");
        }
        for name in [
            "Contractor Email", "User", "userPrincipalName", "Email", "Mitarbeiter", "Login", "Recipient", "mail",
            "UserId", "Work Email", "Vezetéknév", "KULLANICI ADI", "이메일", "E-postadress",
        ] {
            assert!(!is_never_a_key(name), "{name}");
        }
    }
}
