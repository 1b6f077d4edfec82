//! Who is in every directory: the kinds of account that Microsoft's pages distinguish, and where the ordinary ones are.

use std::collections::{BTreeMap, HashSet};

use sealoff::simulator::{Directory, Members, Quota, Settings, SimulatedUser, UserType};

use super::Graph;

fn is_ordinary(user: &SimulatedUser) -> bool {
    user.account_enabled && !user.is_synced() && !user.is_external() && user.domain() == "contoso.com"
}

#[tokio::test]
async fn enabled_cloud_members_of_the_default_domain_are_ordinary() {
    for seed in [1, 2, 77] {
        let settings = Settings { seed, users: 2_000, quota: Quota::off(), ..Settings::default() };
        let graph = Graph::with(settings).await;
        let groups: Vec<_> = graph.simulator.groups().into_iter().filter(|group| group.role_assignable).collect();
        let users = graph.simulator.users();
        let ordinary: Vec<_> = users.iter().filter(|user| is_ordinary(user)).collect();
        assert!(ordinary.len() > 1_000);
        for user in ordinary {
            assert!(graph.simulator.roles_of(user.id).is_empty(), "{user:?}");
            assert!(!user.is_management_restricted() && user.user_type == UserType::Member, "{user:?}");
            for group in &groups {
                let Members::Assigned(members) = &group.members else { panic!("a rule for {group:?}") };
                assert!(!members.contains(&user.id) && !group.owners.contains(&user.id), "{user:?}");
            }
        }
    }
}

#[tokio::test]
async fn nothing_of_note_is_missing_from_the_smallest_directory() {
    let graph = Graph::with(Settings { users: 0, quota: Quota::off(), ..Settings::default() }).await;
    let users = graph.simulator.users();
    let count = |is: fn(&SimulatedUser) -> bool| users.iter().filter(|user| is(user)).count();
    let external_members = count(|user| user.is_external() && user.user_type == UserType::Member);
    let internal_guests = count(|user| !user.is_external() && user.user_type == UserType::Guest);
    let shared = count(|user| !user.account_enabled && user.employee_id().is_none() && user.mail().is_some());
    let restricted = count(SimulatedUser::is_management_restricted);
    assert_eq!((external_members, internal_guests, shared, restricted), (1, 1, 2, 2));
    assert!(count(SimulatedUser::is_synced) >= 10 && count(|user| user.domain() == "fabrikam.com") >= 5);
    let mut holders: BTreeMap<usize, usize> = BTreeMap::new();
    for user in &users {
        *holders.entry(graph.simulator.roles_of(user.id).len()).or_default() += 1;
    }
    assert_eq!(holders.into_iter().filter(|(roles, _)| *roles > 0).collect::<Vec<_>>(), [(1, 14)]);
}

#[test]
fn the_cast_and_what_it_holds_are_the_same_in_every_directory() {
    let (small, large) = (Directory::seeded(0, 1), Directory::seeded(5_000, 9));
    assert!(small.users().zip(large.users()).all(|(one, other)| one == other));
    let ids: HashSet<_> = large.users().map(|user| user.id).collect();
    assert_eq!(ids.len(), 5_000);
}
