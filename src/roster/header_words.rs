//! What columns are called in other languages than English, and in English where exports and personnel offices have words of
//! their own: the dictionary of headers.
//!
//! The names of the Microsoft portals are those of their exports in each language; the other words are those that people write
//! above a list of employees. Upper and lower case, blanks, hyphens, full stops, brackets, apostrophes and accents make no
//! difference: `Prénom` is `PRENOM`, and `N.º de empleado` is `Nº de empleado`.
//!
//! A word stands here only where it has one meaning in all of these languages. `Nome` is a whole name in Portuguese and a first
//! name in Italian, so it is `name` and decides nothing.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::folded::plain;

/// The English name by which this room knows a column, and the words for it.
type Words = (&'static str, &'static [&'static str]);

/// The name of the property itself, and of its forms in the portals.
const SIGN_IN_NAME: &[Words] = &[
    (
        "userprincipalname",
        &[
            "Benutzerprinzipalname",
            "Benutzerprinzipalname (UPN)",
            "Prinzipalname",
            "UPN-Name",
            "U.P.N.",
            "User Principal Name (UPN)",
        ],
    ),
    (
        "userprincipalname",
        &["Nom d'utilisateur principal", "Nom principal de l'utilisateur", "Nom principal d'utilisateur", "Nom UPN"],
    ),
    (
        "userprincipalname",
        &[
            "Nombre principal de usuario",
            "Nombre principal del usuario",
            "Nombre de usuario principal",
            "Nombre de entidad de seguridad de usuario",
        ],
    ),
    ("userprincipalname", &["Nome UPN", "Nome principal do usuário", "Nome principal do utilizador"]),
    (
        "userprincipalname",
        &[
            "Nome dell'entità utente",
            "Nome entità utente",
            "Nome dell'entità utente (UPN)",
            "Nome principale utente",
            "Nome dell'entità di sicurezza utente",
        ],
    ),
    (
        "userprincipalname",
        &[
            "Gebruikersprincipalnaam",
            "Principal-naam van gebruiker",
            "Principal name van gebruiker",
            "Principalnaam van gebruiker",
        ],
    ),
    ("userprincipalname", &["ユーザー プリンシパル名", "ユーザ プリンシパル名", "ユーザー プリンシパル ネーム"]),
    ("userprincipalname", &["Główna nazwa użytkownika", "Nazwa główna użytkownika"]),
    ("userprincipalname", &["用户主体名称", "用户主体名", "用户主体名称 (UPN)"]),
    ("userprincipalname", &["Имя участника-пользователя", "Основное имя пользователя"]),
    ("userprincipalname", &["Hlavní název uživatele", "Hlavní jméno uživatele", "Egyszerű felhasználónév"]),
    (
        "userprincipalname",
        &["Användarens huvudnamn", "Användarhuvudnamn", "Huvudnamn för användare", "Brugerens hovednavn"],
    ),
    ("userprincipalname", &["Brugerhovednavn", "Hovednavn for bruger", "Brukerhovednavn", "Brukerens hovednavn"]),
    ("userprincipalname", &["Hovednavn for bruker", "Käyttäjän päänimi", "Käyttäjän täydellinen nimi"]),
    ("userprincipalname", &["Kullanıcı asıl adı", "Kullanıcı asıl adı (UPN)", "사용자 계정 이름", "사용자 주체 이름"]),
    ("userprincipalname", &["Hlavní název uživatele (UPN)", "Uživatelský hlavní název", "Felhasználó egyszerű neve"]),
    ("userprincipalname", &["使用者主體名稱", "使用者主要名稱", "用户主体名称（UPN）", "用户主要名称"]),
    ("userprincipalname", &["Primary user UPN", "Member UPN", "Windows Live ID", "Microsoft Online Services ID"]),
];

const USER_NAME: &[Words] = &[
    ("username", &["Benutzername", "Nutzername", "Anmeldename", "Benutzeranmeldename"]),
    ("username", &["Nom d'utilisateur", "Nom de connexion", "Identifiant de connexion", "Nom d'usager"]),
    ("username", &["Nombre de usuario", "Nombre de inicio de sesión"]),
    ("username", &["Nome de usuário", "Nome de utilizador", "Nome do usuário", "Nome do utilizador"]),
    ("username", &["Nome utente", "Nome di accesso"]),
    ("username", &["Gebruikersnaam", "Inlognaam", "Aanmeldingsnaam", "Aanmeldnaam"]),
    ("username", &["ユーザー名", "ユーザ名", "ﾕｰｻﾞｰ名", "ﾕｰｻﾞ名", "ログイン名", "ログイン ID", "サインイン名"]),
    ("username", &["Nazwa użytkownika", "Nazwa logowania"]),
    ("username", &["用户名", "登录名", "登录账号"]),
    ("username", &["Имя пользователя", "Логин", "Имя для входа"]),
    ("username", &["Uživatelské jméno", "Přihlašovací jméno", "Felhasználónév", "Bejelentkezési név"]),
    ("username", &["Användarnamn", "Inloggningsnamn", "Brugernavn", "Logonnavn", "Brukernavn", "Påloggingsnavn"]),
    ("username", &["Käyttäjänimi", "Käyttäjätunnus", "Kirjautumisnimi", "Kullanıcı adı", "Oturum açma adı"]),
    (
        "username",
        &["사용자 이름", "사용자명", "로그인 이름", "로그인 ID", "使用者名稱", "登入名稱", "登入帳號", "登录名称"],
    ),
    ("username", &["Přihlašovací název", "Bejelentkezési azonosító", "Felhasználói név"]),
    ("login", &["Login name", "Logon name", "User login", "User logon name", "Login ID", "Logon ID", "Okta username"]),
];

const PERSON: &[Words] = &[
    ("user", &["Benutzer", "Nutzer", "Utilisateur", "Usuario", "Usuário", "Utilizador", "Utente", "Gebruiker"]),
    ("user", &["ユーザー", "ユーザ", "Użytkownik", "用户", "Пользователь", "Uživatel", "Felhasználó"]),
    ("user", &["Användare", "Bruger", "Bruker", "Käyttäjä", "Kullanıcı", "사용자", "使用者"]),
    ("account", &["Användarkonto", "Brugerkonto", "Brukerkonto", "Tili", "Käyttäjätili", "Hesap", "Kullanıcı hesabı"]),
    (
        "account",
        &["계정", "사용자 계정", "帳號", "帳戶", "使用者帳戶", "Uživatelský účet", "Fiók", "Felhasználói fiók"],
    ),
    ("member", &["Medlem", "Jäsen", "Üye", "구성원", "成员", "成員", "Člen", "Tagok"]),
    ("employee", &["Anställd", "Medarbetare", "Medarbejder", "Ansat", "Ansatt", "Arbeidstaker", "Työntekijä"]),
    ("employee", &["Çalışan", "Personel", "직원", "사원", "임직원", "員工", "职员", "職員", "Pracovník"]),
    ("employee", &["Dolgozó", "Alkalmazott", "Munkavállaló", "Munkatárs"]),
    ("account", &["Konto", "Benutzerkonto", "Compte", "Compte d'utilisateur", "Cuenta", "Cuenta de usuario"]),
    ("account", &["Conta", "Conta de usuário", "Gebruikersaccount", "アカウント", "Konto użytkownika", "账号", "账户"]),
    ("account", &["User account", "Учетная запись", "Účet"]),
    ("member", &["Mitglied", "Membre", "Miembro", "Membro", "Lid", "メンバー", "Członek"]),
    ("employee", &["Mitarbeiter", "Mitarbeiterin", "Mitarbeitende", "Beschäftigter", "Employé", "Salarié"]),
    ("employee", &["Collaborateur", "Empleado", "Trabajador", "Funcionário", "Colaborador", "Dipendente"]),
    ("employee", &["Medewerker", "Werknemer", "社員", "従業員", "Pracownik", "员工", "Сотрудник", "Zaměstnanec"]),
];

/// Addresses at work.
const ADDRESS: &[Words] = &[
    (
        "emailaddress",
        &["E-Mail-Adresse", "E-Mail-Adressen", "Adresse e-mail", "Adresse électronique", "Adresse courriel"],
    ),
    ("emailaddress", &["Adresse de messagerie", "Adresse de courriel", "Dirección de correo electrónico"]),
    (
        "emailaddress",
        &["Dirección de correo", "Dirección de email", "Endereço de e-mail", "Endereço de correio eletrónico"],
    ),
    ("emailaddress", &["Endereço eletrônico", "Indirizzo e-mail", "Indirizzo di posta elettronica", "Indirizzo email"]),
    ("emailaddress", &["E-mailadres", "Emailadres", "電子メール アドレス", "Eメール アドレス", "メール アドレス"]),
    (
        "emailaddress",
        &["ﾒｰﾙｱﾄﾞﾚｽ", "Adres e-mail", "Adres poczty e-mail", "Adres poczty elektronicznej", "Adres mailowy"],
    ),
    ("emailaddress", &["电子邮件地址", "邮箱地址", "Адрес электронной почты", "Адрес эл. почты", "E-mailová adresa"]),
    ("emailaddress", &["E-mail-cím", "Email ID", "E-mail ID", "Email address ID", "User email", "User email address"]),
    ("emailaddress", &["E-postadress", "E-post-adress", "E-mailadresse", "E-mail-adresse", "E-postadresse"]),
    ("emailaddress", &["Sähköpostiosoite", "E-posta adresi", "이메일 주소", "전자 메일 주소", "메일 주소"]),
    (
        "emailaddress",
        &["電子郵件地址", "電郵地址", "电邮地址", "郵件地址", "Adresa elektronické pošty", "Emailová adresa"],
    ),
    ("emailaddress", &["E-mail cím", "Emailcím", "Email cím", "Elektronikus levélcím"]),
    ("mailaddress", &["Mejladress", "Mailadress", "Mailadresse"]),
    ("email", &["E-post", "Mejl", "Epost", "Sähköposti", "E-posta", "이메일", "전자 메일", "메일"]),
    ("email", &["電子郵件", "電郵", "电邮", "信箱", "Elektronická pošta"]),
    ("mailaddress", &["Mail-Adresse", "Adresse mail", "Mailadres"]),
    ("email", &["Courriel", "Mél", "Correo electrónico", "Correo", "Correio eletrónico", "Correio eletrônico"]),
    ("email", &["Posta elettronica", "メール", "電子メール", "Eメール", "Poczta e-mail", "Poczta elektroniczna"]),
    ("email", &["邮箱", "电子邮件", "电子邮箱", "Электронная почта", "Эл. почта", "Почта"]),
    ("workemail", &["Work email address", "Email (work)", "Email - work", "Work mail", "Work e-mail ID", "Email work"]),
    (
        "workemail",
        &["Official email", "Official email ID", "Official email address", "Official mail", "Official mail ID"],
    ),
    (
        "workemail",
        &["Company email", "Company email ID", "Company email address", "Business email", "Business email address"],
    ),
    (
        "workemail",
        &["Corporate email", "Corporate email ID", "Corporate email address", "Office email", "Office email ID"],
    ),
    ("workemail", &["Email - primary work", "Email primary work", "Work email - primary"]),
    ("workemail", &["Employee email", "Employee email address", "Employee email ID"]),
    ("workemail", &["Organisation email", "Organization email", "Primary work email", "Email Address (Work)"]),
    ("workemail", &["Dienstliche E-Mail", "Dienstliche E-Mail-Adresse", "E-Mail dienstlich", "E-Mail (dienstlich)"]),
    (
        "workemail",
        &["Geschäftliche E-Mail", "Geschäftliche E-Mail-Adresse", "E-Mail geschäftlich", "E-Mail (geschäftlich)"],
    ),
    ("workemail", &["Dienst-E-Mail", "Firmen-E-Mail", "Firmen-E-Mail-Adresse", "Mitarbeiter-E-Mail", "Dienstmail"]),
    ("workemail", &["E-mail professionnel", "Courriel professionnel", "Adresse e-mail professionnelle"]),
    ("workemail", &["Mail professionnel", "Adresse professionnelle", "Adresse mail professionnelle", "E-mail pro"]),
    (
        "workemail",
        &["Correo corporativo", "Correo electrónico corporativo", "Correo de trabajo", "Correo institucional"],
    ),
    (
        "workemail",
        &["Correo electrónico de trabajo", "Correo empresarial", "Correo laboral", "Correo electrónico laboral"],
    ),
    ("workemail", &["E-mail corporativo", "E-mail profissional", "E-mail institucional", "E-mail da empresa"]),
    (
        "workemail",
        &["E-mail aziendale", "Indirizzo e-mail aziendale", "E-mail di lavoro", "E-mail lavoro", "Posta aziendale"],
    ),
    ("workemail", &["Zakelijk e-mailadres", "Zakelijke e-mail", "Werkmail", "Werk e-mail", "Werk e-mailadres"]),
    (
        "workemail",
        &["会社メール", "会社メールアドレス", "社用メールアドレス", "社内メールアドレス", "勤務先メールアドレス"],
    ),
    ("workemail", &["業務用メールアドレス", "会社のメールアドレス", "勤務先メール", "社用メール"]),
    (
        "workemail",
        &["E-mail służbowy", "Adres e-mail służbowy", "Służbowy adres e-mail", "Służbowy e-mail", "Mail służbowy"],
    ),
    ("workemail", &["公司邮箱", "工作邮箱", "企业邮箱", "Рабочая почта", "Рабочий email", "Корпоративная почта"]),
    ("workemail", &["Pracovní e-mail", "Firemní e-mail", "Céges e-mail", "Munkahelyi e-mail", "Služební e-mail"]),
    ("workemail", &["Pracovní e-mailová adresa", "Céges e-mail-cím", "Munkahelyi e-mail-cím", "Vállalati e-mail"]),
    ("workemail", &["Jobbmejl", "Jobb-e-post", "E-post arbete", "E-post (arbete)", "Arbetsmejl", "Arbets-e-post"]),
    ("workemail", &["Arbejdsmail", "Arbejds-e-mail", "Firmamail", "E-mail (arbejde)", "Jobbepost", "Jobbmail"]),
    ("workemail", &["E-post (jobb)", "E-post jobb", "Firma-e-post", "Työsähköposti", "Työsähköpostiosoite"]),
    (
        "workemail",
        &["İş e-postası", "Kurumsal e-posta", "Kurumsal e-posta adresi", "Şirket e-postası", "İş e-posta adresi"],
    ),
    (
        "workemail",
        &["회사 이메일", "업무용 이메일", "회사 메일", "업무 메일", "사내 메일", "회사 이메일 주소", "사내 이메일"],
    ),
    (
        "workemail",
        &["公司信箱", "公司郵箱", "公司電子郵件", "員工信箱", "员工邮箱", "公司邮件", "工作郵箱", "企业邮箱地址"],
    ),
    ("primarysmtpaddress", &["Primary SMTP", "Primary email", "Primary email address", "Primary user email address"]),
    (
        "primarysmtpaddress",
        &["Windows email address", "SMTP address", "Primäre SMTP-Adresse", "Primäre E-Mail-Adresse"],
    ),
    ("primarysmtpaddress", &["Adresse SMTP principale", "Adresse e-mail principale", "Dirección SMTP principal"]),
    ("primarysmtpaddress", &["Endereço SMTP primário", "Indirizzo SMTP primario", "Primair SMTP-adres"]),
    ("primarysmtpaddress", &["プライマリ SMTP アドレス", "Podstawowy adres SMTP"]),
];

const NUMBER: &[Words] = &[
    ("objectid", &["Objekt-ID", "Objektkennung", "ID d'objet", "ID de l'objet", "ID objet", "Identificateur d'objet"]),
    ("objectid", &["Id. de objeto", "Id. del objeto", "Identificador de objeto", "ID do objeto", "ID oggetto"]),
    (
        "objectid",
        &["Oggetto ID", "オブジェクト ID", "Identyfikator obiektu", "对象 ID", "Идентификатор объекта", "ID objektu"],
    ),
    ("objectid", &["Objekt-id", "Objekt-ID för användare", "Objektin tunnus", "Objektitunnus", "Nesne kimliği"]),
    (
        "objectid",
        &[
            "개체 ID",
            "개체 식별자",
            "物件識別碼",
            "物件 ID",
            "对象标识符",
            "Objektumazonosító",
            "Identifikátor objektu",
        ],
    ),
    ("employeeid", &["Anställningsnummer", "Anställnings-ID", "Anställningsnr", "Medarbejdernummer", "Medarbejdernr."]),
    ("employeeid", &["Medarbejder-id", "Lønnummer", "Ansattnummer", "Ansatt-ID", "Ansattnr", "Henkilönumero"]),
    (
        "employeeid",
        &["Työntekijänumero", "Työntekijätunnus", "Sicil no", "Sicil numarası", "Personel no", "Çalışan no"],
    ),
    ("employeeid", &["Çalışan kimliği", "Personel numarası", "사번", "사원번호", "직원 ID", "직원 번호", "직원번호"]),
    ("employeeid", &["員工編號", "工號", "員工代號", "员工代码", "员工 ID", "職工號", "職員編號"]),
    ("employeeid", &["Číslo zaměstnance", "ID zaměstnance", "Zaměstnanecké číslo", "Dolgozói azonosító"]),
    ("employeeid", &["Alkalmazotti azonosító", "Munkavállalói azonosító", "Törzsszáma", "Dolgozó törzsszáma"]),
    (
        "objectid",
        &["Entra ID", "Entra object ID", "Microsoft Entra object ID", "Azure object ID", "Azure AD ID", "AAD ID"],
    ),
    ("employeeid", &["Employee number", "Employee no", "Emp ID", "Emp no", "Emp code", "Employee code", "Staff ID"]),
    ("employeeid", &["Staff number", "Personnel number", "Worker ID", "Payroll number", "Personnel no", "Staff no"]),
    (
        "employeeid",
        &["Personalnummer", "Personal-Nr.", "Pers.-Nr.", "Mitarbeiternummer", "Mitarbeiter-Nr.", "Mitarbeiter-ID"],
    ),
    (
        "employeeid",
        &["Matricule", "Numéro d'employé", "Numéro de salarié", "N° employé", "ID employé", "N° de matricule"],
    ),
    ("employeeid", &["Número de empleado", "Id. de empleado", "N.º de empleado", "Código de empleado", "Legajo"]),
    (
        "employeeid",
        &["Matrícula", "Número de funcionário", "ID do funcionário", "Número mecanográfico", "N.º de funcionário"],
    ),
    ("employeeid", &["Matricola", "ID dipendente", "Numero dipendente", "Codice dipendente", "Numero di matricola"]),
    ("employeeid", &["Personeelsnummer", "Werknemersnummer", "Medewerkernummer", "Medewerker-ID", "Werknemer-ID"]),
    ("employeeid", &["社員番号", "従業員番号", "従業員 ID", "社員 ID", "職員番号", "社員コード", "従業員コード"]),
    (
        "employeeid",
        &["Numer pracownika", "Identyfikator pracownika", "Numer ewidencyjny", "Nr pracownika", "Nr ewidencyjny"],
    ),
    ("employeeid", &["工号", "员工编号", "员工号", "Табельный номер", "Osobní číslo", "Törzsszám"]),
    (
        "samaccountname",
        &["SAM-Kontoname", "SAM account", "Benutzeranmeldename (Prä-Windows 2000)", "Nom de compte SAM"],
    ),
    ("samaccountname", &["User logon name (pre-Windows 2000)", "Pre-Windows 2000 logon name", "Nombre de cuenta SAM"]),
    (
        "samaccountname",
        &["Nome da conta SAM", "Nome account SAM", "SAM-accountnaam", "SAM アカウント名", "Nazwa konta SAM"],
    ),
    ("proxyaddresses", &["Proxyadressen", "Adresses proxy", "Direcciones de proxy", "Endereços de proxy"]),
    ("proxyaddresses", &["Indirizzi proxy", "Proxyadressen (SMTP)", "プロキシ アドレス", "Adresy proxy"]),
];

/// What decides nothing about who is meant.
const ABOUT: &[Words] = &[
    ("displayname", &["Anzeigename", "Vollständiger Name", "Nom d'affichage", "Nom complet", "Nombre para mostrar"]),
    (
        "displayname",
        &["Nombre completo", "Nome de exibição", "Nome a apresentar", "Nome completo", "Nome visualizzato"],
    ),
    ("displayname", &["Weergavenaam", "Volledige naam", "表示名", "氏名", "Nazwa wyświetlana", "Imię i nazwisko"]),
    ("displayname", &["显示名称", "姓名", "Отображаемое имя", "ФИО", "Zobrazované jméno", "Megjelenítendő név"]),
    ("displayname", &["Visningsnamn", "Fullständigt namn", "Vist navn", "Fulde navn", "Visningsnavn", "Fullt navn"]),
    ("displayname", &["Näyttönimi", "Koko nimi", "Görünen ad", "Ad soyad", "Adı soyadı", "표시 이름", "성명"]),
    (
        "displayname",
        &["顯示名稱", "显示名", "顯示名", "Celé jméno", "Jméno a příjmení", "Megjelenített név", "Teljes név"],
    ),
    ("givenname", &["Förnamn", "Fornavn", "Etunimi", "Křestní jméno", "Keresztnév", "Utónév"]),
    ("surname", &["Efternamn", "Efternavn", "Etternavn", "Sukunimi", "Soyad", "Soyadı", "Vezetéknév", "Családnév"]),
    (
        "department",
        &["Avdelning", "Afdeling", "Avdeling", "Osasto", "Departman", "부서", "部門名稱", "Útvar", "Részleg"],
    ),
    ("displayname", &["Full name", "Legal name", "Employee name", "Emp name", "Preferred name"]),
    ("givenname", &["Vorname", "Prénom", "Primeiro nome", "Nome próprio", "Voornaam", "Imię"]),
    ("surname", &["Nachname", "Familienname", "Zuname", "Nom de famille", "Apellidos", "Apellido", "Sobrenome"]),
    ("surname", &["Apelido", "Cognome", "Achternaam", "Nazwisko", "Фамилия", "Příjmení"]),
    (
        "department",
        &["Abteilung", "Département", "Departamento", "Reparto", "Dipartimento", "Afdeling", "部署", "部門"],
    ),
    ("department", &["所属", "Dział", "部门", "Отдел", "Oddělení"]),
    ("jobtitle", &["Stellenbezeichnung", "Berufsbezeichnung", "Fonction", "Cargo", "Puesto", "Mansione", "Functie"]),
    ("jobtitle", &["Functietitel", "役職", "職種", "Stanowisko", "职位", "职务", "Должность"]),
    ("accountenabled", &["Konto aktiviert", "Compte activé", "Cuenta habilitada", "Conta habilitada", "Conta ativada"]),
    ("accountenabled", &["Account abilitato", "Account ingeschakeld", "アカウントの有効化", "Konto włączone"]),
    ("blockcredential", &["Anmeldung blockiert", "Anmeldeinformationen blockieren", "Connexion bloquée"]),
    (
        "blockcredential",
        &["Bloquer les informations d'identification", "Bloquear credencial", "Inicio de sesión bloqueado"],
    ),
    ("blockcredential", &["Entrada bloqueada", "Blocca credenziali", "Accesso bloccato", "Aanmelding geblokkeerd"]),
    (
        "blockcredential",
        &["Referentie blokkeren", "サインインのブロック", "資格情報のブロック", "Blokuj poświadczenia"],
    ),
    ("blockcredential", &["Logowanie zablokowane", "Sign-in blocked", "Block sign-in"]),
    ("usertype", &["Benutzertyp", "Type d'utilisateur", "Tipo de usuario", "Tipo de usuário", "Tipo de utilizador"]),
    (
        "usertype",
        &["Tipo utente", "Gebruikerstype", "ユーザーの種類", "Typ użytkownika", "用户类型", "Тип пользователя"],
    ),
];

/// Every word in the form in which names are compared, with its English name.
static ENGLISH: LazyLock<HashMap<String, &'static str>> = LazyLock::new(|| {
    let all = [SIGN_IN_NAME, USER_NAME, PERSON, ADDRESS, NUMBER, ABOUT];
    let each = |(english, words): &Words| words.iter().map(|word| (plain(word), *english)).collect::<Vec<_>>();
    all.into_iter().flatten().flat_map(each).collect()
});

