//! The whole program and its larger rooms, driven from outside: one crate, so that everything is linked once.

mod active_directory;
mod again;
mod agents;
mod automation;
mod bad_input;
mod browser;
#[cfg_attr(not(unix), allow(dead_code, unused_imports, reason = "there it has no shell to type into"))]
mod by_manager;
mod chosen_passwords;
#[cfg(unix)]
mod console;
mod directory;
mod doctor;
mod doctor_apps;
mod drift;
mod events;
mod evict;
mod evict_consents;
mod evict_devices;
mod evidence;
mod export;
mod federated;
mod field_answers;
mod former_names;
mod fuzz_corpora;
mod guards;
mod handoff;
mod hybrid;
mod killed;
mod letters;
mod licences;
mod lies;
#[cfg(unix)]
mod local_time;
mod main_job;
mod manual;
mod many_tenants;
#[cfg(target_os = "linux")]
mod memory;
#[cfg(unix)]
mod narrow;
mod nearest;
#[cfg(unix)]
mod next_steps;
mod non_persons;
mod not_before;
mod odd_values;
mod one_account;
mod outages;
mod pace;
mod paper;
mod pass_moments;
mod passes;
mod people;
mod picture;
mod plan_page;
mod preview;
mod promises;
#[cfg(unix)]
mod question;
mod rate;
mod rehearsals;
mod remarks;
mod replace;
mod report;
mod resume;
mod risk;
mod rosters;
mod runbooks;
mod scenario_files;
mod schemas;
mod seal_with_age;
mod seal_with_dotnet;
mod seal_with_openssl;
mod settings;
mod several_apps;
mod shell;
#[cfg(unix)]
mod signals;
mod signatures;
mod signing_in;
mod simulator;
mod soup;
mod ssh_keygen;
mod stage;
mod standing;
mod status_watch;
mod terminal;
mod text_files;
mod tools;
#[cfg(unix)]
mod typed_runbooks;
mod unattended;
mod undo;
mod verify;
mod waves;
mod ways_in;
mod who;
mod wire;
mod writeback;
