// What a service provider does for its sub-merchant.

import com.google.gson.JsonObject;
import com.wechat.pay.java.core.Config;
import com.wechat.pay.java.service.partnerpayments.nativepay.NativePayService;
import com.wechat.pay.java.service.partnerpayments.nativepay.model.CloseOrderRequest;
import com.wechat.pay.java.service.partnerpayments.nativepay.model.PrepayRequest;
import com.wechat.pay.java.service.partnerpayments.nativepay.model.QueryOrderByOutTradeNoRequest;
import com.wechat.pay.java.service.refund.RefundService;
import com.wechat.pay.java.service.refund.model.CreateRequest;
import com.wechat.pay.java.service.refund.model.QueryByOutRefundNoRequest;
import com.wechat.pay.java.service.refund.model.Status;
import java.util.Map;

final class Partner {
  private static final String MCHID = Sandbox.env("MCH_ID");
  private static final String SUB = "1900001109";

  static void flows(Config config, RefundService refunds, Sandbox.Shop shop) {
    NativePayService qr = new NativePayService.Builder().config(config).build();
    String url = shop.url("any");
    Sandbox.flow("order of a sub-merchant, with its notification and query", () -> {
      for (String number : new String[] {"JAVA-P1", "JAVA-P2"}) {
        qr.prepay(Sandbox.of(PrepayRequest.class, "sp_appid", Sandbox.env("APP_ID"), "sp_mchid", MCHID, "sub_mchid", SUB,
            "description", "子商户商品", "out_trade_no", number, "notify_url", url, "amount", Map.of("total", 106)));
      }
      Sandbox.control("/orders/JAVA-P1/pay", "{}");
      JsonObject told = shop.next(JsonObject.class);
      Sandbox.check(told.get("sub_mchid").getAsString().equals(SUB), told);
      Sandbox.check(state(qr, "JAVA-P1").equals("SUCCESS"), "trade_state");
    });
    Sandbox.flow("refund of a sub-merchant, with its notification and query", () -> {
      String id = refunds.create(Sandbox.of(CreateRequest.class, "sub_mchid", SUB, "out_trade_no", "JAVA-P1",
          "out_refund_no", "JAVA-PR", "notify_url", url, "amount", Map.of("refund", 1, "total", 106, "currency", "CNY")))
          .getRefundId();
      Sandbox.check(shop.next(JsonObject.class).get("refund_id").getAsString().equals(id), id);
      Sandbox.check(refunds.queryByOutRefundNo(Sandbox.of(QueryByOutRefundNoRequest.class, "out_refund_no", "JAVA-PR",
          "sub_mchid", SUB)).getStatus() == Status.SUCCESS, "status");
    });
    Sandbox.flow("close of a sub-merchant's order", () -> {
      qr.closeOrder(Sandbox.of(CloseOrderRequest.class, "out_trade_no", "JAVA-P2", "sp_mchid", MCHID, "sub_mchid", SUB));
      Sandbox.check(state(qr, "JAVA-P2").equals("CLOSED"), "trade_state");
    });
  }

  private static String state(NativePayService qr, String number) {
    return qr.queryOrderByOutTradeNo(Sandbox.of(QueryOrderByOutTradeNoRequest.class, "out_trade_no", number,
        "sp_mchid", MCHID, "sub_mchid", SUB)).getTradeState().name();
  }
}
