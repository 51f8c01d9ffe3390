use std::time::Duration;

/// How long the engine waits for what. The defaults are those of WeChat Pay's documents and its
/// staff's answers.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Rules {
    /// The shortest time between a send and the first query after it. One minute.
    pub settle: Duration,
    /// The waits between queries that say "under way" or nothing; the last one is for all further
    /// ones. 1, 2, 5, 15 and 60 minutes.
    pub query_waits: Vec<Duration>,
    /// The wait between queries about a payment that waits for a user, or for a person of the
    /// merchant. 30 minutes.
    pub waiting_pace: Duration,
    /// The shortest time between two `NOT_FOUND`s that both count, and between such a one and the
    /// next send. 5 minutes.
    pub not_found_gap: Duration,
    /// How many `NOT_FOUND`s confirm a definite refusal. 2.
    pub confirmations: u32,
    /// Whether a payout in doubt that WeChat Pay does not know is sent again, with the same number
    /// and the same bytes.
    pub resend: bool,
    /// For how long after the first send it may be sent again. 7 days.
    pub resend_for: Duration,
    /// After how long since the last send a person may declare a payout failed that WeChat Pay
    /// still does not know. 10 days.
    pub attest_after: Duration,
    /// For how long after the first send WeChat Pay answers queries. 30 days.
    pub query_window: Duration,
    /// From which age on, since the first send, an unsettled payout has
    /// [`Alarm::Overdue`](crate::Alarm::Overdue). One day.
    pub overdue_after: Duration,
    /// From which age on, since the first send, an unsettled payout has
    /// [`Alarm::QueryWindowCloses`](crate::Alarm::QueryWindowCloses). 25 days.
    pub closing_after: Duration,
    /// For how long one process has a payout to itself while it works on it. Longer than
    /// [`call`](Self::call). 5 minutes.
    ///
    /// When a process dies in the middle of a send, the payout is in doubt after this.
    pub lease: Duration,
    /// The longest that one call takes: the transport's time-out for a whole call. 60 seconds.
    ///
    /// Nothing is sent when less than this is left of the lease, so that a send has ended before
    /// anybody else may work on the payout.
    pub call: Duration,
    /// Whether WeChat Pay is asked about a number right before each send under it. Yes.
    ///
    /// What a lost, restored or second journal has paid is then found, and nothing is sent.
    pub query_before_send: bool,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            settle: MINUTE,
            query_waits: [1, 2, 5, 15, 60].map(|minutes| MINUTE * minutes).to_vec(),
            waiting_pace: MINUTE * 30,
            not_found_gap: MINUTE * 5,
            confirmations: 2,
            resend: true,
            resend_for: DAY * 7,
            attest_after: DAY * 10,
            query_window: DAY * 30,
            overdue_after: DAY,
            closing_after: DAY * 25,
            lease: MINUTE * 5,
            call: MINUTE,
            query_before_send: true,
        }
    }
}

impl Rules {
    /// The wait after this many queries that settled nothing.
    pub(crate) fn query_wait(&self, queries: u32) -> Duration {
        let at = usize::try_from(queries).unwrap_or(usize::MAX);
        let wait = self.query_waits.get(at).or_else(|| self.query_waits.last());
        wait.copied().unwrap_or(MINUTE)
    }

    /// The longest that anything waits. A moment further ahead was written by a clock that was
    /// wrong.
    pub(crate) fn longest_wait(&self) -> Duration {
        let waits = [
            self.settle,
            self.not_found_gap,
            self.lease,
            self.waiting_pace,
        ];
        let waits = waits.iter().chain(&self.query_waits);
        waits.copied().max().unwrap_or(MINUTE)
    }
}

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
