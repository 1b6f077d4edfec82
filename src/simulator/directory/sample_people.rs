//! The people who are in every simulated directory, for any size and seed, so that sample rosters can name them.

use super::seed::{PersonKind, SamplePerson};

/// First name, last name, UPN, department, kind.
type SampleRow = (&'static str, &'static str, &'static str, &'static str, PersonKind);

/// How many people the cast counts.
pub(crate) const SIZE: usize = CAST.len();

/// The member of the cast with this index.
pub(super) fn member(index: usize) -> Option<SamplePerson> {
    CAST.get(index).map(person)
}

/// Those in the recycle bin.
pub(super) fn gone() -> impl Iterator<Item = SamplePerson> {
    GONE.iter().map(person)
}

fn person(&(given, surname, upn, department, kind): &SampleRow) -> SamplePerson {
    SamplePerson { given, surname, upn: upn.to_owned(), department: Some(department).filter(|d| !d.is_empty()), kind }
}

use PersonKind::{
    BreakGlass, Cloud, Disabled, ExternalMember, Federated, Guest, InternalGuest, PendingGuest, Shared, SyncAccount,
    Synced,
};

/// Append only: object ids are made from the place in this list, and rosters in the field name them.
#[rustfmt::skip]
const CAST: &[SampleRow] = &[
    ("Ada", "Lovelace", "ada.lovelace@contoso.com", "Engineering", Cloud),
    ("Grace", "Hopper", "grace.hopper@contoso.com", "Engineering", Cloud),
    ("Siobhán", "O'Neil", "siobhan.o'neil@contoso.com", "Site Berlin", Cloud),
    ("Jürgen", "Großmann", "juergen.grossmann@contoso.com", "Site Berlin", Cloud),
    ("María José", "Ibáñez", "mariajose.ibanez@contoso.com", "Site Madrid", Cloud),
    ("Łukasz", "Wójcik", "lukasz.wojcik@contoso.com", "Logistics", Cloud),
    ("Chiara", "D'Angelo", "chiara.d'angelo@contoso.com", "Marketing", Cloud),
    ("Nguyễn", "Thị Hoa", "hoa.nguyen@contoso.com", "Finance", Cloud),
    ("Søren", "Kjær", "soren.kjaer@contoso.com", "Research", Cloud),
    ("Zeynep", "Yıldız", "zeynep.yildiz@contoso.com", "Sales", Cloud),
    ("太郎", "山田", "taro.yamada@contoso.com", "Research", Cloud),
    ("Ольга", "Шевченко", "olha.shevchenko@contoso.com", "Legal", Cloud),
    ("محمد", "الحسن", "mohammad.alhasan@contoso.com", "Operations", Cloud),
    ("Jean-Luc", "Lefèvre", "jean-luc.lefevre@contoso.com", "Procurement", Cloud),
    ("Anne", "van den Berg", "anne.vandenberg@contoso.com", "Human Resources", Cloud),
    ("Oluwaseun", "Adeyemi", "oluwaseun.adeyemi@contoso.com", "Operations", Cloud),
    ("Priya", "Sharma", "priya.sharma@contoso.com", "Engineering", Cloud),
    ("Tomás", "Ó Briain", "tomas.obriain@contoso.com", "Service Desk", Cloud),
    ("Björn", "Lindqvist", "bjorn.lindqvist@contoso.com", "Sales", Cloud),
    ("Beatriz", "Gonçalves", "beatriz.goncalves@contoso.com", "Site Madrid", Cloud),
    ("Dmitri", "Petrov", "dmitri.petrov@contoso.com", "Logistics", Cloud),
    ("Mei", "Zhang", "mei.zhang@contoso.com", "Finance", Cloud),
    ("Kofi", "Boateng", "kofi.boateng@contoso.com", "Sales", Cloud),
    ("Hélène", "Moreau", "helene.moreau@contoso.com", "Legal", Cloud),
    ("Enikő", "Szabó", "eniko.szabo@contoso.com", "Research", Cloud),
    ("Raúl", "Jiménez", "raul.jimenez@contoso.com", "Site Madrid", Cloud),
    ("Wiebke", "Schröder", "wiebke.schroeder@contoso.com", "Site Berlin", Cloud),
    ("Thandiwe", "Mahlangu", "thandiwe.mahlangu@contoso.com", "Marketing", Cloud),
    ("Nikos", "Papadopoulos", "nikos.papadopoulos@contoso.com", "Procurement", Cloud),
    ("Šárka", "Dvořáková", "sarka.dvorakova@contoso.com", "Human Resources", Cloud),
    ("Liam", "Murphy", "liam.murphy@contoso.com", "Sales", Cloud),
    ("Fatima", "Haddad", "fatima.haddad@contoso.com", "Finance", Cloud),
    ("Yuki", "Nakamura", "yuki.nakamura@contoso.com", "Engineering", Cloud),
    ("Giulia", "Ricci", "giulia.ricci@contoso.com", "Marketing", Cloud),
    ("Arjun", "Iyer", "arjun.iyer@contoso.com", "Engineering", Cloud),
    ("Ingrid", "Øberg", "ingrid.oberg@contoso.com", "Legal", Cloud),
    ("Miguel", "Santos", "miguel.santos@contoso.com", "Logistics", Cloud),
    ("Petra", "Böhm", "petra.boehm@contoso.com", "Site Berlin", Cloud),
    ("Emeka", "Nwosu", "emeka.nwosu@contoso.com", "Operations", Cloud),
    ("Clara", "Fontaine", "clara.fontaine@contoso.com", "Sales", Cloud),
    ("Hans", "Zimmermann", "hans.zimmermann@contoso.com", "Site Berlin", Synced),
    ("Carmen", "Navarro", "carmen.navarro@contoso.com", "Site Madrid", Synced),
    ("Stefan", "Krause", "stefan.krause@contoso.com", "Logistics", Synced),
    ("Lucía", "Fernández", "lucia.fernandez@contoso.com", "Site Madrid", Synced),
    ("Wei", "Chen", "wei.chen@contoso.com", "Research", Synced),
    ("Sunita", "Patel", "sunita.patel@contoso.com", "Finance", Synced),
    ("Aoife", "O'Connor", "aoife.o'connor@contoso.com", "Operations", Synced),
    ("Ondřej", "Novák", "ondrej.novak@contoso.com", "Engineering", Synced),
    ("Julia", "Hartmann", "julia.hartmann@contoso.com", "Sales", Disabled),
    ("Omar", "Diallo", "omar.diallo@contoso.com", "Procurement", Disabled),
    ("Renée", "Laurent", "renee.laurent@contoso.com", "Human Resources", Disabled),
    ("Ava", "Reyes", "ava.reyes_adatum.com#EXT#@contoso.onmicrosoft.com", "", Guest),
    ("Noah", "Winter", "noah.winter_northwindtraders.com#EXT#@contoso.onmicrosoft.com", "", Guest),
    ("Elif", "Aydın", "elif.aydin_tailspintoys.com#EXT#@contoso.onmicrosoft.com", "", Guest),
    ("Samuel", "Osei", "samuel.osei_wingtiptoys.com#EXT#@contoso.onmicrosoft.com", "", PendingGuest),
    ("Robin", "Counsil", "robin.counsil@fabrikam.com", "Research", Federated),
    ("Mónica", "Torres", "monica.torres@fabrikam.com", "Sales", Federated),
    ("Jiří", "Horák", "jiri.horak@fabrikam.com", "Engineering", Federated),
    ("", "", "Sync_AADC01_5ea10ff0c0de@contoso.onmicrosoft.com", "", SyncAccount),
    ("", "", "breakglass1@contoso.onmicrosoft.com", "", BreakGlass),
    ("", "", "breakglass2@contoso.onmicrosoft.com", "", BreakGlass),
    ("Valérie", "Roux", "valerie.roux@contoso.com", "Finance", Cloud),
    ("Tariq", "Khan", "tariq.khan@contoso.com", "Operations", Cloud),
    ("Svetlana", "Ivanova", "svetlana.ivanova@contoso.com", "Service Desk", Cloud),
    // From here on those who hold or may hold a role, or are otherwise out of the ordinary (`contoso.rs` says what). None
    // of them is an enabled cloud member of the default domain: such a user is ordinary.
    ("Alex", "Wilber", "admin.wilber@contoso.onmicrosoft.com", "", Cloud),
    ("Megan", "Bowen", "admin.bowen@contoso.onmicrosoft.com", "", Cloud),
    ("Lynne", "Robbins", "admin.robbins@contoso.onmicrosoft.com", "", Cloud),
    ("Enrico", "Cattaneo", "admin.cattaneo@contoso.onmicrosoft.com", "", Cloud),
    ("Lee", "Gu", "admin.gu@contoso.onmicrosoft.com", "", Cloud),
    ("Nestor", "Wilke", "admin.wilke@contoso.onmicrosoft.com", "", Cloud),
    ("Isaiah", "Langer", "admin.langer@contoso.onmicrosoft.com", "", Cloud),
    ("Joni", "Sherman", "admin.sherman@contoso.onmicrosoft.com", "", Cloud),
    ("Ralf", "Schäfer", "ralf.schaefer@contoso.com", "Site Berlin", Synced),
    ("Grady", "Archie", "grady.archie@contoso.com", "Service Desk", Synced),
    ("Johanna", "Lorenz", "johanna.lorenz@contoso.com", "Finance", Synced),
    ("Pradeep", "Gupta", "pradeep.gupta@contoso.com", "Operations", Synced),
    ("Miriam", "Graham", "miriam.graham@fabrikam.com", "Marketing", Federated),
    ("Irvin", "Sayers", "irvin.sayers@fabrikam.com", "Engineering", Federated),
    ("Patti", "Fernandez", "patti.fernandez@contoso.com", "Legal", Synced),
    ("Lidia", "Holloway", "lidia.holloway@contoso.onmicrosoft.com", "Legal", Cloud),
    ("Debra", "Berger", "debra.berger@contoso.onmicrosoft.com", "Engineering", Cloud),
    ("Diego", "Siciliani", "contractor.siciliani@contoso.onmicrosoft.com", "", InternalGuest),
    ("Adele", "Vance", "adele.vance_adatum.com#EXT#@contoso.onmicrosoft.com", "Research", ExternalMember),
    ("Info", "Contoso", "info@contoso.com", "", Shared),
    ("Support", "Berlin", "support.berlin@contoso.com", "", Shared),
    ("", "", "ADToAADSyncServiceAccount@contoso.onmicrosoft.com", "", SyncAccount),
];

/// People who left and can still be restored: in the directory's recycle bin from the start.
#[rustfmt::skip]
const GONE: &[SampleRow] = &[
    ("Kim", "Jones", "kim.jones@contoso.com", "Sales", Cloud),
    ("Brian", "Johnson", "brian.johnson@contoso.com", "Logistics", Synced),
    ("Delia", "Dennis", "delia.dennis_wingtiptoys.com#EXT#@contoso.onmicrosoft.com", "", Guest),
];
