//! What is to go wrong.

use crate::{Api, Fault, FaultRule, InjectError, Sandbox};

impl Sandbox {
    /// Makes the next request to `api` go wrong. Faults wait in line; each is for one request, and
    /// comes before any rule.
    ///
    /// # Errors
    /// Responses of this endpoint can't go wrong in this way: they carry no signature, say.
    pub fn inject(&self, api: Api, fault: Fault) -> Result<(), InjectError> {
        if !fault.applies_to(api) {
            return Err(InjectError::new(api, &fault));
        }
        self.shared.state().faults.push_once(api, fault);
        Ok(())
    }

    /// Makes requests go wrong by a rule, and gives the rule's number. The earliest rule that hits
    /// a request decides.
    ///
    /// # Errors
    /// Responses of this endpoint can't go wrong in this way.
    pub fn add_fault_rule(&self, rule: FaultRule) -> Result<u64, InjectError> {
        if !rule.fault().applies_to(rule.api()) {
            return Err(InjectError::new(rule.api(), rule.fault()));
        }
        let random = &self.shared.random;
        Ok(self.shared.state().faults.push_rule(rule, random))
    }

    /// Removes a rule, and says whether there was one of this number.
    pub fn remove_fault_rule(&self, id: u64) -> bool {
        self.shared.state().faults.remove_rule(id)
    }

    /// The rules that are not spent, in order, with the times they have left.
    pub fn fault_rules(&self) -> Vec<FaultRule> {
        self.shared.state().faults.rules()
    }

    /// The faults that were [injected](Self::inject) and not met yet, by endpoint and in order.
    pub fn injected_faults(&self) -> Vec<(Api, Fault)> {
        self.shared.state().faults.waiting()
    }

    /// Removes all rules, and what was [injected](Self::inject) and not met yet.
    pub fn clear_faults(&self) {
        self.shared.state().faults.clear();
    }
}
