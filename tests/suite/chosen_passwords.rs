//! Passwords that people chose: from a sealed file or typed, checked before anything is sent, and nowhere in the clear.

use sealoff::digest::Digest;
use sealoff::seal::{Recipients, seal_file};
use sealoff::simulator::{RetryAfterForm, Settings, SimulatedUser};

use crate::promises::{every_password_in_the_directory_is_sealed_in_the_journal, foul, kill};
use crate::stage::{Ran, Stage, files_below};

/// The end of the question for the number of accounts.
#[cfg(unix)]
const LEAVE: &str = "to leave: ";

const BY_HAND: [&str; 4] = ["--passwords", "chosen.age", "-i", "key.txt"];

/// A password that Entra takes, of its own for each number.
fn chosen(number: usize) -> String {
    format!("7Blue-{number:03}-Mountains")
}

fn seal(stage: &Stage, name: &str, list: &str) {
    let recipients = Recipients::parse(&[stage.recipient()]).unwrap();
    let sealed = seal_file(&recipients, list.as_bytes()).unwrap().remove(0);
    stage.write(name, sealed.bytes);
}

/// The list of these people, each with a password of their own.
fn list_of(members: &[SimulatedUser]) -> String {
    let line = |(number, member): (usize, &SimulatedUser)| {
        format!("{},{}\n", member.user_principal_name.to_uppercase(), chosen(number))
    };
    std::iter::once("user,password\n".to_owned()).chain(members.iter().enumerate().map(line)).collect()
}

fn apply(stage: &Stage, out: &str) -> Ran {
    let number = stage.accounts(out).to_string();
    stage.run(&[&["apply", out, "--confirm", &number][..], &BY_HAND].concat())
}

/// Every person has the password that was chosen for them, and who hands it over opens that one.
fn each_has_the_chosen_one(stage: &Stage, members: &[SimulatedUser]) {
    let results = stage.results("out");
    for (number, member) in members.iter().enumerate() {
        let live = stage.simulator.user(&member.id.to_string()).unwrap().password;
        assert_eq!(live, Some(Digest::of(chosen(number).as_bytes())), "{}", member.user_principal_name);
        let row = &results[&u32::try_from(number + 1).unwrap()];
        let opened = stage.credentials(row);
        assert!(opened.iter().all(|password| password.expose() == chosen(number)) && !opened.is_empty(), "{row:?}");
    }
}

fn nowhere_in_the_clear(stage: &Stage, said: &str, members: usize) {
    let files: Vec<(String, String)> = files_below(stage.folder.path())
        .into_iter()
        .map(|path| (path.display().to_string(), String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned()))
        .collect();
    for password in (0..members).map(chosen) {
        assert!(!said.contains(&password), "a password was printed");
        for (path, content) in &files {
            assert!(!content.contains(&password), "a password is in {path}");
        }
    }
}

#[test]
fn chosen_passwords_are_set_sealed_and_nowhere_in_the_clear() {
    for playbook in ["breach", "offboard"] {
        let stage = Stage::with(Settings { users: 300, ..Settings::default() });
        let members = stage.members(40);
        let roster = stage.roster_of(&members);
        seal(&stage, "chosen.age", &list_of(&members));
        let planned = stage.plan(&roster, playbook, "out", &BY_HAND).succeeded().says(&[
            "chosen by hand, from chosen.age (SHA-256 ",
            "sealoff apply out --passwords chosen.age -i KEY --confirm 40@",
        ]);
        let mut said = planned.out + &planned.err;
        stage.simulator.change_faults(foul(RetryAfterForm::Seconds));
        let ran = apply(&stage, "out").succeeded();
        said += &(ran.out + &ran.err);
        stage.judge("out");
        each_has_the_chosen_one(&stage, &members);
        nowhere_in_the_clear(&stage, &said, members.len());
        let plan = std::fs::read_to_string(stage.path("out/plan.json")).unwrap();
        assert!(plan.contains("\"passwords_by_hand\"") && plan.contains("chosen.age"), "{plan}");
        let page = std::fs::read_to_string(stage.path("out/plan.html")).unwrap();
        assert!(page.contains("chosen by hand, from chosen.age"));
        stage.run(&["unseal", "out/results.csv", "-i", "key.txt"]).succeeded().says(&[&chosen(7)]);
    }
}

