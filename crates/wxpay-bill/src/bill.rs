use std::io::BufRead;

use crate::error::BillError;
use crate::fund::{self, FundBill};
use crate::lines::Lines;
use crate::names::Names;
use crate::other::OtherBill;
use crate::trade::{TradeBill, columns};

/// A bill (账单) of any kind: its columns tell which it is.
#[derive(Debug)]
#[non_exhaustive]
#[allow(clippy::large_enum_variant)] // one of them is there at a time
pub enum Bill<R> {
    /// A trade bill (交易账单).
    Trade(TradeBill<R>),
    /// A fund flow bill (资金账单), also that of a sub-merchant.
    Fund(FundBill<R>),
    /// A bill of another kind, whose columns no public document lists.
    Other(OtherBill<R>),
    /// A file without anything in it, which stands for a day without any trade.
    Empty,
}

impl<R: BufRead> Bill<R> {
    /// Reads the names of the columns. The reader gives the bill as it was downloaded, unpacked and
    /// decrypted.
    ///
    /// ```
    /// use wxpay_bill::Bill;
    ///
    /// let text = "\u{feff}记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额（元）,账户结余（元）,\
    ///     资金变更提交申请人,备注,业务凭证号\r\n\
    ///     `2018-02-01 04:21:23,`5000030574,`1900009231,`退款,`退款,`支出,`0.02,`0.17,`system,`缺货,`REF42\r\n\
    ///     资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额\r\n\
    ///     `1.0,`0.0,`0.00,`1.0,`0.02\r\n";
    /// let Bill::Fund(mut bill) = Bill::open(text.as_bytes())? else {
    ///     panic!("its columns are those of a fund flow bill");
    /// };
    /// for row in &mut bill {
    ///     println!("{} fen", row?.amount);
    /// }
    /// assert!(bill.comparison().is_some_and(|comparison| comparison.agrees()));
    /// # Ok::<(), wxpay_bill::BillError>(())
    /// ```
    ///
    /// # Errors
    /// It can't be read, is no text in UTF-8, or lacks a column that its kind always has.
    pub fn open(reader: R) -> Result<Self, BillError> {
        let mut lines = Lines::new(reader);
        if !lines.advance()? {
            return Ok(Self::Empty);
        }
        let names = Names::of(lines.line(), lines.number())?;
        Ok(if columns::is_trade(&names) {
            Self::Trade(TradeBill::new(lines, names)?)
        } else if names.first() == Some(fund::FIRST) {
            Self::Fund(FundBill::new(lines, names)?)
        } else {
            Self::Other(OtherBill::new(lines, names))
        })
    }
}
