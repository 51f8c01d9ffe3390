// WxJava, com.github.binarywang:weixin-java-pay, against the sandbox: APIv2 with both digests and APIv3. It verifies responses
// and notifications by itself. Its option for the base URL does not do: it signs APIv3 for hosts of WeChat Pay only.

import com.github.binarywang.wxpay.bean.notify.SignatureHeader;
import com.github.binarywang.wxpay.bean.notify.WxPayNotifyV3Result;
import com.github.binarywang.wxpay.bean.notify.WxPayOrderNotifyResult;
import com.github.binarywang.wxpay.bean.notify.WxPayRefundNotifyResult;
import com.github.binarywang.wxpay.bean.notify.WxPayRefundNotifyV3Result;
import com.github.binarywang.wxpay.bean.request.BaseWxPayRequest;
import com.github.binarywang.wxpay.bean.request.WxPayApplyTradeBillV3Request;
import com.github.binarywang.wxpay.bean.request.WxPayOrderCloseRequest;
import com.github.binarywang.wxpay.bean.request.WxPayOrderQueryRequest;
import com.github.binarywang.wxpay.bean.request.WxPayRefundQueryRequest;
import com.github.binarywang.wxpay.bean.request.WxPayRefundRequest;
import com.github.binarywang.wxpay.bean.request.WxPayRefundV3Request;
import com.github.binarywang.wxpay.bean.request.WxPayUnifiedOrderRequest;
import com.github.binarywang.wxpay.bean.request.WxPayUnifiedOrderV3Request;
import com.github.binarywang.wxpay.bean.result.WxPayApplyBillV3Result;
import com.github.binarywang.wxpay.bean.result.WxPayOrderQueryResult;
import com.github.binarywang.wxpay.bean.result.WxPayRefundQueryResult;
import com.github.binarywang.wxpay.bean.result.WxPayRefundQueryV3Result;
import com.github.binarywang.wxpay.bean.result.WxPayUnifiedOrderResult;
import com.github.binarywang.wxpay.bean.result.WxPayUnifiedOrderV3Result;
import com.github.binarywang.wxpay.bean.result.enums.TradeTypeEnum;
import com.github.binarywang.wxpay.config.WxPayConfig;
import com.github.binarywang.wxpay.exception.WxPayException;
import com.github.binarywang.wxpay.service.WxPayService;
import com.github.binarywang.wxpay.service.impl.WxPayServiceImpl;
import com.sun.net.httpserver.Headers;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;

final class Client {
  private static final WxPayService WXPAY = new WxPayServiceImpl();

  public static void main(String[] arguments) throws Exception {
    WXPAY.setConfig(config());
    Sandbox.Shop shop = new Sandbox.Shop(Map.of(
        "MD5", (headers, body) -> WXPAY.parseOrderNotifyResult(body, "MD5"),
        "HMAC-SHA256", (headers, body) -> WXPAY.parseOrderNotifyResult(body, "HMAC-SHA256"),
        "refundedV2", (headers, body) -> WXPAY.parseRefundNotifyResult(body),
        "paid", (headers, body) -> WXPAY.parseOrderNotifyV3Result(body, signature(headers)),
        "refunded", (headers, body) -> WXPAY.parseRefundNotifyV3Result(body, signature(headers))));
    flowsV2(shop, "MD5");
    flowsV2(shop, "HMAC-SHA256");
    flowsV3(shop);
    shop.close();
  }

  private static WxPayConfig config() {
    WxPayConfig config = new WxPayConfig();
    config.setAppId(Sandbox.env("APP_ID"));
    config.setMchId(Sandbox.env("MCH_ID"));
    config.setMchKey(Sandbox.env("V2_KEY"));
    config.setApiV3Key(Sandbox.env("V3_KEY"));
    config.setKeyPath(Sandbox.env("P12"));
    config.setPrivateKeyPath(Sandbox.env("PRIVATE_KEY"));
    config.setPrivateCertPath(Sandbox.env("CERTIFICATE"));
    if (Sandbox.IS_PUBLIC_KEY) {
      config.setPublicKeyPath(Sandbox.env("PUBLIC_KEY"));
      config.setPublicKeyId(Sandbox.env("PUBLIC_KEY_ID"));
    }
    config.setHttpProxyHost("127.0.0.1");
    config.setHttpProxyPort(Integer.valueOf(System.getenv("PROXY_PORT")));
    return config;
  }

  private static SignatureHeader signature(Headers headers) {
    return SignatureHeader.builder()
        .timeStamp(headers.getFirst("Wechatpay-Timestamp"))
        .nonce(headers.getFirst("Wechatpay-Nonce"))
        .signature(headers.getFirst("Wechatpay-Signature"))
        .serial(headers.getFirst("Wechatpay-Serial"))
        .build();
  }

  private static void flowsV2(Sandbox.Shop shop, String signType) {
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
    line("a response with a wrong signature is refused", signType, () -> {
      Sandbox.control("/faults", "{\"api\":\"v2.pay.query_order\",\"fault\":\"wrong_signature\"}");
      refused(() -> query(signType, null, number(signType, "NATIVE")));
    });
  }

  private static void flowsV3(Sandbox.Shop shop) {
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
    Sandbox.flow("V3 trade bill", () -> {
      WxPayApplyBillV3Result bill = WXPAY.applyTradeBill(Sandbox.of(WxPayApplyTradeBillV3Request.class,
          "bill_date", System.getenv("BILL_DATE"), "bill_type", "ALL"));
      byte[] text = WXPAY.downloadBill(bill.getDownloadUrl()).readAllBytes();
      byte[] hash = MessageDigest.getInstance("SHA-1").digest(text);
      Sandbox.check(HexFormat.of().formatHex(hash).equals(bill.getHashValue()), bill);
      Sandbox.check(new String(text, StandardCharsets.UTF_8).contains(System.getenv("BILL_ORDER")), "bill");
    });
    Sandbox.flow("V3 a response with a wrong signature is refused", () -> {
      Sandbox.control("/faults", "{\"api\":\"v3.pay.query_order_by_out_trade_no\",\"fault\":\"wrong_signature\"}");
      refused(() -> WXPAY.queryOrderV3(null, "WXJAVA3-NATIVE"));
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

  private static WxPayOrderQueryResult query(String signType, String id, String number) throws WxPayException {
    return WXPAY.queryOrder(
        signedBy(signType, WxPayOrderQueryRequest.newBuilder().transactionId(id).outTradeNo(number).build()));
  }

  private static <T extends BaseWxPayRequest> T signedBy(String signType, T request) {
    request.setSignType(signType);
    return request;
  }

  private static void refused(Sandbox.Steps steps) throws Exception {
    try {
      steps.take();
    } catch (WxPayException refused) {
      StringBuilder said = new StringBuilder();
      for (Throwable error = refused; error != null; error = error.getCause()) {
        said.append(error.getMessage());
      }
      // Of APIv2 it says that the parameters fail their check, of APIv3 that the signature does.
      Sandbox.check(said.indexOf("校验错误") >= 0 || said.indexOf("签名验证失败") >= 0, said);
      return;
    }
    throw new AssertionError("a wrong signature was accepted");
  }

  private static void line(String name, String signType, Sandbox.Steps steps) {
    Sandbox.flow("V2 " + name + " (" + signType + ")", steps);
  }

  private static String number(String signType, String kind) {
    return "WXJAVA-" + signType + "-" + kind;
  }
}
