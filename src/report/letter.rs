//! A letter: one page on which one person's new password stands, to be printed and handed over.
//!
//! The only page with a secret in it. It has no script and takes nothing from anywhere; to open it takes a browser and
//! no network.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, Render, html};
use zeroize::Zeroizing;

use super::page_text::{PageText, page_text};
use super::spelling::{groups, said};
use crate::digest::Digest;
use crate::ids::ObjectId;
use crate::seal::Password;

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
    /// The number of the row in the roster, as the file says.
    pub row: &'a str,
}

/// A password on its way into HTML. Its `Debug` says nothing.
struct Secret<'a>(&'a str);

impl Render for Secret<'_> {
    fn render_to(&self, html: &mut String) {
        let _ = maud::Escaper::new(html).write_str(self.0);
    }
}

/// The page of one person. Where more than one password may be live, each stands on it, the one to try first on top.
#[must_use]
pub fn page(addressee: &Addressee<'_>, passwords: &[&Password]) -> Zeroizing<String> {
    let Addressee { display_name, user_principal_name, object_id, row } = *addressee;
    let name = if display_name.is_empty() { user_principal_name } else { display_name };
    let several = passwords.len() > 1;
    let policy =
        format!("default-src 'none'; style-src 'sha256-{}'", STANDARD.encode(Digest::of(STYLE.as_bytes()).bytes()));
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light";
                meta name="referrer" content="no-referrer";
                meta name="robots" content="noindex, noarchive";
                title { "New password for " (page_text(name)) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    header {
                        p.kind { "New password" }
                        h1 { (PageText(name)) }
                        dl {
                            dt { "Sign-in name" } dd.signin { (PageText(user_principal_name)) }
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
                    p.advice {
                        "Before you hand this over, check who is in front of you. "
                        "The receiver signs in, chooses another password if asked to, and destroys this page."
                    }
                    table.receipt {
                        tbody {
                            @for line in ["Handed over to", "On (date, time)", "By", "Identity checked how", "Signature"] {
                                tr { th scope="row" { (line) } td {} }
                            }
                        }
                    }
                    footer { "Row " (page_text(row)) " of the list, account " (object_id) }
                }
            }
        }
    };
    Zeroizing::new(page.into_string())
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
            row: "7",
        };
        page(&addressee, &passwords.iter().collect::<Vec<_>>()).to_string()
    }

    #[test]
    fn a_letter_has_the_password_as_it_is_and_as_it_is_said() {
        let page = letter("Ada <script>", &["V<7#k-aB2~z"]);
        assert!(page.contains("V&lt;7#k-aB2~z"), "{page}");
        let text: String = page.replace("<b>", "").replace("</b>", "");
        assert!(text.contains("capital VICTOR, less-than sign, seven, hash, kilo"), "{text}");
        assert!(text.contains("alfa, capital BRAVO, two, tilde, zulu"), "{text}");
        assert!(page.contains("Ada &lt;script&gt;") && !page.contains("<script"), "{page}");
        assert!(page.contains("Handed over to") && page.contains("Row 7"));
    }

    #[test]
    fn of_several_passwords_the_last_one_is_tried_first() {
        let page = letter("", &["older-one", "newer-one"]);
        assert!(page.contains("these 2 passwords"));
        assert!(page.find("newer-one").unwrap() < page.find("older-one").unwrap());
        assert!(!letter("", &["only-one"]).contains("Password 1</h2>"));
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
