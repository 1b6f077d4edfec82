//! A headless browser, where there is one.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::tools::{on_path, skip};

/// A browser that hangs is ended after this long; one page takes half a second.
const LONGEST: Duration = Duration::from_secs(90);

pub(crate) struct Browser {
    program: PathBuf,
    scratch: tempfile::TempDir,
}

/// What a page became.
pub(crate) struct Dump {
    /// The document after its scripts ran.
    pub(crate) dom: String,
    /// What the page, or the browser about the page, said on the console: errors and violations of its policy are there.
    pub(crate) console: Vec<String>,
}

impl Browser {
    /// The browser of this machine: `SEALOFF_CHROMIUM`, or the first of the usual names. Without one the test is skipped.
    pub(crate) fn find(test: &str) -> Option<Self> {
        let named = std::env::var_os("SEALOFF_CHROMIUM").map(PathBuf::from);
        let usual = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
        match named.or_else(|| usual.iter().find_map(|name| on_path(name))) {
            Some(program) => Some(Self { program, scratch: tempfile::tempdir().unwrap() }),
            None => {
                skip(format_args!(
                    "{test} needs one of {} on PATH, or a browser named by SEALOFF_CHROMIUM",
                    usual.join(", ")
                ));
                None
            }
        }
    }

    /// How many pages of paper a file becomes.
    pub(crate) fn pages_of_paper(&self, page: &Path) -> usize {
        let pdf = self.scratch.path().join("paper.pdf");
        self.start(page, "", &["--no-pdf-header-footer", &format!("--print-to-pdf={}", pdf.display())]);
        let bytes = std::fs::read(&pdf).unwrap();
        // ISO 32000-1, 7.7.3.3: a page object has the type Page, and the tree above them the type Pages.
        bytes.windows(11).filter(|window| *window == b"/Type /Page").count()
            - bytes.windows(12).filter(|window| *window == b"/Type /Pages").count()
    }

    /// Opens a file, with this hash behind its address, and lets its scripts run.
    pub(crate) fn open(&self, page: &Path, hash: &str) -> Dump {
        self.start(page, hash, &["--dump-dom"])
    }

    fn start(&self, page: &Path, hash: &str, what: &[&str]) -> Dump {
        let (out, err) = (self.scratch.path().join("out"), self.scratch.path().join("err"));
        let mut command = Command::new(&self.program);
        command
            .args(["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"])
            .args(["--window-size=1400,1200", "--virtual-time-budget=5000", "--enable-logging=stderr"])
            .args(what)
            .arg(format!("--user-data-dir={}", self.scratch.path().join("profile").display()))
            .arg(format!("file://{}{hash}", page.display()))
            .env("HOME", self.scratch.path())
            .stdin(Stdio::null())
            .stdout(File::create(&out).unwrap())
            .stderr(File::create(&err).unwrap());
        let mut child = command.spawn().unwrap();
        let began = Instant::now();
        let status = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break status;
            }
            if began.elapsed() > LONGEST {
                child.kill().unwrap();
                child.wait().unwrap();
                panic!("{command:?} did not end within {LONGEST:?}: {}", read(&err));
            }
            std::thread::sleep(Duration::from_millis(20));
        };
        assert!(status.success(), "{command:?}: {status}\n{}", read(&err));
        let console = read(&err).lines().filter(|line| line.contains(":CONSOLE")).map(str::to_owned).collect();
        Dump { dom: read(&out), console }
    }
}

fn read(path: &Path) -> String {
    String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned()
}
