// APIv3.

import com.github.binarywang.wxpay.bean.notify.WxPayNotifyV3Result;
import com.github.binarywang.wxpay.bean.notify.WxPayRefundNotifyV3Result;
import com.github.binarywang.wxpay.bean.request.WxPayApplyFundFlowBillV3Request;
import com.github.binarywang.wxpay.bean.request.WxPayApplyTradeBillV3Request;
import com.github.binarywang.wxpay.bean.request.WxPayCodepayRequest;
import com.github.binarywang.wxpay.bean.request.WxPayRefundV3Request;
import com.github.binarywang.wxpay.bean.request.WxPayUnifiedOrderV3Request;
import com.github.binarywang.wxpay.bean.result.WxPayApplyBillV3Result;
import com.github.binarywang.wxpay.bean.result.WxPayCodepayResult;
import com.github.binarywang.wxpay.bean.result.WxPayRefundQueryV3Result;
import com.github.binarywang.wxpay.bean.result.WxPayUnifiedOrderV3Result;
import com.github.binarywang.wxpay.bean.result.enums.TradeTypeEnum;
import com.github.binarywang.wxpay.service.WxPayService;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.Callable;

final class V3 {
  private static final WxPayService WXPAY = Client.WXPAY;

  static void flows(Sandbox.Shop shop) {
    order(shop, TradeTypeEnum.JSAPI, "payer", Map.of("openid", Sandbox.PAYER));
    order(shop, TradeTypeEnum.APP, "attach", "附加");
    order(shop, TradeTypeEnum.H5, "scene_info", Map.of("payer_client_ip", "10.2.3.10", "h5_info", Map.of("type", "Wap")));
    order(shop, TradeTypeEnum.NATIVE, "attach", "附加");
    Sandbox.flow("V3 query by merchant order number", () ->
        Sandbox.check(WXPAY.queryOrderV3(null, "WXJAVA3-JSAPI").getTradeState().equals("NOTPAY"), "trade_state"));
    Sandbox.flow("V3 close", () -> {
      WXPAY.closeOrderV3("WXJAVA3-APP");
      Sandbox.check(WXPAY.queryOrderV3(null, "WXJAVA3-APP").getTradeState().equals("CLOSED"), "trade_state");
    });
    String[] ids = new String[2];
    Sandbox.flow("V3 payment notification", () -> {
      Sandbox.control("/orders/WXJAVA3-NATIVE/pay", "{}");
      WxPayNotifyV3Result.DecryptNotifyResult told = shop.next(WxPayNotifyV3Result.class).getResult();
      Sandbox.check(told.getOutTradeNo().equals("WXJAVA3-NATIVE") && told.getTradeState().equals("SUCCESS"), told);
      ids[0] = told.getTransactionId();
    });
    Sandbox.flow("V3 query by WeChat Pay order number", () ->
        Sandbox.check(WXPAY.queryOrderV3(ids[0], null).getAmount().getTotal() == 107, "total"));
    Sandbox.flow("V3 payment by code", () -> {
      String code = Sandbox.control("/payment_codes", "{}").get("auth_code").getAsString();
      WxPayCodepayResult paid = WXPAY.codepay(Sandbox.of(WxPayCodepayRequest.class, "description", "早餐",
          "out_trade_no", "WXJAVA3-CODE", "amount", Map.of("total", 107), "payer", Map.of("auth_code", code),
          "scene_info", Map.of("device_ip", "10.2.3.10", "store_info", Map.of("id", "1"))));
      Sandbox.check(paid.getTradeState().equals("SUCCESS"), paid);
    });
    Sandbox.flow("V3 reverse", () -> {
      WXPAY.reverseOrderV3("WXJAVA3-CODE");
      Sandbox.check(WXPAY.queryOrderV3(null, "WXJAVA3-CODE").getTradeState().equals("REVOKED"), "trade_state");
    });
    Sandbox.flow("V3 refund", () -> ids[1] = WXPAY.refundV3(Sandbox.of(WxPayRefundV3Request.class,
        "out_trade_no", "WXJAVA3-NATIVE", "out_refund_no", "WXJAVA3-R", "reason", "退款 & <商品>",
        "notify_url", shop.url("refunded"), "amount", Map.of("refund", 100, "total", 107, "currency", "CNY"))).getRefundId());
    Sandbox.flow("V3 refund notification", () -> {
      WxPayRefundNotifyV3Result.DecryptNotifyResult told = shop.next(WxPayRefundNotifyV3Result.class).getResult();
      Sandbox.check(told.getRefundId().equals(ids[1]) && told.getRefundStatus().equals("SUCCESS"), told);
    });
    Sandbox.flow("V3 refund query", () -> {
      WxPayRefundQueryV3Result found = WXPAY.refundQueryV3("WXJAVA3-R");
      Sandbox.check(found.getStatus().equals("SUCCESS") && found.getAmount().getRefund() == 100, found);
    });
    bill("V3 trade bill", () -> WXPAY.applyTradeBill(Sandbox.of(WxPayApplyTradeBillV3Request.class,
        "bill_date", System.getenv("BILL_DATE"), "bill_type", "ALL")));
    bill("V3 fund flow bill", () -> WXPAY.applyFundFlowBill(Sandbox.of(WxPayApplyFundFlowBillV3Request.class,
        "bill_date", System.getenv("BILL_DATE"), "account_type", "BASIC")));
    Sandbox.flow("V3 a response with a wrong signature is refused", () -> {
      Sandbox.control("/faults", "{\"api\":\"v3.pay.query_order_by_out_trade_no\",\"fault\":\"wrong_signature\"}");
      Client.refused(() -> WXPAY.queryOrderV3(null, "WXJAVA3-NATIVE"));
    });
  }

  private static void bill(String name, Callable<WxPayApplyBillV3Result> apply) {
    Sandbox.flow(name, () -> {
      WxPayApplyBillV3Result bill = apply.call();
      byte[] text = WXPAY.downloadBill(bill.getDownloadUrl()).readAllBytes();
      byte[] hash = MessageDigest.getInstance("SHA-1").digest(text);
      Sandbox.check(HexFormat.of().formatHex(hash).equals(bill.getHashValue()), bill);
      Sandbox.check(new String(text, StandardCharsets.UTF_8).contains(System.getenv("BILL_ORDER")), "bill");
    });
  }

  private static void order(Sandbox.Shop shop, TradeTypeEnum kind, String name, Object value) {
    Sandbox.flow("V3 order " + kind, () -> {
      WxPayUnifiedOrderV3Result made = WXPAY.unifiedOrderV3(kind, Sandbox.of(WxPayUnifiedOrderV3Request.class,
          "description", "腾讯公仔 & <1>", "out_trade_no", "WXJAVA3-" + kind, "notify_url", shop.url("paid"),
          "amount", Map.of("total", 107), name, value));
      Sandbox.check(made.getPrepayId() != null || made.getH5Url() != null || made.getCodeUrl() != null, made);
    });
  }
}
