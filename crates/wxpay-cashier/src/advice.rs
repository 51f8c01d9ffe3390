use crate::outcome::Proof;
use crate::reason::Reason;

/// What to say to the customer at the till, and what the shop does, in English and Chinese.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Advice {
    /// For the customer.
    pub customer: &'static str,
    /// The same in Chinese.
    pub customer_zh: &'static str,
    /// For the cashier or the shop's programs.
    pub shop: &'static str,
    /// The same in Chinese.
    pub shop_zh: &'static str,
}

const fn advice(
    customer: &'static str,
    customer_zh: &'static str,
    shop: &'static str,
    shop_zh: &'static str,
) -> Advice {
    Advice {
        customer,
        customer_zh,
        shop,
        shop_zh,
    }
}

impl Advice {
    pub(crate) fn of_not_paid(proof: Proof, code: Option<&str>) -> Self {
        let by_code = code.and_then(|code| BY_CODE.iter().find(|(codes, _)| codes.contains(&code)));
        match (by_code, proof) {
            (Some((_, advice)), _) => *advice,
            (None, Proof::NotSent) => NOT_SENT,
            (None, Proof::Failed | Proof::Refused) => FAILED,
            (None, Proof::Closed | Proof::Reversed | Proof::NeverArrived) => NOT_PAID,
        }
    }

    pub(crate) const fn of_refunded() -> Self {
        advice(
            "This order has been refunded.",
            "该订单已退款。",
            "Hand out nothing. Query the refunds of this number to learn how much went back.",
            "不要交付商品。请按该单号查询退款，确认退了多少。",
        )
    }

    pub(crate) const fn of_open(reason: Reason) -> Self {
        match reason {
            Reason::Unknown | Reason::NotKnown => advice(
                "Please wait: the payment is being checked.",
                "请稍候，正在确认支付结果。",
                "Hand out nothing yet, and charge nothing else for this sale. Run the order again until it is settled.",
                "暂不交付商品，也不要为这笔销售再次收款。请继续运行（run），直到有结果。",
            ),
            Reason::CustomerPaying => advice(
                "Please enter your password on the phone.",
                "请在手机上输入支付密码。",
                "Wait for the customer, and charge nothing else for this sale. Run the order again, or cancel it.",
                "等待顾客输入密码，不要再次收款。请继续运行（run），或撤销订单（cancel）。",
            ),
            Reason::Reversing => advice(
                "The payment is being cancelled. If you have paid, the money goes back to you.",
                "正在撤销这笔支付。如已扣款，款项会原路退回。",
                "Charge nothing else for this sale yet. Run the order again until the reversal is confirmed.",
                "暂不要再次收款。请继续运行（run），直到撤销得到确认。",
            ),
            Reason::PaidWhileReversing => advice(
                "Your payment has arrived, but may be on its way back. Please wait.",
                "已收到您的付款，但可能正在退回，请稍候。",
                "Hand out nothing yet. Run the order again after five minutes, or cancel it: then the money goes back.",
                "暂不交付商品。请五分钟后再运行（run）；或者撤销（cancel），款项会退回。",
            ),
            Reason::OtherAmount => advice(
                "Please wait: the amount of the payment has to be checked.",
                "请稍候，需要核对支付金额。",
                "The order is paid with another amount. A person looks it up in the merchant platform and decides; it is not reversed by itself.",
                "订单已支付，但金额不符。请到商户平台人工核对后处理；程序不会自行撤销。",
            ),
            Reason::OtherPayment => advice(
                "Please wait: the payment has to be checked.",
                "请稍候，需要核对支付记录。",
                "The number was used for another order before, or the shop's clock is wrong. A person compares the order in the merchant platform with this sale.",
                "该单号此前已用于另一笔订单，或收银机时钟不准。请到商户平台人工核对该订单与这笔销售。",
            ),
            Reason::TooOld => advice(
                "Please contact the shop about this payment.",
                "请就这笔支付与商家联系。",
                "It can't be reversed after seven days. Look the order up in the merchant platform; if it is paid, create a refund or hand out the goods.",
                "超过七天，已不能撤销。请到商户平台查看该订单；如已支付，请申请退款或交付商品。",
            ),
            Reason::NotStored => advice(
                "Please wait: the payment is being checked.",
                "请稍候，正在确认支付结果。",
                "Repair the store, then run the order again. Charge nothing else for this sale until it is settled.",
                "请先修复存储，再继续运行（run）。在有结果之前不要再次收款。",
            ),
            Reason::InOtherHands => advice(
                "Please wait: the payment is being checked.",
                "请稍候，正在确认支付结果。",
                "Another program works on this sale. Look at it again with `find`.",
                "另一个程序正在处理这笔销售。请用 find 重新查看。",
            ),
        }
    }
}

