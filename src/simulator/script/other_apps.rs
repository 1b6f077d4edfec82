//! Other apps at work in the same tenant: a load that the client cannot see, and that takes from the limit which all apps share.

use std::time::Duration;

use super::OtherApp;
use crate::simulator::quota::Meter;

/// The other apps, and until when their writes are counted.
#[derive(Debug, Default)]
pub(crate) struct OtherApps {
    apps: Vec<(OtherApp, bool)>,
    settled: Duration,
}

/// How finely their load is spread.
const STEP: Duration = Duration::from_millis(50);
/// After a longer silence than this the limit is as it was then: no need to count all of it.
const MAX_SETTLE: Duration = Duration::from_secs(600);

impl OtherApps {
    pub(crate) fn new(apps: &[OtherApp]) -> Self {
        Self { apps: apps.iter().map(|app| (*app, false)).collect(), settled: Duration::ZERO }
    }

    /// Spends what the others have spent until now. They are throttled too, so they never take more than there is.
    pub(crate) fn spend(&mut self, of_tenant: &mut Meter, now: Duration) {
        if self.apps.is_empty() {
            return;
        }
        self.settled = self.settled.max(now.saturating_sub(MAX_SETTLE));
        while self.settled + STEP <= now {
            self.settled += STEP;
            for (app, has_begun) in &mut self.apps {
                if !app.moment.is_now(self.settled, app.moment.after_writes) {
                    continue;
                }
                let at_once = if std::mem::replace(has_begun, true) { 0.0 } else { app.at_once };
                of_tenant.spend_what_fits(at_once + app.writes_per_second * STEP.as_secs_f64(), self.settled);
            }
        }
    }
}
