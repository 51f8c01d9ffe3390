use std::time::Duration;

use crate::BuildError;

/// How long a call may take and how much it may read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) connect_timeout: Duration,
    pub(crate) response_timeout: Duration,
    pub(crate) total_timeout: Duration,
    pub(crate) upload_timeout: Duration,
    pub(crate) max_response_bytes: usize,
}

impl Limits {
    pub(crate) fn check(&self) -> Result<(), BuildError> {
        if self.connect_timeout.is_zero() {
            return Err(BuildError::new(
                "connect_timeout",
                "must be longer than zero",
            ));
        }
        // All three clocks start together. Only the connect timeout can say "not sent", so it must
        // win clearly, also on a busy machine.
        let others = [
            self.response_timeout,
            self.total_timeout,
            self.upload_timeout,
        ];
        let most = others.into_iter().min().unwrap_or_default() / 2;
        if self.connect_timeout > most {
            let problem = format!(
                "must be at most half of each other timeout, {most:?}, is {:?}",
                self.connect_timeout
            );
            return Err(BuildError::new("connect_timeout", problem));
        }
        if self.max_response_bytes < MIN_RESPONSE_BYTES {
            let problem = format!(
                "must be at least {MIN_RESPONSE_BYTES}, is {}",
                self.max_response_bytes
            );
            return Err(BuildError::new("max_response_bytes", problem));
        }
        Ok(())
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(5),
            response_timeout: Duration::from_secs(30),
            total_timeout: Duration::from_secs(60),
            upload_timeout: Duration::from_secs(3600),
            max_response_bytes: 1024 * 1024,
        }
    }
}

/// Less could turn the response to an executed payment into an unknown.
const MIN_RESPONSE_BYTES: usize = 64 * 1024;
