use std::collections::{HashMap, VecDeque};

use fastrand::Rng;

use crate::random::Random;
use crate::{Api, Fault};

/// A fault that an endpoint has more than once: a number of times or for ever, always or by chance.
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct FaultRule {
    id: u64,
    api: Api,
    fault: Fault,
    left: Option<u32>,
    chance: f64,
}

/// The faults that wait: first those for one request each, then the rules.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    once: HashMap<Api, VecDeque<Fault>>,
    rules: Vec<(FaultRule, Rng)>,
    rules_ever: u64,
}

impl FaultRule {
    /// Every response of `api` goes wrong in this way, until the rule is removed.
    pub fn new(api: Api, fault: Fault) -> Self {
        Self {
            id: 0,
            api,
            fault,
            left: None,
            chance: 1.0,
        }
    }

    /// The same rule, spent after this many faults.
    pub fn times(mut self, times: u32) -> Self {
        self.left = Some(times);
        self
    }

    /// The same rule, for a part of the requests: 0 for none, 1 for all. Anything else is taken for
    /// the nearer of the two.
    ///
    /// Which requests they are follows from the sandbox's seed: the n-th one that a rule looks at
    /// always has the same luck.
    pub fn chance(mut self, chance: f64) -> Self {
        self.chance = if chance.is_nan() { 0.0 } else { chance };
        self.chance = self.chance.clamp(0.0, 1.0);
        self
    }

    /// The number that the sandbox gave the rule, from 1; 0 before it did.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// The endpoint.
    pub fn api(&self) -> Api {
        self.api
    }

    /// What goes wrong.
    pub fn fault(&self) -> &Fault {
        &self.fault
    }

    /// How many times it is still to go wrong; `None` for ever.
    pub fn times_left(&self) -> Option<u32> {
        self.left
    }

    /// The part of the requests for which it does, from 0 to 1.
    pub fn probability(&self) -> f64 {
        self.chance
    }
}

impl Faults {
    pub(crate) fn push_once(&mut self, api: Api, fault: Fault) {
        self.once.entry(api).or_default().push_back(fault);
    }

    /// Adds a rule and gives its number.
    pub(crate) fn push_rule(&mut self, mut rule: FaultRule, random: &Random) -> u64 {
        self.rules_ever += 1;
        rule.id = self.rules_ever;
        let luck = random.about(&format!("fault rule {}", rule.id));
        // One for no time at all is spent already.
        if rule.left != Some(0) {
            self.rules.push((rule, luck));
        }
        self.rules_ever
    }

    pub(crate) fn remove_rule(&mut self, id: u64) -> bool {
        let before = self.rules.len();
        self.rules.retain(|(rule, _)| rule.id != id);
        self.rules.len() < before
    }

    pub(crate) fn rules(&self) -> Vec<FaultRule> {
        self.rules.iter().map(|(rule, _)| rule.clone()).collect()
    }

    /// Those that wait for one request each, by endpoint and in order.
    pub(crate) fn waiting(&self) -> Vec<(Api, Fault)> {
        let mut rest: Vec<Api> = self.once.keys().copied().collect();
        rest.retain(|api| !api.has_behaviour());
        rest.sort_unstable_by_key(|api| api.name());
        let waiting = Api::all().chain(rest);
        waiting
            .filter_map(|api| self.once.get_key_value(&api))
            .flat_map(|(api, faults)| faults.iter().map(|fault| (*api, fault.clone())))
            .collect()
    }

    pub(crate) fn clear(&mut self) {
        self.once.clear();
        self.rules.clear();
    }

    /// The fault of the next request to an endpoint.
    pub(crate) fn take(&mut self, api: Api) -> Option<Fault> {
        let once = self.once.get_mut(&api);
        if let Some(fault) = once.and_then(VecDeque::pop_front) {
            return Some(fault);
        }
        let of_api = self.rules.iter_mut().filter(|(rule, _)| rule.api == api);
        let mut hits = of_api.filter_map(|(rule, luck)| (luck.f64() < rule.chance).then_some(rule));
        // A rule that misses leaves the request to the next.
        let rule = hits.next()?;
        let fault = rule.fault.clone();
        if let Some(left) = &mut rule.left {
            *left = left.saturating_sub(1);
        }
        self.rules.retain(|(rule, _)| rule.left != Some(0));
        Some(fault)
    }
}
