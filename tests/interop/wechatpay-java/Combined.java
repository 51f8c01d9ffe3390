// Combined orders.

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.wechat.pay.java.core.Config;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

final class Combined {
  private static final String PATH = "/v3/combine-transactions/";
  private static final String APPID = Sandbox.env("APP_ID");
  private static final String MCHID = Sandbox.env("MCH_ID");

  static void flows(Config config, Sandbox.Shop shop) {
    Http http = new Http(config);
    Sandbox.flow("combined order", () -> {
      Sandbox.check(http.post(PATH + "native", order("M1", shop)).has("code_url"), "code_url");
      Sandbox.check(http.post(PATH + "app", order("M2", shop)).has("prepay_id"), "prepay_id");
    });
    Sandbox.flow("notification of a combined order", () -> {
      Sandbox.control("/orders/JAVA-M1/pay", "{}");
      are("SUCCESS", shop.next(JsonObject.class));
    });
    Sandbox.flow("query and close of a combined order", () -> {
      are("SUCCESS", http.get(PATH + "out-trade-no/JAVA-M1"));
      http.post(PATH + "out-trade-no/JAVA-M2/close", "combine_appid", APPID, "sub_orders", List.of(part("M2", 1), part("M2", 2)));
      are("CLOSED", http.get(PATH + "out-trade-no/JAVA-M2"));
    });
  }

  private static Object[] order(String name, Sandbox.Shop shop) {
    return new Object[] {
        "combine_appid", APPID, "combine_mchid", MCHID, "combine_out_trade_no", "JAVA-" + name, "notify_url", shop.url("any"),
        "sub_orders", List.of(whole(part(name, 1)), whole(part(name, 2))),
    };
  }

  private static Map<String, Object> part(String name, int n) {
    return Map.of("mchid", MCHID, "out_trade_no", "JAVA-" + name + "-" + n);
  }

  private static Map<String, Object> whole(Map<String, Object> part) {
    Map<String, Object> members = new HashMap<>(part);
    members.put("attach", "附加");
    members.put("description", "合单");
    members.put("amount", Map.of("total_amount", 50, "currency", "CNY"));
    return members;
  }

  private static void are(String state, JsonObject told) {
    JsonArray orders = told.getAsJsonArray("sub_orders");
    for (int n = 0; n < 2; n += 1) {
      Sandbox.check(orders.get(n).getAsJsonObject().get("trade_state").getAsString().equals(state), told);
    }
  }
}
