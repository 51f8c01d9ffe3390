use std::fmt;
use std::time::Duration;

#[cfg(feature = "__keys")]
use super::Json;

/// How often and when: a number of deliveries, and the seconds to wait before each.
type Runs = &'static [(u16, u32)];

/// Fifteen deliveries within 24 hours and 4 minutes.
const DAY: Runs = &[
    (2, 15),
    (1, 30),
    (1, 180),
    (1, 600),
    (1, 1200),
    (3, 1800),
    (1, 3600),
    (3, 10_800),
    (2, 21_600),
];

/// Ten deliveries within three hours and 4 minutes, the first at once.
const HOURS: Runs = &[(1, 0), (2, 15), (1, 30), (1, 180), (4, 1800), (1, 3600)];

/// 65 deliveries within 23 hours, the first at once.
const TRANSFER: Runs = &[(1, 0), (10, 15), (10, 300), (44, 1800)];

macro_rules! kinds {
    ($( $(#[doc = $doc:literal])+ $kind:ident => $words:literal, $runs:expr, $seconds:literal; )+) => {
        /// What a notification of APIv3 is about.
        ///
        /// The event alone does not say it: payments, combined payments, parking payments and
        /// profit sharing all come as `TRANSACTION.SUCCESS`. [`Notice::kind`](super::Notice::kind)
        /// looks at the event, the original type and the names of what was decrypted.
        #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
        #[non_exhaustive]
        pub enum NoticeKind {
            $( $(#[doc = $doc])+ $kind, )+
            /// A kind that this version does not know. Its content can be read as JSON
            /// ([`Notice::resource`](super::Notice::resource)).
            Other,
        }

        impl NoticeKind {
            /// Every kind but [`Other`](Self::Other), in the order of this page.
            pub const ALL: &'static [Self] = &[$( Self::$kind ),+];

            const fn facts(self) -> (&'static str, Option<Runs>, u64) {
                match self {
                    $( Self::$kind => ($words, $runs, $seconds), )+
                    Self::Other => ("something else (其他)", None, 5),
                }
            }
        }
    };
}

kinds! {
    /// A payment of a merchant by itself (支付成功, 直连商户): [`PaymentNotice`](super::PaymentNotice)
    /// reads it.
    Payment => "a payment (支付成功)", Some(DAY), 5;
    /// A payment of a sub-merchant, told to its service provider (支付成功, 服务商):
    /// [`PartnerPaymentNotice`](super::PartnerPaymentNotice) reads it.
    PartnerPayment => "a payment of a sub-merchant (服务商模式支付成功)", Some(DAY), 5;
    /// Orders that were paid together (合单支付成功):
    /// [`CombinedPaymentNotice`](super::CombinedPaymentNotice) reads it.
    CombinedPayment => "a combined payment (合单支付成功)", Some(DAY), 5;
    /// A parking fee, paid or not (停车服务订单支付结果).
    ParkingPayment => "a parking payment (停车服务订单支付结果)", Some(DAY), 5;
    /// The state of a car's entrance (停车入场状态变更).
    ParkingEntrance => "a parking entrance (停车入场状态变更)", Some(DAY), 5;
    /// A refund, with its end (退款结果): [`RefundNotice`](super::RefundNotice) reads it.
    Refund => "a refund (退款结果)", Some(DAY), 5;
    /// Money that moved by profit sharing (分账动账):
    /// [`ProfitSharingNotice`](super::ProfitSharingNotice) reads it.
    ProfitSharing => "profit sharing (分账动账)", Some(DAY), 5;
    /// A transfer that ended (商家转账).
    Transfer => "a transfer (商家转账)", Some(TRANSFER), 5;
    /// The authorization to receive transfers without confirming each (免确认收款授权结果).
    TransferAuthorization => "an authorization of transfers (免确认收款授权结果)", Some(TRANSFER), 5;
    /// A batch of transfers that ended (商家转账批次). Its schedule is on no page.
    TransferBatch => "a batch of transfers (商家转账批次)", None, 5;
    /// The state of a withdrawal (商户提现状态变更), to be answered within 3 s.
    Withdrawal => "a withdrawal (商户提现状态变更)", Some(&[(10, 15), (10, 300), (47, 1800)]), 3;
    /// A payscore order that the user confirmed (支付分确认订单).
    PayscoreConfirmed => "a confirmed payscore order (支付分确认订单)", Some(HOURS), 5;
    /// A payscore order that the user paid (支付分支付成功).
    PayscorePaid => "a paid payscore order (支付分支付成功)", Some(HOURS), 5;
    /// A payment with medical insurance (医保混合收款成功). Its page gives no schedule: query 30 s after
    /// ordering.
    MedicalInsurance => "a payment with medical insurance (医保混合收款成功)", None, 5;
    /// A complaint, new or changed (投诉通知).
    Complaint => "a complaint (投诉通知)", Some(&[(10, 60), (22, 300)]), 5;
    /// The test of signatures and encryption (签名验签／加解密测试).
    Echo => "a test of signatures (签名验签测试)", Some(HOURS), 5;
    /// A coupon that was used (代金券核销).
    CouponUsed => "a used coupon (代金券核销)", Some(&[(9, 60)]), 5;
    /// A member of a mall paid (商圈会员场内支付结果), to be answered within 2 s and with a body:
    /// [`acknowledge_with_body`](super::acknowledge_with_body).
    MallPayment => "a payment in a mall (商圈会员场内支付结果)", Some(DAY), 2;
    /// A member of a mall got money back (商圈会员场内退款结果).
    MallRefund => "a refund in a mall (商圈会员场内退款结果)", Some(DAY), 5;
    /// A member of a mall opened the points service (商圈会员积分服务授权结果). The schedule is that of
    /// merchants; service providers are told on that of payscore.
    MallCard => "a member of a mall (商圈会员积分服务授权结果)", Some(&[(1, 1), (5, 10), (4, 60)]), 5;
    /// An e-invoice (电子发票): its title, its making, its card or its reversal.
    Invoice => "an e-invoice (电子发票)", Some(&[(2, 15), (1, 30), (1, 180), (4, 1800), (1, 3600)]), 5;
    /// A product coupon that was given out (商品券发放).
    ProductCouponSent => "a product coupon (商品券发放)", Some(&[(1, 10), (1, 14), (1, 27), (1, 60), (1, 150), (1, 394), (1, 1053), (1, 2831), (1, 7620), (1, 20_580)]), 5;
    /// The image of a product coupon (商品券图片生成结果).
    ProductCouponImage => "the image of a product coupon (商品券图片生成结果)", Some(&[(11, 60)]), 5;
    /// A member card that a user opened or gave up (会员卡事件).
    MemberCard => "a member card (会员卡事件)", Some(&[(1, 0), (1, 60), (1, 120), (1, 300), (1, 600), (1, 1800), (20, 3600)]), 5;
    /// Points that a user exchanged for a coupon (用户积分兑券).
    MemberPointsExchanged => "points for a coupon (用户积分兑券)", Some(&[(11, 60)]), 5;
    /// Points that are to be synchronized (用户积分同步). It is sent once and never again.
    MemberPointsSync => "points to synchronize (用户积分同步)", Some(&[(1, 0)]), 5;
    /// The state of a delivery plan (投放计划状态变更).
    DeliveryPlan => "a delivery plan (投放计划状态变更)", Some(&[(1, 1), (2, 2), (10, 60), (37, 300)]), 5;
    /// What the platform did about a violation (商户平台处置记录). It is repeated for 48 hours.
    Violation => "a violation (商户平台处置记录)", Some(&[(1, 1), (2, 15), (1, 30), (1, 180), (1, 600), (1, 1200), (94, 1800)]), 5;
    /// A message that a service provider subscribed to (合作伙伴订阅消息). Its page gives no schedule.
    Subscription => "a subscribed message (合作伙伴订阅消息)", None, 5;
}

impl NoticeKind {
    /// The wait before each delivery, counted from the one before, for as long as none is
    /// acknowledged; the first one counts from what happened. `None` where no document gives them.
    ///
    /// As documented in 2026, for those who watch what is missing. Deliveries may be late, come at
    /// once or out of order, and never come at all: the query of the order is what a program must
    /// rely on.
    pub fn waits(self) -> Option<impl Iterator<Item = Duration>> {
        let (_, runs, _) = self.facts();
        let waits = runs?.iter().flat_map(|(times, seconds)| {
            let wait = Duration::from_secs(u64::from(*seconds));
            std::iter::repeat_n(wait, usize::from(*times))
        });
        Some(waits)
    }

    /// How long WeChat Pay waits for the response: five seconds, unless the kind's document asks
    /// for less.
    pub fn answer_within(self) -> Duration {
        let (_, _, seconds) = self.facts();
        Duration::from_secs(seconds)
    }
}

#[cfg(feature = "__keys")]
impl NoticeKind {
    /// From the event, the original type (may be missing) and what was decrypted.
    pub(super) fn of(event: &str, original_type: Option<&str>, resource: &Json) -> Self {
        match event.split_once('.').unwrap_or((event, "")) {
            ("TRANSACTION", "SUCCESS") => Self::of_transaction(original_type, resource),
            ("TRANSACTION", "FAIL" | "PAY_BACK") => Self::ParkingPayment,
            ("REFUND", _) => Self::Refund,
            // Other people's clients know profit sharing and member cards by these names too.
            ("PROFITSHARING" | "PROFITSHARING_RETURN", _) => Self::ProfitSharing,
            ("VEHICLE", "ENTRANCE_STATE_CHANGE") => Self::ParkingEntrance,
            ("MCHTRANSFER", action) if action.starts_with("BILL.") => Self::Transfer,
            ("MCHTRANSFER", action) if action.starts_with("BATCH.") => Self::TransferBatch,
            ("MCHTRANSFER", action) if action.starts_with("AUTHORIZATION.") => {
                Self::TransferAuthorization
            }
            ("MCHWITHDRAW", "CHANGE") => Self::Withdrawal,
            ("PAYSCORE", "USER_CONFIRM") => Self::PayscoreConfirmed,
            ("PAYSCORE", "USER_PAID") => Self::PayscorePaid,
            ("MEDICAL_INSURANCE", "SUCCESS") => Self::MedicalInsurance,
            ("COMPLAINT", _) => Self::Complaint,
            ("SECURITY_ECHO", "SUCCESS") => Self::Echo,
            ("COUPON", "USE") => Self::CouponUsed,
            ("MALL_TRANSACTION", "SUCCESS") => Self::MallPayment,
            ("MALL_REFUND", "SUCCESS") => Self::MallRefund,
            ("MALL_AUTH", "ACTIVATE_CARD") => Self::MallCard,
            ("FAPIAO", _) => Self::Invoice,
            ("PRODUCT_COUPON" | "PRODUCT_COUPON_SP", "SEND") => Self::ProductCouponSent,
            ("PRODUCT_COUPON" | "PRODUCT_COUPON_SP", "IMAGE_GENERATION") => {
                Self::ProductCouponImage
            }
            ("BRAND_MEMBER_CARD" | "BRAND_MEMBER_CARD_SP" | "MEMBERCARDSP", action) => match action
            {
                "USER_CARD.CREATE" | "USER_CARD.DELETE" => Self::MemberCard,
                "POINT_EXCHANGE_COUPON" => Self::MemberPointsExchanged,
                "SYNC_USER_POINT" => Self::MemberPointsSync,
                _ => Self::Other,
            },
            ("DELIVERY_PLAN", "CHANGE") | ("DELIVERY_PLAN_STATE", "DELIVER") => Self::DeliveryPlan,
            ("VIOLATION", _) => Self::Violation,
            ("MERCHANT_NOTIFY", "NOTIFY") => Self::Subscription,
            _ => Self::Other,
        }
    }

    /// What one event stands for, told apart by what only one of the kinds has.
    fn of_transaction(original_type: Option<&str>, resource: &Json) -> Self {
        let has = |name| resource.get(name).is_some();
        match original_type.unwrap_or_default() {
            "profitsharing" => Self::ProfitSharing,
            // Only money that moved by profit sharing has someone else who got it.
            "" if has("receiver") => Self::ProfitSharing,
            "transaction" | "" if has("combine_out_trade_no") => Self::CombinedPayment,
            "transaction" | "" if has("parking_info") => Self::ParkingPayment,
            "transaction" | "" if has("sp_mchid") => Self::PartnerPayment,
            "transaction" | "" => Self::Payment,
            _ => Self::Other,
        }
    }
}

/// The kind in words, with WeChat Pay's own name for it.
impl fmt::Display for NoticeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (words, _, _) = self.facts();
        f.write_str(words)
    }
}
