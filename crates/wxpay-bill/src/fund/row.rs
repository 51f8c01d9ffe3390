use std::fmt;

use wxpay_core::{Fen, Timestamp};

use super::{COLUMNS, FundColumn as C};
use crate::error::{BillError, Problem};
use crate::escaped::{Escaped, Rule};
use crate::fields::Fields;
use crate::names::Places;
use crate::table::Record;

/// One row of a fund flow bill (资金账单): money that came into an account, or left it. `Debug` shows
/// its numbers and amounts alone.
///
/// <https://pay.weixin.qq.com/doc/v3/merchant/4013071249>
#[derive(Clone, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct FundRow {
    /// The line of the bill, counted from 1.
    pub line: u64,
    /// When the account changed (记账时间).
    pub booked_time: Timestamp,
    /// WeChat Pay's number of what it was for (微信支付业务单号).
    pub business_id: String,
    /// The number of the change (资金流水单号).
    pub flow_id: String,
    /// What it was for, such as `退款` (业务名称).
    pub business_name: String,
    /// The same in detail, such as `扣除交易手续费` (业务类型).
    pub business_type: String,
    /// Which way the money went (收支类型).
    pub direction: Direction,
    /// The amount, in fen (收支金额).
    pub amount: Fen,
    /// What was in the account afterwards, in fen (账户结余).
    pub balance: Fen,
    /// Who asked for it, such as `system` (资金变更提交申请人); may be empty.
    pub applicant: String,
    /// A remark of the merchant's (备注); may be empty.
    pub remark: Escaped,
    /// What the merchant knows it by (业务凭证号), in most cases the merchant order number.
    pub voucher: Escaped,
    /// Columns that this version does not know, by name.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Vec::is_empty"))]
    pub further: Vec<(String, String)>,
}

/// Which way money went.
#[allow(clippy::exhaustive_enums)] // there is no third way
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Direction {
    /// `收入`: into the account.
    In,
    /// `支出`: out of the account.
    Out,
}

impl FundRow {
    pub(super) fn of(
        record: Record<'_>,
        places: &Places<{ COLUMNS.len() }>,
    ) -> Result<Self, BillError> {
        let fields = Fields::new(record, places);
        let at = |column: C| column as usize;
        let direction = match fields.text(at(C::Direction)) {
            Some("收入") => Direction::In,
            Some("支出") => Direction::Out,
            _ => return Err(fields.wrong(at(C::Direction), Problem::NotADirection)),
        };
        Ok(Self {
            line: fields.line(),
            booked_time: fields.time(at(C::BookedTime))?,
            business_id: fields.owned(at(C::BusinessId)),
            flow_id: fields.owned(at(C::FlowId)),
            business_name: fields.owned(at(C::BusinessName)),
            business_type: fields.owned(at(C::BusinessType)),
            direction,
            amount: fields.fen(at(C::Amount))?,
            balance: fields.fen(at(C::Balance))?,
            applicant: fields.owned(at(C::Applicant)),
            remark: fields.escaped(at(C::Remark), Rule::Fund),
            voucher: fields.escaped(at(C::Voucher), Rule::Fund),
            further: fields.further(),
        })
    }
}

impl fmt::Debug for FundRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FundRow")
            .field("line", &self.line)
            .field("flow_id", &self.flow_id)
            .field("business_type", &self.business_type)
            .field("direction", &self.direction)
            .field("amount", &self.amount)
            .finish_non_exhaustive()
    }
}
