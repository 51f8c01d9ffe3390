//! What is asked of WeChat Pay: the operation of each kind of bill, and the files that it names.

use wxpay_api::core::{Date, DecodeError, ErrorKind, InvalidInput, MchId};
use wxpay_api::sign::v3::{FileKey, Sealed};
use wxpay_api::v3::bill::apply_fund_flow_bill::{AccountType, ApplyFundFlowBillOptions};
use wxpay_api::v3::bill::apply_sub_merchant_fund_bill as sub_merchant;
use wxpay_api::v3::bill::apply_trade_bill::{ApplyTradeBillOptions, BillType};
use wxpay_api::v3::bill::types::TarType;
use wxpay_api::v3::bill::{ApplyFundFlowBill, ApplySubMerchantFundBill, ApplyTradeBill};
use wxpay_api::v3::merchant::apply_withdrawal_bill::{
    ApplyWithdrawalBill, ApplyWithdrawalBillOptions, BillType as WithdrawalBillType,
};
use wxpay_api::v3::profitsharing::apply_bill::{ApplyBill, ApplyBillOptions};
use wxpay_api::{Effect, Error, File, FileDigest, v3};

use super::{Account, Kind, limits};
use crate::fail::Fail;

/// A bill that is asked for.
pub(super) struct Asked<'a> {
    pub(super) kind: Kind,
    pub(super) account: Option<Account>,
    pub(super) date: Date,
    pub(super) tar: bool,
    pub(super) sub_mchid: Option<&'a str>,
}

/// One file of a bill.
pub(super) struct Part {
    url: String,
    digest: FileDigest,
    /// The file's key as it came, and its nonce.
    key: Option<(Sealed, String)>,
}

impl Asked<'_> {
    /// Whether its options go together. Nothing was sent yet.
    pub(super) fn check(&self) -> Result<(), Fail> {
        let (takes_account, takes_deposit) = match self.kind {
            Kind::Fund => (true, false),
            Kind::SubMerchantFund => (true, true),
            _ => (false, false),
        };
        if self.account.is_some() && !takes_account {
            return Err(Fail::usage(
                "--account belongs to the bills fund and sub-merchant-fund",
                "--account 仅用于 fund 和 sub-merchant-fund 账单",
            ));
        }
        if self.account == Some(Account::Deposit) && !takes_deposit {
            return Err(Fail::usage(
                "--account deposit belongs to the bill sub-merchant-fund",
                "--account deposit 仅用于 sub-merchant-fund 账单",
            ));
        }
        if self.kind == Kind::SubMerchantFund && self.sub_mchid.is_none() {
            return Err(Fail::usage(
                "the bill sub-merchant-fund needs a sub-merchant: give --sub-mch-id",
                "sub-merchant-fund 账单需要子商户号：请提供 --sub-mch-id",
            ));
        }
        self.sub_merchant().map(drop).map_err(|invalid| {
            Fail::usage("invalid sub_mch_id", "sub_mch_id 有误").because(invalid)
        })
    }

    /// Asks for the bill, and gives its files in their order.
    pub(super) async fn apply(&self, client: &v3::Client) -> Result<Vec<Part>, Error> {
        match self.kind {
            Kind::Trade => self.trade(client, BillType::All).await,
            Kind::TradeSuccess => self.trade(client, BillType::Success).await,
            Kind::TradeRefund => self.trade(client, BillType::Refund).await,
            Kind::Fund => self.fund(client).await,
            Kind::SubMerchantFund => self.sub_merchant_fund(client).await,
            Kind::ProfitSharing => self.profit_sharing(client).await,
            Kind::Withdrawals => self.withdrawals(client).await,
        }
    }

    async fn trade(&self, client: &v3::Client, bill_type: BillType) -> Result<Vec<Part>, Error> {
        let mut options = ApplyTradeBillOptions::default().bill_type(bill_type);
        options.sub_mchid = self.sub_merchant().map_err(invalid)?;
        options.tar_type = self.tar.then_some(TarType::Gzip);
        let bill_date = self.date;
        let reply = client.send(&ApplyTradeBill { bill_date, options }).await?;
        Part::plain(reply.download_url, &reply.hash_type, &reply.hash_value)
    }

    async fn fund(&self, client: &v3::Client) -> Result<Vec<Part>, Error> {
        let mut options = ApplyFundFlowBillOptions::default();
        options.account_type = self.account.map(|account| match account {
            Account::Operation => AccountType::Operation,
            Account::Fees => AccountType::Fees,
            Account::Basic | Account::Deposit => AccountType::Basic,
        });
        options.tar_type = self.tar.then_some(TarType::Gzip);
        let bill_date = self.date;
        let reply = client
            .send(&ApplyFundFlowBill { bill_date, options })
            .await?;
        Part::plain(reply.download_url, &reply.hash_type, &reply.hash_value)
    }

    async fn profit_sharing(&self, client: &v3::Client) -> Result<Vec<Part>, Error> {
        let mut options = ApplyBillOptions::default();
        options.sub_mchid = self.sub_merchant().map_err(invalid)?;
        options.tar_type = self.tar.then_some(GZIP.into());
        let bill_date = self.date;
        let reply = client.send(&ApplyBill { bill_date, options }).await?;
        Part::plain(reply.download_url, &reply.hash_type, &reply.hash_value)
    }

    async fn withdrawals(&self, client: &v3::Client) -> Result<Vec<Part>, Error> {
        let mut options = ApplyWithdrawalBillOptions::default();
        options.tar_type = self.tar.then_some(GZIP.into());
        let request = ApplyWithdrawalBill {
            bill_type: WithdrawalBillType::NotSucceeded,
            bill_date: self.date,
            options,
        };
        let reply = client.send(&request).await?;
        let mut parts = Part::plain(reply.download_url, &reply.hash_type, &reply.hash_value)?;
        for part in &mut parts {
            // By its page, the digest of this one is that of the file as it is fetched.
            part.digest = part.digest.clone().as_fetched();
        }
        Ok(parts)
    }

    async fn sub_merchant_fund(&self, client: &v3::Client) -> Result<Vec<Part>, Error> {
        use sub_merchant::{AccountType, Algorithm, ApplySubMerchantFundBillOptions};

        let sub_mchid = self.sub_merchant().map_err(invalid)?;
        let required = || InvalidInput::new("sub_mchid", "is required", "必填");
        let mut options = ApplySubMerchantFundBillOptions::default();
        options.tar_type = self.tar.then_some(TarType::Gzip);
        let request = ApplySubMerchantFundBill {
            sub_mchid: sub_mchid.ok_or_else(required).map_err(invalid)?,
            bill_date: self.date,
            account_type: match self.account {
                Some(Account::Operation) => AccountType::Operation,
                Some(Account::Fees) => AccountType::Fees,
                Some(Account::Deposit) => AccountType::Deposit,
                Some(Account::Basic) | None => AccountType::Basic,
            },
            algorithm: Algorithm::AeadAes256Gcm,
            options,
        };
        let reply = client.send(&request).await?;
        let mut list = reply.download_bill_list;
        list.sort_by_key(|part| part.bill_sequence);
        let sequence: Vec<i64> = list.iter().map(|part| part.bill_sequence).collect();
        if !is_whole(&sequence, reply.download_bill_count) {
            return Err(failed(DecodeError::mismatch("download_bill_list").into()));
        }
        let parts = list.into_iter().map(|part| {
            Ok(Part {
                digest: digest(&part.hash_type, &part.hash_value)?,
                url: part.download_url,
                key: Some((part.encrypt_key, part.nonce)),
            })
        });
        parts.collect()
    }

    fn sub_merchant(&self) -> Result<Option<MchId>, InvalidInput> {
        self.sub_mchid.map(str::parse).transpose()
    }
}

