use wxpay_core::Fen;

use super::kind::TradeKind;
use super::{TradeRow, TradeScope};
use crate::amount::MilliFen;
use crate::comparison::{Comparing, Comparison, Rounding};
use crate::error::{BillError, Problem};
use crate::table::Summary;

/// The sums of some rows of a trade bill (交易账单).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct TradeTotals {
    /// The number of rows.
    pub count: u64,
    /// What the fees are counted from, in fen (应结订单总金额).
    pub settlement_total: Fen,
    /// The coupons that were used, in fen. The summary has no such sum.
    pub coupon: Fen,
    /// What of the refunds counts for the fees, in fen (退款总金额).
    pub settlement_refund: Fen,
    /// The prepaid coupons in the refunds, in fen (充值券退款总金额).
    pub coupon_refund: Fen,
    /// The fees, in thousandths of a fen (手续费总金额).
    #[cfg_attr(feature = "serde", serde(rename = "fee_millifen"))]
    pub fee: MilliFen,
    /// The orders' amounts, in fen (订单总金额).
    pub total: Fen,
    /// What was asked back, in fen (申请退款总金额).
    pub refund: Fen,
}

impl TradeTotals {
    /// Adds a row.
    ///
    /// # Errors
    /// A sum becomes too large to be held. Nothing was added then.
    pub fn add(&mut self, row: &TradeRow) -> Result<(), BillError> {
        *self = self
            .with(row)
            .ok_or_else(|| BillError::new(row.line, Problem::TooLarge))?;
        Ok(())
    }

    fn with(self, row: &TradeRow) -> Option<Self> {
        let sum = |sum: Fen, more: Option<Fen>| {
            let sum = sum.checked_add(more.unwrap_or_default())?;
            // It is compared with a summary in thousandths of a fen.
            MilliFen::of_fen(sum).map(|_| sum)
        };
        Some(Self {
            count: self.count.checked_add(1)?,
            settlement_total: sum(self.settlement_total, Some(row.settlement_total))?,
            coupon: sum(self.coupon, Some(row.coupon))?,
            settlement_refund: sum(self.settlement_refund, row.settlement_refund)?,
            coupon_refund: sum(self.coupon_refund, row.coupon_refund)?,
            fee: self.fee.checked_add(row.fee)?,
            total: sum(self.total, row.total)?,
            refund: sum(self.refund, row.refund)?,
        })
    }

    pub(super) fn compare(
        &self,
        kind: TradeKind,
        summary: &Summary,
    ) -> Result<Comparison, BillError> {
        let mut comparing = Comparing::new(summary);
        let millifen = |fen| MilliFen::of_fen(fen).unwrap_or_default();
        let exact = |comparing: &mut Comparing<'_>, names: &[&str], sum: Fen| {
            comparing.amount(names, millifen(sum), Rounding::None)
        };
        comparing.count(&[SUMMARY], self.count)?;
        let names = ["应结订单总金额", "总交易额"];
        exact(&mut comparing, &names, self.settlement_total)?;
        let has_refunds = kind.scope != TradeScope::Success;
        if has_refunds {
            let names = ["退款总金额", "总退款金额"];
            exact(&mut comparing, &names, self.settlement_refund)?;
            let names = [
                "充值券退款总金额",
                "总代金券或立减优惠退款金额",
                "总企业红包退款金额",
            ];
            exact(&mut comparing, &names, self.coupon_refund)?;
        }
        comparing.amount(&["手续费总金额"], self.fee, Rounding::ToFen)?;
        if !kind.is_old {
            exact(&mut comparing, &["订单总金额"], self.total)?;
        }
        if !kind.is_old && has_refunds {
            exact(&mut comparing, &["申请退款总金额"], self.refund)?;
        }
        Ok(comparing.end())
    }
}

/// The first name of a trade bill's summary.
pub(super) const SUMMARY: &str = "总交易单数";
