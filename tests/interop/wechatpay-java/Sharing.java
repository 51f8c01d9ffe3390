// Money that is shared.

import com.google.gson.JsonObject;
import com.wechat.pay.java.core.Config;
import com.wechat.pay.java.service.payments.model.Transaction;
import com.wechat.pay.java.service.payments.nativepay.NativePayService;
import com.wechat.pay.java.service.payments.nativepay.model.PrepayRequest;
import com.wechat.pay.java.service.profitsharing.ProfitsharingService;
import com.wechat.pay.java.service.profitsharing.model.AddReceiverRequest;
import com.wechat.pay.java.service.profitsharing.model.CreateOrderRequest;
import com.wechat.pay.java.service.profitsharing.model.CreateReturnOrderRequest;
import com.wechat.pay.java.service.profitsharing.model.DeleteReceiverRequest;
import com.wechat.pay.java.service.profitsharing.model.DetailStatus;
import com.wechat.pay.java.service.profitsharing.model.OrdersEntity;
import com.wechat.pay.java.service.profitsharing.model.QueryOrderAmountRequest;
import com.wechat.pay.java.service.profitsharing.model.QueryOrderRequest;
import com.wechat.pay.java.service.profitsharing.model.QueryReturnOrderRequest;
import com.wechat.pay.java.service.profitsharing.model.ReturnOrderStatus;
import com.wechat.pay.java.service.profitsharing.model.ReturnOrdersEntity;
import com.wechat.pay.java.service.profitsharing.model.UnfreezeOrderRequest;
import java.util.List;
import java.util.Map;

final class Sharing {
  private static final String APPID = Sandbox.env("APP_ID");
  private static final Map<String, Object> STAFF = Map.of("type", "PERSONAL_OPENID", "account", "o-JAVA", "name", "张三");
  private static final Map<String, Object> STORE = Map.of("type", "MERCHANT_ID", "account", "1900000306", "name", "示例门店");

  static void flows(Config config, NativePayService qr, Sandbox.Shop shop) {
    ProfitsharingService sharing = new ProfitsharingService.Builder().config(config).build();
    Sandbox.flow("receivers of shared money, with encrypted names", () -> {
      add(sharing, STAFF, "STAFF");
      add(sharing, STORE, "STORE");
    });
    String[] order = new String[1];
    Sandbox.flow("money shared", () -> {
      qr.prepay(Sandbox.of(PrepayRequest.class, "appid", APPID, "mchid", Sandbox.env("MCH_ID"), "description", "分账商品",
          "out_trade_no", "JAVA-Shared", "notify_url", shop.url("paid"), "amount", Map.of("total", 106),
          "settle_info", Map.of("profit_sharing", true)));
      Sandbox.control("/orders/JAVA-Shared/pay", "{}");
      order[0] = shop.next(Transaction.class).getTransactionId();
      sharing.createOrder(Sandbox.of(CreateOrderRequest.class, "appid", APPID, "transaction_id", order[0],
          "out_order_no", "JAVA-S", "unfreeze_unsplit", false, "receivers", List.of(share(STAFF, 9), share(STORE, 20))));
      OrdersEntity found = sharing.queryOrder(Sandbox.of(QueryOrderRequest.class,
          "transaction_id", order[0], "out_order_no", "JAVA-S"));
      Sandbox.check(found.getReceivers().stream().allMatch(one -> one.getResult() == DetailStatus.SUCCESS), found);
      Sandbox.check(left(sharing, order[0]) == 77, "rest");
    });
    Sandbox.flow("shared money returned", () -> {
      sharing.createReturnOrder(Sandbox.of(CreateReturnOrderRequest.class, "out_order_no", "JAVA-S",
          "out_return_no", "JAVA-SR", "return_mchid", STORE.get("account"), "amount", 5, "description", "门店退回"));
      ReturnOrdersEntity found = sharing.queryReturnOrder(Sandbox.of(QueryReturnOrderRequest.class,
          "out_order_no", "JAVA-S", "out_return_no", "JAVA-SR"));
      Sandbox.check(found.getResult() == ReturnOrderStatus.SUCCESS && found.getAmount() == 5, found);
    });
    Sandbox.flow("notification of shared money", () -> {
      Map<String, Object> own = Map.of("type", "MERCHANT_ID", "account", Sandbox.env("MCH_ID"), "name", "示例商户");
      add(sharing, own, "HEADQUARTER");
      Sandbox.control("/profit_sharing", "{\"notify_url\":\"" + shop.url("any") + "\"}");
      sharing.createOrder(Sandbox.of(CreateOrderRequest.class, "appid", APPID, "transaction_id", order[0],
          "out_order_no", "JAVA-SN", "unfreeze_unsplit", false, "receivers", List.of(share(own, 1))));
      JsonObject told = shop.next(JsonObject.class);
      Sandbox.check(told.get("out_order_no").getAsString().equals("JAVA-SN"), told);
      Sandbox.check(told.getAsJsonObject("receiver").get("amount").getAsInt() == 1, told);
      Sandbox.control("/profit_sharing", "{\"notify_url\":\"\"}");
    });
    Sandbox.flow("rest released", () -> {
      sharing.unfreezeOrder(Sandbox.of(UnfreezeOrderRequest.class, "transaction_id", order[0], "out_order_no", "JAVA-SU",
          "description", "解冻全部剩余资金"));
      Sandbox.check(left(sharing, order[0]) == 0, "rest");
    });
    Sandbox.flow("receiver removed", () -> {
      Object account = STORE.get("account");
      Sandbox.check(sharing.deleteReceiver(Sandbox.of(DeleteReceiverRequest.class,
          "appid", APPID, "type", STORE.get("type"), "account", account)).getAccount().equals(account), account);
    });
  }

  private static void add(ProfitsharingService sharing, Map<String, Object> receiver, String relation) {
    String name = sharing.addReceiver(Sandbox.of(AddReceiverRequest.class, "appid", APPID, "type", receiver.get("type"),
        "account", receiver.get("account"), "name", receiver.get("name"), "relation_type", relation)).getName();
    Sandbox.check(name.equals(receiver.get("name")), name);
  }

  private static Map<String, Object> share(Map<String, Object> receiver, int amount) {
    return Map.of("type", receiver.get("type"), "account", receiver.get("account"), "name", receiver.get("name"),
        "amount", amount, "description", "分账");
  }

  private static long left(ProfitsharingService sharing, String order) {
    return sharing.queryOrderAmount(Sandbox.of(QueryOrderAmountRequest.class, "transaction_id", order)).getUnsplitAmount();
  }
}