impl Part {
    fn plain(url: String, hash_type: &str, hash_value: &str) -> Result<Vec<Self>, Error> {
        let digest = digest(hash_type, hash_value)?;
        let key = None;
        Ok(vec![Self { url, digest, key }])
    }

    /// Begins to fetch it.
    pub(super) async fn begin(&self, client: &v3::Client) -> Result<File, Error> {
        let digest = self.digest.clone();
        let Some((sealed, nonce)) = &self.key else {
            return client.download(&self.url, digest, limits()).await;
        };
        let key = client
            .open(sealed)
            .await
            .map_err(|error| failed(error.into()))?;
        let key = FileKey::aes_256_gcm(&key, nonce).map_err(invalid)?;
        let url = &self.url;
        client.download_encrypted(url, digest, &key, limits()).await
    }
}

fn digest(hash_type: &str, hash_value: &str) -> Result<FileDigest, Error> {
    FileDigest::new(hash_type, hash_value).map_err(invalid)
}

/// Whether these are the places of all parts, in their order. The parts are one bill, and one that
/// is missing shows nowhere else.
fn is_whole(sequence: &[i64], count: i64) -> bool {
    count > 0 && sequence.iter().copied().eq(1..=count)
}

fn invalid(invalid: InvalidInput) -> Error {
    failed(invalid.into())
}

fn failed(kind: ErrorKind) -> Error {
    Error::new("bill", Effect::Read, kind)
}

const GZIP: &str = "GZIP";

#[cfg(test)]
mod tests {
    use super::is_whole;

    #[test]
    fn a_bill_is_whole_with_each_part_once() {
        assert!(is_whole(&[1], 1));
        assert!(is_whole(&[1, 2, 3], 3));
        let missing: [(&[i64], i64); 6] = [
            (&[], 0),
            (&[], 1),
            (&[1, 3], 3),
            (&[1, 2], 3),
            (&[1, 2, 2], 3),
            (&[2], 1),
        ];
        for (sequence, count) in missing {
            assert!(!is_whole(sequence, count), "{sequence:?} of {count}");
        }
    }
}