#[test]
fn run_takes_them_too_and_a_password_that_is_missing_is_made_where_that_is_asked_for() {
    let stage = Stage::new();
    let members = stage.members(6);
    let roster = stage.roster_of(&members);
    seal(&stage, "chosen.age", &list_of(&members[..4]));
    let recipient = stage.recipient();
    let run = ["run", &roster, "--playbook", "reinstate", "--out", "out", "--seal-to", &recipient];
    stage
        .run(&[&run[..], &BY_HAND, &["--confirm", "4", "--generate-missing", "--dry-run"]].concat())
        .exited(2)
        .complains(&["cannot be used with"]);
    stage
        .run(&[&run[..], &BY_HAND, &["--confirm", "6", "--generate-missing"]].concat())
        .succeeded()
        .says(&["who has none there gets one that is made: random, 20 characters"]);
    stage.judge("out");
    each_has_the_chosen_one(&stage, &members[..4]);
}

/// Promise 5, and the same passwords each time.
#[test]
fn killed_at_any_write_the_same_passwords_are_set() {
    for writes in [1, 33, 70, 100] {
        let stage = Stage::with(Settings { users: 250, ..Settings::default() });
        let members = stage.members(60);
        let roster = stage.roster_of(&members);
        seal(&stage, "chosen.age", &list_of(&members));
        stage.plan(&roster, "breach", "out", &BY_HAND).succeeded();
        stage.simulator.hold_after_writes(writes);
        let child = stage.spawn(&[&["apply", "out", "--confirm", "60"][..], &BY_HAND].concat());
        stage.wait_for_writes(writes);
        kill(child);
        stage.simulator.release();
        every_password_in_the_directory_is_sealed_in_the_journal(&stage, "breach");
        stage
            .apply("out")
            .exited(4)
            .complains(&["the passwords of this plan are in chosen.age", "--passwords chosen.age -i KEY"]);
        apply(&stage, "out").succeeded();
        assert_eq!(stage.outcomes("out")["done"], 60, "killed at write {writes}");
        each_has_the_chosen_one(&stage, &members);
        nowhere_in_the_clear(&stage, "", 60);
    }
}

#[test]
fn what_does_not_fit_is_refused_by_its_row_and_no_password_is_shown() {
    let stage = Stage::new();
    let members = stage.members(5);
    let roster = stage.roster_of(&members);
    let name = |number: usize| &*members[number].user_principal_name;
    let person = members[1].display_name.split(' ').max_by_key(|word| word.len()).unwrap();
    let list = format!(
        "user,password\n{},{}\n{},9-{person}-99\n{},short7A\n{},P@ssw0rd1\n",
        name(0),
        chosen(0),
        name(1),
        name(2),
        name(3)
    );
    seal(&stage, "chosen.age", &list);
    let planned = stage.plan(&roster, "breach", "out", &BY_HAND).succeeded().says(&[
        "weak-password: the password that is given for this person would be refused",
        "no-password: passwords are given by hand, and there is none for this person",
        "to include them: --generate-missing",
        "--confirm 1@",
    ]);
    assert!(!(planned.out + &planned.err).contains("short7A"));
    let plan = std::fs::read_to_string(stage.path("out/plan.csv")).unwrap();
    for why in [
        "a name of the person or the tenant is in it",
        "7 characters are too few for Entra, which asks for 8",
        "little more than a word that everybody tries first",
    ] {
        assert!(plan.contains(why), "{why} is not in {plan}");
    }
    assert!(!plan.contains("short7A") && plan.matches(",refuse,").count() == 4, "{plan}");
    apply(&stage, "out").exited(3);
    stage.judge("out");
    assert_eq!(stage.ledger().writes.len(), 2, "only the one whose password is good");
}

#[test]
fn a_list_that_cannot_be_meant_makes_no_plan() {
    let stage = Stage::new();
    let members = stage.members(2);
    let roster = stage.roster_of(&members);
    let (ada, id) = (&members[0].user_principal_name, members[0].id);
    for (list, what) in [
        (format!("user,password\n{ada},{}\nzoe@contoso.com,{}\n", chosen(0), chosen(1)), "line 3 (zoe@contoso.com)"),
        (
            format!("user,password\n{ada},{}\n{id},{}\n", chosen(0), chosen(1)),
            "two passwords are given for one account",
        ),
        (format!("user,password\n{ada},{}\n{ada},{}\n", chosen(0), chosen(1)), "line 2 has a password for the same"),
        (format!("user,password\n{ada}\n"), "line 2: it has 1 cells"),
        (format!("{ada},{}\n", chosen(0)), "has to name its columns: user,password"),
    ] {
        seal(&stage, "chosen.age", &list);
        let ran = stage.plan(&roster, "breach", "out", &BY_HAND).complains(&[what]);
        assert!(matches!(ran.code, Some(2 | 4)) && !ran.err.contains("Mountains"), "{}", ran.err);
        assert!(!stage.path("out/plan.json").exists(), "{what}");
    }
    assert!(stage.ledger().writes.is_empty());
}

