// APIv2.

import com.github.binarywang.wxpay.bean.notify.WxPayOrderNotifyResult;
import com.github.binarywang.wxpay.bean.notify.WxPayRefundNotifyResult;
import com.github.binarywang.wxpay.bean.request.BaseWxPayRequest;
import com.github.binarywang.wxpay.bean.request.WxPayDownloadBillRequest;
import com.github.binarywang.wxpay.bean.request.WxPayDownloadFundFlowRequest;
import com.github.binarywang.wxpay.bean.request.WxPayMicropayRequest;
import com.github.binarywang.wxpay.bean.request.WxPayOrderCloseRequest;
import com.github.binarywang.wxpay.bean.request.WxPayOrderQueryRequest;
import com.github.binarywang.wxpay.bean.request.WxPayOrderReverseRequest;
import com.github.binarywang.wxpay.bean.request.WxPayRefundQueryRequest;
import com.github.binarywang.wxpay.bean.request.WxPayRefundRequest;
import com.github.binarywang.wxpay.bean.request.WxPayUnifiedOrderRequest;
import com.github.binarywang.wxpay.bean.result.WxPayBillInfo;
import com.github.binarywang.wxpay.bean.result.WxPayFundFlowBaseResult;
import com.github.binarywang.wxpay.bean.result.WxPayMicropayResult;
import com.github.binarywang.wxpay.bean.result.WxPayOrderQueryResult;
import com.github.binarywang.wxpay.bean.result.WxPayOrderReverseResult;
import com.github.binarywang.wxpay.bean.result.WxPayRefundQueryResult;
import com.github.binarywang.wxpay.bean.result.WxPayUnifiedOrderResult;
import com.github.binarywang.wxpay.exception.WxPayException;
import com.github.binarywang.wxpay.service.WxPayService;
import java.util.List;

final class V2 {
  private static final WxPayService WXPAY = Client.WXPAY;