const NOT_SENT: Advice = advice(
    "The payment could not be started. You have not paid.",
    "未能发起支付，没有扣款。",
    "Check the network, then charge again under another number.",
    "请检查网络，然后换一个单号重新收款。",
);

const FAILED: Advice = advice(
    "The payment failed. You have not paid. Please try again, perhaps with another card.",
    "支付失败，没有扣款。请重试，或更换支付方式。",
    "Scan a new code and charge again under another number.",
    "请重新扫码，换一个单号再次收款。",
);

const NOT_PAID: Advice = advice(
    "The payment was cancelled. If money was taken, it goes back to you. Please pay again.",
    "这笔支付已取消。如已扣款，款项会原路退回。请重新支付。",
    "Scan a new code and charge again under another number.",
    "请重新扫码，换一个单号再次收款。",
);

/// What the documents advise for the codes of a charge, those of APIv2 and APIv3. None says that
/// nothing was taken: a copy of the request may have been paid, and reversed.
const BY_CODE: [(&[&str], Advice); 6] = [
    (
        &["AUTHCODEEXPIRE", "AUTH_CODE_EXPIRE", "AUTH_CODE_ERROR"],
        advice(
            "Your payment code is no longer valid. Please refresh it.",
            "付款码已失效，请刷新付款码。",
            "Scan the new code and charge again under another number.",
            "请扫描新的付款码，换一个单号再次收款。",
        ),
    ),
    (
        &["AUTH_CODE_INVALID"],
        advice(
            "Please show the payment code of WeChat Pay.",
            "请出示微信支付的付款码。",
            "What was scanned is not a payment code of WeChat Pay. Scan the right one and charge again under another number.",
            "扫描的不是微信支付付款码。请扫描正确的付款码，换一个单号再次收款。",
        ),
    ),
    (
        &["NOTENOUGH", "NOT_ENOUGH"],
        advice(
            "Your balance is too low. Please choose another card.",
            "余额不足，请更换支付方式。",
            "Scan the code again when the customer has chosen another card, and charge under another number.",
            "顾客更换支付方式后请重新扫码，换一个单号再次收款。",
        ),
    ),
    (
        &["NOTSUPORTCARD"],
        advice(
            "This card can't be used here. Please choose another one.",
            "该卡不支持当前支付，请换卡支付或绑新卡支付。",
            "Scan the code again when the customer has chosen another card, and charge under another number.",
            "顾客换卡后请重新扫码，换一个单号再次收款。",
        ),
    ),
    (
        &[
            "APPID_MCHID_NOT_MATCH",
            "APPID_NOT_EXIST",
            "LACK_PARAMS",
            "MCHID_NOT_EXIST",
            "MCH_NOT_EXISTS",
            "NOAUTH",
            "NOT_UTF8",
            "NO_AUTH",
            "PARAM_ERROR",
            "REQUIRE_POST_METHOD",
            "SIGNERROR",
            "SIGN_ERROR",
            "XML_FORMAT_ERROR",
        ],
        advice(
            "Payments by WeChat do not work at this till now. If money was taken, it goes back to you.",
            "本收银台暂时不能使用微信支付。如已扣款，款项会原路退回。",
            "Every further charge would be refused for the same cause: correct the shop's settings or parameters first.",
            "继续收款也会因同样的原因被拒：请先修正商户设置或参数。",
        ),
    ),
    (
        &[
            "BUYER_MISMATCH",
            "ORDERCLOSED",
            "ORDERPAID",
            "ORDERREVERSED",
            "ORDER_CLOSED",
            "ORDER_PAID",
            "ORDER_REVERSED",
            "OUT_TRADE_NO_USED",
        ],
        advice(
            "The payment could not be made. If money was taken, it goes back to you.",
            "支付未能完成。如已扣款，款项会原路退回。",
            "The number had been used before. Find out why the shop gave it twice, then charge again under another number.",
            "该单号此前已被使用。请查明为何重复使用，然后换一个单号再次收款。",
        ),
    ),
];
