//! Names that people have, as they write them and as their sign-in names spell them.

/// A name as people read it, and the same in the letters that a UPN may hold.
pub(super) struct Name {
    pub(super) written: &'static str,
    pub(super) in_upn: &'static str,
}

const fn name(written: &'static str, in_upn: &'static str) -> Name {
    Name { written, in_upn }
}

/// First names; with the surnames they give each combination once before any number is needed.
#[rustfmt::skip]
pub(super) const GIVEN: &[Name] = &[
    name("Ada", "ada"), name("Agnieszka", "agnieszka"), name("Ahmed", "ahmed"), name("Aiko", "aiko"),
    name("Álvaro", "alvaro"), name("Amélie", "amelie"), name("Amina", "amina"), name("Anders", "anders"),
    name("André", "andre"), name("Ángela", "angela"), name("Anna", "anna"), name("Aoife", "aoife"),
    name("Arjun", "arjun"), name("Åsa", "asa"), name("Aylin", "aylin"), name("Beatriz", "beatriz"),
    name("Björn", "bjorn"), name("Błażej", "blazej"), name("Bruno", "bruno"), name("Carmen", "carmen"),
    name("Céline", "celine"), name("Chidi", "chidi"), name("Chloé", "chloe"), name("Clara", "clara"),
    name("Đặng", "dang"), name("Daniel", "daniel"), name("Diego", "diego"), name("Dmitri", "dmitri"),
    name("Eleni", "eleni"), name("Elif", "elif"), name("Emeka", "emeka"), name("Emma", "emma"),
    name("Enikő", "eniko"), name("Fatima", "fatima"), name("Felix", "felix"), name("Fiona", "fiona"),
    name("François", "francois"), name("Gabriela", "gabriela"), name("Georg", "georg"), name("Giulia", "giulia"),
    name("Grace", "grace"), name("Hana", "hana"), name("Hans", "hans"), name("Hélène", "helene"),
    name("Hiroshi", "hiroshi"), name("Ifeoma", "ifeoma"), name("Ines", "ines"), name("Ingrid", "ingrid"),
    name("Irina", "irina"), name("Iván", "ivan"), name("James", "james"), name("Jens", "jens"),
    name("Jiří", "jiri"), name("João", "joao"), name("Jonas", "jonas"), name("José", "jose"),
    name("Julia", "julia"), name("Jürgen", "jurgen"), name("Katarzyna", "katarzyna"), name("Kenji", "kenji"),
    name("Khadija", "khadija"), name("Kofi", "kofi"), name("Lars", "lars"), name("Leila", "leila"),
    name("Lena", "lena"), name("Liam", "liam"), name("Łukasz", "lukasz"), name("Lucía", "lucia"),
    name("Magnus", "magnus"), name("Mariam", "mariam"), name("Marie", "marie"), name("Mateusz", "mateusz"),
    name("Mehmet", "mehmet"), name("Mei", "mei"), name("Michał", "michal"), name("Miguel", "miguel"),
    name("Mónica", "monica"), name("Nadia", "nadia"), name("Naoko", "naoko"), name("Niamh", "niamh"),
    name("Nikos", "nikos"), name("Noah", "noah"), name("Núria", "nuria"), name("Olga", "olga"),
    name("Oluwaseun", "oluwaseun"), name("Omar", "omar"), name("Ondřej", "ondrej"), name("Paolo", "paolo"),
    name("Petra", "petra"), name("Pierre", "pierre"), name("Priya", "priya"), name("Raúl", "raul"),
    name("Renée", "renee"), name("Rosa", "rosa"), name("Ruth", "ruth"), name("Sakura", "sakura"),
    name("Samuel", "samuel"), name("Sana", "sana"), name("Šárka", "sarka"), name("Siobhán", "siobhan"),
    name("Sofia", "sofia"), name("Søren", "soren"), name("Stefan", "stefan"), name("Sunita", "sunita"),
    name("Susanne", "susanne"), name("Svetlana", "svetlana"), name("Tariq", "tariq"), name("Thandiwe", "thandiwe"),
    name("Thomas", "thomas"), name("Tomás", "tomas"), name("Valérie", "valerie"), name("Vikram", "vikram"),
    name("Wei", "wei"), name("Wiebke", "wiebke"), name("Yara", "yara"), name("Yuki", "yuki"),
    name("Zeynep", "zeynep"), name("Zoë", "zoe"), name("太郎", "taro"), name("花子", "hanako"),
    name("建伟", "jianwei"), name("敏", "min"), name("Ольга", "olha"), name("Νίκη", "niki"),
    name("محمد", "mohammad"), name("נועה", "noa"), name("지훈", "jihoon"), name("अनिल", "anil"),
];

