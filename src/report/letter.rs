//! A letter: one page on which one person's new password stands, to be printed and handed over.
//!
//! The only page with a secret in it. It has no script and takes nothing from anywhere; to open it takes a browser and
//! no network.

use std::fmt::Write as _;

use maud::{Markup, PreEscaped, Render, html};
use zeroize::Zeroizing;

use super::head::{PageHead, head};
use super::page_text::{PageText, page_text};
use super::spelling::{groups, said};
use crate::ids::ObjectId;
use crate::seal::{PassTimes, Password};
use crate::words::second_here;

const STYLE: &str = include_str!("assets/letter.css");

/// Whose letter it is.
#[derive(Debug, Clone, Copy)]
pub struct Addressee<'a> {
    /// The name for people; empty where it is not known.
    pub display_name: &'a str,
    /// The sign-in name.
    pub user_principal_name: &'a str,
    /// The account.
    pub object_id: ObjectId,
    /// Where the person stands on the list, as the file says: `row 7 (sheet row 8)`.
    pub place: &'a str,
    /// The organization's name; empty where it is not known.
    pub organization: &'a str,
    /// Is sign-in blocked, so that the password is of no use yet?
    pub is_blocked: bool,
}

/// A temporary access pass, to be handed over.
pub struct PassOnLetter<'a> {
    /// The pass itself.
    pub pass: &'a Password,
    /// When it is good.
    pub times: PassTimes,
}

/// A password on its way into HTML. Its `Debug` says nothing.
struct Secret<'a>(&'a str);

impl Render for Secret<'_> {
    fn render_to(&self, html: &mut String) {
        let _ = maud::Escaper::new(html).write_str(self.0);
    }
}

/// The page of one person: the letter, and on a sheet of its own the receipt, which the person who hands it over keeps.
pub fn page(addressee: &Addressee<'_>, passwords: &[&Password], pass: Option<&PassOnLetter<'_>>) -> Zeroizing<String> {
    let title = html! { (subject(passwords, pass)) " for " (page_text(name(addressee))) };
    let page = html! { (PreEscaped(opening(&title))) (PreEscaped(sheets(addressee, passwords, pass).as_str())) (PreEscaped(END)) };
    Zeroizing::new(page.into_string())
}

/// Everything before the first letter of a file.
pub fn opening(title: &Markup) -> String {
    let (style, color_scheme, robots) = (STYLE, "light", "noindex, noarchive");
    head(PageHead { title, style, script: None, color_scheme, robots }).into_string()
}

/// Everything behind the last.
pub use super::head::END;

fn name<'a>(addressee: &Addressee<'a>) -> &'a str {
    if addressee.display_name.is_empty() { addressee.user_principal_name } else { addressee.display_name }
}

