//! The plans that were made of one list in many tenants: `tenants.json` binds them.

use std::fmt;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::name::TenantName;
use super::no_plan::NoPlan;
use crate::digest::{Digest, Hashing};
use crate::ids::TenantId;
use crate::json::Rfc3339Moment;
use crate::plan::folder::{FolderError, PlanFolder};
use crate::plan::playbook::Playbook;
use crate::plan::size::TooLarge;
use crate::private_files;
use crate::words::count;

/// What binds the plans of a set.
pub const SET_JSON: &str = "tenants.json";
/// The rows of the list that belong to no tenant.
pub const UNPLACED_CSV: &str = "unplaced.csv";

/// Raise it when an older reader would misread the file.
const FORMAT: u32 = 1;

/// A set, as it stands in its folder.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct SetManifest {
    /// The format of the file.
    pub sealoff_tenants: u32,
    /// What binds all plans: a digest of their names and fingerprints.
    pub fingerprint: Digest,
    /// When the set was made.
    #[serde(with = "time::serde::rfc3339")]
    #[schemars(with = "Rfc3339Moment")]
    pub created_at: OffsetDateTime,
    /// Which steps are done.
    pub playbook: Playbook,
    /// The list that it was made from.
    pub roster: String,
    /// How many rows that list has.
    pub rows: u64,
    /// How many accounts are changed in all tenants together.
    pub accounts: u64,
    /// How many rows belong to no tenant of the file; they are listed in unplaced.csv.
    pub unplaced: u64,
    /// How many of these have a domain, or an id in the column tenant, that is of no tenant that could be asked: they may be of one
    /// that could not be.
    #[serde(default)]
    pub unplaced_by_domain: u64,
    /// Every tenant of the file, the most urgent one first.
    pub tenants: Vec<Member>,
}

/// The rows of a list that belong to no tenant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Unplaced {
    /// All of them.
    pub rows: u64,
    /// Those of them that have a domain, or an id in the column, which no tenant has that could be asked.
    pub by_domain: u64,
}

/// How many rows of a list are a tenant's, as far as that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KnownRows {
    /// So many.
    All(u64),
    /// So many are brought to it by the column or by the domain that is written for it; it could not be asked, and others may be
    /// its, too.
    AtLeast(u64),
    /// None is known to be; it could not be asked, and some may be.
    None,
}

/// As a table shows it.
impl fmt::Display for KnownRows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All(rows) => f.pad(&count(*rows)),
            Self::AtLeast(rows) => f.pad(&format!("{}+", count(*rows))),
            Self::None => f.pad("?"),
        }
    }
}

/// One tenant of a set.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Member {
    /// What it is called in the file of tenants; its plan is in the folder of that name.
    #[schemars(with = "String")]
    pub name: TenantName,
    /// What it is called by its people, where it could be asked.
    pub tenant: Option<String>,
    /// Its id, where it could be asked.
    pub tenant_id: Option<TenantId>,
    /// How urgent it is: a lower number comes earlier.
    pub priority: Option<u32>,
    /// How many rows of the list are its.
    pub rows: u64,
    /// How many accounts are changed there.
    pub accounts: u64,
    /// How many rows are refused there.
    pub refused: u64,
    /// Why its plan is not carried out before the operator has named how many accounts may be changed there, where that is so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub too_large: Option<TooLarge>,
    /// The fingerprint of its plan, where there is one.
    pub plan: Option<Digest>,
    /// Why it has no plan, where it has none.
    pub no_plan: Option<NoPlan>,
}