/// The English name of a column, as this room folds it.
pub(super) fn english(name: &str) -> Option<&'static str> {
    ENGLISH.get(&plain(name)).copied()
}

#[cfg(test)]
mod tests {
    use super::super::somebody_else::is_never_a_key;
    use super::*;

    #[test]
    fn spelling_makes_no_difference() {
        for name in [
            "Nom d’utilisateur principal",
            "NOM D'UTILISATEUR PRINCIPAL",
            "nom_d-utilisateur principal",
            "Nom d'utilisateur\u{a0}principal*",
        ] {
            assert_eq!(english(name), Some("userprincipalname"), "{name}");
        }
        assert_eq!(english("Pre\u{301}nom"), Some("givenname"), "an accent as a letter of its own");
        assert_eq!(english("オブジェクトＩＤ"), Some("objectid"), "wide letters");
        assert_eq!(english("Nº de empleado"), Some("employeeid"));
        assert_eq!(english("KULLANICI ADI"), Some("username"), "capitals without dots");
        assert_eq!(english("İş E-postası"), Some("workemail"), "a capital with a dot");
        assert_eq!(english("Sähköpostiosoite"), Some("emailaddress"));
        assert_eq!(english("Haarfarbe"), None);
    }

    #[test]
    fn no_word_has_two_meanings_and_none_is_somebody_else() {
        let mut seen: HashMap<String, &str> = HashMap::new();
        for (meaning, words) in [SIGN_IN_NAME, USER_NAME, PERSON, ADDRESS, NUMBER, ABOUT].into_iter().flatten() {
            for word in *words {
                assert!(!is_never_a_key(word), "{word}");
                let before = seen.insert(plain(word), meaning);
                assert!(before.is_none_or(|before| before == *meaning), "{word}: {before:?} and {meaning}");
            }
        }
    }
}