#[test]
fn what_is_not_sealed_cannot_be_opened_or_does_not_go_together_is_refused() {
    let stage = Stage::new();
    let members = stage.members(2);
    let roster = stage.roster_of(&members);
    stage.write("open.csv", list_of(&members));
    seal(&stage, "chosen.age", &list_of(&members));
    let plan = |playbook: &str, more: &[&str]| stage.plan(&roster, playbook, "out", more);
    plan("breach", &["--passwords", "open.csv", "-i", "key.txt"]).exited(4).complains(&["open.csv is not sealed"]);
    plan("breach", &["--passwords", "gone.age", "-i", "key.txt"]).exited(2).complains(&["gone.age cannot be read"]);
    plan("breach", &["--passwords", "chosen.age"]).exited(2).complains(&["nothing is named that opens it", "-i FILE"]);
    stage.run(&["keygen", "-o", "other.txt"]).succeeded();
    plan("breach", &["--passwords", "chosen.age", "-i", "other.txt"])
        .exited(2)
        .complains(&["cannot be opened", "Name the key that it was sealed to"]);
    plan("contain", &BY_HAND).exited(4).complains(&["the playbook contain sets no password"]);
    let discard = [&BY_HAND[..], &["--discard-credentials"]].concat();
    plan("offboard", &discard).exited(4).complains(&["--discard-credentials contradicts --passwords"]);
    plan("breach", &["--generate-missing"]).exited(2);
    plan("breach", &["-i", "key.txt"]).exited(2);
    assert!(!stage.path("out").exists());

    plan("breach", &BY_HAND).succeeded();
    seal(&stage, "chosen.age", &list_of(&members));
    apply(&stage, "out").exited(4).complains(&["is not the file that the plan was made with"]);
    stage.plan(&roster, "breach", "plain", &[]).succeeded();
    apply(&stage, "plain").exited(4).complains(&["makes its passwords"]);
    assert!(stage.ledger().writes.is_empty());
}

/// As `openssl` and PowerShell make it, without our code.
#[cfg(unix)]
#[test]
fn a_list_that_openssl_sealed_is_read() {
    if !crate::tools::need(&["openssl"]) {
        return;
    }
    let stage = Stage::new();
    let members = stage.members(3);
    let roster = stage.roster_of(&members);
    stage.write("list.csv", list_of(&members));
    let openssl = |arguments: &str| {
        let ran = std::process::Command::new("openssl")
            .args(arguments.split(' '))
            .current_dir(stage.folder.path())
            .output()
            .unwrap();
        assert!(ran.status.success(), "{ran:?}");
    };
    openssl("req -x509 -newkey rsa:2048 -nodes -keyout mine.pem -out mine.crt -subj /CN=me -days 2");
    for form in ["DER", "PEM"] {
        openssl(&format!("cms -encrypt -aes256 -binary -in list.csv -outform {form} -out {form}.p7m mine.crt"));
        let file = format!("{form}.p7m");
        let by_hand = ["--passwords", &file, "-i", "mine.pem"];
        stage.plan(&roster, "breach", form, &by_hand).succeeded();
        stage.run(&[&["apply", form, "--confirm", "3"][..], &by_hand].concat()).succeeded();
        let live = stage.simulator.user(&members[2].id.to_string()).unwrap().password;
        assert_eq!(live, Some(Digest::of(chosen(2).as_bytes())));
    }
}

