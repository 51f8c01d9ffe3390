// com.github.wechatpay-apiv3:wechatpay-java, the official client, against the sandbox: APIv3. It verifies responses,
// notifications and the hash of a bill by itself, and encrypts and decrypts names. For payment codes, combined orders and
// complaints it has no services: their requests are made with its HTTP client.

import com.google.gson.JsonObject;
import com.sun.net.httpserver.Headers;
import com.wechat.pay.java.core.AbstractRSAConfig;
import com.wechat.pay.java.core.RSAAutoCertificateConfig;
import com.wechat.pay.java.core.RSAPublicKeyConfig;
import com.wechat.pay.java.core.exception.ValidationException;
import com.wechat.pay.java.core.notification.NotificationConfig;
import com.wechat.pay.java.core.notification.NotificationParser;
import com.wechat.pay.java.core.notification.RequestParam;
import com.wechat.pay.java.service.billdownload.BillDownloadServiceExtension;
import com.wechat.pay.java.service.billdownload.DigestBillEntity;
import com.wechat.pay.java.service.billdownload.model.GetFundFlowBillRequest;
import com.wechat.pay.java.service.billdownload.model.GetTradeBillRequest;
import com.wechat.pay.java.service.payments.app.AppService;
import com.wechat.pay.java.service.payments.h5.H5Service;
import com.wechat.pay.java.service.payments.jsapi.JsapiService;
import com.wechat.pay.java.service.payments.jsapi.model.QueryOrderByOutTradeNoRequest;
import com.wechat.pay.java.service.payments.model.Transaction;
import com.wechat.pay.java.service.payments.nativepay.NativePayService;
import com.wechat.pay.java.service.payments.nativepay.model.QueryOrderByIdRequest;
import com.wechat.pay.java.service.refund.RefundService;
import com.wechat.pay.java.service.refund.model.CreateRequest;
import com.wechat.pay.java.service.refund.model.QueryByOutRefundNoRequest;
import com.wechat.pay.java.service.refund.model.Refund;
import com.wechat.pay.java.service.refund.model.RefundNotification;
import com.wechat.pay.java.service.refund.model.Status;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.Callable;

final class Client {
  private static final String APPID = Sandbox.env("APP_ID");
  private static final String MCHID = Sandbox.env("MCH_ID");

  public static void main(String[] arguments) throws Exception {
    AbstractRSAConfig config = Sandbox.IS_PUBLIC_KEY ? publicKey() : certificates();
    NotificationParser parser = new NotificationParser((NotificationConfig) config);
    Sandbox.Shop shop = new Sandbox.Shop(Map.of(
        "paid", (headers, body) -> parser.parse(param(headers, body), Transaction.class),
        "any", (headers, body) -> parser.parse(param(headers, body), JsonObject.class),
        "refunded", (headers, body) -> parser.parse(param(headers, body), RefundNotification.class)));
    JsapiService jsapi = new JsapiService.Builder().config(config).build();
    AppService app = new AppService.Builder().config(config).build();
    NativePayService qr = new NativePayService.Builder().config(config).build();
    RefundService refunds = new RefundService.Builder().config(config).build();

    Sandbox.flow("order JSAPI", () -> Sandbox.check(
        jsapi.prepay(order(com.wechat.pay.java.service.payments.jsapi.model.PrepayRequest.class, shop, "JSAPI",
            "payer", Map.of("openid", Sandbox.PAYER))).getPrepayId() != null, "prepay_id"));
    Sandbox.flow("order App", () -> Sandbox.check(
        app.prepay(order(com.wechat.pay.java.service.payments.app.model.PrepayRequest.class, shop, "App",
            "attach", "附加")).getPrepayId() != null, "prepay_id"));
    Sandbox.flow("order H5", () -> Sandbox.check(
        new H5Service.Builder().config(config).build()
            .prepay(order(com.wechat.pay.java.service.payments.h5.model.PrepayRequest.class, shop, "H5",
                "scene_info", Map.of("payer_client_ip", "10.2.3.10", "h5_info", Map.of("type", "Wap"))))
            .getH5Url() != null, "h5_url"));
    Sandbox.flow("order Native", () -> Sandbox.check(
        qr.prepay(order(com.wechat.pay.java.service.payments.nativepay.model.PrepayRequest.class, shop, "Native",
            "attach", "附加")).getCodeUrl() != null, "code_url"));
    Sandbox.flow("query by merchant order number", () ->
        Sandbox.check(state(jsapi, "JSAPI") == Transaction.TradeStateEnum.NOTPAY, "trade_state"));
    Sandbox.flow("close", () -> {
      app.closeOrder(Sandbox.of(com.wechat.pay.java.service.payments.app.model.CloseOrderRequest.class,
          "out_trade_no", "JAVA-App", "mchid", MCHID));
      Sandbox.check(state(jsapi, "App") == Transaction.TradeStateEnum.CLOSED, "trade_state");
    });
    Transaction[] paid = new Transaction[1];
    Sandbox.flow("payment notification", () -> {
      Sandbox.control("/orders/JAVA-Native/pay", "{}");
      paid[0] = shop.next(Transaction.class);
      Sandbox.check(paid[0].getOutTradeNo().equals("JAVA-Native"), paid[0]);
      Sandbox.check(paid[0].getTradeState() == Transaction.TradeStateEnum.SUCCESS, paid[0]);
    });
    Sandbox.flow("query by WeChat Pay order number", () -> {
      Transaction found = qr.queryOrderById(Sandbox.of(QueryOrderByIdRequest.class,
          "transaction_id", paid[0].getTransactionId(), "mchid", MCHID));
      Sandbox.check(found.getAmount().getTotal() == 106, found);
    });
    String[] refundId = new String[1];
    Sandbox.flow("refund", () -> refundId[0] = refunds.create(Sandbox.of(CreateRequest.class,
        "out_trade_no", "JAVA-Native", "out_refund_no", "JAVA-R", "reason", "退款 & <商品>", "notify_url", shop.url("refunded"),
        "amount", Map.of("refund", 100, "total", 106, "currency", "CNY"))).getRefundId());
    Sandbox.flow("refund notification", () -> {
      RefundNotification told = shop.next(RefundNotification.class);
      Sandbox.check(told.getRefundId().equals(refundId[0]) && told.getRefundStatus() == Status.SUCCESS, told);
    });
    Sandbox.flow("refund query", () -> {
      Refund found = refunds.queryByOutRefundNo(Sandbox.of(QueryByOutRefundNoRequest.class, "out_refund_no", "JAVA-R"));
      Sandbox.check(found.getStatus() == Status.SUCCESS && found.getAmount().getRefund() == 100, found);
    });
    Codes.flows(config);
    Partner.flows(config, refunds, shop);
    Combined.flows(config, shop);
    BillDownloadServiceExtension bills = new BillDownloadServiceExtension.Builder().config(config).build();
    bill("trade bill", () -> bills.getTradeBill(Sandbox.of(GetTradeBillRequest.class,
        "bill_date", System.getenv("BILL_DATE"), "tar_type", "GZIP")));
    bill("fund flow bill", () -> bills.getFundFlowBill(Sandbox.of(GetFundFlowBillRequest.class,
        "bill_date", System.getenv("BILL_DATE"), "tar_type", "GZIP")));
    Complaints.flows(config, shop);
    Sharing.flows(config, qr, shop);
    Sandbox.flow("a response with a wrong signature is refused", () -> {
      Sandbox.control("/faults", "{\"api\":\"v3.pay.query_order_by_out_trade_no\",\"fault\":\"wrong_signature\"}");
      try {
        throw new AssertionError(state(jsapi, "Native"));
      } catch (ValidationException refused) {
        Sandbox.check(refused.getMessage().contains("signature"), refused);
      }
    });
    shop.close();
  }