/// Why a set cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SetError {
    /// There is no set.
    #[error("{} holds no set of plans: there is no {SET_JSON} in it", .0.display())]
    None(PathBuf),
    /// The file cannot be read.
    #[error("{} cannot be read: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file is none of this program's.
    #[error("{} is not as sealoff wrote it: {reason}", path.display())]
    Broken {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// A plan of it is another one than the one that it binds.
    #[error("the plan in {} is another one than the set binds: it has the fingerprint {found}, and the set {bound}", folder.display())]
    OtherPlan {
        /// The folder of the plan.
        folder: PathBuf,
        /// What it has.
        found: String,
        /// What it should have.
        bound: String,
    },
    /// A plan cannot be read.
    #[error(transparent)]
    Plan(#[from] FolderError),
}

impl SetManifest {
    /// A set of these members.
    pub fn new(playbook: Playbook, (roster, rows): (String, u64), unplaced: Unplaced, tenants: Vec<Member>) -> Self {
        Self {
            sealoff_tenants: FORMAT,
            fingerprint: fingerprint(&tenants),
            created_at: OffsetDateTime::now_utc(),
            playbook,
            roster,
            rows,
            accounts: tenants.iter().map(|member| member.accounts).sum(),
            unplaced: unplaced.rows,
            unplaced_by_domain: unplaced.by_domain,
            tenants,
        }
    }

    /// Those that could not be asked for their domains.
    pub fn not_asked(&self) -> impl Iterator<Item = &Member> {
        self.tenants.iter().filter(|member| member.tenant_id.is_none())
    }

    /// How many rows may be of one of these.
    pub fn perhaps_of_not_asked(&self) -> u64 {
        if self.not_asked().next().is_some() { self.unplaced_by_domain } else { 0 }
    }

    /// How many rows are a member's, as far as that is known.
    pub fn known_rows(&self, member: &Member) -> KnownRows {
        match (member.tenant_id.is_some() || self.unplaced_by_domain == 0, member.rows) {
            (true, rows) => KnownRows::All(rows),
            (false, 0) => KnownRows::None,
            (false, rows) => KnownRows::AtLeast(rows),
        }
    }

    /// Those that have a plan.
    pub fn planned(&self) -> impl Iterator<Item = &Member> {
        self.tenants.iter().filter(|member| member.plan.is_some())
    }

    /// Those that have rows and no plan.
    pub fn failed(&self) -> impl Iterator<Item = &Member> {
        self.tenants.iter().filter(|member| matches!(member.no_plan, Some(NoPlan::Failed(_))))
    }

    /// Those whose plan is not carried out before its number is named, with the reason.
    pub fn too_large(&self) -> impl Iterator<Item = (&Member, TooLarge)> {
        self.tenants.iter().filter_map(|member| Some((member, member.too_large?)))
    }

    /// What approves all of it: `1204@a1b2c3d4e5f6`.
    pub fn phrase(&self) -> String {
        format!("{}@{}", self.accounts, self.fingerprint.short())
    }

    /// Writes it into the folder of the set.
    ///
    /// # Errors
    ///
    /// Whatever writing fails with.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        private_files::replace(&folder.join(SET_JSON), |file| {
            serde_json::to_writer_pretty(&mut *file, self)?;
            writeln!(file)
        })
    }
}

/// Every name counts, also of those without a plan: who is in the set is a part of what is approved.
fn fingerprint(tenants: &[Member]) -> Digest {
    let mut sorted: Vec<&Member> = tenants.iter().collect();
    sorted.sort_by(|one, other| one.name.cmp(&other.name));
    let mut hashing = Hashing::new(io::sink());
    for member in sorted {
        let plan = member.plan.map(|plan| plan.to_string()).unwrap_or_default();
        // Writing into a sink cannot fail.
        let _ = writeln!(hashing, "{} {plan} {}", member.name, member.accounts);
    }
    hashing.finish().1
}

/// A set that was read.
#[derive(Debug)]
pub struct TenantSet {
    /// Where it is.
    pub folder: PathBuf,
    /// What binds it.
    pub manifest: SetManifest,
}

impl TenantSet {
    /// Is there a set in this folder?
    pub fn is_in(folder: &Path) -> bool {
        folder.join(SET_JSON).is_file()
    }

