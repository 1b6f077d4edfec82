//! The sync that enables hybrid devices again.

use std::time::Duration;

use uuid::Uuid;

/// Devices that the sync is to enable again, the earliest first.
#[derive(Debug)]
pub(super) struct DeviceSync {
    /// How often it comes; `None` is never.
    every: Option<Duration>,
    due: Vec<(Duration, Uuid)>,
}

impl DeviceSync {
    pub(super) fn coming(every: Option<Duration>) -> Self {
        Self { every, due: Vec::new() }
    }

    /// A device was disabled that the sync will enable.
    pub(super) fn expect(&mut self, device: Uuid, now: Duration) {
        if let Some(every) = self.every {
            // The end of the round that is under way.
            let rounds = (now.as_secs_f64() / every.as_secs_f64().max(f64::MIN_POSITIVE)).floor() + 1.0;
            self.due.push((every.mul_f64(rounds), device));
        }
    }

    /// Those whose sync has come since this was last asked.
    pub(super) fn passed(&mut self, now: Duration) -> Vec<Uuid> {
        let passed = self.due.iter().take_while(|(at, _)| *at <= now).count();
        self.due.drain(..passed).map(|(_, device)| device).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_comes_back_at_the_end_of_the_round_once() {
        let (minute, device) = (Duration::from_secs(60), Uuid::from_u128(7));
        let mut sync = DeviceSync::coming(Some(minute * 30));
        sync.expect(device, minute * 31);
        assert!(sync.passed(minute * 59).is_empty());
        assert_eq!(sync.passed(minute * 60), [device]);
        assert!(sync.passed(minute * 90).is_empty());
        let mut never = DeviceSync::coming(None);
        never.expect(device, minute);
        assert!(never.passed(minute * 900).is_empty());
    }
}