  static void flows(Sandbox.Shop shop, String signType) {
    for (String kind : new String[] {"JSAPI", "APP", "MWEB", "NATIVE"}) {
      line("order " + kind, signType, () -> {
        WxPayUnifiedOrderResult made = WXPAY.unifiedOrder(signedBy(signType, WxPayUnifiedOrderRequest.newBuilder()
            .tradeType(kind).outTradeNo(number(signType, kind)).body("商品 <1> & 2").totalFee(102).spbillCreateIp("10.2.3.10")
            .notifyUrl(shop.url(signType)).openid(Sandbox.PAYER).productId("P1")
            .sceneInfo("{\"h5_info\":{\"type\":\"Wap\"}}").build()));
        Sandbox.check(made.getPrepayId() != null, made);
      });
    }
    line("query by merchant order number", signType, () ->
        Sandbox.check(query(signType, null, number(signType, "JSAPI")).getTradeState().equals("NOTPAY"), "trade_state"));
    line("close", signType, () -> {
      String number = number(signType, "APP");
      WXPAY.closeOrder(signedBy(signType, WxPayOrderCloseRequest.newBuilder().outTradeNo(number).build()));
      Sandbox.check(query(signType, null, number).getTradeState().equals("CLOSED"), "trade_state");
    });
    WxPayOrderNotifyResult[] paid = new WxPayOrderNotifyResult[1];
    line("payment notification", signType, () -> {
      Sandbox.control("/orders/" + number(signType, "NATIVE") + "/pay", "{}");
      paid[0] = shop.next(WxPayOrderNotifyResult.class);
      Sandbox.check(paid[0].getOutTradeNo().equals(number(signType, "NATIVE")) && paid[0].getTotalFee() == 102, paid[0]);
    });
    line("query by WeChat Pay order number", signType, () -> {
      WxPayOrderQueryResult found = query(signType, paid[0].getTransactionId(), null);
      Sandbox.check(found.getTradeState().equals("SUCCESS") && found.getTotalFee() == 102, found);
    });
    String[] refundId = new String[1];
    line("refund", signType, () -> refundId[0] = WXPAY.refund(signedBy(signType, WxPayRefundRequest.newBuilder()
        .outTradeNo(number(signType, "NATIVE")).outRefundNo(number(signType, "R")).totalFee(102).refundFee(100)
        .refundDesc("退款 & <商品>").notifyUrl(shop.url("refundedV2")).build())).getRefundId());
    line("refund notification", signType, () -> {
      WxPayRefundNotifyResult.ReqInfo told = shop.next(WxPayRefundNotifyResult.class).getReqInfo();
      Sandbox.check(told.getRefundId().equals(refundId[0]) && told.getRefundStatus().equals("SUCCESS"), told);
    });
    line("refund query", signType, () -> {
      WxPayRefundQueryResult.RefundRecord found = WXPAY.refundQuery(signedBy(signType,
          WxPayRefundQueryRequest.newBuilder().outRefundNo(number(signType, "R")).build())).getRefundRecords().get(0);
      Sandbox.check(found.getRefundStatus().equals("SUCCESS") && found.getRefundFee() == 100, found);
    });
    line("payment by code", signType, () -> {
      String code = Sandbox.control("/payment_codes", "{}").get("auth_code").getAsString();
      WxPayMicropayResult charged = WXPAY.micropay(signedBy(signType, WxPayMicropayRequest.newBuilder()
          .authCode(code).outTradeNo(number(signType, "CODE")).body("早餐 & <1>").totalFee(102).spbillCreateIp("10.2.3.10")
          .build()));
      Sandbox.check(charged.getTradeType().equals("MICROPAY"), charged);
    });
    line("reverse", signType, () -> {
      String number = number(signType, "CODE");
      WxPayOrderReverseResult reversed = WXPAY.reverseOrder(signedBy(signType,
          WxPayOrderReverseRequest.newBuilder().outTradeNo(number).build()));
      Sandbox.check(reversed.getIsRecall().equals("N"), reversed);
      Sandbox.check(query(signType, null, number).getTradeState().equals("REVOKED"), "trade_state");
    });
    // Bills have no signature.
    line("trade bill", signType, () -> {
      List<WxPayBillInfo> rows = WXPAY.downloadBill(bill(signType, "BILL_DATE")).getBillInfoList();
      Sandbox.check(rows.stream().anyMatch(row -> row.getOutTradeNo().equals(System.getenv("BILL_ORDER"))), rows);
    });
    line("a bill that is not there", signType, () -> {
      try {
        throw new AssertionError(WXPAY.downloadRawBill(bill(signType, "EMPTY_DATE")));
      } catch (WxPayException refused) {
        Sandbox.check(refused.getMessage().contains("No Bill Exist"), refused);
      }
    });
    if (signType.equals("HMAC-SHA256")) {
      line("fund flow bill", signType, () -> {
        List<WxPayFundFlowBaseResult> rows = WXPAY.downloadFundFlow(signedBy(signType, WxPayDownloadFundFlowRequest.newBuilder()
            .billDate(compact("BILL_DATE")).accountType("Basic").build())).getWxPayFundFlowBaseResultList();
        Sandbox.check(rows.stream().anyMatch(row -> row.getBizVoucherId().equals(System.getenv("BILL_ORDER"))), rows);
      });
    }
    line("a response with a wrong signature is refused", signType, () -> {
      Sandbox.control("/faults", "{\"api\":\"v2.pay.query_order\",\"fault\":\"wrong_signature\"}");
      Client.refused(() -> query(signType, null, number(signType, "NATIVE")));
    });
  }

  private static WxPayOrderQueryResult query(String signType, String id, String number) throws WxPayException {
    return WXPAY.queryOrder(
        signedBy(signType, WxPayOrderQueryRequest.newBuilder().transactionId(id).outTradeNo(number).build()));
  }

  static <T extends BaseWxPayRequest> T signedBy(String signType, T request) {
    request.setSignType(signType);
    return request;
  }

  private static WxPayDownloadBillRequest bill(String signType, String day) {
    return signedBy(signType, WxPayDownloadBillRequest.newBuilder().billDate(compact(day)).billType("ALL").build());
  }

  /** A date as APIv2 has it. */
  private static String compact(String day) {
    return System.getenv(day).replace("-", "");
  }

  private static void line(String name, String signType, Sandbox.Steps steps) {
    Sandbox.flow("V2 " + name + " (" + signType + ")", steps);
  }

  private static String number(String signType, String kind) {
    return "WXJAVA-" + signType + "-" + kind;
  }
}