/// Last names.
#[rustfmt::skip]
pub(super) const SURNAMES: &[Name] = &[
    name("Abadi", "abadi"), name("Adeyemi", "adeyemi"), name("Aguilar", "aguilar"), name("Ahmadi", "ahmadi"),
    name("Andersen", "andersen"), name("Bäcker", "baecker"), name("Banerjee", "banerjee"), name("Bauer", "bauer"),
    name("Bianchi", "bianchi"), name("Björklund", "bjorklund"), name("Boateng", "boateng"), name("Böhm", "boehm"),
    name("Brandt", "brandt"), name("Çelik", "celik"), name("Chen", "chen"), name("Clarke", "clarke"),
    name("Contreras", "contreras"), name("Costa", "costa"), name("D'Angelo", "d'angelo"), name("D'Souza", "d'souza"),
    name("Dąbrowski", "dabrowski"), name("da Silva", "dasilva"), name("de Vries", "devries"), name("Demir", "demir"),
    name("Diallo", "diallo"), name("Dietrich", "dietrich"), name("Dubois", "dubois"), name("Dupont", "dupont"),
    name("Dvořák", "dvorak"), name("Edwards", "edwards"), name("Eriksson", "eriksson"), name("Fernández", "fernandez"),
    name("Ferrari", "ferrari"), name("Fischer", "fischer"), name("Fontaine", "fontaine"), name("Friedrich", "friedrich"),
    name("Fuentes", "fuentes"), name("García", "garcia"), name("Gomes", "gomes"), name("González", "gonzalez"),
    name("Green", "green"), name("Gruber", "gruber"), name("Gupta", "gupta"), name("Haddad", "haddad"),
    name("Hansen", "hansen"), name("Hartmann", "hartmann"), name("Hernández", "hernandez"), name("Hoffmann", "hoffmann"),
    name("Horváth", "horvath"), name("Huang", "huang"), name("Ibáñez", "ibanez"), name("Ivanova", "ivanova"),
    name("Iyer", "iyer"), name("Jansen", "jansen"), name("Jensen", "jensen"), name("Jiménez", "jimenez"),
    name("Johansson", "johansson"), name("Kaya", "kaya"), name("Keller", "keller"), name("Khan", "khan"),
    name("Kim", "kim"), name("Klein", "klein"), name("Kovács", "kovacs"), name("Kowalski", "kowalski"),
    name("Krause", "krause"), name("Kumar", "kumar"), name("Larsen", "larsen"), name("Laurent", "laurent"),
    name("Lefèvre", "lefevre"), name("Li", "li"), name("Lindqvist", "lindqvist"), name("López", "lopez"),
    name("Maas", "maas"), name("Mahlangu", "mahlangu"), name("Marino", "marino"), name("Martínez", "martinez"),
    name("Mbeki", "mbeki"), name("Mendes", "mendes"), name("Meyer", "meyer"), name("Moreau", "moreau"),
    name("Moreno", "moreno"), name("Müller", "mueller"), name("Murphy", "murphy"), name("Nakamura", "nakamura"),
    name("Navarro", "navarro"), name("Nguyễn", "nguyen"), name("Nielsen", "nielsen"), name("Novák", "novak"),
    name("Nwosu", "nwosu"), name("O'Brien", "o'brien"), name("O'Connor", "o'connor"), name("O'Neil", "o'neil"),
    name("Okafor", "okafor"), name("Olsen", "olsen"), name("Ortiz", "ortiz"), name("Owusu", "owusu"),
    name("Øberg", "oberg"), name("Özdemir", "ozdemir"), name("Papadopoulos", "papadopoulos"), name("Park", "park"),
    name("Patel", "patel"), name("Pereira", "pereira"), name("Petrov", "petrov"), name("Popescu", "popescu"),
    name("Ramírez", "ramirez"), name("Reddy", "reddy"), name("Ribeiro", "ribeiro"), name("Ricci", "ricci"),
    name("Rossi", "rossi"), name("Roux", "roux"), name("Ruiz", "ruiz"), name("Sánchez", "sanchez"),
    name("Santos", "santos"), name("Sato", "sato"), name("Schäfer", "schaefer"), name("Schmidt", "schmidt"),
    name("Schneider", "schneider"), name("Schröder", "schroeder"), name("Schulze", "schulze"), name("Sharma", "sharma"),
    name("Silva", "silva"), name("Singh", "singh"), name("Smith", "smith"), name("Sokolova", "sokolova"),
    name("Suzuki", "suzuki"), name("Svensson", "svensson"), name("Szabó", "szabo"), name("Takahashi", "takahashi"),
    name("Tanaka", "tanaka"), name("Taylor", "taylor"), name("Torres", "torres"), name("Tshabalala", "tshabalala"),
    name("van den Berg", "vandenberg"), name("van Dijk", "vandijk"), name("Vargas", "vargas"), name("Vasile", "vasile"),
    name("Vogel", "vogel"), name("Wagner", "wagner"), name("Walsh", "walsh"), name("Wang", "wang"),
    name("Weber", "weber"), name("Williams", "williams"), name("Winkler", "winkler"), name("Wójcik", "wojcik"),
    name("Yamamoto", "yamamoto"), name("Yıldız", "yildiz"), name("Zhang", "zhang"), name("Zimmermann", "zimmermann"),
];

/// Where people work at Contoso.
pub(super) const DEPARTMENTS: &[&str] = &[
    "Sales", "Engineering", "Finance", "Human Resources", "Legal", "Logistics", "Marketing", "Operations",
    "Procurement", "Research", "Service Desk", "Site Berlin", "Site Madrid",
];

/// Where guests come from.
pub(super) const PARTNERS: &[&str] = &["adatum.com", "northwindtraders.com", "tailspintoys.com", "wingtiptoys.com"];