  private static AbstractRSAConfig publicKey() {
    return new RSAPublicKeyConfig.Builder()
        .merchantId(MCHID)
        .privateKeyFromPath(Sandbox.env("PRIVATE_KEY"))
        .merchantSerialNumber(Sandbox.env("SERIAL_NO"))
        .publicKeyFromPath(Sandbox.env("PUBLIC_KEY"))
        .publicKeyId(Sandbox.env("PUBLIC_KEY_ID"))
        .apiV3Key(Sandbox.env("V3_KEY"))
        .build();
  }

  private static AbstractRSAConfig certificates() {
    return new RSAAutoCertificateConfig.Builder()
        .merchantId(MCHID)
        .privateKeyFromPath(Sandbox.env("PRIVATE_KEY"))
        .merchantSerialNumber(Sandbox.env("SERIAL_NO"))
        .apiV3Key(Sandbox.env("V3_KEY"))
        .build();
  }

  private static void bill(String name, Callable<DigestBillEntity> download) {
    Sandbox.flow(name, () -> {
      DigestBillEntity bill = download.call();
      String text = new String(bill.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      Sandbox.check(bill.verifyHash() && text.contains(System.getenv("BILL_ORDER")), text);
    });
  }

  private static <T> T order(Class<T> type, Sandbox.Shop shop, String kind, String name, Object value) {
    return Sandbox.of(type, "appid", APPID, "mchid", MCHID, "description", "腾讯公仔 & <1>", "out_trade_no", "JAVA-" + kind,
        "notify_url", shop.url("paid"), "amount", Map.of("total", 106), name, value);
  }

  private static Transaction.TradeStateEnum state(JsapiService jsapi, String kind) {
    return jsapi.queryOrderByOutTradeNo(Sandbox.of(QueryOrderByOutTradeNoRequest.class,
        "out_trade_no", "JAVA-" + kind, "mchid", MCHID)).getTradeState();
  }

  private static RequestParam param(Headers headers, String body) {
    return new RequestParam.Builder()
        .serialNumber(headers.getFirst("Wechatpay-Serial"))
        .nonce(headers.getFirst("Wechatpay-Nonce"))
        .signature(headers.getFirst("Wechatpay-Signature"))
        .timestamp(headers.getFirst("Wechatpay-Timestamp"))
        .signType(headers.getFirst("Wechatpay-Signature-Type"))
        .body(body)
        .build();
  }
}