/// At a terminal that is the process's own: a passphrase is read from there, whatever standard input is.
#[cfg(unix)]
fn at_terminal(stage: &Stage, arguments: &[&str], answers: &[(&str, &str)]) -> (String, Option<i32>) {
    use std::collections::HashMap;
    use std::fs::File;
    use std::io::{Read as _, Write as _};
    use std::process::{Command, Stdio};

    use rustix::termios::{LocalModes, tcgetattr};

    let (master, slave) = crate::signals::terminal();
    let inner = stage.command(arguments);
    let mut command = Command::new("setsid");
    command.args(["-c", "-w"]).arg(inner.get_program()).args(inner.get_args()).current_dir(stage.folder.path());
    let variables: HashMap<_, _> = inner.get_envs().collect();
    for (name, value) in variables {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    let end = || Stdio::from(slave.try_clone().unwrap());
    let mut child = command.env("TERM", "xterm").stdin(end()).stdout(end()).stderr(end()).spawn().unwrap();
    drop((command, slave));
    let (mut master, mut text, mut byte) = (File::from(master), Vec::new(), [0]);
    for (question, answer) in answers {
        while !text.ends_with(question.as_bytes()) {
            let read = master.read(&mut byte).unwrap_or_default();
            assert_eq!(read, 1, "it ended before {question:?}: {}", String::from_utf8_lossy(&text));
            text.push(byte[0]);
        }
        // A password is typed when the terminal shows nothing any more, which is a moment after the question.
        let hides = |master: &File| !tcgetattr(master).unwrap().local_modes.contains(LocalModes::ECHO);
        while *question != LEAVE && !hides(&master) {
            std::thread::yield_now();
        }
        master.write_all(format!("{answer}\n").as_bytes()).unwrap();
    }
    let _ = master.read_to_end(&mut text);
    (anstream::adapter::strip_str(&String::from_utf8_lossy(&text)).to_string(), child.wait().unwrap().code())
}

#[cfg(unix)]
#[test]
fn one_persons_password_is_typed_twice_without_echo_and_done_like_a_list_of_one() {
    if !crate::tools::need(&["setsid"]) {
        return;
    }
    let stage = Stage::new();
    let members = stage.members(1);
    let (name, recipient) = (members[0].user_principal_name.clone(), stage.recipient());
    let line = |out: &'static str| ["set-password", &name, "--seal-to", &recipient, "--out", out].map(str::to_owned);
    let run = |out: &'static str, answers: &[(&str, &str)]| {
        let line = line(out);
        at_terminal(&stage, &line.iter().map(String::as_str).collect::<Vec<_>>(), answers)
    };
    let (password, weak) = (chosen(0), "Welcome123".to_owned());
    let asks = |first: &str, second: &str| {
        vec![
            (format!("New password of {name}: "), first.to_owned()),
            ("The same again: ".to_owned(), second.to_owned()),
        ]
    };
    let said = |asked: &[(String, String)]| -> Vec<(&'static str, &'static str)> {
        let leak = |text: &str| -> &'static str { Box::leak(text.to_owned().into_boxed_str()) };
        asked.iter().map(|(question, answer)| (leak(question), leak(answer))).collect()
    };
    let (seen, code) = run("differ", &said(&asks(&password, &weak)));
    assert!(code == Some(2) && seen.contains("the two passwords differ; nothing was changed"), "{seen}");
    assert!(!stage.path("differ").exists());
    let (seen, code) = run("weak", &said(&asks(&weak, &weak)));
    assert!(code == Some(3) && seen.contains("weak-password") && !seen.contains(&weak), "{code:?} {seen}");
    assert!(stage.ledger().writes.is_empty());

    let mut answers = said(&asks(&password, &password));
    answers.push((LEAVE, "1"));
    let (seen, code) = run("out", &answers);
    assert!(code == Some(0) && !seen.contains(&password), "{code:?} {seen}");
    assert!(seen.contains("typed by hand"), "{seen}");
    stage.judge("out");
    each_has_the_chosen_one(&stage, &members);
    nowhere_in_the_clear(&stage, &seen, 1);

    // Left at the question, the plan is carried out by `apply`, which asks once more.
    let leave = [said(&asks(&password, &password)), vec![(LEAVE, "no")]].concat();
    let (seen, code) = run("later", &leave);
    assert!(code == Some(4) && seen.contains("sealoff apply later --confirm 1@"), "{seen}");
    // What is typed then is checked as well: the plan has checked another one.
    let writes = stage.ledger().writes.len();
    let too_weak = [said(&asks(&weak, &weak)), vec![(LEAVE, "1")]].concat();
    let (seen, code) = at_terminal(&stage, &["apply", "later"], &too_weak);
    assert!(code == Some(4) && seen.contains("Entra would refuse the password that was typed"), "{code:?} {seen}");
    assert!(!seen.contains(&weak) && stage.ledger().writes.len() == writes, "{seen}");
    let other = "9Green-Valleys-99";
    let again = [said(&asks(other, other)), vec![(LEAVE, "1")]].concat();
    let (seen, code) = at_terminal(&stage, &["apply", "later"], &again);
    assert!(code == Some(0) && !seen.contains(other), "{seen}");
    let live = stage.simulator.user(&members[0].id.to_string()).unwrap().password;
    assert_eq!(live, Some(Digest::of(other.as_bytes())));
}

#[test]
fn without_a_terminal_or_a_person_no_password_is_asked_for() {
    let stage = Stage::new();
    let recipient = stage.recipient();
    let base = ["set-password", "ada@contoso.com", "--out", "out", "--seal-to", &recipient];
    stage.run(&base).exited(4).complains(&["there is no terminal to type the password at", "plan --passwords FILE"]);
    stage.run(&["set-password", "a@contoso.com; b@contoso.com", "--out", "out"]).exited(2).complains(&["one person"]);
    stage.run(&["set-password", "--out", "out"]).exited(2);
    stage.run(&["set-password", "--help"]).succeeded().says(&["Asks for the password twice", "--playbook"]);
}