    /// Reads the set in a folder; its plans are opened one by one, later.
    ///
    /// # Errors
    ///
    /// There is none, or it was changed.
    pub fn open(folder: &Path) -> Result<Self, SetError> {
        let path = folder.join(SET_JSON);
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(SetError::None(folder.to_owned())),
            Err(source) => return Err(SetError::Io { path, source }),
        };
        let broken = |reason: String| SetError::Broken { path: path.clone(), reason };
        let manifest: SetManifest = serde_json::from_slice(&text).map_err(|error| broken(error.to_string()))?;
        if manifest.sealoff_tenants != FORMAT {
            return Err(broken(format!("it has format {}, and this version knows {FORMAT}", manifest.sealoff_tenants)));
        }
        let sum: u64 = manifest.tenants.iter().map(|member| member.accounts).sum();
        if manifest.fingerprint != fingerprint(&manifest.tenants) || manifest.accounts != sum {
            return Err(broken("what is in it does not have its fingerprint".to_owned()));
        }
        Ok(Self { folder: folder.to_owned(), manifest })
    }

    /// The folder of a member's plan.
    pub fn folder_of(&self, member: &Member) -> PathBuf {
        self.folder.join(member.name.as_str())
    }

    /// Opens the plan of a member, which is the one that the set binds.
    ///
    /// # Errors
    ///
    /// There is none, or it is another one.
    pub fn plan_of(&self, member: &Member) -> Result<PlanFolder, SetError> {
        let folder = self.folder_of(member);
        let plan = PlanFolder::open(&folder)?;
        let (found, bound) = (plan.manifest().fingerprint(), member.plan);
        let accounts = u64::from(plan.manifest().accounts());
        if Some(found) != bound || accounts != member.accounts {
            let bound = bound.map(|bound| bound.short()).unwrap_or_default();
            return Err(SetError::OtherPlan { folder, found: found.short(), bound });
        }
        Ok(plan)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn member(name: &str, plan: Option<&[u8]>, accounts: u64) -> Member {
        Member {
            name: name.parse().unwrap(),
            tenant: None,
            tenant_id: None,
            priority: None,
            rows: accounts,
            accounts,
            refused: 0,
            too_large: None,
            plan: plan.map(Digest::of),
            no_plan: plan.is_none().then_some(NoPlan::NoRows),
        }
    }

    fn set(members: Vec<Member>) -> SetManifest {
        SetManifest::new(Playbook::Contain, ("list.csv".to_owned(), 9), Unplaced::default(), members)
    }

    #[test]
    fn a_set_that_was_changed_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let written = set(vec![member("a", Some(b"1"), 3), member("b", None, 0)]);
        written.write(folder.path()).unwrap();
        assert_eq!(TenantSet::open(folder.path()).unwrap().manifest, written);
        for (was, is) in [("\"accounts\": 3", "\"accounts\": 4"), ("\"name\": \"b\"", "\"name\": \"c\"")] {
            let text = fs::read_to_string(folder.path().join(SET_JSON)).unwrap();
            fs::write(folder.path().join(SET_JSON), text.replace(was, is)).unwrap();
            assert!(matches!(TenantSet::open(folder.path()), Err(SetError::Broken { .. })), "{is}");
            fs::write(folder.path().join(SET_JSON), text).unwrap();
        }
    }

    #[test]
    fn what_is_known_of_rows_is_shown_and_what_is_not_known_is_said() {
        let shown = |by_domain, asked: bool, rows| {
            let unplaced = Unplaced { rows: by_domain, by_domain };
            let member =
                Member { tenant_id: asked.then(|| TenantId::new(uuid::Uuid::nil())), ..member("a", None, rows) };
            let set = SetManifest::new(Playbook::Contain, ("list.csv".to_owned(), 9), unplaced, vec![member]);
            format!("{:>6}", set.known_rows(&set.tenants[0]))
        };
        assert_eq!([shown(2, true, 0), shown(2, true, 1_204)], ["     0", " 1,204"]);
        assert_eq!([shown(0, false, 0), shown(0, false, 3)], ["     0", "     3"], "each row has its tenant");
        assert_eq!([shown(2, false, 0), shown(2, false, 1_204)], ["     ?", "1,204+"]);
    }

    proptest! {
        #[test]
        fn the_order_changes_nothing_and_everything_else_does(one: Vec<u8>, other: Vec<u8>, accounts in 1_u64..9) {
            let [a, b] = [member("a", Some(&one), accounts), member("b", Some(&other), 2)];
            let fingerprint = set(vec![a.clone(), b.clone()]).fingerprint;
            prop_assert_eq!(set(vec![b.clone(), a.clone()]).fingerprint, fingerprint);
            prop_assert_ne!(set(vec![a.clone()]).fingerprint, fingerprint);
            prop_assert_ne!(set(vec![Member { accounts: accounts + 1, ..a.clone() }, b.clone()]).fingerprint, fingerprint);
            prop_assert_ne!(set(vec![Member { plan: Some(Digest::of(b"x")), ..a }, b]).fingerprint, fingerprint);
        }
    }
}