/// What the letter is about.
const fn subject(passwords: &[&Password], pass: Option<&PassOnLetter<'_>>) -> &'static str {
    match (passwords.is_empty(), pass.is_some()) {
        (true, true) => "Temporary access pass",
        (false, true) => "New password and temporary access pass",
        (_, false) => "New password",
    }
}

/// Letter and receipt of one person. Where more than one password may be live, each stands on the letter, the one to try first
/// on top.
pub fn sheets(
    addressee: &Addressee<'_>,
    passwords: &[&Password],
    pass: Option<&PassOnLetter<'_>>,
) -> Zeroizing<String> {
    let (several, subject) = (passwords.len() > 1, subject(passwords, pass));
    let sheets = html! {
        main {
            (heading(subject, addressee))
            @if addressee.is_blocked {
                p.several {
                    "Sign-in to this account is blocked. This password is of no use until sign-in is allowed again."
                }
            }
            @if several {
                p.several {
                    "It is not known which of these " (passwords.len()) " passwords is the one. "
                    "Try them in this order."
                }
            }
            @for (index, password) in passwords.iter().rev().enumerate() {
                section aria-label={ "Password " (index + 1) } {
                    @if several { h2 { "Password " (index + 1) } }
                    p.password { (Secret(password.expose())) }
                    (spelled(password))
                }
            }
            @if let Some(PassOnLetter { pass, times }) = pass {
                section aria-label="Temporary access pass" {
                    h2 { "Temporary access pass" }
                    p.password { (Secret(pass.expose())) }
                    (spelled(pass))
                    p.advice {
                        "It is good from " (second_here(times.from)) " until " (second_here(times.until)) ", "
                        @if times.once { "for one sign-in. " } @else { "for any number of sign-ins. " }
                        "Enter it where a temporary access pass is asked for, and then register how you sign in from now on, such as a "
                        "passkey or the Authenticator app."
                    }
                }
            }
            (advice(addressee.is_blocked, passwords.is_empty()))
            (footing(addressee))
        }
        (receipt(&format!("Receipt for a {}", subject.to_lowercase()), addressee))
    };
    Zeroizing::new(sheets.into_string())
}

fn heading(kind: &str, addressee: &Addressee<'_>) -> Markup {
    let Addressee { user_principal_name, organization, .. } = *addressee;
    html! {
        header {
            p.kind { (kind) @if !organization.is_empty() { ", " (PageText(organization)) } }
            h1 { (PageText(name(addressee))) }
            dl {
                dt { "Sign-in name" } dd.signin { (PageText(user_principal_name)) }
            }
        }
    }
}

fn footing(addressee: &Addressee<'_>) -> Markup {
    html! { footer { "On the list: " (page_text(addressee.place)) ". Account " (addressee.object_id) } }
}

/// What the person does with the letter.
fn advice(is_blocked: bool, is_pass_alone: bool) -> Markup {
    html! {
        p.advice {
            @if is_blocked { "Keep this page where no other person reads it, and destroy it when it is not needed any more." }
            @else {
                "Sign in where you sign in at work, with the name above. "
                @if is_pass_alone { "Then " } @else { "Choose another password when you are asked to, then " }
                "destroy this page. If it does not work, ask the person who gave it to you."
            }
        }
    }
}

/// The sheet that stays with the person who hands the letter over.
fn receipt(kind: &str, addressee: &Addressee<'_>) -> Markup {
    html! {
        main.receipt-sheet {
            (heading(kind, addressee))
            p.advice { "For the person who hands it over: check who is in front of you, have this signed, and keep it. No password is on it." }
            table.receipt {
                tbody {
                    @for line in ["Handed over to", "On (date, time)", "By", "Identity checked how", "Signature"] {
                        tr { th scope="row" { (line) } td {} }
                    }
                }
            }
            (footing(addressee))
        }
    }
}

/// One line of the list of letters: no password is in it.
pub fn index_line(number: u64, addressee: &Addressee<'_>) -> String {
    let line = html! {
        tr {
            td.tick { "☐" } td { (number) }
            td { (PageText(name(addressee))) }
            td { (PageText(addressee.user_principal_name)) }
            td {}
        }
    };
    line.into_string()
}

/// The list of all letters of a file, to tick off; `lines` are those of [`index_line`].
pub fn index(lines: &str) -> String {
    let list = html! {
        main.index {
            h1 { "The letters of this file" }
            p.advice { "Tick each one off when it is handed over. No password is on this list." }
            table {
                thead { tr { @for head in ["", "No.", "Name", "Sign-in name", "Handed over (date, signature)"] { th scope="col" { (head) } } } }
                tbody { (PreEscaped(lines)) }
            }
        }
    };
    list.into_string()
}

fn spelled(password: &Password) -> Markup {
    html! {
        table.spelled {
            caption { "Spelled out. Capital letters are marked; a hyphen stands between the lines." }
            tbody {
                @for group in groups(password.expose()) {
                    tr {
                        th scope="row" { (Secret(group)) }
                        td {
                            @for (index, sign) in group.chars().enumerate() {
                                @if index > 0 { ", " }
                                @if sign.is_ascii_uppercase() { b { (said(sign)) } } @else { (said(sign)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter(name: &str, passwords: &[&str]) -> String {
        let passwords: Vec<Password> = passwords.iter().map(|text| Password::of((*text).to_owned())).collect();
        let addressee = Addressee {
            display_name: name,
            user_principal_name: "ada@contoso.com",
            object_id: "0f6d1c1e-6f0e-4a55-8a30-6a3f0c7d9b11".parse().unwrap(),
            place: "row 7",
            organization: "Contoso",
            is_blocked: false,
        };
        page(&addressee, &passwords.iter().collect::<Vec<_>>(), None).to_string()
    }

    #[test]
    fn a_letter_has_the_password_as_it_is_and_as_it_is_said() {
        let page = letter("Ada <script>", &["V<7#k-aB2~z"]);
        assert!(page.contains("V&lt;7#k-aB2~z"), "{page}");
        let text: String = page.replace("<b>", "").replace("</b>", "");
        assert!(text.contains("capital VICTOR, less-than sign, seven, hash, kilo"), "{text}");
        assert!(text.contains("alfa, capital BRAVO, two, tilde, zulu"), "{text}");
        assert!(page.contains("Ada &lt;script&gt;") && !page.contains("<script"), "{page}");
        assert!(page.contains("row 7") && page.contains("Contoso"));
        let receipt = page.split("class=\"receipt-sheet\"").nth(1).unwrap();
        assert!(receipt.contains("Handed over to") && !receipt.contains("V&lt;7#k"), "{receipt}");
    }

    #[test]
    fn of_several_passwords_the_last_one_is_tried_first() {
        let page = letter("", &["older-one", "newer-one"]);
        assert!(page.contains("these 2 passwords"));
        assert!(page.find("newer-one").unwrap() < page.find("older-one").unwrap());
        assert!(!letter("", &["only-one"]).contains("Password 1</h2>"));
    }

    #[test]
    fn the_letter_of_a_blocked_account_says_that_it_is_of_no_use_yet() {
        let password = Password::of("x-y".to_owned());
        let of = |is_blocked| {
            let addressee = Addressee {
                display_name: "Ada",
                user_principal_name: "ada@contoso.com",
                object_id: "0f6d1c1e-6f0e-4a55-8a30-6a3f0c7d9b11".parse().unwrap(),
                place: "row 7",
                organization: "",
                is_blocked,
            };
            page(&addressee, &[&password], None).to_string()
        };
        assert!(of(true).contains("is of no use until") && !of(true).contains("Sign in where you"));
        assert!(of(false).contains("Sign in where you") && !of(false).contains("is of no use until"));
    }

    #[test]
    fn a_pass_stands_on_it_with_its_times_and_not_on_the_receipt() {
        let pass = Password::of("kD7+q2Xw".to_owned());
        let from = time::macros::datetime!(2026-11-30 08:00 UTC);
        let times = PassTimes { from, until: from + time::Duration::HOUR, once: true };
        let addressee = Addressee {
            display_name: "Ada",
            user_principal_name: "ada@contoso.com",
            object_id: "0f6d1c1e-6f0e-4a55-8a30-6a3f0c7d9b11".parse().unwrap(),
            place: "row 7",
            organization: "",
            is_blocked: false,
        };
        let page = page(&addressee, &[], Some(&PassOnLetter { pass: &pass, times })).to_string();
        assert!(page.contains("kD7+q2Xw") && page.contains("for one sign-in") && page.contains("08:00:00"), "{page}");
        assert!(!page.contains("New password") && page.contains("Receipt for a temporary access pass"), "{page}");
        let receipt = page.split("class=\"receipt-sheet\"").nth(1).unwrap();
        assert!(!receipt.contains("kD7+q2Xw"));
    }

    #[test]
    fn nothing_on_it_runs_or_comes_from_elsewhere() {
        let page = letter("Ada", &["x"]);
        for forbidden in ["<script", "http:", "https:", "url(", "@import", "<img", "<link", "src=", "href="] {
            assert!(!page.contains(forbidden), "{forbidden}");
        }
        assert!(page.contains("default-src 'none'") && !STYLE.contains('\r') && !STYLE.contains("</"));
    }
}
